"""Profiles and backups in the user's words: backed up, restored, renamed, deleted and brought in,
through the real window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from lstwallet.app import backups, dustbin, profiles, restoring, safe
from lstwallet.app.safe import Password, Tools
from lstwallet.app.settings import Settings, save
from lstwallet.market.driver import MarketConfig
from lstwallet.store.codec import world_hash
from lstwallet.ui.application import Program
from lstwallet.ui.keys import Protection
from lstwallet.ui.shell.faults import Faults
from tests.cheap_keys import POLICY, FakeKeyring
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.small_world import small_world
from tests.ui import inspection
from tests.ui.test_accessibility import lasting

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

WORD = "moon lantern orbit"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password costs next to nothing here."""
    monkeypatch.setattr(safe, "tools", Tools(POLICY, FakeKeyring()))


def begun(start: Start) -> tuple[Program, Driver]:
    """The program with the profile Main, which has a password, and its list of profiles open."""
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.click("recovery.skip")
    person.until(is_open(program), "the window")
    manage(person)
    return program, person


def manage(person: Driver) -> None:
    person.choose("top.profile", "Profiles and backups")
    person.sees("Automatically, when a profile is closed or locked")


def is_open(program: Program, name: str = "") -> Callable[[], bool]:
    def met() -> bool:
        here = program.bridge.profile
        named = here is not None and (not name or here.name == name)
        return named and program.window.cover() is None

    return met


def other(name: str, word: str = "") -> Path:
    """Another profile, with this password or none."""
    path = profiles.path_of(name)
    secret = Password(word) if word else safe.NOTHING
    market = MarketConfig()
    safe.begin_profile(path, small_world(), market, name=name, secrets=(secret,)).close()
    return path


def back_up(person: Driver) -> Path:
    person.click("backups.now")
    person.sees("Backed up and verified")
    (found, *_rest) = backups.listed(backups.folder())
    return found.path


def a_day_passes(person: Driver) -> None:
    person.click("profiles.close")
    person.step("day")
    manage(person)


def restore(person: Driver, path: Path) -> None:
    person.click(f"backups.restore.{path.stem}")
    person.sees("Replayed from its first event: nothing is wrong.")


def name_in(person: Driver, field: str, text: str) -> None:
    """Type it into a field that Enter confirms."""
    person.fill(field, text)
    QTest.keyClick(person.find(field, QLineEdit), Qt.Key.Key_Return)


def hash_now(program: Program) -> str:
    assert program.bridge.world is not None
    return world_hash(program.bridge.world)


