"""How the unstake room writes waits, offers and tickets."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.staking_wait import Wait
from lstwallet.readmodel import unstaking as reading
from lstwallet.readmodel.rocketpool import BurnOffer
from lstwallet.readmodel.unstaking import BreakEven, MarketOffer, TicketRow
from lstwallet.ui import wording
from lstwallet.units.fixed import WAD

translate = QCoreApplication.translate


def share(wad: int, digits: int = 2) -> str:
    """A share or a yearly rate with 18 decimals as ``3.02%``."""
    return wording.percent(wad / WAD, digits)


def wait(range_: Wait) -> str:
    """``3 to 5 d``."""
    return wording.waits(range_.low, range_.high)


def wait_parts(range_: Wait) -> tuple[str, str]:
    """``3 to 5`` and ``days``: the number and its quiet unit."""
    number, _, mark = wait(range_).rpartition(wording.NO_BREAK)
    units = {
        wording.waits(0, 3 * 86_400).rpartition(wording.NO_BREAK)[2]: translate("unstake", "days"),
        wording.waits(0, 3 * 3_600).rpartition(wording.NO_BREAK)[2]: translate("unstake", "hours"),
    }
    return number, units.get(mark, translate("unstake", "minutes"))


def between(now: int, range_: Wait) -> str:
    """``Fri 17 Oct to Sun 19 Oct``."""
    return wording.between(now + range_.low, now + range_.high, now)


def mode(bunker: bool) -> tuple[str, str]:
    """How the queue pays now, and the tone: Lido's own words for it."""
    if bunker:
        return translate("unstake", "Bunker: a loss, a report longer"), "warn"
    return translate("unstake", "Turbo: paid by the next reports"), "text"


def against_rate(offer: MarketOffer, *, burning: bool = False) -> tuple[str, str, str]:
    """Words, tone and icon of how far the market pays off the rate, fee and impact counted:
    more than the discount of the price alone."""
    size = wording.percent(abs(offer.below) / WAD)
    if size == wording.percent(0.0):
        return translate("unstake", "At the rate"), "good", "check-circle"
    if offer.below > 0:
        text = translate("unstake", "{share} less than waiting")
        if burning:
            text = translate("unstake", "{share} less than burning")
        return text.format(share=size), "warn", "warning"
    text = translate("unstake", "{share} more than waiting")
    if burning:
        text = translate("unstake", "{share} more than burning")
    return text.format(share=size), "good", "trend-up"


def discount(offer: MarketOffer) -> str:
    """How far the market pays below the rate; what it pays more is told with its sign."""
    text = wording.percent(abs(offer.below) / WAD)
    if wording.reads_zero(text):
        return translate("unstake", "none")
    return text if offer.below > 0 else f"+{text}"


def impact(offer: MarketOffer) -> tuple[str, str]:
    """The price impact and its tone: plain at zero, amber from 1 %, red from 5 %."""
    text = wording.percent(offer.impact)
    if offer.impact >= 0.05:
        return text, "bad"
    if offer.impact >= 0.01:
        return text, "warn"
    return text, "text" if wording.reads_zero(text) else "good"


def verdict(even: BreakEven) -> str:
    """Wait or sell, in a sentence."""
    if even.gain <= 0:
        return translate(
            "unstake", "The market pays as much at once: nothing is gained by waiting."
        )
    text = translate(
        "unstake",
        "Waiting gains {share} in about {time}. Selling is right only if the ETH would earn "
        "more elsewhere.",
    )
    return text.format(share=share(even.gain), time=wording.duration(even.seconds))


def burn_or_sell(burn: BurnOffer, market: MarketOffer) -> str:
    """Which of two ways that pay at once pays more, in a sentence."""
    if burn.worth > burn.available:
        return translate(
            "unstake",
            "The protocol cannot pay all of it now. It can when minipools close or others "
            "deposit: nobody knows when. The market pays at once.",
        )
    size = share(abs(market.below))
    if size == share(0):
        return translate("unstake", "Both pay the same at once.")
    if market.below > 0:
        text = translate("unstake", "Burning pays {share} more, and both pay at once.")
    else:
        text = translate("unstake", "The market pays {share} more, and both pay at once.")
    return text.format(share=size)


def brief(units: int, token: str) -> str:
    """``6 stETH`` on a button; four decimals when it would get long."""
    text = wording.small(units, token)
    return text if len(text) <= 14 else wording.amount(units, token)


def tickets(numbers: list[int]) -> str:
    """``Ticket #12`` or ``3 tickets``."""
    if len(numbers) == 1:
        return translate("unstake", "Ticket #{id}").format(id=numbers[0])
    return wording.plural(translate("unstake", "%n ticket(s)", "", len(numbers)), len(numbers))


def ready(row: TicketRow, now: int) -> str:
    """When a ticket pays."""
    if row.state == reading.READY:
        return translate("unstake", "Ready now")
    return wording.ready_in(row.ready_from, row.ready_to, now)


def split(parts: tuple[int, ...]) -> str:
    """``3 tickets: 1 000 + 1 000 + 500.0000 ETH``, or the first ones of many."""
    shown = [wording.amount(part, "ETH", unit=False) for part in parts[:3]]
    if len(parts) > 3:
        shown.append("…")
    text = wording.plural(translate("unstake", "%n ticket(s): {sizes} ETH", "", len(parts)),
                          len(parts))  # fmt: skip
    return text.format(sizes=" + ".join(shown))
