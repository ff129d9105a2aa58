"""Receiving: the address of the account that is shown, as text and as a QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from lstwallet.engine import address
from lstwallet.ui import wording
from lstwallet.ui.pages.wallet.view import WalletView, scrolled
from lstwallet.ui.widgets.buttons import Button, Chooser
from lstwallet.ui.widgets.cards import Banner, Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import HCENTER, column, holder, row
from lstwallet.ui.widgets.qr import QrCode

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.pages.page import Page


class ReceiveView(WalletView):
    """Nothing is hidden here by the eye: an address says nothing of what is owned."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._address = ""
        self.account = Chooser(self.tr("Account"))
        self.account.setObjectName("receive.account")
        self.account.activated.connect(self._chosen)
        self.code = QrCode()
        self.code.setObjectName("receive.qr")
        self.text = Label("", "medium", wrap=True, align="center").make_selectable()
        self.text.setObjectName("receive.address")
        self.copy = Button(self.tr("Copy address"), "primary", icon="copy", on_click=self._copy)
        self.copy.setObjectName("receive.copy")
        note = Banner(
            self.tr(
                "Simulated: worthless on a real network. No wallet or exchange takes this address."
            ),
            "sim", "flask",
        )  # fmt: skip
        label = Label(self.tr("Account"), "small", "2")
        label.setBuddy(self.account)
        card = Card(self.tr("Receive"), spacing=14)
        card.add(
            holder(row(label, (self.account, 1), spacing=10)),
            (self.code, 0, HCENTER),
            self.text,
            (self.copy, 0, HCENTER),
            note,
        )
        card.setMaximumWidth(460)
        self.setLayout(column((scrolled(card), 1), spacing=0))

    def sub(self) -> str:
        return self.tr("The address that others send to")

    def show_world(self, world: World) -> None:
        names = [wording.account_name(self.bridge.book, each) for each in world.accounts]
        if names != [self.account.itemText(at) for at in range(self.account.count())]:
            self.account.clear()
            for account, name in zip(world.accounts, names, strict=True):
                self.account.addItem(name, account)
        self.account.setCurrentIndex(world.accounts.index(self.bridge.account))
        self._address = address.of_account(world, self.bridge.account)
        name = self.account.currentText()
        self.code.set_text(self._address, self.tr("QR code of {name}").format(name=name))
        self.text.setText(wording.grouped_address(self._address))

    def _chosen(self, index: int) -> None:
        self.bridge.show_account(self.account.itemData(index))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._address)
        self.page.tell(self.tr("Address copied"), wording.short_address(self._address))
