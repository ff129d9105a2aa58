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

from lstwallet.app import settings as settings_file
from lstwallet.app.settings import Settings
from lstwallet.engine.world import YOU
from lstwallet.store.book import Book
from lstwallet.ui.jobs import GATE, Jobs
from lstwallet.ui.records import (
    EVERYTHING,
    REMEMBERED,
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

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord, Outcome, Progress, Series, Session
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.refusals import Refusal
    from lstwallet.engine.signing import Prepared
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.store.book import Edit

SLICE_MS: Final = 200
"""While time plays, the world moves this often: charts redraw five times a second."""
LONGEST_SLICE_MS: Final = 400
"""A slow machine plays slower; it does not jump."""
class Bridge(QObject):
    """The only way from a page to the session."""

    opened = Signal()
    """A profile was opened: ``profile`` and ``world`` are set; every page is stale."""
    outcome = Signal(object)
    """An ``Outcome``: something was committed (or refused), ``world`` is already the new one."""
    progress = Signal(object)
    """A ``Progress``: a run goes on; ``world`` is already that moment's."""
    failed = Signal(object)
    """An exception from the lane: the environment's (``StoreUnavailable``) or a bug."""
    refused = Signal(object, object)
    """A command and its ``Refusal``, when a form or the engine refused it: for the coach."""
    busy_changed = Signal(bool)
    """A run of time begins or ends."""
    clock_changed = Signal()
    """Playing or paused, or another speed."""
    account_changed = Signal()
    """Another of the user's accounts is shown: every page is stale."""
    book_changed = Signal(object)
    """An ``Edit`` of contacts, notes, names or favourites was committed."""
    preferences_changed = Signal()
    """Another privacy mode or default: every page shows itself again."""
    settings_changed = Signal(object)
    """Names (a frozenset) of the settings that were changed."""

    def __init__(
        self,
        jobs: Jobs,
        settings: Settings | None = None,
        settings_path: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Without ``settings_path`` settings are not kept."""
        super().__init__(parent)
        self.jobs: Final = jobs
        self.settings = settings or Settings()
        self._settings_path = settings_path
        self.profile: Opened | None = None
        self._account: Account = YOU
        self.world: World | None = None
        self.preferences = Preferences(
            self.settings.privacy, self.settings.slippage_bps, expert=self.settings.expert,
            dust=self.settings.dust_usd * USD,
        )  # fmt: skip
        self.book: Book = Book()
        """Contacts, notes, names and favourites of the profile that is open."""
        self._session: Session | None = None  # belongs to the lane
        self._run: Run | None = None
        self._reads: deque[Read] = deque()
        self._opening = 0
        self._slicing = False
        self._playing = False
        self._speed: int = SPEEDS[1]
        self._timer = QTimer(self)
        self._timer.setInterval(SLICE_MS)
        self._timer.timeout.connect(self._slice)
        self._elapsed = QElapsedTimer()

    def change(self, **values: Any) -> None:
        """Change settings, and keep them; the file is written in the lane."""
        wanted = self.settings._replace(**values)
        names = frozenset(
            name for name in values if getattr(wanted, name) != getattr(self.settings, name)
        )
        if not names:
            return
        self.settings = wanted
        path = self._settings_path
        if path is not None:
            self.jobs.run(lambda: settings_file.save(path, wanted), _nothing, self.failed.emit)
        if names & {"privacy", "slippage_bps", "expert", "dust_usd"}:
            self._prefer(
                privacy=wanted.privacy, default_slippage_bps=wanted.slippage_bps,
                expert=wanted.expert, dust=wanted.dust_usd * USD,
            )  # fmt: skip
        self.settings_changed.emit(names)

    @property
    def account(self) -> Account:
        """The account that is shown: forms act for it, pages tell of it."""
        return self._account

    def show_account(self, account: Account) -> None:
        """Show another of the user's accounts."""
        if account != self._account:
            self._account = account
            self._remember_account()
            self.account_changed.emit()

    def _remember_account(self) -> None:
        if self.profile is not None:
            known = {str(self.profile.path): self._account, **shown_accounts(self.settings)}
            known[str(self.profile.path)] = self._account
            lines = [f"{path}\t{account}" for path, account in list(known.items())[:REMEMBERED]]
            self.change(shown_accounts="\n".join(lines))

    def set_net_worth(self, usd: int) -> None:
        """What shares are shares of (USD, 8 decimals)."""
        self.preferences = self.preferences._replace(net_worth=usd)

    def _prefer(self, **values: Any) -> None:
        self.preferences = self.preferences._replace(**values)
        self.preferences_changed.emit()

    # --- the profile --------------------------------------------------------------------

    def open(
        self,
        opener: Callable[[], Session],
        refused: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Open a profile in the lane and close the one before it; then ``opened``.

        When it cannot be opened the profile before stays, and ``refused`` (or the
        signal ``failed``) gets the exception. Until then nothing is sent and no time
        passes: it would go to a profile that the person does not see.
        """
        self.pause()
        self.cancel()
        self._opening += 1

        def work() -> Opened:
            session = opener()
            before, self._session = self._session, session
            if before is not None:
                before.close()
            return Opened(session.name, session.path, session.world, session.book)

        def kept(error: BaseException) -> None:
            self._opening -= 1
            (refused or self.failed.emit)(error)

        self.jobs.run(work, self._opened, kept)

    def recover(
        self, reply: Callable[[], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Have the profile's file opened and audited anew; what it holds is what is shown."""
        self.pause()
        self.cancel()
        shown = self.world

        def work() -> World | None:
            world = self._require().recover()
            return None if world == shown else world

        def done(world: World | None) -> None:
            self._restored(world)
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

    def close(self) -> bool:
        """Stop time, commit, close the profile and end the lane. False: it did not end."""
        self.pause()
        self.cancel()
        return self.jobs.close(self._close_session, 10.0)

    def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _opened(self, opened: Opened) -> None:
        self._opening -= 1
        if self.profile is None or opened.path != self.profile.path:
            last = shown_accounts(self.settings).get(str(opened.path), YOU)
            self._account = last if last in opened.world.accounts else YOU
        self.profile = opened
        self.world = opened.world
        self.book = opened.book
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
        ``Opening`` at once while another profile is being opened.
        """
        if self._opening:
            (failed or self.failed.emit)(Opening())
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

        def done(book: Book) -> None:
            self.book = book
            self.book_changed.emit(edit)
            if reply is not None:
                reply()

        self.jobs.run(lambda: self._require().edit(edit), done, self._failed)

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
        account = self.account
        self.call(
            lambda session: session.series(
                names, begin, end, account=account, gate=GATE.wait
            ),
            reply,
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
        account = None if everybody else self.account
        self.call(
            lambda session: session.activity(
                before=before, limit=limit, account=account, gate=GATE.wait
            ),
            reply,
            self._unanswered(failed),
        )

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

        False: a run is under way, or another profile is being opened.
        """
        if self._run is not None or self._opening or self.world is None:
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
        """Stop the run that is under way; what has happened stays, nothing is lost."""
        if self._run is not None:
            self._run.cancelled = True

    def play(self, speed: int | None = None) -> None:
        """Let time go on by itself, at ``speed`` simulated seconds a second."""
        if speed is not None:
            self._speed = speed
        if self.world is not None and not self._playing and not self._opening:
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
        self.failed.emit(error)
        shown = self.world

        def work() -> World | None:
            world = self._require().world
            return None if world == shown else world

        if self._session is not None:
            self.jobs.run(work, self._restored, lambda _: None)

    def _restored(self, world: World | None) -> None:
        if world is not None:
            self.world = world
            self.opened.emit()

    def _require(self) -> Session:
        assert self._session is not None, "no profile is open"
        return self._session


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""


__all__ = ["EVERYTHING", "SPEEDS", "USD", "Bridge", "Opened", "Opening", "Preferences"]
