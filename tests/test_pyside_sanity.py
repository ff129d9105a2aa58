"""A bad PySide6 loses references to None and True until the interpreter aborts; this one must not.

On Python 3.11 PySide6 6.12 dies after some 5,000 calls. From 3.12 on these objects are immortal and
their counts never move, so there the test only shows that the calls survive.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

SLACK = 100
"""References that may come and go by chance: caches, and whatever the window system is doing."""


class Bell(QObject):
    """Rings with an object, as the project's own signals do."""

    rung = Signal(object)
    checked = Signal(bool)


def emit(qtbot: QtBot) -> int:
    bell, heard = Bell(), []
    bell.rung.connect(heard.append)
    bell.checked.connect(heard.append)
    for _ in range(1_000):
        bell.rung.emit(None)
        bell.checked.emit(True)
    count = len(heard)
    heard.clear()
    return count


def set_texts(qtbot: QtBot) -> int:
    label = QLabel()
    qtbot.addWidget(label)
    label.show()
    for number in range(6_000):
        label.setText(str(number))
        label.setVisible(True)
        label.setProperty("tone", None)
    return int(label.text()) + 1


def pan(qtbot: QtBot) -> int:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.plot(np.arange(1_000), np.sin(np.arange(1_000) / 30))
    plot.show()
    for frame in range(200):
        plot.setXRange(frame, frame + 300, padding=0)
        QApplication.processEvents()
    return round(plot.viewRange()[0][0]) + 1


@pytest.mark.parametrize(("work", "times"), [(emit, 2_000), (set_texts, 6_000), (pan, 200)])
def test_references_to_none_and_true_are_kept(
    qtbot: QtBot, work: Callable[[QtBot], int], times: int
) -> None:
    work(qtbot)  # first use fills caches
    before = sys.getrefcount(None), sys.getrefcount(True)
    assert work(qtbot) == times
    after = sys.getrefcount(None), sys.getrefcount(True)
    lost = before[0] - after[0], before[1] - after[1]
    assert max(lost) < SLACK, f"references lost: None {lost[0]}, True {lost[1]}"
