"""A small world for tests of the pools: two pools, a staking rate, and funded accounts."""

from __future__ import annotations

from typing import Any

from lstwallet.engine import pools
from lstwallet.engine.pools import Pools, PoolsBlueprint
from lstwallet.engine.prices import Prices
from lstwallet.engine.staking import Staking
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Entry, mint, post
from lstwallet.protocols import lido
from lstwallet.units.amount import Token

NOW = 1_700_000_000
WAD = 10**18
USDC = 10**6
TOKENS = {
    name: Token(name, 6 if name == "USDC" else 18)
    for name in ("ETH", "WETH", "USDC", "stETH", "wstETH", "LP:steth_eth", "LP:usdc_eth")
}
LIDO = lido.Pool(1_170_000 * WAD + 7, 1_000_000 * WAD)
"""A stETH share is worth about 1.17 ETH."""
BLUEPRINT = PoolsBlueprint(
    provider="crowd:providers",
    eth=50_000 * WAD,
    steth_shares=42_735 * WAD,
    steth=42_735 * WAD * LIDO.ether // LIDO.shares,
    amplification=50,
    fee=4_000_000,
    offpeg=0,
    usdc=20_000_000 * USDC,
    weth=10_000 * WAD,
)


def world_of(blueprint: PoolsBlueprint = BLUEPRINT, rate: lido.Pool = LIDO, *more: Entry) -> World:
    """A world at ``NOW`` with both pools founded and ``you`` holding of everything."""
    area, entry = pools.found(blueprint, NOW)
    you = (
        mint("ETH", 100_000 * WAD, "you")
        + mint("USDC", 50_000_000 * USDC, "you")
        + mint("stETH", 100_000 * WAD, "you")
    )
    return world_with(area, rate, entry, you, *more)


def world_with(area: Pools, rate: lido.Pool, *entries: Entry) -> World:
    """A world at ``NOW`` with the pools ``area`` and the balances of ``entries``."""
    balances: dict[tuple[str, str], int] = {}
    for entry in entries:
        post(balances, entry)
    nothing: Any = None
    return World(
        NOW, 0, 7, NOW, TOKENS, Prices(2_000 * 10**8, 10**8), _only_a_rate(rate),
        nothing, nothing, area, balances, {}, {}, {},
    )  # fmt: skip


def _only_a_rate(rate: lido.Pool) -> Staking:
    """A staking area of which the pools read nothing but the value of a share."""
    nothing: Any = None
    return Staking(*[nothing] * len(Staking._fields))._replace(pool=rate)
