"""The one table model and the one table view."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.ui import theme
from lstwallet.ui.models.cells import (
    BarCell,
    ButtonsCell,
    ButtonSpec,
    ChipCell,
    SparkCell,
    Text,
    said,
)
from lstwallet.ui.models.rows import Column, RowsModel
from lstwallet.ui.models.table import ROW_ONE_LINE, TableView

DOWN = Qt.SortOrder.DescendingOrder
UP = Qt.SortOrder.AscendingOrder


class Row(NamedTuple):
    key: str
    amount: int
    apy: float | None = None


COLUMNS = [
    Column("name", "Position", lambda r: Text(r.key, "sub", "ETH"), lambda r: r.key, stretch=1),
    Column("amount", "Balance", lambda r: Text(f"{r.amount:,}", tip=str(r.amount)),
           lambda r: r.amount, "right"),
    Column("apy", "APY", lambda r: Text("–" if r.apy is None else f"{r.apy}%"),
           lambda r: r.apy, "right", optional=True),
    Column("state", "State", lambda r: ChipCell("Ready", "good")),
    Column("act", "", lambda r: ButtonsCell((
        ButtonSpec("claim", "Claim", "primary", enabled=r.amount > 0),
        ButtonSpec("details", "Details"))), align="right"),
]  # fmt: skip
ROWS = [Row("b", 100, 3.0), Row("a", 9, None), Row("c", 20, 10.0)]


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    """Heights are counted: not in the size of text that the test before left."""
    if theme.current().generation == 0 or theme.current().scale != 1:
        theme.apply(qapp, "light")


def keys(model: RowsModel) -> list[str]:
    return [row.key for row in model.rows()]


def test_the_model_keeps_qt_s_contract(qapp: QApplication) -> None:
    model = RowsModel(COLUMNS, ROWS)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in (ROWS, ROWS[:2], [*ROWS, Row("d", 1)], [Row("z", 1), *ROWS], ROWS[::-1], []):
        model.set_rows(rows)
        assert model.rows() == rows
        model.sort(1, DOWN)
        model.sort(-1)


def test_it_sorts_on_values_and_keeps_the_unknown_last(qapp: QApplication) -> None:
    model = RowsModel(COLUMNS, ROWS)
    model.sort(1, DOWN)
    assert keys(model) == ["b", "c", "a"]  # as text, 9 would come first
    model.sort(2, UP)
    assert keys(model) == ["b", "c", "a"]
    model.sort(2, DOWN)
    assert keys(model) == ["c", "b", "a"]
    model.sort(3, UP)  # a chip does not sort
    assert model.sorted_by() == (2, DOWN)
    model.sort(-1)
    assert keys(model) == ["b", "a", "c"]


def test_a_changed_row_repaints_only_itself(qapp: QApplication) -> None:
    model = RowsModel(COLUMNS, ROWS)
    resets, changes = QSignalSpy(model.modelReset), QSignalSpy(model.dataChanged)
    model.set_rows([ROWS[0], ROWS[1]._replace(amount=10), ROWS[2]])
    assert (resets.count(), changes.count()) == (0, 1)
    assert (changes.at(0)[0].row(), changes.at(0)[1].row()) == (1, 1)
    model.set_rows(model.rows())
    assert changes.count() == 1


def test_rows_added_at_an_end_move_in(qapp: QApplication) -> None:
    model = RowsModel(COLUMNS, ROWS)
    resets, inserts = QSignalSpy(model.modelReset), QSignalSpy(model.rowsInserted)
    model.set_rows([*ROWS, Row("d", 4)])
    model.set_rows([Row("e", 5), *ROWS, Row("d", 4)])
    assert (resets.count(), inserts.count()) == (0, 2)
    model.set_rows(ROWS)
    assert resets.count() == 1


def test_a_refresh_keeps_the_order_the_user_chose(qapp: QApplication) -> None:
    model = RowsModel(COLUMNS, ROWS)
    model.sort(1, UP)
    model.set_rows([Row("b", 1), Row("a", 9), Row("c", 20)])
    assert keys(model) == ["b", "a", "c"]


def test_every_kind_of_cell_is_said(qapp: QApplication) -> None:
    model = RowsModel(COLUMNS, ROWS)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(0, 0), role) == "b, sub"
    assert model.data(model.index(0, 3), role) == "Ready"
    assert model.data(model.index(0, 4), role) == "Claim, Details"
    assert model.data(model.index(0, 1), Qt.ItemDataRole.ToolTipRole) == "100"
    assert said(BarCell(0.5, "50%")) == "50%"
    assert said(SparkCell((1.0, None), "rising")) == "rising"
    assert said(None) == ""
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Balance"
    assert model.data(QModelIndex()) is None


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 5)), unique_by=lambda p: p[0]),
       st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 5)), unique_by=lambda p: p[0]),
       st.sampled_from([None, UP, DOWN]))  # fmt: skip
def test_any_refresh_shows_exactly_its_rows(
    before: list[tuple[str, int]], after: list[tuple[str, int]], order: Qt.SortOrder | None
) -> None:
    model = RowsModel(COLUMNS, [Row(*r) for r in before])
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    if order is not None:
        model.sort(1, order)
    model.set_rows([Row(*r) for r in after])
    shown = [row.amount for row in model.rows()]
    assert sorted(model.rows()) == sorted(Row(*r) for r in after)
    if order is not None:
        assert shown == sorted(shown, reverse=order == DOWN)


# -- the view ----------------------------------------------------------------------------


@pytest.fixture
def table(qtbot: QtBot) -> TableView:
    made = TableView(COLUMNS, row_height=ROW_ONE_LINE, fit=True, clickable=True, name="Positions")
    qtbot.addWidget(made)
    made.set_rows(ROWS)
    made.resize(700, made.sizeHint().height())
    made.show()
    QApplication.processEvents()
    return made


def test_the_table_is_as_tall_as_its_rows(table: TableView) -> None:
    assert table.sizeHint().height() == 24 + 3 * 38 + 2
    table.set_rows(ROWS[:1])
    assert table.sizeHint().height() == 24 + 38 + 2


def test_the_columns_fill_the_width(table: TableView) -> None:
    for wide in (700, 1000, 460):
        table.resize(wide, 200)
        QApplication.processEvents()
        shown = [i for i in range(len(COLUMNS)) if not table.isColumnHidden(i)]
        assert sum(table.columnWidth(i) for i in shown) == table.viewport().width()


def test_an_optional_column_drops_when_it_is_narrow(table: TableView) -> None:
    assert not table.isColumnHidden(2)
    table.resize(table.minimumSizeHint().width(), 200)
    QApplication.processEvents()
    assert table.isColumnHidden(2)
    assert not table.isColumnHidden(4)


def test_a_button_in_a_cell_is_pressed(qtbot: QtBot, table: TableView) -> None:
    pressed: list[tuple[str, str]] = []
    table.activated_cell.connect(lambda row, key: pressed.append((row.key, key)))
    for row, key in ((0, "claim"), (2, "details")):
        spot = table.button_rect(row, key).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert pressed == [("b", "claim"), ("c", "details")]


def test_a_disabled_button_does_nothing(qtbot: QtBot, table: TableView) -> None:
    table.set_rows([Row("empty", 0)])
    pressed: list[str] = []
    table.activated_cell.connect(lambda row, key: pressed.append(key))
    spot = table.button_rect(0, "claim").center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert pressed == []


def test_press_here_release_there_is_no_click(qtbot: QtBot, table: TableView) -> None:
    pressed: list[str] = []
    table.activated_cell.connect(lambda row, key: pressed.append(key))
    view = table.viewport()
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=table.button_rect(0, "claim").center())
    QTest.mouseRelease(view, left, pos=table.button_rect(1, "details").center())
    assert pressed == []


def test_rows_by_click_and_by_keyboard(qtbot: QtBot, table: TableView) -> None:
    pressed: list[tuple[str, str]] = []
    table.activated_cell.connect(lambda row, key: pressed.append((row.key, key)))
    spot = table.visualRect(table.rows_model.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    for _ in range(4):
        QTest.keyClick(table, Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_Return)  # the first button of the cell
    QTest.keyClick(table, Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_Return)  # the second
    assert pressed == [("a", "name"), ("c", "name"), ("c", "claim"), ("c", "details")]


def test_a_click_on_a_caption_sorts(qtbot: QtBot, table: TableView) -> None:
    header = table.horizontalHeader()
    spot = header.viewport().rect().center()
    spot.setX(header.sectionViewportPosition(1) + 10)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert keys(table.rows_model) == ["b", "c", "a"]
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert keys(table.rows_model) == ["a", "c", "b"]


def test_the_current_cell_stays_on_its_row(qtbot: QtBot, table: TableView) -> None:
    table.setCurrentIndex(table.rows_model.index(2, 1))
    table.set_rows([Row("x", 1), ROWS[2], Row("y", 2)])
    assert table.rows_model.row(table.currentIndex().row()).key == "c"


def test_a_large_table_paints_only_what_is_seen(qtbot: QtBot) -> None:
    asked: list[int] = []

    def cell(row: Row) -> Text:
        asked.append(1)
        return Text(row.key)

    table = TableView([Column("k", "Key", cell, width=120, stretch=1)], name="Activity")
    qtbot.addWidget(table)
    table.set_rows([Row(str(i), i) for i in range(20_000)])
    table.resize(400, 430)
    table.show()
    QApplication.processEvents()
    assert len(asked) < 500


class _Regions(QObject):
    """What of a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.seen: list[QRegion] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.seen.append(event.region())
        return False

    def shows(self, rect: QRect) -> bool:
        return any(region.intersects(rect) for region in self.seen)


def test_only_cells_that_look_different_are_painted_again(qtbot: QtBot, table: TableView) -> None:
    painted = _Regions(table.viewport())
    table.viewport().update()
    qtbot.waitUntil(lambda: bool(painted.seen))
    painted.seen.clear()
    table.set_rows([ROWS[0], ROWS[1]._replace(amount=8), ROWS[2]])
    qtbot.waitUntil(lambda: bool(painted.seen))

    def place(row: int, column: int) -> QRect:
        return table.visualRect(table.rows_model.index(row, column))

    assert painted.shows(place(1, 1))
    assert not painted.shows(place(1, 0))
    assert not painted.shows(place(0, 1))


def test_a_column_does_not_follow_every_digit(table: TableView) -> None:
    table.set_rows([ROWS[0]._replace(amount=123_456_789), *ROWS[1:]])
    wide = table.columnWidth(1)
    table.set_rows([ROWS[0]._replace(amount=111_456_789), *ROWS[1:]])
    assert table.columnWidth(1) == wide
    table.set_rows([ROWS[0]._replace(amount=123_456_789_123_456), *ROWS[1:]])
    assert table.columnWidth(1) > wide
