"""The stake room's rows, with numbers worked by hand."""

from __future__ import annotations

import pytest

from lstwallet.engine import quotes
from lstwallet.engine.pools_facts import Swap
from lstwallet.engine.staking import Stake, steth_of
from lstwallet.engine.staking_facts import LastReport
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.validators import LeaveNatively, StakeNatively
from lstwallet.engine.world import World
from lstwallet.ledger.entries import mint, post
from lstwallet.protocols.lido import Pool
from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.staking import Apr
from lstwallet.units.clock import DAY, EPOCH, HOUR, YEAR
from lstwallet.units.fixed import RAY, WAD
from tests.engine.staking_world import NOON, Draft, run, world_of
from tests.small_world import small_world

ETH = 10**18
DELAY = 1_440


def reported(world: World, rate: int, last: int) -> World:
    """The world with another rate (ETH for one share, RAY) and the moment of its last report."""
    pool = Pool(9_000_000 * ETH, 9_000_000 * ETH * RAY // rate)
    staking = world.staking._replace(pool=pool, last_report=LastReport(last, rate, rate))
    return world._replace(staking=staking)


def funded(world: World, eth: int = 200) -> World:
    balances = dict(world.balances)
    post(balances, mint("ETH", eth * ETH, "you"))
    return world._replace(balances=balances)


# --- averages --------------------------------------------------------------------------------


def test_a_week_of_reports_is_averaged_over_seven_days() -> None:
    """0.07 % in seven days is 0.07 % · 365 / 7 = 3.65 % a year."""
    last = NOON + DELAY + 20 * DAY
    world = reported(world_of()._replace(started=NOON - DAY), RAY * 10_007 // 10_000, last)
    apr = reading.measured_apr(world, RAY)
    assert apr.days == 7
    assert abs(apr.rate - WAD * 365 // 10_000) < 10**9


def test_a_young_world_is_averaged_since_it_began() -> None:
    """Born at 12:00, two reports: 0.02 % in exactly two days is 3.65 % a year."""
    world = world_of()._replace(started=NOON)
    world = reported(world, RAY * 10_002 // 10_000, NOON + DELAY + 2 * DAY)
    apr = reading.measured_apr(world, RAY)
    assert apr.days == 2
    assert abs(apr.rate - WAD * 365 // 10_000) < 10**9


def test_before_the_first_report_the_expected_rate_is_shown() -> None:
    world = world_of()
    world = world._replace(started=world.time)
    assert reading.measured_apr(world, RAY) == reading.expected_apr(world)
    assert reading.expected_apr(world).days == 0


def test_an_unknown_rate_leaves_the_expected_one() -> None:
    last = NOON + DELAY + 20 * DAY
    world = reported(world_of()._replace(started=NOON - DAY), RAY, last)
    assert reading.measured_apr(world, None).days == 0


def test_a_loss_is_a_negative_average() -> None:
    last = NOON + DELAY + 20 * DAY
    world = reported(world_of()._replace(started=NOON - DAY), RAY * 9_999 // 10_000, last)
    assert reading.measured_apr(world, RAY).rate < 0


def test_the_average_is_measured_against_the_rate_after_the_report_a_week_ago() -> None:
    last = NOON + DELAY + 20 * DAY
    world = reported(world_of()._replace(started=NOON - DAY), RAY, last)
    assert reading.baseline(world) == last - 7 * DAY + HOUR
    assert reading.baseline(world._replace(started=last - DAY)) == last - DAY


def test_a_real_week_of_reports_comes_close_to_what_is_expected() -> None:
    world = world_of()
    draft = Draft(world._replace(started=world.time))
    run(draft, NOON + DELAY + HOUR)
    then = draft.freeze()
    run(draft, NOON + DELAY + HOUR + 7 * DAY)
    now = draft.freeze()
    apr = reading.measured_apr(now, reading.steth_rate(then))
    assert apr.days == 7
    assert abs(apr.rate - reading.expected_apr(now).rate) < WAD // 2_000


@pytest.mark.parametrize(
    ("at", "rate"), [(5, 1), (10, 1), (15, 1), (20, 2), (25, 2), (40, 3), (99, 3)]
)
def test_the_last_sample_not_after_a_moment_counts(at: int, rate: int) -> None:
    assert reading.rate_at([(10, 1), (20, 2), (30, None), (40, 3)], at) == rate


def test_no_samples_no_rate() -> None:
    assert reading.rate_at([], 10) is None


# --- offers ----------------------------------------------------------------------------------


def test_yearly_rewards_in_dollars() -> None:
    """3 % of 10 ETH at $2,000 is $600."""
    assert reading.yearly(10 * ETH, Apr(3 * WAD // 100, 7), 2_000 * 10**8) == 600 * 10**8


def test_the_pool_says_what_it_keeps_and_how_it_is_spread() -> None:
    offer = reading.lido_offer(small_world())
    assert offer.fee == WAD // 10
    assert offer.operators == 10
    assert WAD // 10 < offer.largest < WAD // 5
    assert offer.total == 9_000_000 * ETH


def test_natively_nothing_is_kept() -> None:
    """Ten per cent of what the chain pays stays with the pool; some of its ETH does not attest."""
    world = world_of()
    native, pool = reading.native_apr(world).rate, reading.expected_apr(world).rate
    assert sum(reading.native_parts(world)) == native
    assert native * 88 // 100 < pool < native * 90 // 100 + 1


def test_a_validator_takes_thirty_two() -> None:
    assert reading.whole_validators(32 * ETH - 1) == 0
    assert reading.whole_validators(32 * ETH) == 1
    assert reading.whole_validators(100 * ETH) == 3
    offer = reading.solo_offer(world_of(), 3)
    assert offer.keys == 3
    assert offer.exit.low < offer.exit.high
    assert offer.slashed == 32 * ETH // 4_096 // 10**9 * 10**9


def test_minting_loses_at_most_a_wei_and_equals_the_receipt() -> None:
    world = funded(small_world())
    for wei in (1, 3, 5 * ETH, 7 * ETH // 3):
        after = quotes.preview(world, Stake("you", wei)).after
        assert steth_of(after, "you") == reading.minted_for(world, wei)
        assert 0 <= wei - reading.minted_for(world, wei) <= 1


def test_the_market_is_mentioned_only_below_the_rate() -> None:
    world = funded(small_world())
    assert reading.market_edge(world, "you", ETH, ETH) is None


def test_a_cheaper_market_says_how_much_more_it_gives() -> None:
    world = funded(small_world(), 60_200)
    world = quotes.preview(world, Stake("you", 60_000 * ETH)).after
    sale = Swap("you", "steth_eth", "stETH", "all", 0, "ETH")
    world = quotes.preview(world, sale).after
    edge = reading.market_edge(world, "you", ETH, ETH)
    assert edge is not None
    assert 0 < edge.discount < WAD
    gained = edge.more * WAD // ETH
    assert edge.discount - WAD // 1_000 < gained < 2 * edge.discount
    assert reading.market_edge(world, "you", ETH, 2 * ETH) is None


def test_an_offer_that_is_refused_is_no_edge() -> None:
    world = funded(small_world(), 60_000)
    world = quotes.preview(world, Stake("you", 60_000 * ETH)).after
    world = quotes.preview(world, Swap("you", "steth_eth", "stETH", "all", 0, "ETH")).after
    assert reading.market_edge(world, "nobody", ETH, ETH) is None


# --- wrapping --------------------------------------------------------------------------------


def test_both_rates_of_a_share_worth_a_fifth_more() -> None:
    rates = reading.wrap_rates(world_of())
    assert rates.steth_per_wsteth == WAD * 12 // 10
    assert rates.wsteth_per_steth == WAD * 10 // 12
    assert reading.steth_behind(world_of(), 5 * ETH) == 6 * ETH


# --- own validators --------------------------------------------------------------------------


def test_validators_pass_through_their_states() -> None:
    draft = Draft(world_of())
    draft = Draft(quotes.preview(draft.freeze(), StakeNatively("you", 64 * ETH)).after)
    pending = only_row(draft)
    assert (pending.state, pending.keys, pending.value) == (reading.PENDING, 2, 64 * ETH)
    assert not pending.may_leave
    assert pending.leave_from == pending.next_at + 256 * EPOCH

    run(draft, pending.next_at + HOUR)
    active = only_row(draft)
    assert active.state == reading.ACTIVE
    assert not active.may_leave
    assert active.unpaid > 0
    assert active.value == 64 * ETH + active.unpaid

    run(draft, active.leave_from)
    assert only_row(draft).may_leave
    draft = Draft(quotes.preview(draft.freeze(), LeaveNatively("you", pending.id)).after)
    leaving = only_row(draft)
    assert leaving.state == reading.EXITING
    assert not leaving.may_leave

    run(draft, leaving.next_at)
    cooling = only_row(draft)
    assert cooling.state == reading.COOLING
    assert cooling.next_at == leaving.next_at + 256 * EPOCH

    run(draft, cooling.next_at)
    ready = only_row(draft)
    assert ready.state == reading.WITHDRAWABLE
    run(draft, ready.next_at)
    assert reading.validator_rows(draft.freeze(), "you") == ()


def only_row(draft: Draft) -> reading.ValidatorRow:
    (row,) = reading.validator_rows(draft.freeze(), "you")
    return row


def test_what_is_staked_natively_is_counted_whole() -> None:
    world = quotes.preview(world_of(), StakeNatively("you", 96 * ETH)).after
    assert reading.natively(world, "you") == 96 * ETH
    assert reading.natively(world, "someone") == 0


def test_the_middle_of_a_range() -> None:
    assert reading.mean(Wait(2, 7)) == 4
    assert YEAR == 365 * DAY
