"""The stake room, driven by clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Session
from lstwallet.app.settings import Settings
from lstwallet.engine.pools_facts import Swap
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.staking import Stake, Wrap, steth_of
from lstwallet.engine.validators import StakeNatively, earned_by, earnings_at
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.readmodel.shadow import compared, liquid_of
from lstwallet.ui import wording
from lstwallet.ui.pages.stake.page import RoomPage
from lstwallet.units.amount import parse_units
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, Fees, make_profile, window_on

ETH = 10**18
Open = Callable[..., Driver]
CHEAP = (Fund(YOU, "ETH", 60_000 * ETH), Stake(YOU, 59_900 * ETH),
         Swap(YOU, "steth_eth", "stETH", 50_000 * ETH, 0, "ETH"))  # fmt: skip


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Open:
    """A person in the stake room of a profile with this history."""

    def make(*commands: object, days: int = 0, **more: object) -> Driver:
        window = window_on(qtbot, tmp_path, commands or FUNDED, days, room="stake", **more)
        return Driver(qtbot, window)

    return make


def page_of(person: Driver) -> RoomPage:
    page = person.window.page("stake")
    assert isinstance(page, RoomPage)
    return page


def balance(person: Driver, token: str = "ETH") -> int:
    world = person.window.bridge.world
    return steth_of(world, YOU) if token == "stETH" else world.balance(YOU, token)


def test_another_profile_begins_with_the_pool(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    person = opened()
    person.click("stake.choice.solo")
    person.sees("Run validators of your own")
    bridge = person.window.bridge
    other = make_profile(tmp_path / "other.lstwallet")
    with qtbot.waitSignal(bridge.opened):
        bridge.open(lambda: Session.open(other))
    person.sees("Stake with Lido")
    assert page_of(person).lido.isChecked()


# --- staking with the pool -------------------------------------------------------------------


def test_five_eth_go_through_form_review_and_receipt(opened: Open) -> None:
    person = opened()
    before, fees = balance(person), Fees(person.window.bridge)
    person.fill("You stake", "5")
    person.sees("Yearly rewards, about")
    person.click("stake.review")
    person.sees("Nothing has been sent yet")
    person.sees("−5.0000 ETH")
    person.sees("+5.0000 stETH")
    person.sees("from 100.0000 to 94.9999")
    person.sees("No approval needed")
    person.sees("Network fee")
    person.sees("the largest runs")
    person.click("Stake 5 ETH")
    person.sees("5.0000 stETH received")
    assert fees.paid > 0
    assert before - balance(person) == 5 * ETH + fees.paid
    assert 5 * ETH - 1 <= balance(person, "stETH") <= 5 * ETH
    person.click("stake.again")
    assert person.find("stake.amount").text() == ""


def test_nothing_is_done_before_confirm_and_back_keeps_what_was_typed(opened: Open) -> None:
    person = opened()
    before = person.window.bridge.world
    person.fill("You stake", "5.25")
    person.click("stake.review")
    person.click("stake.back")
    assert person.find("stake.amount").text() == "5.25"
    assert person.window.bridge.world is before


def test_max_stakes_everything_to_the_last_wei(opened: Open) -> None:
    person = opened(Fund(YOU, "ETH", 18_442_000_000_000_000_007))
    person.click("stake.max")
    person.sees("Max less network fee")
    fees, max_less_fee = Fees(person.window.bridge), person.find("stake.amount").text()
    person.agree("stake")
    person.sees("18.4419 stETH received")
    assert balance(person) == 0
    assert parse_units(max_less_fee, 18) == 18_442_000_000_000_000_007 - fees.paid


BAD: tuple[tuple[str, str], ...] = (
    ("0", "Enter more than zero."),
    ("0.000", "Enter more than zero."),
    ("-1", "The amount cannot be below zero."),
    ("0.0000000000000000001", "At most 18 decimals here."),
    ("1,5", "Use a point for decimals and no commas"),
    ("five", "This is not a number."),
    ("1e999999", "without an exponent"),
    ("100.5", "0.5000 ETH more than is left when the network fee of"),
    ("9" * 61, "This number is too long."),
)


def test_bad_amounts_are_refused_beside_the_field(opened: Open) -> None:
    person = opened()
    before = person.window.bridge.world
    person.refuses("stake", "stake.amount", BAD)
    assert person.window.bridge.world is before


def test_too_much_says_how_much_can_be_staked(opened: Open) -> None:
    person = opened()
    person.fill("You stake", "250")
    person.sees("150.0000 ETH more than is left when the network fee of")
    person.sees("Enter at most 99.9999 ETH to go on")


def test_an_empty_field_is_no_error(opened: Open) -> None:
    person = opened()
    person.sees("Enter an amount to go on")
    assert person.disabled("stake.review")
    assert page_of(person).form.amount.error.isHidden()


def test_a_text_that_cannot_be_read_is_to_be_corrected(opened: Open) -> None:
    person = opened()
    person.fill("stake.amount", "1,5")
    person.sees("Correct the amount to go on")
    person.sees_not("Enter an amount to go on")


def test_pasted_groups_are_read(opened: Open) -> None:
    person = opened(Fund(YOU, "ETH", 5_000 * ETH))
    person.find("stake.amount").setFocus()
    QApplication.clipboard().setText(" 1\u202f234.5 ")
    QTest.keyClick(person.find("stake.amount"), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert person.find("stake.amount").text() == "1234.5"
    person.click("stake.review")
    person.sees("−1 234.5000 ETH")


def test_without_ether_the_room_says_where_to_get_some(opened: Open) -> None:
    person = opened(Fund(YOU, "USDC", 1))
    person.sees("You have no ETH yet.")
    person.click("stake.fund")
    person.until(lambda: person.window.room == "settings", "the settings")


def test_the_average_appears_after_a_week_and_says_its_window(opened: Open) -> None:
    person = opened(*FUNDED, days=9)
    person.sees("APR, 7-day average, not guaranteed")
    rate = page_of(person).form.apr
    assert rate.days == 7
    assert 2 * ETH // 100 < rate.rate < 4 * ETH // 100


def test_before_the_first_report_the_rate_is_called_expected(opened: Open) -> None:
    person = opened()
    person.sees("APR, expected, not guaranteed")


def test_why_this_number_is_answered(opened: Open) -> None:
    person = opened(*FUNDED, days=9)
    person.sees("APR, 7-day average")
    person.press(page_of(person).form.apr_row.why)
    person.sees("(rate now / rate then − 1) × 365 / days")
    person.sees("7 days")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    person.sees_not("(rate now / rate then")


def test_a_cheaper_market_is_mentioned_and_leads_to_the_swap_room(opened: Open) -> None:
    person = opened(*CHEAP)
    person.fill("You stake", "5")
    person.sees("below this rate. Buying gets you")
    person.click("stake.compare")
    person.until(lambda: person.window.room == "swap", "the swap room")


def test_at_the_rate_no_market_is_mentioned(opened: Open) -> None:
    person = opened()
    person.fill("You stake", "5")
    person.sees("Yearly rewards, about")
    person.sees_not("below this rate")


def test_a_receipt_does_not_wait_in_a_room_that_was_left(opened: Open) -> None:
    person = opened()
    person.fill("You stake", "5")
    person.agree("stake")
    person.sees("5.0000 stETH received")
    person.go("Home")
    person.go("Stake")
    person.sees_not("5.0000 stETH received")
    assert person.find("stake.amount", QLineEdit).text() == ""  # type: ignore[attr-defined]


def test_the_receipt_leads_on_to_wrapping(opened: Open) -> None:
    person = opened()
    person.fill("You stake", "5")
    person.agree("stake")
    person.sees("What next")
    for step in ("Wrap to wstETH", "Lend it", "Add to a pool"):
        person.sees(step)
    person.click("stake.next.stake")
    person.sees("You wrap")


# --- validators of one's own -----------------------------------------------------------------


def test_five_eth_cannot_stake_alone_and_the_reason_is_told(opened: Open) -> None:
    person = opened()
    refused: list[object] = []
    person.window.bridge.refused.connect(lambda command, why: refused.append((command, why)))
    person.click("stake.choice.solo")
    person.fill("You stake", "5")
    person.sees("A validator of your own takes 32 ETH")
    person.sees("Enter at least 32 ETH to go on")
    assert person.disabled("stake.review")
    command, why = refused[-1]
    assert command == StakeNatively(YOU, 5 * ETH)
    assert why.rule == "solo_validator"


def test_what_was_typed_survives_the_change_of_way(opened: Open) -> None:
    person = opened()
    person.click("stake.choice.solo")
    person.fill("You stake", "5")
    person.sees("A validator of your own takes 32 ETH")
    person.click("stake.choice.lido")
    person.sees_not("A validator of your own takes 32 ETH")
    assert person.find("stake.amount").text() == "5"
    person.click("stake.review")
    person.sees("+5.0000 stETH")


def test_the_pill_names_validators_in_words_and_their_disc_by_its_key(opened: Open) -> None:
    person = opened()
    page = person.window.page("stake")
    pill = page.form.receive.pill
    person.click("stake.choice.solo")
    assert (pill.text(), pill.symbol()) == ("32 ETH each", "validator")
    person.click("stake.choice.lido")
    assert (pill.text(), pill.symbol()) == ("stETH", "stETH")


def test_only_multiples_of_thirty_two(opened: Open) -> None:
    person = opened()
    person.click("stake.choice.solo")
    person.fill("You stake", "40")
    person.sees("Only multiples of 32 ETH")


def test_max_takes_whole_validators(opened: Open) -> None:
    person = opened()
    fees = Fees(person.window.bridge)
    person.click("stake.choice.solo")
    person.click("stake.max")
    assert person.find("stake.amount").text() == "96"
    person.click("stake.review")
    person.sees("+3 validators")
    person.click("Stake 96 ETH")
    person.sees("3 validators deposited")
    assert balance(person) == 4 * ETH - fees.paid
    person.sees("Your validators")
    person.sees("3 validators")


def test_staked_natively_instead_switches_the_way_and_back(opened: Open) -> None:
    person = opened()
    person.click("stake.shadow")
    person.sees("Run validators of your own")
    assert person.find("stake.choice.solo").isChecked()
    person.click("stake.shadow")
    person.sees("Stake with Lido")
    assert person.find("stake.choice.lido").isChecked()


def press_leave(person: Driver) -> None:
    """Click Leave in the first row of the table."""
    table = page_of(person).validators.table
    spot = table.button_rect(0, "leave").center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_a_validator_that_has_not_served_may_not_leave(opened: Open) -> None:
    person = opened(*FUNDED, StakeNatively(YOU, 32 * ETH))
    person.sees("Your validators")
    press_leave(person)
    person.sees("A validator must serve 256 epochs first.")
    assert person.disabled("leave.review")
    person.sees("Let time pass first")
    person.click("leave.keep")
    person.sees("Stake with Lido")


def test_a_validator_leaves_through_the_exit_queue(opened: Open) -> None:
    person = opened(*FUNDED, StakeNatively(YOU, 32 * ETH), 12 * DAY)
    press_leave(person)
    person.click("leave.review")
    person.sees("This cannot be taken back")
    person.click("Leave with 1 validator")
    person.sees("1 validator leaving")
    (validator,) = person.window.bridge.world.validators.values()
    assert validator.stage == "exiting"
    person.click("leave.again")
    person.sees("Stake with Lido")


# --- wrapping --------------------------------------------------------------------------------


def test_wrapping_shows_both_rates_and_no_slippage(opened: Open) -> None:
    person = opened(*FUNDED, Stake(YOU, 10 * ETH))
    person.click("stake.mode.wrap")
    person.fill("You wrap", "6.1")
    person.sees("1 stETH = 0.8197 wstETH")
    person.sees("1 wstETH = 1.2200 stETH")
    person.sees("none, at the contract's rate")
    person.click("wrap.review")
    person.sees("−6.1000 stETH")
    person.click("wrap.confirm")
    person.sees("wstETH received")
    got = balance(person, "wstETH")
    assert 5 * ETH - 10 < got <= 5 * ETH


def test_unwrapping_all_leaves_nothing(opened: Open) -> None:
    person = opened(*FUNDED, Stake(YOU, 10 * ETH), Wrap(YOU, "all"))
    person.click("stake.mode.unwrap")
    person.click("unwrap.max")
    person.agree("unwrap")
    person.sees("10.0000 stETH received")
    assert balance(person, "wstETH") == 0


def test_ether_wraps_one_for_one(opened: Open) -> None:
    person = opened()
    person.click("stake.mode.wrap")
    person.click("wrap.choice.weth")
    person.fill("You wrap", "3")
    person.click("wrap.review")
    person.click("Wrap 3 ETH")
    person.sees("3.0000 WETH received")
    assert balance(person, "WETH") == 3 * ETH


def test_wrapping_what_one_has_not_is_refused(opened: Open) -> None:
    person = opened()
    person.click("stake.mode.wrap")
    person.fill("You wrap", "1")
    person.sees("You have no stETH.")
    assert person.disabled("wrap.review")


# --- the room --------------------------------------------------------------------------------


def test_a_request_opens_the_wish(opened: Open) -> None:
    person = opened()
    person.window.enter("stake", {"choice": "solo"})
    person.sees("Run validators of your own")
    person.window.enter("stake", {"mode": "unwrap", "token": "WETH"})
    person.sees("Unwrap WETH")


def test_time_moves_the_offers_and_keeps_what_is_typed(opened: Open) -> None:
    person = opened(*FUNDED, StakeNatively(YOU, 32 * ETH))
    person.fill("You stake", "5")
    person.click("time.day")
    person.until(lambda: not person.window.bridge.running, "the day to pass")
    assert person.find("stake.amount").text() == "5"
    person.click("stake.review")
    person.sees("+5.0000 stETH")


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_nothing_is_cut_off(opened: Open, size: tuple[int, int]) -> None:
    history = (Fund(YOU, "ETH", 20_000 * ETH), StakeNatively(YOU, 3_200 * ETH))
    person = opened(*history, days=6, size=size, settings=Settings(theme="dark"))
    page = page_of(person)
    need = page.minimumSizeHint().width() + person.window.rail.width()
    assert need <= size[0], f"{need} px"


def test_every_input_has_a_name_for_assistive_tools(opened: Open) -> None:
    person = opened()
    assert person.find("stake.amount").accessibleName() == "You stake"
    assert person.find("stake.choice.lido").accessibleName() == "Lido"
    assert person.find("stake.choice.solo").accessibleName() == "Solo validator"


def test_the_keyboard_alone_can_stake(opened: Open) -> None:
    person = opened()
    person.find("stake.choice.solo").setFocus()
    QTest.keyClick(person.find("stake.choice.solo"), Qt.Key.Key_Return)
    person.sees("Run validators of your own")
    person.find("stake.choice.lido").setFocus()
    QTest.keyClick(person.find("stake.choice.lido"), Qt.Key.Key_Space)
    person.fill("You stake", "1")
    person.until(lambda: person.find("stake.review").isEnabled(), "a review")
    person.find("stake.review").setFocus()
    QTest.keyClick(person.find("stake.review"), Qt.Key.Key_Space)
    person.until(lambda: person.find("stake.confirm").isEnabled(), "the review")
    person.find("stake.confirm").setFocus()
    QTest.keyClick(person.find("stake.confirm"), Qt.Key.Key_Space)
    person.sees("1.0000 stETH received")


# --- native or liquid --------------------------------------------------------------------------


def test_before_the_first_stake_the_comparison_looks_ahead_for_what_is_typed(
    opened: Open,
) -> None:
    person = opened()
    person.sees("for 32 ETH")
    person.fill("You stake", "5")
    person.sees("for 5 ETH")
    person.sees("Alone this is too little for a validator, and enough for Lido.")
    person.sees("5.0000 ETH would lie idle")
    person.fill("You stake", "70")
    person.sees("for 70 ETH")
    person.sees("6.0000 ETH would lie idle")
    rows = comparison(person)
    assert rows["Part that earns"].own == wording.amount(64 * ETH, "ETH")
    assert rows["Sold at once"].own == "not possible"
    assert not page_of(person).compare.why.isVisible()


def test_a_stake_stands_beside_its_shadow_to_the_last_wei(opened: Open) -> None:
    person = opened(*FUNDED, Stake(YOU, 75 * ETH), days=40)
    world = person.window.bridge.world
    found = compared(world, YOU)
    assert found is not None
    (shadow,) = world.shadows.cast
    duties, execution = earned_by(2, shadow.begun, earnings_at(world.beacon, world.time))
    assert found.native == 75 * ETH + duties + execution > 75 * ETH
    rows = comparison(person)
    assert rows["Put in"].pool == rows["Put in"].own == wording.amount(found.wei, "ETH")
    assert rows["Worth now"].pool == wording.amount(steth_of(world, YOU), "ETH")
    assert rows["Worth now"].own == wording.amount(found.native, "ETH")
    assert rows["Part that earns"].own == wording.amount(64 * ETH, "ETH")
    person.sees("11.0000 ETH would lie idle")
    person.press(page_of(person).compare.why)
    person.sees("The same ETH, staked natively")
    person.sees(wording.change(duties, "ETH"))
    person.sees(wording.change(execution, "ETH"))


def test_the_comparison_begins_with_the_stake_and_keeps_amounts_hidden(opened: Open) -> None:
    person = opened(*FUNDED, Stake(YOU, 40 * ETH))
    rows = comparison(person)
    assert ", the rest from " in rows["Part that earns"].own
    person.window.bridge.change(privacy="hidden")
    person.until(lambda: "••••" in comparison(person)["Put in"].pool, "hidden amounts")
    assert not any("40.0000" in text for row in comparison(person).values() for text in row[:3])


def test_a_stake_by_clicks_is_compared_from_its_receipt_on(opened: Open) -> None:
    person = opened()
    person.fill("You stake", "40")
    person.agree("stake")
    person.sees("40.0000 stETH received")
    world = person.window.bridge.world
    (shadow,) = world.shadows.cast
    assert (shadow.wei, shadow.keys) == (40 * ETH, 1)
    assert comparison(person)["Put in"].own == wording.amount(40 * ETH, "ETH")
    assert comparison(person)["Earned"].own.startswith("0.0000")
    person.sees("8.0000 ETH would lie idle")


def test_beside_rocket_pool_stands_its_own_comparison(opened: Open) -> None:
    person = opened(*FUNDED, MintReth(YOU, 40 * ETH))
    page = page_of(person)
    assert page.compare.isVisible()
    person.click("stake.choice.rocketpool")
    assert page.compare_reth.isVisible()
    assert not page.compare.isVisible()
    world = person.window.bridge.world
    found = compared(world, YOU, liquid_of("rETH"))
    assert found is not None
    rows = {each.key: each for each in page.compare_reth.table.rows_model.rows()}
    assert rows["Worth now"].pool == wording.amount(found.liquid, "ETH")
    assert rows["A slashing costs"].pool == "nothing, bonds lose first"
    person.sees("The same ETH staked natively would have brought")
    person.press(page.compare_reth.why)
    person.sees("rETH at its rate")


def comparison(person: Driver) -> dict[str, Any]:
    return {each.key: each for each in page_of(person).compare.table.rows_model.rows()}
