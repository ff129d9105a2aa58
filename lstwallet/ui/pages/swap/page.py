"""The room Swap: the pair's price, the way it goes, what else one could do, and the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import swaps
from lstwallet.readmodel.swaps import TOKENS_SWAPPED
from lstwallet.ui import wording
from lstwallet.ui.charts.line import Series, moment_words
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.page import Page
from lstwallet.ui.pages.price_card import Drawing, Key, PriceCard
from lstwallet.ui.pages.swap import words
from lstwallet.ui.pages.swap.form import SwapForm
from lstwallet.ui.pages.swap.parts import OtherWays, WayCard
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.readmodel.samples import Series as Samples
    from lstwallet.ui.bridge import Bridge


class RoomPage(Page):
    """The chart and the cards at the left, the form at the right."""

    key = "swap"
    interests = frozenset({"time", "prices", "wallet", "staking", "pools", "guards"})

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._pair: tuple[str, str] = ("", "")
        self.chart = PriceCard(bridge, self.tr("Price"), "swap.chart", 64)
        self.way, self.others = WayCard(), OtherWays()
        self.others.navigate.connect(self.navigate)
        self.panel = ActionPanel()
        self.panel.setObjectName("swap.panel")
        self.form = SwapForm(bridge)
        self.flow = ActionFlow(bridge, self.panel, self.form)
        self.flow.navigate.connect(self.navigate)
        self.flow.phase_changed.connect(self.form.on_phase)
        self.form.changed.connect(self._pair_changed)
        self.form.previewed.connect(self._show_cards)
        head = column(
            Label(self.tr("Swap"), "title"),
            Label(self.tr("Change any token of the wallet into another, through the pools"),
                  "small", "2", elide=True),
            spacing=3,
        )  # fmt: skip
        lower = row((self.way, 1), (self.others, 1), spacing=tokens.CARD_GAP)
        left = column(
            head, (self.chart, 1), lower,
            margins=(tokens.PAGE_MARGIN, 14, 0, 14), spacing=tokens.CARD_GAP,
        )  # fmt: skip
        scroller = Scroller(holder(left), gutter=tokens.GUTTER)
        side = holder(column((self.panel, 1), margins=(0, 14, 16, 14)))
        self.setLayout(row((scroller, 1), side, spacing=tokens.BESIDE))
        self._pair_changed()

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        self.panel.set_slim(narrow)

    def show_request(self, arguments: Any) -> None:
        """``{"token": "stETH"}``, or ``{"from": …, "to": …}``."""
        if not isinstance(arguments, dict) or self.flow.phase == "pending":
            return
        before = self.form.pair()
        token_in = arguments.get("from") or arguments.get("token") or before[0]
        token_out = arguments.get("to") or (before[1] if before[1] != token_in else before[0])
        if token_in in TOKENS_SWAPPED and token_out in TOKENS_SWAPPED:
            self._back_to_form()
            self.form.set_pair(token_in, token_out)
            self.form.pay.edit.setFocus()

    def _back_to_form(self) -> None:
        """A review or a receipt speaks of the pair before."""
        if self.flow.phase == "review":
            self.flow.back()
        elif self.flow.phase == "receipt":
            self.panel.page("receipt").main.click()

    def refresh(self, world: World) -> None:
        self._show_price(world)
        self.chart.refresh()
        self.flow.refresh(world)

    # --- the pair -----------------------------------------------------------------------

    def _pair_changed(self) -> None:
        pair = self.form.pair()
        if pair == self._pair:
            return
        self._pair = pair
        self.way.show_way(*pair)
        title = self.tr("1 {token} in {other}").format(token=pair[0], other=pair[1])
        self.chart.set_source(swaps.SERIES, self._draw, words.axis, title)
        if self.bridge.world is not None:
            self._show_price(self.bridge.world)

    def _show_price(self, world: World) -> None:
        value = swaps.price_now(world, *self._pair)
        words_ = self.tr("Pool price") if swaps.has_price(*self._pair) else self.tr("Exchange rate")
        self.chart.set_legend([Key("s2", words_, words.rate(*self._pair, value))])

    def _show_cards(self) -> None:
        world = self.bridge.world
        if world is not None:
            self.way.show_world(world)
            self.others.show_world(world, *self._pair, self.form.done)

    def _draw(self, samples: Samples) -> Drawing:
        values = swaps.price_series(samples, *self._pair)
        token = self._pair[1]

        def readout(index: int) -> list[tuple[str, str, str]]:
            value = values[index]
            shown = wording.UNKNOWN if value is None else f"{words.number(value)} {token}"
            lines = [(moment_words(samples.at[index]), "caption", "3"), (shown, "strong", "text")]
            first = next((each for each in values if each), None)
            if value and first:
                share = value / first - 1
                said = self.tr("{share} in this range").format(
                    share=wording.percent(share, signed=True)
                )
                lines.append((said, "caption", "good" if share >= 0 else "bad"))
            return lines

        name = self.tr("{token} in {other}").format(token=self._pair[0], other=token)
        return Drawing((Series(name, "s2", samples.at, values),), "area", readout)
