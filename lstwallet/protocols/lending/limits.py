"""How far a position may go: the most it can borrow, withdraw or supply now.

Not part of the contract; it answers what a person asks before acting. Every limit errs on
the safe side by at most ``MARGIN`` base units of the token and of the base currency, so
that the roundings of the action itself cannot make it fail.
"""

from __future__ import annotations

from typing import Final

from lstwallet.protocols.lending.account import (
    account_data,
    health_factor,
    is_borrowing,
    reserve_ltv,
    reserve_threshold,
    weighted_collateral,
)
from lstwallet.protocols.lending.rates import (
    accrue,
    debt_balance,
    normalized_debt,
    normalized_income,
    supply_balance,
)
from lstwallet.protocols.lending.rules import RULES
from lstwallet.protocols.lending.state import (
    Market,
    Position,
    find_emode,
    with_debt,
    with_supply,
)
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import BPS, div_floor, mul_div_floor

MARGIN: Final = 2
"""Base units of the token, and of the base currency."""


def supply_room(market: Market, place: int, now: SimTime) -> int | None:
    """Tokens that the supply cap still lets in; ``None`` without a cap."""
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    if config.supply_cap == 0:
        return None
    reserve = accrue(market.reserves[place], config, now, rules)
    scaled = reserve.supply_scaled + reserve.accrued_to_treasury
    held = rules.supply_balance(scaled, reserve.liquidity_index)
    return max(0, config.supply_cap * config.unit - held - MARGIN)


def borrow_room(market: Market, place: int, now: SimTime) -> int | None:
    """Tokens that the borrow cap still lets out; ``None`` without a cap."""
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    if config.borrow_cap == 0:
        return None
    reserve = market.reserves[place]
    owed = debt_balance(reserve, reserve.debt_scaled, now, rules)
    return max(0, config.borrow_cap * config.unit - owed - MARGIN)


def borrowable(market: Market, place: int, position: Position, now: SimTime) -> int:
    """Tokens that a position can still borrow of one reserve.

    The least of borrowing power, liquidity, total supply and cap; 0 where it may not borrow.
    """
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    emode = find_emode(parameters, position.emode) if position.emode else None
    if not (place in emode.borrowable if emode else config.borrowing_enabled):
        return 0
    reserve = market.reserves[place]
    power = max(0, account_data(market, position, now).available_borrows - MARGIN)
    amount = mul_div_floor(power, config.unit, market.prices[place]) - MARGIN
    supplied = supply_balance(reserve, reserve.supply_scaled, now, rules) - MARGIN
    room = borrow_room(market, place, now)
    most = min(amount, reserve.liquidity, supplied)
    return max(0, most if room is None else min(most, room))


def withdrawable(market: Market, place: int, position: Position, now: SimTime) -> int:
    """Tokens that a position can take out of one reserve and stay at a health of one."""
    parameters = market.parameters
    reserve, config = market.reserves[place], parameters.configs[place]
    rules = RULES[parameters.rules]
    held = rules.supply_balance(position.supplied[place], normalized_income(reserve, now))
    free = min(held, reserve.liquidity)
    if not (position.collateral[place] and is_borrowing(position)):
        return free
    account = account_data(market, position, now)
    emode = find_emode(parameters, position.emode) if position.emode else None
    if account.has_zero_ltv and reserve_ltv(parameters, place, emode) != 0:
        return 0
    spare = weighted_collateral(market, position, now) - account.debt * BPS
    if rules.averaged:  # an average rounded down may lose a whole basis point of everything
        spare -= account.collateral
    threshold = reserve_threshold(parameters, place, emode)
    if spare < 0:
        return 0
    if threshold == 0:
        return free
    value = max(0, div_floor(spare, threshold) - MARGIN)
    amount = mul_div_floor(value, config.unit, market.prices[place]) - MARGIN
    return max(0, min(free, amount))


def health_after(
    market: Market,
    place: int,
    position: Position,
    now: SimTime,
    *,
    supply_change: int = 0,
    debt_change: int = 0,
) -> int:
    """The health factor a position would have with tokens more or less, unchecked.

    Rounded like the actions: coming in favours the pool, and so does leaving. A change below
    the whole balance takes all of it.
    """
    reserve, rules = market.reserves[place], RULES[market.parameters.rules]
    supplied, borrowed = position.supplied[place], position.borrowed[place]
    index = normalized_income(reserve, now)
    if supply_change > 0:
        supplied += rules.mint_supply(supply_change, index)
    elif supply_change:
        supplied = max(0, supplied - rules.burn_supply(-supply_change, index))
    index = normalized_debt(reserve, now, rules)
    if debt_change > 0:
        borrowed += rules.mint_debt(debt_change, index)
    elif debt_change:
        borrowed = max(0, borrowed - rules.burn_debt(-debt_change, index))
    moved = with_debt(with_supply(position, place, supplied), place, borrowed)
    return health_factor(market, moved, now)
