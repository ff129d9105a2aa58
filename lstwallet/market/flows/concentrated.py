"""The concentrated pool: trades, arbitrage and the provider's moves, looked at once a day.

Arbitrage brings the price back to what the stETH inside wstETH sells for outside, as far as
it pays; it wraps what it sells and unwraps what it buys. Once a week the provider looks
whether the price has come near the end of its narrow range, and provides around it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from lstwallet.engine import concentrated, staking
from lstwallet.engine.concentrated import (
    OpenRange,
    Range,
    SwapConcentrated,
    WithdrawRange,
    bounds_around,
    holds,
    price_now,
    ranges_of,
    root_of,
)
from lstwallet.engine.concentrated_facts import ETH, WSTETH
from lstwallet.engine.kernel import Command
from lstwallet.engine.staking import Stake, Unwrap, Wrap
from lstwallet.market.accounts import ARBITRAGE, HOLDERS, PROVIDER, accounts
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.sizes import pick, read_sizes, units
from lstwallet.market.prices import PriceSource
from lstwallet.market.random_streams import HOURS_A_DAY, Stream, Uniforms
from lstwallet.protocols import concentrated as rules
from lstwallet.protocols import lido
from lstwallet.units.fixed import WAD, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

BP: Final = 10_000
HOUR_OF_DAY: Final = 9
"""UTC."""
A_WEEK: Final = 7
NEAR_THE_END: Final = 0.5
"""The provider moves when the price is further from the middle than this part of the way."""
SMALLEST: Final = 5 * WAD
"""Wei; smaller mending trades are not worth it."""
PLENTY: Final = 10**30


class ConcentratedFlows:
    """What happens in the concentrated pool in a day."""

    def __init__(self, seed: int, catalogue: Catalogue, prices: PriceSource) -> None:
        self._prices = prices
        self._dice = Uniforms(seed, Stream.RANGES, 6)
        self._trade = read_sizes(catalogue, "trade_wsteth")
        self._traders = accounts("trader", catalogue)
        cost = catalogue.real("flows.arbitrage.cost") / BP
        self._band = catalogue.real("pools.wsteth_eth.fee") + cost
        self._half_width = catalogue.scaled("pools.wsteth_eth.range", 0)

    def commands(self, world: Readable, hour: int) -> Iterable[Command]:
        """What a day brings, at one of its hours; nothing in a world without the pool."""
        if hour % HOURS_A_DAY != HOUR_OF_DAY or world.concentrated is None:
            return ()
        return self._day(world, hour)

    def _day(self, world: Readable, hour: int) -> Iterator[Command]:
        day = hour // HOURS_A_DAY
        drawn = self._dice.first(day)
        if drawn[0] < self._trade.rate:
            yield from self._traded(world, drawn[1:])
        yield from self._arbitrage(world, hour)
        if day % A_WEEK == 0:
            yield from self._recentre(world)

    def _traded(self, world: Readable, drawn: list[float]) -> Iterator[Command]:
        """As often one way as the other; holders wrap what they sell."""
        ether = units(self._trade.draw(drawn[0], drawn[1]), 18)
        if drawn[2] < 0.5:
            trader = self._traders[pick(drawn[3], len(self._traders))]
            yield SwapConcentrated(trader, ETH, ether, 0)
        else:
            yield Wrap(HOLDERS, ether)
            yield SwapConcentrated(HOLDERS, WSTETH, "all", 0)

    # --- arbitrage -----------------------------------------------------------------------

    def _arbitrage(self, world: Readable, hour: int) -> Iterator[Command]:
        rate = lido.steth_per_wsteth(world.staking.pool)
        outside = int(rate * (1 + self._prices.steth_basis(hour)))
        price = price_now(world)
        dear, cheap = int(outside * (1 + self._band)), int(outside * (1 - self._band))
        if price > dear:
            limit = root_of(dear)
            wanted = self._amount(world, True, limit)
            steth = mul_div_floor(wanted, rate, WAD)
            held = staking.steth_of(world, ARBITRAGE)
            if min(steth, held) > SMALLEST:
                yield Wrap(ARBITRAGE, min(steth, held))
                yield SwapConcentrated(ARBITRAGE, WSTETH, "all", 0, limit)
        elif price < cheap:
            limit = root_of(cheap)
            pay = min(self._amount(world, False, limit), world.balance(ARBITRAGE, ETH) >> 1)
            if pay > SMALLEST:
                yield SwapConcentrated(ARBITRAGE, ETH, pay, 0, limit)
                yield Unwrap(ARBITRAGE, "all")

    @staticmethod
    def _amount(world: Readable, falls: bool, limit: int) -> int:
        """What it takes to bring the price to the limit."""
        state = concentrated.of(world)
        done = rules.swap(state.pool, state.terms, falls, PLENTY, limit)
        return done.amount_0 if falls else done.amount_1

    # --- providing -----------------------------------------------------------------------

    def _recentre(self, world: Readable) -> Iterator[Command]:
        """The narrow range around the price again, with what the old one held."""
        state = concentrated.of(world)
        mine = ranges_of(world, PROVIDER).items()
        narrow = min(mine, key=lambda item: item[1].upper - item[1].lower, default=None)
        if narrow is None or not self._is_near_an_end(narrow[1], state.pool.tick):
            return
        number, each = narrow
        wsteth, ether = holds(world, each).whole
        price = price_now(world)
        half = (mul_div_floor(wsteth, price, WAD) + ether) >> 1
        wanted = mul_div_floor(half, WAD, price)
        yield WithdrawRange(PROVIDER, number, "all")
        if ether > half:
            yield Stake(PROVIDER, ether - half)
            yield Wrap(PROVIDER, ether - half - 2)
        elif wsteth > wanted:
            yield SwapConcentrated(PROVIDER, WSTETH, wsteth - wanted, 0)
        lower, upper = bounds_around(state.terms, state.pool.tick, self._half_width)
        amounts = min(wanted, world.balance(PROVIDER, WSTETH)), half
        yield OpenRange(PROVIDER, lower, upper, amounts)

    @staticmethod
    def _is_near_an_end(each: Range, tick: int) -> bool:
        middle, half = (each.lower + each.upper) / 2, (each.upper - each.lower) / 2
        return abs(tick - middle) > NEAR_THE_END * half
