"""The pool's stake accounts: out to validators, back to the reserve, once an epoch counted.

Stake that is delegated in an epoch earns from the next one; stake that is deactivated earns
until the end of the epoch and is free then. So stake moves through a *transient* account
beside the validator's own: split off or delegated in one epoch, merged in the next epoch's
update.

An update looks at every validator, then at the pool: all lamports there are, less those of
last time, are the epoch's rewards; the manager's fee on them is minted as new pool tokens.

Left out: the runtime's limit on how much of all stake may become active or free in an epoch
(9 %, unverified), and a restart of the cluster that undelegates stake.

Source: solana-program/stake-pool@2a01bc02 ``program/src/processor.rs``
(``process_update_validator_list_balance``, ``process_update_stake_pool_balance``,
``process_decrease_validator_stake`` and ``…increase…``, ``…remove_validator_from_pool``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lstwallet.protocols.stake_pool.fees import (
    checked_u64,
    epoch_fee_tokens,
    fees_of_new_epoch,
)
from lstwallet.protocols.stake_pool.state import (
    INSUFFICIENT_DELEGATION,
    INSUFFICIENT_FUNDS,
    LIST_OUT_OF_DATE,
    MINIMUM_ACTIVE_STAKE,
    NEVER,
    NOT_RENT_EXEMPT,
    POOL_OUT_OF_DATE,
    RESERVE_DEPLETED,
    STAKE_RENT,
    VALIDATOR_NOT_FOUND,
    WRONG_STAKE_STATE,
    StakeAccount,
    StakePool,
    Status,
    Validator,
)
from lstwallet.units.checked import require

# --- one stake account -------------------------------------------------------------


def deactivate(account: StakeAccount, epoch: int) -> StakeAccount:
    """Ask for the stake back; one that is already on its way stays as it is."""
    if account.deactivation_epoch != NEVER:
        return account
    return account._replace(deactivation_epoch=epoch)


def is_inactive(account: StakeAccount, epoch: int) -> bool:
    """Whether the stake is free: its epoch has ended, or it never began to earn."""
    return account.deactivation_epoch < epoch or (
        account.activation_epoch == account.deactivation_epoch == epoch
    )


def free_from(account: StakeAccount) -> int | None:
    """The first epoch in which a deactivated stake can be withdrawn; ``None`` if it stays.

    (``is_inactive`` may be true an epoch earlier for stake that never began to earn.)
    """
    if account.deactivation_epoch == NEVER:
        return None
    return account.deactivation_epoch + 1


def mergeable(one: StakeAccount, other: StakeAccount, epoch: int) -> bool:
    """Whether two stakes of a validator can become one: both active, or both on the way in."""
    stay = one.deactivation_epoch == other.deactivation_epoch == NEVER
    return stay and (one.activation_epoch < epoch) == (other.activation_epoch < epoch)


def merged(into: StakeAccount, account: StakeAccount, epoch: int) -> StakeAccount:
    """One account with all lamports of both.

    The rent of ``account`` is delegated with the rest when both are on the way in; else it
    lies beside the stake (``MergeKind::merge`` of solana-program/stake).
    """
    entering = account.activation_epoch == epoch and account.deactivation_epoch == NEVER
    return into._replace(
        lamports=into.lamports + account.lamports,
        stake=into.stake + account.stake + (STAKE_RENT if entering else 0),
    )


def with_rewards(account: StakeAccount, rewards: int, tips: int = 0) -> StakeAccount:
    """What an epoch adds: rewards are delegated at once, tips (MEV) lie beside the stake."""
    return account._replace(
        lamports=account.lamports + rewards + tips, stake=account.stake + rewards
    )


# --- moving stake ------------------------------------------------------------------


def add_validator(pool: StakePool, epoch: int) -> tuple[StakePool, Validator]:
    """A new validator, with the least stake it can have out of the reserve."""
    lamports = STAKE_RENT + MINIMUM_ACTIVE_STAKE
    require(pool.last_update_epoch >= epoch, POOL_OUT_OF_DATE)
    require(pool.reserve - lamports >= STAKE_RENT, INSUFFICIENT_FUNDS)
    account = StakeAccount(lamports, MINIMUM_ACTIVE_STAKE, epoch)
    after = pool._replace(reserve=pool.reserve - lamports)
    return after, Validator(account, None, lamports, 0, epoch)


def _staying(pool: StakePool, validator: Validator, epoch: int) -> StakeAccount:
    """The validator's own stake, if stake may be moved to it or from it."""
    require(pool.last_update_epoch >= epoch, POOL_OUT_OF_DATE)
    require(validator.status is Status.ACTIVE, VALIDATOR_NOT_FOUND)
    assert validator.active is not None
    return validator.active


