"""rETH: deposits, burns, trades and arbitrage, looked at once a day.

Who wants ETH burns, or sells in the pool when the protocol cannot pay. Arbitrage mints and
sells when rETH is dearer in the pool than at the door, and buys and burns when it is cheaper
and there is ETH to burn against; without it a discount stays until nodes leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from lstwallet.engine import rocketpool
from lstwallet.engine.kernel import Command
from lstwallet.engine.pools import RETH_ETH, Swap, fair_price, pool_reserves
from lstwallet.engine.rocketpool import BurnReth, MintReth
from lstwallet.market.accounts import ARBITRAGE, HOLDERS, accounts
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.sizes import pick, read_sizes, units
from lstwallet.market.pool_models import stable_curve
from lstwallet.market.random_streams import HOURS_A_DAY, Stream, Uniforms

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

ETHER: Final = 10**18
BP: Final = 10_000
HOUR_OF_DAY: Final = 7
"""UTC; the oracle's update came half a day before."""
SMALLEST_ETH: Final = 5.0
"""Smaller mending trades are not worth it."""
SPARED: Final = 0.9
"""Part of what can be burnt that arbitrage takes at most."""


class RocketPoolFlows:
    """What happens around rETH in a day."""

    def __init__(self, seed: int, catalogue: Catalogue) -> None:
        self._dice = Uniforms(seed, Stream.RETH, 16)
        self._trade = read_sizes(catalogue, "trade_reth")
        self._mint = read_sizes(catalogue, "mint_reth")
        self._burn = read_sizes(catalogue, "burn_reth")
        self._traders = accounts("trader", catalogue)
        self._stakers = accounts("staker", catalogue)
        self._amplification = catalogue.real("pools.reth_eth.amplification")
        self._fee = catalogue.real("pools.reth_eth.fee")
        self._door = catalogue.real("rocketpool.limits.deposit_fee")
        self._cost = catalogue.real("flows.arbitrage.cost") / BP
        self._most = catalogue.real("flows.arbitrage.largest")

    def commands(self, world: Readable, hour: int) -> Iterable[Command]:
        """What a day brings, at one of its hours; nothing in a world without rETH."""
        if hour % HOURS_A_DAY != HOUR_OF_DAY or world.rocketpool is None:
            return ()
        return self._day(world, self._dice.first(hour // HOURS_A_DAY))

    def _day(self, world: Readable, drawn: list[float]) -> Iterator[Command]:
        if drawn[0] < self._mint.rate:
            staker = self._stakers[pick(drawn[3], len(self._stakers))]
            yield MintReth(staker, units(self._mint.draw(drawn[1], drawn[2]), 18))
        if drawn[4] < self._burn.rate:
            yield self._leave(world, self._burn.draw(drawn[5], drawn[6]))
        if drawn[8] < self._trade.rate:
            yield self._traded(world, drawn[9:])
        yield from self._arbitrage(world)

    @staticmethod
    def _leave(world: Readable, ether: float) -> Command:
        """Holders burn; what cannot be paid they sell."""
        reth = units(ether * ETHER / rocketpool.reth_rate(world), 18)
        if rocketpool.eth_of(world, reth) <= rocketpool.burnable(world):
            return BurnReth(HOLDERS, reth)
        return Swap(HOLDERS, RETH_ETH, "rETH", reth, 0, "ETH")

    def _traded(self, world: Readable, drawn: list[float]) -> Command:
        """As often one way as the other; a trader without rETH leaves the sale to a holder."""
        trader = self._traders[pick(drawn[2], len(self._traders))]
        ether = self._trade.draw(drawn[0], drawn[1])
        if drawn[3] < 0.5:
            return Swap(trader, RETH_ETH, "ETH", units(ether, 18), 0, "rETH")
        reth = units(ether * ETHER / rocketpool.reth_rate(world), 18)
        seller = trader if world.balance(trader, "rETH") >= reth else HOLDERS
        return Swap(seller, RETH_ETH, "rETH", reth, 0, "ETH")

    def _arbitrage(self, world: Readable) -> Iterator[Command]:
        """The pool against the door: what it sells for less it burns, what for more it mints."""
        if world.balance(ARBITRAGE, "rETH"):  # bought when there was more to burn against
            yield BurnReth(ARBITRAGE, "all")
        eth, reth = (units / ETHER for units in pool_reserves(world, RETH_ETH))
        if not (eth and reth):
            return
        rate = fair_price(world, RETH_ETH) / ETHER
        worth = reth * rate
        curve = stable_curve(worth, eth, self._amplification)
        band = self._fee + self._cost
        price = curve.price(worth, eth)
        if price * (1 - band) > 1 + self._door:
            there = curve.balance_at((1 + self._door) / (1 - band), worth)
            pay = min(there - worth, worth * self._most) * (1 + self._door)
            if pay > SMALLEST_ETH:
                yield MintReth(ARBITRAGE, units(pay, 18))
                yield Swap(ARBITRAGE, RETH_ETH, "rETH", "all", 0, "ETH")
        elif price * (1 + band) < 1:
            there = curve.other(curve.balance_at(1 / (1 + band), worth))
            payable = rocketpool.burnable(world) / ETHER * SPARED
            pay = min(there - eth, eth * self._most, payable)
            if pay > SMALLEST_ETH:
                yield Swap(ARBITRAGE, RETH_ETH, "ETH", units(pay, 18), 0, "rETH")
                yield BurnReth(ARBITRAGE, "all")
