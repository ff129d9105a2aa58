"""rETH as rows: what it is worth and earns, what can be burnt, and what the review says of it."""

from __future__ import annotations

from typing import Any

import pytest

from lstwallet.engine import kernel, pools, quotes
from lstwallet.engine import rocketpool as engine
from lstwallet.engine.kernel import Batch
from lstwallet.engine.pools import RETH_ETH, AddLiquidity, Swap
from lstwallet.engine.rocketpool import BurnReth, MintReth
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.readmodel import home, portfolio, preflight, rocketpool, swaps, upcoming, yields
from lstwallet.readmodel import pools as pools_reading
from lstwallet.readmodel.preflight import Terms
from lstwallet.readmodel.samples import NONE, SERIES, Series, sample
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import RAY, WAD
from tests.small_world import old_world, small_world

ETH = 10**18


def after(*commands: Any, world: World | None = None, days: int = 0) -> World:
    """The small world; you hold 20,000 ETH and have given these commands; then days pass."""
    draft = Draft(world or small_world())
    for command in (Fund(YOU, "ETH", 20_000 * ETH), *commands):
        kernel.handle(draft, command)
    if days:
        Driver(MarketConfig(flows=False), 7, tiny()).advance(draft, draft.time + days * DAY)
    return draft.freeze()


def sampled(world: World, hours: int) -> tuple[World, Series]:
    """The world after so many hours, and a sample of each (taken before its agenda)."""
    draft, at = Draft(world), []
    columns: dict[str, list[int | None]] = {name: [] for name in SERIES}
    driver = Driver(MarketConfig(flows=False), 7, tiny())
    for _ in range(hours):
        driver.advance(draft, draft.time + HOUR)
        at.append(draft.time)
        for name, value in zip(SERIES, sample(draft), strict=True):
            columns[name].append(None if value == NONE else value)
    return draft.freeze(), Series(at, columns)


# --- worth and yield -------------------------------------------------------------------------


def test_reth_counts_at_its_pools_price() -> None:
    world = after(MintReth(YOU, 23 * ETH))
    prices = portfolio.quotes(world)
    assert prices.reth_eth == pools.pool_price(world, RETH_ETH)
    rows = {row.key: row for row in portfolio.holdings(world, YOU)}
    held = rows["wallet:rETH"]
    assert held.units == world.balance(YOU, "rETH")
    assert held.usd == pytest.approx(23 * 0.9995 * world.prices.eth, rel=1e-3)


def test_a_world_without_it_has_no_price_and_no_samples() -> None:
    world = old_world()
    assert portfolio.quotes(world).reth == 0
    named = dict(zip(SERIES, sample(world), strict=True))
    assert {named[name] for name in SERIES if name.startswith("reth")} == {NONE}
    assert rocketpool.offer(world) is None
    assert rocketpool.apr(world, None).rate == 0
    view = pools_reading.view(world, RETH_ETH)
    assert (view.reserves, view.worth, view.price) == ((0, 0), 0, 0)


def test_the_average_is_what_the_rate_has_grown_by() -> None:
    world, past = sampled(after(), 9 * 24)
    measured = rocketpool.apr(world, past)
    assert measured.days == 7
    assert rocketpool.apr(world, None).days == 0
    assert measured.rate == pytest.approx(engine.yearly_rate(world), rel=0.05)
    begin = world.rocketpool.last_update.at - 7 * DAY  # type: ignore[union-attr]
    place = past.at.index(begin + HOUR)
    then = past.column("reth_rate_wad")[place]
    assert then is not None
    grown = (engine.reth_rate(world) / then - 1) * 365 / 7
    assert measured.rate / WAD == pytest.approx(grown, rel=1e-6)


def test_a_young_world_says_of_how_many_days_it_speaks() -> None:
    world, past = sampled(after(), 3 * 24)
    measured = rocketpool.apr(world, past)
    assert measured.days == 2  # and three quarters
    assert measured.rate == pytest.approx(engine.yearly_rate(world), rel=0.05)


