"""stETH: nobody gains by moving, wrapping or rounding; only reports change a share's worth."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lstwallet.protocols import lido
from lstwallet.protocols.lido import Fees, Pool, Wrapper
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import RAY

ETH = 10**18
TEN_PERCENT = Fees(10**19, 5 * 10**18)

shares = st.integers(min_value=1, max_value=10**26)
pools = st.builds(
    # A share has never been worth less than one wei.
    lambda held, more: Pool(held + more, held),
    shares,
    st.integers(min_value=0, max_value=10**26),
)
amounts = st.integers(min_value=1, max_value=10**25)
fees = st.builds(
    lambda total, part: Fees(total, total * part // 100),
    st.integers(min_value=1, max_value=2 * 10**19),
    st.integers(min_value=0, max_value=100),
)


def worth_more_or_same(after: Pool, before: Pool) -> bool:
    """Whether a share of ``after`` is worth at least one of ``before``, without rounding."""
    return after.ether * before.shares >= before.ether * after.shares


# --- shares ------------------------------------------------------------------------------


def test_a_share_is_its_part_of_the_ether_rounded_down() -> None:
    pool = Pool(ether=7, shares=3)
    assert lido.ether_for(pool, 2) == 4  # 14 / 3
    assert lido.ether_for_ceil(pool, 2) == 5
    assert lido.shares_for(pool, 5) == 2  # 15 / 7
    assert lido.share_rate(pool) == 7 * RAY // 3


def test_staking_two_eth_at_a_rate_of_five_quarters() -> None:
    after, minted = lido.submit(Pool(125 * ETH, 100 * ETH), 2 * ETH)
    assert minted == 1_600_000_000_000_000_000
    assert after == Pool(127 * ETH, 100 * ETH + minted)


@given(pools, amounts)
def test_converting_there_and_back_never_gains(pool: Pool, amount: int) -> None:
    assert lido.ether_for(pool, lido.shares_for(pool, amount)) <= amount
    assert lido.shares_for(pool, lido.ether_for(pool, amount)) <= amount
    assert 0 <= lido.ether_for_ceil(pool, amount) - lido.ether_for(pool, amount) <= 1


@given(pools, amounts)
def test_staking_never_lowers_a_share_and_never_gives_more_than_was_paid(
    pool: Pool, value: int
) -> None:
    after, minted = lido.submit(pool, value)
    assert after.ether == pool.ether + value
    assert worth_more_or_same(after, pool)
    assert lido.ether_for(after, minted) <= value


@given(pools, amounts, amounts)
def test_more_in_is_more_out(pool: Pool, amount: int, more: int) -> None:
    """And two halves never bring more than the whole."""
    for worth in (lido.shares_for, lido.ether_for):
        assert worth(pool, amount) <= worth(pool, amount + more)
        assert worth(pool, amount) + worth(pool, more) <= worth(pool, amount + more)


def test_staking_nothing_is_refused() -> None:
    with pytest.raises(Revert, match="ZERO_DEPOSIT"):
        lido.submit(Pool(1, 1), 0)


@given(pools, amounts, amounts)
@example(Pool(1_157_662_321_458, 552_338), 2, 4_194_293)  # more than two shares, less than three
def test_a_transfer_moves_at_most_the_amount(pool: Pool, held: int, amount: int) -> None:
    """And misses it by less than a share; what is worth a share more than is held is refused."""
    share = Fraction(pool.ether, pool.shares)
    if amount >= (held + 1) * share:
        with pytest.raises(Revert, match="BALANCE_EXCEEDED"):
            lido.shares_to_move(pool, held, amount)
        return
    moved = lido.shares_to_move(pool, held, amount)
    assert moved <= held
    assert moved * share <= amount < (moved + 1) * share
    assert lido.ether_for(pool, moved) <= amount


def test_the_whole_balance_may_be_transferred_but_no_wei_more() -> None:
    pool = Pool(2 * ETH, ETH)
    assert lido.shares_to_move(pool, 10, 20) == 10
    assert lido.shares_to_move(pool, 10, 21) == 10  # still ten shares, rounded down
    with pytest.raises(Revert, match="BALANCE_EXCEEDED"):
        lido.shares_to_move(pool, 10, 22)
    assert lido.ether_moved(pool, 10, 10) == 20
    with pytest.raises(Revert, match="BALANCE_EXCEEDED"):
        lido.ether_moved(pool, 10, 11)


def test_what_no_ether_can_be_is_not_converted() -> None:
    pool, most = Pool(2 * ETH, ETH), 2**128 - 1
    with pytest.raises(Revert, match="BALANCE_EXCEEDED"):
        lido.shares_to_move(pool, 10, most - 1)
    with pytest.raises(Revert, match="ETH_TOO_LARGE"):
        lido.shares_to_move(pool, 10, most)
    with pytest.raises(Revert, match="ETH_TOO_LARGE"):
        lido.wrap(pool, Wrapper(0, 0), 10, 2**256 - 1)
    with pytest.raises(Revert, match="burn amount exceeds"):
        lido.unwrap(pool, Wrapper(10, 10), 10, most - 1)
    with pytest.raises(Revert, match="SHARES_TOO_LARGE"):
        lido.unwrap(pool, Wrapper(10, 10), 10, most)
    with pytest.raises(Revert, match="BALANCE_EXCEEDED"):  # moved before it is converted
        lido.ether_moved(pool, 10, most)


# --- the wrapper ---------------------------------------------------------------------------


@given(pools, amounts)
def test_wrapping_there_and_back_never_gains_and_the_wrapper_stays_backed(
    pool: Pool, held: int
) -> None:
    amount = lido.ether_for(pool, held)
    assume(lido.shares_for(pool, amount) > 0)
    wrapper, minted = lido.wrap(pool, Wrapper(0, 0), held, amount)
    assert wrapper.shares >= wrapper.supply
    after, named, moved = lido.unwrap(pool, wrapper, minted, minted)
    assert moved <= minted <= held
    assert named <= amount
    assert after.supply == 0
    assert after.shares == minted - moved >= 0


def test_unwrapping_leaves_dust_behind() -> None:
    pool = Pool(10, 7)  # one wstETH names 1 wei of stETH, which is no whole share
    after, named, moved = lido.unwrap(pool, Wrapper(5, 5), 5, 1)
    assert (named, moved) == (1, 0)
    assert after == Wrapper(5, 4)


def test_wrapping_everything_wraps_every_share() -> None:
    assert lido.wrap_all(Wrapper(3, 2), 5) == Wrapper(8, 7)
    with pytest.raises(Revert, match="can't wrap zero"):
        lido.wrap_all(Wrapper(0, 0), 0)


@pytest.mark.parametrize(
    ("wsteth", "reason"), [(0, lido.ZERO_UNWRAP), (11, lido.WSTETH_BURN_EXCEEDED)]
)
def test_unwrapping_nothing_or_too_much_is_refused(wsteth: int, reason: str) -> None:
    with pytest.raises(Revert) as refused:
        lido.unwrap(Pool(2, 1), Wrapper(20, 20), 10, wsteth)
    assert refused.value.reason == reason


def test_wrapping_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(Revert, match="can't wrap zero"):
        lido.wrap(Pool(2, 1), Wrapper(0, 0), 10, 0)
    with pytest.raises(Revert, match="BALANCE_EXCEEDED"):
        lido.wrap(Pool(2, 1), Wrapper(0, 0), 10, 22)


# --- the report ------------------------------------------------------------------------------


def test_a_report_by_hand() -> None:
    # 100 ETH on 100 shares earn 10 ETH; the fee of 1 ETH is 100 · 1 / (110 − 1) shares.
    done = lido.rebase(Pool(100 * ETH, 100 * ETH), TEN_PERCENT, 8 * ETH, 2 * ETH)
    assert done.fee_shares == 917_431_192_660_550_458
    assert done.module_shares == done.fee_shares // 2
    assert done.treasury_shares == done.fee_shares - done.module_shares
    assert done.pool == Pool(110 * ETH, 100 * ETH + done.fee_shares)


def test_without_a_fee_nothing_is_divided() -> None:
    done = lido.rebase(Pool(100 * ETH, 100 * ETH), Fees(0, 0), ETH, 0)
    assert done == (Pool(101 * ETH, 100 * ETH), 0, 0, 0)


@given(pools, fees, st.integers(min_value=1, max_value=10**24), st.integers(0, 10**24))
def test_fee_shares_are_worth_at_most_the_fee_and_holders_never_lose_by_rewards(
    pool: Pool, fee: Fees, consensus: int, execution: int
) -> None:
    done = lido.rebase(pool, fee, consensus, execution)
    paid = (consensus + execution) * fee.total // fee.precision
    assert lido.ether_for(done.pool, done.fee_shares) <= paid
    assert worth_more_or_same(done.pool, pool)
    assert done.module_shares + done.treasury_shares == done.fee_shares
    assert min(done.module_shares, done.treasury_shares) >= 0


@given(pools, fees, st.integers(min_value=0, max_value=10**24))
def test_without_consensus_rewards_there_is_no_fee(pool: Pool, fee: Fees, loss: int) -> None:
    loss = min(loss, pool.ether - 1)
    done = lido.rebase(pool, fee, -loss, 0)
    assert done.fee_shares == 0
    assert done.pool == Pool(pool.ether - loss, pool.shares)


@given(pools, fees, st.integers(1, 10**24), st.data())
def test_finalising_at_the_simulated_rate_never_costs_those_who_stay(
    pool: Pool, fee: Fees, consensus: int, data: st.DataObject
) -> None:
    rate = lido.simulated_share_rate(pool, fee, consensus, 0)
    burned = data.draw(st.integers(0, pool.shares - 1))
    locked = min(burned * rate // RAY, lido.ether_for(pool, burned))
    with_withdrawals = lido.rebase(pool, fee, consensus, 0, locked, burned)
    assert worth_more_or_same(with_withdrawals.pool, pool)


@given(
    pools,
    st.integers(1, 10**9),
    st.integers(-(10**20), 10**20),
    st.integers(0, 10**24),
    st.integers(0, 10**24),
)
def test_the_vaults_give_at_most_what_they_have_and_the_cap_holds(
    pool: Pool, limit: int, change: int, withdrawals: int, execution: int
) -> None:
    change = max(change, -pool.ether)
    taken = lido.collectable(pool, limit, change, withdrawals, execution)
    assert 0 <= taken.withdrawals <= withdrawals
    assert 0 <= taken.execution <= execution
    ceiling = pool.ether + limit * pool.ether // lido.REBASE_PRECISION
    assert min(pool.ether + change, ceiling) + sum(taken) <= ceiling


def test_a_cap_of_075_per_mille_smooths_a_windfall() -> None:
    pool = Pool(1_000_000 * ETH, 1_000_000 * ETH)
    taken = lido.collectable(pool, 750_000, 0, 500 * ETH, 400 * ETH)
    assert taken == (500 * ETH, 250 * ETH)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_a_split_loses_nothing(total: int, weights: list[int]) -> None:
    parts = lido.split_evenly(total, tuple(weights))
    assert sum(parts) == total
    assert min(parts) >= 0
