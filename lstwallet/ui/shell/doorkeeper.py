"""Opens profiles with what they ask for, and locks them: which page covers the window when.

    open(path) ─ how? ┬ nothing is asked for ─────────────── the window
                      ├ locked ── unlock page ┬ password ─── the window, in the same room
                      │                       ├ computer
                      │                       └ forgotten ── code and a new password
                      └ keys lost, damaged, newer ────────── a page that says what can be done
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from lstwallet.app import profiles
from lstwallet.ui import wording
from lstwallet.ui.keys import Protection
from lstwallet.ui.shell.lock_watch import LockWatch
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column

if TYPE_CHECKING:
    from lstwallet.app.safe import How
    from lstwallet.store.book import Edit
    from lstwallet.ui.shell.protect import Protect
    from lstwallet.ui.shell.unlock import Unlock
    from lstwallet.ui.widgets.secret_field import SecretClipboard


class Doorkeeper(QObject):
    """One window's door."""

    welcome_wanted = Signal()
    """A new profile instead."""
    choose_wanted = Signal()
    """Another profile, from a file."""
    logged = Signal(object)
    """An exception for the log."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        super().__init__(window)
        self._window, self._bridge = window, window.bridge
        self._keys = self._bridge.keys
        self._others: Sequence[tuple[str, str]] = ()
        self._clipboard: SecretClipboard | None = None
        self._told: dict[Path, str] = {}
        """What stands under a profile's name on its unlock page."""
        self._lock_path: Path | None = None
        """What is opened when the present one is closed; ``None``: a new one."""
        self._unsaved: dict[Path, list[Edit]] = {}
        """What was written while a disk took nothing, and the profile was locked then."""
        self._unkept: set[Path] = set()
        """Profiles whose new recovery code went from the screen before it was kept."""
        self._lock_soon = False
        """A profile is being opened; it is locked as soon as it is."""
        self.watch = LockWatch(window)
        self.watch.due.connect(self.lock)
        window.lock_wanted.connect(self.lock_or_say)
        self._bridge.opened.connect(self._opened)
        self._bridge.not_opened.connect(self._lock_if_due)
        self._bridge.locked.connect(self._locked)
        self._keys.changed.connect(self._changed)
        self._keys.code_made.connect(self._code_made)

    @property
    def clipboard(self) -> SecretClipboard:
        """Where secrets are copied to, and taken from again."""
        if self._clipboard is None:
            from lstwallet.ui.widgets.secret_field import SecretClipboard

            self._clipboard = SecretClipboard(self)
        return self._clipboard

    def _found(self, found: Sequence[profiles.Profile]) -> None:
        """Every profile that there is may be opened instead."""
        self._others = [(each.name, str(each.path)) for each in found]
        page = self._window.cover()
        if hasattr(page, "set_others"):
            page.set_others(self._without(page.path))

    def _without(self, path: Path) -> list[tuple[str, str]]:
        return [each for each in self._others if each[1] != str(path)]

    # --- opening ------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a profile, after asking for what it wants."""
        here = self._bridge.profile
        if here is not None and here.path == path and self._window.cover() is not None:
            self._cover(None)
            return
        self._keys.look(
            path, lambda how: self._met(path, how), lambda error: self._failed(path, error)
        )

    def _met(self, path: Path, how: How) -> None:
        state = str(how.state)
        if state in ("keys_lost", "keys_damaged", "keys_newer"):
            self.show_problem(path, *keys_trouble(state))
        elif state == "locked" and path not in self._keys.held:
            self.ask(path, how)
        else:
            self._try(self._keys.opener(path), path)

    def _try(self, opener: Callable[[], Any], path: Path) -> None:
        self._bridge.open(opener, lambda error: self._failed(path, error))

    def ask(self, path: Path, how: How) -> None:
        """The unlock page."""
        from lstwallet.ui.shell.unlock import Unlock

        kinds = frozenset(str(slot.kind) for slot in how.slots)
        page = Unlock(path, kinds, self._told.get(path, self.tr("Locked")))
        page.set_others(self._without(path))
        page.password_given.connect(lambda password: self._give_password(path, password))
        page.computer_wanted.connect(lambda: self._use_computer(page))
        page.code_wanted.connect(lambda: self._ask_code(path, how))
        page.profile_wanted.connect(self._go_elsewhere)
        page.file_wanted.connect(self.choose_wanted)
        self._bridge.pause()
        self._cover(page)
        self._bridge.jobs.run(profiles.found, self._found, self.logged.emit)

    def _go_elsewhere(self, path: str) -> None:
        if path:
            self.open(Path(path))
        else:
            self.welcome_wanted.emit()

    def _give_password(self, path: Path, password: str) -> None:
        if self._bridge.opening:
            return  # this computer gave the key already: the page waits for that

        def opener() -> Any:
            from lstwallet.app.safe import Password

            return self._keys.opener(path, Password(password))()

        self._try(opener, path)

    def _use_computer(self, page: Unlock) -> None:
        """The answer is for this page only: a lock since then, or another page, outlives it."""

        def failed(error: BaseException) -> None:
            if self._window.cover() is page:
                page.show_computer(str(getattr(error, "state", "failed")))

        def wanted() -> bool:
            if self._window.cover() is not page:
                return False
            if self._bridge.opening:  # the password was quicker; if it is wrong, ask once more
                page.computer.set_pending("")
            return not self._bridge.opening

        def got() -> None:
            self._try(self._keys.opener(page.path), page.path)

        self._keys.ask_computer(page.path, wanted, got, failed)

    def _ask_code(self, path: Path, how: How) -> None:
        from lstwallet.ui.shell.unlock import Recover

        page = Recover(path)
        page.given.connect(
            lambda code, password: self._try(self._keys.recoverer(path, code, password), path)
        )
        page.left.connect(lambda: self.ask(path, how))
        self._cover(page)

    def _page_of(self, path: Path) -> QWidget | None:
        """The page that asks for this profile's key, while it is shown."""
        page = self._window.cover()
        return page if getattr(page, "path", None) == path else None

    def _cover(self, page: QWidget | None) -> None:
        """Show a page instead of the present one; what floats above a room is not the page's."""
        if page is None:
            self._window.show_shell()
            return
        if self._window.cover() is None:
            self._close_all_above(QFileDialog)
        self._window.show_whole(page)

    # --- what went wrong ----------------------------------------------------------------

    def _failed(self, path: Path, error: BaseException) -> None:
        """Beside its field where a page asks; above the room where one is open; else a page."""
        kind = type(error).__name__
        page = self._page_of(path)
        if kind == "KeysOld" or str(getattr(error, "damage", "")) in _ABOUT_THE_MARK:
            self.logged.emit(error)
            self._ask_about_older(path, error)
        elif page is not None and kind == "WrongSecret" and hasattr(page, "show_wrong"):
            self._show_wrong(page)
        elif page is not None and kind in ("Mistyped", "NoSuchSlot") and hasattr(page, "code"):
            page.show_wrong(wording.error(error))
        elif page is not None and (kind not in _OWN_PAGE and hasattr(page, "show_problem")):
            self.logged.emit(error)
            page.show_problem(wording.error(error))
        elif self._bridge.world is not None:
            self.logged.emit(error)
            self._window.show_trouble(wording.error(error))
        else:
            self.logged.emit(error)
            self.show_problem(path, wording.error(error))

    def _ask_about_older(self, path: Path, error: BaseException) -> None:
        """The file itself is sound, and may be an earlier state: a person says what now."""
        advice = self.tr(
            "If you have put an earlier copy back yourself, open it as it is: what was done after "
            "it is gone. If you have not, somebody else has; look for the newer files first."
        )
        self.show_problem(
            path, wording.error(error), self.tr("This may be an older state of the profile"),
            advice, self.tr("Open it as it is"),
        )  # fmt: skip

    def _show_wrong(self, page: Any) -> None:
        if hasattr(page, "code"):
            page.show_wrong(self.tr("This is not the code of this profile."))
        else:
            page.show_wrong()

    def show_problem(
        self, path: Path, sentence: str, title: str = "", advice: str = "", accept: str = ""
    ) -> None:
        """A plain page: what is wrong, and what can be done. ``accept``: words of the button that
        opens it all the same."""
        from lstwallet.ui.shell.problem import Problem

        page = Problem(path, sentence, title=title, advice=advice, accept=accept)
        page.accepted.connect(lambda: self._try(self._keys.opener(path, accept=True), path))
        page.retry.connect(lambda: self.open(path))
        page.fresh.connect(self.welcome_wanted)
        page.other.connect(self.choose_wanted)
        self._cover(page)

    # --- new profiles -------------------------------------------------------------------

    def ask_protection(
        self, chosen: Callable[[Protection], None], left: Callable[[], None]
    ) -> None:
        """How a profile that is about to be made is protected."""
        from lstwallet.ui.shell.protect import Protect

        page = Protect()
        page.chosen.connect(chosen)
        page.left.connect(left)
        page.computer_asked.connect(lambda: self._probe(page))
        self._cover(page)

    def _probe(self, page: Protect) -> None:
        """Ask the keyring for this page only: one that is shown later has not asked."""

        def answered(state: str) -> None:
            if self._window.cover() is page:
                page.set_computer(state)

        self._keys.probe(answered)

    def show_code(self, code: str, name: str, then: Callable[[], None]) -> None:
        """A fresh recovery code covers the window until it is kept, or not.

        A lock does not wait for that: nobody may be there. It takes the code away for good, and
        when the profile is open again a new one is offered.
        """
        from lstwallet.ui.shell.recovery import RecoveryPage

        def left() -> None:
            self._cover(None)
            then()

        path = self._bridge.profile.path
        page = RecoveryPage(code, name, self.clipboard, self._bridge.jobs)
        page.left.connect(left)
        page.lost.connect(lambda: self._unkept.add(path))
        self._cover(page)

    def _offer_new_code(self) -> None:
        from lstwallet.ui.shell.recovery import UnkeptSheet

        sheet = UnkeptSheet(self._window)
        sheet.wanted.connect(
            lambda: self._window.enter("settings", {"do": "code"}, typing=True)
        )
        sheet.open()

    def _code_made(self, code: str) -> None:
        self.show_code(code, self._bridge.profile.name, lambda: None)

    # --- locking ------------------------------------------------------------------------

    def lock_or_say(self) -> None:
        """Ctrl+L: lock, or say why that cannot be."""
        if self._keys.lockable is not None:
            self.lock()
        elif self._bridge.world is not None and self._window.cover() is None:
            self._window.toast(
                self.tr("This profile has no password"),
                self.tr("Without one it cannot be locked."),
                "info",
                offer=(self.tr("Set one"), self._go_to_keys),
            )

    def _go_to_keys(self) -> None:
        self._window.enter("settings", {"do": "keys"}, typing=True)

    def lock(self) -> None:
        """Stop time, commit, close; nothing of the profile stays on the screen.

        While another profile or branch is being opened it is covered at once, and locked as soon
        as that has ended, well or not; a what-if is stopped.
        """
        if self._bridge.opening:
            self._lock_soon = True
            self._bridge.cancel()
            if self._keys.lockable is not None and self._bridge.profile is not None:
                self._hide_all()
            return
        path = self._keys.lockable
        if path is None or self._bridge.profile is None:
            return
        self._told[path] = self.tr("Locked {moment} world time").format(
            moment=wording.moment(self._bridge.world.time)
        )
        self._unsaved[self._bridge.profile.path] = self._bridge.standstill.take()
        self._hide_all()
        self._lock_path = path
        self._bridge.lock()

    def _hide_all(self) -> None:
        """Nothing of the profile is seen: closing may take a while, with a backup before it."""
        self._close_all_above(QDialog)
        if self._clipboard is not None:
            self._clipboard.clear()
        self._cover(Locking())

    def _close_all_above(self, dialogs: type[QDialog]) -> None:
        """Menus, dialogs of a kind, sheets and toasts."""
        self._window.put_away()
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            following = QApplication.activePopupWidget()
            popup = None if following is popup else following
        for dialog in self._window.findChildren(dialogs):
            dialog.reject()

    def _locked(self) -> None:
        gc.unfreeze()  # what was open goes: see Program, where it was frozen
        path = self._lock_path
        self.watch.watch(False)
        self._keys.forget()
        self._window.top_bar.set_lockable(False)
        if path is None:
            self.welcome_wanted.emit()
        else:
            self.open(path)

    def leave_for(self, path: Path | None) -> None:
        """Close the open profile, which is about to go, and open another; none: a new one."""
        self._hide_all()
        self._lock_path = path
        self._bridge.lock()

    def _opened(self) -> None:
        path = self._bridge.profile.path
        self._keys.follow(path, keep=profiles.is_practice(path))
        for edit in self._unsaved.pop(path, ()):
            self._bridge.edit(edit)
        self._lock_if_due()
        if path in self._unkept and not self._bridge.opening:
            self._unkept.discard(path)
            self._offer_new_code()

    def _lock_if_due(self) -> None:
        soon, self._lock_soon = self._lock_soon, False
        if soon:
            self.lock()

    def _changed(self) -> None:
        lockable = self._keys.lockable is not None
        self._window.top_bar.set_lockable(lockable)
        self.watch.watch(lockable)

    def close(self) -> None:
        """The program ends: no secret stays on the clipboard."""
        if self._clipboard is not None:
            self._clipboard.clear()


