"""Cover: capacity, a price that every sale lifts, claims in their time, payouts in equal parts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import cover as cv
from lstwallet.protocols.cover import Claim, Cover, Mutual, Outcome, Terms, Votes
from lstwallet.units.checked import Revert

ETH = 10**18
UNIT = 10**16
DAY = 86_400
YEAR = 365 * DAY
T0 = 1_700_000_000
TERMS = Terms(target=200)
"""2 % a year."""
MUTUAL = Mutual(stake=1_000 * ETH, held=500 * ETH, price=200, priced_at=T0)
YES, NO, TIE = Votes(3, 2), Votes(2, 3), Votes(2, 2)


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


# --- price and capacity ----------------------------------------------------------------------


def test_the_contracts_constants() -> None:
    assert (cv.UNIT, cv.CAPACITY_RATIO, cv.PRICE_BUMP, cv.PRICE_FALL) == (UNIT, 20_000, 500, 200)
    assert (cv.SHORTEST, cv.LONGEST, cv.CLAIM_DEPOSIT) == (28 * DAY, YEAR, ETH // 20)
    assert tuple(TERMS)[1:] == (100, 0, 35 * DAY, 3 * DAY, DAY, 30 * DAY, 0, 0, 0, 0)
    assert tuple(Mutual(1, 2))[2:] == (0, 0, 0)
    assert tuple(Claim(1, 2))[2:] == (False, False)


@pytest.mark.parametrize(
    ("stake", "terms", "units"),
    [
        (1_000 * ETH, TERMS, 200_000),  # twice the stake, in hundredths
        (1_000 * ETH, TERMS._replace(weight=50), 100_000),
        (1_000 * ETH, TERMS._replace(reduction=2_500), 150_000),
        (UNIT // 2, TERMS, 1),
        (UNIT // 2 - 1, TERMS, 0),
        (3 * UNIT, TERMS._replace(weight=33), 1),
        (15_151_515_151_515_151, TERMS._replace(weight=33), 0),  # 0.34 of a wei short
        (15_151_515_151_515_152, TERMS._replace(weight=33), 1),
        (0, TERMS, 0),
    ],
)
def test_how_much_may_be_sold(stake: int, terms: Terms, units: int) -> None:
    assert cv.capacity(Mutual(stake, 0), terms) == units


@pytest.mark.parametrize(
    ("price", "seconds", "now"),
    [
        (700, 0, 700),
        (700, DAY, 500),
        (700, DAY // 2, 600),
        (700, 431, 700),  # 0.9976 of a basis point
        (700, 432, 699),
        (700, 2 * DAY, 300),
        (700, 3 * DAY, 200),
        (401, DAY, 201),
        (400, DAY, 200),
        (150, 0, 200),
    ],
)
def test_the_price_falls_back_to_its_target(price: int, seconds: int, now: int) -> None:
    assert cv.price_at(MUTUAL._replace(price=price), TERMS, T0 + seconds) == now


@pytest.mark.parametrize(
    ("units", "price", "period", "wei"),
    [
        (10_000, 200, YEAR, 2 * ETH),  # 2 % of 100 ether
        (10_000, 200, YEAR // 4, ETH // 2),
        (1, 1, YEAR, UNIT // 10_000),
        (1, 333, 28 * DAY, floor(Fraction(UNIT * 333, 10_000) * 28 / 365)),
    ],
)
def test_the_premium(units: int, price: int, period: int, wei: int) -> None:
    assert cv.premium(units, price, period) == wei


# --- buying ----------------------------------------------------------------------------------


def test_a_sale_pays_the_price_before_it_and_lifts_the_next() -> None:
    after, cover, paid = cv.buy(MUTUAL, TERMS, 100 * ETH, YEAR, T0)
    assert paid == 2 * ETH
    assert cover == Cover(100 * ETH, 10_000, T0, YEAR)
    # 10,000 of 200,000 units: a twentieth of 5 %.
    assert after == Mutual(1_000 * ETH, 502 * ETH, 10_000, 225, T0)
    again, _, dearer = cv.buy(after, TERMS, 100 * ETH, YEAR, T0)
    assert dearer == 225 * ETH // 100
    assert again.price == 250
    later, _, cheap = cv.buy(again, TERMS, 100 * ETH, YEAR, T0 + DAY)
    assert (cheap, later.price, later.priced_at) == (2 * ETH, 225, T0 + DAY)


def test_amounts_are_sold_in_whole_units_and_the_bump_is_rounded_down() -> None:
    after, cover, paid = cv.buy(MUTUAL, TERMS, UNIT + 1, YEAR, T0)
    assert (cover.amount, cover.units) == (2 * UNIT, 2)
    assert paid == UNIT // 25
    assert after.price == 200  # 500·2/200,000 is less than one
    assert cv.buy(MUTUAL, TERMS, 400 * UNIT, YEAR, T0)[0].price == 201
    assert cv.buy(MUTUAL, TERMS, 399 * UNIT, YEAR, T0)[0].price == 200


def test_purchases_that_are_refused() -> None:
    assert refusal(cv.buy, MUTUAL, TERMS, ETH, 28 * DAY - 1, T0) == cv.TOO_SHORT
    assert refusal(cv.buy, MUTUAL, TERMS, ETH, YEAR + 1, T0) == cv.TOO_LONG
    assert refusal(cv.buy, MUTUAL, TERMS, 0, YEAR, T0) == cv.NO_AMOUNT
    assert refusal(cv.buy, MUTUAL, TERMS, 2_000 * ETH + 1, YEAR, T0) == cv.NO_CAPACITY
    busy = MUTUAL._replace(sold=150_000)
    assert refusal(cv.buy, busy, TERMS, 500 * ETH + 1, YEAR, T0) == cv.NO_CAPACITY
    assert cv.buy(busy, TERMS, 500 * ETH, YEAR, T0)[0].sold == 200_000
    assert cv.buy(MUTUAL, TERMS, 1, 28 * DAY, T0)[1].period == 28 * DAY
    assert cv.buy(MUTUAL, TERMS, 2_000 * ETH, YEAR, T0)[0].price == 700


def test_an_expired_cover_frees_its_capacity_once() -> None:
    busy, cover = MUTUAL._replace(sold=15), Cover(10 * UNIT, 10, T0, YEAR)
    assert refusal(cv.expire, busy, cover, T0 + YEAR - 1) == cv.NOT_EXPIRED
    freed, over = cv.expire(busy, cover, T0 + YEAR)
    assert (freed.sold, over) == (5, cover._replace(units=0))
    assert cv.expire(freed, over, T0 + YEAR) == (freed, over)


# --- claiming --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deductible", "limit", "loss", "validators", "wei"),
    [
        (0, 0, ETH, 11, 11 * ETH),
        (ETH // 4, 2 * ETH, ETH // 4, 11, 0),
        (ETH // 4, 2 * ETH, ETH // 5, 11, 0),
        (ETH // 4, 2 * ETH, 5 * ETH // 4, 11, 11 * ETH),  # RockLogic, 2023: 1.25 ether each
        (ETH // 4, 2 * ETH, 9 * ETH // 4, 3, 6 * ETH),
        (ETH // 4, 2 * ETH, 9 * ETH // 4 + 1, 3, 6 * ETH),
        (ETH // 4, 2 * ETH, 32 * ETH, 3, 6 * ETH),
        (0, 2 * ETH, 3 * ETH, 0, 0),
    ],
)
def test_deductible_and_limit_of_each_validator(
    deductible: int, limit: int, loss: int, validators: int, wei: int
) -> None:
    terms = TERMS._replace(deductible=deductible, limit_each=limit)
    assert cv.covered_loss(terms, loss, validators) == wei


COVER = Cover(100 * ETH, 10_000, T0, YEAR)
DEPOSIT = cv.CLAIM_DEPOSIT


def test_a_claim_in_time() -> None:
    assert cv.submit(COVER, TERMS, 100 * ETH, T0, DEPOSIT, T0 + 1) == Claim(100 * ETH, T0 + 1)
    last = T0 + YEAR + 35 * DAY - 1
    claim = cv.submit(COVER, TERMS, 1, T0 + YEAR - 1, DEPOSIT, last)
    assert claim == Claim(1, last)
    assert cv.take_deposit(MUTUAL) == MUTUAL._replace(held=500 * ETH + ETH // 20)


def test_claims_that_are_refused() -> None:
    at, now = T0 + 9 * DAY, T0 + 10 * DAY
    assert refusal(cv.submit, COVER, TERMS, 100 * ETH + 1, at, DEPOSIT, now) == cv.TOO_MUCH
    assert refusal(cv.submit, COVER, TERMS, ETH, T0, DEPOSIT, T0) == cv.SAME_BLOCK
    late = T0 + YEAR + 35 * DAY
    assert refusal(cv.submit, COVER, TERMS, ETH, at, DEPOSIT, late) == cv.GRACE_PASSED
    for deposit in (DEPOSIT - 1, DEPOSIT + 1):
        assert refusal(cv.submit, COVER, TERMS, ETH, at, deposit, now) == cv.BAD_DEPOSIT
    for incident in (T0 - 1, now + 1):
        assert refusal(cv.submit, COVER, TERMS, ETH, incident, DEPOSIT, now) == cv.NOT_COVERED
    after = T0 + YEAR
    assert refusal(cv.submit, COVER, TERMS, ETH, after, DEPOSIT, after) == cv.NOT_COVERED
    assert cv.submit(COVER, TERMS, ETH, now, DEPOSIT, now).amount == ETH


def test_the_waiting_period_stops_who_buys_because_he_knows() -> None:
    terms = TERMS._replace(waiting=14 * DAY)
    now = T0 + 20 * DAY
    early = T0 + 14 * DAY - 1
    assert refusal(cv.submit, COVER, terms, ETH, early, DEPOSIT, now) == cv.NOT_COVERED
    assert cv.submit(COVER, terms, ETH, early + 1, DEPOSIT, now).amount == ETH


def test_the_claim_before_must_be_settled() -> None:
    first = Claim(ETH, T0)
    end = T0 + 4 * DAY

    def again(votes: Votes, now: int, claim: Claim = first) -> Claim:
        return cv.submit(COVER, TERMS, ETH, T0, DEPOSIT, now, (claim, votes))

    assert refusal(again, NO, end) == cv.BEING_ASSESSED
    assert again(NO, end + 1).submitted_at == end + 1
    assert refusal(again, YES, end + 1) == cv.STILL_REDEEMABLE
    assert again(YES, end + 1, first._replace(paid=True)).amount == ETH
    assert again(YES, end + 30 * DAY).amount == ETH


@pytest.mark.parametrize(
    ("votes", "found"),
    [
        (YES, Outcome.ACCEPTED),
        (NO, Outcome.DENIED),
        (TIE, Outcome.DRAW),
        (Votes(0, 0), Outcome.DRAW),
    ],
)
def test_the_outcome_shows_after_vote_and_cooldown(votes: Votes, found: Outcome) -> None:
    claim, end = Claim(ETH, T0), T0 + 4 * DAY
    assert cv.outcome(claim, votes, TERMS, end) is Outcome.PENDING
    assert cv.outcome(claim, votes, TERMS, end + 1) is found


def test_how_long_a_payout_waits() -> None:
    claim, end = Claim(ETH, T0), T0 + 4 * DAY
    assert not cv.is_redeemable(claim, YES, TERMS, end)
    assert cv.is_redeemable(claim, YES, TERMS, end + 1)
    assert cv.is_redeemable(claim, YES, TERMS, end + 30 * DAY - 1)
    assert not cv.is_redeemable(claim, YES, TERMS, end + 30 * DAY)
    assert not cv.is_redeemable(claim, NO, TERMS, end + 1)
    assert not cv.is_redeemable(claim._replace(paid=True), YES, TERMS, end + 1)


# --- paying ----------------------------------------------------------------------------------


def test_all_are_paid_while_there_is_enough_and_alike_when_there_is_not() -> None:
    mutual = MUTUAL._replace(held=100 + 3 * DEPOSIT)
    assert cv.settle(mutual, TERMS, (50, 30, 20)) == (50, 30, 20)
    assert cv.settle(mutual, TERMS, (50, 30, 21)) == (49, 29, 20)  # 100/101 of each
    assert cv.settle(mutual, TERMS, (100, 100, 200)) == (25, 25, 50)
    assert cv.settle(mutual, TERMS._replace(limit_incident=40), (50, 30, 20)) == (20, 12, 8)
    assert cv.settle(mutual, TERMS._replace(limit_incident=100), (50, 30, 20)) == (50, 30, 20)
    assert cv.settle(mutual, TERMS._replace(limit_incident=101), (50, 30, 21)) == (49, 29, 20)
    assert cv.settle(MUTUAL._replace(held=DEPOSIT), TERMS, (5, 5)) == (0, 0)
    assert cv.settle(mutual, TERMS, ()) == ()


PAID_AT = T0 + 4 * DAY + 1


def test_a_payout_shrinks_the_cover_and_burns_half_of_it_from_the_stake() -> None:
    mutual = MUTUAL._replace(sold=15_000)
    claim = Claim(25 * ETH, T0)
    after, left, done = cv.redeem(mutual, COVER, claim, YES, TERMS, 25 * ETH, PAID_AT)
    assert after == Mutual(1_000 * ETH - 125 * ETH // 10, 475 * ETH - DEPOSIT, 12_500, 200, T0)
    assert left == Cover(75 * ETH, 7_500, T0, YEAR)
    assert done == claim._replace(paid=True, deposit_back=True)
    assert refusal(cv.redeem, after, left, done, YES, TERMS, 1, PAID_AT) == cv.NOT_REDEEMABLE


def test_payouts_round_in_favour_of_those_who_stay() -> None:
    cover = Cover(3 * UNIT, 3, T0, YEAR)
    mutual = MUTUAL._replace(sold=3)
    claim = Claim(UNIT + 1, T0)
    after, left, _ = cv.redeem(mutual, cover, claim, YES, TERMS, UNIT - 1, PAID_AT)
    assert (after.sold, left.units) == (3, 3)  # 0.99… of a unit
    assert after.stake == 1_000 * ETH - (UNIT - 1) // 2


def test_payouts_at_the_edge() -> None:
    claim = Claim(25 * ETH, T0)
    exact = MUTUAL._replace(held=25 * ETH + DEPOSIT, stake=ETH)
    after, _, _ = cv.redeem(exact, COVER, claim, YES, TERMS, 25 * ETH, PAID_AT)
    assert (after.held, after.stake) == (0, 0)
    short = exact._replace(held=25 * ETH + DEPOSIT - 1)
    assert refusal(cv.redeem, short, COVER, claim, YES, TERMS, 25 * ETH, PAID_AT) == cv.POOL_EMPTY
    more = 25 * ETH + 1
    assert refusal(cv.redeem, MUTUAL, COVER, claim, YES, TERMS, more, PAID_AT) == cv.TOO_MUCH


def test_a_draw_gives_the_deposit_back_once_and_a_denial_keeps_it() -> None:
    claim = Claim(ETH, T0)
    after, done = cv.retrieve_deposit(MUTUAL, claim, TIE, TERMS, PAID_AT)
    assert after == MUTUAL._replace(held=500 * ETH - DEPOSIT)
    assert done == claim._replace(deposit_back=True)
    assert refusal(cv.retrieve_deposit, after, done, TIE, TERMS, PAID_AT) == cv.DEPOSIT_TAKEN
    for votes, now in ((NO, PAID_AT), (YES, PAID_AT), (TIE, PAID_AT - 1)):
        assert refusal(cv.retrieve_deposit, MUTUAL, claim, votes, TERMS, now) == cv.NOT_A_DRAW
    last = MUTUAL._replace(held=DEPOSIT)
    assert cv.retrieve_deposit(last, claim, TIE, TERMS, PAID_AT)[0].held == 0
    broke = MUTUAL._replace(held=DEPOSIT - 1)
    assert refusal(cv.retrieve_deposit, broke, claim, TIE, TERMS, PAID_AT) == cv.POOL_EMPTY


# --- properties ------------------------------------------------------------------------------


@given(
    st.integers(ETH, 10**24),
    st.integers(1, 10**22),
    st.integers(28 * DAY, YEAR),
    st.integers(0, 10_000),
    st.integers(0, 40 * DAY),
)
def test_more_or_longer_cover_never_costs_less_and_capacity_is_never_oversold(
    stake: int, amount: int, period: int, price: int, passed: int
) -> None:
    mutual = Mutual(stake, 0, price=price, priced_at=T0)
    now = T0 + passed
    if -(-amount // UNIT) > 2 * stake // UNIT:
        assert refusal(cv.buy, mutual, TERMS, amount, period, now) == cv.NO_CAPACITY
        return
    after, cover, paid = cv.buy(mutual, TERMS, amount, period, now)
    assert amount <= cover.amount < amount + UNIT
    assert cover.amount <= 2 * stake
    assert after.sold <= cv.capacity(after, TERMS)
    now_price = cv.price_at(mutual, TERMS, now)
    assert 200 <= now_price <= after.price <= now_price + 500
    exact = Fraction(cover.amount * now_price * period, 10_000 * YEAR)
    assert exact - 2 < paid <= exact
    assert cv.premium(cover.units + 1, now_price, period) >= paid
    assert cv.premium(cover.units, now_price, period + 1) >= paid


@given(
    st.lists(st.integers(0, 10**21), min_size=1, max_size=9),
    st.integers(0, 10**22),
    st.integers(0, 10**22),
)
def test_settling_pays_no_more_than_is_there_and_everybody_the_same_part(
    approved: list[int], held: int, limit: int
) -> None:
    deposits = DEPOSIT * len(approved)
    mutual = MUTUAL._replace(held=held + deposits)
    paid = cv.settle(mutual, TERMS._replace(limit_incident=limit), approved)
    there = min(held, limit) if limit else held
    assert sum(paid) <= there
    part = min(Fraction(there, sum(approved)), Fraction(1)) if sum(approved) else Fraction(1)
    assert list(paid) == [floor(claim * part) for claim in approved]


@given(st.lists(st.integers(1, 30 * ETH), min_size=1, max_size=4))
def test_value_is_conserved_through_an_incident(losses: list[int]) -> None:
    mutual, covers = Mutual(1_000 * ETH, 10 * ETH, price=200, priced_at=T0), []
    put_in = mutual.held
    for loss in losses:
        mutual, cover, paid = cv.buy(mutual, TERMS, loss, YEAR, T0)
        put_in += paid
        covers.append(cover)
    claims = []
    for cover, loss in zip(covers, losses, strict=True):
        claims.append(cv.submit(cover, TERMS, loss, T0, DEPOSIT, T0 + 1))
        mutual, put_in = cv.take_deposit(mutual), put_in + DEPOSIT
    parts, out = cv.settle(mutual, TERMS, losses), 0
    for cover, claim, part in zip(covers, claims, parts, strict=True):
        mutual, left, _ = cv.redeem(mutual, cover, claim, YES, TERMS, part, PAID_AT + 1)
        out += part + DEPOSIT
        assert left.amount == cover.amount - part
        # What is left of the cover is still backed by no fewer units than it needs.
        assert left.units * UNIT >= left.amount
    assert mutual.held == put_in - out
    assert mutual.sold >= 0
