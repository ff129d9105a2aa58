"""A modular pool: one stake secures three tiers, each with its own operators, fee and faults.

    served(tier) = period − seconds in which it, or a tier below it, stood still
    earned(tier) = its rewards for full service · served / period           (rounded down)
    fee(tier)    = earned · the tier's fee, divided by its operators' weight  (both down)
    behind(op)   = ether · the tier's part at stake · weight / all weights    (rounded down)
    a fault      = behind · the part slashed: the operator's bond first, then all holders

A modular chain has no single authority: some order and carry out transactions (execution),
some keep the data at hand, some agree on what is final (consensus). Each tier stands on the
one below: without consensus there is no data that counts, without data nothing to carry out.
So the lowest tier's fault costs the most, although each is paid for its own work only. A stake
is pledged to the tiers in parts, and cannot be slashed twice for the same part. Who leaves
waits for the slowest tier and stays liable, without earning.

No deployed system was found to take this from: the tiers and all their figures are model
parameters (``unverified``: catalogue chains.generic_modular_l2). Faults and outages are facts
passed in, for there are no dice here; a tier's fault rate only says what to expect. Amounts
are wei or shares, fractions have 18 decimals, times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from lstwallet.units.checked import require
from lstwallet.units.clock import DAY, YEAR
from lstwallet.units.fixed import WAD, mul_div_ceil, mul_div_floor

NOTHING_DEPOSITED: Final = "ZeroDeposit"
NOTHING_MINTED: Final = "ZeroShares"
ALL_LOST: Final = "PoolEmptied"
NOT_HELD: Final = "BalanceExceeded"
NOT_DUE: Final = "StillUnbonding"
BAD_TIER: Final = "InvalidTier"
OVER_PLEDGED: Final = "StakeOverPledged"
BAD_PERIOD: Final = "InvalidPeriod"
NO_OPERATOR: Final = "UnknownOperator"
BAD_PART: Final = "InvalidSlash"


class Layer(IntEnum):
    """The tiers, from the ground up: each stands on those before it."""

    CONSENSUS = 0
    DATA = 1
    EXECUTION = 2


class Operator(NamedTuple):
    """One who works in a tier."""

    weight: int
    """Of the tier's work and of the stake behind it."""
    bond: int = 0
    """Wei of its own, which pay for its faults first."""
    earned: int = 0
    """Wei of fees so far."""


class Tier(NamedTuple):
    """The operators of one layer and the terms they work on."""

    operators: tuple[Operator, ...]
    fee: int
    """Fraction of the tier's rewards that its operators keep."""
    fault_rate: int
    """Faults of one operator in a year, 18 decimals: what to expect, not what happens."""
    at_stake: int
    """Fraction of the pool's ether that can be slashed for this tier's faults."""
    quorum: int
    """Fraction of the weight that must be there for the tier to serve."""
    unbonding: int
    """Seconds until a stake is no longer liable for this tier."""


Tiers = tuple[Tier, Tier, Tier]
"""By ``Layer``."""


def catalogue_tiers(
    consensus: Sequence[Operator], data: Sequence[Operator], execution: Sequence[Operator]
) -> Tiers:
    """The three tiers on the catalogue's terms; what it does not name is even and plain."""
    third, two_thirds = 333_333_333_333_333_333, 666_666_666_666_666_667
    rate = 10**16
    return (
        Tier(tuple(consensus), 4 * 10**16, rate, third, two_thirds, 14 * DAY),
        Tier(tuple(data), 2 * 10**16, rate, third, two_thirds, 14 * DAY),
        Tier(tuple(execution), 2 * 10**16, rate, third, 1, 7 * DAY),
    )


class Pool(NamedTuple):
    """All that the value of a share depends on."""

    ether: int
    shares: int
    """In existence: those that wait to leave too."""
    tiers: Tiers


class Ticket(NamedTuple):
    """Shares on their way out."""

    shares: int
    most: int
    """Wei: their worth when asked, for a ticket earns nothing any more."""
    due: int


class Outage(NamedTuple):
    """A tier stood still from ``start`` up to ``end``."""

    layer: Layer
    start: int
    end: int


