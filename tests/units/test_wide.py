"""Products of 512 bits: the same numbers as exact fractions, and a revert beyond a word."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units import wide
from lstwallet.units.checked import MAX_UINT256, Revert

words = st.integers(0, MAX_UINT256)


@given(words, words, st.integers(1, MAX_UINT256))
def test_a_quotient_is_exact_or_does_not_fit(a: int, b: int, d: int) -> None:
    exact = Fraction(a * b, d)
    for function, rounded in (
        (wide.mul_div_floor, math.floor(exact)),
        (wide.mul_div_ceil, math.ceil(exact)),
    ):
        if rounded <= MAX_UINT256:
            assert function(a, b, d) == rounded
        else:
            with pytest.raises(Revert, match="revert without reason"):
                function(a, b, d)


def test_the_last_word_that_fits() -> None:
    """v3-core ``FullMath.spec.ts``: all ones fit; rounding up beyond them does not."""
    assert wide.mul_div_floor(MAX_UINT256, MAX_UINT256, MAX_UINT256) == MAX_UINT256
    assert wide.mul_div_ceil(MAX_UINT256, MAX_UINT256, MAX_UINT256) == MAX_UINT256
    tight = (535006138814359, 432862656469423142931042426214547535783388063929571229938474969, 2)
    with pytest.raises(Revert):
        wide.mul_div_ceil(*tight)
    assert wide.mul_div_floor(*tight) == MAX_UINT256
    with pytest.raises(Revert):
        wide.mul_div_floor(MAX_UINT256, 2, 1)


@pytest.mark.parametrize("function", [wide.mul_div_floor, wide.mul_div_ceil])
def test_nothing_is_divided_by_zero(function: object) -> None:
    with pytest.raises(Revert, match="revert without reason"):
        function(1, 1, 0)  # type: ignore[operator]
