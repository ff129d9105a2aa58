"""The constant-product pair: hand tables, and what holds whatever the pair is.

Of a sample of 150 mutants (``tests/golden/mutants.py``, seed 7) those that live change nothing: the
largest reserve times 997 and itself fits a word; a root that did not grow leaves no fee by either
comparison; and any number but 0 names the second token.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor, isqrt
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lstwallet.protocols import constant_product as cp
from lstwallet.protocols.constant_product import EMPTY, Pool
from lstwallet.units.checked import MAX_UINT256, Revert

NOW = 1_700_000_000
NO_MINIMUM = (0, 0)


def pool_of(first: int, second: int) -> Pool:
    """A pair after one deposit."""
    return cp.add_liquidity(EMPTY, (first, second), NO_MINIMUM, NOW).pool


reserves = st.integers(10**6, 10**26)
pools = st.builds(pool_of, reserves, reserves)
sides = st.integers(0, 1)
sizes = st.integers(1, 10**27)


def unless(reasons: tuple[str, ...], call: Callable[[], Any]) -> Any:
    """What the call returns; a revert for one of the reasons makes the example void."""
    try:
        return call()
    except Revert as refused:
        if refused.reason not in reasons:
            raise
    assume(False)
    return None


def product(pool: Pool) -> int:
    return pool.reserve_0 * pool.reserve_1


# --- by hand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "reserve_in", "reserve_out", "out"),
    [
        (1_000, 1_000_000, 1_000_000, 996),
        (1_000_000, 1_000_000, 1_000_000, 499_248),
        (1, 1_000_000, 1_000_000, 0),
        (10**18, 5_000 * 10**18, 10_000_000 * 10**6, 1_993_602_475),
    ],
)
def test_what_a_swap_gives(paid: int, reserve_in: int, reserve_out: int, out: int) -> None:
    assert cp.amount_out(paid, reserve_in, reserve_out) == out


def test_what_must_be_paid() -> None:
    assert cp.amount_in(996, 1_000_000, 1_000_000) == 1_000
    assert cp.amount_in(499_248, 1_000_000, 1_000_000) == 999_997


def test_the_first_deposit_locks_a_thousand() -> None:
    done = cp.add_liquidity(EMPTY, (4_000_000, 9_000_000), NO_MINIMUM, NOW)
    assert (done.minted, done.locked, done.pool.supply) == (5_999_000, 1_000, 6_000_000)


def test_a_deposit_takes_what_keeps_the_ratio() -> None:
    pool = pool_of(4_000_000, 9_000_000)
    done = cp.add_liquidity(pool, (400, 9_000), NO_MINIMUM, NOW)
    assert (done.amounts, done.minted) == ((400, 900), 600)
    done = cp.add_liquidity(pool, (4_000, 900), NO_MINIMUM, NOW)
    assert (done.amounts, done.minted) == ((400, 900), 600)


def test_prices_add_up_over_time() -> None:
    pool = pool_of(4_000_000, 1_000_000)
    later = cp.sync(pool, NOW + 60).clock
    assert later.cumulative_0 == (2**112 // 4) * 60
    assert later.cumulative_1 == 4 * 2**112 * 60
    assert later.updated == NOW + 60


def test_the_clock_wraps() -> None:
    pool = pool_of(4_000_000, 1_000_000)._replace(clock=cp.PriceClock(0, 0, 2**32 - 10))
    later = cp.sync(pool, 2**32 + 50).clock
    assert (later.cumulative_1, later.updated) == (4 * 2**112 * 60, 50)


def test_the_protocol_takes_a_sixth_of_the_growth() -> None:
    first = cp.add_liquidity(EMPTY, (10**12, 10**12), NO_MINIMUM, NOW, fee_on=True).pool
    assert first.k_last == 10**24
    swapped = cp.swap_exact_in(first, 0, 10**11, 0, NOW).pool
    root = isqrt(product(swapped))
    done = cp.remove_liquidity(swapped, 10**11, NO_MINIMUM, NOW, fee_on=True)
    assert done.protocol_fee == 10**12 * (root - 10**12) // (5 * root + 10**12)
    worth = done.protocol_fee * root * 6 // (10**12 + done.protocol_fee)
    assert worth == pytest.approx(root - 10**12, rel=0.0001)


def test_gifts_are_skimmed_or_synced() -> None:
    given_to = cp.receive(pool_of(10**9, 10**9), 1, 500)
    assert cp.surplus(given_to) == (0, 500)
    assert cp.skim(given_to).amounts == (0, 500)
    assert cp.surplus(cp.skim(given_to).pool) == (0, 0)
    assert cp.sync(given_to, NOW).reserve_1 == 10**9 + 500


def test_a_reserve_is_a_number_of_112_bits() -> None:
    for token in (0, 1):
        largest = cp.receive(pool_of(10**9, 10**9), token, 2**112 - 1 - 10**9)
        assert cp.sync(largest, NOW)[token] == 2**112 - 1
        with pytest.raises(Revert, match=cp.OVERFLOW):
            cp.sync(cp.receive(largest, token, 1), NOW)


def test_one_unit_on_either_side_is_a_reserve() -> None:
    assert cp.quote(5, 1, 1) == 5
    assert cp.amount_out(10**6, 1, 2) == 1  # 1.99…
    assert cp.amount_out(10**6, 2, 1) == 0
    assert cp.amount_in(1, 1, 2) == 2  # 1,000/997, and one
    with pytest.raises(Revert) as refused:
        cp.amount_in(1, 5, 1)  # the last unit has no price, but it is there
    assert refused.value.reason == cp.NO_REASON
    for price in (cp.quote, cp.amount_out, cp.amount_in):
        for empty in ((0, 5), (5, 0)):
            with pytest.raises(Revert, match=cp.NO_RESERVES):
                price(1, *empty)


@pytest.mark.parametrize("side", [0, 1])
def test_a_swap_may_fill_a_reserve_to_the_last_unit(side: int) -> None:
    pool, most = pool_of(10**9, 10**9), 2**112 - 1 - 10**9
    done = cp.swap_exact_in(pool, side, most, 0, NOW)
    assert done.pool[side] == 2**112 - 1
    with pytest.raises(Revert, match=cp.OVERFLOW):
        cp.swap_exact_in(pool, side, most + 1, 0, NOW)
    # one unit is something that comes out, so the reserve's size is the reason
    small = pool_of(*((10**9, 2) if side == 0 else (2, 10**9)))
    with pytest.raises(Revert, match=cp.OVERFLOW):
        cp.swap_exact_in(small, side, 2**112, 0, NOW)


def test_the_pair_pays_out_a_single_unit_of_either_token() -> None:
    pool = pool_of(10**9, 10**9)
    assert cp.swap(cp.receive(pool, 0, 1_000), (0, 1), NOW).reserve_1 == 10**9 - 1
    assert cp.swap(cp.receive(pool, 1, 1_000), (1, 0), NOW).reserve_0 == 10**9 - 1


def test_one_empty_side_is_no_empty_pair() -> None:
    pool = pool_of(10**9, 10**9)
    for broken in (pool._replace(reserve_0=0), pool._replace(reserve_1=0)):
        with pytest.raises(Revert, match=cp.NO_RESERVES):
            cp.optimal_amounts(broken, (5, 5), NO_MINIMUM)
    assert cp.optimal_amounts(EMPTY, (5, 9), NO_MINIMUM) == (5, 9)


def test_the_protocol_takes_nothing_unless_it_is_told_to() -> None:
    pool = pool_of(10**9, 10**9)
    assert pool.k_last == 0
    grown = cp.swap_exact_in(pool._replace(k_last=10**18), 0, 10**8, 0, NOW).pool
    added = cp.add_liquidity(grown, (10**6, 10**6), NO_MINIMUM, NOW)
    removed = cp.remove_liquidity(grown, 10**6, NO_MINIMUM, NOW)
    for done in (added, removed):
        assert (done.protocol_fee, done.pool.k_last) == (0, 0)


def test_what_comes_out_may_be_exactly_the_minimum() -> None:
    pool = pool_of(10**9, 4 * 10**9)
    assert cp.remove_liquidity(pool, 2_000, (1_000, 4_000), NOW).amounts == (1_000, 4_000)
    for minimum, reason in (((1_001, 0), cp.TOO_LITTLE_0), ((0, 4_001), cp.TOO_LITTLE_1)):
        with pytest.raises(Revert, match=reason):
            cp.remove_liquidity(pool, 2_000, minimum, NOW)


def test_the_protocols_fee_is_shared_by_who_leaves() -> None:
    """√k grew from 10⁹ to 1.1 · 10⁹: a sixth of the growth belongs to the protocol first."""
    pool = pool_of(11 * 10**8, 11 * 10**8)._replace(supply=10**9, k_last=10**18)
    fee = floor(Fraction(10**9 * 10**8, 5 * 11 * 10**8 + 10**9))
    done = cp.burn(pool, 10**8, NOW, fee_on=True)
    out = floor(Fraction(10**8 * 11 * 10**8, 10**9 + fee))
    assert (done.protocol_fee, done.amounts) == (fee, (out, out))
    assert done.pool.supply == 10**9 + fee - 10**8
    assert done.pool.k_last == (11 * 10**8 - out) ** 2


# --- refusing ------------------------------------------------------------------------

POOL = pool_of(10**9, 10**9)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: cp.swap_exact_in(POOL, 0, 0, 0, NOW), cp.NO_INPUT),
        (lambda: cp.swap_exact_in(EMPTY, 0, 1, 0, NOW), cp.NO_RESERVES),
        (lambda: cp.swap_exact_in(EMPTY, 0, 0, 0, NOW), cp.NO_INPUT),
        (lambda: cp.swap_exact_in(POOL, 0, 1_000, 1_000, NOW), cp.TOO_LITTLE_OUT),
        (lambda: cp.swap_exact_in(POOL, 0, 1, 0, NOW), cp.NOTHING_OUT),
        (lambda: cp.swap_exact_in(POOL, 0, 2**112, 0, NOW), cp.OVERFLOW),
        (lambda: cp.swap_exact_in(POOL, 0, MAX_UINT256, 0, NOW), cp.TOO_LARGE),
        (lambda: cp.swap_exact_out(POOL, 0, 0, 10, NOW), cp.NO_OUTPUT),
        (lambda: cp.swap_exact_out(POOL, 0, 10**9, MAX_UINT256, NOW), cp.NO_REASON),
        (lambda: cp.swap_exact_out(POOL, 0, 10**9 + 1, MAX_UINT256, NOW), cp.BELOW_ZERO),
        (lambda: cp.swap_exact_out(POOL, 0, 996, 998, NOW), cp.TOO_MUCH_IN),
        (lambda: cp.swap(POOL, (0, 0), NOW), cp.NOTHING_OUT),
        (lambda: cp.swap(POOL, (0, 10**9), NOW), cp.MORE_THAN_RESERVES),
        (lambda: cp.swap(POOL, (0, 1), NOW), cp.NOTHING_IN),
        (lambda: cp.swap(cp.receive(POOL, 0, 1_000), (0, 997), NOW), cp.PRODUCT_FELL),
        (lambda: cp.mint(POOL, NOW), cp.NOTHING_MINTED),
        (lambda: cp.add_liquidity(EMPTY, (10, 10), NO_MINIMUM, NOW), cp.BELOW_ZERO),
        (lambda: cp.add_liquidity(POOL, (0, 5), NO_MINIMUM, NOW), cp.NO_AMOUNT),
        (lambda: cp.add_liquidity(POOL, (5, 9), (0, 6), NOW), cp.TOO_LITTLE_1),
        (lambda: cp.add_liquidity(POOL, (9, 5), (6, 0), NOW), cp.TOO_LITTLE_0),
        (lambda: cp.remove_liquidity(POOL, 0, NO_MINIMUM, NOW), cp.NOTHING_BURNED),
        (lambda: cp.remove_liquidity(POOL, 10, (11, 0), NOW), cp.TOO_LITTLE_0),
        (lambda: cp.remove_liquidity(POOL, 10, (0, 11), NOW), cp.TOO_LITTLE_1),
        (lambda: cp.burn(EMPTY, 10, NOW), cp.NO_REASON),
    ],
)
def test_what_reverts_and_why(call: Callable[[], Any], reason: str) -> None:
    with pytest.raises(Revert) as refused:
        call()
    assert refused.value.reason == reason


# --- whatever the pair is ------------------------------------------------------------


@given(pools, sides, sizes)
def test_a_swap_never_lowers_the_product(pool: Pool, side: int, paid: int) -> None:
    done = unless((cp.NOTHING_OUT,), lambda: cp.swap_exact_in(pool, side, paid, 0, NOW))
    assert product(done.pool) >= product(pool)


@given(pools, sides, sizes)
def test_the_pair_itself_would_accept_every_swap_of_the_router(
    pool: Pool, side: int, paid: int
) -> None:
    """The fast way round the pair's product check gives the very same pair."""
    reserves_now = (pool.reserve_0, pool.reserve_1)
    out = cp.amount_out(paid, reserves_now[side], reserves_now[1 - side])
    assume(out > 0)
    outs = (0, out) if side == 0 else (out, 0)
    checked = cp.swap(cp.receive(pool, side, paid), outs, NOW + 9)
    assert cp.swap_exact_in(pool, side, paid, out, NOW + 9).pool == checked


