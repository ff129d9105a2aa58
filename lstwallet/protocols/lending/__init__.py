"""Aave-style lending: pooled reserves, indices, health, liquidation.

Suppliers pool a token and hold shares of the pool (aTokens); borrowers owe shares of the
debt. Two indices a reserve grow with time, so that nobody's balance has to be touched:
tokens are scaled balance times index. A utilisation curve sets the rates. A position is
healthy while its collateral, weighted with liquidation thresholds, exceeds its debt.

Sources: aave-dao/aave-v3-origin, tag v3.6.0; aave/aave-v3-core 1.19.3 for the older v3.0.2.
``rules`` holds where their arithmetic differs, ``v302`` what the older one does another way;
``pool`` picks by the rule set that a market names.
"""

from __future__ import annotations

from lstwallet.protocols.lending.account import (
    Account,
    account_data,
    counts_as_borrowed,
    health_factor,
    reserve_bonus,
    reserve_ltv,
    reserve_threshold,
)
from lstwallet.protocols.lending.actions import (
    Minted,
    Moved,
    Transferred,
    mint_to_treasury,
)
from lstwallet.protocols.lending.curve import borrow_rate, interest_rates, usage_ratio
from lstwallet.protocols.lending.limits import (
    borrow_room,
    borrowable,
    health_after,
    supply_room,
    withdrawable,
)
from lstwallet.protocols.lending.liquidation import (
    Liquidated,
    Pair,
    WrittenOff,
    queue_key,
    queue_limit,
    single_pair,
)
from lstwallet.protocols.lending.pool import (
    borrow,
    liquidate,
    open_market,
    receive,
    repay,
    repay_with_supply,
    set_collateral,
    set_emode,
    supply,
    transfer,
    withdraw,
)
from lstwallet.protocols.lending.rates import (
    accrue,
    debt_balance,
    normalized_debt,
    normalized_income,
    supply_balance,
)
from lstwallet.protocols.lending.rules import RULES, V3_0_2, V3_6, Rules, written
from lstwallet.protocols.lending.state import (
    BPS_TO_RAY,
    HEALTHY,
    MAX_AMOUNT,
    NO_DEBT,
    EMode,
    Market,
    Parameters,
    Position,
    RateCurve,
    Reserve,
    ReserveConfig,
    credit,
    empty_position,
    find_emode,
    new_reserve,
    put,
    with_collateral,
)

__all__ = [
    "BPS_TO_RAY",
    "HEALTHY",
    "MAX_AMOUNT",
    "NO_DEBT",
    "RULES",
    "V3_0_2",
    "V3_6",
    "Account",
    "EMode",
    "Liquidated",
    "Market",
    "Minted",
    "Moved",
    "Pair",
    "Parameters",
    "Position",
    "RateCurve",
    "Reserve",
    "ReserveConfig",
    "Rules",
    "Transferred",
    "WrittenOff",
    "account_data",
    "accrue",
    "borrow",
    "borrow_rate",
    "borrow_room",
    "borrowable",
    "counts_as_borrowed",
    "credit",
    "debt_balance",
    "empty_position",
    "find_emode",
    "health_after",
    "health_factor",
    "interest_rates",
    "liquidate",
    "mint_to_treasury",
    "new_reserve",
    "normalized_debt",
    "normalized_income",
    "open_market",
    "put",
    "queue_key",
    "queue_limit",
    "receive",
    "repay",
    "repay_with_supply",
    "reserve_bonus",
    "reserve_ltv",
    "reserve_threshold",
    "set_collateral",
    "set_emode",
    "single_pair",
    "supply",
    "supply_balance",
    "supply_room",
    "transfer",
    "usage_ratio",
    "with_collateral",
    "withdraw",
    "withdrawable",
    "written",
]
