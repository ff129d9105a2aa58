"""Liquidation: how much of a debt may be repaid, what it buys, and what is written off.

Source: aave-v3-origin v3.6.0 ``LiquidationLogic.sol``. Below a health factor of one anyone
may repay a debt and take collateral worth that and a bonus. While the position is above
0.95 and both sides are worth 2,000 USD or more, only half of the *total* debt may go at
once. What stays on both sides must be worth 1,000 USD. When no collateral is left at all,
every remaining debt is burned and booked as the deficit of its reserve.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols.lending.account import (
    Account,
    account_data,
    reserve_bonus,
    reserve_threshold,
)
from lstwallet.protocols.lending.rates import (
    accrue,
    accrue_treasury_again,
    normalized_debt,
    normalized_income,
    settle,
)
from lstwallet.protocols.lending.rules import RULES, Rounding, Rules
from lstwallet.protocols.lending.state import (
    HEALTHY,
    Market,
    Parameters,
    Position,
    Reserve,
    ReserveConfig,
    find_emode,
    put,
    with_debt,
    with_reserve,
)
from lstwallet.units.checked import Revert, checked_sub
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import (
    BPS,
    div_floor,
    mul_div_ceil,
    mul_div_floor,
    percent_div,
    percent_div_ceil,
    percent_mul,
)
from lstwallet.units.records import make

CLOSE_FACTOR: Final = 5_000
"""Basis points of the total debt that may go at once while the rule holds."""
CLOSE_FACTOR_HEALTH: Final = 95 * 10**16
"""WAD; at or below it the whole debt may go."""
MIN_VALUE_FOR_CLOSE_FACTOR: Final = 2_000 * 10**8
"""Base currency; smaller debts and collaterals may go whole."""
MIN_LEFTOVER: Final = 1_000 * 10**8
"""Base currency; the least that may stay behind on both sides."""
KEY_MARGIN: Final = 10
"""Parts in a million by which a queue limit errs on the side of looking."""
MILLION: Final = 10**6
KEY_SCALE: Final = 10**45
"""Keeps more than twenty digits in a queue key whatever the decimals of the tokens."""


class Seizure(NamedTuple):
    """What a repayment buys, in tokens."""

    debt: int
    """Repaid by the liquidator."""
    collateral: int
    """To the liquidator, bonus included, fee excluded."""
    fee: int
    """Collateral to the treasury."""
    value: int
    """Base currency of all collateral taken."""


class WrittenOff(NamedTuple):
    """Debt of one reserve that nobody will repay."""

    place: int
    amount: int


class Liquidated(NamedTuple):
    """A market and its parties after a liquidation."""

    market: Market
    borrower: Position
    debt: int
    """Tokens repaid by the liquidator."""
    collateral: int
    """Tokens (or aTokens worth them) that the liquidator gets."""
    collateral_scaled: int
    """Scaled aTokens burned, or moved to the liquidator."""
    fee: int
    """Tokens that the treasury's aTokens are worth, before their rounding."""
    fee_scaled: int
    """Scaled aTokens moved to the treasury."""
    written_off: tuple[WrittenOff, ...]


def max_debt_to_cover(
    account: Account, debt: int, debt_value: int, collateral_value: int, price: int, unit: int
) -> int:
    """How much of a reserve's debt may be repaid at once, in tokens.

    The close factor is half of the position's total debt value, not of this reserve's debt.
    """
    if (
        collateral_value < MIN_VALUE_FOR_CLOSE_FACTOR
        or debt_value < MIN_VALUE_FOR_CLOSE_FACTOR
        or account.health_factor <= CLOSE_FACTOR_HEALTH
    ):
        return debt
    half = percent_mul(account.debt, CLOSE_FACTOR)
    return mul_div_floor(half, unit, price) if debt_value > half else debt


def seize(
    collateral: ReserveConfig,
    collateral_price: int,
    debt: ReserveConfig,
    debt_price: int,
    to_cover: int,
    balance: int,
    bonus: int,
    debt_needed: Rounding = percent_div_ceil,
) -> Seizure:
    """What repaying ``to_cover`` buys out of ``balance`` collateral at ``bonus`` basis points.

    If the collateral does not suffice, all of it goes and less debt is repaid, rounded up
    in favour of the pool (v3.0.2: halves up). The fee is a share of the bonus only.
    """
    base = div_floor(debt_price * to_cover * collateral.unit, collateral_price * debt.unit)
    taken = percent_mul(base, bonus)
    if taken > balance:
        taken = balance
        worth = div_floor(collateral_price * taken * debt.unit, debt_price * collateral.unit)
        to_cover = debt_needed(worth, bonus)
    value = mul_div_floor(taken, collateral_price, collateral.unit)
    fee = 0
    if collateral.protocol_fee:
        fee = percent_mul(taken - percent_div(taken, bonus), collateral.protocol_fee)
    return make(Seizure, (to_cover, taken - fee, fee, value))


