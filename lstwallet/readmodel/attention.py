"""What the user should look at first. Nothing here when all is well."""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine.lending_view import find_place, supplied_units
from lstwallet.engine.pools_facts import LP, STETH_ETH
from lstwallet.engine.pools_view import lp_value, pool_price
from lstwallet.engine.staking import estimate_wait, steth_of
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel import lending, timeline
from lstwallet.readmodel.lending import Trigger
from lstwallet.readmodel.staking import steth_behind
from lstwallet.readmodel.unstaking import BreakEven, break_even
from lstwallet.units.clock import DAY, SimTime
from lstwallet.units.fixed import WAD, div_floor, mul_div_floor

WATCH_BELOW: Final = mul_div_floor(WAD, 3, 2)
"""A health factor below this is told: so low, a new loan asks to accept the risk."""
WORTH_TELLING: Final = div_floor(WAD, 500)
"""stETH below its rate by at least 0.2% is told to who holds some."""
SOON: Final = DAY
"""An exit that is due within this is told."""


class LowHealth(NamedTuple):
    """A loan that is near liquidation."""

    health: int
    trigger: Trigger | None


class ReadyToClaim(NamedTuple):
    """Tickets that pay when they are claimed."""

    tickets: tuple[int, ...]
    wei: int
    waited: int
    """Seconds since the oldest was asked for."""


class EscrowOver(NamedTuple):
    """Restaked tokens that may be taken: no slash reaches them any more."""

    escrows: tuple[int, ...]
    wei: int
    """By the tokens' own rates."""


class ExitDue(NamedTuple):
    """The next exit that may be done within a day."""

    kind: str
    """``ticket``, ``validator`` or ``escrow``."""
    id: int
    wei: int
    low: SimTime
    high: SimTime


class BelowRate(NamedTuple):
    """The market pays less for stETH than the queue."""

    discount: int
    """WAD."""
    waiting: BreakEven
    wait: Wait
    """Seconds that the queue takes now."""


Attention = LowHealth | ReadyToClaim | EscrowOver | ExitDue | BelowRate


def attention(world: World, account: Account) -> tuple[Attention, ...]:
    """The most urgent first."""
    exits = timeline.exits(world, account)
    found = (
        _health(world, account),
        _claimable(world, exits),
        _escrow_over(exits),
        _due(world, exits),
        _below_rate(world, account),
    )
    return tuple(each for each in found if each is not None)


def _health(world: World, account: Account) -> LowHealth | None:
    if account not in world.positions:
        return None
    risk = lending.risk_of(world, account)
    if risk.health is None or risk.health >= WATCH_BELOW:
        return None
    return LowHealth(risk.health, risk.trigger)


def _claimable(world: World, exits: tuple[timeline.Exit, ...]) -> ReadyToClaim | None:
    ready = [each for each in exits if each.ready and each.kind == timeline.TICKET]
    if not ready:
        return None
    waited = world.time - min(each.start for each in ready)
    return ReadyToClaim(tuple(each.id for each in ready), sum(e.wei for e in ready), waited)


def _escrow_over(exits: tuple[timeline.Exit, ...]) -> EscrowOver | None:
    ready = [each for each in exits if each.ready and each.kind == timeline.ESCROW]
    if not ready:
        return None
    return EscrowOver(tuple(each.id for each in ready), sum(each.wei for each in ready))


def _due(world: World, exits: tuple[timeline.Exit, ...]) -> ExitDue | None:
    soon = [each for each in exits if not each.ready and each.sure - world.time <= SOON]
    if not soon:
        return None
    first = min(soon, key=lambda each: each.sure)
    return ExitDue(first.kind, first.id, first.wei, first.sure, first.likely)


def _below_rate(world: World, account: Account) -> BelowRate | None:
    price = pool_price(world, STETH_ETH)
    if not price or WAD - price < WORTH_TELLING:
        return None
    held = _steth_held(world, account)
    if not held:
        return None
    wait = estimate_wait(world, held)
    return BelowRate(WAD - price, break_even(WAD, price, wait), wait)


def _steth_held(world: World, account: Account) -> int:
    """Wei of stETH that an account has in any form and might sell."""
    total = steth_of(world, account) + steth_behind(world, world.balance(account, "wstETH"))
    if account in world.positions and find_place(world.lending, "wstETH") is not None:
        total += steth_behind(world, supplied_units(world, account, "wstETH"))
    lp = world.balance(account, LP[STETH_ETH])
    return total + (lp_value(world, STETH_ETH, lp)[1] if lp else 0)


__all__ = [
    "Attention", "BelowRate", "EscrowOver", "ExitDue", "LowHealth", "ReadyToClaim", "attention",
]  # fmt: skip
