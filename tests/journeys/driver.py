"""Drives the window in the user's words: ``fill("Amount", "5")``, ``click("Stake")``,
``sees("5.0000 stETH")``.

Widgets are found by what a person (or a screen reader) knows them by: their words, their
accessible name, or the label beside them; by object name only where ``.`` is in the text
(``stake.review``). Every wait has a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.ui.main_window import MainWindow

PATIENCE_MS = 20_000


class Driver:
    """One window, one person."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot = qtbot
        self.window = window

    # --- acting -------------------------------------------------------------------------

    def go(self, room: str) -> None:
        """Click a room in the rail (by its words or its key) and wait for its page."""
        keys = {each.label(): each.key for each in self.window.rooms}
        key = keys.get(room, room)
        self.press(self.find(f"rail.{key}"))
        self.until(lambda: self._in(key), f"the room {room!r}")

    def _in(self, key: str) -> bool:
        page = self.window.page(key)
        return page is not None and page.isVisible()

    def click(self, name: str) -> None:
        """Click a button (or card, switch, segment) once it is enabled."""
        self.until(lambda: self._enabled(name), f"a button {name!r} that can be pressed")
        self.press(self.find(name, QAbstractButton))

    def _enabled(self, name: str) -> bool:
        found = self.maybe(name, QAbstractButton)
        return found is not None and found.isEnabled()

    def press(self, widget: QWidget) -> None:
        """A real left click into the middle of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=_middle(widget))

    def fill(self, name: str, text: str) -> None:
        """Type a text into a field, replacing what is there."""
        edit = self.find(name, QLineEdit)
        edit.setFocus()
        edit.selectAll()
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        QTest.keyClicks(edit, text)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier):
        """A key into whatever has the focus."""
        target = self.window.focusWidget() or self.window
        QTest.keyClick(target, key, modifier)

    # --- seeing -------------------------------------------------------------------------

    def sees(self, text: str) -> None:
        """Wait until a text stands somewhere on the screen."""
        self.until(lambda: self.visible_text(text), f"the text {text!r} on the screen")

    def sees_not(self, text: str) -> None:
        """Wait until a text is nowhere on the screen."""
        self.until(lambda: not self.visible_text(text), f"no text {text!r} on the screen")

    def visible_text(self, text: str) -> bool:
        """Whether a text stands somewhere on the screen now; kinds of spaces are alike."""
        wanted = _plain(text)
        return any(wanted in _plain(shown) for shown in self.texts())

    def texts(self) -> Iterator[str]:
        """Every text on the screen, accessible descriptions included."""
        for widget in self.window.findChildren(QWidget):
            if not widget.isVisible():
                continue
            if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
                yield widget.text()
            yield widget.accessibleName()
            yield widget.accessibleDescription()

    def disabled(self, name: str) -> bool:
        """Whether a button is there and cannot be pressed."""
        return not self.find(name, QAbstractButton).isEnabled()

    # --- finding ------------------------------------------------------------------------

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The visible widget of this name. Raises ``AssertionError`` with what there is."""
        found = self.maybe(name, kind)
        assert found is not None, f"no visible {kind.__name__} called {name!r}"
        return found

    def maybe(self, name: str, kind: type[QWidget] = QWidget) -> QWidget | None:
        """Like ``find``, or ``None``."""
        wanted = _plain(name)
        shown = [w for w in self.window.findChildren(kind) if w.isVisible()]
        tests: tuple[Callable[[QWidget], bool], ...] = (
            lambda w: w.objectName() == name,
            lambda w: isinstance(w, QAbstractButton) and _plain(w.text()) == wanted,
            lambda w: _plain(w.accessibleName()) == wanted,
        )
        for test in tests:
            for widget in shown:
                if test(widget):
                    return widget
        for label in self.window.findChildren(QLabel):
            buddy = label.buddy()
            if label.isVisible() and _plain(label.text()) == wanted and isinstance(buddy, kind):
                return buddy
        return None

    def until(self, met: Callable[[], bool], what: str) -> None:
        """Let the window live until something is so. Raises ``AssertionError``."""
        try:
            self.qtbot.waitUntil(met, timeout=PATIENCE_MS)
        except Exception as error:
            raise AssertionError(f"waited in vain for {what}") from error


def _plain(text: str) -> str:
    return " ".join(text.translate({0x202F: " ", 0xA0: " ", 0x2009: " "}).split())


def _middle(widget: QWidget) -> QPoint:
    return widget.rect().center()
