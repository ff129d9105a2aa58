"""The health gauge: a half ring on a square-root scale from 0 to 10.

On a linear scale 1.00 to 3.00, where all decisions fall, would be a fifth of the arc and
knob, tick and pointer would collide.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.theme.plain import plain_tip

TOP = 10.0
SAFE = 3.0
_THICK = 12.0
_NEAR = 10
"""Degrees from the tick within which the knob touches it."""


def angle_of(health: float) -> float:
    """Degrees from the right end for a health factor: 180 at 0, 0 at 10 and above."""
    return 180 - 180 * math.sqrt(min(max(health, 0.0), TOP) / TOP)


class Gauge(Themed, QWidget):
    """Health now as a knob on the ring, health after as a pointer inside it."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: float | None = None
        self._after: float | None = None
        self._text, self._word, self._tone, self._icon = "∞", "", "plain", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set(
        self,
        now: float | None,
        text: str,
        word: str,
        tone: str,
        icon: str = "",
        after: float | None = None,
        said: str = "",
    ) -> None:
        """``now`` is ``None`` without debt. ``text`` is the figure, floored by the caller;
        ``tone`` good, warn, bad or plain; ``said`` puts all of it in words."""
        self._now, self._after = now, after
        self._text, self._word, self._tone, self._icon = text, word, tone, icon
        self.setAccessibleDescription(said or f"{text}, {word}")
        self.setToolTip(plain_tip(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(current().px(260), current().px(146))

    def minimumSizeHint(self) -> QSize:
        return QSize(current().px(220), current().px(146))

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = current().scale
        radius = min(self.width() / 2 - 34 * scale, self.height() - 44 * scale)
        centre = QPointF(self.width() / 2, radius + 26 * scale)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            self._draw_zones(painter, centre, radius)
            self._draw_scale(painter, centre, radius)
            if self._after is not None:
                self._draw_pointer(painter, centre, radius, self._after)
            if self._now is not None:
                self._draw_knob(painter, _polar(centre, self._now, radius))
            self._draw_tick(painter, centre, radius)  # over the knob: it must not hide it
            self._draw_words(painter, centre)

    def _draw_zones(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        theme = current()
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        share = theme.depth.zone
        zones = ((0, 1.07, "bad"), (1.13, 2.95, "warn"), (3.05, TOP, "good"))
        painter.setBrush(paint.NO_BRUSH)
        for low, high, tone in zones:
            pen = QPen(theme.mix(f"{tone}_mark", "surface", share), _THICK)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            start, end = angle_of(low), angle_of(high)
            painter.drawArc(box, round(start * 16), round((end - start) * 16))

    def _draw_scale(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        line = current().line("caption")
        for value in (2, 3, 5):
            spot = _polar(centre, value, radius + _THICK / 2 + 11)
            box = QRectF(spot.x() - 20, spot.y() - line * 0.6, 40, line)
            paint.draw_text(painter, box, str(value), "caption", "3", "center", elide=False)
        for value, x in ((0, centre.x() - radius), (10, centre.x() + radius)):
            box = QRectF(x - 20, centre.y() + 4, 40, line)
            paint.draw_text(painter, box, str(value), "caption", "3", "center", elide=False)

    def _draw_tick(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        """The mark at 1.00, longer and its word further out where the knob is near."""
        theme = current()
        knob = self._now is not None and abs(angle_of(self._now) - angle_of(1)) < _NEAR
        reach = 4 if knob else 0
        inner, outer = radius - _THICK / 2 - 3 - reach, radius + _THICK / 2 + 5 + reach
        painter.setPen(QPen(theme.color("text"), 2))
        painter.drawLine(_polar(centre, 1, inner), _polar(centre, 1, outer))
        line = theme.line("caption")
        spot = _polar(centre, 1, outer + 4)
        box = QRectF(spot.x() - 60, spot.y() - line * 0.75, 60, line)
        paint.draw_text(painter, box, "1.00", "caption", "2", "right", elide=False)

    def _draw_pointer(
        self, painter: QPainter, centre: QPointF, radius: float, health: float
    ) -> None:
        turn = math.radians(angle_of(health))
        along = QPointF(math.cos(turn), -math.sin(turn))
        across = QPointF(-along.y(), along.x())
        tip = centre + along * (radius - _THICK / 2 - 3)
        foot = centre + along * (radius - _THICK / 2 - 13)
        painter.setPen(paint.NO_PEN)
        painter.setBrush(current().color("text"))
        painter.drawPolygon(QPolygonF([tip, foot + across * 6, foot - across * 6]))

    def _draw_knob(self, painter: QPainter, spot: QPointF) -> None:
        theme = current()
        painter.setBrush(theme.color(f"{self._tone}_mark" if self._tone != "plain" else "axis"))
        painter.setPen(QPen(theme.color("surface"), 3))
        painter.drawEllipse(spot, 9, 9)

    def _draw_words(self, painter: QPainter, centre: QPointF) -> None:
        theme = current()
        figure, line = theme.line("gauge"), theme.line("small_medium")
        top = centre.y() - line - figure - 1
        font = theme.font("gauge")
        left = centre.x() - paint.figure_width(self._text, font) / 2
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(font)
        rise = (figure - metrics.ascent() - metrics.descent()) / 2 + metrics.ascent()
        paint.draw_figure(painter, left, top + rise, self._text, font)
        side = theme.px(14) if self._icon else 0
        font = theme.font("small_medium")
        tone = "2" if self._tone == "plain" else self._tone
        wide = paint.text_width(self._word, font) + (side + 5 if side else 0)
        x = centre.x() - wide / 2
        if side:
            spot = QRectF(x, top + figure + (line - side) / 2, side, side)
            icons.draw(painter, spot, self._icon, theme.color(paint.tone_role(tone)))
            x += side + 5
        words = QRectF(x, top + figure, wide, line)
        paint.draw_text(painter, words, self._word, "small_medium", tone, elide=False)


def _polar(centre: QPointF, health: float, radius: float) -> QPointF:
    turn = math.radians(angle_of(health))
    return QPointF(centre.x() + radius * math.cos(turn), centre.y() - radius * math.sin(turn))
