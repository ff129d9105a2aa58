"""Acknowledged means committed; slicing, cancelling, reopening and failing change no history."""

from __future__ import annotations

import gc
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lstwallet.app.session import Outcome, Progress, Session
from lstwallet.engine import address
from lstwallet.engine.accounts import OpenAccount, Send
from lstwallet.engine.kernel import Batch
from lstwallet.engine.refusals import NotEnoughBalance, NothingToDo
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import EthWrapped, Fund, Funded, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.readmodel.portfolio import net_worth
from lstwallet.readmodel.samples import SERIES, sample
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import BadText, StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.records import Page
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world

ETH = 10**18


def made(folder: Path, name: str = "Main") -> Session:
    return Session.create(folder / f"{name}.lstwallet", small_world(), MarketConfig(), name=name)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = made(tmp_path)
    yield session
    session.close()


def in_file(session: Session) -> str:
    """The world hash that somebody else reads from the file now."""
    reader = Session.open(session.path, read_only=True)
    try:
        return world_hash(reader.world)
    finally:
        reader.close()


def history(session: Session) -> tuple[int, bytes, str, list[Any]]:
    """Everything that must not depend on how a run was cut."""
    connection = sqlite3.connect(f"file:{session.path}?mode=ro", uri=True)
    seq, chain = connection.execute("SELECT seq, hash FROM head").fetchone()
    samples = connection.execute("SELECT * FROM samples ORDER BY day").fetchall()
    connection.close()
    return seq, chain, world_hash(session.world), samples


# --- commands ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        Fund(YOU, "ETH", True),
        Batch((Fund(YOU, "ETH", ETH), WrapEth(YOU, True))),
        WrapEth(YOU, "1"),  # type: ignore[arg-type]
        Fund(YOU, "ETH", 1.5),  # type: ignore[arg-type]
        Fund(YOU, "ETH", None),  # type: ignore[arg-type]
        Batch(("Fund",)),
    ],
)
def test_what_could_not_be_read_back_is_not_acknowledged(session: Session, command: Any) -> None:
    before, file_before = session.world, session.path.read_bytes()
    with pytest.raises((BadText, TypeError)):
        session.execute(command)
    assert session.world is before
    assert session.path.read_bytes() == file_before
    assert session.execute(Fund(YOU, "ETH", ETH)).refusal is None
    assert in_file(session) == world_hash(session.world)
    assert session.activity()


def test_what_is_acknowledged_is_in_the_file(session: Session) -> None:
    outcome = session.execute(Fund(YOU, "ETH", 100 * ETH))
    assert outcome.refusal is None
    assert [type(event) for event in outcome.events] == [Funded]
    assert outcome.world is session.world
    assert outcome.world.balance(YOU, "ETH") == 100 * ETH
    assert outcome.changes == {"wallet"}
    assert outcome.seq == outcome.world.events == 2
    assert in_file(session) == world_hash(outcome.world)


