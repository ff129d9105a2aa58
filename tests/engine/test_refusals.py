"""A refusal is data: it survives any number and any process."""

from __future__ import annotations

import pickle

import pytest

from lstwallet.engine import kernel
from lstwallet.engine.refusals import NotEnoughBalance
from lstwallet.engine.staking import Stake
from lstwallet.engine.world import YOU
from tests.small_world import small_world


def test_a_number_of_any_length_is_refused() -> None:
    with pytest.raises(NotEnoughBalance) as refused:
        kernel.decide(small_world(), Stake(YOU, 10**5_000))
    assert refused.value.wanted == 10**5_000


def test_a_refusal_comes_back_from_another_process_as_it_was() -> None:
    refusal = NotEnoughBalance("ETH", 2, 1)
    assert pickle.loads(pickle.dumps(refusal)) == refusal
    assert str(refusal) == "NotEnoughBalance(token='ETH', wanted=2, available=1)"
