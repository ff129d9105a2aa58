"""The profile file while it is open: commit, read, load.

Acknowledged means committed: ``commit`` returns after SQLite has synced everything, the path
still names the file that was opened, and the head mark says so. The head stands in the same
transaction.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from lstwallet.engine import kernel
from lstwallet.engine.world import Draft, World
from lstwallet.store import book_file, codec, mark, operations, schema, tree
from lstwallet.store.book import Book, Edit, Note
from lstwallet.store.driver import Database, Error
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.line import BranchRow, line_to
from lstwallet.store.lock import WriterLock
from lstwallet.store.mark import Operation
from lstwallet.store.migrations import MAIN, PLACES, look_up
from lstwallet.store.reading import Reading
from lstwallet.store.records import (
    EntryRow,
    Head,
    Page,
    Recorder,
    SampleDay,
    encode_entries,
    encode_gains,
)
from lstwallet.store.replay import pack, snapshot_hash
from lstwallet.units.clock import SimTime

SNAPSHOT_EVERY: Final = 1_024
"""Events between snapshots, at least."""
LONG_TAIL: Final = 128
"""Events after the newest snapshot that are worth one more where a branch begins or rests."""

_INSERT_ROW: Final = (
    "INSERT INTO journal"  # noqa: S608
    " (place, branch, first_seq, last_seq, began, ended, command, events, hash)"
    f" VALUES (?1 * {PLACES} + ?2, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
)
_INSERT_ACTIVITY: Final = (
    "INSERT INTO activity (branch, seq, at, kind, gain, entries) VALUES (?, ?, ?, ?, ?, ?)"
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


class Store(Reading):
    """One open profile, on its current branch; lives in one thread.

    While it is open for writing it holds the writer's lock. After an error in whatever writes
    it must be closed: what the file holds is then read again from the file.
    """

    def __init__(
        self, path: Path, database: Database, lock: WriterLock | None, key: bytes | None = None
    ) -> None:
        self.accepted: StoreBroken | None = None
        """What is wrong with its head mark, and was accepted by whoever opened it."""
        self._key = key
        self._seal = mark.Seal(key)
        with schema.sqlite_errors(path):
            look_up(database)
            self.operation = operations.newest(path, database)
            """The newest one that is acknowledged."""
        rows = tree.read(path, database)
        line = line_to(rows, tree.current(path, database, rows))
        super().__init__(path, database, line)
        self.identity = schema.identity(path)
        self._lock = lock

    # --- opening and making ----------------------------------------------------------------

    @classmethod
    def create(
        cls, path: Path, world: World, meta: Mapping[str, str], *, key: bytes | None = None
    ) -> Store:
        """A new profile whose history begins with ``world``; encrypted if there is a key.

        Raises ``StoreUnavailable``. The file gets its name when it is whole, so a crash
        leaves all of it or nothing.
        """
        event, _ = birth(world)
        return cls.found(path, first_page(event, meta), key=key)

    @classmethod
    def found(cls, path: Path, page: Page, *, key: bytes | None = None) -> Store:
        """A new profile that begins with this page; like ``create``."""
        schema.make_folder(path)
        lock = WriterLock(path)
        made = path.with_name(path.name + ".new")
        try:
            if path.exists():
                raise StoreUnavailable(path, Trouble.EXISTS)
            schema.discard(made)
            database = schema.create_database(made, key=key)
            try:
                with schema.sqlite_errors(path), database.atomic():
                    _write(path, database, page)
                    first = operations.newest(path, database)
                    operations.move(path, database, MAIN, first, ("birth",))
            finally:
                database.close()
            mark.remove(path)  # of one that was deleted;
            schema.remove_journal(path)  # SQLite would roll it into this one
            schema.put_in_place(made, path)
            return cls._open(path, lock, key, accept_rollback=False)
        except BaseException:
            schema.discard(made)
            lock.release()
            raise

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key: bytes | None = None,
        read_only: bool = False,
        accept_rollback: bool = False,
    ) -> Store:
        """An existing profile. Raises ``StoreUnavailable`` or ``StoreBroken``.

        ``key``: of an encrypted one, 32 bytes. ``read_only`` takes no lock and reads what was
        committed last. ``accept_rollback``: whatever its head mark says (``ABOUT_THE_MARK``), a
        person wants to go on from this file; it stands in ``accepted``, and the mark of a
        writer's says the same as the file from then on.
        """
        lock = None
        if not read_only:
            schema.refuse_unless_file(path, read_only=False)
            lock = WriterLock(path)
        try:
            return cls._open(path, lock, key, accept_rollback=accept_rollback)
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    @classmethod
    def _open(
        cls, path: Path, lock: WriterLock | None, key: bytes | None, *, accept_rollback: bool
    ) -> Store:
        """For writing if there is a lock; held against its mark before anything is changed."""
        database = schema.open_database(path, key=key, read_only=lock is None)
        try:
            if lock is None:
                schema.hold_earlier(path, database)
            told = _told(path, database, key)
            if told is not None and not accept_rollback:
                raise told
            if lock is not None:
                before = _operation(path, database)
                schema.migrate(path, database)
                if _operation(path, database) != before:
                    raise StoreBroken(path, Damage.DAMAGED, "its count of operations was lost")
            store = cls(path, database, lock, key)
            store.accepted = told
            if lock is not None:
                store._settle()
        except BaseException:
            database.close()
            raise
        return store

    def _settle(self) -> None:
        """What a crash left undone: the mark may be one behind, and a plain copy may be left."""
        if self._key is not None:
            schema.discard(schema.plain_copy(Path(os.path.realpath(self.path))))
        seen = mark.read(self.path, self._key)
        here = self.operation
        if seen.newest == (here.number - 1, here.before):
            mark.advance(self.path, self._seal, here)  # in its place: it wants no room
        elif seen.broken or seen.newest != (here.number, here.hash):
            mark.replace(self.path, self._seal, here)

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
        with self._transaction("page", self.line.branch, page.head, page.meta):
            _write(self.path, self._database, page, self.line.branch)

    def edit(self, edit: Edit) -> None:
        """One edit of the book, synced. Raises ``StoreUnavailable`` or ``StoreBroken``."""
        with self._transaction("edit", edit):
            book_file.write(self._database, edit, self.line)

    def note(self, key: str, value: str) -> None:
        """Keep a note with the profile, synced. Raises as ``commit`` does."""
        with self._transaction("note", key, value):
            self._database.conn.execute(_INSERT_META, (key, value))

    @contextlib.contextmanager
    def _transaction(self, *what: object) -> Iterator[None]:
        """All of it or nothing: done when SQLite has synced it, the path names this file and
        the head mark knows. ``what`` it does moves the operation hash."""
        try:
            with schema.sqlite_errors(self.path), self._database.atomic():
                branch = self.line.branch
                done = operations.move(self.path, self._database, branch, self.operation, what)
                yield
        except StoreUnavailable as error:
            if error.trouble is Trouble.READ_ONLY:  # what SQLite says of a file that was moved
                self._require_place()
            raise
        self._require_place()
        mark.advance(self.path, self._seal, done)
        self.operation = done

    def _require_place(self) -> None:
        """A file that was moved away took it with it: that is not the profile any more."""
        if schema.identity(self.path) != self.identity:
            raise StoreUnavailable(self.path, Trouble.MOVED)

    # --- branches --------------------------------------------------------------------------

    def branches(self) -> dict[int, BranchRow]:
        """All branches by number, parents before their children."""
        return tree.read(self.path, self._database)

    def along(self, branch: int) -> Reading:
        """The same file, read along the line to a branch. Raises ``LookupError``."""
        if branch == self.line.branch:
            return self
        return Reading(self.path, self._database, line_to(self.branches(), branch))

    def fork(self, head: Head, world: World, title: str, *, trial: bool = False) -> None:
        """Leave the current line after event ``head.seq``: on a new branch, which is current.

        ``world``: what is there then. The day on which they part is copied as far as it is
        shared; what follows of it differs. A ``trial`` is hidden, and whoever opens the file
        stands on the branch before, until ``keep``. Raises as ``commit`` does.
        """
        parent = self.line.stretch_of(head.seq).branch
        day = self._shared_day(head.time)
        far = head.seq - self.newest_snapshot_seq(head.seq) >= LONG_TAIL
        snapshot = pack(world) if far else None
        with self._transaction("fork", parent, head, title, trial):
            number = tree.fork(self._database, parent, head, title, day, snapshot, hidden=trial)
            if not trial:
                tree.stand_on(self._database, number)
        self.line = line_to(self.branches(), number)

    def keep(self) -> None:
        """The trial is a branch like others, and the current one. Raises as ``commit`` does."""
        with self._transaction("keep", self.line.branch):
            tree.set_hidden(self._database, self.line.branch, False)
            tree.stand_on(self._database, self.line.branch)

    def switch(self, branch: int) -> None:
        """Stand on another branch. Raises ``LookupError``, and as ``commit`` does."""
        line = line_to(self.branches(), branch)
        with self._transaction("switch", branch):
            tree.stand_on(self._database, branch)
        self.line = line

    def retitle(self, branch: int, title: str) -> None:
        """Call a branch so. Raises ``LookupError``, and as ``commit`` does."""
        self.branches()[branch]
        with self._transaction("retitle", branch, title):
            tree.retitle(self._database, branch, title)

    def set_hidden(self, branch: int, hidden: bool) -> None:
        """Show a branch no more, or again. Raises ``LookupError``, and as ``commit`` does."""
        self.branches()[branch]
        with self._transaction("hide", branch, hidden):
            tree.set_hidden(self._database, branch, hidden)

    def _shared_day(self, moment: SimTime) -> SampleDay | None:
        """The samples of the day of a moment, up to it."""
        for day in self.sample_days(moment, moment):
            hours = [hour for hour in day.hours if hour[0] <= moment]
            return day._replace(hours=hours) if hours else None
        return None

    # --- notes and the book ----------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A note kept with the profile."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def book(self) -> Book:
        """What a person wrote beside the history of the current line."""
        with schema.sqlite_errors(self.path):
            return book_file.read(self._database, self.line)

    def notes_of(self, branch: int) -> Mapping[int, Note]:
        """What a person wrote about the events that the branch holds itself."""
        with schema.sqlite_errors(self.path):
            return book_file.read(self._database, line_to(self.branches(), branch).own).notes

    def copy_into(self, target: Path) -> None:
        """A compact copy of what is committed, in a new file under the same key.

        Raises ``StoreUnavailable`` or ``StoreBroken``.
        """
        schema.create_file(target)
        with schema.sqlite_errors(self.path):
            self._database.conn.execute("VACUUM INTO ?", (str(target),))

    def check_pages(self) -> list[str]:
        """What SQLite finds wrong with its own structure; nothing when it is sound."""
        with schema.sqlite_errors(self.path):
            found = [str(row[0]) for row in self._database.conn.execute("PRAGMA integrity_check")]
            broken = self._database.conn.execute("PRAGMA foreign_key_check").fetchall()
            if self._key is not None:  # also of pages that hold nothing any more
                found += [
                    str(row[0])
                    for row in self._database.conn.execute("PRAGMA cipher_integrity_check")
                ]
        return [text for text in found if text != "ok"] + [f"foreign key: {row}" for row in broken]


def _operation(path: Path, database: Database) -> Operation:
    """The newest one. Raises ``StoreUnavailable`` or ``StoreBroken``."""
    with schema.sqlite_errors(path):
        return operations.newest(path, database)


_LOOKS: Final = 5
"""How often a reader looks at a file and its mark, between which a writer may commit."""


def _told(path: Path, database: Database, key: bytes | None) -> StoreBroken | None:
    """What is wrong with the file beside its mark. Raises ``StoreUnavailable``."""
    found = None
    for _ in range(_LOOKS):
        seen = mark.read(path, key)
        found = mark.judge(seen, _operation(path, database))
        if found is None:
            return None
    return None if found is None else StoreBroken(path, *found)


def _write(path: Path, database: Database, page: Page, branch: int = MAIN) -> None:
    """All of a page, within the caller's transaction. Raises ``StoreUnavailable`` (``LOCKED``)
    when the head is not the one that the page goes on from."""
    head = page.head
    run, many = database.conn.execute, database.conn.executemany
    if page.before.seq == 0:
        run(_INSERT_HEAD, (branch, *head))
    elif run(_MOVE_HEAD, (*head, branch, *page.before)).rowcount != 1:
        raise StoreUnavailable(path, Trouble.LOCKED, "another process wrote to it")
    many(_INSERT_ROW, [(branch, *row) for row in page.rows])
    entries: dict[int, list[EntryRow]] = {row.seq: [] for row in page.activity}
    for entry in page.entries:
        entries[entry.seq].append(entry)
    many(
        _INSERT_ACTIVITY,
        [
            (branch, seq, at, kind, encode_gains(gains), encode_entries(entries[seq]))
            for seq, at, kind, gains in page.activity
        ],
    )
    many(
        _INSERT_SAMPLES,
        [(branch, day.day, ",".join(day.names), codec.dumps(day.hours)) for day in page.samples],
    )
    if page.snapshot is not None:
        digest = snapshot_hash(page.snapshot, head.hash)
        run(_INSERT_SNAPSHOT, (branch, head.seq, page.snapshot, digest))
    many(_INSERT_META, list(page.meta.items()))
