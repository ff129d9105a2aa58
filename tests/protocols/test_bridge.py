"""A lock-and-mint bridge: verifiers, the bucket, transfers in flight, forgeries, late rates."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import bridge as br
from lstwallet.protocols.bridge import (
    Bridge,
    Bucket,
    Message,
    Rate,
    RateRules,
    Verifiers,
    Way,
)
from lstwallet.units.checked import Revert

ONE = 10**18
TOKEN = 10**18
RAY = 10**27
DAY = 86_400
T0 = 1_234_567_890
OFF = Bucket(0, 0, 0, T0, enabled=False)
ONE_OF_ONE = Verifiers(frozenset({"a"}))
"""Kelp's set on 2026-04-18."""
SAID = {"a": 1}


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


# --- verifiers -----------------------------------------------------------------------------

THREE = Verifiers(frozenset("ab"), frozenset("cde"), 2, 15)


@pytest.mark.parametrize(
    ("attested", "believed"),
    [
        ({}, False),
        ({"a": 15, "b": 15, "c": 15, "d": 15}, True),
        ({"a": 15, "b": 15, "c": 15, "d": 14}, False),
        ({"a": 15, "b": 14, "c": 15, "d": 15, "e": 15}, False),
        ({"a": 16, "b": 99, "e": 20, "d": 15}, True),
        ({"a": 15, "b": 15, "c": 15, "x": 15}, False),  # a stranger does not count
        ({"a": 15, "b": 15}, False),
    ],
)
def test_all_required_and_so_many_of_the_others(attested: dict[str, int], believed: bool) -> None:
    assert br.is_verified(THREE, attested) is believed


def test_sets_of_one_kind() -> None:
    assert br.is_verified(ONE_OF_ONE, {"a": 1})
    assert not br.is_verified(ONE_OF_ONE, {"a": 0, "b": 9})
    only_optional = Verifiers(frozenset(), frozenset("abc"), 2)
    assert br.is_verified(only_optional, {"a": 1, "c": 1})
    assert not br.is_verified(only_optional, {"a": 1})


@pytest.mark.parametrize(
    ("verifiers", "reason"),
    [
        (Verifiers(frozenset()), br.NO_VERIFIERS),
        (Verifiers(frozenset("a"), threshold=1), br.BAD_THRESHOLD),
        (Verifiers(frozenset("a"), frozenset("b"), 0), br.BAD_THRESHOLD),
        (Verifiers(frozenset("a"), frozenset("b"), 2), br.BAD_THRESHOLD),
        (Verifiers(frozenset("a"), frozenset("b"), 1), None),
        (Verifiers(frozenset(), frozenset("b"), 1), None),
        (ONE_OF_ONE, None),
    ],
)
def test_sets_that_make_no_sense(verifiers: Verifiers, reason: str | None) -> None:
    if reason is None:
        br.check_verifiers(verifiers)
    else:
        assert refusal(br.check_verifiers, verifiers) == reason


def test_how_many_must_lie() -> None:
    assert br.fewest_to_forge(ONE_OF_ONE) == 1
    assert br.fewest_to_forge(THREE) == 4
    # c is required and optional: with it the threshold of two needs one more.
    assert br.fewest_to_forge(Verifiers(frozenset("abc"), frozenset("cde"), 2)) == 4
    assert br.fewest_to_forge(Verifiers(frozenset("cde"), frozenset("cde"), 2)) == 3


# --- the rate limit: the source's own test file, 5 a second up to 100 ------------------------

FULL = Bucket(100, 5, 100, T0)


def test_the_contract_s_own_tests() -> None:
    # smartcontractkit/ccip@dee09c7 contracts/src/v0.8/ccip/test/libraries/RateLimiter.t.sol
    half = br.consume(FULL, 50, T0)
    assert half == Bucket(100, 5, 50, T0)
    assert br.consume(half, 50, T0 + 4) == Bucket(100, 5, 20, T0 + 4)
    larger = br.configure(FULL, 800, 10, T0, enabled=True)
    assert larger == Bucket(800, 10, 100, T0)
    assert br.available(larger, T0 + 4) == 140
    assert br.available(larger, T0 + 400) == 800
    off = br.configure(FULL, 0, 0, T0, enabled=False)
    assert br.consume(off, 50, T0) == off
    again = br.configure(off, 100, 5, T0, enabled=True)
    assert again == Bucket(100, 5, 0, T0)
    assert refusal(br.consume, again, 50, T0) == br.RATE_LIMITED
    assert br.wait_for(again, 50, T0) == 10
    assert refusal(br.consume, FULL, 101, T0) == br.OVER_CAPACITY
    assert refusal(br.consume, FULL, 2**128, T0) == br.OVER_CAPACITY
    assert refusal(br.consume, half, 70, T0) == br.RATE_LIMITED
    assert br.wait_for(half, 70, T0) == 4


