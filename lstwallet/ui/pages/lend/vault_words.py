"""What is said of a vault and of what its shares are worth."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lstwallet.readmodel.vaults import Terms, VaultOffer
from lstwallet.ui import wording
from lstwallet.units.amount import format_exact, format_nearest
from lstwallet.units.fixed import WAD

translate = QCoreApplication.translate
PRICE_DIGITS = 6
"""Decimals of what a share is worth: interest of an hour shows in the sixth."""
Why = tuple[str, str, list[tuple[str, ...]], str]
"""Title, formula, terms, and a note on rounding and source."""


def title(asset: str) -> str:
    """``WETH vault``."""
    return translate("lend", "{asset} vault").format(asset=asset)


def sub(offer: VaultOffer) -> str:
    """What it does with what is put in."""
    text = translate("lend", "Lends {asset} in this market and keeps {fee} of the interest")
    return text.format(asset=offer.asset, fee=wording.percent(offer.fee / WAD, 0))


def price(wad: int, asset: str) -> str:
    """What one share is worth: ``1.003770 WETH``, to the nearest."""
    return f"{format_nearest(wad, 18, PRICE_DIGITS)}{wording.NO_BREAK}{asset}"


def taken_off(units: int, asset: str) -> str:
    """What comes off: ``−0.0005 WETH``, or ``< 0.0001 WETH`` without a sign."""
    text = wording.amount(units, asset)
    return text if text.startswith("<") or not units else f"{wording.MINUS}{text}"


def rate(wad: int) -> str:
    """A yearly rate; one that would read zero though it is not says so."""
    text = wording.percent(wad / WAD)
    return f"<{wording.NO_BREAK}0.01%" if wad and wording.reads_zero(text) else text


def doors(asset: str) -> tuple[str, ...]:
    """The tokens that can be put in and taken out, and the shares themselves."""
    return ("ETH", "WETH", f"v{asset}") if asset == "WETH" else (asset, f"v{asset}")


# --- why ---------------------------------------------------------------------------------------


def why_price(terms: Terms, offer: VaultOffer) -> Why:
    """What one share is worth."""
    asset, token = offer.asset, offer.token
    return (
        translate("lend", "One share"),
        translate("lend", "(what is for the shares + 1) ÷ (shares + 1), in base units"),
        [
            *_pot(terms, offer),
            (translate("lend", "Shares"), _exact(terms.books.shares.supply, token)),
            (translate("lend", "One share"), _exact(terms.result, asset)),
            (translate("lend", "Cut off by rounding"), _rest(terms)),
        ],
        _source(),
    )


def why_worth(terms: Terms, offer: VaultOffer) -> Why:
    """What one's own shares would pay now."""
    asset, token = offer.asset, offer.token
    return (
        translate("lend", "Worth now"),
        translate(
            "lend",
            "your shares × (what is for the shares + 1) ÷ (all shares + 1), rounded down",
        ),
        [
            (translate("lend", "Your shares"), _exact(terms.amount, token)),
            *_pot(terms, offer),
            (translate("lend", "All shares"), _exact(terms.books.shares.supply, token)),
            (translate("lend", "Worth now"), _exact(terms.result, asset)),
            (translate("lend", "Cut off by rounding"), _rest(terms)),
        ],
        _source(),
    )


def why_shares(terms: Terms, offer: VaultOffer) -> Why:
    """How many shares an amount gets."""
    asset, token = offer.asset, offer.token
    return (
        translate("lend", "Shares you get"),
        translate(
            "lend", "amount × (all shares + 1) ÷ (what is for the shares + 1), rounded down"
        ),
        [
            (translate("lend", "Amount"), _exact(terms.amount, asset)),
            (translate("lend", "All shares"), _exact(terms.books.shares.supply, token)),
            *_pot(terms, offer),
            (translate("lend", "Shares you get"), _exact(terms.result, token)),
            (translate("lend", "Cut off by rounding"), _rest(terms)),
        ],
        translate(
            "lend",
            "You then pay what these shares cost, rounded up: nothing is lost. OpenZeppelin "
            "ERC4626 and Aave's ATokenVault.",
        ),
    )


def why_rate(offer: VaultOffer) -> Why:
    """What the vault brings a year."""
    return (
        translate("lend", "Net APY"),
        translate("lend", "supply APY of the market × (1 − fee)"),
        [
            (translate("lend", "Supply APY"), rate(offer.gross)),
            (translate("lend", "Fee on the interest"), wording.percent(offer.fee / WAD, 0)),
            (translate("lend", "Net APY"), rate(offer.net)),
            *(
                [(translate("lend", "Staking yield, expected"), rate(offer.staking))]
                if offer.staking
                else []
            ),
        ],
        translate(
            "lend",
            "Variable: it is what borrowers pay now. Staking yield is in the token and bears no "
            "fee.",
        ),
    )


def _pot(terms: Terms, offer: VaultOffer) -> list[tuple[str, ...]]:
    books = terms.books
    return [
        (translate("lend", "aTokens held"), _exact(books.balance, offer.asset)),
        (translate("lend", "Fee so far"), wording.MINUS + _exact(books.fees, offer.asset)),
        (translate("lend", "For the shares"), _exact(books.shares.assets, offer.asset)),
    ]


def _exact(units: int, token: str) -> str:
    return f"{format_exact(units, 18)}{wording.NO_BREAK}{token}"


def _rest(terms: Terms) -> str:
    """The part of a base unit that is cut off: at most 99 %, whatever is rounded."""
    share = terms.rest * 100 // terms.divisor
    return translate("lend", "{share}% of one base unit").format(share=share)


def _source() -> str:
    return translate(
        "lend",
        "Rounded down, for those who stay. The ones are virtual: they give an empty vault a price. "
        "OpenZeppelin ERC4626; the fee as in Aave's ATokenVault.",
    )
