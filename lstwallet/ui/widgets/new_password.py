"""A new password, twice, with its strength."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui import wording
from lstwallet.ui.widgets.layout import TOP, column, row
from lstwallet.ui.widgets.secret_field import SecretField, StrengthLine, judged


class NewPassword(QWidget):
    """A new password twice, side by side, with its strength. ``answer`` says what is wrong."""

    confirmed = Signal()
    changed = Signal()

    def __init__(self, name: str, profile: str = "", parent: QWidget | None = None) -> None:
        """``name`` begins the object names; ``profile`` is the profile's, for the advice."""
        super().__init__(parent)
        self._profile = profile
        self.password = SecretField(self.tr("New password"), f"{name}.password")
        self.again = SecretField(self.tr("The same again"), f"{name}.again")
        self.strength = StrengthLine()
        self.password.changed.connect(self._judge)
        self.again.changed.connect(self.changed)
        self.password.confirmed.connect(self.again.setFocus)
        self.again.confirmed.connect(self.confirmed)
        fields = row((self.password, 1, TOP), (self.again, 1, TOP), spacing=12)
        self.setLayout(column(fields, self.strength, spacing=8))
        self.setFocusProxy(self.password)

    def _judge(self) -> None:
        self.strength.look(self.password.text(), self._profile)
        if self.again.error.text.text():
            self.again.set_error("")
        self.changed.emit()

    def answer(self) -> str:
        """The password if both are there and alike; else the fault stands beside its field."""
        password = self.password.text()
        if not password:
            self.password.set_error(self.tr("Type a password."))
            self.password.setFocus()
            return ""
        weakness = judged(password, self._profile)[1]
        if weakness in ("too_short", "too_long"):
            self.password.set_error(wording.password_problem(weakness))
            self.password.setFocus()
            return ""
        if self.again.text() != password:
            self.again.set_error(self.tr("The two are not the same."))
            self.again.setFocus()
            return ""
        return password

    def wipe(self) -> None:
        """Forget both."""
        self.password.wipe()
        self.again.wipe()


__all__ = ["NewPassword"]
