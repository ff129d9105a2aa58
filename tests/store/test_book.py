"""The book beside the history: edits, taking them back, and the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import book as books
from lstwallet.store.book import (
    Book,
    Contact,
    Favour,
    NameAccount,
    Note,
    PutContact,
    PutNote,
    edited,
    inverse,
)
from lstwallet.store.errors import StoreBroken, StoreUnavailable
from lstwallet.store.verify import verify
from tests.small_world import small_world
from tests.store.test_kept import unpacked

ADDRESSES = st.sampled_from(("sim1a", "sim1b", "sim1c"))
TEXTS = st.text(min_size=1, max_size=8)
EDITS = st.one_of(
    st.builds(
        lambda address, name: PutContact(address, name and Contact(address, name)),
        ADDRESSES,
        st.none() | TEXTS,
    ),
    st.builds(
        lambda seq, text: PutNote(seq, text and Note(text, text[:1])),
        st.integers(2, 4),
        st.none() | TEXTS,
    ),
    st.builds(NameAccount, st.sampled_from(("you", "you:2")), st.just("") | TEXTS),
    st.builds(
        Favour, st.sampled_from(("token", "contact")), st.sampled_from(("a", "b")), st.booleans()
    ),
)


def made(path: Path) -> Session:
    session = Session.create(path, small_world(), MarketConfig(flows=False), name="Test")
    for _ in range(3):
        session.execute(Fund(YOU, "ETH", 10**18))
    return session


@given(st.lists(EDITS, max_size=8), EDITS)
def test_every_edit_can_be_taken_back(before: list[books.Edit], edit: books.Edit) -> None:
    book = Book()
    for each in before:
        book = edited(book, each)
    back = inverse(book, edit)
    assert edited(edited(book, edit), back) == book


def test_contacts_stand_in_order_of_their_names() -> None:
    book = Book()
    for address, name in (("sim1a", "zoe"), ("sim1b", "Adam"), ("sim1c", "bea")):
        book = edited(book, PutContact(address, Contact(address, name)))
    assert [each.name for each in book.contacts.values()] == ["Adam", "bea", "zoe"]


@settings(max_examples=8)
@given(st.lists(EDITS, max_size=6))
def test_what_was_written_is_there_after_opening_again(
    tmp_path_factory: pytest.TempPathFactory, edits: list[books.Edit]
) -> None:
    path = tmp_path_factory.mktemp("book") / "a.lstwallet"
    session = made(path)
    expected = Book()
    for edit in edits:
        expected = edited(expected, books.plain(edit))
        assert session.edit(edit) == expected
    session.close()
    session = Session.open(path)
    assert session.book == expected
    assert list(session.book.contacts) == list(expected.contacts)
    session.close()


@given(EDITS)
def test_what_is_written_is_one_line_that_can_be_seen(edit: books.Edit) -> None:
    plain = books.plain(edit)
    match plain:
        case PutContact(_, Contact(_, name, note)):
            assert name
            shown = (name, note)
        case PutNote(_, Note(text, label)):
            shown = (text, label)
        case NameAccount(_, name):
            shown = (name,)
        case _:
            shown = ()
    assert all(text.isprintable() and text == text.strip() for text in shown)
    assert books.plain(plain) == plain


def test_a_name_cannot_turn_round_or_hide_what_it_is(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "p", small_world(), MarketConfig(), name="Main")
    try:
        session.edit(NameAccount(YOU, "\u202eknab\u200b\n  of mine"))
        session.edit(PutContact("sim1a", Contact("sim1a", "\u2066\u200b", "x" * 900)))
        assert session.book.names == {YOU: "knab of mine"}
        assert session.book.contacts["sim1a"] == Contact("sim1a", "sim1a", "x" * 200)
    finally:
        session.close()


def test_the_history_does_not_know_of_it(tmp_path: Path) -> None:
    session = made(tmp_path / "a.lstwallet")
    before = verify_of(session)
    session.edit(PutNote(2, Note("=cmd|' /C calc'!A0", "rent")))
    session.edit(PutContact("sim1a", Contact("sim1a", "Adam")))
    assert verify_of(session) == before
    session.close()
    assert verify(session.path).problems == ()


def verify_of(session: Session) -> tuple[str, int, tuple[str, ...]]:
    report = session.verify()
    return report.world_hash, report.events, report.problems


def test_a_note_belongs_to_an_entry_that_there_is(tmp_path: Path) -> None:
    session = made(tmp_path / "a.lstwallet")
    with pytest.raises((StoreBroken, StoreUnavailable)):
        session.edit(PutNote(99, Note("nothing")))
    assert session.book == Book()
    session.recover()  # the file is read again and audited, it goes on
    session.edit(PutNote(2, Note("something")))
    assert session.book.notes == {2: Note("something")}
    session.close()


def test_a_file_of_the_first_format_gets_its_book_when_it_is_opened(tmp_path: Path) -> None:
    path = unpacked("main-road", tmp_path)
    session = Session.open(path, read_only=True)
    assert session.book == Book()
    session.close()
    session = Session.open(path)
    session.edit(NameAccount(YOU, "Savings"))
    session.close()
    session = Session.open(path, read_only=True)
    assert session.book.names == {YOU: "Savings"}
    session.close()
    assert verify(path).problems == ()


def test_nothing_is_edited_where_nothing_may_be_written(tmp_path: Path) -> None:
    made(tmp_path / "a.lstwallet").close()
    session = Session.open(tmp_path / "a.lstwallet", read_only=True)
    with pytest.raises(StoreUnavailable):
        session.edit(Favour("token", "ETH", True))
    session.close()
