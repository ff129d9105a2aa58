"""How far an action in the lending market may go now, and the health that it would lead to."""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine.lending_view import (
    account_of,
    market_of,
    oracle_prices,
    owed_units,
    place_of,
    position_of,
    supplied_units,
)
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending as protocol
from lstwallet.protocols.lending import NO_DEBT
from lstwallet.protocols.lending.limits import MARGIN
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import BPS, WAD, mul_div_floor

SUPPLY: Final = "supply"
WITHDRAW: Final = "withdraw"
BORROW: Final = "borrow"
REPAY: Final = "repay"
ACTIONS: Final = (SUPPLY, WITHDRAW, BORROW, REPAY)


def cap_used(world: Readable, token: str, kind: str) -> int | None:
    """The share (WAD) of a reserve's supply or borrow cap that is used; ``None`` without one."""
    place = place_of(world.lending, token)
    market = market_of(world)
    config = market.parameters.configs[place]
    if kind == SUPPLY:
        cap, room = config.supply_cap, protocol.supply_room(market, place, world.time)
    else:
        cap, room = config.borrow_cap, protocol.borrow_room(market, place, world.time)
    if room is None:
        return None
    whole = cap * config.unit
    return mul_div_floor(whole - room, WAD, whole)


def cap_room(world: Readable, token: str, kind: str) -> int | None:
    """Base units that still fit under a cap; ``None`` without one."""
    place, market = place_of(world.lending, token), market_of(world)
    room = protocol.supply_room if kind == SUPPLY else protocol.borrow_room
    return room(market, place, world.time)


class Reach(NamedTuple):
    """What an action can move now, in base units of the token."""

    available: int
    """The most that it could be."""
    most: int
    """What Max takes: for a withdrawal it keeps the loan within the loan-to-value limit."""
    wanted: Wanted
    """Max as the command says it: ``ALL`` where that leaves no dust, else a number."""
    lent_out: bool
    """Less than one holds can be had, because the rest is lent to others."""


def reach(
    world: Readable, account: Account, action: str, token: str, *, from_supply: bool = False
) -> Reach:
    """How far ``supply``, ``withdraw``, ``borrow`` or ``repay`` can go."""
    if action == SUPPLY:
        units = world.balance(account, token)
        room = cap_room(world, token, SUPPLY)
        if room is not None and room < units:
            return Reach(units, room, room, False)
        return Reach(units, units, ALL, False)
    if action == WITHDRAW:
        return _withdraw_reach(world, account, token)
    if action == BORROW:
        place = place_of(world.lending, token)
        market, held = market_of(world), position_of(world, account)
        units = protocol.borrowable(market, place, held, world.time)
        free = world.lending.reserves[place].liquidity
        return Reach(units, units, ALL, units >= free - MARGIN)
    owed = owed_units(world, account, token)
    held_units = (
        supplied_units(world, account, token) if from_supply else world.balance(account, token)
    )
    if held_units >= owed or from_supply:
        return Reach(min(held_units, owed), min(held_units, owed), ALL, False)
    return Reach(held_units, held_units, held_units, False)


def _withdraw_reach(world: Readable, account: Account, token: str) -> Reach:
    place = place_of(world.lending, token)
    market, held = market_of(world), position_of(world, account)
    supplied = supplied_units(world, account, token)
    free = market.reserves[place].liquidity
    units = protocol.withdrawable(market, place, held, world.time)
    if units >= supplied:
        return Reach(units, units, ALL, False)
    within = min(units, _within_ltv(world, account, place))
    return Reach(units, within, within, free < supplied and units >= free)


def _within_ltv(world: Readable, account: Account, place: int) -> int:
    """Base units whose withdrawal keeps the debt within the loan-to-value limit."""
    data = account_of(world, account)
    parameters = world.lending.parameters
    held = position_of(world, account)
    if data.debt == 0 or not held.collateral[place]:
        return supplied_units(world, account, parameters.configs[place].symbol)
    emode = protocol.find_emode(parameters, held.emode) if held.emode else None
    ltv = protocol.reserve_ltv(parameters, place, emode)
    if ltv == 0:
        return 0
    value = mul_div_floor(data.available_borrows, BPS, ltv)
    price, unit = oracle_prices(world)[place], parameters.configs[place].unit
    return mul_div_floor(value, unit, price)


def health_if(
    world: Readable, account: Account, action: str, token: str, units: int
) -> int | None:
    """The health factor (WAD) that a borrow or withdrawal would lead to, allowed or not.

    ``None`` without a debt then, and for numbers that no market could hold.
    """
    place = place_of(world.lending, token)
    market, held = market_of(world), position_of(world, account)
    change = {"debt_change": units} if action == BORROW else {"supply_change": -units}
    try:
        health = protocol.health_after(market, place, held, world.time, **change)
    except Revert:
        return None
    return None if health == NO_DEBT else health
