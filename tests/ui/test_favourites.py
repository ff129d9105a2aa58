"""Favourites through the window: tokens, pools and markets stand first where one chooses them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Session
from lstwallet.engine.staking import Stake
from lstwallet.engine.world import YOU
from lstwallet.ui.models.cells import said
from lstwallet.ui.models.table import TableView
from lstwallet.ui.widgets.amount_field import TokenPill
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

pytestmark = pytest.mark.qt_log_ignore("does not support")  # menus, where no window system is
ETH = 10**18
STAKED = (*FUNDED, Stake(YOU, 5 * ETH))


def opened(qtbot: QtBot, folder: Path, room: str) -> Driver:
    return Driver(qtbot, window_on(qtbot, folder, STAKED, room=room))


def names(table: TableView) -> list[str]:
    model = table.rows_model
    return [said(model.cell(model.index(row, 0))).split(",")[0] for row in range(model.rowCount())]


def ask_for_menu(table: TableView, row: int, *, by_key: bool) -> None:
    """The right button on a row, or the menu key with the row current."""
    index = table.rows_model.index(row, 0)
    spot, reason = table.visualRect(index).center(), QContextMenuEvent.Reason.Mouse
    if by_key:
        table.setFocus()
        table.setCurrentIndex(index)
        spot, reason = QPoint(1, 1), QContextMenuEvent.Reason.Keyboard
    where = table.viewport().mapToGlobal(spot)
    event = QContextMenuEvent(reason, spot, where, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(table.viewport(), event)


def star(person: Driver, table: str, name: str, *, by_key: bool = False, words: str = "") -> None:
    found = person.find(table, TableView)
    assert isinstance(found, TableView)
    person.until(lambda: name in names(found), f"the row {name}")
    ask_for_menu(found, names(found).index(name), by_key=by_key)
    wanted = words or "Add to favourites"
    person.until(lambda: person.pick(wanted), f"“{wanted}” in the menu of {name}")


def menu_of(person: Driver, pill: str) -> list[str]:
    found = person.find(pill, TokenPill)
    assert isinstance(found, TokenPill)
    menu = found.menu()
    words = [action.text() for action in menu.actions()]
    menu.deleteLater()
    return words


def test_a_market_is_starred_stands_first_however_sorted_and_undo_takes_it_back(
    qtbot: QtBot, tmp_path: Path
) -> None:
    person = opened(qtbot, tmp_path, "lend")
    table = person.find("lend.markets", TableView)
    assert isinstance(table, TableView)
    before = names(table)
    assert before[0] != "USDC"
    star(person, "lend.markets", "USDC")
    person.sees("USDC market is a favourite")
    person.until(lambda: names(table)[0] == "USDC", "the favourite on top")
    assert said(table.rows_model.cell(table.rows_model.index(0, 0))) == "USDC, favourite"
    assert menu_of(person, "lend.token")[0] == "USDC"
    for way in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(1, way)
        table.rows_model.sort(1, way)
        assert names(table)[0] == "USDC"
    table.rows_model.sort(-1)
    person.click("Undo")
    person.until(lambda: names(table) == before, "the order of before")
    assert not person.window.bridge.book.favourites
    assert menu_of(person, "lend.token")[0] == "ETH"


def test_a_pools_star_is_a_button_that_stays_pressed(qtbot: QtBot, tmp_path: Path) -> None:
    person = opened(qtbot, tmp_path, "pools")
    button = person.find("pools.star.usdc_eth", QAbstractButton)
    assert isinstance(button, QAbstractButton)
    card, first = (person.find(f"pools.open.{pool}") for pool in ("usdc_eth", "steth_eth"))
    assert button.accessibleName() == "Add USDC / ETH to favourites"
    assert not button.isChecked()
    assert card.x() > first.x()
    button.setFocus()
    person.key(Qt.Key.Key_Space)
    person.until(button.isChecked, "the star pressed")
    person.sees("USDC / ETH is a favourite")
    assert button.accessibleName() == "Remove USDC / ETH from favourites"
    person.until(lambda: card.x() < first.x(), "the favourite first")
    assert button.hasFocus()
    person.visible_text("Good to know before you add")  # the card itself was not opened
    person.click("pools.star.usdc_eth")
    person.until(lambda: not button.isChecked() and card.x() > first.x(), "the order of before")


def test_a_position_is_starred_by_the_menu_key_and_its_token_leads_every_menu(
    qtbot: QtBot, tmp_path: Path
) -> None:
    person = opened(qtbot, tmp_path, "home")
    table = person.find("home.positions", TableView)
    assert isinstance(table, TableView)
    person.until(lambda: "stETH" in names(table), "the stake")
    assert names(table)[0] == "ETH"
    star(person, "home.positions", "stETH", by_key=True)
    person.sees("stETH is a favourite")
    person.until(lambda: names(table)[0] == "stETH", "the favourite on top")
    person.go("swap")
    for pill in ("swap.from", "swap.to"):
        person.until(lambda pill=pill: menu_of(person, pill)[0] == "stETH", f"it first in {pill}")
    person.go("wallet")
    person.click("wallet.tab.send")
    person.until(lambda: menu_of(person, "send.token")[0] == "stETH", "it first in Send")
    person.go("home")
    star(person, "home.positions", "stETH", words="Remove from favourites")
    person.until(lambda: names(table)[0] == "ETH", "the order of before")
    person.sees("stETH is no longer a favourite")


def test_a_favourite_is_kept(qtbot: QtBot, tmp_path: Path) -> None:
    person = opened(qtbot, tmp_path, "lend")
    star(person, "lend.markets", "WETH")
    person.until(lambda: bool(person.window.bridge.book.favourites), "the edit")
    assert person.window.bridge.close()
    session = Session.open(tmp_path / "test.lstwallet")
    assert session.book.favourites == {("market", "WETH")}
    session.close()
