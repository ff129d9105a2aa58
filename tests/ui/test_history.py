"""The slider over the history: dragged, walked by keys, held on to marks, put back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.ui import theme
from lstwallet.ui.widgets.history import DAY, HOUR, PAST_SHARE, HistoryBar, Mark


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    """Pixels are counted: not in the theme and the size of text that the test before left."""
    theme.apply(qapp, "light")

LEFT = Qt.MouseButton.LeftButton
NOW = 100 * DAY
MARKS = (
    Mark(20 * DAY, "good", "Reward", 11),
    Mark(60 * DAY, "bad", "Liquidated", 22),
    Mark(NOW + DAY, "3", "Report due"),
)


class Listener:
    """What the bar has said so far."""

    def __init__(self, bar: HistoryBar) -> None:
        self.chosen: list[tuple[int, int]] = []
        self.moved: list[int | None] = []
        bar.chosen.connect(lambda time, seq: self.chosen.append((time, seq)))
        bar.moved.connect(self.moved.append)


@pytest.fixture
def bar(qtbot: QtBot) -> HistoryBar:
    made = HistoryBar("History")
    qtbot.addWidget(made)
    made.set(0, NOW, NOW + 10 * DAY, MARKS)
    made.resize(1020, 32)
    made.show()
    return made


def at(bar: HistoryBar, time: int, more: int = 0) -> QPoint:
    return QPoint(round(bar.place(time)) + more, 16)


def drag(bar: HistoryBar, *spots: QPoint) -> None:
    """Press at the first, move over the others, and hold."""
    QTest.mousePress(bar, LEFT, pos=spots[0])
    for spot in spots[1:]:
        QTest.mouseMove(bar, spot)
    QTest.qWait(1)


def test_a_long_past_leaves_what_is_due_its_room(bar: HistoryBar) -> None:
    assert bar.place(NOW) == pytest.approx(10 + 1000 * PAST_SHARE)
    assert bar.place(0) == 10
    assert bar.place(NOW + 10 * DAY) == 1010
    for time in (0, DAY, 30 * DAY, NOW, NOW + 3 * DAY, NOW + 10 * DAY):
        assert abs(bar.time_at(bar.place(time)) - time) <= 1
    bar.set(0, 2 * DAY, 12 * DAY)
    assert bar.place(2 * DAY) == pytest.approx(10 + 1000 / 6), "a short one is drawn to scale"
    bar.set(0, 0, 10 * DAY)
    assert bar.place(0) == 10
    assert bar.time_at(10) == 0


def test_a_drag_holds_on_to_marks_and_lets_go_where_it_is(bar: HistoryBar) -> None:
    said = Listener(bar)
    drag(bar, at(bar, 80 * DAY))
    assert abs(bar.at() - 80 * DAY) < DAY
    assert not said.chosen, "not before it is let go"
    QTest.mouseMove(bar, at(bar, 60 * DAY, 3))
    assert bar.at() == 60 * DAY
    QTest.mouseRelease(bar, LEFT, pos=at(bar, 60 * DAY, 3))
    assert said.chosen == [(60 * DAY, 22)]
    assert said.moved[-2:] == [60 * DAY, None]
    QTest.mouseClick(bar, LEFT, pos=at(bar, 40 * DAY))
    time, seq = said.chosen[1]
    assert abs(time - 40 * DAY) < DAY
    assert seq == 0


def test_a_drag_does_not_go_into_what_has_not_happened(bar: HistoryBar) -> None:
    said = Listener(bar)
    QTest.mouseClick(bar, LEFT, pos=at(bar, NOW + DAY))
    assert said.chosen == [(NOW, 0)]


def test_keys_walk_by_days_hours_and_marks(bar: HistoryBar) -> None:
    said = Listener(bar)
    shift = Qt.KeyboardModifier.ShiftModifier
    for key, held in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Left, shift),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
    ):  # fmt: skip
        QTest.keyClick(bar, key, held)
    assert said.chosen == [
        (NOW - DAY, 0), (NOW - HOUR, 0), (60 * DAY, 22), (0, 0), (NOW, 0)
    ]  # fmt: skip
    bar.look(30 * DAY)
    QTest.keyClick(bar, Qt.Key.Key_Right)
    QTest.keyClick(bar, Qt.Key.Key_PageUp)
    QTest.keyClick(bar, Qt.Key.Key_PageDown)
    assert said.chosen[5:] == [(31 * DAY, 0), (20 * DAY, 11), (60 * DAY, 22)]
    bar.look(60 * DAY)
    QTest.keyClick(bar, Qt.Key.Key_PageDown)
    assert said.chosen[-1] == (NOW, 0), "after the last mark comes now"


def test_a_key_that_is_held_moves_and_chooses_once(bar: HistoryBar) -> None:
    said = Listener(bar)
    for _ in range(3):
        QTest.keyPress(bar, Qt.Key.Key_Left)
    assert said.moved == [NOW - DAY, NOW - 2 * DAY, NOW - 3 * DAY]
    assert not said.chosen
    QTest.keyRelease(bar, Qt.Key.Key_Left)
    assert said.chosen == [(NOW - 3 * DAY, 0)]


def test_escape_puts_the_knob_back(bar: HistoryBar) -> None:
    said = Listener(bar)
    drag(bar, at(bar, 50 * DAY))
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    QTest.mouseRelease(bar, LEFT, pos=at(bar, 50 * DAY))
    assert said.chosen == []
    assert bar.at() == NOW
    assert said.moved[-1] is None


def test_a_knob_that_is_held_stays_held_while_time_goes_on(bar: HistoryBar) -> None:
    said = Listener(bar)
    drag(bar, at(bar, 50 * DAY))
    held = bar.at()
    bar.set(0, NOW + DAY, NOW + 11 * DAY, MARKS)
    bar.look(None)
    bar.rest(False)
    assert bar.at() == held
    QTest.mouseRelease(bar, LEFT, pos=at(bar, held))
    assert said.chosen == [(held, 0)]


def test_while_it_rests_it_only_tells(bar: HistoryBar) -> None:
    said = Listener(bar)
    bar.rest(True)
    QTest.mouseClick(bar, LEFT, pos=at(bar, 50 * DAY))
    QTest.keyClick(bar, Qt.Key.Key_Left)
    assert said.chosen == []
    QTest.mouseMove(bar, at(bar, 60 * DAY))
    assert bar.said() == (("Liquidated", "small", "text"),)


def test_the_bubble_says_what_the_bar_was_told_to_say(bar: HistoryBar) -> None:
    bar.set_words(lambda time, mark: [(f"{time} {mark.tip if mark else ''}", "small", "text")])
    drag(bar, at(bar, 60 * DAY, 2))
    assert bar.said()[0][0] == f"{60 * DAY} Liquidated"
    assert bar.accessibleDescription() == f"{60 * DAY} Liquidated"
    QTest.mouseRelease(bar, LEFT, pos=at(bar, 60 * DAY, 2))
    assert bar.said() == ()


def test_marks_stand_clear_of_now_and_bad_ones_on_top(bar: HistoryBar) -> None:
    marks = [Mark(500, "bad", "Liquidated"), Mark(500, "good", "Reward"), Mark(502, "3", "Report")]
    bar.set(0, 500, 1000, marks)
    knob = bar.place(500)
    assert [abs(bar.spot(mark) - knob) >= 10 for mark in marks] == [True] * 3
    assert bar.spot(marks[0]) < knob < bar.spot(marks[2])
    bar.set(0, 900, 1000, [Mark(300, "bad"), Mark(300, "good")])
    shown = bar.grab().toImage().pixelColor(round(bar.place(300)), 8)
    assert shown == theme.current().color("bad_mark")


def test_the_knob_stands_where_one_looks_and_now_is_still_marked(bar: HistoryBar) -> None:
    bar.look(40 * DAY)
    drawn = bar.grab().toImage()
    plum = theme.current().color("sim_mark")
    assert drawn.pixelColor(round(bar.place(20 * DAY)), 16) == plum, "solid up to there"
    assert drawn.pixelColor(round(bar.place(70 * DAY)), 16) != plum, "paler after it"
    assert drawn.pixelColor(round(bar.place(NOW)), 11) == plum, "a tick at now"