def test_the_bucket_at_its_edges() -> None:
    half = Bucket(100, 5, 50, T0)
    assert br.consume(FULL, 100, T0).tokens == 0
    assert br.consume(half, 55, T0 + 1) == Bucket(100, 5, 0, T0 + 1)
    assert refusal(br.consume, half, 56, T0 + 1) == br.RATE_LIMITED
    assert br.consume(half, 0, T0 + 9) == half
    assert br.wait_for(half, 51, T0) == 1
    assert br.wait_for(half, 56, T0) == 2
    assert br.wait_for(half, 56, T0 + 1) == 1
    assert br.wait_for(half, 50, T0) == 0
    assert br.wait_for(half, 1, T0) == 0
    assert br.wait_for(FULL, 100, T0) == 0
    assert br.wait_for(FULL, 101, T0) is None
    assert br.wait_for(OFF, 10**30, T0) == 0
    assert br.configure(FULL, 60, 5, T0 + 3, enabled=True) == Bucket(60, 5, 60, T0 + 3)


@pytest.mark.parametrize(
    ("bucket", "reason"),
    [
        (Bucket(100, 0, 0, 0), br.BAD_BUCKET),
        (Bucket(100, 100, 0, 0), br.BAD_BUCKET),
        (Bucket(100, 99, 0, 0), None),
        (Bucket(2, 1, 0, 0), None),
        (Bucket(1, 0, 0, 0, enabled=False), br.BUCKET_NOT_OFF),
        (Bucket(0, 1, 0, 0, enabled=False), br.BUCKET_NOT_OFF),
        (OFF, None),
    ],
)
def test_buckets_that_make_no_sense(bucket: Bucket, reason: str | None) -> None:
    if reason is None:
        br.check_bucket(bucket)
    else:
        assert refusal(br.check_bucket, bucket) == reason


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 100)), max_size=30))
def test_no_more_passes_than_was_there_and_came_since(wishes: list[tuple[int, int]]) -> None:
    bucket, now, passed = FULL, T0, 0
    for seconds, amount in wishes:
        now += seconds
        wait = br.wait_for(bucket, amount, now)
        assert wait is not None
        if wait:
            assert refusal(br.consume, bucket, amount, now + wait - 1) == br.RATE_LIMITED
            now += wait
        bucket, passed = br.consume(bucket, amount, now), passed + amount
        assert 0 <= bucket.tokens <= bucket.capacity
        assert passed <= br.most_forged(FULL, T0, now - T0)


# --- there and back ------------------------------------------------------------------------


def test_dust_stays_at_home() -> None:
    assert br.without_dust(1_234_567_890_123_456_789, 18) == 1_234_567_000_000_000_000
    assert br.without_dust(10**12 - 1, 18) == 0
    assert br.without_dust(10**12, 18) == 10**12
    assert br.without_dust(123, 6) == 123
    assert br.without_dust(129, 7) == 120


def test_a_token_goes_out_and_comes_back() -> None:
    bridge, message = br.lock(Bridge(), 5 * TOKEN + 7, 18)
    assert (bridge, message) == (Bridge(5 * TOKEN, 0, 5 * TOKEN), Message(Way.OUT, 5 * TOKEN))
    bridge, sent, bucket = br.deliver(bridge, message, ONE_OF_ONE, SAID, OFF, T0)
    assert (bridge, sent, bucket) == (
        Bridge(5 * TOKEN, 5 * TOKEN),
        message._replace(delivered=True),
        OFF,
    )
    assert refusal(br.deliver, bridge, sent, ONE_OF_ONE, SAID, OFF, T0) == br.ALREADY_DELIVERED
    bridge, message = br.burn(bridge, 2 * TOKEN + 7, 18)
    assert (bridge, message) == (
        Bridge(5 * TOKEN, 3 * TOKEN, 0, 2 * TOKEN),
        Message(Way.BACK, 2 * TOKEN),
    )
    bridge, _, _ = br.deliver(bridge, message, ONE_OF_ONE, SAID, OFF, T0)
    assert bridge == Bridge(3 * TOKEN, 3 * TOKEN)


