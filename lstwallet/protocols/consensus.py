"""Ethereum's consensus layer, Electra: churn, exits, deposits, rewards, slashing.

    churn      = max(128 ETH, all active / 65,536), in whole ETH            (rounded down)
    exit       = earliest epoch + (balance − what is left in it) / churn      (rounded up)
    reward     = 64 · 10⁹ / √(all active) Gwei an epoch for every whole ETH (rounded down)
    flag       = reward · weight / 64 · participating / all active          (rounded down)
    slashing   = balance / 4,096 at once, and in the middle of the window
                 3 · slashed in it / all active for every whole ETH         (rounded down)

The story: a deposit waits for the activation churn, a validator attests and earns a
share of the base reward, a wish to leave takes its place in the exit churn, and 256
epochs after the exit the balance may be swept. One exit queue serves everybody: its
whole state is one epoch and the balance still free in it, so its cost does not grow
with the number who wait.

Source: ethereum/consensus-specs ``specs/electra/beacon-chain.md`` and
``specs/altair/beacon-chain.md``, mainnet preset. Balances are Gwei, time is epochs.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from math import isqrt
from typing import Final, NamedTuple

from lstwallet.units.fixed import BPS, div_ceil, div_floor, mul_div_floor

INCREMENT: Final = 10**9
"""Gwei; effective balances are whole multiples of it (``EFFECTIVE_BALANCE_INCREMENT``)."""
MIN_ACTIVATION_BALANCE: Final = 32 * INCREMENT
"""Gwei; also the ceiling of a validator without compounding credentials."""
MAX_EFFECTIVE_BALANCE: Final = 2_048 * INCREMENT
"""Gwei, with compounding credentials (``MAX_EFFECTIVE_BALANCE_ELECTRA``)."""
COMPOUNDING_PREFIX: Final = 2
"""First byte of compounding withdrawal credentials."""
MIN_CHURN: Final = 128 * INCREMENT
"""Gwei an epoch (``MIN_PER_EPOCH_CHURN_LIMIT_ELECTRA``)."""
MAX_ACTIVATION_EXIT_CHURN: Final = 256 * INCREMENT
"""Gwei an epoch (``MAX_PER_EPOCH_ACTIVATION_EXIT_CHURN_LIMIT``)."""
CHURN_LIMIT_QUOTIENT: Final = 65_536
MAX_SEED_LOOKAHEAD: Final = 4
"""Epochs."""
WITHDRAWABILITY_DELAY: Final = 256
"""Epochs from exit to withdrawable (``MIN_VALIDATOR_WITHDRAWABILITY_DELAY``)."""
MAX_DEPOSITS_PER_EPOCH: Final = 16
FINALITY_DELAY: Final = 2
"""Epochs until an epoch is finalised, when nearly everybody attests."""
SHARD_COMMITTEE_PERIOD: Final = 256
"""Epochs that a validator must have been active before it may leave."""
BASE_REWARD_FACTOR: Final = 64
WEIGHT_DENOMINATOR: Final = 64
SYNC_WEIGHT: Final = 2
PROPOSER_WEIGHT: Final = 8
SLASHING_PENALTY_QUOTIENT: Final = 4_096
"""Of the effective balance at once; the whistle-blower's reward is as large."""
SLASHING_MULTIPLIER: Final = 3
SLASHINGS_WINDOW: Final = 8_192
"""Epochs (``EPOCHS_PER_SLASHINGS_VECTOR``)."""
INACTIVITY_BIAS: Final = 4
INACTIVITY_RECOVERY: Final = 16
INACTIVITY_QUOTIENT: Final = 2**24
LEAK_AFTER: Final = 4
"""Epochs without finality before the leak begins (``MIN_EPOCHS_TO_INACTIVITY_PENALTY``)."""
HYSTERESIS_STEP: Final = 250_000_000
"""Gwei: a quarter of an increment. One step down or five up move the effective balance."""
HYSTERESIS_UP: Final = 5
EPOCHS_PER_YEAR: Final = 82_125
"""365 days of 225 epochs."""
SWEEP_PER_SLOT: Final = 16
"""Withdrawals in one block (``MAX_WITHDRAWALS_PER_PAYLOAD``)."""
DUTY_SCALE: Final = WEIGHT_DENOMINATOR * BPS * BPS
"""What ``duties_over`` is to be divided by."""
_HALF_WINDOW: Final = 4_096


