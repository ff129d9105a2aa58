"""Profiles that earlier programs wrote open, replay to the same world, and go on."""

from __future__ import annotations

import gzip
import re
from bisect import bisect_right
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.store import operations, reading, schema
from lstwallet.store.codec import loads, world_hash
from lstwallet.store.driver import Database
from lstwallet.store.errors import StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.records import EntryRow
from lstwallet.store.verify import verify, verify_store
from lstwallet.units.clock import DAY

KEPT = Path(__file__).parent / "kept"
HASHES = {
    "three-branches": "24f69f7f8935b45c5e6d26b6f0e57580cd7b0db10d3b67b2101da0a46b4817ca",  # 4821d6a
    "main-road": "2c6cfbe19cfd66f7e01ce428fc8e2be9eb4c401383c3d0e5b8b40c61fa16ee00",
    "whole-wallet": "d886989692fe5c7c8267e5b1705dbfe56d1ab91fdaf61f9057e88444d8671c6b",  # fdef09c
}
"""Kept file → hash of its World, as the program that wrote it printed it."""


def unpacked(name: str, folder: Path) -> Path:
    """The kept profile as a file of its own, with its head mark if it had one."""
    path = folder / f"{name}.lstwallet"
    path.write_bytes(gzip.decompress((KEPT / f"{name}.lstwallet.gz").read_bytes()))
    mark = KEPT / f"{name}.lstwallet.head"
    if mark.exists():
        (folder / mark.name).write_bytes(mark.read_bytes())
    return path


@pytest.mark.parametrize("name", sorted(HASHES))
def test_it_replays_to_the_same_world(name: str, tmp_path: Path) -> None:
    report = verify(unpacked(name, tmp_path))
    assert report.problems == ()
    assert report.world_hash == HASHES[name]


@pytest.mark.parametrize("name", sorted(HASHES))
def test_read_only_it_is_as_it_was(name: str, tmp_path: Path) -> None:
    session = Session.open(unpacked(name, tmp_path), read_only=True)
    assert world_hash(session.world) == HASHES[name]
    session.close()


