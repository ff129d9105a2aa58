"""``CurveChart``: y over x with the present point, a rate curve or a loss curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from lstwallet.ui.charts.base import ChartBase
from lstwallet.ui.charts.line import as_floats
from lstwallet.ui.charts.plot import Floats, Line
from lstwallet.ui.charts.ticks import nice_step


class CurveChart(ChartBase):
    """A curve; the crosshair rests on the present point while nobody points elsewhere."""

    def __init__(
        self,
        name: str,
        x_text: Callable[[float], str],
        y_text: Callable[[float], str],
        *,
        x_label: str = "",
        y_label: str = "",
        readout: Callable[[float, float, bool], Sequence[Line]] | None = None,
        y_width: int = 40,
        parent: QWidget | None = None,
    ) -> None:
        """``readout(x, y, present)`` gives the card's lines; labels head the table twin."""
        super().__init__(name, y_width, parent)
        self._x_text, self._y_text = x_text, y_text
        self._labels = (x_label or "x", y_label or name)
        self._readout = readout
        self._xs: Floats = np.empty(0)
        self._ys: Floats = np.empty(0)
        self._role = "s2"
        self._now: float | None = None
        self._ticks: tuple[float, ...] = ()
        self._curve: pg.PlotDataItem | None = None
        self.begin_style()

    def set_curve(
        self,
        xs: Sequence[float],
        ys: Sequence[float | None],
        role: str = "s2",
        now: float | None = None,
        ticks: Sequence[float] = (),
    ) -> None:
        """Show another curve. ``now`` is the present x: it becomes a sample of its own.
        ``ticks`` place the x axis' words; without them round values."""
        x, y = as_floats(xs), as_floats(ys)
        if now is not None and len(x):
            at = int(np.searchsorted(x, now))
            if at == len(x) or x[at] != now:
                value = float(np.interp(now, x, y))
                x, y = np.insert(x, at, now), np.insert(y, at, value)
        self._xs, self._ys, self._role, self._now = x, y, role, now
        self._ticks = tuple(ticks)
        self.redraw()
        if self.shows_table():
            self.fill_table()

    def redraw(self) -> None:
        if self._curve is not None:
            self.plot.removeItem(self._curve)
            self._curve = None
        xs, ys = self._xs, self._ys
        known = ys[np.isfinite(ys)]
        if not len(known):
            self.plot.set_samples(np.empty(0), [], [], None)
            return
        scale = self.y_axis(float(known.min()), float(known.max()), self._y_text)
        self.plot.set_y(scale.low, scale.high, [(t, self._y_text(t)) for t in scale.ticks])
        low, high = float(xs[0]), float(xs[-1])
        margin = (high - low) * 0.06
        ticks = self._ticks or self._round(low, high)
        self.plot.set_x(low - margin, high + margin, [(t, self._x_text(t)) for t in ticks])
        self._curve = pg.PlotDataItem(xs, ys, pen=self.plot.pen(self._role, 1.75), connect="finite")
        self.plot.addItem(self._curve, ignoreBounds=True)
        resting = None if self._now is None else int(np.searchsorted(xs, self._now))
        self.plot.set_samples(xs, [ys], [self._role], self._lines, resting)
        self.summarise(self._x_text(low), self._x_text(high), ys)

    def said(self, value: float) -> str:
        return self._y_text(value)

    def _round(self, low: float, high: float) -> tuple[float, ...]:
        step = nice_step(high - low, 4)
        first = int(np.ceil(low / step - 1e-9))
        last = int(np.floor(high / step + 1e-9))
        return tuple(i * step for i in range(first, last + 1))

    def _lines(self, index: int) -> Sequence[Line]:
        x, y = float(self._xs[index]), float(self._ys[index])
        present = self._now is not None and x == self._now
        if self._readout is not None:
            return self._readout(x, y, present)
        return [(self._x_text(x), "caption", "3"), (self._y_text(y), "small_medium", "text")]

    def table(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [self._x_text(float(x)), self._y_text(float(y)) if np.isfinite(y) else "–"]
            for x, y in zip(self._xs, self._ys, strict=True)
        ]
        return list(self._labels), rows

    def values(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [repr(float(x)), repr(float(y)) if np.isfinite(y) else ""]
            for x, y in zip(self._xs, self._ys, strict=True)
        ]
        return list(self._labels), rows
