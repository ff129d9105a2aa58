"""Events and commands for other programs to read: fields by name, integers as decimal texts.

The journal keeps ``["Funded",1655198400,"you","ETH",100]``. Spelled out it is

    {"kind":"Funded","at":"1655198400","account":"you","token":"ETH","units":"100"}

Every integer is a decimal text, because 10 ETH in wei is more than a double holds and many
readers of JSON know nothing else. ``spell`` works on the journal's own arrays, not on records:
``unspell`` gives back the very same array, a field that an earlier program did not know stays
away, and the line's hash is what it was. A record is an object, a row a list, a map a list of
[key, value] pairs in the journal's order; texts, ``true`` and ``null`` are themselves.

``unspell`` is strict, for texts from strangers: an unknown, missing, repeated or misplaced
field, a number where a text belongs, ``007`` or ``1e9`` for a number raise ``BadText``.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from lstwallet.engine import kernel
from lstwallet.store.codec import hints_of
from lstwallet.store.errors import BadText

DIGITS: Final = 100
"""A whole number of more digits is none of ours: 2²⁵⁶ has 78."""
_WHOLE: Final = re.compile(rf"-?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}})", re.ASCII)

Turn = Callable[[Any], Any]


class _Way(NamedTuple):
    """How a type is spelled, and read back."""

    spell: Turn
    unspell: Turn


_ways: dict[Any, _Way] = {}


def spell_event(line: list[Any]) -> dict[str, Any]:
    """A line of the journal, decoded → its spelled form. Raises ``BadText``."""
    return _spell_tagged(line, kernel.EVENTS)


def unspell_event(value: Any) -> list[Any]:
    """The journal's array of a spelled event. Raises ``BadText``."""
    return _unspell_tagged(value, kernel.EVENTS)


def spell_command(line: list[Any]) -> dict[str, Any]:
    """A command as the journal keeps it, decoded → its spelled form. Raises ``BadText``."""
    return _spell_tagged(line, kernel.COMMANDS)


def unspell_command(value: Any) -> list[Any]:
    """The journal's array of a spelled command. Raises ``BadText``."""
    return _unspell_tagged(value, kernel.COMMANDS)


def spell(kind: type, value: Any) -> Any:
    """A record of this kind, as an array → its spelled form."""
    return _way(kind).spell(value)


def unspell(kind: type, value: Any) -> Any:
    """The array of a spelled record. Raises ``BadText``."""
    return _way(kind).unspell(value)


# --- records by kind -------------------------------------------------------------------------


def _kind(name: Any, kinds: Mapping[str, type]) -> type:
    found = kinds.get(name) if type(name) is str else None
    if found is None:
        raise BadText(f"unknown kind {str(name)[:40]!r}")
    return found


def _spell_tagged(line: list[Any], kinds: Mapping[str, type]) -> dict[str, Any]:
    if type(line) is not list or not line:
        raise BadText("no record")
    kind = _kind(line[0], kinds)
    return {"kind": line[0], **_way(kind).spell(line[1:])}


def _unspell_tagged(value: Any, kinds: Mapping[str, type]) -> list[Any]:
    if type(value) is not dict or next(iter(value), "") != "kind":
        raise BadText("an object expected that begins with its kind")
    rest = dict(value)
    name = rest.pop("kind")
    return [name, *_way(_kind(name, kinds)).unspell(rest)]


# --- types -----------------------------------------------------------------------------------


def _way(hint: Any) -> _Way:
    way = _ways.get(hint)
    if way is None:
        way = _ways[hint] = _compile(hint)
    return way


