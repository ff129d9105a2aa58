"""The two ways out as cards to choose from, and the bar between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.engine.staking_wait import Wait
from lstwallet.readmodel.rocketpool import BurnOffer, RocketOffer
from lstwallet.readmodel.unstaking import BreakEven, MarketOffer, QueueOffer, scale_for
from lstwallet.ui import wording
from lstwallet.ui.pages.unstake import words
from lstwallet.ui.widgets.bars import BreakEvenBar
from lstwallet.ui.widgets.cards import Card, ChoiceCard, IconTile
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label, UnitNumber
from lstwallet.ui.widgets.layout import TOP, Rule, column, row
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.readmodel.portfolio import Quotes


_ALL_BUT = 1_000
"""The sentence takes the header's room before its empty end does."""


class WayCard(ChoiceCard):
    """One way out: how long, how much, and the terms."""

    def __init__(
        self, title: str, sub: str, icon: str, rows: list[KeyValue], parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self.chip = Chip("", "good", "check-circle")
        self.chip.hide()
        self.tile = IconTile(icon, "plain")
        self._icon = icon
        self.toggled.connect(self._tint)
        name = row(Label(title, "heading"), self.mark, None, spacing=7)
        self.sub = Label(sub, "small", "2", elide=True)
        head = row(
            self.tile, (column(name, self.sub, spacing=2), 1),
            (self.chip, 0, TOP), spacing=11,
        )  # fmt: skip
        self.time = UnitNumber()
        self.time_sub = Label("", "small", "2", elide=True)
        self.gets = UnitNumber("", "ETH", align="right")
        self.gets_sub = Label("", "small", "2", align="right")
        tr = QCoreApplication.translate
        left = column(Label(tr("unstake", "Time"), "small", "2"), self.time, self.time_sub,
                      spacing=2)  # fmt: skip
        right = column(
            Label(tr("unstake", "You receive"), "small", "2", align="right"),
            self.gets, self.gets_sub, spacing=2,
        )  # fmt: skip
        figures = row((left, 1), right, spacing=12)
        facts = column(*rows, spacing=6)
        facts.addStretch(1)
        self.set_content(
            column(head, figures, Rule(), (facts, 1), margins=(16, 13, 16, 14), spacing=10)
        )
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)  # both ways are as high as one
        self.setSizePolicy(policy)

    def _tint(self, on: bool) -> None:
        self.tile.set(self._icon, "info" if on else "plain")

    def show_time(self, number: str, unit: str, sub: str) -> None:
        """How long it takes."""
        self.time.set_value(number, unit)
        self.time_sub.setText(sub)

    def show_gets(self, wei: int | None, prices: Quotes) -> None:
        """What comes out; ``None`` while nothing is asked for."""
        if wei is None:
            self.gets.set_value(wording.UNKNOWN, "ETH")
            self.gets_sub.setText("")
        else:
            self.gets.set_value(wording.amount(wei, "ETH", unit=False), "ETH")
            self.gets_sub.setText(wording.fiat(wei * prices.eth // WAD))
        self.setAccessibleDescription(f"{self.time.text()}, {self.gets.text()}")

    def show_chip(self, text: str, tone: str = "good", icon: str = "check-circle") -> None:
        """A verdict at the right; empty hides it."""
        if text != self.chip.text():
            self.chip.set(text, tone, icon)
        self.chip.setVisible(bool(text))


class QueueCard(WayCard):
    """The withdrawal queue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        self.mode = KeyValue(tr("unstake", "Mode"))
        self.rate = KeyValue(tr("unstake", "Rate"))
        self.impact = KeyValue(tr("unstake", "Price impact"), tr("unstake", "none"))
        self.rewards = KeyValue(tr("unstake", "Rewards while queued"), tr("unstake", "none"))
        self.tickets = KeyValue(tr("unstake", "Tickets"))
        super().__init__(
            tr("unstake", "Withdrawal queue"), tr("unstake", "Lido burns stETH at the rate"),
            "hourglass-medium", [self.mode, self.rate, self.impact, self.rewards, self.tickets],
            parent,
        )  # fmt: skip
        self.setObjectName("unstake.choice.queue")
        self.rate.set_value(f"1{wording.NO_BREAK}stETH = {wording.price(WAD, 'ETH')}")

    def show_queue(
        self, offer: QueueOffer | None, wait: Wait, now: int, prices: Quotes, bunker: bool
    ) -> None:
        """What it would pay, and when; ``bunker``: the pool loses at present."""
        self.show_time(*words.wait_parts(wait), words.between(now, wait))
        self.mode.set_value(*words.mode(bunker))
        self.show_gets(offer.receives if offer else None, prices)
        if offer is None:
            self.tickets.set_value(wording.UNKNOWN)
            return
        count = len(offer.tickets)
        text = self.tr("1") if count == 1 else self.tr("{count}, split for you")
        self.tickets.set_value(text.format(count=wording.count(count)))


class BurnCard(WayCard):
    """Burning rETH: at once, as far as the protocol has ETH."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        self.rate = KeyValue(tr("unstake", "Rate"))
        self.impact = KeyValue(tr("unstake", "Price impact"), tr("unstake", "none"))
        self.available = KeyValue(tr("unstake", "Available now"))
        self.collateral = KeyValue(tr("unstake", "ETH set aside"))
        super().__init__(
            tr("unstake", "Burn"), tr("unstake", "Rocket Pool pays at its rate"),
            "flame", [self.rate, self.impact, self.available, self.collateral], parent,
        )  # fmt: skip
        self.setObjectName("unstake.choice.burn")

    def show_burn(self, burn: BurnOffer, offer: RocketOffer, prices: Quotes) -> None:
        """What it would pay; nothing where it cannot pay all of it."""
        self.show_time(self.tr("At once"), "", self.tr("in the next block"))
        self.show_gets(burn.worth if burn.pays else None, prices)
        self.rate.set_value(f"1{wording.NO_BREAK}rETH = {wording.price(offer.rate, 'ETH')}")
        short = burn.worth > burn.available
        self.available.set_value(
            wording.amount(offer.burnable, "ETH"), "bad" if short else "text"
        )
        self.collateral.set_value(
            self.tr("{share}, target {target}").format(
                share=words.share(offer.collateral), target=words.share(offer.target, 0)
            )
        )
        if short:
            self.show_chip(self.tr("Not enough ETH"), "warn", "warning")


class MarketCard(WayCard):
    """The pool of a staking token and ETH."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        self.rate = KeyValue(tr("unstake", "Rate"))
        self.discount = KeyValue(tr("unstake", "Discount to the rate"))
        self.impact = KeyValue(tr("unstake", "Price impact"))
        self.minimum = KeyValue(tr("unstake", "Minimum received"))
        self.fee = KeyValue(tr("unstake", "Pool fee"))
        super().__init__(
            tr("unstake", "Sell on the market"), tr("unstake", "stETH / ETH pool"), "lightning",
            [self.rate, self.discount, self.impact, self.minimum, self.fee], parent,
        )  # fmt: skip
        self.setObjectName("unstake.choice.market")

    def show_market(
        self,
        offer: MarketOffer | None,
        resting: MarketOffer,
        prices: Quotes,
        slippage_bps: int,
        token: str = "stETH",
    ) -> None:
        """What it would pay at once; ``resting`` is the price while nothing is asked for."""
        self.sub.setText(self.tr("{token} / ETH pool").format(token=token))
        shown = offer or resting
        self.show_time(self.tr("At once"), "", self.tr("in the next block"))
        self.show_gets(offer.receives if offer else None, prices)
        rate = wording.price(shown.rate, "ETH")
        self.rate.set_value(f"1{wording.NO_BREAK}{token} = {rate}")
        self.discount.set_value(words.discount(shown))
        unknown = wording.UNKNOWN
        self.impact.set_value(*(words.impact(offer) if offer else (unknown, "text")))
        self.minimum.set_key(
            self.tr("Minimum received, {share} slippage").format(
                share=wording.percent(slippage_bps / 10_000, 2 if slippage_bps % 10 else 1)
            )
        )
        self.minimum.set_value(wording.amount(offer.minimum, "ETH") if offer else unknown)
        self.fee.set_value(wording.amount(offer.fee, "ETH") if offer else unknown)


class BreakEvenCard(Card):
    """From which yearly rate on selling is right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("unstake", "Break-even")
        super().__init__(title, parent=parent, spacing=8)
        self.verdict = Label("", "small", "2", wrap=True)
        self.bar = BreakEvenBar()
        self.header.insertWidget(1, self.verdict, _ALL_BUT)
        self.add(self.bar)

    def show_even(self, even: BreakEven, staking: int) -> None:
        """``staking`` is what the ETH would earn staked (WAD a year)."""
        self.bar.show()
        self.verdict.setText(words.verdict(even))
        yearly = max(even.yearly, 0)
        end = scale_for(yearly)
        here = self.tr("Staking {rate}").format(rate=words.share(staking, 1))
        self.bar.set(
            min(yearly / end, 1.0),
            self.tr("{rate} a year").format(rate=words.share(yearly, 1)),
            self.tr("0%  your use earns less: wait"),
            self.tr("earns more: sell now  {end}").format(end=words.share(end, 0)),
            staking / end,
            here,
        )


    def show_at_once(self, burn: BurnOffer, market: MarketOffer) -> None:
        """Both ways pay at once: only how much decides, and whether burning can pay at all."""
        self.bar.hide()
        self.verdict.setText(words.burn_or_sell(burn, market))


__all__ = ["BreakEvenCard", "BurnCard", "MarketCard", "QueueCard"]
