"""rETH through the window: stake, unstake, swap, pool, and profiles made before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Session
from lstwallet.engine import rocketpool
from lstwallet.engine.kernel import audit
from lstwallet.engine.pools_facts import AddLiquidity, Swap
from lstwallet.engine.rocketpool import BurnReth, MintReth
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.market.driver import MarketConfig
from lstwallet.units.fixed import WAD
from tests.journeys.driver import Driver
from tests.small_world import old_world
from tests.ui.harness import FUNDED, Fees, enter, window_on

ETH = 10**18
Open = Callable[..., Driver]
MINTED = (*FUNDED, MintReth(YOU, 20 * ETH))
CHEAP = (*FUNDED, Fund(YOU, "ETH", 9_000 * ETH), MintReth(YOU, 9_000 * ETH),
         Swap(YOU, "reth_eth", "rETH", 3_000 * ETH, 0, "ETH"))  # fmt: skip
DRAINED = (*MINTED, BurnReth("crowd:holders", 48_700 * ETH))
"""Nearly all that can be burnt is gone."""


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Open:
    """A person in a room of a profile with this history."""

    def make(room: str, *commands: object, days: int = 0, **wish: object) -> Driver:
        window = window_on(qtbot, tmp_path, commands or FUNDED, days, room=room)
        if wish:
            enter(qtbot, window, room, wish)
        return Driver(qtbot, window)

    return make


def world_of(person: Driver) -> World:
    world = person.window.bridge.world
    assert world is not None
    return world


def have(person: Driver, token: str) -> int:
    return world_of(person).balance(YOU, token)


# --- stake -----------------------------------------------------------------------------------


def test_five_eth_become_reth_through_form_review_and_receipt(opened: Open) -> None:
    person = opened("stake")
    person.click("stake.choice.rocketpool")
    person.sees("Stake with Rocket Pool")
    person.fill("You stake", "5")
    person.sees("1 ETH = 0.8691 rETH")
    person.sees("1 rETH = 1.1500 ETH")
    person.sees("4.3456")
    person.sees("Reward fee, on rewards only")
    person.sees("14%")
    person.sees("0.05%")
    person.sees("up to 16 000.0000 ETH")
    person.sees("burning, or market")
    before, fees = have(person, "ETH"), Fees(person.window.bridge)
    person.click("Review stake")
    person.sees("Nothing has been sent yet")
    person.sees("+4.3456 rETH")
    person.sees("A deposit costs 0.05% once")
    person.click("stake.checked")
    person.sees("Losses take the nodes' own bonds first: 12.5% of their stake")
    person.click("Stake 5 ETH")
    person.sees("4.3456 rETH received")
    person.sees("Next rate update")
    assert before - have(person, "ETH") == 5 * ETH + fees.paid
    assert have(person, "rETH") == rocketpool_minted(5 * ETH)
    person.click("Add to a pool")
    person.sees("rETH / ETH")


def rocketpool_minted(wei: int) -> int:
    """By hand, at the first rate (1.15, rounded in the supply) less 0.05 %."""
    ether, supply = 560_000 * ETH, 560_000 * ETH * WAD // (115 * 10**16)
    return (wei - wei * 5 // 10_000) * supply // ether


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "Enter more than zero"),
        ("0.001", "The smallest amount is 0.01 ETH"),
        ("1000000", "more than is left when the network fee of"),
    ],
)
def test_what_is_refused_says_why_beside_the_field(opened: Open, typed: str, said: str) -> None:
    person = opened("stake", choice="rocketpool")
    person.fill("You stake", typed)
    person.sees(said)
    assert not person.find("stake.review").isEnabled()
    assert person.find("stake.amount").text() == typed


def test_a_full_deposit_pool_is_refused_with_the_room_that_is_left(opened: Open) -> None:
    person = opened("stake", *FUNDED, Fund(YOU, "ETH", 50_000 * ETH), choice="rocketpool")
    person.fill("You stake", "20000")
    person.sees("The deposit pool is nearly full: it takes 16 000.0000 ETH now.")
    person.fill("You stake", "16000")
    person.click("Review stake")
    person.sees("Nothing has been sent yet")


def test_a_cheaper_pool_is_mentioned_and_leads_to_the_swap_room(opened: Open) -> None:
    person = opened("stake", *CHEAP, choice="rocketpool")
    person.fill("You stake", "5")
    person.sees("The market sells rETH")
    person.click("stake.compare")
    person.sees("1 ETH in rETH")


def test_its_numbers_can_be_asked(opened: Open) -> None:
    person = opened("stake", choice="rocketpool")
    page = person.window.page("stake")
    facts = page.form.rocket_facts
    person.press(facts.apr.why)
    person.sees("rate of the chain × share that attests × share of holders")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    person.press(facts.fee.why)
    person.sees("rewards on borrowed ETH × (nodes' share + voters' share)")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    person.press(facts.leave.why)
    person.sees("ETH in the rETH contract + deposit pool − what minipools wait for")


def test_after_some_days_the_average_stands_in_its_place(opened: Open) -> None:
    person = opened("stake", days=9, choice="rocketpool")
    person.sees("APR, 7-day average, not guaranteed")
    page = person.window.page("stake")
    person.until(lambda: page.form.reth_apr.days == 7, "the average of seven updates")
    assert page.form.reth_apr.rate / WAD == pytest.approx(0.025, abs=0.003)
    person.press(page.form.rocket_facts.apr.why)
    person.sees("(rate now / rate then − 1) × 365 / days")


# --- unstake ---------------------------------------------------------------------------------


def test_reth_burns_at_once_beside_the_market(opened: Open) -> None:
    person = opened("unstake", *MINTED)
    person.window.page("unstake").form.amount.pill.choose("rETH")
    person.sees("No queue: burning pays at once, or it is refused.")
    person.sees("56 020.0000 ETH")
    person.fill("You unstake", "6")
    person.sees("6.9000")
    person.sees("Burning pays")
    before, fees = have(person, "ETH"), Fees(person.window.bridge)
    person.click("unstake.review")
    person.sees("Review burn")
    person.sees("−6.0000 rETH")
    person.click("unstake.checked")
    person.sees("The protocol's own rate: no slippage, no fee.")
    person.click("Burn 6 rETH")
    person.sees("6.9000 ETH received")
    gained = have(person, "ETH") - before + fees.paid
    assert gained == pytest.approx(69 * ETH // 10, abs=10)


def test_max_burns_every_unit(opened: Open) -> None:
    person = opened("unstake", *MINTED, token="rETH")
    person.click("unstake.max")
    person.agree("unstake")
    person.sees("ETH received")
    assert have(person, "rETH") == 0


def test_more_than_can_be_paid_is_refused_with_what_is_there_and_can_be_sold(
    opened: Open,
) -> None:
    person = opened("unstake", *DRAINED, token="rETH")
    assert 0 < rocketpool.burnable(world_of(person)) < 19 * ETH
    person.fill("You unstake", "17")
    person.sees("Burning can pay only")
    person.sees("Not enough ETH")
    person.sees("The protocol cannot pay all of it now.")
    assert not person.find("unstake.review").isEnabled()
    person.click("unstake.choice.market")
    person.click("unstake.review")
    person.sees("Burning cannot pay now")
    person.agree("unstake")
    person.sees("ETH received")
    assert have(person, "rETH") < ETH


def test_the_queue_comes_back_with_steth(opened: Open) -> None:
    person = opened("unstake", *MINTED, token="rETH")
    page = person.window.page("unstake")
    assert page.form.burn.isVisible()
    assert not page.form.queue.isVisible()
    page.form.amount.pill.choose("stETH")
    assert page.form.queue.isVisible()
    assert not page.form.burn.isVisible()
    assert page.form.even.bar.isVisible()


# --- swap, pool, home --------------------------------------------------------------------------


def test_reth_is_swapped_for_dollars_through_both_pools(opened: Open) -> None:
    person = opened("swap", *MINTED, **{"from": "rETH", "to": "USDC"})
    person.fill("You pay", "2")
    person.sees("Pool rETH / ETH")
    person.sees("Pool USDC / ETH")
    before = have(person, "USDC")
    person.agree("swap")
    person.sees("USDC received")
    assert have(person, "USDC") > before


def test_a_swap_for_reth_is_compared_with_minting(opened: Open) -> None:
    person = opened("swap", **{"from": "ETH", "to": "rETH"})
    person.fill("You pay", "3")
    person.sees("Minting")
    person.click("swap.other")
    person.sees("Stake with Rocket Pool")


def test_its_pool_takes_liquidity_and_shows_it_against_holding(opened: Open) -> None:
    person = opened("pools", *MINTED)
    person.click("pools.open.reth_eth")
    person.sees("Price against the protocol's rate")
    person.fill("You add", "4")
    person.agree("pools")
    person.until(lambda: have(person, "LP:reth_eth") > 0, "the LP units")


def test_home_counts_it(opened: Open) -> None:
    person = opened("home", *MINTED, AddLiquidity(YOU, "reth_eth", (2 * ETH, ETH), 0))
    person.sees("Rocket Pool, value grows")
    person.sees("rETH / ETH pool")


def test_activity_knows_its_words(opened: Open) -> None:
    person = opened("activity", *MINTED, BurnReth(YOU, ETH))
    person.sees("rETH minted")
    person.sees("rETH burned")


# --- profiles made before it ---------------------------------------------------------------------


def test_a_profile_made_before_gets_it_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "old.lstwallet"
    market = MarketConfig(flows=False)
    session = Session.create(path, old_world(), market, name="Old")
    assert session.world.rocketpool is None
    session.execute(Fund(YOU, "ETH", 100 * ETH))
    session.close()
    reader = Session.open(path, read_only=True)
    assert reader.world.rocketpool is None
    reader.close()
    session = Session.open(path)
    assert session.world.rocketpool is not None
    assert audit(session.world) == []
    session.execute(MintReth(YOU, 10 * ETH))
    session.advance(session.world.time + 2 * 86_400)
    world = session.world
    session.close()
    session = Session.open(path)
    assert session.world == world  # nothing is founded twice
    session.close()
