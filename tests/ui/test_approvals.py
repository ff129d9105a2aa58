"""Fees and approvals through the real window: given with an action, seen, revoked, missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lstwallet.engine.kernel import Batch
from lstwallet.engine.network import UNLIMITED, Approve, allowance
from lstwallet.engine.pools_facts import Swap
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.readmodel.activity import to_csv
from lstwallet.ui.wording import happened as words
from lstwallet.units.amount import format_places
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, Fees, window_on

ETH = 10**18
STAKED = (*FUNDED, Stake(YOU, 20 * ETH), Wrap(YOU, 8 * ETH))
GIVEN = (
    *STAKED,
    Approve(YOU, "wstETH", "aave", UNLIMITED),
    Approve(YOU, "stETH", "pool:steth_eth", 3 * ETH),
    Approve(YOU, "USDC", "router", 500 * 10**6),
)
Open = Callable[..., Driver]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Open:
    def make(room: str, *commands: object, **rest: object) -> Driver:
        return Driver(qtbot, window_on(qtbot, tmp_path, commands or STAKED, room=room, **rest))

    return make


def allowed(person: Driver, token: str, spender: str) -> int:
    return allowance(person.window.bridge.world, YOU, token, spender)


def supply(person: Driver, amount: str) -> None:
    person.window.enter("lend", {"action": "supply", "token": "wstETH"})
    person.fill("lend.amount", amount)
    person.click("lend.review")


def test_approve_and_supply_are_one_confirm(opened: Open) -> None:
    person = opened("lend")
    fees = Fees(person.window.bridge)
    supply(person, "4")
    person.sees("Aave pool may take 4.0000 wstETH, exactly this amount.")
    person.sees("Network fee")
    person.click("lend.confirm")
    person.sees("approval used up")
    assert allowed(person, "wstETH", "aave") == 0
    assert person.window.bridge.world.balance(YOU, "awstETH") > 0
    assert fees.paid > 0
    person.window.enter("activity")
    person.until(lambda: person.window.page("activity") is not None, "the room")
    page = person.window.page("activity")
    person.until(lambda: bool(page._lines), "the entries")
    paid = format_places(fees.paid + 10**12 - 1, 18, 6)
    rows = page._lines
    assert rows[0].kind == "Supplied"
    assert rows[0].fee == fees.paid
    assert f"fee {paid}" in words.detail(rows[0]).replace("\u00a0", " ")
    assert "FeePaid" not in {row.kind for row in rows}
    table = to_csv(rows).splitlines()
    assert any(",FeePaid,out,ETH," + str(fees.paid) in line for line in table)


def test_an_approval_without_limit_is_a_choice_and_a_danger(opened: Open) -> None:
    person = opened("lend")
    supply(person, "4")
    person.sees_not("without limit.")
    person.click("lend.unlimited")
    person.sees("Aave pool may take all wstETH you ever have, without limit.")
    person.sees("Danger")
    person.click("lend.confirm")
    person.sees("may take Unlimited")
    assert allowed(person, "wstETH", "aave") == UNLIMITED
    person.click("lend.again")
    supply(person, "1")
    person.sees("Aave pool takes it from an approval you gave before")


def test_several_are_revoked_in_one_transaction(opened: Open) -> None:
    person = opened("wallet", *GIVEN)
    person.click("wallet.tab.approvals")
    person.sees("Unlimited wstETH")
    person.sees("never used")
    person.sees("3.0000 stETH")
    person.sees("Select an approval to go on")
    person.click("approvals.all")
    person.click("approval.tick.USDC.router")
    person.click("Revoke 2")
    person.sees("Aave pool, wstETH")
    person.click("approvals.confirm")
    person.sees("2 approvals revoked")
    assert allowed(person, "wstETH", "aave") == 0
    assert allowed(person, "stETH", "pool:steth_eth") == 0
    assert allowed(person, "USDC", "router") == 500 * 10**6
    person.click("approvals.again")
    person.sees("500.00 USDC")
    person.sees_not("Unlimited wstETH")


def test_an_amount_is_changed_and_more_than_the_balance_is_warned_of(opened: Open) -> None:
    person = opened("wallet", *GIVEN)
    person.click("wallet.tab.approvals")
    person.click("approval.edit.stETH.pool:steth_eth")
    person.sees("How much stETH the stETH / ETH pool may take from now on.")
    person.fill("approvals.amount", "5000")
    person.click("approvals.review")
    person.sees("That is more than the")
    person.click("approvals.back")
    person.fill("approvals.amount", "1.5")
    person.agree("approvals")
    person.sees("Approval changed")
    assert allowed(person, "stETH", "pool:steth_eth") == 15 * ETH // 10


def test_an_account_without_approvals_says_what_that_means(opened: Open) -> None:
    person = opened("wallet")
    person.click("wallet.tab.approvals")
    person.sees("No contract may take anything")


def test_not_enough_for_the_fee_says_what_is_needed(opened: Open) -> None:
    person = opened("stake", Fund(YOU, "ETH", 20 * ETH), Stake(YOU, 20 * ETH - 10**12))
    person.click("stake.mode.wrap")
    person.fill("wrap.amount", "5")
    person.sees("The network fee is")
    person.sees("Get some ETH for the network fee first")
    assert person.disabled("wrap.review")


def test_what_moved_after_the_signature_is_shown_again(opened: Open) -> None:
    """The lane executes after another's swap: nothing is done, the review tells the new numbers."""
    person = opened("swap")
    bridge = person.window.bridge
    person.fill("swap.amount", "5")
    person.click("swap.review")
    person.sees("−5.0000 ETH")
    before, fees = bridge.world.balance(YOU, "ETH"), Fees(bridge)
    whale = "crowd:whale"
    others = Batch((
        Fund(whale, "ETH", 500 * ETH),
        Swap(whale, "steth_eth", "ETH", 500 * ETH, 0, "stETH"),
    ))  # fmt: skip
    bridge.jobs.run(  # behind the window's back: its world is not the newest one
        lambda: bridge._require().execute(others), lambda _: None, lambda _: None
    )
    person.click("swap.confirm")
    person.sees("Nothing was done")
    assert bridge.world.balance(YOU, "ETH") == before
    assert fees.paid == 0
    person.click("swap.confirm")
    person.sees("stETH received")
    assert bridge.world.balance(YOU, "ETH") == before - 5 * ETH - fees.paid