def test_a_refusal_changes_nothing(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", ETH))
    before, file_before = session.world, session.path.read_bytes()
    outcome = session.execute(WrapEth(YOU, 2 * ETH))
    assert outcome == Outcome(
        before, (), frozenset(), NotEnoughBalance("ETH", 2 * ETH, ETH), before.events
    )
    assert session.world is before
    assert session.path.read_bytes() == file_before


def test_a_batch_is_all_or_nothing(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", ETH))
    before = world_hash(session.world)
    refused = session.execute(Batch((WrapEth(YOU, ETH), WrapEth(YOU, ETH))))
    assert isinstance(refused.refusal, NotEnoughBalance)
    assert world_hash(session.world) == in_file(session) == before
    done = session.execute(Batch((WrapEth(YOU, ETH), UnwrapEth(YOU, "all"))))
    assert len(done.events) == 2
    assert isinstance(session.execute(Batch(())).refusal, NothingToDo)


def test_activity_has_the_command_beside_the_event_newest_first(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", 5 * ETH))
    session.execute(WrapEth(YOU, 2 * ETH))
    session.advance(session.world.time + 2 * DAY)
    session.execute(UnwrapEth(YOU, "all"))
    records = [record for record in session.activity() if record.command is not None]
    assert [record.kind for record in records] == ["EthUnwrapped", "EthWrapped", "Funded"]
    assert records[0].command == UnwrapEth(YOU, "all")
    assert isinstance(records[1].event, EthWrapped)
    assert records[1].event.units == 2 * ETH
    older = session.activity(before=records[1].seq)
    assert [record.kind for record in older if record.command] == ["Funded"]
    assert len(session.activity(limit=1)) == 1


# --- time --------------------------------------------------------------------------------------


def test_an_advance_reaches_its_moment_and_leaves_no_event_of_its_own(session: Session) -> None:
    until = session.world.time + 10
    outcome = session.advance(until)
    assert outcome.world.time == until
    assert outcome.seq == 1
    assert outcome.changes == {"time"}
    assert in_file(session) == world_hash(outcome.world)
    assert session.advance(until - 5).world.time == until


def test_slices_and_reopening_change_no_history(tmp_path: Path) -> None:
    begin = small_world().time
    whole = made(tmp_path, "whole")
    whole.advance(begin + 3 * DAY)
    parts = made(tmp_path, "parts")
    for hour in range(1, 73):
        parts.advance(begin + hour * HOUR)
        if hour % 7 == 0:
            parts.close()
            parts = Session.open(parts.path)
    assert history(parts) == history(whole)
    uneven = made(tmp_path, "uneven")
    dice = random.Random(3)
    while uneven.world.time < begin + 3 * DAY:
        uneven.advance(min(begin + 3 * DAY, uneven.world.time + dice.randrange(1, 30_000)))
    assert history(uneven) == history(whole)
    for each in (whole, parts, uneven):
        assert each.verify().sound
        each.close()


@pytest.mark.slow
def test_slices_and_reopening_change_no_history_of_the_whole_crowd(tmp_path: Path) -> None:
    """The full world, the user busy in between: a month in one go and in restless slices."""
    world = genesis(11)
    ends = []
    for name, seed in (("whole", None), ("parts", 1), ("other", 2)):
        dice = random.Random(seed)
        session = Session.create(tmp_path / name, world, MarketConfig(), name=name)
        for day in range(30):
            until = world.time + (day + 1) * DAY
            while session.world.time < until:
                step = 10 * DAY if seed is None else dice.randrange(1, 20 * HOUR)
                session.advance(min(until, session.world.time + step))
                if seed is not None and dice.random() < 0.2:
                    session.close()
                    session = Session.open(session.path)
            for command in (Fund(YOU, "ETH", 9 * ETH), Stake(YOU, 3 * ETH), WrapEth(YOU, ETH)):
                assert session.execute(command).refusal is None
        ends.append(history(session))
        assert session.verify().sound
        session.close()
    assert ends[0] == ends[1] == ends[2]


def test_cancelling_anywhere_loses_nothing(tmp_path: Path) -> None:
    begin = small_world().time
    until = begin + 2 * DAY
    whole = made(tmp_path, "whole")
    whole.advance(until)
    dice = random.Random(11)
    cut = made(tmp_path, "cut")
    for _ in range(500):
        left = dice.randrange(1, 12)
        calls = iter(range(left))
        outcome = cut.advance(until, cancelled=lambda calls=calls: next(calls, None) is None)
        assert in_file(cut) == world_hash(outcome.world)
        if cut.world.time == until:
            break
    else:
        pytest.fail("it never arrived")
    assert history(cut) == history(whole)
    whole.close()
    cut.close()


def test_a_run_publishes_only_what_is_committed(session: Session) -> None:
    begin = session.world.time
    seen: list[Progress] = []
    gates = 0

    def gate() -> None:
        nonlocal gates
        gates += 1

    def look(progress: Progress) -> None:
        seen.append(progress)
        assert in_file(session) == world_hash(progress.world)

    patience = session.advance(begin + 20 * DAY, progress=look, gate=gate)
    assert gates >= 20 * 24
    assert all(begin < each.at <= each.until == begin + 20 * DAY for each in seen)
    assert patience.world.time == begin + 20 * DAY
    assert "prices" in patience.changes


def test_a_run_tells_what_concerns_you_and_the_last_of_each_kind(session: Session) -> None:
    outcome = session.advance(session.world.time + 2 * DAY)
    kinds = [type(event) for event in outcome.events]
    assert len(outcome.events) < 200
    assert {"PricesMoved"} <= {kind.__name__ for kind in kinds}
    moments = [event.at for event in outcome.events]
    assert moments == sorted(moments)


# --- charts ------------------------------------------------------------------------------------


def test_series_are_hourly_and_end_with_the_present(session: Session) -> None:
    begin = session.world.time
    session.advance(begin + DAY + 100)
    series = session.series(("eth_usd8",), begin, begin + 9 * DAY)
    assert series.at[0] == begin
    assert series.at[-1] == begin + DAY + 100
    assert len(series.at) in (25, 26)
    assert series.column("eth_usd8")[-1] == session.world.prices.eth
    assert all(b > a for a, b in zip(series.at, series.at[1:], strict=False))


def test_a_long_series_is_thinned_to_points_that_stay_where_they_are(session: Session) -> None:
    begin = session.world.time
    end = begin + 100 * DAY
    session.advance(end)
    whole = session.series(SERIES[:1], begin, end)
    assert 1_000 < len(whole.at) <= 2_010
    later = session.series(SERIES[:1], begin + 6 * HOUR, end)
    assert set(later.at[:-1]) <= set(whole.at) | set(later.at[:1])


def test_every_name_of_the_series_is_sampled() -> None:
    world = small_world()
    values = sample(world)
    assert len(values) == len(SERIES) == len(set(SERIES))
    assert all(type(value) is int and value >= -1 for value in values)


# --- when the environment fails ----------------------------------------------------------------


def fill_disk(session: Session, pages: int) -> None:
    """Let SQLite find the disk full after so many more pages."""
    assert session._store is not None
    connection = session._store._database.conn
    count = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {count + pages}")


def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", ETH))
    fill_disk(session, 0)
    acknowledged = world_hash(session.world)
    trouble = None
    for _ in range(200):
        try:
            session.execute(Fund(YOU, "ETH", ETH))
        except StoreUnavailable as error:
            trouble = error.trouble
            break
        acknowledged = world_hash(session.world)
    assert trouble is Trouble.DISK_FULL
    assert world_hash(session.world) == in_file(session) == acknowledged
    session.execute(Fund(YOU, "ETH", ETH))  # there is room again: it goes on by itself
    assert in_file(session) == world_hash(session.world) != acknowledged
    assert session.verify().sound


def test_a_disk_that_fills_during_a_run_leaves_what_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstwallet.app.session.COMMIT_SECONDS", 0.0)
    whole = made(tmp_path, "whole")
    begin = whole.world.time
    whole.advance(begin + 5 * DAY)
    session = made(tmp_path, "Main")
    fill_disk(session, 6)
    published: list[Progress] = []
    with pytest.raises(StoreUnavailable):
        session.advance(begin + 5 * DAY, progress=published.append)
    assert published
    assert world_hash(session.world) == world_hash(published[-1].world) == in_file(session)
    session.advance(begin + 5 * DAY)
    assert history(session) == history(whole)
    session.close()
    whole.close()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 5])
@pytest.mark.parametrize("trouble", [Trouble.IO, Trouble.DISK_FULL])
def test_an_error_at_any_commit_is_told_or_turns_out_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, after: bool, trouble: Trouble
) -> None:
    """``after``: the page was in the file although an error came back."""
    monkeypatch.setattr("lstwallet.app.session.COMMIT_SECONDS", 0.0)
    whole = made(tmp_path, "whole")
    begin = whole.world.time
    whole.advance(begin + DAY)
    session = made(tmp_path, "Main")
    commit, calls = Store.commit, 0

    def failing(store: Store, page: Page) -> None:
        nonlocal calls
        calls += 1
        if after or calls != at:
            commit(store, page)
        if calls == at:
            raise StoreUnavailable(store.path, trouble)

    monkeypatch.setattr(Store, "commit", failing)
    if after and trouble is not Trouble.IO:
        session.advance(begin + DAY)
    else:
        with pytest.raises(StoreUnavailable):
            session.advance(begin + DAY)
        assert (session.halted is not None) == (trouble is Trouble.IO)
        if session.halted is not None:
            session.recover()
        assert in_file(session) == world_hash(session.world)
        session.advance(begin + DAY)
    assert history(session) == history(whole)
    assert session.verify().sound
    session.close()
    whole.close()


