"""Revoking approvals together, or changing one: the panel beside the list of approvals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.engine.kernel import Batch
from lstwallet.engine.network import UNLIMITED, Approve, Approved, Key, allowance
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Header,
    NotYet,
    Receipt,
    Review,
    read_amount,
)
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge


class ApprovalsForm(ActionForm):
    """``chosen`` are revoked in one transaction; ``edited`` (one alone) gets another amount."""

    name = "approvals"

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.chosen: list[Key] = []
        self.edited: Key | None = None
        self.amount = AmountField(self.tr("May take at most"), "ETH", 18)
        self.amount.edit.setObjectName("approvals.amount")
        self.amount.changed.connect(self.changed)
        self.told = Label("", "body", "2", wrap=True)
        self.setLayout(column(self.told, self.amount, spacing=12))
        self._show()

    def choose(self, chosen: list[Key]) -> None:
        """These are to be revoked."""
        self.chosen, self.edited = chosen, None
        self._show()

    def edit(self, key: Key) -> None:
        """Another amount for this one."""
        if key != self.edited:
            self.amount.clear()
        self.chosen, self.edited = [], key
        token = key[1]
        self.amount.set_token(token, wording.decimals(token), wording.token_name(token))
        self._show()
        self.amount.edit.setFocus()

    def _show(self) -> None:
        self.amount.setVisible(self.edited is not None)
        self.told.setText(self._words())
        self.changed.emit()

    def _words(self) -> str:
        if self.edited is not None:
            _, token, spender = self.edited
            text = self.tr("How much {token} the {contract} may take from now on.")
            return text.format(token=token, contract=wording.contract(spender))
        if self.chosen:
            return "\n".join(_name(key) for key in self.chosen)
        return self.tr(
            "Select what to revoke; several go in one transaction. A contract that may take "
            "nothing asks you again when you use it."
        )

    # --- the flow asks ------------------------------------------------------------------

    def header(self) -> Header:
        if self.edited is not None:
            return Header(self.tr("Change an approval"), _name(self.edited), icon="pencil-simple")
        return Header(self.tr("Revoke approvals"), self.tr("Takes back what contracts may take"),
                      icon="prohibit")  # fmt: skip

    def main_text(self) -> str:
        if self.edited is not None:
            return self.tr("Review approval")
        if not self.chosen:
            return self.tr("Review")
        return self.tr("Revoke {count}").format(count=len(self.chosen))

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount} if self.edited is not None else {}

    def build_command(self) -> Command | NotYet:
        account = self._bridge.account
        if self.edited is not None:
            value = read_amount(self.amount)
            if isinstance(value, NotYet):
                return value
            _, token, spender = self.edited
            return Approve(account, token, spender, int(value))
        if not self.chosen:
            return NotYet(self.tr("Select an approval to go on"))
        return Batch(tuple(Approve(account, *key[1:], 0) for key in self.chosen))

    def describe_review(self, quote: Quote) -> Review:
        title = self.header().title
        events = [event for event in quote.events if isinstance(event, Approved)]
        confirm = self.main_text() if self.chosen else self.tr("Approve")
        return Review(
            title=title, confirm=confirm, pending=self.tr("Signing"),
            changes=self._changes(self._bridge.world or quote.after, events),
        )  # fmt: skip

    def _changes(self, before: World, events: list[Approved]) -> tuple[Change, ...]:
        return tuple(
            Change(
                _name((event.account, event.token, event.spender)),
                _units(allowance(before, event.account, event.token, event.spender), event.token),
                _units(event.units, event.token),
                "good" if not event.units else "text",
                plain=True,  # what is granted, not what is owned
            )
            for event in events
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        events = [event for event in outcome.events if isinstance(event, Approved)]
        revoked = [event for event in events if not event.units]
        title = self.tr("Approval changed")
        if revoked:
            title = wording.plural(self.tr("%n approval(s) revoked", "", len(revoked)),
                                   len(revoked))  # fmt: skip
        return Receipt(title, self.tr("Done"), self._changes(before, events))

    def reset(self) -> None:
        super().reset()
        self.chosen, self.edited = [], None
        self._show()


def _name(key: Key) -> str:
    return f"{wording.contract(key[2])}, {wording.token_name(key[1])}"


def _units(units: int, token: str) -> str:
    if not units:
        return wording.translate("wallet", "nothing")
    if units >= UNLIMITED:
        return wording.allowed(units, token)
    return wording.amount(units, token, unit=False)


__all__ = ["ApprovalsForm"]
