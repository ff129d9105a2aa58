"""The amount field: text to whole base units at once, and nothing typed is ever lost.

A point is the decimal mark in every language. Narrow spaces between groups are stripped
on paste; everything else that is typed stays as it is and ``problem()`` names what is
wrong with it. Max is an intention (``ALL``): it shows the exact number, and editing
that number afterwards makes it a number again.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu, QSizePolicy, QWidget

from lstwallet.ui import wording
from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.units.amount import (
    ALL,
    AmountProblem,
    BadAmount,
    Wanted,
    format_exact,
    parse_units,
)

_SPACES = dict.fromkeys(map(ord, "\u202f\u00a0\u2009\u2007 \t\r\n"))


class _Edit(QLineEdit):
    """The number; its frame shows the focus."""

    focused = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("own_focus", True)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def sizeHint(self) -> QSize:
        return QSize(120, current().px(36))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, current().px(36))


class TokenPill(Themed, QAbstractButton):
    """The token beside an amount; with several to choose from it opens a menu."""

    chosen = Signal(str)

    def __init__(self, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbols: list[str] = [symbol]
        self._symbol = symbol
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self._sync()
        self.begin_style()

    def restyle(self) -> None:
        self.setProperty("focus_radius", current().px(34) // 2)
        self.updateGeometry()

    def symbol(self) -> str:
        """The token shown."""
        return self._symbol

    def set_symbol(self, symbol: str, words: str = "") -> None:
        """Show a token without a signal; ``words`` stand beside its disc instead of the symbol."""
        self._symbol = symbol
        self._words = words
        if symbol not in self._symbols:
            self._symbols = [symbol]
        self._sync()

    def set_choices(self, symbols: Sequence[str]) -> None:
        """The tokens to choose from; one alone makes the pill a label."""
        if list(symbols) != self._symbols:
            self._symbols = list(symbols)
            self._sync()

    def choices(self) -> list[str]:
        """The tokens to choose from."""
        return list(self._symbols)

    def choose(self, symbol: str) -> None:
        """Choose as the user does, with a signal."""
        if symbol != self._symbol:
            self.set_symbol(symbol)
            self.chosen.emit(symbol)

    def _choice(self) -> bool:
        return len(self._symbols) > 1

    def _sync(self) -> None:
        policy = Qt.FocusPolicy.StrongFocus if self._choice() else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        shape = Qt.CursorShape.PointingHandCursor if self._choice() else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.setText(self._words or self._symbol)
        change = self.tr("Token {symbol}, change")
        name = change if self._choice() else self.tr("Token {symbol}")
        self.setAccessibleName(name.format(symbol=self.text()))
        self.updateGeometry()
        self.update()

    def menu(self) -> QMenu:
        """A menu of the choices."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for symbol in self._symbols:
            action = QAction(symbol, menu)
            if symbol == self._symbol:
                action.setIcon(icons.icon("check", "accent_text"))
            action.triggered.connect(lambda _on=False, s=symbol: self.choose(s))
            menu.addAction(action)
        return menu

    def _open(self) -> None:
        if self._choice():
            self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        keys = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys and self._choice():
            self._open()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        theme = current()
        wide = paint.text_width(self.text(), theme.font("strong"))
        tail = 12 + 7 if self._choice() else 0
        return QSize(round(6 + theme.px(22) + 7 + wide + tail + 12), theme.px(34))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        box = QRectF(self.rect())
        with QPainter(self) as painter:
            back = "pressed" if self._choice() and self.underMouse() else "hover"
            paint.draw_panel(painter, box, back, "line", box.height() / 2)
            disc = theme.px(22)
            top = (box.height() - disc) / 2
            paint.draw_avatar(painter, QRectF(6, top, disc, disc), self._symbol)
            words = QRectF(6 + disc + 7, 0, box.width(), box.height())
            paint.draw_text(painter, words, self.text(), "strong", elide=False)
            if self._choice():
                caret = QRectF(box.width() - 12 - 12, (box.height() - 12) / 2, 12, 12)
                icons.draw(painter, caret, "caret-down", theme.color("text3"))


