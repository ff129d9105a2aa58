"""The program as a whole: first start, profiles that open and that do not, faults, the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from lstwallet.app import languages, profiles
from lstwallet.app import settings as settings_file
from lstwallet.app.session import Session
from lstwallet.app.settings import Settings
from lstwallet.ui import theme
from tests.journeys.program import PATIENCE_MS, Start
from tests.ui.harness import make_profile


def test_the_first_start_begins_empty_with_play_money(start: Start, home: Path) -> None:
    program, person = start()
    person.sees("Practise liquid staking with play money")
    person.sees("SIMULATION")
    person.click("welcome.empty")
    person.until(lambda: program.window.cover() is None, "the window")
    assert program.bridge.world.balance("you", "ETH") == 100 * 10**18
    assert program.bridge.world.balance("you", "USDC") == 50_000 * 10**6
    assert (home / "profiles" / "Main.lstwallet").exists()


def test_the_demo_portfolio_has_something_in_every_room(start: Start) -> None:
    program, person = start()
    person.click("welcome.demo")
    person.until(lambda: program.window.cover() is None, "the window")
    world = program.bridge.world
    held = {token for (account, token) in world.balances if account == "you"}
    assert {"ETH", "USDC", "stETH", "wstETH", "rETH", "awstETH", "dUSDC", "LP:steth_eth"} <= held
    assert any(ticket.account == "you" for ticket in world.tickets.values())
    assert program.bridge.profile.name == "Demo portfolio"


def test_what_was_done_is_there_after_a_restart(start: Start) -> None:
    program, person = start()
    person.click("welcome.empty")
    person.until(lambda: program.bridge.world is not None, "the world")
    program.bridge.advance(86_400)
    person.until(lambda: not program.bridge.running, "the day")
    world = program.bridge.world
    program.window.enter("settings")
    program.window.close()
    program.close()
    again, _ = start()
    person.qtbot.waitUntil(lambda: again.bridge.world is not None, timeout=PATIENCE_MS)
    assert again.bridge.world == world
    assert again.window.room == "settings"


def test_the_look_chosen_at_first_is_put_in_force_and_kept(start: Start) -> None:
    _, person = start()
    person.click("look.dark")
    assert theme.current().name == "dark"
    path = profiles.settings_path()
    person.until(lambda: settings_file.load(path)[0].theme == "dark", "the settings file")


def test_a_missing_profile_is_said_and_can_be_retried(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "gone.lstwallet"
    program, person = start(path)
    person.sees("This profile cannot be opened")
    person.sees("The profile file is not there.")
    make_profile(path)
    person.click("Try again")
    person.until(lambda: program.window.cover() is None, "the window")


def test_a_file_that_is_no_profile_is_said(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "notes.lstwallet"
    path.write_text("dear diary " * 500)
    _, person = start(path)
    person.sees("This file is not a profile of lstwallet.")
    assert path.read_text().startswith("dear diary")


def test_a_data_folder_that_may_not_be_looked_into_is_said(
    start: Start, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not taken for a first start: there is something of the user's there."""
    real = os.stat

    def refuse(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(str(home / "profiles")):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", refuse)
    program, person = start()
    person.sees("This profile cannot be opened")
    assert program.bridge.world is None


def test_a_profile_open_elsewhere_is_said(start: Start, tmp_path: Path) -> None:
    path = make_profile(tmp_path / "mine.lstwallet")
    held = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, pathlib; from lstwallet.app.session import Session; "
            "s = Session.open(pathlib.Path(sys.argv[1])); print('open', flush=True); input()",
            str(path),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert held.stdout is not None
        assert held.stdout.readline() == "open\n"
        _, person = start(path)
        person.sees("The profile is open in another window or program.")
    finally:
        held.communicate("\n")


def test_a_second_language_is_offered_and_kept(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, person = start()
    assert person.maybe("Language") is None, "there is nothing to choose"
    both = (languages.Language("en", "English"), languages.Language("zh", "简体中文"))
    monkeypatch.setattr(languages, "available", lambda: both)
    program.welcome(back=False)
    person.click("简体中文")
    assert program.bridge.settings.language == "zh"


def test_a_new_profile_from_the_menu_and_back_again(start: Start) -> None:
    program, person = start()
    person.click("welcome.empty")
    person.until(lambda: program.window.cover() is None, "the window")
    program.window.top_bar.profile.menu().actions()[-1].trigger()
    person.click("welcome.back")
    assert program.window.cover() is None
    program.window.top_bar.profile.menu().actions()[-1].trigger()
    person.click("welcome.empty")
    person.until(lambda: program.bridge.profile.name == "Main 2", "the second profile")
    person.until(
        lambda: [a.text() for a in program.window.top_bar.profile.menu().actions()][:2]
        == ["Main 2", "Main"],
        "both in the menu",
    )
    program.window.top_bar.profile.menu().actions()[1].trigger()
    person.until(lambda: program.bridge.profile.name == "Main", "the first profile")


def test_a_broken_settings_file_is_kept_aside_and_said(start: Start, home: Path) -> None:
    home.mkdir()
    (home / "settings.json").write_text("{nonsense")
    _, person = start()
    person.until(lambda: bool(list(home.glob("settings.json.broken-*"))), "the file kept aside")


def test_a_full_disk_is_said_above_the_room(start: Start, tmp_path: Path) -> None:
    from lstwallet.store.errors import StoreUnavailable, Trouble

    program, person = start(make_profile(tmp_path / "mine.lstwallet"))
    person.until(lambda: program.bridge.world is not None, "the world")

    def full(session: Session) -> None:
        raise StoreUnavailable(session.path, Trouble.DISK_FULL)

    program.bridge.call(full, lambda _: None)
    person.sees("The disk is full.")
    person.click("Dismiss")
    person.sees_not("The disk is full.")


def test_settings_survive_closing(start: Start, home: Path, tmp_path: Path) -> None:
    settings_file.save(profiles.settings_path(), Settings(theme="dark", text_scale=125))
    program, person = start(make_profile(tmp_path / "mine.lstwallet"))
    assert theme.current().name == "dark"
    assert theme.current().scale == 1.25
    person.until(lambda: program.bridge.world is not None, "the world")
    program.window.resize(1200, 800)
    QTimer.singleShot(0, program.window.close)
    person.until(lambda: not program.window.isVisible(), "the window to close")
    program.close()
    kept = settings_file.load(profiles.settings_path())[0]
    assert kept.window_geometry
    assert kept.text_scale == 125
