"""Traders, arbitrage and liquidity providers.

Traders buy and sell as often. Arbitrage pulls each pool to the outside price once the
gap is wider than the pool's fee and its own cost, and no further than it pays; what the
outside pays for stETH is the price source's business. Redeemers buy stETH that is
cheaper than waiting: when the discount exceeds ``required yield · wait / 365 + cost``
they send it through the withdrawal queue. Providers add and remove, and rather remove
when stETH is at a discount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.engine import staking
from lstwallet.engine.kernel import Command
from lstwallet.engine.outside import TradeOutside
from lstwallet.engine.pools import (
    BALANCED,
    LP,
    STETH_ETH,
    USDC_ETH,
    AddLiquidity,
    RemoveLiquidity,
    Swap,
    lp_supply,
    pool_reserves,
)
from lstwallet.engine.staking import RequestUnstake, Stake
from lstwallet.engine.staking_wait import Wait, wait_at_least
from lstwallet.market.accounts import ARBITRAGE, REDEEMER, accounts
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.sizes import pick, read_sizes, units
from lstwallet.market.pool_models import StableCurve, product_trade, stable_curve
from lstwallet.market.prices import PriceSource
from lstwallet.market.random_streams import Hours, Stream, Uniforms
from lstwallet.units.clock import DAY
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

BP: Final = 10_000
DAYS_A_YEAR: Final = 365
ETHER: Final = 10**18
DOLLAR: Final = 10**6
SMALLEST_ETH: Final = 0.5
"""ETH; smaller mending trades are not worth it."""
SMALLEST_USDC: Final = 1_000.0
"""USDC; the same."""
REDEEMERS_LOOK: Final = 4
"""Hours between two looks at discount and queue."""
SHORTEST_WAIT: Final = 1 / DAYS_A_YEAR
"""Years: no discount worth less than a day's wait makes anybody look at the queue."""
LOW: Final = 0.1
"""Below this part of its purse in one token the arbitrageur gets more of it."""


class _Trades(NamedTuple):
    """What traders want in an hour."""

    steth: tuple[Swap, ...]
    """In the stETH pool: at most one."""
    usdc: tuple[str, bool, float] | None
    """In the USDC pool: who, whether USDC is paid in, and dollars in a usual pool."""


class _Provision(NamedTuple):
    """What a liquidity provider wants."""

    provider: str
    share: float
    """Of the pool."""
    pool: str
    mood: float
    """Evenly spread over 0 … 1: below the odds of leaving, it removes."""


