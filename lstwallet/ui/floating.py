"""What floats above the rooms: the palette of commands, the guide, sheets, popovers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from lstwallet.ui.commands import Commands, Guide
    from lstwallet.ui.shell.reading import ReadingSheet

SHEETS: Final = {
    "calendar": ("lstwallet.ui.shell.calendar", "CalendarSheet"),
    "ways_out": ("lstwallet.ui.shell.ways_sheet", "WaysSheet"),
}
"""Where pages may lead to, though it is no room; imported when first opened."""


class Floating(QObject):
    """One window's; each part is imported when first opened."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window: ``bridge``, ``cover``."""
        super().__init__(window)
        self._window = window
        self.commands: Commands | None = None
        self.guide: Guide | None = None
        self.sheets: dict[str, ReadingSheet] = {}

    def _ready(self) -> bool:
        return self._window.bridge.world is not None and self._window.cover() is None

    def find_command(self) -> None:
        """Everything one can do, in a list to be searched (Ctrl+K)."""
        from lstwallet.ui.commands import Commands

        if not self._ready():
            return
        if self.commands is None:
            self.commands = Commands(self._window)
        self.commands.open()

    def help(self) -> None:
        """What the present room is for, its terms and its keys (F1)."""
        from lstwallet.ui.commands import Guide

        if not self._ready():
            return
        if self.guide is None:
            self.guide = Guide(self._window)
        self.guide.open()

    def show_sheet(self, key: str) -> None:
        """What is due, or the ways out, in a sheet over the room, if ``key`` is one of
        ``SHEETS``."""
        if key not in SHEETS or not self._ready():
            return
        if key not in self.sheets:
            module, name = SHEETS[key]
            self.sheets[key] = getattr(import_module(module), name)(self._window)
        self.sheets[key].show_now()

    def close_popovers(self) -> None:
        """They explain a figure of the room that is left."""
        from lstwallet.ui.widgets.overlays import Popover

        for each in self._window.findChildren(Popover):
            each.close()

    def put_away(self) -> None:
        """Close all of it: a page is to cover the window."""
        from lstwallet.ui.widgets.overlays import Overlay

        for each in self._window.findChildren(Overlay):
            each.close()
            each.hide()  # what is being stopped by it shows nothing meanwhile

    def forget(self) -> None:
        """The profile is locked: everything that showed it goes, typed words with it."""
        self.close_popovers()
        helpers = [each for each in (self.commands, self.guide) if each is not None]
        widgets = list(self.sheets.values())
        for helper in helpers:
            widgets += helper.widgets()
        for widget in widgets:
            widget.hide()
        for gone in (*widgets, *helpers):
            gone.deleteLater()
        self.sheets.clear()
        self.commands = self.guide = None
