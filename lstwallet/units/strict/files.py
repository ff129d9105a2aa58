"""Opening a file that somebody else may have put there, without surprises.

Only a regular file is opened: no link, no folder, no device, no pipe that never ends or
waits for a writer. What is checked is what was opened, not what the name meant a moment ago.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from lstwallet.units.strict.refused import FileRefused, Problem

_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
"""The last part of the name must be no link."""
_CAREFULLY: Final = (
    os.O_RDONLY
    | _NO_FOLLOW
    | getattr(os, "O_NONBLOCK", 0)  # a pipe is opened at once, and refused
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_IS_LINK: Final = frozenset((errno.ELOOP, errno.EMLINK, getattr(errno, "EFTYPE", errno.ELOOP)))


def open_regular(path: Path, most_bytes: int, *, follow: bool = False) -> BinaryIO:
    """The file, open for reading, its position at the beginning. The caller closes it.

    ``follow``: a link is followed, for files that are the user's own. Raises ``FileRefused``:
    missing, unreadable, a link, not a regular file, empty, too large.
    """
    try:
        # looked at before: to open a device may already do something
        _check_kind(path, os.stat(path, follow_symlinks=follow))
        handle = os.open(path, _CAREFULLY & ~_NO_FOLLOW if follow else _CAREFULLY)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileRefused(Problem.MISSING, file=str(path)) from error
    except IsADirectoryError as error:
        raise FileRefused(Problem.NOT_A_FILE, file=str(path)) from error
    except ValueError as error:  # a NUL in the name, or a refusal
        if isinstance(error, FileRefused):
            raise
        raise FileRefused(Problem.MISSING, file=str(path)) from error
    except OSError as error:
        raise _refusal(path, error) from error
    try:
        _check(path, os.fstat(handle), most_bytes)
        return os.fdopen(handle, "rb", buffering=0)
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, most_bytes: int, *, follow: bool = False) -> bytes:
    """All bytes of the file. Raises ``FileRefused``."""
    with open_regular(path, most_bytes, follow=follow) as file:
        try:
            return read_most(file, most_bytes)
        except OSError as error:
            raise _refusal(path, error) from error
        except FileRefused as refused:
            raise refused.told_of(str(path)) from None


def read_most(file: BinaryIO, most_bytes: int) -> bytes:
    """Everything up to the end; ``FileRefused`` when there is more than ``most_bytes``."""
    parts: list[bytes] = []
    left = most_bytes + 1
    while left > 0 and (part := file.read(min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    if left <= 0:  # it has grown since it was looked at
        raise FileRefused(Problem.TOO_LARGE, wanted=str(most_bytes))
    return b"".join(parts)


def _check_kind(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise FileRefused(Problem.LINK, file=str(path))
    if not stat.S_ISREG(found.st_mode):
        raise FileRefused(Problem.NOT_A_FILE, file=str(path))


def _check(path: Path, found: os.stat_result, most_bytes: int) -> None:
    _check_kind(path, found)
    if found.st_size > most_bytes:
        raise FileRefused(Problem.TOO_LARGE, wanted=str(most_bytes), file=str(path))
    if found.st_size == 0:  # so are the files of /proc, which are none
        raise FileRefused(Problem.EMPTY, file=str(path))


def _refusal(path: Path, error: OSError) -> FileRefused:
    if error.errno in _IS_LINK:
        return FileRefused(Problem.LINK, file=str(path))
    if error.errno in (errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP):  # a socket, a dead device
        return FileRefused(Problem.NOT_A_FILE, file=str(path))
    if error.errno == errno.ENAMETOOLONG:
        return FileRefused(Problem.MISSING, file=str(path))
    return FileRefused(Problem.UNREADABLE, detail=error.strerror or "", file=str(path))