def choose_file(person: Driver, button: str, path: Path) -> None:
    """Press the button, type the path into the dialog that opens, and agree."""
    person.click(button)
    person.until(lambda: bool(person.window.findChildren(QFileDialog)), "the dialog")
    (dialog,) = person.window.findChildren(QFileDialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    edit = dialog.findChild(QLineEdit)
    edit.setText(str(path))
    dialog.accept()
    person.until(lambda: not person.window.findChildren(QFileDialog), "the dialog to go")


@pytest.mark.slow
def test_looking_into_a_backup_can_be_cancelled_while_it_is_opened(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, person = begun(start)
    path = back_up(person)
    told: list[BaseException] = []
    monkeypatch.setattr(Faults, "tell", lambda _self, error: told.append(error))
    opening, real = threading.Event(), restoring.Staged.open

    def slow(self: restoring.Staged, *given: Any, **named: Any) -> restoring.Preview:
        opening.set()
        time.sleep(1)
        return real(self, *given, **named)

    monkeypatch.setattr(restoring.Staged, "open", slow)
    person.click(f"backups.restore.{path.stem}")
    person.until(opening.is_set, "the backup to be opened")
    person.click("restore.cancel")
    person.pause(2_000)
    assert not told


@pytest.mark.slow
def test_cancel_while_the_last_backup_is_made_deletes_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = begun(start)
    making, real = threading.Event(), backups.back_up

    def slow(*given: Any, **named: Any) -> Path:
        making.set()
        time.sleep(1)
        return real(*given, **named)

    monkeypatch.setattr(backups, "back_up", slow)
    person.choose("profiles.more.Main", "Delete")
    person.fill("delete.name", "Main")
    person.click("delete.main")
    person.until(making.is_set, "the backup to be made")
    person.click("delete.cancel")
    person.pause(2_500)
    assert [each.name for each in profiles.found()] == ["Main"]
    assert is_open(program, "Main")()


# --- backing up and restoring --------------------------------------------------------------------


def test_a_backup_becomes_a_new_profile_without_asking_for_the_key_that_is_held(
    start: Start,
) -> None:
    program, person = begun(start)
    person.sees("No backup yet")
    path = back_up(person)
    before = hash_now(program)
    a_day_passes(person)
    restore(person, path)
    person.sees("$350 000.00")
    person.fill("restore.name", "Main")
    person.click("restore.main")
    person.sees("There is a profile of that name already.")
    person.fill("restore.name", "Before the day")
    person.click("restore.main")
    person.until(is_open(program, "Before the day"), "the restored profile")
    assert hash_now(program) == before
    person.sees("Before the day was restored")
    assert [each.name for each in profiles.found()] == ["Before the day", "Main"]
    person.click("top.lock")
    person.sees("Welcome back")
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(is_open(program, "Before the day"), "the window")


def test_in_place_of_the_open_one_which_can_be_put_back(start: Start) -> None:
    program, person = begun(start)
    path = back_up(person)
    before = hash_now(program)
    a_day_passes(person)
    later = hash_now(program)
    restore(person, path)
    person.click("restore.as.place")
    person.sees("Main is backed up first")
    person.click("restore.main")
    person.until(lambda: hash_now(program) == before, "the world of the backup")
    person.sees("Main was restored")
    assert {each.label.why for each in backups.listed(backups.folder()) if each.label} == {
        backups.ASKED, backups.KEPT,
    }  # fmt: skip
    manage(person)
    person.sees("Deleted profiles")
    person.click("deleted.back.Main")
    person.sees("Main 2 is back.")
    person.click("profiles.open.Main 2")
    person.sees("Welcome back")
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(is_open(program, "Main 2"), "the profile that was put back")
    assert hash_now(program) == later


def test_another_profiles_backup_asks_for_its_password(start: Start) -> None:
    path = _backed_up("Theirs", "another long word")
    program, person = begun(start)
    choose_file(person, "backups.file", path)
    person.sees("Password of this backup")
    person.fill("restore.password", "a wrong long word")
    person.click("restore.main")
    person.sees("Wrong password. Nothing was changed.")
    assert person.find("restore.password", QLineEdit).text() == "a wrong long word"
    person.fill("restore.password", "another long word")
    person.click("restore.main")
    person.sees("Replayed from its first event: nothing is wrong.")
    person.click("restore.main")
    person.until(is_open(program, "Theirs 2"), "the restored profile")


def _backed_up(name: str, word: str) -> Path:
    path = other(name, word)
    session = safe.open_profile(path, Password(word))
    try:
        return backups.back_up(session, backups.ready_folder(backups.folder()))
    finally:
        session.close()


def test_a_damaged_backup_says_so_and_changes_nothing(start: Start) -> None:
    program, person = begun(start)
    path = back_up(person)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = sorted(profiles.folder().iterdir())
    person.choose(f"backups.more.{path.stem}", "Check again")
    person.sees("This backup is damaged and cannot be restored. Take an older one.")
    person.click(f"backups.restore.{path.stem}")
    person.until(lambda: person.maybe("restore.trouble") is not None, "what is wrong")
    person.click("restore.main")
    path.write_bytes(data[:-9])
    person.click("profiles.close")
    manage(person)
    person.sees("Damaged")
    assert person.disabled(f"backups.restore.{path.stem}")
    assert sorted(profiles.folder().iterdir()) == before
    assert is_open(program, "Main")()


def test_the_only_backup_is_not_deleted(start: Start) -> None:
    _program, person = begun(start)
    first = back_up(person)
    person.choose(f"backups.more.{first.stem}", "Delete this backup")
    person.sees("This is the only backup of Main: it stays.")
    second = back_up(person)
    assert second != first
    person.choose(f"backups.more.{first.stem}", "Delete this backup")
    person.until(lambda: not first.exists(), "the backup to go")
    assert second.exists()


# --- by itself -----------------------------------------------------------------------------------


def test_locking_makes_one_and_a_missing_folder_is_told_in_a_strip(
    start: Start, tmp_path: Path
) -> None:
    program, person = begun(start)
    person.click("backups.every.hour")
    person.click("profiles.close")
    person.click("top.lock")
    person.sees("Welcome back")
    (made,) = backups.listed(backups.folder())
    assert made.label is not None
    assert made.label.why == backups.AUTO
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(is_open(program), "the window")
    program.bridge.change(backup_folder=str(tmp_path / "stick"))
    manage(person)
    person.sees("The folder for backups is not there.")
    assert not (tmp_path / "stick").exists()
    person.click("backups.now")
    person.until(lambda: person.maybe("profiles.said") is not None, "what is wrong")
    (tmp_path / "stick").mkdir()
    person.click("backups.now")
    person.sees("Backed up and verified")
    assert len(backups.listed(tmp_path / "stick")) == 1


def test_a_first_password_leaves_no_backup_behind_that_opens_without_it(start: Start) -> None:
    program, person = start()
    person.click("welcome.empty")
    person.until(is_open(program), "the window")
    failed: list[BaseException] = []
    program.bridge.keys.protect(WORD, failed.append)
    person.click("recovery.skip")
    person.until(is_open(program), "the window")
    assert failed == []
    assert not list(backups.folder().glob("*"))


# --- profiles ------------------------------------------------------------------------------------


def test_the_open_profile_is_renamed_and_stays_open(start: Start) -> None:
    other("Second")
    program, person = begun(start)
    before = hash_now(program)
    person.click("profiles.name.Main.pencil")
    for typed, words in (("second", "There is a profile of that name already."),
                         ("a/b", "A name has none of")):  # fmt: skip
        name_in(person, "profiles.name.Main", typed)
        person.sees(words)
        assert person.find("profiles.name.Main", QLineEdit).text() == typed
    name_in(person, "profiles.name.Main", "My wallet")
    person.until(is_open(program, "My wallet"), "the new name")
    assert hash_now(program) == before
    assert [each.name for each in profiles.found()] == ["My wallet", "Second"]
    person.click("profiles.close")
    person.sees("My wallet")
    person.click("top.lock")
    person.sees("Welcome back")
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(is_open(program, "My wallet"), "the window")


def test_another_profile_is_deleted_by_its_typed_name_and_put_back(start: Start) -> None:
    path = other("Second")
    _program, person = begun(start)
    person.choose("profiles.more.Second", "Delete")
    person.sees("It has no backup. To make one, open the profile first.")
    assert person.disabled("delete.main")
    person.fill("delete.name", "second")
    assert person.disabled("delete.main")
    person.fill("delete.name", "Second")
    person.click("delete.main")
    person.sees("Second was deleted")
    assert not path.exists()
    person.click("deleted.back.Second")
    person.until(path.exists, "the profile to be back")
    person.choose("profiles.more.Second", "Delete")
    person.fill("delete.name", "Second")
    person.click("delete.main")
    person.sees("Deleted profiles")
    person.choose("deleted.more.Second", "Delete for good")
    person.sees("It cannot be put back after that.")
    person.click("sure.main")
    person.until(lambda: dustbin.found() == [], "it to be gone")


def test_the_open_profile_is_deleted_with_a_last_backup(start: Start) -> None:
    other("Second")
    program, person = begun(start)
    person.choose("profiles.more.Main", "Delete")
    person.fill("delete.name", "Main")
    person.click("delete.main")
    person.until(is_open(program, "Second"), "the other profile")
    person.until(lambda: [each.name for each in dustbin.found()] == ["Main"], "it to be gone")
    assert [each.name for each in profiles.found()] == ["Second"]
    assert [each.name for each in backups.listed(backups.folder())] == ["Main"]


def test_the_last_profile_is_deleted_without_a_backup_and_one_begins_anew(start: Start) -> None:
    program, person = begun(start)
    person.choose("profiles.more.Main", "Delete")
    person.click("delete.backup")
    person.fill("delete.name", "Main")
    person.click("delete.main")
    person.sees("Practise liquid staking with play money")
    person.until(lambda: profiles.found() == [], "it to be gone")  # the lane is a moment later
    assert backups.listed(backups.folder()) == []
    assert program.bridge.world is None


# --- out and in ----------------------------------------------------------------------------------


def test_a_history_is_exported_and_comes_in_as_a_new_profile(start: Start, tmp_path: Path) -> None:
    program, person = begun(start)
    before = hash_now(program)
    file = tmp_path / "history.jsonl"
    person.choose("profiles.more.Main", "Export history")
    person.until(lambda: bool(person.window.findChildren(QFileDialog)), "the dialog")
    (dialog,) = person.window.findChildren(QFileDialog)
    dialog.findChild(QLineEdit).setText(str(file))
    dialog.accept()
    person.sees("Anybody can read it.")
    choose_file(person, "profiles.import", file)
    person.sees("Protect this profile")
    person.click("protect.none")
    person.until(is_open(program, "Main 2"), "the new profile")
    assert hash_now(program) == before


def test_a_foreign_history_is_refused_with_its_line(start: Start, tmp_path: Path) -> None:
    program, person = begun(start)
    file = tmp_path / "history.jsonl"
    file.write_text('{"format":"lstwallet journal","version":1}\n')
    choose_file(person, "profiles.import", file)
    person.click("protect.none")
    person.sees("history.jsonl, line 1")
    person.click("import.cancel")
    assert [each.name for each in profiles.found()] == ["Main"]
    assert is_open(program, "Main")()


# --- for everybody -------------------------------------------------------------------------------


@pytest.mark.parametrize(("scale", "theme"), [(100, "light"), (150, "dark")])
def test_every_sheet_is_named_legible_whole_and_reached_by_tab(
    scale: int, theme: str, home: Path, start: Start
) -> None:
    save(profiles.settings_path(), Settings(theme=theme, text_scale=scale))
    thrown = other("Gone")
    other("A profile with a very long name indeed, to be told in full")
    dustbin.throw(thrown)
    path = _backed_up("Theirs", "another long word")
    path.with_name("Old 2025-01-01 0000.lstbackup").write_bytes(b"lstwallet backup\n{}")
    program, person = start(size=(1024, 700))
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.click("recovery.skip")
    person.until(is_open(program), "the window")
    manage(person)
    person.click("backups.now")
    person.sees("Backed up and verified")
    problems: list[str] = []

    def look(name: str) -> None:
        for each in (inspection.mute, inspection.unreadable, inspection.cut_off):
            found = lasting(person, lambda each=each: each(program.window))
            problems.extend(f"{name}: {problem}" for problem in found)

    look("the list")
    program.window.activateWindow()
    person.until(program.window.isActiveWindow, "the window to be the active one")
    person.until(lambda: person.maybe("profiles.more.Main") is not None, "the rows")
    seen = set()
    for _ in range(40):
        person.key(Qt.Key.Key_Tab)
        focus = program.window.focusWidget()
        seen.add(focus.objectName() if focus is not None else "")
    assert seen >= {"profiles.close", "profiles.import", "profiles.new", "profiles.more.Main",
                    "backups.file", "backups.now", "backups.folder"}  # fmt: skip
    person.click(f"backups.restore.{path.stem}")
    person.sees("Password of this backup")
    look("a password is asked for")
    person.fill("restore.password", "another long word")
    person.click("restore.main")
    person.sees("Replayed from its first event")
    look("what a backup holds")
    person.click("restore.cancel")
    person.choose("profiles.more.Main", "Delete")
    person.sees("Type Main to delete it")
    look("deleting")
    person.click("delete.cancel")
    assert not problems, "\n".join(problems)
