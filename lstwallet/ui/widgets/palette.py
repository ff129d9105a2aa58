"""The command palette: type a few letters, choose with the arrows, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.widgets.fuzzy import Match, match
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import Rule, column, holder, row
from lstwallet.ui.widgets.overlays import MARGIN, Floating, Overlay

WIDTH: Final = 620
ROW: Final = 34
HEAD: Final = 28
ROWS_SHOWN: Final = 11
RECENT_BONUS: Final = 8
_TOP_SHARE: Final = 0.11
_BODY: Final = (6, 2, 6, 6)
_PAGE: Final = 8
_MOVES: Final = {
    Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_PAGE, Qt.Key.Key_PageDown: _PAGE
}  # fmt: skip
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Entry(NamedTuple):
    """One thing that can be done. ``key`` is what is remembered of it."""

    key: str
    group: str
    title: str
    icon: str
    act: Callable[[], object]
    keys: str = ""
    """Its shortcut, in words: ``Alt+2``."""
    also: str = ""
    """Other words that find it."""
    on: bool = False
    """It is so already (the theme in force, say)."""


class Found(NamedTuple):
    """A row of the list: an entry with its letters, or (``entry`` is ``None``) a heading."""

    heading: str
    entry: Entry | None = None
    places: frozenset[int] = frozenset()
    recent: bool = False


class _Scored(NamedTuple):
    entry: Entry
    match: Match


def arranged(
    entries: Sequence[Entry], typed: str, recent: Sequence[str], recent_words: str
) -> list[Found]:
    """Rows for what was typed. Nothing: the recent ones first, then all by group. Else the
    groups by their best entry."""
    if not typed.strip():
        known = {entry.key: entry for entry in entries}
        late = [known[key] for key in recent if key in known]
        rows = [Found(recent_words, None)] if late else []
        rows += [Found("", entry, recent=True) for entry in late]
        for group, members in groupby(entries, key=lambda entry: entry.group):
            rows.append(Found(group))
            rows += [Found("", entry) for entry in members]
        return rows
    scored = []
    for entry in entries:
        fits = match(typed, entry.title, f"{entry.group} {entry.also}")
        if fits is not None:
            bonus = RECENT_BONUS if entry.key in recent else 0
            scored.append(_Scored(entry, fits._replace(score=fits.score + bonus)))
    scored.sort(key=lambda each: -each.match.score)
    rows = []
    for group in dict.fromkeys(each.entry.group for each in scored):
        rows.append(Found(group))
        rows += [
            Found("", each.entry, each.match.places) for each in scored if each.entry.group == group
        ]
    return rows


class _Model(QAbstractListModel):
    """The rows; what a screen reader hears of each."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[Found] = []

    def set_rows(self, rows: list[Found]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.rows[index.row()].entry is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return said(found)
        return None


def said(found: Found) -> str:
    """A row in words."""
    entry = found.entry
    if entry is None:
        return found.heading
    return ", ".join(part for part in (entry.title, entry.group, entry.keys) if part)


class _Delegate(QStyledItemDelegate):
    """Draws a heading in text3, or icon, title with its letters lit, and the shortcut."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        found: Found = index.model().rows[index.row()]
        return QSize(120, current().px(HEAD if found.entry is None else ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model: Any = index.model()
        found: Found = model.rows[index.row()]
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        view: Any = self.parent()
        painter.save()
        try:
            if found.entry is None:
                words = box.adjusted(12, 6, -12, 0)
                paint.draw_text(painter, words, found.heading, "caption", "3")
            else:
                chosen = view.currentIndex().row() == index.row()
                _draw_entry(painter, box, found, found.entry, chosen)
        finally:
            painter.restore()


def _draw_entry(
    painter: QPainter, box: QRectF, found: Found, entry: Entry, chosen: bool
) -> None:
    theme = current()
    painter.setRenderHint(paint.ANTIALIASED)
    if chosen:
        paint.draw_panel(painter, box.adjusted(2, 0, -2, 0), "selected", "", 8)
    side = theme.px(16)
    spot = QRectF(box.x() + 12, box.center().y() - side / 2, side, side)
    icons.draw(painter, spot, entry.icon, theme.color("accent_text" if chosen else "text2"))
    right = _draw_end(painter, box, found, entry)
    words = QRectF(spot.right() + 10, box.y(), right - spot.right() - 22, box.height())
    _draw_title(painter, words, entry.title, found.places)


def _draw_end(painter: QPainter, box: QRectF, found: Found, entry: Entry) -> float:
    """What stands at the right: shortcut, "is so already", the group of a recent one."""
    theme = current()
    right = box.right() - 12
    if entry.keys:
        wide, tall = paint.chip_width(entry.keys, "", True), paint.chip_height(True)
        spot = QRectF(right - wide, box.center().y() - tall / 2, wide, tall)
        paint.draw_chip(painter, spot, entry.keys, "line", "", small=True)
        right -= wide + 8
    if entry.on:
        side = theme.px(14)
        spot = QRectF(right - side, box.center().y() - side / 2, side, side)
        icons.draw(painter, spot, "check", theme.color("accent_text"))
        right -= side + 8
    if found.recent:
        wide = paint.text_width(entry.group, theme.font("caption"))
        words = QRectF(right - wide, box.y(), wide, box.height())
        paint.draw_text(painter, words, entry.group, "caption", "3", elide=False)
        right -= wide + 8
    return right


def _draw_title(painter: QPainter, box: QRectF, title: str, places: frozenset[int]) -> None:
    """The letters that were typed are strong and in accent."""
    if not places:
        paint.draw_text(painter, box, title, "body")
        return
    theme = current()
    x = box.x()
    for lit, letters in groupby(range(len(title)), key=places.__contains__):
        part = "".join(title[at] for at in letters)
        style, tone = ("strong", "accent") if lit else ("body", "text")
        wide = paint.text_width(part, theme.font(style))
        room = QRectF(QPointF(x, box.y()), box.bottomRight())
        paint.draw_text(painter, room, part, style, tone)
        x += wide
        if x >= box.right():
            return


class _List(Themed, QListView):
    """The rows; the cursor stays in the field, the pointer chooses."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette.list")
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setItemDelegate(_Delegate(self))
        self.begin_style()

    def restyle(self) -> None:
        self.setFont(current().font("body"))
        self.verticalScrollBar().setSingleStep(current().px(ROW))
        self.scheduleDelayedItemsLayout()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.setCurrentIndex(index)

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QListView.ScrollHint.EnsureVisible
    ) -> None:
        """With its heading, when it is the first of a group."""
        above = index.row() - 1
        model: Any = self.model()
        if above >= 0 and model.rows[above].entry is None:
            super().scrollTo(model.index(above), hint)
        super().scrollTo(index, hint)


