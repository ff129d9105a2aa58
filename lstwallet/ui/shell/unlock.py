"""The unlock page: whose profile it is, its password, and the other ways in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from lstwallet.ui import wording
from lstwallet.ui.shell.rail import Mark
from lstwallet.ui.shell.whole import Whole
from lstwallet.ui.theme import icons
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Identicon, PressCard
from lstwallet.ui.widgets.labels import Icon, Label, unmarked
from lstwallet.ui.widgets.layout import HCENTER, TOP, column, holder, row
from lstwallet.ui.widgets.new_password import NewPassword
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.ui.widgets.secret_field import SecretField

WIDTH: Final = 412
WIDE: Final = 560


class ProfileRow(PressCard):
    """Picture and name of the locked profile; pressed, a menu of the others."""

    radius = "inset"
    wanted = Signal(str)
    """Path of another profile, "" for a new one."""
    file_wanted = Signal()

    def __init__(self, name: str, below: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.others: Sequence[tuple[str, str]] = ()
        """(name, path) of the profiles one may open instead; read from the folder in the lane."""
        self._name = name
        self.setObjectName("unlock.profile")
        self.setText(name)
        self.setAccessibleName(self.tr("Profile {name}").format(name=name))
        self.setAccessibleDescription(below)
        words = column(
            Label(name, "strong", elide=True), Label(below, "caption", "3", elide=True), spacing=2
        )
        self.setLayout(
            row(Identicon(name, 36), (words, 1), Icon("caret-down", "3", 13),
                margins=(12, 9, 14, 9), spacing=12)
        )  # fmt: skip
        self.clicked.connect(lambda _on=False: self.open())

    def menu(self) -> QMenu:
        """The other profiles, one from a file, and a new one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(QAction(icons.icon("check", "accent_text"), unmarked(self._name), menu))
        for name, path in self.others:
            action = QAction(unmarked(name), menu)
            action.triggered.connect(lambda _on=False, p=path: self.wanted.emit(p))
            menu.addAction(action)
        menu.addSeparator()
        choose = QAction(icons.icon("folder-open"), self.tr("Choose another…"), menu)
        choose.triggered.connect(lambda _on=False: self.file_wanted.emit())
        fresh = QAction(icons.icon("plus"), self.tr("New profile"), menu)
        fresh.triggered.connect(lambda _on=False: self.wanted.emit(""))
        menu.addAction(choose)
        menu.addAction(fresh)
        return menu

    def open(self) -> None:
        """Show the menu below the row."""
        self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))


class Unlock(Whole):
    """Asks for what opens a profile. What is wrong stands beside its field; nothing is lost."""

    password_given = Signal(str)
    computer_wanted = Signal()
    code_wanted = Signal()
    """The password is forgotten."""
    profile_wanted = Signal(str)
    file_wanted = Signal()

    def __init__(
        self, path: Path, ways: frozenset[str], below: str, parent: QWidget | None = None
    ) -> None:
        """``ways``: kinds of slots that the profile has; ``below`` stands under its name."""
        foot = self.tr("Your password protects this profile on this computer only")
        super().__init__(WIDTH, foot, (37, 35, 37, 28), parent)
        self.path = path
        self.profile = ProfileRow(path.stem, below)
        self.profile.wanted.connect(self.profile_wanted)
        self.profile.file_wanted.connect(self.file_wanted)
        self.password = SecretField(self.tr("Password"), "unlock.password")
        self.password.confirmed.connect(self._give)
        self.unlock = Button(self.tr("Unlock"), "primary", "main", on_click=self._give)
        self.unlock.setObjectName("unlock.unlock")
        self.computer = Button(
            self.tr("Unlock with this computer"), "secondary", "main", icon="fingerprint",
            on_click=self._use_computer,
        )  # fmt: skip
        self.computer.setObjectName("unlock.computer")
        self.trouble = ErrorLine()
        self.trouble.setObjectName("unlock.trouble")
        self.card.add(
            (Mark(48), 0, HCENTER), 10,
            Label(self.tr("Welcome back"), "title", align="center"),
            Label(self.tr("The world stands still while it is locked."), "body", "2",
                  align="center"),
            10, self.profile, 4, self.password, 2, self.unlock, self.computer, self.trouble, 8,
        )  # fmt: skip
        self._add_links(ways)
        self.password.setVisible("password" in ways)
        self.unlock.setVisible("password" in ways)
        self.computer.setVisible("keyring" in ways)
        self.first = self.password.edit if "password" in ways else self.computer

    def _add_links(self, ways: frozenset[str]) -> None:
        self.forgotten = Button(
            self.tr("Forgotten password?"), "ghost", on_click=self.code_wanted.emit
        )
        self.forgotten.setObjectName("unlock.forgotten")
        other = Button(self.tr("Other profile"), "ghost", on_click=self.profile.open)
        other.setObjectName("unlock.other")
        dot = Label("·", "body", "3")
        self.card.add(row(None, self.forgotten, dot, other, None, spacing=2))
        for part in (self.forgotten, dot):
            part.setVisible("recovery" in ways)

    def set_others(self, others: Sequence[tuple[str, str]]) -> None:
        """(name, path) of the profiles one may open instead."""
        self.profile.others = others

    # --- trying -------------------------------------------------------------------------

    def _give(self) -> None:
        if not self.unlock.isEnabled():
            return
        if not self.password.text():
            self.password.set_error(self.tr("Type the password."))
            self.password.setFocus()
            return
        self.set_busy(self.tr("Unlocking"))
        self.password_given.emit(self.password.text())

    def _use_computer(self) -> None:
        self.trouble.set_text("")
        self.computer.set_pending(self.tr("Asking this computer"))
        self.computer_wanted.emit()

    def set_busy(self, words: str) -> None:
        """While it is being tried; an empty text: again ready."""
        self.unlock.set_pending(words)
        self.password.edit.setReadOnly(bool(words))
        self.profile.setEnabled(not words)

    def show_wrong(self) -> None:
        """It was not the password: what was typed is chosen, to be typed over."""
        self.set_busy("")
        self.password.set_error(self.tr("Wrong password. Nothing was changed."))
        self.password.setFocus()
        self.password.edit.selectAll()

    def show_computer(self, state: str) -> None:
        """The computer did not give the key: say why; the password still works."""
        self.computer.set_pending("")
        self.trouble.set_text(wording.keyring_state(state))
        if self.password.isVisible():
            self.password.setFocus()

    def show_problem(self, sentence: str) -> None:
        """Something else kept the profile from opening; it can be tried again."""
        self.set_busy("")
        self.computer.set_pending("")
        self.trouble.set_text(sentence)

    def wipe(self) -> None:
        self.password.wipe()


