"""Decimals as the Cosmos SDK counts them: 18 places, each product and quotient rounded.

Source: cosmos/cosmos-sdk ``math/dec.go`` (``LegacyDec``). A decimal is an integer of 10⁻¹⁸;
products and quotients go to the nearest, halves to the even digit, unless a function says
otherwise. A quotient is first cut off at 36 places, as there, and rounded from those.
Operands are non-negative. Division by zero raises ``Revert`` with the division panic.
"""

from __future__ import annotations

from lstwallet.units.checked import PANIC_DIVISION, Revert
from lstwallet.units.fixed import WAD


def dec_from_int(amount: int) -> int:
    """``amount`` as a decimal (``LegacyNewDecFromInt``)."""
    return amount * WAD


def dec_truncate(dec: int) -> int:
    """The whole part (``TruncateInt``)."""
    return dec // WAD


def dec_round(dec: int) -> int:
    """The nearest whole number, halves to even (``RoundInt``)."""
    whole, rest = divmod(dec, WAD)
    if 2 * rest == WAD:
        return whole + whole % 2
    return whole + (2 * rest > WAD)


def dec_mul(a: int, b: int) -> int:
    """Product (``Mul``)."""
    return dec_round(a * b)


def dec_quo(a: int, b: int) -> int:
    """Quotient (``Quo``)."""
    if b == 0:
        raise Revert(PANIC_DIVISION)
    return dec_round(a * WAD * WAD // b)


def dec_quo_truncate(a: int, b: int) -> int:
    """Quotient, cut off (``QuoTruncate``)."""
    if b == 0:
        raise Revert(PANIC_DIVISION)
    return a * WAD // b
