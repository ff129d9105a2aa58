"""A lending position watched through 43,200 ticks, against the same in plain floats.

10 WETH are supplied and 5,000 USDC borrowed. At every tick the price of ETH moves, both
reserves accrue interest (so both indices move), the health factor is read and it is checked
whether the position can be liquidated. Ours is exact to the last digit of the contract; the
floor multiplies floats.
"""

from __future__ import annotations

from time import perf_counter
from typing import Final

from lstwallet.protocols import lending
from lstwallet.protocols.lending import HEALTHY, V3_6, Market, Position
from tests.benchmarks.rows import Measured, Row, interleaved
from tests.protocols.lending_market import (
    DOLLAR,
    ETHER,
    START,
    USDC,
    USDC_CONFIG,
    WETH,
    WETH_CONFIG,
    leveraged,
)

TICKS: Final = 43_200
STEP: Final = 12
LOWEST: Final = 500 * 10**8
SPREAD: Final = 2_000 * 10**8
YEAR: Final = 31_536_000.0


def scene() -> tuple[Market, Position]:
    """The position, in a market where both reserves have debt."""
    market, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    other = lending.supply(market, USDC, lending.empty_position(3), 10**6 * DOLLAR, START)
    moved = lending.borrow(other.market, WETH, other.position, 300 * ETHER, START)
    return moved.market, position


def price_at(tick: int) -> int:
    """A price between 500 and 2,500 dollars that jumps about; 8 decimals."""
    return LOWEST + tick * 7_919_000_003 % SPREAD


def watch(market: Market, position: Position) -> int:
    """Ours: how many ticks the position could have been liquidated."""
    parameters, reserves, (_, usdc, wsteth) = market
    weth_reserve, usdc_reserve, wsteth_reserve = reserves
    liquidatable = 0
    for tick in range(1, TICKS + 1):
        now = START + tick * STEP
        weth_reserve = lending.accrue(weth_reserve, WETH_CONFIG, now, V3_6)
        usdc_reserve = lending.accrue(usdc_reserve, USDC_CONFIG, now, V3_6)
        market = Market(
            parameters,
            (weth_reserve, usdc_reserve, wsteth_reserve),
            (price_at(tick), usdc, wsteth),
        )
        if lending.health_factor(market, position, now) < HEALTHY:
            liquidatable += 1
    return liquidatable


def watch_floats(market: Market) -> int:
    """The floor: the same ticks, interest and health in floats."""
    weth, usdc, _ = market.reserves
    supply_rate, borrow_rate = weth.liquidity_rate / 1e27, usdc.borrow_rate / 1e27
    weth_borrow_rate, usdc_supply_rate = weth.borrow_rate / 1e27, usdc.liquidity_rate / 1e27
    supply_index = borrow_index = weth_debt_index = usdc_supply_index = 1.0
    liquidatable = 0
    for tick in range(1, TICKS + 1):
        supply_index *= 1.0 + supply_rate * STEP / YEAR
        x = borrow_rate * STEP / YEAR
        borrow_index *= 1.0 + x + x * x / 2.0 + x * x * x / 6.0
        x = weth_borrow_rate * STEP / YEAR
        weth_debt_index *= 1.0 + x + x * x / 2.0 + x * x * x / 6.0
        usdc_supply_index *= 1.0 + usdc_supply_rate * STEP / YEAR
        price = price_at(tick) / 1e8
        health = 10.0 * supply_index * price * 0.83 / (5_000.0 * borrow_index)
        if health < 1.0:
            liquidatable += 1
    return liquidatable


def measure() -> Measured:
    """Both loops in turn; they have to agree about how often the position was in danger."""
    market, position = scene()
    assert watch(market, position) == watch_floats(market)

    def ours() -> float:
        begin = perf_counter()
        watch(market, position)
        return perf_counter() - begin

    def floor() -> float:
        begin = perf_counter()
        watch_floats(market)
        return perf_counter() - begin

    ticks = f"{TICKS:,} ticks, two reserves accrued at each".replace(",", " ")
    return interleaved(ours, floor, ticks)


ROWS: Final = [
    Row(
        "lending position: 43 200 ticks, health read and liquidation checked",
        "≥ 0.05 of the float loop's speed",
        measure,
    )
]
