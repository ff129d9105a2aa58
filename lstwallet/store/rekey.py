"""An encrypted profile gets another key: the old file or the new one, whenever it is ended.

1. every table exported into a new file under the new key, held against the old one;
2. a head mark for it, beside it;
3. ``ready`` hears the first 16 bytes of the new file, a salt that no other file has: whoever
   keeps the keys lays them ready for that one;
4. the new file in the place of the old one; this is the moment;
5. its head mark in the place of the old one; then ``done``.

After an end between 3 and 5 ``finish`` tells by the salt which file is there, and does the rest
or takes away what came to nothing. (SQLCipher's own ``PRAGMA rekey`` leaves the salt as it is:
which key a file has could only be found out by trying both.)
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lstwallet.store import mark, operations, schema
from lstwallet.store.encrypt import exported, put_in_place, world_hash
from lstwallet.store.errors import StoreBroken, from_os
from lstwallet.store.lock import WriterLock
from lstwallet.units.synced import sync_folder

HEADER_BYTES: Final = 16
_WHAT: Final = ("rekey",)


def rekey(
    path: Path,
    old: bytes,
    new: bytes,
    *,
    ready: Callable[[bytes], None],
    done: Callable[[], None],
) -> None:
    """Put a file under ``new`` in the place of one under ``old`` that nobody has open.

    Raises ``StoreUnavailable`` or ``StoreBroken``, and whatever ``ready`` and ``done`` raise;
    ``finish`` then tells which file is there.
    """
    schema.refuse_unless_file(path, read_only=False)
    path = Path(os.path.realpath(path))
    lock = WriterLock(path)
    made = _made(path)
    try:
        _discard(made)
        try:
            after = exported(path, old, made, new, _checked(path, old), _WHAT)
            mark.replace(made, mark.Seal(new), after)
            ready(_header(made))
        except BaseException:
            _discard(made)
            raise
        put_in_place(made, path)
        _move_mark(made, path)
        done()
    finally:
        lock.release()


def finish(path: Path, awaited: bytes) -> bool:
    """Whether the file that begins with ``awaited`` is there; then its head mark is, too.

    Otherwise nothing is left of it. The caller holds the writer's lock, and this process has not
    the file open. Raises ``StoreUnavailable``.
    """
    path = Path(os.path.realpath(path))
    made = _made(path)
    if _header(path) != awaited:
        _discard(made)
        return False
    _move_mark(made, path)
    return True


def tidy(path: Path) -> None:
    """Remove what an end before ``ready`` left; the caller has the profile open for writing."""
    _discard(_made(Path(os.path.realpath(path))))


def _checked(path: Path, old: bytes) -> str:
    """The hash of the old file's world, which is its newest one. Raises ``StoreError``."""
    database = schema.open_database(path, key=old)
    try:
        with schema.sqlite_errors(path):
            here = operations.newest(path, database)
        told = mark.judge(mark.read(path, old), here)
        if told is not None:
            raise StoreBroken(path, *told)
        return world_hash(path, database, old)
    finally:
        database.close()


def _made(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEADER_BYTES)
    except OSError as error:
        raise from_os(path, error) from error


def _move_mark(made: Path, path: Path) -> None:
    """The mark of the file that now has the profile's name; a second call does nothing."""
    try:
        with contextlib.suppress(FileNotFoundError):
            os.replace(mark.mark_path(made), mark.mark_path(path))
            sync_folder(path.parent)
    except OSError as error:
        raise from_os(path, error) from error


def _discard(made: Path) -> None:
    schema.discard(made)
    head = mark.mark_path(made)
    schema.discard(head)
    schema.discard(head.with_name(head.name + ".new"))
