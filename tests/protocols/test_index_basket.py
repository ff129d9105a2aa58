"""An index basket: the index's own weights, creation in kind, auctions, and the fee."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import index_basket as ib
from lstwallet.protocols.index_basket import Auction, Basket, Component
from lstwallet.units.checked import Revert

ONE = 10**18
ETH = 10**18
DAY = 86_400


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def basket(*units: int, supply: int = 100 * ONE, gift: int = 0, multiplier: int = ONE) -> Basket:
    """A basket that holds what its units say, rounded up, and ``gift`` of each beside that."""
    return Basket(
        tuple(
            Component(unit, ceil(Fraction(unit * supply * multiplier, ONE**2)) + gift)
            for unit in units
        ),
        supply,
        multiplier,
    )


# --- weights -------------------------------------------------------------------------------


def test_operator_factors_of_the_reference_s_own_test() -> None:
    # IndexCoop/dseth-methodology-reference@b8fe867 test/proposeRebalance.test.ts
    expected = (
        "0.09465985956812165",
        "0.7484374191119378",
        "0.03577806393679255",
        "0.016000436613200376",
        "0.05986815184538941",
        "0.04525606892455801",
    )
    found = ib.operator_factors((35, 2188, 5, 1, 14, 8))
    for factor, text in zip(found, expected, strict=True):
        assert abs(Fraction(factor, ONE) - Fraction(text)) < Fraction(1, 10**15)


def test_spread_factors_of_the_reference_s_own_test() -> None:
    spreads = [Fraction(4, 9), Fraction(20, 121), Fraction(2, 3), Fraction(0), Fraction(0)]
    spreads.append(Fraction(1, 2))
    found = ib.spread_factors(([100, 200], [10, 1], [1, 1, 1], [1], [1], [1, 1]))
    for factor, spread in zip(found, spreads, strict=True):
        assert abs(Fraction(factor, ONE) - spread / sum(spreads)) < Fraction(3, ONE)
    texts = ("0.2501938485396743", "0.09304729904368055", "0.37529077280951145")
    for factor, text in zip(found, texts, strict=False):
        assert abs(Fraction(factor, ONE) - Fraction(text)) < Fraction(1, 10**15)


def test_factors_at_the_edge() -> None:
    assert ib.spread_factors(([5], [7])) == (0, 0)
    assert ib.operator_factors((0, 0)) == (0, 0)
    assert ib.operator_factors((4, 0)) == (ONE, 0)
    assert ib.operator_factors((1, 9)) == (ONE // 4, ONE * 3 // 4)
    assert ib.target_weights((4, 4), ([5], [7])) == (ONE // 2, ONE // 2)


def test_target_weights_add_both_factors_to_an_equal_start() -> None:
    # Operators 1 and 9: factors 1/4, 3/4. Spreads 0 and 1/2: factors 0 and 1. Over 4:
    weights = ib.target_weights((1, 9), ([5], [3, 3]))
    assert weights == (ONE * 5 // 16, ONE * 11 // 16)
    assert ib.capped(weights) == (ONE // 2, ONE // 2)


def test_target_units_of_the_reference_s_own_test() -> None:
    """Its script computes in floats: equal to fifteen digits."""
    rates = (
        1_151_473_696_985_310_120,
        1_094_761_417_991_677_774,
        1_070_920_905_211_974_170,
        1_004_232_276_619_834_910,
        1_018_054_114_977_401_548,
        1_047_375_758_619_640_637,
    )
    expected = (
        189_533_925_912_150_545,
        136_060_339_614_722_700,
        139_089_273_170_514_623,
        148_325_854_283_840_534,
        221_356_540_457_004_603,
        142_216_018_561_812_320,
    )
    weights = ib.target_weights((2, 1, 1, 1, 2, 1), ([100, 200, 1], [1], [1], [1], [1, 1], [1]))
    found = ib.target_units(1_039_410_708_579_791_328, weights, rates)
    for unit, theirs in zip(found, expected, strict=True):
        assert abs(unit - theirs) < 1_000


@pytest.mark.parametrize(
    ("weights", "cap", "expected"),
    [
        ((4, 3, 3), ONE // 2, (ONE * 4 // 10, ONE * 3 // 10, ONE * 3 // 10)),
        ((6, 3, 1), ONE // 2, (ONE // 2, ONE * 3 // 8, ONE // 8)),
        ((1, 1), ONE // 2, (ONE // 2, ONE // 2)),
        ((9, 0, 1), ONE // 2, (ONE // 2, 0, ONE // 2)),
        # The excess of one lifts the next over the cap: 60, 25, 10, 5 at 30 %.
        (
            (60, 25, 10, 5),
            3 * ONE // 10,
            (3 * ONE // 10, 3 * ONE // 10, 8 * ONE // 30, 4 * ONE // 30),
        ),
        ((2, 1), ONE, (ONE * 2 // 3, ONE // 3)),
    ],
)
def test_the_cap(weights: tuple[int, ...], cap: int, expected: tuple[int, ...]) -> None:
    assert ib.capped(weights, cap) == expected


def test_caps_that_nothing_fits() -> None:
    assert ib.MAX_WEIGHT == ONE // 2
    assert refusal(ib.capped, (5,)) == ib.CAPS_TOO_TIGHT
    assert refusal(ib.capped, (1, 1, 1), ONE // 3 - 1) == ib.CAPS_TOO_TIGHT
    assert refusal(ib.capped, (5, 0)) == ib.CAPS_TOO_TIGHT
    assert refusal(ib.capped, (0, 0)) == ib.NO_WEIGHT


@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.lists(st.integers(1, 10**6), min_size=1, max_size=9)),
        min_size=2,
        max_size=9,
    )
)
def test_weights_add_up_to_one_but_for_dust_and_none_is_above_the_cap(
    protocols: list[tuple[int, list[int]]],
) -> None:
    weights = ib.target_weights([n for n, _ in protocols], [each for _, each in protocols])
    assert ONE - len(weights) <= sum(weights) <= ONE
    held = ib.capped(weights)
    assert ONE - 2 * len(held) <= sum(held) <= ONE
    assert max(held) <= ib.MAX_WEIGHT
    order = sorted(range(len(weights)), key=lambda place: weights[place])
    assert [held[place] for place in order] == sorted(held)


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.integers(1, 1_000))
def test_more_operators_never_weigh_less(first: int, second: int, more: int) -> None:
    same = ([1, 1], [1, 1])
    before = ib.target_weights((first, second), same)[0]
    assert ib.target_weights((first + more, second), same)[0] >= before


# --- value ---------------------------------------------------------------------------------


def test_the_net_asset_value_of_july_2023() -> None:
    # Units of gov.indexcoop.com's report of 2023-07-28; rates near that day's.
    units = (353 * ONE // 1000, 216 * ONE // 1000, 227 * ONE // 1000, 162 * ONE // 1000)
    rates = (1_079 * ONE // 1000, 1_134 * ONE // 1000, ONE, 1_050 * ONE // 1000)
    exact = sum(Fraction(u, ONE) * Fraction(r, ONE) for u, r in zip(units, rates, strict=True))
    assert ib.nav(basket(*units), rates) == exact * ONE


def test_each_part_of_the_value_is_rounded_down() -> None:
    # 1.5 + 1.5 wei are 1 + 1.
    assert ib.nav(basket(3, 3), (ONE // 2, ONE // 2)) == 2
    # A multiplier of a half: units of 7 are 3.
    assert ib.real_unit(basket(7, multiplier=ONE // 2), 0) == 3
    assert ib.nav(basket(7, multiplier=ONE // 2), (3 * ONE,)) == 9


def test_target_units_are_rounded_down() -> None:
    assert ib.target_units(10, (ONE // 2, ONE // 2), (3 * ONE // 3, ONE * 3)) == (5, 1)


def test_between_which_prices_nobody_creates_or_redeems() -> None:
    # Value 2; creating costs 1 %, redeeming 0.5 %, an order of 10 tokens 0.1 ether.
    bounds = ib.price_bounds(2 * ETH, 10 * ONE, ONE // 100, ONE // 200, ETH // 10)
    assert bounds == (199 * ETH // 100 - ETH // 100, 202 * ETH // 100 + ETH // 100)
    assert ib.price_bounds(2 * ETH, ONE, 0, 0, 0) == (2 * ETH, 2 * ETH)
    assert ib.price_bounds(ETH, ONE, 0, 0, 2 * ETH) == (0, 3 * ETH)
    # Outwards: 3 wei less 1/2 are 1 (and the order's third of a wei counts as one).
    assert ib.price_bounds(3, 3 * ONE, ONE // 2, ONE // 2, 1) == (0, 6)


@given(
    st.integers(1, 10 * ETH),
    st.integers(1, 100 * ONE),
    st.integers(0, ONE // 2),
    st.integers(0, ETH),
)
def test_at_the_bounds_arbitrage_gains_nothing(
    value: int, quantity: int, cost: int, order: int
) -> None:
    low, high = ib.price_bounds(value, quantity, cost, cost, order)
    tokens = Fraction(quantity, ONE)
    assert tokens * high <= tokens * value * (1 + Fraction(cost, ONE)) + order + 2 * tokens
    assert tokens * high >= tokens * value * (1 + Fraction(cost, ONE)) + order
    assert low == 0 or tokens * low <= tokens * value * (1 - Fraction(cost, ONE)) - order


# --- creating and redeeming ----------------------------------------------------------------


def test_creation_is_in_kind_and_rounded_up_redemption_down() -> None:
    before = basket(ONE // 3, 2 * ONE)
    after, paid = ib.create(before, 2)
    assert paid == (1, 4)  # 2/3 of a unit
    assert ib.to_create(before, 2) == paid
    assert after.supply == before.supply + 2
    assert [each.held for each in after.components] == [
        each.held + amount for each, amount in zip(before.components, paid, strict=True)
    ]
    back, got = ib.redeem(after, 2)
    assert got == (0, 4)
    assert back.supply == before.supply
    assert back.components[0].held == before.components[0].held + 1
    assert back.components[1].held == before.components[1].held


def test_orders_that_are_refused() -> None:
    held = basket(ONE, supply=5)
    assert refusal(ib.create, held, 0) == ib.NOTHING_CREATED
    assert refusal(ib.redeem, held, 0) == ib.NOTHING_REDEEMED
    assert refusal(ib.redeem, held, 6) == ib.TOO_MUCH_REDEEMED
    assert ib.redeem(held, 5)[0].supply == 0
    assert ib.create(held, 1)[1] == (1,)
    assert ib.redeem(held, 1)[1] == (1,)


# --- the fee -------------------------------------------------------------------------------


def test_a_year_s_fee_is_that_part_of_all_tokens() -> None:
    before = basket(ONE, supply=99 * ONE)
    after, minted = ib.accrue_fee(before, ONE // 100, 31_557_600)
    assert minted == ONE  # 1 of 100
    assert after == Basket(before.components, 100 * ONE, 99 * ONE // 100)
    half, _ = ib.accrue_fee(after, ONE // 100, 31_557_600 // 2)
    assert half.multiplier == 99 * 995 * ONE // 100_000
    assert ib.accrue_fee(before, 0, 31_557_600) == (before, 0)


def test_the_fee_is_rounded_down() -> None:
    # 10/31,557,600 of 1 is 0.3… of 10⁻⁶: every division truncates.
    fee = 10 * ONE // 31_557_600
    after, minted = ib.accrue_fee(basket(ONE, supply=7), ONE, 10)
    assert minted == 7 * fee // (ONE - fee)
    after, minted = ib.accrue_fee(basket(ONE, supply=ONE + 1, multiplier=3), ONE, 10)
    assert minted == (ONE + 1) * fee // (ONE - fee)
    assert after.multiplier == 2


# --- rebalancing ---------------------------------------------------------------------------

DOWN = Auction(101, 3, 600, True, 105, 90)
UP = DOWN._replace(decreasing=False)


@pytest.mark.parametrize(
    ("auction", "elapsed", "price"),
    [
        (DOWN, 0, 101),
        (DOWN, 599, 101),
        (DOWN, 600, 98),
        (DOWN, 1_800, 92),
        (DOWN, 2_400, 90),
        (DOWN, DAY, 90),
        (UP, 599, 101),
        (UP, 600, 104),
        (UP, 1_200, 105),
    ],
)
def test_the_price_moves_in_steps_within_its_bounds(
    auction: Auction, elapsed: int, price: int
) -> None:
    assert ib.auction_price(auction, elapsed) == price


@pytest.mark.parametrize(
    "wrong",
    [{"initial": 0, "lowest": 0}, {"slope": 0}, {"bucket": 0}, {"lowest": 102}, {"highest": 100}],
)
def test_auctions_that_are_none(wrong: dict[str, int]) -> None:
    assert refusal(ib.auction_price, DOWN._replace(**wrong), 0) == ib.BAD_AUCTION


def test_auctions_at_their_own_bounds() -> None:
    assert ib.auction_price(Auction(1, 1, 1, True, 1, 1), 5) == 1


def test_what_is_left_to_trade() -> None:
    held = basket(2 * ONE, supply=10)
    assert ib.auction_size(held, 0, 15 * ONE // 10) == (True, 5)
    assert ib.auction_size(held, 0, 26 * ONE // 10) == (False, 6)
    assert refusal(ib.auction_size, held, 0, 2 * ONE) == ib.TARGET_MET
    # Current rounded down, target up: 3 tokens of 1.5 are 4, wanted are 4.2, so 5.
    assert ib.auction_size(basket(15 * ONE // 10, supply=3), 0, 14 * ONE // 10) == (False, 1)


def test_nothing_is_left_to_trade_when_only_the_roundings_differ() -> None:
    assert ib.auction_size(basket(2 * ONE, supply=1), 0, 19 * ONE // 10) == (False, 0)


def test_fees_lower_the_target_too() -> None:
    assert ib.normalized_target(basket(ONE, multiplier=ONE // 2), 7, ONE) == 3
    assert ib.normalized_target(basket(ONE, multiplier=ONE // 2), 7, ONE // 2) == 7


def test_selling_a_component_for_the_quote_asset() -> None:
    before = basket(2 * ONE, ONE // 2, supply=10)  # 20 and 5 held
    done = ib.sell(before, 0, 1, 4, ONE, 15 * ONE // 10, 6)
    assert (done.paid, done.received) == (6, 4)
    assert done.basket == Basket((Component(16 * ONE // 10, 16), Component(11 * ONE // 10, 11)), 10)
    odd = ib.sell(before, 0, 1, 3, ONE, 15 * ONE // 10, 5)
    assert odd.paid == 5  # 4.5, up


def test_buying_a_component_for_the_quote_asset() -> None:
    before = basket(2 * ONE, ONE // 2, supply=10)
    done = ib.buy(before, 0, 1, 3, 3 * ONE, 15 * ONE // 10, 4)
    assert (done.paid, done.received) == (3, 4)  # 4.5, down
    assert done.basket == Basket((Component(23 * ONE // 10, 23), Component(ONE // 10, 1)), 10)
    whole = ib.buy(before, 0, 1, 5, 3 * ONE, ONE, 5)
    assert whole.basket.components[1] == Component(0, 0)


def test_gifts_do_not_enter_the_units() -> None:
    before = basket(2 * ONE, ONE // 2, supply=10, gift=7)
    done = ib.sell(before, 0, 1, 4, ONE, ONE, 4)
    assert done.basket.components == (
        Component(16 * ONE // 10, 23),
        Component(9 * ONE // 10, 16),
    )


def test_what_the_units_stand_for_is_rounded_down_before_a_bid() -> None:
    # 3 tokens of 1.5 are 4 of the 5 that are held; of 3 left after the bid 2 count: 0.66…
    before = Basket((Component(15 * ONE // 10, 5), Component(0, 0)), 3)
    done = ib.sell(before, 0, 1, 2, ONE // 2, ONE, 2)
    assert done.basket.components[0] == Component(2 * ONE // 3, 3)


def test_a_unit_of_one_is_a_unit() -> None:
    before = Basket((Component(10, 100), Component(0, 0)), 10 * ONE)
    assert ib.sell(before, 0, 1, 90, 1, ONE, 90).basket.components[0] == Component(1, 10)


def test_a_rate_or_a_weight_that_is_missing_is_a_bug_not_a_nought() -> None:
    with pytest.raises(ValueError, match="zip"):
        ib.nav(basket(ONE, ONE), (ONE,))
    with pytest.raises(ValueError, match="zip"):
        ib.target_units(ONE, (ONE,), (ONE, ONE))
    with pytest.raises(ValueError, match="zip"):
        ib.target_weights((1, 1), ([1],))


def test_bids_that_are_refused() -> None:
    held = basket(2 * ONE, ONE // 2, supply=10)
    assert refusal(ib.sell, held, 1, 1, 4, ONE, ONE, 9) == ib.ON_QUOTE
    assert refusal(ib.sell, held, 0, 1, 0, ONE, ONE, 9) == ib.NO_QUANTITY
    assert refusal(ib.sell, held, 0, 1, 4, 3 * ONE, ONE, 9) == ib.WRONG_WAY
    assert refusal(ib.sell, held, 0, 1, 11, ONE, ONE, 99) == ib.TOO_LARGE
    assert refusal(ib.sell, held, 0, 1, 4, ONE, ONE, 3) == ib.OVER_LIMIT
    assert refusal(ib.sell, held, 0, 1, 4, 2 * ONE, ONE, 9) == ib.TARGET_MET
    assert refusal(ib.buy, held, 0, 0, 4, 3 * ONE, ONE, 0) == ib.ON_QUOTE
    assert refusal(ib.buy, held, 0, 1, 4, ONE, ONE, 0) == ib.WRONG_WAY
    assert refusal(ib.buy, held, 0, 1, 4, 3 * ONE, ONE, 5) == ib.UNDER_LIMIT
    assert refusal(ib.buy, held, 0, 1, 6, 3 * ONE, ONE, 6) == ib.NO_QUOTE
    assert ib.sell(held, 0, 1, 10, ONE, ONE, 10).basket.components[0].unit == ONE
    assert ib.sell(held, 0, 1, 1, ONE, ONE, 1).paid == 1


def test_units_that_the_multiplier_loses() -> None:
    # 10 tokens hold 300; of 10 that are left the unit is 1, a third of a virtual one.
    above = Basket((Component(10, 300), Component(0, 0)), 10 * ONE, 3 * ONE)
    assert refusal(ib.sell, above, 0, 1, 290, 1, ONE, 290) == ib.UNIT_TOO_SMALL
    # With a multiplier of 3/4 the unit of 1 is 1.33 virtual, rounded to 1: 0.75 again, nothing.
    below = Basket((Component(10, 70), Component(0, 0)), 10 * ONE, 3 * ONE // 4)
    assert refusal(ib.sell, below, 0, 1, 60, 1, ONE, 60) == ib.UNIT_VANISHES


def test_when_a_rebalance_is_over_and_when_it_is_done() -> None:
    ib.check_running(1_000, 1_000 + DAY - 1)
    assert refusal(ib.check_running, 1_000, 1_000 + DAY) == ib.ENDED
    held = basket(5, 0)
    assert [ib.is_met(held, 0, target) for target in (3, 4, 5, 6, 7, 0)] == [
        False, True, True, True, False, False,
    ]  # fmt: skip
    assert ib.is_met(held, 1, 0)
    assert ib.is_met(held, 1, 1)
    assert not ib.is_met(basket(1), 0, 0)


# --- properties ----------------------------------------------------------------------------

UNITS = st.lists(st.integers(0, 3 * ONE), min_size=1, max_size=5)
QUANTITY = st.integers(1, 10**22)


@given(UNITS, QUANTITY, st.integers(1, ONE))
def test_a_round_trip_never_gains_and_the_basket_always_covers_its_units(
    units: list[int], quantity: int, multiplier: int
) -> None:
    before = basket(*units, multiplier=multiplier)
    after, paid = ib.create(before, quantity)
    _, got = ib.redeem(after, quantity)
    for place, (cost, back) in enumerate(zip(paid, got, strict=True)):
        assert 0 <= cost - back <= 1
        real = Fraction(ib.real_unit(after, place), ONE)
        assert cost == ceil(real * quantity)
        assert after.components[place].held >= real * after.supply


@given(UNITS, st.integers(0, ONE // 10), st.integers(0, 10 * 31_557_600 - 1))
def test_the_fee_never_leaves_the_basket_short(units: list[int], rate: int, elapsed: int) -> None:
    before = basket(*units)
    after, minted = ib.accrue_fee(before, rate, elapsed)
    assert minted >= 0
    for place, each in enumerate(after.components):
        assert each.held * ONE >= ib.real_unit(after, place) * after.supply


@given(
    st.integers(ONE // 100, 3 * ONE),
    st.integers(ONE // 100, 3 * ONE),
    st.integers(0, 3 * ONE),
    st.integers(1, 100),
    st.integers(ONE // 2, 2 * ONE),
)
def test_a_bid_moves_the_unit_towards_its_target_and_never_past_it(
    unit: int, quote_unit: int, target: int, percent: int, price: int
) -> None:
    before = basket(unit, quote_unit)
    if unit == target:
        return
    selling, left = ib.auction_size(before, 0, target)
    quantity = left * percent // 100
    if quantity == 0 or (not selling and quantity * price // ONE > before.components[1].held):
        return
    trade = ib.sell if selling else ib.buy
    done = trade(before, 0, 1, quantity, target, price, 10**30 if selling else 0)
    after = ib.real_unit(done.basket, 0)
    assert (target <= after + 1 and after <= unit) if selling else unit <= after <= target + 1
    # The bidder never pays less than the price, nor receives more.
    if selling:
        assert done.paid * ONE >= done.received * price
    else:
        assert done.received * ONE <= done.paid * price
    for place, each in enumerate(done.basket.components):
        assert each.held * ONE >= ib.real_unit(done.basket, place) * done.basket.supply


@given(st.integers(1, 10**6))
def test_the_square_root_is_exact_to_the_last_digit(count: int) -> None:
    # Against one operator, √n/(√n + 1), from a root with thirty digits.
    root = Fraction(isqrt(count * 10**60), 10**30)
    factor = ib.operator_factors((count, 1))[0]
    assert abs(Fraction(factor, ONE) - root / (root + 1)) <= Fraction(2, ONE)


@given(UNITS, QUANTITY, QUANTITY)
def test_more_costs_more_and_gives_more(units: list[int], quantity: int, more: int) -> None:
    start = basket(*units, supply=300 * ONE)
    less, greater = ib.to_create(start, quantity), ib.to_create(start, quantity + more)
    assert all(a <= b for a, b in zip(less, greater, strict=True))
    whole = ib.create(start, quantity + more)[0]
    out = [ib.redeem(whole, each)[1] for each in (quantity, quantity + more)]
    assert all(a <= b for a, b in zip(*out, strict=True))
