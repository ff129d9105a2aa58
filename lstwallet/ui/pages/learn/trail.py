"""A lesson as a trail: its steps from left to right, the quiz at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, icons, paint

SIDE: Final = 22
STRIDE: Final = 168
"""Pixels from one stop to the next, where there is room."""
_TOP: Final = 10
_GAP: Final = 14
_FLAGS: Final = (
    Qt.TextFlag.TextWordWrap.value
    | Qt.AlignmentFlag.AlignTop.value
    | Qt.AlignmentFlag.AlignLeft.value
)


class Stop(NamedTuple):
    """One stop. ``state``: done, now, review or open."""

    title: str
    note: str
    state: str


class Trail(Themed, QWidget):
    """Paints the stops of one lesson, two lines of title and a note under each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: tuple[Stop, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set_stops(self, stops: Sequence[Stop], said: str) -> None:
        """Show these; ``said`` is the trail in words."""
        self._stops = tuple(stops)
        self.setAccessibleName(said)
        self.updateGeometry()
        self.update()

    def _stride(self, width: float) -> float:
        return min(float(current().px(STRIDE)), width / max(1, len(self._stops)))

    def _title_height(self, width: float) -> int:
        """The tallest title's."""
        metrics = QFontMetricsF(current().font("strong"))
        box = QRectF(0, 0, self._stride(width) - _GAP, 1_000)
        heights = [metrics.boundingRect(box, _FLAGS, stop.title).height() for stop in self._stops]
        return math.ceil(max(heights, default=0.0))

    def heightForWidth(self, width: int) -> int:
        theme = current()
        words = self._title_height(width) + 5 + theme.line("caption")
        return theme.px(SIDE) + _TOP + words + 2

    def sizeHint(self) -> QSize:
        width = current().px(STRIDE) * max(1, len(self._stops))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(96 * max(1, len(self._stops)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._stops:
            return
        stride = self._stride(self.width())
        high = self._title_height(self.width())
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            for number, stop in enumerate(self._stops):
                left = number * stride
                if number:
                    self._draw_line(painter, left - stride, left, stop)
                self._draw_stop(painter, left, stop)
                self._draw_words(painter, QRectF(left, 0, stride - _GAP, high), stop)

    @staticmethod
    def _draw_line(painter: QPainter, start: float, end: float, stop: Stop) -> None:
        theme = current()
        side = theme.px(SIDE)
        walked = stop.state in ("done", "now", "review")
        painter.setPen(QPen(theme.color("good_mark" if walked else "line_strong"), 2))
        painter.drawLine(QPointF(start + side, side / 2), QPointF(end, side / 2))

    @staticmethod
    def _draw_stop(painter: QPainter, left: float, stop: Stop) -> None:
        theme = current()
        side = theme.px(SIDE)
        box = QRectF(left, 0, side, side)
        inner = box.adjusted(1, 1, -1, -1)
        if stop.state == "done":
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("good_mark"))
            painter.drawEllipse(box)
            icons.draw(painter, box.adjusted(5, 5, -5, -5), "check-bold", theme.color("surface"))
            return
        roles = {"now": "accent", "review": "warn_mark"}
        painter.setBrush(paint.NO_BRUSH)
        painter.setPen(QPen(theme.color(roles.get(stop.state, "line_control")), 2))
        painter.drawEllipse(inner)
        if stop.state == "review":
            spot = box.adjusted(5, 5, -5, -5)
            icons.draw(painter, spot, "arrow-counter-clockwise", theme.color("warn"))
        elif stop.state == "now":
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(box.adjusted(7, 7, -7, -7))

    @staticmethod
    def _draw_words(painter: QPainter, box: QRectF, stop: Stop) -> None:
        theme = current()
        title = box.translated(0, theme.px(SIDE) + _TOP)
        painter.setFont(theme.font("strong" if stop.state == "now" else "medium"))
        painter.setPen(theme.color("text2" if stop.state == "open" else "text"))
        painter.drawText(title, _FLAGS, stop.title)
        tone = {"now": "accent", "review": "warn"}.get(stop.state, "3")
        note = QRectF(box.left(), title.bottom() + 5, box.width(), theme.line("caption"))
        paint.draw_text(painter, note, stop.note, "caption", tone)
