"""Interest and scaled values against exact fractions and against e."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import BPS, RAY, WAD
from lstwallet.units.interest import (
    averaged_health,
    earned_rate,
    grow_binomial,
    grow_linear,
    grow_taylor,
    health_ratio,
    interest_share_floor,
    interest_share_half_up,
    kinked_rate,
    scaled_value_ceil,
    scaled_value_floor,
    scaled_value_half_up,
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


# --- the older rules --------------------------------------------------------------------


def nearest(value: Fraction) -> int:
    """To the nearest, halves up."""
    return math.floor(value + Fraction(1, 2))


@pytest.mark.parametrize("seconds", [0, 1, 2, 3, 12, 86_400, YEAR])
@pytest.mark.parametrize("rate", [0, RAY // 1_000, RAY // 20, 3 * RAY])
def test_binomial_growth_by_its_terms(rate: int, seconds: int) -> None:
    squared = math.floor(Fraction(nearest(Fraction(rate * rate, RAY)), YEAR * YEAR))
    cubed = math.floor(Fraction(nearest(Fraction(squared * rate, RAY)), YEAR))
    pairs, triples = seconds * (seconds - 1), seconds * (seconds - 1) * (seconds - 2)
    grown = (
        RAY
        + math.floor(Fraction(rate * seconds, YEAR))
        + math.floor(Fraction(pairs * squared, 2))
        + math.floor(Fraction(triples * cubed, 6))
    )
    assert grow_binomial(RAY, rate, seconds) == grown
    index = RAY + RAY // 7
    assert grow_binomial(index, rate, seconds) == nearest(Fraction(index * grown, RAY))


def test_binomial_growth_is_below_the_newer_polynomial_and_above_simple_interest() -> None:
    """5 % over a year: of r³ a second, 3.98 units, only 3 count: 1/6 of a year's 5 %³ and less."""
    rate = RAY // 20
    assert RAY + rate < grow_binomial(RAY, rate, YEAR) <= grow_taylor(RAY, rate, YEAR)
    assert grow_binomial(RAY, rate, YEAR) * 10**6 // RAY == 1_051_265


def test_a_share_of_the_interest_rounds_each_step_to_the_nearest() -> None:
    """3 owed at 1.5 and at 2.5: 4.5 → 5 and 7.5 → 8 make 3; half is 1.5 → 2, by 1.25: 1.6 → 2."""
    ray = RAY // 4
    assert interest_share_half_up(3, 6 * ray, 10 * ray, 5_000, 5 * ray) == 2
    assert interest_share_half_up(3, 6 * ray, 10 * ray, 4_999, 5 * ray) == 1  # 1.4997 → 1 → 0.8
    assert interest_share_half_up(3, 6 * ray, 6 * ray, 5_000, 5 * ray) == 0


@given(amounts, indices, st.integers(0, 10**14), st.sampled_from((1, 10**6, 10**18)))
def test_older_values_round_tokens_to_the_nearest(
    scaled: int, index: int, price: int, unit: int
) -> None:
    tokens = nearest(Fraction(scaled * index, RAY))
    assert scaled_value_half_up(scaled, index, price, unit) == tokens * price // unit


def test_averaged_health_by_hand() -> None:
    """30,000 at 80.01 % and 60,000 at 80.02 %: the average 80.0166… % counts as 80.01 %."""
    weighted = 30_000 * 8_001 + 60_000 * 8_002
    assert averaged_health(weighted, 72_009, 90_000) == WAD
    assert health_ratio(weighted, 72_009) > WAD
    # 3 at 80.01 % are 2.4003 → 2; at 50 % they are 1.5 → 2; two thirds round up
    assert averaged_health(3 * 8_001, 3, 3) == nearest(Fraction(2 * WAD, 3))
    assert averaged_health(3 * 5_000, 3, 3) == nearest(Fraction(2 * WAD, 3))
    assert averaged_health(0, 3, 0) == 0


# --- the curve's arithmetic -------------------------------------------------------------


@given(
    st.integers(0, RAY),
    st.integers(1, RAY),
    st.integers(0, RAY),
    st.integers(0, RAY),
    st.integers(0, 3 * RAY),
)
def test_a_rate_with_a_kink_is_the_formula_step_by_step(
    usage: int, optimal: int, base: int, slope1: int, slope2: int
) -> None:
    if usage > optimal:
        beyond = nearest(Fraction((usage - optimal) * RAY, RAY - optimal))
        expected = base + slope1 + nearest(Fraction(slope2 * beyond, RAY))
    else:
        rising = nearest(Fraction(slope1 * usage, RAY))
        quotient = Fraction(rising * RAY, optimal)
        # the contract adds half the divisor rounded down: below a half by half a unit of it
        expected = base + (quotient + Fraction(optimal // 2, optimal)).__floor__()
    told = kinked_rate(usage, optimal, base, slope1, slope2)
    if usage > optimal and (RAY - optimal) % 2:
        assert abs(told - expected) <= 1 + slope2 // RAY
    else:
        assert told == expected


def test_a_rate_at_its_kink_and_at_its_end() -> None:
    optimal, base, slope1, slope2 = 8 * RAY // 10, RAY // 100, 4 * RAY // 100, 75 * RAY // 100
    assert kinked_rate(0, optimal, base, slope1, slope2) == base
    assert kinked_rate(optimal, optimal, base, slope1, slope2) == base + slope1
    assert kinked_rate(9 * RAY // 10, optimal, base, slope1, slope2) == base + slope1 + slope2 // 2
    assert kinked_rate(RAY, optimal, base, slope1, slope2) == base + slope1 + slope2


@given(st.integers(0, 3 * RAY), st.integers(0, RAY), st.integers(0, BPS))
def test_what_is_earned_of_a_rate_rounds_twice_to_the_nearest(
    rate: int, usage: int, kept: int
) -> None:
    earned = nearest(Fraction(rate * usage, RAY))
    assert earned_rate(rate, usage, kept) == nearest(Fraction(earned * kept, BPS))
