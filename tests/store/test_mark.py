"""The head mark: an earlier state that was put back is told, and a crash never looks like one."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import mark
from lstwallet.store.book import NameAccount
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import ABOUT_THE_MARK, Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.mark import Operation, Reading, judge, mark_path, next_operation
from lstwallet.store.verify import verify
from lstwallet.units.clock import HOUR
from tests.small_world import small_world
from tests.store.copies import copied

KEYS = [None, bytes(range(32))]


def fund(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", 10**18))


@pytest.fixture(params=KEYS, ids=["plain", "encrypted"])
def key(request: pytest.FixtureRequest) -> bytes | None:
    return request.param


@pytest.fixture
def profile(key: bytes | None, tmp_path: Path) -> Path:
    """A closed profile of a few operations."""
    path = tmp_path / "Main.lstwallet"
    session = Session.create(path, small_world(), MarketConfig(), name="Main", key=key)
    for _ in range(3):
        fund(session)
    session.close()
    return path


def refused(path: Path, key: bytes | None) -> Damage:
    """Why it is not opened, by a writer and by a reader alike."""
    damages = []
    for read_only in (True, False):
        with pytest.raises(StoreBroken) as caught:
            Session.open(path, key=key, read_only=read_only)
        damages.append(caught.value.damage)
    assert damages[0] is damages[1]
    assert damages[0] in ABOUT_THE_MARK
    return damages[0]


# --- the judgement -----------------------------------------------------------------------------

ONE = next_operation(Operation(), ("birth",))
TWO = next_operation(ONE, ("page",))
THREE = next_operation(TWO, ("edit", 1))


def seen(operation: Operation, *, broken: bool = False) -> Reading:
    return Reading(True, (operation.number, operation.hash), broken)


@pytest.mark.parametrize(
    ("reading", "operation", "damage"),
    [
        (seen(TWO), TWO, None),
        (seen(ONE), TWO, None),  # a crash between commit and mark
        (seen(ONE, broken=True), TWO, None),  # … while the mark was written
        (seen(TWO, broken=True), TWO, Damage.MISMARKED),
        (seen(TWO), ONE, Damage.ROLLED_BACK),
        (seen(ONE), THREE, Damage.MISMARKED),
        (seen(TWO), TWO._replace(hash=bytes(32)), Damage.MISMARKED),
        (seen(ONE), TWO._replace(before=bytes(32)), Damage.MISMARKED),
        (Reading(False), ONE, None),  # a crash while the profile was made
        (Reading(False), Operation(), None),  # an earlier program made it
        (Reading(False), TWO, Damage.UNMARKED),
        (Reading(True, None, True), ONE, Damage.MISMARKED),
        (Reading(True), TWO, Damage.MISMARKED),
    ],
)
def test_what_a_mark_says_of_a_file(
    reading: Reading, operation: Operation, damage: Damage | None
) -> None:
    found = judge(reading, operation)
    assert (found and found[0]) == damage


def test_operations_differ_by_what_they_do() -> None:
    assert next_operation(TWO, ("edit", 2)).hash != THREE.hash
    assert next_operation(TWO, ("edit", 1)) == THREE
    assert THREE.before == TWO.hash


def test_it_alternates_between_two_places_and_keeps_the_newest(
    key: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "p"
    for operation in (ONE, TWO, THREE):
        mark.advance(path, mark.Seal(key), operation)
        assert mark.read(path, key).newest == operation[:2]
    content = bytearray(mark_path(path).read_bytes())
    assert len(content) == 2 * mark.PLACE
    assert stat.S_IMODE(mark_path(path).stat().st_mode) == 0o600
    content[THREE.number % 2 * mark.PLACE + 30] ^= 1  # the newest write was torn
    mark_path(path).write_bytes(content)
    assert mark.read(path, key) == Reading(True, TWO[:2], True, key is not None)


@pytest.mark.parametrize("other", [bytes(32), None])
def test_another_key_makes_no_mark(tmp_path: Path, other: bytes | None) -> None:
    path = tmp_path / "p"
    mark.replace(path, mark.Seal(other), TWO)
    found = mark.read(path, KEYS[1])
    assert (found.newest, found.broken) == (None, True)


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_every_flipped_bit_is_seen(key: bytes | None, stride: int, tmp_path: Path) -> None:
    path = tmp_path / "p"
    mark.replace(path, mark.Seal(key), TWO)
    whole = mark_path(path).read_bytes()
    for byte in range(0, 2 * mark.PLACE, stride):
        damaged = bytearray(whole)
        damaged[byte] ^= 1 << byte % 8
        mark_path(path).write_bytes(damaged)
        assert mark.read(path, key).broken, f"byte {byte}"


def test_a_folder_that_is_full_or_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        mark.advance(tmp_path / "gone" / "p", mark.Seal(None), ONE)
    assert caught.value.trouble is Trouble.MISSING


# --- with a profile ----------------------------------------------------------------------------


def test_every_transaction_is_in_the_mark_when_it_is_acknowledged(
    profile: Path, key: bytes | None
) -> None:
    session = Session.open(profile, key=key)
    assert session._store is not None
    for do in (
        lambda: fund(session),
        lambda: session.edit(NameAccount(YOU, "Me")),
        lambda: session.advance(session.world.time + HOUR),
    ):
        before = mark.read(profile, key).newest
        do()
        after = mark.read(profile, key).newest
        assert before is not None
        assert after == session._store.operation[:2]
        assert after[0] > before[0]
    session.close()


def test_an_older_file_is_told_and_may_be_gone_on_from(
    profile: Path, key: bytes | None, tmp_path: Path
) -> None:
    old = shutil.copy2(profile, tmp_path / "old")
    session = Session.open(profile, key=key)
    before = world_hash(session.world)
    fund(session)
    session.close()
    shutil.copy2(old, profile)
    assert refused(profile, key) is Damage.ROLLED_BACK
    report = verify(profile, key=key)
    assert "behind its head mark" in report.problems[0]
    assert refused(profile, key) is Damage.ROLLED_BACK  # a look changes nothing
    session = Session.open(profile, key=key, read_only=True, accept_rollback=True)
    assert world_hash(session.world) == before
    session.close()
    assert refused(profile, key) is Damage.ROLLED_BACK
    session = Session.open(profile, key=key, accept_rollback=True)
    assert world_hash(session.world) == before
    fund(session)
    session.close()
    Session.open(profile, key=key).close()  # it is told once
    assert verify(profile, key=key).sound


def test_an_older_mark_is_told(profile: Path, key: bytes | None, tmp_path: Path) -> None:
    old = shutil.copy2(mark_path(profile), tmp_path / "old")
    session = Session.open(profile, key=key)
    fund(session)
    fund(session)
    session.close()
    shutil.copy2(old, mark_path(profile))
    assert refused(profile, key) is Damage.MISMARKED


def test_a_missing_mark_is_told_and_one_of_another_profile(
    profile: Path, key: bytes | None, tmp_path: Path
) -> None:
    mark_path(profile).unlink()
    assert refused(profile, key) is Damage.UNMARKED
    other = tmp_path / "Other.lstwallet"
    session = Session.create(other, small_world(), MarketConfig(), name="Other", key=key)
    for amount in range(3):
        session.execute(Fund(YOU, "ETH", amount + 1))
    session.close()
    shutil.copy2(mark_path(other), mark_path(profile))
    assert refused(profile, key) is Damage.MISMARKED


@pytest.mark.parametrize("torn", [False, True])
def test_a_crash_between_commit_and_mark_is_none(
    profile: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch, torn: bool
) -> None:
    store = Store.open(profile, key=key)

    def crash(path: Path, key: bytes | None, operation: Operation) -> None:
        if torn:
            with mark_path(path).open("r+b") as file:
                file.seek(operation.number % 2 * mark.PLACE)
                file.write(b"lstwallet-head 1 half")
        raise KeyboardInterrupt

    monkeypatch.setattr(mark, "advance", crash)
    with pytest.raises(KeyboardInterrupt):
        store.edit(NameAccount(YOU, "Me"))
    store.close()
    monkeypatch.undo()
    session = Session.open(profile, key=key, read_only=True)
    assert session.book.names == {YOU: "Me"}
    session.close()
    session = Session.open(profile, key=key)
    assert session._store is not None
    assert mark.read(profile, key) == Reading(
        True, session._store.operation[:2], False, key is not None
    )
    session.close()


def test_what_was_committed_stands_when_its_mark_could_not_be_written(
    profile: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.open(profile, key=key)
    real, failures = mark.advance, [OSError(5, "Input/output error")]

    def fail_once(path: Path, key: bytes | None, operation: Operation) -> None:
        if failures:
            raise StoreUnavailable(path, Trouble.DISK_FULL, str(failures.pop()))
        real(path, key, operation)

    monkeypatch.setattr(mark, "advance", fail_once)
    before = session.world.balance(YOU, "ETH")
    fund(session)  # committed, seen when the file was read again
    assert session.world.balance(YOU, "ETH") == before + 10**18
    session.edit(NameAccount(YOU, "Me"))
    session.close()
    assert verify(profile, key=key).sound


def test_a_reader_beside_a_busy_writer_is_not_alarmed(
    profile: Path, key: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer commits between the reader's look at the mark and at the file."""
    session = Session.open(profile, key=key)
    real, turns = mark.read, [3]

    def busy(path: Path, key: bytes | None) -> Reading:
        found = real(path, key)
        if turns[0]:
            turns[0] -= 1
            with monkeypatch.context() as still:
                still.setattr(mark, "read", real)
                fund(session)
                fund(session)
        return found

    monkeypatch.setattr(mark, "read", busy)
    reader = Session.open(profile, key=key, read_only=True)
    assert turns == [0]
    assert reader.world == session.world
    reader.close()
    session.close()


