"""The book of contacts, notes, names and favourites in the profile file."""

from __future__ import annotations

from typing import Any, Final

from lstwallet.store.book import (
    Book,
    Contact,
    Edit,
    Favour,
    NameAccount,
    Note,
    PutContact,
    PutNote,
)
from lstwallet.store.driver import Database
from lstwallet.store.line import Line

_TABLES: Final = frozenset(("contacts", "notes", "names", "favourites"))
_NOTES: Final = (
    "SELECT seq, text, label FROM notes WHERE branch = ? AND seq > ? AND seq <= ? ORDER BY seq"
)


def read(database: Database, line: Line) -> Book:
    """The whole book, notes along ``line``; an empty one where an earlier program made the file."""
    if not set(database.table_names()) >= _TABLES:
        return Book()

    def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
        return database.conn.execute(query, values).fetchall()

    contacts = sorted(
        (Contact(*row) for row in rows("SELECT address, name, note FROM contacts")),
        key=lambda each: (each.name.casefold(), each.address),
    )
    notes = [
        note for each in line.stretches for note in rows(_NOTES, each.branch, each.after, each.upto)
    ]
    return Book(
        {each.address: each for each in contacts},
        {seq: Note(text, label) for seq, text, label in notes},
        dict(rows("SELECT account, name FROM names")),
        frozenset((kind, key) for kind, key in rows("SELECT kind, key FROM favourites")),
    )


def write(database: Database, edit: Edit, line: Line) -> None:
    """Put the edit into the file, within the caller's transaction.

    A note stands with the branch that holds its event: whoever shares the event shares the note.
    """
    match edit:
        case PutContact(address, contact):
            _strike(database, "contacts", address=address)
            if contact is not None:
                _insert(database, "contacts", **contact._asdict())
        case PutNote(seq, note):
            branch = line.stretch_of(seq).branch
            _strike(database, "notes", branch=branch, seq=seq)
            if note is not None:
                _insert(database, "notes", branch=branch, seq=seq, **note._asdict())
        case NameAccount(account, name):
            _strike(database, "names", account=account)
            if name:
                _insert(database, "names", account=account, name=name)
        case Favour(kind, key, on):
            _strike(database, "favourites", kind=kind, key=key)
            if on:
                _insert(database, "favourites", kind=kind, key=key)


def _insert(database: Database, table: str, **values: object) -> None:
    database.table(table).insert(values, replace=True)


def _strike(database: Database, table: str, **where: object) -> None:
    clause = " AND ".join(f"{name} = :{name}" for name in where)
    database.table(table).delete_where(clause, where)
