"""What one reads of an open profile: worlds of the past, charts, Activity; of any branch.

Nothing here changes anything. What is read often is kept until one stands elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from lstwallet.app import branches
from lstwallet.app.branches import Action, Branch, Mark
from lstwallet.app.open_file import OpenFile
from lstwallet.app.outcome import ActivityRecord
from lstwallet.engine.world import YOU, World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel.samples import Series, gathered
from lstwallet.store.journal import Store
from lstwallet.store.reading import Reading
from lstwallet.store.records import SampleDay, concerns
from lstwallet.units.clock import DAY, SimTime, start_of

MOST_POINTS: Final = 2_000
"""About how many points a series has at most."""


class History(OpenFile):
    """The part of a session that reads."""

    world: World
    """The present one."""
    branch: int
    """The one that one stands on."""

    def __init__(self, store: Store, *, key: bytes | None, read_only: bool) -> None:
        super().__init__(store, key=key, read_only=read_only)
        self._days: dict[SimTime, SampleDay] = {}
        """Samples of days that are over, as they were read."""
        self._ends: dict[int, World] = {}
        """Of other branches, as they were read."""

    def _ready(self) -> Store:
        """The open file. Raises ``StoreError``."""
        raise NotImplementedError

    def _forget_what_was_read(self) -> None:
        """One stands elsewhere now."""
        self._days.clear()
        self._ends.clear()

    def along(self, branch: int | None = None) -> Reading:
        """The file along the line to a branch; the current one by default."""
        store = self._ready()
        return store if branch is None else store.along(branch)

    def branches(self) -> tuple[Branch, ...]:
        """All there are, hidden ones too, in the order in which they were begun."""
        return branches.listed(self._ready().branches(), self.branch)

    def world_of(self, branch: int | None) -> World:
        """The world at the end of a branch; the present one by default."""
        if branch is None or branch == self.branch:
            return self.world
        if branch not in self._ends:
            self._ends[branch] = self.along(branch).load().world
        return self._ends[branch]

    def world_at(self, seq: int, *, branch: int | None = None) -> World:
        """The world just after event ``seq``, at its moment: to look at.

        Raises ``LookupError`` when there is no such event.
        """
        return self.along(branch).load_at(seq).world

    def world_at_time(self, time: SimTime, *, branch: int | None = None) -> World:
        """The world at a moment between the beginning and the end of a branch."""
        now = self.world_of(branch)
        world = self.world_at(self.seq_at(time, branch=branch), branch=branch)
        return world._replace(time=max(world.time, min(time, now.time)))

    def seq_at(self, time: SimTime, *, branch: int | None = None) -> int:
        """The newest event that had happened at a moment; at first the birth of the world."""
        return self.along(branch).seq_at(time)

    def action(self, seq: int, *, branch: int | None = None) -> Action:
        """What event ``seq`` happened together with. Raises ``LookupError``."""
        return branches.action(self.along(branch), seq)

    def marks(self, after: int = 0) -> tuple[Mark, ...]:
        """What concerned the user on the current branch after an event, oldest first."""
        return branches.marks(self.along(), after)

    def series(
        self,
        names: Sequence[str],
        begin: SimTime,
        end: SimTime,
        *,
        account: Account = YOU,
        branch: int | None = None,
        gate: Callable[[], None] | None = None,
    ) -> Series:
        """Hourly samples between two moments for charts, thinned, the present one last.

        What an account owns is ``account``'s. ``branch``: another one's than the current.
        ``gate`` is called between days and may wait.
        """
        if branch is None or branch == self.branch:
            days = self._sampled(begin, end, gate)
        else:
            days = self.along(branch).sample_days(begin, end, gate=gate)
        now = self.world_of(branch)
        return gathered(names, begin, end, days, now, MOST_POINTS, account)

    def _sampled(
        self, begin: SimTime, end: SimTime, gate: Callable[[], None] | None
    ) -> Iterator[SampleDay]:
        """Stored days between two moments; days that are over are read from the file once."""
        today = start_of(DAY, self.world.time)
        first = start_of(DAY, max(begin, self.world.started))
        days = range(first, min(end, today) + 1, DAY)
        missing = next((day for day in days if day not in self._days), None)
        if missing is not None:
            for each in self._ready().sample_days(missing, end, gate=gate):
                self._days[each.day] = each
        for day in days:
            if gate is not None:
                gate()
            if day in self._days:
                yield self._days[day]
        self._days.pop(today, None)

    def activity(
        self,
        *,
        before: int | None = None,
        after: int = 0,
        limit: int = 500,
        account: Account | None = None,
        branch: int | None = None,
        gate: Callable[[], None] | None = None,
    ) -> list[ActivityRecord]:
        """What concerns the user, newest first; ``before`` and ``after``: only events between.

        ``account``: only what has to do with that one of the user's accounts. ``branch``:
        another one's than the current.
        """
        reading = self.along(branch)
        only = account if len(self.world_of(branch).accounts) > 1 else None
        found: list[ActivityRecord] = []
        while len(found) < limit:
            rows = reading.activity(before, limit, after=after, gate=gate)
            found += (
                ActivityRecord(row.seq, row.at, row.kind, event, command, row.gains)
                for row, event, command in rows
                if only is None or concerns(event, only, row.gains)
            )
            if len(rows) < limit:
                break
            before = rows[-1].activity.seq
        return found[:limit]

    def sent_to(self, *, gate: Callable[[], None] | None = None) -> frozenset[Account]:
        """Every account and address that the user has ever sent to."""
        rows = self._ready().activity(None, 10**9, kind="Sent", gate=gate)
        return frozenset(row.event.receiver for row in rows)
