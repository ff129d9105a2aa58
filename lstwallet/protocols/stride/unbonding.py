"""Out of a host zone: redemptions of a day, undelegated in batches every four days.

The host chain lets a delegator have 7 unbondings with a validator at once, and all of Stride
is one delegator. So redemptions are gathered by day, and undelegated together every
⌊unbonding days / 7⌋ + 1 days: who leaves waits 21 days and up to 4 more.

The story of a day's record: redemptions come in and the stTokens lie in escrow; on an
unbonding day their worth is fixed at the rate of that moment, and the host chain is told to
undelegate, most from validators that have too much; when it has, the stTokens are burned;
when the unbonding is over the tokens are swept to the account that pays, and each receiver
claims. A message may fail: then the amounts stay as they are and the next round tries again.

Source: Stride-Labs/stride@40c6e386 ``x/stakeibc/keeper`` (``redeem_stake.go``,
``unbonding.go``, ``icacallbacks_undelegate.go``, ``redemption_sweep.go``, ``claim.go``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from lstwallet.protocols.stride.state import (
    HALTED,
    INVALID_AMOUNT,
    INVALID_COINS,
    INVALID_RECORD,
    NO_CAPACITY,
    RATE_UNSAFE,
    REDEMPTIONS_DISABLED,
    UNABLE,
    DayUnbonding,
    HostZone,
    Params,
    Redemption,
    Split,
    Status,
)
from lstwallet.protocols.stride.zone import is_rate_safe, target_amounts, undelegated
from lstwallet.units.checked import require
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD, div_floor
from lstwallet.units.legacy_dec import dec_from_int, dec_mul, dec_quo, dec_truncate

MAX_ENTRIES: Final = 7
"""Unbondings at once between one delegator and one validator (the host chain's rule)."""
DRAIN_DIVISOR: Final = 10**17
"""Of a slashed validator that is drained, this part stays: rounding could ask for too much."""


class Capacity(NamedTuple):
    """What a validator has above its part."""

    address: str
    capacity: int
    ratio: int
    """Its part over what it has, a decimal: the less, the more it has too much."""
    whole: int
    """All that is delegated to it."""


class Undelegating(NamedTuple):
    """What an unbonding day begins."""

    records: tuple[DayUnbonding, ...]
    redemptions: tuple[Redemption, ...]
    splits: tuple[Split, ...]


# --- asking ------------------------------------------------------------------------


def redeem(
    zone: HostZone,
    record: DayUnbonding,
    before: Redemption | None,
    receiver: str,
    st_tokens: int,
    params: Params,
) -> tuple[DayUnbonding, Redemption]:
    """Redeem ``st_tokens`` on the day of ``record``; they lie in escrow from now on.

    ``before`` is what the receiver has redeemed on that day already. Reverts for a halted
    zone, outside the bounds, while redemptions are disabled, for what is worth nothing, and
    for more than is delegated.
    """
    require(not zone.halted, HALTED)
    require(zone.redemptions_enabled, REDEMPTIONS_DISABLED)
    require(is_rate_safe(zone, params), RATE_UNSAFE)
    native = native_for(zone, st_tokens)
    require(native > 0, INVALID_COINS)
    require(native <= zone.total_delegations, INVALID_AMOUNT)
    mine = before or Redemption(record.day, receiver, 0, 0)
    mine = mine._replace(
        st_tokens=mine.st_tokens + st_tokens, native_tokens=mine.native_tokens + native
    )
    after = record._replace(
        st_tokens=record.st_tokens + st_tokens, native_tokens=record.native_tokens + native
    )
    return after, mine


def native_for(zone: HostZone, st_tokens: int) -> int:
    """Tokens that ``st_tokens`` are worth at the zone's rate, rounded down."""
    return dec_truncate(dec_mul(dec_from_int(st_tokens), zone.redemption_rate))


# --- when --------------------------------------------------------------------------


def frequency(unbonding_days: int) -> int:
    """Days from one unbonding day to the next."""
    return div_floor(unbonding_days, MAX_ENTRIES) + 1


def is_unbonding_day(zone: HostZone, day: int) -> bool:
    """Whether redemptions are undelegated at the start of ``day``."""
    return day % frequency(zone.unbonding_days) == 0


def next_unbonding_day(zone: HostZone, day: int) -> int:
    """The unbonding day that takes what is redeemed on ``day``, itself too late for its own."""
    every = frequency(zone.unbonding_days)
    return day - day % every + every


def wait(zone: HostZone, day: int) -> int:
    """Seconds from the start of ``day`` until what is redeemed on it has been unbonded."""
    return (next_unbonding_day(zone, day) - day + zone.unbonding_days) * DAY


# --- undelegating ------------------------------------------------------------------


def is_due(record: DayUnbonding) -> bool:
    """Whether an unbonding day takes the record."""
    again = record.status is Status.RETRY and record.txs_in_progress == 0
    return record.st_tokens > 0 and (record.status is Status.QUEUE or again)


def refresh(
    zone: HostZone, record: DayUnbonding, redemptions: Iterable[Redemption]
) -> tuple[DayUnbonding, tuple[Redemption, ...]]:
    """Fix what each redemption of the day is paid, at the rate of now.

    The cost is that of the day's redemptions.
    """
    mine = tuple(
        each._replace(native_tokens=native_for(zone, each.st_tokens)) for each in redemptions
    )
    total = sum(each.native_tokens for each in mine)
    after = record._replace(
        native_tokens=total, native_to_unbond=total, st_to_burn=record.st_tokens
    )
    return after, mine


def capacities(zone: HostZone, total: int) -> list[Capacity]:
    """What each validator has above its part after ``total`` has gone, most unbalanced first."""
    valid = sum(each.delegation for each in zone.validators if not each.slash_query_in_progress)
    balanced = target_amounts(zone.validators, valid - total)
    above = [
        Capacity(
            each.address,
            each.delegation - balanced[each.address],
            dec_quo(dec_from_int(balanced[each.address]), dec_from_int(each.delegation)),
            each.delegation,
        )
        for each in zone.validators
        if each.address in balanced and each.delegation > balanced[each.address]
    ]
    return sorted(above, key=lambda each: (each.ratio, -each.capacity, each.address))


def _safely(zone: HostZone, place: Capacity, amount: int) -> int:
    """A little less when all of a slashed validator's stake goes: its shares may be fewer."""
    slashed = {each.address for each in zone.validators if each.tokens_per_share < WAD}
    if amount != place.whole or place.address not in slashed:
        return amount
    kept = max(div_floor(amount, DRAIN_DIVISOR), 1)
    return amount - kept if kept < amount else amount


def splits_for(zone: HostZone, total: int) -> tuple[Split, ...]:
    """From whom ``total`` is undelegated; reverts when they have too little above their part."""
    places = capacities(zone, total)
    require(bool(places), NO_CAPACITY)
    splits, left = list[Split](), total
    for place in places:
        if left == 0:
            break
        amount = _safely(zone, place, min(place.capacity, left))
        splits.append(Split(place.address, amount))
        left -= amount
    require(left == 0, UNABLE)
    return tuple(splits)


def begin(
    zone: HostZone,
    records: Sequence[DayUnbonding],
    redemptions: Mapping[int, Sequence[Redemption]],
    messages: int = 1,
) -> Undelegating:
    """Undelegate all records that are due; ``redemptions`` holds those of each day.

    What waits for the first time is fixed now, what failed before keeps its amounts. The
    host chain answers in ``messages``. The records and redemptions that changed, and the
    splits, which are for ``acknowledge`` to book. Nothing is due: nothing is begun.
    """
    begun, fixed, total = list[DayUnbonding](), list[Redemption](), 0
    for record in filter(is_due, records):
        after = record
        if record.status is Status.QUEUE:
            after, mine = refresh(zone, record, redemptions.get(record.day, ()))
            fixed.extend(mine)
        total += after.native_to_unbond
        begun.append(
            after._replace(
                status=Status.IN_PROGRESS, txs_in_progress=after.txs_in_progress + messages
            )
        )
    if total == 0:
        return Undelegating((), (), ())
    return Undelegating(tuple(begun), tuple(fixed), splits_for(zone, total))


def acknowledge(
    zone: HostZone,
    records: Sequence[DayUnbonding],
    splits: Sequence[Split],
    completion_time: int,
) -> tuple[HostZone, tuple[DayUnbonding, ...]]:
    """Book one message that the host chain has carried out, oldest records first.

    Delegations and supply fall: the stTokens of what was undelegated are burned, of a part
    by the record's own rate, rounded down, of the last part all that are left.
    """
    left = sum(split.amount for split in splits)
    after, burned = list[DayUnbonding](), 0
    for record in records:
        done = record._replace(txs_in_progress=record.txs_in_progress - 1)
        if record.status is not Status.EXIT_QUEUE:
            native = min(done.native_to_unbond, left)
            left -= native
            burn = _st_of(done, native)
            burned += burn
            done = done._replace(
                native_to_unbond=done.native_to_unbond - native,
                st_to_burn=done.st_to_burn - burn,
                completion_time=max(done.completion_time, completion_time),
            )
            if done.native_to_unbond == done.st_to_burn == 0:
                done = done._replace(status=Status.EXIT_QUEUE)
        after.append(done)
    zone = undelegated(zone, splits)
    return zone._replace(st_supply=zone.st_supply - burned), tuple(after)


def _st_of(record: DayUnbonding, native: int) -> int:
    """The stTokens of ``native`` tokens of the record."""
    if native == record.native_to_unbond:
        return record.st_to_burn
    rate = dec_quo(dec_from_int(record.native_tokens), dec_from_int(record.st_tokens))
    return dec_truncate(dec_quo(dec_from_int(native), rate))


def fail(records: Sequence[DayUnbonding]) -> tuple[DayUnbonding, ...]:
    """One message that the host chain has refused: what is not unbonding yet is retried."""
    return tuple(
        record._replace(
            txs_in_progress=record.txs_in_progress - 1,
            status=Status.RETRY if record.status is Status.IN_PROGRESS else record.status,
        )
        for record in records
    )


# --- paying ------------------------------------------------------------------------


def is_unbonded(record: DayUnbonding, host_time: int) -> bool:
    """Whether the record's tokens are free on the host chain (strictly after their time)."""
    return record.status is Status.EXIT_QUEUE and 0 < record.completion_time < host_time


def sweep(record: DayUnbonding) -> DayUnbonding:
    """Send a free record's tokens to the account that pays claims."""
    return record._replace(status=Status.EXIT_IN_PROGRESS)


def swept(record: DayUnbonding, *, failed: bool = False) -> DayUnbonding:
    """They have arrived, and may be claimed; or not, and are sent again."""
    if failed:
        return record._replace(status=Status.EXIT_QUEUE)
    return record._replace(status=Status.CLAIMABLE, claimable=record.native_tokens)


def claim(record: DayUnbonding, redemption: Redemption | None) -> Redemption:
    """Ask for a redemption's tokens; until the answer it cannot be asked for again.

    Reverts without a redemption, while its day is not claimable, and while asked for.
    """
    require(redemption is not None, INVALID_RECORD)
    assert redemption is not None
    require(record.status is Status.CLAIMABLE, INVALID_RECORD)
    require(not redemption.claim_pending, INVALID_RECORD)
    return redemption._replace(claim_pending=True)


def claimed(record: DayUnbonding, redemption: Redemption) -> DayUnbonding:
    """The tokens were paid, and the redemption ceases to exist."""
    return record._replace(claimable=record.claimable - redemption.native_tokens)


def claim_failed(redemption: Redemption) -> Redemption:
    """They were not, and may be asked for again."""
    return redemption._replace(claim_pending=False)


def is_spent(record: DayUnbonding) -> bool:
    """Whether the record may be forgotten: everything was claimed."""
    return record.status is Status.CLAIMABLE and record.claimable == 0
