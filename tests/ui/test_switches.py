"""What was another account's or another profile's is not shown, sent or taken back in this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from lstwallet.app.beginnings import play
from lstwallet.app.session import Session
from lstwallet.engine import address
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.kernel import Batch
from lstwallet.engine.lending import LIQUIDATORS, Borrow, Liquidate, Supply
from lstwallet.engine.loops import Loop, Own, leverage
from lstwallet.engine.network import UNLIMITED, Approve
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.readmodel import loops
from lstwallet.store.book import NameAccount
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.wallet.send import PartyCard
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import WAD
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

ETH = 10**18
USDC = 10**6
LIQUIDATED = (
    *FUNDED, WrapEth(YOU, 10 * ETH), Supply(YOU, "WETH", 10 * ETH),
    Borrow(YOU, "USDC", 20_000 * USDC), Fund(LIQUIDATORS, "USDC", 100_000 * USDC),
    SetPrices(2_300 * 10**8, 10**8), Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False),
)  # fmt: skip


def another_profile(folder: Path) -> Path:
    """A profile of another seed: its account has another address."""
    path, market = folder / "other.lstwallet", MarketConfig(flows=False)
    session = Session.create(path, genesis(8, catalogue=tiny(), market=market), market, name="B")
    try:
        play(session, FUNDED)
    finally:
        session.close()
    return path


def switch(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    with qtbot.waitSignal(window.bridge.opened, timeout=60_000):
        window.bridge.open(lambda: Session.open(path))


def test_the_address_that_is_copied_is_of_the_profile_that_is_open(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, room="wallet")
    person = Driver(qtbot, window)
    switch(qtbot, window, another_profile(tmp_path))
    world: Any = window.bridge.world
    mine = address.of_account(world, YOU)
    person.click("account.copy.you")
    assert QGuiApplication.clipboard().text() == mine


def test_an_edit_in_one_profile_is_not_taken_back_in_another(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, room="wallet")
    person = Driver(qtbot, window)
    person.click("account.name.you.pencil")
    person.fill("account.name.you", "Everyday")
    person.key(Qt.Key.Key_Return)
    person.sees("Account is called Everyday")
    edits: list[object] = []
    window.bridge.book_changed.connect(edits.append)
    switch(qtbot, window, another_profile(tmp_path))
    window.undo()
    person.pause(200)
    assert edits == []
    assert not person.visible_text("Undo")


def test_a_name_that_is_being_typed_stays_behind_in_its_profile(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, room="wallet")
    person = Driver(qtbot, window)
    person.click("account.name.you.pencil")
    person.fill("account.name.you", "Everyday")
    switch(qtbot, window, another_profile(tmp_path))
    assert person.maybe("account.name.you") is None


def test_a_contact_that_is_being_typed_stays_behind_in_its_profile(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, room="wallet")
    person = Driver(qtbot, window)
    person.click("wallet.tab.contacts")
    person.click("wallet.add_contact")
    person.fill("contact.name", "Alice")
    switch(qtbot, window, another_profile(tmp_path))
    assert person.maybe("contact.name") is None


@pytest.mark.parametrize("to", ["profile", "account"])
def test_a_loss_is_told_to_whom_it_happened(qtbot: QtBot, tmp_path: Path, to: str) -> None:
    window = window_on(qtbot, tmp_path, (*LIQUIDATED, OpenAccount()), room="lend")
    page: Any = window.page("lend")
    qtbot.waitUntil(page.told.isVisible, timeout=60_000)
    if to == "profile":
        switch(qtbot, window, another_profile(tmp_path))
    else:
        window.bridge.show_account("you:2")
    assert not page.told.isVisible()
    window.bridge.show_account(YOU)
    if to == "account":
        qtbot.waitUntil(page.told.isVisible, timeout=60_000)


def test_a_double_click_opens_one_account(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, room="wallet")
    person = Driver(qtbot, window)
    button = person.find("wallet.add_account", QAbstractButton)
    for _ in range(2):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    person.sees("Account 2 opened")
    person.pause(200)
    assert window.bridge.world is not None
    assert len(window.bridge.world.accounts) == 2
    assert button.isEnabled()


def test_a_loop_of_another_account_is_not_brought_down(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (*FUNDED, OpenAccount()), room="lend")
    person = Driver(qtbot, window)
    page: Any = window.page("lend")
    world: Any = window.bridge.world
    loop = Loop(YOU, "wstETH", "ETH", loops.MINT, 100)
    plan = leverage(world, loop, Own("ETH", 5 * ETH), 2 * WAD)
    with qtbot.waitSignal(window.bridge.outcome, timeout=60_000):
        window.bridge.send(Batch(plan.calls))
    window.enter("lend", {"action": "reduce"})
    person.until(lambda: page.flow.form is page.reduce, "the form that reduces")
    window.bridge.show_account("you:2")
    assert page.flow.form is page.form


def test_an_amount_typed_for_one_approval_is_not_offered_for_another(
    qtbot: QtBot, tmp_path: Path
) -> None:
    given = (Approve(YOU, "wstETH", "aave", UNLIMITED), Approve(YOU, "USDC", "router", USDC))
    window = window_on(qtbot, tmp_path, (*FUNDED, *given), room="wallet")
    person = Driver(qtbot, window)
    person.click("wallet.tab.approvals")
    person.click("approval.edit.USDC.router")
    person.fill("approvals.amount", "500")
    person.click("approval.edit.USDC.router")
    form = window.page("wallet").view.form  # type: ignore[union-attr, attr-defined]
    assert form.amount.text() == "500"
    person.click("approval.edit.wstETH.aave")
    assert form.amount.text() == ""


def test_a_review_ends_when_the_limit_that_it_showed_is_another(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, (*FUNDED, Stake(YOU, 20 * ETH)), room="unstake")
    person = Driver(qtbot, window)
    page: Any = window.page("unstake")
    person.click("unstake.choice.market")
    person.fill("unstake.amount", "5")
    person.click("unstake.review")
    window.bridge.change(text_scale=100, privacy="hidden")
    assert page.flow.phase == "review"
    window.bridge.change(slippage_bps=500)
    assert page.flow.phase == "form"


def test_a_name_may_hold_any_sign(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (*FUNDED, OpenAccount()), room="wallet")
    person = Driver(qtbot, window)
    window.bridge.edit(NameAccount("you:2", "Rent & Savings"))
    person.sees("Rent & Savings")
    texts = [action.text() for action in window.top_bar.account.menu().actions()]
    assert texts[1].startswith("Rent && Savings\t")
    person.click("wallet.tab.send")
    view: Any = window.page("wallet").view  # type: ignore[union-attr, attr-defined]
    assert [action.text() for action in view.form.to.menu().actions()] == ["Rent && Savings"]
    assert all(card.shortcut().isEmpty() for card in view.findChildren(PartyCard))
