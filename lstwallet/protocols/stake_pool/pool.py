"""Into the pool and out of it: what is minted, what is burned, what is paid.

    tokens   = lamports · supply / total        (rounded down, in favour of the pool)
    lamports = tokens · total / supply          (rounded down, in favour of the pool)

SOL goes into the reserve and is paid out of it at once while the reserve lasts. Stake is
taken and given whole, as a stake account that keeps earning: who leaves with stake still has
to deactivate it and wait for the end of the epoch. All of it is refused until the pool was
updated in this epoch, so that nobody trades at last epoch's rate.

Source: solana-program/stake-pool@2a01bc02 ``program/src/processor.rs`` and ``state.rs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.protocols.stake_pool.fees import checked_u64, fee_on, referral_part
from lstwallet.protocols.stake_pool.stakes import mergeable, merged
from lstwallet.protocols.stake_pool.state import (
    CALCULATION_FAILURE,
    DEPOSIT_TOO_SMALL,
    EXCEEDED_SLIPPAGE,
    MERGE_MISMATCH,
    MINIMUM_ACTIVE_STAKE,
    NOT_THE_MINIMUM,
    POOL_OUT_OF_DATE,
    SOL_WITHDRAWAL_TOO_LARGE,
    STAKE_RENT,
    VALIDATOR_NOT_FOUND,
    WITHDRAWAL_TOO_SMALL,
    WRONG_DEPOSIT_VALIDATOR,
    WRONG_STAKE_STATE,
    WRONG_WITHDRAW_VALIDATOR,
    Fee,
    StakeAccount,
    StakePool,
    Status,
    Validator,
)
from lstwallet.units.checked import require
from lstwallet.units.fixed import div_ceil, mul_div_floor

REQUIRED: Final = STAKE_RENT + MINIMUM_ACTIVE_STAKE
"""Lamports that stay in a validator's stake account."""


class Minted(NamedTuple):
    """Pool tokens made by a deposit; the sum is what the deposit was worth."""

    depositor: int
    manager: int
    referrer: int


class Withdrawn(NamedTuple):
    """What a withdrawal does."""

    burned: int
    """Pool tokens that cease to exist."""
    fee: int
    """Pool tokens that go to the manager."""
    lamports: int
    """What is paid."""


class StakeWithdrawn(NamedTuple):
    """What a withdrawal of stake leaves."""

    pool: StakePool
    validator: Validator
    account: StakeAccount
    """The withdrawer's: its rent is their own, not the pool's."""
    withdrawn: Withdrawn


# --- worth -------------------------------------------------------------------------


def tokens_for_deposit(pool: StakePool, lamports: int) -> int:
    """Pool tokens that ``lamports`` are worth; the first ones are worth a lamport each."""
    if pool.total_lamports == 0 or pool.pool_token_supply == 0:
        return lamports
    return checked_u64(mul_div_floor(lamports, pool.pool_token_supply, pool.total_lamports))


def lamports_for_tokens(pool: StakePool, tokens: int) -> int:
    """Lamports that ``tokens`` are worth."""
    if pool.pool_token_supply == 0:
        return 0
    return checked_u64(mul_div_floor(tokens, pool.total_lamports, pool.pool_token_supply))


def lamports_per_token(pool: StakePool) -> int:
    """A pool token's worth, rounded up; the margin of what must stay with a validator."""
    require(pool.pool_token_supply > 0, CALCULATION_FAILURE)
    return div_ceil(pool.total_lamports, pool.pool_token_supply)


def _require_updated(pool: StakePool, epoch: int) -> None:
    require(pool.last_update_epoch >= epoch, POOL_OUT_OF_DATE)


# --- in ----------------------------------------------------------------------------


def _minted(tokens: int, fee: int, referral_percent: int, minimum_out: int) -> Minted:
    """``tokens`` divided: the manager's fee, the referrer's part of it, the rest."""
    depositor = tokens - fee
    referrer = referral_part(fee, referral_percent)
    require(depositor > 0, DEPOSIT_TOO_SMALL)
    require(depositor >= minimum_out, EXCEEDED_SLIPPAGE)
    return Minted(depositor, fee - referrer, referrer)


