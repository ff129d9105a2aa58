"""The window: rail, top bar, the room one is in, time bar. It knows rooms by name only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QKeyCombination,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedLayout, QWidget

from lstwallet.ui import pages, wording
from lstwallet.ui.bridge import EVERYTHING
from lstwallet.ui.floating import Floating
from lstwallet.ui.jobs import load
from lstwallet.ui.pages import ROOMS, Room, room
from lstwallet.ui.shell import place, tab_order
from lstwallet.ui.shell.account_button import AccountButton
from lstwallet.ui.shell.edits import SettingsEdits
from lstwallet.ui.shell.notices import NoticeCentre
from lstwallet.ui.shell.past_strip import PastStrip
from lstwallet.ui.shell.rail import Rail
from lstwallet.ui.shell.redraw import Redraw
from lstwallet.ui.shell.sorts import Sorts
from lstwallet.ui.shell.standstill_strip import StandstillStrip
from lstwallet.ui.shell.time_bar import TimeBar
from lstwallet.ui.shell.told import Told
from lstwallet.ui.shell.top_bar import TopBar
from lstwallet.ui.shell.travel import Travel
from lstwallet.ui.theme import current, tokens
from lstwallet.ui.widgets.layout import Panel, column, holder, row

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Progress
    from lstwallet.ui.bridge import Bridge, Opened
    from lstwallet.ui.pages.page import Page

TOUCHES: Final = frozenset(
    (
        QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel, QEvent.Type.TouchBegin,
    )
)  # fmt: skip
"""Somebody is there."""
PALETTE_KEYS: Final = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_K)
PROFILES: Final = "profiles"
"""The list of profiles and backups is no room either; the program has it."""


@cache
def real_rooms() -> tuple[Room, ...]:
    """The rooms whose pages exist."""
    return tuple(each for each in ROOMS if _exists(each.module))


def _exists(module: str) -> bool:
    """Asked of the folder first: ``find_spec`` imports the room's package."""
    below = module.removeprefix(f"{pages.__name__}.").replace(".", "/")
    if (Path(pages.__file__).parent / f"{below}.py").exists():
        return True
    try:
        return find_spec(module) is not None  # a bundled program has no .py files
    except ModuleNotFoundError:
        return False