def test_a_mark_that_is_left_of_a_deleted_profile_is_not_in_the_way(
    profile: Path, key: bytes | None
) -> None:
    profile.unlink()
    Session.create(profile, small_world(), MarketConfig(), name="New", key=key).close()
    Session.open(profile, key=key).close()


def test_damage_under_the_right_key_is_not_taken_for_a_wrong_key(profile: Path) -> None:
    if mark.read(profile, None).sealed:
        with profile.open("r+b") as file:
            file.write(b"\0" * 64)
        for key, damage in ((KEYS[1], Damage.DAMAGED), (bytes(32), Damage.WRONG_KEY)):
            with pytest.raises(StoreBroken) as caught:
                Store.open(profile, key=key)
            assert caught.value.damage is damage


def test_who_comes_by_a_link_moves_the_same_mark(profile: Path, key: bytes | None) -> None:
    link = profile.with_name("link.lstwallet")
    link.symlink_to(profile)
    session = Session.open(link, key=key)
    fund(session)
    session.close()
    assert not os.path.lexists(profile.with_name("link.lstwallet.head"))
    Session.open(profile, key=key).close()


def test_a_file_of_the_format_before_beside_a_newer_mark_is_told(
    profile: Path, tmp_path: Path
) -> None:
    from tests.store.test_kept import unpacked

    old = unpacked("main-road", tmp_path)
    Session.open(old).close()
    content = mark_path(old).read_bytes()
    assert content
    old = unpacked("main-road", tmp_path)  # put back as it was before it was migrated
    assert refused(old, None) is Damage.ROLLED_BACK
    mark_path(old).unlink()
    Session.open(old).close()
    assert verify(old).sound
    copied(old, tmp_path / "copy.lstwallet")
    Session.open(tmp_path / "copy.lstwallet").close()


def test_a_short_write_is_gone_on_with(
    key: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:1_000]))
    for operation in (ONE, TWO):
        mark.advance(tmp_path / "p", mark.Seal(key), operation)
    assert mark.read(tmp_path / "p", key).newest == TWO[:2]
    assert mark_path(tmp_path / "p").stat().st_size == 2 * mark.PLACE
