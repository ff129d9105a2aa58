"""Swaps as rows: ways, impact, fees, fair value and a pair's price, worked by hand."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from lstwallet.engine import kernel, quotes
from lstwallet.engine.pools import ROUTE, STETH_ETH, USDC_ETH, Swap
from lstwallet.engine.staking import Stake, Unwrap, Wrap
from lstwallet.engine.wallet import Fund, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU, Draft
from lstwallet.readmodel import swaps
from lstwallet.readmodel.samples import Series
from lstwallet.readmodel.swaps import TOKENS_SWAPPED
from lstwallet.units.amount import ALL
from tests.engine.pool_world import USDC, WAD, world_of
from tests.small_world import small_world

WORLD = world_of()


def traded(token_in: str, amount: int, token_out: str) -> swaps.Traded:
    command = swaps.command(YOU, token_in, amount, token_out, 0)
    return swaps.traded(WORLD, quotes.preview(WORLD, command).events, token_in, token_out)


@pytest.mark.parametrize(
    ("token_in", "token_out", "by"),
    [
        ("ETH", "stETH", [STETH_ETH]),
        ("ETH", "WETH", ["wrap"]),
        ("wstETH", "stETH", ["unwrap"]),
        ("WETH", "wstETH", ["unwrap", STETH_ETH, "wrap"]),
        ("USDC", "wstETH", [USDC_ETH, STETH_ETH, "wrap"]),
        ("wstETH", "USDC", ["unwrap", STETH_ETH, USDC_ETH]),
        ("stETH", "stETH", []),
    ],
)
def test_the_way(token_in: str, token_out: str, by: list[str]) -> None:
    assert [hop.by for hop in swaps.way(token_in, token_out)] == by


def test_every_pair_has_a_way_that_ends_where_it_should() -> None:
    for token_in, token_out in permutations(TOKENS_SWAPPED, 2):
        assert swaps.way(token_in, token_out)[-1].token == token_out


@pytest.mark.parametrize(
    ("token_in", "token_out", "command"),
    [
        ("ETH", "WETH", WrapEth(YOU, ALL)),
        ("WETH", "ETH", UnwrapEth(YOU, ALL)),
        ("stETH", "wstETH", Wrap(YOU, ALL)),
        ("wstETH", "stETH", Unwrap(YOU, ALL)),
        ("ETH", "USDC", Swap(YOU, USDC_ETH, "ETH", ALL, 9, "USDC")),
        ("stETH", "USDC", Swap(YOU, ROUTE, "stETH", ALL, 9, "USDC")),
        ("WETH", "USDC", Swap(YOU, ROUTE, "WETH", ALL, 9, "USDC")),
    ],
)
def test_the_command(token_in: str, token_out: str, command: Any) -> None:
    assert swaps.command(YOU, token_in, ALL, token_out, 9) == command
    assert swaps.has_price(token_in, token_out) is isinstance(command, Swap)


def test_impact_in_the_pair() -> None:
    """1,000 ETH into 10,000: 997 of them trade, so the price is 997 / 10,997 worse."""
    done = traded("ETH", 1_000 * WAD, "USDC")
    assert done.impact == pytest.approx(997 / 10_997, abs=1e-9)
    assert done.fees == (swaps.Fee("ETH", 3 * WAD),)
    assert done.fee_usd == 3 * 2_000 * 10**8
    assert done.received == 20_000_000 * USDC * 997 // 10_997
    expected = 20_000_000 * 997 / 10_997 / 2_000_000 - 1
    assert done.against_fair == pytest.approx(expected, abs=1e-9)


def test_impact_in_the_stableswap_is_small_and_without_the_fee() -> None:
    done = traded("ETH", 10 * WAD, "stETH")
    assert 0 <= done.impact < 1e-5
    assert done.fees[0].token == "stETH"
    assert done.fees[0].units == pytest.approx(0.004 * WAD, rel=1e-3)
    large = traded("ETH", 45_000 * WAD, "stETH")
    assert large.impact > 0.03


def test_two_pools_add_their_impacts_and_fees() -> None:
    both = traded("USDC", 2_000_000 * USDC, "stETH")
    first = traded("USDC", 2_000_000 * USDC, "ETH")
    second = traded("ETH", first.received, "stETH")
    together = 1 - (1 - first.impact) * (1 - second.impact)
    assert both.impact == pytest.approx(together, abs=1e-9)
    assert both.fees == first.fees + second.fees
    assert both.received == second.received


@pytest.mark.parametrize(("token_in", "token_out"), [("stETH", "wstETH"), ("ETH", "WETH")])
def test_wrapping_has_no_impact_and_no_fee(token_in: str, token_out: str) -> None:
    draft = Draft(small_world())
    for command in (Fund(YOU, "ETH", 18 * WAD), Stake(YOU, 9 * WAD)):
        kernel.handle(draft, command)
    world = draft.freeze()
    events = quotes.preview(world, swaps.command(YOU, token_in, 5 * WAD, token_out, 0)).events
    done = swaps.traded(world, events, token_in, token_out)
    assert (done.impact, done.fees, done.fee_usd) == (0.0, (), 0)
    pool = world.staking.pool
    shares = 5 * WAD * pool.shares // pool.ether
    assert (done.paid, done.received) == (5 * WAD, shares if token_in == "stETH" else 5 * WAD)
    assert done.against_fair == pytest.approx(0, abs=1e-9)


def test_fair_value_and_the_protocol() -> None:
    assert swaps.at_fair_value(WORLD, "ETH", "USDC", 3 * WAD) == 6_000 * USDC
    assert swaps.at_fair_value(WORLD, "USDC", "stETH", 6_000 * USDC) == 3 * WAD
    assert swaps.by_protocol(WORLD, "ETH", "stETH", 3 * WAD) == 3 * WAD
    wrapped = swaps.by_protocol(WORLD, "WETH", "wstETH", 3 * WAD)
    assert wrapped == pytest.approx(3 * WAD / 1.17, rel=1e-9)
    assert swaps.by_protocol(WORLD, "wstETH", "ETH", wrapped) == pytest.approx(3 * WAD, abs=5)


def test_the_price_of_a_pair() -> None:
    """stETH 0.98 ETH, a share worth 1.2, ETH 2,000 USD and USDC 1 USD."""
    samples = Series(
        [0, 1],
        {
            "steth_market_wad": [98 * WAD // 100, None],
            "steth_rate_ray": [12 * 10**26, 12 * 10**26],
            "usdc_eth_usd8": [2_000 * 10**8, 2_000 * 10**8],
            "usdc_usd8": [10**8, 10**8],
            "reth_market_wad": [114 * WAD // 100, 115 * WAD // 100],
        },
    )

    def price(token_in: str, token_out: str) -> float:
        first, gap = swaps.price_series(samples, token_in, token_out)
        assert gap is None
        assert first is not None
        return first

    assert price("stETH", "ETH") == pytest.approx(0.98)
    assert price("rETH", "stETH") == pytest.approx(1.14 / 0.98)
    assert price("ETH", "USDC") == pytest.approx(2_000)
    assert price("wstETH", "stETH") == pytest.approx(1.2)
    assert price("wstETH", "USDC") == pytest.approx(1.2 * 0.98 * 2_000)
    assert price("USDC", "WETH") == pytest.approx(1 / 2_000)
    assert swaps.price_now(WORLD, "ETH", "USDC") == pytest.approx(2_000)
    assert swaps.price_now(WORLD, "wstETH", "stETH") == pytest.approx(1.17, rel=1e-6)
