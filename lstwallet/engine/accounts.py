"""The user's own accounts, and sending tokens from one of them to any address.

Inside the ledger one's own accounts go by short names (``you``, ``you:2``); every other
address of this simulation is an account of its own, under its address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine import address
from lstwallet.engine.refusals import (
    BadAddress,
    NotEnoughBalance,
    NothingToDo,
    NotSendable,
    SameAccount,
    TooManyAccounts,
)
from lstwallet.engine.vaults_facts import ASSETS
from lstwallet.engine.wallet import evolve_entry_only, take_units
from lstwallet.engine.world import OWN, YOU
from lstwallet.ledger.entries import Account, Entry, move
from lstwallet.protocols import lido
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

MOST_ACCOUNTS: Final = 12
"""As many as a list shows at a glance."""
STETH: Final = "stETH"
_PLAIN: Final = frozenset(("ETH", "WETH", "USDC", STETH, "wstETH", "rETH", *ASSETS))
_POOL_SHARE: Final = "LP:"


class OpenAccount(NamedTuple):
    """One more account of one's own."""


class Send(NamedTuple):
    """Move ``amount`` of ``token`` to the address ``to``. Of stETH: wei, not shares."""

    account: Account
    token: str
    amount: Wanted
    to: str


class AccountOpened(NamedTuple):
    """The user has one more account."""

    at: int
    account: Account


class Sent(NamedTuple):
    """``account`` sent ``units`` of ``token`` to ``receiver``; ``arrived`` of them got there.

    Of stETH a whole number of shares moves: a wei or two less than was asked may arrive.
    """

    at: int
    account: Account
    receiver: Account
    """One of the user's accounts, or an address."""
    token: str
    units: int
    arrived: int
    entry: Entry


def is_sendable(token: str) -> bool:
    """Whether the token can be sent: what is supplied or owed stays with its account."""
    return token in _PLAIN or token.startswith(_POOL_SHARE)


def account_at(world: Readable, to: str) -> Account:
    """The ledger's account behind a sound address: one's own by its name."""
    found = address.tidy(to).lower()
    for account in world.accounts:
        if address.of_account(world, account) == found:
            return account
    return found


def decide_open_account(world: Readable, command: OpenAccount) -> Sequence[AccountOpened]:
    """Refuses more than ``MOST_ACCOUNTS``."""
    count = len(world.accounts)
    if count >= MOST_ACCOUNTS:
        raise TooManyAccounts(MOST_ACCOUNTS)
    return (AccountOpened(world.time, f"{OWN}{count + 1}"),)


def decide_send(world: Readable, command: Send) -> Sequence[Sent]:
    """Refuses an address that is none, oneself, zero, too much, and tokens that are bound."""
    who, token, amount, to = command
    wrong = address.problem(address.tidy(to))
    if wrong is not None:
        raise BadAddress(wrong.value)
    receiver = account_at(world, to)
    if receiver == who:
        raise SameAccount(who)
    if not is_sendable(token):
        raise NotSendable(token)
    if token == STETH:
        units, arrived, entry = _steth(world, who, amount, receiver)
    else:
        units = arrived = take_units(world, who, token, amount)
        entry = move(token, units, who, receiver)
    return (Sent(world.time, who, receiver, token, units, arrived, entry),)


def _steth(
    world: Readable, who: Account, amount: Wanted, receiver: Account
) -> tuple[int, int, Entry]:
    """As stETH's contract sends: shares move, rounded down; all of them for ``ALL``."""
    pool, held = world.staking.pool, world.balance(who, STETH)
    available = lido.ether_for(pool, held)
    units = available if amount == ALL else int(amount)
    if units > available:
        raise NotEnoughBalance(STETH, units, available)
    shares = held if amount == ALL else lido.shares_to_move(pool, held, max(units, 0))
    if units <= 0 or shares == 0:
        raise NothingToDo(STETH)
    return units, lido.ether_moved(pool, held, shares), move(STETH, shares, who, receiver)


def evolve_account_opened(draft: Draft, event: AccountOpened) -> None:
    """The list grows at its end."""
    draft.accounts = (*draft.accounts, event.account)


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    OpenAccount: decide_open_account,
    Send: decide_send,
}
EVOLVE: dict[type, Callable[..., None]] = {
    AccountOpened: evolve_account_opened,
    Sent: evolve_entry_only,
}


def audit(world: Readable) -> Sequence[str]:
    """One's own accounts are numbered from the first on."""
    expected = (YOU, *(f"{OWN}{number}" for number in range(2, len(world.accounts) + 1)))
    return () if world.accounts == expected else (f"accounts are {world.accounts}",)
