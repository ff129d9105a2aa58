"""The swap: what one pays, what one gets, and everything between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QElapsedTimer, QTimer, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.pools_facts import POOL_OF, STETH_ETH, Swap
from lstwallet.engine.refusals import SlippageExceeded
from lstwallet.readmodel import swaps
from lstwallet.readmodel.pools import at_least, fair_usd
from lstwallet.readmodel.swaps import TOKENS_SWAPPED, Traded
from lstwallet.store.book import pinned
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
    offer_ether,
    read_amount,
)
from lstwallet.ui.pages.swap import words
from lstwallet.ui.pages.swap.why import Why
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.ui.widgets.slippage import SlippageField
from lstwallet.units.amount import ALL

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.refusals import Refusal
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

RENEWED_S: Final = 15
"""A quote is asked for again when it is this old."""


class SwapForm(ActionForm):
    """Any two of the wallet's tokens."""

    name = "swap"
    previewed = Signal()
    """The overview shows another quote, or none."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.agreed: int | None = None
        """The minimum that a review showed; kept until the form is shown again."""
        self.minimum = 0
        self.done: Traded | None = None
        """What the shown quote would do."""
        self._inverted = False
        self._pair_before = ("ETH", "stETH")
        self._age = QElapsedTimer()
        self._make_fields()
        self._make_facts()
        middle = row(None, self.flip, None)
        facts = column(
            row(self.rate_name, None, self.rate, spacing=6), self.impact, self.fee, self.least,
            self.fair, row(self.age_name, None, self.age, self.renew, spacing=6), spacing=4,
        )  # fmt: skip
        self.setLayout(
            column(
                self.moved, self.pay, holder(middle), self.get, holder(facts), self.note,
                self.slippage, spacing=8,
            )
        )  # fmt: skip
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        bridge.refused.connect(self._refused)

    def _make_fields(self) -> None:
        self.pay = AmountField(self.tr("You pay"), "ETH", 18)
        self.pay.edit.setObjectName("swap.amount")
        self.pay.pill.setObjectName("swap.from")
        self.get = AmountField(self.tr("You receive"), "stETH", 18, read_only=True)
        self.get.edit.setObjectName("swap.receive")
        self.get.pill.setObjectName("swap.to")
        for field, pick in ((self.pay, self._pay_picked), (self.get, self._get_picked)):
            field.set_token_choices(TOKENS_SWAPPED)
            field.token_changed.connect(pick)
        self.pay.changed.connect(self._inputs_changed)
        self.flip = ToolButton("arrows-down-up", self.tr("Turn the swap round"), "outline",
                               on_click=self.turn_round)  # fmt: skip
        self.flip.setObjectName("swap.flip")
        self.slippage = SlippageField(
            "swap.slippage", self.bridge.preferences.default_slippage_bps
        )
        self.slippage.changed.connect(self._inputs_changed)
        self.moved, self.note = Banner("", "warn"), Banner("", "info")
        self.moved.setObjectName("swap.moved")
        self.moved.hide()
        self.note.hide()

    def _make_facts(self) -> None:
        self._why = Why(self)
        self.rate_name = Label(self.tr("Rate"), "body", "2")
        self.rate = Button("", "ghost", "small", icon="arrows-left-right", trailing=True,
                           on_click=self._invert)  # fmt: skip
        self.rate.setObjectName("swap.rate")
        self.rate.setToolTip(self.tr("Show the rate the other way round"))
        self.impact = KeyValue(self.tr("Price impact"), why=lambda: self._why.impact(self.impact))
        self.fee = KeyValue(self.tr("Pool fee"))
        self.least = KeyValue(self.tr("You get at least"), why=lambda: self._why.least(self.least))
        self.fair = KeyValue(self.tr("Against fair value"))
        self.age_name = Label(self.tr("Quoted"), "body", "2")
        self.age = Label("", "medium", align="right")
        self.renew = ToolButton("arrows-clockwise", self.tr("Ask for a new quote"), side=24,
                                icon_side=14, on_click=self.changed.emit)  # fmt: skip
        self.renew.setObjectName("swap.renew")

    # --- inputs -------------------------------------------------------------------------

    def pair(self) -> tuple[str, str]:
        """What is paid and what is received."""
        return self.pay.symbol(), self.get.symbol()

    def set_pair(self, token_in: str, token_out: str) -> None:
        """Show another pair; a number that was typed stays."""
        if token_in == token_out:
            token_out = "ETH" if token_in != "ETH" else "stETH"
        if (token_in, token_out) != self.pair():
            self.agreed = None  # it was agreed for the pair before
        for field, token in ((self.pay, token_in), (self.get, token_out)):
            field.set_token(token, wording.decimals(token))
            field.set_places(wording.places(token))
        world = self.bridge.world
        if world is not None:
            self.refresh(world)
        self._inputs_changed()

    def _pay_picked(self, token: str) -> None:
        before, other = self._pair_before
        self.set_pair(token, before if token == other else other)

    def _get_picked(self, token: str) -> None:
        before, other = self._pair_before
        self.set_pair(other if token == before else before, token)

    def turn_round(self) -> None:
        """Pay what was to be received."""
        token_in, token_out = self.pair()
        received = self.done.received if self.done is not None else None
        self.set_pair(token_out, token_in)
        if received:
            self.pay.set_units(received)

    def _invert(self) -> None:
        self._inverted = not self._inverted
        self._show_rate()

    def _inputs_changed(self) -> None:
        self._pair_before = self.pair()
        self.moved.hide()
        self.changed.emit()

    def on_phase(self, phase: str) -> None:
        """The flow moved on: what a review shows as minimum is agreed to."""
        self.agreed = self.minimum if phase in ("review", "pending") else None
        if phase == "review":
            self.moved.hide()

    def _refused(self, command: Command, refusal: Refusal) -> None:
        """Between review and Confirm the price went past the limit: say so, show the new one."""
        mine = isinstance(command, Swap) and command.account == self.bridge.account
        if mine and isinstance(refusal, SlippageExceeded) and self.agreed is not None:
            self.moved.set(wording.refusal(refusal), "warn")

    def refresh(self, world: World) -> None:
        self.slippage.offer(self.bridge.preferences.default_slippage_bps)
        choices = pinned(self.bridge.book, TOKENS_SWAPPED, "token")
        for field in (self.pay, self.get):
            field.set_token_choices(choices)
        token_in, token_out = self.pair()
        held = swaps.available(world, self.bridge.account, token_in)
        self.pay.set_available(held)
        if token_in == "ETH":
            call = swaps.command(self.bridge.account, token_in, ALL, token_out, 0)
            offer_ether(self.pay, self.bridge, world, call)
        else:
            self.pay.set_max(held)
        mine = swaps.available(world, self.bridge.account, token_out)
        shown = wording.amount(mine, token_out, unit=False)
        if self.bridge.preferences.privacy != "exact":
            shown = wording.HIDDEN
        self.get.set_available(None, self.tr("You have {amount}").format(amount=shown))

    # --- the one shape ------------------------------------------------------------------

    def header(self) -> Header:
        return Header(self.tr("Swap"), self.tr("In one step, all or nothing"), icon="swap")

    def main_text(self) -> str:
        return self.tr("Review swap")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.pay}

    def build_command(self) -> Command | NotYet:
        account = self.bridge.account
        value = read_amount(self.pay)
        if isinstance(value, NotYet):
            return value
        limit = self.slippage.basis_points()
        token_in, token_out = self.pair()
        if self.agreed is not None:
            return swaps.command(account, token_in, value, token_out, self.agreed)
        trial = swaps.command(account, token_in, value, token_out, 0)
        self.minimum = 0
        quote = self.bridge.preview(trial)
        if isinstance(quote, Exception):
            return trial
        if limit is None:
            return NotYet(self.tr("Mend the slippage limit to go on"))
        received = self._traded(quote).received
        priced = swaps.has_price(token_in, token_out)
        self.minimum = at_least(received, limit) if priced else received
        return swaps.command(account, token_in, value, token_out, self.minimum)

    def _traded(self, quote: Quote) -> Traded:
        world = self.bridge.world
        assert world is not None
        return swaps.traded(world, quote.events, *self.pair())

    # --- the overview -------------------------------------------------------------------

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        assert world is not None
        units = self.pay.units()
        worth = fair_usd(world, self.pay.symbol(), units) if units else 0
        self.pay.set_fiat(wording.fiat(worth) if worth else "")
        self.done = done = self._traded(quote) if quote is not None else None
        self._age.start()
        self._tick()
        self._show_rate()
        self.previewed.emit()
        if done is None:
            self.get.set_shown("")
            self.get.set_fiat("")
            for fact in (self.impact, self.fee, self.least, self.fair):
                fact.set_value(wording.UNKNOWN)
            self.note.set("")
            return
        token_out = done.token_out
        self.get.set_shown(wording.amount(done.received, token_out, unit=False))
        self.get.edit.setToolTip(plain_tip(wording.exact(done.received, token_out)))
        self.get.set_fiat(wording.fiat(fair_usd(world, token_out, done.received)))
        self.impact.set_value(*words.impact(done.impact))
        self.fee.set_value(words.fee(done))
        self.least.set_value(wording.amount(self.minimum, token_out))
        tone = "warn" if done.against_fair <= swaps.OFF_FAIR else "text"
        self.fair.set_value(wording.percent(done.against_fair, signed=True), tone)
        self._explain(done)

    def _explain(self, done: Traded) -> None:
        warning = self._warning(done)
        if warning:
            high = done.impact >= swaps.IMPACT_HIGH
            self.note.set(warning, "bad" if high else "warn")
        elif not done.fees:
            text = self.tr("Wrapping has no price: no fee, no slippage, nothing to wait for.")
            self.note.set(text, "info")
        else:
            self.note.set("")

    def _warning(self, done: Traded) -> str:
        expert = self.bridge.preferences.expert
        if done.impact >= swaps.IMPACT_REFUSED and not expert:
            text = self.tr("The price impact is {share}. From 15% on a swap is refused.")
            return text.format(share=wording.percent(done.impact))
        if done.impact >= swaps.IMPACT_TYPED:
            text = self.tr("This trade alone moves the price by {share}. Confirm by typing.")
            return text.format(share=wording.percent(done.impact))
        if done.impact >= swaps.IMPACT_HIGH:
            text = self.tr("This trade alone moves the price by {share}. A smaller one costs less.")
            return text.format(share=wording.percent(done.impact))
        if done.against_fair <= swaps.OFF_FAIR:
            text = self.tr("You would get {share} less than fair value. Compare the other ways.")
            return text.format(share=wording.percent(-done.against_fair))
        return ""

    def _show_rate(self) -> None:
        token_in, token_out = self.pair()
        world = self.bridge.world
        if self.done is not None and self.done.paid:
            value = words.executed(self.done)
        else:
            value = swaps.price_now(world, token_in, token_out) if world is not None else 0.0
        if self._inverted and value:
            token_in, token_out, value = token_out, token_in, 1 / value
        self.rate.setText(words.rate(token_in, token_out, value))
        self.rate.updateGeometry()

    def _tick(self) -> None:
        """Every second: the age of the quote; an old one is asked for again."""
        if self.done is None:
            self.age.setText(wording.UNKNOWN)
            return
        seconds = int(self._age.elapsed() // 1_000)
        if seconds >= RENEWED_S and self.isVisible():
            self.changed.emit()
            return
        self.age.setText(words.age(seconds))

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        done = self._traded(quote)
        token_in, token_out = self.pair()
        after = quote.after
        old = swaps.available(after, self.bridge.account, token_out) - done.received
        least = self.agreed if self.agreed is not None else self.minimum
        return Review(
            title=self.tr("Review swap"),
            confirm=self.tr("Swap"),
            pending=self.tr("Swapping"),
            moves=(
                Move(token_in, self.tr("You pay"), wording.change(-done.paid, token_in),
                     wording.fiat(fair_usd(after, token_in, done.paid))),
                Move(token_out, self.tr("You receive"), wording.change(done.received, token_out),
                     wording.fiat(fair_usd(after, token_out, done.received)), "good"),
            ),
            changes=(
                Change(self.tr("{token} in wallet").format(token=token_out),
                       wording.amount(old, token_out, unit=False),
                       wording.amount(old + done.received, token_out, unit=False)),
            ),
            facts=(
                Fact(self.tr("Rate"), words.rate(token_in, token_out, words.executed(done))),
                Fact(self.tr("Price impact"), *words.impact(done.impact)),
                Fact(self.tr("Pool fee"), words.fee(done)),
                Fact(self.tr("You get at least"), wording.amount(least, token_out)),
                Fact(self.tr("Route"), words.route(token_in, swaps.way(token_in, token_out))),
            ),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        account = self.bridge.account
        token_in, token_out = self.pair()
        done = swaps.traded(before, outcome.events, token_in, token_out)

        def change(token: str, tone: str) -> Change:
            return Change(
                self.tr("{token} in wallet").format(token=token),
                wording.amount(swaps.available(before, account, token), token, unit=False),
                wording.amount(swaps.available(outcome.world, account, token), token, unit=False),
                tone,
            )

        received = wording.amount(done.received, token_out)
        return Receipt(
            title=self.tr("{amount} received").format(amount=received),
            again=self.tr("Swap again"),
            changes=(change(token_in, "text"), change(token_out, "good")),
            facts=(
                Fact(self.tr("Rate"), words.rate(token_in, token_out, words.executed(done))),
                Fact(self.tr("Pool fee"), words.fee(done)),
            ),
            next_steps=self._next_steps(token_out),
        )

    def _next_steps(self, token: str) -> tuple[NextStep, ...]:
        stake = NextStep(self.tr("Stake it"), self.tr("Earn rewards from the first day"),
                         "stack", "stake")  # fmt: skip
        lend = NextStep(self.tr("Lend it"), self.tr("Earn interest, or borrow against it"),
                        "bank", "lend", {"token": token})  # fmt: skip
        pool: dict[str, Any] = {"pool": POOL_OF.get(token, STETH_ETH)}
        add = NextStep(self.tr("Add it to a pool"), self.tr("Earn a part of every trade's fee"),
                       "drop-half", "pools", {**pool, "action": "add"})  # fmt: skip
        return {
            "ETH": (stake, add), "WETH": (lend,), "stETH": (add,), "wstETH": (lend,),
            "USDC": (lend, add), "rETH": (add,),
        }[token]  # fmt: skip
