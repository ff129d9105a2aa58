"""A day of clicks in a process of its own: rooms, forms, reviews, and dialogs opened and closed.

``python -m tests.reliability.soak_child PROFILE N`` opens and closes N dialogs after as many
as are needed to warm up, and prints what there was of objects, memory and handles before and
after as JSON. ``few`` in place of N: what a few dialogs leave of Python's objects.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from shiboken6 import isValid

from lstwallet.ui import theme
from lstwallet.ui.application import Program
from lstwallet.ui.robot.hands import Hands
from lstwallet.ui.shell.fault_dialog import FaultDialog
from tests.reliability.window_child import say

WARM_UP: Final = 120
"""Dialogs before the first census: modules, pages, fonts and caches are there then."""
ROOMS_EVERY: Final = 5
"""Rounds of dialogs for each walk through the rooms."""
PAGE: Final = 4096


class Census(NamedTuple):
    """What there is at one moment."""

    objects: dict[str, int]
    """Live objects of Qt's, by class."""
    rss: int
    """Bytes of memory in use."""
    handles: int
    threads: int
    blocks: int
    """Pieces of memory that Python's objects have, whether the collector knows them or not."""


def settle(turns: int = 4) -> None:
    """Let everything that was asked for happen, and what was left end."""
    for _ in range(turns):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def census() -> Census:
    """Count, when the young and the old rubbish has gone."""
    for _ in range(3):
        settle()
        gc.collect()
    app = QApplication.instance()
    assert app is not None
    roots: list[QObject] = [app, *QApplication.topLevelWidgets()]
    roots += [each for each in gc.get_objects() if _is_root(each)]
    seen: dict[int, str] = {}
    for root in roots:
        for each in (root, *root.findChildren(QObject)):
            seen[id(each)] = type(each).__name__
    with open("/proc/self/statm") as memory:
        rss = int(memory.read().split()[1]) * PAGE
    handles = len(os.listdir("/proc/self/fd")) - 1  # the one that lists
    here = threading.active_count()
    return Census(dict(Counter(seen.values())), rss, handles, here, blocks())


def blocks() -> int:
    """Pieces of memory that Python's objects have.

    Python remembers 4096 names by which it looked into a class, and PySide makes the name
    ``value`` anew whenever it is given an enum: those would come to 4096, and are no leak.
    """
    gc.collect()
    sys._clear_type_cache()
    return sys.getallocatedblocks()


def blocks_left(each: Callable[[], object], times: int, spells: int) -> float:
    """Python objects that one call leaves for ever: the least of some spells of ``times`` calls.

    What a cache or a free list takes once it takes in one spell; what leaks does so in each.
    """
    counts = [blocks()]
    for _ in range(spells):
        for _ in range(times):
            each()
        settle()
        counts.append(blocks())
    return min(after - before for before, after in itertools.pairwise(counts)) / times


def _is_root(each: object) -> bool:
    """An object of Qt's that nobody owns."""
    return isinstance(each, QObject) and isValid(each) and each.parent() is None


