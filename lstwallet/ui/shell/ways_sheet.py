"""Ways out of everything that is staked: queue against market, with the break-even."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from lstwallet.readmodel.ways_out import (
    ESCROW,
    LENT,
    NATIVE,
    POOLED,
    RESTAKED,
    WaysOut,
    ways_out,
)
from lstwallet.ui import wording
from lstwallet.ui.shell.reading import ReadingSheet
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import RIGHT, column, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World


class WaysSheet(ReadingSheet):
    """A block for each holding; its button leads to where one takes it out."""

    def __init__(self, window: Any) -> None:
        title = QCoreApplication.translate("WaysSheet", "Ways out")
        super().__init__(window, "ways", title, "sign-out")

    def read(self, world: World) -> Any:
        return ways_out(world, self.bridge.account)

    def fill(self, found: Any, world: World) -> None:
        rows: Sequence[WaysOut] = found
        for each in rows:
            self.body.addWidget(self._block(each))
        if not rows:
            text = self.tr("Nothing is staked, so there is nothing to get out of.")
            self.body.addWidget(Label(text, "small", "2", wrap=True))
            return
        note = self.tr(
            "For all of it at once, fee and price impact counted, network fees not. Waits are "
            "ranges and move with the clock."
        )
        self.body.addWidget(Label(note, "caption", "3", wrap=True))

    def _block(self, each: WaysOut) -> Inset:
        box = Inset(padding=(14, 12, 14, 12), spacing=8)
        box.setObjectName(f"ways.{each.key}")
        box.add(Label(wording.held(each, self.bridge.preferences), "strong", wrap=True))
        first = wording.first(each)
        if first:
            box.add(Label(first, "small", "warn", wrap=True))
        for way in each.ways:
            name, when, gets = wording.way(way, self.bridge.preferences)
            words = column(Label(name, "medium"), Label(when, "small", "2", wrap=True), spacing=1)
            tone = "text" if way.open else "3"
            box.add(row((words, 1), Label(gets, "medium", tone, align="right"), spacing=8))
        even = wording.even(each)
        if even:
            box.add(Label(even, "small", "2", wrap=True))
        button = Button(
            self._act(each), "secondary", "small", on_click=lambda: self._leave(each)
        )
        button.setObjectName(f"ways.go.{each.key}")
        button.setAccessibleDescription(wording.held(each, self.bridge.preferences))
        box.add(row(None, (button, 0, RIGHT)))
        return box

    def _act(self, each: WaysOut) -> str:
        return {
            LENT: self.tr("Withdraw it first"), POOLED: self.tr("Remove it first"),
            RESTAKED: self.tr("Into escrow first"), ESCROW: self.tr("See the escrow"),
            NATIVE: self.tr("Leave"),
        }.get(each.place, self.tr("Compare in Unstake"))  # fmt: skip

    def _leave(self, each: WaysOut) -> None:
        pool = "reth_eth" if each.token == "rETH" else "steth_eth"
        room, wish = {
            LENT: ("lend", {"action": "withdraw", "token": each.token}),
            POOLED: ("pools", {"pool": pool, "action": "remove"}),
            RESTAKED: ("restake", {"do": "withdraw", "token": each.token}),
            ESCROW: ("restake", None),
            NATIVE: ("stake", {"choice": "solo"}),
        }.get(each.place, ("unstake", {"token": each.token}))
        self.go(room, wish)


__all__ = ["WaysSheet"]
