"""A few lines above a point of a widget, at once: what the pointer or a drag is at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import paint

Line = paint.Said
_GAP = 6


class Bubble(QWidget):
    """A child of its widget's window, above whatever stands there; takes no clicks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, anchor: QWidget, x: float, lines: Sequence[Line]) -> None:
        """Stand above ``anchor``, centred on its ``x``; without lines go away."""
        if not lines:
            self.hide()
            return
        self._lines = tuple(lines)
        self.resize(self.sizeHint())
        room = self.parentWidget()
        spot = anchor.mapTo(room, QPoint(round(x), 0))
        left = min(max(4, spot.x() - self.width() // 2), room.width() - self.width() - 4)
        self.move(left, spot.y() - self.height() - _GAP)
        self.show()
        self.raise_()
        self.update()

    def lines(self) -> tuple[Line, ...]:
        """What it says."""
        return self._lines

    def sizeHint(self) -> QSize:
        return QSize(*paint.bubble_size(self._lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_bubble(painter, QRectF(self.rect()), self._lines)
