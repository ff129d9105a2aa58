"""What is said of vaults before signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lstwallet.ui.wording.numbers import percent, translate


def _fee(grave: str, facts: Any) -> str:
    text = translate("wording", "The vault keeps {share} of the interest, none of what you put in.")
    return text.format(share=percent(facts["share"], 1))


def _rounding(grave: str, facts: Any) -> str:
    text = translate(
        "wording", "You pay what your shares cost, rounded up by less than one unit of {token}."
    )
    return text.format(token=facts["token"])


def _gift(grave: str, facts: Any) -> str:
    return translate("wording", "A gift: it belongs to all shares then, and nothing comes back.")


SENTENCES: Final[dict[str, Callable[[str, Any], str]]] = {
    "vault_fee": _fee,
    "vault_rounding": _rounding,
    "vault_gift": _gift,
}


def rules() -> dict[str, str]:
    """The lines that are drawn."""
    return {
        "vault_rounding": translate(
            "wording",
            "ERC-4626: shares round down for who comes and for who goes, so that nothing is taken "
            "from those who stay. What is worth no share is refused.",
        ),
    }


__all__ = ["SENTENCES", "rules"]
