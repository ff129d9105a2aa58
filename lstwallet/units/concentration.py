"""How unevenly a whole is divided: two figures over the same parts.

    Herfindahl-Hirschman index = Σ (part / whole)²         (1: one has all; 1/n: n alike)
    Nakamoto coefficient       = the fewest parts that together pass a fraction of the whole

Sources: Hirschman, "The Paternity of an Index" (1964), often quoted in points (10,000 is 1);
Srinivasan and Lee, "Quantifying Decentralization" (2017). Parts are not negative; fractions
have 18 decimals. A whole of nothing has neither: both are 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from lstwallet.units.fixed import WAD, mul_div_floor


def herfindahl(parts: Sequence[int]) -> int:
    """The Herfindahl-Hirschman index, 18 decimals, rounded down."""
    whole = sum(parts)
    return mul_div_floor(sum(part * part for part in parts), WAD, whole * whole) if whole else 0


def nakamoto(parts: Sequence[int], fraction: int) -> int:
    """How many of the largest parts it takes to hold more than ``fraction`` of the whole.

    ``fraction`` is below 1. A third is what stops finality on Ethereum, two thirds decide.
    """
    whole, together = sum(parts), 0
    if not whole:
        return 0
    for count, part in enumerate(sorted(parts, reverse=True), 1):
        together += part
        if together * WAD > whole * fraction:
            return count
    return len(parts)
