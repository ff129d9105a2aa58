"""The others act often enough, within bounds, and it matters that they do."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import NamedTuple

import pytest

from lstwallet.engine import kernel, lending_view, staking
from lstwallet.engine.kernel import Event
from lstwallet.engine.pools import STETH_ETH, USDC_ETH, pool_price
from lstwallet.engine.staking_wait import wait_at_least
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.accounts import ARBITRAGE
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.flows.sizes import Sizes, normal, pick, units
from lstwallet.units.clock import DAY, HOUR

SEED = 7
DAYS = 30
FEE_AND_COST_USDC = 0.0033
FEE_AND_COST_STETH = 0.0008


class Month(NamedTuple):
    """Thirty days with the others and without."""

    world: World
    events: list[Event]
    usdc_gaps: list[float]
    steth_gaps: list[float]
    waits: list[int]
    """Seconds that a new request would wait at most, once a day."""
    too_far: int
    """Moments at which the quick lower bound of that wait was none."""
    refused: Counter[str]


def month(world: World, catalogue: Catalogue, *, flows: bool) -> Month:
    """Run it, noting after each tick how far the pools are from outside prices."""
    draft, driver = Draft(world), Driver(MarketConfig(flows=flows), SEED, catalogue)
    events: list[Event] = []
    gaps: tuple[list[float], list[float]] = ([], [])
    waits: list[int] = []
    too_far = 0
    for step in driver.steps(draft, world.time + DAYS * DAY):
        events.extend(step.events)
        if draft.time % HOUR == 0:
            gaps[0].append(pool_price(draft, USDC_ETH) / draft.prices.eth - 1)
            basis = driver.prices.steth_basis(draft.time // HOUR)
            gaps[1].append(pool_price(draft, STETH_ETH) / 10**18 / (1 + basis) - 1)
        if draft.time % DAY == 0:
            waits.append(staking.estimate_wait(draft, 10 * 10**18).high)
        for amount in (1, 4_000 * 10**18):
            least, wait = wait_at_least(draft, amount), staking.estimate_wait(draft, amount)
            too_far += least.low > wait.low or least.high > wait.high
    return Month(draft.freeze(), events, *gaps, waits, too_far, driver.refused)


@pytest.fixture(scope="module")
def busy(world: World, catalogue: Catalogue) -> Month:
    return month(world, catalogue, flows=True)


@pytest.fixture(scope="module")
def quiet(world: World, catalogue: Catalogue) -> Month:
    return month(world, catalogue, flows=False)


def test_the_quick_look_at_the_queue_never_says_too_much(busy: Month, quiet: Month) -> None:
    assert busy.too_far == quiet.too_far == 0


def kinds(events: list[Event]) -> Counter[str]:
    return Counter(type(event).__name__ for event in events)


def test_each_flow_occurs_at_least_twenty_times(busy: Month) -> None:
    counted = kinds(busy.events)
    for kind in ("Staked", "UnstakeRequested", "Borrowed", "Repaid", "Supplied"):
        assert counted[kind] >= 20, (kind, counted)
    mending = [e for e in busy.events if getattr(e, "account", "") == ARBITRAGE]
    by_pool = Counter(e.pool for e in mending if type(e).__name__ == "Swapped")
    assert by_pool[STETH_ETH] >= 20
    assert by_pool[USDC_ETH] >= 20
    for kind in ("Claimed", "LiquidityAdded", "LiquidityRemoved", "OthersJoined", "OthersLeft"):
        assert counted[kind] > 0, (kind, counted)


def test_only_the_others_act(busy: Month) -> None:
    assert not any(getattr(event, "account", "") == YOU for event in busy.events)
    assert not [key for key in busy.world.balances if key[0] == YOU]


def test_the_world_stays_sound(busy: Month, quiet: Month) -> None:
    assert kernel.audit(busy.world) == []
    assert kernel.audit(quiet.world) == []


def test_hardly_anything_they_try_is_refused(busy: Month) -> None:
    assert sum(busy.refused.values()) < 0.05 * len(busy.events), busy.refused


def test_arbitrage_keeps_pools_within_fee_and_cost(busy: Month) -> None:
    assert max(map(abs, busy.usdc_gaps)) < FEE_AND_COST_USDC
    within = sum(abs(gap) < FEE_AND_COST_STETH for gap in busy.steth_gaps)
    assert within > 0.9 * len(busy.steth_gaps)


def test_without_them_pools_do_not_follow(quiet: Month) -> None:
    assert max(map(abs, quiet.usdc_gaps)) > 5 * FEE_AND_COST_USDC


def utilisation(world: World) -> float:
    reserve = world.lending.reserves[lending_view.place_of(world.lending, "WETH")]
    debt = reserve.debt_scaled * reserve.borrow_index / 10**27
    return float(debt / (debt + reserve.liquidity))


def test_switching_them_off_changes_utilisation_queue_and_pools(busy: Month, quiet: Month) -> None:
    assert abs(utilisation(busy.world) - utilisation(quiet.world)) > 1e-3
    assert statistics.mean(busy.waits) > statistics.mean(quiet.waits) + DAY
    for pool in (STETH_ETH, USDC_ETH):
        busy_price, quiet_price = pool_price(busy.world, pool), pool_price(quiet.world, pool)
        assert abs(busy_price / quiet_price - 1) > 1e-5


def test_utilisation_stays_near_the_loops_equilibrium(busy: Month) -> None:
    assert 0.80 < utilisation(busy.world) < 0.95


def test_sizes_are_bounded_and_spread() -> None:
    sizes = Sizes(1.0, 50.0, 1.5, 1000.0)
    drawn = [sizes.draw(i / 101, j / 103) for i in range(101) for j in range(103)]
    assert max(drawn) == 1000.0
    assert min(drawn) > 0
    assert sorted(drawn)[len(drawn) // 2] == pytest.approx(50, rel=0.05)
    assert normal(0.0, 0.3) == 0.0
    assert pick(0.9999999999999999, 7) == 6
    assert units(1.23456789, 18) == 1_234_567 * 10**12
    assert units(1.5, 6) == 1_500_000


def test_no_deposit_is_larger_than_the_catalogue_says(busy: Month) -> None:
    ordinary = [
        e.amount
        for e in busy.events
        if type(e).__name__ == "Staked" and e.account.startswith("crowd:staker")
    ]
    assert ordinary
    assert max(ordinary) <= 5_000 * 10**18


@pytest.mark.slow
def test_a_year_has_thirty_thousand_events_and_ends_sound(
    world: World, catalogue: Catalogue
) -> None:
    draft = Draft(world)
    count = Driver(MarketConfig(), SEED, catalogue).advance(draft, world.time + 365 * DAY)
    assert count >= 30_000
    assert kernel.audit(draft.freeze()) == []
