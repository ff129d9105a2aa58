"""The account that is shown, beside the profile: its picture and name, and a menu of all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from lstwallet.ui import wording
from lstwallet.ui.shell.chooser import Chooser
from lstwallet.ui.theme import icons
from lstwallet.ui.widgets.labels import unmarked

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.ui.bridge import Bridge


class AccountButton(Chooser):
    """Switches accounts; each stands in the menu with its worth, and all together below."""

    manage_wanted = Signal()
    """The room of accounts."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__("", 26, "small_medium", 190, parent)
        self._bridge = bridge
        self.setObjectName("top.account")
        self.hide()
        bridge.opened.connect(self._show)
        bridge.account_changed.connect(self._show)
        bridge.past.changed.connect(self._show)
        bridge.book_changed.connect(self._show)

    def _show(self) -> None:
        from lstwallet.engine import address

        bridge = self._bridge
        if bridge.world is None:
            return
        where = address.of_account(bridge.world, bridge.account)
        name = wording.account_name(bridge.book, bridge.account)
        self._picture.set_seed(where)
        self._name.setText(name)
        self._below.setText(wording.short_address(where))
        self.setAccessibleName(self.tr("Account {name}").format(name=name))
        self.setAccessibleDescription(where)
        self.show()

    def forget(self) -> None:
        """The profile is locked: no name, no address."""
        for words in (self._name, self._below):
            words.setText("")
        self._picture.set_seed("")
        self.setAccessibleName("")
        self.setAccessibleDescription("")
        self.hide()

    def menu(self) -> QMenu:
        """All accounts, one more, and the room where they are named."""
        from lstwallet.readmodel.accounts import account_rows, total

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        bridge, world = self._bridge, self._bridge.world
        rows = account_rows(world) if world is not None else ()
        preferences = bridge.preferences._replace(net_worth=total(rows))
        for each in rows:
            worth = wording.owned_fiat(preferences, each.usd)
            name = wording.account_name(bridge.book, each.account)
            action = QAction(f"{unmarked(name)}\t{worth}", menu)
            if each.account == bridge.account:
                action.setIcon(icons.icon("check", "accent_text"))
            action.triggered.connect(partial(self._choose, each.account))
            menu.addAction(action)
        if len(rows) > 1:
            worth = wording.owned_fiat(preferences, total(rows))
            together = QAction(self.tr("All accounts") + f"\t{worth}", menu)
            together.setEnabled(False)
            menu.addAction(together)
        menu.addSeparator()
        fresh = QAction(icons.icon("plus"), self.tr("Add account"), menu)
        fresh.triggered.connect(lambda _on=False: self._add())
        menu.addAction(fresh)
        manage = QAction(icons.icon("wallet"), self.tr("Manage accounts"), menu)
        manage.triggered.connect(lambda _on=False: self.manage_wanted.emit())
        menu.addAction(manage)
        return menu

    def _choose(self, account: str, _on: bool = False) -> None:
        self._bridge.show_account(account)

    def _add(self) -> None:
        from lstwallet.engine.accounts import OpenAccount

        self._bridge.send(OpenAccount(), self._added)

    def _added(self, outcome: Outcome) -> None:
        """A fresh account is shown at once; one that was refused is told in its room."""
        if outcome.refusal is None:
            self._bridge.show_account(outcome.world.accounts[-1])
        else:
            self.manage_wanted.emit()
