"""A portfolio's file becomes a profile, in the user's words: choose, look, mend, begin."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit

from lstwallet.app import brought, profiles, safe
from lstwallet.app.safe import Tools
from lstwallet.engine.staking import steth_of
from lstwallet.engine.world import YOU
from lstwallet.readmodel.portfolio import net_worth
from lstwallet.ui import wording
from lstwallet.ui.application import Program
from lstwallet.ui.keys import OPEN
from lstwallet.ui.robot.hands import plain
from tests.cheap_keys import POLICY, FakeKeyring
from tests.journeys.driver import Driver
from tests.journeys.program import Start

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

MINE = "token,amount\nETH,12.5\nstETH,3\nUSDC,4000\n"
WORD = "moon lantern orbit"
ETH = 10**18


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "tools", Tools(POLICY, FakeKeyring()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "My holdings.csv"
    path.write_text(MINE)
    return path


@pytest.fixture
def asked(start: Start) -> tuple[Program, Driver]:
    """The program at its first start, at the page that asks for the file."""
    program, person = start(asks=True)
    person.click("Bring a portfolio")
    person.sees("Begin with a portfolio")
    return program, person


def typed(person: Driver, path: Path) -> None:
    """Type the path and press Enter."""
    person.fill("File", str(path))
    QTest.keyClick(person.find("File", QLineEdit), Qt.Key.Key_Return)


def holds(program: Program) -> dict[str, int]:
    world = program.bridge.world
    assert world is not None
    others = {token: world.balance(YOU, token) for token in ("ETH", "wstETH", "rETH", "USDC")}
    return {token: units for token, units in others.items() if units} | (
        {"stETH": steth_of(world, YOU)} if steth_of(world, YOU) else {}
    )


def begins(program: Program, person: Driver, name: str) -> None:
    person.until(
        lambda: program.window.cover() is None and program.bridge.world is not None, "the window"
    )
    assert program.bridge.profile is not None
    assert program.bridge.profile.name == name


def test_a_file_is_chosen_looked_into_and_begun_with(
    asked: tuple[Program, Driver], file: Path
) -> None:
    program, person = asked
    assert person.disabled("portfolio.main")
    person.sees("Choose a file first.")
    person.click("Choose…")
    person.until(lambda: bool(person.window.findChildren(QFileDialog)), "the dialog")
    (dialog,) = person.window.findChildren(QFileDialog)
    dialog.findChild(QLineEdit).setText(str(file))
    dialog.accept()
    person.sees("12.5000 ETH")
    person.sees("3.0000 stETH")
    person.sees("4 000.00 USDC")
    person.sees("Worth on ")
    person.sees("The profile will be called “My holdings”.")
    assert not profiles.found(), "nothing is made before it is agreed to"
    person.click("Begin with this")
    person.fill("protect.password", WORD)
    person.fill("protect.again", WORD)
    person.click("Create with this password")
    person.click("recovery.skip")
    begins(program, person, "My holdings")
    person.sees("Net worth")
    held = holds(program)
    assert 0 <= held.pop("stETH") - 3 * ETH <= 2, "shares round, and never to less"
    assert held == {"ETH": 12 * ETH + ETH // 2, "USDC": 4000 * 10**6}
    person.sees("12.5000 ETH")
    person.sees("3.0000 stETH")


def test_the_worth_that_is_shown_is_what_the_profile_begins_with(
    asked: tuple[Program, Driver], tmp_path: Path
) -> None:
    program, person = asked
    path = tmp_path / "mine.json"
    path.write_text(
        '{"format": "lstwallet portfolio", "version": 1, "name": "Family",'
        ' "holdings": {"wstETH": "8", "rETH": "4", "USDC": "0.5"}}'
    )
    typed(person, path)
    person.sees("The profile will be called “Family”.")
    said = {label.text() for label in person.find("portfolio.preview").findChildren(QLabel)}
    assert {"8.0000 wstETH", "4.0000 rETH", "0.50 USDC"} <= set(map(plain, said))
    person.click("Begin with this")
    person.click("protect.none")
    begins(program, person, "Family")
    world = program.bridge.world
    assert world is not None
    assert wording.fiat(net_worth(world, YOU)) in said


def test_a_fault_is_told_beside_the_field_with_its_line_and_can_be_mended(
    asked: tuple[Program, Driver], file: Path
) -> None:
    program, person = asked
    file.write_text("token,amount\nETH,12.5\nstEHT,3\n")
    typed(person, file)
    person.sees("My holdings.csv, line 3, stEHT: it is not known. Did you mean “stETH”?")
    assert person.find("File", QLineEdit).text() == str(file)
    file.write_text("token,amount\nETH,12,5\n")
    person.click("Read it again")
    person.sees("My holdings.csv, line 2")
    file.write_text("token,amount\nETH,-1\n")
    person.click("Read it again")
    person.sees("My holdings.csv, line 2, ETH: -1 is negative.")
    file.write_text("token,amount\nrETH,0.000001\n")
    person.click("Read it again")
    person.sees("My holdings.csv asks for what cannot be had here. The smallest amount is 0.01 ETH")
    typed(person, file.with_name("other.csv"))
    person.sees("other.csv: there is no such file.")
    assert not profiles.found()
    file.write_text(MINE)
    typed(person, file)
    person.sees("12.5000 ETH")
    assert not person.visible_text("there is no such file")
    person.click("Begin with this")
    person.click("protect.none")
    begins(program, person, "My holdings")


def test_what_is_typed_anew_is_not_begun_with_what_was_read_before(
    asked: tuple[Program, Driver], file: Path
) -> None:
    _, person = asked
    typed(person, file)
    person.sees("Begin with this")
    person.fill("File", str(file.with_name("other.csv")))
    person.sees("Read the file")
    assert not person.visible_text("12.5000 ETH")
    person.click("Read the file")
    person.sees("there is no such file")


def test_every_step_can_be_taken_back(asked: tuple[Program, Driver], file: Path) -> None:
    _, person = asked
    typed(person, file)
    person.click("Begin with this")
    person.sees("Protect this profile")
    person.click("protect.back")
    person.sees("12.5000 ETH")  # the same file, read again
    person.click("portfolio.back")
    person.sees("How would you like to begin?")
    person.click("welcome.empty")
    person.sees("Protect this profile")
    person.click("protect.back")
    person.sees("How would you like to begin?")
    assert not profiles.found()


def test_a_further_profile_is_begun_with_it_and_its_name_is_counted_up(
    start: Start, file: Path
) -> None:
    program, person = start()
    program.protection = OPEN
    person.click("welcome.empty")
    begins(program, person, "Main")
    for name in ("My holdings", "My holdings 2"):
        person.choose("top.profile", "New profile")
        person.click("welcome.portfolio")
        typed(person, file)
        person.sees(f"The profile will be called “{name}”.")
        person.click("Begin with this")
        begins(program, person, name)
    assert [each.name for each in profiles.found()] == ["Main", "My holdings", "My holdings 2"]


def test_all_of_the_first_page_is_seen_in_a_small_window(start: Start) -> None:
    program, person = start(size=(1024, 700))
    for back in (False, True):
        program.welcome(back=back)
        person.pause(50)
        for words in ("SIMULATION", "Bring a portfolio", *(("Back",) if back else ())):
            part = person.find(words)
            foot = part.mapTo(program.window, part.rect().bottomLeft()).y()
            assert foot < program.window.height(), (words, back)
            assert not part.visibleRegion().isEmpty(), (words, back)


def test_an_answer_that_comes_after_back_is_for_nobody(
    start: Start, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on, real = threading.Event(), threading.Event(), brought.look
    given_up: list[bool] = []

    def slow(path: Path, **named: object) -> object:
        reading.set()
        go_on.wait(10)
        given_up.append(named["unwanted"]())  # type: ignore[operator]
        return real(path, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(brought, "look", slow)
    program, person = start(asks=True)
    person.click("welcome.portfolio")
    typed(person, file)
    person.until(reading.is_set, "the reading to begin")
    person.click("portfolio.back")
    go_on.set()
    person.pause(300)
    person.sees("How would you like to begin?")
    assert given_up == [True]
    assert program.window.cover() is not None
