"""Everything that the command palette offers: rooms, their actions, time, lessons, looks, help.

Rooms and what can be done in them come from the tables in ``pages``; the rest is written
here. Nothing of a room is imported to list it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from lstwallet.app import help as help_texts
from lstwallet.app import languages
from lstwallet.app.help import Help
from lstwallet.app.settings import PRIVACY
from lstwallet.ui.bridge import SPEEDS
from lstwallet.ui.pages.actions import ACTIONS
from lstwallet.ui.past import titled
from lstwallet.ui.shell.help import HelpSheet
from lstwallet.ui.shell.time_bar import STEPS, speed_words
from lstwallet.ui.theme.icons import LOCK
from lstwallet.ui.widgets.palette import Entry, Palette

if TYPE_CHECKING:
    from lstwallet.app.lessons.overview import Overview

RECENT: Final = 5
"""So many are offered again first."""
SCALES: Final = (100, 110, 125, 150)


class Commands(QObject):
    """Ctrl+K in one window."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        super().__init__(window)
        self._window = window
        self._bridge = window.bridge
        self.palette = Palette(window)
        self.palette.done.connect(self._remember)
        self._asked = 0

    def widgets(self) -> list[QWidget]:
        """What of it stands in the window."""
        return [self.palette]

    def open(self) -> None:
        """Show the palette, or put it away again."""
        if self.palette.isVisible():
            self.palette.close()
            return
        recent = [key for key in self._bridge.settings.recent_actions.split("\n") if key]
        self.palette.show_entries(list(self.entries()), recent)
        self._asked += 1
        self._read_lessons(self._asked)

    def _remember(self, key: str) -> None:
        before = self._bridge.settings.recent_actions.split("\n")
        kept = [key, *(each for each in before if each and each != key)][:RECENT]
        self._bridge.change(recent_actions="\n".join(kept))

    # --- the list -----------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """All entries but the lessons, group by group."""
        yield from self._rooms()
        yield from self._actions()
        yield from self._time()
        yield from self._history()
        yield from self._charts()
        yield from self._looks()
        yield from self._profiles()
        yield from self._help()

    def _rooms(self) -> Iterator[Entry]:
        group = self.tr("Rooms")
        for number, room in enumerate(self._window.rooms, 1):
            yield Entry(
                f"room {room.key}", group, room.label(), room.icon,
                lambda key=room.key: self._window.enter(key),
                f"Alt+{number}" if number <= 9 else "",
                on=room.key == self._window.room,
            )  # fmt: skip

    def _actions(self) -> Iterator[Entry]:
        for room in self._window.rooms:
            for action in ACTIONS:
                if action.room == room.key:
                    yield Entry(
                        action.key, room.label(), action.label(), action.icon,
                        lambda a=action: self._window.enter(a.room, a.arguments, typing=True),
                        also=action.others(),
                    )  # fmt: skip

    def _history(self) -> Iterator[Entry]:
        """The past, and the branches of the history."""
        group, past, travel = self.tr("History"), self._bridge.past, self._window.travel
        if past.resting:
            return
        words = self.tr("time machine undo rewind past history fork timeline")
        if past.looking is not None:
            yield Entry(
                "past go_on", group, self.tr("Go on from here"), "git-branch", travel.go_on,
                also=words,
            )  # fmt: skip
            yield Entry(
                "past compare", group, self.tr("Compare with now"), "scales", travel.compare,
                also=words,
            )  # fmt: skip
            yield Entry(
                "past back", group, self.tr("Back to now"), "arrow-line-right", past.back,
                self.tr("Esc"), words,
            )  # fmt: skip
        yield Entry(
            "past last", group, self.tr("Go back to before what you did last"),
            "clock-counter-clockwise", self._window.time_bar.rewinder.before_last, also=words,
        )  # fmt: skip
        yield Entry(
            "branches", group, self.tr("Branches: fork, rename, delete"), "git-branch",
            travel.show_branches, also=words,
        )  # fmt: skip
        for each in past.standings:
            if not each.current:
                title = titled(each.branch.title)
                yield Entry(
                    f"branch {each.branch.id}", group,
                    self.tr("Switch to branch {title}").format(title=title), "git-branch",
                    lambda ident=each.branch.id: past.switch(ident), also=words,
                )  # fmt: skip
        if len(past.standings) > 1:
            yield Entry(
                "branches compare", group, self.tr("Compare two branches"), "scales",
                travel.compare, also=words,
            )  # fmt: skip

    def _time(self) -> Iterator[Entry]:
        group, bridge = self.tr("Time"), self._bridge
        if bridge.past.looking is not None:
            return
        words = self.tr("play pause let time pass")
        title, icon = (self.tr("Play"), "play-fill")
        if bridge.playing:
            title, icon = (self.tr("Pause"), "pause-fill")
        toggle = self._window.time_bar.toggle
        yield Entry("time play", group, title, icon, toggle, self.tr("Space"), words)
        if bridge.running:
            yield Entry("time stop", group, self.tr("Stop here"), "stop", bridge.cancel)
            return
        steps = {
            "hour": self.tr("Let an hour pass"),
            "day": self.tr("Let a day pass"),
            "week": self.tr("Let a week pass"),
        }
        for key, text in steps.items():
            yield Entry(
                f"time {key}", group, text, "clock", lambda k=key: bridge.advance(STEPS[k]),
                also=self.tr("step wait"),
            )  # fmt: skip
        yield Entry(
            "time next", group, self.tr("Go on to the next event"), "skip-forward",
            bridge.advance_to_next_event, also=self.tr("step wait skip"),
        )  # fmt: skip
        for speed in SPEEDS:
            yield Entry(
                f"speed {speed}", group, self.tr("Speed {speed}").format(speed=speed_words(speed)),
                "gauge", lambda s=speed: bridge.set_speed(s), on=speed == bridge.speed,
            )  # fmt: skip

    def _charts(self) -> Iterator[Entry]:
        """The charts that are on the screen now."""
        group = self.tr("Charts")
        for chart in shown_charts(self._window.page(self._window.room)):
            name = chart.name
            words = self.tr("Show as chart: {name}") if chart.shows_table() else ""
            words = words or self.tr("Show as table: {name}")
            flip = "chart-line" if chart.shows_table() else "table"
            yield Entry(
                f"chart table {name}", group, words.format(name=name), flip, chart.flip,
                also=self.tr("numbers data"),
            )  # fmt: skip
            for kind, icon in (("PNG", "image"), ("SVG", "pen-nib"), ("CSV", "file-text")):
                text = self.tr("Save as {kind}: {name}").format(kind=kind, name=name)
                yield Entry(
                    f"chart {kind} {name}", group, text, icon,
                    lambda c=chart, k=kind: c.ask_save((f".{k.lower()}",)),
                    also=self.tr("picture export data chart"),
                )  # fmt: skip

    def _looks(self) -> Iterator[Entry]:
        settings, change = self._bridge.settings, self._bridge.change
        group = self.tr("Appearance")
        themes = (
            ("light", self.tr("Light theme"), "sun"),
            ("dark", self.tr("Dark theme"), "moon"),
            ("system", self.tr("The system's theme"), "monitor"),
        )
        for mode, text, icon in themes:
            yield Entry(
                f"theme {mode}", group, text, icon, lambda m=mode: change(theme=m),
                also=self.tr("colour mode appearance"), on=settings.theme == mode,
            )  # fmt: skip
        for scale in SCALES:
            text = self.tr("Text size {percent}%").format(percent=scale)
            yield Entry(
                f"scale {scale}", group, text, "text-aa", lambda s=scale: change(text_scale=s),
                also=self.tr("font zoom larger smaller"), on=settings.text_scale == scale,
            )  # fmt: skip
        words = {
            "exact": (self.tr("Show what I own"), "eye"),
            "hidden": (self.tr("Hide what I own"), "eye-slash"),
            "percent": (self.tr("Show what I own in percent"), "percent"),
        }
        for mode in PRIVACY:
            text, icon = words[mode]
            yield Entry(
                f"privacy {mode}", group, text, icon, lambda m=mode: change(privacy=m),
                also=self.tr("privacy amounts balances"), on=settings.privacy == mode,
            )  # fmt: skip
        still = settings.reduced_motion
        yield Entry(
            "motion", group, self.tr("Reduce motion"), "wind",
            lambda: change(reduced_motion=not still), also=self.tr("animation"), on=still,
        )  # fmt: skip

    def _profiles(self) -> Iterator[Entry]:
        group, wanted = self.tr("Profiles"), self._window.profile_wanted
        for name, path in self._window.other_profiles:
            text = self.tr("Switch to {name}").format(name=name)
            yield Entry(
                f"profile {path}", group, text, "user-circle", lambda p=path: wanted.emit(p),
                also=self.tr("open profile"),
            )  # fmt: skip
        yield Entry(
            "profile lock", group, self.tr("Lock this profile"), LOCK,
            self._window.lock_wanted.emit, "Ctrl+L", self.tr("password close hide away"),
        )  # fmt: skip
        yield Entry(
            "profile new", group, self.tr("New profile"), "plus", lambda: wanted.emit(""),
            also=self.tr("wallet account"),
        )  # fmt: skip

    def _help(self) -> Iterator[Entry]:
        group, window = self.tr("Help"), self._window
        yield Entry(
            "help", group, self.tr("Help on this room"), "question", window.floating.help, "F1",
            self.tr("what is this terms shortcuts keys glossary"),
        )  # fmt: skip
        yield Entry(
            "undo", group, self.tr("Undo the last edit"), "arrow-u-up-left", window.undo, "Ctrl+Z"
        )
        page = window.page(window.room)
        if page is not None and page.finds():
            yield Entry(
                "find", group, self.tr("Find in this room"), "magnifying-glass", page.find, "Ctrl+F"
            )

    # --- lessons ------------------------------------------------------------------------

    def _read_lessons(self, asked: int) -> None:
        """Their titles and how far they are stand in files: read in the lane, added then."""

        def work() -> Overview:
            from lstwallet.app.lessons.desk import Desk
            from lstwallet.app.lessons.overview import overview

            return overview(Desk())

        def show(seen: Overview) -> None:
            if asked == self._asked and self.palette.isVisible():
                self.palette.add_entries(list(self._lessons(seen)))

        self._bridge.jobs.run(work, show, lambda _error: None)  # Learn says what is wrong

    def _lessons(self, seen: Overview) -> Iterator[Entry]:
        group, window = self.tr("Lessons"), self._window
        for each in seen.standings:
            ident = each.lesson.id
            yield Entry(
                f"lesson {ident}", group, each.lesson.title, "graduation-cap",
                lambda i=ident, s=each.state: self._learn(i, s),
                also=self.tr("lesson learn quiz tour"),
            )  # fmt: skip
        profile = self._bridge.profile
        present = seen.present
        if present is not None and profile is not None and profile.path == present.path:
            yield Entry(
                "lesson leave", group, self.tr("Leave the lesson"), "sign-out",
                lambda: window.lesson_wanted.emit(""),
            )  # fmt: skip

    def _learn(self, ident: str, state: str) -> None:
        """Start or resume; with its steps done, the questions."""
        if state in ("new", "steps"):
            self._window.lesson_wanted.emit(ident)
        else:
            self._window.enter("learn", {"quiz": ident})


