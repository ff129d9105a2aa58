"""What a position is worth, what it owes, and how healthy it is.

Source: aave-v3-origin v3.6.0 ``GenericLogic.calculateUserAccountData``. Collateral counts
rounded down and debt rounded up, reserve by reserve; both favour the pool. (v3.0.2 rounds the
tokens to the nearest and both values down, and averages thresholds before it compares.)
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols.lending.rates import normalized_debt, normalized_income
from lstwallet.protocols.lending.rules import RULES
from lstwallet.protocols.lending.state import (
    HEALTHY,
    NO_DEBT,
    EMode,
    Market,
    Parameters,
    Position,
    find_emode,
)
from lstwallet.units.checked import Revert
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import div_floor, percent_div_ceil
from lstwallet.units.interest import health_ratio
from lstwallet.units.records import make


class Account(NamedTuple):
    """The six numbers of ``getUserAccountData``, and one more."""

    collateral: int
    """Base currency."""
    debt: int
    """Base currency."""
    available_borrows: int
    """Base currency that can still be borrowed."""
    liquidation_threshold: int
    """Basis points, averaged over the collateral by value, rounded down."""
    ltv: int
    """Basis points, averaged over the collateral by value, rounded down."""
    health_factor: int
    """WAD; ``NO_DEBT`` without debt."""
    has_zero_ltv: bool
    """Some of the collateral lends no borrowing power; it has to leave first."""


EMPTY: Final = Account(0, 0, 0, 0, 0, NO_DEBT, False)


def reserve_ltv(parameters: Parameters, place: int, emode: EMode | None) -> int:
    """The loan-to-value of a reserve inside an e-mode (or ``None``), basis points."""
    if emode is not None and place in emode.collateral:
        return 0 if place in emode.ltv_zero else emode.ltv
    return parameters.configs[place].ltv


def reserve_threshold(parameters: Parameters, place: int, emode: EMode | None) -> int:
    """The liquidation threshold of a reserve inside an e-mode (or ``None``), basis points."""
    if emode is not None and place in emode.collateral:
        return emode.liquidation_threshold
    return parameters.configs[place].liquidation_threshold


def reserve_bonus(parameters: Parameters, place: int, emode: EMode | None) -> int:
    """What a liquidator gets for 10,000 of debt, basis points."""
    if emode is not None and place in emode.collateral:
        return emode.liquidation_bonus
    return parameters.configs[place].liquidation_bonus


def account_data(market: Market, position: Position, now: SimTime) -> Account:
    """All numbers of a position at ``now``, exact as the contract's view."""
    parameters, reserves, prices = market
    configs, _, rules_name = parameters
    rules = RULES[rules_name]
    supplied, debts, switches, number, _ = position
    emode = find_emode(parameters, number) if number else None
    collateral = debt = weighted = borrowing_power = 0
    has_zero_ltv = used = False
    for place, enabled in enumerate(switches):
        borrowed = debts[place]
        if not (enabled or borrowed):
            continue
        used = True
        reserve, price, config = reserves[place], prices[place], configs[place]
        if enabled:
            index = reserve.liquidity_index
            if reserve.updated_at != now:
                index = normalized_income(reserve, now)
            value = rules.supply_value(supplied[place], index, price, config.unit)
            threshold, ltv = config.liquidation_threshold, config.ltv
            if emode is not None:
                threshold = reserve_threshold(parameters, place, emode)
                ltv = reserve_ltv(parameters, place, emode)
            collateral += value
            weighted += value * threshold
            borrowing_power += value * ltv
            if ltv == 0:
                has_zero_ltv = True
        if borrowed:
            index = reserve.borrow_index
            if reserve.updated_at != now:
                index = normalized_debt(reserve, now, rules)
            debt += rules.debt_value(borrowed, index, price, config.unit)
    if not used:
        return EMPTY
    ltv = threshold = 0
    if collateral:
        ltv, threshold = div_floor(borrowing_power, collateral), div_floor(weighted, collateral)
    power = rules.borrowing_power(collateral, ltv)
    available = power - debt if power > debt else 0
    health = rules.health(weighted, debt, collateral) if debt else NO_DEBT
    return make(Account, (collateral, debt, available, threshold, ltv, health, has_zero_ltv))


def health_factor(market: Market, position: Position, now: SimTime) -> int:
    """Only the health factor, WAD; ``NO_DEBT`` without debt.

    The same number as ``account_data``'s, without the work for the others: this is what is
    read at every tick.
    """
    parameters, reserves, prices = market
    configs, _, rules_name = parameters
    rules = RULES[rules_name]
    debt = 0
    for place, scaled in enumerate(position.borrowed):
        if scaled:
            reserve = reserves[place]
            index = reserve.borrow_index
            if reserve.updated_at != now:
                index = normalized_debt(reserve, now, rules)
            debt += rules.debt_value(scaled, index, prices[place], configs[place].unit)
    if not debt:
        return NO_DEBT
    if rules.averaged:
        return account_data(market, position, now).health_factor
    return health_ratio(weighted_collateral(market, position, now), debt)


def weighted_collateral(market: Market, position: Position, now: SimTime) -> int:
    """Collateral values times their liquidation thresholds (base currency × basis points)."""
    parameters, reserves, prices = market
    configs, _, rules_name = parameters
    value_of = RULES[rules_name].supply_value
    supplied, _, collateral, emode_number, _ = position
    emode = find_emode(parameters, emode_number) if emode_number else None
    weighted = 0
    for place, enabled in enumerate(collateral):
        if enabled:
            reserve, config = reserves[place], configs[place]
            index = reserve.liquidity_index
            if reserve.updated_at != now:
                index = normalized_income(reserve, now)
            threshold = config.liquidation_threshold
            if emode is not None:
                threshold = reserve_threshold(parameters, place, emode)
            value = value_of(supplied[place], index, prices[place], config.unit)
            weighted += value * threshold
    return weighted


def is_borrowing(position: Position) -> bool:
    """Whether the position owes anything, or counts as if it did."""
    return any(position.borrowed) or bool(position.flagged)


def counts_as_borrowed(position: Position, place: int) -> bool:
    """Whether a reserve's debt is there, or its flag is."""
    return position.borrowed[place] != 0 or place in position.flagged


def require_healthy(market: Market, position: Position, now: SimTime) -> Account:
    """The account; reverts when its health factor is below one."""
    account = account_data(market, position, now)
    if account.health_factor < HEALTHY:
        raise Revert("HealthFactorLowerThanLiquidationThreshold")
    return account


def require_healthy_without(market: Market, position: Position, place: int, now: SimTime) -> None:
    """Check a position after collateral of reserve ``place`` has left it.

    Reverts below a health factor of one, and when collateral without borrowing power stays
    behind while other collateral leaves.
    """
    account = require_healthy(market, position, now)
    if account.has_zero_ltv:
        emode = find_emode(market.parameters, position.emode)
        if reserve_ltv(market.parameters, place, emode) != 0:
            raise Revert("LtvValidationFailed")


def require_covered(market: Market, position: Position, now: SimTime) -> None:
    """Check a position after a borrow: borrowing power, health, and loan-to-value."""
    account = account_data(market, position, now)
    if account.ltv == 0:
        raise Revert("LtvValidationFailed")
    if account.health_factor < HEALTHY:
        raise Revert("HealthFactorLowerThanLiquidationThreshold")
    if account.collateral < percent_div_ceil(account.debt, account.ltv):
        raise Revert("CollateralCannotCoverNewBorrow")
