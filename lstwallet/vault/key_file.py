"""The slot file on disk: ``X.lstwallet.keys`` and ``X.lstwallet.keys.copy``, 0600.

Each is written to a temporary name, synced, renamed, and its folder synced; the first is whole
before the second is touched. So after a crash at any moment, or a damage to either, one of the
two serves. The one with the higher revision is tried first; the other is mended only after the
data key has shown that the first is the profile's own.

Of several processes one changes them at a time: whoever writes here holds ``app.safe_lock``.

``X.lstwallet.keys.new`` is there while the data key itself is being replaced: it takes effect
at the moment when the database that it waits for has the profile's name.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.units.synced import sync_file, sync_folder
from lstwallet.vault.errors import KeysDamaged, KeysMissing, KeysNewer
from lstwallet.vault.slots import LARGEST_FILE, VERSION, BadKeys, LaterKeys, Sealed, parse

_SUFFIXES: Final = (".keys", ".keys.copy")
_STAGED: Final = ".keys.new"
_TEMPORARY: Final = ".tmp"


class Found(NamedTuple):
    """The sound slot files of a profile, the one to try first in front."""

    sealed: tuple[Sealed, ...]
    ill: tuple[str, ...]
    """What is wrong with a file that is not sound, in words for a person."""


def paths(profile: Path) -> tuple[Path, Path]:
    """``Main.lstwallet`` → ``Main.lstwallet.keys``, ``Main.lstwallet.keys.copy``.

    They lie beside the file itself: whoever comes by a link finds the same ones.
    """
    first, second = (_beside(profile, suffix) for suffix in _SUFFIXES)
    return first, second


def _beside(profile: Path, suffix: str) -> Path:
    real = Path(os.path.realpath(profile))
    return real.with_name(real.name + suffix)


def staged(profile: Path) -> Path:
    """Where the slot file of a data key lies that is not yet the database's."""
    return _beside(profile, _STAGED)


def exists(profile: Path) -> bool:
    """Whether there is either of the two. Raises ``OSError``."""
    return any(os.path.lexists(each) for each in paths(profile))


def read(profile: Path) -> Found:
    """The sound ones of the two.

    Raises ``KeysMissing``, ``KeysDamaged``, ``KeysNewer`` or ``OSError`` when there is none.
    """
    sealed: list[Sealed] = []
    ill: list[str] = []
    later = 0
    error: OSError | None = None
    for path in paths(profile):
        try:
            found = parse(_bytes(path))
        except FileNotFoundError:
            ill.append(f"{path.name} is missing")
        except BadKeys as bad:
            ill.append(f"{path.name}: {bad}")
        except LaterKeys as newer:
            later = max(later, newer.found)
        except OSError as refused:
            error = refused
        else:
            if found not in sealed:
                sealed.append(found)
    if later:  # a later program was here: what an older one finds beside it is out of date
        raise KeysNewer(profile, later, VERSION)
    if sealed:
        sealed.sort(key=lambda each: each.keys.revision, reverse=True)
        return Found(tuple(sealed), tuple(ill))
    if error is not None:
        raise error
    if not exists(profile):
        raise KeysMissing(profile)
    raise KeysDamaged(profile, "; ".join(ill))


def write(profile: Path, sealed: Sealed) -> None:
    """Both files, one after the other. Raises ``OSError`` when the first cannot be written.

    A crash leaves the old or the new one in effect. The change stands with the first; a copy that
    cannot be written is made by ``mend`` at the next opening.
    """
    first, copy = paths(profile)
    before = b""
    with contextlib.suppress(OSError, BadKeys):
        before = _bytes(first)
    try:
        _replace(first, sealed.text)
    except OSError:
        with contextlib.suppress(OSError):
            if before and _bytes(first) == sealed.text:
                # It has its name, only its folder was not synced. Whoever hears that nothing has
                # changed must not find the old password refused.
                _replace(first, before)
        raise
    with contextlib.suppress(OSError):
        _replace(copy, sealed.text)


