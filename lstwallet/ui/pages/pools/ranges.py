"""The concentrated pool: liquidity by price, one's own ranges, and the panel beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from lstwallet.engine.concentrated_facts import TOKENS
from lstwallet.readmodel import concentrated
from lstwallet.readmodel.concentrated import PoolView, RangeView
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.pools.leave_form import COLLECT, REMOVE, LeaveForm
from lstwallet.ui.pages.pools.parts import Figure
from lstwallet.ui.pages.pools.range_form import RangeForm
from lstwallet.ui.pages.pools.range_words import (
    ahead_words,
    bounds_words,
    owned_pair,
    owned_words,
    price_words,
    state_words,
    title,
    translate,
    whole_words,
)
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.buttons import Button, Segmented, ToolButton
from lstwallet.ui.widgets.cards import Avatar, Card, EmptyState, Inset, PressCard
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import Rule, Scroller, column, holder, row
from lstwallet.ui.widgets.range_bars import Depth, RangeBars
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.ui.widgets.side_sheet import SideSheet
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge, Preferences

RANGES: Final = "wsteth_eth"
"""The name of the pool in links to the room."""
NAME: Final = "wstETH / ETH"
SPAN: Final = 1.06
"""The chart shows the price times and divided by this, and wider bounds whole."""


class RangesCard(PressCard):
    """The concentrated pool in the list of pools."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pools.open.wsteth_eth")
        self.setText(NAME)
        self.setAccessibleName(NAME)
        self.sub = Label("", "small", "2", elide=True)
        self.price = Label("", "medium")
        self.mine = Label("", "small", "2", elide=True)
        head = row(
            Avatar("LP", 36), (column(Label(NAME, "title"), self.sub, spacing=2), 1), self.price,
            spacing=12,
        )  # fmt: skip
        foot = row((self.mine, 1), Icon("caret-right", "3", 16), spacing=8)
        self.setLayout(column(head, Rule(), foot, margins=(18, 16, 18, 14), spacing=12))

    def show_pool(
        self, view: PoolView, mine: tuple[RangeView, ...], preferences: Preferences
    ) -> None:
        """The pool now, and one's ranges in it."""
        self.sub.setText(kind(view))
        self.price.setText(self.tr("1 wstETH = {price}").format(price=price_words(view.price)))
        if mine:
            inside = sum(row.state == concentrated.INSIDE for row in mine)
            text = self.tr("Yours: {worth}, {inside} of {count} in range")
            worth = owned_words(preferences, sum(row.worth for row in mine))
            self.mine.setText(text.format(worth=worth, count=len(mine), inside=inside))
        else:
            self.mine.setText(self.tr("You choose the prices between which your tokens trade"))
        self.setAccessibleDescription(f"{self.sub.text()}. {self.mine.text()}")


def kind(view: PoolView) -> str:
    """The kind of pool, and its fee."""
    text = translate("pools", "Concentrated liquidity · fee {fee}")
    return text.format(fee=wording.percent(view.fee / 1_000_000))


class RangeCard(Inset):
    """One range of one's own."""

    def __init__(self, number: int, act: Callable[[str, int], None]) -> None:
        super().__init__(padding=(14, 10, 14, 12), spacing=5)
        self.number = number
        self.chip = Chip(small=True)
        self.bounds = KeyValue(self.tr("Range"))
        self.worth = KeyValue(self.tr("Worth now"))
        self.held = KeyValue(self.tr("Had you kept the tokens"))
        self.ahead = KeyValue(self.tr("Against holding"))
        self.fees = KeyValue(self.tr("Fees to collect"))
        self.collect = Button(self.tr("Collect"), "secondary", "small",
                              on_click=lambda: act(COLLECT, number))  # fmt: skip
        self.remove = Button(self.tr("Remove"), "secondary", "small",
                             on_click=lambda: act(REMOVE, number))  # fmt: skip
        self.more = Button(self.tr("Add more"), "secondary", "small",
                           on_click=lambda: act("add", number))  # fmt: skip
        for name in ("collect", "remove", "more"):
            getattr(self, name).setObjectName(f"ranges.{name}.{number}")
        self.add(
            row(Label(title(number), "strong"), None, self.chip, spacing=8),
            self.bounds, self.worth, self.held, self.ahead, self.fees,
            row(self.collect, self.remove, self.more, None, spacing=8),
        )  # fmt: skip

    def show_range(self, view: RangeView, preferences: Preferences) -> None:
        """The range now."""
        self.chip.set(*state_words(view), "check-circle" if view.state == concentrated.INSIDE
                      else "warning")  # fmt: skip
        self.bounds.set_value(bounds_words(view))
        self.worth.set_value(owned_words(preferences, view.worth))
        self.held.set_value(owned_words(preferences, max(view.held, 0)))
        self.ahead.set_value(*ahead_words(preferences, view))
        self.fees.set_value(owned_pair(preferences, view.fees))
        self.collect.setEnabled(view.fees != (0, 0))


