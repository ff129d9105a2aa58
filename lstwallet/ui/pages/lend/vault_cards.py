"""Cards of the vaults: the list in the room, one's own shares, and what a share is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from lstwallet.readmodel import vaults as reading
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.ui import wording
from lstwallet.ui.pages.lend import vault_words as words
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Avatar, Card, EmptyState, Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, column, holder, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.ui.bridge import Preferences

POPOVER: Final = 396
MINE: Final = 132
RATE: Final = 72
"""Widths of what stands at the right of a row, so that rows can be compared."""


class _VaultRow(QWidget):
    """One vault in the list."""

    def __init__(self, asset: str) -> None:
        super().__init__()
        self.sub = Label("", "caption", "3", elide=True)
        self.mine = Label("", "medium", align="right")
        self.mine_sub = Label("", "caption", "3", align="right")
        self.rate = Label("", "medium", "good", align="right")
        self.open = Button("", "secondary", "small")
        self.open.setObjectName(f"lend.vault.{asset}")
        self.open.setText(self.tr("Open"))
        self.open.setAccessibleName(self.tr("Open the {asset} vault").format(asset=asset))
        names = column(Label(words.title(asset), "medium"), self.sub, spacing=1)
        rate = column(self.rate, Label(self.tr("net APY"), "caption", "3", align="right"),
                      spacing=1)  # fmt: skip
        mine = column(self.mine, self.mine_sub, spacing=1)
        boxes = self.box, _ = holder(mine), holder(rate)
        for box, wide in zip(boxes, (MINE, RATE), strict=True):
            box.setMinimumWidth(current().px(wide))
        self.setLayout(
            row(Avatar(reading.share_token(asset), 32), (names, 1), *boxes, self.open, spacing=12)
        )


class VaultsCard(Card):
    """The vaults that lend in this market. ``chosen(asset)``: open one."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=10)
        self.set_title(self.tr("Vaults"))
        self.body.addLayout(self.header)
        self.set_note(self.tr("put in, get shares, let them lend for you"))
        self.rows: dict[str, _VaultRow] = {}
        self._narrow = False

    def set_narrow(self, narrow: bool) -> None:
        """What is yours stands below the name where there is no room beside it."""
        self._narrow = narrow
        for line in self.rows.values():
            line.box.setVisible(not narrow)

    def show_vaults(self, world: World, account: Account, preferences: Preferences) -> None:
        """What they bring now, and what is yours."""
        offers = reading.offers(world)
        self.setVisible(bool(offers))
        for offer in offers:
            line = self.rows.get(offer.asset) or self._make(offer.asset)
            mine = reading.position(world, account, offer.asset)
            line.rate.setText(words.rate(offer.net))
            owned = wording.owned_amount(preferences, mine.worth, offer.asset)
            line.mine.setText(owned if mine.shares else self.tr("nothing in it"))
            below = self.tr("Yours: {amount}").format(amount=owned)
            line.sub.setText(below if self._narrow and mine.shares else words.sub(offer))
            line.mine.set_tone("text" if mine.shares else "3")
            usd = value_of(quotes(world), offer.asset, mine.worth)
            line.mine_sub.setText(wording.owned_fiat(preferences, usd) if mine.shares else "")

    def _make(self, asset: str) -> _VaultRow:
        line = self.rows[asset] = _VaultRow(asset)
        line.open.clicked.connect(lambda _on=False: self.chosen.emit(asset))
        line.box.setVisible(not self._narrow)
        if len(self.rows) > 1:
            self.add(Rule())
        self.add(line)
        return line


