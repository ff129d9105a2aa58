"""Cover: a mutual sells protection against slashing and pays what its members accept.

    capacity  = stake · 2 · (1 − reduction) · weight                           (units, rounded down)
    price     = max(target, last price − 2 % a day), and after a sale
                + 5 % · (amount / capacity)                                    (all rounded down)
    premium   = amount · price · seconds / 365 days                            (rounded down)
    covered   = (loss of each validator − deductible, at most the limit) · validators
    paid      = approved · min(1, what is there / all approved)                (rounded down)

The story: stakers lock their own tokens behind a risk; twice that may be sold as cover, because
seldom everything fails at once. A buyer pays a premium by the second; every sale raises the
price of the next. After a loss the buyer claims, within the cover or its grace period, and
leaves a deposit; members vote, then a cooldown passes, then the payout may be fetched for a
while. Half of what is paid is burned from the stake. When one incident asks for more than its
limit or than the pool has, all who were approved get the same part of their claim.

Sources: NexusMutual/smart-contracts@43a449a ``Cover.sol``, ``StakingProducts.sol``
(``calculatePremium``), ``StakingPool.sol``, ``Claims.sol``, ``AssessmentLib.sol``; deductible and
limits as in Liquid Collective's programme (catalogue liquid_collective). Premium and capacity
round in favour of the buyer and of nobody, as the contracts do. The waiting period, and equal
parts when the pool is short, are a model (``unverified``: the contracts pay whom comes first).
Amounts are wei, sold by the hundredth of an ether; prices are basis points a year of the
amount; times are seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from lstwallet.units.checked import require
from lstwallet.units.clock import DAY, YEAR
from lstwallet.units.fixed import BPS, div_ceil, div_floor, mul_div_floor

UNIT: Final = 10**16
"""Wei: cover is sold in whole units (``NXM_PER_ALLOCATION_UNIT``)."""
CAPACITY_RATIO: Final = 20_000
"""Basis points of the stake that may be sold (``GLOBAL_CAPACITY_RATIO``)."""
PRICE_BUMP: Final = 500
"""Basis points on the price when all of the capacity is sold at once."""
PRICE_FALL: Final = 200
"""Basis points a day, back to the target."""
SHORTEST: Final = 28 * DAY
LONGEST: Final = YEAR
CLAIM_DEPOSIT: Final = 5 * 10**16
"""Wei that come with a claim; the pool keeps them when it is denied."""
FULL_WEIGHT: Final = 100
"""Parts of the stake that stand behind one risk."""

TOO_SHORT: Final = "CoverPeriodTooShort"
TOO_LONG: Final = "CoverPeriodTooLong"
NO_AMOUNT: Final = "CoverAmountIsZero"
NO_CAPACITY: Final = "InsufficientCapacity"
NOT_EXPIRED: Final = "CoverNotYetExpired"
TOO_MUCH: Final = "CoveredAmountExceeded"
SAME_BLOCK: Final = "CantBuyCoverAndClaimInTheSameBlock"
GRACE_PASSED: Final = "GracePeriodPassed"
BAD_DEPOSIT: Final = "AssessmentDepositNotExact"
BEING_ASSESSED: Final = "ClaimIsBeingAssessed"
STILL_REDEEMABLE: Final = "PayoutCanStillBeRedeemed"
NOT_REDEEMABLE: Final = "ClaimNotRedeemable"
NOT_A_DRAW: Final = "ClaimNotADraw"
DEPOSIT_TAKEN: Final = "DepositAlreadyRetrieved"
POOL_EMPTY: Final = "EthTransferFailed"
NOT_COVERED: Final = "IncidentNotCovered"
"""Model: the loss fell into the waiting period, or outside the cover."""


class Terms(NamedTuple):
    """One risk that is covered."""

    target: int
    """Basis points a year that the price falls back to."""
    weight: int = FULL_WEIGHT
    """Parts of a hundred of the stake behind it; stakers may count theirs several times."""
    reduction: int = 0
    """Basis points less capacity than the stake gives."""
    grace: int = 35 * DAY
    """Seconds after the cover in which a loss in it may still be claimed (``unverified``)."""
    voting: int = 3 * DAY
    cooldown: int = DAY
    """Seconds between the vote and its outcome (per product: ``unverified``)."""
    redemption: int = 30 * DAY
    """Seconds in which an accepted claim is paid (per product: ``unverified``)."""
    waiting: int = 0
    """Seconds from the start in which no loss counts (model)."""
    deductible: int = 0
    """Wei of each validator's loss that the buyer bears."""
    limit_each: int = 0
    """Wei paid for one validator at most; 0: no limit."""
    limit_incident: int = 0
    """Wei paid for one incident at most; 0: no limit."""


