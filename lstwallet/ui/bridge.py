"""Between the window and the engine: commands down, one signal up, nobody asks back.

The window holds an immutable ``World`` and previews on it. Everything that touches the
session (the engine, SQLite) happens in the lane; its answers come back as signals in the
GUI thread. The GUI never waits.

It stands on three floors: ``Shown`` (what is seen of a profile), ``Asking`` (what is read of
it) and ``Playing`` (time). Here is what changes it: which profile is open, and commands.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from lstwallet.app.settings import Settings
from lstwallet.engine.world import YOU
from lstwallet.store.book import Book
from lstwallet.ui.backups import Backups
from lstwallet.ui.jobs import GATE, Jobs
from lstwallet.ui.keys import Keys
from lstwallet.ui.past import InThePast
from lstwallet.ui.playing import Playing
from lstwallet.ui.records import (
    EVERYTHING,
    SPEEDS,
    USD,
    Opened,
    Opening,
    Preferences,
    shown_accounts,
)

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Session
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.refusals import Refusal
    from lstwallet.engine.signing import Prepared
    from lstwallet.engine.world import World
    from lstwallet.store.book import Edit


class Bridge(Playing):
    """The only way from a page to the session."""

    locked = Signal()
    """The profile was closed: ``profile`` and ``world`` are gone, nothing of it may be shown."""
    refused = Signal(object, object)
    """A command and its ``Refusal``, when a form or the engine refused it: for the coach."""
    book_changed = Signal(object)
    """An ``Edit`` of contacts, notes, names or favourites was committed."""

    def __init__(
        self,
        jobs: Jobs,
        settings: Settings | None = None,
        settings_path: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Without ``settings_path`` settings are not kept."""
        super().__init__(jobs, settings or Settings(), settings_path, parent)
        self.book: Book = Book()
        """Contacts, notes, names and favourites of the profile that is open."""
        self.keys = Keys(self)
        """What opens profiles; see ``ui/keys.py``."""
        self.backups = Backups(self)

    # --- the profile --------------------------------------------------------------------

    def open(
        self,
        opener: Callable[[], Session],
        refused: Callable[[BaseException], None] | None = None,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Open a profile in the lane and close the one before it; then ``opened``, and ``done``.

        When it cannot be opened the profile before stays, and ``refused`` (or the
        signal ``failed``) gets the exception. Until then nothing is sent and no time
        passes: it would go to a profile that the person does not see.
        """
        self.pause()
        self.cancel()
        self._opening += 1

        def work() -> Opened:
            session = opener()
            before, self.session = self.session, session
            if before is not None:
                self.backups.let_go(before)
            return _opened(session)

        def answered(opened: Opened) -> None:
            self._opened(opened)
            if done is not None:
                done()

        self.jobs.run(work, answered, partial(self._kept, refused or self.failed.emit))

    def recover(
        self, reply: Callable[[], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Have the profile's file opened and audited anew; what it holds is what is shown."""
        self.pause()
        self.cancel()
        shown = self.present

        def work() -> tuple[World | None, Book]:
            session = self._require()
            world = session.recover(gate=GATE.wait)
            return (None if world == shown else world), session.book

        def done(found: tuple[World | None, Book]) -> None:
            self.book = found[1]
            self._restored(found[0])
            reply()

        self.jobs.run(work, done, failed)

    def settle(self, seconds: float) -> bool:
        """Stop time and wait until all that was asked for is committed. False: it is not yet.

        The window waits meanwhile: for the end of the session only.
        """
        self.pause()
        self.cancel()
        settled = Event()
        self.jobs.run(settled.set, _nothing, _nothing)
        return settled.wait(seconds)

    def turn(
        self,
        act: Callable[[Session], Any],
        reply: Callable[[Any], None],
        refused: Callable[[BaseException], None],
    ) -> None:
        """Let the open profile stand elsewhere in its history: ``act`` does it in the lane. Then
        ``opened``, and ``reply`` with what ``act`` gave; or ``refused``, with nothing changed."""
        if self.standstill.refuses(refused):
            return
        self.pause()
        self.cancel()
        self._opening += 1

        def work() -> tuple[Opened, Any]:
            session = self._require()
            answer = act(session)
            return _opened(session), answer

        def done(both: tuple[Opened, Any]) -> None:
            self._opened(both[0])
            reply(both[1])

        def kept(error: BaseException) -> None:
            self.standstill.look(error)
            refused(error)

        self.jobs.run(work, done, partial(self._kept, kept))

    def _kept(self, refused: Callable[[BaseException], None], error: BaseException) -> None:
        """What was to be opened was not."""
        self._opening -= 1
        refused(error)
        self.not_opened.emit()

    def close(self) -> bool:
        """Stop time, commit, close the profile and end the lane. False: it did not end."""
        self.pause()
        self.cancel()
        self.keys.close()
        return self.jobs.close(self.close_session, 10.0)

    def close_session(self) -> None:
        """Commit and let go of the file. In the lane."""
        session, self.session = self.session, None
        if session is not None:
            self.backups.let_go(session)

    def lock(self) -> None:
        """Stop time, commit, close the profile and forget it; then ``locked``.

        From now on nothing is sent and nothing is read: no answer comes to what still asks.
        """
        self.pause()
        self.cancel()
        if self.profile is None or self._locking:
            return
        self._locking = True
        self._opening += 1
        self.jobs.run(self.close_session, self._closed, self._not_closed)

    def _closed(self, _: Any = None) -> None:
        self._opening -= 1
        self._locking = False
        self._reads.clear()
        self._run = None
        self.profile = self.present = None
        self.past.forget()
        self.past.standings = ()
        self.standstill.forget()
        self.book = Book()
        self._account = YOU
        self.preferences = self.preferences._replace(net_worth=0)
        self.locked.emit()

    def _not_closed(self, error: BaseException) -> None:
        """The file made trouble at the end: what was acknowledged is in it all the same."""
        self._closed()
        self.failed.emit(error)

    def _opened(self, opened: Opened) -> None:
        self._opening -= 1
        if self.profile is None or opened.path != self.profile.path:
            last = shown_accounts(self.settings).get(str(opened.path), YOU)
            self._account = last if last in opened.world.accounts else YOU
        elif self._account not in opened.world.accounts:
            self._account = YOU  # another branch, in which it was never opened
        self.profile = opened
        self.past.forget()
        self._era += 1
        self.world = opened.world
        self.book = opened.book
        self.standstill.forget()
        self.opened.emit()

    # --- commands -----------------------------------------------------------------------

    def preview(self, command: Command) -> Quote | Refusal:
        """What the command would do to the world that is shown: the engine's own decision.

        Signed by the account that is shown: ``ALL`` of its ether is what the fee leaves.
        """
        answer = self.prepare(command)
        return answer if isinstance(answer, Exception) else answer.quote

    def prepare(self, command: Command, *, unlimited: bool = False) -> Prepared | Refusal:
        """The transaction that the shown account would sign, its fee and its approvals.

        ``unlimited``: approvals without a limit instead of the exact amounts.
        """
        from lstwallet.engine import signing
        from lstwallet.engine.refusals import Refusal

        assert self.world is not None, "no profile is open"
        try:
            return signing.prepare(self.world, self.account, command, unlimited=unlimited)
        except Refusal as refusal:
            return refusal

    def send(
        self,
        command: Command,
        reply: Callable[[Outcome], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Have the command executed. ``reply`` gets the outcome once it is committed.

        A run of time that is under way makes room and goes on afterwards. ``failed`` gets
        ``Opening`` at once while another profile is being opened, ``InThePast`` while the past
        is looked at.
        """
        if self._opening:
            (failed or self.failed.emit)(Opening())
            return
        if self.past.looking is not None:
            (failed or self.past.refuse)(InThePast())
            return
        if self.standstill.refuses(failed or self.failed.emit):
            return

        def done(outcome: Outcome) -> None:
            self.world = outcome.world
            if reply is not None:
                reply(outcome)
            self.outcome.emit(outcome)

        def broken(error: BaseException) -> None:
            if failed is not None:
                failed(error)
            self._failed(error)

        self.jobs.run(lambda: self._require().execute(command), done, broken)

    def edit(self, edit: Edit, reply: Callable[[], None] | None = None) -> None:
        """Have the book of contacts, notes, names and favourites changed; then ``reply``.

        Like a command it makes its way between two steps of a run.
        """
        if self._opening:
            self.failed.emit(Opening())
            return
        if self.standstill.refuses():
            self.standstill.keep(edit, reply)
            return

        def broken(error: BaseException) -> None:
            self._failed(error)
            if self.standstill.trouble is not None:
                self.standstill.keep(edit, reply)

        def done(book: Book) -> None:
            self.book = book
            self.book_changed.emit(edit)
            if reply is not None:
                reply()

        self.jobs.run(lambda: self._require().edit(edit), done, broken)

    def alter(self, work: Callable[[Session], Any], reply: Callable[[Any], None]) -> None:
        """Change what is written of the profile and moves no time (a branch's name); then
        ``reply``. Like a command it makes its way between two steps of a run."""
        if not self.standstill.refuses(self.failed.emit):
            self.jobs.run(lambda: work(self._require()), reply, self._failed)

def _opened(session: Session) -> Opened:
    return Opened(session.name, session.path, session.world, session.book, session.branch)


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""


__all__ = ["EVERYTHING", "SPEEDS", "USD", "Bridge", "Opened", "Opening", "Preferences"]
