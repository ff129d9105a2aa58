"""The unstake room's rows, with numbers worked by hand."""

from __future__ import annotations

import pytest

from lstwallet.engine import quotes
from lstwallet.engine.pools_facts import Swap
from lstwallet.engine.staking import Claim, RequestUnstake, Stake
from lstwallet.engine.staking_wait import Wait, estimate_wait
from lstwallet.engine.world import World
from lstwallet.ledger.entries import mint, post
from lstwallet.readmodel import unstaking as reading
from lstwallet.readmodel.unstaking import BreakEven
from lstwallet.units.clock import DAY, YEAR
from lstwallet.units.fixed import WAD
from tests.engine.staking_world import Draft, run, world_of
from tests.small_world import small_world

ETH = 10**18


def staked(eth: int = 3_000) -> World:
    """The small world with ``eth`` of stETH of yours."""
    world = small_world()
    balances = dict(world.balances)
    post(balances, mint("ETH", eth * ETH, "you"))
    return quotes.preview(world._replace(balances=balances), Stake("you", eth * ETH)).after


# --- two ways out ----------------------------------------------------------------------------


def test_the_queue_pays_one_for_one_and_splits_what_is_large() -> None:
    world = staked()
    quote = quotes.preview(world, RequestUnstake("you", 2_500 * ETH))
    offer = reading.queue_offer(world, quote.events)
    assert offer is not None
    assert offer.tickets == (1_000 * ETH, 1_000 * ETH, 500 * ETH)
    assert offer.receives == offer.asked == 2_500 * ETH
    assert offer.wait == estimate_wait(world, 2_500 * ETH)


def test_no_request_no_offer() -> None:
    world = staked()
    assert reading.queue_offer(world, ()) is None
    assert reading.market_offer(world, (), 50) is None


def test_the_market_takes_fee_and_impact() -> None:
    world = staked()
    quote = quotes.preview(world, Swap("you", "steth_eth", "stETH", 1_000 * ETH, 0, "ETH"))
    offer = reading.market_offer(world, quote.events, 100)
    assert offer is not None
    assert offer.sold == 1_000 * ETH
    assert offer.rate == offer.receives * WAD // offer.sold
    assert offer.below == WAD - offer.rate
    assert 0 < offer.impact < 0.01
    assert offer.fee > 0
    assert offer.minimum == -(-offer.receives * 99 // 100)


def test_wrapped_steth_is_sold_as_what_is_inside() -> None:
    from lstwallet.engine.staking import Wrap

    world = quotes.preview(staked(), Wrap("you", 122 * ETH)).after
    quote = quotes.preview(world, Swap("you", "route", "wstETH", 50 * ETH, 0, "ETH"))
    offer = reading.market_offer(world, quote.events, 50)
    assert offer is not None
    assert abs(offer.sold - 61 * ETH) < 10 * ETH // 1_000


@pytest.mark.parametrize(("received", "bps", "least"), [(1_000, 50, 995), (1_001, 50, 996),
                                                         (7, 0, 7), (1, 100, 1)])  # fmt: skip
def test_the_least_that_is_accepted_is_rounded_up(received: int, bps: int, least: int) -> None:
    assert reading.least(received, bps) == least


# --- break-even ------------------------------------------------------------------------------


def test_break_even_by_hand() -> None:
    """0.42 % in four days is 0.42 % · 365 / 4 = 38.5 % a year, as in the reference picture."""
    market = 5_974_905_397_331_208_922  # 6 / 1.0042
    even = reading.break_even(6 * ETH, market, Wait(3 * DAY, 5 * DAY))
    assert even.seconds == 4 * DAY
    assert abs(even.gain - 42 * WAD // 10_000) < 10**6
    assert abs(even.yearly - 38_325 * WAD // 100_000) < 10**9


def test_a_market_above_the_rate_leaves_nothing_to_wait_for() -> None:
    even = reading.break_even(100, 101, Wait(DAY, DAY))
    assert even.gain < 0
    assert even.yearly < 0


def test_a_wait_of_nothing_counts_as_an_hour() -> None:
    even = reading.break_even(101 * ETH, 100 * ETH, Wait(0, 0))
    assert even == BreakEven(WAD // 100, 0, WAD // 100 * YEAR // 3_600)


@pytest.mark.parametrize(
    ("percent", "end"), [(0, 10), (8, 10), (9, 20), (38, 60), (48, 60), (60, 100), (9_999, 1_000)]
)
def test_the_bar_ends_where_the_mark_has_room(percent: int, end: int) -> None:
    assert reading.scale_for(percent * WAD // 100) == end * WAD // 100


def test_while_nothing_is_asked_for_the_pools_price_stands() -> None:
    offer = reading.resting_offer(small_world())
    assert offer.rate + offer.below == WAD
    assert abs(offer.below) < WAD // 1_000


# --- tickets ---------------------------------------------------------------------------------


def test_a_ticket_waits_progresses_and_pays() -> None:
    draft = Draft(quotes.preview(world_of(), Stake("you", 50 * ETH)).after)
    draft = Draft(quotes.preview(draft.freeze(), RequestUnstake("you", 20 * ETH)).after)
    begin = draft.time
    (row,) = reading.ticket_rows(draft.freeze(), "you")
    assert (row.state, row.progress, row.asked_at) == (reading.WAITING, 0, begin)
    assert 20 * ETH - 2 <= row.pays <= row.asked == 20 * ETH
    assert begin < row.ready_from <= row.ready_to

    half = (row.ready_from - begin) // 2
    run(draft, begin + half)
    (later,) = reading.ticket_rows(draft.freeze(), "you")
    assert 0 < later.progress < WAD

    run(draft, row.ready_to + 2 * DAY)
    rows = reading.ticket_rows(draft.freeze(), "you")
    assert rows[0].state == reading.READY
    assert rows[0].progress == WAD
    assert reading.claimable(rows) == reading.Claimable(1, rows[0].pays)
    claimed = quotes.preview(draft.freeze(), Claim("you", "all"))
    assert claimed.events[-1].ether == rows[0].pays
    assert reading.ticket_rows(claimed.after, "you") == ()


def test_ready_tickets_come_first_then_the_order_of_the_queue() -> None:
    world = staked()
    world = quotes.preview(world, RequestUnstake("you", 2_100 * ETH)).after
    rows = reading.ticket_rows(world, "you")
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    last = world.tickets[rows[-1].id]._replace(finalised=True, ether=99 * ETH)
    mixed = world._replace(tickets={**world.tickets, last.id: last})
    first = reading.ticket_rows(mixed, "you")[0]
    assert (first.id, first.state, first.pays) == (last.id, reading.READY, 99 * ETH)


def test_what_stands_before_a_ticket() -> None:
    world = staked()
    before = reading.waiting_ahead(world)
    world = quotes.preview(world, RequestUnstake("you", 1_500 * ETH)).after
    first, second = reading.ticket_rows(world, "you")
    assert reading.waiting_ahead(world, first.id) == before
    assert reading.waiting_ahead(world, second.id) == before + 1_000 * ETH
    assert reading.waiting_ahead(world) == before + 1_500 * ETH


def test_nothing_ready_nothing_claimable() -> None:
    assert reading.claimable(()) == reading.Claimable(0, 0)
