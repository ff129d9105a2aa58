"""Parts of the room: the card of a pool in the list, figures, and the two lower cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QStackedLayout, QWidget

from lstwallet.readmodel.pools import AgainstHolding, Earnings, PoolView, Share
from lstwallet.ui import wording
from lstwallet.ui.pages.pools import words
from lstwallet.ui.theme import tokens
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.bars import Compose, Spark
from lstwallet.ui.widgets.cards import Avatar, Card, EmptyState, IconTile, Inset, PressCard
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label, Link
from lstwallet.ui.widgets.layout import TOP, Dot, Rule, column, holder, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.ui.widgets.star import StarButton
from lstwallet.ui.widgets.waterfall import Step, Waterfall

if TYPE_CHECKING:
    from lstwallet.readmodel.ways_out import WaysOut
    from lstwallet.ui.bridge import Preferences


BELOW: Final = -0.01
FAR_BELOW: Final = -0.03
"""From these gaps on the price of a staking token has given way more than a little."""


class Figure(QWidget):
    """A quiet name over a number."""

    def __init__(self, name: str, align: str = "left") -> None:
        super().__init__()
        self.name = Label(name, "small", "2", align=align)
        self.value = Label(wording.UNKNOWN, "heading", align=align)
        self.setLayout(column(self.name, self.value, spacing=2))

    def set_value(self, value: str, tone: str = "text") -> None:
        """Show another number."""
        self.value.setText(value)
        self.value.set_tone(tone)
        self.setAccessibleName(f"{self.name.text()} {value}")


class PoolCard(PressCard):
    """A pool in the list: press it to open the pool."""

    favoured = Signal(bool)

    def __init__(self, pool: str) -> None:
        super().__init__()
        self.pool = pool
        self.star = StarButton(words.title(pool))
        self.star.setObjectName(f"pools.star.{pool}")
        self.star.wanted.connect(self.favoured)
        self.setObjectName(f"pools.open.{pool}")
        self.setText(words.title(pool))
        self.setAccessibleName(words.title(pool))
        self.sub = Label("", "small", "2", elide=True)
        self.chip = Chip(small=True)
        head = row(
            Avatar("LP", 36), (column(Label(words.title(pool), "title"), self.sub, spacing=2), 1),
            (holder(row(self.chip, self.star, spacing=8)), 0, TOP), spacing=12,
        )  # fmt: skip
        self.worth = Figure(self.tr("In the pool"))
        self.day = Figure(self.tr("Fees, 24 h"))
        self.apr = Figure(self.tr("Fee APR"))
        self.both = Figure(self.tr("With staking"))
        keep = self.both.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # the columns of two cards line up
        self.both.setSizePolicy(keep)
        shown = (self.worth, self.day, self.apr, self.both)
        self.figures = row(*((each, 1) for each in shown), spacing=8)
        self.spark = Spark((), "s2")
        self.price = Label("", "medium")
        self.gap = Chip(small=True)
        self.mine = Label("", "small", "2", elide=True)
        foot = row((self.mine, 1), Icon("caret-right", "3", 16), spacing=8)
        self.setLayout(
            column(
                head, 4, self.figures, 2,
                row(self.spark, self.price, self.gap, None, spacing=12), 2,
                Rule(), foot, margins=(18, 16, 18, 14), spacing=12,
            )
        )  # fmt: skip

    def show_pool(
        self, view: PoolView, earned: Earnings, mine: Share, preferences: Preferences
    ) -> None:
        """The pool now."""
        self.sub.setText(words.kind(view))
        self.chip.set(*words.lean(view))
        show_figures(view, earned, self.worth, self.day, self.apr, self.both)
        self.both.setVisible(bool(view.amplification))
        self.price.setText(
            self.tr("1 {token} = {price}").format(token=view.tokens[1], price=words.price(view))
        )
        self.gap.set(*words.gap(view))
        if mine.lp:
            text = self.tr("Yours: {value}, {share} of the pool")
            value = wording.owned_fiat(preferences, mine.worth)
            self.mine.setText(text.format(value=value, share=words.part_of_pool(mine.share)))
        else:
            self.mine.setText(self.tr("You have no share of it yet"))
        self.setAccessibleDescription(f"{self.sub.text()}. {self.mine.text()}")


def show_figures(
    view: PoolView, earned: Earnings, worth: Figure, day: Figure, apr: Figure, both: Figure
) -> None:
    """The four figures of a pool, in the list and in its header."""
    worth.set_value(wording.fiat_large(view.worth))
    day.set_value(wording.UNKNOWN if earned.day is None else wording.fiat_large(earned.day))
    apr.set_value(wording.percent(earned.apr))
    tone = "text" if earned.with_staking is None else "good"
    both.set_value(wording.percent(earned.with_staking), tone)


class HoldsCard(Card):
    """What the pool holds: one bar with the mark of balance."""

    def __init__(self) -> None:
        chip = Chip(small=True)
        super().__init__("", chip, spacing=12)
        self.chip = chip
        self.set_title(self.tr("What the pool holds"))
        self.bar = Compose("s5", "s8")
        self.sides = [
            (Dot("s5"), Label("", "medium", align=at), Label("", "small", "2", align=at))
            for at in ("left", "right")
        ]
        self.note = Label("", "small", "2", wrap=True)
        (dot, name, units), (dot2, name2, units2) = self.sides
        left = row((dot, 0), column(name, units, spacing=2), spacing=8)
        right = row(column(name2, units2, spacing=2), (dot2, 0), spacing=8)
        self.add(self.bar, row(left, None, right), self.note, None)

    def show_pool(self, view: PoolView) -> None:
        """The pool now; the second token (what is priced) at the left."""
        roles = [tokens.asset(token).role for token in view.tokens]
        self.chip.set(*words.lean(view))
        self.bar.set(view.base_share, roles[1], roles[0], words.composition(view))
        for at, side in ((1, self.sides[0]), (0, self.sides[1])):
            share = view.base_share if at else 1 - view.base_share
            dot, name, units = side
            dot.set_role(roles[at])
            name.setText(f"{view.tokens[at]} · {wording.percent(share, 1)}")
            units.setText(wording.amount(view.reserves[at], view.tokens[at], unit=False))
        self.note.setText(self._sentence(view))

    def _sentence(self, view: PoolView) -> str:
        if not view.amplification:
            return self.tr("The pair always holds equal values: its price is the ratio of the two.")
        token = view.tokens[1]
        text = ""
        if view.leans_to == token and view.gap <= FAR_BELOW:
            text = self.tr("Far more people sell {token} than buy it: the price has given way.")
        elif view.leans_to == token and view.gap <= BELOW:
            text = self.tr("Many more people sell {token} than buy it: the price gives way.")
        elif view.leans_to == token:
            text = self.tr("More people sell {token} than buy it: the price gives way a little.")
        elif view.leans_to:
            text = self.tr("More people buy {token} than sell it: ether piles up.")
        if text:
            return text.format(token=token)
        return self.tr("Near balance the curve is almost flat: trades hardly move the price.")


class PositionCard(Card):
    """Your position against holding: why it stands where it stands, part by part."""

    def __init__(self, on_add: Any) -> None:
        chip = Chip(small=True)
        super().__init__("", chip, spacing=8)
        self.chip = chip
        self.set_title(self.tr("Your position against holding"))
        self.waterfall = Waterfall(self.tr("Your position against holding"))
        self.now = KeyValue(self.tr("Worth now"))
        self.held = KeyValue(self.tr("Had you kept it"))
        self.ahead = KeyValue(self.tr("Against holding"), strong=True, why=self._explain)
        self._standing: AgainstHolding | None = None
        self._exact = True
        self._popover: WhyPopover | None = None
        self.out = Link("", "small", elide=True)
        self.out.setObjectName("pools.ways_out")
        self.out.hide()
        inside = column(
            self.waterfall, 2, self.now, self.held, self.ahead, self.out, None, spacing=5
        )
        self.empty = EmptyState(
            "drop-half", self.tr("You have no share of this pool"),
            self.tr("Providers earn a part of every trade. Here you will see it beside holding."),
            action=self.tr("Add liquidity"), on_action=on_add,
        )  # fmt: skip
        self.empty.action.setObjectName("pools.first")
        shown = QWidget()
        self.stack = QStackedLayout(shown)
        self.stack.addWidget(holder(inside))
        self.stack.addWidget(self.empty)
        self.add((shown, 1))

    def _explain(self) -> None:
        """Why this number?"""
        standing = self._standing
        if standing is None or self.ahead.why is None:
            return
        if self._popover is None:
            self._popover = WhyPopover(self.window(), width=340)
        quote = standing.quote
        parts = [
            (self.tr("Put in"), standing.put, False),
            (self.tr("Entry"), standing.entry, True),
            (self.tr("Staking yield"), standing.staking, True),
            (self.tr("Price effect"), standing.price, True),
            (self.tr("Trading fees"), standing.fees, True),
            (self.tr("Divergence"), standing.divergence, True),
            (self.tr("Worth now"), standing.worth, False),
            (self.tr("Had you kept it"), standing.held, False),
            (self.tr("Against holding"), standing.ahead, True),
        ]
        if quote != "ETH":
            del parts[2]
        terms = [(name, self._term(units, signed)) for name, units, signed in parts]
        self._popover.explain(
            self.ahead.why,
            self.tr("Against holding"),
            self.tr(
                "Put in + entry + staking + price + fees + divergence = worth now. Against "
                "holding = worth now − what you put in would be worth."
            ),
            terms,
            self.tr("At the pool's own price, rounded down. Staking and price are those of "
                    "what your share stood for when you came."),
        )

    def _term(self, units: int, signed: bool) -> str:
        """An amount, or only its share of what was put in when amounts are hidden."""
        standing = self._standing
        assert standing is not None
        if not self._exact:
            return wording.percent(standing.share(units), signed=signed)
        return (wording.change if signed else wording.amount)(units, standing.quote)

    def show_ways(self, out: WaysOut | None) -> None:
        """How the staking token of one's share could be left, in a line."""
        self.out.setVisible(out is not None)
        if out is not None:
            self.out.setText(wording.ways_line(out))
            self.out.setToolTip(plain_tip(self.out.text()))

    def show_position(self, standing: AgainstHolding | None, preferences: Preferences) -> None:
        """The position, or the way to the first one."""
        self.stack.setCurrentIndex(1 if standing is None else 0)
        self.chip.setVisible(standing is not None)
        self._standing, self._exact = standing, preferences.privacy == "exact"
        if standing is None:
            return
        self.waterfall.set_rows(
            self._steps(standing),
            self.tr("Since {day}").format(day=wording.short_day(standing.since)),
            standing.share(standing.total),
            _signed(standing.share(standing.total)),
        )
        quote = standing.quote
        self.now.set_value(wording.owned_amount(preferences, standing.worth, quote))
        self.held.set_value(wording.owned_amount(preferences, standing.held, quote))
        share = standing.share(standing.ahead)
        difference = wording.HIDDEN
        if preferences.privacy == "exact":
            difference = wording.change(standing.ahead, quote)
        tone = "good" if share >= 0.00005 else "bad" if share <= -0.00005 else "text"
        self.ahead.set_value(f"{difference} · {_signed(share)}", tone)
        self._say(share)

    def _say(self, share: float) -> None:
        size = wording.percent(abs(share))
        if share >= 0.00005:
            self.chip.set(self.tr("{share} ahead").format(share=size), "good", "trend-up")
        elif share <= -0.00005:
            self.chip.set(self.tr("{share} behind").format(share=size), "warn", "trend-down")
        else:
            self.chip.set(self.tr("Even with holding"), "plain", "equals")

    def _steps(self, standing: AgainstHolding) -> list[Step]:
        parts = [
            (self.tr("Trading fees"), standing.fees, "s3"),
            (self.tr("Price effect"), standing.price, "s5"),
            (self.tr("Divergence"), standing.divergence, "s2"),
        ]
        if standing.quote == "ETH":
            parts.insert(0, (self.tr("Staking yield"), standing.staking, "s1"))
        if abs(standing.share(standing.entry)) >= 0.00005:
            name = self.tr("Entry bonus") if standing.entry > 0 else self.tr("Entry cost")
            parts.append((name, standing.entry, "s6"))
        return [
            Step(name, standing.share(units), "bad_mark" if units < 0 else role,
                 _signed(standing.share(units)))
            for name, units, role in parts
        ]  # fmt: skip


def _signed(share: float) -> str:
    return wording.percent(share, signed=True)


class Lesson(QWidget):
    """One thing to know about pools: an icon, a title, two lines."""

    def __init__(self, icon: str, tone: str, title: str, text: str) -> None:
        super().__init__()
        inside = column(
            Label(title, "strong"), Label(text, "small", "2", wrap=True), None, spacing=3
        )
        box = Inset(row((IconTile(icon, tone, 32), 0, TOP), (inside, 1), spacing=12),
                    padding=(12, 12, 12, 12))  # fmt: skip
        self.setLayout(column(box))


def turn(layout: QBoxLayout, narrow: bool) -> None:
    """A row becomes a column where there is no width."""
    wanted = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
    if layout.direction() != wanted:
        layout.setDirection(wanted)
