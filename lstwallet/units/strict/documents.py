"""JSON and TOML from outside as plain data: texts, whole numbers, digits, lists, tables.

A look over the text comes before any parser: how deep it nests, how long its keys and numbers
are, how many parts a dotted key has. ``tomllib`` needs 6 s for 40 KB with one key of 20,000
parts; ``json`` takes NaN and the same key twice. A number with a point or an exponent stays
the digits that were written (``Digits``); what it means is for ``fields`` to say, in a decimal
grammar of its own: ``int(Decimal("1e1000000"))`` does not return.
"""

from __future__ import annotations

import json
import re
import tomllib
from itertools import accumulate
from typing import Any, Final, NoReturn

from lstwallet.units.strict.refused import FileRefused, Problem

DEEPEST: Final = 16
"""Lists and tables within each other."""
LONGEST_KEY: Final = 200
"""Characters."""
MOST_PARTS: Final = 8
"""Parts of a dotted key, and dots of a table's name."""
LONGEST_NUMBER: Final = 80
"""Characters: more than any token needs (``units.amount.MAX_DIGITS`` is 60)."""


class Digits(str):
    """A number with a point or an exponent, as it was written."""

    __slots__ = ()


# --- JSON ----------------------------------------------------------------------------------------

_STRING: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_JSON_TOKEN: Final = re.compile(_STRING + r"|[\[{]|[\]}]", re.DOTALL)
_BESIDE_BRACKETS: Final = re.compile(_STRING + r'|[^"\[\]{}]++', re.DOTALL)
_ALIKE: Final = str.maketrans("{}", "[]")
_STEPS: Final = {"[": 1, "]": -1}


def read_json(text: str, *, line: int = 0, deepest: int = DEEPEST) -> Any:
    """The value that the whole of ``text`` is. ``line``: where the text stands in its file.

    Raises ``FileRefused``.
    """
    _look_over_json(text, line, deepest)
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, line),
            parse_int=lambda digits: _whole(digits, line),
            parse_float=lambda digits: _digits(digits, line),
            parse_constant=lambda word: _not_finite(word, line),
        )
    except FileRefused:
        raise
    except json.JSONDecodeError as error:
        where = line + error.lineno - 1 if line else error.lineno
        raise FileRefused(Problem.NOT_JSON, line=where, detail=error.msg) from None
    except RecursionError:
        raise FileRefused(Problem.TOO_DEEP, line=line, wanted=str(deepest)) from None


def _look_over_json(text: str, line: int, deepest: int) -> None:
    brackets = _BESIDE_BRACKETS.sub("", text).translate(_ALIKE)
    for _ in range(deepest):  # each time what is innermost vanishes
        brackets = brackets.replace("[]", "")
    steps = map(_STEPS.__getitem__, brackets)
    if max(accumulate(steps), default=0) > 0:  # too deep, or no JSON
        _name_the_depth(text, line, deepest)


def _name_the_depth(text: str, line: int, deepest: int) -> None:
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        first = text[token.start()]
        if first in "[{":
            depth += 1
            if depth > deepest:
                where = line or text.count("\n", 0, token.start()) + 1
                raise FileRefused(Problem.TOO_DEEP, line=where, wanted=str(deepest))
        elif first in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]], line: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if len(key) > LONGEST_KEY:
            raise FileRefused(Problem.LONG_KEY, line=line, detail=key, wanted=str(LONGEST_KEY))
        if key in made:
            raise FileRefused(Problem.DOUBLE_KEY, line=line, detail=key)
        made[key] = value
    return made


def _whole(digits: str, line: int) -> int:
    _check_length(digits, line)
    return int(digits)


def _digits(digits: str, line: int) -> Digits:
    _check_length(digits, line)
    return Digits(digits)


def _check_length(digits: str, line: int) -> None:
    if len(digits) > LONGEST_NUMBER:
        raise FileRefused(Problem.LONG_NUMBER, line=line, detail=digits, wanted=str(LONGEST_NUMBER))


