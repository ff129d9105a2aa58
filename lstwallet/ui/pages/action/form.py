"""The inputs of one action: what a room writes, and the ``ActionFlow`` drives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.engine import signing
from lstwallet.ui import wording
from lstwallet.ui.pages.action.records import Header, NotYet, Receipt, Review
from lstwallet.units.amount import AmountProblem, Wanted

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.widgets.amount_field import AmountField


def read_amount(field: AmountField, key: str = "amount") -> Wanted | NotYet:
    """What a field asks for, or why it asks for nothing yet."""
    value = field.value()
    if value is not None:
        return value
    problem = field.problem() or AmountProblem.EMPTY
    if problem is AmountProblem.EMPTY:
        return NotYet(QCoreApplication.translate("action", "Enter an amount to go on"), "", key)
    reason = QCoreApplication.translate("action", "Correct the amount to go on")
    return NotYet(reason, wording.bad_amount(problem, field.decimals()), key)


class Field(Protocol):
    """An input that an error can stand beside."""

    @property
    def edit(self) -> QLineEdit: ...
    def set_error(self, text: str) -> None: ...
    def clear(self) -> None: ...


def offer_ether(field: AmountField, bridge: Bridge, world: World, call: Command) -> None:
    """Max of a field for ETH: what ``call`` may take once its network fee is paid."""
    left = signing.spendable(world, bridge.account, call)
    whole = left == world.balance(bridge.account, "ETH")
    words = "" if whole else QCoreApplication.translate("action", "Max less network fee")
    field.set_max(left, words)


class ActionForm(QWidget):
    """The inputs of one action. Subclass it; emit ``changed`` whenever an input changed."""

    changed = Signal()
    navigate = Signal(str, object)

    free: bool = False
    """Not a transaction: the network takes nothing for it."""
    name: str = ""
    """Prefix of object names: ``stake`` gives ``stake.review``, ``stake.confirm`` …"""

    def header(self) -> Header:
        """The panel's header while the form is shown."""
        raise NotImplementedError

    def main_text(self) -> str:
        """Words of the form's button: "Review stake"."""
        raise NotImplementedError

    def fields(self) -> Mapping[str, Field]:
        """Fields by ``Refusal.field``; the first one takes errors without a place."""
        raise NotImplementedError

    def build_command(self) -> Command | NotYet:
        """The command that the inputs mean, or why there is none yet."""
        raise NotImplementedError

    def veto(self, quote: Quote) -> NotYet | None:
        """The window's own reason to stop, seen in the quote (a price impact, a cap)."""
        return None

    def show_preview(self, quote: Quote | None) -> None:
        """The live overview; ``None`` while there is nothing to preview."""

    def describe_review(self, quote: Quote) -> Review:
        """What would happen."""
        raise NotImplementedError

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        """What has happened; ``before`` is the world just before it."""
        raise NotImplementedError

    def known(self) -> frozenset[str]:
        """Whom the user has sent to before, where that matters."""
        return frozenset()

    def refresh(self, world: World) -> None:
        """Balances and rates have moved: Available, Max, facts. Do not emit ``changed``."""

    def reset(self) -> None:
        """Empty the inputs (after a receipt)."""
        for field in self.fields().values():
            field.clear()
