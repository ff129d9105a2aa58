"""A lock-and-mint bridge: what is locked at home stands behind what is minted elsewhere.

    claims  = minted + on their way out + on their way back
    locked  = claims, as long as every message is true
    backing = locked / claims, at most 1                                   (rounded down)

A token goes out by a message: locked at home, minted on the remote chain once enough
verifiers have attested it. It comes back by another: burned there, released here. The
bridge believes its verifiers. A forged message mints what nothing was locked for, or releases
what nobody burned; either way the home side is whole, and those who hold the remote token
find less behind it than they hold. Who comes first is still paid in full, so they run.

Two things limit a forgery: m of n verifiers, and a bucket that lets only so much through at
once and refills by the second. What the token is worth at home comes by a message of its own,
which may be late (``Rate``).

Sources: LayerZero-Labs/LayerZero-v2 ``ReceiveUlnBase.sol`` (verifiers), ``OFTCore.sol`` (dust);
smartcontractkit/ccip@dee09c7 ``RateLimiter.sol``; lidofinance/lido-l2-with-steth@d8fca2a
``TokenRateOracle.sol`` and ``.env.steth.opt_mainnet`` (rate). Amounts are base units, rates have
27 decimals, fractions 18, times are seconds. A live token's own buckets were not found
(``unverified``: catalogue cross_chain.ccip_rate_limit).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from lstwallet.units.checked import Revert, require
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import BPS, RAY, WAD, div_ceil, div_floor, mul_div_floor

SHARED_DECIMALS: Final = 6
"""Of a message's amount: every chain can count that."""
LOWEST_RATE: Final = 10**25
HIGHEST_RATE: Final = 10**29
"""Rates beyond these bounds are never taken (``MIN_`` and ``MAX_SANE_TOKEN_RATE``)."""

NO_VERIFIERS: Final = "LZ_ULN_AtLeastOneDVN"
BAD_THRESHOLD: Final = "LZ_ULN_InvalidOptionalDVNThreshold"
UNVERIFIED: Final = "LZ_ULN_Verifying"
OVER_CAPACITY: Final = "TokenMaxCapacityExceeded"
RATE_LIMITED: Final = "TokenRateLimitReached"
BAD_BUCKET: Final = "InvalidRateLimitRate"
BUCKET_NOT_OFF: Final = "DisabledNonZeroRateLimit"
NOTHING_SENT: Final = "NothingSent"
"""Model: the contract sends an empty message."""
SLIPPAGE: Final = "SlippageExceeded"
ALREADY_DELIVERED: Final = "LZ_PayloadHashNotFound"
NOT_MINTED: Final = "ERC20InsufficientBalance"
NOT_LOCKED: Final = "InsufficientLocked"
"""Model: the token's own transfer fails, with a reason of the token's."""
CLOCK_LAG: Final = "ErrorL1TimestampExceededAllowedClockLag"
RATE_OUT_OF_RANGE: Final = "ErrorTokenRateIsOutOfRange"


class Way(StrEnum):
    """Where a message goes."""

    OUT = "out"
    """Locked at home, to be minted."""
    BACK = "back"
    """Burned on the remote chain, to be released."""


class Message(NamedTuple):
    """A transfer in flight, or a forgery that looks like one."""

    way: Way
    amount: int
    delivered: bool = False


class Bridge(NamedTuple):
    """Both ends and what is between them."""

    locked: int = 0
    minted: int = 0
    out: int = 0
    """Locked, not minted yet."""
    back: int = 0
    """Burned, not released yet."""


class Verifiers(NamedTuple):
    """Who must attest: all that are required, and so many of the optional ones."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    threshold: int = 0
    confirmations: int = 1
    """Blocks on the source chain that an attestation must have waited for."""


class Bucket(NamedTuple):
    """A rate limit: ``tokens`` could pass at ``updated``, and ``rate`` more each second."""

    capacity: int
    rate: int
    tokens: int
    updated: int
    enabled: bool = True


class Rate(NamedTuple):
    """What the remote chain believes the token is worth at home."""

    rate: int
    """27 decimals."""
    measured_at: int
    """At home."""
    received_at: int
    """On the remote chain."""


class RateRules(NamedTuple):
    """How the remote chain takes a new rate; the defaults are wstETH's on Optimism."""

    outdated_after: int = DAY
    clock_lag: int = DAY
    """Seconds that home's clock may be ahead."""
    daily_change: int = 500
    """Basis points for every day begun since the last rate."""
    least_apart: int = HOUR


# --- verifiers -------------------------------------------------------------------------


