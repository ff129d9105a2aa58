"""The field for a secret: dots, the eye, Caps Lock, and nothing that stays behind."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from lstwallet.ui.widgets.new_password import NewPassword
from lstwallet.ui.widgets.secret_field import SecretClipboard, SecretField, StrengthLine

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def field(qtbot: QtBot) -> SecretField:
    made = SecretField("Password", "secret")
    qtbot.addWidget(made)
    made.show()
    return made


def test_dots_until_the_eye_is_pressed(field: SecretField) -> None:
    QTest.keyClicks(field.edit, "word")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert "word" not in field.edit.displayText()
    QTest.mouseClick(field.eye, Qt.MouseButton.LeftButton)
    assert field.edit.displayText() == "word"
    assert field.eye.accessibleName() == "Hide: Password"


def test_what_was_wiped_cannot_be_undone(field: SecretField) -> None:
    field.show_secret(True)
    QTest.keyClicks(field.edit, "word")
    field.wipe()
    field.edit.undo()
    assert field.text() == ""
    assert not field.edit.isUndoAvailable()


def test_caps_lock_is_guessed_from_a_capital_without_shift(field: SecretField) -> None:
    QTest.keyClick(field.edit, Qt.Key.Key_A)
    assert not field.caps.isVisible()
    QTest.keyClick(field.edit, "A", SHIFT)
    assert not field.caps.isVisible()
    QTest.keyClick(field.edit, "A")
    assert field.caps.isVisible()
    QTest.keyClick(field.edit, "a")
    assert not field.caps.isVisible()


def test_a_sentence_goes_when_one_types_on(field: SecretField) -> None:
    field.set_error("Wrong password.")
    assert field.error.isVisible()
    assert field.edit.accessibleDescription() == "Wrong password."
    QTest.keyClick(field.edit, Qt.Key.Key_X)
    assert not field.error.isVisible()


@pytest.mark.parametrize(
    ("password", "level", "word"),
    [
        ("", 0, ""),
        ("short", 1, "Weak"),
        ("password1", 1, "Weak"),
        ("demo portfolio", 1, "Weak"),
        ("kx7!trq9", 2, "Fair"),
        ("moon lantern orbit", 3, "Strong"),
    ],
)
def test_strength_in_a_word(qtbot: QtBot, password: str, level: int, word: str) -> None:
    line = StrengthLine()
    qtbot.addWidget(line)
    assert line.look(password, "Demo portfolio") == level
    assert line.word.text() == word
    assert line.bars.level == level
    assert line.advice.text()


def test_a_new_password_is_typed_twice(qtbot: QtBot) -> None:
    fields = NewPassword("new")
    qtbot.addWidget(fields)
    assert fields.answer() == ""
    assert fields.password.error.text.text() == "Type a password."
    fields.password.edit.setText("seven77")
    assert fields.answer() == ""
    assert "eight characters" in fields.password.error.text.text()
    fields.password.edit.setText("moon lantern")
    fields.again.edit.setText("moon lanterm")
    assert fields.answer() == ""
    assert fields.again.error.text.text() == "The two are not the same."
    fields.again.edit.setText("moon lantern")
    assert fields.answer() == "moon lantern"
    fields.wipe()
    assert fields.password.text() + fields.again.text() == ""


def test_the_clipboard_is_left_alone_when_something_else_was_copied(qtbot: QtBot) -> None:
    board = SecretClipboard()
    board.copy("ABCDE-12345")
    assert QApplication.clipboard().text() == "ABCDE-12345"
    QApplication.clipboard().setText("a recipe")
    board.clear()
    assert QApplication.clipboard().text() == "a recipe"
    board.copy("ABCDE-12345")
    with qtbot.waitSignal(board.cleared):
        board.clear()
    assert QApplication.clipboard().text() == ""
