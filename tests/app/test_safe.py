"""What opens a profile, how that changes, and that nothing of it is ever said aloud."""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lstwallet.app import safe
from lstwallet.app.safe import (
    NOTHING,
    HeldKey,
    How,
    Nothing,
    Password,
    RecoveryCode,
    Secret,
    State,
    ThisComputer,
)
from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.vault import kdf, key_file, recovery, slots
from lstwallet.vault.errors import (
    BadPassword,
    KeyringState,
    KeyringTrouble,
    KeysDamaged,
    KeysMissing,
    KeysNewer,
    KeysOld,
    KeysRefused,
    LastSlot,
    Mistyped,
    NoMemory,
    NoSuchSlot,
    PasswordProblem,
    WrongSecret,
)
from lstwallet.vault.kdf import Cost
from lstwallet.vault.slots import Kind
from tests.cheap_keys import CHEAP, POLICY, FakeKeyring
from tests.cut_off import Killed, dying
from tests.small_world import small_world

RIGHT = Password("green tractor")
OTHER = Password("yellow tractor")
CODE = RecoveryCode(recovery.make())
HERE = ThisComputer("this desk")


def kind_of(secret: Secret) -> str:
    return type(secret).__name__


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    made = FakeKeyring()
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, made))
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profiles" / "Main.lstwallet"


def begin(path: Path, *secrets: Secret) -> str:
    """A new profile with a command in it, closed; the hash of its world."""
    session = safe.begin_profile(
        path, small_world(), MarketConfig(), name="Main", secrets=secrets or (RIGHT,)
    )
    session.execute(Fund(YOU, "ETH", 10**18))
    found = world_hash(session.world)
    session.close()
    return found


def opens(path: Path, secret: safe.By) -> str:
    session = safe.open_profile(path, secret)
    try:
        return world_hash(session.world)
    finally:
        session.close()


def kinds(path: Path) -> list[Kind | None]:
    return [slot.kind for slot in safe.how(path).slots]


# --- opening -----------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [RIGHT, CODE, HERE, NOTHING], ids=kind_of)
def test_what_a_profile_was_begun_with_opens_it(path: Path, secret: Secret) -> None:
    world = begin(path, RIGHT, secret) if secret == HERE else begin(path, secret)
    assert opens(path, secret) == world
    assert path.read_bytes()[:16] != b"SQLite format 3\0"


def test_every_slot_leads_to_the_same_key(path: Path) -> None:
    begin(path, RIGHT, CODE, HERE)
    keys = {safe.unlock(path, secret) for secret in (RIGHT, CODE, HERE)}
    assert len(keys) == 1
    assert safe.unlock(path, HeldKey(*keys)) in keys


def test_how_it_opens_is_told_without_opening_it(path: Path) -> None:
    assert safe.how(path) == How(State.MISSING)
    begin(path, RIGHT, HERE)
    told = safe.how(path)
    assert told.state is State.LOCKED
    assert [(slot.kind, slot.label) for slot in told.slots] == [
        (Kind.PASSWORD, ""), (Kind.KEYRING, "this desk")
    ]  # fmt: skip
    assert told.has(Kind.KEYRING)
    assert not told.has(Kind.RECOVERY)
    session = safe.open_profile(path, RIGHT)
    assert safe.how(path) == told  # while it is open, too
    session.close()
    open_one = path.with_name("Open.lstwallet")
    begin(open_one, NOTHING)
    assert safe.how(open_one).state is State.OPEN


@pytest.mark.parametrize("wrong", [Password(""), Password("green tractor "), OTHER])
def test_a_wrong_password_opens_nothing(path: Path, wrong: Password) -> None:
    begin(path)
    with pytest.raises(WrongSecret):
        safe.open_profile(path, wrong)


