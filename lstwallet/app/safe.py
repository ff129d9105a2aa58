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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from lstwallet.app import profile_files
from lstwallet.app.safe_lock import slots_held
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
from lstwallet.app.safe_tools import Tools, Unlocked, refuse_unless_lasting
from lstwallet.app.session import Session
from lstwallet.engine.world import World
from lstwallet.market.driver import MarketConfig
from lstwallet.store import rekey, schema
from lstwallet.store.encrypt import encrypt
from lstwallet.store.errors import (
    Damage,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
    from_os,
)
from lstwallet.store.lock import WriterLock
from lstwallet.store.verify import Report, verify
from lstwallet.vault import kdf, key_file, recovery, slots
from lstwallet.vault.errors import (
    KeyringState,
    KeysDamaged,
    KeysError,
    KeysMissing,
    KeysNewer,
    KeysOld,
    KeysRefused,
    NoSuchSlot,
)
from lstwallet.vault.os_keyring import Keyring
from lstwallet.vault.slots import Keys, Kind, Sealed, Slot

# --- tools -------------------------------------------------------------------------------------


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


def unlock(path: Path, secret: By = NOTHING) -> bytes:
    """The data key, 32 bytes.

    Raises ``KeysError`` (``WrongSecret``, ``NoSuchSlot``, ``KeyringTrouble`` …), ``Mistyped`` or
    ``StoreUnavailable``.
    """
    with _files(path):
        return tools.unlocked(path, secret).key


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
    _settle(path)
    if how(path).state is State.PLAIN and not read_only and _is_profile(path):
        _give_keys(path)
    if how(path).state in (State.PLAIN, State.MISSING):
        return Session.open(path, read_only=read_only, accept_rollback=accept_rollback)
    with _files(path):
        key, sealed = tools.unlocked(path, secret)
    session = _opened(path, key, sealed, read_only=read_only, accept_rollback=accept_rollback)
    try:
        if not accept_rollback:
            _refuse_older(session, sealed)
        if not read_only:
            rekey.tidy(path)
            _mend(path, key, sealed, session)
    except BaseException:
        session.close()
        raise
    return session


