"""The plot under every chart: axes, grid, crosshair and readout in the theme in force.

pyqtgraph's pens are cosmetic, so every width is multiplied by the device pixel ratio. Its
items keep the colours they were given: ``restyle`` sets them again on a theme change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint

Floats = NDArray[np.float64]
Line = paint.Said

pg.setConfigOptions(antialias=True)


class _Axis(pg.AxisItem):
    """An axis of words only; the chart says where the ticks stand and what they read."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.setStyle(tickLength=0, tickTextOffset=8, tickAlpha=0, hideOverlappingLabels=True)


class _Grid(pg.GraphicsObject):
    """Horizontal lines at the ticks, one device pixel, behind everything."""

    def __init__(self, plot: Plot) -> None:
        super().__init__()
        self._plot = plot
        self.levels: tuple[float, ...] = ()
        self.setZValue(-100)

    def boundingRect(self) -> QRectF:
        return self._plot.getViewBox().viewRect()

    def paint(self, painter: QPainter, *_: Any) -> None:
        view = self._plot.getViewBox().viewRect()
        painter.setRenderHint(paint.ANTIALIASED, False)
        pen = QPen(current().color("grid"), self._plot.devicePixelRatioF())
        pen.setCosmetic(True)
        painter.setPen(pen)
        for level in self.levels:
            painter.drawLine(QPointF(view.left(), level), QPointF(view.right(), level))


