"""The eye hides what one owns in every room, sheet and notice, also from a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.lending import LIQUIDATORS, Borrow, Liquidate, Supply
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.vaults import DepositVault
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.ui import wording
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.robot.hands import plain
from lstwallet.ui.wording import happened as words
from lstwallet.units.amount import ALL
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, enter, window_on

ETH = 10**18
USDC = 10**6
OWNING = (
    *FUNDED, StakeNatively(YOU, 32 * ETH), Stake(YOU, 20_123 * 10**15), Wrap(YOU, 9 * ETH),
    Supply(YOU, "wstETH", 4_321 * 10**15), Borrow(YOU, "USDC", 1_234 * USDC),
    RequestUnstake(YOU, 5_567 * 10**15), DepositVault(YOU, "ETH", 7_654 * 10**15),
    DepositVault(YOU, "wstETH", 1_357 * 10**15), OpenAccount(),
)  # fmt: skip
LIQUIDATED = (
    *FUNDED, WrapEth(YOU, 10 * ETH), Supply(YOU, "WETH", 10 * ETH),
    Borrow(YOU, "USDC", 20_000 * USDC), Fund(LIQUIDATORS, "USDC", 100_000 * USDC),
    SetPrices(2_300 * 10**8, 10**8), Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False),
)  # fmt: skip
HIDDEN = Settings(theme="light", privacy="hidden")


def told(person: Driver, window: MainWindow) -> Iterator[str]:
    """Everything that is on the screen, tooltips and what a screen reader says of it."""
    yield from map(plain, person.texts())
    for widget in window.findChildren(QWidget):
        if widget.isVisible():
            said = (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
            yield from map(plain, said)


def owned(window: MainWindow) -> set[str]:
    """The amounts that no text may hold."""
    world: Any = window.bridge.world
    found = {
        wording.amount(world.balance(YOU, token), token, unit=False)
        for token in ("ETH", "wstETH", "USDC", "vWETH", "vwstETH")
    }
    steth = ("5.5567", "5.5568", "5.5569", "5.5570", "5.5590", "5.5591", "5.5592", "5.5593")
    return {plain(each) for each in found} | {"4.3210", "1 234", "1 236", "32.008", *steth}


WISHES: list[tuple[str, Any]] = [
    ("home", None), ("stake", None), ("stake", {"choice": "solo"}), ("unstake", None),
    ("lend", None), ("lend", {"action": "repay", "token": "USDC"}),
    ("lend", {"action": "withdraw", "token": "wstETH"}), ("lend", {"action": "loop"}),
    ("lend", {"vault": "WETH", "way": "out"}), ("lend", {"vault": "wstETH"}),
    ("pools", None), ("swap", None), ("wallet", None), ("wallet", {"view": "send"}),
    ("activity", None), ("settings", None),
]  # fmt: skip


@pytest.mark.slow
def test_no_room_and_no_sheet_tells_what_one_owns(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, OWNING, 8, settings=HIDDEN)
    person, never = Driver(qtbot, window), owned(window)
    assert len(never) > 10
    for room, wish in WISHES:
        enter(qtbot, window, room, wish)
        qtbot.wait(150)
        leaks = {text for text in told(person, window) if any(each in text for each in never)}
        assert not leaks, (room, wish, leaks)
    for sheet in ("calendar", "ways_out"):
        window.enter(sheet)
        leaks = {text for text in told(person, window) if any(each in text for each in never)}
        assert not leaks, (sheet, leaks)
        assert person.visible_text(wording.HIDDEN)
        window.floating.sheets[sheet].close()


def test_an_open_sheet_follows_the_eye(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, OWNING, room="home")
    person = Driver(qtbot, window)
    window.enter("ways_out")
    person.sees("4.3210 wstETH as collateral")
    window.bridge.change(privacy="hidden")
    assert not person.visible_text("4.3210")
    window.bridge.show_account("you:2")
    person.sees("Nothing is staked")


def test_notices_hide_amounts_also_those_told_before(qtbot: QtBot, tmp_path: Path) -> None:
    story = (*FUNDED, Stake(YOU, 20 * ETH), RequestUnstake(YOU, 5 * ETH))
    window = window_on(qtbot, tmp_path, story, room="home", settings=HIDDEN)
    person, shown = Driver(qtbot, window), []
    window.notices._desktop.tell = lambda *said: shown.append(said)  # type: ignore[method-assign]
    person.step("week")
    person.sees(f"{wording.HIDDEN} ETH ready to claim")
    assert not any("5.0" in text for said in shown for text in said)
    window.bridge.change(privacy="exact")
    person.click("top.bell")
    person.sees("5.0000 ETH ready to claim")


@pytest.mark.parametrize("room", ["home", "lend"])
def test_a_liquidation_is_told_without_amounts(qtbot: QtBot, tmp_path: Path, room: str) -> None:
    window = window_on(qtbot, tmp_path, LIQUIDATED, room=room, settings=HIDDEN)
    page: Any = window.page(room)
    qtbot.waitUntil(page.told.isVisible, timeout=60_000)
    text = plain(page.told.text.text())
    assert f"took {wording.HIDDEN} WETH of your collateral" in text
    assert f"others repaid {wording.HIDDEN} USDC of your debt" in text
    window.bridge.change(privacy="exact")
    assert wording.HIDDEN not in page.told.text.text()


def test_the_quiet_line_of_an_entry_hides_its_amount_too(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, LIQUIDATED, room="activity", settings=HIDDEN)
    page: Any = window.page("activity")
    qtbot.waitUntil(lambda: bool(page._lines), timeout=60_000)
    rows = [row for row in page._table.rows_model.rows() if row.kind != "day"]
    (row,) = (row for row in rows if words.title(row.item) == "Liquidated")
    assert f"{wording.HIDDEN} USDC of debt repaid" in plain(page._what(row).sub)
