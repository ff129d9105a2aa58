"""Reading the vaults of a world: what shares are worth, and how much may be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lstwallet.engine.lending_view import market_without_prices, place_of, reserve_token
from lstwallet.engine.refusals import ProtocolRefused
from lstwallet.engine.vaults_facts import ACCOUNTS, SHARES, VAULT, LendingVault
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending, performance_fee, vault_shares
from lstwallet.protocols.vault_shares import NO_LIMIT, Vault

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


class Books(NamedTuple):
    """A vault at this moment."""

    vault: LendingVault
    place: int
    """Of the asset's reserve in the market."""
    balance: int
    """Base units that its aTokens are worth."""
    shares: Vault
    """What the shares are shares of: the balance less the fees."""
    payable: int
    """Base units that the market can pay out now."""

    @property
    def fees(self) -> int:
        """Base units that the one who runs it may take."""
        return self.balance - self.shares.assets


def find_vault(world: Readable, token: str) -> LendingVault | None:
    """The vault of a token (ETH counts as WETH), or ``None``."""
    asset = reserve_token(token)
    return next((each for each in world.vaults if each.asset == asset), None)


def vault_of(world: Readable, token: str) -> LendingVault:
    """The vault of a token. Refused where there is none."""
    found = find_vault(world, token)
    if found is None:
        raise ProtocolRefused(VAULT, "AssetNotListed")
    return found


def books_of(world: Readable, vault: LendingVault) -> Books:
    """What the vault has at this moment, interest of this second included."""
    market, place = world.lending, place_of(world.lending, vault.asset)
    reserve = market.reserves[place]
    rules = lending.RULES[market.parameters.rules]
    position = world.positions.get(ACCOUNTS[vault.asset])
    scaled = position.supplied[place] if position is not None else 0
    balance = lending.supply_balance(reserve, scaled, world.time, rules)
    assets = performance_fee.total_assets(vault.fees, balance)
    shares = Vault(assets, vault.supply, vault.offset)
    return Books(vault, place, balance, shares, reserve.liquidity)


def room_of(world: Readable, books: Books) -> int:
    """Base units that the vault can still take: what the market's cap lets in."""
    room = lending.supply_room(market_without_prices(world), books.place, world.time)
    return NO_LIMIT if room is None else room


def held_shares(world: Readable, account: Account, asset: str) -> int:
    """Shares of an account."""
    return world.balance(account, SHARES[asset])


def is_used(world: Readable, vault: LendingVault) -> bool:
    """Whether anybody but the vault itself holds shares."""
    asset = vault.asset
    return world.balances.get((ACCOUNTS[asset], SHARES[asset]), 0) != vault.supply


def assets_for(world: Readable, asset: str, shares: int) -> int:
    """Base units of the asset that shares are worth now, rounded down."""
    return vault_shares.convert_to_assets(books_of(world, vault_of(world, asset)).shares, shares)


__all__ = [
    "Books", "assets_for", "books_of", "find_vault", "held_shares", "is_used", "room_of",
    "vault_of",
]  # fmt: skip
