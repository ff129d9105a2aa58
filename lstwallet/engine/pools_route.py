"""The ends of a route: wrapped ether and wrapped stETH become what the pools trade, and back.

WETH stands for ETH one for one; a wstETH is one share of stETH. Neither step has a price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine.pools_facts import ETH, STETH
from lstwallet.engine.pools_moves import Paid
from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.staking_facts import WSTETH, Unwrapped, Wrapped
from lstwallet.engine.wallet import EthUnwrapped, EthWrapped, eth_into_weth, weth_into_eth
from lstwallet.ledger.entries import Account, burn, mint, move
from lstwallet.protocols import lido

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

INSIDE: Final = {"WETH": ETH, "wstETH": STETH}
"""What a wrapped token is traded as."""


def traded_as(token: str) -> str:
    """The token that stands for ``token`` in the pools: itself unless it is wrapped."""
    return INSIDE.get(token, token)


def unwrap_first(
    world: Readable, account: Account, token: str, paid: Paid
) -> tuple[tuple[Any, ...], Paid]:
    """The step before the pools, if one is needed, and what then goes into them."""
    if token == "WETH":
        entry = weth_into_eth(paid.units, account, account)
        return (EthUnwrapped(world.time, account, paid.units, entry),), paid
    if token != "wstETH":
        return (), paid
    staking = world.staking
    wrapper, steth, moved = lido.unwrap(staking.pool, staking.wrapper, paid.units, paid.units)
    if moved == 0:
        raise NothingToDo("swap")
    entry = burn("wstETH", paid.units, account) + move(STETH, moved, WSTETH, account)
    event = Unwrapped(world.time, account, paid.units, steth, wrapper, entry)
    return (event,), Paid(steth, moved)


def wrap_last(
    world: Readable, account: Account, token: str, got: Paid
) -> tuple[tuple[Any, ...], int]:
    """The step after the pools, if one is needed, and how much of ``token`` there is then."""
    if token == "WETH":
        entry = eth_into_weth(got.units, account, account)
        return (EthWrapped(world.time, account, got.units, entry),), got.units
    if token != "wstETH":
        return (), got.units
    shares = got.moved
    wrapper = lido.wrap_all(world.staking.wrapper, shares)
    entry = move(STETH, shares, account, WSTETH) + mint("wstETH", shares, account)
    return (Wrapped(world.time, account, got.units, shares, wrapper, entry),), shares