def deposit_sol(
    pool: StakePool, lamports: int, epoch: int, minimum_out: int = 0
) -> tuple[StakePool, Minted]:
    """Pay ``lamports`` into the reserve.

    Reverts when the pool must be updated first, when the depositor would get no token, and
    below ``minimum_out``.
    """
    _require_updated(pool, epoch)
    tokens = tokens_for_deposit(pool, lamports)
    fee = fee_on(pool.fees.sol_deposit, tokens)
    minted = _minted(tokens, fee, pool.fees.sol_referral, minimum_out)
    after = pool._replace(
        total_lamports=checked_u64(pool.total_lamports + lamports),
        pool_token_supply=checked_u64(pool.pool_token_supply + tokens),
        reserve=pool.reserve + lamports,
    )
    return after, minted


def deposit_stake(
    pool: StakePool,
    validators: Sequence[Validator],
    index: int,
    account: StakeAccount,
    epoch: int,
    *,
    minimum_out: int = 0,
    preferred: int | None = None,
) -> tuple[StakePool, Validator, Minted]:
    """Give a whole stake account that is delegated to validator ``index`` to the pool.

    All of its lamports count. What is not delegated in it (its rent, tips) goes on to the
    reserve and pays the fee on SOL, the rest the fee on stake. Reverts where ``deposit_sol``
    does, for a validator that is leaving or is not the ``preferred`` one, and for stake that
    is not in the state of the validator's own.
    """
    _require_updated(pool, epoch)
    require(preferred is None or preferred == index, WRONG_DEPOSIT_VALIDATOR)
    validator = validators[index]
    active = _active(validator)
    require(mergeable(account, active, epoch), MERGE_MISMATCH)
    after = merged(active, account, epoch)
    absorbed = after.stake - active.stake
    spare = account.lamports - absorbed
    tokens = tokens_for_deposit(pool, account.lamports)
    from_stake = tokens_for_deposit(pool, absorbed)
    fee = fee_on(pool.fees.stake_deposit, from_stake)
    fee += fee_on(pool.fees.sol_deposit, tokens - from_stake)
    minted = _minted(tokens, fee, pool.fees.stake_referral, minimum_out)
    after = after._replace(lamports=after.lamports - spare)
    pool = pool._replace(
        total_lamports=checked_u64(pool.total_lamports + account.lamports),
        pool_token_supply=checked_u64(pool.pool_token_supply + tokens),
        reserve=pool.reserve + spare,
    )
    return pool, validator._replace(active=after, active_lamports=after.lamports), minted


def _active(validator: Validator) -> StakeAccount:
    """The validator's own stake; reverts for a validator that is leaving."""
    require(validator.status is Status.ACTIVE, VALIDATOR_NOT_FOUND)
    assert validator.active is not None
    return validator.active


# --- out ---------------------------------------------------------------------------


def _withdrawn(
    pool: StakePool, tokens: int, fee: Fee, epoch: int, *, minimum_out: int, manager: bool
) -> Withdrawn:
    """What ``tokens`` are paid with; the manager's own withdrawals are free of the fee."""
    _require_updated(pool, epoch)
    kept = 0 if manager else fee_on(fee, tokens)
    burned = tokens - kept
    lamports = lamports_for_tokens(pool, burned)
    require(lamports > 0, WITHDRAWAL_TOO_SMALL)
    require(lamports >= minimum_out, EXCEEDED_SLIPPAGE)
    return Withdrawn(burned, kept, lamports)


def _without(pool: StakePool, burned: int, lamports: int) -> StakePool:
    """The pool after ``burned`` tokens and ``lamports`` have left it."""
    require(burned <= pool.pool_token_supply, CALCULATION_FAILURE)
    require(lamports <= pool.total_lamports, CALCULATION_FAILURE)
    return pool._replace(
        total_lamports=pool.total_lamports - lamports,
        pool_token_supply=pool.pool_token_supply - burned,
    )


def withdraw_sol(
    pool: StakePool, tokens: int, epoch: int, *, minimum_out: int = 0, manager: bool = False
) -> tuple[StakePool, Withdrawn]:
    """Burn ``tokens`` for lamports out of the reserve, at once.

    Reverts when the pool must be updated first, for less than a lamport, below
    ``minimum_out``, and for more than the reserve holds above its rent.
    """
    withdrawn = _withdrawn(
        pool, tokens, pool.fees.sol_withdrawal, epoch, minimum_out=minimum_out, manager=manager
    )
    require(pool.reserve - withdrawn.lamports >= STAKE_RENT, SOL_WITHDRAWAL_TOO_LARGE)
    after = _without(pool, withdrawn.burned, withdrawn.lamports)
    return after._replace(reserve=pool.reserve - withdrawn.lamports), withdrawn