def _accrue_pair(market: Market, collateral: int, debt: int, now: SimTime, rules: Rules) -> Market:
    """Both reserves brought to ``now``; one and the same reserve books its share twice."""
    parameters, reserves, prices = market
    configs, before, rows = parameters.configs, reserves[debt], list(reserves)
    rows[debt] = accrue(before, configs[debt], now, rules)
    if collateral == debt:
        rows[debt] = accrue_treasury_again(before, rows[debt], configs[debt], rules)
    else:
        rows[collateral] = accrue(reserves[collateral], configs[collateral], now, rules)
    return make(Market, (parameters, tuple(rows), prices))


def _require_liquidatable(
    account: Account, borrower: Position, collateral: int, debt: int, by_borrower: bool
) -> None:
    """Revert in the contract's order unless this debt may be repaid for this collateral."""
    if by_borrower:
        raise Revert("SelfLiquidation")
    if account.health_factor >= HEALTHY:
        raise Revert("HealthFactorNotBelowThreshold")
    if not borrower.collateral[collateral]:
        raise Revert("CollateralCannotBeLiquidated")
    if not borrower.borrowed[debt]:
        raise Revert("SpecifiedCurrencyNotBorrowedByUser")


def _quote(
    market: Market,
    collateral: int,
    debt: int,
    emode: int,
    balance: int,
    owed: int,
    wanted: int,
    account: Account,
) -> Seizure:
    """What may be taken of an accrued market; reverts if dust would stay behind.

    ``balance`` and ``owed`` are tokens of the two reserves.
    """
    parameters, _, prices = market
    config, debt_config = parameters.configs[collateral], parameters.configs[debt]
    price, debt_price = prices[collateral], prices[debt]
    limit = max_debt_to_cover(
        account,
        owed,
        mul_div_ceil(owed, debt_price, debt_config.unit),
        mul_div_floor(balance, price, config.unit),
        debt_price,
        debt_config.unit,
    )
    bonus = config.liquidation_bonus
    if emode:
        bonus = reserve_bonus(parameters, collateral, find_emode(parameters, emode))
    to_cover = limit if wanted > limit else wanted
    seizure = seize(config, price, debt_config, debt_price, to_cover, balance, bonus)
    covered, seized, fee, _ = seizure
    left = balance - seized - fee
    owing = checked_sub(owed, covered)
    if owing and left:
        kept = mul_div_floor(left, price, config.unit)
        still = mul_div_ceil(owing, debt_price, debt_config.unit)
        if kept < MIN_LEFTOVER or still < MIN_LEFTOVER:
            raise Revert("MustNotLeaveDust")
    return seizure


class Burned(NamedTuple):
    """A reserve after debt was burned."""

    reserve: Reserve
    scaled: int
    lost: int
    """Tokens that nobody paid, booked as the deficit."""


def _burn_debt(
    reserve: Reserve, config: ReserveConfig, rules: Rules, owed: int, paid: int, *, all_of_it: bool
) -> Burned:
    """Burn what was paid, or everything; what was not paid then becomes the deficit."""
    scaled = rules.burn_debt(owed if all_of_it else paid, reserve.borrow_index)
    if scaled == 0:
        raise Revert("InvalidBurnAmount")
    lost = owed - paid if all_of_it else 0
    reserve = settle(
        reserve,
        config,
        rules,
        supply_scaled=reserve.supply_scaled,
        debt_scaled=reserve.debt_scaled - scaled,
        added=paid,
        new_deficit=lost,
    )
    return make(Burned, (reserve, scaled, lost))


def _pay_out(
    reserve: Reserve, config: ReserveConfig, rules: Rules, amount: int, scaled: int
) -> Reserve:
    """Burn aTokens of the collateral's reserve and pay tokens out of it."""
    reserve = settle(
        reserve,
        config,
        rules,
        supply_scaled=reserve.supply_scaled - scaled,
        debt_scaled=reserve.debt_scaled,
        taken=amount,
    )
    if scaled == 0:
        raise Revert("InvalidBurnAmount")
    return reserve


