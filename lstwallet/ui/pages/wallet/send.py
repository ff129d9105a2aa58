"""Sending: the form at the right, and at the left whom one may send to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstwallet.engine import address
from lstwallet.ui import wording
from lstwallet.ui.jobs import GATE
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.wallet.send_form import SendForm
from lstwallet.ui.pages.wallet.view import WalletView, scrolled
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Card, Identicon, PressCard
from lstwallet.ui.widgets.labels import Icon, Label, unmarked
from lstwallet.ui.widgets.layout import clear, column, holder, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.pages.page import Page


class PartyCard(PressCard):
    """An account or a contact; pressed, it becomes the address of the form."""

    back = "sunken"

    def __init__(self, name: str, where: str) -> None:
        super().__init__()
        self.setText(unmarked(name))
        self.setAccessibleName(self.tr("Send to {name}").format(name=name))
        self.setObjectName(f"send.party.{where[:12]}")
        words = column(
            Label(name, "medium", elide=True),
            Label(wording.short_address(where), "caption", "3", elide=True),
            spacing=1,
        )
        caret = Icon("caret-right", "3", 14)
        self.setLayout(
            row(Identicon(where, 32), (words, 1), caret, margins=(12, 9, 12, 9), spacing=10)
        )


class SendView(WalletView):
    """Parties are shown in the order of their lists: favourites first."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._shown: tuple[object, ...] = ()
        self.panel = ActionPanel()
        self.panel.setObjectName("send.panel")
        self.form = SendForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.form)
        self.flow.navigate.connect(page.navigate)
        self._own, self._contacts = column(spacing=8), column(spacing=8)
        self._none = Label("", "small", "2", wrap=True)
        self._open = Button(
            self.tr("Add account"), "ghost", "small", icon="plus",
            on_click=lambda: self.turn_wanted.emit({"view": "accounts"}),
        )  # fmt: skip
        self._add = Button(
            self.tr("Add contact"), "ghost", "small", icon="plus",
            on_click=lambda: self.turn_wanted.emit({"view": "contacts", "add": ""}),
        )  # fmt: skip
        own = Card(self.tr("Your other accounts"), self._open, spacing=8)
        own.add(self._own)
        contacts = Card(self.tr("Contacts"), self._add, spacing=8)
        contacts.add(self._contacts, self._none)
        side = holder(column((self.panel, 1), margins=(0, 0, 16, 14)))
        self.setLayout(
            row((scrolled(own, contacts), 1), side, spacing=tokens.BESIDE)
        )
        self.bridge.opened.connect(self._ask)
        self._ask()

    def sub(self) -> str:
        return self.tr("To an account of your own, a contact, or any address")

    def _ask(self) -> None:
        """Whom one has sent to before: the review warns of the first time."""
        self.bridge.call(lambda session: session.sent_to(gate=GATE.wait), self._told)

    def _told(self, sent_to: frozenset[str]) -> None:
        self.form.sent_to = sent_to

    def show_request(self, arguments: dict[str, Any]) -> None:
        """``to`` (an address) and ``token``."""
        if self.flow.phase == "pending":
            return
        if self.flow.phase == "review":
            self.flow.back()
        elif self.flow.phase == "receipt":
            self.panel.page("receipt").main.click()
        if arguments.get("token"):
            self.form.choose_token(str(arguments["token"]))
        if arguments.get("to"):
            self.form.to.set_text(str(arguments["to"]))
            self.form.amount.edit.setFocus()

    def begin_typing(self) -> None:
        self.form.to.edit.setFocus()

    def set_narrow(self, narrow: bool) -> None:
        self.panel.set_slim(narrow)

    def show_world(self, world: World) -> None:
        self._show_parties(world)
        self.flow.refresh(world)

    def _show_parties(self, world: World) -> None:
        book, mine = self.bridge.book, self.bridge.account
        stars = {key for _, key in book.favourites}
        others = [each for each in world.accounts if each != mine]
        others.sort(key=lambda each: each not in stars)
        own = [(wording.account_name(book, each), address.of_account(world, each))
               for each in others]  # fmt: skip
        contacts = [(each.name, each.address) for each in book.contacts.values()]
        contacts.sort(key=lambda each: each[1] not in stars)
        shown = (tuple(own), tuple(contacts))
        if shown == self._shown:
            return
        self._shown = shown
        for body, parties in ((self._own, own), (self._contacts, contacts)):
            clear(body)
            for name, where in parties:
                card = PartyCard(name, where)
                card.clicked.connect(partial(self._choose, where))
                body.addWidget(card)
        if not own:
            self._own.addWidget(
                Label(self.tr("You have one account. Open another to move money between them."),
                      "small", "2", wrap=True)
            )  # fmt: skip
        self._none.setText(self.tr("No contact yet: a receipt offers to keep the address."))
        self._none.setVisible(not contacts)

    def _choose(self, where: str) -> None:
        self.show_request({"to": where})
