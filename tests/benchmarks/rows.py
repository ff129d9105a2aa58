"""One row of the table of figures: what was measured beside its floor, in the same run.

Each benchmark module has ``ROWS: list[Row]``. A row's aim is judged by whoever prints
the table: ``ratio`` is the median of ours over the median of the floor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

REPETITIONS: Final = 7
FINE: Final = 1e-5
"""Seconds: a clock this fine can time loops of tens of milliseconds."""

cpu_clock: Callable[[], float] = (
    time.process_time
    if time.get_clock_info("process_time").resolution <= FINE
    else time.perf_counter
)
"""For loops that only compute: what else the machine does stays out of the figure."""


class Measured(NamedTuple):
    """Seconds of each repetition; ours and the floor took turns."""

    ours: list[float]
    floor: list[float]
    note: str

    @property
    def ratio(self) -> float:
        """How many times the floor's time ours takes: the median over the repetitions.

        Each repetition is held against the floor beside it, so that a machine that slows
        down meanwhile changes both.
        """
        return median(ours / floor for ours, floor in zip(self.ours, self.floor, strict=True))

    @property
    def speed(self) -> float:
        """The part of the floor's speed that ours reaches."""
        return 1 / self.ratio


class Row(NamedTuple):
    """A job, the aim in words, and how to measure it."""

    name: str
    aim: str
    measure: Callable[[], Measured]


def interleaved(
    ours: Callable[[], float], floor: Callable[[], float], note: str, rounds: int = 1
) -> Measured:
    """Run both in turn, so that whatever else the machine does burdens both.

    Each callable does its job once and returns the seconds it took. A repetition is the
    mean of ``rounds`` turns of both; one turn is run beforehand and not counted.
    """
    ours()
    floor()
    our_seconds, floor_seconds = [], []
    for _ in range(REPETITIONS):
        turns = [(floor(), ours()) for _ in range(rounds)]
        floor_seconds.append(sum(turn[0] for turn in turns) / rounds)
        our_seconds.append(sum(turn[1] for turn in turns) / rounds)
    return Measured(our_seconds, floor_seconds, note)
