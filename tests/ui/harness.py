"""A real window on a real profile, small and quick to make."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.app.beginnings import START_ETH, START_USDC, Step, play
from lstwallet.app.session import Outcome, Session
from lstwallet.app.settings import Settings
from lstwallet.engine.network import FeePaid
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.ui import theme
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import Lane
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.page import Page
from lstwallet.units.clock import DAY

PATIENCE_MS = 20_000
FUNDED: tuple[Step, ...] = (Fund(YOU, "ETH", START_ETH), Fund(YOU, "USDC", START_USDC))


def make_profile(
    path: Path, commands: Sequence[Step] = FUNDED, days: int = 0, *, flows: bool = False
) -> Path:
    """A profile file: the small crowd's world, ``commands`` (numbers are seconds that pass),
    then ``days``. What was made once is copied."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = repr((*commands, days, flows))  # commands of two kinds may be equal as tuples
    if wanted not in _made:
        if len(_made) >= 32:
            del _made[next(iter(_made))]
        _made[wanted] = _make(tuple(commands), days, flows)
    for suffix, content in _made[wanted].items():
        beside = path.with_name(path.name + suffix)
        beside.touch(0o600)
        beside.write_bytes(content)
    return path


_made: dict[str, dict[str, bytes]] = {}


def _make(commands: tuple[Step, ...], days: int, flows: bool) -> dict[str, bytes]:
    """Such a profile and its head mark, by the ends of their names."""
    market = MarketConfig(flows=flows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        world = genesis(7, catalogue=tiny(), market=market)
        session = Session.create(path, world, market, name="Test")
        try:
            play(session, commands)
            if days:
                session.advance(session.world.time + days * DAY)
        finally:
            session.close()
        names = {each.name.removeprefix(path.name): each for each in Path(folder).iterdir()}
        return {end: each.read_bytes() for end, each in names.items() if end != ".lock"}


def window_on(
    qtbot: QtBot,
    folder: Path,
    commands: Sequence[Step] = FUNDED,
    days: int = 0,
    *,
    room: str = "",
    flows: bool = False,
    settings: Settings | None = None,
    size: tuple[int, int] = (1440, 900),
) -> MainWindow:
    """The real main window with its lane, a profile open and ``room`` entered.

    It is closed, and its lane ended, when the test ends.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    wanted = settings or Settings(theme="light")
    theme.set_calm(True)
    dress(app, wanted.theme, wanted.text_scale / 100)
    path = make_profile(folder / "test.lstwallet", commands, days, flows=flows)
    bridge = Bridge(Lane(), wanted, folder / "settings.json")
    window = MainWindow(bridge)
    qtbot.addWidget(window, before_close_func=lambda _: bridge.close())
    window.resize(*size)
    window.show()
    if room:
        window.enter(room)  # Home is not built for nothing
    with qtbot.waitSignal(bridge.opened, timeout=PATIENCE_MS):
        bridge.open(lambda: Session.open(path))
    if room:
        enter(qtbot, window, room)
    activate(qtbot, window)
    return window


def activate(qtbot: QtBot, window: MainWindow) -> None:
    """Keys and shortcuts go to the active window only; asked again, should the window of the
    test before close only now and take the activation with it."""

    def active() -> bool:
        if not window.isActiveWindow():
            window.activateWindow()
        return window.isActiveWindow()

    qtbot.waitUntil(active, timeout=PATIENCE_MS)


def dress(app: QApplication, mode: str = "light", scale: float = 1.0) -> None:
    """Put a theme in force, unless it is: applied again it styles every widget anew, those of a
    window that was closed too. Those end first, with the answers that were on their way to them."""
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if not app.styleSheet() or (theme.mode(), theme.current().scale) != (mode, scale):
        theme.apply(app, mode, scale)  # type: ignore[arg-type]


def enter(qtbot: QtBot, window: MainWindow, room: str, arguments: Any = None) -> Page:
    """Go to a room and wait until its page is shown."""
    window.enter(room, arguments)

    def shown() -> bool:
        page = window.page(room)
        return page is not None and page.isVisible()

    qtbot.waitUntil(shown, timeout=PATIENCE_MS)
    page = window.page(room)
    assert page is not None
    return page


def seconds_to_refresh(page: Any, world: World) -> float:
    """What a page with a form takes to show a world and its preview: the median of several."""
    taken = []
    for _ in range(15):
        begin = time.process_time()
        page.refresh(world)
        page.flow.preview_now()
        taken.append(time.process_time() - begin)
    return median(taken)


class Fees:
    """Listens to what network fees are paid from now on."""

    def __init__(self, bridge: Bridge) -> None:
        self.paid = 0
        """Wei of all of them together."""
        bridge.outcome.connect(self._happened)

    def _happened(self, outcome: Outcome) -> None:
        for event in outcome.events:
            if isinstance(event, FeePaid):
                self.paid += event.gas * (event.base_fee + event.tip)
