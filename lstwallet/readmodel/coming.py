"""What will happen to the user next, as far as the world has planned it, for the time bar."""

from __future__ import annotations

from typing import NamedTuple

from lstwallet.engine.staking_wait import ticket_wait
from lstwallet.engine.validators_facts import Validator
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel.upcoming import next_for
from lstwallet.units.clock import DAY, SimTime


class Coming(NamedTuple):
    """``kind``: ``report`` (rewards of liquid stake), ``ticket`` (may be claimed from about
    then), ``active``, ``sweep``, ``exit`` and ``paid`` (validators of one's own), ``escrow``
    (restaked tokens may be taken)."""

    at: SimTime
    kind: str
    ident: int = 0
    """Of the ticket or the validators."""
    until: SimTime = 0
    """Of a ticket: the later end of the range that ``at`` begins."""


def coming(world: World, account: Account, until: SimTime) -> list[Coming]:
    """What is planned for the account after now, soonest first. Reports come daily; of a
    wait, the earliest end of its range."""
    found: list[Coming] = []
    report = world.staking.next_report
    while report <= until:
        found.append(Coming(report, "report"))
        report += DAY
    for ticket in world.tickets.values():
        if ticket.account == account and not ticket.finalised:
            low, high = ticket_wait(world, ticket)
            now = world.time
            found.append(Coming(now + low, "ticket", ticket.id, now + high))
    for number, validator in world.validators.items():
        if validator.account == account:
            found.extend(Coming(at, kind, number) for at, kind in _stages(validator))
    for number, escrow in world.escrows.items():
        if escrow.account == account and not escrow.ready:
            found.append(Coming(escrow.ends, "escrow", number))
    return sorted(item for item in found if world.time < item.at <= until)


def _stages(validator: Validator) -> list[tuple[SimTime, str]]:
    planned = [
        (validator.active_at, "active"),
        (validator.next_sweep, "sweep"),
        (validator.exit_at, "exit"),
        (validator.paid_at, "paid"),
    ]
    return [(at, kind) for at, kind in planned if at]


def next_moment(world: World, account: Account) -> SimTime:
    """When time should stop for the user to look; the next report at the latest."""
    mine = next_for(world, account)
    report = world.staking.next_report
    return report if mine is None or mine <= world.time else min(mine, report)
