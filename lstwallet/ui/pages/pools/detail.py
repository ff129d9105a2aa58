"""One pool: its price against what the issuer counts, what it holds, one's share of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.pools_facts import RETH_ETH, STABLE, STETH_ETH
from lstwallet.readmodel.pools import AgainstHolding, Earnings, PoolView
from lstwallet.readmodel.ways_out import pooled
from lstwallet.ui import wording
from lstwallet.ui.charts.line import Series, moment_words
from lstwallet.ui.pages.pools import words
from lstwallet.ui.pages.pools.parts import Figure, HoldsCard, PositionCard, show_figures
from lstwallet.ui.pages.price_card import Drawing, Key, PriceCard
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Avatar
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row

if TYPE_CHECKING:
    from lstwallet.readmodel.samples import Series as Samples
    from lstwallet.ui.bridge import Bridge

WAD = 10**18
USD = 10**8


class PoolDetail(QWidget):
    """The left side of a pool's page; ``set_pool`` shows another."""

    back = Signal()
    add_wanted = Signal()
    ways_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.pool = ""
        self.arrow = ToolButton(
            "arrow-left", self.tr("All pools"), on_click=self.back.emit
        )
        self.arrow.setObjectName("pools.list")
        self.title = Label("", "title", elide=True)
        self.sub = Label("", "small", "2", elide=True)
        self.worth = Figure(self.tr("In the pool"))
        self.day = Figure(self.tr("Fees, 24 h"))
        self.apr = Figure(self.tr("Fee APR"))
        self.both = Figure(self.tr("With staking"))
        self.add = Button(self.tr("Add liquidity"), "primary", icon="plus",
                          on_click=self.add_wanted.emit)  # fmt: skip
        self.add.setObjectName("pools.add")
        self.add.hide()
        names = column(self.title, self.sub, spacing=2)
        self.head = row(
            self.arrow, Avatar("LP", 40), (names, 1), self.worth, 8, self.day, 8, self.apr, 8,
            self.both, 4, self.add, spacing=10,
        )  # fmt: skip
        self.chart = PriceCard(bridge, self.tr("Price against redemption"), "pools.chart")
        self.holds = HoldsCard()
        self.position = PositionCard(self.add_wanted.emit)
        self.position.out.clicked.connect(self.ways_wanted)
        self.lower = row((self.holds, 10), (self.position, 11), spacing=14)
        self.setLayout(
            column((self.chart, 1), self.lower, margins=(0, 0, 0, 14), spacing=14)
        )

    def set_pool(self, pool: str) -> None:
        """Show this pool."""
        if pool == self.pool:
            return
        self.pool = pool
        self.title.setText(words.title(pool))
        if pool == STETH_ETH:
            self.chart.set_source(
                ("steth_market_wad",), self._draw_steth, lambda value: f"{value:.4f}",
                self.tr("Price against redemption"),
            )  # fmt: skip
        elif pool == RETH_ETH:
            self.chart.set_source(
                ("reth_market_wad", "reth_rate_wad"), self._draw_reth,
                lambda value: f"{value:.4f}", self.tr("Price against the protocol's rate"),
            )  # fmt: skip
        else:
            self.chart.set_source(
                ("usdc_eth_usd8", "eth_usd8"), self._draw_usdc, _dollars,
                self.tr("Pool price against ETH / USD"),
            )  # fmt: skip

    def show_pool(
        self, view: PoolView, earned: Earnings, standing: AgainstHolding | None
    ) -> None:
        """The pool now."""
        self.sub.setText(words.kind(view))
        show_figures(view, earned, self.worth, self.day, self.apr, self.both)
        days = max(1, round(earned.days))
        tip = self.tr("Fees of the last {days} d as a yearly rate; not a promise").format(days=days)
        self.apr.setToolTip(plain_tip(tip))
        tip = self.tr("Fee APR plus what the pool's {token} earns by staking")
        self.both.setToolTip(plain_tip(tip.format(token=view.tokens[1])))
        self.both.setVisible(bool(view.amplification))
        self.chart.set_legend(
            [
                Key("s1", words.fair_name(view.pool), words.price_of(view.pool, view.fair)),
                Key("s2", self._market_name(), words.price(view)),
            ]
        )
        self.chart.set_chip(*words.gap(view))
        self.chart.refresh()
        self.holds.show_pool(view)
        self.position.show_position(standing, self.bridge.preferences)
        world = self.bridge.world
        if world is not None:
            self.position.show_ways(pooled(world, self.bridge.account, view.pool))

    def _market_name(self) -> str:
        return self.tr("Market price") if self.pool in STABLE else self.tr("Pool price")

    # --- the chart ----------------------------------------------------------------------

    def _draw_steth(self, samples: Samples) -> Drawing:
        market = [_scaled(each, WAD) for each in samples.column("steth_market_wad")]
        redemption: list[float | None] = [1.0] * len(market)
        return self._drawing(samples.at, redemption, market, lambda value: f"{value:.4f}")

    def _draw_reth(self, samples: Samples) -> Drawing:
        market = [_scaled(each, WAD) for each in samples.column("reth_market_wad")]
        rate = [_scaled(each, WAD) for each in samples.column("reth_rate_wad")]
        return self._drawing(samples.at, rate, market, lambda value: f"{value:.4f}")

    def _draw_usdc(self, samples: Samples) -> Drawing:
        market = [_scaled(each, USD) for each in samples.column("usdc_eth_usd8")]
        outside = [_scaled(each, USD) for each in samples.column("eth_usd8")]
        return self._drawing(samples.at, outside, market, _cents)

    def _drawing(
        self, at: Sequence[int], fair: list[float | None], market: list[float | None], text: Any
    ) -> Drawing:
        names = words.fair_name(self.pool), self._market_name()

        def readout(index: int) -> list[tuple[str, str, str]]:
            known, paid = fair[index], market[index]
            lines = [(moment_words(at[index]), "caption", "3")]
            for name, value in zip(names, (known, paid), strict=True):
                shown = wording.UNKNOWN if value is None else text(value)
                lines.append((f"{name} {shown}", "small_medium", "text"))
            if known and paid:
                share = paid / known - 1
                words_ = self.tr("Discount {share}") if share < 0 else self.tr("Premium {share}")
                shown = words_.format(share=wording.percent(abs(share)))
                lines.append((shown, "small_medium", "warn" if share < -0.001 else "2"))
            return lines

        lines = (Series(names[0], "s1", at, fair), Series(names[1], "s2", at, market))
        return Drawing(lines, "between", readout)


def _scaled(value: int | None, one: int) -> float | None:
    return value / one if value else None


def _dollars(value: float) -> str:
    return wording.fiat_large(round(value * USD))


def _cents(value: float) -> str:
    return wording.fiat(round(value * USD))
