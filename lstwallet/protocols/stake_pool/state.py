"""The records of a stake pool: what the pool, its fees and its stake accounts hold.

Amounts are lamports (10⁻⁹ SOL) or pool tokens of nine decimals; both are 64-bit in the
program. Time is Solana's epochs, about two days each.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

LAMPORTS_PER_SOL: Final = 10**9
STAKE_RENT: Final = 2_282_880
"""Lamports that keep a stake account of 200 bytes alive: (128 + 200) bytes · 3,480 · 2 years
(``solana-rent`` defaults). They are never delegated."""
MINIMUM_ACTIVE_STAKE: Final = 1_000_000
"""Lamports that must stay delegated in a validator's stake account (``lib.rs``)."""
NEVER: Final = 2**64 - 1
"""The deactivation epoch of a stake that stays (``Epoch::MAX``)."""
MAX_U64: Final = 2**64 - 1
MAX_U128: Final = 2**128 - 1

CALCULATION_FAILURE: Final = "CalculationFailure"
FEE_TOO_HIGH: Final = "FeeTooHigh"
FEE_INCREASE_TOO_HIGH: Final = "FeeIncreaseTooHigh"
POOL_OUT_OF_DATE: Final = "StakeListAndPoolOutOfDate"
LIST_OUT_OF_DATE: Final = "StakeListOutOfDate"
DEPOSIT_TOO_SMALL: Final = "DepositTooSmall"
WITHDRAWAL_TOO_SMALL: Final = "WithdrawalTooSmall"
EXCEEDED_SLIPPAGE: Final = "ExceededSlippage"
SOL_WITHDRAWAL_TOO_LARGE: Final = "SolWithdrawalTooLarge"
NOT_THE_MINIMUM: Final = "StakeLamportsNotEqualToMinimum"
WRONG_DEPOSIT_VALIDATOR: Final = "IncorrectDepositVoteAddress"
WRONG_WITHDRAW_VALIDATOR: Final = "IncorrectWithdrawVoteAddress"
VALIDATOR_NOT_FOUND: Final = "ValidatorNotFound"
WRONG_STAKE_STATE: Final = "WrongStakeStake"
RESERVE_DEPLETED: Final = "ReserveDepleted"
NOT_RENT_EXEMPT: Final = "AccountNotRentExempt"
INSUFFICIENT_FUNDS: Final = "InsufficientFunds"
INSUFFICIENT_DELEGATION: Final = "InsufficientDelegation"
MERGE_MISMATCH: Final = "MergeMismatch"
"""The stake program's own: two stakes in different states cannot become one."""


class Fee(NamedTuple):
    """A fraction; without a denominator it is none."""

    numerator: int
    denominator: int


NO_FEE: Final = Fee(0, 0)


class FutureFee(NamedTuple):
    """A fee that was decided and waits for ``boundaries`` starts of an epoch (two or one)."""

    fee: Fee
    boundaries: int


class Fees(NamedTuple):
    """All that a pool's manager may take."""

    epoch: Fee = NO_FEE
    """Of an epoch's rewards, paid in newly minted pool tokens."""
    stake_deposit: Fee = NO_FEE
    sol_deposit: Fee = NO_FEE
    stake_withdrawal: Fee = NO_FEE
    sol_withdrawal: Fee = NO_FEE
    stake_referral: int = 0
    """Percent of the fee on a deposit of stake that goes to who referred it."""
    sol_referral: int = 0
    next_epoch: FutureFee | None = None
    next_stake_withdrawal: FutureFee | None = None
    next_sol_withdrawal: FutureFee | None = None


class StakePool(NamedTuple):
    """The pool as a whole; the rate is ``total_lamports`` over ``pool_token_supply``."""

    total_lamports: int
    """As of the last update; what validators have earned since is not in it yet."""
    pool_token_supply: int
    reserve: int
    """Lamports in the reserve's stake account, its rent included."""
    last_update_epoch: int
    fees: Fees = Fees()
    last_epoch_total_lamports: int = 0
    """Before the last epoch's update; with the supply then, the yield of one epoch."""
    last_epoch_pool_token_supply: int = 0


class StakeAccount(NamedTuple):
    """One delegation to one validator."""

    lamports: int
    """All that is in it: rent, delegated stake, tips that are not delegated yet."""
    stake: int
    """Lamports delegated."""
    activation_epoch: int
    """The epoch it was delegated in; it earns from the next one."""
    deactivation_epoch: int = NEVER
    """The epoch it was deactivated in; it is free at that epoch's end."""


class Status(Enum):
    """What becomes of a validator in the pool (``StakeStatus``)."""

    ACTIVE = "Active"
    DEACTIVATING_TRANSIENT = "DeactivatingTransient"
    """Removed; only stake on its way out is left."""
    READY_FOR_REMOVAL = "ReadyForRemoval"
    DEACTIVATING_VALIDATOR = "DeactivatingValidator"
    DEACTIVATING_ALL = "DeactivatingAll"


class Validator(NamedTuple):
    """One validator in the pool: its two stake accounts, and what the pool counts of them."""

    active: StakeAccount | None
    transient: StakeAccount | None
    """On its way to this validator or back to the reserve."""
    active_lamports: int
    """As of the last update."""
    transient_lamports: int
    last_update_epoch: int
    status: Status = Status.ACTIVE
