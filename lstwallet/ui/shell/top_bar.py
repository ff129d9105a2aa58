"""The top bar: profile, the way to the palette, net worth, and that it is a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from lstwallet.ui.shell.account_button import AccountButton
from lstwallet.ui.shell.chooser import Chooser
from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label, unmarked
from lstwallet.ui.widgets.layout import Panel, holder, row

HEIGHT: Final = 56
PRIVACY: Final = ("exact", "hidden", "percent")


class ProfileButton(Chooser):
    """Avatar and profile; opens a menu of profiles."""

    wanted = Signal(str)
    """Path of another profile, or an empty text for a new one."""
    manage_wanted = Signal()
    """All profiles and their backups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("lstwallet", 30, "strong", 240, parent)
        self.setObjectName("top.profile")
        self._others: list[tuple[str, str]] = []
        self._below.setText(self.tr("Profile"))

    def set_profile(
        self, name: str, others: Sequence[tuple[str, str]] = (), account: str = ""
    ) -> None:
        """Show a profile; ``others`` are (name, path) of those to switch to, ``account`` says
        what it is in place of "Profile"."""
        self._name.setText(name)
        self._below.setText(account or self.tr("Profile"))
        self._picture.set_seed(name or "lstwallet")
        self._others = list(others)
        self.setAccessibleName(self.tr("Profile {name}").format(name=name))

    def menu(self) -> QMenu:
        """The other profiles, and a new one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        here = QAction(icons.icon("check", "accent_text"), unmarked(self._name.text()), menu)
        menu.addAction(here)
        for name, path in self._others:
            action = QAction(unmarked(name), menu)
            action.triggered.connect(lambda _on=False, p=path: self.wanted.emit(p))
            menu.addAction(action)
        menu.addSeparator()
        manage = QAction(icons.icon("archive"), self.tr("Profiles and backups…"), menu)
        manage.triggered.connect(lambda _on=False: self.manage_wanted.emit())
        menu.addAction(manage)
        fresh = QAction(icons.icon("plus"), self.tr("New profile"), menu)
        fresh.triggered.connect(lambda _on=False: self.wanted.emit(""))
        menu.addAction(fresh)
        return menu


class Finder(Themed, QAbstractButton):
    """Looks like a search field and opens the command palette, where one types."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top.finder")
        self.setText(self.tr("Search rooms and actions"))
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(self.tr("Ctrl+K"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("focus_radius", 8)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        glass, keys = Icon("magnifying-glass", "3", 15), Chip("Ctrl K", "line", small=True)
        words = Label(self.text(), "body", "3", elide=True)
        for part in (glass, keys, words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(row(glass, (words, 1), keys, margins=(10, 0, 6, 0), spacing=8))
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedSize(current().px(262), current().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        back = "hover" if self.underMouse() else "surface"
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), back, "line_strong", 8)


class TopBar(Themed, Panel):
    """56 px: profile left, finder in the middle, net worth and SIMULATION right."""

    commands_wanted = Signal()
    profile_wanted = Signal(str)
    privacy_changed = Signal(str)
    lock_wanted = Signal()

    def __init__(self, account: AccountButton, parent: QWidget | None = None) -> None:
        """``account`` stands beside the profile: which of its accounts is shown."""
        super().__init__("window", "line", "bottom", parent)
        self.account = account
        self._privacy = "exact"
        self.profile = ProfileButton()
        self.profile.wanted.connect(self.profile_wanted)
        self.finder = Finder()
        self.finder.clicked.connect(lambda _on=False: self.commands_wanted.emit())
        self._glass = ToolButton(
            "magnifying-glass", self.tr("Search rooms and actions (Ctrl+K)"),
            on_click=self.commands_wanted.emit,
        )  # fmt: skip
        self._glass.setObjectName("top.glass")
        self._caption = Label(self.tr("Net worth"), "small", "2")
        self.net_worth = Label("", "strong", align="right")
        self.net_worth.setObjectName("top.net_worth")
        self.net_worth.setAccessibleName(self.tr("Net worth"))
        self.eye = ToolButton("eye", "", icon_side=16, on_click=self._next_privacy)
        self.eye.setObjectName("top.eye")
        self.chip = Chip(self.tr("SIMULATION"), "sim", "flask-fill")
        self.chip.setObjectName("top.simulation")
        self.chip.setToolTip(self.tr("Nothing here is connected to a real chain"))
        self.bell = ToolButton("bell", self.tr("Notices"), icon_side=16)
        self.bell.setObjectName("top.bell")
        self.lock = ToolButton(icons.LOCK, "", icon_side=16, on_click=self.lock_wanted.emit)
        self.lock.setObjectName("top.lock")
        self.set_lockable(False)
        worth = holder(
            row(self._caption, self.net_worth, self.eye, self.lock, self.bell, spacing=8)
        )
        line = row(
            self.profile, account, None, self.finder, None, self._glass, worth, 12, self.chip,
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
        """Below 1180 px the finder is an icon."""
        if slim != self._slim:
            self._slim = slim
            self.finder.setVisible(not slim)
            self._glass.setVisible(slim)

    def set_lockable(self, lockable: bool) -> None:
        """What the lock button says; pressed, it says why a profile cannot be locked."""
        words = self.tr("Lock (Ctrl+L)")
        self.lock.set_tip(
            words if lockable else self.tr("Lock: this profile has no password yet")
        )

    def forget(self) -> None:
        """The profile is locked: neither its name nor its worth."""
        self.net_worth.setText("")
        self.profile.set_profile("")
        self.account.forget()

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
