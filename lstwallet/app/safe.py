"""The keys of profiles, for the rest of the program: what opens a profile, and how that changes.

Every profile is encrypted under a data key of its own, which lies wrapped in slots beside it
(``lstwallet.vault``). What is asked for and given is a small record: ``Password``,
``RecoveryCode``, ``ThisComputer`` (the system's keyring), ``Nothing`` (a profile without a
password: the key lies beside it, whoever has the files can read them).

Call all of this in the lane: a password takes about a second, the keyring up to five.

    how(path)                                what opens it, without opening it
    begin_profile(path, world, market, …)    a new profile with its slots
    open_profile(path, Password("…"))        a Session; a plain profile is encrypted first
    set_password(path, by, Password("…"))    the first one, or another one
    new_recovery_code(path, by)              the code to print; one before it is void
    add_slot / remove_slot                   this computer, or a slot by its id
    delete_keys(path)                        with the profile, never without

Failures are data: ``KeysError`` and what is below it (``vault.errors``), ``StoreError`` for the
files themselves. No secret stands in any of them, nor in the ``repr`` of a record here.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app.safe_records import (
    NOTHING,
    By,
    HeldKey,
    How,
    Nothing,
    Password,
    RecoveryCode,
    Secret,
    SlotInfo,
    State,
    ThisComputer,
    info_of,
)
from lstwallet.app.session import Session
from lstwallet.engine.world import World
from lstwallet.market.driver import MarketConfig
from lstwallet.store import schema
from lstwallet.store.errors import StoreError, StoreUnavailable, Trouble, from_os
from lstwallet.store.verify import Report, verify
from lstwallet.vault import kdf, key_file, passwords, recovery, slots
from lstwallet.vault.errors import (
    BadPassword,
    KeyringState,
    KeyringTrouble,
    KeysDamaged,
    KeysError,
    KeysMissing,
    KeysNewer,
    KeysOld,
    KeysRefused,
    LastSlot,
    NoMemory,
    NoSuchSlot,
    WrongSecret,
)
from lstwallet.vault.os_keyring import Keyring
from lstwallet.vault.slots import Argon2, Keys, Kind, Sealed, Slot

# --- tools -------------------------------------------------------------------------------------


class Tools(NamedTuple):
    """What tests replace: the cost of a password, and the keyring."""

    policy: kdf.Policy
    keyring: Keyring


tools = Tools(kdf.STANDARD, Keyring())
"""The product's. No setting and no variable changes them."""


# --- looking -----------------------------------------------------------------------------------


def how(path: Path) -> How:
    """What opens a profile, without asking for anything. Raises ``StoreUnavailable``.

    Looks into the database only where there are no slot files, so it may be asked while the
    profile is open.
    """
    with _files(path):
        try:
            found = key_file.read(path)
        except KeysMissing:
            if not path.exists():
                return How(State.MISSING)
            return How(State.KEYS_LOST if _seems_encrypted(path) else State.PLAIN)
        except KeysNewer:
            return How(State.KEYS_NEWER)
        except KeysDamaged:
            return How(State.KEYS_DAMAGED)
        if not path.exists():
            return How(State.MISSING)
    infos = tuple(info_of(slot) for slot in found.sealed[0].keys.slots)
    is_open = any(info.kind is Kind.OPEN for info in infos)
    return How(State.OPEN if is_open else State.LOCKED, infos, bool(found.ill))


def this_computer() -> KeyringState:
    """Whether this computer's keyring answers: ``OK``, or what is in the way."""
    state = tools.keyring.get("is there a keyring").state
    return KeyringState.OK if state is KeyringState.EMPTY else state


_PLAIN_HEADER: Final = b"SQLite format 3\0"
_PAGE: Final = 4_096