def test_a_wrong_code_and_a_mistyped_one(path: Path) -> None:
    begin(path, RIGHT, CODE)
    with pytest.raises(WrongSecret):
        safe.open_profile(path, RecoveryCode(recovery.make()))
    with pytest.raises(Mistyped) as caught:
        safe.open_profile(path, RecoveryCode("A" * 35))
    assert caught.value.group == 1
    assert opens(path, RecoveryCode(CODE.text.lower().replace("-", " ")))


def test_a_way_that_there_is_not(path: Path) -> None:
    begin(path)
    for secret in (NOTHING, CODE, HERE):
        with pytest.raises(NoSuchSlot):
            safe.open_profile(path, secret)


def test_a_password_is_the_same_however_it_is_composed(path: Path) -> None:
    begin(path, Password("caf\u00e9 au lait"))
    assert opens(path, Password("cafe\u0301 au lait"))


# --- beginning ---------------------------------------------------------------------------------


def test_the_keyring_is_never_the_only_way(path: Path, keyring: FakeKeyring) -> None:
    with pytest.raises(LastSlot):
        begin(path, HERE)
    assert list(path.parent.iterdir()) == []
    assert keyring.held == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [("short", PasswordProblem.TOO_SHORT), ("x" * 2_000, PasswordProblem.TOO_LONG)],
)
def test_a_password_that_will_not_do(path: Path, text: str, problem: PasswordProblem) -> None:
    with pytest.raises(BadPassword) as caught:
        begin(path, Password(text))
    assert caught.value.problem is problem
    assert list(path.parent.iterdir()) == []


def test_a_profile_is_never_begun_over_another(path: Path) -> None:
    world = begin(path)
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    with pytest.raises(StoreUnavailable) as caught:
        begin(path, OTHER)
    assert caught.value.trouble is Trouble.EXISTS
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before
    with pytest.raises(StoreUnavailable) as caught:
        safe.create_keys(path, [OTHER])
    assert caught.value.trouble is Trouble.EXISTS
    assert opens(path, RIGHT) == world


def test_keys_whose_database_is_gone_are_kept_for_its_return(path: Path) -> None:
    world = begin(path)
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    assert safe.how(path).state is State.MISSING
    begin(path, OTHER)
    path.unlink()
    elsewhere.rename(path)
    for file in key_file.paths(path):
        os.replace(file.with_name(file.name + ".1"), file)
    path.with_name(path.name + ".head").unlink(missing_ok=True)
    assert safe.unlock(path, RIGHT)
    assert world


def test_a_database_that_cannot_be_made_leaves_no_keys(
    path: Path, monkeypatch: pytest.MonkeyPatch, keyring: FakeKeyring
) -> None:
    def full(*_: Any, **__: Any) -> Session:
        raise StoreUnavailable(path, Trouble.DISK_FULL)

    monkeypatch.setattr(Session, "create", full)
    with pytest.raises(StoreUnavailable):
        begin(path, RIGHT, HERE)
    assert not key_file.exists(path)
    assert keyring.held == {}


# --- changing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [RIGHT, CODE, HERE], ids=kind_of)
def test_the_password_is_changed_by_any_way_in(path: Path, by: Secret) -> None:
    world = begin(path, RIGHT, CODE, HERE)
    database = path.read_bytes()
    safe.change_password(path, by, OTHER)
    assert path.read_bytes() == database  # the data key is wrapped anew, nothing else
    with pytest.raises(WrongSecret):
        safe.open_profile(path, RIGHT)
    for secret in (OTHER, CODE, HERE):
        assert opens(path, secret) == world


def test_the_key_of_the_open_session_will_do(path: Path) -> None:
    begin(path)
    key = safe.unlock(path, RIGHT)
    session = safe.open_profile(path, RIGHT)
    safe.change_password(path, HeldKey(key), OTHER)
    session.execute(Fund(YOU, "ETH", 1))
    session.close()
    assert opens(path, OTHER)
    with pytest.raises(KeysDamaged):
        safe.change_password(path, HeldKey(bytes(32)), RIGHT)


