"""Swaps and liquidity as commands: what happens, what is refused, what always holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel, pools, quotes, refusals, staking
from lstwallet.engine.pools import (
    LP,
    ROUTE,
    STETH_ETH,
    USDC_ETH,
    AddLiquidity,
    ClaimPoolFees,
    RampAmplification,
    RemoveExact,
    RemoveLiquidity,
    Swap,
)
from lstwallet.engine.world import Draft, World
from lstwallet.protocols import constant_product, lido, stableswap
from lstwallet.units.amount import ALL
from tests.engine.pool_world import BLUEPRINT, LIDO, NOW, USDC, WAD, world_of

WORLD = world_of()
YOU = "you"


def done(world: World, *commands: Any) -> tuple[World, list[Any]]:
    """The world after the commands, audited, and what happened."""
    draft = Draft(world)
    events = [event for command in commands for event in kernel.handle(draft, command)]
    after = draft.freeze()
    assert pools.audit(after) == []
    return after, events


def refused(command: Any, world: World = WORLD) -> refusals.Refusal:
    """Why the command is refused; the world must stay as it was."""
    draft = Draft(world)
    with pytest.raises(refusals.Refusal) as caught:
        kernel.handle(draft, command)
    assert draft.freeze() == world
    return caught.value


def holds(world: World, token: str) -> int:
    """What ``you`` see of a token."""
    return staking.steth_of(world, YOU) if token == "stETH" else world.balance(YOU, token)


# --- swapping ------------------------------------------------------------------------


def test_eth_into_steth_is_the_contract_s_trade() -> None:
    after, (event,) = done(WORLD, Swap(YOU, STETH_ETH, "ETH", 100 * WAD, 0, "stETH"))
    steth = staking.steth_for_shares(WORLD, WORLD.pools.steth_eth.units)
    state = stableswap.Pool((50_000 * WAD, steth), (0, 0), WORLD.pools.steth_eth.supply)
    terms = stableswap.Terms(5_000, 4_000_000, 0, (WAD, WAD))
    expected = stableswap.exchange(state, terms, 0, 1, 100 * WAD)
    assert expected.received - 1 <= event.received <= expected.received
    assert (event.paid, event.fee, event.fee_token) == (100 * WAD, expected.fee, "stETH")
    assert after.pools.steth_eth.admin == expected.pool.admin
    assert holds(WORLD, "ETH") - holds(after, "ETH") == 100 * WAD
    assert 0 <= holds(after, "stETH") - holds(WORLD, "stETH") - event.received <= 1


def test_all_steth_leaves_no_dust() -> None:
    world = world_of(pools.PoolsBlueprint(
        "crowd:providers", 200_000 * WAD, 150_000 * WAD,
        150_000 * WAD * LIDO.ether // LIDO.shares, 50, 4_000_000, 0, 10**13, 10**22,
    ))  # fmt: skip
    before = holds(world, "stETH")
    after, (event,) = done(world, Swap(YOU, STETH_ETH, "stETH", ALL, 0, "ETH"))
    assert after.balance(YOU, "stETH") == 0
    assert event.paid == before
    assert holds(after, "ETH") - holds(world, "ETH") == event.received


@pytest.mark.parametrize(
    ("token_in", "amount", "token_out"),
    [("USDC", 40_000 * USDC, "ETH"), ("ETH", 20 * WAD, "USDC")],
)
def test_the_pair_wraps_and_unwraps_on_the_way(token_in: str, amount: int, token_out: str) -> None:
    after, (event,) = done(WORLD, Swap(YOU, USDC_ETH, token_in, amount, 0, token_out))
    pair = WORLD.pools.usdc_eth.pair
    side = 0 if token_in == "USDC" else 1
    assert event.received == constant_product.swap_exact_in(pair, side, amount, 0, NOW).received
    assert holds(WORLD, token_in) - holds(after, token_in) == amount
    assert holds(after, token_out) - holds(WORLD, token_out) == event.received
    assert after.balance(YOU, "WETH") == 0
    assert after.balance("weth", "ETH") == after.balance("pool:usdc_eth", "WETH")
    assert (event.fee_token, event.fee) == (token_in, amount * 3 // 1_000)


@pytest.mark.parametrize(
    ("token_in", "amount", "token_out", "way"),
    [
        ("USDC", 40_000 * USDC, "stETH", [USDC_ETH, STETH_ETH]),
        ("stETH", 20 * WAD, "USDC", [STETH_ETH, USDC_ETH]),
    ],
)
def test_a_route_goes_by_way_of_eth(
    token_in: str, amount: int, token_out: str, way: list[str]
) -> None:
    after, events = done(WORLD, Swap(YOU, ROUTE, token_in, amount, 0, token_out))
    assert [event.pool for event in events] == way
    assert events[0].received == events[1].paid
    assert holds(after, "ETH") == holds(WORLD, "ETH")
    assert abs(holds(after, token_out) - holds(WORLD, token_out) - events[1].received) <= 1


def test_what_a_swap_is_refused_for() -> None:
    assert refused(Swap(YOU, STETH_ETH, "ETH", 0, 0, "stETH")) == refusals.NothingToDo("ETH")
    assert refused(Swap(YOU, STETH_ETH, "stETH", 0, 0, "ETH")) == refusals.NothingToDo("stETH")
    assert refused(Swap("nobody", USDC_ETH, "ETH", ALL, 0, "USDC")) == refusals.NothingToDo("ETH")
    assert refused(Swap(YOU, STETH_ETH, "ETH", 10**24, 0, "stETH")) == refusals.NotEnoughBalance(
        "ETH", 10**24, 100_000 * WAD
    )
    steth = holds(WORLD, "stETH")
    assert refused(Swap(YOU, STETH_ETH, "stETH", steth + 1, 0, "ETH")) == refusals.NotEnoughBalance(
        "stETH", steth + 1, steth
    )
    held = pools.pool_reserves(WORLD, STETH_ETH)
    assert refused(
        Swap(YOU, STETH_ETH, "ETH", 90_000 * WAD, 0, "stETH")
    ) == refusals.NotEnoughLiquidity(STETH_ETH, "stETH", 90_000 * WAD, held[1])
    assert refused(
        Swap(YOU, USDC_ETH, "USDC", 40_000_000 * USDC, 0, "ETH")
    ) == refusals.NotEnoughLiquidity(USDC_ETH, "ETH", 20_000 * WAD, 10_000 * WAD)
    received = kernel.decide(WORLD, Swap(YOU, STETH_ETH, "ETH", WAD, 0, "stETH"))[0].received
    assert refused(
        Swap(YOU, STETH_ETH, "ETH", WAD, received + 1, "stETH")
    ) == refusals.SlippageExceeded("stETH", received, received + 1)
    done(WORLD, Swap(YOU, STETH_ETH, "ETH", WAD, received, "stETH"))
    assert isinstance(refused(Swap(YOU, USDC_ETH, "USDC", 10, 0, "stETH")), refusals.NothingToDo)
    assert isinstance(refused(Swap(YOU, "moon", "USDC", 10, 0, "ETH")), refusals.NothingToDo)
    assert isinstance(refused(Swap(YOU, USDC_ETH, "ETH", 1, 0, "USDC")), refusals.NothingToDo)


# --- liquidity -----------------------------------------------------------------------


def test_a_balanced_deposit_pays_almost_no_fee() -> None:
    other = pools.matching_amount(WORLD, STETH_ETH, "ETH", 100 * WAD)
    _, (event,) = done(WORLD, AddLiquidity(YOU, STETH_ETH, (100 * WAD, other), 0))
    assert sum(event.fees) < 10
    assert event.amounts == (100 * WAD, other)


def test_a_one_sided_deposit_pays_a_fee_and_gets_less() -> None:
    other = pools.matching_amount(WORLD, STETH_ETH, "ETH", 100 * WAD)
    _, (balanced,) = done(WORLD, AddLiquidity(YOU, STETH_ETH, (100 * WAD, other), 0))
    _, (single,) = done(WORLD, AddLiquidity(YOU, STETH_ETH, (100 * WAD + other, 0), 0))
    assert 0 < single.minted < balanced.minted
    assert min(single.fees) > 0


def test_the_pair_takes_what_keeps_its_ratio() -> None:
    after, (event,) = done(WORLD, AddLiquidity(YOU, USDC_ETH, (4_000 * USDC, 50 * WAD), 0))
    assert event.amounts == (4_000 * USDC, 2 * WAD)
    assert holds(WORLD, "ETH") - holds(after, "ETH") == 2 * WAD


@pytest.mark.parametrize("amounts", [(40_000 * USDC, 0), (0, 20 * WAD), (0, ALL)])
def test_one_token_into_the_pair_is_swapped_in_part(amounts: tuple[Any, Any]) -> None:
    deep = BLUEPRINT._replace(usdc=400_000_000 * USDC, weth=200_000 * WAD)
    world = world_of(deep) if ALL in amounts else WORLD
    after, (swapped, added) = done(world, AddLiquidity(YOU, USDC_ETH, amounts, 0))
    side = 0 if amounts[0] else 1
    tokens = pools.TOKENS[USDC_ETH]
    spent = holds(world, tokens[side]) - holds(after, tokens[side])
    whole = holds(world, tokens[side]) if amounts[side] == ALL else amounts[side]
    assert swapped.paid + added.amounts[side] == spent
    assert 0 <= whole - spent <= whole // 10**6 + 10**13
    assert 0 <= holds(after, tokens[1 - side]) - holds(world, tokens[1 - side]) <= 10**13
    assert holds(after, LP[USDC_ETH]) == added.minted


@pytest.mark.parametrize("pool", [STETH_ETH, USDC_ETH])
def test_what_a_deposit_is_refused_for(pool: str) -> None:
    assert isinstance(refused(AddLiquidity(YOU, pool, (0, 0), 0)), refusals.NothingToDo)
    assert isinstance(refused(AddLiquidity(YOU, pool, (-5, 0), 0)), refusals.NothingToDo)
    assert isinstance(refused(AddLiquidity("nobody", pool, (ALL, ALL), 0)), refusals.NothingToDo)
    assert isinstance(refused(AddLiquidity(YOU, pool, (10**30, 0), 0)), refusals.NotEnoughBalance)
    event = kernel.decide(WORLD, AddLiquidity(YOU, pool, (10**10, 10**10), 0))[-1]
    too_much = refused(AddLiquidity(YOU, pool, (10**10, 10**10), event.minted + 1))
    assert too_much == refusals.SlippageExceeded(LP[pool], event.minted, event.minted + 1)


MODES = [
    (STETH_ETH, "balanced"),
    (STETH_ETH, "ETH"),
    (STETH_ETH, "stETH"),
    (USDC_ETH, "balanced"),
    (USDC_ETH, "ETH"),
    (USDC_ETH, "USDC"),
]


@pytest.mark.parametrize(("pool", "mode"), MODES)
def test_in_and_out_again_never_gains(pool: str, mode: Any) -> None:
    first, _ = done(WORLD, AddLiquidity(YOU, pool, (10_000 * USDC, 5 * WAD), 0))
    after, events = done(first, RemoveLiquidity(YOU, pool, ALL, mode, (0, 0)))
    tokens = pools.TOKENS[pool]
    assert after.balance(YOU, LP[pool]) == 0
    if mode in tokens:
        other = tokens[1 - tokens.index(mode)]
        assert holds(after, other) == holds(first, other)
    gained = [holds(after, token) - holds(WORLD, token) for token in tokens]
    price = pools.pool_price(WORLD, pool)
    scale = (1, price / WAD) if pool == STETH_ETH else (10**12 / 2_000, 1)
    assert sum(part * weight for part, weight in zip(gained, scale, strict=True)) <= 10**10
    assert events[0].burned == first.balance(YOU, LP[pool])


@pytest.mark.parametrize(("pool", "mode"), MODES)
def test_what_a_withdrawal_is_refused_for(pool: str, mode: Any) -> None:
    world, (*_, added) = done(WORLD, AddLiquidity(YOU, pool, (10_000 * USDC, 5 * WAD), 0))
    more = refused(RemoveLiquidity(YOU, pool, added.minted + 1, mode, (0, 0)), world)
    assert more == refusals.NotEnoughBalance(LP[pool], added.minted + 1, added.minted)
    nothing = refused(RemoveLiquidity(YOU, pool, 0, mode, (0, 0)), world)
    assert isinstance(nothing, refusals.NothingToDo)
    slipped = refused(RemoveLiquidity(YOU, pool, ALL, mode, (10**30, 10**30)), world)
    assert isinstance(slipped, refusals.SlippageExceeded)
    assert slipped.minimum == 10**30
    odd = refused(RemoveLiquidity(YOU, pool, ALL, "DOGE", (0, 0)), world)  # type: ignore[arg-type]
    assert isinstance(odd, refusals.NothingToDo)


def test_the_minimum_holds_for_what_comes_out_in_one_token() -> None:
    world, _ = done(WORLD, AddLiquidity(YOU, USDC_ETH, (10_000 * USDC, 5 * WAD), 0))
    command = RemoveLiquidity(YOU, USDC_ETH, ALL, "ETH", (0, 0))
    removed, swapped = kernel.decide(world, command)
    total = removed.amounts[1] + swapped.received
    done(world, command._replace(min_out=(0, total)))
    slipped = refused(command._replace(min_out=(0, total + 1)), world)
    assert slipped == refusals.SlippageExceeded("ETH", total, total + 1)


def test_chosen_amounts_out() -> None:
    world, _ = done(WORLD, AddLiquidity(YOU, STETH_ETH, (500 * WAD, 500 * WAD), 0))
    command = RemoveExact(YOU, (100 * WAD, 3 * WAD), 10**30)
    after, (event,) = done(world, command)
    assert holds(after, "ETH") - holds(world, "ETH") == 100 * WAD
    assert world.balance(YOU, LP[STETH_ETH]) - after.balance(YOU, LP[STETH_ETH]) == event.burned
    assert isinstance(
        refused(command._replace(max_lp=event.burned - 1), world), refusals.SlippageExceeded
    )
    assert isinstance(refused(command), refusals.NotEnoughBalance)
    more = command._replace(amounts=(10**24, 0))
    assert isinstance(refused(more, world), refusals.NotEnoughLiquidity)


# --- time and the administrator ------------------------------------------------------


def test_a_rebase_goes_to_the_providers() -> None:
    world, _ = done(WORLD, Swap(YOU, STETH_ETH, "ETH", 1_000 * WAD, 0, "stETH"))
    richer = world._replace(
        staking=world_of(rate=lido.Pool(LIDO.ether * 101 // 100, LIDO.shares)).staking
    )
    assert richer.pools == world.pools
    before, after = (pools.pool_reserves(each, STETH_ETH) for each in (world, richer))
    assert after[0] == before[0]
    assert after[1] * 100 > before[1] * 101 - 100
    assert pools.virtual_price(richer) > pools.virtual_price(world)


def test_fees_are_counted_per_share() -> None:
    world, (added,) = done(WORLD, AddLiquidity(YOU, STETH_ETH, (500 * WAD, 500 * WAD), 0))
    since = pools.fee_sums(world, STETH_ETH)
    after, (event,) = done(world, Swap(YOU, STETH_ETH, "ETH", 1_000 * WAD, 0, "stETH"))
    earned = pools.fees_earned(after, STETH_ETH, added.minted, since)
    fair = (event.fee - event.fee // 2) * added.minted // pools.lp_supply(after, STETH_ETH)
    assert earned[0] == 0
    assert abs(earned[1] - fair) <= 1


def test_the_administrator_claims_and_ramps() -> None:
    assert isinstance(refused(ClaimPoolFees()), refusals.NothingToDo)
    world, (swapped,) = done(WORLD, Swap(YOU, STETH_ETH, "stETH", 1_000 * WAD, 0, "ETH"))
    before = pools.pool_reserves(world, STETH_ETH)
    after, (claimed,) = done(world, ClaimPoolFees())
    assert claimed.amounts == (swapped.fee // 2, 0)
    assert after.balance("pool:admin", "ETH") == swapped.fee // 2
    assert pools.pool_reserves(after, STETH_ETH) == before
    ramped, _ = done(after, RampAmplification(100, 86_400))
    assert stableswap.amp_at(ramped.pools.steth_eth.ramp, NOW + 86_400) == 10_000
    assert isinstance(refused(RampAmplification(100, 60)), refusals.ProtocolRefused)


# --- whatever happens ----------------------------------------------------------------

swaps = st.tuples(
    st.sampled_from([("ETH", "stETH"), ("stETH", "ETH"), ("USDC", "ETH"), ("ETH", "USDC")]),
    st.integers(1, 10**23),
)
deposits = st.tuples(
    st.sampled_from([STETH_ETH, USDC_ETH]), st.integers(0, 10**23), st.integers(0, 10**23)
)
withdrawals = st.tuples(st.sampled_from(MODES), st.integers(1, 100))


def _command(world: World, drawn: Any) -> Any:
    match drawn:
        case ((str() as token_in, str() as token_out), int() as amount) if token_in in (
            "ETH", "stETH", "USDC",
        ):  # fmt: skip
            pool = USDC_ETH if "USDC" in (token_in, token_out) else STETH_ETH
            amount = amount // 10**11 + 1 if token_in == "USDC" else amount
            return Swap(YOU, pool, token_in, amount, 0, token_out)
        case (str() as pool, int() as first, int() as second):
            first = first // 10**11 if pool == USDC_ETH else first
            return AddLiquidity(YOU, pool, (first, second), 0)
        case ((str() as pool, str() as mode), int() as part):
            lp = world.balance(YOU, LP[pool]) * part // 100
            return RemoveLiquidity(YOU, pool, lp, mode, (0, 0))  # type: ignore[arg-type]
    raise AssertionError(drawn)


@given(st.lists(st.one_of(swaps, deposits, withdrawals), max_size=12))
def test_any_story_keeps_the_books(story: list[Any]) -> None:
    """Refusals change nothing; receipts are their previews; a share never loses value."""
    world = WORLD
    for drawn in story:
        command = _command(world, drawn)
        price = pools.virtual_price(world)
        try:
            quote = quotes.preview(world, command)
        except refusals.Refusal:
            refused(command, world)
            continue
        after, events = done(world, command)
        assert tuple(events) == tuple(quote.events)
        assert after == quote.after
        assert pools.virtual_price(after) >= price - 2
        world = after
    assert kernel.entries.audit(world.balances) is not None
    assert list(kernel.entries.audit(dict(world.balances))) == []
