"""The time bar: play, step, next event, speed, the date, what is due, and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedLayout, QWidget

from lstwallet.ui import wording
from lstwallet.ui.bridge import SPEEDS
from lstwallet.ui.shell.branch_chip import BranchChip
from lstwallet.ui.shell.rewind import Rewinder, next_words
from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button, Segmented, ToolButton
from lstwallet.ui.widgets.history import HistoryBar
from lstwallet.ui.widgets.labels import Label, Link
from lstwallet.ui.widgets.layout import Panel, column, holder, row
from lstwallet.units.clock import DAY, HOUR

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Progress
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.widgets.bars import ProgressRow

HEIGHT: Final = 54
STEPS: Final = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
SHOW_RUN_MS: Final = 200
"""A run shorter than this shows no progress: it would only flicker."""
WIDEST: Final = 1_653_436_800
"""Wed 25 May 2022, 00:00: no date needs more room."""


class TimeBar(Themed, Panel):
    """Drives the bridge's clock and shows it."""

    calendar_wanted = Signal()
    """All that is due, not only the next of it."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__("rail", "line", "top", parent)
        self.setObjectName("time.bar")
        self.setAccessibleName(self.tr("Simulated time"))
        self._bridge = bridge
        self._held: QWidget | None = None
        self._slim: bool | None = None
        self._build()
        self._connect()
        self.set_slim(False)
        self.setEnabled(False)
        self.begin_style()

    def restyle(self) -> None:
        theme = current()
        self.setFixedHeight(max(HEIGHT, theme.px(HEIGHT)))
        widest = wording.moment(WIDEST)
        self._words.setMinimumWidth(round(paint.text_width(widest, theme.font("strong"))) + 4)

    def _build(self) -> None:
        self.play = ToolButton("play-fill", self.tr("Play"), "sim", icon_side=15)
        self.play.setObjectName("time.play")
        self.step = Segmented(
            [
                ("hour", self.tr("Hour")),
                ("day", self.tr("Day")),
                ("week", self.tr("Week")),
            ],
            "day",
            name=self.tr("Let time pass"),
            momentary=True,
        )
        self._name_steps()
        self.next = Button(self.tr("Next event"), "secondary", "small", icon="skip-forward")
        self.next.setObjectName("time.next")
        self.next.setAccessibleName(self.tr("Next event"))
        self.next.setToolTip(self.tr("Let time pass until something happens to you"))
        self.speed = Button("", "quiet", "small", icon="gauge")
        self.speed.setObjectName("time.speed")
        self.speed.setToolTip(self.tr("How fast time plays"))
        self.date = Label("", "strong", elide=True)
        self.date.setObjectName("time.date")
        self.due = Link("", "caption", "3", elide=True)
        self.due.setObjectName("time.due")
        self.due.setToolTip(self.tr("Calendar of what is due"))
        self.due.clicked.connect(self.calendar_wanted)
        self._words = holder(column(None, self.date, self.due, None, spacing=1))
        self.history = HistoryBar()
        self.history.setObjectName("time.history")
        self.history.setAccessibleName(self.tr("History"))
        self.rewinder = Rewinder(self._bridge, self.history)
        self.branch = BranchChip()
        self.rewind = ToolButton(
            "clock-counter-clockwise", self.tr("Go back to before what you did last"),
            on_click=self.rewinder.before_last,
        )  # fmt: skip
        self.rewind.setObjectName("time.rewind")
        self._run: ProgressRow | None = None
        shown = QWidget()
        self._stack = QStackedLayout(shown)
        self._stack.addWidget(self.history)
        shown.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setLayout(
            row(
                self.play, self.step, self.next, self.speed, 4, self._words, 4, self.branch, 4,
                (shown, 1), self.rewind,
                margins=(20, 1, 20, 0), spacing=8,
            )
        )

    def _name_steps(self) -> None:
        tips = {
            "hour": self.tr("Let an hour pass"),
            "day": self.tr("Let a day pass"),
            "week": self.tr("Let a week pass"),
        }
        for key, tip in tips.items():
            button = self.step.button(key)
            button.setObjectName(f"time.{key}")
            button.setToolTip(plain_tip(tip))
            button.setAccessibleDescription(tip)

    def _connect(self) -> None:
        bridge = self._bridge
        self.play.clicked.connect(self.toggle)
        self.step.changed.connect(lambda key: bridge.advance(STEPS[key]))
        self.next.clicked.connect(lambda _on=False: bridge.advance_to_next_event())
        self.speed.clicked.connect(self._choose_speed)
        bridge.opened.connect(self._opened)
        bridge.account_changed.connect(self._opened)
        bridge.outcome.connect(self._happened)
        bridge.progress.connect(self._progressed)
        bridge.busy_changed.connect(self._busy)
        bridge.standstill.changed.connect(self._let)
        bridge.clock_changed.connect(self._clock)
        bridge.past.changed.connect(self._look)
        bridge.past.resting_changed.connect(self._let)
        self.rewinder.moved.connect(self._held_at)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(SHOW_RUN_MS)
        self._wait.timeout.connect(lambda: self._stack.setCurrentWidget(self.run))
        self._clock()

    @property
    def run(self) -> ProgressRow:
        """Progress and Cancel of a long run; made for the first one."""
        if self._run is None:
            from lstwallet.ui.widgets.bars import ProgressRow

            self._run = ProgressRow("")
            self._run.setObjectName("time.run")
            self._run.cancel.setObjectName("time.cancel")
            self._run.cancelled.connect(self._bridge.cancel)
            self._stack.addWidget(self._run)
        return self._run

    # --- what the user does -------------------------------------------------------------

    def toggle(self) -> None:
        """Play or pause."""
        if self._bridge.past.looking is not None:
            self._bridge.past.refuse()
        elif self._bridge.playing:
            self._bridge.pause()
        else:
            self._bridge.play()

    def _choose_speed(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for speed in SPEEDS:
            action = QAction(speed_words(speed), menu)
            if speed == self._bridge.speed:
                action.setIcon(icons.icon("check", "accent_text"))
            action.triggered.connect(lambda _on=False, s=speed: self._bridge.set_speed(s))
            menu.addAction(action)
        height = menu.sizeHint().height()
        menu.popup(self.speed.mapToGlobal(self.speed.rect().topLeft()) - _down(height))

    # --- what the world does ------------------------------------------------------------

    def _opened(self) -> None:
        self.setEnabled(True)
        self._look()

    def _look(self) -> None:
        """The present, or a moment of the past in which nothing happens."""
        self._let()
        self._show()

    def _let(self) -> None:
        """What can be pressed: no time passes in the past or while the file takes no writing,
        and lessons are not travelled."""
        past = self._bridge.past
        here = past.looking is None
        takes = self._bridge.standstill.trouble is None
        for widget in (self.play, self.step, self.next):
            widget.setEnabled(here and takes and not self._bridge.running)
        self.date.set_tone("text" if here else "sim")
        self.branch.setVisible(not past.resting)
        self.rewind.setVisible(not past.resting)

    def forget(self) -> None:
        """The profile is locked: no date, nothing due, no history."""
        self.setEnabled(False)
        self.date.setText("")
        self.due.setText("")
        self._busy(False)

    def _happened(self, outcome: Outcome) -> None:
        if "time" in outcome.changes:
            self._show()

    def _held_at(self, time: int | None) -> None:
        """The slider is held at a moment: the date follows it."""
        if time is None:
            self._show()
        else:
            self.date.set_tone("sim")
            self.date.setText(wording.moment(time))

    def _progressed(self, progress: Progress) -> None:
        self._show_time(progress.world)
        share = (progress.at - progress.begin) / max(1, progress.until - progress.begin)
        words = self.tr("Simulating to {day}").format(day=wording.day(progress.until, year=False))
        self.run.set(share, words)

    def _busy(self, busy: bool) -> None:
        if busy:
            self._hold_focus()
        self._let()
        if busy:
            self.run.set(0.0, self.tr("Simulating"))
            self._wait.start()
        else:
            self._wait.stop()
            self._stack.setCurrentWidget(self.history)
            self._give_focus_back()

    def _hold_focus(self) -> None:
        """What was pressed is disabled now: the focus waits for it and does not wander."""
        focused = self.window().focusWidget()
        self._held = focused if focused is not None and self.isAncestorOf(focused) else None
        if self._held is not None:
            self._held.clearFocus()

    def _give_focus_back(self) -> None:
        """Unless the person went elsewhere meanwhile."""
        held, self._held = self._held, None
        focused = self.window().focusWidget()
        if held is not None and (focused is None or self.isAncestorOf(focused)):
            held.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clock(self) -> None:
        playing = self._bridge.playing
        self.play.set_icon("pause-fill" if playing else "play-fill")
        self.play.set_tip(self.tr("Pause (Space)") if playing else self.tr("Play (Space)"))
        self.speed.setText(speed_words(self._bridge.speed))

    def _show(self) -> None:
        world = self._bridge.world
        if world is not None:
            self._show_time(world)

    def _show_time(self, world: World) -> None:
        present, looking = self._bridge.present, self._bridge.past.looking
        self.date.set_tone("text" if looking is None else "sim")
        self.date.setText(wording.moment(world.time))
        if looking is None or present is None:
            self.due.setText(next_words(world, self._bridge.account))
        else:
            now = wording.day_and_time(present.time)
            self.due.setText(self.tr("Now is {moment}").format(moment=now))

    def set_slim(self, slim: bool) -> None:
        """Below 1180 px "Next event" is an icon and the speed hides."""
        if slim != self._slim:
            self._slim = slim
            self.next.setText("" if slim else self.tr("Next event"))
            self.speed.setVisible(not slim)
            self.branch.set_slim(slim)


def speed_words(speed: int) -> str:
    """``4 h/s``: simulated time per second of play."""
    unit, mark = (HOUR, "h") if speed < DAY else (DAY, "d")
    return wording.translate("TimeBar", "{number} {unit}/s").format(
        number=speed // unit, unit=mark
    )


def _down(height: int) -> QPoint:
    return QPoint(0, height)
