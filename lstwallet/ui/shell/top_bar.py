"""The top bar: whose money this is, the room finder, net worth, and that it is a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu, QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import Identicon
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import Panel, column, holder, row

HEIGHT: Final = 56
PRIVACY: Final = ("exact", "hidden", "percent")
_STAYS: Final = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""The finder's own list, or another window: the cursor comes back."""


class ProfileButton(Themed, QAbstractButton):
    """Avatar, profile and account; opens a menu of profiles."""

    wanted = Signal(str)
    """Path of another profile, or an empty text for a new one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top.profile")
        self._others: list[tuple[str, str]] = []
        self._picture = Identicon("lstwallet", 30)
        self._name = Label("", "strong", elide=True)
        self._account = Label(self.tr("Main account"), "caption", "3", elide=True)
        words = column(self._name, self._account, spacing=1)
        caret = Icon("caret-down", "3", 12)
        self.setLayout(
            row(self._picture, (words, 1), caret, margins=(0, 4, 8, 4), spacing=8)
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("focus_radius", 8)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedHeight(current().px(42))
        self.setMaximumWidth(current().px(240))

    def set_profile(
        self, name: str, others: Sequence[tuple[str, str]] = (), account: str = ""
    ) -> None:
        """Show a profile; ``others`` are (name, path) of those to switch to."""
        self._name.setText(name)
        self._account.setText(account or self.tr("Main account"))
        self._picture.set_seed(name or "lstwallet")
        self._others = list(others)
        self.setAccessibleName(self.tr("Profile {name}").format(name=name))

    def menu(self) -> QMenu:
        """The other profiles, and a new one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        here = QAction(icons.icon("check", "accent_text"), self._name.text(), menu)
        menu.addAction(here)
        for name, path in self._others:
            action = QAction(name, menu)
            action.triggered.connect(lambda _on=False, p=path: self.wanted.emit(p))
            menu.addAction(action)
        menu.addSeparator()
        fresh = QAction(icons.icon("plus"), self.tr("New profile"), menu)
        fresh.triggered.connect(lambda _on=False: self.wanted.emit(""))
        menu.addAction(fresh)
        return menu

    def _open(self) -> None:
        if self._name.text():
            self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width() or 180, current().px(42))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            with QPainter(self) as painter:
                paint.draw_panel(painter, QRectF(self.rect()), "hover", "", 8)


