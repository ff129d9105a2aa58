"""The window: its first frame, a click on Confirm, and how fluent it stays while a year runs."""

from __future__ import annotations

import gc
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from lstwallet.app import beginnings, safe
from lstwallet.app.session import Session
from lstwallet.app.settings import Settings
from lstwallet.engine.world import World
from lstwallet.ui import theme
from lstwallet.ui.bridge import EVERYTHING, Bridge
from lstwallet.ui.collector import hand_back
from lstwallet.ui.jobs import GATE, Lane
from lstwallet.ui.main_window import MainWindow
from lstwallet.units.clock import DAY
from tests.benchmarks.rows import REPETITIONS, Measured, Row, interleaved

CHILD = "tests.benchmarks.window_child"
BEAT_MS = 10
REPAINT_MS = 250
WATCH_MS = 2_500
LONGEST_MS = 60_000


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="lstwallet-bench-"))


@cache
def year_old_profile() -> Path:
    """The demo portfolio a year later; made once."""
    path = _folder() / "year.lstwallet"
    session = beginnings.create("demo", path=path, name="Year")
    session.advance(session.world.time + 365 * DAY)
    session.close()
    return path


# --- first frame -------------------------------------------------------------------------


def first_paint(child: str, *arguments: str) -> float:
    """Seconds from the start of a process of this module until it says that it has painted."""
    environment = os.environ | {"LSTWALLET_HOME": str(_folder() / "home")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's Python keeps what it compiled
    command = [sys.executable, "-m", child, *arguments]
    begin = time.monotonic()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout.split()[-1]) - begin


def first_frame() -> Measured:
    """Process start to the first frame of the real shell, on a profile with a year in it."""
    profile = str(year_old_profile())
    note = "floor: QApplication and an empty QMainWindow; PySide6's import is most of both"
    return interleaved(
        lambda: first_paint(CHILD, "shell", profile), lambda: first_paint(CHILD, "bare"), note
    )


# --- a window in this process ------------------------------------------------------------


def _opened(profile: Path, key: bytes | None) -> Session:
    return safe.open_profile(profile) if key is None else Session.open(profile, key=key)


class _Stage:
    """A real window with its lane, in a room."""

    def __init__(self, profile: Path, room: str, key: bytes | None = None) -> None:
        """Without a ``key`` the profile is opened as the program opens it."""
        self.app = QApplication.instance() or QApplication([])
        assert isinstance(self.app, QApplication)
        theme.set_calm(True)
        theme.apply(self.app, "light")
        self.bridge = Bridge(Lane(), Settings(theme="light"))
        self.window = MainWindow(self.bridge)
        keys = [each.key for each in self.window.rooms]
        self.room = room if room in keys else keys[0]
        self.window.enter(self.room)
        self.window.show()
        self.bridge.open(lambda: _opened(profile, key))
        self.until(lambda: self.window.page(self.room) is not None)
        self.idle(500)
        gc.freeze()

    def loop(self, milliseconds: int, ready: Callable[[], bool] | None = None) -> None:
        """Run the event loop as the program does; the lane sees when it is idle."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        if ready is not None:
            poll = QTimer()
            poll.timeout.connect(lambda: loop.quit() if ready() else None)
            poll.start(1)
        GATE.watch()
        loop.exec()
        GATE.forget()

    def idle(self, milliseconds: int) -> None:
        self.loop(milliseconds)

    def until(self, ready: Callable[[], bool]) -> None:
        self.loop(LONGEST_MS, ready)
        assert ready(), "waited in vain"

    def close(self) -> None:
        self.window.close()
        assert self.bridge.close(), "the lane did not end"
        hand_back()


# --- a click on Confirm ------------------------------------------------------------------


class _Painted(QObject):
    """Notes when a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.at = 0.0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self.at = self.at or time.perf_counter()


def click_to_receipt() -> Measured:
    """From the click on Confirm until the receipt is painted; the command is committed then."""
    profile = _folder() / "click.lstwallet"
    beginnings.create("empty", path=profile, name="Click").close()
    stage = _Stage(profile, "settings")
    page = stage.window.page("settings")
    assert page is not None
    flow, panel = page.flow, page.panel  # type: ignore[attr-defined]
    bare = sqlite3.connect(_folder() / "bare.sqlite3", isolation_level=None)
    bare.executescript(
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; CREATE TABLE t (text TEXT)"
    )
    row = ("x" * 700,)

    def ours() -> float:
        page.form.amount.set_text("1")  # type: ignore[attr-defined]
        flow.preview_now()
        flow.review()
        stage.idle(100)
        painted = _Painted(panel.page("receipt"))
        begin = time.perf_counter()
        QTest.mouseClick(panel.page("review").main, Qt.MouseButton.LeftButton)
        stage.until(lambda: flow.phase == "receipt" and painted.at > 0)
        taken = painted.at - begin
        panel.page("receipt").main.click()
        stage.idle(50)
        return taken

    def floor() -> float:
        begin = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("INSERT INTO t VALUES (?)", row)
        bare.execute("COMMIT")
        page.repaint()
        return time.perf_counter() - begin

    try:
        return interleaved(ours, floor, "floor: one bare commit and one repaint of the page", 3)
    finally:
        bare.close()
        stage.close()


