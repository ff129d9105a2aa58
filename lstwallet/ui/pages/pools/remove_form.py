"""Remove liquidity: both tokens in the pool's ratio, or all in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.engine.pools_facts import BALANCED, LP, TOKENS, Pair, RemoveLiquidity
from lstwallet.readmodel import pools
from lstwallet.readmodel.preflight.providing import REFUSED
from lstwallet.readmodel.swaps import available
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
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
from lstwallet.ui.pages.pools import words
from lstwallet.ui.pages.pools.form import PoolForm
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label, UnitNumber
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.rows import BeforeAfter

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge


class RemoveForm(PoolForm):
    """The inputs of a withdrawal."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self.amount = AmountField(self.tr("You give back"), "LP")
        self.amount.edit.setObjectName("pools.lp")
        self.amount.changed.connect(self._inputs_changed)
        self.mode = Segmented([(BALANCED, self.tr("Both tokens"))], name=self.tr("You take out"),
                              expand=True)  # fmt: skip
        self.mode.changed.connect(lambda _mode: self._inputs_changed())
        self.chip = Chip(small=True)
        self.receive = (UnitNumber("0", "", "figure"), UnitNumber("", "", "figure"))
        self.worth = Label(" ", "small", "2", elide=True)
        self.receive_box = Inset(
            row(Label(self.tr("You receive"), "small", "2"), None, self.chip),
            *self.receive, self.worth, padding=(14, 9, 12, 10), spacing=3,
        )  # fmt: skip
        self.left = BeforeAfter(self.tr("Your LP"))
        facts = column(
            self.left, self.price, self.fair, self.composition, self.least, spacing=5
        )
        self.setLayout(
            column(
                self.moved, self.mode, self.amount, self.receive_box, holder(facts),
                self.note, self.slippage, spacing=11,
            )
        )  # fmt: skip
        self.set_pool(self.pool)

    # --- inputs -------------------------------------------------------------------------

    def set_pool(self, pool: str) -> None:
        """Another pool; what was typed for the one before is forgotten."""
        self.pool = pool
        first, second = TOKENS[pool]
        self.mode.set_items(
            [
                (BALANCED, self.tr("Both tokens")),
                (first, self.tr("All {token}").format(token=first)),
                (second, self.tr("All {token}").format(token=second)),
            ],
            BALANCED,
        )
        for key in (BALANCED, first, second):
            self.mode.button(key).setObjectName(f"pools.out.{key}")
        self.amount.set_token("LP", wording.decimals(LP[pool]))
        self.fair.set_key(words.fair_name(pool))
        self.reset()

    def refresh(self, world: World) -> None:
        self.slippage.offer(self.bridge.preferences.default_slippage_bps)
        held = world.balance(self.bridge.account, LP[self.pool])
        self.amount.set_available(held)
        self.amount.set_max(held)

    # --- the one shape ------------------------------------------------------------------

    def header(self) -> Header:
        return Header(self.tr("Remove liquidity"), words.title(self.pool), symbol="LP")

    def main_text(self) -> str:
        return self.tr("Review withdrawal")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        world = self.bridge.world
        assert world is not None
        if not world.balance(self.bridge.account, LP[self.pool]):
            return NotYet(self.tr("You have no share of this pool"))
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        limit = self.limit()
        if isinstance(limit, NotYet):
            return limit
        mode = self.mode.current()
        trial = RemoveLiquidity(self.bridge.account, self.pool, value, mode, self.agreed or (0, 0))
        if self.agreed is not None:
            return trial
        quote = self.bridge.preview(trial)
        if isinstance(quote, Exception):
            return trial
        done = pools.removed(quote.events, world, quote.after)
        assert done is not None
        first, second = done.amounts
        self.minimum = (pools.at_least(first, limit), pools.at_least(second, limit))
        return trial._replace(min_out=self.minimum)

    def _done(self, quote: Quote) -> pools.Removed:
        world = self.bridge.world
        assert world is not None
        done = pools.removed(quote.events, world, quote.after)
        assert done is not None
        return done

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        assert world is not None
        now, symbol = pools.view(world, self.pool), LP[self.pool]
        self.price.set_value(words.price(now))
        self.fair.set_value(words.price_of(self.pool, now.fair))
        units = self.amount.units()
        stands = pools.pair_worth(world, self.pool, units or 0)
        self.amount.set_fiat(wording.fiat(stands) if stands else "")
        held = self._owned(world, symbol)
        self.chip.setVisible(quote is not None)
        self.receive[1].setVisible(quote is not None and self.mode.current() == BALANCED)
        if quote is None:
            token = TOKENS[self.pool][0] if self.mode.current() == BALANCED else self.mode.current()
            self.receive[0].set_value("0", token, "3")
            self.worth.setText(" ")
            self.left.set_values(held, "")
            self.composition.set_value(words.composition(now))
            self.least.set_value(wording.UNKNOWN)
            self.note.set("")
            return
        self._show(quote, held)

    def _show(self, quote: Quote, held: str) -> None:
        done, symbol = self._done(quote), LP[self.pool]
        out = [
            (token, units)
            for token, units in zip(TOKENS[self.pool], done.amounts, strict=True)
            if units or self.mode.current() == BALANCED
        ]
        for number, (token, units) in zip(self.receive, out, strict=False):
            number.set_value(wording.amount(units, token, unit=False), token, "text")
        self.worth.setText(self.tr("Worth {value}").format(value=wording.fiat(done.got)))
        self.chip.set(*words.bonus(done.bonus))
        new = self._owned(quote.after, symbol)
        self.left.set_values(held, new)
        self.composition.set_value(words.composition(done.after))
        self.least.set_value(self._least_words(self.minimum))
        self._explain(done)

    def _explain(self, done: pools.Removed) -> None:
        if done.bonus >= 0.00005:
            text = self.tr("You take out the side the pool has too much of: it pays you for that.")
            self.note.set(text, "good", "plus-circle")
        elif done.bonus <= REFUSED:
            self.note.set(self.refused(done.bonus), "bad")
        elif done.bonus <= -0.00005:
            text = self.tr("Taking out one token costs {share}. Both tokens together cost nothing.")
            self.note.set(
                text.format(share=wording.percent(-done.bonus)), self.tone_of(done.bonus)
            )
        else:
            self.note.set("")

    def _least_words(self, pair: Pair | None) -> str:
        parts = [
            wording.amount(units, token)
            for token, units in zip(TOKENS[self.pool], pair or (0, 0), strict=True)
            if units
        ]
        return " + ".join(parts) or wording.UNKNOWN

    # --- review and receipt -------------------------------------------------------------

    def _owned(self, world: World, symbol: str) -> str:
        units = world.balance(self.bridge.account, symbol)
        return wording.owned_amount(self.bridge.preferences, units, symbol, unit=False)

    def describe_review(self, quote: Quote) -> Review:
        done, symbol = self._done(quote), LP[self.pool]
        after = quote.after.balance(self.bridge.account, symbol)
        return Review(
            title=self.tr("Review withdrawal"),
            confirm=self.tr("Remove liquidity"),
            pending=self.tr("Removing"),
            moves=(
                Move("LP", self.tr("You give back"), wording.change(-done.burned, symbol)),
                *self._got(quote, done),
            ),
            changes=(
                Change(self.tr("Your LP"), wording.amount(after + done.burned, symbol, unit=False),
                       wording.amount(after, symbol, unit=False)),
            ),
            facts=(
                Fact(self.tr("Pool price"), words.price(done.after)),
                Fact(words.fair_name(self.pool), words.price_of(self.pool, done.after.fair)),
                Fact(self.tr("Composition after"), words.composition(done.after)),
                Fact(self.tr("You get at least"), self._least_words(self.agreed or self.minimum)),
            ),
        )  # fmt: skip

    def _got(self, quote: Quote, done: pools.Removed) -> tuple[Move, ...]:
        return tuple(
            Move(
                token, self.tr("You receive"), wording.change(units, token),
                words.worth(pools.fair_usd(quote.after, token, units), token), "good",
            )
            for token, units in zip(TOKENS[self.pool], done.amounts, strict=True)
            if units
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        account = self.bridge.account
        done = pools.removed(outcome.events, before, outcome.world)
        assert done is not None
        symbol = LP[self.pool]
        got = [
            (token, units)
            for token, units in zip(TOKENS[self.pool], done.amounts, strict=True)
            if units
        ]
        changes = [
            Change(
                self.tr("{token} in wallet").format(token=token),
                wording.amount(available(before, account, token), token, unit=False),
                wording.amount(available(outcome.world, account, token), token, unit=False),
                "good",
            )
            for token, _ in got
        ]
        changes.append(
            Change(
                self.tr("Your LP"),
                wording.amount(before.balance(account, symbol), symbol, unit=False),
                wording.amount(outcome.world.balance(account, symbol), symbol, unit=False),
            )
        )
        text = " + ".join(wording.amount(units, token) for token, units in got)
        return Receipt(
            title=self.tr("{amount} received").format(amount=text),
            again=self.tr("Remove more"),
            changes=tuple(changes),
            facts=(Fact(self.tr("Worth"), words.worth(done.got, symbol)),),
            next_steps=(
                NextStep(self.tr("Stake the ether"), self.tr("Earn rewards instead of fees"),
                         "stack", "stake"),
                NextStep(self.tr("Swap it"), self.tr("Into any other token of the wallet"),
                         "swap", "swap", {"token": got[0][0] if got else "ETH"}),
            ),
        )  # fmt: skip