def increase_stake(
    pool: StakePool, validator: Validator, lamports: int, epoch: int
) -> tuple[StakePool, Validator]:
    """Delegate ``lamports`` of the reserve to a validator, through its transient account.

    The reserve pays the account's rent as well, until it is merged. Reverts below the least
    delegation, when the reserve has too little, and while other stake is on its way out.
    """
    _staying(pool, validator, epoch)
    was = validator.transient
    if was is not None:
        entering = was.activation_epoch == epoch and was.deactivation_epoch == NEVER
        require(entering, WRONG_STAKE_STATE)
    require(lamports >= MINIMUM_ACTIVE_STAKE, INSUFFICIENT_DELEGATION)
    total = lamports + STAKE_RENT
    require(pool.reserve - total >= STAKE_RENT, INSUFFICIENT_FUNDS)
    transient = StakeAccount(total, lamports, epoch)
    if was is not None:
        transient = merged(was, transient, epoch)
    after = validator._replace(
        transient=transient, transient_lamports=validator.transient_lamports + total
    )
    return pool._replace(reserve=pool.reserve - total), after


def decrease_stake(
    pool: StakePool, validator: Validator, lamports: int, epoch: int
) -> tuple[StakePool, Validator]:
    """Take ``lamports`` back from a validator: deactivated now, free at the epoch's end.

    The reserve pays the rent of the transient account. Reverts below the least delegation,
    when too little would stay with the validator, when the reserve cannot pay the rent, and
    while other stake is on its way in.
    """
    active = _staying(pool, validator, epoch)
    was = validator.transient
    if was is not None:
        require(was.deactivation_epoch == epoch, WRONG_STAKE_STATE)
    require(lamports >= MINIMUM_ACTIVE_STAKE, NOT_RENT_EXEMPT)
    stays = STAKE_RENT + MINIMUM_ACTIVE_STAKE
    require(active.lamports - lamports >= stays, INSUFFICIENT_FUNDS)
    require(pool.reserve > STAKE_RENT, RESERVE_DEPLETED)
    transient = StakeAccount(lamports + STAKE_RENT, lamports, active.activation_epoch, epoch)
    if was is not None:
        transient = merged(was, transient, epoch)
    after = validator._replace(
        active=active._replace(lamports=active.lamports - lamports, stake=active.stake - lamports),
        transient=transient,
        active_lamports=validator.active_lamports - lamports,
        transient_lamports=transient.lamports,
    )
    return pool._replace(reserve=pool.reserve - STAKE_RENT), after


def remove_validator(validator: Validator, epoch: int) -> Validator:
    """Take a validator out of the pool: all of its stake is deactivated."""
    require(validator.status is Status.ACTIVE, VALIDATOR_NOT_FOUND)
    assert validator.active is not None
    gone = validator._replace(active=deactivate(validator.active, epoch))
    if validator.transient is None:
        return gone._replace(status=Status.DEACTIVATING_VALIDATOR)
    transient = deactivate(validator.transient, epoch)
    return gone._replace(transient=transient, status=Status.DEACTIVATING_ALL)


