"""The fee market: the spec's bounds as properties, and hand cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import fee_market
from lstwallet.units.checked import Revert

LIMITS = st.integers(min_value=10_000, max_value=10**9)
FEES = st.integers(min_value=0, max_value=10**15)


@given(limit=LIMITS, fee=FEES, part=st.integers(min_value=0, max_value=10_000))
def test_a_block_moves_the_base_fee_by_an_eighth_at_most(limit: int, fee: int, part: int) -> None:
    used = limit * part // 10_000
    after = fee_market.next_base_fee(limit, limit, used, fee)
    target = limit // 2
    over = limit - target  # of an odd limit one more than the target
    assert fee - fee // 8 <= after <= fee + max(fee * over // (8 * target), 1)
    target = limit // 2
    assert (after > fee) == (used > target)
    if used == target:
        assert after == fee


@given(limit=LIMITS, fee=FEES, used=st.tuples(LIMITS, LIMITS))
def test_a_fuller_block_never_makes_the_next_cheaper(
    limit: int, fee: int, used: tuple[int, int]
) -> None:
    less, more = sorted(min(gas, limit) for gas in used)
    cheap = fee_market.next_base_fee(limit, limit, less, fee)
    assert cheap <= fee_market.next_base_fee(limit, limit, more, fee)


@given(limit=LIMITS, other=LIMITS)
def test_a_gas_limit_that_jumps_is_no_block(limit: int, other: int) -> None:
    allowed = abs(other - limit) < limit // 1024 and other >= 5_000
    assert fee_market.is_limit_allowed(other, limit) is allowed
    if not allowed:
        with pytest.raises(Revert, match="InvalidBlock"):
            fee_market.next_base_fee(other, limit, 0, 10**9)


def test_full_blocks_double_the_fee_in_six() -> None:
    fees = list(fee_market.base_fees(36_000_000, 10**9, [36_000_000] * 6))
    assert fees == [
        1_125_000_000, 1_265_625_000, 1_423_828_125, 1_601_806_640, 1_802_032_470, 2_027_286_528,
    ]  # fmt: skip


def test_a_fee_of_nothing_rises_only_when_blocks_are_full() -> None:
    assert list(fee_market.base_fees(30_000_000, 0, [0, 15_000_000, 15_000_001])) == [0, 0, 1]


@given(
    factor=st.integers(min_value=0, max_value=10**9),
    ratio=st.integers(min_value=0, max_value=20_000),
)
def test_the_fake_exponential_is_the_exponential_from_below(factor: int, ratio: int) -> None:
    value = fee_market.fake_exponential(factor, ratio, 1_000)
    true = factor * math.exp(ratio / 1_000)
    assert value <= true * (1 + 1e-9) + 1
    assert value >= true * (1 - 1e-9) - _most_lost(ratio / 1_000) / 1_000 - 2


def _most_lost(exponent: float) -> float:
    """Parts of the denominator that rounding may take: each term loses less than one, and what
    a term has lost the next ones lose too, times ``exponent / place``."""
    lost = term = 0.0
    for place in range(1, 200):
        term = term * exponent / place + 1
        lost += term
    return lost


def test_a_denominator_of_nothing_is_refused() -> None:
    with pytest.raises(Revert):
        fee_market.fake_exponential(1, 1, 0)


def test_a_blob_costs_a_wei_until_there_is_excess() -> None:
    assert fee_market.blob_price(0) == 1
    assert fee_market.blob_price(10 * fee_market.BLOB_FRACTION) == math.floor(math.e**10)


def test_a_fee_is_burnt_and_tipped() -> None:
    assert fee_market.fee(21_000, 10**9, 10**8) == (21_000 * 10**9, 21_000 * 10**8)
