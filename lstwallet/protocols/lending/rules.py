"""Rule sets: where versions of the protocol differ in arithmetic, by name.

Every rounding says in whose favour it is. In v3.6 each one favours the pool: whoever
supplies gets fewer shares, whoever withdraws burns more, whoever borrows owes more,
whoever repays is forgiven less (aave-v3-origin v3.6.0 ``TokenMath.sol``). In v3.0.2 every one
is to the nearest, halves up, and favours nobody (aave-v3-core 1.19.3 ``WadRayMath.sol``).
Where the versions differ in what they *do*, ``pool`` picks the functions by the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from lstwallet.protocols.lending.curve import Rates, interest_rates, interest_rates_overall
from lstwallet.protocols.lending.state import RateCurve
from lstwallet.units import word
from lstwallet.units.fixed import (
    percent_div,
    percent_div_ceil,
    percent_mul,
    percent_mul_floor,
    ray_div,
    ray_mul,
    ray_mul_ceil,
    ray_mul_floor,
)
from lstwallet.units.interest import (
    averaged_health,
    grow_binomial,
    grow_taylor,
    health_ratio,
    interest_share_floor,
    interest_share_half_up,
    scaled_value_ceil,
    scaled_value_floor,
    scaled_value_half_up,
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
    interest_rates: Callable[[RateCurve, int, int, int, int], Rates]
    """(curve, reserve factor, debt, liquidity, deficit) → both rates."""
    borrowing_power: Rounding
    """(collateral, average loan-to-value) → what may be owed, base currency."""
    health: Callable[[int, int, int], int]
    """(collateral weighted with thresholds, debt, collateral) → WAD."""
    averaged: bool
    """Whether health comes from the *averaged* threshold, in basis points rounded down."""
    debt_needed: Rounding
    """(collateral's worth in the debt's token, bonus) → debt that buys all of it."""
    written: Mapping[str, str]
    """How the version writes a reason, where it is not the reason's name."""


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
    interest_rates=interest_rates,
    borrowing_power=percent_mul_floor,
    health=health_ratio,
    averaged=False,
    debt_needed=percent_div_ceil,
    written=MappingProxyType({}),
)

NUMBERED: Final = MappingProxyType(
    {
        "InvalidMintAmount": "24 INVALID_MINT_AMOUNT",
        "InvalidBurnAmount": "25 INVALID_BURN_AMOUNT",
        "InvalidAmount": "26 INVALID_AMOUNT",
        "BorrowingNotEnabled": "30 BORROWING_NOT_ENABLED",
        "NotEnoughAvailableUserBalance": "32 NOT_ENOUGH_AVAILABLE_USER_BALANCE",
        "CollateralBalanceIsZero": "34 COLLATERAL_BALANCE_IS_ZERO",
        "HealthFactorLowerThanLiquidationThreshold": (
            "35 HEALTH_FACTOR_LOWER_THAN_LIQUIDATION_THRESHOLD"
        ),
        "CollateralCannotCoverNewBorrow": "36 COLLATERAL_CANNOT_COVER_NEW_BORROW",
        "NoDebtOfSelectedType": "39 NO_DEBT_OF_SELECTED_TYPE",
        "NoExplicitAmountToRepayOnBehalf": "40 NO_EXPLICIT_AMOUNT_TO_REPAY_ON_BEHALF",
        "UnderlyingBalanceZero": "43 UNDERLYING_BALANCE_ZERO",
        "HealthFactorNotBelowThreshold": "45 HEALTH_FACTOR_NOT_BELOW_THRESHOLD",
        "CollateralCannotBeLiquidated": "46 COLLATERAL_CANNOT_BE_LIQUIDATED",
        "SpecifiedCurrencyNotBorrowedByUser": "47 SPECIFIED_CURRENCY_NOT_BORROWED_BY_USER",
        "BorrowCapExceeded": "50 BORROW_CAP_EXCEEDED",
        "SupplyCapExceeded": "51 SUPPLY_CAP_EXCEEDED",
        "LtvValidationFailed": "57 LTV_VALIDATION_FAILED",
        "InconsistentEModeCategory": "58 INCONSISTENT_EMODE_CATEGORY",
        "UserInIsolationModeOrLtvZero": "62 USER_IN_ISOLATION_MODE_OR_LTV_ZERO",
        "SafeCastOverflowedUintDowncast": "SafeCast: value doesn't fit in 128 bits",
    }
)
"""v3.0.2's ``Errors.sol``: the same reasons by number."""

V3_0_2: Final = Rules(
    name="aave-v3.0.2",
    mint_supply=ray_div,
    burn_supply=ray_div,
    mint_debt=ray_div,
    burn_debt=ray_div,
    supply_balance=ray_mul,
    debt_balance=ray_mul,
    compound=grow_binomial,
    treasury_share=interest_share_half_up,
    supply_value=scaled_value_half_up,
    debt_value=scaled_value_half_up,
    interest_rates=interest_rates_overall,
    borrowing_power=percent_mul,
    health=averaged_health,
    averaged=True,
    debt_needed=percent_div,
    written=NUMBERED,
)

RULES: Final = {V3_6.name: V3_6, V3_0_2.name: V3_0_2}
"""Rule sets by the name that ``Parameters.rules`` carries."""


def written(rules: Rules, reason: str) -> str:
    """A reason as the version's contract writes it."""
    return rules.written.get(reason, reason)
