"""Drills: what a committee may stop and a service may slash, to see what a wallet does then."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.buttons import Button, Chooser, Switch
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


class SlashDrill(Card):
    """An operator, one of the services, and how much of what it was given is taken.

    ``wanted(operator, service, part)`` when the button is pressed.
    """

    wanted = Signal(str, str, object)

    def __init__(self, parts: Sequence[tuple[int, str]], parent: QWidget | None = None) -> None:
        """``parts``: how much, and the words for it."""
        translate = QCoreApplication.translate
        super().__init__(translate("DrillCard", "Slash drill"), parent=parent, spacing=8)
        self.setObjectName("drill.slashing")
        self.operator = Chooser(self.tr("Operator"))
        self.service = Chooser(self.tr("Service"))
        self.part = Chooser(self.tr("How much"))
        lines = []
        for name, chooser in (
            ("operator", self.operator), ("service", self.service), ("part", self.part),
        ):  # fmt: skip
            chooser.setObjectName(f"drill.slash.{name}")
            words = Label(chooser.accessibleName(), "body", "2", elide=True)
            words.setBuddy(chooser)
            lines.append((words, chooser))
        for part, said in parts:
            self.part.addItem(said, part)
        self.slash = Button(self.tr("Slash"), "danger")
        self.slash.setObjectName("drill.slash")
        self.slash.clicked.connect(lambda _on=False: self._press())
        self.add(
            Label(
                self.tr("Let a service slash an operator, and see what is left of your stake."),
                "small", "2", wrap=True,
            ),
            *(row(words, None, chooser, spacing=8) for words, chooser in lines),
            row(None, self.slash),
        )  # fmt: skip

    def _press(self) -> None:
        chosen = (self.operator.currentData(), self.service.currentData())
        if all(chosen):
            self.wanted.emit(*chosen, self.part.currentData())

    def show_names(self, operators: Sequence[str], services: Sequence[str]) -> None:
        """What the world has; without restaking the card hides."""
        self.setVisible(bool(operators))
        for chooser, names in ((self.operator, operators), (self.service, services)):
            there = [chooser.itemData(place) for place in range(chooser.count())]
            if there != list(names):
                chooser.clear()
                for name in names:
                    chooser.addItem(name, name)


__all__ = ["DrillCard", "SlashDrill"]
