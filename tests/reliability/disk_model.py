"""A disk that may lose whatever was not synced: the states in which a power loss can leave it.

Fed with a trace of system calls (``traced``). A file's writes are durable after its fsync or
fdatasync; names (created, linked, renamed, unlinked) after the fsync of their folder. Of what
is pending, a loss keeps any part, in any order, down to sectors of 512 bytes; of names, what
happened up to some moment, or (as some file systems do) any part as well.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

SECTOR: Final = 512
TRACE: Final = (
    "openat,open,creat,close,pwrite64,write,lseek,fsync,fdatasync,rename,renameat,renameat2,"
    "unlink,unlinkat,ftruncate,link,linkat"
)
OPTIONS: Final = ("-xx", "-s", "1000000", "-e", f"trace={TRACE}")

_CALL: Final = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)(?: .*)?$")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Call(NamedTuple):
    """One system call that succeeded."""

    name: str
    words: str
    """Its arguments as strace prints them, without texts."""
    texts: list[bytes]
    result: int


def calls(log: Path) -> Iterator[Call]:
    """The successful calls of a trace, in order."""
    with log.open(encoding="ascii") as lines:
        for line in lines:
            found = _CALL.match(line)
            if found is None:
                assert "+++" in line or "---" in line, line[:200]
                continue
            name, rest, result = found[1], found[2], int(found[3])
            if result >= 0:
                texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(rest)]
                yield Call(name, _TEXT.sub("", rest), texts, result)


class Write(NamedTuple):
    """A pending one."""

    offset: int
    data: bytes


class File:
    """An inode."""

    def __init__(self, content: bytes = b"") -> None:
        self.durable = bytearray(content)
        self.pending: list[Write | int] = []
        """In order; a number truncates."""

    def sync(self) -> None:
        for each in self.pending:
            _apply(self.durable, each)
        self.pending.clear()

    def content(self) -> bytes:
        """As programs see it."""
        content = bytearray(self.durable)
        for each in self.pending:
            _apply(content, each)
        return bytes(content)

    def after_loss(self, dice: random.Random) -> bytes:
        """What may be left of it."""
        content = bytearray(self.durable)
        kept: list[Write | int] = []
        for each in self.pending:
            kind = dice.random()
            if kind < 0.4 or (isinstance(each, int) and kind < 0.5):
                kept.append(each)
            elif kind < 0.6 and isinstance(each, Write):
                kept += _torn(each, dice)
        if dice.random() < 0.5:
            dice.shuffle(kept)
        for each in kept:
            _apply(content, each)
        return bytes(content)


def _torn(write: Write, dice: random.Random) -> Iterator[Write]:
    """Some of the sectors that it covers."""
    place, end = write.offset, write.offset + len(write.data)
    while place < end:
        until = min(end, (place // SECTOR + 1) * SECTOR)
        if dice.random() < 0.5:
            yield Write(place, write.data[place - write.offset : until - write.offset])
        place = until


def _apply(content: bytearray, each: Write | int) -> None:
    if isinstance(each, int):
        del content[each:]
        content.extend(bytes(each - len(content)))
        return
    if len(content) < each.offset:
        content.extend(bytes(each.offset - len(content)))
    content[each.offset : each.offset + len(each.data)] = each.data


Change = tuple[str, str | None, File | None]
"""(kind, name, …): ``("set", name, file)`` or ``("drop", name, None)``."""


class Disk:
    """One folder, with what lies in it from the start."""

    def __init__(self, folder: Path, begun: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.folder = folder
        self.names = {name: File(content) for name, content in begun.items()}
        self.pending: list[tuple[Change, ...]] = []
        """Changes of names since the folder was synced; those of one rename belong together."""
        self._now = dict(self.names)
        self._open: dict[int, tuple[File | None, int]] = {}
        """Of each handle the file (none: the folder) and the place where it writes next."""

    def _name(self, text: bytes) -> str | None:
        path = Path(os.fsdecode(text))
        return path.name if path.parent == self.folder else None

    def is_of(self, call: Call, name: str) -> bool:
        """Whether a call is one on the file of that name."""
        handle = int(call.words.split(",")[0])
        return handle in self._open and self._open[handle][0] is self._now.get(name)

    def content(self, name: str) -> bytes:
        """Of a file, as programs see it."""
        return self._now[name].content()

    def do(self, call: Call) -> None:
        """What a call changes."""
        words = [word.strip() for word in call.words.split(",")]
        match call.name:
            case "openat" | "open" | "creat":
                self._opened(call)
            case "close":
                self._open.pop(int(words[0]), None)
            case "pwrite64" | "write" | "lseek" | "ftruncate" | "fsync" | "fdatasync":
                if int(words[0]) in self._open:
                    self._file(call, words)
            case "unlink" | "unlinkat":
                self._renamed(None, *(self._name(text) for text in call.texts))
            case "link" | "linkat":
                source, target = (self._name(text) for text in call.texts)
                if source is not None and target is not None:
                    self._change((("set", target, self._now[source]),))
            case _:
                self._renamed(*reversed([self._name(text) for text in call.texts]))

    def _opened(self, call: Call) -> None:
        path = Path(os.fsdecode(call.texts[0]))
        if path == self.folder:
            self._open[call.result] = (None, 0)
            return
        name = self._name(call.texts[0])
        if name is None:
            self._open.pop(call.result, None)
            return
        if name not in self._now:
            self._change((("set", name, File()),))
        file = self._now[name]
        if "O_TRUNC" in call.words:
            file.pending.append(0)
        place = len(file.content()) if "O_APPEND" in call.words else 0
        self._open[call.result] = (file, place)

    def _file(self, call: Call, words: list[str]) -> None:
        handle = int(words[0])
        file, place = self._open[handle]
        if call.name in ("fsync", "fdatasync"):
            if file is None:
                self.sync_names()
            else:
                file.sync()
            return
        assert file is not None, "a folder is not written to"
        if call.name == "lseek":
            self._open[handle] = (file, call.result)
        elif call.name == "ftruncate":
            file.pending.append(int(words[1]))
        elif call.name == "pwrite64":
            assert call.result == len(call.texts[0]), "a short write"
            file.pending.append(Write(int(words[-1]), call.texts[0]))
        else:
            file.pending.append(Write(place, call.texts[0]))
            self._open[handle] = (file, place + len(call.texts[0]))

    def _renamed(self, target: str | None, source: str | None) -> None:
        if source is None:
            return
        file = self._now[source]
        changes: tuple[Change, ...] = (("drop", source, None),)
        if target is not None:
            changes = (("set", target, file), *changes)
        self._change(changes)

    def _change(self, changes: tuple[Change, ...]) -> None:
        self.pending.append(changes)
        _rename(self._now, changes)

    def sync_names(self) -> None:
        for changes in self.pending:
            _rename(self.names, changes)
        self.pending.clear()

    def after_loss(self, dice: random.Random) -> dict[str, bytes]:
        """The folder as a power loss now may leave it."""
        names = dict(self.names)
        kept = self.pending[: dice.randint(0, len(self.pending))]
        if dice.random() < 0.3:
            kept = [each for each in self.pending if dice.random() < 0.5]
        for changes in kept:
            _rename(names, changes)
        return {name: file.after_loss(dice) for name, file in names.items()}


def _rename(names: dict[str, File], changes: tuple[Change, ...]) -> None:
    for kind, name, file in changes:
        assert name is not None
        if kind == "set":
            assert file is not None
            names[name] = file
        else:
            names.pop(name, None)
