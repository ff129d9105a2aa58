"""What a table cell holds, as frozen values, and how each kind is drawn.

A column's ``cell`` function turns a row into one of these; the delegate draws it and the
model reads its words to assistive tools. Nothing here knows what a row means.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QPainter

from lstwallet.ui.theme import current, icons, of_the_theme, paint

translate = QCoreApplication.translate
STAR_GAP: Final = 6
"""Between words and their star."""


class Text(NamedTuple):
    """One line, or two with ``sub``; an ``avatar`` (token) or ``icon`` before it."""

    text: str
    sub: str = ""
    avatar: str = ""
    icon: str = ""
    tone: str = "text"
    style: str = "body"
    tip: str = ""
    """Shown on hover: the exact number, say."""
    starred: bool = False
    """A favourite: a star stands behind the words."""


class ChipCell(NamedTuple):
    """A chip."""

    text: str
    tone: str = "plain"
    icon: str = ""
    tip: str = ""


class BarCell(NamedTuple):
    """A bar filled to ``share`` (0 to 1), with words at its right."""

    share: float
    text: str = ""
    role: str = "s1"
    tone: str = "2"
    tip: str = ""


class SparkCell(NamedTuple):
    """A small line of the last values."""

    values: tuple[float | None, ...]
    said: str = ""
    role: str = "text3"


class ButtonSpec(NamedTuple):
    """A small button in a cell: its key is what ``activated_cell`` delivers."""

    key: str
    text: str
    kind: str = "secondary"
    enabled: bool = True
    icon: str = ""
    tip: str = ""


class ButtonsCell(NamedTuple):
    """Small buttons, right aligned."""

    buttons: tuple[ButtonSpec, ...]


Cell = Text | ChipCell | BarCell | SparkCell | ButtonsCell | None


def said(cell: Cell) -> str:
    """The cell in words."""
    match cell:
        case Text(text=text, sub=sub, starred=starred):
            words = f"{text}, {sub}" if sub else text
            return f"{words}, {translate('models', 'favourite')}" if starred else words
        case ChipCell(text=text) | BarCell(text=text):
            return text
        case SparkCell(said=words):
            return words
        case ButtonsCell(buttons=buttons):
            return ", ".join(button.text or button.tip for button in buttons)
    return ""


def tip(cell: Cell) -> str:
    """What hovering over the cell says."""
    return getattr(cell, "tip", "") or ""


@of_the_theme
@lru_cache(maxsize=4096)
def width(cell: Cell) -> int:
    """Natural width of a cell's content."""
    theme = current()
    match cell:
        case Text():
            wide = paint.text_width(cell.text, theme.font(cell.style))
            wide += _star_room(cell)
            if cell.sub:
                wide = max(wide, paint.text_width(cell.sub, theme.font("caption")))
            lead = (avatar_side(bool(cell.sub)) + 10) if cell.avatar else 24 if cell.icon else 0
            return round(wide + lead) + 2
        case ChipCell():
            return paint.chip_width(cell.text, cell.icon, True)
        case BarCell():
            return 110
        case SparkCell():
            return 76
        case ButtonsCell():
            return sum(button_width(b) + 6 for b in cell.buttons) - 6
    return 0


def avatar_side(two_lines: bool) -> int:
    """30 px beside two lines, 26 beside one."""
    return current().px(30 if two_lines else 26)


def button_width(spec: ButtonSpec) -> int:
    """Width of a small button."""
    return paint.button_width(spec.text, spec.kind, "small", spec.icon)


def button_boxes(cell: ButtonsCell, box: QRectF) -> list[QRectF]:
    """Where the buttons of a cell stand, right aligned."""
    height = current().px(28)
    x = box.right()
    boxes: list[QRectF] = []
    for spec in reversed(cell.buttons):
        wide = button_width(spec)
        x -= wide
        boxes.append(QRectF(x, box.center().y() - height / 2, wide, height))
        x -= 6
    return boxes[::-1]


