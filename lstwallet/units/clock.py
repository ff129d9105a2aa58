"""Simulated time: whole seconds since the Unix epoch, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

SimTime = int
"""Whole seconds since 1970-01-01T00:00:00Z."""

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
YEAR: Final = 31_536_000
"""365 days: the year of interest rates (aave-v3-origin ``MathUtils.SECONDS_PER_YEAR``)."""
SLOT: Final = 12
SLOTS_PER_EPOCH: Final = 32
EPOCH: Final = SLOT * SLOTS_PER_EPOCH
"""384 s (ethereum/consensus-specs ``configs/mainnet.yaml``)."""


def start_of(step: int, at: SimTime) -> SimTime:
    """The latest multiple of ``step`` seconds not after ``at`` (whole hours, whole days)."""
    return at - at % step


def next_after(step: int, at: SimTime, offset: int = 0) -> SimTime:
    """The first moment strictly after ``at`` that is ``offset`` past a multiple of ``step``."""
    return start_of(step, at - offset) + step + offset


def steps_between(step: int, begin: SimTime, end: SimTime) -> int:
    """How many whole steps of ``step`` seconds fit between two moments (rounded down)."""
    return (end - begin) // step


def epoch_of(at: SimTime, genesis: SimTime) -> int:
    """The consensus epoch that contains ``at``."""
    return (at - genesis) // EPOCH


def iso(at: SimTime) -> str:
    """``2022-06-14T09:00:00Z``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> SimTime:
    """The moment named by an ISO date or date-time; without a zone it is UTC.

    Raises ``ValueError`` when the text is neither.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())
