"""Bytes from outside as text: UTF-8 without control characters, and no endless line."""

from __future__ import annotations

import re
from typing import Final

from lstwallet.units.strict.refused import FileRefused, Problem

BOM: Final = "\ufeff"
LONGEST_LINE: Final = 20_000
"""Characters, unless a reader allows another length."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
"""What no text file needs: only tab, line feed and carriage return are let through."""
HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)
"""Marks that show nothing, or turn the direction of what is shown around them."""


def text_of(data: bytes, *, longest_line: int = LONGEST_LINE) -> str:
    """The text, its lines ended by line feeds, without a byte order mark.

    Raises ``FileRefused`` with the line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefused(Problem.NOT_TEXT, line=line) from None
    text = text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
    check_text(text, longest_line=longest_line)
    return text


def check_text(text: str, *, longest_line: int = LONGEST_LINE) -> None:
    """Raise ``FileRefused`` for a control character, a stray byte order mark or a long line."""
    found = _CONTROL.search(text)
    at = found.start() if found else text.find(BOM)
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise FileRefused(Problem.CONTROL, line=line, detail=f"U+{ord(text[at]):04X}")
    lengths = list(map(len, text.split("\n")))
    if max(lengths) > longest_line:
        line = next(n for n, length in enumerate(lengths, 1) if length > longest_line)
        raise FileRefused(Problem.LONG_LINE, line=line, wanted=str(longest_line))


def plain_line(text: str) -> str:
    """What a person may call something: one line without anything invisible.

    Control characters, line ends and tabs become spaces; marks that hide or turn text round are
    dropped, white space is drawn together.
    """
    shown = HIDDEN.sub("", text)
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())
