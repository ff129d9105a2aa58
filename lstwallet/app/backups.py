"""Backups of profiles: made, listed, thinned, and looked into before they are restored.

A backup is one file (``store.backup``) in one folder for all profiles: ``backups`` in the
program's home, or wherever the user said. It is made of a compact copy that SQLite writes
through the open connection; the copy is opened and checked against the open profile before the
backup gets its name. The backup of an encrypted profile holds nothing that can be read without
its password.

All of it is called in the lane. What the environment refuses is a ``StoreUnavailable``: nothing
is lost then, and the next occasion tries again.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.app import profile_files, profiles
from lstwallet.app.thinning import superfluous
from lstwallet.store import backup
from lstwallet.store.backup import Label
from lstwallet.store.errors import (
    Damage,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
    from_os,
)
from lstwallet.store.lock import WriterLock
from lstwallet.vault import key_file, slots
from lstwallet.vault.errors import KeysError
from lstwallet.vault.slots import Kind

if TYPE_CHECKING:
    from lstwallet.app.session import Session

EVERY: Final = {"hour": 3_600, "day": 86_400}
"""How old the newest backup may be before the next occasion makes another, in seconds."""
AUTO: Final = "auto"
ASKED: Final = "asked"
KEPT: Final = "kept"
"""Made before something was replaced or deleted."""
_COPY: Final = ".copying"
_STAMPED: Final = re.compile(r"(.+) \d{4}-\d\d-\d\d \d{4}(?:-\d+)?")


class Backup(NamedTuple):
    """A backup file in the folder."""

    path: Path
    name: str
    """What its profile was called."""
    size: int
    """Bytes of the file."""
    label: Label | None
    """``None``: it cannot be read, ``problem`` says why."""
    problem: StoreError | None = None

    @property
    def made(self) -> int:
        """When, in seconds since 1970; 0 when it cannot be read."""
        return self.label.made if self.label is not None else 0


class Owner(NamedTuple):
    """What the slot file says without a key: which profile, and whether anybody may open it."""

    profile: str
    open: bool


class Kept(NamedTuple):
    """What came of an occasion for an automatic backup."""

    made: Path | None = None
    thinned: tuple[Path, ...] = ()
    problem: StoreError | None = None


class OnlyBackup(Exception):
    """It is the only sound one of its profile: it is not deleted."""

    def __init__(self, backup: Backup) -> None:
        super().__init__(str(backup.path))
        self.backup = backup


# --- where -------------------------------------------------------------------------------------


def folder(chosen: str = "") -> Path:
    """The folder of backups; ``chosen`` is the user's own, from the settings."""
    return Path(chosen) if chosen else profiles.home() / "backups"


def ready_folder(where: Path) -> Path:
    """The folder, there to be written to. Raises ``StoreUnavailable``.

    The program's own is made. One that the user chose is not: where it was may be an empty
    mount point now.
    """
    try:
        if where == folder():
            where.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise from_os(where, error) from error
    if not where.is_dir():
        raise StoreUnavailable(where, Trouble.NO_FOLDER)
    return where


def listed(where: Path) -> list[Backup]:
    """The backups in the folder, the newest first, those that cannot be read last.

    Raises ``StoreUnavailable`` when the folder cannot be looked into.
    """
    ready_folder(where)
    try:
        paths = [each for each in where.iterdir() if each.suffix == backup.SUFFIX]
    except OSError as error:
        raise from_os(where, error) from error
    return sorted(map(described, paths), key=_age, reverse=True)


def _age(each: Backup) -> tuple[int, str, int, str]:
    """The older is the less; of one second, by the number at the end of the file's name."""
    return each.made, each.name, len(each.path.name), each.path.name


def described(path: Path) -> Backup:
    """What a backup file says of itself, or why it cannot be read."""
    match = _STAMPED.fullmatch(path.stem)
    name, size = match[1] if match else path.stem, 0
    with contextlib.suppress(OSError):
        size = path.stat().st_size
    try:
        return Backup(path, name, size, backup.look(path).label)
    except StoreError as problem:
        return Backup(path, name, size, None, problem)


def owner(path: Path) -> Owner:
    """Of a profile's file; a plain one is known by its name, and open.

    Raises ``StoreUnavailable``.
    """
    try:
        keys = key_file.read(path).sealed[0].keys
    except KeysError:
        return Owner(path.stem, True)
    except OSError as error:
        raise from_os(path, error) from error
    return Owner(keys.profile, any(slot.kind is Kind.OPEN for slot in keys.known()))


def of_profile(where: Path, profile: str) -> list[Backup]:
    """Those of one profile, the newest first. Raises ``StoreUnavailable``."""
    return [each for each in listed(where) if each.label and each.label.profile == profile]


def delete(path: Path) -> None:
    """Delete a backup for good, unless it is the only one of its profile.

    Raises ``OnlyBackup`` or ``StoreUnavailable``. One that cannot be read is nobody's only one.
    """
    found = described(path)
    if found.label is not None and len(of_profile(path.parent, found.label.profile)) == 1:
        raise OnlyBackup(found)
    with backup.os_errors(path):
        path.unlink()


# --- making ------------------------------------------------------------------------------------


