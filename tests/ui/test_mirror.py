"""pyqtgraph sees PySide's names without having built all of its classes."""

from __future__ import annotations

import subprocess
import sys

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
