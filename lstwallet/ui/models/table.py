"""``TableView``: the table of LOOK, drawn by a delegate.

Caption header in text3, rules between rows only, two-line rows of 43 px or one-line rows of
34 to 38, text left, numbers right. Everything is reached by arrows and Enter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from lstwallet.ui.models import cells
from lstwallet.ui.models.cells import ButtonsCell, Cell
from lstwallet.ui.models.rows import Column, RowsModel
from lstwallet.ui.theme import Themed, current, icons, paint

Index = QModelIndex | QPersistentModelIndex
ROW_TWO_LINES = 43
ROW_ONE_LINE = 38
ROW_DENSE = 34
HEADER = 24
MEASURED = 60
"""Rows whose content the columns' widths go by."""
INSET = 10
"""Right of the last column where the table scrolls itself: its bar stands there."""
SLACK, ROOM = 24, 8
"""A column keeps its width until it is so much too wide, or grows by more than it must."""
AT_ONCE = 9
"""So many changed cells are painted in one turn of the event loop; the rest in the next."""


class _Delegate(QStyledItemDelegate):
    """Draws a cell; the view knows what is hot."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self._view
        column = view.rows_model.columns[index.column()]
        painter.save()
        try:
            box = QRectF(option.rect)  # type: ignore[attr-defined]
            view.draw_behind(painter, box, index)
            hot, down = view.hot_button(index)
            cell = view.rows_model.cell(index)
            view.note_painted(index, cell)
            cells.draw(
                painter, view.content_box(box, index.column()), cell, column.align, hot, down
            )
        finally:
            painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell = self._view.rows_model.cell(index)
        return QSize(cells.width(cell), self._view.row_height())


class _Header(QHeaderView):
    """Captions in text3 over one rule; a caret shows what sorts."""

    def __init__(self, view: TableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(20)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setStretchLastSection(False)

    def sizeHint(self) -> QSize:
        return QSize(100, current().px(HEADER))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            for section in range(self.count()):
                if self.isSectionHidden(section):
                    continue
                x = self.sectionViewportPosition(section)
                box = QRectF(x, 0, self.sectionSize(section), self.height() - 1)
                self._draw(painter, self._view.content_box(box, section), section)
            left, right = self._view.edges()
            paint.rule(painter, left, self.height() - 1, right)

    def _draw(self, painter: QPainter, box: QRectF, section: int) -> None:
        model = self._view.rows_model
        column = model.columns[section]
        state = model.sorted_by()
        theme = current()
        font = theme.font("caption")
        if state and state[0] == section:
            down = state[1] == Qt.SortOrder.DescendingOrder
            wide = paint.text_width(column.title, font)
            x = box.right() - 10 if column.align == "right" else box.x() + wide + 3
            spot = QRectF(x, box.center().y() - 5, 10, 10)
            name = "caret-down" if down else "caret-up"
            icons.draw(painter, spot, name, theme.color("text2"))
            if column.align == "right":
                box = box.adjusted(0, 0, -13, 0)
        paint.draw_text(painter, box, column.title, "caption", "3", column.align, elide=False)


class TableView(Themed, QTableView):
    """A table over a ``RowsModel``.

    ``activated_cell(row, key)``: a button was pressed (its key), or a row of a ``clickable``
    table was clicked or Enter pressed on it (the column's key). ``row`` is the row itself.
    """

    activated_cell = Signal(object, str)
    sorted = Signal()
    """The user sorted it, by a click on a caption or Shift+Enter in a column."""
    starred = Signal(object, bool)
    """A row is to be a favourite, or no longer one: chosen from its menu."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        key: Callable[[Any], Hashable] | None = None,
        row_height: int = ROW_TWO_LINES,
        clickable: bool = False,
        fit: bool = False,
        gap: int = 18,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``fit``: as tall as its rows, the page scrolls; otherwise the table scrolls itself."""
        super().__init__(parent)
        self.rows_model = RowsModel(columns, key=key, parent=self)
        self._row, self._clickable, self._fit, self._gap = row_height, clickable, fit, gap
        self._inset = 0 if fit else INSET
        self._hover = QPoint(-1, -1)
        self._hot = -1
        self._down = False
        self._focus_button = 0
        self._menu_of: Callable[[Any], QMenu | None] | None = None
        self._dropped: frozenset[str] = frozenset()
        self._painted: dict[tuple[int, int], Cell] = {}
        self._placed: tuple[Any, ...] = ()
        self._held: list[int] = []
        self._waiting: list[tuple[int, int]] = []
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._repaint_some)
        self._set_up(name)
        self.setModel(self.rows_model)
        self.rows_model.modelReset.connect(self._rows_changed)
        self.rows_model.rowsInserted.connect(self._rows_changed)
        self.rows_model.rowsRemoved.connect(self._rows_changed)
        self.rows_model.layoutChanged.connect(self._painted.clear)
        self.begin_style()

    def _set_up(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setProperty("own_focus", True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.viewport().setAutoFillBackground(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = _Header(self)
        header.sectionClicked.connect(self._sort)
        self.setHorizontalHeader(header)
        self.setItemDelegate(_Delegate(self))
        if self._fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.row_height())
        self.horizontalHeader().setFixedHeight(current().px(HEADER))
        self._rows_changed()

    # -- rows --------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows; the current cell stays on its row."""
        here = self.currentIndex()
        kept = self.rows_model._key(self.rows_model.row(here.row())) if here.isValid() else None
        self.rows_model.set_rows(rows)
        if kept is not None and not self.currentIndex().isValid():
            at = self.rows_model.find(kept)
            if at >= 0:
                self.setCurrentIndex(self.rows_model.index(at, here.column()))

    def set_star(self, star: Callable[[Any], bool | None]) -> None:
        """Rows have a menu that makes them favourites; see ``RowsModel.star``."""
        self.rows_model.star = star

    def set_menu(self, made: Callable[[Any], QMenu | None]) -> None:
        """Rows have a menu of the page's own; ``made`` gives it for a row."""
        self._menu_of = made

    def row_menu(self, row: Any) -> QMenu | None:
        """What can be done with a row beside pressing it; ``None``: nothing."""
        if self._menu_of is not None:
            return self._menu_of(row)
        star = self.rows_model.star(row) if self.rows_model.star is not None else None
        if star is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = self.tr("Remove from favourites") if star else self.tr("Add to favourites")
        action = QAction(icons.icon("star-fill" if star else "star"), words, menu)
        action.triggered.connect(lambda _on=False: self.starred.emit(row, not star))
        menu.addAction(action)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the right button under the pointer, by the menu key on the current row."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.viewport().mapFromGlobal(event.globalPos())
        index = self.currentIndex() if by_key else self.indexAt(at)
        menu = self.row_menu(self.rows_model.row(index.row())) if index.isValid() else None
        if menu is None:
            super().contextMenuEvent(event)
            return
        if by_key:
            at = self.visualRect(index).bottomLeft()
        menu.popup(self.viewport().mapToGlobal(at))
        event.accept()

    def look_again(self) -> None:
        """Repaint cells that look different now, whether their rows have changed or not."""
        shown = self._cells()
        self._place_columns(shown)
        self._repaint(shown)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Rows changed: only cells that look different are painted again."""
        if QAccessible.isActive():
            super().dataChanged(first, last, roles)  # type: ignore[arg-type]
        self.look_again()

    def note_painted(self, index: Index, cell: Cell) -> None:
        """The delegate has drawn this cell."""
        self._painted[index.row(), index.column()] = cell

    def _cells(self) -> list[list[Cell]]:
        """The first rows as they should look: what the columns' widths go by."""
        columns = self.rows_model.columns
        return [[each.cell(row) for each in columns] for row in self.rows_model.rows()[:MEASURED]]

    def _repaint(self, shown: list[list[Cell]]) -> None:
        """Those cells in view that are not what was painted there."""
        model = self.rows_model
        columns = [i for i in range(len(model.columns)) if not self.isColumnHidden(i)]
        lowest = self.rowAt(self.viewport().height() - 1)
        last = model.rowCount() - 1 if lowest < 0 else lowest
        changed = []
        for row in range(max(self.rowAt(0), 0), last + 1):
            known = shown[row] if row < len(shown) else None
            for i in columns:
                cell = known[i] if known else model.columns[i].cell(model.row(row))
                if self._painted.get((row, i), self) != cell:
                    changed.append((row, i))
        self._waiting = changed
        self._repaint_some()

    def _repaint_some(self) -> None:
        some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        for row, column in some:
            self.viewport().update(self.visualRect(self.rows_model.index(row, column)))
        if self._waiting:
            self._next.start(0)

    def row_height(self) -> int:
        """Height of a row, rule included."""
        return current().px(self._row)

    def _rows_changed(self) -> None:
        self._painted.clear()
        self._waiting.clear()
        self._held = []
        self._place_columns()
        self.updateGeometry()

    def _sort(self, section: int) -> None:
        model = self.rows_model
        if model.columns[section].sort is None:
            return
        state = model.sorted_by()
        down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        if state is None or state[0] != section:
            model.sort(section, down if model.columns[section].align == "right" else up)
        else:
            model.sort(section, up if state[1] == down else down)
        self.horizontalHeader().viewport().update()
        self.sorted.emit()

    def sort_state(self) -> str:
        """What sorts, in a word that can be kept: ``value down``; empty for the order given."""
        state = self.rows_model.sorted_by()
        if state is None:
            return ""
        down = state[1] == Qt.SortOrder.DescendingOrder
        return f"{self.rows_model.columns[state[0]].key} {'down' if down else 'up'}"

    def restore_sort(self, state: str) -> None:
        """Sort as it was; a column that is gone, or does not sort, changes nothing."""
        key, _, way = state.partition(" ")
        orders = {"down": Qt.SortOrder.DescendingOrder, "up": Qt.SortOrder.AscendingOrder}
        for section, column in enumerate(self.rows_model.columns):
            if column.key == key and way in orders:
                self.rows_model.sort(section, orders[way])

    def drop(self, *keys: str) -> None:
        """Leave these optional columns out, whatever room there is."""
        self._dropped = frozenset(keys)
        self._place_columns()

    # -- geometry ------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        rows = self.rows_model.rowCount()
        height = current().px(HEADER) + self.row_height() * rows
        return QSize(self._wanted(), height + 2 if self._fit else max(height, 160))

    def minimumSizeHint(self) -> QSize:
        required = [i for i, c in enumerate(self.rows_model.columns) if not c.optional]
        narrow = sum(self._least(i, self._natural(i)) + self._gap for i in required)
        narrow += self._inset - self._gap  # nothing stands right of the last one
        height = self.sizeHint().height() if self._fit else current().px(HEADER) + self.row_height()
        return QSize(narrow, height)

    def edges(self) -> tuple[float, float]:
        """Left and right end of the rules."""
        return 0.0, float(self.viewport().width())

    def content_box(self, box: QRectF, section: int) -> QRectF:
        """Where a section's content stands inside it: the gap lies to its right."""
        last = section == self._last_section()
        return box.adjusted(0, 0, -self._inset if last else -self._gap, 0)

    def _last_section(self) -> int:
        shown = [i for i in range(len(self.rows_model.columns)) if not self.isColumnHidden(i)]
        return shown[-1] if shown else 0

    def _natural(self, section: int, shown: list[list[Cell]] | None = None) -> int:
        column = self.rows_model.columns[section]
        title = paint.text_width(column.title, current().font("caption"))
        wide = round(title) + (14 if column.sort else 2)
        if column.width is not None:
            return max(wide, current().px(column.width))
        if shown is not None:
            return max([wide, *(cells.width(row[section]) for row in shown)])
        rows = self.rows_model.rows()[:MEASURED]
        return max([wide, *(cells.width(column.cell(row)) for row in rows)])

    def _steady(self, natural: list[int]) -> list[int]:
        """Widths that do not follow every digit: a column that moves repaints the table."""
        held = self._held
        if len(held) == len(natural):
            natural = [
                have if 0 <= have - want < SLACK else want + ROOM if want > have else want
                for have, want in zip(held, natural, strict=True)
            ]
        self._held = natural
        return natural

    def _least(self, section: int, natural: int) -> int:
        """A stretching column of text may be elided; the others need their room."""
        column = self.rows_model.columns[section]
        return min(natural, current().px(96)) if column.stretch else natural

    def _wanted(self) -> int:
        return sum(self._natural(i) + self._gap for i in range(len(self.rows_model.columns)))

    def _place_columns(self, cells_now: list[list[Cell]] | None = None) -> None:
        columns = self.rows_model.columns
        room = self.viewport().width()
        if room <= 0 or not columns:
            return
        natural = self._steady([self._natural(i, cells_now) for i in range(len(columns))])
        wanted = (room, natural, self._dropped, current().generation)
        if wanted == self._placed:
            return
        self._placed = wanted
        shown = [i for i, column in enumerate(columns) if column.key not in self._dropped]
        least = {i: self._least(i, natural[i]) + self._gap for i in shown}
        for i in [i for i in reversed(shown) if columns[i].optional]:
            if sum(least[j] for j in shown) - self._gap + self._inset <= room:
                break
            shown.remove(i)
        for i in range(len(columns)):
            self.setColumnHidden(i, i not in shown)
        least[shown[-1]] -= self._gap - self._inset
        spare = room - sum(least[i] for i in shown)
        for i in shown:
            if columns[i].stretch and spare > 0:
                more = min(spare, max(0, natural[i] - self._least(i, natural[i])))
                least[i] += more
                spare -= more
        shares = sum(columns[i].stretch for i in shown)
        left = spare
        for i in shown:
            extra = round(spare * columns[i].stretch / shares) if shares and spare > 0 else 0
            extra = min(extra, left) if spare > 0 else 0
            left -= extra
            self.setColumnWidth(i, max(20, least[i] + extra))
        if spare > 0 and (left or not shares):
            self.setColumnWidth(shown[-1], self.columnWidth(shown[-1]) + left)
        self.horizontalHeader().viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_columns()

    # -- drawing ---------------------------------------------------------------------------

    def draw_behind(self, painter: QPainter, box: QRectF, index: Index) -> None:
        """Row background, focus and the rule under the row."""
        theme = current()
        row = index.row()
        focused = self.hasFocus() and self.currentIndex().row() == row
        hovered = self._clickable and self._hover.y() == row
        if focused or hovered:
            painter.fillRect(box, theme.color("selected" if focused else "hover"))
        if row < self.rows_model.rowCount() - 1:
            paint.rule(painter, box.x(), box.bottom() - 1, box.right())
        here = focused and self.currentIndex().column() == index.column()
        if here and not isinstance(self.rows_model.cell(index), ButtonsCell):
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(paint.NO_BRUSH)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -2), 4, 4)

    def hot_button(self, index: Index) -> tuple[int, bool]:
        """Index of the lit button in a cell (-1 for none) and whether it is held down."""
        if self._hover == QPoint(index.column(), index.row()):
            return self._hot, self._down
        here = self.currentIndex()
        if self.hasFocus() and here.row() == index.row() and here.column() == index.column():
            return self._focus_button, False
        return -1, False

    def _button_at(self, position: QPoint) -> tuple[QModelIndex, int]:
        index = self.indexAt(position)
        if not index.isValid():
            return index, -1
        cell = self.rows_model.cell(index)
        if not isinstance(cell, ButtonsCell):
            return index, -1
        box = self.content_box(QRectF(self.visualRect(index)), index.column())
        for at, spot in enumerate(cells.button_boxes(cell, box)):
            if spot.contains(position):
                return index, at if cell.buttons[at].enabled else -1
        return index, -1

    def button_rect(self, row: int, key: str) -> QRect:
        """Where a button stands in the viewport; empty if there is none. For tests and tours."""
        for column in range(len(self.rows_model.columns)):
            index = self.rows_model.index(row, column)
            cell = self.rows_model.cell(index)
            if isinstance(cell, ButtonsCell):
                box = self.content_box(QRectF(self.visualRect(index)), column)
                for spec, spot in zip(cell.buttons, cells.button_boxes(cell, box), strict=True):
                    if spec.key == key:
                        return spot.toRect()
        return QRect()

    # -- mouse and keys ----------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index, hot = self._button_at(event.position().toPoint())
        hover = QPoint(index.column(), index.row()) if index.isValid() else QPoint(-1, -1)
        if (hover, hot) != (self._hover, self._hot):
            self._hover, self._hot = hover, hot
            active = hot >= 0 or (self._clickable and index.isValid())
            shape = Qt.CursorShape.PointingHandCursor if active else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover, self._hot = QPoint(-1, -1), -1
        self.viewport().update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            index, self._hot = self._button_at(event.position().toPoint())
            self._hover = QPoint(index.column(), index.row())
            self._down = True
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not self._down:
            return
        self._down = False
        self.viewport().update()
        index, hot = self._button_at(event.position().toPoint())
        if index.isValid() and self._hover == QPoint(index.column(), index.row()):
            self._activate(index, hot)

    def _activate(self, index: QModelIndex, button: int) -> None:
        row = self.rows_model.row(index.row())
        cell = self.rows_model.cell(index)
        if isinstance(cell, ButtonsCell):
            if 0 <= button < len(cell.buttons) and cell.buttons[button].enabled:
                self.activated_cell.emit(row, cell.buttons[button].key)
        elif self._clickable:
            self.activated_cell.emit(row, self.rows_model.columns[index.column()].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        here = self.currentIndex()
        cell = self.rows_model.cell(here) if here.isValid() else None
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if here.isValid() and enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._sort(here.column())
            return
        if here.isValid() and (enter or key == Qt.Key.Key_Space):
            self._activate(here, self._focus_button)
            return
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        if step and isinstance(cell, ButtonsCell):
            at = self._focus_button + step
            if 0 <= at < len(cell.buttons):
                self._focus_button = at
                self.viewport().update()
                return
        self._focus_button = 0
        super().keyPressEvent(event)
        self.viewport().update()

    def focusInEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows_model.rowCount():
            self.setCurrentIndex(self.rows_model.index(0, 0))
        self.viewport().update()

    def wheelEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if self._fit:
            event.ignore()
        else:
            super().wheelEvent(event)