class Palette(Overlay):
    """Everything one can do, in one list. ``done(key)`` before an entry is carried out."""

    done = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, dim=True)
        self.setObjectName("palette")
        self.setAccessibleName(self.tr("Commands"))
        self._entries: Sequence[Entry] = ()
        self._recent: Sequence[str] = ()
        self.surface = Floating(self, "sheet")
        self.edit = QLineEdit()
        self.edit.setObjectName("palette.edit")
        self.edit.setProperty("own_focus", True)
        self.edit.setPlaceholderText(self.tr("Search rooms and actions"))
        self.edit.setAccessibleName(self.tr("Search rooms and actions"))
        self.edit.textChanged.connect(self._typed)
        self.edit.installEventFilter(self)
        self.list = _List(self.tr("Rooms and actions"), self.surface)
        self._model = _Model(self)
        self.list.setModel(self._model)
        self.list.clicked.connect(lambda index: self._run(index.row()))
        self.list.selectionModel().currentChanged.connect(self._moved)
        self._nothing = Label("", "body", "2", align="center", elide=True)
        self._nothing.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        glass = Icon("magnifying-glass", "3", 18)
        head = row(glass, (self.edit, 1), margins=(18, 12, 18, 12), spacing=12)
        keys = (("↑ ↓", self.tr("choose")), ("Enter", self.tr("do it")), ("Esc", self.tr("close")))
        hints = row(margins=(18, 7, 18, 8), spacing=6)
        for at, (key, words) in enumerate(keys):
            hints.addSpacing(14 if at else 0)
            hints.addWidget(Label(key, "caption_strong", "2"))
            hints.addWidget(Label(words, "caption", "3"))
        hints.addStretch(1)
        self._head, self._foot = holder(head), holder(hints)
        body = holder(column((self.list, 1), self._nothing, margins=_BODY, spacing=0))
        self.surface.setLayout(
            column(self._head, Rule(), (body, 1), Rule(), self._foot, margins=MARGIN + 1, spacing=0)
        )

    def show_entries(self, entries: Sequence[Entry], recent: Sequence[str] = ()) -> None:
        """Open with these, the recent ones (their keys) first."""
        self._entries, self._recent = entries, recent
        self.edit.setFont(current().font("heading", 400))
        self.edit.clear()
        self._typed("")
        self.open()

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Some more that took a while to be read; what was typed and chosen stays."""
        chosen = self.chosen()
        self._entries = (*self._entries, *entries)
        self._typed(self.edit.text())
        for at, found in enumerate(self._model.rows):
            if chosen is not None and found.entry is not None and found.entry.key == chosen.key:
                self._choose(at)
                break

    def chosen(self) -> Entry | None:
        """What Enter would do."""
        at = self.list.currentIndex().row()
        return self._model.rows[at].entry if at >= 0 else None

    def titles(self) -> list[str]:
        """The titles listed now, in order."""
        return [found.entry.title for found in self._model.rows if found.entry is not None]

    # --- inside -------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        rows = arranged(self._entries, text, self._recent, self.tr("Recent"))
        self._model.set_rows(rows)
        self.list.setVisible(bool(rows))
        self._nothing.setText(self.tr("Nothing is called “{text}”").format(text=text.strip()))
        self._nothing.setVisible(not rows)
        if rows:
            self.list.scrollToTop()
            self._choose(1)
        else:
            self.edit.setAccessibleDescription(self._nothing.text())
        if self.isVisible():
            self.place()

    def _choose(self, at: int) -> None:
        self.list.setCurrentIndex(self._model.index(at))

    def _moved(self, index: QModelIndex) -> None:
        """Said by the field, which has the focus."""
        if index.isValid():
            self.edit.setAccessibleDescription(said(self._model.rows[index.row()]))

    def _step(self, by: int) -> None:
        """So many entries on, round at the ends by single steps; headings are passed over."""
        places = [at for at, found in enumerate(self._model.rows) if found.entry is not None]
        if not places:
            return
        here = self.list.currentIndex().row()
        at = (places.index(here) if here in places else 0) + by
        at = at % len(places) if abs(by) == 1 else min(max(at, 0), len(places) - 1)
        self._choose(places[at])

    def _run(self, at: int) -> None:
        entry = self._model.rows[at].entry if 0 <= at < len(self._model.rows) else None
        if entry is not None:
            self.close()
            self.done.emit(entry.key)
            entry.act()

    def place(self) -> None:
        wide = min(current().px(WIDTH), self.width() - 40)
        heights = (current().px(HEAD if each.entry is None else ROW) for each in self._model.rows)
        most = current().px(ROW) * ROWS_SHOWN
        body = min(sum(heights), most) if self._model.rows else current().px(3 * ROW)
        ends = self._head.sizeHint().height() + self._foot.sizeHint().height()
        chrome = ends + 2 + _BODY[1] + _BODY[3] + 2 * (MARGIN + 1)
        top = round(self.height() * _TOP_SHARE)
        tall = min(body + chrome, self.height() - top + MARGIN - 16)
        left = (self.width() - wide) // 2
        self.surface.setGeometry(left - MARGIN, top - MARGIN, wide + 2 * MARGIN, tall)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            key = Qt.Key(event.key())
            if key in _MOVES:
                self._step(_MOVES[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex().row())
                return True
        return super().eventFilter(watched, event)