def test_a_change_whose_folder_was_not_synced_is_told_and_the_old_password_holds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has its new name by then; who hears of an error types the old password."""
    world = begin(path)

    def fails(_: Path) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(key_file, "sync_folder", fails)
        with pytest.raises(StoreUnavailable):
            safe.change_password(path, RIGHT, OTHER)
    assert opens(path, RIGHT) == world


def test_a_wrong_password_changes_nothing(path: Path) -> None:
    begin(path)
    before = [each.read_bytes() for each in key_file.paths(path)]
    with pytest.raises(WrongSecret):
        safe.change_password(path, OTHER, OTHER)
    with pytest.raises(BadPassword):
        safe.change_password(path, RIGHT, Password("x"))
    assert [each.read_bytes() for each in key_file.paths(path)] == before


def test_a_new_code_voids_the_one_before(path: Path) -> None:
    world = begin(path)
    first = safe.new_recovery_code(path, RIGHT)
    second = safe.new_recovery_code(path, first)
    with pytest.raises(WrongSecret):
        safe.open_profile(path, first)
    assert opens(path, second) == world
    assert opens(path, RIGHT) == world


def test_slots_come_and_go(path: Path, keyring: FakeKeyring) -> None:
    begin(path)
    added = safe.add_slot(path, RIGHT, HERE)
    assert (added.kind, added.label) == (Kind.KEYRING, "this desk")
    assert opens(path, HERE)
    password = safe.how(path).slots[0]
    with pytest.raises(LastSlot):
        safe.remove_slot(path, HERE, password.id)
    with pytest.raises(NoSuchSlot):
        safe.remove_slot(path, RIGHT, "0" * 16)
    assert kinds(path) == [Kind.PASSWORD, Kind.KEYRING]
    safe.remove_slot(path, RIGHT, added.id)
    assert kinds(path) == [Kind.PASSWORD]
    assert keyring.held == {}
    with pytest.raises(LastSlot):
        safe.remove_slot(path, RIGHT, password.id)
    assert opens(path, RIGHT)


def test_there_is_an_end_to_slots(path: Path, keyring: FakeKeyring) -> None:
    begin(path)
    for _ in range(slots.MOST_SLOTS - 1):
        safe.add_slot(path, RIGHT, HERE)
    held = dict(keyring.held)
    with pytest.raises(KeysRefused):
        safe.add_slot(path, RIGHT, HERE)
    assert keyring.held == held
    assert opens(path, RIGHT)


def test_there_is_an_end_to_passwords(path: Path) -> None:
    begin(path)
    for number in range(1, slots.MOST_PASSWORDS):
        safe.add_slot(path, RIGHT, Password(f"tractor number {number}"))
    with pytest.raises(KeysRefused):
        safe.add_slot(path, RIGHT, OTHER)
    assert opens(path, Password("tractor number 1"))


def test_deleting_leaves_nothing_here_or_in_the_keyring(path: Path, keyring: FakeKeyring) -> None:
    begin(path, RIGHT, HERE)
    safe.delete_keys(path)
    assert keyring.held == {}
    assert not key_file.exists(path)
    assert safe.how(path).state is State.KEYS_LOST
    with pytest.raises(KeysMissing):
        safe.open_profile(path, RIGHT)


def test_without_the_password_there_is_no_secret_any_more(
    path: Path, keyring: FakeKeyring
) -> None:
    world = begin(path, RIGHT, CODE, HERE)
    with pytest.raises(WrongSecret):
        safe.remove_password(path, OTHER)
    safe.remove_password(path, RIGHT)
    assert kinds(path) == [Kind.OPEN]
    assert keyring.held == {}
    assert safe.how(path).state is State.OPEN
    assert opens(path, NOTHING) == world


@pytest.mark.parametrize("state", list(KeyringState))
def test_whether_this_computer_could_keep_a_key(
    keyring: FakeKeyring, state: KeyringState
) -> None:
    keyring.state = state
    expected = KeyringState.OK if state is KeyringState.EMPTY else state
    assert safe.this_computer() is expected


# --- the keyring's states ----------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in KeyringState if state != "ok"])
def test_whatever_the_keyring_does_the_password_opens(
    path: Path, keyring: FakeKeyring, state: KeyringState
) -> None:
    world = begin(path, RIGHT, HERE)
    files = [each.read_bytes() for each in key_file.paths(path)]
    if state is KeyringState.EMPTY:
        keyring.held.clear()
    else:
        keyring.state = state
    with pytest.raises(KeyringTrouble) as caught:
        safe.open_profile(path, HERE)
    assert caught.value.state is state
    assert opens(path, RIGHT) == world
    assert [each.read_bytes() for each in key_file.paths(path)] == files
    if state is not KeyringState.EMPTY:
        with pytest.raises(KeyringTrouble):
            safe.add_slot(path, RIGHT, HERE)
    assert [each.read_bytes() for each in key_file.paths(path)] == files


def test_a_slot_of_another_computer_is_passed_over(path: Path, keyring: FakeKeyring) -> None:
    world = begin(path, RIGHT, ThisComputer("another desk"))
    keyring.held.clear()
    safe.add_slot(path, RIGHT, HERE)
    assert opens(path, HERE) == world


# --- damage and deceit -------------------------------------------------------------------------


@pytest.mark.parametrize("which", [0, 1])
def test_one_slot_file_is_enough_and_mends_the_other(path: Path, which: int) -> None:
    world = begin(path)
    file = key_file.paths(path)[which]
    sound = file.read_bytes()
    for damage in (b"", sound[:-1], bytes([sound[0] ^ 1]) + sound[1:]):
        file.write_bytes(damage)
        assert safe.how(path).mended
        assert opens(path, RIGHT) == world
        assert file.read_bytes() == sound
    file.unlink()
    assert opens(path, RIGHT) == world
    assert file.read_bytes() == sound


def test_no_slot_file_is_sound(path: Path) -> None:
    begin(path)
    for file in key_file.paths(path):
        file.write_bytes(b"x")
    assert safe.how(path).state is State.KEYS_DAMAGED
    with pytest.raises(KeysDamaged):
        safe.open_profile(path, RIGHT)


def test_slot_files_of_another_profile_open_nothing(path: Path) -> None:
    world = begin(path)
    other = path.with_name("Other.lstwallet")
    begin(other)
    for mine, theirs in zip(key_file.paths(path), key_file.paths(other), strict=True):
        keep = mine.read_bytes()
        mine.write_bytes(theirs.read_bytes())
        theirs.write_bytes(keep)
    with pytest.raises(StoreBroken) as caught:
        safe.open_profile(path, RIGHT)
    assert caught.value.damage is Damage.WRONG_KEY
    for mine, theirs in zip(key_file.paths(path), key_file.paths(other), strict=True):
        mine.write_bytes(theirs.read_bytes())
    assert opens(path, RIGHT) == world


def test_an_old_copy_neither_opens_nor_comes_back(path: Path) -> None:
    """Somebody puts one file of the two back to before the password was changed."""
    world = begin(path)
    for which in (0, 1):
        file = key_file.paths(path)[which]
        old = file.read_bytes()
        safe.change_password(path, RIGHT, OTHER)
        new = file.read_bytes()
        file.write_bytes(old)
        with pytest.raises(WrongSecret):
            safe.open_profile(path, RIGHT)
        assert opens(path, OTHER) == world
        assert file.read_bytes() == new
        safe.change_password(path, OTHER, RIGHT)


def kept(path: Path) -> list[bytes]:
    return [each.read_bytes() for each in key_file.paths(path)]


def put_back(path: Path, contents: list[bytes]) -> None:
    for file, content in zip(key_file.paths(path), contents, strict=True):
        file.write_bytes(content)


@pytest.mark.parametrize("while_open", [True, False])
def test_slot_files_that_were_both_put_back_are_told(path: Path, while_open: bool) -> None:
    """The old password would open the profile again; who knows it may go on, knowing that."""
    world = begin(path)
    old = kept(path)
    session = safe.open_profile(path, RIGHT)
    safe.change_password(path, RIGHT, OTHER, session=session if while_open else None)
    session.close()
    if not while_open:
        assert opens(path, OTHER) == world
    put_back(path, old)
    with pytest.raises(KeysOld) as caught:
        safe.open_profile(path, RIGHT)
    assert (caught.value.found, caught.value.known) == (1, 2)
    with pytest.raises(KeysOld):
        safe.open_profile(path, RIGHT, read_only=True)
    assert kept(path) == old
    safe.open_profile(path, RIGHT, accept_rollback=True).close()
    assert opens(path, RIGHT) == world


def test_another_history_of_the_slots_is_told(path: Path) -> None:
    """As many changes, but not those that the profile remembers."""
    begin(path)
    old = kept(path)
    safe.change_password(path, RIGHT, OTHER)
    opens(path, OTHER)
    put_back(path, old)
    safe.change_password(path, RIGHT, Password("violet tractor"))
    with pytest.raises(KeysOld):
        safe.open_profile(path, Password("violet tractor"))


def test_a_reader_remembers_nothing(path: Path) -> None:
    begin(path)
    safe.change_password(path, RIGHT, OTHER)
    before = path.read_bytes()
    safe.open_profile(path, OTHER, read_only=True).close()
    assert path.read_bytes() == before


def forged(path: Path, change: Callable[[slots.Keys], slots.Keys], key: bytes) -> None:
    for file in key_file.paths(path):
        keys = slots.parse(file.read_bytes()).keys
        file.write_bytes(slots.seal(change(keys), key).text)


def test_a_slot_file_that_somebody_else_changed(path: Path) -> None:
    """Its checksum holds, its slot still opens; only who has the key could have sealed it."""
    begin(path, RIGHT, CODE)
    forged(path, lambda keys: keys._replace(slots=keys.slots[:1], revision=9), bytes(32))
    with pytest.raises(KeysDamaged):
        safe.open_profile(path, RIGHT)


def test_a_later_programs_slots_are_kept(path: Path) -> None:
    begin(path)
    strange = slots.Unknown("ab" * 8, "passkey", f'{{"id":"{"ab" * 8}","kind":"passkey"}}')
    key = safe.unlock(path, RIGHT)
    forged(path, lambda keys: keys._replace(slots=(*keys.slots, strange)), key)
    safe.change_password(path, RIGHT, OTHER)
    assert kinds(path) == [Kind.PASSWORD, None]
    password = safe.how(path).slots[0]
    with pytest.raises(LastSlot):  # we cannot know whether it would open
        safe.remove_slot(path, OTHER, password.id)
    safe.remove_slot(path, OTHER, strange.id)
    assert kinds(path) == [Kind.PASSWORD]


def test_a_later_programs_file_is_left_alone(path: Path) -> None:
    begin(path)
    from tests.vault.test_slots import keys_of, resealed

    later = resealed(lambda body: body.update(version=2), keys_of(Kind.OPEN))
    for file in key_file.paths(path):
        file.write_bytes(later)
    assert safe.how(path).state is State.KEYS_NEWER
    with pytest.raises(KeysNewer):
        safe.open_profile(path, RIGHT)
    assert key_file.paths(path)[0].read_bytes() == later


# --- cost --------------------------------------------------------------------------------------


def test_a_slot_below_the_floor_is_not_for_the_product(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(path)
    monkeypatch.setattr(safe, "tools", safe.Tools(kdf.STANDARD, FakeKeyring()))
    with pytest.raises(KeysRefused):
        safe.open_profile(path, RIGHT)


@pytest.mark.parametrize(
    "cost", [Cost(2**32 - 1, 8, 1), Cost(1, 2**32 - 1, 1), Cost(1, 8, 255), Cost(33, 8, 1)]
)
def test_a_slot_that_asks_for_too_much_is_refused_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, cost: Cost
) -> None:
    begin(path)

    def dearer(keys: slots.Keys) -> slots.Keys:
        slot = keys.known()[0]
        assert isinstance(slot.derivation, slots.Argon2)
        derivation = slot.derivation._replace(cost=cost)
        return keys._replace(slots=(slot._replace(derivation=derivation),))

    forged(path, dearer, bytes(32))
    monkeypatch.setattr(kdf, "derive", lambda *_: pytest.fail("work was done"))
    with pytest.raises(KeysRefused):
        safe.open_profile(path, RIGHT)


def test_too_little_memory_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(path)

    def short(*_: Any) -> bytearray:
        raise MemoryError

    monkeypatch.setattr(kdf, "derive", short)
    with pytest.raises(NoMemory):
        safe.open_profile(path, RIGHT)
    with pytest.raises(NoMemory):
        begin(path.with_name("Other.lstwallet"))


def test_the_product_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real password slot, at what this computer was found to bear."""
    monkeypatch.setattr(safe, "tools", safe.Tools(kdf.STANDARD, FakeKeyring()))
    world = begin(path)
    slot = slots.parse(key_file.paths(path)[0].read_bytes()).keys.known()[0]
    assert isinstance(slot.derivation, slots.Argon2)
    assert kdf.STANDARD.allows(slot.derivation.cost)
    assert slot.derivation.cost != CHEAP
    assert opens(path, RIGHT) == world


