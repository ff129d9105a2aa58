"""Events, commands and worlds as JSON arrays, and back, compiled once per class.

A record is ``[kind, field, field, …]``: ``kind`` is the class's name, nested records are
plain arrays of their fields, integers are plain digits of any length. There is one text
for one record, so its bytes can be hashed. Maps (in a World only) are arrays of
``[key, value]`` pairs: in their own order in the journal, so that a replayed World is the
same down to the order of its maps; sorted by key for ``world_hash``.

Decoding is strict: an unknown kind, a missing or extra field, a number where a text
belongs, ``true`` for 1, a float or a NaN raise ``BadText``. Only fields at a record's end
that have defaults may be missing: an earlier program did not know them. A World, the states of
its areas and the records of ``SHORT`` are written and hashed without the defaults at their ends,
so that a hash does not depend on the program either.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from json import encoder as _json_encoder
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from lstwallet.engine import kernel
from lstwallet.engine.concentrated_facts import Concentrated, Range
from lstwallet.engine.guards import Guards
from lstwallet.engine.lending import Lending
from lstwallet.engine.lending_oracle import RateCap
from lstwallet.engine.network import Allowance, Key, Network
from lstwallet.engine.pools import Pools
from lstwallet.engine.prices import Prices
from lstwallet.engine.restaking_facts import Escrow, Restaking
from lstwallet.engine.restaking_facts import Stake as Restake
from lstwallet.engine.rocketpool import RocketPool
from lstwallet.engine.shadows import Shadows
from lstwallet.engine.staking import Staking, Ticket
from lstwallet.engine.validators import Beacon, Validator
from lstwallet.engine.vaults import LendingVault
from lstwallet.engine.world import MAPS, World
from lstwallet.protocols.lending import Position
from lstwallet.store.errors import BadText

PIECE: Final = 64
"""Rows of a World's maps that are encoded at a time: no call holds the interpreter for long."""

_WORLD_NAMES: Final[dict[str, Any]] = {
    "Allowance": Allowance,
    "Beacon": Beacon,
    "Concentrated": Concentrated,
    "Guards": Guards,
    "Key": Key,
    "Lending": Lending,
    "LendingVault": LendingVault,
    "Network": Network,
    "Pools": Pools,
    "Position": Position,
    "Prices": Prices,
    "Range": Range,
    "RateCap": RateCap,
    "Escrow": Escrow,
    "Restake": Restake,
    "Restaking": Restaking,
    "RocketPool": RocketPool,
    "Shadows": Shadows,
    "Staking": Staking,
    "Ticket": Ticket,
    "Validator": Validator,
}
"""Types that ``engine/world.py`` imports for type checkers only."""
SHORT: Final = frozenset({Position})
"""Records that are written without the defaults at their ends wherever they stand."""


# --- text ------------------------------------------------------------------------------------


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _compile_dumps() -> Callable[[Any], str]:
    """The C encoder, made once (making it anew for every event costs as much as a small event)."""
    make = getattr(_json_encoder, "c_make_encoder", None)
    plain = json.JSONEncoder(separators=(",", ":"), check_circular=False, allow_nan=False)
    if make is None:
        return plain.encode
    pieces = make(
        None, _refuse, _json_encoder.encode_basestring_ascii, None, ":", ",", False, False, False
    )

    def dumps(value: Any) -> str:
        return "".join(pieces(value, 0))

    probe = ("ö\"", -(10**30), True, None, (), ((1, "a"),))
    return dumps if dumps(probe) == plain.encode(probe) else plain.encode


dumps: Final = _compile_dumps()
"""JSON without spaces; tuples and NamedTuples are arrays."""


def _reject_constant(text: str) -> Any:
    raise BadText(f"{text} is not a number")


_DECODER: Final = json.JSONDecoder(parse_constant=_reject_constant)


