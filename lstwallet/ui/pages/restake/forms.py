"""Depositing and withdrawing: the two actions of the room with an amount."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from lstwallet.engine.restaking_facts import (
    QueueWithdrawal,
    Restake,
    Restaked,
    WithdrawalsQueued,
)
from lstwallet.readmodel import restaking as reading
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
    read_amount,
)
from lstwallet.ui.pages.restake import words
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue
from lstwallet.units.amount import AmountProblem

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

TOKENS: Final = ("stETH", "wstETH", "rETH")


class AmountForm(ActionForm):
    """An amount of one of the strategies' tokens, and what is deposited before and after."""

    name = "restake"

    def __init__(self, bridge: Bridge, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.amount = AmountField(label, TOKENS[0], 18)
        self.amount.set_token_choices(TOKENS)
        self.amount.changed.connect(self._typed)
        self.amount.token_changed.connect(self.choose_token)
        self.stake = BeforeAfter(self.tr("Restaked"))
        self.first, self.second = KeyValue(""), KeyValue("")
        self.note = Banner("", "info", "info")
        self.setLayout(
            column(
                self.amount, self.note, self.stake, column(self.first, self.second, spacing=6),
                spacing=12,
            )
        )  # fmt: skip

    @property
    def token(self) -> str:
        return self.amount.symbol()

    def choose_token(self, symbol: str) -> None:
        """Another of the strategies' tokens; what was typed stays."""
        world = self.bridge.world
        if world is not None and symbol in reading.tokens(world):
            self.amount.set_token(symbol, 18)
            self.amount.set_token_choices(reading.tokens(world))
        self._typed()

    def _typed(self) -> None:
        if self.bridge.world is not None:
            self.refresh(self.bridge.world)
        self.changed.emit()

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def there(self, world: World) -> int:
        """What can be taken."""
        raise NotImplementedError

    def refresh(self, world: World) -> None:
        available = self.there(world)
        self.amount.set_token_choices(reading.tokens(world))
        self.amount.set_available(available)
        self.amount.set_max(available)
        units = self.amount.units() or 0
        self.amount.set_fiat(self._worth(world, units) if units else "")

    def _worth(self, world: World, units: int) -> str:
        return wording.fiat(value_of(quotes(world), self.token, units))

    def _deposited(self, world: World) -> str:
        units = reading.deposited(world, self.bridge.account, self.token)
        return wording.amount(units, self.token)

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        if world is not None:
            after = self._deposited(quote.after) if quote is not None else ""
            self.stake.set_values(self._deposited(world), after)

    def _operator(self, world: World) -> reading.OperatorRow | None:
        found = reading.standing(world, self.bridge.account)
        return reading.operator(world, self.bridge.account, found.operator) if found else None


class DepositForm(AmountForm):
    """Put a staking token into its strategy."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, self.tr("You deposit"), parent)
        self.amount.edit.setObjectName("restake.amount")
        self.amount.max_button.setObjectName("restake.max")
        self.amount.pill.setObjectName("restake.token")
        self.first.set_key(self.tr("Operator"))
        self.second.set_key(self.tr("Adds a year"))

    def header(self) -> Header:
        return Header(self.tr("Deposit"), self.tr("It goes on earning its staking rewards"),
                      icon="repeat")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review deposit")

    def there(self, world: World) -> int:
        return reading.held(world, self.bridge.account, self.token)

    def refresh(self, world: World) -> None:
        super().refresh(world)
        mine = self._operator(world)
        self.first.set_value(mine.name if mine else self.tr("none yet"))
        self.second.set_value(words.rate(mine.rate) if mine else wording.UNKNOWN)
        if mine is None:
            text = self.tr("Without an operator a deposit earns nothing more and risks nothing.")
            self.note.set(text, "info", "info")
        else:
            text = self.tr("The services of {operator} can slash up to {part} of it.")
            self.note.set(
                text.format(part=words.part(mine.at_risk), operator=mine.name), "warn", "warning"
            )

    def build_command(self) -> Command | NotYet:
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        return Restake(self.bridge.account, self.token, value)

    def describe_review(self, quote: Quote) -> Review:
        event = next(each for each in quote.events if isinstance(each, Restaked))
        world = self.bridge.world
        assert world is not None
        worth = self._worth(quote.after, event.amount)
        return Review(
            title=self.tr("Review deposit"),
            confirm=self.tr("Deposit {amount}").format(
                amount=wording.amount(event.amount, event.token)
            ),
            pending=self.tr("Depositing"),
            moves=(
                Move(event.token, self.tr("You deposit"),
                     wording.change(-event.amount, event.token), worth),
            ),
            changes=(
                Change(self.tr("Restaked"), self._deposited(world), self._deposited(quote.after)),
            ),
            facts=words.operator_facts(self._operator(quote.after)),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = next(each for each in outcome.events if isinstance(each, Restaked))
        mine = self._operator(outcome.world)
        steps: tuple[NextStep, ...] = (
            NextStep(self.tr("Choose an operator"), self.tr("Without one it earns nothing more"),
                     "users-three", "restake", {"do": "delegate"}),
        )  # fmt: skip
        if mine is not None:
            steps = (
                NextStep(self.tr("See your net worth"), self.tr("Restaking is a layer of its own"),
                         "house", "home"),
            )  # fmt: skip
        return Receipt(
            self.tr("{amount} restaked").format(amount=wording.amount(event.amount, event.token)),
            self.tr("Deposit more"),
            (Change(self.tr("Restaked"), self._deposited(before), self._deposited(outcome.world)),),
            words.operator_facts(mine),
            steps,
        )


class WithdrawForm(AmountForm):
    """Put a part of a deposit into escrow."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, self.tr("You withdraw"), parent)
        self.amount.edit.setObjectName("restake.out")
        self.amount.max_button.setObjectName("restake.out.max")
        self.amount.pill.setObjectName("restake.out.token")
        self.first.set_key(self.tr("Free from"))
        self.second.set_key(self.tr("Until then"))

    def header(self) -> Header:
        return Header(self.tr("Withdraw"), self.tr("Through the escrow of 14 days"),
                      icon="hourglass-medium")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review withdrawal")

    def there(self, world: World) -> int:
        return reading.deposited(world, self.bridge.account, self.token)

    def refresh(self, world: World) -> None:
        super().refresh(world)
        if world.restaking is not None:
            self.first.set_value(wording.day_and_time(reading.ends_if_asked_now(world)))
        if self._operator(world) is None:
            self.second.set_value(self.tr("no rewards, nothing slashed"))
            text = self.tr("It waits in escrow for 14 days. No operator, so nobody can slash it.")
        else:
            self.second.set_value(self.tr("slashable, no rewards"), "warn")
            text = self.tr("It waits in escrow for 14 days, and pays what slashes leave of it.")
        self.note.set(text, "info", "hourglass-medium")

    def build_command(self) -> Command | NotYet:
        world = self.bridge.world
        if world is not None and not self.there(world):
            text = self.tr("No {token} is restaked.").format(token=self.token)
            typed = self.amount.problem() is not AmountProblem.EMPTY
            reason = self.tr("Deposit some {token} first").format(token=self.token)
            return NotYet(reason, text if typed else "")
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        return QueueWithdrawal(self.bridge.account, self.token, value)

    def _queued(self, world: World, event: WithdrawalsQueued) -> int:
        """Base units that the new withdrawal pays as things stand."""
        numbers = {each.id for each in event.escrows}
        rows = reading.escrows(world, self.bridge.account)
        return sum(row.units for row in rows if row.id in numbers)

    def describe_review(self, quote: Quote) -> Review:
        event = next(each for each in quote.events if isinstance(each, WithdrawalsQueued))
        units, world = self._queued(quote.after, event), self.bridge.world
        assert world is not None
        return Review(
            title=self.tr("Review withdrawal"),
            confirm=self.tr("Into escrow"),
            pending=self.tr("Asking"),
            moves=(
                Move(self.token, self.tr("Into escrow"), wording.amount(units, self.token),
                     self._worth(quote.after, units)),
            ),
            changes=(
                Change(self.tr("Restaked"), self._deposited(world), self._deposited(quote.after)),
            ),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = next(each for each in outcome.events if isinstance(each, WithdrawalsQueued))
        units = self._queued(outcome.world, event)
        ends = event.escrows[0].ends
        return Receipt(
            self.tr("{amount} in escrow").format(amount=wording.amount(units, self.token)),
            self.tr("Withdraw more"),
            (Change(self.tr("Restaked"), self._deposited(before), self._deposited(outcome.world)),),
            (Fact(self.tr("Free from"), wording.day_and_time(ends)),),
            (
                NextStep(self.tr("See what is due"), self.tr("The calendar knows the day"),
                         "calendar-blank", "calendar"),
            ),
        )  # fmt: skip


__all__ = ["TOKENS", "AmountForm", "DepositForm", "WithdrawForm"]
