"""Liquidators: what they pay with, whom they liquidate, and how they sell what they seize.

Whoever is unhealthy is liquidated whatever the loan is owed in: before they look through
the queue the liquidators get what the unhealthy owe from what else they own. That is part
of how lending works, so it also happens where nobody else acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from lstwallet.engine import lending_view
from lstwallet.engine.kernel import Command
from lstwallet.engine.lending_facts import (
    LIQUIDATORS,
    MOST_LIQUIDATIONS,
    LiquidateUnhealthy,
    WithdrawSupply,
)
from lstwallet.engine.lending_queue import MIN_VALUE, best_pair
from lstwallet.engine.outside import ETH_TO_USDC, TradeOutside
from lstwallet.engine.pools import STETH_ETH, USDC_ETH, Swap, pool_reserves
from lstwallet.engine.staking import RequestUnstake, Stake, Unwrap, Wrap
from lstwallet.engine.wallet import UnwrapEth, WrapEth
from lstwallet.market.catalogue import Catalogue
from lstwallet.protocols.lending import RULES, debt_balance

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable
    from lstwallet.market.lending_model import LendingModel

SOLD_AT_ONCE: Final = 0.01
"""Most collateral sold at once, as a part of the pool's side."""
SMALLEST_SALE: Final = 10**18
"""Wei; liquidators sell no less at once."""
MOST_WITHDRAWN: Final = 0.5
"""Part of a supply, or of what is free in its reserve, that is withdrawn at once."""
ROUNDING: Final = 1_000
"""Base units bought beyond what is owed, for what is lost where one token becomes another."""


