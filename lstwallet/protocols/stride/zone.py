"""The redemption rate of a host zone, and what moves it.

    rate     = (deposits + undelegated + tokenised + delegated) / stToken supply
    stTokens = amount / rate                                    (rounded down, for the zone)

The rate moves only when it is updated, every six hours. A zone whose rate leaves its bounds is
halted at the next block: nothing goes in or out until governance has looked.

Source: Stride-Labs/stride@40c6e386 ``x/stakeibc/keeper`` (``redemption_rate.go``,
``invariants.go``, ``msg_server.go``, ``reward_converter.go``, ``host_zone.go``, ``lsm.go``,
``icqcallbacks_delegator_shares.go``) and ``types/params.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.protocols.stride.state import (
    HALTED,
    INVALID_REQUEST,
    NO_WEIGHTS,
    NOT_FOUND,
    RATE_UNSAFE,
    TOO_LITTLE,
    WEIGHT_CAP,
    HostZone,
    Params,
    RewardsSplit,
    Split,
    Tokenized,
    Validator,
)
from lstwallet.units.checked import Revert, require
from lstwallet.units.clock import HOUR
from lstwallet.units.fixed import div_floor, mul_div_floor
from lstwallet.units.legacy_dec import dec_from_int, dec_mul, dec_quo, dec_truncate

RATE_INTERVAL: Final = 6 * HOUR
"""Seconds between updates (``stride_epoch``)."""
WEIGHT_CAP_FROM: Final = 10
"""Validators from which on the weight cap holds."""
PRECISION_ERROR: Final = 1_000
"""Base units by which the host chain may count more than Stride."""


class Slashed(NamedTuple):
    """What asking a validator's delegation came to."""

    zone: HostZone
    amount: int
    """Lost; zero when it was not slashed."""


# --- the rate ----------------------------------------------------------------------


def tokenized_value(zone: HostZone) -> int:
    """Tokens of the shares that are not plain delegations yet, each rounded down."""
    rates = {validator.address: validator.tokens_per_share for validator in zone.validators}
    return sum(
        dec_truncate(each.shares * rates[each.address])
        for each in zone.tokenized
        if each.address in rates
    )


def locked_tokens(zone: HostZone) -> int:
    """All that the stTokens are shares of."""
    on_its_way = zone.deposit_balance + zone.undelegated_balance
    return on_its_way + tokenized_value(zone) + zone.total_delegations


def update_redemption_rate(zone: HostZone) -> HostZone:
    """The zone with the rate of this moment; unchanged while there are no stTokens."""
    if zone.st_supply == 0:
        return zone
    rate = dec_quo(dec_from_int(locked_tokens(zone)), dec_from_int(zone.st_supply))
    return zone._replace(redemption_rate=rate, last_redemption_rate=zone.redemption_rate)


def outer_bounds(zone: HostZone, params: Params) -> tuple[int, int]:
    """The zone's own bounds, or the default ones."""
    return zone.min_rate or params.min_rate, zone.max_rate or params.max_rate


def inner_bounds(zone: HostZone, params: Params) -> tuple[int, int]:
    """The narrower bounds; they never reach beyond the outer ones."""
    least, most = outer_bounds(zone, params)
    return max(zone.min_inner_rate or least, least), min(zone.max_inner_rate or most, most)


def is_rate_safe(zone: HostZone, params: Params) -> bool:
    """Whether the rate is within all bounds; the bounds themselves are."""
    least, most = inner_bounds(zone, params)
    return least <= zone.redemption_rate <= most


def halt_if_unsafe(zone: HostZone, params: Params) -> HostZone:
    """Done at the start of every block; nothing but governance undoes it."""
    return zone if is_rate_safe(zone, params) else zone._replace(halted=True)


def require_open(zone: HostZone, params: Params) -> None:
    """Reverts for a halted zone, and for one that will be."""
    require(not zone.halted, HALTED)
    require(is_rate_safe(zone, params), RATE_UNSAFE)


# --- in ----------------------------------------------------------------------------


def liquid_stake(zone: HostZone, amount: int, params: Params) -> tuple[HostZone, int]:
    """Stake ``amount``: the zone after, and the stTokens minted at the last rate.

    Reverts for a halted zone, outside the bounds, and when it is worth no stToken.
    """
    require_open(zone, params)
    minted = dec_truncate(dec_quo(dec_from_int(amount), zone.redemption_rate))
    require(minted > 0, TOO_LITTLE)
    after = zone._replace(
        deposit_balance=zone.deposit_balance + amount, st_supply=zone.st_supply + minted
    )
    return after, minted


def liquid_stake_shares(
    zone: HostZone, address: str, shares: int, params: Params
) -> tuple[HostZone, int]:
    """Give whole delegator ``shares`` of a validator: no unbonding, no gap in rewards (LSM)."""
    require_open(zone, params)
    validator = find(zone, address)
    value = dec_truncate(shares * validator.tokens_per_share)
    minted = dec_truncate(dec_quo(dec_from_int(value), zone.redemption_rate))
    require(minted > 0, TOO_LITTLE)
    after = zone._replace(
        tokenized=(*zone.tokenized, Tokenized(address, shares)),
        st_supply=zone.st_supply + minted,
    )
    return after, minted


def find(zone: HostZone, address: str) -> Validator:
    """The validator of that address; reverts when there is none."""
    for validator in zone.validators:
        if validator.address == address:
            return validator
    raise Revert(NOT_FOUND)


