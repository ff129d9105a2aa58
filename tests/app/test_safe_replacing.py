"""A database under another key: profiles of earlier programs, and the first password."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lstwallet.app import profile_files, safe
from lstwallet.app.safe import NOTHING, HeldKey, Password, RecoveryCode, State, ThisComputer
from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import encrypt, mark, rekey, schema
from lstwallet.store.book import NameAccount
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import (
    Damage,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
)
from lstwallet.vault import key_file, recovery, slots
from lstwallet.vault.errors import BadPassword, KeysError, NoSuchSlot, WrongSecret
from lstwallet.vault.slots import Kind
from tests.cheap_keys import POLICY, FakeKeyring
from tests.cut_off import Killed, dying
from tests.small_world import small_world
from tests.store.test_kept import HASHES, unpacked

RIGHT = Password("green tractor")
OTHER = Password("yellow tractor")
HERE = ThisComputer("this desk")
CANARY = "Wellensittich"
WHOLE = {"", ".keys", ".keys.copy", ".head", ".lock"}
"""What lies in a profile's folder when nothing is under way."""


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    made = FakeKeyring()
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, made))
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A profile without a password, closed."""
    found = tmp_path / "Main.lstwallet"
    live_in(safe.begin_profile(found, small_world(), MarketConfig(), name="Main"))
    return found


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A profile as earlier programs made them, closed."""
    found = tmp_path / "Plain.lstwallet"
    live_in(Session.create(found, small_world(), MarketConfig(), name="Plain"))
    return found


def live_in(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", 10**18))
    session.edit(NameAccount(YOU, CANARY))
    session.close()


def opens(path: Path, secret: safe.By) -> str:
    session = safe.open_profile(path, secret)
    try:
        assert dict(session.book.names)[YOU] == CANARY
        return world_hash(session.world)
    finally:
        session.close()


def world_of(path: Path, secret: safe.By = NOTHING) -> str:
    session = safe.open_profile(path, secret, read_only=True)
    try:
        return world_hash(session.world)
    finally:
        session.close()


def in_folder(path: Path) -> set[str]:
    return {each.name.removeprefix(path.name) for each in path.parent.iterdir()}


def unreadable(path: Path) -> None:
    """What was written into the profile stands in no file."""
    for each in path.parent.iterdir():
        assert CANARY.encode() not in each.read_bytes(), each


def cut_off_everywhere(
    monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]
) -> int:
    """``act`` ended before, then after, each call of ``os.<name>``, until it comes to an end.

    ``act`` must be possible again after each end. Returns how many ends there were.
    """
    real, ends = getattr(os, name), 0
    for fatal in range(1, 80):
        for after in (False, True):
            with monkeypatch.context() as patched:
                patched.setattr(os, name, dying(real, fatal, after=after))
                try:
                    act()
                except Killed:
                    ends += 1
                else:
                    return ends
    raise AssertionError("it never came to an end")


# --- profiles of earlier programs --------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(HASHES))
def test_a_profile_of_every_earlier_program_is_encrypted_on_opening(
    tmp_path: Path, name: str
) -> None:
    path = unpacked(name, tmp_path)
    assert safe.how(path).state is State.PLAIN
    assert world_of(path) == HASHES[name]  # a reader changes nothing
    assert safe.how(path).state is State.PLAIN
    safe.open_profile(path).close()
    assert safe.how(path).state is State.OPEN
    assert path.read_bytes()[:16] != b"SQLite format 3\0"
    assert world_of(path)
    assert safe.verify_profile(path).sound
    assert in_folder(path) == WHOLE


def test_what_was_in_a_plain_profile_is_in_the_encrypted_one(plain: Path) -> None:
    world = world_of(plain)
    assert opens(plain, NOTHING) == world
    unreadable(plain)
    assert opens(plain, NOTHING) == world


