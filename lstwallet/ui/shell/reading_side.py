"""What a comparison shows, read in the lane. No widgets here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.readmodel import activity, portfolio
from lstwallet.readmodel.differences import (
    WORTH,
    Held,
    Step,
    Worths,
    first_difference,
    held,
    in_step,
    telling,
    worths,
)

if TYPE_CHECKING:
    from lstwallet.app.session import Branch, Session
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.readmodel.activity import Line
    from lstwallet.readmodel.samples import Series

MOST: Final = 4_000
"""Entries since they parted that are looked at."""


class SideOf(NamedTuple):
    """A branch at its end, or at an event of its."""

    branch: int
    seq: int | None


class Compared(NamedTuple):
    """Two sides, and where they part."""

    parted_at: int
    """The last moment that they share."""
    worth: tuple[int, int]
    """USD, 8 decimals."""
    worths: Worths
    held: list[Held]
    steps: list[Step]
    first: int | None
    """Place of the first difference among the steps."""


class _Side(NamedTuple):
    world: World
    series: Series
    lines: list[Line]


def read_both(session: Session, one: SideOf, other: SideOf, account: Account) -> Compared:
    """Both sides of an account's. Raises ``StoreError``."""
    parted = _parted(session, one, other)
    first, second = (_read(session, side, parted, account) for side in (one, other))
    steps = telling(in_step(first.lines, second.lines))
    return Compared(
        session.world_at(parted, branch=one.branch).time,
        tuple(portfolio.net_worth(side.world, account) for side in (first, second)),  # type: ignore[arg-type]
        worths(first.series, second.series),
        held(first.world, second.world, account),
        steps,
        first_difference(steps),
    )


def _read(session: Session, side: SideOf, parted: int, account: Account) -> _Side:
    branch, seq = side
    end = _end(session, side)
    world = session.world_at(end, branch=branch)
    series = session.series(
        (WORTH,), world.started, world.time, account=account, branch=branch
    )
    before = None if seq is None else seq + 1
    records = session.activity(before=before, limit=MOST, account=account, branch=branch)
    since = [record for record in records if record.seq > parted]
    return _Side(world, series, activity.lines(since, account))


def _end(session: Session, side: SideOf) -> int:
    return _known(session)[side.branch].seq if side.seq is None else side.seq


def _known(session: Session) -> dict[int, Branch]:
    return {branch.id: branch for branch in session.branches()}


def _parted(session: Session, one: SideOf, other: SideOf) -> int:
    """The last event that both have."""
    known = _known(session)
    reach = {}
    at: int | None = one.branch
    upto = _end(session, one)
    while at is not None:
        reach[at] = upto
        upto, at = min(upto, known[at].forked_at), known[at].parent
    at, upto = other.branch, _end(session, other)
    while at is not None and at not in reach:
        upto, at = min(upto, known[at].forked_at), known[at].parent
    assert at is not None, "two branches of one tree"
    return min(upto, reach[at])
