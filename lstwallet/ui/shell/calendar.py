"""The calendar: everything that is due, by day, with where each moment comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel.due import (
    CLAIM,
    ESCROW,
    OVER,
    POSTING,
    REPORT,
    TICKET,
    Day,
    Due,
    by_day,
    due,
)
from lstwallet.ui import wording
from lstwallet.ui.shell.reading import ReadingSheet
from lstwallet.ui.widgets.cards import IconTile, PressCard
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import TOP, column, row

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Preferences

_ICONS: Final = {REPORT: ("megaphone-simple", "good"), CLAIM: ("ticket", "good"),
                 TICKET: ("hourglass-medium", "info"), OVER: ("ticket", "good"),
                 ESCROW: ("repeat", "info"), POSTING: ("sparkle", "good")}  # fmt: skip
_VALIDATOR: Final = ("hard-drives", "plain")


class _Entry(PressCard):
    """One thing that is due: what, when, and the source of the moment."""

    def __init__(
        self, item: Due, now: int, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title, when, source = wording.due(item, now, preferences)
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


class CalendarSheet(ReadingSheet):
    """Each day on which something may happen first."""

    def __init__(self, window: Any) -> None:
        super().__init__(
            window, "calendar",
            QCoreApplication.translate("CalendarSheet", "What is due"), "calendar-blank",
        )  # fmt: skip
        self.setAccessibleDescription(self.tr("Calendar of what is due"))

    def read(self, world: World) -> Any:
        return by_day(due(world, self.bridge.account))

    def fill(self, found: Any, world: World) -> None:
        days: Sequence[Day] = found
        for day in days:
            self.body.addWidget(Label(wording.day(day.at), "caption", "2"))
            for item in day.items:
                entry = _Entry(item, world.time, self.bridge.preferences)
                entry.clicked.connect(lambda _on=False, kind=item.kind: self._go_to(kind))
                self.body.addWidget(entry)
            self.body.addSpacing(6)

    def _go_to(self, kind: str) -> None:
        rooms = {CLAIM: "unstake", TICKET: "unstake", REPORT: "home"}
        rooms |= dict.fromkeys((OVER, ESCROW, POSTING), "restake")
        room = rooms.get(kind, "stake")
        self.go(room, {"choice": "solo"} if room == "stake" else None)


__all__ = ["CalendarSheet"]
