"""The files of a profile as one set: given their names, replaced, taken away, put back.

``Main.lstwallet`` (the database) has the slot file and its copy and the head mark beside it, and
after a crash SQLite's ``-journal``. Several files cannot be renamed in one step, so every way
here has a moment at which it counts: before it all is as it was, after it all is done, and what
a crash leaves half done is finished or forgotten by ``tidy`` when the program starts.

- ``place``: a profile that is not there yet. It counts when the database has its name; keys
  without a database are nothing.
- ``replace``: the new set lies whole in a folder of its own beside the profile; it counts when
  that folder gets its second name, and is moved out of it after that, however often it takes.
- ``discard``: the set is linked into the dustbin, then the database's name goes, then the rest.

A ``-journal`` that lies beside a database which is replaced is not that database's: it goes
first, or SQLite would roll it into the new one. Nobody else may have the profile open: each way
takes the writer's lock, and finishes first what was cut off (``settle``): a set whose slot file
still waits for its database cannot be moved by its names.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lstwallet.app import profiles
from lstwallet.app.safe_lock import slots_held
from lstwallet.store import rekey, schema
from lstwallet.store.errors import StoreUnavailable, Trouble, from_os
from lstwallet.store.lock import WriterLock, lock_path
from lstwallet.units.synced import sync_file, sync_folder
from lstwallet.vault import key_file

KEYS: Final = ".keys"
COPY: Final = ".keys.copy"
HEAD: Final = ".head"
SIDES: Final = (KEYS, COPY, HEAD)
"""What lies beside a database, by what is added to its name."""
JOURNAL: Final = "-journal"
_COMING: Final = ".restoring"
_COME: Final = ".restored"
_PLAN: Final = "plan.json"
_NEW: Final = "new"
"""The database's name inside the folder of a replacement."""


def beside(path: Path, suffix: str) -> Path:
    """``Main.lstwallet`` and ``.keys`` → ``Main.lstwallet.keys``."""
    return path.with_name(path.name + suffix)


def size_of(path: Path) -> int:
    """Bytes of the whole set that can be looked at."""
    size = 0
    for suffix in ("", *SIDES, JOURNAL):
        with contextlib.suppress(OSError):
            size += beside(path, suffix).stat().st_size
    return size


# --- giving names ------------------------------------------------------------------------------


def place(staged: Path, path: Path) -> None:
    """Make the set at ``staged`` the profile at ``path``, which must not exist yet.

    Raises ``StoreUnavailable``. Both lie on the same disk.
    """
    schema.make_folder(path)
    with _held(path), _files(path):
        if os.path.lexists(path):
            raise StoreUnavailable(path, Trouble.EXISTS)
        _set_strays_aside(path)
        for suffix in (*SIDES, JOURNAL):
            with contextlib.suppress(FileNotFoundError):
                _link(beside(staged, suffix), beside(path, suffix))
        sync_folder(path.parent)
        schema.put_in_place(staged, path)
        for suffix in (*SIDES, JOURNAL):
            beside(staged, suffix).unlink(missing_ok=True)


def _set_strays_aside(path: Path) -> None:
    """What a profile that is not there left: its journal and mark are nothing without it, its
    keys may be wanted by somebody who brings the database back."""
    for suffix in (JOURNAL, HEAD):
        beside(path, suffix).unlink(missing_ok=True)
    for suffix in (KEYS, COPY):
        stray, number = beside(path, suffix), 1
        if os.path.lexists(stray):
            while os.path.lexists(aside := beside(path, f"{suffix}.{number}")):
                number += 1
            stray.rename(aside)


# --- replacing ---------------------------------------------------------------------------------


def replace(staged: Path, path: Path) -> None:
    """Put the set at ``staged`` in the place of the profile at ``path``: the old or the new one.

    Raises ``StoreUnavailable``; ``LOCKED``: it is open.
    """
    coming = beside(path, _COMING)
    with _held(path), _files(path):
        _settled(path)
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(mode=0o700)
        sides = [suffix for suffix in SIDES if beside(staged, suffix).exists()]
        (coming / _PLAN).write_text(json.dumps(sides), encoding="ascii")
        for suffix in ("", *sides):
            os.replace(beside(staged, suffix), coming / (_NEW + suffix))
        for each in coming.iterdir():
            _sync(each)
        sync_folder(coming)
        os.rename(coming, beside(path, _COME))
        sync_folder(path.parent)  # from here on it is so
        _roll(path)


def _roll(path: Path) -> None:
    """Move a replacement that counts out of its folder; again after a crash, until it is done."""
    come = beside(path, _COME)
    if not come.is_dir():
        return
    if (come / _PLAN).exists():
        sides = json.loads((come / _PLAN).read_text(encoding="ascii"))
        beside(path, JOURNAL).unlink(missing_ok=True)
        sync_folder(path.parent)
        for suffix in ("", *SIDES):
            if (come / (_NEW + suffix)).exists():
                os.replace(come / (_NEW + suffix), beside(path, suffix))
            elif suffix and suffix not in sides:
                beside(path, suffix).unlink(missing_ok=True)
        sync_folder(path.parent)
        (come / _PLAN).unlink()
    shutil.rmtree(come)
    sync_folder(path.parent)


