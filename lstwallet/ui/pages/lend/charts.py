"""The lending room's charts: health over time, and the rate curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from lstwallet.readmodel import lending as reading
from lstwallet.ui.charts.curve import CurveChart
from lstwallet.ui.charts.line import LineChart, Series
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import Card
from lstwallet.ui.widgets.labels import Label
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app import session

DAYS: Final = 30
HIGHEST: Final = 10.0
"""A chart of the health factor ends here: above it nothing can be told apart."""


class HealthChartCard(Card):
    """The health factor over thirty days, with the line at 1; a gap where there was no debt."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=6)
        self.set_title(self.tr("Health, {days} days").format(days=DAYS))
        self.body.addLayout(self.header)
        self.chart = LineChart(self.tr("Health factor over 30 days"), _health_text, y_width=40)
        self.chart.setObjectName("lend.health_chart")
        self.chart.set_threshold(1.0)
        self._empty = Label("", "small", "3", align="center", wrap=True)
        area = QWidget()
        self._stack = QStackedLayout(area)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.chart)
        _let_grow(area)
        self.add((area, 1))
        self.more = _menu_button(self, self.chart)

    def show_series(self, series: session.Series, now: int, health: int | None) -> None:
        """Samples of ``health_wad`` (``None`` is no debt), ending with the present one."""
        times, values = list(series.at), list(series.column("health_wad"))
        if times and times[-1] == now:
            values[-1] = health  # the hour's sample was taken before the user's own step
        elif not times or times[-1] < now:
            times.append(now)
            values.append(health)
        line = sum(value is not None for value in values) > 1
        self._empty.setText(
            self.tr("The line begins with the next hour.")
            if health is not None
            else self.tr("The line begins with your first loan.")
        )
        self._stack.setCurrentWidget(self.chart if line else self._empty)
        self.set_note(self.tr("liquidation at 1.00") if line else "", "bad")
        self.more.setVisible(line)
        if line:
            ys = [None if v is None else min(v / WAD, HIGHEST) for v in values]
            self.chart.set_series([Series(self.tr("Health factor"), "s1", times, ys)])
            self.chart.set_span(DAYS * DAY)


class CurveCard(Card):
    """The rate curve of the chosen market with the present point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, spacing=6)
        self.set_title(self.tr("Rate curve"))
        self.body.addLayout(self.header)
        self.set_note(self.tr("by utilisation"))
        self._kink = 0.0
        self.chart = CurveChart(
            self.tr("Borrow rate by utilisation"), self._x_text, lambda y: f"{y:g}%",
            x_label=self.tr("Utilisation"), y_label=self.tr("Borrow APY"),
            readout=self._readout, y_width=40,
        )  # fmt: skip
        self.chart.setObjectName("lend.curve")
        _let_grow(self.chart)
        self.add((self.chart, 1))
        self.more = _menu_button(self, self.chart)
        self._shown: reading.Curve | None = None

    def show_curve(self, curve: reading.Curve) -> None:
        """Another market, or the same one at another moment."""
        shown = self._shown
        if shown is not None and shown.token == curve.token and _near(shown.now, curve.now):
            return  # drawing costs more than a difference nobody sees is worth
        self._shown = curve
        self.set_title(self.tr("Rate curve, {token}").format(token=curve.token))
        self._kink = curve.kink / WAD * 100
        ticks = [tick for tick in (0.0, 30.0, 60.0) if tick < self._kink - 12]
        self.chart.set_curve(
            [point.utilisation / WAD * 100 for point in curve.points],
            [point.apy / WAD * 100 for point in curve.points],
            "s2", curve.now.utilisation / WAD * 100, (*ticks, self._kink),
        )  # fmt: skip

    def _x_text(self, x: float) -> str:
        if abs(x - self._kink) < 0.01:
            return self.tr("{share} kink").format(share=f"{x:.0f}%")
        return f"{x:.0f}%"

    def _readout(self, x: float, y: float, present: bool) -> list[tuple[str, str, str]]:
        text = self.tr("Now {share}") if present else self.tr("At {share}")
        return [
            (text.format(share=f"{x:.0f}%"), "caption", "3"),
            (self.tr("Borrow {rate}").format(rate=f"{y:.2f}%"), "small_medium", "text"),
        ]


def _let_grow(area: QWidget) -> None:
    """A chart takes the height that is left, and asks for no more than the least."""
    area.setMinimumHeight(current().px(92))
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)


def _near(one: reading.CurvePoint, other: reading.CurvePoint) -> bool:
    """Whether two points lie on the same pixel."""
    return abs(one.utilisation - other.utilisation) < WAD // 2_000


def _menu_button(card: Card, chart: LineChart | CurveChart) -> ToolButton:
    """The "…" of a chart: table, picture, data."""

    def open_menu() -> None:
        chart.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))

    words_ = card.tr("More about this chart")
    button = ToolButton("dots-three", words_, side=22, icon_side=16, tone="3", on_click=open_menu)
    card.header.addWidget(button)
    return button


def _health_text(value: float) -> str:
    """Floored: 0.998 must not read 1.00."""
    if value >= HIGHEST:
        return "10+"
    return f"{int(value * 100 + 1e-9) / 100:.2f}"
