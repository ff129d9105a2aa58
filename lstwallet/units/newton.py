"""Bounded Newton iterations on integers, the inner loops of AMM invariants.

They live here because a loop of named divisions would cost more than the arithmetic.
Every division truncates, in the order of the contract; the order matters. What would
overflow 256 bits, divide by zero or not settle reverts without a reason, as it does
in Vyper.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from lstwallet.units.checked import MAX_UINT256, Revert

MAX_ROUNDS: Final = 255
"""StableSwap-NG gives up after this many rounds."""
A_PRECISION: Final = 100
"""An amplification of A is carried as ``A * 100``."""
NO_OVERFLOW_BELOW: Final = 2**85
"""Two coins that sum to less cannot overflow 256 bits on the way to D (D³ bounds it)."""
C_FITS_BELOW: Final = 2**180
D_FITS_BELOW: Final = 2**126
"""Below both, no square on the way to y reaches 256 bits: y stays below ``D + c/D``, which
is less than 2¹²⁷ + D for a D of 2⁵³ and more, and with a smaller D less than 2¹¹⁴."""


@lru_cache(maxsize=16)  # who looks at a pool's price and who trades next ask the same
def stableswap_d(x0: int, x1: int, amp: int) -> int:
    """The invariant D of two coins; ``amp`` = A·100. Within one unit of the fixed point.

    Source: StableSwap-NG ``get_D``: ``D ← (Ann·S/100 + 2·P)·D / ((Ann−100)·D/100 + 3·P)``
    with ``P = D³/(4·x0·x1)`` and ``Ann = 2·amp``. Empty pools have D = 0; one empty coin
    reverts.
    """
    total = x0 + x1
    if total == 0:
        return 0
    if x0 == 0 or x1 == 0 or total >= NO_OVERFLOW_BELOW:
        _refuse_d_overflow(x0, x1, amp)
    ann = 2 * amp
    weighted = ann * total // A_PRECISION
    excess = ann - A_PRECISION
    d = total
    for _ in range(MAX_ROUNDS):
        product = d * d // x0 * d // x1 // 4
        before = d
        d = (weighted + 2 * product) * d // (excess * d // A_PRECISION + 3 * product)
        if -1 <= d - before <= 1:
            return d
    raise Revert


def _refuse_d_overflow(x0: int, x1: int, amp: int) -> None:
    """Revert when a product of the first round is too large; D only falls after it."""
    if x0 == 0 or x1 == 0:
        raise Revert
    d = x0 + x1
    cubed = d * d // x0 * d
    numerator = (2 * amp * d // A_PRECISION + cubed // x1 // 4 * 2) * d
    if max(d * d, cubed, numerator) > MAX_UINT256:
        raise Revert


def _refuse_y_overflow(c: int, b: int, d: int) -> None:
    """Revert when ``y² + c`` is too large: y is largest after the first round."""
    first = (d * d + c) // (2 * d + b)
    if max(d * d, first * first) + c > MAX_UINT256:
        raise Revert


def stableswap_y(x: int, d: int, amp: int) -> int:
    """The other coin's value at which the invariant is ``d``, given one coin's value ``x``.

    Source: StableSwap-NG ``get_y``: ``y ← (y² + c)/(2y + b − D)`` with
    ``c = D³·100/(2x·2·Ann)`` and ``b = x + D·100/Ann``. Within one unit.
    """
    if x <= 0:
        raise Revert
    ann = 2 * amp
    numerator = d * d // (2 * x) * d * A_PRECISION
    if numerator > MAX_UINT256:
        raise Revert
    c = numerator // (2 * ann)
    b = x + d * A_PRECISION // ann - d
    if c >= C_FITS_BELOW or d >= D_FITS_BELOW:
        _refuse_y_overflow(c, b, d)
    y = d
    for _ in range(MAX_ROUNDS):
        before = y
        y = (y * y + c) // (2 * y + b)
        if -1 <= y - before <= 1:
            return y
    raise Revert
