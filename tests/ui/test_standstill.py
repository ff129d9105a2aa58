"""The file takes no writing: said, nothing typed is lost, and the way back is one click."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from lstwallet.app import safe
from lstwallet.app.session import Session
from lstwallet.store.book import NameAccount
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.ui.application import Program
from lstwallet.ui.main_window import MainWindow
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.ui.harness import make_profile, window_on

SAVED = "What you confirmed is saved, and you can look at everything."


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    return window_on(qtbot, tmp_path, room="stake")


@pytest.fixture
def person(qtbot: QtBot, window: MainWindow) -> Driver:
    return Driver(qtbot, window)


@contextmanager
def failing(trouble: Trouble, *names: str) -> Iterator[None]:
    """What of the session writes fails as a disk does."""

    def fails(self: Session, *_: Any, **__: Any) -> None:
        raise StoreUnavailable(self.path, trouble)

    with pytest.MonkeyPatch.context() as patch:
        for name in names or ("execute", "advance", "edit"):
            patch.setattr(Session, name, fails)
        yield


def brought_down(person: Driver, trouble: Trouble = Trouble.DISK_FULL) -> None:
    """Confirm 5 ETH while the disk is full."""
    person.fill("stake.amount", "5")
    person.click("stake.review")
    with failing(trouble):
        person.click("stake.confirm")
        person.until(person.window.standstill.isVisible, "the strip")


def again(person: Driver) -> None:
    person.click("standstill.again")
    person.until(lambda: not person.window.standstill.isVisible(), "the strip to go")


def test_a_full_disk_stops_everything_that_writes_and_is_mended_by_a_click(
    person: Driver, window: MainWindow
) -> None:
    bridge = window.bridge
    world = bridge.world
    brought_down(person)
    person.sees("The disk is full.")
    person.sees(SAVED)
    person.sees("Nothing was done.")
    assert person.disabled("stake.confirm")
    person.sees("Nothing can be saved now: see the top of the window.")
    for name in ("time.play", "time.next"):
        assert person.disabled(name), name
    QTest.keyClick(window.shell, Qt.Key.Key_Space)
    assert not bridge.playing
    assert not bridge.advance(DAY)
    person.click("stake.back")
    edit = person.find("stake.amount", QLineEdit)
    assert isinstance(edit, QLineEdit)
    assert edit.text() == "5", "what was typed is lost"
    assert person.disabled("stake.review")
    person.go("activity")
    person.go("home")
    person.go("stake")
    assert bridge.world == world
    again(person)
    person.sees("All is well again")
    person.ready("stake")
    person.agree("stake")
    person.sees("5.0000 stETH received")
    person.until(lambda: not person.disabled("time.play"), "time to be let go")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.DISK_FULL, "The disk is full."),
        (Trouble.IO, "The disk reports an error."),
        (Trouble.MOVED, "The profile file was moved or replaced while it was open."),
        (Trouble.MISSING, "The profile file is not there."),
        (Trouble.READ_ONLY, "The profile is read-only: nothing can be saved."),
    ],
)
def test_each_trouble_has_its_sentence(person: Driver, trouble: Trouble, words: str) -> None:
    brought_down(person, trouble)
    person.sees(words)
    person.sees(SAVED)


def test_as_long_as_it_lasts_trying_again_says_so(person: Driver, window: MainWindow) -> None:
    brought_down(person)
    with failing(Trouble.MISSING, "recover"):
        person.click("standstill.again")
        person.sees("The profile file is not there.")
        assert window.standstill.isVisible()
    again(person)
    assert window.bridge.standstill.trouble is None


def test_edits_wait_and_are_saved_afterwards(person: Driver, window: MainWindow) -> None:
    bridge = window.bridge
    with failing(Trouble.IO):
        bridge.edit(NameAccount("you", "First"))
        person.sees("Not saved yet: 1 edit of yours.")
    bridge.edit(NameAccount("you", "Second"))
    person.sees("Not saved yet: 2 edits of yours.")
    assert not bridge.book.names
    again(person)
    person.until(lambda: bridge.book.names == {"you": "Second"}, "both edits")
    assert bridge.standstill.waiting == 0


def test_a_run_of_time_that_fails_stands_still_where_it_was_committed(
    person: Driver, window: MainWindow
) -> None:
    bridge = window.bridge
    begun = bridge.world.time
    bridge.advance(DAY)
    person.until(lambda: not bridge.running, "the day")
    with failing(Trouble.IO):
        bridge.advance(DAY)
        person.until(window.standstill.isVisible, "the strip")
    assert bridge.world.time == begun + DAY
    assert not bridge.running
    again(person)
    bridge.advance(DAY)
    person.until(lambda: bridge.world.time == begun + 2 * DAY, "another day")


def test_time_that_plays_stops(person: Driver, window: MainWindow) -> None:
    window.bridge.play()
    with failing(Trouble.IO):
        person.until(window.standstill.isVisible, "the strip")
    assert not window.bridge.playing


def test_what_is_wrong_with_one_profile_is_past_when_another_is_open(
    qtbot: QtBot, person: Driver, window: MainWindow, tmp_path: Path
) -> None:
    brought_down(person)
    other = make_profile(tmp_path / "other.lstwallet")
    with qtbot.waitSignal(window.bridge.opened):
        window.bridge.open(lambda: Session.open(other))
    assert not window.standstill.isVisible()
    assert window.bridge.standstill.trouble is None


def test_a_read_that_fails_stops_nothing(start: Start, tmp_path: Path) -> None:
    program, person = _running(start, tmp_path)

    def broken(session: Session) -> None:
        raise StoreUnavailable(session.path, Trouble.IO)

    program.bridge.call(broken, lambda _: None)
    person.sees("The disk reports an error.")
    assert program.bridge.standstill.trouble is None
    person.click("Dismiss")


def test_a_write_that_fails_is_said_once(start: Start, tmp_path: Path) -> None:
    program, person = _running(start, tmp_path)
    person.go("stake")
    brought_down(person)
    person.sees("The disk is full.")
    assert person.maybe("trouble") is None, "said twice"
    assert program.faults.dialog is None
    again(person)


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_a_disk_that_is_really_full_and_is_not_any_more(start: Start, tmp_path: Path) -> None:
    import resource

    path = tmp_path / "mine.lstwallet"
    program, person = _running(start, tmp_path)
    person.go("stake")
    before = world_hash(program.bridge.world)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    person.fill("stake.amount", "5")
    person.click("stake.review")
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        person.click("stake.confirm")
        person.until(person.window.standstill.isVisible, "the strip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert world_hash(program.bridge.world) == before
    again(person)
    person.click("stake.confirm")
    person.sees("5.0000 stETH received")
    after = world_hash(program.bridge.world)
    program.window.close()
    program.close()
    session = safe.open_profile(path)
    try:
        assert world_hash(session.world) == after
        assert session.verify().sound
    finally:
        session.close()


def _running(start: Callable[..., Any], tmp_path: Path) -> tuple[Program, Driver]:
    program, person = start(make_profile(tmp_path / "mine.lstwallet"))
    person.until(lambda: program.bridge.world is not None, "the world")
    return program, person
