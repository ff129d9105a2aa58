"""Fixed point on 256-bit words: the functions of ``fixed`` that also revert on overflow.

A contract multiplies before it divides, and a product that does not fit into 256 bits
reverts without a reason. Amounts that a person names (``2**256 - 1`` is a favourite) pass
through these; numbers that a protocol keeps itself are far smaller and use ``fixed``.
Sources: aave-v3-origin ``WadRayMath``, ``PercentageMath`` and ``MathUtils.mulDivCeil``.
"""

from __future__ import annotations

from typing import Final

from lstwallet.units.checked import MAX_UINT256, Revert
from lstwallet.units.fixed import BPS, HALF_BPS, HALF_RAY, RAY, WAD

HALF_WAD: Final = WAD // 2
WAD_RAY_RATIO: Final = RAY // WAD
HALF_RATIO: Final = WAD_RAY_RATIO // 2
MAX_TIMES_RAY: Final = MAX_UINT256 // RAY
"""The largest word that can be multiplied by one ray."""


def _product(a: int, b: int, extra: int = 0) -> int:
    """``a * b + extra`` if it fits into a word; reverts without reason otherwise."""
    product = a * b + extra
    if product > MAX_UINT256:
        raise Revert
    return product


def _divisor(b: int) -> int:
    """``b`` unless it is zero, which reverts without reason."""
    if b == 0:
        raise Revert
    return b


def wad_mul(a: int, b: int) -> int:
    """Product of two wads, halves up."""
    return _product(a, b, HALF_WAD) // WAD


def wad_div(a: int, b: int) -> int:
    """Quotient of two wads, halves up."""
    return _product(a, WAD, _divisor(b) // 2) // b


def ray_mul(a: int, b: int) -> int:
    """Product of two rays, halves up."""
    return _product(a, b, HALF_RAY) // RAY


def ray_mul_floor(a: int, b: int) -> int:
    """Product of two rays, rounded down."""
    return _product(a, b) // RAY


def ray_mul_ceil(a: int, b: int) -> int:
    """Product of two rays, rounded up."""
    return -(-_product(a, b) // RAY)


def ray_div(a: int, b: int) -> int:
    """Quotient of two rays, halves up."""
    return _product(a, RAY, _divisor(b) // 2) // b


def ray_div_floor(a: int, b: int) -> int:
    """Quotient of two rays, rounded down."""
    if not b or a > MAX_TIMES_RAY:
        raise Revert
    return a * RAY // b


def ray_div_ceil(a: int, b: int) -> int:
    """Quotient of two rays, rounded up."""
    if not b or a > MAX_TIMES_RAY:
        raise Revert
    return -(-a * RAY // b)


def ray_to_wad(a: int) -> int:
    """A ray as a wad, halves up."""
    return (a + HALF_RATIO) // WAD_RAY_RATIO


def wad_to_ray(a: int) -> int:
    """A wad as a ray."""
    return _product(a, WAD_RAY_RATIO)


def percent_mul(a: int, percent_bps: int) -> int:
    """``a`` times basis points, halves up."""
    return _product(a, percent_bps, HALF_BPS) // BPS


def percent_mul_floor(a: int, percent_bps: int) -> int:
    """``a`` times basis points, rounded down."""
    return _product(a, percent_bps) // BPS


def percent_mul_ceil(a: int, percent_bps: int) -> int:
    """``a`` times basis points, rounded up."""
    return -(-_product(a, percent_bps) // BPS)


def percent_div(a: int, percent_bps: int) -> int:
    """``a`` over basis points, halves up."""
    return _product(a, BPS, _divisor(percent_bps) // 2) // percent_bps


def percent_div_ceil(a: int, percent_bps: int) -> int:
    """``a`` over basis points, rounded up."""
    return -(-_product(a, BPS) // _divisor(percent_bps))


def mul_div_ceil(a: int, b: int, d: int) -> int:
    """``a * b / d`` rounded up."""
    return -(-_product(a, b) // _divisor(d))
