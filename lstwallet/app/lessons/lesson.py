"""Lessons as frozen data, read from ``resources/lessons/<language>/*.toml`` and checked whole.

A file with an error is refused with one sentence that names the file and the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.app.lessons.predicates import BadCondition, Condition, check
from lstwallet.engine.wallet import FUNDABLE
from lstwallet.units.amount import BadAmount, parse_units
from lstwallet.units.clock import SimTime, parse_iso
from lstwallet.units.strict.documents import read_toml
from lstwallet.units.strict.fields import nearest
from lstwallet.units.strict.refused import FileRefused
from lstwallet.units.strict.texts import text_of

_IDENT: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
MAX_BYTES: Final = 256 * 1024
HINTS: Final = 3
"""Nudge, where, do it for me."""
ACTIONS: Final = {"go": 1, "click": 1, "type": 2, "choose": 2, "step": 1}
"""What the third hint may do with the window, and how many words each action takes."""


class BadLesson(ValueError):
    """A lesson file that cannot be used; the message is one plain sentence."""


class Hint(NamedTuple):
    """A line of help; the third one carries the clicks and keys that do the step."""

    text: str
    do: Sequence[Sequence[str]] = ()


class WrongMove(NamedTuple):
    """A move that leads away, and how to undo it."""

    when: Condition
    text: str


class Step(NamedTuple):
    """One thing to do, done when the ledger says so."""

    id: str
    room: str
    targets: Sequence[str]
    """Names of the widgets to act in, in this order. The light is on the first one that is not
    done: a card or a tab to choose is done while it is chosen."""
    shows: Sequence[str]
    """Names of the widgets that ``after`` speaks of; the card points at the first one then."""
    title: str
    text: str
    waiting: str
    done_when: Condition
    after: str
    """What has just happened, once it is done."""
    hints: Sequence[Hint]
    wrong: Sequence[WrongMove]


class Option(NamedTuple):
    """An answer of a quiz, with the explanation that it gets either way."""

    text: str
    right: bool
    why: str


class Question(NamedTuple):
    """A question with exactly one right option."""

    id: str
    text: str
    options: Sequence[Option]


class Start(NamedTuple):
    """The world a lesson begins in."""

    preset: str
    seed: int
    at: SimTime
    fund: Mapping[str, int]
    """Token → base units."""


class Lesson(NamedTuple):
    """A lesson, whole."""

    id: str
    title: str
    summary: str
    minutes: int
    start: Start
    steps: Sequence[Step]
    quiz: Sequence[Question]
    terms: Mapping[str, str]
    """Glossary: a term that is dotted in the texts → what it means."""


def load(path: Path) -> Lesson:
    """Read and check one lesson. Raises ``BadLesson``."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadLesson(f"{path.name} is larger than a lesson may be.")
        document = read_toml(text_of(path.read_bytes()))
    except OSError as error:
        raise BadLesson(f"{path.name} cannot be read: {error.strerror}.") from error
    except FileRefused as refused:
        where = f" (line {refused.line})" if refused.line else ""
        why = refused.detail or refused.problem.value.replace("_", " ")
        raise BadLesson(f"{path.name} is not valid TOML: {why}{where}.") from refused
    try:
        return from_document(document)
    except BadLesson as bad:
        raise BadLesson(f"{path.name}: {bad}.") from bad


def from_document(document: Mapping[str, Any]) -> Lesson:
    """The lesson that a TOML document is; raises ``BadLesson`` that names the place in it."""
    try:
        return _lesson(_Table(document, ""))
    except _Wrong as wrong:
        raise BadLesson(str(wrong)) from wrong


def load_all(folder: Path) -> list[Lesson]:
    """Every lesson of a language, in the order of the file names. Raises ``BadLesson``."""
    lessons = [load(path) for path in sorted(folder.glob("*.toml"))]
    ids = [lesson.id for lesson in lessons]
    if len(set(ids)) != len(ids):
        raise BadLesson(f"Two lessons in {folder.name} have the same id.")
    return lessons


class _Wrong(ValueError):
    """Something is wrong at a place within the file."""


