"""Surfaces: cards, chosen cards, insets, link rows, discs, tiles, banners, empty states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLayout, QSizePolicy, QVBoxLayout, QWidget

from lstwallet.ui.theme import Themed, current, paint, tokens
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import HCENTER, TOP, Margins, clear, column, fill, row


class _Square(Themed, QWidget):
    """A square that grows with the text."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.begin_style()

    def restyle(self) -> None:
        side = current().px(self._side)
        self.setFixedSize(side, side)


class Avatar(_Square):
    """A token's disc."""

    def __init__(self, symbol: str, side: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(side, parent)
        self._symbol = symbol
        self._say()

    def _say(self) -> None:
        """A token is called by its symbol; what is no token has a word."""
        words = {
            "validator": self.tr("Validator"),
            "exit": self.tr("Exit queue"),
            "loan": self.tr("Loan"),
        }
        self.setAccessibleName(words.get(self._symbol, self._symbol))

    def set_symbol(self, symbol: str) -> None:
        """Show another token."""
        if symbol != self._symbol:
            self._symbol = symbol
            self._say()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_avatar(painter, QRectF(self.rect()), self._symbol)


INKS = (
    ("s1", "s3"), ("s8", "s6"), ("s4", "s5"), ("s7", "s2"), ("s3", "s8"), ("s2", "s5"),
    ("s1", "s5"), ("s4", "s6"),
)  # fmt: skip
"""Pattern and ground of an identicon, from the series that tell assets apart."""


class Identicon(_Square):
    """The picture of a profile or an address: a mirrored pattern of five by five, in one of a
    few pairs of colours; both follow from the name."""

    def __init__(self, seed: str, side: int = 30, parent: QWidget | None = None) -> None:
        super().__init__(side, parent)
        self.set_seed(seed)

    def set_seed(self, seed: str) -> None:
        """Show another profile's picture."""
        mixed = crc32(seed.encode()) * 2654435761
        self._bits = mixed >> 9 & 0x7FFF | 0x0410
        self._inks = INKS[(mixed >> 26) % len(INKS)]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        box = QRectF(self.rect())
        cell = box.width() / 5
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            clip = QPainterPath()
            clip.addRoundedRect(box, box.width() * 0.3, box.width() * 0.3)
            painter.setClipPath(clip)
            painter.fillRect(box, theme.mix(self._inks[1], "surface", 0.85))
            ink = theme.mix(self._inks[0], "surface", 0.9)
            for bit in range(15):
                if self._bits >> bit & 1:
                    line, place = bit // 3, bit % 3
                    for x in {place, 4 - place}:
                        painter.fillRect(QRectF(x * cell, line * cell, cell + 0.5, cell + 0.5), ink)


class IconTile(_Square):
    """An icon on a soft rounded square of 36 px."""

    def __init__(
        self, icon: str, tone: str = "info", side: int = 36, parent: QWidget | None = None
    ) -> None:
        super().__init__(side, parent)
        self._icon, self._tone = icon, tone

    def set(self, icon: str, tone: str) -> None:
        """Change icon and tone."""
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_tile(painter, QRectF(self.rect()), self._icon, self._tone)


class Surface(QWidget):
    """A rounded surface with an edge around a vertical layout, ``body``."""

    def __init__(
        self,
        back: str,
        radius: str,
        padding: Margins,
        spacing: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._back, self._radius = back, tokens.RADIUS[radius]
        self.body: QVBoxLayout = column(margins=padding, spacing=spacing)
        self.setLayout(self.body)

    def add(self, *items: Any) -> None:
        """Append items as ``layout.row`` takes them."""
        fill(self.body, items)

    def clear(self) -> None:
        """Delete everything inside."""
        clear(self.body)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), self._back, "line", self._radius)


class Card(Surface):
    """The card: header left, quiet facts or controls right, then the body."""

    def __init__(
        self,
        title: str = "",
        *controls: Any,
        note: str = "",
        padding: Margins = tokens.CARD_PADDING,
        spacing: int = 10,
        parent: QWidget | None = None,
    ) -> None:
        """``note`` is a quiet fact at the right; ``controls`` follow it."""
        super().__init__("surface", "card", padding, spacing, parent)
        self.title = Label(title, "heading", elide=True)
        self.note = Label(note, "caption", "3")
        self.header = row(self.title, None, self.note, *controls, spacing=8)
        if not note:  # and never the other way round: it has no parent yet
            self.note.hide()
        if title or controls:
            self.body.addLayout(self.header)
        self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Change the header's words."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def set_note(self, note: str, tone: str = "3") -> None:
        """Change the quiet fact at the right."""
        self.note.setText(note)
        self.note.set_tone(tone)
        self.note.setVisible(bool(note))


