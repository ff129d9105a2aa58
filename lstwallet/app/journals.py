"""A profile's history written to a file that other programs can read, and read back.

The format is told in ``store.export``. What comes in comes through the door for files: a child
reads the lines strictly, this process replays them. Called in the lane.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lstwallet.app import door, importing, profile_files, profiles, restoring, safe
from lstwallet.app.door.door import Reading
from lstwallet.app.importing import Imported
from lstwallet.app.safe import NOTHING, Secret
from lstwallet.app.session import Session
from lstwallet.store import backup, export, imports
from lstwallet.store.errors import BadText
from lstwallet.store.imports import Line
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.synced import sync_file, sync_folder

KIND = "journal"
"""At the door."""


def export_to(
    session: Session, path: Path, *, gate: Callable[[], None] | None = None
) -> int:
    """Write the whole history of an open profile to ``path``; how many lines.

    A file of that name is replaced, in one step and only by a whole one. Raises
    ``StoreUnavailable`` or ``StoreBroken``.
    """
    fresh = path.with_name(path.name + backup.UNFINISHED)
    written = 0
    try:
        with backup.os_errors(path):
            fresh.unlink(missing_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
                for line in export.lines(session.journal(), gate=gate):
                    file.write(line)
                    written += 1
                file.flush()
                sync_file(file.fileno())
            os.replace(fresh, path)
            sync_folder(path.parent)
    finally:
        with backup.os_errors(path):
            fresh.unlink(missing_ok=True)
    return written


def read_in(
    path: Path,
    target: Path,
    *,
    key: bytes | None = None,
    gate: Callable[[], None] | None = None,
    unwanted: Callable[[], bool] | None = None,
) -> Imported:
    """Replay an exported journal into a new profile file at ``target``.

    Raises ``FileRefused`` (with the line and the reason) or ``StoreUnavailable``; then what was
    begun is left for the caller to throw away. ``unwanted`` ends it from outside.
    """
    try:
        with door.stream(path, KIND, unwanted=unwanted) as items:
            return importing.load(_lines(items), target, key=key, gate=gate)
    except FileRefused as refused:
        raise refused.told_of(path.name) from None


def _lines(items: Reading) -> Iterator[tuple[int, Line]]:
    for item in items:
        try:
            yield imports.of_answer(item)
        except (BadText, ValueError, TypeError) as error:
            raise FileRefused(Problem.FAILED, detail=str(error)) from error


def import_file(
    path: Path,
    *,
    name: str = "",
    secrets: Sequence[Secret] = (NOTHING,),
    gate: Callable[[], None] | None = None,
    unwanted: Callable[[], bool] | None = None,
) -> Session:
    """A new profile with the history of an exported journal, open.

    ``name`` is by default the one that stands in the file, counted up if it is taken. Raises
    ``FileRefused``, ``BadName``, ``KeysError`` or ``StoreError``; nothing is left behind then.
    """
    if name:
        profiles.path_of(name, new=True)
    folder = restoring.new_stage()
    try:
        staged = folder / restoring.STAGED
        key = safe.create_keys(staged, secrets)
        found = read_in(path, staged, key=key, gate=gate, unwanted=unwanted)
        target = profiles.path_of(name or profiles.free_name(_named(found.name)), new=True)
        profile_files.place(staged, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Session.open(target, key=key)


def _named(name: str) -> str:
    """What a file calls itself, if a profile may be called so."""
    try:
        return profiles.check_name(name)
    except profiles.BadName:
        return profiles.DEFAULT_NAME


__all__ = ["KIND", "export_to", "import_file", "read_in"]
