"""What the sheet of profiles and backups leads to: restoring, deleting, importing, opening."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from lstwallet.app import profiles
from lstwallet.ui import wording
from lstwallet.ui.shell.delete_sheet import DeleteSheet, SureSheet
from lstwallet.ui.shell.import_sheet import ImportSheet
from lstwallet.ui.shell.profiles_sheet import ProfilesSheet
from lstwallet.ui.shell.restore_sheet import RestoreSheet

if TYPE_CHECKING:
    from lstwallet.app.dustbin import Thrown
    from lstwallet.app.profile_list import Standing
    from lstwallet.ui.shell.doorkeeper import Doorkeeper
    from lstwallet.ui.shell.import_sheet import Begin
    from lstwallet.ui.widgets.overlays import Sheet


class ProfilesDesk(QObject):
    """One window's; it has at most one sheet open above the list."""

    def __init__(self, window: Any, door: Doorkeeper, begin: Begin) -> None:
        """``window`` is the main window; ``door`` opens profiles, ``begin`` makes them."""
        super().__init__(window)
        self._door, self._begin = door, begin
        self._window, self._bridge = window, window.bridge
        self._deeds = window.bridge.backups
        self.sheet = ProfilesSheet(window)
        self._above: Sheet | None = None
        self._when_opened: Callable[[], object] | None = None
        self.sheet.profile_wanted.connect(window.profile_wanted)
        self.sheet.restore_wanted.connect(self.restore)
        self.sheet.delete_wanted.connect(self._ask_to_delete)
        self.sheet.remove_wanted.connect(self._ask_to_remove)
        self.sheet.import_wanted.connect(self.bring_in)
        self._bridge.locked.connect(self.close)
        self._bridge.opened.connect(self._opened)

    def show_now(self) -> None:
        """The list, as it is now."""
        self.sheet.show_now()

    def close(self) -> None:
        """Everything of it goes."""
        above, self._above = self._above, None
        if above is not None:
            above.close()
        self.sheet.close()

    def _put_above(self, sheet: Sheet) -> None:
        self._above = sheet
        sheet.closed.connect(self._nothing_above)
        sheet.open()

    def _nothing_above(self) -> None:
        self._above = None

    # --- restoring ----------------------------------------------------------------------

    def restore(self, path: Path) -> None:
        """Look into a backup, and make a profile of it."""
        sheet = RestoreSheet(self._window, path)
        sheet.restored.connect(self._restored)
        self._put_above(sheet)

    def _restored(self, path: Path) -> None:
        self.sheet.close()
        here = self._bridge.profile
        name = path.name.removesuffix(profiles.SUFFIX)
        words = self.tr("{name} was restored").format(name=name)
        if here is not None and here.path == path:
            self._window.toast(words)
        else:  # what was told of one profile goes when another is opened
            self._when_opened = lambda: self._window.toast(words)
            self._door.open(path)

    def _opened(self) -> None:
        tell, self._when_opened = self._when_opened, None
        if tell is not None:
            tell()

    # --- importing ----------------------------------------------------------------------

    def bring_in(self, path: Path) -> None:
        """Make a new profile of an exported history: first how it is to be protected."""
        self.sheet.close()
        self._door.ask_protection(lambda protection: self._import(path, protection), self._back)

    def _back(self) -> None:
        self._window.show_shell()
        self.show_now()

    def _import(self, path: Path, protection: Any) -> None:
        self._window.show_shell()
        sheet = ImportSheet(self._window, path, self._begin, protection)
        self._put_above(sheet)

    # --- deleting -----------------------------------------------------------------------

    def _ask_to_delete(self, standing: Standing) -> None:
        here = self._bridge.profile
        is_open = here is not None and here.path == standing.path
        sheet = DeleteSheet(self._window, standing, is_open=is_open)
        sheet.agreed.connect(lambda keep: self._delete(sheet, standing, is_open, keep))
        self._put_above(sheet)

    def _delete(self, sheet: DeleteSheet, standing: Standing, is_open: bool, keep: bool) -> None:
        def refused(error: BaseException) -> None:
            if self._above is sheet:
                sheet.refuse(wording.backup_error(error) or wording.error(error))

        def thrown(what: Thrown) -> None:
            if self._above is sheet:
                sheet.close()
            self._told(what)

        def backed_up(_path: Path) -> None:
            self._delete_open(sheet, standing)

        if not is_open:
            self._deeds.throw(standing.path, thrown, refused)
        elif keep:
            self._deeds.back_up(backed_up, refused)
        else:
            self._delete_open(sheet, standing)

    def _delete_open(self, sheet: DeleteSheet, standing: Standing) -> None:
        """Close it, throw it away, and open another one, or begin a new one."""

        def refused(error: BaseException) -> None:
            self._deeds.unwanted = None
            self._window.show_trouble(wording.error(error))

        def thrown(what: Thrown) -> None:
            self._deeds.unwanted = None
            self._when_opened = lambda: self._told(what)

        def leave(found: list[profiles.Profile]) -> None:
            if self._above is not sheet:
                return  # Cancel was pressed while the backup was made, or the list was read
            others = [each.path for each in found if each.path != standing.path]
            self._deeds.unwanted = standing.path
            self._door.leave_for(others[0] if others else None)
            self._deeds.throw(standing.path, thrown, refused)

        self._bridge.jobs.run(profiles.found, leave, refused)

    def _told(self, thrown: Thrown) -> None:
        def back() -> None:
            self._deeds.put_back(thrown, lambda _path: None, self._failed)

        self._window.toast(
            self.tr("{name} was deleted").format(name=thrown.name),
            self.tr("It can be put back for a week."), undo=back,
        )  # fmt: skip

    def _ask_to_remove(self, thrown: Thrown) -> None:
        def failed(error: BaseException) -> None:
            self._failed(error)

        self._put_above(
            SureSheet(
                self._window,
                self.tr("Delete {name} for good?").format(name=thrown.name),
                self.tr("It cannot be put back after that. Its backups stay where they are."),
                self.tr("Delete for good"),
                lambda: self._deeds.remove(thrown, lambda _done: None, failed),
            )
        )

    def _failed(self, error: BaseException) -> None:
        self._window.show_trouble(wording.error(error))


__all__ = ["ProfilesDesk"]