def test_home_shows_it_earning_in_the_wallet_and_in_the_pool() -> None:
    world, past = sampled(
        after(MintReth(YOU, 40 * ETH), AddLiquidity(YOU, RETH_ETH, (10 * ETH, 9 * ETH), 0)), 9 * 24
    )
    prices, rows = portfolio.quotes(world), portfolio.holdings(world, YOU)
    rates = yields.rates(world, YOU, past)
    assert rates.reth == pytest.approx(0.025, abs=0.002)
    shown = {row.key: row for row in home.positions(world, YOU, rows, prices, rates)}
    assert shown["wallet:rETH"].rate == rates.reth
    assert shown["wallet:rETH"].state == home.EARNING
    assert shown["pool:reth_eth"].rate == pytest.approx(rates.reth / 2, rel=0.1)
    layers = yields.layers(world, YOU, rows, prices, rates)
    staked = shown["wallet:rETH"].usd * rates.reth + shown["pool:reth_eth"].usd * rates.reth / 2
    assert layers.consensus + layers.execution == pytest.approx(staked, rel=0.05)


def test_the_next_moment_is_the_daily_update() -> None:
    assert upcoming.next_for(after(), YOU) is None
    world = after(MintReth(YOU, ETH))
    assert world.rocketpool is not None
    assert upcoming.next_for(world, YOU) == world.rocketpool.next_update


# --- the pool and the way through it ------------------------------------------------------------


def test_the_pool_is_viewed_at_the_protocols_rate() -> None:
    view = pools_reading.view(after(), RETH_ETH)
    assert view.tokens == ("ETH", "rETH")
    assert view.fair == engine.reth_rate(after())
    assert (view.fee, view.amplification) == (0.0004, 50)
    assert view.gap == pytest.approx(0, abs=1e-3)
    assert view.base_share == pytest.approx(0.5, abs=0.01)


def test_a_share_against_holding_adds_up_and_tells_staking_apart() -> None:
    class Told:
        def __init__(self, event: Any, command: Any) -> None:
            self.seq, self.event, self.command = 1, event, command

    world = after(MintReth(YOU, 40 * ETH))
    put = AddLiquidity(YOU, RETH_ETH, (23 * ETH, 20 * ETH), 0)
    quote = quotes.preview(world, put)
    rate = engine.reth_rate(world) * 10**9
    held = pools_reading.basis([Told(quote.events[-1], put)], RETH_ETH, lambda at: rate)
    assert held is not None
    assert held.put_base == 20 * ETH * rate // RAY
    now = pools_reading.against_holding(quote.after, RETH_ETH, held)
    assert now.entry + now.staking + now.price + now.fees + now.divergence == now.total
    assert abs(now.total) < 10**14  # nothing has happened but rounding and an even deposit
    draft = Draft(quote.after)
    Driver(MarketConfig(flows=False), 7, tiny()).advance(draft, draft.time + 20 * DAY)
    later = pools_reading.against_holding(draft.freeze(), RETH_ETH, held)
    assert later.entry + later.staking + later.price + later.fees + later.divergence == later.total
    grown = engine.reth_rate(draft) / engine.reth_rate(world) - 1
    assert later.staking == pytest.approx(held.had_base * grown, rel=1e-3)
    assert later.fees == 0


@pytest.mark.parametrize(
    ("token_in", "token_out", "steps"),
    [
        ("ETH", "rETH", ["reth_eth"]),
        ("WETH", "rETH", ["unwrap", "reth_eth"]),
        ("wstETH", "rETH", ["unwrap", "steth_eth", "reth_eth"]),
        ("rETH", "USDC", ["reth_eth", "usdc_eth"]),
        ("rETH", "wstETH", ["reth_eth", "steth_eth", "wrap"]),
    ],
)
def test_every_way_with_reth_meets_in_eth(
    token_in: str, token_out: str, steps: list[str]
) -> None:
    assert [hop.by for hop in swaps.way(token_in, token_out)] == steps


