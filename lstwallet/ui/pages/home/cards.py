"""The other cards of the first room: allocation, yield by layer, exits, positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.readmodel import home as reading
from lstwallet.readmodel import yields
from lstwallet.readmodel.timeline import ticks
from lstwallet.store.book import Book
from lstwallet.ui import wording
from lstwallet.ui.models.cells import Cell, SparkCell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_TWO_LINES, TableView
from lstwallet.ui.pages.home import words
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import Card, LinkRow
from lstwallet.ui.widgets.gantt import Gantt, GanttRow
from lstwallet.ui.widgets.labels import Label, Link
from lstwallet.ui.widgets.layout import VCENTER, row
from lstwallet.ui.widgets.ring import Legend, Part, Ring
from lstwallet.ui.widgets.waterfall import Step, Waterfall

if TYPE_CHECKING:
    from lstwallet.readmodel.home import Position
    from lstwallet.readmodel.timeline import Exit
    from lstwallet.readmodel.yields import Layers, Rates
    from lstwallet.ui.bridge import Preferences

SHOWN: Final = 7
"""Positions before "View all"."""
PARTS: Final = 7
"""Of the ring; what is smaller is "Other"."""
SHOWN_EXITS: Final = 4
QWIDGETSIZE_MAX: Final = 16_777_215
STEADY: Final = 0.005
"""What moved less than this is drawn as a level line: a dollar token's noise means nothing."""
LEVELS: Final = 32
"""Steps between the lowest and the highest point of a small line: half a pixel each."""
LEAST: Final = 0.00005
"""A layer below half a hundredth of a percent is not worth a bar."""
_LAYER_ROLES: Final = {
    yields.CONSENSUS: "s1", yields.EXECUTION: "s5", yields.LENDING: "s3", yields.FEES: "s4",
    yields.BORROWING: "bad_mark", yields.RESTAKING: "s6",
}  # fmt: skip


RING, NARROW_RING = 144, 124


class AllocationCard(Card):
    """What the net worth is made of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=12)
        self.set_title(self.tr("Allocation"))
        self.body.addLayout(self.header)
        self.ring = Ring(RING, self.tr("Allocation"))
        self.ring.setObjectName("home.allocation")
        self.legend = Legend()
        self.ring.pointed.connect(self.legend.light)
        self.add(row(self.ring, (self.legend, 1, VCENTER), spacing=16), None)
        self._shown: tuple[Any, ...] = ()

    def set_narrow(self, narrow: bool) -> None:
        """A smaller ring leaves room for the names."""
        self.ring.set_side(NARROW_RING if narrow else RING)

    def show_positions(
        self, positions: tuple[Position, ...], usd: int, preferences: Preferences
    ) -> None:
        """Parts in the order of the table; what is worth nothing is left out."""
        owned = [each for each in positions if each.usd > 0]
        whole = sum(each.usd for each in owned)
        large, small = owned[:PARTS], sum(each.usd for each in owned[PARTS:])
        colours = words.roles(large)
        parts = [
            Part(words.title(each), float(each.usd), colours[each.key], _share(each.usd, whole))
            for each in large
        ]
        if small:
            rest = self.tr("Other")
            parts.append(Part(rest, float(small), "text3", _share(small, whole)))
        figure = wording.HIDDEN if preferences.privacy == "hidden" else wording.fiat_short(usd)
        if preferences.privacy == "percent":
            figure = wording.percent(1.0, 0)
        shown = (*parts, figure)
        if shown != self._shown:
            self._shown = shown
            self.ring.set_parts(parts, self.tr("total"), figure)
            self.legend.set_parts(parts)


def _share(usd: int, whole: int) -> str:
    return wording.percent(usd / whole, 1)


class YieldCard(Card):
    """What a year would bring at the rates in force, layer by layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=8)
        self.set_title(self.tr("Yield by layer"))
        self.why = ToolButton(
            "info", self.tr("Why this number?"), side=22, icon_side=14, tone="3"
        )
        self.why.setObjectName("home.yield.why")
        self.header.addWidget(self.why)
        self.body.addLayout(self.header)
        self.set_note(self.tr("a year, at current rates"))
        self.steps = Waterfall(self.tr("Yield by layer"))
        self.steps.setObjectName("home.yield")
        self.empty = Label("", "small", "3", wrap=True)
        self.add(self.steps, self.empty, None)
        self._shown: tuple[Any, ...] | None = None

    def show_layers(self, layers: Layers) -> None:
        """Layers that would read 0.00% are left out."""
        rows = []
        for name in yields.LAYERS:
            share = layers.share(layers.amount(name))
            if share is not None and abs(share) >= LEAST:
                text = wording.percent(share, signed=True)
                rows.append(Step(words.layer(name), share, _LAYER_ROLES[name], text))
        net = layers.share(layers.net) or 0.0
        shown = (*rows, net)
        if shown == self._shown:
            return
        self._shown = shown
        self.steps.setVisible(bool(rows))
        self.empty.setText(
            self.tr("What earns brings less than 0.01% a year of all that you have.")
            if net
            else self.tr(
                "Nothing earns yet. Stake, lend or join a pool, and its yield shows here."
            )
        )
        self.empty.setVisible(not rows)
        self.note.setVisible(bool(rows))
        self.why.setVisible(bool(rows))
        self.steps.set_rows(rows, self.tr("Net yield"), net, wording.percent(net))

    def reasons(
        self, layers: Layers, rates: Rates, preferences: Preferences
    ) -> tuple[str, str, list[tuple[str, ...]], str]:
        """Why this number: title, formula, terms, note."""
        terms: list[tuple[str, ...]] = []
        hidden = preferences.privacy != "exact"
        for name in yields.LAYERS:
            usd = layers.amount(name)
            if usd:
                tone = "bad" if usd < 0 else "text"
                share = wording.percent(layers.share(usd), signed=True)
                shown = share if hidden else wording.fiat_change(round(usd))
                terms.append((words.layer(name), shown, tone))
        net = wording.percent(layers.share(layers.net))
        terms.append((self.tr("Net yield"), net))
        days = rates.days
        staking = (
            wording.plural(self.tr("Staking: measured over the last %n day(s).", "", days), days)
            if days
            else self.tr("Staking: expected, no report has come yet.")
        )
        note = self.tr(
            "{staking} Pool fees: last 7 days. Lending: the rates of now. Values: at the market's "
            "price. Nothing is guaranteed."
        ).format(staking=staking)
        formula = self.tr("what each layer would earn in a year ÷ net worth")
        return self.tr("Net yield"), formula, terms, note


