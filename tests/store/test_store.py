"""A profile file: made whole, opened or refused with a reason, and every damage noticed."""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import schema
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import (
    Damage,
    NewerVersion,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
)
from lstwallet.store.journal import Store
from lstwallet.store.lock import WriterLock, lock_path
from lstwallet.store.migrations import FORMAT
from lstwallet.store.replay import pack, unpack
from lstwallet.store.verify import verify
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world
from tests.store.copies import copied

ETH = 10**18


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed profile with commands, a few days and two snapshots; never written to."""
    path = tmp_path_factory.mktemp("master") / "profiles" / "Main.lstwallet"
    session = Session.create(path, small_world(), MarketConfig(), name="Main")
    session.execute(Fund(YOU, "ETH", 100 * ETH))
    session.advance(session.world.time + 3 * DAY + HOUR // 2)
    session.execute(WrapEth(YOU, 5 * ETH))
    session._snapshot_seq = -(10**9)  # the next commit takes one
    session.advance(session.world.time + DAY)
    session.execute(WrapEth(YOU, ETH))
    session.close()
    return path


@pytest.fixture
def profile(master: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return copied(master, tmp_path / "Main.lstwallet")


def edit(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def hash_of(path: Path) -> str:
    session = Session.open(path, read_only=True)
    try:
        return world_hash(session.world)
    finally:
        session.close()


# --- making ------------------------------------------------------------------------------------


def test_the_file_is_ours_alone_and_nothing_is_left_beside_it(master: Path) -> None:
    assert stat.S_IMODE(master.stat().st_mode) == 0o600
    assert stat.S_IMODE(master.parent.stat().st_mode) == 0o700
    assert sorted(each.name for each in master.parent.iterdir()) == [
        "Main.lstwallet",
        "Main.lstwallet.head",
        "Main.lstwallet.lock",
    ]


def test_the_settings_that_held_are_in_force(profile: Path) -> None:
    database = schema.open_database(profile)
    found = {
        name: database.conn.execute(f"PRAGMA {name}").fetchone()[0]
        for name in (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "trusted_schema",
            "cell_size_check",
            "temp_store",
            "application_id",
            "user_version",
        )
    }
    assert found == {
        "journal_mode": "delete",
        "synchronous": 3,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "temp_store": 2,
        "application_id": schema.APPLICATION_ID,
        "user_version": FORMAT,
    }
    tables = database.conn.execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).fetchall()
    ours = {name: strict for name, strict in tables if not name.startswith(("_", "sqlite_"))}
    assert set(ours.values()) == {1}
    assert {"branch", "journal", "activity", "samples", "snapshots", "head", "meta"} <= set(ours)
    database.close()


def test_an_existing_file_is_never_overwritten(profile: Path) -> None:
    before = profile.read_bytes()
    with pytest.raises(StoreUnavailable) as caught:
        Store.create(profile, small_world(), {})
    assert caught.value.trouble is Trouble.EXISTS
    assert profile.read_bytes() == before


def test_what_a_crash_left_while_making_a_profile_is_not_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "Main.lstwallet"
    (tmp_path / "Main.lstwallet.new").write_bytes(b"half a file")
    Session.create(path, small_world(), MarketConfig(), name="Main").close()
    assert verify(path).sound


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_hard_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def no_links(made: Path, path: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "Main.lstwallet"
    Session.create(path, small_world(), MarketConfig(), name="Main").close()
    assert verify(path).sound
    assert not (tmp_path / "Main.lstwallet.new").exists()
    made = tmp_path / "made"
    made.touch()
    with pytest.raises(StoreUnavailable) as caught:  # even if it came between look and rename
        schema.put_in_place(made, path)
    assert caught.value.trouble is Trouble.EXISTS
    assert verify(path).sound


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        Store.create(tmp_path / "file" / "Main.lstwallet", small_world(), {})


# --- refusing ----------------------------------------------------------------------------------


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(tmp_path / "none.lstwallet")
    assert caught.value.trouble is Trouble.MISSING
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_a_profile(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(tmp_path)
    assert caught.value.trouble is Trouble.UNREADABLE


@pytest.mark.parametrize("content", [b"plain text, and more of it " * 100, b"\x00" * 5000])
def test_not_sqlite(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Main.lstwallet"
    path.write_bytes(content)
    with pytest.raises(StoreBroken) as caught:
        Store.open(path)
    assert caught.value.damage is Damage.NOT_SQLITE
    assert path.read_bytes() == content


@pytest.mark.parametrize("read_only", [False, True])
def test_somebody_elses_database_is_left_as_it_is(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "Main.lstwallet"
    edit(path, "CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreBroken) as caught:
        Store.open(path, read_only=read_only)
    assert caught.value.damage is Damage.NOT_A_PROFILE
    assert path.read_bytes() == before


def test_an_empty_file_is_not_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "Main.lstwallet"
    path.touch()
    with pytest.raises(StoreBroken):
        Store.open(path)


def test_a_newer_format_is_refused_and_left_as_it_is(profile: Path) -> None:
    edit(profile, f"PRAGMA user_version = {FORMAT + 1}")
    before = profile.read_bytes()
    with pytest.raises(NewerVersion) as caught:
        Store.open(profile)
    assert (caught.value.found, caught.value.known) == (FORMAT + 1, FORMAT)
    assert profile.read_bytes() == before


def test_a_head_before_the_last_event_is_noticed(profile: Path) -> None:
    edit(profile, "UPDATE head SET time = time - 864000")
    with pytest.raises(StoreBroken) as caught:
        Session.open(profile)
    assert caught.value.damage is Damage.CHAIN
    report = verify(profile)
    assert not report.sound
    assert "head" in report.problems[0]


def test_a_read_only_file_is_told_and_can_be_read(profile: Path) -> None:
    code = f"""
        import os, sys
        from pathlib import Path
        from lstwallet.store.errors import StoreUnavailable, Trouble
        from lstwallet.store.journal import Store
        path = Path({str(profile)!r})
        os.chmod(path.parent, 0o555); os.chmod(path, 0o444)
        if os.geteuid() == 0:
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
        try:
            Store.open(path)
        except StoreUnavailable as error:
            sys.exit(0 if error.trouble in (Trouble.READ_ONLY, Trouble.UNREADABLE) else 3)
        sys.exit(4)
    """
    try:
        done = run_python(code)
    finally:
        profile.parent.chmod(0o755)
    assert done.returncode == 0, done.stderr


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60
    )


# --- one writer --------------------------------------------------------------------------------


def test_a_second_writer_is_refused_a_reader_is_not(profile: Path) -> None:
    first = Session.open(profile)
    with pytest.raises(StoreUnavailable) as caught:
        Session.open(profile)
    assert caught.value.trouble is Trouble.LOCKED
    reader = Session.open(profile, read_only=True)
    assert world_hash(reader.world) == world_hash(first.world)
    with pytest.raises(StoreUnavailable) as refused:
        reader.execute(Fund(YOU, "ETH", 1))
    assert refused.value.trouble is Trouble.READ_ONLY
    reader.close()
    first.execute(Fund(YOU, "ETH", 1))
    first.close()
    Session.open(profile).close()


RACER = """
    import sys, time
    from pathlib import Path
    from lstwallet.store.errors import StoreUnavailable
    from lstwallet.store.lock import WriterLock
    path = Path(sys.argv[1])
    sys.stdin.readline()
    try:
        lock = WriterLock(path)
    except StoreUnavailable as error:
        print(error.trouble, flush=True)
    else:
        print("won", flush=True)
        sys.stdin.readline()
