"""What the user should hear of, and what is due."""

from __future__ import annotations

from lstwallet.ui.wording.numbers import amount, health, translate


def notice(kind: str, units: int, token: str) -> tuple[str, str, str]:
    """Title, text and tone for a notice of ``readmodel.notices``."""
    if kind == "ready":
        title = translate("wording", "{amount} ready to claim").format(amount=amount(units, token))
        return title, translate("wording", "The queue has paid your request"), "good"
    if kind == "low":
        title = translate("wording", "Health factor {health}").format(health=health(units))
        return title, translate("wording", "Repay or add collateral soon"), "bad"
    title = translate("wording", "Your position was liquidated")
    text = translate("wording", "{amount} of your collateral was sold").format(
        amount=amount(units, token)
    )
    return title, text, "bad"


def coming(kind: str) -> str:
    """What will happen, for ``readmodel.coming``; ``{wait}`` stands for how soon."""
    sentences = {
        "report": translate("wording", "Rewards paid in {wait}"),
        "ticket": translate("wording", "A ticket may be ready in {wait}"),
        "active": translate("wording", "Your validator starts in {wait}"),
        "sweep": translate("wording", "Your validator pays in {wait}"),
        "exit": translate("wording", "Your validator leaves in {wait}"),
        "paid": translate("wording", "Your validator's ether is back in {wait}"),
    }
    return sentences[kind]
