"""The entries of lending: tokens in and out of the market, and scaled balances."""

from __future__ import annotations

from typing import Final

from lstwallet.engine.lending_facts import MARKET
from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.wallet import eth_into_weth, weth_into_eth
from lstwallet.ledger.entries import Account, Entry, burn, mint, move
from lstwallet.protocols.lending import MAX_AMOUNT
from lstwallet.units.amount import ALL, Wanted

ETH: Final = "ETH"


def pay_in(token: str, units: int, payer: Account) -> Entry:
    """``token`` goes from ``payer`` into the market; ETH is wrapped on the way."""
    if token == ETH:
        return eth_into_weth(units, payer, MARKET)
    return move(token, units, payer, MARKET)


def pay_out(token: str, units: int, receiver: Account) -> Entry:
    """``token`` goes from the market to ``receiver``; ETH is unwrapped on the way."""
    if token == ETH:
        return weth_into_eth(units, MARKET, receiver)
    return move(token, units, MARKET, receiver)


def change_of(token: str, before: int, after: int, account: Account) -> Entry:
    """Mint or burn what an account's scaled balance changed by."""
    if after > before:
        return mint(token, after - before, account)
    return burn(token, before - after, account) if after < before else ()


def wanted_units(amount: Wanted) -> int:
    """An amount for the protocol: ``ALL`` is its own word for everything."""
    if amount == ALL:
        return MAX_AMOUNT
    units = int(amount)
    if units <= 0:
        raise NothingToDo("amount")
    return units
