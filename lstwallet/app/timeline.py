"""What if: two courses of a profile side by side, and a course without some action.

To compare, both are read along their lines. To leave an action of the user's out, a new
branch begins just before it. Time passes on it as it would have, and what the user did later
is done again at its moments: transactions are prepared anew, so that ``ALL`` and fees are
those of the new course, everything else is given as it was. What the new course refuses is
told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from lstwallet.app.outcome import ActivityRecord, Progress
from lstwallet.app.session import Session
from lstwallet.engine import signing
from lstwallet.engine.kernel import Batch, Command, Event, Transaction
from lstwallet.engine.network import UNLIMITED, Approve
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking_facts import Claim, UnstakeRequested
from lstwallet.engine.validators_facts import LeaveNatively, ValidatorsDeposited
from lstwallet.engine.world import YOU, World
from lstwallet.ledger.entries import Account
from lstwallet.market.upgrades import FOUNDING
from lstwallet.readmodel import activity, differences, portfolio
from lstwallet.readmodel.activity import Line
from lstwallet.readmodel.differences import WORTH, End, Held, Step, Worths
from lstwallet.readmodel.samples import Series
from lstwallet.store import codec
from lstwallet.store.reading import Reading
from lstwallet.store.records import JournalRow
from lstwallet.units.amount import Wanted
from lstwallet.units.clock import SimTime

NOBODYS: Final = 0
"""The number of no ticket and no validator."""

Told = Callable[[SimTime, SimTime, SimTime], None]
"""Hears how far it is: the moment reached, the first and the last one."""


# --- two side by side ------------------------------------------------------------------------


Place = tuple[int, int | None]
"""A branch at its end, or at an event of its."""


class Parting(NamedTuple):
    """The first event that is not the same in both, whoever caused it."""

    seq: int
    at: SimTime
    kinds: tuple[str | None, str | None]
    """The event's name in each; ``None`` where nothing more happened."""


class Compared(NamedTuple):
    """Two sides, and where they part."""

    parted: int
    """The last event that they share."""
    parted_at: SimTime
    """The last moment that they share."""
    parting: Parting | None
    """``None``: what there is of both is the same."""
    worth: tuple[int, int]
    """USD, 8 decimals, at the end of each."""
    worths: Worths
    """Both lines from the beginning, to lay over each other."""
    held: list[Held]
    steps: list[Step]
    """What the user did and got since they parted; without the daily rewards."""
    first: int | None
    """Place of the first difference among the steps."""


class _Side(NamedTuple):
    reading: Reading
    seq: int
    world: World
    series: Series
    lines: list[Line]


def compare(
    session: Session,
    one: Place,
    other: Place,
    account: Account = YOU,
    *,
    gate: Callable[[], None] | None = None,
) -> Compared:
    """Both sides of an account's. Raises ``LookupError`` and ``StoreError``."""
    worlds = tuple(_world(session, side) for side in (one, other))
    parted, moment = _parted(session, one, other, worlds)
    first, second = (
        _side(session, side, world, parted, account, gate)
        for side, world in zip((one, other), worlds, strict=True)
    )
    steps = differences.telling(differences.in_step(first.lines, second.lines))
    ends = _end(first.world, account), _end(second.world, account)
    return Compared(
        parted,
        moment,
        _parting(first, second, parted, gate),
        (ends[0].usd, ends[1].usd),
        differences.worths(first.series, second.series, ends),
        differences.held(first.world, second.world, account),
        steps,
        differences.first_difference(steps),
    )


def _world(session: Session, side: Place) -> World:
    branch, seq = side
    return session.world_of(branch) if seq is None else session.world_at(seq, branch=branch)


def _parted(
    session: Session, one: Place, other: Place, worlds: Sequence[World]
) -> tuple[int, SimTime]:
    """The last event that both have, and the last moment until which they are the same."""
    lines = (session.along(branch).line.stretches for branch, _ in (one, other))
    together = [pair for pair in zip(*lines, strict=False) if pair[0].branch == pair[1].branch]
    last = together[-1]
    return (
        min(*(each.upto for each in last), *(world.events for world in worlds)),
        min(*(each.ended for each in last), *(world.time for world in worlds)),
    )


