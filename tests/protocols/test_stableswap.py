"""StableSwap: hand tables, and what holds whatever the pool is."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lstwallet.protocols import stableswap
from lstwallet.protocols.stableswap import Pair, Pool, Ramp, Terms
from lstwallet.units.checked import Revert
from lstwallet.units.exponential import wad_exp
from lstwallet.units.fixed import WAD
from lstwallet.units.newton import stableswap_d, stableswap_y

FLAT = Terms(20_000, 4_000_000, 0, (WAD, WAD))
"""A = 200, 4 basis points at any balance."""
DAY = 86_400


def pool_of(first: int, second: int, terms: Terms = FLAT) -> Pool:
    """A pool after one deposit."""
    empty = Pool((0, 0), (0, 0), 0)
    return stableswap.add_liquidity(empty, terms, (first, second)).pool


def within(pool: Pool, first: int, second: int) -> Pair:
    """Amounts of at most three times what the pool holds: far beyond, D does not settle."""
    held = stableswap.balances(pool)
    return 1 + first % (3 * held[0]), 1 + second % (3 * held[1])


def invariant(pool: Pool, terms: Terms) -> int:
    return stableswap.invariant(stableswap.balances(pool), terms)


def a_share_keeps_its_value(before: Pool, after: Pool, terms: Terms) -> bool:
    """Whether D for each LP unit has not fallen; either D is good to one unit, not better."""
    most, least = invariant(after, terms) + 1, invariant(before, terms) - 1
    return most * before.supply >= least * after.supply


amounts = st.integers(10**15, 10**24)
ratios = st.integers(1, 20)
terms_of = st.builds(
    Terms,
    st.integers(1, 5_000).map(lambda a: a * 100),
    st.integers(0, 10**8),
    st.sampled_from([0, 10**10, 2 * 10**10, 20 * 10**10]),
    st.tuples(st.just(WAD), st.sampled_from([WAD, WAD * 11 // 10, WAD * 2])),
)


@st.composite
def pools(draw: st.DrawFn) -> tuple[Pool, Terms]:
    """A pool at most 20 : 1 off balance, after a trade so that the admin has a part."""
    terms = draw(terms_of)
    first = draw(amounts)
    second = first * draw(ratios) // draw(ratios)
    assume(second >= 10**15)
    pool = pool_of(first, second, terms)
    return stableswap.exchange(pool, terms, 0, 1, first // 10).pool, terms


# --- by hand -------------------------------------------------------------------------


def test_a_balanced_pool_is_worth_its_coins() -> None:
    assert stableswap_d(100 * WAD, 100 * WAD, 20_000) == 200 * WAD
    assert stableswap_y(100 * WAD, 200 * WAD, 20_000) == 100 * WAD


def test_an_amount_whose_value_does_not_fit_a_word_reverts() -> None:
    pool = pool_of(1_000 * WAD, 1_000 * WAD)
    largest = (2**256 - 1) // WAD
    # It empties the pool but for the unit kept against rounding, less four basis points.
    assert stableswap.quote_dy(pool, FLAT, 0, 1, largest) == 999_600_000_000_000_000_000
    with pytest.raises(Revert, match="without reason"):
        stableswap.quote_dy(pool, FLAT, 0, 1, largest + 1)


def test_a_share_that_does_not_fit_a_word_reverts_before_the_least_amounts_are_looked_at() -> None:
    pool = pool_of(2 * WAD, 2 * WAD)
    least = (2**256 - 1, 0)
    with pytest.raises(Revert, match=stableswap.TOO_FEW_WITHDRAWN):
        stableswap.remove_liquidity(pool, (2**256 - 1) // (2 * WAD), least)
    with pytest.raises(Revert, match="without reason"):
        stableswap.remove_liquidity(pool, (2**256 - 1) // (2 * WAD) + 1, least)


def test_a_fee_at_values_whose_squares_do_not_fit_a_word_reverts() -> None:
    def fee(value_i: int, value_j: int) -> int:
        return stableswap.dynamic_fee(value_i, value_j, 1_000, 2 * 10**10)

    assert fee(2**128 - 2, 1) == 2_000  # far off balance: twice the fee
    with pytest.raises(Revert, match="without reason"):
        fee(2**128 - 1, 1)  # the sum's square is 2**256
    assert fee(2**110, 2**110) == 1_000  # 4 * 10**10 * 2**220 is below 2**256
    with pytest.raises(Revert, match="without reason"):
        fee(2**111, 2**111)  # four times that is not


def test_ten_thousand_trades_end_where_the_contract_ends() -> None:
    pool = Pool((100_000 * WAD, 100_000 * WAD), (0, 0), 200_000 * WAD)
    for k in range(10_000):
        i = k % 2
        dx = (1 + (k * 7919) % 1000) * WAD
        pool = stableswap.exchange(pool, FLAT, i, 1 - i, dx).pool
    assert stableswap.balances(pool) == (
        96_217_869_772_278_816_473_889,
        104_784_059_084_530_288_327_793,
    )


@pytest.mark.parametrize(
    ("amp", "held", "price"),
    [  # the price of a stETH when the pool stood 24.28 : 75.72 in June 2022, with A = 50
        (5_000, (2_428, 7_572), 0.9643),
        (10_000, (100, 100), 1.000),
    ],
)
def test_the_price_follows_the_balances(amp: int, held: Pair, price: float) -> None:
    values = (held[0] * WAD, held[1] * WAD)
    d = stableswap_d(*values, amp)
    assert stableswap.spot_price(values, amp, d) / WAD == pytest.approx(price, abs=0.0001)


def test_half_the_fee_is_set_aside() -> None:
    pool = pool_of(1_000 * WAD, 1_000 * WAD)
    done = stableswap.exchange(pool, FLAT, 0, 1, WAD)
    assert done.fee == (done.received + done.fee) * 4_000_000 // 10**10
    assert done.pool.admin == (0, done.fee // 2)


@pytest.mark.parametrize(
    ("values", "fee"),
    [((WAD, WAD), 4_000_000), ((100 * WAD, 1), 8_000_000), ((3 * WAD, WAD), 4_571_428)],
)
def test_the_fee_grows_off_balance(values: Pair, fee: int) -> None:
    """Twice the fee far from balance; at 3 : 1 the closeness is 4·3/16 = 3/4."""
    assert stableswap.dynamic_fee(*values, 4_000_000, 2 * 10**10) == pytest.approx(fee, abs=1)


def test_a_flat_fee_stays_flat() -> None:
    assert stableswap.dynamic_fee(100 * WAD, 1, 4_000_000, 10**10) == 4_000_000


def test_a_ramp_is_a_straight_line() -> None:
    ramp = stableswap.start_ramp(stableswap.steady(10_000), 200, 10 * DAY, 5 * DAY)
    assert ramp == Ramp(10_000, 20_000, 5 * DAY, 15 * DAY)
    assert [stableswap.amp_at(ramp, day * DAY) for day in (5, 10, 15, 99)] == [
        10_000, 15_000, 20_000, 20_000,
    ]  # fmt: skip
    down = stableswap.start_ramp(ramp, 100, 10 * DAY, 15 * DAY)
    assert stableswap.amp_at(down, 20 * DAY) == 15_000
    assert stableswap.displayed_amp(15_099) == 15_000


@pytest.mark.parametrize(
    ("future_a", "duration", "now"),
    [
        (200, DAY, DAY - 1),
        (200, DAY - 1, 5 * DAY),
        (1_001, DAY, 5 * DAY),
        (9, DAY, 5 * DAY),
        (0, DAY, 5 * DAY),
        (10**6, DAY, 5 * DAY),
    ],
)
def test_a_ramp_is_refused(future_a: int, duration: int, now: int) -> None:
    with pytest.raises(Revert):
        stableswap.start_ramp(stableswap.steady(10_000), future_a, duration, now)


def test_moving_averages_take_in_a_value_only_later() -> None:
    oracle = stableswap.new_oracle(1_000)
    held = (1_500 * WAD, 500 * WAD)
    d = stableswap_d(*held, 20_000)
    seen = stableswap.observe(oracle, held, 20_000, d, 600, 1_000)
    assert stableswap.price_average(seen, 600, 1_000) == WAD
    later = stableswap.price_average(seen, 600, 1_600)
    weight = wad_exp(-WAD)
    assert later == (seen.last_price * (WAD - weight) + WAD * weight) // WAD
    assert WAD < later < seen.last_price


def test_a_price_of_nothing_is_not_taken_in() -> None:
    """One unit beside 10⁴⁰: the price of coin 1 is below the last digit, only D is seen."""
    held, d = (1, 10**40), 10**20
    product = Fraction(d**3, 4 * held[0] * held[1])
    assert Fraction(WAD * 2) / (2 + product) < 1
    before = stableswap.new_oracle(1_000)._replace(last_price=5, average_price=7)
    seen = stableswap.observe(before, held, 100, d, 600, 1_300)
    assert (seen.last_price, seen.average_price, seen.last_d) == (5, 7, d)


def test_exponential() -> None:
    assert wad_exp(0) == WAD
    assert wad_exp(-WAD) == 367_879_441_171_442_321
    assert wad_exp(-50 * WAD) == 0
    with pytest.raises(Revert):
        wad_exp(136 * WAD)


# --- refusing ------------------------------------------------------------------------


def reason(call: object, *arguments: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.reason


def test_what_reverts_and_why() -> None:
    pool = pool_of(1_000 * WAD, 1_000 * WAD)
    empty = Pool((0, 0), (0, 0), 0)
    assert reason(stableswap.exchange, pool, FLAT, 0, 0, WAD) == stableswap.NO_REASON
    assert reason(stableswap.exchange, pool, FLAT, 0, 1, 0) == stableswap.NO_REASON
    assert reason(stableswap.exchange, empty, FLAT, 0, 1, WAD) == stableswap.NO_REASON
    assert reason(stableswap.exchange, pool, FLAT, 0, 1, WAD, WAD) == stableswap.TOO_FEW_EXCHANGED
    assert reason(stableswap.add_liquidity, empty, FLAT, (WAD, 0)) == stableswap.NO_REASON
    assert reason(stableswap.add_liquidity, pool, FLAT, (0, 0)) == stableswap.NO_REASON
    assert reason(stableswap.add_liquidity, pool, FLAT, (WAD, WAD), 3 * WAD) == stableswap.SLIPPAGE
    assert reason(stableswap.remove_liquidity, pool, 0) == stableswap.NO_REASON
    assert reason(stableswap.remove_liquidity, pool, 2_001 * WAD) == stableswap.NO_REASON
    assert (
        reason(stableswap.remove_liquidity, pool, WAD, (WAD, WAD)) == stableswap.TOO_FEW_WITHDRAWN
    )
    assert (
        reason(stableswap.remove_liquidity_one_coin, pool, FLAT, pool.supply, 0)
        == stableswap.NO_REASON
    )
    assert (
        reason(stableswap.remove_liquidity_one_coin, pool, FLAT, WAD, 0, 2 * WAD)
        == stableswap.TOO_FEW_REMOVED
    )
    too_much = (1_001 * WAD, 0)
    assert (
        reason(stableswap.remove_liquidity_imbalance, pool, FLAT, too_much) == stableswap.NO_REASON
    )
    assert (
        reason(stableswap.remove_liquidity_imbalance, pool, FLAT, (WAD, WAD), WAD)
        == stableswap.SLIPPAGE
    )


def test_a_pool_has_two_coins() -> None:
    pool = pool_of(1_000 * WAD, 1_000 * WAD)
    for i, j in ((0, 0), (1, 1), (0, 2), (2, 1)):
        assert reason(stableswap.exchange, pool, FLAT, i, j, WAD) == stableswap.NO_REASON
        assert reason(stableswap.quote_dy, pool, FLAT, i, j, WAD) == stableswap.NO_REASON
        assert reason(stableswap.quote_dx, pool, FLAT, i, j, WAD) == stableswap.NO_REASON
    for coin in (-1, 2):
        assert (
            reason(stableswap.remove_liquidity_one_coin, pool, FLAT, WAD, coin)
            == stableswap.NO_REASON
        )


def test_the_first_coin_is_paid_before_the_second_is_looked_at() -> None:
    """Half as much again as there is: the first coin cannot be paid, whatever the second asks."""
    pool = pool_of(1_000 * WAD, 1_000 * WAD)
    too_much, beyond = 3_000 * WAD, 10_000 * WAD
    refused = reason(stableswap.remove_liquidity, pool, too_much, (0, beyond))
    assert refused == stableswap.NO_REASON
    refused = reason(stableswap.remove_liquidity, pool, too_much, (beyond, 0))
    assert refused == stableswap.TOO_FEW_WITHDRAWN


def test_one_empty_coin_and_numbers_beyond_256_bits_revert() -> None:
    assert reason(stableswap_d, 0, WAD, 20_000) == stableswap.NO_REASON
    assert reason(stableswap_d, 10**60, 1, 20_000) == stableswap.NO_REASON
    assert reason(stableswap_y, 1, 10**40, 20_000) == stableswap.NO_REASON
    assert reason(stableswap_y, 1, 2**67, 100) == stableswap.NO_REASON  # y² overflows
    assert stableswap_y(1, 2**60, 100) > 2**88
    assert reason(stableswap.spot_price, (10**30, 1), 20_000, 10**30) == stableswap.NO_REASON


# --- whatever the pool is ------------------------------------------------------------


@given(pools(), st.integers(0, 1), st.integers(1, 10**24))
def test_a_swap_never_lowers_the_invariant(case: tuple[Pool, Terms], i: int, dx: int) -> None:
    pool, terms = case
    dx = 1 + dx % (stableswap.balances(pool)[i] * 2)
    done = stableswap.exchange(pool, terms, i, 1 - i, dx)
    assert invariant(done.pool, terms) >= invariant(pool, terms) - 2


@given(pools(), st.integers(0, 1), st.integers(1, 10**24))
def test_a_round_trip_never_gains(case: tuple[Pool, Terms], i: int, dx: int) -> None:
    """With next to no fee, y within one unit of its curve may leave dust with the trader."""
    pool, terms = case
    dx = 10**9 + dx % stableswap.balances(pool)[i]
    dust = 0 if terms.fee >= 100_000 else 1_000
    there = stableswap.exchange(pool, terms, i, 1 - i, dx)
    assume(there.received > 0)
    back = stableswap.exchange(there.pool, terms, 1 - i, i, there.received)
    assert back.received <= dx + dust


@given(pools(), st.integers(0, 1), st.integers(1, 10**24), st.integers(0, 10**24))
def test_more_in_gives_no_less_out(case: tuple[Pool, Terms], i: int, dx: int, extra: int) -> None:
    pool, _ = case
    terms = case[1]._replace(offpeg=0)  # a dynamic fee may outgrow the last units sold
    bound = stableswap.balances(pool)[i]
    dx, extra = 1 + dx % bound, extra % bound
    less = stableswap.quote_dy(pool, terms, i, 1 - i, dx)
    assert stableswap.quote_dy(pool, terms, i, 1 - i, dx + extra) >= less


@given(pools(), st.integers(0, 1), st.integers(1, 10**24))
def test_the_quote_is_the_swap(case: tuple[Pool, Terms], i: int, dx: int) -> None:
    pool, terms = case
    dx = 1 + dx % stableswap.balances(pool)[i]
    done = stableswap.exchange(pool, terms, i, 1 - i, dx)
    assert stableswap.quote_dy(pool, terms, i, 1 - i, dx) == done.received


@given(pools(), amounts, amounts)
def test_a_deposit_never_lowers_the_value_of_a_share(
    case: tuple[Pool, Terms], first: int, second: int
) -> None:
    pool, terms = case
    added = stableswap.add_liquidity(pool, terms, within(pool, first, second))
    assert a_share_keeps_its_value(pool, added.pool, terms)


@given(pools(), amounts, amounts)
def test_depositing_and_leaving_never_gains(
    case: tuple[Pool, Terms], first: int, second: int
) -> None:
    """What comes out is worth no more than what went in, by the pool's own measure."""
    pool, terms = case
    added = stableswap.add_liquidity(pool, terms, within(pool, first, second))
    assume(added.minted > 0)
    left = stableswap.remove_liquidity(added.pool, added.minted).pool
    assert invariant(left, terms) >= invariant(pool, terms) - 2


