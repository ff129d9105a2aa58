"""Drills: what a protocol's committee may stop, to see what a wallet does then."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.buttons import Switch
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import row


class DrillCard(Card):
    """A switch for each stop. ``wanted(what, on)`` when one is pressed."""

    wanted = Signal(str, bool)

    def __init__(self, stops: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """``stops``: what is stopped, and the words for it."""
        super().__init__(
            QCoreApplication.translate("DrillCard", "Drills"), parent=parent, spacing=8
        )
        self.add(
            Label(
                self.tr("Stop a part of the simulation, as a committee may, and see what is left."),
                "small", "2", wrap=True,
            )
        )  # fmt: skip
        self._switches: dict[str, Switch] = {}
        for what, words in stops:
            label, switch = Label(words, "body", "2"), Switch(words)
            switch.setObjectName(f"drill.{what}")
            switch.clicked.connect(lambda on, what=what: self.wanted.emit(what, on))
            label.setBuddy(switch)
            self._switches[what] = switch
            self.add(row(label, None, switch, spacing=8))

    def show_stopped(self, stopped: Sequence[str]) -> None:
        """What the world says."""
        for what, switch in self._switches.items():
            switch.setChecked(what in stopped)


__all__ = ["DrillCard"]
