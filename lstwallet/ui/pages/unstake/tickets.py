"""The table of tickets."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import unstaking as reading
from lstwallet.readmodel.unstaking import TicketRow
from lstwallet.ui import wording
from lstwallet.ui.bridge import Preferences
from lstwallet.ui.models.cells import BarCell, ButtonsCell, ButtonSpec, ChipCell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_ONE_LINE, TableView
from lstwallet.ui.pages.unstake import words
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Card, EmptyState
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.units.fixed import WAD


class TicketsCard(Card):
    """Ready ones first; each with progress, state, and Claim."""

    claim_wanted = Signal(int)
    claim_all_wanted = Signal()
    details_wanted = Signal(int)
    stake_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        tr = QCoreApplication.translate
        self.ready = Chip("", "good", "check-circle")
        self.all = Button(tr("unstake", "Claim all ready"), "secondary")
        self.all.setObjectName("unstake.claim")
        super().__init__(tr("unstake", "Tickets"), self.ready, self.all, parent=parent)
        self.setObjectName("unstake.waiting")
        self.all.clicked.connect(lambda _on=False: self.claim_all_wanted.emit())
        self.error = ErrorLine()
        self._now, self._had = 0, False
        self._preferences = Preferences()
        self.table = TableView(
            [
                Column("ticket", self.tr("Ticket"), self._ticket),
                Column("amount", self.tr("Amount"), self._amount, align="right"),
                Column("asked", self.tr("Asked"), self._asked, optional=True),
                Column("progress", self.tr("Progress"), self._progress, stretch=1),
                Column("ready", self.tr("Ready"), self._ready),
                Column("state", self.tr("State"), self._state),
                Column("act", "", self._act, align="right"),
            ],
            row_height=ROW_ONE_LINE,
            fit=True,
            name=self.tr("Tickets"),
        )
        self.table.setObjectName("unstake.tickets")
        self.table.activated_cell.connect(self._activated)
        self.empty = EmptyState(
            "ticket", self.tr("No ticket yet"),
            self.tr("Unstake through the queue, and a ticket waits here with its countdown."),
            action=self.tr("Stake first"), on_action=self.stake_wanted.emit,
        )  # fmt: skip
        self.empty.action.setObjectName("unstake.stake_first")
        self.add(self.error, self.table, self.empty)

    def show_rows(
        self, rows: tuple[TicketRow, ...], now: int, preferences: Preferences, *, has_stake: bool
    ) -> None:
        """The tickets now; ``has_stake``: there is something that could be unstaked."""
        self._preferences = preferences
        self._now = now
        self.table.set_rows(rows)
        self.table.viewport().update()
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self._had = self._had or bool(rows)
        never, none = self.tr("No ticket yet"), self.tr("No open ticket")
        self.empty.title.setText(none if self._had else never)
        self.empty.action.setVisible(not has_stake)
        ready = reading.claimable(rows)
        self.ready.setVisible(ready.tickets > 0)
        if ready.tickets:
            amount = wording.owned_amount(preferences, ready.wei, "ETH")
            self.ready.set(self.tr("{amount} claimable").format(amount=amount))
            self.error.set_text("")

    def _activated(self, row: TicketRow, key: str) -> None:
        if key == "claim":
            self.claim_wanted.emit(row.id)
        elif key == "details":
            self.details_wanted.emit(row.id)

    def _ticket(self, row: TicketRow) -> Text:
        title = self.tr("Lido #{id}").format(id=row.id)
        return Text(title, avatar="stETH", style="medium")

    def _amount(self, row: TicketRow) -> Text:
        tone = "warn" if row.asked - row.pays > wording.DUST else "text"
        exact = self._preferences.privacy == "exact"
        tip = wording.exact(row.pays, "ETH") if exact else ""
        shown = wording.owned_amount(self._preferences, row.pays, "ETH")
        return Text(shown, style="medium", tone=tone, tip=tip)

    def _asked(self, row: TicketRow) -> Text:
        text = self.tr("{day}, {time}").format(
            day=wording.short_day(row.asked_at), time=wording.clock_time(row.asked_at)
        )
        return Text(text, tone="2", tip=wording.moment(row.asked_at))

    def _progress(self, row: TicketRow) -> BarCell:
        ready = row.state == reading.READY
        share = row.progress / WAD
        text = wording.percent(int(share * 100) / 100, 0)
        return BarCell(share, text, "good_mark" if ready else "s1")

    def _ready(self, row: TicketRow) -> Text:
        ready = row.state == reading.READY
        tip = "" if ready else wording.moment(row.ready_from)
        return Text(words.ready(row, self._now), tone="good" if ready else "text",
                    style="medium", tip=tip)  # fmt: skip

    def _state(self, row: TicketRow) -> ChipCell:
        if row.state == reading.READY:
            return ChipCell(self.tr("Ready"), "good", "check-circle")
        return ChipCell(self.tr("Waiting"), "info", "hourglass-medium")

    def _act(self, row: TicketRow) -> ButtonsCell:
        if row.state == reading.READY:
            return ButtonsCell((ButtonSpec("claim", self.tr("Claim"), "primary"),))
        return ButtonsCell((ButtonSpec("details", self.tr("Details")),))


__all__ = ["TicketsCard"]