@given(pools(), amounts)
def test_one_sided_deposits_mint_no_more_than_balanced_ones(
    case: tuple[Pool, Terms], amount: int
) -> None:
    """A one-sided deposit gets at most the growth of D that it brings, less its fee."""
    pool, terms = case
    held = stableswap.balances(pool)
    amount = 1 + amount % held[0]
    added = stableswap.add_liquidity(pool, terms, (amount, 0))
    grown = stableswap.invariant((held[0] + amount, held[1]), terms)
    fair = pool.supply * (grown - invariant(pool, terms)) // invariant(pool, terms)
    assert added.minted <= fair
    if terms.fee > 1_000 and amount > held[0] // 100:
        assert sum(added.fees) > 0


TINY = Terms(10_000, 0, 0, (WAD, WAD))


@given(pools(), st.integers(1, 10**24), st.integers(0, 1))
@example(
    (Pool((40232167723746236, 208990827219319942), (0, 0), 212626541584207042), TINY),
    36574697930678401,
    0,
)
def test_leaving_in_one_coin_never_lowers_the_value_of_a_share(
    case: tuple[Pool, Terms], burn: int, i: int
) -> None:
    pool, terms = case
    burn = 1 + burn % (pool.supply // 2)
    try:
        done = stableswap.remove_liquidity_one_coin(pool, terms, burn, i)
    except Revert:
        assume(False)
    assert a_share_keeps_its_value(pool, done.pool, terms)
    assert done.pool.supply == pool.supply - burn


@given(pools(), st.integers(1, 10**24), st.integers(0, 1))
def test_chosen_amounts_cost_no_less_than_their_share(
    case: tuple[Pool, Terms], amount: int, i: int
) -> None:
    pool, terms = case
    amount = 1 + amount % (stableswap.balances(pool)[i] // 2)
    wanted = (amount, 0) if i == 0 else (0, amount)
    try:
        done = stableswap.remove_liquidity_imbalance(pool, terms, wanted)
    except Revert:
        assume(False)
    assert a_share_keeps_its_value(pool, done.pool, terms)
    assert done.burned == pool.supply - done.pool.supply


@given(pools(), st.integers(1, 10**24))
def test_tokens_are_conserved(case: tuple[Pool, Terms], burn: int) -> None:
    pool, terms = case
    burn = 1 + burn % pool.supply
    removed = stableswap.remove_liquidity(pool, burn)
    for coin in (0, 1):
        assert removed.pool.stored[coin] + removed.amounts[coin] == pool.stored[coin]
    claimed = stableswap.claim_admin_fees(removed.pool)
    assert claimed.amounts == pool.admin
    assert stableswap.balances(claimed.pool) == stableswap.balances(removed.pool)
    done = stableswap.exchange(pool, terms, 0, 1, burn)
    assert done.pool.stored == (pool.stored[0] + burn, pool.stored[1] - done.received)


@given(pools(), st.integers(1, 10**24))
def test_the_estimate_of_what_to_pay_is_near(case: tuple[Pool, Terms], dy: int) -> None:
    """Without a dynamic fee, paying the estimate gives what was wanted, to a few units."""
    pool, _ = case
    terms = case[1]._replace(offpeg=0)
    dy = 10**9 + dy % (stableswap.balances(pool)[1] // 2)
    dx = stableswap.quote_dx(pool, terms, 0, 1, dy)
    assume(dx > 0)
    got = stableswap.quote_dy(pool, terms, 0, 1, dx)
    slack = 10 + dy // 10**12
    price = max(1, dy // max(1, dx)) + 1
    assert abs(got - dy) <= slack * price
