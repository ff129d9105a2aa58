"""Provide between two prices: the bounds, by hand or on the chart, and two amounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.concentrated_facts import (
    TOKENS,
    AddToRange,
    OpenRange,
    Range,
    RangeFunded,
)
from lstwallet.engine.refusals import BadRange, NotEnoughBalance
from lstwallet.engine.signing import spendable
from lstwallet.readmodel import concentrated
from lstwallet.readmodel.pools import at_least, readable
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
from lstwallet.ui.pages.pools.range_words import (
    bounds_words,
    pair_words,
    price_words,
    state_words,
    title,
    worth_of,
    worth_words,
)
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.units.fixed import mul_div_floor

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

NEW: Final = 0
WIDTHS: Final = (50, 100, 500)
"""Basis points to either side of the price."""
USUAL: Final = 100
BPS: Final = 10_000
KEYS: Final = ("amount", "amount1")
BOUNDS: Final = ("range", "range1")
"""Errors name the field they stand beside."""


class RangeForm(ActionForm):
    """A new range, or more in one that is there."""

    name = "ranges"
    bounds_changed = Signal()
    """The bounds were typed, or another range was chosen: the chart follows."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self._filling = False
        self._typed = 0
        self.agreed: int | None = None
        self.minimum = 0
        self.target = Segmented([(NEW, self.tr("New range"))], NEW,
                                name=self.tr("Which range"), expand=True)  # fmt: skip
        self.target.changed.connect(self._picked)
        self.widths = Segmented(
            [(width, f"±{wording.percent(width / BPS, 1)}") for width in WIDTHS], USUAL,
            name=self.tr("Width of the range"), expand=True,
        )  # fmt: skip
        for key in WIDTHS:
            self.widths.button(key).setObjectName(f"ranges.width.{key}")
        self.widths.changed.connect(self._widened)
        self.prices = (AmountField(self.tr("From, ETH for 1 wstETH")),
                       AmountField(self.tr("To, ETH for 1 wstETH")))  # fmt: skip
        self.amounts = (AmountField(self.tr("You add")), AmountField(self.tr("And")))
        for at, field in enumerate(self.prices):
            field.edit.setObjectName(f"ranges.price{at}")
            field.fiat.hide()  # a price is worth nothing by itself
            field.changed.connect(self._priced)
        for at, (field, token) in enumerate(zip(self.amounts, TOKENS, strict=True)):
            field.edit.setObjectName(f"ranges.amount{at}")
            field.set_token(token, 18)
            field.changed.connect(lambda at=at: self._typed_in(at))
        self.note = Banner("", "info")
        self.note.hide()
        self.price = KeyValue(self.tr("Pool price"))
        self.taken = KeyValue(self.tr("The range takes"))
        self.state = KeyValue(self.tr("State"))
        facts = column(self.price, self.taken, self.state, spacing=5)
        self.bounds_box = holder(column(self.widths, *self.prices, spacing=9))
        self.setLayout(
            column(self.target, self.bounds_box, *self.amounts, holder(facts), self.note,
                   spacing=11)
        )  # fmt: skip

    # --- inputs -------------------------------------------------------------------------

    def ticks(self) -> tuple[int, int] | None:
        """Both bounds as usable ticks; ``None`` while a price is missing."""
        world = self.bridge.world
        if world is None or world.concentrated is None:
            return None
        chosen = self._chosen(world)
        if chosen is not None:
            return chosen.lower, chosen.upper
        lower, upper = (field.units() for field in self.prices)
        if not lower or not upper:
            return None
        spacing = world.concentrated.terms.spacing
        return concentrated.tick_near(lower, spacing), concentrated.tick_near(upper, spacing)

    def _chosen(self, world: World) -> Range | None:
        found = world.ranges.get(self.target.current())
        return found if found is not None and found.account == self.bridge.account else None

    def set_bounds(self, lower: int, upper: int) -> None:
        """Prices from the chart, 18 decimals: a width of one's own."""
        self.widths.choose_none()
        self._fill(lower, upper)

    def _fill(self, lower: int, upper: int) -> None:
        self._filling = True
        for field, price in zip(self.prices, (lower, upper), strict=True):
            field.set_units(readable(price, 18))
        self._filling = False
        self._match()
        self.changed.emit()

    def choose(self, number: int) -> None:
        """More in that range; 0: a new one."""
        self.target.set_current(number)
        self._picked(number)

    def _picked(self, number: Any) -> None:
        self.bounds_box.setVisible(number == NEW)
        self._match()
        self.bounds_changed.emit()
        self.changed.emit()

    def _widened(self, width: Any) -> None:
        world = self.bridge.world
        if world is not None and world.concentrated is not None:
            self._around(world, width)
            self.bounds_changed.emit()

    def _around(self, world: World, width: int) -> None:
        price = concentrated.pool_view(world).price
        self._fill(mul_div_floor(price, BPS - width, BPS), mul_div_floor(price, BPS + width, BPS))

    def _priced(self) -> None:
        if not self._filling:
            self.widths.choose_none()
            self._match()
            self.bounds_changed.emit()
            self.changed.emit()

    def _typed_in(self, at: int) -> None:
        if self._filling:
            return
        self._typed = at
        self._match()
        self.changed.emit()

    def _match(self) -> None:
        """The other amount follows the one that was typed in; one that is not taken is empty."""
        world, ticks = self.bridge.world, self.ticks()
        if world is None or ticks is None or ticks[0] >= ticks[1]:
            return
        takes = concentrated.takes(world, *ticks)
        self._filling = True
        for field, taken in zip(self.amounts, takes, strict=True):
            field.setVisible(taken)
            if not taken:
                field.clear()
        if takes == (True, True):
            units = self.amounts[self._typed].units()
            other = self.amounts[1 - self._typed]
            if units is None:
                other.clear()
            else:
                beside = concentrated.beside(world, *ticks, self._typed, units)
                other.set_units(readable(beside, 18))
        self._filling = False

    def reset(self) -> None:
        self._filling = True
        for field in self.amounts:
            field.clear()
        self._filling = False
        self.changed.emit()

    def refresh(self, world: World) -> None:
        if world.concentrated is None:
            return
        numbers = [row.number for row in concentrated.rows(world, self.bridge.account)]
        current = self.target.current()
        items = [(NEW, self.tr("New range")), *((n, title(n)) for n in numbers[-3:])]
        self.target.set_items(items, current if current in (NEW, *numbers[-3:]) else NEW)
        self.target.setVisible(bool(numbers))
        self.bounds_box.setVisible(self.target.current() == NEW)
        if not any(field.text() for field in self.prices):
            self.widths.set_current(USUAL)
        width, begun = self.widths.current(), any(field.text() for field in self.amounts)
        if width is not None and self.agreed is None and not begun:  # it follows the price
            self._around(world, width)
        self._filling = True
        for field, token in zip(self.amounts, TOKENS, strict=True):
            held = world.balance(self.bridge.account, token)
            field.set_available(held)
            field.set_max(held)
        call = OpenRange(self.bridge.account, 0, 1, ("all", "all"))
        left = spendable(world, self.bridge.account, call)
        self.amounts[1].set_max(left, self.tr("Max less network fee"))
        self._filling = False

    # --- the one shape ------------------------------------------------------------------

    def on_phase(self, phase: str) -> None:
        """What a review shows as the least is agreed to."""
        self.agreed = self.minimum if phase in ("review", "pending") else None

    def header(self) -> Header:
        return Header(self.tr("Provide in a range"), "wstETH / ETH", symbol="LP")

    def main_text(self) -> str:
        return self.tr("Review range")

    def fields(self) -> Mapping[str, AmountField]:
        fields = zip((*KEYS, *BOUNDS), (*self.amounts, *self.prices), strict=True)
        return dict(fields)

    def build_command(self) -> Command | NotYet:
        world = self.bridge.world
        assert world is not None
        ticks = self.ticks()
        if ticks is None or ticks[0] >= ticks[1]:
            return self._no_bounds(ticks)
        asked = self._asked(world)
        if isinstance(asked, NotYet):
            return asked
        account, number = self.bridge.account, self.target.current()
        trial: Any = OpenRange(account, *ticks, asked)
        if number != NEW:
            trial = AddToRange(account, number, asked)
        if self.agreed is not None:
            return trial._replace(min_liquidity=self.agreed)
        quote = self.bridge.preview(trial)
        if isinstance(quote, Exception):
            return trial
        limit = self.bridge.preferences.default_slippage_bps
        self.minimum = at_least(_event(quote.events).liquidity, limit)
        return trial._replace(min_liquidity=self.minimum)

    def _no_bounds(self, ticks: tuple[int, int] | None) -> NotYet:
        """Which price is missing, is none, or is on the wrong side of the other."""
        reason = self.tr("Correct the prices to go on")
        if ticks is not None:
            return NotYet(reason, wording.refusal(BadRange(*ticks, "order")), BOUNDS[1])
        read = [read_amount(field, key) for field, key in zip(self.prices, BOUNDS, strict=True)]
        stops = [stop for stop in read if isinstance(stop, NotYet)]
        bad = next((stop for stop in stops if stop.error), None)
        if bad is not None:
            return bad._replace(reason=reason)
        return NotYet(self.tr("Enter both prices to go on"), "", BOUNDS[0])

    def _asked(self, world: World) -> tuple[int, int] | NotYet:
        """Both amounts; what is wrong with the one that was typed in comes first."""
        asked = [0, 0]
        order = (self._typed, 1 - self._typed)
        shown = [at for at in order if self.amounts[at].isVisibleTo(self)]
        for at in shown:
            field = self.amounts[at]
            value = read_amount(field, KEYS[at])
            if isinstance(value, NotYet):
                return value
            units, token = field.units() or 0, TOKENS[at]
            held = world.balance(self.bridge.account, token)
            if units > held:
                lack = NotEnoughBalance(token, units, held)
                return NotYet(wording.advice(lack), wording.refusal(lack), KEYS[at])
            asked[at] = units
        return asked[0], asked[1]

    def show_preview(self, quote: Quote | None) -> None:
        world = self.bridge.world
        if world is None or world.concentrated is None:
            return
        view = concentrated.pool_view(world)
        self.price.set_value(price_words(view.price))
        for field in self.amounts:
            units = field.units()
            field.set_fiat(worth_of(world, field.symbol(), units) if units else "")
        ticks = self.ticks()
        self.note.set("")
        if ticks is None or ticks[0] >= ticks[1]:
            self.taken.set_value(wording.UNKNOWN)
            self.state.set_value(wording.UNKNOWN)
            return
        takes = concentrated.takes(world, *ticks)
        self.state.set_value(self.tr("In range: it earns fees") if all(takes)
                             else self.tr("Out of range: it earns nothing yet"),
                             "good" if all(takes) else "warn")  # fmt: skip
        self.taken.set_value(pair_words(_event(quote.events).amounts) if quote
                             else wording.UNKNOWN)  # fmt: skip
        if not all(takes):
            token = TOKENS[0] if takes[0] else TOKENS[1]
            text = self.tr("The price lies beyond this range. It takes {token} alone, and earns "
                           "once the price comes in.")  # fmt: skip
            self.note.set(text.format(token=token), "warn")

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        event = _event(quote.events)
        view = concentrated.row(quote.after, event.range_id, event.range)
        pool = concentrated.pool_view(quote.after)
        return Review(
            title=self.tr("Review range"),
            confirm=self.tr("Provide"),
            pending=self.tr("Providing"),
            moves=tuple(
                Move(token, self.tr("You add"), wording.change(-units, token),
                     worth_of(quote.after, token, units))
                for token, units in zip(TOKENS, event.amounts, strict=True)
                if units
            ),
            facts=(
                Fact(self.tr("Range"), bounds_words(view)),
                Fact(self.tr("Pool price"), price_words(pool.price)),
                Fact(self.tr("State"), *state_words(view)),
                Fact(self.tr("Worth"), worth_words(view.worth)),
            ),
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event, account = _event(outcome.events), self.bridge.account
        view = concentrated.row(outcome.world, event.range_id, event.range)
        changes = tuple(
            Change(
                self.tr("{token} in wallet").format(token=token),
                wording.amount(before.balance(account, token), token, unit=False),
                wording.amount(outcome.world.balance(account, token), token, unit=False),
            )
            for token, units in zip(TOKENS, event.amounts, strict=True)
            if units
        )
        return Receipt(
            title=self.tr("{name} provides {worth}").format(
                name=title(event.range_id), worth=worth_words(view.worth)
            ),
            again=self.tr("Provide more"),
            changes=changes,
            facts=(Fact(self.tr("Range"), bounds_words(view)),
                   Fact(self.tr("State"), *state_words(view))),
            next_steps=(
                NextStep(self.tr("Watch it against holding"),
                         self.tr("Fees, price and divergence, together"), "drop-half", "pools",
                         {"pool": "wsteth_eth"}),
                NextStep(self.tr("See it in your net worth"),
                         self.tr("Home shows all positions"), "house", "home"),
            ),
        )  # fmt: skip


def _event(events: Any) -> RangeFunded:
    return next(event for event in events if isinstance(event, RangeFunded))
