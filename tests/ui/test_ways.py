"""Ways out through the window: every room says the same of the same wait and the same sale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lstwallet.engine.lending import Supply
from lstwallet.engine.pools_facts import STETH_ETH, AddLiquidity
from lstwallet.engine.restaking_facts import Delegate, QueueWithdrawal, Restake
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap, ticket_wait
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.readmodel.ways_out import MARKET, QUEUE, Way, lent
from lstwallet.ui import wording
from lstwallet.ui.bridge import Preferences
from lstwallet.ui.robot.hands import plain
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

ETH = 10**18
HELD = (
    *FUNDED, Fund(YOU, "ETH", 100 * ETH), Stake(YOU, 60 * ETH), Wrap(YOU, 30 * ETH),
    Supply(YOU, "wstETH", 10 * ETH), AddLiquidity(YOU, STETH_ETH, (5 * ETH, 5 * ETH), 0),
    StakeNatively(YOU, 32 * ETH), RequestUnstake(YOU, 3 * ETH),
)  # fmt: skip


@pytest.fixture
def person(qtbot: QtBot, tmp_path: Path) -> Driver:
    return Driver(qtbot, window_on(qtbot, tmp_path, HELD, room="home"))


def bar_says(person: Driver, words: str) -> None:
    """Wait until the first bar of Home's exits says these words."""
    gantt = person.window.page("home").exits.gantt
    person.until(lambda: plain(gantt._rows[0].when) == words, f"the bar to say “{words}”")


def test_a_ticket_has_the_same_range_on_every_screen(qtbot: QtBot, person: Driver) -> None:
    for days in (0, 0, 1):
        if days:
            person.step("hour")
        world = person.window.bridge.world
        (ticket,) = [each for each in world.tickets.values() if each.account == YOU]
        wait = ticket_wait(world, ticket)
        words = plain(wording.waits(*wait))
        assert re.search(r"\d+ to \d+ (d|h)", words)
        person.go("Home")
        person.sees(f"in {words}")  # time line
        bar_says(person, f"in {words}")
        person.click("home.calendar")
        entry = person.find(f"calendar.ticket.{ticket.id}")
        assert f"in {words}" in plain(entry.accessibleDescription())
        person.click("calendar.close")
        person.go("Unstake")
        person.sees(f"in {words}")  # table of tickets


def test_what_is_restaked_has_its_ways_and_leads_to_its_room(
    qtbot: QtBot, tmp_path: Path
) -> None:
    restaked = (
        *HELD, Restake(YOU, "stETH", 10 * ETH), Delegate(YOU, "Harbour Nodes"),
        QueueWithdrawal(YOU, "stETH", 4 * ETH),
    )  # fmt: skip
    person = Driver(qtbot, window_on(qtbot, tmp_path, restaked, room="home"))
    link = person.find("home.ways_out")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    person.sees("stETH restaked")
    person.sees("stETH in escrow")
    person.sees("Out of escrow in 14 d, slashable until then; the ways begin there.")
    person.click("ways.go.restaked:stETH")
    person.sees_not("Ways out")
    person.sees("You withdraw")


def test_a_way_that_begins_at_one_moment_names_it_not_a_range() -> None:
    delay = 100_801 * 12
    name, when, _ = wording.way(Way(MARKET, ETH, Wait(delay, delay)), Preferences())
    assert (name, plain(when)) == ("Sell on the market", "in 14 d")
    ranged = wording.way(Way(QUEUE, ETH, Wait(DAY, 3 * DAY)), Preferences())[1]
    assert plain(ranged) == "in 1 to 3 d"
    assert wording.way(Way(MARKET, ETH, Wait(0, 0)), Preferences())[1] == "at once"


def test_all_ways_are_a_click_from_home_and_lead_on(person: Driver) -> None:
    link = person.find("home.ways_out")
    person.qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    person.sees("Ways out")
    for words in (
        "in the wallet", "10.0000 wstETH as collateral", "stETH in a pool", "Withdrawal queue",
        "Sell on the market", "at once", "break-even", "Selling costs what staking earns in",
    ):  # fmt: skip
        person.sees(words)
    person.click("ways.go.lending:wstETH")
    person.sees_not("Ways out")
    person.sees("Withdraw wstETH")
    person.go("Home")
    person.qtbot.mouseClick(person.find("home.ways_out"), Qt.MouseButton.LeftButton)
    person.click("ways.go.wallet:stETH")
    person.sees("Two ways out.")


def test_collateral_and_pool_shares_say_it_in_a_line_that_follows_the_clock(
    person: Driver,
) -> None:
    bridge = person.window.bridge
    person.go("Lend")
    out = lent(bridge.world, YOU, "wstETH")
    assert out is not None
    person.sees(wording.ways_line(out))
    person.window.bridge.advance(10 * DAY)
    person.quiet()
    later = lent(bridge.world, YOU, "wstETH")
    assert later is not None
    person.sees(wording.ways_line(later))
    person.qtbot.mouseClick(person.find("lend.ways_out.wstETH"), Qt.MouseButton.LeftButton)
    person.sees("10.0000 wstETH as collateral")
    person.click("ways.close")
    person.go("Pools")
    person.click("pools.open.steth_eth")
    person.sees("Out: queue")
    person.qtbot.mouseClick(person.find("pools.ways_out"), Qt.MouseButton.LeftButton)
    person.sees("stETH in a pool")
    person.sees("in your own validators")


def test_nothing_staked_has_no_ways(qtbot: QtBot, tmp_path: Path) -> None:
    person = Driver(qtbot, window_on(qtbot, tmp_path, room="home"))
    person.window.enter("ways_out")
    person.sees("Nothing is staked, so there is nothing to get out of.")
