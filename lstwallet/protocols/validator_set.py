"""A set of validators: who runs how many keys, how well, with what bond, and who pays for a loss.

    bond(keys)  = first bond + trend · further keys, piece by piece
    deposits    = to the operator with the fewest active keys first
    performance = (54 · attested + 8 · proposed + 2 · synced) / the weights of what was due
    reward      = rewards · the operator's duties / all · its share of the fee   (rounded down)
    a loss      = the operator's bond, then what it pays of itself, then cover, then all holders

The story: an operator brings a bond and keys; new stake goes where there is least, so that
nobody grows large. A frame's rewards go to those who performed within a leeway of the network;
who falls short often enough is sent out. What makes a set dangerous is not one bad validator
but many that fail together: the same client, the same cloud, the same cluster (``exposed``).
How much a slashing costs is the consensus layer's rule and passed in; here it is divided.

Sources: lidofinance/community-staking-module@67d2485 ``CSBondCurve.sol``, ``CSBondCore.sol``,
``CSBondLock.sol``, ``CSAccounting.sol``, ``script/DeployMainnet.s.sol`` (curves, leeway, strikes);
lidofinance/core@372b02e ``MinFirstAllocationStrategy.sol``; docs.lido.fi CSM rewards; the order
of the payers as in Lido's losses of 2023 (catalogue rocklogic_2023_04, launchnodes_2023_10);
the usual k of n for distributed validators is ``unverified``. Amounts are wei (a bond is stETH,
by its value), performance and shares are basis points, times are seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from lstwallet.units.checked import checked_sub, require
from lstwallet.units.clock import DAY
from lstwallet.units.concentration import herfindahl, nakamoto
from lstwallet.units.fixed import BPS, WAD, div_ceil, div_floor, mul_div_ceil, mul_div_floor

MAX_CURVE: Final = 100
"""Pieces of a bond curve."""
ROUNDING: Final = 10
"""Wei that a bond may be short, because stETH rounds."""
LOCK_PERIOD: Final = 56 * DAY
"""Seconds that a part of a bond stays locked after an accusation."""
ATTESTING: Final = 54
PROPOSING: Final = 8
SYNCING: Final = 2
"""Weights of the duties, of 64."""
LEEWAY: Final = 300
"""Basis points below the network's average that still earn."""
STRIKE_LIFETIME: Final = 6
"""Frames after which a strike is forgotten."""
STRIKES: Final = 3
"""Strikes of one validator that send it out."""
BAD_PERFORMANCE: Final = 258 * 10**15
"""Wei of penalty for a validator that was sent out."""
REWARD_SHARE: Final = 5_834
"""Basis points of the module's fee that the operator keeps; the rest goes back."""
THIRD: Final = 333_333_333_333_333_334
"""Fraction, 18 decimals, rounded up: who has more than a third can stop finality."""

BAD_CURVE_LENGTH: Final = "InvalidBondCurveLength"
BAD_CURVE: Final = "InvalidBondCurveValues"
BAD_LOCK: Final = "InvalidBondLockAmount"
NOTHING_TO_CLAIM: Final = "NothingToClaim"
NOT_ENOUGH_BOND: Final = "InsufficientBond"
"""Model: the contract takes the missing bond with the keys."""
TOO_MANY: Final = "InvalidReportData"
"""More keys leave than are active."""
BAD_CLUSTER: Final = "InvalidClusterSize"
"""Model."""


class Piece(NamedTuple):
    """From the ``first`` key on, each costs ``trend`` wei of bond."""

    first: int
    trend: int


DEFAULT_CURVE: Final = (Piece(1, 24 * 10**17), Piece(2, 13 * 10**17))
"""2.4 ether for the first key, 1.3 for each further one."""
KNOWN_CURVE: Final = (Piece(1, 15 * 10**17), Piece(2, 13 * 10**17))
"""For operators who have shown who they are."""


