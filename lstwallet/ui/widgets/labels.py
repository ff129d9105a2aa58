"""Text: labels in the type scale, numbers with a quieter fraction or unit, icons, countdowns."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, fonts, icons, paint, tokens
from lstwallet.ui.theme.plain import plain_tip

_WRAP_HINT = 420
"""A wrapping text asks for one line up to this width."""


def unmarked(text: str) -> str:
    """What a person wrote, for a menu or a button: there Qt takes & for a key's mark."""
    return text.replace("&", "&&")


class Label(Themed, QLabel):
    """Plain text in a type style and tone. One line is 1.21 em high in every language."""

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        tone: str = "text",
        *,
        align: str = "left",
        wrap: bool = False,
        elide: bool = False,
        term: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``term`` draws the dotted line of a glossary term; ``elide`` lets it shrink to 24 px."""
        super().__init__(parent)
        self._style, self._tone, self._elide, self._term = style, tone, elide, term
        self._selectable = False
        self._hint = QSize()
        self._align = align
        self.setAlignment(paint.ALIGN[align])
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        vertical = QSizePolicy.Policy.Preferred if wrap else QSizePolicy.Policy.Fixed
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self.setText(text)
        self.begin_style()

    def restyle(self) -> None:
        self.setFont(current().font(self._style))
        self._hint = QSize()
        if self._native():
            self._tint()
        self.updateGeometry()

    def setText(self, text: str) -> None:
        if text != self.text():
            self._hint = QSize()
            super().setText(text)
            if self._elide:
                self.setToolTip("")

    def set_tone(self, tone: str) -> None:
        """Change the colour role."""
        if tone != self._tone:
            self._tone = tone
            if self._native():
                self._tint()
            self.update()

    def tone(self) -> str:
        """The tone in force."""
        return self._tone

    def set_style(self, style: str) -> None:
        """Change the type style."""
        if style != self._style:
            self._style = style
            self.restyle()

    def _native(self) -> bool:
        """Selectable text is left to Qt."""
        return self._selectable

    def make_selectable(self) -> Label:
        """Let the user select and copy the text; returns itself."""
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._selectable = True
        self._tint()
        return self

    def _tint(self) -> None:
        colors = self.palette()
        colors.setColor(QPalette.ColorRole.WindowText, current().color(paint.tone_role(self._tone)))
        self.setPalette(colors)

    def sizeHint(self) -> QSize:
        if self._native():
            return super().sizeHint()
        if not self._hint.isValid() and self.wordWrap():
            width = math.ceil(paint.text_width(self.text(), self.font())) + 1
            width = min(width, current().px(_WRAP_HINT))
            self._hint = QSize(width, self.heightForWidth(width))
        elif not self._hint.isValid():
            margins = self.contentsMargins()
            width = math.ceil(paint.text_width(self.text(), self.font()))
            height = math.ceil(self.font().pixelSize() * tokens.LINE_HEIGHT) + 2 * self._term
            self._hint = QSize(
                width + margins.left() + margins.right(),
                height + margins.top() + margins.bottom(),
            )
        return self._hint

    def minimumSizeHint(self) -> QSize:
        if self._native():
            return super().minimumSizeHint()
        hint = self.sizeHint()
        if self.wordWrap():
            line = math.ceil(self.font().pixelSize() * tokens.LINE_HEIGHT)
            return QSize(min(60, hint.width()), line)
        return QSize(min(24, hint.width()), hint.height()) if self._elide else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._native():
            super().paintEvent(event)
            return
        theme = current()
        box = QRectF(self.contentsRect())
        with QPainter(self) as painter:
            font = self.font()
            painter.setFont(font)
            role = paint.tone_role(self._tone) if self.isEnabled() else "disabled"
            painter.setPen(theme.color(role))
            if self.wordWrap():
                painter.drawText(box, self.alignment() | Qt.TextFlag.TextWordWrap, self.text())
                return
            text = self.text()
            if self._elide:
                text = paint.elided(text, font, box.width())
                if text != self.text() and not self.toolTip():
                    self.setToolTip(plain_tip(self.text()))
            if self._term:
                box.setHeight(box.height() - 2)
            paint.draw_line(painter, box, text, font, self._align)
            if self._term:
                pen = painter.pen()
                pen.setColor(theme.color("text3"))
                pen.setStyle(Qt.PenStyle.DotLine)
                painter.setPen(pen)
                width = min(box.width(), paint.text_width(text, font))
                painter.drawLine(QPointF(0, box.bottom() + 1), QPointF(width, box.bottom() + 1))


class Link(Label):
    """A label that acts when clicked or when Enter is pressed on it."""

    clicked = Signal()

    def __init__(
        self, text: str, style: str = "small_medium", tone: str = "accent", *, elide: bool = False
    ) -> None:
        super().__init__(text, style, tone, elide=elide)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class Icon(Themed, QWidget):
    """An icon on its own; hidden from assistive tools unless it is named."""

    def __init__(
        self, name: str, tone: str = "text2", size: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._tone, self._size = name, tone, size
        self.begin_style()

    def restyle(self) -> None:
        side = current().px(self._size)
        self.setFixedSize(side, side)

    def set_icon(self, name: str, tone: str = "") -> None:
        """Change the glyph and, if given, its tone."""
        self._name, self._tone = name, tone or self._tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            role = paint.TEXT_ROLES.get(self._tone, self._tone)
            icons.draw(painter, QRectF(self.rect()), self._name, current().color(role))


class _Part(NamedTuple):
    text: str
    font: QFont
    role: str


class UnitNumber(Themed, QWidget):
    """A number and its quieter unit on one baseline, painted as one (layouts cannot align)."""

    def __init__(
        self,
        text: str = "",
        unit: str = "",
        style: str = "figure",
        tone: str = "text",
        *,
        align: str = "left",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._unit, self._style, self._tone = text, unit, style, tone
        self._align = align
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.begin_style()
        self._say()

    def restyle(self) -> None:
        self.updateGeometry()

    def set_value(self, text: str, unit: str | None = None, tone: str | None = None) -> None:
        """Show another number."""
        unit = self._unit if unit is None else unit
        tone = self._tone if tone is None else tone
        if (text, unit, tone) == (self._text, self._unit, self._tone):
            return
        self._text, self._unit, self._tone = text, unit, tone
        self._say()
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Number and unit as one would read them."""
        return f"{self._text} {self._unit}".strip()

    def _say(self) -> None:
        self.setAccessibleName(self.text())

    def _quiet_font(self) -> QFont:
        large = current().font(self._style)
        size = large.pixelSize()
        if tokens.TYPE[self._style].size < tokens.DISPLAY_FROM:
            return large
        return fonts.resized(large, size * tokens.UNIT_SHARE, 500)

    def parts(self) -> list[_Part]:
        """The pieces from left to right."""
        role = paint.tone_role(self._tone)
        made = [_Part(self._text, current().font(self._style), role)]
        if self._unit:
            made.append(_Part(" " + self._unit, self._quiet_font(), "text3"))
        return made

    def sizeHint(self) -> QSize:
        width = sum(paint.figure_width(p.text, p.font) for p in self.parts())
        return QSize(math.ceil(width) + 1, current().line(self._style))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        parts = self.parts()
        metrics = QFontMetricsF(parts[0].font)
        width = sum(paint.figure_width(p.text, p.font) for p in parts)
        x = 0.0
        if self._align == "right":
            x = self.width() - width
        elif self._align == "center":
            x = (self.width() - width) / 2
        y = (self.height() - metrics.ascent() - metrics.descent()) / 2 + metrics.ascent()
        with QPainter(self) as painter:
            for part in parts:
                painter.setPen(current().color(part.role))
                x = paint.draw_figure(painter, x, y, part.text, part.font)