def _seems_encrypted(path: Path) -> bool:
    """Whether it can be an encrypted database: whole pages that begin with a random salt.

    Everything else is left to the store, which says what is wrong with it.
    """
    with path.open("rb") as file:
        header = file.read(len(_PLAIN_HEADER))
        size = os.fstat(file.fileno()).st_size
    alike = sum(each == plain for each, plain in zip(header, _PLAIN_HEADER, strict=False))
    return size > 0 and size % _PAGE == 0 and alike < len(_PLAIN_HEADER) >> 1


# --- unlocking ---------------------------------------------------------------------------------


class Unlocked(NamedTuple):
    """A data key, and the slot file that gave it, proven by the key."""

    key: bytes
    sealed: Sealed

    def __repr__(self) -> str:
        return "Unlocked(…)"


def unlock(path: Path, secret: By = NOTHING) -> bytes:
    """The data key, 32 bytes.

    Raises ``KeysError`` (``WrongSecret``, ``NoSuchSlot``, ``KeyringTrouble`` …), ``Mistyped`` or
    ``StoreUnavailable``.
    """
    with _files(path):
        return _unlock(path, secret).key


def _unlock(path: Path, secret: By) -> Unlocked:
    """Try the sound slot files, the newer first; what a file says is believed only when the key
    that it gave has confirmed all of it."""
    if isinstance(secret, RecoveryCode):
        secret = RecoveryCode(recovery.read(secret.text))
    failure: KeysError | None = None
    found = key_file.read(path).sealed
    for place, sealed in enumerate(found):
        try:
            key = _key_of(path, sealed.keys, secret)
        except KeysError as error:
            failure = failure or error
            continue
        if any(slots.belongs(newer, key) for newer in found[:place]):
            failure = failure or WrongSecret(path)  # it opened before the last change only
        elif slots.belongs(sealed, key):
            return Unlocked(key, sealed)
        else:
            failure = failure or KeysDamaged(path, "its slots were changed by somebody else")
    assert failure is not None
    raise failure


def _key_of(path: Path, keys: Keys, secret: By) -> bytes:
    match secret:
        case HeldKey(key):
            return key
        case Password(text):
            return _try(path, keys, Kind.PASSWORD, text)
        case RecoveryCode(text):
            return _try(path, keys, Kind.RECOVERY, text)
        case Nothing():
            return _try(path, keys, Kind.OPEN, b"")
        case ThisComputer():
            return _ask_keyring(path, keys)


def _of_kind(path: Path, keys: Keys, kind: Kind) -> list[Slot]:
    found = [slot for slot in keys.known() if slot.kind is kind]
    if not found:
        raise NoSuchSlot(path, kind.value)
    return found


def _try(path: Path, keys: Keys, kind: Kind, secret: str | bytes) -> bytes:
    for slot in _of_kind(path, keys, kind):
        key = _unwrap(path, keys, slot, secret)
        if key is not None:
            return key
    raise WrongSecret(path)


def _unwrap(path: Path, keys: Keys, slot: Slot, secret: str | bytes) -> bytes | None:
    if isinstance(slot.derivation, Argon2):
        cost = slot.derivation.cost
        if not tools.policy.allows(cost):
            raise KeysRefused(path, f"its password costs {tuple(cost)}")
        try:
            return slots.unwrap(keys.profile, slot, secret)
        except MemoryError:
            raise NoMemory(path, cost.memory_kib >> 10) from None
    return slots.unwrap(keys.profile, slot, secret)


def _ask_keyring(path: Path, keys: Keys) -> bytes:
    """Slots of other computers are not in this one's keyring: ``EMPTY``, and the next is tried."""
    state = KeyringState.EMPTY
    for slot in _of_kind(path, keys, Kind.KEYRING):
        answer = tools.keyring.get(_entry(keys.profile, slot))
        if answer.state is KeyringState.OK:
            key = _unwrap(path, keys, slot, answer.secret)
            if key is not None:
                return key
        elif answer.state is not KeyringState.EMPTY:
            state = answer.state
            break  # it will not do better for the next one, and each may take five seconds
    raise KeyringTrouble(path, state)


def _entry(profile: str, slot: Slot) -> str:
    """Under which name the keyring keeps a slot's secret."""
    return f"profile {profile} slot {slot.id}"


