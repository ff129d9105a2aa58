"""One row of the table of figures: what was measured beside its floor, in the same run.

Each benchmark module has ``ROWS: list[Row]``. A row's aim is judged by whoever prints
the table: ``ratio`` is the median of ours over the median of the floor.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

REPETITIONS: Final = 7


class Measured(NamedTuple):
    """Seconds of each repetition; ours and the floor took turns."""

    ours: list[float]
    floor: list[float]
    note: str

    @property
    def ratio(self) -> float:
        """How many times the floor's time ours takes (medians)."""
        return median(self.ours) / median(self.floor)

    @property
    def speed(self) -> float:
        """The part of the floor's speed that ours reaches (medians)."""
        return median(self.floor) / median(self.ours)


class Row(NamedTuple):
    """A job, the aim in words, and how to measure it."""

    name: str
    aim: str
    measure: Callable[[], Measured]


def interleaved(
    ours: Callable[[], float], floor: Callable[[], float], note: str, times: int = REPETITIONS
) -> Measured:
    """Run both in turn, so that whatever else the machine does burdens both.

    Each callable does its job once and returns the seconds it took. One round is run
    beforehand and not counted.
    """
    ours()
    floor()
    our_seconds, floor_seconds = [], []
    for _ in range(times):
        floor_seconds.append(floor())
        our_seconds.append(ours())
    return Measured(our_seconds, floor_seconds, note)
