"""Looking back in the window: from letting go of the slider until Home is painted as it was."""

from __future__ import annotations

import itertools
import shutil
import time
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from lstwallet.app.session import Session
from tests.benchmarks.bench_timeline import KEY, one_snapshot, year
from tests.benchmarks.bench_window import _Painted, _Stage
from tests.benchmarks.rows import Measured, Row, interleaved

SHARES = (0.13, 0.71, 0.37, 0.93, 0.55, 0.21, 0.84, 0.46, 0.64, 0.3)
"""Of the year: where the knob is let go, in turn."""
ROUNDS = 3
MILLISECONDS = 1e3


def _copy(profile: Path) -> Path:
    """A copy of a closed profile, with what stands beside it."""
    folder = profile.parent / "copy"
    folder.mkdir(exist_ok=True)
    for each in profile.parent.glob(f"{profile.name}*"):
        shutil.copy(each, folder / each.name)
    return folder / profile.name


def rewind_in_the_window() -> Measured:
    """The world of the moment is loaded, and every figure of Home painted anew."""
    other = _copy(year())  # no file is opened twice in one process
    stage = _Stage(year(), "home", KEY)
    bridge, bar = stage.bridge, stage.window.time_bar.history
    page = stage.window.page("home")
    session = Session.open(other, key=KEY, read_only=True)
    places, taken = itertools.cycle(SHARES), []

    def ours() -> float:
        present, before = bridge.present, bridge.past.looking
        assert page is not None
        assert present is not None
        at = present.started + round((present.time - present.started) * next(places))
        spot = QPoint(round(bar.place(at)), bar.rect().center().y())
        QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=spot)
        stage.idle(60)
        painted = _Painted(page.worth.figure)  # type: ignore[attr-defined]
        begin = time.perf_counter()
        QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=spot)
        stage.until(lambda: bridge.past.looking is not before and painted.at > 0)
        taken.append(painted.at - begin)
        stage.idle(400)
        return taken[-1]

    def floor() -> float:
        assert page is not None
        loaded = one_snapshot(session)
        begin = time.perf_counter()
        page.repaint()
        return loaded + time.perf_counter() - begin

    try:
        found = interleaved(ours, floor, "", ROUNDS)
    finally:
        session.close()
        stage.close()
    worst = MILLISECONDS * max(taken[ROUNDS:])
    note = f"floor: one snapshot loaded and one repaint of the page; the slowest {worst:.0f} ms"
    return found._replace(note=note)


ROWS = [Row("the slider let go to Home painted in the past", "≤ 4 ×", rewind_in_the_window)]