def _side(
    session: Session,
    side: Place,
    world: World,
    parted: int,
    account: Account,
    gate: Callable[[], None] | None,
) -> _Side:
    branch, seq = side[0], world.events
    series = session.series(
        (WORTH,), world.started, world.time, account=account, branch=branch, gate=gate
    )
    records = session.activity(
        before=seq + 1, after=parted, limit=seq, account=account, branch=branch, gate=gate
    )
    return _Side(session.along(branch), seq, world, series, activity.lines(records, account))


def _end(world: World, account: Account) -> End:
    """Worth nothing, where the account was never opened."""
    known = account in world.accounts
    return End(world.time, portfolio.net_worth(world, account) if known else 0)


def _parting(
    one: _Side, other: _Side, parted: int, gate: Callable[[], None] | None
) -> Parting | None:
    lines = (_lines(side, parted, gate) for side in (one, other))
    for seq, pair in enumerate(zip_longest(*lines), parted + 1):
        if pair[0] != pair[1]:
            events = [None if line is None else codec.decode_event(line) for line in pair]
            kinds = [None if event is None else type(event).__name__ for event in events]
            at = min(event.at for event in events if event is not None)
            return Parting(seq, at, (kinds[0], kinds[1]))
    return None


def _lines(side: _Side, after: int, gate: Callable[[], None] | None) -> Iterator[str]:
    """The events of a side after one, as the journal has them."""
    for row in side.reading.rows(after, side.seq):
        if gate is not None:
            gate()
        yield from row.events.split("\n")[max(after + 1 - row.first_seq, 0) :]


# --- leaving out -----------------------------------------------------------------------------


class Again(NamedTuple):
    """Something that the user did after what was left out."""

    seq: int
    """Its first event, on the branch that was left."""
    at: SimTime
    command: Command
    """As it was given then."""
    line: Line
    """As it stands in Activity there."""
    refusal: Refusal | None
    """Why it was not possible on the new branch."""


class Retold(NamedTuple):
    """The new branch, and how it went."""

    branch: int
    actions: tuple[Again, ...]
    """In the order in which they were done."""

    @property
    def done(self) -> int:
        """How many were done again."""
        return len(self.actions) - len(self.refused)

    @property
    def refused(self) -> tuple[Again, ...]:
        """What was not possible."""
        return tuple(each for each in self.actions if each.refusal is not None)


def leave_out(
    session: Session,
    seq: int | Iterable[int],
    title: str = "",
    *,
    progress: Told | None = None,
    cancelled: Callable[[], bool] | None = None,
    gate: Callable[[], None] | None = None,
) -> Retold | None:
    """Leave out the command that caused event ``seq``, or each of several; the session stands on
    the new branch then, as far in time as on the one before.

    ``None`` when it was ``cancelled``; then, and after any error, the session stands where it
    stood, and of the new branch a hidden rest is left that nobody sees.

    Raises ``LookupError`` when no command of the user's caused an event, and ``StoreError``.
    """
    left = sorted({session.action(each) for each in ([seq] if isinstance(seq, int) else seq)})
    if not left or not all(action.commanded for action in left):
        raise LookupError("no command of the user's")
    first, gone = left[0], {action.stop for action in left}
    rows = list(session.along().commanded(first.start))
    until = session.world.time
    session.fork(first.start, title, at=first.at, trial=True)
    try:
        again = _Again(session, until, progress, cancelled, gate)
        for row in rows:
            again.lost(row) if row.last_seq in gone else again.act(row)
        again.pass_time(until)
        if again.stopped:
            return None
        session.keep()
        return Retold(session.branch, tuple(again.actions))
    finally:
        session.abandon()  # unless it was kept


