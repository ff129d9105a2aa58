"""A year of the whole world into a fresh profile, beside bare SQLite writing the same bytes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from lstwallet.app.session import Session
from lstwallet.engine.world import World
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.store import codec
from lstwallet.store.journal import Store
from lstwallet.store.records import Page
from lstwallet.units.clock import DAY
from tests.benchmarks.rows import REPETITIONS, Measured, Row

SEED: Final = 7
YEAR: Final = 365 * DAY
FEWEST_EVENTS: Final = 30_000
MICROSECONDS: Final = 1e6
CREATE: Final = (
    "CREATE TABLE journal (first INTEGER, last INTEGER, began INTEGER, ended INTEGER,"
    " command TEXT, events TEXT, hash BLOB)",
    "CREATE TABLE others (kind INTEGER, data BLOB)",
)


class Years(NamedTuple):
    """One repetition: seconds of the first year, of both, and of the floor of the first."""

    first: float
    both: float
    floor: float
    events: int
    """In the first year."""
    commits: int


@contextmanager
def watched(pages: list[Page]) -> Iterator[None]:
    """Keep what is committed, and where."""
    commit = Store.commit

    def keep(store: Store, page: Page) -> None:
        commit(store, page)
        pages.append(page)

    Store.commit = keep  # type: ignore[method-assign]
    try:
        yield
    finally:
        Store.commit = commit  # type: ignore[method-assign]


def ours(folder: Path, world: World) -> tuple[float, float, list[Page]]:
    """A fresh profile, one year, then another: seconds of one, of both; the first year's pages."""
    pages: list[Page] = []
    with watched(pages):
        begin = time.perf_counter()
        session = Session.create(folder / "ours.lstwallet", world, MarketConfig(), name="ours")
        session.advance(world.time + YEAR)
        first = time.perf_counter() - begin
        kept = list(pages)
        session.advance(world.time + 2 * YEAR)
        both = time.perf_counter() - begin
    session.close()
    return first, both, kept


class Commit(NamedTuple):
    """One transaction as plain values: what bare SQLite is given to encode and to write."""

    rows: list[tuple[tuple[Any, ...], list[Any]]]
    """(plain columns, events as plain lists)."""
    others: list[tuple[int, Any]]


def plain(pages: list[Page]) -> list[Commit]:
    """The same content, stripped of everything but lists, numbers and texts."""
    return [
        Commit(
            [(row[:5], [json.loads(line) for line in row.events.split("\n")]) for row in page.rows],
            [
                *((1, codec.dumps(tuple(entry))) for entry in page.entries),
                *((2, codec.dumps(tuple(row))) for row in page.activity),
                *((3, [list(hour) for hour in day.hours]) for day in page.samples),
                *([(4, page.snapshot)] if page.snapshot is not None else []),
            ],
        )
        for page in pages
    ]


def floor(path: Path, commits: list[Commit]) -> float:
    """Encode, chain and commit the same with nothing around it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=EXTRA")
    for statement in CREATE:
        connection.execute(statement)
    encode: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode
    sha256, chain = hashlib.sha256, bytes(32)
    begin = time.perf_counter()
    for rows, others in commits:
        connection.execute("BEGIN")
        for columns, events in rows:
            lines = []
            for event in events:
                line = encode(event)
                lines.append(line)
                chain = sha256(chain + line.encode("ascii")).digest()
            connection.execute(
                "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*columns, "\n".join(lines), chain),
            )
        for kind, data in others:
            content = encode(data) if isinstance(data, list) else data
            connection.execute("INSERT INTO others VALUES (?, ?)", (kind, content))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def repetition(world: World) -> Years:
    """Ours and its floor, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, both, pages = ours(folder, world)
        events = sum(row.last_seq - row.first_seq + 1 for page in pages for row in page.rows)
        commits = plain(pages)
        assert events >= FEWEST_EVENTS, f"only {events} events a year"
        return Years(first, both, floor(folder / "floor", commits), events, len(commits))


@lru_cache(maxsize=1)
def all_repetitions() -> tuple[Years, ...]:
    """Both rows come from the same runs."""
    world = genesis(SEED)
    return tuple(repetition(world) for _ in range(REPETITIONS))


def measure_year() -> Measured:
    """Into a fresh profile, against the same bytes by bare SQLite."""
    years = all_repetitions()
    events, commits = years[0].events, years[0].commits
    per_event = MICROSECONDS * median(each.first for each in years) / events
    bare = MICROSECONDS * median(each.floor for each in years) / events
    note = (
        f"{per_event:.1f} µs an event, bare SQLite {bare:.1f} µs; "
        f"{events:,} events, about {commits} commits"
    )
    return Measured([each.first for each in years], [each.floor for each in years], note)


def measure_two_years() -> Measured:
    """Two years against one: cost must not grow with history."""
    years = all_repetitions()
    return Measured([each.both for each in years], [each.first for each in years], "")


ROWS: Final = [
    Row("one year of the whole world into a fresh profile", "≤ 5 ×", measure_year),
    Row("two years into a fresh profile", "≤ 2.1 × one year", measure_two_years),
]
