"""Ethereum's churn, exits, deposits and rewards: the queue is fair and time runs forward.

Of a sample of 150 mutants (``tests/golden/mutants.py``, seed 7) those that live change nothing: a
balance that just fits asks for no further epoch by either comparison.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import consensus
from lstwallet.protocols.consensus import Churn, Flag, SlashingEntry
from lstwallet.units.checked import Revert

ETH = consensus.INCREMENT
MILLION = 1_000_000 * ETH
MAINNET = 36 * MILLION

totals = st.integers(32 * ETH, 130 * MILLION)
balances = st.integers(16 * ETH, 2_048 * ETH)


def test_the_figures_of_the_specification() -> None:
    """``presets/mainnet`` and ``configs/mainnet`` of consensus-specs."""
    assert (consensus.SHARD_COMMITTEE_PERIOD, consensus.WITHDRAWABILITY_DELAY) == (256, 256)
    assert (consensus.MAX_DEPOSITS_PER_EPOCH, consensus.SWEEP_PER_SLOT) == (16, 16)
    weights = (consensus.SYNC_WEIGHT, consensus.PROPOSER_WEIGHT, *consensus.FLAG_WEIGHT.values())
    assert weights == (2, 8, 14, 26, 14)
    assert sum(weights) == consensus.WEIGHT_DENOMINATOR == 64


def test_what_is_no_whole_eth_counts_for_nothing() -> None:
    step, half = consensus.balance_churn_limit, ETH // 2
    assert step(200 * ETH * 65_536) == 200 * ETH
    assert step(200 * ETH * 65_536 - 1) == 199 * ETH
    assert consensus.base_reward(32 * ETH + half, MAINNET) == consensus.base_reward(
        32 * ETH, MAINNET
    )
    total, hit = 1_000 * ETH + half, 900 * ETH + half
    delta = consensus.flag_delta(10**6, Flag.TARGET, True, hit, total, leak=False)
    assert delta.reward == floor(Fraction(10**6 * 26 * 900, 64 * 1_000))
    each = 3 * 32 * ETH // 1_000
    assert consensus.correlation_penalty(32 * ETH + half, 32 * ETH, total) == 32 * each


def test_a_leak_begins_with_the_fifth_epoch_without_finality() -> None:
    assert [consensus.is_in_leak(delay) for delay in (0, 4, 5)] == [False, False, True]


@pytest.mark.parametrize("participation", [10_000, 9_500, 5_000, 3_000, 0])
def test_duties_by_fractions(participation: int) -> None:
    """A share p does its duties and earns p² of them; who misses loses 40 parts of 64."""
    part = Fraction(participation, 10_000)
    base = floor(Fraction(64 * ETH, isqrt(MAINNET)))
    exact = base * 777 * (part**2 - Fraction(40, 64) * (1 - part))
    duties = consensus.duties_over(MAINNET, 777, participation)
    assert consensus.rewards_of(duties) == floor(exact)
    assert consensus.rewards_of(-1) == -1


def test_a_round_of_the_sweep_takes_sixteen_validators_a_slot() -> None:
    assert [consensus.sweep_slots(count) for count in (0, 1, 16, 17, 32)] == [0, 1, 1, 2, 2]


# --- churn ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "churn", "activation_exit"),
    [
        (1 * MILLION, 128, 128),
        (8 * MILLION, 128, 128),
        (10 * MILLION, 152, 152),
        (36 * MILLION, 549, 256),
    ],
)
def test_churn_limits_by_hand(total: int, churn: int, activation_exit: int) -> None:
    assert consensus.balance_churn_limit(total) == churn * ETH
    assert consensus.activation_exit_churn_limit(total) == activation_exit * ETH
    assert consensus.consolidation_churn_limit(total) == (churn - activation_exit) * ETH


@given(totals)
def test_churn_is_whole_eth_and_within_its_bounds(total: int) -> None:
    limit = consensus.activation_exit_churn_limit(total)
    assert limit % ETH == 0
    assert consensus.MIN_CHURN <= limit <= consensus.MAX_ACTIVATION_EXIT_CHURN


# --- the exit queue -------------------------------------------------------------------------


def test_45_days_for_26_hundred_thousand_eth() -> None:
    queue = consensus.join_exit_queue(Churn(0, 0), 1_000, 2_600_000 * ETH, MAINNET)
    assert queue.earliest_epoch == 1_005 + 10_156  # 2,600,000 / 256 = 10,156.25, one is free now
    days = (queue.earliest_epoch - 1_000) // 225
    assert days == 45
    assert consensus.withdrawable_epoch(queue.earliest_epoch) - queue.earliest_epoch == 256


@given(totals, st.lists(st.tuples(balances, st.integers(0, 20)), min_size=1, max_size=60))
def test_exit_epochs_are_monotone_and_no_epoch_lets_more_than_the_churn_through(
    total: int, exits: list[tuple[int, int]]
) -> None:
    queue, epoch, gone = Churn(0, 0), 100, 0
    first = None
    for balance, later in exits:
        epoch += later
        before = queue
        queue = consensus.join_exit_queue(queue, epoch, balance, total)
        assert queue.earliest_epoch >= before.earliest_epoch
        assert queue.earliest_epoch >= consensus.activation_exit_epoch(epoch)
        assert 0 <= queue.balance_left <= consensus.activation_exit_churn_limit(total)
        first = queue.earliest_epoch if first is None else first
        gone += balance
    limit = consensus.activation_exit_churn_limit(total)
    opened = (queue.earliest_epoch - consensus.activation_exit_epoch(100) + 1) * limit
    assert gone <= opened - queue.balance_left


@given(totals, st.lists(balances, min_size=1, max_size=40))
def test_leaving_together_or_one_by_one_ends_in_the_same_epoch(
    total: int, exits: list[int]
) -> None:
    one_by_one = Churn(0, 0)
    for balance in exits:
        one_by_one = consensus.join_exit_queue(one_by_one, 100, balance, total)
    assert consensus.join_exit_queue(Churn(0, 0), 100, sum(exits), total) == one_by_one


def test_a_chain_too_small_to_consolidate_refuses() -> None:
    with pytest.raises(Revert, match="division"):
        consensus.join_consolidation_queue(Churn(0, 0), 1, 32 * ETH, 1 * MILLION)


# --- deposits --------------------------------------------------------------------------------


@given(totals, st.lists(balances, min_size=1, max_size=60))
def test_the_deposit_queue_in_closed_form_is_the_queue_walked_epoch_by_epoch(
    total: int, deposits: list[int]
) -> None:
    made_at, queue, expected = 50, Churn(0, 0), []
    for amount in deposits:
        queue = consensus.join_deposit_queue(queue, made_at, amount, total)
        expected.append(queue.earliest_epoch)
    waiting, carried, credited = list(deposits), 0, []
    epoch = made_at + consensus.FINALITY_DELAY
    while waiting:
        done = consensus.process_deposits(waiting, carried, total)
        credited += [epoch] * done.taken
        del waiting[: done.taken]
        carried = done.balance_left
        epoch += 1
    assert credited == expected


def test_sixteen_deposits_an_epoch_at_most() -> None:
    done = consensus.process_deposits([ETH] * 20, 0, MAINNET)
    assert (done.taken, done.amount, done.balance_left) == (16, 16 * ETH, 0)


def test_activation_takes_eligibility_finality_and_the_lookahead() -> None:
    assert consensus.activation_epoch(100) == 100 + 1 + 2 + 1 + 4


# --- rewards -----------------------------------------------------------------------------------


def test_base_reward_at_36_million_eth() -> None:
    assert consensus.base_reward_per_increment(MAINNET) == 64 * 10**9 // isqrt(MAINNET) == 337
    assert consensus.base_reward(32 * ETH, MAINNET) == 32 * 337


def test_a_year_of_perfect_duties_pays_the_known_yield() -> None:
    year = consensus.duties_over(MAINNET, consensus.EPOCHS_PER_YEAR, 10_000)
    per_eth = consensus.rewards_of(year)
    assert per_eth == 337 * consensus.EPOCHS_PER_YEAR  # Gwei on an ETH: 2.77 %
    assert 27_600_000 < per_eth < 27_800_000


@given(totals, st.integers(1, 82_125), st.integers(0, 10_000))
def test_rewards_rise_with_participation_and_fall_with_the_stake(
    total: int, epochs: int, participation: int
) -> None:
    here = consensus.duties_over(total, epochs, participation)
    assert here <= consensus.duties_over(total, epochs, 10_000)
    assert here <= consensus.duties_over(total, epochs, min(participation + 1, 10_000))
    if participation == 10_000:
        assert here >= consensus.duties_over(2 * total, epochs, participation)


@given(totals, st.integers(0, 500), st.integers(0, 500), st.integers(0, 10_000))
def test_slicing_time_changes_no_reward(total: int, a: int, b: int, participation: int) -> None:
    whole = consensus.duties_over(total, a + b, participation)
    first, second = (consensus.duties_over(total, n, participation) for n in (a, b))
    assert first + second == whole


def test_full_participation_is_the_sum_of_the_flags_and_the_other_duties() -> None:
    """54 of 64 parts come from attesting; the flag formula of the spec gives the same."""
    reward = consensus.base_reward(32 * ETH, MAINNET)
    flags = sum(
        consensus.flag_delta(reward, flag, True, MAINNET, MAINNET, leak=False).reward
        for flag in Flag
    )
    exact = reward * 54 // 64
    assert 0 <= exact - flags <= 2  # each flag rounds down
    assert consensus.rewards_of(consensus.duties_over(MAINNET, 1, 10_000) * 32) == reward


def test_missed_duties_cost_source_and_target_but_not_head() -> None:
    deltas = {
        flag: consensus.flag_delta(640, flag, False, MAINNET, MAINNET, leak=False) for flag in Flag
    }
    assert [deltas[flag].penalty for flag in Flag] == [140, 260, 0]
    assert consensus.flag_delta(640, Flag.SOURCE, True, MAINNET, MAINNET, leak=True) == (0, 0)


@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_an_inactivity_score_never_falls_below_zero(score: int, hit: bool, leak: bool) -> None:
    after = consensus.updated_inactivity_score(score, hit, leak=leak)
    assert after >= 0
    if hit:
        assert after <= score
        assert consensus.inactivity_penalty(32 * ETH, after, hit) == 0
    elif leak:
        assert after == score + 4


@pytest.mark.parametrize(
    ("effective", "balance", "prefix", "after"),
    [
        (32, 31_750_000_000, 1, 32),
        (32, 31_749_999_999, 1, 31),
        (31, 32_250_000_000, 1, 31),
        (31, 32_250_000_001, 1, 32),
        (32, 40_000_000_000, 1, 32),
        (32, 40_000_000_000, 2, 40),
        (2_048, 3_000_000_000_000, 2, 2_048),
    ],
)
def test_effective_balance_has_hysteresis(
    effective: int, balance: int, prefix: int, after: int
) -> None:
    got = consensus.updated_effective_balance(effective * ETH, balance, prefix)
    assert got == after * ETH


# --- slashing ---------------------------------------------------------------------------------


def test_a_lone_slashing_costs_little_and_a_mass_slashing_everything() -> None:
    alone = consensus.slash(Churn(0, 0), 1_000, 32 * ETH, MAINNET)
    assert alone.penalty == alone.reward == 7_812_500
    assert alone.withdrawable_epoch == 1_000 + 8_192
    assert consensus.correlation_penalty_due(alone.withdrawable_epoch) == 1_000 + 4_096
    assert consensus.correlation_penalty(32 * ETH, 32 * ETH, MAINNET) == 32 * 2_666
    assert consensus.correlation_penalty(32 * ETH, MAINNET // 6, MAINNET) == 16 * ETH
    assert consensus.correlation_penalty(32 * ETH, MAINNET, MAINNET) == 32 * ETH


def test_slashings_are_forgotten_after_8192_epochs() -> None:
    entries = [SlashingEntry(10, 5), SlashingEntry(20, 7)]
    assert consensus.slashed_in_window(entries, 8_201) == 12
    assert consensus.slashed_in_window(entries, 8_202) == 7


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_balance_never_falls_below_zero(balance: int, delta: int) -> None:
    assert consensus.decrease_balance(balance, delta) >= 0
    assert consensus.decrease_balance(consensus.increase_balance(balance, delta), delta) == balance
