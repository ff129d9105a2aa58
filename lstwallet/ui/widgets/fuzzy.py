"""Finding by a few letters: which entries a person may mean, and how well each one fits.

Every word that was typed must be found. A word that begins a word of the title fits best,
then one inside it, then its letters in order from the start of a word ("sw" for "Stake and
wrap"). What is found in the other words of an entry counts less than what is in its title.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_STARTS: Final = re.compile(r"\w+")
START, INSIDE, LETTERS = 100, 60, 40
FIRST: Final = 15
"""More for the very first word."""
ELSEWHERE: Final = 60
"""Less for what is not in the title."""
FARTHEST: Final = 20


class Match(NamedTuple):
    """How well an entry fits, and which letters of its title do."""

    score: int
    places: frozenset[int] = frozenset()


def match(typed: str, title: str, also: str = "") -> Match | None:
    """How ``typed`` fits a title and the words it is ``also`` found by; ``None``: not at all."""
    total, places = 0, set[int]()
    lower = _lowered(title)
    for word in _lowered(typed).split():
        found = _word(word, lower)
        other = _word(word, _lowered(also)) if found is None or found.score < START else None
        if other is not None and (found is None or other.score - ELSEWHERE > found.score):
            total += other.score - ELSEWHERE
        elif found is not None:
            total += found.score
            places |= found.places
        else:
            return None
    return Match(total, frozenset(places))


def _lowered(text: str) -> str:
    """In small letters, letter for letter: places stay true."""
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _word(word: str, text: str) -> Match | None:
    """The best place of one word."""
    starts = [found.start() for found in _STARTS.finditer(text)]
    for number, at in enumerate(starts):
        if text.startswith(word, at):
            bonus = FIRST if number == 0 else 0
            return Match(START + bonus - min(at, FARTHEST), _span(at, len(word)))
    at = text.find(word)
    if at >= 0:
        return Match(INSIDE - min(at, FARTHEST), _span(at, len(word)))
    return _letters(word, text, starts)


def _span(at: int, length: int) -> frozenset[int]:
    return frozenset(range(at, at + length))


def _letters(word: str, text: str, starts: list[int]) -> Match | None:
    """Its letters in order: each begins a word of the text, or follows the one before."""
    if len(word) < 2:
        return None
    places: list[int] = []
    for letter in word:
        after = places[-1] + 1 if places else 0
        if places and after < len(text) and text[after] == letter:
            places.append(after)
            continue
        following = [at for at in starts if at >= after and text[at] == letter]
        if not following:
            return None
        places.append(following[0])
    return Match(LETTERS - min(places[0], FARTHEST), frozenset(places))
