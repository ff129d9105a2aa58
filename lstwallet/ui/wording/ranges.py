"""What is said of ranges before signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lstwallet.ui.wording.numbers import price, translate


def _idle(grave: str, facts: Any) -> str:
    if not facts["token"]:
        return translate("wording", "The price lies in the range: it earns from now on.")
    text = translate(
        "wording", "The price lies beyond the range: it is all {token} and earns nothing yet."
    )
    return text.format(token=facts["token"])


def _diverges(grave: str, facts: Any) -> str:
    text = translate(
        "wording",
        "Between {lower} and {upper} the range sells what rises and buys what falls. Beyond, it "
        "holds the token that fell.",
    )
    return text.format(lower=price(facts["lower"], "ETH"), upper=price(facts["upper"], "ETH"))


SENTENCES: Final[dict[str, Callable[[str, Any], str]]] = {
    "range_idle": _idle,
    "range_diverges": _diverges,
}

__all__ = ["SENTENCES"]
