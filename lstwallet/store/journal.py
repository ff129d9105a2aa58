"""The profile file while it is open: commit, read, load.

Acknowledged means committed: ``commit`` returns after SQLite has synced everything and the
path still names the file that was opened. The head stands in the same transaction.
"""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.world import Draft, World
from lstwallet.store import book_file, codec, schema
from lstwallet.store.book import Book, Edit
from lstwallet.store.driver import Database, Error
from lstwallet.store.errors import BadText, Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.lock import WriterLock
from lstwallet.store.migrations import MAIN
from lstwallet.store.records import (
    ActivityRow,
    EntryRow,
    Head,
    JournalRow,
    Page,
    Recorder,
    SampleDay,
    decode_gains,
    encode_gains,
)
from lstwallet.units.clock import DAY, SimTime, start_of

SNAPSHOT_EVERY: Final = 4_096
"""Events between snapshots, at least."""
LIMIT_OF_WORLD: Final = 1 << 28
"""A snapshot that unpacks to more bytes than this is not one of ours."""

_INSERT_ROW: Final = (
    "INSERT INTO journal (branch, first_seq, last_seq, began, ended, command, events, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ENTRY: Final = (
    "INSERT INTO entries (branch, seq, place, at, account, token, units, kind)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ACTIVITY: Final = (
    "INSERT INTO activity (branch, seq, at, kind, gain) VALUES (?, ?, ?, ?, ?)"
)
_INSERT_SAMPLES: Final = (
    "INSERT OR REPLACE INTO samples (branch, day, names, hours) VALUES (?, ?, ?, ?)"
)
_INSERT_SNAPSHOT: Final = (
    "INSERT OR REPLACE INTO snapshots (branch, seq, blob, hash) VALUES (?, ?, ?, ?)"
)
_INSERT_META: Final = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
_INSERT_HEAD: Final = "INSERT INTO head (branch, time, seq, hash) VALUES (?, ?, ?, ?)"
_MOVE_HEAD: Final = (
    "UPDATE head SET time = ?, seq = ?, hash = ?"
    " WHERE branch = ? AND time = ? AND seq = ? AND hash = ?"
)
_SELECT_ROWS: Final = (
    "SELECT first_seq, last_seq, began, ended, command, events, hash FROM journal"
    " WHERE branch = ? AND last_seq > ? ORDER BY first_seq"
)


class Loaded(NamedTuple):
    """What a profile holds."""

    world: World
    head: Head


class Recorded(NamedTuple):
    """One event that concerns the user, with what stands beside it in the journal."""

    activity: ActivityRow
    event: kernel.Event
    command: kernel.Command | None


def birth(world: World) -> tuple[kernel.Born, World]:
    """The first event of a history that begins with ``world``, and the World after it."""
    event = kernel.Born(world.time, world)
    draft = Draft(world)
    draft.events = 0
    kernel.apply(draft, event)
    return event, draft.freeze()


def first_page(event: kernel.Born, meta: Mapping[str, str]) -> Page:
    """The first transaction of a profile."""
    recorder = Recorder(Head(event.at, 0, codec.NO_HISTORY), ())
    recorder.write([event])
    return recorder.page(event.at)._replace(meta=meta)


