"""Add liquidity: one token, both in the pool's ratio, or any two amounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.engine.pools_facts import LP, TOKENS, AddLiquidity
from lstwallet.engine.signing import spendable
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
from lstwallet.ui.pages.pools.form import PoolForm, wanted
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label, UnitNumber
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.units.amount import ALL, AmountProblem, Wanted

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

ONE, BALANCED, CUSTOM = "one", "balanced", "custom"
KEYS = ("amount", "amount1")


class AddForm(PoolForm):
    """The inputs of a deposit."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._typed = 0
        self._filling = False
        self.mode = Segmented(
            [
                (ONE, self.tr("One token")),
                (BALANCED, self.tr("Balanced")),
                (CUSTOM, self.tr("Custom")),
            ],
            ONE, name=self.tr("How to add"), expand=True,
        )  # fmt: skip
        self.mode.changed.connect(self._mode_picked)
        for key in (ONE, BALANCED, CUSTOM):
            self.mode.button(key).setObjectName(f"pools.mode.{key}")
        self.amounts = (AmountField(self.tr("You add")), AmountField(self.tr("And")))
        for at, field in enumerate(self.amounts):
            field.edit.setObjectName(f"pools.amount{at}")
            field.changed.connect(lambda at=at: self._typed_in(at))
        self.amounts[0].token_changed.connect(self._token_picked)
        self.chip = Chip(small=True)
        self.receive = UnitNumber("0", "LP", "figure")
        self.worth = Label(" ", "small", "2", elide=True)
        self.receive_box = Inset(
            row(Label(self.tr("You receive"), "small", "2"), None, self.chip),
            self.receive, self.worth, padding=(14, 9, 12, 10), spacing=3,
        )  # fmt: skip
        facts = column(self.price, self.fair, self.composition, self.least, spacing=5)
        self.setLayout(
            column(
                self.moved, self.mode, *self.amounts, self.receive_box, holder(facts),
                self.note, self.slippage, spacing=11,
            )
        )  # fmt: skip
        self.set_pool(self.pool)

    # --- inputs -------------------------------------------------------------------------

    def set_pool(self, pool: str) -> None:
        """Another pool; what was typed for the one before is forgotten."""
        self.pool = pool
        self._dress()
        self.reset()

    def reset(self) -> None:
        self._filling = True
        for field in self.amounts:
            field.clear()
        self._filling = False
        self.changed.emit()

    def _dress(self) -> None:
        tokens, first = TOKENS[self.pool], self.amounts[0]
        alone = self.mode.current() == ONE
        shown = first.symbol() if alone and first.symbol() in tokens else tokens[0]
        self._set_token(0, shown)
        first.set_token_choices(tokens if alone else (shown,))
        self._set_token(1, tokens[1])
        self.amounts[1].setVisible(not alone)
        self.fair.set_key(words.fair_name(self.pool))

    def _set_token(self, at: int, symbol: str) -> None:
        field = self.amounts[at]
        field.set_token(symbol, wording.decimals(symbol))
        field.set_places(wording.places(symbol))

    def _mode_picked(self, _mode: str) -> None:
        self._dress()
        world = self.bridge.world
        if world is not None:
            self.refresh(world)
        if self.mode.current() == BALANCED:
            self._match()
        self._inputs_changed()

    def _token_picked(self, symbol: str) -> None:
        self._set_token(0, symbol)
        world = self.bridge.world
        if world is not None:
            self.refresh(world)
        self._inputs_changed()

    def _typed_in(self, at: int) -> None:
        if self._filling:
            return
        self._typed = at
        if self.mode.current() == BALANCED:
            self._match()
        self._inputs_changed()

    def _match(self) -> None:
        """Balanced: the other field follows the one that was typed in."""
        world = self.bridge.world
        if world is None:
            return
        source, target = self.amounts[self._typed], self.amounts[1 - self._typed]
        units = source.units()
        self._filling = True
        if units is None:
            target.clear()
        else:
            other = pools.balanced(world, self.pool, source.symbol(), units)
            target.set_units(pools.readable(other, target.decimals()))
        self._filling = False

    def refresh(self, world: World) -> None:
        self.slippage.offer(self.bridge.preferences.default_slippage_bps)
        self._filling = True
        held = [available(world, self.bridge.account, field.symbol()) for field in self.amounts]
        for at, field in enumerate(self.amounts):
            most = held[at]
            if self.mode.current() == BALANCED:
                other = self.amounts[1 - at].symbol()
                most = min(most, pools.balanced(world, self.pool, other, held[1 - at]))
            field.set_available(held[at])
            if field.symbol() == "ETH":
                left = self._ether_left(world)
                field.set_max(min(most, left), self._less_fee(left < held[at] and left < most))
            else:
                field.set_max(most)
        self._filling = False
        if self.mode.current() == BALANCED and self.amounts[self._typed].text():
            self._match()

    def _ether_left(self, world: World) -> int:
        """ETH that the network fee leaves, the other token's approval counted."""
        other = next((field.value() for field in self.amounts if field.symbol() != "ETH"), 0)
        eth = [field.symbol() == "ETH" for field in self.amounts]
        amounts = tuple(ALL if is_eth else other or 0 for is_eth in eth)
        call = AddLiquidity(self.bridge.account, self.pool, amounts, 0)
        return spendable(world, self.bridge.account, call)

    def _less_fee(self, less: bool) -> str:
        return self.tr("Max less network fee") if less else ""

    # --- the one shape ------------------------------------------------------------------

    def header(self) -> Header:
        return Header(self.tr("Add liquidity"), words.title(self.pool), symbol="LP")

    def main_text(self) -> str:
        return self.tr("Review deposit")

    def fields(self) -> Mapping[str, AmountField]:
        return dict(zip(KEYS, self.amounts, strict=True))

    def _asked(self) -> tuple[Wanted, Wanted] | NotYet:
        """Both amounts in the pool's order, or what is wrong with the first bad one."""
        world = self.bridge.world
        assert world is not None
        shown = self.amounts[:1] if self.mode.current() == ONE else self.amounts
        asked: list[Wanted] = [0, 0]
        empty = 0
        for key, field in zip(KEYS, shown, strict=False):
            value = read_amount(field, key)
            if isinstance(value, NotYet):
                if field.problem() is not AmountProblem.EMPTY:
                    return value
                empty += 1
                continue
            short = self.short_of(field.symbol(), field.units() or 0, key)
            if short is not None:
                return short
            held = available(world, self.bridge.account, field.symbol())
            asked[TOKENS[self.pool].index(field.symbol())] = wanted(field, held)
        if empty == len(shown):
            return NotYet(self.tr("Enter an amount to go on"))
        return asked[0], asked[1]

    def build_command(self) -> Command | NotYet:
        asked = self._asked()
        if isinstance(asked, NotYet):
            return asked
        limit = self.limit()
        if isinstance(limit, NotYet):
            return limit
        if self.agreed is not None:
            return AddLiquidity(self.bridge.account, self.pool, asked, self.agreed)
        trial = AddLiquidity(self.bridge.account, self.pool, asked, 0)
        quote = self.bridge.preview(trial)
        if isinstance(quote, Exception):
            return trial
        done = pools.added(quote.events, quote.after)
        assert done is not None
        self.minimum = pools.at_least(done.minted, limit)
        return trial._replace(min_lp=self.minimum)

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        assert world is not None
        now = pools.view(world, self.pool)
        self.price.set_value(words.price(now))
        self.fair.set_value(words.price_of(self.pool, now.fair))
        for field in self.amounts:
            units = field.units()
            worth = pools.fair_usd(world, field.symbol(), units) if units else 0
            field.set_fiat(wording.fiat(worth) if worth else "")
        done = pools.added(quote.events, quote.after) if quote is not None else None
        self.chip.setVisible(done is not None)
        if done is None:
            self.receive.set_value("0", "LP", "3")
            self.worth.setText(self.tr("LP shares: your part of the pool"))
            self.composition.set_value(words.composition(now))
            self.least.set_value(wording.UNKNOWN)
            self.note.set("")
            return
        self.receive.set_value(wording.amount(done.minted, LP[self.pool], unit=False), "LP", "text")
        self.worth.setText(
            self.tr("{share} of the pool, worth {value}").format(
                share=words.part_of_pool(done.share), value=wording.fiat(done.worth)
            )
        )
        self.chip.set(*words.bonus(done.bonus))
        self.composition.set_value(words.composition(done.after))
        self.least.set_value(words.lp(self.minimum or 0, self.pool))
        self._explain(now, done)

    def _explain(self, now: pools.PoolView, done: pools.Added) -> None:
        """The sentence under the form: what the pool pays or takes, and why."""
        offered = [field.units() or 0 for field in self.amounts]
        if self.mode.current() == CUSTOM and not now.amplification and min(offered) > 0:
            for token, offer, used in zip(now.tokens, offered, done.amounts, strict=True):
                if offer - used > used // 1_000:
                    text = self.tr("The pair takes both in its ratio: {amount} stays with you.")
                    self.note.set(text.format(amount=wording.amount(offer - used, token)), "info")
                    return
        if done.bonus >= 0.00005:
            text = self.tr("You add the scarce side, so the pool pays you a little extra.")
            self.note.set(text, "good", "plus-circle")
        elif done.bonus <= REFUSED:
            self.note.set(self.refused(done.bonus), "bad")
        elif done.bonus <= -0.00005:
            text = self.tr(
                "A deposit off the pool's ratio tips it: that costs {share}. Balanced is free."
            ).format(share=wording.percent(-done.bonus))
            self.note.set(text, self.tone_of(done.bonus))
        elif now.leans_to:
            text = self.tr("The pool leans to {token}: you take your part of that, too.")
            self.note.set(text.format(token=now.leans_to), "info")
        else:
            self.note.set("")

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        done = pools.added(quote.events, quote.after)
        assert done is not None
        symbol = LP[self.pool]
        after = quote.after.balance(self.bridge.account, symbol)
        return Review(
            title=self.tr("Review deposit"),
            confirm=self.tr("Add liquidity"),
            pending=self.tr("Adding"),
            moves=(
                *self._paid(quote, done),
                Move("LP", self.tr("You receive"), wording.change(done.minted, symbol),
                     words.worth(done.worth, symbol), "good"),
            ),
            changes=(
                Change(self.tr("Your LP"), wording.amount(after - done.minted, symbol, unit=False),
                       wording.amount(after, symbol, unit=False)),
            ),
            facts=(
                Fact(self.tr("Pool price"), words.price(done.after)),
                Fact(words.fair_name(self.pool), words.price_of(self.pool, done.after.fair)),
                Fact(self.tr("This part of the pool"), words.part_of_pool(done.share)),
                Fact(self.tr("Composition after"), words.composition(done.after)),
                Fact(self.tr("You get at least"), words.lp(self._least(), self.pool)),
            ),
        )  # fmt: skip

    def _least(self) -> int:
        return int(self.agreed if self.agreed is not None else self.minimum or 0)

    def _paid(self, quote: Quote, done: pools.Added) -> tuple[Move, ...]:
        return tuple(
            Move(
                token, self.tr("You add"), wording.change(-units, token),
                words.worth(pools.fair_usd(quote.after, token, units), token),
            )
            for token, units in zip(TOKENS[self.pool], done.amounts, strict=True)
            if units
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        account = self.bridge.account
        done = pools.added(outcome.events, outcome.world)
        assert done is not None
        symbol, tokens = LP[self.pool], TOKENS[self.pool]
        changes = [
            Change(
                self.tr("{token} in wallet").format(token=token),
                wording.amount(available(before, account, token), token, unit=False),
                wording.amount(available(outcome.world, account, token), token, unit=False),
            )
            for token, units in zip(tokens, done.amounts, strict=True)
            if units
        ]
        changes.append(
            Change(
                self.tr("Your LP"),
                wording.amount(before.balance(account, symbol), symbol, unit=False),
                wording.amount(outcome.world.balance(account, symbol), symbol, unit=False),
                "good",
            )
        )
        return Receipt(
            title=self.tr("{amount} received").format(amount=wording.amount(done.minted, symbol)),
            again=self.tr("Add more"),
            changes=tuple(changes),
            facts=(
                Fact(self.tr("This part of the pool"), words.part_of_pool(done.share)),
                Fact(self.tr("Worth"), words.worth(done.worth, symbol)),
            ),
            next_steps=(
                NextStep(self.tr("Watch it against holding"),
                         self.tr("Fees, price and divergence, apart"), "drop-half", "pools",
                         {"pool": self.pool}),
                NextStep(self.tr("See it in your net worth"),
                         self.tr("Home shows all positions"), "house", "home"),
            ),
        )  # fmt: skip
