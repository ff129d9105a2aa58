"""The journal is a tree: a branch leaves its parent anywhere, and nothing of the rest changes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstwallet.app.session import Session
from lstwallet.engine import address
from lstwallet.engine.accounts import OpenAccount, Send
from lstwallet.engine.kernel import Batch, Command
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU, World
from lstwallet.market.driver import MarketConfig
from lstwallet.store.book import Note, PutNote
from lstwallet.store.codec import encode_event, world_hash
from lstwallet.store.errors import StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.line import END, BranchRow, Line, Stretch, line_to, lines_hold
from lstwallet.store.migrations import BRANCHES, PLACES
from lstwallet.store.reading import Reading
from lstwallet.store.replay import replay
from lstwallet.store.verify import verify
from lstwallet.units.clock import DAY, HOUR, iso
from tests.small_world import old_world, small_world

ETH = 10**18
Step = Command | int
STORY: tuple[Step, ...] = (
    Fund(YOU, "ETH", 100 * ETH),
    7 * HOUR + 100,
    Stake(YOU, 20 * ETH),
    Batch((Wrap(YOU, 5 * ETH), WrapEth(YOU, 3 * ETH))),
    DAY + HOUR // 2,
    UnwrapEth(YOU, ETH),
    2 * DAY,
    Stake(YOU, ETH),
    HOUR,
)


class Rest(NamedTuple):
    """Where the story stood before a step."""

    seq: int
    time: int
    hash: str


def made(folder: Path, name: str = "Main", world: World | None = None) -> Session:
    world = small_world() if world is None else world
    return Session.create(folder / f"{name}.lstwallet", world, MarketConfig(), name=name)


def go(session: Session, steps: tuple[Step, ...]) -> list[Rest]:
    """Live through the steps; where it stood before each, and at the end."""
    stood = []
    for step in steps:
        stood.append(here(session))
        if isinstance(step, int):
            session.advance(session.world.time + step)
        else:
            assert session.execute(step).refusal is None, step
    return [*stood, here(session)]


def here(session: Session) -> Rest:
    return Rest(session.world.events, session.world.time, world_hash(session.world))


def chain(session: Session) -> bytes:
    store = session._store
    assert store is not None
    return store.head().hash


def from_the_first_event(reading: Reading) -> World:
    """Along the line, without any snapshot."""
    return replay(reading.path, reading.rows(), None).world._replace(time=reading.head().time)


def lines_of(reading: Reading) -> list[str]:
    return [line for row in reading.rows() for line in row.events.split("\n")]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = made(tmp_path)
    yield session
    session.close()


def store_of(session: Session) -> Store:
    assert session._store is not None
    return session._store


# --- lines, without a file -----------------------------------------------------------------------


def row(number: int, parent: int | None, forked_at: int, began: int = 0) -> BranchRow:
    return BranchRow(number, parent, forked_at, "", False, began, bytes(32), 0, 0)


def test_a_line_is_the_stretches_from_the_root() -> None:
    rows = {1: row(1, None, 0), 2: row(2, 1, 10, 100), 3: row(3, 2, 15, 150), 4: row(4, 1, 3, 30)}
    assert lines_hold(rows)
    line = line_to(rows, 3)
    assert [each[:5] for each in line.stretches] == [
        (1, 0, 10, 0, 100),
        (2, 10, 15, 100, 150),
        (3, 15, END, 150, END),
    ]
    assert line.branch == 3
    assert [line.stretch_of(seq).branch for seq in (1, 10, 11, 15, 16, 99)] == [1, 1, 2, 2, 3, 3]
    assert [each[:3] for each in line.between(4, 12)] == [(1, 4, 10), (2, 10, 12)]
    assert [each[:3] for each in line.between(15)] == [(3, 15, END)]
    assert line.between(12, 12) == []
    assert line.own == Line((Stretch(3, 15, END, 150, END, bytes(32)),))


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (row(1, None, 0), row(2, None, 0)),
        (row(1, None, 0), row(2, 3, 5), row(3, 2, 6)),
        (row(1, None, 0), row(2, 7, 5)),
        (row(1, None, 0), row(2, 1, 0)),
        (row(1, None, 0), row(2, 1, 5), row(3, 2, 5)),
    ],
)
def test_what_is_no_tree_is_found(rows: tuple[BranchRow, ...]) -> None:
    assert not lines_hold({each.id: each for each in rows})


# --- forking -----------------------------------------------------------------------------------


def test_a_fork_is_where_the_original_stood_and_goes_on_like_it(session: Session) -> None:
    stood = go(session, STORY)
    ends = chain(session)
    for place, rest in enumerate(stood[:-1]):
        if rest.seq == stood[place + 1].seq:
            continue
        session.switch(1)
        number = session.fork(rest.seq, f"again from {place}", at=rest.time)
        assert session.branch == number
        assert here(session) == rest
        assert session.seq_at(rest.time) == session.seq_at(END) == rest.seq
        assert session.world == from_the_first_event(store_of(session))
        assert go(session, STORY[place:]) == stood[place:]
        assert chain(session) == ends
    session.switch(1)
    assert here(session) == stood[-1]
    report = session.verify()
    assert report.problems == ()
    assert report.branches == len(session.branches()) > 6


def test_any_event_may_be_gone_back_to(session: Session) -> None:
    """The world of each event is that of a replay; a fork keeps what happened together."""
    go(session, STORY[:5])
    lines = lines_of(store_of(session))
    seen: list[World] = []
    replay(
        session.path,
        store_of(session).rows(),
        None,
        lambda seq, event, draft: seen.append(draft.freeze()),
    )
    for seq in range(1, len(lines) + 1, 7):
        world = session.world_at(seq)
        assert world == seen[seq - 1]
        together = session.action(seq)
        assert together.start < seq <= together.stop or seq == 1
        session.fork(seq)
        assert session.world.events == together.stop
        if together.stop < len(lines):
            assert session.world == seen[together.stop - 1]
        assert lines_of(store_of(session)) == lines[: together.stop]
        session.switch(1)
    assert session.verify().problems == ()


def test_what_happened_together_stays_together(session: Session) -> None:
    go(session, STORY)
    whole = {record.seq: record for record in session.activity()}
    batch = [seq for seq, record in whole.items() if type(record.command) is Batch]
    assert len(batch) == 2
    for seq in batch:
        assert session.action(seq)[:2] == (min(batch) - 1, max(batch))
    session.fork(min(batch))
    assert session.world.events == max(batch)
    events = [record.seq for record in session.activity()]
    assert events[:2] == sorted(batch, reverse=True)


def test_the_moment_of_a_fork_lies_before_what_happened_next(session: Session) -> None:
    stood = go(session, STORY)
    before = stood[2]
    last = session.world_at(before.seq).time
    for wrong in (last - 1, before.time + 1):
        with pytest.raises(LookupError):
            session.fork(before.seq, at=wrong)
    with pytest.raises(LookupError):
        session.fork(session.world.events + 1)
    with pytest.raises(LookupError):
        session.fork(0)
    assert len(session.branches()) == 1
    session.fork(before.seq)
    assert session.world.time == last
    session.switch(1)
    session.fork(stood[-1].seq)
    assert session.world.time == stood[-1].time


def test_branches_tell_where_they_left(session: Session) -> None:
    stood = go(session, STORY)
    second = session.fork(stood[5].seq, "Second", at=stood[5].time)
    session.advance(session.world.time + 3 * HOUR)
    third = session.fork(session.world.events - 1, "Third")
    fourth = session.fork(stood[2].seq)
    listed = {branch.id: branch for branch in session.branches()}
    assert [listed[each].parent for each in (1, second, third, fourth)] == [None, 1, second, 1]
    assert listed[1].title == ""
    assert listed[second].title == "Second"
    assert listed[second].forked_at == stood[5].seq
    assert listed[second].forked_time == stood[5].time
    assert listed[fourth].title == iso(listed[fourth].forked_time)[:16].replace("T", " ")
    assert (listed[1].seq, listed[1].time) == stood[-1][:2]
    assert [branch.current for branch in session.branches()] == [False, False, False, True]


def test_rename_hide_and_show_again(session: Session) -> None:
    go(session, STORY[:3])
    number = session.fork(2, "One")
    session.rename(number, "Another")
    for wrong in (lambda: session.hide(number), lambda: session.rename(9, "x")):
        with pytest.raises(LookupError):
            wrong()
    session.switch(1)
    session.hide(number)
    with pytest.raises(LookupError):
        session.switch(number)
    with pytest.raises(LookupError):
        session.switch(9)
    session.close()
    again = Session.open(session.path)
    hidden = again.branches()[1]
    assert (hidden.id, hidden.title, hidden.hidden) == (number, "Another", True)
    again.unhide(number)
    again.switch(number)
    assert again.world.events == 2
    again.close()


def test_the_current_branch_is_remembered(session: Session) -> None:
    stood = go(session, STORY)
    number = session.fork(stood[2].seq, at=stood[2].time)
    session.execute(Stake(YOU, 3 * ETH))
    now = here(session)
    session.close()
    with_others = Session.open(session.path, read_only=True)
    assert with_others.branch == number
    assert here(with_others) == now
    assert world_hash(with_others.world_of(1)) == stood[-1].hash
    with pytest.raises(StoreUnavailable) as caught:
        with_others.switch(1)
    assert caught.value.trouble is Trouble.READ_ONLY
    with pytest.raises(StoreUnavailable):
        with_others.fork(1)
    with_others.close()


# --- reading along a line ------------------------------------------------------------------------


def test_activity_notes_and_receivers_follow_the_line(session: Session) -> None:
    go(session, (Fund(YOU, "ETH", 50 * ETH), OpenAccount()))
    to = address.of_account(session.world, "you:2")
    session.execute(Stake(YOU, ETH))
    shared = session.activity()[0].seq
    session.edit(PutNote(shared, Note("shared")))
    session.execute(Send(YOU, "ETH", ETH, to))
    sent = session.activity()[0].seq
    session.edit(PutNote(sent, Note("the first's")))
    session.advance(session.world.time + DAY)
    session.fork(shared)
    assert session.book.notes == {shared: Note("shared")}
    assert session.sent_to() == frozenset()
    session.execute(WrapEth(YOU, ETH))
    assert session.activity()[0].seq == sent  # the same number, another event
    session.edit(PutNote(sent, Note("the second's")))
    session.edit(PutNote(shared, Note("shared still")))
    kinds = [record.kind for record in session.activity()]
    assert kinds[0] == "EthWrapped"
    assert "Sent" not in kinds
    assert "Sent" in [record.kind for record in session.activity(branch=1)]
    pages = [record.seq for record in session.activity(limit=2)]
    pages += [record.seq for record in session.activity(before=pages[-1], limit=10)]
    assert pages == [record.seq for record in session.activity()]
    session.switch(1)
    assert session.book.notes == {shared: Note("shared still"), sent: Note("the first's")}
    assert session.sent_to() == {"you:2"}
    assert session.verify().problems == ()


def test_charts_go_on_without_a_seam(session: Session) -> None:
    stood = go(session, STORY)
    names = ("net_worth_usd8", "eth_usd8")
    begin, end = session.world.started, session.world.time
    whole = session.series(names, begin, end)
    for rest, steps in ((stood[2], STORY[2:]), (stood[5], STORY[5:])):
        session.switch(1)
        number = session.fork(rest.seq, at=rest.time)
        cut = session.series(names, begin, end)
        assert cut.at[:-1] == [at for at in whole.at if at <= rest.time][: len(cut.at) - 1]
        go(session, steps)
        assert session.series(names, begin, end) == whole
        session.close()
        session = Session.open(session.path)
        assert session.series(names, begin, end) == whole
        session.switch(1)
        assert session.series(names, begin, end, branch=number) == whole
    session.close()


def test_every_moment_has_its_event(session: Session) -> None:
    stood = go(session, STORY)
    for rest in stood:
        assert session.seq_at(rest.time) >= rest.seq
        assert session.world_at_time(rest.time).time == rest.time
    assert session.seq_at(0) == 1
    assert session.seq_at(END) == session.world.events
    assert world_hash(session.world_at_time(END)) == stood[-1].hash
    for seq in range(1, session.world.events, 11):
        at = session.world_at(seq).time
        assert session.world_at(session.seq_at(at)).time == at
        assert session.seq_at(at) >= seq > session.seq_at(at - 1) or seq == 1


# --- snapshots -----------------------------------------------------------------------------------


def test_snapshots_of_ancestors_serve_their_children(session: Session) -> None:
    go(session, STORY[:4])
    session._snapshot_seq = -(10**9)  # the next commit takes one
    stood = go(session, STORY[4:])
    (kept,) = store_of(session).snapshot_seqs()
    session.fork(stood[-1].seq - 60)
    assert store_of(session).snapshot_seqs() == [kept]
    at = session.world
    assert session.world_at(at.events) == at
    session.switch(1)
    session.fork(2)  # before the snapshot
    assert store_of(session).snapshot_seqs() == []
    assert session.verify().snapshots == 1


def test_a_branch_that_begins_far_from_any_snapshot_has_one_of_its_own(session: Session) -> None:
    stood = go(session, STORY)
    number = session.fork(stood[-1].seq)
    assert store_of(session).snapshot_seqs() == [stood[-1].seq]
    assert session.verify().snapshots == 1
    session.close()
    connection = sqlite3.connect(session.path)
    connection.execute("UPDATE snapshots SET blob = x'00'")
    connection.commit()
    connection.close()
    again = Session.open(session.path)
    assert (again.branch, here(again)) == (number, stood[-1])
    again.close()


# --- damage --------------------------------------------------------------------------------------


@pytest.fixture
def forked(session: Session, tmp_path: Path) -> Path:
    """A closed profile of two branches: a row is cut, one stands on the second."""
    stood = go(session, STORY)
    session.fork(stood[5].seq - 20)
    go(session, (Stake(YOU, 2 * ETH), DAY))
    session.close()
    assert verify(session.path).sound
    return Path(shutil.copy2(session.path, tmp_path / "copy.lstwallet"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE branch SET forked_at_seq = forked_at_seq - 1 WHERE id = 2",
        "UPDATE branch SET forked_at_seq = 0 WHERE id = 2",
        "UPDATE branch SET parent = NULL WHERE id = 2",
        f"UPDATE branch SET id = {BRANCHES} WHERE id = 2",
        "UPDATE timeline SET hash = zeroblob(32) WHERE branch = 2",
        "UPDATE timeline SET began = began - 100000 WHERE branch = 2",
        "DELETE FROM timeline WHERE branch = 2",
        "DELETE FROM head WHERE branch = 2",
        "UPDATE head SET seq = seq - 1 WHERE branch = 2",
        "UPDATE meta SET value = '9' WHERE key = 'branch'",
        "UPDATE meta SET value = 'two' WHERE key = 'branch'",
        "DELETE FROM journal WHERE branch = 2 AND last_seq ="
        " (SELECT max(last_seq) FROM journal WHERE branch = 2)",
        f"UPDATE journal SET branch = 1, first_seq = first_seq + 1000, place = place - {PLACES}"
        " + 1000, last_seq = last_seq + 1000 WHERE branch = 2",
        "UPDATE journal SET events = replace(events, 'Staked', 'Stakes') WHERE branch = 2",
        "UPDATE activity SET entries = '[[0,\"you\",\"ETH\",7]]' WHERE branch = 2",
        "DELETE FROM activity WHERE branch = 2",
        "INSERT INTO activity VALUES (2, 3, 0, 'Funded', '[]', '[]')",
        f"INSERT INTO journal SELECT 2 * {PLACES} + 1, 2, 1, 1, began, ended, command, events,"
        " hash FROM journal WHERE first_seq = 1",
    ],
)
def test_what_was_done_to_a_branch_is_found(forked: Path, change: str) -> None:
    connection = sqlite3.connect(forked)
    connection.execute(change)
    connection.commit()
    connection.close()
    try:
        report = verify(forked)
    except StoreBroken:
        return
    assert not report.sound


def test_damage_of_the_first_branch_is_told_of_those_that_go_on_from_it(forked: Path) -> None:
    connection = sqlite3.connect(forked)
    connection.execute("UPDATE journal SET hash = zeroblob(32) WHERE first_seq = 2")
    connection.commit()
    connection.close()
    problems = verify(forked).problems
    assert any(each.startswith("branch 1: ") for each in problems)
    assert "branch 2: what it goes on from could not be replayed" in problems


def test_a_row_that_is_cut_is_checked_whole(forked: Path) -> None:
    """Damage behind the cut, in what only the parent has, keeps the branch from opening."""
    connection = sqlite3.connect(forked)
    connection.execute("DELETE FROM snapshots")
    first, events = connection.execute(
        "SELECT first_seq, events FROM journal WHERE branch = 1 AND first_seq <="
        " (SELECT forked_at_seq FROM branch WHERE id = 2) ORDER BY first_seq DESC LIMIT 1"
    ).fetchone()
    changed = events[:-2] + ("1" if events[-2] != "1" else "2") + events[-1]
    connection.execute("UPDATE journal SET events = ? WHERE first_seq = ?", (changed, first))
    connection.commit()
    connection.close()
    with pytest.raises(StoreBroken):
        Session.open(forked)


@pytest.mark.parametrize("damage", ["before", "beyond", "gone"])
def test_rows_whose_keys_are_not_in_order_are_damage(
    session: Session, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """SQLite finds what a damaged page says, not what was asked for: no search goes on for ever."""
    go(session, STORY)
    reading, one = store_of(session), Reading._one

    def damaged(reading: Reading, query: str, where: Any) -> Any:
        found = one(reading, query, where)
        if not query.startswith("SELECT place -"):
            return None if damage == "gone" else found
        wrong = {"before": 0, "beyond": where["last"] - where["first"] + 1, "gone": found[0]}
        return (wrong[damage], found[1])

    monkeypatch.setattr(Reading, "_one", damaged)
    for row in list(reading.rows()):
        with pytest.raises(StoreBroken, match="not in order"):
            reading.seq_at(row.began)


# --- earlier worlds, failing disks ---------------------------------------------------------------


def test_a_branch_from_before_an_upgrade_catches_up(tmp_path: Path) -> None:
    path = tmp_path / "old.lstwallet"
    Store.create(path, old_world(), {"market": '["seeded",true]'}).close()
    session = Session.open(path)
    founded = session.world
    assert founded.network is not None
    assert founded.events > 1
    session.fork(1)
    assert session.world.network is not None
    assert session.world.events == founded.events
    assert session.verify().problems == ()
    session.close()


def test_an_error_while_forking_is_told_and_the_file_says_what_stands(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood = go(session, STORY[:4])
    place = Store._require_place

    def moved(store: Store) -> None:
        raise StoreUnavailable(store.path, Trouble.IO, "disk I/O error")

    monkeypatch.setattr(Store, "_require_place", moved)
    with pytest.raises(StoreUnavailable):
        session.fork(stood[1].seq)
    assert here(session) == stood[-1]
    monkeypatch.setattr(Store, "_require_place", place)
    assert session.halted is not None
    session.recover()
    assert (session.branch, session.world.events) == (2, stood[1].seq)  # it was done after all
    assert session.execute(Fund(YOU, "ETH", ETH)).refusal is None
    session.switch(1)
    assert here(session) == stood[-1]
    assert session.verify().problems == ()


# --- whatever one does ---------------------------------------------------------------------------


MOVES = st.one_of(
    st.tuples(st.just("advance"), st.integers(1, 20 * HOUR)),
    st.tuples(st.just("stake"), st.integers(1, 3)),
    st.tuples(st.just("fork"), st.integers(0, 10**6)),
    st.tuples(st.just("switch"), st.integers(0, 10**6)),
    st.tuples(st.just("hide"), st.integers(0, 10**6)),
    st.tuples(st.just("reopen"), st.booleans()),
)


class Model:
    """What every branch must be: its events' lines, and its world."""

    def __init__(self, folder: Path) -> None:
        self.session = made(folder)
        self.ends: dict[int, tuple[list[str], Rest]] = {}
        self.lines = lines_of(store_of(self.session))
        self.do("fund", 0)

    def do(self, what: str, value: Any) -> None:
        session = self.session
        match what:
            case "fund":
                self.told(session.execute(Fund(YOU, "ETH", 10_000 * ETH)).events)
            case "advance":
                before = session.world.events
                session.advance(session.world.time + value)
                rows = store_of(session).rows(before)
                self.lines += [line for row in rows for line in row.events.split("\n")]
            case "stake":
                self.told(session.execute(Stake(YOU, value * ETH)).events)
            case "fork":
                seq = 1 + value % session.world.events
                stop = session.action(seq).stop
                session.fork(seq)
                self.lines = self.lines[:stop]
            case "switch":
                number = 1 + value % len(session.branches())
                if not session.branches()[number - 1].hidden:
                    session.switch(number)
                    self.lines = list(self.ends[number][0])
            case "hide":
                number = 1 + value % len(session.branches())
                if number != session.branch:
                    flip = session.branches()[number - 1].hidden
                    (session.unhide if flip else session.hide)(number)
            case "reopen":
                self.reopen(crash=value)
        assert self.session.world.events == len(self.lines)
        self.ends[self.session.branch] = (list(self.lines), here(self.session))

    def told(self, events: tuple[Any, ...]) -> None:
        self.lines += map(encode_event, events)

    def reopen(self, *, crash: bool) -> None:
        if crash:  # nothing is folded, nothing said goodbye to
            store_of(self.session).close()
        else:
            self.session.close()
        self.session = Session.open(self.session.path)

    def check(self) -> None:
        """Nothing but what was done has changed anything."""
        session = self.session
        assert len(self.ends) == len(session.branches())
        for branch in session.branches():
            lines, end = self.ends[branch.id]
            reading = store_of(session).along(branch.id)
            assert lines_of(reading) == lines
            assert (branch.seq, branch.time) == (end.seq, end.time)
            assert world_hash(from_the_first_event(reading)) == end.hash
            assert world_hash(session.world_of(branch.id)) == end.hash
        assert session.verify().problems == ()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=st.lists(MOVES, min_size=4, max_size=14))
