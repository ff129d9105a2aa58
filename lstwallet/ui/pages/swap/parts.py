"""Two cards: the way a swap goes, and what else one could do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.pools_facts import TOKENS
from lstwallet.engine.rocketpool import burnable
from lstwallet.engine.staking_wait import estimate_wait
from lstwallet.readmodel import pools, rocketpool, swaps
from lstwallet.readmodel.swaps import Hop, Traded
from lstwallet.ui import wording
from lstwallet.ui.pages.swap import words
from lstwallet.ui.widgets.cards import Avatar, Card, LinkRow
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import TOP, clear, column, holder, row
from lstwallet.ui.widgets.rows import KeyValue

if TYPE_CHECKING:
    from lstwallet.engine.world import World


class _Step(QWidget):
    """A token, how one came to it, and a quiet fact about that."""

    def __init__(self, token: str, hop: Hop | None) -> None:
        super().__init__()
        self.hop = hop
        self.title = Label(token, "strong", elide=True)
        self.sub = Label("" if hop is None else words.step(hop), "small", "2", wrap=True)
        names = column(self.title, self.sub, spacing=1)
        self.setLayout(row((Avatar(token, 28), 0, TOP), (names, 1), spacing=10))

    def show_world(self, world: World) -> None:
        """The pool's fee and depth as they are now."""
        if self.hop is None or self.hop.by not in TOKENS:
            return
        view = pools.view(world, self.hop.by)
        text = self.tr("{pool}, fee {fee}, holds {worth}").format(
            pool=words.step(self.hop), fee=wording.percent(view.fee),
            worth=wording.fiat_large(view.worth),
        )  # fmt: skip
        self.sub.setText(text)


class WayCard(Card):
    """Token by token from what one pays to what one gets."""

    def __init__(self) -> None:
        super().__init__("", spacing=10)
        self.heading = Label(self.tr("The way it goes"), "heading")
        self._steps = column(spacing=10)
        self.add(self.heading, holder(self._steps), None)
        self._rows: list[_Step] = []

    def show_way(self, token_in: str, token_out: str) -> None:
        """Another pair."""
        clear(self._steps)
        start = _Step(token_in, None)
        start.sub.setText(self.tr("From your wallet"))
        self._rows = [start]
        self._rows += [_Step(hop.token, hop) for hop in swaps.way(token_in, token_out)]
        for each in self._rows:
            self._steps.addWidget(each)

    def show_world(self, world: World) -> None:
        """The pools on the way as they are now."""
        for each in self._rows:
            each.show_world(world)


_DOORS: Final[dict[str, tuple[str, Any]]] = {
    "stake": ("stake", None),
    "unstake": ("unstake", None),
    "mint": ("stake", {"choice": "rocketpool"}),
    "burn": ("unstake", {"token": "rETH"}),
}
"""Where the other way is taken: a room, and what it is asked for."""


class OtherWays(Card):
    """What staking or the withdrawal queue would give for the same."""

    navigate = Signal(str, object)

    def __init__(self) -> None:
        super().__init__("", spacing=8)
        self.heading = Label(self.tr("Compared with"), "heading")
        self.here = KeyValue(self.tr("This swap"), strong=True)
        self.other = KeyValue("", strong=True)
        self.text = Label("", "small", "2", wrap=True)
        self.link = LinkRow("", "", "stack", on_click=self._go)
        self.link.setObjectName("swap.other")
        self._room, self._arguments = _DOORS["stake"]
        self.add(self.heading, self.here, self.other, self.text, None, self.link)

    def _go(self) -> None:
        self.navigate.emit(self._room, self._arguments)

    def show_world(
        self, world: World, token_in: str, token_out: str, done: Traded | None
    ) -> None:
        """For the amount that is typed, or one whole token."""
        paid = done.paid if done is not None else 10 ** wording.decimals(token_in)
        got = done.received if done is not None else None
        inside_in, inside_out = swaps.traded_as(token_in), swaps.traded_as(token_out)
        shown = wording.UNKNOWN if got is None else wording.amount(got, token_out)
        self.here.set_value(shown)
        units = swaps.by_protocol(world, token_in, token_out, paid)
        if (inside_in, inside_out) == ("ETH", "stETH"):
            self._compare("stake", units, token_out, got)
        elif (inside_in, inside_out) == ("ETH", "rETH") and world.rocketpool:
            self._compare("mint", rocketpool.minted_for(world, paid), token_out, got)
        elif (inside_in, inside_out) == ("rETH", "ETH") and world.rocketpool:
            self._compare("burn", min(units, burnable(world)), "ETH", got)
        elif (inside_in, inside_out) == ("stETH", "ETH"):
            wait = estimate_wait(world, max(1, units))
            self._compare("unstake", units, "ETH", got, wording.waits(wait.low, wait.high))
        else:
            self._fair(world, token_in, token_out, paid)

    def _compare(
        self, room: str, units: int, token: str, got: int | None, wait: str = ""
    ) -> None:
        self._room, self._arguments = _DOORS[room]
        self.link.show()
        if room == "mint":
            self.other.set_key(self.tr("Minting"))
            self.link.set_words(self.tr("Mint instead"), self.tr("At the protocol's rate"))
            text = self.tr("Minting costs a deposit fee; the pool may be cheaper or dearer.")
        elif room == "burn":
            self.other.set_key(self.tr("Burning, as far as it goes"))
            self.link.set_words(self.tr("Burn instead"), self.tr("No fee, while there is ETH"))
            text = self.tr("Burning pays the full rate at once, as long as the protocol has ETH.")
        elif room == "stake":
            self.other.set_key(self.tr("Staking"))
            self.link.set_words(self.tr("Stake instead"), self.tr("At the protocol's own rate"))
            text = self.tr("Staking mints one for one; the pool may be cheaper or dearer.")
        else:
            self.other.set_key(self.tr("Queue, {wait}").format(wait=wait))
            self.link.set_words(self.tr("Wait in the queue"), self.tr("No discount, no fee"))
            text = self.tr("The queue pays the full rate but takes time; the pool pays at once.")
        better = got is not None and units > got
        self.other.set_value(wording.amount(units, token), "good" if better else "text")
        self.here.set_value(self.here.value.text(), "good" if got and got > units else "text")
        self.text.setText(text)

    def _fair(self, world: World, token_in: str, token_out: str, paid: int) -> None:
        self.link.hide()
        self.other.set_key(self.tr("At fair value"))
        units = swaps.at_fair_value(world, token_in, token_out, paid)
        self.other.set_value(wording.amount(units, token_out))
        self.text.setText(
            self.tr("Fair value: prices outside, staked ETH at what its protocol counts it at.")
        )
