"""Keys, asked for in the lane: what opens a profile, opening it, and how that changes.

The data key of a profile that was unlocked is held here until it is locked, so that a lesson, or
trouble with the file, does not ask for the password again. It is never written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QObject, Signal

from lstwallet.app import profiles
from lstwallet.ui.jobs import Jobs, Lane

if TYPE_CHECKING:
    from lstwallet.app.safe import By, HeldKey, How, Secret
    from lstwallet.app.session import Session

Done = Callable[[Any], None]
Failed = Callable[[BaseException], None]


class Protection(NamedTuple):
    """What was chosen for a new profile."""

    password: str = ""
    """Empty: none, and then ``computer`` means nothing."""
    computer: bool = False
    """Also unlock with this computer's keyring."""

    def __repr__(self) -> str:
        return "Protection(…)"


OPEN: Final = Protection()
"""No password."""


class Keys(QObject):
    """One window's keys."""

    code_made = Signal(str)
    """A fresh recovery code, to be shown once."""
    changed = Signal()
    """What opens the profile that is open is known, or another: see ``how``."""

    def __init__(self, bridge: Any) -> None:
        """``bridge`` is the ``Bridge`` it belongs to."""
        super().__init__(bridge)
        self._bridge = bridge
        self._jobs: Jobs = bridge.jobs
        self._side: Lane | None = None
        self._held: dict[Path, HeldKey] = {}
        self.path: Path | None = None
        """The profile that is open."""
        self.how: How | None = None
        """What opens it; ``None`` until the lane has looked."""

    # --- looking ------------------------------------------------------------------------

    def look(self, path: Path, done: Done, failed: Failed) -> None:
        """``done(How)``: what opens a profile."""

        def work() -> How:
            from lstwallet.app import safe

            return safe.how(path)

        self._jobs.run(work, done, failed)

    def follow(self, path: Path | None, *, keep: bool = False) -> None:
        """Another profile is open now, or none. The keys of others go, unless ``keep``."""
        self.path, self.how = path, None
        if not keep:
            self._held = {each: key for each, key in self._held.items() if each == path}
        if path is None:
            self.changed.emit()
        else:
            self.look(path, lambda how: self._followed(path, how), lambda _error: None)

    def _followed(self, path: Path, how: How) -> None:
        if path == self.path:
            self.how = how
            self.changed.emit()

    def has(self, kind: str) -> bool:
        """Whether the open profile has a slot of that kind."""
        return self.how is not None and any(slot.kind == kind for slot in self.how.slots)

    @property
    def lockable(self) -> Path | None:
        """The profile that a lock would close: the open one, or during a lesson one's own."""
        if self.path is None or self.path in self._held:
            return self.path
        return next(iter(self._held), None) if profiles.is_practice(self.path) else None

    @property
    def held(self) -> Collection[Path]:
        """The profiles whose keys are held."""
        return self._held.keys()

    def hold(self, path: Path, key: HeldKey) -> None:
        """A profile with a password whose key is at hand: it was just restored, or renamed."""
        self._held[path] = key

    def forget(self) -> None:
        """Locked: no key is held any more."""
        self._held.clear()
        self.follow(None)

    # --- opening ------------------------------------------------------------------------

    def opener(
        self, path: Path, secret: Secret | None = None, *, accept: bool = False
    ) -> Callable[[], Session]:
        """Work that opens a profile, with ``secret``, or with the key that is held.

        ``accept``: a person was told that it may be an older state, and wants it.
        """

        def work() -> Session:
            from lstwallet.app import safe

            if safe.how(path).state is not safe.State.LOCKED:
                return safe.open_profile(path, accept_rollback=accept)
            key = safe.HeldKey(safe.unlock(path, secret or self._by(path)))
            self._held[path] = key  # also for who is asked whether an older state may be opened
            return safe.open_profile(path, key, accept_rollback=accept)

        return work

    def recoverer(self, path: Path, code: str, password: str) -> Callable[[], Session]:
        """Work that opens a profile with its recovery code and gives it a new password."""

        def work() -> Session:
            from lstwallet.app import safe

            key = safe.HeldKey(safe.unlock(path, safe.RecoveryCode(code)))
            safe.change_password(path, key, safe.Password(password))
            session = safe.open_profile(path, key)
            self._held[path] = key
            return session

        return work

    def beginner(
        self, protection: Protection, make: Callable[[Any], Session], told: Callable[[str], None]
    ) -> Callable[[], Session]:
        """Work that makes a profile with ``make(secrets)``; ``told`` gets its recovery code."""

        def work() -> Session:
            from lstwallet.app import safe

            secrets, code = secrets_of(protection)
            session = make(secrets)
            if code:
                path = session.path
                self._held[path] = safe.HeldKey(safe.unlock(path, safe.RecoveryCode(code)))
                told(code)
            return session

        return work

    def protect(self, password: str, failed: Failed) -> None:
        """Give the open profile its first password: it is closed, gets it, and is opened anew;
        ``code_made`` has its recovery code shown. ``failed``: it is open as before."""
        path, codes = self.path, list[str]()
        assert path is not None

        def protected() -> Session:
            from lstwallet.app import safe

            safe.set_password(path, safe.NOTHING, safe.Password(password))
            code = safe.new_recovery_code(path, safe.Password(password))
            codes.append(code.text)
            self._held[path] = safe.HeldKey(safe.unlock(path, code))
            return safe.open_profile(path, self._held[path])

        def opener() -> Session:
            # A backup of what it is now would open without the password that it is about to get.
            self._bridge.backups.unwanted = path
            try:
                self._bridge.close_session()
                return protected()
            except BaseException:
                self._bridge.session = self.opener(path)()
                raise
            finally:
                self._bridge.backups.unwanted = None

        self._bridge.open(opener, failed, lambda: self.code_made.emit(codes[0]))

    def ask_computer(
        self,
        path: Path,
        wanted: Callable[[], bool],
        done: Callable[[], None],
        failed: Failed,
    ) -> None:
        """Get the key from this computer's keyring, then ``done``: the key is held.

        It may take five seconds; a password that is tried meanwhile does not wait for it. An
        answer that is not ``wanted`` any more is no key: what was locked since stays locked.
        """

        def work() -> HeldKey:
            from lstwallet.app import safe

            return safe.HeldKey(safe.unlock(path, safe.ThisComputer()))

        def kept(key: HeldKey) -> None:
            if wanted():
                self._held[path] = key
                done()

        self.side.run(work, kept, failed)

    def probe(self, done: Callable[[str], None]) -> None:
        """Whether this computer's keyring can keep a key: a state for ``wording``."""

        def work() -> str:
            from lstwallet.app import safe

            return str(safe.this_computer())

        self.side.run(work, done, lambda _error: done("failed"))

    @property
    def side(self) -> Jobs:
        """Where a call to the keyring runs: it may hang for a while, and nothing waits for it."""
        if not isinstance(self._jobs, Lane):
            return self._jobs
        if self._side is None:
            self._side = Lane(self)
        return self._side

    def close(self) -> None:
        """The program ends: no key is held, and the keyring's lane stops."""
        self._held.clear()
        if self._side is not None:
            self._side.close(lambda: None, 6.0)

    # --- changing -----------------------------------------------------------------------

    def change_password(
        self, present: str, new: str, done: Callable[[], None], failed: Failed
    ) -> None:
        """Another password, in the name of the present one."""

        def act(safe: Any, path: Path, by: By, session: Session) -> None:
            safe.change_password(path, safe.Password(present), safe.Password(new), session)

        self.change(act, lambda _answer: done(), failed)

    def remove_password(self, present: str, done: Callable[[], None], failed: Failed) -> None:
        """No password any more: the key lies beside the profile, for whoever has the files."""

        def act(safe: Any, path: Path, by: By, session: Session) -> None:
            safe.remove_password(path, safe.Password(present), session)

        def gone(_answer: Any) -> None:
            self._held.pop(self.path, None)  # type: ignore[arg-type]
            done()

        self.change(act, gone, failed)

    def new_code(self, present: str, done: Callable[[], None], failed: Failed) -> None:
        """Another recovery code; ``code_made`` has it shown."""

        def act(safe: Any, path: Path, by: By, session: Session) -> str:
            return str(safe.new_recovery_code(path, safe.Password(present), session).text)

        def made(code: str) -> None:
            done()
            self.code_made.emit(code)

        self.change(act, made, failed)

    def add_computer(self, done: Callable[[], None], failed: Failed) -> None:
        """This computer's keyring keeps a key too."""

        def act(safe: Any, path: Path, by: By, session: Session) -> None:
            safe.add_slot(path, by, safe.ThisComputer(), session)

        self.change(act, lambda _answer: done(), failed)

    def remove(self, ident: str, done: Callable[[], None], failed: Failed) -> None:
        """One slot less."""

        def act(safe: Any, path: Path, by: By, session: Session) -> None:
            safe.remove_slot(path, by, ident, session)

        self.change(act, lambda _answer: done(), failed)

    def change(
        self, act: Callable[[Any, Path, By, Session], Any], done: Done, failed: Failed
    ) -> None:
        """``act(safe, path, by, session)`` in the lane, in the name of whoever has the profile
        open; then ``done`` with its answer, and ``changed``."""
        path = self.path
        assert path is not None

        def work() -> Any:
            from lstwallet.app import safe

            return act(safe, path, self._by(path), self._bridge.session)

        def told(answer: Any) -> None:
            self.look(path, lambda how: self._followed(path, how), lambda _error: None)
            done(answer)

        self._jobs.run(work, told, failed)

    def _by(self, path: Path) -> By:
        from lstwallet.app import safe

        return self._held.get(path, safe.NOTHING)


def secrets_of(protection: Protection) -> tuple[tuple[Secret, ...], str]:
    """The slots of a new profile, and the recovery code to print; without a password, none."""
    from lstwallet.app import safe
    from lstwallet.vault import recovery

    if not protection.password:
        return (safe.NOTHING,), ""
    code = recovery.make()
    computer = (safe.ThisComputer(),) if protection.computer else ()
    return (safe.Password(protection.password), safe.RecoveryCode(code), *computer), code


__all__ = ["OPEN", "Keys", "Protection"]
