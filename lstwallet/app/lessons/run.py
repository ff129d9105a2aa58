"""One lesson under way: judged by the ledger alone, resumed at the exact step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lstwallet.app.lessons.lesson import Lesson, Step
from lstwallet.app.lessons.predicates import Evidence, Refused, holds, mark
from lstwallet.app.lessons.progress import Progress, ProgressFile
from lstwallet.engine.kernel import Event
from lstwallet.engine.world import World


class LessonRun:
    """Follows a lesson through outcomes and refusals.

    The window shows what this says and reports clicks on Continue, Hint and the quiz; none
    of those can finish a step. A step is done when its condition holds on the evidence.
    Whatever changes the progress raises ``OSError`` when it cannot be kept, and nothing has
    changed then.
    """

    def __init__(
        self,
        lesson: Lesson,
        kept: ProgressFile,
        world: World,
        events_since: Callable[[int], Iterable[Event]],
    ) -> None:
        """``events_since(n)`` gives the person's own events after event number ``n``."""
        self.lesson = lesson
        self._kept = kept
        self._progress = kept.of(lesson.id)
        self._world = world
        self._events: list[Event] = []
        if self._progress.mark is None:
            self._begin_step(self._progress.step)
        else:
            self._events = list(events_since(self._progress.mark.events))
            self._judge()  # what was committed just before a crash counts

    @property
    def progress(self) -> Progress:
        """Where it stands."""
        return self._progress

    @property
    def step(self) -> Step | None:
        """The present step; none when only the quiz is left."""
        done = self._progress.step
        return self.lesson.steps[done] if done < len(self.lesson.steps) else None

    @property
    def told(self) -> bool:
        """The present step is done and waits for Continue."""
        return self._progress.told

    def observe(self, world: World, events: Sequence[Event]) -> bool:
        """Take in what happened; true when that finished the present step."""
        self._world = world
        self._events.extend(events)
        return self._judge()

    def observe_refusal(self, command: str, reason: str) -> bool:
        """Take in that the engine refused a command; true when that finished the step."""
        item = Refused(command, reason)
        if item not in self._progress.refused:
            self._update(refused=(*self._progress.refused, item))
        return self._judge()

    def wrong_move(self) -> str | None:
        """How to undo a move that led away from the present step, if one did."""
        step = self.step
        if step is None or self.told:
            return None
        seen = self._evidence()
        return next((wrong.text for wrong in step.wrong if holds(wrong.when, seen)), None)

    def go_on(self) -> bool:
        """Leave a finished step for the next one; false (and nothing) when it is not finished.

        Steps whose condition already holds are skipped.
        """
        if not self.told:
            return False
        self._begin_step(self._progress.step + 1)
        while self.step is not None and holds(self.step.done_when, self._evidence()):
            self._begin_step(self._progress.step + 1)
        return True

    def next_hint(self) -> int:
        """Show one more hint; how many are shown now (three at most)."""
        step = self.step
        if step is not None and not self.told:
            self._update(hints=min(self._progress.hints + 1, len(step.hints)))
        return self._progress.hints

    def answer(self, question: str, option: int) -> bool:
        """Answer a quiz question; whether it was right. Ignored before the steps are done."""
        if self.step is not None:
            return False
        asked = next(item for item in self.lesson.quiz if item.id == question)
        right = asked.options[option].right
        missed = [item for item in self._progress.missed if item != question]
        answers = {**self._progress.answers, question: option}
        if not right:
            missed.append(question)
        finished = all(
            any(n == answers.get(item.id) and each.right for n, each in enumerate(item.options))
            for item in self.lesson.quiz
        )
        self._update(answers=answers, missed=tuple(missed), finished=finished)
        return right

    def _judge(self) -> bool:
        step = self.step
        if step is None or self.told or not holds(step.done_when, self._evidence()):
            return False
        self._update(told=True)
        return True

    def _evidence(self) -> Evidence:
        began = self._progress.mark or mark(self._world)
        return Evidence(began, self._world, self._events, self._progress.refused)

    def _begin_step(self, step: int) -> None:
        self._events = []
        self._update(step=step, mark=mark(self._world), refused=(), told=False, hints=0)

    def _update(self, **changes: object) -> None:
        wanted = self._progress._replace(**changes)  # type: ignore[arg-type]
        self._kept.keep(self.lesson.id, wanted)
        self._progress = wanted
