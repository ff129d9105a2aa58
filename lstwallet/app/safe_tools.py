"""The work on slots: opening one with a secret, making one for a secret.

``Tools`` brings the cost of a password and the keyring; ``safe`` has the product's.
"""

from __future__ import annotations

import contextlib
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lstwallet.app.safe_records import (
    By,
    HeldKey,
    Nothing,
    Password,
    RecoveryCode,
    Secret,
    ThisComputer,
)
from lstwallet.vault import kdf, key_file, passwords, recovery, slots
from lstwallet.vault.errors import (
    BadPassword,
    KeyringState,
    KeyringTrouble,
    KeysDamaged,
    KeysError,
    KeysRefused,
    LastSlot,
    NoMemory,
    NoSuchSlot,
    WrongSecret,
)
from lstwallet.vault.os_keyring import Keyring
from lstwallet.vault.slots import Argon2, Keys, Kind, Sealed, Slot


class Unlocked(NamedTuple):
    """A data key, and the slot file that gave it, proven by the key."""

    key: bytes
    sealed: Sealed

    def __repr__(self) -> str:
        return "Unlocked(…)"


class Tools(NamedTuple):
    """What tests replace: the cost of a password, and the keyring."""

    policy: kdf.Policy
    keyring: Keyring

    # --- opening ----------------------------------------------------------------------------

    def unlocked(self, path: Path, secret: By) -> Unlocked:
        """Try the sound slot files, the newer first. What a file says is believed only when the
        key that it gave has confirmed all of it.

        Raises ``KeysError``, ``Mistyped`` or ``OSError``.
        """
        if isinstance(secret, RecoveryCode):
            secret = RecoveryCode(recovery.read(secret.text))
        failure: KeysError | None = None
        found = key_file.read(path).sealed
        for place, sealed in enumerate(found):
            try:
                key = self._key_of(path, sealed.keys, secret)
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

    def _key_of(self, path: Path, keys: Keys, secret: By) -> bytes:
        match secret:
            case HeldKey(key):
                return key
            case Password(text):
                return self._try(path, keys, Kind.PASSWORD, text)
            case RecoveryCode(text):
                return self._try(path, keys, Kind.RECOVERY, text)
            case Nothing():
                return self._try(path, keys, Kind.OPEN, b"")
            case ThisComputer():
                return self._ask_keyring(path, keys)

    def _try(self, path: Path, keys: Keys, kind: Kind, secret: str | bytes) -> bytes:
        for slot in _of_kind(path, keys, kind):
            key = self._unwrap(path, keys, slot, secret)
            if key is not None:
                return key
        raise WrongSecret(path)

    def _unwrap(self, path: Path, keys: Keys, slot: Slot, secret: str | bytes) -> bytes | None:
        if isinstance(slot.derivation, Argon2):
            cost = slot.derivation.cost
            if not self.policy.allows(cost):
                raise KeysRefused(path, f"its password costs {tuple(cost)}")
            try:
                return slots.unwrap(keys.profile, slot, secret)
            except MemoryError:
                raise NoMemory(path, cost.memory_kib >> 10) from None
        return slots.unwrap(keys.profile, slot, secret)

    def _ask_keyring(self, path: Path, keys: Keys) -> bytes:
        """Slots of other computers are not in this one's keyring: ``EMPTY``, the next is tried."""
        state = KeyringState.EMPTY
        for slot in _of_kind(path, keys, Kind.KEYRING):
            answer = self.keyring.get(_entry(keys.profile, slot))
            if answer.state is KeyringState.OK:
                key = self._unwrap(path, keys, slot, answer.secret)
                if key is not None:
                    return key
            elif answer.state is not KeyringState.EMPTY:
                state = answer.state
                break  # it will not do better for the next one, and each may take five seconds
        raise KeyringTrouble(path, state)

    # --- making -----------------------------------------------------------------------------

    def new_slot(
        self, path: Path, keys: Keys, secret: Secret, key: bytes, making: list[Slot]
    ) -> Slot:
        """A slot for ``secret``; what the keyring must forget if it comes to nothing is noted."""
        now = int(time.time())
        kind, label, own = _shape(path, secret)
        cost = kdf.calibrated(self.policy) if kind is Kind.PASSWORD else self.policy.floor
        derivation = slots.derivation_for(kind, cost)
        try:
            slot = slots.wrap(keys.profile, kind, derivation, own, key, label=label, made=now)
        except MemoryError:
            raise NoMemory(path, cost.memory_kib >> 10) from None
        if kind is Kind.KEYRING:
            assert isinstance(own, bytes)
            state = self.keyring.put(_entry(keys.profile, slot), own)
            if state is not KeyringState.OK:
                raise KeyringTrouble(path, state)
            making.append(slot)
        return slot

    @contextlib.contextmanager
    def undone_unless_done(self, profile: str) -> Iterator[list[Slot]]:
        """Slots whose secret the keyring got: it forgets them if the slot file is not written."""
        making: list[Slot] = []
        try:
            yield making
        except BaseException:
            for slot in making:
                self.keyring.forget(_entry(profile, slot))
            raise

    def forget_all(self, profile: str, gone: Sequence[Slot | slots.Unknown]) -> None:
        """Take out of the keyring what slots that are gone had there; nothing depends on it."""
        for slot in gone:
            if isinstance(slot, Slot) and slot.kind is Kind.KEYRING:
                state = self.keyring.forget(_entry(profile, slot))
                if state not in (KeyringState.OK, KeyringState.EMPTY):
                    return  # each further call might take its five seconds


def _of_kind(path: Path, keys: Keys, kind: Kind) -> list[Slot]:
    found = [slot for slot in keys.known() if slot.kind is kind]
    if not found:
        raise NoSuchSlot(path, kind.value)
    return found


def _entry(profile: str, slot: Slot) -> str:
    """Under which name the keyring keeps a slot's secret."""
    return f"profile {profile} slot {slot.id}"


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


def refuse_unless_lasting(path: Path, keys: Keys) -> None:
    """The keyring, and slots that we do not understand, are never the only way to the key."""
    if not any(slot.kind is not Kind.KEYRING for slot in keys.known()):
        raise LastSlot(path)