class Operator(NamedTuple):
    """One who runs validators."""

    keys: int = 0
    """Handed in, those that have left included."""
    active: int = 0
    """Deposited and still there."""
    gone: int = 0
    """Exited or slashed."""
    bond: int = 0
    locked: int = 0
    """Of the bond, while an accusation is open."""
    locked_until: int = 0


class Duties(NamedTuple):
    """What one validator had to do in a frame and did, counted."""

    attestations: int
    attested: int
    blocks: int = 0
    proposed: int = 0
    syncs: int = 0
    synced: int = 0


class Work(NamedTuple):
    """What an operator's earning validators add up to in a frame."""

    duties: int
    """Weighted by how long and how large they were."""
    share: int = REWARD_SHARE
    """Basis points of the fee that this kind of operator keeps."""


class Shared(NamedTuple):
    """A frame's rewards, divided."""

    operators: tuple[int, ...]
    rebate: int
    """Back to the protocol: what the shares leave, and the dust."""


class Borne(NamedTuple):
    """Who paid for a loss; the four add up to it."""

    bonds: tuple[int, ...]
    """By operator."""
    voluntary: int
    cover: int
    holders: int


# --- the bond ----------------------------------------------------------------------------


def check_curve(curve: Sequence[Piece]) -> None:
    """Reverts for a curve that does not start at the first key, rise, and cost something."""
    require(1 <= len(curve) <= MAX_CURVE, BAD_CURVE_LENGTH)
    require(curve[0].first == 1, BAD_CURVE)
    require(all(piece.trend > 0 for piece in curve), BAD_CURVE)
    rises = all(before.first < piece.first for before, piece in pairwise(curve))
    require(rises, BAD_CURVE)


def required_bond(curve: Sequence[Piece], keys: int) -> int:
    """Wei of bond for ``keys`` keys (``_getBondAmountByKeysCount``)."""
    bond = 0
    ends = [piece.first for piece in curve[1:]] + [keys + 1]
    for piece, end in zip(curve, ends, strict=True):
        bond += piece.trend * max(min(end, keys + 1) - piece.first, 0)
    return bond


def bonded_keys(curve: Sequence[Piece], bond: int) -> int:
    """How many keys ``bond`` wei are enough for (``_getKeysCountByBondAmount``)."""
    keys = 0
    for place, piece in enumerate(curve):
        fits = div_floor(bond, piece.trend)
        if place + 1 < len(curve):
            fits = min(fits, curve[place + 1].first - piece.first)
        keys += fits
        bond -= fits * piece.trend
        if place + 1 < len(curve) and keys < curve[place + 1].first - 1:
            break
    return keys


def actual_lock(operator: Operator, now: int) -> int:
    """Wei of the bond that are locked now."""
    return operator.locked if operator.locked_until > now else 0


def unbonded_keys(operator: Operator, curve: Sequence[Piece], now: int) -> int:
    """Keys still there that the free bond is not enough for: they get no deposit, or leave."""
    staying = operator.keys - operator.gone
    locked = actual_lock(operator, now)
    if locked > operator.bond:
        return staying
    return max(staying - bonded_keys(curve, operator.bond - locked + ROUNDING), 0)


def claimable_bond(operator: Operator, curve: Sequence[Piece], now: int) -> int:
    """Wei that the operator may take out: beyond what its keys need and what is locked."""
    needed = required_bond(curve, operator.keys - operator.gone) + actual_lock(operator, now)
    return max(operator.bond - needed, 0)


def claim_bond(
    operator: Operator, curve: Sequence[Piece], wanted: int, now: int
) -> tuple[Operator, int]:
    """Take out at most ``wanted`` wei. Reverts when there is nothing."""
    paid = min(wanted, claimable_bond(operator, curve, now))
    require(paid > 0, NOTHING_TO_CLAIM)
    return operator._replace(bond=operator.bond - paid), paid


def lock_bond(operator: Operator, amount: int, now: int, period: int = LOCK_PERIOD) -> Operator:
    """An accusation locks ``amount`` wei; with an open one they add up and start anew."""
    require(amount > 0, BAD_LOCK)
    locked = actual_lock(operator, now) + amount
    return operator._replace(locked=locked, locked_until=now + period)


