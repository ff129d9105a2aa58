"""The time bar's slider: its marks, its words, and the moment at which it is let go."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from lstwallet.ui import wording
from lstwallet.units.clock import DAY, HOUR, start_of

if TYPE_CHECKING:
    from lstwallet.app.branches import Mark as Happened
    from lstwallet.app.session import Outcome, Series
    from lstwallet.engine.world import World
    from lstwallet.readmodel.coming import Coming
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.widgets.bubble import Line as Said
    from lstwallet.ui.widgets.history import HistoryBar, Mark

AHEAD: Final = 10 * DAY
SOON_MS: Final = 50
"""Marks are read this long after a command: its receipt is painted first."""
PLAYING_MS: Final = 1_000
"""While time plays, marks are read this often at most."""
SAID: Final = 3
"""So much of what is due is said of the history; all of it is drawn."""
REWARDS_WITHIN: Final = 45 * DAY
"""In a longer history a mark a day would be a line."""
REWARDS: Final = "rewards"
WORTH: Final = "net_worth_usd8"
CHUNK: Final = 30 * DAY
"""Samples of net worth are read by so much, where one points: a year at once takes the lane
half a second."""


class Rewinder(QObject):
    """One time bar's history."""

    moved = Signal(object)
    """The knob is held at this moment; ``None``: it is not held any more."""

    def __init__(self, bridge: Bridge, bar: HistoryBar) -> None:
        super().__init__(bar)
        self._bridge, self._bar = bridge, bar
        self._marks: list[Happened] = []
        """What concerned the user, oldest first."""
        self._known = 0
        """The newest event that was looked at."""
        self._asked = 0
        self._worths: dict[int, tuple[int, Series | None]] = {}
        """By the beginning of a chunk: as of which moment it was asked for, and the samples."""
        self._unread = QTimer(self)
        self._unread.setSingleShot(True)
        self._unread.timeout.connect(self._read)
        bar.set_words(self._words)
        bar.chosen.connect(self._choose)
        bar.moved.connect(self.moved)
        bridge.opened.connect(self._begin)
        bridge.locked.connect(self.forget)
        bridge.account_changed.connect(self._begin)
        bridge.outcome.connect(self._happened)
        bridge.past.changed.connect(self.show)
        bridge.past.resting_changed.connect(self.show)
        bridge.preferences_changed.connect(self.show)

    # --- reading ------------------------------------------------------------------------

    def _begin(self) -> None:
        """Another profile, branch or account: all marks anew."""
        self.forget()
        self._read()
        self.show()

    def forget(self) -> None:
        """No mark, no words and no worth of what was open stays."""
        self._unread.stop()
        self._asked += 1
        self._marks, self._known, self._worths = [], 0, {}
        self._bar.drop()
        self._bar.look(None)
        self._bar.set(0, 1, 1)
        self._bar.setAccessibleDescription("")

    def _happened(self, outcome: Outcome) -> None:
        if outcome.refusal is None and outcome.changes - {"time", "prices"}:
            self._read_soon()
        if "time" in outcome.changes:
            self.show()

    def _read_soon(self) -> None:
        """After the receipt's own paint, and while time plays not more often than the eye
        asks for. What is read is shown, what is new ahead with it."""
        if not self._unread.isActive():
            self._unread.start(PLAYING_MS if self._bridge.playing else SOON_MS)

    def _read(self) -> None:
        """What is new on the branch, whatever moment of it is looked at."""
        bridge = self._bridge
        if bridge.present is None:
            return
        self._asked += 1
        asked, known = self._asked, self._known

        def answered(found: tuple[int, tuple[Happened, ...]]) -> None:
            if asked == self._asked:
                self._known = found[0]
                self._marks += found[1]
                self.show()

        bridge.call(lambda session: (session.world.events, session.marks(known)), answered)

    # --- showing ------------------------------------------------------------------------

    def show(self) -> None:
        """The whole past, what is due, and where one stands."""
        from lstwallet.readmodel.activity import group_of
        from lstwallet.ui.widgets.history import Mark
        from lstwallet.ui.wording import happened

        bridge = self._bridge
        world, looking = bridge.present, bridge.past.looking
        if world is None:
            return
        long = world.time - world.started > REWARDS_WITHIN
        past = [
            Mark(each.at, _tone(each.kind), happened.called(each.kind), each.seq)
            for each in self._marks
            if each.at <= world.time and not (long and group_of(each.kind) == REWARDS)
        ]
        ahead = _agenda_marks(world, bridge.account)
        self._bar.set(world.started, world.time, world.time + AHEAD, [*past, *ahead])
        self._bar.look(None if looking is None else looking.world.time)
        self._bar.rest(bridge.past.resting)
        if not self._bar.moving():
            self._bar.setAccessibleDescription(self._described(ahead))

    def _described(self, ahead: Sequence[Mark]) -> str:
        """Where the knob stands, and what comes."""
        coming = (
            self.tr("Coming: {what}").format(what="; ".join(mark.tip for mark in ahead[:SAID]))
            if ahead
            else self.tr("Nothing is due")
        )
        looking = self._bridge.past.looking
        if looking is None:
            return coming
        moment = wording.moment(looking.world.time)
        return self.tr("Looking at {moment}").format(moment=moment)

    def _words(self, time: int, mark: Mark | None) -> Sequence[Said]:
        """The bubble: the moment, what happened there, what one was worth."""
        world = self._bridge.present
        if world is None:
            return ()
        if time > world.time:
            return [(mark.tip, "small", "text")] if mark is not None and mark.tip else ()
        said: list[Said] = [(wording.moment(time), "caption", "3")]
        if mark is not None and mark.tip:
            said.append((mark.tip, "small_medium", "text"))
        worth = self._worth_at(time, world)
        if worth is not None:
            words = wording.owned_fiat(self._bridge.preferences, worth)
            said.append((words, "strong", "text"))
        return said

    def _worth_at(self, time: int, world: World) -> int | None:
        """Net worth by the last sample before; ``None`` while it is not known."""
        from lstwallet.readmodel.portfolio import net_worth

        if time == world.time:
            return net_worth(world, self._bridge.account)
        samples = self._samples_around(time, world)
        if samples is None:
            return None
        place = bisect_right(samples.at, time) - 1
        return samples.column(WORTH)[place] if place >= 0 else None

    def _samples_around(self, time: int, world: World) -> Series | None:
        """What is known of the chunk; asked for when first pointed at, and the newest once an
        hour."""
        begin = start_of(CHUNK, time)
        end = min(begin + CHUNK, start_of(HOUR, world.time) + HOUR)
        asked, known = self._worths.get(begin, (-1, None))
        if asked != end:
            self._worths[begin] = (end, known)
            bridge, account = self._bridge, self._bridge.account

            def take(series: Series) -> None:
                if self._worths.get(begin, (-1, None))[0] == end and account == bridge.account:
                    self._worths[begin] = (end, series)
                    self._bar.tell_again()

            bridge.call(
                lambda session: session.series(
                    (WORTH,), begin - HOUR, min(end, session.world.time), account=account
                ),
                take,
            )
        return known

    # --- acting -------------------------------------------------------------------------

    def _choose(self, time: int, seq: int) -> None:
        """The knob was let go: look at the moment, or at now again."""
        past, world = self._bridge.past, self._bridge.present
        if world is None or time >= world.time:
            past.back()
        elif seq:
            past.look_after(seq)
        else:
            past.look_at(time)

    def before_last(self) -> None:
        """Look at the moment before the newest act of the user's own that is shown; again and
        again, further and further back."""
        looking = self._bridge.past.looking
        end = looking.seq if looking is not None else 1 << 62
        acts = [each.seq for each in self._marks if each.seq <= end and each.commanded]
        if acts:
            self._bridge.past.look_before(max(acts))


def _coming(world: World, account: str, until: int) -> list[Coming]:
    from lstwallet.readmodel.coming import coming

    return coming(world, account, until)


def next_words(world: World, account: str) -> str:
    """``Rewards paid in 3 h``: the first thing that will happen."""
    for item in _coming(world, account, world.staking.next_report):
        return wording.next_due(item, world.time)
    return ""


def _agenda_marks(world: World, account: str) -> list[Mark]:
    from lstwallet.ui.widgets.history import Mark

    tones = {"ticket": "warn", "report": "good"}
    marks = []
    for item in _coming(world, account, world.time + AHEAD):
        words = wording.next_due(item, world.time)
        marks.append(Mark(item.at, tones.get(item.kind, "3"), words))
    return marks


def _tone(kind: str) -> str:
    """Colour of a mark: what one earned is green, a liquidation red, the rest grey."""
    from lstwallet.readmodel.activity import group_of

    if "Liquidat" in kind or "Slash" in kind:
        return "bad"
    return "good" if group_of(kind) == REWARDS or kind == "Claimed" else "3"
