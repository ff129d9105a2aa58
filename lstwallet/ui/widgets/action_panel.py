"""The action panel: header, scrolling body, pinned foot; form, review, pending and receipt
swap inside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from lstwallet.ui.theme import paint, tokens
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Avatar, IconTile
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import HCENTER, Rule, Scroller, clear, column, fill, holder, row

WIDTH = 432
SLIM_WIDTH = 400
STEPS = ("form", "review", "pending", "receipt")


class PanelPage(QWidget):
    """One face of an action panel: ``add`` to its body, ``set_foot`` its buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._avatar = Avatar("ETH", 32)
        self._tile = IconTile("info", "plain", 32)
        self._avatar.hide()
        self._tile.hide()
        self.title = Label("", "heading", elide=True)
        self.sub = Label("", "small", "3", elide=True)
        self.step = Chip("", "plain", small=True)
        self.step.hide()
        self.help = ToolButton("question", self.tr("Help"), tone="3")
        self.help.hide()
        self.close = ToolButton("x", self.tr("Close"), icon_side=16, tone="3")
        self.close.hide()
        words = column(self.title, self.sub, spacing=1)
        header = row(
            self._avatar, self._tile, (words, 1), self.step, self.help, self.close,
            margins=(16, 12, 14, 12), spacing=10,
        )  # fmt: skip
        self.body: QVBoxLayout = column(margins=(16, 14, 16, 14), spacing=12)
        frame = column(self.body, None, spacing=0)
        self.scroller = Scroller(holder(frame))
        self.setLayout(
            column(header, Rule(), (self.scroller, 1), Rule(), self._make_foot(), spacing=0)
        )

    def _make_foot(self) -> QVBoxLayout:
        self._reason_icon = Icon("info", "2", 15)
        self.reason = Label("", "small", "2", wrap=True)
        self._reason_row = holder(
            row(None, (self._reason_icon, 0), (self.reason, 0), None, spacing=6)
        )
        self._reason_row.hide()
        self.second = Button("", "secondary", "main")
        self.second.hide()
        self.main = Button("", "primary", "main")
        buttons = row((self.second, 1), (self.main, 2), spacing=8)
        self._asked = column(spacing=8)
        self._asked_box = holder(self._asked)
        self._asked_box.hide()
        return column(
            self._asked_box, self._reason_row, buttons, margins=(16, 10, 16, 14), spacing=8
        )

    def set_header(
        self,
        title: str,
        sub: str = "",
        *,
        symbol: str = "",
        icon: str = "",
        tone: str = "plain",
        step: str = "",
    ) -> None:
        """Words, the token's disc or an icon tile, and "Step 2 of 3"."""
        self.title.setText(title)
        self.sub.setText(sub)
        self.sub.setVisible(bool(sub))
        if symbol:
            self._avatar.set_symbol(symbol)
        if icon:
            self._tile.set(icon, tone)
        self._avatar.setVisible(bool(symbol))
        self._tile.setVisible(bool(icon))
        self.step.set(step)
        self.step.setVisible(bool(step))

    def on_help(self, act: Callable[[], object]) -> None:
        """Show the question mark and what it does."""
        self.help.clicked.connect(lambda _checked=False: act())
        self.help.show()

    def on_close(self, act: Callable[[], object]) -> None:
        """Show the cross and what it does."""
        self.close.clicked.connect(lambda _checked=False: act())
        self.close.show()

    def add(self, *items: Any) -> None:
        """Append to the body, items as ``layout.row`` takes them."""
        fill(self.body, items)

    def clear(self) -> None:
        """Delete the body's content."""
        clear(self.body)

    def set_foot(self, main: str, second: str = "", *, kind: str = "primary") -> None:
        """The buttons' words; an empty one is hidden."""
        self.main.set_pending("")
        self.main.setText(main)
        self.main.set_kind(kind)
        self.main.setVisible(bool(main))
        self.second.setText(second)
        self.second.setVisible(bool(second))

    def set_asked(self, items: Sequence[QWidget]) -> None:
        """What has to be ticked or typed: above the buttons, always in sight."""
        clear(self._asked)
        fill(self._asked, items)
        self._asked_box.setVisible(bool(items))

    def set_ready(self, ready: bool, reason: str = "", tone: str = "") -> None:
        """Enable the main button, or say just above it why not."""
        self.main.setEnabled(ready)
        self.reason.setText(reason)
        look = tone or ("2" if ready else "bad")
        self.reason.set_tone(look)
        self._reason_icon.set_icon("info", look)
        self._reason_row.setVisible(bool(reason))
        self.main.setAccessibleDescription(reason)

    def detach_foot(self) -> tuple[QWidget, Button]:
        """The reason's row and the main button, for a room that shows its form itself."""
        return self._reason_row, self.main

    def to_top(self) -> None:
        """Scroll the body to its start."""
        self.scroller.verticalScrollBar().setValue(0)


class ActionPanel(QWidget):
    """A card of 432 px (400 slim) whose pages swap: ``page("review")`` makes one on first use.

    ``turned(name)`` is emitted after another page came into view.
    """

    turned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: dict[str, PanelPage] = {}
        self._stack = QStackedLayout()
        outer = column(margins=1, spacing=0)
        outer.addLayout(self._stack)
        self.setLayout(outer)
        self._width = WIDTH
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.set_slim(False)

    def set_slim(self, slim: bool) -> None:
        """400 px instead of 432, below 1180 px of window."""
        self.set_width(SLIM_WIDTH if slim else WIDTH)

    def set_width(self, width: int) -> None:
        """Another fixed width (372 to 384 beside Lend and Pools)."""
        self._width = width
        self.setFixedWidth(width)

    def page(self, name: str) -> PanelPage:
        """The page of that name, made on first use."""
        found = self._pages.get(name)
        if found is None:
            found = self._pages[name] = PanelPage()
            self._stack.addWidget(found)
        return found

    def show_page(self, name: str) -> PanelPage:
        """Bring a page into view, scrolled to its top; focus stays in the panel."""
        page = self.page(name)
        before = self._stack.currentWidget()
        had_focus = before is not None and before.isAncestorOf(self.window().focusWidget() or self)
        self._stack.setCurrentWidget(page)
        if before is not page:
            page.to_top()
            if had_focus:
                target = page.main if page.main.isEnabled() else page.second
                target.setFocus(Qt.FocusReason.OtherFocusReason)
            self.turned.emit(name)
        return page

    def current(self) -> str:
        """Name of the page in view, or ""."""
        shown = self._stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is shown), "")

    def sizeHint(self) -> QSize:
        return QSize(self._width, 560)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            paint.draw_panel(painter, box, "surface", "line", tokens.RADIUS["card"])


def receipt_head(title: str, sub: str, tone: str = "good", icon: str = "check") -> QVBoxLayout:
    """The head of a receipt: a large tile, what was received, when it settled."""
    return column(
        (IconTile(icon, tone, 48), 0, HCENTER),
        Label(title, "title", align="center", elide=True),
        Label(sub, "small", "3", align="center", elide=True),
        spacing=6,
    )