"""


def test_of_processes_that_race_for_a_profile_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "Main.lstwallet"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(RACER), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.stdout.readline().strip() for racer in racers]
    assert sorted(said) == ["locked"] * 5 + ["won"]
    winner = racers[said.index("won")]
    winner.kill()  # however it ends, the lock goes with it
    winner.wait()
    WriterLock(path).release()
    for racer in racers:
        racer.stdin.close()
        racer.stdout.close()
        racer.wait()


def test_a_lock_file_that_is_left_behind_means_nothing(profile: Path) -> None:
    lock_path(profile).write_text("12345")
    Session.open(profile).close()


def test_who_comes_by_a_link_meets_the_same_lock(profile: Path) -> None:
    link = profile.with_name("link.lstwallet")
    link.symlink_to(profile)
    first = Session.open(profile)
    with pytest.raises(StoreUnavailable) as caught:
        Session.open(link)
    assert caught.value.trouble is Trouble.LOCKED
    first.close()
    Session.open(link).close()


def test_a_second_writer_that_no_lock_kept_out_overwrites_nothing(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Session.open(profile)
    with monkeypatch.context() as unlocked:  # a file system that knows no locks
        unlocked.setattr("lstwallet.store.lock._take", lambda handle: None)
        second = Session.open(profile)
    first.execute(Fund(YOU, "ETH", 7))
    acknowledged = world_hash(first.world)
    for behind in (
        lambda: second.advance(second.world.time + 1),  # no event: only the head would move
        lambda: first.execute(Fund(YOU, "ETH", 1)),
    ):
        with pytest.raises(StoreUnavailable) as caught:
            behind()
        assert caught.value.trouble is Trouble.LOCKED
        assert hash_of(profile) == acknowledged
        second.close()
        acknowledged = move_head(profile)
    first.close()
    assert verify(profile).sound


def move_head(profile: Path) -> str:
    """What another program's writing looks like from here."""
    edit(profile, "UPDATE head SET time = time + 1")
    return hash_of(profile)


