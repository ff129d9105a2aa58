"""Leave a range: a part of its liquidity with all fees, or the fees alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from lstwallet.engine.concentrated_facts import (
    LIQUIDITY,
    TOKENS,
    CollectRange,
    RangeCollected,
    RangeWithdrawn,
    WithdrawRange,
)
from lstwallet.readmodel import concentrated
from lstwallet.readmodel.pools import at_least
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
    read_amount,
)
from lstwallet.ui.pages.pools.range_words import (
    bounds_words,
    owned_pair,
    pair_words,
    state_words,
    title,
    worth_of,
)
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import KeyValue

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

REMOVE: Final = "remove"
COLLECT: Final = "collect"
SHOWN: Final = 4
"""Ranges on offer; the newest ones."""


class LeaveForm(ActionForm):
    """One of the account's ranges, and what to take out of it."""

    name = "ranges"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.agreed: tuple[int, int] | None = None
        self.minimum = (0, 0)
        self.target = Segmented([(0, self.tr("No range"))], 0,
                                name=self.tr("Which range"), expand=True)  # fmt: skip
        self.mode = Segmented(
            [(REMOVE, self.tr("Remove")), (COLLECT, self.tr("Fees only"))], REMOVE,
            name=self.tr("What to take out"), expand=True,
        )  # fmt: skip
        for key in (REMOVE, COLLECT):
            self.mode.button(key).setObjectName(f"ranges.mode.{key}")
        self.amount = AmountField(self.tr("Liquidity to remove"), "LP")
        self.amount.edit.setObjectName("ranges.liquidity")
        self.amount.max_button.setObjectName("ranges.max")
        self.target.changed.connect(lambda _n: self._inputs_changed())
        self.mode.changed.connect(lambda _m: self._inputs_changed())
        self.amount.changed.connect(self._inputs_changed)
        self.bounds = KeyValue(self.tr("Range"))
        self.state = KeyValue(self.tr("State"))
        self.out = KeyValue(self.tr("Withdrawn"))
        self.fees = KeyValue(self.tr("Fees"))
        facts = column(self.bounds, self.state, self.out, self.fees, spacing=5)
        self.setLayout(column(self.target, self.mode, self.amount, holder(facts), spacing=11))

    # --- inputs -------------------------------------------------------------------------

    def _inputs_changed(self) -> None:
        world = self.bridge.world
        if world is not None:
            self._offer(world)
        self.changed.emit()

    def choose(self, number: int, mode: str = REMOVE) -> None:
        """That range."""
        self.target.set_current(number)
        self.mode.set_current(mode)
        self._inputs_changed()

    def refresh(self, world: World) -> None:
        rows = concentrated.rows(world, self.bridge.account)[-SHOWN:]
        numbers = [row.number for row in rows]
        current = self.target.current()
        items = [(number, title(number)) for number in numbers] or [(0, self.tr("No range"))]
        newest = numbers[-1] if numbers else 0
        self.target.set_items(items, current if current in numbers else newest)
        self._offer(world)

    def _offer(self, world: World) -> None:
        view = self._view(world)
        liquidity = view.liquidity if view is not None else 0
        self.amount.setVisible(self.mode.current() == REMOVE)
        self.amount.set_available(liquidity)
        self.amount.set_max(liquidity)

    def _view(self, world: World) -> concentrated.RangeView | None:
        number = self.target.current()
        rows = concentrated.rows(world, self.bridge.account)
        return next((row for row in rows if row.number == number), None)

    # --- the one shape ------------------------------------------------------------------

    def on_phase(self, phase: str) -> None:
        """What a review shows as the least is agreed to."""
        self.agreed = self.minimum if phase in ("review", "pending") else None

    def header(self) -> Header:
        return Header(self.tr("Take out of a range"), "wstETH / ETH", symbol="LP")

    def main_text(self) -> str:
        return self.tr("Review withdrawal")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        world, account = self.bridge.world, self.bridge.account
        assert world is not None
        view = self._view(world)
        if view is None:
            return NotYet(self.tr("You have no range yet"))
        if self.mode.current() == COLLECT:
            if view.fees == (0, 0):
                return NotYet(self.tr("This range has no fees to collect"))
            return CollectRange(account, view.number)
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        trial = WithdrawRange(account, view.number, value, self.agreed or (0, 0))
        if self.agreed is not None:
            return trial
        quote = self.bridge.preview(trial)
        if isinstance(quote, Exception):
            return trial
        limit = self.bridge.preferences.default_slippage_bps
        first, second = _event(quote.events).amounts
        self.minimum = (at_least(first, limit), at_least(second, limit))
        return trial._replace(min_out=self.minimum)

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        view = self._view(world) if world is not None else None
        if view is None:
            for line in (self.bounds, self.state, self.out, self.fees):
                line.set_value(wording.UNKNOWN)
            return
        self.bounds.set_value(bounds_words(view))
        self.state.set_value(*state_words(view))
        self.out.set_value(wording.UNKNOWN)
        self.fees.set_value(owned_pair(self.bridge.preferences, view.fees))
        if quote is not None:
            event = _event(quote.events)
            if isinstance(event, RangeWithdrawn):
                self.out.set_value(pair_words(event.amounts))
            self.fees.set_value(pair_words(event.fees))

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        event = _event(quote.events)
        moves = [
            Move(token, self.tr("Withdrawn"), wording.change(units, token),
                 worth_of(quote.after, token, units), "good")
            for token, units in zip(TOKENS, getattr(event, "amounts", (0, 0)), strict=True)
            if units
        ]
        moves += [
            Move(token, self.tr("Fees"), wording.change(units, token),
                 worth_of(quote.after, token, units), "good")
            for token, units in zip(TOKENS, event.fees, strict=True)
            if units
        ]
        left = event.range.position.liquidity
        return Review(
            title=self.tr("Review withdrawal"),
            confirm=self.tr("Take out"),
            pending=self.tr("Taking out"),
            moves=tuple(moves),
            facts=(
                Fact(self.tr("Range"), title(event.range_id)),
                Fact(self.tr("Liquidity left"), wording.amount(left, LIQUIDITY, unit=False)),
            ),
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event, account = _event(outcome.events), self.bridge.account
        amounts = getattr(event, "amounts", (0, 0))
        got = (amounts[0] + event.fees[0], amounts[1] + event.fees[1])
        left = event.range.position.liquidity
        return Receipt(
            title=self.tr("{amount} received").format(amount=pair_words(got)),
            again=self.tr("Take out more") if left else self.tr("Done"),
            changes=tuple(
                Change(
                    self.tr("{token} in wallet").format(token=token),
                    wording.amount(before.balance(account, token), token, unit=False),
                    wording.amount(outcome.world.balance(account, token), token, unit=False),
                    "good",
                )
                for token, units in zip(TOKENS, got, strict=True)
                if units
            ),
            facts=(Fact(self.tr("Fees"), pair_words(event.fees)),),
            next_steps=(
                NextStep(self.tr("Provide around another price"),
                         self.tr("A range earns only while the price is in it"), "drop-half",
                         "pools", {"pool": "wsteth_eth"}),
            ),
        )  # fmt: skip


def _event(events: Any) -> RangeWithdrawn | RangeCollected:
    kinds = (RangeWithdrawn, RangeCollected)
    return next(event for event in events if isinstance(event, kinds))