@pytest.mark.parametrize(
    "name",
    [
        "open", "fdatasync", "unlink",
        pytest.param("fsync", marks=pytest.mark.slow),
        pytest.param("replace", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_encryption_that_is_cut_off_leaves_the_plain_or_the_encrypted_one(
    plain: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = {each: each.read_bytes() for each in plain.parent.iterdir()}
    world = world_of(plain)
    keys: set[bytes] = set()

    def act() -> None:
        for each in plain.parent.iterdir():
            each.unlink()
        for file, content in before.items():
            file.write_bytes(content)
        try:
            assert opens(plain, NOTHING) == world
        except Killed:
            with monkeypatch.context() as whole:  # the next start, undisturbed
                whole.undo()
                assert opens(plain, NOTHING) == world
            raise
        keys.add(safe.unlock(plain))

    ends = cut_off_everywhere(monkeypatch, name, act)
    print(f"os.{name}: cut off {ends} times")
    assert ends > 0
    assert in_folder(plain) == WHOLE
    unreadable(plain)


def test_a_plain_file_in_the_place_of_one_with_a_password_is_refused(
    path: Path, plain: Path
) -> None:
    """Somebody swaps in a profile of their own making."""
    safe.set_password(path, NOTHING, RIGHT)
    content = plain.read_bytes()
    path.write_bytes(content)
    with pytest.raises(StoreBroken) as caught:
        safe.open_profile(path, RIGHT)
    assert caught.value.damage is Damage.NOT_ENCRYPTED
    assert path.read_bytes() == content


def test_a_plain_profile_that_cannot_be_encrypted_stays_what_it_is(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable(plain, Trouble.DISK_FULL)

    world = world_of(plain)
    with monkeypatch.context() as patched:
        patched.setattr(encrypt, "exported", full)
        with pytest.raises(StoreUnavailable):
            safe.open_profile(plain)
    assert plain.read_bytes()[:16] == b"SQLite format 3\0"
    assert safe.how(plain).state is State.OPEN  # its key is there, and opening goes on from there
    assert world_of(plain) == world
    assert opens(plain, NOTHING) == world
    assert in_folder(plain) == WHOLE


# --- the first password ------------------------------------------------------------------------


def test_the_first_password_makes_the_key_that_lay_open_worthless(path: Path) -> None:
    world = world_of(path)
    stolen = safe.unlock(path)
    open_files = [each.read_bytes() for each in key_file.paths(path)]
    safe.set_password(path, NOTHING, RIGHT)
    assert safe.how(path).state is State.LOCKED
    assert opens(path, RIGHT) == world
    assert safe.unlock(path, RIGHT) != stolen
    with pytest.raises(NoSuchSlot):
        safe.open_profile(path)
    with pytest.raises(StoreBroken) as caught:
        Session.open(path, key=stolen)
    assert caught.value.damage is Damage.WRONG_KEY
    for file, content in zip(key_file.paths(path), open_files, strict=True):
        file.write_bytes(content)  # the old slot files open nothing any more
    with pytest.raises(StoreError):
        safe.open_profile(path)
    assert in_folder(path) == WHOLE


def test_it_is_the_same_profile_afterwards(path: Path) -> None:
    revision = slots.parse(key_file.paths(path)[0].read_bytes()).keys.revision
    safe.set_password(path, NOTHING, RIGHT)
    assert slots.parse(key_file.paths(path)[0].read_bytes()).keys.revision == revision + 1
    assert safe.verify_profile(path, RIGHT).sound
    session = safe.open_profile(path, RIGHT)
    session.execute(Fund(YOU, "ETH", 1))
    session.close()
    safe.set_password(path, RIGHT, OTHER)  # only wrapped anew, this time
    safe.new_recovery_code(path, OTHER)
    assert [slot.kind for slot in safe.how(path).slots] == [Kind.PASSWORD, Kind.RECOVERY]
    assert opens(path, OTHER)


def test_while_it_is_open_it_is_left_alone(path: Path) -> None:
    session = safe.open_profile(path)
    with pytest.raises(StoreUnavailable) as caught:
        safe.set_password(path, NOTHING, RIGHT)
    assert caught.value.trouble is Trouble.LOCKED
    session.execute(Fund(YOU, "ETH", 1))
    session.close()
    assert in_folder(path) == WHOLE
    assert opens(path, NOTHING)


def test_a_password_that_will_not_do_changes_nothing(path: Path) -> None:
    before = {each: each.read_bytes() for each in path.parent.iterdir()}
    with pytest.raises(BadPassword):
        safe.set_password(path, NOTHING, Password("short"))
    assert {each: each.read_bytes() for each in path.parent.iterdir()} == before


def test_all_slots_are_replaced(path: Path, keyring: FakeKeyring) -> None:
    world = world_of(path)
    code = RecoveryCode(recovery.make())
    safe.add_slot(path, NOTHING, HERE)
    held = set(keyring.held)
    safe.replace_key(path, NOTHING, (RIGHT, code, HERE))
    for secret in (RIGHT, code, HERE):
        assert opens(path, secret) == world
    assert len(keyring.held) == 1
    assert not held & set(keyring.held)
    with pytest.raises(KeysError):
        safe.replace_key(path, RIGHT, (HERE,))
    assert opens(path, RIGHT) == world
    assert opens(path, HERE) == world


@pytest.mark.parametrize("name", ["open", "fsync", "fdatasync", "replace", "unlink"])
def test_a_first_password_that_is_cut_off_is_there_or_not(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    world = world_of(path)
    told: list[str] = []

    def act() -> None:
        try:
            safe.set_password(path, NOTHING, RIGHT)
        except Killed:
            with monkeypatch.context() as whole:
                whole.undo()
                told.append(after_an_end(path, world))
            raise

    ends = cut_off_everywhere(monkeypatch, name, act)
    print(f"os.{name}: cut off {ends} times, {told.count('new')} with the new password")
    assert ends
    assert opens(path, RIGHT) == world
    assert in_folder(path) == WHOLE
    if name in ("fsync", "replace"):
        assert set(told) == {"old", "new"}


def test_an_audit_finishes_a_first_password_that_was_cut_off(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new database stands there with the old slots: that is no damage."""

    def end(_: Path) -> None:
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(key_file, "take_over", end)
        with pytest.raises(Killed):
            safe.set_password(path, NOTHING, RIGHT)
    assert safe.verify_profile(path, RIGHT).sound
    assert in_folder(path) == WHOLE


def after_an_end(path: Path, world: str) -> str:
    """Exactly one of the two opens it, and then it is made an open one again."""
    try:
        assert opens(path, NOTHING) == world
    except NoSuchSlot:
        assert opens(path, RIGHT) == world
        assert in_folder(path) == WHOLE
        safe.remove_password(path, RIGHT)
        return "new"
    with pytest.raises(NoSuchSlot):
        safe.open_profile(path, RIGHT)
    assert in_folder(path) == WHOLE
    return "old"


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (rekey, "exported"), (rekey, "put_in_place"), (rekey, "_move_mark"), (mark, "replace"),
        (key_file, "stage"), (key_file, "take_over"), (rekey, "world_hash"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("after", [False, True])
def test_an_error_on_the_way_is_told_or_the_password_is_there(
    path: Path, monkeypatch: pytest.MonkeyPatch, where: object, name: str, after: bool
) -> None:
    world = world_of(path)
    real, failed = getattr(where, name), []

    def fails(*arguments: object, **named: object) -> object:
        if failed:
            return real(*arguments, **named)
        if after:
            real(*arguments, **named)
        failed.append(name)
        raise StoreUnavailable(path, Trouble.IO)

    monkeypatch.setattr(where, name, fails)
    try:
        safe.set_password(path, NOTHING, RIGHT)
    except StoreUnavailable:
        assert opens(path, NOTHING) == world
    else:
        assert opens(path, RIGHT) == world
        with pytest.raises(NoSuchSlot):
            safe.open_profile(path)
    assert failed
    assert in_folder(path) == WHOLE


def test_another_process_that_is_about_it_is_waited_for(path: Path) -> None:
    """A staged slot file is nobody else's to finish while its maker holds the profile."""
    session = safe.open_profile(path)
    key = safe.unlock(path)
    waiting = slots.parse(key_file.paths(path)[0].read_bytes()).keys._replace(awaits="0" * 32)
    key_file.stage(path, slots.seal(waiting, key))
    with pytest.raises(StoreUnavailable) as caught:
        safe.open_profile(path, HeldKey(key), read_only=True)
    assert caught.value.trouble is Trouble.LOCKED
    assert key_file.staged(path).exists()
    session.close()
    assert opens(path, NOTHING)
    assert not key_file.staged(path).exists()


def test_a_wrong_secret_replaces_nothing(path: Path) -> None:
    safe.set_password(path, NOTHING, RIGHT)
    before = path.read_bytes()
    with pytest.raises(WrongSecret):
        safe.replace_key(path, OTHER, (OTHER,))
    assert path.read_bytes() == before


@pytest.mark.parametrize("act", ["renamed", "thrown away", "copied"])
@pytest.mark.parametrize("at", [rekey._move_mark, key_file.take_over])
def test_moved_after_a_first_password_was_cut_off_its_new_key_goes_with_it(
    act: str, at: Callable[..., None], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only slots of the new database lie beside it under another name until it is opened."""
    with monkeypatch.context() as patched:
        patched.setattr(sys.modules[at.__module__], at.__name__, dying(at, 1, after=False))
        with pytest.raises(Killed):
            safe.set_password(path, NOTHING, RIGHT)
    if act == "renamed":
        moved = path.with_name("Other.lstwallet")
        profile_files.rename(path, moved)
    elif act == "thrown away":
        moved = profile_files.discard(path, path.parent / "bin" / "Main")
    else:
        moved = profile_files.copy_to(path, path.parent / "bin" / "Main")
    assert opens(moved, RIGHT)
    assert {each.name for each in path.parent.glob("*.new*")} == set()


def test_the_plain_copy_of_an_encrypting_that_was_cut_off_is_not_left_behind(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(encrypt, "put_in_place", dying(encrypt.put_in_place, 1, after=True))
        patched.setattr(schema, "discard", lambda _: None)  # nothing comes after a kill
        with pytest.raises(Killed):
            safe.open_profile(plain)
    assert schema.plain_copy(plain).exists()
    profile_files.rename(plain, plain.with_name("Other.lstwallet"))
    unreadable(plain)
