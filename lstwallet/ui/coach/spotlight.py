"""The spotlight: everything dimmed but the target and the SIMULATION chip, which stay live."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Lies over the window with holes in it: in the holes the window is as it always is.

    ``dismissed()`` when the dimmed part is clicked: whoever wants to look around may.
    """

    dismissed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._targets: tuple[QRect, ...] = ()
        self._chip = QRect()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("")
        self.hide()

    def light(self, targets: Sequence[QRect], chip: QRect) -> None:
        """Leave these rectangles (of the window) free."""
        whole = self.parentWidget().rect()
        wanted = tuple(
            target.adjusted(-ROOM, -ROOM, ROOM, ROOM).intersected(whole) for target in targets
        )
        spare = chip.adjusted(-_CHIP_ROOM, -_CHIP_ROOM, _CHIP_ROOM, _CHIP_ROOM)
        if (wanted, spare, whole) == (self._targets, self._chip, self.geometry()):
            return
        self._targets, self._chip = wanted, spare
        self.setGeometry(whole)
        # edges and ring are painted, smoothly: only what lies inside them is cut out
        free = _region(spare, 1, _CHIP_RADIUS)
        for hole in wanted:
            free += _region(hole, _RING, RADIUS)
        self.setMask(QRegion(whole) - free)
        self.update()

    def holes(self) -> tuple[QRect, ...]:
        """What is left free of the targets, in the window's coordinates."""
        return self._targets

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
        for hole in self._targets:
            dim -= _rounded(hole, RADIUS)
        dim -= _rounded(self._chip, _CHIP_RADIUS)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.fillPath(dim, theme.color("scrim", theme.depth.scrim))
            painter.setBrush(paint.NO_BRUSH)
            painter.setPen(QPen(theme.color("accent"), _RING))
            for hole in self._targets:
                box = QRectF(hole).adjusted(1, 1, -1, -1)
                painter.drawRoundedRect(box, RADIUS - 1, RADIUS - 1)


def _region(box: QRect, inset: int, radius: int) -> QRegion:
    if box.isEmpty():
        return QRegion()
    inner = box.adjusted(inset, inset, -inset, -inset)
    return QRegion(_rounded(inner, radius - inset).toFillPolygon().toPolygon())


def _rounded(box: QRect, radius: int) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(box), radius, radius)
    return path
