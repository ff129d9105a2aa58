"""A plain profile becomes an encrypted one, or stays what it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import encrypt, mark, schema
from lstwallet.store.book import NameAccount
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import Damage, StoreBroken, StoreError, StoreUnavailable, Trouble
from lstwallet.store.verify import verify
from lstwallet.units.clock import DAY
from tests.small_world import small_world
from tests.store.test_kept import HASHES, unpacked

KEY = bytes(range(32))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "Main.lstwallet"
    session = Session.create(path, small_world(), MarketConfig(), name="Main")
    session.execute(Fund(YOU, "ETH", 10**20))
    session.edit(NameAccount(YOU, "Wellensittich"))
    session.advance(session.world.time + DAY)
    session.close()
    return path


def in_folder(path: Path) -> set[str]:
    return {each.name.removeprefix(path.name) for each in path.parent.iterdir()}


def test_it_is_the_same_profile_and_no_plain_copy_is_left(plain: Path) -> None:
    session = Session.open(plain, read_only=True)
    before, book = world_hash(session.world), session.book
    activity = session.activity()
    session.close()
    encrypt.encrypt(plain, KEY)
    assert in_folder(plain) == {"", ".head", ".lock"}
    for file in plain.parent.iterdir():
        assert b"Wellensittich" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
    report = verify(plain, key=KEY)
    assert report.sound
    assert report.world_hash == before
    session = Session.open(plain, key=KEY)
    assert session.book == book
    assert session.activity() == activity
    session.close()
    with pytest.raises(StoreBroken) as caught:
        encrypt.encrypt(plain, KEY)
    assert caught.value.damage in (Damage.ENCRYPTED, Damage.NOT_SQLITE)
    assert verify(plain, key=KEY).world_hash == before


@pytest.mark.parametrize("name", sorted(HASHES))
def test_profiles_of_earlier_programs(name: str, tmp_path: Path) -> None:
    path = unpacked(name, tmp_path)
    encrypt.encrypt(path, KEY)
    session = Session.open(path, key=KEY, read_only=True)
    assert world_hash(session.world) == HASHES[name]
    session.close()
    session = Session.open(path, key=KEY)
    session.advance(session.world.time + DAY)
    session.close()
    assert verify(path, key=KEY).sound


def test_an_encrypted_file_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    old = unpacked("main-road", tmp_path)
    encrypt.encrypt(old, KEY)
    new = tmp_path / "new.lstwallet"
    Session.create(new, small_world(), MarketConfig(), name="New", key=KEY).close()
    shapes = []
    for path in (old, new):
        database = schema.open_database(path, key=KEY)
        query = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
        shapes.append(set(database.conn.execute(query).fetchall()))
        database.close()
    assert shapes[0] == shapes[1]


def test_while_it_is_open_it_is_left_alone(plain: Path) -> None:
    session = Session.open(plain)
    with pytest.raises(StoreUnavailable) as caught:
        encrypt.encrypt(plain, KEY)
    assert caught.value.trouble is Trouble.LOCKED
    session.execute(Fund(YOU, "ETH", 1))
    session.close()


def test_an_older_state_is_told_before_and_may_be_accepted(plain: Path, tmp_path: Path) -> None:
    old = shutil.copy2(plain, tmp_path / "old")
    session = Session.open(plain)
    session.execute(Fund(YOU, "ETH", 1))
    session.close()
    shutil.copy2(old, plain)
    before = plain.read_bytes()
    with pytest.raises(StoreBroken) as caught:
        encrypt.encrypt(plain, KEY)
    assert caught.value.damage is Damage.ROLLED_BACK
    assert plain.read_bytes() == before
    encrypt.encrypt(plain, KEY, accept_rollback=True)
    Session.open(plain, key=KEY).close()


def test_an_old_plain_file_beside_the_mark_of_the_encrypted_one_is_told(
    plain: Path, tmp_path: Path
) -> None:
    old = shutil.copy2(plain, tmp_path / "old")
    encrypt.encrypt(plain, KEY)
    session = Session.open(plain, key=KEY)
    session.execute(Fund(YOU, "ETH", 1))
    session.close()
    shutil.copy2(old, plain)
    with pytest.raises(StoreBroken) as caught:
        encrypt.encrypt(plain, KEY)
    assert caught.value.damage is Damage.ROLLED_BACK


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (schema, "connect"),
        (schema, "migrate"),
        (mark, "replace"),
        (encrypt, "put_in_place"),
        (encrypt, "_export"),
        (encrypt, "world_hash"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_an_error_on_the_way_leaves_the_old_file_or_the_new(
    plain: Path, monkeypatch: pytest.MonkeyPatch, where: object, name: str, after: bool
) -> None:
    session = Session.open(plain, read_only=True)
    before = world_hash(session.world)
    session.close()
    real = getattr(where, name)

    def fails(*arguments: object, **named: object) -> None:
        if after:
            real(*arguments, **named)
        raise StoreUnavailable(plain, Trouble.IO, "made up")

    with monkeypatch.context() as ill:
        ill.setattr(where, name, fails)
        with pytest.raises(StoreError):
            encrypt.encrypt(plain, KEY)
    assert in_folder(plain) == {"", ".head", ".lock"}
    if (name, after) == ("put_in_place", True):
        Session.open(plain, key=KEY).close()
    else:
        with pytest.raises(StoreBroken) as caught:
            Session.open(plain, key=KEY)
        assert caught.value.damage is Damage.NOT_ENCRYPTED
        encrypt.encrypt(plain, KEY)
    report = verify(plain, key=KEY)
    assert report.sound
    assert report.world_hash == before


def test_a_copy_that_a_crash_left_is_removed_at_the_next_opening(plain: Path) -> None:
    encrypt.encrypt(plain, KEY)
    schema.plain_copy(plain).write_text("Wellensittich")
    Session.open(plain, key=KEY, read_only=True).close()
    assert ".plain" in in_folder(plain)
    Session.open(plain, key=KEY).close()
    assert ".plain" not in in_folder(plain)
