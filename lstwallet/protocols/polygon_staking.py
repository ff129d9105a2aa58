"""Polygon's delegation: shares of a validator, and an unbonding counted in checkpoints.

    rate   = delegated / shares
    amount = rate · shares            shares = amount / rate              (rounded down)

The story: who delegates buys shares of one validator (on Ethereum, where the stake lies) and
earns rewards beside them, which do not change the rate. Who leaves burns shares; the amount
moves into the validator's withdrawal pool, earns nothing any more, and can be claimed once
80 checkpoints have been made. A checkpoint is what validators sign about every half an hour;
when the chain makes none, nobody's wait gets shorter.

Source: 0xPolygon/pos-contracts@ff11f0e0 ``contracts/staking/validatorShare/ValidatorShare.sol``
(version 2.3.0) and ``stakeManager/StakeManager.sol``; figures from 0xPolygon/polygon-docs@
0f9ab164. That version slashes nobody; whether slashing was ever active is unverified. Amounts
are wei of POL. The first seven validators keep the rate with two decimals, others with 29.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import checked_sub, require
from lstwallet.units.clock import MINUTE
from lstwallet.units.fixed import div_floor, mul_div_floor

WITHDRAWAL_DELAY: Final = 80
"""Checkpoints (set by governance; the contract began with 8,192)."""
CHECKPOINT_SOONEST: Final = 30 * MINUTE
"""Seconds between checkpoints when validators sign in time."""
CHECKPOINT_LATEST: Final = 60 * MINUTE
"""Seconds, about, when the chain is quiet."""
PRECISION: Final = 10**29
"""A rate of one."""
FOUNDATION_PRECISION: Final = 100
"""A rate of one for validators below ``FIRST_PUBLIC``."""
FIRST_PUBLIC: Final = 8
REWARD_PRECISION: Final = 10**25

DISABLED: Final = "Delegation is disabled"
LOCKED: Final = "locked"
SLIPPAGE: Final = "Too much slippage"
TOO_MANY_SHARES: Final = "too much slippage"
TOO_MUCH: Final = "Too much requested"
INCOMPLETE: Final = "Incomplete withdrawal period"


class ValidatorShare(NamedTuple):
    """All delegation to one validator."""

    validator_id: int
    delegated: int
    """Wei that earn."""
    shares: int
    withdraw_pool: int
    """Wei on their way out."""
    withdraw_shares: int
    reward_per_share: int = 0
    """Wei that one share has earned so far, 25 decimals."""
    delegation: bool = True
    """Whether the validator takes delegations."""
    locked: bool = False
    """A validator that leaves takes none either."""


class Unbond(NamedTuple):
    """A claim on the withdrawal pool."""

    shares: int
    epoch: int
    """Checkpoints made when it began."""


# --- worth -------------------------------------------------------------------------


def precision(validator: ValidatorShare) -> int:
    """A rate of one."""
    return PRECISION if validator.validator_id >= FIRST_PUBLIC else FOUNDATION_PRECISION


def exchange_rate(validator: ValidatorShare) -> int:
    """Wei per share; one while nobody has delegated."""
    one = precision(validator)
    if validator.shares == 0:
        return one
    return mul_div_floor(validator.delegated, one, validator.shares)


def withdraw_exchange_rate(validator: ValidatorShare) -> int:
    """Wei per share of the withdrawal pool; always one for the first validators."""
    one = precision(validator)
    if validator.validator_id < FIRST_PUBLIC or validator.withdraw_shares == 0:
        return one
    return mul_div_floor(validator.withdraw_pool, one, validator.withdraw_shares)


def stake_of(validator: ValidatorShare, shares: int) -> int:
    """Wei that ``shares`` can be sold for."""
    return mul_div_floor(exchange_rate(validator), shares, precision(validator))


# --- delegating --------------------------------------------------------------------


def buy(
    validator: ValidatorShare, amount: int, least_shares: int = 0
) -> tuple[ValidatorShare, int, int]:
    """Delegate ``amount`` wei: the validator after, the shares, and the wei really taken.

    No more is taken than the shares are worth. Reverts while the validator takes none, and
    below ``least_shares``.
    """
    require(not validator.locked, LOCKED)
    require(validator.delegation, DISABLED)
    rate, one = exchange_rate(validator), precision(validator)
    shares = mul_div_floor(amount, one, rate)
    require(shares >= least_shares, SLIPPAGE)
    taken = mul_div_floor(rate, shares, one)
    after = validator._replace(
        delegated=validator.delegated + taken, shares=validator.shares + shares
    )
    return after, shares, taken


def add_rewards(validator: ValidatorShare, rewards: int) -> ValidatorShare:
    """Rewards of a checkpoint for all delegators, by share; nobody's without shares."""
    if validator.shares == 0:
        return validator
    more = mul_div_floor(rewards, REWARD_PRECISION, validator.shares)
    return validator._replace(reward_per_share=validator.reward_per_share + more)


def rewards_of(validator: ValidatorShare, shares: int, since: int) -> int:
    """Wei earned by ``shares`` whose holder was last paid at ``since`` a share."""
    return mul_div_floor(validator.reward_per_share - since, shares, REWARD_PRECISION)


# --- leaving -----------------------------------------------------------------------


def sell(
    validator: ValidatorShare, held: int, amount: int, most_shares: int, epoch: int
) -> tuple[ValidatorShare, int, Unbond]:
    """Unbond ``amount`` wei of the ``held`` shares: the validator after, the shares burned.

    Each sale is an unbonding of its own. From now on it earns nothing. Reverts for more than
    held, and for more shares than ``most_shares``.
    """
    rate, one = exchange_rate(validator), precision(validator)
    owned = stake_of(validator, held)
    require(owned != 0 and amount <= owned, TOO_MUCH)
    shares = mul_div_floor(amount, one, rate)
    require(shares <= most_shares, TOO_MANY_SHARES)
    pool_shares = mul_div_floor(amount, one, withdraw_exchange_rate(validator))
    after = validator._replace(
        delegated=validator.delegated - amount,
        shares=validator.shares - shares,
        withdraw_pool=validator.withdraw_pool + amount,
        withdraw_shares=validator.withdraw_shares + pool_shares,
    )
    return after, shares, Unbond(pool_shares, epoch)


def due_epoch(unbond: Unbond, delay: int = WITHDRAWAL_DELAY) -> int:
    """Checkpoints that must have been made."""
    return unbond.epoch + delay


def longest_wait(unbond: Unbond, epoch: int, seconds_each: int, delay: int) -> int:
    """Seconds until the unbonding is due, if a checkpoint takes ``seconds_each``.

    From the last checkpoint on; nothing holds the chain to it.
    """
    return max(due_epoch(unbond, delay) - epoch, 0) * seconds_each


def claim(
    validator: ValidatorShare, unbond: Unbond, epoch: int, delay: int = WITHDRAWAL_DELAY
) -> tuple[ValidatorShare, int]:
    """Pay an unbonding, which ceases to exist: the validator after, and the wei.

    Reverts before its checkpoint, and for one that was paid.
    """
    require(due_epoch(unbond, delay) <= epoch and unbond.shares > 0, INCOMPLETE)
    rate = withdraw_exchange_rate(validator)
    amount = div_floor(rate * unbond.shares, precision(validator))
    after = validator._replace(
        withdraw_pool=checked_sub(validator.withdraw_pool, amount),
        withdraw_shares=checked_sub(validator.withdraw_shares, unbond.shares),
    )
    return after, amount