def _margin(pool: StakePool) -> int:
    """Above this a validator has stake that can be split off and leave both parts alive."""
    return REQUIRED + 1 + lamports_per_token(pool)  # 1: the stake program's own minimum


def withdraw_stake(
    pool: StakePool,
    validators: Sequence[Validator],
    index: int,
    tokens: int,
    epoch: int,
    *,
    minimum_out: int = 0,
    preferred: int | None = None,
    manager: bool = False,
) -> StakeWithdrawn:
    """Burn ``tokens`` for stake that is delegated to validator ``index``.

    It comes out of the validator's own stake while any validator has some to spare, else out
    of what is in transit, else the validator's whole account goes, paid in full or with less
    than a token's worth too much. The cost is that of the list of validators. Reverts like
    ``withdraw_sol``, for the wrong validator, and when too little would stay.
    """
    withdrawn = _withdrawn(
        pool, tokens, pool.fees.stake_withdrawal, epoch, minimum_out=minimum_out, manager=manager
    )
    margin = _margin(pool)
    if preferred is not None and preferred != index:
        require(validators[preferred].active_lamports < margin, WRONG_WITHDRAW_VALIDATOR)
    validator = validators[index]
    active = _active(validator)
    there = [each for each in validators if each.status is Status.ACTIVE]
    if any(each.active_lamports > margin for each in there):
        source, account = _split(active, withdrawn.lamports)
        after = validator._replace(
            active=source, active_lamports=validator.active_lamports - withdrawn.lamports
        )
    elif validator.transient_lamports or any(v.transient_lamports > margin for v in there):
        require(validator.transient is not None, WRONG_STAKE_STATE)
        assert validator.transient is not None
        source, account = _split(validator.transient, withdrawn.lamports)
        after = validator._replace(
            transient=source,
            transient_lamports=validator.transient_lamports - withdrawn.lamports,
        )
    else:
        most = active.lamports + lamports_per_token(pool)
        require(active.lamports <= withdrawn.lamports <= most, NOT_THE_MINIMUM)
        require(active.lamports == validator.active_lamports, POOL_OUT_OF_DATE)
        withdrawn = withdrawn._replace(lamports=active.lamports)
        account = active._replace(lamports=active.lamports + STAKE_RENT)
        after = validator._replace(active=None, active_lamports=0, status=Status.READY_FOR_REMOVAL)
    smaller = _without(pool, withdrawn.burned, withdrawn.lamports)
    return StakeWithdrawn(smaller, after, account, withdrawn)


def _split(source: StakeAccount, lamports: int) -> tuple[StakeAccount, StakeAccount]:
    """What stays, and a new account with ``lamports`` delegated above its own rent."""
    require(source.lamports - lamports >= REQUIRED, NOT_THE_MINIMUM)
    stays = source._replace(lamports=source.lamports - lamports, stake=source.stake - lamports)
    return stays, source._replace(lamports=lamports + STAKE_RENT, stake=lamports)


def withdraw_stake_from_reserve(
    pool: StakePool,
    validators: Sequence[Validator],
    tokens: int,
    epoch: int,
    *,
    minimum_out: int = 0,
    manager: bool = False,
) -> tuple[StakePool, Withdrawn]:
    """Burn ``tokens`` for an undelegated account out of the reserve.

    Only when no validator has stake to spare; reverts with the minimum's reason otherwise.
    """
    withdrawn = _withdrawn(
        pool, tokens, pool.fees.stake_withdrawal, epoch, minimum_out=minimum_out, manager=manager
    )
    margin = _margin(pool)
    spare = any(
        max(each.active_lamports, each.transient_lamports) > margin
        for each in validators
        if each.status is Status.ACTIVE
    )
    require(not spare, NOT_THE_MINIMUM)
    require(pool.reserve - withdrawn.lamports >= STAKE_RENT, SOL_WITHDRAWAL_TOO_LARGE)
    after = _without(pool, withdrawn.burned, withdrawn.lamports)
    return after._replace(reserve=pool.reserve - withdrawn.lamports), withdrawn