def release_lock(operator: Operator, amount: int, now: int) -> Operator:
    """An accusation is dropped or paid off for ``amount`` wei."""
    require(0 < amount <= actual_lock(operator, now), BAD_LOCK)
    left = operator.locked - amount
    return operator._replace(locked=left, locked_until=operator.locked_until if left else 0)


def penalise(operator: Operator, amount: int) -> tuple[Operator, int]:
    """Burn ``amount`` wei of bond, or what there is: the operator after, and the wei burned."""
    burned = min(amount, operator.bond)
    return operator._replace(bond=operator.bond - burned), burned


# --- keys --------------------------------------------------------------------------------


def add_keys(
    operator: Operator, curve: Sequence[Piece], keys: int, bond: int, now: int
) -> Operator:
    """Hand in ``keys`` with ``bond`` wei. Reverts when the bond is not enough for all."""
    after = operator._replace(keys=operator.keys + keys, bond=operator.bond + bond)
    needed = required_bond(curve, after.keys - after.gone) + actual_lock(after, now)
    require(after.bond >= needed, NOT_ENOUGH_BOND)
    return after


def depositable(operator: Operator, curve: Sequence[Piece], now: int) -> int:
    """Keys that wait for a deposit and are bonded."""
    waiting = operator.keys - operator.gone - operator.active
    return max(waiting - unbonded_keys(operator, curve, now), 0)


def allocate(
    active: Sequence[int], capacities: Sequence[int], deposits: int
) -> tuple[int, tuple[int, ...]]:
    """Spread ``deposits`` over operators with ``active`` keys, each up to its capacity.

    The emptiest are filled first, alike (``MinFirstAllocationStrategy``): how many found a
    place, and the active keys after. Among equals the first gets the odd one.
    """
    filled, left = list(active), deposits
    while left > 0:
        free = [i for i, count in enumerate(filled) if count < capacities[i]]
        if not free:
            break
        least = min(filled[i] for i in free)
        best = [i for i in free if filled[i] == least]
        above = [filled[i] for i in free if filled[i] > least]
        bound = min([*above, capacities[best[0]]]) - least
        given = min(div_ceil(left, len(best)), bound)
        filled[best[0]] += given
        left -= given
    return deposits - left, tuple(filled)


def deposit(operator: Operator, keys: int) -> Operator:
    """``keys`` waiting ones become active."""
    require(keys <= operator.keys - operator.gone - operator.active, TOO_MANY)
    return operator._replace(active=operator.active + keys)


def leave(operator: Operator, keys: int) -> Operator:
    """``keys`` active ones exit or are slashed: their bond becomes free, or pays."""
    require(keys <= operator.active, TOO_MANY)
    return operator._replace(active=operator.active - keys, gone=operator.gone + keys)


# --- performance -------------------------------------------------------------------------


def performance(duties: Duties) -> int:
    """Basis points of what was due that was done, weighted as rewards are (rounded down).

    A duty that never came up has no weight. Nothing due at all is a full mark.
    """
    pairs = (
        (ATTESTING, duties.attested, duties.attestations),
        (PROPOSING, duties.proposed, duties.blocks),
        (SYNCING, duties.synced, duties.syncs),
    )
    due = [(weight, did, had) for weight, did, had in pairs if had]
    whole = sum(weight for weight, _, _ in due)
    if not whole:
        return BPS
    # One denominator for all three, so that only one division rounds.
    common = 1
    for _, _, had in due:
        common *= had
    done = sum(weight * did * div_floor(common, had) for weight, did, had in due)
    return mul_div_floor(done, BPS, whole * common)


def earns(mark: int, network: int, leeway: int = LEEWAY) -> bool:
    """Whether a validator's ``mark`` is within the leeway of the ``network``'s average."""
    return mark >= network - leeway


