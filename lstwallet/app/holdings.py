"""A new world's wallet filled as a portfolio says: one batch of the commands a person would give.

ETH and USDC come as play money; stETH, wstETH and rETH are made of ETH that comes for it, at
the rates of the moment and without network fees. Amounts that shares round differ from what the
file says by a few wei at most, and only rETH by never less.
"""

from __future__ import annotations

from typing import Final

from lstwallet.app.door.portfolio import Portfolio
from lstwallet.engine import rocketpool
from lstwallet.engine.kernel import Batch, Command
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.staking import Stake, Wrap, steth_for_shares
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import WAD, mul_div_ceil

_ROUNDED: Final = 2
"""Wei that two divisions of shares may lose."""


def fill(world: World, portfolio: Portfolio) -> Batch:
    """What fills the empty wallet of a new world. Giving it may raise a ``Refusal``."""
    held = portfolio.holdings
    steth = held.get("stETH", 0)
    for_wsteth = _ether_for_wsteth(world, held.get("wstETH", 0))
    for_reth = _ether_for_reth(world, held.get("rETH", 0))
    ether = held.get("ETH", 0) + steth + for_wsteth + for_reth
    commands: list[tuple[int, Command]] = [
        (ether, Fund(YOU, "ETH", ether)),
        (held.get("USDC", 0), Fund(YOU, "USDC", held.get("USDC", 0))),
        (for_wsteth, Stake(YOU, for_wsteth)),
        (for_wsteth, Wrap(YOU, ALL)),  # before there is any other stETH
        (steth, Stake(YOU, steth)),
        (for_reth, MintReth(YOU, for_reth)),
    ]
    return Batch(tuple(command for units, command in commands if units))


def _ether_for_wsteth(world: World, wsteth: int) -> int:
    return steth_for_shares(world, wsteth) + _ROUNDED if wsteth else 0


def _ether_for_reth(world: World, reth: int) -> int:
    """Wei from which, less the deposit fee, at least so much rETH is minted."""
    if not reth:
        return 0
    fee = rocketpool.of(world).rules.settings.deposit_fee
    worth = rocketpool.eth_of(world, reth) + _ROUNDED
    return mul_div_ceil(worth, WAD, WAD - fee) + 1