class Store:
    """One open profile; lives in one thread.

    While it is open for writing it holds the writer's lock. After an error in ``commit`` it
    must be closed: what the file holds is then read again from the file.
    """

    def __init__(self, path: Path, database: Database, lock: WriterLock | None) -> None:
        self.path = path
        self._database = database
        self._lock = lock
        self.identity = schema.identity(path)

    # --- opening and making ----------------------------------------------------------------

    @classmethod
    def create(
        cls, path: Path, world: World, meta: Mapping[str, str], *, key: bytes | None = None
    ) -> Store:
        """A new profile whose history begins with ``world``; encrypted if there is a key.

        Raises ``StoreUnavailable``. The file gets its name when it is whole, so a crash
        leaves all of it or nothing.
        """
        schema.make_folder(path)
        lock = WriterLock(path)
        made = path.with_name(path.name + ".new")
        try:
            if path.exists():
                raise StoreUnavailable(path, Trouble.EXISTS)
            schema.discard(made)
            database = schema.create_database(made, key=key)
            try:
                event, _ = birth(world)
                with schema.sqlite_errors(path), database.atomic():
                    _write(path, database, first_page(event, meta))
            finally:
                database.close()
            schema.put_in_place(made, path)
            return cls(path, schema.open_database(path, key=key), lock)
        except BaseException:
            schema.discard(made)
            lock.release()
            raise

    @classmethod
    def open(
        cls, path: Path, *, key: bytes | None = None, read_only: bool = False
    ) -> Store:
        """An existing profile. Raises ``StoreUnavailable`` or ``StoreBroken``.

        ``key``: of an encrypted one, 32 bytes. ``read_only`` takes no lock and reads what was
        committed last.
        """
        if read_only:
            return cls(path, schema.open_database(path, key=key, read_only=True), None)
        schema.refuse_unless_file(path, read_only=False)
        lock = WriterLock(path)
        try:
            return cls(path, schema.open_database(path, key=key), lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the file and the lock; a second call does nothing."""
        try:
            self._database.close()
        except Error:
            pass  # there is nothing left that could be saved
        finally:
            if self._lock is not None:
                self._lock.release()

    # --- writing ---------------------------------------------------------------------------

    def commit(self, page: Page) -> None:
        """One transaction, synced. Raises ``StoreUnavailable`` or ``StoreBroken``.

        ``LOCKED``: somebody else wrote since ``page.before``; nothing of the page is written.
        """
        with self._transaction():
            _write(self.path, self._database, page)

    def edit(self, edit: Edit) -> None:
        """One edit of the book, synced. Raises ``StoreUnavailable`` or ``StoreBroken``."""
        with self._transaction():
            book_file.write(self._database, edit)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing: done when SQLite has synced it and the path names this file."""
        try:
            with schema.sqlite_errors(self.path), self._database.atomic():
                yield
        except StoreUnavailable as error:
            if error.trouble is Trouble.READ_ONLY:  # what SQLite says of a file that was moved
                self._require_place()
            raise
        self._require_place()

    def _require_place(self) -> None:
        """A file that was moved away took it with it: that is not the profile any more."""
        if schema.identity(self.path) != self.identity:
            raise StoreUnavailable(self.path, Trouble.MOVED)

    # --- reading ---------------------------------------------------------------------------

    def head(self) -> Head:
        """What is acknowledged. Raises ``StoreBroken`` when there is none."""
        row = self._one("SELECT time, seq, hash FROM head WHERE branch = ?", (MAIN,))
        if row is None:
            raise StoreBroken(self.path, Damage.DAMAGED, "it has no head")
        self._require(row, int, int, bytes)
        return Head(*row)

    def meta(self, key: str) -> str | None:
        """A note kept with the profile."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def book(self) -> Book:
        """What a person wrote beside the history."""
        with schema.sqlite_errors(self.path):
            return book_file.read(self._database)

    def rows(self, after: int = 0) -> Iterator[JournalRow]:
        """The journal from the row that holds event ``after + 1`` on, in order."""
        with schema.sqlite_errors(self.path):
            for row in self._database.conn.execute(_SELECT_ROWS, (MAIN, after)):
                self._require(row, int, int, int, int, str | None, str, bytes)
                yield JournalRow(*row)

    def load(self) -> Loaded:
        """The World at the head: the newest sound snapshot and the tail after it.

        Raises ``StoreBroken`` when the chain does not hold, or ``StoreUnavailable``.
        """
        head = self.head()
        start = self._newest_snapshot(head)
        world = replay(self.path, self.rows(start[1].seq if start else 0), start)
        if world.head.seq != head.seq or world.head.hash != head.hash:
            raise StoreBroken(self.path, Damage.CHAIN, f"the journal ends at {world.head.seq}")
        if head.time < world.world.time:
            raise StoreBroken(self.path, Damage.CHAIN, "its head lies before its last event")
        return Loaded(world.world._replace(time=head.time), head)

    def sample_days(
        self, begin: SimTime, end: SimTime, *, gate: Callable[[], None] | None = None
    ) -> Iterator[SampleDay]:
        """The stored days that lie between two moments, in order; ``gate`` before each."""
        query = (
            "SELECT day, names, hours FROM samples"
            " WHERE branch = ? AND day BETWEEN ? AND ? ORDER BY day"
        )
        with schema.sqlite_errors(self.path):
            for row in self._database.conn.execute(query, (MAIN, start_of(DAY, begin), end)):
                if gate is not None:
                    gate()
                yield self._sample_day(*row)

    def last_sample_day(self) -> SampleDay | None:
        """The newest stored day of samples."""
        row = self._one(
            "SELECT day, names, hours FROM samples WHERE branch = ? ORDER BY day DESC LIMIT 1",
            (MAIN,),
        )
        if row is None:
            return None
        return self._sample_day(*row)

    def activity(
        self,
        before: int | None,
        limit: int,
        *,
        kind: str | None = None,
        gate: Callable[[], None] | None = None,
    ) -> list[Recorded]:
        """Events that concern the user, newest first, older than event ``before``.

        ``kind``: of this kind only.
        """
        query = (
            "SELECT a.seq, a.at, a.kind, a.gain, j.first_seq, j.command, j.events"
            " FROM activity a JOIN journal j ON j.branch = a.branch AND j.first_seq ="
            " (SELECT max(first_seq) FROM journal WHERE branch = a.branch AND first_seq <= a.seq)"
            " WHERE a.branch = ? AND a.seq < ? AND (? IS NULL OR a.kind = ?)"
            " ORDER BY a.seq DESC LIMIT ?"
        )
        upper = before if before is not None else 1 << 62
        values = (MAIN, upper, kind, kind, limit)
        found = []
        with schema.sqlite_errors(self.path):
            for row in self._database.conn.execute(query, values):
                if gate is not None:
                    gate()
                found.append(self._recorded(*row))
        return found

    def activity_rows(self) -> Iterator[ActivityRow]:
        """All that the list of Activity is made from, oldest first."""
        query = "SELECT seq, at, kind, gain FROM activity WHERE branch = ? ORDER BY seq"
        with schema.sqlite_errors(self.path):
            for row in self._database.conn.execute(query, (MAIN,)):
                self._require(row, int, int, str, str)
                seq, at, kind, gain = row
                try:
                    yield ActivityRow(seq, at, kind, decode_gains(gain))
                except (BadText, ValueError, TypeError) as error:
                    detail = f"activity of event {seq}: {error}"
                    raise StoreBroken(self.path, Damage.UNDECODABLE, detail) from error

    def entries(self) -> Iterator[EntryRow]:
        """The user's postings, in order."""
        query = (
            "SELECT seq, place, at, account, token, units, kind FROM entries"
            " WHERE branch = ? ORDER BY seq, place"
        )
        with schema.sqlite_errors(self.path):
            for row in self._database.conn.execute(query, (MAIN,)):
                self._require(row, int, int, int, str, str, str, str)
                seq, place, at, account, token, units, kind = row
                try:
                    yield EntryRow(seq, place, at, account, token, int(units), kind)
                except ValueError as error:
                    detail = f"posting {place} of event {seq}: {error}"
                    raise StoreBroken(self.path, Damage.UNDECODABLE, detail) from error

    def snapshot_seqs(self) -> list[int]:
        """The events after which there is a snapshot, in order."""
        query = "SELECT seq FROM snapshots WHERE branch = ? ORDER BY seq"
        with schema.sqlite_errors(self.path):
            return [row[0] for row in self._database.conn.execute(query, (MAIN,))]

    def snapshot(self, seq: int) -> World | None:
        """The World of a snapshot; ``None`` when it cannot be read (it is only a cache)."""
        row = self._one("SELECT blob FROM snapshots WHERE branch = ? AND seq = ?", (MAIN, seq))
        try:
            return None if row is None else unpack(row[0])
        except BadText:
            return None

    def check_pages(self) -> list[str]:
        """What SQLite finds wrong with its own structure; nothing when it is sound."""
        with schema.sqlite_errors(self.path):
            found = [str(row[0]) for row in self._database.conn.execute("PRAGMA integrity_check")]
            broken = self._database.conn.execute("PRAGMA foreign_key_check").fetchall()
        return [text for text in found if text != "ok"] + [f"foreign key: {row}" for row in broken]

    # --- inside ----------------------------------------------------------------------------

    def _one(self, query: str, arguments: Sequence[object]) -> Any:
        with schema.sqlite_errors(self.path):
            return self._database.conn.execute(query, arguments).fetchone()

    def _require(self, row: Sequence[object], *kinds: Any) -> None:
        """SQLite's tables are strict, but a damaged page may say anything."""
        if not all(map(isinstance, row, kinds)):
            raise StoreBroken(self.path, Damage.DAMAGED, "a row holds values of another type")

    def _sample_day(self, day: int, names: str, text: str) -> SampleDay:
        self._require((day, names, text), int, str, str)
        columns = tuple(names.split(","))
        try:
            hours = codec.loads(text)
        except BadText as error:
            raise StoreBroken(self.path, Damage.UNDECODABLE, f"samples: {error}") from error
        whole = type(hours) is list and all(
            type(row) is list and len(row) == len(columns) + 1 and set(map(type, row)) == {int}
            for row in hours
        )
        if not whole:
            raise StoreBroken(self.path, Damage.UNDECODABLE, f"samples of day {day}")
        return SampleDay(day, columns, hours)

    def _recorded(
        self, seq: int, at: int, kind: str, gain: str, first: int, command: str | None, text: str
    ) -> Recorded:
        try:
            line = text.split("\n")[seq - first]
            return Recorded(
                ActivityRow(seq, at, kind, decode_gains(gain)),
                codec.decode_event(line),
                None if command is None else codec.decode_command(command),
            )
        except (BadText, AttributeError, IndexError, ValueError, TypeError) as error:
            raise StoreBroken(self.path, Damage.UNDECODABLE, f"event {seq}: {error}") from error

    def _newest_snapshot(self, head: Head) -> Loaded | None:
        """The newest snapshot that is whole and stands on this journal; the rest are ignored."""
        query = (
            "SELECT s.seq, s.blob, s.hash, j.hash FROM snapshots s JOIN journal j"
            " ON j.branch = s.branch AND j.last_seq = s.seq"
            " WHERE s.branch = ? AND s.seq <= ? ORDER BY s.seq DESC"
        )
        with schema.sqlite_errors(self.path):
            for seq, blob, digest, chain in self._database.conn.execute(query, (MAIN, head.seq)):
                self._require((seq, blob, digest, chain), int, bytes, bytes, bytes)
                if snapshot_hash(blob, chain) != digest:
                    continue
                try:
                    world = unpack(blob)
                except BadText:
                    continue
                if world.events == seq:
                    return Loaded(world, Head(world.time, seq, chain))
        return None


def _write(path: Path, database: Database, page: Page) -> None:
    """All of a page, within the caller's transaction. Raises ``StoreUnavailable`` (``LOCKED``)
    when the head is not the one that the page goes on from."""
    head = page.head
    run, many = database.conn.execute, database.conn.executemany
    if page.before.seq == 0:
        run(_INSERT_HEAD, (MAIN, *head))
    elif run(_MOVE_HEAD, (*head, MAIN, *page.before)).rowcount != 1:
        raise StoreUnavailable(path, Trouble.LOCKED, "another process wrote to it")
    many(_INSERT_ROW, [(MAIN, *row) for row in page.rows])
    many(
        _INSERT_ENTRY,
        [
            (MAIN, row.seq, row.place, row.at, row.account, row.token, str(row.units), row.kind)
            for row in page.entries
        ],
    )
    many(
        _INSERT_ACTIVITY,
        [(MAIN, row.seq, row.at, row.kind, encode_gains(row.gains)) for row in page.activity],
    )
    many(
        _INSERT_SAMPLES,
        [(MAIN, day.day, ",".join(day.names), codec.dumps(day.hours)) for day in page.samples],
    )
    if page.snapshot is not None:
        digest = snapshot_hash(page.snapshot, head.hash)
        run(_INSERT_SNAPSHOT, (MAIN, head.seq, page.snapshot, digest))
    many(_INSERT_META, list(page.meta.items()))


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
        try:
            for line in lines:
                chain = codec.link(chain, line)
        except UnicodeEncodeError as error:  # every line that was ever written is ASCII
            raise StoreBroken(path, Damage.CHAIN, f"event text after {seq}") from error
        if chain != row.hash:
            raise StoreBroken(path, Damage.CHAIN, f"events {row.first_seq} to {row.last_seq}")
        draft = _apply_lines(path, draft, lines, seq, watch)
        seq = row.last_seq
    if draft is None:
        raise StoreBroken(path, Damage.DAMAGED, "it has no first event")
    return Loaded(draft.freeze(), Head(draft.time, seq, chain))


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
