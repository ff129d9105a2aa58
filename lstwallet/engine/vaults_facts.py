"""Vaults in the world: their state, what may be asked of them, and what can have happened.

A vault takes one token and lends it out in this world's own market; whoever puts in gets
shares. Its account holds aTokens as any supplier's does, so all that it earns is what
borrowers pay. Shares are tokens like others: the ledger holds them as such, and they never
change by themselves; what one is worth does.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols.lending import Position
from lstwallet.protocols.performance_fee import Fees
from lstwallet.units.amount import Token, Wanted

VAULT: Final = "vault"
"""Begins the name of a vault's account, and names vaults in refusals."""
EXPLOITER: Final = "exploiter"
"""Has what vaults lost."""
ACCOUNTS: Final = {asset: f"{VAULT}:{asset}" for asset in ("WETH", "wstETH")}
"""Asset → the vault's account, which pulls what is put in."""
SHARES: Final = {asset: f"v{asset}" for asset in ACCOUNTS}
"""Asset → the token of the vault's shares."""
ASSETS: Final = {token: asset for asset, token in SHARES.items()}
"""The other way round."""
TOKENS: Final = tuple(Token(token, 18) for token in ASSETS)
"""What a world has in addition once there are vaults."""
ONE_SHARE: Final = "one share of the vault"
"""The rule of ``BelowMinimum``: what is worth no share would be lost."""


class LendingVault(NamedTuple):
    """One vault. What belongs to its shares follows from its aTokens and the fee."""

    asset: str
    """The market's own token: WETH, wstETH."""
    supply: int
    """Shares in existence."""
    fees: Fees
    offset: int
    """Decimals that the virtual shares have beyond one base unit."""


class VaultTerms(NamedTuple):
    """What a vault is founded with."""

    asset: str
    fee: int
    """Part of the yield, 18 decimals."""
    offset: int
    locked: int
    """Base units that are put in first, for shares that the vault itself holds for ever: so
    interest never meets a vault without shares."""


# --- commands --------------------------------------------------------------------------


class DepositVault(NamedTuple):
    """Put ``amount`` of ``token`` into its vault; ETH counts as WETH. ``ALL``: the wallet."""

    account: Account
    token: str
    amount: Wanted


class MintVault(NamedTuple):
    """Get ``shares`` of the vault of ``token`` for what they cost."""

    account: Account
    token: str
    shares: int


class WithdrawVault(NamedTuple):
    """Take ``amount`` of ``token`` out of its vault; ``ALL`` gives back every share."""

    account: Account
    token: str
    amount: Wanted


class RedeemVault(NamedTuple):
    """Give back ``shares`` of the vault of ``token`` for what they are worth."""

    account: Account
    token: str
    shares: Wanted


class DonateVault(NamedTuple):
    """Give ``amount`` of ``token`` to all who hold shares of its vault."""

    account: Account
    token: str
    amount: Wanted


class LoseVault(NamedTuple):
    """A drill of ``account``'s: ``part`` (18 decimals) of what the shares own is stolen."""

    account: Account
    asset: str
    part: int


class DeployVaults(NamedTuple):
    """Found vaults in a world without them; ``holder`` puts in what is locked."""

    terms: tuple[VaultTerms, ...]
    holder: Account


# --- events ----------------------------------------------------------------------------


class VaultDeposited(NamedTuple):
    """``amount`` of ``token`` came into the vault for ``shares``; it lends it out next."""

    at: int
    account: Account
    token: str
    amount: int
    shares: int
    vault: LendingVault
    entry: Entry


class VaultWithdrawn(NamedTuple):
    """``shares`` were given back and ``amount`` of ``token`` paid, out of the market."""

    at: int
    account: Account
    token: str
    amount: int
    shares: int
    vault: LendingVault
    entry: Entry


class VaultDonated(NamedTuple):
    """``amount`` of ``token`` came into the vault for nothing; it lends it out next."""

    at: int
    account: Account
    token: str
    amount: int
    asset: str
    entry: Entry


class VaultLost(NamedTuple):
    """aTokens worth ``amount`` of ``asset`` were stolen: every share is worth less."""

    at: int
    account: Account
    """Who made it happen, to see what it does."""
    asset: str
    amount: int
    left: int
    """What still belongs to the shares."""
    position: Position
    exploiter: Position
    entry: Entry


class VaultsDeployed(NamedTuple):
    """There are vaults from now on."""

    at: int
    vaults: tuple[LendingVault, ...]
    entry: Entry
