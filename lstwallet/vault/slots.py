"""Slots: each wraps the profile's 32-byte data key under another secret.

    password   Argon2id(password) wraps it
    recovery   HKDF(printed code) wraps it: the code has 136 random bits, slowness adds nothing
    keyring    HKDF(32 random bytes kept by the operating system) wraps it
    open       HKDF(32 random bytes that stand in the slot) wraps it: anybody with the file has it

Wrapping is AES-256-GCM with a random 96-bit nonce. The associated data is everything else that
the slot says, with the file's magic, version and profile: no field can be changed, and no slot
moved to another profile, without the unwrapping failing. The whole file carries an HMAC under a
key derived from the data key, so that a slot cannot be added or taken away unseen either.

The file is one line of canonical JSON (RFC 8785 in spirit: sorted keys, no white space, ASCII)
and one line with its SHA-256, so that every flipped bit is seen before anybody types a password.
A slot of a kind that this program does not know is kept as it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lstwallet.vault import kdf
from lstwallet.vault.kdf import Cost

MAGIC: Final = "lstwallet keys"
VERSION: Final = 1
KEY_BYTES: Final = 32
LARGEST_FILE: Final = 1 << 16
MOST_SLOTS: Final = 16
MOST_PASSWORDS: Final = 2
"""Each is work for whoever opens a stranger's file; a profile has one."""
LONGEST_LABEL: Final = 80
LARGEST_SLOT: Final = 1 << 12
LAST_REVISION: Final = 2**53
_ID_BYTES: Final = 8
_PROFILE_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_BOX_BYTES: Final = KEY_BYTES + 16
_SUM_BYTES: Final = 32
_HEADER_BYTES: Final = 16


class BadKeys(ValueError):
    """The text is no sound slot file: it says why, and holds nothing secret."""


class LaterKeys(ValueError):
    """Written by a later version."""

    def __init__(self, found: int) -> None:
        super().__init__(found)
        self.found = found


class Kind(StrEnum):
    """What opens a slot."""

    PASSWORD = "password"
    RECOVERY = "recovery"
    KEYRING = "keyring"
    OPEN = "open"


class Argon2(NamedTuple):
    """A password, slowly."""

    salt: bytes
    cost: Cost


class Direct(NamedTuple):
    """A secret with enough bits of its own."""

    salt: bytes


class Beside(NamedTuple):
    """The secret stands here, for everybody to read."""

    salt: bytes
    secret: bytes


Derivation = Argon2 | Direct | Beside

_DERIVATION_OF: Final[Mapping[Kind, type]] = {
    Kind.PASSWORD: Argon2,
    Kind.RECOVERY: Direct,
    Kind.KEYRING: Direct,
    Kind.OPEN: Beside,
}


class Slot(NamedTuple):
    """One way to the data key."""

    id: str
    """16 hexadecimal digits, random."""
    kind: Kind
    label: str
    """What the person called it, or the computer's name; may be empty."""
    made: int
    """When, in seconds since 1970."""
    derivation: Derivation
    nonce: bytes
    box: bytes
    """The wrapped data key."""


class Unknown(NamedTuple):
    """A slot of a later version: kept, not understood."""

    id: str
    kind: str
    text: str
    """The slot as it stands in the file."""


class Keys(NamedTuple):
    """What a slot file holds."""

    profile: str
    """32 hexadecimal digits, drawn when the profile was made."""
    revision: int
    """Raised by every change."""
    slots: tuple[Slot | Unknown, ...]
    awaits: str = ""
    """While a data key is being replaced: the first 16 bytes of the database that this file
    belongs to, in hexadecimal. Empty for a file that never waited."""

    def known(self) -> tuple[Slot, ...]:
        """The slots that this program understands."""
        return tuple(each for each in self.slots if isinstance(each, Slot))


class Sealed(NamedTuple):
    """A slot file as it was read: sound, but not yet proven to be the profile's."""

    keys: Keys
    mac: bytes
    text: bytes
    """The whole file."""

    def digest(self) -> str:
        """What a profile remembers of its slot file."""
        return hashlib.sha256(self.text).hexdigest()


# --- making ------------------------------------------------------------------------------------


def new_data_key() -> bytes:
    """A fresh data key, from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def new_profile_id() -> str:
    """Drawn once for each profile."""
    return secrets.token_hex(_PROFILE_BYTES)


def new_secret() -> bytes:
    """A secret for the keyring."""
    return secrets.token_bytes(KEY_BYTES)


def derivation_for(kind: Kind, cost: Cost) -> Derivation:
    """Fresh parameters; ``cost`` is a password's."""
    salt = secrets.token_bytes(kdf.SALT_BYTES)
    if kind is Kind.PASSWORD:
        return Argon2(salt, cost)
    return Beside(salt, new_secret()) if kind is Kind.OPEN else Direct(salt)


