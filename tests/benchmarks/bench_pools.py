"""Swaps, exact to the wei, beside plain-integer loops of the same arithmetic."""

from __future__ import annotations

from statistics import median
from typing import Final, NamedTuple

from lstwallet.protocols import constant_product, stableswap
from tests.benchmarks.rows import Measured, Row, cpu_clock, interleaved

WAD: Final = 10**18
USDC: Final = 10**6
STABLESWAP_TRADES: Final = 10_000
PRODUCT_SWAPS: Final = 100_000
ROUNDS: Final = 3
"""Turns of both loops in each repetition."""
END_BALANCES: Final = (96_217_869_772_278_816_473_889, 104_784_059_084_530_288_327_793)
"""What 10,000 trades leave, by the rules of StableSwap-NG, without the admin's part."""


class Timed(NamedTuple):
    """How long a loop took, and where the pool stood at the end."""

    seconds: float
    end: tuple[int, int]


# --- stableswap ----------------------------------------------------------------------


def stableswap_ours(trades: int = STABLESWAP_TRADES) -> Timed:
    """State in, state out, every check included."""
    pool = stableswap.Pool((100_000 * WAD, 100_000 * WAD), (0, 0), 200_000 * WAD)
    terms = stableswap.Terms(20_000, 4_000_000, 0, (WAD, WAD))
    exchange = stableswap.exchange
    begin = cpu_clock()
    for k in range(trades):
        i = k % 2
        pool = exchange(pool, terms, i, 1 - i, (1 + (k * 7919) % 1000) * WAD).pool
    return Timed(cpu_clock() - begin, stableswap.balances(pool))


def stableswap_floor(trades: int = STABLESWAP_TRADES) -> Timed:
    """The same arithmetic in one function on bare integers, nothing checked."""
    stored, admin, rates = [100_000 * WAD, 100_000 * WAD], [0, 0], (WAD, WAD)
    amp, fee = 20_000, 4_000_000
    ann = amp * 2
    begin = cpu_clock()
    for k in range(trades):
        i = k % 2
        j = 1 - i
        dx = (1 + (k * 7919) % 1000) * WAD
        x0 = rates[0] * (stored[0] - admin[0]) // WAD
        x1 = rates[1] * (stored[1] - admin[1]) // WAD
        total = x0 + x1
        d = total
        while True:
            product = d * d // x0 * d // x1 // 4
            before = d
            d = (ann * total // 100 + 2 * product) * d // ((ann - 100) * d // 100 + 3 * product)
            if -1 <= d - before <= 1:
                break
        x = (x0, x1)[i] + dx * rates[i] // WAD
        c = d * d // (2 * x) * d * 100 // (2 * ann)
        b = x + d * 100 // ann - d
        y = d
        while True:
            before = y
            y = (y * y + c) // (2 * y + b)
            if -1 <= y - before <= 1:
                break
        gross = (x0, x1)[j] - y - 1
        fee_value = gross * fee // 10**10
        stored[i] += dx
        stored[j] -= (gross - fee_value) * WAD // rates[j]
        admin[j] += fee_value * (5 * 10**9) // 10**10 * WAD // rates[j]
    return Timed(cpu_clock() - begin, (stored[0] - admin[0], stored[1] - admin[1]))


def measure_stableswap() -> Measured:
    """10,000 exchanges; both loops must end at the known balances."""
    for timed in (stableswap_ours(), stableswap_floor()):
        assert timed.end == END_BALANCES, timed.end
    found = interleaved(
        lambda: stableswap_ours().seconds, lambda: stableswap_floor().seconds, "", ROUNDS
    )
    return _with_note(found, STABLESWAP_TRADES, "curvesim 77,000/s where a floor ran 132,000/s")


# --- constant product ----------------------------------------------------------------


def product_ours(swaps: int = PRODUCT_SWAPS) -> Timed:
    """State in, state out, every check included."""
    begin_0, begin_1 = 50_000_000 * USDC, 20_000 * WAD
    clock = constant_product.PriceClock(0, 0, 1_700_000_000)
    pool = constant_product.Pool(begin_0, begin_1, begin_0, begin_1, 30_000_000 * USDC, 0, clock)
    swap, now = constant_product.swap_exact_in, clock.updated
    begin = cpu_clock()
    for k in range(swaps):
        if k & 1:
            pool = swap(pool, 1, (1 + k % 7) * WAD, 0, now).pool
        else:
            pool = swap(pool, 0, (1_000 + k % 4_000) * USDC, 0, now).pool
    return Timed(cpu_clock() - begin, (pool.reserve_0, pool.reserve_1))


def product_floor(swaps: int = PRODUCT_SWAPS) -> Timed:
    """The bare formula on two integers."""
    reserve_0, reserve_1 = 50_000_000 * USDC, 20_000 * WAD
    begin = cpu_clock()
    for k in range(swaps):
        if k & 1:
            paid = (1 + k % 7) * WAD
            traded = paid * 997
            out = traded * reserve_0 // (reserve_1 * 1000 + traded)
            reserve_0 -= out
            reserve_1 += paid
        else:
            paid = (1_000 + k % 4_000) * USDC
            traded = paid * 997
            out = traded * reserve_1 // (reserve_0 * 1000 + traded)
            reserve_0 += paid
            reserve_1 -= out
    return Timed(cpu_clock() - begin, (reserve_0, reserve_1))


def measure_product() -> Measured:
    """100,000 swaps; both loops must end with the same reserves."""
    ours, floor = product_ours(), product_floor()
    assert ours.end == floor.end, (ours.end, floor.end)
    found = interleaved(lambda: product_ours().seconds, lambda: product_floor().seconds, "", ROUNDS)
    return _with_note(found, PRODUCT_SWAPS, "UniswapPy 25,500/s where a floor ran 2.0 M/s")


def _with_note(found: Measured, count: int, peer: str) -> Measured:
    note = (
        f"{count / median(found.ours):,.0f}/s, floor {count / median(found.floor):,.0f}/s, "
        f"{found.speed:.2f} of its speed (quoted: {peer})"
    )
    return Measured(found.ours, found.floor, note)


ROWS: list[Row] = [
    Row("stableswap exchange, 10,000 trades", "≥ 0.7 of the floor's speed", measure_stableswap),
    Row("constant-product swap, 100,000 swaps", "≥ 0.3 of the floor's speed", measure_product),
]
