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
from lstwallet.engine.staking_facts import OracleReported
from lstwallet.engine.world import Draft, World
from lstwallet.market.driver import MarketConfig, price_table
from lstwallet.market.price_table import PriceTableError
from lstwallet.readmodel.samples import SERIES, sample, sampled
from lstwallet.store import codec, journal
from lstwallet.store.book import Edit, PutNote
from lstwallet.store.errors import BadText
from lstwallet.store.imports import BranchLine, EndOf, Ends, EventLine, Header, Line
from lstwallet.store.journal import Store
from lstwallet.store.records import Head, JournalRow, Page, Recorder, steth_gains
from lstwallet.units.clock import DAY, SimTime, start_of
from lstwallet.units.memory import collector_resting
from lstwallet.units.strict.refused import FileRefused, Problem

PAGE: Final = 2_000
"""Events that are committed at a time."""
_WRONG: Final = (
    BadText, AssertionError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError,
)  # fmt: skip
"""What an event that cannot have happened may raise when it is applied."""


class Imported(NamedTuple):
    """What was made of a file."""

    name: str
    events: int
    branches: int
    reached: SimTime
    world_hash: str


class _Branch:
    """One branch while it is being replayed."""

    def __init__(self, told: BranchLine, draft: Draft | None, head: Head) -> None:
        self.told = told
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
        self.recorder = Recorder(head, SERIES)
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
                             snapshot=journal.pack(self.world(reached)))  # fmt: skip
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
        for self.number, line in lines:
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
        branch = self.branches.get(line.branch) or self._begin(line.branch)
        begins = branch.begins_row(line)
        if begins and branch.seq - branch.head.seq >= PAGE:
            branch.cut()
            self._commit(branch)
        branch.take(line)
        if branch.seq == 1:
            branch.cut()
            self._commit(branch)

    def _begin(self, number: int) -> _Branch:
        """The first event of a branch: it is announced, and its turn has come."""
        told = next((each for each in self.header.branches if each.branch == number), None)
        if told is None:
            raise BadText(f"branch {number} is not named in the first line")
        branch = _Branch(told, None, Head(0, 0, codec.NO_HISTORY))
        self.branches[number] = branch
        return branch

    def _commit(self, branch: _Branch) -> None:
        assert branch.draft is not None
        page = branch.page(branch.draft.time)
        if self.store is None:
            self.store = Store.found(self.path, page._replace(meta=self.meta), key=self.key)
        else:
            self.store.commit(page)

    def _write_in_book(self, edit: Edit) -> None:
        if self.store is None:
            raise BadText("what a person wrote stands behind the events")
        if isinstance(edit, PutNote) and not self._told(edit.seq):
            raise BadText(f"there is no entry of Activity at event {edit.seq}")
        self.store.edit(edit)

    def _told(self, seq: int) -> bool:
        assert self.store is not None
        return any(row.seq == seq for row in self.store.activity_rows())

    def _finish(self, ends: Ends) -> Imported:
        told = {end.branch: end for end in ends.ends}
        if len(told) != len(ends.ends) or set(told) != set(self.branches):
            raise BadText("the last line does not end the branches that there are")
        for number, branch in self.branches.items():
            self._end(branch, told[number])
        current = told[self.header.current]
        return Imported(self.header.name, sum(branch.seq - branch.told.after for branch in
                        self.branches.values()), len(self.branches), current.reached,
                        current.world_hash)  # fmt: skip

    def _end(self, branch: _Branch, end: EndOf) -> None:
        """The proof: the branch ends where its last line says, with the same hashes."""
        assert branch.draft is not None
        if branch.seq != end.events:
            raise BadText(f"{end.events} events are told, {branch.seq} are there")
        if branch.chain != end.chain:
            raise BadText("the hash chain is another: an event was changed")
        if end.reached < branch.draft.time:
            raise BadText("it ends before its last event")
        branch.cut()
        world = branch.world(end.reached)
        if codec.world_hash(world) != end.world_hash:
            raise BadText("the world that was reached is another")
        problems = kernel.audit(world)
        if problems:
            raise BadText(problems[0])
        assert self.store is not None
        self.store.commit(branch.page(end.reached))
