"""The exponential function on 18-decimal fixed point, bit for bit as contracts compute it.

The range is reduced by powers of two, then a rational function of degree (6, 7) in
96-bit fixed point is taken (the approximation by Remco Bloemen that Curve's moving
averages use). Below zero a division truncates towards zero and a shift rounds down.
"""

from __future__ import annotations

from typing import Final

from lstwallet.units.checked import Revert

SHIFT: Final = 96
ZERO_UP_TO: Final = -41_446_531_673_892_822_313
"""At or below this, e^x is less than half a unit of 10⁻¹⁸: the result is 0."""
OVERFLOWS_FROM: Final = 135_305_999_368_893_231_589
LN_2: Final = 54_916_777_467_707_473_351_141_471_128
"""ln 2 in 96-bit fixed point."""
SCALE: Final = 3_822_833_074_963_236_453_042_738_258_902_158_003_155_416_615_667
SCALE_SHIFT: Final = 195


def wad_exp(x: int) -> int:
    """``e**x``, both with 18 decimals, ``x`` of either sign. Raises ``Revert`` on overflow."""
    if x <= ZERO_UP_TO:
        return 0
    if x >= OVERFLOWS_FROM:
        raise Revert
    value = _div_to_zero(x << 78, 5**18)
    powers_of_two = (_div_to_zero(value << SHIFT, LN_2) + (1 << 95)) >> SHIFT
    value -= powers_of_two * LN_2
    return _rational(value) * SCALE >> (SCALE_SHIFT - powers_of_two)


def _rational(x: int) -> int:
    """``e**x`` times a constant, for x within ±ln 2 / 2 in 96-bit fixed point."""
    y = x + 1_346_386_616_545_796_478_920_950_773_328
    y = (y * x >> SHIFT) + 57_155_421_227_552_351_082_224_309_758_442
    p = y + x - 94_201_549_194_550_492_254_356_042_504_812
    p = (p * y >> SHIFT) + 28_719_021_644_029_726_153_956_944_680_412_240
    p = p * x + (4_385_272_521_454_847_904_659_076_985_693_276 << SHIFT)
    q = x - 2_855_989_394_907_223_263_936_484_059_900
    q = (q * x >> SHIFT) + 50_020_603_652_535_783_019_961_831_881_945
    q = (q * x >> SHIFT) - 533_845_033_583_426_703_283_633_433_725_380
    q = (q * x >> SHIFT) + 3_604_857_256_930_695_427_073_651_918_689_429
    q = (q * x >> SHIFT) - 14_423_608_567_350_463_180_887_372_962_807_573
    q = (q * x >> SHIFT) + 26_449_188_498_355_588_339_934_803_723_976_023
    return _div_to_zero(p, q)


def _div_to_zero(a: int, b: int) -> int:
    """``a / b`` rounded towards zero; ``b`` is positive."""
    return a // b if a >= 0 else -(-a // b)
