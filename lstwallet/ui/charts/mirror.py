"""Makes the first import of pyqtgraph twice as quick.

``pyqtgraph.Qt`` copies every name of PySide6's three large modules, and to read a name
makes PySide build that class: a sixth of a second for hundreds of classes that no chart
needs. Its three copies are put there beforehand, as modules that look a name up when it is
asked for, and what there is to copy is nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

_MODULES: Final = (QtCore, QtGui, QtWidgets)
_HOME: Final = "pyqtgraph.Qt"


class _Mirror(ModuleType):
    """A module whose names are another's, read when they are first used."""

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name, f"The names of {source.__name__}.")
        self.__dict__["_source"] = source

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._source, name)
        self.__dict__[name] = found
        return found


def import_pyqtgraph() -> None:
    """Import pyqtgraph, with mirrors in place of copies; once."""
    if "pyqtgraph" in sys.modules:
        return
    hidden = [_Hidden(module) for module in _MODULES]
    for module in _MODULES:
        name = f"{_HOME}.{module.__name__.rpartition('.')[2]}"
        sys.modules[name] = _Mirror(name, module)
    try:
        import pyqtgraph  # noqa: F401
    finally:
        for each in hidden:
            each.restore()


class _Hidden:
    """The names of a module are not listed, the first time that ``dir`` is asked."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._before: Callable[[], list[str]] | None = vars(module).get("__dir__")
        vars(module)["__dir__"] = self._once

    def _once(self) -> list[str]:
        self.restore()
        return []

    def restore(self) -> None:
        """List them again."""
        names = vars(self._module)
        if names.get("__dir__") == self._once:
            del names["__dir__"]
            if self._before is not None:
                names["__dir__"] = self._before
