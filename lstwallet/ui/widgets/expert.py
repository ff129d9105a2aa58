"""The switch of the expert mode: what it lets pass is said first, and confirmed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.buttons import Button, Switch
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row


class ExpertSwitch(QWidget):
    """``changed(on)``: switching on takes a second press, switching off does not."""

    changed = Signal(bool)

    def __init__(self, on: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = self.tr("Expert mode")
        label = Label(words, "body", "2")
        self.switch = Switch(words, on)
        self.switch.setObjectName("settings.expert")
        self.switch.clicked.connect(self._pressed)
        label.setBuddy(self.switch)
        self._on = on
        explained = self.tr(
            "Off: a trade that moves the price by 15% or more is refused. On: it may be "
            "confirmed by typing. Nothing else changes."
        )
        self._warning = Banner(
            self.tr("You may lose a large part of a trade at once. Turn it on all the same?"),
            "warn",
        )
        self.sure = Button(self.tr("Turn it on"), "danger", on_click=self._confirmed)
        self.sure.setObjectName("settings.expert.confirm")
        self.keep = Button(self.tr("Leave it off"), "secondary", on_click=self._declined)
        self.keep.setObjectName("settings.expert.decline")
        self._asking = holder(
            column(self._warning, row(None, self.keep, self.sure, spacing=8), spacing=8)
        )
        self._asking.hide()
        self.setLayout(
            column(
                row(label, None, self.switch, spacing=8),
                Label(explained, "small", "2", wrap=True),
                self._asking, spacing=6,
            )
        )  # fmt: skip

    def set_on(self, on: bool) -> None:
        """What the settings say; a question that is open stays open until it is answered."""
        if on != self._on:
            self._asking.hide()
        self._on = on
        self.switch.setChecked(on)

    def _pressed(self) -> None:
        if self._on:
            self.set_on(False)
            self.changed.emit(False)
            return
        self.switch.setChecked(False)  # not before it is confirmed
        self._asking.show()
        self.keep.setFocus()

    def _confirmed(self) -> None:
        self.set_on(True)
        self.changed.emit(True)

    def _declined(self) -> None:
        self._asking.hide()
        self.switch.setFocus()


__all__ = ["ExpertSwitch"]
