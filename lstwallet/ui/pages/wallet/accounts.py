"""The user's accounts: names, addresses, worth, and one more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QWidget

from lstwallet.engine.accounts import MOST_ACCOUNTS, OpenAccount
from lstwallet.readmodel.accounts import AccountRow, account_rows, total
from lstwallet.store.book import LONGEST_NAME, NameAccount
from lstwallet.ui import wording
from lstwallet.ui.bridge import Opening
from lstwallet.ui.pages.wallet.view import WalletView, scrolled
from lstwallet.ui.theme import current
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Card, Identicon
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.in_place import InPlace
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, clear, column, holder, row

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.world import World
    from lstwallet.store.book import Book
    from lstwallet.ui.bridge import Preferences
    from lstwallet.ui.pages.page import Page


class AccountLine(QWidget):
    """One account: picture, name, address, worth, and what one can do with it."""

    named = Signal(str)
    favoured = Signal(bool)
    copied = Signal()
    show_wanted = Signal()
    send_wanted = Signal()

    def __init__(self, account: str, address: str) -> None:
        super().__init__()
        key = account.replace(":", ".")
        self._favourite = False
        self.picture = Identicon(address, 36)
        self.name = InPlace("strong", self.tr("Rename"), LONGEST_NAME, f"account.name.{key}")
        self.name.edited.connect(self.named)
        self.address = Label("", "caption", "3", elide=True)
        self.address.setToolTip(plain_tip(address))
        self.star = ToolButton("star", self.tr("Favourite"), side=28, icon_side=16, tone="3")
        self.star.clicked.connect(lambda _on=False: self.favoured.emit(not self._favourite))
        self.star.setObjectName(f"account.star.{key}")
        copy = ToolButton("copy", self.tr("Copy address"), side=28, icon_side=16, tone="3",
                          on_click=self.copied.emit)  # fmt: skip
        copy.setObjectName(f"account.copy.{key}")
        self.worth = Label("", "strong", align="right")
        self.here = Chip(self.tr("Shown"), "info", "check-circle")
        self.show_button = Button(self.tr("Show"), "secondary", "small",
                                  on_click=self.show_wanted.emit)  # fmt: skip
        self.show_button.setObjectName(f"account.show.{key}")
        self.send = Button(self.tr("Send to"), "secondary", "small",
                           on_click=self.send_wanted.emit)  # fmt: skip
        self.send.setObjectName(f"account.send.{key}")
        words = column(self.name, self.address, spacing=1)
        acts = holder(row(None, self.here, self.send, self.show_button, spacing=6))
        wide = self.send.sizeHint().width() + self.show_button.sizeHint().width() + 6
        acts.setFixedWidth(wide)  # what one owns stands in one column
        self.behind = wide + 14
        self.worth.setMinimumWidth(current().px(110))
        self.setLayout(
            row(
                self.picture, (words, 1), self.star, copy, 8, self.worth, 8, acts,
                margins=(0, 8, 0, 8), spacing=6,
            )
        )  # fmt: skip

    def show_row(
        self, row_: AccountRow, book: Book, preferences: Preferences, *, here: bool
    ) -> None:
        """What the account is called and worth now."""
        name = wording.account_name(book, row_.account)
        self.setAccessibleName(name)
        self.name.set_text(name)
        self.address.setText(wording.short_address(row_.address))
        self._favourite = ("account", row_.account) in book.favourites
        self.star.set_icon(
            "star-fill" if self._favourite else "star", "warn" if self._favourite else "3"
        )
        tip = self.tr("No longer a favourite") if self._favourite else self.tr("Favourite")
        self.star.set_tip(tip)
        self.worth.setText(wording.owned_fiat(preferences, row_.usd))
        self.here.setVisible(here)
        self.show_button.setVisible(not here)
        self.send.setVisible(not here)


class AccountsView(WalletView):
    """A line for each; favourites stand first."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._lines: dict[str, AccountLine] = {}
        self._order: tuple[tuple[str, str], ...] = ()
        """Accounts and their addresses, as the lines stand."""
        self._asked = False
        self.add = Button(self.tr("Add account"), "primary", icon="plus", on_click=self._add)
        self.add.setObjectName("wallet.add_account")
        self._sum = Label("", "strong", align="right")
        self._sum.setObjectName("wallet.total")
        self._sum.setAccessibleName(self.tr("All accounts together"))
        self._body = column(spacing=0)
        self._card = Card(self.tr("Accounts"), self.add, spacing=4)
        self._behind = QWidget()
        label = Label(self.tr("All accounts"), "body", "2")
        self._together = holder(row(label, None, self._sum, self._behind, spacing=0))
        self._card.add(self._body, Rule(), 4, self._together)
        note = Label(
            self.tr(
                "Accounts keep money and positions apart: each has its own address, loans and "
                "tickets. Rooms show one account at a time."
            ),
            "small", "2", wrap=True,
        )  # fmt: skip
        self._card.add(4, note)
        self.setLayout(column((scrolled(self._card), 1), spacing=0))

    def sub(self) -> str:
        return self.tr("Your accounts, and what each is worth")

    def show_world(self, world: World) -> None:
        book, rows = self.bridge.book, account_rows(world)
        known = {each.account: each for each in rows}
        stars = {key for kind, key in book.favourites if kind == "account"}
        sorted_ = sorted(known, key=lambda each: each not in stars)
        order = tuple((each, known[each].address) for each in sorted_)
        if order != self._order:  # in another profile the same accounts have other addresses
            self._build(order)
        preferences = self.bridge.preferences._replace(net_worth=total(rows))
        for account, line in self._lines.items():
            here = account == self.bridge.account
            line.show_row(known[account], book, preferences, here=here)
        self._sum.setText(wording.owned_fiat(preferences, total(rows)))
        self._together.setVisible(len(rows) > 1)
        self.add.setEnabled(len(rows) < MOST_ACCOUNTS and not self._asked)
        full = self.tr("There are {most} accounts already").format(most=MOST_ACCOUNTS)
        self.add.setToolTip(plain_tip(full if len(rows) >= MOST_ACCOUNTS else ""))

    def _build(self, order: tuple[tuple[str, str], ...]) -> None:
        clear(self._body)
        self._order, self._lines = order, {}
        for place, (account, address) in enumerate(order):
            if place:
                self._body.addWidget(Rule())
            line = self._lines[account] = AccountLine(account, address)
            line.named.connect(partial(self._rename, account))
            line.favoured.connect(partial(self._favour, account))
            line.copied.connect(partial(self._copy, address))
            line.show_wanted.connect(partial(self.bridge.show_account, account))
            line.send_wanted.connect(partial(self._send, address))
            self._body.addWidget(line)
            self._behind.setFixedWidth(line.behind)

    def _add(self) -> None:
        """One for a click: an account stays for ever."""
        self._asked = True
        self.add.setEnabled(False)
        self.bridge.send(OpenAccount(), self._added, self._not_added)

    def _not_added(self, error: BaseException) -> None:
        self._asked = False
        self.add.setEnabled(True)
        if isinstance(error, Opening):  # all else the bridge tells
            self.bridge.failed.emit(error)

    def _added(self, outcome: Outcome) -> None:
        self._asked = False
        self.add.setEnabled(True)
        if outcome.refusal is not None:
            self.page.tell(self.tr("Not done"), wording.refusal(outcome.refusal), "bad")
            return
        name = wording.account_name(self.bridge.book, outcome.world.accounts[-1])
        self.page.tell(self.tr("{account} opened").format(account=name))

    def _rename(self, account: str, name: str) -> None:
        said = self.tr("Account is called {name}").format(name=name)
        if not name:
            said = self.tr("Account has its first name again")
        self.page.edit(NameAccount(account, name), said)

    def _favour(self, account: str, on: bool) -> None:
        name = wording.account_name(self.bridge.book, account)
        self.page.favour("account", account, name, on=on)

    def _copy(self, address: str) -> None:
        QApplication.clipboard().setText(address)
        self.page.tell(self.tr("Address copied"), wording.short_address(address))

    def _send(self, address: str) -> None:
        self.turn_wanted.emit({"view": "send", "to": address})