@pytest.mark.parametrize("name", sorted(HASHES))
def test_it_goes_on_and_is_sound(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    session = Session.open(path)
    before = session.world
    outcome = session.advance(before.time + 2 * DAY)
    assert outcome.world.events > before.events
    session.close()
    session = Session.open(path)
    assert session.world == outcome.world  # nothing is made up for twice
    session.close()
    assert verify(path).problems == ()


def test_what_a_person_wrote_is_kept(tmp_path: Path) -> None:
    session = Session.open(unpacked("whole-wallet", tmp_path))
    book = session.book
    session.close()
    assert [each.name for each in book.contacts.values()] == ["Alice", "Bob"]
    assert [note.text for note in book.notes.values()] == ["The first of many"]
    assert book.names == {"you": "Mine"}
    assert book.favourites == {("token", "stETH"), ("contact", "sim:alice")}


TABLES = {
    "journal": "branch, first_seq, last_seq, began, ended, command, events, hash",
    "activity": "branch, seq, at, kind, gain",
    "head": "branch, time, seq, hash",
    "notes": "*",
}  # fmt: skip
"""The tables that were made anew, and the one that points at them, with what an earlier program
wrote into them."""


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    there = database.table_names()
    return {
        name: sorted(database.conn.execute(f'SELECT {columns} FROM "{name}"'), key=repr)
        if name in there
        else []
        for name, columns in TABLES.items()
    }


def tables_of(database: Database) -> set[tuple[object, ...]]:
    query = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    return set(database.conn.execute(query).fetchall())


@pytest.mark.parametrize("name", sorted(HASHES))
def test_an_upgrade_keeps_every_row_in_the_tables_of_a_new_profile(
    name: str, tmp_path: Path
) -> None:
    path = unpacked(name, tmp_path)
    database = schema.open_database(path, read_only=True)
    before, old = rows_of(database), tables_of(database)
    last = operations.newest(path, database)
    database.close()
    Store.open(path).close()
    database = schema.open_database(path, read_only=True)
    after, now = rows_of(database), tables_of(database)
    assert operations.newest(path, database) == last
    broken = database.conn.execute("PRAGMA foreign_key_check").fetchall()
    database.close()
    fresh = schema.create_database(tmp_path / "fresh.lstwallet")
    new = tables_of(fresh)
    fresh.close()
    assert before["journal"]
    assert before["head"]
    assert before["activity"]
    assert bool(before["notes"]) == (name == "whole-wallet")
    assert after == before
    assert now == new != old
    assert broken == []


def answers_of(store: Store) -> list[object]:
    """Whatever is asked of a journal, along every branch."""
    found: list[object] = []
    for branch in store.branches():
        line = store.along(branch)
        rows = list(line.rows())
        last, moments = rows[-1].last_seq, {row.began for row in rows} | {row.ended for row in rows}
        around = sorted(moment + near for moment in moments for near in (-1, 0, 1))
        seqs = range(1, last + 1, max(1, last // 60))
        found += [
            rows,
            [list(line.rows(seq, seq + 40)) for seq in seqs],
            [line.row_of(seq) for seq in seqs],
            [line.seq_at(moment) for moment in around],
            [list(line.commanded(seq)) for seq in seqs],
            list(line.marks()),
            line.activity(None, 1_000),
            line.load().head,
            line.load_at(1 + last // 2).head,
            line.strays(),
        ]
    return found


def postings_of(store: Store) -> list[EntryRow]:
    return [entry for branch in store.branches() for entry in store.along(branch).entries()]


@pytest.mark.parametrize("name", sorted(HASHES))
def test_before_and_after_an_upgrade_it_answers_the_same(name: str, tmp_path: Path) -> None:
    """Who only reads an earlier file does not change a byte of it."""
    path = unpacked(name, tmp_path)
    was = path.read_bytes()
    store = Store.open(path, read_only=True)
    before = answers_of(store), postings_of(store)
    store.close()
    assert path.read_bytes() == was
    store = Store.open(path)
    after = answers_of(store), postings_of(store)
    store.close()
    assert before[1]
    assert after == before


def test_who_reads_an_earlier_file_reads_it_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not brought up to date below a reader's eyes; a file of today's format goes on."""
    path = unpacked("three-branches", tmp_path)
    reader = Store.open(path, read_only=True)
    before = answers_of(reader), postings_of(reader)
    monkeypatch.setattr(schema, "WAIT_SECONDS", 0.05)
    with pytest.raises(StoreUnavailable) as caught:
        Session.open(path)
    assert caught.value.trouble is Trouble.LOCKED
    assert (answers_of(reader), postings_of(reader)) == before
    reader.close()
    session = Session.open(path)
    reader = Store.open(path, read_only=True)
    outcome = session.advance(session.world.time + 2 * DAY)
    assert reader.load().world == outcome.world
    reader.close()
    session.close()


def test_a_posting_that_nobody_made_is_found_in_an_earlier_file(tmp_path: Path) -> None:
    for change in (
        "INSERT INTO entries VALUES (1, 999999, 0, 0, 'you', 'ETH', '5', 'Funded')",
        "UPDATE entries SET at = at + 5 WHERE seq = (SELECT max(seq) FROM entries)",
        "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
    ):
        path = unpacked("main-road", tmp_path)
        database = schema.open_database(path)
        with database.atomic():
            database.conn.execute(change)
        database.close()
        store = Store.open(path, read_only=True)
        assert not verify_store(store).sound, change
        store.close()


@pytest.mark.parametrize(("branches", "whole"), [("1", True), ("1, 2, 3", False)])
def test_a_file_without_a_head_does_not_lose_its_count_by_an_upgrade(
    tmp_path: Path, branches: str, whole: bool
) -> None:
    path = unpacked("three-branches", tmp_path)
    mark = path.with_name(path.name + ".head")
    database = schema.open_database(path)
    last = operations.newest(path, database)
    with database.atomic():
        database.conn.execute(f"DELETE FROM head WHERE branch IN ({branches})")
    database.close()
    before = mark.read_bytes()
    if whole:
        store = Store.open(path)
        assert store.operation == last
        store.close()
    else:
        with pytest.raises(StoreBroken, match="count of operations was lost"):
            Store.open(path)
    assert mark.read_bytes() == before


def test_a_moment_leads_to_the_newest_event_that_had_happened(tmp_path: Path) -> None:
    store = Store.open(unpacked("three-branches", tmp_path))
    for branch in store.branches():
        line = store.along(branch)
        moments = [loads(text)[1] for row in line.rows() for text in row.events.split("\n")]
        assert moments == sorted(moments)
        for moment in {moment + near for moment in moments for near in (-1, 0, 1)}:
            assert line.seq_at(moment) == max(1, bisect_right(moments, moment))
    store.close()


KINDS = ("_SELECT_", "_COUNT_")
QUERIES = [text for name, text in vars(reading).items() if name.startswith(KINDS)]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("read_only", [True, False])
def test_no_query_goes_through_a_whole_table(
    query: str, read_only: bool, tmp_path: Path
) -> None:
    """Nor of an earlier file, which is not brought up to date by who only reads it."""
    store = Store.open(unpacked("three-branches", tmp_path), read_only=read_only)
    wanted = dict.fromkeys(re.findall(r":(\w+)", query), 1) or (1,) * query.count("?")
    plan = store._database.conn.execute(f"EXPLAIN QUERY PLAN {query}", wanted).fetchall()
    store.close()
    steps = [row[3] for row in plan]
    assert any(step.startswith("SEARCH") for step in steps)
    assert not any(step.startswith("SCAN") for step in steps), steps


def test_journal_and_activity_have_one_tree_each(tmp_path: Path) -> None:
    """A second one, of keys alone, is another page to encrypt in every commit."""
    database = schema.create_database(tmp_path / "fresh.lstwallet")
    tables = {table: 0 for kind, _, table, _ in tables_of(database) if kind == "table"}
    for kind, _, table, _ in tables_of(database):
        tables[table] += kind == "index"
    database.close()
    assert tables["samples"] == 1
    assert [tables[name] for name in ("journal", "activity", "head")] == [0, 0, 0]
    assert not {"entries", "operation"} & set(tables)
