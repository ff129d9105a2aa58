"""One writer: an advisory lock beside the profile, held while it is open for writing.

The operating system drops the lock when the process ends, however it ends: a lock file
that is left behind means nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lstwallet.store.errors import StoreUnavailable, Trouble, from_os

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


LOOK_S: Final = 0.02


def lock_path(profile: Path) -> Path:
    """``Main.lstwallet`` → ``Main.lstwallet.lock``."""
    return profile.with_name(profile.name + ".lock")


class WriterLock:
    """Held from construction to ``release``. Raises ``StoreUnavailable`` (``LOCKED``).

    It lies beside the file itself: whoever comes by a link meets the same lock.
    """

    def __init__(self, profile: Path) -> None:
        path = lock_path(Path(os.path.realpath(profile)))
        while not self._takes(profile, path):
            pass  # it was deleted, with its profile, between our opening and our taking it

    def _takes(self, profile: Path, path: Path) -> bool:
        """Whether the lock that was taken is the one that others will meet."""
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise from_os(profile, error) from error
        try:
            _take(self._handle)
        except OSError as error:
            os.close(self._handle)
            detail = "another process has it open"
            raise StoreUnavailable(profile, Trouble.LOCKED, detail) from error
        if sys.platform == "win32":
            return True  # a file that is open is not deleted there
        try:
            if os.path.samestat(os.fstat(self._handle), os.stat(path)):
                return True
        except FileNotFoundError:
            pass
        except OSError as error:
            self.release()
            raise from_os(profile, error) from error
        self.release()
        return False

    def release(self) -> None:
        """Let go; a second call does nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            with contextlib.suppress(OSError):
                os.close(handle)


@contextlib.contextmanager
def waited_for(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of a file that is changed in moments; whoever comes second waits.

    Nothing is left of it. Not to be nested. Raises ``StoreUnavailable``: ``LOCKED`` after so many
    seconds.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            lock = WriterLock(path)
        except StoreUnavailable as error:
            if error.trouble is not Trouble.LOCKED or time.monotonic() > until:
                raise
            time.sleep(LOOK_S)
        else:
            break
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps a file that is open
            lock_path(Path(os.path.realpath(path))).unlink()
        lock.release()
