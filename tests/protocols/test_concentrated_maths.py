"""Ticks, prices and steps: v3-core's own examples, exact fractions, and who rounding favours."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import concentrated as v3
from lstwallet.protocols.concentrated import prices, ticks
from lstwallet.protocols.concentrated.steps import step
from lstwallet.units.checked import MAX_UINT256, Revert

WAD = 10**18
Q96 = 2**96


def root(numerator: int, denominator: int = 1) -> int:
    """The square root of a price, 96 binary places, rounded down (``encodePriceSqrt``)."""
    return isqrt((numerator << 192) // denominator)


every_tick = st.integers(v3.MIN_TICK, v3.MAX_TICK)
roots = st.builds(
    lambda bits, low: min(max((1 << bits) + (low & ((1 << bits) - 1)), v3.MIN_SQRT_PRICE),
                      v3.MAX_SQRT_PRICE - 1),
    st.integers(32, 159), st.integers(0, 2**160),
)  # fmt: skip
liquidities = st.integers(0, 2**128 - 1)


def reverts(call: Callable[[], Any]) -> str:
    with pytest.raises(Revert) as refused:
        call()
    return refused.value.reason


# --- ticks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tick", "price"),
    [
        (-887_272, 4295128739),
        (-887_271, 4295343490),
        (0, 2**96),
        (887_271, 1461373636630004318706518188784493106690254656249),
        (887_272, 1461446703485210103287273052203988822378723970342),
    ],
)
def test_the_prices_of_the_sources_own_tests(tick: int, price: int) -> None:
    assert v3.price_at(tick) == price


@given(st.integers(-20_000, 20_000))
def test_a_ticks_price_is_a_power_of_the_base(tick: int) -> None:
    """Squared and cubed by fractions; the contract's twenty roots are off by a few units of
    2⁻¹²⁸ each."""
    base = Fraction(10_001, 10_000) ** tick
    exact = isqrt((base.numerator << 192) // base.denominator)
    assert abs(v3.price_at(tick) - exact) <= 2 + (exact >> 120)


def test_every_root_is_the_exact_one_to_the_nearest_unit() -> None:
    """``√(10000/10001)`` squared nineteen times, with 600 binary places."""
    exact = isqrt((10_000 << 1_200) // 10_001)
    for kept in ticks._ROOTS:
        assert kept == (exact + (1 << 471)) >> 472
        exact = exact * exact >> 600


@given(every_tick)
def test_a_tick_comes_back_from_its_price(tick: int) -> None:
    price = v3.price_at(tick)
    if tick < v3.MAX_TICK:
        assert v3.tick_at(price) == tick
    if tick > v3.MIN_TICK:
        assert v3.tick_at(price - 1) == tick - 1
        assert v3.price_at(tick - 1) < price


@given(roots)
def test_a_price_lies_at_or_above_its_tick_and_below_the_next(price: int) -> None:
    tick = v3.tick_at(price)
    assert v3.price_at(tick) <= price < v3.price_at(tick + 1)


def test_ticks_and_prices_end_somewhere() -> None:
    for tick in (v3.MIN_TICK - 1, v3.MAX_TICK + 1):
        assert reverts(lambda tick=tick: v3.price_at(tick)) == "T"  # type: ignore[misc]
    for price in (v3.MIN_SQRT_PRICE - 1, v3.MAX_SQRT_PRICE):
        assert reverts(lambda price=price: v3.tick_at(price)) == "R"  # type: ignore[misc]
    assert v3.tick_at(v3.MIN_SQRT_PRICE) == v3.MIN_TICK
    assert v3.tick_at(v3.MAX_SQRT_PRICE - 1) == v3.MAX_TICK - 1


@pytest.mark.parametrize(
    ("spacing", "most"),
    [
        (10, 1917569901783203986719870431555990),
        (60, 11505743598341114571880798222544994),
        (200, 38350317471085141830651933667504588),
        (2302, 441351967472034323558203122479595605),
        (887272, (2**128 - 1) // 3),
    ],
)
def test_how_much_a_tick_may_hold(spacing: int, most: int) -> None:
    assert v3.max_liquidity_per_tick(spacing) == most


def bitmap_stop(used: set[int], tick: int, spacing: int, falls: bool) -> tuple[int, bool]:
    """``nextInitializedTickWithinOneWord`` bit by bit, with the pool's clamp."""
    place = tick // spacing if falls else tick // spacing + 1
    while True:
        at = place * spacing
        if at in used:
            return at, True
        if place % 256 == (0 if falls else 255):
            return min(max(at, v3.MIN_TICK), v3.MAX_TICK), False
        place += -1 if falls else 1


