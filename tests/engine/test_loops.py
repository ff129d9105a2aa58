"""Loops: planned step by step on a draft, exact when they are done, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lstwallet.engine import kernel, loops, prices, quotes, signing
from lstwallet.engine.kernel import Batch
from lstwallet.engine.lending import (
    Borrow,
    ChooseEMode,
    Supply,
    SwitchCollateral,
    account_of,
    health_of,
    owed_units,
    position_of,
    supplied_units,
)
from lstwallet.engine.lending_oracle import MARKET, ChooseFeed
from lstwallet.engine.lending_view import oracle_prices
from lstwallet.engine.loops import Loop, Own, close, deleverage, leverage, multiple_of
from lstwallet.engine.pools import STETH_ETH, Swap
from lstwallet.engine.refusals import (
    MultipleOutOfReach,
    NotEnoughBalance,
    Refusal,
    SlippageExceeded,
)
from lstwallet.engine.staking import Stake, steth_of
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.units.fixed import WAD
from tests.small_world import small_world

ETH, USDC = 10**18, 10**6
STAKED = Loop(YOU, "wstETH", "ETH")
MINTED = Loop(YOU, "wstETH", "ETH", loops.MINT)
DOLLARS = Loop(YOU, "ETH", "USDC")
LONG = Loop(YOU, "wstETH", "USDC")
LOOPS = (STAKED, MINTED, DOLLARS, LONG)
ROUNDING = Fraction(1, 10**17)
"""A multiple has 18 decimals and is rounded down."""


@lru_cache(maxsize=1)
def funded() -> World:
    """100 ETH and 50,000 USDC in the wallet."""
    draft = Draft(small_world())
    kernel.handle(draft, Fund(YOU, "ETH", 100 * ETH))
    kernel.handle(draft, Fund(YOU, "USDC", 50_000 * USDC))
    return draft.freeze()


def done(world: Any, plan: loops.Plan) -> Draft:
    """The world after a plan, executed like any batch."""
    draft = Draft(world)
    kernel.handle(draft, Batch(plan.calls))
    assert kernel.audit(draft) == []
    return draft


def worth(world: Any, **units: int) -> Fraction:
    """USD by the market's own oracle, worked here with fractions."""
    found = oracle_prices(world)
    symbols = [config.symbol for config in world.lending.parameters.configs]
    table = dict(zip(symbols, found, strict=True))
    table["ETH"] = table["WETH"]
    size = {"USDC": USDC}
    return sum(
        (Fraction(amount * table[token], size.get(token, ETH)) for token, amount in units.items()),
        Fraction(0),
    )


def multiple(world: Any, loop: Loop) -> Fraction:
    """Collateral over own, by fractions."""
    lent = worth(world, **{loop.collateral: supplied_units(world, YOU, loop.collateral)})
    owed = worth(world, **{loop.debt: owed_units(world, YOU, loop.debt)})
    return lent / (lent - owed)


def wallet(world: Any) -> dict[str, int]:
    held = {token: world.balance(YOU, token) for token in ("ETH", "WETH", "wstETH", "USDC")}
    return {**held, "stETH": steth_of(world, YOU)}


# --- up ------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
def test_three_times_is_met_to_the_last_unit_from_below(loop: Loop) -> None:
    plan = leverage(funded(), loop, Own("ETH", 10 * ETH), 3 * WAD)
    after = done(funded(), plan)
    reached = multiple(after, loop)
    # A millionth of a dollar more of debt would be too much.
    assert 3 - Fraction(1, 10**9) < reached <= 3 + ROUNDING
    assert plan.multiple == multiple_of(after, YOU, loop.collateral, loop.debt)
    # Only the 10 ETH left the wallet, and nothing of the loan stayed there.
    before, now = wallet(funded()), wallet(after)
    assert before["ETH"] - now["ETH"] == 10 * ETH
    assert all(now[token] == before[token] for token in ("WETH", "USDC"))
    assert now["wstETH"] == 0
    assert now["stETH"] <= 1


