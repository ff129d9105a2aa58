"""Opening and making a profile file: the settings that held, each set and read back.

``connect`` is the only place that opens a database. SQLite alone opens the file: any other
handle on it, once closed, would drop SQLite's locks.

With a ``key`` (32 random bytes) every page is encrypted and authenticated by SQLCipher, the
rollback journal's too; temporary tables stay in memory. Without one it is a plain SQLite file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.store import driver, mark
from lstwallet.store.driver import Connection, Database
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
from lstwallet.units.synced import sync_folder

APPLICATION_ID: Final = 0x4C53_5457
"""``LSTW``: says whose file it is."""
OLDEST_SQLITE: Final = (3, 51, 3)
"""The first one without the WAL-reset race; our files are in another mode, and may be put in it."""
KEY_BYTES: Final = 32
WAIT_SECONDS: Final = 5.0
"""How long SQLite waits for a reader that is in the way."""

_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("recursive_triggers", "OFF", 0),
    ("temp_store", "MEMORY", 2),
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


_CIPHER: Final[tuple[tuple[str, str, object], ...]] = (
    ("cipher_page_size", "4096", "4096"),
    ("cipher_use_hmac", "ON", "1"),
    ("cipher_hmac_algorithm", "HMAC_SHA512", "HMAC_SHA512"),
    ("cipher_plaintext_header_size", "0", "0"),
    # Keys are locked in memory and wiped in any case. Doing so with every page would take a
    # quarter of a commit, for what the pages say stands in Python's objects as well.
    ("cipher_memory_security", "OFF", "0"),
)
"""How the file is encrypted: SQLCipher 4's own way, whatever a later one prefers."""


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
    except driver.Error as error:
        raise from_sqlite(path, error) from error
    except UnicodeDecodeError as error:  # SQLite quotes the damage in its message
        raise StoreBroken(path, Damage.DAMAGED, "its tables cannot be read") from error


def _pragma(connection: Connection, name: str) -> object:
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return row[0] if row else None


def _set(
    path: Path, connection: Connection, settings: tuple[tuple[str, str, object], ...]
) -> None:
    for name, wanted, expected in settings:
        connection.execute(f"PRAGMA {name}={wanted}")
        found = _pragma(connection, name)
        if found != expected:
            raise StoreUnavailable(path, Trouble.IO, f"{name} is {found}, not {expected}")


def _unlock(path: Path, connection: Connection, key: bytes) -> None:
    """Give SQLCipher the raw key. It stands in no message: errors say no more than a code."""
    assert len(key) == KEY_BYTES, "a key has 32 bytes"
    try:
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    except driver.Error:
        raise StoreUnavailable(path, Trouble.IO, "the key was not taken") from None
    if _pragma(connection, "cipher_status") != "1":
        raise StoreUnavailable(path, Trouble.IO, "this SQLite cannot encrypt")
    _set(path, connection, _CIPHER)


def _is_plain(path: Path) -> bool:
    """Whether it can be read without a key."""
    connection = driver.connect(f"{path.absolute().as_uri()}?mode=ro", wait_seconds=WAIT_SECONDS)
    try:
        _pragma(connection, "schema_version")
    except driver.Error:
        return False
    finally:
        connection.close()
    return True


def _first_read(path: Path, connection: Connection, key: bytes | None) -> None:
    """Is it a database at all? To SQLite a wrong key and a file of another kind look the same;
    a head mark under this key tells that it was the right one."""
    try:
        with sqlite_errors(path):
            _pragma(connection, "schema_version")
    except StoreBroken as error:
        if error.damage is not Damage.NOT_SQLITE:
            raise
        seen = mark.read(path, key)
        if key is None:
            if not seen.sealed:
                raise
            raise StoreBroken(path, Damage.ENCRYPTED) from error
        if _is_plain(path):
            raise StoreBroken(path, Damage.NOT_ENCRYPTED) from error
        if seen.newest is None:
            raise StoreBroken(path, Damage.WRONG_KEY) from error
        raise StoreBroken(path, Damage.DAMAGED, "its first page cannot be read") from error


