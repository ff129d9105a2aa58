"""Lido's staking rate limit, worked by hand and by its properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import stake_limit
from lstwallet.protocols.stake_limit import STAKE_LIMIT, StakeLimit
from lstwallet.units.checked import Revert

ETH = 10**18
WHOLE = StakeLimit(150_000 * ETH, 6_000, 150_000 * ETH, 100)
"""25 ETH a block."""


def test_a_stake_uses_the_limit_and_every_block_brings_25_back() -> None:
    after = stake_limit.take(WHOLE, 100_000 * ETH, 100)
    assert stake_limit.left_at(after, 100) == 50_000 * ETH
    assert stake_limit.left_at(after, 101) == 50_025 * ETH
    assert stake_limit.left_at(after, 100 + 4_000) == 150_000 * ETH
    assert stake_limit.left_at(after, 100 + 9_000) == 150_000 * ETH


def test_more_than_is_left_is_refused_with_the_contract_s_reason() -> None:
    after = stake_limit.take(WHOLE, 149_000 * ETH, 100)
    with pytest.raises(Revert, match=STAKE_LIMIT):
        stake_limit.take(after, 1_000 * ETH + 1, 100)
    assert stake_limit.take(after, 1_000 * ETH, 100).left == 0


def test_without_a_limit_anything_is_taken() -> None:
    nothing = StakeLimit(0, 0, 0, 0)
    assert stake_limit.take(nothing, 10**30, 5) == nothing


def test_how_long_until_it_fits() -> None:
    used = StakeLimit(150_000 * ETH, 6_000, 0, 100)
    assert stake_limit.blocks_until(used, 25 * ETH, 100) == 1
    assert stake_limit.blocks_until(used, 25 * ETH + 1, 100) == 2
    assert stake_limit.blocks_until(used, 25 * ETH, 101) == 0
    assert stake_limit.blocks_until(used, 150_000 * ETH + 1, 100) is None


AMOUNTS = st.integers(0, 200_000 * ETH)


@given(stakes=st.lists(st.tuples(AMOUNTS, st.integers(0, 50)), max_size=12))
def test_never_more_than_the_window_and_never_below_zero(stakes: list[tuple[int, int]]) -> None:
    limit, block, taken = WHOLE, WHOLE.block, 0
    for wei, passed in stakes:
        block += passed
        left = stake_limit.left_at(limit, block)
        assert 0 <= left <= limit.most
        if wei > left:
            with pytest.raises(Revert):
                stake_limit.take(limit, wei, block)
            continue
        limit, taken = stake_limit.take(limit, wei, block), taken + wei
        assert stake_limit.left_at(limit, block) == left - wei
    assert taken <= WHOLE.most + (block - WHOLE.block) * stake_limit.growth(WHOLE)


@given(wei=AMOUNTS, first=st.integers(0, 5_000), second=st.integers(0, 5_000))
def test_waiting_in_two_pieces_is_waiting_once(wei: int, first: int, second: int) -> None:
    used = stake_limit.take(WHOLE, min(wei, WHOLE.most), 100)
    halfway = used._replace(left=stake_limit.left_at(used, 100 + first), block=100 + first)
    end = 100 + first + second
    assert stake_limit.left_at(halfway, end) == stake_limit.left_at(used, end)
