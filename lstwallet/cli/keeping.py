"""``verify``, ``backup``, ``restore``, ``export`` and ``import``: what they do and print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lstwallet.app import backups, journals, profiles, restoring, safe
from lstwallet.app import settings as settings_file
from lstwallet.app.audit import Audit, audit
from lstwallet.app.profiles import NameProblem
from lstwallet.cli.passwords import secret_for
from lstwallet.cli.sentences import Stop
from lstwallet.units.clock import iso


def folder_of_backups(chosen: Path | None = None) -> Path:
    """The folder that was named, or the one in the settings."""
    if chosen is not None:
        return chosen
    loaded, _ = settings_file.load(profiles.settings_path())
    return backups.folder(loaded.backup_folder)


# --- verify ------------------------------------------------------------------------------------


def verify(profile: Path, password_file: Path | None, *, with_backups: bool) -> str:
    """What the audit found, as lines. Raises ``Stop`` when something is not sound."""
    where = folder_of_backups() if with_backups else None
    found = audit(profile, secret_for(profile, password_file), where=where)
    if not found.sound:
        raise Stop(f"{profile} is not sound: {'; '.join(_problems(found))}.")
    return "\n".join(_lines(profile, found))


def _problems(found: Audit) -> Iterator[str]:
    yield from found.report.problems
    for each in found.backups:
        for problem in each.problems:
            yield f"backup {each.path.name}: {problem}"


def _lines(profile: Path, found: Audit) -> Iterator[str]:
    report = found.report
    yield (
        f"{profile} is sound: {report.events} events replayed to {iso(report.time)}, "
        f"{report.snapshots} snapshots equal, world hash {report.world_hash}"
    )
    kinds = ", ".join(str(slot.kind or slot.label) for slot in found.how.slots)
    if kinds:
        yield f"  slots: {kinds}; the slot file and its copy are sound"
        yield "  pages: every one is what its seal says"
    if found.operations is not None:
        yield f"  head mark: {found.operations} operations, as in the file"
    if report.branches > 1:
        yield f"  branches: {report.branches}, each replayed from where it leaves its parent"
    if found.where is not None:
        yield f"  backups: {len(found.backups)} in {found.where}"
        for each in found.backups:
            if each.opened:
                yield f"    {each.path.name}: sound, {each.events} events replayed"
            else:
                yield f"    {each.path.name}: whole, but not opened: it has an earlier key"


# --- backup and restore ------------------------------------------------------------------------


def back_up(profile: Path, to: Path | None, password_file: Path | None) -> str:
    """Make one; what to print. Raises ``StoreError`` and what opening raises."""
    where = backups.ready_folder(folder_of_backups(to))
    session = safe.open_profile(profile, secret_for(profile, password_file))
    try:
        made = backups.back_up(session, where)
    finally:
        session.close()
    return f"{made}: backed up and verified"


def restore(file: Path, name: str, password_file: Path | None) -> str:
    """Make a new profile of a backup. Raises ``Stop`` for one that does not hold."""
    staged = restoring.stage(file)
    try:
        preview = staged.open(secret_for(staged.path, password_file))
        if preview.problems:
            raise Stop(f"{file} does not hold: {'; '.join(preview.problems)}.")
        path = restoring.as_new(staged, _name(name or profiles.free_name(preview.name)))
    finally:
        staged.close()
    return f"{path}: restored, {preview.events} events, at {iso(preview.at)}"


# --- export and import -------------------------------------------------------------------------


def export(profile: Path, file: Path, password_file: Path | None) -> str:
    """Write the history to ``file``; it is in the clear there."""
    secret = secret_for(profile, password_file)
    session = safe.open_profile(profile, secret, read_only=True)
    try:
        lines = journals.export_to(session, file)
    finally:
        session.close()
    return f"{file}: {lines} lines; whoever gets the file can read them"


def bring_in(file: Path, name: str, password_file: Path | None) -> str:
    """Make a new profile of an exported history; with a password if one is given."""
    secrets: tuple[safe.Secret, ...] = (safe.NOTHING,)
    if password_file is not None:
        secrets = (secret_for(file, password_file),)
    session = journals.import_file(file, name=_name(name) if name else "", secrets=secrets)
    try:
        return f"{session.path}: {session.world.events} events, at {iso(session.world.time)}"
    finally:
        session.close()


def _name(name: str) -> str:
    """The name, if a new profile may be called so. Raises ``Stop``."""
    try:
        profiles.path_of(name, new=True)
    except profiles.BadName as bad:
        raise Stop(_WHY[bad.problem].format(name=name)) from bad
    return name


_WHY = {
    NameProblem.EMPTY: "A profile needs a name.",
    NameProblem.TOO_LONG: f"A profile's name has at most {profiles.LONGEST_NAME} characters.",
    NameProblem.FORBIDDEN: "“{name}” cannot be the name of a profile.",
    NameProblem.TAKEN: "There is a profile called “{name}” already; choose another name.",
}

