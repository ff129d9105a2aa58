"""Native solo staking: one's own 32 ETH, from the deposit to the last withdrawal.

    swept  = the whole balance once withdrawable; before, what lies above a full ceiling
    a part = min(asked, balance − 32 ETH − parts asked for already)

The story: who stakes alone sends deposits of at least 1 ETH for a key. Each waits for its turn
and is credited; with 32 ETH the validator becomes eligible, and a few epochs later it is
active. What it earns above its ceiling is swept to its owner at every round, without asking.
To leave it signs an exit, after 256 epochs of service at the earliest; it takes its place in
the exit queue, goes on with its duties until its exit epoch, and 256 epochs after that the
sweep pays everything. Nobody shares a penalty: a slash is all the owner's.

The queues are everybody's: the epochs in which a deposit is credited and a validator
activated, exits and becomes withdrawable come in by value (``consensus`` computes them from
the churn). Here is what one validator is in them.

Source: ethereum/consensus-specs@a08d8a6e ``specs/electra/beacon-chain.md`` and
``specs/capella/beacon-chain.md``, mainnet preset; states as in ethereum/beacon-APIs
(``v1/beacon/states/{state_id}/validators``); the deposit contract. Balances are Gwei, time is
epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from lstwallet.units.checked import require

ETHER: Final = 10**9
"""Gwei."""
MIN_DEPOSIT: Final = ETHER
"""Gwei in one deposit."""
ACTIVATION_BALANCE: Final = 32 * ETHER
"""Gwei that make a validator eligible; what stays in one that takes a part out."""
EJECTION_BALANCE: Final = 16 * ETHER
"""Gwei of effective balance at which a validator is put out."""
SERVICE: Final = 256
"""Epochs of activity before it may leave (``SHARD_COMMITTEE_PERIOD``)."""
FAR_FUTURE: Final = 2**64 - 1
"""The epoch of what has not been decided."""
SWEEP_PAYOUTS: Final = 16
"""Withdrawals in one block (``MAX_WITHDRAWALS_PER_PAYLOAD``)."""
SWEEP_PARTIALS: Final = 8
"""Of them for parts that were asked for."""
SWEEP_LOOKS: Final = 16_384
"""Validators that one block looks at."""

TOO_SMALL: Final = "DepositContract: deposit value too low"
NOT_GWEI: Final = "DepositContract: deposit value not multiple of gwei"
NOT_ACTIVE: Final = "the validator is not active"
EXITING: Final = "the validator has initiated an exit"
TOO_EARLY: Final = "the validator has not been active long enough"
PENDING: Final = "the validator has pending partial withdrawals"
NOT_COMPOUNDING: Final = "no compounding withdrawal credentials"
NO_EXCESS: Final = "nothing above the activation balance"


class Status(Enum):
    """Where a validator stands (beacon-APIs)."""

    PENDING_INITIALIZED = "pending_initialized"
    """Deposited, and too little for activation, or not seen by the registry yet."""
    PENDING_QUEUED = "pending_queued"
    ACTIVE_ONGOING = "active_ongoing"
    ACTIVE_EXITING = "active_exiting"
    """Still on duty; leaving it early costs as much as ever."""
    ACTIVE_SLASHED = "active_slashed"
    EXITED_UNSLASHED = "exited_unslashed"
    EXITED_SLASHED = "exited_slashed"
    WITHDRAWAL_POSSIBLE = "withdrawal_possible"
    WITHDRAWAL_DONE = "withdrawal_done"


class Validator(NamedTuple):
    """One key in the registry."""

    balance: int
    effective: int
    """Whole ETH that count for duties."""
    ceiling: int
    """The most that may count: 32 ETH, or 2,048 with compounding credentials."""
    eligibility_epoch: int = FAR_FUTURE
    """In line for activation from then on."""
    activation_epoch: int = FAR_FUTURE
    exit_epoch: int = FAR_FUTURE
    withdrawable_epoch: int = FAR_FUTURE
    slashed: bool = False


class Partial(NamedTuple):
    """A part that was asked for and waits."""

    place: int
    """The validator's in the registry."""
    amount: int
    withdrawable_epoch: int


class Withdrawal(NamedTuple):
    """Gwei paid to a validator's owner."""

    place: int
    amount: int


class Sweep(NamedTuple):
    """What one block pays."""

    withdrawals: tuple[Withdrawal, ...]
    partials_done: int
    """How many that waited were looked at, and are forgotten."""
    next_index: int
    """Where the next block begins."""


# --- in ----------------------------------------------------------------------------


def check_deposit(wei: int) -> int:
    """Gwei of a deposit of ``wei``; reverts below 1 ETH and for parts of a Gwei."""
    gwei, rest = divmod(wei, ETHER)
    require(gwei >= MIN_DEPOSIT, TOO_SMALL)
    require(rest == 0, NOT_GWEI)
    return gwei


def credit(validator: Validator, gwei: int) -> Validator:
    """A deposit has had its turn; what counts follows at the end of the epoch."""
    return validator._replace(balance=validator.balance + gwei)


def is_eligible(validator: Validator) -> bool:
    """Whether it may join the activation queue now (``is_eligible_for_activation_queue``)."""
    return validator.eligibility_epoch == FAR_FUTURE and validator.effective >= ACTIVATION_BALANCE


def enter_queue(validator: Validator, epoch: int) -> Validator:
    """The registry has seen it: in line from the next epoch on. Reverts when not eligible."""
    require(is_eligible(validator), NOT_ACTIVE)
    return validator._replace(eligibility_epoch=epoch + 1)


def may_activate(validator: Validator, finalized_epoch: int) -> bool:
    """Whether its place in line is final, and it may be given an activation epoch."""
    waits = validator.activation_epoch == FAR_FUTURE
    return waits and validator.eligibility_epoch <= finalized_epoch


