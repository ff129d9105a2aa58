"""What the user should hear of, and what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstwallet.ui.wording.numbers import health, owned_amount, translate

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Preferences


def notice(
    kind: str, units: int, token: str, preferences: Preferences
) -> tuple[str, str, str]:
    """Title, text and tone for a notice of ``readmodel.notices``."""
    amount = owned_amount(preferences, units, token) if token else ""
    if kind == "ready":
        title = translate("wording", "{amount} ready to claim").format(amount=amount)
        return title, translate("wording", "The queue has paid your request"), "good"
    if kind == "low":
        title = translate("wording", "Health factor {health}").format(health=health(units))
        return title, translate("wording", "Repay or add collateral soon"), "bad"
    if kind == "over":
        title = translate("wording", "{amount} left escrow").format(amount=amount)
        return title, translate("wording", "Take it, or deposit it again"), "good"
    if kind == "slashed":
        title = translate("wording", "Your operator was slashed")
        text = translate("wording", "{amount} of what you restaked is gone").format(amount=amount)
        return title, text, "bad"
    title = translate("wording", "Your position was liquidated")
    text = translate("wording", "{amount} of your collateral was sold").format(
        amount=amount
    )
    return title, text, "bad"
