"""Staking on a Cosmos chain: shares of a validator, 21 days of unbonding, slashing meanwhile.

    tokens of shares = shares · validator's tokens / validator's shares
    shares of tokens = tokens · validator's shares / validator's tokens

The story: a delegation is shares of one validator, whose tokens shrink when it is slashed.
Who leaves gets an *entry*: tokens fixed from now on, paid when the unbonding time is over.
Until then they are still slashed for what the validator did while they were with it, told
by the height of the infraction; and the entry may be cancelled, which delegates again.
Stake may also move to another validator at once; it stays answerable for the first one as
long as an unbonding would have lasted, and may not move on from there meanwhile.

Celestia's unbonding is the same mechanism with other figures: ``CELESTIA`` and, for before
its version 6, ``CELESTIA_V3``.

Source: cosmos/cosmos-sdk v0.50 (with the mend of GHSA-86h5-xcpx-cfqc, v0.50.5) ``x/staking``
and ``x/slashing``; figures from cosmos/gaia@c3c08fed and celestiaorg/celestia-app@74614c2e.
Amounts are millionths of a token (uatom, utia); shares and fractions are ``LegacyDec``.
Heights are blocks, times seconds. Reasons are the names of the SDK's errors. Left out: the
validator set's own limits, the least that an operator must delegate to itself, and rewards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final, NamedTuple

from lstwallet.units.checked import require
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import WAD, div_floor
from lstwallet.units.legacy_dec import (
    dec_from_int,
    dec_mul,
    dec_quo,
    dec_quo_truncate,
    dec_round,
    dec_truncate,
)

POWER_REDUCTION: Final = 1_000_000
"""Base units in one unit of consensus power."""
INFRACTION_DELAY: Final = 2
"""Blocks between the stake that a missed block is charged to and its noticing."""

INVALID_RATE: Final = "ErrDelegatorShareExRateInvalid"
NO_TOKENS: Final = "ErrInsufficientShares"
BAD_SHARES: Final = "ErrBadSharesAmount"
TOO_MANY_UNBONDINGS: Final = "ErrMaxUnbondingDelegationEntries"
TOO_MANY_REDELEGATIONS: Final = "ErrMaxRedelegationEntries"
SELF_REDELEGATION: Final = "ErrSelfRedelegation"
TRANSITIVE: Final = "ErrTransitiveRedelegation"
TINY: Final = "ErrTinyRedelegationAmount"
NOT_FOUND: Final = "ErrNotFound"
INVALID_REQUEST: Final = "ErrInvalidRequest"
JAILED: Final = "ErrValidatorJailed"
NOT_JAILED: Final = "ErrValidatorNotJailed"


class Params(NamedTuple):
    """What a chain's governance sets."""

    unbonding_time: int
    """Seconds."""
    max_entries: int
    """Unbondings at once between one delegator and one validator; as many redelegations."""
    slash_double_sign: int
    """Fraction, a decimal; the validator is out for good."""
    slash_downtime: int
    """Fraction, a decimal."""
    signed_window: int
    """Blocks."""
    min_signed: int
    """Fraction of the window, a decimal."""
    jail_time: int
    """Seconds after downtime."""


_PER_CENT: Final = div_floor(WAD, 100)

COSMOS_HUB: Final = Params(
    unbonding_time=21 * DAY,
    max_entries=7,
    slash_double_sign=5 * _PER_CENT,
    slash_downtime=div_floor(_PER_CENT, 100),
    signed_window=10_000,
    min_signed=5 * _PER_CENT,
    jail_time=600,
)
CELESTIA: Final = Params(
    unbonding_time=14 * DAY + HOUR,
    max_entries=7,
    slash_double_sign=2 * _PER_CENT,
    slash_downtime=0,
    signed_window=10_000,
    min_signed=75 * _PER_CENT,  # the specification; the program's default is 0.1 %
    jail_time=60,
)
CELESTIA_V3: Final = CELESTIA._replace(unbonding_time=21 * DAY)
"""Before version 6."""


class Status(Enum):
    """Whether a validator's stake counts (``BondStatus``)."""

    BONDED = "Bonded"
    UNBONDING = "Unbonding"
    UNBONDED = "Unbonded"


