"""Redemptions from a Stride host zone: batches every four days, by Stride's own examples."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import stride
from lstwallet.protocols.stride import (
    DEFAULTS,
    DayUnbonding,
    HostZone,
    Redemption,
    Split,
    Status,
    Validator,
)
from lstwallet.protocols.stride import state as reasons
from lstwallet.units.checked import Revert

ONE = 10**18
DAY = 86_400
SEVEN = (
    ("valA", 10, 100),
    ("valB", 35, 420),
    ("valC", 0, 40),
    ("valD", 30, 300),
    ("valE", 0, 30),
    ("valF", 10, 200),
    ("valG", 15, 160),
)
"""unbonding_test.go: 1,000 by weight and 250 that came as shares."""


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def zone_of(*validators: tuple[str, int, int], rate: int = ONE, supply: int = 0) -> HostZone:
    each = tuple(Validator(name, weight, tokens, ONE) for name, weight, tokens in validators)
    total = sum(tokens for _, _, tokens in validators)
    return HostZone(each, total, rate, supply or total)


# --- asking ---------------------------------------------------------------------------------


def test_redemptions_of_a_day_are_gathered() -> None:
    zone = zone_of(("a", 1, 1_000), rate=13 * ONE // 10)
    assert DayUnbonding(5) == (5, Status.QUEUE, 0, 0, 0, 0, 0, 0, 0)
    record, mine = stride.redeem(zone, DayUnbonding(5), None, "you", 100, DEFAULTS)
    assert (record.st_tokens, record.native_tokens) == (100, 130)
    assert mine == Redemption(5, "you", 100, 130)
    record, mine = stride.redeem(zone, record, mine, "you", 9, DEFAULTS)
    assert (record.st_tokens, record.native_tokens) == (109, 141)  # 11.7, rounded down
    assert mine == Redemption(5, "you", 109, 141)
    record, other = stride.redeem(zone, record, None, "me", 1, DEFAULTS)
    assert (record.st_tokens, other) == (110, Redemption(5, "me", 1, 1))


def test_redemptions_that_are_refused() -> None:
    zone, record = zone_of(("a", 1, 130), rate=13 * ONE // 10), DayUnbonding(5)
    assert stride.redeem(zone, record, None, "you", 100, DEFAULTS)[1].native_tokens == 130
    table = [
        (zone, 101, reasons.INVALID_AMOUNT),
        (zone, 0, reasons.INVALID_COINS),
        (zone._replace(redemptions_enabled=False), 100, reasons.REDEMPTIONS_DISABLED),
        (zone._replace(redemptions_enabled=False, halted=True), 100, reasons.HALTED),
        (zone._replace(redemption_rate=151 * ONE // 100), 1, reasons.RATE_UNSAFE),
    ]
    for each, amount, reason in table:
        with refused(reason):
            stride.redeem(each, record, None, "you", amount, DEFAULTS)
    cheap = zone._replace(redemption_rate=99 * ONE // 100)
    with refused(reasons.INVALID_COINS):
        stride.redeem(cheap, record, None, "you", 1, DEFAULTS)


# --- when -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "every"), [(21, 4), (14, 3), (20, 3), (28, 5), (6, 1)])
def test_seven_unbondings_are_never_exceeded(days: int, every: int) -> None:
    assert stride.frequency(days) == every
    zone = zone_of(("a", 1, 1))._replace(unbonding_days=days)
    unbonding = [day for day in range(1, 400) if stride.is_unbonding_day(zone, day)]
    assert unbonding[:2] == [every, 2 * every]
    for day in range(days, 400):
        at_once = [each for each in unbonding if day - days < each <= day]
        assert len(at_once) <= stride.MAX_ENTRIES


def test_the_wait_is_21_to_25_days() -> None:
    zone = zone_of(("a", 1, 1))
    assert [stride.next_unbonding_day(zone, day) for day in range(3, 10)] == [4, 8, 8, 8, 8, 12, 12]
    assert [stride.wait(zone, day) // DAY for day in range(4, 9)] == [25, 24, 23, 22, 25]


# --- undelegating ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (50, (("valC", 40), ("valE", 10))),
        (150, (("valC", 40), ("valE", 30), ("valF", 80))),
        (
            350,
            (
                ("valC", 40),
                ("valE", 30),
                ("valF", 110),
                ("valB", 105),
                ("valG", 25),
                ("valD", 30),
                ("valA", 10),
            ),
        ),
    ],
)
def test_who_has_too_much_undelegates_first(
    total: int, expected: tuple[tuple[str, int], ...]
) -> None:
    # unbonding_test.go TestUnbondFromHostZone_Successful_…
    assert stride.splits_for(zone_of(*SEVEN), total) == tuple(Split(*each) for each in expected)


def test_who_is_asked_is_left_alone() -> None:
    # unbonding_test.go …UnbondIgnoresSlashQueryInProgress
    zone = zone_of(("valA", 15, 25), ("valB", 20, 25), ("valC", 40, 25), ("valD", 25, 25))
    asked = zone.validators[3]._replace(slash_query_in_progress=True)
    zone = zone._replace(validators=(*zone.validators[:3], asked))
    assert stride.splits_for(zone, 20) == (Split("valA", 14), Split("valB", 6))


def test_equal_ratios_go_by_capacity_then_by_name() -> None:
    zone = zone_of(("b", 1, 100), ("a", 1, 100), ("c", 2, 200))
    assert [each.address for each in stride.capacities(zone, 40)] == ["c", "a", "b"]
    assert [each.capacity for each in stride.capacities(zone, 40)] == [20, 10, 10]


def test_a_drained_validator_that_was_slashed_keeps_a_crumb() -> None:
    # unbonding_test.go …SharesRoundingSafety
    full = 10**18
    zone = zone_of(("slashed", 0, full), ("well", 0, full), ("heavy", 1, full))
    low = zone.validators[0]._replace(tokens_per_share=99 * ONE // 100)
    zone = zone._replace(validators=(low, *zone.validators[1:]))
    assert stride.splits_for(zone, full) == (Split("slashed", full - 10), Split("well", 10))
    assert stride.splits_for(zone, 4 * 10**17) == (Split("slashed", 4 * 10**17),)
    well = zone._replace(validators=(zone.validators[0]._replace(tokens_per_share=ONE),
                                     *zone.validators[1:]))  # fmt: skip
    assert stride.splits_for(well, full) == (Split("slashed", full),)
    small = zone_of(("slashed", 0, 5), ("heavy", 1, 100))
    low = small.validators[0]._replace(tokens_per_share=ONE - 1)
    small = small._replace(validators=(low, small.validators[1]))
    # at least one; and where no other has more than its part, the whole is refused
    with refused(reasons.UNABLE):
        stride.splits_for(small, 5)
    two = small._replace(validators=(*small.validators, Validator("z", 0, 9, ONE)))
    assert stride.splits_for(two, 6) == (Split("z", 6),)
    assert stride.splits_for(two, 13) == (Split("z", 9), Split("slashed", 4))
    with refused(reasons.UNABLE):
        stride.splits_for(two, 14)
    last = small._replace(validators=(low._replace(delegation=1), small.validators[1]))
    assert stride.splits_for(last, 1) == (Split("slashed", 1),)


def test_nobody_with_too_much_is_no_unbonding() -> None:
    zone = zone_of(("a", 1, 0), ("b", 1, 10))
    asked = zone.validators[1]._replace(slash_query_in_progress=True)
    with refused(reasons.INVALID_REQUEST):
        stride.splits_for(zone._replace(validators=(zone.validators[0], asked)), 10)
    with refused(reasons.NO_CAPACITY):
        stride.splits_for(zone_of(("a", 1, 10)), 0)


def test_the_worth_is_that_of_the_unbonding_day() -> None:
    # unbonding_test.go …RefreshedNativeAmount
    zone = zone_of(("valA", 100, 1_000), rate=15 * ONE // 10)
    record = DayUnbonding(3, st_tokens=100, native_tokens=100)
    redemptions = {3: (Redemption(3, "you", 60, 60), Redemption(3, "me", 40, 40))}
    begun = stride.begin(zone, [record], redemptions)
    assert begun.splits == (Split("valA", 150),)
    assert [each.native_tokens for each in begun.redemptions] == [90, 60]
    assert begun.records == (
        DayUnbonding(3, Status.IN_PROGRESS, 100, 150, 100, 150, txs_in_progress=1),
    )
    # each redemption is rounded down for itself
    odd = {3: (Redemption(3, "you", 33, 0), Redemption(3, "me", 33, 0), Redemption(3, "x", 34, 0))}
    assert stride.begin(zone, [record], odd).records[0].native_tokens == 49 + 49 + 51


def test_what_failed_keeps_its_worth_and_what_is_empty_waits() -> None:
    zone = zone_of(("valA", 100, 1_000), rate=15 * ONE // 10)
    again = DayUnbonding(2, Status.RETRY, 100, 130, 80, 104)
    busy = again._replace(day=1, txs_in_progress=1)
    empty, gone = DayUnbonding(4), DayUnbonding(5, Status.EXIT_QUEUE, 100, 130)
    begun = stride.begin(zone, [busy, again, empty, gone], {}, messages=3)
    assert begun.records == (again._replace(status=Status.IN_PROGRESS, txs_in_progress=3),)
    assert (begun.redemptions, begun.splits) == ((), (Split("valA", 104),))
    assert stride.begin(zone, [busy, empty, gone], {}) == ((), (), ())
    assert [stride.is_due(each) for each in (busy, again, empty, gone)] == [False, True] + [
        False
    ] * 2


def in_progress(native: int, st: int, time: int, day: int = 1) -> DayUnbonding:
    return DayUnbonding(day, Status.IN_PROGRESS, st, native, st, native, time, txs_in_progress=1)


@pytest.mark.parametrize(
    ("batch", "burned", "time", "before", "after"),
    [
        # icacallbacks_undelegate_test.go TestUpdateHostZoneUnbondingsAfterUndelegation
        (1_000, 1_000, 2, [(1_000, 1_000, 1)], [(0, 0, 2)]),
        (1_000, 500, 1, [(2_000, 1_000, 2)], [(1_000, 500, 2)]),
        (400, 400, 2, [(1_000, 1_000, 1), (2_000, 1_000, 1)], [(600, 600, 2), (2_000, 1_000, 2)]),
        (1_000, 1_000, 1, [(1_000, 1_000, 2), (2_000, 1_000, 2)], [(0, 0, 2), (2_000, 1_000, 2)]),
        (2_200, 1_600, 2, [(1_000, 1_000, 1), (2_000, 1_000, 1)], [(0, 0, 2), (800, 400, 2)]),
    ],
)
def test_what_is_undelegated_is_burned_oldest_first(
    batch: int,
    burned: int,
    time: int,
    before: list[tuple[int, int, int]],
    after: list[tuple[int, int, int]],
) -> None:
    zone = zone_of(("a", 1, 5_000), ("b", 1, 5_000), supply=9_000)
    splits = (Split("a", batch - 100), Split("b", 100))
    records = [in_progress(*each) for each in before]
    zone, done = stride.acknowledge(zone, records, splits, time)
    assert zone.st_supply == 9_000 - burned
    assert [each.delegation for each in zone.validators] == [5_000 - batch + 100, 4_900]
    assert zone.total_delegations == 10_000 - batch
    assert [(e.native_to_unbond, e.st_to_burn, e.completion_time) for e in done] == after
    for each in done:
        complete = each.native_to_unbond == 0
        assert each.status is (Status.EXIT_QUEUE if complete else Status.IN_PROGRESS)
        assert each.txs_in_progress == 0


def test_a_part_is_burned_at_the_record_s_own_rate_rounded_down() -> None:
    zone = zone_of(("a", 1, 5_000), supply=9_000)
    after, done = stride.acknowledge(zone, [in_progress(130, 100, 1)], (Split("a", 50),), 1)
    assert done[0].st_to_burn == 100 - Fraction(50 * 100, 130).__floor__() == 62
    assert after.st_supply == 9_000 - 38
    # the last part takes all that are left
    again = done[0]._replace(txs_in_progress=1)
    last, done = stride.acknowledge(after, [again], (Split("a", 80),), 1)
    assert (last.st_supply, done[0].status) == (8_900, Status.EXIT_QUEUE)
    # one that is unbonding already is only told that the message was answered
    busy = done[0]._replace(txs_in_progress=1)
    same, told = stride.acknowledge(last, [busy], (), 99)
    assert (same, told) == (last, (done[0],))


def test_a_refused_message_is_tried_again() -> None:
    begun, unbonding = (
        in_progress(130, 100, 1),
        in_progress(1, 1, 1)._replace(status=Status.EXIT_QUEUE, txs_in_progress=2),
    )
    failed = stride.fail([begun, unbonding])
    assert failed == (
        begun._replace(status=Status.RETRY, txs_in_progress=0),
        unbonding._replace(txs_in_progress=1),
    )
    assert stride.is_due(failed[0])


# --- paying ---------------------------------------------------------------------------------


def test_the_end_of_a_redemption() -> None:
    record = DayUnbonding(3, Status.EXIT_QUEUE, 100, 150, completion_time=1_000)
    assert [stride.is_unbonded(record, time) for time in (999, 1_000, 1_001)] == [False] * 2 + [
        True
    ]
    assert not stride.is_unbonded(record._replace(completion_time=0), 1_001)
    assert stride.is_unbonded(record._replace(completion_time=1), 1_001)
    assert not stride.is_unbonded(record._replace(status=Status.IN_PROGRESS), 1_001)
    sent = stride.sweep(record)
    assert sent.status is Status.EXIT_IN_PROGRESS
    assert stride.swept(sent, failed=True) == record
    there = stride.swept(sent)
    assert (there.status, there.claimable) == (Status.CLAIMABLE, 150)
    yours, mine = Redemption(3, "you", 60, 90), Redemption(3, "me", 40, 60)
    for each, redemption in ((sent, yours), (there, None)):
        with refused(reasons.INVALID_RECORD):
            stride.claim(each, redemption)
    asked = stride.claim(there, yours)
    with refused(reasons.INVALID_RECORD):
        stride.claim(there, asked)
    assert stride.claim_failed(asked) == yours
    assert not stride.is_spent(there)
    half = stride.claimed(there, asked)
    assert half.claimable == 60
    assert stride.is_spent(stride.claimed(half, mine))
    assert not stride.is_spent(record)


# --- what must always hold ------------------------------------------------------------------


@given(
    st.lists(st.integers(2, 10**9), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 30), st.integers(10**9, 10**12)), min_size=1, max_size=8),
    st.integers(90, 150),
    st.integers(1, 5),
)
def test_what_is_burned_and_paid_is_what_was_redeemed(
    amounts: list[int], validators: list[tuple[int, int]], per_cent: int, parts: int
) -> None:
    named = [(f"v{i}", weight, tokens) for i, (weight, tokens) in enumerate(validators)]
    if not sum(weight for weight, _ in validators):
        return
    zone = zone_of(*named, rate=per_cent * ONE // 100, supply=2 * 10**13)
    record, redemptions = DayUnbonding(2), list[Redemption]()
    for i, amount in enumerate(amounts):
        try:
            record, mine = stride.redeem(zone, record, None, f"r{i}", amount, DEFAULTS)
        except Revert as refusal:
            if refusal.reason != reasons.INVALID_AMOUNT:
                raise
            continue
        redemptions.append(mine)
    if not redemptions or record.native_tokens >= zone.total_delegations:
        return
    begun = stride.begin(zone, [record], {2: redemptions}, messages=parts)
    assert sum(each.amount for each in begun.splits) == begun.records[0].native_tokens
    for mine in begun.redemptions:
        assert mine.native_tokens * ONE <= mine.st_tokens * zone.redemption_rate
    after, records = zone, begun.records
    for part in range(parts):
        batch = begun.splits[part::parts]
        after, records = stride.acknowledge(after, records, batch, 1_000 + part)
        assert zone.st_supply - after.st_supply + records[0].st_to_burn == record.st_tokens
    assert records[0].status is Status.EXIT_QUEUE
    assert zone.st_supply - after.st_supply == record.st_tokens
    paid = sum(each.native_tokens for each in begun.redemptions)
    assert zone.total_delegations - after.total_delegations == paid
    assert after.total_delegations == sum(each.delegation for each in after.validators)
    assert min(each.delegation for each in after.validators) >= 0
