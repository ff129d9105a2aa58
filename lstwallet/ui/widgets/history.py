"""The time bar's slider: past solid, the agenda dotted with hollow marks, now as a knob."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lstwallet.ui.theme import Themed, current, paint

_EDGE = 8.0
_KNOB = 8.0
_MARK = 2.5
_BAD_MARK = 4.0


class Mark(NamedTuple):
    """Something that happened or is due: its time, its tone and its words."""

    at: int
    tone: str = "3"
    """good, warn, bad, or 3 for the ordinary."""
    tip: str = ""


class HistoryBar(Themed, QWidget):
    """``jump(time)``: the user asks for a moment, past or due."""

    jump = Signal(object)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start, self._now, self._end = 0, 1, 1
        self._marks: tuple[Mark, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedHeight(current().px(32))

    def set(self, start: int, now: int, end: int, marks: Sequence[Mark] = ()) -> None:
        """The first moment, now, and the last that is shown of the agenda (seconds)."""
        self._start, self._now, self._end = start, now, max(end, now, start + 1)
        self._marks = tuple(marks)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, current().px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, current().px(32))

    def _place(self, time: int) -> float:
        share = (time - self._start) / (self._end - self._start)
        return _EDGE + (self.width() - 2 * _EDGE) * min(max(share, 0.0), 1.0)

    def time_at(self, x: float) -> int:
        """The moment at a place."""
        share = (x - _EDGE) / max(1.0, self.width() - 2 * _EDGE)
        return self._start + round((self._end - self._start) * min(max(share, 0.0), 1.0))

    def _mark_at(self, x: float) -> Mark | None:
        near = [m for m in self._marks if abs(self._spot(m) - x) <= 6]
        return min(near, key=lambda m: abs(self._spot(m) - x), default=None)

    def _spot(self, mark: Mark) -> float:
        """Where a mark stands: beside the knob, not on it, if its moment is about now."""
        x, now = self._place(mark.at), self._place(self._now)
        clear = _KNOB + _radius(mark) + 2
        if abs(x - now) >= clear:
            return x
        return now + clear if mark.at > self._now else now - clear

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mark = self._mark_at(event.pos().x())
            if mark is not None and mark.tip:
                QToolTip.showText(event.globalPos(), mark.tip, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            mark = self._mark_at(event.position().x())
            self.jump.emit(mark.at if mark else self.time_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Left:
            past = [m.at for m in self._marks if m.at < self._now]
            self.jump.emit(max(past, default=self._start))
        elif event.key() == Qt.Key.Key_Right:
            due = [m.at for m in self._marks if m.at > self._now]
            self.jump.emit(min(due, default=self._end))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        now, y = self._place(self._now), self.height() / 2
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            pen = QPen(theme.color("text3"), 2)
            pen.setDashPattern([1, 3])
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            last = self.width() - _EDGE
            if now + 12 < last:
                painter.drawLine(QPointF(now + 12, y), QPointF(last, y))
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("sim_mark"))
            painter.drawRoundedRect(QRectF(_EDGE, y - 2, max(0.0, now - _EDGE), 4), 2, 2)
            for mark in sorted(self._marks, key=_weight):
                self._draw_mark(painter, mark, y - 8)
            painter.setBrush(theme.color("surface"))
            painter.setPen(QPen(theme.color("sim_mark"), 2))
            painter.drawEllipse(QPointF(now, y), 7, 7)

    def _draw_mark(self, painter: QPainter, mark: Mark, y: float) -> None:
        x, size = self._spot(mark), _radius(mark)
        if not size <= x <= self.width() - size:
            return  # on the first day there is no room beside the knob
        theme = current()
        role = f"{mark.tone}_mark" if mark.tone in ("good", "warn", "bad") else "axis"
        due = mark.at > self._now
        if mark.tone == "bad":  # a ring of the ground parts it from its neighbours
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("rail"))
            painter.drawEllipse(QPointF(x, y), size + 1.5, size + 1.5)
        painter.setPen(QPen(theme.color(role), 1.5) if due else paint.NO_PEN)
        painter.setBrush(theme.color("rail" if due else role))
        painter.drawEllipse(QPointF(x, y), size, size)


def _radius(mark: Mark) -> float:
    return _BAD_MARK if mark.tone == "bad" else _MARK


def _weight(mark: Mark) -> int:
    """What is worse is drawn later, over what is not."""
    return ("warn", "bad").index(mark.tone) + 1 if mark.tone in ("warn", "bad") else 0
