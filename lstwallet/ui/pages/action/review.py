"""The review as it is drawn: what moves, what was checked, and what Confirm still waits for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.readmodel.preflight import TICK, TYPE, Finding, checked, fired, is_forbidden
from lstwallet.ui import wording
from lstwallet.ui.pages.action.records import Change, Fact, Header, Move, Review
from lstwallet.ui.widgets.action_panel import PanelPage
from lstwallet.ui.widgets.buttons import CheckBox
from lstwallet.ui.widgets.cards import Banner, Inset
from lstwallet.ui.widgets.findings import CheckedList, FindingGroup, Said
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, column, holder, row
from lstwallet.ui.widgets.rows import BeforeAfter, CheckLine, KeyValue, MoveRow


class ReviewView(QObject):
    """Fills the panel's page with a ``Review`` and holds its conditions: tick and word."""

    unlimited_chosen = Signal(bool)
    """Approvals without limit are wanted, or the exact ones again."""

    def __init__(self, page: PanelPage) -> None:
        super().__init__(page)
        self._page = page
        self._tick: CheckBox | None = None
        self._word: QLineEdit | None = None
        self._wanted = ""
        self._forbidden = False
        self._private = False
        self._held = ""

    def show_review(
        self, name: str, head: Header, review: Review, note: str, *, private: bool = False
    ) -> None:
        """``name`` is the form's, for object names; ``note`` says why one looks again.
        ``private``: the eye hides what is owned; what moves is shown."""
        self._private = private
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
        if review.moves:
            page.add(_moves(review.moves))
        self._add_findings(name, review)
        if review.changes:
            page.add(changes_box(review.changes, ()))
        if review.facts:
            page.add(holder(column(*(KeyValue(*fact) for fact in review.facts), spacing=7)))
        self._add_checked(name, review)
        page.set_foot(review.confirm, self.tr("Back"))
        self._ask(name, review)

    def _add_findings(self, name: str, review: Review) -> None:
        """The rules that fired, worst first, then what the form itself has to say."""
        for severity, found in groupby(fired(review.findings), lambda each: each.severity):
            word, tone, icon = wording.severity(severity)
            lines = [Said(self._finding(each), wording.finding_rule(each)) for each in found]
            group = FindingGroup(word, tone, icon, lines)
            group.setObjectName(f"{name}.{severity}")
            self._page.add(group)
        if review.checks:
            lines = [CheckLine(*check) for check in review.checks]
            self._page.add(holder(column(*lines, spacing=6)))
        if review.unlimited:
            choice = CheckBox(review.unlimited)
            choice.setObjectName(f"{name}.unlimited")
            choice.setChecked(review.is_unlimited)
            choice.toggled.connect(self.unlimited_chosen)
            self._page.add(choice)

    def _finding(self, found: Finding) -> str:
        return wording.finding(found, private=self._private)

    def _add_checked(self, name: str, review: Review) -> None:
        """What was looked at and is fine, folded."""
        fine = checked(review.findings)
        if not fine:
            return
        title = wording.plural(self.tr("%n rule(s) checked and fine", "", len(fine)), len(fine))
        found = CheckedList(title, (self._finding(each) for each in fine))
        found.button.setObjectName(f"{name}.checked")
        self._page.add(found)

    # --- conditions ---------------------------------------------------------------------

    def _ask(self, name: str, review: Review) -> None:
        """What has to be ticked or typed stands right above Confirm, never below the fold."""
        self._tick, self._word, self._wanted = None, None, ""
        asked: list[QWidget] = []
        consents = {each.consent for each in review.findings}
        self._forbidden = is_forbidden(review.findings)
        if not self._forbidden and (review.accept or TICK in consents):
            self._tick = CheckBox(review.accept or self.tr("I accept the risk"))
            self._tick.setObjectName(f"{name}.accept")
            self._tick.toggled.connect(self.sync_confirm)
            asked.append(self._tick)
        if not self._forbidden and (review.type_word or TYPE in consents):
            self._wanted = review.type_word or self.tr("confirm")
            asked.append(self._word_line(name))
        self._page.set_asked(asked)

    def _word_line(self, name: str) -> QWidget:
        words = self.tr("Type “{word}” to go on").format(word=self._wanted)
        label = Label(words, "small", "2")
        self._word = QLineEdit()
        self._word.setProperty("box", True)
        self._word.setObjectName(f"{name}.word")
        self._word.setAccessibleName(words)
        label.setBuddy(self._word)
        self._word.textChanged.connect(self.sync_confirm)
        return holder(row(label, (self._word, 1), spacing=10))

    def hold(self, reason: str) -> None:
        """Whatever is ticked and typed, Confirm waits for this; "" for nothing."""
        self._held = reason
        self.sync_confirm()

    def sync_confirm(self) -> None:
        """Confirm is enabled once every condition is met; until then its reason is told."""
        page = self._page
        if self._held:
            page.set_ready(False, self._held, "bad")
        elif self._forbidden:
            page.set_ready(False, self.tr("Refused: see above. Go back and change it."), "bad")
        elif self._tick is not None and not self._tick.isChecked():
            page.set_ready(False, self.tr("Tick the box to go on"), "2")
        elif self._word is not None and self._word.text().strip().lower() != self._wanted.lower():
            page.set_ready(False)  # the field's own words stand right above
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
    """Before and after, and facts below, in one inset. The flow hides what the eye hides."""
    rows = [BeforeAfter(*change[:4], plain=change.plain) for change in changes]
    return Inset(*rows, *(KeyValue(*fact) for fact in facts), spacing=6)
