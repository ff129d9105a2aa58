"""Restaking through the window: deposit, operator, slash, escrow, rewards; and the drill."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lstwallet.engine import restaking_view as view
from lstwallet.engine.kernel import audit
from lstwallet.engine.restaking_facts import (
    Delegate,
    QueueWithdrawal,
    Restake,
    SlashOperator,
)
from lstwallet.engine.staking import Stake, steth_of
from lstwallet.engine.world import YOU, World
from lstwallet.market import restaking as market
from lstwallet.readmodel import restaking as reading
from lstwallet.ui.pages.restake import words
from lstwallet.ui.pages.restake.page import RoomPage
from lstwallet.ui.robot.hands import plain
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, enter, window_on

ETH = 10**18
CAREFUL, EVEN, BOLD = (name for _, name in market.OPERATORS)
DATA = market.SERVICES[0][1]
STAKED = (*FUNDED, Stake(YOU, 40 * ETH))
IN = (*STAKED, Restake(YOU, "stETH", 10 * ETH), Delegate(YOU, EVEN))
LEAVING = (*IN, QueueWithdrawal(YOU, "stETH", 4 * ETH))
Open = Callable[..., Driver]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Open:
    """A person in a room of a profile with this history."""

    def make(*commands: Any, days: int = 0, room: str = "restake", **wish: Any) -> Driver:
        window = window_on(qtbot, tmp_path, commands or STAKED, days, room=room)
        if wish:
            enter(qtbot, window, room, wish)
        return Driver(qtbot, window)

    return make


def page_of(person: Driver) -> RoomPage:
    page = person.window.page("restake")
    assert isinstance(page, RoomPage)
    return page


def world_of(person: Driver) -> World:
    world = person.window.bridge.world
    assert world is not None
    assert audit(world) == []
    return world


def test_a_deposit_is_reviewed_with_its_approval_and_the_way_out(opened: Open) -> None:
    person = opened()
    person.sees("Nothing restaked yet")
    person.sees("Nothing in escrow")
    person.sees("Without an operator a deposit earns nothing more and risks nothing.")
    person.fill("You deposit", "10")
    person.click("Review deposit")
    person.sees("−10.0000 stETH")
    person.sees("Restaking contract may take 10.0000 stETH, exactly this amount")
    person.sees("it leaves escrow on")
    person.click("restake.checked")
    person.sees("Without an operator nobody can slash it.")
    person.sees_not("and earns no rewards")
    person.click("Deposit 10.0000 stETH")
    person.sees("10.0000 stETH restaked")
    world = world_of(person)
    assert reading.deposited(world, YOU, "stETH") >= 10 * ETH - 5
    person.click("Choose an operator")
    person.sees("Review delegation")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0", "Enter more than zero"), ("41", "1.0000 stETH more than you have."), ("1,5", "comma")],
)
def test_what_is_refused_says_why_beside_the_field(opened: Open, typed: str, said: str) -> None:
    person = opened()
    person.fill("You deposit", typed)
    person.sees(said)
    assert not person.find("restake.review").isEnabled()


def test_without_a_loss_nothing_is_said_of_one(opened: Open) -> None:
    person = opened(*IN)
    person.sees("by its rate")
    person.sees_not("by its rate ·")


def test_an_operator_is_chosen_from_the_table(opened: Open) -> None:
    person = opened(*STAKED, Restake(YOU, "stETH", 10 * ETH))
    page = page_of(person)
    rows = reading.operators(world_of(person), YOU)
    assert [row.name for row in rows] == [CAREFUL, EVEN, BOLD]
    page.operators.table.activated_cell.emit(rows[1], "choose")
    person.sees("Data layer, 40% of the stake")
    person.sees("+0.16%")
    person.sees("Its services can slash up to 100% of all that you restake, now and later.")
    person.click("Review delegation")
    person.sees(f"The services of {EVEN} can slash up to 100% of all that you restake.")
    person.sees("The way out takes 14 d")
    person.click("restake.checked")
    person.sees("Slashes from before you join cost you nothing.")
    person.click(f"Delegate to {EVEN}")
    person.sees(f"Delegated to {EVEN}")
    person.click("Done")
    person.sees("This is your operator. Leaving takes 14 days")
    person.click("Review leaving")
    person.sees("It can be slashed until then, and earns no rewards")
    person.click(f"Leave {EVEN}")
    person.sees(f"You left {EVEN}")
    assert view.stake_of(world_of(person), YOU).operator == ""
    assert len(world_of(person).escrows) == 1


def test_a_slash_shows_and_is_explained_term_by_term(opened: Open) -> None:
    person = opened(*LEAVING, SlashOperator(EVEN, DATA, WAD // 2))
    page, world = page_of(person), world_of(person)
    person.sees("Slashable")
    person.sees("−20.00%")
    (row,) = reading.escrows(world, YOU)
    assert abs(row.lost - 8 * ETH // 10) <= 10
    assert abs(row.units - 32 * ETH // 10) <= 10
    person.click("restake.why.stETH")
    person.sees("deposit shares × scaling factor × max magnitude × rate")
    person.sees("0.800000")
    page.escrows.table.activated_cell.emit(row, "why")
    person.sees("scaled shares × max magnitude, at the latest at the escrow's end")
    person.sees("0.8000 stETH")
    operators = reading.operators(world, YOU)
    page.operators.table.activated_cell.emit(operators[1], "why")
    person.sees("Σ pay of a service × part allocated to it × (1 − own fee)")


def test_the_escrow_ends_and_is_taken(opened: Open) -> None:
    person = opened(*LEAVING, days=15)
    page = page_of(person)
    before = steth_of(world_of(person), YOU)
    (row,) = reading.escrows(world_of(person), YOU)
    assert row.state == reading.READY
    page.escrows.table.activated_cell.emit(row, "take")
    person.click("restake.checked")
    person.sees("No slash reaches it any more.")
    person.click("Take it")
    person.sees("Withdrawal taken")
    assert steth_of(world_of(person), YOU) - before in range(row.units - 2, row.units + 2)
    person.click("Done")
    assert page.flow.form is page.deposit
    person.sees("Nothing in escrow")


def test_or_it_is_deposited_again(opened: Open) -> None:
    person = opened(*LEAVING, days=15)
    page = page_of(person)
    (row,) = reading.escrows(world_of(person), YOU)
    before = reading.deposited(world_of(person), YOU, "stETH")
    page.escrows.table.activated_cell.emit(row, "again")
    person.sees("Deposited again")
    person.click("restake.confirm")
    person.until(lambda: page.flow.phase == "receipt", "the receipt")
    after = reading.deposited(world_of(person), YOU, "stETH")
    assert abs(after - before - row.units) <= 10


def test_a_withdrawal_goes_into_escrow(opened: Open) -> None:
    person = opened(*IN, do="withdraw")
    person.fill("You withdraw", "4")
    person.sees("slashable, no rewards")
    person.click("Review withdrawal")
    person.sees("It cannot be taken before")
    person.sees("It can be slashed until then, and earns no rewards")
    person.click("Into escrow")
    person.sees("in escrow")
    person.sees("Free from")
    (row,) = reading.escrows(world_of(person), YOU)
    assert abs(row.units - 4 * ETH) <= 5
    assert row.ends == reading.ends_if_asked_now(world_of(person))
    person.click("Withdraw more")
    person.fill("You withdraw", "7")
    person.sees("more than you have.")


def test_without_a_staking_token_the_way_leads_to_staking(opened: Open) -> None:
    person = opened(*FUNDED)
    person.sees("Nothing restaked yet, and no staking token in the wallet to deposit.")
    person.click("restake.stake_first")
    person.until(lambda: person.window.room == "stake", "the room Stake")


def test_nothing_restaked_is_said_of_the_deposit_and_not_of_the_wallet(opened: Open) -> None:
    person = opened(do="withdraw")
    assert person.maybe("restake.stake_first", QWidget) is None
    person.sees("Deposit some stETH first")
    person.sees("No operator, so nobody can slash it.")
    person.sees("no rewards, nothing slashed")
    person.sees_not("No stETH is restaked.")
    person.fill("You withdraw", "1")
    person.sees("No stETH is restaked.")
    assert not person.find("restake.review").isEnabled()


def test_a_loss_stands_beside_what_is_left(opened: Open) -> None:
    person = opened(*IN, SlashOperator(EVEN, DATA, WAD // 2))
    person.sees("by its rate · 20.00% slashed")


def test_the_slash_history_leads_to_the_drill(opened: Open) -> None:
    person = opened(*IN)
    person.click("restake.drill")
    person.until(lambda: person.window.page("settings") is not None, "the settings")
    settings: Any = person.window.page("settings")
    person.until(settings.slash.operator.hasFocus, "the drill's first field")


def test_services_are_counted_where_their_names_would_be_cut_off(opened: Open) -> None:
    person = opened()
    page, (row, *_) = page_of(person), reading.operators(world_of(person), YOU)
    assert plain(page.operators._operator(row).sub) == "Data layer 50% · Price oracle 30%"
    person.window.resize(1024, 700)
    person.until(lambda: page.operators._operator(row).sub == "2 services", "their number")
    assert plain(page.operators._operator(row).tip).startswith("Own fee 10% · Data layer 50%")


def test_why_stands_beside_the_button_that_asked(opened: Open) -> None:
    person = opened()
    page = page_of(person)
    rows = reading.operators(world_of(person), YOU)
    table = page.operators.table
    page.operators.table.activated_cell.emit(rows[0], "why")
    person.sees("At risk, all services together")
    popover = page._why
    assert popover is not None
    button = table.viewport().mapToGlobal(table.button_rect(0, "why").center())
    shown = popover.surface.mapToGlobal(popover.surface.rect().topLeft())
    assert shown.x() < button.x() < shown.x() + popover.surface.width()


def test_rewards_are_claimed_when_they_may_be(opened: Open) -> None:
    early = opened(*IN)
    assert not early.find("restake.claim").isEnabled()


def test_rewards_come_in_weth(opened: Open) -> None:
    person = opened(*IN, days=21, do="deposit")
    rewards = view.rewards_of(world_of(person), YOU)
    assert rewards.claimable > 0
    person.click("Claim rewards")
    person.click("restake.confirm")
    person.sees("WETH claimed")
    assert world_of(person).balance(YOU, "WETH") == rewards.claimable


def test_nothing_to_take_or_claim_is_said_beside_the_table(opened: Open) -> None:
    person = opened(*LEAVING, complete="all")
    person.sees("No withdrawal has left its escrow yet.")
    enter(person.qtbot, person.window, "restake", {"do": "claim"})
    person.sees("No rewards can be claimed yet.")


def test_the_drill_in_settings_slashes(opened: Open) -> None:
    person = opened(*IN, room="settings")
    settings: Any = person.window.page("settings")
    settings.slash.operator.setCurrentIndex(1)
    person.click("Slash")
    person.until(lambda: bool(_slashes(person)), "the slash")
    (row,) = _slashes(person)
    assert (row.operator, row.slash.service, row.slash.part) == (EVEN, DATA, WAD // 10)
    assert abs(reading.deposited(world_of(person), YOU, "stETH") - 96 * ETH // 10) <= 10
    person.go("activity")
    person.sees("Slashed")
    person.sees(f"{EVEN}, by {DATA}")


def _slashes(person: Driver) -> tuple[reading.SlashRow, ...]:
    world = world_of(person)
    return tuple(row for row in reading.slashes(world) if not row.former)


def test_home_and_calendar_know_it(opened: Open) -> None:
    person = opened(*LEAVING, days=15, room="home")
    person.sees("stETH restaked")
    person.sees("stETH in escrow")
    person.sees("restaked is free")


def test_words_of_every_operator(opened: Open) -> None:
    world = world_of(opened())
    rows = reading.operators(world, YOU)
    assert plain(words.services(rows[0])) == "Data layer 50% · Price oracle 30%"
    assert words.services_short(rows[0]) == "2 services"
    assert words.slashed(rows[0]) == "Never slashed"
    assert words.slashed(rows[2]) == "Slashed 1 time, 98.0% left"
    assert words.factor(WAD * 98 // 100) == "0.980000"
    assert words.factor(10**36 // (WAD * 98 // 100)) == "1.020408"
    assert words.rate(rows[1].rate) == "+0.50%"
    later = reading.escrows(world, YOU)
    assert later == ()
    assert reading.ends_if_asked_now(world) - world.time <= 14 * DAY + 12
