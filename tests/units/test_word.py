"""256-bit words: the same numbers as exact fractions, and a revert where they do not fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units import word
from lstwallet.units.checked import MAX_UINT256, Revert
from lstwallet.units.fixed import BPS, RAY, WAD

small = st.integers(0, 2**100)
positive = st.integers(1, 2**100)


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


@given(small, small)
def test_products(a: int, b: int) -> None:
    assert word.wad_mul(a, b) == half_up(Fraction(a * b, WAD))
    assert word.ray_mul(a, b) == half_up(Fraction(a * b, RAY))
    assert word.ray_mul_floor(a, b) == math.floor(Fraction(a * b, RAY))
    assert word.ray_mul_ceil(a, b) == math.ceil(Fraction(a * b, RAY))
    assert word.percent_mul(a, b) == half_up(Fraction(a * b, BPS))
    assert word.percent_mul_floor(a, b) == math.floor(Fraction(a * b, BPS))
    assert word.percent_mul_ceil(a, b) == math.ceil(Fraction(a * b, BPS))


@given(small, positive)
def test_quotients(a: int, b: int) -> None:
    assert word.wad_div(a, b) == half_up(Fraction(a * WAD, b))
    assert word.ray_div(a, b) == half_up(Fraction(a * RAY, b))
    assert word.ray_div_floor(a, b) == math.floor(Fraction(a * RAY, b))
    assert word.ray_div_ceil(a, b) == math.ceil(Fraction(a * RAY, b))
    assert word.percent_div(a, b) == half_up(Fraction(a * BPS, b))
    assert word.percent_div_ceil(a, b) == math.ceil(Fraction(a * BPS, b))
    assert word.mul_div_ceil(a, a, b) == math.ceil(Fraction(a * a, b))


@given(small)
def test_rays_and_wads(a: int) -> None:
    assert word.ray_to_wad(word.wad_to_ray(a)) == a
    assert word.ray_to_wad(a) == half_up(Fraction(a * WAD, RAY))


@pytest.mark.parametrize(
    "function",
    [
        word.wad_mul,
        word.wad_div,
        word.ray_mul,
        word.ray_mul_floor,
        word.ray_mul_ceil,
        word.ray_div,
        word.ray_div_floor,
        word.ray_div_ceil,
        word.percent_mul,
        word.percent_mul_floor,
        word.percent_mul_ceil,
        word.percent_div,
        word.percent_div_ceil,
    ],
)
def test_what_does_not_fit_reverts_without_a_reason(function: Callable[[int, int], int]) -> None:
    with pytest.raises(Revert, match="without reason"):
        function(MAX_UINT256, 3)


@pytest.mark.parametrize(
    "function",
    [
        word.wad_div,
        word.ray_div,
        word.ray_div_floor,
        word.ray_div_ceil,
        word.percent_div,
        word.percent_div_ceil,
        lambda a, b: word.mul_div_ceil(a, a, b),
    ],
)
def test_zero_divides_nothing(function: Callable[[int, int], int]) -> None:
    with pytest.raises(Revert, match="without reason"):
        function(1, 0)
