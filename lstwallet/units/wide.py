"""Multiply, then divide, through a product of 512 bits: only the quotient must fit a word.

A contract that multiplies in 512 bits loses nothing on the way, and reverts without a reason
when the quotient does not fit into 256 bits or the divisor is zero.
Source: v3-core ``FullMath.sol`` (d8b1c635), after Remco Bloemen's mulDiv.
"""

from __future__ import annotations

from lstwallet.units.checked import MAX_UINT256, Revert


def mul_div_floor(a: int, b: int, d: int) -> int:
    """``a * b / d`` rounded down (``mulDiv``)."""
    if d == 0:
        raise Revert
    quotient = a * b // d
    if quotient > MAX_UINT256:
        raise Revert
    return quotient


def mul_div_ceil(a: int, b: int, d: int) -> int:
    """``a * b / d`` rounded up (``mulDivRoundingUp``)."""
    if d == 0:
        raise Revert
    quotient = -(-a * b // d)
    if quotient > MAX_UINT256:
        raise Revert
    return quotient