class Validator(NamedTuple):
    """All stake with one validator; nobody's own."""

    address: str
    tokens: int
    shares: int
    """A decimal."""
    status: Status = Status.BONDED
    unbonding_height: int = 0
    """When it left the set, if it did."""
    unbonding_time: int = 0
    """When it will have left."""
    jailed_until: int | None = None
    """Seconds; ``None`` while it is not jailed."""
    tombstoned: bool = False
    """Never again, after a double signature."""


class Unbonding(NamedTuple):
    """Tokens on their way back to a delegator (``UnbondingDelegationEntry``)."""

    height: int
    """Infractions before this height are still charged to it."""
    completion_time: int
    initial_balance: int
    balance: int
    """What is left after slashing."""


class Redelegation(NamedTuple):
    """Stake that moved, and answers for the validator it came from."""

    height: int
    completion_time: int
    initial_balance: int
    shares: int
    """Of the validator it went to, a decimal."""


class Undelegated(NamedTuple):
    """What an undelegation leaves."""

    validator: Validator
    shares: int
    """The delegator's, a decimal."""
    entries: tuple[Unbonding, ...]
    tokens: int


class Redelegated(NamedTuple):
    """What a redelegation leaves."""

    source: Validator
    destination: Validator
    source_shares: int
    destination_shares: int
    entries: tuple[Redelegation, ...]
    tokens: int


class SlashedEntries(NamedTuple):
    """Unbondings after a slash."""

    entries: tuple[Unbonding, ...]
    charged: int
    """What the slash counts for, whether it was there or not."""
    burned: int


class SlashedRedelegation(NamedTuple):
    """A redelegation's stake after a slash of the validator it came from."""

    destination: Validator
    shares: int
    """The delegator's with the destination, a decimal."""
    unbondings: tuple[Unbonding, ...]
    """The delegator's from the destination."""
    charged: int
    burned: int


# --- shares and tokens -------------------------------------------------------------


def tokens_of(validator: Validator, shares: int) -> int:
    """What ``shares`` are worth, a decimal to the nearest (``TokensFromShares``)."""
    return dec_quo(shares * validator.tokens, validator.shares)


def shares_of(validator: Validator, tokens: int) -> int:
    """Shares for ``tokens``, a decimal cut off (``SharesFromTokens``)."""
    require(validator.tokens > 0, NO_TOKENS)
    return div_floor(validator.shares * tokens, validator.tokens)


def delegate(validator: Validator, tokens: int) -> tuple[Validator, int]:
    """Delegate ``tokens``: the validator after, and the shares issued for them.

    The first share is worth a token. Reverts when everything was slashed.
    """
    require(validator.tokens > 0 or validator.shares == 0, INVALID_RATE)
    issued = shares_of(validator, tokens) if validator.shares else dec_from_int(tokens)
    after = validator._replace(tokens=validator.tokens + tokens, shares=validator.shares + issued)
    return after, issued


def shares_to_unbond(validator: Validator, held: int, tokens: int) -> int:
    """Shares that ``tokens`` take of the ``held`` ones (``ValidateUnbondAmount``).

    Whoever asks for all, or for what rounding made a little more, gives all. Reverts when the
    tokens are worth more shares than held.
    """
    require(validator.tokens > 0, NO_TOKENS)
    least = dec_quo_truncate(validator.shares * tokens, dec_from_int(validator.tokens))
    require(least <= held, BAD_SHARES)
    return min(shares_of(validator, tokens), held)


def unbond(validator: Validator, shares: int) -> tuple[Validator, int]:
    """Take ``shares`` out: the validator after, and the tokens they were (rounded down).

    The last shares take all tokens (``RemoveDelShares``).
    """
    require(shares <= validator.shares, BAD_SHARES)
    left = validator.shares - shares
    tokens = dec_truncate(tokens_of(validator, shares)) if left else validator.tokens
    return validator._replace(tokens=validator.tokens - tokens, shares=left), tokens


# --- leaving -----------------------------------------------------------------------


def is_mature(completion_time: int, now: int) -> bool:
    """Whether an unbonding or redelegation is over."""
    return completion_time <= now


