"""A profile under a key: every page encrypted and authenticated, and nothing gives the key away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import driver, schema
from lstwallet.store.book import NameAccount
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.verify import verify
from lstwallet.units.clock import DAY
from tests.small_world import small_world
from tests.store.copies import copied

KEY = bytes(range(32))
CANARY = "Wellensittich"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A closed profile under ``KEY``, with a command, a day and a name."""
    path = tmp_path / "Main.lstwallet"
    session = Session.create(path, small_world(), MarketConfig(), name="Main", key=KEY)
    session.execute(Fund(YOU, "ETH", 10**20))
    session.edit(NameAccount(YOU, CANARY))
    session.advance(session.world.time + DAY)
    session.close()
    return path


def test_it_opens_with_its_key_and_is_sound(profile: Path) -> None:
    session = Session.open(profile, key=KEY)
    before = world_hash(session.world)
    assert session.book.names[YOU] == CANARY
    session.close()
    report = verify(profile, key=KEY)
    assert report.sound
    assert report.world_hash == before


def test_a_reader_reads_beside_the_writer(profile: Path) -> None:
    session = Session.open(profile, key=KEY)
    session.execute(Fund(YOU, "ETH", 1))
    reader = Session.open(profile, key=KEY, read_only=True)
    assert reader.world == session.world
    reader.close()
    session.close()


def test_it_is_opened_again_with_its_key_after_an_error(profile: Path) -> None:
    session = Session.open(profile, key=KEY)
    assert session._store is not None
    session._store.close()
    session._store = None
    session.execute(Fund(YOU, "ETH", 1))
    session.close()
    assert verify(profile, key=KEY).sound


def test_nothing_can_be_read_without_the_key(profile: Path) -> None:
    for file in profile.parent.iterdir():
        whole = file.read_bytes()
        for word in (CANARY.encode(), b"SQLite format 3", b"CREATE TABLE", b"Funded", KEY):
            assert word not in whole, file.name
    with pytest.raises(StoreBroken) as caught:
        Store.open(profile)
    assert caught.value.damage is Damage.ENCRYPTED


@pytest.mark.parametrize("read_only", [False, True])
def test_another_key_is_told(profile: Path, read_only: bool) -> None:
    before = profile.read_bytes()
    with pytest.raises(StoreBroken) as caught:
        Store.open(profile, key=bytes(32), read_only=read_only)
    assert caught.value.damage is Damage.WRONG_KEY
    assert profile.read_bytes() == before


def test_a_plain_file_under_a_key_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plain.lstwallet"
    Session.create(path, small_world(), MarketConfig(), name="Plain").close()
    with pytest.raises(StoreBroken) as caught:
        Session.open(path, key=KEY)
    assert caught.value.damage is Damage.NOT_ENCRYPTED


def test_an_error_names_no_key(profile: Path) -> None:
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from lstwallet.app.session import Session\n"
            "Session.open(pathlib.Path(sys.argv[1]), key=bytes(range(1, 33)))",
            str(profile),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "wrong_key" in child.stderr
    said = child.stdout + child.stderr
    assert bytes(range(1, 33)).hex() not in said.lower()
    assert "sqlcipher" not in said.lower().replace("sqlcipher3", "")  # its log is silent
    assert "ERROR CORE" not in said


def test_a_key_that_is_not_taken_is_named_nowhere(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def execute(self, statement: str) -> None:
            raise driver.Error(statement)

    with pytest.raises(StoreUnavailable) as caught:
        schema._unlock(profile, Refusing(), KEY)
    assert caught.value.trouble is Trouble.IO
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert KEY.hex() not in str(caught.value)


def test_how_it_is_encrypted(profile: Path) -> None:
    database = schema.open_database(profile, key=KEY)
    for name, _, expected in (*schema._CIPHER, *schema._SETTINGS, *schema._SETTINGS_OF_A_WRITER):
        assert database.conn.execute(f"PRAGMA {name}").fetchone()[0] == expected, name
    assert database.conn.execute("PRAGMA cipher_version").fetchone()[0].startswith("4.")
    assert driver.VERSION >= schema.OLDEST_SQLITE
    database.close()


def test_an_sqlite_with_the_wal_reset_race_is_refused(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "VERSION", (3, 51, 2))
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(profile, key=KEY)
    assert "3.51.2" in caught.value.detail


def test_every_flipped_bit_of_a_page_is_found(profile: Path, tmp_path: Path) -> None:
    whole = profile.read_bytes()
    for place in range(5, len(whole), 4096):  # one in each page
        damaged = bytearray(whole)
        damaged[place] ^= 4
        copy = copied(profile, tmp_path / "damaged.lstwallet")
        copy.write_bytes(damaged)
        try:
            report = verify(copy, key=KEY)
        except StoreBroken:
            continue
        assert not report.sound, f"byte {place}"


def test_the_first_frame_need_not_load_sqlite() -> None:
    code = (
        "import sys; import lstwallet.store.errors, lstwallet.app.profiles\n"
        "assert not {'sqlite3', 'sqlcipher3', 'sqlite_utils'} & set(sys.modules), 'loaded'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
