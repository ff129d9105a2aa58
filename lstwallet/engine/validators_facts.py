"""The chain's validators: states, commands and events.

Three kinds of stake share one activation queue and one exit queue: accounts that stake
natively (one record per deposit), everybody else on the chain (one number), and the
pool's validators (``engine/staking``). Balances on the chain are Gwei, in the ledger wei.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols import consensus
from lstwallet.protocols.consensus import Churn
from lstwallet.units.amount import Wanted

GWEI: Final = 10**9
"""Wei."""
VALIDATOR_GWEI: Final = consensus.MIN_ACTIVATION_BALANCE
VALIDATOR_WEI: Final = VALIDATOR_GWEI * GWEI
"""32 ETH: what one validator takes."""
ETH_PER_VALIDATOR: Final = 32
BEACON: Final = "beacon"
"""Holds the ETH of all validators and of deposits that wait."""
GENESIS_TIME: Final = 1_606_824_023
"""When epoch 0 began on mainnet: 2020-12-01T12:00:23Z."""

WAITING: Final = "waiting"
"""The deposit waits in the activation queue."""
ACTIVE: Final = "active"
EXITING: Final = "exiting"
"""In the exit queue, still attesting."""
EXITED: Final = "exited"
"""Waits until it is withdrawable and the sweep comes by."""


class Earnings(NamedTuple):
    """Running sums since the world began: what one staked ETH has earned.

    Two of them subtracted tell what a stake earned in between, whatever changed meanwhile.
    """

    epoch: int
    """Up to the beginning of this epoch."""
    duties: int
    """Gwei × ``consensus.DUTY_SCALE`` per ETH of effective balance."""
    execution: int
    """Wei per ETH of effective balance: priority fees and MEV."""


class Passage(NamedTuple):
    """``gwei`` of everybody else's stake that pass at ``at`` (seconds)."""

    at: int
    gwei: int


class Beacon(NamedTuple):
    """The chain as a whole."""

    genesis_time: int
    active: int
    """Gwei of total active balance: it sets the churn and the base reward."""
    exits: Churn
    deposits: Churn
    round: int
    """Validators that the sweep visits before it comes round again."""
    participation: int
    """Basis points of duties done in time, as recorded by the market."""
    execution: int
    """Wei of priority fees and MEV per staked ETH an epoch, as recorded by the market."""
    earned: Earnings
    next_id: int
    next_place: int
    """The place in the sweep of the next validator."""
    activating: tuple[Passage, ...]
    exiting: tuple[Passage, ...]
    leaving: tuple[Passage, ...]
    """Everybody else's stake on its way, first come first."""


class Validator(NamedTuple):
    """Validators that ``account`` deposited for at one time; they walk together."""

    account: Account
    keys: int
    """Validators of 32 ETH."""
    place: int
    """Of the first one in the sweep."""
    stage: str
    deposited_at: int
    active_at: int
    exit_at: int
    """0 until it leaves."""
    paid_at: int
    """When the sweep pays everything back; 0 until it leaves."""
    next_sweep: int
    earned: Earnings
    """As of the last payment."""
    unpaid: int
    """Wei of rewards at the exit (negative: a loss); 0 before."""


# --- commands ------------------------------------------------------------------------


class StakeNatively(NamedTuple):
    """Deposit for validators of one's own: a multiple of 32 ETH, or as many as there are."""

    account: Account
    amount: Wanted


class LeaveNatively(NamedTuple):
    """Take the validators of one deposit (by its id), or all of them, into the exit queue."""

    account: Account
    validator: Wanted


class OthersJoin(NamedTuple):
    """Others on the chain deposit ``gwei``."""

    gwei: int


class OthersLeave(NamedTuple):
    """Others on the chain take ``gwei`` into the exit queue."""

    gwei: int


class RecordDuties(NamedTuple):
    """The market's record: share of duties done (basis points), execution rewards.

    ``execution`` is wei per staked ETH an epoch.
    """

    participation: int
    execution: int


class StepChain(NamedTuple):
    """Agenda: the next passage, sweep or payment is due."""


# --- events --------------------------------------------------------------------------


class ValidatorsDeposited(NamedTuple):
    """32 ETH a piece are on their way to the activation queue."""

    at: int
    account: Account
    id: int
    validator: Validator
    deposits: Churn
    entry: Entry


class ValidatorsActivated(NamedTuple):
    """They attest and earn from now on."""

    at: int
    account: Account
    id: int
    validator: Validator
    active: int
    earned: Earnings


class RewardsSwept(NamedTuple):
    """The sweep came by and paid what lay above 32 ETH; fees and MEV came with it.

    ``consensus`` and ``execution`` are wei.
    """

    at: int
    account: Account
    id: int
    consensus: int
    execution: int
    validator: Validator
    entry: Entry


class ExitStarted(NamedTuple):
    """They joined the exit queue."""

    at: int
    account: Account
    id: int
    validator: Validator
    exits: Churn


class ValidatorsExited(NamedTuple):
    """They earn no more and wait to be withdrawable and swept."""

    at: int
    account: Account
    id: int
    validator: Validator
    active: int
    earned: Earnings


class ValidatorsPaid(NamedTuple):
    """The sweep paid everything back: ``principal`` and ``rewards`` in wei."""

    at: int
    account: Account
    id: int
    principal: int
    rewards: int
    entry: Entry


class OthersJoined(NamedTuple):
    """Others deposited."""

    at: int
    deposits: Churn
    activates: Passage
    entry: Entry


class OthersLeft(NamedTuple):
    """Others joined the exit queue."""

    at: int
    exits: Churn
    exits_with: Passage
    paid_with: Passage


class OthersActivated(NamedTuple):
    """The first deposit of others in line is active."""

    at: int
    active: int
    earned: Earnings


class OthersExited(NamedTuple):
    """The first exit of others in line is through."""

    at: int
    active: int
    earned: Earnings


class OthersPaid(NamedTuple):
    """Others were paid and their ETH left this world."""

    at: int
    gwei: int
    entry: Entry


class DutiesRecorded(NamedTuple):
    """From now on duties are done and pay like this."""

    at: int
    participation: int
    execution: int
    earned: Earnings


class BeaconBlueprint(NamedTuple):
    """What a chain begins with."""

    active: int
    """Gwei."""
    entry_queue: int
    """Gwei of others' deposits that wait."""
    exit_queue: int
    """Gwei of others that are leaving."""
    sweep_epochs: int
    """Mean wait for the sweep: half of one round."""
    participation: int
    execution: int
