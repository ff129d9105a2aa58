"""``RowsModel``: a table model over frozen rows. It sorts on values, never on text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from lstwallet.ui.models.cells import Cell, said, tip
from lstwallet.ui.theme.plain import plain_tip

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Column(NamedTuple):
    """A column over rows of one type."""

    key: str
    title: str
    cell: Callable[[Any], Cell]
    sort: Callable[[Any], Any] | None = None
    """Value to sort by (``None`` values last); without it the column does not sort."""
    align: str = "left"
    width: int | None = None
    """Pixels at 100 %; without it as wide as the content needs."""
    stretch: int = 0
    """Share of the spare width."""
    optional: bool = False
    """Dropped first when the table is narrow."""


class RowsModel(QAbstractTableModel):
    """Rows are immutable; ``set_rows`` replaces them and resets only when it must."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Any] = (),
        *,
        key: Callable[[Any], Hashable] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """``key`` identifies a row across refreshes (its first field unless given)."""
        super().__init__(parent)
        self.columns = list(columns)
        self._key = key or (lambda row: row[0])
        self._given: list[Any] = list(rows)
        self._rows: list[Any] = list(rows)
        self._sorted: tuple[int, Qt.SortOrder] | None = None
        self.star: Callable[[Any], bool | None] | None = None
        """Whether a row is a favourite, which stands first however they are sorted; ``None``: it
        cannot be one."""

    # -- rows ----------------------------------------------------------------------

    def row(self, at: int) -> Any:
        """The row shown at a place."""
        return self._rows[at]

    def rows(self) -> list[Any]:
        """The rows in the order shown."""
        return list(self._rows)

    def find(self, key: Hashable) -> int:
        """Place of the row with a key, or -1."""
        return next((i for i, row in enumerate(self._rows) if self._key(row) == key), -1)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows: changed cells repaint, added or dropped ends move in or out, and
        only another order resets."""
        self._given = list(rows)
        new = self._in_order(self._given)
        old = self._rows
        if new == old:
            return
        old_keys = [self._key(row) for row in old]
        new_keys = [self._key(row) for row in new]
        if old_keys == new_keys:
            self._change(new)
        elif len(new_keys) > len(old_keys) and new_keys[: len(old_keys)] == old_keys:
            self._insert(new, len(old_keys), len(new_keys) - 1)
        elif len(new_keys) > len(old_keys) and old_keys and new_keys[-len(old_keys) :] == old_keys:
            self._insert(new, 0, len(new_keys) - len(old_keys) - 1)
        elif len(new_keys) < len(old_keys) and old_keys[: len(new_keys)] == new_keys:
            self.beginRemoveRows(_NOWHERE, len(new_keys), len(old_keys) - 1)
            self._rows = new
            self.endRemoveRows()
            self._repaint_all()
        else:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()

    def _change(self, new: list[Any]) -> None:
        changed = [i for i, (a, b) in enumerate(zip(self._rows, new, strict=True)) if a != b]
        self._rows = new
        last = len(self.columns) - 1
        self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))

    def _insert(self, new: list[Any], first: int, last: int) -> None:
        self.beginInsertRows(_NOWHERE, first, last)
        self._rows = new
        self.endInsertRows()
        self._repaint_all()

    def _repaint_all(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- sorting ---------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by the column's value; a negative column restores the order given."""
        if column >= 0 and self.columns[column].sort is None:
            return
        self._sorted = (column, order) if column >= 0 else None
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        before = [(index, self._key(self._rows[index.row()])) for index in held]
        self._rows = self._in_order(self._given)
        places = {self._key(row): at for at, row in enumerate(self._rows)}
        for index, key in before:
            self.changePersistentIndex(index, self.index(places.get(key, -1), index.column()))
        self.layoutChanged.emit()

    def sorted_by(self) -> tuple[int, Qt.SortOrder] | None:
        """Column and order in force."""
        return self._sorted

    def _in_order(self, rows: list[Any]) -> list[Any]:
        in_order = self._by_column(rows)
        star = self.star
        return in_order if star is None else sorted(in_order, key=lambda row: not star(row))

    def _by_column(self, rows: list[Any]) -> list[Any]:
        if self._sorted is None:
            return list(rows)
        column, order = self._sorted
        value = self.columns[column].sort
        assert value is not None
        known = [row for row in rows if value(row) is not None]
        unknown = [row for row in rows if value(row) is None]
        down = order == Qt.SortOrder.DescendingOrder
        return sorted(known, key=value, reverse=down) + unknown

    # -- Qt ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, index: Index) -> Cell:
        """The cell at an index."""
        return self.columns[index.column()].cell(self._rows[index.row()])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return said(self.cell(index))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(tip(self.cell(index))) or None
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.columns[section].title
        return None
