"""What is due next, and when. Each area says what it waits for; the earliest comes first.

At the same moment the areas come in the order of ``kernel.AREAS``.
"""

from __future__ import annotations

from typing import NamedTuple

from lstwallet.engine.kernel import AREAS, Command
from lstwallet.engine.world import Readable
from lstwallet.units.clock import SimTime
from lstwallet.units.records import make


class Due(NamedTuple):
    """``command`` falls due at ``at``."""

    at: SimTime
    command: Command


_SOURCES = tuple(area.due for area in AREAS if hasattr(area, "due"))


def next_due(world: Readable) -> Due | None:
    """The earliest item of any area, or ``None`` when nothing is planned."""
    best: tuple[SimTime, Command] | None = None
    for source in _SOURCES:
        found = source(world)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return None if best is None else make(Due, best)