class ExitsCard(Card):
    """What is on its way out of staking. ``wanted(key)``: a row, or "" for all of them."""

    wanted = Signal(str)
    calendar_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=8)
        self.set_title(self.tr("Unstaking"))
        self.all = Link(self.tr("View all"))
        self.all.setObjectName("home.unstaking.all")
        self.all.clicked.connect(lambda: self.wanted.emit(""))
        self.calendar = ToolButton(
            "calendar-blank", self.tr("Calendar of what is due"), side=24, icon_side=16,
            on_click=self.calendar_wanted.emit,
        )  # fmt: skip
        self.calendar.setObjectName("home.calendar")
        self.header.addWidget(self.all)
        self.header.addWidget(self.calendar)
        self.body.addLayout(self.header)
        self.gantt = Gantt(self.tr("Unstaking"))
        self.gantt.setObjectName("home.unstaking")
        self.gantt.activated.connect(self.wanted)
        self.empty = Label(self.tr("Nothing is on its way out."), "small", "3", wrap=True)
        self.add(self.gantt, self.empty, None)
        self._shown: tuple[Any, ...] = ()
        self._most = QWIDGETSIZE_MAX

    def show_exits(
        self, exits: tuple[Exit, ...], now: int, preferences: Preferences
    ) -> None:
        """Rows with their countdowns."""
        self.gantt.setVisible(bool(exits))
        self.empty.setVisible(not exits)
        self.all.setVisible(bool(exits))
        self._fit(bool(exits))
        ready = sum(each.ready for each in exits)
        waiting = self.tr("{count} waiting").format(count=len(exits) - ready)
        both = self.tr("{waiting}, {count} ready").format(waiting=waiting, count=ready)
        self.set_note((both if ready else waiting) if exits else "")
        rows = [self._row(each, now, preferences) for each in exits[:SHOWN_EXITS]]
        marks = [(at, wording.short_day(at)) for at in ticks(exits[:SHOWN_EXITS], now)]
        shown = (*rows, now)
        if shown != self._shown:
            self._shown = shown
            self.gantt.set(rows, now, marks)

    def set_most(self, height: int) -> None:
        """No taller than this, however much room there is."""
        self._most = height
        self._fit(not self.gantt.isHidden())

    def _fit(self, filled: bool) -> None:
        """With nothing in it, it is no taller than its words."""
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Preferred if filled else policy.Maximum)
        # a maximum of its own would count before the policy
        self.setMaximumHeight(self._most if filled else QWIDGETSIZE_MAX)

    def _row(self, each: Exit, now: int, preferences: Preferences) -> GanttRow:
        when, note = words.exit_when(each, now)
        return GanttRow(
            each.key, wording.owned_amount(preferences, each.wei, "ETH"), words.exit_sub(each),
            each.start, each.sure, each.likely, when, note, "s1", each.ready,
        )  # fmt: skip


