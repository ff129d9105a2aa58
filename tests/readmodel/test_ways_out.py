"""Ways out: what they pay is what the engine then pays, wherever the stake lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.app.beginnings import play
from lstwallet.app.session import Session
from lstwallet.engine import quotes
from lstwallet.engine.kernel import Command
from lstwallet.engine.lending import Supply
from lstwallet.engine.pools_facts import RETH_ETH, STETH_ETH, AddLiquidity, Swap
from lstwallet.engine.restaking_facts import Delegate, QueueWithdrawal, Restake
from lstwallet.engine.staking import Stake, Wrap, estimate_wait, yearly_rate
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import busy_exit, genesis
from lstwallet.market.restaking import OPERATORS
from lstwallet.readmodel.staking import steth_behind
from lstwallet.readmodel.unstaking import break_even
from lstwallet.readmodel.ways_out import (
    BURN,
    ESCROW,
    EXIT,
    LENT,
    MARKET,
    NATIVE,
    POOLED,
    QUEUE,
    RESTAKED,
    WALLET,
    WaysOut,
    compare,
    lent,
    pooled,
    ways_out,
)
from lstwallet.units.clock import DAY, YEAR

ETH = 10**18


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path: Path = tmp_path_factory.mktemp("ways") / "w.lstwallet"
    market = MarketConfig(flows=False)
    made = Session.create(path, genesis(7, catalogue=busy_exit(), market=market), market, name="W")
    play(
        made,
        (
            Fund(YOU, "ETH", 200 * ETH), Stake(YOU, 60 * ETH), Wrap(YOU, 30 * ETH),
            Supply(YOU, "wstETH", 10 * ETH),
            AddLiquidity(YOU, STETH_ETH, (5 * ETH, 5 * ETH), 0), StakeNatively(YOU, 32 * ETH),
            Swap(YOU, RETH_ETH, "ETH", 10 * ETH, 0, "rETH"),
        ),
    )  # fmt: skip
    made.advance(made.world.time + 10 * DAY)
    yield made.world
    made.close()


def rows(world: World) -> dict[str, WaysOut]:
    return {each.key: each for each in ways_out(world, YOU)}


def test_every_place_has_its_row_and_its_ways(world: World) -> None:
    found = rows(world)
    kinds = {key: [way.kind for way in each.ways] for key, each in found.items()}
    assert kinds == {
        f"{WALLET}:stETH": [QUEUE, MARKET],
        f"{WALLET}:wstETH": [QUEUE, MARKET],
        f"{WALLET}:rETH": [BURN, MARKET],
        f"{LENT}:wstETH": [QUEUE, MARKET],
        f"{POOLED}:stETH": [QUEUE, MARKET],
        f"{NATIVE}:ETH": [EXIT],
    }
    assert lent(world, YOU, "wstETH") == found[f"{LENT}:wstETH"]
    assert pooled(world, YOU, STETH_ETH) == found[f"{POOLED}:stETH"]
    assert lent(world, YOU, "WETH") is None
    assert pooled(world, YOU, "usdc_eth") is None
    assert ways_out(world, "nobody") == ()


def test_the_market_pays_what_the_swap_then_pays(world: World) -> None:
    found = rows(world)
    for key, pool in (("wallet:stETH", STETH_ETH), ("wallet:rETH", RETH_ETH)):
        row = found[key]
        events = quotes.preview(world, Swap(YOU, pool, row.token, row.units, 0, "ETH")).events
        sold = next(each.received for each in events if hasattr(each, "received"))
        offered = next(way.wei for way in row.ways if way.kind == MARKET)
        assert abs(offered - sold) <= 2  # shares of stETH round by a wei


def test_the_wait_and_the_break_even_are_those_of_the_unstake_room(world: World) -> None:
    for row in ways_out(world, YOU):
        queue = next((way for way in row.ways if way.kind == QUEUE), None)
        if queue is None:
            assert row.even is None
            continue
        market = next(way for way in row.ways if way.kind == MARKET)
        steth = row.units if row.token == "stETH" else steth_behind(world, row.units)
        assert queue.wei == row.worth == steth
        assert queue.wait == estimate_wait(world, steth)
        assert row.even == break_even(queue.wei, market.wei, queue.wait)
        seconds = (queue.wait.low + queue.wait.high) / 2
        by_hand = (queue.wei / market.wei - 1) * YEAR / seconds
        assert row.even.yearly / ETH == pytest.approx(by_hand, rel=1e-6)
        assert row.even.gain > 0  # a busy week: the market pays less
        days = (queue.wei / market.wei - 1) * YEAR / (yearly_rate(world) / ETH)
        assert row.staked_for == pytest.approx(days, rel=1e-6)


RESTAKING = (
    Fund(YOU, "ETH", 100 * ETH), Stake(YOU, 40 * ETH), Restake(YOU, "stETH", 10 * ETH),
)  # fmt: skip
DELAY = 100_801 * 12
"""Seconds of escrow: the catalogue's delay in blocks of 12 s, and the one after it."""


def restaked(world: World, *commands: Command) -> dict[str, WaysOut]:
    for command in (*RESTAKING, *commands):
        world = quotes.preview(world, command).after
    return rows(world)


def test_what_is_restaked_waits_for_its_escrow_first(tmp_path: Path) -> None:
    small = genesis(7, market=MarketConfig(flows=False))
    alone = restaked(small)[f"{RESTAKED}:stETH"]
    in_wallet = compare(WALLET, "stETH", alone.units, quotes.preview(small, RESTAKING[0]).after)
    assert (alone.escrow, alone.slashable) == (DELAY, False)
    assert abs(alone.units - 10 * ETH) <= 5
    assert [way.kind for way in alone.ways] == [QUEUE, MARKET]
    queue, market = alone.ways
    assert market.wait == (DELAY, DELAY)
    assert queue.wait.low - DELAY == in_wallet.ways[0].wait.low
    assert queue.wait.high - DELAY >= in_wallet.ways[0].wait.high
    assert alone.even is not None
    assert alone.even.seconds == (queue.wait.low + queue.wait.high) // 2 - DELAY
    named = OPERATORS[1][1]
    found = restaked(small, Delegate(YOU, named), QueueWithdrawal(YOU, "stETH", 4 * ETH))
    both = found[f"{RESTAKED}:stETH"], found[f"{ESCROW}:stETH"]
    assert [abs(each.units - part * ETH) <= 5 for each, part in zip(both, (6, 4), strict=True)]
    assert all(each.slashable and each.escrow == DELAY for each in both)


def test_burning_that_cannot_be_paid_says_what_could(world: World) -> None:
    little = compare(WALLET, "rETH", ETH, world).ways[0]
    much = compare(WALLET, "rETH", 10**6 * ETH, world).ways[0]
    assert not much.open
    assert much.available < much.wei
    assert little.open == (little.wei <= little.available)


@given(st.integers(10**6, 20_000 * ETH), st.integers(1, 100))
def test_more_never_waits_less_nor_sells_better(world: World, units: int, times: int) -> None:
    some, more = (compare(WALLET, "stETH", each, world) for each in (units, units * times))
    assert some.ways[0].wait.low <= more.ways[0].wait.low
    assert some.ways[0].wait.high <= more.ways[0].wait.high
    assert more.ways[1].wei <= (some.ways[1].wei + 3) * times  # three wei of rounding
