"""Waits in words: the one place, so that every screen says the same of the same wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstwallet.ui.wording.numbers import (
    clock_time,
    countdown,
    day,
    duration,
    owned_amount,
    translate,
    waits,
    whole_waits,
)

if TYPE_CHECKING:
    from lstwallet.readmodel.coming import Coming
    from lstwallet.readmodel.due import Due
    from lstwallet.ui.bridge import Preferences


def ready_in(low: int, high: int, now: int) -> str:
    """``in 5 to 10 d``: two moments between which a ticket becomes ready. Always a range."""
    if high <= now:
        return translate("wording", "now")
    return translate("wording", "in {wait}").format(wait=waits(max(0, low - now), high - now))


def between(low: int, high: int, now: int) -> str:
    """``Fri 17 Oct to Sun 19 Oct``, as far off as ``waits`` says; one moment when both ends are
    the same report."""
    if low == high:
        text = translate("wording", "about {day}, {time}")
        return text.format(day=day(low, year=False), time=clock_time(low))
    first, last = (now + end for end in whole_waits(max(0, low - now), max(0, high - now)))
    text = translate("wording", "{first} to {last}")
    return text.format(first=day(first, year=False), last=day(last, year=False))


def next_due(item: Coming, now: int) -> str:
    """``Rewards paid in 3 h``, ``A ticket may be ready in 5 to 10 d``."""
    sentences = {
        "report": translate("wording", "Rewards paid in {wait}"),
        "ticket": translate("wording", "A ticket may be ready in {wait}"),
        "active": translate("wording", "Your validator starts in {wait}"),
        "sweep": translate("wording", "Your validator pays in {wait}"),
        "exit": translate("wording", "Your validator leaves in {wait}"),
        "paid": translate("wording", "Your validator's ether is back in {wait}"),
        "escrow": translate("wording", "Restaked tokens are free in {wait}"),
    }
    ranged = item.kind == "ticket"
    wait = waits(item.at - now, item.until - now) if ranged else duration(item.at - now)
    return sentences[item.kind].format(wait=wait)


def due(item: Due, now: int, preferences: Preferences) -> tuple[str, str, str]:
    """Of an entry of the calendar: what, when, and where the moment comes from."""
    worth = owned_amount(preferences, item.wei, "ETH")
    titles = {
        "report": translate("wording", "Oracle report: rewards are paid"),
        "claim": translate("wording", "{amount} to claim, ticket #{id}"),
        "ticket": translate("wording", "{amount} from the queue, ticket #{id}"),
        "active": translate("wording", "Validators #{id} start to attest"),
        "sweep": translate("wording", "Validators #{id}: rewards are paid"),
        "exit": translate("wording", "Validators #{id} stop"),
        "paid": translate("wording", "{amount} back, validators #{id}"),
        "over": translate("wording", "{amount} restaked to take, withdrawal #{id}"),
        "escrow": translate("wording", "{amount} restaked leaves escrow, withdrawal #{id}"),
        "posting": translate("wording", "Restaking rewards: {amount} become claimable"),
    }
    sources = {
        "report": translate("wording", "The pool's rule: every day at about this time"),
        "claim": translate("wording", "Set aside by a report; it waits for you"),
        "ticket": translate(
            "wording",
            "A range: near with rewards and quick sweeps, far without. Recomputed as time moves",
        ),
        "active": translate("wording", "The chain's activation queue: fixed"),
        "sweep": translate("wording", "The chain's sweep, at its present length"),
        "exit": translate("wording", "The chain's exit queue: fixed when it was asked"),
        "paid": translate("wording", "A day after the exit, when the sweep comes by: fixed"),
        "over": translate("wording", "Its escrow is over: no slash reaches it any more"),
        "escrow": translate("wording", "The protocol's delay: fixed, slashable until then"),
        "posting": translate("wording", "Posted weekly, claimable a week later"),
    }
    if item.kind in ("claim", "over"):
        when = translate("wording", "ready now")
    elif item.kind == "ticket":
        span = between(item.low, item.high, now)
        when = translate("wording", "{range}, {wait}").format(
            range=span, wait=ready_in(item.low, item.high, now)
        )
    else:
        when = translate("wording", "{time}, {wait}").format(
            time=clock_time(item.low), wait=countdown(item.low, now)
        )
    return titles[item.kind].format(amount=worth, id=item.ident), when, sources[item.kind]
