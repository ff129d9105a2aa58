"""Leaving with validators of one's own: into the exit queue that everybody shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.validators import LeaveNatively
from lstwallet.engine.validators_facts import VALIDATOR_WEI
from lstwallet.readmodel import staking as reading
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
)
from lstwallet.ui.pages.stake import words
from lstwallet.ui.pages.stake.form import VALIDATOR
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import LinkRow
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import CheckLine, ErrorLine, KeyValue

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge


class LeaveForm(ActionForm):
    """One deposit's validators; there is nothing to type."""

    name = "leave"
    stake_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.number = 0
        self.what = KeyValue(self.tr("Leaving"))
        self.state = KeyValue(self.tr("State"))
        self.value = KeyValue(self.tr("Comes back, about"))
        self.unpaid = KeyValue(self.tr("Of it rewards not paid yet"))
        self.wait = KeyValue(self.tr("Paid back after"))
        self.error = ErrorLine()
        notes = column(
            CheckLine(self.tr("It earns until it is out of the exit queue."), "info"),
            CheckLine(self.tr("Then it is withdrawable a day later and paid when the sweep "
                              "comes by."), "info"),
            CheckLine(self.tr("This cannot be taken back: to stake again is a new deposit."),
                      "warn"),
            spacing=6,
        )  # fmt: skip
        back = LinkRow(
            self.tr("Keep them running"), self.tr("Back to staking"), "arrow-left", sunken=True,
            on_click=self.stake_wanted.emit,
        )  # fmt: skip
        back.setObjectName("leave.keep")
        facts = column(self.what, self.state, self.value, self.unpaid, self.wait, spacing=6)
        self.setLayout(column(holder(facts), self.error, holder(notes), back, spacing=14))

    def choose(self, number: int) -> None:
        """The validators of another deposit."""
        self.number = number
        self.changed.emit()

    def header(self) -> Header:
        return Header(
            self.tr("Leave native staking"), self.tr("Ethereum · exit queue"), symbol=VALIDATOR
        )

    def main_text(self) -> str:
        return self.tr("Review leaving")

    def fields(self) -> Mapping[str, AmountField]:
        return {}

    def build_command(self) -> Command | NotYet:
        world = self._bridge.world
        if world is None or self.number not in world.validators:
            return NotYet(self.tr("These validators are gone: they have been paid back"))
        return LeaveNatively(self._bridge.account, self.number)

    def refresh(self, world: World) -> None:
        account = self._bridge.account
        row = next((r for r in reading.validator_rows(world, account) if r.id == self.number), None)
        if row is None:
            return
        self.what.set_value(words.validators(row.keys))
        self.state.set_value(words.state(row)[0])
        shown = self._bridge.preferences
        self.value.set_value(wording.owned_amount(shown, row.value, "ETH"))
        unpaid = wording.change(row.unpaid, "ETH")
        if shown.privacy != "exact":
            unpaid = wording.owned_amount(shown, row.unpaid, "ETH")
        self.unpaid.set_value(unpaid)
        self.wait.set_value(words.wait(reading.leave_wait(world, row.keys)))
        self.error.set_text(self._hindrance(row))

    def _hindrance(self, row: reading.ValidatorRow) -> str:
        if row.may_leave:
            return ""
        if row.state in (reading.PENDING, reading.ACTIVE):
            text = self.tr("A validator must serve 256 epochs first. It may leave from {when}.")
            return text.format(when=wording.moment(row.leave_from))
        return self.tr("It is on its way out already.")

    def describe_review(self, quote: Quote) -> Review:
        event: Any = quote.events[-1]
        keys = event.validator.keys
        return Review(
            title=self.tr("Review leaving"),
            confirm=self.tr("Leave with {count}").format(count=words.validators(keys)),
            pending=self.tr("Joining the exit queue"),
            moves=(
                Move(VALIDATOR, self.tr("You stop"),
                     f"{wording.MINUS}{words.validators(keys)}", self.tr("32 ETH each")),
                Move("ETH", self.tr("You get back"), wording.change(keys * VALIDATOR_WEI, "ETH"),
                     self.tr("and the rewards not paid yet"), "good"),
            ),
            facts=self._dates(event),
        )  # fmt: skip

    def _dates(self, event: Any) -> tuple[Fact, ...]:
        return (
            Fact(self.tr("Stops earning"), wording.moment(event.validator.exit_at)),
            Fact(self.tr("Paid back"), wording.moment(event.validator.paid_at)),
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event: Any = outcome.events[-1]
        count = words.validators(event.validator.keys)
        return Receipt(
            self.tr("{count} leaving").format(count=count),
            self.tr("Back to staking"),
            facts=self._dates(event),
            next_steps=(
                NextStep(self.tr("Watch the way out"), self.tr("On the home page's time line"),
                         "house", "home"),
            ),
        )  # fmt: skip


__all__ = ["LeaveForm"]
