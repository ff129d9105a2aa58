"""Named rounding, checked against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units import fixed
from lstwallet.units.checked import (
    MAX_UINT256,
    Revert,
    checked_add,
    checked_mul,
    checked_sub,
    require,
)
from lstwallet.units.fixed import BPS, RAY, WAD

values = st.integers(0, 2**200)
divisors = st.integers(1, 2**200)


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


@given(values, values, divisors)
def test_floor_and_ceil(a: int, b: int, d: int) -> None:
    exact = Fraction(a * b, d)
    assert fixed.mul_div_floor(a, b, d) == math.floor(exact)
    assert fixed.mul_div_ceil(a, b, d) == math.ceil(exact)
    assert fixed.div_floor(a, d) == math.floor(Fraction(a, d))
    assert fixed.div_ceil(a, d) == math.ceil(Fraction(a, d))


@given(values, values, divisors, divisors)
def test_two_divisions_round_the_same_way_twice(a: int, b: int, d: int, e: int) -> None:
    first = Fraction(a * b, d)
    assert fixed.mul_div_twice_floor(a, b, d, e) == math.floor(Fraction(math.floor(first), e))
    assert fixed.mul_div_twice_ceil(a, b, d, e) == math.ceil(Fraction(math.ceil(first), e))


@given(values, values, st.integers(1, 2**100).map(lambda n: 2 * n))
def test_half_up_on_even_divisors(a: int, b: int, d: int) -> None:
    assert fixed.mul_div_half_up(a, b, d) == half_up(Fraction(a * b, d))


@given(values, values)
def test_wad_products(a: int, b: int) -> None:
    exact = Fraction(a * b, WAD)
    assert fixed.wad_mul_floor(a, b) == math.floor(exact)
    assert fixed.wad_mul_ceil(a, b) == math.ceil(exact)


@given(values, values)
def test_ray_products(a: int, b: int) -> None:
    exact = Fraction(a * b, RAY)
    assert fixed.ray_mul(a, b) == half_up(exact)
    assert fixed.ray_mul_floor(a, b) == math.floor(exact)
    assert fixed.ray_mul_ceil(a, b) == math.ceil(exact)


@given(values, divisors)
def test_ray_quotients(a: int, b: int) -> None:
    exact = Fraction(a * RAY, b)
    assert fixed.ray_div_floor(a, b) == math.floor(exact)
    assert fixed.ray_div_ceil(a, b) == math.ceil(exact)
    assert abs(fixed.ray_div(a, b) - exact) <= Fraction(1, 2) + Fraction(1, b)


@given(values, st.integers(1, 30_000))
def test_percentages(a: int, bps: int) -> None:
    assert fixed.percent_mul(a, bps) == half_up(Fraction(a * bps, BPS))
    assert fixed.percent_div_ceil(a, bps) == math.ceil(Fraction(a * BPS, bps))
    assert abs(fixed.percent_div(a, bps) - Fraction(a * BPS, bps)) <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: fixed.div_floor(1, 0),
        lambda: fixed.div_ceil(1, 0),
        lambda: fixed.mul_div_floor(1, 1, 0),
        lambda: fixed.mul_div_ceil(1, 1, 0),
        lambda: fixed.mul_div_twice_floor(1, 1, 0, 1),
        lambda: fixed.mul_div_twice_floor(1, 1, 1, 0),
        lambda: fixed.mul_div_twice_ceil(1, 1, 0, 1),
        lambda: fixed.mul_div_twice_ceil(1, 1, 1, 0),
        lambda: fixed.mul_div_half_up(1, 1, 0),
        lambda: fixed.ray_div(1, 0),
        lambda: fixed.ray_div_floor(1, 0),
        lambda: fixed.ray_div_ceil(1, 0),
        lambda: fixed.percent_div(1, 0),
        lambda: fixed.percent_div_ceil(1, 0),
    ],
)
def test_division_by_zero_is_a_panic(call: object) -> None:
    with pytest.raises(Revert, match="0x12"):
        call()  # type: ignore[operator]


def test_checked_subtraction_and_require() -> None:
    assert checked_sub(5, 5) == 0
    with pytest.raises(Revert, match="0x11"):
        checked_sub(1, 2)
    require(True, "fine")
    with pytest.raises(Revert, match="NOT_FINE"):
        require(False, "NOT_FINE")


def test_sums_and_products_that_leave_the_word() -> None:
    assert checked_add(MAX_UINT256 - 1, 1) == MAX_UINT256
    assert checked_mul(2**128, 2**127) == 2**255
    with pytest.raises(Revert, match=r"Panic\(0x11"):
        checked_add(MAX_UINT256, 1)
    with pytest.raises(Revert, match=r"Panic\(0x11"):
        checked_mul(2**128, 2**128)


def test_a_percentage_rounded_down() -> None:
    assert fixed.percent_mul_floor(19_999, 5_000) == 9_999
    assert fixed.percent_mul(19_999, 5_000) == 10_000
    assert fixed.percent_mul_floor(20_000, 5_000) == 10_000
