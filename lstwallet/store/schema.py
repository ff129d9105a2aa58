"""Opening and making a profile file: the settings that held, each set and read back.

``connect`` is the only place that opens a database, for a later build that encrypts.
SQLite alone opens the file: any other handle on it, once closed, would drop SQLite's locks.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sqlite_utils import Database

from lstwallet.store.errors import (
    Damage,
    NewerVersion,
    StoreBroken,
    StoreUnavailable,
    Trouble,
    from_os,
    from_sqlite,
)
from lstwallet.store.migrations import FORMAT, migrations

APPLICATION_ID: Final = 0x4C53_5457
"""``LSTW``: says whose file it is."""
OLDEST_SQLITE: Final = (3, 37, 0)
"""The first one with STRICT tables."""
WAIT_SECONDS: Final = 5.0
"""How long SQLite waits for a reader that is in the way."""

_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("recursive_triggers", "OFF", 0),
)
"""Name, what is set, what is read back; for every connection."""
_SETTINGS_OF_A_WRITER: Final[tuple[tuple[str, str, object], ...]] = (
    ("journal_mode", "DELETE", "delete"),
    ("synchronous", "EXTRA", 3),
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
    ("locking_mode", "NORMAL", "normal"),
)
"""What held in 500 kills and 600 power losses: a rollback journal, every sync there is."""


class Identity(NamedTuple):
    """Which file a path named when it was opened."""

    device: int
    inode: int


def identity(path: Path) -> Identity:
    """Raises ``StoreUnavailable``."""
    try:
        status = os.stat(path)
    except OSError as error:
        raise from_os(path, error) from error
    return Identity(status.st_dev, status.st_ino)


@contextlib.contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """SQLite's exceptions become the store's own."""
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(path, error) from error
    except UnicodeDecodeError as error:  # SQLite quotes the damage in its message
        raise StoreBroken(path, Damage.DAMAGED, "its tables cannot be read") from error


def _pragma(connection: sqlite3.Connection, name: str) -> object:
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return row[0] if row else None


def _set(
    path: Path, connection: sqlite3.Connection, settings: tuple[tuple[str, str, object], ...]
) -> None:
    for name, wanted, expected in settings:
        connection.execute(f"PRAGMA {name}={wanted}")
        found = _pragma(connection, name)
        if found != expected:
            raise StoreUnavailable(path, Trouble.IO, f"{name} is {found}, not {expected}")


def connect(path: Path, *, read_only: bool = False) -> Database:
    """A connection to an existing file. Raises ``StoreUnavailable`` or ``StoreBroken``."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        found = f"SQLite {sqlite3.sqlite_version} is too old"
        raise StoreUnavailable(path, Trouble.IO, found)
    mode = "ro" if read_only else "rw"
    with sqlite_errors(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=WAIT_SECONDS
        )
        try:
            _pragma(connection, "schema_version")  # the first read: is it a database at all?
            database = Database(connection, recursive_triggers=False, execute_plugins=False)
            _set(path, connection, _SETTINGS)
            if not read_only:
                _set(path, connection, _SETTINGS_OF_A_WRITER)
        except BaseException:
            connection.close()
            raise
    return database


def refuse_unless_file(path: Path, *, read_only: bool) -> None:
    """A plain answer before SQLite gives a vague one. Raises ``StoreUnavailable``."""
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)
    except OSError as error:
        raise from_os(path, error) from error
    if not is_file or not os.access(path, os.R_OK):
        raise StoreUnavailable(path, Trouble.UNREADABLE)
    if read_only:
        return
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise StoreUnavailable(path, Trouble.READ_ONLY)


def _check_ours(path: Path, database: Database) -> None:
    """Raises ``StoreBroken`` for another program's file, ``NewerVersion`` for a later format."""
    connection = database.conn
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreBroken(path, Damage.NOT_A_PROFILE)
    version = _pragma(connection, "user_version")
    if not isinstance(version, int) or version < 1:
        raise StoreBroken(path, Damage.NOT_A_PROFILE, "it was never finished")
    if version > FORMAT:
        raise NewerVersion(path, version, FORMAT)


def open_database(path: Path, *, read_only: bool = False) -> Database:
    """A checked, migrated profile database. Raises ``StoreUnavailable`` or ``StoreBroken``."""
    refuse_unless_file(path, read_only=read_only)
    database = connect(path, read_only=read_only)
    try:
        with sqlite_errors(path):
            _check_ours(path, database)
            if not read_only and migrations.pending(database):
                migrations.apply(database)
                database.conn.execute(f"PRAGMA user_version={FORMAT}")
    except BaseException:
        database.close()
        raise
    return database


def make_folder(path: Path) -> None:
    """The folder that ``path`` lies in, 0700 if it is new. Raises ``StoreUnavailable``."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, mode=0o700)
    except OSError as error:
        told = from_os(path.parent, error)
        if told.trouble is Trouble.DISK_FULL:
            raise told from error
        raise StoreUnavailable(path, Trouble.READ_ONLY, told.detail) from error


def _create_file(path: Path) -> None:
    """An empty file that only its owner may read. Raises ``StoreUnavailable``."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise from_os(path, error) from error


def create_database(path: Path) -> Database:
    """A new database with our tables and no history. Raises ``StoreUnavailable``."""
    _create_file(path)
    database = connect(path)
    try:
        with sqlite_errors(path):
            database.conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
            migrations.apply(database)
            database.conn.execute(f"PRAGMA user_version={FORMAT}")
    except BaseException:
        database.close()
        raise
    return database


def discard(path: Path) -> None:
    """Remove a file that was made here and never finished, with what lies beside it."""
    for each in (path, path.with_name(path.name + "-journal")):
        with contextlib.suppress(OSError):
            each.unlink()


_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""What a file system without hard links answers (FAT, many network folders)."""


def _name(made: Path, path: Path) -> None:
    """A link never replaces a file. Where there are none a look must do: we hold the lock."""
    try:
        os.link(made, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        made.rename(path)
    else:
        made.unlink()


def put_in_place(made: Path, path: Path) -> None:
    """Give a finished file its name, unless there is one of that name already.

    Raises ``StoreUnavailable``. A crash leaves the whole file under its name, or none.
    """
    try:
        if os.name == "nt":
            made.rename(path)
        else:
            _name(made, path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise from_os(path, error) from error
