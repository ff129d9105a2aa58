"""Profiles that were deleted or replaced wait here for a week, and can be put back.

Each lies in a folder of its own, as it was: an encrypted one is still encrypted. Called in the
lane.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app import backups, profile_files, profiles, safe
from lstwallet.store import schema
from lstwallet.store.errors import StoreError, from_os

WEEK: Final = 7 * 86_400
"""Seconds that a deleted profile can be put back for."""
_STAMPED: Final = re.compile(r"(.+) (\d{4}-\d\d-\d\d \d{6})(?:-\d+)?")
_STAMP: Final = "%Y-%m-%d %H%M%S"


class Thrown(NamedTuple):
    """A profile in the dustbin."""

    name: str
    path: Path
    """Its database there."""
    at: int
    """When it was deleted, in seconds since 1970."""
    size: int
    """Bytes."""


def folder() -> Path:
    """The dustbin."""
    return profiles.home() / "deleted"


def place_for(path: Path, *, now: float | None = None) -> Path:
    """A folder, not there yet, for the set of a profile."""
    moment = datetime.fromtimestamp(time.time() if now is None else now)
    stem, number = f"{path.name.removesuffix(profiles.SUFFIX)} {moment:{_STAMP}}", 1
    target = folder() / stem
    while target.exists():
        number += 1
        target = folder() / f"{stem}-{number}"
    return target


def throw(path: Path, *, now: float | None = None) -> Thrown:
    """Delete a profile that nobody has open, so that it can be put back.

    Raises ``StoreUnavailable``; ``LOCKED``: it is open somewhere.
    """
    return _thrown(profile_files.discard(path, place_for(path, now=now)))


def found() -> list[Thrown]:
    """What can be put back, the newest first.

    One that is still a profile as well is none: a crash came between.
    """
    rows, standing = [], _standing()
    for each in _folders():
        with contextlib.suppress(OSError):
            path = _whole(each, standing)
            if path is not None:
                rows.append(_thrown(path))
    return sorted(rows, key=lambda row: (row.at, row.name), reverse=True)


def _folders() -> list[Path]:
    try:
        return list(folder().iterdir())
    except OSError:
        return []


def _standing() -> frozenset[schema.Identity]:
    """Which files are profiles now. A second name alone says nothing: programs that make
    backups give one, too."""
    found = set()
    with contextlib.suppress(StoreError):
        for each in profiles.found():
            with contextlib.suppress(StoreError):
                found.add(schema.identity(each.path))
    return frozenset(found)


def _whole(each: Path, standing: frozenset[schema.Identity]) -> Path | None:
    """The database of a folder here, if it is nowhere else. Raises ``OSError``."""
    inside = sorted(name for name in os.listdir(each) if name.endswith(profiles.SUFFIX))
    if not inside:
        return None
    status = os.stat(each / inside[0])
    here = schema.Identity(status.st_dev, status.st_ino)
    return None if here in standing else each / inside[0]


def put_back(thrown: Thrown) -> Path:
    """Make it a profile again, under its name or one that is free; its file.

    Raises ``StoreUnavailable``.
    """
    name = profiles.free_name(thrown.name)
    path = profiles.path_of(name)
    profile_files.place(thrown.path, path)
    shutil.rmtree(thrown.path.parent, ignore_errors=True)
    return path


def empty(*, older: int = WEEK, now: float | None = None) -> None:
    """Delete for good what has waited long enough, with what the keyring holds for it."""
    moment = time.time() if now is None else now
    for each in found():
        if moment - each.at >= older:
            with contextlib.suppress(StoreError):
                remove(each)
    standing = _standing()
    for rest in _folders():
        with contextlib.suppress(OSError):  # what cannot be looked at stays
            if _whole(rest, standing) is None:  # a crash left it half made
                shutil.rmtree(rest)


def remove(thrown: Thrown) -> None:
    """Delete one for good. Raises ``StoreUnavailable``."""
    if not _has_twin(thrown):
        with contextlib.suppress(StoreError):
            safe.delete_keys(thrown.path)
    try:
        shutil.rmtree(thrown.path.parent)
    except OSError as error:
        raise from_os(thrown.path, error) from error


def _has_twin(thrown: Thrown) -> bool:
    """Whether another profile has the same keys: it was restored from a backup of this one."""
    mine = backups.owner(thrown.path).profile
    others = {each.path for each in profiles.found()} | {each.path for each in found()}
    return any(backups.owner(each).profile == mine for each in others - {thrown.path})


def _thrown(path: Path) -> Thrown:
    match = _STAMPED.fullmatch(path.parent.name)
    name, at = path.name.removesuffix(profiles.SUFFIX), 0
    with contextlib.suppress(OSError, ValueError):
        at = int(datetime.strptime(match[2], _STAMP).timestamp()) if match else int(
            path.parent.stat().st_mtime
        )
    return Thrown(name, path, at, profile_files.size_of(path))


__all__ = ["WEEK", "Thrown", "empty", "folder", "found", "place_for", "put_back", "remove", "throw"]
