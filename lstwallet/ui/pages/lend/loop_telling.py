"""What a loop will do, and has done, in words: for building and for reducing alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import lending as reading
from lstwallet.readmodel import loops
from lstwallet.readmodel.lending import RISKY, Risk
from lstwallet.readmodel.loops import LoopNow, LoopPair, Step
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionForm, Change, Check, Fact, Move
from lstwallet.ui.pages.lend import loop_words, words
from lstwallet.ui.pages.lend.telling import risk_changes

if TYPE_CHECKING:
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge


class LoopTelling(ActionForm):
    """``foreseen``: the health factor after what is chosen (18 decimals), or ``None``."""

    foreseen = Signal(object)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.planned_on: World | None = None
        """The world that the present plan was made on."""

    def pair(self) -> LoopPair:
        """What is looped."""
        raise NotImplementedError

    def now(self, world: World) -> LoopNow:
        """The loop of the pair in a world."""
        return loops.loop_now(world, self.bridge.account, self.pair())

    def impact(self, events: Sequence[Any]) -> float:
        """How much worse the exchanges are than at the pools' prices before them."""
        before = self.planned_on or self.bridge.world
        return loops.impact(before, events) if before is not None else 0.0

    def lost(self, before: LoopNow, then: LoopNow, brought: int) -> int:
        """USD that the exchanges took, by the oracle's prices: what was there and what was
        brought, less what there is."""
        return before.net.equity + brought - then.net.equity

    # --- parts of reviews and receipts --------------------------------------------------

    def change_rows(self, before: LoopNow, then: LoopNow) -> tuple[Change, ...]:
        """Multiple, net APY, debt and risk, before and after."""
        debt, lent = self.pair().debt, self.pair().collateral
        rate = words.share(then.net.rate, signed=True)
        plain = then.net.rate is None or wording.reads_zero(rate)
        tone = "text" if plain else "good" if (then.net.rate or 0) > 0 else "bad"
        return (
            Change(self.tr("Multiple"), loop_multiple(before), loop_multiple(then),
                   plain=True),
            Change(self.tr("Net APY, with staking"), words.share(before.net.rate, signed=True),
                   rate, tone, plain=True),
            Change(self.tr("{token} supplied").format(token=lent),
                   wording.amount(before.lent, lent, unit=False),
                   wording.amount(then.lent, lent, unit=False)),
            Change(self.tr("{token} owed").format(token=debt),
                   wording.amount(before.owed, debt, unit=False),
                   wording.amount(then.owed, debt, unit=False)),
            *risk_changes(before.risk, then.risk),
        )  # fmt: skip

    def facts(self, events: Sequence[Any], then: LoopNow) -> tuple[Fact, ...]:
        """How many steps, what the exchanges do to the price, and the rate that breaks even."""
        count = wording.count(len(loops.steps(events)))
        impact = self.impact(events)
        rows = [
            Fact(self.tr("Steps, all or none"), count),
            Fact(self.tr("Price impact, all exchanges"), wording.percent(impact),
                 loop_words.impact_tone(impact)),
        ]  # fmt: skip
        if then.owed:
            rows.append(Fact(self.tr("Borrow APY, variable"), words.share(then.borrow_apy)))
        if then.break_even is not None:
            rows.append(Fact(self.tr("Break-even borrow rate"), words.share(then.break_even)))
        return tuple(rows)

    def moves(self, quote: Quote, steps: Sequence[Step]) -> tuple[Move, ...]:
        """What leaves and comes, summed up: wallet, supply and debt."""
        lent, owed = self.pair()
        supplied = _total(steps, "supply") - _total(steps, "withdraw")
        borrowed = _total(steps, "borrow") - _total(steps, "repay")
        found = []
        for token, units, caption, good in (
            (lent, supplied, self.tr("Your supply"), supplied > 0),
            (owed, borrowed, self.tr("Your debt"), borrowed < 0),
        ):
            if units:
                inside = reading.reserve_token(token)
                worth = wording.fiat(reading.worth(quote.after, token, abs(units)))
                found.append(Move(inside, caption, wording.change(units, inside), worth,
                                  "good" if good else "bad" if token == owed else "text"))
        return tuple(found)  # fmt: skip

    def checks(self, then: LoopNow) -> tuple[Check, ...]:
        """What pre-flight, which looks at each call alone, does not say."""
        made = [Check(self.tr("All steps happen together or not at all"))]
        if then.risk.health is None:
            made.append(Check(self.tr("No debt is left, not even dust")))
        return tuple(made)


def loop_multiple(now: LoopNow) -> str:
    """``3.20×``, or a dash without anything in it."""
    return wording.UNKNOWN if now.multiple is None else wording.multiple(now.multiple)


def risky(before: Risk, then: Risk) -> bool:
    """Whether a risk below 1.5 stays that is not smaller than before."""
    if then.health is None or then.health >= RISKY:
        return False
    return before.health is None or then.health < before.health


def _total(steps: Sequence[Step], kind: str) -> int:
    return sum(step.units for step in steps if step.kind == kind)
