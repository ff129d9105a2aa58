"""What every chart offers around its plot: the table twin, saving, its menu."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTableView,
    QWidget,
)

from lstwallet.ui.charts.plot import Plot
from lstwallet.ui.charts.ticks import Scale, y_scale
from lstwallet.ui.theme import Themed, current, icons

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class _TwinModel(QAbstractTableModel):
    """The samples in words, the newest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._head: list[str] = []
        self._rows: list[list[str]] = []

    def set_table(self, head: list[str], rows: list[list[str]]) -> None:
        self.beginResetModel()
        self._head, self._rows = head, rows
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._head)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
            return right | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._head[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return right | Qt.AlignmentFlag.AlignVCenter
        return None


class ChartBase(Themed, QWidget):
    """A plot and its table twin. Subclasses give ``table`` and ``redraw``."""

    def __init__(self, name: str, y_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.plot = Plot(name, y_width)
        self._twin: QTableView | None = None
        self._stack = QStackedLayout()
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.plot)
        self.setLayout(self._stack)
        self.setFocusProxy(self.plot)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Head and rows of the table twin, in words."""
        raise NotImplementedError

    def values(self) -> tuple[list[str], list[list[str]]]:
        """Head and rows for a file: plain numbers and ISO times."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw with the theme in force."""
        raise NotImplementedError

    def y_axis(self, low: float, high: float) -> Scale:
        """Scale of the y axis for the height at hand: two to four steps, words inside."""
        height = max(40, self.plot.height() - current().px(28))
        words = 0.6 * current().line("caption")
        steps = min(max(2, height // current().px(34)), 4)
        return y_scale(low, high, steps, min(words / height, 0.15))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._styled_for != -1:
            self.redraw()

    def restyle(self) -> None:
        self.redraw()
        if self._twin is not None:
            self._dress_twin(self._twin)

    # -- the table twin -----------------------------------------------------------------------

    def shows_table(self) -> bool:
        """Whether the table twin is in view."""
        return self._twin is not None and self._stack.currentWidget() is self._twin

    def show_table(self, on: bool) -> None:
        """Show the numbers as a table, or the plot again."""
        if on:
            if self._twin is None:
                self._twin = self._make_twin()
                self._stack.addWidget(self._twin)
            self.fill_table()
            self._stack.setCurrentWidget(self._twin)
        else:
            self._stack.setCurrentWidget(self.plot)

    def fill_table(self) -> None:
        """Bring the twin up to date."""
        if self._twin is not None:
            head, rows = self.table()
            self._twin.model().set_table(head, rows[::-1])

    def _make_twin(self) -> QTableView:
        twin = QTableView(self)
        twin.setObjectName("plain")
        twin.setModel(_TwinModel(twin))
        twin.setAccessibleName(self.name)
        twin.setShowGrid(False)
        twin.verticalHeader().hide()
        twin.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        twin.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        twin.setTabKeyNavigation(False)
        twin.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        twin.viewport().setAutoFillBackground(False)
        self._dress_twin(twin)
        return twin

    def _dress_twin(self, twin: QTableView) -> None:
        twin.setFont(current().font("small"))
        twin.horizontalHeader().setFont(current().font("caption"))
        twin.verticalHeader().setDefaultSectionSize(current().px(28))

    # -- saving ----------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the chart: .png, .svg or .csv. Raises ``OSError``; ``ValueError`` for others."""
        kind = path.suffix.lower()
        if kind == ".png":
            if not self.picture(2.0).save(str(path)):
                raise OSError(f"could not write {path}")
        elif kind == ".svg":
            from pyqtgraph.exporters import SVGExporter

            SVGExporter(self.plot.getPlotItem()).export(str(path))
            if not path.exists():
                raise OSError(f"could not write {path}")
        elif kind == ".csv":
            head, rows = self.values()
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([head, *rows])
        else:
            raise ValueError(kind)

    def picture(self, scale: float) -> QPixmap:
        """The plot on the theme's surface, ``scale`` pixels a point."""
        image = QPixmap(self.plot.size() * scale)
        image.setDevicePixelRatio(scale)
        image.fill(QColor(current().color("surface")))
        with QPainter(image) as painter:
            QWidget.render(self.plot, painter, QPoint())
        return image

    def menu(self, parent: QWidget | None = None) -> QMenu:
        """Show as table, save as picture, save as data."""
        menu = QMenu(parent or self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self.shows_table()
        words = self.tr("Show as chart") if shown else self.tr("Show as table")
        twin = QAction(icons.icon("chart-line" if shown else "table"), words, menu)
        twin.triggered.connect(lambda _on=False: self.show_table(not shown))
        picture = QAction(icons.icon("image"), self.tr("Save as picture…"), menu)
        picture.triggered.connect(lambda _on=False: self.ask_save((".png", ".svg")))
        data = QAction(icons.icon("file-text"), self.tr("Save as CSV…"), menu)
        data.triggered.connect(lambda _on=False: self.ask_save((".csv",)))
        menu.addActions([twin, picture, data])
        return menu

    def ask_save(self, kinds: Sequence[str]) -> QFileDialog:
        """Ask for a file without an event loop of its own, then save."""
        dialog = QFileDialog(self, self.tr("Save {name}").format(name=self.name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{kind[1:].upper()} (*{kind})" for kind in kinds])
        dialog.setDefaultSuffix(kinds[0][1:])
        dialog.fileSelected.connect(lambda name: self._save_as(Path(name), kinds))
        dialog.open()
        return dialog

    def _save_as(self, typed: Path, kinds: Sequence[str]) -> None:
        """Save under the name that was typed, with a kind that can be written, and say so."""
        path = typed
        if typed.suffix.lower() not in kinds:
            path = typed.with_name(typed.name + kinds[0])
            if path.exists():  # the dialog has only asked about the name as it was typed
                text = self.tr("There is a file {path} already.").format(path=path)
                self._toast(self.tr("Not saved"), text, "bad")
                return
        try:
            self.save(path)
        except OSError:
            text = self.tr("{path} cannot be written. Choose another folder.").format(path=path)
            self._toast(self.tr("Not saved"), text, "bad")
        else:
            self._toast(self.tr("Saved"), str(path), "good")

    def _toast(self, title: str, text: str, tone: str) -> None:
        toast = getattr(self.window(), "toast", None)
        if toast is not None:
            toast(title, text, tone)
