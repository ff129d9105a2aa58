"""A card with a price over time: ranges, legend, crosshair, table twin, saving.

It asks the profile for samples in the lane, one request at a time and not more often than
twice a second; while hidden it asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from lstwallet.ui.charts.line import LineChart, Series
from lstwallet.ui.widgets.buttons import Segmented, ToolButton
from lstwallet.ui.widgets.cards import Card, EmptyState
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Dot, clear, holder, row
from lstwallet.units.clock import DAY, HOUR

if TYPE_CHECKING:
    from lstwallet.readmodel.samples import Series as Samples
    from lstwallet.ui.bridge import Bridge

PAUSE_MS: Final = 500
MOST_POINTS: Final = 360
"""About as many as can be told apart; more make a redraw dear while time plays."""
RANGES: Final = ((7, "1W"), (30, "1M"), (90, "3M"), (365, "1Y"), (0, "ALL"))
"""Days and words; 0 is everything."""
MARGIN_OF_RANGE: Final = 2 * 3_600
"""A range begins a little earlier, so that its first hour is sampled."""


class Key(NamedTuple):
    """A line of the legend: colour, words, the present value."""

    role: str
    words: str
    value: str


class Drawing(NamedTuple):
    """What to draw of the samples."""

    series: tuple[Series, ...]
    fill: str
    readout: Callable[[int], Sequence[tuple[str, str, str]]]


Draw = Callable[["Samples"], Drawing]


class PriceCard(Card):
    """Give it a source with ``set_source`` and tell it of every new world with ``refresh``."""

    def __init__(
        self, bridge: Bridge, title: str, name: str, y_width: int = 56,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        ranges = Segmented(
            [(days, text if days else self.tr("ALL")) for days, text in RANGES], 30
        )
        table, more = ToolButton("table", ""), ToolButton("dots-three", "")
        super().__init__(title, ranges, table, more, parent=parent)
        self.ranges, self._table, self._more = ranges, table, more
        self._bridge = bridge
        self._names: tuple[str, ...] = ()
        self._draw: Draw | None = None
        self._asking = self._again = False
        self._dress(name)
        self.chart = LineChart(title, self._y_words, y_width=y_width)
        self.chart.setMinimumHeight(190)
        self.chart.turned.connect(self._turned)
        self._y_text: Callable[[float], str] = lambda value: f"{value:.4f}"
        self._keys = row(spacing=16)
        self.chip = Chip(small=True)
        self.chip.hide()
        self._empty = EmptyState(
            "chart-line", self.tr("No history yet"),
            self.tr("The line begins when time passes: step an hour or a day below."),
        )  # fmt: skip
        shown = QWidget()
        self._stack = QStackedLayout(shown)
        self._stack.addWidget(self.chart)
        self._stack.addWidget(self._empty)
        legend = row(self._keys, self.chip, None, spacing=16)
        self.add(holder(legend), (shown, 1))
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)

    def _dress(self, name: str) -> None:
        self.ranges.setAccessibleName(self.tr("Range"))
        self._table.set_tip(self.tr("Show as table"))
        self._table.setObjectName(f"{name}.table")
        self._table.clicked.connect(lambda _on=False: self.chart.flip())
        self._more.set_tip(self.tr("More"))
        self._more.clicked.connect(lambda _on=False: self._open_menu())
        self.ranges.changed.connect(self._range_picked)

    # --- what is told -------------------------------------------------------------------

    def set_source(
        self, names: Sequence[str], draw: Draw, y_text: Callable[[float], str], title: str = ""
    ) -> None:
        """Samples of other names, drawn otherwise."""
        self._names, self._draw, self._y_text = tuple(names), draw, y_text
        if title:
            self.set_title(title)
            self.chart.set_name(title)
        self.ask_now()

    def set_legend(self, keys: Sequence[Key]) -> None:
        """The lines' words and present values."""
        if self._keys.count() != len(keys):
            clear(self._keys)
            for _ in keys:
                parts = row(Dot("s1"), Label("", "small", "2"), Label("", "small_medium"))
                self._keys.addWidget(holder(parts))
        for at, key in enumerate(keys):
            inside = self._keys.itemAt(at).widget().layout()
            inside.itemAt(0).widget().set_role(key.role)
            inside.itemAt(1).widget().setText(key.words)
            inside.itemAt(2).widget().setText(key.value)

    def set_chip(self, text: str, tone: str = "plain", icon: str = "") -> None:
        """The chip beside the legend; empty hides it."""
        self.chip.set(text, tone, icon)
        self.chip.setVisible(bool(text))

    def refresh(self) -> None:
        """The world has moved: fetch again, at most twice a second."""
        if self._asking:
            self._again = True
        elif not self._timer.isActive():
            waited = self._since.elapsed() if self._since.isValid() else PAUSE_MS
            self._timer.start(max(0, PAUSE_MS - waited))

    def ask_now(self) -> None:
        """Fetch at once: another range or source."""
        if self._asking:
            self._again = True
        else:
            self._timer.stop()
            self._ask()

    # --- inside -------------------------------------------------------------------------

    def _y_words(self, value: float) -> str:
        return self._y_text(value)

    def _ask(self) -> None:
        world = self._bridge.world
        if world is None or self._draw is None or not self.isVisible():
            return
        self._asking, self._again = True, False
        self._since.start()
        days = self.ranges.current()
        begin = world.time - days * DAY - MARGIN_OF_RANGE if days else world.started
        draw = self._draw
        self._bridge.series(
            self._names, max(begin, world.started), world.time,
            lambda samples: self._answered(draw, samples), self._unanswered,
        )  # fmt: skip
        QTimer.singleShot(4 * PAUSE_MS, self, self._unstick)

    def _unanswered(self) -> None:
        """Another branch or moment is shown meanwhile, or the file cannot be read."""
        self._asking = False
        if self._again:
            self.refresh()

    def _unstick(self) -> None:
        """An answer that was lost with its profile must not stop the next request."""
        if self._since.elapsed() >= 4 * PAUSE_MS:
            self._asking = False

    def _answered(self, draw: Draw, samples: Samples) -> None:
        self._asking = False
        if draw is self._draw:
            enough = len(samples.at) > 1
            self._stack.setCurrentWidget(self.chart if enough else self._empty)
            self._table.setEnabled(enough)
            self._more.setEnabled(enough)
            drawing = draw(thinned(samples))
            self.chart.set_readout(drawing.readout)
            self.chart.set_series(drawing.series, drawing.fill)
        if self._again:
            self.refresh()

    def _range_picked(self, _days: int) -> None:
        self.ask_now()

    def _turned(self, shown: bool) -> None:
        self._table.set_icon("chart-line" if shown else "table")
        self._table.set_tip(self.tr("Show as chart") if shown else self.tr("Show as table"))

    def _open_menu(self) -> None:
        corner = self._more.rect().bottomLeft()
        self.chart.menu().popup(self._more.mapToGlobal(corner))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


def thinned(samples: Samples) -> Samples:
    """At most about ``MOST_POINTS``, one for each slot of the clock: points stay where they
    are while time moves. The newest one stays too."""
    at = samples.at
    if len(at) <= MOST_POINTS:
        return samples
    slot = HOUR * max(1, round((at[-1] - at[0]) / (HOUR * MOST_POINTS)))
    kept = [place for place in range(1, len(at)) if at[place] // slot != at[place - 1] // slot]
    kept = sorted({0, *kept, len(at) - 1})
    columns = {
        name: [column[place] for place in kept] for name, column in samples.columns.items()
    }
    return samples._replace(at=[at[place] for place in kept], columns=columns)