def test_transfers_that_are_refused() -> None:
    held = Bridge(5 * TOKEN, 5 * TOKEN)
    assert refusal(br.lock, held, 10**12 - 1, 18) == br.NOTHING_SENT
    assert refusal(br.lock, held, TOKEN + 1, 18, TOKEN + 1) == br.SLIPPAGE
    assert br.lock(held, TOKEN + 1, 18, TOKEN)[1].amount == TOKEN
    assert br.lock(held, 10**12, 18)[1].amount == 10**12
    assert refusal(br.burn, held, TOKEN + 1, 18, TOKEN + 1) == br.SLIPPAGE
    assert refusal(br.burn, held, 5 * TOKEN + 10**12, 18) == br.NOT_MINTED
    assert br.burn(held, 5 * TOKEN, 18)[0].minted == 0
    message = Message(Way.BACK, 5 * TOKEN)
    assert refusal(br.deliver, held, message, ONE_OF_ONE, {}, OFF, T0) == br.UNVERIFIED
    short = Bridge(5 * TOKEN - 1, 0, 0, 5 * TOKEN)
    assert refusal(br.deliver, short, message, ONE_OF_ONE, SAID, OFF, T0) == br.NOT_LOCKED


def test_what_comes_in_passes_the_bucket() -> None:
    held = Bridge(200, 0, 200)
    message = Message(Way.OUT, 60)
    bridge, _, bucket = br.deliver(held, message, ONE_OF_ONE, SAID, FULL, T0)
    assert bucket.tokens == 40
    assert refusal(br.deliver, bridge, message, ONE_OF_ONE, SAID, bucket, T0) == br.RATE_LIMITED
    assert br.deliver(bridge, message, ONE_OF_ONE, SAID, bucket, T0 + 4)[2].tokens == 0


# --- forgeries -----------------------------------------------------------------------------


def test_a_forged_message_is_believed_and_the_remote_holders_bear_it() -> None:
    # Kelp, 18 April 2026: 116,500 released that nobody had burned, 18 % of what was behind it.
    locked = 116_500 * TOKEN * 100 // 18
    before = Bridge(locked, locked)
    forged = Message(Way.BACK, 116_500 * TOKEN)
    after, _ = br.deliver_forged(before, forged, ONE_OF_ONE, SAID, OFF, T0)
    assert after == Bridge(locked - 116_500 * TOKEN, locked)
    assert br.shortfall(after) == 116_500 * TOKEN
    assert br.backing(before) == ONE
    assert br.backing(after) == floor(Fraction(after.locked, locked) * ONE)
    assert abs(br.backing(after) - 82 * ONE // 100) <= 1
    assert abs(br.worth(after, 100 * TOKEN) - 82 * TOKEN) <= 1


def test_a_forged_mint_makes_every_token_worth_less() -> None:
    before = Bridge(300, 200, 60, 40)
    after, _ = br.deliver_forged(before, Message(Way.OUT, 100), ONE_OF_ONE, SAID, OFF, T0)
    assert after == Bridge(300, 300, 60, 40)
    assert (br.claims(after), br.shortfall(after)) == (400, 100)
    assert br.backing(after) == 3 * ONE // 4
    assert br.worth(after, 10) == 7
    assert br.shortfall(before) == 0


def test_forgeries_that_are_stopped() -> None:
    held = Bridge(300, 300)
    two = Verifiers(frozenset("ab"))
    mint = Message(Way.OUT, 100)
    assert refusal(br.deliver_forged, held, mint, two, SAID, OFF, T0) == br.UNVERIFIED
    large = Message(Way.OUT, 101)
    assert refusal(br.deliver_forged, held, large, ONE_OF_ONE, SAID, FULL, T0) == br.OVER_CAPACITY
    assert br.deliver_forged(held, mint, ONE_OF_ONE, SAID, FULL, T0)[1].tokens == 0
    release = Message(Way.BACK, 301)
    assert refusal(br.deliver_forged, held, release, ONE_OF_ONE, SAID, OFF, T0) == br.NOT_LOCKED
    all_of_it = br.deliver_forged(held, Message(Way.BACK, 300), ONE_OF_ONE, SAID, OFF, T0)[0]
    assert br.backing(all_of_it) == 0
    used = mint._replace(delivered=True)
    assert refusal(br.deliver_forged, held, used, ONE_OF_ONE, SAID, OFF, T0) == (
        br.ALREADY_DELIVERED
    )


def test_who_comes_first_is_paid_in_full_and_the_last_get_nothing() -> None:
    bridge = Bridge(60 * TOKEN, 100 * TOKEN)
    bridge, first = br.burn(bridge, 60 * TOKEN, 18)
    bridge, _, _ = br.deliver(bridge, first, ONE_OF_ONE, SAID, OFF, T0)
    assert bridge == Bridge(0, 40 * TOKEN)
    bridge, last = br.burn(bridge, 40 * TOKEN, 18)
    assert refusal(br.deliver, bridge, last, ONE_OF_ONE, SAID, OFF, T0) == br.NOT_LOCKED
    # Somebody makes good what was taken: the same message now goes through.
    whole = br.refill(bridge, 40 * TOKEN)
    assert br.deliver(whole, last, ONE_OF_ONE, SAID, OFF, T0)[0] == Bridge()


def test_winding_up_pays_everybody_the_same_part() -> None:
    bridge = Bridge(60, 100)
    bridge, first = br.wind_up(bridge, 33)
    assert (bridge, first) == (Bridge(41, 67), 19)  # 19.8
    bridge, last = br.wind_up(bridge, 67)
    assert (bridge, last) == (Bridge(), 41)
    assert refusal(br.wind_up, Bridge(60, 100), 101) == br.NOT_MINTED


def test_an_empty_and_an_overfull_bridge() -> None:
    assert (br.backing(Bridge()), br.worth(Bridge(), 7), br.shortfall(Bridge())) == (ONE, 7, 0)
    over = Bridge(110, 100)
    assert (br.backing(over), br.worth(over, 10), br.shortfall(over)) == (ONE, 10, 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("lock", "burn", "deliver", "forge out", "forge back", "wind up")),
        st.integers(1, 50 * TOKEN),
    ),
    max_size=40,
)


