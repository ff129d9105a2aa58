"""Restaking: states, commands and events.

A strategy holds its token under ``restaking:TOKEN`` in the ledger; what it counts as its own
is what lies there (stETH as wei of its shares: it grows by itself). The protocol's own numbers
are in ``protocols/restaking``: an operator stands there once for each strategy, with all that
others delegated to him as one sum. Only the user's own stakes are kept one by one.

Services pay in WETH, so much a year on what is allocated to them. What an operator's
delegators earn is one running sum per strategy; a stake remembers the sum that it was counted
up to. Weekly the sum is posted, and a week later it may be claimed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols import restaking
from lstwallet.protocols.restaking import Delays, Deposit, Withdrawal
from lstwallet.units.amount import Wanted

MANAGER: Final = "restaking"
"""Pulls what is deposited."""
HELD: Final = "restaking:"
"""Begins the names of the accounts that hold a strategy's token."""
BURNED: Final = "restaking:burned"
"""Where slashed tokens go: nobody can move them from there."""
SERVICES: Final = "restaking:services"
"""Whoever pays rewards."""
STRATEGIES: Final = ("stETH", "wstETH", "rETH")
"""Tokens that there may be a strategy for, in this order."""
REWARD: Final = "WETH"


class Service(NamedTuple):
    """Somebody whom restaked tokens secure (an AVS)."""

    name: str
    rate: int
    """What it pays a year on what is allocated to it, 18 decimals."""


class Rules(NamedTuple):
    """Parameters of the protocol."""

    delays: Delays
    interval: int
    """Seconds between two postings of rewards."""
    activation: int
    """Seconds from a posting until it may be claimed; one interval."""
    services: tuple[Service, ...]


class Strategy(NamedTuple):
    """Deposits of one token."""

    token: str
    shares: int


class Earnings(NamedTuple):
    """What one scaled share delegated to an operator earns. Wei of WETH, 27 decimals."""

    rate: int
    """Per second, after the operator's split."""
    total: int
    """Up to ``since``, from the beginning on."""
    since: int
    posted: int
    """The total at the last posting …"""
    active: int
    """… and at the one before: up to here it may be claimed."""


class Slash(NamedTuple):
    """One slash of an operator."""

    at: int
    """0: in former times, before the protocol was founded in this world."""
    service: str
    part: int
    """Of what was allocated to the service, 18 decimals."""
    before: int
    after: int
    """Max magnitude, 18 decimals, in the first strategy that was slashed."""


class Operator(NamedTuple):
    """Runs the services' software for those who delegate to it."""

    name: str
    split: int
    """His own part of the rewards, 18 decimals."""
    stakes: tuple[restaking.Operator, ...]
    """One for each strategy."""
    earnings: tuple[Earnings, ...]
    slashes: tuple[Slash, ...]
    """Oldest first."""


class Restaking(NamedTuple):
    """The protocol as a whole."""

    rules: Rules
    strategies: tuple[Strategy, ...]
    operators: tuple[Operator, ...]
    round: int
    """How many postings there have been."""
    next_round: int
    next_id: int
    """Of the next withdrawal."""
    waiting: tuple[int, ...]
    """Withdrawals whose escrow goes on, by id: the first is over first."""
    next_due: int
    """The earlier of the next posting and the first end of an escrow."""


class Rewards(NamedTuple):
    """What an account earned, wei of WETH, as counted in posting round ``round``."""

    round: int
    accruing: int
    """Not posted yet."""
    posted: int
    """Posted last; claimable with the next posting."""
    claimable: int
    claimed: int
    """Ever."""


class Stake(NamedTuple):
    """What one of the user's accounts has restaked."""

    operator: str
    """Whom it is delegated to; empty: nobody."""
    deposits: tuple[Deposit, ...]
    """One for each strategy."""
    counted: tuple[int, ...]
    """``Earnings.total`` that each was counted up to."""
    rewards: Rewards


class Escrow(NamedTuple):
    """A withdrawal of the user's that is not completed yet."""

    id: int
    account: Account
    token: str
    withdrawal: Withdrawal
    ends: int
    """When it may be completed."""
    ready: bool
    shares: int
    """What it pays, in the strategy's shares: what slashes left. Fixed once it is ready."""
    asked: int
    """What it would have paid when it was asked for, in shares."""


