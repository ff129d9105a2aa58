"""Liquidity by price as bars, and two bounds that can be taken and moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint

NEAR = 14
"""Pixels: so close to a bound it is taken; farther away the nearer one comes."""
FOOT = 20
"""Pixels for the words below."""
STEP = 0.002
"""Part of the price by which an arrow key moves a bound."""
GAP = 10
"""Pixels between two words below."""
LEAST = 2.0
"""Pixels: the smallest bar that is seen."""


FILLED = 72
"""Opacity of a bar below its edge: a pool that is deep everywhere is no wall of colour."""


class Depth(NamedTuple):
    """As much liquidity from one price to the next, and of it one's own: 1 is the most."""

    low: float
    high: float
    share: float
    own: float


class RangeBars(Themed, QWidget):
    """Bars between ``low`` and ``high``, the present price, and the bounds.

    ``moved`` gives both bounds while one is dragged, or pushed with the arrow keys: left and
    right the lower one, with Shift the upper one.
    """

    moved = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Depth, ...] = ()
        self._view = (0.9, 1.1)
        self._price = 1.0
        self._words = ("", "", "")
        self._bounds: tuple[float, float] | None = None
        self._held: int | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.begin_style()

    def restyle(self) -> None:
        self.setMinimumHeight(current().px(150))

    def sizeHint(self) -> QSize:
        return QSize(320, current().px(190))

    # --- what is shown ------------------------------------------------------------------

    def show_depth(
        self,
        bars: Sequence[Depth],
        view: tuple[float, float],
        price: float,
        words: tuple[str, str, str],
    ) -> None:
        """Other bars, from one price to another; ``words`` stand below: left end, price, right."""
        self._bars, self._view, self._price, self._words = tuple(bars), view, price, words
        self._say()
        self.update()

    def set_bounds(self, bounds: tuple[float, float] | None, words: str = "") -> None:
        """Where the bounds stand; ``words`` describe them to who cannot see."""
        self._bounds = bounds
        self._say(words)
        self.update()

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Lower and upper bound as prices."""
        return self._bounds

    def _say(self, bounds: str = "") -> None:
        self.setAccessibleDescription(" · ".join(part for part in (*self._words, bounds) if part))

    # --- moving a bound -----------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._bounds is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().x()
        lower, upper = (self._x(bound) for bound in self._bounds)
        self._held = 0 if abs(at - lower) <= abs(at - upper) else 1
        if abs(at - (lower, upper)[self._held]) > NEAR:
            self._move(self._price_at(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().x()
        if self._held is not None:
            self._move(self._price_at(at))
        elif self._bounds is not None:
            near = any(abs(at - self._x(bound)) <= NEAR for bound in self._bounds)
            shape = Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._bounds is None:
            super().keyPressEvent(event)
            return
        self._held = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        self._move(self._bounds[self._held] * (1 + step))
        self._held = None

    def _move(self, price: float) -> None:
        assert self._bounds is not None
        lower, upper = self._bounds
        if self._held == 0:
            lower = min(price, upper)
        else:
            upper = max(price, lower)
        if (lower, upper) != self._bounds:
            self._bounds = (lower, upper)
            self.update()
            self.moved.emit((lower, upper))

    # --- painting -----------------------------------------------------------------------

    def _x(self, price: float) -> float:
        low, high = self._view
        return (price - low) / (high - low) * self.width() if high > low else 0.0

    def _price_at(self, x: float) -> float:
        low, high = self._view
        return low + min(max(x / max(1, self.width()), 0.0), 1.0) * (high - low)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            floor = float(self.height() - FOOT)
            if self._bounds is not None:
                self._paint_chosen(painter, floor)
            for bar in self._bars:
                self._paint_bar(painter, bar, floor)
            paint.rule(painter, 0, floor, self.width())
            at = self._x(self._price)
            edge, dashes = QPen(current().color("surface"), 3), QPen(current().color("text"), 1)
            dashes.setStyle(Qt.PenStyle.DashLine)
            for pen in (edge, dashes):  # an edge of its own: it is seen on a bar too
                painter.setPen(pen)
                painter.drawLine(QPointF(at, 2), QPointF(at, floor))
            if self._bounds is not None:
                for bound in self._bounds:
                    self._paint_bound(painter, self._x(bound), floor)
            self._paint_words(painter, at, floor)
            if self.hasFocus():
                painter.setPen(QPen(current().color("focus"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_words(self, painter: QPainter, at: float, floor: float) -> None:
        """Both ends, and the price below its line: it gives way to neither."""
        first, here, last = self._words
        box = QRectF(0, floor + 2, self.width(), FOOT - 2)
        paint.draw_text(painter, box, first, "caption", "3", "left")
        paint.draw_text(painter, box, last, "caption", "3", "right")
        font = current().font("caption")
        wide = paint.text_width(here, font) + 2
        low = paint.text_width(first, font) + GAP
        high = self.width() - paint.text_width(last, font) - GAP - wide
        if low <= high:
            left = min(max(at - wide / 2, low), high)
            box = QRectF(left, floor + 2, wide, FOOT - 2)
            paint.draw_text(painter, box, here, "caption", "text", "center", elide=False)

    def _paint_chosen(self, painter: QPainter, floor: float) -> None:
        assert self._bounds is not None
        left, right = (self._x(bound) for bound in self._bounds)
        painter.fillRect(
            QRectF(left, 0, max(right - left, 0.0), floor), current().color("accent_soft")
        )

    def _paint_bar(self, painter: QPainter, bar: Depth, floor: float) -> None:
        left, right = self._x(bar.low), self._x(bar.high)
        left, right = max(left, 0.0), min(right, float(self.width()))
        if right <= left or bar.share <= 0:
            return
        room = floor - 8
        for share, role in ((bar.share, "s5"), (bar.own, "s4")):
            if share > 0:
                tall = max(share * room, LEAST)
                box = QRectF(left, floor - tall, right - left, tall)
                painter.fillRect(box, current().color(role, FILLED))
                box.setHeight(LEAST)
                painter.fillRect(box, current().color(role))

    def _paint_bound(self, painter: QPainter, x: float, floor: float) -> None:
        accent = current().color("accent")
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, floor))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawRoundedRect(QRectF(x - 5, floor / 2 - 12, 10, 24), 4, 4)
