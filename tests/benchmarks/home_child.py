"""A process of its own that shows a chart and says when it was painted.

``python -m tests.benchmarks.home_child plot|home [PROFILE]``: prints the monotonic clock
(shared by all processes) at that moment, then ends.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.benchmarks.window_child import tell

if TYPE_CHECKING:
    from lstwallet.ui.charts.line import LineChart

POINTS = 10_000


def plot() -> None:
    """The least that Qt and pyqtgraph can do: a bare window with one plot."""
    import numpy as np
    import pyqtgraph as pg
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Plot(pg.PlotWidget):
        def paintEvent(self, event: object) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, tell)

    app = QApplication([])
    window = QMainWindow()
    window.resize(1440, 900)
    shown = Plot()
    shown.plot(np.arange(POINTS), np.sin(np.arange(POINTS) / 500))
    window.setCentralWidget(shown)
    window.show()
    app.exec()


def home(profile: str) -> None:
    """The real program on a profile, by its own way of starting, until Home's chart is drawn."""
    from pathlib import Path

    from PySide6.QtCore import QEvent, QObject, QTimer

    from lstwallet.ui import application

    class Painted(QObject):
        """Tells when a chart that has its line was painted."""

        def __init__(self, chart: LineChart) -> None:
            super().__init__(chart)
            self._chart = chart
            chart.plot.viewport().installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and self._chart.series():
                QTimer.singleShot(0, tell)
            return False

    class Watched(application.Program):
        def _start(self) -> None:
            self.window.entered.connect(self._entered)
            super()._start()

        def _entered(self, key: str) -> None:
            page = self.window.page(key)
            page.worth.chart_made.connect(Painted)  # type: ignore[union-attr]

    application.Program = Watched  # type: ignore[misc]
    application.run(Path(profile))


if __name__ == "__main__":
    if sys.argv[1] == "plot":
        plot()
    else:
        home(sys.argv[2])
