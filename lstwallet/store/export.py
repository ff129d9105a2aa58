"""A profile's journal as JSON Lines: for other programs to read, and to be imported again.

The text is ASCII, a JSON object on each line; the same history always gives the same bytes.
Whole numbers inside events and commands are decimal texts in base units (wei for ether): they
may be larger than a double holds, see ``spelling``. Moments are ISO, in UTC.

1. **The first line** says what follows::

       {"format":"lstwallet journal","version":1,"program":"0.1.0","name":"Main",
        "market":{"prices":"seeded","flows":true},
        "branches":[{"branch":1,"title":"","parent":null,"after":0,
        "began":null,"hidden":false}],"current":1}

   ``market`` is what moves the world from outside. A branch goes on from event ``after`` of its
   ``parent`` at the moment ``began``; ``current`` is the one that was open.

2. **Then every event**, branch by branch, in order; events count on along a branch::

       {"branch":1,"seq":2,"time":"2022-05-02T00:00:00Z","event":{"kind":"Funded","account":
        "you","token":"ETH","units":"100000000000000000000","entry":[…]},"command":{"kind":
        "Fund",…}}

   ``event`` has the fields of its kind but for its moment, which is ``time``. ``command`` is
   what the user asked for, beside the first event that came of it; the others say of which
   one they are with ``"of":2``. What time brought has neither. Event 1 is the birth of the
   world and holds all of it.

3. **Then what the person wrote** beside the history, if anything: lines with one field each,
   ``contact``, ``note``, ``account`` (its name) or ``favourite``.

4. **The last line** counts the lines, itself too, and ends each branch::

       {"lines":131,"end":[{"branch":1,"events":120,"reached":"2022-05-09T00:00:00Z","chain":"…",
        "world":"…"}]}

   ``chain`` is the hash chain after the branch's last event: SHA-256 over the hash before it
   and the event's bytes as the journal keeps them (``codec``). ``world`` is the hash of the
   world that was reached. Both are hexadecimal. A reader that replays the events must come
   to the same two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import lstwallet
from lstwallet.store import codec, spelling
from lstwallet.store.book import Book, Note
from lstwallet.store.line import BranchRow
from lstwallet.store.reading import Reading
from lstwallet.store.records import JournalRow
from lstwallet.units.clock import iso

FORMAT: Final = "lstwallet journal"
VERSION: Final = 1
SUFFIX: Final = ".jsonl"


class Told(NamedTuple):
    """One branch of the history."""

    row: BranchRow
    reading: Reading
    """The profile, read along the line to the branch."""
    notes: Mapping[int, Note]
    """On the branch's own events."""


class Journal(NamedTuple):
    """All that is exported."""

    name: str
    market: Any
    """A ``MarketConfig``."""
    current: int
    branches: Sequence[Told]
    book: Book


def lines(journal: Journal, *, gate: Callable[[], None] | None = None) -> Iterator[str]:
    """The lines of the export, each with its end; ``gate`` is called between rows."""
    count = 1
    for line in _all_but_last(journal, gate):
        yield _line(line)
        count += 1
    yield _line({"lines": count, "end": [_end(told) for told in journal.branches]})


def _all_but_last(
    journal: Journal, gate: Callable[[], None] | None
) -> Iterator[Mapping[str, Any]]:
    yield _header(journal)
    for told in journal.branches:
        for row in told.reading.own().rows():
            if gate is not None:
                gate()
            yield from _row(told.row.id, row)
    yield from _book(journal)


def _line(value: Mapping[str, Any]) -> str:
    return codec.dumps(value) + "\n"


def _header(journal: Journal) -> dict[str, Any]:
    market = spelling.spell(type(journal.market), list(journal.market))
    branches = [
        {"branch": row.id, "title": row.title, "parent": row.parent, "after": row.forked_at,
         "began": None if row.parent is None else iso(row.began), "hidden": row.hidden}
        for row, _, _ in journal.branches
    ]  # fmt: skip
    return {
        "format": FORMAT, "version": VERSION, "program": lstwallet.__version__,
        "name": journal.name, "market": market, "branches": branches,
        "current": journal.current,
    }  # fmt: skip


def _row(branch: int, row: JournalRow) -> Iterator[dict[str, Any]]:
    command = None if row.command is None else codec.loads(row.command)
    for seq, text in enumerate(row.events.split("\n"), row.first_seq):
        event = spelling.spell_event(codec.loads(text))
        at = int(event.pop("at"))
        line = {"branch": branch, "seq": seq, "time": iso(at), "event": event}
        if command is not None and seq == row.first_seq:
            line["command"] = spelling.spell_command(command)
        elif command is not None:
            line["of"] = row.first_seq
        yield line


def _book(journal: Journal) -> Iterator[dict[str, Any]]:
    book = journal.book
    for contact in sorted(book.contacts.values()):
        yield {"contact": contact._asdict()}
    for told in journal.branches:
        for seq, note in sorted(told.notes.items()):
            yield {"note": {"branch": told.row.id, "seq": seq, **note._asdict()}}
    for account, name in sorted(book.names.items()):
        yield {"account": {"account": account, "name": name}}
    for kind, key in sorted(book.favourites):
        yield {"favourite": {"kind": kind, "key": key}}


def _end(told: Told) -> dict[str, Any]:
    head = told.reading.head()
    world = told.reading.load().world
    return {
        "branch": told.row.id, "events": head.seq, "reached": iso(head.time),
        "chain": head.hash.hex(), "world": codec.world_hash(world),
    }  # fmt: skip


__all__ = ["FORMAT", "SUFFIX", "VERSION", "Journal", "Told", "lines"]