# --- cut off -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["open", "fsync", "replace"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_password_change_that_is_cut_off_leaves_the_old_or_the_new(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, after: bool
) -> None:
    world = begin(path, RIGHT, CODE)
    real = getattr(os, name)
    old, new = RIGHT, OTHER
    for fatal in range(1, 30):
        with monkeypatch.context() as patched:
            patched.setattr(os, name, dying(real, fatal, after=after))
            try:
                safe.change_password(path, old, new)
            except Killed:
                whole = False
            else:
                whole = True
        works = []
        for secret in (old, new):
            try:
                assert opens(path, secret) == world
            except WrongSecret:
                continue
            works.append(secret)
        assert len(works) == 1, "exactly one of the two opens it"
        assert opens(path, CODE) == world
        if whole:
            assert works == [new]
            return
        if works == [new]:
            old, new = new, old
    pytest.fail("it never came to an end")


# --- nothing is said aloud ---------------------------------------------------------------------


def test_no_secret_stands_in_a_record_or_an_error(path: Path) -> None:
    begin(path, RIGHT, CODE)
    key = safe.unlock(path, RIGHT)
    typed = Password("swordfish canary")
    records = [RIGHT, CODE, HeldKey(key), typed, safe.tools.unlocked(path, RIGHT)]
    text = repr(records) + "".join(f"{each} {each!r}" for each in records)
    for attempt in (
        lambda: safe.open_profile(path, typed),
        lambda: safe.change_password(path, RIGHT, Password("canary")),
        lambda: safe.open_profile(path, RecoveryCode("canary canary")),
        lambda: safe.open_profile(path, HeldKey(key[::-1])),
    ):
        with pytest.raises(Exception) as caught:  # noqa: PT011 (whichever it is)
            attempt()
        text += "".join(traceback.format_exception_only(caught.value))
        text += repr(caught.value) + repr(vars(caught.value))
    for secret in ("canary", "tractor", CODE.text, key.hex(), repr(key)):
        assert secret not in text


def test_the_key_stands_in_no_file(path: Path) -> None:
    begin(path, RIGHT, CODE)
    key = safe.unlock(path, RIGHT)
    session = safe.open_profile(path, RIGHT)
    session.execute(Fund(YOU, "ETH", 1))
    for file in path.parent.iterdir():
        found = file.read_bytes() if file != path else b""
        for each in (key, key.hex().encode(), b"tractor", CODE.text.encode()):
            assert each not in found, file
    session.close()


def test_nothing_is_what_a_profile_without_a_password_wants() -> None:
    assert Nothing() == NOTHING
