"""Practice: the first depositor's attack, and a vault that is robbed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.readmodel import vaults as reading
from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import Button, Segmented
from lstwallet.ui.widgets.cards import Card, Inset
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World

OFFSETS: Final = (0, 3, 6)
GIFTS: Final = (0, 1, 10, 100)
"""Whole tokens that the attacker gives."""
FIRST: Final = 1
"""Base units that the attacker puts in first."""
VICTIM: Final = 10
"""Whole tokens that come after."""
PARTS: Final = (10, 50)
"""Per cent of the vault that a drill takes."""


class DrillsCard(Card):
    """``robbed(part)``: take so much (18 decimals) out of the vault that is shown."""

    robbed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=10)
        self.set_title(self.tr("Drills"))
        self.body.addLayout(self.header)
        self.header.addWidget(Chip(self.tr("Practice"), "sim", small=True))
        self._asset = "WETH"
        self.sides = row((holder(self._attack()), 1), (holder(self._loss()), 1), spacing=24)
        self.add(self.sides)

    def set_narrow(self, narrow: bool) -> None:
        """One below the other where there is no room."""
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self.sides.setDirection(down if narrow else right)

    # --- the first depositor ------------------------------------------------------------------

    def _attack(self) -> QBoxLayout:
        title = Label(self.tr("The first depositor"), "strong")
        self.story = Label("", "small", "2", wrap=True)
        offsets = [(offset, str(offset)) for offset in OFFSETS]
        self.offset = Segmented(offsets, 0, name=self.tr("Offset of decimals"))
        gifts = [(gift, str(gift)) for gift in GIFTS]
        self.gift = Segmented(gifts, 10, name=self.tr("Gift to the vault"))
        for choice, name in ((self.offset, "offset"), (self.gift, "gift")):
            choice.changed.connect(lambda _key: self._play())
            for key in OFFSETS if choice is self.offset else GIFTS:
                choice.button(key).setObjectName(f"vault.drill.{name}.{key}")
        self.gift_words = Label("", "body", "2", elide=True)
        self.shares = KeyValue(self.tr("Shares for the next depositor"))
        self.attacker = KeyValue(self.tr("The attacker gains"), strong=True)
        self.victim = KeyValue(self.tr("The next depositor gains"), strong=True)
        self.left = KeyValue(self.tr("Left with the virtual shares"))
        for line, name in (
            (self.shares, "shares"), (self.attacker, "attacker"), (self.victim, "victim"),
            (self.left, "left"),
        ):  # fmt: skip
            line.setObjectName(f"vault.drill.{name}")
        self.says = Label("", "caption", "3", wrap=True)
        self.says.setObjectName("vault.drill.says")
        return column(
            title, self.story,
            row((Label(self.tr("Virtual decimals of the vault"), "body", "2", elide=True), 1),
                self.offset, spacing=8),
            row((self.gift_words, 1), self.gift, spacing=8),
            Inset(self.shares, self.attacker, self.victim, self.left, spacing=5), self.says, None,
            spacing=8,
        )  # fmt: skip

    def show_vault(self, world: World, asset: str) -> None:
        """Told in this vault's token; the attack is played on an empty vault beside it."""
        self._asset = asset
        text = self.tr("In an empty vault somebody puts in one base unit and then gives it a gift: "
                       "a share is dear at once. Then you put in {whole} {asset} and both leave "
                       "again.")
        self.story.setText(text.format(whole=VICTIM, asset=asset))
        self.gift_words.setText(self.tr("Gift, {asset}").format(asset=asset))
        there = reading.offer(world, asset).total > 0
        for button in self.parts.values():
            button.setEnabled(there)
        self._play()

    def _play(self) -> None:
        gift = self.gift.current() * WAD
        played = reading.attack(self.offset.current(), FIRST, gift, VICTIM * WAD)
        self.shares.set_value(wording.count(played.shares))
        self.attacker.set_value(self._gain(played.attacker), _tone(played.attacker))
        self.victim.set_value(self._gain(played.victim), _tone(played.victim))
        self.left.set_value(self._tokens(played.left))
        if not gift:
            text = self.tr("Without a gift everybody takes out what they put in.")
        elif not played.shares:
            text = self.tr("You got no share at all. Half of everything is the virtual share's, so "
                           "the attacker loses too. The vault above refuses what is worth no "
                           "share.")
        elif not self.offset.current():
            text = self.tr("There are few shares, and one of them is nobody's: rounding costs you, "
                           "and the gift costs the attacker.")
        else:
            text = self.tr("The virtual shares take half of the gift, and a share is so small that "
                           "rounding costs you next to nothing. Each decimal makes that ten times "
                           "less.")
        self.says.setText(text)

    def _tokens(self, units: int) -> str:
        return wording.amount(units, self._asset)

    def _gain(self, units: int) -> str:
        if abs(units) < 10**6:
            return wording.change(0, self._asset) if not units else _wei(units)
        return wording.change(units, self._asset)

    # --- a vault that is robbed -----------------------------------------------------------------

    def _loss(self) -> QBoxLayout:
        self.parts = {
            part: Button(self.tr("Steal {part}%").format(part=part), "secondary", "small")
            for part in PARTS
        }
        for part, button in self.parts.items():
            button.setObjectName(f"vault.drill.steal.{part}")
            button.clicked.connect(
                lambda _on=False, part=part: self.robbed.emit(part * WAD // 100)
            )
        return column(
            Label(self.tr("A fault in the contract"), "strong"),
            Label(
                self.tr("Somebody takes aTokens out of this vault: every share is worth less by "
                        "the same part at once. It stands in Activity; to take it back, go back "
                        "in time."),
                "small", "2", wrap=True,
            ),
            row(*self.parts.values(), None, spacing=8), None, spacing=8,
        )  # fmt: skip


def _wei(units: int) -> str:
    sign = "+" if units > 0 else wording.MINUS
    return f"{sign}{abs(units)}{wording.NO_BREAK}wei"


def _tone(units: int) -> str:
    return "good" if units > 10**6 else "bad" if units < -(10**6) else "text"


__all__ = ["DrillsCard"]
