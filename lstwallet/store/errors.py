"""What can go wrong with a profile file: the user's environment, or the file itself.

StoreError
├── StoreUnavailable   the environment: missing, unreadable, locked, full disk … Told, and retried
└── StoreBroken        the file is not a sound profile: stop, keep it, say so
    └── NewerVersion   a later version of the program wrote it

Each carries data for a plain sentence; ``ui/wording.py`` and the command line make it.
"""

from __future__ import annotations

import errno
from enum import StrEnum
from pathlib import Path


class Trouble(StrEnum):
    """What the environment refuses."""

    MISSING = "missing"
    EXISTS = "exists"
    UNREADABLE = "unreadable"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    DISK_FULL = "disk_full"
    MOVED = "moved"
    IO = "io"
    NO_FOLDER = "no_folder"
    """The folder that something was to be put into is not there (a stick was taken out)."""


class Damage(StrEnum):
    """What is wrong with the file."""

    NOT_SQLITE = "not_sqlite"
    NOT_A_PROFILE = "not_a_profile"
    NOT_A_BACKUP = "not_a_backup"
    DAMAGED = "damaged"
    CHAIN = "chain"
    UNDECODABLE = "undecodable"
    NEWER = "newer"
    WRONG_KEY = "wrong_key"
    """The key does not open it: another one would, or its first page is damaged."""
    ENCRYPTED = "encrypted"
    """It seems to be encrypted, and no key was given."""
    NOT_ENCRYPTED = "not_encrypted"
    """A key was given, and the file is a plain one."""
    ROLLED_BACK = "rolled_back"
    """It is sound, and older than its head mark: an earlier state was put in its place."""
    UNMARKED = "unmarked"
    """Its head mark is missing: whether it is the newest state cannot be said."""
    MISMARKED = "mismarked"
    """Its head mark is damaged, an old one or another history's: the same."""


ABOUT_THE_MARK = frozenset({Damage.ROLLED_BACK, Damage.UNMARKED, Damage.MISMARKED})
"""What a person may accept, knowing it: the file itself is sound."""


class StoreError(Exception):
    """Something about ``path`` keeps the program from its profile."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail


class StoreUnavailable(StoreError):
    """The environment will not let us: ``trouble`` says how. Nothing acknowledged is lost."""

    def __init__(self, path: Path, trouble: Trouble, detail: str = "") -> None:
        super().__init__(path, detail or trouble.value)
        self.trouble = trouble


class StoreBroken(StoreError):
    """The file is not a sound profile: ``damage`` says what, ``detail`` where."""

    def __init__(self, path: Path, damage: Damage, detail: str = "") -> None:
        super().__init__(path, detail or damage.value)
        self.damage = damage


class NewerVersion(StoreBroken):
    """Format ``found`` was written by a later version of the program, which knows ``known``."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(path, Damage.NEWER, f"format {found}, this program knows {known}")
        self.found = found
        self.known = known


def halts(error: StoreError) -> bool:
    """Whether nothing may be written after it until the file was opened and audited anew.

    A full disk or a lock says no and harms nothing. After an I/O error the disk may keep less
    than it said, and damage is damage.
    """
    if isinstance(error, StoreUnavailable):
        return error.trouble is Trouble.IO
    return True


class BadText(ValueError):
    """A text does not hold the record that it should (codec); the caller names the file."""


_TROUBLE_OF_ERRNO = {
    errno.ENOENT: Trouble.MISSING,
    errno.EEXIST: Trouble.EXISTS,
    errno.EACCES: Trouble.UNREADABLE,
    errno.EPERM: Trouble.UNREADABLE,
    errno.EISDIR: Trouble.UNREADABLE,
    errno.EROFS: Trouble.READ_ONLY,
    errno.ENOSPC: Trouble.DISK_FULL,
    errno.EDQUOT: Trouble.DISK_FULL,
    errno.EFBIG: Trouble.DISK_FULL,
}

_TROUBLE_OF_SQLITE = {
    3: Trouble.UNREADABLE,  # SQLITE_PERM
    5: Trouble.LOCKED,  # SQLITE_BUSY
    6: Trouble.LOCKED,  # SQLITE_LOCKED
    8: Trouble.READ_ONLY,  # SQLITE_READONLY
    10: Trouble.IO,  # SQLITE_IOERR
    13: Trouble.DISK_FULL,  # SQLITE_FULL
    14: Trouble.UNREADABLE,  # SQLITE_CANTOPEN
    23: Trouble.UNREADABLE,  # SQLITE_AUTH
}
"""By primary result code (sqlite.org/rescode.html; they never change). Written out, so that who
needs only the words for an error need not load SQLite."""

_DAMAGE_OF_SQLITE = {
    11: Damage.DAMAGED,  # SQLITE_CORRUPT
    26: Damage.NOT_SQLITE,  # SQLITE_NOTADB
}

_MOVED = 8 | (4 << 8)
"""``SQLITE_READONLY_DBMOVED``"""
_PRIMARY = 0xFF
"""SQLite's extended result codes carry the primary one in their low byte."""


def from_os(path: Path, error: OSError) -> StoreUnavailable:
    """The store's word for an error of the operating system."""
    trouble = _TROUBLE_OF_ERRNO.get(error.errno or 0, Trouble.IO)
    return StoreUnavailable(path, trouble, error.strerror or str(error))


def from_sqlite(path: Path, error: Exception) -> StoreError:
    """The store's word for an error of SQLite's driver, whichever that is.

    What has no word of its own is ``DAMAGED``.
    """
    extended = getattr(error, "sqlite_errorcode", 0)
    if extended == _MOVED:
        return StoreUnavailable(path, Trouble.MOVED, str(error))
    code = extended & _PRIMARY
    trouble = _TROUBLE_OF_SQLITE.get(code)
    if trouble is not None:
        return StoreUnavailable(path, trouble, str(error))
    return StoreBroken(path, _DAMAGE_OF_SQLITE.get(code, Damage.DAMAGED), str(error))
