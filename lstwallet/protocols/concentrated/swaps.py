"""Swapping: from stop to stop while the price moves, until the amount or the limit is reached.

Each step earns its fee for the liquidity in range; the protocol takes its part of it first.
Where the price passes a used tick, liquidity comes in or goes, and that tick's ``outside``
turns to the other side.

Source: v3-core ``UniswapV3Pool.swap`` (d8b1c635).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

from lstwallet.protocols.concentrated.state import (
    GROWTH_MASK,
    OWED_MASK,
    Q128,
    Pair,
    Pool,
    Terms,
    Tick,
)
from lstwallet.protocols.concentrated.steps import step
from lstwallet.protocols.concentrated.ticks import (
    MAX_SQRT_PRICE,
    MIN_SQRT_PRICE,
    MIN_TICK,
    price_at,
    stops_above,
    stops_below,
    tick_at,
    word_start,
)
from lstwallet.units.checked import Revert, require
from lstwallet.units.fixed import div_floor
from lstwallet.units.records import make
from lstwallet.units.wide import mul_div_floor

NO_AMOUNT: Final = "AS"
NO_PRICE: Final = "LOK"
PRICE_LIMIT: Final = "SPL"
LEAST_SHARE: Final = 4
MOST_SHARE: Final = 10
"""The protocol's part of a fee is between a quarter and a tenth."""
LOWEST_LIMIT: Final = MIN_SQRT_PRICE + 1
"""As a limit of a falling price: none."""
HIGHEST_LIMIT: Final = MAX_SQRT_PRICE - 1
"""As a limit of a rising price: none."""


class Swapped(NamedTuple):
    """A swap went through."""

    pool: Pool
    amount_0: int
    """Positive is paid into the pool, negative is paid out."""
    amount_1: int
    fee: int
    """Of the input token, the protocol's part included."""
    protocol_fee: int


def swap(pool: Pool, terms: Terms, zero_for_one: bool, amount: int, limit: int) -> Swapped:
    """Sell token 0 for token 1, or the other way round.

    ``amount`` is positive for an input to spend, negative for an output to get; less of it
    is used when the price reaches ``limit``. Reverts: no amount, no price yet, a limit on
    the wrong side.
    """
    _require_swap(pool, zero_for_one, amount, limit)
    price, tick, liquidity, growth_0, growth_1, kept, shares, ticks, states = pool
    fee_rate, spacing, _ = terms
    growth, share = (growth_0, shares[0]) if zero_for_one else (growth_1, shares[1])
    place = bisect_right(ticks, tick)
    stops = (stops_below if zero_for_one else stops_above)(ticks, place, tick, spacing)
    crossings: list[int] = []
    remaining, paid, received, fees, protocol_fee = amount, 0, 0, 0, 0
    while remaining and price != limit:
        stop, used = next(stops)
        if not liquidity and used < 0 and _is_idle(stop, limit, zero_for_one, spacing):
            continue
        before, bound = price, price_at(stop)
        target = limit if (bound < limit) is zero_for_one else bound
        price, amount_in, out, fee = step(price, target, liquidity, remaining, fee_rate)
        paid += amount_in + fee
        received += out
        fees += fee
        remaining = amount - paid if amount > 0 else amount + received
        if share:
            part = div_floor(fee, share)
            fee -= part
            protocol_fee += part
        if liquidity:
            growth = (growth + mul_div_floor(fee, Q128, liquidity)) & GROWTH_MASK
        if price == bound:
            tick = stop - 1 if zero_for_one else stop
            if used >= 0:
                crossings.append(growth)
                liquidity += -states[used].net if zero_for_one else states[used].net
        elif price != before:
            tick = tick_at(price)
    after = make(Pool, (
        price, tick, liquidity,
        growth if zero_for_one else growth_0,
        growth_1 if zero_for_one else growth,
        _kept(kept, zero_for_one, protocol_fee), shares, ticks,
        _turned(pool, zero_for_one, place, crossings) if crossings else states,
    ))  # fmt: skip
    amounts = (paid, -received) if zero_for_one else (-received, paid)
    return make(Swapped, (after, *amounts, fees, protocol_fee))


def _require_swap(pool: Pool, zero_for_one: bool, amount: int, limit: int) -> None:
    require(amount != 0, NO_AMOUNT)
    price = pool.sqrt_price
    require(price > 0, NO_PRICE)
    if zero_for_one:
        require(MIN_SQRT_PRICE < limit < price, PRICE_LIMIT)
    else:
        require(price < limit < MAX_SQRT_PRICE, PRICE_LIMIT)


def _is_idle(stop: int, limit: int, zero_for_one: bool, spacing: int) -> bool:
    """Whether a stop at an unused tick can be passed over while there is no liquidity.

    Nothing is traded on the way. Only a fall that ends exactly at the beginning of a word
    shows afterwards: the tick is then one below it.
    """
    if zero_for_one:
        return stop > max(MIN_TICK, word_start(tick_at(limit), spacing))
    return stop <= tick_at(limit)


def _kept(kept: Pair, zero_for_one: bool, more: int) -> Pair:
    """The protocol's fees with more in the token that came in."""
    if not more:
        return kept
    if zero_for_one:
        return (kept[0] + more) & OWED_MASK, kept[1]
    return kept[0], (kept[1] + more) & OWED_MASK


def _turned(pool: Pool, zero_for_one: bool, place: int, crossings: list[int]) -> tuple[Tick, ...]:
    """The ticks' states after a price passed some of them.

    ``crossings`` is the growth of the input token at each, in the order of passing.
    """
    states = pool.states
    if zero_for_one:
        first, last, inputs = place - len(crossings), place, crossings[::-1]
        growths = [(growth, pool.growth_1) for growth in inputs]
    else:
        first, last = place, place + len(crossings)
        growths = [(pool.growth_0, growth) for growth in crossings]
    passed = [
        make(Tick, (
            gross, net, (growth_0 - outside_0) & GROWTH_MASK, (growth_1 - outside_1) & GROWTH_MASK,
        ))
        for (gross, net, outside_0, outside_1), (growth_0, growth_1) in zip(
            states[first:last], growths, strict=True
        )
    ]  # fmt: skip
    return (*states[:first], *passed, *states[last:])


# --- the protocol's part -----------------------------------------------------------------


def set_protocol_share(pool: Pool, share: Pair) -> Pool:
    """From now on the protocol takes one part in ``share`` of each token's fee; 0 is none."""
    if any(part and not LEAST_SHARE <= part <= MOST_SHARE for part in share):
        raise Revert
    require(pool.sqrt_price > 0, NO_PRICE)
    return pool._replace(protocol_share=share)


def collect_protocol(pool: Pool, requested: Pair) -> tuple[Pool, Pair]:
    """Pay the protocol's fees out, at most what is requested of each token.

    One unit stays behind of what would be emptied: the slot is never cleared.
    """
    require(pool.sqrt_price > 0, NO_PRICE)
    paid_0, paid_1 = (
        _all_but_one(min(asked, kept), kept)
        for asked, kept in zip(requested, pool.protocol_fees, strict=True)
    )
    kept_0, kept_1 = pool.protocol_fees
    return pool._replace(protocol_fees=(kept_0 - paid_0, kept_1 - paid_1)), (paid_0, paid_1)


def _all_but_one(paid: int, kept: int) -> int:
    return paid - 1 if paid and paid == kept else paid