def loads(text: str) -> Any:
    """JSON → lists, integers, texts. Raises ``BadText``."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise BadText(f"not JSON: {error}") from error


# --- from arrays -----------------------------------------------------------------------------

Reader = Callable[[Any], Any]
"""A JSON value → the typed value. Raises ``BadText``."""

_SCALARS: Final[dict[Any, type]] = {int: int, str: str, bool: bool, type(None): type(None)}
_readers: dict[Any, Reader] = {}


def hints_of(kind: type) -> dict[str, Any]:
    """The field types of a NamedTuple, names resolved."""
    return get_type_hints(kind, localns=_WORLD_NAMES)


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


def _expect(value: Any, kind: type, where: str) -> None:
    if type(value) is not kind:
        raise BadText(f"{where}: {kind.__name__} expected, {str(value)[:40]!r} found")


def _scalar_reader(kind: type) -> Reader:
    def read(value: Any) -> Any:
        _expect(value, kind, "value")
        return value

    return read


def _literal_reader(allowed: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, str | int) or value not in allowed:
            raise BadText(f"one of {allowed} expected, {str(value)[:40]!r} found")
        return value

    return read


def _enum_reader(kind: type[Enum]) -> Reader:
    def read(value: Any) -> Any:
        try:
            return kind(value)
        except (ValueError, TypeError) as error:
            raise BadText(str(error)) from error

    return read


def _union_reader(options: tuple[Any, ...]) -> Reader:
    """Scalars and literals are told apart by their JSON type; at most one option is an array."""
    readers = [reader_of(option) for option in options]

    def read(value: Any) -> Any:
        for reader in readers:
            try:
                return reader(value)
            except BadText:
                continue
        raise BadText(f"{str(value)[:40]!r} is none of {len(options)} kinds")

    return read


def _row_reader(item: Any) -> Reader:
    """``tuple[item, ...]``."""
    if item in _SCALARS:
        kind = _SCALARS[item]

        def read_scalars(value: Any) -> Any:
            if type(value) is not list or list(map(type, value)) != [kind] * len(value):
                raise BadText(f"row of {kind.__name__} expected, {str(value)[:40]!r} found")
            return tuple(value)

        return read_scalars
    reader = reader_of(item)

    def read(value: Any) -> Any:
        _expect(value, list, "row")
        return tuple([reader(each) for each in value])

    return read


def _fields_reader(kind: type, hints: list[Any]) -> Reader:
    """A fixed number of fields. One comparison of types settles all that are plain."""
    shape: list[type | None] = []
    nested: list[tuple[int, Reader]] = []
    for place, hint in enumerate(hints):
        if hint in _SCALARS:
            shape.append(_SCALARS[hint])
        else:
            is_array = _is_record(hint) or get_origin(hint) in {tuple, Mapping}
            shape.append(list if is_array else None)
            nested.append((place, reader_of(hint)))
    loose = [place for place, each in enumerate(shape) if each is None]
    new, size = tuple.__new__, len(shape)

    def read_flat(value: Any) -> Any:
        if type(value) is not list or list(map(type, value)) != shape:
            raise BadText(f"{kind.__name__}: fields do not fit")
        return new(kind, value)

    def read_nested(value: Any) -> Any:
        if type(value) is not list or list(map(type, value)) != shape:
            raise BadText(f"{kind.__name__}: fields do not fit")
        for place, reader in nested:
            value[place] = reader(value[place])
        return new(kind, value)

    def read_loose(value: Any) -> Any:
        found: list[Any] = list(map(type, value)) if type(value) is list else []
        if len(found) == size:
            for place in loose:
                found[place] = None
        if found != shape:
            raise BadText(f"{kind.__name__}: fields do not fit")
        for place, reader in nested:
            value[place] = reader(value[place])
        return new(kind, value)

    if not nested:
        return read_flat
    return read_loose if loose else read_nested


def _record_reader(kind: type) -> Reader:
    """A NamedTuple; what is missing at the end has its default."""
    kinds = hints_of(kind)
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    hints = [kinds[name] for name in names]
    whole, size = _fields_reader(kind, hints), len(names)
    defaults = kind._field_defaults  # type: ignore[attr-defined]
    if not defaults:
        return whole
    least = size - len(defaults)
    added = tuple(defaults.values())
    earlier: dict[int, Reader] = {}
    new = tuple.__new__

    def read(value: Any) -> Any:
        if type(value) is not list or not least <= len(value) < size:
            return whole(value)
        known = len(value)
        if known not in earlier:
            earlier[known] = _fields_reader(tuple, hints[:known])
        return new(kind, (*earlier[known](value), *added[known - least :]))

    return read


def _map_reader(key: Any, item: Any) -> Reader:
    read_key, read_item = reader_of(key), reader_of(item)

    def read(value: Any) -> Any:
        _expect(value, list, "map")
        found = {}
        for pair in value:
            if type(pair) is not list or len(pair) != 2:
                raise BadText("map: a pair expected")
            found[read_key(pair[0])] = read_item(pair[1])
        if len(found) != len(value):
            raise BadText("map: a key stands twice")
        return found

    return read


def _compile_reader(hint: Any) -> Reader:
    if hint is Any:
        return _read_command
    if hint in _SCALARS:
        return _scalar_reader(_SCALARS[hint])
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _literal_reader(args)
    if origin in {Union, types.UnionType}:
        return _union_reader(args)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _row_reader(args[0])
        return _fields_reader(tuple, list(args))
    if origin is not None and issubclass(origin, Mapping):
        return _map_reader(*args)
    if _is_record(hint):
        return _record_reader(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_reader(hint)
    raise TypeError(f"no place for {hint} in a record")


def reader_of(hint: Any) -> Reader:
    """The reader of a type, compiled once. Raises ``TypeError`` for a type without a place."""
    reader = _readers.get(hint)
    if reader is None:
        reader = _readers[hint] = _compile_reader(hint)
    return reader


def _read_tagged(value: Any, kinds: Mapping[str, type]) -> Any:
    """``[kind, field, …]`` → the record."""
    _expect(value, list, "record")
    kind = kinds.get(value[0]) if value and type(value[0]) is str else None
    if kind is None:
        raise BadText(f"unknown kind {str(value[:1])[:60]}")
    del value[0]
    reader = _readers.get(kind) or reader_of(kind)
    return reader(value)


def _read_command(value: Any) -> Any:
    return _read_tagged(value, kernel.COMMANDS)


def decode_event(text: str) -> kernel.Event:
    """The event in one line of the journal. Raises ``BadText``."""
    return _read_tagged(loads(text), kernel.EVENTS)


def decode_command(text: str) -> kernel.Command:
    """The command beside a row of the journal. Raises ``BadText``."""
    return _read_command(loads(text))


def decode_world(text: str) -> World:
    """The World of a snapshot. Raises ``BadText``."""
    world: World = reader_of(World)(loads(text))
    return world


# --- to arrays -------------------------------------------------------------------------------


Shortener = Callable[[Any], Any]
"""A record, or what holds records → the same without the defaults at the ends of ``SHORT``."""
_shorteners: dict[Any, Shortener | None] = {}


def shortener_of(hint: Any) -> Shortener | None:
    """How values of a type are shortened; ``None`` for most, in which nothing of ``SHORT`` is."""
    try:
        return _shorteners[hint]
    except KeyError:
        made = _shorteners[hint] = _compile_shortener(hint)
        return made


def _compile_shortener(hint: Any) -> Shortener | None:
    if hint in SHORT:
        return _record_shortener(hint)
    if _is_record(hint):
        return _places_shortener(list(hints_of(hint).values()))
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
        return _places_shortener(list(args))
    inside = [way for way in map(shortener_of, args) if way is not None]
    if not inside:
        return None
    (way,) = inside  # a row of one type, or that type and None
    if origin is tuple:
        return lambda row: [way(each) for each in row]
    return lambda value: None if value is None else way(value)


def _record_shortener(kind: Any) -> Shortener:
    defaults = tuple(kind._field_defaults.values())
    size = len(kind._fields)
    least = size - len(defaults)

    def shorten(record: Any) -> Any:
        known = size
        while known > least and record[known - 1] == defaults[known - 1 - least]:
            known -= 1
        return record[:known]

    return shorten


def _places_shortener(hints: list[Any]) -> Shortener | None:
    ways = [(place, way) for place, hint in enumerate(hints) if (way := shortener_of(hint))]
    if not ways:
        return None

    def shorten(record: Any) -> Any:
        row = list(record)
        for place, way in ways:
            row[place] = way(row[place])
        return row

    return shorten


@cache
def _map_shortener(name: str) -> Shortener | None:
    """How the values of one of a World's maps are shortened."""
    _, item = get_args(hints_of(World)[name])
    return shortener_of(item)


