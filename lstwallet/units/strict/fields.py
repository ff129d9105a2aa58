"""What a document must hold: fields taken out one by one, each of its kind, none left over.

A ``Fields`` wraps a table and knows where it stands, so that a refusal names the place as
``steps 2, hints 3, text``. Whoever reads a format takes every field with it and then calls
``done``, which refuses a key that nobody asked for, with the known one that it resembles.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NoReturn

from lstwallet.units.amount import BadAmount, parse_units
from lstwallet.units.strict.documents import Digits
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.strict.texts import HIDDEN

TABLE: Final = "table"
LIST: Final = "list"
TEXT: Final = "text"
WHOLE: Final = "whole"
AMOUNT: Final = "amount"
FLAG: Final = "flag"
KINDS: Final = (TABLE, LIST, TEXT, WHOLE, AMOUNT, FLAG)
"""What a field may be; a refusal names one of them."""

LONGEST_TEXT: Final = 10_000
MOST_ITEMS: Final = 10_000
_MISSING: Final = object()


class Fields:
    """A table whose fields are taken one by one. Each way to take one raises ``FileRefused``."""

    def __init__(self, raw: Any, where: str = "", line: int = 0) -> None:
        self.where = where
        self.line = line
        if not isinstance(raw, dict):
            self._refuse(Problem.WRONG_KIND, where, wanted=TABLE)
        self.raw: dict[str, Any] = raw
        self._asked: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        self._asked[key] = None
        return key in self.raw

    def text(
        self, key: str, default: str | None = None, *, longest: int = LONGEST_TEXT,
        empty: bool = False,
    ) -> str:  # fmt: skip
        """A text, without white space around it; ``empty``: it may be so."""
        value = self._take(key, default)
        if type(value) is not str:
            self._refuse(Problem.WRONG_KIND, key, wanted=TEXT)
        return self._checked(key, value, longest, empty=empty)

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of these texts."""
        value = self.text(key, default)
        known = tuple(allowed)
        if value not in known:
            self._refuse(Problem.BAD_VALUE, key, detail=value, near=nearest(value, known))
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self._take(key, default)
        if type(value) is not int:
            self._refuse(Problem.WRONG_KIND, key, wanted=WHOLE)
        if not low <= value <= high:
            self._refuse(Problem.BAD_NUMBER, key, detail=str(value), wanted=f"{low} … {high}")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._take(key, default)
        if type(value) is not bool:
            self._refuse(Problem.WRONG_KIND, key, wanted=FLAG)
        return value

    def amount(self, key: str, decimals: int, most: int) -> int:
        """Base units of an amount written as a text or as a number in digits; above zero."""
        return self.units_of(key, self._take(key, None), decimals, most)

    def units_of(self, key: str, value: Any, decimals: int, most: int) -> int:
        """The same for a value that was taken already."""
        if type(value) not in (str, int, Digits):
            self._refuse(Problem.WRONG_KIND, key, wanted=AMOUNT)
        try:
            units = parse_units(str(value), decimals)
        except BadAmount as bad:
            self._refuse(Problem.BAD_NUMBER, key, detail=str(value), near=bad.problem.value)
        if units > most:
            self._refuse(Problem.BAD_NUMBER, key, detail=str(value), near="too_large")
        return units

    def table(self, key: str, *, optional: bool = False) -> Fields:
        """The table under a key; an empty one when it is ``optional`` and not there."""
        raw = self._take(key, {} if optional else None)
        return Fields(raw, self.name(key), self.line)

    def items(self, key: str, *, least: int = 0, most: int = MOST_ITEMS) -> list[Any]:
        """The list under a key; none is an empty one, where ``least`` is 0."""
        raw = self._take(key, [] if least == 0 else None)
        if not isinstance(raw, list):
            self._refuse(Problem.WRONG_KIND, key, wanted=LIST)
        if not least <= len(raw) <= most:
            self._refuse(Problem.TOO_MANY, key, detail=str(len(raw)), wanted=f"{least} … {most}")
        return raw

    def tables(self, key: str, *, least: int = 0, most: int = MOST_ITEMS) -> list[Fields]:
        """The list of tables under a key."""
        items = self.items(key, least=least, most=most)
        return [Fields(each, f"{self.name(key)} {n}", self.line) for n, each in enumerate(items, 1)]

    def texts(self, key: str, *, least: int = 0, most: int = MOST_ITEMS) -> list[str]:
        """The list of texts under a key."""
        found = self.items(key, least=least, most=most)
        for number, each in enumerate(found, 1):
            if type(each) is not str:
                self._refuse(Problem.WRONG_KIND, f"{key} {number}", wanted=TEXT)
            self._checked(f"{key} {number}", each, LONGEST_TEXT, empty=False)
        return found

    def done(self) -> None:
        """Refuse a key that nobody asked for."""
        for key in self.raw:
            if key not in self._asked:
                self._refuse(Problem.UNKNOWN_KEY, key, near=nearest(key, self._asked))

    def name(self, key: str) -> str:
        """Where a key stands."""
        return f"{self.where}, {key}" if self.where else key

    def refuse(self, key: str, detail: str) -> NoReturn:
        """Refuse the field in the reader's own plain words."""
        self._refuse(Problem.CONTENT, key, detail=detail)

    def _take(self, key: str, default: Any) -> Any:
        self._asked[key] = None
        value = self.raw.get(key, _MISSING)
        if value is not _MISSING:
            return value
        if default is None:
            self._missing(key)
        return default

    def _missing(self, key: str) -> NoReturn:
        """A key that is missing may be there, misspelt: then that one is named."""
        others = [each for each in self.raw if each not in self._asked]
        meant = nearest(key, others)
        if meant:
            self._refuse(Problem.UNKNOWN_KEY, meant, near=key)
        self._refuse(Problem.MISSING_KEY, key)

    def _checked(self, key: str, value: str, longest: int, *, empty: bool) -> str:
        if len(value) > longest:
            self._refuse(Problem.LONG_LINE, key, wanted=str(longest))
        hidden = HIDDEN.search(value)
        if hidden or any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in value):
            self._refuse(Problem.CONTROL, key)
        if not value.strip() and not empty:
            self._refuse(Problem.BAD_VALUE, key)
        return value.strip()

    def _refuse(
        self, problem: Problem, key: str, *, detail: str = "", near: str = "", wanted: str = ""
    ) -> NoReturn:
        raise FileRefused(
            problem, line=self.line, field=self.name(key) if key is not self.where else key,
            detail=detail, near=near, wanted=wanted,
        )  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that differs by a letter or two, or nothing."""
    if len(word) > 40:
        return ""
    best, found = 2 if len(word) > 3 else 1, ""
    for each in known:
        if each != word and abs(len(each) - len(word)) <= best:
            apart = _apart(word.casefold(), each.casefold())
            if apart < best or (apart == best and not found):
                best, found = apart, each
    return found


def _apart(a: str, b: str) -> int:
    """How many letters must be put in, left out, changed or exchanged with the next."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        fresh = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, fresh[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            fresh.append(cost)
        before, row = row, fresh
    return row[-1]
