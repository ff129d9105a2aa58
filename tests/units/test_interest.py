"""Interest and scaled values against exact fractions and against e."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import BPS, RAY, WAD
from lstwallet.units.interest import (
    grow_linear,
    grow_taylor,
    health_ratio,
    interest_share_floor,
    scaled_value_ceil,
    scaled_value_floor,
)

indices = st.integers(RAY, 20 * RAY)
rates = st.integers(0, 3 * RAY)
spans = st.integers(0, 2 * YEAR)
amounts = st.integers(0, 10**30)
prices = st.integers(1, 10**14)
units = st.integers(0, 18).map(lambda decimals: 10**decimals)


@given(indices, rates, spans)
def test_growth_is_the_formula_to_a_few_units(index: int, rate: int, elapsed: int) -> None:
    x = Fraction(rate * elapsed, YEAR * RAY)
    linear = index * (1 + x)
    assert abs(grow_linear(index, rate, elapsed) - linear) <= Fraction(index, RAY) + 1
    taylor = index * (1 + x + x * x / 2 + x * x * x / 6)
    slack = (4 + 4 * x * x + 4 * x) * Fraction(index, RAY) + 1
    assert abs(grow_taylor(index, rate, elapsed) - taylor) <= slack


@given(indices, rates, spans)
def test_compound_growth_is_never_below_linear_growth(index: int, rate: int, elapsed: int) -> None:
    assert grow_taylor(index, rate, elapsed) >= grow_linear(index, rate, elapsed) >= index


def test_five_per_cent_for_a_year() -> None:
    assert grow_linear(RAY, RAY // 20, YEAR) == 105 * RAY // 100
    assert grow_taylor(RAY, RAY // 20, YEAR) == 1_051_270_833_333_333_333_333_333_333


@given(amounts, indices, prices, units)
def test_values_round_apart(scaled: int, index: int, price: int, unit: int) -> None:
    tokens = Fraction(scaled * index, RAY)
    assert scaled_value_floor(scaled, index, price, unit) == math.floor(
        Fraction(math.floor(tokens) * price, unit)
    )
    assert scaled_value_ceil(scaled, index, price, unit) == math.ceil(
        Fraction(math.ceil(tokens) * price, unit)
    )


@given(amounts, indices, st.integers(0, RAY), st.integers(0, BPS), indices)
def test_a_share_of_the_interest_is_never_more_than_its_part(
    scaled: int, old: int, more: int, share: int, index: int
) -> None:
    got = interest_share_floor(scaled, old, old + more, share, index)
    whole = Fraction(scaled * more, RAY)
    assert got <= (whole * share / BPS + Fraction(1, 2)) * RAY / index


@given(st.integers(0, 10**40), st.integers(1, 10**30))
def test_health_ratio(weighted: int, debt: int) -> None:
    exact = Fraction(weighted * WAD, debt * BPS)
    assert abs(health_ratio(weighted, debt) - exact) <= 1
