"""What stands at the left of the stake room: choices, a comparison, own validators."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.rocketpool import RocketOffer
from lstwallet.readmodel.staking import Apr, LidoOffer, SoloOffer, ValidatorRow, WrapRates
from lstwallet.ui import wording
from lstwallet.ui.bridge import Preferences
from lstwallet.ui.models.cells import ButtonsCell, ButtonSpec, ChipCell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_DENSE, ROW_TWO_LINES, TableView
from lstwallet.ui.pages.stake import words
from lstwallet.ui.pages.stake.compare import GAP, Point
from lstwallet.ui.pages.stake.form import VALIDATOR
from lstwallet.ui.theme.icons import LOCK
from lstwallet.ui.widgets.cards import Avatar, Card, ChoiceCard
from lstwallet.ui.widgets.chips import Chip, ChipRow
from lstwallet.ui.widgets.labels import Icon, Label, UnitNumber
from lstwallet.ui.widgets.layout import TOP, column, row
from lstwallet.units.fixed import WAD

_FEW = WAD // 5
"""A largest operator below this share of the pool is no lump of risk."""


class OfferCard(ChoiceCard):
    """One way: disc, name, how to leave, a rate at the right, chips below."""

    def __init__(
        self,
        name: str,
        token: str,
        symbol: str,
        chips: list[Chip],
        parent: QWidget | None = None,
        *,
        icon: str = "hourglass-medium",
    ) -> None:
        """``icon`` stands before the second line."""
        super().__init__(name, parent)
        self._token = Label(token, "small", "2", elide=True)
        self._exit = Label("", "small", "2", elide=True)
        self._figure = UnitNumber("", align="right")
        self._caption = Label("", "caption", "2", align="right")
        title = row(Label(name, "heading"), self._token, self.mark, None, spacing=7)
        way_out = row(Icon(icon, "2", 13), (self._exit, 1), spacing=5)
        words_ = column(title, way_out, spacing=4)
        numbers = column(self._figure, self._caption, spacing=2)
        top = row((Avatar(symbol, 36), 0, TOP), (words_, 1), (numbers, 0, TOP), spacing=12)
        self.chips = ChipRow(chips)
        self.set_content(column(top, self.chips, margins=(15, 13, 15, 13), spacing=9))

    def show_offer(self, way_out: str, figure: str, caption: str) -> None:
        """How to leave, the rate, and what kind of rate it is."""
        self._exit.setText(way_out)
        self._figure.set_value(figure)
        self._caption.setText(caption)
        self.setAccessibleDescription(f"{figure}, {caption}. {way_out}")


class LidoCard(OfferCard):
    """The pool."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._operators = Chip("", "plain", small=True)
        self._spread = Chip("", "good", "shield-check", small=True)
        tr = QCoreApplication.translate
        chips = [
            Chip(tr("stake", "Balance grows"), "plain", small=True),
            self._operators,
            self._spread,
            Chip(tr("stake", "Oracle reports daily"), "plain", small=True),
        ]
        super().__init__("Lido", "stETH", "stETH", chips, parent)
        self.setObjectName("stake.choice.lido")

    def show_lido(self, offer: LidoOffer, apr: Apr) -> None:
        """The pool now."""
        way_out = self.tr("Exit {wait}, or at once on the market").format(
            wait=words.wait(offer.wait)
        )
        self.show_offer(way_out, words.share(apr.rate), words.apr_caption(apr))
        count = wording.plural(self.tr("%n operator(s)", "", offer.operators), offer.operators)
        spread = self.tr("Largest runs {share}").format(share=words.share(offer.largest, 0))
        calm = offer.largest <= _FEW
        if self._operators.text() != count:
            self._operators.set(count)
        if self._spread.text() != spread:
            icon = "shield-check" if calm else "warning"
            self._spread.set(spread, "good" if calm else "warn", icon)


class RocketCard(OfferCard):
    """The protocol of many small operators."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        self._minipools = Chip("", "plain", small=True)
        self._bond = Chip("", "good", "shield-check", small=True)
        chips = [
            Chip(tr("stake", "Value grows, number stays"), "plain", small=True),
            self._minipools,
            self._bond,
        ]
        super().__init__("Rocket Pool", "rETH", "rETH", chips, parent, icon="flame")
        self.setObjectName("stake.choice.rocketpool")

    def show_offer_of(self, offer: RocketOffer | None, apr: Apr) -> None:
        """The protocol now; a world without it has no card."""
        self.setVisible(offer is not None)
        if offer is None:
            return
        text = self.tr("Burn for up to {count} ETH, or sell, at once")
        way_out = text.format(count=wording.count(offer.burnable // WAD))
        self.show_offer(way_out, words.share(apr.rate), words.apr_caption(apr))
        count = self.tr("{count} minipools").format(count=wording.count(offer.minipools))
        bond = self.tr("Bonds of {share} lose first").format(share=words.share(offer.bond, 1))
        if self._minipools.text() != count:
            self._minipools.set(count)
        if self._bond.text() != bond:
            self._bond.set(bond, "good", "shield-check")


class SoloCard(OfferCard):
    """Validators of one's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        chips = [
            Chip(tr("stake", "Native, not liquid"), "plain", LOCK, small=True),
            Chip(tr("stake", "You operate"), "plain", small=True),
            Chip(tr("stake", "Full slashing share"), "bad", "warning-circle", small=True),
        ]
        name = tr("stake", "Solo validator")
        super().__init__(name, tr("stake", "32 ETH each"), VALIDATOR, chips, parent)
        self.setObjectName("stake.choice.solo")

    def show_solo(self, offer: SoloOffer, apr: Apr) -> None:
        """The chain now."""
        way_out = self.tr("Exit {wait}").format(wait=words.wait(offer.exit))
        self.show_offer(way_out, words.share(apr.rate), words.apr_caption(apr))


