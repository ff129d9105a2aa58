"""The kinds of file that may come in, their limits, and who reads each.

A reader is a function of the file's bytes (or, where ``streamed``, of an iterator over its
lines, each its number and its text) that returns plain data: texts, whole numbers, true,
false, none, lists and tables of them. It runs in the child; whatever it refuses is a
``FileRefused``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.market.catalogue import SCHEMA
from lstwallet.units.strict.files import open_regular
from lstwallet.units.strict.refused import FileRefused, Problem

MEGABYTE: Final = 1_000_000
MEMORY: Final = 256 * 1024 * 1024
"""Bytes that a child may have in use."""
SECONDS: Final = 2
"""Of processor time that a child may take for a small file, or a line of a long one."""


class Kind(NamedTuple):
    """A kind of file."""

    reader: str
    """``module:function``."""
    most_bytes: int
    """Of the file."""
    most_answer: int
    """Bytes of what comes back."""
    seconds: int = SECONDS
    """Of processor time, for all of it."""
    streamed: bool = False
    """Read line by line, answered item by item."""
    longest_line: int = 20_000
    """Bytes of a line, where it is streamed."""
    argument: str = ""
    """What the reader is told beside the bytes."""

    def load(self) -> Callable[..., Any]:
        """The reader itself."""
        module, _, name = self.reader.partition(":")
        found: Callable[..., Any] = getattr(import_module(module), name)
        return found


KINDS: Final[Mapping[str, Kind]] = {
    "prices": Kind("lstwallet.app.door.readers:prices", 2 * MEGABYTE, 3 * MEGABYTE),
    "lesson": Kind("lstwallet.app.door.readers:lesson", 256 * 1024, MEGABYTE),
    "portfolio": Kind("lstwallet.app.door.portfolio:answer", 64 * 1024, 128 * 1024),
    "journal": Kind(
        "lstwallet.store.imports:answer", 256 * MEGABYTE, 512 * MEGABYTE, seconds=120,
        streamed=True, longest_line=4 * MEGABYTE,  # the first event holds a whole world
    ),
    **{
        f"catalogue.{stem}": Kind(
            "lstwallet.app.door.readers:catalogue", 256 * 1024, MEGABYTE, argument=stem
        )
        for stem in SCHEMA
    },
}
"""By name. Helper processes are told the name and look the rest up here."""


def kind_of(path: Path) -> str:
    """What kind of file it seems to be, by its name and first word; nothing is parsed.

    Raises ``FileRefused``: one that cannot be opened, or of no kind that is known.
    """
    suffix, stem = path.suffix.lower(), path.stem.lower()
    with open_regular(path, max(kind.most_bytes for kind in KINDS.values())) as file:
        first = file.read(64).decode("utf-8", "replace").lstrip("\ufeff \t\r\n\"").casefold()
    if suffix == ".toml":
        return f"catalogue.{stem}" if f"catalogue.{stem}" in KINDS else "lesson"
    if suffix in (".csv", ".txt"):
        return "portfolio" if first.startswith("token") else "prices"
    if suffix == ".jsonl":
        return "journal"
    if suffix == ".json":
        return "portfolio"
    raise FileRefused(Problem.OTHER_FORMAT, file=str(path))