@given(pools, sides, sizes)
def test_a_round_trip_never_gains(pool: Pool, side: int, paid: int) -> None:
    there = unless((cp.NOTHING_OUT,), lambda: cp.swap_exact_in(pool, side, paid, 0, NOW))
    back = unless(
        (cp.NOTHING_OUT,),
        lambda: cp.swap_exact_in(there.pool, 1 - side, there.received, 0, NOW),
    )
    assert back.received < paid


@given(pools, sides, sizes, sizes)
def test_more_in_gives_no_less_out(pool: Pool, side: int, paid: int, extra: int) -> None:
    reserves_now = (pool.reserve_0, pool.reserve_1)
    less = cp.amount_out(paid, reserves_now[side], reserves_now[1 - side])
    assert cp.amount_out(paid + extra, reserves_now[side], reserves_now[1 - side]) >= less


@given(pools, sides, sizes)
def test_paying_what_is_asked_gives_what_is_wanted(pool: Pool, side: int, wanted: int) -> None:
    reserves_now = (pool.reserve_0, pool.reserve_1)
    wanted = 1 + wanted % (reserves_now[1 - side] - 1)
    done = cp.swap_exact_out(pool, side, wanted, MAX_UINT256, NOW)
    given_back = cp.amount_out(done.paid, reserves_now[side], reserves_now[1 - side])
    assert given_back >= wanted
    assert product(done.pool) >= product(pool)


