"""Replay a profile from its first event, and hold everything else in it against that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.world import World
from lstwallet.store import codec, journal
from lstwallet.store.errors import StoreBroken, StoreError
from lstwallet.store.journal import Loaded, Store
from lstwallet.store.records import EntryRow, Head, JournalRow, Recorder


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


def verify(path: Path, *, gate: Callable[[], None] | None = None) -> Report:
    """Check a profile that nobody else has open. Raises ``StoreError`` when it cannot be opened."""
    store = Store.open(path)
    try:
        return verify_store(store, gate=gate)
    finally:
        store.close()


def verify_store(store: Store, *, gate: Callable[[], None] | None = None) -> Report:
    """Check an open profile; ``gate`` is called between journal rows.

    Every event is read again, hashed into the chain and applied to the world of the first
    one; the ledger's and every area's invariants are audited; the user's postings are
    derived anew and compared; every snapshot is compared with the World that was replayed.
    """
    problems = store.check_pages()
    postings: list[EntryRow] = []
    snapshots = set(store.snapshot_seqs())
    equal = 0
    loaded: Loaded | None = None
    head: Head | None = None
    try:
        head = store.head()
        for loaded in _stretches(store, postings, gate):
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
    problems += _compare(store, loaded, head, postings)
    world = _at(loaded.world, max(head.time, loaded.world.time))
    complete = loaded.head.seq == head.seq
    found = codec.world_hash(world) if complete else ""
    return Report(store.path, loaded.head.seq, world.time, found, equal, tuple(problems))


def _at(world: World, time: int) -> World:
    """The same world at a later moment without an event."""
    return world._replace(time=time)


def _stretches(
    store: Store, postings: list[EntryRow], gate: Callable[[], None] | None
) -> Iterator[Loaded]:
    """The World after every journal row; what the user was posted goes into ``postings``."""
    loaded: Loaded | None = None
    for row in store.rows():
        if gate is not None:
            gate()
        loaded = journal.replay(store.path, iter((row,)), loaded)
        postings.extend(_postings(row))
        yield loaded


def _postings(row: JournalRow) -> tuple[EntryRow, ...]:
    """The user's postings of a row, derived as they were when it was written."""
    if '"you"' not in row.events:
        return ()
    recorder = Recorder(Head(row.began, row.first_seq - 1, codec.NO_HISTORY), ())
    recorder.write([codec.decode_event(line) for line in row.events.split("\n")])
    return tuple(recorder.page(row.ended).entries)


def _compare(store: Store, loaded: Loaded, head: Head, postings: list[EntryRow]) -> Iterator[str]:
    """What else the file says, against what the replay says."""
    if loaded.head.seq != head.seq or loaded.head.hash != head.hash:
        yield f"the journal ends at event {loaded.head.seq}, the head says {head.seq}"
    if head.time < loaded.world.time:
        yield f"the head stands at {head.time}, the last event at {loaded.world.time}"
    yield from kernel.audit(loaded.world)
    derived = [(row.seq, row.place, row.account, row.token, row.units) for row in postings]
    try:
        stored = [
            (row.seq, row.place, row.account, row.token, row.units) for row in store.entries()
        ]
    except StoreBroken as error:
        yield error.detail
        return
    if stored != derived:
        yield f"the user's postings differ: {len(stored)} stored, {len(derived)} in the journal"
