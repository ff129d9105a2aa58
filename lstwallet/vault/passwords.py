"""What is said about a new password: one rule, and advice that may be ignored."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Final

from lstwallet.vault.errors import PasswordProblem
from lstwallet.vault.kdf import normal

SHORTEST: Final = 8
LONGEST: Final = 1_024
GOOD_LENGTH: Final = 12

_COMMON: Final = frozenset((
    "12345678", "123456789", "1234567890", "11111111", "00000000", "87654321", "password",
    "password1", "password12", "password123", "passw0rd", "p@ssw0rd", "qwertyui", "qwertyuiop",
    "qwerty123", "1q2w3e4r", "1q2w3e4r5t", "asdfghjkl", "iloveyou", "sunshine", "princess",
    "football", "baseball", "superman", "trustno1", "starwars", "whatever", "computer",
    "internet", "michelle", "jennifer", "letmein1", "letmeinnow", "welcome1", "welcome123",
    "changeme", "changeme123", "admin123", "administrator", "abc12345", "abcd1234", "aa123456",
    "a1234567", "qazwsxedc", "zaq12wsx", "1qaz2wsx", "bitcoin1", "ethereum", "ethereum1",
    "lstwallet", "lstwallet1", "satoshi1", "vitalik1", "hodlhodl", "tothemoon",
    "correcthorsebatterystaple",
))  # fmt: skip
"""Tried first by whoever guesses, and long enough for our rule."""


class Advice(StrEnum):
    """What could be better about a password that is accepted."""

    SHORT = "short"
    """Under 12 characters: a sentence of a few words is longer and easier to keep in mind."""
    COMMON = "common"
    """One of those that are tried first."""
    LIKE_NAME = "like_name"
    """It is, or holds, the profile's name."""
    REPEATED = "repeated"
    """Made of very few different characters, or of a run of them."""


def problem(password: str) -> PasswordProblem | None:
    """Why it cannot be a new password; ``None`` when it can."""
    length = len(normal(password))
    if length < SHORTEST:
        return PasswordProblem.TOO_SHORT
    return PasswordProblem.TOO_LONG if length > LONGEST else None


def advice(password: str, name: str = "") -> tuple[Advice, ...]:
    """What could be better, the most important first; nothing for a good one.

    ``name``: the profile's.
    """
    plain = normal(password).casefold()
    squeezed = plain.replace(" ", "")
    found = []
    if plain in _COMMON or squeezed in _COMMON:
        found.append(Advice.COMMON)
    bare = normal(name).casefold().strip()
    if bare and (plain.strip() == bare or (len(bare) >= 4 and bare in plain)):
        found.append(Advice.LIKE_NAME)
    if len(set(plain)) <= 4 or _is_run(squeezed):
        found.append(Advice.REPEATED)
    if len(plain) < GOOD_LENGTH:
        found.append(Advice.SHORT)
    return tuple(found)


def _is_run(text: str) -> bool:
    """abcdefgh, 98765432: every character is next to the one before."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(text) > 1 and steps in ({1}, {-1}, {0})
