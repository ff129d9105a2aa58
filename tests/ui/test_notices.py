"""Notices through the window: the bell, the line that the user sets, the calendar."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings, load
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.lending_view import health_of
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.widgets import desktop
from lstwallet.ui.widgets.desktop import DesktopNotices
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

ETH = 10**18
QUEUED = (*FUNDED, Stake(YOU, 20 * ETH), RequestUnstake(YOU, 5 * ETH))
LENT = (*FUNDED, Stake(YOU, 20 * ETH), Wrap(YOU, 19 * ETH), Supply(YOU, "wstETH", 10 * ETH))


def opened(qtbot: QtBot, folder: Path, *args: object, **options: object) -> Driver:
    window = window_on(qtbot, folder, *args, **options)  # type: ignore[arg-type]
    return Driver(qtbot, window)


def test_a_ready_ticket_is_told_and_stands_behind_the_bell(qtbot: QtBot, tmp_path: Path) -> None:
    person = opened(qtbot, tmp_path, QUEUED, room="home")
    bell = person.find("top.bell", QAbstractButton)
    assert bell.accessibleName() == "Notices"
    person.click("top.bell")
    person.sees("Nothing yet.")
    person.key(Qt.Key.Key_Escape)
    person.step("week")
    person.sees("5.0000 ETH ready to claim")  # the toast
    assert bell.accessibleName() == "1 unread notice"
    person.click("top.bell")
    person.sees(" · The queue has paid your request")
    assert bell.accessibleName() == "Notices"
    person.click("notices.row")
    person.sees("5.0000 ETH claimable")


def test_another_account_s_ticket_is_told_by_name_and_the_bell_leads_to_it(
    qtbot: QtBot, tmp_path: Path
) -> None:
    second = f"{YOU}:2"
    begun = (*FUNDED, OpenAccount(), Fund(second, "ETH", 30 * ETH))
    queued = (*begun, Stake(second, 20 * ETH), RequestUnstake(second, 5 * ETH))
    person = opened(qtbot, tmp_path, queued, room="unstake")
    assert person.window.bridge.account == YOU
    person.step("week")
    person.sees("Account 2 · The queue has paid your request")  # the toast
    bell = person.find("top.bell", QAbstractButton)
    assert bell.accessibleName() == "1 unread notice"  # in this room, but of another account
    person.click("top.bell")
    person.click("notices.row")
    assert person.window.bridge.account == second
    person.sees("5.0000 ETH claimable")
    assert len(person.window.notices.told) == 1


def test_switched_off_nothing_is_told_of_tickets(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(theme="light", ticket_notice=False)
    person = opened(qtbot, tmp_path, QUEUED, room="home", settings=settings)
    person.step("week")
    person.sees("1 ready")
    assert person.window.notices.told == []


def test_health_is_told_at_the_line_that_the_user_sets(qtbot: QtBot, tmp_path: Path) -> None:
    person = opened(qtbot, tmp_path, LENT, room="settings")
    window = person.window
    person.fill("settings.health_line", "2.5")
    person.key(Qt.Key.Key_Return)
    person.until(lambda: window.bridge.settings.health_line == 250, "the line to be kept")
    kept = tmp_path / "settings.json"
    person.until(lambda: load(kept)[0].health_line == 250, "the line in the file")
    owe(person, window, 3)
    assert health_of(window.bridge.world, YOU) > 5 * ETH // 2
    assert window.notices.told == []
    owe(person, window, 2)
    assert health_of(window.bridge.world, YOU) < 5 * ETH // 2
    person.sees("Repay or add collateral soon")
    assert [each.notice.kind for each in window.notices.told] == ["low"]
    owe(person, window, 1)  # told once
    assert len(window.notices.told) == 1


def owe(person: Driver, window: MainWindow, eth: int) -> None:
    done: list[object] = []
    window.bridge.send(Borrow(YOU, "WETH", eth * ETH), done.append)
    person.until(lambda: bool(done), "the loan")


def test_a_line_that_makes_no_sense_is_refused_beside_the_field(
    qtbot: QtBot, tmp_path: Path
) -> None:
    person = opened(qtbot, tmp_path, room="settings")
    for text, sentence in (
        ("1", "Between 1.01 and 10."), ("11", "Between 1.01 and 10."), ("1,5", "no commas"),
        ("", "Enter a number."),
    ):  # fmt: skip
        person.fill("settings.health_line", text)
        person.key(Qt.Key.Key_Return)
        person.sees(sentence)
        assert person.window.bridge.settings.health_line == 150
    person.click("settings.health_notice")
    person.until(lambda: not person.find("settings.health_line", QLineEdit).isEnabled(), "it off")
    assert not person.window.bridge.settings.health_notice


def test_without_a_tray_the_desktop_switch_is_off_and_says_why(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "available", lambda: False)
    settings = Settings(theme="light", desktop_notices=True)
    person = opened(qtbot, tmp_path, room="settings", settings=settings)
    person.sees("This desktop has no tray that shows messages.")
    assert person.disabled("settings.desktop_notices")


class Tray:
    """What the system's tray is asked for."""

    shown: ClassVar[list[tuple[str, str]]] = []

    class MessageIcon:
        Warning, Information = "warning", "information"

    class _Signal:
        def connect(self, _slot: object) -> None: ...

    def __init__(self, *_: object) -> None:
        self.messageClicked = Tray._Signal()

    def setToolTip(self, _: str) -> None: ...
    def show(self) -> None: ...
    def hide(self) -> None: ...
    def deleteLater(self) -> None: ...

    def showMessage(self, title: str, text: str, _icon: object) -> None:
        Tray.shown.append((title, text))


def test_the_desktop_is_told_only_while_the_window_is_behind(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "available", lambda: True)
    monkeypatch.setattr(desktop, "QSystemTrayIcon", Tray)
    Tray.shown = []
    window = opened(qtbot, tmp_path).window
    teller = DesktopNotices(window, lambda: None)
    assert not teller.tell("a", "b", "good")  # not switched on
    teller.switch(True)
    assert not teller.tell("a", "b", "good")  # in front
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    assert teller.tell("a", "b", "bad")
    teller.switch(False)
    assert not teller.tell("c", "d", "good")
    assert Tray.shown == [("a", "b")]


def test_the_calendar_from_the_time_bar_and_from_home(qtbot: QtBot, tmp_path: Path) -> None:
    person = opened(qtbot, tmp_path, (*QUEUED, StakeNatively(YOU, 32 * ETH)), room="home")
    due = person.find("time.due")
    qtbot.mouseClick(due, Qt.MouseButton.LeftButton)
    person.sees("What is due")
    person.sees("Oracle report: rewards are paid")
    person.sees("5.0000 ETH from the queue, ticket #1")
    person.sees("start to attest")
    person.sees("A range: near with rewards and quick sweeps, far without.")
    person.click("calendar.close")
    person.sees_not("What is due")
    person.click("home.calendar")
    person.sees("What is due")
    person.click("calendar.ticket.1")
    person.sees("Two ways out.")
    person.sees_not("What is due")


def test_an_open_calendar_follows_the_clock(qtbot: QtBot, tmp_path: Path) -> None:
    person = opened(qtbot, tmp_path, QUEUED, room="home")
    person.click("home.calendar")
    person.sees("5.0000 ETH from the queue, ticket #1")
    person.window.bridge.advance(7 * 86_400)
    person.sees("5.0000 ETH to claim, ticket #1")
    person.sees("ready now")
