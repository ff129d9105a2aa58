"""Marinade: the stories of its own design document, worked fractions, and what must hold."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import marinade as m
from lstwallet.protocols.marinade import LiquidityPool, State, Ticket
from lstwallet.units.checked import Revert

SOL = 10**9
HOUR = 3_600
NOW = 700
FREE = m.MAINNET._replace(ticket_fee=0, reward_fee=0)
"""Without fees but the instant one."""
EMPTY = LiquidityPool(0, 0, 0)


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def state_of(
    active: int, supply: int, reserve: int = 0, pool: LiquidityPool = EMPTY, **changes: int
) -> State:
    state = State(active, 0, 0, reserve, supply, 0, 0, NOW - 1, pool)
    return state._replace(**changes)


def price(state: State) -> Fraction:
    return Fraction(m.virtual_staked(state), state.msol_supply)


# --- worth and deposits ---------------------------------------------------------------------


def test_all_lamports_but_those_of_tickets_are_msol_s() -> None:
    state = State(1_000, 200, 30, 4, 617, 500, 3, NOW, EMPTY)
    assert m.under_control(state) == 1_234
    assert m.virtual_staked(state) == 734
    assert m.msol_for(state, 100) == floor(Fraction(100 * 617, 734))
    assert m.lamports_for(state, 100) == floor(Fraction(100 * 734, 617))
    assert m.virtual_staked(state._replace(ticket_balance=1_235)) == 0


def test_the_first_msol_is_worth_a_lamport() -> None:
    nothing = state_of(0, 0)
    assert (m.msol_for(nothing, 7), m.lamports_for(nothing, 7)) == (7, 7)
    assert m.msol_for(state_of(5, 0), 7) == 7
    assert m.msol_for(state_of(0, 5), 7) == 7  # everything lost: as the program's division
    with refused(m.CALCULATION_FAILURE):
        m.msol_for(state_of(1, 2**63), 2)
    assert m.msol_for(state_of(1, 2**64 - 1), 1) == 2**64 - 1
    assert (m.MAX_U64, m.ACCOUNT_RENT) == (2**64 - 1, (128 + 165) * 3_480 * 2)


def test_bob_s_deposit_is_matched_with_the_pool_s_msol() -> None:
    # Backend-Design.md: a pool of 9,000 SOL and 1,005 mSOL, and 1,500 SOL come in
    before = state_of(10_000 * SOL, 10_000 * SOL, pool=LiquidityPool(9_000 * SOL, 1_005 * SOL, 1))
    after, done = m.deposit(before, FREE, 1_500 * SOL)
    assert done == (1_005 * SOL, 495 * SOL, 1_005 * SOL, 495 * SOL)
    assert after.liquidity == LiquidityPool(10_005 * SOL, 0, 1)
    assert (after.reserve, after.msol_supply) == (495 * SOL, 10_495 * SOL)
    # one that fits goes to the pool whole, to the last lamport
    all_in, done = m.deposit(before, FREE, 1_005 * SOL)
    assert done == (1_005 * SOL, 0, 1_005 * SOL, 0)
    assert (all_in.reserve, all_in.msol_supply) == (0, 10_000 * SOL)


def test_a_deposit_by_fractions_with_a_fee() -> None:
    pool = LiquidityPool(5 * SOL, 777_777_777, 1)
    before = state_of(1_234_567_890_123, 1_111_111_111_111, pool=pool)
    settings = m.MAINNET._replace(deposit_fee=2_000)
    after, done = m.deposit(before, settings, 3_333_333_333)
    kept = 3_333_333_333 - floor(Fraction(3_333_333_333 * 2, 1_000))
    order = floor(Fraction(kept * 1_111_111_111_111, 1_234_567_890_123))
    sold = floor(Fraction(777_777_777 * 1_234_567_890_123, 1_111_111_111_111))
    assert done == (777_777_777, order - 777_777_777, sold, 3_333_333_333 - sold)
    assert after.liquidity == LiquidityPool(5 * SOL + sold, 0, 1)
    assert after.reserve == 3_333_333_333 - sold
    assert after.msol_supply == 1_111_111_111_111 + order - 777_777_777


def test_a_deposit_worth_no_msol_is_a_gift() -> None:
    before = state_of(2 * SOL, 1, pool=LiquidityPool(0, 5, 1))
    after, done = m.deposit(before, FREE, SOL)
    assert done == (0, 0, 0, SOL)
    assert (after.reserve, after.msol_supply) == (SOL, 1)


def test_deposits_that_are_refused() -> None:
    before = state_of(10 * SOL, 10 * SOL, reserve=SOL)
    settings = FREE._replace(min_deposit=5, staking_cap=11 * SOL + 5)
    assert m.deposit(before, settings, 5)[1].sol_deposited == 5
    with refused(m.DEPOSIT_TOO_LOW):
        m.deposit(before, settings, 4)
    with refused(m.STAKING_CAPPED):
        m.deposit(before, settings, 6)
    # what the pool takes is not capped
    matched = before._replace(liquidity=LiquidityPool(0, SOL, 1))
    full = settings._replace(staking_cap=11 * SOL)
    dear = 11 * SOL // 10  # a mSOL is worth 1.1 SOL
    assert m.deposit(matched, full, dear)[1] == (SOL, 0, dear, 0)
    assert m.deposit(matched, full, dear + 1)[1] == (SOL, 0, dear + 1, 0)
    with refused(m.STAKING_CAPPED):
        m.deposit(matched, full, dear + 2)
    # also while more is staked than the cap allows, and to the last lamport
    assert m.deposit(matched, full._replace(staking_cap=SOL), dear)[1].sol_deposited == 0
    even = state_of(10, 10, pool=LiquidityPool(0, 5, 1))
    assert m.deposit(even, FREE._replace(staking_cap=11), 6)[1] == (5, 1, 5, 1)
    with refused(m.STAKING_CAPPED):
        m.deposit(even, FREE._replace(staking_cap=10), 6)
    # a single mSOL that meets the order takes all that was paid for it
    assert m.deposit(state_of(20, 10, pool=LiquidityPool(0, 5, 1)), FREE, 3)[1] == (1, 0, 3, 0)


# --- tickets --------------------------------------------------------------------------------


def test_a_ticket_has_its_value_from_the_order_on() -> None:
    before = state_of(1_234_567_890_123, 1_111_111_111_111)
    after, ticket = m.order_unstake(before, m.MAINNET, 9_876_543_210, "you", NOW)
    value = floor(Fraction(9_876_543_210 * 1_234_567_890_123, 1_111_111_111_111))
    paid = value - floor(Fraction(value, 1_000))  # 0.1 %
    assert ticket == Ticket("you", paid, NOW)
    assert after.msol_supply == before.msol_supply - 9_876_543_210
    assert (after.ticket_balance, after.ticket_count) == (paid, 1)
    assert price(after) > price(before)  # the fee is everybody else's


def test_a_ticket_that_missed_the_epoch_s_stake_counts_from_the_next() -> None:
    before = state_of(10 * SOL, 10 * SOL, last_stake_delta_epoch=NOW)
    assert m.order_unstake(before, FREE, SOL, "you", NOW)[1].created_epoch == NOW + 1
    assert m.order_unstake(before, FREE, SOL, "you", NOW + 1)[1].created_epoch == NOW + 1


def test_orders_that_are_too_small_are_refused() -> None:
    before, settings = state_of(20 * SOL, 10 * SOL), FREE._replace(min_withdraw=6)
    assert m.order_unstake(before, settings, 3, "you", NOW)[1].lamports == 6
    with refused(m.WITHDRAW_TOO_LOW):
        m.order_unstake(before, settings, 2, "you", NOW)


@pytest.mark.parametrize(
    ("rule", "epoch", "seconds", "reason"),
    [
        (m.DOCUMENTED, NOW, 0, m.NOT_DUE),
        (m.DOCUMENTED, NOW + 1, 10**6, m.NOT_DUE),
        (m.DOCUMENTED, NOW + 2, 4 * HOUR - 1, m.NOT_READY),
        (m.DOCUMENTED, NOW + 2, 4 * HOUR, None),
        (m.DOCUMENTED, NOW + 3, 0, None),
        (m.PROGRAM, NOW, 10**6, m.NOT_DUE),
        (m.PROGRAM, NOW + 1, HOUR // 2 - 1, m.NOT_READY),
        (m.PROGRAM, NOW + 1, HOUR // 2, None),
        (m.PROGRAM, NOW + 2, 0, None),
    ],
)
def test_when_a_ticket_is_paid(
    rule: m.TicketRule, epoch: int, seconds: int, reason: str | None
) -> None:
    state = state_of(0, 0, reserve=7, ticket_balance=9, ticket_count=2)
    ticket, settings = Ticket("you", 7, NOW), FREE._replace(ticket=rule)
    if reason:
        with refused(reason):
            m.claim(state, settings, ticket, epoch, seconds)
        return
    after = m.claim(state, settings, ticket, epoch, seconds)
    assert (after.reserve, after.ticket_balance, after.ticket_count) == (0, 2, 1)


def test_a_ticket_waits_for_the_reserve_and_is_paid_once() -> None:
    state = state_of(0, 0, reserve=6, ticket_balance=9, ticket_count=2)
    with refused(m.NOT_READY):
        m.claim(state, FREE, Ticket("you", 7, NOW), NOW + 9, 0)
    with refused(m.REUSED):
        m.claim(state, FREE, Ticket("you", 0, NOW), NOW + 9, 0)
    assert m.due_epoch(Ticket("you", 7, NOW), m.DOCUMENTED) == NOW + 2


# --- at once --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "fee"),
    [
        (0, 900),
        (1, 900),
        (21_000 * SOL // 890 - 1, 900),  # the slope's first basis point is not reached
        (21_000 * SOL // 890 + 1, 899),
        (10_500 * SOL, 455),
        (21_000 * SOL - 1, 11),
        (21_000 * SOL, 10),
        (10**6 * SOL, 10),
    ],
)
def test_the_fee_curve_of_today(left: int, fee: int) -> None:
    assert m.linear_fee(m.MAINNET, left) == fee
    exact = 900 - Fraction(890 * min(left, m.MAINNET.target), m.MAINNET.target)
    assert 0 <= fee - exact < 1


def test_the_older_curve() -> None:
    older = m.MAINNET._replace(max_fee=300, min_fee=30, target=100_000 * SOL)
    assert [m.linear_fee(older, k * 10_000 * SOL) for k in (0, 1, 5, 9, 10)] == [
        300,
        273,
        165,
        57,
        30,
    ]
    assert m.linear_fee(older._replace(min_fee=301), 0) == 300  # the wrong way round: no slope
    assert m.linear_fee(older._replace(min_fee=301), 99_999 * SOL) == 300


def test_carol_lends_and_bob_leaves_at_once() -> None:
    # Backend-Design.md: 7,000 SOL lent, 5,050 mSOL sold at 1 %; the text rounds 4,999.5 up
    flat = FREE._replace(max_fee=100, min_fee=100, treasury_cut=0)
    state = state_of(100_000 * SOL, 100_000 * SOL)
    state, shares = m.add_liquidity(state, flat, 7_000 * SOL)
    assert shares == 7_000 * SOL
    state, sold = m.liquid_unstake(state, flat, 5_050 * SOL)
    assert sold == (4_999_500_000_000, 50_500_000_000, 0)
    assert m.pool_value(state) == 7_050_500_000_000
    state, sol, msol = m.remove_liquidity(state, flat, shares)
    assert (sol, msol) == (2_000_500_000_000, 5_050 * SOL)
    assert state.liquidity == EMPTY


def test_an_instant_unstaking_by_fractions() -> None:
    pool = LiquidityPool(15_000 * SOL, 100 * SOL, 1)
    before = state_of(1_200_000 * SOL, 1_000_000 * SOL, pool=pool)
    after, done = m.liquid_unstake(before, m.MAINNET, 3_333 * SOL + 7)
    left = 15_000 * SOL - floor((3_333 * SOL + 7) * Fraction(6, 5))
    bps = 900 - floor(Fraction(890 * left, 21_000 * SOL))
    assert bps == 434
    fee = floor(Fraction((3_333 * SOL + 7) * bps, 10_000))
    lamports = floor((3_333 * SOL + 7 - fee) * Fraction(6, 5))
    assert done == (lamports, fee, fee // 2)
    assert after.liquidity == LiquidityPool(
        15_000 * SOL - lamports, 100 * SOL + 3_333 * SOL + 7 - fee // 2, 1
    )
    assert after.msol_supply == before.msol_supply


def test_the_dearest_fee_when_nothing_would_be_left() -> None:
    before = state_of(10**6 * SOL, 10**6 * SOL, pool=LiquidityPool(100 * SOL, 0, 1))
    tiny = m.MAINNET._replace(target=50 * SOL)
    assert m.instant_fee(before, tiny, 49 * SOL) == 10
    assert m.instant_fee(before, tiny, 50 * SOL) == 10
    assert m.instant_fee(before, tiny, 51 * SOL) == 900 - 890 * 49 // 50
    assert m.instant_fee(before, tiny, 100 * SOL - 1) == 900
    assert m.instant_fee(before, tiny, 100 * SOL) == 900
    # what the fee keeps back makes room for a little more than there is
    assert m.liquid_unstake(before, tiny, 109 * SOL)[1].lamports == 109 * SOL * 91 // 100
    with refused(m.NO_LIQUIDITY):
        m.liquid_unstake(before, tiny, 110 * SOL)
    exact = before._replace(liquidity=LiquidityPool(91, 0, 1))
    assert m.liquid_unstake(exact, tiny, 99)[1] == (91, 8, 4)
    with refused(m.NO_LIQUIDITY):
        m.liquid_unstake(exact, tiny, 100 + 1)
    no_target = exact._replace(liquidity=LiquidityPool(100, 0, 1))
    assert m.instant_fee(no_target, m.MAINNET._replace(target=0), 100) == 900
    assert m.instant_fee(no_target, m.MAINNET._replace(target=0), 99) == 10
    least = m.MAINNET._replace(min_withdraw=10)
    rich = before._replace(liquidity=LiquidityPool(10**9 * SOL, 0, 1))
    assert m.liquid_unstake(rich, least, 10)[1].lamports == 10
    with refused(m.WITHDRAW_TOO_LOW):
        m.liquid_unstake(rich, least, 9)


def test_liquidity_that_is_refused() -> None:
    state = state_of(20, 10, pool=LiquidityPool(50, 10, 7))
    cap = FREE._replace(liquidity_cap=m.ACCOUNT_RENT + 57, min_deposit=7, min_withdraw=10)
    after, shares = m.add_liquidity(state, cap, 7)
    assert shares == 7 * 7 // (50 + 20)
    assert after.liquidity == LiquidityPool(57, 10, 7)
    with refused(m.LIQUIDITY_CAPPED):
        m.add_liquidity(state, cap, 8)
    with refused(m.DEPOSIT_TOO_LOW):
        m.add_liquidity(state, cap, 6)
    # a seventh: 7 lamports and one mSOL worth two; below ten
    with refused(m.WITHDRAW_TOO_LOW):
        m.remove_liquidity(state, cap, 1)
    after, sol, msol = m.remove_liquidity(state, cap._replace(min_withdraw=9), 1)
    assert (sol, msol, after.liquidity) == (7, 1, LiquidityPool(43, 9, 6))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"min_fee": 10_001, "max_fee": 10_001}, m.BASIS_POINTS),
        ({"treasury_cut": 10_001}, m.BASIS_POINTS),
        ({"treasury_cut": 10_000}, m.TREASURY_TOO_HIGH),
        ({"max_fee": 1_001}, m.MAX_FEE_TOO_HIGH),
        ({"min_fee": 901}, m.WRONG_WAY_ROUND),
        ({"target": 50 * SOL - 1}, m.TARGET_TOO_LOW),
        ({"treasury_cut": 7_501}, m.TREASURY_TOO_HIGH),
        ({"reward_fee": 1_001}, m.REWARD_FEE_TOO_HIGH),
        ({"ticket_fee": 2_001}, m.TICKET_FEE_TOO_HIGH),
        ({"deposit_fee": 2_001}, m.DEPOSIT_FEE_TOO_HIGH),
    ],
)
def test_settings_that_are_refused(changes: dict[str, int], reason: str) -> None:
    with refused(reason):
        m.check_settings(m.MAINNET._replace(**changes))


def test_settings_at_their_limits() -> None:
    m.check_settings(m.MAINNET)
    m.check_settings(
        m.MAINNET._replace(
            max_fee=1_000,
            min_fee=1_000,
            target=50 * SOL,
            treasury_cut=7_500,
            reward_fee=1_000,
            ticket_fee=2_000,
            deposit_fee=2_000,
        )
    )


# --- what the bot does ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reserve", "cooling", "emergency", "tickets", "delta"),
    [
        (100, 0, 0, 0, 100),
        (100, 20, 0, 30, 90),
        (100, 20, 5, 120, 0),
        (100, 20, 5, 130, -5),  # a part of it cools down already, for another reason
        (100, 20, 50, 130, 0),
        (0, 0, 0, 7, -7),
    ],
)
def test_how_much_is_to_be_staked_or_taken_back(
    reserve: int, cooling: int, emergency: int, tickets: int, delta: int
) -> None:
    state = State(1_000, cooling, emergency, reserve, 1, tickets, 1, NOW - 1, EMPTY)
    assert m.stake_delta(state) == delta
    moved = m.move_stake(state, NOW)
    assert m.under_control(moved) == m.under_control(state)
    if delta == 0:
        assert moved == state
    elif delta > 0:
        assert moved.active == 1_000 + delta
        assert moved.reserve == reserve - delta
    else:
        assert (moved.active, moved.cooling) == (1_000 + delta, cooling - delta)
        assert moved.reserve == reserve
    assert moved.last_stake_delta_epoch == (NOW if delta else NOW - 1)


def test_no_more_is_moved_than_there_is() -> None:
    assert m.move_stake(state_of(5, 1, ticket_balance=9), NOW).cooling == 5
    cool = state_of(5, 1, reserve=3, cooling=100, ticket_balance=10)
    assert m.move_stake(cool, NOW)[:4] == (8, 100, 0, 0)


def test_what_has_cooled_down_is_in_the_reserve() -> None:
    state = State(1, 20, 300, 4_000, 9, 5, 1, NOW, EMPTY)
    assert m.collect_cooled(state) == State(1, 0, 0, 4_320, 9, 5, 1, NOW, EMPTY)


def test_a_ticket_s_life() -> None:
    state = state_of(1_000 * SOL, 1_000 * SOL)
    state, ticket = m.order_unstake(state, FREE, 10 * SOL, "you", NOW)
    state = m.move_stake(state, NOW)
    state, late = m.order_unstake(state, FREE, 5 * SOL, "me", NOW)
    state = m.collect_cooled(m.move_stake(state, NOW + 1))
    state = m.claim(state, FREE, ticket, NOW + 2, 4 * HOUR)
    with refused(m.NOT_DUE):
        m.claim(state, FREE, late, NOW + 2, 4 * HOUR)
    state = m.claim(state, FREE, late, NOW + 3, 4 * HOUR)
    assert (state.active, state.reserve, state.ticket_balance) == (985 * SOL, 0, 0)
    assert (state.msol_supply, state.ticket_count) == (985 * SOL, 0)


def test_the_fee_on_tips_is_minted_after_them_and_that_on_rewards_before() -> None:
    before = state_of(1_234_567_890_123, 1_111_111_111_111)
    after, minted = m.update(before, m.MAINNET, 70_000_001, 9_000_001)
    supply, total = 1_111_111_111_111, 1_234_567_890_123
    on_tips = floor(Fraction(floor(Fraction(9_000_001 * 95, 1_000)) * supply, total + 9_000_001))
    supply, total = supply + on_tips, total + 9_000_001
    on_rewards = floor(Fraction(floor(Fraction(70_000_001 * 95, 1_000)) * supply, total))
    assert minted == on_tips + on_rewards
    assert after == before._replace(
        active=before.active + 70_000_001, reserve=9_000_001, msol_supply=supply + on_rewards
    )


def test_a_loss_mints_nothing() -> None:
    before = state_of(100, 90)
    after, minted = m.update(before, m.MAINNET, -100)
    assert (after.active, after.reserve, minted) == (0, 0, 0)
    with refused(m.CALCULATION_FAILURE):
        m.update(before, m.MAINNET, -101)


# --- what must always hold ------------------------------------------------------------------

LAMPORTS = st.integers(1, 4 * SOL)
SETTINGS = st.builds(
    lambda low, span, cut, ticket: m.MAINNET._replace(
        min_fee=low, max_fee=low + span, treasury_cut=cut, ticket_fee=ticket, target=50 * SOL
    ),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 7_500),
    st.integers(0, 2_000),
)
STATES = st.builds(
    lambda total, supply, sol, msol: state_of(
        total, supply, pool=LiquidityPool(sol, min(msol, supply), 1_000)
    ),
    LAMPORTS,
    LAMPORTS,
    st.integers(0, 100 * SOL),
    LAMPORTS,
)


@given(STATES, SETTINGS, LAMPORTS)
def test_a_deposit_never_takes_from_those_who_are_there(
    state: State, settings: m.Settings, lamports: int
) -> None:
    after, done = m.deposit(state, settings, lamports)
    assert price(after) >= price(state)
    assert done.sol_swapped + done.sol_deposited == lamports
    assert (done.msol_swapped + done.msol_minted) * price(state) <= lamports
    # the pool sells at a value rounded down: less than a lamport of it is the buyer's
    pool, was = after.liquidity, state.liquidity
    change = pool.sol - was.sol + (pool.msol - was.msol) * price(state)
    assert change > -1


@given(STATES, SETTINGS, LAMPORTS)
def test_no_way_out_pays_more_than_the_value(state: State, settings: m.Settings, msol: int) -> None:
    msol = min(msol, state.msol_supply)
    value = msol * price(state)
    if m.lamports_for(state, msol) >= 2:
        after, ticket = m.order_unstake(state, settings, msol, "you", NOW)
        assert ticket.lamports <= value
        assert m.under_control(after) == m.under_control(state)
        assert after.msol_supply == 0 or price(after) >= price(state)
    # at once: where it is paid at all, the pool's exact worth does not fall
    fee = m.instant_fee(state, settings, msol)
    assert settings.min_fee <= fee <= settings.max_fee
    if not 1 <= m.lamports_for(state, msol - msol * fee // 10_000) <= state.liquidity.sol:
        return
    after, done = m.liquid_unstake(state, settings, msol)
    assert done.lamports <= value
    pool, was = after.liquidity, state.liquidity
    assert pool.sol - was.sol + (pool.msol - was.msol) * price(state) >= 0
    assert pool.msol - was.msol + done.treasury == msol
    assert done.treasury <= done.fee


@given(STATES, SETTINGS, LAMPORTS)
def test_in_and_out_never_gains(state: State, settings: m.Settings, lamports: int) -> None:
    inside, done = m.deposit(state._replace(liquidity=EMPTY), settings, lamports)
    got = done.msol_minted
    assert m.lamports_for(inside, got) <= lamports if inside.msol_supply else got == 0


@given(SETTINGS, st.integers(0, 60 * SOL), st.integers(0, 60 * SOL))
def test_the_more_is_left_the_cheaper(settings: m.Settings, one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert settings.max_fee >= m.linear_fee(settings, less) >= m.linear_fee(settings, more)
    assert m.linear_fee(settings, more) >= settings.min_fee


@given(STATES, SETTINGS, LAMPORTS)
def test_lending_to_the_pool_and_taking_back_never_gains(
    state: State, settings: m.Settings, lamports: int
) -> None:
    worth = Fraction(m.pool_value(state), state.liquidity.lp_supply)
    inside, tokens = m.add_liquidity(state, settings, lamports)
    assert Fraction(m.pool_value(inside), inside.liquidity.lp_supply) >= worth
    if tokens == 0:
        return
    if inside.liquidity.sol * tokens < inside.liquidity.lp_supply:
        return
    _, sol, msol = m.remove_liquidity(inside, settings, tokens)
    assert sol + m.lamports_for(state, msol) <= lamports


@given(
    st.lists(
        st.tuples(st.sampled_from("dtlmcru"), st.integers(1, 5 * SOL)), min_size=1, max_size=40
    )
)
def test_every_lamport_is_accounted_for(story: list[tuple[str, int]]) -> None:
    state, epoch = state_of(100 * SOL, 90 * SOL, pool=LiquidityPool(20 * SOL, 0, SOL)), NOW
    settings, tickets = m.MAINNET._replace(target=50 * SOL), list[Ticket]()
    there = m.under_control(state) + state.liquidity.sol
    for what, amount in story:
        rate = price(state)
        match what:
            case "d":
                state, _ = m.deposit(state, settings, amount)
                there += amount
            case "t":
                state, ticket = m.order_unstake(state, settings, amount, "you", epoch)
                tickets.append(ticket)
            case "l":
                if m.lamports_for(state, amount) < state.liquidity.sol:
                    state, done = m.liquid_unstake(state, settings, amount)
                    there -= done.lamports
            case "m":
                state = m.move_stake(state, epoch)
            case "c":
                epoch += 1
                state = m.collect_cooled(state)
            case "r":
                for ticket in tickets:
                    if m.due_epoch(ticket, settings.ticket) < epoch and (
                        ticket.lamports <= state.reserve
                    ):
                        state = m.claim(state, settings, ticket, epoch, 0)
                        there -= ticket.lamports
                        tickets.remove(ticket)
                        break
            case _:
                state, _ = m.update(state, settings, amount, amount)
                there += 2 * amount
        assert m.under_control(state) + state.liquidity.sol == there
        assert state.ticket_balance == sum(ticket.lamports for ticket in tickets)
        assert state.ticket_count == len(tickets)
        assert price(state) >= rate
        assert min(state[:6]) >= 0


@given(STATES, SETTINGS, LAMPORTS, LAMPORTS)
def test_more_in_is_more_out(state: State, settings: m.Settings, amount: int, more: int) -> None:
    got = [m.deposit(state, settings, each)[1] for each in (amount, amount + more)]
    assert sum(got[0][:2]) <= sum(got[1][:2])  # swapped and minted
    for worth in (m.msol_for, m.lamports_for):
        assert worth(state, amount) <= worth(state, amount + more)
