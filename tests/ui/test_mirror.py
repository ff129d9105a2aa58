"""pyqtgraph sees PySide's names without having built all of its classes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import lstwallet.ui.charts, sys
from PySide6 import QtCore, QtGui, QtWidgets
from pyqtgraph import Qt
assert Qt.QT_LIB == "PySide6"
for theirs, ours in ((Qt.QtCore, QtCore), (Qt.QtGui, QtGui), (Qt.QtWidgets, QtWidgets)):
    assert theirs is not ours
    listed = dir(ours)
    assert len(listed) > 100, "PySide's own names are listed again"
    for name in ("QObject", "QColor", "QGraphicsView"):
        assert (name in listed) == hasattr(theirs, name)
        assert getattr(theirs, name, None) is getattr(ours, name, None)
assert "QWizard" not in vars(Qt.QtWidgets), "a class that no chart needs was built"
assert Qt.QtWidgets.QWizard is QtWidgets.QWizard
assert not hasattr(Qt.QtGui, "NoSuchThing")
assert Qt.QtVersion == QtCore.__version__
"""


def test_the_names_are_the_same_and_are_read_when_used() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=60)


def test_pyqtgraph_imported_before_is_left_alone() -> None:
    code = (
        "import PySide6.QtWidgets, pyqtgraph, lstwallet.ui.charts.line as line; "
        "from PySide6 import QtWidgets; "
        "assert 'QWizard' in vars(pyqtgraph.Qt.QtWidgets) and 'QWidget' in dir(QtWidgets)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


RACE = """
import sys
from PySide6 import QtWidgets
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from lstwallet.ui.jobs import SWITCH_INTERVAL_S, Lane, load
NAMES = {names!r}
app, lane = QApplication(sys.argv), Lane()
left = list(NAMES)
def build():  # the window meets classes one after the other, too
    for name in left[:4]:
        getattr(QtWidgets, name).__mro__
    del left[:4]
    if left:
        QTimer.singleShot(0, build)
def over(_):
    assert sys.getswitchinterval() < 2 * SWITCH_INTERVAL_S
    QTimer.singleShot(0, app.quit)
lane.run(load("makes_classes"), over, over)
QTimer.singleShot(0, build)
app.exec()
assert "makes_classes" in sys.modules
assert lane.close(lambda: None)
"""
MAKES = """
import os
from PySide6 import QtWidgets
for name in {names!r}:
    getattr(QtWidgets, name).__mro__
    os.stat(os.curdir)
"""


def test_an_import_in_the_lane_and_the_window_make_classes_at_the_same_time(tmp_path: Path) -> None:
    listed = "from PySide6 import QtWidgets; print(*(n for n in dir(QtWidgets) if n[0] == 'Q'))"
    told = subprocess.check_output([sys.executable, "-c", listed], text=True)
    names = [name for name in told.split() if name != "QApplication"]
    assert len(names) > 150
    (tmp_path / "makes_classes.py").write_text(MAKES.format(names=names))
    there = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    for _ in range(3):
        code = RACE.format(names=names)
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=there)
