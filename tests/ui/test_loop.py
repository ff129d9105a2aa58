"""The loop builder, driven as a person drives it: slide, review, accept, receipt, down again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.engine.lending import Supply, health_of, owed_units, position_of, supplied_units
from lstwallet.engine.lending_oracle import MARKET, oracle_of
from lstwallet.engine.loops import multiple_of
from lstwallet.engine.world import YOU
from lstwallet.readmodel.loops import LoopPair
from lstwallet.ui.pages.lend.loop_form import LoopForm
from lstwallet.ui.pages.lend.page import RoomPage
from lstwallet.ui.pages.lend.reduce_form import ReduceForm
from lstwallet.units.fixed import WAD
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, Fees, window_on

ETH = 10**18


class Room:
    """The window, the driver and the room's parts."""

    def __init__(self, qtbot: QtBot, folder: Path, steps: Any = FUNDED, **more: Any) -> None:
        self.window = window_on(qtbot, folder, steps, room="lend", **more)
        self.driver = Driver(qtbot, self.window)
        page = self.window.page("lend")
        assert isinstance(page, RoomPage)
        self.page = page

    @property
    def world(self) -> Any:
        assert self.window.bridge.world is not None
        return self.window.bridge.world

    @property
    def form(self) -> LoopForm:
        return self.page.loop

    def begin(self, amount: str = "10") -> None:
        self.driver.click("lend.loop")
        self.driver.fill("loop.amount", amount)
        self.page.flow.preview_now()

    def press(self, key: Qt.Key, times: int = 1, slider: Any = None) -> None:
        """Keys into the slider, as they would be typed."""
        target = slider or self.form.multiple.slider
        target.setFocus()
        for _ in range(times):
            QTest.keyClick(target, key)
        self.page.flow.preview_now()

    def build(self) -> None:
        """From the form to the receipt."""
        self.driver.click("loop.review")
        self.driver.click("loop.accept")
        self.driver.click("loop.confirm")
        self.driver.until(lambda: self.page.flow.phase == "receipt", "the receipt")

    def reason(self) -> str:
        return str(self.page.panel.page("form").reason.text())


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Room:
    return Room(qtbot, tmp_path)


def test_slide_by_keyboard_review_accept_receipt(room: Room) -> None:
    driver, fees = room.driver, Fees(room.page.bridge)
    driver.click("lend.loop")
    driver.sees("Loop builder")
    assert room.reason() == "Enter an amount to go on"
    driver.fill("loop.amount", "10")
    room.page.flow.preview_now()
    assert room.form.multiple.value() == 2 * WAD
    room.press(Qt.Key.Key_PageUp, 2)
    room.press(Qt.Key.Key_Right, 2)
    room.press(Qt.Key.Key_Left, 2)
    assert room.form.multiple.figure.text() == "3.00×"
    assert room.form.multiple.slider.accessibleDescription() == "3.00×"
    # 20 ETH owed against 30: LTV two thirds, health 0.95 × 1.5
    seen = room.form.overview
    assert seen.debt.new.text() == "20.0000\u00a0ETH"
    assert seen.risk[0].new.text() == "1.42"
    assert seen.risk[1].new.text() == "66.7%"
    assert seen.risk[2].new.text() == "0.8561\u00a0ETH"
    assert "wstETH fall 29.8%" in seen.distance.text()
    assert seen.net.new.text().startswith("+4.")
    assert room.page.health.note.text() == "pointer: after this, 1.42"
    driver.sees("Health below 1.50 after this. Confirm in the review.")
    driver.sees("stETH, wstETH for 2 contracts")

    driver.click("loop.steps")
    table = room.form.steps.table
    assert table.model().rowCount() == 12
    driver.sees("Stake and wrap")
    driver.sees("All steps happen together or not at all")

    driver.click("loop.review")
    driver.sees("Loop to 3.00×")
    driver.sees("All steps happen together or not at all")
    driver.sees("Inside you can borrow WETH and wstETH only.")
    assert driver.disabled("loop.confirm")
    driver.click("loop.accept")
    driver.click("loop.confirm")
    driver.sees("Loop at 3.00×")
    driver.sees_not("The world moved")
    driver.sees("approval used up")
    driver.sees_not("may take")
    assert multiple_of(room.world, YOU, "wstETH", "ETH") == 3 * WAD
    assert fees.paid > 0
    assert room.world.balance(YOU, "ETH") == 90 * ETH - fees.paid
    driver.click("loop.again")
    driver.sees("Loop, wstETH against ETH")


