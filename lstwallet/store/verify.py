"""Replay a profile from its first event, and hold everything else in it against that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from lstwallet.engine import kernel
from lstwallet.engine.staking_facts import OracleReported
from lstwallet.engine.world import Draft, World
from lstwallet.protocols.lido import Pool
from lstwallet.store import codec
from lstwallet.store.errors import ABOUT_THE_MARK, StoreBroken, StoreError
from lstwallet.store.journal import Store
from lstwallet.store.line import BranchRow
from lstwallet.store.reading import Reading
from lstwallet.store.records import (
    MARK,
    ActivityRow,
    EntryRow,
    Head,
    JournalRow,
    Recorder,
    steth_gains,
)
from lstwallet.store.replay import Loaded, cut, replay

_Row = TypeVar("_Row", EntryRow, ActivityRow)


class Report(NamedTuple):
    """What a full check of a profile found."""

    path: Path
    events: int
    """Events replayed."""
    time: int
    """Simulated moment reached on the current branch."""
    world_hash: str
    """Of the World that the replay of the current branch ends with; empty when it did not end."""
    snapshots: int
    """Snapshots that equal the replayed World at their event."""
    problems: tuple[str, ...]
    """What is wrong, in words for a person; nothing when the profile is sound."""
    branches: int = 1
    """How many branches were replayed."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(
    path: Path, *, key: bytes | None = None, gate: Callable[[], None] | None = None
) -> Report:
    """Check a profile that nobody else has open. Raises ``StoreError`` when it cannot be opened."""
    try:
        store = Store.open(path, key=key)
    except StoreBroken as error:
        if error.damage not in ABOUT_THE_MARK:
            raise
        # Only read: it is for a person to say whether to go on from there.
        store = Store.open(path, key=key, read_only=True, accept_rollback=True)
    try:
        return verify_store(store, gate=gate)
    finally:
        store.close()


def verify_store(store: Store, *, gate: Callable[[], None] | None = None) -> Report:
    """Check an open profile with all its branches; ``gate`` is called between journal rows.

    Every event is read again, hashed into the chain and applied to the world of the first
    one, or to the world in which its branch left its parent; the ledger's and every area's
    invariants are audited; the user's postings and the list of Activity, with what every
    reward brought, are derived anew and compared; every snapshot is compared with the World
    that was replayed.

    Not compared: the hourly samples that charts are drawn from (how they are worked out may
    change from version to version), and the command that a journal row notes beside its events.
    """
    problems = store.check_pages()
    if store.accepted is not None:
        problems.append(store.accepted.detail)
    events = equal = 0
    worlds: dict[int, World] = {}
    starts: dict[int, Loaded] = {}
    try:
        branches = store.branches()
    except StoreError as error:
        branches = {}
        problems.append(error.detail)
    for row in branches.values():
        forks = [each for each in branches.values() if each.parent == row.id]
        check = _Check(store.along(row.id).own(), starts, forks, gate)
        found = check.run(row)
        problems += [f"branch {row.id}: {each}" if len(branches) > 1 else each for each in found]
        events += check.events
        equal += check.equal
        if check.end is not None:
            worlds[row.id] = check.end
    here = worlds.get(store.line.branch)
    if not events:
        problems.append("nothing could be replayed")
    return Report(
        store.path,
        events,
        0 if here is None else here.time,
        "" if here is None else codec.world_hash(here),
        equal,
        tuple(problems),
        len(branches),
    )


def _at(world: World, time: int) -> World:
    """The same world at a later moment without an event."""
    return world._replace(time=time)


