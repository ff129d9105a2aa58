"""What the views of the room have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.layout import Scroller, column, holder

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.pages.page import Page


class WalletView(QWidget):
    """One tab of the wallet; it gets its page, whose bridge it asks and whose toasts it uses."""

    turn_wanted = Signal(object)
    """Arguments of the page's ``show_request``: another view, or this one with a wish."""

    panel: QWidget | None = None
    """The view's action panel, if it has one."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.page = page
        self.bridge = page.bridge

    def sub(self) -> str:
        """The quiet line under the room's title."""
        return ""

    def show_world(self, world: World) -> None:
        """Show this world; called when the view is in front."""

    def show_request(self, arguments: dict[str, Any]) -> None:
        """The view was asked for with a wish."""

    def begin_typing(self) -> None:
        """Put the cursor where one types first."""

    def set_narrow(self, narrow: bool) -> None:
        """The window crossed 1180 px."""


def scrolled(*items: Any, width: int = 900) -> Scroller:
    """A column of cards with the page's margins, at most ``width`` wide."""
    inner = holder(
        column(*items, None, margins=(tokens.PAGE_MARGIN, 0, 0, 14), spacing=tokens.CARD_GAP)
    )
    inner.setMaximumWidth(width)
    return Scroller(inner, gutter=tokens.GUTTER)
