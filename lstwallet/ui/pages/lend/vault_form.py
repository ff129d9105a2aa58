"""Into a vault and out of it: by amount, or by shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.refusals import NotEnoughBalance
from lstwallet.engine.signing import spendable
from lstwallet.engine.vaults import (
    DepositVault,
    MintVault,
    RedeemVault,
    VaultDeposited,
    VaultWithdrawn,
    WithdrawVault,
)
from lstwallet.readmodel import vaults as reading
from lstwallet.readmodel.portfolio import quotes, value_of
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
from lstwallet.ui.pages.lend import vault_words as words
from lstwallet.ui.pages.lend.words import large
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Banner, Inset
from lstwallet.ui.widgets.layout import Rule, column
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue
from lstwallet.units.amount import ALL, AmountProblem
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

IN: Final = "in"
OUT: Final = "out"


class VaultForm(ActionForm):
    """``turned``: another direction or vault, so the panel's header and button change too."""

    name = "vault"
    turned = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.asset = "WETH"
        self.action: str = IN
        self._popover: WhyPopover | None = None
        self._build()
        self.set_vault(self.asset)

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        ways = [(IN, self.tr("Put in")), (OUT, self.tr("Take out"))]
        self.ways = Segmented(ways, IN, name=self.tr("Put in or take out"), expand=True)
        for key, _ in ways:
            self.ways.button(key).setObjectName(f"vault.{key}")
        self.ways.changed.connect(self.turn)
        self.amount = AmountField("", "ETH", 18)
        self.amount.edit.setObjectName("vault.amount")
        self.amount.pill.setObjectName("vault.token")
        self.amount.max_button.setObjectName("vault.max")
        self.amount.changed.connect(self._amount_changed)
        self.amount.token_changed.connect(self.choose)
        self.other = KeyValue("", strong=True, why=self._explain)
        self.other.setObjectName("vault.other")
        self.shares = BeforeAfter(self.tr("Your shares"))
        self.worth = BeforeAfter(self.tr("Worth"))
        self.rate = KeyValue(self.tr("Net APY"))
        self.price = KeyValue(self.tr("One share"))
        self.limit = KeyValue("")
        self.note = Banner("", "info")
        self.note.set("")
        overview = Inset(
            self.other, Rule(), self.shares, self.worth, self.rate, self.price, self.limit,
            spacing=5,
        )  # fmt: skip
        self.setLayout(column(self.ways, self.amount, overview, self.note, spacing=12))

    # --- choosing -----------------------------------------------------------------------

    def set_vault(self, asset: str) -> None:
        """Another vault; what was typed for the one before is forgotten."""
        self.asset = asset
        choices = words.doors(asset)
        self.amount.set_token_choices(list(choices))
        self.choose(choices[0])
        self.amount.clear()

    def turn(self, action: str) -> None:
        """Into the vault, or out of it."""
        self.action = action
        self.ways.set_current(action)
        self.amount.clear()
        self._dress()
        self.turned.emit()

    def choose(self, token: str) -> None:
        """Another token at the door, or the shares themselves."""
        self.amount.set_token(token, wording.decimals(token))
        self._dress()
        self.turned.emit()

    def by_shares(self) -> bool:
        """Whether shares are named, not an amount."""
        return self.amount.symbol() == reading.share_token(self.asset)

    def door(self) -> str:
        """The token that is paid, or paid out."""
        return words.doors(self.asset)[0] if self.by_shares() else self.amount.symbol()

    def _amount_changed(self) -> None:
        if self._bridge.world is not None:
            self._show_fiat(self._bridge.world)
        self.changed.emit()

    def _dress(self) -> None:
        """Words that follow from direction and token."""
        into = self.action == IN
        if self.by_shares():
            label = self.tr("Shares you get") if into else self.tr("Shares you give back")
            other = self.tr("You pay") if into else self.tr("You receive")
        else:
            label = self.tr("You put in") if into else self.tr("You take out")
            other = self.tr("Shares you get") if into else self.tr("Shares you give back")
        self.amount.set_label(label)
        self.other.set_key(other)

    # --- the flow asks ------------------------------------------------------------------

    def header(self) -> Header:
        text = self.tr("Put into the vault") if self.action == IN else self.tr("Take out")
        return Header(text, words.title(self.asset), symbol=reading.share_token(self.asset))

    def main_text(self) -> str:
        return self.tr("Review deposit") if self.action == IN else self.tr("Review withdrawal")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        account, world = self._bridge.account, self._bridge.world
        if world is None:
            return NotYet("")
        if self.action == OUT and not reading.position(world, account, self.asset).shares:
            lacking = self.tr("You have no shares of this vault")
            typed = self.amount.problem() is not AmountProblem.EMPTY
            return NotYet(lacking, lacking if typed else "")
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        if self.action == OUT:
            lack = self._lacking(world)
            if lack is not None:
                return lack
            kind = RedeemVault if self.by_shares() else WithdrawVault
            return kind(account, self.door(), value)
        if self.by_shares():
            return MintVault(account, self.door(), self.amount.units() or 0)
        return DepositVault(account, self.door(), value)

    def _lacking(self, world: World) -> NotYet | None:
        """More than one's shares are worth: said of them, not of the wallet."""
        units, most = self.amount.units() or 0, self._most(world)
        if units <= most:
            return None
        token = reading.share_token(self.asset) if self.by_shares() else self.asset
        lack, private = NotEnoughBalance(token, units, most), self._private()
        return NotYet(wording.advice(lack, private=private), wording.refusal(lack, private=private))

    def _private(self) -> bool:
        return self._bridge.preferences.privacy != "exact"

    def _most(self, world: World) -> int:
        """What can be taken out: shares, or what they are worth."""
        mine = reading.position(world, self._bridge.account, self.asset)
        return mine.shares if self.by_shares() else mine.worth

    # --- what is shown ------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        token, offer = self.amount.symbol(), reading.offer(world, self.asset)
        if self.action == OUT:
            most = self._most(world)
            self.amount.set_available(most)
            self.amount.set_max(most)
            self.limit.set_key(self.tr("Not lent out"))
            self.limit.set_value(large(offer.payable, self.asset, unit=True))
        else:
            self._offer(world, token)
            self.limit.set_key(self.tr("Room in the market"))
            self.limit.set_value(large(offer.room, self.asset, unit=True))
        self.rate.set_value(words.rate(offer.net), "good")
        self.price.set_value(words.price(offer.price, self.asset))
        self._show_fiat(world)

    def _offer(self, world: World, token: str) -> None:
        """What can be put in: of ether what the fee leaves; as shares what that buys."""
        account, door = self._bridge.account, self.door()
        call = DepositVault(account, door, ALL)
        if not self.by_shares():
            self.amount.set_available(world.balance(account, token))
            if door == "ETH":
                offer_ether(self.amount, self._bridge, world, call)
            else:
                self.amount.set_max(world.balance(account, token))
            return
        ether = door == "ETH"
        most = spendable(world, account, call) if ether else world.balance(account, door)
        buys = reading.why_shares(world, self.asset, most).result
        self.amount.set_available(buys)
        self.amount.set_max(buys)

    def _show_fiat(self, world: World) -> None:
        units = self.amount.units()
        if units is None:
            self.amount.set_fiat("")
            return
        if self.by_shares():
            units = reading.why_worth(world, self.asset, units).result
        self.amount.set_fiat(wording.fiat(value_of(quotes(world), self.asset, units)))

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is None:
            return
        event, account = _moved(quote.events) if quote is not None else None, self._bridge.account
        mine = reading.position(world, account, self.asset)
        then = None
        if quote is not None and event is not None:
            then = reading.position(quote.after, account, self.asset)
        token = reading.share_token(self.asset)
        for line, name, old, new in (
            (self.shares, token, mine.shares, then.shares if then else None),
            (self.worth, self.asset, mine.worth, then.worth if then else None),
        ):
            after = "" if new is None else self._owned(new, name)
            line.set_values(self._owned(old, name, unit=new is None), after)
        if event is None:
            self.other.set_value(wording.UNKNOWN)
        elif self.by_shares():
            self.other.set_value(wording.amount(event.amount, self.door()))
        else:
            self.other.set_value(wording.amount(event.shares, token))
        self._show_note(world, mine)

    def _owned(self, units: int, token: str, *, unit: bool = True) -> str:
        return wording.owned_amount(self._bridge.preferences, units, token, unit=unit)

    def _show_note(self, world: World, mine: reading.VaultPosition) -> None:
        text = ""
        if self.action == OUT and mine.free < mine.worth:
            text = self.tr("Part of it is lent out: {free} can be had now.").format(
                free=wording.amount(mine.free, self.asset)
            )
        self.note.set(text, "warn")

    def _explain(self) -> None:
        """Why so many shares, or so much for them?"""
        world, units = self._bridge.world, self.amount.units()
        if world is None or self.other.why is None:
            return
        if self._popover is None:
            self._popover = WhyPopover(self.window(), width=396)
        offer = reading.offer(world, self.asset)
        if self.by_shares():
            found = words.why_worth(
                reading.why_worth(world, self.asset, units or WAD), offer
            )
        else:
            found = words.why_shares(
                reading.why_shares(world, self.asset, units or WAD), offer
            )
        self._popover.explain(self.other.why, *found)

    # --- review and receipt ---------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        event = _moved(quote.events)
        assert event is not None
        into = isinstance(event, VaultDeposited)
        offer = reading.offer(quote.after, self.asset)
        what = wording.amount(event.amount, event.token)
        return Review(
            title=self.tr("Review deposit") if into else self.tr("Review withdrawal"),
            confirm=(self.tr("Put in {amount}") if into else self.tr("Take out {amount}")).format(
                amount=what
            ),
            pending=self.tr("Putting in") if into else self.tr("Taking out"),
            moves=self._moves(quote, event, into),
            checks=self._checks(event, into),
            changes=self._changes(self._bridge.world or quote.after, quote.after),
            facts=(
                Fact(self.tr("One share"), words.price(offer.price, self.asset)),
                Fact(self.tr("Net APY, variable"), words.rate(offer.net)),
                Fact(self.tr("Contract"), self.tr("{vault} · simulated").format(
                    vault=words.title(self.asset))),
            ),
        )  # fmt: skip

    def _moves(self, quote: Quote, event: Any, into: bool) -> tuple[Move, ...]:
        token = reading.share_token(self.asset)
        prices = quotes(quote.after)
        sign = -1 if into else 1
        fiat = wording.fiat(value_of(prices, self.asset, event.amount))
        paid = Move(event.token, self.tr("You send") if into else self.tr("You receive"),
                    wording.change(sign * event.amount, event.token), fiat,
                    "text" if into else "good")  # fmt: skip
        shares = Move(token, self.tr("You receive") if into else self.tr("You give back"),
                      wording.change(-sign * event.shares, token),
                      self.tr("Shares of the vault"), "good" if into else "text")  # fmt: skip
        return (paid, shares) if into else (shares, paid)

    def _checks(self, event: Any, into: bool) -> tuple[Check, ...]:
        if event.token != "ETH":
            return ()
        if into:
            return (Check(self.tr("ETH is wrapped to WETH on the way"), "info"),)
        return (Check(self.tr("WETH is unwrapped to ETH on the way"), "info"),)

    def _changes(self, before: World, after: World) -> tuple[Change, ...]:
        account, token = self._bridge.account, reading.share_token(self.asset)
        old = reading.position(before, account, self.asset)
        new = reading.position(after, account, self.asset)
        return (
            Change(self.tr("Your shares"), wording.amount(old.shares, token, unit=False),
                   wording.amount(new.shares, token, unit=False)),
            Change(self.tr("Worth"), wording.amount(old.worth, self.asset, unit=False),
                   wording.amount(new.worth, self.asset)),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = _moved(outcome.events)
        assert event is not None
        into = isinstance(event, VaultDeposited)
        what = wording.amount(event.amount, event.token)
        offer = reading.offer(outcome.world, self.asset)
        left = reading.position(outcome.world, self._bridge.account, self.asset).shares
        more = self.tr("Take out more") if left else self.tr("Done")
        vault = {"vault": self.asset}
        steps = (
            NextStep(self.tr("Watch a share grow"), self.tr("Its price, hour by hour"),
                     "archive-box", "lend", vault),
            NextStep(self.tr("See it on Home"), self.tr("Positions and yield by layer"), "house",
                     "home"),
        )  # fmt: skip
        if not into:
            steps = (
                NextStep(self.tr("Lend it yourself"), self.tr("The same market without a fee"),
                         "bank", "lend", {"action": "supply", "token": event.token}),
            )  # fmt: skip
        return Receipt(
            title=(self.tr("{amount} put in") if into else self.tr("{amount} taken out")).format(
                amount=what
            ),
            again=self.tr("Put in more") if into else more,
            changes=self._changes(before, outcome.world),
            facts=(Fact(self.tr("One share"), words.price(offer.price, self.asset)),),
            next_steps=steps,
        )


def _moved(events: Any) -> VaultDeposited | VaultWithdrawn | None:
    """What passed between the account and the vault."""
    kinds = (VaultDeposited, VaultWithdrawn)
    return next((each for each in events if isinstance(each, kinds)), None)