def connect(path: Path, *, key: bytes | None = None, read_only: bool = False) -> Database:
    """A connection to an existing file. Raises ``StoreUnavailable`` or ``StoreBroken``."""
    if driver.VERSION < OLDEST_SQLITE:
        found = f"SQLite {'.'.join(map(str, driver.VERSION))} is too old"
        raise StoreUnavailable(path, Trouble.IO, found)
    mode = "ro" if read_only else "rw"
    with sqlite_errors(path):
        connection = driver.connect(
            f"{path.absolute().as_uri()}?mode={mode}", wait_seconds=WAIT_SECONDS
        )
        try:
            if key is not None:
                _unlock(path, connection, key)
            _first_read(path, connection, key)
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


def open_database(
    path: Path, *, key: bytes | None = None, read_only: bool = False
) -> Database:
    """A checked profile database, as it lies there. Raises ``StoreUnavailable`` or
    ``StoreBroken``."""
    refuse_unless_file(path, read_only=read_only)
    database = connect(path, key=key, read_only=read_only)
    try:
        with sqlite_errors(path):
            _check_ours(path, database)
    except BaseException:
        database.close()
        raise
    return database


def migrate(path: Path, database: Database) -> None:
    """Give an older file what it lacks: all of it and its number, or nothing.

    Raises ``StoreUnavailable`` or ``StoreBroken``.
    """
    with sqlite_errors(path):
        known = _pragma(database.conn, "user_version") == FORMAT
        if not known or migrations.pending(database):
            with database.atomic():
                migrations.apply(database)
                database.conn.execute(f"PRAGMA user_version={FORMAT}")


def hold_earlier(path: Path, database: Database) -> None:
    """Who only reads an earlier file reads what it is now: nobody brings it up to date until it
    is closed. Raises ``StoreUnavailable`` or ``StoreBroken``.
    """
    with sqlite_errors(path):
        database.conn.execute("BEGIN")
        if _pragma(database.conn, "user_version") == FORMAT:
            database.conn.execute("COMMIT")


def make_folder(path: Path) -> None:
    """The folder that ``path`` lies in, 0700 if it is new. Raises ``StoreUnavailable``."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    except OSError as error:
        told = from_os(path.parent, error)
        if told.trouble is Trouble.DISK_FULL:
            raise told from error
        raise StoreUnavailable(path, Trouble.READ_ONLY, told.detail) from error


def create_file(path: Path) -> None:
    """An empty file that only its owner may read. Raises ``StoreUnavailable``."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise from_os(path, error) from error


def create_database(path: Path, *, key: bytes | None = None) -> Database:
    """A new database with our tables and no history. Raises ``StoreUnavailable``."""
    create_file(path)
    database = connect(path, key=key)
    try:
        with sqlite_errors(path), database.atomic():
            database.conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
            migrations.apply(database)
            database.conn.execute(f"PRAGMA user_version={FORMAT}")
    except BaseException:
        database.close()
        raise
    return database


def plain_copy(path: Path) -> Path:
    """Where a plain profile is copied to while it is being encrypted (``encrypt``)."""
    return path.with_name(path.name + ".plain")


def discard(path: Path) -> None:
    """Remove a file that was made here and never finished, with what lies beside it."""
    for each in (path, path.with_name(path.name + "-journal")):
        with contextlib.suppress(OSError):
            each.unlink()


def remove_journal(path: Path) -> None:
    """Strike out the journal of a database that is not there. Raises ``StoreUnavailable``."""
    try:
        path.with_name(path.name + "-journal").unlink(missing_ok=True)
    except OSError as error:
        raise from_os(path, error) from error


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
            sync_folder(path.parent)
    except OSError as error:
        raise from_os(path, error) from error
