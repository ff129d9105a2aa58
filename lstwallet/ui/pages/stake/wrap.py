"""Wrapping and unwrapping: stETH and wstETH at the share rate, ETH and WETH one for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from lstwallet.engine.staking import Unwrap, Wrap
from lstwallet.engine.staking_facts import Unwrapped, Wrapped
from lstwallet.engine.wallet import EthUnwrapped, EthWrapped, UnwrapEth, WrapEth
from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
    offer_ether,
    read_amount,
)
from lstwallet.ui.pages.stake import words
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import WAD, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

WRAP: Final = "wrap"
UNWRAP: Final = "unwrap"
INSIDE: Final = {"wstETH": "stETH", "WETH": "ETH"}
"""What each wrapped token holds."""
COMMANDS: Final = {
    (WRAP, "wstETH"): Wrap, (UNWRAP, "wstETH"): Unwrap,
    (WRAP, "WETH"): WrapEth, (UNWRAP, "WETH"): UnwrapEth,
}  # fmt: skip


class WrapForm(ActionForm):
    """Either direction; ``wrapped`` is the token that is made or taken apart."""

    def __init__(self, bridge: Bridge, way: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = way
        self._bridge = bridge
        self._wrapping = way == WRAP
        self.wrapped = "wstETH"
        label = self.tr("You wrap") if self._wrapping else self.tr("You unwrap")
        self.amount = AmountField(label, "stETH", 18)
        self.amount.edit.setObjectName(f"{way}.amount")
        self.amount.max_button.setObjectName(f"{way}.max")
        self.amount.changed.connect(self._typed)
        self.receive = AmountField(self.tr("You receive"), "wstETH", 18, read_only=True)
        self.there = KeyValue(self.tr("Rate"))
        self.back = KeyValue(self.tr("And back"))
        self.slippage = KeyValue(self.tr("Slippage"), self.tr("none, at the contract's rate"))
        self.first = BeforeAfter("")
        self.second = BeforeAfter("")
        overview = Inset(
            Label(self.tr("Before and after"), "caption", "3"), self.first, self.second, spacing=5
        )
        facts = holder(
            column(self.there, self.back, self.slippage, spacing=6)
        )
        self.note = Label("", "small", "2", wrap=True)
        self.setLayout(
            column(self.amount, self.receive, facts, overview, self.note, spacing=12)
        )
        self.choose("wstETH")

    def choose(self, wrapped: str) -> None:
        """Another pair; what was typed stays."""
        self.wrapped = wrapped
        self.amount.set_token(self.given(), 18)
        self.receive.set_token(self.taken(), 18)
        self.note.setText(self._note())
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)
        self.changed.emit()

    def _typed(self) -> None:
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)
        self.changed.emit()

    def given(self) -> str:
        """The token that goes in."""
        return INSIDE[self.wrapped] if self._wrapping else self.wrapped

    def taken(self) -> str:
        """The token that comes out."""
        return self.wrapped if self._wrapping else INSIDE[self.wrapped]

    def _note(self) -> str:
        if self.wrapped == "WETH":
            return self.tr("WETH is ether in the form that markets and pools take.")
        if self._wrapping:
            return self.tr(
                "wstETH is a share: its number stays, its worth grows with every report. "
                "Lending takes it for that reason."
            )
        return self.tr("stETH grows in number with every report; the queue pays one ETH for each.")

    # --- the form -----------------------------------------------------------------------

    def header(self) -> Header:
        if self._wrapping:
            title = self.tr("Wrap to {token}").format(token=self.wrapped)
        else:
            title = self.tr("Unwrap {token}").format(token=self.wrapped)
        sub = self.tr("Nothing is sold, nothing stops earning")
        if self.wrapped == "WETH":
            sub = self.tr("One for one, at any time")
        return Header(title, sub, symbol=self.taken())

    def main_text(self) -> str:
        return self.tr("Review wrap") if self._wrapping else self.tr("Review unwrap")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        return COMMANDS[self.name, self.wrapped](self._bridge.account, value)

    def refresh(self, world: World) -> None:
        held = reading.held(world, self._bridge.account, self.given())
        self.amount.set_available(held)
        if self.given() == "ETH":
            offer_ether(self.amount, self._bridge, world, WrapEth(self._bridge.account, ALL))
        else:
            self.amount.set_max(held)
        units = self.amount.units() or 0
        self.amount.set_fiat(
            wording.fiat(value_of(quotes(world), self.given(), units)) if units else ""
        )
        there, back = self._rates(world)
        given, taken = self.given(), self.taken()
        self.there.set_value(words.rate(given, there, taken))
        self.back.set_value(words.rate(taken, back, given))
        self.receive.set_fiat(self._grows())
        out = mul_div_floor(units, there, WAD)
        self.receive.set_shown(wording.amount(out, taken, unit=False) if units else "")

    def _rates(self, world: World) -> tuple[int, int]:
        """Out for one in, and the way back."""
        if self.wrapped == "WETH":
            return WAD, WAD
        rates = reading.wrap_rates(world)
        there, back = rates.wsteth_per_steth, rates.steth_per_wsteth
        return (there, back) if self._wrapping else (back, there)

    def _grows(self) -> str:
        if self.taken() == "wstETH":
            return self.tr("Number stays, value grows")
        if self.taken() == "stETH":
            return self.tr("Balance grows every day")
        return self.tr("One for one")

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is None:
            return
        for row, token in ((self.first, self.given()), (self.second, self.taken())):
            row.key.setText(token)
            new = self._shown(quote.after, token) if quote else ""
            row.set_values(self._shown(world, token), new)
        if quote:
            got = wording.amount(_amounts(quote.events[-1])[1], self.taken(), unit=False)
            self.receive.set_shown(got)

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        spent, got = _amounts(quote.events[-1])
        given, taken = self.given(), self.taken()
        prices = quotes(quote.after)
        there, back = self._rates(quote.after)
        verb = self.tr("Wrap {amount}") if self._wrapping else self.tr("Unwrap {amount}")
        brief = wording.small(spent, given)
        if len(brief) > 14:
            brief = wording.amount(spent, given)
        return Review(
            title=self.main_text(),
            confirm=verb.format(amount=brief),
            pending=self.tr("Wrapping") if self._wrapping else self.tr("Unwrapping"),
            moves=(
                Move(given, self.tr("You send"), wording.change(-spent, given),
                     wording.fiat(value_of(prices, given, spent))),
                Move(taken, self.tr("You receive"), wording.change(got, taken),
                     wording.fiat(value_of(prices, taken, got)), "good"),
            ),
            facts=(
                Fact(self.tr("Rate"), words.rate(given, there, taken)),
                Fact(self.tr("And back"), words.rate(taken, back, given)),
            ),
        )  # fmt: skip

    def _shown(self, world: World, token: str) -> str:
        return wording.amount(reading.held(world, self._bridge.account, token), token, unit=False)

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        _, got = _amounts(outcome.events[-1])
        pair = (self.given(), self.taken())
        return Receipt(
            self.tr("{amount} received").format(amount=wording.amount(got, pair[1])),
            self.tr("Wrap more") if self._wrapping else self.tr("Unwrap more"),
            tuple(
                Change(token, self._shown(before, token), self._shown(outcome.world, token))
                for token in pair
            ),
            next_steps=self._next_steps(),
        )

    def _next_steps(self) -> tuple[NextStep, ...]:
        taken = self.taken()
        steps = ()
        if taken in INSIDE:
            steps = (
                NextStep(self.tr("Lend it"), self.tr("Earn on top, or borrow against it"), "bank",
                         "lend", {"action": "supply", "token": taken}),
            )  # fmt: skip
        elif taken == "stETH":
            steps = (
                NextStep(self.tr("Unstake it"), self.tr("Through the queue or on the market"),
                         "hourglass-medium", "unstake", {"token": "stETH"}),
            )  # fmt: skip
        return steps


def _amounts(event: Any) -> tuple[int, int]:
    """What went in and what came out."""
    if isinstance(event, Wrapped):
        return event.steth, event.wsteth
    if isinstance(event, Unwrapped):
        return event.wsteth, event.steth
    assert isinstance(event, EthWrapped | EthUnwrapped)
    return event.units, event.units


__all__ = ["UNWRAP", "WRAP", "WrapForm"]
