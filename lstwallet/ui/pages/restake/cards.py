"""The room's left side: what one has restaked, operators, escrows, slashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.readmodel import restaking as reading
from lstwallet.readmodel.restaking import (
    EscrowRow,
    OperatorRow,
    SlashRow,
    StakeRow,
    Standing,
)
from lstwallet.ui import wording
from lstwallet.ui.bridge import Preferences
from lstwallet.ui.models.cells import BarCell, ButtonsCell, ButtonSpec, ChipCell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_ONE_LINE, ROW_TWO_LINES, TableView
from lstwallet.ui.pages.restake import words
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Avatar, Card, EmptyState
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, column, holder, row
from lstwallet.ui.widgets.rows import ErrorLine, KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import World


SIDE_BY_SIDE: Final = 460
"""Pixels at 100 % that the two columns of facts need beside each other."""
NAMES_FIT: Final = 660
"""Pixels at 100 % that the table needs for the names of three services."""
SEEN: Final = WAD // 20_000
"""Less slashed than would show as 0.01% is rounding."""


class _Held(QWidget):
    """One deposit: token, amount, and why it is that much."""

    why = Signal()

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.amount = Label("", "strong", align="right")
        self.worth = Label("", "caption", "3", align="right")
        ask = ToolButton("question", self.tr("Why this number? {token}").format(token=token),
                         icon_side=16, tone="3")  # fmt: skip
        ask.setObjectName(f"restake.why.{token}")
        ask.clicked.connect(lambda _on=False: self.why.emit())
        self.ask = ask
        self.setLayout(
            row(Avatar(token, 30), Label(token, "medium"), None,
                column(self.amount, self.worth, spacing=1), ask, spacing=10)
        )  # fmt: skip

    def show_row(self, units: int, worth: str, preferences: Preferences) -> None:
        """What is left of it, and what that is worth."""
        self.amount.setText(wording.owned_amount(preferences, units, self.token))
        self.worth.setText(worth)


class StandingCard(Card):
    """What is restaked, what it earns on top, and the rewards."""

    why_wanted = Signal(str)
    claim_wanted = Signal()
    stake_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("StandingCard", "Your stake"), parent=parent, spacing=10
        )
        self.held = {token: _Held(token) for token in ("stETH", "wstETH", "rETH")}
        for token, line in self.held.items():
            line.why.connect(lambda token=token: self.why_wanted.emit(token))
        self.nothing = Label(
            self.tr("Nothing restaked yet. Deposit a staking token, then choose an operator."),
            "small", "2", wrap=True,
        )  # fmt: skip
        self.stake_first = Button(self.tr("Stake first"), "secondary", "small")
        self.stake_first.setObjectName("restake.stake_first")
        self.stake_first.clicked.connect(lambda _on=False: self.stake_wanted.emit())
        self.operator = KeyValue(self.tr("Operator"))
        self.rate = KeyValue(self.tr("Adds a year"))
        self.accruing = KeyValue(self.tr("Rewards this week"))
        self.posted = KeyValue(self.tr("Posted last"))
        self.claimable = KeyValue(self.tr("Claimable"))
        self.claim = Button(self.tr("Claim rewards"), "secondary", "small")
        self.claim.setObjectName("restake.claim")
        self.claim.clicked.connect(lambda _on=False: self.claim_wanted.emit())
        self.error = ErrorLine()
        left = column(self.operator, self.rate, None, spacing=6)
        right = column(self.accruing, self.posted, self.claimable, spacing=6)
        self._facts = row((left, 1), (right, 1), spacing=32)
        self.body.addLayout(row((self.nothing, 1), self.stake_first, spacing=12))
        self.add(
            *self.held.values(), Rule(), holder(self._facts), self.error, row(None, self.claim),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text in a small window: one column under the other."""
        super().resizeEvent(event)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        wanted = down if self.width() < current().px(SIDE_BY_SIDE) else right
        if self._facts.direction() != wanted:
            self._facts.setDirection(wanted)
            self._facts.setSpacing(6 if wanted == down else 32)

    def show_standing(self, found: Standing | None, world: World, preferences: Preferences) -> None:
        """What the account has now."""
        units = {each.token: each for each in found.stakes} if found is not None else {}
        for token, line in self.held.items():
            mine = units.get(token)
            line.setVisible(mine is not None)
            if mine is not None:
                line.show_row(mine.units, self._worth(mine, preferences), preferences)
        self.nothing.setVisible(not units)
        operator = found.operator if found is not None else ""
        self.operator.set_value(operator or self.tr("none yet"), "text" if operator else "2")
        self.rate.set_value(words.rate(found.rate) if operator and found else wording.UNKNOWN,
                            "good" if operator else "text")  # fmt: skip
        rewards = found.rewards if found is not None else None
        lines = (self.accruing, self.posted, self.claimable)
        amounts = (rewards.accruing, rewards.posted, rewards.claimable) if rewards else (0, 0, 0)
        for line, wei in zip(lines, amounts, strict=True):
            line.set_value(wording.owned_amount(preferences, wei, "WETH"))
        self.claim.setEnabled(amounts[2] > 0)
        if amounts[2]:
            self.error.set_text("")

    def show_wallet(self, *, empty: bool) -> None:
        """Whether there is a token to deposit; without one the way there is staking."""
        text = self.tr("Nothing restaked yet. Deposit a staking token, then choose an operator.")
        if empty:
            text = self.tr("Nothing restaked yet, and no staking token in the wallet to deposit.")
        self.nothing.setText(text)
        self.stake_first.setVisible(empty and self.nothing.isVisibleTo(self))

    def _worth(self, mine: StakeRow, preferences: Preferences) -> str:
        worth = wording.owned_amount(preferences, mine.wei, "ETH")
        if mine.slashed < SEEN:
            return self.tr("{worth} by its rate").format(worth=worth)
        text = self.tr("{worth} by its rate · {part} slashed")
        return text.format(worth=worth, part=words.part(mine.slashed, 2))


