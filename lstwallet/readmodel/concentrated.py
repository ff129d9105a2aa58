"""Ranges in the concentrated pool as rows, and where all liquidity lies.

Prices are ETH for one wstETH, 18 decimals; worth is wei of ETH at the pool's price, rounded
down. What was put in would be worth ``held`` today; the difference is what providing did.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.engine.concentrated_facts import Pair, Range
from lstwallet.engine.concentrated_view import (
    holds,
    is_in_range,
    of,
    price_now,
    price_of,
    ranges_of,
    root_of,
)
from lstwallet.protocols import concentrated
from lstwallet.units.clock import DAY, YEAR, SimTime
from lstwallet.units.fixed import WAD, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable
    from lstwallet.ledger.entries import Account

BELOW: Final = "below"
"""The price is below the range: it is all wstETH, and earns nothing."""
INSIDE: Final = "inside"
ABOVE: Final = "above"
"""The price is above the range: it is all ETH, and earns nothing."""
STATES: Final = (BELOW, INSIDE, ABOVE)
PLENTY: Final = 10**40
"""As an amount: more than there is of anything."""


class PoolView(NamedTuple):
    """The pool at a moment."""

    price: int
    tick: int
    fee: int
    """Millionths of what comes in."""
    spacing: int
    held: Pair
    """wstETH and wei of ETH."""


class RangeView(NamedTuple):
    """One range of an account's."""

    number: int
    since: SimTime
    lower: int
    """Price."""
    upper: int
    ticks: Pair
    state: str
    """One of ``STATES``."""
    liquidity: int
    behind: Pair
    """What a withdrawal of everything pays, without fees."""
    fees: Pair
    """What can be collected now."""
    earned: Pair
    """All fees so far: collected, and ``fees``."""
    worth: int
    """Of what it would pay now, fees included."""
    held: int
    """Of what was put in and is not back yet, had it been kept."""
    apr: float | None
    """Fees a year as a share of the worth, at the pace since it was opened; ``None`` in the
    first day."""

    @property
    def ahead(self) -> int:
        """How much more it is worth than keeping would be; negative: less."""
        return self.worth - self.held


class Bar(NamedTuple):
    """The same liquidity from one price to the next, and of it the account's own."""

    low: int
    high: int
    liquidity: int
    own: int


def pool_view(world: Readable) -> PoolView:
    """The pool now. Refuses in a world without one."""
    state = of(world)
    fee, spacing, _ = state.terms
    return PoolView(price_now(world), state.pool.tick, fee, spacing, state.held)


def in_eth(price: int, amounts: Pair) -> int:
    """Wei of ETH that wstETH and ETH are worth at a price, rounded down."""
    return mul_div_floor(amounts[0], price, WAD) + amounts[1]


def rows(world: Readable, account: Account) -> tuple[RangeView, ...]:
    """The account's ranges, oldest first; none in a world without the pool."""
    if world.concentrated is None:
        return ()
    mine = ranges_of(world, account)
    return tuple(row(world, number, each) for number, each in mine.items())


def row(world: Readable, number: int, each: Range) -> RangeView:
    """One range as it stands now."""
    price, its = price_now(world), holds(world, each)
    earned = (each.earned[0] + its.fees[0], each.earned[1] + its.fees[1])
    kept = (each.put[0] - each.taken[0], each.put[1] - each.taken[1])
    worth, age = in_eth(price, its.whole), world.time - each.opened
    apr = None
    if age >= DAY and worth:
        apr = in_eth(price, earned) * YEAR / age / worth
    return RangeView(
        number, each.opened, _price_at(each.lower), _price_at(each.upper),
        (each.lower, each.upper), _state(world, each), each.position.liquidity,
        its.behind, its.fees, earned, worth, in_eth(price, kept), apr,
    )  # fmt: skip


def _state(world: Readable, each: Range) -> str:
    if is_in_range(world, each):
        return INSIDE
    return BELOW if of(world).pool.tick < each.lower else ABOVE


def _price_at(tick: int) -> int:
    return price_of(concentrated.price_at(tick))


def prices_of(ticks: Pair) -> Pair:
    """The prices of two ticks."""
    return _price_at(ticks[0]), _price_at(ticks[1])


def bars(world: Readable, account: Account) -> tuple[Bar, ...]:
    """All liquidity by price, lowest first; prices without any between two are bars of 0."""
    pool = of(world).pool
    own = [
        (each.lower, each.upper, each.position.liquidity)
        for each in ranges_of(world, account).values()
    ]
    found, depth = [], 0
    nets = zip(pool.ticks, pool.states, strict=True)
    for (low, its), (high, _) in pairwise(nets):
        depth += its.net
        mine = sum(liquidity for lower, upper, liquidity in own if lower <= low and high <= upper)
        found.append(Bar(_price_at(low), _price_at(high), depth, mine))
    return tuple(found)


def tick_near(price: int, spacing: int) -> int:
    """The usable tick whose price is at or just below ``price``; the first or last beyond them."""
    root = min(max(root_of(price), concentrated.MIN_SQRT_PRICE), concentrated.MAX_SQRT_PRICE - 1)
    tick = concentrated.tick_at(root)
    usable = tick - tick % spacing
    return usable if usable >= concentrated.MIN_TICK else usable + spacing


def beside(world: Readable, lower: int, upper: int, place: int, units: int) -> int:
    """How much of the other token goes with ``units`` of one between two ticks; 0 where the
    range takes one token alone."""
    pool = of(world).pool
    if takes(world, lower, upper) != (True, True):
        return 0
    offered = (units, PLENTY) if place == 0 else (PLENTY, units)
    liquidity = concentrated.liquidity_for(pool.sqrt_price, lower, upper, offered)
    return concentrated.amounts_for(pool, lower, upper, liquidity)[1 - place]


def takes(world: Readable, lower: int, upper: int) -> tuple[bool, bool]:
    """Whether a range takes wstETH, and whether it takes ETH, at the present price."""
    tick = of(world).pool.tick
    return tick < upper, tick >= lower
