"""A new world is sound, whole and the same for the same numbers."""

from __future__ import annotations

import pytest

from lstwallet.engine import kernel, lending_view
from lstwallet.engine.pools import STETH_ETH, USDC_ETH, pool_price
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.catalogue import load
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.protocols.lending import HEALTHY, NO_DEBT
from lstwallet.units.clock import DAY, parse_iso

SEED = 7


@pytest.fixture(scope="module")
def world() -> World:
    """A whole world."""
    return genesis(SEED)


def test_it_begins_sound(world: World) -> None:
    assert kernel.audit(world) == []
    assert kernel.audit(genesis(SEED, catalogue=tiny())) == []


def test_it_is_the_same_again_and_another_for_another_seed(world: World) -> None:
    assert genesis(SEED) == world
    assert genesis(SEED + 1).positions != world.positions


def test_it_begins_when_it_is_asked_to(world: World) -> None:
    assert world.time == world.started == parse_iso("2026-01-05")
    assert world.events == 0
    assert world.seed == SEED
    assert genesis(SEED, parse_iso("2025-06-01")).time == parse_iso("2025-06-01")


def test_the_user_begins_with_nothing(world: World) -> None:
    assert not [key for key in world.balances if key[0] == YOU]
    assert YOU not in world.positions


def test_totals_are_the_catalogues(world: World) -> None:
    ether = 10**18
    assert world.staking.pool.ether / ether == pytest.approx(9_000_000, rel=1e-3)
    weth = world.lending.reserves[lending_view.place_of(world.lending, "WETH")]
    assert weth.supply_scaled / ether == pytest.approx(3_000_000, rel=1e-3)
    used = weth.debt_scaled / (weth.debt_scaled + weth.liquidity)
    assert used == pytest.approx(0.885, abs=0.002)
    assert pool_price(world, STETH_ETH) == pytest.approx(ether, rel=1e-6)
    assert pool_price(world, USDC_ETH) == pytest.approx(3000 * 10**8, rel=1e-6)


def test_loans_are_many_and_differ(world: World) -> None:
    healths = [lending_view.health_of(world, account) for account in world.positions]
    indebted = [health for health in healths if health != NO_DEBT]
    assert 150 <= len(indebted) <= 300
    assert min(indebted) > HEALTHY
    assert sum(health < 1.1 * HEALTHY for health in indebted) > 20
    assert sum(health > 1.5 * HEALTHY for health in indebted) > 20


def test_others_wait_in_the_queue_already(world: World) -> None:
    waiting = sum(ticket.request.steth for ticket in world.tickets.values())
    assert waiting / 10**18 == pytest.approx(60_000, rel=1e-3)
    assert len({ticket.account for ticket in world.tickets.values()}) > 10


def test_every_token_of_the_ledger_is_known(world: World) -> None:
    assert {token for _, token in world.balances} <= set(world.tokens)


def test_every_number_of_the_catalogue_can_be_used_again() -> None:
    catalogue = load()
    assert genesis(SEED, catalogue=catalogue) == genesis(SEED, catalogue=catalogue)


@pytest.mark.parametrize("price", ["1.25", "90", "4800", "250000"])
def test_a_world_can_begin_at_any_price(price: str) -> None:
    """Dollar totals move with the first price: nobody's collateral breaks a cap."""
    rows = "\n".join(f"2018-01-{day:02},{price}" for day in range(1, 6))
    market = MarketConfig(prices=f"date,eth_usd\n{rows}\n")
    draft = Draft(genesis(SEED, catalogue=tiny(), market=market))
    assert Driver(market, SEED).advance(draft, draft.time + 10 * DAY) > 10 * 24
    assert kernel.audit(draft) == []
