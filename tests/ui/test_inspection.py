"""The auditor itself: what is wrong is found, what is right is left alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.ui.theme import apply
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Panel, column
from lstwallet.ui.widgets.ring import Ring
from tests.ui import inspection


class _Window(QMainWindow):
    """One label, two buttons and a ring, all as they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.shell = Panel("surface")
        self.shell.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.label = Label("Said in words", "body", "2")
        self.first, self.second = Button("First"), ToolButton("x", "Second")
        self.ring = Ring(80, "Allocation")
        self.ring.setAccessibleDescription("All of it is ETH")
        parts = (self.label, self.first, self.second, self.ring)
        self.shell.setLayout(column(*parts, None, margins=20))
        self.setCentralWidget(self.shell)
        self.resize(300, 300)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> _Window:
    apply(qapp, "light")
    made = _Window()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow, timeout=5_000)
    return made


def test_a_window_as_it_should_be(window: _Window) -> None:
    assert inspection.mute(window) == []
    assert inspection.unreached(window) == []
    assert inspection.unreadable(window) == []
    assert inspection.cut_off(window) == []


def test_what_has_no_name_is_found(window: _Window) -> None:
    window.second.setAccessibleName("")
    window.second.setToolTip("")
    window.ring.setAccessibleDescription("")
    assert [each.partition(":")[0] for each in inspection.mute(window)] == [
        "no name", "no description"
    ]  # fmt: skip


def test_what_tab_misses_is_found(window: _Window) -> None:
    window.first.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    (only,) = inspection.unreached(window)
    assert "First" in only


def test_pale_text_is_found(window: _Window) -> None:
    window.label.set_tone("disabled")
    (only,) = inspection.unreadable(window)
    assert only.startswith("2.")


def test_what_is_cut_off_is_found(window: _Window) -> None:
    window.label.setFixedWidth(30)
    window.first.setFixedSize(30, 12)
    window.second.move(290, 100)
    found = inspection.cut_off(window)
    assert len(found) == 3
    assert "outside its parent" in found[-1]


def test_what_says_so_may_be_shortened(window: _Window, qtbot: QtBot) -> None:
    short = Label("A name that is too long for its place", elide=True)
    window.shell.layout().insertWidget(0, short)
    short.setFixedWidth(60)
    qtbot.waitUntil(lambda: bool(short.toolTip()), timeout=5_000)
    assert inspection.cut_off(window) == []
    short.setToolTip("")
    assert len(inspection.cut_off(window)) == 1


def test_a_window_of_its_own_is_noted(qtbot: QtBot, qapp: QApplication) -> None:
    watch = inspection.Flashes()
    qapp.installEventFilter(watch)
    stray = QWidget()
    stray.setObjectName("stray")
    qtbot.addWidget(stray)
    stray.show()
    qapp.removeEventFilter(watch)
    assert len(watch.seen) == 1
    assert "stray" in watch.seen[0]
