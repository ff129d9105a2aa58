"""Rows of the sheet of profiles and backups: a profile, a backup, a deleted profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from lstwallet.app.profiles import LONGEST_NAME
from lstwallet.ui import wording
from lstwallet.ui.theme import icons
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import IconTile, Identicon
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.in_place import InPlace
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.rows import ErrorLine

if TYPE_CHECKING:
    from lstwallet.app.backups import Backup
    from lstwallet.app.dustbin import Thrown
    from lstwallet.app.profile_list import Standing

Item = tuple[str, str, Callable[[], object]]
"""Icon, words and deed of an entry in a menu."""


class _Row(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def more(self, name: str, tip: str, items: Sequence[Item]) -> ToolButton:
        """The button with three dots; its menu is made anew each time."""
        button = ToolButton("dots-three", tip, side=28, icon_side=18)
        button.setObjectName(name)
        button.clicked.connect(lambda _on=False: self._open(button, items))
        return button

    def _open(self, button: ToolButton, items: Sequence[Item]) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for icon, words, act in items:
            action = QAction(icons.icon(icon), words, menu)
            action.triggered.connect(lambda _on=False, act=act: act())
            menu.addAction(action)
        corner = QPoint(button.width() - menu.sizeHint().width(), button.height())
        menu.popup(button.mapToGlobal(corner))


class ProfileRow(_Row):
    """A profile: its picture, its name, which one may change, and how it is protected."""

    def __init__(
        self,
        standing: Standing,
        now: float,
        *,
        here: bool,
        items: Sequence[Item],
        rename: Callable[[ProfileRow, str], object],
        switch: Callable[[], object],
    ) -> None:
        super().__init__()
        name = standing.name
        self.name = InPlace("strong", self.tr("Rename {name}").format(name=name), LONGEST_NAME,
                            f"profiles.name.{name}")  # fmt: skip
        self.name.set_text(name)
        self.name.edited.connect(lambda text: rename(self, text))
        self.error = ErrorLine()
        kinds = [str(slot.kind) for slot in standing.how.slots]
        facts = self.tr("{size} · changed {when} · {protection}").format(
            size=wording.file_size(standing.size),
            when=_lower(wording.real_moment(standing.changed, now)),
            protection=wording.protection(str(standing.how.state), kinds),
        )
        self.facts = Label(facts, "small", "2", elide=True)
        words = column(self.name, self.facts, self.error, spacing=2)
        end: QWidget
        if here:
            end = Chip(self.tr("Open"), "good", "check-circle", small=True)
        else:
            end = Button(self.tr("Open"), "secondary", "small", on_click=switch)
            end.setObjectName(f"profiles.open.{name}")
            end.setAccessibleName(self.tr("Open {name}").format(name=name))
        dots = self.more(
            f"profiles.more.{name}", self.tr("More for {name}").format(name=name), items
        )
        self.setLayout(row(Identicon(name, 34), (words, 1), end, dots, spacing=12))
        self.setObjectName(f"profiles.row.{name}")

    def refuse(self, typed: str, sentence: str) -> None:
        """What was typed will not do: it stays in the field, and why stands below."""
        self.error.set_text(sentence)
        self.name.begin()
        self.name.field.setText(typed)


class BackupRow(_Row):
    """A backup: when, of what, and whether it is sound."""

    def __init__(
        self,
        backup: Backup,
        now: float,
        *,
        items: Sequence[Item],
        restore: Callable[[], object],
    ) -> None:
        super().__init__()
        stem = backup.path.stem
        size = wording.file_size(backup.size)
        if backup.label is None:
            title, facts = stem, wording.bad_backup(backup.problem) or wording.error(
                backup.problem  # type: ignore[arg-type]
            )
            chip = Chip(self.tr("Damaged"), "bad", "warning-octagon", small=True)
        else:
            title = self.tr("{profile} · {when}").format(
                profile=backup.name, when=wording.real_moment(backup.made, now)
            )
            facts = self.tr("{size} · {why}").format(
                size=size, why=wording.backup_why(backup.label.why)
            )
            if backup.label.open:
                facts = self.tr("{size} · {why} · opens without a password").format(
                    size=size, why=wording.backup_why(backup.label.why)
                )
            chip = Chip(self.tr("Verified"), "good", "check-circle", small=True)
            chip.setToolTip(
                self.tr("It was opened and compared with the profile when it was made")
            )
        self.title = Label(title, "medium", elide=True)
        self.facts = Label(facts, "small", "2", elide=True)
        self.chip = chip
        button = Button(self.tr("Restore…"), "secondary", "small", on_click=restore)
        button.setObjectName(f"backups.restore.{stem}")
        button.setAccessibleName(self.tr("Restore {what}").format(what=title))
        button.setEnabled(backup.label is not None)
        dots = self.more(
            f"backups.more.{stem}", self.tr("More for {name}").format(name=title), items
        )
        words = column(self.title, self.facts, spacing=2)
        tile = IconTile("archive", "plain", 34)
        self.setLayout(row(tile, (words, 1), chip, button, dots, spacing=12))
        self.setObjectName(f"backups.row.{stem}")


class ThrownRow(_Row):
    """A deleted profile, while it can be put back."""

    def __init__(
        self,
        thrown: Thrown,
        gone: int,
        now: float,
        *,
        back: Callable[[], object],
        remove: Callable[[], object],
    ) -> None:
        """``gone``: when it is deleted for good."""
        super().__init__()
        title = Label(thrown.name, "medium", elide=True)
        facts = self.tr("{size} · deleted {when} · can be put back until {end}").format(
            size=wording.file_size(thrown.size),
            when=_lower(wording.real_moment(thrown.at, now)),
            end=wording.real_moment(gone, now),
        )
        button = Button(self.tr("Put back"), "secondary", "small", on_click=back)
        button.setObjectName(f"deleted.back.{thrown.name}")
        for_good = self.tr("Delete for good…")
        dots = self.more(
            f"deleted.more.{thrown.name}",
            self.tr("More for {name}").format(name=thrown.name),
            [("trash", for_good, remove)],
        )
        words = column(title, Label(facts, "small", "2", elide=True), spacing=2)
        self.setLayout(row(IconTile("trash", "plain", 34), (words, 1), button, dots, spacing=12))


def _lower(words: str) -> str:
    """In the middle of a line: ``today, 14:05``."""
    return words[:1].lower() + words[1:]


__all__ = ["BackupRow", "Item", "ProfileRow", "ThrownRow"]
