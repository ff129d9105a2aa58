"""Everything that is due for an account, by day: the calendar.

Waits are ranges from ``engine/staking_wait``, the source of every screen; what the chain
has fixed already is one moment. Read anew whenever the clock moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.engine import restaking_view, validators
from lstwallet.engine.staking import ticket_wait, tickets_of
from lstwallet.engine.validators_facts import VALIDATOR_WEI, Validator
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel.portfolio import ticket_value
from lstwallet.units.clock import DAY, SimTime, start_of

REPORT: Final = "report"
CLAIM: Final = "claim"
TICKET: Final = "ticket"
ACTIVE: Final = "active"
SWEEP: Final = "sweep"
EXIT: Final = "exit"
PAID: Final = "paid"
OVER: Final = "over"
ESCROW: Final = "escrow"
POSTING: Final = "posting"
KINDS: Final = (CLAIM, OVER, REPORT, TICKET, ACTIVE, SWEEP, EXIT, PAID, ESCROW, POSTING)
"""In the order in which they stand within a moment."""


class Due(NamedTuple):
    """One thing to come, or to be done now."""

    low: SimTime
    """Not before this."""
    high: SimTime
    """By then, as things stand; the same moment where it is fixed."""
    kind: str
    """One of ``KINDS``. ``report``: the next one, the others follow daily; ``claim``: a ticket
    that waits to be claimed; ``active``, ``sweep``, ``exit``, ``paid``: own validators;
    ``over``, ``escrow``: restaked tokens that may be taken, and whose escrow goes on;
    ``posting``: rewards of restaking become claimable."""
    ident: int = 0
    """Of the ticket, the validators or the withdrawal."""
    wei: int = 0
    """What it brings, where that is known."""


class Day(NamedTuple):
    """What may happen first on one day (UTC)."""

    at: SimTime
    items: tuple[Due, ...]


def due(world: World, account: Account) -> tuple[Due, ...]:
    """The soonest first; what is ready stands at the present moment."""
    now = world.time
    found = [Due(world.staking.next_report, world.staking.next_report, REPORT)]
    for ticket in tickets_of(world, account):
        wait = ticket_wait(world, ticket)
        kind = CLAIM if ticket.finalised else TICKET
        pays = ticket_value(world, ticket)
        found.append(Due(now + wait.low, now + wait.high, kind, ticket.id, pays))
    for number, own in validators.of_account(world, account).items():
        found.extend(Due(at, at, kind, number, wei) for at, kind, wei in _stages(own))
    found += _restaked(world, account)
    kept = (each for each in found if each.high > now or each.kind in (CLAIM, OVER))
    return tuple(sorted(kept, key=lambda each: (each.low, KINDS.index(each.kind), each.ident)))


def _restaked(world: World, account: Account) -> Sequence[Due]:
    """The ends of escrows, and the next posting of rewards where there are any."""
    if account not in world.restakes:
        return ()
    found = []
    for each in restaking_view.escrows_of(world, account):
        units = restaking_view.escrow_worth(world, each)
        wei, kind = restaking_view.eth_of(world, each.token, units), OVER if each.ready else ESCROW
        at = world.time if each.ready else each.ends
        found.append(Due(at, at, kind, each.id, wei))
    rewards, at = restaking_view.rewards_of(world, account), restaking_view.of(world).next_round
    if rewards.posted or rewards.accruing:
        found.append(Due(at, at, POSTING, 0, rewards.posted))
    return found


def _stages(own: Validator) -> Sequence[tuple[SimTime, str, int]]:
    """What the chain has planned for validators; 0 where nothing is."""
    whole = own.keys * VALIDATOR_WEI
    planned = (
        (own.active_at, ACTIVE, whole), (own.next_sweep, SWEEP, 0),
        (own.exit_at, EXIT, 0), (own.paid_at, PAID, whole),
    )  # fmt: skip
    return [each for each in planned if each[0]]


def by_day(items: Sequence[Due]) -> tuple[Day, ...]:
    """The items of each day on which something may begin."""
    days: dict[SimTime, list[Due]] = {}
    for each in items:
        days.setdefault(start_of(DAY, each.low), []).append(each)
    return tuple(Day(at, tuple(those)) for at, those in sorted(days.items()))


__all__ = [
    "ACTIVE", "CLAIM", "ESCROW", "EXIT", "KINDS", "OVER", "PAID", "POSTING", "REPORT", "SWEEP",
    "TICKET", "Day", "Due", "by_day", "due",
]  # fmt: skip
