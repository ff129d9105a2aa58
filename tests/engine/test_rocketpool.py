"""rETH: what is minted, burnt, refused; what a day brings; and worlds made before it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from lstwallet.engine import kernel, pools, quotes, refusals
from lstwallet.engine import rocketpool as engine
from lstwallet.engine.pools import LP, RETH_ETH, AddLiquidity, RemoveLiquidity, Swap
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.rocketpool import (
    BalancesUpdated,
    BurnReth,
    DeployRocketPool,
    MintReth,
    RocketPool,
    StepRocketPool,
)
from lstwallet.engine.rocketpool_facts import (
    MinipoolsActivated,
    MinipoolsClosed,
    MinipoolsExited,
)
from lstwallet.engine.validators_facts import RecordDuties
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market import rocketpool as market
from lstwallet.market.catalogue import load
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.protocols import rocketpool
from lstwallet.store import codec
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18


def world_with(change: Callable[[RocketPool], RocketPool] = lambda rocket: rocket) -> World:
    """The small world, you with 50,000 ETH, and its protocol changed."""
    draft = Draft(small_world())
    kernel.handle(draft, Fund(YOU, "ETH", 50_000 * ETH))
    assert draft.rocketpool is not None
    draft.rocketpool = change(draft.rocketpool)
    return draft.freeze()


WORLD = world_with()


def done(world: World, *commands: Any) -> tuple[World, list[Any]]:
    """The world after commands, and their events; it is audited."""
    draft, events = Draft(world), []
    for command in commands:
        events.extend(kernel.handle(draft, command))
    after = draft.freeze()
    assert kernel.audit(after) == []
    return after, events


def refused(command: Any, world: World = WORLD) -> Refusal:
    with pytest.raises(Refusal) as caught:
        kernel.decide(world, command)
    with pytest.raises(type(caught.value)):
        quotes.preview(world, command)
    return caught.value


def passed(world: World, seconds: int, *, flows: bool = False) -> tuple[World, list[Any]]:
    """The world after a time, and all events; audited."""
    draft, events = Draft(world), []
    for step in Driver(MarketConfig(flows=flows), 7, tiny()).steps(draft, world.time + seconds):
        events.extend(step.events)
    after = draft.freeze()
    assert kernel.audit(after) == []
    return after, events


def only(events: list[Any], kind: type) -> list[Any]:
    return [event for event in events if type(event) is kind]


def pool_of(world: World) -> rocketpool.Pool:
    assert world.rocketpool is not None
    return world.rocketpool.pool


# --- minting and burning -------------------------------------------------------------------


def test_eth_becomes_reth_at_the_rate_less_the_fee() -> None:
    after, (event,) = done(WORLD, MintReth(YOU, 23 * ETH))
    assert event.reth == 19_989_999_999_999_999_999  # 23 · 0.9995 / 1.15, rounded down
    assert after.balance(YOU, "rETH") == event.reth
    assert after.balance(YOU, "ETH") == 49_977 * ETH
    assert engine.reth_rate(after) == engine.reth_rate(WORLD) == 1_150_000_000_000_000_000
    # The collateral stood below a tenth, so all of it went there.
    assert pool_of(after).collateral - pool_of(WORLD).collateral == 23 * ETH


def test_all_burns_every_unit_and_is_paid_at_the_rate() -> None:
    world, _ = done(WORLD, MintReth(YOU, 23 * ETH))
    after, (event,) = done(world, BurnReth(YOU, ALL))
    assert event.ether == 22_988_499_999_999_999_998
    assert after.balance(YOU, "rETH") == 0
    assert after.balance(YOU, "ETH") == 49_977 * ETH + event.ether


def test_mints_that_are_refused() -> None:
    assert refused(MintReth(YOU, 0)) == refusals.NothingToDo("stake")
    assert refused(MintReth(YOU, ETH // 100 - 1)) == refusals.BelowMinimum(
        "ETH", ETH // 100 - 1, ETH // 100, engine.DEPOSIT_RULE
    )
    assert refused(MintReth(YOU, 60_000 * ETH)) == refusals.NotEnoughBalance(
        "ETH", 60_000 * ETH, 50_000 * ETH
    )
    assert refused(MintReth(YOU, 16_001 * ETH)) == refusals.CapReached(
        "ETH", engine.DEPOSIT_POOL, 18_000 * ETH, 16_000 * ETH
    )
    done(WORLD, MintReth(YOU, 16_000 * ETH))


def test_waiting_minipools_make_room_and_claim_the_deposit_pool() -> None:
    """Their 28 ETH each may come on top, and are not there for those who burn."""
    waiting = world_with(lambda rocket: rocket._replace(waiting=10))
    assert engine.deposit_room(waiting) == 16_280 * ETH
    assert engine.burnable(WORLD) == 56_000 * ETH
    assert engine.burnable(waiting) == 55_720 * ETH


def test_burns_that_are_refused_say_what_is_there() -> None:
    def drained(rocket: RocketPool) -> RocketPool:
        return rocket._replace(waiting=100)

    world, _ = done(world_with(drained), MintReth(YOU, 18_800 * ETH))
    assert refused(BurnReth(YOU, 0), world) == refusals.NothingToDo("burn")
    held = world.balance(YOU, "rETH")
    assert refused(BurnReth(YOU, held + 1), world) == refusals.NotEnoughBalance(
        "rETH", held + 1, held
    )
    there = engine.burnable(world)
    assert there == 72_000 * ETH  # 54,000 + 2,000 + 18,800, less 2,800 for those who wait
    whale = "crowd:holders"
    wanted = 70_000 * ETH
    assert refused(BurnReth(whale, wanted), world) == refusals.NotEnoughLiquidity(
        "rocketpool", "ETH", 80_500 * ETH, there
    )
    after, (event,) = done(world, BurnReth(whale, there * WAD // engine.reth_rate(world)))
    assert 0 <= there - event.ether <= 1
    assert engine.burnable(after) == there - event.ether
    assert type(refused(BurnReth(YOU, ETH), after)) is refusals.NotEnoughLiquidity


def test_a_wei_of_reth_too_small_to_be_paid_is_nothing_to_do() -> None:
    def worthless(rocket: RocketPool) -> RocketPool:
        reported = rocketpool.Reported(ETH, 3 * ETH)
        return rocket._replace(pool=rocket.pool._replace(reported=reported))

    world, _ = done(WORLD, MintReth(YOU, ETH))
    draft = Draft(world)
    assert draft.rocketpool is not None
    draft.rocketpool = worthless(draft.rocketpool)
    assert refused(BurnReth(YOU, 2), draft.freeze()) == refusals.NothingToDo("burn")


def test_without_the_protocol_everything_is_refused() -> None:
    world = old_world()
    for command in (MintReth(YOU, ETH), BurnReth(YOU, ETH), StepRocketPool()):
        assert refused(command, world) == refusals.NothingToDo("rocketpool")
    assert refused(Swap("crowd:arbitrage", RETH_ETH, "ETH", ETH, 0, "rETH"), world)
    assert refused(Swap("crowd:arbitrage", "route", "ETH", ETH, 0, "rETH"), world)
    assert pools.pools_of(world) == ("steth_eth", "usdc_eth")
    assert pools.pool_price(world, RETH_ETH) == 0
    assert pools.lp_value(world, RETH_ETH, ETH) == (0, 0)


# --- the daily update ------------------------------------------------------------------------


def test_a_day_pays_holders_nodes_and_voters_and_moves_the_rate() -> None:
    after, events = passed(WORLD, 2 * DAY)
    first, second = only(events, BalancesUpdated)
    assert second.at - first.at == DAY
    assert first.at % DAY == 18 * HOUR
    assert first.holders == first.rewards * 28 // 32 * 86 // 100
    paid = after.balance("rocketpool:nodes", "ETH") + after.balance("rocketpool:voters", "ETH")
    assert paid == first.rewards + second.rewards - first.holders - second.holders
    assert first.last_update.rate_before < first.last_update.rate_after
    assert second.last_update.rate_before == first.last_update.rate_after
    # Nobody minted or burnt: the rate grew by exactly what holders got.
    grown = pool_of(after).reported.ether - pool_of(WORLD).reported.ether
    assert grown == first.holders + second.holders
    assert pool_of(after).supply == pool_of(WORLD).supply


def test_the_measured_rate_is_what_was_expected() -> None:
    after, events = passed(WORLD, 20 * DAY)
    updates = only(events, BalancesUpdated)[1:]  # the first one is a part of a day
    gained = updates[-1].last_update.rate_after / updates[0].last_update.rate_before - 1
    yearly = gained / len(updates) * 365
    assert engine.yearly_rate(WORLD) / WAD == pytest.approx(0.025, abs=0.002)
    assert yearly == pytest.approx(engine.yearly_rate(after) / WAD, rel=0.05)


def test_deposits_become_minipools_that_attest_later() -> None:
    offered = world_with(lambda rocket: rocket._replace(waiting=50))
    world, _ = done(offered, MintReth(YOU, 3_000 * ETH))
    before, chain = world.rocketpool, world.beacon.active
    assert before is not None
    after, events = passed(world, DAY)
    (update,) = only(events, BalancesUpdated)
    assert update.deposited is not None
    number = update.deposited.gwei // (32 * 10**9)
    assert number == 56  # fifty and the six that were offered that day
    assert update.minipools.number == before.minipools.number + number
    assert update.waiting == 0
    assert after.rocketpool is not None
    assert after.rocketpool.active == before.active
    later, events = passed(after, update.deposited.at - after.time)
    (activated,) = only(events, MinipoolsActivated)
    assert activated.rocket_active == before.active + update.deposited.gwei
    assert later.rocketpool is not None
    assert later.rocketpool.active == activated.rocket_active
    assert update.deposited not in later.rocketpool.activating
    assert later.beacon.active >= chain


def test_a_few_minipools_wait_for_a_batch() -> None:
    world, _ = done(world_with(lambda rocket: rocket._replace(waiting=2)), MintReth(YOU, 10 * ETH))
    draft = Draft(world)
    assert draft.rocketpool is not None
    rules = draft.rocketpool.rules._replace(nodes_per_day=1)
    draft.rocketpool = draft.rocketpool._replace(rules=rules)
    _, events = passed(draft.freeze(), DAY)
    (update,) = only(events, BalancesUpdated)
    assert (update.deposited, update.waiting) == (None, 3)


def test_when_the_collateral_runs_low_nodes_leave_and_fill_it_again() -> None:
    whale = "crowd:holders"
    world, _ = done(WORLD, BurnReth(whale, 45_000 * ETH))
    assert engine.collateral_rate(world) < 4 * 10**16
    # The deposit pool was drawn on as well; new deposits do not hide what is missing.
    after, events = passed(world, DAY)
    (update,) = only(events, BalancesUpdated)
    assert update.left is not None
    assert update.left.gwei == 200 * 32 * 10**9  # as many as may leave in a day
    assert after.rocketpool is not None
    paid = update.paid
    assert paid is not None
    assert paid.at > update.left.at
    end, events = passed(after, 30 * DAY)
    assert only(events, MinipoolsExited)
    closed = only(events, MinipoolsClosed)
    assert closed[0].holders == 200 * 28 * ETH
    assert closed[0].nodes == 200 * 4 * ETH
    assert engine.collateral_rate(end) > 4 * 10**16
    assert engine.burnable(end) > engine.burnable(after)


def test_a_loss_falls_on_the_bonds_first() -> None:
    """A month in which hardly anybody attests: the rate stays, the bonds are lower."""
    world, _ = done(WORLD, RecordDuties(2_000, 0))
    before = engine.reth_rate(world)
    draft = Draft(world)
    losses = []
    for _ in range(5):
        draft.time = draft.rocketpool.next_update  # type: ignore[union-attr]
        losses.extend(kernel.handle(draft, StepRocketPool()))
    after = draft.freeze()
    assert kernel.audit(after) == []
    assert all(event.rewards < 0 and event.holders == 0 for event in losses)
    assert after.rocketpool is not None
    number, balance = after.rocketpool.minipools
    assert number * 28 * ETH < balance < number * 32 * ETH
    assert engine.reth_rate(after) == before


def test_beyond_the_bonds_holders_lose_two_per_cent_a_day_at_most() -> None:
    def ruined(rocket: RocketPool) -> RocketPool:
        number = rocket.minipools.number
        return rocket._replace(minipools=rocketpool.Minipools(number, number * 20 * ETH))

    draft = Draft(world_with(ruined))
    rates = [engine.reth_rate(draft)]
    for _ in range(3):
        draft.time = draft.rocketpool.next_update  # type: ignore[union-attr]
        kernel.handle(draft, StepRocketPool())
        rates.append(engine.reth_rate(draft))
    for before, after in pairwise(rates):
        assert after / before == pytest.approx(0.98, rel=1e-9)
        assert after * 100 >= before * 98


# --- the pool --------------------------------------------------------------------------------


def test_the_pool_counts_reth_by_its_rate() -> None:
    assert pools.pool_price(WORLD, RETH_ETH) / WAD == pytest.approx(1.15, rel=1e-3)
    _, (event,) = done(WORLD, Swap(YOU, RETH_ETH, "ETH", 23 * ETH, 0, "rETH"))
    assert event.received / ETH == pytest.approx(20, rel=1e-3)
    assert event.reth_pool is not None
    assert event.steth_pool is event.usdc_pool is None
    fee = event.received * 4 / 9_996  # 0.04 % of what comes out
    assert event.fee == pytest.approx(fee, rel=1e-9)


def test_swapping_there_and_back_costs_two_fees() -> None:
    world, (bought,) = done(WORLD, Swap(YOU, RETH_ETH, "ETH", 100 * ETH, 0, "rETH"))
    after, (sold,) = done(world, Swap(YOU, RETH_ETH, "rETH", ALL, 0, "ETH"))
    assert sold.received < 100 * ETH
    assert sold.received / ETH == pytest.approx(100 * 0.9996**2, rel=1e-5)
    assert after.balance(YOU, "rETH") == 0
    assert bought.token_out == sold.token_in == "rETH"


@pytest.mark.parametrize(
    ("token_in", "token_out", "through"),
    [
        ("ETH", "rETH", ["reth_eth"]),
        ("USDC", "rETH", ["usdc_eth", "reth_eth"]),
        ("stETH", "rETH", ["steth_eth", "reth_eth"]),
        ("rETH", "stETH", ["reth_eth", "steth_eth"]),
        ("rETH", "USDC", ["reth_eth", "usdc_eth"]),
    ],
)
def test_routes_meet_in_eth(token_in: str, token_out: str, through: list[str]) -> None:
    world, _ = done(
        WORLD,
        Fund(YOU, "USDC", 100_000 * 10**6),
        Swap(YOU, "steth_eth", "ETH", 100 * ETH, 0, "stETH"),
        MintReth(YOU, 100 * ETH),
    )
    amount = 1_000 * 10**6 if token_in == "USDC" else ETH
    _, events = done(world, Swap(YOU, "route", token_in, amount, 0, token_out))
    assert [event.pool for event in events] == through
    assert events[-1].token_out == token_out


def test_a_swap_larger_than_the_pool_is_refused_in_its_own_token() -> None:
    held = pools.pool_reserves(WORLD, RETH_ETH)[1]
    assert refused(Swap(YOU, RETH_ETH, "ETH", 12_000 * ETH, 0, "rETH")) == (
        refusals.NotEnoughLiquidity(RETH_ETH, "rETH", 12_000 * WAD * ETH // (115 * 10**16), held)
    )


def test_liquidity_goes_in_and_out_and_earns_from_the_rate() -> None:
    world, _ = done(WORLD, MintReth(YOU, 200 * ETH))
    world, (added,) = done(world, AddLiquidity(YOU, RETH_ETH, (115 * ETH, 100 * ETH), 0))
    assert added.minted / ETH == pytest.approx(230, rel=1e-4)
    later, _ = passed(world, 3 * DAY)
    assert pools.virtual_price(later, RETH_ETH) > pools.virtual_price(world, RETH_ETH)
    assert pools.pool_reserves(later, RETH_ETH) == pools.pool_reserves(world, RETH_ETH)
    for mode in ("balanced", "ETH", "rETH"):
        after, (removed,) = done(later, RemoveLiquidity(YOU, RETH_ETH, ALL, mode, (0, 0)))  # type: ignore[arg-type]
        assert after.balance(YOU, LP[RETH_ETH]) == 0
        worth = removed.amounts[0] + engine.eth_of(later, removed.amounts[1])
        assert worth / ETH == pytest.approx(230, rel=1e-3)


# --- others, and worlds made before it ----------------------------------------------------------


def test_the_others_keep_the_pool_near_the_door_and_use_both() -> None:
    end, events = passed(WORLD, 40 * DAY, flows=True)
    names = {type(event).__name__ for event in events}
    assert {"RethMinted", "RethBurned", "BalancesUpdated"} <= names
    assert any(getattr(event, "pool", "") == RETH_ETH for event in events)
    discount = pools.pool_price(end, RETH_ETH) / engine.reth_rate(end) - 1
    assert abs(discount) < 0.003
    # Few: a world of a year must not grow by what one token adds.
    mine = [event for event in events if type(event).__module__.endswith("rocketpool_facts")]
    assert len(mine) < 40 * 4


def test_a_crowd_that_cannot_burn_sells_in_the_pool() -> None:
    def empty(rocket: RocketPool) -> RocketPool:
        return rocket._replace(waiting=10**6)

    world, _ = done(WORLD, BurnReth("crowd:holders", 46_900 * ETH))
    draft = Draft(world)
    assert draft.rocketpool is not None
    draft.rocketpool = empty(draft.rocketpool)
    draft.rocketpool = draft.rocketpool._replace(
        rules=draft.rocketpool.rules._replace(exits_below=0)
    )
    end, events = passed(draft.freeze(), 40 * DAY, flows=True)
    sold = [e for e in events if getattr(e, "account", "") == "crowd:holders"]
    assert any(type(event).__name__ == "Swapped" for event in sold)
    assert pools.pool_price(end, RETH_ETH) < engine.reth_rate(end)


def test_an_old_world_gets_it_by_a_command_of_its_own() -> None:
    world = old_world()
    (command,) = market.deployment(world, load())
    after, (event,) = done(world, command)
    assert after.rocketpool == event.rocketpool
    assert after.beacon == world.beacon
    assert {"rETH", "LP:reth_eth"} <= set(after.tokens)
    assert pools.pools_of(after) == ("steth_eth", "usdc_eth", "reth_eth")
    assert codec.decode_event(codec.encode_event(event)) == event
    codec.check_command(command)
    assert market.deployment(after, load()) == ()
    assert refused(command, after) == refusals.NothingToDo("deploy")
    # It is what a new world begins with.
    assert after.rocketpool == small_world().rocketpool
    assert after.pools.reth_eth == small_world().pools.reth_eth


def test_an_old_world_in_mid_life_gets_it_and_goes_on() -> None:
    world, _ = passed(old_world(), 5 * DAY + 3 * HOUR, flows=True)
    after, _ = done(world, DeployRocketPool(market.blueprint(load())))
    end, events = passed(after, 2 * DAY)
    first, *_ = only(events, BalancesUpdated)
    # Earnings count from the moment it was founded, not from the world's beginning.
    hours = (first.at - after.time) / HOUR
    assert first.rewards / ETH == pytest.approx(576_000 * 0.0327 / 365 / 24 * hours, rel=0.15)
    assert kernel.audit(end) == []


def test_more_minipools_than_others_have_validators_are_refused() -> None:
    plan = market.blueprint(load())._replace(minipools=2_000_000)
    assert refused(DeployRocketPool(plan), old_world()) == refusals.NothingToDo("deploy")


def test_an_old_world_is_written_and_hashed_as_it_was() -> None:
    """No trace of what it does not have: earlier programs gave the same hash."""
    world = old_world()
    fields = codec.loads(codec.encode_world(world))
    names = World._fields
    assert len(fields[names.index("pools")]) == 2
    assert codec.decode_world(codec.encode_world(world)) == world
    young = small_world()
    assert len(codec.loads(codec.encode_world(young))[names.index("pools")]) == 3
    assert codec.decode_world(codec.encode_world(young)) == young
