"""Drives the window in the user's words: ``fill("You stake", "5")``, ``click("Review stake")``,
``sees("5.0000 stETH")``.

The hands are those of the program's own robot; here rooms may be called by their words, and
what is not there fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.robot.hands import Hands

PATIENCE_S: Final = 60.0
"""A busy disk keeps a commit waiting for many seconds; a test that passes does not wait."""


class Driver(Hands):
    """One window, one person."""

    window: MainWindow

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        super().__init__(window)
        self.qtbot = qtbot

    def go(self, room: str) -> None:
        """Click a room in the rail, by its words or its key, and wait for its page."""
        keys = {each.label(): each.key for each in self.window.rooms}
        super().go(keys.get(room, room))

    def disabled(self, name: str) -> bool:
        """Whether a button is there and cannot be pressed."""
        return not self.find(name, QAbstractButton).isEnabled()

    def ready(self, form: str) -> None:
        """Wait until what is in a form can be reviewed."""
        button = f"{form}.review"
        self.until(lambda: not self.disabled(button), f"“{button}” to be ready")

    def visible_text(self, text: str) -> bool:
        """Whether a text stands somewhere on the screen now; kinds of spaces are alike."""
        return self.shows(text)

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The visible widget of this name. Raises ``NotThere``, an ``AssertionError``."""
        return super().find(name, kind)

    def maybe(self, name: str, kind: type[QWidget] = QWidget) -> QWidget | None:
        """Like ``find``, or ``None``."""
        return super().maybe(name, kind)

    def until(
        self, met: Callable[[], bool], what: str, seconds: float = PATIENCE_S
    ) -> None:
        """Let the window live until something is so. Raises ``NotThere``."""
        super().until(met, what, seconds)

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """A key into whatever has the focus."""
        super().key(key, *modifiers)

    def refuses(
        self, form: str, field: str, bad: Iterable[tuple[str, str]], good: str = "1"
    ) -> None:
        """Each bad text has its sentence, stays in the field and cannot be sent.

        ``good`` is typed in between, so that no sentence is left from the text before.
        """
        button = f"{form}.review"
        for text, sentence in bad:
            self.fill(field, good)
            self.ready(form)
            self.fill(field, text)
            self.sees(sentence)
            assert self.disabled(button), text
            edit = self.find(field, QLineEdit)
            assert isinstance(edit, QLineEdit)
            assert edit.text() == text
