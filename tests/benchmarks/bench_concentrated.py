"""A concentrated-liquidity swap across ten ticks, beside the same arithmetic on bare integers."""

from __future__ import annotations

from statistics import median
from typing import Final, NamedTuple

from lstwallet.protocols import concentrated
from tests.benchmarks.rows import Measured, Row, cpu_clock, interleaved

WAD: Final = 10**18
GWEI: Final = 10**9
SWAPS: Final = 1_000
ROUNDS: Final = 3
FEE: Final = 100
CROSSED: Final = 10
BOUNDS: Final = CROSSED + 2
Q128: Final = 2**128


class Timed(NamedTuple):
    """How long a loop took, and where each swap ended."""

    seconds: float
    end: tuple[int, int, int, int]
    """Price, liquidity, fee growth of token 0, token 1 received."""


def nested_pool() -> tuple[concentrated.Pool, concentrated.Terms]:
    """Twelve positions around a price of one, each inside the one before it."""
    terms = concentrated.terms_of(FEE, 1)
    pool = concentrated.initialize(concentrated.EMPTY, concentrated.Q96)
    for k in range(BOUNDS):
        empty = concentrated.NO_POSITION
        bound, liquidity = BOUNDS - k, (10 + k) * 1_000 * WAD
        pool = concentrated.mint(pool, terms, empty, -bound, bound, liquidity).pool
    return pool, terms


def crossing_amount(pool: concentrated.Pool, terms: concentrated.Terms) -> int:
    """So much token 0 that the price ends in the middle between the tenth tick and the next."""
    tenth, beyond = (concentrated.price_at(-CROSSED - k) for k in range(2))
    return concentrated.swap(pool, terms, True, 10**30, (tenth + beyond) >> 1).amount_0


def ours(swaps: int = SWAPS) -> Timed:
    """State in, state out, every check included."""
    pool, terms = nested_pool()
    amount, swap, limit = crossing_amount(pool, terms), concentrated.swap, concentrated.LOWEST_LIMIT
    begin = cpu_clock()
    for k in range(swaps):  # each ends at another price, so that no tick is remembered
        done = swap(pool, terms, True, amount + k * GWEI, limit)
    seconds = cpu_clock() - begin
    after = done.pool
    return Timed(seconds, (after.sqrt_price, after.liquidity, after.growth_0, -done.amount_1))


def floor(swaps: int = SWAPS) -> Timed:
    """The same arithmetic in one function on bare integers: prices of the ticks are at hand,
    nothing is checked, and no tick's own fee growth is kept but in a list."""
    pool, terms = nested_pool()
    amount = crossing_amount(pool, terms)
    ticks = [-1 - k for k in range(BOUNDS)]
    bounds = [concentrated.price_at(tick) for tick in ticks]
    nets = [concentrated.tick_state(pool, tick).net for tick in ticks]
    begin = cpu_clock()
    for number in range(swaps):
        price, liquidity, growth, received = 2**96, pool.liquidity, 0, 0
        remaining = amount + number * GWEI
        outside = [0] * BOUNDS
        for k in range(BOUNDS):
            bound = bounds[k]
            weight = liquidity << 96
            paid = -(-weight * (price - bound) // price // bound)
            spendable = remaining * (10**6 - FEE) // 10**6
            if spendable < paid:
                after = -(-weight * price // (weight + spendable * price))
                paid = -(-weight * (price - after) // price // after)
                received += liquidity * (price - after) >> 96
                growth = growth + (remaining - paid) * Q128 // liquidity & 2**256 - 1
                price = after
                break
            received += liquidity * (price - bound) >> 96
            fee = -(-paid * FEE // (10**6 - FEE))
            growth = growth + fee * Q128 // liquidity & 2**256 - 1
            remaining -= paid + fee
            outside[k] = growth - outside[k] & 2**256 - 1
            liquidity -= nets[k]
            price = bound
        concentrated.tick_at.__wrapped__(price)
    return Timed(cpu_clock() - begin, (price, liquidity, growth, received))


def measure() -> Measured:
    """1,000 swaps from the same pool; both loops must end at the same place."""
    own, bare = ours(10), floor(10)
    assert own.end == bare.end, (own.end, bare.end)
    found = interleaved(lambda: ours().seconds, lambda: floor().seconds, "", ROUNDS)
    note = (
        f"{SWAPS / median(found.ours):,.0f}/s, floor {SWAPS / median(found.floor):,.0f}/s, "
        f"{found.speed:.2f} of its speed"
    )
    return Measured(found.ours, found.floor, note)


ROWS: list[Row] = [
    Row(
        "concentrated-liquidity swap across 10 ticks",
        "≥ 0.5 of the floor's speed",
        measure,
    ),
]