def _not_finite(word: str, line: int) -> NoReturn:
    raise FileRefused(Problem.NOT_FINITE, line=line, detail=word)


def json_line(value: Any) -> str:
    """The value as one line of JSON, as ``read_json`` takes it back; keys in their order."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


# --- TOML ----------------------------------------------------------------------------------------

_TOML_TOKEN: Final = re.compile(
    r"""
      (?P<long>\"\"\"(?:[^"\\]|\\.|"(?!""))*+(?:\"{3,5})?|'''(?:[^']|'(?!''))*+(?:'{3,5})?)
    | (?P<short>"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|'[^'\n]*+'?)
    | (?P<comment>\#[^\n]*+)
    | (?P<open>[\[{])
    | (?P<close>[\]}])
    | (?P<word>[^\s"'\#\[\]{}=,.]++)
    | (?P<dot>\.)
    | (?P<end>[=,\n])
    | [^\S\n]++
    """,
    re.VERBOSE | re.DOTALL,
)


def read_toml(text: str, *, deepest: int = DEEPEST) -> dict[str, Any]:
    """The document. A date or a time without quotes is refused: no format here has one.

    Raises ``FileRefused``.
    """
    _look_over_toml(text, deepest)
    try:
        document = tomllib.loads(text, parse_float=Digits)
    except tomllib.TOMLDecodeError as error:
        line, detail = _toml_place(str(error))
        raise FileRefused(Problem.NOT_TOML, line=line, detail=detail) from None
    except (RecursionError, ValueError, OverflowError) as error:  # a date like 2022-02-30
        raise FileRefused(Problem.NOT_TOML, detail=str(error)) from None
    _check_plain(document, "")
    return document


def _look_over_toml(text: str, deepest: int) -> None:
    """Raise ``FileRefused`` for what ``tomllib`` would need too long for, or too much."""
    depth = parts = 0
    for token in _TOML_TOKEN.finditer(text):
        match token.lastgroup:
            case "open":
                depth, parts = depth + 1, 0
                if depth > deepest:
                    _refuse(Problem.TOO_DEEP, text, token, str(deepest))
            case "close":
                depth, parts = max(0, depth - 1), 0
            case "end":
                parts = 0
            case "dot":
                parts += 1
                if parts >= MOST_PARTS:
                    _refuse(Problem.TOO_DEEP, text, token, str(MOST_PARTS))
            case "word" if token.end() - token.start() > LONGEST_NUMBER:
                problem = Problem.LONG_NUMBER if token[0][0] in _OF_NUMBERS else Problem.LONG_KEY
                _refuse(problem, text, token, str(LONGEST_NUMBER))


_OF_NUMBERS: Final = frozenset("0123456789+-")


def _refuse(problem: Problem, text: str, token: re.Match[str], wanted: str) -> NoReturn:
    line = text.count("\n", 0, token.start()) + 1
    raise FileRefused(problem, line=line, detail=token[0].strip(), wanted=wanted)


def _toml_place(message: str) -> tuple[int, str]:
    """(line, reason) of ``tomllib``'s own sentence."""
    found = re.fullmatch(r"(.*) \(at line (\d{1,9}), column \d+\)", message, re.DOTALL)
    return (int(found[2]), found[1]) if found else (0, message)


def _check_plain(value: Any, where: str) -> None:
    """Raise ``FileRefused`` for a long key, a date, infinity; no deeper than the text nests."""
    if isinstance(value, dict):
        for key, content in value.items():
            if len(key) > LONGEST_KEY:
                raise FileRefused(Problem.LONG_KEY, detail=key, wanted=str(LONGEST_KEY))
            _check_plain(content, f"{where}, {key}" if where else key)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            _check_plain(item, f"{where} {number}")
    elif type(value) is Digits:
        if value.lstrip("+-") in ("inf", "nan"):
            raise FileRefused(Problem.NOT_FINITE, field=where, detail=value)
    elif type(value) not in (str, int, bool):
        raise FileRefused(Problem.BAD_VALUE, field=where, detail=str(value))
