"""The first room: what needs attention, net worth, positions, yield, what is on its way out.

Nothing here imports the charts: they come in the lane once the room is on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.readmodel import home as reading
from lstwallet.readmodel import portfolio, yields
from lstwallet.readmodel.attention import attention
from lstwallet.readmodel.coming import coming
from lstwallet.readmodel.shadow import all_compared
from lstwallet.readmodel.timeline import exits
from lstwallet.ui import wording
from lstwallet.ui.jobs import load
from lstwallet.ui.pages.home import words
from lstwallet.ui.pages.home.attention import AttentionCard
from lstwallet.ui.pages.home.cards import (
    QWIDGETSIZE_MAX,
    AllocationCard,
    ExitsCard,
    PositionsCard,
    WaysCard,
    YieldCard,
)
from lstwallet.ui.pages.home.worth import RANGES, WorthCard
from lstwallet.ui.pages.losses import LossBanner
from lstwallet.ui.pages.page import Page, centred
from lstwallet.ui.theme import current, tokens
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.units.clock import DAY, HOUR

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Series
    from lstwallet.engine.world import World
    from lstwallet.readmodel.home import Position
    from lstwallet.readmodel.portfolio import Quotes
    from lstwallet.readmodel.yields import Layers, Rates
    from lstwallet.ui.bridge import Bridge

SIDE: Final = 404
NARROW_SIDE: Final = 346
MOST_WORTH: Final = 430
MOST_EXITS: Final = 400
"""No card grows beyond this, however tall the window is."""
MAIN: Final = 600
"""What the main column needs with its margins."""
LARGE_TEXT: Final = 1.2
"""Above this text scale cards are laid out as in a narrow window."""
CHARTS: Final = "lstwallet.ui.charts.line"
MONTH: Final = 30 * DAY
FEWEST: Final = 3
"""Points that make a trend."""
REST: Final = 4
"""The lane gets this many times as long a rest as the last look at the samples took."""
LEAST_REST_MS: Final = 500
"""And never less than this."""
TRENDS_MS: Final = 1_000
"""The small lines of the table follow prices this often."""
_NO_TRENDS: Final[dict[str, tuple[float, ...]]] = {}


class _Samples:
    """Samples of one kind, asked for again each simulated hour; one question at a time.

    A long range takes the lane some time to read: while time runs it is read more seldom.
    """

    def __init__(self, page: RoomPage, names: tuple[str, ...]) -> None:
        self._page, self._names = page, names
        self.past: Series | None = None
        self._mark: tuple[Any, ...] = ()
        self._asking = False
        self._since = QElapsedTimer()
        self._took = 0
        self._rested = QTimer(page)
        self._rested.setSingleShot(True)
        self._rested.timeout.connect(page.renew)

    def forget(self) -> None:
        """Another profile."""
        self.past, self._mark, self._took, self._asking = None, (), 0, False

    def keep(self, world: World, span: int) -> None:
        """Have samples of the last ``span`` seconds (0: all) until about now."""
        mark = (world.started, span, world.time // HOUR, self._page.bridge.account)
        fresh = not self._mark or mark[:2] != self._mark[:2]
        rest = max(LEAST_REST_MS, REST * self._took)
        resting = self._since.isValid() and self._since.elapsed() < rest
        if self._asking or mark == self._mark:
            return
        if resting and not fresh:  # time may have stopped: look again when the rest is over
            self._rested.start(rest - self._since.elapsed() + 1)
            return
        if fresh:
            self.past = None
        before, self._asking, self._mark = self._mark, True, mark
        asked = QElapsedTimer()
        asked.start()

        def show(series: Series) -> None:
            if self._mark != mark:
                return  # another profile was opened meanwhile
            self._asking, self.past = False, series
            self._took = asked.elapsed()
            self._since.start()
            self._page.know_more()

        def failed() -> None:
            if self._mark == mark:
                self._asking, self._mark = False, before

        begin = reading.begin_of(world, span)
        self._page.bridge.series(self._names, begin, world.time, show, failed)


class RoomPage(Page):
    """Attention above; net worth and positions at the left, three cards at the right."""

    key = "home"
    interests = frozenset(
        {"time", "prices", "wallet", "staking", "validators", "lending", "pools", "restaking"}
    )

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._worth = _Samples(self, (reading.WORTH,))
        self._month = _Samples(self, tuple({*reading.PRICES, *yields.NAMES}))
        self._layers: tuple[Layers, Rates] | None = None
        self._positions: tuple[Position, ...] = ()
        self._prices: tuple[Series, tuple[Quotes, ...]] | None = None
        self._trended: dict[str, tuple[float, ...]] = {}
        self._drawn = QElapsedTimer()
        self._why: WhyPopover | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self.look_again)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.told = LossBanner(
            self.bridge, "home.liquidated", self.tr("Go to Lend"),
            lambda: self.navigate.emit("lend", None),
        )  # fmt: skip
        self.attention = AttentionCard()
        self.worth = WorthCard()
        self.positions = PositionsCard()
        self.ways = WaysCard()
        self.ways.hide()
        self.allocation = AllocationCard()
        self.yields = YieldCard()
        self.exits = ExitsCard()
        gap = tokens.CARD_GAP
        # What room is left goes to the chart and the exits, then below them.
        main = column(
            (self.worth, 100), self.positions, self.ways, (None, 1), spacing=gap
        )
        side = column(self.allocation, self.yields, (self.exits, 100), (None, 1), spacing=gap)
        self._main, self._side = holder(main), holder(side)
        self._lower = row((self._main, 1), self._side, spacing=gap)
        self.setLayout(centred(column(self.told, self.attention, (self._lower, 1), spacing=gap)))

    def _connect(self) -> None:
        self.attention.wanted.connect(self.navigate)
        self.ways.wanted.connect(self.navigate)
        self.worth.range_changed.connect(lambda _key: self.look_again())
        self.worth.why.clicked.connect(lambda _on=False: self._explain_worth())
        self.yields.why.clicked.connect(lambda _on=False: self._explain_yield())
        self.positions.ways_wanted.connect(lambda: self.navigate.emit("ways_out", None))
        self.positions.wanted.connect(lambda each: self.navigate.emit(*words.way(each)))
        self.positions.favoured.connect(self._favour)
        self.bridge.book_changed.connect(self.renew)
        self.exits.wanted.connect(self._go_to_exit)
        self.exits.calendar_wanted.connect(lambda: self.navigate.emit("calendar", None))
        self.bridge.opened.connect(self._forget)
        self.bridge.account_changed.connect(self._forget)
        self.bridge.past.changed.connect(self._forget)
        self.bridge.outcome.connect(self._happened)
        self.bridge.settings_changed.connect(self._settings_changed)

    def _settings_changed(self) -> None:
        self.set_narrow(self.narrow)

    # --- showing ------------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        for _ in self.slices(world):
            pass

    def slices(self, world: World) -> Iterator[None]:
        """A card at a time."""
        account = self.bridge.account
        preferences = self.bridge.preferences
        prices = portfolio.quotes(world)
        rows = portfolio.holdings(world, account, prices)
        usd = sum(each.usd for each in rows)
        rates = yields.rates(world, account, self._month.past)
        layers = yields.layers(world, account, rows, prices, rates)
        self._layers = layers, rates
        self._positions = reading.positions(world, account, rows, prices, rates)
        yield
        self.told.show_losses(world)
        self._show_attention(world, rates)
        yield
        self._show_worth(world, usd)
        yield
        self.worth.draw_line()
        yield
        yield  # the chart is painted a turn later than the rest
        trends = self._trends(prices)
        yield
        self.positions.show_positions(self._positions, trends, preferences, self.bridge.book)
        yield
        yield  # the rest of the table's cells
        self.allocation.show_positions(self._positions, usd, preferences)
        yield
        self.yields.show_layers(layers)
        self.exits.show_exits(exits(world, account), world.time, preferences)
        self._keep(world)

    def look_again(self) -> None:
        """More is known, or something else is wanted: show it, or when visible."""
        self.renew()

    def know_more(self) -> None:
        """Samples have come; while time runs they are shown with its next step."""
        if not self.bridge.running or self._worth.past is None:
            self.renew()

    def _show_attention(self, world: World, rates: Rates) -> None:
        preferences, now = self.bridge.preferences, world.time
        account = self.bridge.account
        notices = [words.notice(each, now, preferences) for each in attention(world, account)]
        heading, well = "", ""
        idle = all(each.state == reading.IDLE for each in self._positions)
        if not notices and idle:
            notices = [words.first_step(rates.staking, not self._positions)]
            heading = self.tr("Start here")
        elif not notices:
            ahead = coming(world, account, now + 2 * DAY)
            well = words.all_well(ahead[0] if ahead else None, now)
        self.attention.show_notices(notices, well, heading)
        self.ways.setVisible(idle and bool(self._positions))
        if idle:
            self.ways.show_rates(rates)

    def _show_worth(self, world: World, usd: int) -> None:
        span = RANGES[self.worth.range.current()]
        begin = reading.begin_of(world, span)
        whole = not span or world.time - span >= world.started
        self.worth.show_worth(
            usd, self._worth.past, begin, world.time, whole, self.bridge.preferences
        )

    def _trends(self, prices: Quotes) -> dict[str, tuple[float, ...]]:
        past, keys = self._month.past, [each.key for each in self._positions]
        if past is None:
            return _NO_TRENDS
        if self._prices is None or self._prices[0] is not past:
            self._prices = past, reading.past_prices(past)
        elif list(self._trended) == keys and self._drawn.elapsed() < TRENDS_MS:
            return self._trended
        points = (*self._prices[1], prices)
        if len(points) < FEWEST:
            return _NO_TRENDS
        self._drawn.start()
        self._trended = {each.key: reading.trend(each, points) for each in self._positions}
        return self._trended

    def _keep(self, world: World) -> None:
        """The line, the chart for it, and the month, as far as they are not there yet."""
        self._worth.keep(world, RANGES[self.worth.range.current()])
        self._ask_for_charts()
        self._month.keep(world, MONTH)

    # --- what comes late ----------------------------------------------------------------

    _asked_for_charts = False

    def _ask_for_charts(self) -> None:
        if not self._asked_for_charts:
            self._asked_for_charts = True
            self.bridge.jobs.run(load(CHARTS), self.worth.take_charts, self.bridge.failed.emit)

    def _forget(self) -> None:
        """Another profile is open."""
        self._worth.forget()
        self._month.forget()
        self.look_again()

    def _happened(self, outcome: Outcome) -> None:
        """After a run the line is read once more, rest or not."""
        if not self._late.isActive() and self.isVisible():
            self._late.start(400)

    # --- sizes --------------------------------------------------------------------------

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        large = current().scale > LARGE_TEXT
        self.attention.set_narrow(narrow)
        self.allocation.set_narrow(narrow)
        self.positions.set_narrow(narrow or large)
        self.worth.set_stacked(narrow or large)
        self.worth.setMaximumHeight(current().px(MOST_WORTH))
        self.exits.set_most(current().px(MOST_EXITS))
        self._arrange()

    def _arrange(self) -> None:
        """The side column beside the main one, or below where there is no room for both."""
        direction: Any = QBoxLayout.Direction
        side = current().px(NARROW_SIDE if self.narrow else SIDE)
        below = current().px(MAIN) + side > self.width()
        self._lower.setDirection(direction.TopToBottom if below else direction.LeftToRight)
        self._side.setMinimumWidth(0 if below else side)
        self._side.setMaximumWidth(QWIDGETSIZE_MAX if below else side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # --- where things lead, and why -----------------------------------------------------

    def _go_to_exit(self, key: str) -> None:
        if key.startswith("native") or key.startswith("validator"):
            self.navigate.emit("stake", {"choice": "solo"})
        else:
            world = self.bridge.world
            rows = exits(world, self.bridge.account) if world is not None else ()
            ready = next((each.id for each in rows if each.key == key and each.ready), None)
            self.navigate.emit("unstake", None if ready is None else {"claim": ready})

    def _favour(self, position: Position, on: bool) -> None:
        found = words.favourite(position)
        if found is not None:
            self.favour(*found, words.title(position), on=on)

    def _popover(self) -> WhyPopover:
        if self._why is None:
            self._why = WhyPopover(self.window())
        return self._why

    def _explain_worth(self) -> None:
        preferences = self.bridge.preferences
        terms: list[tuple[str, ...]] = [
            (words.title(each), wording.owned_fiat(preferences, each.usd))
            for each in self._positions
        ]
        total = sum(each.usd for each in self._positions)
        terms.append((self.tr("Net worth"), wording.owned_fiat(preferences, total)))
        self._popover().explain(
            self.worth.why,
            self.tr("Net worth"),
            self.tr("what you own − what you owe, each at the market's price"),
            terms,
            self.tr(
                "stETH at its price in the pool; tickets at what they pay. What is owned is "
                "rounded down, what is owed up."
            ),
        )

    def _explain_yield(self) -> None:
        world = self.bridge.world
        if self._layers is None or world is None:
            return
        preferences = self.bridge.preferences
        title, formula, terms, note = self.yields.reasons(*self._layers, preferences)
        shadows = words.beside_shadows(all_compared(world, self.bridge.account), preferences)
        self._popover().explain(
            self.yields.why, title, formula, terms, " ".join((*shadows, note))
        )


__all__ = ["RoomPage"]
