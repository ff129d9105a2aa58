"""Slots: what was wrapped comes out with its secret and with no other; no bit can be changed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.vault import recovery, slots
from lstwallet.vault.kdf import Cost
from lstwallet.vault.slots import BadKeys, Keys, Kind, LaterKeys, Sealed, Slot, Unknown

CHEAP = Cost(1, 8, 1)
KEY = bytes(range(32))
CODE = recovery.make()
SECRETS: dict[Kind, str | bytes] = {
    Kind.PASSWORD: "green tractor",
    Kind.RECOVERY: CODE,
    Kind.KEYRING: bytes(reversed(range(32))),
    Kind.OPEN: b"",
}
WRONG: dict[Kind, str | bytes] = {
    Kind.PASSWORD: "green tractors",
    Kind.RECOVERY: recovery.make(),
    Kind.KEYRING: bytes(32),
}
kinds = st.sampled_from(list(Kind))


def slot_of(kind: Kind, profile: str, key: bytes = KEY) -> Slot:
    derivation = slots.derivation_for(kind, CHEAP)
    return slots.wrap(profile, kind, derivation, SECRETS[kind], key, label="Here", made=1)


def keys_of(*which: Kind, revision: int = 1) -> Keys:
    profile = slots.new_profile_id()
    return Keys(profile, revision, tuple(slot_of(kind, profile) for kind in which))


def resealed(change: Any, keys: Keys) -> bytes:
    """A file whose fields somebody changed, written as we write, with a checksum that holds."""
    body = json.loads(slots.seal(keys, KEY).text.split(b"\n")[0])
    change(body)
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")
    return text + b"\n" + hashlib.sha256(text).hexdigest().encode("ascii") + b"\n"


# --- one slot ----------------------------------------------------------------------------------


@given(kinds, st.binary(min_size=32, max_size=32))
def test_what_was_wrapped_comes_out(kind: Kind, key: bytes) -> None:
    profile = slots.new_profile_id()
    slot = slot_of(kind, profile, key)
    assert key not in slot.box
    assert slots.unwrap(profile, slot, SECRETS[kind]) == key


@pytest.mark.parametrize("kind", list(WRONG))
def test_another_secret_opens_nothing(kind: Kind) -> None:
    profile = slots.new_profile_id()
    assert slots.unwrap(profile, slot_of(kind, profile), WRONG[kind]) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_a_slot_of_another_profile_opens_nothing(kind: Kind) -> None:
    slot = slot_of(kind, slots.new_profile_id())
    assert slots.unwrap(slots.new_profile_id(), slot, SECRETS[kind]) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_no_field_of_a_slot_can_be_changed(kind: Kind) -> None:
    profile = slots.new_profile_id()
    slot = slot_of(kind, profile)
    changed = [
        slot._replace(id="0" * 16),
        slot._replace(label="There"),
        slot._replace(made=2),
        slot._replace(nonce=bytes(12)),
        slot._replace(box=bytes([slot.box[0] ^ 1]) + slot.box[1:]),
        slot._replace(derivation=slots.derivation_for(kind, CHEAP)),
    ]
    if kind in (Kind.RECOVERY, Kind.KEYRING):
        other = Kind.KEYRING if kind is Kind.RECOVERY else Kind.RECOVERY
        changed.append(slot._replace(kind=other))
    for each in changed:
        assert slots.unwrap(profile, each, SECRETS[kind]) is None


def test_no_two_data_keys_are_alike() -> None:
    assert len({slots.new_data_key() for _ in range(100)}) == 100


def test_each_wrapping_is_fresh() -> None:
    made = [slot_of(Kind.PASSWORD, "0" * 32) for _ in range(3)]
    for field in ("id", "nonce", "box", "derivation"):
        assert len({getattr(each, field) for each in made}) == 3


# --- the file ----------------------------------------------------------------------------------


def few_passwords(which: list[Kind]) -> bool:
    return which.count(Kind.PASSWORD) <= slots.MOST_PASSWORDS


@given(st.lists(kinds, min_size=1, max_size=5).filter(few_passwords), st.integers(0, 2**53))
def test_a_file_is_read_as_it_was_written(which: list[Kind], revision: int) -> None:
    keys = keys_of(*which, revision=revision)
    sealed = slots.seal(keys, KEY)
    assert slots.parse(sealed.text) == sealed
    assert slots.belongs(sealed, KEY)
    assert not slots.belongs(sealed, bytes(32))
    assert KEY.hex().encode() not in sealed.text


def test_every_flipped_bit_is_seen_before_anything_is_typed() -> None:
    """All of them, in a file with every kind of slot."""
    text = slots.seal(keys_of(*Kind), KEY).text
    for at in range(8 * len(text)):
        flipped = bytearray(text)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(BadKeys):
            slots.parse(bytes(flipped))
    print(f"{8 * len(text)} bits, all found")


@given(st.data())
@settings(max_examples=200)
def test_a_file_that_was_cut_or_grew_is_refused(data: st.DataObject) -> None:
    text = slots.seal(keys_of(Kind.OPEN), KEY).text
    end = data.draw(st.integers(0, len(text) - 1))
    more = data.draw(st.binary(min_size=1, max_size=20))
    for each in (text[:end], text + more, more + text):
        with pytest.raises(BadKeys):
            slots.parse(each)


@given(st.binary(max_size=400))
def test_rubbish_is_refused(rubbish: bytes) -> None:
    summed = rubbish + b"\n" + hashlib.sha256(rubbish).hexdigest().encode() + b"\n"
    for each in (rubbish, summed):
        with pytest.raises(BadKeys):
            slots.parse(each)


BOMBS = [
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"version":' + b"9" * 5_000 + b"}",
    b'{"version":NaN}',
    b'{"version":1e999}',
    b'{"magic":"lstwallet keys","magic":"lstwallet keys"}',
    b'{"magic":"lstwallet keys","version":true}',
    b'{"magic":"lstwallet keys","version":1}',
    b"null",
    b'"lstwallet keys"',
    b"\xff",
]


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_with_a_right_checksum_is_refused(bomb: bytes) -> None:
    with pytest.raises(BadKeys):
        slots.parse(bomb + b"\n" + hashlib.sha256(bomb).hexdigest().encode() + b"\n")


@pytest.mark.parametrize(
    "written",
    [
        lambda body: json.dumps(body, sort_keys=True),
        lambda body: json.dumps(dict(reversed(body.items())), separators=(",", ":")),
        lambda body: json.dumps(body, sort_keys=True, separators=(",", ":"))[:-1]
        + ',"version":1}',
    ],
    ids=["with spaces", "in another order", "with a key twice"],
)
def test_the_same_written_in_another_way_is_refused(written: Any) -> None:
    """One file, one meaning: nothing can be hidden in how it is written."""
    text = slots.seal(keys_of(Kind.OPEN), KEY).text
    other = written(json.loads(text.split(b"\n")[0])).encode()
    with pytest.raises(BadKeys, match="as ours are"):
        slots.parse(other + b"\n" + hashlib.sha256(other).hexdigest().encode() + b"\n")


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(BadKeys, match="too large"):
        slots.parse(bytes(slots.LARGEST_FILE + 1))


def test_a_later_version_is_said_to_be_one() -> None:
    def later(body: dict[str, Any]) -> None:
        body["version"] = 2
        body["something"] = {"new": [1, 2]}

    with pytest.raises(LaterKeys) as caught:
        slots.parse(resealed(later, keys_of(Kind.OPEN)))
    assert caught.value.found == 2


def _one(path: str, value: Any) -> Any:
    def change(body: dict[str, Any]) -> None:
        at: Any = body
        *folders, last = (int(name) if name.isdigit() else name for name in path.split("."))
        for name in folders:
            at = at[name]
        if value is KeyError:
            del at[last]
        else:
            at[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _one("profile", "00"),
        _one("profile", "g" * 32),
        _one("profile", "AB" * 16),
        _one("revision", -1),
        _one("revision", True),
        _one("revision", 2**53 + 1),
        _one("awaits", "00"),
        _one("awaits", None),
        _one("mac", "00"),
        _one("mac", KeyError),
        _one("more", 1),
        _one("slots", []),
        _one("slots", {}),
        _one("slots.0", None),
        _one("slots.0.id", "zz"),
        _one("slots.0.kind", 5),
        _one("slots.0.label", "x" * 81),
        _one("slots.0.label", "a\nb"),
        _one("slots.0.made", "now"),
        _one("slots.0.nonce", "00"),
        _one("slots.0.box", "00" * 47),
        _one("slots.0.more", 1),
        _one("slots.0.derivation", None),
        _one("slots.0.derivation.name", "md5"),
        _one("slots.0.derivation.salt", ""),
        _one("slots.0.derivation.passes", 1.0),
        _one("slots.0.derivation.memory_kib", -1),
        _one("slots.0.derivation.lanes", 2**40),
        _one("slots.0.derivation", {"name": "hkdf", "salt": "00" * 16}),
        lambda body: body["slots"].append(body["slots"][0]),
        lambda body: body["slots"].extend(
            {"id": f"{n:016x}", "kind": "later"} for n in range(slots.MOST_SLOTS)
        ),
        lambda body: body["slots"].append({"id": "0" * 16, "kind": "x", "y": "z" * 5_000}),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(change: Any) -> None:
    with pytest.raises(BadKeys):
        slots.parse(resealed(change, keys_of(Kind.PASSWORD)))


def test_many_passwords_are_work_that_nobody_does() -> None:
    text = slots.seal(keys_of(*[Kind.PASSWORD] * (slots.MOST_PASSWORDS + 1)), KEY).text
    with pytest.raises(BadKeys):
        slots.parse(text)


def test_slots_of_a_later_program_are_kept_as_they_are() -> None:
    strange = {"id": "ab" * 8, "kind": "passkey", "rp": {"x": [1, "ä", None]}}
    keys = keys_of(Kind.PASSWORD)
    text = resealed(lambda body: body["slots"].append(strange), keys)
    read = slots.parse(text).keys
    assert isinstance(read.slots[1], Unknown)
    assert read.known() == keys.known()
    again = slots.parse(slots.seal(read, KEY).text).keys
    assert again == read
    assert json.loads(again.slots[1].text) == strange


# --- the MAC -----------------------------------------------------------------------------------


def altered(sealed: Sealed, **fields: Any) -> Sealed:
    return Sealed(sealed.keys._replace(**fields), sealed.mac, sealed.text)


def test_the_whole_file_is_bound_to_the_data_key() -> None:
    keys = keys_of(Kind.PASSWORD, Kind.RECOVERY, revision=5)
    sealed = slots.seal(keys, KEY)
    first, second = keys.known()
    for fields in (
        {"revision": 6},
        {"profile": "0" * 32},
        {"awaits": "0" * 32},
        {"slots": (first,)},
        {"slots": (second, first)},
        {"slots": (first, second, Unknown("0" * 16, "x", '{"id":"0","kind":"x"}'))},
        {"slots": (first, slot_of(Kind.OPEN, keys.profile))},
        {"slots": (first._replace(label="There"), second)},
    ):
        assert not slots.belongs(altered(sealed, **fields), KEY), fields
