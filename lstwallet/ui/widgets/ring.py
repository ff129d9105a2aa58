"""The allocation ring and its legend, in the same order and the same colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.theme.plain import plain_tip

_WIDTH = 17.0
_GAP = 2.4


class Part(NamedTuple):
    """A part of a whole: its words, its size, its series colour, its figure in words."""

    label: str
    value: float
    role: str
    text: str = ""


class Ring(Themed, QWidget):
    """Parts of a whole, clockwise from the top; the caption and the figure stand inside.

    ``pointed(i)``: the part under the pointer, -1 for none.
    """

    pointed = Signal(object)

    def __init__(self, side: int = 144, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._parts: tuple[Part, ...] = ()
        self._caption = self._figure = ""
        self._lit = -1
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.begin_style()

    def restyle(self) -> None:
        side = current().px(self._side)
        self.setFixedSize(side, side)

    def set_side(self, side: int) -> None:
        """Another size, at 100 % text."""
        self._side = side
        self.restyle()

    def set_parts(self, parts: Sequence[Part], caption: str = "", figure: str = "") -> None:
        """Show other parts; those of zero are left out."""
        self._parts = tuple(part for part in parts if part.value > 0)
        self._caption, self._figure = caption, figure
        said = ", ".join(f"{part.label} {part.text}".strip() for part in self._parts)
        self.setAccessibleDescription(f"{caption} {figure}: {said}")
        self.update()

    def light(self, index: int) -> None:
        """Make one part stand out (-1 for none)."""
        if index != self._lit:
            self._lit = index
            self.update()

    def part_at(self, spot: QPointF) -> int:
        """Index of the part at a point, or -1."""
        half = self.width() / 2
        x, y = spot.x() - half, spot.y() - half
        if not half - _WIDTH - 5 <= math.hypot(x, y) <= half + 1 or not self._parts:
            return -1
        turn = (math.degrees(math.atan2(x, -y)) % 360) / 360
        total = sum(part.value for part in self._parts)
        passed = 0.0
        for index, part in enumerate(self._parts):
            passed += part.value / total
            if turn <= passed:
                return index
        return len(self._parts) - 1

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.part_at(QPointF(event.pos()))
            if index >= 0:
                part = self._parts[index]
                QToolTip.showText(event.globalPos(), plain_tip(f"{part.label}  {part.text}"), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.part_at(event.position())
        if index != self._lit:
            self.light(index)
            self.pointed.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        self.light(-1)
        self.pointed.emit(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        inset = _WIDTH / 2 + 1
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        total = sum(part.value for part in self._parts)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.setBrush(paint.NO_BRUSH)
            if not total:
                painter.setPen(QPen(theme.color("pressed"), _WIDTH))
                painter.drawEllipse(box)
            angle = 90.0
            gap = _GAP if len(self._parts) > 1 else 0.0
            for index, part in enumerate(self._parts):
                span = 360 * part.value / total
                wide = _WIDTH + (2 if index == self._lit else 0)
                pen = QPen(theme.color(part.role), wide)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.setPen(pen)
                sweep = max(span - gap, 0.6)
                painter.drawArc(box, round((angle - gap / 2) * 16), -round(sweep * 16))
                angle -= span
            self._draw_words(painter)

    def _draw_words(self, painter: QPainter) -> None:
        theme = current()
        caption, figure = self._caption, self._figure
        if self._lit >= 0:
            caption, figure = self._parts[self._lit].label, self._parts[self._lit].text
        room = self.width() - 2 * _WIDTH - 14
        left = (self.width() - room) / 2
        upper, lower = theme.line("small"), theme.line("heading")
        top = (self.height() - upper - lower - 2) / 2
        paint.draw_text(painter, QRectF(left, top, room, upper), caption, "small", "3", "center")
        spot = QRectF(left, top + upper + 2, room, lower)
        paint.draw_text(painter, spot, figure, "heading", "text", "center")


class Legend(Themed, QWidget):
    """The ring's parts in words: dot, name, figure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self._lit = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show other parts."""
        self._parts = tuple(part for part in parts if part.value > 0)
        self.setAccessibleName(", ".join(f"{p.label} {p.text}" for p in self._parts))
        self.updateGeometry()
        self.update()

    def light(self, index: int) -> None:
        """Make one line stand out (-1 for none)."""
        self._lit = index
        self.update()

    def _line(self) -> int:
        return current().line("small") + 3

    def sizeHint(self) -> QSize:
        font = current().font("small")
        wide = max((paint.text_width(p.label + p.text, font) for p in self._parts), default=80.0)
        return QSize(round(wide) + 40, self._line() * len(self._parts))

    def minimumSizeHint(self) -> QSize:
        return QSize(current().px(120), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """A hint says the whole line under the pointer: its name may be shortened."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos().y() // self._line()
            part = self._parts[at] if 0 <= at < len(self._parts) else None
            said = f"{part.label} {part.text}" if part else ""
            QToolTip.showText(event.globalPos(), plain_tip(said), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, line = current(), self._line()
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            for index, part in enumerate(self._parts):
                y = index * line
                painter.setPen(paint.NO_PEN)
                painter.setBrush(theme.color(part.role))
                painter.drawRoundedRect(QRectF(0, y + (line - 9) / 2, 9, 9), 3, 3)
                figure = paint.text_width(part.text, theme.font("small_medium"))
                room = QRectF(17, y, self.width() - 17 - figure - 8, line)
                tone = "text" if index == self._lit else "2"
                paint.draw_text(painter, room, part.label, "small", tone)
                spot = QRectF(0, y, self.width(), line)
                paint.draw_text(painter, spot, part.text, "small_medium", "text", "right")
