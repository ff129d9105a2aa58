"""What can be done in the lending market, as segments: the same row above each form."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel.lending import BORROW, REPAY, SUPPLY, WITHDRAW
from lstwallet.ui.widgets.buttons import Segmented

LOOP: Final = "loop"


class ActionTabs(Segmented):
    """Supply, withdraw, borrow, repay, loop."""

    def __init__(self, chosen: str, parent: QWidget | None = None) -> None:
        translate = QCoreApplication.translate
        actions = [
            (SUPPLY, translate("lend", "Supply")), (WITHDRAW, translate("lend", "Withdraw")),
            (BORROW, translate("lend", "Borrow")), (REPAY, translate("lend", "Repay")),
            (LOOP, translate("lend", "Loop")),
        ]  # fmt: skip
        name = translate("lend", "What to do")
        super().__init__(actions, chosen, name=name, expand=True, parent=parent)
        for key, _ in actions:
            self.button(key).setObjectName(f"lend.{key}")