def activate(validator: Validator, activation_epoch: int) -> Validator:
    """It will be on duty from ``activation_epoch`` on (``compute_activation_exit_epoch``)."""
    return validator._replace(activation_epoch=activation_epoch)


# --- standing ----------------------------------------------------------------------


def is_active(validator: Validator, epoch: int) -> bool:
    """On duty: from the activation epoch up to, and without, the exit epoch."""
    return validator.activation_epoch <= epoch < validator.exit_epoch


def status(validator: Validator, epoch: int) -> Status:
    """Where the validator stands in ``epoch``."""
    if epoch < validator.activation_epoch:
        queued = validator.eligibility_epoch != FAR_FUTURE
        return Status.PENDING_QUEUED if queued else Status.PENDING_INITIALIZED
    if epoch < validator.exit_epoch:
        if validator.exit_epoch == FAR_FUTURE:
            return Status.ACTIVE_ONGOING
        return Status.ACTIVE_SLASHED if validator.slashed else Status.ACTIVE_EXITING
    if epoch < validator.withdrawable_epoch:
        return Status.EXITED_SLASHED if validator.slashed else Status.EXITED_UNSLASHED
    return Status.WITHDRAWAL_POSSIBLE if validator.balance else Status.WITHDRAWAL_DONE


def is_ejected(validator: Validator, epoch: int) -> bool:
    """Whether so little counts that it is put out, like one that signs an exit."""
    return is_active(validator, epoch) and validator.effective <= EJECTION_BALANCE


# --- out ---------------------------------------------------------------------------


def check_exit(validator: Validator, epoch: int, pending: int = 0) -> None:
    """Reverts when it may not leave now (``process_voluntary_exit``).

    ``pending`` Gwei of parts that were asked for must be paid first.
    """
    require(is_active(validator, epoch), NOT_ACTIVE)
    require(validator.exit_epoch == FAR_FUTURE, EXITING)
    require(epoch >= validator.activation_epoch + SERVICE, TOO_EARLY)
    require(pending == 0, PENDING)


def earliest_exit(validator: Validator) -> int:
    """The first epoch in which it may sign an exit."""
    return validator.activation_epoch + SERVICE


def leave(validator: Validator, exit_epoch: int, withdrawable_epoch: int) -> Validator:
    """Its place in the exit queue, given by the churn; a second exit changes nothing."""
    if validator.exit_epoch != FAR_FUTURE:
        return validator
    return validator._replace(exit_epoch=exit_epoch, withdrawable_epoch=withdrawable_epoch)


def partial_amount(validator: Validator, epoch: int, pending: int, asked: int) -> int:
    """Gwei of ``asked`` that a part may be: what lies above 32 ETH and is not asked for yet.

    Only with compounding credentials (``process_withdrawal_request``, which does nothing
    where this reverts). It takes its place in the exit queue by that amount.
    """
    check_exit(validator, epoch)
    require(validator.ceiling > ACTIVATION_BALANCE, NOT_COMPOUNDING)
    excess = validator.balance - ACTIVATION_BALANCE - pending
    require(validator.effective >= ACTIVATION_BALANCE and excess > 0, NO_EXCESS)
    return min(excess, asked)


# --- the sweep ---------------------------------------------------------------------


def swept(validator: Validator, epoch: int) -> int:
    """Gwei that the sweep pays when it comes by: all once withdrawable, else the excess.

    (``is_fully_withdrawable_validator``, ``is_partially_withdrawable_validator``.) The owner
    must have set an address to be paid at.
    """
    if validator.withdrawable_epoch <= epoch:
        return validator.balance
    if validator.effective == validator.ceiling:
        return max(validator.balance - validator.ceiling, 0)
    return 0


def _parts(
    validators: Sequence[Validator], partials: Sequence[Partial], epoch: int
) -> tuple[list[Withdrawal], int]:
    """Parts that were asked for and are due, eight at most, and how many were looked at."""
    paid, looked = list[Withdrawal](), 0
    for partial in partials:
        if partial.withdrawable_epoch > epoch or len(paid) == SWEEP_PARTIALS:
            break
        looked += 1
        validator = validators[partial.place]
        taken = sum(each.amount for each in paid if each.place == partial.place)
        excess = validator.balance - taken - ACTIVATION_BALANCE
        stays = validator.exit_epoch == FAR_FUTURE
        if stays and validator.effective >= ACTIVATION_BALANCE and excess > 0:
            paid.append(Withdrawal(partial.place, min(excess, partial.amount)))
    return paid, looked


def sweep(
    validators: Sequence[Validator], partials: Sequence[Partial], next_index: int, epoch: int
) -> Sweep:
    """What a block pays (``get_expected_withdrawals``).

    First parts that were asked for, in their order; then the registry from ``next_index`` on,
    round and round: sixteen payments in all, and 16,384 validators looked at, at most. The
    cost does not grow with the registry.
    """
    paid, looked = _parts(validators, partials, epoch)
    early = tuple(paid)
    count = min(len(validators), SWEEP_LOOKS)
    for step in range(count):
        place = (next_index + step) % len(validators)
        validator = validators[place]
        taken = sum(each.amount for each in early if each.place == place)
        amount = swept(validator._replace(balance=validator.balance - taken), epoch)
        if amount > 0:
            paid.append(Withdrawal(place, amount))
        if len(paid) == SWEEP_PAYOUTS:
            return Sweep(tuple(paid), looked, (place + 1) % len(validators))
    return Sweep(tuple(paid), looked, (next_index + SWEEP_LOOKS) % len(validators))


def pay(validator: Validator, withdrawal: Withdrawal) -> Validator:
    """The validator after a payment."""
    return validator._replace(balance=validator.balance - withdrawal.amount)
