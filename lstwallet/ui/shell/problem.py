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
    """Says what is wrong with a profile. ``retry``, ``other`` (choose another), ``fresh``, and
    where it can be accepted knowingly ``accepted``."""

    retry = Signal()
    other = Signal()
    fresh = Signal()
    accepted = Signal()

    def __init__(
        self,
        path: Path,
        sentence: str,
        *,
        title: str = "",
        advice: str = "",
        accept: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``advice``: what can be done about it. ``accept``: the words of a button that opens the
        profile all the same."""
        super().__init__(parent)
        card = Card(padding=(32, 28, 32, 24), spacing=8)
        card.setFixedWidth(560)
        reason = Label(sentence, "body", "2", wrap=True)
        reason.setObjectName("problem.reason")
        what = Label(advice, "body", wrap=True)
        what.setObjectName("problem.advice")
        where = Label(str(path), "small", "3", wrap=True).make_selectable()
        retry = Button(self.tr("Try again"), "primary", on_click=self.retry.emit)
        retry.setObjectName("problem.retry")
        other = Button(self.tr("Choose another…"), "secondary", on_click=self.other.emit)
        other.setObjectName("problem.other")
        fresh = Button(self.tr("New profile"), "secondary", on_click=self.fresh.emit)
        fresh.setObjectName("problem.fresh")
        go_on = Button(accept, "danger", on_click=self.accepted.emit)
        go_on.setObjectName("problem.accept")
        title = title or self.tr("This profile cannot be opened")
        card.add(
            (IconTile("warning-circle", "bad", 44), 0, LEFT),
            6,
            Label(title, "title", wrap=True),
            reason,
            what,
            where,
            10,
            holder(row(retry, other, fresh, None, spacing=8)),
            holder(row(go_on, None)),
        )
        what.setVisible(bool(advice))
        go_on.setVisible(bool(accept))
        self.setAccessibleName(sentence)
        self.setLayout(column(None, row(None, card, None), None, spacing=0))