def check_verifiers(verifiers: Verifiers) -> None:
    """Reverts for a set that nobody has to attest for, or that can never be satisfied."""
    require(bool(verifiers.required or verifiers.optional), NO_VERIFIERS)
    optional, threshold = len(verifiers.optional), verifiers.threshold
    sound = 0 < threshold <= optional if optional else threshold == 0
    require(sound, BAD_THRESHOLD)


def is_verified(verifiers: Verifiers, attested: Mapping[str, int]) -> bool:
    """Whether a message may be believed. ``attested`` is confirmations by verifier."""
    said = {name for name, blocks in attested.items() if blocks >= verifiers.confirmations}
    enough = len(verifiers.optional & said) >= verifiers.threshold
    return verifiers.required <= said and enough


def fewest_to_forge(verifiers: Verifiers) -> int:
    """How many verifiers must lie, or be broken into, for a forgery to pass.

    One that is both required and optional counts twice for the bridge, once for the thief.
    """
    both = len(verifiers.required & verifiers.optional)
    return len(verifiers.required) + max(verifiers.threshold - both, 0)


# --- the rate limit --------------------------------------------------------------------


def check_bucket(bucket: Bucket) -> None:
    """Reverts for a bucket that refills at once or never, and for numbers on one that is off."""
    if bucket.enabled:
        require(0 < bucket.rate < bucket.capacity, BAD_BUCKET)
    else:
        require(bucket.rate == 0 and bucket.capacity == 0, BUCKET_NOT_OFF)


def available(bucket: Bucket, now: int) -> int:
    """Base units that may pass at ``now``; meaningless while the bucket is off."""
    return min(bucket.capacity, bucket.tokens + (now - bucket.updated) * bucket.rate)


def consume(bucket: Bucket, amount: int, now: int) -> Bucket:
    """Let ``amount`` through. Reverts above the capacity, then above what is there."""
    if not bucket.enabled or amount == 0:
        return bucket
    tokens = available(bucket, now)
    require(amount <= bucket.capacity, OVER_CAPACITY)
    require(amount <= tokens, RATE_LIMITED)
    return bucket._replace(tokens=tokens - amount, updated=now)


def wait_for(bucket: Bucket, amount: int, now: int) -> int | None:
    """Seconds until ``amount`` can pass if nothing else does, rounded up; ``None``: never."""
    if not bucket.enabled:
        return 0
    if amount > bucket.capacity:
        return None
    return div_ceil(max(amount - available(bucket, now), 0), bucket.rate)


def configure(bucket: Bucket, capacity: int, rate: int, now: int, *, enabled: bool) -> Bucket:
    """New settings; what was there stays, as far as the new capacity reaches."""
    tokens = min(capacity, available(bucket, now))
    return Bucket(capacity, rate, tokens, now, enabled)


def most_forged(bucket: Bucket, now: int, seconds: int) -> int:
    """The most that forgeries can take through a full-time open bucket in ``seconds``."""
    return available(bucket, now) + seconds * bucket.rate


# --- sending ---------------------------------------------------------------------------


def without_dust(amount: int, decimals: int) -> int:
    """``amount`` as far as the shared decimals can say it, rounded down; the rest stays."""
    unit: int = 10 ** (decimals - SHARED_DECIMALS)
    return div_floor(amount, unit) * unit


def _sent(amount: int, decimals: int, least: int) -> int:
    sent = without_dust(amount, decimals)
    require(sent >= least, SLIPPAGE)
    require(sent > 0, NOTHING_SENT)
    return sent


def lock(bridge: Bridge, amount: int, decimals: int, least: int = 0) -> tuple[Bridge, Message]:
    """Lock ``amount`` less its dust at home. Reverts when less than ``least`` is left."""
    sent = _sent(amount, decimals, least)
    after = bridge._replace(locked=bridge.locked + sent, out=bridge.out + sent)
    return after, Message(Way.OUT, sent)


def burn(bridge: Bridge, amount: int, decimals: int, least: int = 0) -> tuple[Bridge, Message]:
    """Burn ``amount`` less its dust on the remote chain."""
    sent = _sent(amount, decimals, least)
    require(sent <= bridge.minted, NOT_MINTED)
    after = bridge._replace(minted=bridge.minted - sent, back=bridge.back + sent)
    return after, Message(Way.BACK, sent)


# --- delivering ------------------------------------------------------------------------


def deliver(
    bridge: Bridge,
    message: Message,
    verifiers: Verifiers,
    attested: Mapping[str, int],
    bucket: Bucket,
    now: int,
) -> tuple[Bridge, Message, Bucket]:
    """Carry a true message out, once: mint it, or release it.

    ``bucket`` limits what comes in at this end. Reverts without the verifiers, over the
    limit, and when a release finds too little locked: then the message can be tried again.
    """
    bucket = _admitted(message, verifiers, attested, bucket, now)
    amount = message.amount
    if message.way is Way.OUT:
        after = bridge._replace(minted=bridge.minted + amount, out=bridge.out - amount)
    else:
        require(amount <= bridge.locked, NOT_LOCKED)
        after = bridge._replace(locked=bridge.locked - amount, back=bridge.back - amount)
    return after, message._replace(delivered=True), bucket


