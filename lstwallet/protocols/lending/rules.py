"""Rule sets: where versions of the protocol differ, by name.

Every rounding says in whose favour it is. In v3.6 each one favours the pool: whoever
supplies gets fewer shares, whoever withdraws burns more, whoever borrows owes more,
whoever repays is forgiven less (aave-v3-origin v3.6.0 ``TokenMath.sol``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lstwallet.units import word
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import (
    RAY,
    div_floor,
    mul_div_ceil,
    mul_div_floor,
    percent_mul,
    ray_div_floor,
    ray_mul,
    ray_mul_ceil,
    ray_mul_floor,
)

Rounding = Callable[[int, int], int]


class Rules(NamedTuple):
    """What a version of the protocol decides for itself."""

    name: str
    mint_supply: Rounding
    """(amount, liquidity index) → scaled aTokens minted."""
    burn_supply: Rounding
    """(amount, liquidity index) → scaled aTokens burned or moved."""
    mint_debt: Rounding
    """(amount, borrow index) → scaled debt minted."""
    burn_debt: Rounding
    """(amount, borrow index) → scaled debt burned."""
    supply_balance: Rounding
    """(scaled, liquidity index) → tokens."""
    debt_balance: Rounding
    """(scaled, borrow index) → tokens owed."""
    compound: Rounding
    """(rate a year, seconds) → growth of a debt, a ray."""
    treasury_share: Callable[[int, int, int, int, int], int]
    """(scaled debt, old and new borrow index, reserve factor, liquidity index) → scaled."""
    collateral_value: Callable[[int, int, int], int]
    """(tokens, price, unit) → base currency."""
    debt_value: Callable[[int, int, int], int]
    """(tokens owed, price, unit) → base currency."""


def linear_interest(rate: int, elapsed: int) -> int:
    """Growth of a supply over ``elapsed`` seconds, a ray (``calculateLinearInterest``)."""
    return RAY + mul_div_floor(rate, elapsed, YEAR)


def compound_taylor(rate: int, elapsed: int) -> int:
    """Growth of a debt, a ray: ``1 + x + x²/2 + x³/6`` with ``x = rate × elapsed / year``.

    The third-order Taylor polynomial of ``e**x`` (v3.6 ``calculateCompoundedInterest``);
    what it leaves out favours borrowers.
    """
    x = mul_div_floor(rate, elapsed, YEAR)
    return RAY + x + ray_mul(x, div_floor(x, 2) + ray_mul(x, div_floor(x, 6)))


def treasury_share_floor(
    debt_scaled: int, old_index: int, new_index: int, reserve_factor: int, liquidity_index: int
) -> int:
    """Scaled aTokens that the treasury is owed of the interest between two indices.

    Interest and shares round down, in favour of the suppliers; the percentage halves up.
    """
    interest = ray_mul_floor(debt_scaled, new_index - old_index)
    return ray_div_floor(percent_mul(interest, reserve_factor), liquidity_index)


V3_6: Final = Rules(
    name="aave-v3.6",
    mint_supply=word.ray_div_floor,
    burn_supply=word.ray_div_ceil,
    mint_debt=word.ray_div_ceil,
    burn_debt=word.ray_div_floor,
    supply_balance=ray_mul_floor,
    debt_balance=ray_mul_ceil,
    compound=compound_taylor,
    treasury_share=treasury_share_floor,
    collateral_value=mul_div_floor,
    debt_value=mul_div_ceil,
)

RULES: Final = {V3_6.name: V3_6}
"""Rule sets by the name that ``Parameters.rules`` carries."""
