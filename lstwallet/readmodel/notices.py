"""What the user should hear of at once, wherever in the window: told once, when it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from lstwallet.engine.lending_view import health_of
from lstwallet.engine.restaking_view import escrow_worth
from lstwallet.engine.world import YOU, World
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
    over: frozenset[int] = frozenset()
    """The user's withdrawals whose escrow is over."""


class Notice(NamedTuple):
    """``kind``: ``ready`` (``amount`` wei may be claimed), ``low`` (``amount`` is the health
    factor), ``liquidated`` or ``slashed`` (``amount`` base units of ``token`` were taken), or
    ``over`` (``amount`` of ``token`` have left their escrow)."""

    kind: str
    amount: int
    token: str = ""
    account: Account = YOU


def standing(world: World, account: Account, line: int = LINE) -> Standing:
    """How things stand now for the account; ``line`` as a health factor (WAD), 0 for none."""
    ready = frozenset(
        number
        for number, ticket in world.tickets.items()
        if ticket.finalised and ticket.account == account
    )
    over = frozenset(
        number for number, each in world.escrows.items() if each.ready and each.account == account
    )
    low = account in world.positions and health_of(world, account) < line
    return Standing(ready, low, over)


def notices(
    before: Standing,
    world: World,
    account: Account,
    events: Iterable[Any] = (),
    line: int = LINE,
) -> list[Notice]:
    """What has begun since ``before``; liquidations and slashes are read from the events."""
    now = standing(world, account, line)
    told = [
        Notice("liquidated", event.seized + event.fee, event.collateral, account)
        for event in events
        if type(event).__name__ == "PositionLiquidated" and event.account == account
    ]
    told += [
        Notice("slashed", event.amount, event.token, account)
        for event in events
        if type(event).__name__ == "StakeSlashed" and event.account == account
    ]
    for number in sorted(now.over - before.over):
        escrow = world.escrows[number]
        told.append(Notice("over", escrow_worth(world, escrow), escrow.token, account))
    fresh = now.ready - before.ready
    if fresh:
        ether = sum(world.tickets[number].ether for number in fresh)
        told.append(Notice("ready", ether, "ETH", account))
    if now.low and not before.low:
        told.append(Notice("low", health_of(world, account), "", account))
    return told


def standings(world: World, line: int = LINE) -> dict[Account, Standing]:
    """How things stand for each of the user's accounts, whichever is looked at."""
    return {account: standing(world, account, line) for account in world.accounts}


def notices_of_all(
    before: Mapping[Account, Standing], world: World, events: Iterable[Any] = (), line: int = LINE
) -> list[Notice]:
    """What has begun for any of the user's accounts; one that is new has nothing behind it."""
    happened, nothing = tuple(events), Standing(frozenset(), False)
    return [
        notice
        for account in world.accounts
        for notice in notices(before.get(account, nothing), world, account, happened, line)
    ]
