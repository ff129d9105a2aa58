"""Our own bugs: one dialog with a number, a log that may be sent, a profile read again."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, qWarning
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.exceptions import capture_exceptions

from lstwallet.app.session import Session
from lstwallet.store.errors import Damage, StoreBroken
from lstwallet.ui.application import Program
from lstwallet.ui.shell import faults
from lstwallet.ui.shell.faults import qt_words
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.ui.harness import make_profile

SECRET = "Zaphod 1337.4242 sim1qqpzry9x8gf2tvdw0"


def running(start: Start, tmp_path: Path) -> tuple[Program, Driver]:
    """The program with a profile open."""
    program, person = start(make_profile(tmp_path / "mine.lstwallet"))
    person.until(lambda: program.bridge.world is not None, "the world")
    return program, person


def log_of(home: Path) -> str:
    return (home / "lstwallet.log").read_text()


def dialog_of(program: Program, person: Driver) -> None:
    person.until(lambda: program.faults.dialog is not None, "the dialog")


def gone(program: Program, person: Driver) -> None:
    person.click("fault.go_on")
    person.until(lambda: program.faults.dialog is None, "the dialog to close")


def stumble() -> None:
    raise ValueError(f"no label {SECRET}")


class Painter(QWidget):
    """Stumbles when it is painted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        stumble()


class Emitter(QObject):
    said = Signal()


def in_a_slot(program: Program) -> None:
    emitter = Emitter()
    emitter.said.connect(stumble)
    emitter.said.emit()


def in_a_timer(program: Program) -> None:
    QTimer.singleShot(0, stumble)


def in_a_paint_event(program: Program) -> None:
    painter = Painter(program.window)
    painter.resize(20, 20)
    painter.show()


def in_a_thread(program: Program) -> None:
    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()


def in_the_lane(program: Program) -> None:
    program.bridge.call(lambda session: stumble(), lambda _: None)


def in_a_destructor(program: Program) -> None:
    class Dying:
        def __del__(self) -> None:
            stumble()

    Dying()


@pytest.mark.parametrize(
    "bug",
    [in_a_slot, in_a_timer, in_a_paint_event, in_a_thread, in_the_lane, in_a_destructor],
)
def test_a_bug_anywhere_opens_the_dialog_with_a_number_that_is_in_the_log(
    start: Start, tmp_path: Path, home: Path, bug: Callable[[Program], None]
) -> None:
    program, person = running(start, tmp_path)
    world = program.bridge.world
    hook = sys.excepthook
    with capture_exceptions():  # pytest-qt listens too; the program's own hook is in force:
        sys.excepthook = hook
        bug(program)
        dialog_of(program, person)
    person.sees("Something went wrong inside the program")
    person.sees("Your profile was read again and is sound.")
    report = program.faults.dialog._report
    number = re.search(r"error ([0-9a-f]{8})", report)[1]
    assert f"[{number}] ValueError: no label …" in log_of(home)
    assert "stumble" in report
    for secret in SECRET.split():
        assert secret not in log_of(home) + report
    for painter in program.window.findChildren(Painter):
        painter.hide()
        painter.deleteLater()
    gone(program, person)
    assert program.bridge.world == world


def test_a_flood_opens_one_dialog_and_is_counted(
    start: Start, tmp_path: Path, home: Path
) -> None:
    program, person = running(start, tmp_path)
    seen = []
    for number in range(500):
        sys.excepthook(ValueError, ValueError("fault"), None)
        if number % 100 == 0:
            person.pause(1)
            seen.append(program.faults.dialog)
    dialog_of(program, person)
    person.sees("499 more errors since then; they are in the log.")
    assert len({each for each in seen if each is not None}) == 1
    gone(program, person)
    sys.excepthook(ValueError, ValueError("fault"), None)
    person.pause(50)
    assert program.faults.dialog is None, "the same again, at once"
    sys.excepthook(KeyError, KeyError("another"), None)
    dialog_of(program, person)
    gone(program, person)
    assert sum(" ERROR " in line for line in log_of(home).splitlines()) < 20


def test_the_same_bug_is_told_again_later(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "TOLD_AGAIN_S", 0.0)
    program, person = running(start, tmp_path)
    for _ in range(2):
        sys.excepthook(ValueError, ValueError("fault"), None)
        dialog_of(program, person)
        gone(program, person)


