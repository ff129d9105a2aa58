"""A page that covers the whole window: one card in the middle, and below it what this is."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Margins, Scroller, column, holder, row


class Whole(QWidget):
    """Subclass: fill ``card``; ``first`` is where the cursor stands when the page is shown."""

    first: QWidget | None = None

    def __init__(
        self,
        width: int,
        foot: str,
        padding: Margins = (38, 30, 38, 26),
        parent: QWidget | None = None,
    ) -> None:
        """``width`` of the card in px; ``foot`` stands beside the SIMULATION chip."""
        super().__init__(parent)
        self.card = Card(padding=padding, spacing=8)
        self.card.setFixedWidth(width)
        chip = Chip(self.tr("SIMULATION"), "sim", "flask-fill")
        line = row(None, chip, Label(foot, "small", "2"), None, spacing=8)
        middle = column(None, row(None, self.card, None), 12, line, None, margins=(0, 16, 0, 16))
        self.setLayout(column((Scroller(holder(middle)), 1), spacing=0))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.first is not None:
            self.first.setFocus()

    def wipe(self) -> None:
        """Forget what was typed or shown that is secret. Called before the page goes."""