def _mend(path: Path, key: bytes, sealed: Sealed, session: Session) -> None:
    """Only now it is known whose key it is. What another process changed meanwhile stands."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(slots_held(path))
        except StoreUnavailable:  # a full disk, or one that is read-only: the next opening mends
            _remember(session, sealed)
            return
        with _files(path):
            sealed = tools.unlocked(path, HeldKey(key)).sealed
            _remember(session, sealed)
            key_file.mend(path, sealed)


def _settle(path: Path) -> None:
    """See ``profile_files.settle``: a staged slot file may be taken over."""
    with _files(path):
        staged = key_file.staged(path).exists()
    with slots_held(path) if staged else contextlib.nullcontext():
        profile_files.settle(path)


def _opened(
    path: Path, key: bytes, sealed: Sealed, *, read_only: bool, accept_rollback: bool
) -> Session:
    """The session; a plain profile that has got its key is encrypted first."""
    try:
        return Session.open(path, key=key, read_only=read_only, accept_rollback=accept_rollback)
    except StoreBroken as error:
        begun = all(slot.kind is Kind.OPEN for slot in sealed.keys.slots)
        if error.damage is not Damage.NOT_ENCRYPTED or not begun:
            raise  # nobody puts a plain file in the place of one that has a password
    if read_only:
        return Session.open(path, read_only=True, accept_rollback=accept_rollback)
    encrypt(path, key, accept_rollback=accept_rollback)
    return Session.open(path, key=key)


def _is_profile(path: Path) -> bool:
    """Whether it is a plain profile; what else it may be is said by opening it."""
    try:
        Session.open(path, read_only=True, accept_rollback=True).close()
    except StoreError:
        return False
    return True


def _give_keys(path: Path) -> None:
    """A profile of an earlier program: the key first, which nobody needs to know.

    From then on opening it encrypts it (``_opened``); until that is done it is as it was. Of
    several processes one makes the key, and what is there is never taken back: another might
    have encrypted with it meanwhile. Raises ``StoreUnavailable``.
    """
    try:
        create_keys(path, (NOTHING,))
    except StoreUnavailable as error:
        if error.trouble is not Trouble.EXISTS:  # another process is about it, or was ended
            raise


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
    _settle(path)
    if how(path).state in (State.PLAIN, State.MISSING):
        return verify(path, gate=gate)
    with _files(path):
        unlocked, ill = tools.unlocked(path, secret), key_file.read(path).ill
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
        with slots_held(path), _files(path), contextlib.suppress(KeysError):
            if not path.exists() and key_file.read(path).sealed == (sealed,):
                _delete_keys(path)
        raise
    with slots_held(path):  # another process, a moment slower, may have put them aside
        key_file.mend(path, sealed)
    with contextlib.suppress(StoreError):  # the next opening notes it
        _remember(session, sealed)
    return session


def _refuse_existing(path: Path) -> None:
    """Slot files whose database is not there are kept under another name."""
    schema.make_folder(path)
    if os.path.lexists(path):
        raise StoreUnavailable(path, Trouble.EXISTS)
    with _files(path):
        if not key_file.exists(path):
            return
    lock = WriterLock(path)
    try:
        with slots_held(path), _files(path):
            if os.path.lexists(path):  # made meanwhile
                raise StoreUnavailable(path, Trouble.EXISTS)
            key_file.set_aside(path)
    finally:
        lock.release()


def create_keys(path: Path, secrets: Sequence[Secret]) -> bytes:
    """A new data key, and the slot files of a profile that has none. Returns the key.

    Raises ``KeysError`` or ``StoreUnavailable``, also when there are slot files already: a key is
    never made a second time.
    """
    return _create(path, secrets).key


def _create(path: Path, secrets: Sequence[Secret]) -> Unlocked:
    key = slots.new_data_key()
    empty = Keys(slots.new_profile_id(), 1, ())
    with slots_held(path), _files(path), tools.undone_unless_done(empty.profile) as making:
        if key_file.exists(path):
            raise StoreUnavailable(key_file.paths(path)[0], Trouble.EXISTS)
        made = tuple(tools.new_slot(path, empty, secret, key, making) for secret in secrets)
        keys = empty._replace(slots=made)
        refuse_unless_lasting(path, keys)
        sealed = slots.seal(keys, key)
        key_file.create(path, sealed)
    return Unlocked(key, sealed)


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


def set_password(
    path: Path, by: By, new: Password, *, session: Session | None = None
) -> None:
    """The first password, or another one.

    Where the key lay beside the profile for everybody to read, a wrapped copy of the same key
    would protect nothing: whoever had the files once could read them for ever. So the profile
    gets another data key, and its database is made anew under it (``replace_key``); for that
    it must be closed. Otherwise this is ``change_password``.
    """
    if how(path).has(Kind.OPEN):
        replace_key(path, by, (new,))
    else:
        change_password(path, by, new, session=session)


def replace_key(path: Path, by: By, secrets: Sequence[Secret]) -> None:
    """Another data key, with a slot for each of ``secrets`` and no other, for a closed profile.

    The database is made anew under it, held against the old one, and put in its place; a crash
    leaves the old database with the old slots, or the new one with the new slots. Backups that
    were made before keep the old key. Takes seconds for a history of years. Raises
    ``StoreUnavailable`` (``LOCKED``) while the profile is open, ``StoreError``, ``KeysError`` or
    ``Mistyped``; nothing has changed then.
    """
    with slots_held(path), _files(path):
        profile_files.settle(path)
        old, sealed = tools.unlocked(path, by)
        key = slots.new_data_key()
        bare = sealed.keys._replace(slots=(), revision=sealed.keys.revision + 1)
        with tools.undone_unless_done(bare.profile) as making:
            made = tuple(tools.new_slot(path, bare, secret, key, making) for secret in secrets)
            after = bare._replace(slots=made)
            refuse_unless_lasting(path, after)

            def ready(header: bytes) -> None:
                waiting = after._replace(awaits=header.hex())
                key_file.stage(path, slots.seal(waiting, key))

            try:
                rekey.rekey(path, old, key, ready=ready, done=lambda: key_file.take_over(path))
            except (StoreError, OSError):
                profile_files.settle(path)
                if key_file.read(path).sealed[0].keys.slots != made:
                    raise
    tools.forget_all(bare.profile, sealed.keys.slots)


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

    tools.forget_all(_change(path, by, session, bare).profile, gone)


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

    tools.forget_all(_change(path, by, session, fewer).profile, gone)


def _without(now: _Slots, kind: Kind) -> _Slots:
    return tuple(slot for slot in now if slot.kind != kind)


def _change(
    path: Path, by: By, session: Session | None, change: Callable[[_Slots, _Make], _Slots]
) -> Keys:
    """Write the slots that ``change`` makes of the present ones, and return what is written.

    ``change`` gets the slots and a way to make one for a secret.
    """
    with slots_held(path), _files(path):
        key, sealed = tools.unlocked(path, by)
        before = sealed.keys
        with tools.undone_unless_done(before.profile) as making:
            made = change(
                before.slots, lambda secret: tools.new_slot(path, before, secret, key, making)
            )
            _refuse_too_many(path, made)
            after = before._replace(slots=made, revision=before.revision + 1)
            refuse_unless_lasting(path, after)
            written = slots.seal(after, key)
            key_file.write(path, written)
    if session is not None:
        with contextlib.suppress(StoreError):  # the change stands; the next opening notes it
            _remember(session, written)
    return after


def _refuse_too_many(path: Path, made: _Slots) -> None:
    passwords = len(made) - len(_without(made, Kind.PASSWORD))
    for number, most, what in (
        (len(made), slots.MOST_SLOTS, "slots"),
        (passwords, slots.MOST_PASSWORDS, "passwords"),
    ):
        if number > most:
            raise KeysRefused(path, f"more than {most} {what}")


def delete_keys(path: Path) -> None:
    """Remove the slot files, and what this computer's keyring holds for them.

    Together with the profile only: without them it can never be opened again. Raises
    ``StoreUnavailable``.
    """
    with slots_held(path), _files(path):
        _delete_keys(path)


def _delete_keys(path: Path) -> None:
    with contextlib.suppress(KeysError):
        for sealed in key_file.read(path).sealed:
            tools.forget_all(sealed.keys.profile, sealed.keys.slots)
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
    "replace_key",
    "set_password",
    "this_computer",
    "tools",
    "unlock",
    "verify_profile",
]
