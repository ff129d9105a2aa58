"""Python's cyclic garbage collector, kept to the GUI thread while a lane works.

Whatever thread allocates next runs the collector. In the lane it would destroy widgets and
timers that were left in a reference cycle, and Qt objects may end in their own thread only:
the process dies of it, rarely and anywhere. So the automatic collector stands still while a
lane lives, and the window collects: the young often, for that is short, and the older ones
when the lane rests.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

LOOK_MS: Final = 100
COLLECT_AFTER: Final = (2_000, 20, 50)
"""Net allocations, then collections of the generation below: 2,000 take about 2 ms."""


class Collector(QObject):
    """Collects in the thread that made it, from its event loop, until ``close``."""

    _open = 0

    def __init__(self, resting: Callable[[], bool], parent: QObject | None = None) -> None:
        """``resting`` tells whether there is time for the older generations."""
        super().__init__(parent)
        self._resting = resting
        Collector._open += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(LOOK_MS)

    def collect(self) -> None:
        """Collect the oldest generation that is due, or nothing."""
        young, middle, old = gc.get_count()
        after_young, after_middle, after_old = COLLECT_AFTER
        if young <= after_young:
            return
        older = middle >= after_middle and self._resting()
        gc.collect(0 if not older else 1 if old < after_old else 2)

    def close(self) -> None:
        """No lane works any more: Python may collect by itself again. Once is enough."""
        if self._timer.isActive():
            self._timer.stop()
            Collector._open -= 1
            if not Collector._open:
                gc.enable()