def deliver_forged(
    bridge: Bridge,
    message: Message,
    verifiers: Verifiers,
    attested: Mapping[str, int],
    bucket: Bucket,
    now: int,
) -> tuple[Bridge, Bucket]:
    """Carry out a message that nobody sent. The bridge cannot tell it from a true one.

    Outwards it mints without a lock, back it releases without a burn. The same refusals.
    """
    bucket = _admitted(message, verifiers, attested, bucket, now)
    if message.way is Way.OUT:
        return bridge._replace(minted=bridge.minted + message.amount), bucket
    require(message.amount <= bridge.locked, NOT_LOCKED)
    return bridge._replace(locked=bridge.locked - message.amount), bucket


def _admitted(
    message: Message,
    verifiers: Verifiers,
    attested: Mapping[str, int],
    bucket: Bucket,
    now: int,
) -> Bucket:
    require(not message.delivered, ALREADY_DELIVERED)
    require(is_verified(verifiers, attested), UNVERIFIED)
    return consume(bucket, message.amount, now)


# --- what stands behind it ---------------------------------------------------------------


def claims(bridge: Bridge) -> int:
    """All that may still be asked of the locked tokens."""
    return bridge.minted + bridge.out + bridge.back


def shortfall(bridge: Bridge) -> int:
    """Base units that nothing stands behind; 0 as long as no message was forged."""
    return max(claims(bridge) - bridge.locked, 0)


def backing(bridge: Bridge) -> int:
    """Locked tokens over claims, 18 decimals, at most 1."""
    owed = claims(bridge)
    return min(mul_div_floor(bridge.locked, WAD, owed), WAD) if owed else WAD


def worth(bridge: Bridge, amount: int) -> int:
    """What ``amount`` of the remote token is backed by, rounded down."""
    owed = claims(bridge)
    return min(mul_div_floor(amount, bridge.locked, owed), amount) if owed else amount


def wind_up(bridge: Bridge, amount: int) -> tuple[Bridge, int]:
    """Close the run: ``amount`` of the remote token is burned and paid what backs it.

    For a bridge that is stopped; everybody who holds gets the same part (model).
    """
    require(amount <= bridge.minted, NOT_MINTED)
    paid = worth(bridge, amount)
    return bridge._replace(locked=bridge.locked - paid, minted=bridge.minted - amount), paid


def refill(bridge: Bridge, amount: int) -> Bridge:
    """Somebody makes good ``amount``: it is locked without a message."""
    return bridge._replace(locked=bridge.locked + amount)


# --- the rate --------------------------------------------------------------------------


def take_rate(known: Rate, rules: RateRules, rate: int, measured_at: int, now: int) -> Rate:
    """The rate that is believed after a message says ``rate``, ``measured_at`` home's time.

    An older message, or one too soon after the last, changes nothing; the same one again
    only says that all is well. Reverts for one from the future, or a rate that no fair
    staking pool can have reached since.
    """
    require(measured_at <= now + rules.clock_lag, CLOCK_LAG)
    if measured_at == known.measured_at:
        return known._replace(received_at=now)
    if measured_at < known.measured_at + rules.least_apart:
        return known
    low, high = _fair_rates(known.rate, rules, measured_at - known.measured_at)
    if not low <= rate <= high:
        raise Revert(RATE_OUT_OF_RANGE)
    return Rate(rate, measured_at, now)


def _fair_rates(rate: int, rules: RateRules, passed: int) -> tuple[int, int]:
    """The lowest and highest rate ``passed`` seconds on: so much for every day begun."""
    change = div_ceil(passed, DAY) * rules.daily_change
    low = mul_div_floor(rate, max(BPS - change, 0), BPS)
    high = mul_div_floor(rate, BPS + change, BPS)
    return max(low, LOWEST_RATE), min(high, HIGHEST_RATE)


def is_outdated(known: Rate, rules: RateRules, now: int) -> bool:
    """Whether the rate should not be trusted any more (``isLikelyOutdated``)."""
    return now > known.received_at + rules.outdated_after


def home_value(known: Rate, amount: int) -> int:
    """What ``amount`` is worth at home by the rate that is believed here, rounded down."""
    return mul_div_floor(amount, known.rate, RAY)


def mispriced(known: Rate, true_rate: int, amount: int) -> int:
    """What ``amount`` is valued too high here by a late rate; negative: too low."""
    return home_value(known, amount) - mul_div_floor(amount, true_rate, RAY)
