"""What a pool's manager may take, and how fast that may rise.

    fee(amount) = amount · numerator / denominator              (rounded up, for the manager)
    fee tokens  = supply · fee(rewards) / (total + rewards − fee(rewards))    (rounded down)

A fee on withdrawals or rewards waits for two starts of an epoch, so that who does not like it
can leave first. A withdrawal fee may grow to one and a half of what it is, and by half a
per cent at most; from nothing it starts as if it had been 0.1 %.

Source: solana-program/stake-pool@2a01bc02 ``program/src/state.rs`` (``Fee``, ``FutureEpoch``,
``calc_epoch_fee_amount``) and ``lib.rs``.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from lstwallet.protocols.stake_pool.state import (
    CALCULATION_FAILURE,
    FEE_INCREASE_TOO_HIGH,
    FEE_TOO_HIGH,
    MAX_U64,
    MAX_U128,
    POOL_OUT_OF_DATE,
    Fee,
    Fees,
    FutureFee,
    StakePool,
)
from lstwallet.units.checked import require
from lstwallet.units.fixed import mul_div_ceil, mul_div_floor

MAX_INCREASE_FACTOR: Final = Fee(3, 2)
"""Of a withdrawal fee, each time it is set."""
MAX_INCREASE: Final = Fee(1, 200)
"""The most that is added to a withdrawal fee each time it is set."""
BASELINE: Final = Fee(1, 1_000)
"""Taken for a withdrawal fee that was none."""
WAIT: Final = 2
"""Starts of an epoch until a fee that was decided is taken."""
WHOLE: Final = 100
"""Per cent of a deposit fee."""


class FeeType(Enum):
    """Which of the fees."""

    EPOCH = "Epoch"
    STAKE_DEPOSIT = "StakeDeposit"
    SOL_DEPOSIT = "SolDeposit"
    STAKE_WITHDRAWAL = "StakeWithdrawal"
    SOL_WITHDRAWAL = "SolWithdrawal"


def checked_u64(amount: int) -> int:
    """``amount``, which the program must be able to hold; else its calculation fails."""
    require(amount <= MAX_U64, CALCULATION_FAILURE)
    return amount


def _checked_u128(product: int) -> int:
    require(product <= MAX_U128, CALCULATION_FAILURE)
    return product


def fee_on(fee: Fee, amount: int) -> int:
    """What ``fee`` takes of ``amount``, rounded up in favour of the manager (``Fee::apply``)."""
    if fee.denominator == 0:
        return 0
    return mul_div_ceil(amount, fee.numerator, fee.denominator)


def referral_part(fee: int, percent: int) -> int:
    """What of a deposit's ``fee`` goes to who referred it, rounded down."""
    return mul_div_floor(fee, percent, WHOLE)


def epoch_fee_tokens(pool: StakePool, rewards: int) -> int:
    """Pool tokens to mint for the manager out of ``rewards`` lamports not in the pool yet.

    Priced so that they are worth the fee after the minting; rounded down in favour of those
    who hold the token. With no token in existence all of the rewards are the manager's.
    """
    if rewards == 0:
        return 0
    total = pool.total_lamports + rewards
    fee = fee_on(pool.fees.epoch, rewards)
    if total == fee or pool.pool_token_supply == 0:
        return rewards
    return checked_u64(mul_div_floor(pool.pool_token_supply, fee, total - fee))


# --- setting -----------------------------------------------------------------------


def check_withdrawal_increase(new: Fee, old: Fee) -> None:
    """Reverts with ``FeeIncreaseTooHigh`` when a withdrawal fee would rise too fast.

    Compared by cross multiplication, without rounding; products above 128 bits fail.
    """
    if old.denominator == 0 or old.numerator == 0:
        old = BASELINE
    was, becomes = new.denominator * old.numerator, new.numerator * old.denominator
    room = _checked_u128(old.denominator * new.denominator * MAX_INCREASE.numerator)
    rise = _checked_u128(max(becomes - was, 0) * MAX_INCREASE.denominator)
    require(rise <= room, FEE_INCREASE_TOO_HIGH)
    most = _checked_u128(was * MAX_INCREASE_FACTOR.numerator)
    wanted = _checked_u128(becomes * MAX_INCREASE_FACTOR.denominator)
    require(wanted <= most, FEE_INCREASE_TOO_HIGH)


def set_fee(pool: StakePool, kind: FeeType, fee: Fee, epoch: int) -> StakePool:
    """The pool with a fee changed, at once for deposits, after two starts of an epoch else.

    A fee that still waits is replaced, and the wait begins again. Reverts above 100 %, for a
    withdrawal fee that rises too fast, and for a fee that waits when the pool must be updated
    first.
    """
    at_once = kind in (FeeType.STAKE_DEPOSIT, FeeType.SOL_DEPOSIT)
    require(at_once or pool.last_update_epoch >= epoch, POOL_OUT_OF_DATE)
    require(fee.numerator <= fee.denominator, FEE_TOO_HIGH)
    fees, waiting = pool.fees, FutureFee(fee, WAIT)
    match kind:
        case FeeType.EPOCH:
            fees = fees._replace(next_epoch=waiting)
        case FeeType.STAKE_DEPOSIT:
            fees = fees._replace(stake_deposit=fee)
        case FeeType.SOL_DEPOSIT:
            fees = fees._replace(sol_deposit=fee)
        case FeeType.STAKE_WITHDRAWAL:
            check_withdrawal_increase(fee, fees.stake_withdrawal)
            fees = fees._replace(next_stake_withdrawal=waiting)
        case FeeType.SOL_WITHDRAWAL:  # pragma: no branch
            check_withdrawal_increase(fee, fees.sol_withdrawal)
            fees = fees._replace(next_sol_withdrawal=waiting)
    return pool._replace(fees=fees)


def set_referral(pool: StakePool, *, stake: int | None = None, sol: int | None = None) -> StakePool:
    """The pool with other per cents for referrers, at once; reverts above 100."""
    fees = pool.fees
    if stake is not None:
        require(stake <= WHOLE, FEE_TOO_HIGH)
        fees = fees._replace(stake_referral=stake)
    if sol is not None:
        require(sol <= WHOLE, FEE_TOO_HIGH)
        fees = fees._replace(sol_referral=sol)
    return pool._replace(fees=fees)


def _one_epoch_on(fee: Fee, waiting: FutureFee | None) -> tuple[Fee, FutureFee | None]:
    """A fee, and the one that waits, after the start of an epoch."""
    if waiting is None:
        return fee, None
    if waiting.boundaries > 1:
        return fee, waiting._replace(boundaries=waiting.boundaries - 1)
    return waiting.fee, None


def fees_of_new_epoch(fees: Fees) -> Fees:
    """The fees after one more start of an epoch."""
    epoch, next_epoch = _one_epoch_on(fees.epoch, fees.next_epoch)
    stake, next_stake = _one_epoch_on(fees.stake_withdrawal, fees.next_stake_withdrawal)
    sol, next_sol = _one_epoch_on(fees.sol_withdrawal, fees.next_sol_withdrawal)
    return fees._replace(
        epoch=epoch,
        stake_withdrawal=stake,
        sol_withdrawal=sol,
        next_epoch=next_epoch,
        next_stake_withdrawal=next_stake,
        next_sol_withdrawal=next_sol,
    )