def test_max_leaves_what_the_networks_fee_takes(room: Room) -> None:
    room.begin()
    room.driver.click("loop.max")
    room.press(Qt.Key.Key_PageUp, 4)
    brought = room.form.amount.units()
    assert brought is not None
    assert 99 * ETH < brought < 100 * ETH
    room.build()
    room.driver.sees("Loop at 4.00×")
    assert 0 <= room.world.balance(YOU, "ETH") < 100 * ETH - brought


def test_ten_times_and_the_ends_of_the_slider(room: Room) -> None:
    room.begin()
    room.press(Qt.Key.Key_End)
    assert room.form.multiple.figure.text() == "13.55×"
    room.driver.sees("most 13.55×")
    room.driver.sees("More would take more than 40 rounds.")
    room.press(Qt.Key.Key_Home)
    assert room.form.multiple.figure.text() == "1.00×"
    assert room.reason() == "Choose a larger multiple to go on"
    room.form.multiple.set_value(10 * WAD)
    room.page.flow.preview_now()
    assert room.form.overview.risk[0].new.text() == "1.05"
    assert room.form.overview.even.value.text() == "3.23%"
    room.build()
    room.driver.sees("Loop at 10.00×")
    assert position_of(room.world, YOU).emode == 1
    assert 105 * WAD // 100 < health_of(room.world, YOU) < 106 * WAD // 100


def test_other_pairs_routes_tokens_and_refusals(room: Room) -> None:
    driver, form = room.driver, room.form
    room.begin()
    driver.click("loop.route.swap")
    room.page.flow.preview_now()
    assert form.loop().route == "swap"
    assert form.overview.cost.value.text().startswith("$")
    names = [form.pairs.itemText(i) for i in range(form.pairs.count())]
    form.pairs.setFocus()
    form.pairs.setCurrentIndex(names.index("ETH against USDC"))
    form.pairs.activated.emit(names.index("ETH against USDC"))
    room.page.flow.preview_now()
    driver.sees("ETH against USDC")
    assert not form.route.isVisible()
    assert form.amount.symbol() == "ETH"
    room.press(Qt.Key.Key_PageUp, 2)
    assert form.overview.net.new.text().startswith("−")
    assert form.overview.risk[2].key.text() == "Liquidation price, ETH"
    driver.fill("loop.amount", "1000")
    room.page.flow.preview_now()
    assert "more than you have" in form.amount.error.text.text()
    driver.fill("loop.amount", "1,5")
    room.page.flow.preview_now()
    assert "comma" in form.amount.error.text.text() or "point" in form.amount.error.text.text()
    driver.fill("loop.amount", "10")
    driver.fill("loop.slippage", "40")
    room.page.flow.preview_now()
    assert room.reason() == "Correct the limit to go on"
    driver.fill("loop.slippage", "0.1")
    room.page.flow.preview_now()
    # The pool's fee alone is 0.3 %.
    driver.sees("The next exchange would lose more than you allow.")
    assert form.multiple.slider.maximum() == 100


def test_a_multiple_that_is_out_of_reach_now_is_refused_beside_the_slider(room: Room) -> None:
    room.begin()
    form = room.form
    form.multiple.slider.setRange(100, 2_000)
    form.multiple.set_value(15 * WAD)
    room.page.flow.preview_now()
    assert "The highest multiple is 13.55×" in form.multiple.error.text.text()
    assert room.reason() == "Choose a smaller multiple to go on"
    assert form.amount.error.text.text() == ""


def test_the_tabs_lead_there_and_back_by_keyboard(room: Room) -> None:
    page = room.page
    page.form.actions.button("repay").click()
    page.form.actions.button("repay").setFocus()
    QTest.keyClick(page.form.actions, Qt.Key.Key_Right)
    room.driver.until(lambda: page.flow.form is page.loop, "the loop builder")
    assert page.tabs.current() == "loop"
    QTest.keyClick(page.tabs, Qt.Key.Key_Left)
    room.driver.until(lambda: page.flow.form is page.form, "the market's form")
    assert page.form.action == "repay"


