"""The concentrated pool as commands: what happens, what is refused, what always holds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.engine import concentrated as engine
from lstwallet.engine import kernel, network, quotes, refusals, signing
from lstwallet.engine.concentrated import (
    CONTRACT,
    AddToRange,
    CollectRange,
    OpenRange,
    RangeFunded,
    SwapConcentrated,
    SwappedConcentrated,
    WithdrawRange,
)
from lstwallet.engine.kernel import Transaction
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market import concentrated as market
from lstwallet.market.accounts import PROVIDER
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.protocols import concentrated as v3
from lstwallet.store import codec
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18
SMALL = tiny()


def done(world: World, *commands: Any) -> tuple[World, list[Any]]:
    """The world after the commands, audited, each as its preview said, and what happened."""
    events: list[Any] = []
    for command in commands:
        draft = Draft(world)
        quote = quotes.preview(world, command)
        caused = kernel.handle(draft, command)
        world = draft.freeze()
        assert quote.after == world
        assert quote.events == tuple(caused)
        assert [codec.decode_event(codec.encode_event(event)) for event in caused] == list(caused)
        events += caused
    assert kernel.audit(world) == []
    return world, events


def refused(command: Any, world: World) -> refusals.Refusal:
    """Why the command is refused; the world must stay as it was."""
    draft = Draft(world)
    with pytest.raises(refusals.Refusal) as caught:
        kernel.handle(draft, command)
    assert draft.freeze() == world
    return caught.value


WORLD, _ = done(
    small_world(), Fund(YOU, "ETH", 5_000 * ETH), Stake(YOU, 1_000 * ETH), Wrap(YOU, 999 * ETH)
)
STATE = engine.of(WORLD)
TICK = STATE.pool.tick
AROUND = OpenRange(YOU, TICK - 50, TICK + 50, (100 * ETH, 100 * ETH))


def holding(world: World) -> tuple[int, int]:
    return world.balance(YOU, "wstETH"), world.balance(YOU, "ETH")


def paid(before: World, after: World) -> tuple[int, int]:
    one, other = holding(before), holding(after)
    return one[0] - other[0], one[1] - other[1]


# --- providing -----------------------------------------------------------------------------


def test_a_range_takes_what_fits_the_price() -> None:
    after, (event,) = done(WORLD, AROUND)
    expected = v3.liquidity_for(STATE.pool.sqrt_price, TICK - 50, TICK + 50, (100 * ETH, 100 * ETH))
    assert (event.liquidity, event.is_new, event.range_id) == (expected, True, 3)
    assert paid(WORLD, after) == event.amounts == after.ranges[3].put
    assert max(event.amounts) <= 100 * ETH
    assert after.balance(CONTRACT, "WETH") - WORLD.balance(CONTRACT, "WETH") == event.amounts[1]
    assert engine.of(after).pool.liquidity == STATE.pool.liquidity + expected
    assert engine.is_in_range(after, after.ranges[3])
    assert engine.holds(after, after.ranges[3]).fees == (0, 0)


@pytest.mark.parametrize(("away", "tokens"), [(100, (1, 0)), (-200, (0, 1))])
def test_beyond_the_price_a_range_takes_one_token(away: int, tokens: tuple[int, int]) -> None:
    command = OpenRange(YOU, TICK + away, TICK + away + 100, (10 * ETH, 10 * ETH))
    after, (event,) = done(WORLD, command)
    assert [bool(amount) for amount in event.amounts] == [bool(each) for each in tokens]
    assert not engine.is_in_range(after, after.ranges[3])
    assert engine.of(after).pool.liquidity == STATE.pool.liquidity


def test_more_goes_into_the_same_range() -> None:
    after, events = done(WORLD, AROUND, AddToRange(YOU, 3, (ALL, 50 * ETH)))
    both = [event.liquidity for event in events]
    assert [event.is_new for event in events] == [True, False]
    assert after.ranges[3].position.liquidity == sum(both)
    assert after.ranges[3].put == paid(WORLD, after)
    assert engine.of(after).last_id == 3


def test_what_goes_in_comes_out_but_for_a_unit() -> None:
    opened, _ = done(WORLD, AROUND)
    after, (event,) = done(opened, WithdrawRange(YOU, 3, ALL))
    lost = paid(WORLD, after)
    assert all(0 <= units <= 1 for units in lost)
    assert event.fees == (0, 0)
    assert 3 not in after.ranges
    assert engine.of(after).pool == STATE.pool
    again, _ = done(after, AROUND)
    assert 4 in again.ranges  # a number is never used again


def test_a_part_comes_out_with_all_fees() -> None:
    world, _ = done(WORLD, AROUND, SwapConcentrated(YOU, "ETH", 200 * ETH, 0))
    each = world.ranges[3]
    there, fees = engine.holds(world, each)
    assert fees[0] == 0
    assert fees[1] > 0
    after, (event,) = done(world, WithdrawRange(YOU, 3, each.position.liquidity // 4))
    assert event.fees == fees
    assert after.ranges[3].earned == fees
    assert after.ranges[3].taken == tuple(a + f for a, f in zip(event.amounts, fees, strict=True))
    exact = [Fraction(units, 4) for units in there]
    for units, part in zip(event.amounts, exact, strict=True):
        assert part - 2 <= units <= part + 1
    assert engine.holds(after, after.ranges[3]).fees == (0, 0)


def test_fees_are_collected_without_liquidity() -> None:
    world, (_, swapped) = done(WORLD, AROUND, SwapConcentrated(YOU, "wstETH", 100 * ETH, 0))
    share = Fraction(world.ranges[3].position.liquidity, engine.of(world).pool.liquidity)
    after, (event,) = done(world, CollectRange(YOU, 3))
    assert event.fees[1] == 0
    assert share * swapped.fee - 2 <= event.fees[0] <= share * swapped.fee
    assert engine.of(after).pool == engine.of(world).pool
    assert after.ranges[3].position.liquidity == world.ranges[3].position.liquidity
    assert refused(CollectRange(YOU, 3), after) == refusals.NothingToDo("collect")


# --- trading -------------------------------------------------------------------------------


@pytest.mark.parametrize(("token_in", "falls"), [("wstETH", True), ("ETH", False)])
def test_a_swap_is_the_contract_s(token_in: str, falls: bool) -> None:
    after, (event,) = done(WORLD, SwapConcentrated(YOU, token_in, 150 * ETH, 0))
    end = v3.LOWEST_LIMIT if falls else v3.HIGHEST_LIMIT
    expected = v3.swap(STATE.pool, STATE.terms, falls, 150 * ETH, end)
    assert engine.of(after).pool == expected.pool
    deltas = (expected.amount_0, expected.amount_1)
    assert paid(WORLD, after) == deltas
    assert (event.paid, event.received) == (deltas[1 - falls], -deltas[falls])
    assert (event.fee, event.paid) == (150 * ETH // 10_000, 150 * ETH)
    price = Fraction(engine.price_now(WORLD), WAD)
    fair = event.paid * (price if falls else 1 / price)
    assert fair * Fraction(98, 100) < event.received < fair


def test_a_limit_leaves_input_unspent() -> None:
    limit = v3.price_at(TICK + 3)
    after, (event,) = done(WORLD, SwapConcentrated(YOU, "ETH", 900 * ETH, 0, limit))
    assert event.paid < 900 * ETH
    assert engine.of(after).pool.sqrt_price == limit
    assert engine.of(after).pool.tick == TICK + 3


# --- refusing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (AROUND._replace(upper=TICK - 50), refusals.BadRange(TICK - 50, TICK - 50, "order")),
        (AROUND._replace(lower=-887_273), refusals.BadRange(-887_273, TICK + 50, "reach")),
        (AROUND._replace(upper=887_273), refusals.BadRange(TICK - 50, 887_273, "reach")),
        (AROUND._replace(amounts=(0, 0)), refusals.NothingToDo("add liquidity")),
        (AROUND._replace(amounts=(5 * ETH, 0)), refusals.NothingToDo("add liquidity")),
        (AROUND._replace(amounts=(-1, ETH)), refusals.NothingToDo("wstETH")),
        (AddToRange(YOU, 1, (ETH, ETH)), refusals.NothingToDo("range")),
        (AddToRange(YOU, 9, (ETH, ETH)), refusals.NothingToDo("range")),
        (WithdrawRange(YOU, 1, ALL), refusals.NothingToDo("range")),
        (CollectRange(YOU, 1), refusals.NothingToDo("range")),
        (SwapConcentrated(YOU, "USDC", ETH, 0), refusals.NothingToDo("swap")),
        (SwapConcentrated(YOU, "ETH", 0, 0), refusals.NothingToDo("ETH")),
        (SwapConcentrated(YOU, "ETH", 1, 0), refusals.NothingToDo("swap")),
        (SwapConcentrated(YOU, "ETH", ETH, 0, 1),
         refusals.ProtocolRefused("concentrated liquidity", "SPL")),
    ],
)  # fmt: skip
def test_what_is_refused(command: Any, why: refusals.Refusal) -> None:
    assert refused(command, WORLD) == why


def test_too_much_and_too_little_are_refused() -> None:
    wsteth, ether = holding(WORLD)
    lack = refused(AROUND._replace(amounts=(wsteth + 1, ETH)), WORLD)
    assert lack == refusals.NotEnoughBalance("wstETH", wsteth + 1, wsteth)
    slipped = refused(AROUND._replace(min_liquidity=10**30), WORLD)
    assert isinstance(slipped, refusals.SlippageExceeded)
    assert slipped.minimum == 10**30
    opened, _ = done(WORLD, AROUND)
    there = opened.ranges[3].position.liquidity
    more = refused(WithdrawRange(YOU, 3, there + 1), opened)
    assert (more.wanted, more.available) == (there + 1, there)  # type: ignore[attr-defined]
    assert refused(WithdrawRange(YOU, 3, 0), opened) == refusals.NothingToDo("remove liquidity")
    least = refused(WithdrawRange(YOU, 3, ALL, (0, 10**30)), opened)
    assert isinstance(least, refusals.SlippageExceeded)
    assert least.token == "ETH"
    sold = refused(SwapConcentrated(YOU, "ETH", ETH, ETH), WORLD)
    assert isinstance(sold, refusals.SlippageExceeded)
    rich, _ = done(WORLD, *[Fund(YOU, "ETH", 90_000 * ETH)])
    most = refused(SwapConcentrated(YOU, "ETH", 60_000 * ETH, 0), rich)
    assert isinstance(most, refusals.NotEnoughLiquidity)
    assert most.token == "wstETH"
    assert most.available < most.wanted
    assert ether > 0


def test_bounds_stand_at_usable_ticks() -> None:
    wide = WORLD._replace(
        concentrated=STATE._replace(terms=v3.terms_of(500, 10))  # the same pool, coarser bounds
    )
    assert refused(OpenRange(YOU, 1_901, 2_100, (ETH, ETH)), wide) == refusals.BadRange(
        1_901, 2_100, "spacing"
    )
    assert refused(OpenRange(YOU, 1_900, 2_101, (ETH, ETH)), wide) == refusals.BadRange(
        1_900, 2_101, "spacing"
    )
    assert engine.bounds_around(v3.terms_of(500, 10), 1_987, 100) == (1_880, 2_090)
    assert engine.bounds_around(v3.terms_of(500, 10), -1_990, 100) == (-2_090, -1_890)


# --- signing -------------------------------------------------------------------------------


def test_the_contract_pulls_wsteth_and_is_approved_for_just_that() -> None:
    signed = signing.prepare(WORLD, YOU, AROUND)
    amounts = signed.quote.events[0].amounts
    approval = signed.approvals[0]
    assert (approval.token, approval.spender, approval.units) == ("wstETH", CONTRACT, amounts[0])
    after, events = done(WORLD, signed.transaction)
    assert network.allowance(after, YOU, "wstETH", CONTRACT) == 0
    assert holding(WORLD)[1] - holding(after)[1] == amounts[1] + signed.cost.wei
    bare = Transaction(YOU, (AROUND,), 10**15)
    why = refused(bare, WORLD)
    assert why == refusals.NotApproved("wstETH", CONTRACT, amounts[0], 0)
    assert any(isinstance(event, RangeFunded) for event in events)


def test_leaving_needs_no_approval_and_its_gas_is_known() -> None:
    opened, _ = done(WORLD, AROUND)
    for command in (WithdrawRange(YOU, 3, ALL), SwapConcentrated(YOU, "ETH", ETH, 0)):
        assert signing.prepare(opened, YOU, command).approvals == ()
    assert WORLD.network is not None
    table = dict(WORLD.network.rules.gas)
    for kind in ("OpenRange", "AddToRange", "WithdrawRange", "CollectRange", "SwapConcentrated"):
        assert table[kind] > 100_000


# --- founding, and time --------------------------------------------------------------------


def test_an_older_world_gets_the_pool_at_the_market_s_price() -> None:
    old = old_world()
    assert refused(AROUND, old) == refusals.NothingToDo("wsteth_eth")
    command = market.founding(SMALL)
    (wanted,) = market.deployment(old, SMALL)
    assert wanted == command
    after, events = done(old, command)
    state = engine.of(after)
    assert state.pool.sqrt_price == engine.root_of(engine.market_price(old))
    assert len(after.ranges) == state.last_id == len(command.bands)
    for each, band in zip(after.ranges.values(), command.bands, strict=True):
        assert band.eth - 2 <= each.put[1] <= band.eth
        assert each.lower == state.pool.tick - band.half_width
    assert refused(command, after) == refusals.NothingToDo("deploy")
    assert market.deployment(after, SMALL) == ()
    assert refused(command._replace(fee=10**6), old) == refusals.ProtocolRefused(
        "concentrated liquidity", "revert without reason"
    )
    assert refused(command._replace(bands=()), old) == refusals.NothingToDo("deploy")
    assert len(events) == 2


def test_prices_and_their_roots() -> None:
    for price in (WAD, 122 * WAD // 100, 5, 10**24):
        there = engine.price_of(engine.root_of(price))
        assert price - 1 - price // 10**15 <= there <= price


def test_others_trade_and_the_price_stays_near_the_market_s() -> None:
    """A quarter of trades and arbitrage."""
    draft, driver = Draft(WORLD), Driver(MarketConfig(), 4, SMALL)
    kernel.handle(draft, AROUND)
    opened = next(number for number, each in draft.ranges.items() if each.account == YOU)
    trades = 0
    for _ in range(9):
        for step in driver.steps(draft, draft.time + 10 * DAY):
            trades += sum(isinstance(event, SwappedConcentrated) for event in step.events)
        gap = Fraction(engine.price_now(draft), engine.market_price(draft)) - 1
        assert abs(gap) < Fraction(1, 50)
    assert kernel.audit(draft) == []
    assert trades > 60
    earned = engine.holds(draft, draft.ranges[opened]).fees
    assert min(earned) > 0


@pytest.mark.parametrize("off", [-90, 90])
def test_the_provider_moves_when_the_price_nears_an_end(off: int) -> None:
    draft, driver = Draft(WORLD), Driver(MarketConfig(), 4, SMALL)
    middle = TICK + off
    kernel.handle(draft, WithdrawRange(PROVIDER, 1, ALL))
    kernel.handle(draft, OpenRange(PROVIDER, middle - 100, middle + 100, (200 * ETH, 200 * ETH)))
    for _ in driver.steps(draft, draft.time + 8 * DAY):
        pass
    assert kernel.audit(draft) == []
    (narrow,) = [
        each for each in draft.ranges.values()
        if each.account == PROVIDER and each.upper - each.lower == 200
    ]  # fmt: skip
    assert narrow.lower != middle - 100
    assert abs((narrow.lower + narrow.upper) // 2 - TICK) < 60


sizes = st.integers(1, 400).map(lambda tenths: tenths * ETH // 10)
stories = st.lists(
    st.one_of(
        st.builds(SwapConcentrated, st.just(YOU), st.sampled_from(("ETH", "wstETH")), sizes,
                  st.just(0)),
        st.builds(OpenRange, st.just(YOU), st.integers(TICK - 300, TICK),
                  st.integers(TICK - 100, TICK + 300), st.tuples(sizes, sizes)),
        st.builds(AddToRange, st.just(YOU), st.integers(3, 5), st.tuples(sizes, sizes)),
        st.builds(WithdrawRange, st.just(YOU), st.integers(3, 5),
                  st.one_of(st.just(ALL), st.integers(1, 10**24))),
        st.builds(CollectRange, st.just(YOU), st.integers(3, 5)),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(stories)
def test_whatever_is_done_nobody_else_pays_for_it(story: list[Any]) -> None:
    """The ledger is sound after each step, and who trades and provides and leaves again has
    not gained: measured at the first price, the others' ranges are worth no less."""
    draft = Draft(WORLD)
    for command in story:
        try:
            kernel.handle(draft, command)
        except refusals.Refusal:
            continue
        assert kernel.audit(draft) == []
    for number in [each for each, its in draft.ranges.items() if its.account == YOU]:
        kernel.handle(draft, WithdrawRange(YOU, number, ALL))
    after = draft.freeze()
    assert kernel.audit(after) == []
    price = Fraction(engine.price_now(WORLD), WAD)
    lost = paid(WORLD, after)
    assert lost[0] * price + lost[1] >= -1 - price
