"""What the concentrated pool and a range hold and are worth at a moment: read only."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from lstwallet.engine.concentrated_facts import NAME, Concentrated, Pair, Range
from lstwallet.engine.pools_view import pool_price
from lstwallet.engine.refusals import NothingToDo
from lstwallet.protocols import concentrated, lido
from lstwallet.protocols.concentrated import Q96
from lstwallet.units.fixed import WAD, div_floor, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable
    from lstwallet.ledger.entries import Account

STETH_ETH = "steth_eth"


class Holds(NamedTuple):
    """What a range would pay now, base units of wstETH and ETH."""

    behind: Pair
    """By withdrawing all its liquidity."""
    fees: Pair
    """By collecting."""

    @property
    def whole(self) -> Pair:
        return self.behind[0] + self.fees[0], self.behind[1] + self.fees[1]


def of(world: Readable) -> Concentrated:
    """The pool. Refuses in a world without one."""
    if world.concentrated is None:
        raise NothingToDo(NAME)
    return world.concentrated


def range_of(world: Readable, account: Account, range_id: int) -> Range:
    """A range of the account's. Refuses one that is not there, or another's."""
    found = world.ranges.get(range_id)
    if found is None or found.account != account:
        raise NothingToDo("range")
    return found


def ranges_of(world: Readable, account: Account) -> dict[int, Range]:
    """The account's ranges by number, oldest first."""
    return {number: each for number, each in world.ranges.items() if each.account == account}


def holds(world: Readable, each: Range) -> Holds:
    """What a range would pay now: as ``WithdrawRange`` of all of it does."""
    pool = of(world).pool
    lower, upper, position = each.lower, each.upper, each.position
    out_0, out_1 = concentrated.amounts_for(pool, lower, upper, -position.liquidity)
    return Holds((-out_0, -out_1), concentrated.owed_now(pool, position, lower, upper))


def is_in_range(world: Readable, each: Range) -> bool:
    """Whether the range's liquidity trades, and earns, at the present price."""
    return each.lower <= of(world).pool.tick < each.upper


def price_of(sqrt_price: int) -> int:
    """ETH for one wstETH, 18 decimals, rounded down."""
    return mul_div_floor(sqrt_price * sqrt_price, WAD, Q96 * Q96)


def root_of(price: int) -> int:
    """The square root of a price (18 decimals), 96 binary places, rounded down."""
    return isqrt(div_floor(price << 192, WAD))


def price_now(world: Readable) -> int:
    """ETH for one wstETH in the pool, 18 decimals."""
    return price_of(of(world).pool.sqrt_price)


def market_price(world: Readable) -> int:
    """ETH that the stETH inside one wstETH sells for, 18 decimals."""
    rate = lido.steth_per_wsteth(world.staking.pool)
    return mul_div_floor(rate, pool_price(world, STETH_ETH) or WAD, WAD)


__all__ = [
    "Holds", "holds", "is_in_range", "market_price", "of", "price_now", "price_of", "range_of",
    "ranges_of", "root_of",
]  # fmt: skip
