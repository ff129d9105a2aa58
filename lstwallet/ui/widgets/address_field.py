"""The address field: a text, a menu of known addresses, who it is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from lstwallet.ui.theme import paint
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.labels import Label, unmarked
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.rows import ErrorLine


class Known(NamedTuple):
    """An address with a name."""

    name: str
    address: str
    group: str = ""
    """Entries of another group stand behind a line."""


class _Frame(QWidget):
    """The edge around the field: rest, focus or bad."""

    def __init__(self, field: AddressField) -> None:
        super().__init__(field)
        self._field = field

    def paintEvent(self, event: QPaintEvent) -> None:
        edge, width = "line_control", 1
        if self._field.error.text.text():
            edge, width = "bad_mark", 2
        elif self._field.edit.hasFocus():
            edge, width = "focus", 2
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "surface", edge, 10, width)


class AddressField(QWidget):
    """Label and menu above, the address, and under it a name; ``changed()`` while one types."""

    changed = Signal()

    def __init__(self, label: str, name: str, parent: QWidget | None = None) -> None:
        """``name`` is the field's object name."""
        super().__init__(parent)
        self._known: tuple[Known, ...] = ()
        self.error = ErrorLine()
        self.frame = _Frame(self)
        self.label = Label(label, "small", "2", elide=True)
        self.edit = QLineEdit()
        self.edit.setProperty("own_focus", True)
        self.edit.setFrame(False)
        self.edit.setObjectName(name)
        self.edit.setAccessibleName(label)
        self.edit.setPlaceholderText("sim1…")
        self.edit.setMaxLength(200)
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhNoPredictiveText)
        self.edit.textChanged.connect(lambda _text: self.changed.emit())
        self.edit.installEventFilter(self)
        self.label.setBuddy(self.edit)
        self.pick = ToolButton(
            "address-book", self.tr("Choose an account or a contact"), side=28, icon_side=18,
            on_click=self._open,
        )  # fmt: skip
        self.pick.setObjectName(f"{name}.pick")
        self.who = Label("", "small_medium", "2", elide=True)
        self.who.hide()
        middle = row((self.edit, 1), self.pick, spacing=8)
        self.frame.setLayout(
            column(self.label, middle, self.who, margins=(14, 8, 10, 9), spacing=2)
        )
        self.setLayout(column(self.frame, self.error, spacing=6))
        self.setFocusProxy(self.edit)

    def text(self) -> str:
        """What was typed or pasted, as it stands."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Put an address in, as the user would."""
        self.edit.setText(text)
        self.edit.setCursorPosition(0)

    def set_known(self, known: Sequence[Known]) -> None:
        """What the menu offers."""
        self._known = tuple(known)
        self.pick.setVisible(bool(known))

    def set_who(self, text: str, tone: str = "2") -> None:
        """Whose address it is, in a quiet line."""
        self.who.setText(text)
        self.who.setVisible(bool(text))
        self.who.set_tone(tone)

    def set_error(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        self.error.set_text(text)
        self.frame.update()

    def clear(self) -> None:
        """Empty the field."""
        self.edit.clear()

    def menu(self) -> QMenu:
        """The known addresses."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = self._known[0].group if self._known else ""
        for known in self._known:
            if known.group != group:
                group = known.group
                menu.addSeparator()
            action = QAction(unmarked(known.name), menu)
            action.triggered.connect(lambda _on=False, a=known.address: self.set_text(a))
            menu.addAction(action)
        return menu

    def _open(self) -> None:
        self.menu().popup(self.frame.mapToGlobal(self.frame.rect().bottomLeft()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.frame.update()
        return super().eventFilter(watched, event)
