"""The gallery's figures: painted ones, charts, and what floats."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lstwallet.ui import theme
from lstwallet.ui.widgets.bars import (
    Bar,
    BreakEvenBar,
    Compose,
    HatchedProgress,
    LtvBar,
    ProgressRow,
    Spark,
    Tick,
)
from lstwallet.ui.widgets.buttons import (
    Button,
    CheckBox,
    Segmented,
    ToolButton,
)
from lstwallet.ui.widgets.cards import (
    Card,
    LinkRow,
)
from lstwallet.ui.widgets.focus_ring import FocusRing
from lstwallet.ui.widgets.gantt import Gantt, GanttRow
from lstwallet.ui.widgets.gauge import Gauge
from lstwallet.ui.widgets.history import HistoryBar, Mark
from lstwallet.ui.widgets.labels import Label, Link
from lstwallet.ui.widgets.layout import Panel, column, holder, row
from lstwallet.ui.widgets.overlays import Sheet, WhyPopover
from lstwallet.ui.widgets.ring import Legend, Part, Ring
from lstwallet.ui.widgets.toast import Toaster
from lstwallet.ui.widgets.waterfall import Step, Waterfall
from tests.ui.gallery_controls import spark
from tests.ui.gallery_stand import page, shows

DAY = 86_400


@shows("figures")
def figures() -> QWidget:
    parts = [
        Part("ETH in wallet", 22.7, "s8", "22.7%"),
        Part("jitoSOL", 17.7, "s3", "17.7%"),
        Part("stETH", 15.3, "s5", "15.3%"),
        Part("wstETH / ETH loop", 11.7, "s1", "11.7%"),
        Part("rETH", 11.3, "s2", "11.3%"),
        Part("Curve wstETH / ETH", 7.9, "s4", "7.9%"),
        Part("weETH", 5.4, "s6", "5.4%"),
        Part("In exit queue", 7.9, "s7", "7.9%"),
    ]
    ring, legend = Ring(name="Allocation"), Legend()
    ring.set_parts(parts, "total", "$214.1k")
    legend.set_parts(parts)
    ring.pointed.connect(legend.light)
    allocation = Card("Allocation")
    allocation.add(row(ring, (legend, 1), spacing=16))
    fall = Waterfall("Yield by layer")
    fall.set_rows(
        [
            Step("Consensus", 2.61, "s1", "+2.61%"),
            Step("MEV and tips", 0.44, "s5", "+0.44%"),
            Step("Restaking", 0.38, "s6", "+0.38%"),
            Step("Lending", 0.29, "s3", "+0.29%"),
            Step("Pool fees", 0.21, "s4", "+0.21%"),
            Step("Borrow cost", -0.62, "bad_mark", "−0.62%"),
        ],
        "Net yield",
        3.31,
        "3.31%",
    )
    layers = Card("Yield by layer", note="a year, 30-day average", padding=(16, 12, 16, 10))
    layers.add(fall)
    below = Waterfall("Negative")
    below.set_rows(
        [Step("Trading fees", 0.5, "s3", "+0.50%"), Step("Divergence", -1.6, "bad_mark", "−1.60%")],
        "Against holding",
        -1.1,
        "−1.10%",
    )
    layers.add(below)
    waits = Gantt("Unstaking")
    waits.set(
        [
            GanttRow(
                "a",
                "3.2000 ETH",
                "Lido queue #20377",
                -5 * DAY,
                0,
                0,
                "Ready",
                "Claim now",
                ready=True,
            ),
            GanttRow(
                "b", "42.00 SOL", "Jito epoch end", -DAY, DAY, DAY, "in 1 d 7 h", "Wed 15, 16:00"
            ),
            GanttRow(
                "c",
                "3.2000 ETH",
                "Lido queue #20418",
                -2 * DAY,
                3 * DAY,
                5 * DAY,
                "in 3 to 5 d",
                "about Fri 17",
            ),
            GanttRow(
                "d",
                "1.1000 weETH",
                "EigenLayer escrow",
                -4 * DAY,
                10 * DAY,
                10 * DAY,
                "in 9 d 20 h",
                "Fri 24 Oct",
                role="s6",
            ),
        ],
        0,
        [(-4 * DAY, "10 Oct"), (5 * DAY, "19 Oct"), (10 * DAY, "24 Oct")],
    )
    unstaking = Card("Unstaking", note="3 waiting, 1 ready", padding=(16, 10, 16, 10), spacing=6)
    unstaking.add(waits)
    health = Card("Health", note="pointer: after the loop, 1.17")
    for now, text_, word, tone, icon, after in (
        (1.42, "1.42", "Watch", "warn", "warning", 1.17),
        (1.04, "1.04", "Danger", "bad", "warning-octagon", None),
        (4.2, "4.20", "Safe", "good", "check-circle", 3.1),
        (None, "∞", "No debt", "plain", "minus-circle", None),
    ):
        gauge = Gauge("Health factor")
        gauge.set(now, text_, word, tone, icon, after)
        health.add(gauge)
    ltv = LtvBar()
    ltv.set(0.57, "57.0%", 0.81, "81% liquidation", "warn")
    health.add(ltv)
    pool = Card("What the pool holds")
    compose = Compose()
    compose.set(0.613)
    hatched = HatchedProgress()
    hatched.set(0.4, 0.7)
    progress = ProgressRow("Running one year")
    progress.set(0.42)
    breaks = BreakEvenBar()
    breaks.set(
        0.64,
        "38.5% a year",
        "0%  your use earns less: wait",
        "earns more: sell now  60%",
        0.12,
        "jitoSOL 7.3%",
    )
    bar = Bar(
        0.5,
        "s3",
        (Tick(0.2, "a tick", "2"), Tick(0.25, "dropped", "2"), Tick(0.99, "at the end", "bad")),
    )
    pool.add(compose, hatched, progress, bar, breaks, row(Spark(spark(3)), Spark(spark(7)), None))
    time = HistoryBar("History")
    tones = ("good", "3", "3", "warn", "bad", "good", "3", "good", "good")
    time.set(0, 82, 100, [Mark(5 + 11 * i, tone) for i, tone in enumerate(tones)])
    bar_of_time = Panel("rail", "line", "top")
    bar_of_time.setLayout(row(time, margins=(16, 10, 16, 10)))
    pool.add(bar_of_time)
    first, second, third = (
        holder(column(*c, None, spacing=14))
        for c in ((allocation, layers), (unstaking, pool), (health,))
    )
    for one in (first, second, third):
        one.setFixedWidth(round(404 * theme.current().scale))
    return page(first, second, third, width=1290)


def wander(seed: int, count: int, start: float, drift: float, size: float) -> list[float]:
    """A seeded random walk."""
    values, at = [], start
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        at += drift + (seed / 0x7FFFFFFF - 0.5) * size
        values.append(at)
    return values


@shows("charts")
def charts() -> QWidget:
    from lstwallet.ui.charts.curve import CurveChart
    from lstwallet.ui.charts.line import LineChart, Series

    now = 1_760_432_400
    hours = [now - 3600 * i for i in range(720)][::-1]
    worth = Card(
        "Net worth",
        Segmented([("d", "1D"), ("m", "1M"), ("a", "ALL")], "m"),
        ToolButton("dots-three", "More"),
    )
    line = LineChart("Net worth", lambda v: f"${v / 1000:,.0f}k", y_width=44)
    line.set_series([Series("Net worth", "s1", hours, wander(11, 720, 206_500, 10, 600))], "area")
    line.setMinimumHeight(200)
    worth.add(line)
    peg = Card("Price against redemption")
    rate = [1.2070 + 0.0078 * i / 720 for i in range(720)]
    market: list[float | None] = [
        r - 0.001 + d for r, d in zip(rate, wander(5, 720, 0, 0, 0.0006), strict=True)
    ]
    two = LineChart("Price", lambda v: f"{v:.3f}")
    two.set_series(
        [Series("Redemption", "s1", hours, rate), Series("Market", "s2", hours, market)], "between"
    )
    two.setMinimumHeight(200)
    peg.add(two)
    health = Card("Health, 30 days", note="liquidation at 1.00")
    gaps: list[float | None] = list(wander(3, 720, 1.66, 0, 0.02))
    gaps[200:300] = [None] * 100
    three = LineChart("Health", lambda v: f"{v:.1f}", y_width=34)
    three.set_series([Series("Health factor", "s1", hours, gaps)])
    three.set_threshold(1.0)
    three.setMinimumHeight(110)
    health.add(three)
    rates = Card("Rate curve, ETH", note="by utilisation")
    curve = CurveChart(
        "Rate curve",
        lambda x: f"{x:g}%",
        lambda y: f"{y:g}%",
        readout=lambda x, y, here: [
            (f"Now {x:.0f}%" if here else f"{x:.0f}%", "caption", "3"),
            (f"Borrow {y:.2f}%", "small_medium", "text"),
        ],
    )
    us = list(range(101))
    curve.set_curve(
        us,
        [2.657 * u / 90 if u < 90 else 2.657 + (u - 90) * 0.9 for u in us],
        "s2",
        84,
        (0, 30, 60, 90),
    )
    curve.setMinimumHeight(110)
    rates.add(curve)
    twin = Card("Table twin")
    four = LineChart("Net worth", lambda v: f"${v:,.2f}")
    four.set_series(
        [Series("Net worth", "s1", hours[-40:], wander(11, 40, 206_500, 10, 600))], "area"
    )
    four.show_table(True)
    four.setMinimumHeight(160)
    twin.add(four)
    line.plot.point_at(400)
    two.plot.point_at(300)
    left, right = (
        holder(column(worth, health, spacing=14)),
        holder(column(peg, rates, twin, spacing=14)),
    )
    sheet = page((left, 1), (right, 1), width=1300, height=700)
    sheet.crosshairs = lambda: (line.plot.point_at(400), two.plot.point_at(300))
    return sheet


@shows("overlays")
def overlays() -> QWidget:
    sheet = page(Label("Behind", "title"), None, width=900, height=560)
    sheet.opened = lambda: _open_overlays(sheet)
    return sheet


def _open_overlays(sheet: QWidget) -> None:
    toaster = Toaster(sheet, above=0)
    theme.set_calm(True)
    toaster.show_toast("Note saved", "Entry #4,118", action="Undo")
    toaster.show_toast("Ticket is ready", tone="info")
    why = WhyPopover(sheet)
    why.explain(
        sheet.findChild(Label),
        "Net yield, 3.31%",
        "(staking + lending + fees − borrowing) / net worth",
        [
            ("Consensus and MEV", "+3.05%"),
            ("Restaking, lending, fees", "+0.88%"),
            ("Borrow cost", "−0.62%", "bad"),
        ],
        "30-day average, rounded down to 0.01%. Source: ledger, 14 Oct 09:00",
    )


@shows("focus")
def focus() -> QWidget:
    buttons_ = [Button("Review", "primary"), Button("Details"), Button("View all", "ghost")]
    others = [CheckBox("Use as collateral"), ToolButton("bell", "Notifications"), Link("Why?")]
    ranges = Segmented([("d", "1D"), ("w", "1W")], "w")
    link = LinkRow("Lend it", "1.9% more, adds liquidation risk", "bank")
    card = Card("Focus, by keyboard only")
    card.add(row(*buttons_, None), row(*others, ranges, None), link)
    sheet = page(card, width=520)

    def ring_all() -> None:
        for target in (*buttons_, *others, ranges.button("w"), link):
            ring = FocusRing(sheet)
            ring.ring(target)

    sheet.opened = ring_all
    return sheet


@shows("sheet")
def sheets() -> QWidget:
    behind = page(Label("Behind", "title"), None, width=900, height=560)

    def open_() -> None:
        box = Sheet(behind, "Claim tickets")
        box.add(Label("Two tickets are ready. They are paid together.", "body", "2", wrap=True))
        box.add(*(CheckBox(f"Lido #{i}, 3.2000 ETH") for i in (20377, 20418)))
        box.add_foot(None, Button("Not now"), Button("Claim 6.4000 ETH", "primary"))
        box.open()

    behind.opened = open_
    return behind