# --- opening and beginning ---------------------------------------------------------------------


def open_profile(
    path: Path,
    secret: By = NOTHING,
    *,
    read_only: bool = False,
    accept_rollback: bool = False,
) -> Session:
    """The session of a profile. A slot file that is missing or damaged is mended from the other.

    ``accept_rollback``: a person was told that database or slot files may be an older state
    (``store.errors.ABOUT_THE_MARK``, ``KeysOld``), and wants to go on from there.
    Raises ``KeysError``, ``Mistyped`` or ``StoreError``.
    """
    if how(path).state in (State.PLAIN, State.MISSING):
        return Session.open(path, read_only=read_only, accept_rollback=accept_rollback)
    with _files(path):
        key, sealed = _unlock(path, secret)
    session = Session.open(path, key=key, read_only=read_only, accept_rollback=accept_rollback)
    try:
        if not accept_rollback:
            _refuse_older(session, sealed)
        if not read_only:
            _remember(session, sealed)
            key_file.mend(path, sealed)  # only now it is known whose key it is
    except BaseException:
        session.close()
        raise
    return session


_NOTED: Final = "keys"
"""Under which name a database remembers the slot files that it was opened with."""


def _refuse_older(session: Session, sealed: Sealed) -> None:
    """Raises ``KeysOld``: what opened the profile was put back, and may open it no more."""
    revision, _, digest = (session.noted(_NOTED) or "").partition(" ")
    known, found = int(revision or 0), sealed.keys.revision
    if found < known or (found == known and digest != sealed.digest()):
        raise KeysOld(session.path, found, known)


def _remember(session: Session, sealed: Sealed) -> None:
    said = f"{sealed.keys.revision} {sealed.digest()}"
    if session.noted(_NOTED) != said:
        session.note(_NOTED, said)


def verify_profile(
    path: Path, secret: By = NOTHING, *, gate: Callable[[], None] | None = None
) -> Report:
    """Audit a profile that nobody has open, with its slot files.

    A profile of an earlier program is checked as it is, not encrypted. Raises ``KeysError``,
    ``Mistyped`` or ``StoreError`` when it cannot be opened.
    """
    if how(path).state in (State.PLAIN, State.MISSING):
        return verify(path, gate=gate)
    with _files(path):
        unlocked, ill = _unlock(path, secret), key_file.read(path).ill
    report = verify(path, key=unlocked.key, gate=gate)
    return report._replace(problems=(*report.problems, *ill))


def begin_profile(
    path: Path,
    world: World,
    market: MarketConfig,
    *,
    name: str,
    secrets: Sequence[Secret] = (NOTHING,),
) -> Session:
    """A new profile whose history begins with ``world``, with a slot for each of ``secrets``.

    The keys come first, so a crash leaves no database that nothing opens. Raises ``KeysError``
    (``BadPassword``, ``KeyringTrouble``, ``LastSlot``) or ``StoreError``; nothing is left behind
    then.
    """
    _refuse_existing(path)
    key, sealed = _create(path, secrets)
    try:
        session = Session.create(path, world, market, name=name, key=key)
    except BaseException:
        if not path.exists():
            delete_keys(path)
        raise
    with contextlib.suppress(StoreError):  # the next opening notes it
        _remember(session, sealed)
    return session


def _refuse_existing(path: Path) -> None:
    """Slot files whose database is not there are kept under another name."""
    schema.make_folder(path)
    with _files(path):
        if os.path.lexists(path):
            raise StoreUnavailable(path, Trouble.EXISTS)
        key_file.set_aside(path)


def create_keys(path: Path, secrets: Sequence[Secret]) -> bytes:
    """A new data key, and the slot files of a profile that has none. Returns the key.

    Raises ``KeysError`` or ``StoreUnavailable``, also when there are slot files already: a key is
    never made a second time.
    """
    return _create(path, secrets).key