# --- snapshots are a cache ---------------------------------------------------------------------


def test_deleted_snapshots_change_nothing(profile: Path) -> None:
    before = hash_of(profile)
    assert verify(profile).snapshots == 1
    edit(profile, "DELETE FROM snapshots")
    assert hash_of(profile) == before
    report = verify(profile)
    assert report.sound
    assert report.world_hash == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE snapshots SET blob = x'00'",
        "UPDATE snapshots SET blob = substr(blob, 1, length(blob) / 2)",
        "UPDATE snapshots SET hash = zeroblob(32)",
        "UPDATE snapshots SET seq = 3",
        "UPDATE snapshots SET seq = seq + 1000000",
    ],
)
def test_snapshots_that_are_not_sound_are_passed_over(profile: Path, change: str) -> None:
    before = hash_of(profile)
    edit(profile, change)
    assert hash_of(profile) == before


def test_a_snapshot_of_another_world_is_passed_over(profile: Path) -> None:
    """Whole, of the right number of events, and not what the journal leads to."""
    before = hash_of(profile)
    connection = sqlite3.connect(profile)
    for seq, blob in connection.execute("SELECT seq, blob FROM snapshots").fetchall():
        world = unpack(blob)
        richer = dict(world.balances)
        key = next(iter(richer))
        richer[key] += 1
        other = pack(world._replace(balances=richer))
        connection.execute("UPDATE snapshots SET blob = ? WHERE seq = ?", (other, seq))
    connection.commit()
    connection.close()
    assert hash_of(profile) == before


# --- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM journal WHERE first_seq = (SELECT max(first_seq) FROM journal)",
        "DELETE FROM journal WHERE first_seq = (SELECT max(first_seq) FROM journal"
        " WHERE first_seq < (SELECT max(first_seq) FROM journal))",
        "DELETE FROM journal",
        "UPDATE head SET seq = seq - 1",
        "UPDATE head SET hash = zeroblob(32)",
        "DELETE FROM head",
        "UPDATE journal SET events = replace(events, 'Wrapped', 'wrapped')",
        "UPDATE journal SET hash = zeroblob(32)",
    ],
)
def test_a_history_that_was_tampered_with_does_not_open(profile: Path, change: str) -> None:
    edit(profile, "DELETE FROM snapshots", change)
    with pytest.raises(StoreBroken):
        Session.open(profile)
    assert not verify(profile).sound


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE activity SET entries = '[[0,\"you\",\"ETH\",7]]' WHERE kind = 'Funded'",
        "UPDATE activity SET entries = replace(entries, ']]', '0]]') WHERE kind = 'Funded'",
        "UPDATE activity SET entries = replace(entries, 'you', 'me') WHERE kind = 'Funded'",
        "UPDATE activity SET entries = '[]' WHERE kind = 'Funded'",
        "UPDATE activity SET entries = '[[0,\"you\",\"ETH\",\"x\"]]' WHERE kind = 'Funded'",
        "UPDATE activity SET entries = '[[7]]' WHERE kind = 'Funded'",
        "UPDATE activity SET entries = '7' WHERE kind = 'Funded'",
        "UPDATE activity SET entries = 'seven' WHERE kind = 'Funded'",
        "UPDATE activity SET at = at + 5 WHERE kind = 'Funded'",
        "UPDATE activity SET kind = 'Claimed' WHERE kind = 'Funded'",
        "UPDATE activity SET gain = '[[\"stETH\",999]]' WHERE kind = 'OracleReported'",
        "UPDATE activity SET gain = '[]' WHERE kind = 'OracleReported'",
        "UPDATE activity SET gain = '[7]' WHERE kind = 'OracleReported'",
        "UPDATE activity SET gain = 'much' WHERE kind = 'OracleReported'",
        "DELETE FROM activity WHERE kind = 'Funded'",
        "DELETE FROM activity WHERE kind = 'OracleReported'",
        "INSERT INTO activity VALUES (1, 999999, 0, 'OracleReported', '[[\"stETH\",5]]', '[]')",
    ],
)
def test_what_does_not_follow_from_the_journal_is_found(profile: Path, change: str) -> None:
    session = Session.open(profile)  # a reward, for the list of Activity
    assert session.execute(Stake(YOU, 5 * ETH)).refusal is None
    session.advance(session.world.time + 2 * DAY)
    assert any(row.gains for row in session.activity())
    session.close()
    assert verify(profile).sound
    edit(profile, change)
    assert not verify(profile).sound