class Flag(IntEnum):
    """What an attestation got right in time; the value is its bit."""

    SOURCE = 1
    TARGET = 2
    HEAD = 4


FLAG_WEIGHT: Final = {Flag.SOURCE: 14, Flag.TARGET: 26, Flag.HEAD: 14}
"""Parts of ``WEIGHT_DENOMINATOR``; sync committees have 2 and proposers 8."""
_PENALISED: Final = FLAG_WEIGHT[Flag.SOURCE] + FLAG_WEIGHT[Flag.TARGET]
"""Parts that cost who misses them."""


class Churn(NamedTuple):
    """A queue that lets a fixed balance through each epoch."""

    earliest_epoch: int
    """The epoch in which the last one who joined gets through."""
    balance_left: int
    """Gwei still free in that epoch."""


class DepositsProcessed(NamedTuple):
    """What one epoch took from the head of the deposit queue."""

    taken: int
    """Deposits."""
    amount: int
    """Gwei credited."""
    balance_left: int
    """Gwei carried over to the next epoch, because the next deposit did not fit."""


class SlashingEntry(NamedTuple):
    """``balance`` Gwei of effective balance slashed in ``epoch``."""

    epoch: int
    balance: int


class Slashed(NamedTuple):
    """What a slashing does at once."""

    exits: Churn
    exit_epoch: int
    withdrawable_epoch: int
    penalty: int
    """Gwei taken from the validator."""
    reward: int
    """Gwei for proposer and whistle-blower."""


class FlagDelta(NamedTuple):
    """Gwei earned and lost for one flag in one epoch."""

    reward: int
    penalty: int


# --- churn and exits ---------------------------------------------------------------


def balance_churn_limit(total_active: int) -> int:
    """Gwei an epoch for all purposes, rounded down to whole ETH (``get_balance_churn_limit``)."""
    churn = max(MIN_CHURN, div_floor(total_active, CHURN_LIMIT_QUOTIENT))
    return div_floor(churn, INCREMENT) * INCREMENT


def activation_exit_churn_limit(total_active: int) -> int:
    """Gwei an epoch for activations, and as much for exits."""
    return min(MAX_ACTIVATION_EXIT_CHURN, balance_churn_limit(total_active))


def consolidation_churn_limit(total_active: int) -> int:
    """Gwei an epoch that is left for consolidations; zero on a small chain."""
    return balance_churn_limit(total_active) - activation_exit_churn_limit(total_active)


def activation_exit_epoch(epoch: int) -> int:
    """The first epoch in which a change decided in ``epoch`` can take effect."""
    return epoch + 1 + MAX_SEED_LOOKAHEAD


def _join(queue: Churn, current_epoch: int, balance: int, limit: int) -> Churn:
    """Take ``balance`` Gwei of place in a queue that lets ``limit`` Gwei an epoch through.

    A balance that does not fit opens as many further epochs as it needs (rounded up, in
    favour of those who stay).
    """
    epoch = max(queue.earliest_epoch, activation_exit_epoch(current_epoch))
    left = limit if queue.earliest_epoch < epoch else queue.balance_left
    if balance > left:
        more = div_ceil(balance - left, limit)
        epoch += more
        left += more * limit
    return Churn(epoch, left - balance)


def join_exit_queue(queue: Churn, current_epoch: int, balance: int, total_active: int) -> Churn:
    """Exit ``balance`` Gwei; the result's ``earliest_epoch`` is the exit epoch.

    ``compute_exit_epoch_and_update_churn``. ``total_active`` is the Gwei that set the churn.
    """
    return _join(queue, current_epoch, balance, activation_exit_churn_limit(total_active))


def join_consolidation_queue(
    queue: Churn, current_epoch: int, balance: int, total_active: int
) -> Churn:
    """The same for consolidations (``compute_consolidation_epoch_and_update_churn``).

    Reverts with the division panic where the chain is too small to consolidate.
    """
    return _join(queue, current_epoch, balance, consolidation_churn_limit(total_active))