# --- once an epoch -----------------------------------------------------------------

_WITHOUT_TRANSIENT: Final = {
    Status.DEACTIVATING_TRANSIENT: Status.READY_FOR_REMOVAL,
    Status.DEACTIVATING_ALL: Status.DEACTIVATING_VALIDATOR,
}
"""What a status becomes when nothing is in transit any more; others stay."""


def update_validator(
    pool: StakePool, validator: Validator, epoch: int
) -> tuple[StakePool, Validator]:
    """Count a validator's stake in a new epoch, and merge what has arrived.

    Stake that is free goes to the reserve, stake that has become active into the validator's
    own, tips and spare rent to the reserve. Done once an epoch, before anything else in it;
    a validator that is up to date stays as it is.
    """
    if validator.last_update_epoch >= epoch:
        return pool, validator
    pool, validator = _update_transient(pool, validator, epoch)
    pool, validator = _update_active(pool, validator, epoch)
    active, transient = validator.active, validator.transient
    return pool, validator._replace(
        active_lamports=active.lamports if active else 0,
        transient_lamports=transient.lamports if transient else 0,
        last_update_epoch=epoch,
    )


def _update_transient(
    pool: StakePool, validator: Validator, epoch: int
) -> tuple[StakePool, Validator]:
    transient, active = validator.transient, validator.active
    if transient is None:
        return pool, validator
    if is_inactive(transient, epoch):
        after = validator._replace(
            transient=None, status=_WITHOUT_TRANSIENT.get(validator.status, validator.status)
        )
        return pool._replace(reserve=pool.reserve + transient.lamports), after
    if validator.status is not Status.ACTIVE:
        return pool, validator._replace(transient=deactivate(transient, epoch))
    assert active is not None
    # both were delegated before this epoch: what was on its way in has arrived
    return pool, validator._replace(transient=None, active=merged(active, transient, epoch))


def _update_active(
    pool: StakePool, validator: Validator, epoch: int
) -> tuple[StakePool, Validator]:
    active = validator.active
    if active is None:
        return pool, validator
    if validator.status is Status.ACTIVE:
        spare = active.lamports - active.stake - STAKE_RENT
        kept = active._replace(lamports=active.lamports - spare)
        return pool._replace(reserve=pool.reserve + spare), validator._replace(active=kept)
    if not is_inactive(active, epoch):
        return pool, validator
    left = Status.DEACTIVATING_TRANSIENT if validator.transient else Status.READY_FOR_REMOVAL
    pool = pool._replace(reserve=pool.reserve + active.lamports)
    return pool, validator._replace(active=None, status=left)


def update_pool(
    pool: StakePool, validators: Iterable[Validator], epoch: int
) -> tuple[StakePool, int]:
    """Count the whole pool: the pool after, and the pool tokens minted for the manager.

    What there is more than last time are rewards; a loss mints nothing and is everybody's.
    In a new epoch the fees that wait come one step nearer, after the fee of this one was
    taken. Reverts while a validator is not up to date. The cost is that of the validators.
    """
    total = max(pool.reserve - STAKE_RENT, 0)
    for validator in validators:
        require(validator.last_update_epoch >= epoch, LIST_OUT_OF_DATE)
        total += validator.active_lamports + validator.transient_lamports
    rewards = max(checked_u64(total) - pool.total_lamports, 0)
    minted = epoch_fee_tokens(pool, rewards)
    after = pool._replace(
        total_lamports=total, pool_token_supply=checked_u64(pool.pool_token_supply + minted)
    )
    if pool.last_update_epoch < epoch:
        after = after._replace(
            fees=fees_of_new_epoch(pool.fees),
            last_update_epoch=epoch,
            last_epoch_total_lamports=pool.total_lamports,
            last_epoch_pool_token_supply=pool.pool_token_supply,
        )
    return after, minted