def undelegate(
    validator: Validator,
    held: int,
    entries: Sequence[Unbonding],
    tokens: int,
    params: Params,
    height: int,
    now: int,
) -> Undelegated:
    """Begin to unbond ``tokens`` of the ``held`` shares.

    An unbonding always lasts its whole time, wherever the validator stands. Two of one block
    are one entry. Reverts for more than held, and while as many entries as may be wait.
    """
    shares = shares_to_unbond(validator, held, tokens)
    require(len(entries) < params.max_entries, TOO_MANY_UNBONDINGS)
    after, got = unbond(validator, shares)
    entry = Unbonding(height, now + params.unbonding_time, got, got)
    kept = tuple(entries)
    if kept and kept[-1][:2] == entry[:2]:
        *_, last = kept
        entry = entry._replace(
            initial_balance=last.initial_balance + got, balance=last.balance + got
        )
        kept = kept[:-1]
    return Undelegated(after, held - shares, (*kept, entry), got)


def complete(entries: Iterable[Unbonding], now: int) -> tuple[tuple[Unbonding, ...], int]:
    """The entries that still wait, and the tokens paid for those that are over."""
    waiting, paid = list[Unbonding](), 0
    for entry in entries:
        if is_mature(entry.completion_time, now):
            paid += entry.balance
        else:
            waiting.append(entry)
    return tuple(waiting), paid


def cancel(
    validator: Validator, entries: Sequence[Unbonding], height: int, tokens: int, now: int
) -> tuple[Validator, tuple[Unbonding, ...], int]:
    """Delegate ``tokens`` of the entry made at ``height`` again, to the same validator.

    The validator after, the entries left, and the shares issued. Reverts for a jailed
    validator, when there is no such entry, for more than is left in it, and once it is over.
    """
    require(validator.jailed_until is None, JAILED)
    place = next((i for i, entry in enumerate(entries) if entry.height == height), None)
    require(place is not None, NOT_FOUND)
    assert place is not None
    entry = entries[place]
    require(tokens <= entry.balance, INVALID_REQUEST)
    require(entry.completion_time >= now, INVALID_REQUEST)
    after, issued = delegate(validator, tokens)
    kept = list(entries)
    if tokens == entry.balance:
        del kept[place]
    else:
        initial = entry.initial_balance - tokens
        kept[place] = entry._replace(balance=entry.balance - tokens, initial_balance=initial)
    return after, tuple(kept), issued


# --- moving ------------------------------------------------------------------------


def redelegate(
    source: Validator,
    destination: Validator,
    held: int,
    entries: Sequence[Redelegation],
    receiving: Sequence[Redelegation],
    tokens: int,
    params: Params,
    height: int,
    now: int,
) -> Redelegated:
    """Move ``tokens`` of the shares ``held`` with ``source`` to ``destination``, at once.

    ``entries`` are the delegator's redelegations between the two that are not over,
    ``receiving`` those into ``source``: stake that has just come may not go on. From a
    validator that has left the set nothing is owed; from one that leaves, as long as it does.
    ``destination_shares`` are the new ones. Reverts with the SDK's reasons.
    """
    shares = shares_to_unbond(source, held, tokens)
    require(source.address != destination.address, SELF_REDELEGATION)
    require(not receiving, TRANSITIVE)
    require(len(entries) < params.max_entries, TOO_MANY_REDELEGATIONS)
    source, moved = unbond(source, shares)
    require(moved > 0, TINY)
    destination, issued = delegate(destination, moved)
    after = tuple(entries)
    if source.status is Status.BONDED:
        after += (Redelegation(height, now + params.unbonding_time, moved, issued),)
    elif source.status is Status.UNBONDING:
        after += (Redelegation(source.unbonding_height, source.unbonding_time, moved, issued),)
    return Redelegated(source, destination, held - shares, issued, after, moved)


def complete_redelegations(entries: Iterable[Redelegation], now: int) -> tuple[Redelegation, ...]:
    """Those that are not over yet."""
    return tuple(entry for entry in entries if not is_mature(entry.completion_time, now))


# --- slashing ----------------------------------------------------------------------


def consensus_power(tokens: int) -> int:
    """A validator's voting power: whole tokens."""
    return div_floor(tokens, POWER_REDUCTION)