class Fault(NamedTuple):
    """What an operator did that is slashed."""

    layer: Layer
    operator: int
    """Its place in the tier."""
    part: int
    """Fraction of the stake behind it."""


class Settled(NamedTuple):
    """A period's rewards, divided."""

    pool: Pool
    fees: tuple[int, int, int]
    """Wei for the operators, by layer."""
    holders: int
    missed: int
    """Wei that full service would have brought beside these."""


class Slashed(NamedTuple):
    """Who paid for a fault."""

    pool: Pool
    bond: int
    holders: int


# --- the tiers ---------------------------------------------------------------------------


def check_tiers(tiers: Tiers) -> None:
    """Reverts for a tier that cannot be, or when more than the whole stake is pledged."""
    for tier in tiers:
        sound = bool(tier.operators) and all(each.weight > 0 for each in tier.operators)
        fractions = (tier.fee, tier.at_stake, tier.quorum)
        require(sound and all(0 <= part <= WAD for part in fractions), BAD_TIER)
        require(tier.quorum > 0, BAD_TIER)
    require(sum(tier.at_stake for tier in tiers) <= WAD, OVER_PLEDGED)


def weight_of(tier: Tier) -> int:
    """All the operators' weight."""
    return sum(each.weight for each in tier.operators)


def serves(tier: Tier, offline: Iterable[int]) -> bool:
    """Whether the tier goes on while the operators at these places are away."""
    away = sum(tier.operators[place].weight for place in set(offline))
    whole = weight_of(tier)
    return (whole - away) * WAD >= whole * tier.quorum


def stopped_by(layer: Layer) -> tuple[Layer, ...]:
    """The layers that stand still when ``layer`` does: itself and all above it."""
    return tuple(each for each in Layer if each >= layer)


def served(outages: Iterable[Outage], layer: Layer, start: int, end: int) -> int:
    """Seconds from ``start`` up to ``end`` in which ``layer`` served.

    Outages may overlap; a second counts once.
    """
    stops = sorted(
        (max(each.start, start), min(each.end, end)) for each in outages if each.layer <= layer
    )
    still, reached = 0, start
    for begin, finish in stops:
        still += max(finish - max(begin, reached), 0)
        reached = max(reached, finish)
    return end - start - still


# --- shares ------------------------------------------------------------------------------


def value_of(pool: Pool, shares: int) -> int:
    """Wei that ``shares`` are worth, rounded down; nothing while there are none."""
    return mul_div_floor(shares, pool.ether, pool.shares) if pool.shares else 0


def deposit(pool: Pool, ether: int) -> tuple[Pool, int]:
    """Pay in ``ether`` wei: the pool after, and the shares minted (rounded down).

    Reverts for nothing, and when faults have taken everything: old shares would get a part.
    """
    require(ether > 0, NOTHING_DEPOSITED)
    require(pool.ether > 0 or pool.shares == 0, ALL_LOST)
    minted = mul_div_floor(ether, pool.shares, pool.ether) if pool.shares else ether
    require(minted > 0, NOTHING_MINTED)
    return pool._replace(ether=pool.ether + ether, shares=pool.shares + minted), minted


def unbonding(pool: Pool) -> int:
    """Seconds that leaving takes: the slowest tier's."""
    return max(tier.unbonding for tier in pool.tiers)


def request_exit(pool: Pool, held: int, shares: int, now: int) -> Ticket:
    """Ask to leave with ``shares`` of the ``held`` ones; they stay in the pool and liable."""
    require(0 < shares <= held, NOT_HELD)
    return Ticket(shares, value_of(pool, shares), now + unbonding(pool))


def claim_exit(pool: Pool, ticket: Ticket, now: int) -> tuple[Pool, int]:
    """Pay a ticket that is due: the lesser of its worth then and now.

    What it did not earn while it waited stays with the others.
    """
    require(now >= ticket.due, NOT_DUE)
    paid = min(ticket.most, value_of(pool, ticket.shares))
    left = pool._replace(ether=pool.ether - paid, shares=pool.shares - ticket.shares)
    return left, paid


# --- rewards -----------------------------------------------------------------------------