def test_its_price_is_the_pools() -> None:
    world = after()
    price = swaps.price_now(world, "rETH", "ETH")
    assert price == pytest.approx(pools.pool_price(world, RETH_ETH) / WAD)
    assert swaps.price_now(world, "ETH", "rETH") == pytest.approx(1 / price)
    world, past = sampled(world, 30)
    assert swaps.price_series(past, "rETH", "ETH")[-1] == pytest.approx(price, rel=1e-3)


# --- what the review says ------------------------------------------------------------------


def look(world: World, command: Any) -> dict[str, preflight.Finding]:
    quote = quotes.preview(world, command)
    found = preflight.findings(world, YOU, command, quote, Terms(expert=False))
    return {each.rule: each for each in found}


def drained(world: World, eth: int) -> World:
    """After the others burnt so much."""
    draft = Draft(world)
    kernel.handle(draft, BurnReth("crowd:holders", eth * WAD // engine.reth_rate(world)))
    return draft.freeze()


def test_minting_is_told_its_fee_its_way_out_and_who_bears_losses() -> None:
    found = look(after(), MintReth(YOU, 5 * ETH))
    assert found["market_cheaper"].severity == "safe"
    assert found["deposit_fee"].facts["share"] == 0.0005
    assert found["burnable"].severity == "note"
    assert found["bonds_first"].facts["share"] == 0.125
    scarce = look(drained(after(), 40_000 * ETH), MintReth(YOU, 5 * ETH))
    assert scarce["burnable"].severity == "warning"


def test_a_cheaper_pool_is_told_with_what_it_brings_more() -> None:
    mint = MintReth(YOU, 4_000 * ETH)
    world = after(mint, Swap(YOU, RETH_ETH, "rETH", 2_000 * ETH, 0, "ETH"))
    found = look(world, MintReth(YOU, 5 * ETH))["market_cheaper"]
    assert found.severity == "note"
    bought = quotes.preview(world, Swap(YOU, RETH_ETH, "ETH", 5 * ETH, 0, "rETH")).events[-1]
    minted = quotes.preview(world, MintReth(YOU, 5 * ETH)).events[-1]
    assert found.facts["more"] == bought.received - minted.reth
    assert found.facts["token"] == "rETH"


def test_burning_and_selling_are_told_of_each_other() -> None:
    world = after(MintReth(YOU, 4_000 * ETH))
    assert look(world, BurnReth(YOU, ETH))["burns_at_rate"].severity == "safe"
    assert look(world, BurnReth(YOU, ETH))["market_pays_more"].severity == "safe"
    sale = Swap(YOU, RETH_ETH, "rETH", 500 * ETH, 0, "ETH")
    found = look(world, sale)["below_burning"]
    assert found.severity == "note"
    assert found.facts["pays"] is True
    found = look(drained(world, engine.burnable(world) - 100 * ETH), sale)["below_burning"]
    assert found.facts["pays"] is False


def test_in_a_batch_each_call_is_looked_at() -> None:
    found = look(after(), Batch((MintReth(YOU, ETH), BurnReth(YOU, ETH // 2))))
    assert {"deposit_fee", "burns_at_rate"} <= set(found)


def test_what_burning_pays_and_whether_it_can() -> None:
    world = after(MintReth(YOU, 23 * ETH))
    held = world.balance(YOU, "rETH")
    offer = rocketpool.burn_offer(world, held)
    assert offer.worth == quotes.preview(world, BurnReth(YOU, "all")).events[-1].ether
    assert offer.pays
    empty = drained(world, engine.burnable(world))
    assert not rocketpool.burn_offer(empty, held).pays
    assert not rocketpool.burn_offer(world, 0).pays
