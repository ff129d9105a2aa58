"""Profiles that earlier programs wrote open, replay to the same world, and go on."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.store import schema
from lstwallet.store.codec import world_hash
from lstwallet.store.driver import Database
from lstwallet.store.journal import Store
from lstwallet.store.verify import verify
from lstwallet.units.clock import DAY

KEPT = Path(__file__).parent / "kept"
HASHES = {
    "main-road": "2c6cfbe19cfd66f7e01ce428fc8e2be9eb4c401383c3d0e5b8b40c61fa16ee00",
    "whole-wallet": "d886989692fe5c7c8267e5b1705dbfe56d1ab91fdaf61f9057e88444d8671c6b",  # fdef09c
}
"""Kept file → hash of its World, as the program that wrote it printed it."""


def unpacked(name: str, folder: Path) -> Path:
    """The kept profile as a file of its own."""
    path = folder / f"{name}.lstwallet"
    path.write_bytes(gzip.decompress((KEPT / f"{name}.lstwallet.gz").read_bytes()))
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


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """What stands in the tables that were made anew, and in the one that points at them."""
    names = {"entries", "activity", "notes"}
    found = {
        name: sorted(database.conn.execute(f'SELECT * FROM "{name}"'))
        for name in names & set(database.table_names())
    }
    return {name: found.get(name, []) for name in names}


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
    database.close()
    Store.open(path).close()
    database = schema.open_database(path, read_only=True)
    after, now = rows_of(database), tables_of(database)
    broken = database.conn.execute("PRAGMA foreign_key_check").fetchall()
    database.close()
    fresh = schema.create_database(tmp_path / "fresh.lstwallet")
    new = tables_of(fresh)
    fresh.close()
    assert before["entries"]
    assert before["activity"]
    assert bool(before["notes"]) == (name == "whole-wallet")
    assert after == before
    assert now == new != old
    assert broken == []


def test_postings_and_activity_have_one_tree_each(tmp_path: Path) -> None:
    """A second one, of keys alone, is another page to encrypt in every commit."""
    database = schema.create_database(tmp_path / "fresh.lstwallet")
    indices = {name for kind, name, *_ in tables_of(database) if kind == "index"}
    database.close()
    assert "sqlite_autoindex_journal_1" in indices
    assert not indices & {"sqlite_autoindex_entries_1", "sqlite_autoindex_activity_1"}