def _create(path: Path, secrets: Sequence[Secret]) -> Unlocked:
    key = slots.new_data_key()
    empty = Keys(slots.new_profile_id(), 1, ())
    with _files(path), _undone_unless_done(empty.profile) as making:
        if key_file.exists(path):
            raise StoreUnavailable(key_file.paths(path)[0], Trouble.EXISTS)
        made = tuple(_new_slot(path, empty, secret, key, making) for secret in secrets)
        keys = empty._replace(slots=made)
        _refuse_unless_lasting(path, keys)
        sealed = slots.seal(keys, key)
        key_file.write(path, sealed)
    return Unlocked(key, sealed)


def _new_slot(path: Path, keys: Keys, secret: Secret, key: bytes, making: list[Slot]) -> Slot:
    """A slot for ``secret``; what the keyring must forget if it comes to nothing is noted."""
    now = int(time.time())
    kind, label, own = _shape(path, secret)
    cost = kdf.calibrated(tools.policy) if kind is Kind.PASSWORD else tools.policy.floor
    derivation = slots.derivation_for(kind, cost)
    try:
        slot = slots.wrap(keys.profile, kind, derivation, own, key, label=label, made=now)
    except MemoryError:
        raise NoMemory(path, cost.memory_kib >> 10) from None
    if kind is Kind.KEYRING:
        assert isinstance(own, bytes)
        state = tools.keyring.put(_entry(keys.profile, slot), own)
        if state is not KeyringState.OK:
            raise KeyringTrouble(path, state)
        making.append(slot)
    return slot


def _shape(path: Path, secret: Secret) -> tuple[Kind, str, str | bytes]:
    """Kind, label and what wraps. Raises ``BadPassword`` or ``Mistyped``."""
    match secret:
        case Password(text):
            problem = passwords.problem(text)
            if problem is not None:
                raise BadPassword(path, problem)
            return Kind.PASSWORD, "", text
        case RecoveryCode(text):
            return Kind.RECOVERY, "", recovery.read(text)
        case ThisComputer(label):
            return Kind.KEYRING, label or platform.node(), slots.new_secret()
        case Nothing():
            return Kind.OPEN, "", b""


def _refuse_unless_lasting(path: Path, keys: Keys) -> None:
    """The keyring, and slots that we do not understand, are never the only way to the key."""
    if not any(slot.kind is not Kind.KEYRING for slot in keys.known()):
        raise LastSlot(path)


@contextlib.contextmanager
def _undone_unless_done(profile: str) -> Iterator[list[Slot]]:
    """Slots whose secret the keyring got: it forgets them when the slot file was not written."""
    making: list[Slot] = []
    try:
        yield making
    except BaseException:
        for slot in making:
            tools.keyring.forget(_entry(profile, slot))
        raise


# --- changing ----------------------------------------------------------------------------------

_Slots = tuple[Slot | slots.Unknown, ...]
_Make = Callable[[Secret], Slot]


def change_password(path: Path, by: By, new: Password, session: Session | None = None) -> None:
    """Another password: the data key is wrapped anew, the database stays as it is.

    A crash leaves the old password or the new one. ``by`` may be the old password, the recovery
    code, this computer, or the key of the open session. ``session``: the profile, if it is open;
    it remembers at once that the slots before are void, otherwise at the next opening. Raises
    ``KeysError``, ``Mistyped`` or ``StoreUnavailable``, and then nothing has changed.
    """
    _change(path, by, session, lambda now, make: (make(new), *_without(now, Kind.PASSWORD)))


def new_recovery_code(path: Path, by: By, session: Session | None = None) -> RecoveryCode:
    """A new code to print; one made before it is void. Raises as ``change_password`` does."""
    code = RecoveryCode(recovery.make())
    _change(path, by, session, lambda now, make: (*_without(now, Kind.RECOVERY), make(code)))
    return code


