"""The room Pools: the list, and one pool with its action panel beside (or over) it."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from lstwallet.engine.pools_facts import LP, RETH_ETH, STETH_ETH
from lstwallet.engine.pools_view import fair_price, pools_of
from lstwallet.engine.staking import steth_rate
from lstwallet.readmodel import concentrated, pools
from lstwallet.readmodel.pools import POOLS, RATE_SERIES, Basis
from lstwallet.store.book import pinned
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.page import Page, centred
from lstwallet.ui.pages.pools import words
from lstwallet.ui.pages.pools.add_form import AddForm
from lstwallet.ui.pages.pools.detail import PoolDetail
from lstwallet.ui.pages.pools.parts import Lesson, PoolCard, turn
from lstwallet.ui.pages.pools.ranges import RANGES, RangesCard, RangesView
from lstwallet.ui.pages.pools.remove_form import RemoveForm
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.ui.widgets.side_sheet import SideSheet
from lstwallet.units.clock import DAY, HOUR

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord, Outcome, Session
    from lstwallet.engine.world import World
    from lstwallet.readmodel.samples import Series
    from lstwallet.ui.bridge import Bridge

PANEL_WIDTH: Final = 384
RECENT: Final = 30 * DAY
PAUSE_MS: Final = 1_500
"""How often fees and sparks are fetched while time runs."""
PAGE_OF_RECORDS: Final = 500
SPARKS: Final = ("steth_market_wad", "reth_market_wad", "usdc_eth_usd8")
"""What the cards draw, in their order."""
_NAMES: Final = (*(name for pool in POOLS for name in pools.FEE_SERIES[pool]), *SPARKS)


class RoomPage(Page):
    """List and pool in one stack."""

    key = "pools"
    interests = frozenset(
        {"time", "prices", "wallet", "staking", "pools", "guards", "concentrated"}
    )

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self.pool = ""
        self._recent: Series | None = None
        self._basis: dict[str, Basis | None] = {}
        self._basis_of: tuple[int, ...] = ()
        self._since = QElapsedTimer()
        self._asking = False
        self._sheet: SideSheet | None = None
        self._order: list[str] = list(POOLS)
        self.list = self._build_list()
        self.detail = PoolDetail(bridge)
        self.detail.back.connect(self.show_list)
        self.detail.add_wanted.connect(self._add_wanted)
        self.detail.ways_wanted.connect(lambda: self.navigate.emit("ways_out", None))
        self._build_panel()
        gutter = tokens.GUTTER
        self._shelf = holder(column(self.panel, margins=(0, 0, gutter, 14)))
        beside = row(
            (Scroller(self.detail, gutter=gutter), 1), self._shelf, spacing=tokens.BESIDE
        )
        self._pool_page = holder(
            column(
                row((self.detail.head, 1), margins=(0, 0, gutter, 0)), (beside, 1),
                margins=(tokens.PAGE_MARGIN, 14, 0, 0), spacing=14,
            )
        )  # fmt: skip
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.list)
        self.stack.addWidget(self._pool_page)
        self.ranges = RangesView(bridge)
        self.ranges.back.connect(self.show_list)
        self.ranges.navigate.connect(self._go)
        self.stack.addWidget(self.ranges)
        bridge.opened.connect(self._opened)
        bridge.book_changed.connect(self.mark_stale)
        bridge.account_changed.connect(self._opened)
        bridge.past.changed.connect(self._opened)

    # --- building -----------------------------------------------------------------------

    def _build_list(self) -> QWidget:
        self.cards = {pool: PoolCard(pool) for pool in POOLS}
        for pool, card in self.cards.items():
            card.clicked.connect(lambda _on=False, pool=pool: self.open_pool(pool))
            card.favoured.connect(partial(self._favour, pool))
        self._row = row(*((card, 1) for card in self.cards.values()), spacing=tokens.CARD_GAP)
        lessons = (
            Lesson("coin", "good", self.tr("What you earn"),
                   self.tr("Each trade pays a fee, shared out by LP shares. Nobody has to claim "
                           "it: the pool grows.")),
            Lesson("git-fork", "warn", self.tr("What it costs"),
                   self.tr("The pool sells what rises and buys what falls. Against holding, "
                           "that is divergence.")),
            Lesson("scales", "info", self.tr("What to watch"),
                   self.tr("A pool that leans is full of the token that people leave. "
                           "Your share leans with it.")),
        )  # fmt: skip
        self._lessons = row(*((each, 1) for each in lessons), spacing=12)
        know = Card(self.tr("Good to know before you add"), spacing=12)
        know.add(self._lessons)
        head = column(
            Label(self.tr("Pools"), "title"),
            Label(self.tr("Provide two tokens that others trade, and share the fees"), "small",
                  "2", elide=True),
            spacing=3,
        )  # fmt: skip
        page = QWidget()
        self.ranges_card = RangesCard()
        self.ranges_card.clicked.connect(lambda _on=False: self.open_ranges())
        shown = (head, self._row, self.ranges_card, know, None)
        page.setLayout(centred(column(*shown, spacing=14)))
        return page

    def _build_panel(self) -> None:
        self.panel = ActionPanel()
        self.panel.set_width(PANEL_WIDTH)
        self.tabs = Segmented([("add", self.tr("Add")), ("remove", self.tr("Remove"))],
                              name=self.tr("Add or remove"), expand=True)  # fmt: skip
        for key in ("add", "remove"):
            self.tabs.button(key).setObjectName(f"pools.tab.{key}")
        self.tabs.changed.connect(self._tab_picked)
        form_page = self.panel.page("form")
        form_page.add(self.tabs)
        form_page.close.clicked.connect(lambda _on=False: self._close_sheet())
        self.add_form, self.remove_form = AddForm(self.bridge), RemoveForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.add_form)
        self.flow.keep(self.remove_form)
        self.flow.navigate.connect(self._go)
        for form in (self.add_form, self.remove_form):
            self.flow.phase_changed.connect(form.on_phase)
        self.flow.executed.connect(self._executed)

    # --- moving about -------------------------------------------------------------------

    def show_request(self, arguments: Any) -> None:
        """``{"pool": "steth_eth", "action": "add" | "remove"}``."""
        pool = arguments.get("pool", "") if isinstance(arguments, dict) else ""
        if self.flow.phase == "pending":
            return
        if pool == RANGES:
            self.open_ranges()
        if pool not in POOLS:
            return
        self.open_pool(pool)
        action = arguments.get("action", "")
        if action in ("add", "remove"):
            self.tabs.set_current(action)
            self._tab_picked(action)
            self.open_panel()

    def show_list(self) -> None:
        """Back to all pools."""
        self._close_sheet()
        self.pool = ""
        self.stack.setCurrentWidget(self.list)
        self.mark_stale()
        self.cards[self._order[0]].setFocus()

    def open_ranges(self) -> None:
        """Show the concentrated pool; not while a command of another is on its way."""
        world = self.bridge.world
        if self.flow.phase == "pending" or world is None or world.concentrated is None:
            return
        self._close_sheet()
        self.pool = ""
        self.stack.setCurrentWidget(self.ranges)
        self.mark_stale()

    def open_pool(self, pool: str) -> None:
        """Show one pool; not while a command of another is on its way."""
        if self.flow.phase == "pending":
            return
        if pool != self.pool:
            self.pool = pool
            if self.flow.phase == "review":
                self.flow.back()
            self.add_form.set_pool(pool)
            self.remove_form.set_pool(pool)
            self.flow.set_form(self.flow.form)
        self.detail.set_pool(pool)
        self.stack.setCurrentWidget(self._pool_page)
        self.mark_stale()
        self.detail.chart.ask_now()

    def _add_wanted(self) -> None:
        if self.flow.phase == "form":
            self.tabs.set_current("add")
            self._tab_picked("add")
        self.open_panel()

    def open_panel(self) -> None:
        """To the form: over the window when there is no room beside."""
        if self.narrow:
            if self._sheet is None:
                self._sheet = SideSheet(self.window(), self.tr("Liquidity"))
                self._sheet.closed.connect(self._sheet_closed)
            self._sheet.hold(self.panel)
            self.panel.page("form").close.show()
            self._sheet.open()
        self.flow.form.fields()["amount"].edit.setFocus()

    def _close_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.close()

    def _sheet_closed(self) -> None:
        self._place_panel()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another room: the sheet does not stay over it."""
        super().hideEvent(event)
        self._close_sheet()

    def _place_panel(self) -> None:
        """Beside the pool when there is room, otherwise out of sight until it is asked for."""
        sheet = self._sheet
        if self.narrow and sheet is not None and not sheet.isHidden():
            return
        if self._shelf.layout().indexOf(self.panel) < 0:
            self._shelf.layout().addWidget(self.panel)
        self.panel.show()
        self._shelf.setVisible(not self.narrow)
        self.panel.page("form").close.setVisible(False)

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        if not narrow:
            self._close_sheet()
        turn(self._row, narrow)
        turn(self._lessons, narrow)
        self.detail.add.setVisible(narrow)
        self.ranges.set_narrow(narrow)
        self._place_panel()

    def _go(self, room: str, arguments: Any) -> None:
        self._close_sheet()
        if room == self.key:
            self.show_request(arguments)
        else:
            self.navigate.emit(room, arguments)

    def _tab_picked(self, key: str) -> None:
        if self.flow.phase == "pending":
            return
        self.flow.set_form(self.add_form if key == "add" else self.remove_form)

    # --- showing a world ----------------------------------------------------------------

    def refresh(self, world: World) -> None:
        there = pools_of(world)
        for pool, card in self.cards.items():
            card.setVisible(pool in there)
        self._show_stars()
        mine = tuple(world.balance(self.bridge.account, LP[pool]) for pool in POOLS)
        if mine != self._basis_of:
            self._read_basis(mine)
        self._fetch()
        self.ranges_card.setVisible(world.concentrated is not None)
        if self.stack.currentWidget() is self.ranges:
            self.ranges.refresh(world)
            return
        if not self.pool:
            if world.concentrated is not None:
                mine = concentrated.rows(world, self.bridge.account)
                self.ranges_card.show_pool(
                    concentrated.pool_view(world), mine, self.bridge.preferences
                )
            for pool, card in self.cards.items():
                card.show_pool(
                    pools.view(world, pool), pools.earnings(world, pool, self._recent),
                    pools.share_of(world, self.bridge.account, pool), self.bridge.preferences,
                )  # fmt: skip
            return
        self._show_pool(world)
        self.flow.refresh(world)

    def _show_stars(self) -> None:
        """Favourites stand first, for the eye and for Tab."""
        book = self.bridge.book
        for pool, card in self.cards.items():
            card.star.set_on(pool in book.starred("pool"))
        order = pinned(book, POOLS, "pool")
        if order == self._order:
            return
        self._order = order
        focused = self.window().focusWidget()
        for at, pool in enumerate(order):
            self._row.removeWidget(self.cards[pool])
            self._row.insertWidget(at, self.cards[pool], 1)
        around = [part for pool in order for part in (self.cards[pool], self.cards[pool].star)]
        for before, after in pairwise(around):
            QWidget.setTabOrder(before, after)
        if focused is not None:
            focused.setFocus()

    def _favour(self, pool: str, on: bool) -> None:
        self.favour("pool", pool, words.title(pool), on=on)

    def _show_pool(self, world: World) -> None:
        pool = self.pool
        held = self._basis.get(pool)
        standing = None
        if held is not None and world.balance(self.bridge.account, LP[pool]):
            standing = pools.against_holding(world, pool, held)
        self.detail.show_pool(
            pools.view(world, pool), pools.earnings(world, pool, self._recent), standing
        )

    def _opened(self) -> None:
        """Another profile: nothing that was read before is true."""
        self._recent, self._basis, self._basis_of = None, {}, ()
        self._asking = False
        self._since.invalidate()
        self.mark_stale()

    def _executed(self, _outcome: Outcome) -> None:
        self.mark_stale()

    # --- what is read in the lane -------------------------------------------------------

    def _fetch(self) -> None:
        """Fees and prices of the last thirty days, not too often."""
        world = self.bridge.world
        stale = not self._since.isValid() or self._since.elapsed() >= PAUSE_MS
        if world is None or self._asking or not stale:
            return
        self._asking = True
        self._since.start()
        self.bridge.series(_NAMES, world.time - RECENT, world.time, self._fetched, self._unstick)
        QTimer.singleShot(4 * PAUSE_MS, self, self._unstick)

    def _unstick(self) -> None:
        self._asking = False

    def _fetched(self, recent: Series) -> None:
        self._asking = False
        self._recent = recent
        for card, name in zip(self.cards.values(), SPARKS, strict=True):
            card.spark.set_values(_thinned(recent.column(name)))
        world = self.bridge.world
        if world is not None and self.isVisible():
            if self.pool:
                self._show_pool(world)
            else:
                self.refresh(world)

    def _read_basis(self, mine: tuple[int, ...]) -> None:
        """How one came by one's shares: from the profile's whole history."""
        self._basis_of = mine
        world = self.bridge.world
        if world is None or not any(mine):
            self._basis = {}
            return
        rates = {pool: (*_rate_now(world, pool), *found) for pool, found in RATE_SERIES.items()}

        account = self.bridge.account

        def answered(found: dict[str, Basis | None]) -> None:
            if account != self.bridge.account:
                return
            self._basis = found
            if self.bridge.world is not None and self.pool and self.isVisible():
                self._show_pool(self.bridge.world)

        def failed(error: BaseException) -> None:
            self._basis_of = ()  # the next change asks again
            self.bridge.failed.emit(error)

        self.bridge.call(lambda session: _bases(session, rates, account), answered, failed)


