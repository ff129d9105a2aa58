"""Looks for a phrase in files, however it may lie there: plain, UTF-16, hex, base64, deflated.

What is deflated or base64 is taken apart and looked into again, three times deep.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

DEEPEST: Final = 3
LARGEST: Final = 1 << 24
"""Bytes that a deflated piece is followed to."""
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_ZLIB: Final = tuple(b"\x78" + second for second in (b"\x01", b"\x5e", b"\x9c", b"\xda"))
_GZIP: Final = b"\x1f\x8b\x08"


def forms(phrase: str) -> tuple[bytes, ...]:
    """The phrase as bytes in each way of writing it."""
    plain = phrase.encode()
    return (
        plain, phrase.encode("utf-16-le"), phrase.encode("utf-16-be"),
        plain.hex().encode(), plain.hex().upper().encode(), plain[::-1],
    )  # fmt: skip


def holds(data: bytes, phrase: str, deep: int = 0) -> bool:
    """Whether the phrase is in there, in capitals or not."""
    low = data.lower()
    if any(form.lower() in low for form in forms(phrase)):
        return True
    return deep < DEEPEST and any(holds(piece, phrase, deep + 1) for piece in _pieces(data))


def _pieces(data: bytes) -> Iterator[bytes]:
    """What deflated streams and runs of base64 in the data stand for."""
    for mark, bits in (*((each, 15) for each in _ZLIB), (_GZIP, 31)):
        at = data.find(mark)
        while at >= 0:
            inflated = _inflated(data[at:], bits)
            if inflated:
                yield inflated
            at = data.find(mark, at + 1)
    for run in _BASE64.findall(data):
        for skip in range(4):
            text = run[skip:].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
            text = text[:-1] if len(text) % 4 == 1 else text
            with contextlib.suppress(binascii.Error):
                yield base64.b64decode(text + b"=" * (-len(text) % 4))


def _inflated(data: bytes, bits: int) -> bytes:
    """What can be inflated from here on; nothing when it is no such stream."""
    stream = zlib.decompressobj(bits)
    try:
        return stream.decompress(data, LARGEST)
    except zlib.error:
        return b""


def hits(folders: Iterable[Path], phrase: str) -> list[str]:
    """The files whose content or name holds the phrase."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            named = phrase.lower() in path.name.lower()
            if path.is_file() and (named or holds(path.read_bytes(), phrase)):
                found.append(str(path.relative_to(folder)))
    return found
