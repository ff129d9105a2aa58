"""What both forms of a pool share: the slippage limit, and the minimum one agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from lstwallet.engine.pools_facts import STETH_ETH, AddLiquidity, RemoveLiquidity
from lstwallet.engine.refusals import NotEnoughBalance, SlippageExceeded
from lstwallet.readmodel.preflight.providing import COSTLY, TICKED
from lstwallet.readmodel.swaps import available
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionForm, NotYet
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.ui.widgets.slippage import SlippageField
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.refusals import Refusal
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.widgets.amount_field import AmountField



class PoolForm(ActionForm):
    """One pool at a time: ``set_pool`` switches to another and empties the inputs."""

    name = "pools"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.pool = STETH_ETH
        self.agreed: Any = None
        """The minimum that a review showed; kept until the form is shown again."""
        self.minimum: Any = None
        self.slippage = SlippageField(
            f"pools.slippage.{type(self).__name__.lower()}", bridge.preferences.default_slippage_bps
        )
        self.slippage.changed.connect(self._inputs_changed)
        self.moved = Banner("", "warn")
        self.moved.hide()
        self.note = Banner("", "info")
        self.note.hide()
        self.price = KeyValue(self.tr("Pool price"))
        self.fair = KeyValue("")
        self.composition = KeyValue(self.tr("Composition after"))
        self.least = KeyValue(self.tr("You get at least"))
        bridge.refused.connect(self._refused)

    def _inputs_changed(self) -> None:
        self.moved.hide()
        self.changed.emit()

    def on_phase(self, phase: str) -> None:
        """The flow moved on: what a review shows as minimum is agreed to."""
        self.agreed = self.minimum if phase in ("review", "pending") else None
        if phase == "review":
            self.moved.hide()

    def _refused(self, command: Command, refusal: Refusal) -> None:
        """Between review and Confirm the price went past the limit: say so, show the new one."""
        account = self.bridge.account
        mine = isinstance(command, AddLiquidity | RemoveLiquidity) and command.account == account
        if mine and isinstance(refusal, SlippageExceeded) and self.isVisibleTo(self.parentWidget()):
            self.moved.set(wording.refusal(refusal), "warn")

    def limit(self) -> int | NotYet:
        """The slippage limit in basis points, or why there is none."""
        limit = self.slippage.basis_points()
        if limit is None:
            return NotYet(self.tr("Mend the slippage limit to go on"))
        return limit

    def short_of(self, token: str, units: int, key: str) -> NotYet | None:
        """More of a token than one has: the sentence under that field."""
        world = self.bridge.world
        assert world is not None
        held = available(world, self.bridge.account, token)
        if units <= held:
            return None
        refusal = NotEnoughBalance(token, units, held)
        return NotYet(wording.advice(refusal), wording.refusal(refusal), key)

    def refused(self, share: float) -> str:
        """A move that loses too much at once; the review lists it and stays shut."""
        text = self.tr("This would lose {share} at once. From 15% on it is refused.")
        return text.format(share=wording.percent(-share))

    def tone_of(self, share: float) -> str:
        """The tone of what a one-sided move costs."""
        if share <= TICKED:
            return "bad"
        return "warn" if share <= COSTLY else "info"


def wanted(field: AmountField, held: int) -> Wanted:
    """What a field means: all of it only when that is all one has."""
    units = field.units() or 0
    return ALL if field.value() == ALL and units >= held else units
