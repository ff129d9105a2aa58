"""An exported journal replayed into a new profile file, event by event.

The file must bring its own proof: the hash chain and the world's hash on its last line are
those that the replay comes to, and every invariant holds. What charts and Activity are drawn
from is made anew on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app.session import notes_of
from lstwallet.engine import kernel
from lstwallet.engine.prices import PricesMoved
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking_facts import OracleReported
from lstwallet.engine.world import Draft, World
from lstwallet.market.driver import MarketConfig, price_table
from lstwallet.market.price_table import PriceTableError
from lstwallet.readmodel.samples import SERIES, sample, sampled
from lstwallet.store import codec
from lstwallet.store.book import Edit, PutNote
from lstwallet.store.errors import BadText
from lstwallet.store.imports import (
    BranchLine,
    EndOf,
    Ends,
    EventLine,
    Header,
    Line,
    NoteLine,
)
from lstwallet.store.journal import Store
from lstwallet.store.migrations import MAIN
from lstwallet.store.records import (
    Head,
    JournalRow,
    Page,
    Recorder,
    SampleDay,
    steth_gains,
)
from lstwallet.store.replay import pack
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY, SimTime, start_of
from lstwallet.units.memory import collector_resting
from lstwallet.units.strict.refused import FileRefused, Problem

PAGE: Final = 2_000
"""Events that are committed at a time."""
_WRONG: Final = (
    BadText, AssertionError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError,
    Refusal, Revert,
)  # fmt: skip
"""What an event that cannot have happened may raise when it is applied, or when the world that it
leaves is looked at."""


class Imported(NamedTuple):
    """What was made of a file."""

    name: str
    events: int
    branches: int
    reached: SimTime
    world_hash: str


class _Branch:
    """One branch while it is being replayed."""

    def __init__(
        self, number: int, draft: Draft | None, head: Head, tail: SampleDay | None
    ) -> None:
        self.number = number
        """In the profile; in the file it may have another."""
        self.draft = draft
        self.head = head
        """What was committed."""
        self.seq, self.chain = head.seq, head.hash
        self.row: list[str] = []
        """Lines of the row that is being read, what began it, and where …"""
        self.command: str | None = None
        self.first = self.began = 0
        self.rows: list[JournalRow] = []
        """… and the rows before it that are not committed yet."""
        self.recorder = Recorder(head, SERIES, tail)
        self._tick: SimTime | None = None
        """The moment of a tick of the market that is not sampled yet."""

    def take(self, line: EventLine) -> None:
        """The next event of the branch. Raises ``BadText``, or whatever a wrong event raises."""
        if line.seq != self.seq + 1:
            raise BadText(f"event {self.seq + 1} expected, {line.seq} found")
        event = codec.decode_event(line.text)
        if self.begins_row(line):
            self.cut()
            self.command, self.first, self.began = line.command, line.seq, line.at
        if self.draft is None:
            self.draft = _born(event)
            self._tick = event.at
        elif line.at < self.draft.time or type(event) is kernel.Born:
            raise BadText("the event lies before the one before it")
        self._sample_before(line.at)
        before = self.draft.staking.pool
        kernel.apply(self.draft, event)
        self.recorder.write([event])
        if type(event) is OracleReported and before is not None:
            gains = steth_gains(self.draft, before)
            if gains:
                self.recorder.gained(event, gains)
        if type(event) is PricesMoved:
            self._tick = line.at
        self.row.append(line.text)
        self.seq, self.chain = line.seq, codec.link(self.chain, line.text)

    def begins_row(self, line: EventLine) -> bool:
        """Whether the event is the first of a row. Raises ``BadText`` for a wrong ``of``."""
        if line.of:
            if line.command is not None or self.command is None or line.of != self.first:
                raise BadText("“of” does not name the command before it")
            return False
        at = self.draft.time if self.draft is not None else 0
        another_day = start_of(DAY, at) != start_of(DAY, line.at)
        return not self.row or line.command is not None or self.command is not None or another_day

    def _sample_before(self, at: SimTime) -> None:
        """A tick is sampled when all that happened in its second has happened."""
        if self._tick is not None and self.draft is not None and at > self._tick:
            self.recorder.sample(self.draft.time, sample(self.draft), sampled(self.draft))
            self._tick = None

    def cut(self) -> None:
        """Close the row that is being read."""
        if self.row:
            assert self.draft is not None
            text, self.row = "\n".join(self.row), []
            self.rows.append(
                JournalRow(self.first, self.seq, self.began, self.draft.time, self.command, text,
                           self.chain)
            )  # fmt: skip

    def page(self, reached: SimTime) -> Page:
        """What is to be committed, up to the row that was closed last, with a snapshot."""
        assert self.draft is not None
        page = self.recorder.page(reached)
        head = Head(reached, self.seq, self.chain)
        page = page._replace(before=self.head, head=head, rows=self.rows,
                             snapshot=pack(self.world(reached)))  # fmt: skip
        self.head, self.rows = head, []
        return page

    def world(self, reached: SimTime) -> World:
        """The world now, at a moment that is not before its last event."""
        assert self.draft is not None
        world = self.draft.freeze()
        return world._replace(time=reached)


def _born(event: kernel.Event) -> Draft:
    if type(event) is not kernel.Born:
        raise BadText("the history does not begin with its birth")
    draft = Draft(event.world)
    draft.events = 0
    return draft


def load(
    lines: Iterable[tuple[int, Line]],
    path: Path,
    *,
    key: bytes | None = None,
    gate: Callable[[], None] | None = None,
) -> Imported:
    """Replay the lines of an exported journal, with their numbers, into a new profile file.

    Raises ``FileRefused`` for a file that is not let in, or ``StoreUnavailable``; then a file
    that was begun is left for the caller to throw away.
    """
    with collector_resting():
        return _Import(path, key, gate).run(iter(lines))


class _Import:
    """One import: the branches, and the store they go to."""

    def __init__(self, path: Path, key: bytes | None, gate: Callable[[], None] | None) -> None:
        self.path, self.key, self.gate = path, key, gate
        self.header: Header
        self.meta: dict[str, str] = {}
        self.branches: dict[int, _Branch] = {}
        """By their number in the file, in its order."""
        self.store: Store | None = None
        self.number = 1
        """Of the line at hand."""

    def run(self, lines: Iterator[tuple[int, Line]]) -> Imported:
        """All of it, up to the last line."""
        try:
            self._begin_with(next(lines, (1, None))[1])
            return self._finish(self._read(lines))
        except FileRefused:
            raise
        except _WRONG as error:
            reason = str(error) or "it cannot have happened"
            raise FileRefused(Problem.CONTENT, line=self.number, detail=reason) from error
        finally:
            if self.store is not None:
                self.store.close()

    def _begin_with(self, header: Line | None) -> None:
        if not isinstance(header, Header):
            raise FileRefused(Problem.OTHER_FORMAT, line=1)
        market = MarketConfig(header.prices, header.flows)
        try:
            price_table(market)
        except PriceTableError as error:
            raise BadText(f"market: {error.problem}") from error
        self.header = header
        self.meta = notes_of(header.name, market)

    def _read(self, lines: Iterator[tuple[int, Line]]) -> Ends:
        for number, line in lines:
            self.number = number
            if self.gate is not None:
                self.gate()
            if isinstance(line, EventLine):
                self._take(line)
            elif isinstance(line, Ends):
                more = next(lines, None)
                if more is not None:
                    self.number = more[0]
                    raise BadText("something follows the last line")
                return line
            elif isinstance(line, Header):
                raise BadText("a second first line")
            else:
                self._write_in_book(line)
        raise BadText("the file ends too soon: its last line is missing")

    def _take(self, line: EventLine) -> None:
        branch = self._on(line.branch)
        begins = branch.begins_row(line)
        if begins and branch.seq - branch.head.seq >= PAGE:
            self._commit(branch)
        branch.take(line)
        if branch.seq == 1:
            self._commit(branch)

    # --- branches ----------------------------------------------------------------------------

    def _on(self, number: int) -> _Branch:
        """The branch whose turn it is: they come in the order of the first line."""
        if all(each.branch != number for each in self.header.branches):
            raise BadText(f"branch {number} is not named in the first line")
        if number in self.branches and number != next(reversed(self.branches)):
            raise BadText(f"branch {number} was ended before")
        while number not in self.branches:
            self._begin(self.header.branches[len(self.branches)])
        return self.branches[number]

    def _begin(self, told: BranchLine) -> None:
        """Leave the parent where the branch leaves it; what came before is committed."""
        if self.branches:
            self._commit(next(reversed(self.branches.values())))
        if told.parent is None:
            branch = _Branch(MAIN, None, Head(0, 0, codec.NO_HISTORY), None)
        else:
            branch = self._fork(told, self._ready(), self.branches[told.parent].number)
        self.branches[told.branch] = branch

    def _fork(self, told: BranchLine, store: Store, parent: int) -> _Branch:
        line = store.along(parent)
        if not line.line.stretches[-1].after < told.after <= line.head().seq:
            raise BadText(f"branch {told.branch} leaves its parent where that does not go")
        loaded = line.load_at(told.after)
        if told.began < loaded.world.time:
            raise BadText(f"branch {told.branch} begins before event {told.after}")
        store.switch(parent)
        head = Head(told.began, told.after, loaded.head.hash)
        world = loaded.world._replace(time=told.began)
        store.fork(head, world, told.title)
        return _Branch(store.line.branch, Draft(world), head, store.last_sample_day())

    def _ready(self) -> Store:
        if self.store is None:
            raise BadText("the events are missing")
        return self.store

    def _commit(self, branch: _Branch, reached: SimTime | None = None) -> None:
        """What was read of a branch."""
        if branch.draft is None:
            raise BadText("the first branch has no events")
        branch.cut()
        page = branch.page(branch.draft.time if reached is None else reached)
        if self.store is None:
            self.store = Store.found(self.path, page._replace(meta=self.meta), key=self.key)
        else:
            self._stand_on(branch)
            self.store.commit(page)

    def _stand_on(self, branch: _Branch) -> Store:
        store = self._ready()
        if store.line.branch != branch.number:
            store.switch(branch.number)
        return store

    # --- the rest ----------------------------------------------------------------------------

    def _write_in_book(self, line: NoteLine | Edit) -> None:
        if not isinstance(line, NoteLine):
            self._ready().edit(line)
            return
        branch = self.branches.get(line.branch) or self._on(line.branch)
        if branch.rows or branch.row:
            self._commit(branch)
        store = self._stand_on(branch)
        if not store.own().activity(line.seq + 1, 1, after=line.seq - 1):
            raise BadText(f"there is no entry of Activity at event {line.seq}")
        store.edit(PutNote(line.seq, line.note))

    def _finish(self, ends: Ends) -> Imported:
        store = self._ready()
        self._on(self.header.branches[-1].branch)
        if ends.lines != self.number:
            raise BadText(f"{ends.lines} lines are told, {self.number} are there")
        told = {end.branch: end for end in ends.ends}
        if len(told) != len(ends.ends) or set(told) != set(self.branches):
            raise BadText("the last line does not end the branches that there are")
        if self.header.branches[0].title:
            store.retitle(MAIN, self.header.branches[0].title)
        for row in self.header.branches:
            branch = self.branches[row.branch]
            self._end(branch, told[row.branch])
            if row.hidden:
                store.set_hidden(branch.number, True)
        self._stand_on(self.branches[self.header.current])
        current = told[self.header.current]
        events = sum(
            self.branches[row.branch].seq - row.after for row in self.header.branches
        )
        return Imported(
            self.header.name, events, len(self.branches), current.reached, current.world_hash
        )

    def _end(self, branch: _Branch, end: EndOf) -> None:
        """The proof: the branch ends where its last line says, with the same hashes."""
        assert branch.draft is not None
        if branch.seq != end.events:
            raise BadText(f"{end.events} events are told, {branch.seq} are there")
        if branch.chain != end.chain:
            raise BadText("the hash chain is another: an event was changed")
        if end.reached < branch.draft.time:
            raise BadText("it ends before its last event")
        world = branch.world(end.reached)
        if codec.world_hash(world) != end.world_hash:
            raise BadText("the world that was reached is another")
        problems = kernel.audit(world)
        if problems:
            raise BadText(problems[0])
        self._commit(branch, end.reached)
