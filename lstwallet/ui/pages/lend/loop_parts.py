"""Parts of the loop's forms: the multiple with its slider, the overview, the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QSlider, QWidget

from lstwallet.readmodel.loops import LoopNow, Outlook, Step
from lstwallet.ui import wording
from lstwallet.ui.charts.curve import CurveChart
from lstwallet.ui.models.cells import Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import TableView
from lstwallet.ui.pages.lend import loop_words, words
from lstwallet.ui.pages.lend.telling import show_risk
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.labels import Label, later
from lstwallet.ui.widgets.layout import Rule, column, row
from lstwallet.ui.widgets.rows import BeforeAfter, ErrorLine, KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.readmodel.loops import LoopPair
    from lstwallet.ui.bridge import Preferences

HUNDREDTH: Final = 10**16
"""The slider's unit: a hundredth of a multiple, 18 decimals."""
DUST: Final = 10**12
"""A millionth: what the base units of a dollar token leave of a multiple."""
ROW: Final = 28
SHOWN_STEPS: Final = 8
"""More scroll."""
CHART: Final = 112


class MultipleField(QWidget):
    """A multiple by slider: 0.05 with the arrows, 0.50 with Page Up and Page Down, Home and End
    for the ends. ``changed()`` while it slides."""

    changed = Signal()

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        """``name`` is the object name of the slider."""
        super().__init__(parent)
        self.label = Label(label, "body", "2")
        self.figure = Label("", "figure", align="right")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(name)
        self.slider.setAccessibleName(label)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(50)
        self.slider.setRange(100, 100)
        self.slider.valueChanged.connect(self._moved)
        self.label.setBuddy(self.slider)
        self.least = Label("", "caption", "3")
        self.most = Label("", "caption", "3", align="right")
        self.reason = Label("", "caption", "3", wrap=True)
        self.error = ErrorLine()
        self.error.setObjectName(f"{name}.error")
        self.setLayout(
            column(
                row(self.label, None, self.figure), self.slider,
                row(self.least, None, self.most), self.reason, self.error, spacing=4,
            )
        )  # fmt: skip
        self._show()

    def set_reach(self, least: int, most: int, reason: str = "") -> None:
        """The ends (18 decimals), the lower rounded up and the upper down, and what binds.

        What was chosen stays as near as can be; no signal.
        """
        low = -(-(least - DUST) // HUNDREDTH)
        high = max(low, (most if reason else most + DUST) // HUNDREDTH)
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(low, high)
        self.slider.blockSignals(blocked)
        self.slider.setEnabled(high > low)
        self.least.setText(wording.multiple(low * HUNDREDTH))
        text = self.tr("most {multiple}") if reason else self.tr("now {multiple}")
        self.most.setText(text.format(multiple=wording.multiple(high * HUNDREDTH)))
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self._show()

    def value(self) -> int:
        """The multiple, 18 decimals."""
        return self.slider.value() * HUNDREDTH

    def set_value(self, multiple: int) -> None:
        """Choose a multiple (18 decimals), as near as can be."""
        self.slider.setValue((multiple + DUST) // HUNDREDTH)

    def clear(self) -> None:
        """Nothing to empty: a multiple is always something."""

    def set_error(self, text: str) -> None:
        """The sentence under the slider; empty clears it."""
        self.error.set_text(text)

    def _moved(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        text = wording.multiple(self.value())
        self.figure.setText(text)
        self.slider.setAccessibleDescription(text)


class ErrorPlace(QWidget):
    """Where a refusal stands when there is no input that it could stand beside."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = ErrorLine()
        self.line.setObjectName(name)
        self.setLayout(column(self.line, spacing=0))

    def set_error(self, text: str) -> None:
        """The sentence; empty clears it."""
        self.line.set_text(text)
        self.setVisible(bool(text))

    def clear(self) -> None:
        """Nothing to empty."""


class NetChart(CurveChart):
    """The net APY by multiple, with the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Net APY by multiple"), lambda x: f"{x:g}×", lambda y: f"{y:g}%",
            x_label=self.tr("Multiple"), y_label=self.tr("Net APY"), readout=self._said_at,
            y_width=44, parent=parent,
        )  # fmt: skip
        self.setObjectName("loop.chart")
        self.setFixedHeight(current().px(CHART))
        self._shown: tuple[Any, ...] = ()

    def show_outlook(self, outlook: Outlook | None, chosen: int) -> None:
        """Points of an outlook with the chosen multiple (18 decimals); hidden without two."""
        points = [point for point in (outlook.points if outlook else ()) if point.net is not None]
        self.setVisible(len(points) > 1)
        shown = (tuple(points), chosen)
        if len(points) < 2 or shown == self._shown:
            return
        self._shown = shown
        xs = [point.multiple / WAD for point in points]
        now = min(max(chosen / WAD, xs[0]), xs[-1])
        self.set_curve(xs, [(point.net or 0) / WAD * 100 for point in points], "s1", now)

    def _said_at(self, x: float, y: float, present: bool) -> list[tuple[str, str, str]]:
        text = self.tr("{rate} net").format(rate=f"{y:.2f}%")
        return [(f"{x:.2f}×", "caption", "3"), (text, "small_medium", "text")]


class Overview(Inset):
    """Before and after of a loop, and what it takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.net = BeforeAfter(self.tr("Net APY, with staking"), plain=True)
        self.net.setObjectName("loop.after.net")
        self.debt = BeforeAfter(self.tr("Debt"))
        self.rate = BeforeAfter(self.tr("Borrow APY"), plain=True)
        self.risk = (
            BeforeAfter(self.tr("Health factor"), plain=True),
            BeforeAfter(self.tr("Loan to value"), plain=True),
            BeforeAfter(words.price_key(None), plain=True),
        )  # fmt: skip
        for line, name in zip(self.risk, ("health", "ltv", "trigger"), strict=True):
            line.setObjectName(f"loop.after.{name}")
        self.distance = Label("", "small", "2", wrap=True)
        self.distance.setObjectName("loop.distance")
        self.impact = KeyValue(self.tr("Price impact, all exchanges"))
        self.cost = KeyValue(self.tr("Cost of the exchanges"))
        self.even = KeyValue(self.tr("Break-even borrow rate"))
        self.even.setObjectName("loop.break_even")
        self.pays = Label("", "small", "2", wrap=True)
        super().__init__(
            self.net, self.debt, self.rate, *self.risk, self.distance, Rule(), self.impact,
            self.cost, self.even, self.pays, spacing=5, parent=parent,
        )  # fmt: skip

    def show_change(
        self, pair: LoopPair, before: LoopNow, then: LoopNow | None, preferences: Preferences
    ) -> None:
        """A loop now, and after what is chosen."""
        new = then or before
        unit = pair.debt
        show_risk((self.risk[0], self.risk[1], self.risk[2]), before.risk, then and then.risk)
        self.distance.setText(words.distance(new.risk))
        rates = [words.share(each.net.rate, signed=True) for each in (before, new)]
        plain = new.net.rate is None or wording.reads_zero(rates[1])
        tone = "text" if plain else "good" if (new.net.rate or 0) > 0 else "bad"
        debts, debt = (
            wording.owned_amount(preferences, each.owed, unit, unit=then is None or each is new)
            for each in (before, new)
        )
        self.net.set_values(rates[0], rates[1] if then else "", tone)
        self.debt.set_values(debts, debt if then else "")
        self.rate.set_values(words.share(before.borrow_apy),
                             words.share(new.borrow_apy) if then else "")  # fmt: skip
        self.even.setVisible(new.break_even is not None)
        self.even.set_value(words.share(new.break_even))
        self.pays.setText(loop_words.pays(new))
        self.pays.setVisible(new.break_even is not None)

    def show_cost(self, impact: float | None, cost: int | None) -> None:
        """The share that the pools' prices moved against one, and USD lost on the way."""
        self.impact.setVisible(impact is not None)
        self.cost.setVisible(cost is not None)
        if impact is not None:
            self.impact.set_value(wording.percent(impact), loop_words.impact_tone(impact))
        if cost is not None:
            self.cost.set_value(wording.fiat_change(-cost) if cost < 0 else wording.fiat(cost))


class StepsBox(QWidget):
    """Every step of the batch, numbered, with its amounts; folded until it is asked for."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """``name`` is the object name of the button that unfolds it."""
        super().__init__(parent)
        self.button = Button("", "ghost", "small", icon="caret-down", trailing=True,
                             on_click=self._turn)  # fmt: skip
        self.button.setObjectName(name)
        self.together = Label(self.tr("All steps happen together or not at all"), "small", "3")
        self.table = TableView(
            [
                Column("number", "#", lambda s: Text(str(s.number), tone="3"), align="right",
                       width=28),
                Column("what", self.tr("Step"), lambda s: Text(loop_words.step(s)), stretch=1),
                Column("amount", self.tr("Amount"),
                       lambda s: Text(loop_words.step_amount(s), style="medium"), align="right"),
            ],
            key=lambda s: s.number, row_height=ROW, name=self.tr("Steps"),
        )  # fmt: skip
        self.table.setObjectName(f"{name}.table")
        self.table.hide()
        self._steps: tuple[Step, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setLayout(column(row(self.button, None), self.together, self.table, spacing=4))
        self.show_steps(())

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Other steps."""
        if tuple(steps) == self._steps and steps:
            return
        self._steps = tuple(steps)
        self.setVisible(bool(steps))
        self._dress()

    def _turn(self) -> None:
        self.table.setVisible(self.table.isHidden())
        self._dress()
        if not self.table.isHidden():
            later(0, self, self._come_into_view)

    def _come_into_view(self) -> None:
        """What was unfolded is not left below the fold."""
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if parent is not None:
            parent.ensureWidgetVisible(self.table, 0, 12)

    def _dress(self) -> None:
        shut = self.table.isHidden()
        count = wording.count(len(self._steps))
        text = self.tr("Show all {count} steps") if shut else self.tr("Hide the {count} steps")
        self.button.setText(text.format(count=count))
        self.button.set_icon("caret-down" if shut else "caret-up")
        if not shut:
            self.table.set_rows(self._steps)
            rows = min(len(self._steps), SHOWN_STEPS)
            self.table.setFixedHeight(current().px(ROW) * rows + current().px(30))
