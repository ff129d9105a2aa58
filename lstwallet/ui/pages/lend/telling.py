"""What supplying, withdrawing, borrowing and repaying will do, and have done, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from lstwallet.engine.lending_view import owed_units, supplied_units
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel.lending import BORROW, REPAY, RISKY, SUPPLY, WITHDRAW, Risk
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Check,
    Fact,
    Move,
    NextStep,
    Receipt,
    Review,
)
from lstwallet.ui.pages.lend import words
from lstwallet.ui.widgets.rows import BeforeAfter

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.ui.bridge import Bridge


class TellingForm(ActionForm):
    """Review and receipt of ``action`` on ``token``."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.action: str = SUPPLY

    def token(self) -> str:
        """The token that is chosen."""
        raise NotImplementedError

    def _risks(self, then: Risk) -> bool:
        """Whether the user has to accept the risk of what is left."""
        return (
            self.action in (BORROW, WITHDRAW) and then.health is not None and then.health < RISKY
        )

    def describe_review(self, quote: Quote) -> Review:
        event: Any = quote.events[-1]
        then = reading.risk_of(quote.after, self._bridge.account)
        before = self._bridge.world or quote.after
        what = wording.amount(event.amount, event.token)
        titles = {
            SUPPLY: (self.tr("Review supply"), self.tr("Supply {amount}"), self.tr("Supplying")),
            WITHDRAW: (
                self.tr("Review withdrawal"), self.tr("Withdraw {amount}"), self.tr("Withdrawing"),
            ),
            BORROW: (self.tr("Review loan"), self.tr("Borrow {amount}"), self.tr("Borrowing")),
            REPAY: (self.tr("Review repayment"), self.tr("Repay {amount}"), self.tr("Repaying")),
        }  # fmt: skip
        title, confirm, pending = titles[self.action]
        return Review(
            title=title,
            confirm=confirm.format(amount=what),
            pending=pending,
            moves=self._moves(quote, event),
            checks=self._checks(event),
            changes=(
                *risk_changes(reading.risk_of(before, self._bridge.account), then),
                self._holding_change(before, quote.after),
            ),
        )

    def _moves(self, quote: Quote, event: Any) -> tuple[Move, ...]:
        token, units = event.token, event.amount
        inside = reading.reserve_token(token)
        fiat = wording.fiat(reading.worth(quote.after, token, units))

        def move(symbol: str, caption: str, sign: int) -> Move:
            return Move(symbol, caption, wording.change(sign * units, symbol), fiat)

        if self.action == SUPPLY:
            return (move(token, self.tr("You send"), -1),
                    move(inside, self.tr("Your supply"), 1)._replace(tone="good"))  # fmt: skip
        if self.action == WITHDRAW:
            return (move(inside, self.tr("Your supply"), -1),
                    move(token, self.tr("You receive"), 1)._replace(tone="good"))  # fmt: skip
        if self.action == BORROW:
            return (move(inside, self.tr("Your debt"), 1)._replace(tone="bad"),
                    move(token, self.tr("You receive"), 1)._replace(tone="good"))  # fmt: skip
        paid = self.tr("Your supply") if event.from_supply else self.tr("You send")
        return (move(inside if event.from_supply else token, paid, -1),
                move(inside, self.tr("Your debt"), -1)._replace(tone="good"))  # fmt: skip

    def _checks(self, event: Any) -> tuple[Check, ...]:
        if event.token == reading.reserve_token(event.token):
            return ()
        if self.action in (SUPPLY, REPAY):
            return (Check(self.tr("ETH is wrapped to WETH on the way"), "info"),)
        return (Check(self.tr("WETH is unwrapped to ETH on the way"), "info"),)

    def _holding_change(self, before: World, after: World) -> Change:
        token = reading.reserve_token(self.token())
        mine = self.action in (SUPPLY, WITHDRAW)
        held = supplied_units if mine else owed_units
        key = self.tr("{token} supplied") if mine else self.tr("{token} owed")
        return Change(
            key.format(token=token),
            wording.amount(held(before, self._bridge.account, token), token, unit=False),
            wording.amount(held(after, self._bridge.account, token), token, unit=False),
        )

    def _wallet_change(self, token: str, before: World, after: World) -> Change:
        return Change(
            self.tr("{token} in wallet").format(token=token),
            wording.amount(before.balance(self._bridge.account, token), token, unit=False),
            wording.amount(after.balance(self._bridge.account, token), token, unit=False),
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        account = self._bridge.account
        event: Any = outcome.events[-1]
        what = wording.amount(event.amount, event.token)
        titles = {
            SUPPLY: (self.tr("{amount} supplied"), self.tr("Supply more")),
            WITHDRAW: (self.tr("{amount} withdrawn"), self.tr("Withdraw more")),
            BORROW: (self.tr("{amount} borrowed"), self.tr("Borrow more")),
            REPAY: (self.tr("{amount} repaid"), self.tr("Repay more")),
        }
        title, again = titles[self.action]
        after = outcome.world
        changes = [self._holding_change(before, after)]
        if not getattr(event, "from_supply", False):
            changes.append(self._wallet_change(event.token, before, after))
        changes += risk_changes(reading.risk_of(before, account), reading.risk_of(after, account))
        return Receipt(
            title=title.format(amount=what),
            again=again,
            changes=tuple(changes),
            facts=self._receipt_facts(after),
            next_steps=self._next_steps(event),
        )

    def _receipt_facts(self, after: World) -> tuple[Fact, ...]:
        mine = self.action in (SUPPLY, WITHDRAW)
        rate = rate_of(after, self._bridge.account, self.token(), mine)
        key = self.tr("Supply APY, variable") if mine else self.tr("Borrow APY, variable")
        return (Fact(key, words.share(rate)),)

    def _next_steps(self, event: Any) -> tuple[NextStep, ...]:
        token = event.token
        if self.action == SUPPLY:
            return (
                NextStep(self.tr("Borrow against it"), self.tr("Keep the health factor above 1.5"),
                         "bank", "lend", {"action": BORROW}),
                NextStep(self.tr("See it on Home"), self.tr("Positions and yield by layer"),
                         "house", "home"),
            )  # fmt: skip
        if self.action == BORROW:
            return (
                NextStep(self.tr("Swap it"), self.tr("For another token"), "swap", "swap",
                         {"token": token}),
                NextStep(self.tr("Repay"), self.tr("Any time, in part or in full"), "bank",
                         "lend", {"action": REPAY, "token": token}),
            )  # fmt: skip
        if self.action == WITHDRAW:
            return (NextStep(self.tr("Swap it"), self.tr("For another token"), "swap", "swap",
                             {"token": token}),)  # fmt: skip
        return (NextStep(self.tr("Withdraw collateral"), self.tr("What no debt needs any more"),
                         "bank", "lend", {"action": WITHDRAW}),)  # fmt: skip


# --- parts shared with the form and the switches -------------------------------------------


def show_risk(
    rows: tuple[BeforeAfter, BeforeAfter, BeforeAfter], before: Risk, then: Risk | None
) -> None:
    """Health, loan to value and liquidation price, before and after."""
    health, loan, trigger = rows
    trigger.key.setText(words.price_key(then or before))
    if then is None:
        health.set_values(wording.health(before.health), "")
        loan.set_values(words.ltv(before), "")
        trigger.set_values(words.price(before.trigger), "")
        return
    health.set_values(
        wording.health(before.health), wording.health(then.health), _health_tone(then)
    )
    loan.set_values(words.ltv(before), words.ltv(then))
    known = before.trigger is not None or then.trigger is not None
    old, new = words.prices(before, then)
    trigger.set_values(old, new if known else "")


def risk_changes(before: Risk, then: Risk) -> tuple[Change, ...]:
    """The same as rows of a review or a receipt."""
    return (
        Change(
            words.translate("lend", "Health factor"), wording.health(before.health),
            wording.health(then.health), _health_tone(then), plain=True,
        ),
        Change(words.translate("lend", "Loan to value"), words.ltv(before), words.ltv(then),
               plain=True),
        Change(words.price_key(then), *words.prices(before, then), plain=True),
    )  # fmt: skip


def _health_tone(then: Risk) -> str:
    return "text" if then.health is None else wording.health_tone(then.health)


def rate_of(world: World, account: Account, token: str, supply: bool) -> int:
    symbol = reading.reserve_token(token)
    row = next(row for row in reading.markets(world, account) if row.token == symbol)
    return row.supply_apy if supply else row.borrow_apy
