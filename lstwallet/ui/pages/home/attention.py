"""The first card: what needs attention, side by side; one quiet line when nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.ui.pages.home.words import Notice
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Card, IconTile
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label, Link
from lstwallet.ui.widgets.layout import Rule, column, holder, row

MOST: Final = 4
"""More kinds of notices there are not."""
WIDE: Final = 3
NARROW: Final = 2
"""How many are shown before "Show more"."""
LARGE_TEXT: Final = 1.2


class _Item(QWidget):
    """One notice: tile, two lines, a button."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice: Notice | None = None
        self.tile = IconTile("info", "info")
        self.title = Label("", "strong", elide=True)
        self.sub = Label("", "small", "2", elide=True)
        self.action = Button("", "secondary", on_click=self._press)
        words = column(self.title, self.sub, spacing=2)
        self.setLayout(row(self.tile, (words, 1), self.action, spacing=10))

    def show_notice(self, notice: Notice) -> None:
        """Say something else."""
        if notice == self._notice:
            return
        before, self._notice = self._notice, notice
        if before is None or (before.icon, before.tone) != (notice.icon, notice.tone):
            self.tile.set(notice.icon, notice.tone)
        self.title.setText(notice.title)
        self.sub.setText(notice.sub)
        self.action.setText(notice.action)
        self.action.set_kind("primary" if notice.primary else "secondary")
        self.setObjectName(f"home.attention.{notice.key}")
        self.action.setObjectName(f"home.{notice.key}")
        self.action.setAccessibleDescription(f"{notice.title}. {notice.sub}")

    def _press(self) -> None:
        if self._notice is not None:
            self.wanted.emit(self._notice)


class AttentionCard(Card):
    """``wanted(room, arguments)``: a button was pressed."""

    wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, padding=(16, 10, 16, 12), spacing=8)
        self._notices: tuple[Notice, ...] = ()
        self._narrow = self._all = False
        self.setObjectName("home.attention")
        self.head = Label("", "heading")
        self.count = Chip("", "plain", small=True)
        self.more = Link("")
        self.more.setObjectName("home.attention.more")
        self.more.clicked.connect(self._show_all)
        self._top = holder(row(self.head, self.count, None, self.more, spacing=10))
        self._well = Label("", "small", "2", elide=True)
        self._quiet = holder(row(Icon("check-circle", "good", 16), (self._well, 1), spacing=8))
        self._items = [_Item() for _ in range(MOST)]
        self._rules = [Rule(vertical=True) for _ in range(MOST - 1)]
        self._line = row(spacing=16)
        for place, item in enumerate(self._items):
            if place:
                self._line.addWidget(self._rules[place - 1])
            self._line.addWidget(item, 1)
            item.wanted.connect(lambda notice: self.wanted.emit(notice.room, notice.arguments))
        self._list = holder(self._line)
        self.add(self._top, self._list, self._quiet)

    def show_notices(self, notices: Sequence[Notice], well: str, heading: str = "") -> None:
        """What needs attention; ``well`` is said when nothing does."""
        changed = len(notices) != len(self._notices)
        self._notices = tuple(notices)
        for item, notice in zip(self._items, notices, strict=False):
            item.show_notice(notice)
        self._well.setText(well)
        self.head.setText(heading or self.tr("Needs attention"))
        self.count.setVisible(bool(notices) and not heading)
        self.count.set(str(len(notices)))
        self.setAccessibleName(self.head.text() if notices else well)
        if changed:
            self._arrange()

    def set_narrow(self, narrow: bool) -> None:
        """Below each other, or beside."""
        self._narrow = narrow
        self._arrange()

    def _show_all(self) -> None:
        self._all = not self._all
        self._arrange()

    def _arrange(self) -> None:
        number = len(self._notices)
        narrow = self._narrow or current().scale > LARGE_TEXT
        most = NARROW if narrow else WIDE
        shown = number if self._all else min(number, most)
        stacked = narrow or shown > WIDE
        direction: Any = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if stacked else direction.LeftToRight)
        self._line.setSpacing(10 if stacked else 16)
        for place, item in enumerate(self._items):
            item.setVisible(place < shown)
        for place, rule in enumerate(self._rules, 1):
            rule.setVisible(place < shown and not stacked)
        self._top.setVisible(number > 0)
        self._list.setVisible(number > 0)
        self._quiet.setVisible(number == 0)
        hidden = number - shown
        self.more.setVisible(number > most)
        self.more.setText(
            self.tr("Show {count} more").format(count=hidden) if hidden else self.tr("Show fewer")
        )
