"""Vault shares: one pot of an asset, divided among those who put into it (ERC-4626).

    virtual shares = 10 ** offset          (owned by nobody, always there)
    shares         = assets · (supply + virtual shares) / (total assets + 1)
    assets         = shares · (total assets + 1) / (supply + virtual shares)

    deposit   names assets, mints shares    (shares rounded down)
    mint      names shares, takes assets    (assets rounded up)
    withdraw  names assets, burns shares    (shares rounded up)
    redeem    names shares, pays assets     (assets rounded down)

Each rounding is for those who stay. Nothing pays interest here: the pot is what the vault
owns at this moment, so a gift lifts every share at once and a loss lowers every share.

One asset and ``10 ** offset`` shares that do not exist are counted in. They are why an empty
vault has a price, and why the first depositor cannot steal from the second: whoever gives
to a vault that is almost empty, so that the next deposit rounds to nothing, gives to the
virtual shares as well. Each step of the offset makes what the next one can lose by rounding
ten times smaller beside what the attack costs.

Source: OpenZeppelin Contracts 5.4.0 ``token/ERC20/extensions/ERC4626.sol`` with ``Math.mulDiv``
and ``ERC20.sol``; ERC-4626 for the direction of each rounding. Amounts are base units.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import MAX_UINT256, PANIC_ARITHMETIC, checked_sub, require
from lstwallet.units.fixed import mul_div_ceil, mul_div_floor

VIRTUAL_ASSETS: Final = 1
"""Base units of the asset that are counted in beside what is there."""
NO_LIMIT: Final = MAX_UINT256
"""What ``maxDeposit`` and ``maxMint`` answer where a vault sets no limit of its own."""

DEPOSIT_EXCEEDED: Final = "ERC4626ExceededMaxDeposit"
MINT_EXCEEDED: Final = "ERC4626ExceededMaxMint"
WITHDRAW_EXCEEDED: Final = "ERC4626ExceededMaxWithdraw"
REDEEM_EXCEEDED: Final = "ERC4626ExceededMaxRedeem"
WALLET_EXCEEDED: Final = "ERC20InsufficientBalance"


class Vault(NamedTuple):
    """All that a share's worth depends on."""

    assets: int
    """Base units of the asset that belong to the vault (``totalAssets``)."""
    supply: int
    """Shares in existence (``totalSupply``)."""
    offset: int = 0
    """Decimals that a share has beyond the asset's (``_decimalsOffset``)."""


class Moved(NamedTuple):
    """The vault after somebody put in or took out, and both sides of it."""

    vault: Vault
    assets: int
    shares: int


def _word(number: int) -> int:
    """``number`` if it fits into 256 bits; reverts with the arithmetic panic otherwise."""
    require(number <= MAX_UINT256, PANIC_ARITHMETIC)
    return number


# --- what a share is worth -----------------------------------------------------------


def virtual_shares(vault: Vault) -> int:
    """Shares that are counted in and that nobody owns."""
    return int(10**vault.offset)


def counted_shares(vault: Vault) -> int:
    """The supply with the virtual shares."""
    return _word(vault.supply + virtual_shares(vault))


def counted_assets(vault: Vault) -> int:
    """The assets with the virtual one."""
    return _word(vault.assets + VIRTUAL_ASSETS)


def shares_floor(vault: Vault, assets: int) -> int:
    """Shares for ``assets``, rounded down: for who gets them."""
    return _word(mul_div_floor(assets, counted_shares(vault), counted_assets(vault)))


def shares_ceil(vault: Vault, assets: int) -> int:
    """Shares for ``assets``, rounded up: for who gives them."""
    return _word(mul_div_ceil(assets, counted_shares(vault), counted_assets(vault)))


def assets_floor(vault: Vault, shares: int) -> int:
    """Assets for ``shares``, rounded down: for who gets them."""
    return _word(mul_div_floor(shares, counted_assets(vault), counted_shares(vault)))


def assets_ceil(vault: Vault, shares: int) -> int:
    """Assets for ``shares``, rounded up: for who gives them."""
    return _word(mul_div_ceil(shares, counted_assets(vault), counted_shares(vault)))


