"""What the window does with time: look at a moment of the past, go on from there, change branch.

While a moment is looked at the bridge shows its world; nothing can be sent and no time
passes. Everything that asks the session runs in the lane.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Signal

from lstwallet.ui.jobs import GATE

if TYPE_CHECKING:
    from lstwallet.app.session import Branch, Session
    from lstwallet.app.timeline import Retold
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account



class InThePast(Exception):
    """A command came while a moment of the past was looked at: it was not sent."""


class Looking(NamedTuple):
    """A moment of the past that is looked at."""

    seq: int
    """The last event that had happened."""
    world: World


class Standing(NamedTuple):
    """A branch that is shown, and what one is worth at its end."""

    branch: Branch
    worth: int | None
    """USD, 8 decimals; ``None``: not known."""

    @property
    def current(self) -> bool:
        """Whether one stands on it."""
        return self.branch.current


class WentOn(NamedTuple):
    """A new branch that one stands on now."""

    title: str
    branch: int
    before: int
    """The branch that was left."""


def titled(title: str) -> str:
    """What a branch is called: the first one has no name of its own until it gets one."""
    return title or QCoreApplication.translate("Past", "Main")


class Past(QObject):
    """The time machine of one bridge."""

    changed = Signal()
    """Another moment is looked at, or the present again: every page is stale."""
    resting_changed = Signal()
    refused = Signal()
    """Something was to be done, or time to pass, while the past is looked at."""
    branches_changed = Signal()
    """``standings`` are other ones."""
    went_on = Signal(object)
    """A ``WentOn``: a new branch was begun and is open."""
    switched = Signal(str)
    """Another branch of this title is open."""
    retelling = Signal(object, object, object)
    """While an action is left out: the moment reached, the first and the last one."""

    def __init__(self, bridge: Any) -> None:
        """``bridge`` is the ``Bridge`` it belongs to."""
        super().__init__(bridge)
        self._bridge = bridge
        self.looking: Looking | None = None
        self.standings: tuple[Standing, ...] = ()
        """The branches as they were read last, hidden ones left out."""
        self._asked = 0
        self._resting = False
        self._stop = Event()
        bridge.opened.connect(self.read_branches)

    # --- looking ------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Whether history is not to be travelled: in a lesson, whose steps follow each other."""
        return self._resting

    def rest(self, resting: bool) -> None:
        """A lesson begins or ends."""
        if resting != self._resting:
            self._resting = resting
            self.resting_changed.emit()

    def refuse(self, _error: InThePast | None = None) -> None:
        """Have it said why nothing was done."""
        self.refused.emit()

    def look(self, seq: int) -> None:
        """Show the world as it was after event ``seq``; time that runs is stopped."""
        self._look(lambda session: _after(session, seq))

    def look_before(self, seq: int) -> None:
        """Show the world as it was before the action that event ``seq`` was part of."""
        self._look(lambda session: _after(session, max(1, session.action(seq).start)))

    def look_after(self, seq: int) -> None:
        """Show the world as it was after the action that event ``seq`` was part of."""
        self._look(lambda session: _after(session, session.action(seq).stop))

    def look_at(self, time: int) -> None:
        """Show the world as it was at this moment."""
        self._look(lambda session: Looking(session.seq_at(time), session.world_at_time(time)))

    def _look(self, find: Callable[[Session], Looking]) -> None:
        if not self._may_travel():
            return
        self._bridge.pause()
        self._bridge.cancel()
        self._asked += 1
        asked = self._asked

        def work(session: Session) -> Looking | None:
            found, now = find(session), session.world
            return None if (found.seq, found.world.time) == (now.events, now.time) else found

        def show(found: Looking | None) -> None:
            if asked == self._asked:
                self._show(found)

        self._bridge.call(work, show)

    def _may_travel(self) -> bool:
        """Not in a lesson, and not while another branch or profile is being opened: what was
        asked for is of the one before."""
        open_ = self._bridge.present is not None and not self._bridge.opening
        return open_ and not self._resting

    def back(self) -> None:
        """To the present again."""
        self._asked += 1
        self._show(None)

    def _show(self, found: Looking | None) -> None:
        if found != self.looking:
            self.looking = found
            self._bridge.another_era()
            self.changed.emit()

    def forget(self) -> None:
        """Another profile or branch is open, at its present. Whoever opened it tells."""
        self._asked += 1
        self.looking = None

    # --- branches -----------------------------------------------------------------------

    def current(self) -> Standing | None:
        """The branch that is open; ``None`` until it was read."""
        return next((each for each in self.standings if each.current), None)

    def read_branches(self) -> None:
        """Have ``standings`` read; then ``branches_changed``."""
        self._bridge.call(_standings, self._stand)

    def read_worths(self) -> None:
        """The same, with what one is worth at the end of each: to be shown in a list."""
        account = self._bridge.account
        self._bridge.call(lambda session: _worths(session, account), self._stand)

    def _stand(self, standings: tuple[Standing, ...]) -> None:
        if standings != self.standings:
            self.standings = standings
            self.branches_changed.emit()

    def title_problem(self, title: str, but: int = -1) -> str:
        """What is wrong with a branch's name; nothing if it may be used (by branch ``but``)."""
        if not title:
            return QCoreApplication.translate("Past", "Type a name first.")
        taken = {
            titled(each.branch.title).casefold()
            for each in self.standings
            if each.branch.id != but
        }
        if title.casefold() in taken:
            return QCoreApplication.translate("Past", "There is a branch of this name already.")
        return ""

    def free_title(self, title: str) -> str:
        """The name, with a number if there is a branch of it already."""
        text = QCoreApplication.translate("Past", "{title} ({number})")
        made, number = title, 1
        while self.title_problem(made):
            number += 1
            made = text.format(title=title, number=number)
        return made

    def fork(self, title: str) -> None:
        """Go on from the moment that is shown on a new branch: ``went_on``."""
        looking, present = self.looking, self._bridge.present
        if present is None or not self._may_travel():
            return
        seq, world = (present.events, present) if looking is None else looking

        def act(session: Session) -> WentOn:
            before = session.branch
            return WentOn(title, session.fork(seq, title, at=world.time), before)

        self._go_over(act, self.went_on.emit, self._bridge.failed.emit)

    def switch(self, branch: int) -> None:
        """Stand on another branch, at its end: ``switched``."""
        self._turn(branch, partial(_switch, branch))

    def return_from(self, went: WentOn) -> None:
        """Undo: back to the branch that was left; the new one is shown no more."""

        def act(session: Session) -> None:
            session.unhide(went.before)
            session.switch(went.before)
            session.hide(went.branch)

        self._turn(went.before, act)

    def leave_out(
        self,
        seq: int,
        title: str,
        told: Callable[[Retold | None], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Leave out the action that event ``seq`` was part of, on a new branch, and do again what
        followed; ``retelling`` meanwhile. ``told`` gets the report, or ``None`` after
        ``cancel_retelling``: then nothing has changed."""
        stop = Event()

        def progress(at: int, begin: int, until: int) -> None:
            self._bridge.jobs.tell(partial(self.retelling.emit, at, begin, until))

        def act(session: Session) -> Retold | None:
            from lstwallet.app import timeline

            return timeline.leave_out(
                session, seq, title, progress=progress, cancelled=stop.is_set,
                gate=GATE.wait,
            )  # fmt: skip

        self._go_over(act, told, failed)
        self._stop = stop

    def cancel_retelling(self) -> None:
        """Stop what ``leave_out`` does."""
        self._stop.set()

    def _turn(self, branch: int, act: Callable[[Session], None]) -> None:
        known = {each.branch.id: titled(each.branch.title) for each in self.standings}
        title = known.get(branch, titled(""))
        self._go_over(act, lambda _none: self.switched.emit(title), self._bridge.failed.emit)

    def _go_over(
        self,
        act: Callable[[Session], Any],
        told: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Stand elsewhere in the tree, and know it as it is then before it is told."""

        def work(session: Session) -> tuple[Any, tuple[Standing, ...]]:
            return act(session), _standings(session)

        def done(both: tuple[Any, tuple[Standing, ...]]) -> None:
            self._stand(both[1])
            told(both[0])

        self._bridge.turn(work, done, failed)

    def rename(self, branch: int, title: str) -> None:
        """Call a branch something else."""
        self._change(lambda session: session.rename(branch, title), _nothing)

    def hide(self, branch: int, then: Callable[[], object]) -> None:
        """Delete, for the person: it is shown no more. ``then``, once it is done."""
        self._change(lambda session: session.hide(branch), then)

    def unhide(self, branch: int) -> None:
        """The branch is shown again."""
        self._change(lambda session: session.unhide(branch), _nothing)

    def _change(self, act: Callable[[Session], None], then: Callable[[], object]) -> None:
        def done(_none: None) -> None:
            listed = any(each.worth is not None for each in self.standings)
            (self.read_worths if listed else self.read_branches)()
            then()

        self._bridge.alter(act, done)


def _standings(session: Session) -> tuple[Standing, ...]:
    """The branches that are shown."""
    return tuple(Standing(branch, None) for branch in session.branches() if not branch.hidden)


def _worths(session: Session, account: Account) -> tuple[Standing, ...]:
    """The same; to know the end of one takes as long as opening it does."""
    from lstwallet.readmodel.portfolio import net_worth

    made = []
    for branch, _ in _standings(session):
        world = session.world_of(branch.id)
        known = account in world.accounts
        made.append(Standing(branch, net_worth(world, account) if known else None))
    return tuple(made)


def _after(session: Session, seq: int) -> Looking:
    """Just after event ``seq``."""
    return Looking(seq, session.world_at(seq))


def _switch(branch: int, session: Session) -> None:
    session.switch(branch)


def _nothing() -> None:
    """Nobody waits."""
