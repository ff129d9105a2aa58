"""What if I had not …: leave actions of the user's out, and live through the rest again.

A new branch begins just before the first of them. Time passes on it as it would have, and
what the user did later is done again at its moments: transactions are prepared anew, so that
``ALL`` and fees are those of the new course, everything else is given as it was. What the
new course refuses is told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
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
from lstwallet.market.upgrades import FOUNDING
from lstwallet.readmodel import activity
from lstwallet.readmodel.activity import Line
from lstwallet.store import codec
from lstwallet.store.errors import StoreError
from lstwallet.store.records import JournalRow
from lstwallet.units.amount import Wanted
from lstwallet.units.clock import SimTime

NOBODYS: Final = 0
"""The number of no ticket and no validator."""

Told = Callable[[SimTime, SimTime, SimTime], None]
"""Hears how far it is: the moment reached, the first and the last one."""


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
    before, until = session.branch, session.world.time
    session.fork(first.start, title, at=first.at, trial=True)
    try:
        again = _Again(session, until, progress, cancelled, gate)
        for row in rows:
            again.lost(row) if row.last_seq in gone else again.act(row)
        again.pass_time(until)
        if not again.stopped:
            session.keep()
            return Retold(session.branch, tuple(again.actions))
    except BaseException:
        with contextlib.suppress(StoreError):
            session.switch(before)
        raise
    session.switch(before)
    return None


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


__all__ = ["Again", "Retold", "anew", "leave_out"]