class _Again:
    """The rest of a history, lived through once more on another branch."""

    def __init__(
        self,
        session: Session,
        until: SimTime,
        progress: Told | None,
        cancelled: Callable[[], bool] | None,
        gate: Callable[[], None] | None,
    ) -> None:
        self.actions: list[Again] = []
        self.stopped = False
        self._session = session
        self._begin, self._until = session.world.time, until
        self._progress, self._cancelled, self._gate = progress, cancelled, gate
        self._numbers: dict[tuple[type, Wanted], int] = {}
        """What tickets and validators of the user's are called here that had other numbers, by
        the kind of command that names them."""

    def pass_time(self, until: SimTime) -> None:
        """Up to the moment of the next action."""
        if not self.stopped and until > self._session.world.time:
            self._session.advance(
                until, progress=self._tell, cancelled=self._cancelled, gate=self._gate
            )
        if self._cancelled is not None and self._cancelled():
            self.stopped = True

    def _tell(self, far: Progress) -> None:
        if self._progress is not None:
            self._progress(far.at, self._begin, self._until)

    def lost(self, row: JournalRow) -> None:
        """What this command brought is not there: its tickets and validators have no number."""
        self._renumber(_events(row), ())

    def act(self, row: JournalRow) -> None:
        """Let time pass up to its moment, and give the command again."""
        self.pass_time(row.began)
        if self.stopped:
            return
        command, events = codec.decode_command(row.command or ""), _events(row)
        refusal, caused = self._give(command)
        self._renumber(events, caused)
        if refusal is None or type(command) not in FOUNDING:  # what stands already is refused
            line = _line(row, command, events)
            self.actions.append(Again(row.first_seq, row.began, command, line, refusal))

    def _give(self, command: Command) -> tuple[Refusal | None, Sequence[Event]]:
        try:
            wanted = self._renamed(command)
            outcome = self._session.execute(anew(self._session.world, wanted))
        except Refusal as refusal:
            return refusal, ()
        return outcome.refusal, outcome.events

    def _renumber(self, then: Sequence[Event], now: Sequence[Event]) -> None:
        here = _numbers(now)
        for kind, known in _numbers(then).items():
            names = here.get(kind, [])
            for place, number in enumerate(known):
                self._numbers[kind, number] = names[place] if place < len(names) else NOBODYS

    def _renamed(self, command: Command) -> Command:
        """The command with the numbers that tickets and validators have here."""
        match command:
            case Batch(commands):
                return Batch(tuple(map(self._renamed, commands)))
            case Transaction():
                return command._replace(calls=tuple(map(self._renamed, command.calls)))
            case Claim() | LeaveNatively():
                kind, (account, number) = type(command), command
                return kind(account, self._numbers.get((kind, number), number))
        return command


def anew(world: World, command: Command) -> Command:
    """A transaction prepared again on this world; what is none is as it was. Raises ``Refusal``.

    The approvals that were put in front were those of another world: they are worked out anew,
    and are without a limit again if they were.
    """
    if type(command) is not Transaction:
        return command
    calls: tuple[Any, ...] = command.calls
    own = next((at for at, call in enumerate(calls) if type(call) is not Approve), 0)
    unlimited = any(call.units == UNLIMITED for call in calls[:own])
    wanted = calls[own] if len(calls) == own + 1 else Batch(calls[own:])
    return signing.prepare(world, command.account, wanted, unlimited=unlimited).transaction


def _numbers(events: Sequence[Event]) -> dict[type, list[int]]:
    """The tickets and validators that events brought, by the command that names them."""
    found: dict[type, list[int]] = {}
    for event in events:
        if type(event) is UnstakeRequested:
            found.setdefault(Claim, []).extend(ticket.id for ticket in event.tickets)
        elif type(event) is ValidatorsDeposited:
            found.setdefault(LeaveNatively, []).append(event.id)
    return found


def _events(row: JournalRow) -> list[Event]:
    return [codec.decode_event(line) for line in row.events.split("\n")]


def _line(row: JournalRow, command: Command, events: Sequence[Event]) -> Line:
    """The row of Activity that the command had, at its main part."""
    records = [
        ActivityRecord(seq, event.at, type(event).__name__, event, command)
        for seq, event in enumerate(events, row.first_seq)
    ]
    first = command.commands[0] if type(command) is Batch and command.commands else command
    account = getattr(first, "account", YOU)
    return activity.lines(records, account)[0]


__all__ = [
    "Again", "Compared", "Parting", "Place", "Retold", "anew", "compare", "leave_out",
]  # fmt: skip
