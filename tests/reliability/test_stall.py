"""The window never stands still; and if it does, the log says where."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from lstwallet.app import safe
from lstwallet.engine.wallet import Fund
from lstwallet.ui.application import Program
from lstwallet.ui.bridge import EVERYTHING
from lstwallet.ui.jobs import GATE
from lstwallet.ui.shell import stalls
from lstwallet.ui.shell.redraw import REDRAW_MS
from lstwallet.ui.shell.stalls import Heart
from tests.journeys.program import Start
from tests.reliability.window_child import program, say
from tests.ui.harness import make_profile

CHILD = "tests.reliability.test_stall"
BEAT_MS = 10
WATCH_MS = 2_500
BUSY_MS = 6_000
SLOW_SYNC_US = 200_000
MOST_TIMES = 4
"""The 99th percentile of the gaps while something is done, against the idle window's."""
ACTIVE = Qt.ApplicationState.ApplicationActive
INACTIVE = Qt.ApplicationState.ApplicationInactive


def live(milliseconds: int) -> None:
    """Let the event loop run, as the program does: the lane sees when the window is idle."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    GATE.watch()
    loop.exec()
    GATE.forget()


class Told:
    """A heart in this thread, and what it told."""

    def __init__(self) -> None:
        self.stalls: list[tuple[int, list[str], bool]] = []
        self.heart = Heart(lambda *told: self.stalls.append(told))
        self.heart._follow(ACTIVE)  # offscreen there may be no active window
        live(300)
        self.stalls.clear()


@pytest.fixture
def told(qapp: QApplication) -> Iterator[Told]:
    made = Told()
    yield made
    made.heart.close()
    delete(made.heart)  # here, not wherever Python collects it


def stand_still(seconds: float) -> None:
    time.sleep(seconds)


def compute(seconds: float) -> None:
    """Without letting go of the interpreter: no other thread runs meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(3_000_000))


# --- the detector ------------------------------------------------------------------------


def test_a_stall_is_told_with_its_length_and_its_place(told: Told) -> None:
    QTimer.singleShot(0, lambda: stand_still(0.6))
    live(1_000)
    ((milliseconds, frames, over),) = told.stalls
    assert 500 <= milliseconds < 2_000
    assert over
    assert re.fullmatch(r"  tests\.reliability\.test_stall:\d+ stand_still", frames[0])


def test_a_stall_that_keeps_the_interpreter_is_told_too(told: Told) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    try:
        QTimer.singleShot(0, lambda: compute(0.8))
        live(1_500)
    finally:
        sys.setswitchinterval(before)
    assert told.stalls
    assert told.stalls[0][0] >= 600


def test_one_that_does_not_end_is_told_before_its_end(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalls, "HANGS_S", 0.4)
    QTimer.singleShot(0, lambda: stand_still(1.2))
    live(1_600)
    assert [over for _, _, over in told.stalls] == [False, True]
    assert told.stalls[0][0] < told.stalls[1][0]


