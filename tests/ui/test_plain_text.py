"""What somebody wrote is shown letter by letter, wherever it turns up: never as HTML."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.staking import Stake
from lstwallet.engine.world import YOU
from lstwallet.store.book import Contact, NameAccount, Note, PutContact, PutNote
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.robot.hands import Hands
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.units.bech32 import encode
from tests.ui.harness import FUNDED, enter, window_on

pytestmark = pytest.mark.qt_log_ignore("does not support")
UI = Path(__file__).resolve().parents[2] / "lstwallet" / "ui"
ALICE = encode("sim", bytes(range(20)))
MARKUP = '<img src="x"><b>{}</b>'
"""Short enough for a label of 24 letters."""


def rich(text: str) -> bool:
    return bool(Qt.mightBeRichText(text))


def calls_without_care(path: Path) -> Iterator[str]:
    """Tool tips that are given a text which was not made plain."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "setToolTip":
            given = node.args[0]
        elif node.func.attr == "showText":
            given = node.args[1]
        else:
            continue
        match given:
            case ast.Constant():
                continue
            case ast.Call(func=ast.Attribute(attr="tr")) | ast.Call(func=ast.Name(id="plain_tip")):
                continue
        yield f"{path.relative_to(UI)}:{node.lineno}"


def test_every_tool_tip_is_made_plain() -> None:
    found = [place for path in sorted(UI.rglob("*.py")) for place in calls_without_care(path)]
    assert not found, f"wrap it in plain_tip: {found}"


def test_that_test_sees_what_it_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("a.setToolTip(name)\nQToolTip.showText(p, name, w)\na.setToolTip(self.tr('x'))")
    monkeypatch.setattr("tests.ui.test_plain_text.UI", tmp_path)
    assert list(calls_without_care(path)) == ["a.py:1", "a.py:2"]


TAGS = st.from_regex(r"<[a-z]+[^>]*>.{0,9}</[a-z]+>|&lt;.*|<\?xml.*", fullmatch=True)


@given(st.text(max_size=60) | TAGS)
def test_a_tip_reads_as_it_was_written(text: str) -> None:
    text = text.replace("\0", "").replace("\r", "")
    tip = plain_tip(text)
    if not rich(text):
        assert tip == text
        return
    document = QTextDocument()
    document.setHtml(tip)
    assert "".join(document.toPlainText().split()) == "".join(text.split())


def test_no_tip_of_qts_own_is_given_html(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    QToolTip.showText(widget.pos(), plain_tip('<img src="nowhere.png">'), widget)
    assert QToolTip.text() == "<qt>&lt;img src=&quot;nowhere.png&quot;&gt;</qt>"
    QToolTip.hideText()


# --- the whole window, with names that look like HTML ------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    made = window_on(qtbot, tmp_path, (*FUNDED, Stake(YOU, 10**18), OpenAccount()))
    bridge = made.bridge
    for edit in (
        PutContact(ALICE, Contact(ALICE, MARKUP.format("contact"), MARKUP.format("of a contact"))),
        NameAccount(YOU, MARKUP.format("account")),
        PutNote(4, Note(MARKUP.format("note"), MARKUP.format("l"))),
    ):
        bridge.edit(edit)
    Hands(made).until(lambda: bool(bridge.book.contacts and bridge.book.names), "the book")
    return made


def texts_of(model: QAbstractItemModel) -> Iterator[str]:
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    for row in range(model.rowCount(QModelIndex())):
        for column in range(model.columnCount(QModelIndex())):
            for role in roles:
                text = model.index(row, column).data(role)
                if isinstance(text, str) and (role is roles[1]):
                    yield text


def check(window: MainWindow, room: str) -> int:
    """Nothing in the window would be drawn as HTML; how often a name was met."""
    met = 0
    for widget in [window, *window.findChildren(QWidget)]:
        if isinstance(widget, QLabel):
            met += "<img" in widget.text()
            plain = widget.textFormat() == Qt.TextFormat.PlainText
            assert plain or not rich(widget.text()), f"{room}: {widget.objectName()}"
        tip = widget.toolTip()
        assert not rich(tip) or tip.startswith("<qt>&lt;") or "<img" not in tip, f"{room}: {tip}"
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            for text in texts_of(widget.model()):
                assert not rich(text) or text.startswith("<qt>"), f"{room}: {text}"
    return met


def test_names_that_look_like_html_are_names(qtbot: QtBot, window: MainWindow) -> None:
    assert window.bridge.book.names[YOU] == MARKUP.format("account")
    met = {}
    for room in window.rooms:
        enter(qtbot, window, room.key)
        met[room.key] = check(window, room.key)
    hands = Hands(window)
    enter(qtbot, window, "wallet")
    for tab in ("accounts", "send", "receive", "contacts"):
        hands.click(f"wallet.tab.{tab}")
        met[tab] = check(window, tab)
    print(met)
    assert met["contacts"] >= 1
    assert met["accounts"] >= 1
    hands.sees(MARKUP.format("contact"))