def transfer_deposits(zone: HostZone) -> HostZone:
    """What was deposited has reached the host chain."""
    return zone._replace(
        deposit_balance=0, undelegated_balance=zone.undelegated_balance + zone.deposit_balance
    )


def detokenize(zone: HostZone) -> HostZone:
    """The shares that were given have become plain delegations."""
    for each in zone.tokenized:
        worth = dec_truncate(each.shares * find(zone, each.address).tokens_per_share)
        zone = _changed(zone, each.address, worth)
    return zone._replace(tokenized=())


def _changed(zone: HostZone, address: str, change: int) -> HostZone:
    """The zone with ``change`` more tokens delegated to one validator."""
    validators = tuple(
        each._replace(delegation=each.delegation + change) if each.address == address else each
        for each in zone.validators
    )
    return zone._replace(validators=validators, total_delegations=zone.total_delegations + change)


# --- dividing among validators -----------------------------------------------------


def target_amounts(validators: Sequence[Validator], total: int) -> dict[str, int]:
    """``total`` divided by weight, each rounded down; the heaviest takes what is left.

    Validators that are being asked about a slash are left out. Reverts for nothing, and
    without weights.
    """
    require(total > 0, INVALID_REQUEST)
    asked = sorted(
        (each for each in validators if not each.slash_query_in_progress),
        key=lambda each: (each.weight, each.address),
    )
    weights = sum(each.weight for each in asked)
    require(weights > 0, NO_WEIGHTS)
    amounts = {each.address: mul_div_floor(each.weight, total, weights) for each in asked[:-1]}
    amounts[asked[-1].address] = total - sum(amounts.values())
    return amounts


def delegate(zone: HostZone) -> tuple[HostZone, tuple[Split, ...]]:
    """Delegate all that waits for it, by weight."""
    if zone.undelegated_balance == 0:
        return zone, ()
    amounts = target_amounts(zone.validators, zone.undelegated_balance)
    splits = tuple(
        Split(each.address, amounts[each.address])
        for each in zone.validators
        if amounts.get(each.address)
    )
    for split in splits:
        zone = _changed(zone, split.address, split.amount)
    return zone._replace(undelegated_balance=0), splits


def undelegated(zone: HostZone, splits: Sequence[Split]) -> HostZone:
    """The zone after its validators have undelegated."""
    for split in splits:
        zone = _changed(zone, split.address, -split.amount)
    return zone


def check_weights(validators: Sequence[Validator], params: Params) -> None:
    """Reverts when one of ten or more validators has more than its cap of all weights."""
    total = sum(each.weight for each in validators)
    if len(validators) < WEIGHT_CAP_FROM:
        return
    for each in validators:
        require(each.weight * 100 <= params.weight_cap * total, WEIGHT_CAP)


# --- rewards -----------------------------------------------------------------------


def split_rewards(
    rewards: int, params: Params, *, pool_share: int = 0, rebate_rate: int = 0
) -> RewardsSplit:
    """Divide ``rewards``: Stride's fee, rounded down, and what is staked again.

    A community pool that owns ``pool_share`` of the stTokens (a decimal) gets ``rebate_rate``
    of its part of the fee back.
    """
    rate = dec_quo(dec_from_int(params.commission), dec_from_int(100))
    fees = dec_truncate(dec_mul(dec_from_int(rewards), rate))
    rebate = dec_truncate(dec_mul(dec_mul(dec_from_int(fees), pool_share), rebate_rate))
    return RewardsSplit(rebate, fees - rebate, rewards - fees)


def reinvest(
    zone: HostZone, rewards: int, params: Params, *, pool_share: int = 0, rebate_rate: int = 0
) -> tuple[HostZone, RewardsSplit]:
    """The zone with its part of ``rewards`` waiting to be delegated."""
    split = split_rewards(rewards, params, pool_share=pool_share, rebate_rate=rebate_rate)
    more = zone.undelegated_balance + split.reinvested
    return zone._replace(undelegated_balance=more), split


# --- slashing ----------------------------------------------------------------------


def slash_checkpoint(zone: HostZone, params: Params) -> int:
    """Tokens given as shares after which a validator is asked about slashing (1 % of all)."""
    return mul_div_floor(zone.total_delegations, params.slash_query_threshold, 100)


def should_query(progress: int, amount: int, checkpoint: int) -> bool:
    """Whether ``amount`` more after ``progress`` passes a multiple of the checkpoint."""
    if checkpoint == 0:
        return False
    return div_floor(progress, checkpoint) < div_floor(progress + amount, checkpoint)


def slash(zone: HostZone, address: str, shares: int) -> Slashed:
    """Count a validator anew from the ``shares`` (a decimal) that the host chain tells.

    A little more is a rounding of the host chain and is taken on; much more is not believed,
    and reverts. Less is a slash: the delegation falls, the weight with it, and the rate of
    all stTokens is updated at once.
    """
    validator = find(zone, address)
    tokens = dec_truncate(dec_mul(shares, validator.tokens_per_share))
    change = tokens - validator.delegation
    require(change <= PRECISION_ERROR, INVALID_REQUEST)
    if change >= 0:
        return Slashed(_changed(zone, address, change), 0)
    kept = dec_quo(dec_from_int(tokens), dec_from_int(validator.delegation))
    weight = dec_truncate(dec_mul(dec_from_int(validator.weight), kept))
    zone = _changed(zone, address, change)
    validators = tuple(
        each._replace(weight=weight) if each.address == address else each
        for each in zone.validators
    )
    return Slashed(update_redemption_rate(zone._replace(validators=validators)), -change)
