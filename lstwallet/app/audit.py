"""All that can be checked of a profile: slots, mark, pages, history, backups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lstwallet.app import backups, restoring, safe
from lstwallet.app.safe import By, HeldKey, How, State
from lstwallet.store import mark
from lstwallet.store.errors import StoreError
from lstwallet.store.verify import Report
from lstwallet.vault.errors import KeysDamaged, KeysError, WrongSecret


class Checked(NamedTuple):
    """A backup of the profile, and what is wrong with it."""

    path: Path
    problems: tuple[str, ...]
    """Nothing when it is sound."""
    events: int = 0
    opened: bool = True
    """False: every byte is as it was written, but the key is an earlier one of the profile's."""


class Audit(NamedTuple):
    """What was found."""

    report: Report
    how: How
    """The slots; ``mended`` says that one of the two slot files is not sound."""
    operations: int | None
    """How many transactions the head mark counts; ``None`` without a mark that holds."""
    backups: tuple[Checked, ...] = ()
    where: Path | None = None
    """The folder of backups that was looked into."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found, in the profile and in its backups."""
        return self.report.sound and not any(each.problems for each in self.backups)


def audit(
    path: Path,
    secret: By,
    *,
    where: Path | None = None,
    gate: Callable[[], None] | None = None,
) -> Audit:
    """Check a profile that nobody has open, and with ``where`` its backups in that folder.

    Raises ``KeysError``, ``Mistyped`` or ``StoreError`` when it cannot be opened.
    """
    how, key = safe.how(path), None
    report = safe.verify_profile(path, secret, gate=gate)
    if how.state not in (State.PLAIN, State.MISSING):
        key = safe.unlock(path, secret)  # now: it mends the slot file that is not sound
    by: By = safe.NOTHING if key is None else HeldKey(key)
    seen = mark.read(path, key)
    counted = seen.newest[0] if seen.newest is not None else None
    found: tuple[Checked, ...] = ()
    if where is not None:
        mine = backups.of_profile(where, backups.owner(path).profile)
        found = tuple(_checked(each.path, by, gate) for each in mine)
    return Audit(report, how, counted, found, where)


def _checked(path: Path, by: By, gate: Callable[[], None] | None) -> Checked:
    """Opened with the key of its profile, and replayed."""
    try:
        staged = restoring.stage(path, gate=gate)
    except StoreError as error:
        return Checked(path, (error.detail,))
    try:
        own = safe.NOTHING if staged.how().state is State.OPEN else by
        preview = staged.open(own, gate=gate)
        return Checked(path, preview.problems, preview.events)
    except (WrongSecret, KeysDamaged):
        return Checked(path, (), opened=False)
    except (StoreError, KeysError) as error:
        return Checked(path, (error.detail or type(error).__name__,))
    finally:
        staged.close()


__all__ = ["Audit", "Checked", "audit"]
