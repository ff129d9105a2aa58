"""Approvals: which contract may take how much of what, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.engine.network import UNLIMITED, Allowance, Key
from lstwallet.ui import wording
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.wallet.approvals_form import ApprovalsForm
from lstwallet.ui.pages.wallet.view import WalletView, scrolled
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.buttons import Button, CheckBox, ToolButton
from lstwallet.ui.widgets.cards import Avatar, Card, EmptyState
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, clear, column, holder, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.pages.page import Page


class ApprovalLine(QWidget):
    """One approval: select it, see it, change it."""

    def __init__(self, key: Key, allowed: Allowance) -> None:
        super().__init__()
        self.key = key
        _, token, spender = key
        name, named = wording.contract(spender), f"{token}.{spender}"
        self.tick = CheckBox("")
        self.tick.setAccessibleName(
            self.tr("Select {contract}, {token}").format(contract=name, token=token)
        )
        self.tick.setObjectName(f"approval.tick.{named}")
        self.change = ToolButton("pencil-simple", self.tr("Change the amount"), side=28,
                                 icon_side=16, tone="3")  # fmt: skip
        self.change.setObjectName(f"approval.edit.{named}")
        used = self.tr("never used")
        if allowed.used:
            used = self.tr("last used {when}").format(when=wording.moment(allowed.used))
        words = column(
            Label(name, "strong", elide=True), Label(used, "caption", "3", elide=True), spacing=1
        )
        amount: QWidget = Label(wording.allowed(allowed.units, token), "medium", align="right")
        if allowed.units >= UNLIMITED:
            text = self.tr("Unlimited {token}").format(token=wording.token_name(token))
            amount = Chip(text, "bad", "warning-octagon")
        self.setLayout(
            row(self.tick, Avatar(token, 32), (words, 1), amount, self.change,
                margins=(0, 8, 0, 8), spacing=10)
        )  # fmt: skip


class ApprovalsView(WalletView):
    """Those without limit stand first."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._shown: tuple[object, ...] = ()
        self._lines: list[ApprovalLine] = []
        self.panel = ActionPanel()
        self.panel.setObjectName("approvals.panel")
        self.form = ApprovalsForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.form)
        self.flow.navigate.connect(page.navigate)
        self.flow.phase_changed.connect(self._phase)
        self.every = Button(self.tr("Select all"), "ghost", "small", on_click=self._select_all)
        self.every.setObjectName("approvals.all")
        self._body = column(spacing=0)
        self.empty = EmptyState(
            "shield-check", self.tr("No contract may take anything"),
            self.tr("Actions approve the exact amount they need and use it up. "
                    "What is left over, or has no limit, stands here."),
        )  # fmt: skip
        card = Card(self.tr("Who may take what"), self.every, spacing=6)
        card.add(self._body, self.empty)
        side = holder(column((self.panel, 1), margins=(0, 0, 16, 14)))
        self.setLayout(row((scrolled(card), 1), side, spacing=tokens.BESIDE))

    def sub(self) -> str:
        return self.tr("What contracts may take of your tokens, without asking again")

    def set_narrow(self, narrow: bool) -> None:
        self.panel.set_slim(narrow)

    def show_world(self, world: World) -> None:
        mine = self.bridge.account
        rows = [(key, allowed) for key, allowed in world.allowances.items() if key[0] == mine]
        rows.sort(key=lambda each: (each[1].units < UNLIMITED, each[0]))
        if tuple(rows) != self._shown:
            self._shown = tuple(rows)
            self._fill(rows)
        self.flow.refresh(world)

    def _fill(self, rows: list[tuple[Key, Allowance]]) -> None:
        kept = set(self.form.chosen)
        clear(self._body)
        self._lines = []
        for place, (key, allowed) in enumerate(rows):
            if place:
                self._body.addWidget(Rule())
            line = ApprovalLine(key, allowed)
            line.tick.setChecked(key in kept)
            line.tick.toggled.connect(lambda _on: self._selected())
            line.change.clicked.connect(lambda _on=False, key=key: self._edit(key))
            self._lines.append(line)
            self._body.addWidget(line)
        self.empty.setVisible(not rows)
        self.every.setVisible(len(rows) > 1)
        self._phase(self.flow.phase)
        if self.flow.phase == "form" and kept - {key for key, _ in rows}:
            self._selected()

    def _selected(self) -> None:
        if self.flow.phase != "form":
            return
        self.form.choose([line.key for line in self._lines if line.tick.isChecked()])
        self.flow.set_form(self.form)

    def _select_all(self) -> None:
        on = not all(line.tick.isChecked() for line in self._lines)
        for line in self._lines:
            line.tick.setChecked(on)

    def _edit(self, key: Key) -> None:
        for line in self._lines:
            line.tick.setChecked(False)
        self.form.edit(key)
        self.flow.set_form(self.form)

    def _phase(self, phase: str) -> None:
        """While one reviews, what was selected stays selected."""
        for line in self._lines:
            line.setEnabled(phase == "form")
        if phase == "form" and not self.form.chosen:
            for line in self._lines:
                line.tick.setChecked(False)
        self.every.setEnabled(phase == "form")


__all__ = ["ApprovalsView"]
