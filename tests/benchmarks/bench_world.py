"""The whole world in motion, without a file: flows on, hour by hour."""

from __future__ import annotations

from statistics import median
from typing import Final

from lstwallet.engine.world import Draft, World
from lstwallet.market.catalogue import load
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.units.clock import DAY
from tests.benchmarks.bench_pools import stableswap_floor
from tests.benchmarks.rows import Measured, Row, cpu_clock, interleaved

SEED: Final = 7
DAYS: Final = 73
"""A fifth of a year in each repetition."""
MICROSECONDS: Final = 1e6


def run(world: World, driver: Driver, days: int = DAYS) -> tuple[float, int]:
    """Seconds, and how many events there were."""
    draft = Draft(world)
    begin = cpu_clock()
    count = driver.advance(draft, world.time + days * DAY)
    return cpu_clock() - begin, count


def measure_world() -> Measured:
    """Beside it: a bare stableswap trade on plain integers for every event."""
    catalogue = load()
    world = genesis(SEED, catalogue=catalogue)
    _, count = run(world, Driver(MarketConfig(), SEED, catalogue))
    found = interleaved(
        lambda: run(world, Driver(MarketConfig(), SEED, catalogue))[0],
        lambda: stableswap_floor(count).seconds,
        "",
        1,
    )
    ours, floor = (MICROSECONDS * median(times) / count for times in (found.ours, found.floor))
    note = (
        f"{ours:.0f} µs an event where a bare trade takes {floor:.1f} µs; "
        f"{count:,} events in {DAYS} days (a spike with fewer checks and flows: 19 where a "
        "trade took 7.6). The profile is flat: swaps and lending with their checks take two "
        "thirds, what the others decide a fifth, the ledger a tenth"
    )
    return Measured(found.ours, found.floor, note)


ROWS: Final = [
    Row("a fifth of a year of the whole world, headless", "for the record", measure_world)
]
