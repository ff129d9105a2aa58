"""The unstake form: an amount, two ways, and what each of them would bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.engine.pools_facts import RETH_ETH
from lstwallet.engine.rocketpool import BurnReth, RethBurned, burnable, eth_of, reth_rate
from lstwallet.engine.staking import RequestUnstake, estimate_wait, ticket_wait, yearly_rate
from lstwallet.engine.staking_facts import UnstakeRequested
from lstwallet.engine.staking_wait import in_bunker
from lstwallet.ledger.entries import net
from lstwallet.readmodel import rocketpool, swaps
from lstwallet.readmodel import unstaking as reading
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.readmodel.staking import held, steth_behind
from lstwallet.readmodel.unstaking import MarketOffer, QueueOffer
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
    read_amount,
)
from lstwallet.ui.pages.unstake import words
from lstwallet.ui.pages.unstake.offers import (
    BreakEvenCard,
    BurnCard,
    MarketCard,
    QueueCard,
    WayCard,
)
from lstwallet.ui.theme import current, tokens
from lstwallet.ui.widgets.action_panel import PanelPage
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.rows import CheckLine
from lstwallet.units.amount import Wanted
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

QUEUE: Final = "queue"
MARKET: Final = "market"
TOKENS: Final = ("stETH", "wstETH", "rETH")
FOOT: Final = 196
SIDE_BY_SIDE: Final = 800
"""Pixels at 100 % that the two ways need beside each other."""


class UnstakeForm(ActionForm):
    """Both ways are previewed while one types; the chosen one is what Review shows."""

    name = "unstake"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.way = QUEUE
        self._build_inputs()
        self.even = BreakEvenCard()
        self._foot = column(None, spacing=8)
        gap = tokens.CARD_GAP
        upper = row((self.amount, 1), (self.notes, 1), spacing=gap)
        ways = row((self.queue, 1), (self.burn, 1), (self.market, 1), spacing=gap)
        foot = holder(self._foot)
        foot.setMinimumWidth(FOOT)
        lower = row((self.even, 1), foot, spacing=gap)
        self._lines = (upper, ways, lower)
        self.setLayout(column(*self._lines, spacing=12))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text in a small window: one thing under the other."""
        super().resizeEvent(event)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        wanted = down if self.width() < current().px(SIDE_BY_SIDE) else right
        for line in self._lines:
            if line.direction() != wanted:
                line.setDirection(wanted)

    def _build_inputs(self) -> None:
        self.amount = AmountField(self.tr("You unstake"), "stETH", 18)
        self.amount.edit.setObjectName("unstake.amount")
        self.amount.max_button.setObjectName("unstake.max")
        self.amount.pill.setObjectName("unstake.token")
        self.amount.set_token_choices(TOKENS)
        self.amount.changed.connect(self._typed)
        self.amount.token_changed.connect(self.choose_token)
        self.rule = CheckLine("", "info", "info")
        self.slash = CheckLine(
            self.tr("A slash while you wait can lower the payout. No rewards while queued."),
            "warn", "warning",
        )  # fmt: skip
        self.line = CheckLine("", "info", "users-three")
        for each in (self.rule, self.slash, self.line):
            each.text.set_style("small")
        lines = (self.rule, self.slash, self.line)
        inner = column(None, *lines, None, margins=(14, 4, 8, 4), spacing=7)
        self.notes = holder(inner)
        self.queue, self.burn, self.market = QueueCard(), BurnCard(), MarketCard()
        self.burn.hide()
        self.queue.setChecked(True)
        for door in (self.queue, self.burn):
            door.clicked.connect(lambda _on=False: self.choose(QUEUE))
        self.market.clicked.connect(lambda _on=False: self.choose(MARKET))

    def take_foot(self, page: PanelPage) -> None:
        """The flow's own button and its reason stand beside the break-even bar."""
        reason, main = page.detach_foot()
        step = Label(self.tr("Step 1 of 3"), "caption", "2", align="center")
        for item in (reason, main, step):
            self._foot.addWidget(item)
        self._foot.addStretch(1)

    # --- inputs -------------------------------------------------------------------------

    @property
    def reth(self) -> bool:
        """Whether rETH leaves: its protocol burns at once and has no queue."""
        return self.amount.symbol() == "rETH"

    def choose(self, way: str) -> None:
        """The protocol's own door (queue, or burning) or the market."""
        self.way = way
        door = self.burn if self.reth else self.queue
        (self.market if way == MARKET else door).setChecked(True)
        self.changed.emit()

    def choose_token(self, symbol: str) -> None:
        """stETH, wstETH or rETH; what was typed stays."""
        world = self._bridge.world
        if symbol not in TOKENS or (symbol == "rETH" and world and not world.rocketpool):
            return
        self.amount.set_token(symbol, 18)
        self.amount.set_token_choices(TOKENS)
        self.queue.setVisible(not self.reth)
        self.burn.setVisible(self.reth)
        self.slash.setVisible(not self.reth)
        self.choose(self.way)
        self._typed()

    def _typed(self) -> None:
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)
        self.changed.emit()

    def header(self) -> Header:
        if self.way == MARKET:
            pool = self.tr("{token} / ETH pool").format(token="rETH" if self.reth else "stETH")
            return Header(self.tr("Sell on the market"), pool, icon="lightning")
        if self.reth:
            return Header(self.tr("Burn rETH"), self.tr("Rocket Pool pays at its rate"),
                          icon="flame")  # fmt: skip
        return Header(self.tr("Withdrawal queue"), self.tr("Lido burns stETH at the rate"),
                      icon="hourglass-medium")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review unstake")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        return self._sell(value) if self.way == MARKET else self._ask(value)

    def _ask(self, value: Wanted) -> Command:
        if self.reth:
            return BurnReth(self._bridge.account, value)
        return RequestUnstake(self._bridge.account, value, self.amount.symbol())

    def _sell(self, value: Wanted) -> Command:
        """With the smallest amount that the slippage of the settings allows."""
        token = self.amount.symbol()
        rough = swaps.command(self._bridge.account, token, value, "ETH", 0)
        answer = self._bridge.preview(rough)
        if isinstance(answer, Exception):
            return rough
        received = answer.events[-1].received
        minimum = reading.least(received, self._slippage())
        return swaps.command(self._bridge.account, token, value, "ETH", minimum)

    def _slippage(self) -> int:
        return self._bridge.preferences.default_slippage_bps

    def _market_of(self, quote: Quote | None) -> MarketOffer | None:
        world = self._bridge.world
        if quote is None or world is None:
            return None
        return reading.market_offer(world, quote.events, self._slippage())

    # --- showing ------------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        token = self.amount.symbol()
        balance = held(world, self._bridge.account, token)
        self.amount.set_available(balance)
        self.amount.set_max(balance)
        units = self.amount.units()
        text = ""
        if units:
            steth = eth_of(world, units) if self.reth else units
            if token == "wstETH":
                steth = steth_behind(world, units)
            text = self.tr("{value} at the rate").format(
                value=wording.fiat(value_of(quotes(world), "ETH", steth))
            )
        self.amount.set_fiat(text)
        if self.reth:
            self._show_burnable(world)
            return
        ahead = reading.waiting_ahead(world) // WAD
        text = self.tr("Nobody waits in the queue before you.")
        if ahead:
            text = self.tr("{amount} stETH waits in the queue before you.")
        self.line.set(text.format(amount=wording.count(ahead)), "info", "users-three")

    def _show_burnable(self, world: World) -> None:
        text = self.tr("All who burn share {amount}. It comes back with deposits and rewards.")
        there = wording.amount(burnable(world), "ETH")
        self.line.set(text.format(amount=there), "info", "users-three")
        self.rule.set(self.tr("No queue: burning pays at once, or it is refused."), "info", "info")

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is None:
            return
        if self.reth:
            self._show_reth(world, quote)
            return
        queue, market = self._both(world, quote)
        prices = quotes(world)
        wait = queue.wait if queue else estimate_wait(world, 0)
        resting = reading.resting_offer(world)
        self.queue.show_queue(queue, wait, world.time, prices, in_bunker(world))
        self.market.show_market(market, resting, prices, self._slippage())
        self._show_rule(queue)
        self._show_chips(queue, market, resting)
        gets = queue.receives if queue and market else WAD
        pays = market.receives if queue and market else resting.receives
        self.even.show_even(reading.break_even(gets, pays, wait), yearly_rate(world))

    def _both(
        self, world: World, quote: Quote | None
    ) -> tuple[QueueOffer | None, MarketOffer | None]:
        """The chosen way from its quote, the other one from a preview of its own."""
        account = self._bridge.account
        value = self.amount.value()
        if value is None:
            return None, None
        asked = quote if self.way == QUEUE else self._other(self._ask(value))
        sold = quote
        if self.way == QUEUE:
            sold = self._other(swaps.command(account, self.amount.symbol(), value, "ETH", 0))
        return (
            reading.queue_offer(world, asked.events) if asked else None,
            self._market_of(sold),
        )

    def _show_reth(self, world: World, quote: Quote | None) -> None:
        """Burning beside the pool: both pay at once."""
        offer, value = rocketpool.offer(world), self.amount.value()
        if offer is None:
            return
        burn = rocketpool.burn_offer(world, self.amount.units() or 0)
        sold = quote if self.way == MARKET else None
        if value is not None and self.way == QUEUE:
            sold = self._other(swaps.command(self._bridge.account, "rETH", value, "ETH", 0))
        market = self._market_of(sold)
        resting, prices = reading.resting_offer(world, RETH_ETH), quotes(world)
        self.burn.show_chip("")
        self.burn.show_burn(burn, offer, prices)
        self.market.show_market(market, resting, prices, self._slippage(), "rETH")
        self._show_better(burn.worth if burn.pays else 0, market, resting, self.burn)
        self.even.show_at_once(burn, market or resting)

    def _other(self, command: Command) -> Quote | None:
        answer = self._bridge.preview(command)
        return None if isinstance(answer, Exception) else answer

    def _show_rule(self, queue: QueueOffer | None) -> None:
        if queue is not None and len(queue.tickets) > 1:
            text = self.tr("Becomes {tickets}.").format(tickets=words.split(queue.tickets))
        else:
            text = self.tr(
                "Smallest 100 wei, largest {largest} ETH a ticket. "
                "Larger amounts are split for you."
            ).format(largest=wording.count(1_000))
        self.rule.set(text, "info", "info")

    def _show_chips(
        self, queue: QueueOffer | None, market: MarketOffer | None, resting: MarketOffer
    ) -> None:
        self.queue.show_chip("")
        self._show_better(queue.receives if queue else 0, market, resting, self.queue)

    def _show_better(
        self, pays: int, market: MarketOffer | None, resting: MarketOffer, door: WayCard
    ) -> None:
        """The better way says by how much; the market says how far off the rate it is."""
        off = words.against_rate(market or resting, burning=self.reth)
        better = pays - market.receives if pays and market else 0
        text = self.tr("Better by {amount}").format(amount=wording.amount(abs(better), "ETH"))
        if better > 0:
            door.show_chip(text)
        if better < 0:
            off = (text, "good", "check-circle")
        self.market.show_chip(*off)

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        if isinstance(quote.events[-1], UnstakeRequested):
            return self._review_queue(quote.events[-1], quote.after)
        if isinstance(quote.events[-1], RethBurned):
            return self._review_burn(quote.events[-1], quote.after)
        return self._review_market(quote)

    def _review_queue(self, event: UnstakeRequested, after: World) -> Review:
        token, spent = self._spent(event)
        parts = tuple(ticket.request.steth for ticket in event.tickets)
        prices = quotes(after)
        return Review(
            title=self.tr("Review unstake"),
            confirm=self.tr("Unstake {amount}").format(amount=words.brief(spent, token)),
            pending=self.tr("Joining the queue"),
            moves=(
                Move(token, self.tr("You send"), wording.change(-spent, token),
                     self._at_market(value_of(prices, token, spent))),
                Move("ETH", self.tr("You claim later, at most"),
                     wording.change(sum(parts), "ETH"),
                     wording.fiat(value_of(prices, "ETH", sum(parts))), "good"),
            ),
            facts=(
                Fact(self.tr("Rate"), f"1{wording.NO_BREAK}stETH = {wording.price(WAD, 'ETH')}"),
                Fact(self.tr("Tickets"), wording.count(len(parts))),
                Fact(self.tr("Contract"), self.tr("Lido queue · simulated")),
            ),
        )  # fmt: skip

    def _review_burn(self, event: RethBurned, after: World) -> Review:
        prices = quotes(after)
        return Review(
            title=self.tr("Review burn"),
            confirm=self.tr("Burn {amount}").format(amount=words.brief(event.reth, "rETH")),
            pending=self.tr("Burning"),
            moves=(
                Move("rETH", self.tr("You burn"), wording.change(-event.reth, "rETH"),
                     self._at_market(value_of(prices, "rETH", event.reth))),
                Move("ETH", self.tr("You receive"), wording.change(event.ether, "ETH"),
                     wording.fiat(value_of(prices, "ETH", event.ether)), "good"),
            ),
            facts=(
                Fact(self.tr("Rate"),
                     f"1{wording.NO_BREAK}rETH = {wording.price(reth_rate(after), 'ETH')}"),
                Fact(self.tr("Left for others to burn"),
                     wording.amount(burnable(after), "ETH")),
                Fact(self.tr("Contract"), self.tr("Rocket Pool rETH · simulated")),
            ),
        )  # fmt: skip

    def _at_market(self, usd: int) -> str:
        """Beside the ether at the rate: the two differ by the discount."""
        return self.tr("{value} at market").format(value=wording.fiat(usd))

    def _spent(self, event: UnstakeRequested) -> tuple[str, int]:
        """Which token went in, and how much: wstETH is burnt, stETH only moves."""
        burnt = net(event.entry, self._bridge.account, "wstETH")
        return ("wstETH", -burnt) if burnt else ("stETH", event.steth)

    def _review_market(self, quote: Quote) -> Review:
        token = self.amount.symbol()
        paid, received = _traded(quote.events)
        world = self._bridge.world
        offer = self._market_of(quote)
        assert world is not None
        assert offer is not None
        prices = quotes(world)
        impact, tone = words.impact(offer)
        return Review(
            title=self.tr("Review sale"),
            confirm=self.tr("Sell {amount}").format(amount=words.brief(paid, token)),
            pending=self.tr("Selling"),
            moves=(
                Move(token, self.tr("You send"), wording.change(-paid, token),
                     self._at_market(value_of(prices, token, paid))),
                Move("ETH", self.tr("You receive"), wording.change(received, "ETH"),
                     wording.fiat(value_of(prices, "ETH", received)), "good"),
            ),
            facts=(
                Fact(self.tr("Rate"),
                     f"1{wording.NO_BREAK}{'rETH' if self.reth else 'stETH'} = "
                     f"{wording.price(offer.rate, 'ETH')}"),
                Fact(self.tr("Price impact"), impact, tone),
                Fact(self.tr("Pool fee"), wording.amount(offer.fee, "ETH")),
            ),
        )  # fmt: skip

    def _change(self, before: World, after: World, token: str) -> Change:
        name = self.tr("ETH in wallet") if token == "ETH" else token
        old, new = (
            wording.amount(held(w, self._bridge.account, token), token, unit=False)
            for w in (before, after)
        )
        return Change(name, old, new)

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = outcome.events[-1]
        token = self.amount.symbol()
        if isinstance(event, UnstakeRequested):
            token = self._spent(event)[0]
            return self._receipt_queue(event, outcome.world, before, token)
        if isinstance(event, RethBurned):
            received = event.ether
        else:
            received = _traded(outcome.events)[1]
        return Receipt(
            self.tr("{amount} received").format(amount=wording.amount(received, "ETH")),
            self.tr("Unstake more"),
            tuple(self._change(before, outcome.world, each) for each in (token, "ETH")),
            next_steps=(
                NextStep(self.tr("Swap it"), self.tr("Into dollars or another token"), "swap",
                         "swap", {"from": "ETH", "to": "USDC"}),
                NextStep(self.tr("Lend it"), self.tr("Earn interest, or borrow against it"),
                         "bank", "lend", {"action": "supply", "token": "ETH"}),
            ),
        )  # fmt: skip

    def _receipt_queue(
        self, event: UnstakeRequested, after: World, before: World, token: str
    ) -> Receipt:
        wait = ticket_wait(after, event.tickets[-1])
        numbers = [ticket.id for ticket in event.tickets]
        return Receipt(
            self.tr("{tickets} in the queue").format(tickets=words.tickets(numbers)),
            self.tr("Unstake more"),
            (self._change(before, after, token),),
            (
                Fact(self.tr("Ready"), words.between(after.time, wait)),
                Fact(self.tr("Wait"), words.wait(wait)),
            ),
            (
                NextStep(self.tr("Watch it on the time line"),
                         self.tr("Home shows what is due and when"), "house", "home"),
            ),
        )  # fmt: skip


def _traded(events: Any) -> tuple[int, int]:
    """What was paid first, and what was received last."""
    first, last = events[0], events[-1]
    return getattr(first, "wsteth", None) or first.paid, last.received


__all__ = ["MARKET", "QUEUE", "UnstakeForm"]
