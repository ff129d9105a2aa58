"""Where lessons are done: each in a small profile of its own, never in the user's.

The profile is made when a lesson is first opened, kept while it is paused, and deleted on
reset together with the progress.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lstwallet.app import profiles, safe
from lstwallet.app.lessons.lesson import BadLesson, Lesson, load_all
from lstwallet.app.lessons.progress import Progress, ProgressFile
from lstwallet.app.lessons.run import LessonRun
from lstwallet.app.session import Session
from lstwallet.engine.kernel import Batch, Event
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import busy_exit, genesis, tiny
from lstwallet.store.lock import WriterLock, lock_path
from lstwallet.units.paths import resources

MARKET: Final = MarketConfig(flows=False)
"""Nobody else acts in a lesson: what happens is what the learner does."""
_PRESETS: Final[Mapping[str, Callable[[], Catalogue]]] = {"lesson": tiny, "busy": busy_exit}
"""Worlds a lesson may begin in: the small crowd's, and the same on a day when many leave."""


class Desk:
    """All lessons of one language, their progress and their profiles."""

    def __init__(self, folder: Path | None = None, language: str = "en") -> None:
        """``folder`` is by default ``lessons`` in the user's home folder of the program.

        Raises ``BadLesson`` when a shipped lesson has an error.
        """
        self.folder = folder if folder is not None else profiles.home() / "lessons"
        self.lessons = load_all(resources() / "lessons" / language)
        self._kept = ProgressFile(self.folder / "progress.json")

    def lesson(self, ident: str) -> Lesson:
        """The lesson of this id. Raises ``KeyError``."""
        for lesson in self.lessons:
            if lesson.id == ident:
                return lesson
        raise KeyError(ident)

    @property
    def set_aside(self) -> Path | None:
        """Where a progress file that could not be read is kept."""
        return self._kept.set_aside

    def quiz(self, lesson: Lesson, world: World) -> LessonRun:
        """A run for answering questions only: it needs no ledger."""
        return LessonRun(lesson, self._kept, world, lambda _: ())

    def progress(self, lesson: Lesson) -> Progress:
        """How far a lesson is."""
        return self._kept.of(lesson.id)

    def path(self, lesson: Lesson) -> Path:
        """The lesson's own profile file."""
        return self.folder / f"{lesson.id}{profiles.SUFFIX}"

    def open(self, lesson: Lesson) -> Session:
        """The lesson's session: as it was left, or in a new world. Call it in the lane.

        Raises ``StoreError``, ``CatalogueError``, ``BadLesson``. A profile that was lost
        takes the progress with it: evidence without a ledger is none.
        """
        path = self.path(lesson)
        if path.exists():
            session = safe.open_profile(path)
        else:
            self._kept.keep(lesson.id, Progress())
            session = self._begin(lesson, path)
        try:
            _fund(lesson, session)
        except BaseException:
            session.close()
            raise
        return session

    def _begin(self, lesson: Lesson, path: Path) -> Session:
        if lesson.start.preset not in _PRESETS:
            raise BadLesson(f"The lesson “{lesson.title}” asks for an unknown world.")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        numbers = _PRESETS[lesson.start.preset]()
        world = genesis(lesson.start.seed, lesson.start.at, numbers, MARKET)
        return safe.begin_profile(path, world, MARKET, name=lesson.title)

    def follow(self, lesson: Lesson, session: Session) -> LessonRun:
        """The run of a lesson over its session. Call it in the lane."""

        def since(number: int) -> list[Event]:
            records = session.activity(limit=10_000)
            return [record.event for record in reversed(records) if record.seq > number]

        return LessonRun(lesson, self._kept, session.world, since)

    def reset(self, lesson: Lesson) -> None:
        """Delete the lesson's profile and progress.

        Raises ``StoreUnavailable`` (``LOCKED``) while its session is open, here or elsewhere.
        """
        path = self.path(lesson)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = WriterLock(path)
        held = lock_path(path)
        try:
            for file in path.parent.glob(f"{path.name}*"):
                if file != held:
                    file.unlink(missing_ok=True)
            self._kept.keep(lesson.id, Progress())
            with contextlib.suppress(OSError):  # Windows keeps it while it is held
                held.unlink()
        finally:
            lock.release()


def _fund(lesson: Lesson, session: Session) -> None:
    """Hand out what the lesson begins with, unless that was done.

    A profile whose only event is its birth was left between the two. Raises ``BadLesson``
    or ``StoreError``.
    """
    funds = tuple(Fund(YOU, token, units) for token, units in lesson.start.fund.items())
    if funds and session.world.events == 1:
        refusal = session.execute(Batch(funds)).refusal
        if refusal is not None:
            raise BadLesson(f"The lesson “{lesson.title}” cannot begin: {refusal}.")
