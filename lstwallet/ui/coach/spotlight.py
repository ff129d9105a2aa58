"""The spotlight: everything dimmed but the target and the SIMULATION chip, which stay live."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import current, paint

ROOM: Final = 8
"""Pixels left free around a target."""
RADIUS: Final = 14
_CHIP_ROOM: Final = 3
_CHIP_RADIUS: Final = 8
_RING: Final = 2


class Spotlight(QWidget):
    """Lies over the window with two holes in it: there the window is as it always is.

    ``dismissed()`` when the dimmed part is clicked: whoever wants to look around may.
    """

    dismissed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._hole = QRect()
        self._chip = QRect()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("")
        self.hide()

    def light(self, target: QRect, chip: QRect) -> None:
        """Leave these rectangles (of the window) free."""
        whole = self.parentWidget().rect()
        wanted = target.adjusted(-ROOM, -ROOM, ROOM, ROOM).intersected(whole)
        spare = chip.adjusted(-_CHIP_ROOM, -_CHIP_ROOM, _CHIP_ROOM, _CHIP_ROOM)
        if (wanted, spare, whole) == (self._hole, self._chip, self.geometry()):
            return
        self._hole, self._chip = wanted, spare
        self.setGeometry(whole)
        # edges and ring are painted, smoothly: only what lies inside them is cut out
        free = _region(spare, 1, _CHIP_RADIUS) + _region(wanted, _RING, RADIUS)
        self.setMask(QRegion(whole) - free)
        self.update()

    def hole(self) -> QRect:
        """What is left free around the target, ring included, in the window's coordinates."""
        return self._hole

    def covers(self, spot: QPoint) -> bool:
        """Whether a click there is the spotlight's, not the window's."""
        return self.isVisible() and self.mask().contains(spot)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.dismissed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        dim = QPainterPath()
        dim.addRect(QRectF(self.rect()))
        dim -= _rounded(self._hole, RADIUS)
        dim -= _rounded(self._chip, _CHIP_RADIUS)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.fillPath(dim, theme.color("scrim", theme.depth.scrim))
            painter.setBrush(paint.NO_BRUSH)
            painter.setPen(QPen(theme.color("accent"), _RING))
            box = QRectF(self._hole).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(box, RADIUS - 1, RADIUS - 1)


def _region(box: QRect, inset: int, radius: int) -> QRegion:
    """The pixels that lie wholly inside: a mask has no half ones, and would eat into the ring."""
    if box.isEmpty():
        return QRegion()
    inner, round_ = box.adjusted(inset, inset, -inset, -inset), radius - inset
    region = QRegion(inner.adjusted(0, round_, 0, -round_))
    for line in range(round_):
        rise = round_ - line
        short = ceil(round_ - sqrt(round_ * round_ - rise * rise))
        strip = QRect(inner.left() + short, inner.top() + line, inner.width() - 2 * short, 1)
        region += strip
        region += strip.translated(0, inner.height() - 1 - 2 * line)
    return region


def _rounded(box: QRect, radius: int) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(box), radius, radius)
    return path
