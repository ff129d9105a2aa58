"""The others' dealings with markets that are not part of this world.

An arbitrageur that has bought ETH here sells it elsewhere; a liquidator turns what it
seized back into what it pays with. Both happen at the recorded outside price: one token
leaves this world, the other comes in. Only the others can: whoever sits at the window
trades in the pools.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.wallet import evolve_entry_only, take_units
from lstwallet.ledger.entries import Account, Entry, burn, mint
from lstwallet.units.amount import Wanted
from lstwallet.units.fixed import mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

OTHERS: Final = "crowd:"
"""How the accounts of others begin."""
ETH_TO_USDC: Final = 10**12
"""ETH has this many base units for one of USDC."""


class TradeOutside(NamedTuple):
    """Sell ETH for USDC, or USDC for ETH, at the outside price."""

    account: Account
    token_in: str
    amount: Wanted


class TradedOutside(NamedTuple):
    """``paid`` of one token went out, ``received`` of the other came in (base units)."""

    at: int
    account: Account
    token_in: str
    paid: int
    token_out: str
    received: int
    entry: Entry


def decide_trade_outside(world: Readable, command: TradeOutside) -> Sequence[TradedOutside]:
    """Refuses the user, other tokens, zero, and more than the balance. Rounds down."""
    who, token_in, amount = command
    if not who.startswith(OTHERS) or token_in not in ("ETH", "USDC"):
        raise NothingToDo("trade outside")
    paid = take_units(world, who, token_in, amount)
    eth, usdc = world.prices
    if token_in == "ETH":
        token_out, received = "USDC", mul_div_floor(paid, eth, usdc * ETH_TO_USDC)
    else:
        token_out, received = "ETH", mul_div_floor(paid, usdc * ETH_TO_USDC, eth)
    if received <= 0:
        raise NothingToDo("trade outside")
    entry = burn(token_in, paid, who) + mint(token_out, received, who)
    return (TradedOutside(world.time, who, token_in, paid, token_out, received, entry),)


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {TradeOutside: decide_trade_outside}
EVOLVE: dict[type, Callable[..., None]] = {TradedOutside: evolve_entry_only}
