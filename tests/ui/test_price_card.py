"""The card with a price over time: what it draws of many samples, ranges, the table twin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from lstwallet.readmodel.samples import Series
from lstwallet.ui.pages.price_card import MOST_POINTS, thinned
from lstwallet.units.clock import DAY, HOUR
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

START = 1_700_000_000 // DAY * DAY


def hourly(hours: int, end: int = 0) -> Series:
    at = [START + hour * HOUR for hour in range(hours)] + ([START + end] if end else [])
    return Series(at, {"price": list(range(len(at)))})


def test_few_samples_are_drawn_as_they_are() -> None:
    few = hourly(MOST_POINTS)
    assert thinned(few) is few


def test_many_samples_are_thinned_and_stay_where_they_are() -> None:
    month = thinned(hourly(30 * 24))
    assert MOST_POINTS / 2 <= len(month.at) <= MOST_POINTS * 1.5
    assert month.columns["price"] == [(at - START) // HOUR for at in month.at]
    later = thinned(hourly(30 * 24, end=30 * DAY + 90))
    assert later.at[-1] == START + 30 * DAY + 90
    assert len(set(later.at) & set(month.at)) >= len(month.at) - 2


def test_a_sparse_year_is_thinned_too() -> None:
    at = [START + day * 5 * HOUR for day in range(1_752)]
    year = thinned(Series(at, {"price": [1] * len(at)}))
    assert len(year.at) <= MOST_POINTS * 1.5
    assert (year.at[0], year.at[-1]) == (at[0], at[-1])


def test_ranges_and_the_table_twin(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, FUNDED, days=12, flows=True, room="swap")
    page = window.page("swap")
    assert page is not None
    card, you = page.chart, Driver(qtbot, window)

    def span() -> float:
        series = card.chart.series()
        return series[0].xs[-1] - series[0].xs[0] if series else 0

    qtbot.waitUntil(lambda: span() >= 11 * DAY, timeout=60_000)
    you.press(card.ranges.button(7))
    qtbot.waitUntil(lambda: 6 * DAY < span() <= 7 * DAY + 3 * HOUR, timeout=60_000)
    you.click("swap.chart.table")
    table = card.findChild(QTableView)
    assert table is not None
    assert table.isVisible()
    assert table.model().rowCount() == len(card.chart.series()[0].xs)
    you.click("swap.chart.table")
    assert not table.isVisible()


def test_without_history_it_says_how_it_begins(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, FUNDED, room="swap")
    Driver(qtbot, window).sees("No history yet")