@given(
    st.sampled_from([1, 10, 60, 200]),
    st.sets(st.integers(-2_000, 2_000), max_size=8),
    st.integers(-300_000, 300_000),
    st.booleans(),
)
def test_a_walk_stops_where_the_bitmap_does(
    spacing: int, places: set[int], tick: int, falls: bool
) -> None:
    used = {place * spacing for place in places if abs(place * spacing) <= v3.MAX_TICK}
    order = tuple(sorted(used))
    place = sum(at <= tick for at in order)
    walk = (ticks.stops_below if falls else ticks.stops_above)(order, place, tick, spacing)
    for _ in range(40):
        at, is_used = bitmap_stop(used, tick, spacing, falls)
        stop, index = next(walk)
        assert (stop, index >= 0) == (at, is_used)
        assert index < 0 or order[index] == stop
        if stop in (v3.MIN_TICK, v3.MAX_TICK):
            break
        tick = stop - 1 if falls else stop


def test_a_used_tick_at_the_end_of_a_word_is_one_stop() -> None:
    """Usable ticks 0 to 255 share a word, whose first is where a fall stops, its last a rise."""
    rise = ticks.stops_above((255, 300), 0, 0, 1)
    assert [next(rise) for _ in range(3)] == [(255, 0), (300, 1), (511, -1)]
    fall = ticks.stops_below((-300, -256), 2, -1, 1)
    assert [next(fall) for _ in range(3)] == [(-256, 1), (-300, 0), (-512, -1)]


# --- amounts between two prices ----------------------------------------------------------


def test_amounts_of_the_sources_own_tests() -> None:
    one, higher = root(1), root(121, 100)
    assert prices.amount_0_ceil(one, higher, WAD) == 90909090909090910
    assert prices.amount_0_floor(one, higher, WAD) == 90909090909090909
    assert prices.amount_1_ceil(one, higher, WAD) == 100000000000000000
    assert prices.amount_1_floor(one, higher, WAD) == 99999999999999999
    assert prices.amount_0_ceil(one, root(2), 0) == prices.amount_1_ceil(one, root(2), 0) == 0


@given(roots, roots, liquidities)
def test_amounts_are_the_exact_ones_rounded_for_the_pool(a: int, b: int, liquidity: int) -> None:
    low, high = min(a, b), max(a, b)
    exact_0 = Fraction(liquidity * Q96 * (high - low), low * high)
    exact_1 = Fraction(liquidity * (high - low), Q96)
    assert prices.amount_0_floor(a, b, liquidity) == math.floor(exact_0)
    assert prices.amount_0_ceil(a, b, liquidity) == math.ceil(exact_0)
    assert prices.amount_1_floor(a, b, liquidity) == math.floor(exact_1)
    assert prices.amount_1_ceil(a, b, liquidity) == math.ceil(exact_1)
    assert prices.signed_amount_0(a, b, liquidity) == math.ceil(exact_0)
    assert prices.signed_amount_0(a, b, -liquidity) == -math.floor(exact_0)
    assert prices.signed_amount_1(a, b, liquidity) == math.ceil(exact_1)
    assert prices.signed_amount_1(a, b, -liquidity) == -math.floor(exact_1)


def test_no_amount_without_a_price() -> None:
    for amount in (prices.amount_0_floor, prices.amount_0_ceil):
        for pair in ((0, 5), (5, 0)):
            assert reverts(lambda a=amount, p=pair: a(*p, 1)) == "revert without reason"  # type: ignore[misc]
        assert amount(1, 1, 7) == 0


# --- where the price goes ----------------------------------------------------------------

FAR = 20282409603651670423947251286016
"""2¹⁰⁴: a price of 65,536."""


