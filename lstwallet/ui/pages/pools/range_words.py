"""What a range is called, and its numbers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.concentrated_facts import TOKENS, Pair
from lstwallet.readmodel.concentrated import INSIDE, RangeView
from lstwallet.readmodel.pools import fair_usd
from lstwallet.ui import wording
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable
    from lstwallet.ui.bridge import Preferences

translate = QCoreApplication.translate
SEEN: Final = 10**14
"""Wei: four decimals of ETH; less is rounding."""


def title(number: int) -> str:
    """``Range 3``."""
    return translate("pools", "Range {number}").format(number=number)


def price_words(price: int) -> str:
    """``1.2208 ETH``: for one wstETH."""
    return wording.price(price, "ETH")


def bounds_words(view: RangeView) -> str:
    """``1.2086 to 1.2330 ETH``."""
    text = translate("pools", "{lower} to {upper}")
    return text.format(
        lower=wording.price(view.lower, "ETH", unit=False), upper=price_words(view.upper)
    )


def state_words(view: RangeView) -> tuple[str, str]:
    """Words and tone of where the price stands."""
    if view.state == INSIDE:
        return translate("pools", "In range"), "good"
    token = TOKENS[0] if view.behind[0] else TOKENS[1]
    return translate("pools", "Out of range, all {token}").format(token=token), "warn"


def worth_words(wei: int) -> str:
    """Wei of ETH."""
    return wording.amount(wei, "ETH")


def whole_words(units: int, token: str) -> str:
    """``4 877 wstETH``: what others have there is not read to four decimals."""
    return f"{wording.count(units // WAD)}{wording.NO_BREAK}{token}"


def worth_of(world: Readable, token: str, units: int) -> str:
    """In dollars, at outside prices."""
    return wording.fiat(fair_usd(world, token, units))


def pair_words(amounts: Pair) -> str:
    """``0.0012 wstETH + 0.0008 ETH``."""
    parts = [wording.amount(units, token)
             for token, units in zip(TOKENS, amounts, strict=True) if units]  # fmt: skip
    return " + ".join(parts) or translate("pools", "Nothing yet")


def owned_words(preferences: Preferences, wei: int) -> str:
    """Wei of ETH that the user owns, as the eye button wants it shown."""
    return wording.owned_amount(preferences, wei, "ETH")


def owned_pair(preferences: Preferences, amounts: Pair) -> str:
    """The same of both tokens."""
    parts = [wording.owned_amount(preferences, units, token)
             for token, units in zip(TOKENS, amounts, strict=True) if units]  # fmt: skip
    return " + ".join(parts) or translate("pools", "Nothing yet")


def ahead_words(preferences: Preferences, view: RangeView) -> tuple[str, str]:
    """How the range stands against keeping what was put in, and its tone."""
    if abs(view.ahead) < SEEN:
        return translate("pools", "As much"), "text"
    tone = "good" if view.ahead > 0 else "warn" if view.ahead < 0 else "text"
    if preferences.privacy != "exact":
        return owned_words(preferences, view.ahead), tone
    return wording.change(view.ahead, "ETH"), tone


__all__ = [
    "ahead_words", "bounds_words", "owned_pair", "owned_words", "pair_words", "price_words",
    "state_words", "title", "translate", "whole_words", "worth_of", "worth_words",
]  # fmt: skip
