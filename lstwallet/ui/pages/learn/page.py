"""The room "Learn": a lesson to go on with, the trails, the quiz, and the glossary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.app.lessons import overview as reading
from lstwallet.app.lessons.desk import Desk
from lstwallet.app.lessons.lesson import BadLesson, Question
from lstwallet.app.lessons.overview import FINISHED, NEW, QUIZ, STEPS, Overview, Standing
from lstwallet.ui import wording
from lstwallet.ui.pages.learn.cards import (
    GlossaryCard,
    HowCard,
    PresentCard,
    ProgressCard,
    ReviewCard,
    TrailCard,
)
from lstwallet.ui.pages.learn.quiz import QuizView
from lstwallet.ui.pages.page import Page, centred
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

SIDE: Final = 290


class RoomPage(Page):
    """Emits ``lesson_wanted``; the quiz needs no sandbox and is answered here."""

    key = "learn"
    interests = frozenset({"profile"})

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._overview: Overview | None = None
        self._quiz_wanted = ""
        self._asked: Standing | None = None
        self._build()
        self._connect()

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        self.trouble = Banner(tone="bad")
        self.trouble.setObjectName("learn.trouble")
        self.trouble.hide()
        self.present = PresentCard()
        self.trail = TrailCard()
        self.how = HowCard()
        self.progress = ProgressCard()
        self.review = ReviewCard()
        self.glossary = GlossaryCard()
        gap = tokens.CARD_GAP
        head = column(
            Label(self.tr("Learn"), "title"),
            Label(
                self.tr("Short lessons in a sandbox world. Nothing here can hurt your portfolio."),
                "small", "2", elide=True,
            ),
            spacing=3,
        )  # fmt: skip
        self._main = holder(column(self.trail, self.how, None, spacing=gap))
        done = holder(column(self.progress, self.review, None, spacing=gap))
        words = holder(column(self.glossary, None, spacing=gap))
        self._parts = column((done, 0), (words, 1), spacing=gap)
        self._side = holder(self._parts)
        self._columns = row((self._main, 1), self._side, spacing=gap)
        self._all = holder(column(self.present, self._columns, spacing=gap))
        self._all.hide()
        self._lessons = holder(column(self._all, None))
        self.quiz = QuizView()
        self.quiz.hide()
        self._head = holder(head)
        self.setLayout(
            centred(
                column(self._head, self.trouble, (self._lessons, 1), (self.quiz, 1), spacing=gap)
            )
        )

    def _connect(self) -> None:
        self.present.opened.connect(self._open)
        self.present.reset.connect(self._reset)
        self.present.left.connect(lambda: self.lesson_wanted.emit(""))
        self.trail.opened.connect(self._open)
        self.trail.reset.connect(self._reset)
        self.review.answer_wanted.connect(self._review)
        self.quiz.left.connect(self._leave_quiz)
        self.quiz.again.connect(self._again)
        self.bridge.opened.connect(self.mark_stale)

    def set_narrow(self, narrow: bool) -> None:
        """The side column moves below the trails."""
        super().set_narrow(narrow)
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(down if narrow else across)
        self._parts.setDirection(across if narrow else down)
        self._side.setMaximumWidth(16_777_215 if narrow else SIDE)
        self._side.setMinimumWidth(0 if narrow else SIDE)

    # --- showing ------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The coach may have gone on since: read anew whenever one enters."""
        super().showEvent(event)
        self._read()

    def refresh(self, world: World) -> None:
        self._read()

    def show_request(self, arguments: Any) -> None:
        """``quiz``: the lesson whose questions are to be asked."""
        wish = arguments or {}
        self._quiz_wanted = wish.get("quiz", "")
        if not self._quiz_wanted:
            self._turn_to_quiz(False)
        self._read()

    def _read(self) -> None:
        """Read in the lane; which profile is open is known at once."""
        if self._overview is not None:
            self._show_present(self._overview)
        self.bridge.jobs.run(lambda: reading.overview(Desk()), self._show, self._not_read)

    def _not_read(self, error: BaseException) -> None:
        """A lesson file with an error, or a folder that cannot be read: say so here."""
        if isinstance(error, BadLesson):
            self._say(str(error))
        elif wording.is_environment(error):
            self._say(wording.error(error))
        else:
            self.bridge.failed.emit(error)
        self._all.setVisible(self._overview is not None)
        self._set_busy(False)

    def _say(self, sentence: str) -> None:
        self.trouble.set(sentence, "bad")

    def _show(self, seen: Overview) -> None:
        self._overview = seen
        self._all.show()
        if seen.set_aside is not None:
            text = self.tr("Your progress could not be read; the old file is kept as {name}.")
            self._say(text.format(name=seen.set_aside.name))
        present = self._show_present(seen)
        if present is None:
            return
        self.trail.show_standings(seen.standings, present, inside=self._inside(present))
        self.progress.show_standings(seen.standings)
        self.review.show_standings(seen.standings)
        self.glossary.show_terms(seen.terms)
        if self._quiz_wanted:
            wanted, self._quiz_wanted = self._quiz_wanted, ""
            found = self._standing(wanted)
            if found is not None and found.state in (QUIZ, FINISHED):
                self._ask(found, found.left or found.lesson.quiz)

    def _show_present(self, seen: Overview) -> Standing | None:
        """The lesson whose sandbox is open, else the one to go on with."""
        inside = (each for each in seen.standings if self._inside(each))
        present = next(inside, seen.present)
        if present is not None:
            self.present.show_standing(present, here=self._inside(present))
        return present

    def _inside(self, seen: Standing) -> bool:
        """Its sandbox is open in this window."""
        profile = self.bridge.profile
        return profile is not None and profile.path == seen.path

    def _set_busy(self, busy: bool) -> None:
        """While a sandbox is opened or deleted nothing else is asked for."""
        self.present.set_busy(busy)
        self.trail.set_busy(busy)

    def _standing(self, ident: str) -> Standing | None:
        standings = self._overview.standings if self._overview is not None else ()
        return next((each for each in standings if each.lesson.id == ident), None)

    # --- lessons ------------------------------------------------------------------------

    def _open(self, ident: str) -> None:
        """Start or resume; with the steps done, the quiz."""
        found = self._standing(ident)
        if found is None:
            return
        if found.state in (NEW, STEPS):
            self._set_busy(True)  # until the room is read anew: see School
            self.lesson_wanted.emit(ident)
        else:
            self._ask(found, found.left or found.lesson.quiz)

    def _reset(self, ident: str) -> None:
        found = self._standing(ident)
        if found is None:
            return
        self._set_busy(True)

        def work() -> Overview:
            desk = Desk()
            desk.reset(desk.lesson(ident))
            return reading.overview(desk)

        self.bridge.jobs.run(work, self._show, self._not_read)

    # --- the quiz -----------------------------------------------------------------------

    def _review(self) -> None:
        """The first lesson that has something to be answered again."""
        standings = self._overview.standings if self._overview is not None else ()
        found = next((each for each in standings if each.review), None)
        if found is not None:
            self._ask(found, found.review)

    def _ask(self, asked: Standing, questions: Sequence[Question]) -> None:
        self._asked = asked
        self.quiz.begin(asked.lesson, questions, self._keep)
        self._turn_to_quiz(True)

    def _keep(self, question: Question, option: int, told: Callable[[bool], None]) -> None:
        """Write the answer down, in the lane, before it is called right or wrong."""
        asked, world = self._asked, self.bridge.world
        assert asked is not None
        assert world is not None

        def work() -> bool:
            desk = Desk()
            return desk.quiz(desk.lesson(asked.lesson.id), world).answer(question.id, option)

        self.bridge.jobs.run(work, told, self._not_kept)

    def _not_kept(self, error: BaseException) -> None:
        self._not_read(error)
        self._leave_quiz()

    def _again(self) -> None:
        """The questions that were missed, once more."""
        if self._asked is not None:
            self._quiz_wanted = self._asked.lesson.id
            self._read()

    def _leave_quiz(self) -> None:
        self._turn_to_quiz(False)
        self._read()

    def _turn_to_quiz(self, quiz: bool) -> None:
        """Not a stack: that would be as tall as the taller of the two."""
        self._head.setVisible(not quiz)
        self._lessons.setVisible(not quiz)
        self.quiz.setVisible(quiz)


__all__ = ["RoomPage"]
