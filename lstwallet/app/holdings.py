"""A new world's wallet filled as a portfolio says: one batch of the commands a person would give.

ETH and USDC come as play money; stETH, wstETH and rETH are made of ETH that comes for it, at
the rates of the moment and without network fees. Amounts that shares round are never less than
the file says, and at most a few wei more: three stETH must not read 2.9999.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.app.door.portfolio import Portfolio
from lstwallet.engine import kernel, rocketpool
from lstwallet.engine.kernel import Batch, Command
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.staking import Stake, Wrap, steth_for_shares
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import WAD, mul_div_ceil

_ROUNDED: Final = 2
"""Wei that two divisions of shares may lose."""


class Filled(NamedTuple):
    """What fills a wallet, and the world that it comes to."""

    batch: Batch
    world: World


def tried(world: World, portfolio: Portfolio) -> Filled:
    """Fill the wallet on a copy: what is refused is so before there is a file.

    Raises the ``Refusal``.
    """
    batch = fill(world, portfolio)
    draft = Draft(world)
    kernel.handle(draft, batch)
    return Filled(batch, draft.freeze())


def fill(world: World, portfolio: Portfolio) -> Batch:
    """What fills the empty wallet of a new world. Giving it may raise a ``Refusal``."""
    held = portfolio.holdings
    for_steth = held.get("stETH", 0) + (_ROUNDED if held.get("stETH") else 0)
    for_wsteth = _ether_for_wsteth(world, held.get("wstETH", 0))
    for_reth = _ether_for_reth(world, held.get("rETH", 0))
    ether = held.get("ETH", 0) + for_steth + for_wsteth + for_reth
    commands: list[tuple[int, Command]] = [
        (ether, Fund(YOU, "ETH", ether)),
        (held.get("USDC", 0), Fund(YOU, "USDC", held.get("USDC", 0))),
        (for_wsteth, Stake(YOU, for_wsteth)),
        (for_wsteth, Wrap(YOU, ALL)),  # before there is any other stETH
        (for_steth, Stake(YOU, for_steth)),
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
