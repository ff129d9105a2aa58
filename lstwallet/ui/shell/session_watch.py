"""Tells when the desktop's session is locked or the computer goes to sleep, over D-Bus.

Local sockets only: a bus that is reached over the network is not asked. Without a bus, or on
other systems, nothing is ever told, and the idle lock does its part.
"""

from __future__ import annotations

import os
import string

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection

_SCREEN_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.kde.screensaver")
_LOGIN = "org.freedesktop.login1"


class SessionWatch(QObject):
    """``locked()`` when the screen is locked or the computer is about to sleep."""

    locked = Signal()

    def begin(self) -> bool:
        """Listen from now on; whether there is a bus to listen to. Called in the lane."""
        heard = False
        if _local("DBUS_SESSION_BUS_ADDRESS"):
            bus = QDBusConnection.sessionBus()
            for name in _SCREEN_SAVERS:
                heard |= bus.connect("", "", name, "ActiveChanged", self, SLOT("turned(bool)"))
        if _local("DBUS_SYSTEM_BUS_ADDRESS"):
            bus = QDBusConnection.systemBus()
            session, manager = f"{_LOGIN}.Session", f"{_LOGIN}.Manager"
            heard |= bus.connect("", _own_session(), session, "Lock", self, SLOT("lock()"))
            heard |= bus.connect("", "", manager, "PrepareForSleep", self, SLOT("turned(bool)"))
        return heard

    @Slot(bool)
    def turned(self, on: bool) -> None:
        """The screen is locked (or free again); the computer falls asleep (or wakes)."""
        if on:
            self.locked.emit()

    @Slot()
    def lock(self) -> None:
        """The login manager locks the session."""
        self.locked.emit()


def _local(variable: str) -> bool:
    """Whether a bus is reached by a local socket; unset means the platform's own, which is."""
    address = os.environ.get(variable, "")
    return all(each.startswith("unix:") for each in address.split(";") if each)


def _own_session() -> str:
    """The login manager's object for this session; empty for any, where it is not known."""
    name = os.environ.get("XDG_SESSION_ID", "")
    if not name or not name.isascii():
        return ""
    plain = string.ascii_letters + (string.digits if not name[0].isdigit() else "")
    head = name[0] if name[0] in plain else f"_{ord(name[0]):02x}"
    rest = "".join(
        each if each in string.ascii_letters + string.digits else f"_{ord(each):02x}"
        for each in name[1:]
    )
    return f"/org/freedesktop/login1/session/{head}{rest}"


__all__ = ["SessionWatch"]