# --- fluency -----------------------------------------------------------------------------


class _Watch:
    """The heartbeat's gaps, and how long each refresh with its paint took."""

    def __init__(self, stage: _Stage, other: World) -> None:
        self._stage = stage
        self._other = other
        self.gaps: list[float] = []
        self.paints: list[float] = []
        self.slices: list[float] = []

    def look(self) -> None:
        """Watch for a while; the page shows itself anew a few times a second either way.

        A repaint's time is that of all its slices, each painted at once to be timed."""
        page = self._stage.window.page(self._stage.room)
        assert page is not None
        last = [time.perf_counter()]
        spent = [0.0]
        take_slice = page.take_slice

        def beat() -> None:
            now = time.perf_counter()
            self.gaps.append(now - last[0])
            last[0] = now

        def timed() -> None:
            begin = time.perf_counter()
            take_slice()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest.value)
            taken = time.perf_counter() - begin
            self.slices.append(taken)
            spent[0] += taken
            if not page.renewing():
                self.paints.append(spent[0])
                spent[0] = 0.0

        bridge = self._stage.bridge
        present = bridge.world

        def repaint() -> None:
            """Idle: two worlds in turn, so that as much is painted as while time runs."""
            if not bridge.running:
                bridge.world = self._other if bridge.world is present else present
                self._stage.window.redraw.now(EVERYTHING)

        heart, timer = QTimer(), QTimer()
        heart.setTimerType(Qt.TimerType.PreciseTimer)
        heart.timeout.connect(beat)
        timer.timeout.connect(repaint)
        page.take_slice = timed  # type: ignore[method-assign]
        heart.start(BEAT_MS)
        timer.start(REPAINT_MS)
        self._stage.idle(WATCH_MS)
        heart.stop()
        timer.stop()
        del page.take_slice
        if not bridge.running:
            bridge.world = present

    def gap(self, share: float) -> float:
        """A quantile of the gaps."""
        ordered = sorted(self.gaps)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@cache
def _watched() -> tuple[list[_Watch], list[_Watch]]:
    """Idle and running, in turns, on one window: both rows read from it."""
    profile = _folder() / "run.lstwallet"
    beginnings.create("demo", path=profile, name="Run").close()
    stage = _Stage(profile, "home")
    other = stage.bridge.world
    assert other is not None
    stage.bridge.advance(3 * DAY)
    stage.until(lambda: not stage.bridge.running)
    idle, running = [], []
    for _ in range(REPETITIONS):
        idle.append(_Watch(stage, other))
        idle[-1].look()
        begun = stage.bridge.world.time  # type: ignore[union-attr]
        stage.bridge.advance(20 * 365 * DAY)
        running.append(_Watch(stage, other))
        running[-1].look()
        stage.bridge.cancel()
        stage.until(lambda: not stage.bridge.running)
        assert stage.bridge.world.time > begun + DAY, "time stood still"  # type: ignore[union-attr]
    stage.close()
    return idle, running


def heartbeat() -> Measured:
    """The 99th percentile of the gaps of a 10 ms heartbeat while time runs, and idle."""
    idle, running = _watched()
    worst = max(watch.gap(1.0) for watch in running)
    extra = median(watch.gap(0.99) for watch in running) - median(w.gap(0.99) for w in idle)
    note = f"p99 {extra * 1e3:+.1f} ms against idle; longest gap of all {worst * 1e3:.0f} ms"
    return Measured([w.gap(0.99) for w in running], [w.gap(0.99) for w in idle], note)


def paints() -> Measured:
    """Refresh and repaint of Home while time runs, and idle: medians."""
    idle, running = _watched()
    count = sum(len(watch.paints) for watch in running)
    rate = count / (REPETITIONS * WATCH_MS / 1e3)
    return Measured(
        [median(watch.paints) for watch in running],
        [median(watch.paints) for watch in idle],
        f"{rate:.1f} repaints a second while time runs, in slices of at most "
        f"{max(max(watch.slices) for watch in running) * 1e3:.0f} ms",
    )


ROWS = [
    Row("* start to first frame of the shell", "≤ 1.8 × the floor", first_frame),
    Row("click on Confirm to receipt painted", "≤ 2 × the floor", click_to_receipt),
    Row(
        "heartbeat p99 while a year runs",
        "≤ floor + 6 ms, < 20 ms, max < 50 ms",
        heartbeat,
    ),
    Row("paint of Home while a year runs", "≤ 1.3 × the floor", paints),
]