class Locking(QWidget):
    """Nothing of the profile, while it is being closed."""

    def __init__(self) -> None:
        super().__init__()
        words = Label(self.tr("Locking…"), "body", "2", align="center")
        self.setLayout(column(None, words, None))


_ABOUT_THE_MARK = frozenset(("rolled_back", "unmarked", "mismarked"))
"""Damages that a person may accept, see ``store.errors``."""
_OWN_PAGE = frozenset(
    ("KeysMissing", "KeysDamaged", "KeysNewer", "StoreBroken", "NewerVersion")
)
"""Errors after which typing again is of no use."""


def keys_trouble(state: str) -> tuple[str, str, str]:
    """Sentence, title and advice for keys that cannot be used."""
    tr = wording.translate
    return {
        "keys_lost": (
            tr(
                "keys",
                "There is no key file beside it: either this is not a profile of lstwallet, or "
                "its keys are lost.",
            ),
            tr("keys", "This profile cannot be opened"),
            tr(
                "keys",
                "Put “….lstwallet.keys” back beside the profile, from a backup of yours, and try "
                "again. Without it nobody can read the profile; its file is kept as it is.",
            ),
        ),
        "keys_damaged": (
            tr("keys", "The key file beside the profile is damaged, and so is its copy."),
            tr("keys", "The keys of this profile are damaged"),
            tr(
                "keys",
                "Put “….lstwallet.keys” back from a backup of yours and try again. Both files are "
                "kept as they are.",
            ),
        ),
        "keys_newer": (
            tr("keys", "A newer version of lstwallet wrote the key file."),
            tr("keys", "This profile needs a newer lstwallet"),
            tr("keys", "Update lstwallet and try again. Nothing was changed."),
        ),
    }[state]


__all__ = ["Doorkeeper"]
