"""The rooms of the window, in the order of the rail. A room appears when it is real.

This table is all that the rail knows: a page's module is imported, in the lane, when the
room is first entered.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication


class Room(NamedTuple):
    """``module`` holds a class ``RoomPage``, a ``Page``. ``group`` parts the rail."""

    key: str
    title: str
    icon: str
    module: str
    group: int

    def label(self) -> str:
        """The title in the user's language."""
        return QCoreApplication.translate("rooms", self.title)


_PAGES: Final = "lstwallet.ui.pages."
ROOMS: Final = (
    Room("home", QT_TRANSLATE_NOOP("rooms", "Home"), "house", _PAGES + "home.page", 0),
    Room("stake", QT_TRANSLATE_NOOP("rooms", "Stake"), "stack", _PAGES + "stake.page", 0),
    Room(
        "unstake", QT_TRANSLATE_NOOP("rooms", "Unstake"), "hourglass-medium",
        _PAGES + "unstake.page", 0,
    ),
    Room("lend", QT_TRANSLATE_NOOP("rooms", "Lend"), "bank", _PAGES + "lend.page", 0),
    Room("pools", QT_TRANSLATE_NOOP("rooms", "Pools"), "drop-half", _PAGES + "pools.page", 0),
    Room("swap", QT_TRANSLATE_NOOP("rooms", "Swap"), "swap", _PAGES + "swap.page", 0),
    Room("restake", QT_TRANSLATE_NOOP("rooms", "Restake"), "repeat", _PAGES + "restake.page", 0),
    Room("wallet", QT_TRANSLATE_NOOP("rooms", "Wallet"), "wallet", _PAGES + "wallet.page", 0),
    Room(
        "activity", QT_TRANSLATE_NOOP("rooms", "Activity"), "list-bullets",
        _PAGES + "activity.page", 1,
    ),
    Room("learn", QT_TRANSLATE_NOOP("rooms", "Learn"), "graduation-cap", _PAGES + "learn.page", 1),
    Room(
        "settings", QT_TRANSLATE_NOOP("rooms", "Settings"), "gear-six", _PAGES + "settings", 2
    ),
)  # fmt: skip


def room(key: str) -> Room:
    """The room of this key. Raises ``KeyError``."""
    for candidate in ROOMS:
        if candidate.key == key:
            return candidate
    raise KeyError(key)