def test_reduce_then_close_to_either_asset(room: Room) -> None:
    driver, fees = room.driver, Fees(room.page.bridge)
    room.begin()
    room.press(Qt.Key.Key_PageUp, 4)
    room.build()
    driver.click("loop.again")

    driver.click("lend.loop.lower")
    driver.sees("Bring the loop down")
    reduce = room.page.reduce
    assert isinstance(room.page.flow.form, ReduceForm)
    driver.sees("now 4.00×")
    assert reduce.multiple.figure.text() == "2.50×"
    room.press(Qt.Key.Key_PageDown, 1, reduce.multiple.slider)
    assert reduce.multiple.figure.text() == "2.00×"
    driver.click("reduce.review")
    driver.sees("Reduce to 2.00×")
    driver.click("reduce.confirm")
    driver.sees("Loop at 2.00×")
    reached = multiple_of(room.world, YOU, "wstETH", "ETH")
    assert reached is not None
    assert abs(reached - 2 * WAD) < 10
    assert room.world.balance(YOU, "ETH") == 90 * ETH - fees.paid
    driver.click("reduce.again")

    driver.click("lend.loop.collateral")
    driver.click("reduce.review")
    driver.sees("No debt is left, not even dust")
    driver.click("reduce.confirm")
    driver.sees("Loop closed, nothing is owed")
    assert YOU not in room.world.positions
    assert room.world.balance(YOU, "wstETH") > 8 * ETH
    assert room.world.balance(YOU, "ETH") - 90 * ETH + fees.paid <= 2
    driver.click("reduce.again")
    driver.sees("Nothing supplied yet")
    assert room.page.flow.form is room.page.form


def test_close_to_the_debts_token(room: Room) -> None:
    driver = room.driver
    room.begin()
    room.press(Qt.Key.Key_PageUp, 2)
    room.build()
    driver.click("loop.again")
    driver.click("lend.loop.debt")
    driver.sees("Close to ETH")
    driver.click("reduce.review")
    promised = room.page.flow._review
    assert promised is not None
    driver.click("reduce.confirm")
    driver.sees("Loop closed, nothing is owed")
    driver.sees_not("The world moved")
    assert room.world.balance(YOU, "wstETH") == 0
    assert 99 * ETH < room.world.balance(YOU, "ETH") < 100 * ETH
    assert owed_units(room.world, YOU, "ETH") == supplied_units(room.world, YOU, "wstETH") == 0


def test_leverage_of_what_is_lent_already_needs_no_amount(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, (*FUNDED, Supply(YOU, "ETH", 10 * ETH)))
    room.driver.click("lend.loop")
    form = room.form
    form.choose(LoopPair("ETH", "USDC"))
    room.page.flow.preview_now()
    assert form.overview.net.old.text().startswith("+")
    room.driver.click("loop.review")
    room.driver.sees("Loop to 2.00×")


def test_the_oracle_is_explained_and_switched_with_a_review(room: Room) -> None:
    driver, page = room.driver, room.page
    room.begin()
    room.form.multiple.set_value(8 * WAD)
    room.page.flow.preview_now()
    room.build()
    driver.click("loop.again")
    driver.sees("A discount on the market liquidates nobody")
    driver.click("lend.depeg.10")
    # 0.95 / 0.875 = 1.0857, nine tenths of it 0.9771
    assert page.oracle.rows[MARKET].value.text() == "0.97, liquidated"
    assert page.oracle.rows["exchange"].key.text() == "Exchange rate, in force"
    assert page.oracle.rows["exchange"].value.text() == "1.08"
    driver.click("lend.oracle.market")
    driver.sees("Oracle of wstETH: market price")
    driver.sees("It changes the simulated market, for everybody in it")
    driver.click("lend.back")
    assert page.oracle.choice.current() == "exchange"
    driver.click("lend.oracle.market")
    driver.click("lend.confirm")
    driver.sees("wstETH is priced by another oracle")
    assert oracle_of(room.world.lending.feeds[1].source) == MARKET
    driver.click("lend.again")
    driver.sees("A discount lowers your health at once")
    driver.click("lend.oracle.capped")
    driver.sees("9.68% a year at most")
    driver.click("lend.confirm")
    driver.until(lambda: bool(room.world.rate_caps), "the cap")
    assert room.world.rate_caps[0].growth == 968
    driver.click("lend.again")


def test_nothing_is_wider_than_the_narrow_window(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, size=(1024, 700))
    room.begin()
    assert room.window.minimumSizeHint().width() <= 1024
    bar = room.page.panel.page("form").scroller.horizontalScrollBar()
    assert bar.maximum() == 0
