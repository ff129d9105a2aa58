"""One backup in one file: the database, as SQLite copied it, and what opens it.

A file is what a person can handle best: it is copied to a stick or sent as one thing, and no
half of it can be left behind. ``NAME 2026-11-28 1405.lstbackup`` holds

1. the line ``lstwallet backup``,
2. one line of JSON, the ``Label``: who made it and when, and of every part its name, its size
   and its SHA-256. Nothing of the profile's content stands in it;
3. the parts, one behind the other: the slot file, the head mark and the database.

The database is an encrypted one if the profile is, and is opened by the same secrets. It was
made by ``VACUUM INTO`` through the connection that has the profile open, never from the live
file, and was opened and checked before the backup got its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import lstwallet
from lstwallet.store import schema
from lstwallet.store.errors import Damage, StoreBroken, from_os
from lstwallet.units.synced import sync_file

SUFFIX: Final = ".lstbackup"
MAGIC: Final = b"lstwallet backup\n"
VERSION: Final = 1
DATABASE: Final = "database"
KEYS: Final = "keys"
HEAD: Final = "head"
PARTS: Final = (KEYS, HEAD, DATABASE)
"""What a backup may hold, in this order; the database it must."""
LONGEST_LABEL: Final = 10_000
SMALL: Final = 1 << 20
"""Bytes of any part but the database."""
LARGEST: Final = 1 << 34
PIECE: Final = 1 << 20
UNFINISHED: Final = ".part"
"""What a backup's name ends in until it is whole."""


class Part(NamedTuple):
    """One part of a backup."""

    name: str
    size: int
    sha256: str


class Label(NamedTuple):
    """What a backup says of itself, without a key."""

    made: int
    """Seconds since 1970, by the computer's clock."""
    program: str
    """The version that made it."""
    profile: str
    """Which profile it is of; no name."""
    why: str
    """``auto``, ``asked`` or ``kept`` (before something was replaced or deleted)."""
    open: bool
    """Whether it can be opened without a password."""
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)


class Look(NamedTuple):
    """A backup file that was looked at."""

    label: Label
    begins: int
    """Where in the file its first part begins."""


def digest(data: bytes) -> str:
    """As it stands in a label."""
    return hashlib.sha256(data).hexdigest()


# --- writing ---------------------------------------------------------------------------------


