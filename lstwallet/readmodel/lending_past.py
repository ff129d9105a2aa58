"""What liquidations have done to a position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from lstwallet.engine.lending_facts import PositionLiquidated
from lstwallet.ledger.entries import Account
from lstwallet.units.clock import SimTime


class Sum(NamedTuple):
    """Base units of a token."""

    token: str
    units: int


class Losses(NamedTuple):
    """Liquidations of one position, summed up."""

    first: SimTime
    last: SimTime
    times: int
    health: int
    """Before the last one, WAD."""
    repaid: tuple[Sum, ...]
    taken: tuple[Sum, ...]
    """Collateral that is gone, the treasury's share included."""


def liquidations(events: Iterable[Any], account: Account) -> Losses | None:
    """The liquidations of ``account`` among events (oldest first), or ``None``."""
    mine = [
        event
        for event in events
        if isinstance(event, PositionLiquidated) and event.account == account
    ]
    if not mine:
        return None
    repaid: dict[str, int] = {}
    taken: dict[str, int] = {}
    for event in mine:
        repaid[event.debt] = repaid.get(event.debt, 0) + event.repaid
        taken[event.collateral] = taken.get(event.collateral, 0) + event.seized + event.fee
    return Losses(
        mine[0].at,
        mine[-1].at,
        len(mine),
        mine[-1].health_before,
        tuple(Sum(*pair) for pair in repaid.items()),
        tuple(Sum(*pair) for pair in taken.items()),
    )