def liquidate(
    market: Market,
    collateral: int,
    debt: int,
    borrower: Position,
    wanted: int,
    now: SimTime,
    *,
    receive_supply: bool,
    by_borrower: bool,
) -> Liquidated:
    """Repay up to ``wanted`` of a borrower's debt and take collateral for it.

    The liquidator gets tokens, or aTokens, which move without a change of rates. Reverts
    ``SelfLiquidation``, ``HealthFactorNotBelowThreshold``, ``CollateralCannotBeLiquidated``
    (not in use as collateral), ``SpecifiedCurrencyNotBorrowedByUser``, ``MustNotLeaveDust``,
    ``InvalidBurnAmount``, or the arithmetic panic when the reserve is short of tokens.
    """
    parameters, _, prices = market
    configs, rules = parameters.configs, RULES[parameters.rules]
    market = _accrue_pair(market, collateral, debt, now, rules)
    account = account_data(market, borrower, now)
    _require_liquidatable(account, borrower, collateral, debt, by_borrower)
    supplied, borrowed, switches, emode, flagged = borrower
    reserves = list(market.reserves)
    index = reserves[collateral].liquidity_index
    balance = rules.supply_balance(supplied[collateral], index)
    owed = rules.debt_balance(borrowed[debt], reserves[debt].borrow_index)
    covered, seized, fee, value = _quote(
        market, collateral, debt, emode, balance, owed, wanted, account
    )
    nothing_left = account.collateral == value
    reserves[debt], burned, lost = _burn_debt(
        reserves[debt], configs[debt], rules, owed, covered, all_of_it=nothing_left
    )
    taken = rules.burn_supply(seized, index)
    if not receive_supply:
        config = configs[collateral]
        reserves[collateral] = _pay_out(reserves[collateral], config, rules, seized, taken)
    left = checked_sub(supplied[collateral], taken)
    fee_scaled = rules.burn_supply(fee, index) if fee else 0
    if fee_scaled > left:  # both were rounded up
        fee_scaled = left
    if seized + fee == balance:
        switches = put(switches, collateral, False)
    supplied = put(supplied, collateral, left - fee_scaled)
    borrowed = put(borrowed, debt, borrowed[debt] - burned)
    borrower = make(Position, (supplied, borrowed, switches, emode, flagged))
    market = make(Market, (parameters, tuple(reserves), prices))
    written_off: tuple[WrittenOff, ...] = (WrittenOff(debt, lost),) if lost else ()
    if nothing_left:
        market, borrower, more = write_off(market, borrower, now)
        written_off += more
    return make(
        Liquidated, (market, borrower, covered, seized, taken, fee, fee_scaled, written_off)
    )


def write_off(
    market: Market, borrower: Position, now: SimTime
) -> tuple[Market, Position, tuple[WrittenOff, ...]]:
    """Burn every debt of a position without collateral, as the deficit of its reserve."""
    rules = RULES[market.parameters.rules]
    written_off = []
    for place, config in enumerate(market.parameters.configs):
        held = borrower.borrowed[place]
        if held:
            reserve = accrue(market.reserves[place], config, now, rules)
            owed = rules.debt_balance(held, reserve.borrow_index)
            reserve, burned, lost = _burn_debt(reserve, config, rules, owed, 0, all_of_it=True)
            market = with_reserve(market, place, reserve)
            borrower = with_debt(borrower, place, held - burned)
            written_off.append(WrittenOff(place, lost))
    return market, borrower, tuple(written_off)


class Pair(NamedTuple):
    """The reserves of a position with one collateral and one debt."""

    collateral: int
    debt: int


def single_pair(position: Position) -> Pair | None:
    """The only collateral and the only debt of a position, or ``None`` if it has others."""
    _, borrowed, collateral, _, _ = position
    if collateral.count(True) != 1 or borrowed.count(0) != len(borrowed) - 1:
        return None
    return make(Pair, (collateral.index(True), borrowed.index(max(borrowed))))


def queue_key(parameters: Parameters, position: Position, pair: Pair) -> int:
    """Where a single-pair position waits in the liquidation queue: the largest is the worst.

    Scaled debt over scaled collateral weighted by its threshold. Neither prices nor interest
    change it, so a queue stays in order until a position itself moves. Reverts for
    collateral that counts for nothing.
    """
    emode = find_emode(parameters, position.emode) if position.emode else None
    threshold = reserve_threshold(parameters, pair.collateral, emode)
    weighted = position.supplied[pair.collateral] * threshold
    if weighted == 0:
        raise Revert("CollateralCannotBeLiquidated")
    return mul_div_floor(position.borrowed[pair.debt], KEY_SCALE, weighted)


def queue_limit(market: Market, pair: Pair, now: SimTime) -> int:
    """Positions of a pair with a smaller queue key are healthy; the others need a look.

    The key at which the health factor is one at these prices and indices, less ``KEY_MARGIN``
    for the roundings of values. (Those weigh more for a position worth less than a dime: it
    may be seen a hundred-thousandth later.)
    """
    parameters, reserves, prices = market
    rules = RULES[parameters.rules]
    config, debt_config = parameters.configs[pair.collateral], parameters.configs[pair.debt]
    supply_index = normalized_income(reserves[pair.collateral], now)
    debt_index = normalized_debt(reserves[pair.debt], now, rules)
    worth = supply_index * prices[pair.collateral] * debt_config.unit
    owing = debt_index * prices[pair.debt] * config.unit
    limit = mul_div_floor(KEY_SCALE, worth, owing * BPS)
    return limit - mul_div_floor(limit, KEY_MARGIN, MILLION)