class SharesCard(Card):
    """One's own shares: how many, what they are worth, and what they have brought."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=8)
        self.set_title(self.tr("Your shares"))
        self.body.addLayout(self.header)
        self._now: tuple[World, str, int] | None = None
        self._popover: WhyPopover | None = None
        self.shares = KeyValue(self.tr("Shares"))
        self.worth = KeyValue(self.tr("Worth now"), strong=True, why=self._explain)
        self.worth.setObjectName("vault.worth")
        self.brought = KeyValue(self.tr("Brought so far"))
        self.brought.setObjectName("vault.brought")
        self.free = KeyValue(self.tr("Can be taken out now"))
        self.part = KeyValue(self.tr("Part of the vault"))
        inside = column(
            self.shares, self.worth, self.brought, self.free, self.part, None, spacing=6
        )
        self.empty = EmptyState(
            "archive-box", self.tr("Nothing in it yet"),
            self.tr("Put something in, and each share you get will be worth a little more "
                    "every hour."),
        )  # fmt: skip
        shown = QWidget()
        self._stack = QStackedLayout(shown)
        self._stack.addWidget(holder(inside))
        self._stack.addWidget(self.empty)
        self.add((shown, 1))

    def show_position(
        self, world: World, account: Account, asset: str, paid: int | None,
        preferences: Preferences,
    ) -> None:  # fmt: skip
        """``paid``: what was put in less what was taken out; ``None`` until it is read."""
        mine = reading.position(world, account, asset)
        self._now = (world, asset, mine.shares)
        self._stack.setCurrentIndex(0 if mine.shares else 1)
        if not mine.shares:
            return
        token = reading.share_token(asset)
        self.shares.set_value(wording.owned_amount(preferences, mine.shares, token))
        self.worth.set_value(wording.owned_amount(preferences, mine.worth, asset))
        self.free.set_value(
            wording.owned_amount(preferences, mine.free, asset),
            "warn" if mine.free < mine.worth else "text",
        )
        hidden = preferences.privacy == "hidden"
        self.part.set_value(wording.HIDDEN if hidden else wording.percent(mine.part / WAD))
        self._show_brought(mine, paid, asset, preferences)

    def _show_brought(
        self, mine: reading.VaultPosition, paid: int | None, asset: str, preferences: Preferences
    ) -> None:
        if paid is None:
            self.brought.set_value(wording.UNKNOWN)
            return
        if preferences.privacy != "exact":
            self.brought.set_value(f"{wording.HIDDEN}{wording.NO_BREAK}{asset}")
            return
        gain = mine.worth - paid
        if abs(gain) < wording.DUST:  # what rounding took of a deposit a moment ago
            self.brought.set_value(wording.amount(0, asset))
            return
        self.brought.set_value(wording.change(gain, asset), "good" if gain > 0 else "bad")

    def _explain(self) -> None:
        """Why this number?"""
        if self._now is None or self.worth.why is None:
            return
        world, asset, shares = self._now
        if self._popover is None:
            self._popover = WhyPopover(self.window(), width=POPOVER)
        found = words.why_worth(
            reading.why_worth(world, asset, shares), reading.offer(world, asset)
        )
        self._popover.explain(self.worth.why, *found)


class PriceTermsCard(Card):
    """What a share is worth: every term of it, and which way each movement is rounded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=8)
        self.set_title(self.tr("What a share is worth"))
        self.body.addLayout(self.header)
        self._now: tuple[World, str] | None = None
        self._popover: WhyPopover | None = None
        self.balance = KeyValue(self.tr("aTokens held"))
        self.fees = KeyValue(self.tr("Fee so far"))
        self.total = KeyValue(self.tr("For the shares"))
        self.supply = KeyValue(self.tr("Shares"))
        self.price = KeyValue(self.tr("One share"), strong=True, why=self._explain)
        self.price.setObjectName("vault.price")
        if self.price.why is not None:
            self.price.why.setObjectName("vault.price.why")
        self.rounding = Label(
            self.tr("Shares you get and amounts you take out are rounded down, shares you give "
                    "back and amounts you pay rounded up: each by less than one base unit, for "
                    "those who stay."),
            "caption", "3", wrap=True,
        )  # fmt: skip
        self.add(
            Inset(self.balance, self.fees, Rule(), self.total, self.supply, spacing=5),
            self.price, self.rounding, None,
        )  # fmt: skip

    def show_offer(self, world: World, asset: str) -> None:
        """The vault now."""
        self._now = (world, asset)
        offer = reading.offer(world, asset)
        self.balance.set_value(wording.amount(offer.total + offer.fees, asset))
        self.fees.set_value(words.taken_off(offer.fees, asset))
        self.total.set_value(wording.amount(offer.total, asset))
        self.supply.set_value(f"÷ {wording.amount(offer.supply, offer.token)}")
        self.price.set_value(f"= {words.price(offer.price, asset)}")

    def _explain(self) -> None:
        """Why this number?"""
        if self._now is None or self.price.why is None:
            return
        world, asset = self._now
        if self._popover is None:
            self._popover = WhyPopover(self.window(), width=POPOVER)
        found = words.why_price(reading.why_worth(world, asset, WAD), reading.offer(world, asset))
        self._popover.explain(self.price.why, *found)


__all__ = ["PriceTermsCard", "SharesCard", "VaultsCard"]
