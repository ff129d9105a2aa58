"""What every chart offers around its plot: the table twin, saving, its menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QBuffer,
    QIODevice,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTableView,
    QWidget,
)

from lstwallet.ui.charts.plot import Floats, Plot
from lstwallet.ui.charts.ticks import Scale, y_scale
from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.units.strict.tables import write_rows

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
KINDS: Final = (".png", ".svg", ".csv")
"""What a chart can be saved as."""
SHARPNESS: Final = 2.0
"""Pixels a point in a saved picture."""
_EDGE: Final = 16
_FLAT: Final = 24
"""So often a scale is doubled at most, until its words differ."""


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
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
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

    turned = Signal(bool)
    """The table twin is in view, or the plot again."""

    def __init__(self, name: str, y_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.setProperty("chart", True)
        self.plot = Plot(name, y_width)
        self._twin: QTableView | None = None
        self._stack = QStackedLayout(self)  # without an owner what is added flashes as a window
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.plot)
        self.setFocusProxy(self.plot)
        self._offer_menu(self.plot)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Head and rows of the table twin, in words."""
        raise NotImplementedError

    def values(self) -> tuple[list[str], list[list[str]]]:
        """Head and rows for a file: plain numbers and ISO times."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw with the theme in force."""
        raise NotImplementedError

    def set_name(self, name: str) -> None:
        """Another title: it is what a screen reader says, and what a file is called."""
        self.name = name
        self.plot.setAccessibleName(name)
        if self._twin is not None:
            self._twin.setAccessibleName(name)

    def y_axis(self, low: float, high: float, text: Callable[[float], str]) -> Scale:
        """Scale of the y axis for the height at hand: two to four steps, words inside.

        A line so flat that two ticks would read the same is shown on a wider scale, as flat
        as it is.
        """
        first = scale = self._scale(low, high)
        middle, half = (low + high) / 2, max((high - low) / 2, abs(high) * 1e-9, 1e-12)
        for _ in range(_FLAT):
            if len({text(tick) for tick in scale.ticks}) == len(scale.ticks):
                return scale
            half *= 2
            scale = self._scale(middle - half, middle + half)
        return first  # its words are all alike whatever they stand for: they are hidden

    def _scale(self, low: float, high: float) -> Scale:
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

    def summarise(self, begin: str, end: str, values: Floats) -> None:
        """Say the whole line in a sentence, for those who do not see it."""
        known = values[np.isfinite(values)]
        if not len(known):
            self.plot.set_summary("")
            return
        first, last, low, high = (
            self.said(float(each)) for each in (known[0], known[-1], known.min(), known.max())
        )
        text = self.tr("{begin} to {end}: from {first} to {last}, lowest {low}, highest {high}")
        self.plot.set_summary(
            text.format(begin=begin, end=end, first=first, last=last, low=low, high=high)
        )

    def said(self, value: float) -> str:
        """A value of the y axis in words."""
        raise NotImplementedError

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
            self.setFocusProxy(self._twin)
        else:
            self._stack.setCurrentWidget(self.plot)
            self.setFocusProxy(self.plot)
        self.turned.emit(on)

    def flip(self) -> None:
        """Table instead of plot, or the other way round; the focus comes along."""
        self.show_table(not self.shows_table())
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        self._offer_menu(twin)
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
            made = QBuffer()
            made.open(QIODevice.OpenModeFlag.WriteOnly)
            self.picture(SHARPNESS).save(made, "PNG")
            path.write_bytes(made.data().data())
        elif kind == ".svg":
            path.write_bytes(self.drawing())
        elif kind == ".csv":
            path.write_text(self.csv(), encoding="utf-8", newline="")
        else:
            raise ValueError(kind)

    def csv(self) -> str:
        """The samples as a file for a spreadsheet: equal for equal samples, and no cell of it
        is taken for a formula."""
        head, rows = self.values()
        numbers = "".join(",".join(row) + "\n" for row in rows)  # a minus is no formula there
        return write_rows([head]) + numbers

    def _picture_size(self) -> QSize:
        plot = self.plot.size()
        return QSize(plot.width() + 2 * _EDGE, plot.height() + 2 * _EDGE + current().px(30))

    def picture(self, scale: float) -> QPixmap:
        """The chart with its title on the theme's surface, ``scale`` pixels a point."""
        image = QPixmap(self._picture_size() * scale)
        image.setDevicePixelRatio(scale)
        image.fill(current().color("surface"))
        with QPainter(image) as painter:
            self._draw(painter)
        return image

    def drawing(self) -> bytes:
        """The same as vectors (SVG)."""
        from PySide6.QtSvg import QSvgGenerator

        size, file = self._picture_size(), QBuffer()
        made = QSvgGenerator()
        made.setOutputDevice(file)
        made.setSize(size)
        made.setViewBox(QRectF(0, 0, size.width(), size.height()))
        made.setTitle(self.name)
        with QPainter(made) as painter:
            painter.fillRect(QRectF(0, 0, size.width(), size.height()), current().color("surface"))
            self._draw(painter)
        return bytes(file.data().data())

    def _draw(self, painter: QPainter) -> None:
        """Title and plot. The plot is rendered as it is on the screen, without a crosshair
        that somebody points with."""
        high = current().px(30)
        box = QRectF(_EDGE, _EDGE, self.plot.width(), current().line("heading"))
        paint.draw_text(painter, box, self.name, "heading")
        self.plot.point_at(None)
        painter.translate(_EDGE, _EDGE + high)
        QWidget.render(self.plot, painter, QPoint())

    def menu(self, parent: QWidget | None = None) -> QMenu:
        """Show as table, save as picture, save as data."""
        menu = QMenu(parent or self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self.shows_table()
        words = self.tr("Show as chart") if shown else self.tr("Show as table")
        twin = QAction(icons.icon("chart-line" if shown else "table"), words, menu)
        twin.triggered.connect(lambda _on=False: self.flip())
        menu.addAction(twin)
        menu.addSeparator()
        saved = {
            ".png": (self.tr("Save as PNG…"), "image"),
            ".svg": (self.tr("Save as SVG…"), "pen-nib"),
            ".csv": (self.tr("Save as CSV…"), "file-text"),
        }
        for kind, (text, icon) in saved.items():
            action = QAction(icons.icon(icon), text, menu)
            action.triggered.connect(lambda _on=False, k=kind: self.ask_save((k,)))
            menu.addAction(action)
        return menu

    def _offer_menu(self, part: QWidget) -> None:
        """The same menu under the right button and the menu key."""
        part.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        part.customContextMenuRequested.connect(
            lambda spot: self.menu().popup(part.mapToGlobal(spot))
        )

    def file_name(self, kind: str) -> str:
        """What the file is called unless the user says otherwise: ``net-worth.png``."""
        words = re.sub(r"[^\w]+", "-", self.name.lower()).strip("-")
        return f"{words or 'chart'}{kind}"

    def ask_save(self, kinds: Sequence[str]) -> QFileDialog:
        """Ask for a file without an event loop of its own, then save."""
        dialog = QFileDialog(self, self.tr("Save {name}").format(name=self.name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{kind[1:].upper()} (*{kind})" for kind in kinds])
        dialog.setDefaultSuffix(kinds[0][1:])
        dialog.selectFile(self.file_name(kinds[0]))
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