class Mutual(NamedTuple):
    """Who stands behind the cover."""

    stake: int
    """Wei that stakers have locked: it makes capacity, and is burned for payouts."""
    held: int
    """Wei that payouts come from."""
    sold: int = 0
    """Units of active cover."""
    price: int = 0
    """Basis points a year, after the last sale."""
    priced_at: int = 0


class Cover(NamedTuple):
    """One buyer's protection."""

    amount: int
    """Wei that may still be paid."""
    units: int
    """Of capacity, still taken."""
    start: int
    period: int


class Claim(NamedTuple):
    """A loss put before the members."""

    amount: int
    submitted_at: int
    paid: bool = False
    deposit_back: bool = False


class Votes(NamedTuple):
    """What members said, a fact from outside."""

    accept: int
    deny: int


class Outcome(StrEnum):
    """What became of a claim."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DENIED = "denied"
    DRAW = "draw"


# --- price and capacity ------------------------------------------------------------------


def capacity(mutual: Mutual, terms: Terms) -> int:
    """Units that may be active at once."""
    parts = CAPACITY_RATIO * (BPS - terms.reduction) * terms.weight
    wei = mul_div_floor(mutual.stake, parts, BPS * BPS * FULL_WEIGHT)
    return div_floor(wei, UNIT)


def price_at(mutual: Mutual, terms: Terms, now: int) -> int:
    """Basis points a year that a sale costs now (``getBasePrice``)."""
    fall = mul_div_floor(PRICE_FALL, now - mutual.priced_at, DAY)
    return max(terms.target, mutual.price - fall)


def premium(units: int, price: int, period: int) -> int:
    """Wei for ``units`` over ``period`` seconds."""
    yearly = mul_div_floor(units * UNIT, price, BPS)
    return mul_div_floor(yearly, period, YEAR)


# --- buying ----------------------------------------------------------------------------


def buy(
    mutual: Mutual, terms: Terms, amount: int, period: int, now: int
) -> tuple[Mutual, Cover, int]:
    """Buy cover for ``amount`` wei, rounded up to units: mutual, cover and premium paid.

    Reverts for a period out of bounds, for nothing, and beyond the capacity.
    """
    require(period >= SHORTEST, TOO_SHORT)
    require(period <= LONGEST, TOO_LONG)
    require(amount > 0, NO_AMOUNT)
    units, whole = div_ceil(amount, UNIT), capacity(mutual, terms)
    require(mutual.sold + units <= whole, NO_CAPACITY)
    price = price_at(mutual, terms, now)
    paid = premium(units, price, period)
    after = Mutual(
        stake=mutual.stake,
        held=mutual.held + paid,
        sold=mutual.sold + units,
        price=price + mul_div_floor(PRICE_BUMP, units, whole),
        priced_at=now,
    )
    return after, Cover(units * UNIT, units, now, period), paid


def expire(mutual: Mutual, cover: Cover, now: int) -> tuple[Mutual, Cover]:
    """A cover that ran out frees its capacity; it can still be claimed on in its grace."""
    require(now >= cover.start + cover.period, NOT_EXPIRED)
    return mutual._replace(sold=mutual.sold - cover.units), cover._replace(units=0)


# --- claiming ----------------------------------------------------------------------------


def covered_loss(terms: Terms, loss_each: int, validators: int) -> int:
    """Wei that ``validators`` of a like loss may claim, after deductible and limit."""
    each = max(loss_each - terms.deductible, 0)
    if terms.limit_each:
        each = min(each, terms.limit_each)
    return each * validators


def submit(
    cover: Cover,
    terms: Terms,
    amount: int,
    incident_at: int,
    deposit: int,
    now: int,
    last: tuple[Claim, Votes] | None = None,
) -> Claim:
    """Claim ``amount`` wei for a loss at ``incident_at``; the deposit goes to the pool.

    ``last`` is the cover's claim before with its votes: it must be settled. Reverts above
    the cover, in the block of its purchase, after the grace period, for a loss that is not
    covered, and for a deposit that is not exact.
    """
    if last is not None:
        require(_is_final(last[0], terms, now), BEING_ASSESSED)
        require(not is_redeemable(*last, terms, now), STILL_REDEEMABLE)
    require(amount <= cover.amount, TOO_MUCH)
    require(now > cover.start, SAME_BLOCK)
    end = cover.start + cover.period
    require(end + terms.grace > now, GRACE_PASSED)
    require(cover.start + terms.waiting <= incident_at < end and incident_at <= now, NOT_COVERED)
    require(deposit == CLAIM_DEPOSIT, BAD_DEPOSIT)
    return Claim(amount, now)


def take_deposit(mutual: Mutual) -> Mutual:
    """The pool with a claim's deposit."""
    return mutual._replace(held=mutual.held + CLAIM_DEPOSIT)


