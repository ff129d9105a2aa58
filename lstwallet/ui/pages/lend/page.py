"""The room "Lend"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.engine.lending import (
    Borrowed,
    ChooseEMode,
    CollateralSwitched,
    PositionLiquidated,
    Repaid,
    Supplied,
    SupplyWithdrawn,
    SwitchCollateral,
)
from lstwallet.readmodel import lending as reading
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.lend import words
from lstwallet.ui.pages.lend.cards import (
    HealthCard,
    MarketsCard,
    PositionsCard,
    refresh_cards,
)
from lstwallet.ui.pages.lend.charts import DAYS, CurveCard, HealthChartCard
from lstwallet.ui.pages.lend.form import LendForm
from lstwallet.ui.pages.lend.switches import SwitchForm
from lstwallet.ui.pages.page import Page
from lstwallet.ui.theme import current, tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.units.clock import DAY, HOUR

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord, Outcome, Series
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

PANEL: Final = 384
WIDTHS: Final = (400, 440)
"""At most this wide with large text: narrow window, and wide."""
HEAD: Final = 28
"""Height of the headers that stand beside each other."""
LOOK_BACK: Final = 200
"""Entries of the user's that are searched for a liquidation."""
_OWN: Final = (Supplied, SupplyWithdrawn, Borrowed, Repaid, CollateralSwitched)
"""Acting again is having seen it."""


