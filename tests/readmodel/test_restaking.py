"""Restaked tokens everywhere else: portfolio, home, calendar, notices, activity, shadows."""

from __future__ import annotations

from typing import Any

from lstwallet.engine import kernel, quotes
from lstwallet.engine import restaking_view as view
from lstwallet.engine.restaking_facts import (
    CompleteWithdrawal,
    Delegate,
    QueueWithdrawal,
    Restake,
    SlashOperator,
    Undelegate,
)
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market import restaking as market
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.readmodel import (
    activity,
    due,
    home,
    notices,
    portfolio,
    preflight,
    shadow,
    timeline,
    yields,
)
from lstwallet.readmodel import restaking as reading
from lstwallet.readmodel.attention import EscrowOver, ExitDue, ReadyToClaim, attention
from lstwallet.readmodel.coming import coming
from lstwallet.readmodel.samples import OWNED, sample, sampled
from lstwallet.readmodel.upcoming import next_for
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18
EVEN = market.OPERATORS[1][1]
DATA = market.SERVICES[0][1]


class Record:
    """An event as the session hands it over."""

    def __init__(self, event: Any) -> None:
        self.seq, self.at, self.event, self.gains = 1, event.at, event, ()
        self.kind = type(event).__name__


def done(world: World, *commands: Any) -> tuple[World, list[Any]]:
    draft, events = Draft(world), []
    for command in commands:
        events.extend(kernel.handle(draft, command))
    return draft.freeze(), events


def passed(world: World, seconds: int) -> tuple[World, list[Any]]:
    draft, events = Draft(world), []
    for step in Driver(MarketConfig(flows=False), 7, tiny()).steps(draft, world.time + seconds):
        events.extend(step.events)
    return draft.freeze(), events


WORLD = done(small_world(), Fund(YOU, "ETH", 500 * ETH), Stake(YOU, 100 * ETH),
             MintReth(YOU, 20 * ETH))[0]  # fmt: skip
IN = done(WORLD, Restake(YOU, "stETH", 60 * ETH), Delegate(YOU, EVEN))[0]
QUEUED = done(IN, QueueWithdrawal(YOU, "stETH", 20 * ETH))[0]
READY = passed(QUEUED, QUEUED.escrows[1].ends - QUEUED.time)[0]


def rows(world: World) -> dict[str, portfolio.Holding]:
    return {row.key: row for row in portfolio.holdings(world, YOU)}


def test_restaking_neither_makes_nor_loses_worth() -> None:
    before = portfolio.net_worth(WORLD, YOU)
    for world in (IN, QUEUED):
        assert abs(portfolio.net_worth(world, YOU) - before) <= 10  # of 10⁻⁸ USD
    found = rows(QUEUED)
    assert abs(found["restaked:stETH"].units - 40 * ETH) <= 10
    assert abs(found["escrow:stETH"].units - 20 * ETH) <= 10


