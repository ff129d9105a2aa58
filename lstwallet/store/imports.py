"""The lines of an exported journal (``export``), each held to its schema; nothing is replayed.

The text comes from a stranger: ``answer`` runs behind the door, in a child with limits. What it
gives is plain data again, which ``of_answer`` makes records of on this side. Whatever will not
do is a ``FileRefused`` with the line's number and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from lstwallet.engine import address
from lstwallet.store import codec, spelling
from lstwallet.store.book import (
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_NOTE,
    Contact,
    Edit,
    Favour,
    NameAccount,
    Note,
    PutContact,
)
from lstwallet.store.errors import BadText
from lstwallet.store.export import FORMAT, VERSION
from lstwallet.units.clock import SimTime, iso, parse_iso
from lstwallet.units.strict.documents import read_json
from lstwallet.units.strict.refused import FileRefused, Problem

DEEPEST: Final = 24
"""Objects and lists within each other."""
LONGEST_TITLE: Final = 60
MOST_BRANCHES: Final = 10_000
LARGEST_SEQ: Final = 1 << 40
MARKETS: Final = 4_000_000
"""Characters of a price file that a market names."""
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_KINDS: Final = ("account", "contact", "token", "pool", "market")


class BranchLine(NamedTuple):
    """A branch that the first line announces."""

    branch: int
    title: str
    parent: int | None
    after: int
    began: SimTime
    """When it left its parent; 0 for the first one."""
    hidden: bool


class NoteLine(NamedTuple):
    """A note on an event that a branch holds itself."""

    branch: int
    seq: int
    note: Note


class Header(NamedTuple):
    """The first line."""

    program: str
    name: str
    prices: str
    flows: bool
    """What moves the world from outside, see ``MarketConfig``."""
    branches: tuple[BranchLine, ...]
    current: int


class EventLine(NamedTuple):
    """One event, as the journal keeps it."""

    branch: int
    seq: int
    at: SimTime
    text: str
    """The line whose bytes the chain is made of."""
    command: str | None
    """JSON of the user's command, beside the first event that came of it."""
    of: int
    """The event whose command it came of, too; 0: of none."""


class EndOf(NamedTuple):
    """Where a branch ends."""

    branch: int
    events: int
    reached: SimTime
    chain: bytes
    world_hash: str


class Ends(NamedTuple):
    """The last line."""

    lines: int
    """How many there are, this one too."""
    ends: tuple[EndOf, ...]


# --- fields ----------------------------------------------------------------------------------


def _fields(value: Any, what: str, names: tuple[str, ...], more: tuple[str, ...] = ()) -> Any:
    """The object, when it has all the names and no other but ``more``. Raises ``BadText``."""
    if type(value) is not dict:
        raise BadText(f"{what}: an object expected")
    for name in names:
        if name not in value:
            raise BadText(f"{what}: “{name}” is missing")
    for name in value:
        if name not in names and name not in more:
            raise BadText(f"{what}: “{name[:40]}” has no place here")
    return value


def _number(value: Any, what: str, low: int = 0, high: int = LARGEST_SEQ) -> int:
    if type(value) is not int or not low <= value <= high:
        raise BadText(f"{what}: a whole number from {low} on expected")
    return value


def _text(value: Any, what: str, longest: int, *, empty: bool = False) -> str:
    if type(value) is not str or len(value) > longest or not (value or empty):
        raise BadText(f"{what}: a text of at most {longest} characters expected")
    if not value.isprintable():
        raise BadText(f"{what}: a character that cannot be shown")
    return value


def _moment(value: Any, what: str) -> SimTime:
    try:
        at = parse_iso(value)
        if iso(at) == value:
            return at
    except (TypeError, ValueError, AttributeError, OverflowError):
        pass
    raise BadText(f"{what}: a moment such as 2022-05-02T00:00:00Z expected")


def _flag(value: Any, what: str) -> bool:
    if type(value) is not bool:
        raise BadText(f"{what}: true or false expected")
    return value


# --- lines -----------------------------------------------------------------------------------


