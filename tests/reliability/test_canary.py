"""Locked is unreadable: a phrase typed into the window is in no file of the profile, the log or
the temporary folders once it is locked, and nowhere on the clipboard."""

from __future__ import annotations

import base64
import gzip
import os
import tempfile
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lstwallet.app import safe
from lstwallet.app.safe import Tools
from lstwallet.app.session import Session
from lstwallet.engine.world import YOU
from lstwallet.store.book import NameAccount, Note, PutNote
from lstwallet.ui.application import Program
from lstwallet.ui.keys import Protection
from lstwallet.units.bech32 import encode
from tests.cheap_keys import POLICY, FakeKeyring
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.reliability.canary import hits, holds
from tests.ui.harness import make_profile

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

CANARY = "Zwitscherlaut Nachtigall"
WORD = "moon lantern orbit"
BIRD = encode("sim", bytes(range(20)))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for everything that calls itself temporary."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def write_it_everywhere(program: Program, person: Driver) -> None:
    """Into an account's name, a contact, a label, a note, a search and a form."""
    person.go("wallet")
    person.click("wallet.tab.accounts")
    person.click("account.name.you.pencil")
    person.fill("account.name.you", CANARY)
    QTest.keyClick(person.find("account.name.you"), Qt.Key.Key_Return)
    person.until(lambda: program.bridge.book.names.get(YOU) == CANARY, "the account's name")
    person.click("wallet.tab.contacts")
    person.click("wallet.add_contact")
    person.fill("contact.name", CANARY)
    person.fill("contact.address", BIRD)
    person.fill("contact.note", CANARY)
    person.click("contact.save")
    person.until(lambda: bool(program.bridge.book.contacts), "the contact")
    person.click("wallet.tab.send")
    person.fill("send.to", BIRD)
    person.fill("send.amount", "1")
    person.click("send.review")
    if person.maybe("send.checked") is not None:
        person.click("send.checked")
    person.click("send.confirm")
    person.sees("1.0000 ETH sent")
    person.go("activity")
    person.until(lambda: bool(program.window.page("activity")._lines), "the entries")
    write_a_note(program, person)
    person.fill("activity.search", CANARY)
    person.pause(300)
    person.go("stake")


def write_a_note(program: Program, person: Driver) -> None:
    page = program.window.page("activity")
    seq = next(line.seq for line in page._lines if line.kind == "Sent")
    table = page._table
    person.until(lambda: table.rows_model.find(("line", seq)) is not None, "the row")
    rect = table.button_rect(table.rows_model.find(("line", seq)), "note")
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    person.fill("activity.label", CANARY)
    person.fill("activity.note", f"{CANARY} and {CANARY}")
    person.click("activity.note.save")
    person.until(lambda: bool(program.bridge.book.notes), "the note")


def test_locked_is_unreadable(
    start: Start, home: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe, "tools", Tools(POLICY, FakeKeyring()))
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.click("recovery.copy")
    code = QApplication.clipboard().text()
    person.click("recovery.skip")
    person.until(lambda: program.window.cover() is None, "the window")
    write_it_everywhere(program, person)
    program.bridge.advance(3 * 86_400)
    person.until(lambda: not program.bridge.running, "three days")
    program.faults.log(ValueError(f"about {CANARY}"))
    key = program.bridge.keys._held[program.bridge.profile.path].key
    while_open = hits([home, temporary], CANARY)
    program.door.lock()
    person.sees("Welcome back")
    looked_at = [path for path in home.rglob("*") if path.is_file()]
    assert len(looked_at) >= 5, looked_at  # database, two slot files, mark, settings, log
    assert sum(path.stat().st_size for path in looked_at) > 100_000
    assert hits([home, temporary], CANARY) == []
    assert while_open == [], "not even while it is open"
    for secret in (WORD, code, code.replace("-", "")):
        assert hits([home, temporary], secret) == [], "a secret"
    for path in looked_at:
        assert key not in path.read_bytes(), path
        assert key.hex().encode() not in path.read_bytes(), path
    assert QApplication.clipboard().text() == ""
    # and it is still there for whoever has the password
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(lambda: program.window.cover() is None, "the window")
    assert program.bridge.book.names[YOU] == CANARY
    assert CANARY in next(iter(program.bridge.book.notes.values())).text


def test_the_same_words_in_a_plain_profile_are_found(tmp_path: Path) -> None:
    """The control: the search does see what is not encrypted."""
    path = make_profile(tmp_path / "plain" / "plain.lstwallet")
    session = Session.open(path)
    session.edit(NameAccount(YOU, CANARY))
    session.edit(PutNote(2, Note(CANARY, "")))
    session.close()
    assert hits([tmp_path / "plain"], CANARY) == ["plain.lstwallet"]


@pytest.mark.parametrize(
    "hidden",
    [
        CANARY.encode(),
        CANARY.upper().encode("utf-16-le"),
        CANARY.encode("utf-16-be"),
        CANARY.encode().hex().encode(),
        base64.b64encode(CANARY.encode()),
        b"x" + base64.b64encode(f"ab{CANARY}".encode()),
        zlib.compress(b"text before " * 40 + CANARY.encode()),
        # without the time of day: every worker of a test run must read the same names of tests
        base64.b64encode(gzip.compress(CANARY.encode("utf-16-le"), mtime=0)),
    ],
)
def test_the_search_finds_it_however_it_lies_there(tmp_path: Path, hidden: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(os.urandom(5_000) + hidden + os.urandom(5_000))
    assert hits([tmp_path], CANARY) == ["deep/file"]
    assert not holds(os.urandom(100_000), CANARY)
