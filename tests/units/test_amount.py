"""The one decimal grammar for people, and showing amounts that parse back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units.amount import (
    NARROW_SPACE,
    Amount,
    AmountProblem,
    BadAmount,
    Token,
    format_exact,
    format_places,
    parse,
    parse_units,
)

ETH = Token("ETH", 18)


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("5", 18, 5 * 10**18),
        ("5.0", 18, 5 * 10**18),
        (".5", 6, 500_000),
        ("5.", 6, 5_000_000),
        ("0.000001", 6, 1),
        ("1.0000000", 6, 1_000_000),
        (" 12\u202f345.678\n", 6, 12_345_678_000),
        ("0007", 0, 7),
        (f"{2**136}", 18, 2**136 * 10**18),
    ],
)  # fmt: skip
def test_reads_plain_decimals(text: str, decimals: int, units: int) -> None:
    assert parse_units(text, decimals) == units


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", AmountProblem.EMPTY),
        ("  ", AmountProblem.EMPTY),
        (".", AmountProblem.EMPTY),
        ("0", AmountProblem.ZERO),
        ("0.000", AmountProblem.ZERO),
        ("-1", AmountProblem.NEGATIVE),
        ("\u22121", AmountProblem.NEGATIVE),
        ("1,5", AmountProblem.COMMA),
        ("1,000.5", AmountProblem.COMMA),
        ("1e999999", AmountProblem.EXPONENT),
        ("1E5", AmountProblem.EXPONENT),
        ("five", AmountProblem.NOT_A_NUMBER),
        ("1.2.3", AmountProblem.NOT_A_NUMBER),
        ("0x10", AmountProblem.NOT_A_NUMBER),
        ("١٢", AmountProblem.NOT_A_NUMBER),
        ("nan", AmountProblem.NOT_A_NUMBER),
        ("1.0000001", AmountProblem.TOO_MANY_DECIMALS),
        ("9" * 61, AmountProblem.TOO_LONG),
    ],
)
def test_refuses_with_the_reason(text: str, problem: AmountProblem) -> None:
    with pytest.raises(BadAmount) as caught:
        parse_units(text, 6)
    assert caught.value.problem is problem
    assert caught.value.decimals == 6


@given(st.integers(0, 10**40), st.integers(0, 24))
def test_what_is_shown_parses_back(units: int, decimals: int) -> None:
    assert parse_units(format_exact(units, decimals), decimals, allow_zero=True) == units


@given(st.integers(0, 10**30), st.integers(0, 18), st.integers(0, 18))
def test_rounded_display_never_shows_more_than_there_is(
    units: int, decimals: int, places: int
) -> None:
    finest = max(decimals, places)
    shown = parse_units(format_places(units, decimals, places), finest, allow_zero=True)
    exact = units * 10 ** (finest - decimals)
    assert shown <= exact < shown + 10 ** (finest - places)


def test_signs_groups_and_the_amount_itself() -> None:
    assert format_places(-1_234_567_890, 6, 2) == f"\u22121{NARROW_SPACE}234.56"
    assert format_places(-1, 6, 2) == "0.00"
    assert format_places(7, 0, 2) == "7.00"
    assert format_exact(-15, 1) == "-1.5"
    assert str(parse("5.0", ETH)) == "5 ETH"
    assert parse("1", ETH) == Amount(10**18, ETH)