# --- commands ------------------------------------------------------------------------


class Restake(NamedTuple):
    """Put ``amount`` of ``token`` into its strategy (of stETH: wei)."""

    account: Account
    token: str
    amount: Wanted


class Delegate(NamedTuple):
    """Delegate all that the account has restaked, and will, to ``operator``."""

    account: Account
    operator: str


class Undelegate(NamedTuple):
    """Leave the operator: every deposit goes into escrow."""

    account: Account


class QueueWithdrawal(NamedTuple):
    """Put what is worth ``amount`` of ``token`` into escrow."""

    account: Account
    token: str
    amount: Wanted


class CompleteWithdrawal(NamedTuple):
    """Take a withdrawal whose escrow is over, or all of them: as tokens, or back as a deposit."""

    account: Account
    escrow: Wanted
    as_tokens: bool = True


class ClaimRewards(NamedTuple):
    """Collect what may be claimed."""

    account: Account


class SlashOperator(NamedTuple):
    """A service slashes ``part`` (18 decimals) of what ``operator`` allocated to it."""

    operator: str
    service: str
    part: int


class StepRestaking(NamedTuple):
    """Agenda: rewards are posted, or an escrow is over."""


class OperatorSeed(NamedTuple):
    """An operator to begin with."""

    name: str
    split: int
    allocated: tuple[int, ...]
    """Magnitude for each service, 18 decimals."""
    delegated: int
    """His part of what others have restaked, 18 decimals."""
    slashed: int
    """The part of all it had that was slashed in former times, 18 decimals."""


class Founding(NamedTuple):
    """What the protocol begins with."""

    rules: Rules
    operators: tuple[OperatorSeed, ...]
    holder: Account
    """Whose tokens others' deposits are …"""
    part: int
    """… this part of each, 18 decimals."""


class DeployRestaking(NamedTuple):
    """Found the protocol in a world that has none."""

    founding: Founding


# --- events --------------------------------------------------------------------------


class Restaked(NamedTuple):
    """``amount`` of ``token`` became ``shares`` of its strategy."""

    at: int
    account: Account
    token: str
    amount: int
    shares: int
    strategy: Strategy
    operator: Operator | None
    stake: Stake
    entry: Entry


class Delegated(NamedTuple):
    """The account's deposits secure ``to``'s services from now on."""

    at: int
    account: Account
    to: str
    operator: Operator
    stake: Stake


class WithdrawalsQueued(NamedTuple):
    """Deposits went into escrow; ``left`` names the operator if all did, to leave it."""

    at: int
    account: Account
    left: str
    escrows: tuple[Escrow, ...]
    operator: Operator | None
    stake: Stake


class EscrowEnded(NamedTuple):
    """No slash reaches ``escrow`` any more: it may be completed."""

    at: int
    account: Account
    escrow: Escrow


class WithdrawalCompleted(NamedTuple):
    """A withdrawal paid ``amount`` of ``token``; or, with none, became a deposit again."""

    at: int
    account: Account
    escrow: int
    token: str
    shares: int
    amount: int
    strategy: Strategy
    operator: Operator | None
    stake: Stake
    entry: Entry


class RewardsPosted(NamedTuple):
    """A week's rewards are posted; those of the week before may be claimed."""

    at: int
    round: int
    next_round: int
    earnings: tuple[tuple[Earnings, ...], ...]
    """By operator and strategy."""


class RewardsClaimed(NamedTuple):
    """``amount`` wei of WETH came in."""

    at: int
    account: Account
    amount: int
    stake: Stake
    entry: Entry


class OperatorSlashed(NamedTuple):
    """``service`` took ``part`` of what ``name`` had allocated to it; the tokens are burned."""

    at: int
    name: str
    service: str
    part: int
    operator: Operator
    strategies: tuple[Strategy, ...]
    burned: tuple[tuple[str, int], ...]
    """Token and base units."""
    entry: Entry


class StakeSlashed(NamedTuple):
    """What a slash took from one of the user's accounts, deposits and escrow together."""

    at: int
    account: Account
    by: str
    """The operator."""
    service: str
    token: str
    amount: int
    """Base units of the token."""


class RestakingDeployed(NamedTuple):
    """The protocol is there from now on."""

    at: int
    restaking: Restaking
    entry: Entry