def write(
    target: Path,
    made: int,
    parts: Mapping[str, Path | bytes],
    *,
    profile: str,
    why: str,
    is_open: bool,
    gate: Callable[[], None] | None = None,
) -> Label:
    """Put the parts into one new file. Raises ``StoreUnavailable`` or ``StoreBroken``.

    It is read again and compared before it gets its name; a crash leaves no file of that name.
    An existing one is never replaced.
    """
    told = tuple(
        Part(name, *_measure(target, parts[name], gate)) for name in PARTS if name in parts
    )
    label = Label(made, lstwallet.__version__, profile, why, is_open, told)
    fresh = target.with_name(target.name + UNFINISHED)
    with _removed_unless_done(target, fresh), os_errors(target):
        with open(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(MAGIC + _label_line(label))
            for part in told:
                for piece in _pieces(parts[part.name], gate):
                    file.write(piece)
            file.flush()
            sync_file(file.fileno())
        check(fresh, gate=gate)
        schema.put_in_place(fresh, target)
    return label


def _label_line(label: Label) -> bytes:
    text = json.dumps({"version": VERSION, **label._asdict()}, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


@contextlib.contextmanager
def _removed_unless_done(target: Path, fresh: Path) -> Iterator[None]:
    with os_errors(target):
        fresh.unlink(missing_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _measure(
    target: Path, source: Path | bytes, gate: Callable[[], None] | None
) -> tuple[int, str]:
    found, size = hashlib.sha256(), 0
    with os_errors(target):
        for piece in _pieces(source, gate):
            found.update(piece)
            size += len(piece)
    return size, found.hexdigest()


def _pieces(source: Path | bytes, gate: Callable[[], None] | None) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            if gate is not None:
                gate()
            yield piece


# --- reading ---------------------------------------------------------------------------------


def look(path: Path) -> Look:
    """What a backup says of itself; its length is checked, not its parts.

    Raises ``StoreUnavailable``, or ``StoreBroken`` for what is no backup or is cut short.
    """
    schema.refuse_unless_file(path, read_only=True)
    with os_errors(path), path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise StoreBroken(path, Damage.NOT_A_BACKUP)
        line = file.readline(LONGEST_LABEL)
        begins, size = file.tell(), os.fstat(file.fileno()).st_size
    label = _read_label(path, line)
    if size != begins + label.size:
        raise StoreBroken(path, Damage.DAMAGED, "it is not as long as it says")
    return Look(label, begins)


def check(path: Path, *, gate: Callable[[], None] | None = None) -> Label:
    """Every byte against the digests in the label. Raises like ``look``."""
    label, begins = look(path)
    with os_errors(path), path.open("rb") as file:
        file.seek(begins)
        for part in label.parts:
            for _ in _read_part(path, file, part, gate):
                pass
    return label


def unpack(
    path: Path, targets: Mapping[str, Sequence[Path]], *, gate: Callable[[], None] | None = None
) -> Label:
    """Copy parts out into new files, each synced and compared; parts without target are checked.

    Raises like ``look``, and ``StoreUnavailable`` when a target cannot be written.
    """
    label, begins = look(path)
    with os_errors(path), path.open("rb") as file, contextlib.ExitStack() as stack:
        file.seek(begins)
        for part in label.parts:
            outs = [stack.enter_context(_new_file(each)) for each in targets.get(part.name, ())]
            for piece in _read_part(path, file, part, gate):
                for out in outs:
                    out.write(piece)
            for out in outs:
                out.flush()
                sync_file(out.fileno())
    return label


def _new_file(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _read_part(
    path: Path, file: BinaryIO, part: Part, gate: Callable[[], None] | None
) -> Iterator[bytes]:
    found, left = hashlib.sha256(), part.size
    while left:
        if gate is not None:
            gate()
        piece = file.read(min(PIECE, left))
        if not piece:
            raise StoreBroken(path, Damage.DAMAGED, "it is not as long as it says")
        found.update(piece)
        left -= len(piece)
        yield piece
    if found.hexdigest() != part.sha256:
        raise StoreBroken(path, Damage.DAMAGED, f"its {part.name} part was changed")


def _read_label(path: Path, line: bytes) -> Label:
    try:
        raw = json.loads(line)
        version = raw["version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreBroken(path, Damage.DAMAGED, "its label cannot be read") from error
    if type(version) is int and version > VERSION:
        raise StoreBroken(path, Damage.NEWER, f"version {version} of the backup format")
    try:
        label = _label(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreBroken(path, Damage.DAMAGED, "its label cannot be read") from error
    return label


def _label(raw: dict[str, Any]) -> Label:
    """Raises ``KeyError``, ``TypeError`` or ``ValueError``."""
    parts = tuple(Part(*row) for row in raw["parts"])
    label = Label(raw["made"], raw["program"], raw["profile"], raw["why"], raw["open"], parts)
    kinds = (int, str, str, str, bool, tuple)
    plain = all(type(value) is kind for value, kind in zip(label, kinds, strict=True))
    names = [part.name for part in parts]
    ordered = names == [name for name in PARTS if name in names] and DATABASE in names
    if raw["version"] != VERSION or not plain or not ordered or not 0 <= label.made < 1 << 40:
        raise ValueError
    for part in parts:
        most = LARGEST if part.name == DATABASE else SMALL
        whole = type(part.size) is int and type(part.sha256) is str
        if not whole or not 0 <= part.size <= most:
            raise ValueError
    return label


@contextlib.contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """The operating system's errors become the store's own."""
    try:
        yield
    except OSError as error:
        raise from_os(path, error) from error


__all__ = [
    "DATABASE", "HEAD", "KEYS", "SUFFIX", "UNFINISHED", "Label", "Look", "Part", "check",
    "digest", "look",
    "os_errors", "unpack", "write",
]  # fmt: skip
