"""Vaults as rows: what they earn and take, what a share is worth and why.

Shares of one and yearly rates have 18 decimals (WAD); amounts are base units of the vault's
asset. What one gets is rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

from lstwallet.engine.lending_view import reserve_token
from lstwallet.engine.staking import yearly_rate
from lstwallet.engine.vaults_facts import SHARES, LendingVault
from lstwallet.engine.vaults_view import Books, books_of, held_shares, room_of, vault_of
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import vault_shares
from lstwallet.readmodel.lending import apy
from lstwallet.units.fixed import WAD, mul_div_floor

SERIES: Final = {"WETH": "vault_weth_wad", "wstETH": "vault_wsteth_wad"}
"""Asset → the sample of what one share is worth."""


_MOVES: Final = ("VaultDeposited", "VaultWithdrawn", "VaultDonated")


class VaultOffer(NamedTuple):
    """A vault, as a card and a form show it."""

    asset: str
    token: str
    """Of its shares."""
    total: int
    """What belongs to all shares."""
    supply: int
    """Shares in existence."""
    price: int
    """Asset for one share (WAD)."""
    fee: int
    """Part of the yield that the vault keeps (WAD)."""
    fees: int
    """What it has kept so far and not taken."""
    gross: int
    """What the market pays on the asset now, compounded (WAD)."""
    net: int
    """The same less the fee."""
    staking: int
    """What the asset earns by itself a year (WAD): wstETH does."""
    payable: int
    """What the market can pay out now."""
    room: int
    """What the market still takes."""


def share_token(asset: str) -> str:
    """The token of a vault's shares."""
    return SHARES[asset]


def offers(world: Readable) -> tuple[VaultOffer, ...]:
    """Every vault."""
    return tuple(_offer(world, vault) for vault in world.vaults)


def offer(world: Readable, token: str) -> VaultOffer:
    """The vault of a token (ETH counts as WETH). Refused where there is none."""
    return _offer(world, vault_of(world, token))


def _offer(world: Readable, vault: LendingVault) -> VaultOffer:
    books = books_of(world, vault)
    gross = apy(world.lending.reserves[books.place].liquidity_rate)
    return VaultOffer(
        vault.asset,
        SHARES[vault.asset],
        books.shares.assets,
        vault.supply,
        vault_shares.convert_to_assets(books.shares, WAD),
        vault.fees.rate,
        books.fees,
        gross,
        mul_div_floor(gross, WAD - vault.fees.rate, WAD),
        yearly_rate(world) if vault.asset == "wstETH" else 0,
        books.payable,
        room_of(world, books),
    )


# --- a position ---------------------------------------------------------------------------


class VaultPosition(NamedTuple):
    """What an account has in a vault."""

    asset: str
    shares: int
    worth: int
    """What giving back every share would pay now, whether or not the market has it."""
    part: int
    """Of all shares (WAD)."""
    free: int
    """What can be taken out now: less where it is lent out."""


def position(world: Readable, account: Account, token: str) -> VaultPosition:
    """Zeros where there is nothing."""
    vault = vault_of(world, token)
    books, held = books_of(world, vault), held_shares(world, account, vault.asset)
    worth = vault_shares.convert_to_assets(books.shares, held)
    part = mul_div_floor(held, WAD, vault.supply) if vault.supply else 0
    return VaultPosition(vault.asset, held, worth, part, min(worth, books.payable))


class Happening(Protocol):
    """An event that concerns the user, as the session hands it over."""

    @property
    def kind(self) -> str: ...
    @property
    def event(self) -> Any: ...


def paid_in(records: Iterable[Happening], account: Account, asset: str) -> int:
    """What the account put in less what it took out; a gift counts as put in.

    What shares are worth beyond it is what the vault has brought. Shares that were sent or
    received are no movement of the vault's and are left out.
    """
    total = 0
    for record in records:
        event = record.event
        if record.kind not in _MOVES or event.account != account:
            continue
        if reserve_token(event.token) == asset:
            total += -event.amount if record.kind == "VaultWithdrawn" else event.amount
    return total


# --- why ----------------------------------------------------------------------------------


class Terms(NamedTuple):
    """The live terms of one conversion, as the contract divides."""

    books: Books
    amount: int
    """What is converted: shares, or base units of the asset."""
    counted_assets: int
    counted_shares: int
    result: int
    """Rounded as the contract does."""
    rest: int
    """The remainder of the division, in ``divisor`` parts of a unit: what rounding moves."""
    divisor: int


def why_worth(world: Readable, token: str, shares: int) -> Terms:
    """What ``shares`` are worth: rounded down, for those who stay."""
    books = books_of(world, vault_of(world, token))
    assets, counted = _counted(books)
    result = vault_shares.preview_redeem(books.shares, shares)
    rest = shares * assets - result * counted
    return Terms(books, shares, assets, counted, result, rest, counted)


def why_shares(world: Readable, token: str, units: int) -> Terms:
    """How many shares ``units`` get: rounded down, for those who are in."""
    books = books_of(world, vault_of(world, token))
    assets, counted = _counted(books)
    result = vault_shares.preview_deposit(books.shares, units)
    rest = units * counted - result * assets
    return Terms(books, units, assets, counted, result, rest, assets)


def _counted(books: Books) -> tuple[int, int]:
    return vault_shares.counted_assets(books.shares), vault_shares.counted_shares(books.shares)


# --- the first depositor, as a drill ------------------------------------------------------


class Attack(NamedTuple):
    """What it came to when an attacker was first in an empty vault and gave it a gift."""

    own: int
    """Shares of the attacker, for the first deposit."""
    shares: int
    """Shares of the one who came after."""
    attacker: int
    """What the attacker has gained when both have left; below zero: lost."""
    victim: int
    left: int
    """What stays behind with the virtual shares."""


def attack(offset: int, first: int, gift: int, victim: int) -> Attack:
    """Played on a plain ERC-4626 vault with the contract's own functions.

    First deposit, gift, the victim's deposit; then the attacker leaves, then the victim. All
    in base units; nothing of the world is touched.
    """
    rich = vault_shares.NO_LIMIT
    own = vault_shares.deposit(vault_shares.Vault(0, 0, offset), rich, first)
    other = vault_shares.deposit(vault_shares.donate(own.vault, gift), rich, victim)
    taken = vault_shares.redeem(other.vault, own.shares, own.shares)
    rest = vault_shares.redeem(taken.vault, other.shares, other.shares)
    return Attack(
        own.shares,
        other.shares,
        taken.assets - first - gift,
        rest.assets - victim,
        rest.vault.assets,
    )


__all__ = [
    "SERIES", "Attack", "Terms", "VaultOffer", "VaultPosition", "attack", "offer", "offers",
    "paid_in", "position", "share_token", "why_shares", "why_worth",
]  # fmt: skip
