"""Everything that stands in the list of profiles and backups, looked at in the lane."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from lstwallet.app import backups, dustbin, profile_files, profiles, safe
from lstwallet.app.backups import Backup
from lstwallet.app.dustbin import Thrown
from lstwallet.app.safe import How, State
from lstwallet.store.errors import StoreError, StoreUnavailable


class Standing(NamedTuple):
    """A profile, as it can be told without opening it."""

    name: str
    path: Path
    size: int
    """Bytes of all its files."""
    changed: int
    """When it was last written to, in seconds since 1970."""
    how: How
    """What opens it."""
    backups: int
    """How many it has in the folder."""
    newest: int
    """When the newest of them was made; 0 without one."""


class Listing(NamedTuple):
    """All of it."""

    standing: tuple[Standing, ...]
    backups: tuple[Backup, ...]
    """The newest first."""
    thrown: tuple[Thrown, ...]
    where: Path
    """The folder of backups."""
    problem: StoreError | None = None
    """Why the backups cannot be looked at."""


def listing(chosen: str = "") -> Listing:
    """What there is; ``chosen`` is the user's folder for backups. Raises ``StoreUnavailable``."""
    where, problem = backups.folder(chosen), None
    found: list[Backup] = []
    try:
        found = backups.listed(where)
    except StoreUnavailable as error:
        problem = error
    standing = tuple(_standing(each, found) for each in profiles.found())
    return Listing(standing, tuple(found), tuple(dustbin.found()), where, problem)


def _standing(profile: profiles.Profile, found: list[Backup]) -> Standing:
    path = profile.path
    how, mine, changed = How(State.MISSING), "", 0
    with contextlib.suppress(StoreError):
        how = safe.how(path)
        mine = backups.owner(path).profile
    with contextlib.suppress(OSError):
        changed = int(path.stat().st_mtime)
    own = [each for each in found if each.label is not None and each.label.profile == mine]
    return Standing(
        profile.name, path, profile_files.size_of(path), changed, how, len(own),
        own[0].made if own else 0,
    )  # fmt: skip


__all__ = ["Listing", "Standing", "listing"]
