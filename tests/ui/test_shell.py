"""The real window: rooms, keys, time, privacy, sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Session
from lstwallet.app.settings import Settings, load
from lstwallet.engine.staking import RequestUnstake, Stake
from lstwallet.engine.world import YOU
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.ui import theme
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.widgets.overlays import MARGIN, Popover
from lstwallet.ui.widgets.toast import Toast
from lstwallet.units.clock import DAY, HOUR
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, enter, make_profile, window_on


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    return window_on(qtbot, tmp_path, room="settings")


@pytest.fixture
def person(qtbot: QtBot, window: MainWindow) -> Driver:
    return Driver(qtbot, window)


def test_play_money_goes_through_form_review_and_receipt(person: Driver) -> None:
    before = person.window.bridge.world.balance("you", "ETH")
    person.fill("You get", "5")
    person.sees("105.0000 ETH")
    person.sees_not("Network fee")  # it is no transaction
    person.click("fund.review")
    person.sees("Nothing has been sent yet")
    person.click("Get 5.0000 ETH")
    person.sees("5.0000 ETH received")
    assert person.window.bridge.world.balance("you", "ETH") == before + 5 * 10**18
    person.click("Get more")
    assert person.find("fund.amount").text() == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "Enter more than zero."),
        ("-1", "The amount cannot be below zero."),
        ("1,5", "Use a point for decimals and no commas"),
        ("abc", "This is not a number."),
        ("1e999999", "without an exponent"),
        ("0.0000000000000000001", "At most 18 decimals here."),
        ("100001", "At most 100 000.0000 ETH at once."),
    ],
)
def test_a_bad_amount_is_refused_beside_the_field(person: Driver, text: str, sentence: str) -> None:
    before = person.window.bridge.world
    person.fill("You get", text)
    person.sees(sentence)
    assert person.disabled("fund.review")
    assert person.find("fund.amount").text() == text
    assert person.window.bridge.world is before


def test_an_empty_field_says_what_is_missing_without_an_error(person: Driver) -> None:
    person.sees("Enter an amount to go on")
    assert person.disabled("fund.review")


@pytest.mark.parametrize(("button", "seconds"), [("time.hour", HOUR), ("time.day", DAY)])
def test_a_step_lets_that_much_time_pass(person: Driver, button: str, seconds: int) -> None:
    begin = person.window.bridge.world.time
    person.click(button)
    person.until(lambda: person.window.bridge.world.time == begin + seconds, "time to pass")
    person.until(lambda: not person.window.bridge.running, "the run to end")


def test_space_plays_and_pauses(person: Driver) -> None:
    bridge = person.window.bridge
    begin = bridge.world.time
    person.window.setFocus()
    QTest.keyClick(person.window, Qt.Key.Key_Space)
    assert bridge.playing
    person.until(lambda: bridge.world.time > begin, "time to play")
    QTest.keyClick(person.window, Qt.Key.Key_Space)
    assert not bridge.playing


def test_space_in_a_field_does_not_play(person: Driver) -> None:
    edit = person.find("fund.amount")
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Space)
    assert not person.window.bridge.playing


def test_a_long_run_can_be_cancelled_and_nothing_is_lost(person: Driver) -> None:
    bridge = person.window.bridge
    begin = bridge.world.time
    bridge.advance(50 * 365 * DAY)
    person.until(lambda: bridge.world.time > begin, "some progress")
    person.click("Cancel")
    person.until(lambda: not bridge.running, "the run to stop")
    assert begin < bridge.world.time < begin + 50 * 365 * DAY


def test_a_command_does_not_wait_for_a_long_run(person: Driver) -> None:
    bridge = person.window.bridge
    bridge.advance(50 * 365 * DAY)
    person.fill("You get", "5")
    person.click("fund.review")
    person.click("Get 5.0000 ETH")
    person.sees("5.0000 ETH received")
    assert bridge.running
    bridge.cancel()
    person.until(lambda: not bridge.running, "the run to stop")


def test_the_eye_hides_amounts_and_the_choice_is_kept(person: Driver, tmp_path: Path) -> None:
    person.click("top.eye")
    assert person.window.bridge.settings.privacy == "hidden"
    person.click("top.eye")
    path = tmp_path / "settings.json"
    person.until(lambda: load(path)[0].privacy == "percent", "the settings file")


def test_arrows_between_steps_of_time_move_the_focus_only(person: Driver) -> None:
    bar, bridge = person.window.time_bar, person.window.bridge
    begin = bridge.world.time
    day, week = bar.step.button("day"), bar.step.button("week")
    day.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(day, Qt.Key.Key_Right)
    assert week.hasFocus()
    assert not bridge.running
    assert bridge.world.time == begin
    QTest.keyClick(week, Qt.Key.Key_Left)
    assert day.hasFocus()
    QTest.keyClick(day, Qt.Key.Key_Space)
    person.until(lambda: bridge.world.time == begin + DAY, "a day to pass")
    person.until(lambda: not bridge.running, "the run to end")
    assert day.hasFocus(), "the key that was pressed can be pressed again"
    QTest.keyClick(day, Qt.Key.Key_Return)
    person.until(lambda: bridge.world.time == begin + 2 * DAY, "another day")
    person.until(lambda: not bridge.running, "the run to end")


def _failing_once(name: str, monkeypatch: pytest.MonkeyPatch, when: Callable[..., bool]) -> None:
    """The next read of that name fails as a disk does."""
    real = getattr(Session, name)
    left = [True]

    def read(self: Session, *args: Any, **named: Any) -> Any:
        if left and when(*args, **named):
            left.clear()
            raise StoreUnavailable(self.path, Trouble.IO)
        return real(self, *args, **named)

    monkeypatch.setattr(Session, name, read)


@pytest.mark.parametrize(("room", "sample"), [("stake", "steth_rate_ray"), ("lend", "health_wad")])
def test_figures_are_asked_for_again_after_a_failed_read(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: str, sample: str
) -> None:
    window = window_on(qtbot, tmp_path, (*FUNDED, Stake(YOU, 10**18)), days=9)
    _failing_once("series", monkeypatch, lambda names, *_a, **_n: list(names) == [sample])
    with qtbot.waitSignal(window.bridge.failed, timeout=60_000):
        page = enter(qtbot, window, room)
    assert not page._asking
    answered: list[object] = []
    real = window.bridge.series

    def series(names: Any, begin: int, end: int, reply: Any, failed: Any = None) -> None:
        real(names, begin, end, lambda found: (reply(found), answered.append(names)), failed)

    monkeypatch.setattr(window.bridge, "series", series)
    window.bridge.advance(DAY)
    qtbot.waitUntil(lambda: [sample] in answered, timeout=60_000)


def test_older_entries_can_be_asked_for_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_on(qtbot, tmp_path, room="activity")
    page = window.page("activity")
    qtbot.waitUntil(lambda: bool(page._lines), timeout=60_000)
    page._more = True
    page._show()
    _failing_once("activity", monkeypatch, lambda *, before=None, **_named: before is not None)
    person = Driver(qtbot, window)
    with qtbot.waitSignal(window.bridge.failed, timeout=60_000):
        person.click("activity.older")
    assert page._older.isEnabled()
    person.click("activity.older")
    person.until(lambda: not page._more, "the older entries")


def test_alt_and_a_number_enter_the_rooms_in_order(qtbot: QtBot, window: MainWindow) -> None:
    first = window.rooms[0].key
    with qtbot.waitSignal(window.entered, timeout=60_000) as told:
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert told.args == [first]


@pytest.mark.parametrize("scale", [pytest.param(100, marks=pytest.mark.slow), 150])
def test_every_room_fits_1024_by_700(qtbot: QtBot, tmp_path: Path, scale: int) -> None:
    settings = Settings(theme="light", text_scale=scale)
    window = window_on(qtbot, tmp_path, settings=settings, size=(1024, 700))
    for room in window.rooms:
        page = enter(qtbot, window, room.key)
        need = page.minimumSizeHint().width() + window.rail.width()
        assert need <= 1024, f"{room.key} needs {need} px"
    assert window.minimumSizeHint().width() <= 1024
    assert (window.width(), window.height()) == (1024, 700)


def test_the_theme_switches_while_the_window_is_open(person: Driver) -> None:
    person.click("look.dark")
    assert person.window.bridge.settings.theme == "dark"
    assert theme.current().name == "light"  # the program, not the window, puts it in force


def test_verifying_the_profile_says_that_nothing_is_wrong(person: Driver) -> None:
    person.click("settings.verify")
    person.sees("Nothing is wrong.")


@pytest.mark.parametrize("text", ["0", "31", "abc", "", "1,0"])
def test_a_senseless_slippage_is_refused(person: Driver, text: str) -> None:
    before = person.window.bridge.settings.slippage_bps
    edit = person.find("settings.slippage")
    edit.setText(text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert person.window.bridge.settings.slippage_bps == before
    assert person.window.page("settings").slippage_error.isVisible()


def test_a_sensible_slippage_is_kept(person: Driver) -> None:
    edit = person.find("settings.slippage")
    edit.setText("1.25")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert person.window.bridge.settings.slippage_bps == 125


def test_a_ticket_that_becomes_ready_is_told_once(qtbot: QtBot, tmp_path: Path) -> None:
    story = (*FUNDED, Stake(YOU, 5 * 10**18), RequestUnstake(YOU, 2 * 10**18))
    window = window_on(qtbot, tmp_path, story, room="settings")
    person = Driver(qtbot, window)
    person.sees_not("ready to claim")
    window.bridge.advance(20 * DAY)
    person.sees("2.0000 ETH ready to claim")
    person.until(lambda: not window.bridge.running, "the run to end")
    assert len(window.toasts.shown()) == 1
    window.bridge.advance(DAY)
    person.until(lambda: not window.bridge.running, "the day")
    assert len(window.toasts.shown()) <= 1


def test_a_toast_stands_beside_the_panel_whose_button_it_would_cover(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, room="stake")
    window.toast("Saved")
    (toast,) = window.findChildren(Toast)
    panel = window.page("stake").panel  # type: ignore[union-attr]
    assert toast.geometry().right() - MARGIN < panel.mapTo(window, QPoint(0, 0)).x()
    Driver(qtbot, window).go("home")
    assert toast.geometry().right() - MARGIN > window.width() - 40


def test_settings_forget_what_was_said_of_another_profile(
    qtbot: QtBot, person: Driver, tmp_path: Path
) -> None:
    page, bridge = person.window.page("settings"), person.window.bridge
    assert page is not None
    person.click("settings.verify")
    person.until(lambda: bool(page.verdict.text.text()), "the verdict")
    other = make_profile(tmp_path / "other.lstwallet")
    with qtbot.waitSignal(bridge.opened):
        bridge.open(lambda: Session.open(other))
    assert not page.verdict.isVisible()


def test_a_refused_limit_stays_beside_its_error(person: Driver) -> None:
    page = person.window.page("settings")
    assert page is not None
    page.slippage.setText("abc")
    page.slippage.editingFinished.emit()
    page.slippage.clearFocus()
    person.window.bridge.change(privacy="hidden")
    assert page.slippage.text() == "abc"
    assert page.slippage_error.isVisible()


def test_a_changed_setting_can_be_taken_back(person: Driver) -> None:
    window, bridge = person.window, person.window.bridge
    person.click("top.eye")
    person.sees("What you own is hidden")
    person.click("top.eye")
    person.sees("What you own is shown in percent")
    assert len(window.toasts.shown()) == 1, "one word about one subject"
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bridge.settings.privacy == "hidden"
    assert window.toasts.shown() == []
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bridge.settings.privacy == "hidden", "what is not offered is not taken back"


def test_undo_in_a_field_is_the_fields_own(person: Driver) -> None:
    edit = person.find("settings.slippage")
    edit.setText("1.25")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    person.sees("Default slippage limit 1.25%")
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert person.window.bridge.settings.slippage_bps == 125
    person.click("Undo")
    assert person.window.bridge.settings.slippage_bps == 50
    assert edit.text() == "0.5"


def test_ctrl_f_searches_where_there_is_something_to_search(person: Driver) -> None:
    window = person.window
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    person.go("activity")
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert person.find("activity.search").hasFocus()


def test_an_explanation_does_not_stay_over_another_room(person: Driver) -> None:
    person.go("swap")
    person.click("Why this number?")
    (popover,) = person.window.findChildren(Popover)
    person.until(popover.isVisible, "the explanation")
    QTest.keyClick(person.window.windowHandle(), Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    person.until(lambda: person._in("home"), "Home")
    assert not popover.isVisible()
