"""The user's accounts side by side: address and worth of each, and of all together."""

from __future__ import annotations

from typing import NamedTuple

from lstwallet.engine import address
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel.portfolio import holdings, quotes


class AccountRow(NamedTuple):
    """One of the user's accounts."""

    account: Account
    address: str
    usd: int
    """What is owned less what is owed, 8 decimals."""
    tokens: tuple[str, ...]
    """What lies in the wallet itself, in the portfolio's order."""


def account_rows(world: World) -> tuple[AccountRow, ...]:
    """All of them, in the order in which they were opened."""
    prices = quotes(world)
    found = []
    for account in world.accounts:
        rows = holdings(world, account, prices)
        tokens = tuple(row.token for row in rows if row.kind in ("wallet", "pool"))
        worth = sum(row.usd for row in rows)
        found.append(AccountRow(account, address.of_account(world, account), worth, tokens))
    return tuple(found)


def total(rows: tuple[AccountRow, ...]) -> int:
    """What all of them are worth together, USD with 8 decimals."""
    return sum(row.usd for row in rows)
