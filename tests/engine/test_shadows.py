"""Shadows: what a stake would be natively is decided at the stake, and begins when it would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel, quotes, shadows
from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.shadows import ShadowBegan, Shadows, StepShadow
from lstwallet.engine.staking import Stake, Staked
from lstwallet.engine.validators import StakeNatively, earnings_at
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import mint
from lstwallet.units.clock import DAY, HOUR
from tests.engine.staking_world import CHAIN, ETH, NOW, POOL, assert_sound, only, run, world_of


@pytest.fixture
def draft() -> Draft:
    return Draft(world_of())


def cast(draft: Draft) -> tuple[shadows.Shadow, ...]:
    return draft.shadows.cast if draft.shadows else ()


def test_forty_eth_cast_one_validator_that_waits_as_a_real_one_would(draft: Draft) -> None:
    real = Draft(draft)
    kernel.handle(real, StakeNatively("you", 32 * ETH))
    kernel.handle(draft, Stake("you", 40 * ETH))
    (shadow,) = cast(draft)
    (validator,) = real.validators.values()
    assert (shadow.wei, shadow.keys, shadow.token) == (40 * ETH, 1, "stETH")
    assert shadow.units == draft.balance("you", "stETH")
    assert shadow.active_at == validator.active_at > NOW
    assert shadow.begun is None


def test_it_begins_at_its_place_in_the_queue_and_keeps_the_sums_of_that_moment(
    draft: Draft,
) -> None:
    kernel.handle(draft, Stake("you", 64 * ETH))
    starts = cast(draft)[0].active_at
    assert only(run(draft, starts - 1), ShadowBegan) == []
    (began,) = only(run(draft, starts), ShadowBegan)
    (shadow,) = cast(draft)
    assert (began.at, began.place) == (starts, 0)
    assert shadow.begun == began.begun == earnings_at(draft.beacon, starts)
    assert draft.shadows == Shadows((shadow,), ())


def test_less_than_a_validator_waits_for_nothing(draft: Draft) -> None:
    kernel.handle(draft, Stake("you", 5 * ETH))
    (shadow,) = cast(draft)
    assert (shadow.keys, shadow.active_at, shadow.begun) == (0, NOW, None)
    assert shadows.due(draft) is None
    with pytest.raises(NothingToDo):
        kernel.handle(draft, StepShadow())


def test_nobody_elses_stake_casts_one() -> None:
    draft = Draft(world_of(POOL, CHAIN, mint("ETH", 100 * ETH, "crowd:a")))
    (staked,) = kernel.handle(draft, Stake("crowd:a", 64 * ETH))
    assert staked.shadow is None
    assert draft.shadows is None


def test_a_shadow_takes_no_room_in_the_queue_and_moves_no_money(draft: Draft) -> None:
    before = draft.beacon.deposits
    kernel.handle(draft, Stake("you", 3_200 * ETH))
    assert draft.beacon.deposits == before
    run(draft, cast(draft)[0].active_at)
    assert_sound(draft)


def test_a_preview_shows_the_shadow_of_the_receipt(draft: Draft) -> None:
    world = draft.freeze()
    quote = quotes.preview(world, Stake("you", 40 * ETH))
    events = kernel.handle(draft, Stake("you", 40 * ETH))
    assert tuple(quote.events) == tuple(events)
    assert isinstance(events[0], Staked)


def test_an_earlier_programs_stake_has_none() -> None:
    """Its event lacks the field at the end; replaying it casts nothing."""
    draft = Draft(world_of())
    (staked,) = kernel.decide(draft, Stake("you", 40 * ETH))
    kernel.apply(draft, Staked(*staked[:6]))
    assert draft.shadows is None


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 40)), max_size=6))
def test_they_begin_in_order_and_all_of_them(stakes: list[tuple[int, int]]) -> None:
    draft = Draft(world_of())
    for eth, hours in stakes:
        kernel.handle(draft, Stake("you", eth * ETH))
        run(draft, draft.time + hours * HOUR)
    run(draft, draft.time + 60 * DAY)
    assert [each.wei for each in cast(draft)] == [eth * ETH for eth, _ in stakes]
    for each in cast(draft):
        assert (each.begun is not None) == (each.keys > 0)
    assert draft.shadows is None or draft.shadows.waiting == ()
