"""What a liquidation did, in two sentences: what was taken and why, what is left and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstwallet.ui.wording.numbers import health, moment, owned_amount, translate
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.readmodel.lending import Position
    from lstwallet.readmodel.lending_past import Losses
    from lstwallet.ui.bridge import Preferences

SAFE = 3 * WAD // 2


def listed(words: Sequence[str]) -> str:
    """``WETH and wstETH``; ``WETH, wstETH and USDC``."""
    if len(words) < 2:
        return "".join(words)
    text = translate("lend", "{first} and {last}")
    return text.format(first=", ".join(words[:-1]), last=words[-1])


def liquidated(losses: Losses, held: Position, preferences: Preferences) -> str:
    """Both sentences; ``held`` is the position as it is now."""
    text = translate("lend", "{first} {second}")
    return text.format(first=_taken(losses, preferences), second=_left(losses, held, preferences))


def _taken(losses: Losses, eye: Preferences) -> str:
    repaid = listed([owned_amount(eye, part.units, part.token) for part in losses.repaid])
    taken = listed([owned_amount(eye, part.units, part.token) for part in losses.taken])
    when, low = moment(losses.last), health(losses.health)
    if losses.times == 1:
        text = translate(
            "lend",
            "On {when} your health factor was {health}, below 1.00, and your position was "
            "liquidated: others repaid {repaid} of your debt and took {taken} of your collateral.",
        )
    else:
        text = translate(
            "lend",
            "Your health factor fell below 1.00 and your position was liquidated {count} times, "
            "last on {when} at {health}: others repaid {repaid} of your debt and took {taken} of "
            "your collateral.",
        )
    return text.format(when=when, health=low, repaid=repaid, taken=taken, count=losses.times)


def _left(losses: Losses, held: Position, eye: Preferences) -> str:
    owned = listed([owned_amount(eye, row.units, row.token) for row in held.supplied if row.usd])
    owed = listed([owned_amount(eye, row.units, row.token) for row in held.borrowed if row.usd])
    if losses.written_off and not owed:
        lost = listed([owned_amount(eye, part.units, part.token) for part in losses.written_off])
        text = translate(
            "lend",
            "No collateral was left, so the market wrote off the rest of your debt, {lost}: you "
            "owe nothing any more.",
        )
        return text.format(lost=lost)
    if not owed:
        text = translate("lend", "You owe nothing any more; {owned} is left and can be withdrawn.")
        return text.format(owned=owned or translate("lend", "nothing"))
    now = held.risk.health
    if now is not None and now < WAD:
        text = translate(
            "lend",
            "You still owe {owed} against {owned} at a health factor of {health}, so more can be "
            "taken: repay or add collateral now.",
        )
    elif now is not None and now < SAFE:
        text = translate(
            "lend",
            "You still owe {owed} against {owned} at a health factor of {health}: repay or add "
            "collateral to keep it above 1.00.",
        )
    else:
        text = translate(
            "lend",
            "You still owe {owed} against {owned}, and the health factor is {health} again.",
        )
    return text.format(owed=owed, owned=owned or translate("lend", "nothing"), health=health(now))