def slash_amount(power: int, fraction: int) -> int:
    """Tokens that an infraction with ``power`` costs in all, rounded down."""
    return dec_truncate(dec_mul(dec_from_int(power * POWER_REDUCTION), fraction))


def _answers_for(entry: Unbonding | Redelegation, infraction_height: int, now: int) -> bool:
    """Whether the stake was still bonded at the infraction, and is not free yet."""
    return entry.height >= infraction_height and not is_mature(entry.completion_time, now)


def slash_unbondings(
    entries: Iterable[Unbonding], infraction_height: int, fraction: int, now: int
) -> SlashedEntries:
    """Charge entries that were still bonded at ``infraction_height``, and are not over yet.

    By what they were at first, never more than is left. The cost is that of the entries.
    """
    after, charged, burned = list[Unbonding](), 0, 0
    for entry in entries:
        answers = _answers_for(entry, infraction_height, now)
        due = dec_truncate(entry.initial_balance * fraction) if answers else 0
        taken = min(due, entry.balance)
        charged, burned = charged + due, burned + taken
        after.append(entry._replace(balance=entry.balance - taken))
    return SlashedEntries(tuple(after), charged, burned)


def _drain(
    entries: Sequence[Unbonding], due: int, infraction_height: int, now: int
) -> tuple[list[Unbonding], int]:
    """Take up to ``due`` tokens out of unbondings in their order; what was not there is left."""
    after = list[Unbonding]()
    for entry in entries:
        taken = min(due, entry.balance) if _answers_for(entry, infraction_height, now) else 0
        due -= taken
        after.append(entry._replace(balance=entry.balance - taken))
    return after, due


def slash_redelegations(
    destination: Validator,
    held: int,
    unbondings: Sequence[Unbonding],
    entries: Iterable[Redelegation],
    infraction_height: int,
    fraction: int,
    now: int,
) -> SlashedRedelegation:
    """Charge stake that moved to ``destination`` after the infraction of where it came from.

    First what has begun to unbond from there, then the ``held`` shares: the fraction of the
    shares that came, whatever they are worth by now.
    """
    charged = burned = 0
    after, rest = destination, list(unbondings)
    for entry in entries:
        if not _answers_for(entry, infraction_height, now):
            continue
        due = dec_truncate(entry.initial_balance * fraction)
        charged += due
        rest, left = _drain(rest, due, infraction_height, now)
        burned += due - left
        shares = min(dec_mul(fraction, entry.shares), held)
        if shares == 0 or left == 0:
            continue
        after, tokens = unbond(after, shares)
        held, burned = held - shares, burned + tokens
    return SlashedRedelegation(after, held, tuple(rest), charged, burned)


def slash(validator: Validator, power: int, fraction: int, charged: int) -> tuple[Validator, int]:
    """Burn what is left of a slash after ``charged`` tokens were counted elsewhere.

    ``power`` is the validator's at the infraction; for one of an earlier block, what had left
    since is charged first, by the functions above. Everybody who is still with it shares the
    loss: shares stay, tokens go. Never more than there is. The validator after, the burned.
    """
    due = slash_amount(power, fraction) - charged
    burned = max(min(due, validator.tokens), 0)
    return validator._replace(tokens=validator.tokens - burned), burned


# --- jail --------------------------------------------------------------------------


def most_missed(params: Params) -> int:
    """Blocks of the window that a validator may miss."""
    return params.signed_window - dec_round(params.signed_window * params.min_signed)


def is_down(missed: int, params: Params) -> bool:
    """Whether ``missed`` blocks of a whole window are downtime."""
    return missed > most_missed(params)


def jail(validator: Validator, until: int, *, tombstone: bool = False) -> Validator:
    """Out of the set until somebody unjails it, not before ``until``; for good if so."""
    return validator._replace(jailed_until=until, tombstoned=validator.tombstoned or tombstone)


def unjail(validator: Validator, now: int) -> Validator:
    """Back into the set; reverts while it must stay, and for a tombstoned one for ever."""
    require(validator.jailed_until is not None, NOT_JAILED)
    assert validator.jailed_until is not None
    require(not validator.tombstoned and validator.jailed_until <= now, JAILED)
    return validator._replace(jailed_until=None)
