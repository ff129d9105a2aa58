"""What accounts and addresses are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstwallet.ui.wording.numbers import translate

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.store.book import Book


def account_name(book: Book, account: str) -> str:
    """The name that was given, else ``Main account``, ``Account 2`` …"""
    name = book.names.get(account)
    if name:
        return name
    number = account.partition(":")[2]
    if not number:
        return translate("wording", "Main account")
    return translate("wording", "Account {number}").format(number=number)


def short_address(address: str) -> str:
    """``sim1qx3f…8k2d``: enough to tell one's own apart."""
    from lstwallet.engine.address import short

    return short(address)


def grouped_address(address: str) -> str:
    """The address in groups of four for the eye; pasted back, the spaces go."""
    head, rest = address[:4], address[4:]
    return " ".join((head, *(rest[at : at + 4] for at in range(0, len(rest), 4))))


def party_name(book: Book, world: World, receiver: str) -> str:
    """An account of one's own or a contact by name; others by their short address."""
    if receiver in world.accounts:
        return account_name(book, receiver)
    contact = book.contacts.get(receiver)
    return contact.name if contact is not None else short_address(receiver)
