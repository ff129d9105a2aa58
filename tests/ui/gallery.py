"""Renders every widget in all its states to PNG: ``python -m tests.ui.gallery OUT [NAME…]``.

Both themes at 100 %, and light at 150 % text; ``QT_SCALE_FACTOR=2`` renders two pixels a
point. The pictures are meant to be looked at; the builders also serve the tests.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from lstwallet.ui import theme
from lstwallet.ui.theme.tokens import ThemeName
from tests.ui import gallery_controls, gallery_figures
from tests.ui.gallery_controls import panels, position_table
from tests.ui.gallery_stand import BUILDERS

__all__ = ["BUILDERS", "gallery_controls", "gallery_figures", "panels", "position_table"]


def render(build: Callable[[], QWidget], path: Path) -> None:
    """Build, lay out, grab."""
    widget = build()
    widget.show()
    for _ in range(4):
        QApplication.processEvents()
    hint = widget.minimumSizeHint()
    widget.resize(widget.size().expandedTo(QSize(hint.width(), hint.height())))
    for hook in ("opened", "crosshairs"):
        if hasattr(widget, hook):
            getattr(widget, hook)()
    for _ in range(4):
        QApplication.processEvents()
    widget.grab().save(str(path))
    widget.close()
    widget.deleteLater()
    QApplication.processEvents()


def main(out: Path, wanted: list[str]) -> None:
    """Render the whole gallery."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    out.mkdir(parents=True, exist_ok=True)
    looks: tuple[tuple[ThemeName, float], ...] = (("light", 1.0), ("dark", 1.0), ("light", 1.5))
    for name, scale in looks:
        theme.apply(app, name, scale)
        for piece, build in BUILDERS.items():
            if wanted and piece not in wanted:
                continue
            render(build, out / f"{piece}-{name}{'' if scale == 1 else f'-{scale:.0%}'}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery"), sys.argv[2:])
