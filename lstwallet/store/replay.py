"""From journal rows to a World: the chain held at every event, snapshots packed and unpacked."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.world import Draft, World
from lstwallet.store import codec
from lstwallet.store.errors import BadText, Damage, StoreBroken
from lstwallet.store.records import Head, JournalRow
from lstwallet.units.clock import SimTime

LIMIT_OF_WORLD: Final = 1 << 28
"""A snapshot that unpacks to more bytes than this is not one of ours."""


class Loaded(NamedTuple):
    """A World, and where in the history it stands."""

    world: World
    head: Head


def pack(world: World) -> bytes:
    """A World as a snapshot keeps it."""
    return zlib.compress(codec.encode_world(world).encode("ascii"), 1)


def unpack(blob: bytes) -> World:
    """Raises ``BadText``."""
    try:
        stream = zlib.decompressobj()
        text = stream.decompress(blob, LIMIT_OF_WORLD).decode("ascii")
    except (zlib.error, UnicodeDecodeError) as error:
        raise BadText(f"snapshot: {error}") from error
    if not stream.eof:
        raise BadText("snapshot: cut short, or too large")
    return codec.decode_world(text)


def snapshot_hash(blob: bytes, chain: bytes) -> bytes:
    """Binds a snapshot to the event it was taken after."""
    return hashlib.sha256(blob + chain).digest()


Watch = Callable[[int, kernel.Event, Draft], None]
"""Is shown every event of a replay, by number, with the world just after it."""


def replay(
    path: Path, rows: Iterator[JournalRow], start: Loaded | None, watch: Watch | None = None
) -> Loaded:
    """Apply journal rows to ``start`` (or to nothing), holding the chain at every event.

    Raises ``StoreBroken`` where the rows do not follow each other, the chain does not hold or
    an event cannot be read.
    """
    draft = None if start is None else Draft(start.world)
    seq, chain = (0, codec.NO_HISTORY) if start is None else (start.head.seq, start.head.hash)
    for row in rows:
        lines = row.events.split("\n")
        if row.first_seq != seq + 1 or row.last_seq != seq + len(lines):
            raise StoreBroken(path, Damage.CHAIN, f"events after {seq} are missing")
        chain = _linked(path, row, lines, chain)
        if chain != row.hash:
            raise StoreBroken(path, Damage.CHAIN, f"events {row.first_seq} to {row.last_seq}")
        draft = _apply_lines(path, draft, lines, seq, watch)
        seq = row.last_seq
    if draft is None:
        raise StoreBroken(path, Damage.DAMAGED, "it has no first event")
    return Loaded(draft.freeze(), Head(draft.time, seq, chain))


def cut(path: Path, row: JournalRow, chain: bytes, upto: int) -> JournalRow:
    """The row as far as event ``upto``, where a branch leaves it; the whole row is checked.

    ``chain``: the one before its first event. Raises ``StoreBroken``.
    """
    lines = row.events.split("\n")
    kept = lines[: upto - row.first_seq + 1]
    middle = _linked(path, row, kept, chain)
    if _linked(path, row, lines[len(kept) :], middle) != row.hash:
        raise StoreBroken(path, Damage.CHAIN, f"events {row.first_seq} to {row.last_seq}")
    return row._replace(
        last_seq=upto, ended=moment_of(path, kept[-1], upto), events="\n".join(kept), hash=middle
    )


def moment_of(path: Path, line: str, seq: int) -> SimTime:
    """When the event of a journal line happened. Raises ``StoreBroken``."""
    try:
        at = codec.loads(line)[1]
    except (BadText, LookupError, TypeError) as error:
        raise StoreBroken(path, Damage.UNDECODABLE, f"event {seq}: {error}") from error
    if type(at) is not int:
        raise StoreBroken(path, Damage.UNDECODABLE, f"event {seq} has no moment")
    return at


def _linked(path: Path, row: JournalRow, lines: Sequence[str], chain: bytes) -> bytes:
    """The chain after some lines of a row."""
    try:
        for line in lines:
            chain = codec.link(chain, line)
    except UnicodeEncodeError as error:  # every line that was ever written is ASCII
        detail = f"event text after {row.first_seq - 1}"
        raise StoreBroken(path, Damage.CHAIN, detail) from error
    return chain


def _apply_lines(
    path: Path, draft: Draft | None, lines: list[str], seq: int, watch: Watch | None
) -> Draft:
    for line in lines:
        seq += 1
        try:
            event = codec.decode_event(line)
            if draft is None:
                draft = _first_draft(event)
            kernel.apply(draft, event)
        except (BadText, AssertionError, LookupError, TypeError, AttributeError) as error:
            raise StoreBroken(path, Damage.UNDECODABLE, f"event {seq}: {error}") from error
        if watch is not None:
            watch(seq, event, draft)
    assert draft is not None
    return draft


def _first_draft(event: kernel.Event) -> Draft:
    """Where a replay begins: the event that must be ``Born`` brings the world."""
    if type(event) is not kernel.Born:
        raise BadText("the history does not begin with its birth")
    draft = Draft(event.world)
    draft.events = 0
    return draft
