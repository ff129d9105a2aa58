"""The program is told to end, by a signal or by the desktop: what was asked for is committed."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from lstwallet.app import profiles, safe
from lstwallet.app.session import Session
from lstwallet.ui.shell import endings
from lstwallet.units.clock import DAY
from tests.journeys.program import Start
from tests.reliability.window_child import program
from tests.ui.harness import make_profile

CHILD = "tests.reliability.window_child"
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def sound_events(path: Path) -> int:
    """How many events a profile holds; it is audited whole."""
    session = safe.open_profile(path)
    try:
        report = session.verify()
        assert report.sound
        return report.events
    finally:
        session.close()


@posix
@pytest.mark.parametrize("name", endings.ENDING)
def test_a_signal_closes_the_window_and_the_profile_is_sound(tmp_path: Path, name: str) -> None:
    path = make_profile(tmp_path / "mine.lstwallet")
    with program(CHILD, path, "idle", home=tmp_path / "home") as child:
        events = int(child.heard("open").split()[1])
        child.process.send_signal(getattr(signal, name))
        assert child.ended() == 0
    assert sound_events(path) == events
    settings = json.loads((tmp_path / "home" / "settings.json").read_text())
    assert settings["window_geometry"], "the window's place was not kept"


@pytest.mark.slow
@posix
def test_signals_again_and_again_do_not_break_a_commit(tmp_path: Path) -> None:
    path = make_profile(tmp_path / "mine.lstwallet")
    with program(CHILD, path, "fund", home=tmp_path / "home") as child:
        before = int(child.heard("open").split()[1])
        child.heard("committing")
        for _ in range(3):
            child.process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
        child.process.send_signal(signal.SIGINT)
        after = int(child.heard("committed").split()[1])
        assert child.ended() == 0
    assert after > before
    assert sound_events(path) == after


def test_when_the_session_ends_a_run_is_committed_and_the_window_kept(
    start: Start, tmp_path: Path
) -> None:
    path = make_profile(tmp_path / "mine.lstwallet")
    program, person = start(path)
    person.until(lambda: program.bridge.world is not None, "the world")
    began = program.bridge.world.time
    program.bridge.advance(10 * 365 * DAY)
    person.until(lambda: program.bridge.world.time > began, "time to pass")
    begin = time.monotonic()
    assert program.settle(endings.SESSION_END_S)
    assert time.monotonic() - begin < endings.SESSION_END_S
    settings = json.loads(profiles.settings_path().read_text())
    assert settings["window_geometry"]
    person.until(lambda: not program.bridge.running, "the run to end")
    held = Session.open(path, key=safe.unlock(path), read_only=True)
    try:
        assert held.world == program.bridge.world
    finally:
        held.close()


def test_a_lane_that_is_stuck_does_not_hold_the_session_up(
    start: Start, tmp_path: Path
) -> None:
    program, person = start(make_profile(tmp_path / "mine.lstwallet"))
    person.until(lambda: program.bridge.world is not None, "the world")
    program.bridge.call(lambda session: time.sleep(1.0), lambda _: None)
    begin = time.monotonic()
    assert not program.settle(0.2)
    assert time.monotonic() - begin < 0.9


def test_qt_tells_us_of_the_sessions_end(qapp: QApplication) -> None:
    asked = "2commitDataRequest(QSessionManager&)", "2saveStateRequest(QSessionManager&)"
    before = [qapp.receivers(each) for each in asked]
    undo = endings.watch(qapp, lambda: None, lambda seconds: True)
    assert [qapp.receivers(each) for each in asked] == [count + 1 for count in before]
    undo()
    assert [qapp.receivers(each) for each in asked] == before
