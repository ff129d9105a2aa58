"""Rule sets: where versions of the protocol differ, by name.

Every rounding says in whose favour it is. In v3.6 each one favours the pool: whoever
supplies gets fewer shares, whoever withdraws burns more, whoever borrows owes more,
whoever repays is forgiven less (aave-v3-origin v3.6.0 ``TokenMath.sol``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lstwallet.units import word
from lstwallet.units.fixed import ray_mul_ceil, ray_mul_floor
from lstwallet.units.interest import (
    grow_taylor,
    interest_share_floor,
    scaled_value_ceil,
    scaled_value_floor,
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
    compound: Callable[[int, int, int], int]
    """(borrow index, rate a year, seconds) → borrow index after them."""
    treasury_share: Callable[[int, int, int, int, int], int]
    """(scaled debt, old and new borrow index, reserve factor, liquidity index) → scaled."""
    supply_value: Callable[[int, int, int, int], int]
    """(scaled, liquidity index, price, unit) → base currency."""
    debt_value: Callable[[int, int, int, int], int]
    """(scaled, borrow index, price, unit) → base currency."""


V3_6: Final = Rules(
    name="aave-v3.6",
    mint_supply=word.ray_div_floor,
    burn_supply=word.ray_div_ceil,
    mint_debt=word.ray_div_ceil,
    burn_debt=word.ray_div_floor,
    supply_balance=ray_mul_floor,
    debt_balance=ray_mul_ceil,
    compound=grow_taylor,
    treasury_share=interest_share_floor,
    supply_value=scaled_value_floor,
    debt_value=scaled_value_ceil,
)

RULES: Final = {V3_6.name: V3_6}
"""Rule sets by the name that ``Parameters.rules`` carries."""