def test_a_watcher_that_ends_late_does_not_take_the_heart_along(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its timer would end in the wrong thread: Qt says so, and that fails this test."""
    monkeypatch.setattr(stalls, "PATIENCE_S", 0.01)
    unended: list[Heart] = []
    monkeypatch.setattr(stalls, "_UNENDED", unended)
    telling, go_on = threading.Event(), threading.Event()

    def report(*_told: object) -> None:
        telling.set()
        go_on.wait()

    heart = Heart(report)
    heart._follow(ACTIVE)
    QTimer.singleShot(0, lambda: stand_still(0.6))
    live(700)
    assert telling.wait(20)
    heart.close()
    watcher = heart._watcher
    del heart
    go_on.set()
    watcher.join(20)
    assert not watcher.is_alive()
    assert len(unended) == 1
    delete(unended[0])


def test_short_handlers_are_no_stall(told: Told) -> None:
    for _ in range(10):
        QTimer.singleShot(0, lambda: stand_still(0.06))
        live(120)
    assert not told.stalls


def test_while_another_program_is_used_nothing_is_watched(told: Told) -> None:
    told.heart._follow(INACTIVE)
    beat = told.heart._beat
    stand_still(0.5)
    live(200)
    assert told.heart._beat == beat
    assert not told.stalls
    told.heart._follow(ACTIVE)
    live(200)
    assert told.heart._beat > beat
    assert not told.stalls


def test_after_the_end_no_thread_is_left(qapp: QApplication) -> None:
    before = threading.active_count()
    heart = Heart(lambda *told: None)
    heart._follow(ACTIVE)
    live(200)
    heart.close()
    heart.close()
    delete(heart)
    assert threading.active_count() == before


@pytest.mark.slow
def test_watching_costs_next_to_nothing(qapp: QApplication) -> None:
    def cost(milliseconds: int) -> float:
        live(100)
        begin = time.process_time()
        live(milliseconds)
        return (time.process_time() - begin) / milliseconds * 1_000

    bare = cost(2_000)
    heart = Heart(lambda *told: None)
    heart._follow(ACTIVE)
    watched = cost(2_000)
    heart._follow(INACTIVE)
    resting = cost(2_000)
    heart.close()
    delete(heart)
    print(
        f"\nan idle window uses {bare:.2%} of a core, watched {watched:.2%}, "
        f"in the background {resting:.2%}"
    )
    assert watched - bare < 0.03
    assert resting - bare < 0.01


@pytest.mark.slow
def test_the_log_names_the_place(start: Start, tmp_path: Path, home: Path) -> None:
    program_, person = start(make_profile(tmp_path / "mine.lstwallet"))
    person.until(lambda: program_.bridge.world is not None, "the world")
    assert program_._heart is not None
    program_._heart._follow(ACTIVE)
    live(200)
    for _ in range(5):
        QTimer.singleShot(0, lambda: stand_still(0.5))
        live(800)
    text = (home / "lstwallet.log").read_text()
    found = re.findall(r"the window stood still for (\d+) ms\n +tests\.\S+:\d+ stand_still", text)
    assert 1 <= len(found) <= 3, text
    assert str(tmp_path) not in text


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_process_that_was_stopped_was_not_standing_still() -> None:
    with program(CHILD, "heart", home=Path("unused")) as child:
        child.heard("beating")
        child.process.send_signal(signal.SIGSTOP)
        time.sleep(1.2)
        child.process.send_signal(signal.SIGCONT)
        assert child.heard("told") == "told []"


# --- the window --------------------------------------------------------------------------


class Gaps:
    """The gaps of a heartbeat, in seconds, while a window is watched."""

    def __init__(self, milliseconds: int) -> None:
        self.gaps: list[float] = []
        last = [time.perf_counter()]

        def beat() -> None:
            now = time.perf_counter()
            self.gaps.append(now - last[0])
            last[0] = now

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start(BEAT_MS)
        live(milliseconds)
        timer.stop()

    @property
    def p99(self) -> float:
        return sorted(self.gaps)[int(len(self.gaps) * 0.99)]

    def told(self) -> dict[str, float]:
        return {"p99": self.p99, "max": max(self.gaps), "beats": len(self.gaps)}


def judge(what: str, idle: dict[str, float], busy: dict[str, float]) -> None:
    """Print the figures; against the idle window of the same run, whatever the machine does."""
    print(
        f"\n{what}: p99 {busy['p99'] * 1e3:.1f} ms, max {busy['max'] * 1e3:.1f} ms "
        f"(idle: p99 {idle['p99'] * 1e3:.1f} ms, max {idle['max'] * 1e3:.1f} ms; "
        f"aim on a free machine: p99 < 16 ms, max < 50 ms)"
    )
    assert busy["p99"] <= MOST_TIMES * max(idle["p99"], BEAT_MS / 1e3)


def measured(
    doing: str, profile: Path, home: Path, *before: str, busy_ms: int = WATCH_MS
) -> dict[str, dict[str, float]]:
    """What a program of its own measured in itself."""
    with program(CHILD, doing, profile, busy_ms, home=home, before=before) as child:
        return json.loads(child.heard("{"))


@pytest.mark.slow
def test_the_window_stays_fluent_while_a_year_runs(tmp_path: Path) -> None:
    profile = make_profile(tmp_path / "mine.lstwallet", flows=True)
    found = measured("year", profile, tmp_path / "home")
    assert found["days"]["passed"] > 30, "time stood still"
    judge("while a year runs", found["idle"], found["busy"])


def _can_slow_down() -> bool:
    """Whether calls to the system can be delayed here."""
    strace = shutil.which("strace")
    if strace is None:
        return False
    done = subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True)
    return done.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sync_us", "busy_ms"),
    [(50_000, WATCH_MS), (SLOW_SYNC_US, BUSY_MS)],
)
def test_the_window_stays_fluent_while_every_sync_is_slow(
    tmp_path: Path, sync_us: int, busy_ms: int
) -> None:
    if not _can_slow_down():
        pytest.skip("strace cannot delay the calls of a child here")
    profile = make_profile(tmp_path / "mine.lstwallet")
    found = measured(
        "commands", profile, tmp_path / "home", "strace", "-f", "--seccomp-bpf", "-qq",
        "-o", os.devnull, "-e", "trace=fsync,fdatasync", "-e",
        f"inject=fsync,fdatasync:delay_exit={sync_us}", busy_ms=busy_ms,
    )  # fmt: skip
    commits = found["commits"]
    assert commits["fastest"] > sync_us / 1e6, "no sync was slow: nothing is shown"
    judge(f"while {commits['made']} commits wait", found["idle"], found["busy"])
    print(f"a commit took {commits['fastest']:.2f} s at the least")
    assert found["control"]["max"] > sync_us / 1e6, "a commit in the window goes unnoticed"


# --- in a process of its own --------------------------------------------------------------


def heart() -> int:
    """Say what the heart told while we were stopped."""
    app = QApplication([])
    told = Told()
    say("beating")
    live(2_500)
    told.heart.close()
    say("told", told.stalls)
    del app
    return 0


def idle(shown: Program, *, redrawing: bool) -> dict[str, float]:
    """The gaps while nothing is done. ``redrawing``: the page is drawn anew as often as while
    time runs, for two worlds in turn."""
    bridge, timer = shown.bridge, QTimer()
    if redrawing:
        worlds = [bridge.world]
        bridge.advance(3 * 86_400)
        while bridge.running:
            live(20)
        worlds.append(bridge.world)

        def redraw() -> None:
            bridge.world = worlds[0] if bridge.world is worlds[1] else worlds[1]
            shown.window.redraw.now(EVERYTHING)

        timer.timeout.connect(redraw)
        timer.start(REDRAW_MS)
    gaps = Gaps(WATCH_MS).told()
    timer.stop()
    if redrawing:
        bridge.world = worlds[1]
    return gaps


def window(doing: str, profile: Path, busy_ms: int) -> int:
    """Idle, then busy for so long; the gaps of both."""
    app = QApplication([])
    shown = Program(app, profile)
    shown.show()
    bridge = shown.bridge
    while bridge.world is None or shown.window.page("home") is None:
        live(50)
    live(500)
    found: dict[str, dict[str, float]] = {"idle": idle(shown, redrawing=doing == "year")}
    begun = bridge.world.time
    if doing == "year":
        bridge.advance(20 * 365 * 86_400)
        found["busy"] = Gaps(busy_ms).told()
        bridge.cancel()
        while bridge.running:
            live(20)
        found["days"] = {"passed": (bridge.world.time - begun) / 86_400}
    else:
        taken: list[float] = []

        def again(_outcome: object = None) -> None:
            asked = time.perf_counter()

            def done(outcome: object) -> None:
                taken.append(time.perf_counter() - asked)
                again()

            bridge.send(Fund("you", "ETH", 10**18), done)

        again()
        found["busy"] = Gaps(busy_ms).told()
        found["commits"] = {"made": len(taken), "fastest": min(taken)}
        shown.close()
        session = safe.open_profile(profile)
        QTimer.singleShot(0, lambda: session.execute(Fund("you", "ETH", 10**18)))
        found["control"] = Gaps(1_500).told()
        session.close()
    say(json.dumps(found))
    shown.close()
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "heart":
        sys.exit(heart())
    sys.exit(window(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
