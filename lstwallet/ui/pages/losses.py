"""Liquidations that the user has not answered yet: told on Home and in Lend alike, until the
user acts in the market again or dismisses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.lending_facts import PositionLiquidated
from lstwallet.readmodel import lending, lending_past
from lstwallet.ui import wording
from lstwallet.ui.widgets.cards import Banner

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstwallet.app.session import ActivityRecord, Outcome
    from lstwallet.engine.world import World
    from lstwallet.readmodel.lending_past import Losses
    from lstwallet.ui.bridge import Bridge

LOOK_BACK: Final = 200
"""Entries of the user's that are searched for a liquidation."""
LATER_MS: Final = 150
"""The first look waits until the first room is on the screen."""


class LossWatch(QObject):
    """What happened to the shown account; one for a bridge. ``changed()``: other losses."""

    changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._bridge = bridge
        self.losses: Losses | None = None
        self._seen: dict[tuple[str, int, str], int] = {}
        self._whose = self._moment()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(self.look)
        bridge.outcome.connect(self._happened)
        bridge.opened.connect(self._opened)
        bridge.account_changed.connect(self._another)
        bridge.past.changed.connect(self._another)
        self._later.start()

    @classmethod
    def of(cls, bridge: Bridge) -> LossWatch:
        """The one that the pages share."""
        for child in bridge.children():
            if isinstance(child, cls):
                return child
        return cls(bridge)

    def look(self) -> None:
        """Read the user's latest entries."""
        if self._bridge.world is None:
            return
        asked = self._moment()

        def answered(records: list[ActivityRecord]) -> None:
            if asked == self._moment():
                self._found(records)

        self._bridge.activity(answered, limit=LOOK_BACK)

    def _opened(self) -> None:
        self._forget()
        self._later.start()

    def _another(self) -> None:
        self._forget()
        self.look()

    def _forget(self) -> None:
        """What happened in another profile, account, branch or moment is not told of this one."""
        if self._moment() != self._whose:
            self._whose = self._moment()
            self._take(None)

    def dismiss(self) -> None:
        """The user has read it."""
        if self.losses is not None:
            self._seen[self._key()] = self.losses.last
        self._take(None)

    def _key(self) -> tuple[str, int, str]:
        profile, account = self._bridge.profile, self._bridge.account
        return ("", 0, account) if profile is None else (str(profile.path), profile.branch, account)

    def _moment(self) -> tuple[str, int, str, int]:
        """The same, and the moment of the past that is looked at."""
        looking = self._bridge.past.looking
        return (*self._key(), -1 if looking is None else looking.seq)

    def _happened(self, outcome: Outcome) -> None:
        account = self._bridge.account
        kinds = (PositionLiquidated, *lending_past.OWN_ACTS)
        if any(isinstance(e, kinds) and e.account == account for e in outcome.events):
            self.look()

    def _found(self, records: list[ActivityRecord]) -> None:
        seen = self._seen.get(self._key(), -1)
        self._take(lending_past.unseen(records, self._bridge.account, seen))

    def _take(self, losses: Losses | None) -> None:
        if losses != self.losses:
            self.losses = losses
            self.changed.emit()


class LossBanner(Banner):
    """Two sentences: what was taken and why; what is left and what to do. Hidden without."""

    def __init__(
        self,
        bridge: Bridge,
        name: str,
        action: str,
        on_action: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "bad", action=action, on_action=on_action, parent=parent)
        self.setObjectName(name)
        self._bridge = bridge
        self.watch = LossWatch.of(bridge)
        self.watch.changed.connect(self._changed)
        self.set("")

    def _changed(self) -> None:
        if self._bridge.world is not None:
            self.show_losses(self._bridge.world)

    def show_losses(self, world: World) -> None:
        """What happened, and what is left now."""
        losses = self.watch.losses
        if losses is None:
            self.set("")
            return
        held = lending.position(world, self._bridge.account)
        self.set(wording.liquidated(losses, held, self._bridge.preferences), "bad")
