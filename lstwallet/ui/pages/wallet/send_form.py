"""The form that sends: to whom, what, how much, and a label for the entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.engine import address
from lstwallet.engine.accounts import Send, account_at, is_sendable
from lstwallet.readmodel.portfolio import POOL, WALLET, Quotes, holdings, quotes, value_of
from lstwallet.store.book import LONGEST_LABEL, Note, PutNote, pinned
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Check,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
    offer_ether,
    read_amount,
)
from lstwallet.ui.widgets.address_field import AddressField, Known
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import BeforeAfter
from lstwallet.units.amount import ALL
from lstwallet.units.strict.texts import plain_line

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.accounts import Sent
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.pages.action import Field


class SendForm(ActionForm):
    """One amount of one token to one address."""

    name = "send"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._held: dict[str, int] = {}
        self.sent_to: frozenset[str] = frozenset()
        """Whom the user has sent to before; asked of the session by the view."""
        self.to = AddressField(self.tr("To"), "send.to")
        self.to.changed.connect(self._typed)
        self.amount = AmountField(self.tr("You send"), "ETH", 18)
        self.amount.edit.setObjectName("send.amount")
        self.amount.max_button.setObjectName("send.max")
        self.amount.pill.setObjectName("send.token")
        self.amount.changed.connect(self._typed)
        self.amount.token_changed.connect(self.choose_token)
        self.label = QLineEdit()
        self.label.setProperty("box", True)
        self.label.setObjectName("send.label")
        self.label.setMaxLength(LONGEST_LABEL)
        self.label.setPlaceholderText(self.tr("Rent, savings …"))
        words = Label(self.tr("Label (optional)"), "small", "2")
        words.setBuddy(self.label)
        self.label.setAccessibleName(words.text())
        self.mine = BeforeAfter("")
        self.theirs = BeforeAfter("")
        overview = Inset(
            Label(self.tr("Before and after"), "caption", "3"), self.mine, self.theirs, spacing=5
        )
        labelled = holder(column(words, self.label, spacing=4))
        self.setLayout(column(self.to, self.amount, labelled, overview, spacing=12))

    def _typed(self) -> None:
        world = self._bridge.world
        if world is not None:
            self._show_who(world)
            self._show_fiat(world)
        self.changed.emit()

    # --- who and what -------------------------------------------------------------------

    def choose_token(self, symbol: str) -> None:
        """Send this token; what was typed stays."""
        self.amount.set_token(symbol, wording.decimals(symbol), wording.token_name(symbol))
        self.amount.set_places(wording.places(symbol))
        world = self._bridge.world
        if world is not None:
            self.refresh(world)
        self.changed.emit()

    def receiver(self, world: World) -> str:
        """The ledger's account behind the address; empty while that is none."""
        text = address.tidy(self.to.text())
        return "" if address.problem(text) is not None else account_at(world, text)

    def _show_who(self, world: World) -> None:
        receiver = self.receiver(world)
        if not receiver:
            self.to.set_who("")
        elif receiver in world.accounts:
            name = wording.account_name(self._bridge.book, receiver)
            self.to.set_who(self.tr("Your own: {name}").format(name=name), "good")
        elif receiver in self._bridge.book.contacts:
            name = self._bridge.book.contacts[receiver].name
            self.to.set_who(self.tr("Contact: {name}").format(name=name), "good")
        else:
            self.to.set_who(self.tr("Not in your contacts"), "warn")

    def _known(self, world: World) -> list[Known]:
        book, mine = self._bridge.book, self._bridge.account
        own = [
            Known(wording.account_name(book, each), address.of_account(world, each), "own")
            for each in world.accounts
            if each != mine
        ]
        return own + [Known(each.name, each.address, "contacts") for each in book.contacts.values()]

    def refresh(self, world: World) -> None:
        rows = holdings(world, self._bridge.account)
        kept = [row for row in rows if row.kind in (WALLET, POOL) and is_sendable(row.token)]
        self._held = {row.token: row.units for row in kept}
        tokens = pinned(self._bridge.book, self._held, "token")
        symbol = self.amount.symbol()
        if tokens and symbol not in tokens and not self.amount.text():
            symbol = tokens[0]
            self.amount.set_token(symbol, wording.decimals(symbol), wording.token_name(symbol))
        self.amount.set_token_choices(tokens or ["ETH"])
        held = self._held.get(symbol, 0)
        self.amount.set_available(held, self._owned(held, symbol))
        if symbol == "ETH":
            call = Send(self._bridge.account, symbol, ALL, "")
            offer_ether(self.amount, self._bridge, world, call)
        else:
            self.amount.set_max(held)
        self.to.set_known(self._known(world))
        self._show_who(world)
        self._show_fiat(world)

    def _owned(self, units: int, symbol: str) -> str:
        """Instead of Available while the eye hides it; empty while it is shown."""
        preferences = self._bridge.preferences
        if preferences.privacy == "exact":
            return ""
        hidden = wording.owned_amount(preferences, units, symbol)
        return self.tr("Available {amount}").format(amount=hidden)

    def _show_fiat(self, world: World) -> None:
        units = self.amount.units()
        worth = _worth(quotes(world), self.amount.symbol(), units or 0)
        self.amount.set_fiat(wording.fiat(worth) if worth else "")

    # --- the form -----------------------------------------------------------------------

    def header(self) -> Header:
        name = wording.account_name(self._bridge.book, self._bridge.account)
        return Header(
            self.tr("Send"), self.tr("From {account}").format(account=name), icon="paper-plane-tilt"
        )

    def main_text(self) -> str:
        return self.tr("Review transfer")

    def fields(self) -> Mapping[str, Field]:
        return {"amount": self.amount, "to": self.to}

    def reset(self) -> None:
        super().reset()
        self.label.clear()

    def build_command(self) -> Command | NotYet:
        text = address.tidy(self.to.text())
        if not text:
            return NotYet(self.tr("Enter an address to go on"), "", "to")
        wrong = address.problem(text)
        if wrong is not None:
            said = wording.address_problem(wrong.value)
            return NotYet(self.tr("Correct the address to go on"), said, "to")
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        return Send(self._bridge.account, self.amount.symbol(), value, text)

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is None:
            return
        after = quote.after if quote else None
        symbol, mine = self.amount.symbol(), self._bridge.account
        receiver = self.receiver(world)
        named = self.tr("{token} in {account}")
        book, token = self._bridge.book, wording.token_name(symbol)
        self.mine.key.setText(
            named.format(token=token, account=wording.account_name(book, mine))
        )
        self.mine.set_values(*self._change(world, after, mine, symbol))
        own = receiver in world.accounts and receiver != mine
        self.theirs.setVisible(own)
        if own:
            name = wording.account_name(book, receiver)
            self.theirs.key.setText(named.format(token=token, account=name))
            self.theirs.set_values(*self._change(world, after, receiver, symbol))

    def _change(
        self, before: World, after: World | None, account: str, symbol: str
    ) -> tuple[str, str]:
        def shown(world: World) -> str:
            units = _held(world, account, symbol)
            if self._bridge.preferences.privacy == "exact":
                return wording.amount(units, symbol, unit=False)
            return wording.HIDDEN

        return shown(before), shown(after) if after is not None else ""

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        event: Sent = quote.events[-1]
        world = quote.after
        token = event.token
        name = wording.party_name(self._bridge.book, world, event.receiver)
        what = wording.amount(event.units, token)
        full = event.receiver
        if full in world.accounts:
            full = address.of_account(world, full)
        said = plain_line(self.label.text())
        return Review(
            title=self.tr("Review transfer"),
            confirm=self.tr("Send {amount}").format(amount=what),
            pending=self.tr("Sending"),
            moves=(
                Move(token, self.tr("You send to {name}").format(name=name),
                     wording.change(-event.units, token),
                     wording.fiat(_worth(quotes(world), token, event.units))),
            ),
            checks=(
                Check(self.tr("The whole address: {address}").format(
                    address=wording.grouped_address(full)), "info"),
            ),
            facts=(
                Fact(self.tr("From"),
                     wording.account_name(self._bridge.book, self._bridge.account)),
                Fact(self.tr("To"), name),
                *((Fact(self.tr("Label"), said),) if said else ()),
            ),
        )  # fmt: skip

    def known(self) -> frozenset[str]:
        return self.sent_to

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event: Any = outcome.events[-1]
        token, world, book = event.token, outcome.world, self._bridge.book
        self.sent_to |= {event.receiver}
        label = plain_line(self.label.text())
        if label:
            self._bridge.edit(PutNote(outcome.seq, Note("", label)))
        name = wording.party_name(book, world, event.receiver)
        accounts = [event.account, *(each for each in world.accounts if each == event.receiver)]
        changes = tuple(
            Change(
                self.tr("{token} in {account}").format(
                    token=wording.token_name(token), account=wording.account_name(book, each)
                ),
                *self._change(before, world, each, token),
            )
            for each in accounts
        )
        return Receipt(
            title=self.tr("{amount} sent").format(amount=wording.amount(event.units, token)),
            again=self.tr("Send more"),
            changes=changes,
            facts=(Fact(self.tr("To"), name),
                   *((Fact(self.tr("Label"), label),) if label else ())),
            next_steps=self._next_steps(event, world),
        )  # fmt: skip

    def _next_steps(self, event: Any, world: World) -> tuple[NextStep, ...]:
        known = event.receiver in world.accounts or event.receiver in self._bridge.book.contacts
        if known:
            return ()
        return (
            NextStep(self.tr("Add to contacts"), self.tr("Find the address by a name next time"),
                     "address-book", "wallet", {"view": "contacts", "add": event.receiver}),
        )  # fmt: skip


def _held(world: World, account: str, symbol: str) -> int:
    """Base units as a person counts them (wei of stETH)."""
    from lstwallet.engine.staking import steth_of

    return steth_of(world, account) if symbol == "stETH" else world.balance(account, symbol)


def _worth(prices: Quotes, symbol: str, units: int) -> int:
    """USD (8 decimals); nothing for a pool share, which has no price of its own."""
    return 0 if symbol.startswith("LP:") else value_of(prices, symbol, units)


__all__ = ["SendForm"]
