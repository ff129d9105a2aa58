"""The room Pools in the real window: the list, both pools, adding, watching, taking out."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lstwallet.app.beginnings import Step
from lstwallet.app.session import Session
from lstwallet.engine.pools import STETH_ETH, USDC_ETH, AddLiquidity, Swap
from lstwallet.engine.pools_facts import LP
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.readmodel import pools
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.pools.parts import HoldsCard
from lstwallet.units.amount import format_exact
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import enter, make_profile, seconds_to_refresh, window_on

ETH = 10**18
USDC = 10**6
RICH: tuple[Step, ...] = (
    Fund(YOU, "ETH", 100_000 * ETH),
    Fund(YOU, "USDC", 50_000 * USDC),
    Stake(YOU, 50 * ETH),
)
OWNER: tuple[Step, ...] = (
    *RICH,
    AddLiquidity(YOU, STETH_ETH, (10 * ETH, 10 * ETH), 0),
    AddLiquidity(YOU, USDC_ETH, (2_000 * USDC, 0), 0),
)


def opened(
    qtbot: QtBot, folder: Path, pool: str = "", commands: tuple[Step, ...] = RICH, **more: object
) -> tuple[MainWindow, Driver]:
    window = window_on(qtbot, folder, commands, **more)  # type: ignore[arg-type]
    enter(qtbot, window, "pools", {"pool": pool} if pool else None)
    return window, Driver(qtbot, window)


def world_of(window: MainWindow) -> World:
    world = window.bridge.world
    assert world is not None
    return world


def test_the_list_leads_to_each_pool_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path)
    you.sees("You have no share of it yet")
    you.sees("Good to know before you add")
    you.click("pools.open.usdc_eth")
    you.sees("Pool price against ETH / USD")
    you.sees("Constant product · fee 0.30%")
    you.sees("You have no share of this pool")
    you.click("pools.list")
    you.click("pools.open.steth_eth")
    you.sees("Price against redemption")
    you.sees("StableSwap · fee 0.04% · A = 50")


def test_from_the_first_click_to_the_position(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH)
    assert you.disabled("pools.review")
    you.fill("pools.amount0", "2")
    you.ready("pools")
    you.sees("of the pool, worth")
    before = world_of(window)
    you.click("pools.review")
    you.sees("−2.0000 ETH")
    assert world_of(window) == before
    you.click("pools.confirm")
    you.sees("LP received")
    you.sees("Your LP")
    you.sees("at the redemption rate")
    minted = world_of(window).balance(YOU, "LP:steth_eth")
    assert 1.9 * ETH < minted < 2.1 * ETH
    you.sees("Had you kept it")
    you.sees("Trading fees")
    you.sees("Divergence")


def test_balanced_fills_the_other_field_and_is_free(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, USDC_ETH)
    you.click("pools.mode.balanced")
    you.fill("pools.amount1", "1")
    pair = world_of(window).pools.usdc_eth.pair
    expected = format_exact(pair.reserve_0 * ETH // pair.reserve_1, 6)
    assert you.find("pools.amount0").text() == expected
    you.sees("No bonus, no penalty")
    you.fill("pools.amount0", "1000")
    assert you.find("pools.amount1").text() not in ("", "1")
    you.agree("pools")
    you.sees("LP received")


def test_custom_says_what_stays_with_you(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path, USDC_ETH)
    you.click("pools.mode.custom")
    you.fill("pools.amount0", "40000")
    you.fill("pools.amount1", "1")
    you.sees("The pair takes both in its ratio:")
    you.sees("stays with you.")


@pytest.mark.parametrize(
    ("price", "words"),
    [(9_990, "gives way a little."), (9_850, "the price gives way."), (9_569, "has given way.")],
)
def test_the_sentence_of_a_leaning_pool_grows_with_the_gap(
    qtbot: QtBot, price: int, words: str
) -> None:
    card = HoldsCard()
    qtbot.addWidget(card)
    view = pools.PoolView(STETH_ETH, ("ETH", "stETH"), (ETH, 3 * ETH), 0, 0.75,
                          price * ETH // 10_000, ETH, 0.0004, 50)  # fmt: skip
    card.show_pool(view)
    assert words in card.note.text()


def test_the_scarce_side_is_paid_and_the_other_pays(qtbot: QtBot, tmp_path: Path) -> None:
    lean = (*RICH, Stake(YOU, 20_000 * ETH), Swap(YOU, STETH_ETH, "stETH", 19_000 * ETH, 0, "ETH"))
    window, you = opened(qtbot, tmp_path, STETH_ETH, lean)
    page = window.page("pools")
    assert page is not None
    you.fill("pools.amount0", "10")
    you.sees("Bonus ")
    you.sees("the pool pays you a little extra")
    page.add_form.amounts[0].pill.choose("stETH")
    you.sees("Penalty ")
    you.sees("tips it")


BAD = [
    ("", "Enter an amount to go on"),
    ("0", "Enter more than zero."),
    ("-1", "The amount cannot be below zero."),
    ("1.0000000000000000001", "At most 18 decimals here."),
    ("1,5", "Use a point for decimals"),
    ("abc", "This is not a number."),
    ("300000", "more than you have."),
    ("1e999999", "without an exponent"),
]


def test_bad_amounts(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, OWNER)
    before = world_of(window)
    for tab, field in (("add", "pools.amount0"), ("remove", "pools.lp")):
        you.click(f"pools.tab.{tab}")
        you.refuses("pools", field, BAD)
    assert world_of(window) == before


def test_too_much_of_the_second_token_is_said_beside_it(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH)
    page = window.page("pools")
    assert page is not None
    you.click("pools.mode.custom")
    you.fill("pools.amount0", "1")
    you.fill("pools.amount1", "51")
    you.sees("more than you have.")
    first, second = page.add_form.amounts
    assert second.error.text.text()
    assert not first.error.text.text()
    you.fill("pools.amount1", "1,5")
    you.sees("Use a point for decimals")
    assert not first.error.text.text()
    you.fill("pools.amount1", "")
    you.ready("pools")  # one amount is enough


def test_without_a_share_there_is_nothing_to_take_out(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path, STETH_ETH)
    you.click("pools.tab.remove")
    you.sees("You have no share of this pool")
    assert you.disabled("pools.review")


@pytest.mark.parametrize(
    ("pool", "way", "moved"),
    [(STETH_ETH, "balanced", ("ETH", "stETH")), (USDC_ETH, "USDC", ("USDC",))],
)
def test_taking_everything_out(
    qtbot: QtBot, tmp_path: Path, pool: str, way: str, moved: tuple[str, ...]
) -> None:
    window, you = opened(qtbot, tmp_path, pool, OWNER)
    you.click("pools.tab.remove")
    you.click(f"pools.out.{way}")
    you.click("Max")
    you.agree("pools")
    you.sees(" received")
    for token in moved:
        you.sees(f"{token} in wallet")
    assert world_of(window).balance(YOU, f"LP:{pool}") == 0
    you.sees("You have no share of this pool")


def test_a_pool_that_moved_past_the_limit_stops_at_confirm(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, USDC_ETH, OWNER)
    you.fill("pools.amount0", "1000")
    you.fill("pools.slippage.addform", "0.1")
    you.click("pools.review")
    with qtbot.waitSignal(window.bridge.outcome):
        window.bridge.send(Swap(YOU, USDC_ETH, "ETH", 2_000 * ETH, 0, "USDC"))
    before = world_of(window).events
    you.press(you.find("pools.confirm"))
    you.until(
        lambda: you.visible_text("The price moved:") or you.visible_text("These are the new"),
        "told that the pool moved",
    )
    assert world_of(window).events == before


def test_a_costly_way_needs_a_tick_and_a_ruinous_one_is_refused(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, you = opened(qtbot, tmp_path, USDC_ETH)
    page = window.page("pools")
    assert page is not None
    page.add_form.amounts[0].pill.choose("ETH")
    reserve = world_of(window).pools.usdc_eth.pair.reserve_1 // ETH
    you.fill("pools.amount0", str(reserve * 6 // 10))
    you.sees("Penalty ")
    you.click("pools.review")
    you.sees("I accept the risk")
    you.sees("That costs")
    assert you.disabled("pools.confirm")
    you.click("pools.accept")
    assert not you.disabled("pools.confirm")
    you.click("pools.back")
    you.fill("pools.amount0", str(reserve * 2))
    you.sees("From 15% on it is refused.")
    you.click("pools.review")
    you.sees("Refused: see above.")
    assert you.disabled("pools.confirm")


def test_the_position_after_a_week(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, OWNER, days=7, flows=True)
    you.sees("Had you kept it")
    page = window.page("pools")
    assert page is not None
    held = page._basis[STETH_ETH]
    assert held is not None
    assert held.lp == world_of(window).balance(YOU, "LP:steth_eth")
    assert held.since == world_of(window).time - 7 * DAY
    you.until(lambda: page.detail.apr.value.text().endswith("%"), "a fee APR")
    you.sees("Staking yield")
    you.until(lambda: len(page.detail.chart.chart.series()) == 2, "two lines")
    market = page.detail.chart.chart.series()[1].ys
    assert len(market) > 24 * 6
    assert all(0.5 < value < 1.5 for value in market if value)


def test_why_the_position_stands_there(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, OWNER)
    you.sees("Had you kept it")
    page = window.page("pools")
    assert page is not None
    why = page.detail.position.ahead.why
    assert why is not None
    you.press(why)
    you.sees("Put in + entry + staking + price + fees + divergence = worth now.")
    you.key(Qt.Key.Key_Escape)
    you.sees_not("Put in + entry")


def test_amounts_are_hidden_when_wanted(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, OWNER)
    you.sees("Had you kept it")
    page = window.page("pools")
    assert page is not None
    shown = page.detail.position
    assert any(digit in shown.now.value.text() for digit in "123456789")
    window.bridge.change(privacy="hidden")
    you.sees("•••• ETH")
    for each in (shown.now, shown.held):
        assert not any(digit in each.value.text() for digit in "0123456789")
    assert "ETH" not in shown.ahead.value.text()


def test_under_1180_the_form_opens_as_a_sheet(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, size=(1024, 700))
    page = window.page("pools")
    assert page is not None
    assert page.minimumSizeHint().width() <= 1024 - 60
    assert not page.panel.isVisible()
    you.click("pools.add")
    assert page.panel.isVisible()
    you.key(Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    you.click("pools.add")
    window.enter("settings")
    you.until(lambda: not page.isVisible(), "another room")
    assert not page.panel.isVisible()
    enter(qtbot, window, "pools")
    you.click("pools.add")
    you.fill("pools.amount0", "1")
    you.agree("pools")
    you.sees("LP received")
    window.resize(1440, 900)
    you.until(lambda: page.panel.isVisible() and not page.detail.add.isVisible(), "beside again")
    assert page.panel.isVisible()
    assert not page.detail.add.isVisible()


def test_head_and_cards_end_together_whether_a_bar_stands_beside(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, size=(1024, 700))
    detail = window.page("pools").detail
    you.until(lambda: right_of(detail.add) == right_of(detail.chart), "one right edge")
    area = detail.parentWidget().parentWidget()
    assert area.verticalScrollBar().maximum() > 0
    page = window.page("pools")
    assert area.mapTo(page, area.rect().bottomLeft()).y() == page.height() - 1
    window.resize(1024, 1400)
    you.until(lambda: area.verticalScrollBar().maximum() == 0, "no bar")
    you.until(lambda: right_of(detail.add) == right_of(detail.chart), "one right edge again")


def right_of(widget: QWidget) -> int:
    return widget.mapTo(widget.window(), widget.rect().topRight()).x()


def test_refreshing_is_quick(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH, OWNER)
    you.fill("pools.amount0", "1")
    you.ready("pools")
    assert seconds_to_refresh(window.page("pools"), world_of(window)) < 0.012


def test_while_a_deposit_is_on_its_way_its_form_stays(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, STETH_ETH)
    page = window.page("pools")
    assert page is not None
    you.fill("pools.amount0", "5")
    you.click("pools.review")
    before = world_of(window).events
    answer = Event()
    window.bridge.jobs.run(lambda: answer.wait(10), lambda _: None, lambda _: None)
    you.click("pools.confirm")
    enter(qtbot, window, "home")
    enter(qtbot, window, "pools", {"pool": STETH_ETH, "action": "add"})
    assert page.flow.phase == "pending"
    you.click("pools.list")
    you.click("pools.open.usdc_eth")
    page.tabs.changed.emit("remove")
    page.flow.review()
    assert (page.flow.phase, page.flow.form) == ("pending", page.add_form)
    answer.set()
    you.until(lambda: page.flow.phase == "receipt", "the receipt")
    world = world_of(window)
    assert world.events > before
    assert world.balance(YOU, LP[STETH_ETH]) < 6 * ETH
    assert page.add_form.fields()["amount"].symbol() in ("ETH", "stETH")
    you.click("pools.open.usdc_eth")
    assert (page.pool, page.flow.phase) == (USDC_ETH, "form")


def test_another_profile_shows_its_own_fees(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, _ = opened(qtbot, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    path = make_profile(other / "other.lstwallet")
    page = window.page("pools")
    assert page is not None
    qtbot.waitUntil(lambda: page._recent is not None)
    shown: list[object] = []
    real = pools.earnings

    def earnings(world: World, pool: str, recent: object) -> object:
        shown.append(recent)
        return real(world, pool, recent)

    monkeypatch.setattr(pools, "earnings", earnings)
    with qtbot.waitSignal(window.bridge.opened):
        window.bridge.open(lambda: Session.open(path))
    assert shown[-1] is None
