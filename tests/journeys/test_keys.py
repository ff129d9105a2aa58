"""Keys in the user's words: a password, its recovery code, the lock, and everything that goes
wrong with them, through the real window."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QWidget

from lstwallet.app import profiles, safe
from lstwallet.app.safe import Password, Tools
from lstwallet.app.session import Session
from lstwallet.engine.world import YOU
from lstwallet.store.book import NameAccount
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.ui.application import Program
from lstwallet.ui.keys import Protection
from lstwallet.ui.shell import recovery as recovery_page
from lstwallet.ui.shell.faults import Faults
from lstwallet.ui.shell.instance import Request
from lstwallet.ui.shell.lock_watch import LockWatch
from lstwallet.ui.widgets import secret_field
from lstwallet.ui.widgets.overlays import Overlay
from lstwallet.vault.errors import KeyringState
from tests.cheap_keys import POLICY, FakeKeyring
from tests.journeys.driver import Driver
from tests.journeys.program import Start

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

WORD = "moon lantern orbit"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    fake = FakeKeyring()
    monkeypatch.setattr(safe, "tools", Tools(POLICY, fake))
    return fake


@pytest.fixture(autouse=True)
def _cheap(keyring: FakeKeyring) -> None:
    """A password costs next to nothing here."""


@pytest.fixture(autouse=True)
def _no_faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An exception in a slot is told in a dialog; here it fails the test."""
    told: list[BaseException] = []
    real = Faults.tell

    def tell(self: Faults, error: BaseException) -> None:
        told.append(error)
        real(self, error)

    monkeypatch.setattr(Faults, "tell", tell)
    yield
    assert not told


@pytest.fixture(autouse=True)
def _empty_clipboard(qapp: QApplication) -> Iterator[None]:
    yield
    QApplication.clipboard().clear()


def begun(start: Start, computer: bool = False) -> tuple[Program, Driver]:
    """The program with a profile that has a password; its recovery code is not kept."""
    program, person = start()
    program.protection = Protection(WORD, computer)
    person.click("welcome.empty")
    person.click("recovery.skip")
    person.until(lambda: program.window.cover() is None, "the window")
    return program, person


def lock(program: Program, person: Driver) -> None:
    """Ctrl+L, and wait for the unlock page."""
    person.until(program.window.isActiveWindow, "the window to be the active one")
    QTest.keyClick(program.window.windowHandle(), Qt.Key.Key_L, CTRL)
    person.sees("Welcome back")


def unlock(program: Program, person: Driver, word: str = WORD) -> None:
    person.fill("unlock.password", word)
    person.click("unlock.unlock")
    person.until(lambda: program.window.cover() is None, "the window")


def is_open(program: Program) -> Callable[[], bool]:
    return lambda: program.bridge.world is not None and program.window.cover() is None


def test_a_password_a_code_a_lock_and_back_in_the_same_room(start: Start) -> None:
    program, person = start(asks=True)
    person.click("welcome.empty")
    person.sees("Protect this profile")
    person.sees("Anybody who can read your files can read this profile. It is play money.")
    person.fill("protect.password", "short")
    person.sees("At least eight characters.")
    person.fill("protect.password", WORD)
    person.sees("Strong")
    person.fill("protect.again", "moon lantern orbiz")
    person.click("protect.create")
    person.sees("The two are not the same.")
    person.fill("protect.again", WORD)
    person.click("protect.create")
    person.sees("Keep this recovery code")
    person.sees("Then a forgotten password cannot be replaced: not by us, not by anybody.")
    assert person.disabled("recovery.go_on")
    person.click("recovery.kept")
    person.click("recovery.go_on")
    person.until(is_open(program), "the window")
    world = program.bridge.world
    assert world.balance(YOU, "ETH") == 100 * 10**18

    person.go("pools")
    person.click("time.play")
    lock(program, person)
    assert program.bridge.world is None
    assert not program.bridge.playing
    assert not person.visible_text("Net worth")
    person.fill("unlock.password", "moon lantern orbiz")
    person.click("unlock.unlock")
    person.sees("Wrong password. Nothing was changed.")
    assert person.find("unlock.password", QLineEdit).text() == "moon lantern orbiz"
    unlock(program, person)
    assert program.window.room == "pools"
    person.until(lambda: program.window.page("pools") is not None, "the room")
    assert program.bridge.world.events >= world.events
    assert program.bridge.world.balance(YOU, "ETH") == 100 * 10**18


