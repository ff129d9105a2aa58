"""Python's cyclic garbage collector, kept to the GUI thread while a lane works.

Whatever thread allocates next runs the collector. In the lane it would destroy widgets and
timers that were left in a reference cycle, and Qt objects may end in their own thread only:
the process dies of it, rarely and anywhere. So the automatic collector stands still while a
lane lives, and the window collects at the same counts.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

LOOK_MS: Final = 250
COLLECT_AFTER: Final = (10_000, 20, 50)
"""Fewer, larger collections than Python's own: a run makes a million short-lived tuples a
second. Net allocations, then collections of the generation below."""


class Collector(QObject):
    """Collects in the thread that made it, from its event loop, until ``close``."""

    _open = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        Collector._open += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(collect)
        self._timer.start(LOOK_MS)

    def close(self) -> None:
        """No lane works any more: Python may collect by itself again. Once is enough."""
        if self._timer.isActive():
            self._timer.stop()
            Collector._open -= 1
            if not Collector._open:
                gc.enable()


def collect() -> None:
    """Collect the oldest generation that is due, or nothing."""
    young, middle, old = gc.get_count()
    after_young, after_middle, after_old = COLLECT_AFTER
    if young > after_young:
        gc.collect(0 if middle < after_middle else 1 if old < after_old else 2)
