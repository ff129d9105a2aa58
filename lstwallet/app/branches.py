"""The branches of a profile as a window shows them, and where in a history a branch may leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from lstwallet.engine import transactions
from lstwallet.store.line import BranchRow
from lstwallet.store.reading import Reading
from lstwallet.store.records import Head
from lstwallet.store.replay import Loaded, moment_of
from lstwallet.units.clock import SimTime, iso


class Branch(NamedTuple):
    """One course that things have taken."""

    id: int
    title: str
    """Empty: the first one, which nobody has named."""
    parent: int | None
    """``None``: the first one."""
    forked_at: int
    """The last event that it shares with its parent …"""
    forked_time: SimTime
    """… and the moment at which it left it."""
    time: SimTime
    """The moment it has come to …"""
    seq: int
    """… and its newest event."""
    hidden: bool
    current: bool


class Action(NamedTuple):
    """Events that happened together: of one command, or of one moment. The world rests before
    and after them, and only there does a branch leave."""

    start: int
    """The last event before it; of the birth of the world, that itself."""
    stop: int
    """Its own last event."""
    at: SimTime
    commanded: bool
    """A command of the user's caused it, not time."""


class Mark(NamedTuple):
    """Something that concerned the user, for a place on a slider."""

    seq: int
    at: SimTime
    kind: str
    """The event's name; of a command's events the first one that is not about its signature."""
    commanded: bool


_SIGNING: Final = frozenset(kind.__name__ for kind in transactions.OWN)


def listed(rows: Mapping[int, BranchRow], current: int) -> tuple[Branch, ...]:
    """The branches of a file."""
    return tuple(
        Branch(
            row.id, row.title, row.parent, row.forked_at, row.began, row.time, row.seq,
            row.hidden, row.id == current,
        )
        for row in rows.values()
    )  # fmt: skip


def title_of(time: SimTime) -> str:
    """What a branch is called that nobody named: ``2022-06-14 09:00``."""
    return iso(time)[:16].replace("T", " ")


def action(reading: Reading, seq: int) -> Action:
    """What event ``seq`` happened together with. Raises ``LookupError``."""
    row = reading.row_of(seq)
    first, last = row.first_seq, row.last_seq
    if row.command is not None:
        return Action(first - 1, last, row.ended, True)
    lines = row.events.split("\n")

    def at(number: int) -> SimTime:
        return moment_of(reading.path, lines[number - row.first_seq], number)

    moment = at(seq)
    start = stop = seq
    while start > first and at(start - 1) == moment:
        start -= 1
    while stop < last and at(stop + 1) == moment:
        stop += 1
    return Action(max(start - 1, 1), stop, moment, False)


def start_of_fork(reading: Reading, head: Head, seq: int, at: SimTime | None) -> Loaded:
    """The world at the end of what event ``seq`` happened together with, at the moment ``at``.

    Raises ``LookupError`` when there is no such event, or something happened before ``at``.
    """
    seq = action(reading, seq).stop
    start = reading.load_at(seq)
    latest = head.time
    if seq < head.seq:
        then = action(reading, seq + 1)
        latest = then.at if then.commanded else max(start.head.time, then.at - 1)
    if at is None:
        at = head.time if seq == head.seq else start.head.time
    if not start.head.time <= at <= latest:
        raise LookupError(f"event {seq} is not the newest one at {at}")
    return Loaded(start.world._replace(time=at), start.head._replace(time=at))


def marks(reading: Reading, after: int) -> tuple[Mark, ...]:
    """What concerned the user along a line after an event, oldest first; a command once."""
    found: list[Mark] = []
    row = 0
    for seq, at, kind, first, commanded in reading.marks(after):
        mark = Mark(seq, at, kind, bool(commanded))
        if not commanded or first != row:
            found.append(mark)
        elif found[-1].kind in _SIGNING and kind not in _SIGNING:
            found[-1] = mark
        row = first
    return tuple(found)


__all__ = ["Action", "Branch", "Mark", "action", "listed", "marks", "start_of_fork", "title_of"]
