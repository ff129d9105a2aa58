"""Charts: axes, gaps, crosshair, ranges, the table twin and what is saved."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from subprocess import run
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from lstwallet.ui import theme
from lstwallet.ui.charts.curve import CurveChart
from lstwallet.ui.charts.line import LineChart, Series, as_floats, date_words, moment_words
from lstwallet.ui.charts.ticks import DAY, HOUR, nice_step, time_ticks, y_scale

NOW = 1_760_432_400  # Tue 14 Oct 2025, 09:00 UTC
HOURS = [NOW - HOUR * i for i in range(720)][::-1]


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:
    theme.apply(qapp, "light")


@pytest.fixture
def chart(qtbot: QtBot) -> LineChart:
    made = LineChart("Net worth", lambda v: f"${v:,.2f}")
    qtbot.addWidget(made)
    made.resize(640, 260)
    made.show()
    made.set_series([Series("Net worth", "s1", HOURS, [200_000 + i for i in range(720)])], "area")
    made.flush()
    QApplication.processEvents()
    return made


# -- ticks -------------------------------------------------------------------------------


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 6))
def test_the_y_axis_holds_the_data(low: float, span: float, most: int) -> None:
    scale = y_scale(low, low + span, most)
    assert scale.low <= low
    assert scale.high >= low + span
    assert 1 <= len(scale.ticks) <= most + 2
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


def test_a_flat_line_has_a_scale() -> None:
    scale = y_scale(5.0, 5.0)
    assert scale.low < 5 < scale.high
    assert y_scale(0.0, 0.0).high > 0


@pytest.mark.parametrize(
    ("span", "most", "step"), [(10, 4, 2.5), (100, 5, 20), (0.8, 4, 0.2), (7, 4, 2)]
)
def test_steps_are_round(span: float, most: int, step: float) -> None:
    assert nice_step(span, most) == pytest.approx(step)


@given(st.integers(0, 2_000_000_000), st.integers(HOUR, 4000 * DAY), st.integers(2, 6))
def test_time_ticks_are_few_inside_and_in_order(start: int, span: int, most: int) -> None:
    ticks, step = time_ticks(start, start + span, most)
    assert len(ticks) <= most + 1
    assert list(ticks) == sorted(set(ticks))
    assert all(start <= tick <= start + span for tick in ticks)
    assert step >= HOUR
    assert all(tick % HOUR == 0 for tick in ticks)


def test_weeks_start_on_monday_and_months_on_the_first() -> None:
    ticks, step = time_ticks(NOW - 30 * DAY, NOW, 5)
    assert step == 7 * DAY
    QLocale.setDefault(QLocale(QLocale.Language.English))
    assert [date_words(t, step) for t in ticks] == ["15 Sep", "22 Sep", "29 Sep", "6 Oct", "13 Oct"]
    ticks, step = time_ticks(NOW - 365 * DAY, NOW, 5)
    assert [date_words(t, step) for t in ticks] == ["Jan 2025", "Apr 2025", "Jul 2025", "Oct 2025"]


def test_dates_speak_the_language_in_force() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.Chinese))
    try:
        assert date_words(NOW, 7 * DAY) == "10月14日"
        assert moment_words(NOW) == "2025年10月14日 09:00"
    finally:
        QLocale.setDefault(QLocale(QLocale.Language.English))
    assert moment_words(NOW) == "Tue 14 Oct 2025 09:00"


# -- the line chart ----------------------------------------------------------------------


def test_what_is_unknown_or_infinite_is_a_gap() -> None:
    values = as_floats([1.0, None, float("inf"), float("nan"), 2.0])
    assert np.isnan(values).tolist() == [False, True, True, True, False]


def test_a_gap_is_not_bridged(qtbot: QtBot) -> None:
    made = LineChart("Health", lambda v: f"{v:.1f}")
    qtbot.addWidget(made)
    made.resize(640, 260)
    made.show()
    values: list[float | None] = [1.5] * 720
    values[240:480] = [None] * 240
    made.set_series([Series("Health", "s1", HOURS, values)])
    made.flush()
    QApplication.processEvents()
    image = made.grab().toImage()
    line = theme.current().color("s1")
    y = round(made.plot.to_pixels(HOURS[0], 1.5).y())

    def inked(at: int) -> bool:
        x = round(made.plot.to_pixels(HOURS[at], 1.5).x())
        return any(
            abs(image.pixelColor(x, y + dy).red() - line.red()) < 60
            and image.pixelColor(x, y + dy).blue() > 180
            and image.pixelColor(x, y + dy).red() < 120
            for dy in (-1, 0, 1)
        )

    assert inked(100)
    assert not inked(360)
    assert inked(600)


def test_the_crosshair_by_arrow_keys(qtbot: QtBot, chart: LineChart) -> None:
    seen: list[int | None] = []
    chart.pointed.connect(seen.append)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right):
        QTest.keyClick(chart.plot, key)
    QTest.keyClick(chart.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert seen == [719, 714, 0, 5, 6]
    assert chart.plot.readout.isVisible()
    assert [text for text, _, _ in chart.plot.readout.lines()] == [
        "Sun 14 Sep 2025 16:00", "$200,006.00",
    ]  # fmt: skip
    assert "$200,006.00" in chart.plot.accessibleDescription()
    QTest.keyClick(chart.plot, Qt.Key.Key_Escape)
    assert not chart.plot.readout.isVisible()


def test_the_crosshair_by_mouse(qtbot: QtBot, chart: LineChart) -> None:
    spot = chart.plot.to_pixels(HOURS[400], 200_400).toPoint()
    QTest.mouseMove(chart.plot.viewport(), spot)
    at = chart.plot.pointed_at()
    assert at is not None
    assert abs(at - 400) <= 2


def test_the_readout_stays_inside_and_off_the_line(chart: LineChart) -> None:
    for at in (0, 100, 360, 600, 719):
        chart.plot.point_at(at)
        card = chart.plot.readout.geometry()
        assert chart.plot.rect().contains(card)
        assert chart.plot._crossed(card.toRectF()) == 0


def test_a_range_shows_the_last_of_it_and_y_follows(chart: LineChart) -> None:
    whole = chart.plot.getViewBox().viewRange()
    chart.set_span(DAY)
    (left, right), (low, high) = chart.plot.getViewBox().viewRange()
    assert left == NOW - DAY
    assert right > NOW
    assert high - low < 0.2 * (whole[1][1] - whole[1][0])
    assert low <= 200_695 <= high
    chart.set_span(None)
    assert chart.plot.getViewBox().viewRange()[0] == pytest.approx(whole[0])


def test_the_threshold_is_always_in_range(chart: LineChart) -> None:
    chart.set_series([Series("Health", "s1", HOURS, [1.6] * 720)])
    chart.set_threshold(1.0)
    chart.flush()
    chart._draw_now()
    _, (low, high) = chart.plot.getViewBox().viewRange()
    assert low < 1.0 < 1.6 < high


def test_fast_time_redraws_at_most_five_times_a_second(
    qtbot: QtBot, chart: LineChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    real = chart.redraw
    monkeypatch.setattr(chart, "redraw", lambda: (drawn.append(1), real()))
    for step in range(200):
        chart.set_series([Series("Net worth", "s1", HOURS, [float(step)] * 720)])
    assert len(drawn) <= 2
    qtbot.waitUntil(lambda: chart._drawn[0].ys[0] == 199.0, timeout=1_000)
    assert len(drawn) <= 3


def test_a_hidden_chart_waits(qtbot: QtBot) -> None:
    made = LineChart("Net worth", str)
    qtbot.addWidget(made)
    made.set_series([Series("a", "s1", HOURS, [1.0] * 720)])
    assert made._drawn == []
    made.show()
    assert len(made._drawn) == 1


def test_charts_of_nothing_and_of_one_point(qtbot: QtBot) -> None:
    made = LineChart("Net worth", str)
    qtbot.addWidget(made)
    made.show()
    for points in ([], [NOW], [NOW - HOUR, NOW]):
        made.set_series([Series("a", "s1", points, [None for _ in points])], "area")
        made._draw_now()
        made.set_series([Series("a", "s1", points, [1.0 for _ in points])], "area")
        made._draw_now()
        made.grab()


def test_two_lines_with_the_discount_between(qtbot: QtBot) -> None:
    made = LineChart("Price", lambda v: f"{v:.4f}")
    qtbot.addWidget(made)
    made.resize(640, 260)
    made.show()
    rate, market = [1.21] * 720, [1.20] * 720
    made.set_series(
        [Series("Redemption", "s1", HOURS, rate), Series("Market", "s2", HOURS, market)], "between"
    )
    made.flush()
    QApplication.processEvents()
    made.plot.point_at(300)
    assert [text for text, _, _ in made.plot.readout.lines()][1:] == [
        "Redemption 1.2100", "Market 1.2000",
    ]  # fmt: skip
    middle = made.plot.to_pixels(HOURS[500], 1.205).toPoint()
    made.plot.point_at(None)
    filled = made.grab().toImage().pixelColor(middle)
    assert filled != theme.current().color("surface")
    assert filled.red() > filled.blue()  # tinted by s2


def test_a_year_of_hours_paints_quickly(qtbot: QtBot, chart: LineChart) -> None:
    hours = [NOW - HOUR * i for i in range(8_760)][::-1]
    values = np.cumsum(np.sin(np.arange(8_760.0))) + 200_000
    chart.set_series([Series("Net worth", "s1", hours, values)], "area")
    chart._draw_now()
    _, drawn = chart._curves[0].curve.getData()
    assert len(drawn) <= chart.plot.width() + 32
    assert (drawn.min(), drawn.max()) == (values.min(), values.max())


def test_few_points_are_one_path_and_many_are_pieces(qtbot: QtBot, chart: LineChart) -> None:
    for count, mode in ((30, "off"), (1_000, "on")):
        hours = [NOW - HOUR * i for i in range(count)][::-1]
        chart.set_series([Series("Net worth", "s1", hours, np.arange(float(count)) % 7)])
        chart._draw_now()
        assert chart._curves[0].curve.opts["segmentedLineMode"] == mode


# -- theme, twin, files ------------------------------------------------------------------


def test_the_theme_reaches_pens_and_axes(qapp: QApplication, chart: LineChart) -> None:
    theme.apply(qapp, "dark")
    assert chart._curves[0].opts["pen"].color() == theme.current().color("s1")
    assert chart.plot._right.textPen().color() == theme.current().color("axis")


def test_pens_follow_the_device(chart: LineChart) -> None:
    assert chart._curves[0].opts["pen"].widthF() == 1.75 * chart.devicePixelRatioF()


def test_the_table_twin_shows_the_same_numbers(chart: LineChart) -> None:
    chart.set_span(DAY)
    chart.show_table(True)
    assert chart.shows_table()
    twin = chart._twin
    assert twin is not None
    model = twin.model()
    assert model.rowCount() == 25
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Net worth"
    assert [model.index(0, c).data() for c in (0, 1)] == ["Tue 14 Oct 2025 09:00", "$200,719.00"]
    assert chart.menu().actions()[0].text() == "Show as chart"
    chart.show_table(False)
    assert not chart.shows_table()


def test_saved_files(tmp_path: Path, chart: LineChart) -> None:
    chart.set_span(DAY)
    chart.save(tmp_path / "worth.csv")
    with (tmp_path / "worth.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["time", "Net worth"]
    assert rows[-1] == ["2025-10-14T09:00:00Z", "200719.0"]
    assert len(rows) == 26
    chart.save(tmp_path / "worth.png")
    image = QImage(str(tmp_path / "worth.png"))
    assert image.width() == 2 * (chart.plot.width() + 32), "sharp, with an edge"
    assert image.pixelColor(3, 3) == theme.current().color("surface")
    head = image.copy(QRect(32, 32, 160, 40))
    assert len({head.pixel(x, y) for x in range(160) for y in range(40)}) > 4, "its title"
    chart.save(tmp_path / "worth.svg")
    drawing = ElementTree.parse(tmp_path / "worth.svg").getroot()
    assert drawing.tag.endswith("svg")
    assert theme.current().hex("s1").lower() in (tmp_path / "worth.svg").read_text().lower()
    with pytest.raises(ValueError, match="gif"):
        chart.save(tmp_path / "worth.gif")
    with pytest.raises(OSError, match="worth"):
        chart.save(tmp_path / "missing" / "worth.png")


# -- curves ------------------------------------------------------------------------------


def test_a_curve_rests_on_the_present_point(qtbot: QtBot) -> None:
    made = CurveChart("Rate curve", lambda x: f"{x:g}%", lambda y: f"{y:.2f}%",
                      x_label="Utilisation", y_label="Borrow APY")  # fmt: skip
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    made.set_curve([0, 90, 100], [0, 2.7, 12.0], now=84.0, ticks=(0, 30, 60, 90))
    QApplication.processEvents()
    assert [text for text, _, _ in made.plot.readout.lines()] == ["84%", "2.52%"]
    QTest.keyClick(made.plot, Qt.Key.Key_End)
    assert made.plot.readout.lines()[0][0] == "100%"
    QTest.keyClick(made.plot, Qt.Key.Key_Escape)
    assert made.plot.readout.lines()[0][0] == "84%"
    assert made.table()[0] == ["Utilisation", "Borrow APY"]
    made.set_curve([], [])
    assert not made.plot.readout.isVisible()


def test_widgets_and_theme_do_not_load_pyqtgraph() -> None:
    """The first frame must not pay for charts."""
    modules = "theme, models.table, widgets.action_panel, widgets.overlays, widgets.ring"
    imports = "; ".join(f"import lstwallet.ui.{name.strip()}" for name in modules.split(","))
    check = f"{imports}; import sys; sys.exit('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    assert run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_name_of_another_kind_gets_one_that_can_be_written(
    tmp_path: Path, chart: LineChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(chart, "_toast", lambda title, text, _tone: said.append((title, text)))
    dialog = chart.ask_save((".png", ".svg"))
    for _ in range(2):
        dialog.fileSelected.emit(str(tmp_path / "picture.jpg"))
    dialog.fileSelected.emit(str(tmp_path / "nowhere" / "picture.png"))
    dialog.fileSelected.emit(str(tmp_path / "nowhere" / "picture.svg"))
    dialog.close()
    assert (tmp_path / "picture.jpg.png").exists()
    assert [title for title, _ in said] == ["Saved", "Not saved", "Not saved", "Not saved"]
    assert "already" in said[1][1]
    assert "cannot be written" in said[2][1]


def test_a_file_of_samples_is_the_same_each_time_and_holds_no_formula(chart: LineChart) -> None:
    begin = chart.series()[0].xs[0]
    chart.set_series([Series("=HYPERLINK(1)", "s1", [begin, begin + 3_600], [-1.5, None])])
    chart.flush()
    text = chart.csv()
    assert text == chart.csv()
    head, first, second = text.splitlines()
    assert head == "time,'=HYPERLINK(1)"
    assert first.endswith(",-1.5")
    assert second.endswith(",")


def test_a_file_is_called_what_the_chart_is_called(chart: LineChart) -> None:
    chart.set_name("1 stETH in ETH")
    assert chart.file_name(".svg") == "1-steth-in-eth.svg"
    chart.set_name("…")
    assert chart.file_name(".csv") == "chart.csv"


def test_a_flat_line_has_ticks_that_differ(qtbot: QtBot) -> None:
    made = LineChart("Pool price", lambda y: f"{y:.4f}")
    qtbot.addWidget(made)
    made.resize(500, 240)
    made.show()
    made.set_series([Series("Price", "s1", [0, 3_600, 7_200], [1.0, 1.000000001, 1.0])])
    made.flush()
    words = [text for _, text in made.plot._right._tickLevels[0]]
    assert len(words) >= 2
    assert len(set(words)) == len(words)


def test_hidden_values_keep_their_scale(qtbot: QtBot) -> None:
    made = LineChart("Net worth", lambda _y: "••••")
    qtbot.addWidget(made)
    made.resize(500, 240)
    made.show()
    made.set_series([Series("Worth", "s1", [0, 3_600, 7_200], [1.0, 2.0, 3.0])])
    made.flush()
    (_, _), (low, high) = made.plot.getViewBox().viewRange()
    assert low >= 0
    assert high < 4


def test_a_chart_says_itself_in_a_sentence(chart: LineChart) -> None:
    chart.set_span(DAY)
    chart.flush()
    said = chart.plot.accessibleDescription()
    assert "to Tue 14 Oct 2025 09:00" in said
    assert "lowest $" in said
    chart.plot.setFocus()
    QTest.keyClick(chart.plot, Qt.Key.Key_End)
    assert "$200,719.00" in chart.plot.accessibleDescription()
    chart.plot.clearFocus()
    assert chart.plot.accessibleDescription() == said


def test_flipping_takes_the_focus_along(chart: LineChart) -> None:
    turned: list[bool] = []
    chart.turned.connect(turned.append)
    chart.flip()
    assert chart._twin is not None
    assert chart._twin.hasFocus()
    chart.flip()
    assert chart.plot.hasFocus()
    assert turned == [True, False]


@pytest.mark.qt_log_ignore("does not support")  # a menu, where no window system is
def test_the_menu_key_opens_the_charts_menu(qtbot: QtBot, chart: LineChart) -> None:
    for shown in (False, True):
        chart.show_table(shown)
        part = chart.focusProxy()
        spot = part.rect().center()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Keyboard, spot, part.mapToGlobal(spot),
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(part.viewport(), event)
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=5_000)
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QMenu)
        assert popup.actions()[0].text() == ("Show as chart" if shown else "Show as table")
        popup.close()
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None, timeout=5_000)
