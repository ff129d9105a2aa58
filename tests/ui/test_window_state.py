"""Where the window was left it is found again: size, place, maximised, room; always on a screen."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings, load
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import Lane
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.shell.place import MINIMUM, SIZE
from tests.ui.harness import window_on
from tests.ui.test_home import STORY

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def fresh(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window that has restored nothing yet."""
    bridge = Bridge(Lane(), Settings(), tmp_path / "other.json")
    made = MainWindow(bridge)
    qtbot.addWidget(made, before_close_func=lambda _: bridge.close())
    return made


def saved(window: MainWindow) -> str:
    return base64.b64encode(window.saveGeometry().data()).decode()


def test_size_place_and_room_are_kept_on_closing(
    qtbot: QtBot, tmp_path: Path, fresh: MainWindow
) -> None:
    window = window_on(qtbot, tmp_path, room="lend", size=(1010, 660))
    window.move(7, 31)
    window.close()
    path = tmp_path / "settings.json"
    qtbot.waitUntil(lambda: load(path)[0].last_room == "lend", timeout=5_000)
    kept = load(path)[0]
    fresh.restore(kept.window_geometry, kept.last_room)
    assert fresh.room == "lend"
    fresh.show()
    assert fresh.size().height() == 660


def test_a_maximised_window_comes_up_maximised(qtbot: QtBot, fresh: MainWindow) -> None:
    fresh.showMaximized()
    text = saved(fresh)
    fresh.showNormal()
    fresh.restore(text, "home")
    assert fresh.isMaximized()


def test_a_window_left_on_a_screen_that_is_gone_is_brought_back(fresh: MainWindow) -> None:
    fresh.show()
    fresh.move(-5_000, -5_000)
    text = saved(fresh)
    fresh.restore(text, "home")
    screen = QApplication.primaryScreen().availableGeometry()
    seen = fresh.frameGeometry().intersected(screen)
    assert seen.width() > 400
    assert seen.height() > 300


@pytest.mark.parametrize("text", ["", "no geometry", "%%%", "AAAA", "d" * 4_000])
def test_a_text_that_is_no_geometry_is_none(fresh: MainWindow, text: str) -> None:
    fresh.restore(text, "a room that was never there")
    screen = QApplication.primaryScreen().availableSize()
    assert fresh.size() == SIZE.boundedTo(screen).expandedTo(MINIMUM)
    assert fresh.room == "home"


def test_the_first_window_is_not_larger_than_its_screen(fresh: MainWindow) -> None:
    fresh.restore("", "")
    assert fresh.size() != QSize(1440, 900)  # the screen without a display has 800 × 800


def test_a_tables_order_is_kept(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, STORY, room="home")
    table = window.page("home").positions.table
    qtbot.waitUntil(lambda: table.rows_model.rowCount() > 3, timeout=60_000)
    given = [row.key for row in table.rows_model.rows()]
    table.setFocus()
    table.setCurrentIndex(table.rows_model.index(0, 2))
    QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    worth = [row.usd for row in table.rows_model.rows()]
    assert worth == sorted(worth)
    path = tmp_path / "settings.json"
    line = f"{table.objectName()}=value up"
    qtbot.waitUntil(lambda: load(path)[0].table_sorts == line, timeout=5_000)
    again = tmp_path / "again"
    again.mkdir()
    second = window_on(qtbot, again, STORY, room="home", settings=load(path)[0])
    table = second.page("home").positions.table
    qtbot.waitUntil(lambda: table.rows_model.rowCount() > 3, timeout=60_000)
    worth = [row.usd for row in table.rows_model.rows()]
    assert worth == sorted(worth)
    assert [row.key for row in table.rows_model.rows()] != given


@pytest.mark.parametrize("state", ["", "gone down", "value sideways", "balance down", "value"])
def test_an_order_that_makes_no_sense_changes_nothing(
    qtbot: QtBot, tmp_path: Path, state: str
) -> None:
    settings = Settings(theme="light", table_sorts=f"home.positions={state}\nno line")
    window = window_on(qtbot, tmp_path, STORY, room="home", settings=settings)
    table = window.page("home").positions.table
    assert table.sort_state() == ""
