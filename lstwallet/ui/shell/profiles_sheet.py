"""Profiles and backups in one sheet: open, rename, delete, back up, restore, export, import."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from lstwallet.app import profiles
from lstwallet.ui import wording
from lstwallet.ui.shell.profiles_rows import BackupRow, Item, ProfileRow, ThrownRow
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button, Segmented
from lstwallet.ui.widgets.cards import Banner, Card, EmptyState
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, clear, column, holder, row
from lstwallet.ui.widgets.overlays import Sheet

if TYPE_CHECKING:
    from lstwallet.app.backups import Backup
    from lstwallet.app.dustbin import Thrown
    from lstwallet.app.profile_list import Listing, Standing

SHOWN: Final = 5
"""Backups that stand in the list before one asks for all."""
BACKUPS: Final = "*.lstbackup"
JOURNALS: Final = "*.jsonl"


class ProfilesSheet(Sheet):
    """Over any room; what it does it does in the lane, and shows when it is done."""

    restore_wanted = Signal(object)
    """The path of a backup."""
    delete_wanted = Signal(object)
    """A ``Standing``."""
    remove_wanted = Signal(object)
    """A ``Thrown``, for good."""
    import_wanted = Signal(object)
    """The path of an exported journal."""
    profile_wanted = Signal(str)
    """Another profile's path, or an empty text for a new one."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window: ``bridge``, ``toast``."""
        super().__init__(window, window.tr("Profiles and backups"), width=760)
        self.setObjectName("profiles")
        self.cross.setObjectName("profiles.close")
        self.window_, self.bridge = window, window.bridge
        self.deeds = window.bridge.backups
        self._listing: Listing | None = None
        self._all = False
        self._build()
        self.deeds.changed.connect(self.refresh)
        self.bridge.opened.connect(self.refresh)
        self.bridge.settings_changed.connect(self._settings_changed)

    def _build(self) -> None:
        self.said = Banner("", "bad")
        self.said.setObjectName("profiles.said")
        self.said.hide()
        self._profiles = column(spacing=10)
        self._backups = column(spacing=10)
        self._thrown = column(spacing=10)
        self._thrown_card = self._deleted_card()
        self.add(
            self.said, self._profiles_card(), self._backups_card(), self._thrown_card,
        )  # fmt: skip

    # --- cards --------------------------------------------------------------------------

    def _profiles_card(self) -> Card:
        bring = Button(self.tr("Import…"), "ghost", "small", icon="download-simple",
                       on_click=self._ask_import)  # fmt: skip
        bring.setObjectName("profiles.import")
        bring.setToolTip(self.tr("A history that was exported becomes a new profile"))
        fresh = Button(self.tr("New profile"), "secondary", "small", icon="plus",
                       on_click=lambda: self._leave_for(""))  # fmt: skip
        fresh.setObjectName("profiles.new")
        card = Card(self.tr("Profiles"), bring, fresh, spacing=12)
        card.body.addLayout(self._profiles)
        return card

    def _backups_card(self) -> Card:
        self.from_file = Button(self.tr("Restore from a file…"), "ghost", "small",
                                icon="folder-open", on_click=self._ask_backup)  # fmt: skip
        self.from_file.setObjectName("backups.file")
        self.now = Button(self.tr("Back up now"), "primary", "small", icon="archive",
                          on_click=self._back_up)  # fmt: skip
        self.now.setObjectName("backups.now")
        self.every = Segmented(
            [("hour", self.tr("Hourly")), ("day", self.tr("Daily")), ("never", self.tr("Never"))],
            self.bridge.settings.backup_every, name=self.tr("Automatic backups"),
        )  # fmt: skip
        for key in ("hour", "day", "never"):
            self.every.button(key).setObjectName(f"backups.every.{key}")
        self.every.changed.connect(lambda key: self.bridge.change(backup_every=key))
        label = Label(self.tr("Automatically, when a profile is closed or locked"), "body", "2",
                      elide=True)  # fmt: skip
        label.setBuddy(self.every)
        self.where = Label("", "body", "2", wrap=True)
        self.where.setObjectName("backups.where")
        choose = Button(self.tr("Choose folder…"), "ghost", "small", on_click=self._ask_folder)
        choose.setObjectName("backups.folder")
        show = Button(self.tr("Show"), "ghost", "small", on_click=self._show_folder)
        show.setObjectName("backups.show")
        show.setAccessibleName(self.tr("Show the folder for backups"))
        card = Card(self.tr("Backups"), self.from_file, self.now, spacing=12)
        card.add(
            row(label, None, self.every, spacing=8),
            row((self.where, 1), show, choose, spacing=4),
            Rule(),
        )
        card.body.addLayout(self._backups)
        return card

    def _deleted_card(self) -> Card:
        card = Card(self.tr("Deleted profiles"), spacing=12)
        card.body.addLayout(self._thrown)
        card.hide()
        return card

    # --- showing ------------------------------------------------------------------------

    def show_now(self) -> None:
        """Open with what there is now."""
        self._all = False
        self.said.set("")
        self.refresh()
        self.open()

    def refresh(self) -> None:
        """Look again, if somebody is looking."""
        self.deeds.listing(self._show, self._failed)

    def _settings_changed(self, names: frozenset[str]) -> None:
        if "backup_every" in names:
            self.every.set_current(self.bridge.settings.backup_every)
        if "backup_folder" in names:
            self.refresh()

    def _show(self, listing: Listing) -> None:
        self._listing = listing
        now = time.time()
        for layout in (self._profiles, self._backups, self._thrown):
            clear(layout)
        for standing in listing.standing:
            self._profiles.addWidget(self._profile_row(standing, now))
        self._show_backups(listing, now)
        for thrown in listing.thrown:
            self._thrown.addWidget(self._thrown_row(thrown, now))
        self._thrown_card.setVisible(bool(listing.thrown))
        self.where.setText(self.tr("In {folder}").format(folder=_short(listing.where)))
        self.where.setToolTip(plain_tip(str(listing.where)))
        here = self.bridge.profile
        self.now.setEnabled(here is not None and not profiles.is_practice(here.path))
        self.fit()

    def _show_backups(self, listing: Listing, now: float) -> None:
        if listing.problem is not None:
            words = wording.backup_error(listing.problem) or wording.error(listing.problem)
            banner = Banner(words, "warn", action=self.tr("Choose folder…"),
                            on_action=self._ask_folder)  # fmt: skip
            banner.setObjectName("backups.problem")
            self._backups.addWidget(banner)
            return
        if not listing.backups:
            self._backups.addWidget(
                EmptyState(
                    "archive", self.tr("No backup yet"),
                    self.tr("The first one is made when this profile is closed, or now."),
                )
            )  # fmt: skip
            return
        shown = listing.backups if self._all else listing.backups[:SHOWN]
        for backup in shown:
            self._backups.addWidget(self._backup_row(backup, now))
        left = len(listing.backups) - len(shown)
        if left:
            words = wording.plural(self.tr("Show %n more"), left)
            more = Button(words, "ghost", "small", on_click=self._show_all)
            more.setObjectName("backups.all")
            self._backups.addWidget(holder(row(more, None)))

    def _show_all(self) -> None:
        self._all = True
        if self._listing is not None:
            self._show(self._listing)

    def tell(self, words: str, tone: str) -> None:
        """A strip above the lists: what was done, or why it was not."""
        self.said.set(words, tone)
        self.fit()

    # --- rows ---------------------------------------------------------------------------

    def _profile_row(self, standing: Standing, now: float) -> QWidget:
        here = self.bridge.profile
        is_here = here is not None and here.path == standing.path
        items: list[Item] = []
        if is_here:
            items.append(("export", self.tr("Export history…"), self._ask_export))
        items += [
            ("folder-open", self.tr("Show in folder"), lambda: _show_in_folder(standing.path)),
            ("trash", self.tr("Delete…"), lambda: self.delete_wanted.emit(standing)),
        ]
        return ProfileRow(
            standing, now, here=is_here, items=items,
            rename=lambda each, text: self._rename(each, standing, text),
            switch=lambda: self._leave_for(str(standing.path)),
        )  # fmt: skip

    def _backup_row(self, backup: Backup, now: float) -> QWidget:
        items: Sequence[Item] = [
            ("shield-check", self.tr("Check again"), lambda: self._check(backup)),
            ("folder-open", self.tr("Show in folder"), lambda: _show_in_folder(backup.path)),
            ("trash", self.tr("Delete this backup"), lambda: self._delete_backup(backup)),
        ]
        return BackupRow(
            backup, now, items=items, restore=lambda: self.restore_wanted.emit(backup.path)
        )

    def _thrown_row(self, thrown: Thrown, now: float) -> QWidget:
        from lstwallet.app.dustbin import WEEK

        return ThrownRow(
            thrown, thrown.at + WEEK, now,
            back=lambda: self._put_back(thrown), remove=lambda: self.remove_wanted.emit(thrown),
        )  # fmt: skip

    # --- profiles -----------------------------------------------------------------------

    def _leave_for(self, path: str) -> None:
        self.close()
        self.profile_wanted.emit(path)

    def _rename(self, each: ProfileRow, standing: Standing, text: str) -> None:
        def refused(error: BaseException) -> None:
            problem = getattr(error, "problem", None)
            if isinstance(error, profiles.BadName):
                each.refuse(text, wording.name_problem(problem))
            else:
                self._failed(error)
            self.fit()

        try:
            name = profiles.check_name(text)
        except profiles.BadName as error:
            refused(error)
            return
        self.deeds.rename(standing.path, name, lambda _path: None, refused)

    def _put_back(self, thrown: Thrown) -> None:
        def back(path: Path) -> None:
            name = path.name.removesuffix(profiles.SUFFIX)
            self.tell(self.tr("{name} is back.").format(name=name), "good")

        self.deeds.put_back(thrown, back, self._failed)

    # --- backups ------------------------------------------------------------------------

    def _back_up(self) -> None:
        self.tell("", "info")
        self.now.set_pending(self.tr("Backing up"))

        def made(path: Path) -> None:
            self.now.set_pending("")
            words = self.tr("Backed up and verified: {file}")
            self.tell(words.format(file=path.name), "good")

        def failed(error: BaseException) -> None:
            self.now.set_pending("")
            self._failed(error)

        self.deeds.back_up(made, failed)

    def _check(self, backup: Backup) -> None:
        def sound(_label: Any) -> None:
            words = self.tr("{file} is whole.")
            self.tell(words.format(file=backup.path.name), "good")

        self.deeds.check(backup.path, sound, self._failed)

    def _delete_backup(self, backup: Backup) -> None:
        def refused(error: BaseException) -> None:
            if type(error).__name__ == "OnlyBackup":
                words = self.tr("This is the only backup of {name}: it stays.")
                self.tell(words.format(name=backup.name), "warn")
            else:
                self._failed(error)

        self.deeds.delete_backup(backup.path, lambda _done: None, refused)

    # --- asking where -------------------------------------------------------------------

    def _dialog(self, title: str, where: str, chosen: Callable[[Path], object]) -> QFileDialog:
        dialog = QFileDialog(self, title, where)
        dialog.fileSelected.connect(lambda path: chosen(Path(path)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _ask_backup(self) -> None:
        where = str(self._listing.where) if self._listing is not None else ""
        dialog = self._dialog(self.tr("Restore a backup"), where, self.restore_wanted.emit)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Backups") + f" ({BACKUPS})")
        dialog.open()

    def _ask_import(self) -> None:
        dialog = self._dialog(self.tr("Import a history"), "", self.import_wanted.emit)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Histories") + f" ({JOURNALS})")
        dialog.open()

    def _ask_export(self) -> None:
        here = self.bridge.profile
        assert here is not None
        name = f"{here.name} {datetime.now():%Y-%m-%d}.jsonl"
        dialog = self._dialog(self.tr("Export the history"), name, self.export)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("jsonl")
        dialog.open()

    def export(self, path: Path) -> None:
        """Write the whole history of the open profile, readable by anybody who gets the file."""

        def done(lines: int) -> None:
            words = self.tr("{file} holds the history in {lines} lines. Anybody can read it.")
            self.tell(words.format(lines=wording.count(lines), file=path.name), "good")

        self.deeds.export(path, done, self._failed)

    def _ask_folder(self) -> None:
        where = str(self._listing.where) if self._listing is not None else ""
        dialog = self._dialog(self.tr("A folder for backups"), where, self._choose_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    def _choose_folder(self, path: Path) -> None:
        own = path == profiles.home() / "backups"
        self.bridge.change(backup_folder="" if own else str(path))

    def _show_folder(self) -> None:
        if self._listing is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._listing.where)))

    # --- trouble ------------------------------------------------------------------------

    def _failed(self, error: BaseException) -> None:
        words = wording.backup_error(error) or wording.bad_backup(error) or wording.error(error)
        self.tell(words, "bad")


def _short(path: Path) -> str:
    """``~/…`` for what lies at home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)


def _show_in_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


__all__ = ["ProfilesSheet"]
