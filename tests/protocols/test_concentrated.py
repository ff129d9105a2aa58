"""The concentrated pool: hand tables, refusals, and what holds whatever is done to it.

Of a sample of 150 mutants of the package (``tests/golden/mutants.py``, seed 7) those that live
change nothing: two equal prices are in either order; no liquidity costs nothing with either
sign; a tick that is the limit is the same target by either name; a price that was ever set is
far above one; a poke finds both ticks of its position in use; no word of the bitmap ends at the
highest tick; and a product of all 256 bits is more than any liquidity weighs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.protocols import concentrated as v3
from lstwallet.protocols.concentrated import positions, swaps
from lstwallet.protocols.concentrated.state import Q128
from lstwallet.units.checked import Revert

WAD = 10**18
Q96 = v3.Q96
TERMS = v3.terms_of(3_000, 60)
EVERYTHING = (2**128 - 1, 2**128 - 1)
Range = tuple[int, int]


def reverts(call: Callable[[], Any]) -> str:
    with pytest.raises(Revert) as refused:
        call()
    return refused.value.reason


class Book:
    """A pool, its positions, and the tokens it holds; every token movement is counted."""

    def __init__(self, terms: v3.Terms = TERMS, share: int = 0, price: int = Q96) -> None:
        self.terms = terms
        self.pool = v3.set_protocol_share(v3.initialize(v3.EMPTY, price), (share, share))
        self.positions: dict[Range, v3.Position] = {}
        self.tokens = [0, 0]

    def position(self, bounds: Range) -> v3.Position:
        return self.positions.get(bounds, v3.NO_POSITION)

    def pay(self, amounts: tuple[int, ...], sign: int = 1) -> None:
        self.tokens = [have + sign * n for have, n in zip(self.tokens, amounts, strict=True)]
        assert min(self.tokens) >= 0, "the pool pays what it does not have"

    def mint(self, bounds: Range, liquidity: int) -> v3.Modified:
        done = v3.mint(self.pool, self.terms, self.position(bounds), *bounds, liquidity)
        self.pay(done.amounts)
        self.pool, self.positions[bounds] = done.pool, done.position
        return done

    def burn(self, bounds: Range, liquidity: int) -> v3.Modified:
        done = v3.burn(self.pool, self.terms, self.position(bounds), *bounds, liquidity)
        self.pool, self.positions[bounds] = done.pool, done.position
        return done

    def collect(self, bounds: Range, requested: tuple[int, int] = EVERYTHING) -> v3.Collected:
        done = v3.collect(self.position(bounds), requested)
        self.pay(done.amounts, -1)
        if bounds in self.positions:
            self.positions[bounds] = done.position
        return done

    def swap(self, zero_for_one: bool, amount: int, limit: int | None = None) -> v3.Swapped:
        if limit is None:
            limit = v3.LOWEST_LIMIT if zero_for_one else v3.HIGHEST_LIMIT
        done = v3.swap(self.pool, self.terms, zero_for_one, amount, limit)
        self.pay((done.amount_0, done.amount_1))
        self.pool = done.pool
        return done


# --- by hand -----------------------------------------------------------------------------


def test_a_pool_begins_with_a_price_only() -> None:
    """v3-core ``UniswapV3Pool.spec.ts``: a price of 1/10 begins at tick −23028."""
    price = math.isqrt((1 << 192) // 10)
    pool = v3.initialize(v3.EMPTY, price)
    assert (pool.sqrt_price, pool.tick, pool.liquidity) == (price, -23028, 0)
    assert reverts(lambda: v3.initialize(pool, price)) == "AI"
    assert reverts(lambda: v3.initialize(v3.EMPTY, v3.MIN_SQRT_PRICE - 1)) == "R"
    assert reverts(lambda: v3.initialize(v3.EMPTY, v3.MAX_SQRT_PRICE)) == "R"


@pytest.mark.parametrize(
    ("bounds", "liquidity", "amounts"),
    [
        ((-22980, 0), 10_000, (21549, 0)),
        ((-887220, 887220), 10_000, (31623, 3163)),
        ((-46080, -23040), 10_000, (0, 2162)),
    ],
)
def test_what_liquidity_costs(bounds: Range, liquidity: int, amounts: tuple[int, int]) -> None:
    """Of the source's own tests at a price of 1/10: above, around and below it."""
    book = Book(price=math.isqrt((1 << 192) // 10))
    done = book.mint(bounds, liquidity)
    assert done.amounts == amounts
    assert book.pool.liquidity == (liquidity if bounds[0] <= -23028 < bounds[1] else 0)


def test_at_its_upper_tick_a_position_is_all_token_1() -> None:
    """Also where the price is a little above the tick itself."""
    high = v3.price_at(60)
    pool = v3.initialize(v3.EMPTY, high + (high >> 20))
    assert pool.tick == 60
    exact = Fraction(10**18 * (high - v3.price_at(-60)), Q96)
    assert v3.amounts_for(pool, -60, 60, 10**18) == (0, math.ceil(exact))
    assert v3.amounts_for(pool, -60, 60, -(10**18)) == (0, -math.floor(exact))


def test_fees_go_to_who_is_in_range_by_liquidity() -> None:
    """Two share the range 1 : 3, a third stands beside it; 0.3 % of a million is 3000."""
    book = Book()
    book.mint((-60, 60), 10**9)
    book.mint((-120, 120), 3 * 10**9)
    book.mint((60, 120), 10**9)
    done = book.swap(True, 1_000_000)
    assert (done.amount_0, done.fee, done.protocol_fee) == (1_000_000, 3_000, 0)
    assert v3.owed_now(book.pool, book.positions[-60, 60], -60, 60) == (749, 0)
    assert v3.owed_now(book.pool, book.positions[-120, 120], -120, 120) == (2249, 0)
    assert v3.owed_now(book.pool, book.positions[60, 120], 60, 120) == (0, 0)
    book.burn((-60, 60), 0)
    assert book.collect((-60, 60), (700, 9)).amounts == (700, 0)
    assert book.collect((-60, 60)).amounts == (49, 0)
    assert book.collect((-60, 60)).amounts == (0, 0)


@pytest.mark.parametrize(("share", "kept"), [(0, 0), (4, 750), (7, 428), (10, 300)])
@pytest.mark.parametrize("falls", [True, False])
def test_the_protocol_takes_its_part_first(share: int, kept: int, falls: bool) -> None:
    book = Book(share=share)
    book.mint((-60, 60), 10**9)
    done = book.swap(falls, 1_000_000)
    assert (done.fee, done.protocol_fee) == (3_000, kept)
    assert book.pool.protocol_fees == ((kept, 0) if falls else (0, kept))
    growth = book.pool.growth_0 if falls else book.pool.growth_1
    assert growth == (3_000 - kept) * Q128 // 10**9
    book.swap(falls, 1_000_000)
    assert book.pool.protocol_fees == ((2 * kept, 0) if falls else (0, 2 * kept))


def test_the_protocol_leaves_one_unit_behind() -> None:
    pool = v3.initialize(v3.EMPTY, Q96)._replace(protocol_fees=(500, 7))
    left, paid = v3.collect_protocol(pool, (2**128 - 1, 3))
    assert (paid, left.protocol_fees) == ((499, 3), (1, 4))
    left, paid = v3.collect_protocol(left, (1, 0))
    assert (paid, left.protocol_fees) == ((0, 0), (1, 4))
    nothing = v3.initialize(v3.EMPTY, Q96)
    assert v3.collect_protocol(nothing, (5, 5)) == (nothing, (0, 0))


def test_a_fall_through_a_tick_ends_one_below_it() -> None:
    """Liquidity that begins at a tick is gone when the price falls to it exactly, and back
    with the first step up."""
    book = Book()
    book.mint((-60, 60), 10**9)
    book.mint((-600, 600), 10**9)
    book.swap(True, 10**12, v3.price_at(-60))
    assert (book.pool.tick, book.pool.liquidity) == (-61, 10**9)
    assert book.pool.sqrt_price == v3.price_at(-60)
    book.swap(False, 10)
    assert (book.pool.tick, book.pool.liquidity) == (-60, 2 * 10**9)
    book.swap(False, 10**12, v3.price_at(60))
    assert (book.pool.tick, book.pool.liquidity) == (60, 10**9)


def test_no_step_no_move() -> None:
    """One unit that the fee takes whole: the price stays, and so does a tick below it."""
    book = Book()
    book.mint((-600, 600), 10**18)
    book.mint((-60, 60), 10**18)
    book.swap(True, 10**18, v3.price_at(-60))
    done = book.swap(True, 1)
    assert (done.amount_0, done.amount_1, done.fee) == (1, 0, 1)
    assert (book.pool.tick, book.pool.sqrt_price) == (-61, v3.price_at(-60))


def test_ticks_without_liquidity_are_forgotten() -> None:
    book = Book()
    book.mint((-60, 60), 5)
    book.mint((-60, 120), 7)
    assert book.pool.ticks == (-60, 60, 120)
    assert [state.net for state in book.pool.states] == [12, -5, -7]
    book.burn((-60, 60), 5)
    assert (book.pool.ticks, book.pool.liquidity) == ((-60, 120), 7)
    assert v3.tick_state(book.pool, 60) == v3.UNUSED
    book.burn((-60, 120), 7)
    assert (book.pool.ticks, book.pool.states, book.pool.liquidity) == ((), (), 0)


def test_growth_before_a_tick_counts_as_below_it() -> None:
    book = Book()
    book.mint((-120, 120), 10**9)
    book.swap(True, 1_000_000)
    pool = book.mint((-60, 60), 10**9).pool
    grown = 3_000 * Q128 // 10**9
    assert v3.tick_state(pool, -60).outside_0 == grown
    assert v3.tick_state(pool, 60).outside_0 == 0
    assert v3.growth_inside(pool, -120, 120) == (grown, 0)
    assert v3.growth_inside(pool, -60, 60) == (0, 0)


def test_a_tick_at_the_price_counts_as_below_it() -> None:
    book = Book()
    book.mint((-120, 120), 10**9)
    book.swap(False, 10**12, v3.price_at(60))
    assert book.pool.tick == 60
    pool = book.mint((60, 180), 10**9).pool
    assert v3.tick_state(pool, 60).outside_1 == pool.growth_1 > 0
    assert v3.tick_state(pool, 180).outside_1 == 0
    assert pool.liquidity == 2 * 10**9
    assert v3.growth_inside(pool, 60, 180) == (0, 0)
    assert v3.growth_inside(pool, -120, 60) == (0, pool.growth_1)


def test_owed_tokens_wrap_at_128_bits() -> None:
    book = Book()
    book.mint((-60, 60), 10**9)
    book.positions[-60, 60] = book.positions[-60, 60]._replace(owed_0=2**128 - 1, owed_1=2**128 - 1)
    out = book.burn((-60, 60), 10**9)
    assert (out.position.owed_0, out.position.owed_1) == (out.amounts[0] - 1, out.amounts[1] - 1)
    book = Book(share=4)
    book.mint((-60, 60), 10**9)
    book.pool = book.pool._replace(protocol_fees=(2**128 - 1, 2**128 - 1))
    book.swap(True, 1_000_000)
    book.swap(False, 1_000_000)
    assert book.pool.protocol_fees == (749, 749)


# --- refusing ----------------------------------------------------------------------------


def with_liquidity() -> Book:
    book = Book()
    book.mint((-60, 60), 1_000)
    book.mint((-120, 60), 1_000)
    return book


NO_REASON = "revert without reason"
LIMIT = TERMS.tick_limit


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda b: b.mint((60, 60), 1), "TLU"),
        (lambda b: b.mint((120, 60), 1), "TLU"),
        (lambda b: b.mint((-887_273, 60), 1), "TLM"),
        (lambda b: b.mint((-60, 887_273), 1), "TUM"),
        (lambda b: b.mint((-60, 60), 0), NO_REASON),
        (lambda b: b.mint((-60, 60), 2**127), NO_REASON),
        (lambda b: b.mint((-60, 60), 2**127 - 1), "LO"),
        (lambda b: b.mint((-180, 60), LIMIT - 1_999), "LO"),
        (lambda b: b.mint((-60, 180), LIMIT - 999), "LO"),
        (lambda b: b.mint((-61, 60), 1), NO_REASON),
        (lambda b: b.mint((-60, 61), 1), NO_REASON),
        (lambda b: b.mint((60, 120), 1) and b.mint((1, 2), 1), NO_REASON),
        (lambda b: b.burn((-60, 60), 1_001), "LS"),
        (lambda b: b.burn((-60, 120), 0), "NP"),
        (lambda b: b.burn((-60, 120), 1), "LS"),
        (lambda b: b.burn((-61, 60), 1), "LS"),
        (lambda b: b.burn((60, -60), 0), "TLU"),
        (lambda b: b.burn((-60, 60), 2**127), NO_REASON),
        (lambda b: b.swap(True, 0), "AS"),
        (lambda b: b.swap(True, 1, Q96), "SPL"),
        (lambda b: b.swap(True, 1, v3.MIN_SQRT_PRICE), "SPL"),
        (lambda b: b.swap(False, 1, Q96), "SPL"),
        (lambda b: b.swap(False, 1, v3.MAX_SQRT_PRICE), "SPL"),
        (lambda _: v3.mint(v3.EMPTY, TERMS, v3.NO_POSITION, -60, 60, 1), "LOK"),
        (lambda _: v3.burn(v3.EMPTY, TERMS, v3.NO_POSITION, -60, 60, 1), "LOK"),
        (lambda _: v3.swap(v3.EMPTY, TERMS, True, 1, v3.LOWEST_LIMIT), "LOK"),
        (lambda _: v3.swap(v3.EMPTY, TERMS, True, 0, 0), "AS"),
        (lambda _: v3.set_protocol_share(v3.EMPTY, (4, 4)), "LOK"),
        (lambda _: v3.collect_protocol(v3.EMPTY, (4, 4)), "LOK"),
        (lambda b: v3.set_protocol_share(b.pool, (3, 0)), NO_REASON),
        (lambda b: v3.set_protocol_share(b.pool, (0, 11)), NO_REASON),
        (lambda _: v3.terms_of(v3.MILLION, 60), NO_REASON),
        (lambda _: v3.terms_of(-1, 60), NO_REASON),
        (lambda _: v3.terms_of(500, 0), NO_REASON),
        (lambda _: v3.terms_of(500, 16_384), NO_REASON),
    ],
)
def test_what_reverts_and_why(call: Callable[[Book], Any], reason: str) -> None:
    book = with_liquidity()
    assert reverts(lambda: call(book)) == reason