class Readout(QWidget):
    """The card beside the crosshair."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show other words."""
        self._lines = tuple(lines)
        self.resize(self.sizeHint())
        self.setAccessibleName(", ".join(text for text, _, _ in lines))
        self.update()

    def lines(self) -> tuple[Line, ...]:
        """The words shown."""
        return self._lines

    def sizeHint(self) -> QSize:
        return QSize(*paint.bubble_size(self._lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_bubble(painter, QRectF(self.rect()), self._lines)


class Plot(Themed, pg.PlotWidget):
    """A plot without a mouse of its own: pointer and arrow keys move the crosshair.

    ``pointed(index)``: the sample under the crosshair, ``None`` when it left.
    """

    pointed = Signal(object)

    def __init__(self, name: str, y_width: int = 52) -> None:
        self._bottom, self._right = _Axis("bottom"), _Axis("right")
        super().__init__(axisItems={"bottom": self._bottom, "right": self._right}, background=None)
        self._y_width = y_width
        self._ys: list[Floats] = []
        self._roles: list[str] = []
        self._xs: Floats = np.empty(0)
        self._at: int | None = None
        self._resting: int | None = None
        self._summary = ""
        self._read: Callable[[int], Sequence[Line]] | None = None
        self._set_up(name)
        self.begin_style()

    def _set_up(self, name: str) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(name)
        self.setProperty("focus_radius", 8)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseEnabled(False, False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        item = self.getPlotItem()
        item.hideAxis("left")
        item.showAxis("right")
        item.hideButtons()
        item.setMenuEnabled(False)
        item.ctrlMenu.setParent(self, item.ctrlMenu.windowFlags())  # made all the same
        item.layout.setContentsMargins(0, 6, 0, 0)
        self.grid = _Grid(self)
        self.addItem(self.grid, ignoreBounds=True)
        self._cross = pg.InfiniteLine(0, angle=90)
        self._cross.setZValue(40)
        self._cross.hide()
        self.addItem(self._cross, ignoreBounds=True)
        self._dots = pg.ScatterPlotItem(size=10)
        self._dots.setZValue(50)
        self.addItem(self._dots, ignoreBounds=True)
        self.readout = Readout(self)

    def restyle(self) -> None:
        theme = current()
        for axis in (self._bottom, self._right):
            axis.setPen(pg.mkPen(None))
            axis.setTextPen(pg.mkPen(theme.color("axis")))
            axis.setTickFont(theme.font("caption"))
        self._right.setWidth(theme.px(self._y_width))
        self._bottom.setHeight(theme.px(22))
        pen = self.pen("cross", 1)
        pen.setStyle(Qt.PenStyle.DashLine)
        self._cross.setPen(pen)
        self.grid.update()
        self._show_cross()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(240, current().px(120))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, current().px(72))

    def pen(self, role: str, width: float) -> QPen:
        """A pen of a role; cosmetic, so its width is in device pixels."""
        return pg.mkPen(current().color(role), width=width * self.devicePixelRatioF())

    # -- axes ------------------------------------------------------------------------------

    def set_x(self, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> None:
        """Range and ticks of the x axis."""
        self.setXRange(low, high, padding=0)
        self._bottom.setTicks([list(ticks)])

    def set_y(self, low: float, high: float, ticks: Sequence[tuple[float, str]]) -> None:
        """Range and ticks of the y axis, and the grid."""
        self.setYRange(low, high, padding=0)
        self._right.setTicks([list(ticks)])
        self.grid.levels = tuple(value for value, _ in ticks)
        self.grid.update()

    # -- the crosshair -------------------------------------------------------------------------

    def set_samples(
        self,
        xs: Floats,
        ys: Sequence[Floats],
        roles: Sequence[str],
        read: Callable[[int], Sequence[Line]] | None,
        resting: int | None = None,
    ) -> None:
        """What the crosshair reads; ``resting`` is where it stands while nobody points."""
        self._xs, self._ys, self._roles, self._read = xs, list(ys), list(roles), read
        self._resting = resting
        if self._at is not None and self._at >= len(xs):
            self._at = None
        self._show_cross()

    def set_summary(self, text: str) -> None:
        """What is said of the whole while the crosshair stands nowhere."""
        self._summary = text
        if self.pointed_at() is None:
            self.setAccessibleDescription(text)

    def point_at(self, index: int | None) -> None:
        """Put the crosshair on a sample, or take it away."""
        if index != self._at:
            self._at = index
            self._show_cross()
            self.pointed.emit(index)

    def pointed_at(self) -> int | None:
        """The sample under the crosshair."""
        return self._at if self._at is not None else self._resting

    def _visible(self) -> tuple[int, int]:
        """First and last sample in view."""
        (low, high), _ = self.getViewBox().viewRange()
        first = int(np.searchsorted(self._xs, low, "left"))
        last = int(np.searchsorted(self._xs, high, "right")) - 1
        return first, last

    def nearest(self, x: float) -> int | None:
        """The sample in view that is nearest to a place on the x axis."""
        first, last = self._visible()
        if last < first or not len(self._xs):
            return None
        at = int(np.searchsorted(self._xs, x))
        if at > 0 and (at == len(self._xs) or x - self._xs[at - 1] < self._xs[at] - x):
            at -= 1
        return min(max(at, first), last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        box = self.getViewBox()
        inside = box.sceneBoundingRect().contains(event.position())
        x = box.mapSceneToView(event.position()).x()
        self.point_at(self.nearest(x) if inside else None)
        event.accept()

    def leaveEvent(self, event: Any) -> None:
        if not self.hasFocus():
            self.point_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        first, last = self._visible()
        if last < first or key not in _KEYS:
            if key == Qt.Key.Key_Escape and self._at is not None:
                self.point_at(None)
                return
            QFrame.keyPressEvent(self, event)
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = 1 if fine else max(1, (last - first) // 120)
        here = self.pointed_at()
        moves = {
            Qt.Key.Key_Left: (last if here is None else here) - step,
            Qt.Key.Key_Right: (first if here is None else here) + step,
            Qt.Key.Key_Home: first,
            Qt.Key.Key_End: last,
        }
        self.point_at(min(max(moves[key], first), last))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.point_at(None)
        super().focusOutEvent(event)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()

    def _show_cross(self) -> None:
        at = self.pointed_at()
        if at is None or not len(self._xs) or not 0 <= at < len(self._xs):
            self._cross.hide()
            self._dots.clear()
            self.readout.hide()
            self.setAccessibleDescription(self._summary)
            return
        x = float(self._xs[at])
        self._cross.setValue(x)
        self._cross.show()
        spots = [
            {"pos": (x, float(y[at])), "brush": pg.mkBrush(current().color(role))}
            for y, role in zip(self._ys, self._roles, strict=True)
            if np.isfinite(y[at])
        ]
        self._dots.setData(spots)
        self._dots.setPen(self.pen("surface", 2))
        lines = self._read(at) if self._read is not None else ()
        self.readout.setVisible(bool(lines))
        if lines:
            self.readout.set_lines(lines)
            self._place_readout(at)
        self.setAccessibleDescription(", ".join(text for text, _, _ in lines))

    def to_pixels(self, x: float, y: float) -> QPointF:
        """A point of the data in widget pixels."""
        return QPointF(self.mapFromScene(self.getViewBox().mapViewToScene(QPointF(x, y))))

    def _place_readout(self, at: int) -> None:
        """Left or right of the crosshair, high or low: where the lines do not run."""
        card = self.readout.size()
        x = self.to_pixels(float(self._xs[at]), 0.0).x()
        bottom = self.height() - current().px(22) - card.height() - 6
        right = self.getViewBox().sceneBoundingRect().right()
        places = [
            QRectF(left, top, card.width(), card.height())
            for left in (x - card.width() - 12, x + 12)
            if left >= 0 and left + card.width() <= right
            for top in (8.0, max(8.0, bottom))
        ]
        if not places:
            places = [QRectF(max(0.0, x - card.width() - 12), 8.0, card.width(), card.height())]
        best = min(places, key=self._crossed)
        self.readout.move(best.topLeft().toPoint())
        self.readout.raise_()

    def _crossed(self, spot: QRectF) -> int:
        """How much of the lines lies under a place, in sixtieths of its width."""
        box = self.getViewBox()
        low = box.mapSceneToView(QPointF(spot.left() - 6, spot.bottom() + 6))
        high = box.mapSceneToView(QPointF(spot.right() + 6, spot.top() - 6))
        places = np.linspace(low.x(), high.x(), 60)
        under = 0
        for ys in self._ys:
            seen = np.interp(places, self._xs, ys, left=np.nan, right=np.nan)
            under += int(np.count_nonzero((seen > low.y()) & (seen < high.y())))
        return under

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None and hasattr(self, "readout"):
            self._show_cross()


_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
