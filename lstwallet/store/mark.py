"""The head mark: how far a profile has come, noted beside its database.

A database that was put back to an earlier state is sound in itself. The mark is what tells:
every transaction raises the file's operation count by one and moves its operation hash, and
once it is committed the mark says so too, before the transaction is acknowledged. A file may
therefore be exactly one operation ahead of its mark, and never behind it.

``Main.lstwallet.head`` has two places 4,096 bytes apart. Operation ``n`` is written to place
``n % 2`` and synced: a write that is torn spares the one before, and costs one sync where a new
file and a rename cost two (0.05 ms beside 0.25 ms here). Each place is one line of ASCII

    lstwallet-head 1 <sealed|open> <count> <hash> <seal>

padded with zeros. The seal is HMAC-SHA256 under a key derived from the profile's; a plain
profile's is a plain SHA-256 and keeps nobody out. Who puts back database and mark together,
from one moment, is not noticed: nothing on this computer is newer then.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.store.errors import Damage, from_os
from lstwallet.units.synced import sync_data, sync_folder

PLACE: Final = 4_096
"""Bytes between the two places: no disk writes less than it can lose at once."""
NOTHING_DONE: Final = bytes(32)

_BINARY: Final = getattr(os, "O_BINARY", 0)
"""Windows would write a line's end as two bytes."""
_MAGIC: Final = b"lstwallet-head 1"
_SEALED: Final = b"sealed"
_OPEN: Final = b"open"
_PURPOSE: Final = b"lstwallet head mark 1"
_SAID: Final = re.compile(_MAGIC + rb" (sealed|open) ([0-9]{1,19}) ([0-9a-f]{64})")


class Operation(NamedTuple):
    """The newest transaction of a profile."""

    number: int = 0
    """How many there have been."""
    hash: bytes = NOTHING_DONE
    before: bytes = NOTHING_DONE
    """The hash of the operation before."""


class Reading(NamedTuple):
    """What lies beside a profile."""

    there: bool
    """Whether there is a mark at all."""
    newest: tuple[int, bytes] | None = None
    """Count and hash of the newest one whose seal holds."""
    broken: bool = False
    """Something stands in a place, and its seal does not hold."""
    sealed: bool = False
    """A place says that the profile is an encrypted one."""


class Seal:
    """What seals the marks of one profile; made once, for one is written in every commit."""

    def __init__(self, key: bytes | None) -> None:
        self.kind = _OPEN if key is None else _SEALED
        self._begun = (
            hashlib.sha256()
            if key is None
            else hmac.new(hmac.digest(key, _PURPOSE, "sha256"), digestmod="sha256")
        )

    def of(self, said: bytes) -> bytes:
        """The seal of what a place says, in hexadecimal."""
        mac = self._begun.copy()
        mac.update(said)
        return mac.hexdigest().encode()


def mark_path(profile: Path) -> Path:
    """``Main.lstwallet`` → ``Main.lstwallet.head``, beside the file that a link leads to."""
    real = Path(os.path.realpath(profile))
    return real.with_name(real.name + ".head")


def next_operation(last: Operation, what: tuple[object, ...]) -> Operation:
    """The operation after ``last``, which does ``what`` (its ``repr`` is hashed)."""
    digest = hashlib.sha256(last.hash + repr(what).encode("utf-8", "surrogatepass")).digest()
    return Operation(last.number + 1, digest, last.hash)


def read(profile: Path, key: bytes | None) -> Reading:
    """What the mark says to who has ``key``. Raises ``StoreUnavailable``."""
    try:
        content = mark_path(profile).read_bytes()
    except FileNotFoundError:
        return Reading(False)
    except OSError as error:
        raise from_os(profile, error) from error
    sound: list[tuple[int, bytes]] = []
    broken = sealed = False
    seal = Seal(key)
    for start in (0, PLACE):
        line = content[start : start + PLACE].rstrip(b"\0")
        sealed |= line.startswith(_MAGIC + b" " + _SEALED)
        found = _parsed(line, seal)
        if found is not None:
            sound.append(found)
        elif line:
            broken = True
    broken |= bool(content[2 * PLACE :])
    return Reading(True, max(sound, default=None), broken, sealed)


def judge(reading: Reading, operation: Operation) -> tuple[Damage, str] | None:
    """What is wrong with a file at ``operation`` beside such a mark, and in words where."""
    if not reading.there:
        if operation.number <= 1:  # a crash between its first transaction and its mark
            return None
        return Damage.UNMARKED, "its head mark is missing"
    if reading.newest is None:
        return Damage.MISMARKED, "its head mark is damaged, or another profile's"
    count, digest = reading.newest
    if operation.number < count:
        behind = count - operation.number
        steps = "1 operation" if behind == 1 else f"{behind} operations"
        return Damage.ROLLED_BACK, f"it is {steps} behind its head mark"
    if operation.number == count:
        if operation.hash != digest:
            return Damage.MISMARKED, "its head mark is of another history"
        if reading.broken:
            return Damage.MISMARKED, "its head mark is damaged"
        return None
    if operation.number > count + 1:
        return Damage.MISMARKED, "its head mark is an old one"
    if operation.before != digest:
        return Damage.MISMARKED, "its head mark is of another history"
    return None


def advance(profile: Path, seal: Seal, operation: Operation) -> None:
    """Note an operation that was committed. Raises ``StoreUnavailable``."""
    try:
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(mark_path(profile), os.O_WRONLY | _BINARY)
            try:
                os.lseek(handle, operation.number % 2 * PLACE, os.SEEK_SET)
                _write(handle, _place(seal, operation))
                sync_data(handle)
            finally:
                os.close(handle)
            return
    except OSError as error:
        raise from_os(profile, error) from error
    replace(profile, seal, operation)


def replace(profile: Path, seal: Seal, operation: Operation) -> None:
    """A mark that says only this, in the place of whatever is there.

    Raises ``StoreUnavailable``; a crash leaves the one before or the new one.
    """
    path = mark_path(profile)
    made = path.with_name(path.name + ".new")
    content = bytearray(2 * PLACE)
    start = operation.number % 2 * PLACE
    content[start : start + PLACE] = _place(seal, operation)
    try:
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
        try:
            _write(handle, content)
            sync_data(handle)
        finally:
            os.close(handle)
        os.replace(made, path)
        sync_folder(path.parent)
    except OSError as error:
        raise from_os(profile, error) from error


def remove(profile: Path) -> None:
    """Strike out the mark of a profile that is not there. Raises ``StoreUnavailable``."""
    try:
        mark_path(profile).unlink(missing_ok=True)
    except OSError as error:
        raise from_os(profile, error) from error


def _write(handle: int, content: bytes | bytearray) -> None:
    """All of it. Raises ``OSError``."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _place(seal: Seal, operation: Operation) -> bytes:
    """One place of the file."""
    said = b"%s %s %d %s" % (_MAGIC, seal.kind, operation.number, operation.hash.hex().encode())
    return (said + b" " + seal.of(said) + b"\n").ljust(PLACE, b"\0")


def _parsed(line: bytes, seal: Seal) -> tuple[int, bytes] | None:
    """Count and hash of a place whose seal holds."""
    said, _, sealed = line.rstrip(b"\n").rpartition(b" ")
    if not hmac.compare_digest(sealed, seal.of(said)):
        return None
    found = _SAID.fullmatch(said)
    if found is None or found[1] != seal.kind:
        return None
    return int(found[2]), bytes.fromhex(found[3].decode("ascii"))
