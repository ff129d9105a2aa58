"""Of what the user is told, and where: a card of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.app.settings import HEALTH_LINE
from lstwallet.ui import wording
from lstwallet.ui.widgets import desktop
from lstwallet.ui.widgets.buttons import Switch
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import row
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.units.amount import BadAmount, format_exact, parse_units

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge

_HUNDREDTHS = 2


class NoticeCard(Card):
    """Switches for each kind of notice, and the line of the health factor."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=10)
        self._bridge = bridge
        self.set_title(self.tr("Notices"))
        self.body.addLayout(self.header)
        self.tickets = self._switch(
            "ticket_notice", self.tr("When a withdrawal ticket becomes ready")
        )
        self.health = self._switch(
            "health_notice", self.tr("When my health factor falls below the line")
        )
        self.line = QLineEdit()
        self.line.setProperty("box", True)
        self.line.setObjectName("settings.health_line")
        self.line.setFixedWidth(90)
        self.line.setAccessibleName(self.tr("Line of the health factor"))
        self.line.editingFinished.connect(self._set_line)
        label = Label(self.tr("Line, 1.00 is liquidation"), "body", "2")
        label.setBuddy(self.line)
        self.error = ErrorLine()
        self.add(row(label, None, self.line, spacing=6), self.error)
        self.desktop = self._switch(
            "desktop_notices", self.tr("Also on the desktop, while this window is behind others")
        )
        note = self.tr("This desktop has no tray that shows messages.")
        self.missing = Label(note, "small", "3", wrap=True)
        self.missing.setObjectName("settings.no_desktop")
        self.add(self.missing)

    def _switch(self, name: str, words: str) -> Switch:
        switch = Switch(words, getattr(self._bridge.settings, name))
        switch.setObjectName(f"settings.{name}")
        switch.toggled.connect(lambda on: self._bridge.change(**{name: on}))
        label = Label(words, "body", "2", elide=True)
        label.setBuddy(switch)
        line: Any = row((label, 1), switch, spacing=8)
        self.add(line)
        return switch

    def show_settings(self) -> None:
        """What is set, and whether the desktop can show anything."""
        settings = self._bridge.settings
        able = desktop.available()
        self.tickets.setChecked(settings.ticket_notice)
        self.health.setChecked(settings.health_notice)
        self.desktop.setEnabled(able)
        self.desktop.setChecked(settings.desktop_notices and able)
        self.missing.setVisible(not able)
        self.line.setEnabled(settings.health_notice)
        if not self.error.text.text() and not self.line.hasFocus():
            self.line.setText(format_exact(settings.health_line, _HUNDREDTHS))

    def _set_line(self) -> None:
        try:
            line = parse_units(self.line.text(), _HUNDREDTHS)
        except BadAmount as bad:
            words = wording.bad_amount(bad.problem, _HUNDREDTHS) or self.tr("Enter a number.")
            self.error.set_text(words)
            return
        if line not in HEALTH_LINE:
            ends = (HEALTH_LINE.start, HEALTH_LINE.stop - 1)
            low, high = (format_exact(end, _HUNDREDTHS) for end in ends)
            self.error.set_text(self.tr("Between {low} and {high}.").format(low=low, high=high))
            return
        self.error.set_text("")
        self._bridge.change(health_line=line)


__all__ = ["NoticeCard"]
