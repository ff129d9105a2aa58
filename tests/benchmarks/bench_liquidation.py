"""Liquidations, exact to the last unit, beside a plain-integer loop of the same arithmetic.

10 WETH are supplied and 15,000 USDC owed; at each turn time has passed, the price has fallen
to another one, and somebody repays a part for collateral. Both reserves accrue, the account is
valued, the close factor, the bonus and the fee are applied, and both get new rates. Every turn
starts from the same market, so that neither loop runs out of debt.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols import lending
from lstwallet.protocols.lending import Market, Position
from lstwallet.units.clock import YEAR
from tests.benchmarks.rows import Measured, Row, cpu_clock, interleaved
from tests.protocols.lending_market import (
    DOLLAR,
    ETHER,
    START,
    USD,
    USDC,
    USDC_CONFIG,
    WETH,
    WETH_CONFIG,
    leveraged,
    priced,
)

LIQUIDATIONS: Final = 5_000
HALF_RAY: Final = 10**27 // 2
RAY: Final = 10**27


class Timed(NamedTuple):
    """How long a loop took, and the sums of what it did."""

    seconds: float
    debt: int
    collateral: int
    rates: int


def scene() -> tuple[Market, Position]:
    """The position, in a market where both reserves have debt."""
    market, position = leveraged(10 * ETHER, 15_000 * DOLLAR)
    other = lending.supply(market, USDC, lending.empty_position(3), 10**6 * DOLLAR, START)
    moved = lending.borrow(other.market, WETH, other.position, 300 * ETHER, START)
    return moved.market, position


def turn(k: int) -> tuple[int, int, int]:
    """The moment, the price of ETH (8 decimals) and the USDC offered at turn ``k``."""
    return START + 3_600 + 12 * k, (1_720 + k % 70) * USD, (1_000 + k % 5_000) * DOLLAR


def ours(market: Market, position: Position) -> Timed:
    """State in, state out, every check included."""
    debt = collateral = rates = 0
    scenes = [(priced(market, price), now, wanted) for now, price, wanted in map(turn, TURNS)]
    begin = cpu_clock()
    for fallen, now, wanted in scenes:
        done = lending.liquidate(fallen, WETH, USDC, position, wanted, now)
        debt += done.debt
        collateral += done.collateral
        rates += done.market.reserves[WETH].liquidity_rate + done.market.reserves[USDC].borrow_rate
    return Timed(cpu_clock() - begin, debt, collateral, rates)


def floor(market: Market, position: Position) -> Timed:
    """The same arithmetic in one function on bare integers, nothing checked."""
    weth, usdc = market.reserves[WETH], market.reserves[USDC]
    supplied, owed = position.supplied[WETH], position.borrowed[USDC]
    parameters = (WETH_CONFIG, USDC_CONFIG)
    turns = [turn(k) for k in TURNS]
    debts = collaterals = rates = 0
    begin = cpu_clock()
    for now, price, wanted in turns:
        grown = []
        for reserve, config in ((weth, WETH_CONFIG), (usdc, USDC_CONFIG)):
            index, borrow_index, earned, paid, since, _, scaled, _, accrued, _ = reserve
            passed = now - since
            index = (index * (RAY + earned * passed // YEAR) + HALF_RAY) // RAY
            x = paid * passed // YEAR
            cubic = (x * (x // 6) + HALF_RAY) // RAY
            growth = RAY + x + (x * (x // 2 + cubic) + HALF_RAY) // RAY
            after = (borrow_index * growth + HALF_RAY) // RAY
            interest = scaled * (after - borrow_index) // RAY
            accrued += (interest * config.reserve_factor + 5_000) // 10_000 * RAY // index
            grown.append((index, after, accrued))
        (index, weth_debt_index, _), (_, debt_index, _) = grown
        balance = supplied * index // RAY
        value = balance * price // ETHER
        debt = -(-owed * debt_index // RAY)
        debt_value = -(-debt * USD // DOLLAR)
        weighted, power = value * 8_300, value * 8_000
        health = (weighted * 10**18 + debt_value // 2) // debt_value // 10_000
        average, ltv = weighted // value, power // value
        available = max(0, value * ltv // 10_000 - debt_value)
        most = debt
        if value >= 2_000 * USD and debt_value >= 2_000 * USD and health > 95 * 10**16:
            half = (debt_value * 5_000 + 5_000) // 10_000
            if debt_value > half:
                most = half * DOLLAR // USD
        to_cover = min(wanted, most)
        base = USD * to_cover * ETHER // (price * DOLLAR)
        taken = (base * 10_500 + 5_000) // 10_000
        if taken > balance:
            taken = balance
            worth = price * taken * DOLLAR // (USD * ETHER)
            to_cover = -(-worth * 10_000 // 10_500)
        seized = taken * price // ETHER
        bonus = taken - (taken * 10_000 + 5_250) // 10_500
        fee = (bonus * 1_000 + 5_000) // 10_000
        taken -= fee
        debt_left = usdc.debt_scaled - to_cover * RAY // debt_index
        supply_burned = -(-taken * RAY // index)
        fee_moved = -(-fee * RAY // index)
        supplied_left = supplied - supply_burned - fee_moved
        found = []
        for config, total, liquidity in zip(
            parameters,
            (
                -(-weth.debt_scaled * weth_debt_index // RAY),
                -(-debt_left * debt_index // RAY),
            ),
            (weth.liquidity - taken, usdc.liquidity + to_cover),
            strict=True,
        ):
            optimal, base_rate, slope1, slope2 = config.curve
            usage = (total * RAY + (liquidity + total) // 2) // (liquidity + total)
            if usage > optimal:
                beyond = ((usage - optimal) * RAY + (RAY - optimal) // 2) // (RAY - optimal)
                rate = base_rate + slope1 + (slope2 * beyond + HALF_RAY) // RAY
            else:
                rising = (slope1 * usage + HALF_RAY) // RAY
                rate = base_rate + (rising * RAY + optimal // 2) // optimal
            kept = 10_000 - config.reserve_factor
            found.append((((rate * usage + HALF_RAY) // RAY * kept + 5_000) // 10_000, rate))
        left, owing = balance - taken - fee, debt - to_cover
        kept, still = left * price // ETHER, -(-owing * USD // DOLLAR)
        if owing and left and min(kept, still) < 1_000 * USD:
            raise AssertionError
        if seized == value or health >= 10**18 or average < ltv or available or supplied_left < 0:
            raise AssertionError
        debts += to_cover
        collaterals += taken
        rates += found[0][0] + found[1][1]
    return Timed(cpu_clock() - begin, debts, collaterals, rates)


TURNS: Final = range(LIQUIDATIONS)


def measure() -> Measured:
    """Both loops in turn; they have to agree about every sum."""
    market, position = scene()
    assert ours(market, position)[1:] == floor(market, position)[1:]
    return interleaved(
        lambda: ours(market, position).seconds,
        lambda: floor(market, position).seconds,
        f"{LIQUIDATIONS} liquidations, each with both reserves accrued and settled",
    )


ROWS: Final = [Row("lending liquidation", "≥ 0.5 of plain integers' speed", measure)]