class _Check:
    """One branch, from where it left its parent to its head."""

    def __init__(
        self,
        own: Reading,
        starts: dict[int, Loaded],
        forks: Sequence[BranchRow],
        gate: Callable[[], None] | None,
    ) -> None:
        self.events = 0
        self.equal = 0
        """Snapshots that are what was replayed."""
        self.end: World | None = None
        """At its head, if the replay got there."""
        self._own = own
        self._starts = starts
        """Branch → where it begins; the branches that leave this one are put in."""
        self._forks = forks
        self._gate = gate
        self._yours = _Yours()

    def run(self, row: BranchRow) -> list[str]:
        """What is wrong, in words."""
        start = self._starts.get(row.id)
        if start is None and row.parent is not None:
            return ["what it goes on from could not be replayed"]
        try:
            head = self._own.head()
        except StoreError as error:
            return [error.detail]
        problems = list(self._beginning(row, start))
        loaded = start
        try:
            for loaded in self._stretches(start):
                problems += self._snapshot(loaded)
        except StoreError as error:
            problems.append(error.detail)
        if loaded is None:
            return problems
        self.events = loaded.head.seq - row.forked_at
        if loaded.head.seq == head.seq:
            self.end = _at(loaded.world, max(head.time, loaded.world.time))
        return [*problems, *_compare(self._own, loaded, head, self._yours)]

    def _beginning(self, row: BranchRow, start: Loaded | None) -> Iterator[str]:
        """Where the branch left its parent."""
        if start is not None:
            self._yours = _Yours(start.world.staking.pool)
            if start.head.hash != row.hash:
                yield f"it does not go on from event {row.forked_at} as that is now"
            if row.began < start.head.time:
                yield f"it begins at {row.began}, before event {row.forked_at}"
            yield from self._snapshot(start)
        if strays := self._own.strays():
            yield f"{strays} rows from before it began"

    def _stretches(self, loaded: Loaded | None) -> Iterator[Loaded]:
        """The World after every journal row; what concerns the user is gathered."""
        path = self._own.path
        for row in self._own.rows():
            if self._gate is not None:
                self._gate()
            for fork in self._forks:
                if row.first_seq <= fork.forked_at <= row.last_seq:
                    chain = codec.NO_HISTORY if loaded is None else loaded.head.hash
                    part = cut(path, row, chain, fork.forked_at)
                    self._starts[fork.id] = replay(path, iter((part,)), loaded)
            loaded = replay(path, iter((row,)), loaded, self._yours.watch)
            self._yours.add(row)
            yield loaded

    def _snapshot(self, loaded: Loaded) -> Iterator[str]:
        """A snapshot that was taken here is what was replayed."""
        kept = self._own.snapshot(loaded.head.seq)
        if kept is None:
            return
        if codec.world_hash(kept) == codec.world_hash(_at(loaded.world, kept.time)):
            self.equal += 1
        else:
            yield f"the snapshot after event {loaded.head.seq} differs"


class _Yours:
    """What the file must say of the user, derived as it was when it was written."""

    def __init__(self, pool: Pool | None = None) -> None:
        self.entries: list[EntryRow] = []
        self.activity: list[ActivityRow] = []
        self._gained: dict[int, ActivityRow] = {}
        """Reports of the row at hand that changed what the user holds, by number."""
        self._pool = pool

    def watch(self, seq: int, event: kernel.Event, draft: Draft) -> None:
        """A report moves everybody's stETH, and no posting shows it."""
        before, self._pool = self._pool, draft.staking.pool
        if type(event) is not OracleReported or before is None:
            return
        gains = steth_gains(draft, before)
        if gains:
            self._gained[seq] = ActivityRow(seq, event.at, type(event).__name__, gains)

    def add(self, row: JournalRow) -> None:
        """A row whose events were all watched."""
        gained, self._gained = self._gained, {}
        noted: Sequence[ActivityRow] = ()
        if MARK in row.events:
            recorder = Recorder(Head(row.began, row.first_seq - 1, codec.NO_HISTORY), ())
            recorder.write([codec.decode_event(line) for line in row.events.split("\n")])
            page = recorder.page(row.ended)
            self.entries += page.entries
            noted = page.activity
        of_row = {each.seq: each for each in noted} | gained
        self.activity += (of_row[seq] for seq in sorted(of_row))


def _compare(own: Reading, loaded: Loaded, head: Head, yours: _Yours) -> Iterator[str]:
    """What else the file says, against what the replay says."""
    if loaded.head.seq != head.seq or loaded.head.hash != head.hash:
        yield f"the journal ends at event {loaded.head.seq}, the head says {head.seq}"
    if head.time < loaded.world.time:
        yield f"the head stands at {head.time}, the last event at {loaded.world.time}"
    yield from kernel.audit(loaded.world)
    yield from _differences("the user's postings", own.entries(), yours.entries)
    # Earlier programs listed the birth of a world, too, in which the user owned nothing.
    birth = (1, kernel.Born.__name__)
    listed = (
        row
        for row in own.activity_rows()
        if (row.seq, row.kind) != birth or row in yours.activity[:1]
    )
    yield from _differences("the list of Activity", listed, yours.activity)


def _differences(what: str, stored: Iterator[_Row], derived: Sequence[_Row]) -> Iterator[str]:
    """Where two lists part, in words."""
    try:
        found = list(stored)
    except StoreBroken as error:
        yield error.detail
        return
    if found == derived:
        return
    if len(found) != len(derived):
        yield f"{what}: {len(found)} stored, {len(derived)} in the journal"
        return
    seq = next(row.seq for row, other in zip(found, derived, strict=True) if row != other)
    yield f"{what}: event {seq} is not as it is in the journal"
