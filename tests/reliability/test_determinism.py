"""The same seed is the same world: in another run, another process, and however time is cut.

Each seed's world goes on for a while with everybody in it, and its events and its end are hashed
in one go. Then again in slices of any length, the world packed and unpacked between them and the
driver made anew; and in processes of their own, in which Python hashes texts in another order.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lstwallet.engine.world import Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.store import codec
from lstwallet.units.clock import DAY

ROOT = Path(__file__).resolve().parents[2]
MARKETS = (MarketConfig(), MarketConfig("replay:steth_2022"))
"""The seeded prices, and recorded ones; every third seed gets these."""


def market_of(seed: int) -> MarketConfig:
    return MARKETS[seed % 3 == 0]


def born(seed: int) -> World:
    return genesis(seed, catalogue=tiny(), market=market_of(seed))


class Trace:
    """Hashes what happens, event by event."""

    def __init__(self) -> None:
        self.events = 0
        self._hash = hashlib.sha256()

    def advance(self, draft: Draft, seed: int, until: int) -> None:
        for step in Driver(market_of(seed), seed).steps(draft, until):
            for event in step.events:
                self._hash.update(codec.encode_event(event).encode())
                self.events += 1

    def end(self, draft: Draft) -> str:
        """Of the events and of the world that they led to."""
        return f"{self._hash.hexdigest()} {codec.world_hash(draft.freeze())}"


def in_one_go(seed: int, days: int) -> str:
    draft, trace = Draft(born(seed)), Trace()
    trace.advance(draft, seed, draft.time + days * DAY)
    assert trace.events > days, "nothing happens in this world"
    return trace.end(draft)


def in_slices(seed: int, days: int) -> str:
    world, trace, dice = born(seed), Trace(), random.Random(seed)
    until = world.time + days * DAY
    draft = Draft(world)
    while draft.time < until:
        trace.advance(draft, seed, min(until, draft.time + dice.randint(1, DAY)))
        if dice.random() < 0.5:  # as if the program had been closed
            draft = Draft(codec.decode_world(codec.encode_world(draft.freeze())))
    return trace.end(draft)


def elsewhere(seeds: Sequence[int], days: int, order: int) -> Iterator[str]:
    """The same in a process of its own, where texts are hashed in this order."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.test_determinism",
         json.dumps([list(seeds), days])],
        cwd=ROOT, capture_output=True, text=True, timeout=7_200,
        env={**os.environ, "PYTHONHASHSEED": str(order)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield from done.stdout.splitlines()


def compare(seeds: Sequence[int], days: int) -> None:
    began = time.monotonic()
    here = [in_one_go(seed, days) for seed in seeds]
    assert len(set(here)) == len(here), "two seeds are one world"
    assert [in_slices(seed, days) for seed in seeds] == here
    for order in (1, 2):
        assert list(elsewhere(seeds, days, order)) == here
    took = time.monotonic() - began
    print(f"{len(seeds)} seeds, {days} days each, four times: all equal; {took:.0f} s")


def test_twenty_seeds() -> None:
    first = random.SystemRandom().randrange(2**40)
    print(f"from seed {first}")
    compare(range(first, first + 20), 1)


@pytest.mark.nightly
def test_a_thousand_seeds() -> None:
    compare(range(1_000), 3)


@pytest.mark.nightly
def test_seeded_years() -> None:
    compare(range(3), 365)


def test_another_seed_price_or_moment_is_another_world() -> None:
    """That the comparison can fail."""
    assert in_one_go(1, 1) != in_one_go(2, 1)
    assert in_one_go(1, 1) != in_one_go(1, 2)


if __name__ == "__main__":
    wanted, how_long = json.loads(sys.argv[1])
    for number in wanted:
        print(in_one_go(number, how_long))
