"""The records of a Stride host zone: its stake on another chain, and who waits for some of it.

Amounts are base units of the host chain's token (uatom) or of the stToken; rates and
fractions are ``LegacyDec``. Reasons are the names of Stride's errors.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from lstwallet.units.fixed import WAD, div_floor

HALTED: Final = "ErrHaltedHostZone"
RATE_UNSAFE: Final = "ErrRedemptionRateOutsideSafetyBounds"
TOO_LITTLE: Final = "ErrInsufficientLiquidStake"
REDEMPTIONS_DISABLED: Final = "ErrRedemptionsDisabled"
INVALID_COINS: Final = "ErrInvalidCoins"
INVALID_AMOUNT: Final = "ErrInvalidAmount"
INVALID_RECORD: Final = "ErrInvalidUserRedemptionRecord"
NO_WEIGHTS: Final = "ErrNoValidatorWeights"
INVALID_REQUEST: Final = "ErrInvalidRequest"
WEIGHT_CAP: Final = "ErrValidatorExceedsWeightCap"
NOT_FOUND: Final = "ErrValidatorNotFound"
NO_CAPACITY: Final = "there are no validators with sufficient unbond capacity"
UNABLE: Final = "unable to unbond full amount"


class Params(NamedTuple):
    """What Stride's governance sets for all zones."""

    commission: int
    """Per cent of rewards."""
    min_rate: int
    """Below it a zone halts, a decimal."""
    max_rate: int
    """Above it a zone halts, a decimal."""
    slash_query_threshold: int
    """Per cent of all delegations after which a validator is asked about slashing."""
    weight_cap: int
    """Per cent of all weights that one validator may have."""


DEFAULTS: Final = Params(
    commission=10,
    min_rate=90 * div_floor(WAD, 100),
    max_rate=150 * div_floor(WAD, 100),
    slash_query_threshold=1,
    weight_cap=10,
)


class Validator(NamedTuple):
    """One validator of the host chain."""

    address: str
    weight: int
    delegation: int
    """Tokens, as Stride counts them."""
    tokens_per_share: int
    """Of the validator's shares, a decimal; below one after a slash."""
    slash_query_in_progress: bool = False
    """Nothing is moved to it or from it while it is asked."""


class Tokenized(NamedTuple):
    """Delegator shares that were given as such (LSM) and are not plain delegations yet."""

    address: str
    shares: int


class HostZone(NamedTuple):
    """All that stands behind one stToken."""

    validators: tuple[Validator, ...]
    total_delegations: int
    """The sum of the validators' delegations."""
    redemption_rate: int
    """Tokens per stToken, a decimal; moves only when it is updated."""
    st_supply: int
    deposit_balance: int = 0
    """Deposits that are still on Stride."""
    undelegated_balance: int = 0
    """On the host chain, waiting to be delegated."""
    tokenized: tuple[Tokenized, ...] = ()
    unbonding_days: int = 21
    """Of the host chain."""
    last_redemption_rate: int = WAD
    min_rate: int | None = None
    """The zone's own outer bounds, decimals; the defaults hold where there is none."""
    max_rate: int | None = None
    min_inner_rate: int | None = None
    """Narrower bounds that operators move with the rate."""
    max_inner_rate: int | None = None
    halted: bool = False
    redemptions_enabled: bool = True


class Status(Enum):
    """How far the redemptions of one day are (``HostZoneUnbonding_Status``)."""

    QUEUE = "UNBONDING_QUEUE"
    IN_PROGRESS = "UNBONDING_IN_PROGRESS"
    """The host chain has been told to undelegate."""
    RETRY = "UNBONDING_RETRY_QUEUE"
    """It refused; the amounts stay, and the next round tries again."""
    EXIT_QUEUE = "EXIT_TRANSFER_QUEUE"
    """Unbonding."""
    EXIT_IN_PROGRESS = "EXIT_TRANSFER_IN_PROGRESS"
    """On the way to the account that pays claims."""
    CLAIMABLE = "CLAIMABLE"


class DayUnbonding(NamedTuple):
    """All redemptions that were asked for on one day (``HostZoneUnbonding``)."""

    day: int
    status: Status = Status.QUEUE
    st_tokens: int = 0
    native_tokens: int = 0
    """What they will be paid; fixed when the host chain is told to undelegate."""
    st_to_burn: int = 0
    native_to_unbond: int = 0
    """What of them is not undelegated yet."""
    completion_time: int = 0
    """Seconds; the latest of its parts."""
    claimable: int = 0
    """Tokens that wait to be claimed."""
    txs_in_progress: int = 0
    """Messages to the host chain that are not answered yet."""


class Redemption(NamedTuple):
    """One receiver's part of a day."""

    day: int
    receiver: str
    st_tokens: int
    native_tokens: int
    claim_pending: bool = False


class Split(NamedTuple):
    """What one validator delegates or undelegates."""

    address: str
    amount: int


class RewardsSplit(NamedTuple):
    """Where rewards go."""

    rebate: int
    """Back to the community pool that has staked."""
    fee: int
    """Stride's."""
    reinvested: int
