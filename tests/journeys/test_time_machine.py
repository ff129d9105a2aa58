"""The time machine in the user's words: look back, go on from there, branch, compare, undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.world import YOU
from lstwallet.store.codec import world_hash
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.models.table import TableView
from lstwallet.ui.robot.hands import plain
from lstwallet.ui.widgets.history import HistoryBar
from lstwallet.units.clock import DAY, HOUR
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # menus
ETH, USDC = 10**18, 10**6
STORY = (*FUNDED, 2 * DAY, Stake(YOU, 20 * ETH), 3 * DAY)
"""Five days; the third begins with a stake."""
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def person(qtbot: QtBot, tmp_path: Path) -> Driver:
    return Driver(qtbot, window_on(qtbot, tmp_path, STORY, room="home"))


def bar(person: Driver) -> HistoryBar:
    found = person.find("time.history", HistoryBar)
    assert isinstance(found, HistoryBar)
    return found


def window(person: Driver) -> MainWindow:
    return person.window


def held(person: Driver, token: str) -> int:
    world = window(person).bridge.world
    assert world is not None
    return world.balance(YOU, token)


def drag_to(person: Driver, time: int) -> None:
    """Take the knob, draw it to a moment, and let go."""
    slider = bar(person)
    place, knob = (QPoint(round(slider.place(at)), 16) for at in (time, slider.at()))
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=knob)
    QTest.mouseMove(slider, (place + knob) / 2)
    QTest.mouseMove(slider, place)
    person.pause(20)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
    person.sees("You are looking at")


def press(person: Driver, key: Qt.Key, down: Qt.KeyboardModifier = NONE) -> None:
    """A key to whatever has the focus, a menu first."""
    popup = QApplication.activePopupWidget()
    handle = popup.windowHandle() if popup else window(person).windowHandle()
    QTest.keyClick(handle, key, down)


def tab_to(person: Driver, name: str) -> None:
    for _ in range(150):
        focused = QApplication.focusWidget()
        if focused is not None and focused.objectName() == name:
            return
        press(person, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never came to {name}")


def cells(table: TableView) -> list[list[str]]:
    model = table.rows_model
    return [
        [plain(str(model.index(row, column).data() or "")) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def choose_of(person: Driver, words: str, item: str) -> None:
    """Open the menu of the newest entry of Activity whose words these are, and choose."""
    table = person.find("activity.table", TableView)
    assert isinstance(table, TableView)
    person.until(lambda: any(words in row[0] for row in cells(table)), f"the entry “{words}”")
    at = next(at for at, row in enumerate(cells(table)) if row[0].startswith(words))
    table.scrollTo(table.rows_model.index(at, 0))
    spot = table.button_rect(at, "more").center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    person.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the entry's menu")
    assert person.pick(item), item


# --- looking at the past ------------------------------------------------------------------


def test_back_by_the_slider_and_on_from_there(person: Driver) -> None:
    bridge = window(person).bridge
    now = bridge.present
    begun = now.started
    before = world_hash(now)
    drag_to(person, begun + DAY + 5 * HOUR)
    person.sees("Nothing changes until you go on from here.")
    assert abs(bridge.world.time - begun - DAY - 5 * HOUR) <= HOUR
    assert held(person, "stETH") == 0, "the stake came later"
    person.until(lambda: not person.shows("stETH"), "the rooms to show that moment")
    person.click("past.go_on")
    person.sees("You are on a new branch")
    person.sees_not("You are looking at")
    moment = bridge.world.time
    assert abs(moment - begun - DAY - 5 * HOUR) <= HOUR
    person.go("stake")
    person.fill("stake.amount", "3")
    person.agree("stake")
    person.sees("3.0000 stETH received")
    assert bridge.present.time == moment
    person.step("day")
    assert bridge.present.time == moment + DAY
    person.click("time.branch")
    person.click("branch.1")
    person.sees("You are on another branch")
    assert world_hash(bridge.present) == before, "what was left is as it was"


def test_nothing_is_signed_and_no_time_passes_in_the_past(person: Driver) -> None:
    bridge = window(person).bridge
    seq = bridge.present.events
    person.go("stake")
    person.fill("stake.amount", "2")
    person.ready("stake")
    drag_to(person, bridge.present.time - DAY)
    person.sees("You are looking at the past. Go on from here, or go back to now")
    assert person.disabled("stake.review")
    edit = person.find("stake.amount", QLineEdit)
    assert edit.text() == "2", "what was typed stays"
    for name in ("time.play", "time.day", "time.next"):
        assert person.disabled(name), name
    window(person).shell.setFocus()
    press(person, Qt.Key.Key_Space)
    person.sees("This is the past")
    assert not bridge.playing
    person.click("top.account")
    assert person.pick("Add account")
    person.pause(100)
    assert len(bridge.world.accounts) == 1
    window(person).shell.setFocus()
    press(person, Qt.Key.Key_Escape)
    person.sees_not("Nothing changes until you go on from here")
    person.ready("stake")
    assert bridge.present.events == seq


def test_keys_alone_look_back_and_come_back(person: Driver) -> None:
    bridge = window(person).bridge
    now = bridge.present.time
    tab_to(person, "time.history")
    press(person, Qt.Key.Key_Left)
    person.sees("You are looking at")
    person.until(lambda: bridge.world.time == now - DAY, "a day before")
    press(person, Qt.Key.Key_Left, SHIFT)
    person.until(lambda: bridge.world.time == now - DAY - HOUR, "an hour before that")
    press(person, Qt.Key.Key_PageUp)
    press(person, Qt.Key.Key_Home)
    person.until(lambda: bridge.world.time == bridge.world.started, "the beginning")
    press(person, Qt.Key.Key_Escape)
    person.sees_not("You are looking at")
    assert bridge.world.time == now


def test_while_it_is_drawn_the_date_and_the_worth_are_told(person: Driver) -> None:
    slider, now = bar(person), window(person).bridge.present.time
    spot = QPoint(round(slider.place(now - DAY)), 16)
    QTest.mouseMove(slider, spot)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=spot)
    person.until(lambda: len(slider.said()) == 2, "the date and the worth")  # it is read
    said = [plain(text) for text, _, _ in slider.said()]
    assert said[1].startswith("$")
    date = person.find("time.date")
    assert plain(date.text()) == said[0]
    assert window(person).bridge.past.looking is None, "not before it is let go"
    QTest.keyClick(slider, Qt.Key.Key_Escape)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=spot)
    assert plain(date.text()) != said[0]


def test_the_rewind_button_goes_back_act_by_act(person: Driver) -> None:
    bridge = window(person).bridge
    person.click("time.rewind")
    person.sees("You are looking at")
    assert held(person, "stETH") == 0
    assert held(person, "ETH") == 100 * ETH
    person.click("time.rewind")
    person.until(lambda: held(person, "USDC") == 0, "the moment before the play money")
    person.click("past.back")
    assert bridge.past.looking is None
    assert held(person, "stETH") > 0


def test_charts_and_activity_end_at_the_moment(person: Driver, tmp_path: Path) -> None:
    bridge = window(person).bridge
    person.go("activity")
    person.sees("Staked")
    drag_to(person, bridge.present.started + DAY)
    person.sees_not("Staked")
    person.sees("Play money")
    file = tmp_path / "past.csv"
    window(person).page("activity").export(file)
    person.until(file.exists, "the file")
    person.sees("exported")
    assert "Funded" in file.read_text()
    assert "Staked" not in file.read_text()
    person.go("home")
    page = window(person).page("home")
    chart = page.worth.chart
    person.until(lambda: chart.series() and max(chart.series()[0].xs) <= bridge.world.time,
                 "a chart that ends there")  # fmt: skip
    person.click("past.back")
    person.until(lambda: max(chart.series()[0].xs) == bridge.present.time, "the whole chart")


# --- branches -------------------------------------------------------------------------------


def test_a_branch_is_begun_by_name_renamed_and_switched(person: Driver) -> None:
    bridge = window(person).bridge
    person.click("time.branch")
    person.click("branches.name.keep")
    person.sees("Type a name first.")
    person.fill("branches.name", "main")
    person.click("branches.name.keep")
    person.sees("There is a branch of this name already.")
    person.fill("branches.name", "What  if it falls")
    person.click("branches.name.keep")
    person.sees("You are on a new branch")
    chip = person.find("time.branch", QAbstractButton)
    person.until(lambda: chip.text() == "What if it falls", "its name in the time bar")
    person.click("time.branch")
    person.until(lambda: person.maybe("branch.2") is not None, "the list")
    assert person.disabled("branch.delete.2"), "one stands on it"
    person.click("branch.rename.2")
    person.fill("branch.title.2", "Main")
    person.click("branch.title.2.keep")
    person.sees("There is a branch of this name already.")
    person.fill("branch.title.2", "The fall")
    press(person, Qt.Key.Key_Return)
    person.until(lambda: chip.text() == "The fall", "its new name")
    person.click("branch.1")
    person.until(lambda: chip.text() == "Main", "the first branch")
    assert bridge.profile.branch == 1


def test_a_branch_is_deleted_and_that_is_taken_back(person: Driver) -> None:
    person.click("time.branch")
    person.fill("branches.name", "Other")
    press(person, Qt.Key.Key_Return)
    person.sees("You are on a new branch")
    person.click("time.branch")
    person.click("branch.1")
    person.sees("You are on another branch")
    person.click("time.branch")
    person.click("branch.delete.2")
    person.sees("Other is deleted")
    person.until(lambda: person.maybe("branch.2") is None, "the list without it")
    person.click("branches.close")
    person.click("Undo")
    person.click("time.branch")
    person.until(lambda: person.maybe("branch.2") is not None, "the list with it again")


def test_going_on_is_taken_back(person: Driver) -> None:
    bridge = window(person).bridge
    before = world_hash(bridge.present)
    drag_to(person, bridge.present.time - DAY)
    person.click("past.go_on")
    person.sees("You are on a new branch")
    person.click("Undo")
    person.sees("You are on another branch")
    assert world_hash(bridge.present) == before
    person.click("time.branch")
    person.until(lambda: person.maybe("branch.1") is not None, "the list")
    assert person.maybe("branch.2") is None


def test_the_palette_knows_the_past_and_the_branches(person: Driver) -> None:
    def do(typed: str) -> None:
        person.click("top.finder")
        QTest.keyClicks(person.find("palette.edit", QLineEdit), typed)
        press(person, Qt.Key.Key_Return)

    do("before what you did")
    person.sees("You are looking at")
    do("go on from here")
    person.sees("You are on a new branch")
    do("switch to branch main")
    person.sees("You are on another branch")
    do("compare two branches")
    person.until(lambda: person.maybe("compare") is not None, "the comparison")
    press(person, Qt.Key.Key_Escape)
    do("branches: fork")
    person.until(lambda: person.maybe("branches.name") is not None, "the list of branches")


# --- from Activity and from a receipt ----------------------------------------------------------


def test_from_an_entry_back_to_before_it(person: Driver) -> None:
    person.go("activity")
    choose_of(person, "Staked", "Go back to before this")
    person.sees("You are looking at")
    assert held(person, "ETH") == 100 * ETH
    person.sees_not("Staked")


def test_from_a_receipt_back_to_before_it(person: Driver) -> None:
    bridge = window(person).bridge
    before = held(person, "stETH")
    person.go("stake")
    person.fill("stake.amount", "4")
    person.agree("stake")
    person.click("stake.undo")
    person.sees("You are looking at")
    assert held(person, "stETH") == before
    person.click("past.go_on")
    person.sees("You are on a new branch")
    assert bridge.present.balance(YOU, "stETH") == before


def test_without_a_borrow_its_repayment_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    story = (*FUNDED, Stake(YOU, 40 * ETH), Wrap(YOU, 20 * ETH), DAY)
    person = Driver(qtbot, window_on(qtbot, tmp_path, story, room="lend"))
    for button, token, amount in (
        ("lend.supply", "wstETH", "10"),
        ("lend.borrow", "USDC", "9000"),
        ("lend.repay", "USDC", "4000"),
    ):
        person.click(button)
        person.choose("lend.token", token)
        person.fill("lend.amount", amount)
        person.agree("lend")
        person.click("lend.again")
        person.step("hour")
    person.go("activity")
    choose_of(person, "Borrowed", "What if I had not done this?")
    person.sees("A new branch begins just before it")
    person.click("what_if.name.keep")
    person.sees("1 action refused")
    person.sees("Repaid")
    person.sees("Nothing of this token is owed.")
    person.click("what_if.compare")
    person.sees("First difference")


def test_what_if_is_stopped_and_nothing_has_changed(qtbot: QtBot, tmp_path: Path) -> None:
    story = (*FUNDED, Stake(YOU, 40 * ETH), 250 * DAY)
    person = Driver(qtbot, window_on(qtbot, tmp_path, story, room="activity"))
    bridge = window(person).bridge
    before = world_hash(bridge.present)
    choose_of(person, "Staked", "What if I had not done this?")
    person.click("what_if.name.keep")
    press(person, Qt.Key.Key_Escape)
    person.sees("Nothing has changed.")
    choose_of(person, "Staked", "What if I had not done this?")
    person.click("what_if.name.keep")
    person.click("what_if.cancel")
    person.until(lambda: person.maybe("what_if") is None, "the sheet to go")
    assert bridge.profile.branch == 1
    assert world_hash(bridge.present) == before
    person.click("time.branch")
    person.until(lambda: person.maybe("branch.1") is not None, "the list")
    assert person.maybe("branch.2") is None


# --- comparison ----------------------------------------------------------------------------------


def test_the_comparison_marks_the_first_difference(person: Driver) -> None:
    bridge = window(person).bridge
    drag_to(person, bridge.present.started + DAY)
    person.click("past.go_on")
    person.sees("You are on a new branch")
    person.go("stake")
    person.fill("stake.amount", "7")
    person.agree("stake")
    person.step("day")
    person.click("time.branch")
    person.click("branches.compare")
    steps = person.find("compare.steps", TableView)
    person.until(lambda: len(cells(steps)) > 1, "what happened")
    rows = cells(steps)
    assert [row[3] for row in rows].count("First difference") == 1
    first = next(row for row in rows if row[3] == "First difference")
    assert first[1] == "–", "nothing at that moment on Main"
    assert first[2].startswith("Staked")
    assert "7.0000 ETH" in first[2]
    other = next(row for row in rows if "20.0000 ETH" in row[1])
    assert other[2:] == ["–", "Differs"]
    person.until(lambda: person.maybe("compare.chart") is not None, "the chart")
    chart = person.find("compare.chart")
    person.until(lambda: len(chart.series()) == 2, "both lines")
    assert {line.role for line in chart.series()} == {"s1", "s2"}
    chart.plot.setFocus()
    QTest.keyClick(chart.plot, Qt.Key.Key_Home)
    said = [plain(text) for text, _, _ in chart.plot.readout.lines()]
    assert said[1].startswith("Main $")
    assert said[2].startswith("From ")
    assert said[3] == "$0.00", "in the beginning they are the same"
    table = cells(person.find("compare.held", TableView))
    assert any(row[0].startswith("stETH") and row[3] != "the same" for row in table)
    person.click("compare.table")
    person.until(chart.shows_table, "the table twin")
    head, twin = chart.table()
    assert len(head) == 3
    assert len(twin) > 24


def test_the_moment_that_is_looked_at_is_compared_with_now(person: Driver) -> None:
    drag_to(person, window(person).bridge.present.started + DAY)
    person.click("past.compare")
    steps = person.find("compare.steps", TableView)
    person.until(lambda: len(cells(steps)) > 0, "what happened since")
    assert cells(steps)[0][1] == "–"
    assert cells(steps)[0][2].startswith("Staked")
    person.click("compare.close")
    assert window(person).bridge.past.looking is not None


# --- where it rests -----------------------------------------------------------------------------


def test_in_a_lesson_the_time_machine_rests(person: Driver) -> None:
    window(person).set_sandbox("Lesson sandbox", "Practice account")
    assert person.maybe("time.branch") is None
    assert person.maybe("time.rewind") is None
    slider = bar(person)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(40, 16))
    person.pause(100)
    assert window(person).bridge.past.looking is None
    window(person).set_sandbox("", "")
    assert person.maybe("time.branch") is not None


def test_the_lock_takes_the_time_machine_along(person: Driver) -> None:
    wide = window(person)
    person.click("time.branch")
    person.click("branches.close")
    person.go("activity")
    choose_of(person, "Staked", "What if I had not done this?")
    person.click("what_if.close")
    drag_to(person, wide.bridge.present.started + DAY)
    person.click("past.compare")
    person.until(lambda: person.maybe("compare") is not None, "the comparison")
    wide.bridge.lock()
    person.until(lambda: wide.bridge.present is None, "the lock")
    for name in ("branches", "compare", "what_if"):
        person.until(lambda n=name: wide.findChild(QWidget, n) is None, f"{name} to go")
    assert wide.bridge.past.standings == ()
    assert not wide.past_strip.isVisibleTo(wide)