@pytest.mark.parametrize(
    ("price", "liquidity", "amount", "falls", "after"),
    [
        (root(1), WAD, WAD // 10, False, 87150978765690771352898345369),
        (root(1), WAD, WAD // 10, True, 72025602285694852357767227579),
        (root(1), 10 * WAD, 2**100, True, 624999999995069620),
        (root(1), 1, MAX_UINT256 // 2, True, 1),
        (1, 1, 2**255, True, 1),
        (2**160 - 1, 2**128 - 1, MAX_UINT256 - ((2**128 - 1 << 96) // (2**160 - 1)), True, 1),
        (root(1), WAD // 10, 0, True, root(1)),
        (root(1), WAD // 10, 0, False, root(1)),
    ],
)
def test_a_price_after_an_input(
    price: int, liquidity: int, amount: int, falls: bool, after: int
) -> None:
    assert prices.price_after_input(price, liquidity, amount, falls) == after


@pytest.mark.parametrize(
    ("price", "liquidity", "amount", "falls", "after"),
    [
        (root(1), WAD, WAD // 10, False, 88031291682515930659493278152),
        (root(1), WAD, WAD // 10, True, 71305346262837903834189555302),
        (FAR, 1_024, 262_143, True, 77371252455336267181195264),
        (1, 1, 0, False, 1),
        (Q96 + 1, 1, 1, True, 1),  # a unit of token 1 is all but the last of the price
        (root(1), WAD // 10, 0, True, root(1)),
        (root(1), WAD // 10, 0, False, root(1)),
    ],
)
def test_a_price_after_an_output(
    price: int, liquidity: int, amount: int, falls: bool, after: int
) -> None:
    assert prices.price_after_output(price, liquidity, amount, falls) == after


@pytest.mark.parametrize(
    ("function", "price", "liquidity", "amount", "falls"),
    [
        (prices.price_after_input, 0, 1, WAD, False),
        (prices.price_after_input, 1, 0, WAD, True),
        (prices.price_after_input, 2**160 - 1, 1_024, 1_024, False),
        (prices.price_after_input, 2**159, 2**128 - 1, MAX_UINT256, True),
        (prices.price_after_output, 0, 1, WAD, False),
        (prices.price_after_output, 1, 0, WAD, True),
        (prices.price_after_output, FAR, 1_024, 4, False),
        (prices.price_after_output, FAR, 1_024, 5, False),
        (prices.price_after_output, FAR, 1_024, 262_144, True),
        (prices.price_after_output, FAR, 1_024, 262_145, True),
        (prices.price_after_output, root(1), 1, MAX_UINT256, True),
        (prices.price_after_output, root(1), 1, MAX_UINT256, False),
        # the price would need more than 160 bits, and more than 256
        (prices.price_after_output, 2**159, 2**64, 1, False),
        (prices.price_after_output, 2**160 - 1, 2**64 + 1, 1, False),
    ],
)
def test_prices_that_cannot_be(
    function: Callable[..., int], price: int, liquidity: int, amount: int, falls: bool
) -> None:
    assert reverts(lambda: function(price, liquidity, amount, falls)) == "revert without reason"


def test_the_shorter_formula_where_a_word_would_overflow() -> None:
    """``L/(L/P + amount)`` with its inner quotient cut, as soon as ``L + amount·P`` is too long."""
    price, liquidity = 2**160 - 1, 2**128 - 1
    weight = liquidity * Q96
    amount = (MAX_UINT256 - weight) // price  # the last one for which it fits
    exact = Fraction(weight * price, weight + amount * price)
    after = prices.price_after_input(price, liquidity, amount, True)
    assert after == math.ceil(exact)
    amount = 2**96  # the product alone fits still
    assert amount * price <= MAX_UINT256 < weight + amount * price
    shorter = math.ceil(Fraction(weight, weight // price + amount))
    assert shorter != math.ceil(Fraction(weight * price, weight + amount * price))
    assert prices.price_after_input(price, liquidity, amount, True) == shorter


def test_the_last_price_that_fits() -> None:
    """160 bits for a rising price, from either side of what fits."""
    top = 2**160 - 1
    assert prices.price_after_input(top - 5 * Q96, 1, 5, False) == top
    assert reverts(lambda: prices.price_after_input(top - 5 * Q96 + 1, 1, 5, False))


@given(roots, st.integers(1, 2**128 - 1), st.integers(0, 2**128), st.booleans())
def test_a_price_moves_no_further_than_is_paid_for(
    price: int, liquidity: int, amount: int, falls: bool
) -> None:
    """The input that the new price needs is at most what was given; so is it for an output
    the other way round."""
    try:
        after = prices.price_after_input(price, liquidity, amount, falls)
    except Revert:
        after = price
    cost = prices.amount_0_ceil if falls else prices.amount_1_ceil
    assert (after <= price) if falls else (after >= price)
    assert cost(after, price, liquidity) <= amount
    try:
        after = prices.price_after_output(price, liquidity, amount, falls)
    except Revert:
        return
    gain = prices.amount_1_floor if falls else prices.amount_0_floor
    assert gain(after, price, liquidity) >= amount


# --- steps -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "target", "liquidity", "remaining", "fee", "expected"),
    [
        (root(1), root(101, 100), 2 * WAD, WAD, 600,
         (root(101, 100), 9975124224178055, 9925619580021728, 5988667735148)),
        (root(1), root(101, 100), 2 * WAD, -WAD, 600,
         (root(101, 100), 9975124224178055, 9925619580021728, 5988667735148)),
        (root(1), root(10), 2 * WAD, WAD, 600,
         (None, 999400000000000000, 666399946655997866, 600000000000000)),
        (root(1), root(100), 2 * WAD, -WAD, 600,
         (None, 2000000000000000000, WAD, 1200720432259356)),
        (417332158212080721273783715441582, 1452870262520218020823638996,
         159344665391607089467575320103, -1, 1,
         (417332158212080721273783715441581, 1, 1, 1)),
        (2, 1, 1, 3915081100057732413702495386755767, 1,
         (1, 39614081257132168796771975168, 0, 39614120871253040049813)),
        (2413, 79887613182836312, 1985041575832132834610021537970, 10, 1872, (2413, 0, 0, 10)),
        (FAR, FAR * 11 // 10, 1_024, -4, 3_000, (FAR * 11 // 10, 26215, 0, 79)),
        (FAR, FAR * 9 // 10, 1_024, -263_000, 3_000, (FAR * 9 // 10, 1, 26214, 1)),
    ],
)  # fmt: skip
def test_the_sources_own_steps(
    price: int, target: int, liquidity: int, remaining: int, fee: int, expected: tuple[int, ...]
) -> None:
    done = step(price, target, liquidity, remaining, fee)
    assert tuple(done)[1:] == expected[1:]
    assert expected[0] is None or done.price == expected[0]


fees = st.integers(0, 100_000)


@given(roots, roots, liquidities, st.integers(-(2**128), 2**128), fees)
def test_a_step_takes_and_gives_no_more_than_asked(
    price: int, target: int, liquidity: int, remaining: int, fee: int
) -> None:
    done = step(price, target, liquidity, remaining, fee)
    assert min(price, target) <= done.price <= max(price, target)
    paid = done.amount_in + done.fee
    if remaining >= 0:
        assert paid <= remaining or (remaining == 0 and paid == 0)
        assert done.price == target or paid == remaining
    else:
        assert done.amount_out <= -remaining
        assert done.price == target or done.amount_out == -remaining
    assert done.fee * v3.MILLION >= paid * fee - v3.MILLION


@given(roots, roots, st.integers(1, 2**128 - 1), st.integers(1, 2**128), fees)
def test_a_step_never_lowers_the_product(
    price: int, target: int, liquidity: int, remaining: int, fee: int
) -> None:
    """In virtual reserves ``x = L/p`` and ``y = L·p`` the product stays at least ``L²``."""
    done = step(price, target, liquidity, remaining, fee)
    x, y = Fraction(liquidity * Q96, price), Fraction(liquidity * price, Q96)
    if price >= target:
        x, y = x + done.amount_in, y - done.amount_out
    else:
        x, y = x - done.amount_out, y + done.amount_in
    assert x * y >= liquidity * liquidity


@given(roots, roots, liquidities, st.integers(1, 2**128), st.integers(0, 2**100), fees)
def test_more_in_gives_no_less_out(
    price: int, target: int, liquidity: int, remaining: int, more: int, fee: int
) -> None:
    less = step(price, target, liquidity, remaining, fee)
    assert step(price, target, liquidity, remaining + more, fee).amount_out >= less.amount_out