class _Frame(QWidget):
    """The edge around the field: rest, focus, bad, or quiet for what one receives."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.state = "rest"

    def paintEvent(self, event: QPaintEvent) -> None:
        looks = {
            "rest": ("surface", "line_control", 1),
            "focus": ("surface", "focus", 2),
            "bad": ("surface", "bad_mark", 2),
            "quiet": ("sunken", "line", 1),
            "disabled": ("sunken", "line", 1),
        }
        back, edge, width = looks[self.state]
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), back, edge, 10, width)


class AmountField(Themed, QWidget):
    """Label + Available + Max / number + token / fiat line, and an error line under it.

    ``changed()`` is emitted whenever ``value()`` may have changed; ``token_changed(symbol)``
    when the user picks another token.
    """

    changed = Signal()
    token_changed = Signal(str)

    def __init__(
        self,
        label: str,
        symbol: str = "ETH",
        decimals: int = 18,
        *,
        read_only: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``read_only`` makes the quiet twin, "You receive": fill it with ``set_shown``."""
        super().__init__(parent)
        self._decimals = decimals
        self._read_only = read_only
        self._max: int | None = None
        self._private = False
        self._held: int | None = None
        """What Available says."""
        self._max_words = ""
        self._available = ""
        self._all = False
        self._places = 4
        self._build(label, symbol)
        self.set_label(label)
        self.begin_style()

    def _build(self, label: str, symbol: str) -> None:
        self.frame = _Frame(self)
        self.label = Label(label, "small", "2", elide=True)
        self.available = Label("", "small", "2", align="right")
        self.max_button = Button(self.tr("Max"), "soft", "small", on_click=self.take_all)
        self.max_button.hide()
        self.edit = _Edit(self.frame)
        self.edit.setReadOnly(self._read_only)
        self.edit.textEdited.connect(self._edited)
        self.edit.focused.connect(self._sync_edge)
        self.edit.resized.connect(self._fit_number)
        self.label.setBuddy(self.edit)
        self.pill = TokenPill(symbol)
        self.pill.chosen.connect(self._token_chosen)
        self.fiat = Label(" ", "small", "3", elide=True)
        top = row(self.label, None, self.available, self.max_button, spacing=8)
        middle = row((self.edit, 1), self.pill, spacing=8)
        self.frame.setLayout(column(top, middle, self.fiat, margins=(14, 8, 10, 9), spacing=1))
        if self._read_only:
            self.edit.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.edit.setFrame(False)
            self.frame.state = "quiet"
        self.error = ErrorLine()
        self.setLayout(column(self.frame, self.error, spacing=6))
        self.setFocusProxy(self.edit)
        self.frame.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.edit.setPlaceholderText("0")

    def restyle(self) -> None:
        self.max_button.setFixedHeight(current().px(28))
        self._fit_number()

    # -- what is asked ------------------------------------------------------------

    def value(self) -> Wanted | None:
        """Base units, ``ALL`` after Max, or ``None`` while the text is not an amount."""
        if self._all:
            return ALL
        try:
            return parse_units(self.edit.text(), self._decimals)
        except BadAmount:
            return None

    def units(self) -> int | None:
        """Like ``value``, but the exact number behind ``ALL``."""
        return self._max if self._all else self.value()  # type: ignore[return-value]

    def problem(self) -> AmountProblem | None:
        """Why the text is not an amount, ``EMPTY`` included; ``None`` when it is one."""
        if self._all:
            return None
        try:
            parse_units(self.edit.text(), self._decimals)
        except BadAmount as bad:
            return bad.problem
        return None

    def text(self) -> str:
        """The text as it stands."""
        return self.edit.text()

    def symbol(self) -> str:
        """The token."""
        return self.pill.symbol()

    def decimals(self) -> int:
        """Decimals of the token."""
        return self._decimals

    # -- what is told --------------------------------------------------------------

    def set_label(self, label: str) -> None:
        """Change the words above the number."""
        self.label.setText(label)
        self.edit.setAccessibleName(label)

    def set_token(self, symbol: str, decimals: int, words: str = "") -> None:
        """Show another token; a text stays, the intention of Max does not.

        ``words`` stand in the pill where the symbol is not for reading.
        """
        self._decimals = decimals
        self.pill.set_symbol(symbol, words)
        if self._all:
            self.clear()

    def set_token_choices(self, symbols: Sequence[str]) -> None:
        """Tokens the user may switch to; answer ``token_changed`` with ``set_token``."""
        self.pill.set_choices(symbols)

    def set_available(self, units: int | None, words: str = "") -> None:
        """The quiet "Available 18.4420"; ``words`` replaces it (a rate, say)."""
        self._held = units if not words else None
        if units is not None and not words:
            amount = wording.shown(units, self._decimals, min(self._places, self._decimals))
            if self._private:
                amount = wording.HIDDEN
            words = self.tr("Available {amount}").format(amount=amount)
            exact = f"{format_exact(units, self._decimals)} {self.symbol()}"
            self.available.setToolTip(plain_tip("" if self._private else exact))
        self._available = words
        self._show_available()

    def set_private(self, private: bool) -> None:
        """The eye hides what is available; what is typed is shown."""
        if private != self._private:
            self._private = private
            if self._held is not None:
                self.set_available(self._held)

    def set_places(self, places: int) -> None:
        """Decimals that Available shows: four, or two for SOL and LP."""
        self._places = places

    def set_max(self, units: int | None, words: str = "") -> None:
        """What Max takes; ``None`` hides Max. ``ALL`` follows a new maximum.

        ``words`` say what Max leaves out ("Max less network fee"): beside it once it is taken.
        """
        self._max = units
        self._max_words = words
        self.max_button.setToolTip(plain_tip(words))
        self.max_button.setAccessibleDescription(words)
        self.max_button.setVisible(units is not None and not self._read_only)
        self.max_button.setEnabled(bool(units))
        if self._all and units:
            self._put(format_exact(units, self._decimals))
        elif self._all:
            self.clear()
        self._show_available()

    def take_all(self) -> None:
        """Max: the intention ``ALL``, shown as the exact number."""
        if not self._max:
            return
        self._all = True
        self._put(format_exact(self._max, self._decimals))
        self._show_available()
        self.changed.emit()

    def set_text(self, text: str) -> None:
        """Fill in a text as if typed."""
        self._put(text)
        self._edited(text)

    def set_units(self, units: int) -> None:
        """Fill in an exact number."""
        self.set_text(format_exact(units, self._decimals))

    def set_shown(self, text: str) -> None:
        """The number of a read-only field, formatted by the page; no signal."""
        self._put(text)

    def clear(self) -> None:
        """Empty the field."""
        self._all = False
        self._put("")
        self._show_available()
        self.changed.emit()

    def set_fiat(self, text: str) -> None:
        """The line under the number."""
        self.fiat.setText(text or " ")

    def set_error(self, text: str) -> None:
        """The sentence under the field; empty clears it. The text typed stays."""
        self.error.set_text(text)
        self.edit.setAccessibleDescription(text)
        bad = "true" if text else "false"
        if self.edit.property("bad") != bad:
            self.edit.setProperty("bad", bad)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)
            self._fit_number()
        self._sync_edge()

    # -- inside -----------------------------------------------------------------------

    def _show_available(self) -> None:
        taken = self._all and self._max_words
        self.available.setText(self._max_words if taken else self._available)

    def _put(self, text: str) -> None:
        if text != self.edit.text():
            self.edit.setText(text)
            self.edit.setCursorPosition(len(text))
        self._fit_number()

    def _edited(self, text: str) -> None:
        bare = text.translate(_SPACES)
        if bare != text:
            place = len(text[: self.edit.cursorPosition()].translate(_SPACES))
            self.edit.setText(bare)
            self.edit.setCursorPosition(place)
        self._all = False
        self._show_available()
        self._fit_number()
        self.changed.emit()

    def _token_chosen(self, symbol: str) -> None:
        self.token_changed.emit(symbol)

    def _fit_number(self) -> None:
        """A long number steps down to 20 px rather than scroll out of sight."""
        theme = current()
        font = theme.font("field")
        room = self.edit.width() - 6
        if room > 60 and paint.text_width(self.edit.text(), font) > room:
            font = theme.font("title", 500)
            if paint.text_width(self.edit.text(), font) > room:
                font = theme.font("heading", 500)
        if font != self.edit.font():
            self.edit.setFont(font)

    def _sync_edge(self) -> None:
        state = "rest"
        if self._read_only:
            state = "quiet"
        elif self.error.text.text():
            state = "bad"
        elif self.edit.hasFocus():
            state = "focus"
        elif not self.isEnabled():
            state = "disabled"
        if state != self.frame.state:
            self.frame.state = state
            self.frame.update()

    def mousePressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if not self._read_only:
            self.edit.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)
