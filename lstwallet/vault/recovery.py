"""The recovery code: printed once, kept on paper, typed in when the password is forgotten.

Seven groups of five characters, `4K7CD-…`. Four characters of a group are drawn at random, the
fifth checks them, so a typing error is named, with its group, before any work is done. 28
characters out of 29 are 136 bits: too many to guess, so no slow derivation is needed.

The alphabet holds no two that look alike; the twin that is left out is read as the one that is
there (O as 0, I and L as 1, Z as 2, S as 5, B as 8, U as V). 29 is a prime: with the weights 1
to 5 every single wrong character, and every two that changed places within a group, changes the
sum; the group's number is in the sum too, so groups that changed places are found.
"""

from __future__ import annotations

import secrets
from typing import Final

from lstwallet.vault.errors import CodeProblem, Mistyped

ALPHABET: Final = "0123456789ACDEFGHJKMNPQRTVWXY"
GROUPS: Final = 7
LENGTH: Final = 5
"""Characters of a group, the check included."""
_PRIME: Final = len(ALPHABET)
_TWINS: Final = str.maketrans("OILZSBU", "011258V")
_SEPARATORS: Final = frozenset(" -\t\n\r\u2010\u2011\u2012\u2013\u2014\u00a0")


def make() -> str:
    """A new code, as it is printed."""
    groups = []
    for place in range(1, GROUPS + 1):
        digits = [secrets.randbelow(_PRIME) for _ in range(LENGTH - 1)]
        groups.append(_text([*digits, _check(digits, place)]))
    return "-".join(groups)


def read(typed: str) -> str:
    """The code as it was printed, from what somebody typed. Raises ``Mistyped``.

    Case, spaces and hyphens do not matter.
    """
    bare = "".join(each for each in typed.upper() if each not in _SEPARATORS)
    text = bare.translate(_TWINS)
    if len(text) != GROUPS * LENGTH:
        raise Mistyped(CodeProblem.LENGTH)
    groups = [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]
    for place, group in enumerate(groups, 1):
        if not all(each in ALPHABET for each in group):
            raise Mistyped(CodeProblem.SYMBOL, place)
        digits = [ALPHABET.index(each) for each in group]
        if _check(digits[:-1], place) != digits[-1]:
            raise Mistyped(CodeProblem.GROUP, place)
    return "-".join(groups)


def _check(digits: list[int], place: int) -> int:
    """The fifth character: 1 a + 2 b + 3 c + 4 d + 5 e = the group's number, modulo 29."""
    weighted = sum(weight * digit for weight, digit in enumerate(digits, 1))
    return (place - weighted) * pow(LENGTH, -1, _PRIME) % _PRIME


def _text(digits: list[int]) -> str:
    return "".join(ALPHABET[digit] for digit in digits)
