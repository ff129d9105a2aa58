"""Two branches side by side: net worth over time, positions, and what happened in each."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from lstwallet.ui import wording
from lstwallet.ui.jobs import GATE, load
from lstwallet.ui.models.cells import Cell, ChipCell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_TWO_LINES, TableView
from lstwallet.ui.past import Looking, Standing, titled
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Chooser, Segmented, ToolButton
from lstwallet.ui.widgets.cards import Banner, Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Dot, holder, row
from lstwallet.ui.widgets.overlays import MARGIN, Sheet
from lstwallet.ui.wording import happened
from lstwallet.units.clock import DAY

if TYPE_CHECKING:
    from lstwallet.app.session import Session
    from lstwallet.app.timeline import Compared
    from lstwallet.readmodel.activity import Line
    from lstwallet.readmodel.differences import Held, Step
    from lstwallet.ui.charts.line import LineChart

CHARTS: Final = "lstwallet.ui.charts.line"
FIRST, SECOND = "s1", "s2"
"""The series colours of the two sides."""
CHART: Final = 210
"""Pixels: the height of the chart."""
USD: Final = 10**8
CENT: Final = 10**6
"""Of USD with 8 decimals."""
SINCE, ALL = "since", "all"
BEFORE: Final = 2 * DAY
"""The lines are shown so long before they part, at least."""
MOST_STEPS: Final = 400
"""Entries that are listed; the first difference is always among them."""


class SideOf(NamedTuple):
    """A branch at its end, or at an event of its."""

    branch: int
    seq: int | None


class Option(NamedTuple):
    """One that may be chosen: a branch at its end, or the moment that is looked at."""

    title: str
    side: SideOf


class StepRow(NamedTuple):
    """A row of the list of entries."""

    key: int
    step: Step
    mark: bool
    """It is the first difference."""


class _Area(QWidget):
    """A chart's place, of one height."""

    def sizeHint(self) -> QSize:
        return QSize(400, current().px(CHART))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, current().px(CHART))