def wrap(
    profile: str,
    kind: Kind,
    derivation: Derivation,
    secret: str | bytes,
    data_key: bytes,
    *,
    label: str = "",
    made: int = 0,
) -> Slot:
    """A new slot. ``secret``: the password, the code as it is printed, or the keyring's bytes;
    not looked at for an open slot."""
    slot = Slot(
        secrets.token_hex(_ID_BYTES),
        kind,
        "".join(each for each in label if each.isprintable())[:LONGEST_LABEL],
        made,
        derivation,
        secrets.token_bytes(_NONCE_BYTES),
        b"",
    )
    wrapping = _wrapping_key(slot, secret)
    try:
        box = AESGCM(bytes(wrapping)).encrypt(slot.nonce, data_key, _associated(profile, slot))
    finally:
        kdf.wipe(wrapping)
    return slot._replace(box=box)


def unwrap(profile: str, slot: Slot, secret: str | bytes) -> bytes | None:
    """The data key; ``None`` when the secret is not this slot's, or the slot was changed.

    The costs that the slot asks for must have been looked at before. Raises ``MemoryError``.
    """
    wrapping = _wrapping_key(slot, secret)
    try:
        return AESGCM(bytes(wrapping)).decrypt(slot.nonce, slot.box, _associated(profile, slot))
    except InvalidTag:
        return None
    finally:
        kdf.wipe(wrapping)


def _wrapping_key(slot: Slot, secret: str | bytes) -> bytearray:
    match slot.derivation:
        case Argon2(salt, cost):
            assert isinstance(secret, str)
            return kdf.derive(secret, salt, cost)
        case Direct(salt):
            own = secret.encode("ascii") if isinstance(secret, str) else secret
            return bytearray(_hkdf(own, salt, f"lstwallet slot {slot.kind}"))
        case Beside(salt, beside):
            return bytearray(_hkdf(beside, salt, f"lstwallet slot {slot.kind}"))


def _hkdf(secret: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, info.encode("ascii")).derive(secret)


def _associated(profile: str, slot: Slot) -> bytes:
    fields = _fields(slot)
    del fields["box"]
    return _canonical(
        {"magic": MAGIC, "version": VERSION, "profile": profile, "slot": fields}
    ).encode("ascii")


# --- the file ----------------------------------------------------------------------------------


def seal(keys: Keys, data_key: bytes) -> Sealed:
    """The file's text, with its MAC under the data key."""
    mac = _mac(keys, data_key)
    body = _canonical({**_body(keys), "mac": mac.hex()}).encode("ascii")
    text = body + b"\n" + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n"
    assert len(text) <= LARGEST_FILE
    return Sealed(keys, mac, text)


def belongs(sealed: Sealed, data_key: bytes) -> bool:
    """Whether all of the file was written by somebody who had this data key."""
    return hmac.compare_digest(sealed.mac, _mac(sealed.keys, data_key))


def parse(text: bytes) -> Sealed:
    """A slot file's text. Raises ``BadKeys`` or ``LaterKeys``."""
    if len(text) > LARGEST_FILE:
        raise BadKeys("it is too large")
    body, _, rest = text.partition(b"\n")
    if rest != hashlib.sha256(body).hexdigest().encode("ascii") + b"\n":
        raise BadKeys("its checksum does not hold")
    try:
        found = json.loads(body.decode("ascii"), parse_float=_refuse, parse_constant=_refuse)
        canonical = _canonical(found)
    except (ValueError, RecursionError) as error:
        raise BadKeys("it is not JSON of ours") from error
    if type(found) is not dict or found.get("magic") != MAGIC:
        raise BadKeys("it is not a slot file")
    version = found.get("version")
    if type(version) is int and version > VERSION:
        raise LaterKeys(version)
    if version != VERSION or canonical.encode("ascii") != body:
        raise BadKeys("it is not written as ours are")
    keys = _read_keys(found)
    return Sealed(keys, _hex(found["mac"], _SUM_BYTES), text)


def _mac(keys: Keys, data_key: bytes) -> bytes:
    own = _hkdf(data_key, bytes.fromhex(keys.profile), "lstwallet slot file")
    return hmac.new(own, _canonical(_body(keys)).encode("ascii"), hashlib.sha256).digest()