class Inset(Surface):
    """A sunken box inside a card."""

    def __init__(
        self,
        *items: Any,
        padding: Margins = (12, 9, 12, 10),
        spacing: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("sunken", "inset", padding, spacing, parent)
        self.add(*items)


class PressCard(QAbstractButton):
    """A card that is pressed as a whole, by mouse, Space or Enter."""

    radius = "card"
    back = "surface"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("focus_radius", tokens.RADIUS[self.radius])
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        on = self.isChecked()
        back = "choice_on" if on else self.back
        if self.isEnabled() and not on and self.underMouse():
            back = "pressed" if self.isDown() else "hover"
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            edge = "accent" if on else "line"
            paint.draw_panel(painter, box, back, edge, tokens.RADIUS[self.radius])


class ChoiceCard(PressCard):
    """One of several to choose from; give it any layout. Check-circle by the chosen one's name.

    Put ``mark`` into the layout right after the name: it shows only while chosen. Cards of
    one parent exclude each other.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setText(name)
        self.setAccessibleName(name)
        self.mark = Icon("check-circle-fill", "accent", 16)
        policy = self.mark.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.mark.setSizePolicy(policy)
        self.mark.hide()
        self.toggled.connect(self.mark.setVisible)

    def set_content(self, content: QLayout) -> None:
        """Lay the card out."""
        self.setLayout(content)


class LinkRow(PressCard):
    """A row that leads somewhere: tile or icon, title, a quiet line, a caret."""

    radius = "card"

    def __init__(
        self,
        title: str,
        sub: str,
        icon: str,
        *,
        tone: str = "info",
        sunken: bool = False,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``sunken`` draws it as an inset with a plain icon instead of a tile."""
        super().__init__(parent)
        if sunken:
            self.back = "sunken"
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sub)
        self.title = Label(title, "medium" if sunken else "strong", elide=True)
        self.sub = Label(sub, "small", "2", elide=True)
        lead: QWidget = Icon(icon, "2", 16) if sunken else IconTile(icon, tone, 32)
        words = column(self.title, self.sub, spacing=1)
        caret = Icon("caret-right", "3", 14)
        self.setLayout(row(lead, (words, 1), caret, margins=(12, 9, 12, 9), spacing=10))
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())

    def set_words(self, title: str, sub: str) -> None:
        """Change both lines."""
        self.title.setText(title)
        self.sub.setText(sub)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sub)


_BANNER_ICONS = {
    "info": "info", "good": "check-circle", "warn": "warning", "bad": "warning-octagon",
    "sim": "git-branch",
}  # fmt: skip


class Banner(QWidget):
    """A soft strip of at most two lines with an icon and one ghost action."""

    def __init__(
        self,
        text: str = "",
        tone: str = "info",
        icon: str = "",
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._icon = Icon(icon or _BANNER_ICONS[tone], tone, 18)
        self.text = Label(text, "small", wrap=True)
        self.action = Button(action, "ghost", "small", on_click=on_action)
        words = row((self._icon, 0, TOP), (self.text, 1), spacing=10)
        self.setLayout(
            row(
                (column(None, words, None, spacing=0), 1),
                self.action,
                margins=(12, 10, 10, 10),
                spacing=10,
            )
        )
        self.action.setVisible(bool(action))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(text)

    def set(self, text: str, tone: str = "", icon: str = "", action: str | None = None) -> None:
        """Say something else; an empty text hides the banner."""
        self._tone = tone or self._tone
        self._icon.set_icon(icon or _BANNER_ICONS[self._tone], self._tone)
        self.text.setText(text)
        self.setAccessibleName(text)
        if action is not None:
            self.action.setText(action)
            self.action.setVisible(bool(action))
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            back = paint.TONES[self._tone].back
            paint.draw_panel(painter, QRectF(self.rect()), back, "", 10)


class EmptyState(Themed, QWidget):
    """Nothing here yet: an icon, what it would show, and the way to the first one."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = Label(title, "strong", align="center")
        self.text = Label(text, "small", "2", align="center", wrap=True)
        self.action = Button(action, "secondary", on_click=on_action)
        self.setLayout(
            column(
                None,
                (IconTile(icon, "plain", 44), 0, HCENTER),
                4,
                self.title,
                self.text,
                2,
                (self.action, 0, HCENTER),
                None,
                margins=(24, 20, 24, 20),
                spacing=6,
            )
        )
        self.action.setVisible(bool(action))
        self.text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
