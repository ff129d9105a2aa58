"""What if I had not …: what is left out, what is done again, and what a comparison tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lstwallet.app import timeline
from lstwallet.app.session import Session
from lstwallet.app.timeline import compare, leave_out
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.kernel import Batch, Command, Transaction
from lstwallet.engine.network import UNLIMITED, Approve, FeePaid
from lstwallet.engine.pools import Swap
from lstwallet.engine.refusals import NotEnoughAfterFee, NotEnoughBalance, Refusal
from lstwallet.engine.signing import prepare
from lstwallet.engine.staking import Claim, RequestUnstake, Stake, Wrap, tickets_of
from lstwallet.engine.validators import LeaveNatively, StakeNatively
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.readmodel import activity
from lstwallet.readmodel.portfolio import net_worth
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import old_world, small_world

ETH = 10**18


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session.create(
        tmp_path / "Main.lstwallet", small_world(), MarketConfig(), name="Main"
    )
    session.execute(Fund(YOU, "ETH", 200 * ETH))
    yield session
    session.close()


def signed(session: Session, command: Command, *, unlimited: bool = False) -> int:
    """The last event of a transaction of the user's."""
    ready = prepare(session.world, YOU, command, unlimited=unlimited)
    outcome = session.execute(ready.transaction)
    assert outcome.refusal is None, command
    return outcome.seq


def wait(session: Session, seconds: int) -> None:
    session.advance(session.world.time + seconds)


def kinds(session: Session) -> list[str]:
    """What the user did, oldest first, without fees and approvals."""
    did = [each for each in session.activity() if each.command is not None]
    return [line.kind for line in reversed(activity.lines(did, YOU))]


# --- leaving out ---------------------------------------------------------------------------------


def test_what_follows_is_done_again_at_its_moments(session: Session) -> None:
    signed(session, Stake(YOU, 20 * ETH))
    wait(session, 5 * HOUR + 30)
    seq = signed(session, Stake(YOU, 30 * ETH))
    wait(session, DAY)
    signed(session, Wrap(YOU, 10 * ETH))
    wait(session, 2 * DAY + 7)
    before = world_hash(session.world)
    told = leave_out(session, seq - 1, "Without it")
    assert told is not None
    assert (told.done, told.refused) == (1, ())
    assert session.branch == told.branch == 2
    assert kinds(session) == ["Funded", "Staked", "Wrapped"]
    assert session.world.time == session.world_of(1).time
    assert world_hash(session.world_of(1)) == before
    assert session.world.balance(YOU, "ETH") > session.world_of(1).balance(YOU, "ETH") + 29 * ETH
    (again,) = told.actions
    assert again.line.kind == "Wrapped"
    assert again.at in {each.at for each in session.activity() if each.kind == "Wrapped"}
    branch = session.branches()[1]
    assert (branch.title, branch.hidden, branch.current) == ("Without it", False, True)
    assert branch.forked_at == session.action(seq, branch=1).start
    assert session.verify().problems == ()


def test_leaving_out_what_changed_nothing_gives_the_same_history(session: Session) -> None:
    """The last thing before an hour passes: what follows is as if it had never been given."""
    wait(session, HOUR + 5)
    told_by = world_hash(session.world)
    seq = session.execute(Fund(YOU, "USDC", 5)).seq
    assert leave_out(session, seq) is not None
    assert world_hash(session.world) == told_by


def test_all_and_fees_follow_the_new_course(session: Session) -> None:
    seq = signed(session, Stake(YOU, 50 * ETH))
    wait(session, 3 * DAY)
    signed(session, Wrap(YOU, ALL))
    signed(session, Stake(YOU, ALL))
    told = leave_out(session, seq)
    assert told is not None
    assert [each.refusal is None for each in told.actions] == [False, True]
    world = session.world
    assert world.balance(YOU, "ETH") == 0  # all of 200, but the fee
    paid = [each.event for each in session.activity() if type(each.event) is FeePaid]
    assert len(paid) == 1


