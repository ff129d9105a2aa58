"""The help of each room: what it is for and its terms, read from ``resources/help/<language>``.

``ROOM.toml`` holds ``about`` (paragraphs) and ``terms`` (pairs of a name and a sentence);
``terms.toml`` explains the words that stand between asterisks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.units.paths import resources
from lstwallet.units.strict.documents import read_toml
from lstwallet.units.strict.refused import FileRefused
from lstwallet.units.strict.texts import text_of

_MARKED: Final = re.compile(r"\*([^*]+)\*")
_ROOM: Final = re.compile(r"[a-z_]+")


class BadHelp(ValueError):
    """A help file that cannot be used; the message is one plain sentence."""


class Help(NamedTuple):
    """What is said of a room. Words between asterisks are in ``words`` or simply stressed."""

    about: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    words: Mapping[str, str] = {}

    def marked(self) -> set[str]:
        """Every word between asterisks."""
        texts = (*self.about, *(text for _, text in self.terms))
        return {word for text in texts for word in _MARKED.findall(text)}


def load(room: str, language: str = "en") -> Help:
    """The help of a room; only the words of the glossary where nobody wrote any.

    Raises ``BadHelp``, ``OSError``.
    """
    if not _ROOM.fullmatch(room):
        raise BadHelp(f"“{room}” is no room.")
    folder = resources() / "help" / language
    words = _glossary(_read(folder / "terms.toml"))
    path = folder / f"{room}.toml"
    if not path.exists():
        return Help(words=words)
    raw = _read(path)
    about, terms = raw.get("about", []), raw.get("terms", [])
    fits = (
        raw.keys() <= {"about", "terms"}
        and isinstance(about, list) and all(isinstance(text, str) for text in about)
        and isinstance(terms, list) and all(_is_pair(pair) for pair in terms)
    )  # fmt: skip
    if not fits:
        raise BadHelp(f"{path.name} holds more or other things than “about” and “terms”.")
    return Help(tuple(about), tuple((name, text) for name, text in terms), words)


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
    )


def _glossary(raw: Mapping[str, Any]) -> dict[str, str]:
    return {word: str(text) for word, text in raw.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_toml(text_of(path.read_bytes()))
    except FileRefused as error:
        raise BadHelp(f"{path.name} cannot be read: {error}.") from error
