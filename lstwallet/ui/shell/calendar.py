"""The calendar: everything that is due, by day, with where each moment comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from lstwallet.readmodel.due import CLAIM, REPORT, TICKET, Day, Due, by_day, due
from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import IconTile, PressCard
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import TOP, Rule, Scroller, clear, column, holder, row
from lstwallet.ui.widgets.side_sheet import SheetSurface, SideSheet

if TYPE_CHECKING:
    from lstwallet.engine.world import World

_ICONS: Final = {REPORT: ("megaphone-simple", "good"), CLAIM: ("ticket", "good"),
                 TICKET: ("hourglass-medium", "info")}  # fmt: skip
_VALIDATOR: Final = ("hard-drives", "plain")


class _Entry(PressCard):
    """One thing that is due: what, when, and the source of the moment."""

    def __init__(self, item: Due, now: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title, when, source = wording.due(item, now)
        self.setObjectName(f"calendar.{item.kind}.{item.ident}")
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{when}. {source}")
        icon, tone = _ICONS.get(item.kind, _VALIDATOR)
        words = column(
            Label(title, "strong", wrap=True), Label(when, "small", wrap=True),
            Label(source, "caption", "3", wrap=True), spacing=2,
        )  # fmt: skip
        self.setLayout(row((IconTile(icon, tone, 32), 0, TOP), (words, 1),
                           margins=(12, 10, 12, 10), spacing=10))  # fmt: skip


class CalendarSheet(SideSheet):
    """Opens over any room; while it is open it follows the clock."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window: ``bridge``, ``enter``."""
        super().__init__(window, "")
        self.setObjectName("calendar")
        self._window, self._bridge = window, window.bridge
        self._shown: tuple[Any, ...] = ()
        self.setAccessibleName(self.tr("Calendar of what is due"))
        self.title = Label(self.tr("What is due"), "heading")
        self._sub = Label("", "small", "3", elide=True)
        cross = ToolButton("x", self.tr("Close"), icon_side=16, tone="3", on_click=self.close)
        cross.setObjectName("calendar.close")
        words = column(self.title, self._sub, spacing=1)
        head = row(IconTile("calendar-blank", "info", 36), (words, 1), cross,
                   margins=(16, 12, 14, 12), spacing=10)  # fmt: skip
        self._body = column(margins=(18, 14, 18, 18), spacing=8)
        self._scroller = Scroller(holder(column(self._body, None, spacing=0)))
        panel = SheetSurface()
        panel.setLayout(column(head, Rule(), (self._scroller, 1), margins=1, spacing=0))
        self.hold(panel)
        self._bridge.outcome.connect(lambda _outcome: self._follow())
        self._bridge.opened.connect(self.close)

    def show_due(self) -> None:
        """Open with what is due now."""
        self._read()
        self._scroller.verticalScrollBar().setValue(0)
        self.open()

    def _follow(self) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        world: World | None = self._bridge.world
        if world is None:
            return
        days = by_day(due(world, self._bridge.account))
        if (days, world.time) == self._shown:
            return
        self._shown = (days, world.time)
        self._sub.setText(self.tr("As of {moment}").format(moment=wording.moment(world.time)))
        clear(self._body)
        for day in days:
            self._add_day(day, world.time)

    def _add_day(self, day: Day, now: int) -> None:
        self._body.addWidget(Label(wording.day(day.at), "caption", "2"))
        for item in day.items:
            entry = _Entry(item, now)
            entry.clicked.connect(lambda _on=False, kind=item.kind: self._go(kind))
            self._body.addWidget(entry)
        self._body.addSpacing(6)

    def _go(self, kind: str) -> None:
        """To the room where it is dealt with."""
        self.close()
        rooms = {CLAIM: "unstake", TICKET: "unstake", REPORT: "home"}
        room = rooms.get(kind, "stake")
        self._window.enter(room, {"choice": "solo"} if room == "stake" else None)


__all__ = ["CalendarSheet"]