class Liquidators:
    """One account with one purse, for everybody who liquidates."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._stock = catalogue.scaled("crowd.purses.liquidators_eth", 18) >> 1
        self._redeem_most = catalogue.scaled("flows.arbitrage.redemption_largest", 18)

    def liquidations(self, world: Readable, model: LendingModel) -> Iterable[Command]:
        """If anybody is near it the purse is filled and the queue looked through exactly."""
        return self._liquidated(world, model) if model.anybody_near() else ()

    @staticmethod
    def _liquidated(world: Readable, model: LendingModel) -> Iterator[Command]:
        yield from _Refill(world, model).commands()
        yield LiquidateUnhealthy(LIQUIDATORS, MOST_LIQUIDATIONS)

    def sales(self, world: Readable) -> Iterator[Command]:
        """What was seized is sold: in the pools as far as they bear; what is left of ETH on
        other markets, of staked ETH through the queue."""
        wsteth = world.balance(LIQUIDATORS, "wstETH")
        if wsteth > SMALLEST_SALE:
            here = min(wsteth, _bearable(world))
            yield from _sell_staked(here)
            if wsteth > here:
                yield RequestUnstake(LIQUIDATORS, min(wsteth - here, self._redeem_most), "wstETH")
        weth = world.balance(LIQUIDATORS, "WETH") - self._stock
        if weth > SMALLEST_SALE:
            yield UnwrapEth(LIQUIDATORS, weth)
        ether = world.balance(LIQUIDATORS, "ETH") - self._stock
        if ether > SMALLEST_SALE:
            here = min(ether, int(SOLD_AT_ONCE * pool_reserves(world, USDC_ETH)[1]))
            yield Swap(LIQUIDATORS, USDC_ETH, "ETH", here, 0, "USDC")
            if ether > here:
                yield TradeOutside(LIQUIDATORS, "ETH", ether - here)


def _bearable(world: Readable) -> int:
    """wstETH that the pool takes at once."""
    pool = world.staking.pool
    rate = float(pool.ether / pool.shares)
    return int(SOLD_AT_ONCE * pool_reserves(world, STETH_ETH)[1] / rate)


def _sell_staked(wsteth: int) -> Iterator[Command]:
    yield Unwrap(LIQUIDATORS, wsteth)
    yield Swap(LIQUIDATORS, STETH_ETH, "stETH", "all", 0, "ETH")


class _Refill:
    """Gets the tokens that the unhealthy owe, by way of ETH, from those that nobody owes.

    What is left over is sold later like what was seized. Whom nobody would liquidate for
    the dust that is in it counts for nothing, or the same dust would be bought every hour.
    """

    def __init__(self, world: Readable, model: LendingModel) -> None:
        self._world = world
        self._model = model
        self._owed = {"WETH": 0, "wstETH": 0, "USDC": 0}
        market = lending_view.market_of(world)
        rules = RULES[market.parameters.rules]
        for account in model.unhealthy():
            position = world.positions[account]
            pair = best_pair(market, position, world.time)
            if pair is not None:
                reserve, scaled = market.reserves[pair.debt], position.borrowed[pair.debt]
                symbol = market.parameters.configs[pair.debt].symbol
                self._owed[symbol] += debt_balance(reserve, scaled, world.time, rules)

    def commands(self) -> Iterator[Command]:
        """Nothing when the purse holds what is owed."""
        if self._wanted() > self._ether():
            yield from self._withdraw()
        wanted = self._wanted()
        if not wanted:
            return
        weth, staked, dollars = self._short("WETH"), self._to_stake(), self._short("USDC")
        yield from self._raise_ether(wanted)
        if weth := min(weth, self._ether()):
            yield WrapEth(LIQUIDATORS, weth)
        if staked := min(staked, self._ether()):
            yield Stake(LIQUIDATORS, staked)
            yield Wrap(LIQUIDATORS, "all")
        if sold := min(self._in_ether(dollars), self._ether()):
            yield TradeOutside(LIQUIDATORS, "ETH", sold)

    def _wanted(self) -> int:
        """ETH for all that is missing."""
        return self._short("WETH") + self._to_stake() + self._in_ether(self._short("USDC"))

    def _withdraw(self) -> Iterator[Command]:
        """What was seized as a share of a reserve, as far as the reserve is free."""
        position, model = lending_view.position_of(self._world, LIQUIDATORS), self._model
        for token in ("ETH", "wstETH", "USDC"):
            _, free = model.reserve(token)
            amount = int(min(model.supplied(position, token), free) * MOST_WITHDRAWN)
            if amount * model.price(token) > MIN_VALUE:
                yield WithdrawSupply(LIQUIDATORS, token, amount)

    def _raise_ether(self, wanted: int) -> Iterator[Command]:
        """ETH out of spare WETH, then USDC on other markets, then staked ETH in the pool."""
        if spare := min(self._spare("WETH"), max(wanted - self._ether(), 0)):
            yield UnwrapEth(LIQUIDATORS, spare)
        missing = self._in_dollars(wanted - self._ether())
        if spare := min(self._spare("USDC"), missing):
            yield TradeOutside(LIQUIDATORS, "USDC", spare)
        spare = self._spare("wstETH")
        if wanted > self._ether() and spare > SMALLEST_SALE:
            yield from _sell_staked(min(spare, _bearable(self._world)))

    def _ether(self) -> int:
        return self._world.balance(LIQUIDATORS, "ETH")

    def _short(self, token: str) -> int:
        """What is missing of a token; a little more, so that no dust stays owed."""
        missing = self._owed[token] - self._world.balance(LIQUIDATORS, token)
        return missing + ROUNDING if missing > 0 else 0

    def _spare(self, token: str) -> int:
        return max(self._world.balance(LIQUIDATORS, token) - self._owed[token], 0)

    def _to_stake(self) -> int:
        """Wei that become the missing wstETH."""
        pool = self._world.staking.pool
        return -(-self._short("wstETH") * pool.ether // pool.shares)

    def _in_ether(self, dollars: int) -> int:
        eth, usdc = self._world.prices
        return -(-dollars * usdc * ETH_TO_USDC // eth)

    def _in_dollars(self, ether: int) -> int:
        """USDC that buy so much ETH, rounded up; none for what is there already."""
        eth, usdc = self._world.prices
        return max(-(-ether * eth // (usdc * ETH_TO_USDC)), 0)
