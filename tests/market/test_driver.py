"""Time passes the same way however it is sliced."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lstwallet.engine import kernel
from lstwallet.engine.kernel import Event
from lstwallet.engine.lending import Borrow, PositionLiquidated, Supply
from lstwallet.engine.lending_facts import LIQUIDATORS, LiquidateUnhealthy
from lstwallet.engine.outside import TradeOutside
from lstwallet.engine.prices import PricesMoved, SetPrices
from lstwallet.engine.staking_facts import OracleReported
from lstwallet.engine.wallet import Fund, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.driver import Driver, MarketConfig, price_table
from lstwallet.market.flows.liquidators import Liquidators
from lstwallet.market.genesis import genesis
from lstwallet.market.lending_model import LendingModel
from lstwallet.market.price_table import PriceTableError
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR, parse_iso
from lstwallet.units.paths import resources

SEED = 7
DAYS = 3
SPENT = {
    "wstETH": (),
    "ETH": (UnwrapEth(LIQUIDATORS, ALL), TradeOutside(LIQUIDATORS, "ETH", ALL)),
    "USDC": (TradeOutside(LIQUIDATORS, "USDC", ALL),),
}
"""How the liquidators come to have nothing of a token; they begin without wstETH."""


def run(
    world: World, moments: Sequence[int], catalogue: Catalogue, **config: object
) -> tuple[World, list[Event]]:
    """Advance to each moment in turn, with a fresh driver and a fresh draft every time."""
    events: list[Event] = []
    for moment in moments:
        draft = Draft(world)
        driver = Driver(MarketConfig(**config), world.seed, catalogue)  # type: ignore[arg-type]
        for step in driver.steps(draft, moment):
            events.extend(step.events)
        world = draft.freeze()
    return world, events


def test_a_day_is_twenty_four_hours_event_for_event(small_world: World, small: Catalogue) -> None:
    start = small_world.time
    whole = run(small_world, [start + DAYS * DAY], small)
    hourly = run(small_world, [start + h * HOUR for h in range(1, DAYS * 24 + 1)], small)
    assert len(whole[1]) > DAYS * 24
    assert hourly == whole


def test_slices_need_not_end_on_whole_hours(small_world: World, small: Catalogue) -> None:
    start, end = small_world.time, small_world.time + DAY
    odd = [*range(start + 1, end, 2477), end]
    assert run(small_world, odd, small) == run(small_world, [end], small)


def test_a_driver_keeps_nothing_that_matters(small_world: World, small: Catalogue) -> None:
    start = small_world.time
    driver, draft, kept = Driver(MarketConfig(), SEED, small), Draft(small_world), []
    for hour in range(1, 25):
        kept.extend(e for step in driver.steps(draft, start + hour * HOUR) for e in step.events)
    assert (draft.freeze(), kept) == run(small_world, [start + DAY], small)


def test_stopping_between_two_steps_loses_nothing(small_world: World, small: Catalogue) -> None:
    end = small_world.time + DAY
    whole = run(small_world, [end], small)
    for stop_after in (1, 7, 19):
        draft, events = Draft(small_world), []
        for number, step in enumerate(Driver(MarketConfig(), SEED, small).steps(draft, end), 1):
            events.extend(step.events)
            if number == stop_after:
                break
        world, rest = run(draft.freeze(), [end], small)
        assert (world, events + rest) == whole


def test_the_end_is_reached_without_an_event(small_world: World, small: Catalogue) -> None:
    world, events = run(small_world, [small_world.time + HOUR - 1], small)
    assert world.time == small_world.time + HOUR - 1
    assert events == []
    assert world.events == small_world.events


def test_time_does_not_go_back(small_world: World, small: Catalogue) -> None:
    driver = Driver(MarketConfig(), SEED, small)
    with pytest.raises(ValueError, match="lies before"):
        list(driver.steps(Draft(small_world), small_world.time - 1))


def test_the_market_ticks_once_at_every_whole_hour(small_world: World, small: Catalogue) -> None:
    draft = Draft(small_world)
    draft.time += 1234
    begin = draft.time
    driver = Driver(MarketConfig(), SEED, small)
    steps = list(driver.steps(draft, begin + DAY))
    ticks = [step.events[0].at for step in steps if type(step.command) is SetPrices]
    first = begin - begin % HOUR + HOUR
    assert ticks == list(range(first, begin + DAY, HOUR))
    moments = [event.at for step in steps for event in step.events]
    assert moments == sorted(moments)


def test_another_seed_is_another_history(small_world: World, small: Catalogue) -> None:
    end = small_world.time + DAY
    other = small_world._replace(seed=8)
    assert run(other, [end], small)[1] != run(small_world, [end], small)[1]


def test_the_users_commands_stand_between(small_world: World, small: Catalogue) -> None:
    end = small_world.time + DAY
    world, _ = run(small_world, [small_world.time + 5 * HOUR], small)
    draft = Draft(world)
    kernel.handle(draft, Fund(YOU, "ETH", 10**18))
    world, events = run(draft.freeze(), [end], small)
    plain, plain_events = run(small_world, [end], small)
    assert world.balance(YOU, "ETH") == 10**18
    assert events == plain_events[-len(events) :]
    assert world.prices == plain.prices


def test_without_flows_only_prices_and_the_agenda_move(
    small_world: World, small: Catalogue
) -> None:
    _, events = run(small_world, [small_world.time + 2 * DAY], small, flows=False)
    assert sum(type(event) is PricesMoved for event in events) == 48
    assert not any(getattr(event, "account", "").startswith("crowd:trader") for event in events)


def test_liquidators_act_also_where_nobody_else_does(small: Catalogue) -> None:
    """The fall of June 2022 takes a loan that was borrowed to the hilt."""
    config = MarketConfig(prices="replay:steth_2022", flows=False)
    draft = Draft(genesis(SEED, catalogue=small, market=config))
    for command in (
        Fund(YOU, "ETH", 10**19), WrapEth(YOU, ALL),
        Supply(YOU, "WETH", ALL), Borrow(YOU, "USDC", ALL),
    ):  # fmt: skip
        kernel.handle(draft, command)
    _, events = run(draft.freeze(), [draft.time + 30 * DAY], small, **config._asdict())
    lost = [each for each in events if type(each) is PositionLiquidated and each.account == YOU]
    assert lost


@pytest.mark.parametrize("flows", [True, False])
@pytest.mark.parametrize("token", ["wstETH", "ETH", "USDC"])
def test_liquidators_get_whatever_a_loan_is_owed_in(
    small: Catalogue, token: str, flows: bool
) -> None:
    """A loan to the hilt goes bad while the liquidators hold none of its token."""
    closes = (2000, 1400, 1400, 1400) if token == "USDC" else (2000, 2800, 2800, 2800)
    lines = [f"2022-01-0{day},{close}" for day, close in enumerate(closes, 1)]
    config = MarketConfig(prices="\n".join(["date,eth_usd", *lines]), flows=flows)
    draft = Draft(genesis(SEED, catalogue=small, market=config))
    pledge = "ETH" if token == "USDC" else "USDC"
    units = 50 * 10**18 if pledge == "ETH" else 100_000 * 10**6
    for command in (
        Fund(YOU, pledge, units), Supply(YOU, pledge, ALL), Borrow(YOU, token, ALL),
        *SPENT[token],
    ):  # fmt: skip
        kernel.handle(draft, command)
    world = draft.freeze()
    held = "WETH" if token == "ETH" else token
    assert world.balance(LIQUIDATORS, held) == 0
    after, events = run(world, [world.time + 2 * DAY], small, **config._asdict())
    lost = [each for each in events if type(each) is PositionLiquidated and each.account == YOU]
    assert lost
    assert {each.debt for each in lost} == {held}
    assert kernel.audit(after) == []
    assert list(LendingModel(after).unhealthy()) == []
    hours = [world.time + hour * HOUR for hour in range(1, 49)]
    assert run(world, hours, small, **config._asdict()) == (after, events)


def test_liquidators_withdraw_what_they_lent_when_all_else_is_spent(small: Catalogue) -> None:
    """Where a reserve is empty they take a share of it, and live on that afterwards."""
    prices = "date,eth_usd\n2022-01-01,2000\n2022-01-02,2800\n2022-01-03,2800"
    config = MarketConfig(prices=prices, flows=False)
    draft = Draft(genesis(SEED, catalogue=small, market=config))
    for command in (
        TradeOutside(LIQUIDATORS, "USDC", ALL), Supply(LIQUIDATORS, "ETH", ALL),
        Supply(LIQUIDATORS, "WETH", ALL), Fund(YOU, "USDC", 10**11),
        Supply(YOU, "USDC", ALL), Borrow(YOU, "wstETH", ALL),
    ):  # fmt: skip
        kernel.handle(draft, command)
    assert not any(draft.balance(LIQUIDATORS, token) for token in ("ETH", "WETH", "USDC"))
    after, events = run(draft.freeze(), [draft.time + 2 * DAY], small, **config._asdict())
    assert any(type(each) is PositionLiquidated and each.account == YOU for each in events)
    assert kernel.audit(after) == []


def test_nothing_is_bought_while_nobody_can_be_liquidated(
    small_world: World, small: Catalogue
) -> None:
    """Somebody with two debts is always looked at, and owes nothing to liquidators for it."""
    draft = Draft(small_world)
    for command in (
        Fund(YOU, "USDC", 10**11), Supply(YOU, "USDC", ALL),
        Borrow(YOU, "ETH", 10**18), Borrow(YOU, "wstETH", 10**18),
    ):  # fmt: skip
        kernel.handle(draft, command)
    found = list(Liquidators(small).liquidations(draft, LendingModel(draft)))
    assert [type(each) for each in found] == [LiquidateUnhealthy]


def test_an_item_on_a_whole_hour_leaves_the_tick_of_that_hour(small: Catalogue) -> None:
    """With an hour of delay the report falls due together with the market."""
    path = "lido.limits.report_delay"
    late = small.numbers[path]._replace(units=HOUR)
    catalogue = Catalogue({**small.numbers, path: late})
    world = genesis(SEED, catalogue=catalogue)
    end = world.time + 2 * DAY
    whole = run(world, [end], catalogue)
    events: list[Event] = []
    while world.time < end:
        draft = Draft(world)
        for step in Driver(MarketConfig(), SEED, catalogue).steps(draft, end):
            events.extend(step.events)
            break
        world = draft.freeze()
    assert (world, events) == whole
    assert sum(type(event) is PricesMoved for event in events) == 48
    assert any(event.at % HOUR == 0 for event in events if type(event) is OracleReported)


def test_recorded_prices_drive_the_world(small: Catalogue) -> None:
    config = MarketConfig(prices="replay:steth_2022")
    world = genesis(SEED, catalogue=small, market=config)
    assert world.time == parse_iso("2022-05-02")
    assert world.prices.eth == 2828 * 10**8
    after, events = run(world, [world.time + 2 * DAY], small, **config._asdict())
    closes = {e.at: e.eth for e in events if type(e) is PricesMoved}
    assert closes[world.time + DAY] == 2857 * 10**8
    assert after.prices.eth == 2783 * 10**8
    text = (resources() / "replays" / "steth_2022.csv").read_text("utf-8")
    assert price_table(MarketConfig(prices=text)) == price_table(config)


def test_an_unknown_series_is_named() -> None:
    with pytest.raises(PriceTableError, match="no shipped series called “moon”"):
        price_table(MarketConfig(prices="replay:moon"))