class Recover(Whole):
    """Forgotten password: the recovery code opens the profile, and a new password is set."""

    given = Signal(str, str)
    """The code as it was typed, and the new password."""
    left = Signal()

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        foot = self.tr("It opens this profile only, and nothing on a real chain")
        super().__init__(WIDE, foot, parent=parent)
        self.path = path
        self.code = SecretField(self.tr("Recovery code"), "recover.code", shown=True)
        self.code.edit.setPlaceholderText("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
        self.fields = NewPassword("recover", path.stem)
        self.code.confirmed.connect(self.fields.setFocus)
        self.fields.confirmed.connect(self._give)
        self.set_button = Button(
            self.tr("Open with the new password"), "primary", "main", on_click=self._give
        )
        self.set_button.setObjectName("recover.set")
        self.back = Button(self.tr("Back"), "secondary", on_click=self.left.emit)
        self.back.setObjectName("recover.back")
        self.trouble = ErrorLine()
        self.trouble.setObjectName("recover.trouble")
        note = self.tr(
            "Capitals, spaces and dashes do not matter. Never type the recovery phrase of a real "
            "wallet here."
        )
        self.card.add(
            Label(self.tr("Forgotten password"), "display", wrap=True),
            Label(
                self.tr("The code that you wrote down or printed opens {name}; then the old "
                        "password is void.").format(name=path.stem),
                "body", "2", wrap=True,
            ),
            8, self.code,
            row((Icon("info", "3", 14), 0, TOP), (Label(note, "small", "2", wrap=True), 1),
                spacing=7),
            6, self.fields, 6, self.trouble, self.set_button,
            holder(row(self.back, None)),
        )  # fmt: skip
        self.first = self.code.edit

    def _give(self) -> None:
        if not self.set_button.isEnabled():
            return
        if not self.code.text().strip():
            self.code.set_error(self.tr("Type the code."))
            self.code.setFocus()
            return
        password = self.fields.answer()
        if password:
            self._set_busy(self.tr("Opening"))
            self.given.emit(self.code.text(), password)

    def _set_busy(self, words: str) -> None:
        self.trouble.set_text("")
        self.set_button.set_pending(words)
        for part in (self.code, self.fields, self.back):
            part.setEnabled(not words)

    def show_wrong(self, sentence: str) -> None:
        """The code does not open it; what was typed is still there."""
        self._set_busy("")
        self.code.set_error(sentence)
        self.code.setFocus()

    def show_problem(self, sentence: str) -> None:
        """Something else went wrong."""
        self._set_busy("")
        self.trouble.set_text(sentence)

    def wipe(self) -> None:
        self.code.wipe()
        self.fields.wipe()


__all__ = ["Recover", "Unlock"]
