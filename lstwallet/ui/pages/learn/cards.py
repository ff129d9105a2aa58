"""The cards of the Learn room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Signal

from lstwallet.app.lessons.overview import FINISHED, NEW, QUIZ, STEPS, Standing
from lstwallet.ui import wording
from lstwallet.ui.pages.learn.trail import Stop, Trail
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Card, IconTile
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import LEFT, TOP, Rule, clear, column, row
from lstwallet.ui.widgets.ring import Part, Ring

_DUE: Final = 4
"""Questions for review that are named; more would be a list of their own."""


class PresentCard(Card):
    """The lesson to go on with; its button says whether it starts, resumes or asks."""

    opened = Signal(str)
    reset = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(padding=(16, 12, 16, 12))
        self._ident = ""
        self._here = False
        self.tile = IconTile("graduation-cap", "info", 40)
        self.name = Label("", "heading", elide=True)
        self.sub = Label("", "small", "2", elide=True)
        self.over = Button(self.tr("Start over"), "secondary")
        self.over.clicked.connect(lambda _on=False: self.reset.emit(self._ident))
        self.over.setToolTip(self.tr("Delete this lesson's sandbox and progress"))
        self.main = Button("", "primary", icon="play-fill")
        self.main.clicked.connect(lambda _on=False: self._press())
        words = column(None, self.name, self.sub, None, spacing=3)
        self.add(row(self.tile, (words, 1), self.over, self.main, spacing=12))

    def show_standing(self, seen: Standing, *, here: bool) -> None:
        """``here``: its sandbox is open in this window."""
        lesson, steps = seen.lesson, len(seen.lesson.steps)
        self._ident, self._here = lesson.id, here
        self.over.setObjectName(f"learn.reset.{lesson.id}")
        self.main.setObjectName(f"learn.open.{lesson.id}")
        titles = {
            NEW: self.tr("Start: {lesson}"),
            STEPS: self.tr("Continue: {lesson}"),
            QUIZ: self.tr("Quiz: {lesson}"),
            FINISHED: self.tr("Finished: {lesson}"),
        }
        step = self.tr("Step {step} of {steps} · in its own sandbox, your portfolio is not touched")
        subs = {
            NEW: lesson.summary,
            STEPS: step.format(step=min(seen.done + 1, steps), steps=steps),
            QUIZ: wording.plural(
                self.tr("The steps are done; %n question(s) left", "", len(seen.left)),
                len(seen.left),
            ),
            FINISHED: self.tr("All steps done, all questions answered"),
        }
        buttons = {
            NEW: self.tr("Start"),
            STEPS: self.tr("Resume"),
            QUIZ: self.tr("Answer"),
            FINISHED: self.tr("Quiz again"),
        }
        self.name.setText(titles[seen.state].format(lesson=lesson.title))
        self.sub.setText(subs[seen.state])
        self.main.setText(self.tr("Leave the sandbox") if here else buttons[seen.state])
        self.main.set_icon("" if here or seen.state in (QUIZ, FINISHED) else "play-fill")
        self.main.set_kind("secondary" if here or seen.state == FINISHED else "primary")
        self.over.setVisible(seen.state != NEW and not here)
        done = seen.state == FINISHED
        self.tile.set("check-circle" if done else "graduation-cap", "good" if done else "info")
        if here:
            self.sub.setText(self.tr("You are in its sandbox now; your own wallet waits"))
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """While a sandbox is opened or deleted nothing else is asked for."""
        self.over.setEnabled(not busy)
        self.main.setEnabled(not busy)

    def _press(self) -> None:
        if self._here:
            self.left.emit()
        else:
            self.opened.emit(self._ident)


class TrailCard(Card):
    """Every lesson with its steps."""

    opened = Signal(str)
    reset = Signal(str)

    def __init__(self) -> None:
        super().__init__(padding=(20, 18, 20, 18), spacing=16)
        self._buttons: list[Button] = []
        self._shown: tuple[Sequence[Standing], Standing, bool] | None = None

    def show_standings(
        self, standings: Sequence[Standing], present: Standing, *, inside: bool
    ) -> None:
        """Show them all; those that are not ``present`` get buttons of their own. ``inside``:
        the present one's sandbox is open, and has to be left first."""
        if self._shown != (standings, present, inside):
            self._shown = standings, present, inside
            self.clear()
            self._buttons = []
            for number, seen in enumerate(standings):
                if number:
                    self.add(Rule())
                self._add(seen, own_buttons=seen is not present)
        self.set_busy(inside)
        if inside:
            for button in self._buttons:
                button.setToolTip(self.tr("Leave the sandbox that is open first"))

    def set_busy(self, busy: bool) -> None:
        """Nothing else is asked for."""
        for button in self._buttons:
            button.setEnabled(not busy)

    def _own_buttons(self, seen: Standing) -> Sequence[Button]:
        ident = seen.lesson.id
        words = {
            NEW: self.tr("Start"), STEPS: self.tr("Resume"), QUIZ: self.tr("Answer"),
            FINISHED: self.tr("Quiz again"),
        }  # fmt: skip
        main = Button(words[seen.state], "secondary", "small")
        main.setObjectName(f"learn.open.{ident}")
        main.setAccessibleDescription(seen.lesson.title)
        main.clicked.connect(lambda _on=False: self.opened.emit(ident))
        if seen.state == NEW:
            return (main,)
        over = Button(self.tr("Start over"), "ghost", "small")
        over.setObjectName(f"learn.reset.{ident}")
        over.setAccessibleDescription(seen.lesson.title)
        over.setToolTip(self.tr("Delete this lesson's sandbox and progress"))
        over.clicked.connect(lambda _on=False: self.reset.emit(ident))
        return (over, main)

    def _add(self, seen: Standing, *, own_buttons: bool) -> None:
        lesson = seen.lesson
        minutes = wording.plural(self.tr("%n minute(s)", "", lesson.minutes), lesson.minutes)
        count = self.tr("{done} of {all} · {minutes}").format(
            done=seen.done, all=seen.total, minutes=minutes
        )
        head = row(Label(lesson.title, "heading", elide=True), None, Label(count, "small", "2"))
        for button in self._own_buttons(seen) if own_buttons else ():
            self._buttons.append(button)
            head.addWidget(button)
        trail = Trail()
        trail.setObjectName(f"learn.trail.{lesson.id}")
        said = self.tr("{lesson}: {done} of {all} done")
        trail.set_stops(
            self._stops(seen),
            said.format(lesson=lesson.title, done=seen.done, all=seen.total),
        )
        self.add(column(head, Label(lesson.summary, "small", "2", wrap=True), 14, trail, spacing=4))

    def _stops(self, seen: Standing) -> list[Stop]:
        steps = len(seen.lesson.steps)
        stops = []
        for number, step in enumerate(seen.lesson.steps):
            now = number == seen.done and seen.state == STEPS
            state = "done" if number < seen.done else "now" if now else "open"
            note = self.tr("Step {step} of {steps}").format(step=number + 1, steps=steps)
            stops.append(Stop(step.title, note if now else "", state))
        states = {FINISHED: "done", QUIZ: "review" if seen.review else "now"}
        questions = wording.plural(
            self.tr("%n question(s)", "", len(seen.lesson.quiz)), len(seen.lesson.quiz)
        )
        due = self.tr("Review due") if seen.review else questions
        stops.append(
            Stop(
                self.tr("Quiz"), "" if seen.state == FINISHED else due,
                states.get(seen.state, "open"),
            )
        )  # fmt: skip
        return stops