def test_what_the_new_course_refuses_is_told(session: Session) -> None:
    seq = session.execute(Fund(YOU, "ETH", 300 * ETH)).seq
    wait(session, HOUR)
    signed(session, Stake(YOU, 400 * ETH))
    wait(session, HOUR)
    signed(session, Wrap(YOU, 350 * ETH))
    signed(session, Stake(YOU, 10 * ETH))
    told = leave_out(session, seq)
    assert told is not None
    assert told.done == 1
    assert [each.line.kind for each in told.refused] == ["Staked", "Wrapped"]
    first, second = (each.refusal for each in told.refused)
    assert isinstance(first, NotEnoughBalance | NotEnoughAfterFee)
    assert isinstance(second, Refusal)
    assert type(told.refused[0].command) is Transaction
    assert told.refused[0].seq == session.action(told.refused[0].seq, branch=1).start + 1


def test_several_are_left_out_together(session: Session) -> None:
    first = signed(session, Stake(YOU, 10 * ETH))
    wait(session, HOUR)
    signed(session, Stake(YOU, 20 * ETH))
    wait(session, HOUR)
    last = signed(session, Stake(YOU, 40 * ETH))
    told = leave_out(session, (last, first), "Without two")
    assert told is not None
    assert told.done == 1
    assert [type(each.event).__name__ for each in session.activity()].count("Staked") == 1


def test_tickets_and_validators_keep_their_meaning_under_other_numbers(session: Session) -> None:
    signed(session, Stake(YOU, 60 * ETH))
    seq = signed(session, RequestUnstake(YOU, 5 * ETH))
    signed(session, RequestUnstake(YOU, 7 * ETH))
    lost, kept = (ticket.id for ticket in tickets_of(session.world, YOU))
    left = signed(session, StakeNatively(YOU, 32 * ETH))
    native = next(
        number for number, own in session.world.validators.items() if own.account == YOU
    )
    signed(session, StakeNatively(YOU, 64 * ETH))
    wait(session, 40 * DAY)  # long enough for tickets to be paid and validators to leave
    signed(session, Claim(YOU, kept))
    signed(session, Claim(YOU, lost))
    signed(session, LeaveNatively(YOU, native))
    told = leave_out(session, (seq, left))
    assert told is not None
    assert [each.line.kind for each in told.refused] == ["Claimed", "ExitStarted"]
    assert [each.command.calls[0] for each in told.refused] == [
        Claim(YOU, lost),
        LeaveNatively(YOU, native),
    ]
    assert not tickets_of(session.world, YOU)
    claimed = [each.event for each in session.activity() if each.kind == "Claimed"]
    assert len(claimed) == 1
    assert abs(claimed[0].ether - 7 * ETH) < ETH // 100


def test_approvals_are_worked_out_anew(session: Session) -> None:
    session.execute(Fund(YOU, "USDC", 20_000 * 10**6))
    swap = Swap(YOU, "usdc_eth", "USDC", 1_000 * 10**6, 1, "ETH")
    seq = signed(session, swap, unlimited=True)
    wait(session, HOUR)
    signed(session, swap)  # needs none: the first one is without a limit
    signed(session, Batch((Approve(YOU, "USDC", "aave", 7),)))
    told = leave_out(session, seq)
    assert told is not None
    assert (told.done, told.refused) == (2, ())
    bare = session.world_of(1)._replace(allowances={})
    again = timeline.anew(bare, told.actions[0].command)
    assert [type(call) for call in again.calls] == [Approve, Swap]
    first = next(each.command for each in session.activity(branch=1) if each.seq == seq)
    assert timeline.anew(bare, first).calls[0].units == UNLIMITED
    assert timeline.anew(bare, Fund(YOU, "ETH", 1)) == Fund(YOU, "ETH", 1)
    spenders = {key[2]: kept.units for key, kept in session.world.allowances.items()}
    assert UNLIMITED not in spenders.values()
    assert spenders["aave"] == 7


def test_only_what_the_user_did_can_be_left_out(session: Session) -> None:
    wait(session, DAY)
    for seq in (1, session.world.events, session.world.events + 1):
        with pytest.raises(LookupError):
            leave_out(session, seq)
    with pytest.raises(LookupError):
        leave_out(session, ())
    assert len(session.branches()) == 1