class CompareSheet(Sheet):
    """Opened with ``show_now``; what it shows is read in the lane."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        title = QCoreApplication.translate("CompareSheet", "Compare")
        super().__init__(window, title, width=1100)
        self.setObjectName("compare")
        self.cross.setObjectName("compare.close")
        self._bridge = window.bridge
        self._past = self._bridge.past
        self._options: list[Option] = []
        self._asked = 0
        self._shown: Compared | None = None
        self._charts: ModuleType | None = None
        self.chart: LineChart | None = None
        self._build()
        self._bridge.opened.connect(self.close)
        self._bridge.preferences_changed.connect(self._show_again)

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        self.first, self.second = Chooser(self.tr("First")), Chooser(self.tr("Second"))
        for name, chooser in (("first", self.first), ("second", self.second)):
            chooser.setObjectName(f"compare.{name}")
            chooser.currentIndexChanged.connect(lambda _index: self._ask())
        self._parted = Label("", "small", "2", align="right", elide=True)
        self._parted.setObjectName("compare.parted")
        choice = row(
            Dot(FIRST, 11), self.first, 6, Label(self.tr("beside"), "small", "3"), 6,
            Dot(SECOND, 11), self.second, 12, (self._parted, 1), spacing=8,
        )  # fmt: skip
        self._worth = self._worth_card()
        self._note = Banner("", "info")
        self._note.setObjectName("compare.note")
        self.held = self._held_table()
        held = Card(self.tr("Positions"), padding=(16, 12, 16, 8))
        held.add(self.held)
        self.steps = self._steps_table()
        self._count = Label("", "caption", "3")
        steps = Card(self.tr("What happened since"), self._count, padding=(16, 12, 16, 8))
        steps.add(self.steps)
        self.add(holder(choice), self._note, self._worth, held, steps)

    def _worth_card(self) -> Card:
        self._flip = ToolButton("table", self.tr("Show as table"), side=28, icon_side=16, tone="3",
                                on_click=self._turn)  # fmt: skip
        self._flip.setObjectName("compare.table")
        self._more = ToolButton("dots-three", self.tr("More about this chart"), side=28, tone="3",
                                on_click=self._open_menu)  # fmt: skip
        self._more.setObjectName("compare.more")
        self._figures = [Label("", "strong", align="right") for _ in range(3)]
        names = ("compare.worth.first", "compare.worth.second", "compare.worth.difference")
        for label, name in zip(self._figures, names, strict=True):
            label.setObjectName(name)
        one, other, between = self._figures
        self.span = Segmented(
            [(SINCE, self.tr("Since they part")), (ALL, self.tr("ALL"))], SINCE,
            name=self.tr("Range"),
        )  # fmt: skip
        self.span.button(SINCE).setObjectName("compare.since")
        self.span.button(ALL).setObjectName("compare.all")
        self.span.changed.connect(lambda _key: self._draw())
        card = Card(
            self.tr("Net worth"), Dot(FIRST), one, 4, Dot(SECOND), other, 4,
            Label(self.tr("Difference"), "small", "3"), between, 4, self.span, self._flip,
            self._more, padding=(16, 12, 16, 8),
        )  # fmt: skip
        area = _Area()
        area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._stack = QStackedLayout(area)
        self._stack.addWidget(QWidget())
        card.add(area)
        return card

    def _held_table(self) -> TableView:
        table = TableView(
            [
                Column("what", self.tr("Position"), self._name, width=None, stretch=2),
                Column("first", self.tr("First"), lambda each: self._side(each, 0), align="right"),
                Column("second", self.tr("Second"), lambda each: self._side(each, 1),
                       align="right"),
                Column("change", self.tr("Difference"), self._change, align="right"),
            ],
            key=lambda each: each.key, row_height=ROW_TWO_LINES, fit=True,
            name=self.tr("Positions of both"),
        )  # fmt: skip
        table.setObjectName("compare.held")
        return table

    def _steps_table(self) -> TableView:
        table = TableView(
            [
                Column("at", self.tr("Time (UTC)"), self._when, width=124),
                Column("first", self.tr("First"), lambda each: self._entry(each.step.first, each),
                       stretch=1),
                Column("second", self.tr("Second"),
                       lambda each: self._entry(each.step.second, each), stretch=1),
                Column("mark", "", self._mark, align="right", width=118),
            ],
            key=lambda each: each.key, row_height=ROW_TWO_LINES, fit=True,
            name=self.tr("What happened in both"),
        )  # fmt: skip
        table.setObjectName("compare.steps")
        return table

    # --- opening ------------------------------------------------------------------------

    def show_now(self, first: int | None = None, second: int | None = None) -> None:
        """Open with these two branches. Without them: the moment that is looked at beside now,
        or the present branch beside the one it left."""
        self._options = options(self._past.standings, self._past.looking)
        a, b = self._chosen(first, second)
        for chooser, place in ((self.first, a), (self.second, b)):
            chooser.blockSignals(True)
            chooser.clear()
            for each in self._options:
                chooser.addItem(each.title)
            chooser.setCurrentIndex(place)
            chooser.blockSignals(False)
            chooser.updateGeometry()
        self._ask()
        self.open()
        self._bridge.jobs.run(load(CHARTS), self._take_charts, self._bridge.failed.emit)

    def place(self) -> None:
        """As tall as the window lets it be: what is compared comes a little later."""
        super().place()
        box = self.surface.geometry()
        tall = self.height() - 24 + 2 * MARGIN
        self.surface.setGeometry(box.x(), 12 - MARGIN, box.width(), tall)

    def _chosen(self, first: int | None, second: int | None) -> tuple[int, int]:
        """Places of the two that are compared at the beginning."""
        ids = [each.side.branch for each in self._options]
        here = next((s.branch for s in self._past.standings if s.current), None)
        if first in ids and second in ids:
            return ids.index(first), ids.index(second)
        if here is None:
            return 0, 0
        if self._past.looking is not None:
            return 0, ids.index(here.id, 1)
        other = next((at for at, ident in enumerate(ids) if ident == here.parent), None)
        if other is None:
            other = next((at for at, ident in enumerate(ids) if ident != here.id), 0)
        return other, ids.index(here.id)

    def _take_charts(self, module: ModuleType) -> None:
        if self.chart is None:
            self._charts = module
            self.chart = module.LineChart(self.tr("Net worth of both"), self._y_text,
                                          readout=self._readout)  # fmt: skip
            self.chart.setObjectName("compare.chart")
            self.chart.turned.connect(self._turned)
            self._stack.addWidget(self.chart)
            self._stack.setCurrentWidget(self.chart)
            QWidget.setTabOrder(self._more, self.chart.plot)
        self._draw()

    def _ask(self) -> None:
        """Read both in the lane; an answer that another choice overtook is let go."""
        places = self.first.currentIndex(), self.second.currentIndex()
        if min(places) < 0 or not self._options:
            return
        one, other = (self._options[place].side for place in places)
        self._asked += 1
        asked, account = self._asked, self._bridge.account

        def show(found: Compared) -> None:
            if asked == self._asked:
                self._shown = found
                self._show()

        def compared(session: Session) -> Compared:
            from lstwallet.app import timeline

            return timeline.compare(session, one, other, account, gate=GATE.wait)

        self._bridge.call(compared, show)

    # --- showing ------------------------------------------------------------------------

    def _titles(self) -> tuple[str, str]:
        return self.first.currentText(), self.second.currentText()

    def _show_again(self) -> None:
        if self._shown is not None and self.isVisible():
            self._show()

    def _show(self) -> None:
        found = self._shown
        assert found is not None
        self._parted.setText(
            self.tr("The same until {moment}").format(moment=wording.moment(found.parted_at))
        )
        self._show_figures(found)
        self._draw()
        one, other = self._titles()
        for table in (self.held, self.steps):
            columns = table.rows_model.columns
            for at, column_ in enumerate(columns):
                if column_.key in ("first", "second"):
                    title = one if column_.key == "first" else other
                    columns[at] = column_._replace(title=title)
        self.held.set_rows(found.held)
        self.held.look_again()
        rows = rows_of(found.steps, found.first)
        self.steps.set_rows(rows)
        self.steps.look_again()
        same = sum(row_.step.same for row_ in rows)
        self._count.setText(
            self.tr("{same} the same, {other} not").format(same=same, other=len(rows) - same)
        )
        note = ""
        if self.first.currentIndex() == self.second.currentIndex():
            note = self.tr("These are one and the same. Choose another one above.")
        elif not rows:
            note = self.tr("Nothing has happened in either since they parted.")
        elif found.parting is None:
            note = self.tr("All that has happened is the same in both.")
        elif found.first is None:
            note = self.tr("What you did is the same in both. What others did is not.")
        self._note.set(note)

    def _show_figures(self, found: Compared) -> None:
        preferences = self._bridge.preferences
        one, other = found.worth
        between = other - one
        words = [wording.owned_fiat(preferences, usd) for usd in (one, other)]
        tone = "good" if between > 0 else "bad" if between < 0 else "text"
        if preferences.privacy == "exact":
            words.append(wording.fiat_change(between))
        else:
            words.append(wording.percent(between / one if one else None, signed=True))
        for label, text in zip(self._figures, words, strict=True):
            label.setText(text)
        self._figures[2].set_tone(tone)

    def _draw(self) -> None:
        found, chart = self._shown, self.chart
        if found is None or chart is None or self._charts is None:
            return
        make, (one, other) = self._charts.Series, self._titles()
        worths = found.worths
        chart.set_name(self.tr("Net worth: {one} and {other}").format(one=one, other=other))
        lines = [
            make(one, FIRST, worths.at, self._values(worths.first)),
            make(other, SECOND, worths.at, self._values(worths.second)),
        ]
        if worths.first[-1:] == [None]:  # the shorter one is drawn over the other
            lines.reverse()
        chart.set_series(lines)
        chart.set_span(None if self.span.current() == ALL else _span(found))

    def _values(self, usd: Sequence[int | None]) -> list[float | None]:
        """USD, or where they are hidden the change since the line began."""
        if self._bridge.preferences.privacy == "exact":
            return [None if each is None else each / USD for each in usd]
        began = next((each for each in usd if each), None)
        return [None if each is None or not began else each / began - 1 for each in usd]

    def _y_text(self, value: float) -> str:
        privacy = self._bridge.preferences.privacy
        if privacy == "hidden":
            return wording.HIDDEN
        if privacy == "percent":
            return wording.percent(value, 1, signed=True)
        return wording.fiat_axis(value)

    def _readout(self, index: int) -> list[tuple[str, str, str]]:
        """The card beside the crosshair: when, both values, and what lies between."""
        found = self._shown
        if found is None or not 0 <= index < len(found.worths.at):
            return []
        worths, preferences = found.worths, self._bridge.preferences
        one, other = worths.first[index], worths.second[index]
        lines = [(wording.moment(worths.at[index]), "caption", "3")]
        for title, usd in zip(self._titles(), (one, other), strict=True):
            worth = wording.UNKNOWN if usd is None else wording.owned_fiat(preferences, usd)
            lines.append((f"{title} {worth}", "small_medium", "text"))
        if one is not None and other is not None:
            between = other - one
            tone = "good" if between > 0 else "bad" if between < 0 else "text"
            words = (
                wording.fiat_change(between) if preferences.privacy == "exact"
                else wording.percent(between / one if one else None, signed=True)
            )  # fmt: skip
            lines.append((words, "strong", tone))
        return lines

    def _turn(self) -> None:
        if self.chart is not None:
            self.chart.flip()

    def _turned(self, shown: bool) -> None:
        self._flip.set_icon("chart-line" if shown else "table")
        self._flip.set_tip(self.tr("Show as chart") if shown else self.tr("Show as table"))

    def _open_menu(self) -> None:
        if self.chart is not None:
            corner = self._more.rect().bottomLeft()
            self.chart.menu().popup(self._more.mapToGlobal(corner))

    # --- cells --------------------------------------------------------------------------

    def _name(self, each: Held) -> Cell:
        text, sub, avatar = wording.position(each.kind, each.token)
        return Text(text, sub, avatar=avatar, style="medium")

    def _side(self, each: Held, side: int) -> Cell:
        units, usd = (each.first, each.first_usd) if not side else (each.second, each.second_usd)
        preferences = self._bridge.preferences
        if not units:
            return Text(wording.UNKNOWN, tone="3")
        return Text(
            wording.owned_amount(preferences, units, each.token),
            wording.owned_fiat(preferences, usd), style="medium",
        )  # fmt: skip

    def _change(self, each: Held) -> Cell:
        """In USD, and below in units: prices differ where the moments do."""
        preferences = self._bridge.preferences
        units, usd = each.second - each.first, each.second_usd - each.first_usd
        if preferences.privacy != "exact":
            share = units / each.first if each.first else None
            return Text(wording.percent(share, signed=True), style="medium")
        moved = self.tr("same amount")
        least = 10 ** (wording.decimals(each.token) - wording.places(each.token))
        if abs(units) >= least:
            moved = wording.change(units, each.token)
        elif abs(usd) < CENT:
            return Text(self.tr("the same"), tone="3")
        tone = "text" if abs(usd) < CENT else "good" if usd > 0 else "bad"
        return Text(wording.fiat_change(usd), moved, style="medium", tone=tone)

    def _when(self, each: StepRow) -> Cell:
        return Text(wording.day_and_time(each.step.at), tone="2")

    def _entry(self, line: Line | None, each: StepRow) -> Cell:
        if line is None:
            return Text(wording.UNKNOWN, tone="3")
        preferences = self._bridge.preferences
        moved = [
            happened.moves(line.moves, preferences, incoming=way).replace("\n", ", ")
            for way in (False, True)
        ]
        sub = ", ".join(part for part in moved if part) or happened.detail(
            line, preferences=preferences
        )
        tone = "bad" if line.group == "trouble" else "text" if not each.step.same else "2"
        return Text(happened.title(line), sub, icon=happened.icon(line), tone=tone,
                    style="body" if each.step.same else "medium")  # fmt: skip

    def _mark(self, each: StepRow) -> Cell:
        if each.mark:
            return ChipCell(self.tr("First difference"), "sim", "git-branch")
        return None if each.step.same else ChipCell(self.tr("Differs"), "plain")


def _span(found: Compared) -> int | None:
    """How much of the lines is shown: from a little before they part; ``None``: all of them."""
    if not found.worths.at:
        return None
    since = found.worths.at[-1] - found.parted_at
    return since + max(BEFORE, round(since / 3))


def options(standings: Sequence[Standing], looking: Looking | None) -> list[Option]:
    """What may be compared: every branch that is shown, and the moment that is looked at."""
    made = [Option(titled(s.branch.title), SideOf(s.branch.id, None)) for s in standings]
    here = next((s.branch for s in standings if s.current), None)
    if looking is not None and here is not None:
        title = wording.moment(looking.world.time)
        made.insert(0, Option(title, SideOf(here.id, looking.seq)))
    return made


def rows_of(steps: Sequence[Step], first: int | None) -> list[StepRow]:
    """The oldest entries, the first difference marked."""
    end = max(MOST_STEPS, (first or 0) + 1)
    return [StepRow(at, step, at == first) for at, step in enumerate(steps[:end])]


__all__ = ["CompareSheet", "options", "rows_of"]