def create(profile: Path, sealed: Sealed) -> None:
    """The slot files of a profile that has none. Raises ``OSError``.

    ``FileExistsError`` where there is one already, also when another process was a moment
    faster: a link never replaces a file, so one of several makes the key.
    """
    first, copy = paths(profile)
    made = _unfinished(first)
    _write_new(made, sealed.text)
    try:
        _name(made, first)
    finally:
        with contextlib.suppress(OSError):
            made.unlink()
    sync_folder(first.parent)
    with contextlib.suppress(OSError):
        _replace(copy, sealed.text)


def _name(made: Path, path: Path) -> None:
    """Where there are no links (FAT, many network folders) a look must do."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        made.rename(path)


def mend(profile: Path, sealed: Sealed) -> None:
    """Make both files say ``sealed``, whose data key has just opened the database.

    A sound file of a later revision that is not this profile's is kept under another name. What
    cannot be written is left as it is: one good file is enough. What an end left half-written
    goes.
    """
    for left in _half_written(profile):
        with contextlib.suppress(OSError):
            left.unlink()
    for path in paths(profile):
        with contextlib.suppress(OSError):
            try:
                there = parse(_bytes(path))
            except (OSError, BadKeys, LaterKeys):
                there = None
            if there == sealed:
                continue
            if there is not None and there.keys.revision >= sealed.keys.revision:
                _keep_aside(path)
            _replace(path, sealed.text)


def stage(profile: Path, sealed: Sealed) -> None:
    """Lay the next slot file ready. Raises ``OSError``."""
    assert sealed.keys.awaits
    _replace(staged(profile), sealed.text)


def awaited(profile: Path) -> bytes | None:
    """Which database a staged file waits for, by its first 16 bytes; ``None``: there is none.

    Raises ``OSError``. One that cannot be read is kept under another name.
    """
    path = staged(profile)
    try:
        return bytes.fromhex(parse(_bytes(path)).keys.awaits)
    except FileNotFoundError:
        return None
    except (BadKeys, LaterKeys):  # nothing of ours writes one: whoever can read it shall have it
        _keep_aside(path)
        return None


def take_over(profile: Path) -> None:
    """The database that the staged file waits for is there: now it is the slot file.

    Raises ``OSError``, and then it stays and is taken over the next time.
    """
    text = _bytes(staged(profile))
    for path in paths(profile):  # both, or it stays: the other still holds the old data key
        _replace(path, text)
    drop(profile)


def drop(profile: Path) -> None:
    """The database that the staged file waits for did not come. Raises ``OSError``."""
    staged(profile).unlink(missing_ok=True)
    sync_folder(staged(profile).parent)


def delete(profile: Path) -> None:
    """Remove every slot file of a profile. Raises ``OSError``."""
    for path in (*paths(profile), staged(profile), *_half_written(profile)):
        path.unlink(missing_ok=True)


def _half_written(profile: Path) -> list[Path]:
    """What an end left of slot files that were being written, by any process."""
    first = paths(profile)[0]
    others = first.parent.glob(f"{glob.escape(first.name)}*{_TEMPORARY}")
    return sorted(others)


def set_aside(profile: Path) -> None:
    """Keep slot files whose database is not there under another name: somebody may bring it back.

    Raises ``OSError``.
    """
    for path in paths(profile):
        if os.path.lexists(path):
            _keep_aside(path)


def _keep_aside(path: Path) -> None:
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.{number}")):
        number += 1
    path.rename(aside)


def _bytes(path: Path) -> bytes:
    """All of a regular file that is small enough. Raises ``OSError`` or ``BadKeys``."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadKeys("it is no regular file")
        return file.read(LARGEST_FILE + 1)


def _replace(path: Path, text: bytes) -> None:
    made = _unfinished(path)
    try:
        _write_new(made, text)
        os.replace(made, path)
    except OSError:
        with contextlib.suppress(OSError):
            made.unlink()
        raise
    sync_folder(path.parent)


def _unfinished(path: Path) -> Path:
    """No other process writes under this name."""
    return path.with_name(f"{path.name}.{os.getpid()}{_TEMPORARY}")


def _write_new(made: Path, text: bytes) -> None:
    """A temporary file, synced; whatever an end left under its name goes first."""
    with contextlib.suppress(FileNotFoundError):
        made.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(made, flags, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        sync_file(file.fileno())
