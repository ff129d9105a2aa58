"""The Lido-like protocol: states, commands and events.

The ledger holds stETH as shares. ETH of the protocol lies in its buffer (``lido``), in
two vaults that a report empties into the buffer (``lido:vault``: what the sweep paid,
``lido:rewards``: fees and MEV), in the queue (``lido:queue``: set aside for finalised
tickets) and among the validators (``beacon``).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine.shadows import Shadow
from lstwallet.engine.validators_facts import Earnings
from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols.consensus import Churn
from lstwallet.protocols.lido import Fees, Pool, Rebase, Wrapper
from lstwallet.protocols.stake_limit import StakeLimit
from lstwallet.protocols.withdrawal_queue import Checkpoint, Queue, Request
from lstwallet.units.amount import Wanted
from lstwallet.units.clock import HOUR

BUFFER: Final = "lido"
VAULT: Final = "lido:vault"
REWARDS: Final = "lido:rewards"
QUEUE: Final = "lido:queue"
TREASURY: Final = "lido:treasury"
OPERATORS: Final = "lido:operators"
WSTETH: Final = "wsteth"
"""The wrapper: holds the shares behind every wstETH."""
CROWD: Final = "crowd:"
"""Others claim as soon as they are paid."""
REFERENCE_HOUR: Final = 12 * HOUR
"""Reports speak of 12:00 UTC."""


class Rules(NamedTuple):
    """Parameters of the protocol."""

    fees: Fees
    max_rebase: int
    """Highest positive rebase of one report, in billionths."""
    request_margin: int
    """Seconds: a request younger than this at the reference time waits for the next report."""
    report_delay: int
    """Seconds from the reference time to the report's arrival."""
    exits_per_day: int
    """Validators that may be asked to leave by one day's reports."""
    deposits_per_day: int
    """Validators that may be deposited for in a day."""
    reserve: int
    """Wei of the buffer that deposits leave untouched."""


class Operator(NamedTuple):
    """Who runs validators for the pool."""

    name: str
    keys: int
    """Validators of 32 ETH deposited for and not asked to leave."""


class KeyPassage(NamedTuple):
    """Validators of the pool that pass at ``at`` (seconds), by operator."""

    at: int
    keys: tuple[int, ...]


class Unreported(NamedTuple):
    """Earned since the last report while the number of validators was another."""

    duties: int
    """Gwei × ``consensus.DUTY_SCALE``."""
    execution: int
    """Wei."""


class LastReport(NamedTuple):
    """What the last report did to the rate (27 decimals)."""

    at: int
    rate_before: int
    rate_after: int


class Staking(NamedTuple):
    """The protocol as a whole."""

    rules: Rules
    pool: Pool
    wrapper: Wrapper
    queue: Queue
    checkpoints: tuple[Checkpoint, ...]
    operators: tuple[Operator, ...]
    active: int
    """Gwei of its validators that attest."""
    validators_wei: int
    """Wei of all its validators and deposits, as of the last report."""
    swept: int
    """Wei of it that has come back into the vault since."""
    earned: Earnings
    """Up to where its earnings are counted."""
    unreported: Unreported
    activating: tuple[KeyPassage, ...]
    exiting: tuple[KeyPassage, ...]
    leaving: tuple[KeyPassage, ...]
    """Validators on their way; one that was asked to leave stands in the last two."""
    next_report: int
    untended: bool
    """A report has come and its consequences are still to be drawn."""
    last_report: LastReport


class Ticket(NamedTuple):
    """A place in the withdrawal queue that is not claimed yet."""

    id: int
    account: Account
    request: Request
    finalised: bool
    ether: int
    """Wei that a claim pays; 0 until finalised."""


# --- commands ------------------------------------------------------------------------


class Stake(NamedTuple):
    """ETH in, stETH out: any amount."""

    account: Account
    amount: Wanted


class Wrap(NamedTuple):
    """stETH into wstETH; ``amount`` in wei of stETH."""

    account: Account
    amount: Wanted


class Unwrap(NamedTuple):
    """wstETH into stETH; ``amount`` in wstETH."""

    account: Account
    amount: Wanted


class RequestUnstake(NamedTuple):
    """Ask for ETH: joins the queue with as many tickets as the amount needs.

    ``amount`` is wei of ``token``, stETH or wstETH.
    """

    account: Account
    amount: Wanted
    token: str = "stETH"


class Claim(NamedTuple):
    """Collect the ETH of one ticket, or of all that are ready."""

    account: Account
    ticket: Wanted


class StepPool(NamedTuple):
    """Agenda: a report, its consequences, or a passage of the pool's validators is due."""


class SubmitReport(NamedTuple):
    """A report with given figures, instead of the ones the chain would give.

    ``consensus`` (negative: a loss) and ``execution`` are wei; requests up to ``border`` are
    finalised with at most ``budget`` wei; ``period`` is the time the report speaks of.
    """

    consensus: int
    execution: int
    budget: int
    border: int
    period: int