def _rate_now(world: World, pool: str) -> tuple[int, int]:
    """When a pool's rate moves next, and what it is now (27 decimals)."""
    rocket = world.rocketpool
    if pool == RETH_ETH and rocket is not None:
        return rocket.next_update, fair_price(world, pool) * RATE_SERIES[pool][1]
    return world.staking.next_report, steth_rate(world)


def _bases(
    session: Session, rates: dict[str, tuple[int, int, str, int]], account: str
) -> dict[str, Basis | None]:
    """In the lane: every record of the account's, and staking tokens' rates around each deposit.

    ``rates``: pool → the next report, the rate now, its samples and their scale.
    """
    records: list[ActivityRecord] = []
    before: int | None = None
    while page := session.activity(before=before, limit=PAGE_OF_RECORDS, account=account):
        records.extend(page)
        before = page[-1].seq
    deposits = [record.at for record in records if record.kind == "LiquidityAdded"]
    found: dict[str, Basis | None] = {}
    for pool in POOLS:
        report, rate, name, scale = rates.get(pool, rates[STETH_ETH])
        samples: list[tuple[int, int | None]] = []
        for at in deposits:
            around = session.series([name], at - HOUR, at + HOUR)
            values = [None if each is None else each * scale for each in around.column(name)]
            samples += zip(around.at, values, strict=True)
        found[pool] = pools.basis(records, pool, pools.rate_from(samples, report, rate), account)
    return found


def _thinned(values: list[int | None]) -> list[float | None]:
    step = max(1, len(values) // 60)
    return [None if each is None else float(each) for each in values[::step]]
