"""When rooms hear that the world has changed: at once, or a few times a second while time runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

REDRAW_MS: Final = 250
"""While time runs, a page is redrawn this often at most."""


class Redraw(QObject):
    """Passes the names of changed areas on; none is forgotten."""

    def __init__(self, tell: Callable[[frozenset[str]], None], parent: QObject) -> None:
        """``tell`` has whatever is shown of these areas drawn again."""
        super().__init__(parent)
        self._tell = tell
        self._missed: frozenset[str] = frozenset()
        self._drawn = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._catch_up)

    def gently(self, changes: frozenset[str]) -> None:
        """While time runs: not more often than ``REDRAW_MS``."""
        self._missed |= changes
        if not self._drawn.isValid() or self._drawn.elapsed() >= REDRAW_MS:
            self._catch_up()
        elif not self._later.isActive():
            self._later.start(max(1, REDRAW_MS - self._drawn.elapsed()))

    def now(self, changes: frozenset[str]) -> None:
        """At once, with what was put off."""
        if not changes:
            return
        changes |= self._missed
        self.forget()
        self._drawn.restart()
        self._tell(changes)

    def forget(self) -> None:
        """The profile is locked: there is nothing to tell any more."""
        self._missed = frozenset()
        self._later.stop()

    def _catch_up(self) -> None:
        missed, self._missed = self._missed, frozenset()
        self.now(missed)
