"""The cards of the lending room: health, positions and markets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import lending as reading
from lstwallet.readmodel import loops, ways_out
from lstwallet.ui import wording
from lstwallet.ui.models.cells import BarCell, ChipCell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_DENSE, TableView
from lstwallet.ui.pages.lend import words
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.bars import LtvBar
from lstwallet.ui.widgets.buttons import Button, CheckBox, Chooser
from lstwallet.ui.widgets.cards import Avatar, Card, EmptyState
from lstwallet.ui.widgets.gauge import Gauge
from lstwallet.ui.widgets.labels import Label, Link
from lstwallet.ui.widgets.layout import Rule, column, holder, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.ui.widgets.rows import ErrorLine, KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.readmodel.lending import (
        DebtRow,
        EModeRow,
        MarketRow,
        Net,
        Position,
        Risk,
        SupplyRow,
    )
    from lstwallet.readmodel.loops import LoopPair
    from lstwallet.readmodel.ways_out import WaysOut
    from lstwallet.ui.bridge import Preferences

class HealthCard(Card):
    """The gauge, how much it takes, and loan to value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.set_title(self.tr("Health"))
        self.body.addLayout(self.header)
        self.gauge = Gauge(self.tr("Health factor"))
        self.gauge.setObjectName("lend.health")
        self.sentence = Label("", "small", "2", align="center", wrap=True)
        self.sentence.setObjectName("lend.distance")
        self.ltv = LtvBar()
        self.add(None, self.gauge, self.sentence, None, self.ltv)
        self._risk: Risk | None = None
        self._after: int | None = None

    def show_risk(self, risk: Risk) -> None:
        """The position as it is."""
        self._risk = risk
        self.sentence.setText(words.distance(risk))
        self.ltv.setVisible(bool(risk.collateral))
        if risk.collateral:
            limit = words.points(risk.threshold, 0)
            self.ltv.set(
                (risk.ltv or 0) / WAD, words.ltv(risk), risk.threshold / words.BPS,
                self.tr("{share} liquidation").format(share=limit), words.ltv_tone(risk),
            )  # fmt: skip
        self._show_gauge()

    def show_after(self, health: int | None) -> None:
        """The pointer: what is typed would lead here."""
        self._after = health
        self._show_gauge()

    def _show_gauge(self) -> None:
        risk, after = self._risk, self._after
        if risk is None:
            return
        if after is not None and after == risk.health:
            after = None
        note = ""
        if after is not None:
            text = self.tr("pointer: after this, {health}")
            note = text.format(health=wording.health(after))
        self.set_note(note)
        none = risk.health is None
        word = self.tr("No debt") if none else wording.health_word(risk.health)
        text = wording.health(risk.health)
        said = self.tr("Health factor {health}, {word}. {distance}").format(
            health=text, word=word, distance=words.distance(risk)
        )
        self.gauge.set(
            None if risk.health is None else risk.health / WAD, text, word,
            "plain" if none else wording.health_tone(risk.health),
            "minus-circle" if none else words.health_icon(risk.health),
            None if after is None else after / WAD, said,
        )  # fmt: skip


