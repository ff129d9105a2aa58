"""What a discount of staked ETH on the market would do to a position, oracle by oracle."""

from __future__ import annotations

from typing import NamedTuple

from lstwallet.engine.lending_oracle import (
    EXCHANGE,
    MARKET,
    ORACLES,
    is_staked,
    oracle_of,
    staked_rate,
)
from lstwallet.engine.lending_view import market_of, position_of
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.market import catalogue
from lstwallet.protocols import lending as protocol
from lstwallet.protocols.lending import NO_DEBT
from lstwallet.readmodel.lending_risk import LIQUIDATABLE
from lstwallet.units.fixed import WAD, mul_div_floor


class OracleRow(NamedTuple):
    """A reserve that can be priced by more than one oracle."""

    token: str
    oracle: str
    """In force: ``market``, ``exchange`` or ``capped``."""
    rate: int
    """ETH for one token as that oracle sees it, 18 decimals."""


class Depeg(NamedTuple):
    """A position after a discount, as one oracle sees it."""

    oracle: str
    in_force: bool
    health: int | None
    """WAD; ``None`` without debt."""
    liquidated: bool


def oracles(world: Readable) -> tuple[OracleRow, ...]:
    """Reserves whose oracle can be chosen."""
    lending = world.lending
    return tuple(
        OracleRow(config.symbol, oracle_of(feed.source), staked_rate(world, oracle_of(feed.source)))
        for config, feed in zip(lending.parameters.configs, lending.feeds, strict=True)
        if is_staked(feed.source)
    )


def depeg(world: Readable, account: Account, discount: int) -> tuple[Depeg, ...]:
    """The health factor if stETH were so much (WAD) below its rate on the market, all else as
    it is: once for each oracle."""
    market, held = market_of(world), position_of(world, account)
    feeds = world.lending.feeds
    now = next((oracle_of(feed.source) for feed in feeds if is_staked(feed.source)), EXCHANGE)
    rows = []
    for oracle in ORACLES:
        rate = staked_rate(world, EXCHANGE if oracle == MARKET else oracle)
        if oracle == MARKET:
            rate = mul_div_floor(rate, WAD - discount, WAD)
        price = mul_div_floor(world.prices.eth, rate, WAD)
        prices = tuple(
            price if is_staked(feed.source) else old
            for feed, old in zip(feeds, market.prices, strict=True)
        )
        health = protocol.health_factor(market._replace(prices=prices), held, world.time)
        known = None if health == NO_DEBT else health
        fallen = known is not None and known < LIQUIDATABLE
        rows.append(Depeg(oracle, oracle == now, known, fallen))
    return tuple(rows)


def cap_growth() -> int:
    """How much the capped oracle lets the rate grow, basis points a year."""
    return catalogue.load().scaled("aave_v3.oracle.wstETH.max_growth", 4)