class PoolFlows:
    """What happens in the two pools in an hour."""

    def __init__(self, seed: int, catalogue: Catalogue, prices: PriceSource) -> None:
        self._prices = prices
        self._trading = Uniforms(seed, Stream.TRADING, 10)
        self._liquidity = Uniforms(seed, Stream.LIQUIDITY, 6)
        self._traders = accounts("trader", catalogue)
        self._providers = accounts("provider", catalogue)
        self._steth = read_sizes(catalogue, "trade_steth")
        self._usdc = read_sizes(catalogue, "trade_usdc")
        self._usual_depth = float(catalogue.scaled("pools.usdc_eth.usdc", 6))
        """Sizes in dollars are meant for a pool this deep and move with it."""
        self._provide = read_sizes(catalogue, "provide", "share")
        self._aversion = catalogue.real("flows.provide.discount_aversion")
        self._cost = catalogue.real("flows.arbitrage.cost") / BP
        self._most = catalogue.real("flows.arbitrage.largest")
        self._required = catalogue.real("flows.arbitrage.required_yield")
        self._redeem_most = catalogue.real("flows.arbitrage.redemption_largest")
        self._amplification = catalogue.real("pools.steth_eth.amplification")
        self._steth_fee = catalogue.real("pools.steth_eth.fee")
        self._usdc_fee = catalogue.real("pools.usdc_eth.fee")
        self._wishes = Hours(lambda day: map(self._trades_of, self._trading.day(day)))
        self._offers = Hours(lambda day: map(self._provision_of, self._liquidity.day(day)))

    # --- traders and providers -----------------------------------------------------------

    def trades(self, world: Readable, hour: int) -> Sequence[Command]:
        """At most one trade in each pool, as often one way as the other."""
        steth, usdc = self._wishes.at(hour)
        if usdc is None:
            return steth
        trader, pays_usdc, dollars = usdc
        dollars *= world.pools.usdc_eth.pair.reserve_0 / self._usual_depth
        if pays_usdc:
            return (*steth, make(Swap, (trader, USDC_ETH, "USDC", units(dollars, 6), 0, "ETH")))
        ether = units(dollars * world.prices.usdc / world.prices.eth, 18)
        return (*steth, make(Swap, (trader, USDC_ETH, "ETH", ether, 0, "USDC")))

    def _trades_of(self, drawn: list[float]) -> _Trades:
        steth: tuple[Swap, ...] = ()
        if drawn[0] < self._steth.rate:
            trader, size = self._trader(drawn[3]), units(self._steth.draw(drawn[1], drawn[2]), 18)
            paid, wanted = ("ETH", "stETH") if drawn[4] < 0.5 else ("stETH", "ETH")
            steth = (make(Swap, (trader, STETH_ETH, paid, size, 0, wanted)),)
        if drawn[5] >= self._usdc.rate:
            return make(_Trades, (steth, None))
        dollars = self._usdc.draw(drawn[6], drawn[7])
        return make(_Trades, (steth, (self._trader(drawn[8]), drawn[9] < 0.5, dollars)))

    def _trader(self, u: float) -> str:
        return self._traders[pick(u, len(self._traders))]

    def provisions(self, world: Readable, hour: int) -> Sequence[Command]:
        """At most one deposit or withdrawal of liquidity, in one of the pools."""
        offer = self._offers.at(hour)
        return () if offer is None else self._provided(world, hour, offer)

    def _provision_of(self, drawn: list[float]) -> _Provision | None:
        if drawn[0] >= self._provide.rate:
            return None
        provider = self._providers[pick(drawn[1], len(self._providers))]
        pool = STETH_ETH if drawn[4] < 0.5 else USDC_ETH
        return _Provision(provider, self._provide.draw(drawn[2], drawn[3]), pool, drawn[5])

    def _provided(self, world: Readable, hour: int, offer: _Provision) -> Sequence[Command]:
        provider, share, pool, mood = offer
        leaving = 0.5
        if pool == STETH_ETH:
            leaving -= self._aversion * self._prices.steth_basis(hour) * 100
        if mood < leaving:
            lp = min(int(share * lp_supply(world, pool)), world.balance(provider, LP[pool]))
            return (RemoveLiquidity(provider, pool, lp, BALANCED, (0, 0)),) if lp > 0 else ()
        first, second = pool_reserves(world, pool)
        return (AddLiquidity(provider, pool, (int(share * first), int(share * second)), 0),)

    # --- arbitrage -----------------------------------------------------------------------

    def arbitrage(self, world: Readable, hour: int) -> Iterator[Command]:
        """At most one mending trade in each pool, and what keeps the purse fit for it."""
        trade = self._mend_usdc(world)
        if trade is not None:
            yield trade
            yield from self._rebalance(world)
        curve, steth, eth = self._curve(world)
        spend = 0 if hour % REDEEMERS_LOOK else self._redeem(world, curve, steth, eth)
        if spend:
            yield Swap(REDEEMER, STETH_ETH, "ETH", spend, 0, "stETH")
            yield RequestUnstake(REDEEMER, "all")
            curve, steth, eth = self._curve(world)
        trade = self._mend_steth(curve, steth, eth, self._prices.steth_basis(hour))
        if trade is not None:
            yield trade
            yield from self._restock(world)

    def _rebalance(self, world: Readable) -> Iterator[Command]:
        """Half ETH, half USDC again, on other markets, when one of them runs low."""
        eth, usdc = world.balance(ARBITRAGE, "ETH"), world.balance(ARBITRAGE, "USDC")
        dollars = eth / ETHER * world.prices.eth / world.prices.usdc
        low = LOW * (dollars + usdc / DOLLAR)
        if usdc / DOLLAR < low:
            yield TradeOutside(ARBITRAGE, "ETH", int(eth * (1 - usdc / DOLLAR / dollars) / 2))
        elif dollars < low:
            yield TradeOutside(ARBITRAGE, "USDC", int(usdc * (1 - dollars / (usdc / DOLLAR)) / 2))

    def _mend_usdc(self, world: Readable) -> Swap | None:
        """The trade that ends where the pool's price, fee included, meets the outside's."""
        pair = world.pools.usdc_eth.pair
        usdc, eth = pair.reserve_0 / DOLLAR, pair.reserve_1 / ETHER
        price = world.prices.eth / world.prices.usdc
        dear, cheap = price * (1 - self._cost), price * (1 + self._cost)
        pay = min(product_trade(usdc, eth, dear, self._usdc_fee), usdc * self._most)
        if pay > SMALLEST_USDC:
            return make(Swap, (ARBITRAGE, USDC_ETH, "USDC", units(pay, 6), 0, "ETH"))
        sell = min(product_trade(eth, usdc, 1 / cheap, self._usdc_fee), eth * self._most)
        if sell * price > SMALLEST_USDC:
            return make(Swap, (ARBITRAGE, USDC_ETH, "ETH", units(sell, 18), 0, "USDC"))
        return None

    def _curve(self, world: Readable) -> tuple[StableCurve, float, float]:
        """The stableswap pool's curve, its stETH and its ETH."""
        pool, staked = world.pools.steth_eth, world.staking.pool
        rate = staked.ether / staked.shares
        eth = (pool.eth - pool.admin[0]) / ETHER
        steth = (pool.units * rate - pool.admin[1]) / ETHER
        return stable_curve(steth, eth, self._amplification), steth, eth

    def _mend_steth(
        self, curve: StableCurve, steth: float, eth: float, basis: float
    ) -> Swap | None:
        """Towards the outside price, as far as it pays after fee and cost."""
        band = self._steth_fee + self._cost
        price, outside = curve.price(steth, eth), 1 + basis
        if price * (1 - band) > outside:
            sell = min(curve.balance_at(outside / (1 - band), steth) - steth, steth * self._most)
            if sell > SMALLEST_ETH:
                return make(Swap, (ARBITRAGE, STETH_ETH, "stETH", units(sell, 18), 0, "ETH"))
        elif price * (1 + band) < outside:
            there = curve.other(curve.balance_at(outside / (1 + band), steth))
            pay = min(there - eth, eth * self._most)
            if pay > SMALLEST_ETH:
                return make(Swap, (ARBITRAGE, STETH_ETH, "ETH", units(pay, 18), 0, "stETH"))
        return None

    def _redeem(self, world: Readable, curve: StableCurve, steth: float, eth: float) -> int:
        """Wei of ETH to spend on stETH that is cheaper than the wait is dear."""
        price = curve.price(steth, eth)
        discount = 1 - price * (1 + self._steth_fee + self._cost)
        if discount <= self._required * SHORTEST_WAIT:
            return 0
        most = units(self._redeem_most, 18)
        if discount <= self._waiting(wait_at_least(world, most)):  # most looks end here
            return 0
        waiting = self._waiting(staking.estimate_wait(world, most))
        if discount <= waiting:
            return 0
        worth = 1 - waiting
        there = curve.other(curve.balance_at(worth / (1 + self._steth_fee + self._cost), steth))
        pay = min(there - eth, self._redeem_most, world.balance(REDEEMER, "ETH") / ETHER)
        return units(pay, 18) if pay > SMALLEST_ETH else 0

    def _waiting(self, wait: Wait) -> float:
        """What a wait costs of one ETH."""
        return self._required * ((wait.low + wait.high) / 2 / DAY / DAYS_A_YEAR)

    def _restock(self, world: Readable) -> Iterator[Command]:
        """New stETH when there is little left to sell, a place in the queue when there is
        little ETH left to buy with."""
        eth = world.balance(ARBITRAGE, "ETH")
        steth = staking.steth_for_shares(world, world.balance(ARBITRAGE, "stETH"))
        most = units(self._redeem_most, 18)
        if steth < LOW * (eth + steth):
            yield Stake(ARBITRAGE, min((eth - steth) >> 1, most))
        elif eth < steth:
            yield RequestUnstake(ARBITRAGE, min(steth - eth, most))