class PositionRow(QWidget):
    """One token supplied or owed: amounts, rate, and what can be done with it."""

    asked = Signal(str, str)
    """An action and a token."""
    switched = Signal(str, bool)
    """Whether a token shall stand as collateral."""

    def __init__(self, token: str, supply: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.token, self._supply = token, supply
        self.sub = Label("", "caption", "3", elide=True)
        self.units = Label("", "medium", align="right")
        self.usd = Label("", "caption", "3", align="right")
        self.rate = Label("", "medium", align="right")
        names = column(Label(token, "medium"), self.sub, spacing=1)
        figures = column(self.units, self.usd, spacing=1)
        upper = row(Avatar(token, 32), (names, 1), figures, self.rate, spacing=10)
        self.error = ErrorLine()
        self.error.setObjectName(f"lend.collateral_error.{token}")
        self.out = Link("", "small", elide=True)
        self.out.setObjectName(f"lend.ways_out.{token}")
        self.out.clicked.connect(lambda: self.asked.emit("ways_out", self.token))
        self.out.hide()
        self.setLayout(column(upper, self.out, self._make_foot(), self.error, spacing=6))

    def _make_foot(self) -> Any:
        if not self._supply:
            return row(None, self._button("borrow", self.tr("Borrow")),
                       self._button("repay", self.tr("Repay")))  # fmt: skip
        self.box = CheckBox(self.tr("Use as collateral"))
        self.box.setObjectName(f"lend.collateral.{self.token}")
        self.box.setAccessibleName(
            self.tr("Use {token} as collateral").format(token=self.token)
        )
        self.box.clicked.connect(self._switched)
        return row(self.box, None, self._button("withdraw", self.tr("Withdraw")),
                   self._button("supply", self.tr("Supply")))  # fmt: skip

    def _button(self, action: str, text: str) -> Button:
        button = Button(text, "secondary", "small",
                        on_click=lambda: self.asked.emit(action, self.token))  # fmt: skip
        button.setObjectName(f"lend.positions.{action}.{self.token}")
        button.setAccessibleName(f"{text} {self.token}")
        return button

    def _switched(self, on: bool) -> None:
        """The box follows the world, not the click: there is a review in between."""
        self.box.setChecked(not on)
        self.error.set_text("")
        self.switched.emit(self.token, on)

    def show_ways(self, out: WaysOut | None) -> None:
        """How a staking token that is supplied could be left, in a line."""
        self.out.setVisible(out is not None)
        if out is not None:
            self.out.setText(wording.ways_line(out))
            self.out.setToolTip(plain_tip(self.out.text()))

    def show_supply(self, line: SupplyRow, preferences: Preferences) -> None:
        """What is supplied."""
        self.box.setChecked(line.collateral)
        text = self.tr("Collateral · LTV {ltv}") if line.collateral else self.tr("Not collateral")
        self.sub.setText(text.format(ltv=words.points(line.ltv)))
        self._show(line.units, line.usd, line.apy, preferences)

    def show_debt(self, line: DebtRow, preferences: Preferences) -> None:
        """What is owed."""
        text = self.tr("Variable · {share} utilised")
        self.sub.setText(text.format(share=words.share(line.utilisation, 0)))
        self._show(line.units, line.usd, -line.apy, preferences)

    def _show(self, units: int, usd: int, apy: int, preferences: Preferences) -> None:
        self.units.setText(wording.owned_amount(preferences, units, self.token))
        self.usd.setText(wording.owned_fiat(preferences, usd))
        rate = words.share(apy, signed=True)
        self.rate.setText(rate)
        tone = "good" if self._supply else "bad"
        self.rate.set_tone("text" if wording.reads_zero(rate) else tone)


class LoopRow(QWidget):
    """The open loop's multiple, and the ways down. ``asked(aim)``: ``lower``, ``collateral`` or
    ``debt``."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.multiple = KeyValue(self.tr("Loop"), strong=True)
        self.multiple.setObjectName("lend.multiple")
        self.buttons = {
            aim: Button("", "secondary", "small", on_click=lambda a=aim: self.asked.emit(a))
            for aim in ("lower", "collateral", "debt")
        }
        for aim, button in self.buttons.items():
            button.setObjectName(f"lend.loop.{aim}")
        self.buttons["lower"].setText(self.tr("Reduce"))
        self.setLayout(column(self.multiple, row(None, *self.buttons.values()), spacing=6))

    def show_loop(self, pair: LoopPair | None, multiple: int | None) -> None:
        """The pair that is looped, if any."""
        self.setVisible(pair is not None and multiple is not None)
        if pair is None or multiple is None:
            return
        key = self.tr("Loop, {collateral} against {debt}")
        self.multiple.set_key(key.format(collateral=pair.collateral, debt=pair.debt))
        self.multiple.set_value(wording.multiple(multiple))
        close = self.tr("Close to {token}")
        self.buttons["collateral"].setText(close.format(token=pair.collateral))
        self.buttons["debt"].setText(close.format(token=pair.debt))


class PositionsCard(Card):
    """What is supplied and owed, the e-mode, and what all of it earns."""

    asked = Signal(str, str)
    switched = Signal(str, bool)
    emode_asked = Signal(int)

    def __init__(self, tokens: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=8)
        self.set_title(self.tr("Your positions"))
        self.emode = Chooser(self.tr("E-mode"))
        self.emode.setObjectName("lend.emode")
        self.emode.activated.connect(self._emode_chosen)
        self.header.addWidget(self.emode)
        self.body.addLayout(self.header)
        self.emode_error = ErrorLine()
        self.emode_error.setObjectName("lend.emode_error")
        self._emode_now = 0
        self._net: tuple[Net, Preferences] | None = None
        self._why: WhyPopover | None = None
        self.supplied = {token: self._row(token, True) for token in tokens}
        self.borrowed = {token: self._row(token, False) for token in tokens}
        self._build()

    def _row(self, token: str, supply: bool) -> PositionRow:
        line = PositionRow(token, supply)
        line.asked.connect(self.asked)
        line.switched.connect(self.switched)
        line.hide()
        return line

    def _build(self) -> None:
        self.nothing_owed = Label(self.tr("Nothing borrowed"), "body", "3")
        borrow = Button(self.tr("Borrow"), "secondary", "small",
                        on_click=lambda: self.asked.emit("borrow", ""))  # fmt: skip
        borrow.setObjectName("lend.positions.borrow")
        self._no_debt = holder(row(self.nothing_owed, None, borrow))
        self.staking = KeyValue(self.tr("Staking yield of wstETH, expected"), strong=True)
        self.net = KeyValue(self.tr("Net APY"), strong=True, why=self._explain)
        self.net.setObjectName("lend.net")
        self.loop = LoopRow()
        self.loop.hide()
        basis = self.tr("At the oracle's price, with the expected staking rate.")
        self._full = holder(
            column(
                Label(self.tr("Supplied"), "caption", "3"),
                *self.supplied.values(),
                Rule(),
                Label(self.tr("Borrowed"), "caption", "3"),
                self._no_debt,
                *self.borrowed.values(),
                Rule(),
                self.loop,
                self.staking,
                self.net,
                Label(basis, "caption", "3", wrap=True),
                spacing=8,
            )
        )
        self._empty = EmptyState(
            "bank",
            self.tr("Nothing supplied yet"),
            self.tr("What you supply earns interest and lets you borrow against it."),
            action=self.tr("Supply"),
            on_action=lambda: self.asked.emit("supply", ""),
        )
        self._empty.action.setObjectName("lend.positions.first")
        self.add(self.emode_error, self._full, (self._empty, 1), None)

    # --- e-mode -------------------------------------------------------------------------

    def show_emodes(self, modes: tuple[EModeRow, ...], chosen: int) -> None:
        """The categories on offer and the one in force."""
        items = [(0, self.tr("E-mode: off"))]
        items += [
            (mode.number, self.tr("E-mode: {name}").format(name=words.emode_name(mode)))
            for mode in modes
        ]
        have = [(self.emode.itemData(i), self.emode.itemText(i)) for i in range(self.emode.count())]
        if have != items:
            self.emode.clear()
            for number, text in items:
                self.emode.addItem(text, number)
            self.emode.updateGeometry()
        self._emode_now = chosen
        self.emode.setCurrentIndex(max(0, self.emode.findData(chosen)))

    def _emode_chosen(self, index: int) -> None:
        """The chooser follows the world, not the click."""
        number = self.emode.itemData(index)
        self.emode.setCurrentIndex(max(0, self.emode.findData(self._emode_now)))
        self.emode_error.set_text("")
        if number != self._emode_now:
            self.emode_asked.emit(number)

    # --- rows ---------------------------------------------------------------------------

    def show_position(self, held: Position, preferences: Preferences) -> None:
        """What is supplied and owed now."""
        any_row = bool(held.supplied or held.borrowed)
        self._full.setVisible(any_row)
        self._empty.setVisible(not any_row)
        owned = {line.token: line for line in held.supplied}
        owed = {line.token: line for line in held.borrowed}
        for token, widget in self.supplied.items():
            line = owned.get(token)
            widget.setVisible(line is not None)
            if line is not None:
                widget.show_supply(line, preferences)
        for token, widget in self.borrowed.items():
            debt = owed.get(token)
            widget.setVisible(debt is not None)
            if debt is not None:
                widget.show_debt(debt, preferences)
        self._no_debt.setVisible(not owed)
        self._show_net(held, preferences)

    def forget_errors(self) -> None:
        """What was refused then may be possible now."""
        self.emode_error.set_text("")
        for widget in self.supplied.values():
            widget.error.set_text("")

    def _show_net(self, held: Position, preferences: Preferences) -> None:
        self._net = held.net, preferences
        self.staking.setVisible(reading.EARNS_STAKING in {row.token for row in held.supplied})
        self.staking.set_value(words.share(held.staking, signed=True))
        equity = wording.owned_fiat(preferences, held.net.equity)
        self.net.set_key(self.tr("Net APY on {equity} equity").format(equity=equity))
        rate, shown = held.net.rate, words.share(held.net.rate, signed=True)
        plain = rate is None or wording.reads_zero(shown)
        self.net.set_value(shown, "text" if plain else "good" if rate > 0 else "bad")

    def _explain(self) -> None:
        if self._net is None or self.net.why is None:
            return
        net, shown = self._net
        if self._why is None:
            self._why = WhyPopover(self.window())

        def flow(usd: int) -> str:
            exact = shown.privacy == "exact"
            return wording.fiat_change(usd) if exact else wording.owned_fiat(shown, usd)

        self._why.explain(
            self.net.why,
            self.tr("Net APY, {rate}").format(rate=words.share(net.rate, signed=True)),
            self.tr("(interest + staking yield − cost of debt) / (supplied − borrowed)"),
            [
                (self.tr("Interest a year"), flow(net.supplied)),
                (self.tr("Expected staking yield a year"), flow(net.staking)),
                (self.tr("Cost of debt a year"), flow(-net.cost), "bad"),
                (self.tr("Supplied less borrowed"), wording.owned_fiat(shown, net.equity)),
            ],
            self.tr("At the rates of now, which move, and at the oracle's price. Staking counts at "
                    "the rate that is expected; Home takes the measured one and market prices."),
        )  # fmt: skip


class MarketsCard(Card):
    """Every reserve; a row is chosen by clicking it."""

    chosen = Signal(str)
    favoured = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=6)
        self._stars: frozenset[str] = frozenset()
        self.set_title(self.tr("Markets"))
        self.body.addLayout(self.header)
        self.set_note(self.tr("click one for its rate curve"))
        self.table = TableView(
            self._columns(), key=lambda line: line.token, row_height=ROW_DENSE, clickable=True,
            fit=True, gap=16, name=self.tr("Markets"),
        )  # fmt: skip
        self.table.setObjectName("lend.markets")
        self.table.activated_cell.connect(lambda line, _key: self.chosen.emit(line.token))
        self.table.set_star(lambda line: line.token in self._stars)
        self.table.starred.connect(lambda line, on: self.favoured.emit(line.token, on))
        self.add(self.table)

    def _columns(self) -> list[Column]:
        return [
            Column("token", self.tr("Market"), self._token, lambda r: r.token, stretch=1),
            Column("supply", self.tr("Supply APY"),
                   lambda r: Text(words.share(r.supply_apy), style="medium"),
                   lambda r: r.supply_apy, align="right"),
            Column("borrow", self.tr("Borrow APY"),
                   lambda r: Text(words.share(r.borrow_apy), tone="2"),
                   lambda r: r.borrow_apy, align="right"),
            Column("used", self.tr("Utilisation"), _used_cell, lambda r: r.utilisation,
                   width=110, stretch=3, optional=True),
            Column("ltv", self.tr("Max LTV"), lambda r: Text(words.points(r.ltv), tone="2"),
                   lambda r: r.ltv, align="right", optional=True),
            Column("oracle", self.tr("Oracle"), _oracle_cell, optional=True),
            Column("free", self.tr("Free"), _free_cell, lambda r: r.free * r.price,
                   align="right"),
        ]  # fmt: skip

    def _token(self, line: MarketRow) -> Text:
        starred = line.token in self._stars
        return Text(line.token, avatar=line.token, style="medium", starred=starred)

    def show_markets(self, rows: tuple[MarketRow, ...], stars: frozenset[str]) -> None:
        """The reserves now, favourites first."""
        again, self._stars = stars != self._stars, stars
        self.table.set_rows(rows)
        if again:
            self.table.look_again()


def _used_cell(line: MarketRow) -> BarCell:
    share = line.utilisation / WAD
    high = share >= 0.9
    return BarCell(
        share, words.share(line.utilisation, 0), "warn_mark" if high else "s1",
        "warn" if high else "2",
    )  # fmt: skip


def _oracle_cell(line: MarketRow) -> ChipCell:
    text, tip = words.oracle(line.oracle)
    return ChipCell(text, tip=tip)


def _free_cell(line: MarketRow) -> Text:
    return Text(
        words.large(line.free, line.token), tone="2", tip=wording.exact(line.free, line.token)
    )


def refresh_cards(
    world: World,
    account: Account,
    health: HealthCard,
    positions: PositionsCard,
    preferences: Preferences,
) -> None:
    """Health and positions of the account."""
    pair = loops.open_pair(world, account)
    multiple = loops.loop_now(world, account, pair).multiple if pair is not None else None
    positions.loop.show_loop(pair, multiple)
    held = reading.position(world, account)
    health.show_risk(held.risk)
    positions.show_position(held, preferences)
    for token, line in positions.supplied.items():
        line.show_ways(ways_out.lent(world, account, token))
    positions.show_emodes(reading.emodes(world), held.emode)