def remove_password(path: Path, by: By, session: Session | None = None) -> None:
    """No secret any more: the key lies beside the profile, and whoever has the files reads them.

    Recovery code and keyring go too: there is nothing left that they would open. Raises as
    ``change_password`` does.
    """
    gone: list[Slot | slots.Unknown] = []

    def bare(now: _Slots, make: _Make) -> _Slots:
        gone.extend(now)
        return (make(NOTHING),)

    _forget_all(_change(path, by, session, bare).profile, gone)


def add_slot(path: Path, by: By, secret: Secret, session: Session | None = None) -> SlotInfo:
    """One more way to open the profile. Raises as ``change_password`` does."""
    after = _change(path, by, session, lambda now, make: (*now, make(secret)))
    return info_of(after.slots[-1])


def remove_slot(path: Path, by: By, ident: str, session: Session | None = None) -> None:
    """Take a slot away. The last one that is not the keyring's stays: ``LastSlot``.

    Who kept a copy of the old slot file can still open it with what that slot wanted. Raises
    as ``change_password`` does.
    """
    gone: list[Slot | slots.Unknown] = []

    def fewer(now: _Slots, _: _Make) -> _Slots:
        gone.extend(slot for slot in now if slot.id == ident)
        if not gone:
            raise NoSuchSlot(path, ident)
        return tuple(slot for slot in now if slot.id != ident)

    _forget_all(_change(path, by, session, fewer).profile, gone)


def _forget_all(profile: str, gone: Sequence[Slot | slots.Unknown]) -> None:
    """Take out of the keyring what slots that are gone had there; nothing depends on it."""
    for slot in gone:
        if isinstance(slot, Slot) and slot.kind is Kind.KEYRING:
            state = tools.keyring.forget(_entry(profile, slot))
            if state not in (KeyringState.OK, KeyringState.EMPTY):
                return  # each further call might take its five seconds


def _without(now: _Slots, kind: Kind) -> _Slots:
    return tuple(slot for slot in now if slot.kind != kind)


def _change(
    path: Path, by: By, session: Session | None, change: Callable[[_Slots, _Make], _Slots]
) -> Keys:
    """Write the slots that ``change`` makes of the present ones, and return what is written.

    ``change`` gets the slots and a way to make one for a secret.
    """
    with _files(path):
        key, sealed = _unlock(path, by)
        before = sealed.keys
        with _undone_unless_done(before.profile) as making:
            made = change(
                before.slots, lambda secret: _new_slot(path, before, secret, key, making)
            )
            if len(made) > slots.MOST_SLOTS:
                raise KeysRefused(path, f"more than {slots.MOST_SLOTS} slots")
            after = before._replace(slots=made, revision=before.revision + 1)
            _refuse_unless_lasting(path, after)
            written = slots.seal(after, key)
            key_file.write(path, written)
    if session is not None:
        with contextlib.suppress(StoreError):  # the change stands; the next opening notes it
            _remember(session, written)
    return after


def delete_keys(path: Path) -> None:
    """Remove the slot files, and what this computer's keyring holds for them.

    Together with the profile only: without them it can never be opened again. Raises
    ``StoreUnavailable``.
    """
    with _files(path):
        with contextlib.suppress(KeysError):
            for sealed in key_file.read(path).sealed:
                _forget_all(sealed.keys.profile, sealed.keys.slots)
        key_file.delete(path)


@contextlib.contextmanager
def _files(path: Path) -> Iterator[None]:
    """What the operating system refuses becomes the store's own word for it."""
    try:
        yield
    except OSError as error:
        raise from_os(path, error) from error


__all__ = [
    "NOTHING",
    "By",
    "HeldKey",
    "How",
    "Kind",
    "Nothing",
    "Password",
    "RecoveryCode",
    "Secret",
    "SlotInfo",
    "State",
    "ThisComputer",
    "Tools",
    "add_slot",
    "begin_profile",
    "change_password",
    "create_keys",
    "delete_keys",
    "how",
    "new_recovery_code",
    "open_profile",
    "remove_password",
    "remove_slot",
    "this_computer",
    "tools",
    "unlock",
    "verify_profile",
]
