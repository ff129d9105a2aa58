"""Bech32m: bytes as text that a person can copy, with a checksum that finds slips.

``prefix`` ``1`` ``data`` ``checksum``: five bits a character out of 32, six characters of
checksum. Up to four wrong characters are found for certain; other damage goes unseen once in
2³⁰ times.

Source: BIP 173 (the alphabet and the code) and BIP 350 (the constant of bech32m).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
LONGEST: Final = 90
"""Characters up to which the checksum finds four errors."""
_CHECK: Final = 6
"""Characters of checksum."""
_BECH32M: Final = 0x2BC830A3
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}


class Problem(Enum):
    """Why a text is no bech32m."""

    MIXED_CASE = "mixed_case"
    """Small and capital letters together."""
    NO_PREFIX = "no_prefix"
    """Nothing stands before a ``1``, or there is no ``1``."""
    CHARACTER = "character"
    """A character that is never used (``b``, ``i``, ``o`` and ``1`` in the data)."""
    LENGTH = "length"
    """Too short for a checksum, too long, or no whole number of bytes."""
    CHECKSUM = "checksum"
    """A character is wrong somewhere."""


class BadBech32(ValueError):
    """The text is no bech32m; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem: Final = problem


def encode(prefix: str, payload: bytes) -> str:
    """The payload as text, in small letters."""
    values = _regrouped(payload, 8, 5, pad=True)
    check = _polymod((*_expanded(prefix), *values, *(0,) * _CHECK)) ^ _BECH32M
    tail = [check >> 5 * (_CHECK - 1 - place) & 31 for place in range(_CHECK)]
    return f"{prefix}1" + "".join(ALPHABET[value] for value in (*values, *tail))


def decode(text: str) -> tuple[str, bytes]:
    """Prefix (in small letters) and payload. Raises ``BadBech32``."""
    if text != text.lower() and text != text.upper():
        raise BadBech32(Problem.MIXED_CASE)
    prefix, mark, data = text.lower().rpartition("1")
    if not mark or not prefix or not all("!" <= letter <= "~" for letter in prefix):
        raise BadBech32(Problem.NO_PREFIX)
    if any(letter not in _VALUES for letter in data):
        raise BadBech32(Problem.CHARACTER)
    if len(data) < _CHECK or len(text) > LONGEST:
        raise BadBech32(Problem.LENGTH)
    values = [_VALUES[letter] for letter in data]
    if _polymod((*_expanded(prefix), *values)) != _BECH32M:
        raise BadBech32(Problem.CHECKSUM)
    return prefix, bytes(_regrouped(values[:-_CHECK], 5, 8, pad=False))


def _expanded(prefix: str) -> list[int]:
    """The prefix as the checksum reads it: high bits, a zero, low bits."""
    letters = [ord(letter) for letter in prefix]
    return [*(each >> 5 for each in letters), 0, *(each & 31 for each in letters)]


def _polymod(values: Iterable[int]) -> int:
    """The remainder of the code's polynomial."""
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, each in enumerate(_GENERATOR):
            if top >> place & 1:
                check ^= each
    return check


def _regrouped(values: Iterable[int], given: int, wanted: int, *, pad: bool) -> list[int]:
    """Groups of ``given`` bits as groups of ``wanted``. Raises ``BadBech32`` for a false rest."""
    held = bits = 0
    found = []
    for value in values:
        held = held << given | value
        bits += given
        while bits >= wanted:
            bits -= wanted
            found.append(held >> bits)
            held &= (1 << bits) - 1
    if pad and bits:
        found.append(held << wanted - bits)
    elif not pad and (bits >= given or held):
        raise BadBech32(Problem.LENGTH)
    return found
