"""The way from the first event of a profile to the end of one of its branches.

The journal is a tree. A branch holds what happened after it left its parent; what was before
stands with its ancestors. A line is the list of stretches from the root to a branch: events
keep counting along it, and every read goes along it stretch by stretch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from lstwallet.units.clock import SimTime

END: Final = 1 << 62
"""After every event, and every moment, there will ever be."""


class BranchRow(NamedTuple):
    """One branch as the file holds it."""

    id: int
    parent: int | None
    """Not set: the branch that every profile begins with."""
    forked_at: int
    """The last event that it shares with its parent."""
    title: str
    """What a person calls it; empty for the first one."""
    hidden: bool
    began: SimTime
    """The simulated moment at which it left its parent."""
    hash: bytes
    """The chain after event ``forked_at``."""
    time: SimTime
    """The moment reached …"""
    seq: int
    """… and the newest event."""


class Stretch(NamedTuple):
    """Events that one branch holds for a line: after ``after``, up to ``upto``."""

    branch: int
    after: int
    upto: int
    """``END`` in the last stretch."""
    began: SimTime
    """When the branch left its parent …"""
    ended: SimTime
    """… and when the line left the branch; ``END`` in the last stretch."""
    hash: bytes
    """The chain after event ``after``."""


class Line(NamedTuple):
    """The stretches from the root to a branch, at least one."""

    stretches: tuple[Stretch, ...]

    @property
    def branch(self) -> int:
        """The branch that it leads to."""
        return self.stretches[-1].branch

    @property
    def own(self) -> Line:
        """Only what the branch holds itself."""
        return Line(self.stretches[-1:])

    def stretch_of(self, seq: int) -> Stretch:
        """Where event ``seq`` stands (1 and more)."""
        return next(each for each in reversed(self.stretches) if each.after < seq)

    def between(self, after: int, upto: int = END) -> list[Stretch]:
        """The stretches of the events after ``after`` up to ``upto``, cut to these, in order."""
        cut = [
            each._replace(after=max(each.after, after), upto=min(each.upto, upto))
            for each in self.stretches
        ]
        return [each for each in cut if each.after < each.upto]


def lines_hold(rows: Mapping[int, BranchRow]) -> bool:
    """Whether these are a tree: one root, and each branch leaves an older one inside of it."""
    roots = 0
    for row in rows.values():
        if row.parent is None:
            roots += 1
            continue
        parent = rows.get(row.parent)
        if parent is None or parent.id >= row.id:
            return False
        if parent.forked_at >= row.forked_at:
            return False
    return roots == 1


def line_to(rows: Mapping[int, BranchRow], branch: int) -> Line:
    """The line to a branch of a tree. Raises ``KeyError`` for one that is not there."""
    found: list[Stretch] = []
    upto = ended = END
    at: int | None = branch
    while at is not None:
        row = rows[at]
        found.append(Stretch(row.id, row.forked_at, upto, row.began, ended, row.hash))
        upto, ended, at = row.forked_at, row.began, row.parent
    return Line(tuple(reversed(found)))