class RoomPage(Page):
    """Health and positions, markets and charts; the action panel beside them."""

    key = "lend"
    interests = frozenset({"time", "prices", "wallet", "staking", "lending"})

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._sampled: tuple[int, int] | None = None
        self._asking = False
        self._switching = False
        self._seen = -1
        self._path = bridge.profile.path if bridge.profile is not None else None
        self._losses: reading.Losses | None = None
        self._build()
        self._connect()

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        world = self.bridge.world
        assert world is not None
        symbols = [config.symbol for config in world.lending.parameters.configs]
        self.told = Banner("", "bad", action=self.tr("Dismiss"), on_action=self._dismiss)
        self.told.setObjectName("lend.liquidated")
        self.told.set("")
        self.health = HealthCard()
        self.positions = PositionsCard(symbols)
        self.markets = MarketsCard()
        self.history = HealthChartCard()
        self.curve = CurveCard()
        head = column(
            Label(self.tr("Lend"), "title"),
            Label(self.tr("Supply to earn, borrow against it, keep the health factor above 1."),
                  "small", "2", wrap=True),
            spacing=3,
        )  # fmt: skip
        gap = tokens.CARD_GAP
        self._upper = row((self.health, 5), (self.positions, 6), spacing=gap)
        self._lower = row((self.history, 1), (self.curve, 1), spacing=gap)
        inner = holder(
            column(
                head, self.told, self._upper, self.markets, (self._lower, 1),
                margins=(tokens.PAGE_MARGIN, 14, 0, 14), spacing=gap,
            )
        )  # fmt: skip
        inner.setMaximumWidth(tokens.CONTENT_MAX)
        self._build_panel()
        self._side = holder(column((self.panel, 1), margins=(0, 14, 16, 14)))
        scroller = Scroller(inner, gutter=tokens.GUTTER)
        self.setLayout(row((scroller, 1), self._side, spacing=tokens.BESIDE))

    def _build_panel(self) -> None:
        self.panel = ActionPanel()
        self.panel.setObjectName("lend.panel")
        self.form = LendForm(self.bridge)
        self.switch = SwitchForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.form)

    def _connect(self) -> None:
        self.flow.navigate.connect(self.navigate)
        self.flow.phase_changed.connect(self._phase_changed)
        self.flow.executed.connect(lambda _outcome: self.positions.forget_errors())
        self.form.turned.connect(self._turned)
        self.form.foreseen.connect(self.health.show_after)
        self.positions.asked.connect(self._ask)
        self.positions.switched.connect(self._switch_collateral)
        self.positions.emode_asked.connect(self._choose_emode)
        self.markets.chosen.connect(self._choose_market)
        self.bridge.outcome.connect(self._happened)
        self.bridge.opened.connect(self._opened)
        self.bridge.settings_changed.connect(lambda _names: self.set_narrow(self.narrow))
        self._look_for_losses()

    # --- showing ------------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        account = self.bridge.account
        refresh_cards(world, account, self.health, self.positions, self.bridge.preferences)
        self.markets.show_markets(reading.markets(world, account))
        self._show_curve(world)
        self.flow.refresh(world)
        self._ask_series(world)

    def _show_curve(self, world: World) -> None:
        self.curve.show_curve(reading.curve_of(world, self.form.token()))

    def _ask_series(self, world: World) -> None:
        """A new hour or a new event of the user's own: ask for the samples, one at a time."""
        health = reading.risk_of(world, self.bridge.account).health
        mark = (world.time // HOUR, health or 0)
        if self._asking or mark == self._sampled:
            return
        before, self._asking, self._sampled = self._sampled, True, mark

        def show(series: Series) -> None:
            if self._sampled != mark:
                return  # another profile was opened meanwhile
            self._asking = False
            self.history.show_series(series, world.time, health)

        def failed() -> None:
            if self._sampled == mark:
                self._asking, self._sampled = False, before

        self.bridge.series(["health_wad"], world.time - DAYS * DAY, world.time, show, failed)

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        for line in (self._upper, self._lower):
            line.setDirection(down if narrow else right)
        widest = WIDTHS[0] if narrow else WIDTHS[1]
        head = current().px(HEAD)
        self.positions.emode.setFixedHeight(head)
        self.health.title.setMinimumHeight(head)
        self.panel.set_width(min(current().px(PANEL), widest))

    # --- the panel ----------------------------------------------------------------------

    def show_request(self, arguments: Any) -> None:
        wish = arguments or {}
        action = wish.get("action") or wish.get("mode") or self.form.action
        self._ask(action, wish.get("token", ""))

    def _ask(self, action: str, token: str) -> None:
        """A button of the room: bring the form to it, ready to type."""
        if self.flow.phase == "pending":
            return
        if self.flow.form is not self.form or self.flow.phase != "form":
            self.flow.set_form(self.form)
        if action == self.form.action and not token:
            self.form.turned.emit()
        else:
            self.form.turn(action, token)
        self.form.amount.edit.setFocus()

    def _choose_market(self, token: str) -> None:
        if self.flow.phase == "form" and reading.reserve_token(self.form.token()) != token:
            self.form.choose(token)

    def _turned(self) -> None:
        if self.flow.phase == "form":
            self.flow.set_form(self.form)
        if self.bridge.world is not None:
            self._show_curve(self.bridge.world)

    def _phase_changed(self, phase: str) -> None:
        if phase == "receipt":
            self.health.show_after(None)
        if phase == "form" and not self._switching and self.flow.form is not self.form:
            self.flow.set_form(self.form)

    # --- switches -----------------------------------------------------------------------

    def _switch_collateral(self, token: str, on: bool) -> None:
        error = self._throw(SwitchCollateral(self.bridge.account, token, on))
        self.positions.supplied[token].error.set_text(error)

    def _choose_emode(self, number: int) -> None:
        self.positions.emode_error.set_text(self._throw(ChooseEMode(self.bridge.account, number)))

    def _throw(self, command: SwitchCollateral | ChooseEMode) -> str:
        """Straight to the review of a switch; or the sentence that says why not."""
        world = self.bridge.world
        if world is None or self.flow.phase == "pending":
            return ""
        answer = self.bridge.preview(command)
        if isinstance(answer, Exception):
            self.bridge.refused.emit(command, answer)
            return wording.refusal(answer)
        self.switch.throw(command, world)
        self.health.show_after(reading.risk_of(answer.after, self.bridge.account).health)
        self._switching = True
        try:
            self.flow.set_form(self.switch)
            self.flow.review()
        finally:
            self._switching = False
        return ""

    # --- liquidations -------------------------------------------------------------------

    def _happened(self, outcome: Outcome) -> None:
        account = self.bridge.account
        if any(isinstance(e, PositionLiquidated) and e.account == account for e in outcome.events):
            self._look_for_losses()

    def _opened(self) -> None:
        """Another profile (or the same one again after trouble with its file)."""
        profile = self.bridge.profile
        path = profile.path if profile is not None else None
        if path != self._path:
            self._path, self._seen = path, -1
            self.form.reset()
            self.positions.forget_errors()
            if self.flow.phase != "pending":
                self.flow.set_form(self.form)
        self._sampled, self._asking = None, False
        self._look_for_losses()

    def _look_for_losses(self) -> None:
        self.bridge.activity(self._found, limit=LOOK_BACK)

    def _found(self, records: list[ActivityRecord]) -> None:
        """Liquidations since the user last acted here, unless they were dismissed."""
        events = []
        for record in records:
            if isinstance(record.event, _OWN) or record.at <= self._seen:
                break
            events.append(record.event)
        self._losses = reading.liquidations(reversed(events), self.bridge.account)
        self.told.set(words.liquidated(self._losses) if self._losses else "", "bad")

    def _dismiss(self) -> None:
        if self._losses is not None:
            self._seen = self._losses.last
        self.told.set("")
