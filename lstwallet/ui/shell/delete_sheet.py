"""Deleting a profile: its name is typed, a last backup is made, it can be put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import Button, CheckBox
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.overlays import Sheet

if TYPE_CHECKING:
    from lstwallet.app.profile_list import Standing


class DeleteSheet(Sheet):
    """Names what goes; its button works once the name is typed."""

    agreed = Signal(bool)
    """The name was typed; whether a last backup is wanted."""

    def __init__(self, window: QWidget, standing: Standing, *, is_open: bool) -> None:
        """``is_open``: it is the profile that is open, so that a backup can be made."""
        name = standing.name
        super().__init__(
            window, window.tr("Delete {name}?").format(name=name), width=480, sticky=True
        )
        self.setObjectName("delete")
        self.cross.setObjectName("delete.close")
        self._name = name
        what = Label(
            self.tr(
                "The profile is taken out of the list with everything in it. For a week it can be "
                "put back from Profiles and backups; after that it is deleted for good."
            ),
            "body", "2", wrap=True,
        )  # fmt: skip
        self.keep = CheckBox(self.tr("Make a last backup first"))
        self.keep.setObjectName("delete.backup")
        self.keep.setChecked(is_open)
        self.keep.setVisible(is_open)
        note = Label(self._about_backups(standing, is_open), "small", "2", wrap=True)
        self.typed = QLineEdit()
        self.typed.setProperty("box", True)
        self.typed.setObjectName("delete.name")
        label = Label(self.tr("Type {name} to delete it").format(name=name), "strong", wrap=True)
        label.setBuddy(self.typed)
        self.typed.setAccessibleName(label.text())
        self.typed.textChanged.connect(self._compare)
        self.typed.returnPressed.connect(self._agree)
        self.trouble = Banner("", "bad")
        self.trouble.setObjectName("delete.trouble")
        self.trouble.hide()
        self.add(what, self.keep, note, holder(column(label, self.typed, spacing=6)), self.trouble)
        cancel = Button(self.tr("Cancel"), "ghost", on_click=self.close)
        cancel.setObjectName("delete.cancel")
        self.main = Button(self.tr("Delete"), "danger", on_click=self._agree)
        self.main.setObjectName("delete.main")
        self.main.setEnabled(False)
        self.add_foot(None, cancel, self.main)
        self.closed.connect(self.deleteLater)

    def _about_backups(self, standing: Standing, is_open: bool) -> str:
        if is_open:
            return self.tr("Its backups stay where they are.")
        if not standing.backups:
            return self.tr(
                "It has no backup. To make one, open the profile first."
            )
        return wording.plural(
            self.tr("Its %n backup(s) stay where they are."), standing.backups
        )

    def _compare(self, text: str) -> None:
        self.main.setEnabled(text.strip() == self._name)

    def _agree(self) -> None:
        if self.main.isEnabled():
            self.trouble.set("")
            self.main.set_pending(self.tr("Deleting"))
            self.agreed.emit(self.keep.isChecked())

    def refuse(self, sentence: str) -> None:
        """It could not be deleted: why; nothing has changed."""
        self.main.set_pending("")
        self.trouble.set(sentence, "bad")
        self.fit()


class SureSheet(Sheet):
    """A question with one danger and one way back."""

    def __init__(
        self, window: Any, title: str, text: str, act: str, on_act: Callable[[], object]
    ) -> None:
        super().__init__(window, title, width=420, sticky=True)
        self.setObjectName("sure")
        self.cross.setObjectName("sure.close")

        def go() -> None:
            self.close()
            on_act()

        self.add(Label(text, "body", "2", wrap=True))
        cancel = Button(self.tr("Cancel"), "ghost", on_click=self.close)
        cancel.setObjectName("sure.cancel")
        main = Button(act, "danger", on_click=go)
        main.setObjectName("sure.main")
        self.add_foot(None, cancel, main)
        self.closed.connect(self.deleteLater)


__all__ = ["DeleteSheet", "SureSheet"]
