"""An allow-listed pool: the list's two officers, the caps, and the line of those who leave."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import allow_list as al
from lstwallet.protocols.allow_list import Identity, Line, Policy, Pool, Request, Withdrawal
from lstwallet.units.checked import Revert

ETH = 10**18
OPEN = Policy(frozenset({"CH", "DE"}), 0, 0)
BOTH = al.DEPOSIT | al.REDEEM
POOL = Pool(1_100 * ETH, 1_000 * ETH)
"""A share is worth 1.1 ether."""


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


# --- the list ------------------------------------------------------------------------------


def test_the_masks_are_the_contract_s() -> None:
    assert (al.DEPOSIT, al.DONATE, al.REDEEM, al.DENIED) == (1, 2, 4, 2**255)


@pytest.mark.parametrize(
    ("held", "right", "allowed"),
    [
        (0, al.DEPOSIT, False),
        (al.DEPOSIT, al.DEPOSIT, True),
        (al.DEPOSIT, al.REDEEM, False),
        (al.DEPOSIT, BOTH, False),  # every bit, not any
        (BOTH, BOTH, True),
        (BOTH | al.DONATE, al.REDEEM, True),
        (BOTH | al.DENIED, al.DEPOSIT, False),
        (al.DENIED, 0, False),
        (0, 0, True),
    ],
)
def test_a_right_needs_every_bit_and_no_denial(held: int, right: int, allowed: bool) -> None:
    assert al.is_allowed(held, right) is allowed
    if allowed:
        al.check(held, right)
    else:
        reason = al.DENIED_ACCOUNT if held & al.DENIED else al.UNAUTHORIZED
        assert refusal(al.check, held, right) == reason


def test_the_allower_cannot_touch_a_denial() -> None:
    assert al.set_allowed(0, BOTH) == BOTH
    assert al.set_allowed(BOTH, al.REDEEM) == al.REDEEM  # replaces, does not add
    assert refusal(al.set_allowed, al.DENIED, BOTH) == al.REMOVES_DENIAL
    assert refusal(al.set_allowed, BOTH, al.DENIED | BOTH) == al.SETS_DENIAL


def test_the_denier_leaves_no_rights_behind() -> None:
    assert al.set_denied(al.DENIED | BOTH) == al.DENIED
    assert al.set_denied(BOTH) == 0  # let off, but with nothing


def test_holding_needs_no_right_but_no_denial_on_either_side() -> None:
    al.check_transfer(0, 0)
    assert refusal(al.check_transfer, al.DENIED, 0) == al.DENIED_ACCOUNT
    assert refusal(al.check_transfer, 0, al.DENIED) == al.DENIED_ACCOUNT


def test_what_an_honest_allower_gives() -> None:
    swiss = Identity("CH", 1_000)
    assert al.rights_of(OPEN, None, 0) == 0
    assert al.rights_of(OPEN, swiss, 999) == BOTH
    assert al.rights_of(OPEN, swiss, 1_000) == 0
    assert al.rights_of(OPEN, Identity("US", 1_000), 999) == al.REDEEM  # only out


# --- shares --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pool", "ether", "minted"),
    [
        (Pool(0, 0), 5 * ETH, 5 * ETH),
        (Pool(0, 7), 5 * ETH, 5 * ETH),
        (Pool(7, 0), 5 * ETH, 5 * ETH),
        (POOL, 11 * ETH, 10 * ETH),
        (POOL, 1, 0),  # 10/11 of a wei
        (POOL, 2, 1),  # 20/11
        (POOL, 11, 10),
    ],
)
def test_a_deposit_mints_rounded_down(pool: Pool, ether: int, minted: int) -> None:
    after, got = al.deposit(pool, OPEN, al.DEPOSIT, 0, ether, 0)
    assert (after, got) == (Pool(pool.ether + ether, pool.shares + minted), minted)


def test_what_a_share_is_worth() -> None:
    assert al.value_of(POOL, 10 * ETH) == 11 * ETH
    assert al.value_of(POOL, 1) == 1  # 1.1 wei
    assert al.value_of(Pool(5, 0), 10) == 0
    assert al.shares_for(POOL, 11) == 10


def test_deposits_that_are_refused() -> None:
    take, wei = al.DEPOSIT, 10 * ETH
    assert refusal(al.deposit, POOL._replace(contained=True), OPEN, take, 0, wei, 0) == (
        al.CONTAINMENT
    )
    assert refusal(al.deposit, POOL, OPEN, take, 0, 0, 0) == al.EMPTY_DEPOSIT
    assert refusal(al.deposit, POOL, OPEN, al.REDEEM, take, wei, 0) == al.UNAUTHORIZED
    assert refusal(al.deposit, POOL, OPEN, take | al.DENIED, 0, wei, 0) == al.DENIED_ACCOUNT
    assert refusal(al.deposit, POOL, OPEN, take, al.DENIED, wei, 0) == al.DENIED_ACCOUNT


def test_the_pool_s_cap_counts_what_is_there_already() -> None:
    policy = OPEN._replace(cap=1_110 * ETH)
    assert al.deposit(POOL, policy, al.DEPOSIT, 0, 10 * ETH, 0)[0].ether == 1_110 * ETH
    assert refusal(al.deposit, POOL, policy, al.DEPOSIT, 0, 10 * ETH + 1, 0) == al.POOL_FULL


def test_a_person_s_cap_counts_the_value_of_what_is_held() -> None:
    policy = OPEN._replace(cap_each=44 * ETH)
    held = 30 * ETH  # worth 33
    assert al.deposit(POOL, policy, al.DEPOSIT, 0, 11 * ETH, held)[1] == 10 * ETH
    assert refusal(al.deposit, POOL, policy, al.DEPOSIT, 0, 11 * ETH, held + 1) == (al.PERSON_FULL)


def test_a_donation_needs_its_own_right_and_lifts_every_share() -> None:
    after = al.donate(POOL, al.DONATE, 100 * ETH)
    assert after == Pool(1_200 * ETH, 1_000 * ETH)
    assert al.donate(POOL._replace(contained=True), al.DONATE, 1).contained
    assert refusal(al.donate, POOL, BOTH, 100) == al.UNAUTHORIZED
    assert refusal(al.donate, POOL, al.DONATE, 0) == al.EMPTY_DEPOSIT


def test_the_collector_s_shares_are_worth_the_fee() -> None:
    # 10 ether earned on 1,000 ether and 1,000 shares, 10 %: x/(1000 + x) of 1,010 is 1.
    pool = Pool(1_000 * ETH, 1_000 * ETH)
    after, fee = al.report(pool, 1_010 * ETH, 1_000, contained=False)
    assert fee == floor(Fraction(1_000 * ETH * 1, 1_009))
    assert after == Pool(1_010 * ETH, 1_000 * ETH + fee)
    assert abs(al.value_of(after, fee) - ETH) <= 1


def test_a_loss_or_nothing_pays_no_fee_and_containment_is_what_the_report_says() -> None:
    assert al.report(POOL, 1_000 * ETH, 1_000, contained=True) == (
        Pool(1_000 * ETH, 1_000 * ETH, True),
        0,
    )
    assert al.report(POOL, POOL.ether, 1_000, contained=False) == (POOL, 0)
    assert al.report(POOL._replace(contained=True), 1, 0, contained=False)[0].contained is False


def test_reports_at_the_edge() -> None:
    assert refusal(al.report, Pool(0, 0), 1, 1_000, contained=False) == al.ZERO_SHARES
    assert al.report(Pool(0, 5), 7, 10_000, contained=False) == (Pool(7, 5), 0)
    assert al.report(Pool(0, 0), 0, 1_000, contained=False) == (Pool(0, 0), 0)
    # One wei earned on nothing before: all of it is the gain, so fee shares are 1/9 of all.
    assert al.report(Pool(0, 900), 1, 1_000, contained=False) == (Pool(1, 1_000), 100)


# --- leaving -------------------------------------------------------------------------------


def test_requests_stand_one_behind_the_other_and_keep_their_worth() -> None:
    line, first = al.request(POOL, Line(), al.REDEEM, 0, 10 * ETH)
    line, second = al.request(POOL, line, al.REDEEM, 0, 3)
    assert first == Request(0, 10 * ETH, 11 * ETH)
    assert second == Request(10 * ETH, 3, 3)
    assert line == Line(10 * ETH + 3)
    assert al.demand(line) == 10 * ETH + 3


def test_requests_that_are_refused() -> None:
    line, ask = Line(), al.REDEEM
    contained = POOL._replace(contained=True)
    assert refusal(al.request, contained, line, ask, 0, 1) == al.CONTAINMENT
    assert refusal(al.request, POOL, line, al.DEPOSIT, ask, 1) == al.UNAUTHORIZED
    assert refusal(al.request, POOL, line, ask | al.DENIED, 0, 1) == al.DENIED_ACCOUNT
    assert refusal(al.request, POOL, line, ask, al.DENIED, 1) == al.RECIPIENT_DENIED
    assert refusal(al.request, POOL, line, ask, 0, 0) == al.ZERO_AMOUNT


@pytest.mark.parametrize(
    ("available", "shares", "ether"),
    [
        (1_000 * ETH, 100 * ETH, 110 * ETH),
        (110 * ETH, 100 * ETH, 110 * ETH),
        (55 * ETH, 50 * ETH, 55 * ETH),
        (12, 10, 12),  # 12/1.1 = 10.9 shares
    ],
)
def test_a_withdrawal_covers_what_the_ether_reaches(
    available: int, shares: int, ether: int
) -> None:
    line = Line(150 * ETH, 50 * ETH, 7)
    pool, after, event = al.withdraw(POOL, line, available)
    assert event == Withdrawal(50 * ETH, shares, ether)
    assert pool == Pool(POOL.ether - ether, POOL.shares - shares)
    assert after == Line(150 * ETH, 50 * ETH + shares, 7)


def test_ether_that_just_reaches_covers_the_whole_line() -> None:
    # 3 shares are worth 3.3 wei: the 3 wei that are paid would buy back only 2.
    assert al.withdraw(POOL, Line(3, 0), 3)[2] == Withdrawal(0, 3, 3)


def test_no_withdrawal_without_a_demand_without_ether_or_for_less_than_a_share() -> None:
    line = Line(150 * ETH, 50 * ETH)
    for pool, waiting, available in [
        (POOL, Line(5, 5), 10),
        (POOL, line, 0),
        (Pool(1_100, 1), Line(1, 0), 1_099),
        (Pool(0, 5), Line(5, 0), 10),
    ]:
        assert al.withdraw(pool, waiting, available) == (pool, waiting, None)
    contained = al.withdraw(POOL._replace(contained=True), line, ETH)[0]
    assert contained.contained


def test_who_waited_through_a_gain_gets_what_it_was_worth_and_the_rest_goes_back() -> None:
    line = Line(10, 10)
    done = al.claim(line, (Withdrawal(0, 10, 15),), Request(0, 10, 11), 0, 0)
    assert (done.ether, done.shares, done.line) == (11, 10, Line(10, 10, 4))
    assert done.request == Request(10, 0, 0)
    assert al.pull_exceeding(POOL, done.line, 3) == (
        Pool(POOL.ether + 3, POOL.shares),
        Line(10, 10, 1),
    )
    assert al.pull_exceeding(POOL, done.line, 9)[1] == Line(10, 10, 0)


def test_who_waited_through_a_loss_shares_it() -> None:
    done = al.claim(Line(10, 10), (Withdrawal(0, 10, 8),), Request(0, 10, 11), 0, 0)
    assert (done.ether, done.line.exceeding) == (8, 0)
    assert done.request == Request(10, 0, 3)


def test_a_part_of_a_request_is_worth_its_part_rounded_down() -> None:
    # One of three shares that were worth 10: at most 3 wei now, 7 for the rest.
    done = al.claim(Line(3, 1), (Withdrawal(0, 1, 9),), Request(0, 3, 10), 0, 0)
    assert (done.ether, done.request.most, done.line.exceeding) == (3, 7, 6)


def test_a_claim_runs_over_several_withdrawals_and_stops_where_they_end() -> None:
    # Withdrawals of 6 and 6 shares; the request lies at 4..14 and is worth 10 wei a share:
    # 2 shares at 15/6 · … = floor(2·90/6) = 30, capped at floor(2·100/10) = 20, left 80;
    # 6 shares pay floor(6·48/6) = 48, cap floor(6·80/8) = 60; 2 shares stay with 32.
    events = (Withdrawal(0, 6, 90), Withdrawal(6, 6, 48))
    done = al.claim(Line(14, 12, 5), events, Request(4, 10, 100), 0, 0)
    assert (done.shares, done.ether) == (8, 68)
    assert done.request == Request(12, 2, 32)
    assert done.line == Line(14, 12, 15)
    rest = al.claim(Line(14, 14, 15), (*events, Withdrawal(12, 2, 99)), done.request, 0, 0)
    assert (rest.shares, rest.ether, rest.line.exceeding) == (2, 32, 82)


def test_claims_that_are_refused() -> None:
    line, events, asked = Line(10, 5), (Withdrawal(0, 5, 5),), Request(0, 5, 5)
    assert refusal(al.claim, line, events, asked, 0, al.DENIED) == al.CLAIM_RECIPIENT_DENIED
    assert refusal(al.claim, line, events, asked, al.DENIED, 0) == al.CLAIM_INITIATOR_DENIED
    assert refusal(al.claim, line, events, Request(5, 0, 0), 0, 0) == al.ALREADY_CLAIMED
    assert refusal(al.claim, line, events, Request(5, 5, 5), 0, 0) == al.NO_MATCH
    assert al.claim(line, events, Request(4, 5, 5), 0, 0).shares == 1


# --- properties ----------------------------------------------------------------------------

WEI = st.integers(1, 10**24)


@given(WEI, WEI, WEI)
def test_a_round_trip_never_gains_and_never_costs_the_others(
    ether: int, shares: int, paid: int
) -> None:
    pool = Pool(ether, shares)
    after, minted = al.deposit(pool, OPEN, al.DEPOSIT, 0, paid, 0)
    assert al.value_of(after, minted) <= paid
    assert Fraction(after.ether, after.shares) >= Fraction(ether, shares)


@given(WEI, WEI, WEI, WEI)
def test_more_in_is_more_out(ether: int, shares: int, amount: int, more: int) -> None:
    pool = Pool(ether, shares)
    for worth in (al.shares_for, al.value_of):
        assert worth(pool, amount) <= worth(pool, amount + more)
        assert worth(pool, amount) + worth(pool, more) <= worth(pool, amount + more)


@given(WEI, WEI, WEI, st.integers(0, 10_000))
def test_the_fee_never_exceeds_its_part_and_a_gain_never_lowers_a_share(
    ether: int, shares: int, gain: int, fee_bps: int
) -> None:
    after, fee = al.report(Pool(ether, shares), ether + gain, fee_bps, contained=False)
    assert al.value_of(after, fee) * 10_000 <= gain * fee_bps
    assert Fraction(after.ether, after.shares) >= Fraction(ether, shares)


@given(
    st.lists(st.integers(1, 10**21), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(-(10**20), 10**20), WEI), min_size=1, max_size=6),
)
def test_the_line_pays_what_withdrawals_brought_and_never_more_than_was_asked(
    wanted: list[int], days: list[tuple[int, int]]
) -> None:
    pool, line = Pool(10**22, 9 * 10**21), Line()
    requests, events = [], []
    for shares in wanted:
        line, made = al.request(pool, line, al.REDEEM, 0, shares)
        requests.append(made)
    for change, available in days:
        pool, _ = al.report(pool, max(pool.ether + change, 1), 0, contained=False)
        before = Fraction(pool.ether, pool.shares) if pool.shares else None
        pool, line, event = al.withdraw(pool, line, min(available, pool.ether))
        if event is not None:
            events.append(event)
        if before is not None:  # the contract's rounding: less than one share's worth
            assert pool.ether > before * (pool.shares - 1)
    paid = 0
    for asked in requests:
        if asked.height >= line.covered:
            continue
        done = al.claim(line, events, asked, 0, 0)
        assert done.ether + done.request.most == asked.most
        assert done.request.height + done.request.shares == asked.height + asked.shares
        assert done.shares == min(asked.shares, line.covered - asked.height)
        paid, line = paid + done.ether, done.line
    # What no claim could take is the dust of the roundings: less than a wei a stretch.
    brought = sum(event.ether for event in events)
    assert 0 <= brought - paid - line.exceeding <= len(requests) + len(events)