def read_header(value: Any) -> Header:
    """The first line. Raises ``BadText``, or ``FileRefused`` for another format."""
    if type(value) is not dict or value.get("format") != FORMAT:
        raise FileRefused(Problem.OTHER_FORMAT)
    version = value.get("version")
    if type(version) is int and version > VERSION:
        raise FileRefused(Problem.NEWER, detail=str(version))
    if version != VERSION:
        raise BadText("its version is unknown")
    named = ("format", "version", "program", "name", "market", "branches", "current")
    _fields(value, "first line", named)
    rows = value["branches"]
    if type(rows) is not list or not 0 < len(rows) <= MOST_BRANCHES:
        raise BadText("branches: a list expected")
    market = _fields(value["market"], "market", ("prices", "flows"))
    prices = market["prices"]
    if type(prices) is not str or len(prices) > MARKETS:
        raise BadText("market: the prices are no text, or too long")
    branches = tuple(map(_branch, rows))
    _check_tree(branches)
    current = _number(value["current"], "current", 1)
    if current not in {each.branch for each in branches}:
        raise BadText("current: there is no such branch")
    return Header(
        _text(value["program"], "program", LONGEST_TITLE, empty=True),
        _text(value["name"], "name", LONGEST_TITLE),
        prices, _flag(market["flows"], "flows"), branches, current,
    )  # fmt: skip


def _branch(value: Any) -> BranchLine:
    _fields(value, "branch", ("branch", "title", "parent", "after", "began", "hidden"))
    parent = value["parent"]
    return BranchLine(
        _number(value["branch"], "branch", 1),
        _text(value["title"], "title", LONGEST_TITLE, empty=True),
        None if parent is None else _number(parent, "parent", 1),
        _number(value["after"], "after"),
        0 if parent is None else _moment(value["began"], "began"),
        _flag(value["hidden"], "hidden"),
    )


def _check_tree(branches: tuple[BranchLine, ...]) -> None:
    """The first has no parent; every other goes on from one that was named before it."""
    known: set[int] = set()
    for each in branches:
        if each.branch in known:
            raise BadText(f"branch {each.branch} is named twice")
        if each.parent is None and (known or each.after):
            raise BadText("only the first branch has no parent")
        if each.parent is not None and (each.parent not in known or not each.after):
            raise BadText(f"branch {each.branch} goes on from one that is not named before it")
        known.add(each.branch)


def read_line(value: Any) -> EventLine | NoteLine | Edit | Ends:
    """Any line but the first. Raises ``BadText``."""
    if type(value) is not dict:
        raise BadText("an object expected")
    if "event" in value:
        return _event(value)
    if "end" in value:
        return _ends(value)
    if len(value) == 1:
        name = next(iter(value))
        reader = _ONE.get(name)
        if reader is not None:
            return reader(value[name])
    raise BadText("a line of an unknown kind")


def _event(value: Mapping[str, Any]) -> EventLine:
    _fields(value, "line", ("branch", "seq", "time", "event"), ("command", "of"))
    at = _moment(value["time"], "time")
    event = value["event"]
    if type(event) is not dict or "at" in event or next(iter(event), "") != "kind":
        raise BadText("event: an object expected that begins with its kind, without “at”")
    kind, *rest = event.items()
    line = spelling.unspell_event(dict((kind, ("at", str(at)), *rest)))
    command = value.get("command")
    return EventLine(
        _number(value["branch"], "branch", 1),
        _number(value["seq"], "seq", 1),
        at,
        codec.dumps(line),
        None if command is None else codec.dumps(spelling.unspell_command(command)),
        _number(value["of"], "of", 1) if "of" in value else 0,
    )


def _contact(value: Any) -> Edit:
    _fields(value, "contact", ("address", "name", "note"))
    place = _text(value["address"], "address", 100)
    if address.problem(place) is not None:
        raise BadText("address: it is no address of this simulation")
    name = _text(value["name"], "name", LONGEST_NAME)
    return PutContact(place, Contact(place, name, _text(value["note"], "note", LONGEST_NOTE,
                                                        empty=True)))  # fmt: skip