class PairCard(OfferCard):
    """A token and its wrapped twin."""

    def __init__(self, wrapped: str, inside: str, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        lido = wrapped == "wstETH"
        chips = [
            Chip(tr("stake", "No slippage"), "good", "check-circle", small=True),
            Chip(
                tr("stake", "Value grows, number stays") if lido else tr("stake", "One for one"),
                "plain",
                small=True,
            ),
            Chip(tr("stake", "Turns back at any time"), "plain", small=True),
        ]
        self.wrapped, self.inside = wrapped, inside
        super().__init__(wrapped, tr("stake", "holds {token}").format(token=inside), wrapped,
                         chips, parent, icon="wallet")  # fmt: skip
        self.setObjectName(f"wrap.choice.{wrapped.lower()}")

    def show_pair(self, held: tuple[int, int], rate: int, preferences: Preferences) -> None:
        """What is owned of both, and how much one wrapped token holds."""
        owned = self.tr("You have {inside} and {wrapped}").format(
            inside=wording.owned_amount(preferences, held[0], self.inside),
            wrapped=wording.owned_amount(preferences, held[1], self.wrapped),
        )
        figure = wording.price(rate, self.inside, unit=False)
        caption = self.tr("{inside} in one {wrapped}").format(
            inside=self.inside, wrapped=self.wrapped
        )
        self.show_offer(owned, figure, caption)


class WrapCard(Card):
    """stETH and wstETH side by side: when to hold which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("stake", "Which one when?"), parent=parent)
        self.table = TableView(
            [
                Column("key", "", lambda r: Text(r.key, tone="2"), stretch=2),
                Column("pool", "stETH", lambda r: Text(r.pool, style="medium"), stretch=3),
                Column("own", "wstETH", lambda r: Text(r.own, style="medium"), stretch=3),
            ],
            row_height=ROW_DENSE,
            fit=True,
            gap=GAP,
            name=self.title.text(),
        )
        self.add(self.table)

    def show_rates(self, rates: WrapRates) -> None:
        """The rates now."""
        self.table.set_rows([
            Point(self.tr("Rewards"), self.tr("more tokens every day"),
                   self.tr("each token worth more")),
            Point(self.tr("Worth"), words.rate("stETH", WAD, "ETH"),
                   words.rate("wstETH", rates.steth_per_wsteth, "ETH")),
            Point(self.tr("Other way"), words.rate("stETH", rates.wsteth_per_steth, "wstETH"),
                   words.rate("wstETH", rates.steth_per_wsteth, "stETH")),
            Point(self.tr("Taken by"), self.tr("pools, the queue"),
                   self.tr("lending, the queue")),
        ])  # fmt: skip


class ValidatorsCard(Card):
    """Own validators with their state and the way out."""

    leave_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("stake", "Your validators"), parent=parent)
        self._now, self._preferences = 0, Preferences()
        self.table = TableView(
            [
                Column("what", self.tr("Deposit"), self._what),
                Column("value", self.tr("Value"), self._value, align="right", stretch=1),
                Column("unpaid", self.tr("Not paid yet"), self._unpaid, align="right",
                       optional=True),
                Column("state", self.tr("State"), self._state),
                Column("leave", "", self._leave, align="right"),
            ],
            row_height=ROW_TWO_LINES,
            fit=True,
            name=self.title.text(),
        )  # fmt: skip
        self.table.setObjectName("stake.validators")
        self.table.activated_cell.connect(lambda r, key: self.leave_wanted.emit(r.id))
        self.add(self.table)

    def show_rows(
        self, rows: tuple[ValidatorRow, ...], now: int, preferences: Preferences
    ) -> None:
        """The validators now; the card hides while there are none."""
        moved = (now, preferences) != (self._now, self._preferences)
        self._now, self._preferences = now, preferences
        self.setVisible(bool(rows))
        self.table.set_rows(rows)
        if moved:
            self.table.viewport().update()
        self.set_note(words.validators(sum(each.keys for each in rows)))

    def _what(self, each: ValidatorRow) -> Text:
        """The moments move with the clock, not with the row: the view is told to repaint."""
        title = self.tr("#{id} · {count}").format(id=each.id, count=words.validators(each.keys))
        coming = words.upcoming(each, self._now)
        tip = wording.moment(each.next_at)
        return Text(title, coming, avatar=VALIDATOR, style="medium", tip=tip)

    def _value(self, each: ValidatorRow) -> Text:
        shown = wording.owned_amount(self._preferences, each.value, "ETH")
        return Text(shown, style="medium", tip=self._tip(each.value))

    def _tip(self, wei: int) -> str:
        return wording.exact(wei, "ETH") if self._preferences.privacy == "exact" else ""

    def _unpaid(self, each: ValidatorRow) -> Text:
        tone = "good" if each.unpaid > 0 else "bad" if each.unpaid < 0 else "3"
        shown = wording.change(each.unpaid, "ETH", unit=False)
        if self._preferences.privacy != "exact":
            shown = wording.HIDDEN
        return Text(shown, tone=tone, tip=self._tip(each.unpaid))

    def _state(self, each: ValidatorRow) -> ChipCell:
        return ChipCell(*words.state(each))

    def _leave(self, each: ValidatorRow) -> ButtonsCell:
        if each.state not in (reading.ACTIVE, reading.PENDING):
            return ButtonsCell(())
        return ButtonsCell((ButtonSpec("leave", self.tr("Leave")),))


__all__ = ["LidoCard", "PairCard", "SoloCard", "ValidatorsCard", "WrapCard"]
