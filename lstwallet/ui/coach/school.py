"""Opens a lesson's own profile in the window, and brings the user's profile back."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject

from lstwallet.ui import wording
from lstwallet.ui.coach.coach import Coach

if TYPE_CHECKING:
    from lstwallet.app.lessons.run import LessonRun
    from lstwallet.app.session import Session

_HELPER = "lstwallet.ui.robot.helper"
"""By name: the robot stands above the coach, and is needed for a hint only."""


class _Ready(NamedTuple):
    """A lesson whose profile is about to be shown."""

    path: Path
    run: LessonRun
    make_helper: Any


class School(QObject):
    """One window's lessons: at most one is under way."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        super().__init__(window)
        self._window = window
        self._bridge = window.bridge
        self._own: Path | None = None
        self._ready: _Ready | None = None
        self._path: Path | None = None
        self._then: dict[str, str] | None = None
        self._busy = False
        """A profile is being opened: a second press asks for nothing more."""
        self.coach: Coach | None = None
        """The lesson under way."""
        self._bridge.opened.connect(self._opened)
        self._bridge.locked.connect(self._locked)

    def teach(self, ident: str = "") -> None:
        """Open a lesson where it was left, by default the first one. Never twice at once."""
        if self._busy:
            return
        if self.coach is not None or self._bridge.profile is None:
            self._release()
            return
        self._busy = True
        self._own = self._bridge.profile.path

        def opener() -> Session:
            from lstwallet.app.lessons.desk import Desk

            desk = Desk()
            lesson = desk.lesson(ident) if ident else desk.lessons[0]
            make_helper = importlib.import_module(_HELPER).Helper
            session = desk.open(lesson)
            try:
                run = desk.follow(lesson, session)
            except BaseException:
                session.close()
                raise
            self._ready = _Ready(desk.path(lesson), run, make_helper)
            return session

        self._bridge.open(opener, self._refused)

    def leave(self, then: dict[str, str] | None = None) -> None:
        """Back to the user's own profile and the Learn room; the lesson waits as it is.

        ``then`` are arguments for the Learn room.
        """
        own = self._own
        if self._busy or self.coach is None or own is None:
            return
        self._busy = True

        self._then = then or {}
        self._bridge.open(self._bridge.keys.opener(own), self._refused)

    def _opened(self) -> None:
        path = self._bridge.profile.path
        self._busy = False
        ready, self._ready = self._ready, None
        if ready is not None and path == ready.path:
            self._begin(ready)
        elif self.coach is not None and path != self._path:
            self._end()

    def _locked(self) -> None:
        """The lesson waits as it is; nothing of it stands over the page that asks for a key."""
        self._busy = False
        self._ready = None
        if self.coach is not None:
            self._then = {}
            self._end()

    def _begin(self, ready: _Ready) -> None:
        self._path = ready.path
        self._window.set_sandbox(self.tr("Lesson sandbox"), self.tr("Practice account"))
        self.coach = Coach(self._window, ready.run, ready.make_helper)
        self.coach.pause_wanted.connect(self.leave)
        ident = ready.run.lesson.id
        self.coach.steps_done.connect(lambda: self.leave({"quiz": ident}))
        if ready.run.step is None:
            self.leave({"quiz": ident})
        else:
            self.coach.start()

    def _end(self) -> None:
        """Another profile is open: ours or one that was chosen instead."""
        assert self.coach is not None
        self.coach.close()
        self.coach = self._path = None
        self._window.set_sandbox("", "")
        then, self._then = self._then, None
        if then is not None:
            self._window.enter("learn", then)

    def _refused(self, error: BaseException) -> None:
        """The profile before stays open; say why."""
        from lstwallet.app.lessons.lesson import BadLesson

        self._busy = False
        self._ready = self._then = None
        self._release()
        if isinstance(error, BadLesson):
            self._window.show_trouble(str(error))
        elif wording.is_environment(error):
            self._window.show_trouble(wording.error(error))
        else:
            self._bridge.failed.emit(error)

    def _release(self) -> None:
        """Nothing is opened: the Learn room, which waits for it, may ask again."""
        learn = self._window.page("learn")
        if learn is not None:
            learn.mark_stale()
