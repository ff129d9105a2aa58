"""StableSwap at its limits: the least and the most that is allowed, and what stays unsaid.

Of a sample of 150 mutants (``tests/golden/mutants.py``, seed 7) those that live change nothing:
``D_WITH_SAFE_PRICE`` and ``VALUE_WITH_SAFE_PRICE`` only spare a check that could not fail, at
``ramp.end`` the line of a ramp has arrived at its end, a ``strict`` zip of two pairs is a zip,
and a supply of one can only be burned whole, which reverts in any case.
"""

from __future__ import annotations

import pytest

from lstwallet.protocols import stableswap
from lstwallet.protocols.stableswap import Pair, Pool, Ramp, Terms
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import WAD

FLAT = Terms(20_000, 4_000_000, 0, (WAD, WAD))
COARSE = Terms(20_000, 4_000_000, 0, (10**30, WAD))
"""The first coin has six decimals: a unit of it is worth 10¹² of the other."""
EMPTY = Pool((0, 0), (0, 0), 0)
DAY = 86_400


def pool_of(first: int, second: int, terms: Terms = FLAT) -> Pool:
    return stableswap.add_liquidity(EMPTY, terms, (first, second)).pool


def reason(call: object, *arguments: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.reason


def test_by_default_nothing_is_asked_for() -> None:
    """A coarse coin of which nothing comes out is as much as was wanted."""
    pool = pool_of(10**6, 10**18, COARSE)
    done = stableswap.exchange(pool, COARSE, 1, 0, 10**6)
    assert done.received == 0
    assert reason(stableswap.exchange, pool, COARSE, 1, 0, 10**6, 1) == stableswap.TOO_FEW_EXCHANGED
    assert stableswap.exchange(pool, COARSE, 0, 1, 1).received > 10**11
    few = Pool((5, 5), (0, 0), 10**6)
    assert stableswap.remove_liquidity(few, 1).amounts == (0, 0)
    assert reason(stableswap.remove_liquidity, few, 1, (0, 1)) == stableswap.TOO_FEW_WITHDRAWN
    one = stableswap.remove_liquidity_one_coin(pool, COARSE, 10**6, 0)
    assert one.received == 0
    refused = reason(stableswap.remove_liquidity_one_coin, pool, COARSE, 10**6, 0, 1)
    assert refused == stableswap.TOO_FEW_REMOVED


def test_one_lp_token_of_a_few_is_a_large_part() -> None:
    pool = Pool((10**18, 10**18), (0, 0), 10)
    for coin in (0, 1):
        done = stableswap.remove_liquidity_one_coin(pool, FLAT, 1, coin)
        assert 19 * 10**16 < done.received < 20 * 10**16
    assert stableswap.virtual_price(Pool((1, 1), (0, 0), 1), FLAT) == 2 * WAD
    assert reason(stableswap.virtual_price, Pool((1, 1), (0, 0), 0), FLAT) == stableswap.NO_REASON


def test_the_first_deposit_pays_no_fee() -> None:
    added = stableswap.add_liquidity(EMPTY, FLAT, (10 * WAD, WAD))
    assert added.fees == (0, 0)
    assert added.minted == added.d == added.pool.supply


def test_without_a_supply_a_withdrawal_is_worth_nothing() -> None:
    assert reason(stableswap.remove_liquidity, EMPTY, 5, (1, 0)) == stableswap.TOO_FEW_WITHDRAWN
    assert reason(stableswap.remove_liquidity, EMPTY, 5, (0, 1)) == stableswap.TOO_FEW_WITHDRAWN
    assert reason(stableswap.remove_liquidity, EMPTY, 5) == stableswap.NO_REASON


@pytest.mark.parametrize("i", [0, 1])
def test_a_trade_that_leaves_nothing_of_a_coin_reverts_and_a_view_answers(i: int) -> None:
    pool = pool_of(1_000, 1_000)
    assert reason(stableswap.exchange, pool, FLAT, i, 1 - i, 10**12) == stableswap.NO_REASON
    assert stableswap.quote_dy(pool, FLAT, i, 1 - i, 10**12) == 999  # a fee of 0.4 rounds down


@pytest.mark.parametrize(
    ("held", "d"),
    [
        ((1, 10**26), 10**26),  # D³/(4·x0) alone is beyond 256 bits
        ((10**30, 10**19), 3 * 10**32),  # D³/(4·x1) alone
        ((10**30, 1), 10**30),  # and here 10¹⁸ times the price
    ],
)
def test_products_on_the_way_to_a_price_stay_below_256_bits(held: Pair, d: int) -> None:
    assert reason(stableswap.spot_price, held, 20_000, d) == stableswap.NO_REASON


def test_a_ramp_may_go_up_or_down_ten_times_and_not_beyond_the_range() -> None:
    steady = stableswap.steady(10_000)
    assert steady == Ramp(10_000, 10_000, 0, 0)
    assert stableswap.start_ramp(steady, 1_000, DAY, DAY).end_amp == 100_000
    assert stableswap.start_ramp(steady, 10, DAY, DAY).end_amp == 1_000
    high = stableswap.steady(99_999_900)
    assert stableswap.start_ramp(high, 999_999, DAY, DAY) == Ramp(
        99_999_900, 99_999_900, DAY, 2 * DAY
    )
    assert reason(stableswap.start_ramp, high, 10**6, DAY, DAY) == stableswap.NO_REASON
    nothing = stableswap.steady(0)
    assert reason(stableswap.start_ramp, nothing, 0, DAY, DAY) == stableswap.NO_REASON
