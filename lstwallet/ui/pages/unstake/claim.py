"""Claiming: the ETH of one ticket, or of all that are ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.engine.staking import Claim
from lstwallet.engine.staking_facts import Claimed
from lstwallet.engine.world import World
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Fact,
    Header,
    Move,
    NextStep,
    Receipt,
    Review,
)
from lstwallet.ui.pages.unstake import words
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.ui.bridge import Bridge

SHOWN = 6
"""Tickets listed one by one in a review."""


class ClaimForm(ActionForm):
    """Nothing to type: the table says which tickets."""

    name = "claim"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.ticket: Wanted = ALL

    def header(self) -> Header:
        return Header(self.tr("Claim"), self.tr("ETH from the withdrawal queue"), icon="ticket")

    def main_text(self) -> str:
        return self.tr("Review claim")

    def fields(self) -> Mapping[str, AmountField]:
        return {}

    def build_command(self) -> Command:
        return Claim(self._bridge.account, self.ticket)

    def reset(self) -> None:
        self.ticket = ALL

    def describe_review(self, quote: Quote) -> Review:
        event = quote.events[-1]
        assert isinstance(event, Claimed)
        return Review(
            title=self.tr("Review claim"),
            confirm=self.tr("Claim {amount}").format(amount=wording.amount(event.ether, "ETH")),
            pending=self.tr("Claiming"),
            moves=(
                Move("ETH", self.tr("You receive"), wording.change(event.ether, "ETH"),
                     wording.fiat(value_of(quotes(quote.after), "ETH", event.ether)), "good"),
            ),
            facts=self._facts(event),
        )  # fmt: skip

    def _facts(self, event: Claimed) -> tuple[Fact, ...]:
        world = self._bridge.world
        tickets = world.tickets if world is not None else {}
        facts = [
            Fact(words.tickets([number]), wording.amount(tickets[number].ether, "ETH"))
            for number in event.ids[:SHOWN]
            if number in tickets
        ]
        more = len(event.ids) - SHOWN
        if more > 0:
            facts.append(Fact(self.tr("And more"), wording.count(more)))
        return tuple(facts)

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = outcome.events[-1]
        assert isinstance(event, Claimed)
        old, new = (
            wording.amount(world.balance(self._bridge.account, "ETH"), "ETH", unit=False)
            for world in (before, outcome.world)
        )
        return Receipt(
            self.tr("{amount} claimed").format(amount=wording.amount(event.ether, "ETH")),
            self.tr("Done"),
            (Change(self.tr("ETH in wallet"), old, new),),
            (Fact(self.tr("Ticket") if len(event.ids) == 1 else self.tr("Tickets"),
                  ", ".join(f"#{number}" for number in event.ids[:SHOWN])),),
            (
                NextStep(self.tr("Stake it again"), self.tr("With Lido or on your own"), "stack",
                         "stake"),
                NextStep(self.tr("Swap it"), self.tr("Into dollars or another token"), "swap",
                         "swap", {"from": "ETH", "to": "USDC"}),
            ),
        )  # fmt: skip


__all__ = ["ClaimForm"]