@given(STEPS)
def test_only_forgeries_make_a_shortfall_and_winding_up_never_lowers_what_is_behind(
    steps: list[tuple[str, int]],
) -> None:
    bridge, flying, stolen, paid_short = Bridge(), [], 0, 0
    for what, amount in steps:
        before = br.backing(bridge)
        try:
            if what == "lock":
                bridge, message = br.lock(bridge, amount, 18)
                flying.append(message)
            elif what == "burn":
                bridge, message = br.burn(bridge, amount, 18)
                flying.append(message)
            elif what == "deliver" and flying:
                bridge, _, _ = br.deliver(bridge, flying[0], ONE_OF_ONE, SAID, OFF, T0)
                flying.pop(0)
            elif what in ("forge out", "forge back"):
                way = Way.OUT if what == "forge out" else Way.BACK
                forged = Message(way, amount)
                bridge, _ = br.deliver_forged(bridge, forged, ONE_OF_ONE, SAID, OFF, T0)
                stolen += amount
            elif what == "wind up":
                bridge, paid = br.wind_up(bridge, amount)
                paid_short += amount - paid
                assert br.backing(bridge) >= before
        except Revert:
            continue
    assert bridge.out + bridge.back == sum(message.amount for message in flying)
    assert br.claims(bridge) - bridge.locked == stolen - paid_short
    if not stolen:
        assert br.backing(bridge) == ONE
        assert paid_short == 0


# --- the rate ------------------------------------------------------------------------------

