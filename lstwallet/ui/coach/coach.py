"""One lesson over the real window: it watches what happens and says what to do next.

Pages know nothing of it. It finds its targets by object name, follows the bridge's
outcomes and refusals, and lets ``LessonRun`` judge them; no button here finishes a step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPoint,
    QPropertyAnimation,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QScrollArea, QWidget

from lstwallet.ui import theme
from lstwallet.ui.coach.card import CoachCard, Shown
from lstwallet.ui.coach.placing import Place, place
from lstwallet.ui.coach.spotlight import ROOM, Spotlight
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.overlays import MARGIN
from lstwallet.ui.widgets.side_sheet import SideSheet

if TYPE_CHECKING:
    from lstwallet.app.lessons.run import LessonRun
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.refusals import Refusal

LOOK_MS: Final = 100
"""How often the targets are looked for: pages are built, scrolled and resized at any time."""


class Helper(Protocol):
    """Does a step for the person; see ``lstwallet.ui.robot.helper``."""

    done: Any

    def start(self) -> None: ...
    def stop(self) -> None: ...


class MakeHelper(Protocol):
    """Makes a helper for a window and a list of actions."""

    def __call__(
        self, window: QWidget, actions: Sequence[Sequence[str]], parent: QObject
    ) -> Helper: ...


_Found = tuple[QWidget, QRect]
"""A widget, and the part of the window where it is seen."""


class _Ground(NamedTuple):
    """What decides where the card stands; see ``place``."""

    card: QSize
    target: QRect | None
    keep: Sequence[QRect]
    room: QRect
    content: Sequence[QRect]


class Coach(QObject):
    """Card and spotlight for one lesson that is under way in the open profile."""

    pause_wanted = Signal()
    steps_done = Signal()
    """All steps are done and read: the quiz is next."""

    def __init__(self, window: Any, run: LessonRun, make_helper: MakeHelper) -> None:
        """``window`` is the main window: ``bridge``, ``rooms``, ``room``, ``enter``, ``cover``."""
        super().__init__(window)
        self.run = run
        self._window = window
        self._make_helper = make_helper
        self._helper: Helper | None = None
        self._lifted = False
        self._wrong = ""
        self._trouble = ""
        self._revealed: set[str] = set()
        self._ground: _Ground | None = None
        self._best: Place | None = None
        self._read: tuple[QWidget | None, list[QRect]] | None = None
        self.spotlight = Spotlight(window)
        self.card = CoachCard(window)
        self._move = QPropertyAnimation(self.card, b"pos", self)
        self._move.setDuration(tokens.MOVE_MS)
        self._move.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._connect()

    def _connect(self) -> None:
        bridge = self._window.bridge
        bridge.outcome.connect(self._happened)
        bridge.refused.connect(self._was_refused)
        self.spotlight.dismissed.connect(self._lift)
        self.card.go_on.connect(self._go_on)
        self.card.hint_wanted.connect(self._hint)
        self.card.pause_wanted.connect(self.pause_wanted)
        self.card.room_wanted.connect(self._enter_room)
        self._window.installEventFilter(self)

    # --- from the beginning to the end --------------------------------------------------

    def start(self) -> None:
        """Take up the lesson where it stands."""
        self._judge()
        if not self.run.told:
            self._enter_room()
        self._timer.start()
        self.look()

    def close(self) -> None:
        """Take everything off the window; the lesson's progress is kept already."""
        self._timer.stop()
        self._stop_helping()
        bridge = self._window.bridge
        bridge.outcome.disconnect(self._happened)
        bridge.refused.disconnect(self._was_refused)
        self._window.removeEventFilter(self)
        for part in (self.card, self.spotlight):
            part.hide()
            part.deleteLater()
        self.deleteLater()

    # --- what happens in the world ------------------------------------------------------

    def _happened(self, outcome: Outcome) -> None:
        if outcome.refusal is None:
            self._take_in(lambda: self.run.observe(outcome.world, outcome.events))

    def _was_refused(self, command: Command, refusal: Refusal) -> None:
        names = type(command).__name__, type(refusal).__name__
        self._take_in(lambda: self.run.observe_refusal(*names))

    def _judge(self) -> None:
        """What is in the ledger already counts, though nobody saw it happen."""
        self._take_in(lambda: self.run.observe(self._window.bridge.world, ()))

    def _keep(self, act: Callable[[], Any]) -> Any:
        """What ``act`` returns; ``None`` when the progress could not be kept, which is told."""
        try:
            return act()
        except OSError as error:
            self._window.bridge.failed.emit(error)
            return None

    def _take_in(self, observe: Callable[[], bool]) -> None:
        self._keep(observe)
        wrong = self.run.wrong_move() or ""
        if wrong and wrong != self._wrong:
            self._lifted = True  # the way back may lie anywhere
        self._wrong = wrong
        self.look()

    # --- what the person presses --------------------------------------------------------

    def _go_on(self) -> None:
        if not self._keep(self.run.go_on):
            return
        self._stop_helping()
        self._lifted, self._wrong, self._trouble = False, "", ""
        self._revealed.clear()
        sheet = self._sheet()
        if sheet is not None:
            sheet.close()  # the receipt of the step before was read
        if self.run.step is None:
            self.steps_done.emit()
            return
        self._enter_room()
        self.look()

    def _hint(self) -> None:
        step = self.run.step
        if step is None or self._helper is not None:
            return
        asked = self._keep(self.run.next_hint) or 0
        self._lifted, self._trouble = False, ""
        if asked == len(step.hints) and step.hints[-1].do:
            self._help(step.hints[-1].do)
        self.look()

    def _help(self, actions: Sequence[Sequence[str]]) -> None:
        helper = self._make_helper(self._window, actions, self)
        helper.done.connect(self._helped)
        self._helper = helper
        helper.start()

    def _helped(self, ok: bool) -> None:
        self._helper = None
        if not ok:
            self._trouble = self.tr(
                "It could not be done from here. Go back to the empty form and ask again."
            )
            self._lifted = True
        self.look()

    def _stop_helping(self) -> None:
        if self._helper is not None:
            self._helper.stop()
            self._helper = None

    def _lift(self) -> None:
        self._lifted = True
        self.look()

    def _enter_room(self) -> None:
        step = self.run.step
        if step is not None:
            self._lifted = False
            if self._window.room != step.room:
                self._window.enter(step.room)
            self.look()

    # --- looking ------------------------------------------------------------------------

    def look(self) -> None:
        """Find the targets where they are now; show card and spotlight accordingly."""
        step = self.run.step
        if step is None or self._window.cover() is not None:
            self.card.hide()
            self.spotlight.hide()
            return
        self._show_words()
        here, told = self._window.room == step.room, self.run.told
        targets = self._find(step.targets) if here else []
        shows = self._find(step.shows, reveal=told) if here else []
        keep = shows + targets if told else _ahead(targets)
        aim = shows if told else keep
        target = aim[0][1] if aim else None
        sheet = self._sheet()
        dimmed = self._lifted or told or sheet is not None  # a sheet dims the rest itself
        self._show_light(None if dimmed else target)
        ground = _Ground(
            card=self.card.size_of_surface(),
            target=target,
            keep=[seen.adjusted(-ROOM, -ROOM, ROOM, ROOM) for _, seen in keep],
            room=self._room(beside=target is not None),
            content=self._content() if told else [seen for _, seen in targets + shows],
        )
        self._place_card(ground)
        if sheet is not None:
            self._stay_above(sheet)

    def _sheet(self) -> SideSheet | None:
        """The sheet that lies over the window, if one does."""
        sheets = self._window.findChildren(
            SideSheet, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        return next((each for each in sheets if each.isVisible()), None)

    def _stay_above(self, sheet: SideSheet) -> None:
        """One can go on, ask for a hint and pause while a review or a receipt is open."""
        stacked = self._window.children()
        if stacked.index(self.card) < stacked.index(sheet):
            self.card.raise_()

    def _show_words(self) -> None:
        step, run = self.run.step, self.run
        assert step is not None
        lesson = run.lesson
        titles = {each.key: each.label() for each in self._window.rooms}
        away = self._window.room != step.room
        shown = Shown(
            lesson=lesson.title,
            title=step.title,
            text=step.after if run.told else step.text,
            waiting=step.waiting,
            step=run.progress.step + 1,
            steps=len(lesson.steps),
            done=run.told,
            hints=tuple(hint.text for hint in step.hints[: run.progress.hints]),
            most_hints=len(step.hints),
            wrong=self._wrong,
            elsewhere=titles.get(step.room, step.room) if away else "",
            trouble=self._trouble,
            busy=self._helper is not None,
        )
        self.card.show_step(shown, lesson.terms)
        self.card.fit()  # window and text may have another size by now

    def _find(self, names: Sequence[str], *, reveal: bool = True) -> list[_Found]:
        """Those that can be seen, with what is seen of them; each is scrolled to once."""
        found = []
        for name in names:
            widget = self._visible(name)
            if widget is None:
                continue
            if reveal and name not in self._revealed:
                self._revealed.add(name)
                _reveal(widget)
            seen = self._seen(widget)
            if not seen.isEmpty():
                found.append((widget, seen))
        return found

    def _seen(self, widget: QWidget) -> QRect:
        seen = widget.visibleRegion().boundingRect()
        return QRect(widget.mapTo(self._window, seen.topLeft()), seen.size())

    def _content(self) -> list[QRect]:
        """Everything that says something in the room that is shown.

        A full room takes a millisecond to read. What comes, goes or moves is painted, so what
        was read holds until the window paints again.
        """
        page = self._window.page(self._window.room)
        if self._read is None or self._read[0] is not page:
            self._read = page, self._read_content(page)
        return self._read[1]

    def _read_content(self, page: QWidget | None) -> list[QRect]:
        parts = page.findChildren(QWidget) if page is not None else ()
        return [self._seen(part) for part in parts if part.isVisible() and _says_something(part)]

    def _visible(self, name: str) -> QWidget | None:
        return next(
            (each for each in self._window.findChildren(QWidget, name) if each.isVisible()), None
        )

    def _show_light(self, target: QRect | None) -> None:
        if target is None:
            self.spotlight.hide()
            return
        chip = self._visible("top.simulation")
        free = QRect(chip.mapTo(self._window, QPoint(0, 0)), chip.size()) if chip else QRect()
        self.spotlight.light(target, free)
        if self.spotlight.isHidden():
            self.spotlight.show()
            self.spotlight.raise_()
            self.card.raise_()

    def _place_card(self, ground: _Ground) -> None:
        if self._best is None or ground != self._ground:
            self._ground, self._best = ground, place(*ground)
        best = self._best
        self._point(best, ground.target)
        spot = best.box.topLeft() - QPoint(MARGIN, MARGIN)
        if self.card.isHidden():
            self.card.move(spot)
            self.card.show()
            self.card.raise_()
        elif theme.calm():
            self.card.move(spot)
        elif self.card.pos() != spot and not self._on_its_way(spot):
            self._move.stop()
            self._move.setStartValue(self.card.pos())
            self._move.setEndValue(spot)
            self._move.start()

    def _on_its_way(self, spot: QPoint) -> bool:
        running = self._move.state() == QPropertyAnimation.State.Running
        return running and self._move.endValue() == spot

    def _room(self, *, beside: bool) -> QRect:
        """Where the card may be: not over the top bar, nor over the time bar."""
        whole: QRect = self._window.rect()
        whole.setTop(self._window.top_bar.height())
        whole.setBottom(whole.bottom() - self._window.time_bar.height())
        if not beside:
            whole.setLeft(self._window.rail.width())
        return whole

    def _point(self, best: Place, target: QRect | None) -> None:
        if target is None or not best.side:
            self.card.point("", 0.5)
            return
        box = best.box
        if best.side in ("top", "bottom"):
            low, high = max(box.left(), target.left()), min(box.right(), target.right())
            self.card.point(best.side, ((low + high) / 2 - box.left()) / box.width())
        else:
            low, high = max(box.top(), target.top()), min(box.bottom(), target.bottom())
            self.card.point(best.side, ((low + high) / 2 - box.top()) / box.height())

    # --- Qt -----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc pauses, when nothing else in the window took it; a resize moves everything, and
        whatever is painted may have moved."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self._window.cover() is None:
                self.pause_wanted.emit()
                return True
        elif kind == QEvent.Type.UpdateRequest:
            self._read = None
        elif kind == QEvent.Type.Resize:
            self._read = None  # the look that follows comes before the paint
            QTimer.singleShot(0, self, self.look)
        return False


def _ahead(targets: list[_Found]) -> list[_Found]:
    """From the first target on that is not done; the last one is there until the step is."""
    for number, (widget, _) in enumerate(targets[:-1]):
        if not (isinstance(widget, QAbstractButton) and widget.isChecked()):
            return targets[number:]
    return targets[-1:]


def _says_something(part: QWidget) -> bool:
    """Not what only holds others or keeps room."""
    if type(part) is QWidget and not isinstance(part.parentWidget(), QAbstractScrollArea):
        return False
    return not any(isinstance(child, QWidget) and child.isVisible() for child in part.children())


def _reveal(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 12, 12)
        parent = parent.parentWidget()