def settle(
    pool: Pool, rewards: Sequence[int], outages: Sequence[Outage], start: int, end: int
) -> Settled:
    """Divide a period's rewards.

    ``rewards`` are wei by layer, as full service would have brought. Each tier earns for the
    seconds it served; its operators' fees are floored one by one, the dust is the holders'.
    """
    require(end > start and len(rewards) == len(Layer), BAD_PERIOD)
    tiers, fees, earned = [], [], 0
    for layer, tier, full in zip(Layer, pool.tiers, rewards, strict=True):
        got = mul_div_floor(full, served(outages, layer, start, end), end - start)
        after, fee = _paid(tier, mul_div_floor(got, tier.fee, WAD))
        tiers.append(after)
        fees.append(fee)
        earned += got
    holders = earned - sum(fees)
    paid = Pool(pool.ether + holders, pool.shares, (tiers[0], tiers[1], tiers[2]))
    return Settled(paid, (fees[0], fees[1], fees[2]), holders, sum(rewards) - earned)


def _paid(tier: Tier, fee: int) -> tuple[Tier, int]:
    """A tier whose operators got ``fee`` by weight, and the wei that these are."""
    whole = weight_of(tier)
    shares = [mul_div_floor(fee, each.weight, whole) for each in tier.operators]
    operators = tuple(
        each._replace(earned=each.earned + share)
        for each, share in zip(tier.operators, shares, strict=True)
    )
    return tier._replace(operators=operators), sum(shares)


# --- faults ------------------------------------------------------------------------------


def stake_behind(pool: Pool, layer: Layer, operator: int) -> int:
    """Wei of the pool that can be slashed for one operator's faults."""
    tier = pool.tiers[layer]
    require(0 <= operator < len(tier.operators), NO_OPERATOR)
    pledged = mul_div_floor(pool.ether, tier.at_stake, WAD)
    return mul_div_floor(pledged, tier.operators[operator].weight, weight_of(tier))


def slash(pool: Pool, fault: Fault) -> Slashed:
    """Slash a fault: the operator's bond pays first, every holder bears the rest alike."""
    require(0 < fault.part <= WAD, BAD_PART)
    behind = stake_behind(pool, fault.layer, fault.operator)
    loss = mul_div_ceil(behind, fault.part, WAD)
    tier = pool.tiers[fault.layer]
    at_fault = tier.operators[fault.operator]
    bond = min(loss, at_fault.bond)
    operators = list(tier.operators)
    operators[fault.operator] = at_fault._replace(bond=at_fault.bond - bond)
    tiers = list(pool.tiers)
    tiers[fault.layer] = tier._replace(operators=tuple(operators))
    after = Pool(pool.ether - (loss - bond), pool.shares, (tiers[0], tiers[1], tiers[2]))
    return Slashed(after, bond, loss - bond)


def expected_faults(tier: Tier, seconds: int) -> int:
    """How many faults a tier's operators make in ``seconds`` on average, 18 decimals."""
    return mul_div_floor(tier.fault_rate * len(tier.operators), seconds, YEAR)


def expected_loss(pool: Pool, part: int, seconds: int) -> int:
    """Wei that faults take from the stake in ``seconds`` on average, before any bond.

    ``part`` of the stake behind an operator is slashed each time. By weight, a tier loses
    the same whatever its operators' number: more of them fail more often, each for less.
    """
    pledged = sum(tier.at_stake * tier.fault_rate for tier in pool.tiers)
    return mul_div_floor(pool.ether * part, pledged * seconds, WAD**3 * YEAR)


def net_yield(pool: Pool, yields: Sequence[int], part: int) -> int:
    """What holders can expect in a year, 18 decimals; negative where faults cost more.

    ``yields`` are each tier's rewards in a year over the ether, 18 decimals, at full service.
    """
    kept = sum(
        each - mul_div_ceil(each, tier.fee, WAD)
        for each, tier in zip(yields, pool.tiers, strict=True)
    )
    pledged = sum(tier.at_stake * tier.fault_rate for tier in pool.tiers)
    return kept - mul_div_ceil(pledged, part, WAD**2)
