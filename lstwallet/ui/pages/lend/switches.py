"""The collateral switch and the e-mode: no amount, but the same review and receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from lstwallet.engine.lending import ChooseEMode, SwitchCollateral
from lstwallet.engine.lending_oracle import ChooseFeed
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel.lending import RISKY, EModeRow, Risk
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Check,
    Header,
    NotYet,
    Receipt,
    Review,
)
from lstwallet.ui.pages.lend import loop_words, words
from lstwallet.ui.pages.lend.telling import risk_changes, show_risk
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.rows import BeforeAfter

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.widgets.amount_field import AmountField


Switch = SwitchCollateral | ChooseEMode | ChooseFeed


class SwitchForm(ActionForm):
    """A switch that was thrown: ``command`` is what it means."""

    name = "lend"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.command: Switch | None = None
        self._before: World | None = None
        self.rows = (
            BeforeAfter(self.tr("Health factor"), plain=True),
            BeforeAfter(self.tr("Loan to value"), plain=True),
            BeforeAfter(words.price_key(None), plain=True),
        )
        self.setLayout(column(Inset(*self.rows, spacing=5)))

    def throw(self, command: Switch, world: World) -> None:
        """Ask for this switch, as the world is now."""
        self.command, self._before = command, world

    # --- the flow asks ------------------------------------------------------------------

    def header(self) -> Header:
        command = self.command
        if isinstance(command, SwitchCollateral):
            return Header(self._title(), self.tr("What may be sold to cover your debt"),
                          symbol=command.token)  # fmt: skip
        if isinstance(command, ChooseFeed):
            return Header(self._title(), self.tr("Practice: it changes the simulated market"),
                          icon="crosshair")  # fmt: skip
        return Header(self._title(), self.tr("Better terms for assets that move together"),
                      icon="lightning")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review")

    def fields(self) -> Mapping[str, AmountField]:
        return {}

    def build_command(self) -> Command | NotYet:
        return self.command if self.command is not None else NotYet("")

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is not None:
            then = reading.risk_of(quote.after, self._bridge.account) if quote is not None else None
            show_risk(self.rows, reading.risk_of(world, self._bridge.account), then)

    def _title(self) -> str:
        command = self.command
        if isinstance(command, SwitchCollateral):
            text = (
                self.tr("Collateral on, {token}")
                if command.on
                else self.tr("Collateral off, {token}")
            )
            return text.format(token=command.token)
        if isinstance(command, ChooseFeed):
            text = self.tr("Oracle of {token}: {oracle}")
            return text.format(
                token=command.token, oracle=loop_words.oracle_name(command.oracle).lower()
            )
        if command is not None and command.number:
            mode = self._mode(command.number)
            return self.tr("E-mode: {name}").format(name=words.emode_name(mode) if mode else "")
        return self.tr("Leave the e-mode")

    def _mode(self, number: int) -> EModeRow | None:
        world = self._bridge.world
        if world is None:
            return None
        return next((mode for mode in reading.emodes(world) if mode.number == number), None)

    def describe_review(self, quote: Quote) -> Review:
        before = reading.risk_of(self._before or quote.after, self._bridge.account)
        then = reading.risk_of(quote.after, self._bridge.account)
        return Review(
            title=self._title(),
            confirm=self._confirm(),
            pending=self.tr("Switching"),
            checks=self._oracle_checks(),
            changes=self._changes(before, then),
            warning=self._oracle_warning(before, then),
            accept=self.tr("I accept the risk") if self._oracle_warning(before, then) else "",
        )

    def _oracle_checks(self) -> tuple[Check, ...]:
        """Another oracle is no act of one's own that pre-flight would know."""
        if not isinstance(self.command, ChooseFeed):
            return ()
        return (
            Check(self.tr("It changes the simulated market, for everybody in it"), "warn"),
            Check(loop_words.oracle_means(self.command.oracle, self.command.growth), "info"),
        )

    def _oracle_warning(self, before: Risk, then: Risk) -> str:
        worse = before.health is None or (then.health is not None and then.health < before.health)
        if not isinstance(self.command, ChooseFeed) or not worse:
            return ""
        if then.health is None or then.health >= RISKY:
            return ""
        text = self.tr("Your health factor will be {health}. {distance}")
        return text.format(health=wording.health(then.health), distance=words.distance(then))

    def _confirm(self) -> str:
        command = self.command
        if isinstance(command, SwitchCollateral):
            return self.tr("Use as collateral") if command.on else self.tr("Do not use it")
        if isinstance(command, ChooseFeed):
            return self.tr("Change the oracle")
        return (
            self.tr("Enter e-mode")
            if command is not None and command.number
            else self.tr("Leave e-mode")
        )

    def _changes(self, before: Risk, then: Risk) -> tuple[Change, ...]:
        return (
            Change(self.tr("Most you may borrow"), words.points(before.most),
                   words.points(then.most), plain=True),
            Change(self.tr("Liquidation above"), words.points(before.threshold),
                   words.points(then.threshold), plain=True),
            Change(self.tr("Left to borrow"), wording.fiat(before.available),
                   wording.fiat(then.available)),
            *risk_changes(before, then),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        account = self._bridge.account
        event: Any = outcome.events[-1]
        if isinstance(self.command, SwitchCollateral):
            title = (
                self.tr("{token} stands as collateral")
                if event.on
                else self.tr("{token} is no collateral any more")
            ).format(token=event.token)
        elif isinstance(self.command, ChooseFeed):
            title = self.tr("{token} is priced by another oracle").format(token=event.token)
        else:
            title = self.tr("E-mode entered") if event.number else self.tr("E-mode left")
        old, new = (reading.risk_of(world, account) for world in (before, outcome.world))
        changes = self._changes(old, new)
        return Receipt(title=title, again=self.tr("Back to lending"), changes=changes)
