"""rETH: nobody gains by minting, burning or rounding; a loss takes the bonds first."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lstwallet.protocols import rocketpool
from lstwallet.protocols.rocketpool import (
    BORROWED,
    VALIDATOR,
    Minipools,
    Pool,
    Reported,
    Settings,
)
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import WAD

ETH = 10**18
TWO_PERCENT = 2 * 10**16
NODES, VOTERS = 5 * 10**16, 9 * 10**16
SETTINGS = Settings(ETH // 100, 18_000 * ETH, 5 * 10**14, 10**17)
"""The contracts' own: 0.01 ETH at least, 0.05 % fee, a tenth of it all as collateral."""

supplies = st.integers(min_value=10**6, max_value=10**25)
networks = st.builds(
    # A rETH has never been worth less than one ETH.
    lambda supply, more: Reported(supply + more, supply),
    supplies,
    st.integers(min_value=0, max_value=10**25),
)
amounts = st.integers(min_value=1, max_value=10**24)
pools = st.builds(
    lambda reported, collateral, deposits: Pool(reported, reported.supply, collateral, deposits),
    networks,
    st.integers(min_value=0, max_value=10**24),
    st.integers(min_value=0, max_value=10**24),
)
fees = st.integers(min_value=0, max_value=10**17)
targets = st.integers(min_value=0, max_value=WAD)
wanted = st.integers(min_value=0, max_value=10**24)
minipools = st.builds(
    lambda count, lost: Minipools(count, count * VALIDATOR - min(lost, count * VALIDATOR)),
    st.integers(min_value=1, max_value=20_000),
    st.integers(min_value=0, max_value=10**23),
)


def free(fee: int, target: int) -> Settings:
    """Settings without limits."""
    return Settings(0, 10**40, fee, target)


# --- the rate ----------------------------------------------------------------------------


def test_the_rate_is_what_was_reported_rounded_down() -> None:
    reported = Reported(ether=7, supply=3)
    assert rocketpool.eth_value(reported, 2) == 4  # 14 / 3
    assert rocketpool.reth_value(reported, 5) == 2  # 15 / 7
    assert rocketpool.exchange_rate(Reported(23 * ETH, 20 * ETH)) == 1_150_000_000_000_000_000


def test_before_the_first_report_one_is_one() -> None:
    assert rocketpool.eth_value(Reported(0, 0), 5) == 5
    assert rocketpool.reth_value(Reported(0, 0), 5) == 5
    with pytest.raises(Revert, match="total network balance is zero"):
        rocketpool.reth_value(Reported(0, 5), 5)


@given(networks, amounts)
def test_converting_there_and_back_never_gains(reported: Reported, amount: int) -> None:
    assert rocketpool.eth_value(reported, rocketpool.reth_value(reported, amount)) <= amount
    assert rocketpool.reth_value(reported, rocketpool.eth_value(reported, amount)) <= amount


@given(networks, amounts, amounts)
def test_more_is_never_worth_less(reported: Reported, amount: int, more: int) -> None:
    for value in (rocketpool.eth_value, rocketpool.reth_value):
        assert value(reported, amount) <= value(reported, amount + more)
        whole, parts = value(reported, amount + more), value(reported, amount)
        assert parts + value(reported, more) <= whole  # two halves never bring more


def test_a_report_may_move_the_rate_by_two_per_cent_and_no_wei_more() -> None:
    before = Reported(115 * ETH, 100 * ETH)
    most = 117_300_000_000_000_000_000 + 99  # a ratio of 1.173, rounded down, until then
    after = rocketpool.update_balances(before, most, 100 * ETH, TWO_PERCENT)
    assert after == Reported(most, 100 * ETH)
    for ether in (most + 1, 112_700_000_000_000_000_000 - 1):
        with pytest.raises(Revert, match="Change exceeds maximum"):
            rocketpool.update_balances(before, ether, 100 * ETH, TWO_PERCENT)
    rocketpool.update_balances(before, 112_700_000_000_000_000_000, 100 * ETH, TWO_PERCENT)


def test_nothing_limits_the_first_report() -> None:
    assert rocketpool.within_limit(Reported(0, 0), 9 * ETH, ETH, TWO_PERCENT) == 9 * ETH
    first = rocketpool.update_balances(Reported(0, 0), 9 * ETH, ETH, TWO_PERCENT)
    assert first == Reported(9 * ETH, ETH)


@given(networks, st.integers(10**18, 10**26), st.integers(10**18, 10**25))
def test_what_lies_within_the_limit_is_accepted_and_nothing_nearer_is(
    reported: Reported, ether: int, supply: int
) -> None:
    near = rocketpool.within_limit(reported, ether, supply, TWO_PERCENT)
    rocketpool.update_balances(reported, near, supply, TWO_PERCENT)
    if near != ether:
        nearer = near + (1 if ether > near else -1)
        with pytest.raises(Revert, match="Change exceeds maximum"):
            rocketpool.update_balances(reported, nearer, supply, TWO_PERCENT)


# --- paying in ------------------------------------------------------------------------------


