"""The calendar: what is due, by day, from the same source as every other screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lstwallet.app.beginnings import play
from lstwallet.app.session import Session
from lstwallet.engine.staking import RequestUnstake, Stake, ticket_wait
from lstwallet.engine.validators import LeaveNatively, StakeNatively
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import busy_exit, genesis
from lstwallet.readmodel.due import (
    ACTIVE,
    CLAIM,
    EXIT,
    PAID,
    REPORT,
    SWEEP,
    TICKET,
    by_day,
    due,
)
from lstwallet.readmodel.unstaking import ticket_rows
from lstwallet.units.clock import DAY, start_of

ETH = 10**18


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    market = MarketConfig(flows=False)
    made = Session.create(
        tmp_path / "d.lstwallet", genesis(7, catalogue=busy_exit()), market, name="D"
    )
    play(made, (Fund(YOU, "ETH", 100 * ETH), Stake(YOU, 20 * ETH)))
    yield made
    made.close()


def test_with_nothing_under_way_only_the_next_report_is_due(session: Session) -> None:
    (report,) = due(session.world, YOU)
    assert report.kind == REPORT
    assert report.low == report.high == session.world.staking.next_report


def test_a_ticket_is_a_range_that_moves_with_the_clock_and_then_a_claim(session: Session) -> None:
    play(session, (RequestUnstake(YOU, 5 * ETH),))
    seen = []
    for _ in range(8):
        world = session.world
        (ticket,) = [each for each in due(world, YOU) if each.kind in (TICKET, CLAIM)]
        (own,) = [each for each in world.tickets.values() if each.account == YOU]
        wait = ticket_wait(world, own)
        assert (ticket.low - world.time, ticket.high - world.time) == tuple(wait)
        (row,) = ticket_rows(world, YOU)
        assert (row.ready_from, row.ready_to) == (ticket.low, ticket.high)
        assert ticket.wei == row.pays
        seen.append((ticket.kind, wait.low, wait.high))
        session.advance(world.time + DAY)
    kinds = [kind for kind, _, _ in seen]
    assert kinds[0] == TICKET
    assert kinds[-1] == CLAIM
    waiting = [each[1:] for each in seen if each[0] == TICKET]
    assert waiting[0][0] < waiting[0][1]
    assert waiting == sorted(waiting, reverse=True)


def test_validators_start_pay_stop_and_come_back(session: Session) -> None:
    play(session, (StakeNatively(YOU, 32 * ETH),))
    world = session.world
    (own,) = [n for n, each in world.validators.items() if each.account == YOU]
    found = {each.kind: each for each in due(world, YOU)}
    assert found[ACTIVE].low == world.validators[own].active_at
    assert found[ACTIVE].wei == 32 * ETH
    session.advance(world.validators[own].active_at + DAY)
    found = {each.kind: each for each in due(session.world, YOU)}
    assert ACTIVE not in found
    assert found[SWEEP].low == session.world.validators[own].next_sweep
    session.advance(session.world.time + 30 * DAY)
    play(session, (LeaveNatively(YOU, own),))
    found = {each.kind: each for each in due(session.world, YOU)}
    assert session.world.time < found[EXIT].low < found[PAID].low


def test_days_hold_what_begins_on_them_in_order(session: Session) -> None:
    play(session, (RequestUnstake(YOU, 5 * ETH), StakeNatively(YOU, 32 * ETH)))
    items = due(session.world, YOU)
    days = by_day(items)
    assert [each for day in days for each in day.items] == list(items)
    assert [day.at for day in days] == sorted({start_of(DAY, each.low) for each in items})
    assert all(day.at % DAY == 0 for day in days)
    assert due(session.world, "crowd:staker:1")[0].kind in (REPORT, TICKET)