class Guide(QObject):
    """F1 in one window."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        super().__init__(window)
        self._window = window
        self.sheet = HelpSheet(window)
        window.entered.connect(self._put_away)

    def widgets(self) -> list[QWidget]:
        """What of it stands in the window."""
        return [self.sheet]

    def open(self) -> None:
        """Say what the present room is for; the same key puts it away."""
        if self.sheet.isVisible():
            self.sheet.close()
            return
        room = next(each for each in self._window.rooms if each.key == self._window.room)
        self.sheet.show_help(room.label(), room.icon, self._text(room.key), self._keys())

    def _put_away(self) -> None:
        self.sheet.close()

    def _text(self, room: str) -> Help:
        return help_texts.load(room, languages.chosen(self._window.bridge.settings.language))

    def _keys(self) -> list[tuple[str, str]]:
        window = self._window
        page = window.page(window.room)
        keys = [("F1", self.tr("This help"))]
        if page is not None and page.finds():
            keys.append(("Ctrl+F", self.tr("Find in this room")))
        if shown_charts(page):
            keys.append(("← →", self.tr("On a chart: from sample to sample; Shift goes finer")))
            keys.append(("Shift+F10", self.tr("On a chart: its table, and saving it as a file")))
            keys.append((self.tr("Home, End"), self.tr("On a chart: to its first and last sample")))
        last = min(9, len(window.rooms))
        return [
            *keys,
            ("Ctrl+K", self.tr("Every room and every action, by a few letters")),
            (f"Alt+1…{last}", self.tr("The first rooms of the rail")),
            (self.tr("Tab"), self.tr("On to the next field or button; Shift+Tab goes back")),
            (self.tr("Arrows"), self.tr("Within a group of choices, a table or a chart")),
            (self.tr("Shift+Enter"), self.tr("In a table: sorts by the column")),
            (self.tr("On the history"), self.tr("← → a day, with Shift an hour; PgUp and PgDn what "
                                               "you did; Home, End")),
            (self.tr("Space"), self.tr("Presses a button; elsewhere plays and pauses time")),
            ("Ctrl+L", self.tr("Locks the profile, if it has a password")),
            ("Ctrl+Z", self.tr("Take back the last edit while its message stands")),
            ("Esc", self.tr("Closes what lies on top, or leaves the past; in a lesson, pauses it")),
        ]


def shown_charts(page: QWidget | None) -> Sequence[Any]:
    """The charts of a page that are in sight. They say of themselves that they are some: to
    ask for their class would import pyqtgraph."""
    if page is None:
        return ()
    return [
        each
        for each in page.findChildren(QWidget)
        if each.property("chart") and each.isVisible()
    ]

