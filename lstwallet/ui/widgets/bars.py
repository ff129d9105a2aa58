"""Bars and sparks: utilisation, loan to value, pool composition, progress, break-even."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row


class Tick(NamedTuple):
    """A mark on a bar: where (0 to 1), its words under the bar, and its tone."""

    at: float
    label: str = ""
    tone: str = "2"


class _Strip(Themed, QWidget):
    """A painted strip as wide as it may be, with a height of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def height_wanted(self) -> int:
        return current().px(12)

    def sizeHint(self) -> QSize:
        return QSize(120, self.height_wanted())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.height_wanted())


class Bar(_Strip):
    """A track, a fill and ticks with words under it; words that would touch are dropped."""

    def __init__(
        self,
        share: float = 0.0,
        role: str = "s1",
        ticks: Sequence[Tick] = (),
        *,
        height: int = 8,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self._share, self._role, self._ticks, self._thick = share, role, tuple(ticks), height
        super().__init__(parent)
        self.setAccessibleName(name)
        self.set(share, role, ticks)

    def set(self, share: float, role: str = "", ticks: Sequence[Tick] | None = None) -> None:
        """Show another share (0 to 1)."""
        self._share, self._role = share, role or self._role
        if ticks is not None and tuple(ticks) != self._ticks:
            self._ticks = tuple(ticks)
            self.updateGeometry()
        words = "; ".join(tick.label for tick in self._ticks if tick.label)
        self.setAccessibleDescription(f"{share:.0%} {words}".strip())
        self.update()

    def height_wanted(self) -> int:
        words = any(tick.label for tick in self._ticks)
        return self._thick + 4 + (current().line("caption") + 6 if words else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, wide = current(), float(self.width())
        with QPainter(self) as painter:
            paint.draw_bar(painter, QRectF(0, 2, wide, self._thick), self._share, self._role)
            taken = -1.0
            for tick in self._ticks:
                x = wide * min(max(tick.at, 0.0), 1.0)
                x = min(max(x, 1.0), wide - 1)
                tone = theme.color(paint.TEXT_ROLES.get(tick.tone, tick.tone))
                painter.setPen(QPen(theme.color("surface"), 4))
                painter.drawLine(QPointF(x, 1), QPointF(x, self._thick + 3))
                painter.setPen(QPen(tone, 2))
                painter.drawLine(QPointF(x, 1), QPointF(x, self._thick + 5))
                font = theme.font("caption")
                words = paint.text_width(tick.label, font)
                left = min(max(0.0, x - words / 2), wide - words - 1)
                if tick.label and left > taken:
                    spot = QRectF(left, self._thick + 6, words + 2, theme.line("caption"))
                    paint.draw_text(painter, spot, tick.label, "caption", tick.tone, elide=False)
                    taken = left + words + 8


class LtvBar(QWidget):
    """Loan to value: the words, the figure, and a bar with the liquidation tick under it."""

    def __init__(self, label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label(label or self.tr("Loan to value"), "body", "2")
        self.value = Label("–", "strong", align="right")
        self.bar = Bar(name=self.label.text())
        self.setLayout(column(row(self.label, None, self.value), self.bar, spacing=3))

    def set(
        self, share: float, words: str, limit: float, limit_words: str, tone: str = "good"
    ) -> None:
        """``share`` and ``limit`` are 0 to 1; ``tone`` good, warn or bad colours the fill."""
        self.value.setText(words)
        self.bar.set(share, f"{tone}_mark", (Tick(limit, limit_words, "bad"),))
        self.setAccessibleDescription(f"{words}, {limit_words}")


class Spark(Themed, QWidget):
    """A small line without axes."""

    def __init__(
        self,
        values: Sequence[float | None] = (),
        role: str = "text3",
        *,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._values, self._role = tuple(values), role
        self.setAccessibleName(name)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedSize(current().px(72), current().px(24))

    def set_values(self, values: Sequence[float | None]) -> None:
        """Show other values."""
        self._values = tuple(values)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_spark(painter, QRectF(self.rect()), self._values, self._role)


class Compose(_Strip):
    """What a pool holds: two parts of one bar and the mark of balance in the middle."""

    def __init__(
        self,
        left_role: str = "s1",
        right_role: str = "s8",
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self._left, self._right = left_role, right_role
        self._note, self._share = note, 0.5
        super().__init__(parent)
        self._note = note or self.tr("balanced 50 / 50")

    def set(self, share: float, left_role: str = "", right_role: str = "", said: str = "") -> None:
        """``share`` of the left part, 0 to 1; ``said`` puts it in words."""
        self._share = min(max(share, 0.0), 1.0)
        self._left, self._right = left_role or self._left, right_role or self._right
        self.setAccessibleName(said or f"{share:.0%}")
        self.setToolTip(plain_tip(said))
        self.update()

    def height_wanted(self) -> int:
        return 26 + current().line("caption")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, wide = current(), float(self.width())
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            clip = QPainterPath()
            clip.addRoundedRect(QRectF(0, 5, wide, 14), 7, 7)
            painter.save()
            painter.setClipPath(clip)
            cut = wide * self._share
            painter.fillRect(QRectF(0, 5, cut - 1, 14), theme.color(self._left))
            painter.fillRect(QRectF(cut + 1, 5, wide - cut, 14), theme.color(self._right))
            painter.restore()
            middle = round(wide / 2)
            painter.setPen(QPen(theme.color("surface"), 4))
            painter.drawLine(QPointF(middle, 3), QPointF(middle, 21))
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawLine(QPointF(middle, 1), QPointF(middle, 23))
            spot = QRectF(0, 25, wide, theme.line("caption"))
            paint.draw_text(painter, spot, self._note, "caption", "3", "center")


def hatch(painter: QPainter, box: QRectF, role: str) -> None:
    """Diagonal lines over a box: what may still change."""
    painter.setPen(QPen(current().mix(role, "surface", 0.6), 1))
    x = box.left() - box.height()
    while x < box.right() + 4:
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height() * 0.6, box.top()))
        x += 5


class HatchedProgress(_Strip):
    """Progress with what is certain solid and what is only likely hatched."""

    def __init__(self, role: str = "s1", parent: QWidget | None = None) -> None:
        self._role, self._sure, self._likely = role, 0.0, 0.0
        super().__init__(parent)

    def set(self, sure: float, likely: float = 0.0, role: str = "", said: str = "") -> None:
        """``sure`` is done for certain, up to ``likely`` perhaps (both 0 to 1)."""
        self._sure = min(max(sure, 0.0), 1.0)
        self._likely = min(max(likely, self._sure), 1.0)
        self._role = role or self._role
        self.setAccessibleDescription(said or f"{sure:.0%}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        box = QRectF(0, (self.height() - 8) / 2, self.width(), 8)
        with QPainter(self) as painter:
            paint.draw_bar(painter, box, 0.0)
            clip = QPainterPath()
            clip.addRoundedRect(box, 4, 4)
            painter.setClipPath(clip)
            likely = QRectF(box.x(), box.y(), box.width() * self._likely, box.height())
            painter.fillRect(likely, theme.mix(self._role, "surface", 0.22))
            hatch(painter, likely, self._role)
            sure = QRectF(box.x(), box.y(), box.width() * self._sure, box.height())
            painter.fillRect(sure, theme.color(self._role))


class ProgressRow(QWidget):
    """Long work: what runs, how far it is, and Cancel, with nothing lost."""

    cancelled = Signal()

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = Label(text, "small", "2", elide=True)
        self.figure = Label("", "small_medium", align="right")
        self.bar = Bar(height=6, name=text)
        self.cancel = Button(self.tr("Cancel"), "secondary", "small")
        self.cancel.clicked.connect(lambda _checked=False: self.cancelled.emit())
        words = column(row(self.text, None, self.figure), self.bar, spacing=4)
        self.setLayout(row((words, 1), self.cancel, spacing=14))

    def set(self, share: float | None, text: str = "", figure: str = "") -> None:
        """``share`` is 0 to 1, or ``None`` while unknown."""
        if text:
            self.text.setText(text)
            self.setAccessibleName(text)
        self.bar.set(share or 0.0)
        self.figure.setText(figure or ("" if share is None else f"{share:.0%}"))


class BreakEvenBar(_Strip):
    """Wait or sell: below the point waiting is right, above it selling; a knob says where
    the user's own use of the money would stand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._share, self._label = 0.5, ""
        self._here: float | None = None
        self._here_label = ""
        self._words = ("", "")
        super().__init__(parent)

    def set(
        self,
        share: float,
        label: str,
        low_words: str,
        high_words: str,
        here: float | None = None,
        here_label: str = "",
    ) -> None:
        """``share`` and ``here`` are 0 to 1 along the bar."""
        self._share, self._label = min(max(share, 0.0), 1.0), label
        self._words = (low_words, high_words)
        self._here, self._here_label = here, here_label
        self.setAccessibleName(label)
        self.setAccessibleDescription(f"{low_words}; {high_words}; {here_label}")
        self.update()

    def height_wanted(self) -> int:
        return 2 * current().line("caption") + 30

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, wide = current(), float(self.width())
        line = theme.line("caption")
        y, cut = line + 8.0, self.width() * self._share
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.mix("good_mark", "surface", 0.3))
            painter.drawRoundedRect(QRectF(0, y, max(0.0, cut - 1), 10), 5, 5)
            painter.setBrush(theme.mix("s8", "surface", 0.22))
            painter.drawRoundedRect(QRectF(cut + 1, y, max(0.0, wide - cut - 1), 10), 5, 5)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawLine(QPointF(cut, y - 5), QPointF(cut, y + 15))
            taken = self._above(painter, cut, self._label, "text", QRectF())
            if self._here is not None:
                x = wide * min(max(self._here, 0.0), 1.0)
                painter.setBrush(theme.color("accent"))
                painter.setPen(QPen(theme.color("surface"), 2))
                painter.drawEllipse(QPointF(min(max(x, 7), wide - 7), y + 5), 6, 6)
                self._above(painter, x, self._here_label, "accent", taken)
            below = QRectF(0, y + 16, wide, line)
            paint.draw_text(painter, below, self._words[0], "caption", "3")
            paint.draw_text(painter, below, self._words[1], "caption", "3", "right")

    def _above(self, painter: QPainter, x: float, text: str, tone: str, taken: QRectF) -> QRectF:
        """Words centred over ``x``, kept inside, left out if they would touch ``taken``."""
        wide = paint.text_width(text, current().font("caption")) + 2
        left = min(max(0.0, x - wide / 2), self.width() - wide)
        spot = QRectF(left, 0, wide, current().line("caption"))
        if not taken.adjusted(-8, 0, 8, 0).intersects(spot):
            paint.draw_text(painter, spot, text, "caption", tone, "center", elide=False)
        return spot
