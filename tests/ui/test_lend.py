"""The lending room, driven as a person drives it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings
from lstwallet.engine.lending import (
    LIQUIDATORS,
    Borrow,
    Liquidate,
    Supply,
    health_of,
    owed_units,
    supplied_units,
)
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.readmodel import lending as reading
from lstwallet.ui import wording
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.lend import words
from lstwallet.ui.pages.lend.charts import _health_text
from lstwallet.ui.pages.lend.page import RoomPage
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

ETH = 10**18
USDC = 10**6
SUPPLIED = (*FUNDED, Supply(YOU, "ETH", 10 * ETH))
"""10 ETH at 3,000: 30,000, of which 80.5 % may be borrowed and 83 % backs a debt."""
INDEBTED = (*SUPPLIED, Borrow(YOU, "USDC", 10_000 * USDC))


class Room:
    """The window, the driver and the page."""

    def __init__(self, qtbot: QtBot, folder: Path, steps: Any = FUNDED, **more: Any) -> None:
        self.qtbot = qtbot
        self.window: MainWindow = window_on(qtbot, folder, steps, room="lend", **more)
        self.driver = Driver(qtbot, self.window)
        page = self.window.page("lend")
        assert isinstance(page, RoomPage)
        self.page = page

    @property
    def bridge(self) -> Bridge:
        return self.window.bridge

    @property
    def world(self) -> Any:
        assert self.bridge.world is not None
        return self.bridge.world

    def choose(self, action: str, token: str) -> None:
        self.driver.click(f"lend.{action}")
        self.page.form.amount.pill.choose(token)

    def fill(self, text: str) -> None:
        self.driver.fill("lend.amount", text)
        self.page.flow.preview_now()

    def act(self, action: str, token: str, text: str, *, accept: bool = False) -> None:
        """From the form to the receipt, by clicks and keys."""
        self.choose(action, token)
        self.fill(text)
        self.driver.click("lend.review")
        if accept:
            self.driver.click("lend.accept")
        self.driver.click("lend.confirm")
        self.driver.until(lambda: self.page.flow.phase == "receipt", "the receipt")

    def error(self) -> str:
        return str(self.page.form.amount.error.text.text())

    def reason(self) -> str:
        return str(self.page.panel.page("form").reason.text())

    def ready(self) -> bool:
        return self.page.panel.page("form").main.isEnabled()


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Room:
    return Room(qtbot, tmp_path)


@pytest.fixture
def indebted(qtbot: QtBot, tmp_path: Path) -> Room:
    return Room(qtbot, tmp_path, INDEBTED)


# --- the road ------------------------------------------------------------------------------


def test_supply_borrow_repay_withdraw(room: Room) -> None:
    driver = room.driver
    driver.sees("Nothing supplied yet")
    driver.sees("No debt")
    room.act("supply", "ETH", "10")
    driver.sees("10.0000 ETH supplied")
    driver.sees("Settled")
    assert supplied_units(room.world, YOU, "WETH") == 10 * ETH
    driver.click("lend.next.lend")
    assert room.page.form.action == "borrow"

    room.act("borrow", "USDC", "5000")
    driver.sees("5 000.00 USDC borrowed")
    assert owed_units(room.world, YOU, "USDC") == 5_000 * USDC
    driver.click("lend.again")
    assert room.page.health.gauge.accessibleDescription().startswith("Health factor 4.98")

    driver.click("lend.repay")
    driver.click("lend.max")
    driver.click("lend.review")
    driver.sees("rules checked and fine")
    driver.click("lend.confirm")
    driver.sees("5 000.00 USDC repaid")
    assert owed_units(room.world, YOU, "USDC") == 0
    assert not any(room.world.positions[YOU].borrowed)
    driver.click("lend.again")

    driver.click("lend.withdraw")
    assert room.page.form.token() == "WETH"
    room.page.form.amount.pill.choose("ETH")
    driver.click("lend.max")
    driver.agree("lend")
    driver.sees("withdrawn")
    assert YOU not in room.world.positions
    driver.sees("Nothing supplied yet")


def test_the_receipt_is_what_the_review_promised(room: Room) -> None:
    room.choose("supply", "USDC")
    room.fill("1234.5")
    room.driver.click("lend.review")
    promised = room.page.flow._review
    assert promised is not None
    what = "1\u202f234.50\u00a0USDC"
    assert [move.amount for move in promised.moves] == [f"\u2212{what}", f"+{what}"]
    room.driver.click("lend.confirm")
    room.driver.sees("1 234.50 USDC supplied")
    room.driver.sees_not("The world moved")
    assert room.world.balance(YOU, "USDC") == 50_000 * USDC - 1_234_500_000


# --- health while typing -------------------------------------------------------------------


def test_health_while_typing_and_a_tick_for_a_risky_loan(indebted: Room) -> None:
    page = indebted.page
    # 30,000 × 83 % = 24,900 against 10,000
    assert "2.49" in page.health.gauge.accessibleDescription()
    assert "ETH fall 59.8%" in page.health.sentence.text()
    assert "$1\u202f204.81" in page.health.sentence.text()
    indebted.choose("borrow", "USDC")
    indebted.fill("10000")
    form = page.form
    assert (form.health.old.text(), form.health.new.text()) == ("2.49", "1.24")
    assert form.loan.new.text() == "66.7%"
    assert form.trigger.key.text() == "Liquidation price, ETH"
    assert form.trigger.old.text() == "$1\u202f204.81"
    assert form.trigger.new.text() == "$2\u202f409.63"
    assert page.health.note.text() == "pointer: after this, 1.24"
    indebted.driver.sees("Health below 1.50 after this. Confirm in the review.")
    indebted.fill("100")
    indebted.driver.sees_not("Health below 1.50 after this. Confirm in the review.")

    indebted.fill("10000")
    indebted.driver.click("lend.review")
    assert indebted.driver.disabled("lend.confirm")
    indebted.driver.sees("Tick the box to go on")
    indebted.driver.click("lend.accept")
    indebted.driver.click("lend.confirm")
    indebted.driver.sees("10 000.00 USDC borrowed")
    assert indebted.world.balance(YOU, "USDC") == 70_000 * USDC


def test_a_health_below_one_is_refused_beside_the_field(indebted: Room) -> None:
    indebted.choose("withdraw", "WETH")
    before = indebted.world.events
    indebted.fill("8")
    assert "from 2.49 to 0.49" in indebted.error()
    assert indebted.page.form.health.new.text() == "0.49"
    assert not indebted.ready()
    assert indebted.page.form.amount.text() == "8"
    assert indebted.world.events == before
    indebted.choose("borrow", "USDC")
    indebted.fill("20000")
    assert "collateral" in indebted.error().lower() or "health" in indebted.error().lower()
    assert not indebted.ready()


def test_the_collateral_switch_is_refused_and_reviewed(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, (*INDEBTED, Supply(YOU, "USDC", 1_000 * USDC)))
    room.driver.click("lend.collateral.WETH")
    line = room.page.positions.supplied["WETH"]
    assert line.box.isChecked()
    assert "Below 1.00 you are liquidated" in line.error.text.text()
    assert room.page.flow.phase == "form"

    room.driver.click("lend.collateral.USDC")
    assert room.page.flow.phase == "review"
    room.driver.sees("Collateral off, USDC")
    room.driver.click("lend.back")
    assert room.page.flow.form is room.page.form

    room.driver.click("lend.collateral.USDC")
    room.driver.click("lend.confirm")
    room.driver.sees("USDC is no collateral any more")
    assert not room.page.positions.supplied["USDC"].box.isChecked()
    assert line.error.text.text() == ""
    room.driver.click("lend.again")
    assert room.page.flow.form is room.page.form


def _choose_emode(room: Room, number: int) -> None:
    """With the keyboard, as a person would in the closed list."""
    chooser = room.page.positions.emode
    chooser.setFocus()
    keys = Qt.Key.Key_Down if number else Qt.Key.Key_Up
    QTest.keyClick(chooser, keys)


def test_the_e_mode_is_refused_or_says_what_it_changes(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, INDEBTED)
    _choose_emode(room, 1)
    assert "Repay it first" in room.page.positions.emode_error.text.text()
    assert room.page.positions.emode.currentData() == 0
    room.driver.click("lend.repay")
    room.driver.click("lend.max")
    room.driver.click("lend.review")
    room.driver.click("lend.confirm")
    room.driver.sees("repaid")
    _choose_emode(room, 1)
    room.driver.sees("Inside you can borrow WETH and wstETH only")
    room.driver.sees("E-mode: ETH-correlated")
    room.driver.click("lend.confirm")
    room.driver.sees("E-mode entered")
    assert room.world.positions[YOU].emode == 1
    room.driver.click("lend.again")
    room.choose("borrow", "USDC")
    room.driver.sees("Your e-mode does not lend USDC.")
    room.fill("1")
    assert room.error() == "Your e-mode does not lend this token."


# --- what is lacking, caps, and funds that are lent out ------------------------------------


def test_what_has_to_be_there_first(room: Room) -> None:
    room.choose("borrow", "USDC")
    assert room.reason() == "Supply something as collateral first"
    room.choose("withdraw", "USDC")
    assert room.reason() == "You have supplied no USDC"
    room.choose("repay", "USDC")
    room.fill("3")
    assert room.error() == "You owe no USDC"
    assert not room.ready()


def test_a_cap_warns_from_98_percent_and_refuses_above(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, (Fund(YOU, "ETH", 100_000 * ETH),) * 20)
    room.choose("supply", "ETH")
    room.fill("900000")
    assert room.page.form.cap_warning.isHidden()
    room.fill("950000")
    room.driver.sees("The market's supply cap would be 98.8% full. Then nobody can add.")
    assert room.ready()
    room.fill("1000001")
    assert "supply limit is reached" in room.error()
    assert not room.ready()
    room.driver.click("lend.max")
    room.driver.until(room.ready, "a button that can be pressed")


def test_funds_that_are_lent_out_stay_in(qtbot: QtBot, tmp_path: Path) -> None:
    whale = "crowd:whale"
    steps = (
        *(Fund(whale, "ETH", 100_000 * ETH),) * 9,
        Fund(YOU, "USDC", 50_000 * USDC),
        Supply(YOU, "USDC", 50_000 * USDC),
        Supply(whale, "ETH", 900_000 * ETH),
        Borrow(whale, "USDC", ALL),
    )
    room = Room(qtbot, tmp_path, steps)
    room.choose("withdraw", "USDC")
    room.fill("40000")
    assert "the rest is lent out" in room.error()
    assert not room.ready()
    room.driver.sees("Part of what you supplied is lent out")


def test_repaying_from_the_supply_and_more_than_is_owed(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, (*INDEBTED, Supply(YOU, "USDC", 4_000 * USDC)))
    wallet = room.world.balance(YOU, "USDC")
    room.choose("repay", "USDC")
    room.driver.click("lend.repay.supplied")
    room.driver.click("lend.max")
    room.driver.click("lend.review")
    room.driver.click("lend.confirm")
    room.driver.sees("repaid")
    assert supplied_units(room.world, YOU, "USDC") == 0
    assert room.world.balance(YOU, "USDC") == wallet
    assert 5_999 * USDC < owed_units(room.world, YOU, "USDC") < 6_001 * USDC
    room.driver.click("lend.again")
    room.choose("repay", "USDC")
    room.driver.click("lend.repay.wallet")
    room.fill("20000")
    room.driver.sees("no more than that is taken")
    room.driver.click("lend.review")
    room.driver.click("lend.confirm")
    room.driver.sees("repaid")
    assert owed_units(room.world, YOU, "USDC") == 0


# --- bad input -----------------------------------------------------------------------------


BAD = [
    ("", ""),
    ("0", "Enter more than zero."),
    ("-1", "The amount cannot be below zero."),
    ("1,5", "Use a point for decimals and no commas, for example 1234.56."),
    ("abc", "This is not a number. Use digits only."),
    ("1e999999", "Write the number out in full, without an exponent."),
    ("9" * 70, "This number is too long."),
]


def test_bad_input_says_so_and_changes_nothing(indebted: Room) -> None:
    before, form = indebted.world, indebted.page.form
    for action, token, too_fine, too_much in (
        ("supply", "USDC", "1.2345678", "60001"),
        ("withdraw", "WETH", "1." + "1" * 19, "10.1"),
        ("borrow", "USDC", "1.2345678", "60001"),
        ("repay", "USDC", "1.2345678", ""),
    ):
        indebted.choose(action, token)
        fine = "At most %s decimals here." % (18 if token == "WETH" else 6)
        for text, sentence in (*BAD, (too_fine, fine)):
            indebted.fill(text)
            assert indebted.error() == sentence, (action, text)
            assert not indebted.ready(), (action, text)
            assert form.amount.text() == text
        for huge in (too_much, "1" + "0" * 40, "9" * 59):
            if action != "repay":  # there the whole debt is taken, and no more
                indebted.fill(huge)
                assert indebted.error(), (action, huge)
                assert not indebted.ready(), (action, huge)
    assert indebted.world is before


def test_pasted_text_and_what_was_typed_before(indebted: Room) -> None:
    indebted.choose("supply", "USDC")
    edit = indebted.page.form.amount.edit
    QApplication.clipboard().setText(" 1\u202f234.50 ")
    edit.setFocus()
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    indebted.page.flow.preview_now()
    assert indebted.page.form.amount.units() == 1_234_500_000
    assert indebted.ready()
    indebted.choose("borrow", "USDC")
    assert indebted.page.form.amount.text() == ""
    indebted.fill("12.5")
    indebted.driver.click("lend.supply")
    assert indebted.page.form.amount.text() == "1234.50"
    indebted.driver.click("lend.borrow")
    assert indebted.page.form.amount.text() == "12.5"


# --- liquidation, charts, markets ----------------------------------------------------------


def test_a_liquidation_is_told_in_two_sentences(qtbot: QtBot, tmp_path: Path) -> None:
    steps = (
        *SUPPLIED,
        Borrow(YOU, "USDC", 20_000 * USDC),
        Fund(LIQUIDATORS, "USDC", 100_000 * USDC),
        SetPrices(2_300 * 10**8, 10**8),
        Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False),
    )
    room = Room(qtbot, tmp_path, steps)
    driver = room.driver
    driver.until(room.page.told.isVisible, "the banner")
    text = room.page.told.text.text()
    assert "your health factor was 0.95, below 1.00, and your position was liquidated: " in text
    assert "others repaid" in text
    assert "of your debt and took" in text
    assert "WETH of your collateral. You " in text
    driver.click("Dismiss")
    assert not room.page.told.isVisible()
    room.page.told.watch.look()
    room.qtbot.wait(50)
    assert not room.page.told.isVisible()


def test_a_liquidation_while_time_runs_is_told_too(indebted: Room) -> None:
    assert not indebted.page.told.isVisible()
    send = indebted.bridge.send
    send(Fund(LIQUIDATORS, "USDC", 100_000 * USDC))
    send(SetPrices(1_150 * 10**8, 10**8))
    send(Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False))
    indebted.driver.until(indebted.page.told.isVisible, "the banner")


def test_the_health_chart_has_a_gap_before_the_first_loan(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, (*SUPPLIED, 3 * DAY, Borrow(YOU, "USDC", 10_000 * USDC), 2 * DAY))
    chart = room.page.history.chart
    room.driver.until(lambda: bool(chart.series()), "the samples")
    (line,) = chart.series()
    assert line.ys[0] is None
    assert line.ys[-1] == pytest.approx(health_of(room.world, YOU) / WAD)
    known = [y for y in line.ys if y is not None]
    assert 40 <= len(known) < len(line.ys)
    assert chart._threshold is not None
    assert chart._threshold.value == 1.0


def test_the_health_chart_draws_nothing_before_there_is_a_line(
    qtbot: QtBot, tmp_path: Path
) -> None:
    room = Room(qtbot, tmp_path, INDEBTED)
    room.driver.sees("The line begins with the next hour.")
    assert not room.page.history.chart.isVisible()
    assert not room.page.history.note.isVisible()
    room.driver.click("time.day")
    room.driver.until(room.page.history.chart.isVisible, "the line")
    room.driver.sees("liquidation at 1.00")


def test_a_market_is_chosen_by_click_and_by_key(room: Room) -> None:
    room.driver.sees("The line begins with your first loan.")
    room.driver.sees("Supply something, and you can borrow against it.")
    table, page = room.page.markets.table, room.page
    assert [row.token for row in table.rows_model.rows()] == ["WETH", "wstETH", "USDC"]
    spot = table.visualRect(table.rows_model.index(2, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert page.form.token() == "USDC"
    assert page.curve.title.text() == "Rate curve, USDC"
    table.setFocus()
    table.setCurrentIndex(table.rows_model.index(1, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert page.form.token() == "wstETH"
    _, rows = page.curve.chart.table()
    assert len(rows) > 100


def test_other_rooms_ask_and_the_eye_hides(indebted: Room) -> None:
    form = indebted.page.form
    indebted.window.enter("lend", {"action": "borrow", "token": "USDC"})
    assert (form.action, form.token()) == ("borrow", "USDC")
    indebted.window.enter("lend", {"token": "wstETH"})
    assert (form.action, form.token()) == ("borrow", "wstETH")
    indebted.driver.click("lend.positions.repay.USDC")
    assert (form.action, form.token()) == ("repay", "USDC")
    indebted.bridge.change(privacy="hidden")
    line = indebted.page.positions.supplied["WETH"]
    assert line.units.text().startswith(wording.HIDDEN)
    assert line.usd.text() == wording.HIDDEN


# --- words and sizes -----------------------------------------------------------------------


def test_a_health_factor_is_never_shown_higher_than_it_is() -> None:
    assert _health_text(0.998) == "0.99"
    assert _health_text(1.0) == "1.00"
    assert _health_text(1.15) == "1.15"
    assert wording.health(998 * 10**15) == "0.99"
    assert wording.health(None) == "∞"
    assert words.floored(999 * 10**15) == "99.9%"
    assert words.floored(WAD // 3) == "33.3%"


def test_large_amounts_are_floored() -> None:
    assert words.large(399_999_999 * USDC, "USDC") == "399.9m"
    assert words.large(102_499 * ETH, "WETH") == "102.4k"
    assert words.large(2_899_999_999 * USDC, "USDC", unit=True) == "2.8bn\u00a0USDC"
    assert words.large(12 * ETH, "WETH") == "12.0000"


@pytest.mark.parametrize("scale", [100, 150])
def test_the_room_fits_a_small_window(qtbot: QtBot, tmp_path: Path, scale: int) -> None:
    room = Room(
        qtbot, tmp_path, INDEBTED, size=(1024, 700),
        settings=Settings(theme="light", text_scale=scale),
    )  # fmt: skip
    assert room.page.minimumSizeHint().width() <= 1024 - room.window.rail.width()
    assert room.page.narrow
    inner = room.page.markets.parentWidget()
    assert inner is not None
    viewport = inner.parentWidget()
    assert viewport is not None
    assert inner.width() <= viewport.width()
    assert room.page.panel.geometry().right() <= room.page.width()


def test_showing_the_world_again_is_quick(qtbot: QtBot, tmp_path: Path) -> None:
    room = Room(qtbot, tmp_path, (*INDEBTED, Stake(YOU, 5 * ETH), Wrap(YOU, 2 * ETH)))
    room.choose("borrow", "USDC")
    room.fill("100")
    spent = []
    for _ in range(20):
        begin = time.thread_time()
        room.page.refresh(room.world)
        spent.append(time.thread_time() - begin)
    assert sorted(spent)[10] < 0.008
    assert reading.position(room.world, YOU).risk.health is not None


def test_why_the_net_rate_stands_there_hides_amounts_too(indebted: Room) -> None:
    net = indebted.page.positions.net
    assert net.why is not None
    indebted.bridge.change(privacy="hidden")
    for _ in range(3):
        net.why.click()
        popover = indebted.page.positions._why
        assert popover is not None
        assert popover.isVisible()
        texts = [label.text() for label in popover.findChildren(QLabel)]
        assert wording.HIDDEN in texts
        assert not any("$" in text for text in texts)
        popover.close()
    assert len(indebted.window.findChildren(WhyPopover)) == 1
    indebted.bridge.change(privacy="exact")
    net.why.click()
    assert any("$" in label.text() for label in popover.findChildren(QLabel))