def encode_event(event: kernel.Event) -> str:
    """One line of the journal: ``["Funded",1655198400,"you",…]``."""
    kind = type(event)
    if kind is kernel.Born:
        return '["Born",' + str(event.at) + "," + encode_world(event.world) + "]"
    way = shortener_of(kind)
    return dumps((kind.__name__, *(event if way is None else way(event))))


def _plain_command(command: kernel.Command) -> tuple[Any, ...]:
    if type(command) is kernel.Batch:
        return ("Batch", tuple(map(_plain_command, command.commands)))
    if type(command) is kernel.Transaction:
        account, calls, *rest = command
        return ("Transaction", account, tuple(map(_plain_command, calls)), *rest)
    return (type(command).__name__, *command)


def encode_command(command: kernel.Command) -> str:
    """``["Stake","you",5000000000000000000]``; batches and transactions hold tagged ones."""
    return dumps(_plain_command(command))


def check_command(command: kernel.Command) -> None:
    """Raises ``BadText`` or ``TypeError`` for a command that could not be read back.

    ``True`` for an amount, or a text, would otherwise be acknowledged and then not be readable.
    """
    decode_command(encode_command(command))


def _written(record: Any) -> int:
    """How many fields of a World, or of an area's state, are written: no defaults at the end."""
    defaults = record._field_defaults
    size = len(record)
    for name in reversed(record._fields):
        if name not in defaults or getattr(record, name) != defaults[name]:
            break
        size -= 1
    return size