# --- events --------------------------------------------------------------------------


class Staked(NamedTuple):
    """``amount`` wei became ``shares``."""

    at: int
    account: Account
    amount: int
    shares: int
    pool: Pool
    entry: Entry
    limit: StakeLimit | None = None
    """What is left of the staking limit; ``None`` where there is none."""
    shadow: Shadow | None = None
    """What the same ether would be natively; of the user's stakes only."""


class Wrapped(NamedTuple):
    """``steth`` wei of stETH became ``wsteth``."""

    at: int
    account: Account
    steth: int
    wsteth: int
    wrapper: Wrapper
    entry: Entry


class Unwrapped(NamedTuple):
    """``wsteth`` became ``steth`` wei of stETH."""

    at: int
    account: Account
    wsteth: int
    steth: int
    wrapper: Wrapper
    entry: Entry


class UnstakeRequested(NamedTuple):
    """``steth`` wei of stETH wait in the queue, on these tickets."""

    at: int
    account: Account
    steth: int
    tickets: tuple[Ticket, ...]
    queue: Queue
    wrapper: Wrapper
    entry: Entry


class Claimed(NamedTuple):
    """The tickets with these ids were paid ``ether`` wei."""

    at: int
    account: Account
    ids: tuple[int, ...]
    ether: int
    queue: Queue
    entry: Entry


class OracleReported(NamedTuple):
    """The daily report: rewards or a loss, fee shares, and the requests it pays for."""

    at: int
    consensus: int
    """Wei that the consensus layer added to the pool; negative for a loss."""
    execution: int
    """Wei of fees and MEV that came into the pool."""
    rebase: Rebase
    rate: int
    """Ether per share (27 decimals) at which requests were paid at most."""
    locked: int
    burned: int
    queue: Queue
    checkpoint: Checkpoint | None
    paid: tuple[int, ...]
    """Wei for each ticket that it finalised, in order of their ids."""
    validators_wei: int
    earned: Earnings
    next_report: int
    last_report: LastReport
    entry: Entry


class KeysPlanned(NamedTuple):
    """What follows from a report: deposits of spare ETH, or validators asked to leave."""

    at: int
    deposited: KeyPassage | None
    """With the moment of activation."""
    left: KeyPassage | None
    """With the moment of exit."""
    paid: KeyPassage | None
    """With the moment of payment."""
    deposits: Churn
    exits: Churn
    operators: tuple[Operator, ...]
    validators_wei: int
    entry: Entry


class KeysActivated(NamedTuple):
    """The first of the pool's deposits in line attest from now on."""

    at: int
    pool_active: int
    active: int
    earned: Earnings
    unreported: Unreported


class KeysExited(NamedTuple):
    """The first of the pool's exits in line are out."""

    at: int
    pool_active: int
    active: int
    earned: Earnings
    unreported: Unreported


class KeysPaid(NamedTuple):
    """The sweep paid ``wei`` into the vault."""

    at: int
    wei: int
    swept: int
    entry: Entry


# --- the beginning --------------------------------------------------------------------


class OperatorSeed(NamedTuple):
    """An operator and its part of the first validators."""

    name: str
    weight: int


DEFAULT_OPERATORS: Final = (
    OperatorSeed("Northlight", 14),
    OperatorSeed("Harbour Nodes", 13),
    OperatorSeed("Greenfield", 12),
    OperatorSeed("Keystone", 11),
    OperatorSeed("Two Rivers", 10),
    OperatorSeed("Lanternworks", 10),
    OperatorSeed("Ostrava Staking", 9),
    OperatorSeed("Blue Mesa", 8),
    OperatorSeed("Quarry Lane", 7),
    OperatorSeed("Community set", 6),
)
"""Made up for the simulation; the weights spread the stake about as evenly as the real set."""


class Holding(NamedTuple):
    """``units`` of stETH (in shares) or wstETH that an account begins with."""

    account: Account
    token: str
    units: int


class StakingBlueprint(NamedTuple):
    """What the protocol begins with. All wei, or shares."""

    rules: Rules
    ether: int
    shares: int
    buffer: int
    """Not among the validators (at least: they come in pieces of 32 ETH)."""
    waiting: int
    """stETH of ``holder`` that waits in the queue already."""
    operators: tuple[OperatorSeed, ...]
    holder: Account
    """Owns all shares that nobody else does."""
    holdings: tuple[Holding, ...]
    elsewhere: int
    """Shares that other founders mint."""


class Founded(NamedTuple):
    """A protocol, the tickets in its queue, and the entry that backs them."""

    staking: Staking
    tickets: tuple[Ticket, ...]
    entry: Entry