@given(pools, sizes, sizes)
def test_a_deposit_never_lowers_the_value_of_a_share(pool: Pool, first: int, second: int) -> None:
    done = unless(
        (cp.NOTHING_MINTED,), lambda: cp.add_liquidity(pool, (first, second), NO_MINIMUM, NOW)
    )
    assert product(done.pool) * pool.supply**2 >= product(pool) * done.pool.supply**2
    assert done.amounts[0] <= first
    assert done.amounts[1] <= second


@given(pools, sizes, sizes)
def test_depositing_and_leaving_never_gains(pool: Pool, first: int, second: int) -> None:
    added = unless(
        (cp.NOTHING_MINTED,), lambda: cp.add_liquidity(pool, (first, second), NO_MINIMUM, NOW)
    )
    removed = unless(
        (cp.NOTHING_BURNED,),
        lambda: cp.remove_liquidity(added.pool, added.minted, NO_MINIMUM, NOW),
    )
    assert removed.amounts[0] <= added.amounts[0]
    assert removed.amounts[1] <= added.amounts[1]


@given(pools, sides, sizes)
@example(pool_of(134_805_279, 2_381_229), 1, 35_806)
def test_the_part_to_swap_leaves_almost_nothing_over(pool: Pool, side: int, whole: int) -> None:
    """After swapping the part, the deposit takes the rest but for rounding: a few units of
    whichever token has the coarser ones."""
    reserve = (pool.reserve_0, pool.reserve_1)[side]
    part = cp.one_sided_part(whole, reserve)
    assert 0 <= part <= whole
    swapped = unless(
        (cp.NO_INPUT, cp.NOTHING_OUT), lambda: cp.swap_exact_in(pool, side, part, 0, NOW)
    )
    rest = whole - part
    desired = (rest, swapped.received) if side == 0 else (swapped.received, rest)
    left = min(swapped.pool.reserve_0, swapped.pool.reserve_1)
    assume(swapped.received > 10**6 and left > 10**6)
    taken = cp.optimal_amounts(swapped.pool, desired, NO_MINIMUM)
    mine, others = swapped.pool.reserve_0, swapped.pool.reserve_1
    if side == 1:
        mine, others = others, mine
    assert taken[side] >= rest - rest // 10**5 - 4 * (1 + mine // others)
    assert taken[1 - side] >= (
        swapped.received - swapped.received // 10**5 - 4 * (1 + others // mine)
    )


@given(pools, sides, sizes)
def test_tokens_are_conserved(pool: Pool, side: int, paid: int) -> None:
    done = unless((cp.NOTHING_OUT,), lambda: cp.swap_exact_in(pool, side, paid, 0, NOW))
    before, after = (pool.balance_0, pool.balance_1), (done.pool.balance_0, done.pool.balance_1)
    assert after[side] == before[side] + paid
    assert after[1 - side] == before[1 - side] - done.received
