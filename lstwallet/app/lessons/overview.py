"""What the Learn room shows of each lesson: how far it is, and what comes back for review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app.lessons.desk import Desk
from lstwallet.app.lessons.lesson import Lesson, Question
from lstwallet.app.lessons.progress import Progress

NEW: Final = "new"
STEPS: Final = "steps"
QUIZ: Final = "quiz"
FINISHED: Final = "finished"


class Standing(NamedTuple):
    """One lesson and where it stands."""

    lesson: Lesson
    state: str
    """``new``, ``steps``, ``quiz`` (only that is left) or ``finished``."""
    done: int
    """Steps done, and one more for the quiz once it is."""
    total: int
    review: Sequence[Question]
    """Questions whose last answer was wrong."""
    left: Sequence[Question]
    """Questions without a right answer so far."""
    path: Path
    """The lesson's own profile, which may not exist yet."""


class Overview(NamedTuple):
    """All lessons."""

    standings: Sequence[Standing]
    set_aside: Path | None
    """Where a progress file that could not be read is kept."""

    @property
    def present(self) -> Standing | None:
        """The lesson to go on with: one under way, else the first that is not finished."""
        under_way = [each for each in self.standings if each.state in (STEPS, QUIZ)]
        unfinished = [each for each in self.standings if each.state != FINISHED]
        return next(iter([*under_way, *unfinished, *self.standings]), None)

    @property
    def terms(self) -> Mapping[str, str]:
        """The glossary of all lessons, by the alphabet."""
        found: dict[str, str] = {}
        for each in self.standings:
            found.update(each.lesson.terms)
        return dict(sorted(found.items(), key=lambda item: item[0].casefold()))


def overview(desk: Desk) -> Overview:
    """How far everything is."""
    rows = tuple(
        standing(lesson, desk.progress(lesson), desk.path(lesson)) for lesson in desk.lessons
    )
    return Overview(rows, desk.set_aside)


def standing(lesson: Lesson, progress: Progress, path: Path) -> Standing:
    """Where one lesson stands."""
    steps = len(lesson.steps)
    done = min(steps, progress.step + progress.told) + progress.finished
    if progress.finished:
        state = FINISHED
    elif progress.step >= steps:
        state = QUIZ
    else:
        state = NEW if progress.mark is None else STEPS
    review = tuple(question for question in lesson.quiz if question.id in progress.missed)
    left = tuple(question for question in lesson.quiz if not _right(question, progress))
    return Standing(lesson, state, done, steps + 1, review, left, path)


def _right(question: Question, progress: Progress) -> bool:
    answer = progress.answers.get(question.id)
    return any(number == answer and option.right for number, option in enumerate(question.options))
