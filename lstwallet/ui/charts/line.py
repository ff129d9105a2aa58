"""``LineChart``: values over simulated time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from lstwallet.ui.charts.base import ChartBase
from lstwallet.ui.charts.plot import Floats, Line
from lstwallet.ui.charts.ticks import DAY, time_ticks
from lstwallet.ui.theme import current

REDRAW_MS = 200
"""Fast time redraws a chart at most five times a second."""
SEGMENTED = 120
"""Points above which a line is drawn piece by piece: as one path 400 take three times as long."""


class Series(NamedTuple):
    """One line: its words, its series colour, times in seconds and values.

    ``None``, not-a-number and infinite values are gaps.
    """

    label: str
    role: str
    xs: Sequence[float]
    ys: Sequence[float | None]


class Threshold(NamedTuple):
    """A dashed horizontal line, in range always or only when the data come near."""

    value: float
    role: str = "bad_mark"
    always: bool = True


class _Drawn(NamedTuple):
    """A series as it is drawn."""

    xs: Floats
    ys: Floats
    curve: Any


def as_floats(values: Sequence[float | None]) -> Floats:
    """Values with every gap as not-a-number."""
    if isinstance(values, np.ndarray):
        array = values.astype(np.float64)
    else:
        array = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    array[~np.isfinite(array)] = np.nan
    return array


def peaks(xs: Floats, ys: Floats, most: int) -> tuple[Floats, Floats]:
    """At most ``most`` points that keep every peak: the lowest and highest of each bucket.

    pyqtgraph's own downsampling leaves five to nine points a pixel, and antialiased lines
    of that many are five times as slow. A bucket with a gap in it becomes a gap.
    """
    size = -(-len(xs) * 2 // most)
    if size <= 2:
        return xs, ys
    count = len(xs) // size
    body, rest = slice(0, count * size), slice(count * size, None)
    folded = ys[body].reshape(count, size)
    pairs = np.stack([folded.min(axis=1), folded.max(axis=1)], axis=1)
    falling = folded[:, 0] > folded[:, -1]
    pairs[falling] = pairs[falling][:, ::-1]
    starts = xs[body].reshape(count, size)
    places = np.stack([starts[:, 0], starts[:, size // 2]], axis=1)
    return np.append(places.ravel(), xs[rest]), np.append(pairs.ravel(), ys[rest])


class LineChart(ChartBase):
    """One or two lines over time, y axis right, crosshair by pointer and arrow keys.

    ``pointed(index)`` follows the crosshair. Setting data more often than five times a
    second draws five times a second; a hidden chart draws when it is shown.
    """

    pointed = Signal(object)

    def __init__(
        self,
        name: str,
        y_text: Callable[[float], str],
        *,
        readout: Callable[[int], Sequence[Line]] | None = None,
        x_text: Callable[[float, int], str] | None = None,
        y_width: int = 52,
        parent: QWidget | None = None,
    ) -> None:
        """``readout(index)`` gives the card's lines (text, style, tone); without it date and
        values. ``x_text(time, step)`` words a tick; without it the locale's date."""
        super().__init__(name, y_width, parent)
        self._y_text, self._x_text = y_text, x_text or date_words
        self._readout = readout
        self._series: tuple[Series, ...] = ()
        self._fill = ""
        self._span: float | None = None
        self._threshold: Threshold | None = None
        self._drawn: list[_Drawn] = []
        self._curves: list[Any] = []
        self._items: list[Any] = []
        self._dirty = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_now)
        self.plot.pointed.connect(self.pointed.emit)
        self.begin_style()

    # -- what is told -----------------------------------------------------------------------

    def set_series(self, series: Sequence[Series], fill: str = "") -> None:
        """Show one or two lines; ``fill`` is "area" (under the first), "between" or ""."""
        self._series, self._fill = tuple(series), fill
        self._schedule()

    def set_span(self, seconds: float | None) -> None:
        """Show the last ``seconds`` only, or everything; y follows."""
        self._span = seconds
        self._schedule(now=True)

    def set_threshold(
        self, value: float | None, role: str = "bad_mark", always: bool = True
    ) -> None:
        """A dashed line across; ``None`` takes it away."""
        self._threshold = None if value is None else Threshold(value, role, always)
        self._schedule()

    def set_readout(self, readout: Callable[[int], Sequence[Line]] | None) -> None:
        """Other words for the card beside the crosshair."""
        self._readout = readout

    def series(self) -> tuple[Series, ...]:
        """The lines as given."""
        return self._series

    def _schedule(self, now: bool = False) -> None:
        self._dirty = True
        if not self.isVisible():
            return
        waited = self._since.elapsed() if self._since.isValid() else REDRAW_MS
        if now or waited >= REDRAW_MS:
            self._timer.stop()
            self._draw_now()
        elif not self._timer.isActive():
            self._timer.start(REDRAW_MS - waited)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self._draw_now()

    def flush(self) -> None:
        """Draw what is waiting, for a picture or a test."""
        if self._dirty:
            self._draw_now()

    def _draw_now(self) -> None:
        self._dirty = False
        self._since.start()
        self.redraw()
        # Otherwise the first paint moves the view, and everything is painted a second time.
        self.plot.scene().prepareForPaint()
        if self.shows_table():
            self.fill_table()

    # -- drawing ---------------------------------------------------------------------------------

    def redraw(self) -> None:
        for item in self._items:
            self.plot.removeItem(item)
        self._items, self._drawn = [], []
        arrays = [(as_floats(s.xs), as_floats(s.ys)) for s in self._series]
        self._count_curves(len(arrays))
        if not any(len(xs) for xs, _ in arrays):
            for curve in self._curves:
                curve.setData([], [])
            self.plot.set_samples(np.empty(0), [], [], None)
            return
        low, high = self._x_range([xs for xs, _ in arrays])
        base = self._set_axes(arrays, low, high)
        for at, (xs, ys) in enumerate(arrays):
            self._drawn.append(_Drawn(xs, ys, self._fill_curve(at, xs, ys, base)))
        if self._fill == "between" and len(self._drawn) == 2:
            self._add_between()
        if self._threshold is not None:
            self._add_threshold(self._threshold)
        # The crosshair reads the lines that share the first one's times.
        first = self._drawn[0].xs
        pairs = zip(self._series, self._drawn, strict=True)
        same = [(series.role, drawn.ys) for series, drawn in pairs if len(drawn.xs) == len(first)]
        self.plot.set_samples(
            first,
            [ys for _, ys in same],
            [role for role, _ in same],
            self._readout or self._plain_readout,
        )
        shown = (first >= low) & (first <= high)
        self.summarise(moment_words(max(low, first[0])), moment_words(high), same[0][1][shown])

    def said(self, value: float) -> str:
        return self._value_words(value)

    def _x_range(self, xs: list[Floats]) -> tuple[float, float]:
        start = min(float(x[0]) for x in xs if len(x))
        end = max(float(x[-1]) for x in xs if len(x))
        if self._span is not None:
            start = max(end - self._span, min(start, end - 60))
        return (start, end) if end > start else (start - DAY / 2, end + DAY / 2)

    def _set_axes(self, arrays: list[tuple[Floats, Floats]], low: float, high: float) -> float:
        """Set both axes; returns where an area's fill ends."""
        seen = [ys[(xs >= low) & (xs <= high)] for xs, ys in arrays]
        known = np.concatenate([ys[np.isfinite(ys)] for ys in seen])
        bottom, top = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        threshold = self._threshold
        if threshold is not None and threshold.always:
            bottom, top = min(bottom, threshold.value), max(top, threshold.value)
        scale = self.y_axis(bottom, top, self._y_text)
        ticks = [(tick, self._y_text(tick)) for tick in scale.ticks]
        self.plot.set_y(scale.low, scale.high, ticks)
        wide = max(2, min(6, self.plot.width() // current().px(110)))
        moments, step = time_ticks(low, high, wide)
        # A label at the very edge vanishes unless the range is a little wider.
        room = high + (high - low) * 0.035
        half = (high - low) * 0.02
        words = [(float(t), self._x_text(t, step)) for t in moments if t >= low + half]
        self.plot.set_x(low, room, words)
        return scale.ticks[0]

    def _count_curves(self, count: int) -> None:
        """Have as many curves as series; they are kept, because making them is dear."""
        while len(self._curves) > count:
            self.plot.removeItem(self._curves.pop())
        while len(self._curves) < count:
            curve = pg.PlotDataItem(connect="finite")
            self.plot.addItem(curve, ignoreBounds=True)
            self._curves.append(curve)

    def _fill_curve(self, at: int, xs: Floats, ys: Floats, base: float) -> Any:
        theme = current()
        curve, role = self._curves[at], self._series[at].role
        area = self._fill == "area" and at == 0
        (low, high), _ = self.plot.getViewBox().viewRange()
        first = max(0, int(np.searchsorted(xs, low)) - 1)
        last = int(np.searchsorted(xs, high)) + 1
        drawn = peaks(xs[first:last], ys[first:last], max(64, self.plot.width()))
        pen = self.plot.pen(role, 1.75)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # pieces that overlap look beaded
        curve.curve.setSegmentedLineMode("on" if len(drawn[0]) > SEGMENTED else "off")
        curve.setData(
            *drawn,
            connect="finite",
            pen=pen,
            fillLevel=base if area else None,
            fillBrush=theme.color(role, theme.depth.area) if area else None,
        )
        return curve

    def _add_between(self) -> None:
        theme = current()
        role = self._series[1].role
        one, two = self._drawn
        fill = pg.FillBetweenItem(
            one.curve, two.curve, brush=theme.color(role, theme.depth.between)
        )
        fill.setZValue(-10)
        self._put(fill)

    def _add_threshold(self, threshold: Threshold) -> None:
        pen = self.plot.pen(threshold.role, 1)
        pen.setStyle(Qt.PenStyle.DashLine)
        line = pg.InfiniteLine(threshold.value, angle=0, pen=pen)
        line.setZValue(-5)
        self._put(line)

    def _put(self, item: Any) -> None:
        self.plot.addItem(item, ignoreBounds=True)
        self._items.append(item)

    # -- words ------------------------------------------------------------------------------------

    def _plain_readout(self, index: int) -> Sequence[Line]:
        lines: list[Line] = [(moment_words(self._drawn[0].xs[index]), "caption", "3")]
        for series, drawn in zip(self._series, self._drawn, strict=True):
            if index < len(drawn.ys):
                value = self._value_words(drawn.ys[index])
                text = value if len(self._series) == 1 else f"{series.label} {value}"
                lines.append((text, "strong" if len(self._series) == 1 else "small_medium", "text"))
        return lines

    def _value_words(self, value: float) -> str:
        return self._y_text(value) if np.isfinite(value) else "–"

    def _samples(self) -> list[tuple[float, list[float]]]:
        if not self._series:
            return []
        columns = [dict(zip(map(float, s.xs), as_floats(s.ys), strict=True)) for s in self._series]
        times = sorted({time for column in columns for time in column})
        if self._span is not None and times:
            times = [time for time in times if time >= times[-1] - self._span]
        return [(time, [column.get(time, float("nan")) for column in columns]) for time in times]

    def table(self) -> tuple[list[str], list[list[str]]]:
        head = [self.tr("Date"), *(series.label for series in self._series)]
        rows = [
            [moment_words(time), *(self._value_words(v) for v in values)]
            for time, values in self._samples()
        ]
        return head, rows

    def values(self) -> tuple[list[str], list[list[str]]]:
        head = ["time", *(series.label for series in self._series)]
        rows = [
            [
                datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                *("" if not np.isfinite(v) else repr(float(v)) for v in values),
            ]
            for time, values in self._samples()
        ]
        return head, rows


def date_words(time: float, step: int) -> str:
    """A tick in the language in force: hours, days or months as the step asks."""
    locale = QLocale()
    moment = datetime.fromtimestamp(time, UTC)
    chinese = locale.language() == QLocale.Language.Chinese
    if step < DAY and (moment.hour or moment.minute):
        return f"{moment:%H:%M}"
    if step >= 27 * DAY:
        if chinese:
            return f"{moment.year}年{moment.month}月"
        month = locale.standaloneMonthName(moment.month, QLocale.FormatType.ShortFormat)
        return f"{month} {moment.year}"
    if chinese:
        return f"{moment.month}月{moment.day}日"
    return f"{moment.day} {locale.monthName(moment.month, QLocale.FormatType.ShortFormat)}"


def moment_words(time: float) -> str:
    """A sample's moment: weekday, date, and the hour unless it is midnight."""
    locale = QLocale()
    moment = datetime.fromtimestamp(float(time), UTC)
    clock = f" {moment:%H:%M}" if moment.hour or moment.minute else ""
    if locale.language() == QLocale.Language.Chinese:
        return f"{moment.year}年{moment.month}月{moment.day}日{clock}"
    day = locale.dayName(moment.isoweekday(), QLocale.FormatType.ShortFormat)
    month = locale.monthName(moment.month, QLocale.FormatType.ShortFormat)
    return f"{day} {moment.day} {month} {moment.year}{clock}"