def _body(keys: Keys) -> dict[str, Any]:
    return {
        "magic": MAGIC,
        "version": VERSION,
        "profile": keys.profile,
        "revision": keys.revision,
        "awaits": keys.awaits,
        "slots": [
            _fields(each) if isinstance(each, Slot) else json.loads(each.text)
            for each in keys.slots
        ],
    }


def _fields(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "kind": slot.kind.value,
        "label": slot.label,
        "made": slot.made,
        "derivation": _derivation_fields(slot.derivation),
        "nonce": slot.nonce.hex(),
        "box": slot.box.hex(),
    }


def _derivation_fields(derivation: Derivation) -> dict[str, Any]:
    match derivation:
        case Argon2(salt, cost):
            return {"name": "argon2id", "salt": salt.hex(), **cost._asdict()}
        case Direct(salt):
            return {"name": "hkdf", "salt": salt.hex()}
        case Beside(salt, secret):
            return {"name": "beside", "salt": salt.hex(), "secret": secret.hex()}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


# --- reading, strictly -------------------------------------------------------------------------


def _refuse(text: str) -> Any:
    raise ValueError(f"no such number here: {text[:20]}")


def _require(holds: bool) -> None:
    if not holds:
        raise BadKeys("a field is missing, too many, or of another kind")


def _only(found: Any, *names: str) -> dict[str, Any]:
    _require(type(found) is dict and set(found) == set(names))
    fields: dict[str, Any] = found
    return fields


def _hex(value: Any, length: int) -> bytes:
    _require(type(value) is str and len(value) == 2 * length)
    try:
        found = bytes.fromhex(value)
    except ValueError as error:
        raise BadKeys("a field is not hexadecimal") from error
    _require(found.hex() == value)
    return found


def _number(value: Any, last: int) -> int:
    _require(type(value) is int and 0 <= value <= last)
    number: int = value
    return number


def _read_keys(found: dict[str, Any]) -> Keys:
    fields = _only(found, "magic", "version", "profile", "revision", "awaits", "slots", "mac")
    _hex(fields["profile"], _PROFILE_BYTES)
    if fields["awaits"] != "":
        _hex(fields["awaits"], _HEADER_BYTES)
    slots = fields["slots"]
    _require(type(slots) is list and 0 < len(slots) <= MOST_SLOTS)
    read = tuple(map(_read_slot, slots))
    _require(len({each.id for each in read}) == len(read))
    _require(sum(each.kind == Kind.PASSWORD for each in read) <= MOST_PASSWORDS)
    revision = _number(fields["revision"], LAST_REVISION)
    return Keys(fields["profile"], revision, read, fields["awaits"])


def _read_slot(found: Any) -> Slot | Unknown:
    _require(type(found) is dict and type(found.get("kind")) is str)
    _hex(found.get("id"), _ID_BYTES)
    if found["kind"] not in set(Kind):
        text = _canonical(found)
        _require(len(text) <= LARGEST_SLOT and 0 < len(found["kind"]) <= LONGEST_LABEL)
        return Unknown(found["id"], found["kind"], text)
    fields = _only(found, "id", "kind", "label", "made", "derivation", "nonce", "box")
    kind, label = Kind(fields["kind"]), fields["label"]
    _require(type(label) is str and len(label) <= LONGEST_LABEL)
    _require(label == "" or label.isprintable())
    derivation = _read_derivation(fields["derivation"])
    _require(type(derivation) is _DERIVATION_OF[kind])
    made = _number(fields["made"], LAST_REVISION)
    nonce, box = _hex(fields["nonce"], _NONCE_BYTES), _hex(fields["box"], _BOX_BYTES)
    return Slot(fields["id"], kind, label, made, derivation, nonce, box)


def _read_derivation(found: Any) -> Derivation:
    _require(type(found) is dict)
    match found.get("name"):
        case "argon2id":
            fields = _only(found, "name", "salt", *Cost._fields)
            parts = [_number(fields[name], 1 << 32) for name in Cost._fields]
            return Argon2(_hex(fields["salt"], kdf.SALT_BYTES), Cost(*parts))
        case "hkdf":
            return Direct(_hex(_only(found, "name", "salt")["salt"], kdf.SALT_BYTES))
        case "beside":
            fields = _only(found, "name", "salt", "secret")
            return Beside(
                _hex(fields["salt"], kdf.SALT_BYTES), _hex(fields["secret"], KEY_BYTES)
            )
    raise BadKeys("it names a derivation that there is not")
