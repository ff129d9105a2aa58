"""Simulated time, as the window drives it: runs to a moment, and play at a speed.

The floor of the bridge above ``Asking``. A run makes room for commands and goes on after them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from lstwallet.app.settings import Settings
from lstwallet.ui.asking import Asking
from lstwallet.ui.jobs import GATE, Jobs
from lstwallet.ui.records import SPEEDS, Run, joined

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Progress
    from lstwallet.engine.world import World

SLICE_MS: Final = 200
"""While time plays, the world moves this often: charts redraw five times a second."""
LONGEST_SLICE_MS: Final = 400
"""A slow machine plays slower; it does not jump."""


class Playing(Asking):
    """Lets time pass in the session that is open."""

    outcome = Signal(object)
    """An ``Outcome``: something was committed (or refused), ``world`` is already the new one."""
    progress = Signal(object)
    """A ``Progress``: a run goes on; ``world`` is already that moment's."""
    busy_changed = Signal(bool)
    """A run of time begins or ends."""
    clock_changed = Signal()
    """Playing or paused, or another speed."""

    def __init__(
        self, jobs: Jobs, settings: Settings, settings_path: Path | None, parent: QObject | None
    ) -> None:
        """Without ``settings_path`` settings are not kept."""
        super().__init__(jobs, settings, settings_path, parent)
        self._slicing = False
        self._playing = False
        self._speed: int = SPEEDS[1]
        self._timer = QTimer(self)
        self._timer.setInterval(SLICE_MS)
        self._timer.timeout.connect(self._slice)
        self._elapsed = QElapsedTimer()

    @property
    def running(self) -> bool:
        """Whether a run asked for by ``advance`` is under way."""
        return self._run is not None

    @property
    def playing(self) -> bool:
        """Whether time goes on by itself."""
        return self._playing

    @property
    def speed(self) -> int:
        """Simulated seconds per second of play."""
        return self._speed

    def advance(
        self,
        seconds: int = 0,
        *,
        until: int | None = None,
        reply: Callable[[Outcome], None] | None = None,
    ) -> bool:
        """Let time pass. ``reply`` comes at the end, or at a cancel.

        False: a run is under way, another profile is being opened, the past is looked at, or
        nothing may be written.
        """
        held = self._opening or self.past.looking is not None
        if self._run is not None or held or self.world is None:
            return False
        if self.standstill.refuses():
            return False
        begin = self.world.time
        self._run = Run(begin, begin + seconds if until is None else until, reply)
        self.busy_changed.emit(True)
        self._advance(self._run)
        return True

    def advance_to_next_event(self, reply: Callable[[Outcome], None] | None = None) -> bool:
        """Let time pass until the next thing that concerns the user has happened."""
        from lstwallet.readmodel.coming import next_moment

        return self.world is not None and self.advance(
            until=next_moment(self.world, self.account), reply=reply
        )

    def cancel(self) -> None:
        """Stop what runs: of time, what has happened stays; of a what-if, nothing does."""
        self.past.cancel_retelling()
        if self._run is not None:
            self._run.cancelled = True

    def play(self, speed: int | None = None) -> None:
        """Let time go on by itself, at ``speed`` simulated seconds a second."""
        if speed is not None:
            self._speed = speed
        held = self._playing or self._opening or self.past.looking is not None
        if self.world is not None and not held and not self.standstill.refuses():
            self._playing = True
            self._elapsed.start()
            self._timer.start()
        self.clock_changed.emit()

    def pause(self) -> None:
        """Time stands still."""
        if self._playing:
            self._playing = False
            self._timer.stop()
            self.clock_changed.emit()

    def set_speed(self, speed: int) -> None:
        """Another speed, playing or not."""
        self._speed = speed
        self.clock_changed.emit()

    def _slice(self) -> None:
        if self._slicing or self._run is not None or self._opening or self.world is None:
            return
        passed = min(self._elapsed.restart(), LONGEST_SLICE_MS)
        until = self.world.time + max(1, self._speed * passed // 1_000)
        self._slicing = True

        def done(outcome: Outcome) -> None:
            self._slicing = False
            self._publish(outcome)

        def broken(error: BaseException) -> None:
            self._slicing = False
            self.pause()
            self._failed(error)

        def work() -> Outcome:
            return self._require().advance(
                until, cancelled=self.jobs.waiting, gate=GATE.wait
            )

        self.jobs.run(work, done, broken)

    def _advance(self, run: Run) -> None:
        def report(progress: Progress) -> None:
            self.jobs.tell(lambda: self._progressed(run, progress))
            self._read_along()

        def work() -> Outcome:
            return self._require().advance(
                run.until,
                progress=report,
                cancelled=lambda: run.cancelled or self.jobs.waiting(),
                gate=GATE.wait,
            )

        self.jobs.run(work, lambda outcome: self._ran(run, outcome), self._run_failed)

    def _progressed(self, run: Run, progress: Progress) -> None:
        self.world = progress.world
        self.progress.emit(progress._replace(begin=run.begin, until=run.until))

    def _ran(self, run: Run, outcome: Outcome) -> None:
        run.so_far = joined(run.so_far, outcome)
        arrived = outcome.world.time >= run.until
        if arrived or run.cancelled or outcome.refusal is not None:
            self._run = None
            self._read_the_rest()
            self.world = outcome.world
            if run.reply is not None:
                run.reply(run.so_far)
            self.outcome.emit(outcome)
            if self._run is None:
                self.busy_changed.emit(False)
        else:  # it made room for a command; now it goes on
            self._publish(outcome)
            self._advance(run)

    def _run_failed(self, error: BaseException) -> None:
        self._run = None
        self._read_the_rest()
        self.busy_changed.emit(False)
        self._failed(error)

    # --- answers ------------------------------------------------------------------------

    def _publish(self, outcome: Outcome) -> None:
        self.world = outcome.world
        self.outcome.emit(outcome)

    def _failed(self, error: BaseException) -> None:
        """Tell, then show again what is really committed, where that is not what is shown."""
        self.pause()
        self.standstill.look(error)
        self.failed.emit(error)
        shown = self.present

        def work() -> World | None:
            world = self._require().world
            return None if world == shown else world

        if self.session is not None:
            self.jobs.run(work, self._restored, lambda _: None)

    def _restored(self, world: World | None) -> None:
        if world is not None:
            self.past.forget()
            self.another_era()
            self.world = world
            self.opened.emit()
