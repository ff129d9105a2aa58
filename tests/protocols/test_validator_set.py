"""A validator set: bonds by the curve, keys to the emptiest, marks, strikes, and who pays."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import validator_set as vs
from lstwallet.protocols.validator_set import Borne, Duties, Operator, Piece, Shared, Work
from lstwallet.units.checked import Revert

ETH = 10**18
ONE = 10**18
DAY = 86_400
T0 = 1_700_000_000
CURVE = vs.DEFAULT_CURVE
RISING = (Piece(1, 2 * ETH), Piece(4, 3 * ETH))
"""The source's own example: two ether for each of three keys, then three."""
FALLING = (Piece(1, 2 * ETH), Piece(4, ETH))


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


# --- the bond --------------------------------------------------------------------------------


def test_the_deployment_s_figures() -> None:
    assert CURVE == ((1, 2_400_000_000_000_000_000), (2, 1_300_000_000_000_000_000))
    assert vs.KNOWN_CURVE == ((1, 1_500_000_000_000_000_000), (2, 1_300_000_000_000_000_000))
    assert (vs.LEEWAY, vs.STRIKE_LIFETIME, vs.STRIKES, vs.REWARD_SHARE) == (300, 6, 3, 5_834)
    assert (vs.ATTESTING, vs.PROPOSING, vs.SYNCING, vs.ROUNDING) == (54, 8, 2, 10)
    assert (vs.LOCK_PERIOD, vs.BAD_PERFORMANCE) == (56 * DAY, 258 * ETH // 1_000)
    assert vs.MAX_CURVE == 100
    assert tuple(Operator()) == (0,) * 6
    assert tuple(Duties(1, 2)) == (1, 2, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("curve", "keys", "bond"),
    [
        (CURVE, 0, 0),
        (CURVE, 1, 24 * ETH // 10),
        (CURVE, 2, 37 * ETH // 10),
        (CURVE, 10, 141 * ETH // 10),
        (vs.KNOWN_CURVE, 2, 28 * ETH // 10),
        (RISING, 3, 6 * ETH),
        (RISING, 4, 9 * ETH),
        (RISING, 6, 15 * ETH),
        (FALLING, 5, 8 * ETH),
    ],
)
def test_the_bond_for_so_many_keys(curve: tuple[Piece, ...], keys: int, bond: int) -> None:
    assert vs.required_bond(curve, keys) == bond


@pytest.mark.parametrize(
    ("curve", "bond", "keys"),
    [
        (CURVE, 24 * ETH // 10 - 1, 0),
        (CURVE, 24 * ETH // 10, 1),
        (CURVE, 37 * ETH // 10 - 1, 1),
        (CURVE, 37 * ETH // 10, 2),
        (CURVE, 13 * ETH // 10, 0),  # enough for a second key, but there is no first
        (RISING, 85 * ETH // 10, 3),  # the source's comment: not four
        (RISING, 9 * ETH, 4),
        (RISING, 12 * ETH - 1, 4),
        (FALLING, 55 * ETH // 10, 2),
        (FALLING, 6 * ETH, 3),
        (FALLING, 65 * ETH // 10, 3),
        (FALLING, 7 * ETH, 4),
        ((Piece(1, ETH),), 5 * ETH, 5),
    ],
)
def test_how_many_keys_a_bond_is_enough_for(curve: tuple[Piece, ...], bond: int, keys: int) -> None:
    assert vs.bonded_keys(curve, bond) == keys


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        ((), vs.BAD_CURVE_LENGTH),
        (tuple(Piece(n, 1) for n in range(1, 102)), vs.BAD_CURVE_LENGTH),
        ((Piece(2, 1),), vs.BAD_CURVE),
        ((Piece(1, 0),), vs.BAD_CURVE),
        ((Piece(1, 1), Piece(2, 0)), vs.BAD_CURVE),
        ((Piece(1, 1), Piece(1, 1)), vs.BAD_CURVE),
        ((Piece(1, 1), Piece(3, 1), Piece(2, 1)), vs.BAD_CURVE),
    ],
)
def test_curves_that_make_no_sense(curve: tuple[Piece, ...], reason: str) -> None:
    assert refusal(vs.check_curve, curve) == reason


def test_curves_that_do() -> None:
    vs.check_curve(CURVE)
    vs.check_curve((Piece(1, 1),))
    vs.check_curve(tuple(Piece(n, 1) for n in range(1, 101)))


PIECES = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=1, max_size=4).map(
    lambda steps: tuple(
        Piece(1 + sum(width for width, _ in steps[:place]), trend)
        for place, (_, trend) in enumerate(steps)
    )
)


@given(PIECES, st.integers(0, 60), st.integers(0, 300))
def test_bond_and_keys_are_each_other_s_inverse(
    curve: tuple[Piece, ...], keys: int, bond: int
) -> None:
    vs.check_curve(curve)
    assert vs.bonded_keys(curve, vs.required_bond(curve, keys)) == keys
    enough = vs.bonded_keys(curve, bond)
    assert vs.required_bond(curve, enough) <= bond < vs.required_bond(curve, enough + 1)
    by_key = sum(
        next(piece.trend for piece in reversed(curve) if piece.first <= key)
        for key in range(1, keys + 1)
    )
    assert vs.required_bond(curve, keys) == by_key


def operator(**changes: int) -> Operator:
    return Operator(keys=3, active=2, bond=5 * ETH)._replace(**changes)


def test_a_lock_counts_until_its_last_second() -> None:
    locked = operator(locked=ETH, locked_until=T0)
    assert vs.actual_lock(locked, T0 - 1) == ETH
    assert vs.actual_lock(locked, T0) == 0


def test_keys_without_enough_bond() -> None:
    # Three keys need 5 ether.
    assert vs.unbonded_keys(operator(), CURVE, T0) == 0
    assert vs.unbonded_keys(operator(bond=5 * ETH - 10), CURVE, T0) == 0  # stETH's own dust
    assert vs.unbonded_keys(operator(bond=5 * ETH - 11), CURVE, T0) == 1
    assert vs.unbonded_keys(operator(bond=5 * ETH - 11, gone=1, active=1), CURVE, T0) == 0
    held = operator(locked=26 * ETH // 10, locked_until=T0 + 1)
    assert vs.unbonded_keys(held, CURVE, T0) == 2
    assert vs.unbonded_keys(held, CURVE, T0 + 1) == 0
    most = operator(locked=5 * ETH + 1, locked_until=T0 + 1)
    assert vs.unbonded_keys(most, CURVE, T0) == 3
    assert vs.unbonded_keys(operator(locked=5 * ETH, locked_until=T0 + 1), CURVE, T0) == 3
    cheap = (Piece(1, 5),)
    # All is locked, but ten wei of dust are two keys at five: the source's own rounding.
    assert vs.unbonded_keys(operator(locked=5 * ETH, locked_until=T0 + 1), cheap, T0) == 1
    assert vs.unbonded_keys(most, cheap, T0) == 3


def test_what_may_be_taken_out() -> None:
    rich = operator(bond=8 * ETH)
    assert vs.claimable_bond(rich, CURVE, T0) == 3 * ETH
    assert vs.claimable_bond(operator(bond=8 * ETH, gone=1, active=1), CURVE, T0) == 43 * ETH // 10
    locked = operator(bond=8 * ETH, locked=ETH, locked_until=T0 + 1)
    assert vs.claimable_bond(locked, CURVE, T0) == 2 * ETH
    assert vs.claim_bond(rich, CURVE, ETH, T0) == (operator(bond=7 * ETH), ETH)
    assert vs.claim_bond(rich, CURVE, 9 * ETH, T0) == (operator(), 3 * ETH)
    assert refusal(vs.claim_bond, operator(), CURVE, ETH, T0) == vs.NOTHING_TO_CLAIM
    assert refusal(vs.claim_bond, rich, CURVE, 0, T0) == vs.NOTHING_TO_CLAIM
    assert vs.claim_bond(rich, CURVE, 1, T0)[1] == 1
    assert vs.claimable_bond(operator(bond=ETH), CURVE, T0) == 0


def test_accusations_add_up_while_they_are_open() -> None:
    once = vs.lock_bond(operator(), ETH, T0)
    assert (once.locked, once.locked_until) == (ETH, T0 + 56 * DAY)
    twice = vs.lock_bond(once, ETH, T0 + 56 * DAY - 1)
    assert (twice.locked, twice.locked_until) == (2 * ETH, T0 + 112 * DAY - 1)
    anew = vs.lock_bond(once, ETH, T0 + 56 * DAY, 7)
    assert (anew.locked, anew.locked_until) == (ETH, T0 + 56 * DAY + 7)
    assert refusal(vs.lock_bond, once, 0, T0) == vs.BAD_LOCK
    part = vs.release_lock(once, ETH - 1, T0)
    assert (part.locked, part.locked_until) == (1, T0 + 56 * DAY)
    assert vs.release_lock(once, ETH, T0) == operator()
    assert refusal(vs.release_lock, once, ETH + 1, T0) == vs.BAD_LOCK
    assert refusal(vs.release_lock, once, 0, T0) == vs.BAD_LOCK
    assert refusal(vs.release_lock, once, 1, T0 + 56 * DAY) == vs.BAD_LOCK
    assert vs.lock_bond(operator(), 1, T0).locked == 1
    assert vs.release_lock(once, 1, T0).locked == ETH - 1


def test_a_penalty_takes_what_is_there() -> None:
    assert vs.penalise(operator(), ETH) == (operator(bond=4 * ETH), ETH)
    assert vs.penalise(operator(), 6 * ETH) == (operator(bond=0), 5 * ETH)


# --- keys ------------------------------------------------------------------------------------


def test_keys_come_with_their_bond() -> None:
    first = vs.add_keys(Operator(), CURVE, 1, 24 * ETH // 10, T0)
    assert first == Operator(keys=1, bond=24 * ETH // 10)
    more = vs.add_keys(first, CURVE, 2, 26 * ETH // 10, T0)
    assert (more.keys, more.bond) == (3, 5 * ETH)
    assert refusal(vs.add_keys, first, CURVE, 2, 26 * ETH // 10 - 1, T0) == vs.NOT_ENOUGH_BOND
    locked = first._replace(locked=1, locked_until=T0 + 1)
    assert refusal(vs.add_keys, locked, CURVE, 2, 26 * ETH // 10, T0) == vs.NOT_ENOUGH_BOND
    left = Operator(keys=1, gone=1, bond=24 * ETH // 10)
    assert vs.add_keys(left, CURVE, 1, 0, T0).keys == 2


def test_which_keys_may_get_a_deposit() -> None:
    assert vs.depositable(operator(), CURVE, T0) == 1
    assert vs.depositable(operator(keys=5, gone=1, bond=37 * ETH // 10), CURVE, T0) == 0
    assert vs.depositable(operator(keys=5, gone=1, bond=5 * ETH), CURVE, T0) == 1
    assert vs.depositable(operator(bond=0), CURVE, T0) == 0


def test_keys_move_from_waiting_to_active_to_gone() -> None:
    assert vs.deposit(operator(), 1) == operator(active=3)
    assert refusal(vs.deposit, operator(), 2) == vs.TOO_MANY
    assert refusal(vs.deposit, operator(gone=1), 1) == vs.TOO_MANY
    assert vs.leave(operator(), 2) == operator(active=0, gone=2)
    assert refusal(vs.leave, operator(), 3) == vs.TOO_MANY


@pytest.mark.parametrize(
    ("active", "capacities", "deposits", "placed", "after"),
    [
        ((9998, 70, 0), (10000, 101, 100), 101, 101, (9998, 86, 85)),  # the source's comment
        ((0, 0, 0), (5, 5, 5), 4, 4, (2, 1, 1)),
        ((0, 0), (1, 5), 4, 4, (1, 3)),
        ((3, 0), (9, 9), 2, 2, (3, 2)),
        ((3, 0), (9, 9), 3, 3, (3, 3)),
        ((5, 0), (5, 2), 9, 2, (5, 2)),
        ((6, 0), (5, 2), 1, 1, (6, 1)),
        ((1, 1), (1, 1), 3, 0, (1, 1)),
        ((0, 2, 2), (9, 9, 9), 0, 0, (0, 2, 2)),
        ((), (), 3, 0, ()),
    ],
)
def test_deposits_go_to_the_emptiest(
    active: tuple[int, ...],
    capacities: tuple[int, ...],
    deposits: int,
    placed: int,
    after: tuple[int, ...],
) -> None:
    assert vs.allocate(active, capacities, deposits) == (placed, after)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=7), st.integers(0, 200))
def test_spreading_never_overfills_and_evens_out(
    operators: list[tuple[int, int]], deposits: int
) -> None:
    active = [had for had, _ in operators]
    capacities = [had + more for had, more in operators]
    placed, after = vs.allocate(active, capacities, deposits)
    assert placed == min(deposits, sum(more for _, more in operators))
    assert sum(after) == sum(active) + placed
    got = [now - had for had, now in zip(active, after, strict=True)]
    assert all(new >= 0 for new in got)
    assert all(now <= most for now, most in zip(after, capacities, strict=True))
    # Whoever got something has at most one more than anybody who could have had it.
    open_places = [now for now, most in zip(after, capacities, strict=True) if now < most]
    for new, now in zip(got, after, strict=True):
        if new and open_places:
            assert now <= min(open_places) + 1


# --- performance -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duties", "mark"),
    [
        (Duties(100, 100), 10_000),
        (Duties(100, 95), 9_500),
        (Duties(3, 2), 6_666),
        (Duties(0, 0), 10_000),
        (Duties(100, 90, 2, 1), floor(Fraction(54 * 90 + 8 * 50, 62 * 100) * 10_000)),
        (Duties(100, 90, 2, 1, 10, 3), floor(Fraction(54 * 90 + 8 * 50 + 2 * 30, 6_400) * 10_000)),
        (Duties(0, 0, 4, 1), 2_500),
        (Duties(0, 0, 0, 0, 3, 1), 3_333),
        (Duties(3, 1, 3, 1, 3, 1), 3_333),
        (Duties(7, 5, 3, 3), floor((54 * Fraction(5, 7) + 8) / 62 * 10_000)),
    ],
)
def test_marks(duties: Duties, mark: int) -> None:
    assert vs.performance(duties) == mark


def test_who_earns() -> None:
    assert vs.earns(9_400, 9_700)
    assert not vs.earns(9_399, 9_700)
    assert vs.earns(9_200, 9_700, 500)


def test_strikes_are_forgotten_after_six_frames() -> None:
    strikes = vs.add_strike((), 10)
    assert strikes == (10,)
    assert vs.add_strike(strikes, 15) == (10, 15)
    assert vs.add_strike(strikes, 16) == (16,)
    assert not vs.is_sent_out((10, 11))
    assert vs.is_sent_out((10, 11, 12))
    assert not vs.is_sent_out((10, 11, 12), 4)


def test_rewards_by_duties_and_share() -> None:
    shared = vs.share_rewards(1_000, (Work(1, 10_000), Work(3, 5_000), Work(0)))
    assert shared == Shared((250, 375, 0), 375)
    assert vs.share_rewards(10, (Work(1, 10_000), Work(2, 10_000))) == Shared((3, 6), 1)
    assert vs.share_rewards(10, ()) == Shared((), 10)
    assert vs.share_rewards(10, (Work(0),)) == Shared((0,), 10)
    assert vs.share_rewards(10_000, (Work(5),)) == Shared((5_834,), 4_166)


@given(
    st.integers(0, 10**24),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10_000)), max_size=8),
)
def test_rewards_are_conserved_and_nobody_gets_more_than_his_part(
    rewards: int, work: list[tuple[int, int]]
) -> None:
    shared = vs.share_rewards(rewards, [Work(*each) for each in work])
    assert sum(shared.operators) + shared.rebate == rewards
    assert shared.rebate >= 0
    whole = sum(duties for duties, _ in work)
    for paid, (duties, share) in zip(shared.operators, work, strict=True):
        if whole:
            assert paid == floor(Fraction(rewards * duties * share, whole * 10_000))


# --- failing together ------------------------------------------------------------------------

TRAITS = (frozenset({"geth", "aws"}), frozenset({"geth"}), frozenset({"besu", "aws"}))


def test_what_one_fault_strikes() -> None:
    assert vs.exposed((5, 3, 4), TRAITS, "geth") == 8
    assert vs.exposed((5, 3, 4), TRAITS, "aws") == 9
    assert vs.exposed((5, 3, 4), TRAITS, "nimbus") == 0
    assert vs.worst_fault((5, 3, 4), TRAITS) == ("aws", 9)
    assert vs.worst_fault((5, 4, 4), TRAITS) == ("aws", 9)  # as many as geth
    assert vs.worst_fault((5, 5, 4), TRAITS) == ("geth", 10)
    assert vs.worst_fault((), ()) == ("", 0)
    assert vs.worst_fault((0,), (frozenset({"a"}),)) == ("a", 0)


@pytest.mark.parametrize(
    ("size", "threshold", "offline", "twice"),
    # how many may be away, and how many must sign twice
    [(4, 3, 1, 2), (7, 5, 2, 3), (10, 7, 3, 4), (1, 1, 0, 1), (2, 1, 1, 0)],
)
def test_a_cluster_of_3f_and_1_bears_f(size: int, threshold: int, offline: int, twice: int) -> None:
    assert vs.cluster_signs(size, threshold, offline)
    assert not vs.cluster_signs(size, threshold, offline + 1)
    assert vs.cluster_slashed(size, threshold, twice)
    if twice:
        assert not vs.cluster_slashed(size, threshold, twice - 1)


def test_clusters_that_make_no_sense() -> None:
    for threshold in (0, 5):
        assert refusal(vs.cluster_signs, 4, threshold, 0) == vs.BAD_CLUSTER
        assert refusal(vs.cluster_slashed, 4, threshold, 0) == vs.BAD_CLUSTER
    assert vs.cluster_signs(4, 4, 0)
    assert vs.cluster_slashed(4, 4, 4)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 12))
def test_a_slashing_needs_two_full_sets_of_signatures(
    size: int, threshold: int, twice: int
) -> None:
    if threshold > size or twice > size:
        return
    honest = size - twice
    possible = any(
        part + twice >= threshold and honest - part + twice >= threshold
        for part in range(honest + 1)
    )
    assert vs.cluster_slashed(size, threshold, twice) == possible


# --- who pays --------------------------------------------------------------------------------


def test_the_waterfall() -> None:
    # Two operators lose 10 and 4; bonds of 6 and 9: 4 are left.
    assert vs.bear((10, 4), (6, 9), 0, 0) == Borne((6, 4), 0, 0, 4)
    assert vs.bear((10, 4), (6, 9), 1, 0) == Borne((6, 4), 1, 0, 3)
    assert vs.bear((10, 4), (6, 9), 1, 2) == Borne((6, 4), 1, 2, 1)
    assert vs.bear((10, 4), (6, 9), 9, 9) == Borne((6, 4), 4, 0, 0)
    assert vs.bear((10, 4), (6, 9), 3, 9) == Borne((6, 4), 3, 1, 0)
    assert vs.bear((), (), 5, 5) == Borne((), 0, 0, 0)


def test_a_loss_without_a_bond_to_it_is_a_bug_not_a_nought() -> None:
    with pytest.raises(ValueError, match="zip"):
        vs.bear((1, 2), (3,), 0, 0)


def test_rocklogic_and_launchnodes() -> None:
    # 2023: no bonds then. 13.77 ether were paid by the cover fund; 28.463 by the operator.
    loss = 13_770 * ETH // 1_000
    assert vs.bear((loss,), (0,), 0, 6_230 * ETH) == Borne((0,), 0, loss, 0)
    loss = 28_463 * ETH // 1_000
    first_day = 25_663 * ETH // 1_000
    assert vs.bear((loss,), (0,), first_day, 0).holders == 2_800 * ETH // 1_000


def test_a_pool_spreads_what_a_solo_staker_bears_alone() -> None:
    assert vs.validator_loss(32 * ETH, 31 * ETH) == ETH
    assert vs.validator_loss(32 * ETH, 33 * ETH) == 0
    assert vs.holders_rate(ETH, 1_000 * ETH) == ONE // 1_000
    assert vs.holders_rate(32 * ETH, 32 * ETH) == ONE
    assert vs.holders_rate(1, 3) == ONE // 3 + 1
    borne = vs.bear((10,), (6,), 0, 1)
    assert vs.after_loss(100, borne) == 97


@given(
    st.lists(st.tuples(st.integers(0, 10**21), st.integers(0, 10**21)), max_size=8),
    st.integers(0, 10**22),
    st.integers(0, 10**22),
)
def test_every_wei_of_a_loss_has_one_payer_and_holders_come_last(
    operators: list[tuple[int, int]], voluntary: int, cover: int
) -> None:
    losses = [loss for loss, _ in operators]
    bonds = [bond for _, bond in operators]
    borne = vs.bear(losses, bonds, voluntary, cover)
    assert sum(borne.bonds) + borne.voluntary + borne.cover + borne.holders == sum(losses)
    for paid, (loss, bond) in zip(borne.bonds, operators, strict=True):
        assert paid == min(loss, bond)
    if borne.holders:
        assert (borne.voluntary, borne.cover) == (voluntary, cover)
    if borne.cover:
        assert borne.voluntary == voluntary


# --- concentration ---------------------------------------------------------------------------


def test_concentration_of_the_keys() -> None:
    assert vs.concentration((1, 1, 1, 1)) == ONE // 4
    assert vs.concentration((100, 200)) == ONE * 5 // 9
    assert vs.fewest_to_stop((24, 20, 56)) == 1
    assert vs.fewest_to_stop((10,) * 9) == 4  # three of nine are a third, not more
    assert vs.fewest_to_stop((33, 33, 34)) == 1
    assert vs.fewest_to_stop((10,) * 10, ONE // 2) == 6


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.integers(0, 60))
def test_new_stake_for_the_emptiest_never_concentrates_a_level_set(
    active: list[int], deposits: int
) -> None:
    level = [max(active)] * len(active)
    _, after = vs.allocate(level, [10**9] * len(level), deposits * len(level))
    assert len(set(after)) == 1


@given(PIECES, st.integers(0, 60), st.integers(0, 300))
def test_more_keys_need_more_and_more_bond_is_enough_for_more(
    curve: tuple[Piece, ...], keys: int, bond: int
) -> None:
    assert vs.required_bond(curve, keys) < vs.required_bond(curve, keys + 1)
    assert vs.bonded_keys(curve, bond) <= vs.bonded_keys(curve, bond + 1)