def test_a_profile_that_is_gone_is_told_and_found_again(session: Session, tmp_path: Path) -> None:
    session.execute(Fund(YOU, "ETH", ETH))
    away = session.path.rename(tmp_path / "away")
    before = session.world
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            session.execute(Fund(YOU, "ETH", ETH))
        assert session.world is before
    away.rename(session.path)
    assert session.execute(Fund(YOU, "ETH", ETH)).world.balance(YOU, "ETH") == 2 * ETH
    assert session.verify().sound


def test_a_bug_in_the_middle_of_a_run_leaves_the_last_commit(
    session: Session, tmp_path: Path
) -> None:
    begin = session.world.time

    def stumble() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session.advance(begin + DAY, gate=stumble)
    assert session.world.time == begin
    session.advance(begin + DAY)
    whole = made(tmp_path, "whole")
    whole.advance(begin + DAY)
    assert history(session) == history(whole)
    whole.close()


def test_a_run_leaves_no_reference_cycles_and_the_collector_as_it_was(session: Session) -> None:
    """The collector rests during a run: whatever a run drops has to be freed without it."""
    session.advance(session.world.time + HOUR)
    gc.collect()
    seen: list[bool] = []
    session.advance(session.world.time + 3 * DAY, gate=lambda: seen.append(gc.isenabled()))
    assert gc.isenabled()
    assert seen
    assert not any(seen)
    assert gc.collect() == 0
    gc.disable()
    try:
        session.advance(session.world.time + HOUR)
        assert not gc.isenabled()
    finally:
        gc.enable()