def test_progress_goes_from_the_fork_to_the_end(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstwallet.app.session.COMMIT_SECONDS", 0.0)
    seq = signed(session, Stake(YOU, ETH))
    begin = session.world.time
    wait(session, 6 * HOUR)
    signed(session, Stake(YOU, ETH))
    wait(session, 6 * HOUR)
    far: list[tuple[int, int, int]] = []
    gates: list[None] = []
    assert leave_out(session, seq, progress=lambda *at: far.append(at),
                     gate=lambda: gates.append(None))  # fmt: skip
    assert len(gates) >= 12
    assert {each[1:] for each in far} == {(begin, begin + 12 * HOUR)}
    assert [each[0] for each in far] == sorted({each[0] for each in far})


@pytest.mark.parametrize("after", [0, 1, 5, 30, 50])
def test_cancelling_leaves_one_where_one_stood(session: Session, after: int) -> None:
    seq = signed(session, Stake(YOU, ETH))
    wait(session, DAY)
    signed(session, Stake(YOU, 2 * ETH))
    wait(session, DAY)
    before = world_hash(session.world)
    calls = iter(range(after))
    told = leave_out(session, seq, cancelled=lambda: next(calls, None) is None)
    assert told is None
    assert session.branch == 1
    assert world_hash(session.world) == before
    assert [branch.id for branch in session.branches() if not branch.hidden] == [1]
    assert session.verify().problems == ()
    assert leave_out(session, seq) is not None  # and once more, to its end
    assert session.verify().problems == ()


def test_a_crash_on_the_way_leaves_one_where_one_stood(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = signed(session, Stake(YOU, ETH))
    wait(session, 2 * DAY)
    before = world_hash(session.world)

    class Killed(BaseException):
        pass

    def kill() -> None:
        if session.branch == 2 and session.world.time > session.world.started + DAY:
            raise Killed

    with monkeypatch.context() as dead:
        dead.setattr("lstwallet.app.session.COMMIT_SECONDS", 0.0)
        dead.setattr(Session, "abandon", lambda session: None)  # nobody is there to do it
        with pytest.raises(Killed):
            leave_out(session, seq, gate=kill)
    assert session._store is not None
    session._store.close()
    session._store = None
    again = Session.open(session.path)
    assert again.branch == 1
    assert world_hash(again.world) == before
    assert [branch.hidden for branch in again.branches()] == [False, True]
    assert again.verify().problems == ()
    again.close()


@pytest.mark.parametrize("at", [1, 2, 4, 6])
def test_a_disk_that_fails_on_the_way_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    seq = signed(session, Stake(YOU, ETH))
    for _ in range(3):
        wait(session, 5 * HOUR)
        signed(session, Stake(YOU, ETH))
    before = world_hash(session.world)
    commit, calls = Store.commit, 0

    def failing(store: Store, page: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise StoreUnavailable(store.path, Trouble.DISK_FULL)
        commit(store, page)

    with monkeypatch.context() as failed:
        failed.setattr(Store, "commit", failing)
        with pytest.raises(StoreUnavailable):
            leave_out(session, seq)
    wait(session, 0)
    assert session.branch == 1
    assert world_hash(session.world) == before
    assert session.verify().problems == ()


def test_an_io_error_on_the_way_halts_where_one_stood(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = signed(session, Stake(YOU, ETH))
    wait(session, 5 * HOUR)
    signed(session, Stake(YOU, ETH))
    before, known = world_hash(session.world), session.activity()

    def failing(store: Store, page: Any) -> None:
        raise StoreUnavailable(store.path, Trouble.IO)

    with monkeypatch.context() as failed:
        failed.setattr(Store, "commit", failing)
        with pytest.raises(StoreUnavailable):
            leave_out(session, seq)
    assert session.halted is not None
    assert (session.branch, world_hash(session.world)) == (1, before)
    assert session.activity() == known
    with pytest.raises(StoreUnavailable):
        leave_out(session, seq)
    session.recover()
    assert (session.branch, world_hash(session.world)) == (1, before)
    assert leave_out(session, seq) is not None
    assert session.verify().problems == ()


def test_a_profile_that_is_only_read_stays_as_it_is(session: Session) -> None:
    seq = signed(session, Stake(YOU, ETH))
    reader = Session.open(session.path, read_only=True)
    with pytest.raises(StoreUnavailable):
        leave_out(reader, seq)
    reader.close()
    assert len(session.branches()) == 1


def test_what_founded_a_mechanism_is_no_action_of_the_users(tmp_path: Path) -> None:
    path = tmp_path / "old.lstwallet"
    Store.create(path, old_world(), {"market": '["seeded",true]'}).close()
    connected = Store.open(path)
    connected.close()
    reader = Session.open(path, read_only=True)
    assert reader.world.network is None
    reader.close()
    old = Session(Store.open(path))  # an earlier program, which founds nothing
    seq = old.execute(Fund(YOU, "ETH", 9 * ETH)).seq
    old.execute(Stake(YOU, ETH))
    old.close()
    session = Session.open(path)
    told = leave_out(session, seq)
    assert told is not None
    assert [each.line.kind for each in told.actions] == ["Staked"]
    assert session.world.network is not None
    session.close()


# --- two side by side ----------------------------------------------------------------------------


def test_two_branches_side_by_side(session: Session) -> None:
    signed(session, Stake(YOU, 20 * ETH))
    wait(session, DAY)
    seq = signed(session, Stake(YOU, 30 * ETH))
    wait(session, DAY)
    signed(session, Wrap(YOU, 10 * ETH))
    wait(session, 2 * DAY)
    told = leave_out(session, seq)
    assert told is not None
    gates: list[None] = []
    found = compare(session, (1, None), (2, None), gate=lambda: gates.append(None))
    assert gates
    branch = session.branches()[1]
    assert (found.parted, found.parted_at) == (branch.forked_at, branch.forked_time)
    assert found.parting is not None
    assert found.parting.seq == found.parted + 1
    assert found.parting.kinds[0] == "FeePaid" != found.parting.kinds[1]
    worlds = session.world_of(1), session.world_of(2)
    assert found.worth == tuple(net_worth(world, YOU) for world in worlds)
    assert found.worth == (found.worths.first[-1], found.worths.second[-1])
    before = [at <= found.parted_at for at in found.worths.at].count(True)
    assert before > 20
    assert found.worths.first[:before] == found.worths.second[:before]
    assert found.worths.first[before:] != found.worths.second[before:]
    ether = next(row for row in found.held if row.key == "wallet:ETH")
    assert ether.second - ether.first > 29 * ETH
    assert ether.first == worlds[0].balance(YOU, "ETH")
    steps = [(step.first and step.first.kind, step.second and step.second.kind)
             for step in found.steps]  # fmt: skip
    assert steps[0] == ("Staked", None)
    assert ("Wrapped", "Wrapped") in steps
    assert found.first == 0
    mirrored = compare(session, (2, None), (1, None))
    assert mirrored.worth == found.worth[::-1]
    assert mirrored.parting is not None
    assert mirrored.parting.kinds == found.parting.kinds[::-1]


def test_the_present_beside_the_past_of_the_same_branch(session: Session) -> None:
    seq = signed(session, Stake(YOU, 20 * ETH))
    moment = session.world.time
    wait(session, DAY)
    found = compare(session, (1, None), (1, seq))
    assert (found.parted, found.parted_at) == (seq, moment)
    assert found.parting is not None
    assert found.parting.kinds == ("PricesMoved", None)
    assert [step.second for step in found.steps] == [None] * len(found.steps)
    assert found.worths.second[-1] is None
    same = compare(session, (1, None), (1, None))
    assert same.parting is None
    assert same.first is None
    assert same.steps == []


def test_branches_of_branches_part_where_their_lines_do(session: Session) -> None:
    wait(session, DAY)
    first = session.fork(session.world.events)
    wait(session, DAY)
    parted = session.world.events
    second = session.fork(parted)
    wait(session, HOUR)
    session.switch(first)
    wait(session, HOUR)
    found = compare(session, (first, None), (second, None))
    assert found.parted == parted
    assert found.parting is None  # nobody did anything: the same has happened in both
    assert found.steps == []
    assert compare(session, (1, None), (second, None)).parted == session.branches()[1].forked_at


def test_an_account_that_one_side_has_not_is_worth_nothing_there(session: Session) -> None:
    seq = session.world.events
    session.execute(OpenAccount())
    session.execute(Fund("you:2", "ETH", 3 * ETH))
    session.fork(seq)
    found = compare(session, (1, None), (2, None), "you:2")
    assert found.worth[0] > 0 == found.worth[1]
    assert [(row.first, row.second) for row in found.held] == [(3 * ETH, 0)]
