"""The main road in a person's own words, and what it refuses on the way."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton

from lstwallet.engine.staking import steth_of
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store.codec import world_hash
from lstwallet.ui.application import Program
from lstwallet.ui.robot.hands import plain
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.ui.harness import Fees

pytestmark = [
    pytest.mark.slow,
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]
ETH = 10**18
USDC = 10**6


def begin(start: Start) -> tuple[Program, Driver]:
    """The first start, empty, in a market where nobody else acts."""
    program, person = start()
    program.market = MarketConfig(flows=False)
    person.click("Start empty")
    person.until(lambda: program.bridge.world is not None, "the wallet")
    return program, person


def act(person: Driver, form: str, amount: str, field: str = "amount") -> None:
    """Type an amount, review, confirm, and go back to the form from the receipt."""
    person.fill(f"{form}.{field}", amount)
    person.click(f"{form}.review")
    person.sees("Step 2 of 3")
    if person.maybe(f"{form}.accept", QAbstractButton) is not None:
        person.click(f"{form}.accept")
    person.click(f"{form}.confirm")
    person.until(lambda: person.maybe(f"{form}.again", QAbstractButton) is not None, "the receipt")


def lend(person: Driver, action: str, amount: str, token: str) -> None:
    """``supply`` or ``borrow`` in the room Lend."""
    person.click(f"lend.{action}")
    person.choose("lend.token", token)
    act(person, "lend", amount)
    person.click("lend.again")


def held(program: Program, token: str) -> int:
    return program.bridge.world.balance(YOU, token)


def test_the_whole_road_closed_opened_and_found_again(start: Start) -> None:
    program, person = begin(start)

    person.go("Stake")
    act(person, "stake", "20")
    person.sees("20.0000 stETH received")
    assert abs(steth_of(program.bridge.world, YOU) - 20 * ETH) <= 2
    person.click("Stake more")

    person.click("Wrap")
    act(person, "wrap", "8")
    person.click("wrap.again")
    assert held(program, "wstETH") > 0

    person.go("Lend")
    lend(person, "supply", "6", "wstETH")
    lend(person, "borrow", "5000", "USDC")
    assert held(program, "USDC") == 55_000 * USDC

    person.go("Pools")
    person.click("pools.open.steth_eth")
    act(person, "pools", "3", "amount0")
    assert held(program, "LP:steth_eth") > 0
    person.click("pools.again")

    person.go("Swap")
    person.choose("swap.from", "USDC")
    person.choose("swap.to", "ETH")
    before = held(program, "ETH")
    act(person, "swap", "1000")
    assert held(program, "ETH") > before
    person.click("swap.again")

    person.go("Unstake")
    person.fill("unstake.amount", "5")
    person.click("unstake.choice.queue")
    act(person, "unstake", "5")
    person.click("unstake.again")
    rewards = steth_of(program.bridge.world, YOU)
    person.step("week")
    assert steth_of(program.bridge.world, YOU) > rewards

    left = world_hash(program.bridge.world)
    person.go("Home")
    program.window.close()
    program.close()
    program, person = start()
    person.until(lambda: program.bridge.world is not None, "the wallet again")
    assert world_hash(program.bridge.world) == left

    person.go("Unstake")
    person.click("unstake.claim")
    assert person.maybe("claim.confirm", QAbstractButton) is None  # nothing is ready yet
    for _ in range(3):
        if not person.shows("5.0000 ETH claimable"):
            person.step("week")
    person.sees("5.0000 ETH claimable")
    before, fees = held(program, "ETH"), Fees(program.bridge)
    person.click("unstake.claim")
    person.click("claim.confirm")
    person.sees("5.0000 ETH claimed")
    assert held(program, "ETH") - before == 5 * ETH - fees.paid

    person.go("Activity")
    for words in ("Claimed", "Staked", "Rewards"):
        person.sees(words)
    person.go("Settings")
    person.click("settings.verify")
    person.sees("event")


BAD = [
    ("", "Enter an amount to go on"),
    ("0", "Enter more than zero."),
    ("-5", "The amount cannot be below zero."),
    ("1,5", "no commas"),
    ("five", "This is not a number."),
    ("1e999999", "without an exponent"),
    ("1.0000000000000000001", "At most 18 decimals here."),
    ("1000", "when the network fee of"),
]


def test_bad_amounts_are_refused_in_words_and_change_nothing(start: Start) -> None:
    program, person = begin(start)
    person.go("Stake")
    before = world_hash(program.bridge.world)
    said = {}
    for typed, _ in BAD:
        person.fill("stake.amount", typed)
        person.pause(150)
        assert person.disabled("stake.review"), typed
        said[typed] = [plain(words) for words in person.texts()]
    assert world_hash(program.bridge.world) == before
    for typed, words in BAD:
        assert any(words in text for text in said[typed]), (typed, words)
    person.fill("stake.amount", " 5 ")
    person.ready("stake")


def test_a_loan_that_would_fall_is_refused_and_what_was_typed_stays(start: Start) -> None:
    program, person = begin(start)
    person.go("Stake")
    act(person, "stake", "20")
    person.click("Stake more")
    person.click("Wrap")
    act(person, "wrap", "19")
    person.go("Lend")
    lend(person, "supply", "6", "wstETH")
    before = world_hash(program.bridge.world)
    person.click("lend.borrow")
    person.choose("lend.token", "USDC")
    person.fill("lend.amount", "45000")
    person.pause(150)
    assert person.disabled("lend.review")
    assert person.find("lend.amount").text() == "45000"  # type: ignore[attr-defined]
    assert world_hash(program.bridge.world) == before


@pytest.mark.parametrize("room", ["Unstake", "Pools", "Swap", "Lend", "Activity", "Home"])
def test_every_room_of_an_empty_wallet_can_be_entered(start: Start, room: str) -> None:
    program, person = begin(start)
    person.go(room)
    person.sees("SIMULATION")
    page = program.window.page(next(r.key for r in program.window.rooms if r.label() == room))
    assert page is not None
    assert page.isVisible()
