"""What a person writes beside the history: contacts, notes, names, favourites.

It is no part of the hash chain: it may be changed, and taken back, at any time. A ``Book``
is small and read as a whole; an edit says what one entry is from now on, and ``inverse``
is the edit that takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from lstwallet.units.strict.texts import plain_line

LONGEST_NAME: Final = 40
"""Characters in the name of a contact or an account."""
LONGEST_LABEL: Final = 24
LONGEST_NOTE: Final = 200

_K = TypeVar("_K")
_V = TypeVar("_V")


class Contact(NamedTuple):
    """Somebody, or something, that one sends to."""

    address: str
    name: str
    note: str = ""


class Note(NamedTuple):
    """What one remembers of an entry of Activity."""

    text: str
    label: str = ""
    """One word or two to group entries by."""


class Book(NamedTuple):
    """All of it."""

    contacts: Mapping[str, Contact] = MappingProxyType({})
    """By address, in order of name."""
    notes: Mapping[int, Note] = MappingProxyType({})
    """By the number of the event."""
    names: Mapping[str, str] = MappingProxyType({})
    """Account → what one calls it."""
    favourites: frozenset[tuple[str, str]] = frozenset()
    """(kind, key): kinds are ``account``, ``contact``, ``token``, ``pool`` and ``market``."""

    def starred(self, *kinds: str) -> frozenset[str]:
        """Keys of the favourites of these kinds."""
        return frozenset(key for kind, key in self.favourites if kind in kinds)


class PutContact(NamedTuple):
    """The contact at this address is this one, perhaps under another address from now on;
    none: it is struck out."""

    address: str
    contact: Contact | None


class PutNote(NamedTuple):
    """The note on event ``seq`` is this one; none: it is struck out."""

    seq: int
    note: Note | None


class NameAccount(NamedTuple):
    """The account is called ``name``; empty: as it was by itself."""

    account: str
    name: str


class Favour(NamedTuple):
    """It is a favourite, or no longer one."""

    kind: str
    key: str
    on: bool


Edit = PutContact | PutNote | NameAccount | Favour


def plain(edit: Edit) -> Edit:
    """The edit with every text on one line, nothing invisible in it, none too long.

    What turns letters round or shows nothing could make one name look like another.
    """
    match edit:
        case PutContact(address, Contact(where, name, note)):
            named = _line(name, LONGEST_NAME) or where[:LONGEST_NAME]
            return PutContact(address, Contact(where, named, _line(note, LONGEST_NOTE)))
        case PutNote(seq, Note(text, label)):
            return PutNote(seq, Note(_line(text, LONGEST_NOTE), _line(label, LONGEST_LABEL)))
        case NameAccount(account, name):
            return NameAccount(account, _line(name, LONGEST_NAME))
        case _:
            return edit


def _line(text: str, longest: int) -> str:
    return plain_line(text)[:longest].rstrip()


def edited(book: Book, edit: Edit) -> Book:
    """The book after an edit."""
    match edit:
        case PutContact(address, contact):
            contacts = _put(book.contacts, address, None)
            if contact is not None:
                contacts = _put(contacts, contact.address, contact)
            ordered = sorted(contacts.items(), key=lambda row: (row[1].name.casefold(), row[0]))
            return book._replace(contacts=dict(ordered))
        case PutNote(seq, note):
            return book._replace(notes=_put(book.notes, seq, note))
        case NameAccount(account, name):
            return book._replace(names=_put(book.names, account, name or None))
        case Favour(kind, key, on):
            mark = frozenset({(kind, key)})
            marks = book.favourites | mark if on else book.favourites - mark
            return book._replace(favourites=marks)


def pinned(book: Book, keys: Iterable[str], *kinds: str) -> list[str]:
    """The keys, favourites of any of these kinds first; otherwise in their own order."""
    stars = book.starred(*kinds)
    return sorted(keys, key=lambda key: key not in stars)


def inverse(book: Book, edit: Edit) -> Edit:
    """The edit that takes ``edit`` back, made before it is done."""
    match edit:
        case PutContact(address, contact):
            where = contact.address if contact is not None else address
            return PutContact(where, book.contacts.get(address))
        case PutNote(seq, _):
            return PutNote(seq, book.notes.get(seq))
        case NameAccount(account, _):
            return NameAccount(account, book.names.get(account, ""))
        case Favour(kind, key, _):
            return Favour(kind, key, (kind, key) in book.favourites)


def _put(rows: Mapping[_K, _V], key: _K, value: _V | None) -> dict[_K, _V]:
    rest = {each: held for each, held in rows.items() if each != key}
    return rest if value is None else {**rest, key: value}
