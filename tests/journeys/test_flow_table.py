"""EXPERIENCE.md's flow table, cell by cell, through the real window.

``test_<row>_<column>`` proves the cell of that row and column (shown, refused, afterwards)
by clicks and typing. The rows Loop, Approve and Send have test files of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from lstwallet.engine.lending_facts import Borrow, Supply
from lstwallet.engine.pools_facts import LP, AddLiquidity, Swap
from lstwallet.engine.staking_facts import RequestUnstake, Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.ui.robot.hands import plain
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
ETH = 10**18
USDC = 10**6
Opened = Callable[..., Driver]
STAKED = (*FUNDED, Stake(YOU, 60 * ETH))
SUPPLIED = (*STAKED, Wrap(YOU, 50 * ETH), Supply(YOU, "wstETH", 20 * ETH))
INDEBTED = (*SUPPLIED, Borrow(YOU, "USDC", 10_000 * USDC))
WEALTHY = (Fund(YOU, "ETH", 100_000 * ETH), Fund(YOU, "ETH", 100_000 * ETH))


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Opened:
    """A person at the window, in ``room`` of a profile with this history."""

    def make(room: str, *commands: Any, days: int = 0) -> Driver:
        window = window_on(qtbot, tmp_path, commands or FUNDED, days, room=room)
        return Driver(qtbot, window)

    return make


def sees(person: Driver, *texts: str) -> None:
    for text in texts:
        person.sees(text)


def confirm(person: Driver, form: str) -> None:
    """From the form to the receipt."""
    person.click(f"{form}.review")
    person.sees("Step 2 of 3")
    person.click(f"{form}.confirm")
    person.until(lambda: person.maybe(f"{form}.again", QAbstractButton) is not None, "the receipt")


def choose(person: Driver, name: str, token: str) -> None:
    person.choose(name, token)


def amount(person: Driver, field: str) -> str:
    edit = person.find(field, QLineEdit)
    assert isinstance(edit, QLineEdit)
    return plain(edit.text())


# --- stake ---------------------------------------------------------------------------------


def test_stake_shown(opened: Opened) -> None:
    person = opened("stake", days=9)
    person.fill("stake.amount", "5")
    sees(
        person,
        "Available", "APR, 7-day average, not guaranteed", "Reward fee, on rewards only", "10%",
        "Operators", "the largest runs", "Lido takes now, at most", "150 000 ETH",
        "Rate back, by the queue", "1 stETH = 1.0000 ETH", "1 ETH = 1.0000 stETH",
        "Leave by", "queue", "Staked natively instead",
    )  # fmt: skip
    person.until(lambda: amount(person, "stake.receive") in ("5.0000", "4.9999"), "what one gets")
    person.click("stake.max")
    person.until(lambda: amount(person, "stake.amount") not in ("", "5"), "Max")


def test_stake_shown_that_the_market_is_cheaper(opened: Opened) -> None:
    sold = Swap(YOU, "steth_eth", "stETH", 60_000 * ETH, 0, "ETH")
    person = opened("stake", *WEALTHY, Stake(YOU, 90_000 * ETH), sold)
    person.fill("stake.amount", "5")
    person.sees("below this rate. Buying gets you")
    person.click("stake.review")
    person.sees("below this rate: buying gets you")


def test_stake_refused(opened: Opened) -> None:
    person = opened("stake")
    person.refuses("stake", "stake.amount", [("0", "Enter more than zero."),
                                             ("1000", "more than")])  # fmt: skip
    person.click("stake.choice.solo")
    person.refuses("stake", "stake.amount", [("31", "A validator of your own takes 32 ETH")], "32")


def test_stake_refused_when_the_limit_is_reached(opened: Opened) -> None:
    person = opened("stake", *WEALTHY, Stake(YOU, 145_000 * ETH))
    person.sees("5 000 ETH")
    person.fill("stake.amount", "6000")
    person.sees("Lido takes 5 000.0000 ETH more now: its staking limit refills within a day.")
    assert person.disabled("stake.review")
    person.step("day")
    person.sees("150 000 ETH")
    person.ready("stake")


def test_stake_refused_while_paused(opened: Opened) -> None:
    person = opened("settings")
    person.click("drill.lido:staking")
    person.go("stake")
    person.fill("stake.amount", "1")
    person.sees("Lido has paused staking: it takes no ether now.")
    assert person.disabled("stake.review")


def test_stake_afterwards(opened: Opened) -> None:
    person = opened("stake")
    person.fill("stake.amount", "5")
    confirm(person, "stake")
    sees(person, "5.0000 stETH received", "ETH in wallet", "Next reward report",
         "Wrap to wstETH", "Lend it", "Add to a pool")  # fmt: skip
    person.click("stake.next.pools")
    person.until(lambda: person.window.room == "pools", "the pool room")


# --- wrap and unwrap -----------------------------------------------------------------------


def test_wrap_shown(opened: Opened) -> None:
    person = opened("stake", *STAKED)
    person.click("stake.mode.wrap")
    person.fill("wrap.amount", "10")
    sees(person, "1 stETH = ", "1 wstETH = ", "And back", "Approval", "Slippage")


def test_wrap_refused(opened: Opened) -> None:
    person = opened("stake", *STAKED)
    person.click("stake.mode.wrap")
    person.refuses("wrap", "wrap.amount", [("61", "more than"), ("0", "more than zero")])


def test_wrap_afterwards(opened: Opened) -> None:
    person = opened("stake", *STAKED)
    person.click("stake.mode.wrap")
    person.fill("wrap.amount", "10")
    person.click("wrap.review")
    person.click("wrap.checked")
    person.sees("The contract's own rate: no slippage, no fee.")
    person.click("wrap.confirm")
    sees(person, "wstETH received", "Lend it")
    person.click("wrap.again")
    person.click("stake.mode.unwrap")
    person.click("unwrap.max")
    confirm(person, "unwrap")
    sees(person, "stETH received", "Unstake it")


# --- unstake -------------------------------------------------------------------------------


def test_unstake_shown(opened: Opened) -> None:
    person = opened("unstake", *STAKED)
    person.fill("unstake.amount", "6")
    sees(
        person,
        "Withdrawal queue", "Sell on the market", "Mode", "Turbo: paid by the next reports",
        "At once", "Discount to the rate", "Price impact", "Minimum received", "Break-even",
        "a year", "Pool fee",
    )  # fmt: skip


def test_unstake_refused(opened: Opened) -> None:
    person = opened("unstake", *STAKED)
    person.refuses(
        "unstake", "unstake.amount",
        [("0.00000000000000005", "The smallest amount is 100 wei."), ("61", "more than")],
    )  # fmt: skip


def test_unstake_splits_what_is_more_than_a_ticket(opened: Opened) -> None:
    person = opened("unstake", Fund(YOU, "ETH", 3_000 * ETH), Stake(YOU, 2_600 * ETH))
    person.fill("unstake.amount", "2500")
    person.sees("3 tickets")
    confirm(person, "unstake")
    person.sees("3 tickets in the queue")


def test_unstake_refused_while_paused(opened: Opened) -> None:
    person = opened("settings", *STAKED)
    person.click("drill.lido:requests")
    person.go("unstake")
    person.fill("unstake.amount", "6")
    person.sees("Lido has paused its queue: it takes no new requests. Claims go on.")
    assert person.disabled("unstake.review")
    person.click("unstake.choice.market")
    person.ready("unstake")


def test_unstake_afterwards(opened: Opened) -> None:
    person = opened("unstake", *STAKED)
    person.fill("unstake.amount", "6")
    person.click("unstake.review")
    sees(person, "A slash while it waits can lower what is paid.",
         "It earns no rewards while it waits.")  # fmt: skip
    person.click("unstake.confirm")
    sees(person, "in the queue", "Ready", "Wait")
    person.click("unstake.again")
    sees(person, "Waiting", "in 1")


# --- claim ---------------------------------------------------------------------------------


TICKETS = (*STAKED, RequestUnstake(YOU, 3 * ETH), 3 * DAY, RequestUnstake(YOU, 2 * ETH))


def test_claim_shown(opened: Opened) -> None:
    person = opened("unstake", *TICKETS)
    sees(person, "Ready now", "Waiting", "3.0000 ETH claimable", "2.0000 ETH")


def test_claim_refused(opened: Opened) -> None:
    person = opened("unstake", *STAKED, RequestUnstake(YOU, 3 * ETH))
    person.click("unstake.claim")
    person.sees("Not ready")
    assert person.maybe("claim.confirm", QAbstractButton) is None


def test_claim_refused_without_a_ticket(opened: Opened) -> None:
    person = opened("unstake", *STAKED)
    sees(person, "No ticket yet", "a ticket waits here with its countdown")
    person.click("unstake.claim")
    person.sees("There is nothing to claim yet.")


def test_claim_afterwards_survives_a_position_of_zero(opened: Opened) -> None:
    person = opened("unstake", *FUNDED, Stake(YOU, 5 * ETH))
    person.click("unstake.max")
    confirm(person, "unstake")
    person.click("unstake.again")
    assert person.window.bridge.world.balance(YOU, "stETH") == 0
    for _day in range(3):
        if not person.shows("claimable"):
            person.step("day")
    person.click("unstake.claim")
    person.click("claim.confirm")
    person.sees("ETH claimed")
    person.click("claim.again")
    sees(person, "No open ticket", "Stake first")


# --- supply and withdraw -------------------------------------------------------------------


def test_supply_shown(opened: Opened) -> None:
    person = opened("lend", *SUPPLIED)
    person.click("lend.supply")
    choose(person, "lend.token", "wstETH")
    person.fill("lend.amount", "5")
    sees(person, "Supply APY", "Room under the supply cap", "Health factor", "Supplied")
    assert person.find("lend.collateral.wstETH", QAbstractButton).isChecked()  # type: ignore[attr-defined]
    person.click("lend.review")
    person.click("lend.checked")
    person.sees("It stands as collateral; you can switch that off.")


def test_withdraw_refused(opened: Opened) -> None:
    person = opened("lend", *INDEBTED)
    person.click("lend.withdraw")
    choose(person, "lend.token", "wstETH")
    person.fill("lend.amount", "19")
    person.sees("Your health factor would fall from")
    assert person.disabled("lend.review")
    person.sees("Not lent out")


def test_supply_afterwards(opened: Opened) -> None:
    person = opened("lend", *STAKED)
    choose(person, "lend.token", "ETH")
    person.fill("lend.amount", "3")
    confirm(person, "lend")
    sees(person, "3.0000 ETH supplied", "WETH supplied", "Supply APY, variable",
         "Borrow against it")  # fmt: skip
    person.click("lend.again")
    person.click("lend.withdraw")
    person.click("lend.max")
    confirm(person, "lend")
    person.sees("withdrawn")


# --- borrow and repay ----------------------------------------------------------------------


def test_borrow_shown(opened: Opened) -> None:
    person = opened("lend", *SUPPLIED)
    person.click("lend.borrow")
    choose(person, "lend.token", "USDC")
    person.fill("lend.amount", "1000")
    sees(person, "Borrow APY", "Available", "Health factor", "Loan to value",
         "Liquidation price, wstETH", "Room under the borrow cap")  # fmt: skip
    before = plain(" ".join(person.texts()))
    person.fill("lend.amount", "9000")
    person.pause(200)
    assert plain(" ".join(person.texts())) != before
    person.find("lend.emode")
    person.click("lend.repay")
    sees(person, "From the wallet", "From my supply")


def test_borrow_refused(opened: Opened) -> None:
    person = opened("lend", *SUPPLIED)
    person.click("lend.borrow")
    choose(person, "lend.token", "USDC")
    person.fill("lend.amount", "900000")
    person.pause(200)
    assert person.disabled("lend.review")
    person.fill("lend.amount", "40000")
    person.sees("Health below 1.50 after this. Confirm in the review.")
    person.click("lend.review")
    sees(person, "Warning", "Below 1.00 you are liquidated.", "Tick the box to go on")
    assert person.disabled("lend.confirm")
    person.click("lend.accept")
    person.click("lend.confirm")
    person.sees("40 000.00 USDC borrowed")


def test_borrow_refused_for_want_of_reserve(opened: Opened) -> None:
    rich = (Fund(YOU, "ETH", 100_000 * ETH), Supply(YOU, "ETH", 90_000 * ETH))
    person = opened("lend", *rich)
    world = person.window.bridge.world
    free = next(
        reserve.liquidity
        for config, reserve in zip(
            world.lending.parameters.configs, world.lending.reserves, strict=True
        )
        if config.symbol == "USDC"
    )
    person.click("lend.borrow")
    choose(person, "lend.token", "USDC")
    person.fill("lend.amount", str(free // USDC + 1))
    person.sees("left")
    assert person.disabled("lend.review")


def test_repay_afterwards(opened: Opened) -> None:
    person = opened("lend", *INDEBTED, days=1)
    person.click("lend.repay")
    choose(person, "lend.token", "USDC")
    person.click("lend.max")
    person.click("lend.review")
    person.click("lend.checked")
    person.sees("No debt of this token is left, not even dust.")
    person.click("lend.confirm")
    person.sees("repaid")
    assert not any(person.window.bridge.world.positions[YOU].borrowed)


# --- swap ----------------------------------------------------------------------------------


def pair(person: Driver, token_in: str, token_out: str) -> None:
    choose(person, "swap.from", token_in)
    choose(person, "swap.to", token_out)


def reserve_of(person: Driver) -> float:
    return float(person.window.bridge.world.pools.usdc_eth.pair.reserve_1 / ETH)


def test_swap_shown(opened: Opened) -> None:
    person = opened("swap")
    pair(person, "ETH", "USDC")
    person.fill("swap.amount", "1")
    sees(person, "Price impact", "Slippage limit", "You get at least", "Pool fee", "Quoted",
         "just now", "1 ETH = ")  # fmt: skip
    person.click("swap.rate")
    person.sees("1 USDC = ")


@pytest.mark.parametrize(
    ("share", "group", "asked"),
    [(0.013, "swap.note", ""), (0.033, "swap.warning", ""), (0.06, "swap.danger", ""),
     (0.12, "swap.danger", "swap.word"), (0.25, "swap.forbidden", "")],
)  # fmt: skip
def test_swap_refused_or_warned_by_its_impact(
    opened: Opened, share: float, group: str, asked: str
) -> None:
    person = opened("swap", *FUNDED, *WEALTHY)
    pair(person, "ETH", "USDC")
    person.fill("swap.amount", f"{reserve_of(person) * share:.2f}")
    person.click("swap.review")
    person.find(group)
    assert (person.maybe("swap.word") is not None) == bool(asked)
    assert person.disabled("swap.confirm") == bool(asked or group == "swap.forbidden")
    if asked:
        person.fill("swap.word", "confirm")
        person.click("swap.confirm")
        person.sees("USDC received")


def test_swap_refused_unless_expert_mode(opened: Opened) -> None:
    person = opened("settings", *FUNDED, *WEALTHY)
    person.click("settings.expert")
    person.sees("You may lose a large part of a trade at once.")
    assert not person.window.bridge.settings.expert
    person.click("settings.expert.confirm")
    assert person.window.bridge.settings.expert
    person.go("swap")
    pair(person, "ETH", "USDC")
    person.fill("swap.amount", f"{reserve_of(person) * 0.25:.2f}")
    person.click("swap.review")
    person.find("swap.danger")
    assert person.disabled("swap.confirm")
    person.fill("swap.word", "confirm")
    person.click("swap.confirm")
    person.sees("USDC received")


def test_swap_refused_or_warned_by_its_slippage(opened: Opened) -> None:
    person = opened("swap")
    pair(person, "ETH", "USDC")
    person.fill("swap.amount", "1")
    person.ready("swap")
    person.fill("swap.slippage", "31")
    person.sees("A limit above 30% is refused")
    person.until(lambda: person.disabled("swap.review"), "the limit to be refused")
    for limit, said in (
        ("12", "You accept up to 12.00% less than quoted."),
        ("0.05", "the smallest move stops it."),
    ):
        person.fill("swap.slippage", limit)
        person.ready("swap")
        person.click("swap.review")
        person.find("swap.warning")
        person.sees(said)
        person.click("swap.back")


def test_swap_warned_four_per_cent_off_the_oracle(opened: Opened) -> None:
    bought = Swap(YOU, "usdc_eth", "USDC", 6_000_000 * USDC, 0, "ETH")
    person = opened("swap", *FUNDED, Fund(YOU, "USDC", 50_000_000 * USDC), bought)
    pair(person, "USDC", "ETH")
    person.fill("swap.amount", "1000")
    person.click("swap.review")
    person.find("swap.warning")
    person.sees("less than at the price outside.")


def test_swap_afterwards(opened: Opened) -> None:
    person = opened("swap")
    pair(person, "ETH", "USDC")
    person.fill("swap.amount", "1")
    confirm(person, "swap")
    sees(person, "USDC received", "ETH in wallet", "USDC in wallet", "Pool fee")


# --- pools ---------------------------------------------------------------------------------


def test_pools_shown(opened: Opened) -> None:
    person = opened("pools", *STAKED)
    person.click("pools.open.steth_eth")
    person.fill("pools.amount0", "4")
    sees(person, "LP", "of the pool, worth", "Pool price", "Redemption rate", "Composition after",
         "You get at least")  # fmt: skip
    for mode in ("one", "balanced", "custom"):
        person.find(f"pools.mode.{mode}", QAbstractButton)
    person.until(
        lambda: any(person.shows(word) for word in ("Bonus", "Penalty", "No bonus")), "the chip"
    )


def test_pools_refused_or_warned_off_balance(opened: Opened) -> None:
    sold = Swap(YOU, "steth_eth", "stETH", 60_000 * ETH, 0, "ETH")
    person = opened("pools", *WEALTHY, Stake(YOU, 90_000 * ETH), sold)
    person.click("pools.open.steth_eth")
    person.sees("Leans to stETH")
    person.fill("pools.amount0", "4")
    person.click("pools.review")
    person.find("pools.warning")
    person.sees("The pool leans to stETH")


def test_pools_refused_when_it_costs_too_much(opened: Opened) -> None:
    person = opened("pools", *FUNDED, *WEALTHY)
    person.click("pools.open.usdc_eth")
    page = person.window.page("pools")
    page.add_form.amounts[0].pill.choose("ETH")
    person.fill("pools.amount0", f"{reserve_of(person) * 2:.0f}")
    person.sees("From 15% on it is refused.")
    person.click("pools.review")
    person.find("pools.forbidden")
    assert person.disabled("pools.confirm")


def test_pools_refused_but_withdrawals(opened: Opened) -> None:
    person = opened("settings", *STAKED, AddLiquidity(YOU, "steth_eth", (10 * ETH, 0), 0))
    person.click("drill.pool:steth_eth")
    person.go("pools")
    person.click("pools.open.steth_eth")
    person.fill("pools.amount0", "1")
    person.sees("This pool has been stopped: it only pays out both tokens in its ratio.")
    assert person.disabled("pools.review")
    person.click("pools.tab.remove")
    person.fill("pools.lp", "1")
    person.click("pools.out.ETH")
    person.sees("This pool has been stopped")
    person.click("pools.out.balanced")
    confirm(person, "pools")
    person.sees("received")


def test_pools_afterwards(opened: Opened) -> None:
    person = opened("pools", *STAKED)
    person.click("pools.open.steth_eth")
    person.fill("pools.amount0", "4")
    confirm(person, "pools")
    person.sees("LP received")
    assert person.window.bridge.world.balance(YOU, LP["steth_eth"]) > 0
    person.click("pools.again")
    person.step("day")
    sees(person, "Your position against holding", "Had you kept it", "fees")


def test_a_disabled_confirm_takes_no_key(opened: Opened) -> None:
    """Forbidden stays forbidden: neither Enter nor a click on the button sends it."""
    person = opened("swap", *FUNDED, *WEALTHY)
    pair(person, "ETH", "USDC")
    person.fill("swap.amount", f"{reserve_of(person) * 0.25:.2f}")
    person.click("swap.review")
    events = person.window.bridge.world.events
    button = person.find("swap.confirm", QAbstractButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(person.window.focusWidget() or person.window, Qt.Key.Key_Return)
    person.pause(200)
    assert person.window.bridge.world.events == events
    person.find("swap.forbidden")


# --- the network: fees and approvals, in every row ------------------------------------------


def test_stake_shown_with_the_network_fee_and_max_less_gas(opened: Opened) -> None:
    person = opened("stake")
    person.fill("stake.amount", "5")
    sees(person, "Network fee", "Approval", "not needed")
    person.click("stake.max")
    person.until(lambda: amount(person, "stake.amount").startswith("99.9"), "Max less gas")
    person.click("stake.review")
    sees(person, "Network fee", "Never more than", "No approval needed", "Warning",
         "stays for the next fees")  # fmt: skip
    person.click("stake.confirm")
    sees(person, "stETH received", "Network fee")


def test_stake_refused_for_want_of_gas(opened: Opened) -> None:
    person = opened("stake")
    person.fill("stake.amount", "100")
    person.sees("more than is left when the network fee of")
    assert person.disabled("stake.review")


def test_wrap_refused_until_approved_which_the_same_signature_does(opened: Opened) -> None:
    person = opened("stake", *STAKED)
    person.click("stake.mode.wrap")
    person.fill("wrap.amount", "10")
    person.sees("stETH for the wstETH contract")
    person.click("wrap.review")
    person.find("wrap.note")
    person.sees("wstETH contract may take 10.0000 stETH, exactly this amount.")
    person.click("wrap.confirm")
    sees(person, "wstETH received", "approval used up")


def test_approve_shown_exact_by_default_and_without_limit_as_a_danger(opened: Opened) -> None:
    person = opened("lend")
    choose(person, "lend.token", "USDC")
    person.fill("lend.amount", "1000")
    person.click("lend.review")
    person.sees("Aave pool may take 1 000.00 USDC, exactly this amount.")
    assert person.maybe("lend.danger") is None
    person.click("Approve without limit instead")
    person.sees("Aave pool may take all USDC you ever have, without limit.")
    person.find("lend.danger")
    person.click("lend.confirm")
    sees(person, "supplied", "may take Unlimited")