@pytest.mark.parametrize(
    ("row", "sound"),
    [
        ("1, 1, 0, 'Born', '[]', '[]'", True),
        ("1, 1, 0, 'Funded', '[]', '[]'", False),
        ("1, 2, 0, 'Born', '[]', '[]'", False),
    ],
)
def test_an_earlier_program_listed_the_birth_of_a_world_where_one_owned_nothing(
    tmp_path: Path, row: str, sound: bool
) -> None:
    path = tmp_path / "Main.lstwallet"
    Session.create(path, small_world(), MarketConfig(), name="Main").close()
    assert verify(path).problems == ()
    edit(path, f"INSERT INTO activity VALUES ({row})")
    assert verify(path).sound == sound


def test_text_that_is_not_ascii_is_damage(profile: Path) -> None:
    edit(
        profile,
        "DELETE FROM snapshots",
        "UPDATE journal SET events = replace(events, 'Wrapped', 'Wräpped')",
    )
    with pytest.raises(StoreBroken) as caught:
        Session.open(profile)
    assert caught.value.damage is Damage.CHAIN
    assert not verify(profile).sound


def test_a_changed_digit_anywhere_in_the_journal_is_found(profile: Path, tmp_path: Path) -> None:
    dice = random.Random(5)
    connection = sqlite3.connect(profile)
    rows = connection.execute("SELECT first_seq, events FROM journal").fetchall()
    connection.close()
    for number in range(12):
        first, events = dice.choice(rows)
        places = [place for place, letter in enumerate(events) if letter in "012345678"]
        place = dice.choice(places)
        changed = events[:place] + str(int(events[place]) + 1) + events[place + 1 :]
        copy = copied(profile, tmp_path / f"{number}.lstwallet")
        connection = sqlite3.connect(copy)
        connection.execute("UPDATE journal SET events = ? WHERE first_seq = ?", (changed, first))
        connection.commit()
        connection.close()
        report = verify(copy)
        assert not report.sound, f"digit {place} of the row at event {first}"


def flips_are_noticed(profile: Path, tmp_path: Path, count: int, seed: int) -> None:
    """Flip one bit of the file: an error, a finding, or the very same world."""
    dice = random.Random(seed)
    whole = profile.read_bytes()
    before = hash_of(profile)
    for number in range(count):
        bit = dice.randrange(len(whole) * 8)
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        copy = copied(profile, tmp_path / f"flip-{number}.lstwallet")
        copy.write_bytes(damaged)
        try:
            report = verify(copy)
        except StoreError:
            continue
        assert not report.sound or report.world_hash == before, f"bit {bit} of seed {seed}"
        copy.unlink()


def test_flipped_bits_are_noticed_or_harmless(profile: Path, tmp_path: Path) -> None:
    flips_are_noticed(profile, tmp_path, 40, 1)


@pytest.mark.slow
def test_many_flipped_bits_are_noticed_or_harmless(profile: Path, tmp_path: Path) -> None:
    flips_are_noticed(profile, tmp_path, 1_000, 2)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_told(profile: Path, share: float) -> None:
    """Only the end of the last page may be missing unnoticed, if nothing stood there."""
    whole, before = profile.read_bytes(), hash_of(profile)
    profile.write_bytes(whole[: int(len(whole) * share)])
    try:
        report = verify(profile)
    except StoreError as error:
        told = bool(error.detail)
    else:
        told = not report.sound or (share > 0.9 and report.world_hash == before)
    assert told


def test_an_old_copy_put_in_the_place_of_an_open_profile_is_noticed(
    profile: Path, tmp_path: Path
) -> None:
    session = Session.open(profile)
    old = Path(shutil.copy2(profile, tmp_path / "old"))
    session.execute(Fund(YOU, "ETH", 5))
    acknowledged = world_hash(session.world)
    profile.rename(tmp_path / "away")
    old.rename(profile)
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as caught:
            session.execute(Fund(YOU, "ETH", 5))
        assert caught.value.trouble is Trouble.MOVED
        assert world_hash(session.world) == acknowledged
    session.close()
