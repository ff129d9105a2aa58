"""F1: a sheet at the right that says what the room is for, its terms and its keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from lstwallet.app.help import Help
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import IconTile
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, Scroller, clear, column, holder, row
from lstwallet.ui.widgets.overlays import Popover, term_popover
from lstwallet.ui.widgets.side_sheet import SheetSurface, SideSheet
from lstwallet.ui.widgets.terms import TermText

Shortcut = tuple[str, str]
"""Keys in words, and what they do."""


class HelpSheet(SideSheet):
    """One sheet for all rooms; ``show_help`` fills and opens it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "")
        self.setObjectName("help")
        self._words: dict[str, str] = {}
        self._popover: Popover | None = None
        self._tile = IconTile("question", "info", 36)
        self.title = Label("", "heading", elide=True)
        self._sub = Label(self.tr("What this room is for, its terms and its keys"), "small", "3",
                          elide=True)  # fmt: skip
        self.cross = ToolButton("x", self.tr("Close"), icon_side=16, tone="3", on_click=self.close)
        self.cross.setObjectName("help.close")
        words = column(self.title, self._sub, spacing=1)
        head = row(self._tile, (words, 1), self.cross, margins=(16, 12, 14, 12), spacing=10)
        self._body = column(margins=(18, 14, 18, 18), spacing=10)
        self._scroller = Scroller(holder(column(self._body, None, spacing=0)))
        panel = SheetSurface()
        panel.setLayout(column(head, Rule(), (self._scroller, 1), margins=1, spacing=0))
        self.hold(panel)

    def show_help(self, title: str, icon: str, text: Help, keys: Sequence[Shortcut]) -> None:
        """Open with the help of a room."""
        self.title.setText(title)
        self._tile.set(icon, "info")
        self._words = dict(text.words)
        self.setAccessibleName(self.tr("Help: {room}").format(room=title))
        clear(self._body)
        for paragraph in text.about:
            self._body.addWidget(self._said(paragraph))
        if text.terms:
            self._body.addSpacing(4)
            self._body.addWidget(Label(self.tr("Fields and terms"), "heading"))
        for name, meaning in text.terms:
            words = self._said(meaning, "small", "2")
            self._body.addLayout(column(Label(name, "strong", wrap=True), words, spacing=2))
        self._body.addSpacing(4)
        self._body.addWidget(Label(self.tr("Keys"), "heading"))
        for shortcut, meaning in keys:
            chip = holder(row(Chip(shortcut, "line", small=True), None))
            chip.setFixedWidth(current().px(94))
            self._body.addLayout(row(chip, (Label(meaning, "small", "2", wrap=True), 1), spacing=8))
        self._scroller.verticalScrollBar().setValue(0)
        self.open()

    def _said(self, text: str, style: str = "body", tone: str = "text") -> TermText:
        words = TermText(text, self._words, style=style, tone=tone)
        words.asked.connect(lambda term, w=words: self._explain(term, w))
        return words

    def _explain(self, term: str, anchor: QWidget) -> None:
        """What a dotted word means, beside it."""
        if self._popover is not None:
            self._popover.deleteLater()
        popover = term_popover(
            self.parentWidget(), "help.glossary", term, self._words[term]
        )
        self._popover = popover
        popover.show_at(anchor)
