"""The review as it is drawn: what moves, what was checked, and what Confirm still waits for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from lstwallet.ui.pages.action.records import Change, Fact, Header, Move, Review
from lstwallet.ui.widgets.action_panel import PanelPage
from lstwallet.ui.widgets.buttons import CheckBox
from lstwallet.ui.widgets.cards import Banner, Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, column, holder
from lstwallet.ui.widgets.rows import BeforeAfter, CheckLine, KeyValue, MoveRow


class ReviewView(QObject):
    """Fills the panel's page with a ``Review`` and holds its conditions: tick and word."""

    def __init__(self, page: PanelPage) -> None:
        super().__init__(page)
        self._page = page
        self._review: Review | None = None
        self._tick: CheckBox | None = None
        self._word: QLineEdit | None = None

    def show_review(self, name: str, head: Header, review: Review, note: str) -> None:
        """``name`` is the form's, for object names; ``note`` says why one looks again."""
        self._review = review
        page = self._page
        page.set_header(
            review.title,
            self.tr("Nothing has been sent yet"),
            symbol=head.symbol,
            icon=head.icon,
            step=self.tr("Step 2 of 3"),
        )
        page.clear()
        if note:
            page.add(Banner(note, "warn"))
        if review.warning:
            page.add(Banner(review.warning, "warn"))
        self._add_conditions(name, review)  # beside what it answers, never below the fold
        if review.moves:
            page.add(_moves(review.moves))
        if review.checks:
            page.add(Label(self.tr("Checks before signing"), "strong"))
            page.add(holder(column(*(CheckLine(*check) for check in review.checks), spacing=6)))
        if review.changes:
            page.add(changes_box(review.changes, ()))
        if review.facts:
            page.add(Rule())
            page.add(holder(column(*(KeyValue(*fact) for fact in review.facts), spacing=7)))
        page.set_foot(review.confirm, self.tr("Back"))

    def _add_conditions(self, name: str, review: Review) -> None:
        page = self._page
        self._tick = None
        self._word = None
        if review.accept:
            self._tick = CheckBox(review.accept)
            self._tick.setObjectName(f"{name}.accept")
            self._tick.toggled.connect(self.sync_confirm)
            page.add(self._tick)
        if review.type_word:
            words = self.tr("Type {word} to go on").format(word=review.type_word)
            label = Label(words, "small", "2", wrap=True)
            self._word = QLineEdit()
            self._word.setProperty("box", True)
            self._word.setObjectName(f"{name}.word")
            self._word.setAccessibleName(words)
            label.setBuddy(self._word)
            self._word.textChanged.connect(self.sync_confirm)
            page.add(label, self._word)

    def sync_confirm(self) -> None:
        """Confirm is enabled once every condition is met; until then its reason is told."""
        page, review = self._page, self._review
        assert review is not None
        if self._tick is not None and not self._tick.isChecked():
            page.set_ready(False, self.tr("Tick the box above to go on"), "2")
        elif self._word is not None and self._word.text().strip() != review.type_word:
            words = self.tr("Type {word} above to go on").format(word=review.type_word)
            page.set_ready(False, words, "2")
        else:
            page.set_ready(True)


def _moves(moves: Sequence[Move]) -> Inset:
    box = Inset(padding=(12, 10, 12, 10), spacing=10)
    for index, move in enumerate(moves):
        if index:
            box.add(Rule())
        box.add(MoveRow(move.symbol, move.caption, move.worth, move.amount, move.tone))
    return box


def changes_box(changes: Sequence[Change], facts: Sequence[Fact]) -> Inset:
    """Before and after, and facts below, in one inset."""
    rows = [BeforeAfter(*change) for change in changes]
    return Inset(*rows, *(KeyValue(*fact) for fact in facts), spacing=6)
