"""Native or liquid? The user's stakes beside the same ether staked natively.

Before the first stake the card looks ahead, for the amount in the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from lstwallet.engine.validators_facts import VALIDATOR_WEI
from lstwallet.readmodel import shadow as reading
from lstwallet.readmodel.shadow import Compared, Prospect
from lstwallet.readmodel.staking import native_apr
from lstwallet.ui import wording
from lstwallet.ui.models.cells import Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_DENSE, TableView
from lstwallet.ui.pages.stake import words
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge, Preferences

GAP: Final = 12
"""Between columns that are compared: with large text the room still fits a small window."""


class Point(NamedTuple):
    """One thing that is compared; ``tones`` are those of the two sides."""

    key: str
    pool: str
    own: str
    tones: tuple[str, str] = ("text", "text")


class CompareCard(Card):
    """The same money both ways, side by side."""

    def __init__(
        self, bridge: Bridge, token: str = "stETH", parent: QWidget | None = None
    ) -> None:
        """``token`` is what the liquid side holds."""
        self.why = ToolButton(
            "info", QCoreApplication.translate("stake", "Why this number?"),
            side=22, icon_side=14, tone="3",
        )  # fmt: skip
        self.why.setObjectName(f"stake.native.{token}.why")
        title = QCoreApplication.translate("stake", "Native or liquid?")
        super().__init__(title, self.why, parent=parent)
        self.setObjectName(f"stake.native.{token}")
        self._bridge = bridge
        self.liquid = reading.liquid_of(token)
        self.verdict = Label("", "medium", wrap=True)
        self.table = TableView(
            [
                Column("key", "", lambda r: Text(r.key, tone="2"), stretch=2),
                Column("pool", wording.PROTOCOLS[token], lambda r: _cell(r.pool, r.tones[0]),
                       stretch=3),
                Column("own", self.tr("Solo validator"), lambda r: _cell(r.own, r.tones[1]),
                       stretch=3),
            ],
            row_height=ROW_DENSE,
            fit=True,
            gap=GAP,
            name=title,
        )  # fmt: skip
        self.remark = Label("", "small", "3", wrap=True)
        self.add(self.verdict, self.table, self.remark)

    def show_world(self, world: World, typed: int, rate: int) -> None:
        """What is held beside its shadow; before the first stake, ``typed`` wei looked at ahead.

        ``rate`` is the liquid side's yearly rate (WAD).
        """
        found = reading.compared(world, self._bridge.account, self.liquid)
        if found is None:
            self._show_ahead(world, typed or VALIDATOR_WEI, rate, is_typed=bool(typed))
        else:
            self._show_held(world, found, rate)
        self.why.setVisible(found is not None)
        self.remark.setVisible(bool(self.remark.text()))

    # --- what is held -------------------------------------------------------------------

    def _show_held(self, world: World, found: Compared, rate: int) -> None:
        preferences = self._bridge.preferences
        ahead = reading.prospect(world, found.liquid, self.liquid)
        eth = _Shown(preferences)
        share = reading.share_of(found.ahead, found.wei)
        self.verdict.setText(
            wording.ahead_of_native(found.token, found.ahead, share, preferences)
        )
        self.set_note(self.tr("since {day}").format(day=wording.day(found.since)))
        self.table.set_rows([
            Point(self.tr("Put in"), eth(found.wei), eth(found.wei)),
            Point(self.tr("Worth now"), eth(found.liquid), eth(found.native)),
            Point(self.tr("Earned"), _gain(found.liquid - found.wei, found.wei, preferences),
                  _gain(found.native - found.wei, found.wei, preferences),
                  (_tone(found.liquid - found.wei), _tone(found.native - found.wei))),
            Point(self.tr("Part that earns"), self.tr("everything"),
                  self._earning(found, preferences)),
            *self._rates(world, rate),
            *self._leaving(world, ahead, preferences),
        ])  # fmt: skip
        self.remark.setText(self._remark(found, preferences))

    def _earning(self, found: Compared, preferences: Preferences) -> str:
        amount = wording.owned_amount(preferences, found.earning, "ETH")
        if found.waiting:
            return self.tr("{amount}, the rest from {day}").format(
                amount=amount, day=wording.short_day(found.active_from)
            )
        return amount if found.earning else self.tr("nothing")

    def _remark(self, found: Compared, preferences: Preferences) -> str:
        said = []
        if found.idle:
            said.append(self._idle(wording.owned_amount(preferences, found.idle, "ETH")))
        if wording.amount(found.beyond, "ETH", unit=False).strip("<0."):
            text = self.tr("{beyond} that you did not stake yourself is left out.")
            said.append(text.format(
                beyond=wording.owned_amount(preferences, found.beyond, found.token)))
        return " ".join(said)

    def _idle(self, idle: str) -> str:
        text = self.tr("{idle} would lie idle: natively each stake counts in multiples of {least}.")
        return text.format(idle=idle, least=f"32{wording.NO_BREAK}ETH")

    # --- looking ahead ------------------------------------------------------------------

    def _show_ahead(self, world: World, wei: int, rate: int, *, is_typed: bool) -> None:
        ahead = reading.prospect(world, wei, self.liquid)
        year = reading.in_a_year(world, wei, rate)
        self.verdict.setText(self._first_words(wei, year))
        eth = wording.small(wei, "ETH") if is_typed else "32 ETH"
        self.set_note(self.tr("for {amount}").format(amount=eth))
        earning = wording.amount(wei - ahead.idle, "ETH")
        if wei == ahead.idle:
            earning = self.tr("nothing")
        self.table.set_rows([
            Point(self.tr("Part that earns"), self.tr("everything"), earning),
            Point(self.tr("In a year, about"), wording.change(year.liquid, "ETH"),
                  wording.change(year.native, "ETH"), (_tone(year.liquid), _tone(year.native))),
            *self._rates(world, rate),
            Point(self.tr("Smallest stake"), self._smallest(world), "32 ETH"),
            Point(self.tr("Earns from"), self.tr("the next report"),
                  self.tr("in about {wait}").format(wait=words.about(ahead.activation))),
            *self._leaving(world, ahead, None),
        ])  # fmt: skip
        idle = wording.amount(ahead.idle, "ETH")
        self.remark.setText(self._idle(idle) if ahead.idle else "")

    def _smallest(self, world: World) -> str:
        least = self.liquid.least(world)
        return wording.small(least, "ETH") if least else self.tr("any amount")

    def _first_words(self, wei: int, year: reading.InAYear) -> str:
        name = wording.PROTOCOLS[self.liquid.token]
        if wei < VALIDATOR_WEI:
            text = self.tr("Alone this is too little for a validator, and enough for {name}.")
            return text.format(name=name)
        if year.native > year.liquid:
            text = self.tr("Natively earns more on this; {name} lets you go at any time.")
        else:
            text = self.tr("{name} earns more on this, and lets you go at any time.")
        return text.format(name=name)

    # --- both -----------------------------------------------------------------------------

    def _rates(self, world: World, rate: int) -> tuple[Point, ...]:
        return (
            Point(self.tr("Yearly"), words.share(rate), words.share(native_apr(world).rate)),
            Point(self.tr("Fee on rewards"), words.share(self.liquid.fee(world), 0),
                  self.tr("none")),
        )  # fmt: skip

    def _leaving(
        self, world: World, ahead: Prospect, preferences: Preferences | None
    ) -> tuple[Point, ...]:
        """``preferences`` are those for owned amounts; ``None``: the amount was typed."""
        eth = _Shown(preferences)
        return (
            Point(self.tr("You hold"), self.liquid.token, self.tr("no token")),
            Point(self.tr("Time to leave"), self._way_out(ahead), words.wait(ahead.native_wait)),
            Point(self.tr("Sold at once"), eth(ahead.market) if ahead.market else
                  self.tr("not possible"), self.tr("not possible")),
            Point(self.tr("A slashing costs"),
                  self._shared(ahead),
                  self.tr("{loss}, alone").format(loss=wording.amount(ahead.loss_alone, "ETH")),
                  ("text", "bad")),
        )  # fmt: skip

    def _shared(self, ahead: Prospect) -> str:
        if not ahead.loss_shared:
            return self.tr("nothing, bonds lose first")
        return self.tr("{loss}, shared").format(loss=wording.amount(ahead.loss_shared, "ETH"))

    def _way_out(self, ahead: Prospect) -> str:
        wait = ahead.liquid_wait
        if wait is None:
            return self.tr("not by burning now")
        if not wait.high:
            return self.tr("at once, by burning")
        return self.tr("queue {wait}").format(wait=words.wait(wait))

    # --- why this number? -----------------------------------------------------------------

    def reasons(self, world: World) -> tuple[str, str, list[tuple[str, ...]], str] | None:
        """Title, formula, terms, note; ``None`` while nothing is held."""
        found = reading.compared(world, self._bridge.account, self.liquid)
        if found is None:
            return None
        eth = _Shown(self._bridge.preferences)
        terms: list[tuple[str, ...]] = [
            (self.tr("Put in"), eth(found.wei)),
            (self.tr("Of that, in validators"), eth(found.wei - found.idle)),
            (self.tr("For duties"), eth.change(found.duties)),
            (self.tr("From fees and MEV"), eth.change(found.execution)),
            (self.tr("Natively now"), eth(found.native)),
            (self.tr("{token} at its rate").format(token=found.token), eth(found.liquid)),
        ]
        return (
            self.tr("The same ETH, staked natively"),
            self.tr("put in + 32 ETH × validators × what one staked ETH earned since active"),
            terms,
            self.tr(
                "Each stake waits in the activation queue of its day. Rounded down; from the "
                "chain's running sums of this world."
            ),
        )


class _Shown:
    """Writes amounts; those that are owned as the eye button wants them."""

    def __init__(self, preferences: Preferences | None) -> None:
        self._preferences = preferences

    def __call__(self, wei: int, token: str = "ETH") -> str:
        if self._preferences is None:
            return wording.amount(wei, token)
        return wording.owned_amount(self._preferences, wei, token)

    def change(self, wei: int) -> str:
        """With its sign."""
        if self._preferences is not None and self._preferences.privacy != "exact":
            return self(wei)
        return wording.change(wei, "ETH")


def _cell(text: str, tone: str) -> Text:
    return Text(text, style="medium", tone=tone)


def _gain(wei: int, of: int, preferences: Preferences) -> str:
    share = wording.percent(reading.share_of(wei, of) / WAD, 2, signed=True)
    if preferences.privacy != "exact":
        return share
    return f"{wording.change(wei, 'ETH')} · {share}"


def _tone(wei: int) -> str:
    return "good" if wei > 0 else "bad" if wei < 0 else "text"


__all__ = ["GAP", "CompareCard", "Point"]
