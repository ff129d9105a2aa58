"""Contacts: who one sends to, kept with the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from lstwallet.engine import address
from lstwallet.store.book import LONGEST_NAME, LONGEST_NOTE, Contact, PutContact
from lstwallet.ui import wording
from lstwallet.ui.pages.wallet.view import WalletView, scrolled
from lstwallet.ui.widgets.address_field import AddressField
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Card, EmptyState, Identicon
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, clear, column, holder, row
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.units.strict.texts import plain_line

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.pages.page import Page


class ContactLine(QWidget):
    """One contact and what one can do with it."""

    def __init__(self, contact: Contact, *, favourite: bool) -> None:
        super().__init__()
        self.contact = contact
        self.setAccessibleName(contact.name)
        tip = self.tr("No longer a favourite") if favourite else self.tr("Favourite")
        key = contact.address[:12]
        self.star = ToolButton("star-fill" if favourite else "star", tip, side=28, icon_side=16,
                               tone="warn" if favourite else "3")  # fmt: skip
        self.copy = ToolButton("copy", self.tr("Copy address"), side=28, icon_side=16, tone="3")
        self.change = ToolButton("pencil-simple", self.tr("Edit contact"), side=28, icon_side=16,
                                 tone="3")  # fmt: skip
        self.strike = ToolButton("trash", self.tr("Remove contact"), side=28, icon_side=16,
                                 tone="3")  # fmt: skip
        self.send = Button(self.tr("Send to"), "secondary", "small")
        named = (
            ("star", self.star), ("copy", self.copy), ("edit", self.change),
            ("remove", self.strike), ("send", self.send),
        )  # fmt: skip
        for word, button in named:
            button.setObjectName(f"contact.{word}.{key}")
        shown = wording.short_address(contact.address)
        sub = f"{shown} · {contact.note}" if contact.note else shown
        where = Label(sub, "caption", "3", elide=True)
        words = column(Label(contact.name, "strong", elide=True), where, spacing=1)
        self.setLayout(
            row(
                Identicon(contact.address, 36), (words, 1), self.star, self.copy, self.change,
                self.strike, 4, self.send, margins=(0, 8, 0, 8), spacing=6,
            )
        )  # fmt: skip


class ContactEditor(QWidget):
    """Name, address and note of a contact, new or known; errors stand beside their fields."""

    kept = Signal(object, str)
    """The contact, and the address it had before ("" for a new one)."""

    def __init__(self) -> None:
        super().__init__()
        self._before = ""
        self.name = self._line("contact.name", LONGEST_NAME)
        self.note = self._line("contact.note", LONGEST_NOTE)
        self.name_error = ErrorLine()
        self.address = AddressField(self.tr("Address"), "contact.address")
        self.address.set_known(())
        self.name.textChanged.connect(lambda _text: self.name_error.set_text(""))
        self.address.changed.connect(lambda: self.address.set_error(""))
        self.keep = Button(self.tr("Save contact"), "primary", on_click=self._keep)
        self.keep.setObjectName("contact.save")
        self.cancel = Button(self.tr("Cancel"), "secondary", on_click=self.hide)
        self.cancel.setObjectName("contact.cancel")
        for field in (self.name, self.note, self.address.edit):
            field.returnPressed.connect(self._keep)
        self.setLayout(
            column(
                self._labelled(self.tr("Name"), self.name), self.name_error, self.address,
                self._labelled(self.tr("Note (optional)"), self.note),
                row(None, self.cancel, self.keep, spacing=8), spacing=8,
            )
        )  # fmt: skip
        self.hide()

    def _line(self, name: str, longest: int) -> QLineEdit:
        field = QLineEdit()
        field.setProperty("box", True)
        field.setObjectName(name)
        field.setMaxLength(longest)
        return field

    def _labelled(self, words: str, field: QLineEdit) -> QWidget:
        label = Label(words, "small", "2")
        label.setBuddy(field)
        field.setAccessibleName(words)
        return holder(column(label, field, spacing=4))

    def begin(self, contact: Contact | None = None, to: str = "") -> None:
        """Edit a contact, or a new one, perhaps with its address given."""
        self._before = contact.address if contact is not None else ""
        self.name.setText(contact.name if contact is not None else "")
        self.note.setText(contact.note if contact is not None else "")
        self.address.set_text(contact.address if contact is not None else to)
        self.name_error.set_text("")
        self.address.set_error("")
        self.show()
        self.name.setFocus()

    def refuse_address(self, text: str) -> None:
        """Say beside the address why it is not taken."""
        self.address.set_error(text)
        self.address.edit.setFocus()

    def _keep(self) -> None:
        name = plain_line(self.name.text())
        if not name:
            self.name_error.set_text(self.tr("Enter a name."))
            self.name.setFocus()
            return
        where = address.tidy(self.address.text())
        wrong = address.problem(where)
        if wrong is not None:
            self.refuse_address(wording.address_problem(wrong.value))
            return
        note = plain_line(self.note.text())
        self.kept.emit(Contact(where, name, note), self._before)


class ContactsView(WalletView):
    """Favourites first, then by name."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._shown: tuple[object, ...] = ()
        self._lines: dict[str, ContactLine] = {}
        self.add = Button(self.tr("Add contact"), "primary", icon="plus", on_click=self._add)
        self.add.setObjectName("wallet.add_contact")
        self.editor = ContactEditor()
        self.editor.kept.connect(self._keep)
        self._body = column(spacing=0)
        self.empty = EmptyState(
            "address-book", self.tr("No contact yet"),
            self.tr("Keep the addresses that you send to under a name."),
        )  # fmt: skip
        card = Card(self.tr("Contacts"), self.add, spacing=6)
        card.add(self.editor, self._body, self.empty)
        self.setLayout(column((scrolled(card), 1), spacing=0))
        self._profile = self.bridge.profile
        self.bridge.opened.connect(self._opened)

    def _opened(self) -> None:
        """What was being typed was for the contacts of the profile before."""
        if self.bridge.profile is not self._profile:
            self._profile = self.bridge.profile
            self.editor.hide()

    def sub(self) -> str:
        return self.tr("Names for the addresses that you send to")

    def show_request(self, arguments: dict[str, object]) -> None:
        """``{"view": "contacts", "add": address}`` begins a new one."""
        if "add" in arguments:
            self.editor.begin(to=str(arguments["add"]))

    def begin_typing(self) -> None:
        self._add()

    def show_world(self, world: World) -> None:
        book = self.bridge.book
        stars = {key for kind, key in book.favourites if kind == "contact"}
        contacts = sorted(book.contacts.values(), key=lambda each: each.address not in stars)
        shown = (*contacts, frozenset(stars))
        if shown == self._shown:
            return
        self._shown, self._lines = shown, {}
        clear(self._body)
        for place, contact in enumerate(contacts):
            if place:
                self._body.addWidget(Rule())
            line = ContactLine(contact, favourite=contact.address in stars)
            self._connect(line, contact.address in stars)
            self._lines[contact.address] = line
            self._body.addWidget(line)
        self.empty.setVisible(not contacts)

    def _connect(self, line: ContactLine, favourite: bool) -> None:
        contact = line.contact
        line.star.clicked.connect(lambda _on=False: self._favour(contact, not favourite))
        line.copy.clicked.connect(lambda _on=False: self._copy(contact))
        line.change.clicked.connect(lambda _on=False: self.editor.begin(contact))
        line.strike.clicked.connect(lambda _on=False: self._strike(contact))
        wish = {"view": "send", "to": contact.address}
        line.send.clicked.connect(lambda _on=False: self.turn_wanted.emit(wish))

    def _add(self) -> None:
        self.editor.begin()

    def _keep(self, contact: Contact, before: str) -> None:
        world, book = self.bridge.world, self.bridge.book
        assert world is not None
        own = next((a for a in world.accounts if address.of_account(world, a) == contact.address),
                   None)  # fmt: skip
        if own is not None:
            name = wording.account_name(book, own)
            self.editor.refuse_address(self.tr("That is your own {name}.").format(name=name))
            return
        other = book.contacts.get(contact.address)
        if other is not None and before != contact.address:
            words = self.tr("{name} has this address already.").format(name=other.name)
            self.editor.refuse_address(words)
            return
        self.editor.hide()
        said = self.tr("{name} is saved").format(name=contact.name)
        self.page.edit(PutContact(before or contact.address, contact), said)

    def _strike(self, contact: Contact) -> None:
        said = self.tr("{name} is removed").format(name=contact.name)
        self.page.edit(PutContact(contact.address, None), said)

    def _favour(self, contact: Contact, on: bool) -> None:
        self.page.favour("contact", contact.address, contact.name, on=on)

    def _copy(self, contact: Contact) -> None:
        QApplication.clipboard().setText(contact.address)
        self.page.tell(self.tr("Address copied"), wording.short_address(contact.address))
