"""Why this number? The price impact and the minimum of a swap, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from lstwallet.readmodel import swaps
from lstwallet.ui import wording
from lstwallet.ui.pages.swap import words
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.ui.widgets.rows import KeyValue

if TYPE_CHECKING:
    from lstwallet.ui.pages.swap.form import SwapForm


class Why(QObject):
    """Explains the figures of the form's present quote."""

    def __init__(self, form: SwapForm) -> None:
        super().__init__(form)
        self._form = form
        self._popover: WhyPopover | None = None

    def _explain(
        self, line: KeyValue, formula: str, terms: list[tuple[str, str]], note: str
    ) -> None:
        if line.why is None:
            return
        if self._popover is None:
            self._popover = WhyPopover(self._form.window())
        self._popover.explain(line.why, line.key.text(), formula, terms, note)

    def impact(self, line: KeyValue) -> None:
        """The executed rate against the pools' prices before the trade."""
        pair = self._form.pair()
        world, done = self._form.bridge.world, self._form.done
        terms = []
        if world is not None and done is not None:
            before = swaps.price_now(world, *pair)
            terms = [
                (self.tr("Pool price now"), words.rate(*pair, before)),
                (self.tr("Your rate"), words.rate(*pair, words.executed(done))),
                (self.tr("Of that, the fee"), words.fee(done)),
                (self.tr("Price impact"), words.impact(done.impact)[0]),
            ]
        self._explain(
            line,
            self.tr("What you get without the fee, against the pool's price before your trade."),
            terms,
            self.tr("From 5% red, from 10% to be typed, from 15% refused."),
        )

    def least(self, line: KeyValue) -> None:
        """The quoted amount less the slippage limit."""
        done, limit = self._form.done, self._form.slippage.basis_points()
        terms = []
        if done is not None and limit is not None:
            terms = [
                (self.tr("Quoted"), wording.amount(done.received, done.token_out)),
                (self.tr("Slippage limit"), wording.percent(limit / 10_000)),
                (self.tr("You get at least"), wording.amount(self._form.minimum, done.token_out)),
            ]
        self._explain(
            line,
            self.tr("Quoted amount · (1 − slippage limit). With less, nothing is done."),
            terms,
            self.tr("Rounded down to the token's last digit. Wrapping has no slippage."),
        )