def test_ten_times_in_the_e_mode_near_what_its_loan_to_value_allows() -> None:
    plan = leverage(funded(), MINTED, Own("ETH", 10 * ETH), 10 * WAD)
    assert plan.calls[0] == ChooseEMode(YOU, 1)
    after = done(funded(), plan)
    assert multiple(after, MINTED) == pytest.approx(10, abs=1e-15)
    # LTV 0.9 of the collateral, liquidated above 0.95: health is 0.95 / 0.9.
    assert health_of(after, YOU) / WAD == pytest.approx(0.95 / 0.9, abs=1e-12)
    # Minted at the protocol's rate: nothing but shares' roundings is lost of 10 ETH.
    lent = worth(after, wstETH=supplied_units(after, YOU, "wstETH"))
    owed = worth(after, ETH=owed_units(after, YOU, "ETH"))
    assert Fraction(0) <= worth(after, ETH=10 * ETH) - (lent - owed) < Fraction(10**4)


def test_each_round_borrows_all_it_may_and_the_last_is_trimmed() -> None:
    plan = leverage(funded(), STAKED, Own("ETH", 10 * ETH), 5 * WAD)
    draft = Draft(funded())
    borrowed = []
    for call in plan.calls:
        if isinstance(call, Borrow):
            data = account_of(draft, YOU)
            kernel.handle(draft, call)
            left = account_of(draft, YOU).available_borrows
            borrowed.append((left, data.available_borrows))
        else:
            kernel.handle(draft, call)
    assert all(left < 10 for left, _ in borrowed[:-1])
    assert borrowed[-1][0] > 10**8
    assert plan.rounds == len(borrowed)


def test_what_is_there_already_counts() -> None:
    first = done(funded(), leverage(funded(), STAKED, Own("ETH", 10 * ETH), 2 * WAD))
    more = leverage(first, STAKED, Own("ETH", 0), 4 * WAD)
    assert not any(isinstance(call, ChooseEMode) for call in more.calls)
    after = done(first, more)
    assert multiple(after, STAKED) == pytest.approx(4, abs=1e-12)
    assert wallet(after) == wallet(first)


def test_own_tokens_of_every_kind_are_brought() -> None:
    draft = Draft(funded())
    kernel.handle(draft, Stake(YOU, 20 * ETH))
    for token in ("stETH", "ETH"):
        after = done(draft, leverage(draft, MINTED, Own(token, 5 * ETH), 3 * WAD))
        assert multiple(after, MINTED) == pytest.approx(3, abs=1e-12)
        left = 20 * ETH - (5 * ETH if token == "stETH" else 0)
        assert abs(steth_of(after, YOU) - left) <= 60  # a wei for each wrapping
    after = done(draft, leverage(draft, MINTED, Own("stETH", "all"), 2 * WAD))
    assert multiple(after, MINTED) == pytest.approx(2, abs=1e-12)
    dollars = leverage(draft, DOLLARS, Own("USDC", 3_000 * USDC), 2 * WAD)
    assert multiple(done(draft, dollars), DOLLARS) == pytest.approx(2, abs=1e-9)


def test_collateral_that_was_switched_off_is_switched_on() -> None:
    draft = Draft(funded())
    kernel.handle(draft, Supply(YOU, "ETH", 5 * ETH))
    kernel.handle(draft, SwitchCollateral(YOU, "WETH", False))
    plan = leverage(draft, DOLLARS, Own("ETH", 0), 2 * WAD)
    assert SwitchCollateral(YOU, "WETH", True) in plan.calls
    assert multiple(done(draft, plan), DOLLARS) == pytest.approx(2, abs=1e-9)


def test_an_e_mode_that_does_not_lend_the_debt_is_left_first() -> None:
    draft = Draft(funded())
    kernel.handle(draft, ChooseEMode(YOU, 1))
    plan = leverage(draft, LONG, Own("ETH", 5 * ETH), 2 * WAD)
    assert plan.calls[0] == ChooseEMode(YOU, 0)
    after = done(draft, plan)
    assert position_of(after, YOU).emode == 0


