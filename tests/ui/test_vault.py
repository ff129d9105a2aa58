"""Vaults in the real window: the list, in and out, by amount and by shares, why, and drills."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lstwallet.app.beginnings import Step
from lstwallet.app.settings import Settings
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.vaults import DepositVault
from lstwallet.engine.wallet import WrapEth
from lstwallet.engine.world import YOU, World
from lstwallet.readmodel import vaults
from lstwallet.ui.main_window import MainWindow
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, enter, seconds_to_refresh, window_on

pytestmark = pytest.mark.qt_log_ignore("does not support")  # menus, where no window system is
ETH = 10**18
RICH: tuple[Step, ...] = (*FUNDED, Stake(YOU, 10 * ETH), Wrap(YOU, ALL), WrapEth(YOU, 5 * ETH))
OWNER: tuple[Step, ...] = (*RICH, DepositVault(YOU, "ETH", 12 * ETH), 9 * DAY)


def opened(
    qtbot: QtBot, folder: Path, asset: str = "WETH", commands: tuple[Step, ...] = RICH,
    *, size: tuple[int, int] = (1440, 900),
) -> tuple[MainWindow, Driver]:  # fmt: skip
    settings = Settings(theme="light")
    window = window_on(qtbot, folder, commands, settings=settings, size=size)
    enter(qtbot, window, "lend", {"vault": asset} if asset else None)
    return window, Driver(qtbot, window)


def world_of(window: MainWindow) -> World:
    world = window.bridge.world
    assert world is not None
    return world


def test_the_list_leads_to_each_vault_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, "")
    you.sees("put in, get shares, let them lend for you")
    you.sees("nothing in it")
    you.click("lend.vault.wstETH")
    you.sees("Lends wstETH in this market and keeps 10% of the interest")
    you.sees("Staking on top")
    you.sees("Nothing in it yet")
    you.click("vault.back")
    you.sees("click one for its rate curve")
    assert window.page("lend").flow.form is window.page("lend").form
    you.click("lend.vault.WETH")
    you.sees("Share price, WETH")
    you.sees_not("Staking on top")


@pytest.mark.parametrize("token", ["ETH", "WETH"])
def test_from_the_first_click_to_the_shares(qtbot: QtBot, tmp_path: Path, token: str) -> None:
    window, you = opened(qtbot, tmp_path)
    assert you.disabled("vault.review")
    if token != "ETH":
        you.choose("vault.token", token)
    you.fill("vault.amount", "2")
    you.ready("vault")
    before = world_of(window)
    you.click("vault.review")
    you.sees("The vault keeps 10.0% of the interest")
    you.sees("−2.0000 " + token)
    assert world_of(window) == before
    you.click("vault.confirm")
    you.sees("Settled")
    after = world_of(window)
    assert 2 * ETH - 9 <= after.balance(YOU, "vWETH") <= 2 * ETH
    you.sees("Worth now")
    you.sees("Brought so far")
    you.click("vault.again")
    you.sees("Enter an amount to go on")


def test_shares_can_be_named(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER)
    you.choose("vault.token", "vWETH")
    you.fill("vault.amount", "1")
    you.ready("vault")
    you.sees("You pay")
    you.agree("vault")
    you.sees("Settled")
    assert world_of(window).balance(YOU, "vWETH") == 13 * ETH
    you.click("vault.again")
    you.click("vault.out")
    you.fill("vault.amount", "13")
    you.ready("vault")
    you.sees("You receive")
    you.agree("vault")
    you.sees("Settled")
    you.sees("Done")
    assert world_of(window).balance(YOU, "vWETH") == 0


def test_max_takes_out_every_share(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER)
    you.click("vault.out")
    you.click("vault.max")
    you.ready("vault")
    worth = vaults.position(world_of(window), YOU, "WETH").worth
    ether = world_of(window).balance(YOU, "ETH")
    you.agree("vault")
    you.sees("Settled")
    you.sees("Done")
    after = world_of(window)
    assert after.balance(YOU, "vWETH") == 0
    assert worth > 12 * ETH
    assert 0 < ether + worth - after.balance(YOU, "ETH") < ETH // 100  # the network's fee


def test_max_leaves_the_fee(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    you.click("vault.max")
    you.ready("vault")
    you.agree("vault")
    you.sees("Settled")
    assert world_of(window).balance(YOU, "ETH") == 0


def test_what_it_brought_is_read_and_follows(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER)
    worth = vaults.position(world_of(window), YOU, "WETH").worth
    brought = you.find("vault.brought")
    you.until(lambda: "+0.00" in brought.accessibleDescription(), "it to be read")
    view = window.page("lend").vault
    assert view._paid == 12 * ETH < worth
    you.fill("vault.amount", "3")
    you.agree("vault")
    you.sees("Settled")
    you.until(lambda: (view._paid or 0) > 14 * ETH, "it to be read again")


def test_refusals_stand_beside_the_field(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path)
    you.fill("vault.amount", "1000000")
    you.sees("more than")
    you.click("vault.out")
    you.sees("You have no shares of this vault")
    you.fill("vault.amount", "1")
    assert you.disabled("vault.review")


def test_every_number_can_be_asked(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER)
    world = world_of(window)
    terms = vaults.why_worth(world, "WETH", ETH)
    view = window.page("lend").vault
    view.terms.price.why.click()
    you.sees(f"{terms.rest * 100 // terms.divisor}% of one base unit")
    you.sees("(what is for the shares + 1) ÷ (shares + 1)")
    view.shares.worth.why.click()
    you.sees("your shares × (what is for the shares + 1) ÷ (all shares + 1), rounded down")
    view.why.click()
    you.sees("supply APY of the market × (1 − fee)")
    you.fill("vault.amount", "2")
    you.ready("vault")
    window.page("lend").vault_form.other.why.click()
    you.sees("You then pay what these shares cost, rounded up: nothing is lost.")


def test_the_chart_shows_what_was_sampled(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER)
    chart = window.page("lend").vault.chart.chart
    you.until(lambda: bool(chart._series) and len(chart._series[0].ys) > 100, "the line")
    ys = list(chart._series[0].ys)
    assert ys == sorted(ys)
    assert 1 <= ys[0] < ys[-1] < 1.01


def test_the_first_depositor_is_played(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path, commands=OWNER)
    you.click("vault.drill.gift.100")
    you.sees("You got no share at all")
    played = vaults.attack(0, 1, 100 * ETH, 10 * ETH)
    assert played.victim == -10 * ETH
    you.sees("−10.0000 WETH")
    you.click("vault.drill.offset.6")
    you.sees("The virtual shares take half of the gift")
    you.click("vault.drill.gift.0")
    you.sees("Without a gift everybody takes out what they put in.")
    you.click("vault.drill.offset.0")
    you.click("vault.drill.gift.10")
    you.sees("There are few shares, and one of them is nobody's")


def test_a_robbed_vault_is_told_everywhere(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER)
    worth = vaults.position(world_of(window), YOU, "WETH").worth
    you.click("vault.drill.steal.50")
    half = worth * 51 // 100
    you.until(lambda: vaults.position(world_of(window), YOU, "WETH").worth < half, "the loss")
    brought = you.find("vault.brought")
    you.until(lambda: brought.accessibleDescription().startswith("−"), "the loss to be told")
    chart = window.page("lend").vault.chart.chart
    you.until(lambda: bool(chart._series) and chart._series[0].ys[-1] < 0.6, "the fall in the line")
    enter(qtbot, window, "activity")
    you.sees("Vault robbed, practice")
    you.sees("stolen from all who hold shares")


def test_more_than_the_shares_are_worth_is_said_of_the_shares(
    qtbot: QtBot, tmp_path: Path
) -> None:
    _, you = opened(qtbot, tmp_path, commands=OWNER)
    you.click("vault.out")
    you.fill("vault.amount", "1000")
    you.sees("WETH more than you have.")
    you.sees_not("network fee of")
    assert you.disabled("vault.review")


def test_home_leads_to_the_vault(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, "", commands=OWNER)
    enter(qtbot, window, "home")
    you.sees("WETH vault, value grows")
    enter(qtbot, window, "lend", {"vault": "nowhere"})
    you.sees("click one for its rate curve")
    enter(qtbot, window, "lend", {"vault": "WETH", "way": "out"})
    you.sees("Shares you give back")
    enter(qtbot, window, "lend", {"action": "borrow"})
    you.sees("click one for its rate curve")


def test_both_directions_fit_a_small_window(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, commands=OWNER, size=(1024, 700))
    you.sees("What a share is worth")
    assert window.page("lend").vault.drills.isVisible()
    you.fill("vault.amount", "2")
    you.ready("vault")
    assert seconds_to_refresh(window.page("lend"), world_of(window)) < 0.03
