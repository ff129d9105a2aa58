"""The quiz: one question at a time; every option is explained once one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui import wording
from lstwallet.ui.theme import current, paint, tokens
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Card, PressCard
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import LEFT, TOP, clear, column, holder, row

if TYPE_CHECKING:
    from lstwallet.app.lessons.lesson import Lesson, Option, Question

WIDTH: Final = 760

Answer = Callable[["Question", int, Callable[[bool], None]], None]
"""Keeps an answer and then says whether it was right."""


class OptionCard(PressCard):
    """One option; its explanation appears for every option once the question is answered."""

    back = "surface"

    def __init__(self, option: Option, letter: str) -> None:
        super().__init__()
        self._option = option
        self._state = ""
        self.setText(option.text)
        self.setAccessibleName(option.text)
        self.mark = Icon("circle", "3", 18)
        self.words = Label(option.text, "medium", wrap=True)
        self.why = Label(option.why, "small", "2", wrap=True)
        self.why.hide()
        self.letter = Label(letter, "small_medium", "3")
        body = column(self.words, self.why, spacing=5)
        self.setLayout(
            row((self.mark, 0, TOP), (body, 1), (self.letter, 0, TOP), margins=(14, 12, 14, 12),
                spacing=11)
        )  # fmt: skip
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def explain(self, *, chosen: bool) -> None:
        """Show why it is right or wrong; from now on it cannot be pressed."""
        right = self._option.right
        self._state = "good" if right else "bad" if chosen else "plain"
        icons = {"good": "check-circle-fill", "bad": "x-circle-fill", "plain": "circle"}
        tones = {"good": "good", "bad": "bad", "plain": "3"}
        self.mark.set_icon(icons[self._state], tones[self._state])
        self.why.show()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        verdict = self.tr("Right") if right else self.tr("Not right")
        self.setAccessibleDescription(f"{verdict}. {self._option.why}")
        self.update()

    @property
    def explained(self) -> bool:
        """Whether the question was answered."""
        return bool(self._state)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._state in ("", "plain"):
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            back, edge = f"{self._state}_soft", f"{self._state}_mark"
            paint.draw_panel(painter, box, back, edge, tokens.RADIUS[self.radius])


class QuizView(QWidget):
    """A round of questions. ``left()`` when one goes back, ``again()`` for those missed."""

    left = Signal()
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._questions: Sequence[Question] = ()
        self._answer: Answer | None = None
        self._number = 0
        self._right = 0
        self._options: list[OptionCard] = []
        back = ToolButton("arrow-left", self.tr("Back to Learn"), on_click=self.left.emit)
        back.setObjectName("quiz.back")
        self.title = Label("", "title", elide=True)
        self.count = Label("", "small", "2")
        self._body = column(spacing=12)
        self._shown = holder(self._body)
        self._shown.setMaximumWidth(WIDTH)
        head = row(back, (column(self.title, self.count, spacing=3), 1), spacing=10)
        below = row((self._shown, 10), (None, 1))
        self.setLayout(column(head, below, None, spacing=tokens.CARD_GAP))

    def begin(self, lesson: Lesson, questions: Sequence[Question], answer: Answer) -> None:
        """Ask these questions, one after the other."""
        self._questions, self._answer = questions, answer
        self._number = self._right = 0
        self.title.setText(self.tr("Quiz: {lesson}").format(lesson=lesson.title))
        self._ask()

    def _ask(self) -> None:
        question = self._questions[self._number]
        self._shown.setMaximumWidth(current().px(WIDTH))
        self.count.setText(
            self.tr("Question {number} of {all}").format(
                number=self._number + 1, all=len(self._questions)
            )
        )
        clear(self._body)
        card = Card(padding=(22, 20, 22, 18), spacing=12)
        words = Label(question.text, "heading", wrap=True)
        words.setObjectName(f"quiz.{question.id}")
        card.add(words, 2)
        self._options = []
        for number, option in enumerate(question.options):
            each = OptionCard(option, chr(ord("A") + number))
            each.setObjectName(f"quiz.{question.id}.{number}")
            each.clicked.connect(lambda _on=False, n=number: self._choose(n))
            self._options.append(each)
            card.add(each)
        self.verdict = Icon("circle", "3", 16)
        self.verdict.hide()
        self.reason = Label(self.tr("Choose an answer to go on"), "small", "2")
        last = self._number + 1 == len(self._questions)
        words_next = self.tr("See the result") if last else self.tr("Next question")
        self.next = Button(words_next, "primary", on_click=self._go_on)
        self.next.setObjectName("quiz.next")
        self.next.setEnabled(False)
        card.add(2, row(self.verdict, (self.reason, 1), self.next))
        self._body.addWidget(card)

    def _choose(self, number: int) -> None:
        question = self._questions[self._number]
        if self._answer is None or any(option.explained for option in self._options):
            return
        for option in self._options:
            option.setEnabled(False)
        asked = self._options
        self._answer(question, number, lambda right: self._answered(asked, number, right))

    def _answered(self, asked: list[OptionCard], number: int, right: bool) -> None:
        if asked is not self._options:
            return  # it answers a question that was left meanwhile
        self._right += right
        for index, option in enumerate(self._options):
            option.setEnabled(True)
            option.explain(chosen=index == number)
        self.reason.setText(
            self.tr("Right.") if right else self.tr("Not right: it comes back for review.")
        )
        tone = "good" if right else "bad"
        self.reason.set_tone(tone)
        self.verdict.set_icon("check-circle-fill" if right else "x-circle-fill", tone)
        self.verdict.show()
        self.next.setEnabled(True)
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        if self._number + 1 < len(self._questions):
            self._number += 1
            self._ask()
        else:
            self._show_result()

    def _show_result(self) -> None:
        missed = len(self._questions) - self._right
        clear(self._body)
        self.count.setText(self.tr("Result"))
        card = Card(padding=(22, 24, 22, 22), spacing=10)
        right = self.tr("{right} of {all} right").format(
            right=self._right, all=len(self._questions)
        )
        if missed:
            text = wording.plural(
                self.tr("%n question(s) to answer again: what was missed stays due.", "", missed),
                missed,
            )
            chip = Chip(self.tr("Review due"), "warn", "arrow-counter-clockwise")
        else:
            text = self.tr("All of it is right.")
            chip = Chip(self.tr("Done"), "good", "check-circle-fill")
        back = Button(
            self.tr("Back to Learn"), "secondary" if missed else "primary",
            on_click=self.left.emit,
        )  # fmt: skip
        back.setObjectName("quiz.done")
        again = Button(self.tr("Answer again"), "primary", on_click=self.again.emit)
        again.setObjectName("quiz.again")
        if not missed:
            again.hide()
        card.add((chip, 0, LEFT), Label(right, "display"), Label(text, "body", "2", wrap=True), 6)
        card.add(row(again, back, None))
        self._body.addWidget(card)


