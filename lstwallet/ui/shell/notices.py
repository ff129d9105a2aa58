"""What the user should hear of: a toast, the desktop, and the list behind the bell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from lstwallet.ui import wording
from lstwallet.ui.widgets.desktop import DesktopNotices
from lstwallet.units.fixed import WAD, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.readmodel.notices import Notice, Standing
    from lstwallet.ui.widgets.buttons import ToolButton

MOST: Final = 30
"""Notices that are kept: the activity has everything."""
SHOWN: Final = 6
WIDTH: Final = 420
_ROOMS: Final = {
    "ready": "unstake", "low": "lend", "liquidated": "lend", "over": "restake",
    "slashed": "restake",
}  # fmt: skip
_ICONS: Final = {
    "ready": "ticket", "low": "heartbeat", "liquidated": "warning-octagon", "over": "ticket",
    "slashed": "warning-octagon",
}  # fmt: skip


class Told(NamedTuple):
    """One notice of the past, of this run of the program."""

    at: int
    """The simulated moment."""
    notice: Notice


class NoticeCentre(QObject):
    """Looks at every outcome; the bell's dot says that there is something unread."""

    def __init__(self, window: Any, bell: ToolButton) -> None:
        """``window`` is the main window: ``bridge``, ``room``, ``toast``, ``enter``."""
        super().__init__(window)
        self._window, self._bell, self._bridge = window, bell, window.bridge
        self._standing: Mapping[Account, Standing] | None = None
        self._popover: Any = None
        self.told: list[Told] = []
        self.unread = 0
        self._desktop = DesktopNotices(window, self._come_forward)
        self._bridge.settings_changed.connect(self._settings_changed)
        bell.clicked.connect(lambda _on=False: self.open())
        self._desktop.switch(self._bridge.settings.desktop_notices)
        self._show_bell()

    # --- looking ------------------------------------------------------------------------

    def begin(self, world: World) -> None:
        """Another profile: what began there is not news here."""
        self.told, self.unread = [], 0
        self._standing = self._now(world)
        self._show_bell()

    def forget(self) -> None:
        """The profile is locked: nothing of it is told any more."""
        self.told, self.unread, self._standing = [], 0, None
        if self._popover is not None:
            self._popover.deleteLater()
            self._popover = None
        self._show_bell()

    def look(self, world: World, events: Sequence[Any] = ()) -> None:
        """Tell once of what has begun, for whichever of the user's accounts: a ticket that is
        ready, an escrow that is over, health below the line, a liquidation, a slash."""
        from lstwallet.readmodel.notices import notices_of_all

        before, self._standing = self._standing, self._now(world)
        if before is None:
            return
        for notice in notices_of_all(before, world, events, self._line()):
            if notice.kind not in ("ready", "over") or self._bridge.settings.ticket_notice:
                self._tell(notice, world)

    def _now(self, world: World) -> Mapping[Account, Standing]:
        from lstwallet.readmodel.notices import standings

        return standings(world, self._line())

    def _line(self) -> int:
        settings = self._bridge.settings
        return mul_div_floor(settings.health_line, WAD, 100) if settings.health_notice else 0

    def _settings_changed(self, names: frozenset[str]) -> None:
        """Another line: what lies below it already is not news."""
        if names & {"health_line", "health_notice"} and self._bridge.world is not None:
            self._standing = self._now(self._bridge.world)
        if "desktop_notices" in names:
            self._desktop.switch(self._bridge.settings.desktop_notices)

    # --- telling ------------------------------------------------------------------------

    def _tell(self, notice: Notice, world: World) -> None:
        title, text, tone = self._words(notice, world)
        account, room = notice.account, _ROOMS[notice.kind]
        self.told = [Told(world.time, notice), *self.told][:MOST]
        shown = account == self._bridge.account
        seen = shown and room == self._window.room and self._window.isActiveWindow()
        if not shown:  # the room would tell of another account: the bell leads there
            self._window.toast(title, text, tone)
        elif room != self._window.room:  # there it is on the screen
            self._window.toast(title, text, tone, room)
        if not seen:
            self.unread += 1
        self._desktop.tell(title, text, tone)
        self._show_bell()

    def _words(self, notice: Notice, world: World) -> tuple[str, str, str]:
        """Title, text and tone, as the eye wants amounts shown now."""
        title, text, tone = wording.notice(
            notice.kind, notice.amount, notice.token, self._bridge.preferences
        )
        if len(world.accounts) > 1:
            name = wording.account_name(self._bridge.book, notice.account)
            text = self.tr("{account} · {text}").format(account=name, text=text)
        return title, text, tone

    def _come_forward(self) -> None:
        self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()

    def _show_bell(self) -> None:
        self._bell.set_badge("bad" if self.unread else "")
        words = self.tr("Notices")
        if self.unread:
            words = wording.plural(self.tr("%n unread notice(s)", "", self.unread), self.unread)
        self._bell.set_tip(words)

    # --- the list -----------------------------------------------------------------------

    def open(self) -> None:
        """The newest notices, beside the bell; from now on they are read."""
        from lstwallet.ui.widgets.labels import Label
        from lstwallet.ui.widgets.overlays import Popover

        if self._popover is not None:
            self._popover.deleteLater()
        popover = Popover(self._window, width=WIDTH)
        popover.setObjectName("notices")
        popover.setAccessibleName(self.tr("Notices"))
        popover.body.addWidget(Label(self.tr("Notices"), "heading"))
        for each in self.told[:SHOWN]:
            popover.body.addWidget(self._row(each, popover))
        if not self.told:
            words = self.tr(
                "Nothing yet. You are told when a ticket is ready, and when your health factor "
                "falls below the line that is set in Settings."
            )
            popover.body.addWidget(Label(words, "small", "2", wrap=True))
        self._popover = popover
        self.unread = 0
        self._show_bell()
        popover.show_at(self._bell)

    def _row(self, each: Told, popover: Any) -> QWidget:
        from lstwallet.ui.widgets.cards import LinkRow

        def show() -> None:
            popover.close()
            self._bridge.show_account(each.notice.account)
            self._window.enter(_ROOMS[each.notice.kind])

        title, text, tone = self._words(each.notice, self._bridge.world)
        sub = self.tr("{moment} · {text}").format(
            text=text, moment=wording.day_and_time(each.at)
        )
        row = LinkRow(title, sub, _ICONS[each.notice.kind], tone=tone, on_click=show)
        row.setObjectName("notices.row")
        return row
