"""rETH as rows: what it earns, what it costs to come in, and what can be paid to leave.

Shares of one and yearly rates have 18 decimals (WAD). What one gets is rounded down.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine import rocketpool as engine
from lstwallet.engine.pools_facts import RETH_ETH, Swap
from lstwallet.engine.pools_view import pool_price
from lstwallet.engine.world import Readable, World
from lstwallet.ledger.entries import Account
from lstwallet.protocols import rocketpool
from lstwallet.protocols.rocketpool import BOND, VALIDATOR
from lstwallet.readmodel.samples import Series
from lstwallet.readmodel.staking import WINDOW, Apr, Edge, edge_of
from lstwallet.units.clock import DAY, HOUR, YEAR, SimTime
from lstwallet.units.fixed import WAD, div_floor, mul_div_floor

RATE: Final = "reth_rate_wad"
"""The sample that ``apr`` reads."""


class RocketOffer(NamedTuple):
    """The protocol, as a card and a form show it."""

    rate: int
    """ETH for one rETH (WAD)."""
    deposit_fee: int
    """Share of a deposit (WAD)."""
    commission: int
    """Share of the rewards on borrowed ether that nodes and voters keep (WAD)."""
    minimum: int
    room: int
    """Wei that may still be deposited."""
    burnable: int
    """Wei of ETH that burning can be paid with now."""
    collateral: int
    """The rETH contract's ether as a share of all (WAD)."""
    target: int
    market: int
    """ETH for one rETH in the pool (WAD)."""
    total: int
    """Wei that belong to rETH, as reported."""
    minipools: int
    waiting: int
    """Minipools that wait for ether; what is burnt cannot come from what they will take."""
    bond: int
    """A node's own part of each validator (WAD): losses take it first."""
    next_update: SimTime


def offer(world: Readable) -> RocketOffer | None:
    """The protocol now; ``None`` in a world without it."""
    rocket = world.rocketpool
    if rocket is None:
        return None
    rules, settings = rocket.rules, rocket.rules.settings
    rate = engine.reth_rate(world)
    return RocketOffer(
        rate,
        settings.deposit_fee,
        rules.node_share + rules.voter_share,
        settings.minimum_deposit,
        engine.deposit_room(world),
        engine.burnable(world),
        engine.collateral_rate(world),
        settings.target_collateral,
        pool_price(world, RETH_ETH) or rate,
        rocket.pool.reported.ether,
        rocket.minipools.number,
        rocket.waiting,
        mul_div_floor(BOND, WAD, VALIDATOR),
        rocket.next_update,
    )


def minted_for(world: Readable, wei: int) -> int:
    """rETH that ``wei`` of ETH become, the deposit fee off."""
    rocket = engine.of(world)
    fee = mul_div_floor(wei, rocket.rules.settings.deposit_fee, WAD)
    return rocketpool.reth_value(rocket.pool.reported, wei - fee)


class BurnOffer(NamedTuple):
    """What burning would pay, and whether it can."""

    reth: int
    worth: int
    """Wei of ETH at the reported rate."""
    available: int
    """Wei of ETH that all burners together can be paid now."""

    @property
    def pays(self) -> bool:
        """Whether all of it would be paid."""
        return 0 < self.worth <= self.available


def burn_offer(world: Readable, reth: int) -> BurnOffer:
    """For so much rETH, whoever holds it."""
    return BurnOffer(reth, engine.eth_of(world, reth), engine.burnable(world))


def market_edge(world: World, account: Account, wei: int, minted: int) -> Edge | None:
    """Whether buying rETH for ``wei`` beats minting ``minted``, fees and impact counted."""
    price, rate = pool_price(world, RETH_ETH), engine.reth_rate(world)
    below = WAD - mul_div_floor(price, WAD, rate)
    return edge_of(world, Swap(account, RETH_ETH, "ETH", wei, 0, "rETH"), below, minted)


def apr(world: Readable, past: Series | None) -> Apr:
    """What rETH earned a year over the last seven updates, else what is expected.

        (rate now / rate after the update of seven days before − 1) · year / 7 days

    ``past`` holds ``RATE``. Zero where there is no rETH.
    """
    rocket = world.rocketpool
    if rocket is None:
        return Apr(0, 0)
    expected = Apr(engine.yearly_rate(world), 0)
    last = rocket.last_update.at
    if past is None:
        return expected
    # A sample of the update's own second may have been taken before it.
    begin = last - WINDOW * DAY + HOUR
    rows = zip(past.at, past.column(RATE), strict=True)
    then = next(((at, rate) for at, rate in rows if rate and at >= begin), None)
    if then is None:
        return expected
    seconds = last - max(_update_before(rocket.next_update, then[0]), world.started)
    if seconds <= 0:
        return expected
    grown = mul_div_floor(engine.reth_rate(world), WAD * YEAR, then[1] * seconds)
    rate = grown - div_floor(WAD * YEAR, seconds)
    return Apr(rate, max(1, div_floor(seconds, DAY)))


def _update_before(update: SimTime, at: SimTime) -> SimTime:
    """The moment of the daily update at or before ``at``; ``update`` is one of them."""
    return at - (at - update) % DAY
