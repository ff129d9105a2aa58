"""Polygon's delegation: checkpoints, the withdrawal pool, rewards beside the rate."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import polygon_staking as ps
from lstwallet.protocols.polygon_staking import Unbond, ValidatorShare
from lstwallet.units.checked import PANIC_ARITHMETIC, Revert

POL = 10**18
NEW = ValidatorShare(8, 0, 0, 0, 0)
ODD = ValidatorShare(9, 999, 1_300, 70, 90)
"""After a loss, as earlier versions of the contract knew it."""


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def test_the_first_share_costs_a_wei() -> None:
    after, shares, taken = ps.buy(NEW, 5 * POL, 5 * POL)
    assert (shares, taken) == (5 * POL, 5 * POL)
    assert after == NEW._replace(delegated=5 * POL, shares=5 * POL)
    with refused(ps.SLIPPAGE):
        ps.buy(NEW, 5 * POL, 5 * POL + 1)
    assert ps.buy(NEW, 0) == (NEW, 0, 0)


@pytest.mark.parametrize(("validator_id", "one"), [(1, 100), (7, 100), (8, 10**29), (100, 10**29)])
def test_the_first_validators_keep_fewer_digits(validator_id: int, one: int) -> None:
    validator = ODD._replace(validator_id=validator_id)
    assert ps.precision(validator) == one
    assert ps.exchange_rate(validator) == floor(Fraction(999 * one, 1_300))
    pool = floor(Fraction(70 * one, 90)) if validator_id >= 8 else one
    assert ps.withdraw_exchange_rate(validator) == pool
    assert ps.withdraw_exchange_rate(validator._replace(withdraw_shares=0)) == one


def test_no_more_is_taken_than_the_shares_are_worth() -> None:
    after, shares, taken = ps.buy(ODD, 100)
    rate = floor(Fraction(999 * 10**29, 1_300))
    assert shares == floor(Fraction(100 * 10**29, rate)) == 130
    assert taken == floor(Fraction(rate * 130, 10**29)) == 99
    assert after == ODD._replace(delegated=1_098, shares=1_430)


def test_validators_that_take_none() -> None:
    with refused(ps.DISABLED):
        ps.buy(NEW._replace(delegation=False), POL)
    with refused(ps.LOCKED):
        ps.buy(NEW._replace(locked=True), POL)


def test_rewards_lie_beside_the_shares() -> None:
    validator = ps.buy(NEW, 3 * POL)[0]
    earning = ps.add_rewards(validator, 10**6 + 1)
    assert earning.reward_per_share == floor(Fraction((10**6 + 1) * 10**25, 3 * POL))
    assert ps.exchange_rate(earning) == ps.PRECISION
    later = ps.add_rewards(earning, 3 * POL)
    assert ps.rewards_of(later, POL, earning.reward_per_share) == POL
    assert ps.rewards_of(later, 2 * POL, 0) == floor(
        Fraction(later.reward_per_share * 2 * POL, 10**25)
    )
    assert ps.rewards_of(later, 2 * POL, later.reward_per_share) == 0
    assert ps.add_rewards(NEW, 5) == NEW


def test_what_is_sold_is_paid_after_80_checkpoints() -> None:
    validator = ps.buy(NEW, 5 * POL)[0]
    after, burned, unbond = ps.sell(validator, 5 * POL, 2 * POL, 2 * POL, 1_000)
    assert (burned, unbond) == (2 * POL, Unbond(2 * POL, 1_000))
    assert after == ValidatorShare(8, 3 * POL, 3 * POL, 2 * POL, 2 * POL)
    assert ps.due_epoch(unbond) == 1_080
    with refused(ps.INCOMPLETE):
        ps.claim(after, unbond, 1_079)
    paid, amount = ps.claim(after, unbond, 1_080)
    assert (paid, amount) == (ValidatorShare(8, 3 * POL, 3 * POL, 0, 0), 2 * POL)
    with refused(ps.INCOMPLETE):
        ps.claim(after, Unbond(0, 1_000), 1_080)
    assert ps.claim(after, Unbond(1, 1_000), 1_080)[1] == 1
    with refused(PANIC_ARITHMETIC.replace("(", r"\(").replace(")", r"\)")):
        ps.claim(paid, unbond, 1_080)


def test_how_long_that_may_take() -> None:
    unbond = Unbond(POL, 1_000)
    days = [
        Fraction(ps.longest_wait(unbond, 1_000, seconds, 80), 86_400)
        for seconds in (ps.CHECKPOINT_SOONEST, ps.CHECKPOINT_LATEST)
    ]
    assert days == [Fraction(5, 3), Fraction(10, 3)]  # 1.7 and 3.3 days
    assert ps.longest_wait(unbond, 1_079, 1_800, 80) == 1_800
    assert ps.longest_wait(unbond, 1_080, 1_800, 80) == 0
    assert ps.longest_wait(unbond, 1_081, 1_800, 80) == 0


def test_sales_that_are_refused() -> None:
    validator = ps.buy(NEW, 5 * POL)[0]
    with refused(ps.TOO_MUCH):
        ps.sell(validator, 5 * POL, 5 * POL + 1, 10 * POL, 1)
    with refused(ps.TOO_MUCH):
        ps.sell(validator, 0, 0, 10 * POL, 1)
    with refused(ps.TOO_MANY_SHARES):
        ps.sell(validator, 5 * POL, 5 * POL, 5 * POL - 1, 1)
    assert ps.sell(validator, 5 * POL, 5 * POL, 5 * POL, 1)[0].shares == 0


def test_a_pool_with_another_rate_by_fractions() -> None:
    after, burned, unbond = ps.sell(ODD, 1_300, 500, 10**6, 1)
    assert burned == floor(Fraction(500 * 1_300, 999)) == 650
    assert unbond.shares == floor(Fraction(500 * 90, 70)) == 642
    paid, amount = ps.claim(after, unbond, 81)
    assert amount == floor(Fraction(570 * 642, 732))
    assert paid.withdraw_pool == 570 - amount


@given(
    st.lists(
        st.tuples(st.sampled_from("bscr"), st.integers(0, 50), st.integers(0, 60)), max_size=40
    ),
    st.sampled_from([3, 8]),
)
def test_without_losses_every_wei_comes_back_and_none_more(
    story: list[tuple[str, int, int]], validator_id: int
) -> None:
    validator, held, unbonds, epoch = NEW._replace(validator_id=validator_id), 0, list[Unbond](), 0
    inside = paid = 0
    for what, amount, passed in story:
        epoch += passed
        try:
            if what == "b":
                validator, shares, taken = ps.buy(validator, amount)
                assert shares == taken == amount
                held, inside = held + shares, inside + taken
            elif what == "s":
                validator, burned, unbond = ps.sell(validator, held, amount, amount, epoch)
                held -= burned
                unbonds.append(unbond)
            elif what == "c" and unbonds:
                validator, got = ps.claim(validator, unbonds[0], epoch)
                assert got == unbonds.pop(0).shares
                paid += got
            elif what == "r":
                before = ps.exchange_rate(validator)
                validator = ps.add_rewards(validator, amount)
                assert ps.exchange_rate(validator) == before
        except Revert:
            continue
        assert validator.delegated + validator.withdraw_pool + paid == inside
        assert validator.delegated == validator.shares == held
        assert validator.withdraw_pool == sum(unbond.shares for unbond in unbonds)


WEI = st.integers(1, 10**24)


@given(WEI, WEI, WEI, WEI)
def test_who_buys_takes_less_than_two_wei_from_others_and_more_is_more(
    delegated: int, shares: int, amount: int, more: int
) -> None:
    """The contract takes no more than its cut rate says the shares are worth."""
    validator = NEW._replace(delegated=delegated, shares=shares)
    if ps.exchange_rate(validator) == 0:
        return
    after, bought, taken = ps.buy(validator, amount)
    assert taken <= amount
    assert after.delegated == delegated + taken
    digits = Fraction(bought, ps.PRECISION)  # by which the rate itself may be cut
    assert taken + 1 + digits > Fraction(delegated * bought, shares)
    assert ps.stake_of(validator, bought) <= amount
    assert bought <= ps.buy(validator, amount + more)[1]
    assert ps.stake_of(validator, amount) <= ps.stake_of(validator, amount + more)