def test_a_deposit_by_hand() -> None:
    """23 ETH at 1.15, less 0.05 %: the collateral is topped up to a tenth first."""
    pool = Pool(Reported(1_150 * ETH, 1_000 * ETH), 1_000 * ETH, 100 * ETH, 7 * ETH)
    after, minted = rocketpool.deposit(pool, SETTINGS, 23 * ETH)
    assert minted == 19_990_000_000_000_000_000
    assert (after.collateral, after.deposits) == (115 * ETH, 15 * ETH)
    assert after.supply == pool.supply + minted
    assert after.reported == pool.reported


@given(pools, amounts, fees, targets)
def test_a_deposit_conserves_ether_and_never_gives_more_than_was_paid(
    pool: Pool, ether: int, fee: int, target: int
) -> None:
    assume(rocketpool.reth_value(pool.reported, ether - ether * fee // WAD) > 0)
    after, minted = rocketpool.deposit(pool, free(fee, target), ether)
    assert after.collateral + after.deposits == pool.collateral + pool.deposits + ether
    assert after.collateral >= pool.collateral
    assert after.deposits >= pool.deposits
    assert rocketpool.eth_value(pool.reported, minted) <= ether - ether * fee // WAD


@given(pools, amounts, fees, targets)
def test_paying_in_and_burning_never_gains(pool: Pool, ether: int, fee: int, target: int) -> None:
    assume(rocketpool.reth_value(pool.reported, ether - ether * fee // WAD) > 0)
    between, minted = rocketpool.deposit(pool, free(fee, target), ether)
    after, paid = rocketpool.burn(between, minted, minted)
    assert paid <= ether
    assert after.supply == pool.supply
    # What was there before is there still, and backs the same rETH.
    assert after.collateral + after.deposits >= pool.collateral + pool.deposits


@given(pools, amounts, amounts)
def test_a_larger_deposit_mints_no_less(pool: Pool, ether: int, more: int) -> None:
    assume(rocketpool.reth_value(pool.reported, ether) > 0)
    settings = free(0, 0)
    _, little = rocketpool.deposit(pool, settings, ether)
    _, much = rocketpool.deposit(pool, settings, ether + more)
    assert little <= much


def test_deposits_that_are_refused() -> None:
    pool = Pool(Reported(115 * ETH, 100 * ETH), 100 * ETH, 12 * ETH, 17_990 * ETH)
    with pytest.raises(Revert, match="less than the minimum"):
        rocketpool.deposit(pool, SETTINGS, ETH // 100 - 1)
    with pytest.raises(Revert, match="exceeds the maximum size"):
        rocketpool.deposit(pool, SETTINGS, 10 * ETH + 1)
    rocketpool.deposit(pool, SETTINGS, 10 * ETH)
    # What waiting minipools will take makes room for as much.
    rocketpool.deposit(pool, SETTINGS, 38 * ETH, wanted=BORROWED)
    with pytest.raises(Revert, match="exceeds the maximum size"):
        rocketpool.deposit(pool, SETTINGS, 38 * ETH + 1, wanted=BORROWED)
    with pytest.raises(Revert, match="Invalid token mint amount"):
        rocketpool.deposit(pool, free(0, 0), 1)


# --- burning ------------------------------------------------------------------------------


def test_burning_is_paid_from_the_contract_then_from_the_excess() -> None:
    pool = Pool(Reported(115 * ETH, 100 * ETH), 100 * ETH, 10 * ETH, 50 * ETH)
    after, paid = rocketpool.burn(pool, 20 * ETH, 20 * ETH, wanted=BORROWED)
    assert paid == 23 * ETH
    assert (after.supply, after.collateral, after.deposits) == (80 * ETH, 0, 37 * ETH)


@given(pools, amounts, wanted)
def test_a_burn_takes_what_is_available_and_no_wei_more(pool: Pool, reth: int, kept: int) -> None:
    reth = min(reth, pool.supply)
    there, worth = rocketpool.available(pool, kept), rocketpool.eth_value(pool.reported, reth)
    if worth > there:
        with pytest.raises(Revert, match="Insufficient ETH balance for exchange"):
            rocketpool.burn(pool, reth, reth, kept)
        return
    after, paid = rocketpool.burn(pool, reth, reth, kept)
    assert paid == worth
    assert after.collateral + after.deposits + paid == pool.collateral + pool.deposits
    assert after.deposits >= min(pool.deposits, kept)
    assert after.collateral >= 0
    assert after.supply == pool.supply - reth


def test_burns_that_are_refused() -> None:
    pool = Pool(Reported(115 * ETH, 100 * ETH), 100 * ETH, 200 * ETH, 0)
    with pytest.raises(Revert, match="Invalid token burn amount"):
        rocketpool.burn(pool, ETH, 0)
    with pytest.raises(Revert, match="Insufficient rETH balance"):
        rocketpool.burn(pool, ETH, ETH + 1)


# --- collateral -----------------------------------------------------------------------------


def test_collateral_above_the_target_goes_to_the_deposit_pool() -> None:
    pool = Pool(Reported(1_000 * ETH, 800 * ETH), 800 * ETH, 150 * ETH, 0)
    assert rocketpool.collateral_rate(pool) == 15 * 10**16
    after = rocketpool.deposit_excess_collateral(pool, 10**17)
    assert (after.collateral, after.deposits) == (100 * ETH, 50 * ETH)
    assert rocketpool.deposit_excess_collateral(after, 10**17) == after
    assert rocketpool.collateral_rate(Pool(Reported(0, 0), 0, 5, 0)) == WAD


@given(pools, targets)
def test_moving_collateral_conserves_ether_and_is_done_once(pool: Pool, target: int) -> None:
    after = rocketpool.deposit_excess_collateral(pool, target)
    assert after.collateral + after.deposits == pool.collateral + pool.deposits
    assert after.collateral <= pool.collateral
    assert after.supply == pool.supply
    # A wei of rounding at most leaves it above the target again.
    assert rocketpool.deposit_excess_collateral(after, target).collateral >= after.collateral - 1


# --- minipools ------------------------------------------------------------------------------


def test_rewards_are_divided_by_stake_then_by_commission() -> None:
    """Of 32 ETH of rewards 28 are on borrowed ether; 14 % of those are commission."""
    done = rocketpool.settle(Minipools(10, 10 * VALIDATOR), 32 * ETH, NODES, VOTERS)
    assert done.minipools == Minipools(10, 10 * VALIDATOR)
    assert done.reth == 24_080_000_000_000_000_000
    assert done.voters == 2_520_000_000_000_000_000
    assert done.nodes == 5_400_000_000_000_000_000  # 4 on the bond, 5 % of 28
    assert rocketpool.holders_share(NODES, VOTERS) == 752_500_000_000_000_000


def test_a_loss_takes_the_bonds_first() -> None:
    pools = Minipools(10, 10 * VALIDATOR)
    hurt = rocketpool.settle(pools, -40 * ETH, NODES, VOTERS).minipools
    assert rocketpool.borrowed_part(hurt) == 280 * ETH  # all bonds are gone, rETH has all
    worse = rocketpool.settle(hurt, -ETH, NODES, VOTERS).minipools
    assert rocketpool.borrowed_part(worse) == 279 * ETH


def test_rewards_make_good_what_was_lost_before_anybody_is_paid() -> None:
    hurt = Minipools(10, 10 * VALIDATOR - 5 * ETH)
    done = rocketpool.settle(hurt, 4 * ETH, NODES, VOTERS)
    assert done == rocketpool.Settled(Minipools(10, 10 * VALIDATOR - ETH), 0, 0, 0)
    done = rocketpool.settle(hurt, 37 * ETH, NODES, VOTERS)
    assert done.minipools.balance == 10 * VALIDATOR
    assert done.reth + done.nodes + done.voters == 32 * ETH


@given(minipools, st.integers(-(10**22), 10**22))
def test_settling_conserves_value(before: Minipools, rewards: int) -> None:
    assume(before.balance + rewards >= 0)
    done = rocketpool.settle(before, rewards, NODES, VOTERS)
    paid = done.reth + done.nodes + done.voters
    assert done.minipools.balance + paid == before.balance + rewards
    assert min(done.reth, done.nodes, done.voters) >= 0
    assert paid == 0 or done.minipools.balance == before.number * VALIDATOR


@given(minipools, st.integers(0, 10**22), st.integers(0, 10**22))
def test_holders_never_lose_by_larger_rewards(before: Minipools, less: int, more: int) -> None:
    def theirs(rewards: int) -> int:
        done = rocketpool.settle(before, rewards, NODES, VOTERS)
        return rocketpool.borrowed_part(done.minipools) + done.reth

    assert theirs(less) <= theirs(less + more)


@given(minipools, st.data())
def test_closing_pays_reth_before_the_nodes_and_harms_nobody_who_stays(
    before: Minipools, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, before.number))
    after, reth, nodes = rocketpool.close(before, count)
    assert after.balance + reth + nodes == before.balance
    assert reth <= count * BORROWED
    assert nodes == 0 or reth == count * BORROWED
    # A balance is floored as it leaves: those who stay have a wei more at most, never less.
    assert after.balance * before.number >= before.balance * after.number
    held = rocketpool.borrowed_part(after) + reth
    assert held >= rocketpool.borrowed_part(before) - 1


def test_minipools_that_are_not_there_cannot_close() -> None:
    for count in (0, 4):
        with pytest.raises(Revert, match="Invalid minipool count"):
            rocketpool.close(Minipools(3, 3 * VALIDATOR), count)


@given(pools, st.integers(0, 100))
def test_assigning_moves_ether_but_changes_nothing_that_holders_own(
    pool: Pool, count: int
) -> None:
    open_now = Minipools(5, 5 * VALIDATOR)
    if count * BORROWED > pool.deposits:
        with pytest.raises(Revert):
            rocketpool.assign(pool, open_now, count)
        return
    after, opened = rocketpool.assign(pool, open_now, count)
    assert opened.number == 5 + count
    assert rocketpool.network_ether(after, opened) == rocketpool.network_ether(pool, open_now)
