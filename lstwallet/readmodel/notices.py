"""What the user should hear of at once, wherever in the window: told once, when it begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from lstwallet.engine.lending_view import health_of
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.units.fixed import WAD, mul_div_floor

LINE: Final = mul_div_floor(WAD, 3, 2)
"""Health factor below which the user is told, unless another line was set: 1.5."""


class Standing(NamedTuple):
    """What is remembered between two looks."""

    ready: frozenset[int]
    """The user's tickets that may be claimed."""
    low: bool
    """Health is below the line."""


class Notice(NamedTuple):
    """``kind``: ``ready`` (``amount`` wei may be claimed), ``low`` (``amount`` is the health
    factor) or ``liquidated`` (``amount`` base units of ``token`` were taken)."""

    kind: str
    amount: int
    token: str = ""


def standing(world: World, account: Account, line: int = LINE) -> Standing:
    """How things stand now for the account; ``line`` as a health factor (WAD), 0 for none."""
    ready = frozenset(
        number
        for number, ticket in world.tickets.items()
        if ticket.finalised and ticket.account == account
    )
    return Standing(ready, account in world.positions and health_of(world, account) < line)


def notices(
    before: Standing,
    world: World,
    account: Account,
    events: Iterable[Any] = (),
    line: int = LINE,
) -> list[Notice]:
    """What has begun since ``before``; a liquidation is read from the events."""
    now = standing(world, account, line)
    told = [
        Notice("liquidated", event.seized + event.fee, event.collateral)
        for event in events
        if type(event).__name__ == "PositionLiquidated" and event.account == account
    ]
    fresh = now.ready - before.ready
    if fresh:
        told.append(Notice("ready", sum(world.tickets[number].ether for number in fresh), "ETH"))
    if now.low and not before.low:
        told.append(Notice("low", health_of(world, account)))
    return told
