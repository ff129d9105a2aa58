"""One open profile: execute a command, let time pass, read what charts and Activity need.

A session lives in one thread (the lane). What it acknowledges is committed: a command's
outcome comes back after its transaction, a run publishes only worlds that are in the
file. When a commit fails, nothing of it is acknowledged: the session goes back to the
last committed world, raises the store's error and tries the file again at the next call.

After an I/O error, or when the file holds more than was acknowledged, the session is *halted*:
it goes on showing the last acknowledged world and reads what it can, and every call that would
write raises the error that halted it, without touching the file. ``halted`` holds the error and the
moment; ``errors.halts(error)`` tells the same from the error alone. The way back is
``recover()``: the file is opened anew, held against its head mark, replayed and audited from
its first event, and the session stands on what it holds: all that was acknowledged, and
perhaps the one step that was at work. If that fails it stays halted, and says why.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app import branches
from lstwallet.app.branches import Action, Branch
from lstwallet.app.history import History
from lstwallet.app.open_file import market_of, name_of, notes_of
from lstwallet.app.outcome import ActivityRecord, Halted, Outcome, Progress, changes_of
from lstwallet.engine import kernel
from lstwallet.engine.kernel import Command, Event
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking_facts import OracleReported
from lstwallet.engine.world import Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.upgrades import upgrades
from lstwallet.readmodel.samples import SERIES, Series, sample, sampled
from lstwallet.store import codec, journal
from lstwallet.store.book import Book, Edit, edited, plain
from lstwallet.store.errors import (
    Damage,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
    halts,
)
from lstwallet.store.export import Journal, Told
from lstwallet.store.journal import LONG_TAIL, Store
from lstwallet.store.proof import prove
from lstwallet.store.records import Head, Page, Recorder, steth_gains
from lstwallet.store.replay import Loaded, pack
from lstwallet.store.verify import Report, verify_store
from lstwallet.units.clock import SimTime
from lstwallet.units.memory import collector_resting
from lstwallet.units.strict.texts import plain_line

COMMIT_SECONDS: Final = 0.1
"""A run commits, and publishes, when this much real time has passed since the last commit."""


class _Home(NamedTuple):
    """Where one stood before a trial; whoever opens the file stands there."""

    branch: int
    head: Head
    world: World
    snapshot_seq: int


class Session(History):
    """One open profile."""

    def __init__(
        self, store: Store, *, key: bytes | None = None, read_only: bool = False
    ) -> None:
        super().__init__(store, key=key, read_only=read_only)
        self._driver: Driver | None = None
        self._snapshot_seq = 1
        """The event that the newest snapshot was taken after."""
        self._home: _Home | None = None
        """Set while one stands on a trial."""
        self.name = name_of(store)
        self.market = market_of(store)
        self.book = Book()
        """What the person wrote beside the history: contacts, notes, names, favourites."""
        self._stand(store, store.load())

    # --- opening ---------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: Path,
        world: World,
        market: MarketConfig,
        *,
        name: str,
        key: bytes | None = None,
    ) -> Session:
        """A new profile whose history begins with ``world``; encrypted with ``key`` (32 bytes).

        Raises ``StoreUnavailable``.
        """
        store = Store.create(path, world, notes_of(name, market), key=key)
        return cls._on(store, key, read_only=False)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key: bytes | None = None,
        read_only: bool = False,
        accept_rollback: bool = False,
    ) -> Session:
        """An existing profile, with what worlds have got since it was made.

        ``key``: of an encrypted one. ``accept_rollback``: a person was told that it may be an
        older state (``errors.ABOUT_THE_MARK``), and wants to go on from there.
        Raises ``StoreUnavailable`` or ``StoreBroken``.
        """
        store = Store.open(path, key=key, read_only=read_only, accept_rollback=accept_rollback)
        session = cls._on(store, key, read_only=read_only)
        session._accepts = accept_rollback
        if not read_only:
            try:
                session._catch_up()
            except BaseException:
                session.close()
                raise
        return session

    @classmethod
    def _on(cls, store: Store, key: bytes | None, *, read_only: bool) -> Session:
        try:
            return cls(store, key=key, read_only=read_only)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Let go of the file; a second call does nothing.

        A long tail is folded into a snapshot first, so that the next opening is quick.
        """
        self.fold()
        store, self._store = self._store, None
        self._key = None
        if store is not None:
            store.close()

    def fold(self) -> None:
        """Fold a long tail into a snapshot; it is only a cache."""
        store = self._store
        if store is None or self.read_only or self.halted is not None:
            return
        if self._head.seq - self._snapshot_seq < LONG_TAIL:
            return
        try:
            store.commit(Page(self._head, self._head, (), (), (), (), pack(self.world)))
            self._snapshot_seq = self._head.seq
        except StoreError as error:
            self._let_go(error)
            if halts(error):
                self._halt(error)

    # --- doing -----------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Decide, apply, commit. Raises ``StoreError`` with nothing done.

        A command with a value of a wrong type is a bug of the caller: ``BadText`` or ``TypeError``.
        """
        self._ready_to_write()
        codec.check_command(command)
        draft = Draft(self.world)
        try:
            events = kernel.handle(draft, command)
        except Refusal as refusal:
            return Outcome(self.world, (), frozenset(), refusal, self.world.events)
        self._recorder.write(events, command)
        self._commit(draft.freeze())
        changes = changes_of([type(event) for event in events])
        return Outcome(self.world, tuple(events), changes, None, self.world.events)

    def advance(
        self,
        until: SimTime,
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        gate: Callable[[], None] | None = None,
    ) -> Outcome:
        """Let time pass. ``gate`` is called between events and may wait.

        When ``cancelled`` says so the run stops after the event it is at: what has happened is
        committed, the rest happens at the next advance just as it would have.
        Raises ``StoreError``: what was published before stands.
        """
        self._ready_to_write()
        begin = self.world.time
        if until <= begin:
            return Outcome(self.world, (), frozenset(), None, self.world.events)
        self._recorder.yours.clear()
        draft = Draft(self.world)
        last: dict[type, Event] = {}
        due = time.monotonic() + COMMIT_SECONDS
        try:
            with collector_resting():  # a run makes no cycles: all it drops is freed at once
                for _ in self._steps(draft, until, last):
                    if gate is not None:
                        gate()
                    if cancelled is not None and cancelled():
                        break
                    if time.monotonic() >= due:
                        self._commit(draft.freeze())
                        if progress is not None:
                            progress(Progress(self.world.time, begin, until, self.world))
                        due = time.monotonic() + COMMIT_SECONDS
                self._commit(draft.freeze())
        except BaseException:
            self._forget()
            raise
        told = {id(event): event for event in (*self._recorder.yours, *last.values())}
        happened = tuple(sorted(told.values(), key=attrgetter("at")))
        return Outcome(
            self.world, happened, changes_of(list(last)) | {"time"}, None, self.world.events
        )

    def _steps(self, draft: Draft, until: SimTime, last: dict[type, Event]) -> Iterator[None]:
        """Let the driver move the draft, step by step, and record what happens.

        The hour's sample is taken after the market's tick: it depends on the steps alone,
        not on where a run was cut.
        """
        recorder = self._recorder
        if recorder.sampled_at is None:
            recorder.sample(draft.time, sample(draft), sampled(draft))
        if self._driver is None:
            self._driver = Driver(self.market, self.world.seed)
        pool = draft.staking.pool
        for command, events in self._driver.steps(draft, until):
            recorder.write(events)
            kinds = list(map(type, events))
            last.update(zip(kinds, events, strict=True))
            if OracleReported in kinds:
                gains = steth_gains(draft, pool)
                if gains:
                    recorder.gained(last[OracleReported], gains)
            pool = draft.staking.pool
            if type(command) is SetPrices:
                recorder.sample(draft.time, sample(draft), sampled(draft))
            yield

    def edit(self, edit: Edit) -> Book:
        """Change the book of contacts, notes, names and favourites; it is not history.

        Raises ``StoreError``: then the file is read again at the next call.
        """
        edit = plain(edit)
        with self._writing() as store:
            store.edit(edit)
        self.book = edited(self.book, edit)
        return self.book

    def noted(self, key: str) -> str | None:
        """A note kept in the file, beside history and book. Raises ``StoreError``."""
        return self._ready().meta(key)

    def note(self, key: str, value: str) -> None:
        """Keep a note in the file. Raises ``StoreError``."""
        with self._writing() as store:
            store.note(key, value)

    # --- branches --------------------------------------------------------------------------

    def fork(
        self, seq: int, title: str = "", *, at: SimTime | None = None, trial: bool = False
    ) -> int:
        """Go on from where event ``seq`` had happened, on a new branch: its number.

        What happened together with the event stays together with it: the world is as it was
        after its command, or after its moment (``action``). ``at``: a later moment, before
        anything else happened; by default the event's own, or the present where it is the
        newest one. Without a title the branch is called after the moment. A ``trial`` is hidden,
        and after a crash one stands where one stood before, until ``keep`` is called.

        Raises ``LookupError`` when there is no such event or moment on the current line, and
        ``StoreError``: then the file is read again at the next call.
        """
        with self._writing() as store:
            start = branches.start_of_fork(store, self._head, seq, at)
            named = plain_line(title) or branches.title_of(start.head.time)
            home = _Home(self.branch, self._head, self.world, self._snapshot_seq)
            store.fork(start.head, start.world, named, trial=trial)
            self._stand(store, start)
            self._home = home if trial else None
        self._catch_up()
        return self.branch

    def keep(self) -> None:
        """The trial one stands on becomes a branch like others. Raises ``StoreError``."""
        with self._writing() as store:
            store.keep()
            self._home = None

    def abandon(self) -> None:
        """Stand where one stood before the trial; it stays hidden.

        That needs nothing of the file, which says nothing else: it is done after an error too.
        """
        home = self._home
        if home is None:
            return
        with contextlib.suppress(StoreError):
            self.switch(home.branch)
            return
        self._let_go(self._failure)
        self._home = None
        self.branch, self._head, self.world, self._snapshot_seq = home

    def switch(self, branch: int) -> None:
        """Stand on another branch, at its end.

        Raises ``LookupError`` for one that is not there or is hidden, and ``StoreError``.
        """
        with self._writing() as store:
            if store.branches()[branch].hidden:
                raise LookupError(f"branch {branch} is hidden")
            store.switch(branch)
            self._stand(store, store.load())
        self._catch_up()

    def rename(self, branch: int, title: str) -> None:
        """Call a branch so. Raises ``LookupError`` and ``StoreError``."""
        with self._writing() as store:
            store.retitle(branch, plain_line(title))

    def hide(self, branch: int) -> None:
        """Show it no more; nothing of it is lost. Raises ``LookupError`` and ``StoreError``.

        One does not hide the branch one stands on: ``LookupError``.
        """
        if branch == self.branch:
            raise LookupError(f"branch {branch} is the current one")
        with self._writing() as store:
            store.set_hidden(branch, True)

    def unhide(self, branch: int) -> None:
        """Show it again. Raises ``LookupError`` and ``StoreError``."""
        with self._writing() as store:
            store.set_hidden(branch, False)

    # --- the whole file --------------------------------------------------------------------

    def journal(self) -> Journal:
        """The whole history and the book, for ``store.export``. Raises ``StoreError``."""
        store = self._ready()
        branches = store.branches().values()
        told = tuple(Told(row, store.along(row.id), store.notes_of(row.id)) for row in branches)
        return Journal(self.name, self.market, store.line.branch, told, self.book)

    def copy_into(self, target: Path, *, gate: Callable[[], None] | None = None) -> None:
        """A copy of the profile in a new file, opened and held against this one.

        Raises ``StoreUnavailable``, or ``StoreBroken`` when the copy does not hold.
        """
        store = self._ready()
        store.copy_into(target)
        copy = Store.open(target, key=self._key, read_only=True)
        try:
            problems = prove(copy, store, gate=gate)
        finally:
            copy.close()
        if problems:
            raise StoreBroken(target, Damage.DAMAGED, problems[0])

    def verify(self, *, gate: Callable[[], None] | None = None) -> Report:
        """Replay and audit the whole profile. Raises ``StoreError``."""
        return verify_store(self._ready(), gate=gate)

    def recover(self, *, gate: Callable[[], None] | None = None) -> World:
        """Open the file anew, audit what it holds and stand on that: the way back when halted.

        A halted session is replayed from its first event, which may take seconds; ``gate`` is
        called meanwhile. Raises ``StoreError``, and stays halted then: ``ROLLED_BACK`` when the
        file has lost what was acknowledged.
        """
        self._let_go()
        halted, self.halted = self.halted, None
        try:
            store = self._opened()
            try:
                if halted is not None:
                    self._require_sound(verify_store(store, gate=gate))
                self._stand(store, store.load())
            except BaseException:
                store.close()
                raise
        except StoreError as error:
            self._halt(error)
            raise
        except BaseException:
            self.halted = halted
            raise
        self._store = store
        return self.world

    # --- inside ----------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Found what worlds have got since this one was made."""
        for command in upgrades(self.world):
            self.execute(command)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Store]:
        """After an error of the store the file is read again at the next call, or the session
        is halted."""
        store = self._ready_to_write()
        try:
            yield store
        except StoreError as error:
            self._let_go(error)
            if halts(error):
                self._halt(error)
            raise

    def _require_sound(self, report: Report) -> None:
        """Raises ``StoreBroken``."""
        if not report.sound:
            raise StoreBroken(self.path, Damage.DAMAGED, report.problems[0])

    def _stand(self, store: Store, loaded: Loaded) -> None:
        """Stand on what the file holds."""
        problems = kernel.audit(loaded.world)
        if problems:
            raise StoreBroken(self.path, Damage.DAMAGED, problems[0])
        self.world = loaded.world
        self.branch = store.line.branch
        self._head = loaded.head
        self._home = None
        self._snapshot_seq = store.newest_snapshot_seq()
        self._start_afresh(store)

    def _start_afresh(self, store: Store) -> None:
        """Forget what was gathered but not committed."""
        self.book = store.book()
        self._recorder = Recorder(self._head, SERIES, store.last_sample_day())
        self._driver = None
        self._forget_what_was_read()

    def _forget(self) -> None:
        """An error ended a run: what was gathered since the last commit has not happened."""
        if self._store is not None:
            self._start_afresh(self._store)

    def _ready(self) -> Store:
        """The store; opened again if an error closed it. Raises ``StoreError``."""
        if self._store is None:
            self._reopen()
        assert self._store is not None
        return self._store

    def _ready_to_write(self) -> Store:
        self._require_writing()
        return self._ready()

    def _commit(self, world: World) -> None:
        """Make ``world``, and all that led to it, the profile's. Raises ``StoreError``."""
        page = self._recorder.page(world.time)
        assert page.head.seq == world.events, "an event was not recorded"
        if page.head.seq - self._snapshot_seq >= journal.SNAPSHOT_EVERY:
            page = page._replace(snapshot=pack(world))
        try:
            self._ready().commit(page)
        except StoreError as error:
            self._let_go(error)
            if halts(error):
                self._halt(error)
                raise
            if not self._was_committed(page):
                raise
        self.world = world
        self._head = page.head
        if page.snapshot is not None:
            self._snapshot_seq = page.head.seq

    def _was_committed(self, page: Page) -> bool:
        """After an error: go back to what the file holds; whether that is the page after all."""
        before, branch = self._head, self.branch
        recorder, driver = self._recorder, self._driver
        try:
            self._reopen(page.head)
        except StoreError:
            return False  # told by the error that brought us here; the next call tries again
        if (self.branch, self._head) != (branch, page.head) or page.head == before:
            return False
        self._recorder, self._driver = recorder, driver  # a run goes on with what it has
        return True

    def _reopen(self, failed: Head | None = None) -> None:
        """Open the file again. ``failed``: where the commit would have led that has just failed.

        It may have been committed all the same. Found later than at once, nothing is written on
        top of it before a person has seen it: the session is halted.
        """
        store = self._opened()
        if self.halted is not None:  # to read from; the world stays the one that is shown
            self._store = store
            return
        try:
            here = (store.line.branch, store.head())
            if here == (self.branch, self._head):
                self._start_afresh(store)
            elif here == (self.branch, failed) or (self._home and here == self._home[:2]):
                self._stand(store, store.load())
            else:
                error = self._failure or StoreUnavailable(self.path, Trouble.LOCKED)
                self._halt(error)
                raise error.with_traceback(None)
        except BaseException:
            store.close()
            raise
        self._store = store


__all__ = [
    "Action", "ActivityRecord", "Branch", "Halted", "Outcome", "Progress", "Series", "Session",
    "changes_of", "notes_of",
]  # fmt: skip
