"""Liquid staking as commands: any amount in, a fair place in the queue, exact money out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel, quotes, staking
from lstwallet.engine.refusals import (
    BelowMinimum,
    NotEnoughBalance,
    NothingToDo,
    NotReadyYet,
    ProtocolRefused,
    Refusal,
)
from lstwallet.engine.staking import (
    Claim,
    Claimed,
    KeysPaid,
    KeysPlanned,
    OracleReported,
    RequestUnstake,
    Stake,
    StepPool,
    SubmitReport,
    Unwrap,
    Wrap,
)
from lstwallet.engine.staking_facts import BUFFER, Operator
from lstwallet.engine.staking_report import spread_deposits, spread_exits
from lstwallet.engine.validators import OthersLeave, RecordDuties
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import move
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from tests.engine.staking_world import (
    CHAIN,
    ETH,
    GWEI_ETH,
    NOON,
    NOW,
    POOL,
    RULES,
    YOUR_ETH,
    only,
    run,
    world_of,
)

REPORT = NOON + RULES.report_delay


@pytest.fixture
def draft() -> Draft:
    return Draft(world_of())


def staked(amount: int = 1_200 * ETH) -> Draft:
    """A world in which you have staked."""
    made = Draft(world_of())
    kernel.handle(made, Stake("you", amount))
    return made


# --- stake and wrap ------------------------------------------------------------------------


def test_five_eth_become_five_steth_less_at_most_a_wei(draft: Draft) -> None:
    (event,) = kernel.handle(draft, Stake("you", 5 * ETH))
    assert event.shares == 5 * ETH * 5 // 6  # 9.0 million ETH on 7.5 million shares
    assert 5 * ETH - 1 <= staking.steth_of(draft, "you") <= 5 * ETH
    assert draft.balance("you", "ETH") == YOUR_ETH - 5 * ETH
    assert draft.balance("lido", "ETH") >= 5 * ETH


def test_staking_everything_leaves_no_eth(draft: Draft) -> None:
    kernel.handle(draft, Stake("you", ALL))
    assert draft.balance("you", "ETH") == 0


def test_one_wei_can_be_staked(draft: Draft) -> None:
    """Any amount: there is no 32 ETH rule here. One wei is less than a share, though."""
    (event,) = kernel.handle(draft, Stake("you", 1))
    assert event.shares == 0


def test_wrapping_everything_and_back_keeps_every_share_but_dust() -> None:
    draft = staked()
    before = draft.balance("you", "stETH")
    kernel.handle(draft, Wrap("you", ALL))
    assert draft.balance("you", "stETH") == 0
    assert draft.balance("you", "wstETH") == before
    kernel.handle(draft, Unwrap("you", ALL))
    assert draft.balance("you", "wstETH") == 0
    assert before - 1 <= draft.balance("you", "stETH") <= before


def test_a_report_raises_steth_but_not_the_number_of_wsteth() -> None:
    draft = staked()
    kernel.handle(draft, Wrap("you", 400 * ETH))
    steth, wsteth = staking.steth_of(draft, "you"), draft.balance("you", "wstETH")
    rate = staking.steth_rate(draft)
    run(draft, REPORT + DAY)
    assert staking.steth_of(draft, "you") > steth
    assert draft.balance("you", "wstETH") == wsteth
    assert staking.steth_rate(draft) > rate


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (Stake("you", 0), NothingToDo("stake")),
        (Stake("you", -5), NothingToDo("stake")),
        (Stake("you", YOUR_ETH), NotEnoughBalance("ETH", YOUR_ETH, YOUR_ETH - 1_200 * ETH)),
        (Wrap("you", 0), NothingToDo("wrap")),
        (Wrap("you", 2_000 * ETH), NotEnoughBalance("stETH", 2_000 * ETH, 1_200 * ETH)),
        (Unwrap("you", 0), NothingToDo("unwrap")),
        (Unwrap("you", 1), NotEnoughBalance("wstETH", 1, 0)),
        (RequestUnstake("you", 0), NothingToDo("unstake")),
        (RequestUnstake("you", 99), BelowMinimum("stETH", 99, 100, "withdrawal_request")),
        (RequestUnstake("you", 1, "USDC"), NothingToDo("unstake")),
        (RequestUnstake("you", 1_201 * ETH), NotEnoughBalance("stETH", 1_201 * ETH, 1_200 * ETH)),
        (RequestUnstake("you", 5, "wstETH"), NotEnoughBalance("wstETH", 5, 0)),
        (Claim("you", ALL), NothingToDo("claim")),
        (Claim("you", 1), NothingToDo("claim")),
        (Stake("nobody", ALL), NothingToDo("stake")),
        (Wrap("nobody", ALL), NothingToDo("wrap")),
        (Unwrap("nobody", ALL), NothingToDo("unwrap")),
        (RequestUnstake("nobody", ALL, "wstETH"), NothingToDo("unstake")),
    ],
)
def test_a_refusal_names_the_numbers_and_changes_nothing(command: object, refusal: Refusal) -> None:
    draft = staked()
    before = draft.freeze()
    with pytest.raises(type(refusal)) as raised:
        kernel.handle(draft, command)
    assert raised.value == refusal
    assert draft.freeze() == before


def test_too_little_wsteth_for_a_request_is_refused() -> None:
    draft = staked()
    kernel.handle(draft, Wrap("you", ALL))
    with pytest.raises(BelowMinimum) as refused:
        kernel.handle(draft, RequestUnstake("you", 80, "wstETH"))
    assert refused.value.minimum == 100
    assert refused.value.wanted == 96  # 80 shares at 1.2


# --- the queue -------------------------------------------------------------------------------


def test_more_than_a_thousand_eth_is_split_over_tickets() -> None:
    draft = staked(3_000 * ETH)
    kernel.handle(draft, RequestUnstake("you", 2_500 * ETH))
    amounts = [ticket.request.steth for ticket in staking.tickets_of(draft, "you")]
    assert amounts == [1_000 * ETH, 1_000 * ETH, 500 * ETH]


@given(st.integers(10**6, 5_000 * ETH), st.integers(0, 3))
def test_unstaking_all_leaves_no_dust_and_gains_nothing(amount: int, wrapped: int) -> None:
    draft = staked(amount)
    steth = staking.steth_of(draft, "you")
    token = "stETH"
    if wrapped == 3:
        kernel.handle(draft, Wrap("you", ALL))
        token = "wstETH"
    (event,) = kernel.handle(draft, RequestUnstake("you", ALL, token))
    assert draft.balance("you", token) == 0
    assert steth - 5 <= event.steth <= steth
    assert sum(ticket.request.steth for ticket in event.tickets) == event.steth
    assert all(100 <= ticket.request.steth <= 1_000 * ETH for ticket in event.tickets)


def test_a_ticket_is_paid_by_the_report_and_claimed_to_the_wei() -> None:
    draft = staked(50 * ETH)
    before = draft.balance("you", "ETH")
    kernel.handle(draft, RequestUnstake("you", 20 * ETH))
    (ticket,) = staking.tickets_of(draft, "you")
    with pytest.raises(NotReadyYet) as early:
        kernel.handle(draft, Claim("you", ticket.id))
    assert early.value.what == "ticket"
    assert early.value.earliest == REPORT
    run(draft, REPORT)
    (ticket,) = staking.tickets_of(draft, "you")
    assert ticket.finalised
    assert ticket.ether == 20 * ETH  # nominal: no rewards while waiting
    (event,) = kernel.handle(draft, Claim("you", ALL))
    assert event.ether == 20 * ETH
    assert draft.balance("you", "ETH") == before + 20 * ETH
    assert draft.tickets == {}
    with pytest.raises(NothingToDo):
        kernel.handle(draft, Claim("you", ticket.id))


def test_a_request_after_the_border_waits_for_the_next_report() -> None:
    draft = staked(50 * ETH)
    run(draft, NOON - RULES.request_margin + 1)
    kernel.handle(draft, RequestUnstake("you", 20 * ETH))
    assert staking.estimate_wait(draft, ETH).low == REPORT + DAY - draft.time
    run(draft, REPORT)
    assert not staking.tickets_of(draft, "you")[0].finalised
    run(draft, REPORT + DAY)
    assert staking.tickets_of(draft, "you")[0].finalised


def test_validators_that_lose_bring_nothing_and_the_wait_is_still_told() -> None:
    """The wait once grew by a day for every day that was counted: it never came to an end."""
    draft = staked(50 * ETH)
    kernel.handle(draft, RecordDuties(1_000, 0))
    assert staking.daily_rewards(draft) < 0
    amount = draft.balance(BUFFER, "ETH") + 1_000 * ETH
    low, high = staking.estimate_wait(draft, amount)
    assert 0 < low <= high
    assert low >= DAY


def test_those_who_wait_share_a_loss_and_cannot_have_another_one_s_ticket() -> None:
    draft = staked(50 * ETH)
    kernel.handle(draft, RequestUnstake("you", 20 * ETH))
    draft.time += HOUR
    loss = 90_000 * ETH  # one per cent
    (event,) = kernel.handle(draft, SubmitReport(-loss, 0, 10**30, draft.time, draft.time - 1))
    (ticket,) = staking.tickets_of(draft, "you")
    assert event.rebase.fee_shares == 0
    assert 19_799 * ETH // 1_000 < ticket.ether < 19_801 * ETH // 1_000
    with pytest.raises(NothingToDo):
        kernel.handle(draft, Claim("someone else", ticket.id))


def test_others_claim_as_soon_as_they_are_paid() -> None:
    draft = Draft(world_of(POOL._replace(waiting=50 * ETH)))
    events = run(draft, REPORT)
    (claimed,) = only(events, Claimed)
    assert (claimed.account, claimed.ether) == ("crowd:holders", 50 * ETH)
    assert draft.tickets == {}


def test_the_queue_is_first_come_first_served() -> None:
    """The first in line is larger than the budget: a small one behind it waits too."""
    draft = Draft(world_of(POOL._replace(waiting=900 * ETH)))
    kernel.handle(draft, Stake("you", 12 * ETH))
    kernel.handle(draft, RequestUnstake("you", 12 * ETH))
    run(draft, REPORT)
    assert not staking.tickets_of(draft, "you")[0].finalised


# --- the report --------------------------------------------------------------------------------


def test_a_day_of_rewards_by_hand() -> None:
    draft = Draft(world_of(POOL._replace(rules=RULES._replace(deposits_per_day=0))))
    (first, second) = only(run(draft, REPORT + DAY), OracleReported)
    keys = (9_000_000 - 100) // 32
    # Full participation: all 64 parts of the base reward, 225 epochs, 337 Gwei an ETH.
    assert second.consensus == keys * 32 * 225 * 337 * 10**9
    assert second.execution == 0
    fee = second.rebase.fee_shares
    assert second.rebase.module_shares == fee // 2
    assert draft.balance("lido:operators", "stETH") + draft.balance("lido:treasury", "stETH") == (
        fee + first.rebase.fee_shares
    )
    paid = staking.steth_for_shares(draft, fee)
    assert abs(paid - second.consensus // 10) < 10**6


def test_the_expected_rate_is_what_the_reports_bring(draft: Draft) -> None:
    expected = staking.yearly_rate(draft)
    reports = only(run(draft, REPORT + 10 * DAY), OracleReported)[1:]
    last = reports[-1].last_report
    growth = (last.rate_after - last.rate_before) * 365 * 10**18 // last.rate_before
    assert abs(growth - expected) < expected // 1_000


def test_a_windfall_is_smoothed_over_several_reports() -> None:
    # 0.5 ETH of fees and MEV per staked ETH a year is 0.14 % a day, twice the cap.
    draft = Draft(world_of(POOL, CHAIN._replace(execution=ETH // 2 // 82_125)))
    reports = only(run(draft, REPORT + DAY), OracleReported)
    day = reports[-1]
    before = 9_000_000 * ETH + reports[0].consensus + reports[0].execution
    assert day.consensus + day.execution == before * 750_000 // 10**9
    assert draft.balance("lido:rewards", "ETH") > 0


def test_spare_eth_is_deposited_where_there_is_least(draft: Draft) -> None:
    kernel.handle(draft, Stake("you", 1_000 * ETH))
    before = draft.staking.operators
    (plan,) = only(run(draft, REPORT), KeysPlanned)
    assert plan.deposited is not None
    fewest = min(range(len(before)), key=lambda i: before[i].keys)
    assert plan.deposited.keys[fewest] == sum(plan.deposited.keys) >= 31
    assert draft.balance("lido", "ETH") < 32 * ETH
    active = draft.staking.active
    run(draft, plan.deposited.at)
    assert draft.staking.active == active + sum(plan.deposited.keys) * 32 * GWEI_ETH


def test_operators_level_out() -> None:
    operators = (Operator("a", 5), Operator("b", 3), Operator("c", 3))
    assert spread_deposits(operators, 3) == (0, 2, 1)
    assert spread_exits(operators, 3) == (3, 0, 0)
    assert spread_exits(operators, 4) == (3, 1, 0)
    assert spread_exits(operators, 0) == (0, 0, 0)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(0, 60))
def test_many_keys_are_spread_as_if_one_by_one(keys: list[int], more: int) -> None:
    operators = tuple(Operator(str(place), number) for place, number in enumerate(keys))
    deposits, exits = [0] * len(keys), [0] * len(keys)
    for _ in range(more):
        fewest = min(range(len(keys)), key=lambda place: keys[place] + deposits[place])
        most = max(range(len(keys)), key=lambda place: keys[place] - exits[place])
        deposits[fewest] += 1
        exits[most] += 1
    assert spread_deposits(operators, more) == tuple(deposits)
    assert spread_exits(operators, more) == tuple(exits)


def test_a_short_queue_is_served_through_the_exit_queue_everybody_shares() -> None:
    waiting = POOL._replace(waiting=32_000 * ETH)
    alone = Draft(world_of(waiting))
    crowded = Draft(world_of(waiting))
    kernel.handle(crowded, OthersLeave(115_200 * GWEI_ETH))  # two days of churn
    arrivals = []
    for draft in (alone, crowded):
        events = run(draft, REPORT + 20 * DAY)
        (plan, *_) = [event for event in only(events, KeysPlanned) if event.left]
        (paid, *_) = only(events, KeysPaid)
        assert paid.wei == sum(plan.left.keys) * 32 * ETH
        # 256 epochs to be withdrawable, then half a round of the sweep.
        assert plan.paid.at - plan.left.at == (256 + 567) * 384
        assert draft.tickets == {}
        arrivals.append(paid.at)
    assert 1.5 * DAY < arrivals[1] - arrivals[0] <= 2 * DAY


def test_the_pool_never_loses_or_makes_ether(draft: Draft) -> None:
    """All ETH of the pool is somewhere in the ledger, whatever way it goes."""
    kernel.handle(draft, Stake("you", 5_000 * ETH))
    kernel.handle(draft, RequestUnstake("you", 4_000 * ETH))
    events = run(draft, NOW + 30 * DAY)
    earned = sum(e.consensus + e.execution for e in only(events, OracleReported))
    paid = sum(e.locked for e in only(events, OracleReported))
    assert draft.staking.pool.ether == 9_000_000 * ETH + 5_000 * ETH + earned - paid


@given(st.integers(0, 40 * HOUR), st.integers(1, 8))
def test_slicing_time_changes_nothing(length: int, slices: int) -> None:
    whole, sliced = Draft(world_of()), Draft(world_of())
    for draft in (whole, sliced):
        kernel.handle(draft, Stake("you", 777 * ETH))
    until = NOW + 5 * DAY + length
    one = run(whole, until)
    many = []
    for number in range(1, slices + 1):
        many += run(sliced, NOW + (until - NOW) * number // slices)
    assert one == many
    assert whole.freeze() == sliced.freeze()


def test_a_report_that_loses_more_than_there_is_is_refused(draft: Draft) -> None:
    with pytest.raises(NothingToDo):
        kernel.handle(draft, SubmitReport(-(10**26), 0, 0, NOW, NOW))


def test_a_refusal_of_the_contract_carries_its_reason() -> None:
    refusal = ProtocolRefused("lido", "InvalidState")
    assert refusal.field == "amount"


class Closed(dict[Any, Any]):
    """A map that may be asked and written, but not walked."""

    def __iter__(self) -> Any:
        raise AssertionError("walked over everybody")

    items = values = keys = __iter__  # type: ignore[assignment]


def test_no_cost_grows_with_the_number_of_holders() -> None:
    """Staking, wrapping, asking and a whole report look at totals, never at the holders."""
    draft = staked(5_000 * ETH)
    draft.writable("balances")
    draft.writable("tickets")
    for number in range(1_000):
        draft.post(move("stETH", 10**6, "crowd:holders", f"crowd:{number}"))
    draft.balances = Closed(draft.balances)
    for command in (Wrap("you", 500 * ETH), RequestUnstake("you", 50 * ETH), Stake("you", ETH)):
        kernel.handle(draft, command)
    draft.tickets = Closed(draft.tickets)
    draft.time = REPORT
    kinds = [type(event) for _ in range(2) for event in kernel.handle(draft, StepPool())]
    assert kinds == [OracleReported, KeysPlanned]


# --- previews and waits ------------------------------------------------------------------


def test_every_receipt_equals_its_preview() -> None:
    draft = staked(2_000 * ETH)
    commands = [
        Wrap("you", 700 * ETH),
        Unwrap("you", ALL),
        RequestUnstake("you", 1_500 * ETH),
        Stake("you", 3),
    ]
    for command in commands:
        quote = quotes.preview(draft.freeze(), command)
        events = kernel.handle(draft, command)
        assert tuple(events) == quote.events
        assert draft.freeze() == quote.after


@pytest.mark.parametrize("waiting", [0, 50, 5_000, 60_000, 400_000])
@pytest.mark.parametrize("leaving", [0, 300_000])
def test_the_wait_told_is_the_wait_that_comes(waiting: int, leaving: int) -> None:
    chain = CHAIN._replace(exit_queue=leaving * GWEI_ETH)
    draft = Draft(world_of(POOL._replace(waiting=waiting * ETH), chain))
    kernel.handle(draft, Stake("you", 100 * ETH))
    low, high = staking.estimate_wait(draft, 10 * ETH)
    kernel.handle(draft, RequestUnstake("you", 10 * ETH))
    (ticket,) = staking.tickets_of(draft, "you")
    assert staking.ticket_wait(draft, ticket) == (low, high)
    until = NOW
    while not ticket.finalised:
        until += HOUR
        run(draft, until)
        (ticket,) = staking.tickets_of(draft, "you")
    assert low <= until - NOW <= high + HOUR
    assert staking.ticket_wait(draft, ticket) == (0, 0)


def test_the_wait_grows_with_the_amount_and_with_those_ahead(draft: Draft) -> None:
    lows, highs = zip(
        *(staking.estimate_wait(draft, amount * ETH) for amount in (1, 10**3, 10**5, 10**6)),
        strict=True,
    )
    assert list(lows) == sorted(lows)
    assert list(highs) == sorted(highs)
    before = staking.estimate_wait(draft, 10**5 * ETH)
    kernel.handle(draft, OthersLeave(2 * 57_600 * GWEI_ETH))
    after = staking.estimate_wait(draft, 10**5 * ETH)
    assert after.low > before.low
    assert after.high > before.high


def test_a_share_worth_more_than_a_ticket_may_be_is_refused() -> None:
    draft = Draft(world_of())
    for command in (Stake("you", 10 * ETH), Wrap("you", ALL), SubmitReport(10**60, 0, 0, 0, 0)):
        kernel.handle(draft, command)
    with pytest.raises(ProtocolRefused):
        kernel.decide(draft, RequestUnstake("you", 10**6, "wstETH"))