class Finder(Themed, QWidget):
    """The search field: type a room's name, Enter goes there. Icon only when slim."""

    chosen = Signal(str)
    left = Signal()
    """The cursor went elsewhere in the window."""

    def __init__(self, rooms: Sequence[tuple[str, str, str]], parent: QWidget | None = None):
        """``rooms`` are (key, title, icon)."""
        super().__init__(parent)
        self._rooms = list(rooms)
        self._slim = False
        self._menu: QMenu | None = None
        self.edit = QLineEdit()
        self.edit.setObjectName("top.finder")
        self.edit.setProperty("own_focus", True)
        self.edit.setPlaceholderText(self.tr("Jump to a room…"))
        self.edit.setAccessibleName(self.tr("Jump to a room"))
        self.edit.textEdited.connect(self._suggest)
        self.edit.returnPressed.connect(self._take_first)
        self.edit.installEventFilter(self)
        self._glass = Icon("magnifying-glass", "3", 15)
        self._keys = Chip("Ctrl K", "line", small=True)
        self.setLayout(
            row(self._glass, (self.edit, 1), self._keys, margins=(10, 0, 6, 0), spacing=8)
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedSize(current().px(262), current().px(32))

    def matches(self, text: str) -> list[tuple[str, str, str]]:
        """Rooms whose title contains the text; those that begin with it first."""
        bare = text.strip().casefold()
        found = [room for room in self._rooms if bare in room[1].casefold()]
        return sorted(found, key=lambda room: not room[1].casefold().startswith(bare))

    def _suggest(self, text: str) -> None:
        self._close_menu()
        found = self.matches(text)
        if not text.strip():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        menu.setMinimumWidth(self.width())
        for key, title, icon in found:
            action = QAction(icons.icon(icon), title, menu)
            action.triggered.connect(lambda _on=False, k=key: self._go(k))
            menu.addAction(action)
        if not found:
            none = QAction(self.tr("No room of that name"), menu)
            none.setEnabled(False)
            menu.addAction(none)
        menu.setActiveAction(menu.actions()[0])
        menu.installEventFilter(self)
        menu.aboutToHide.connect(self._forget_menu)
        self._menu = menu
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While the list is open, typing goes on into the field."""
        if watched is self.edit and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
            assert isinstance(event, QFocusEvent)
            if event.type() == QEvent.Type.FocusOut and event.reason() not in _STAYS:
                self.left.emit()
        if watched is self._menu and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            typed = event.text().isprintable() and event.text() != ""
            if typed or event.key() == Qt.Key.Key_Backspace:
                self.edit.setFocus()
                if typed:
                    self.edit.insert(event.text())
                else:
                    self.edit.backspace()
                self._suggest(self.edit.text())
                return True
        return super().eventFilter(watched, event)

    def _close_menu(self) -> None:
        menu, self._menu = self._menu, None
        if menu is not None:
            menu.close()

    def _forget_menu(self) -> None:
        """It is closing, by Esc or a click beside it, and is deleted then."""
        self._menu = None

    def _take_first(self) -> None:
        found = self.matches(self.edit.text())
        if found:
            self._go(found[0][0])

    def _go(self, key: str) -> None:
        self._close_menu()
        self.edit.clear()
        self.edit.clearFocus()
        self.chosen.emit(key)

    def paintEvent(self, event: QPaintEvent) -> None:
        focused = self.edit.hasFocus()
        with QPainter(self) as painter:
            edge, width = ("focus", 2) if focused else ("line_strong", 1)
            paint.draw_panel(painter, QRectF(self.rect()), "surface", edge, 8, width)


class TopBar(Themed, Panel):
    """56 px: profile left, finder in the middle, net worth and SIMULATION right."""

    room_chosen = Signal(str)
    profile_wanted = Signal(str)
    privacy_changed = Signal(str)

    def __init__(
        self, rooms: Sequence[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__("window", "line", "bottom", parent)
        self._privacy = "exact"
        self.profile = ProfileButton()
        self.profile.wanted.connect(self.profile_wanted)
        self.finder = Finder(rooms)
        self.finder.chosen.connect(self._found)
        self.finder.left.connect(self._fold)
        self._glass = ToolButton(
            "magnifying-glass", self.tr("Jump to a room (Ctrl+K)"), on_click=self.find
        )
        self._caption = Label(self.tr("Net worth"), "small", "2")
        self.net_worth = Label("", "strong", align="right")
        self.net_worth.setObjectName("top.net_worth")
        self.net_worth.setAccessibleName(self.tr("Net worth"))
        self.eye = ToolButton("eye", "", icon_side=16, on_click=self._next_privacy)
        self.eye.setObjectName("top.eye")
        self.chip = Chip(self.tr("SIMULATION"), "sim", "flask-fill")
        self.chip.setObjectName("top.simulation")
        self.chip.setToolTip(self.tr("Nothing here is connected to a real chain"))
        worth = holder(row(self._caption, self.net_worth, self.eye, spacing=8))
        line = row(
            self.profile, None, self.finder, None, self._glass, worth, 12, self.chip,
            margins=(20, 0, 20, 1), spacing=8,
        )  # fmt: skip
        self.setLayout(line)
        self._slim: bool | None = None
        self.set_slim(False)
        self.set_privacy("exact")
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedHeight(max(HEIGHT, current().px(HEIGHT)))

    def set_slim(self, slim: bool) -> None:
        """Below 1180 px the finder is an icon until it is used."""
        if slim != self._slim:
            self._slim = slim
            self.finder.setVisible(not slim)
            self._glass.setVisible(slim)

    def find(self) -> None:
        """Put the cursor into the finder (Ctrl+K)."""
        self.finder.show()
        self._glass.hide()
        self.finder.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.finder.edit.selectAll()

    def _fold(self) -> None:
        self.finder.setVisible(not self._slim)
        self._glass.setVisible(bool(self._slim))

    def _found(self, key: str) -> None:
        self._fold()
        self.room_chosen.emit(key)

    def set_net_worth(self, text: str) -> None:
        """The formatted net worth."""
        self.net_worth.setText(text)

    def set_privacy(self, privacy: str) -> None:
        """Show which mode the eye is in, without a signal."""
        self._privacy = privacy
        looks = {
            "exact": ("eye", self.tr("Amounts are shown. Click to hide them")),
            "hidden": ("eye-slash", self.tr("Amounts are hidden. Click for percentages only")),
            "percent": ("percent", self.tr("Percentages are shown. Click for amounts")),
        }
        icon, tip = looks[privacy]
        self.eye.set_icon(icon)
        self.eye.set_tip(tip)

    def _next_privacy(self) -> None:
        following = PRIVACY[(PRIVACY.index(self._privacy) + 1) % len(PRIVACY)]
        self.set_privacy(following)
        self.privacy_changed.emit(following)