convert_to_shares = shares_floor
"""``convertToShares``: what assets are worth, for nobody in particular."""
convert_to_assets = assets_floor
"""``convertToAssets``: what shares are worth, for nobody in particular."""

# --- what would happen now -----------------------------------------------------------

preview_deposit = shares_floor
"""Shares that a deposit of so many assets mints."""
preview_mint = assets_ceil
"""Assets that minting so many shares takes."""
preview_withdraw = shares_ceil
"""Shares that a withdrawal of so many assets burns."""
preview_redeem = assets_floor
"""Assets that redeeming so many shares pays."""


# --- how much may be done ------------------------------------------------------------


def max_mint(vault: Vault, room: int = NO_LIMIT) -> int:
    """Shares that may be minted while the vault takes ``room`` more assets."""
    return NO_LIMIT if room == NO_LIMIT else shares_floor(vault, room)


def max_withdraw(vault: Vault, held: int, payable: int = NO_LIMIT) -> int:
    """Assets that ``held`` shares may take out while the vault can pay ``payable``."""
    return min(assets_floor(vault, held), payable)


def max_redeem(vault: Vault, held: int, payable: int = NO_LIMIT) -> int:
    """Shares of ``held`` that may be redeemed while the vault can pay ``payable``."""
    return held if payable == NO_LIMIT else min(held, shares_floor(vault, payable))


# --- putting in ----------------------------------------------------------------------


def deposit(vault: Vault, wallet: int, assets: int, room: int = NO_LIMIT) -> Moved:
    """Put in ``assets`` out of a ``wallet``, for shares rounded down.

    A deposit that is worth no share is taken all the same, as the contract does. Reverts
    beyond ``room`` (what the vault takes at most), beyond the wallet, and beyond 256 bits.
    """
    require(assets <= room, DEPOSIT_EXCEEDED)
    return _put_in(vault, wallet, assets, preview_deposit(vault, assets))


def mint(vault: Vault, wallet: int, shares: int, room: int = NO_LIMIT) -> Moved:
    """Get ``shares``, for assets rounded up out of a ``wallet``. Reverts as a deposit does."""
    require(shares <= max_mint(vault, room), MINT_EXCEEDED)
    return _put_in(vault, wallet, preview_mint(vault, shares), shares)


def _put_in(vault: Vault, wallet: int, assets: int, shares: int) -> Moved:
    require(assets <= wallet, WALLET_EXCEEDED)
    after = vault._replace(
        assets=_word(vault.assets + assets), supply=_word(vault.supply + shares)
    )
    return Moved(after, assets, shares)


# --- taking out ----------------------------------------------------------------------


def withdraw(vault: Vault, held: int, assets: int, payable: int = NO_LIMIT) -> Moved:
    """Take out ``assets``, for shares rounded up out of ``held``.

    Reverts beyond what the shares are worth, and beyond what the vault can pay.
    """
    require(assets <= max_withdraw(vault, held, payable), WITHDRAW_EXCEEDED)
    return _take_out(vault, assets, preview_withdraw(vault, assets))


def redeem(vault: Vault, held: int, shares: int, payable: int = NO_LIMIT) -> Moved:
    """Give back ``shares`` of ``held``, for assets rounded down.

    Reverts beyond what is held, and beyond what the vault can pay.
    """
    require(shares <= max_redeem(vault, held, payable), REDEEM_EXCEEDED)
    return _take_out(vault, preview_redeem(vault, shares), shares)


def _take_out(vault: Vault, assets: int, shares: int) -> Moved:
    # Neither can fall below zero: the virtual shares keep their part of the assets.
    after = vault._replace(assets=vault.assets - assets, supply=vault.supply - shares)
    return Moved(after, assets, shares)


# --- what moves the worth of every share -----------------------------------------------


def donate(vault: Vault, assets: int) -> Vault:
    """Assets come in and nobody gets shares: interest, or a gift."""
    return vault._replace(assets=_word(vault.assets + assets))


def lose(vault: Vault, assets: int) -> Vault:
    """Assets are gone and nobody gave shares. Reverts beyond what is there."""
    require(assets <= vault.assets, WALLET_EXCEEDED)
    return vault._replace(assets=checked_sub(vault.assets, assets))