class HowCard(Card):
    """How a lesson goes, for those who have never done one."""

    def __init__(self) -> None:
        super().__init__(self.tr("How a lesson goes"), spacing=9)
        lines = (
            ("flask", self.tr("It runs in a small world of its own; your wallet is not touched.")),
            ("check-circle", self.tr("A step is done when the ledger says so, not when a button "
                                     "was pressed.")),
            ("lightbulb", self.tr("Three hints help: a nudge, the place, and at last it is done "
                                  "for you.")),
            ("pause", self.tr("Esc or Pause brings you back here; it goes on at the same step.")),
        )  # fmt: skip
        for icon, words in lines:
            self.add(row((Icon(icon, "2", 16), 0, TOP), (Label(words, wrap=True), 1), spacing=10))


class ProgressCard(Card):
    """How much of everything is done."""

    def __init__(self) -> None:
        super().__init__(self.tr("Progress"))
        self.ring = Ring(112, self.tr("Progress"))
        self.caption = Label("", "small", "2")
        self.next = Label("", "strong", wrap=True)
        words = column(None, self.caption, self.next, None, spacing=3)
        self.add(row(self.ring, (words, 1), spacing=14))

    def show_standings(self, standings: Sequence[Standing]) -> None:
        """Steps and quizzes done, of all."""
        done = sum(seen.done for seen in standings)
        total = sum(seen.total for seen in standings)
        left = total - done
        parts = [
            Part(self.tr("Done"), done, "good_mark", wording.count(done)),
            Part(self.tr("Open"), left, "pressed", wording.count(left)),
        ]
        figure = self.tr("{done} of {all}").format(done=done, all=total)
        self.ring.set_parts([part for part in parts if part.value], self.tr("done"), figure)
        following = self._next(standings)
        self.caption.setText(self.tr("Next") if following else self.tr("All done"))
        self.next.setText(following)
        self.next.setVisible(bool(following))

    def _next(self, standings: Sequence[Standing]) -> str:
        for seen in standings:
            if seen.state in (NEW, STEPS):
                return seen.lesson.steps[min(seen.done, len(seen.lesson.steps) - 1)].title
            if seen.state == QUIZ:
                return self.tr("Quiz")
        return ""