def test_a_profile_that_is_not_sound_any_more_is_said(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = running(start, tmp_path)

    def broken(session: Session, **_: object) -> None:
        raise StoreBroken(session.path, Damage.CHAIN)

    monkeypatch.setattr(Session, "recover", broken)
    sys.excepthook(ValueError, ValueError("fault"), None)
    person.sees("is not sound. The profile's history has been altered")
    gone(program, person)


def test_what_the_window_had_wrong_is_right_again_afterwards(
    start: Start, tmp_path: Path
) -> None:
    program, person = running(start, tmp_path)
    world = program.bridge.world
    program.bridge.world = world._replace(time=world.time + 1_000)
    sys.excepthook(ValueError, ValueError("fault"), None)
    person.sees("Your profile was read again and is sound.")
    assert program.bridge.world == world
    gone(program, person)


def test_without_a_profile_there_is_none_to_read(start: Start) -> None:
    program, person = start()
    sys.excepthook(ValueError, ValueError("fault"), None)
    person.sees("No profile was open.")
    gone(program, person)


def test_the_report_is_copied_and_saved(start: Start, tmp_path: Path) -> None:
    program, person = running(start, tmp_path)
    sys.excepthook(ValueError, ValueError(SECRET), None)
    dialog_of(program, person)
    report = program.faults.dialog._report
    person.click("fault.copy")
    person.sees("Copied.")
    assert QApplication.clipboard().text() == report
    person.click("fault.save")
    person.until(lambda: _file_dialog() is not None, "the file dialog")
    files = _file_dialog()
    files.findChild(QLineEdit).setText(str(tmp_path / "report.txt"))
    files.accept()
    person.sees("Saved as report.txt.")
    kept = (tmp_path / "report.txt").read_text()
    assert kept == report
    assert kept.startswith("lstwallet ")
    assert "Last lines of the log:" in kept
    assert "1337" not in kept
    gone(program, person)


def test_a_report_that_cannot_be_saved_is_said(start: Start, tmp_path: Path) -> None:
    program, person = running(start, tmp_path)
    sys.excepthook(ValueError, ValueError("fault"), None)
    dialog_of(program, person)
    program.faults.dialog._save_to(str(tmp_path / "nowhere" / "report.txt"))
    person.sees("Not saved.")
    gone(program, person)


def _file_dialog() -> QFileDialog | None:
    found = (each for each in QApplication.topLevelWidgets() if isinstance(each, QFileDialog))
    return next((each for each in found if each.isVisible()), None)


def test_the_program_can_be_closed_from_it(start: Start, tmp_path: Path) -> None:
    program, person = running(start, tmp_path)
    sys.excepthook(ValueError, ValueError("fault"), None)
    dialog_of(program, person)
    person.click("fault.close")
    person.until(lambda: not program.window.isVisible(), "the window to close")


def test_an_error_in_the_dialog_itself_is_logged_and_nothing_more(
    start: Start, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = running(start, tmp_path)

    def broken(*_: object) -> None:
        raise RuntimeError("no dialog either")

    monkeypatch.setattr(program.faults, "_open", broken)
    sys.excepthook(ValueError, ValueError("fault"), None)
    person.until(lambda: "no dialog either" in log_of(home), "the log")


def test_qt_messages_go_to_the_log_without_what_a_person_wrote(
    start: Start, tmp_path: Path, home: Path, qtlog: object
) -> None:
    with qtlog.disabled():  # type: ignore[attr-defined]
        running(start, tmp_path)
        qWarning(f"QObject::connect: Cannot connect Label::{SECRET} to (null)")
    text = log_of(home)
    assert "Qt (default): QObject::connect: Cannot connect … to (null)" in text
    assert "Zaphod" not in text


def test_words_of_qts_messages() -> None:
    assert qt_words("QPainter::begin: Paint device returned engine == 0, type: 2") == (
        "QPainter::begin: Paint device … engine == … type: …"
    )
    assert qt_words("QFont::setPixelSize: Pixel size <= 0 (0) of grandmother") == (
        "QFont::setPixelSize: Pixel size <= … of …"
    )


def test_the_log_tells_of_the_start_and_of_profiles_without_their_names(
    start: Start, home: Path, tmp_path: Path
) -> None:
    program, person = start(make_profile(tmp_path / "Zaphod.lstwallet"))
    person.until(lambda: program.bridge.world is not None, "the world")
    text = log_of(home)
    assert "started: lstwallet " in text
    assert "profile 1 opened, " in text
    assert "Zaphod" not in text


def test_after_the_end_every_hook_is_as_it_was(start: Start, tmp_path: Path) -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    program, _ = running(start, tmp_path)
    assert sys.excepthook != before[0]
    program.close()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_a_crash_is_said_at_the_next_start(start: Start, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "lstwallet.crash").write_text(
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x01 (most recent call first):\n"
        '  File "/people/Zaphod/lstwallet/ui/jobs.py", line 7 in _work\n'
    )
    _, person = running(start, tmp_path)
    person.sees("The program crashed last time.")
    assert "lstwallet.ui.jobs:7 _work" in log_of(home)
    assert "Zaphod" not in log_of(home)
    person.click("Dismiss")
