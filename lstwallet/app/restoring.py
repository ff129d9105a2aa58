"""A backup looked into before it becomes a profile: as a new one, or in place of another.

``stage`` takes a backup apart into a folder of its own, still encrypted, and checks every byte;
``Staged.open`` opens it with its secret, replays it from the first event and says what it holds;
``as_new`` and ``in_place`` make a profile of it. Nothing is changed before the last step, and that
one is all or nothing (``profile_files``).

All of it is called in the lane.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app import backups, dustbin, profile_files, profiles, safe
from lstwallet.app.backups import Backup
from lstwallet.app.safe import By, How
from lstwallet.readmodel.portfolio import net_worth
from lstwallet.store import backup
from lstwallet.store.errors import StoreBroken, StoreUnavailable, from_os
from lstwallet.store.lock import WriterLock
from lstwallet.units.clock import SimTime

STAGED: Final = "profile" + profiles.SUFFIX
"""The name of a database that is staged."""


class Preview(NamedTuple):
    """What a backup holds, once it was opened."""

    name: str
    at: SimTime
    """The simulated moment that it was made at."""
    net_worth: int
    """Of all the user's accounts, in USD with 8 decimals."""
    events: int
    branches: int
    problems: tuple[str, ...]
    """What the audit found; nothing when it is sound."""


class Staged:
    """A backup that was taken apart; ``close`` throws away what is not used."""

    def __init__(self, source: Backup, folder: Path) -> None:
        self.source = source
        self._folder = folder
        self.path = folder / STAGED
        """Its database, with the slot file and the head mark beside it."""
        self._lock: WriterLock | None = WriterLock(folder / "in use")

    def how(self) -> How:
        """What opens it. Raises ``StoreUnavailable``."""
        return safe.how(self.path)

    def open(self, secret: By, *, gate: Callable[[], None] | None = None) -> Preview:
        """Open it for reading, and audit all of it.

        Raises ``KeysError``, ``Mistyped`` or ``StoreError``.
        """
        session = safe.open_profile(self.path, secret, read_only=True)
        try:
            report = session.verify(gate=gate)
            world = session.world
            return Preview(
                self.source.name, world.time,
                sum(net_worth(world, account) for account in world.accounts),
                world.events, report.branches, report.problems,
            )  # fmt: skip
        finally:
            session.close()

    def close(self) -> None:
        """Throw the folder away; a second call does nothing."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()
            shutil.rmtree(self._folder, ignore_errors=True)


def staging() -> Path:
    """Where backups are taken apart: beside the profiles, on the same disk."""
    return profiles.home() / "staging"


def new_stage() -> Path:
    """A fresh folder that only its owner may look into. Raises ``StoreUnavailable``."""
    where = staging()
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(dir=where))
    except OSError as error:
        raise from_os(where, error) from error


def stage(path: Path, *, gate: Callable[[], None] | None = None) -> Staged:
    """Take a backup apart; every byte is checked.

    Raises ``StoreUnavailable`` or ``StoreBroken``.
    """
    source = backups.described(path)
    if source.problem is not None:
        raise source.problem
    folder = new_stage()
    try:
        staged = folder / STAGED
        backup.unpack(
            path,
            {
                backup.DATABASE: [staged],
                backup.KEYS: [profile_files.beside(staged, profile_files.KEYS),
                              profile_files.beside(staged, profile_files.COPY)],
                backup.HEAD: [profile_files.beside(staged, profile_files.HEAD)],
            },
            gate=gate,
        )  # fmt: skip
        return Staged(source, folder)
    except StoreBroken as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreBroken(path, error.damage, error.detail) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def as_new(staged: Staged, name: str) -> Path:
    """Make a profile of it under a name that is free; its file.

    Raises ``BadName`` or ``StoreUnavailable``.
    """
    path = profiles.path_of(name, new=True)
    profile_files.place(staged.path, path)
    staged.close()
    return path


def in_place(staged: Staged, path: Path) -> Path:
    """Put it in the place of the profile at ``path``, which nobody has open.

    What was there waits in the dustbin, as it was; where. Raises ``StoreUnavailable``: then the
    profile is as it was.
    """
    kept = profile_files.copy_to(path, dustbin.place_for(path))
    try:
        profile_files.replace(staged.path, path)
    except BaseException:
        shutil.rmtree(kept.parent, ignore_errors=True)  # the same files under a second name
        raise
    staged.close()
    return kept


def sweep() -> None:
    """Throw away what was staged by a process that ended."""
    with contextlib.suppress(OSError):
        for each in staging().iterdir():
            with contextlib.suppress(OSError, StoreUnavailable):
                WriterLock(each / "in use").release()
                shutil.rmtree(each, ignore_errors=True)
