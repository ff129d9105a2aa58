"""The first room's rows, held against numbers worked by hand."""

from __future__ import annotations

import pytest

from lstwallet.engine import kernel
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.pools import AddLiquidity, Swap
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import Claim, RequestUnstake, Stake, Unwrap, Wrap
from lstwallet.engine.validators import LeaveNatively, StakeNatively
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.readmodel import home, timeline, yields
from lstwallet.readmodel.attention import (
    BelowRate,
    ExitDue,
    LowHealth,
    ReadyToClaim,
    attention,
)
from lstwallet.readmodel.home import Part, Position
from lstwallet.readmodel.portfolio import Quotes, holdings, net_worth, quotes
from lstwallet.readmodel.samples import Series
from lstwallet.readmodel.timeline import Exit, exits, ticks
from lstwallet.readmodel.yields import Rates
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world

ETH = 10**18
USD = 10**8
RATES = Rates(
    staking=0.03,
    days=7,
    native=0.035,
    duties=0.8,
    steth_eth=0.01,
    usdc_eth=0.08,
    supply=(("WETH", 0.02), ("USDC", 0.04), ("wstETH", 0.001)),
    borrow=(("WETH", 0.025), ("USDC", 0.05), ("wstETH", 0.002)),
)


def after(*commands: kernel.Command) -> World:
    """The small world at $2,000 an ETH, with 200 ETH and 50,000 USDC, after some commands."""
    draft = Draft(small_world())
    start = (
        SetPrices(2_000 * USD, USD), Fund(YOU, "ETH", 200 * ETH), Fund(YOU, "USDC", 50_000 * 10**6)
    )  # fmt: skip
    for command in (*start, *commands):
        kernel.handle(draft, command)
    return draft.freeze()


def later(world: World, seconds: int, *commands: kernel.Command) -> World:
    draft = Draft(world)
    Driver(MarketConfig(flows=False), 7).advance(draft, world.time + seconds)
    for command in commands:
        kernel.handle(draft, command)
    return draft.freeze()


def rows_of(world: World, rates: Rates = RATES) -> dict[str, Position]:
    prices = quotes(world)
    found = home.positions(world, YOU, holdings(world, YOU, prices), prices, rates)
    return {each.key: each for each in found}


def layers_of(world: World, rates: Rates = RATES) -> yields.Layers:
    prices = quotes(world)
    return yields.layers(world, YOU, holdings(world, YOU, prices), prices, rates)


# --- positions -----------------------------------------------------------------------------


def test_positions_add_up_to_the_net_worth_the_largest_first() -> None:
    world = after(
        Stake(YOU, 40 * ETH), Wrap(YOU, 20 * ETH), StakeNatively(YOU, 32 * ETH),
        AddLiquidity(YOU, "steth_eth", (5 * ETH, 5 * ETH), 0), RequestUnstake(YOU, 3 * ETH),
        Supply(YOU, "wstETH", 10 * ETH), Borrow(YOU, "USDC", 5_000 * 10**6),
    )  # fmt: skip
    rows = rows_of(world)
    assert set(rows) == {
        "wallet:ETH", "wallet:stETH", "wallet:wstETH", "wallet:USDC", "lending",
        "pool:steth_eth", "ticket", "native",
    }  # fmt: skip
    values = [each.usd for each in rows.values()]
    assert values == sorted(values, reverse=True)
    assert sum(values) == net_worth(world, YOU)