def _compile(hint: Any) -> _Way:
    if hint is Any:
        return _Way(spell_command, unspell_command)
    if hint is int:
        return _Way(_spell_whole, _unspell_whole)
    if hint in (str, bool, type(None)):
        return _Way(_itself(hint), _itself(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Way(_itself(str), _itself(str))
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _words(args)
    if origin in {Union, types.UnionType}:
        return _options(args)
    if origin is tuple:
        return _row(args[0]) if len(args) == 2 and args[1] is Ellipsis else _places(args)
    if origin is not None and issubclass(origin, Mapping):
        return _row(tuple.__class_getitem__(args))
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        return _record(hint)
    raise TypeError(f"no way to spell {hint}")


def _spell_whole(value: Any) -> str:
    if type(value) is not int:
        raise BadText(f"a whole number expected, {str(value)[:40]!r} found")
    return str(value)


def _unspell_whole(value: Any) -> int:
    if type(value) is not str or _WHOLE.fullmatch(value) is None or value == "-0":
        raise BadText(f"a whole number in quotes expected, {str(value)[:40]!r} found")
    return int(value)


def _itself(kind: type) -> Turn:
    def turn(value: Any) -> Any:
        if type(value) is not kind:
            raise BadText(f"{kind.__name__} expected, {str(value)[:40]!r} found")
        return value

    return turn


def _words(allowed: tuple[Any, ...]) -> _Way:
    def turn(value: Any) -> Any:
        if type(value) is not str or value not in allowed:
            raise BadText(f"one of {allowed} expected, {str(value)[:40]!r} found")
        return value

    return _Way(turn, turn)


def _options(args: tuple[Any, ...]) -> _Way:
    """The first that fits. A whole number is told from a word by its digits."""
    ways = [_way(each) for each in args]

    def first(turns: list[Turn]) -> Turn:
        def turn(value: Any) -> Any:
            for each in turns:
                try:
                    return each(value)
                except BadText as error:
                    last = error
            raise last

        return turn

    return _Way(first([way.spell for way in ways]), first([way.unspell for way in ways]))


def _row(item: Any) -> _Way:
    way = _way(item)

    def each(turn: Turn) -> Turn:
        def turned(value: Any) -> list[Any]:
            if type(value) is not list:
                raise BadText(f"a list expected, {str(value)[:40]!r} found")
            return [turn(one) for one in value]

        return turned

    return _Way(each(way.spell), each(way.unspell))


def _places(args: tuple[Any, ...]) -> _Way:
    ways = [_way(each) for each in args]

    def each(turns: list[Turn]) -> Turn:
        def turned(value: Any) -> list[Any]:
            if type(value) is not list or len(value) != len(turns):
                raise BadText(f"a list of {len(turns)} expected, {str(value)[:40]!r} found")
            return [turn(one) for turn, one in zip(turns, value, strict=True)]

        return turned

    return _Way(each([way.spell for way in ways]), each([way.unspell for way in ways]))


def _record(kind: type) -> _Way:
    """A NamedTuple; what has a default may be missing at its end."""
    hints = hints_of(kind)
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    ways = [_way(hints[name]) for name in names]
    least = len(names) - len(kind._field_defaults)  # type: ignore[attr-defined]
    what = kind.__name__

    def spell(value: Any) -> dict[str, Any]:
        if type(value) is not list or not least <= len(value) <= len(names):
            raise BadText(f"{what}: fields do not fit")
        return {
            name: way.spell(one) for name, way, one in zip(names, ways, value, strict=False)
        }

    def unspell(value: Any) -> list[Any]:
        if type(value) is not dict or not least <= len(value) <= len(names):
            raise BadText(f"{what}: fields do not fit")
        if tuple(value) != names[: len(value)]:
            odd = next(a for a, b in zip(value, names, strict=False) if a != b)
            raise BadText(f"{what}: {str(odd)[:40]!r} has no place here")
        return [
            _in_field(f"{what}.{name}", way.unspell, one)
            for way, (name, one) in zip(ways, value.items(), strict=False)
        ]

    return _Way(spell, unspell)


def _in_field(where: str, turn: Turn, value: Any) -> Any:
    """The innermost field that is wrong is named."""
    try:
        return turn(value)
    except BadText as error:
        text = str(error)
        named = "." in text.split(":", maxsplit=1)[0]
        raise BadText(text if named else f"{where}: {text}") from error


__all__ = [
    "spell", "spell_command", "spell_event", "unspell", "unspell_command", "unspell_event",
]  # fmt: skip
