"""Profiles and backups, worked on in the lane: listed, made, restored, renamed, thrown away.

A profile that is about to be closed is backed up first, if that is due (``let_go``). While one is
open for long, it is looked at now and then as well. What keeps a backup from being made is told
in a strip, and tried again at the next occasion; nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from lstwallet.app import profiles
from lstwallet.ui.jobs import GATE

if TYPE_CHECKING:
    from lstwallet.app.backups import Kept
    from lstwallet.app.restoring import Preview, Staged
    from lstwallet.app.safe import By, HeldKey
    from lstwallet.app.session import Session

Done = Callable[[Any], None]
Failed = Callable[[BaseException], None]

LOOK_MS: Final = 600_000
"""How often an open profile is looked at: ten minutes."""


class Backups(QObject):
    """One window's profiles and backups."""

    changed = Signal()
    """There are other profiles or backups than before."""
    told = Signal(object)
    """A ``StoreError`` that kept an automatic backup from being made."""

    def __init__(self, bridge: Any) -> None:
        """``bridge`` is the window's."""
        super().__init__(bridge)
        self._bridge = bridge
        self.unwanted: Path | None = None
        """A profile that is about to be deleted: no backup of it is made by itself."""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        bridge.opened.connect(self._timer.start)

    # --- by itself ----------------------------------------------------------------------

    def let_go(self, session: Session) -> None:
        """In the lane: back the profile up if that is due, then close it."""
        kept = None
        try:
            kept = self._keep(session)
        finally:
            session.close()
            if kept is not None:
                self._bridge.jobs.tell(lambda: self._kept(kept))

    def _keep(self, session: Session) -> Kept | None:
        """Practice and what was opened for reading is nobody's only copy of anything."""
        if session.closed or session.read_only or session.halted is not None:
            return None
        if session.path == self.unwanted:
            return None
        if session.path.parent != profiles.folder():
            return None
        from lstwallet.app import backups

        settings = self._bridge.settings
        return backups.keep(
            session, settings.backup_folder, settings.backup_every, gate=GATE.wait
        )

    def _look(self) -> None:
        if self._bridge.profile is None:
            self._timer.stop()
        elif not self._bridge.running and not self._bridge.playing:
            self._bridge.call(self._keep, self._kept)

    def _kept(self, kept: Kept | None) -> None:
        if kept is None:
            return
        if kept.problem is not None:
            self.told.emit(kept.problem)
        elif kept.made is not None:
            self.changed.emit()

    # --- looking ------------------------------------------------------------------------

    def listing(self, done: Done, failed: Failed) -> None:
        """``done(Listing)``."""
        chosen = self._bridge.settings.backup_folder

        def work() -> Any:
            from lstwallet.app import profile_list

            return profile_list.listing(chosen)

        self._bridge.jobs.run(work, done, failed)

    def check(self, path: Path, done: Done, failed: Failed) -> None:
        """Every byte of a backup against its digests; ``done(Label)``."""

        def work() -> Any:
            from lstwallet.store import backup

            return backup.check(path, gate=GATE.wait)

        self._bridge.jobs.run(work, done, failed)

    # --- making and deleting backups ----------------------------------------------------

    def back_up(self, done: Done, failed: Failed) -> None:
        """A backup of the open profile, now; ``done(path)``."""
        chosen = self._bridge.settings.backup_folder

        def work(session: Session) -> Path:
            from lstwallet.app import backups

            return backups.back_up(session, backups.folder(chosen), gate=GATE.wait)

        self._bridge.call(work, self._and_changed(done), failed)

    def delete_backup(self, path: Path, done: Done, failed: Failed) -> None:
        """Delete one backup file for good, unless it is the only one (``OnlyBackup``)."""

        def work() -> None:
            from lstwallet.app import backups

            backups.delete(path)

        self._bridge.jobs.run(work, self._and_changed(done), failed)

    # --- restoring ----------------------------------------------------------------------

    def stage(self, path: Path, done: Done, failed: Failed) -> None:
        """Take a backup apart; ``done((Staged, How))``. Whoever gets it lets it go again."""

        def work() -> Any:
            from lstwallet.app import restoring

            staged = restoring.stage(path, gate=GATE.wait)
            return staged, staged.how()

        self._bridge.jobs.run(work, done, failed)

    def preview(self, staged: Staged, secret: By | None, done: Done, failed: Failed) -> None:
        """Open it and audit it; ``done((Preview, key, name))``, with a name that a profile of it
        may have. Without ``secret``: with none, or with the key of the profile that is open."""

        def work() -> tuple[Preview, HeldKey, str]:
            from lstwallet.app import safe

            by = secret
            if by is None:
                locked = staged.how().state is safe.State.LOCKED
                by = self._held() if locked else safe.NOTHING
            key = safe.HeldKey(safe.unlock(staged.path, by))
            preview = staged.open(key, gate=GATE.wait)
            return preview, key, profiles.free_name(preview.name)

        self._bridge.jobs.run(work, done, failed)

    def _held(self) -> By:
        """In the lane: the key of the open profile."""
        from lstwallet.app import safe

        session = self._bridge.session
        held = session.key if session is not None else None
        return safe.NOTHING if held is None else safe.HeldKey(held)

    def _hold(self, path: Path, key: HeldKey) -> None:
        """In the lane: whoever has just given the key of a locked profile need not do so again."""
        from lstwallet.app import safe

        if safe.how(path).state is safe.State.LOCKED:
            self._bridge.keys.hold(path, key)

    def drop(self, staged: Staged) -> None:
        """It is not wanted any more."""
        self._bridge.jobs.run(staged.close, _nothing, _nothing)

    def restore_new(
        self, staged: Staged, key: HeldKey, name: str, done: Done, failed: Failed
    ) -> None:
        """Make a new profile of it; ``done(path)``."""

        def work() -> Path:
            from lstwallet.app import restoring

            path = restoring.as_new(staged, name)
            self._hold(path, key)
            return path

        self._bridge.jobs.run(work, self._and_changed(done), failed)

    def restore_here(
        self, staged: Staged, key: HeldKey, done: Callable[[], None], failed: Failed
    ) -> None:
        """Put it in the place of the open profile, which is backed up first; then that is open,
        and ``done``."""
        chosen = self._bridge.settings.backup_folder

        def change(session: Session) -> Session:
            from lstwallet.app import backups, restoring, safe

            path, by = session.path, self._held()
            backups.back_up(
                session, backups.ready_folder(backups.folder(chosen)), why=backups.KEPT,
                gate=GATE.wait,
            )  # fmt: skip
            session.close()
            try:
                restoring.in_place(staged, path)
            except BaseException:
                self._bridge.session = safe.open_profile(path, by)
                raise
            self._hold(path, key)
            return safe.open_profile(path, key)

        self._exchange(change, failed, done)

    # --- profiles -----------------------------------------------------------------------

    def rename(self, path: Path, name: str, done: Done, failed: Failed) -> None:
        """Call a profile so; the open one stays open. ``done(path)`` of the new file."""
        here = self._bridge.profile
        if here is None or here.path != path:
            self._bridge.jobs.run(lambda: _renamed(path, name), self._and_changed(done), failed)
            return

        def change(session: Session) -> Session:
            from lstwallet.app import safe

            profiles.check_free(name, path)
            by = self._held()
            session.close()
            try:
                target = _renamed(path, name)
            except BaseException:
                self._bridge.session = safe.open_profile(path, by)
                raise
            if isinstance(by, safe.HeldKey):
                self._hold(target, by)
            return safe.open_profile(target, by)

        self._exchange(change, failed)

    def throw(self, path: Path, done: Done, failed: Failed) -> None:
        """Delete a profile that is not open; ``done(Thrown)``: it can be put back."""

        def work() -> Any:
            from lstwallet.app import dustbin

            return dustbin.throw(path)

        self._bridge.jobs.run(work, self._and_changed(done), failed)

    def put_back(self, thrown: Any, done: Done, failed: Failed) -> None:
        """Make a deleted profile one again; ``done(path)``."""

        def work() -> Path:
            from lstwallet.app import dustbin

            return dustbin.put_back(thrown)

        self._bridge.jobs.run(work, self._and_changed(done), failed)

    def remove(self, thrown: Any, done: Done, failed: Failed) -> None:
        """Delete a deleted profile for good."""

        def work() -> None:
            from lstwallet.app import dustbin

            dustbin.remove(thrown)

        self._bridge.jobs.run(work, self._and_changed(done), failed)

    # --- the journal --------------------------------------------------------------------

    def export(self, path: Path, done: Done, failed: Failed) -> None:
        """Write the open profile's history to a file; ``done(lines)``."""

        def work(session: Session) -> int:
            from lstwallet.app import journals

            return journals.export_to(session, path, gate=GATE.wait)

        self._bridge.call(work, done, failed)

    def _exchange(
        self,
        change: Callable[[Session], Session],
        failed: Failed,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Let another session stand for the open one: ``change`` closes it and gives the other,
        in the lane. When it raises it leaves one open, and the profile is as it was."""
        self._bridge.open(lambda: change(self._bridge.session), failed, done)

    # --- inside -------------------------------------------------------------------------

    def _and_changed(self, done: Done) -> Done:
        def told(answer: Any) -> None:
            done(answer)
            self.changed.emit()

        return told


def _renamed(path: Path, name: str) -> Path:
    from lstwallet.app import profile_files

    target = profiles.path_of(name)
    profiles.check_free(name, path)
    profile_files.rename(path, target)
    return target


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""


__all__ = ["Backups"]
