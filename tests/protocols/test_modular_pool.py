"""A modular pool: three tiers that stand on each other, their fees, outages and faults."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import modular_pool as mp
from lstwallet.protocols.modular_pool import (
    Fault,
    Layer,
    Operator,
    Outage,
    Pool,
    Settled,
    Ticket,
    Tier,
)
from lstwallet.units.checked import Revert

ETH = 10**18
ONE = 10**18
DAY = 86_400
YEAR = 365 * DAY
T0 = 1_700_000_000
CONSENSUS, DATA, EXECUTION = Layer


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def tier(*weights: int, bond: int = 0, **changes: int) -> Tier:
    """A tier of operators with these weights: 10 % fee, a quarter of the stake."""
    plain = Tier(
        tuple(Operator(weight, bond) for weight in weights),
        fee=ONE // 10,
        fault_rate=ONE // 100,
        at_stake=ONE // 4,
        quorum=ONE * 2 // 3,
        unbonding=7 * DAY,
    )
    return plain._replace(**changes)


def pool(*tiers: Tier, ether: int = 1_000 * ETH, shares: int = 800 * ETH) -> Pool:
    first, second, third = tiers or (tier(1, 3), tier(1), tier(2, 2))
    return Pool(ether, shares, (first, second, third))


# --- the tiers -------------------------------------------------------------------------------


def test_the_catalogue_s_terms() -> None:
    tiers = mp.catalogue_tiers([Operator(1)], [Operator(2)], [Operator(3)])
    mp.check_tiers(tiers)
    assert [each.fee for each in tiers] == [4 * ONE // 100, 2 * ONE // 100, 2 * ONE // 100]
    assert [each.fault_rate for each in tiers] == [ONE // 100] * 3
    assert [each.at_stake for each in tiers] == [ONE // 3] * 3
    assert [each.quorum for each in tiers] == [ceil(Fraction(2, 3) * ONE)] * 2 + [1]
    assert [each.unbonding for each in tiers] == [14 * DAY, 14 * DAY, 7 * DAY]
    assert [each.operators for each in tiers] == [(Operator(n),) for n in (1, 2, 3)]
    assert tuple(Operator(1)) == (1, 0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        tier(),
        tier(1, 0),
        tier(1, fee=ONE + 1),
        tier(1, fee=-1),
        tier(1, at_stake=-1),
        tier(1, quorum=0),
        tier(1, quorum=ONE + 1),
    ],
)
def test_tiers_that_cannot_be(wrong: Tier) -> None:
    assert refusal(mp.check_tiers, (tier(1), wrong, tier(1))) == mp.BAD_TIER


def test_no_stake_is_pledged_twice() -> None:
    half = tier(1, at_stake=ONE // 2)
    whole = (half, tier(1), tier(1))
    mp.check_tiers(whole)
    mp.check_tiers((tier(1, fee=ONE, at_stake=0, quorum=ONE), tier(1, fee=0), tier(1, quorum=1)))
    assert refusal(mp.check_tiers, (half, tier(1), tier(1, at_stake=ONE // 4 + 1))) == (
        mp.OVER_PLEDGED
    )


def test_a_tier_serves_while_its_quorum_is_there() -> None:
    three = tier(1, 1, 1, quorum=ONE * 2 // 3)  # a hair below two thirds
    assert mp.serves(three, ())
    assert mp.serves(three, (0,))
    assert mp.serves(three, (0, 0))
    assert not mp.serves(three, (0, 2))
    assert not mp.serves(three._replace(quorum=ONE * 2 // 3 + 1), (0,))
    uneven = tier(1, 3, quorum=ONE // 4)
    assert mp.serves(uneven, (1,))
    assert not mp.serves(uneven._replace(quorum=ONE // 4 + 1), (1,))
    anybody = tier(1, 3, quorum=1)
    assert mp.serves(anybody, (1,))
    assert not mp.serves(anybody, (0, 1))


def test_what_stands_on_what() -> None:
    assert mp.stopped_by(CONSENSUS) == (CONSENSUS, DATA, EXECUTION)
    assert mp.stopped_by(DATA) == (DATA, EXECUTION)
    assert mp.stopped_by(EXECUTION) == (EXECUTION,)


OUTAGES = (
    Outage(DATA, 10, 20),
    Outage(CONSENSUS, 15, 30),
    Outage(EXECUTION, 28, 40),
    Outage(EXECUTION, 50, 55),
    Outage(CONSENSUS, 90, 120),
)


@pytest.mark.parametrize(
    ("layer", "start", "end", "seconds"),
    [
        (CONSENSUS, 0, 100, 100 - 15 - 10),
        (DATA, 0, 100, 100 - 20 - 10),
        (EXECUTION, 0, 100, 100 - 30 - 5 - 10),
        (EXECUTION, 16, 17, 0),
        (EXECUTION, 40, 50, 10),
        (CONSENSUS, 20, 25, 0),
        (CONSENSUS, 30, 31, 1),
        (CONSENSUS, 121, 130, 9),
        (DATA, 12, 18, 0),
    ],
)
def test_a_second_that_is_lost_counts_once(
    layer: Layer, start: int, end: int, seconds: int
) -> None:
    assert mp.served(OUTAGES, layer, start, end) == seconds


SPANS = st.lists(
    st.tuples(st.sampled_from(list(Layer)), st.integers(0, 60), st.integers(0, 60)).map(
        lambda each: Outage(each[0], min(each[1:]), max(each[1:]))
    ),
    max_size=8,
)


@given(SPANS, st.integers(0, 30), st.integers(31, 60))
def test_served_seconds_counted_one_by_one(outages: list[Outage], start: int, end: int) -> None:
    for layer in Layer:
        still = {
            second
            for each in outages
            if each.layer <= layer
            for second in range(max(each.start, start), min(each.end, end))
        }
        assert mp.served(outages, layer, start, end) == end - start - len(still)
    lowest, middle, top = (mp.served(outages, layer, start, end) for layer in Layer)
    assert lowest >= middle >= top


# --- shares ----------------------------------------------------------------------------------


def test_shares_for_ether_and_ether_for_shares() -> None:
    after, minted = mp.deposit(pool(), 5 * ETH)
    assert minted == 4 * ETH
    assert after == pool(ether=1_005 * ETH, shares=804 * ETH)
    assert mp.deposit(pool(), 4)[1] == 3  # 3.2
    assert mp.value_of(pool(), 4 * ETH) == 5 * ETH
    assert mp.value_of(pool(), 3) == 3  # 3.75
    assert mp.deposit(pool(ether=0, shares=0), 7) == (pool(ether=7, shares=7), 7)
    assert mp.deposit(pool(ether=7, shares=0), 7)[1] == 7
    assert mp.value_of(pool(shares=0), 7) == 0


def test_deposits_that_are_refused() -> None:
    assert refusal(mp.deposit, pool(), 0) == mp.NOTHING_DEPOSITED
    assert refusal(mp.deposit, pool(), 1) == mp.NOTHING_MINTED
    assert refusal(mp.deposit, pool(ether=0), 5) == mp.ALL_LOST
    assert mp.deposit(pool(), 2)[1] == 1


def test_leaving_takes_the_slowest_tier_and_earns_nothing() -> None:
    slow = pool(tier(1), tier(1, unbonding=9 * DAY), tier(1))
    ticket = mp.request_exit(slow, 8 * ETH, 8 * ETH, T0)
    assert ticket == Ticket(8 * ETH, 10 * ETH, T0 + 9 * DAY)
    assert refusal(mp.request_exit, slow, 8, 9, T0) == mp.NOT_HELD
    assert refusal(mp.request_exit, slow, 8, 0, T0) == mp.NOT_HELD
    assert refusal(mp.claim_exit, slow, ticket, T0 + 9 * DAY - 1) == mp.NOT_DUE
    after, paid = mp.claim_exit(slow, ticket, T0 + 9 * DAY)
    assert paid == 10 * ETH
    assert (after.ether, after.shares) == (990 * ETH, 792 * ETH)
    gained = slow._replace(ether=2_000 * ETH)
    assert mp.claim_exit(gained, ticket, T0 + 9 * DAY)[1] == 10 * ETH
    lost = slow._replace(ether=500 * ETH)
    assert mp.claim_exit(lost, ticket, T0 + 9 * DAY)[1] == 5 * ETH
    assert mp.request_exit(slow, 1, 1, T0).shares == 1


# --- rewards ---------------------------------------------------------------------------------


def test_full_service() -> None:
    # 100, 50 and 10 ether; a tenth of each is the operators'.
    done = mp.settle(pool(), (100 * ETH, 50 * ETH, 10 * ETH), (), T0, T0 + DAY)
    assert (done.fees, done.holders, done.missed) == ((10 * ETH, 5 * ETH, ETH), 144 * ETH, 0)
    assert done.pool.ether == 1_144 * ETH
    assert done.pool.shares == 800 * ETH
    earned = [[each.earned for each in at.operators] for at in done.pool.tiers]
    assert earned == [[25 * ETH // 10, 75 * ETH // 10], [5 * ETH], [ETH // 2, ETH // 2]]


def test_each_tier_is_paid_for_the_seconds_it_served() -> None:
    # Data stands still for a quarter of the period: execution with it, consensus goes on.
    stop = (Outage(DATA, T0, T0 + 25),)
    done = mp.settle(pool(), (100, 100, 100), stop, T0, T0 + 100)
    # 100, 75, 75; fees 10, 7, 7; by weight 2 + 7, 7, 3 + 3.
    assert done.fees == (9, 7, 6)
    assert (done.holders, done.missed) == (250 - 22, 50)
    again = mp.settle(done.pool, (100, 0, 0), (), T0, T0 + 100)
    assert [each.earned for each in again.pool.tiers[0].operators] == [4, 14]


def test_settlements_at_the_edge() -> None:
    assert refusal(mp.settle, pool(), (1, 1, 1), (), T0, T0) == mp.BAD_PERIOD
    assert refusal(mp.settle, pool(), (1, 1), (), T0, T0 + 1) == mp.BAD_PERIOD
    dark = (Outage(CONSENSUS, T0, T0 + 9),)
    assert mp.settle(pool(), (7, 7, 7), dark, T0, T0 + 9) == Settled(pool(), (0, 0, 0), 0, 21)
    part = mp.settle(pool(), (10, 0, 0), (Outage(CONSENSUS, T0, T0 + 1),), T0, T0 + 3)
    assert (part.holders, part.missed) == (6, 4)  # 6.66… earned, nothing of it a fee


@given(
    st.lists(st.integers(0, 10**21), min_size=3, max_size=3),
    SPANS,
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), min_size=3, max_size=3),
    st.integers(0, ONE),
)
def test_every_wei_of_a_period_goes_to_one_side(
    rewards: list[int], outages: list[Outage], weights: list[list[int]], fee: int
) -> None:
    before = pool(*(tier(*each, fee=fee) for each in weights))
    done = mp.settle(before, rewards, outages, 0, 60)
    assert sum(done.fees) + done.holders + done.missed == sum(rewards)
    assert min(*done.fees, done.holders, done.missed) >= 0
    assert done.pool.ether == before.ether + done.holders
    for layer, got in zip(Layer, done.fees, strict=True):
        assert got == sum(each.earned for each in done.pool.tiers[layer].operators)
        exact = Fraction(rewards[layer] * mp.served(outages, layer, 0, 60), 60)
        assert got <= exact * Fraction(fee, ONE) < got + 3 + len(weights[layer])


# --- faults ----------------------------------------------------------------------------------


def test_the_stake_behind_an_operator() -> None:
    assert mp.stake_behind(pool(), CONSENSUS, 0) == 1_000 * ETH // 16
    assert mp.stake_behind(pool(), CONSENSUS, 1) == 3_000 * ETH // 16
    assert mp.stake_behind(pool(), DATA, 0) == 250 * ETH
    for place in (-1, 2):
        assert refusal(mp.stake_behind, pool(), CONSENSUS, place) == mp.NO_OPERATOR
    # Down twice: a third of 10 is 3, of which two thirds are 2.
    small = pool(tier(1, 2, at_stake=ONE // 3), tier(1), tier(1), ether=11, shares=11)
    assert mp.stake_behind(small, CONSENSUS, 1) == 2
    assert mp.stake_behind(pool(tier(1, 1), tier(1), tier(1), ether=13), CONSENSUS, 0) == 1


def test_a_fault_takes_the_bond_before_the_holders() -> None:
    before = pool(tier(1, 3, bond=10 * ETH), tier(1), tier(2))
    done = mp.slash(before, Fault(CONSENSUS, 1, ONE // 10))
    # A tenth of 187.5 ether: 10 of bond, 8.75 from all.
    assert (done.bond, done.holders) == (10 * ETH, 875 * ETH // 100)
    assert done.pool.ether == 1_000 * ETH - 875 * ETH // 100
    assert done.pool.tiers[0].operators == (Operator(1, 10 * ETH), Operator(3, 0))
    assert done.pool.tiers[1:] == before.tiers[1:]
    assert done.pool.shares == before.shares
    small = mp.slash(before, Fault(CONSENSUS, 1, ONE // 100))
    assert (small.bond, small.holders, small.pool.ether) == (1_875 * ETH // 1_000, 0, 1_000 * ETH)
    assert small.pool.tiers[0].operators[1].bond == 10 * ETH - 1_875 * ETH // 1_000


def test_faults_of_the_other_tiers() -> None:
    top = mp.slash(pool(), Fault(EXECUTION, 0, ONE))
    assert top.holders == 125 * ETH
    middle = mp.slash(pool(), Fault(DATA, 0, ONE))
    assert middle.holders == 250 * ETH


def test_a_loss_is_rounded_up_and_never_above_what_stands_behind() -> None:
    before = pool(tier(1, 1), tier(1), tier(1), ether=13)  # one wei behind the operator
    assert mp.slash(before, Fault(CONSENSUS, 0, 1)).holders == 1
    assert mp.slash(before, Fault(CONSENSUS, 0, ONE)).holders == 1


def test_faults_that_are_none() -> None:
    assert refusal(mp.slash, pool(), Fault(DATA, 0, 0)) == mp.BAD_PART
    assert refusal(mp.slash, pool(), Fault(DATA, 0, ONE + 1)) == mp.BAD_PART
    assert refusal(mp.slash, pool(), Fault(DATA, 1, ONE)) == mp.NO_OPERATOR


def test_who_waits_to_leave_shares_the_loss() -> None:
    before = pool()
    ticket = mp.request_exit(before, 80 * ETH, 80 * ETH, T0)
    hit = mp.slash(before, Fault(DATA, 0, ONE)).pool
    assert mp.claim_exit(hit, ticket, ticket.due)[1] == 75 * ETH


# --- what to expect --------------------------------------------------------------------------


def test_expected_faults_and_losses() -> None:
    assert mp.expected_faults(tier(1, 3), YEAR) == ONE // 50
    assert mp.expected_faults(tier(1, 3, fault_rate=1), YEAR // 4) == 0
    # Three tiers, a quarter at stake each, 1 % a year, a tenth slashed: 0.075 % of the ether.
    assert mp.expected_loss(pool(), ONE // 10, YEAR) == 75 * ETH // 100
    assert mp.expected_loss(pool(), ONE // 10, YEAR // 2) == 375 * ETH // 1_000
    assert mp.expected_loss(pool(ether=1_333), ONE // 10, YEAR) == 0
    assert mp.expected_loss(pool(ether=1_334), ONE // 10, YEAR) == 1


def test_what_a_year_brings_net() -> None:
    yields = (3 * ONE // 100, ONE // 100, ONE // 100)
    # 5 % less a tenth is 4.5 %, less 0.075 %.
    assert mp.net_yield(pool(), yields, ONE // 10) == 4_425 * ONE // 100_000
    assert mp.net_yield(pool(), (0, 0, 0), ONE) == -75 * ONE // 10_000
    # Fees and faults are rounded up, one by one: 9 wei pay 1, and the smallest loss costs 1.
    assert mp.net_yield(pool(), (9, 9, 0), 1) == 15
    assert mp.net_yield(pool(tier(1, fee=0), tier(1), tier(1)), (9, 0, 0), 0) == 9
    with pytest.raises(ValueError, match="zip"):
        mp.net_yield(pool(), (1, 1), 0)


@given(
    st.integers(1, 10**24),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.integers(0, 4),
    st.integers(1, ONE),
    st.integers(0, 10**22),
)
def test_a_slash_is_conserved_and_bounded(
    ether: int, weights: list[int], place: int, part: int, bond: int
) -> None:
    before = pool(tier(*weights, bond=bond), tier(1), tier(1), ether=ether)
    place = place % len(weights)
    done = mp.slash(before, Fault(CONSENSUS, place, part))
    behind = mp.stake_behind(before, CONSENSUS, place)
    assert done.bond + done.holders == ceil(Fraction(behind * part, ONE)) <= behind
    assert done.bond <= bond
    assert before.ether - done.pool.ether == done.holders
    assert done.pool.tiers[0].operators[place].bond == bond - done.bond
    assert behind <= floor(Fraction(ether * weights[place], 4 * sum(weights)))


@given(
    st.integers(1, 10**24),
    st.integers(1, 10**24),
    st.integers(1, 10**24),
    st.integers(0, 10**22),
)
def test_a_round_trip_never_gains_and_share_value_never_falls_but_by_a_fault(
    ether: int, shares: int, paid: int, rewards: int
) -> None:
    before = pool(ether=ether, shares=shares)
    try:
        after, minted = mp.deposit(before, paid)
    except Revert:
        assert paid * shares < ether
        return
    assert Fraction(after.ether, after.shares) >= Fraction(ether, shares)
    ticket = mp.request_exit(after, minted, minted, T0)
    grown = mp.settle(after, (rewards, 0, 0), (), T0, T0 + DAY).pool
    assert Fraction(grown.ether, grown.shares) >= Fraction(after.ether, after.shares)
    left, got = mp.claim_exit(grown, ticket, ticket.due)
    assert got <= paid
    assert left.ether * grown.shares >= grown.ether * left.shares


WEI = st.integers(1, 10**24)


@given(WEI, WEI, WEI, WEI)
def test_more_in_is_more_out(ether: int, shares: int, amount: int, more: int) -> None:
    before = pool(ether=ether, shares=shares)
    assert mp.value_of(before, amount) <= mp.value_of(before, amount + more)
    if amount * shares >= ether:
        less, greater = (mp.deposit(before, each)[1] for each in (amount, amount + more))
        assert less <= greater
