"""After a fall the window tells what happened in two sentences: on Home, in Lend, in Activity."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lstwallet.engine import kernel, loops
from lstwallet.engine.kernel import Batch
from lstwallet.engine.lending import LIQUIDATORS, LiquidateUnhealthy
from lstwallet.engine.lending_oracle import MARKET, ChooseFeed
from lstwallet.engine.loops import Loop, Own, leverage
from lstwallet.engine.pools import STETH_ETH, Swap
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.losses import LossBanner
from lstwallet.ui.robot.hands import plain
from lstwallet.units.fixed import WAD
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

ETH, USDC = 10**18, 10**6
DOLLARS = Loop(YOU, "ETH", "USDC")
STAKED = Loop(YOU, "wstETH", "ETH", loops.MINT)
PURSE = (
    Fund(LIQUIDATORS, "USDC", 100_000_000 * USDC), Fund(LIQUIDATORS, "ETH", 100_000 * ETH),
    WrapEth(LIQUIDATORS, 50_000 * ETH), LiquidateUnhealthy(LIQUIDATORS, 1_000),
)  # fmt: skip
DEPEG = (
    Fund("crowd:seller", "ETH", 68_000 * ETH), Stake("crowd:seller", "all"),
    Swap("crowd:seller", STETH_ETH, "stETH", "all", 0, "ETH"),
)  # fmt: skip


def looped(loop: Loop, multiple: int) -> Batch:
    """The loop's calls, planned on the same world that the profile begins with."""
    draft = Draft(genesis(7, catalogue=tiny(), market=MarketConfig(flows=False)))
    for command in FUNDED:
        kernel.handle(draft, command)
    return Batch(leverage(draft, loop, Own("ETH", 10 * ETH), multiple * WAD).calls)


def told(window: MainWindow, name: str) -> str:
    banner = window.findChild(LossBanner, name)
    assert banner is not None
    return plain(banner.text.text())


def sees_loss(driver: Driver, window: MainWindow, name: str) -> str:
    driver.until(lambda: driver.maybe(name, LossBanner) is not None, "what was lost")
    return told(window, name)


def test_three_times_and_a_fall_is_told_until_it_is_answered(
    qtbot: QtBot, tmp_path: Path
) -> None:
    steps = (*FUNDED, looped(DOLLARS, 3), SetPrices(2_370 * 10**8, 10**8), *PURSE)
    window = window_on(qtbot, tmp_path, steps, room="home")
    driver = Driver(qtbot, window)
    text = sees_loss(driver, window, "home.liquidated")
    first, second = text.split(". ", 1)[0], text.rsplit("collateral. ", 1)[1]
    assert "your health factor was 0.98, below 1.00, and your position was liquidated" in first
    # Half of 59,6.. dollars, bought with 5 % on top at 2,370.
    assert "others repaid 29 " in text
    assert "USDC of your debt and took 13." in text
    assert second.startswith("You still owe 29 ")
    assert "at a health factor of 1.0" in second
    assert second.endswith("repay or add collateral to keep it above 1.00.")
    assert text.count(". ") == 1 + text.count("0. ")

    driver.click("Go to Lend")
    assert sees_loss(driver, window, "lend.liquidated") == text
    driver.go("activity")
    driver.sees("Liquidated")
    driver.sees("of debt repaid by others, health factor was 0.98")
    driver.go("home")
    assert sees_loss(driver, window, "home.liquidated") == text

    driver.go("lend")
    driver.click("lend.repay")
    driver.fill("lend.amount", "20000")
    driver.agree("lend")
    driver.sees("20 000.00 USDC repaid")
    driver.until(lambda: driver.maybe("lend.liquidated", LossBanner) is None, "it to go")
    driver.go("home")
    assert driver.maybe("home.liquidated", LossBanner) is None


def test_dismissed_in_lend_it_is_gone_on_home_too(qtbot: QtBot, tmp_path: Path) -> None:
    steps = (*FUNDED, looped(DOLLARS, 3), SetPrices(2_200 * 10**8, 10**8), *PURSE)
    window = window_on(qtbot, tmp_path, steps, room="lend")
    driver = Driver(qtbot, window)
    text = sees_loss(driver, window, "lend.liquidated")
    assert "You owe nothing any more; " in text
    assert text.endswith("is left and can be withdrawn.")
    driver.click("Dismiss")
    assert driver.maybe("lend.liquidated", LossBanner) is None
    driver.go("home")
    driver.sees("Net worth")
    assert driver.maybe("home.liquidated", LossBanner) is None


@pytest.mark.parametrize("market", [True, False])
def test_ten_times_and_a_discount(qtbot: QtBot, tmp_path: Path, market: bool) -> None:
    """The market's oracle liquidates; the exchange rate saves the same loop."""
    oracle = (ChooseFeed(YOU, "wstETH", MARKET),) if market else ()
    steps = (*FUNDED, looped(STAKED, 10), *oracle, *DEPEG, *PURSE)
    window = window_on(qtbot, tmp_path, steps, room="lend")
    driver = Driver(qtbot, window)
    if market:
        text = sees_loss(driver, window, "lend.liquidated")
        assert "others repaid 45." in text or "others repaid 44.9" in text
        assert "wstETH of your collateral. You still owe" in text
        driver.go("activity")
        driver.sees("Oracle changed, practice")
        driver.sees("wstETH by its market price")
    else:
        driver.sees("Loop, wstETH against ETH")
        qtbot.wait(400)
        assert driver.maybe("lend.liquidated", LossBanner) is None


def test_bad_debt_is_told_as_what_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    steps = (*FUNDED, looped(DOLLARS, 3), SetPrices(1_950 * 10**8, 10**8), *PURSE)
    window = window_on(qtbot, tmp_path, steps, room="home")
    text = sees_loss(Driver(qtbot, window), window, "home.liquidated")
    assert "No collateral was left, so the market wrote off the rest of your debt, " in text
    assert text.endswith("you owe nothing any more.")
