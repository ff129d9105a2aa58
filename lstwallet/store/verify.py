"""Replay a profile from its first event, and hold everything else in it against that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from lstwallet.engine import kernel
from lstwallet.engine.staking_facts import OracleReported
from lstwallet.engine.world import Draft, World
from lstwallet.protocols.lido import Pool
from lstwallet.store import codec, journal
from lstwallet.store.errors import StoreBroken, StoreError
from lstwallet.store.journal import Loaded, Store
from lstwallet.store.records import (
    MARK,
    ActivityRow,
    EntryRow,
    Head,
    JournalRow,
    Recorder,
    steth_gains,
)

_Row = TypeVar("_Row", EntryRow, ActivityRow)


class Report(NamedTuple):
    """What a full check of a profile found."""

    path: Path
    events: int
    """Events replayed."""
    time: int
    """Simulated moment reached."""
    world_hash: str
    """Of the World that the replay ends with; empty when it did not end."""
    snapshots: int
    """Snapshots that equal the replayed World at their event."""
    problems: tuple[str, ...]
    """What is wrong, in words for a person; nothing when the profile is sound."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(
    path: Path, *, key: bytes | None = None, gate: Callable[[], None] | None = None
) -> Report:
    """Check a profile that nobody else has open. Raises ``StoreError`` when it cannot be opened."""
    store = Store.open(path, key=key)
    try:
        return verify_store(store, gate=gate)
    finally:
        store.close()


def verify_store(store: Store, *, gate: Callable[[], None] | None = None) -> Report:
    """Check an open profile; ``gate`` is called between journal rows.

    Every event is read again, hashed into the chain and applied to the world of the first
    one; the ledger's and every area's invariants are audited; the user's postings and the
    list of Activity, with what every reward brought, are derived anew and compared; every
    snapshot is compared with the World that was replayed.

    Not compared: the hourly samples that charts are drawn from (how they are worked out may
    change from version to version), and the command that a journal row notes beside its events.
    """
    problems = store.check_pages()
    yours = _Yours()
    snapshots = set(store.snapshot_seqs())
    equal = 0
    loaded: Loaded | None = None
    head: Head | None = None
    try:
        head = store.head()
        for loaded in _stretches(store, yours, gate):
            kept = store.snapshot(loaded.head.seq) if loaded.head.seq in snapshots else None
            if kept is not None:
                if codec.world_hash(kept) == codec.world_hash(_at(loaded.world, kept.time)):
                    equal += 1
                else:
                    problems.append(f"the snapshot after event {loaded.head.seq} differs")
    except StoreError as error:
        problems.append(error.detail)
    if loaded is None or head is None:
        return Report(store.path, 0, 0, "", equal, (*problems, "nothing could be replayed"))
    problems += _compare(store, loaded, head, yours)
    world = _at(loaded.world, max(head.time, loaded.world.time))
    complete = loaded.head.seq == head.seq
    found = codec.world_hash(world) if complete else ""
    return Report(store.path, loaded.head.seq, world.time, found, equal, tuple(problems))


def _at(world: World, time: int) -> World:
    """The same world at a later moment without an event."""
    return world._replace(time=time)


def _stretches(
    store: Store, yours: _Yours, gate: Callable[[], None] | None
) -> Iterator[Loaded]:
    """The World after every journal row; what concerns the user is gathered in ``yours``."""
    loaded: Loaded | None = None
    for row in store.rows():
        if gate is not None:
            gate()
        loaded = journal.replay(store.path, iter((row,)), loaded, yours.watch)
        yours.add(row)
        yield loaded


class _Yours:
    """What the file must say of the user, derived as it was when it was written."""

    def __init__(self) -> None:
        self.entries: list[EntryRow] = []
        self.activity: list[ActivityRow] = []
        self._gained: dict[int, ActivityRow] = {}
        """Reports of the row at hand that changed what the user holds, by number."""
        self._pool: Pool | None = None

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


def _compare(store: Store, loaded: Loaded, head: Head, yours: _Yours) -> Iterator[str]:
    """What else the file says, against what the replay says."""
    if loaded.head.seq != head.seq or loaded.head.hash != head.hash:
        yield f"the journal ends at event {loaded.head.seq}, the head says {head.seq}"
    if head.time < loaded.world.time:
        yield f"the head stands at {head.time}, the last event at {loaded.world.time}"
    yield from kernel.audit(loaded.world)
    yield from _differences("the user's postings", store.entries(), yours.entries)
    yield from _differences("the list of Activity", store.activity_rows(), yours.activity)


def _differences(
    what: str, stored: Iterator[_Row], derived: Sequence[_Row]
) -> Iterator[str]:
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
