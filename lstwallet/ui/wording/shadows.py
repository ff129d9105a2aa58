"""Native or liquid, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from lstwallet.ui.wording.numbers import amount, percent
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Preferences

PROTOCOLS: Final = {"stETH": "Lido", "rETH": "Rocket Pool"}
"""Who stands behind what one gets for staking."""
translate = QCoreApplication.translate


def ahead_of_native(token: str, ahead: int, share: int, preferences: Preferences) -> str:
    """By how much a stake is ahead of its shadow: wei, and as a share of what went in (WAD)."""
    shown = amount(abs(ahead), "ETH")
    if preferences.privacy != "exact":
        shown = percent(abs(share) / WAD, 3)
    if ahead >= 0:
        text = translate(
            "shadows", "{name} has brought {ahead} more than the same ETH staked natively."
        )
    else:
        text = translate(
            "shadows", "The same ETH staked natively would have brought {ahead} more than {name}."
        )
    return text.format(name=PROTOCOLS[token], ahead=shown)


__all__ = ["PROTOCOLS", "ahead_of_native"]
