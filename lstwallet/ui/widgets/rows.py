"""Rows of an overview: a fact, a change from before to after, a check, a move of tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import Avatar
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, column, row


class _Row(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


class KeyValue(_Row):
    """A key in text2 and its value, right aligned and a weight heavier."""

    def __init__(
        self,
        key: str,
        value: str = "",
        tone: str = "text",
        *,
        strong: bool = False,
        term: bool = False,
        why: Callable[[], object] | None = None,
        why_tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``why`` puts an info button after the key: it asks where the number comes from."""
        super().__init__(parent)
        self.key = Label(key, "body", "2", elide=True, term=term)
        self.value = Label(value, "strong" if strong else "medium", tone, align="right")
        self.why: ToolButton | None = None
        items: list[object] = [self.key]
        if why is not None:
            tip = why_tip or self.tr("Why this number?")
            self.why = ToolButton("info", tip, side=16, icon_side=14, tone="3", on_click=why)
            items.append(self.why)
        self.setLayout(row(*items, None, self.value, spacing=6))
        self._say()

    def set_value(self, value: str, tone: str = "text") -> None:
        """Show another value."""
        self.value.setText(value)
        self.value.set_tone(tone)
        self._say()

    def set_key(self, key: str) -> None:
        """Change the key's words."""
        self.key.setText(key)
        self._say()

    def _say(self) -> None:
        self.setAccessibleName(self.key.text())
        self.setAccessibleDescription(self.value.text())


class BeforeAfter(_Row):
    """Old value in text3, arrow, new value strong; tone only on the new one.

    Both are balances, which ``set_private`` hides, unless the row is ``plain``.
    """

    def __init__(
        self,
        key: str,
        old: str = "",
        new: str = "",
        tone: str = "text",
        *,
        plain: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._plain, self._private = plain, False
        self._values = (old, new, tone)
        self.key = Label(key, "body", "2", elide=True)
        self.old = Label(old, "body", "3", align="right")
        self.arrow = Icon("arrow-right", "3", 12)
        self.new = Label(new, "strong", tone, align="right")
        self.setLayout(row(self.key, None, self.old, self.arrow, self.new, spacing=8))
        self.set_values(old, new, tone)

    def set_values(self, old: str, new: str, tone: str = "text") -> None:
        """Show another change; without a new value the old one stands alone."""
        self._values = (old, new, tone)
        if self._private and not self._plain:
            old, new = (_hidden(each) for each in (old, new))
        self.old.setText(old)
        self.new.setText(new)
        self.new.set_tone(tone)
        self.arrow.setVisible(bool(new))
        self.new.setVisible(bool(new))
        said = self.tr("from {old} to {new}").format(old=old, new=new) if new else old
        self.setAccessibleName(self.key.text())
        self.setAccessibleDescription(said)

    def set_private(self, private: bool) -> None:
        """The eye hides balances."""
        if private != self._private:
            self._private = private
            self.set_values(*self._values)


def _hidden(words: str) -> str:
    plain = not words or words == wording.UNKNOWN or wording.HIDDEN in words
    return words if plain else wording.HIDDEN


_CHECK_ICONS: Final = {
    "good": "check-circle-fill", "info": "info-fill", "warn": "warning-fill",
    "bad": "warning-circle-fill", "3": "circle",
}  # fmt: skip


class CheckLine(QWidget):
    """One check before signing: an icon in its tone, and what was found."""

    def __init__(
        self, text: str, tone: str = "good", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.icon = Icon(icon or _CHECK_ICONS[tone], tone, 16)
        self.text = Label(text, "body", "2", wrap=True)
        self.setLayout(row((self.icon, 0, TOP), (self.text, 1), spacing=9))
        self.setAccessibleName(text)

    def set(self, text: str, tone: str, icon: str = "") -> None:
        """Say something else."""
        self.icon.set_icon(icon or _CHECK_ICONS[tone], tone)
        self.text.setText(text)
        self.setAccessibleName(text)


class MoveRow(_Row):
    """Tokens out or in: disc, "You send", its worth, and the signed amount."""

    def __init__(
        self,
        symbol: str,
        caption: str,
        worth: str,
        amount: str,
        tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.avatar = Avatar(symbol, 32)
        self.caption = Label(caption, "small", "2", elide=True)
        self.worth = Label(worth, "caption", "3", elide=True)
        self.amount = Label(amount, "heading", tone, align="right")
        words = column(self.caption, self.worth, spacing=1)
        self.setLayout(row(self.avatar, (words, 1), self.amount, spacing=10))
        self.setAccessibleName(caption)
        self.setAccessibleDescription(f"{amount} {worth}")


class ErrorLine(QWidget):
    """What is wrong, beside the field that caused it; hidden while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon = Icon("warning-circle-fill", "bad", 15)
        self.text = Label("", "small", "bad", wrap=True)
        self.setLayout(row((self.icon, 0, TOP), (self.text, 1), spacing=6))
        self.hide()

    def set_text(self, text: str, tone: str = "bad") -> None:
        """Say it, or hide the line with an empty text."""
        if text == self.text.text() and tone == self.text.tone():
            return
        self.text.setText(text)
        self.text.set_tone(tone)
        icon = "warning-circle-fill" if tone == "bad" else "warning"
        self.icon.set_icon(icon, tone)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
