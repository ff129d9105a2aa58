"""The concentrated pool in the real window: a range on the chart, added to, collected, left."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lstwallet.app.beginnings import Step
from lstwallet.engine import concentrated as engine
from lstwallet.engine.concentrated import OpenRange, SwapConcentrated
from lstwallet.engine.quotes import preview
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.readmodel import concentrated
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.widgets.range_bars import RangeBars
from tests.journeys.driver import Driver
from tests.ui.harness import enter, window_on

ETH = 10**18
RICH: tuple[Step, ...] = (
    Fund(YOU, "ETH", 2_000 * ETH),
    Stake(YOU, 500 * ETH),
    Wrap(YOU, 400 * ETH),
)
TICK = 1_988
"""Near the price that the small world's pool begins with."""
OWNER: tuple[Step, ...] = (
    *RICH,
    OpenRange(YOU, TICK - 100, TICK + 100, (50 * ETH, 50 * ETH)),
    SwapConcentrated(YOU, "ETH", 300 * ETH, 0),
)


def opened(
    qtbot: QtBot, folder: Path, commands: tuple[Step, ...] = RICH, **more: object
) -> tuple[MainWindow, Driver]:
    window = window_on(qtbot, folder, commands, **more)  # type: ignore[arg-type]
    enter(qtbot, window, "pools", {"pool": "wsteth_eth"})
    return window, Driver(qtbot, window)


def world_of(window: MainWindow) -> World:
    world = window.bridge.world
    assert world is not None
    return world


def bars_of(window: MainWindow) -> RangeBars:
    found = window.findChild(QWidget, "ranges.bars")
    assert isinstance(found, RangeBars)
    return found


def test_the_list_leads_to_the_ranges_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, RICH)
    enter(qtbot, window, "pools")
    you = Driver(qtbot, window)
    you.sees("You choose the prices between which your tokens trade")
    you.click("pools.open.wsteth_eth")
    you.sees("Concentrated liquidity · fee 0.01%")
    you.sees("Where the liquidity lies")
    you.sees("No range yet")
    you.click("ranges.list")
    you.sees("Good to know before you add")


def test_a_range_from_the_form_to_the_card(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    assert you.disabled("ranges.review")
    you.click("ranges.width.50")
    you.fill("ranges.amount0", "20")
    you.ready("ranges")
    you.sees("In range: it earns fees")
    before = world_of(window)
    you.click("ranges.review")
    you.sees("You add")
    assert world_of(window) == before
    you.click("ranges.confirm")
    you.sees("provides")
    (row,) = concentrated.rows(world_of(window), YOU)
    put = world_of(window).ranges[row.number].put
    assert 20 * ETH - 10**12 <= put[0] <= 20 * ETH
    price = engine.price_now(before)
    assert abs(row.lower - price * 995 // 1_000) < price // 5_000
    assert abs(row.upper - price * 1_005 // 1_000) < price // 5_000
    you.sees("Range 3")
    you.sees("Against holding")


def test_beyond_the_price_one_token_is_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    you.fill("ranges.price0", "1.3")
    you.fill("ranges.price1", "1.4")
    you.sees("It takes wstETH alone")
    you.fill("ranges.amount0", "5")
    you.ready("ranges")
    you.click("ranges.review")
    you.click("ranges.confirm")
    you.sees("provides")
    (row,) = concentrated.rows(world_of(window), YOU)
    assert (row.state, row.behind[1]) == (concentrated.BELOW, 0)
    you.sees("Out of range, all wstETH")


def test_bounds_out_of_order_are_told_beside_the_price(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path)
    you.fill("ranges.amount0", "1")
    you.fill("ranges.price0", "1.4")
    you.fill("ranges.price1", "1.3")
    you.sees("The lower price must be below the upper one.")
    assert you.disabled("ranges.review")


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        ("abc", "1.3", "This is not a number."),
        ("1.1", "1,3", "Use a point for decimals"),
        ("0", "1.3", "Enter more than zero."),
        ("1.4", "1.3", "The lower price must be below the upper one."),
    ],
)
def test_a_price_that_is_none_is_told_before_any_amount(
    qtbot: QtBot, tmp_path: Path, lower: str, upper: str, said: str
) -> None:
    _, you = opened(qtbot, tmp_path)
    you.fill("ranges.price0", lower)
    you.fill("ranges.price1", upper)
    you.sees(said)
    you.sees("Correct the prices to go on")
    assert you.disabled("ranges.review")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("abc", "This is not a number."), ("0", "Enter more than zero."), ("5000", "more than you")],
)
def test_what_is_wrong_with_the_amount_that_was_typed_is_told(
    qtbot: QtBot, tmp_path: Path, typed: str, said: str
) -> None:
    window, you = opened(qtbot, tmp_path)
    you.fill("ranges.amount1", typed)
    you.sees(said)
    second = window.page("pools").ranges.add_form.amounts[1]
    assert said in second.error.text.text()