# --- limits --------------------------------------------------------------------------------


def test_too_high_a_multiple_names_the_highest_and_what_binds() -> None:
    with pytest.raises(MultipleOutOfReach) as refused:
        leverage(funded(), DOLLARS, Own("ETH", 10 * ETH), 6 * WAD)
    why = refused.value
    assert why.limit == loops.BY_LTV
    # At most 1 / (1 − 0.805) = 5.128 without the exchange's cost.
    assert 5 * WAD < why.reached < 5_128 * 10**15
    assert why.field == "multiple"
    plan = leverage(funded(), DOLLARS, Own("ETH", 10 * ETH), why.reached - WAD // 1_000)
    assert multiple(done(funded(), plan), DOLLARS) > 5


def test_forty_rounds_are_the_most() -> None:
    with pytest.raises(MultipleOutOfReach) as refused:
        leverage(funded(), MINTED, Own("ETH", 10 * ETH), 14 * WAD)
    assert refused.value.limit == loops.BY_ROUNDS
    # 1 + 0.93 + 0.93² + … + 0.93⁴⁰
    assert refused.value.reached / WAD == pytest.approx((1 - 0.93**41) / 0.07, abs=1e-6)


def test_an_exchange_that_loses_too_much_ends_the_climb() -> None:
    rich = Draft(funded())
    for _ in range(3):
        kernel.handle(rich, Fund(YOU, "ETH", 10_000 * ETH))
    with pytest.raises(MultipleOutOfReach) as refused:
        leverage(rich, DOLLARS, Own("ETH", 20_000 * ETH), 3 * WAD)
    assert refused.value.limit == loops.BY_SLIPPAGE
    reached = refused.value.reached
    assert WAD < reached < 3 * WAD
    plan = leverage(rich, DOLLARS, Own("ETH", 20_000 * ETH), reached - WAD // 1_000)
    assert multiple(done(rich, plan), DOLLARS) < 3
    patient = DOLLARS._replace(worst=3_000)
    with pytest.raises(MultipleOutOfReach) as later:
        leverage(rich, patient, Own("ETH", 20_000 * ETH), 3 * WAD)
    assert later.value.reached > reached + WAD // 10


def test_bringing_more_than_the_pool_can_take_is_refused_before_any_round() -> None:
    rich = Draft(funded())
    kernel.handle(rich, Fund(YOU, "USDC", 20_000_000 * USDC))
    for plan in (
        lambda: leverage(rich, DOLLARS, Own("USDC", 10_000_000 * USDC), 2 * WAD),
        lambda: list(loops.climb(rich, DOLLARS, Own("USDC", 10_000_000 * USDC))),
    ):
        with pytest.raises(SlippageExceeded) as refused:
            plan()
        # A sixth more in the pool of 60 million: far beyond the two per cent that may be lost.
        assert refused.value.token == "ETH"
        assert refused.value.received < refused.value.minimum


def _with_config(symbol: str, **changes: Any) -> Draft:
    draft = Draft(funded())
    parameters = draft.lending.parameters
    configs = tuple(
        config._replace(**changes) if config.symbol == symbol else config
        for config in parameters.configs
    )
    draft.lending = draft.lending._replace(parameters=parameters._replace(configs=configs))
    return draft


def test_caps_and_liquidity_bind_and_are_named() -> None:
    place = [config.symbol for config in funded().lending.parameters.configs].index("WETH")
    reserve = funded().lending.reserves[place]
    for limit in (loops.BY_BORROW_CAP, loops.BY_SUPPLY_CAP, loops.BY_LIQUIDITY):
        if limit == loops.BY_BORROW_CAP:
            owed = reserve.debt_scaled * reserve.borrow_index // 10**27
            draft = _with_config("WETH", borrow_cap=owed // ETH + 20)
        elif limit == loops.BY_SUPPLY_CAP:
            lent = funded().lending.reserves[1]
            held = lent.supply_scaled * lent.liquidity_index // 10**27
            draft = _with_config("wstETH", supply_cap=held // ETH + 20)
        else:
            draft = Draft(funded())
            kernel.handle(draft, Fund("crowd:whale", "ETH", 100_000 * ETH))
            whale = "crowd:whale"
            kernel.handle(draft, Fund(whale, "USDC", 100_000_000 * USDC))
            for _ in range(15):
                kernel.handle(draft, Fund(whale, "USDC", 100_000_000 * USDC))
            kernel.handle(draft, Supply(whale, "USDC", "all"))
            free = draft.lending.reserves[place].liquidity
            kernel.handle(draft, Borrow(whale, "WETH", free - 15 * ETH))
        with pytest.raises(MultipleOutOfReach) as refused:
            leverage(draft, MINTED, Own("ETH", 10 * ETH), 10 * WAD)
        assert refused.value.limit == limit
        assert 2 * WAD < refused.value.reached < 4 * WAD
        plan = leverage(draft, MINTED, Own("ETH", 10 * ETH), 2 * WAD)
        assert multiple(done(draft, plan), MINTED) == pytest.approx(2, abs=1e-12)


def test_more_than_the_wallet_is_refused_like_anywhere() -> None:
    with pytest.raises(NotEnoughBalance):
        leverage(funded(), STAKED, Own("ETH", 101 * ETH), 2 * WAD)


def test_the_climb_shows_every_rung_and_says_what_ends_it() -> None:
    seen = []
    rungs = loops.climb(funded(), DOLLARS, Own("ETH", 10 * ETH))

    def look() -> None:
        for rung in rungs:
            seen.append(rung.multiple)
            assert multiple_of(rung.world, YOU, "ETH", "USDC") == rung.multiple

    with pytest.raises(MultipleOutOfReach) as ended:
        look()
    assert seen == sorted(seen)
    assert seen[0] == WAD
    assert ended.value.reached == seen[-1]
    assert ended.value.limit == loops.BY_LTV


def test_a_batch_that_fails_leaves_nothing_behind() -> None:
    plan = leverage(funded(), DOLLARS, Own("ETH", 10 * ETH), 4 * WAD)
    draft = Draft(funded())
    kernel.handle(draft, prices.SetPrices(draft.prices.eth * 9 // 10, draft.prices.usdc))
    before = draft.freeze()
    with pytest.raises(Refusal):
        kernel.handle(draft, Batch(plan.calls))
    assert draft.freeze() == before


# --- down ----------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
def test_down_without_money_from_outside(loop: Loop) -> None:
    up = done(funded(), leverage(funded(), loop, Own("ETH", 10 * ETH), 4 * WAD))
    for goal in (3, 2, Fraction(3, 2)):
        plan = deleverage(up, loop, int(goal * WAD))
        after = done(up, plan)
        assert multiple(after, loop) == pytest.approx(float(goal), abs=1e-9)
        assert all(wallet(after)[token] >= units for token, units in wallet(up).items())
    whole = done(up, deleverage(up, loop, WAD))
    assert owed_units(whole, YOU, loop.debt) == 0
    assert not any(position_of(whole, YOU).borrowed)
    assert supplied_units(whole, YOU, loop.collateral) > 0


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("into_debt", [False, True])
def test_closed_to_either_asset_without_dust(loop: Loop, into_debt: bool) -> None:
    up = done(funded(), leverage(funded(), loop, Own("ETH", 10 * ETH), 4 * WAD))
    into = loop.debt if into_debt else loop.collateral
    plan = close(up, loop, into)
    assert plan.multiple is None
    after = done(up, plan)
    assert YOU not in after.positions
    gained = {
        token: units - wallet(up)[token]
        for token, units in wallet(after).items()
        if units != wallet(up)[token]
    }
    main = gained.pop(into)
    # Beside it, at most what rounding leaves of the last exchange: two wei.
    assert all(0 <= units <= 2 for units in gained.values())
    own = worth(after, **{into: main})
    cost = 1 - own / worth(funded(), ETH=10 * ETH)
    assert 0 <= cost < Fraction(3, 100)
    if into == "ETH" and loop is STAKED:
        assert wallet(after)["wstETH"] == 0


def test_closing_leaves_other_tokens_of_the_same_kind_alone() -> None:
    draft = Draft(funded())
    kernel.handle(draft, Stake(YOU, 5 * ETH))
    kernel.handle(draft, kernel.COMMANDS["Wrap"](YOU, "all"))
    own = draft.balance(YOU, "wstETH")
    up = done(draft, leverage(draft, STAKED, Own("ETH", 10 * ETH), 4 * WAD))
    assert up.balance(YOU, "wstETH") == own
    after = done(up, close(up, STAKED, "ETH"))
    assert after.balance(YOU, "wstETH") == own


def test_a_discount_is_a_loss_that_has_to_be_allowed() -> None:
    up = done(funded(), leverage(funded(), MINTED, Own("ETH", 10 * ETH), 5 * WAD))
    _sell_staked(up, 60_000)
    with pytest.raises(MultipleOutOfReach) as refused:
        deleverage(up, MINTED, 2 * WAD)
    assert refused.value.limit == loops.BY_SLIPPAGE
    assert refused.value.wanted < refused.value.reached
    patient = MINTED._replace(worst=3_000)
    assert multiple(done(up, deleverage(up, patient, 2 * WAD)), patient) == pytest.approx(
        2, abs=1e-9
    )


def _sell_staked(draft: Draft, ether: int) -> None:
    """Somebody stakes and sells into the pool."""
    for _ in range(ether // 95_000 + 1):
        kernel.handle(draft, Fund("crowd:seller", "ETH", min(ether, 95_000) * ETH))
        kernel.handle(draft, Stake("crowd:seller", "all"))
        kernel.handle(draft, Swap("crowd:seller", STETH_ETH, "stETH", "all", 0, "ETH"))
        ether -= 95_000
        if ether <= 0:
            return


def test_the_markets_oracle_sees_the_discount_at_once() -> None:
    up = done(funded(), leverage(funded(), MINTED, Own("ETH", 10 * ETH), 8 * WAD))
    _sell_staked(up, 95_000)
    assert health_of(up, YOU) > WAD
    kernel.handle(up, ChooseFeed(YOU, "wstETH", MARKET))
    assert health_of(up, YOU) < WAD


# --- properties ----------------------------------------------------------------------------


def _or_refused(plan: Callable[[], loops.Plan]) -> loops.Plan | None:
    """A plan, unless the multiple is out of reach: then that is not what was reached."""
    try:
        return plan()
    except MultipleOutOfReach as why:
        if why.wanted == why.reached:
            raise AssertionError(why) from why
        return None


def _home(world: World, loop: Loop, into: str) -> loops.Plan:
    """A close; as collateral where selling the rest for the debt's token would cost too much."""
    try:
        return close(world, loop, into)
    except MultipleOutOfReach as why:
        if into != loop.debt or why != MultipleOutOfReach(WAD, WAD, loops.BY_SLIPPAGE):
            raise
        return close(world, loop, loop.collateral)


@settings(max_examples=40, deadline=None)
@example(DOLLARS, 28_569_908_090_371_406_275, 4_000, 4_000, 181, True)
@example(LONG, 28_569_908_090_371_406_275, 4_000, 4_000, 181, True)  # the rest is dear to sell
@example(LOOPS[-1], 10**16, 3_166, 1_146, 1, False)  # the last sale is more than health allows
@given(
    st.sampled_from(LOOPS),
    st.integers(10**16, 50 * ETH),
    st.integers(1_050, 4_000),
    st.integers(1_000, 4_000),
    st.integers(1, 600),
    st.booleans(),
)
def test_value_is_kept_and_the_multiple_never_exceeded(
    loop: Loop, own: int, up: int, down: int, eth_per_mille: int, into_debt: bool
) -> None:
    """Up, time and price passing, down, closed: what is lost is what exchanges and interest
    cost, and no unit of a debt, a supply or a loan is left lying about."""
    wanted = up * WAD // 1_000
    plan = _or_refused(lambda: leverage(funded(), loop, Own("ETH", own), wanted))
    if plan is None:
        return
    high = done(funded(), plan)
    assert plan.multiple is not None
    assert plan.multiple <= wanted
    slack = Fraction(1, 10**6) if loop.debt == "USDC" else Fraction(1, 10**9)
    assert wanted / WAD - multiple(high, loop) < slack
    before, now = wallet(funded()), wallet(high)
    assert before["ETH"] - now["ETH"] == own
    net = worth(high, **{loop.collateral: supplied_units(high, YOU, loop.collateral)}) - worth(
        high, **{loop.debt: owed_units(high, YOU, loop.debt)}
    )
    brought = worth(funded(), ETH=own)
    # Each exchange loses at most two per cent of what it moves; gains come from the pool.
    assert abs(net - brought) <= brought * Fraction(up, 1_000) * Fraction(2, 100)

    high.time += 86_400
    eth = high.prices.eth
    kernel.handle(high, prices.SetPrices(eth + eth * eth_per_mille // 10_000, high.prices.usdc))
    goal = down * WAD // 1_000
    at = multiple_of(high, YOU, loop.collateral, loop.debt) or 0
    if goal < at:
        lower = _or_refused(lambda: deleverage(high, loop, goal))
        if lower is not None:
            low = done(high, lower)
            assert abs(multiple(low, loop) - Fraction(goal, WAD)) < 10 * slack
    into = loop.debt if into_debt else loop.collateral
    closing = _or_refused(lambda: _home(high, loop, into))
    if closing is None:
        return
    closed = done(high, closing)
    assert YOU not in closed.positions
    assert all(wallet(closed)[token] >= units for token, units in wallet(high).items())


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(LOOPS), st.integers(1, 10**15))
def test_tiny_loops_are_done_or_refused(loop: Loop, own: int) -> None:
    """Amounts of a few wei: never an error of ours, never more than asked."""
    try:
        plan = leverage(funded(), loop, Own("ETH", own), 2 * WAD)
    except Refusal:
        return
    after = done(funded(), plan)
    assert multiple(after, loop) <= 2 + Fraction(4, own)
    try:
        closed = done(after, close(after, loop, loop.collateral))
    except Refusal:
        return
    assert not any(position_of(closed, YOU).borrowed)




# --- signed --------------------------------------------------------------------------------


def _signed(world: World, plan: loops.Plan) -> World:
    """As a person signs it: fee first, exact approvals, held to the outcome that was seen."""
    unsigned = signing.sign(world, YOU, plan.calls)
    seen = quotes.preview(world, unsigned)
    after = quotes.preview(world, signing.agree(unsigned, seen)).after
    return after


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_goes_up_and_home_in_one_transaction_each(loop: Loop) -> None:
    """Few approvals, however many rounds: one for each token and contract."""
    plan = leverage(funded(), loop, Own("ETH", 10 * ETH), 4 * WAD)
    needed = signing.approvals_for(funded(), YOU, plan.calls)
    assert 0 < len(needed) <= 3
    high = _signed(funded(), plan)
    reached = multiple_of(high, YOU, loop.collateral, loop.debt)
    assert reached == plan.multiple
    low = _signed(high, deleverage(high, loop, 2 * WAD))
    assert multiple(low, loop) == pytest.approx(2, abs=1e-9)
    for into in (loop.collateral, loop.debt):
        assert YOU not in _signed(low, close(low, loop, into)).positions
