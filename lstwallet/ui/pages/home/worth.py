"""Net worth over time: the figure, its change, the chart. The chart's library comes late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from lstwallet.readmodel import home as reading
from lstwallet.ui import wording
from lstwallet.ui.pages.home import words
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Segmented, ToolButton
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.labels import Icon, Label, SplitNumber, UnitNumber
from lstwallet.ui.widgets.layout import column, holder, row

if TYPE_CHECKING:
    from types import ModuleType

    from PySide6.QtGui import QResizeEvent

    from lstwallet.app.session import Series
    from lstwallet.ui.bridge import Preferences
    from lstwallet.ui.charts.line import LineChart

RANGES: Final = dict(reading.RANGES)
START: Final = "1M"
USD: Final = 10**8
_APART: Final = 14
_BESIDE: Final = 12


class _Area(QWidget):
    """Takes the height that is left, and asks for little."""

    def __init__(self, least: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(300, current().px(self._least))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, current().px(self._least))


class WorthCard(Card):
    """``range_changed(key)``: another range is wanted; ``chart_made(chart)``: once."""

    range_changed = Signal(object)
    chart_made = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, padding=(20, 16, 16, 10), spacing=8)
        self.setAccessibleName(self.tr("Net worth"))
        self.chart: LineChart | None = None
        self._line = reading.Line((), ())
        self._drawn_line = True
        self._stacked = False
        self._preferences: Preferences | None = None
        self._build_head()
        self._empty = Label(
            self.tr("The line begins when time passes: press play below."), "small", "3",
            align="center", wrap=True,
        )  # fmt: skip
        self.area = _Area(150)
        self._stack = QStackedLayout(self.area)
        self._stack.addWidget(QWidget())
        self._stack.addWidget(self._empty)
        self.add(self._head, (self.area, 1))

    def _build_head(self) -> None:
        self.label = Label(self.tr("Net worth"), "small", "2")
        self.why = ToolButton(
            "info", self.tr("Why this number?"), side=20, icon_side=14, tone="3"
        )
        self.why.setObjectName("home.worth.why")
        self.figure = SplitNumber("")
        self.figure.setObjectName("home.worth")
        self.percent = UnitNumber("", "", "hero")
        self.percent.hide()
        self._arrow = Icon("arrow-up-right", "good", 14)
        self.delta = Label("", "strong", "good", elide=True)
        self.delta.setObjectName("home.change")
        self._since = Label("", "small", "2", elide=True)
        self._moved = holder(row(self._arrow, self.delta, self._since, None, spacing=6))
        self.range = Segmented(
            [(key, key if key != "ALL" else self.tr("ALL")) for key in RANGES], START,
            name=self.tr("Range"),
        )  # fmt: skip
        for key in RANGES:
            self.range.button(key).setObjectName(f"home.range.{key}")
        self.range.changed.connect(self.range_changed)
        self.more = ToolButton(
            "dots-three", self.tr("More about this chart"), side=28, tone="3",
            on_click=self._open_menu,
        )  # fmt: skip
        self.more.setObjectName("home.worth.more")
        self.more.setEnabled(False)
        self._numbers = row(self.figure, self.percent, (self._moved, 1), spacing=_APART)
        top = column(row(self.label, self.why, None, spacing=4), self._numbers, spacing=0)
        self._controls = column(row(self.range, self.more, spacing=6), None, spacing=0)
        self._head = column(row((top, 1), self._controls, spacing=_BESIDE), spacing=2)

    def set_stacked(self, stacked: bool) -> None:
        """The change stands below the figure where there is little room."""
        self._stacked = stacked
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Beside the figure the change stands whole, or it has the width below."""
        shown = self.figure if self.percent.isHidden() else self.percent
        needed = shown.sizeHint().width() + _APART + self._moved.sizeHint().width()
        free = self.body.contentsRect().width() - self._controls.sizeHint().width() - _BESIDE
        home = self._head if self._stacked or needed > free else self._numbers
        if home.indexOf(self._moved) < 0:
            other = self._numbers if home is self._head else self._head
            other.removeWidget(self._moved)
            home.addWidget(self._moved, int(home is self._numbers))

    # --- the chart ----------------------------------------------------------------------

    def take_charts(self, module: ModuleType) -> None:
        """The chart's module is there: make the chart."""
        if self.chart is not None:
            return
        chart = module.LineChart(self.tr("Net worth"), self._y_text, readout=self._readout)
        chart.setObjectName("home.worth.chart")
        self.chart = chart
        self._series = module.Series
        self._stack.addWidget(chart)
        QWidget.setTabOrder(self.more, chart.plot)
        self.more.setEnabled(True)
        self.chart_made.emit(chart)
        self._draw()

    def _open_menu(self) -> None:
        if self.chart is not None:
            corner = self.more.rect().bottomLeft()
            self.chart.menu().popup(self.more.mapToGlobal(corner))

    # --- showing ------------------------------------------------------------------------

    def show_worth(
        self,
        usd: int,
        past: Series | None,
        begin: int,
        now: int,
        whole: bool,
        preferences: Preferences,
    ) -> None:
        """The present figure, and the line of the chosen range that ends with it.

        ``past`` is ``None`` until samples are there; ``whole``: the profile is as old as
        the range.
        """
        before = self._preferences.privacy if self._preferences else ""
        self._preferences = preferences
        line = reading.line_of(past, begin, now, usd)
        change = reading.change(line, usd)
        share = None if change is None else change.share
        self.percent.set_value(wording.percent(share, signed=True))
        self.figure.set_value(wording.owned_fiat(preferences, usd))
        self.percent.setVisible(preferences.privacy == "percent")
        self.figure.setVisible(preferences.privacy != "percent")
        self._show_change(change, whole, preferences)
        if past is not None and (line != self._line or preferences.privacy != before):
            self._line, self._drawn_line = line, False

    def _show_change(
        self, change: reading.Change | None, whole: bool, preferences: Preferences
    ) -> None:
        self._moved.setVisible(change is not None)
        if change is None:
            return
        up = change.usd >= 0
        tone = "good" if up else "bad"
        self._arrow.set_icon("arrow-up-right" if up else "arrow-down-right", tone)
        percent = wording.percent(change.share, signed=True)
        both = self.tr("{amount} ({share})").format(
            amount=wording.fiat_change(change.usd), share=percent
        )
        self.delta.setText(both if preferences.privacy == "exact" else percent)
        self.delta.setVisible(preferences.privacy != "percent")
        self.delta.set_tone(tone)
        self._since.setText(words.past(self.range.current(), change.since, whole))
        self._arrange()

    def draw_line(self) -> None:
        """Draw the line that was shown last, if it is another one."""
        if not self._drawn_line:
            self._draw()

    def _draw(self) -> None:
        chart = self.chart
        if chart is None:
            return
        self._drawn_line = True
        if len(self._line.at) < 2:
            self._stack.setCurrentWidget(self._empty)
            return
        ys = self._drawn_values()
        chart.set_series([self._series(self.tr("Net worth"), "s1", self._line.at, ys)], "area")
        self._stack.setCurrentWidget(chart)

    def _privacy(self) -> str:
        return self._preferences.privacy if self._preferences else "exact"

    def _drawn_values(self) -> list[float | None]:
        """The line as it is drawn: USD, or the change since it began, also where the axis is
        hidden: table and file of a chart hold what it draws."""
        values = self._line.usd
        if self._privacy() == "exact":
            return [None if usd is None else usd / USD for usd in values]
        first = self._line.first()
        if not first or not first[1]:
            return [None] * len(values)
        return [None if usd is None else usd / first[1] - 1 for usd in values]

    def _y_text(self, value: float) -> str:
        privacy = self._privacy()
        if privacy == "hidden":
            return wording.HIDDEN
        if privacy == "percent":
            return wording.percent(value, 1, signed=True)
        return wording.fiat_axis(value)

    def _readout(self, index: int) -> list[tuple[str, str, str]]:
        """The card beside the crosshair: when, how much, how much since the range began."""
        line, preferences = self._line, self._preferences
        if preferences is None or not 0 <= index < len(line.at):
            return []
        lines = [(wording.moment(line.at[index]), "caption", "3")]
        usd = line.usd[index]
        if usd is None:
            return [*lines, (self.tr("below zero"), "strong", "bad")]
        first = line.first()
        share = usd / first[1] - 1 if first and first[1] else None
        moved = usd - (first[1] if first else usd)
        tone = "good" if moved >= 0 else "bad"
        if preferences.privacy == "exact":
            return [
                *lines, (wording.fiat(usd), "strong", "text"),
                (wording.fiat_change(moved), "caption", tone),
            ]  # fmt: skip
        return [*lines, (wording.percent(share, signed=True), "strong", tone)]
