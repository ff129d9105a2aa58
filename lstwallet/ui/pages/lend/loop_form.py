"""The loop builder: borrow, exchange, supply again, as often as the multiple asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine import loops as engine
from lstwallet.engine.kernel import Batch
from lstwallet.engine.loops import Loop, Own
from lstwallet.engine.refusals import Refusal
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel import loops
from lstwallet.readmodel.lending import RISKY
from lstwallet.readmodel.loops import LoopPair, Outlook
from lstwallet.ui import wording
from lstwallet.ui.pages.action import Header, Move, NextStep, NotYet, Receipt, Review
from lstwallet.ui.pages.lend import loop_words
from lstwallet.ui.pages.lend.loop_parts import MultipleField, NetChart, Overview, StepsBox
from lstwallet.ui.pages.lend.loop_telling import LoopTelling, loop_multiple, risky
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Chooser, Segmented
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.slippage import SlippageField
from lstwallet.units.amount import ALL, AmountProblem, Wanted
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

FIRST: Final = 2 * WAD
"""Where the slider stands before anybody moves it."""
SAMPLE: Final = {"USDC": 1_000 * 10**6}
"""How far one could go before an amount is typed: with so much, else one whole token."""


class LoopForm(LoopTelling):
    """``turned``: another pair, so the panel's header changes too."""

    name = "loop"
    turned = Signal()

    def __init__(self, bridge: Bridge, tabs: Segmented, parent: QWidget | None = None) -> None:
        """``tabs`` leads back to the market's other actions."""
        super().__init__(bridge, parent)
        self._outlook: Outlook | None = None
        self._asked: tuple[Any, ...] = ()
        self._touched = False
        self._pairs: tuple[LoopPair, ...] = ()
        self._make_inputs()
        self.chart = NetChart()
        self.overview = Overview()
        self.steps = StepsBox("loop.steps")
        self.warning = Banner("", "warn")
        self.warning.setObjectName("loop.warning")
        self.warning.set("")
        self.setLayout(
            column(
                tabs, Label(self.tr("Borrow, buy more, supply it, repeat. Yield and risk both "
                                    "rise."), "small", "2", wrap=True),
                row(self.pairs_label, None, self.pairs), self.route, self.amount, self.multiple,
                self.chart, self.overview, self.warning, self.steps, self.worst, spacing=10,
            )
        )  # fmt: skip
        self.set_pairs(())

    def _make_inputs(self) -> None:
        self.pairs_label = Label(self.tr("Loop"), "body", "2")
        self.pairs = Chooser(self.tr("What to loop"))
        self.pairs.setObjectName("loop.pair")
        self.pairs_label.setBuddy(self.pairs)
        self.pairs.activated.connect(self._pair_chosen)
        self.ways = Segmented(
            [(route, loop_words.route_name(route)) for route in (loops.MINT, loops.SWAP)],
            loops.MINT, name=self.tr("How the loan becomes collateral"), expand=True,
        )  # fmt: skip
        for route in (loops.MINT, loops.SWAP):
            self.ways.button(route).setObjectName(f"loop.route.{route}")
        self.ways.changed.connect(lambda _key: self._inputs_changed())
        self.route = holder(self.ways_row())
        self.amount = AmountField(self.tr("You bring"), "ETH", 18)
        self.amount.edit.setObjectName("loop.amount")
        self.amount.pill.setObjectName("loop.token")
        self.amount.max_button.setObjectName("loop.max")
        self.amount.changed.connect(self._inputs_changed)
        self.amount.token_changed.connect(self._token_chosen)
        self.multiple = MultipleField("loop.multiple", self.tr("Multiple"))
        self.multiple.changed.connect(self._slid)
        self.worst = SlippageField("loop.slippage", engine.WORST)
        self.worst.label.setText(self.tr("An exchange may lose at most"))
        self.worst.changed.connect(self._inputs_changed)

    def ways_row(self) -> Any:
        """The segmented choice with its words."""
        return column(self.ways, spacing=0)

    # --- choosing -----------------------------------------------------------------------

    def pair(self) -> LoopPair:
        chosen = self.pairs.currentData()
        return chosen if chosen is not None else LoopPair("wstETH", "ETH")

    def set_pairs(self, pairs: tuple[LoopPair, ...]) -> None:
        """What this world's market can loop."""
        if pairs == self._pairs:
            return
        self._pairs = pairs
        self.pairs.clear()
        for pair in pairs:
            self.pairs.addItem(loop_words.pair_name(pair), pair)
        self._dress()

    def choose(self, pair: LoopPair) -> None:
        """Show a pair."""
        if pair in self._pairs:
            self.pairs.setCurrentIndex(self._pairs.index(pair))
            self._dress()
            self._inputs_changed()

    def _pair_chosen(self, _index: int) -> None:
        self._dress()
        self._inputs_changed()
        self.turned.emit()

    def _dress(self) -> None:
        """What follows from the pair: the tokens that may be brought, and the routes."""
        tokens = loops.own_tokens(self.pair().collateral)
        self.amount.set_token_choices(tokens)
        if self.amount.symbol() not in tokens:
            self._set_token(tokens[0])
        self.route.setVisible(len(loops.routes(self.pair().collateral)) > 1)

    def _token_chosen(self, token: str) -> None:
        self._set_token(token)
        self._inputs_changed()

    def _set_token(self, token: str) -> None:
        self.amount.set_token(token, wording.decimals(token))
        self.amount.set_places(wording.places(token))

    def _slid(self) -> None:
        self._touched = True
        self.changed.emit()

    def _inputs_changed(self) -> None:
        if self.bridge.world is not None:
            self.refresh(self.bridge.world)
        self.changed.emit()

    # --- what is asked ------------------------------------------------------------------

    def loop(self) -> Loop:
        """The loop that the inputs mean."""
        collateral, debt = self.pair()
        ways = loops.routes(collateral)
        route = self.ways.current() if len(ways) > 1 else ways[0]
        worst = self.worst.basis_points()
        return Loop(self.bridge.account, collateral, debt, route,
                    engine.WORST if worst is None else worst)  # fmt: skip

    def own(self) -> Own:
        """What is brought: nothing while no amount is typed."""
        value: Wanted = self.amount.value() or 0
        if value == ALL and self.amount.symbol() in ("ETH", "USDC"):
            value = self.amount.units() or 0  # Max has left what the fee takes
        return Own(self.amount.symbol(), value)

    def _has_loop(self, world: World) -> bool:
        return bool(self.now(world).lent)

    def build_command(self) -> Command | NotYet:
        world = self.bridge.world
        if world is None:
            return NotYet("")
        problem = self.amount.problem()
        if problem is AmountProblem.EMPTY and not self._has_loop(world):
            return NotYet(self.tr("Enter an amount to go on"))
        if problem not in (None, AmountProblem.EMPTY):
            reason = self.tr("Correct the amount to go on")
            return NotYet(reason, wording.bad_amount(problem, self.amount.decimals()))
        if self.worst.basis_points() is None:
            return NotYet(self.tr("Correct the limit to go on"))
        self.planned_on = world
        try:
            plan = engine.leverage(world, self.loop(), self.own(), self.multiple.value())
        except Refusal as why:
            return NotYet(wording.advice(why), wording.refusal(why), why.field)
        if not plan.rounds:
            return NotYet(self.tr("Choose a larger multiple to go on"))
        return Batch(plan.calls)

    # --- the flow asks ------------------------------------------------------------------

    def header(self) -> Header:
        return Header(self.tr("Loop builder"), loop_words.pair_name(self.pair()),
                      symbol=self.pair().collateral)  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review loop")

    def fields(self) -> Mapping[str, Any]:
        return {"amount": self.amount, "multiple": self.multiple}

    def refresh(self, world: World) -> None:
        self.set_pairs(loops.pairs(world))
        token = self.amount.symbol()
        units = loops.available(world, self.bridge.account, token)
        self.amount.set_available(units)
        fees = loops.for_fees(world, self.bridge.account) if token == "ETH" else 0
        self.amount.set_max(max(0, units - fees))
        typed = self.amount.units()
        self.amount.set_fiat(
            wording.fiat(self._worth(world, token, typed)) if typed is not None else ""
        )
        self._look_ahead(world)

    def _worth(self, world: World, token: str, units: int) -> int:
        """USD, 8 decimals; stETH counts as ether."""
        return reading.worth(world, "ETH" if token == "stETH" else token, units)

    def _look_ahead(self, world: World) -> None:
        """How far one could go: asked again when the world or an input but the slider moved."""
        own = self.own()
        if not own.amount and not self._has_loop(world):
            own = Own(own.token, SAMPLE.get(own.token, 10**18))
        asked = (world.events, world.time, self.loop(), own)
        if asked == self._asked:
            return
        self._asked = asked
        try:
            self._outlook = loops.outlook(world, self.loop(), own)
        except Refusal:
            self._outlook = None
        if self._outlook is None:
            self.multiple.set_reach(WAD, max(self.multiple.value(), FIRST))
            return
        seen = self._outlook
        self.multiple.set_reach(seen.lowest, seen.highest, loop_words.limit(seen.limit))
        if not self._touched:
            blocked = self.multiple.blockSignals(True)
            self.multiple.set_value(max(FIRST, seen.lowest))
            self.multiple.blockSignals(blocked)

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        if world is None:
            return
        before = self.now(world)
        then = self.now(quote.after) if quote is not None else None
        self.chart.show_outlook(self._outlook, self.multiple.value())
        self.overview.show_change(self.pair(), before, then, self.bridge.preferences)
        events = quote.events if quote is not None else ()
        self.steps.show_steps(loops.steps(events))
        if then is None:
            self.overview.show_cost(None, None)
        else:
            cost = self.lost(before, then, self._brought_usd(world))
            self.overview.show_cost(self.impact(events), cost)
        warned = then is not None and risky(before.risk, then.risk)
        text = self.tr("Health below {line} after this. Confirm in the review.")
        self.warning.set(text.format(line=wording.health(RISKY)) if warned else "", "warn")
        self.foreseen.emit(then.risk.health if then is not None else None)

    def _brought_usd(self, world: World) -> int:
        token = self.amount.symbol()
        return self._worth(world, token, self.amount.units() or 0)

    def describe_review(self, quote: Quote) -> Review:
        before = self.now(self.planned_on or quote.after)
        then = self.now(quote.after)
        title = self.tr("Loop to {multiple}").format(multiple=loop_multiple(then))
        return Review(
            title=title,
            confirm=title,
            pending=self.tr("Looping"),
            moves=(*self._own_move(quote), *self.moves(quote, loops.steps(quote.events))),
            checks=self.checks(then),
            changes=self.change_rows(before, then),
            facts=self.facts(quote.events, then),
        )

    def _own_move(self, quote: Quote) -> tuple[Move, ...]:
        first = loops.net_brought(quote.events)
        if first is None:
            return ()
        worth = wording.fiat(self._worth(quote.after, first.token, first.units))
        return (Move(first.token, self.tr("You bring"), wording.change(-first.units, first.token),
                     worth),)  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        then = self.now(outcome.world)
        title = self.tr("Loop at {multiple}").format(multiple=loop_multiple(then))
        return Receipt(
            title=title,
            again=self.tr("Back to the loop"),
            changes=self.change_rows(self.now(before), then),
            facts=self.facts(outcome.events, then),
            next_steps=(
                NextStep(self.tr("See it on Home"), self.tr("Positions and yield by layer"),
                         "house", "home"),
                NextStep(self.tr("Reduce or close it"), self.tr("In one batch, any time"),
                         "arrows-in-line-vertical", "lend", {"action": "reduce"}),
            ),
        )  # fmt: skip

    def reset(self) -> None:
        self._touched = False
        self._asked = ()
        super().reset()