class OperatorsCard(Card):
    """A table to choose from."""

    chosen = Signal(str)
    why_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._slim = False
        super().__init__(
            QCoreApplication.translate("OperatorsCard", "Operators"),
            note=QCoreApplication.translate("OperatorsCard", "Made up for the simulation"),
            parent=parent,
        )
        self.table = TableView(
            [
                Column("operator", self.tr("Operator"), self._operator, stretch=1),
                Column("rate", self.tr("Adds a year"), self._rate, align="right"),
                Column("slashes", self.tr("Slashes"), self._slashes, optional=True),
                Column("risk", self.tr("At risk"), self._risk, align="right", optional=True),
                Column("delegated", self.tr("Delegated"), self._delegated, align="right",
                       optional=True),
                Column("act", "", self._act, align="right"),
            ],
            row_height=ROW_TWO_LINES,
            fit=True,
            name=self.tr("Operators"),
        )  # fmt: skip
        self.table.setObjectName("restake.operators")
        self.table.activated_cell.connect(self._activated)
        self.add(self.table)

    def show_rows(self, rows: tuple[OperatorRow, ...]) -> None:
        """The operators now."""
        self.table.set_rows(rows)
        self.table.viewport().update()

    def _activated(self, row: OperatorRow, key: str) -> None:
        if key == "why":
            self.why_wanted.emit(row.name)
        else:
            self.chosen.emit(row.name)

    def _operator(self, row: OperatorRow) -> Text:
        tip = self.tr("Own fee {fee} · {services}").format(
            fee=words.part(row.split), services=words.services(row)
        )
        short = self._slim and len(row.layers) > 1
        sub = words.services_short(row) if short else words.services(row)
        return Text(row.name, sub=sub, style="medium", tip=tip)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where their names would be cut off, services are counted."""
        super().resizeEvent(event)
        slim = self.width() < current().px(NAMES_FIT)
        if slim != self._slim:
            self._slim = slim
            self.table.look_again()

    def _rate(self, row: OperatorRow) -> Text:
        return Text(words.rate(row.rate), style="medium", tone="good")

    def _risk(self, row: OperatorRow) -> Text:
        return Text(words.part(row.at_risk), style="medium", tone="warn")

    def _delegated(self, row: OperatorRow) -> Text:
        return Text(wording.amount(row.delegated // 10**18 * 10**18, "ETH").split(".")[0] + " ETH")

    def _slashes(self, row: OperatorRow) -> ChipCell:
        if row.empty:
            return ChipCell(self.tr("Slashed to nothing"), "bad", "warning-octagon")
        if row.slashes:
            return ChipCell(
                wording.plural(self.tr("%n time(s)", "", len(row.slashes)), len(row.slashes)),
                "warn", "warning", words.slashed(row),
            )  # fmt: skip
        return ChipCell(self.tr("Never"), "good", "check-circle")

    def _act(self, row: OperatorRow) -> ButtonsCell:
        why = ButtonSpec("why", "", "quiet", icon="question", tip=self.tr("Why this number?"))
        if row.chosen:
            return ButtonsCell((why, ButtonSpec("leave", self.tr("Yours"), "soft")))
        return ButtonsCell((why, ButtonSpec("choose", self.tr("Choose"), enabled=not row.empty)))


class EscrowsCard(Card):
    """Withdrawals with their timers."""

    take_wanted = Signal(object, bool)
    """A withdrawal, or ``ALL``; as tokens, or back as a deposit."""
    why_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("EscrowsCard", "Escrow"), parent=parent
        )
        self.error = ErrorLine()
        self._now, self._preferences = 0, Preferences()
        self.table = TableView(
            [
                Column("id", self.tr("Withdrawal"), self._id),
                Column("amount", self.tr("Pays now"), self._amount, align="right"),
                Column("ready", self.tr("Free"), self._ready),
                Column("progress", self.tr("Progress"), self._progress, stretch=1, optional=True),
                Column("state", self.tr("State"), self._state, optional=True),
                Column("act", "", self._act, align="right"),
            ],
            row_height=ROW_ONE_LINE,
            fit=True,
            name=self.tr("Escrow"),
        )
        self.table.setObjectName("restake.escrows")
        self.table.activated_cell.connect(self._activated)
        self.empty = EmptyState(
            "hourglass-medium", self.tr("Nothing in escrow"),
            self.tr("What you withdraw waits here for 14 days. It can be slashed until then."),
        )  # fmt: skip
        self.add(self.error, self.table, self.empty)

    def show_rows(self, rows: tuple[EscrowRow, ...], now: int, preferences: Preferences) -> None:
        """The withdrawals now."""
        self._now, self._preferences = now, preferences
        self.table.set_rows(rows)
        self.table.viewport().update()
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        if any(row.state == reading.READY for row in rows):
            self.error.set_text("")

    def _activated(self, row: EscrowRow, key: str) -> None:
        if key == "why":
            self.why_wanted.emit(row.id)
        elif key in ("take", "again"):
            self.take_wanted.emit(row.id, key == "take")

    def _id(self, row: EscrowRow) -> Text:
        return Text(f"#{row.id}", avatar=row.token, style="medium", tip=row.token)

    def _amount(self, row: EscrowRow) -> Text:
        lost = row.lost > wording.DUST
        tip = ""
        if lost and self._preferences.privacy == "exact":
            tip = self.tr("{lost} slashed meanwhile").format(
                lost=wording.amount(row.lost, row.token)
            )
        shown = wording.owned_amount(self._preferences, row.units, row.token)
        return Text(shown, style="medium", tone="warn" if lost else "text", tip=tip)

    def _progress(self, row: EscrowRow) -> BarCell:
        share = row.progress / WAD
        role = "good_mark" if row.state == reading.READY else "s1"
        return BarCell(share, wording.percent(int(share * 100) / 100, 0), role)

    def _ready(self, row: EscrowRow) -> Text:
        ready = row.state == reading.READY
        return Text(words.ready(row, self._now), tone="good" if ready else "text",
                    style="medium", tip=wording.moment(row.ends))  # fmt: skip

    def _state(self, row: EscrowRow) -> ChipCell:
        if row.state == reading.READY:
            return ChipCell(self.tr("Ready"), "good", "check-circle")
        return ChipCell(self.tr("Slashable"), "warn", "hourglass-medium")

    def _act(self, row: EscrowRow) -> ButtonsCell:
        why = ButtonSpec("why", "", "quiet", icon="question", tip=self.tr("Why this number?"))
        if row.state == reading.READY:
            return ButtonsCell(
                (why, ButtonSpec("again", "", icon="repeat", tip=self.tr("Deposit again")),
                 ButtonSpec("take", self.tr("Take"), "primary"))
            )  # fmt: skip
        return ButtonsCell((why,))


class SlashesCard(Card):
    """Every slash that there was, newest first; and where one can be tried."""

    drill_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("SlashesCard", "Slash history"), parent=parent
        )
        self.table = TableView(
            [
                Column("operator", self.tr("Operator"), self._operator, stretch=1),
                Column("when", self.tr("When"), self._when, optional=True),
                Column("part", self.tr("Of its allocation"), self._part, align="right",
                       optional=True),
                Column("taken", self.tr("Of every stake"), self._taken, align="right"),
            ],
            row_height=ROW_TWO_LINES,
            fit=True,
            name=self.tr("Slash history"),
        )  # fmt: skip
        self.table.setObjectName("restake.slashes")
        drill = Button(self.tr("Try a slash"), "secondary", "small")
        drill.setObjectName("restake.drill")
        drill.setAccessibleDescription(self.tr("The slash drill in Settings"))
        drill.clicked.connect(lambda _on=False: self.drill_wanted.emit())
        self.add(
            self.table,
            Label(
                self.tr(
                    "A service can take a part of what an operator allocated to it. Every stake "
                    "with that operator shrinks alike, in escrow too. Whoever joins later pays "
                    "nothing for it."
                ),
                "small", "2", wrap=True,
            ),
            row(None, drill),
        )  # fmt: skip

    def show_rows(self, rows: tuple[SlashRow, ...]) -> None:
        """All of them."""
        self.table.set_rows(rows)
        self.table.viewport().update()

    def _when(self, row: SlashRow) -> Text:
        return Text(words.when(row), tone="2" if row.former else "text")

    def _operator(self, row: SlashRow) -> Text:
        by = self.tr("By {service}").format(service=row.slash.service)
        return Text(row.operator, sub=by, style="medium", tip=words.when(row))

    def _part(self, row: SlashRow) -> Text:
        return Text(words.part(row.slash.part, 1))

    def _taken(self, row: SlashRow) -> Text:
        return Text(wording.MINUS + words.part(row.taken, 2), style="medium", tone="bad")


__all__ = ["EscrowsCard", "OperatorsCard", "SlashesCard", "StandingCard"]
