"""Which automatic backups may go, so that many recent ones and a few old ones are kept.

All of today; one a day for a week; one a week for a month; one a month after that. Of a
day, a week or a month the newest is kept. Days are the computer's own, weeks begin on Monday;
one that two months share counts as two, so that no month is left without.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

DAYS: Final = 7
"""So long after its day one backup a day is kept …"""
WEEKS: Final = 31
"""… and so many days after it one a week."""


def superfluous(moments: Iterable[datetime], now: datetime) -> frozenset[datetime]:
    """Of the moments at which backups were made, those that may go at ``now``.

    The newest of all always stays, and so does what was made in the future (a clock was
    set back). Whoever asks again after they are gone is told of none.
    """
    stay: set[datetime] = set()
    seen: set[tuple[str, object]] = set()
    everything = frozenset(moments)
    for moment in sorted(everything, reverse=True):
        span = _span(moment, now.date())
        if span is None or span not in seen:
            stay.add(moment)
        if span is not None:
            seen.add(span)
    if everything:
        stay.add(max(everything))
    return everything - stay


def _span(moment: datetime, today: date) -> tuple[str, object] | None:
    """The day, week or month that one backup is kept of; none: every one is kept."""
    day = moment.date()
    age = (today - day).days
    if age <= 0:
        return None
    if age <= DAYS:
        return "day", day
    if age <= WEEKS:
        return "week", (*day.isocalendar()[:2], day.month)
    return "month", (day.year, day.month)


__all__ = ["superfluous"]
