"""What one transaction adds to a profile, and the recorder that gathers it.

Amounts are integers here and TEXT in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.staking import steth_gain
from lstwallet.engine.world import YOU, Readable, is_yours
from lstwallet.ledger.entries import Account
from lstwallet.protocols.lido import Pool
from lstwallet.store.codec import dumps, encode_command, encode_linked, loads
from lstwallet.units.clock import DAY, SimTime, start_of

BURST: Final = 40
"""Events that are encoded in one go, about a quarter of a simulated day."""

MARK: Final = f'"{YOU}'
"""Stands in the text of every event that names an account of the user's."""
NO_NUMBER: Final = -1
"""Stands in the samples where nothing was sampled."""


class Head(NamedTuple):
    """How far a profile has come: all that is acknowledged."""

    time: SimTime
    seq: int
    hash: bytes
    """The chain after event ``seq``."""


class JournalRow(NamedTuple):
    """One user command, or a stretch of one simulated day."""

    first_seq: int
    last_seq: int
    began: SimTime
    ended: SimTime
    command: str | None
    """JSON of the user's command; ``None`` for what time brought."""
    events: str
    """JSON Lines."""
    hash: bytes
    """The chain after the last event."""


class EntryRow(NamedTuple):
    """One posting to an account of the user's."""

    seq: int
    place: int
    """Which posting of the event."""
    at: SimTime
    account: str
    token: str
    units: int
    kind: str


class Gain(NamedTuple):
    """Base units (amounts, not shares) that the user's holding of ``token`` grew by."""

    token: str
    units: int
    account: Account = YOU


class ActivityRow(NamedTuple):
    """An event that concerns the user."""

    seq: int
    at: SimTime
    kind: str
    gains: tuple[Gain, ...]
    """What a rebase did to the user's holding, which no posting shows."""


class SampleDay(NamedTuple):
    """The hourly samples of one simulated day."""

    day: SimTime
    """Its first second."""
    names: tuple[str, ...]
    hours: list[list[int]]
    """Rows of the moment, then one number per name."""


class Page(NamedTuple):
    """What one transaction adds."""

    before: Head
    """The head it goes on from; event 0 for a profile's first page."""
    head: Head
    rows: Sequence[JournalRow]
    entries: Sequence[EntryRow]
    activity: Sequence[ActivityRow]
    samples: Sequence[SampleDay]
    snapshot: bytes | None = None
    """The World at ``head``, packed; a cache."""
    meta: Mapping[str, str] = MappingProxyType({})


def encode_gains(gains: Sequence[Gain]) -> str:
    """``[["stETH",1234]]``; an account that is not the first stands behind."""
    return dumps(tuple(gain[:2] if gain.account == YOU else gain for gain in gains))


def encode_entries(entries: Sequence[EntryRow]) -> str:
    """The postings of one event: ``[[0,"you","ETH",-1234]]``."""
    return dumps(tuple((each.place, each.account, each.token, each.units) for each in entries))


def decode_entries(seq: int, at: SimTime, kind: str, text: str) -> Iterator[EntryRow]:
    """The postings of an event. Raises ``BadText``, ``TypeError`` or ``ValueError``."""
    for place, account, token, units in loads(text):
        yield EntryRow(seq, int(place), at, str(account), str(token), int(units), kind)


def decode_gains(text: str) -> tuple[Gain, ...]:
    """Raises ``BadText``."""
    return tuple(Gain(str(row[0]), int(row[1]), *map(str, row[2:])) for row in loads(text))


def concerns(event: kernel.Event, account: Account, gains: Sequence[Gain] = ()) -> bool:
    """Whether the event has to do with one of the user's accounts: it is named, or gains."""
    return (
        any(field == account for field in event)
        or any(posting[0] == account for posting in getattr(event, "entry", ()))
        or any(gain.account == account for gain in gains)
        or type(event) is kernel.Born
    )


def steth_gains(world: Readable, before: Pool) -> tuple[Gain, ...]:
    """What a report brought each of the user's accounts; ``before``: the pool before it."""
    found = ((account, steth_gain(world, account, before)) for account in world.accounts)
    return tuple(Gain("stETH", units, account) for account, units in found if units)