RULES = RateRules()
KNOWN = Rate(12 * RAY // 10, T0, T0 + 60)


def test_the_defaults_are_those_of_the_deployment() -> None:
    assert tuple(RULES) == (86_400, 86_400, 500, 3_600)
    assert (br.LOWEST_RATE, br.HIGHEST_RATE) == (RAY // 100, 100 * RAY)
    assert br.SHARED_DECIMALS == 6


@pytest.mark.parametrize(
    ("seconds", "rate", "taken"),
    [
        (3_600, 126 * RAY // 100, True),
        (3_600, 126 * RAY // 100 + 1, False),
        (3_600, 114 * RAY // 100, True),
        (3_600, 114 * RAY // 100 - 1, False),
        (DAY, 126 * RAY // 100 + 1, False),
        (DAY + 1, 132 * RAY // 100, True),  # a second day has begun
        (DAY + 1, 132 * RAY // 100 + 1, False),
        (20 * DAY, RAY // 100, True),
        (20 * DAY, RAY // 100 - 1, False),
        (30 * DAY, RAY // 100, True),  # 150 % down is nothing, and nothing is below that
        (30 * DAY, RAY // 100 - 1, False),
    ],
)
def test_a_new_rate_may_move_so_much_for_every_day_begun(
    seconds: int, rate: int, taken: bool
) -> None:
    at, now = T0 + seconds, T0 + seconds + 9
    if taken:
        assert br.take_rate(KNOWN, RULES, rate, at, now) == Rate(rate, at, now)
    else:
        assert refusal(br.take_rate, KNOWN, RULES, rate, at, now) == br.RATE_OUT_OF_RANGE


def test_no_rate_is_taken_above_the_highest() -> None:
    high = Rate(99 * RAY, T0, T0)
    assert br.take_rate(high, RULES, 100 * RAY, T0 + DAY, T0 + DAY).rate == 100 * RAY
    assert refusal(br.take_rate, high, RULES, 100 * RAY + 1, T0 + DAY, T0 + DAY) == (
        br.RATE_OUT_OF_RANGE
    )


def test_the_bounds_are_rounded_down() -> None:
    # 25,000,000,000,000,000,000,000,019 · 1.05 is …19.95; · 0.95 is …18.05.
    odd = Rate(25 * 10**25 + 19, T0, T0)
    at = T0 + 3_600
    high, low = (odd.rate * 105) // 100, (odd.rate * 95) // 100
    assert br.take_rate(odd, RULES, high, at, at).rate == high
    assert refusal(br.take_rate, odd, RULES, high + 1, at, at) == br.RATE_OUT_OF_RANGE
    assert br.take_rate(odd, RULES, low, at, at).rate == low
    assert refusal(br.take_rate, odd, RULES, low - 1, at, at) == br.RATE_OUT_OF_RANGE


def test_old_early_and_repeated_messages() -> None:
    take = br.take_rate
    assert take(KNOWN, RULES, RAY, T0 - 1, T0 + 99) == KNOWN
    assert take(KNOWN, RULES, 9 * RAY, T0, T0 + 99) == Rate(KNOWN.rate, T0, T0 + 99)
    assert take(KNOWN, RULES, 9 * RAY, T0 + 3_599, T0 + 3_700) == KNOWN
    late = T0 + DAY + 50
    assert take(KNOWN, RULES, KNOWN.rate, late, T0 + 50) == Rate(KNOWN.rate, late, T0 + 50)
    assert refusal(take, KNOWN, RULES, KNOWN.rate, late + 1, T0 + 50) == br.CLOCK_LAG


def test_a_rate_grows_old() -> None:
    assert not br.is_outdated(KNOWN, RULES, T0 + 60 + DAY)
    assert br.is_outdated(KNOWN, RULES, T0 + 60 + DAY + 1)


def test_what_a_late_rate_costs() -> None:
    assert br.home_value(KNOWN, 10 * TOKEN) == 12 * TOKEN
    assert br.home_value(Rate(RAY - 1, T0, T0), 1) == 0
    # A slashing took 5 %: the remote chain still pays 12 for what is worth 11.4.
    assert br.mispriced(KNOWN, 114 * RAY // 100, 10 * TOKEN) == 6 * TOKEN // 10
    assert br.mispriced(KNOWN, 13 * RAY // 10, 10 * TOKEN) == -TOKEN
    assert br.mispriced(Rate(RAY, T0, T0), RAY - 1, 1) == 1


@given(st.integers(1, 10**28), st.integers(1, 40 * DAY), st.integers(-(10**4), 10**4))
def test_a_rate_that_is_taken_lies_within_its_days(rate: int, seconds: int, bps: int) -> None:
    known = Rate(max(rate, RAY // 100), T0, T0)
    wanted = max(known.rate * (10_000 + bps) // 10_000, 1)
    at = T0 + seconds
    try:
        taken = br.take_rate(known, RULES, wanted, at, at)
    except Revert:
        days = ceil(Fraction(seconds, DAY))
        far = abs(Fraction(wanted, known.rate) - 1) > Fraction(500 * days, 10_000) - Fraction(
            2, known.rate
        )
        assert far or not RAY // 100 <= wanted <= 100 * RAY
    else:
        assert taken == known or taken.rate == wanted
