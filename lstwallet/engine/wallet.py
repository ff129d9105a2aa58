"""The wallet's own movements: play money, and ETH into WETH and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.refusals import AboveMaximum, BelowMinimum, NotEnoughBalance, NothingToDo
from lstwallet.ledger.entries import Account, Entry, burn, mint, move, supply_account
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

WETH_CONTRACT: Final = "weth"
"""Holds the ETH behind every WETH."""
FUNDABLE: Final = {"ETH": 100_000 * 10**18, "USDC": 100_000_000 * 10**6}
"""Tokens that play money comes in, and the most of each at once."""


class Fund(NamedTuple):
    """Give ``account`` play money: ``units`` base units of ETH or USDC."""

    account: Account
    token: str
    units: int


class WrapEth(NamedTuple):
    """Turn ETH into WETH, one for one."""

    account: Account
    amount: Wanted


class UnwrapEth(NamedTuple):
    """Turn WETH into ETH, one for one."""

    account: Account
    amount: Wanted


class Funded(NamedTuple):
    """Play money came in."""

    at: int
    account: Account
    token: str
    units: int
    entry: Entry


class EthWrapped(NamedTuple):
    """``units`` wei of ETH became WETH."""

    at: int
    account: Account
    units: int
    entry: Entry


class EthUnwrapped(NamedTuple):
    """``units`` wei of WETH became ETH."""

    at: int
    account: Account
    units: int
    entry: Entry


def take_units(world: Readable, account: Account, token: str, amount: Wanted) -> int:
    """The base units meant by ``amount`` of a token that the ledger holds as such.

    Raises ``NothingToDo`` for zero, ``NotEnoughBalance`` for more than there is.
    """
    available = world.balances.get((account, token), 0)
    units = available if amount == ALL else int(amount)
    if units <= 0:
        raise NothingToDo(token)
    if units > available:
        raise NotEnoughBalance(token, units, available)
    return units


def eth_into_weth(units: int, payer: Account, receiver: Account) -> Entry:
    """``payer``'s ETH goes to the WETH contract, new WETH goes to ``receiver``."""
    return move("ETH", units, payer, WETH_CONTRACT) + mint("WETH", units, receiver)


def weth_into_eth(units: int, payer: Account, receiver: Account) -> Entry:
    """``payer``'s WETH is burnt, its ETH goes to ``receiver``."""
    return burn("WETH", units, payer) + move("ETH", units, WETH_CONTRACT, receiver)


def decide_fund(world: Readable, command: Fund) -> Sequence[Funded]:
    """Refuses tokens that are not handed out, zero, and more than ``FUNDABLE`` at once."""
    account, token, units = command
    most = FUNDABLE.get(token)
    if most is None:
        raise NothingToDo(token)
    if units <= 0:
        raise BelowMinimum(token, units, 1, "fund")
    if units > most:
        raise AboveMaximum(token, units, most, "fund")
    return (Funded(world.time, account, token, units, mint(token, units, account)),)


def decide_wrap_eth(world: Readable, command: WrapEth) -> Sequence[EthWrapped]:
    """Refuses zero and more than the balance."""
    who = command.account
    units = take_units(world, who, "ETH", command.amount)
    return (EthWrapped(world.time, who, units, eth_into_weth(units, who, who)),)


def decide_unwrap_eth(world: Readable, command: UnwrapEth) -> Sequence[EthUnwrapped]:
    """Refuses zero and more than the balance."""
    who = command.account
    units = take_units(world, who, "WETH", command.amount)
    return (EthUnwrapped(world.time, who, units, weth_into_eth(units, who, who)),)


def evolve_entry_only(draft: Draft, event: Any) -> None:
    """Events whose entry, which the kernel posts, is all there is to them."""


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    Fund: decide_fund,
    WrapEth: decide_wrap_eth,
    UnwrapEth: decide_unwrap_eth,
}
EVOLVE: dict[type, Callable[..., None]] = {
    Funded: evolve_entry_only,
    EthWrapped: evolve_entry_only,
    EthUnwrapped: evolve_entry_only,
}


def audit(world: Readable) -> Sequence[str]:
    """Every WETH is backed by an ETH."""
    held = world.balance(WETH_CONTRACT, "ETH")
    supply = -world.balance(supply_account("WETH"), "WETH")
    return () if held == supply else (f"WETH supply {supply} against {held} ETH",)
