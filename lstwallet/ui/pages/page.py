"""The shape of every page: it gets the bridge, shows a World, and emits what is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from inspect import isfunction
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.layout import Scroller, column, holder, tidy
from lstwallet.ui.widgets.overlays import Overlay

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.store.book import Edit
    from lstwallet.ui.bridge import Bridge


class Page(QWidget):
    """One room. Built when it is first entered, with ``bridge.world`` set.

    A page that is hidden while its interests change goes stale and refreshes when it is
    shown again.
    """

    key: ClassVar[str]
    """The room's key in ``pages.ROOMS``."""
    interests: ClassVar[frozenset[str]] = frozenset()
    """Areas as in ``Outcome.changes``; the page refreshes when one of them changed."""

    command_wanted = Signal(object)
    """A command without a dialogue of its own (the window sends it)."""
    navigate = Signal(str, object)
    """Room key and arguments for its ``show_request`` (or ``None``)."""
    lesson_wanted = Signal(str)
    """A lesson's id, or "" to leave the one under way."""
    panel_changed = Signal()
    """Another action panel, or none, stands at the right now."""

    panel: QWidget | None = None
    """The room's action panel, if it has one; toasts stand beside it."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.narrow = False
        self._stale = True
        self._slices: Iterator[None] | None = None
        self._outdated = False
        self._slice_timer = QTimer(self)
        self._slice_timer.setSingleShot(True)
        self._slice_timer.timeout.connect(self._turn_comes)

    def refresh(self, world: World) -> None:
        """Show this world. Called when visible, at most ten times a second; be quick."""
        raise NotImplementedError

    def slices(self, world: World) -> Iterator[None] | None:
        """``refresh`` in slices of a few milliseconds, one for each turn of the event loop:
        a page that takes long to show itself stays fluent. ``None``: it is quick anyway."""
        return None

    def show_request(self, arguments: Any) -> None:
        """Entered from another room with a wish (e.g. ``{"token": "wstETH"}``)."""

    def finds(self) -> bool:
        """Whether the room can be searched (Ctrl+F): it has a ``find`` of its own. Every widget
        has one of Qt's, which is something else."""
        return isfunction(getattr(type(self), "find", None))

    def begin_typing(self) -> None:
        """Put the cursor where one types first; where there is a form, into its amount."""
        form = getattr(getattr(self, "flow", None), "form", None)
        field = next(iter(form.fields().values()), None) if form is not None else None
        covered = any(each.isVisible() for each in self.window().findChildren(Overlay))
        if field is not None and field.edit.isVisible() and not covered:
            field.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def tell(self, title: str, text: str = "", tone: str = "good", undo: Any = None) -> None:
        """A short word at the window's corner; ``undo`` takes back a reversible edit."""
        toast = getattr(self.window(), "toast", None)
        if toast is not None:
            toast(title, text, tone, undo=undo)

    def edit(self, edit: Edit, said: str) -> None:
        """Change the book of contacts, notes, names and favourites; a toast offers Undo."""
        from lstwallet.store.book import inverse

        back = inverse(self.bridge.book, edit)
        if back == edit:
            return
        undo = partial(self.bridge.edit, back)
        self.bridge.edit(edit, lambda: self.tell(said, undo=undo))

    def favour(self, kind: str, key: str, name: str, *, on: bool) -> None:
        """Make something a favourite, or no longer one; ``name`` is what a person calls it."""
        from lstwallet.store.book import Favour

        more, less = self.tr("{name} is a favourite"), self.tr("{name} is no longer a favourite")
        self.edit(Favour(kind, key, on), (more if on else less).format(name=name))

    def set_narrow(self, narrow: bool) -> None:
        """The window crossed 1180 px: move side columns. Extend, and call ``super``."""
        self.narrow = narrow

    def notice(self, changes: frozenset[str]) -> None:
        """These areas changed: refresh now, or when shown."""
        if self.interests & changes:
            self.renew()

    def mark_stale(self) -> None:
        """What is shown is out of date: refresh at once, or when shown."""
        world = self.bridge.world
        self._slices, self._outdated = None, False
        self._slice_timer.stop()
        if self.isVisible() and world is not None:
            self._stale = False
            self.refresh(world)
        else:
            self._stale = True

    def renew(self) -> None:
        """What is shown is out of date: refresh slice by slice if the page can."""
        if self._slices is not None:
            self._outdated = True  # what is begun is shown to its end, then the newest world
            return
        world = self.bridge.world
        if world is not None and self.isVisible():
            self._slices = self.slices(world)
        if self._slices is None:
            self.mark_stale()
        else:
            self._stale = False
            self.take_slice()

    def renewing(self) -> bool:
        """Whether slices are still to come."""
        return self._slices is not None

    def _turn_comes(self) -> None:
        self.take_slice()

    def take_slice(self) -> None:
        """Show the next slice; the one after it comes when this one was painted."""
        if self._slices is None:
            return
        try:
            next(self._slices)
        except StopIteration:
            self._slices = None
        except BaseException:
            self._slices = None
            raise
        if self._slices is not None:
            self._slice_timer.start(0)
        elif self._outdated:
            self._outdated = False
            self.renew()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.mark_stale()


def centred(content: QLayout) -> QVBoxLayout:
    """A page's layout: ``content`` with the page's margins, at most 1600 px wide, scrolling."""
    tidy(content, (tokens.PAGE_MARGIN, 14, 16, 14), content.spacing())
    inner = holder(content)
    inner.setMaximumWidth(tokens.CONTENT_MAX)
    scroller = Scroller(inner)
    scroller.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return column((scroller, 1), spacing=0)
