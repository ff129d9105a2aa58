"""Python's cyclic garbage collector, kept to the GUI thread while a lane works.

Whatever thread allocates next runs the collector. In the lane it would destroy widgets and
timers that were left in a reference cycle, and Qt objects may end in their own thread only:
the process dies of it, rarely and anywhere. So the automatic collector stands still from the
first lane on, and the window collects: the young often, for that is short, and the older ones
when the lane rests.

It stands still after the last lane too: a closed window is a heap of cycles with timers in it,
and whichever thread is left would end them. Who knows that nothing of Qt is in use any more
calls ``hand_back`` in the GUI thread.
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

    def __init__(self, resting: Callable[[], bool], parent: QObject | None = None) -> None:
        """``resting`` tells whether there is time for the older generations."""
        super().__init__(parent)
        self._resting = resting
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
        """The lane has ended. What it and the window leave is not collected until there is
        another, or ``hand_back``."""
        self._timer.stop()


def hand_back() -> None:
    """Collect what windows have left, here and now; then Python may collect by itself again."""
    gc.collect()
    gc.enable()
