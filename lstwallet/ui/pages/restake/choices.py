"""Actions without an amount: choosing an operator, leaving it, taking withdrawals, rewards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.engine.restaking_facts import (
    ClaimRewards,
    CompleteWithdrawal,
    Delegate,
    RewardsClaimed,
    Undelegate,
    WithdrawalCompleted,
    WithdrawalsQueued,
)
from lstwallet.readmodel import restaking as reading
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
)
from lstwallet.ui.pages.restake import words
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import Banner, Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

MOST_LAYERS = 3
SHOWN = 6
"""Withdrawals listed one by one in a review."""


class ChoiceForm(ActionForm):
    """Nothing to type."""

    name = "restake"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge

    def fields(self) -> Mapping[str, AmountField]:
        return {}

    def reset(self) -> None:
        """What was chosen stays: the table shows it."""

    def row_of(self, world: World, name: str) -> reading.OperatorRow | None:
        return reading.operator(world, self.bridge.account, name)


class OperatorForm(ChoiceForm):
    """Delegate to the operator who is chosen in the table; or leave the present one."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self.chosen = ""
        self.leaving = False
        """The table's choice is the operator that one has: as it was when one could choose."""
        self.note = Banner("", "info", "info")
        self.title = Label("", "strong")
        self.layers = [KeyValue("") for _ in range(MOST_LAYERS)]
        self.fee, self.rate, self.risk = (
            KeyValue(self.tr("Own fee")), KeyValue(self.tr("Adds a year")),
            KeyValue(self.tr("At risk")),
        )  # fmt: skip
        self.history = KeyValue(self.tr("Slashes"))
        box = Inset(self.title, *self.layers, self.fee, spacing=6)
        facts = column(self.rate, self.risk, self.history, spacing=6)
        self.setLayout(column(self.note, box, facts, spacing=12))

    def _present(self, world: World) -> str:
        found = reading.standing(world, self.bridge.account)
        return found.operator if found is not None else ""

    def reset(self) -> None:
        if self.bridge.world is not None:
            self.refresh(self.bridge.world)

    def choose(self, name: str) -> None:
        """Another row of the table."""
        self.chosen = name
        if self.bridge.world is not None:
            self.refresh(self.bridge.world)
        self.changed.emit()

    def header(self) -> Header:
        if self.leaving:
            text = self.tr("Leaving puts every deposit into escrow")
            return Header(self.tr("Your operator"), text, icon="users-three")
        return Header(self.tr("Choose an operator"),
                      self.tr("It runs the services' software"), icon="users-three")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review leaving") if self.leaving else self.tr("Review delegation")

    def build_command(self) -> Command | NotYet:
        if not self.chosen:
            return NotYet(self.tr("Choose an operator in the table"))
        account = self.bridge.account
        return Undelegate(account) if self.leaving else Delegate(account, self.chosen)

    def refresh(self, world: World) -> None:
        if not self.chosen:
            rows = reading.operators(world, self.bridge.account)
            mine = next((row for row in rows if row.chosen), rows[0] if rows else None)
            self.chosen = mine.name if mine is not None else ""
        row = self.row_of(world, self.chosen)
        if row is None:
            return
        self.leaving = self._present(world) == self.chosen
        self.title.setText(row.name)
        for line, layer in zip(self.layers, row.layers, strict=False):
            line.set_key(
                self.tr("{service}, {part} of the stake").format(
                    service=layer.service, part=words.part(layer.allocated)
                )
            )
            line.set_value(words.rate(layer.rate))
        for number, line in enumerate(self.layers):
            line.setVisible(number < len(row.layers))
        self.fee.set_value(wording.MINUS + words.part(row.split))
        self.rate.set_value(words.rate(row.rate), "good")
        self.risk.set_value(words.part(row.at_risk), "warn")
        self.history.set_value(words.slashed(row), "warn" if row.slashes else "good")
        if self.leaving:
            text = self.tr("This is your operator. Leaving takes 14 days; until then all of it can "
                           "be slashed.")  # fmt: skip
            self.note.set(text, "info", "sign-out")
        else:
            text = self.tr("Its services can slash up to {part} of all that you restake, now and "
                           "later.")  # fmt: skip
            self.note.set(text.format(part=words.part(row.at_risk)), "warn", "warning")

    def describe_review(self, quote: Quote) -> Review:
        world = self.bridge.world
        assert world is not None
        if self.leaving:
            return self._review_leaving(quote)
        row = self.row_of(world, self.chosen)
        assert row is not None
        named = self.tr("Services: {services}").format(services=words.services(row))
        before = self._present(world)
        return Review(
            title=self.tr("Review delegation"),
            confirm=self.tr("Delegate to {operator}").format(operator=row.name),
            pending=self.tr("Delegating"),
            checks=(Check(named, "info"),),
            changes=(
                Change(self.tr("Operator"), before or self.tr("none"), row.name, plain=True),
            ),
            facts=words.operator_facts(row),
        )  # fmt: skip

    def _review_leaving(self, quote: Quote) -> Review:
        event = next(each for each in quote.events if isinstance(each, WithdrawalsQueued))
        numbers = {each.id for each in event.escrows}
        rows = [row for row in reading.escrows(quote.after, self.bridge.account)
                if row.id in numbers]  # fmt: skip
        prices = quotes(quote.after)
        return Review(
            title=self.tr("Review leaving"),
            confirm=self.tr("Leave {operator}").format(operator=event.left),
            pending=self.tr("Leaving"),
            moves=tuple(
                Move(row.token, self.tr("Into escrow"), wording.amount(row.units, row.token),
                     wording.fiat(value_of(prices, row.token, row.units)))
                for row in rows
            ),
            changes=(Change(self.tr("Operator"), event.left, self.tr("none"), plain=True),),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        left = next((e for e in outcome.events if isinstance(e, WithdrawalsQueued)), None)
        if left is not None:
            facts = tuple(
                Fact(self.tr("Free from"), wording.day_and_time(each.ends))
                for each in left.escrows[:1]
            )
            return Receipt(
                self.tr("You left {operator}").format(operator=left.left), self.tr("Done"),
                (Change(self.tr("Operator"), left.left, self.tr("none"), plain=True),), facts,
            )
        row = self.row_of(outcome.world, self.chosen)
        return Receipt(
            self.tr("Delegated to {operator}").format(operator=self.chosen), self.tr("Done"),
            (), words.operator_facts(row),
            (
                NextStep(self.tr("Deposit more"), self.tr("stETH, wstETH or rETH"), "repeat",
                         "restake", {"do": "deposit"}),
            ),
        )  # fmt: skip


class CompleteForm(ChoiceForm):
    """Take withdrawals whose escrow is over: as tokens, or back as a deposit."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self.escrow: Wanted = ALL
        self.as_tokens = True
        self.note = Label("", "small", "2", wrap=True)
        self.setLayout(column(self.note))

    def reset(self) -> None:
        self.escrow, self.as_tokens = ALL, True

    def header(self) -> Header:
        if self.as_tokens:
            return Header(self.tr("Take withdrawals"), self.tr("Their escrow is over"),
                          icon="ticket")  # fmt: skip
        return Header(self.tr("Deposit again"), self.tr("Straight from the escrow"),
                      icon="repeat")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review")

    def build_command(self) -> Command:
        return CompleteWithdrawal(self.bridge.account, self.escrow, self.as_tokens)

    def describe_review(self, quote: Quote) -> Review:
        done = [each for each in quote.events if isinstance(each, WithdrawalCompleted)]
        prices = quotes(quote.after)
        caption = self.tr("You receive") if self.as_tokens else self.tr("Deposited again")
        moves = []
        for event in done[:SHOWN]:
            units = event.amount
            if not self.as_tokens:
                units = reading.worth_of(quote.after, event.token, event.shares)
            shown = wording.change if self.as_tokens else wording.amount
            worth = wording.fiat(value_of(prices, event.token, units))
            moves.append(Move(event.token, caption, shown(units, event.token), worth, "good"))
        facts = ()
        if len(done) > SHOWN:
            facts = (Fact(self.tr("And more"), wording.count(len(done) - SHOWN)),)
        return Review(
            title=self.tr("Review withdrawal") if self.as_tokens else self.tr("Review deposit"),
            confirm=self.tr("Take it") if self.as_tokens else self.tr("Deposit again"),
            pending=self.tr("Completing"),
            moves=tuple(moves),
            facts=facts,
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        done = [each for each in outcome.events if isinstance(each, WithdrawalCompleted)]
        account = self.bridge.account
        tokens = sorted({each.token for each in done})
        read = reading.held if self.as_tokens else reading.deposited
        key = self.tr("{token} in wallet") if self.as_tokens else self.tr("{token} restaked")
        changes = tuple(
            Change(
                key.format(token=token),
                wording.amount(read(before, account, token), token, unit=False),
                wording.amount(read(outcome.world, account, token), token, unit=False),
                "good",
            )
            for token in tokens
        )
        title = self.tr("Withdrawal taken") if self.as_tokens else self.tr("Deposited again")
        steps = (
            NextStep(self.tr("Unstake it"), self.tr("Through the queue or on the market"),
                     "hourglass-medium", "unstake"),
        )  # fmt: skip
        return Receipt(title, self.tr("Done"), changes, (), steps if self.as_tokens else ())


class ClaimForm(ChoiceForm):
    """Rewards that may be claimed."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self.setLayout(column(Label(self.tr("Rewards of your operator's services, in WETH."),
                                    "small", "2", wrap=True)))  # fmt: skip

    def header(self) -> Header:
        return Header(self.tr("Claim rewards"), self.tr("Posted weekly"), icon="sparkle")

    def main_text(self) -> str:
        return self.tr("Review claim")

    def build_command(self) -> Command:
        return ClaimRewards(self.bridge.account)

    def describe_review(self, quote: Quote) -> Review:
        event = next(each for each in quote.events if isinstance(each, RewardsClaimed))
        worth = wording.fiat(value_of(quotes(quote.after), "WETH", event.amount))
        return Review(
            title=self.tr("Review claim"),
            confirm=self.tr("Claim {amount}").format(amount=wording.amount(event.amount, "WETH")),
            pending=self.tr("Claiming"),
            moves=(
                Move("WETH", self.tr("You receive"), wording.change(event.amount, "WETH"), worth,
                     "good"),
            ),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = next(each for each in outcome.events if isinstance(each, RewardsClaimed))
        old, new = (
            wording.amount(world.balance(self.bridge.account, "WETH"), "WETH", unit=False)
            for world in (before, outcome.world)
        )
        return Receipt(
            self.tr("{amount} claimed").format(amount=wording.amount(event.amount, "WETH")),
            self.tr("Done"),
            (Change(self.tr("WETH in wallet"), old, new, "good"),),
            (),
            (
                NextStep(self.tr("Unwrap it"), self.tr("Into ETH, one for one"), "package",
                         "stake", {"mode": "unwrap", "token": "WETH"}),
            ),
        )  # fmt: skip


__all__ = ["ClaimForm", "CompleteForm", "OperatorForm"]