class SplitNumber(UnitNumber):
    """The hero: whole part large, fraction small and quiet. Only fiat is ever split."""

    def __init__(
        self,
        text: str = "",
        style: str = "hero",
        *,
        align: str = "left",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, "", style, align=align, parent=parent)

    def parts(self) -> list[_Part]:
        whole, point, fraction = self._text.partition(".")
        made = [_Part(whole, current().font(self._style), paint.tone_role(self._tone))]
        if point:
            made.append(_Part(point + fraction, self._quiet_font(), "text3"))
        return made


class Countdown(Label):
    """A label that a function of the seconds left fills, as the simulated clock moves."""

    def __init__(self, style: str = "medium", tone: str = "text", *, align: str = "left") -> None:
        super().__init__("", style, tone, align=align)
        self._due = 0
        self._write = _plain_countdown

    def set_due(self, due: int, now: int, write=None) -> None:  # type: ignore[no-untyped-def]
        """Count down to ``due`` (seconds); ``write(left)`` makes the words."""
        self._due = due
        if write is not None:
            self._write = write
        self.set_now(now)

    def set_now(self, now: int) -> None:
        """The clock has moved."""
        self.setText(self._write(max(0, self._due - now)))


def _plain_countdown(left: int) -> str:
    minutes = left // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _say("{days} d {hours} h").format(days=days, hours=hours)
    if hours:
        return _say("{hours} h {minutes} m").format(hours=hours, minutes=f"{rest:02d}")
    return _say("{minutes} m").format(minutes=rest)


def _say(text: str) -> str:
    return QCoreApplication.translate("Countdown", text)


def later(milliseconds: int, owner: QWidget, act) -> QTimer:  # type: ignore[no-untyped-def]
    """A single-shot timer that dies with its owner."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(act)
    timer.start(milliseconds)
    return timer