def withdrawable_epoch(exit_epoch: int) -> int:
    """The epoch from which an exited balance may be swept."""
    return exit_epoch + WITHDRAWABILITY_DELAY


def sweep_slots(validators: int) -> int:
    """Slots that one full round of the sweep takes over ``validators``, rounded up."""
    return div_ceil(validators, SWEEP_PER_SLOT)


# --- deposits ----------------------------------------------------------------------


def process_deposits(waiting: Iterable[int], carried: int, total_active: int) -> DepositsProcessed:
    """What one epoch takes from the queue of deposits (Gwei each, in order).

    ``process_pending_deposits`` for finalised deposits of validators that are not leaving.
    Churn is carried over only when the next deposit did not fit.
    """
    available = carried + activation_exit_churn_limit(total_active)
    taken = amount = 0
    for deposit in waiting:
        if taken >= MAX_DEPOSITS_PER_EPOCH:
            break
        if amount + deposit > available:
            return DepositsProcessed(taken, amount, available - amount)
        amount += deposit
        taken += 1
    return DepositsProcessed(taken, amount, 0)


def join_deposit_queue(queue: Churn, current_epoch: int, amount: int, total_active: int) -> Churn:
    """Deposit ``amount`` Gwei; the result's ``earliest_epoch`` is the one that credits it.

    ``process_deposits`` in closed form, for deposits of 16 ETH and more (smaller ones also
    meet the limit of 16 an epoch): the head waits until churn has gathered for it, and
    churn gathers only while something waits. A deposit must be finalised first.
    """
    epoch = max(queue.earliest_epoch, current_epoch + FINALITY_DELAY)
    limit = activation_exit_churn_limit(total_active)
    left = limit if queue.earliest_epoch < epoch else queue.balance_left
    if amount > left:
        more = div_ceil(amount - left, limit)
        epoch += more
        left += more * limit
    return Churn(epoch, left - amount)


def activation_epoch(credited_epoch: int) -> int:
    """The first epoch in which a validator attests whose deposit was credited then.

    It becomes eligible in the next epoch, that epoch must be finalised, and an activation
    takes effect five epochs later (``process_registry_updates``).
    """
    return activation_exit_epoch(credited_epoch + 1 + FINALITY_DELAY)


# --- balances and rewards ----------------------------------------------------------


def increase_balance(balance: int, delta: int) -> int:
    """Gwei after a reward."""
    return balance + delta


def decrease_balance(balance: int, delta: int) -> int:
    """Gwei after a penalty; a balance never falls below zero."""
    return max(balance - delta, 0)


def effective_balance_ceiling(credential_prefix: int) -> int:
    """The most that counts, by the first byte of the withdrawal credentials."""
    if credential_prefix == COMPOUNDING_PREFIX:
        return MAX_EFFECTIVE_BALANCE
    return MIN_ACTIVATION_BALANCE


def updated_effective_balance(effective: int, balance: int, credential_prefix: int) -> int:
    """The effective balance at the end of an epoch, with hysteresis (Gwei).

    It follows the balance, rounded down to whole ETH, only when that has fallen by more
    than a quarter or risen by more than five quarters of an ETH.
    """
    fell = balance + HYSTERESIS_STEP < effective
    rose = effective + HYSTERESIS_UP * HYSTERESIS_STEP < balance
    if not (fell or rose):
        return effective
    whole = div_floor(balance, INCREMENT) * INCREMENT
    return min(whole, effective_balance_ceiling(credential_prefix))


def base_reward_per_increment(total_active: int) -> int:
    """Gwei an epoch per ETH of effective balance, if everybody did everything right."""
    return div_floor(INCREMENT * BASE_REWARD_FACTOR, isqrt(total_active))


def base_reward(effective: int, total_active: int) -> int:
    """Gwei an epoch for one validator (``get_base_reward``)."""
    return div_floor(effective, INCREMENT) * base_reward_per_increment(total_active)


def is_in_leak(finality_delay: int) -> bool:
    """Whether ``finality_delay`` epochs without finality mean the inactivity leak."""
    return finality_delay > LEAK_AFTER


