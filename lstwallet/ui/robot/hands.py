"""Hands and eyes: clicks, keys and what stands on the screen.

Widgets are found by what a person (or a screen reader) knows them by: their words, their
accessible name, or the label beside them; by object name where there is one. Every wait
has a limit and says what it waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QWidget,
)

from lstwallet.ui.models.table import TableView

PATIENCE_S: Final = 30.0
SETTLE_MS: Final = 30
"""How often a wait looks again."""
_SPACES: Final = {0x202F: " ", 0xA0: " ", 0x2009: " "}
_Kind = TypeVar("_Kind", bound=QWidget)


class NotThere(AssertionError):
    """What was waited or looked for is not on the screen."""


def plain(text: str) -> str:
    """A text with every kind of space made one, for comparing."""
    return " ".join(text.translate(_SPACES).split())


class Hands:
    """One window, one person."""

    def __init__(self, window: QWidget) -> None:
        self.window = window

    # --- acting -------------------------------------------------------------------------

    def go(self, room: str) -> None:
        """Click a room in the rail, by its key, and wait until it is the present one."""
        self.click(f"rail.{room}")
        self.until(lambda: self._in(room), f"the room {room}")

    def _in(self, room: str) -> bool:
        page = self.window.page(room)  # type: ignore[attr-defined]
        return page is not None and page.isVisible()

    def click(self, name: str) -> None:
        """Click a button, card, switch or segment once it can be pressed."""
        self.until(lambda: self._can_press(name), f"a button “{name}” that can be pressed")
        self.press(self.find(name, QAbstractButton))

    def agree(self, form: str) -> None:
        """Review what a form holds and confirm it."""
        self.click(f"{form}.review")
        self.click(f"{form}.confirm")

    def _can_press(self, name: str) -> bool:
        found = self.maybe(name, QAbstractButton)
        return found is not None and found.isEnabled() and not found.rect().isEmpty()

    def press(self, widget: QWidget, at: QPoint | None = None) -> None:
        """A real left click, by default into the middle; scrolled into view first."""
        self.reveal(widget)
        spot = at if at is not None else widget.rect().center()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=spot)

    def reveal(self, widget: QWidget) -> None:
        """Scroll until a widget is in view, as a person would before clicking."""
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget, 12, 12)
            parent = parent.parentWidget()

    def fill(self, name: str, text: str) -> None:
        """Type a text into a field, replacing what is there."""
        self.until(lambda: self._can_type(name), f"a field “{name}” that can be typed into")
        edit = self.find(name, QLineEdit)
        self.reveal(edit)
        edit.setFocus()
        edit.selectAll()
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        QTest.keyClicks(edit, text)

    def _can_type(self, name: str) -> bool:
        found = self.maybe(name, QLineEdit)
        return found is not None and found.isEnabled() and not found.isReadOnly()

    def choose(self, name: str, words: str) -> None:
        """Open the menu behind a button and click the item that begins with ``words``."""
        self.click(name)
        self.until(lambda: self._menu() is not None, f"the menu of “{name}”")
        if not self.pick(words):
            menu = self._menu()
            assert menu is not None
            menu.close()
            raise NotThere(f"no “{words}” in the menu of “{name}”")

    def pick(self, words: str) -> bool:
        """Click the item that begins with ``words`` in the menu that is open; false if no menu
        is, or it has no such item."""
        menu = self._menu()
        for action in menu.actions() if menu is not None else ():
            if menu is not None and plain(action.text()).startswith(words):
                spot = menu.actionGeometry(action).center()
                QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=spot)
                return True
        return False

    def press_cell(self, name: str, row: int, key: str) -> None:
        """Click a button in a row of a table, once it is there."""
        self.until(lambda: self._has_cell(name, row, key), f"“{key}” in row {row} of “{name}”")
        table = self.find(name, TableView)
        self.reveal(table)
        self.press(table.viewport(), table.button_rect(row, key).center())

    def _has_cell(self, name: str, row: int, key: str) -> bool:
        table = self.maybe(name, TableView)
        there = table is not None and row < table.model().rowCount()
        return there and table is not None and not table.button_rect(row, key).isEmpty()

    def pick_item(self, name: str, words: str) -> None:
        """Choose an item of a drop-down list by its words, with the arrow keys."""
        self.until(lambda: self.maybe(name, QComboBox) is not None, f"a list “{name}”")
        chooser = self.find(name, QComboBox)
        self.reveal(chooser)
        chooser.setFocus()
        QTest.keyClick(chooser, Qt.Key.Key_Home)
        for _ in range(chooser.count()):
            if plain(chooser.currentText()) == words:
                return
            QTest.keyClick(chooser, Qt.Key.Key_Down)
        raise NotThere(f"no “{words}” in the list “{name}”")

    @staticmethod
    def _menu() -> QMenu | None:
        popup = QApplication.activePopupWidget()
        return popup if isinstance(popup, QMenu) and popup.isVisible() else None

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """A key into whatever has the focus."""
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        QTest.keyClick(self.window.focusWidget() or self.window, key, held)

    def step(self, span: str) -> None:
        """Let an ``hour``, a ``day`` or a ``week`` pass with the time bar, to its end."""
        self.click(f"time.{span}")
        self.quiet()

    def quiet(self) -> None:
        """Wait until no run of time is under way and nothing waits to be shown."""
        self.pause(SETTLE_MS)
        self.until(lambda: not self._busy(), "the end of the run", 300.0)
        self.pause(3 * SETTLE_MS)

    def _busy(self) -> bool:
        return bool(self.window.bridge.running)  # type: ignore[attr-defined]

    # --- seeing -------------------------------------------------------------------------

    def sees(self, text: str) -> None:
        """Wait until a text stands somewhere on the screen. Raises ``NotThere``."""
        self.until(lambda: self.shows(text), f"the text “{text}”")

    def sees_not(self, text: str) -> None:
        """Wait until a text is nowhere on the screen. Raises ``NotThere``."""
        self.until(lambda: not self.shows(text), f"the text “{text}” to go")

    def shows(self, text: str) -> bool:
        """Whether a text stands somewhere on the screen now; kinds of spaces are alike."""
        wanted = plain(text)
        return any(wanted in plain(shown) for shown in self.texts())

    def texts(self) -> Iterator[str]:
        """Every text on the screen, accessible names and descriptions included."""
        for widget in self._visible(QWidget):
            if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
                yield widget.text()
            elif isinstance(widget, QAbstractItemView):
                yield from _cells(widget)
            yield widget.accessibleName()
            yield widget.accessibleDescription()

    # --- finding ------------------------------------------------------------------------

    def find(self, name: str, kind: type[_Kind]) -> _Kind:
        """The visible widget of this name. Raises ``NotThere``."""
        found = self.maybe(name, kind)
        if found is None:
            raise NotThere(f"no visible {kind.__name__} called “{name}”")
        return found

    def maybe(self, name: str, kind: type[_Kind]) -> _Kind | None:
        """Like ``find``, or ``None``."""
        wanted = plain(name)
        shown = list(self._visible(kind))
        tests: tuple[Callable[[QWidget], bool], ...] = (
            lambda widget: widget.objectName() == name,
            lambda widget: isinstance(widget, QAbstractButton) and plain(widget.text()) == wanted,
            lambda widget: plain(widget.accessibleName()) == wanted,
        )
        for test in tests:
            for widget in shown:
                if test(widget):
                    return widget
        for label in self._visible(QLabel):
            buddy = label.buddy()
            if plain(label.text()) == wanted and isinstance(buddy, kind):
                return buddy
        return None

    def _visible(self, kind: type[_Kind]) -> Iterator[_Kind]:
        for widget in self.window.findChildren(kind):
            if widget.isVisible():
                yield widget

    # --- waiting ------------------------------------------------------------------------

    def until(self, met: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        """Let the window live until something is so. Raises ``NotThere`` after ``seconds``."""
        end = time.monotonic() + seconds
        while not met():
            if time.monotonic() > end:
                raise NotThere(f"waited in vain for {what}")
            self.pause(SETTLE_MS)

    def pause(self, milliseconds: int) -> None:
        """Let the window live for a moment."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    """The texts of a table's header and cells, as a screen reader gets them."""
    model = view.model()
    if model is None:
        return
    for column in range(model.columnCount()):
        title = model.headerData(column, Qt.Orientation.Horizontal)
        if isinstance(title, str):
            yield title
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            text = model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
            if text:
                yield str(text)


def perform(hands: Hands, action: tuple[str, ...] | list[str]) -> None:
    """One action of a lesson's last hint: ``go ROOM``, ``click NAME``, ``type NAME TEXT``,
    ``choose NAME WORDS``, ``step hour|day|week``."""
    verb, *words = action
    {
        "go": hands.go, "click": hands.click, "type": hands.fill, "choose": hands.choose,
        "step": hands.step,
    }[verb](*words)  # fmt: skip