class ReviewCard(Card):
    """Questions that were missed."""

    answer_wanted = Signal()

    def __init__(self) -> None:
        self.chip = Chip("0", "warn")
        super().__init__(self.tr("Review due"), self.chip, spacing=8)
        self._list = column(spacing=7)
        self.answer = Button(self.tr("Answer now"), "secondary", "small")
        self.answer.setObjectName("learn.review")
        self.answer.clicked.connect(lambda _on=False: self.answer_wanted.emit())
        self.add(self._list, (self.answer, 0, LEFT))
        self.hide()

    def show_standings(self, standings: Sequence[Standing]) -> None:
        """Hidden while nothing is due."""
        due = [question for seen in standings for question in seen.review]
        clear(self._list)
        for question in due[:_DUE]:
            icon = Icon("arrow-counter-clockwise", "warn", 14)
            words = Label(question.text, "small", wrap=True)
            self._list.addLayout(row((icon, 0, TOP), (words, 1), spacing=8))
        self.chip.set(wording.count(len(due)), "warn")
        self.setVisible(bool(due))


class GlossaryCard(Card):
    """Every term that is dotted in a lesson."""

    def __init__(self) -> None:
        super().__init__(self.tr("Glossary"), note=" ", spacing=10)
        self._shown: Mapping[str, str] = {}
        self._list = column(spacing=9)
        self.add(self._list)

    def show_terms(self, terms: Mapping[str, str]) -> None:
        """Term and meaning, by the alphabet."""
        if terms == self._shown:
            return
        self._shown = terms
        clear(self._list)
        for term, meaning in terms.items():
            name = term.capitalize() if term.islower() else term
            self._list.addLayout(
                column(Label(name, "strong"), Label(meaning, "small", "2", wrap=True), spacing=2)
            )
        self.set_note(wording.plural(self.tr("%n term(s)", "", len(terms)), len(terms)))
