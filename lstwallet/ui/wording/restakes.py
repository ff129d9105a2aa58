"""What is said of restaking before signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lstwallet.ui.wording.numbers import day_and_time, duration, percent, translate


def _slashable(grave: str, facts: Any) -> str:
    if not facts["operator"]:
        return translate("wording", "Without an operator nobody can slash it.")
    if grave == "safe":
        text = translate("wording", "{operator} has allocated nothing that could be slashed.")
        return text.format(operator=facts["operator"])
    text = translate(
        "wording", "The services of {operator} can slash up to {share} of all that you restake."
    )
    return text.format(operator=facts["operator"], share=percent(facts["share"], 0))


def _escrow(grave: str, facts: Any) -> str:
    text = translate(
        "wording", "The way out takes {time}: asked for now, it leaves escrow on {when}."
    )
    return text.format(time=duration(facts["seconds"]), when=day_and_time(facts["at"]))


def _locked(grave: str, facts: Any) -> str:
    text = translate("wording", "It cannot be taken before {when}.")
    return text.format(when=day_and_time(facts["at"]))


def _in_escrow(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "No operator: nobody can slash it in escrow.")
    text = translate(
        "wording", "In escrow until {when}. It can be slashed until then, and earns no rewards."
    )
    return text.format(when=day_and_time(facts["at"]))


def _former(grave: str, facts: Any) -> str:
    return translate("wording", "Slashes from before you join cost you nothing.")


def _over(grave: str, facts: Any) -> str:
    return translate("wording", "No slash reaches it any more.")


SENTENCES: Final[dict[str, Callable[[str, Any], str]]] = {
    "restake_slashable": _slashable,
    "restake_escrow": _escrow,
    "escrow_locked": _locked,
    "escrow_slashable": _in_escrow,
    "former_slashes": _former,
    "escrow_over": _over,
}


def rules() -> dict[str, str]:
    """The lines that are drawn."""
    return {
        "restake_slashable": translate(
            "wording",
            "What the operator allocated to its services, all together. Warned of from the first "
            "part on.",
        ),
        "escrow_slashable": translate(
            "wording",
            "100 800 blocks. Slashes of that time count, later ones do not; without an operator "
            "there are none.",
        ),
    }


__all__ = ["SENTENCES", "rules"]
