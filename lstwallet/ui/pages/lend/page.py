"""The room "Lend"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QStackedLayout, QWidget

from lstwallet.engine.lending import (
    ChooseEMode,
    SwitchCollateral,
)
from lstwallet.engine.lending_oracle import CAPPED, ChooseFeed
from lstwallet.engine.vaults import LoseVault, find_vault
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel.loops import open_pair
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionFlow, ActionForm
from lstwallet.ui.pages.lend.cards import (
    HealthCard,
    MarketsCard,
    PositionsCard,
    refresh_cards,
)
from lstwallet.ui.pages.lend.charts import DAYS, CurveCard, HealthChartCard
from lstwallet.ui.pages.lend.form import LendForm
from lstwallet.ui.pages.lend.loop_form import LoopForm
from lstwallet.ui.pages.lend.oracle_card import OracleCard
from lstwallet.ui.pages.lend.reduce_form import LOWER, ReduceForm
from lstwallet.ui.pages.lend.switches import Switch, SwitchForm
from lstwallet.ui.pages.lend.tabs import LOOP, ActionTabs
from lstwallet.ui.pages.lend.vault_cards import VaultsCard
from lstwallet.ui.pages.lend.vault_form import VaultForm
from lstwallet.ui.pages.lend.vault_page import VaultView
from lstwallet.ui.pages.losses import LossBanner
from lstwallet.ui.pages.page import Page
from lstwallet.ui.theme import current, tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.units.clock import DAY, HOUR

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Series
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

PANEL: Final = 384
WIDTHS: Final = (408, 440)
"""At most this wide with large text: narrow window, and wide."""
HEAD: Final = 28
"""Height of the headers that stand beside each other."""
REDUCE: Final = "reduce"


class RoomPage(Page):
    """Health and positions, markets and charts, or one vault; the action panel beside them."""

    key = "lend"
    interests = frozenset({"time", "prices", "wallet", "staking", "lending", "vaults"})

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._sampled: tuple[int, int, str] | None = None
        self._asking = False
        self._switching = False
        self.vault: VaultView | None = None
        self._path = bridge.profile.path if bridge.profile is not None else None
        self._account = bridge.account
        self._build()
        self._connect()

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        world = self.bridge.world
        assert world is not None
        symbols = [config.symbol for config in world.lending.parameters.configs]
        self.told = LossBanner(
            self.bridge, "lend.liquidated", self.tr("Dismiss"), self._dismiss
        )  # fmt: skip
        self.health = HealthCard()
        self.positions = PositionsCard(symbols)
        self.markets = MarketsCard()
        self.vaults = VaultsCard()
        self.oracle = OracleCard()
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
                head, self.told, self._upper, self.markets, self.vaults, self.oracle,
                (self._lower, 1),
                margins=(tokens.PAGE_MARGIN, 14, 0, 14), spacing=gap,
            )
        )  # fmt: skip
        inner.setMaximumWidth(tokens.CONTENT_MAX)
        self._build_panel()
        self._side = holder(column((self.panel, 1), margins=(0, 14, 16, 14)))
        self._scroller = Scroller(inner, gutter=tokens.GUTTER)
        left = QWidget()
        self._left = QStackedLayout(left)
        self._left.addWidget(self._scroller)
        self.setLayout(row((left, 1), self._side, spacing=tokens.BESIDE))

    def _build_panel(self) -> None:
        self.panel = ActionPanel()
        self.panel.setObjectName("lend.panel")
        self.form = LendForm(self.bridge)
        self.tabs = ActionTabs(LOOP)
        self.loop = LoopForm(self.bridge, self.tabs)
        self.reduce = ReduceForm(self.bridge)
        self.switch = SwitchForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.form)
        self.vault_form = VaultForm(self.bridge)
        self.vault_form.turned.connect(self._vault_turned)
        self.flow.keep(self.loop, self.reduce, self.switch, self.vault_form)

    def _connect(self) -> None:
        self.flow.navigate.connect(self.navigate)
        self.flow.phase_changed.connect(self._phase_changed)
        self.flow.executed.connect(self._executed)
        self.vaults.chosen.connect(self.open_vault)
        self.form.turned.connect(self._turned)
        self.form.loop_wanted.connect(lambda: self._show_loop(by_tab=True))
        self.tabs.changed.connect(self._leave_loop)
        self.loop.turned.connect(lambda: self.flow.set_form(self.loop))
        for form in (self.form, self.loop, self.reduce):
            form.foreseen.connect(self.health.show_after)
        self.positions.asked.connect(self._ask)
        self.positions.loop.asked.connect(self._bring_down)
        self.oracle.asked.connect(self._choose_oracle)
        self.told.watch.changed.connect(self._show_losses)
        self.positions.switched.connect(self._switch_collateral)
        self.positions.emode_asked.connect(self._choose_emode)
        self.markets.chosen.connect(self._choose_market)
        self.markets.favoured.connect(self._favour)
        self.bridge.book_changed.connect(self.renew)
        self.bridge.opened.connect(self._opened)
        self.bridge.account_changed.connect(self._opened)
        self.bridge.past.changed.connect(self._opened)
        self.bridge.settings_changed.connect(self._settings_changed)

    def _settings_changed(self) -> None:
        self.set_narrow(self.narrow)

    # --- showing ------------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        account = self.bridge.account
        if self.vault is not None and self._in_vault():
            self.vault.refresh(world)
            self.flow.refresh(world)
            return
        refresh_cards(world, account, self.health, self.positions, self.bridge.preferences)
        self.told.show_losses(world)
        self.markets.show_markets(
            reading.markets(world, account), self.bridge.book.starred("market")
        )
        self.vaults.show_vaults(world, account, self.bridge.preferences)
        self.oracle.show_oracle(world, account)
        self._show_curve(world)
        self.flow.refresh(world)
        self._ask_series(world)

    def _show_curve(self, world: World) -> None:
        self.curve.show_curve(reading.curve_of(world, self.form.token()))

    def _ask_series(self, world: World) -> None:
        """A new hour or a new event of the user's own: ask for the samples, one at a time."""
        health = reading.risk_of(world, self.bridge.account).health
        mark = (world.time // HOUR, health or 0, self.bridge.account)
        if self._asking or mark == self._sampled:
            return
        before, self._asking, self._sampled = self._sampled, True, mark

        def show(series: Series) -> None:
            if self._sampled != mark:
                return  # another profile or account is shown meanwhile
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
        self.oracle.set_narrow(narrow)
        self.vaults.set_narrow(narrow)
        if self.vault is not None:
            self.vault.set_narrow(narrow)
        widest = WIDTHS[0] if narrow else WIDTHS[1]
        head = current().px(HEAD)
        self.positions.emode.setFixedHeight(head)
        self.health.title.setMinimumHeight(head)
        self.panel.set_width(min(current().px(PANEL), widest))

    # --- the panel ----------------------------------------------------------------------

    def show_request(self, arguments: Any) -> None:
        wish = arguments or {}
        if "vault" in wish:
            self.open_vault(wish["vault"], wish.get("way", ""))
            return
        self.show_markets()
        action = wish.get("action") or wish.get("mode") or self.form.action
        if action in (LOOP, REDUCE):
            self._show_loop() if action == LOOP else self._bring_down(LOWER)
            return
        self._ask(action, wish.get("token", ""))

    def _ask(self, action: str, token: str) -> None:
        """A button of the room: bring the form to it, ready to type."""
        if action == "ways_out":
            self.navigate.emit(action, None)
            return
        if self.flow.phase == "pending":
            return
        if self.flow.form is not self.form or self.flow.phase != "form":
            self.flow.set_form(self.form)
        if action == self.form.action and not token:
            self.form.turned.emit()
        else:
            self.form.turn(action, token)
        self.form.amount.edit.setFocus()

    def _show_loop(self, *, by_tab: bool = False) -> None:
        """The loop builder; the focus stays in the row of tabs if it was there."""
        if self.flow.phase != "pending":
            self.flow.set_form(self.loop)
            if by_tab:
                self.tabs.button(LOOP).setFocus(Qt.FocusReason.TabFocusReason)

    def _leave_loop(self, action: str) -> None:
        if action == LOOP:
            return
        self.tabs.set_current(LOOP)
        if self.flow.phase != "pending":
            self.flow.set_form(self.form)
            self.form.turn(action)
            self.form.actions.set_current(action)
            self.form.actions.button(action).setFocus(Qt.FocusReason.TabFocusReason)

    def _bring_down(self, aim: str) -> None:
        """A lower multiple of the open loop, or home as one of its tokens."""
        world = self.bridge.world
        pair = open_pair(world, self.bridge.account) if world is not None else None
        if pair is None or self.flow.phase == "pending":
            return
        self.reduce.show_loop(pair, aim)
        self.flow.set_form(self.reduce)
        self.reduce.aims.button(aim).setFocus(Qt.FocusReason.TabFocusReason)

    def _choose_market(self, token: str) -> None:
        on_form = self.flow.phase == "form" and self.flow.form is self.form
        if on_form and reading.reserve_token(self.form.token()) != token:
            self.form.choose(token)

    def _favour(self, token: str, on: bool) -> None:
        self.favour("market", token, self.tr("{token} market").format(token=token), on=on)

    def _turned(self) -> None:
        if self.flow.phase == "form":
            self.flow.set_form(self.form)
        if self.bridge.world is not None:
            self._show_curve(self.bridge.world)

    def _phase_changed(self, phase: str) -> None:
        if phase == "receipt":
            self.health.show_after(None)
        if phase == "form" and not self._switching and self._is_over(self.flow.form):
            self.flow.set_form(self.form)

    def _is_over(self, form: ActionForm) -> bool:
        """Whether a form has nothing more to ask: a switch was thrown, a loop is closed."""
        world = self.bridge.world
        if form is self.reduce:
            mine = open_pair(world, self.bridge.account) if world is not None else None
            return mine != self.reduce.pair()
        return form is self.switch

    # --- vaults -------------------------------------------------------------------------

    def _in_vault(self) -> bool:
        return self._left.currentIndex() == 1

    def open_vault(self, asset: str, way: str = "") -> None:
        """One vault at the left, its form at the right; not while a command is on its way."""
        world = self.bridge.world
        if world is None or self.flow.phase == "pending" or find_vault(world, asset) is None:
            return
        view, form = self.vault or self._build_vault(), self.vault_form
        view.set_vault(asset)
        if form.asset != asset:
            form.set_vault(asset)
        if way:
            form.turn(way)
        self.flow.set_form(form)
        self._left.setCurrentIndex(1)
        self.mark_stale()
        form.amount.edit.setFocus()

    def _build_vault(self) -> VaultView:
        """When a vault is first opened: the room itself is there sooner without."""
        view = self.vault = VaultView(self.bridge)
        view.back.connect(self.show_markets)
        view.robbed.connect(self._rob)
        view.set_narrow(self.narrow)
        self._left.addWidget(Scroller(view, gutter=tokens.GUTTER))
        return view

    def show_markets(self) -> None:
        """Back to all markets."""
        if not self._in_vault() or self.flow.phase == "pending":
            return
        self._left.setCurrentIndex(0)
        self.flow.set_form(self.form)
        self.mark_stale()

    def _vault_turned(self) -> None:
        if self.flow.phase == "form" and self.flow.form is self.vault_form:
            self.flow.set_form(self.vault_form)

    def _rob(self, part: int) -> None:
        assert self.vault is not None
        self.command_wanted.emit(LoseVault(self.bridge.account, self.vault.asset, part))

    def _executed(self, _outcome: Outcome) -> None:
        self.positions.forget_errors()
        if self.vault is not None:
            self.vault.forget()

    # --- switches -----------------------------------------------------------------------

    def _switch_collateral(self, token: str, on: bool) -> None:
        error = self._throw(SwitchCollateral(self.bridge.account, token, on))
        self.positions.supplied[token].error.set_text(error)

    def _choose_emode(self, number: int) -> None:
        self.positions.emode_error.set_text(self._throw(ChooseEMode(self.bridge.account, number)))

    def _choose_oracle(self, oracle: str) -> None:
        growth = self.oracle.growth() if oracle == CAPPED else 0
        command = ChooseFeed(self.bridge.account, "wstETH", oracle, growth)
        self.oracle.error.set_text(self._throw(command))

    def _throw(self, command: Switch) -> str:
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

    def _show_losses(self) -> None:
        """What was lost is told at the top: bring it into view."""
        if self.told.watch.losses is not None:
            self._scroller.verticalScrollBar().setValue(0)

    def _dismiss(self) -> None:
        self.told.watch.dismiss()

    # --- another profile -----------------------------------------------------------------

    def _opened(self) -> None:
        """Another profile (or the same one again after trouble with its file)."""
        profile = self.bridge.profile
        path = profile.path if profile is not None else None
        account = self.bridge.account
        if path != self._path:
            self._path = path
            for form in (self.form, self.loop, self.reduce, self.vault_form):
                form.reset()
            self.positions.forget_errors()
            if self.flow.phase != "pending":
                self._left.setCurrentIndex(0)
                self.flow.set_form(self.form)
        elif account != self._account and self._is_over(self.flow.form):
            self.flow.set_form(self.form)  # it was a loop of the account before
        self._account = account
        self._sampled, self._asking = None, False
        if self.vault is not None:
            self.vault.forget()
