"""Between the window and the engine: commands down, one signal up, nobody asks back.

The window holds an immutable ``World`` and previews on it. Everything that touches the
session (the engine, SQLite) happens in the lane; its answers come back as signals in the
GUI thread. The GUI never waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from lstwallet.app.settings import Settings
from lstwallet.engine.world import YOU
from lstwallet.store.book import Book
from lstwallet.ui.backups import Backups
from lstwallet.ui.jobs import GATE, Jobs
from lstwallet.ui.keys import Keys
from lstwallet.ui.past import InThePast
from lstwallet.ui.records import (
    EVERYTHING,
    SPEEDS,
    USD,
    Opened,
    Opening,
    Preferences,
    Read,
    Run,
    joined,
    shown_accounts,
)
from lstwallet.ui.shown import Shown
from lstwallet.ui.standstill import Standstill

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord, Outcome, Progress, Series, Session
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.refusals import Refusal
    from lstwallet.engine.signing import Prepared
    from lstwallet.engine.world import World
    from lstwallet.store.book import Edit

SLICE_MS: Final = 200
"""While time plays, the world moves this often: charts redraw five times a second."""
LONGEST_SLICE_MS: Final = 400
"""A slow machine plays slower; it does not jump."""


class Bridge(Shown):
    """The only way from a page to the session."""

    locked = Signal()
    """The profile was closed: ``profile`` and ``world`` are gone, nothing of it may be shown."""
    outcome = Signal(object)
    """An ``Outcome``: something was committed (or refused), ``world`` is already the new one."""
    progress = Signal(object)
    """A ``Progress``: a run goes on; ``world`` is already that moment's."""
    refused = Signal(object, object)
    """A command and its ``Refusal``, when a form or the engine refused it: for the coach."""
    busy_changed = Signal(bool)
    """A run of time begins or ends."""
    clock_changed = Signal()
    """Playing or paused, or another speed."""
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
        self._era = 0
        """Counted up when another branch, profile or moment is shown."""
        self.book: Book = Book()
        """Contacts, notes, names and favourites of the profile that is open."""
        self.keys = Keys(self)
        """What opens profiles; see ``ui/keys.py``."""
        self.backups = Backups(self)
        self.session: Session | None = None
        """Belongs to the lane."""
        self._run: Run | None = None
        self._reads: deque[Read] = deque()
        self._opening = 0
        self._locking = False
        self._slicing = False
        self._playing = False
        self._speed: int = SPEEDS[1]
        self._timer = QTimer(self)
        self._timer.setInterval(SLICE_MS)
        self._timer.timeout.connect(self._slice)
        self._elapsed = QElapsedTimer()
        self.standstill = Standstill(self)
        """Whether the file takes writing, and what to do if it does not."""

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

    @property
    def opening(self) -> bool:
        """Whether a profile is being opened, or closed."""
        return bool(self._opening)

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

    def call(
        self,
        work: Callable[[Session], Any],
        reply: Callable[[Any], None],
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run ``work`` on the session in the lane (exports, checks); reads only.

        A read that fails has changed nothing: ``failed`` (or the signal) is all that it does.
        During a run it is done after the run's next commit: the run is not interrupted.
        """
        if self._locking or self.profile is None:
            return  # who asks is about to go with the profile
        read = Read(work, reply, failed or self.failed.emit)
        if self._run is not None:
            self._reads.append(read)
        else:
            self.jobs.run(lambda: work(self._require()), read.reply, read.failed)

    def _read_along(self) -> None:
        """In the lane, between two commits of a run: what was asked for meanwhile."""
        while self._reads:
            read = self._reads.popleft()
            answer, call = None, read.reply
            try:
                answer = read.work(self._require())
            except Exception as error:  # the same error that a job of its own would tell
                answer, call = error, read.failed
            self.jobs.tell(partial(call, answer))

    def _read_the_rest(self) -> None:
        """The run is over: what came too late for its last commit is read now."""
        while self._reads:
            read = self._reads.popleft()
            self.call(*read)

    def series(
        self,
        names: Sequence[str],
        begin: int,
        end: int,
        reply: Callable[[Series], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Samples for a chart, of the account that is shown, see ``Session.series``.

        ``failed``: no answer will come.
        """
        account, looking = self.account, self.past.looking
        if looking is not None:
            end = min(end, looking.world.time)
        self.call(
            lambda session: session.series(
                names, begin, end, account=account, gate=GATE.wait
            ),
            self._of_this_era(reply, failed),
            self._unanswered(failed),
        )

    def activity(
        self,
        reply: Callable[[list[ActivityRecord]], None],
        *,
        before: int | None = None,
        limit: int = 500,
        everybody: bool = False,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """The entries of the account that is shown, newest first, see ``Session.activity``.

        ``everybody``: of all the user's accounts.
        """
        account, looking = None if everybody else self.account, self.past.looking
        if looking is not None:
            before = min(looking.seq + 1, looking.seq + 1 if before is None else before)
        self.call(
            lambda session: session.activity(
                before=before, limit=limit, account=account, gate=GATE.wait
            ),
            self._of_this_era(reply, failed),
            self._unanswered(failed),
        )

    def another_era(self) -> None:
        """Another moment is shown: what was asked about the one before answers nothing."""
        self._era += 1

    def _of_this_era(
        self, reply: Callable[[Any], None], failed: Callable[[], None] | None
    ) -> Callable[[Any], None]:
        """An answer about another branch, profile or moment comes too late: there is none."""
        asked = self._era

        def told(answer: Any) -> None:
            if asked == self._era:
                reply(answer)
            elif failed is not None:
                failed()

        return told

    def _unanswered(self, failed: Callable[[], None] | None) -> Callable[[BaseException], None]:
        """Whoever asked may ask again; and it is told."""

        def broken(error: BaseException) -> None:
            if failed is not None:
                failed()
            self.failed.emit(error)

        return broken

    # --- time ---------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a run asked for by ``advance`` is under way."""
        return self._run is not None

    @property
    def playing(self) -> bool:
        """Whether time goes on by itself."""
        return self._playing

    @property
    def speed(self) -> int:
        """Simulated seconds per second of play."""
        return self._speed

    def advance(
        self,
        seconds: int = 0,
        *,
        until: int | None = None,
        reply: Callable[[Outcome], None] | None = None,
    ) -> bool:
        """Let time pass. ``reply`` comes at the end, or at a cancel.

        False: a run is under way, another profile is being opened, the past is looked at, or
        nothing may be written.
        """
        held = self._opening or self.past.looking is not None
        if self._run is not None or held or self.world is None:
            return False
        if self.standstill.refuses():
            return False
        begin = self.world.time
        self._run = Run(begin, begin + seconds if until is None else until, reply)
        self.busy_changed.emit(True)
        self._advance(self._run)
        return True

    def advance_to_next_event(self, reply: Callable[[Outcome], None] | None = None) -> bool:
        """Let time pass until the next thing that concerns the user has happened."""
        from lstwallet.readmodel.coming import next_moment

        return self.world is not None and self.advance(
            until=next_moment(self.world, self.account), reply=reply
        )

    def cancel(self) -> None:
        """Stop what runs: of time, what has happened stays; of a what-if, nothing does."""
        self.past.cancel_retelling()
        if self._run is not None:
            self._run.cancelled = True

    def play(self, speed: int | None = None) -> None:
        """Let time go on by itself, at ``speed`` simulated seconds a second."""
        if speed is not None:
            self._speed = speed
        held = self._playing or self._opening or self.past.looking is not None
        if self.world is not None and not held and not self.standstill.refuses():
            self._playing = True
            self._elapsed.start()
            self._timer.start()
        self.clock_changed.emit()

    def pause(self) -> None:
        """Time stands still."""
        if self._playing:
            self._playing = False
            self._timer.stop()
            self.clock_changed.emit()

    def set_speed(self, speed: int) -> None:
        """Another speed, playing or not."""
        self._speed = speed
        self.clock_changed.emit()

    def _slice(self) -> None:
        if self._slicing or self._run is not None or self._opening or self.world is None:
            return
        passed = min(self._elapsed.restart(), LONGEST_SLICE_MS)
        until = self.world.time + max(1, self._speed * passed // 1_000)
        self._slicing = True

        def done(outcome: Outcome) -> None:
            self._slicing = False
            self._publish(outcome)

        def broken(error: BaseException) -> None:
            self._slicing = False
            self.pause()
            self._failed(error)

        def work() -> Outcome:
            return self._require().advance(
                until, cancelled=self.jobs.waiting, gate=GATE.wait
            )

        self.jobs.run(work, done, broken)

    def _advance(self, run: Run) -> None:
        def report(progress: Progress) -> None:
            self.jobs.tell(lambda: self._progressed(run, progress))
            self._read_along()

        def work() -> Outcome:
            return self._require().advance(
                run.until,
                progress=report,
                cancelled=lambda: run.cancelled or self.jobs.waiting(),
                gate=GATE.wait,
            )

        self.jobs.run(work, lambda outcome: self._ran(run, outcome), self._run_failed)

    def _progressed(self, run: Run, progress: Progress) -> None:
        self.world = progress.world
        self.progress.emit(progress._replace(begin=run.begin, until=run.until))

    def _ran(self, run: Run, outcome: Outcome) -> None:
        run.so_far = joined(run.so_far, outcome)
        arrived = outcome.world.time >= run.until
        if arrived or run.cancelled or outcome.refusal is not None:
            self._run = None
            self._read_the_rest()
            self.world = outcome.world
            if run.reply is not None:
                run.reply(run.so_far)
            self.outcome.emit(outcome)
            if self._run is None:
                self.busy_changed.emit(False)
        else:  # it made room for a command; now it goes on
            self._publish(outcome)
            self._advance(run)

    def _run_failed(self, error: BaseException) -> None:
        self._run = None
        self._read_the_rest()
        self.busy_changed.emit(False)
        self._failed(error)

    # --- answers ------------------------------------------------------------------------

    def _publish(self, outcome: Outcome) -> None:
        self.world = outcome.world
        self.outcome.emit(outcome)

    def _failed(self, error: BaseException) -> None:
        """Tell, then show again what is really committed, where that is not what is shown."""
        self.pause()
        self.standstill.look(error)
        self.failed.emit(error)
        shown = self.present

        def work() -> World | None:
            world = self._require().world
            return None if world == shown else world

        if self.session is not None:
            self.jobs.run(work, self._restored, lambda _: None)

    def _restored(self, world: World | None) -> None:
        if world is not None:
            self.past.forget()
            self.another_era()
            self.world = world
            self.opened.emit()

    def _require(self) -> Session:
        assert self.session is not None, "no profile is open"
        return self.session


def _opened(session: Session) -> Opened:
    return Opened(session.name, session.path, session.world, session.book, session.branch)


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""


__all__ = ["EVERYTHING", "SPEEDS", "USD", "Bridge", "Opened", "Opening", "Preferences"]
