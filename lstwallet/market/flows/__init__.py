"""What the others do: seeded, bounded background flows.

They are not decoration. They wait in the same queues as the user, borrow from the same
reserves and trade in the same pools, from accounts that must own what they spend. Each
flow reads the world as the one before has left it; what a protocol refuses them is
dropped.

In an hour, in this order: liquidations and the sale of what was seized, traders, stakers
and validators, lenders and borrowers, liquidity providers, and last arbitrage, so that
pools end the hour near fair. Once a day comes what happens around rETH and
in the concentrated pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lstwallet.engine.kernel import Command
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.concentrated import ConcentratedFlows
from lstwallet.market.flows.lending import LendingFlows
from lstwallet.market.flows.pools import PoolFlows
from lstwallet.market.flows.rocketpool import RocketPoolFlows
from lstwallet.market.flows.staking import StakingFlows
from lstwallet.market.prices import PriceSource

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


class Flows:
    """All flows of one market, or its liquidators alone."""

    def __init__(
        self, seed: int, catalogue: Catalogue, prices: PriceSource, *, others: bool = True
    ) -> None:
        self._others = others
        self._staking = StakingFlows(seed, catalogue)
        self._lending = LendingFlows(seed, catalogue)
        self._pools = PoolFlows(seed, catalogue, prices)
        self._rocketpool = RocketPoolFlows(seed, catalogue)
        self._concentrated = ConcentratedFlows(seed, catalogue, prices)

    def commands(self, world: Readable, hour: int) -> Iterator[Command]:
        """What the others try in an hour. Apply each before asking for the next."""
        yield from self._lending.liquidations(world)
        if not self._others:
            return
        yield from self._lending.sales(world)
        yield from self._pools.trades(world, hour)
        yield from self._staking.commands(world, hour)
        yield from self._lending.commands(world, hour)
        yield from self._pools.provisions(world, hour)
        yield from self._pools.arbitrage(world, hour)
        yield from self._rocketpool.commands(world, hour)
        yield from self._concentrated.commands(world, hour)


__all__ = ["Flows"]