def _note(value: Any) -> NoteLine:
    _fields(value, "note", ("branch", "seq", "text", "label"))
    text = _text(value["text"], "text", LONGEST_NOTE, empty=True)
    label = _text(value["label"], "label", LONGEST_LABEL, empty=True)
    branch = _number(value["branch"], "branch", 1)
    return NoteLine(branch, _number(value["seq"], "seq", 1), Note(text, label))


def _account(value: Any) -> Edit:
    _fields(value, "account", ("account", "name"))
    name = _text(value["name"], "name", LONGEST_NAME)
    return NameAccount(_text(value["account"], "account", LONGEST_NAME), name)


def _favourite(value: Any) -> Edit:
    _fields(value, "favourite", ("kind", "key"))
    kind = _text(value["kind"], "kind", LONGEST_NAME)
    if kind not in _KINDS:
        raise BadText("kind: there is no such kind of favourite")
    return Favour(kind, _text(value["key"], "key", 100), on=True)


def _ends(value: Any) -> Ends:
    _fields(value, "last line", ("lines", "end"))
    rows = value["end"]
    if type(rows) is not list or not 0 < len(rows) <= MOST_BRANCHES:
        raise BadText("end: a list expected")
    return Ends(_number(value["lines"], "lines", 1), tuple(map(_end, rows)))


def _end(value: Any) -> EndOf:
    _fields(value, "end", ("branch", "events", "reached", "chain", "world"))
    chain, world = value["chain"], value["world"]
    for text in (chain, world):
        if type(text) is not str or _HASH.fullmatch(text) is None:
            raise BadText("end: a hash of 64 hexadecimal digits expected")
    return EndOf(
        _number(value["branch"], "branch", 1), _number(value["events"], "events", 1),
        _moment(value["reached"], "reached"), bytes.fromhex(chain), world,
    )  # fmt: skip


_ONE: Final[Mapping[str, Callable[[Any], NoteLine | Edit]]] = {
    "contact": _contact,
    "note": _note,
    "account": _account,
    "favourite": _favourite,
}
"""A line with a single field: which one → how it is read."""


# --- through the door ------------------------------------------------------------------------

Line = Header | EventLine | NoteLine | Edit | Ends
_KINDS_OF_LINE: Final[Mapping[str, type]] = {
    kind.__name__: kind
    for kind in (Header, EventLine, NoteLine, PutContact, NameAccount, Favour, Ends)
}


def answer(lines: Iterable[tuple[int, str]]) -> Iterator[list[Any]]:
    """The reader of the kind ``journal``: every line as [number, kind, fields].

    Raises ``FileRefused``. Runs in the child.
    """
    first = True
    for number, text in lines:
        try:
            value = read_json(text, line=number, deepest=DEEPEST)
            line: Line = read_header(value) if first else read_line(value)
        except BadText as error:
            raise FileRefused(Problem.CONTENT, line=number, detail=str(error)) from error
        except FileRefused as refused:
            refused.line = refused.line or number
            raise
        first = False
        yield [number, type(line).__name__, codec.loads(codec.dumps(_plain(line)))]


def _plain(line: Line) -> Any:
    """Bytes become text on the way."""
    if isinstance(line, Ends):
        ends = [[*end[:3], end.chain.hex(), end.world_hash] for end in line.ends]
        return [line.lines, ends]
    return line


def of_answer(item: Any) -> tuple[int, Line]:
    """The line's number, and the line. Raises ``BadText``: the child may be anybody's by now."""
    number, name, fields = item
    kind = _KINDS_OF_LINE.get(name)
    if kind is None or type(number) is not int:
        raise BadText("an answer without sense")
    if kind is Ends:
        ends = tuple(
            EndOf(branch, events, reached, bytes.fromhex(chain), world)
            for branch, events, reached, chain, world in fields[1]
        )
        return number, Ends(int(fields[0]), ends)
    line: Line = codec.reader_of(kind)(fields)
    return number, line


__all__ = [
    "BranchLine", "EndOf", "Ends", "EventLine",
    "Header", "Line", "NoteLine", "answer", "of_answer", "read_header", "read_line",
]  # fmt: skip