class RangesView(QWidget):
    """Chart and ranges at the left, the action panel at the right or over it."""

    back = Signal()
    navigate = Signal(str, object)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.is_narrow = False
        self._sheet: SideSheet | None = None
        self._cards: dict[int, RangeCard] = {}
        self.arrow = ToolButton("arrow-left", self.tr("All pools"), on_click=self.back.emit)
        self.arrow.setObjectName("ranges.list")
        self.sub = Label("", "small", "2", elide=True)
        self.price = Figure(self.tr("Pool price"))
        self.held = Figure(self.tr("In the pool"))
        self.open_form = Button(self.tr("Provide"), "primary", icon="plus",
                                on_click=lambda: self.act("add", 0))  # fmt: skip
        self.open_form.setObjectName("ranges.open")
        self.open_form.hide()
        names = column(Label(NAME, "title"), self.sub, spacing=2)
        self.head = row(self.arrow, Avatar("LP", 40), (names, 1), self.price, 8, self.held, 4,
                        self.open_form, spacing=10)  # fmt: skip
        self._build_panel()
        self.bars = RangeBars(self.tr("Liquidity by price, with the bounds of the range"))
        self.bars.setObjectName("ranges.bars")
        self.bars.moved.connect(self._dragged)
        self.said = Label("", "small", "2", wrap=True)
        chart = Card(self.tr("Where the liquidity lies"), spacing=10)
        chart.add(self.bars, self.said)
        self.mine = Card(self.tr("Your ranges"), spacing=10)
        self.none = EmptyState(
            "drop-half", self.tr("No range yet"),
            self.tr("Take a bound in the chart, or type two prices beside it."),
            action=self.tr("Provide"), on_action=lambda: self.act("add", 0),
        )  # fmt: skip
        self.mine.add(self.none)
        gutter = tokens.GUTTER
        left = holder(column((chart, 1), self.mine, margins=(0, 0, 0, 14), spacing=14))
        self._shelf = holder(column(self.panel, margins=(0, 0, gutter, 14)))
        beside = row((Scroller(left, gutter=gutter), 1), self._shelf, spacing=tokens.BESIDE)
        self.setLayout(
            column(row((self.head, 1), margins=(0, 0, gutter, 0)), (beside, 1),
                   margins=(tokens.PAGE_MARGIN, 14, 0, 0), spacing=14)
        )  # fmt: skip

    def _build_panel(self) -> None:
        self.panel = ActionPanel()
        self.panel.set_width(384)
        self.tabs = Segmented([("add", self.tr("Add")), (REMOVE, self.tr("Take out"))],
                              name=self.tr("Add or take out"), expand=True)  # fmt: skip
        for key in ("add", REMOVE):
            self.tabs.button(key).setObjectName(f"ranges.tab.{key}")
        self.tabs.changed.connect(self._tab_picked)
        page = self.panel.page("form")
        page.add(self.tabs)
        page.close.clicked.connect(lambda _on=False: self.close_sheet())
        self.add_form, self.leave_form = RangeForm(self.bridge), LeaveForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.add_form)
        self.flow.keep(self.leave_form)
        self.flow.navigate.connect(self._go)
        for form in (self.add_form, self.leave_form):
            self.flow.phase_changed.connect(form.on_phase)
        self.add_form.bounds_changed.connect(self._bounds_typed)

    # --- moving about -------------------------------------------------------------------

    def act(self, what: str, number: int) -> None:
        """Open the panel: ``add``, ``remove`` or ``collect`` of that range."""
        if self.flow.phase == "pending":
            return
        if self.flow.phase == "review":
            self.flow.back()
        tab = "add" if what == "add" else REMOVE
        self.tabs.set_current(tab)
        self._tab_picked(tab)
        if tab == "add":
            self.add_form.choose(number)
        elif number:
            self.leave_form.choose(number, what)
        self.open_panel()

    def _tab_picked(self, key: str) -> None:
        if self.flow.phase == "pending":
            return
        self.flow.set_form(self.add_form if key == "add" else self.leave_form)
        self._show_bounds()

    def open_panel(self) -> None:
        """To the form: over the window when there is no room beside."""
        if self.is_narrow:
            if self._sheet is None:
                self._sheet = SideSheet(self.window(), self.tr("Ranges"))
                self._sheet.closed.connect(self._place_panel)
            self._sheet.hold(self.panel)
            self.panel.page("form").close.show()
            self._sheet.open()
        self.flow.form.fields()["amount"].edit.setFocus()

    def close_sheet(self) -> None:
        """The panel goes back beside, or out of sight."""
        if self._sheet is not None:
            self._sheet.close()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.close_sheet()

    def _place_panel(self) -> None:
        if self.is_narrow and self._sheet is not None and not self._sheet.isHidden():
            return
        if self._shelf.layout().indexOf(self.panel) < 0:
            self._shelf.layout().addWidget(self.panel)
        self.panel.show()
        self._shelf.setVisible(not self.is_narrow)
        self.panel.page("form").close.setVisible(False)

    def set_narrow(self, narrow: bool) -> None:
        """Whether there is room for the panel."""
        self.is_narrow = narrow
        if not narrow:
            self.close_sheet()
        self.open_form.setVisible(narrow)
        self._place_panel()

    def _go(self, room: str, arguments: Any) -> None:
        self.close_sheet()
        self.navigate.emit(room, arguments)

    # --- showing a world ----------------------------------------------------------------

    def refresh(self, world: World) -> None:
        """The pool and one's ranges now."""
        if world.concentrated is None:
            return
        view = concentrated.pool_view(world)
        rows = concentrated.rows(world, self.bridge.account)
        self.sub.setText(kind(view))
        self.price.set_value(price_words(view.price))
        amounts = zip(TOKENS, view.held, strict=True)
        self.held.set_value(" + ".join(whole_words(units, token) for token, units in amounts))
        self._show_rows(rows)
        self.flow.refresh(world)
        self._show_bars(world, view)
        self._show_bounds()

    def _show_rows(self, rows: tuple[RangeView, ...]) -> None:
        numbers = {view.number for view in rows}
        for number in [each for each in self._cards if each not in numbers]:
            card = self._cards.pop(number)
            card.hide()
            card.deleteLater()
        for view in rows:
            if view.number not in self._cards:
                card = RangeCard(view.number, partial(self.act))
                self._cards[view.number] = card
                self.mine.add(card)
            self._cards[view.number].show_range(view, self.bridge.preferences)
        self.none.setVisible(not rows)

    def _show_bars(self, world: World, view: PoolView) -> None:
        price = view.price / WAD
        bars = concentrated.bars(world, self.bridge.account)
        most = max((bar.liquidity for bar in bars), default=1) or 1
        bounds = self._chosen() or (price, price)
        low = min(price / SPAN, bounds[0] / 1.01)
        high = max(price * SPAN, bounds[1] * 1.01)
        ends = (round(low * WAD), view.price, round(high * WAD))
        first, here, last = (price_words(each) for each in ends)
        depths = [Depth(bar.low / WAD, bar.high / WAD, bar.liquidity / most, bar.own / most)
                  for bar in bars]  # fmt: skip
        self.bars.show_depth(depths, (low, high), price, (first, here, last))

    # --- the bounds ---------------------------------------------------------------------

    def _chosen(self) -> tuple[float, float] | None:
        if self.flow.form is not self.add_form:
            return None
        world, ticks = self.bridge.world, self.add_form.ticks()
        if world is None or ticks is None or ticks[0] >= ticks[1]:
            return None
        lower, upper = concentrated.prices_of(ticks)
        return lower / WAD, upper / WAD

    def _show_bounds(self) -> None:
        world = self.bridge.world
        if world is None or world.concentrated is None:
            return
        bounds = self._chosen()
        if bounds is None:
            self.bars.set_bounds(None)
            self.said.setText(self.tr("Bars: all liquidity at a price, yours in front."))
            return
        lower, upper = (price_words(round(bound * WAD)) for bound in bounds)
        text = self.tr(
            "Your tokens trade while 1 wstETH costs {lower} to {upper}. The narrower the range, "
            "the larger your part of each fee, and the sooner the price leaves it."
        )
        said = text.format(lower=lower, upper=upper)
        self.said.setText(said)
        self.bars.set_bounds(bounds, said)

    def _bounds_typed(self) -> None:
        """Bounds from the form: the chart shows both, however far out."""
        world = self.bridge.world
        if world is not None and world.concentrated is not None:
            self._show_bars(world, concentrated.pool_view(world))
            self._show_bounds()

    def _dragged(self, bounds: tuple[float, float]) -> None:
        if self.flow.phase != "form":  # what is reviewed stays as it is
            self._show_bounds()
            return
        if self.add_form.target.current():
            self.add_form.choose(0)
        lower, upper = (round(bound * WAD) for bound in bounds)
        self.add_form.set_bounds(lower, upper)
        self._show_bounds()
