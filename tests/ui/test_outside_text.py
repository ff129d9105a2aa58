"""Texts that come from outside the window: pasted into its fields, or left in the settings."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings
from lstwallet.engine.staking import Stake
from lstwallet.engine.world import YOU
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import Lane
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.widgets.amount_field import AmountField
from tests.ui.harness import FUNDED, enter, window_on

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)
PASTED = (
    "1e1000000", "9" * 40_000, "٣", "\u202e5", "5\u200b", "5\x00", "\x1b[2J", "-5", "0x10", "NaN",
    "Infinity", "1_000", "\ufeff5", "5\n6", "<img src=x><b>5</b>", "\ud83d\ude00", "=1+1", "½", "५",
    "1.2.3", "." * 1_000, "sim1" + "q" * 5_000, "İ" * 50, "\u212a" * 50, "a" * 100_000,
)  # fmt: skip


def paste(text: str) -> None:
    QApplication.clipboard().setText(text)


@pytest.mark.parametrize("text", PASTED, ids=range(len(PASTED)))
def test_an_amount_takes_nothing_else(qtbot: QtBot, text: str) -> None:
    field = AmountField("You stake", "ETH")
    qtbot.addWidget(field)
    paste(text)
    field.edit.paste()
    value = field.value()
    if value is None:
        assert field.problem() is not None
    else:  # what it was taken for is what can be read there
        assert field.text().strip() in (str(value // 10**18), "56")


@pytest.mark.slow
def test_every_field_of_the_window_bears_what_is_pasted(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (*FUNDED, Stake(YOU, 10**18)))
    tried = 0
    for room in window.rooms:
        enter(qtbot, window, room.key)
        fields = [each for each in window.findChildren(QLineEdit) if each.isVisible()]
        for field in fields:
            for text in random.Random(tried).sample(PASTED, 6):
                if field.isReadOnly() or not field.isEnabled():
                    continue
                field.clear()
                paste(text)
                field.paste()
                tried += 1
                QApplication.processEvents()
            field.clear()
    print(f"{tried} pasted")
    assert tried > 30
    assert not window.findChildren(QPlainTextEdit), "the dialog of an error is open"


@pytest.fixture
def fresh(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    bridge = Bridge(Lane(), Settings(), tmp_path / "other.json")
    made = MainWindow(bridge)
    qtbot.addWidget(made, before_close_func=lambda _: bridge.close())
    return made


def test_no_text_makes_the_window_go_astray(fresh: MainWindow) -> None:
    """The place that was kept, changed byte by byte: never an error, never off every screen."""
    fresh.show()
    good = bytes(fresh.saveGeometry().data())
    dice = random.Random(4)
    screen = QApplication.primaryScreen().availableGeometry()
    texts = ["=", "A" * 20_000, "////", base64.b64encode(bytes(200)).decode()]
    for _ in range(300):
        data = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            value = dice.choice((0, 1, 127, 128, 255, dice.randrange(256)))
            data[dice.randrange(len(data))] = value
        texts.append(base64.b64encode(bytes(data[: dice.randrange(1, len(data) + 20)])).decode())
    for text in texts:
        fresh.restore(text, "no such room")
        fresh.setWindowState(Qt.WindowState.WindowNoState)
        seen = fresh.frameGeometry().intersected(screen)
        assert seen.width() >= 100, text
        assert seen.height() >= 40, text
        assert fresh.width() < 40_000
        assert fresh.height() < 40_000


def test_settings_that_name_what_is_not_there(qtbot: QtBot, tmp_path: Path) -> None:
    odd = Settings(
        theme="light",
        last_room="<b>nowhere</b>",
        table_sorts="home.positions=value sideways\nx\n=\n" + "y=" * 500,
        recent_actions="no.such.action\n\n<img src=x>",
        shown_accounts=f"{tmp_path / 'test.lstwallet'}\tcrowd:stakers:0\n\t\n",
        language="xx",
    )
    window = window_on(qtbot, tmp_path, settings=odd)
    assert window.bridge.account == YOU
    for room in window.rooms:
        enter(qtbot, window, room.key)
