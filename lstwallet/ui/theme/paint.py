"""Shapes drawn in more than one place: chips, discs, bars, sparks, buttons, shadows.

Widgets and table delegates call the same functions, so a chip in a cell is the chip of a
card to the pixel. Every function paints with the theme in force and leaves the painter's
pen, brush and font undefined.
"""

from __future__ import annotations

import atexit
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QStaticText

from lstwallet.ui.theme import icons, tokens
from lstwallet.ui.theme.manager import blend, current, of_the_theme

LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER: Final = Qt.AlignmentFlag.AlignCenter
ALIGN: Final = {"left": LEFT, "right": RIGHT, "center": CENTER}
_DIGITS: Final = frozenset("0123456789")
ANTIALIASED: Final = QPainter.RenderHint.Antialiasing
NO_PEN: Final = Qt.PenStyle.NoPen
NO_BRUSH: Final = Qt.BrushStyle.NoBrush


class Tone(NamedTuple):
    """Foreground role and background role of a chip, a banner or a tile."""

    fore: str
    back: str


TONES: Final[dict[str, Tone]] = {
    "good": Tone("good", "good_soft"),
    "warn": Tone("warn", "warn_soft"),
    "bad": Tone("bad", "bad_soft"),
    "info": Tone("info", "info_soft"),
    "sim": Tone("sim", "sim_soft"),
    "plain": Tone("text2", "hover"),
    "line": Tone("text2", ""),
}
TEXT_ROLES: Final[dict[str, str]] = {
    "": "text", "text": "text", "2": "text2", "3": "text3", "text2": "text2", "text3": "text3",
    "good": "good", "warn": "warn", "bad": "bad", "info": "info", "sim": "sim",
    "accent": "accent_text", "disabled": "disabled", "on_accent": "on_accent",
}  # fmt: skip
"""What a widget's ``tone`` means as a colour role."""


Said = tuple[str, str, str]
"""A line of a bubble: text, type style, tone."""


def tone_role(tone: str) -> str:
    """The colour role of a text tone. Raises ``KeyError`` for an unknown one."""
    return TEXT_ROLES[tone]


def text_width(text: str, font: QFont) -> float:
    """Width of one line of text."""
    return QFontMetricsF(font).horizontalAdvance(text)


