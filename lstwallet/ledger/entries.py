"""Postings and entries.

The ledger holds only what never changes by itself: stETH as shares, supplied and
borrowed assets as scaled amounts, LP shares. Time moves one index, never N holders.

A token that is minted comes out of its supply account ``supply:TOKEN``, which goes
negative by the total supply: so minting and burning are movements like all others, every
entry sums to zero per token, and the whole ledger does too. ETH is no exception.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from functools import cache
from typing import Final

SUPPLY: Final = "supply:"
"""Prefix of the accounts that tokens are minted from and burnt into."""

Account = str
"""``you``, ``crowd:stakers``, ``lido``, ``pool:steth_eth``, ``supply:USDC`` …"""
Balances = MutableMapping[tuple[Account, str], int]
"""(account, token symbol) → base units; a balance of zero has no row."""


Posting = tuple[Account, str, int]
"""(account, token, units): so many units of the token into the account; negative ones leave it.

A plain tuple: there are several in every event, and a NamedTuple takes five times as long
to make and to take apart.
"""
Entry = tuple[Posting, ...]
"""Postings that sum to zero per token."""


class LedgerBroken(AssertionError):
    """A bug: an entry does not sum to zero, or an account would fall below zero."""


@cache
def supply_account(token: str) -> Account:
    """The account that a token is minted from and burnt into."""
    return SUPPLY + token


def move(token: str, units: int, source: Account, target: Account) -> Entry:
    """``units`` of ``token`` from ``source`` to ``target``."""
    return ((source, token, -units), (target, token, units))


def mint(token: str, units: int, target: Account) -> Entry:
    """New ``units`` of ``token`` for ``target``."""
    supply = supply_account(token)
    return ((supply, token, -units), (target, token, units))


def burn(token: str, units: int, source: Account) -> Entry:
    """``units`` of ``token`` of ``source`` cease to exist."""
    supply = supply_account(token)
    return ((source, token, -units), (supply, token, units))


def net(entry: Entry, account: Account, token: str) -> int:
    """Units of ``token`` that an entry brings an account; negative: that it takes."""
    row = (account, token)
    return sum(posting[2] for posting in entry if posting[:2] == row)


def post(balances: Balances, entry: Entry) -> None:
    """Add an entry to the balances.

    Raises ``LedgerBroken`` when it does not sum to zero per token or when an account other
    than a supply account would fall below zero. The balances are then half written: the
    caller throws its draft away.
    """
    held = balances.get
    running, last, paired = 0, "", True
    for account, token, units in entry:
        if token != last:  # most entries are pairs: one token is settled before the next
            paired = paired and not running
            running, last = 0, token
        running += units
        key = (account, token)
        after = held(key, 0) + units
        if after > 0:
            balances[key] = after
        elif after == 0:
            balances.pop(key, None)
        elif account.startswith(SUPPLY):
            balances[key] = after
        else:
            raise LedgerBroken(f"{account} would hold {after} {token}")
    if running or not paired:
        _require_balance(entry)


def _require_balance(entry: Entry) -> None:
    """Raises ``LedgerBroken`` unless the entry sums to zero per token."""
    sums: dict[str, int] = {}
    for _, token, units in entry:
        sums[token] = sums.get(token, 0) + units
    for token, total in sums.items():
        if total:
            raise LedgerBroken(f"entry is off by {total} {token}")


def supply_of(balances: MutableMapping[tuple[Account, str], int], token: str) -> int:
    """Total supply of a token: what its supply account has given out."""
    return -balances.get((supply_account(token), token), 0)


def audit(balances: MutableMapping[tuple[Account, str], int]) -> Iterable[str]:
    """What is wrong with the whole ledger; nothing when it is sound."""
    sums: dict[str, int] = {}
    for (account, token), units in balances.items():
        sums[token] = sums.get(token, 0) + units
        if units < 0 and not account.startswith(SUPPLY):
            yield f"{account} holds {units} {token}"
    for token, total in sums.items():
        if total:
            yield f"{token} is off by {total}"
