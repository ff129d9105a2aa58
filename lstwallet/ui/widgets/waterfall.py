"""Yield by layer: each step stands where the one before ended, the net at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui import wording
from lstwallet.ui.theme import Themed, current, paint

_ROW = 24
_NET_GAP = 6


class Step(NamedTuple):
    """One layer: its words, its signed value, its colour, the value in words."""

    label: str
    value: float
    role: str
    text: str


class Waterfall(Themed, QWidget):
    """Steps from above, the net below a rule. Negative steps go left, in the bad tone; what
    reads as a zero has no bar and no tone."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        self._net: Step | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set_rows(
        self, steps: Sequence[Step], net_label: str, net_value: float, net_text: str
    ) -> None:
        """Show other steps and their net."""
        self._steps = tuple(steps)
        self._net = Step(net_label, net_value, "text", net_text)
        rows = (*self._steps, self._net)
        self.setAccessibleDescription(", ".join(f"{s.label} {s.text}" for s in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = len(self._steps) + (self._net is not None)
        return QSize(current().px(320), current().px(_ROW) * rows + _NET_GAP)

    def minimumSizeHint(self) -> QSize:
        return QSize(current().px(240), self.sizeHint().height())

    def _columns(self) -> tuple[float, float]:
        """Width of the names and of the figures."""
        theme = current()
        rows = [*self._steps, *([self._net] if self._net else [])]
        names = max((paint.text_width(s.label, theme.font("strong")) for s in rows), default=0.0)
        figures = max((paint.text_width(s.text, theme.font("strong")) for s in rows), default=0.0)
        return min(names + 14, self.width() * 0.42), figures + 14

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._net is None:
            return
        theme = current()
        high, low, at = 0.0, 0.0, 0.0
        for step in self._steps:
            at += step.value
            high, low = max(high, at), min(low, at)
        high, low = max(high, self._net.value), min(low, self._net.value)
        names, figures = self._columns()
        room = max(20.0, self.width() - names - figures)
        unit = room / ((high - low) or 1.0)
        zero = names - low * unit
        height = theme.px(_ROW)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            at, y = 0.0, 0.0
            for step in self._steps:
                start, end = zero + at * unit, zero + (at + step.value) * unit
                self._draw(painter, y, height, step, start, end, names)
                if not wording.reads_zero(step.text):  # a link begins at a bar
                    painter.setRenderHint(paint.ANTIALIASED, False)
                    x = round(end) - (1 if step.value > 0 else 0)
                    link = QRectF(x, y + height / 2 + 5, 1, height - 10)
                    painter.fillRect(link, theme.color("line_strong"))
                    painter.setRenderHint(paint.ANTIALIASED)
                at += step.value
                y += height
            paint.rule(painter, 0, round(y + 2), self.width())
            y += _NET_GAP
            end = zero + self._net.value * unit
            self._draw(painter, y, height, self._net, zero, end, names)

    def _draw(
        self,
        painter: QPainter,
        y: float,
        height: int,
        step: Step,
        start: float,
        end: float,
        names: float,
    ) -> None:
        theme = current()
        net = step is self._net
        name_box = QRectF(0, y, names - 8, height)
        tone = "text" if net else "2"
        paint.draw_text(painter, name_box, step.label, "strong" if net else "body", tone)
        zero = wording.reads_zero(step.text)
        if not zero:
            left, width = min(start, end), max(3.0, abs(end - start))
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color(step.role))
            painter.drawRoundedRect(QRectF(left, y + height / 2 - 5, width, 10), 2, 2)
        figure_tone = "bad" if step.value < 0 and not zero else "text"
        box = QRectF(0, y, self.width(), height)
        style = "strong" if net else "medium"
        paint.draw_text(painter, box, step.text, style, figure_tone, "right")