# --- taking away -------------------------------------------------------------------------------


def copy_to(path: Path, folder: Path) -> Path:
    """The set as it is, in a new folder; where its database lies there. Nobody has it open.

    Raises ``StoreUnavailable``; then there is no such folder.
    """
    with _held(path), _files(path):
        _settled(path)
        return _link_into(path, folder)


def _link_into(path: Path, folder: Path) -> Path:
    schema.make_folder(folder)
    folder.mkdir(mode=0o700)
    try:
        for suffix in (*SIDES, JOURNAL, ""):
            with contextlib.suppress(FileNotFoundError):
                _link(beside(path, suffix), folder / (path.name + suffix))
        for each in (folder, folder.parent, folder.parent.parent):  # each may be new
            sync_folder(each)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder / path.name


def discard(path: Path, folder: Path) -> Path:
    """Move the set into a new folder, from which ``place`` brings it back; where it lies there.

    Raises ``StoreUnavailable``; ``LOCKED``: somebody has it open, and nothing has happened.
    """
    with _held(path), _files(path):
        _settled(path)
        kept = _link_into(path, folder)
        _remove(path)
    return kept


def remove(path: Path) -> None:
    """Delete the set for good. Raises ``StoreUnavailable``."""
    with _held(path), _files(path):
        _settled(path)
        _remove(path)


def _remove(path: Path) -> None:
    """The database first: without it the rest is nothing."""
    path.unlink()
    sync_folder(path.parent)
    _remove_sides(path)


def _remove_sides(path: Path) -> None:
    for suffix in (*SIDES, JOURNAL):
        beside(path, suffix).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # Windows keeps a file that is open
        lock_path(path).unlink()
    sync_folder(path.parent)


def rename(path: Path, target: Path) -> None:
    """Give the set another name. Nobody has it open. Raises ``StoreUnavailable``.

    A crash leaves it under the old name or the new one.
    """
    if target != path and str(target).lower() == str(path).lower():
        # Other capitals: where both are alike the new name would be said to be taken.
        _rename_in_place(path, target)
        return
    with _held(path), _held(target), slots_held(path), _files(path):
        if os.path.lexists(target):
            raise StoreUnavailable(target, Trouble.EXISTS)
        _settled(path)
        _set_strays_aside(target)
        for suffix in (*SIDES, JOURNAL):
            with contextlib.suppress(FileNotFoundError):
                _link(beside(path, suffix), beside(target, suffix))
        sync_folder(path.parent)
        os.rename(path, target)  # never two names of one database
        sync_folder(path.parent)
        _remove_sides(path)


def _rename_in_place(path: Path, target: Path) -> None:
    between = path.with_name(f".{path.name}.renamed")
    rename(path, between)
    rename(between, target)


# --- after a crash -----------------------------------------------------------------------------


def settle(path: Path) -> None:
    """Finish what was cut off here, or take it back: a replacement that counts, another data key.

    Before a profile is opened: what is written into one that is about to be replaced would go
    with it. Raises ``StoreUnavailable``, also while somebody is about it.
    """
    path = Path(os.path.realpath(path))
    with _files(path):
        if not beside(path, _COME).is_dir() and not key_file.staged(path).exists():
            return
    with _held(path), _files(path):
        _settled(path)


def _settled(path: Path) -> None:
    """The same, for whoever holds the lock; nothing readable stays beside it either."""
    _roll(path)
    schema.discard(schema.plain_copy(path))  # of an encrypting that was cut off
    if not path.exists():
        return
    awaited = key_file.awaited(path)
    if awaited is None:
        return
    if rekey.finish(path, awaited):
        key_file.take_over(path)
    else:
        key_file.drop(path)


def tidy(folder: Path) -> None:
    """Finish what counts and forget what does not, of every profile that nobody has open.

    What cannot be done now is left for the next start.
    """
    with contextlib.suppress(OSError):
        for each in sorted(folder.iterdir()):
            with contextlib.suppress(OSError, StoreUnavailable):
                if each.name.endswith(profiles.SUFFIX + _COME):
                    path = each.with_name(each.name.removesuffix(_COME))
                    with _held(path):
                        _roll(path)
                elif each.name.endswith(profiles.SUFFIX + _COMING):
                    path = each.with_name(each.name.removesuffix(_COMING))
                    with _held(path):
                        shutil.rmtree(each)


# --- inside ------------------------------------------------------------------------------------


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """The writer's lock. Raises ``StoreUnavailable``."""
    lock = WriterLock(path)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _files(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise from_os(path, error) from error


def _link(source: Path, target: Path) -> None:
    """The same file under a second name, or a copy where there are no links."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
        target.chmod(0o600)
        _sync(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        sync_file(handle)
    finally:
        os.close(handle)


__all__ = [
    "COPY", "HEAD", "JOURNAL", "KEYS", "SIDES", "beside", "copy_to", "discard", "place", "remove",
    "rename", "replace", "settle", "size_of", "tidy",
]  # fmt: skip
