"""The unstake room, driven by clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings
from lstwallet.engine.pools_facts import Swap
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap, steth_of
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.ui.pages.unstake.page import RoomPage
from lstwallet.units.clock import DAY, HOUR
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, Fees, window_on

ETH = 10**18
Open = Callable[..., Driver]
STAKED = (*FUNDED, Stake(YOU, 20 * ETH))
LARGE = (Fund(YOU, "ETH", 60_000 * ETH), Stake(YOU, 59_000 * ETH))
RICH = (Fund(YOU, "ETH", 100_000 * ETH), Stake(YOU, 99_900 * ETH))
TICKETS = (*STAKED, RequestUnstake(YOU, 3 * ETH), RequestUnstake(YOU, 2 * ETH))


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Open:
    """A person in the unstake room of a profile with this history."""

    def make(*commands: object, days: int = 0, **more: object) -> Driver:
        window = window_on(qtbot, tmp_path, commands or STAKED, days, room="unstake", **more)
        return Driver(qtbot, window)

    return make


def page_of(person: Driver) -> RoomPage:
    page = person.window.page("unstake")
    assert isinstance(page, RoomPage)
    return page


def steth(person: Driver) -> int:
    return steth_of(person.window.bridge.world, YOU)


def eth(person: Driver) -> int:
    return person.window.bridge.world.balance(YOU, "ETH")


def press_row(person: Driver, row: int, key: str) -> None:
    """Click a button in the table of tickets."""
    table = page_of(person).tickets.table
    spot = table.button_rect(row, key).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


# --- the queue -------------------------------------------------------------------------------


def test_six_steth_go_into_the_queue(opened: Open) -> None:
    person = opened()
    before = steth(person)
    person.fill("You unstake", "6")
    person.sees("6.0000 ETH")
    person.click("unstake.review")
    person.sees("Nothing has been sent yet")
    person.sees("−6.0000 stETH")
    person.sees("It earns no rewards while it waits")
    person.sees("A slash while it waits can lower what is paid")
    assert steth(person) == before
    person.click("Unstake 6 stETH")
    person.sees("Ticket #1 in the queue")
    assert abs(before - steth(person) - 6 * ETH) < 5
    person.click("unstake.again")
    (row,) = page_of(person).tickets.table.rows_model.rows()
    assert (row.id, row.state) == (1, "waiting")
    assert person.find("unstake.amount").text() == ""


def test_a_large_amount_is_split_and_said_so_beforehand(opened: Open) -> None:
    person = opened(*LARGE)
    person.fill("You unstake", "2500")
    person.sees("Becomes 3 tickets: 1 000.0000 + 1 000.0000 + 500.0000 ETH")
    person.agree("unstake")
    person.sees("3 tickets in the queue")
    person.click("unstake.again")
    assert page_of(person).tickets.table.rows_model.rowCount() == 3


def test_max_leaves_no_share_behind(opened: Open) -> None:
    person = opened()
    person.click("unstake.max")
    person.agree("unstake")
    person.sees("Ticket #1 in the queue")
    assert person.window.bridge.world.balance(YOU, "stETH") == 0


def test_wrapped_steth_goes_into_the_queue_too(opened: Open) -> None:
    person = opened(*STAKED, Wrap(YOU, 12 * ETH))
    page_of(person).form.amount.pill.choose("wstETH")
    person.fill("You unstake", "5")
    person.click("unstake.review")
    person.sees("−5.0000 wstETH")
    person.sees("+6.1")
    person.click("unstake.confirm")
    person.sees("Ticket #1 in the queue")


BAD: tuple[tuple[str, str], ...] = (
    ("0", "Enter more than zero."),
    ("-6", "The amount cannot be below zero."),
    ("0.00000000000000005", "The smallest amount is 100 wei."),
    ("0.0000000000000000001", "At most 18 decimals here."),
    ("6,5", "Use a point for decimals and no commas"),
    ("all", "This is not a number."),
    ("1e999999", "without an exponent"),
    ("21", "more than you have."),
)


def test_bad_amounts_are_refused_beside_the_field(opened: Open) -> None:
    person = opened()
    before = person.window.bridge.world
    person.refuses("unstake", "unstake.amount", BAD)
    assert person.window.bridge.world is before


def test_esc_and_a_click_beside_the_sheet_bring_back_the_form(opened: Open) -> None:
    person = opened()
    person.fill("You unstake", "6")
    person.click("unstake.review")
    person.sees("Nothing has been sent yet")
    QTest.keyClick(person.find("unstake.confirm"), Qt.Key.Key_Escape)
    person.sees_not("Nothing has been sent yet")
    assert page_of(person).flow.phase == "form"
    assert person.find("unstake.amount").text() == "6"
    person.click("unstake.review")
    person.click("unstake.back")
    person.sees_not("Nothing has been sent yet")


# --- the market ------------------------------------------------------------------------------


def test_selling_on_the_market_pays_at_once(opened: Open) -> None:
    person = opened()
    had, before = steth(person), eth(person)
    person.click("unstake.choice.market")
    person.fill("You unstake", "6")
    person.sees("Minimum received, 0.5% slippage")
    person.click("unstake.review")
    person.sees("rules checked and fine")
    person.click("unstake.checked")
    person.sees("Nothing is done if you would get more than 0.50% less.")
    person.click("Sell 6 stETH")
    person.sees("ETH received")
    assert abs(had - steth(person) - 6 * ETH) < 5
    assert 5.9 * ETH < eth(person) - before < 6.1 * ETH
    assert not person.window.bridge.world.tickets


def test_the_better_way_is_named(opened: Open) -> None:
    person = opened(*LARGE, Swap(YOU, "steth_eth", "stETH", 50_000 * ETH, 0, "ETH"))
    person.fill("You unstake", "6")
    person.sees("Better by")
    assert page_of(person).form.queue.chip.text().startswith("Better by")
    assert "less than waiting" in page_of(person).form.market.chip.text()
    person.sees("Selling is right only if the ETH would earn more elsewhere")


@pytest.mark.parametrize(("sold", "warned"), [(50_000, False), (80_000, True)])
def test_selling_four_per_cent_below_the_rate_is_warned(
    opened: Open, sold: int, warned: bool
) -> None:
    """After 50,000 the market stands 3.3 % below the rate, after 80,000 15 %."""
    person = opened(*RICH, Swap(YOU, "steth_eth", "stETH", sold * ETH, 0, "ETH"))
    person.click("unstake.choice.market")
    person.fill("You unstake", "6")
    person.click("unstake.review")
    person.sees("Nothing has been sent yet")
    person.sees("less than the rate")
    assert (person.maybe("unstake.warning") is not None) == warned


def test_a_sale_that_moves_the_price_by_a_tenth_wants_a_typed_word(opened: Open) -> None:
    person = opened(*RICH, Swap(YOU, "steth_eth", "stETH", 80_000 * ETH, 0, "ETH"))
    person.click("unstake.choice.market")
    person.fill("You unstake", "14000")
    person.click("unstake.review")
    person.sees("Type “confirm” to go on")
    assert person.disabled("unstake.confirm")
    person.fill("unstake.word", "confirm")
    person.click("unstake.confirm")
    person.sees("ETH received")


def test_a_sale_that_moves_the_price_by_more_is_refused(opened: Open) -> None:
    person = opened(*RICH, Swap(YOU, "steth_eth", "stETH", 80_000 * ETH, 0, "ETH"))
    person.click("unstake.choice.market")
    person.fill("You unstake", "19000")
    person.click("unstake.review")
    person.sees("From 15% on a trade is refused.")
    assert person.disabled("unstake.confirm")
    person.click("unstake.back")
    person.click("unstake.choice.queue")
    person.until(lambda: person.find("unstake.review").isEnabled(), "the queue takes it")


def test_a_sale_that_would_drain_the_pool_is_refused(opened: Open) -> None:
    person = opened(Fund(YOU, "ETH", 100_000 * ETH), Fund(YOU, "ETH", 100_000 * ETH),
                    Stake(YOU, 120_000 * ETH), DAY, Stake(YOU, 70_000 * ETH))  # fmt: skip
    person.click("unstake.choice.market")
    person.fill("You unstake", "185000")
    person.sees("The pool holds only")
    assert person.disabled("unstake.review")
    person.click("unstake.choice.queue")
    person.until(lambda: person.find("unstake.review").isEnabled(), "the queue takes it")


def test_the_slippage_of_the_settings_sets_the_minimum(opened: Open) -> None:
    person = opened(settings=Settings(theme="light", slippage_bps=100))
    person.click("unstake.choice.market")
    person.fill("You unstake", "6")
    person.sees("Minimum received, 1.0% slippage")
    command = page_of(person).form.build_command()
    quote = person.window.bridge.preview(command)
    received = quote.events[-1].received
    assert command.min_out == -(-received * 99 // 100)


# --- tickets ---------------------------------------------------------------------------------


def test_claiming_nothing_says_so(opened: Open) -> None:
    person = opened()
    before = person.window.bridge.world
    person.click("unstake.claim")
    person.sees("There is nothing to claim yet.")
    assert person.window.bridge.world is before


def test_claiming_too_early_says_when(opened: Open) -> None:
    person = opened(*TICKETS)
    person.click("unstake.claim")
    person.sees("Not ready")
    assert len(person.window.bridge.world.tickets) == 2


def test_a_ready_ticket_is_claimed_from_its_row(opened: Open) -> None:
    person = opened(*TICKETS, days=12)
    before, fees = eth(person), Fees(person.window.bridge)
    person.sees("5.0000 ETH claimable")
    press_row(person, 0, "claim")
    person.sees("+3.0000 ETH")
    person.click("claim.confirm")
    person.sees("3.0000 ETH claimed")
    assert abs(eth(person) - before - 3 * ETH + fees.paid) < 5
    person.click("claim.again")
    person.sees("2.0000 ETH claimable")


def test_the_word_that_a_ticket_is_ready_goes_when_its_room_is_entered(opened: Open) -> None:
    person = opened(*TICKETS)
    person.go("Home")
    for _ in range(2):
        person.step("week")
    person.sees("ready to claim")
    person.click("Show")
    person.sees("5.0000 ETH claimable")
    person.sees_not("ready to claim")


def test_all_that_is_ready_is_claimed_at_once(opened: Open) -> None:
    person = opened(*TICKETS, days=12)
    person.click("unstake.claim")
    person.sees("Ticket #1")
    person.sees("Ticket #2")
    person.click("claim.confirm")
    person.sees("5.0000 ETH claimed")
    assert not person.window.bridge.world.tickets
    person.click("claim.again")
    person.sees("No open ticket")


def test_claiming_survives_a_position_of_zero(opened: Open) -> None:
    person = opened(*FUNDED, Stake(YOU, 4 * ETH), RequestUnstake(YOU, "all"), days=12)
    assert steth(person) == 0
    person.click("unstake.claim")
    person.click("claim.confirm")
    person.sees("4.0000 ETH claimed")


def test_details_say_what_stands_before_a_ticket(opened: Open) -> None:
    person = opened(*TICKETS)
    press_row(person, 1, "details")
    person.sees("Before it in line")
    person.sees("3.0000 stETH")


def test_the_countdown_moves_with_the_clock(opened: Open) -> None:
    person = opened(*LARGE, RequestUnstake(YOU, 20_000 * ETH))
    page = page_of(person)
    first = page.tickets.table.rows_model.row(0)
    person.click("time.day")
    person.until(lambda: not person.window.bridge.running, "the day to pass")
    person.until(lambda: page.tickets.table.rows_model.row(0) != first, "the table to follow")
    assert page.tickets.table.rows_model.row(0).progress > first.progress


# --- the room --------------------------------------------------------------------------------


def test_a_new_profile_is_told_what_to_do_first(opened: Open) -> None:
    person = opened(*FUNDED)
    person.sees("No ticket yet")
    person.click("unstake.stake_first")
    person.until(lambda: person.window.room == "stake", "the stake room")


def test_a_request_opens_the_wish(opened: Open) -> None:
    person = opened(*STAKED, Wrap(YOU, 12 * ETH))
    person.window.enter("unstake", {"token": "wstETH", "way": "market"})
    person.until(lambda: page_of(person).form.amount.symbol() == "wstETH", "the token")
    assert person.find("unstake.choice.market").isChecked()


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_nothing_is_cut_off(opened: Open, size: tuple[int, int]) -> None:
    person = opened(*LARGE, RequestUnstake(YOU, 12_000 * ETH), size=size,
                    settings=Settings(theme="dark"))  # fmt: skip
    page = page_of(person)
    person.fill("You unstake", "40000")
    person.sees("Becomes 40 tickets")
    need = page.minimumSizeHint().width() + person.window.rail.width()
    assert need <= size[0], f"{need} px"


def test_review_and_receipt_fit_over_a_small_window(opened: Open) -> None:
    person = opened(size=(1024, 700))
    person.fill("You unstake", "6")
    person.click("unstake.review")
    panel = page_of(person).panel
    right = panel.mapTo(person.window, panel.rect().bottomRight())
    assert right.x() <= 1024
    assert right.y() <= 700
    assert panel.mapTo(person.window, panel.rect().topLeft()).y() >= person.window.top_bar.height()
    assert right.y() < person.find("time.bar").mapTo(person.window, QPoint(0, 0)).y()
    person.click("unstake.confirm")
    person.sees("Ticket #1 in the queue")


def test_the_simulation_chip_is_not_dimmed_while_one_signs(opened: Open) -> None:
    person = opened()
    chip = person.find("top.simulation")
    box = QRect(chip.mapTo(person.window, QPoint(0, 0)), chip.size())
    before = person.window.grab(box).toImage()
    person.fill("You unstake", "6")
    person.click("unstake.review")
    assert person.window.grab(box).toImage() == before


def test_days_pass_under_an_open_review(opened: Open) -> None:
    """The rate moves, the amounts agreed to do not; gas has become dearer and is shown again."""
    person = opened()
    person.fill("You unstake", "6")
    person.click("unstake.review")
    person.window.bridge.advance(DAY)
    person.until(lambda: not person.window.bridge.running, "the day to pass")
    person.click("unstake.confirm")
    person.sees("Gas costs more now than the most you agreed to. This is the new fee.")
    person.sees("−6.0000 stETH")
    person.click("unstake.confirm")
    person.sees("Ticket #1 in the queue")


def test_hours_pass_under_an_open_review(opened: Open) -> None:
    """A little dearer than shown, but less than the most that was agreed to."""
    person = opened()
    fees = Fees(person.window.bridge)
    person.fill("You unstake", "6")
    person.click("unstake.review")
    person.sees("Never more than")
    person.window.bridge.advance(2 * HOUR)
    person.until(lambda: not person.window.bridge.running, "two hours to pass")
    person.click("unstake.confirm")
    person.sees("Ticket #1 in the queue")
    assert fees.paid > 0


def test_a_review_does_not_stay_over_another_room(opened: Open) -> None:
    person = opened(*TICKETS)
    person.fill("You unstake", "6")
    person.click("unstake.review")
    page = page_of(person)
    assert page.panel.isVisible()
    person.window.enter("home")
    person.until(lambda: not page.isVisible(), "the room Home")
    assert (page.flow.phase, page.panel.isVisible()) == ("form", False)
    person.window.enter("unstake")
    assert not page.panel.isVisible()


def test_a_command_on_its_way_waits_for_ones_return(opened: Open) -> None:
    person = opened(*TICKETS)
    page, answer = page_of(person), Event()
    for room in ("home", "unstake"):  # both are there: nothing else can be built in the busy lane
        person.window.enter(room)
        person.until(lambda wanted=room: page.isVisible() == (wanted == "unstake"), room)
    person.fill("You unstake", "6")
    person.click("unstake.review")
    person.window.bridge.jobs.run(lambda: answer.wait(10), lambda _: None, lambda _: None)
    person.click("unstake.confirm")
    person.window.enter("home")
    person.until(lambda: not page.isVisible(), "the room Home")
    assert (page.flow.phase, page.panel.isVisible()) == ("pending", False)
    person.window.enter("unstake")
    assert page.panel.isVisible()
    person.window.enter("home")
    answer.set()
    person.until(lambda: page.flow.phase == "receipt", "the receipt")
    assert not page.panel.isVisible()
    person.window.enter("unstake")
    assert page.panel.isVisible()
