"""The program: settings, theme, the lane, the window, and which profile is open.

The shell is painted first; the engine, SQLite, numpy and the room's module are imported
in the lane after that.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, qVersion
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from lstwallet.app import profiles
from lstwallet.app import settings as settings_file
from lstwallet.ui import theme, wording
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import GATE, Lane, load
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.shell import endings, instance
from lstwallet.units.paths import resources

if TYPE_CHECKING:
    from lstwallet.app.brought import Brought
    from lstwallet.app.log import Log
    from lstwallet.app.session import Session
    from lstwallet.market.driver import MarketConfig
    from lstwallet.ui.coach.school import School
    from lstwallet.ui.keys import Protection
    from lstwallet.ui.records import Opened
    from lstwallet.ui.shell.doorkeeper import Doorkeeper
    from lstwallet.ui.shell.faults import Faults
    from lstwallet.ui.shell.portfolio_page import PortfolioPage
    from lstwallet.ui.shell.profiles_desk import ProfilesDesk
    from lstwallet.ui.shell.stalls import Heart


class Program(QObject):
    """One run of the program: opens, makes and switches profiles for its window."""

    def __init__(self, app: QApplication, profile: Path | None = None) -> None:
        super().__init__()
        self._app = app
        self._asked_for = profile
        self.market: MarketConfig | None = None
        """What drives a profile that is begun here; by default each way's own."""
        self.seed: int | None = None
        self.protection: Protection | None = None
        """How a profile that is begun here is protected; by default the person is asked."""
        path = profiles.settings_path()
        loaded, self._settings_problem = settings_file.load(path)
        theme.set_calm(loaded.reduced_motion)
        theme.apply(app, loaded.theme, loaded.text_scale / 100)  # type: ignore[arg-type]
        self.bridge = Bridge(Lane(self), loaded, path, self)
        self.window = MainWindow(self.bridge)
        self.window.restore(loaded.window_geometry, loaded.last_room)
        self._faults: Faults | None = None
        self._first: instance.Instance | None = None
        self._log: Log | None = None
        self._heart: Heart | None = None
        self._opened_before: dict[Path, int] = {}
        self._school: School | None = None
        self._door: Doorkeeper | None = None
        self._desk: ProfilesDesk | None = None
        self._code: list[str] = []
        """The recovery code of a profile that was just made, to be shown once."""
        self._back = False
        """Whether there is something to go back to from the first page."""
        self._tour = False
        self.bridge.opened.connect(self._opened)
        self.bridge.failed.connect(self._failed)
        self.bridge.settings_changed.connect(self._restyle)
        self.window.profile_wanted.connect(self._switch)
        self.window.profiles_wanted.connect(self._manage)
        self.bridge.backups.told.connect(self._not_backed_up)
        self.window.lesson_wanted.connect(self.teach)
        self.window.painted.connect(self._start)

    def guard(self, first: instance.Instance) -> None:
        """Before ``show``: nothing is opened until it is known that we are the first."""
        first.setParent(self)
        self._first = first
        first.asked.connect(self._asked)
        first.yielded.connect(self.window.close)
        first.claimed.connect(self._begin)

    def _asked(self, request: instance.Request) -> None:
        """A second start: come to the front, with the profile that it was to open."""
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        wanted, here = request.profile, self.bridge.profile
        shown = here.path if here is not None else getattr(window.cover(), "path", None)
        if wanted is not None and wanted != shown:
            self.open(wanted)

    def show(self) -> None:
        """Show the window; everything heavy begins after its first frame."""
        if self._first_time():
            self.welcome(back=False)
        self.window.show()

    @property
    def door(self) -> Doorkeeper:
        """What opens and locks profiles; made after the first frame."""
        if self._door is None:
            from lstwallet.ui.shell.doorkeeper import Doorkeeper

            self._door = Doorkeeper(self.window)
            self._door.welcome_wanted.connect(
                lambda: self.welcome(back=not self._first_time())
            )
            self._door.choose_wanted.connect(self._choose)
            self._door.logged.connect(self.faults.log)
        return self._door

    @property
    def desk(self) -> ProfilesDesk:
        """Profiles and backups; made when first asked for."""
        if self._desk is None:
            from lstwallet.ui.shell.profiles_desk import ProfilesDesk

            self._desk = ProfilesDesk(self.window, self.door, self._begin_with)
        return self._desk

    @property
    def faults(self) -> Faults:
        """Where our own bugs go; made after the first frame."""
        if self._faults is None:
            from lstwallet.ui.shell.faults import Faults

            self._faults = Faults(self.window, self.bridge)
        return self._faults

    def settle(self, seconds: float) -> bool:
        """Keep how the window stands and commit, within this time: the session may end now."""
        self.window.keep_state()
        return self.bridge.settle(seconds)

    def close(self) -> None:
        """Commit what is open and end the lane and the log."""
        if self._door is not None:
            self._door.close()
        if self._heart is not None:
            self._heart.close()
        self.bridge.close()
        if self._first is not None:
            self._first.close()
        if self._faults is not None:
            self._faults.unwatch()

    # --- the beginning ------------------------------------------------------------------

    def _path(self) -> Path:
        return self._asked_for or profiles.default(self.bridge.settings.last_profile)

    def _first_time(self) -> bool:
        try:
            return self._asked_for is None and not self._path().exists()
        except OSError:
            return False  # there is something we may not look at: opening it says what is wrong

    def _start(self) -> None:
        if self._first is None:
            self._begin()
        else:
            self._first.claim()

    def _begin(self) -> None:
        self._begin_log()
        self.window.show_focus()
        self.window.setWindowIcon(QIcon(str(resources() / "icons" / "lstwallet.svg")))
        if self._settings_problem is not None:
            self.window.show_trouble(self._settings_words())
        chosen = self.bridge.settings.backup_folder
        self.bridge.jobs.run(lambda: _tidy(chosen), _nothing, self.faults.log)
        door = self.door  # from now on it hears of what is opened
        if self.window.cover() is None:
            door.open(self._path())
        else:
            self.bridge.jobs.run(_import_engine, _nothing, self.bridge.failed.emit)

    def _begin_log(self) -> None:
        from lstwallet.app.log import Log
        from lstwallet.ui.shell.stalls import Heart

        self._log = log = Log(profiles.log_path())
        log.started(Qt=qVersion(), on=self._app.platformName())
        self.faults.watch(log)
        self._heart = Heart(log.stalled, self)
        if log.crash is not None:
            text = self.tr(
                "The program crashed last time. What you had confirmed is saved. "
                "What is known of it stands in the log under {number}."
            )
            self.window.show_trouble(text.format(number=log.crash))

    def _settings_words(self) -> str:
        problem = self._settings_problem
        assert problem is not None
        if problem.kept is None:
            return self.tr("Your settings could not be read: {why}.").format(why=problem.detail)
        text = self.tr("Your settings could not be read; the old file is kept as {name}.")
        return text.format(name=problem.kept.name)

    # --- profiles -----------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a profile; a page asks for its key, or says why it cannot be opened."""
        self.door.open(path)

    def begin(self, kind: str) -> None:
        """A new profile: ``empty``, ``demo``, ``tour`` (empty, then the first lesson), or
        ``portfolio``, for which a file is chosen. Asks first how it is to be protected."""
        back = self._back
        if kind == "portfolio":
            self._ask_portfolio(back)
        else:
            self._protect(kind, lambda: self.welcome(back=back))

    def _protect(
        self, kind: str, left: Callable[[], None], brought: Brought | None = None
    ) -> None:
        if self.protection is not None:
            self._make(kind, self.protection, brought)
        else:
            self.door.ask_protection(
                lambda protection: self._make(kind, protection, brought), left
            )

    def _ask_portfolio(self, back: bool, path: str = "") -> None:
        """A file of a portfolio, looked into before there is a profile."""
        from lstwallet.ui.shell.portfolio_page import PortfolioPage

        page = PortfolioPage()
        page.read_wanted.connect(lambda wanted, asked: self._look_into(page, wanted, asked))
        page.chosen.connect(
            lambda found: self._protect(
                "portfolio", lambda: self._ask_portfolio(back, str(found.path)), found
            )
        )
        page.left.connect(lambda: self.welcome(back=back))
        self.window.show_whole(page)
        if path:
            page.take(path)

    def _look_into(self, page: PortfolioPage, path: Path, asked: int) -> None:
        """In the lane; a page that is gone, or asks for another file, hears nothing."""

        def work() -> Brought:
            from lstwallet.app import brought

            return brought.look(
                path, seed=self.seed, market=self.market, unwanted=lambda: page.asked != asked
            )

        def found(answer: Brought) -> None:
            if self.window.cover() is page:
                page.show_found(asked, answer)

        def refused(error: BaseException) -> None:
            if self.window.cover() is page:
                page.show_refused(asked, wording.refused_portfolio(error, path.name))
            if not wording.is_environment(error):
                self.faults.log(error)

        self.bridge.jobs.run(work, found, refused)

    def _make(self, kind: str, protection: Protection, brought: Brought | None = None) -> None:
        def make(secrets: Any) -> Session:
            from lstwallet.app import beginnings

            seed = beginnings.SEED if self.seed is None else self.seed
            way: beginnings.Kind = "demo" if kind == "demo" else "empty"
            return beginnings.create(
                way, seed=seed, market=self.market, secrets=secrets,
                name=brought.name if brought is not None else "",
                portfolio=brought.portfolio if brought is not None else None,
            )  # fmt: skip

        self._tour = kind == "tour"
        if self._tour:
            self.window.enter("learn")
        elif kind in ("empty", "portfolio"):
            self.window.enter("home")
        self._begin_with(protection, make, self._not_begun)

    def _begin_with(
        self, protection: Protection, make: Any, refused: Callable[[BaseException], None]
    ) -> None:
        """Have a profile made with ``make(secrets)``; its recovery code is shown once."""
        self.bridge.open(self.bridge.keys.beginner(protection, make, self._code.append), refused)

    def _manage(self) -> None:
        self.desk.show_now()

    def _not_backed_up(self, error: BaseException) -> None:
        self.faults.log(error)
        self.window.show_trouble(wording.backup_error(error) or wording.error(error))

    def welcome(self, *, back: bool) -> None:
        """The page of the first start, or for a further profile."""
        from lstwallet.app import languages
        from lstwallet.ui.shell.welcome import Welcome

        tour = any(each.key == "learn" for each in self.window.rooms)
        settings = self.bridge.settings
        page = Welcome(
            settings.theme, tour=tour, back=back, languages=languages.available(),
            language=languages.chosen(settings.language),
        )  # fmt: skip
        page.language_changed.connect(lambda code: self.bridge.change(language=code))
        page.begun.connect(self.begin)
        page.look_changed.connect(lambda mode: self.bridge.change(theme=mode))
        page.left.connect(self._leave_welcome)
        self._back = back
        self.window.show_whole(page)

    def _leave_welcome(self) -> None:
        """Back to the profile that is open, or to the one that asks for its key."""
        if self.bridge.world is not None:
            self.window.show_shell()
        else:
            self.open(self._path())

    def _switch(self, path: str) -> None:
        if path:
            self.open(Path(path))
        else:
            self.welcome(back=True)

    def _opened(self) -> None:
        gc.freeze()  # what is open now stays: a full collection would stop the window for 30 ms
        opened = self.bridge.profile
        assert opened is not None
        self._note_opened(opened)
        if opened.path.parent == profiles.folder():
            self.bridge.change(last_profile=str(opened.path))
        self.bridge.jobs.run(_found, self._offer, self.bridge.failed.emit)
        if self._code:
            self.door.show_code(self._code.pop(), opened.name, self._begin_tour)
        else:
            self._begin_tour()

    def _begin_tour(self) -> None:
        if self._tour:
            self._tour = False
            self._with_school(lambda school: school.teach())

    def _note_opened(self, opened: Opened) -> None:
        """In the log a profile has a number of this run's; never its name."""
        if self._log is not None:
            self._log.hide(opened.name, "‹profile›")
            self._log.hide(opened.path.stem, "‹profile›")
            number = self._opened_before.setdefault(opened.path, len(self._opened_before) + 1)
            self._log.say("profile %s opened, %s events", number, opened.world.events)

    def _offer(self, found: Sequence[profiles.Profile]) -> None:
        here = self.bridge.profile
        others = [(p.name, str(p.path)) for p in found if here is None or p.path != here.path]
        self.window.set_other_profiles(others)

    def _choose(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self.window, self.tr("Open a profile"), str(profiles.folder()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(self.tr("Profiles") + f" (*{profiles.SUFFIX})")
        dialog.fileSelected.connect(lambda chosen: self.open(Path(chosen)))
        dialog.open()

    def _not_begun(self, error: BaseException) -> None:
        self.faults.log(error)
        show = getattr(self.window.cover(), "show_problem", None)
        if show is not None:
            show(wording.error(error))

    # --- lessons ------------------------------------------------------------------------

    def teach(self, ident: str) -> None:
        """Open the lesson of this id; with "" leave the one that is under way."""
        self._with_school(lambda school: school.teach(ident) if ident else school.leave())

    def _with_school(self, act: Callable[[School], None]) -> None:
        """The coach is imported, in the lane, when the first lesson is opened."""

        def ready(module: ModuleType) -> None:
            if self._school is None:
                self._school = module.School(self.window)
            act(self._school)

        if self._school is not None:
            act(self._school)
        else:
            self.bridge.jobs.run(load("lstwallet.ui.coach.school"), ready, self.bridge.failed.emit)

    # --- while it runs ------------------------------------------------------------------

    def _failed(self, error: BaseException) -> None:
        self.faults.log(error)
        if error is self.bridge.standstill.trouble:
            return  # a strip of its own says it
        if wording.is_environment(error):
            self.window.show_trouble(wording.error(error))
        else:
            self.faults.tell(error)

    def _restyle(self, names: frozenset[str]) -> None:
        settings = self.bridge.settings
        theme.set_calm(settings.reduced_motion)
        if names & {"theme", "text_scale"}:
            scale = settings.text_scale / 100
            theme.apply(self._app, settings.theme, scale)  # type: ignore[arg-type]


def run(profile: Path | None = None) -> int:
    """Show the window until it is closed; the exit code."""
    os.environ.setdefault("QT_STYLE_OVERRIDE", "Fusion")  # said to Qt, PySide need not wrap it
    app = QApplication(sys.argv[:1])
    app.setApplicationName("lstwallet")
    app.setQuitOnLastWindowClosed(True)
    if instance.hand_over(profiles.home(), profile):
        return 0
    program = Program(app, profile)
    program.guard(instance.Instance(profiles.home(), profile))
    program.show()
    stop_watching = endings.watch(app, program.window.close, program.settle)
    GATE.watch()
    code = app.exec()
    GATE.forget()
    program.close()
    stop_watching()
    return code


def _import_engine() -> None:
    """What the first profile will need, while the user reads the first page."""
    import lstwallet.app.beginnings
    import lstwallet.app.safe
    import lstwallet.app.session  # noqa: F401


def _tidy(chosen: str) -> None:
    """Finish, or forget, what a crash left half done among the profiles' files; ``chosen`` is the
    folder for backups."""
    from lstwallet.app import backups, dustbin, profile_files, restoring

    profile_files.tidy(profiles.folder())
    backups.tidy(backups.folder(chosen))
    restoring.sweep()
    dustbin.empty()


def _found() -> list[profiles.Profile]:
    return profiles.found()


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""


__all__ = ["Program", "run"]
