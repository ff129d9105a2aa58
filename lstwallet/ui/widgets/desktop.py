"""Notices on the desktop, through the system's tray: no socket is opened by us.

Where the desktop has no tray that shows messages, nothing is shown and the setting says so.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from lstwallet.ui.theme import icons


def available() -> bool:
    """Whether this desktop shows messages of a program."""
    return QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()


class DesktopNotices:
    """The tray icon is there only while it is wanted."""

    def __init__(self, window: QWidget, clicked: Callable[[], object]) -> None:
        self._window, self._clicked = window, clicked
        self._tray: QSystemTrayIcon | None = None

    def switch(self, on: bool) -> None:
        """Show the icon, or take it away."""
        if not (on and available()):
            if self._tray is not None:
                self._tray.hide()
                self._tray.deleteLater()
                self._tray = None
        elif self._tray is None:
            icon = self._window.windowIcon()
            shown = icons.icon("stack", "accent") if icon.isNull() else icon
            self._tray = QSystemTrayIcon(shown, self._window)
            self._tray.setToolTip("lstwallet")
            self._tray.messageClicked.connect(self._clicked)
            self._tray.show()

    def tell(self, title: str, text: str, tone: str) -> bool:
        """Show a message unless the window is in front; whether it was shown."""
        if self._tray is None or self._window.isActiveWindow():
            return False
        kinds = QSystemTrayIcon.MessageIcon
        self._tray.showMessage(title, text, kinds.Warning if tone == "bad" else kinds.Information)
        return True
