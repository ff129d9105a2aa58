"""Which oracle prices staked ETH, what that means for a discount, and the switch to practise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.engine.lending_oracle import ORACLES
from lstwallet.readmodel import lending_depeg as reading
from lstwallet.ui import wording
from lstwallet.ui.pages.lend import loop_words
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.rows import ErrorLine, KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.readmodel.lending_depeg import Depeg

DISCOUNTS: Final = (2, 5, 10, 20)
"""Per cent."""


class OracleCard(Card):
    """``asked(oracle)``: the user would have another one. The choice follows the world."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=10)
        self.set_title(self.tr("Oracle of wstETH"))
        self.body.addLayout(self.header)
        self.chip = Chip(self.tr("Practice"), "sim", small=True)
        self.header.addWidget(self.chip)
        self._oracle = ""
        self._world: World | None = None
        self._account = ""
        self._growth = reading.cap_growth()
        self.add(self._make_body())

    def _make_body(self) -> QBoxLayout:
        names = [(oracle, loop_words.oracle_name(oracle)) for oracle in ORACLES]
        self.choice = Segmented(names, ORACLES[1], name=self.tr("Oracle of wstETH"), expand=True)
        for oracle in ORACLES:
            self.choice.button(oracle).setObjectName(f"lend.oracle.{oracle}")
        self.choice.changed.connect(self._picked)
        self.meaning = Label("", "small", "2", wrap=True)
        self.meaning.setObjectName("lend.oracle.meaning")
        note = self.tr("Changing it changes the simulated market, for everybody in it.")
        self.error = ErrorLine()
        left = column(self.choice, self.meaning, Label(note, "caption", "3", wrap=True),
                      self.error, None, spacing=8)  # fmt: skip
        shares = [(share, f"{share}%") for share in DISCOUNTS]
        self.discount = Segmented(shares, 5, name=self.tr("Discount of stETH"))
        for share in DISCOUNTS:
            self.discount.button(share).setObjectName(f"lend.depeg.{share}")
        self.discount.changed.connect(lambda _share: self._show_depeg())
        self.question = Label(self.tr("If stETH fell below its rate by"), "body", "2", elide=True)
        self.rows = {oracle: KeyValue(loop_words.oracle_name(oracle)) for oracle in ORACLES}
        for oracle, line in self.rows.items():
            line.setObjectName(f"lend.depeg.{oracle}")
        self.says = Label("", "caption", "3", wrap=True)
        right = column(
            row((self.question, 1), self.discount, spacing=8), *self.rows.values(), self.says,
            None, spacing=6,
        )  # fmt: skip
        self.sides = row((holder(left), 1), (holder(right), 1), spacing=24)
        return self.sides

    def set_narrow(self, narrow: bool) -> None:
        """One below the other where there is no room."""
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self.sides.setDirection(down if narrow else right)

    def show_oracle(self, world: World, account: str) -> None:
        """What is in force now, and what a discount would do."""
        self._world, self._account = world, account
        rows = reading.oracles(world)
        self.setVisible(bool(rows))
        if not rows:
            return
        self._oracle = rows[0].oracle
        self.choice.set_current(self._oracle)
        self.meaning.setText(loop_words.oracle_means(self._oracle, self._growth))
        self._show_depeg()

    def growth(self) -> int:
        """What the capped oracle would let the rate grow, basis points a year."""
        return self._growth

    def _picked(self, oracle: str) -> None:
        """The choice follows the world, not the click: there is a review in between."""
        self.choice.set_current(self._oracle)
        self.error.set_text("")
        if oracle != self._oracle:
            self.asked.emit(oracle)

    def _show_depeg(self) -> None:
        if self._world is None:
            return
        discount = self.discount.current() * WAD // 100
        found = reading.depeg(self._world, self._account, discount)
        for each in found:
            line = self.rows[each.oracle]
            name = loop_words.oracle_name(each.oracle)
            text = self.tr("{oracle}, in force") if each.in_force else "{oracle}"
            line.set_key(text.format(oracle=name))
            line.set_value(self._words(each), self._tone(each))
        owes = any(each.health is not None for each in found)
        self.says.setText(
            self.tr("Your health factor then, all else as it is now.")
            if owes
            else self.tr("You owe nothing, so no oracle can liquidate you.")
        )

    def _words(self, each: Depeg) -> str:
        health = wording.health(each.health)
        if each.liquidated:
            return self.tr("{health}, liquidated").format(health=health)
        return health

    def _tone(self, each: Depeg) -> str:
        return "text" if each.health is None else wording.health_tone(each.health)
