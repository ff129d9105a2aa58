"""Ctrl+K: everything one can do, found by a few letters, done with Enter."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import load
from lstwallet.engine.staking import Stake
from lstwallet.engine.world import YOU
from lstwallet.ui.commands import Commands
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.actions import ACTIONS
from lstwallet.ui.theme import icons
from lstwallet.ui.widgets.fuzzy import match
from lstwallet.ui.widgets.palette import Entry, Palette, arranged
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    story = (*FUNDED, Stake(YOU, 5 * 10**18))
    return window_on(qtbot, tmp_path, story, days=2, room="settings")


@pytest.fixture
def person(qtbot: QtBot, window: MainWindow) -> Driver:
    return Driver(qtbot, window)


def palette_of(person: Driver) -> Palette:
    """Opened with its shortcut."""
    QTest.keyClick(person.window, Qt.Key.Key_K, CTRL)
    commands = person.window.floating.commands
    assert isinstance(commands, Commands)
    person.until(commands.palette.isVisible, "the palette")
    person.until(lambda: any("Any amount" in t for t in commands.palette.titles()), "the lessons")
    return commands.palette


def do(person: Driver, typed: str) -> None:
    """Type it into the palette and press Enter."""
    palette = palette_of(person)
    QTest.keyClicks(palette.edit, typed)
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert not palette.isVisible()


# -- finding -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("sta", "Stake with Lido"),
        ("lido", "Stake with Lido"),
        ("swl", "Stake with Lido"),
        ("liq usdc", "Add liquidity to USDC / ETH"),
        ("usdc liq", "Add liquidity to USDC / ETH"),
        ("wrap", "Unwrap wstETH"),
        ("WITH", "Withdraw what is supplied"),
    ],
)
def test_a_few_letters_find_a_title(typed: str, title: str) -> None:
    assert match(typed, title) is not None


@pytest.mark.parametrize(
    ("typed", "title"), [("xyz", "Stake with Lido"), ("tk", "Stake"), ("eth usd", "Wrap ETH")]
)
def test_other_letters_do_not(typed: str, title: str) -> None:
    assert match(typed, title) is None


def test_what_begins_fits_better_than_what_is_inside_or_elsewhere() -> None:
    ranked = [
        match("wrap", title, also) for title, also in
        (("Wrap stETH", ""), ("Now wrap", ""), ("Unwrap wstETH", ""), ("Package", "wrap"))
    ]  # fmt: skip
    scores = [found.score for found in ranked if found is not None]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_the_letters_that_fit_are_lit() -> None:
    found = match("swl", "Stake with Lido")
    assert found is not None
    assert found.places == {0, 6, 11}
    found = match("also", "Stake", "also")
    assert found is not None
    assert found.places == frozenset()


def _entries() -> list[Entry]:
    titles = (("a", "Rooms", "Stake"), ("b", "Stake", "Stake with Lido"), ("c", "Lend", "Borrow"))
    return [Entry(key, group, title, "stack", lambda: None) for key, group, title in titles]


def test_the_recent_ones_come_first() -> None:
    rows = arranged(_entries(), "", ["c", "gone", "a"], "Recent")
    words = [row.heading or row.entry.title for row in rows if row.heading or row.entry]
    assert words == [
        "Recent", "Borrow", "Stake", "Rooms", "Stake", "Stake", "Stake with Lido", "Lend", "Borrow"
    ]  # fmt: skip


def test_groups_stand_by_their_best_entry() -> None:
    rows = arranged(_entries(), "with", (), "Recent")
    assert [row.heading for row in rows if row.heading] == ["Stake"]
    assert arranged(_entries(), "nothing like it", (), "Recent") == []


# -- the table ---------------------------------------------------------------------------


def test_every_room_and_every_action_is_listed_once(window: MainWindow) -> None:
    entries = list(Commands(window).entries())
    keys = [entry.key for entry in entries]
    assert len(keys) == len(set(keys))
    for room in window.rooms:
        assert f"room {room.key}" in keys
    for action in ACTIONS:
        assert action.key in keys
        assert action.room in {room.key for room in window.rooms}
    for part in ("time day", "time next", "theme system", "scale 150", "privacy hidden", "undo"):
        assert part in keys
    assert all(icons.exists(entry.icon) for entry in entries)


@pytest.mark.slow
def test_every_action_enters_its_room(qtbot: QtBot, person: Driver) -> None:
    window = person.window
    for action in ACTIONS:
        if action.arguments.get("do") in ("csv", "json"):
            continue  # a dialog of the system
        window.enter("home")
        person.until(lambda: person.window.page("home") is not None, "Home")
        window.enter(action.room, action.arguments, typing=True)
        person.until(
            lambda room=action.room: (page := window.page(room)) is not None and page.isVisible(),
            action.title,
        )
        assert window.room == action.room, action.title


# -- by hand -----------------------------------------------------------------------------


def test_typing_and_enter_go_to_a_room(person: Driver) -> None:
    do(person, "activity")
    person.until(lambda: person.window.room == "activity", "the room")


def test_an_action_opens_its_form_with_the_cursor_in_it(person: Driver) -> None:
    do(person, "borrow")
    person.until(lambda: person._in("lend"), "the room")
    edit = person.find("lend.amount")
    person.until(edit.hasFocus, "the cursor in the amount")
    assert person.window.page("lend").form.action == "borrow"
    do(person, "unwrap wst")
    person.until(lambda: person._in("stake"), "the room")
    person.until(lambda: person.find("unwrap.amount").hasFocus(), "the cursor in the amount")


def test_its_keys_work_in_a_field_too(person: Driver) -> None:
    edit = person.find("fund.amount")
    person.fill("fund.amount", "123")
    edit.home(False)
    QTest.keyClick(person.window.windowHandle(), Qt.Key.Key_K, CTRL)
    assert person.window.floating.commands is not None
    assert person.window.floating.commands.palette.isVisible()
    assert edit.text() == "123", "there the keys would delete the rest of the line"


def test_arrows_choose_and_go_round(person: Driver) -> None:
    palette = palette_of(person)
    first = palette.chosen()
    QTest.keyClick(palette.edit, Qt.Key.Key_Down)
    assert palette.chosen() != first
    for _ in range(2):
        QTest.keyClick(palette.edit, Qt.Key.Key_Up)
    last = palette.chosen()
    assert last is not None
    assert last.title == palette.titles()[-1]
    assert last.title in palette.edit.accessibleDescription()
    QTest.keyClick(palette.edit, Qt.Key.Key_PageUp)
    assert palette.chosen() != last
    QTest.keyClick(palette.edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_what_is_not_there_is_said(person: Driver) -> None:
    palette = palette_of(person)
    QTest.keyClicks(palette.edit, "qqq")
    person.sees("Nothing is called “qqq”")
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette.edit, Qt.Key.Key_K, CTRL)
    assert not palette.isVisible(), "the same keys put it away"


def test_the_choice_is_remembered_for_next_time(person: Driver, tmp_path: Path) -> None:
    do(person, "let a day")
    bridge = person.window.bridge
    person.until(lambda: not bridge.running, "the day")
    do(person, "dark th")
    assert bridge.settings.theme == "dark"
    path = tmp_path / "settings.json"
    person.until(lambda: load(path)[0].recent_actions == "theme dark\ntime day", "the file")
    assert palette_of(person).titles()[:2] == ["Dark theme", "Let a day pass"]


def test_time_can_be_moved(person: Driver) -> None:
    bridge = person.window.bridge
    begin = bridge.world.time
    do(person, "let a day")
    person.until(lambda: bridge.world.time == begin + DAY, "a day")


def test_a_click_does_it_and_the_field_in_the_top_bar_opens_it(person: Driver) -> None:
    person.click("top.finder")
    palette = person.window.floating.commands.palette
    QTest.keyClicks(palette.edit, "hide what")
    entry = palette.chosen()
    assert entry is not None
    assert entry.title == "Hide what I own"
    spot = palette.list.visualRect(palette.list.currentIndex()).center()
    QTest.mouseMove(palette.list.viewport(), spot)
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert person.window.bridge.settings.privacy == "hidden"
    assert not palette.isVisible()


def test_a_click_beside_it_closes_it(person: Driver) -> None:
    palette = palette_of(person)
    QTest.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(20, palette.height() - 20))
    assert not palette.isVisible()


def test_the_charts_in_sight_can_be_saved(person: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    person.go("swap")
    chart = person.window.page("swap").chart.chart
    person.until(chart.isVisible, "the chart")
    titles = palette_of(person).titles()
    for kind in ("PNG", "SVG", "CSV"):
        assert any(title.startswith(f"Save as {kind}: 1 ") for title in titles)
    QTest.keyClick(person.window.floating.commands.palette.edit, Qt.Key.Key_Escape)
    do(person, "show as table")
    assert chart.shows_table()
    asked: list[object] = []
    monkeypatch.setattr(type(chart), "ask_save", lambda _chart, kinds: asked.append(kinds))
    do(person, "save as svg")
    assert asked == [(".svg",)]


@pytest.mark.qt_log_ignore("does not support")
def test_history_is_exported_from_anywhere(person: Driver) -> None:
    do(person, "export csv")
    person.until(lambda: bool(person.window.findChildren(QFileDialog)), "the dialog")
    (dialog,) = person.window.findChildren(QFileDialog)
    assert dialog.defaultSuffix() == "csv"
    dialog.close()


def test_a_lesson_begins_from_the_palette(qtbot: QtBot, person: Driver) -> None:
    with qtbot.waitSignal(person.window.lesson_wanted, timeout=5_000) as told:
        do(person, "any amount")
    assert told.args == ["any-amount"]


def test_it_fits_a_small_window_with_large_text(qtbot: QtBot, tmp_path: Path) -> None:
    from lstwallet.app.settings import Settings

    settings = Settings(theme="light", text_scale=150)
    window = window_on(qtbot, tmp_path, settings=settings, size=(1024, 700), room="settings")
    palette = palette_of(Driver(qtbot, window))
    assert window.rect().contains(palette.surface.geometry().adjusted(24, 24, -24, -24))
    assert palette.list.viewport().height() > 200