def _levels(values: Sequence[float]) -> tuple[float, ...]:
    """The values as a small line can show them: what looks the same is not drawn again."""
    low, high = min(values), max(values)
    unit = (high - low) / LEVELS or 1.0
    return tuple(float(round((value - low) / unit)) for value in values)


class WaysCard(Card):
    """While nothing earns: what could. ``wanted(room, arguments)``."""

    wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=8)
        self.set_title(self.tr("Ways to earn"))
        self.body.addLayout(self.header)
        self.stake = self._way("stake", self.tr("Stake ETH"), "stack", None)
        self.lend = self._way(
            "lend", self.tr("Lend USDC"), "bank", {"action": "supply", "token": "USDC"}
        )
        self.pool = self._way("pools", self.tr("Join a pool"), "drop-half", None)
        self.add(self.stake, self.lend, self.pool)

    def _way(self, room: str, title: str, icon: str, arguments: Any) -> LinkRow:
        link = LinkRow(
            title, "", icon, on_click=lambda: self.wanted.emit(room, arguments)
        )
        link.setObjectName(f"home.ways.{room}")
        return link

    def show_rates(self, rates: Rates) -> None:
        """What each way pays now."""
        staking = wording.percent(rates.staking)
        self.stake.set_words(
            self.stake.title.text(),
            self.tr("About {rate} a year. Leaving takes days, selling seconds.").format(
                rate=staking
            ),
        )
        lending = wording.percent(dict(rates.supply).get("USDC"))
        self.lend.set_words(
            self.lend.title.text(),
            self.tr("{rate} a year now. You can also borrow against it.").format(rate=lending),
        )
        self.pool.set_words(
            self.pool.title.text(), self.tr("A share of what traders pay, as long as you stay.")
        )


