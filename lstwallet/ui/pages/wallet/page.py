"""The room "Wallet": accounts, sending, receiving, contacts and approvals, a view for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QStackedLayout, QWidget

from lstwallet.ui.pages.page import Page
from lstwallet.ui.pages.wallet.accounts import AccountsView
from lstwallet.ui.pages.wallet.approvals import ApprovalsView
from lstwallet.ui.pages.wallet.contacts import ContactsView
from lstwallet.ui.pages.wallet.receive import ReceiveView
from lstwallet.ui.pages.wallet.send import SendView
from lstwallet.ui.pages.wallet.view import WalletView
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

ACCOUNTS: Final = "accounts"
SEND: Final = "send"


class RoomPage(Page):
    """Tabs at the head; a view is made when it is first shown."""

    key = "wallet"
    interests = frozenset(
        {"wallet", "accounts", "prices", "staking", "lending", "pools", "network", "time"}
    )

    MAKERS: Final[dict[str, Callable[[Page], WalletView]]] = {
        ACCOUNTS: AccountsView,
        SEND: SendView,
        "receive": ReceiveView,
        "contacts": ContactsView,
        "approvals": ApprovalsView,
    }
    """The views by key, in the order of the tabs."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._views: dict[str, WalletView] = {}
        words = {
            ACCOUNTS: self.tr("Accounts"),
            SEND: self.tr("Send"),
            "receive": self.tr("Receive"),
            "contacts": self.tr("Contacts"),
            "approvals": self.tr("Approvals"),
        }
        tabs = [(key, words[key]) for key in self.MAKERS]
        self.tabs = Segmented(tabs, ACCOUNTS, name=self.tr("Part of the wallet"))
        for key, _ in tabs:
            self.tabs.button(key).setObjectName(f"wallet.tab.{key}")
        self.tabs.changed.connect(self.show_view)
        self._sub = Label("", "small", "2", elide=True)
        title = column(Label(self.tr("Wallet"), "title"), self._sub, spacing=3)
        head = row((title, 1), self.tabs, margins=(tokens.PAGE_MARGIN, 14, 16, 0), spacing=12)
        self._stack = QStackedLayout()
        body = holder(self._stack)
        self.setLayout(column(head, (body, 1), spacing=12))
        bridge.book_changed.connect(self.renew)
        self.show_view(ACCOUNTS)

    @property
    def view(self) -> WalletView:
        """The view that is shown."""
        return self._views[self.tabs.current()]

    def show_view(self, key: str) -> WalletView:
        """Turn to a view, by its key."""
        if key not in self._views:
            view = self._views[key] = self.MAKERS[key](self)
            view.set_narrow(self.narrow)
            view.turn_wanted.connect(self.show_request)
            self._stack.addWidget(view)
        view = self._views[key]
        self.tabs.set_current(key)
        self._stack.setCurrentWidget(view)
        self._sub.setText(view.sub())
        self.panel = view.panel
        self.panel_changed.emit()
        world = self.bridge.world
        if world is not None:
            view.show_world(world)
        return view

    def show_request(self, arguments: Any) -> None:
        """``{"view": "send", "to": address, "token": "ETH"}``; ``to`` or ``token`` mean Send."""
        if not isinstance(arguments, dict):
            return
        wished = arguments.get("view") or (SEND if {"to", "token"} & set(arguments) else ACCOUNTS)
        if wished in self.MAKERS:
            self.show_view(wished).show_request(arguments)

    def begin_typing(self) -> None:
        """Into the view's first field."""
        self.view.begin_typing()

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        for view in self._views.values():
            view.set_narrow(narrow)

    def refresh(self, world: World) -> None:
        self.view.show_world(world)


__all__ = ["RoomPage"]
