"""A sheet to read in, over any room; while it is open it follows the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import IconTile
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, Scroller, clear, column, holder, row
from lstwallet.ui.widgets.side_sheet import SheetSurface, SideSheet

if TYPE_CHECKING:
    from lstwallet.engine.world import World


class ReadingSheet(SideSheet):
    """Subclass it: ``read`` gives what is shown, ``fill`` puts it into ``body``."""

    def __init__(self, window: Any, name: str, title: str, icon: str) -> None:
        """``window`` is the main window: ``bridge``, ``enter``; ``name`` the object's."""
        super().__init__(window, title)
        self.setObjectName(name)
        self.window_, self.bridge = window, window.bridge
        self._shown: Any = None
        self._sub = Label("", "small", "3", elide=True)
        cross = ToolButton("x", self.tr("Close"), icon_side=16, tone="3", on_click=self.close)
        cross.setObjectName(f"{name}.close")
        words = column(Label(title, "heading"), self._sub, spacing=1)
        head = row(IconTile(icon, "info", 36), (words, 1), cross,
                   margins=(16, 12, 14, 12), spacing=10)  # fmt: skip
        self.body = column(margins=(18, 14, 18, 18), spacing=8)
        self._scroller = Scroller(holder(column(self.body, None, spacing=0)))
        panel = SheetSurface()
        panel.setLayout(column(head, Rule(), (self._scroller, 1), margins=1, spacing=0))
        self.hold(panel)
        self.bridge.outcome.connect(self._follow)
        self.bridge.preferences_changed.connect(self._follow)
        self.bridge.account_changed.connect(self._follow)
        self.bridge.past.changed.connect(self._follow)
        self.bridge.opened.connect(self.close)

    def read(self, world: World) -> Any:
        """What is so now; the sheet is drawn anew when it differs or the clock has moved."""
        raise NotImplementedError

    def fill(self, found: Any, world: World) -> None:
        """Put it into the empty ``body``."""
        raise NotImplementedError

    def show_now(self) -> None:
        """Open with what is so now."""
        self._look()
        self._scroller.verticalScrollBar().setValue(0)
        self.open()

    def go(self, room: str, arguments: Any = None) -> None:
        """To the room where it is dealt with."""
        self.close()
        self.window_.enter(room, arguments)

    def _follow(self) -> None:
        if self.isVisible():
            self._look()

    def _look(self) -> None:
        world: World | None = self.bridge.world
        if world is None:
            return
        found = self.read(world)
        shown = (found, world.time, self.bridge.preferences.privacy)
        if shown == self._shown:
            return
        self._shown = shown
        self._sub.setText(self.tr("As of {moment}").format(moment=wording.moment(world.time)))
        clear(self.body)
        self.fill(found, world)


__all__ = ["ReadingSheet"]