def draw(
    painter: QPainter, box: QRectF, cell: Cell, align: str, hot: int = -1, down: bool = False
) -> None:
    """Paint a cell; ``hot`` is the index of the button under the pointer."""
    match cell:
        case Text():
            _draw_text(painter, box, cell, align)
        case ChipCell():
            _draw_chip(painter, box, cell, align)
        case BarCell():
            _draw_bar(painter, box, cell)
        case SparkCell():
            height = current().px(24)
            wide = min(box.width(), current().px(72))
            spot = QRectF(box.x(), box.center().y() - height / 2, wide, height)
            paint.draw_spark(painter, spot, cell.values, cell.role)
        case ButtonsCell():
            _draw_buttons(painter, box, cell, hot, down)


def _star_room(cell: Text) -> int:
    return current().px(12 + STAR_GAP) if cell.starred else 0


def _draw_text(painter: QPainter, box: QRectF, cell: Text, align: str) -> None:
    theme = current()
    if cell.avatar:
        side = avatar_side(bool(cell.sub))
        paint.draw_avatar(
            painter, QRectF(box.x(), box.center().y() - side / 2, side, side), cell.avatar
        )
        box = box.adjusted(side + 10, 0, 0, 0)
    elif cell.icon:
        side = theme.px(16)
        role = paint.TEXT_ROLES.get(cell.tone, cell.tone)
        spot = QRectF(box.x(), box.center().y() - side / 2, side, side)
        icons.draw(painter, spot, cell.icon, theme.color(role))
        box = box.adjusted(side + 8, 0, 0, 0)
    if cell.starred:
        side, gap = theme.px(12), theme.px(STAR_GAP)
        wide = min(paint.text_width(cell.text, theme.font(cell.style)), box.width() - side - gap)
        line = theme.line(cell.style)
        lines = line + 1 + theme.line("caption") if cell.sub else line
        top = box.center().y() - lines / 2 + (line - side) / 2
        spot = QRectF(box.x() + wide + gap, top, side, side)
        icons.draw(painter, spot, "star-fill", theme.color(paint.tone_role("warn")))
    if not cell.sub:
        upper_box = box.adjusted(0, 0, -_star_room(cell), 0)
        paint.draw_text(painter, upper_box, cell.text, cell.style, cell.tone, align)
        return
    upper, lower = theme.line(cell.style), theme.line("caption")
    top = box.center().y() - (upper + 1 + lower) / 2
    first = QRectF(box.x(), top, box.width() - _star_room(cell), upper)
    paint.draw_text(painter, first, cell.text, cell.style, cell.tone, align)
    second = QRectF(box.x(), top + upper + 1, box.width(), lower)
    paint.draw_text(painter, second, cell.sub, "caption", "3", align)


def _draw_chip(painter: QPainter, box: QRectF, cell: ChipCell, align: str) -> None:
    height = paint.chip_height(True)
    wide = min(box.width(), paint.chip_width(cell.text, cell.icon, True))
    x = box.right() - wide if align == "right" else box.x()
    top = QPointF(x, box.center().y() - height / 2)
    spot = QRectF(top.x(), top.y(), wide, height)
    paint.draw_chip(painter, spot, cell.text, cell.tone, cell.icon, small=True)


def _draw_bar(painter: QPainter, box: QRectF, cell: BarCell) -> None:
    theme = current()
    words = 0.0
    if cell.text:
        words = max(theme.px(36), paint.text_width(cell.text, theme.font("small"))) + 10
        spot = QRectF(box.right() - words, box.y(), words, box.height())
        paint.draw_text(painter, spot, cell.text, "small", cell.tone, "right")
    bar = QRectF(box.x(), box.center().y() - 3, max(20, box.width() - words), 6)
    paint.draw_bar(painter, bar, cell.share, cell.role)


def _draw_buttons(painter: QPainter, box: QRectF, cell: ButtonsCell, hot: int, down: bool) -> None:
    for index, (spec, spot) in enumerate(zip(cell.buttons, button_boxes(cell, box), strict=True)):
        state = "rest" if spec.enabled else "disabled"
        if spec.enabled and index == hot:
            state = "pressed" if down else "hover"
        paint.draw_button(painter, spot, spec.text, spec.kind, "small", state, spec.icon)
