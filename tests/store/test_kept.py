"""Profiles that earlier programs wrote open, replay to the same world, and go on."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.store.codec import world_hash
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
