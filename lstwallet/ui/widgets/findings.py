"""What was found before signing: the rules that fired, worst first, and what is fine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import paint
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, column, holder, row
from lstwallet.ui.widgets.rows import CheckLine


class Said(NamedTuple):
    """A finding in words."""

    text: str
    rule: str = ""
    """What is compared with what, for those who ask."""


class FindingLine(QWidget):
    """A sentence; a small button unfolds the rule behind it."""

    def __init__(self, said: Said, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = Label(said.text, "body", wrap=True)
        self.rule = Label(said.rule, "small", "2", wrap=True)
        self.rule.hide()
        lines = column(self.text, self.rule, spacing=3)
        if said.rule:
            self.why = ToolButton("info", self.tr("Which rule is this?"), side=18, icon_side=14,
                                  tone="2", on_click=self._unfold)  # fmt: skip
            self.setLayout(row((lines, 1), (self.why, 0, TOP), spacing=8))
        else:
            self.setLayout(row((lines, 1), spacing=8))
        self.setAccessibleName(said.text)
        self.setAccessibleDescription(said.rule)

    def _unfold(self) -> None:
        self.rule.setVisible(self.rule.isHidden())
        self.updateGeometry()


class FindingGroup(QWidget):
    """All findings of one severity on its soft colour: icon, word, sentences."""

    def __init__(
        self, word: str, tone: str, icon: str, lines: Sequence[Said], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self.word = Label(word, "small_medium", tone)
        self.lines = [FindingLine(said) for said in lines]
        body = column(self.word, *self.lines, spacing=5)
        self.setLayout(
            row((Icon(icon, tone, 18), 0, TOP), (body, 1), margins=(12, 9, 10, 10), spacing=10)
        )
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(word)
        self.setAccessibleDescription(" ".join(said.text for said in lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            back = paint.TONES[self._tone].back
            paint.draw_panel(painter, QRectF(self.rect()), back, "", 10)


class CheckedList(QWidget):
    """Rules that were looked at and found nothing: folded, since nothing is to be done."""

    unfolded = Signal()

    def __init__(self, title: str, lines: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = Button(title, "quiet", "small", icon="caret-right", on_click=self._turn)
        self.list = holder(column(*(CheckLine(text) for text in lines), spacing=6))
        self.list.hide()
        self.setLayout(column(row(self.button, None), self.list, spacing=6))
        self.setAccessibleName(title)

    def _turn(self) -> None:
        shown = self.list.isHidden()
        self.list.setVisible(shown)
        self.button.set_icon("caret-down" if shown else "caret-right")
        self.updateGeometry()
        if shown:
            self.unfolded.emit()


__all__ = ["CheckedList", "FindingGroup", "FindingLine", "Said"]