def elided(text: str, font: QFont, width: float) -> str:
    """The text, with an ellipsis at its end when it does not fit."""
    metrics = QFontMetricsF(font)
    if metrics.horizontalAdvance(text) <= width + 0.5:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def draw_text(
    painter: QPainter,
    box: QRectF,
    text: str,
    style: str = "body",
    tone: str = "text",
    align: str = "left",
    *,
    elide: bool = True,
) -> None:
    """One line of text, centred on the box's height, elided to its width."""
    theme = current()
    font = theme.font(style)
    painter.setFont(font)
    painter.setPen(theme.color(TEXT_ROLES.get(tone, tone)))
    laid = _laid_out(text, style)
    if elide and laid.width > box.width() + 0.5:
        metrics = QFontMetricsF(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        laid = _laid_out(text, style)
    x = box.x()
    if align != "left":
        x += (box.width() - laid.width) * (1 if align == "right" else 0.5)
    painter.drawStaticText(QPointF(x, box.y() + box.height() / 2 - laid.rise), laid.text)


class _LaidOut(NamedTuple):
    """A line of text that is shaped already: to draw it costs half."""

    text: QStaticText
    width: float
    rise: float
    """How far its top stands above the middle of its line."""


@of_the_theme
@lru_cache(maxsize=2048)
def _laid_out(text: str, style: str) -> _LaidOut:
    font = current().font(style)
    metrics = QFontMetricsF(font)
    laid = QStaticText(text)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    laid.prepare(font=font)
    return _LaidOut(
        laid, metrics.horizontalAdvance(text), (metrics.ascent() + metrics.descent()) / 2
    )


atexit.register(_laid_out.cache_clear)  # glyphs must go before the application does


def draw_line(painter: QPainter, box: QRectF, text: str, font: QFont, align: str = "left") -> None:
    """One line on the baseline of the font itself: a fallback font does not push it down."""
    metrics = QFontMetricsF(font)
    x = box.x()
    if align != "left":
        spare = box.width() - metrics.horizontalAdvance(text)
        x += spare if align == "right" else spare / 2
    ascent, descent = metrics.ascent(), metrics.descent()
    y = box.y() + (box.height() - ascent - descent) / 2 + ascent
    painter.drawText(QPointF(x, y), text)


def figure_width(text: str, font: QFont) -> float:
    """Width of a number whose digits are all as wide as a nought."""
    metrics = QFontMetricsF(font)
    cell = metrics.horizontalAdvance("0")
    return sum(cell if c in _DIGITS else metrics.horizontalAdvance(c) for c in text)


def draw_figure(painter: QPainter, x: float, y: float, text: str, font: QFont) -> float:
    """A number on a baseline, every digit in a cell of one width; returns where it ends.

    The display cut of Inter 4.0 beta ignores ``tnum``; large figures would dance as they
    change.
    """
    metrics = QFontMetricsF(font)
    cell = metrics.horizontalAdvance("0")
    painter.setFont(font)
    for char in text:
        wide = metrics.horizontalAdvance(char)
        room = cell if char in _DIGITS else wide
        painter.drawText(QPointF(x + (room - wide) / 2, y), char)
        x += room
    return x


def rule(painter: QPainter, x1: float, y: float, x2: float, role: str = "line") -> None:
    """A crisp horizontal line of one pixel whose top is at ``y``."""
    painter.setRenderHint(ANTIALIASED, False)
    painter.fillRect(QRectF(x1, y, x2 - x1, 1), current().color(role))
    painter.setRenderHint(ANTIALIASED, True)


# -- chips ---------------------------------------------------------------------------


def chip_height(small: bool) -> int:
    """22 px, 20 px in cards and tables."""
    return current().px(20 if small else 22)


def chip_width(text: str, icon: str = "", small: bool = False) -> int:
    """Width of a chip with its icon."""
    theme = current()
    font = theme.font("caption" if small else "small_medium")
    return math.ceil(text_width(text, font)) + 15 + ((theme.px(14) + 3) if icon else 0)


def draw_chip(
    painter: QPainter, box: QRectF, text: str, tone: str, icon: str = "", small: bool = False
) -> None:
    """A chip that fills ``box``; the word is elided if the box is narrower than it needs."""
    theme = current()
    look = TONES[tone]
    painter.setRenderHint(ANTIALIASED)
    radius = tokens.RADIUS["chip"]
    if look.back:
        painter.setPen(NO_PEN)
        painter.setBrush(theme.color(look.back))
        painter.drawRoundedRect(box, radius, radius)
    else:
        painter.setPen(theme.color("line_strong"))
        painter.setBrush(NO_BRUSH)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    x = box.x() + 7
    if icon:
        side = theme.px(14)
        top = box.y() + (box.height() - side) / 2
        icons.draw(painter, QRectF(x - 1, top, side, side), icon, theme.color(look.fore))
        x += side + 3
    font = theme.font("caption" if small else "small_medium")
    painter.setFont(font)
    painter.setPen(theme.color(look.fore))
    room = box.right() - x - 6
    spot = QRectF(x, box.y(), room, box.height())
    draw_line(painter, spot, elided(text, font, room), font)


# -- discs and tiles ------------------------------------------------------------------


def draw_avatar(painter: QPainter, box: QRectF, symbol: str) -> None:
    """A token's disc: its colour, thinned, with its letters."""
    theme = current()
    look = tokens.asset(symbol)
    color = theme.color(look.role)
    painter.setRenderHint(ANTIALIASED)
    painter.setPen(NO_PEN)
    painter.setBrush(blend(color, theme.color("surface"), theme.depth.disc))
    painter.drawEllipse(box)
    ink = avatar_ink(look.role)
    if look.icon:
        side = round(box.width() * 0.5)
        left = box.x() + (box.width() - side) / 2
        top = box.y() + (box.height() - side) / 2
        icons.draw(painter, QRectF(left, top, side, side), look.icon, ink)
        return
    font = QFont(theme.font("strong"))
    font.setPixelSize(max(8, round(box.width() * 0.36)))
    painter.setFont(font)
    painter.setPen(ink)
    draw_line(painter, box, look.letters, font, "center")


def avatar_ink(role: str) -> QColor:
    """Colour of the letters on a disc."""
    theme = current()
    other = theme.color("text") if theme.dark else theme.color("shadow")
    return blend(theme.color(role), other, 0.6 if theme.dark else 0.82)


def draw_tile(painter: QPainter, box: QRectF, icon: str, tone: str, share: float = 0.55) -> None:
    """An icon on a soft rounded square."""
    theme = current()
    look = TONES[tone]
    painter.setRenderHint(ANTIALIASED)
    painter.setPen(NO_PEN)
    painter.setBrush(theme.color(look.back or "hover"))
    painter.drawRoundedRect(box, 10, 10)
    side = round(box.height() * share)
    left = box.x() + (box.width() - side) / 2
    top = box.y() + (box.height() - side) / 2
    icons.draw(painter, QRectF(left, top, side, side), icon, theme.color(look.fore))


# -- bars and sparks -------------------------------------------------------------------


def draw_bar(painter: QPainter, box: QRectF, share: float, role: str = "s1") -> None:
    """A track with a fill of ``share`` (0 to 1) from the left; any share above 0 shows."""
    theme = current()
    painter.setRenderHint(ANTIALIASED)
    painter.setPen(NO_PEN)
    radius = box.height() / 2
    painter.setBrush(theme.color("pressed"))
    painter.drawRoundedRect(box, radius, radius)
    share = min(max(share, 0.0), 1.0)
    if share > 0:
        painter.setBrush(theme.color(role))
        width = max(box.height(), box.width() * share)
        painter.drawRoundedRect(QRectF(box.x(), box.y(), width, box.height()), radius, radius)


def draw_spark(
    painter: QPainter, box: QRectF, values: Sequence[float | None], role: str = "text3"
) -> None:
    """A small line without axes, a dot at its end; gaps where a value is ``None``."""
    known = [v for v in values if v is not None]
    if not known:
        return
    theme = current()
    low, high = min(known), max(known)
    step = (box.width() - 6) / max(1, len(values) - 1)
    height = box.height() - 8
    painter.setRenderHint(ANTIALIASED)
    painter.setBrush(NO_BRUSH)
    painter.setPen(QPen(theme.color(role), 1.4))
    run: list[QPointF] = []
    last = QPointF()
    for index, value in enumerate([*values, None]):
        if value is None:
            if len(run) > 1:
                painter.drawPolyline(QPolygonF(run))
            run = []
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        last = QPointF(box.x() + 2 + index * step, box.bottom() - 4 - height * share)
        run.append(last)
    painter.setBrush(theme.color(role))
    painter.setPen(NO_PEN)
    painter.drawEllipse(last, 2.2, 2.2)


# -- buttons -----------------------------------------------------------------------------


class ButtonLook(NamedTuple):
    """Roles of one state of one kind of button: background, edge and word; empty is none."""

    back: str
    edge: str
    word: str


BUTTON_KINDS: Final[dict[str, dict[str, ButtonLook]]] = {
    "primary": {
        "rest": ButtonLook("accent", "", "on_accent"),
        "hover": ButtonLook("accent_hover", "", "on_accent"),
        "pressed": ButtonLook("accent_pressed", "", "on_accent"),
        "disabled": ButtonLook("hover", "line", "text3"),
    },
    "secondary": {
        "rest": ButtonLook("surface", "line_strong", "text"),
        "hover": ButtonLook("hover", "line_strong", "text"),
        "pressed": ButtonLook("pressed", "line_strong", "text"),
        "disabled": ButtonLook("surface", "line", "disabled"),
    },
    "ghost": {
        "rest": ButtonLook("", "", "accent_text"),
        "hover": ButtonLook("hover", "", "accent_text"),
        "pressed": ButtonLook("pressed", "", "accent_text"),
        "disabled": ButtonLook("", "", "disabled"),
    },
    "quiet": {
        "rest": ButtonLook("", "", "text2"),
        "hover": ButtonLook("hover", "", "text2"),
        "pressed": ButtonLook("pressed", "", "text"),
        "disabled": ButtonLook("", "", "disabled"),
    },
    "soft": {
        "rest": ButtonLook("accent_soft", "", "accent_text"),
        "hover": ButtonLook("accent_soft", "accent_text", "accent_text"),
        "pressed": ButtonLook("accent_soft", "accent_text", "accent_text"),
        "disabled": ButtonLook("hover", "", "text3"),
    },
    "danger": {
        "rest": ButtonLook("surface", "bad_mark", "bad"),
        "hover": ButtonLook("hover", "bad_mark", "bad"),
        "pressed": ButtonLook("pressed", "bad_mark", "bad"),
        "disabled": ButtonLook("surface", "line", "disabled"),
    },
}


class ButtonSize(NamedTuple):
    """Height, radius, side padding and type style of a button size at 100 %."""

    height: int
    radius: int
    padding: int
    style: str


BUTTON_SIZES: Final[dict[str, ButtonSize]] = {
    "small": ButtonSize(28, 7, 11, "small_medium"),
    "normal": ButtonSize(32, 8, 15, "medium"),
    "main": ButtonSize(44, 10, 19, "strong"),
}
_TIGHT: Final = {"ghost": 9, "quiet": 7}


def button_padding(kind: str, size: str) -> int:
    """Side padding: kinds without an edge are tighter."""
    return _TIGHT.get(kind, BUTTON_SIZES[size].padding)


def button_style(kind: str, size: str) -> str:
    """Type style of a button's word: the main action is a weight heavier."""
    style = BUTTON_SIZES[size].style
    return "strong" if kind == "primary" and size == "normal" else style


def button_width(text: str, kind: str, size: str, icon: str = "", icon_side: int = 16) -> int:
    """Width of a button with its icon."""
    theme = current()
    wide = math.ceil(text_width(text, theme.font(button_style(kind, size)))) if text else 0
    if icon:
        wide += theme.px(icon_side) + (7 if text else 0)
    if not text:
        return max(wide + 12, theme.px(BUTTON_SIZES[size].height))
    return wide + 2 * button_padding(kind, size)


def draw_button(
    painter: QPainter,
    box: QRectF,
    text: str,
    kind: str = "secondary",
    size: str = "normal",
    state: str = "rest",
    icon: str = "",
    *,
    trailing: bool = False,
    icon_side: int = 16,
    back: str = "",
) -> None:
    """A button that fills ``box``: its word centred, an icon before (or after) it."""
    theme = current()
    look = BUTTON_KINDS[kind][state]
    radius = BUTTON_SIZES[size].radius
    painter.setRenderHint(ANTIALIASED)
    if look.back or look.edge or back:
        painter.setPen(theme.color(look.edge) if look.edge else NO_PEN)
        fill = look.back or back
        painter.setBrush(theme.color(fill) if fill else NO_BRUSH)
        inner = box.adjusted(0.5, 0.5, -0.5, -0.5) if look.edge else box
        painter.drawRoundedRect(inner, radius, radius)
    font = theme.font(button_style(kind, size))
    side = theme.px(icon_side) if icon else 0
    gap = 7 if icon and text else 0
    room = box.width() - side - gap - 8
    word = elided(text, font, room)
    wide = text_width(word, font) + side + gap
    x = box.x() + (box.width() - wide) / 2
    ink = theme.color(look.word)
    if icon:
        glyph = ink if kind != "secondary" or state == "disabled" else theme.color("text2")
        left = x + wide - side if trailing else x
        top = box.y() + (box.height() - side) / 2
        icons.draw(painter, QRectF(left, top, side, side), icon, glyph)
        if not trailing:
            x += side + gap
    painter.setFont(font)
    painter.setPen(ink)
    draw_line(painter, QRectF(x, box.y(), room, box.height()), word, font)


# -- surfaces --------------------------------------------------------------------------


def draw_panel(
    painter: QPainter, box: QRectF, back: str, edge: str, radius: float, width: float = 1
) -> None:
    """A rounded surface with an edge drawn inside its box; empty roles are left out."""
    theme = current()
    painter.setRenderHint(ANTIALIASED)
    painter.setBrush(theme.color(back) if back else NO_BRUSH)
    if not edge:
        painter.setPen(NO_PEN)
        painter.drawRoundedRect(box, radius, radius)
        return
    half = width / 2
    painter.setPen(QPen(theme.color(edge), width))
    painter.drawRoundedRect(box.adjusted(half, half, -half, -half), radius - half, radius - half)


SHADOW_MARGIN: Final = 24


def bubble_size(lines: Sequence[Said]) -> tuple[int, int]:
    """Width and height of what ``draw_bubble`` draws."""
    theme = current()
    wide = max((text_width(text, theme.font(style)) for text, style, _ in lines), default=0.0)
    tall = sum(theme.line(style) + 2 for _, style, _ in lines)
    return round(wide) + 24, tall + 12


def draw_bubble(painter: QPainter, box: QRectF, lines: Sequence[Said]) -> None:
    """A few lines on a small panel: what a pointer or a drag is at."""
    theme = current()
    draw_panel(painter, box, "surface", "line_strong", 8)
    y = box.top() + 7
    for text, style, tone in lines:
        height = theme.line(style)
        place = QRectF(box.left() + 11, y, box.width() - 20, height)
        draw_text(painter, place, text, style, tone, elide=False)
        y += height + 2


def draw_shadow(painter: QPainter, box: QRectF, radius: float) -> None:
    """A soft shadow around ``box``; leave ``SHADOW_MARGIN`` px of room outside it."""
    theme = current()
    painter.setRenderHint(ANTIALIASED)
    painter.setPen(NO_PEN)
    painter.setBrush(theme.color("shadow", theme.depth.shadow))
    for grow in range(18, 0, -1):
        outer = box.adjusted(-grow, -grow + 6, grow, grow + 6)
        painter.drawRoundedRect(outer, radius + grow, radius + grow)