def _world_pieces(world: World, *, in_order: bool) -> Iterator[str]:
    """The JSON text of a World in short pieces; ``in_order`` sorts the maps by key."""
    for place, name in enumerate(World._fields[: _written(world)]):
        yield "," if place else "["
        value = getattr(world, name)
        if name in MAPS or name == "tokens":
            rows: list[Any] = sorted(value.items()) if in_order else list(value.items())
            way = _map_shortener(name)
            yield "["
            for start in range(0, len(rows), PIECE):
                piece = rows[start : start + PIECE]
                if way is not None:
                    piece = [(key, way(each)) for key, each in piece]
                yield ("," if start else "") + dumps(piece)[1:-1]
            yield "]"
        else:
            yield dumps(value[: _written(value)] if hasattr(value, "_fields") else value)
    yield "]"


def encode_world(world: World) -> str:
    """The JSON text of a World, maps in their own order."""
    return "".join(_world_pieces(world, in_order=False))


def world_hash(world: World) -> str:
    """SHA-256 (hexadecimal) of the canonical JSON of a World: maps sorted by key.

    Equal worlds have equal hashes on every machine.
    """
    digest = hashlib.sha256()
    for piece in _world_pieces(world, in_order=True):
        digest.update(piece.encode("ascii"))
    return digest.hexdigest()


# --- the chain -------------------------------------------------------------------------------

NO_HISTORY: Final = bytes(32)
"""What the hash chain begins with."""


def link(previous: bytes, line: str) -> bytes:
    """The chain after one more event: SHA-256 of the hash before it and the event's bytes."""
    return hashlib.sha256(previous + line.encode("ascii")).digest()


def encode_linked(events: Iterable[kernel.Event], previous: bytes) -> tuple[list[str], bytes]:
    """The lines of events and the chain after the last of them."""
    lines = []
    sha256 = hashlib.sha256
    for event in events:
        line = encode_event(event)
        lines.append(line)
        previous = sha256(previous + line.encode("ascii")).digest()
    return lines, previous