def test_a_typed_bound_is_of_no_width_and_stays_on_the_chart(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, you = opened(qtbot, tmp_path)
    form = window.page("pools").ranges.add_form
    assert form.widths.current() == 100
    you.fill("ranges.price1", "2")
    assert form.widths.current() is None
    bars = bars_of(window)
    bounds = bars.bounds
    assert bounds is not None
    assert abs(bounds[1] / 2 - 1) < 2e-4
    assert 0 < bars._x(bounds[1]) < bars.width()
    you.click("ranges.width.500")
    assert form.widths.current() == 500


def test_a_width_follows_the_price_until_an_amount_is_typed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, you = opened(qtbot, tmp_path)
    form = window.page("pools").ranges.add_form
    moved = preview(world_of(window), SwapConcentrated(YOU, "ETH", 300 * ETH, 0)).after
    before = [field.units() for field in form.prices]
    form.refresh(moved)
    lower, upper = (field.units() for field in form.prices)
    assert lower > before[0]
    price = engine.price_now(moved)
    assert abs(lower - price * 99 // 100) < price // 5_000
    assert abs(upper - price * 101 // 100) < price // 5_000
    you.fill("ranges.amount0", "1")
    form.refresh(world_of(window))
    assert [field.units() for field in form.prices] == [lower, upper]


def test_a_bound_is_dragged_on_the_chart_and_pushed_with_keys(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, you = opened(qtbot, tmp_path)
    bars = bars_of(window)
    before = bars.bounds
    assert before is not None
    middle = bars.height() // 2
    lower = QPoint(round(bars._x(before[0])), middle)
    QTest.mousePress(bars, Qt.MouseButton.LeftButton, pos=lower)
    QTest.mouseMove(bars, lower - QPoint(60, 0))
    QTest.mouseRelease(bars, Qt.MouseButton.LeftButton, pos=lower - QPoint(60, 0))
    dragged = bars.bounds
    assert dragged is not None
    assert dragged[0] < before[0]
    assert abs(dragged[1] / before[1] - 1) < 1e-3
    bars.setFocus()
    QTest.keyClick(bars, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    pushed = bars.bounds
    assert pushed is not None
    assert pushed[1] > dragged[1]
    you.fill("ranges.amount0", "3")
    you.ready("ranges")
    you.click("ranges.review")
    you.click("ranges.confirm")
    you.sees("provides")
    (row,) = concentrated.rows(world_of(window), YOU)
    assert abs(row.lower / ETH / pushed[0] - 1) < 2e-4
    assert abs(row.upper / ETH / pushed[1] - 1) < 2e-4


def test_fees_are_collected_and_a_part_is_taken_out(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, OWNER)
    (before,) = concentrated.rows(world_of(window), YOU)
    assert before.fees[1] > 0
    you.click("ranges.collect.3")
    you.ready("ranges")
    you.click("ranges.review")
    you.click("ranges.confirm")
    you.sees("received")
    (collected,) = concentrated.rows(world_of(window), YOU)
    assert collected.fees == (0, 0)
    assert collected.earned == before.earned
    you.click("ranges.again")
    you.click("ranges.mode.remove")
    you.fill("ranges.liquidity", "1000")
    you.ready("ranges")
    you.click("ranges.review")
    you.sees("Liquidity left")
    you.click("ranges.confirm")
    you.sees("received")
    (left,) = concentrated.rows(world_of(window), YOU)
    assert collected.liquidity - left.liquidity == 1_000 * ETH
    you.sees("Take out more")
    you.click("ranges.again")
    you.click("ranges.mode.remove")
    you.click("ranges.max")
    you.ready("ranges")
    you.agree("ranges")
    you.sees("received")
    you.sees("Done")
    assert concentrated.rows(world_of(window), YOU) == ()


def test_more_goes_into_a_range_and_home_counts_it(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, OWNER)
    (before,) = concentrated.rows(world_of(window), YOU)
    you.click("ranges.more.3")
    you.fill("ranges.amount1", "4")
    you.ready("ranges")
    you.click("ranges.review")
    you.click("ranges.confirm")
    you.sees("provides")
    (after,) = concentrated.rows(world_of(window), YOU)
    assert after.number == before.number
    assert after.liquidity > before.liquidity
    enter(qtbot, window, "home")
    you.sees("wstETH / ETH ranges")


def test_a_narrow_window_opens_the_form_over_it(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path, size=(1024, 700))
    you.click("ranges.open")
    you.sees("Provide in a range")
    you.fill("ranges.amount0", "1")
    you.ready("ranges")