def test_what_lies_just_inside_the_bounds() -> None:
    book = with_liquidity()
    assert book.mint((-180, 60), LIMIT - 2_000).position.liquidity == LIMIT - 2_000
    assert reverts(lambda: book.mint((-180, 60), 1)) == "LO"
    book.burn((-60, 60), 1_000)
    assert reverts(lambda: book.burn((-60, 60), 0)) == "NP"
    whole = Book(v3.terms_of(0, 1))
    whole.mint((v3.MIN_TICK, v3.MAX_TICK), 1)
    assert whole.pool.ticks == (v3.MIN_TICK, v3.MAX_TICK)
    whole.burn((v3.MIN_TICK, v3.MAX_TICK), 0)
    assert v3.terms_of(v3.MILLION - 1, 16_383).spacing == 16_383
    assert v3.set_protocol_share(whole.pool, (4, 10)).protocol_share == (4, 10)
    whole.swap(True, 10**40, v3.MIN_SQRT_PRICE + 1)
    assert whole.pool.sqrt_price == v3.MIN_SQRT_PRICE + 1
    whole.swap(False, 10**40, v3.MAX_SQRT_PRICE - 1)
    assert (whole.pool.sqrt_price, whole.pool.tick) == (v3.MAX_SQRT_PRICE - 1, v3.MAX_TICK - 1)


