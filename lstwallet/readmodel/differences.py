"""Two courses of one profile side by side: what is held, what it was worth, what happened.

Both begin with the same event; from where they part each has its own. Moments are seconds of
simulated time, USD have 8 decimals.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.readmodel import portfolio
from lstwallet.readmodel.activity import Line
from lstwallet.readmodel.samples import Series
from lstwallet.units.clock import SimTime

WORTH: Final = "net_worth_usd8"
REWARDS: Final = "rewards"


class Held(NamedTuple):
    """A position in both; zero where it is not."""

    kind: str
    """One of ``portfolio.KINDS``."""
    token: str
    first: int
    """Base units; a debt is positive."""
    second: int
    first_usd: int
    """Negative for a debt."""
    second_usd: int

    @property
    def key(self) -> str:
        """Names the row: ``supplied:wstETH``."""
        return f"{self.kind}:{self.token}"


class Step(NamedTuple):
    """What happened in one, in the other, or in both at once; the same, or not."""

    at: SimTime
    first: Line | None
    second: Line | None

    @property
    def same(self) -> bool:
        """Whether both have it, with the same amounts."""
        one, other = self.first, self.second
        return (
            one is not None
            and other is not None
            and (one.kind, one.moves, one.detail, one.account)
            == (other.kind, other.moves, other.detail, other.account)
        )


class Worths(NamedTuple):
    """Net worth of both at the same moments; ``None`` where there is none (yet, or any more)."""

    at: list[SimTime]
    first: list[int | None]
    second: list[int | None]


def held(first: Readable, second: Readable, account: Account) -> list[Held]:
    """Every position that one of them has, in the order of ``portfolio.KINDS`` and tokens."""
    ours = {row.key: row for row in _holdings(first, account)}
    theirs = {row.key: row for row in _holdings(second, account)}
    places = {kind: at for at, kind in enumerate(portfolio.KINDS)}
    either = ours | theirs
    keys = sorted(either, key=lambda key: places[either[key].kind])
    made = []
    for key in keys:
        one, other, row = ours.get(key), theirs.get(key), either[key]
        made.append(
            Held(
                row.kind, row.token, one.units if one else 0, other.units if other else 0,
                one.usd if one else 0, other.usd if other else 0,
            )
        )  # fmt: skip
    return made


def _holdings(world: Readable, account: Account) -> list[portfolio.Holding]:
    """None, in a world in which the account was never opened."""
    return portfolio.holdings(world, account) if account in world.accounts else []


def in_step(first: Iterable[Line], second: Iterable[Line]) -> list[Step]:
    """Entries of both, oldest first: what is of one kind at one moment stands side by side."""
    sides: tuple[dict[tuple[SimTime, str, str], list[Line]], ...] = ({}, {})
    for side, lines in zip(sides, (first, second), strict=True):
        for line in sorted(lines, key=lambda line: line.seq):
            side.setdefault((line.at, line.kind, line.account), []).append(line)
    order: dict[tuple[SimTime, str, str], int] = {}
    for side in sides:
        for key, entries in side.items():
            order[key] = min(entries[0].seq, order.get(key, entries[0].seq))
    keys = sorted(order, key=lambda key: (key[0], order[key]))
    return [
        Step(key[0], one, other)
        for key in keys
        for one, other in zip_longest(sides[0].get(key, ()), sides[1].get(key, ()))
    ]


def first_difference(steps: Sequence[Step]) -> int | None:
    """Place of the first step that is not the same in both; ``None``: there is none."""
    return next((at for at, step in enumerate(steps) if not step.same), None)


def telling(steps: Sequence[Step]) -> list[Step]:
    """Without the rewards, which come every day in both; one that is the first difference
    stays."""
    marked = first_difference(steps)
    return [
        step
        for at, step in enumerate(steps)
        if at == marked or any(line is not None and line.group != REWARDS for line in step[1:])
    ]


class End(NamedTuple):
    """Where a line ends: what was done since the last sample is in it."""

    at: SimTime
    usd: int


def worths(first: Series, second: Series, ends: tuple[End, End]) -> Worths:
    """Both lines on the moments of either; each holds its last value until its own end."""
    one, other = (_ended(*each) for each in zip((first, second), ends, strict=True))
    at = sorted({*one.at, *other.at})
    return Worths(at, _held_on(one, at), _held_on(other, at))


def _ended(series: Series, end: End) -> Series:
    """The samples before its end, and that."""
    upto = bisect_left(series.at, end.at)
    return Series(
        [*series.at[:upto], end.at], {WORTH: [*series.column(WORTH)[:upto], end.usd]}
    )


def _held_on(series: Series, moments: Sequence[SimTime]) -> list[int | None]:
    known, end = series.column(WORTH), series.at[-1]
    made: list[int | None] = []
    for moment in moments:
        place = bisect_right(series.at, moment) - 1
        made.append(known[place] if place >= 0 and moment <= end else None)
    return made


__all__ = [
    "End", "Held", "Step", "Worths", "first_difference", "held", "in_step", "telling", "worths",
]  # fmt: skip