class MainWindow(QMainWindow):
    """Shows rooms; asks ``profile_wanted`` (a path, or "" for a new one) of the program."""

    painted = Signal()
    """The first frame is on the screen."""
    profile_wanted = Signal(str)
    profiles_wanted = Signal()
    """The list of profiles and backups."""
    entered = Signal(str)
    """A room's page is shown, built and fresh."""
    lock_wanted = Signal()
    """Ctrl+L, or the button in the top bar."""
    minimised = Signal()
    lesson_wanted = Signal(str)
    """A page asks for the lesson of this id, or with "" to leave the one under way."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.rooms: Final = real_rooms()
        self._pages: dict[str, Page] = {}
        self._wanted: tuple[str, Any] = (self.rooms[0].key, None)
        self._typing = False
        self._loading: set[str] = set()
        self._slim: bool | None = None
        self._first_frame = True
        self.touched = QElapsedTimer()
        """Since a key was pressed or the mouse moved over the window."""
        self.touched.start()
        self.redraw = Redraw(self._tell, self)
        self.toasts = Told(self, self._panel)
        self._sandbox = ("", "")
        self.other_profiles: Sequence[tuple[str, str]] = ()
        """(name, path) of the profiles one may switch to."""
        self._profile: Opened | None = None
        self.floating = Floating(self)
        self.setWindowTitle("lstwallet")
        self._build()
        self._connect()
        self._add_shortcuts()
        self.setMinimumSize(place.MINIMUM)
        self.resize(place.SIZE)

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        self.rail = Rail(self.rooms)
        self.top_bar = TopBar(AccountButton(self.bridge))
        self.time_bar = TimeBar(self.bridge)
        self.past_strip = PastStrip(self.bridge)
        self._strip = column(margins=(20, 0, 16, 0), spacing=0)
        self.stack = QStackedLayout()
        self._blank = QWidget(self)
        self.stack.addWidget(self._blank)
        self.standstill = StandstillStrip(self.bridge)
        strips = self.standstill, self.past_strip, self._strip
        right = column(self.top_bar, *strips, (self.stack, 1), spacing=0)
        upper = row(self.rail, (right, 1), spacing=0)
        self.shell = holder(column((upper, 1), self.time_bar, spacing=0))
        ground = Panel("window")
        self.whole = QStackedLayout(ground)
        self.whole.addWidget(self.shell)
        self.setCentralWidget(ground)
        self.shell.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.shell.setFocus()  # not the first button: Space would press it
        self.rail.set_current(self._wanted[0])

    def _connect(self) -> None:
        bridge = self.bridge
        self.rail.chosen.connect(self.enter)
        self.top_bar.commands_wanted.connect(self.floating.find_command)
        self.top_bar.profile_wanted.connect(self.profile_wanted)
        self.top_bar.profile.manage_wanted.connect(self.profiles_wanted)
        self.top_bar.account.manage_wanted.connect(
            lambda: self.enter("wallet", {"view": "accounts"})
        )
        self.top_bar.privacy_changed.connect(lambda mode: bridge.change(privacy=mode))
        self.top_bar.set_privacy(bridge.settings.privacy)
        self.top_bar.lock_wanted.connect(self.lock_wanted)
        bridge.opened.connect(self._opened)
        bridge.locked.connect(self.forget)
        bridge.outcome.connect(self._happened)
        bridge.progress.connect(self._progressed)
        bridge.preferences_changed.connect(self._all_stale)
        bridge.account_changed.connect(self._another_account)
        bridge.past.changed.connect(self._all_stale)
        self.travel = Travel(self)
        self._sorts = Sorts(bridge, self)
        self.time_bar.calendar_wanted.connect(lambda: self.floating.show_sheet("calendar"))
        self._edits = SettingsEdits(bridge, self.toast, self)
        self.notices = NoticeCentre(self, self.top_bar.bell)

    def _add_shortcuts(self) -> None:
        for number, each in enumerate(self.rooms[:9], 1):
            self._shortcut(f"Alt+{number}", lambda key=each.key: self.cover() or self.enter(key))
        self._shortcut(QKeySequence(PALETTE_KEYS), self.floating.find_command)
        self._shortcut("F1", self.floating.help)
        self._shortcut("Ctrl+F", self._find_in_room)
        self._shortcut("Ctrl+Z", self.undo)
        self._shortcut("Ctrl+L", self.lock_wanted.emit)

    def _shortcut(self, keys: str | QKeySequence, act: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(act)

    # --- rooms --------------------------------------------------------------------------

    @property
    def room(self) -> str:
        """Key of the room one is in, or on the way to."""
        return self._wanted[0]

    def page(self, key: str) -> Page | None:
        """A room's page if it was built."""
        return self._pages.get(key)

    def enter(self, key: str, arguments: Any = None, *, typing: bool = False) -> None:
        """Go to a room; its module is imported in the lane the first time. ``typing``: the
        cursor goes into the room's form."""
        self.floating.show_sheet(key)
        if key == PROFILES and self.cover() is None:
            self.profiles_wanted.emit()
        if self.travel.goes(key, arguments):
            return
        if key not in {each.key for each in self.rooms}:
            return
        self._wanted = (key, arguments)
        self._typing = typing
        self.rail.set_current(key)
        if self.bridge.world is None:
            return
        if key in self._pages:
            self._show(key)
        elif key not in self._loading:
            self._loading.add(key)
            self.bridge.jobs.run(
                load(room(key).module),
                lambda module: self._loaded(key, module),
                lambda error: self._not_loaded(key, error),
            )

    def _loaded(self, key: str, module: ModuleType) -> None:
        self._loading.discard(key)
        page: Page = module.RoomPage(self.bridge)
        page.navigate.connect(self.enter)
        page.command_wanted.connect(self._send)
        page.lesson_wanted.connect(self.lesson_wanted)
        page.panel_changed.connect(self.toasts.place)
        page.set_narrow(bool(self._slim))
        self._sorts.take(page)
        self._pages[key] = page
        self.stack.addWidget(page)
        if self._wanted[0] == key:
            self._show(key)

    def _not_loaded(self, key: str, error: BaseException) -> None:
        self._loading.discard(key)
        raise error

    def _show(self, key: str) -> None:
        page = self._pages[key]
        arguments = self._wanted[1]
        self._wanted = (key, None)
        if page is not self.stack.currentWidget():
            self.floating.close_popovers()
        self.stack.setCurrentWidget(page)
        if arguments is not None:
            page.show_request(arguments)
        if self._typing:
            self._typing = False
            page.begin_typing()
        self.toasts.seen(key)
        self.toasts.place()
        self.entered.emit(key)

    def _find_in_room(self) -> None:
        page: Any = self._pages.get(self.room)
        if page is not None and page.finds():
            page.find()

    def _send(self, command: Any) -> None:
        self.bridge.send(command, self._sent)

    def _sent(self, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            self.toast(self.tr("Not done"), wording.refusal(outcome.refusal), "bad")

    # --- the world ----------------------------------------------------------------------

    def _opened(self) -> None:
        profile = self.bridge.profile
        assert profile is not None
        self.top_bar.profile.set_profile(profile.name, ())
        if profile is not self._profile:  # not the same one again, after trouble with its file
            self._profile = profile
            self.toasts.forget()
        self.notices.begin(profile.world)
        self._show_net_worth()
        self.show_shell()
        self._all_stale()
        self.enter(*self._wanted)

    def forget(self) -> None:
        """The profile is locked: everything that showed it goes, typed forms with it. The room
        is remembered, and built anew when a profile is open again."""
        from lstwallet.ui.widgets.layout import clear

        self.floating.forget()
        self.redraw.forget()
        self.stack.setCurrentWidget(self._blank)
        for page in self._pages.values():
            page.hide()
            self.stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self._profile = None
        self.toasts.forget()
        clear(self._strip)
        self.notices.forget()
        self.top_bar.forget()
        self.time_bar.forget()
        self.set_sandbox("", "")

    def _another_account(self) -> None:
        """Every room tells of the account that is shown; notices are of all of them."""
        self._all_stale()

    def set_other_profiles(self, others: Sequence[tuple[str, str]]) -> None:
        """(name, path) of the profiles one may switch to."""
        self.other_profiles = others
        profile = self.bridge.profile
        if profile is not None:
            name, account = self._sandbox
            self.top_bar.profile.set_profile(name or profile.name, others, account)

    def set_sandbox(self, name: str, account: str) -> None:
        """Show these words instead of the profile's name; empty for the name itself."""
        self._sandbox = (name, account)
        self.bridge.past.rest(bool(name))
        title = self.tr("{profile} · lstwallet").format(profile=name) if name else "lstwallet"
        self.setWindowTitle(title)
        self.set_other_profiles(self.other_profiles)

    def _happened(self, outcome: Outcome) -> None:
        if outcome.refusal is None:
            self.notices.look(outcome.world, outcome.events)
        if self.bridge.playing or self.bridge.running:
            self.redraw.gently(outcome.changes)
        else:
            self.redraw.now(outcome.changes)

    def _progressed(self, progress: Progress) -> None:
        self.redraw.gently(EVERYTHING - {"profile"})

    def _tell(self, changes: frozenset[str]) -> None:
        self._show_net_worth()
        for page in self._pages.values():
            page.notice(changes)

    def _all_stale(self) -> None:
        self._show_net_worth()
        self.top_bar.set_privacy(self.bridge.settings.privacy)
        for page in self._pages.values():
            page.mark_stale()

    def _show_net_worth(self) -> None:
        world = self.bridge.world
        if world is None:
            return
        from lstwallet.readmodel.portfolio import net_worth

        usd = net_worth(world, self.bridge.account)
        self.bridge.set_net_worth(usd)
        self.top_bar.set_net_worth(wording.owned_fiat(self.bridge.preferences, usd))

    # --- whole pages, strips and toasts -------------------------------------------------

    def show_whole(self, widget: QWidget) -> None:
        """Cover the window with a page of its own: the first start, a profile that is broken.

        What floats above a room goes, and what is told meanwhile waits until one sees it again:
        the page may be about another profile, or be seen by somebody else.
        """
        if self.cover() is None and self.bridge.profile is not None:
            self.put_away()
        self._drop_cover()
        self.whole.addWidget(widget)
        self.whole.setCurrentWidget(widget)

    def show_shell(self) -> None:
        """Back to the rooms."""
        self.whole.setCurrentWidget(self.shell)
        self._drop_cover()
        self.toasts.go_on()

    def cover(self) -> QWidget | None:
        """The page that covers the window, if any."""
        shown = self.whole.currentWidget()
        return None if shown is self.shell else shown

    def _drop_cover(self) -> None:
        for index in range(self.whole.count() - 1, -1, -1):
            widget = self.whole.widget(index)
            if widget is not self.shell and widget is not None:
                wipe = getattr(widget, "wipe", None)
                if wipe is not None:
                    wipe()  # its secrets go with it
                self.whole.removeWidget(widget)
                widget.deleteLater()

    def show_trouble(self, sentence: str) -> None:
        """A strip above the room that stays until it is dismissed."""
        from lstwallet.ui.widgets.cards import Banner
        from lstwallet.ui.widgets.layout import clear

        clear(self._strip)
        banner = Banner(
            sentence, "bad", action=self.tr("Dismiss"), on_action=lambda: clear(self._strip)
        )
        banner.setObjectName("trouble")
        self._strip.addSpacing(12)
        self._strip.addWidget(banner)

    def toast(
        self,
        title: str,
        text: str = "",
        tone: str = "good",
        about: str = "",
        undo: Callable[[], object] | None = None,
        offer: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """A short word at the bottom right. ``about``: the room that shows more. ``undo``:
        takes back a reversible edit, by the toast's button or Ctrl+Z while it stands.
        ``offer``: the words of another button and what it does."""
        self.toasts.toast(title, text, tone, about, undo, offer)

    def undo(self) -> None:
        """Take back the newest edit whose toast still stands (Ctrl+Z)."""
        self.toasts.undo()

    def put_away(self) -> None:
        """Close everything that floats above the window: a page is to cover it."""
        self.floating.put_away()
        self.toasts.clear()

    def _panel(self) -> QWidget | None:
        """The action panel of the room one is in, while it stands at the right."""
        page = self._pages.get(self.room)
        panel = page.panel if page is not None else None
        return panel if panel is not None and panel.isVisible() else None

    def show_focus(self) -> None:
        """From now on the keyboard's focus is ringed."""
        from lstwallet.ui.widgets.focus_ring import FocusRing

        self._ring = FocusRing(self)

    # --- Qt -----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+K is ours, also in a field, where it would delete the rest of the line."""
        if event.type() in TOUCHES:
            self.touched.start()
        elif event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if event.keyCombination() == PALETTE_KEYS:
                event.ignore()
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.isMinimized():
            self.minimised.emit()
        if event.type() == QEvent.Type.StyleChange:
            QTimer.singleShot(0, self, self._fit)  # another text scale is another width

    def _fit(self) -> None:
        slim = self.width() < tokens.NARROW * current().scale
        if slim != self._slim:
            self._slim = slim
            for part in (self.rail, self.top_bar, self.past_strip, self.time_bar):
                part.set_slim(slim)
            for page in self._pages.values():
                page.set_narrow(slim)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Rail, top bar, what is told above the room, the room, the time bar."""
        page = self.stack.currentWidget() or self._blank
        parts = (self.rail, self.top_bar, *self._told(), page, self.time_bar)
        return tab_order.step(self, parts, forward)

    def _told(self) -> list[QWidget]:
        """The strips above the room."""
        items = (self._strip.itemAt(at) for at in range(self._strip.count()))
        told = [item.widget() for item in items if item.widget() is not None]
        strips = [each for each in (self.standstill, self.past_strip) if each.isVisible()]
        return [*strips, *told]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays and pauses, Esc leaves the past, unless an input took it."""
        if event.key() == Qt.Key.Key_Space and self.bridge.world is not None:
            if not event.isAutoRepeat() and self.cover() is None:
                self.time_bar.toggle()
        elif event.key() == Qt.Key.Key_Escape and self.bridge.past.looking is not None:
            self.bridge.past.back()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._first_frame:
            self._first_frame = False
            QTimer.singleShot(0, self, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.keep_state()
        super().closeEvent(event)

    def keep_state(self) -> None:
        """Keep size, place and room for the next time."""
        if self.bridge.profile is not None:
            self.bridge.change(window_geometry=place.kept(self), last_room=self.room)

    def restore(self, geometry: str, last_room: str) -> None:
        """Take up where one left: size, place and room."""
        place.take_up(self, geometry)
        if any(each.key == last_room for each in self.rooms):
            self._wanted = (last_room, None)
            self.rail.set_current(last_room)

