"""Bringing a loop down: to a lower multiple, or home as either of its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from lstwallet.engine import loops as engine
from lstwallet.engine.kernel import Batch
from lstwallet.engine.loops import Loop
from lstwallet.engine.refusals import Refusal
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel import loops
from lstwallet.readmodel.loops import LoopPair, Step
from lstwallet.ui import wording
from lstwallet.ui.pages.action import Header, Move, NextStep, NotYet, Receipt, Review
from lstwallet.ui.pages.lend import loop_words
from lstwallet.ui.pages.lend.loop_parts import ErrorPlace, MultipleField, Overview, StepsBox
from lstwallet.ui.pages.lend.loop_telling import LoopTelling, loop_multiple
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.slippage import SlippageField
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

LOWER: Final = "lower"
COLLATERAL: Final = "collateral"
DEBT: Final = "debt"


class ReduceForm(LoopTelling):
    """``aim`` is a lower multiple, or closing to the collateral or to the debt's token."""

    name = "reduce"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._pair = LoopPair("wstETH", "ETH")
        self._touched = False
        aims = [(LOWER, self.tr("Reduce")), (COLLATERAL, ""), (DEBT, "")]
        self.aims = Segmented(aims, LOWER, name=self.tr("How far down"), expand=True)
        for key, _ in aims:
            self.aims.button(key).setObjectName(f"reduce.{key}")
        self.aims.changed.connect(lambda _key: self._aimed())
        self.multiple = MultipleField("reduce.multiple", self.tr("Multiple"))
        self.multiple.changed.connect(self._slid)
        self.says = Label("", "small", "2", wrap=True)
        self.problem = ErrorPlace("reduce.error")
        self.problem.set_error("")
        self.overview = Overview()
        self.steps = StepsBox("reduce.steps")
        self.worst = SlippageField("reduce.slippage", engine.WORST)
        self.worst.label.setText(self.tr("An exchange may lose at most"))
        self.worst.changed.connect(self.changed)
        self.setLayout(
            column(self.aims, self.says, self.multiple, self.problem, self.overview, self.steps,
                   self.worst, spacing=10)
        )  # fmt: skip
        self._dress()

    # --- choosing -----------------------------------------------------------------------

    def pair(self) -> LoopPair:
        return self._pair

    def aim(self) -> str:
        """``lower``, ``collateral`` or ``debt``."""
        return str(self.aims.current())

    def show_loop(self, pair: LoopPair, aim: str = LOWER) -> None:
        """Which loop is brought down, and how."""
        self._pair = pair
        self.aims.set_current(aim)
        self._touched = False
        self._dress()

    def _aimed(self) -> None:
        self._dress()
        self.changed.emit()

    def _slid(self) -> None:
        self._touched = True
        self.changed.emit()

    def _dress(self) -> None:
        collateral, debt = self._pair
        close = self.tr("Close to {token}")
        for key, token in ((COLLATERAL, collateral), (DEBT, debt)):
            self.aims.button(key).setText(close.format(token=token))
        self.multiple.setVisible(self.aim() == LOWER)
        for place in (self.multiple, self.problem):
            place.set_error("")
        self.says.setText(
            {
                LOWER: self.tr("Sells part of the collateral and repays with it. Nothing comes "
                               "from your wallet."),
                COLLATERAL: self.tr("Repays all of the debt out of the collateral and sends the "
                                    "rest to your wallet as {token}."),
                DEBT: self.tr("Repays all of the debt and sends the rest to your wallet as "
                              "{token}."),
            }[self.aim()].format(token=debt if self.aim() == DEBT else collateral)
        )  # fmt: skip

    def loop(self) -> Loop:
        """The loop that the inputs mean."""
        collateral, debt = self._pair
        worst = self.worst.basis_points()
        limit = engine.WORST if worst is None else worst
        return Loop(self.bridge.account, collateral, debt, loops.SWAP, limit)

    # --- the flow asks ------------------------------------------------------------------

    def header(self) -> Header:
        return Header(self.tr("Bring the loop down"), loop_words.pair_name(self._pair),
                      symbol=self._pair.collateral)  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review")

    def fields(self) -> Mapping[str, Any]:
        return {"multiple": self.multiple if self.aim() == LOWER else self.problem}

    def refresh(self, world: World) -> None:
        now = self.now(world).multiple
        if now is not None:
            self.multiple.set_reach(WAD, now)
        if not self._touched:
            blocked = self.multiple.blockSignals(True)
            self.multiple.set_value(((now or WAD) + WAD) >> 1)
            self.multiple.blockSignals(blocked)

    def build_command(self) -> Command | NotYet:
        world = self.bridge.world
        if world is None:
            return NotYet("")
        now = self.now(world)
        if not now.owed:
            return NotYet(self.tr("This loop owes nothing"))
        if self.worst.basis_points() is None:
            return NotYet(self.tr("Correct the limit to go on"))
        self.planned_on = world
        try:
            if self.aim() == LOWER:
                plan = engine.deleverage(world, self.loop(), self.multiple.value())
            else:
                into = self._pair.collateral if self.aim() == COLLATERAL else self._pair.debt
                plan = engine.close(world, self.loop(), into)
        except Refusal as why:
            return NotYet(wording.advice(why), wording.refusal(why), why.field)
        if not plan.calls:
            return NotYet(self.tr("Choose a smaller multiple to go on"))
        return Batch(plan.calls)

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        if world is None:
            return
        before = self.now(world)
        then = self.now(quote.after) if quote is not None else None
        events = quote.events if quote is not None else ()
        self.overview.show_change(self._pair, before, then, self.bridge.preferences)
        self.steps.show_steps(loops.steps(events))
        if quote is None or then is None:
            self.overview.show_cost(None, None)
        else:
            out = self._home(loops.steps(events))
            home = sum(reading.worth(quote.after, token, units) for token, units in out)
            self.overview.show_cost(self.impact(events), self.lost(before, then, -home))
        self.foreseen.emit(then.risk.health if then is not None else None)

    def _home(self, steps: tuple[Step, ...]) -> list[tuple[str, int]]:
        """What a closing brings to the wallet: what its last steps gave and nothing took."""
        held: dict[str, int] = {}
        for step in steps:
            if step.kind == "withdraw":
                held[step.token] = held.get(step.token, 0) + step.units
            elif step.kind == "repay":
                held[step.token] = held.get(step.token, 0) - step.units
            elif step.token_out:
                held[step.token] = held.get(step.token, 0) - step.units
                held[step.token_out] = held.get(step.token_out, 0) + step.units_out
        return [(token, units) for token, units in held.items() if units > 0]

    def describe_review(self, quote: Quote) -> Review:
        before = self.now(self.planned_on or quote.after)
        then, steps = self.now(quote.after), loops.steps(quote.events)
        home = tuple(
            Move(token, self.tr("You receive"), wording.change(units, token),
                 wording.fiat(reading.worth(quote.after, token, units)), "good")
            for token, units in self._home(steps)
            if self.aim() != LOWER and reading.worth(quote.after, token, units)
        )  # fmt: skip
        return Review(
            title=self._title(then),
            confirm=self._confirm(then),
            pending=self.tr("Bringing it down"),
            moves=(*self.moves(quote, steps), *home),
            checks=self.checks(then),
            changes=self.change_rows(before, then),
            facts=self.facts(quote.events, then),
        )

    def _title(self, then: Any) -> str:
        if self.aim() == LOWER:
            return self.tr("Reduce to {multiple}").format(multiple=loop_multiple(then))
        token = self._pair.collateral if self.aim() == COLLATERAL else self._pair.debt
        return self.tr("Close to {token}").format(token=token)

    def _confirm(self, then: Any) -> str:
        return self._title(then)

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        then = self.now(outcome.world)
        if self.aim() == LOWER:
            title = self.tr("Loop at {multiple}").format(multiple=loop_multiple(then))
        else:
            title = self.tr("Loop closed, nothing is owed")
        return Receipt(
            title=title,
            again=self.tr("Back to lending"),
            changes=self.change_rows(self.now(before), then),
            facts=self.facts(outcome.events, then),
            next_steps=(
                NextStep(self.tr("See it on Home"), self.tr("Positions and yield by layer"),
                         "house", "home"),
            ),
        )  # fmt: skip

    def reset(self) -> None:
        self._touched = False
        super().reset()
