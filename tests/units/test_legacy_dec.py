"""The SDK's decimals against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units import legacy_dec as ld
from lstwallet.units.checked import PANIC_DIVISION, Revert

ONE = 10**18


@pytest.mark.parametrize(
    ("dec", "nearest", "cut"),
    [
        (0, 0, 0),
        (ONE // 2 - 1, 0, 0),
        (ONE // 2, 0, 0),  # a half goes to the even digit
        (ONE // 2 + 1, 1, 0),
        (ONE + ONE // 2 - 1, 1, 1),
        (ONE + ONE // 2, 2, 1),
        (2 * ONE + ONE // 2, 2, 2),
        (3 * ONE - 1, 3, 2),
        (3 * ONE, 3, 3),
    ],
)
def test_to_whole_numbers(dec: int, nearest: int, cut: int) -> None:
    assert ld.dec_round(dec) == nearest == round(Fraction(dec, ONE))
    assert ld.dec_truncate(dec) == cut


def test_thirds() -> None:
    # math/dec_test.go: 10 / 3, 2 / 3, 7 / 9 of whole numbers
    three = ld.dec_from_int(3)
    assert ld.dec_quo(ld.dec_from_int(10), three) == 3_333_333_333_333_333_333
    assert ld.dec_quo(ld.dec_from_int(2), three) == 666_666_666_666_666_667
    assert ld.dec_quo_truncate(ld.dec_from_int(2), three) == 666_666_666_666_666_666
    assert ld.dec_mul(333_333_333_333_333_333, ld.dec_from_int(3)) == 999_999_999_999_999_999


def test_a_quotient_is_cut_off_at_36_places_before_it_is_rounded() -> None:
    # a half and a quarter of 10⁻³⁶ more: to even, although it lies above the half
    assert ld.dec_quo(1, 2 * ONE - 1) == 0
    assert ld.dec_quo(1, 2 * ONE - 4) == 1
    assert ld.dec_quo(1, 2 * ONE) == 0
    assert ld.dec_quo(3, 2 * ONE) == 2


def test_nothing_is_divided_by_zero() -> None:
    for quo in (ld.dec_quo, ld.dec_quo_truncate):
        with pytest.raises(Revert) as refused:
            quo(ONE, 0)
        assert refused.value.reason == PANIC_DIVISION


DECS = st.integers(0, 10**40)


@given(DECS, DECS)
def test_products_are_the_nearest(a: int, b: int) -> None:
    assert ld.dec_mul(a, b) == round(Fraction(a * b, ONE))


@given(DECS, st.integers(1, 10**40))
def test_quotients_are_the_nearest_of_36_places(a: int, b: int) -> None:
    exact = Fraction(a * ONE, b)
    assert ld.dec_quo_truncate(a, b) == floor(exact)
    assert ld.dec_quo(a, b) == round(Fraction(floor(exact * ONE), ONE))
    assert abs(ld.dec_quo(a, b) - exact) <= Fraction(1, 2) + Fraction(1, ONE)