# --- how much liquidity an amount makes ----------------------------------------------------

bounds_of = st.tuples(st.integers(-200, 199), st.integers(1, 200)).map(
    lambda pair: (pair[0] * 60, min(pair[0] + pair[1], 200) * 60)
)
amounts = st.tuples(st.integers(0, 10**26), st.integers(0, 10**26))


@given(bounds_of, amounts, st.integers(-13_000, 13_000), st.integers(0, 10**20))
def test_liquidity_costs_no_more_than_it_was_made_from(
    bounds: Range, given_amounts: tuple[int, int], tick: int, beyond: int
) -> None:
    """And the scarcer amount is used up but for the grain of the maths."""
    price = v3.price_at(tick) + beyond
    pool = v3.initialize(v3.EMPTY, price)
    liquidity = v3.liquidity_for(price, *bounds, given_amounts)
    cost = v3.amounts_for(pool, *bounds, liquidity)
    assert cost[0] <= given_amounts[0]
    assert cost[1] <= given_amounts[1]
    more = v3.amounts_for(pool, *bounds, liquidity + 2 + (liquidity >> 64))
    assert more[0] > given_amounts[0] or more[1] > given_amounts[1]


def test_liquidity_at_the_very_bounds() -> None:
    """At its lower bound a range is all token 0, at its upper bound all token 1."""
    low, high = v3.price_at(-60), v3.price_at(60)
    assert (
        v3.liquidity_for(low, -60, 60, (10**9, 0))
        == v3.liquidity_for(low - 1, -60, 60, (10**9, 0))
        == math.floor(Fraction(10**9 * (low * high // Q96), high - low))
    )
    assert (
        v3.liquidity_for(high, -60, 60, (0, 10**9))
        == v3.liquidity_for(high + 1, -60, 60, (0, 10**9))
        == math.floor(Fraction(10**9 * Q96, high - low))
    )
    assert v3.liquidity_for(Q96, -60, 60, (10**9, 0)) == 0


# --- whatever is done to it ---------------------------------------------------------------

ranges = st.sampled_from([(-60, 60), (-120, 0), (0, 180), (-600, 600), (-15_360, -300),
                          (300, 15_300), (-30_720, 30_720)])  # fmt: skip
sizes = st.integers(1, 10**22)
actions = st.one_of(
    st.tuples(st.just("mint"), ranges, sizes),
    st.tuples(st.just("burn"), ranges, st.integers(0, 10**22)),
    st.tuples(st.just("collect"), ranges, st.tuples(sizes, sizes)),
    st.tuples(st.just("swap"), st.booleans(), st.integers(-(10**22), 10**22)),
)


def run(book: Book, story: list[Any]) -> None:
    """Do what can be done; the pool refuses the rest."""
    for name, where, size in story:
        try:
            getattr(book, name)(where, size)
        except Revert:
            continue
        check(book)


def check(book: Book) -> None:
    """What the pool's own sums must agree with, and that it can pay everyone at once."""
    pool = book.pool
    held = {bounds: each.liquidity for bounds, each in book.positions.items() if each.liquidity}
    for tick, state in zip(pool.ticks, pool.states, strict=True):
        begins = sum(size for (lower, _), size in held.items() if lower == tick)
        ends = sum(size for (_, upper), size in held.items() if upper == tick)
        assert (state.gross, state.net) == (begins + ends, begins - ends)
    assert set(pool.ticks) == {tick for bounds in held for tick in bounds}
    assert list(pool.ticks) == sorted(pool.ticks)
    in_range = [size for (low, up), size in held.items() if low <= pool.tick < up]
    assert pool.liquidity == sum(in_range)
    assert v3.price_at(pool.tick) <= pool.sqrt_price
    assert pool.sqrt_price <= v3.price_at(pool.tick + 1)
    claims = list(pool.protocol_fees)
    for bounds, position in book.positions.items():
        behind = v3.amounts_for(pool, *bounds, -position.liquidity)
        owed = v3.owed_now(pool, position, *bounds)
        claims = [sum(row) for row in zip(claims, owed, (-n for n in behind), strict=True)]
    assert claims[0] <= book.tokens[0]
    assert claims[1] <= book.tokens[1]


@settings(max_examples=100)
@given(st.sampled_from([0, 4, 10]), st.lists(actions, min_size=1, max_size=14))
def test_the_pool_can_always_pay_everyone(share: int, story: list[Any]) -> None:
    """Value is conserved, and what rounding leaves over stays in the pool: a few units for
    each thing that was done."""
    book = Book(share=share)
    book.mint((-30_720, 30_720), 10**20)
    run(book, story)
    for bounds, position in list(book.positions.items()):
        if position.liquidity:
            book.burn(bounds, position.liquidity)
        book.collect(bounds)
    left, paid = v3.collect_protocol(book.pool, EVERYTHING)
    book.pay(paid, -1)
    dust = [have - kept for have, kept in zip(book.tokens, left.protocol_fees, strict=True)]
    assert min(dust) >= 0
    assert max(dust) <= 20 * (len(story) + len(book.positions) + 1)


@settings(max_examples=100)
@given(st.lists(actions, max_size=8), st.booleans(), sizes)
def test_a_round_trip_never_gains(story: list[Any], falls: bool, amount: int) -> None:
    book = Book()
    book.mint((-30_720, 30_720), 10**20)
    run(book, story)
    try:
        there = book.swap(falls, amount)
    except Revert:  # an earlier swap went to the very end
        return
    paid, received = (
        (there.amount_0, -there.amount_1) if falls else (there.amount_1, -there.amount_0)
    )
    if not received:
        return
    back = book.swap(not falls, received)
    assert -(back.amount_0 if falls else back.amount_1) <= paid


@settings(max_examples=100)
@given(st.lists(actions, max_size=8), st.booleans(), sizes, sizes)
def test_more_in_gives_no_less_out_of_a_pool(
    story: list[Any], falls: bool, amount: int, more: int
) -> None:
    book = Book()
    book.mint((-30_720, 30_720), 10**20)
    run(book, story)
    limit = v3.LOWEST_LIMIT if falls else v3.HIGHEST_LIMIT
    try:
        less = v3.swap(book.pool, TERMS, falls, amount, limit)
    except Revert:
        return
    greater = v3.swap(book.pool, TERMS, falls, amount + more, limit)
    assert (-greater.amount_1 if falls else -greater.amount_0) >= (
        -less.amount_1 if falls else -less.amount_0
    )


@settings(max_examples=100)
@given(st.lists(actions, max_size=8), st.booleans(), sizes)
def test_what_is_asked_for_is_what_comes(story: list[Any], falls: bool, wanted: int) -> None:
    """Or, when the price runs to the end, less; and paying the price again gives as much."""
    book = Book()
    book.mint((-30_720, 30_720), 10**20)
    run(book, story)
    limit = v3.LOWEST_LIMIT if falls else v3.HIGHEST_LIMIT
    try:
        done = v3.swap(book.pool, TERMS, falls, -wanted, limit)
    except Revert:
        return
    paid, out = (done.amount_0, -done.amount_1) if falls else (done.amount_1, -done.amount_0)
    assert out <= wanted
    assert out == wanted or done.pool.sqrt_price == limit
    if paid:
        again = v3.swap(book.pool, TERMS, falls, paid, limit)
        assert -(again.amount_1 if falls else again.amount_0) >= out


@given(ranges, sizes, st.lists(actions, max_size=6))
def test_adding_and_withdrawing_never_gains(
    bounds: Range, liquidity: int, story: list[Any]
) -> None:
    book = Book()
    run(book, story)
    added = book.mint(bounds, liquidity)
    removed = book.burn(bounds, liquidity)
    assert removed.amounts[0] <= added.amounts[0] <= removed.amounts[0] + 1
    assert removed.amounts[1] <= added.amounts[1] <= removed.amounts[1] + 1


words = st.integers(-12, 12)


@given(
    st.sampled_from([1, 10, 60]), words, words, st.booleans(), st.booleans(),
    st.sampled_from([-1, 0, 1]),
)  # fmt: skip
def test_passing_over_what_is_idle_changes_nothing(
    spacing: int, begin: int, end: int, falls: bool, with_ticks: bool, nudge: int
) -> None:
    """Without liquidity a swap skips the bitmap's words; stopping at each gives the same,
    even where the limit is the price at the end of a word."""
    terms = v3.terms_of(500, spacing)
    reach = 256 * spacing
    book = Book(terms, price=v3.price_at(begin * reach + 5 * spacing) + 7)
    if with_ticks:
        book.mint(((begin - 3) * reach - spacing, (begin - 2) * reach), 10**12)
        book.mint(((begin + 2) * reach - spacing, (begin + 3) * reach), 10**12)
    limit = v3.price_at(end * reach - (0 if falls else spacing)) + nudge
    if (limit >= book.pool.sqrt_price) is falls or limit == book.pool.sqrt_price:
        return
    fast = v3.swap(book.pool, terms, falls, 10**30, limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swaps, "_is_idle", lambda *_: False)
        slow = v3.swap(book.pool, terms, falls, 10**30, limit)
    assert fast == slow
    assert fast.pool.sqrt_price == limit


@given(st.integers(1, 10**12), st.booleans())
def test_one_full_range_is_a_constant_product(paid: int, falls: bool) -> None:
    """``Δy = y·Δx/(x + Δx)`` of the virtual reserves ``L/√P`` and ``L·√P``, at a price of one."""
    book = Book(v3.terms_of(0, 60))
    liquidity = 10**15
    book.mint((-887_220, 887_220), liquidity)
    done = book.swap(falls, paid)
    out = -(done.amount_1 if falls else done.amount_0)
    exact = Fraction(liquidity * paid, liquidity + paid)
    assert exact - 2 <= out <= exact


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 10**22)), min_size=1, max_size=6))
def test_many_small_positions_earn_what_one_large_one_does(trades: list[Any]) -> None:
    """Cost and outcome of a swap depend on ticks, never on how many hold them."""
    one, many = Book(), Book()
    one.mint((-600, 600), 9 * 10**18)
    for k in range(9):
        empty = v3.mint(many.pool, TERMS, v3.NO_POSITION, -600, 600, 10**18)
        many.pay(empty.amounts)
        many.pool, many.positions[k, 600] = empty.pool, empty.position
    for falls, amount in trades:
        limit = v3.price_at(-540 if falls else 540)
        if (limit < one.pool.sqrt_price) is falls and limit != one.pool.sqrt_price:
            assert one.swap(falls, amount, limit)[1:] == many.swap(falls, amount, limit)[1:]
    assert one.pool == many.pool
    whole = v3.owed_now(one.pool, one.positions[-600, 600], -600, 600)
    part = v3.owed_now(many.pool, many.positions[0, 600], -600, 600)
    assert 9 * part[0] <= whole[0] <= 9 * part[0] + 9
    assert 9 * part[1] <= whole[1] <= 9 * part[1] + 9


def test_owed_now_is_what_a_poke_counts() -> None:
    book = Book()
    book.mint((-60, 60), 10**9)
    book.mint((-120, 120), 10**9)
    book.swap(True, 2 * 10**6)
    book.swap(False, 10**6)
    expected = v3.owed_now(book.pool, book.positions[-60, 60], -60, 60)
    book.burn((-60, 60), 0)
    assert book.collect((-60, 60)).amounts == expected
    assert expected[0] > 0
    assert expected[1] > 0
    assert positions.collect(v3.NO_POSITION, EVERYTHING).amounts == (0, 0)