def _is_final(claim: Claim, terms: Terms, now: int) -> bool:
    return now > claim.submitted_at + terms.voting + terms.cooldown


def outcome(claim: Claim, votes: Votes, terms: Terms, now: int) -> Outcome:
    """What the members decided, once vote and cooldown are over."""
    if not _is_final(claim, terms, now):
        return Outcome.PENDING
    if votes.accept == votes.deny:
        return Outcome.DRAW
    return Outcome.ACCEPTED if votes.accept > votes.deny else Outcome.DENIED


def is_redeemable(claim: Claim, votes: Votes, terms: Terms, now: int) -> bool:
    """Whether an accepted claim can be paid now."""
    until = claim.submitted_at + terms.voting + terms.cooldown + terms.redemption
    accepted = outcome(claim, votes, terms, now) is Outcome.ACCEPTED
    return accepted and now < until and not claim.paid


# --- paying ------------------------------------------------------------------------------


def settle(mutual: Mutual, terms: Terms, approved: Sequence[int]) -> tuple[int, ...]:
    """Wei for each approved claim of one incident, in equal parts when there is too little.

    What is there is the pool less the deposits that go back with these claims.
    """
    asked = sum(approved)
    there = max(mutual.held - CLAIM_DEPOSIT * len(approved), 0)
    if terms.limit_incident:
        there = min(there, terms.limit_incident)
    if asked <= there:
        return tuple(approved)
    return tuple(mul_div_floor(claim, there, asked) for claim in approved)


def redeem(
    mutual: Mutual,
    cover: Cover,
    claim: Claim,
    votes: Votes,
    terms: Terms,
    amount: int,
    now: int,
) -> tuple[Mutual, Cover, Claim]:
    """Pay ``amount`` wei (``settle``'s part of the claim) and the deposit.

    The cover shrinks by it, its capacity comes back, and the stake is burned for it (all
    rounded down). Reverts when the claim is not accepted, too late, or was paid, and when the
    pool has less.
    """
    require(is_redeemable(claim, votes, terms, now), NOT_REDEEMABLE)
    require(amount <= claim.amount, TOO_MUCH)
    require(amount + CLAIM_DEPOSIT <= mutual.held, POOL_EMPTY)
    freed = mul_div_floor(cover.units, amount, cover.amount)
    burned = mul_div_floor(amount, BPS, CAPACITY_RATIO)
    after = mutual._replace(
        stake=max(mutual.stake - burned, 0),
        held=mutual.held - amount - CLAIM_DEPOSIT,
        sold=mutual.sold - freed,
    )
    left = cover._replace(amount=cover.amount - amount, units=cover.units - freed)
    return after, left, claim._replace(paid=True, deposit_back=True)


def retrieve_deposit(
    mutual: Mutual, claim: Claim, votes: Votes, terms: Terms, now: int
) -> tuple[Mutual, Claim]:
    """A draw: nothing is paid, but the deposit goes back, once."""
    require(outcome(claim, votes, terms, now) is Outcome.DRAW, NOT_A_DRAW)
    require(not claim.deposit_back, DEPOSIT_TAKEN)
    require(mutual.held >= CLAIM_DEPOSIT, POOL_EMPTY)
    after = mutual._replace(held=mutual.held - CLAIM_DEPOSIT)
    return after, claim._replace(deposit_back=True)
