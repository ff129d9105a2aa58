"""Values held against numbers worked by hand."""

from __future__ import annotations

import pytest

from lstwallet.engine import kernel
from lstwallet.engine.lending import Borrow, Repay, Supply
from lstwallet.engine.pools import AddLiquidity
from lstwallet.engine.pools_view import lp_value, pool_price
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import Claim, RequestUnstake, Stake, Wrap, steth_gain, steth_of
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.readmodel import portfolio
from lstwallet.readmodel.portfolio import Holding, Quotes, cost_of, holdings, net_worth, value_of
from lstwallet.readmodel.samples import NONE, SERIES, sample
from lstwallet.readmodel.upcoming import next_for
from lstwallet.units.clock import DAY
from tests.small_world import small_world

ETH = 10**18
USD = 10**8
PRICES = Quotes(eth=2_000 * USD, usdc=1 * USD, steth=1_990 * USD, wsteth=2_388 * USD, steth_eth=0)


def after(*commands: kernel.Command, world: World | None = None) -> World:
    """The small world, at $2,000 an ETH, after some commands."""
    draft = Draft(world if world is not None else small_world())
    if world is None:
        kernel.handle(draft, SetPrices(2_000 * USD, 1 * USD))
    for command in commands:
        kernel.handle(draft, command)
    return draft.freeze()


def later(world: World, seconds: int) -> World:
    draft = Draft(world)
    Driver(MarketConfig(flows=False), 7).advance(draft, world.time + seconds)
    return draft.freeze()


def row(world: World, key: str) -> Holding:
    return next(each for each in holdings(world, YOU) if each.key == key)


