"""The room "Unstake": the queue beside the market, the break-even, and the tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from lstwallet.engine.staking import Claim
from lstwallet.readmodel import unstaking as reading
from lstwallet.readmodel.staking import held
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.page import Page, centred
from lstwallet.ui.pages.unstake import words
from lstwallet.ui.pages.unstake.claim import ClaimForm
from lstwallet.ui.pages.unstake.form import MARKET, QUEUE, TOKENS, UnstakeForm
from lstwallet.ui.pages.unstake.sheet import FlowSheet
from lstwallet.ui.pages.unstake.tickets import TicketsCard
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge


class RoomPage(Page):
    """The form stands in the room; review and receipt come as a sheet from the right."""

    key = "unstake"
    interests = frozenset(
        {"time", "prices", "wallet", "staking", "rocketpool", "pools", "guards"}
    )

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._why: WhyPopover | None = None
        self.panel, self.claim_panel = ActionPanel(self), ActionPanel(self)
        self.panel.setObjectName("unstake.panel")
        self.claim_panel.setObjectName("claim.panel")
        self.form, self.claim = UnstakeForm(bridge, self), ClaimForm(bridge, self)
        self.form.setObjectName("unstake.form")
        self.flow = ActionFlow(bridge, self.panel, self.form, self)
        self.claim_flow = ActionFlow(bridge, self.claim_panel, self.claim, self)
        self._sheets = (
            FlowSheet(self, self.panel, self.flow, self.tr("Unstake")),
            FlowSheet(self, self.claim_panel, self.claim_flow, self.tr("Claim")),
        )
        self.form.take_foot(self.panel.page("form"))
        self.tickets = TicketsCard()
        head = column(
            Label(self.tr("Unstake"), "title"),
            Label(
                self.tr("Two ways out. The protocol pays the full rate, the market at once."),
                "small", "2", elide=True,
            ),
            spacing=3,
        )  # fmt: skip
        self.setLayout(centred(column(head, self.form, self.tickets, None, spacing=12)))
        self._connect()

    def _connect(self) -> None:
        for flow in (self.flow, self.claim_flow):
            flow.navigate.connect(self.navigate)
        self.tickets.claim_wanted.connect(self._claim)
        self.tickets.claim_all_wanted.connect(lambda: self._claim(ALL))
        self.tickets.details_wanted.connect(self._explain)
        self.tickets.stake_wanted.connect(lambda: self.navigate.emit("stake", None))

    # --- asked from elsewhere -----------------------------------------------------------

    def show_request(self, arguments: Any) -> None:
        """``token`` (stETH, wstETH, rETH), ``way`` (queue, market: of rETH the first is burning)
        or ``claim`` (a ticket or "all")."""
        wish = arguments or {}
        if self.flow.phase == "form":
            if wish.get("token") in TOKENS:
                self.form.choose_token(wish["token"])
            if wish.get("way") in (QUEUE, MARKET):
                self.form.choose(wish["way"])
        if wish.get("claim") is not None:
            self._claim(wish["claim"])

    # --- claiming -----------------------------------------------------------------------

    def _claim(self, ticket: Wanted) -> None:
        """Review a claim, or say beside the table why there is nothing to claim."""
        if self.claim_flow.phase != "form":
            return
        command = Claim(self.bridge.account, ticket)
        answer = self.bridge.preview(command)
        if isinstance(answer, Exception):
            self.tickets.error.set_text(wording.refusal(answer))
            self.bridge.refused.emit(command, answer)
            return
        self.tickets.error.set_text("")
        self.claim.ticket = ticket
        self.claim_flow.review()

    def _explain(self, number: int) -> None:
        account = self.bridge.account
        world = self.bridge.world
        if world is None or number not in world.tickets:
            return
        row = next(each for each in reading.ticket_rows(world, account) if each.id == number)
        if self._why is None:
            self._why = WhyPopover(self.window())
        first, last = wording.moment(row.ready_from), wording.moment(row.ready_to)
        self._why.explain(
            self.tickets.all,
            words.tickets([number]),
            self.tr("Paid by the first report that has the ETH for all before it."),
            [
                (self.tr("Asked"), wording.amount(row.asked, "stETH")),
                (self.tr("Before it in line"), self._ahead(world, number)),
                (self.tr("Not before"), first),
                (self.tr("By"), last),
            ],
            self.tr("Recomputed as the queue moves. It pays what was asked, less after a slash."),
        )  # fmt: skip

    def _ahead(self, world: World, number: int) -> str:
        wei = reading.waiting_ahead(world, number)
        return wording.amount(wei, "stETH") if wei else self.tr("nothing")

    # --- coming and going ---------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for sheet in self._sheets:
            sheet.come_back()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another room: the sheets do not stay over it."""
        super().hideEvent(event)
        if not event.spontaneous():
            for sheet in self._sheets:
                sheet.leave()

    # --- showing ------------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        self.flow.refresh(world)
        rows = reading.ticket_rows(world, self.bridge.account)
        stake = any(held(world, self.bridge.account, token) for token in TOKENS)
        self.tickets.show_rows(rows, world.time, self.bridge.preferences, has_stake=stake)


__all__ = ["RoomPage"]
