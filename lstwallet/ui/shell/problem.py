"""A profile could not be opened: one plain page with the reason and ways on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Card, IconTile
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import LEFT, column, holder, row


class Problem(QWidget):
    """Says what is wrong with a profile. ``retry``, ``other`` (choose another), ``fresh``."""

    retry = Signal()
    other = Signal()
    fresh = Signal()

    def __init__(self, path: Path, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = Card(padding=(32, 28, 32, 24), spacing=8)
        card.setFixedWidth(560)
        reason = Label(sentence, "body", "2", wrap=True)
        reason.setObjectName("problem.reason")
        where = Label(str(path), "small", "3", wrap=True).make_selectable()
        retry = Button(self.tr("Try again"), "primary", on_click=self.retry.emit)
        retry.setObjectName("problem.retry")
        other = Button(self.tr("Choose another…"), "secondary", on_click=self.other.emit)
        other.setObjectName("problem.other")
        fresh = Button(self.tr("New profile"), "secondary", on_click=self.fresh.emit)
        fresh.setObjectName("problem.fresh")
        card.add(
            (IconTile("warning-circle", "bad", 44), 0, LEFT),
            6,
            Label(self.tr("This profile cannot be opened"), "title", wrap=True),
            reason,
            where,
            10,
            holder(row(retry, other, fresh, None, spacing=8)),
        )
        self.setAccessibleName(sentence)
        self.setLayout(column(None, row(None, card, None), None, spacing=0))
