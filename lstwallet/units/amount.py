"""Token amounts: integers in base units, and the one decimal grammar for people.

A point is the decimal mark in every language. What the app shows, copies or fills in
parses back to the same integer. ``Decimal`` and ``float`` stay out: ``int(Decimal(
"1e1000000"))`` does not return, and a float loses digits.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, NamedTuple

ALL: Final = "all"
"""Max is an intention: redeem every share, leave no dust."""
Wanted = int | Literal["all"]
"""Base units, or ``ALL``."""

MAX_DIGITS: Final = 60
"""Longer input is refused before it is read: no token here needs more."""
NARROW_SPACE: Final = "\u202f"
"""Parts groups of three in what the app shows."""
_STRIPPED: Final = str.maketrans("", "", "\u202f\u00a0\u2009 \t\r\n")
_ASCII_DIGITS: Final = frozenset("0123456789")


class Token(NamedTuple):
    """A fungible token: its symbol and the number of decimals of its base unit."""

    symbol: str
    decimals: int


class Amount(NamedTuple):
    """``units`` base units of ``token``."""

    units: int
    token: Token

    def __str__(self) -> str:
        return f"{format_exact(self.units, self.token.decimals)} {self.token.symbol}"


class AmountProblem(StrEnum):
    """Why a text is not an amount."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    COMMA = "comma"
    NEGATIVE = "negative"
    ZERO = "zero"
    TOO_MANY_DECIMALS = "too_many_decimals"
    TOO_LONG = "too_long"
    EXPONENT = "exponent"


class BadAmount(ValueError):
    """A text is not an amount; ``problem`` says why, ``decimals`` what the token allows."""

    def __init__(self, problem: AmountProblem, decimals: int) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.decimals = decimals


def parse_units(text: str, decimals: int, *, allow_zero: bool = False) -> int:
    """Base units named by ``text``: ``digits[.digits]`` with at most ``decimals`` decimals.

    White space, the narrow no-break space between groups included, is stripped.
    Raises ``BadAmount``: a comma, a sign, an exponent, letters, too many decimals,
    nothing, or (unless allowed) zero.
    """
    bare = text.translate(_STRIPPED)
    if not bare or bare == ".":
        raise BadAmount(AmountProblem.EMPTY, decimals)
    if len(bare) > MAX_DIGITS:
        raise BadAmount(AmountProblem.TOO_LONG, decimals)
    if bare[0] in "-\u2212":
        raise BadAmount(AmountProblem.NEGATIVE, decimals)
    if "," in bare:
        raise BadAmount(AmountProblem.COMMA, decimals)
    whole, _point, fraction = bare.partition(".")
    if not _ASCII_DIGITS.issuperset(whole + fraction):
        mantissa, mark, exponent = bare.lower().partition("e")
        looks_scientific = mark and mantissa and exponent.lstrip("+-").isdigit()
        raise BadAmount(
            AmountProblem.EXPONENT if looks_scientific else AmountProblem.NOT_A_NUMBER, decimals
        )
    if len(fraction.rstrip("0")) > decimals:
        raise BadAmount(AmountProblem.TOO_MANY_DECIMALS, decimals)
    units = int((whole or "0") + fraction[:decimals].ljust(decimals, "0"))
    if units == 0 and not allow_zero:
        raise BadAmount(AmountProblem.ZERO, decimals)
    return units


def parse(text: str, token: Token, *, allow_zero: bool = False) -> Amount:
    """``parse_units`` for a token."""
    return Amount(parse_units(text, token.decimals, allow_zero=allow_zero), token)


def format_exact(units: int, decimals: int) -> str:
    """Every digit, no trailing zeros, no groups: parses back to the same integer."""
    sign, digits = ("-", -units) if units < 0 else ("", units)
    if decimals == 0:
        return f"{sign}{digits}"
    text = str(digits).rjust(decimals + 1, "0")
    whole, fraction = text[:-decimals], text[-decimals:].rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def format_nearest(units: int, decimals: int, places: int) -> str:
    """``format_places`` rounded to nearest, halves away from zero: for prices and rates."""
    half = 5 * 10 ** (decimals - places - 1) if decimals > places else 0
    return format_places(units + (-half if units < 0 else half), decimals, places)


def format_places(units: int, decimals: int, places: int, *, group: bool = True) -> str:
    """``places`` decimals, rounded towards zero, groups parted by a narrow no-break space.

    Rounding towards zero never shows more than there is.
    """
    sign, digits = ("\u2212", -units) if units < 0 else ("", units)
    scale = decimals - places
    digits = digits // 10**scale if scale >= 0 else digits * 10**-scale
    text = str(digits).rjust(places + 1, "0")
    whole, fraction = (text[:-places], text[-places:]) if places else (text, "")
    if group:
        whole = f"{int(whole):,}".replace(",", NARROW_SPACE)
    if digits == 0:
        sign = ""
    return f"{sign}{whole}.{fraction}" if places else f"{sign}{whole}"
