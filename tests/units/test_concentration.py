"""Concentration: the two figures against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units.concentration import herfindahl, nakamoto

ONE = 10**18
THIRD = ONE // 3
PARTS = st.lists(st.integers(0, 10**12), max_size=30)


@pytest.mark.parametrize(
    ("parts", "index"),
    [
        ((), Fraction(0)),
        ((0, 0), Fraction(0)),
        ((7,), Fraction(1)),
        ((7, 0), Fraction(1)),
        ((1, 1), Fraction(1, 2)),
        ((100, 200), Fraction(5, 9)),
        ((1, 1, 1), Fraction(1, 3)),
        ((10, 1), Fraction(101, 121)),
    ],
)
def test_the_herfindahl_index(parts: tuple[int, ...], index: Fraction) -> None:
    assert herfindahl(parts) == floor(index * ONE)


@pytest.mark.parametrize(
    ("parts", "fraction", "count"),
    [
        ((), THIRD, 0),
        ((0, 0), THIRD, 0),
        ((5,), THIRD, 1),
        ((10, 20, 30, 40), THIRD, 1),  # 40 of 100
        ((10, 20, 30, 40), ONE * 2 // 5, 2),  # 40 is not more than 40 %
        ((40, 10, 30, 20), ONE * 2 // 3, 2),  # 70
        ((25, 25, 25, 25), ONE // 2, 3),
        ((1, 1, 1), THIRD, 1),  # a third is more than 0.333…3
        ((1, 1), 0, 1),
        ((1, 1), ONE, 2),  # nothing is more than all
    ],
)
def test_the_nakamoto_coefficient(parts: tuple[int, ...], fraction: int, count: int) -> None:
    assert nakamoto(parts, fraction) == count


@given(PARTS)
def test_the_index_lies_between_alike_and_alone(parts: list[int]) -> None:
    whole = sum(parts)
    if not whole:
        return
    assert herfindahl(parts) == floor(sum(Fraction(p, whole) ** 2 for p in parts) * ONE)
    assert ONE // len(parts) <= herfindahl(parts) <= ONE


@given(PARTS, st.integers(0, ONE - 1))
def test_the_coefficient_is_the_fewest(parts: list[int], fraction: int) -> None:
    whole, count = sum(parts), nakamoto(parts, fraction)
    if not whole:
        return
    largest = sorted(parts, reverse=True)
    assert Fraction(sum(largest[:count]), whole) > Fraction(fraction, ONE)
    assert Fraction(sum(largest[: count - 1]), whole) <= Fraction(fraction, ONE)
