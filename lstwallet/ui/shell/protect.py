"""How a new profile is protected: a password, this computer beside it, or in clear words none."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui import wording
from lstwallet.ui.keys import OPEN, Protection
from lstwallet.ui.shell.whole import Whole
from lstwallet.ui.widgets.buttons import Button, Switch
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, Rule, column, row
from lstwallet.ui.widgets.new_password import NewPassword
from lstwallet.ui.widgets.rows import ErrorLine

WIDTH: Final = 640


class Protect(Whole):
    """``chosen(Protection)``, or ``left`` to choose another way to begin."""

    chosen = Signal(object)
    computer_asked = Signal()
    """Whether this computer can keep a key: ``set_computer`` answers."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(WIDTH, self.tr("Nothing here is connected to a real chain"), parent=parent)
        self.card.add(
            Label(self.tr("Protect this profile"), "display", wrap=True),
            Label(
                self.tr(
                    "With a password, everything you do and write here is encrypted on the disk. "
                    "It is asked for when the program starts, and after a lock."
                ),
                "body", "2", wrap=True,
            ),
            8,
        )  # fmt: skip
        self.fields = NewPassword("protect")
        self.fields.confirmed.connect(self._with_password)
        self.create_button = Button(
            self.tr("Create with this password"), "primary", "main", on_click=self._with_password
        )
        self.create_button.setObjectName("protect.create")
        self.trouble = ErrorLine()
        self.trouble.setObjectName("protect.trouble")
        self.card.add(self.fields, 6)
        self._offer_computer()
        self.card.add(4, self.trouble, self.create_button, 8, Rule(), 6)
        self._offer_nothing()
        self.first = self.fields.password.edit
        self._busy = self._asking = False

    def _offer_computer(self) -> None:
        words = self.tr("Also unlock with this computer")
        self.computer = Switch(words)
        self.computer.setObjectName("protect.computer")
        self.computer.clicked.connect(self._ask_computer)
        label = Label(words, "body")
        label.setBuddy(self.computer)
        self.computer_note = Label(wording.keyring_state("ok"), "small", "2", wrap=True)
        self.computer_note.setObjectName("protect.computer.note")
        words_column = column(label, self.computer_note, spacing=2)
        self.card.add(
            row((Icon("fingerprint", "2", 18), 0, TOP), (words_column, 1), self.computer,
                spacing=10)
        )  # fmt: skip

    def _offer_nothing(self) -> None:
        self.none = Button(
            self.tr("Begin without a password"), "secondary", on_click=self._without
        )
        self.none.setObjectName("protect.none")
        self.back = Button(self.tr("Back"), "quiet", on_click=self.left.emit)
        self.back.setObjectName("protect.back")
        text = self.tr(
            "Anybody who can read your files can read this profile. It is play money. A password "
            "can be set later in Settings."
        )
        self.card.add(
            Label(self.tr("Or without a password"), "strong"),
            Label(text, "small", "2", wrap=True),
            4,
            row(self.none, None, self.back, spacing=8),
        )

    def _ask_computer(self) -> None:
        """The keyring is asked when it is wanted: it may show a prompt of its own."""
        if self.computer.isChecked():
            self.set_computer("asked")
            self.computer_asked.emit()

    def set_computer(self, state: str) -> None:
        """What the keyring said, see ``wording.keyring_state``; it may be tried again.

        An answer may come while the profile is being made: then nothing can be chosen yet.
        """
        self._asking = state == "asked"
        self.computer_note.setText(wording.keyring_state(state))
        if not self._asking:
            self.computer.setChecked(self.computer.isChecked() and state == "ok")
        self._enable()

    def _enable(self) -> None:
        for part in (self.fields, self.none, self.back):
            part.setEnabled(not self._busy)
        for part in (self.computer, self.create_button):
            part.setEnabled(not self._busy and not self._asking)

    def _with_password(self) -> None:
        password = self.fields.answer()
        if password and self.create_button.isEnabled():
            self.set_busy(self.tr("Making your profile"))
            self.chosen.emit(Protection(password, self.computer.isChecked()))

    def _without(self) -> None:
        self.set_busy("")
        self.none.set_pending(self.tr("Making your profile"))
        self.chosen.emit(OPEN)

    def set_busy(self, words: str) -> None:
        """While the profile is made nothing else can be chosen."""
        self.trouble.set_text("")
        self._busy = True
        self._enable()
        if words:
            self.create_button.set_pending(words)

    def show_problem(self, sentence: str) -> None:
        """It could not be made: say why; what was typed is still there."""
        for button in (self.create_button, self.none):
            button.set_pending("")
        self._busy = False
        self._enable()
        self.trouble.set_text(sentence)

    def wipe(self) -> None:
        self.fields.wipe()


__all__ = ["Protect"]
