"""F1: a sheet with what the room is for; dotted words open their meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.app import help as texts
from lstwallet.app.settings import Settings
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.widgets.terms import TermText
from tests.journeys.driver import Driver
from tests.ui import inspection
from tests.ui.harness import enter, window_on


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    return window_on(qtbot, tmp_path, room="lend")


@pytest.fixture
def person(qtbot: QtBot, window: MainWindow) -> Driver:
    return Driver(qtbot, window)


def f1(person: Driver) -> None:
    QTest.keyClick(person.window.windowHandle(), Qt.Key.Key_F1)


def test_f1_says_what_the_room_is_for_and_goes_again(person: Driver) -> None:
    f1(person)
    person.sees("Supply tokens to earn interest")
    person.sees("Fields and terms")
    person.sees("Every room and every action, by a few letters")
    f1(person)
    person.sees_not("Supply tokens to earn interest")
    f1(person)
    QTest.keyClick(person.window.windowHandle(), Qt.Key.Key_Escape)
    person.sees_not("Supply tokens to earn interest")


def test_a_dotted_word_is_explained_by_keyboard(person: Driver) -> None:
    f1(person)
    guide = person.window.floating.guide
    assert guide is not None
    words = next(w for w in guide.sheet.findChildren(TermText) if "health factor" in w.terms())
    words.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(words, Qt.Key.Key_Return)
    person.sees("Below 1.00 others may sell your collateral.")
    QTest.keyClick(person.window.windowHandle(), Qt.Key.Key_Escape)
    person.sees_not("Below 1.00 others may sell your collateral.")
    person.sees("Fields and terms")


@pytest.mark.slow
def test_each_room_has_its_own(qtbot: QtBot, person: Driver) -> None:
    for room in person.window.rooms:
        enter(qtbot, person.window, room.key)
        f1(person)
        guide = person.window.floating.guide
        assert guide is not None
        assert guide.sheet.isVisible()
        assert guide.sheet.title.text() == room.label()


def test_every_room_has_a_text(person: Driver) -> None:
    for room in person.window.rooms:
        assert texts.load(room.key).about, f"resources/help/en/{room.key}.toml is missing"


def test_another_room_puts_it_away(qtbot: QtBot, person: Driver) -> None:
    f1(person)
    QTest.keyClick(person.window.windowHandle(), Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    person.until(lambda: person._in("home"), "Home")
    person.sees_not("Fields and terms")


@pytest.mark.parametrize("scale", [100, 150])
def test_the_sheet_is_sound(qtbot: QtBot, tmp_path: Path, scale: int) -> None:
    settings = Settings(theme="dark", text_scale=scale)
    window = window_on(qtbot, tmp_path, settings=settings, size=(1024, 700), room="pools")
    person = Driver(qtbot, window)
    f1(person)
    person.sees("Fields and terms")
    for look in (inspection.mute, inspection.unreadable, inspection.cut_off):
        person.until(lambda look=look: not look(window), f"nothing wrong: {look(window)}", 5.0)
    assert inspection.unreached(window) == []