def test_no_branch_changes_when_another_goes_on(
    moves: list[tuple[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    model = Model(tmp_path_factory.mktemp("tree"))
    try:
        for what, value in moves:
            model.do(what, value)
        model.check()
    finally:
        model.session.close()


def test_marks_name_a_command_once_and_go_on_after_an_event(session: Session) -> None:
    go(session, STORY)
    marks = session.marks()
    kinds = [mark.kind for mark in marks if mark.commanded]
    assert kinds == ["Funded", "Staked", "Wrapped", "EthUnwrapped", "Staked"]
    assert {mark.kind for mark in marks if not mark.commanded} == {"OracleReported"}
    assert [mark.at for mark in marks] == sorted(mark.at for mark in marks)
    middle = session.action(marks[2].seq).stop
    assert session.marks(middle) == marks[3:]
    assert session.marks(session.world.events) == ()
    fork = session.fork(middle)
    assert session.marks() == marks[:3]
    session.switch(1)
    assert fork == 2
    assert session.marks() == marks


def test_a_branch_may_leave_where_a_snapshot_was_taken_later(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot holds the world when it was taken; a branch leaves at the event's own moment."""
    monkeypatch.setattr("lstwallet.store.journal.SNAPSHOT_EVERY", 1)
    session.advance(session.world.time + DAY + 123)
    left, taken = session.world.events, session.world.time
    assert store_of(session).newest_snapshot_seq() == left
    session.execute(Fund(YOU, "ETH", 1))
    monkeypatch.undo()
    session.fork(left, "Earlier")
    stood = session.world
    assert stood.time < taken  # nothing happened between the two
    for command in (None, Fund(YOU, "ETH", 2)):
        if command is not None:
            session.execute(command)
        gone_on = session.world
        session.close()
        assert verify(session.path).problems == ()
        session = Session.open(session.path)
        assert session.world == gone_on
    assert session.world_at(left) == stood
    session.close()