def test_no_password_is_one_more_click_and_then_it_cannot_be_locked(start: Start) -> None:
    program, person = start(asks=True)
    person.click("welcome.empty")
    person.click("protect.none")
    person.until(is_open(program), "the window")
    person.click("top.lock")
    person.sees("This profile has no password")
    assert program.bridge.world is not None
    person.click("Set one")
    person.sees("Anybody who can read your files can read it. It is play money.")
    person.click("keys.set")
    person.fill("keys.password", WORD)
    person.fill("keys.again", WORD)
    person.click("keys.do")
    person.sees("Keep this recovery code")
    person.click("recovery.skip")
    person.sees("Asked for at the start and after a lock.")
    lock(program, person)
    unlock(program, person)


def test_the_choice_can_be_taken_back_before_it_is_made(start: Start) -> None:
    _, person = start(asks=True)
    person.click("welcome.demo")
    person.click("protect.back")
    person.sees("How would you like to begin?")


def test_after_a_restart_the_password_is_asked_for(start: Start) -> None:
    program, person = begun(start)
    program.window.close()
    program.close()
    again, person = start()
    person.sees("Welcome back")
    person.sees("Main")
    assert again.bridge.world is None
    unlock(again, person)


def test_a_forgotten_password_is_replaced_with_the_recovery_code(start: Start) -> None:
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.sees("Keep this recovery code")
    person.click("recovery.copy")
    code = QApplication.clipboard().text()
    assert len(code) == 41
    person.click("recovery.skip")
    person.until(is_open(program), "the window")
    lock(program, person)
    assert QApplication.clipboard().text() == ""  # a lock clears it

    person.click("unlock.forgotten")
    person.fill("recover.code", code.lower().replace("-", " "))
    person.fill("recover.password", "another word entirely")
    person.fill("recover.again", "another word entirely")
    wrong = ("A" if code[0] != "A" else "C") + code[1:]
    person.fill("recover.code", wrong)
    person.click("recover.set")
    person.sees("There is a typing error in group 1.")
    person.fill("recover.code", code)
    person.click("recover.set")
    person.until(is_open(program), "the window")
    lock(program, person)
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.sees("Wrong password.")
    unlock(program, person, "another word entirely")


def test_a_code_of_another_profile_is_not_this_ones(start: Start) -> None:
    from lstwallet.vault import recovery

    program, person = begun(start)
    lock(program, person)
    person.click("unlock.forgotten")
    person.fill("recover.code", recovery.make())
    person.fill("recover.password", WORD)
    person.fill("recover.again", WORD)
    person.click("recover.set")
    person.sees("This is not the code of this profile.")
    person.click("recover.back")
    unlock(program, person)


def test_the_code_is_copied_for_a_while_and_saved_where_only_the_user_may_read_it(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_field, "CLEARED_AFTER_S", 0)
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.click("recovery.copy")
    person.sees("The clipboard is cleared.")
    assert QApplication.clipboard().text() == ""
    sheet = tmp_path / "code.pdf"
    program.window.cover().save(sheet)
    person.sees("Saved as code.pdf. Print it, then delete the file.")
    assert sheet.read_bytes().startswith(b"%PDF")
    assert sheet.stat().st_mode & 0o777 == 0o600
    sheet.write_bytes(b"longer than any sheet" * 100_000)
    sheet.chmod(0o644)
    program.window.cover().save(sheet)
    person.until(lambda: sheet.stat().st_mode & 0o777 == 0o600, "the file to be the user's")
    person.until(lambda: sheet.read_bytes().endswith(b"%%EOF\n"), "the whole sheet, no more")
    program.window.cover().save(tmp_path / "nowhere" / "code.pdf")
    person.sees("It was not saved: No such file or directory.")


