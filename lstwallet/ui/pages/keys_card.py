"""What opens this profile, and when it locks itself: a card of the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.app import profiles
from lstwallet.app.settings import IDLE_LOCKS
from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import Button, Segmented, Switch
from lstwallet.ui.widgets.cards import Banner, Card, Inset
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, Rule, clear, column, holder, row
from lstwallet.ui.widgets.new_password import NewPassword
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from lstwallet.app.safe import SlotInfo
    from lstwallet.ui.bridge import Bridge

ICONS: Final = {
    "password": "asterisk", "recovery": "file-text", "keyring": "fingerprint", "none": "key",
}  # fmt: skip
"""Of each way into a profile."""
SET, CHANGE, REMOVE, CODE = "set", "change", "remove", "code"
_ASKS_PRESENT: Final = (CHANGE, REMOVE, CODE)
_ASKS_NEW: Final = (SET, CHANGE)


class KeyForm(Inset):
    """What is asked for one change: the present password, a new one. ``given(present, new)``."""

    given = Signal(str, str)
    left = Signal()

    def __init__(self, kind: str, profile: str, parent: QWidget | None = None) -> None:
        super().__init__(padding=(14, 12, 14, 14), spacing=10, parent=parent)
        self.kind = kind
        self.setObjectName(f"keys.form.{kind}")
        self.present = SecretField(self.tr("Present password"), "keys.present")
        self.new = NewPassword("keys", profile)
        self.trouble = ErrorLine()
        title, text, words = self._words()
        danger = "danger" if kind == REMOVE else "primary"
        self.do = Button(words, danger, on_click=self._give)
        self.do.setObjectName("keys.do")
        self.cancel = Button(self.tr("Cancel"), "secondary", on_click=self.left.emit)
        self.cancel.setObjectName("keys.cancel")
        self.present.confirmed.connect(self._next)
        self.new.confirmed.connect(self._give)
        self.add(Label(title, "strong"), Label(text, "small", "2", wrap=True))
        self.add(self.present, self.new, self.trouble)
        self.add(row(self.do, self.cancel, None, spacing=8))
        self.present.setVisible(kind in _ASKS_PRESENT)
        self.new.setVisible(kind in _ASKS_NEW)
        self.first = self.present if kind in _ASKS_PRESENT else self.new.password

    def _words(self) -> tuple[str, str, str]:
        """Title, what it means, and the button."""
        return {
            SET: (
                self.tr("Set a password"),
                self.tr("From now on the profile is asked for it, and a recovery code is made. "
                        "Copies that were made before stay as readable as they were."),
                self.tr("Set the password"),
            ),
            CHANGE: (
                self.tr("Change the password"),
                self.tr("The old one opens the profile no more; an old backup it still opens."),
                self.tr("Change the password"),
            ),
            REMOVE: (
                self.tr("Remove the password"),
                self.tr("Anybody who can read your files can then read this profile, and it "
                        "cannot be locked. It is play money."),
                self.tr("Remove the password"),
            ),
            CODE: (
                self.tr("New recovery code"),
                self.tr("It is shown once. The code before it opens the profile no more."),
                self.tr("Make a new code"),
            ),
        }[self.kind]  # fmt: skip

    def _next(self) -> None:
        if self.kind in _ASKS_NEW:
            self.new.setFocus()
        else:
            self._give()

    def _give(self) -> None:
        present, new = self.present.text(), ""
        if not self.do.isEnabled():
            return
        if self.kind in _ASKS_PRESENT and not present:
            self.present.set_error(self.tr("Type the present password."))
            self.present.setFocus()
            return
        if self.kind in _ASKS_NEW:
            new = self.new.answer()
            if not new:
                return
        self._set_busy(self.tr("Working"))
        self.given.emit(present, new)

    def _set_busy(self, words: str) -> None:
        self.trouble.set_text("")
        self.do.set_pending(words)
        for part in (self.present, self.new, self.cancel):
            part.setEnabled(not words)

    def show_problem(self, error: BaseException) -> None:
        """Nothing was changed: say why, beside its field where it has one."""
        self._set_busy("")
        if type(error).__name__ == "WrongSecret":
            self.present.set_error(wording.error(error))
            self.present.setFocus()
        else:
            self.trouble.set_text(wording.error(error))

    def wipe(self) -> None:
        """Forget what was typed."""
        self.present.wipe()
        self.new.wipe()


class KeysCard(Card):
    """Which ways open the profile, each with its sentence and what can be done about it."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=10)
        self.setObjectName("settings.keys")
        self._bridge, self._keys = bridge, bridge.keys
        self.set_title(self.tr("Keys of this profile"))
        self.body.addLayout(self.header)
        self.told = Banner("", "warn")
        self.told.setObjectName("keys.told")
        self.told.hide()
        self._rows = column(spacing=10)
        self._place = column(spacing=0)
        self.form: KeyForm | None = None
        self.trouble = ErrorLine()
        self.trouble.setObjectName("keys.trouble")
        self.add(self.told, self._rows, self._place, self.trouble, Rule())
        self._add_lock()
        self._keys.changed.connect(self.show_keys)
        self.show_keys()

    def _add_lock(self) -> None:
        words = {0: self.tr("Never"), 5: self.tr("5 min"), 15: self.tr("15 min"),
                 60: self.tr("1 h")}  # fmt: skip
        name = self.tr("Lock when nobody is there for")
        self.idle = Segmented([(each, words[each]) for each in IDLE_LOCKS], 15, name=name)
        for each in IDLE_LOCKS:
            self.idle.button(each).setObjectName(f"keys.idle.{each}")
        self.idle.changed.connect(lambda minutes: self._bridge.change(idle_lock=minutes))
        label = Label(name, "body", "2", elide=True)
        label.setBuddy(self.idle)
        self.add(row(label, None, self.idle, spacing=8))
        name = self.tr("Lock when the window is minimised")
        self.minimised = Switch(name, self._bridge.settings.lock_minimised)
        self.minimised.setObjectName("keys.minimised")
        self.minimised.toggled.connect(lambda on: self._bridge.change(lock_minimised=on))
        label = Label(name, "body", "2", elide=True)
        label.setBuddy(self.minimised)
        note = self.tr("Ctrl+L locks at once, and so does the lock of your desktop.")
        self.add(row((label, 1), self.minimised, spacing=8), Label(note, "small", "3", wrap=True))

    # --- showing ------------------------------------------------------------------------

    def show_settings(self) -> None:
        """What is set."""
        self.idle.set_current(self._bridge.settings.idle_lock)
        self.minimised.setChecked(self._bridge.settings.lock_minimised)

    def show_keys(self) -> None:
        """What opens the profile now."""
        clear(self._rows)
        how, path = self._keys.how, self._keys.path
        self.told.set("")
        if how is None or path is None:
            return
        if profiles.is_practice(path):
            self.told.set(
                self.tr("This is a lesson's own profile: it has no password, and needs none."),
                "info",
            )
        elif self._keys.has("password"):
            self._show_slots(how.slots)
        else:
            self.told.set(
                self.tr("This profile has no password. Anybody who can read your files can read "
                        "it. It is play money."),
                "warn",
            )  # fmt: skip
            button = self._button(self.tr("Set a password"), "keys.set", lambda: self._ask(SET))
            self._rows.addLayout(row(button, None))

    def first(self) -> QWidget:
        """Where one begins: the first thing that can be done about the keys."""
        found = [each for each in self.findChildren(Button) if each.isVisible()]
        return found[0] if found else self.idle.button(self.idle.current())

    def _show_slots(self, slots: tuple[SlotInfo, ...]) -> None:
        ask = self._ask
        self._rows.addWidget(self._row(
            "password", self.tr("Password"), self.tr("Asked for at the start and after a lock."),
            self._button(self.tr("Change"), "keys.change", lambda: ask(CHANGE)),
            self._button(self.tr("Remove"), "keys.remove", lambda: ask(REMOVE)),
        ))  # fmt: skip
        code = next((each for each in slots if each.kind == "recovery"), None)
        text = self.tr("None was made. If the password is forgotten, nobody can open the profile.")
        if code is not None:
            text = self.tr("Opens the profile when the password is forgotten. Made on {day}.")
            text = text.format(day=wording.day(code.made))
        again = self._button(self.tr("New code"), "keys.code", lambda: ask(CODE))
        self._rows.addWidget(self._row("recovery", self.tr("Recovery code"), text, again))
        computers = [each for each in slots if each.kind == "keyring"]
        for each in computers:
            self._show_computer(each)
        if not computers:
            self._offer_computer()
        for each in slots:
            if each.kind is None:
                text = self.tr("It was made by a newer lstwallet, which can remove it.")
                self._rows.addWidget(self._row("none", self.tr("Another key"), text))

    def _show_computer(self, slot: SlotInfo) -> None:
        text = self.tr("The keyring of {computer} keeps a key, for as long as you are logged in.")
        gone = self._button(
            self.tr("Remove"), "keys.computer.remove", lambda: self._remove(slot.id)
        )
        name = self.tr("This computer")
        self._rows.addWidget(
            self._row("keyring", name, text.format(computer=slot.label or name), gone)
        )

    def _offer_computer(self) -> None:
        text = self.tr("Its keyring could keep a key too, so that you need not type the password.")
        more = self._button(self.tr("Add"), "keys.computer.add", self._add_computer)
        self._more = more
        self._rows.addWidget(self._row("keyring", self.tr("This computer"), text, more))

    def _button(self, words: str, name: str, act: Callable[[], object]) -> Button:
        button = Button(words, "secondary", "small", on_click=act)
        button.setObjectName(name)
        return button

    def _row(self, kind: str, title: str, text: str, *buttons: Button) -> QWidget:
        words = column(Label(title, "strong"), Label(text, "small", "2", wrap=True), spacing=1)
        line: Any = row(
            (Icon(ICONS[kind], "2", 18), 0, TOP), (words, 1), *buttons, spacing=10
        )
        for button in buttons:
            button.setAccessibleName(f"{button.text()}: {title}")
        return holder(line)

    # --- changing -----------------------------------------------------------------------

    def _ask(self, kind: str) -> None:
        self.close_form()
        profile = self._bridge.profile
        assert profile is not None
        self.form = KeyForm(kind, profile.name)
        self.form.left.connect(self.close_form)
        self.form.given.connect(lambda present, new: self._do(kind, present, new))
        self._place.addWidget(self.form)
        self.form.first.setFocus()

    def ask_for_code(self) -> QWidget:
        """A new recovery code, once the present password is given; the form that asks for it."""
        self._ask(CODE)
        assert self.form is not None
        self.layout().activate()
        return self.form

    def close_form(self) -> None:
        """Nothing is asked for any more."""
        self.trouble.set_text("")
        if self.form is not None:
            self.form.wipe()
            self.form = None
        clear(self._place)

    def _do(self, kind: str, present: str, new: str) -> None:
        form = self.form

        def failed(error: BaseException) -> None:
            if form is not None and form is self.form:
                form.show_problem(error)

        def done(said: str) -> Callable[[], None]:
            def told() -> None:
                self.close_form()
                self._tell(said)

            return told

        if kind == SET:
            self._keys.protect(new, failed)
        elif kind == CHANGE:
            self._keys.change_password(present, new, done(self.tr("Password changed")), failed)
        elif kind == REMOVE:
            self._keys.remove_password(present, done(self.tr("Password removed")), failed)
        else:
            self._keys.new_code(present, self.close_form, failed)

    def _add_computer(self) -> None:
        self.trouble.set_text("")
        self._more.set_pending(self.tr("Asking"))
        self._keys.add_computer(
            lambda: self._tell(self.tr("This computer opens the profile too")), self._not_added
        )

    def _not_added(self, error: BaseException) -> None:
        self.show_keys()
        self.trouble.set_text(wording.error(error), "warn")

    def _remove(self, ident: str) -> None:
        self._keys.remove(
            ident, lambda: self._tell(self.tr("This computer opens the profile no more")),
            lambda error: self.trouble.set_text(wording.error(error)),
        )  # fmt: skip

    def _tell(self, words: str) -> None:
        toast = getattr(self.window(), "toast", None)
        if toast is not None:
            toast(words)


__all__ = ["KeysCard"]