class Recorder:
    """Gathers what happened since the last commit; ``page`` hands it over for the next one.

    Events are encoded in bursts: quicker than one by one between the steps of a run, and their
    memory is still at hand. ``tail`` is the newest stored sample row, if there is one: the rest
    of its day joins it.
    """

    def __init__(self, head: Head, names: tuple[str, ...], tail: SampleDay | None = None) -> None:
        self.sampled_at: SimTime | None = tail.hours[-1][0] if tail and tail.hours else None
        """The moment of the newest sample."""
        self.yours: list[kernel.Event] = []
        """Encoded events that concern the user, since the recorder was made or ``yours`` cleared:
        after ``page``, all of them."""
        self._before = head
        self._seq = head.seq
        self._hash = head.hash
        self._names = names
        self._day = tail
        self._rows: list[JournalRow] = []
        self._lines: list[str] = []
        """Of the row that is being written, as far as it is encoded …"""
        self._events: list[kernel.Event] = []
        """… and the rest of it."""
        self._gains: dict[int, tuple[Gain, ...]] = {}
        """By the identity of one of these events."""
        self._day_of_row = -1
        self._began = self._ended = head.time
        """First and last moment of the row."""
        self._entries: list[EntryRow] = []
        self._activity: list[ActivityRow] = []
        self._samples: list[SampleDay] = []

    def write(self, events: Sequence[kernel.Event], command: kernel.Command | None = None) -> None:
        """Add events that happened at one moment; those of a ``command`` get a row of their own."""
        if not events:
            return
        ended: SimTime = events[-1].at
        day = start_of(DAY, ended)
        if command is not None or day != self._day_of_row:
            self._cut()
            self._began, self._day_of_row = events[0].at, day
        elif len(self._events) >= BURST:
            self._encode()
        self._events.extend(events)
        self._ended = ended
        if command is not None:
            self._cut(encode_command(command))

    def gained(self, event: kernel.Event, gains: tuple[Gain, ...]) -> None:
        """An event that was just written grew what the user holds, though no posting says so."""
        self._gains[id(event)] = gains

    def sample(
        self, at: SimTime, values: Sequence[int], names: tuple[str, ...] | None = None
    ) -> None:
        """Add the numbers of one hour, in the order of the names (by default those given first).

        When the names change during a day, its hours before have no number for new ones.
        """
        day = start_of(DAY, at)
        names = names or self._names
        if self._day is None or self._day.day != day:
            self._day = SampleDay(day, names, [])
        elif self._day.names != names:
            self._rename(self._day, names)
        if not self._samples or self._samples[-1] is not self._day:
            self._samples.append(self._day)
        self._day.hours.append([at, *values])
        self.sampled_at = at

    def _rename(self, day: SampleDay, names: tuple[str, ...]) -> None:
        """Go on with a day whose hours were sampled under other names."""
        places = [day.names.index(name) + 1 if name in day.names else 0 for name in names]
        hours = [
            [hour[0], *(hour[place] if place else NO_NUMBER for place in places)]
            for hour in day.hours
        ]
        self._day = SampleDay(day.day, names, hours)
        if self._samples and self._samples[-1] is day:
            self._samples[-1] = self._day

    def page(self, time: SimTime) -> Page:
        """All that was gathered, for a commit that reaches ``time``; starts anew."""
        self._cut()
        head = Head(time, self._seq, self._hash)
        page = Page(
            self._before,
            head,
            self._rows,
            self._entries,
            self._activity,
            self._samples,
        )
        self._before = head
        self._rows, self._entries, self._activity, self._samples = [], [], [], []
        return page

    def _encode(self) -> None:
        """Turn the events at hand into lines, and note those that concern the user."""
        events, self._events, gains = self._events, [], self._gains
        lines, self._hash = encode_linked(events, self._hash)
        for seq, (event, line) in enumerate(zip(events, lines, strict=True), self._seq + 1):
            if MARK in line or (gains and id(event) in gains):
                self._note(seq, event)
        gains.clear()
        self._seq += len(lines)
        self._lines += lines

    def _cut(self, command: str | None = None) -> None:
        """Close the row that is being written."""
        self._encode()
        self._day_of_row = -1
        lines, self._lines = self._lines, []
        if lines:
            first, text = self._seq - len(lines) + 1, "\n".join(lines)
            self._rows.append(
                JournalRow(first, self._seq, self._began, self._ended, command, text, self._hash)
            )

    def _note(self, seq: int, event: kernel.Event) -> None:
        """The event may concern the user: keep the postings, and the event for Activity."""
        kind = type(event).__name__
        gains = self._gains.get(id(event), ())
        # A world names its accounts from the start; it concerns whoever owns something in it.
        concerned = isinstance(event, kernel.Born) and any(
            is_yours(owner) for owner, _ in event.world.balances
        )
        for place, (account, token, units) in enumerate(getattr(event, "entry", ())):
            if is_yours(account):
                concerned = True
                self._entries.append(EntryRow(seq, place, event.at, account, token, units, kind))
        if concerned or gains or _names_you(event):
            self._activity.append(ActivityRow(seq, event.at, kind, gains))
            self.yours.append(event)


def _names_you(event: kernel.Event) -> bool:
    """Whether any plain field of the event is the user's account (``owner``, ``borrower`` …)."""
    return any(isinstance(field, str) and is_yours(field) for field in event)