def back_up(
    session: Session,
    where: Path,
    *,
    why: str = ASKED,
    now: float | None = None,
    gate: Callable[[], None] | None = None,
) -> Path:
    """One verified backup of the open profile; its file.

    Raises ``StoreUnavailable`` (``NO_FOLDER``, ``DISK_FULL`` …) or ``StoreBroken`` when the copy
    does not hold; then there is no new file.
    """
    ready_folder(where)
    moment = time.time() if now is None else now
    session.fold()  # or closing it would change it once more
    whose = owner(session.path)
    copy = profile_files.beside(session.path, _COPY)
    _forget_copy(copy)
    try:
        parts = _sides(session.path, session.key)
        if session.key is not None and backup.KEYS not in parts:
            detail = "no slot file of its own lies beside it"
            raise StoreBroken(session.path, Damage.DAMAGED, detail)
        for name, data in parts.items():  # the copy is opened as any profile is
            _write(profile_files.beside(copy, f".{name}"), data)
        session.copy_into(copy, gate=gate)
        target = _free(where, session.name, moment)
        backup.write(
            target, int(moment), {**parts, backup.DATABASE: copy},
            profile=whose.profile, why=why, is_open=whose.open, gate=gate,
        )  # fmt: skip
    finally:
        _forget_copy(copy)
    return target


def _sides(path: Path, key: bytes | None) -> dict[str, bytes]:
    """The slot file that is sound, and with ``key`` its own; and the head mark."""
    sides: dict[str, bytes] = {}
    try:
        with contextlib.suppress(KeysError):
            own = (each for each in key_file.read(path).sealed
                   if key is None or slots.belongs(each, key))  # fmt: skip
            for sealed in own:
                sides.setdefault(backup.KEYS, sealed.text)
        with contextlib.suppress(FileNotFoundError):
            sides[backup.HEAD] = profile_files.beside(path, profile_files.HEAD).read_bytes()
    except OSError as error:
        raise from_os(path, error) from error
    return sides


def _write(path: Path, data: bytes) -> None:
    with backup.os_errors(path):
        path.touch(mode=0o600)
        path.write_bytes(data)


def _forget_copy(copy: Path) -> None:
    for suffix in ("", *profile_files.SIDES, profile_files.JOURNAL):
        with contextlib.suppress(OSError):
            profile_files.beside(copy, suffix).unlink()


def _free(where: Path, name: str, moment: float) -> Path:
    """``Main 2026-11-28 1405.lstbackup``, counted up when there is one of that minute."""
    stem = f"{name} {datetime.fromtimestamp(moment):%Y-%m-%d %H%M}"
    number = 1
    target = where / f"{stem}{backup.SUFFIX}"
    while target.exists():
        number += 1
        target = where / f"{stem}-{number}{backup.SUFFIX}"
    return target


def tidy(where: Path, *, now: float | None = None) -> None:
    """Remove what an ended process left of a backup: of it, beside the profiles and in the folder.

    What may be another process's work is left: a profile that is open, a file of this hour.
    """
    moment = time.time() if now is None else now
    with contextlib.suppress(OSError):
        for each in where.glob(f"*{backup.SUFFIX}{backup.UNFINISHED}"):
            with contextlib.suppress(OSError):
                if moment - each.stat().st_mtime > EVERY["hour"]:
                    each.unlink()
        for each in profiles.folder().glob(f"*{profiles.SUFFIX}{_COPY}"):
            with contextlib.suppress(StoreError):
                lock = WriterLock(each.with_name(each.name.removesuffix(_COPY)))
                _forget_copy(each)
                lock.release()


# --- by itself ---------------------------------------------------------------------------------


def is_due(path: Path, where: Path, every: str, *, now: float | None = None) -> bool:
    """Whether a closed or closing profile has changed since its newest backup, and that is old.

    Raises ``StoreUnavailable``.
    """
    if every not in EVERY:
        return False
    found = of_profile(where, owner(path).profile)
    if not found:
        return True
    newest = found[0].label
    assert newest is not None
    mark = next((part for part in newest.parts if part.name == backup.HEAD), None)
    here = _sides(path, None).get(backup.HEAD)
    if mark is not None and here is not None and backup.digest(here) == mark.sha256:
        return False
    age = (time.time() if now is None else now) - newest.made
    return not 0 <= age < EVERY[every]


def keep(
    session: Session,
    chosen: str,
    every: str,
    *,
    now: float | None = None,
    gate: Callable[[], None] | None = None,
) -> Kept:
    """On closing, locking or switching: back up if it is due, then thin. Raises nothing.

    ``problem``: what kept it from being made; nothing is lost, the next occasion tries again.
    """
    where = folder(chosen)
    try:
        session.fold()
        if not is_due(session.path, where, every, now=now):
            return Kept()
        made = back_up(session, where, why=AUTO, now=now, gate=gate)
        return Kept(made, thin(where, owner(session.path).profile, now=now))
    except StoreError as problem:
        return Kept(problem=problem)


def thin(where: Path, profile: str, *, now: float | None = None) -> tuple[Path, ...]:
    """Delete automatic backups of a profile that are no longer needed (``thinning``); which.

    What somebody asked for, what cannot be read and what is another profile's stays. Raises
    ``StoreUnavailable``.
    """
    today = datetime.fromtimestamp(time.time() if now is None else now)
    auto = [each for each in of_profile(where, profile) if each.label and each.label.why == AUTO]
    by_moment: dict[datetime, list[Path]] = {}
    for each in auto:
        by_moment.setdefault(datetime.fromtimestamp(each.made), []).append(each.path)
    gone = []
    for moment in superfluous(by_moment, today):
        for path in by_moment[moment]:
            with contextlib.suppress(OSError):
                path.unlink()
                gone.append(path)
    return tuple(gone)


__all__ = [
    "ASKED", "AUTO", "EVERY", "KEPT", "Backup", "Kept", "OnlyBackup", "Owner", "back_up", "delete",
    "described", "folder",
    "is_due", "keep", "listed", "of_profile", "owner", "ready_folder", "thin", "tidy",
]  # fmt: skip
