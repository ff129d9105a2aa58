"""What liquidations have done to a position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

from lstwallet.engine.lending_facts import (
    Borrowed,
    CollateralSwitched,
    PositionLiquidated,
    Repaid,
    Supplied,
    SupplyWithdrawn,
)
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
    written_off: tuple[Sum, ...] = ()
    """Debt that was left without any collateral: nobody owes it any more."""


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
    lost: dict[str, int] = {}
    for event in mine:
        repaid[event.debt] = repaid.get(event.debt, 0) + event.repaid
        taken[event.collateral] = taken.get(event.collateral, 0) + event.seized + event.fee
        for token, amount in event.losses:
            lost[token] = lost.get(token, 0) + amount
    return Losses(
        mine[0].at,
        mine[-1].at,
        len(mine),
        mine[-1].health_before,
        tuple(Sum(*pair) for pair in repaid.items()),
        tuple(Sum(*pair) for pair in taken.items()),
        tuple(Sum(*pair) for pair in lost.items()),
    )


OWN_ACTS: Final = (Supplied, SupplyWithdrawn, Borrowed, Repaid, CollateralSwitched)
"""Whoever acts in the market again has seen what happened there."""


class Past(Protocol):
    """An event that concerns the user, as the session hands it over."""

    @property
    def at(self) -> SimTime: ...
    @property
    def event(self) -> Any: ...


def unseen(records: Iterable[Past], account: Account, seen: SimTime) -> Losses | None:
    """Liquidations of ``account`` after ``seen`` and after its last own act in the market;
    ``records`` newest first."""
    events = []
    for record in records:
        own = isinstance(record.event, OWN_ACTS) and record.event.account == account
        if own or record.at <= seen:
            break
        events.append(record.event)
    return liquidations(reversed(events), account)
