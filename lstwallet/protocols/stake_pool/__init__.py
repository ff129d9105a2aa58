"""An SPL stake pool on Solana (Jito's, and most others): one token, many validators.

    rate = total lamports / supply of the pool token

The story: SOL or stake goes in and pool tokens come out at the rate; once an epoch all stake
is counted, and on what it has earned the manager's fee is minted as new tokens; tokens are
burned for SOL while the reserve has some, or for stake that its owner deactivates and that
is free at the epoch's end. Nothing is slashed on Solana today; a validator that does not vote
earns nothing.

Source: solana-program/stake-pool@2a01bc02 (2026-08-17), ``program/src``. The state of a
delegation is that of Solana's stake program, as far as the pool looks at it.
"""

from __future__ import annotations

from lstwallet.protocols.stake_pool.fees import (
    FeeType,
    check_withdrawal_increase,
    epoch_fee_tokens,
    fee_on,
    fees_of_new_epoch,
    referral_part,
    set_fee,
    set_referral,
)
from lstwallet.protocols.stake_pool.pool import (
    Minted,
    StakeWithdrawn,
    Withdrawn,
    deposit_sol,
    deposit_stake,
    lamports_for_tokens,
    lamports_per_token,
    tokens_for_deposit,
    withdraw_sol,
    withdraw_stake,
    withdraw_stake_from_reserve,
)
from lstwallet.protocols.stake_pool.stakes import (
    add_validator,
    deactivate,
    decrease_stake,
    free_from,
    increase_stake,
    is_inactive,
    mergeable,
    remove_validator,
    update_pool,
    update_validator,
    with_rewards,
)
from lstwallet.protocols.stake_pool.state import (
    LAMPORTS_PER_SOL,
    MINIMUM_ACTIVE_STAKE,
    NEVER,
    NO_FEE,
    STAKE_RENT,
    Fee,
    Fees,
    FutureFee,
    StakeAccount,
    StakePool,
    Status,
    Validator,
)

__all__ = [
    "LAMPORTS_PER_SOL",
    "MINIMUM_ACTIVE_STAKE",
    "NEVER",
    "NO_FEE",
    "STAKE_RENT",
    "Fee",
    "FeeType",
    "Fees",
    "FutureFee",
    "Minted",
    "StakeAccount",
    "StakePool",
    "StakeWithdrawn",
    "Status",
    "Validator",
    "Withdrawn",
    "add_validator",
    "check_withdrawal_increase",
    "deactivate",
    "decrease_stake",
    "deposit_sol",
    "deposit_stake",
    "epoch_fee_tokens",
    "fee_on",
    "fees_of_new_epoch",
    "free_from",
    "increase_stake",
    "is_inactive",
    "lamports_for_tokens",
    "lamports_per_token",
    "mergeable",
    "referral_part",
    "remove_validator",
    "set_fee",
    "set_referral",
    "tokens_for_deposit",
    "update_pool",
    "update_validator",
    "with_rewards",
    "withdraw_sol",
    "withdraw_stake",
    "withdraw_stake_from_reserve",
]