@pytest.mark.parametrize(
    ("token", "units", "usd"),
    [
        ("ETH", ETH, 2_000 * USD),
        ("WETH", ETH // 2, 1_000 * USD),
        ("stETH", 3 * ETH, 5_970 * USD),
        ("wstETH", ETH, 2_388 * USD),
        ("USDC", 2_500_000, 250_000_000),
        ("ETH", 4_999_999, 0),
        ("ETH", 5_000_000, 1),
    ],
)
def test_values_are_rounded_down_and_debts_up(token: str, units: int, usd: int) -> None:
    assert value_of(PRICES, token, units) == usd
    assert 0 <= cost_of(PRICES, token, units) - usd <= 1
    assert cost_of(PRICES, "ETH", 1) == 1


def test_an_empty_account_is_worth_nothing() -> None:
    assert holdings(small_world(), YOU) == []
    assert net_worth(small_world(), YOU) == 0


def test_a_wallet() -> None:
    world = after(Fund(YOU, "ETH", 3 * ETH), Fund(YOU, "USDC", 50 * 10**6), WrapEth(YOU, ETH))
    assert holdings(world, YOU) == [
        Holding("wallet", "ETH", 2 * ETH, 4_000 * USD),
        Holding("wallet", "WETH", ETH, 2_000 * USD),
        Holding("wallet", "USDC", 50 * 10**6, 50 * USD),
    ]
    assert net_worth(world, YOU) == 6_050 * USD


def test_steth_counts_in_wei_at_the_pools_price() -> None:
    world = after(Fund(YOU, "ETH", 10 * ETH), Stake(YOU, 10 * ETH))
    held = row(world, "wallet:stETH")
    assert held.units == steth_of(world, YOU)
    assert 10 * ETH - 2 <= held.units <= 10 * ETH
    market = pool_price(world, "steth_eth")
    assert held.usd == held.units * (2_000 * USD * market // ETH) // ETH


def test_supplies_and_debts_stand_apart() -> None:
    world = after(
        Fund(YOU, "ETH", 10 * ETH), Supply(YOU, "ETH", 10 * ETH), Borrow(YOU, "USDC", 5_000 * 10**6)
    )
    supplied, borrowed = row(world, "supplied:WETH"), row(world, "borrowed:USDC")
    assert 10 * ETH - 2 <= supplied.units <= 10 * ETH
    assert borrowed.units in (5_000 * 10**6, 5_000 * 10**6 + 1)
    assert borrowed.usd == -borrowed.units * 100
    total = supplied.usd + borrowed.usd + row(world, "wallet:USDC").usd
    assert net_worth(world, YOU) == total
    assert abs(total - 20_000 * USD) <= 300
    sums = portfolio.by_kind(holdings(world, YOU))
    assert sums["borrowed"] == -borrowed.usd
    assert list(sums) == [kind for kind in portfolio.KINDS if kind != portfolio.RANGE]
    owed = row(later(world, 30 * DAY), "borrowed:USDC").units
    assert owed > borrowed.units


def test_a_pool_share_is_what_a_balanced_withdrawal_gives() -> None:
    world = after(
        Fund(YOU, "ETH", 20 * ETH),
        Stake(YOU, 10 * ETH),
        AddLiquidity(YOU, "steth_eth", (10 * ETH, "all"), 0),
    )
    held = row(world, "pool:LP:steth_eth")
    eth, steth = lp_value(world, "steth_eth", held.units)
    prices = portfolio.quotes(world)
    assert held.usd == value_of(prices, "ETH", eth) + value_of(prices, "stETH", steth)
    assert abs(held.usd - 40_000 * USD) < 40 * USD


def test_a_ticket_is_worth_the_eth_it_pays_at_most() -> None:
    world = after(Fund(YOU, "ETH", 10 * ETH), Stake(YOU, 10 * ETH), RequestUnstake(YOU, 4 * ETH))
    held = row(world, "ticket:ETH")
    assert 4 * ETH - 2 <= held.units <= 4 * ETH
    assert held.usd == held.units * 2_000 * USD // ETH
    waited = later(world, 12 * DAY)
    assert row(waited, "ticket:ETH").units <= 4 * ETH, "no rewards while it waits"
    paid = after(Claim(YOU, "all"), world=waited)
    assert row(paid, "wallet:ETH").units == row(waited, "ticket:ETH").units


def test_validators_count_with_what_they_earned() -> None:
    world = after(Fund(YOU, "ETH", 64 * ETH), StakeNatively(YOU, 64 * ETH))
    assert row(world, "native:ETH") == Holding("native", "ETH", 64 * ETH, 128_000 * USD)
    earned = later(world, 60 * DAY)
    held = row(earned, "native:ETH").units + earned.balance(YOU, "ETH")
    assert 64 * ETH < held < 65 * ETH


def test_what_is_borrowed_and_repaid_leaves_no_row() -> None:
    world = after(
        Fund(YOU, "ETH", 10 * ETH),
        Supply(YOU, "ETH", 10 * ETH),
        Borrow(YOU, "USDC", 10**6),
        Fund(YOU, "USDC", 10**6),
        Repay(YOU, "USDC", "all", False),
    )
    assert "borrowed:USDC" not in [each.key for each in holdings(world, YOU)]


# --- samples, rewards, what comes next -----------------------------------------------------------


def test_a_sample_says_what_the_portfolio_says() -> None:
    world = after(
        Fund(YOU, "ETH", 40 * ETH),
        Stake(YOU, 10 * ETH),
        Supply(YOU, "ETH", 20 * ETH),
        Borrow(YOU, "USDC", 20_000 * 10**6),
    )
    found = dict(zip(SERIES, sample(world), strict=True))
    assert found["net_worth_usd8"] == net_worth(world, YOU)
    assert found["eth_usd8"] == 2_000 * USD
    assert found["steth_market_wad"] == pool_price(world, "steth_eth")
    assert 1.6 < found["health_wad"] / ETH < 1.7  # 20 ETH at $2,000 and 83 % over $20,000
    assert found["borrowed_usd8"] >= 20_000 * USD
    assert found["ticket_usd8"] == found["native_usd8"] == 0


def test_without_a_debt_there_is_no_health_to_sample() -> None:
    found = dict(zip(SERIES, sample(small_world()), strict=True))
    assert found["health_wad"] == NONE
    assert found["net_worth_usd8"] == 0


def test_a_report_brings_what_the_balance_grew_by() -> None:
    world = after(Fund(YOU, "ETH", 10 * ETH), Stake(YOU, 10 * ETH))
    grown = later(world, 3 * DAY)
    gain = steth_gain(grown, YOU, world.staking.pool)
    assert gain == steth_of(grown, YOU) - steth_of(world, YOU) > 0
    assert steth_gain(small_world(), YOU, world.staking.pool) == 0


def test_what_comes_next_concerns_the_account() -> None:
    nothing = after(Fund(YOU, "ETH", 100 * ETH))
    assert next_for(nothing, YOU) is None
    staked = after(Stake(YOU, 10 * ETH), world=nothing)
    assert next_for(staked, YOU) == staked.staking.next_report
    wrapped = after(Wrap(YOU, "all"), world=staked)
    assert next_for(wrapped, YOU) == staked.staking.next_report
    lent = after(Supply(YOU, "wstETH", "all"), world=wrapped)
    assert next_for(lent, YOU) == staked.staking.next_report
    waiting = after(RequestUnstake(YOU, "all"), world=staked)
    assert next_for(waiting, YOU) == staked.staking.next_report
    native = after(StakeNatively(YOU, 32 * ETH), world=nothing)
    assert next_for(native, YOU) == min(each.active_at for each in native.validators.values())
