"""The staking limit in a world, and what a stop refuses and lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from lstwallet.engine import guards, kernel
from lstwallet.engine.guards import FoundGuards, Stop
from lstwallet.engine.pools_facts import BALANCED, LP, AddLiquidity, RemoveLiquidity, Swap
from lstwallet.engine.refusals import AboveMaximum, NothingToDo, Stopped
from lstwallet.engine.staking_facts import Claim, RequestUnstake, Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.upgrades import upgrades
from lstwallet.store import codec
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world

ETH = 10**18


def draft_after(*commands: Any) -> Draft:
    """You hold 200,000 ETH and have given these commands."""
    draft = Draft(small_world())
    for command in (*[Fund(YOU, "ETH", 100_000 * ETH)] * 2, *commands):
        kernel.handle(draft, command)
    return draft


def test_the_world_begins_with_the_catalogue_s_limit() -> None:
    assert guards.stake_left(small_world()) == 150_000 * ETH


def test_the_limit_is_used_refused_and_refilled_within_a_day() -> None:
    draft = draft_after(Stake(YOU, 120_000 * ETH))
    assert guards.stake_left(draft) == 30_000 * ETH
    with pytest.raises(AboveMaximum) as refused:
        kernel.handle(draft, Stake(YOU, 30_001 * ETH))
    assert (refused.value.maximum, refused.value.rule) == (30_000 * ETH, guards.LIMIT_RULE)
    draft.time += HOUR  # 300 slots of 12 s, each with a 7,200th of the limit
    assert guards.stake_left(draft) == 30_000 * ETH + 300 * (150_000 * ETH // 7_200)
    draft.time += DAY
    assert guards.stake_left(draft) == 150_000 * ETH
    kernel.handle(draft, Stake(YOU, 50_000 * ETH))


def test_a_world_without_guards_takes_anything_until_they_are_founded() -> None:
    old = small_world()._replace(guards=None)
    draft = Draft(old)
    kernel.handle(draft, Fund(YOU, "ETH", 100_000 * ETH))
    kernel.handle(draft, Fund(YOU, "ETH", 100_000 * ETH))
    event = kernel.handle(draft, Stake(YOU, 160_000 * ETH))[0]
    assert event.limit is None
    founding = [c for c in upgrades(old) if isinstance(c, FoundGuards)]
    assert founding == [FoundGuards(150_000 * ETH, 7_200)]
    kernel.handle(draft, founding[0])
    with pytest.raises(NothingToDo):
        kernel.handle(draft, founding[0])
    assert not [c for c in upgrades(draft.freeze()) if isinstance(c, FoundGuards)]


def refused(draft: Draft, command: Any) -> bool:
    try:
        kernel.handle(Draft(draft.freeze()), command)
    except Stopped:
        return True
    return False


def test_each_stop_refuses_its_own_and_lets_the_way_out_open() -> None:
    world = draft_after(Stake(YOU, 1_000 * ETH), AddLiquidity(YOU, "steth_eth", (100 * ETH, 0), 0),
                        AddLiquidity(YOU, "usdc_eth", (0, 10 * ETH), 0))  # fmt: skip
    acts = {
        guards.STAKING: [Stake(YOU, ETH)],
        guards.REQUESTS: [RequestUnstake(YOU, ETH)],
        "pool:steth_eth": [
            Swap(YOU, "steth_eth", "ETH", ETH, 0, "stETH"),
            Swap(YOU, "route", "wstETH", ETH, 0, "ETH"),
            AddLiquidity(YOU, "steth_eth", (ETH, 0), 0),
            RemoveLiquidity(YOU, "steth_eth", ETH, "ETH", (0, 0)),
        ],
        "pool:usdc_eth": [
            Swap(YOU, "usdc_eth", "ETH", ETH, 0, "USDC"),
            AddLiquidity(YOU, "usdc_eth", (0, ETH), 0),
            RemoveLiquidity(YOU, "usdc_eth", 10**9, "USDC", (0, 0)),
        ],
    }
    kernel.handle(world, Fund(YOU, "ETH", 10 * ETH))
    from lstwallet.engine.staking_facts import Wrap

    kernel.handle(world, Wrap(YOU, 10 * ETH))
    for what, commands in acts.items():
        stopped = Draft(world.freeze())
        kernel.handle(stopped, Stop(what, True))
        for other, theirs in acts.items():
            for command in theirs:
                assert refused(stopped, command) is (what == other), (what, command)
        for pool in ("steth_eth", "usdc_eth"):
            lp = world.balance(YOU, LP[pool]) // 2
            assert not refused(stopped, RemoveLiquidity(YOU, pool, lp, BALANCED, (0, 0)))
        kernel.handle(stopped, Stop(what, False))
        assert not any(refused(stopped, command) for command in commands)


def test_a_claim_goes_on_while_the_queue_is_stopped() -> None:
    draft = draft_after(Stake(YOU, 10 * ETH), RequestUnstake(YOU, 5 * ETH))
    number, ticket = next((n, t) for n, t in draft.tickets.items() if t.account == YOU)
    kernel.handle(draft, Stop(guards.REQUESTS, True))
    with pytest.raises(Exception) as why:  # noqa: PT011 - only that it is not the stop
        kernel.handle(draft, Claim(YOU, number))
    assert not isinstance(why.value, Stopped)
    assert not ticket.finalised


def test_what_is_so_already_is_refused() -> None:
    draft = draft_after(Stop(guards.STAKING, True))
    for command in (Stop(guards.STAKING, True), Stop(guards.REQUESTS, False), Stop("moon", True)):
        with pytest.raises(NothingToDo):
            kernel.handle(draft, command)


def test_guards_are_kept() -> None:
    world: World = draft_after(Stop("pool:usdc_eth", True), Stake(YOU, 7 * ETH)).freeze()
    again = codec.decode_world(codec.encode_world(world))
    assert again.guards == world.guards
    assert again.guards is not None
    assert again.guards.stopped == ("pool:usdc_eth",)
