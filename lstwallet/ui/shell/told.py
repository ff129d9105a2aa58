"""A window's toasts: made with the first of them, and kept back while a page covers the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from lstwallet.ui.widgets.toast import Toast, Toaster

Offer = tuple[str, Callable[[], object]]
"""The words of a button and what it does."""
MOST_WAITING: Final = 3


class Told:
    """What is told of one profile is neither shown above a page that asks for another's key, nor
    once another is open."""

    def __init__(self, window: Any, beside: Callable[[], QWidget | None]) -> None:
        """``window`` is the main window; ``beside``: see ``Toaster``."""
        self._window, self._beside = window, beside
        self._toaster: Toaster | None = None
        self._waiting: list[Callable[[], None]] = []

    def toast(
        self,
        title: str,
        text: str,
        tone: str,
        about: str,
        undo: Callable[[], object] | None,
        offer: Offer | None,
    ) -> None:
        """See ``MainWindow.toast``."""
        from lstwallet.ui.widgets.toast import Toaster

        if self._window.cover() is not None:
            self._waiting.append(partial(self.toast, title, text, tone, about, undo, offer))
            del self._waiting[:-MOST_WAITING]
            return
        if self._toaster is None:
            self._toaster = Toaster(self._window, beside=self._beside)
        if undo is not None:
            self._toaster.show_toast(title, text, tone=tone, about=about, undo=undo)
            return
        action = self._window.tr("Show") if about else ""
        action, act = offer or (action, lambda: self._window.enter(about))
        self._toaster.show_toast(
            title, text, tone=tone, action=action, on_action=act, about=about
        )

    def go_on(self) -> None:
        """One sees the rooms again: what was told meanwhile."""
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    def forget(self) -> None:
        """Another profile, or none: what was told, or waits, was of the one before."""
        self._waiting.clear()
        self.clear()

    def clear(self) -> None:
        """None stands any more."""
        if self._toaster is not None:
            self._toaster.clear()

    def place(self) -> None:
        """Beside the panel that is shown, so that its button stays free."""
        if self._toaster is not None:
            self._toaster.place()

    def seen(self, about: str) -> None:
        """What these toasts tell is on the screen now."""
        if self._toaster is not None:
            self._toaster.seen(about)

    def shown(self) -> list[Toast]:
        """Those that stand, oldest first."""
        return [] if self._toaster is None else self._toaster.shown()

    def undo(self) -> None:
        """Take back the newest edit whose toast still stands."""
        if self._toaster is not None and self._window.cover() is None:
            self._toaster.undo()


__all__ = ["Told"]