class _Table:
    """A TOML table that knows where it stands and what was asked of it."""

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, dict):
            raise _Wrong(f"{where or 'the file'} should be a table")
        self.raw = raw
        self.where = where

    def text(self, key: str) -> str:
        value = self.get(key, str)
        if not value.strip():
            raise _Wrong(f"{self.name(key)} is empty")
        return str(value).strip()

    def ident(self, key: str) -> str:
        """A name that may become a file's: small letters, digits and hyphens."""
        value = self.text(key)
        if not _IDENT.fullmatch(value):
            raise _Wrong(f"{self.name(key)} is made of small letters, digits and hyphens")
        return value

    def number(self, key: str, low: int, high: int) -> int:
        value = self.get(key, int)
        if not low <= value <= high:
            raise _Wrong(f"{self.name(key)} is a number from {low} to {high}")
        return int(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A text, or a list of texts."""
        if type(self.raw.get(key)) is str:
            return (self.text(key),)
        items = self.get(key, list)
        if not items or not all(type(item) is str and item.strip() for item in items):
            raise _Wrong(f"{self.name(key)} is a text or a list of texts")
        return tuple(items)

    def get(self, key: str, kind: type) -> Any:
        if key not in self.raw:
            raise _Wrong(f"{self.name(key)} is missing")
        value = self.raw[key]
        if type(value) is not kind:  # a bool is no number, the digits of one are no text
            raise _Wrong(f"{self.name(key)} is not {_KINDS[kind]}")
        return value

    def tables(self, key: str, *, least: int = 0) -> list[_Table]:
        items = self.raw.get(key, [])
        if not isinstance(items, list) or len(items) < least:
            raise _Wrong(f"{self.name(key)} needs at least {least} entries")
        return [_Table(item, f"{self.name(key)} {n}") for n, item in enumerate(items, 1)]

    def condition(self, key: str) -> Condition:
        try:
            return check(self.get(key, dict))
        except BadCondition as bad:
            raise _Wrong(f"{self.name(key)}: {bad}") from bad

    def only(self, *known: str) -> None:
        for key in self.raw:
            if key not in known:
                meant = nearest(key, known)
                hint = f"; did you mean “{meant}”?" if meant else ""
                raise _Wrong(f"{self.name(key)} is not known{hint}")

    def name(self, key: str) -> str:
        return f"{self.where}, {key}" if self.where else key


_KINDS: Final = {str: "a text", int: "a whole number", dict: "a table", list: "a list"}


def _lesson(table: _Table) -> Lesson:
    table.only("id", "title", "summary", "minutes", "start", "steps", "quiz", "terms")
    steps = [_step(item) for item in table.tables("steps", least=3)]
    if len({step.id for step in steps}) != len(steps):
        raise _Wrong("two steps have the same id")
    if len(steps) > 7:
        raise _Wrong("a lesson has three to seven steps")
    terms = _Table(table.raw.get("terms", {}), "terms")
    return Lesson(
        id=table.ident("id"),
        title=table.text("title"),
        summary=table.text("summary"),
        minutes=table.number("minutes", 1, 600),
        start=_start(_Table(table.get("start", dict), "start")),
        steps=steps,
        quiz=[_question(item) for item in table.tables("quiz", least=1)],
        terms={term: terms.text(term) for term in terms.raw},
    )


def _start(table: _Table) -> Start:
    table.only("preset", "seed", "at", "fund")
    try:
        at = parse_iso(table.text("at"))
    except ValueError as error:
        raise _Wrong("start, at is not a date and time") from error
    funds = _Table(table.get("fund", dict), "start, fund")
    decimals = {"ETH": 18, "USDC": 6}
    fund = {}
    for token in funds.raw:
        if token not in FUNDABLE:
            raise _Wrong(f"start, fund: play money does not come in {token}")
        try:
            fund[token] = parse_units(funds.text(token), decimals[token])
        except BadAmount as bad:
            raise _Wrong(f"start, fund, {token} is not an amount") from bad
    return Start(table.text("preset"), table.number("seed", 0, 2**63 - 1), at, fund)


def _step(table: _Table) -> Step:
    table.only(
        "id", "room", "target", "show", "title", "text", "waiting", "done_when", "after", "hints",
        "wrong",
    )  # fmt: skip
    hints = [_hint(item) for item in table.tables("hints")]
    if len(hints) != HINTS or not hints[-1].do:
        raise _Wrong(f"{table.name('hints')} are three: a nudge, where, and one that does it")
    return Step(
        id=table.ident("id"),
        room=table.text("room"),
        targets=table.words("target"),
        shows=table.words("show") if "show" in table.raw else (),
        title=table.text("title"),
        text=table.text("text"),
        waiting=table.text("waiting"),
        done_when=table.condition("done_when"),
        after=table.text("after"),
        hints=hints,
        wrong=[_wrong_move(item) for item in table.tables("wrong")],
    )


def _wrong_move(table: _Table) -> WrongMove:
    table.only("when", "text")
    return WrongMove(table.condition("when"), table.text("text"))


def _hint(table: _Table) -> Hint:
    table.only("text", "do")
    actions = table.raw.get("do", [])
    if not isinstance(actions, list):
        raise _Wrong(f"{table.name('do')} is not a list")
    for action in actions:
        words = action if isinstance(action, list) else []
        if not words or not all(type(word) is str for word in words):
            raise _Wrong(f"{table.name('do')}: an action is a list of words")
        if ACTIONS.get(words[0]) != len(words) - 1:
            raise _Wrong(f"{table.name('do')}: “{' '.join(words)}” is not an action")
    return Hint(table.text("text"), tuple(tuple(action) for action in actions))


def _question(table: _Table) -> Question:
    table.only("id", "text", "options")
    options = []
    for item in table.tables("options", least=2):
        item.only("text", "right", "why")
        right = item.raw.get("right", False)
        if not isinstance(right, bool):
            raise _Wrong(f"{item.name('right')} is true or false")
        options.append(Option(item.text("text"), right, item.text("why")))
    if sum(option.right for option in options) != 1:
        raise _Wrong(f"{table.where} needs exactly one right option")
    return Question(table.ident("id"), table.text("text"), options)