def flag_delta(
    reward: int,
    flag: Flag,
    hit: bool,
    participating: int,
    total_active: int,
    *,
    leak: bool,
) -> FlagDelta:
    """Reward and penalty for one flag (``get_flag_index_deltas``).

    ``reward`` is the validator's base reward, ``participating`` the Gwei that hit the flag.
    Rewards scale with participation and stop in a leak; a missed head costs nothing.
    """
    weight = FLAG_WEIGHT[flag]
    if not hit:
        penalty = 0 if flag is Flag.HEAD else mul_div_floor(reward, weight, WEIGHT_DENOMINATOR)
        return FlagDelta(0, penalty)
    if leak:
        return FlagDelta(0, 0)
    active = div_floor(total_active, INCREMENT)
    numerator = reward * weight * div_floor(participating, INCREMENT)
    return FlagDelta(div_floor(numerator, active * WEIGHT_DENOMINATOR), 0)


def updated_inactivity_score(score: int, hit_target: bool, *, leak: bool) -> int:
    """The inactivity score after an epoch (``process_inactivity_updates``)."""
    score = score - min(1, score) if hit_target else score + INACTIVITY_BIAS
    return score if leak else score - min(INACTIVITY_RECOVERY, score)


def inactivity_penalty(effective: int, score: int, hit_target: bool) -> int:
    """Gwei lost for a missed target; ``score`` is the one after this epoch's update."""
    if hit_target:
        return 0
    return mul_div_floor(effective, score, INACTIVITY_BIAS * INACTIVITY_QUOTIENT)


def duties_over(total_active: int, epochs: int, participation_bps: int) -> int:
    """What one ETH of effective balance earns in ``epochs``, in Gwei × ``DUTY_SCALE``.

    The base-reward formula over all 64 parts of the duties at a given participation: who
    does a duty earns its part, scaled by how many do it (``flag_delta``), so a share p in
    time earns 64·p²; who misses loses source and target, 40·(1 − p). Undivided, so that
    the sum over any number of epochs and changes is exact; may be negative when few attest.
    """
    missed = BPS - participation_bps
    parts = WEIGHT_DENOMINATOR * participation_bps * participation_bps - _PENALISED * missed * BPS
    return base_reward_per_increment(total_active) * epochs * parts


def rewards_of(duties: int) -> int:
    """Gwei of a sum of ``duties_over`` times ETH, rounded down."""
    return div_floor(duties, DUTY_SCALE)


# --- slashing ----------------------------------------------------------------------


def slash(exits: Churn, current_epoch: int, effective: int, total_active: int) -> Slashed:
    """Slash one validator (``slash_validator``): it joins the exit queue and pays at once."""
    after = join_exit_queue(exits, current_epoch, effective, total_active)
    return Slashed(
        exits=after,
        exit_epoch=after.earliest_epoch,
        withdrawable_epoch=max(
            withdrawable_epoch(after.earliest_epoch), current_epoch + SLASHINGS_WINDOW
        ),
        penalty=div_floor(effective, SLASHING_PENALTY_QUOTIENT),
        reward=div_floor(effective, SLASHING_PENALTY_QUOTIENT),
    )


def slashed_in_window(entries: Iterable[SlashingEntry], epoch: int) -> int:
    """Gwei slashed in the 8,192 epochs up to and with ``epoch``."""
    return sum(entry.balance for entry in entries if entry.epoch > epoch - SLASHINGS_WINDOW)


def correlation_penalty_due(withdrawable: int) -> int:
    """The epoch in which a slashed validator pays for those slashed around it."""
    return withdrawable - SLASHINGS_WINDOW + _HALF_WINDOW


def correlation_penalty(effective: int, slashed_around: int, total_active: int) -> int:
    """Gwei a slashed validator pays, by how much was slashed around it (``process_slashings``).

    Electra divides per increment first; the order matters.
    """
    adjusted = min(slashed_around * SLASHING_MULTIPLIER, total_active)
    per_increment = div_floor(adjusted, div_floor(total_active, INCREMENT))
    return per_increment * div_floor(effective, INCREMENT)