class PositionsCard(Card):
    """The table. ``wanted(position)``: a row was clicked."""

    wanted = Signal(object)
    favoured = Signal(object, bool)
    ways_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, padding=(16, 14, 16, 8), spacing=6)
        self.set_title(self.tr("Positions"))
        self.all = Link("")
        self.all.setObjectName("home.view_all")
        self.all.clicked.connect(self._toggle)
        self.ways = Link(self.tr("Ways out"))
        self.ways.setObjectName("home.ways_out")
        self.ways.clicked.connect(self.ways_wanted)
        self.header.addWidget(self.ways)
        self.header.addSpacing(10)
        self.small = Link("")
        self.small.setObjectName("home.small")
        self.small.clicked.connect(self._toggle_small)
        self.small.hide()
        self.header.addWidget(self.small)
        self.header.addSpacing(10)
        self.header.addWidget(self.all)
        self.body.addLayout(self.header)
        self._preferences: Preferences | None = None
        self._book = Book()
        self._trends: Mapping[str, tuple[float, ...]] = {}
        self._sparks: dict[str, SparkCell] = {}
        self._whole = self._narrow = self._with_small = False
        self._rows: tuple[Position, ...] = ()
        self.table = TableView(
            self._columns(), key=lambda each: each.key, row_height=ROW_TWO_LINES, clickable=True,
            fit=True, name=self.tr("Positions"),
        )  # fmt: skip
        self.table.setObjectName("home.positions")
        self.table.activated_cell.connect(lambda each, _key: self.wanted.emit(each))
        self.table.set_star(self._star)
        self.table.starred.connect(self.favoured)
        self.empty = Label(
            self.tr("You hold nothing yet. Get play money in Settings."), "small", "3", wrap=True
        )
        self.add(self.table, self.empty)

    def _columns(self) -> list[Column]:
        return [
            Column("name", self.tr("Position"), self._name, words.title, stretch=1),
            Column("balance", self.tr("Balance"), self._balance, None, "right", optional=True),
            Column("value", self.tr("Value"), self._value, lambda each: each.usd, "right"),
            Column("yield", self.tr("Yield"), self._yield, lambda each: each.rate, "right"),
            Column("trend", self.tr("30 days"), self._trend, optional=True),
            Column("status", self.tr("Status"), words.chip, lambda each: each.state),
        ]

    # --- cells --------------------------------------------------------------------------

    def _star(self, each: Position) -> bool | None:
        key = words.favourite(each)
        return None if key is None else key in self._book.favourites

    def _name(self, each: Position) -> Cell:
        return Text(words.title(each), words.sub(each), words.avatar(each), style="medium",
                    starred=self._star(each) is True)  # fmt: skip

    def _balance_words(self, each: Position) -> str:
        assert self._preferences is not None
        return wording.owned_amount(self._preferences, each.balance.units, each.balance.token)

    def _exact(self, each: Position) -> str:
        if self._preferences is None or self._preferences.privacy != "exact":
            return ""
        return "\n".join(wording.exact(part.units, part.token) for part in each.parts)

    def _balance(self, each: Position) -> Cell:
        return Text(self._balance_words(each), tone="2", tip=self._exact(each))

    def _value(self, each: Position) -> Cell:
        assert self._preferences is not None
        sub = self._balance_words(each) if self._narrow else ""
        value = wording.owned_fiat(self._preferences, each.usd)
        return Text(value, sub, style="strong", tip=self._exact(each) if sub else "")

    def _yield(self, each: Position) -> Cell:
        tip = self.tr("A year, at current rates") if each.rate is not None else ""
        text = wording.percent(each.rate)
        bad = each.rate is not None and each.rate < 0 and not wording.reads_zero(text)
        return Text(text, tone="2" if each.rate is None else "bad" if bad else "text", tip=tip)

    def _trend(self, each: Position) -> Cell:
        return self._sparks.get(each.key, SparkCell(()))

    def _spark(self, values: tuple[float, ...]) -> SparkCell:
        if values and max(values) - min(values) < STEADY * abs(values[-1]):
            values = (values[-1],) * len(values)
        said = ""
        if len(values) > 1 and values[0] > 0:
            moved = wording.percent(values[-1] / values[0] - 1, 1, signed=True)
            said = self.tr("{change} in 30 days").format(change=moved)
        return SparkCell(_levels(values) if len(values) > 1 else (), said)

    # --- showing ------------------------------------------------------------------------

    def show_positions(
        self,
        positions: Sequence[Position],
        trends: Mapping[str, tuple[float, ...]],
        preferences: Preferences,
        book: Book,
    ) -> None:
        """Other rows, favourites first; ``trends`` by their keys."""
        again = preferences != self._preferences or trends is not self._trends
        again = again or book.favourites != self._book.favourites
        self._book = book
        same = tuple(positions) == self._rows
        self._preferences = preferences
        if trends is not self._trends:
            self._trends = trends
            self._sparks = {key: self._spark(values) for key, values in trends.items()}
        self._rows = tuple(positions)
        self._show()
        if again and same:  # otherwise the table has looked by itself
            self.table.look_again()

    def _show(self) -> None:
        dust = self._preferences.dust if self._preferences is not None else 0
        given = sorted(self._rows, key=lambda each: not self._star(each))
        large = [each for each in given if self._star(each) or not reading.is_small(each, dust)]
        small = len(given) - len(large)
        rows = given if self._with_small else large
        many = len(rows) > SHOWN
        self.table.set_rows(rows if self._whole or self._with_small else rows[:SHOWN])
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not self._rows)
        fold, unfold = self.tr("Hide small"), self.tr("+{count} small").format(count=small)
        self.small.setText(fold if self._with_small else unfold)
        self.small.setVisible(bool(small))
        self.all.setVisible(many)
        self.all.setText(self.tr("Show fewer") if self._whole else self.tr("View all"))

    def _toggle_small(self) -> None:
        self._with_small = not self._with_small
        self._show()

    def _toggle(self) -> None:
        self._whole = not self._whole
        self._show()

    def set_narrow(self, narrow: bool) -> None:
        """Balance below value, no sparkline."""
        self._narrow = narrow
        self.table.drop(*(("balance", "trend") if narrow else ()))