def test_the_sheet_is_written_by_the_lane_and_the_window_does_not_wait(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.sees("Keep this recovery code")
    wrote, real = [], recovery_page._write

    def slow(path: Path, data: bytes) -> None:
        wrote.append(threading.current_thread() is threading.main_thread())
        time.sleep(0.5)
        real(path, data)

    monkeypatch.setattr(recovery_page, "_write", slow)
    program.window.cover().save(tmp_path / "code.pdf")
    person.sees("Saving")
    person.click("recovery.skip")  # the answer is for a page that is gone
    person.until((tmp_path / "code.pdf").exists, "the sheet")
    person.pause(200)
    assert wrote == [False]
    assert is_open(program)()


# --- a code that went before it was kept -------------------------------------------------------


def shown_code(start: Start) -> tuple[Program, Driver]:
    """A new profile, its recovery code on the screen."""
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.empty")
    person.sees("Keep this recovery code")
    person.until(lambda: program.bridge.keys.lockable is not None, "a profile with a lock")
    return program, person


def test_an_idle_lock_takes_an_unkept_code_away_and_a_new_one_is_offered(start: Start) -> None:
    program, person = shown_code(start)
    code = person.find("recovery.code").code
    program.bridge.change(idle_lock=5)
    watch = LockWatch(program.window, minute_ms=20)
    watch.due.connect(program.door.lock)
    watch.watch(True)
    person.sees("Welcome back")
    watch.watch(False)
    assert not any(code[:5] in text for text in every_text(program.window))
    unlock(program, person)
    person.sees("Your recovery code was not kept")
    person.click("Make a new code")
    assert program.window.room == "settings"
    person.fill("keys.present", WORD)
    person.click("keys.do")
    person.sees("Keep this recovery code")
    fresh = person.find("recovery.code").code
    assert fresh != code
    person.click("recovery.kept")
    person.click("recovery.go_on")
    lock(program, person)
    unlock(program, person)
    person.pause(100)
    assert not person.visible_text("Your recovery code was not kept")
    lock(program, person)
    person.click("unlock.forgotten")
    for typed in (code, fresh):
        person.fill("recover.code", typed)
        person.fill("recover.password", "another word entirely")
        person.fill("recover.again", "another word entirely")
        person.click("recover.set")
        if typed is code:
            person.sees("This is not the code of this profile.")
    person.until(is_open(program), "the window")


def test_who_wants_no_new_code_goes_on_and_is_not_asked_again(start: Start) -> None:
    program, person = shown_code(start)
    lock(program, person)
    unlock(program, person)
    person.click("Go on without")
    person.sees_not("Your recovery code was not kept")
    lock(program, person)
    unlock(program, person)
    person.pause(100)
    assert not person.visible_text("Your recovery code was not kept")


def test_a_code_that_was_said_to_be_kept_is_no_lost_one(start: Start) -> None:
    program, person = shown_code(start)
    person.click("recovery.kept")
    lock(program, person)
    unlock(program, person)
    person.pause(100)
    assert not person.visible_text("Your recovery code was not kept")


def test_another_profile_over_the_code_loses_it_for_its_own_profile_only(start: Start) -> None:
    program, person = begun(start)
    program.begin("empty")
    person.sees("Keep this recovery code")
    person.until(lambda: program.bridge.profile.name == "Main 2", "the second profile")
    page = program.window.cover()
    program._asked(Request(profiles.path_of("Main")))  # a second start of the program
    person.sees("Welcome back")
    assert page.box.code == ""
    unlock(program, person)
    person.pause(100)
    assert not person.visible_text("Your recovery code was not kept")
    program.door.open(profiles.path_of("Main 2"))
    person.sees("Welcome back")
    unlock(program, person)
    person.sees("Your recovery code was not kept")


# --- what floats -------------------------------------------------------------------------------


def test_what_floats_above_one_profile_is_not_above_the_page_of_another(start: Start) -> None:
    program, person = begun(start)
    program.protection = Protection()
    program.begin("empty")
    person.until(lambda: program.bridge.profile.name == "Main 2", "the second profile")
    window = program.window
    window.toast("3.2100 ETH were sent", undo=lambda: None)
    window.floating.show_sheet("calendar")
    person.sees("3.2100 ETH were sent")
    program._asked(Request(profiles.path_of("Main")))  # a second start of the program
    person.sees("Welcome back")
    assert not person.visible_text("3.2100 ETH were sent")
    assert not [each for each in window.findChildren(Overlay) if each.isVisible()]
    window.toast("Main 2 is backed up")  # an answer that took its time
    person.pause(100)
    assert not person.visible_text("Main 2 is backed up")
    unlock(program, person)
    person.pause(100)
    assert not person.visible_text("Main 2 is backed up"), "it is told of another profile"


def test_what_was_told_meanwhile_is_told_when_one_is_back(start: Start) -> None:
    program, person = begun(start)
    person.choose("top.profile", "New profile")
    person.sees("How would you like to begin?")
    for number in range(5):
        program.window.toast(f"{number} were sent")
    person.pause(100)
    assert not person.visible_text("were sent")
    person.click("welcome.back")
    person.sees("4 were sent")
    assert not person.visible_text("1 were sent"), "three at most"
    program.window.toasts.clear()
    person.choose("top.profile", "New profile")
    person.click("welcome.back")
    person.pause(100)
    assert not person.visible_text("were sent"), "told twice"


# --- a keyring that answers late ---------------------------------------------------------------


def asks_slowly(start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The page that asks how a profile is protected; the keyring answers when told to."""
    program, person = start(asks=True)
    person.click("welcome.empty")
    answer = threading.Event()

    def slow() -> object:
        answer.wait(10)
        return KeyringState.OK

    monkeypatch.setattr(safe, "this_computer", slow)
    person.click("protect.computer")
    assert person.disabled("protect.create")
    return program, person, answer


def test_a_late_answer_of_the_keyring_wakes_no_page_that_is_busy(
    start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person, answer = asks_slowly(start, keyring, monkeypatch)
    page, made = program.window.cover(), threading.Event()

    def slow() -> Session:
        made.wait(10)
        raise StoreUnavailable(Path("Main"), Trouble.DISK_FULL)

    monkeypatch.setattr(program.bridge.keys, "beginner", lambda *_given: slow)
    person.click("protect.none")
    answer.set()
    person.until(lambda: not page._asking, "the answer")
    for name in ("protect.create", "protect.none", "protect.back", "protect.computer"):
        assert person.disabled(name), name
    made.set()
    person.sees("The disk is full.")
    for name in ("protect.create", "protect.none", "protect.back", "protect.computer"):
        assert not person.disabled(name), name


def test_a_profile_that_was_not_made_does_not_end_the_asking(
    start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person, answer = asks_slowly(start, keyring, monkeypatch)

    def full() -> Session:
        raise StoreUnavailable(Path("Main"), Trouble.DISK_FULL)

    monkeypatch.setattr(program.bridge.keys, "beginner", lambda *_given: full)
    person.click("protect.none")
    person.sees("The disk is full.")
    assert not person.disabled("protect.none")
    assert person.disabled("protect.create"), "the keyring was asked and has not answered"
    answer.set()
    person.until(lambda: not person.disabled("protect.create"), "the answer")


def test_a_late_answer_is_for_the_page_that_asked(
    start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person, answer = asks_slowly(start, keyring, monkeypatch)
    person.click("protect.back")
    person.click("welcome.empty")
    page = program.window.cover()
    said = page.computer_note.text()
    page.set_computer("denied")
    answer.set()
    person.pause(300)
    assert page.computer_note.text() != said, "an answer to the page before"


# --- this computer -----------------------------------------------------------------------------


def test_this_computer_opens_it_too(start: Start, keyring: FakeKeyring) -> None:
    program, person = start(asks=True)
    person.click("welcome.empty")
    person.fill("protect.password", WORD)
    person.fill("protect.again", WORD)
    person.click("protect.computer")
    person.click("protect.create")
    person.click("recovery.skip")
    person.until(is_open(program), "the window")
    assert len(keyring.held) == 1
    lock(program, person)
    person.click("unlock.computer")
    person.until(is_open(program), "the window")


STATES = (
    (KeyringState.ABSENT, "This computer offers no keyring that could keep a key."),
    (KeyringState.LOCKED, "This computer's keyring is locked."),
    (KeyringState.DENIED, "This computer's keyring said no."),
    (KeyringState.HANGING, "This computer's keyring does not answer."),
    (KeyringState.EMPTY, "does not hold the key of this profile any more"),
)


def test_when_the_keyring_does_not_help_the_password_does(
    start: Start, keyring: FakeKeyring
) -> None:
    program, person = begun(start, computer=True)
    keys = sorted(profiles.folder().glob("*.keys*"))
    before = [each.read_bytes() for each in keys]
    assert len(before) == 2
    for state, sentence in STATES:
        program.door.lock()
        person.sees("Welcome back")
        keyring.state = state
        person.click("unlock.computer")
        person.sees(sentence)
        began = time.monotonic()
        unlock(program, person)
        assert time.monotonic() - began < 5, state
        assert [each.read_bytes() for each in keys] == before, "a key was made again"


@pytest.mark.slow
def test_a_keyring_that_hangs_keeps_nobody_waiting(
    start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = begun(start, computer=True)
    lock(program, person)
    real = keyring.get

    def slow(name: str) -> object:
        time.sleep(3)
        keyring.state = KeyringState.HANGING
        return real(name)

    monkeypatch.setattr(keyring, "get", slow)
    person.click("unlock.computer")
    began = time.monotonic()
    unlock(program, person)
    assert time.monotonic() - began < 2.5, "the password waited for the keyring"
    person.pause(3_200)  # its answer comes when nobody waits for it any more
    assert is_open(program)()


def answering_after(
    keyring: FakeKeyring, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """It gives the key, but late; the names whose keys it gave."""
    real, answered = keyring.get, list[str]()

    def slow(name: str) -> object:
        time.sleep(seconds)
        answered.append(name)
        return real(name)

    monkeypatch.setattr(keyring, "get", slow)
    return answered


@pytest.mark.slow
def test_a_keyring_that_answers_after_a_second_lock_opens_nothing(
    start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = begun(start, computer=True)
    lock(program, person)
    answered = answering_after(keyring, 4, monkeypatch)
    person.click("unlock.computer")
    unlock(program, person)
    program.door.lock()
    person.sees("Welcome back")
    assert not answered, "the keyring was too quick for this test"
    person.until(lambda: bool(answered), "the keyring's answer")
    person.pause(500)
    assert program.bridge.world is None, "it unlocked itself"
    assert not program.bridge.keys.held
    unlock(program, person)


@pytest.mark.slow
def test_a_keyring_that_answers_while_the_password_is_tried_opens_nothing_twice(
    start: Start, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = begun(start, computer=True)
    lock(program, person)
    answering_after(keyring, 0.5, monkeypatch)
    tries: list[object] = []
    real = program.bridge.open

    def counted(*what: object) -> None:
        tries.append(what)
        real(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(program.bridge, "open", counted)
    person.click("unlock.computer")
    program.bridge.jobs.run(lambda: time.sleep(2), lambda _none: None, lambda _error: None)
    unlock(program, person)
    person.pause(500)
    assert len(tries) == 1
    assert is_open(program)()


def test_a_new_profile_says_when_the_computer_cannot_keep_a_key(
    start: Start, keyring: FakeKeyring
) -> None:
    program, person = start(asks=True)
    person.click("welcome.empty")
    for state, sentence in STATES[:4]:
        keyring.state = state
        person.click("protect.computer")
        person.sees(sentence)
        assert not person.find("protect.computer", QAbstractButton).isChecked()
    person.fill("protect.password", WORD)
    person.fill("protect.again", WORD)
    person.click("protect.create")
    person.click("recovery.skip")
    person.until(is_open(program), "the window")


# --- locking by itself -------------------------------------------------------------------------


@pytest.mark.slow
def test_it_locks_when_nobody_is_there(start: Start) -> None:
    program, person = begun(start)
    program.bridge.change(idle_lock=5)
    watch = LockWatch(program.window, minute_ms=400)
    watch.due.connect(program.door.lock)
    watch.watch(True)
    for step in range(20):  # 3 s, and the limit is 2: somebody is there
        QTest.mouseMove(program.window.windowHandle(), QPoint(200 + step, 300))
        person.pause(150)
    assert program.bridge.world is not None
    person.sees("Welcome back")
    assert program.bridge.world is None
    unlock(program, person)


def test_never_means_never(start: Start) -> None:
    program, person = begun(start)
    program.bridge.change(idle_lock=0)
    watch = LockWatch(program.window, minute_ms=1)
    watch.due.connect(program.door.lock)
    watch.watch(True)
    person.pause(300)
    assert program.bridge.world is not None


def test_it_locks_when_minimised_if_that_is_wished(start: Start) -> None:
    program, person = begun(start)
    program.window.showMinimized()
    person.pause(200)
    assert program.bridge.world is not None, "it was not wished"
    program.window.showNormal()
    person.go("settings")
    person.click("keys.minimised")
    program.window.showMinimized()
    person.until(lambda: program.bridge.world is None, "the lock")
    program.window.showNormal()
    person.sees("Welcome back")


def test_a_lock_during_a_run_keeps_what_has_happened(start: Start) -> None:
    program, person = begun(start)
    bridge = program.bridge
    begin = bridge.world.time
    bridge.advance(90 * 86_400)
    person.until(lambda: bridge.world.time > begin, "some time to pass")
    seen = bridge.world
    program.door.lock()
    person.sees("Welcome back")
    unlock(program, person)
    assert bridge.world.time >= seen.time
    assert bridge.world.events >= seen.events
    assert not bridge.running


def test_nothing_that_was_shown_is_left_in_the_window(start: Start) -> None:
    program, person = begun(start)
    person.go("stake")
    person.fill("stake.amount", "12.3456")
    person.click("stake.review")
    person.go("home")
    person.go("activity")
    program.window.floating.find_command()
    program.window.toast("3.2100 ETH were sent", undo=lambda: None)
    program.window.show_trouble("77 ETH are in trouble")
    menu = program.window.top_bar.account.menu()
    menu.popup(QPoint(300, 300))
    assert person.visible_text("3.2100 ETH were sent")
    program.door.lock()
    person.sees("Welcome back")
    person.pause(300)
    left = [text for text in every_text(program.window) if any(map(str.isdigit, text))]
    assert not [text for text in left if "ETH" in text or "USDC" in text or "$" in text], left
    assert QApplication.activePopupWidget() is None
    assert program.window.windowTitle() == "lstwallet"
    unlock(program, person)
    person.go("stake")
    assert person.find("stake.amount", QLineEdit).text() == ""


def test_nothing_floats_above_the_window_while_it_is_being_locked(start: Start) -> None:
    program, person = begun(start)
    program.window.floating.show_sheet("calendar")
    program.window.toast("3.2100 ETH were sent", undo=lambda: None)
    assert person.visible_text("3.2100 ETH were sent")
    program.bridge.jobs.run(lambda: time.sleep(1), lambda _none: None, lambda _error: None)
    program.door.lock()
    person.pause(300)
    assert program.bridge.world is not None, "it was too quick for this test"
    assert person.visible_text("Locking…")
    assert not person.visible_text("3.2100 ETH were sent")
    assert not [each for each in program.window.findChildren(Overlay) if each.isVisible()]
    person.sees("Welcome back")


def every_text(window: QWidget) -> Iterator[str]:
    """All texts that any widget of the window holds, shown or not."""
    for widget in window.findChildren(QWidget):
        for name in ("text", "toolTip", "accessibleName", "accessibleDescription", "title"):
            read = getattr(widget, name, None)
            if callable(read):
                text = read()
                if isinstance(text, str):
                    yield text


def test_keys_do_nothing_while_it_is_locked(start: Start) -> None:
    program, person = begun(start)
    person.go("lend")
    lock(program, person)
    for key, held in (
        (Qt.Key.Key_K, CTRL), (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier), (Qt.Key.Key_L, CTRL),
        (Qt.Key.Key_Z, CTRL), (Qt.Key.Key_F, CTRL),
    ):  # fmt: skip
        QTest.keyClick(program.window.windowHandle(), key, held)
        person.pause(60)
    assert person.visible_text("Welcome back")
    assert program.bridge.world is None
    unlock(program, person)
    assert program.window.room == "lend"


def test_a_lock_while_another_profile_is_opened_covers_at_once_and_outlives_its_failure(
    start: Start,
) -> None:
    program, person = begun(start)

    def opener() -> Session:
        time.sleep(0.5)
        raise StoreUnavailable(Path("other"), Trouble.DISK_FULL)

    failed: list[BaseException] = []
    program.bridge.open(opener, failed.append)
    program.door.lock()
    assert program.window.cover() is not None, "the profile is still on the screen"
    person.until(lambda: bool(failed), "the other profile to be refused")
    person.sees("Welcome back")
    assert program.bridge.world is None
    unlock(program, person)
    person.pause(300)
    assert is_open(program)(), "it was locked once more"


def test_a_note_that_a_full_disk_did_not_take_waits_for_the_unlocking(start: Start) -> None:
    program, person = begun(start)
    bridge = program.bridge
    bridge.standstill.look(StoreUnavailable(bridge.profile.path, Trouble.DISK_FULL))
    bridge.edit(NameAccount(YOU, "Savings"))
    assert bridge.standstill.waiting == 1
    program.door.lock()
    person.sees("Welcome back")
    assert not any("Savings" in text for text in every_text(program.window))
    unlock(program, person)
    person.until(lambda: bridge.book.names.get(YOU) == "Savings", "the name to be kept")


def test_the_tour_begins_after_the_recovery_code(start: Start) -> None:
    program, person = start()
    program.protection = Protection(WORD)
    person.click("welcome.tour")
    person.sees("Keep this recovery code")
    assert program._school is None
    person.click("recovery.skip")
    person.sees("Try it alone first")


# --- other profiles, lessons -------------------------------------------------------------------


def test_from_a_locked_profile_to_an_open_one_and_back(start: Start) -> None:
    program, person = begun(start)
    program.protection = Protection()
    program.begin("empty")
    person.until(lambda: program.bridge.profile.name == "Main 2", "the second profile")
    program.door.open(profiles.path_of("Main"))
    person.sees("Welcome back")
    person.until(lambda: bool(program.window.cover().profile.others), "the other profiles")
    person.click("unlock.profile")
    pick(person, "Main 2")
    person.until(is_open(program), "the open profile again")
    assert program.bridge.profile.name == "Main 2"
    program.door.open(profiles.path_of("Main"))
    person.sees("Welcome back")
    unlock(program, person)
    assert program.bridge.profile.name == "Main"


def pick(person: Driver, words: str) -> None:
    person.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the menu")
    person.until(lambda: person.pick(words), f"“{words}” in the menu")


def test_a_new_profile_from_the_locked_page_and_back_to_it(start: Start) -> None:
    program, person = begun(start)
    lock(program, person)
    person.click("unlock.profile")
    pick(person, "New profile")
    person.sees("How would you like to begin?")
    person.click("welcome.back")
    person.sees("Welcome back")
    unlock(program, person)


def test_a_lesson_gives_ones_own_profile_back_without_asking_and_can_be_locked(
    start: Start,
) -> None:
    program, person = begun(start)

    def taught() -> bool:
        return person.maybe("coach.card") is not None

    person.go("learn")
    person.click("learn.open.any-amount")
    person.until(taught, "the coach")
    program.teach("")
    person.until(lambda: program.bridge.profile.name == "Main", "one's own profile")
    assert not taught()
    person.go("learn")
    person.click("learn.open.any-amount")
    person.until(taught, "the coach")
    lock(program, person)
    person.sees("Main")
    assert not taught()
    unlock(program, person)
    assert program.bridge.profile.name == "Main"
    assert not taught()
    person.sees("Resume")


# --- the card of the settings ------------------------------------------------------------------


def test_settings_change_the_password_and_make_a_new_code(start: Start) -> None:
    program, person = begun(start)
    person.go("settings")
    person.click("keys.change")
    person.fill("keys.present", "not this one")
    person.fill("keys.password", "a newer word here")
    person.fill("keys.again", "a newer word here")
    person.click("keys.do")
    person.sees("Wrong password. Nothing was changed.")
    person.fill("keys.present", WORD)
    person.click("keys.do")
    person.sees("Password changed")
    person.click("keys.code")
    person.fill("keys.present", "a newer word here")
    person.click("keys.do")
    person.sees("Keep this recovery code")
    person.click("recovery.kept")
    person.click("recovery.go_on")
    lock(program, person)
    unlock(program, person, "a newer word here")
    assert program.window.room == "settings"


def test_settings_add_and_remove_this_computer(start: Start, keyring: FakeKeyring) -> None:
    _, person = begun(start)
    person.go("settings")
    keyring.state = KeyringState.ABSENT
    person.click("keys.computer.add")
    person.sees("This computer offers no keyring")
    keyring.state = KeyringState.OK
    person.click("keys.computer.add")
    person.sees("This computer opens the profile too")
    assert len(keyring.held) == 1
    person.click("keys.computer.remove")
    person.sees("This computer opens the profile no more")
    assert not keyring.held


def test_settings_remove_the_password_in_clear_words(start: Start) -> None:
    program, person = begun(start)
    person.go("settings")
    person.click("keys.remove")
    person.sees("Anybody who can read your files can then read this profile")
    person.click("keys.cancel")
    person.sees_not("Anybody who can read your files can then read this profile")
    person.click("keys.remove")
    person.fill("keys.present", WORD)
    person.click("keys.do")
    person.sees("This profile has no password.")
    person.until(lambda: program.bridge.keys.lockable is None, "a profile without a lock")
    program.close()
    again, person = start()
    person.until(is_open(again), "the window, with nothing asked")


# --- what cannot be opened ---------------------------------------------------------------------


def test_lost_and_damaged_keys_are_told_and_what_can_be_done(start: Start) -> None:
    program, _ = begun(start)
    path = program.bridge.profile.path
    program.close()
    files = [path.with_name(path.name + end) for end in (".keys", ".keys.copy")]
    kept = [each.read_bytes() for each in files]
    for each in files:
        each.write_bytes(b"nonsense")
    _, person = start()
    person.sees("The keys of this profile are damaged")
    person.sees("from a backup of yours and try again")
    for each in files:
        each.unlink()
    person.click("problem.retry")
    person.sees("either this is not a profile of lstwallet, or its keys are lost")
    files[1].write_bytes(kept[1])  # the copy alone is enough
    person.click("problem.retry")
    person.sees("Welcome back")
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(files[0].exists, "the key file to be mended")


def test_an_older_file_that_was_put_back_is_told_and_can_be_accepted(start: Start) -> None:
    program, _ = begun(start)
    path = program.bridge.profile.path
    program.close()
    kept = path.read_bytes()
    program, person = start()
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.until(is_open(program), "the window")
    program.bridge.advance(3 * 86_400)
    person.until(lambda: not program.bridge.running, "three days")
    later = program.bridge.world.time
    program.close()
    path.write_bytes(kept)
    program, person = start()
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.sees("This may be an older state of the profile")
    assert program.bridge.world is None
    person.click("problem.accept")
    person.until(is_open(program), "the window, nothing asked again")
    assert program.bridge.world.time < later


def test_a_slot_file_that_was_put_back_is_told(start: Start) -> None:
    program, person = begun(start)
    path = program.bridge.profile.path
    files = [path.with_name(path.name + end) for end in (".keys", ".keys.copy")]
    kept = [each.read_bytes() for each in files]
    person.go("settings")
    person.click("keys.change")
    person.fill("keys.present", WORD)
    person.fill("keys.password", "a newer word here")
    person.fill("keys.again", "a newer word here")
    person.click("keys.do")
    person.sees("Password changed")
    program.close()
    for each, text in zip(files, kept, strict=True):
        each.write_bytes(text)
    _, person = start()
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.sees("an earlier password may open it again")
    person.sees("Open it as it is")


def test_a_damaged_file_is_told_after_the_password(start: Start) -> None:
    program, _ = begun(start)
    path = program.bridge.profile.path
    program.close()
    data = bytearray(path.read_bytes())
    data[100:200] = bytes(100)
    path.write_bytes(bytes(data))
    _, person = start()
    person.fill("unlock.password", WORD)
    person.click("unlock.unlock")
    person.sees("This profile cannot be opened")


def test_the_password_is_no_secret_of_the_log(start: Start, home: Path) -> None:
    program, person = begun(start)
    lock(program, person)
    person.fill("unlock.password", "a wrong one 123")
    person.click("unlock.unlock")
    person.sees("Wrong password.")
    program.faults.log(ValueError("something"))
    log = (home / "lstwallet.log").read_text()
    assert "a wrong one 123" not in log
    assert WORD not in log
    assert repr(Password(WORD)) == "Password(…)"


def test_the_window_is_built_without_what_keys_need(home: Path) -> None:
    """Argon2, ciphers, the keyring and the message bus come after the first frame, in the lane."""
    late = {"cryptography", "argon2", "keyring", "sqlcipher3", "PySide6.QtDBus", "lstwallet.vault"}
    code = (
        "import sys; from PySide6.QtWidgets import QApplication\n"
        "from lstwallet.ui.application import Program\n"
        "program = Program(QApplication([])); program.window.show()\n"
        f"early = {late!r} & set(sys.modules)\n"
        "program.close(); assert not early, early"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", profiles.HOME_VARIABLE: str(home)},
    )  # fmt: skip
