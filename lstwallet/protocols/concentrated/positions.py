"""Liquidity between two ticks: adding it, withdrawing it, and collecting what it earned.

A position earns the fee growth between its ticks since it was last touched:
``inside = global − below − above``. Withdrawn tokens and fees are owed first and paid by
``collect``; burning nothing (a poke) only counts the fees.

Source: v3-core ``UniswapV3Pool`` (``_modifyPosition``, ``mint``, ``burn``, ``collect``),
``Tick.sol``, ``Position.sol``, ``LiquidityMath.sol`` (d8b1c635); ``liquidity_for`` from
v3-periphery ``LiquidityAmounts.sol``.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

from lstwallet.protocols.concentrated.prices import Q96, signed_amount_0, signed_amount_1
from lstwallet.protocols.concentrated.state import (
    GROWTH_MASK,
    OWED_MASK,
    Q128,
    UNUSED,
    Pair,
    Pool,
    Position,
    Terms,
    Tick,
)
from lstwallet.protocols.concentrated.swaps import NO_PRICE
from lstwallet.protocols.concentrated.ticks import MAX_TICK, MIN_TICK, price_at
from lstwallet.units.checked import Revert, require
from lstwallet.units.fixed import mul_div_floor

MAX_DELTA: Final = 2**127 - 1
"""The most liquidity that one call may add or withdraw."""
LOWER_NOT_BELOW_UPPER: Final = "TLU"
LOWER_TOO_LOW: Final = "TLM"
UPPER_TOO_HIGH: Final = "TUM"
TOO_MUCH_AT_TICK: Final = "LO"
MORE_THAN_THERE_IS: Final = "LS"
NO_POSITION_THERE: Final = "NP"


class Modified(NamedTuple):
    """Liquidity was added or withdrawn."""

    pool: Pool
    position: Position
    amounts: Pair
    """Paid in by ``mint``; owed from now on after ``burn``."""


class Collected(NamedTuple):
    """Owed tokens were paid out."""

    position: Position
    amounts: Pair


def mint(
    pool: Pool, terms: Terms, position: Position, lower: int, upper: int, liquidity: int
) -> Modified:
    """Add ``liquidity`` between two ticks; the amounts to pay in are rounded up.

    Reverts: nothing, bounds out of order or out of reach, ticks between the usable ones,
    and more than one tick may hold.
    """
    require(pool.sqrt_price > 0, NO_PRICE)
    if not 0 < liquidity <= MAX_DELTA:
        raise Revert
    return _modify(pool, terms, position, lower, upper, liquidity)


def burn(
    pool: Pool, terms: Terms, position: Position, lower: int, upper: int, liquidity: int
) -> Modified:
    """Withdraw ``liquidity``; the amounts, rounded down, are owed until they are collected.

    With nothing to withdraw it counts the fees of a position. Reverts: more than there is,
    or no position.
    """
    require(pool.sqrt_price > 0, NO_PRICE)
    if not 0 <= liquidity <= MAX_DELTA:
        raise Revert
    after, left, (negative_0, negative_1) = _modify(pool, terms, position, lower, upper, -liquidity)
    out_0, out_1 = -negative_0, -negative_1
    owed = left._replace(
        owed_0=(left.owed_0 + out_0) & OWED_MASK, owed_1=(left.owed_1 + out_1) & OWED_MASK
    )
    return Modified(after, owed, (out_0, out_1))


def collect(position: Position, requested: Pair) -> Collected:
    """Pay out what is owed, at most what is requested of each token."""
    out_0 = min(requested[0], position.owed_0)
    out_1 = min(requested[1], position.owed_1)
    left = position._replace(owed_0=position.owed_0 - out_0, owed_1=position.owed_1 - out_1)
    return Collected(left, (out_0, out_1))


# --- what a change of liquidity does -----------------------------------------------------


def amounts_for(pool: Pool, lower: int, upper: int, delta: int) -> Pair:
    """The tokens behind a change of liquidity: paid in (rounded up), or out as negatives.

    Above its range a position is all token 1, below it all token 0.
    """
    low, high = price_at(lower), price_at(upper)
    if pool.tick < lower:
        return signed_amount_0(low, high, delta), 0
    if pool.tick < upper:
        price = pool.sqrt_price
        return signed_amount_0(price, high, delta), signed_amount_1(low, price, delta)
    return 0, signed_amount_1(low, high, delta)


def growth_inside(pool: Pool, lower: int, upper: int) -> Pair:
    """Fees per unit of liquidity between two ticks; only differences of it mean anything."""
    total_0, total_1 = pool.growth_0, pool.growth_1
    _, _, below_0, below_1 = tick_state(pool, lower)
    _, _, above_0, above_1 = tick_state(pool, upper)
    if pool.tick < lower:
        below_0, below_1 = total_0 - below_0, total_1 - below_1
    if pool.tick >= upper:
        above_0, above_1 = total_0 - above_0, total_1 - above_1
    return (
        (total_0 - below_0 - above_0) & GROWTH_MASK,
        (total_1 - below_1 - above_1) & GROWTH_MASK,
    )


def owed_now(pool: Pool, position: Position, lower: int, upper: int) -> Pair:
    """What could be collected after a poke: owed already, and fees since the last touch."""
    touched = _touched(position, growth_inside(pool, lower, upper))
    return touched.owed_0, touched.owed_1


def tick_state(pool: Pool, tick: int) -> Tick:
    """The state of a tick, used or not."""
    ticks = pool.ticks
    place = bisect_left(ticks, tick)
    return pool.states[place] if place < len(ticks) and ticks[place] == tick else UNUSED


def _modify(
    pool: Pool, terms: Terms, position: Position, lower: int, upper: int, delta: int
) -> Modified:
    require(lower < upper, LOWER_NOT_BELOW_UPPER)
    require(lower >= MIN_TICK, LOWER_TOO_LOW)
    require(upper <= MAX_TICK, UPPER_TOO_HIGH)
    after = pool
    if delta:
        at_lower = _changed_tick(pool, terms, lower, delta, delta)
        at_upper = _changed_tick(pool, terms, upper, delta, -delta)
        _require_usable(pool, terms, ((lower, at_lower), (upper, at_upper)))
        after = _with_tick(_with_tick(pool, lower, at_lower), upper, at_upper)
    require(delta != 0 or position.liquidity > 0, NO_POSITION_THERE)
    require(position.liquidity + delta >= 0, MORE_THAN_THERE_IS)
    touched = _touched(position, growth_inside(after, lower, upper))
    after = _without_unused(_without_unused(after, lower), upper) if delta < 0 else after
    if lower <= pool.tick < upper:
        after = after._replace(liquidity=pool.liquidity + delta)
    left = touched._replace(liquidity=position.liquidity + delta)
    return Modified(after, left, amounts_for(pool, lower, upper, delta))


def _changed_tick(pool: Pool, terms: Terms, tick: int, delta: int, net: int) -> Tick:
    """A tick with more or less liquidity; all growth so far counts as below a new one."""
    gross, net_before, outside_0, outside_1 = tick_state(pool, tick)
    require(gross + delta >= 0, MORE_THAN_THERE_IS)
    require(gross + delta <= terms.tick_limit, TOO_MUCH_AT_TICK)
    if gross == 0 and tick <= pool.tick:
        outside_0, outside_1 = pool.growth_0, pool.growth_1
    return Tick(gross + delta, net_before + net, outside_0, outside_1)


def _require_usable(pool: Pool, terms: Terms, changed: tuple[tuple[int, Tick], ...]) -> None:
    """A tick that begins to be used, or ceases to, must be one of the usable ones."""
    for tick, state in changed:
        flips = (state.gross == 0) is not (tick_state(pool, tick).gross == 0)
        if flips and tick % terms.spacing:
            raise Revert


def _touched(position: Position, inside: Pair) -> Position:
    """The position with its fees up to now counted as owed, rounded down."""
    liquidity, inside_0, inside_1, owed_0, owed_1 = position
    earned_0 = mul_div_floor((inside[0] - inside_0) & GROWTH_MASK, liquidity, Q128)
    earned_1 = mul_div_floor((inside[1] - inside_1) & GROWTH_MASK, liquidity, Q128)
    return Position(
        liquidity, *inside, (owed_0 + earned_0) & OWED_MASK, (owed_1 + earned_1) & OWED_MASK
    )


def _with_tick(pool: Pool, tick: int, state: Tick) -> Pool:
    ticks, states = pool.ticks, pool.states
    place = bisect_left(ticks, tick)
    known = place < len(ticks) and ticks[place] == tick
    rest = place + 1 if known else place
    return pool._replace(
        ticks=(*ticks[:place], tick, *ticks[rest:]),
        states=(*states[:place], state, *states[rest:]),
    )


def _without_unused(pool: Pool, tick: int) -> Pool:
    """The pool without a tick where no liquidity begins or ends any more."""
    ticks, states = pool.ticks, pool.states
    place = bisect_left(ticks, tick)
    if states[place].gross:
        return pool
    return pool._replace(
        ticks=(*ticks[:place], *ticks[place + 1 :]),
        states=(*states[:place], *states[place + 1 :]),
    )


# --- how much liquidity an amount makes ---------------------------------------------------


def liquidity_for(sqrt_price: int, lower: int, upper: int, amounts: Pair) -> int:
    """The most liquidity between two ticks that ``amounts`` pay for, rounded down.

    In range the scarcer token decides; out of range only one of them counts.
    """
    low, high = price_at(lower), price_at(upper)
    if sqrt_price <= low:
        return _liquidity_for_0(low, high, amounts[0])
    if sqrt_price >= high:
        return _liquidity_for_1(low, high, amounts[1])
    return min(
        _liquidity_for_0(sqrt_price, high, amounts[0]),
        _liquidity_for_1(low, sqrt_price, amounts[1]),
    )


def _liquidity_for_0(low: int, high: int, amount: int) -> int:
    """``amount·a·b/(b − a)``."""
    return mul_div_floor(amount, mul_div_floor(low, high, Q96), high - low)


def _liquidity_for_1(low: int, high: int, amount: int) -> int:
    """``amount/(b − a)``."""
    return mul_div_floor(amount, Q96, high - low)
