"""Fixed point on integers of any size, every rounding named.

All operands are non-negative unless a function says otherwise. A denominator of zero
raises ``Revert`` with the division panic, as a contract would.
"""

from __future__ import annotations

from typing import Final

from lstwallet.units.checked import PANIC_DIVISION, Revert

WAD: Final = 10**18
"""One, with 18 decimals."""
RAY: Final = 10**27
"""One, with 27 decimals (Aave's indices and rates)."""
HALF_RAY: Final = RAY // 2
BPS: Final = 10_000
"""One, in basis points."""
HALF_BPS: Final = BPS // 2


def div_floor(a: int, b: int) -> int:
    """``a / b`` rounded down."""
    if not b:
        raise Revert(PANIC_DIVISION)
    return a // b


def div_ceil(a: int, b: int) -> int:
    """``a / b`` rounded up."""
    if not b:
        raise Revert(PANIC_DIVISION)
    return -(-a // b)


def mul_div_floor(a: int, b: int, d: int) -> int:
    """``a * b / d`` rounded down."""
    if not d:
        raise Revert(PANIC_DIVISION)
    return a * b // d


def mul_div_ceil(a: int, b: int, d: int) -> int:
    """``a * b / d`` rounded up."""
    if not d:
        raise Revert(PANIC_DIVISION)
    return -(-a * b // d)


def mul_div_half_up(a: int, b: int, d: int) -> int:
    """``a * b / d`` rounded to the nearest, halves up."""
    if not d:
        raise Revert(PANIC_DIVISION)
    return (a * b + d // 2) // d


def mul_div_twice_floor(a: int, b: int, d: int, e: int) -> int:
    """``a * b / d``, rounded down, over ``e``, rounded down."""
    if not (d and e):
        raise Revert(PANIC_DIVISION)
    return a * b // d // e


def mul_div_twice_ceil(a: int, b: int, d: int, e: int) -> int:
    """``a * b / d``, rounded up, over ``e``, rounded up."""
    if not (d and e):
        raise Revert(PANIC_DIVISION)
    return -(-a * b // d // e)


def half_floor(a: int) -> int:
    """Half of ``a``, rounded down."""
    return a // 2


def wad_mul_floor(a: int, b: int) -> int:
    """Product of two 18-decimal numbers, rounded down."""
    return a * b // WAD


def wad_mul_ceil(a: int, b: int) -> int:
    """Product of two 18-decimal numbers, rounded up."""
    return -(-a * b // WAD)


def ray_mul(a: int, b: int) -> int:
    """Product of two rays, halves up (aave-v3-origin ``WadRayMath.rayMul``)."""
    return (a * b + HALF_RAY) // RAY


def ray_div(a: int, b: int) -> int:
    """Quotient of two rays, halves up (aave-v3-origin ``WadRayMath.rayDiv``)."""
    if not b:
        raise Revert(PANIC_DIVISION)
    return (a * RAY + b // 2) // b


def ray_mul_floor(a: int, b: int) -> int:
    """Product of two rays, rounded down."""
    return a * b // RAY


def ray_mul_ceil(a: int, b: int) -> int:
    """Product of two rays, rounded up."""
    return -(-a * b // RAY)


def ray_div_floor(a: int, b: int) -> int:
    """Quotient of two rays, rounded down."""
    if not b:
        raise Revert(PANIC_DIVISION)
    return a * RAY // b


def ray_div_ceil(a: int, b: int) -> int:
    """Quotient of two rays, rounded up."""
    if not b:
        raise Revert(PANIC_DIVISION)
    return -(-a * RAY // b)


def percent_mul(a: int, percent_bps: int) -> int:
    """``a`` times a percentage in basis points, halves up (``PercentageMath.percentMul``)."""
    return (a * percent_bps + HALF_BPS) // BPS


def percent_mul_floor(a: int, percent_bps: int) -> int:
    """``a`` times a percentage in basis points, rounded down."""
    return a * percent_bps // BPS


def percent_div(a: int, percent_bps: int) -> int:
    """``a`` over a percentage in basis points, halves up (``PercentageMath.percentDiv``)."""
    if not percent_bps:
        raise Revert(PANIC_DIVISION)
    return (a * BPS + percent_bps // 2) // percent_bps


def percent_div_ceil(a: int, percent_bps: int) -> int:
    """``a`` over a percentage in basis points, rounded up."""
    if not percent_bps:
        raise Revert(PANIC_DIVISION)
    return -(-a * BPS // percent_bps)