# --- several accounts ----------------------------------------------------------------------


def two_accounts(session: Session) -> str:
    """Opens a second account; its address."""
    session.execute(OpenAccount())
    return address.of_account(session.world, "you:2")


def test_each_account_has_its_own_activity_gains_and_samples(session: Session) -> None:
    to = two_accounts(session)
    for command in (
        Fund(YOU, "ETH", 50 * ETH),
        Stake(YOU, 20 * ETH),
        Send(YOU, "stETH", 5 * ETH, to),
    ):
        assert session.execute(command).refusal is None
    session.advance(session.world.time + 2 * DAY)
    theirs = session.activity(account="you:2")
    kinds = [row.kind for row in theirs]
    assert kinds[-2:] == ["Sent", "AccountOpened"]
    assert set(kinds) == {"OracleReported", "Sent", "AccountOpened"}
    gained = [gain for row in theirs for gain in row.gains if gain.account == "you:2"]
    assert gained
    assert all(gain.units > 0 for gain in gained)
    mine = session.activity(account=YOU)
    assert "Staked" in {row.kind for row in mine}
    assert "AccountOpened" not in {row.kind for row in mine}
    assert len(session.activity()) >= len(mine)
    worth = session.series(["net_worth_usd8"], 0, session.world.time, account="you:2")
    assert worth.column("net_worth_usd8")[-1] == net_worth(session.world, "you:2") > 0
    assert session.verify().problems == ()


def test_an_account_that_came_during_a_day_leaves_its_hours_before_empty(
    session: Session,
) -> None:
    session.advance(session.world.time + 3 * HOUR)
    before = session.series(["net_worth_usd8"], 0, session.world.time)
    two_accounts(session)
    session.advance(session.world.time + 3 * HOUR)
    path = session.path
    session.close()
    again = Session.open(path)
    again.advance(again.world.time + 2 * HOUR)
    whole = again.series(["net_worth_usd8"], 0, again.world.time)
    count = len(before.at)
    assert whole.at[: count - 1] == before.at[: count - 1]
    assert whole.column("net_worth_usd8")[: count - 1] == before.column("net_worth_usd8")[:-1]
    other = again.series(["net_worth_usd8"], 0, again.world.time, account="you:2")
    values = other.column("net_worth_usd8")
    assert values[0] is None
    assert values[-1] == 0
    assert again.verify().problems == ()
    again.close()


def test_pages_of_one_accounts_activity_join_to_the_whole(session: Session) -> None:
    to = two_accounts(session)
    session.execute(Fund(YOU, "ETH", 50 * ETH))
    for _ in range(5):
        session.execute(Fund(YOU, "USDC", 10**6))
        session.execute(Send(YOU, "ETH", ETH, to))
    whole = [row.seq for row in session.activity(account="you:2")]
    paged: list[int] = []
    before = None
    while page := session.activity(account="you:2", before=before, limit=2):
        paged += [row.seq for row in page]
        before = page[-1].seq
    assert paged == whole
    assert session.sent_to() == {"you:2"}


@pytest.mark.parametrize("key", [None, bytes(range(32))])
def test_the_file_is_read_anew_and_what_it_holds_stands(tmp_path: Path, key: bytes | None) -> None:
    market = MarketConfig()
    session = Session.create(
        tmp_path / "p.lstwallet", small_world(), market, name="p", key=key
    )
    try:
        session.execute(Fund(YOU, "ETH", 10**18))
        committed = session.world
        session.world = committed._replace(time=committed.time + 1)
        assert session.recover() == committed
        assert session.world == committed
        session.execute(Fund(YOU, "ETH", 10**18))
        assert session.verify().sound
    finally:
        session.close()