def test_rewards_are_a_row_and_a_slash_takes_worth() -> None:
    later = passed(IN, 20 * DAY)[0]
    earned = view.rewards_of(later, YOU)
    assert rows(later)["restaked:WETH"].units == (
        earned.accruing + earned.posted + earned.claimable
    ) > 0
    before = rows(later)["restaked:stETH"].units
    after = rows(done(later, SlashOperator(EVEN, DATA, WAD // 4))[0])["restaked:stETH"].units
    assert abs(after - before * 9 // 10) <= 10


def test_samples_name_what_is_restaked() -> None:
    values = dict(zip(sampled(QUEUED), sample(QUEUED), strict=True))
    found = rows(QUEUED)
    assert values["restaked_usd8"] == found["restaked:stETH"].usd
    assert values["escrow_usd8"] == found["escrow:stETH"].usd
    assert values["net_worth_usd8"] == portfolio.net_worth(QUEUED, YOU)
    assert {"restaked_usd8", "escrow_usd8"} < set(OWNED)


def test_positions_say_what_they_earn() -> None:
    prices = portfolio.quotes(READY)
    held = portfolio.holdings(READY, YOU, prices)
    at = yields.rates(READY, YOU, None)
    found = {each.key: each for each in home.positions(READY, YOU, held, prices, at)}
    added = view.yearly_rate(view.of(READY), view.of(READY).operators[1], 0) / WAD
    restaked, escrow = found["restaked:stETH"], found["escrow:stETH"]
    assert restaked.rate == at.staking + added
    assert (restaked.state, escrow.state, escrow.rate) == (home.EARNING, home.READY, at.staking)
    assert found["restaked:WETH"].state == home.IDLE
    layers = yields.layers(READY, YOU, held, prices, at)
    assert layers.restaking == rows(READY)["restaked:stETH"].usd * added
    assert layers.net == sum(layers[:6])
    alone = done(READY, Undelegate(YOU))[0]
    assert yields.restaked_rate(alone, YOU, "stETH") == 0.0
    assert yields.restaked_rate(READY, YOU, "WETH") == 0.0
    waiting = {
        each.key: each
        for each in home.positions(QUEUED, YOU, portfolio.holdings(QUEUED, YOU), prices, at)
    }
    assert waiting["escrow:stETH"].state == home.QUEUED


def test_an_escrow_is_on_its_way_out() -> None:
    ends = QUEUED.escrows[1].ends
    (row,) = timeline.exits(QUEUED, YOU)
    assert (row.key, row.sure, row.likely, row.ready) == ("escrow:1", ends, ends, False)
    assert abs(row.wei - 20 * ETH) <= 5
    assert timeline.exits(READY, YOU)[0].ready
    assert [each.kind for each in coming(QUEUED, YOU, ends)][-1] == "escrow"
    assert "escrow" not in [each.kind for each in coming(READY, YOU, READY.time + 30 * DAY)]
    assert next_for(IN, YOU) == min(IN.staking.next_report, view.of(IN).next_round)


def test_attention_and_calendar_tell_of_it() -> None:
    (over,) = (each for each in attention(READY, YOU) if isinstance(each, EscrowOver))
    assert over.escrows == (1,)
    assert over.wei > 20 * ETH
    assert not any(isinstance(each, ReadyToClaim) for each in attention(READY, YOU))
    assert not any(isinstance(each, EscrowOver) for each in attention(QUEUED, YOU))
    soon = passed(QUEUED, QUEUED.escrows[1].ends - QUEUED.time - DAY // 2)[0]
    assert any(isinstance(each, ExitDue) and each.kind == "escrow" for each in attention(soon, YOU))
    kinds = {each.kind: each for each in due.due(READY, YOU)}
    assert kinds[due.OVER].low == READY.time
    assert kinds[due.POSTING].low == view.of(READY).next_round
    assert kinds[due.POSTING].wei == view.rewards_of(READY, YOU).posted
    assert {each.kind for each in due.due(QUEUED, YOU)} >= {due.ESCROW}
    assert not {due.ESCROW, due.OVER, due.POSTING} & {each.kind for each in due.due(WORLD, YOU)}


def test_notices_tell_of_an_end_and_of_a_slash_once() -> None:
    before = notices.standing(QUEUED, YOU)
    (told,) = notices.notices(before, READY, YOU)
    assert (told.kind, told.token) == ("over", "stETH")
    assert told.amount == view.escrow_worth(READY, READY.escrows[1])
    assert notices.notices(notices.standing(READY, YOU), READY, YOU) == []
    slashed, events = done(QUEUED, SlashOperator(EVEN, DATA, WAD // 4))
    (told,) = notices.notices(before, slashed, YOU, events)
    assert (told.kind, told.token) == ("slashed", "stETH")
    assert abs(told.amount - 6 * ETH) <= 10


def test_activity_tells_each_step() -> None:
    world, first = done(
        WORLD, Restake(YOU, "stETH", 60 * ETH), Delegate(YOU, EVEN), Undelegate(YOU),
        SlashOperator(EVEN, DATA, WAD // 4),
    )  # fmt: skip
    ready, time = passed(world, 15 * DAY)
    _, last = done(ready, CompleteWithdrawal(YOU, ALL))
    mine = [
        each
        for each in first + time + last
        if getattr(each, "account", "") == YOU
    ]
    lines = {each.kind: each for each in activity.lines(map(Record, mine), YOU)}
    assert lines["Restaked"].moves == (activity.Amount("stETH", -60 * ETH),)
    assert lines["Delegated"].detail == f"operator:{EVEN}"
    assert lines["WithdrawalsQueued"].detail == f"escrows:{EVEN}:1"
    assert lines["EscrowEnded"].detail == "escrows::1"
    assert lines["WithdrawalCompleted"].moves[0].units > 53 * ETH
    assert lines["StakeSlashed"].detail == f"slashed:{EVEN}:{DATA}"
    assert lines["StakeSlashed"].group == "trouble"
    assert lines["Restaked"].group == "restaking"


def test_a_shadow_knows_that_restaked_tokens_are_still_held() -> None:
    for world in (IN, QUEUED):
        assert 0 <= shadow.steth_held(WORLD, YOU) - shadow.steth_held(world, YOU) <= 20
    reth = done(WORLD, Restake(YOU, "rETH", 5 * ETH))[0]
    assert 0 <= shadow.reth_held(WORLD, YOU) - shadow.reth_held(reth, YOU) <= 5
    assert view.restaked(WORLD, YOU, "stETH") == 0


def test_what_a_withdrawal_lost_is_what_slashes_took_after_it_was_asked_for() -> None:
    """A slash of the same block before it is none of it."""
    slash = SlashOperator(EVEN, DATA, WAD // 4)
    (row,) = reading.escrows(done(IN, slash, QueueWithdrawal(YOU, "stETH", 20 * ETH))[0], YOU)
    assert row.lost == 0
    (row,) = reading.escrows(done(QUEUED, slash)[0], YOU)
    assert abs(row.lost - 2 * ETH) <= 10
    assert abs(row.units - 18 * ETH) <= 10
    (row,) = reading.escrows(QUEUED, YOU)
    assert (row.lost, row.state, row.progress) == (0, reading.WAITING, 0)
    (row,) = reading.escrows(READY, YOU)
    assert (row.state, row.progress, row.operator) == (reading.READY, WAD, EVEN)


def test_operators_say_what_they_add_and_what_they_risk() -> None:
    careful, even, bold = reading.operators(IN, YOU)
    assert [row.chosen for row in (careful, even, bold)] == [False, True, False]
    assert (careful.at_risk, even.at_risk) == (WAD * 8 // 10, WAD)
    assert [layer.allocated for layer in even.layers] == [WAD * 4 // 10] * 2 + [WAD * 2 // 10]
    assert bold.magnitude == WAD * 98 // 100
    assert not bold.empty
    assert sum(row.delegated for row in reading.operators(IN, YOU)) > 60 * ETH
    assert reading.operator(IN, YOU, "Nobody") is None
    gone = done(IN, *(SlashOperator(EVEN, name, WAD) for _, name in market.SERVICES))[0]
    assert reading.operators(gone, YOU)[1].empty


def test_every_term_of_a_stake_is_told() -> None:
    slashed = done(IN, SlashOperator(EVEN, DATA, WAD // 4))[0]
    terms = reading.terms(slashed, YOU, "stETH")
    assert (terms.factor, terms.magnitude) == (WAD, WAD * 9 // 10)
    assert terms.withdrawable == terms.shares * 9 // 10
    assert terms.units == reading.deposited(slashed, YOU, "stETH")
    found = reading.standing(slashed, YOU)
    assert found is not None
    assert found.operator == EVEN
    assert found.wei == found.stakes[0].wei == terms.units
    assert found.rate == reading.operators(slashed, YOU)[1].rate
    newest, former = reading.slashes(slashed)
    assert (newest.operator, newest.taken, newest.former) == (EVEN, WAD // 10, False)
    assert (former.taken, former.former) == (WAD * 2 // 100, True)


def test_a_world_without_restaking_has_nothing_to_show() -> None:
    early = old_world()
    assert reading.tokens(early) == reading.operators(early, YOU) == ()
    assert reading.standing(early, YOU) is None
    assert reading.slashes(early) == reading.escrows(early, YOU) == ()
    assert reading.deposited(early, YOU, "stETH") == 0


# --- before signing ---------------------------------------------------------------------------


def said(world: World, command: Any) -> dict[str, preflight.Finding]:
    quote = quotes.preview(world, command)
    found = preflight.findings(world, YOU, command, quote, preflight.Terms())
    return {each.rule: each for each in found}


def graves(world: World, command: Any) -> dict[str, str]:
    return {rule: each.severity for rule, each in said(world, command).items()}


def test_a_deposit_says_what_an_operator_may_lose_and_how_long_the_way_out_is() -> None:
    alone = said(WORLD, Restake(YOU, "stETH", ETH))
    assert alone["restake_slashable"].severity == "safe"
    assert alone["restake_slashable"].facts["operator"] == ""
    assert alone["restake_escrow"].facts["seconds"] == 100_801 * 12
    more = said(IN, Restake(YOU, "stETH", ETH))
    assert more["restake_slashable"].severity == "warning"
    assert more["restake_slashable"].facts == {"share": 1.0, "operator": EVEN}
    assert graves(WORLD, Delegate(YOU, market.OPERATORS[0][1])) == {
        "restake_slashable": "warning", "restake_escrow": "note", "former_slashes": "safe",
    }  # fmt: skip
    careful = said(WORLD, Delegate(YOU, market.OPERATORS[0][1]))["restake_slashable"]
    assert careful.facts["share"] == 0.8


def test_a_withdrawal_says_when_it_is_free_and_what_may_happen_until_then() -> None:
    found = said(IN, QueueWithdrawal(YOU, "stETH", 20 * ETH))
    assert found["escrow_locked"].severity == "note"
    assert found["escrow_locked"].facts["at"] == QUEUED.escrows[1].ends
    assert found["escrow_slashable"].severity == "warning"
    assert graves(IN, Undelegate(YOU)) == {
        "escrow_locked": "note", "escrow_slashable": "warning",
    }  # fmt: skip
    idle = done(WORLD, Restake(YOU, "stETH", 60 * ETH))[0]
    assert graves(idle, QueueWithdrawal(YOU, "stETH", ETH)) == {
        "escrow_locked": "note", "escrow_slashable": "safe",
    }  # fmt: skip
    assert graves(READY, CompleteWithdrawal(YOU, ALL, True)) == {"escrow_over": "safe"}
    empty = done(WORLD, Delegate(YOU, EVEN))[0]
    assert graves(empty, Undelegate(YOU)) == {}


def test_what_slashes_have_taken_stands_beside_each_stake() -> None:
    (whole,) = reading.standing(IN, YOU).stakes  # type: ignore[union-attr]
    assert whole.slashed <= 1  # rounding only
    slashed = done(IN, SlashOperator(EVEN, DATA, WAD // 2))[0]
    (left,) = reading.standing(slashed, YOU).stakes  # type: ignore[union-attr]
    assert abs(left.slashed - WAD // 5) <= 1  # half of the 40% that the service was given
    joined = done(slashed, Undelegate(YOU), Delegate(YOU, EVEN), Restake(YOU, "stETH", 9 * ETH))[0]
    (new,) = reading.standing(joined, YOU).stakes  # type: ignore[union-attr]
    assert new.slashed <= 10  # who joins later pays nothing for it