def add_strike(strikes: Sequence[int], frame: int) -> tuple[int, ...]:
    """The frames of a validator's strikes after one more; forgotten ones are dropped."""
    return (*(each for each in strikes if each > frame - STRIKE_LIFETIME), frame)


def is_sent_out(strikes: Sequence[int], most: int = STRIKES) -> bool:
    """Whether a validator has had enough strikes (``add_strike``'s)."""
    return len(strikes) >= most


def share_rewards(rewards: int, work: Sequence[Work]) -> Shared:
    """A frame's ``rewards`` by duties done, each operator's share of its part.

    Who earned nothing has no duties here: its part is the others'.
    """
    whole = sum(each.duties for each in work)
    paid = tuple(
        mul_div_floor(rewards, each.duties * each.share, whole * BPS) if whole else 0
        for each in work
    )
    return Shared(paid, rewards - sum(paid))


# --- failing together --------------------------------------------------------------------


def exposed(active: Sequence[int], traits: Sequence[frozenset[str]], fault: str) -> int:
    """Active keys of all operators that ``fault`` strikes: a client, a cloud, a cluster."""
    pairs = zip(active, traits, strict=True)
    return sum(keys for keys, having in pairs if fault in having)


def worst_fault(active: Sequence[int], traits: Sequence[frozenset[str]]) -> tuple[str, int]:
    """The one fault that strikes the most keys, the first by name among equals.

    ``("", 0)`` when the operators have nothing that could fail.
    """
    faults = sorted(frozenset[str]().union(*traits))
    struck = [(exposed(active, traits, fault), fault) for fault in faults]
    most, name = max(struck, key=_keys_struck, default=(0, ""))
    return name, most


def _keys_struck(struck: tuple[int, str]) -> int:
    return struck[0]


def cluster_signs(size: int, threshold: int, offline: int) -> bool:
    """Whether a cluster of ``size`` operators still signs with ``offline`` of them away."""
    require(0 < threshold <= size, BAD_CLUSTER)
    return size - offline >= threshold


def cluster_slashed(size: int, threshold: int, twice: int) -> bool:
    """Whether ``twice`` operators who sign two things get the cluster's validator slashed.

    Both messages need ``threshold`` signatures; the honest can be split between them.
    """
    require(0 < threshold <= size, BAD_CLUSTER)
    return size + twice >= 2 * threshold


# --- who pays ----------------------------------------------------------------------------


def bear(losses: Sequence[int], bonds: Sequence[int], voluntary: int, cover: int) -> Borne:
    """Divide the operators' ``losses`` (wei each) among those who pay, in their order.

    An operator's bond pays for its own validators only. ``voluntary`` is what operators give
    of themselves, ``cover`` what a fund may give; what is left falls on every holder.
    """
    pairs = zip(losses, bonds, strict=True)
    taken = tuple(min(loss, bond) for loss, bond in pairs)
    left = sum(losses) - sum(taken)
    given = min(left, voluntary)
    covered = min(left - given, cover)
    return Borne(taken, given, covered, left - given - covered)


def validator_loss(deposited: int, returned: int) -> int:
    """Wei that a validator brought back too little."""
    return max(deposited - returned, 0)


def holders_rate(holders: int, pooled: int) -> int:
    """Part of every holder's stake that is lost, 18 decimals, rounded up.

    A pool spreads a loss over ``pooled`` wei; who stakes alone bears all of his.
    """
    return mul_div_ceil(holders, WAD, pooled)


def after_loss(pooled: int, borne: Borne) -> int:
    """Wei of the pool after a loss of which only the holders' part is not made good."""
    return checked_sub(pooled, borne.holders)


# --- concentration -----------------------------------------------------------------------


def concentration(active: Sequence[int]) -> int:
    """The Herfindahl-Hirschman index of the keys by operator, 18 decimals."""
    return herfindahl(active)


def fewest_to_stop(active: Sequence[int], fraction: int = THIRD) -> int:
    """The Nakamoto coefficient: how many operators together pass ``fraction`` of the keys."""
    return nakamoto(active, fraction)