def test_a_loan_is_one_row_of_equity() -> None:
    world = after(
        Stake(YOU, 20 * ETH), Wrap(YOU, 12 * ETH), Supply(YOU, "wstETH", 9 * ETH),
        Borrow(YOU, "USDC", 4_000 * 10**6),
    )  # fmt: skip
    by_key = {each.key: each for each in holdings(world, YOU)}
    supplied, owed = by_key["supplied:wstETH"], by_key["borrowed:USDC"]
    loan = rows_of(world)["lending"]
    assert loan.usd == supplied.usd + owed.usd
    assert loan.parts == (Part("wstETH", supplied.units), Part("USDC", -owed.units))
    assert (loan.owned, loan.owed) == (("wstETH",), ("USDC",))
    assert loan.balance == Part("ETH", loan.usd * ETH // (2_000 * USD))
    income = supplied.usd * (0.001 + 0.03) + owed.usd * 0.05
    assert loan.rate == pytest.approx(income / loan.usd)
    assert (loan.state, loan.health is not None) == (home.LOAN, True)


def test_supply_without_a_debt_earns_and_counts_in_its_own_token() -> None:
    lent = rows_of(after(Supply(YOU, "USDC", 1_000 * 10**6)))["lending"]
    assert (lent.state, lent.health, lent.rate) == (home.EARNING, None, 0.04)
    assert lent.balance == Part("USDC", 1_000 * 10**6)


def test_what_is_staked_earns_and_what_lies_there_does_not() -> None:
    rows = rows_of(after(Stake(YOU, 10 * ETH), Wrap(YOU, 5 * ETH)))
    assert [(rows[key].rate, rows[key].state) for key in ("wallet:stETH", "wallet:wstETH")] == [
        (0.03, home.EARNING), (0.03, home.EARNING),
    ]  # fmt: skip
    assert [(rows[key].rate, rows[key].state) for key in ("wallet:ETH", "wallet:USDC")] == [
        (None, home.IDLE), (None, home.IDLE),
    ]  # fmt: skip


def test_a_pool_share_earns_fees_and_the_staking_of_its_steth() -> None:
    world = after(Stake(YOU, 10 * ETH), AddLiquidity(YOU, "steth_eth", (5 * ETH, 5 * ETH), 0))
    share = rows_of(world)["pool:steth_eth"]
    prices = quotes(world)
    steth = next(part.units for part in share.parts if part.token == "stETH")
    staked = steth * prices.steth / ETH / share.usd
    assert share.rate == pytest.approx(0.01 + staked * 0.03)
    pair = rows_of(after(AddLiquidity(YOU, "usdc_eth", (2_000 * 10**6, ETH), 0)))["pool:usdc_eth"]
    assert pair.rate == 0.08


def test_a_pool_that_leans_says_to_which_side() -> None:
    world = after(Stake(YOU, 20 * ETH), AddLiquidity(YOU, "steth_eth", (5 * ETH, 5 * ETH), 0))
    assert rows_of(world)["pool:steth_eth"].state == home.EARNING
    held = 90_000 * ETH
    leaning = Draft(world)
    kernel.handle(leaning, Fund(YOU, "ETH", held))
    kernel.handle(leaning, Swap(YOU, "steth_eth", "ETH", held, 1, "stETH"))
    row = rows_of(leaning.freeze())["pool:steth_eth"]
    assert (row.state, row.leans_to) == (home.LEANING, "ETH")
    assert 0.6 <= row.lean < 1


def test_a_validator_waits_then_earns_then_leaves() -> None:
    world = after(StakeNatively(YOU, 32 * ETH))
    first = rows_of(world)["native"]
    assert (first.state, first.rate) == (home.ENTERING, None)
    active = later(world, 30 * DAY)
    assert (rows_of(active)["native"].state, rows_of(active)["native"].rate) == (
        home.EARNING, 0.035,
    )  # fmt: skip
    leaving = later(active, HOUR, LeaveNatively(YOU, "all"))
    assert rows_of(leaving)["native"].state == home.LEAVING


# --- what they have been worth --------------------------------------------------------------

DAYS = [0, DAY, 2 * DAY, 3 * DAY]
PAST = Series(
    DAYS,
    {
        "eth_usd8": [1_000 * USD, 1_500 * USD, None, 2_000 * USD],
        "usdc_usd8": [USD, USD, USD, USD],
        "steth_market_wad": [ETH, ETH // 2, ETH, ETH],
        "steth_rate_ray": [10**27, 10**27, 10**27, 2 * 10**27],
        "reth_market_wad": [None, 115 * ETH // 100, ETH, 12 * ETH // 10],
        "vault_weth_wad": [None, 11 * ETH // 10, None, None],
        "vault_wsteth_wad": [None, None, None, 2 * ETH],
        "net_worth_usd8": [100 * USD, None, 150 * USD, 120 * USD],
    },
)


def test_past_prices_leave_gaps_out_and_end_with_the_last() -> None:
    assert home.past_prices(PAST) == (
        Quotes(1_000 * USD, USD, 1_000 * USD, 1_000 * USD, ETH, 0, 0, 1_000 * USD, 1_000 * USD),
        Quotes(1_500 * USD, USD, 750 * USD, 750 * USD, ETH // 2, 1_725 * USD, 115 * ETH // 100,
               1_650 * USD, 750 * USD),
        Quotes(2_000 * USD, USD, 2_000 * USD, 4_000 * USD, ETH, 2_400 * USD, 12 * ETH // 10,
               2_200 * USD, 8_000 * USD),
    )  # fmt: skip
    thin = home.past_prices(PAST, most=2)
    assert [each.eth for each in thin] == [1_500 * USD, 2_000 * USD]


def test_a_trend_is_what_one_has_now_at_the_prices_of_then() -> None:
    loan = Position(
        "lending", "lending", (Part("wstETH", 2 * ETH), Part("USDC", -500 * 10**6)),
        Part("ETH", 0), 0, None, home.LOAN,
    )  # fmt: skip
    assert home.trend(loan, home.past_prices(PAST)) == (1_500.0, 1_000.0, 7_500.0)


# --- net worth over time ---------------------------------------------------------------------


def test_a_line_ends_with_the_present_in_place_of_this_hours_sample() -> None:
    line = home.line_of(PAST, DAY, 3 * DAY, 130 * USD)
    assert line == home.Line((DAY, 2 * DAY, 3 * DAY), (None, 150 * USD, 130 * USD))
    assert line.first() == (2 * DAY, 150 * USD)


def test_a_change_is_against_the_first_value_of_the_line() -> None:
    line = home.line_of(PAST, 0, 4 * DAY, 125 * USD)
    assert home.change(line, 125 * USD) == home.Change(0, 25 * USD, 0.25)
    assert home.change(home.line_of(None, 0, DAY, USD), USD) is None
    nothing = home.Line((0, DAY), (0, USD))
    assert home.change(nothing, USD) == home.Change(0, USD, None)


def test_below_zero_is_a_gap() -> None:
    assert home.line_of(None, 0, DAY, -USD) == home.Line((DAY,), (None,))


def test_a_range_begins_with_the_world_at_the_earliest() -> None:
    world = after()
    assert home.begin_of(world, 0) == world.started
    assert home.begin_of(world, DAY) == world.started
    old = later(world, 3 * DAY)
    assert home.begin_of(old, DAY) == old.time - DAY


# --- yield by layer --------------------------------------------------------------------------


def test_layers_of_staked_ether() -> None:
    world = after(Stake(YOU, 10 * ETH))
    steth = next(each for each in holdings(world, YOU) if each.token == "stETH")
    layers = layers_of(world)
    assert layers.consensus == pytest.approx(steth.usd * 0.03 * 0.8)
    assert layers.execution == pytest.approx(steth.usd * 0.03 * 0.2)
    assert (layers.lending, layers.fees, layers.borrowing) == (0, 0, 0)
    assert layers.worth == net_worth(world, YOU)
    assert layers.share(layers.net) == pytest.approx(steth.usd * 0.03 / layers.worth)


def test_layers_of_a_loan_and_a_pool() -> None:
    world = after(
        Stake(YOU, 30 * ETH), Wrap(YOU, 12 * ETH), Supply(YOU, "wstETH", 9 * ETH),
        Borrow(YOU, "USDC", 4_000 * 10**6), AddLiquidity(YOU, "usdc_eth", (2_000 * 10**6, ETH), 0),
    )  # fmt: skip
    by_key = {each.key: each.usd for each in holdings(world, YOU)}
    layers = layers_of(world)
    staked = sum(by_key[key] for key in ("wallet:stETH", "wallet:wstETH", "supplied:wstETH"))
    assert layers.consensus + layers.execution == pytest.approx(staked * 0.03)
    assert layers.lending == pytest.approx(by_key["supplied:wstETH"] * 0.001)
    assert layers.borrowing == pytest.approx(by_key["borrowed:USDC"] * 0.05)
    assert layers.borrowing < 0
    assert layers.fees == pytest.approx(by_key["pool:LP:usdc_eth"] * 0.08)
    assert layers.net == pytest.approx(sum(layers.amount(name) for name in yields.LAYERS))


def test_validators_earn_only_while_they_attest() -> None:
    world = after(StakeNatively(YOU, 64 * ETH))
    assert layers_of(world).net == 0
    active = later(world, 30 * DAY)
    value = 64 * active.prices.eth
    assert layers_of(active).consensus == pytest.approx(value * 0.035 * 0.8)
    assert layers_of(active).execution == pytest.approx(value * 0.035 * 0.2)


def test_without_worth_there_is_no_share() -> None:
    assert yields.Layers(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0).share(1.0) is None


def test_rates_are_expected_before_and_measured_after_samples() -> None:
    world = after()
    expected = yields.rates(world, YOU, None)
    assert expected.days == 0
    assert 0.01 < expected.staking < expected.native < 0.1
    assert 0 < expected.duties <= 1
    assert dict(expected.supply).keys() == dict(expected.borrow).keys() == {
        "WETH", "wstETH", "USDC",
    }  # fmt: skip
    assert (expected.fees("steth_eth"), expected.fees("usdc_eth")) == (0, 0)


# --- attention --------------------------------------------------------------------------------


def test_a_fresh_wallet_needs_nothing() -> None:
    assert attention(after(), YOU) == ()


def test_health_is_told_below_one_and_a_half() -> None:
    world = after(
        Stake(YOU, 20 * ETH), Wrap(YOU, 12 * ETH), Supply(YOU, "wstETH", 9 * ETH),
        Borrow(YOU, "USDC", 8_000 * 10**6),
    )  # fmt: skip
    assert not [each for each in attention(world, YOU) if isinstance(each, LowHealth)]
    draft = Draft(world)
    kernel.handle(draft, SetPrices(1_200 * USD, USD))
    found = attention(draft.freeze(), YOU)[0]
    assert isinstance(found, LowHealth)
    assert 1.0 < found.health / ETH < 1.5
    assert found.trigger is not None
    assert found.trigger.token == "wstETH"


def test_a_ticket_is_due_then_ready_then_gone() -> None:
    world = after(Stake(YOU, 10 * ETH), RequestUnstake(YOU, 3 * ETH))
    ticket = exits(world, YOU)[0]
    due, ready = [], None
    for _ in range(200):
        world = later(world, 6 * HOUR)
        due += [each for each in attention(world, YOU) if isinstance(each, ExitDue)]
        ready = next((e for e in attention(world, YOU) if isinstance(e, ReadyToClaim)), None)
        if ready is not None:
            break
    assert [(each.kind, each.id) for each in due[-1:]] == [("ticket", ticket.id)]
    assert ready is not None
    assert ready.tickets == (ticket.id,)
    assert ready.wei == pytest.approx(3 * ETH, abs=10)
    assert ready.waited == world.time - ticket.start
    assert exits(world, YOU)[0].ready
    claimed = later(world, 1, Claim(YOU, "all"))
    assert attention(claimed, YOU) == ()


def test_a_discount_is_told_to_who_holds_steth_alone() -> None:
    def pushed(*commands: kernel.Command) -> World:
        amount = 90_000 * ETH
        draft = Draft(after(*commands))
        kernel.handle(draft, Fund("crowd:seller", "ETH", amount))
        kernel.handle(draft, Stake("crowd:seller", amount))
        kernel.handle(draft, Swap("crowd:seller", "steth_eth", "stETH", "all", 1, "ETH"))
        return draft.freeze()

    assert not [each for each in attention(pushed(), YOU) if isinstance(each, BelowRate)]
    world = pushed(Stake(YOU, 10 * ETH))
    found = next(each for each in attention(world, YOU) if isinstance(each, BelowRate))
    price = quotes(world).steth_eth
    assert found.discount == ETH - price
    assert found.waiting.gain == ETH * ETH // price - ETH
    assert found.wait.low <= found.wait.high


# --- on its way out ---------------------------------------------------------------------------


def test_validators_that_leave_are_on_the_timeline() -> None:
    world = later(after(StakeNatively(YOU, 32 * ETH)), 30 * DAY)
    assert exits(world, YOU) == ()
    leaving = later(world, HOUR, LeaveNatively(YOU, "all"))
    (row,) = exits(leaving, YOU)
    assert (row.kind, row.ready, row.key) == (timeline.VALIDATOR, False, f"validator:{row.id}")
    assert row.start == leaving.time < row.sure == row.likely
    assert row.wei >= 32 * ETH


def exit_until(likely: int) -> Exit:
    return Exit("ticket", 1, ETH, 0, likely, likely, False)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0.2, []), (3, [1, 2, 3]), (5, [2, 4]), (12, [5, 10]), (40, [14, 28])],
)
def test_ticks_are_round_days_apart(days: float, expected: list[int]) -> None:
    now = 1_000 * DAY + HOUR
    found = ticks((exit_until(now + int(days * DAY)),), now)
    assert [(at - 1_000 * DAY) / DAY for at in found] == expected


def test_nothing_on_its_way_has_no_ticks() -> None:
    assert ticks((), DAY) == ()


def test_a_debt_in_staked_ether_grows_by_what_staking_earns() -> None:
    world = after(
        Supply(YOU, "USDC", 40_000 * 10**6), Borrow(YOU, "wstETH", 4 * ETH), Unwrap(YOU, 4 * ETH)
    )
    by_key = {each.key: each for each in holdings(world, YOU)}
    owed, lent = by_key["borrowed:wstETH"].usd, by_key["supplied:USDC"].usd
    layers = layers_of(world)
    assert layers.borrowing == pytest.approx(owed * (0.002 + 0.03))
    assert layers.consensus == pytest.approx(by_key["wallet:stETH"].usd * 0.03 * 0.8)
    loan = rows_of(world)["lending"]
    assert loan.rate == pytest.approx((lent * 0.04 + owed * 0.032) / loan.usd)
