"""Nothing of the window may end in the lane: Qt objects belong to the thread that made them."""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from lstwallet.ui.collector import COLLECT_AFTER, Collector, hand_back
from lstwallet.ui.jobs import Gate, Lane


class _Widget:
    """Stands for a widget: tells in which thread it ended."""

    timer: QTimer | None = None

    def __init__(self, ends: list[str]) -> None:
        self.ends = ends
        self.itself = self

    def __del__(self) -> None:
        self.ends.append(threading.current_thread().name)


def _litter(number: int = 200_000) -> int:
    """Enough live containers to set off Python's own collector many times."""
    return len([[each] for each in range(number)])


def test_what_the_window_left_in_a_cycle_does_not_end_in_the_lane(qtbot: QtBot) -> None:
    ends: list[str] = []
    lane = Lane()
    for _ in range(50):
        _Widget(ends)
    answers: list[int] = []
    lane.run(_litter, answers.append, lambda error: None)
    qtbot.waitUntil(lambda: bool(answers))
    _keep = [[each] for each in range(2 * COLLECT_AFTER[0])]
    qtbot.waitUntil(lambda: len(ends) == 50)
    assert set(ends) == {threading.main_thread().name}
    assert lane.close(lambda: None)


def test_what_work_and_answers_hold_does_not_end_in_the_lane(qtbot: QtBot) -> None:
    """The window often lets go of an answer before the lane has let go of its task."""
    ends: list[str] = []
    lane = Lane()
    answers: list[int] = []

    def ask() -> None:
        widget = _Widget(ends)
        widget.itself = None  # type: ignore[assignment]
        lane.run(lambda: len(widget.ends), answers.append, lambda error: widget.ends.clear())

    for number in range(500):
        ask()
        if number % 5 == 0:
            qtbot.waitUntil(lambda: len(answers) == number + 1)  # noqa: B023
    qtbot.waitUntil(lambda: len(answers) == 500)
    assert lane.close(lambda: None)
    assert len(ends) >= 499
    assert set(ends) == {threading.main_thread().name}


def test_what_was_asked_during_a_run_does_not_end_in_the_lane(qtbot: QtBot) -> None:
    """The window is told, and lets go, while the lane still holds the question."""
    ends: list[str] = []
    lane = Lane()
    questions: deque[Callable[[int], None]] = deque()
    answers: list[int] = []

    def ask(number: int) -> None:
        widget = _Widget(ends)
        widget.itself = None  # type: ignore[assignment]
        questions.append(lambda answer: answers.append(len(widget.ends) + number))

    def run() -> None:
        while questions:
            question = questions.popleft()
            lane.tell(partial(question, 1))
            time.sleep(0.005)

    for number in range(20):
        ask(number)
    done: list[None] = []
    lane.run(run, done.append, lambda error: None)
    qtbot.waitUntil(lambda: bool(done), timeout=20_000)
    assert len(answers) == 20
    assert len(ends) == 20
    assert set(ends) == {threading.main_thread().name}
    assert lane.close(lambda: None)


def test_the_gate_does_not_keep_a_handlers_widgets(qtbot: QtBot) -> None:
    """While the lane looks at the window's frames, handlers return and their widgets end."""
    ends: list[str] = []
    gate = Gate()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            gate.busy()

    def handler() -> None:
        widget = _Widget(ends)
        widget.itself = None  # type: ignore[assignment]

    thread = threading.Thread(target=look, name="lane")
    gate.watch()
    thread.start()
    for _ in range(200_000):
        handler()
    stop.set()
    thread.join()
    gate.forget()
    assert set(ends) == {threading.main_thread().name}


def test_what_a_closed_window_left_does_not_end_in_another_thread(qtbot: QtBot) -> None:
    """Timers in cycles, no lane any more, and a thread that allocates: Qt says so, or dies."""
    gc.enable()
    ends: list[str] = []
    lane = Lane()
    assert lane.close(lambda: None)
    for _ in range(50):
        widget = _Widget(ends)
        widget.timer = QTimer()
        widget.timer.start(1_000)
    del widget
    other = threading.Thread(target=_litter, name="other")
    other.start()
    other.join()
    assert not ends
    hand_back()
    assert ends == [threading.main_thread().name] * 50
    assert gc.isenabled()


def test_python_does_not_collect_by_itself_from_the_first_lane_on(qtbot: QtBot) -> None:
    gc.enable()
    first, second = Collector(lambda: True), Collector(lambda: True)
    assert not gc.isenabled()
    first.close()
    first.close()
    second.close()
    assert not gc.isenabled()


def test_the_older_generations_wait_until_the_lane_rests(qtbot: QtBot) -> None:
    rests: list[bool] = []
    collector = Collector(lambda: bool(rests))
    kept: list[list[int]] = []
    gc.collect()
    for number in range(COLLECT_AFTER[1] + 5):
        kept += [[each] for each in range(COLLECT_AFTER[0] + 100)]
        collector.collect()
        young, middle, old = gc.get_count()
        assert young <= COLLECT_AFTER[0]
        assert (middle, old) == (number + 1, 0)
    collector.collect()
    assert gc.get_count()[1] == COLLECT_AFTER[1] + 5, "nothing was due"
    rests.append(True)
    kept += [[each] for each in range(COLLECT_AFTER[0] + 100)]
    collector.collect()
    assert gc.get_count()[1:] == (0, 1)
    collector.close()