class Soak:
    """One window and its tireless user."""

    def __init__(self, profile: Path) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.program = Program(app, profile)
        theme.set_calm(True)
        self.window = self.program.window
        self.window.resize(1440, 900)
        self.program.show()
        self.hands = Hands(self.window)
        self.hands.until(lambda: self.program.bridge.world is not None, "the profile")
        self.opened = 0
        self.round = 0

    def run(self, dialogs: int) -> None:
        """So many dialogs, at least, in rounds of everything."""
        until = self.opened + dialogs
        while self.opened < until:
            self.round += 1
            if self.round % ROOMS_EVERY == 1:
                self._rooms()
            for open_one, close_it in self._dialogs():
                open_one()
                settle(2)
                close_it()
                settle(2)
                self.opened += 1

    def _rooms(self) -> None:
        """Through every room; what is typed is reviewed and taken back, nothing is signed."""
        hands = self.hands
        for each in self.window.rooms:
            self.window.enter(each.key)
            hands.until(lambda key=each.key: self._in(key), each.key)
            settle(1)
        hands.go("stake")
        hands.fill("stake.amount", str(1 + self.round % 9))
        hands.click("stake.review")
        hands.click("stake.back")
        walks = self.round // ROOMS_EVERY
        self.window.bridge.change(theme=("light", "dark")[walks % 2])
        self.window.toast("Done", str(self.round))

    def _in(self, key: str) -> bool:
        page = self.window.page(key)
        return page is not None and page.isVisible()

    def _dialogs(self) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
        """What opens, and how a person closes it."""
        window = self.window
        yield window.floating.find_command, self._escape
        yield window.floating.help, self._escape
        for sheet in ("calendar", "ways_out"):
            yield (lambda key=sheet: window.floating.show_sheet(key)), self._escape
        for button in ("top.profile", "top.account", "time.speed"):
            yield (lambda name=button: self.hands.click(name)), self._close_menu
        yield (lambda: self.hands.click("top.bell")), self._escape
        for kind in ("csv", "json"):
            yield (lambda what=kind: self._export(what)), self._close_files
        yield self._stumble, self._go_on

    def _escape(self) -> None:
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, Qt.Key.Key_Escape)

    def _close_menu(self) -> None:
        menu = QApplication.activePopupWidget()
        assert menu is not None, "no menu was opened"
        menu.close()

    def _export(self, kind: str) -> None:
        page = self.window.page("activity")
        assert page is not None
        page.show_request({"do": kind})

    def _close_files(self) -> None:
        dialogs = [each for each in QApplication.topLevelWidgets() if _is_open_file_dialog(each)]
        assert len(dialogs) == 1, dialogs
        dialogs[0].reject()

    def _stumble(self) -> None:
        self.program.faults._told.clear()
        self.program.faults.tell(ValueError("a bug"))
        assert self.program.faults.dialog is not None

    def _go_on(self) -> None:
        dialog = self.program.faults.dialog
        assert dialog is not None
        dialog.accept()
        self.hands.until(lambda: self.program.faults.dialog is None, "the dialog to close")

    def a_few(self) -> None:
        """Open and close one of each kind: a sheet, a menu, a dialog of ours, one of Qt's."""
        window = self.window
        window.floating.show_sheet("calendar")
        settle(1)
        window.floating.sheets["calendar"].close()
        menu = window.top_bar.profile.menu()
        menu.popup(QPoint(0, 0))
        settle(1)
        menu.close()
        fault = FaultDialog("1", "a report", window.bridge.jobs, window)
        fault.leave.connect(lambda: window.toast("Left"))
        file = QFileDialog(window, "Save", "name")
        file.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        file.fileSelected.connect(lambda path: window.toast("Saved", path))
        for dialog in (fault, file):
            dialog.open()
            settle(1)
            dialog.reject()
        settle(2)

    def counted(self) -> Census:
        """What there is, without the toasts that happen to stand."""
        self.window.toasts.clear()
        settle()
        return census()

    def close(self) -> None:
        """The end."""
        self.window.close()
        self.program.close()


def _is_open_file_dialog(each: object) -> bool:
    return isinstance(each, QFileDialog) and each.isVisible()


def _one(_dialog: str) -> object:
    return object()


def few(profile: Path) -> int:
    """What a round of four dialogs leaves of Python's; then with one object kept for each."""
    app = QApplication([])
    soak = Soak(profile)
    kept: list[object] = []
    left = blocks_left(soak.a_few, times=5, spells=5)
    leaking = blocks_left(lambda: (soak.a_few(), kept.extend(map(_one, "1234"))), 5, spells=2)
    say(json.dumps({"left": left, "leaking": leaking}))
    soak.close()
    del app
    return 0


def main(profile: Path, dialogs: int) -> int:
    """Warm up, count, soak, count."""
    app = QApplication([])
    soak = Soak(profile)
    soak.run(WARM_UP)
    before = soak.counted()
    soak.run(dialogs)
    after = soak.counted()
    say(json.dumps({"before": before, "after": after, "dialogs": soak.opened - WARM_UP}))
    soak.close()
    del app
    return 0


if __name__ == "__main__":
    _profile, _dialogs = Path(sys.argv[1]), sys.argv[2]
    sys.exit(few(_profile) if _dialogs == "few" else main(_profile, int(_dialogs)))
