"""Renders the app icon: `icons.py SVG FOLDER` writes FOLDER/<size>.png. Runs inside `.venv`."""

from __future__ import annotations

import sys
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def render(svg: Path, folder: Path) -> None:
    """One PNG for each size, drawn by Qt."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    folder.mkdir(parents=True, exist_ok=True)
    drawing = QSvgRenderer(str(svg))
    assert drawing.isValid(), f"{svg} cannot be drawn"
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        with QPainter(image) as painter:
            drawing.render(painter)
        assert image.save(str(folder / f"{size}.png"))


if __name__ == "__main__":
    render(Path(sys.argv[1]), Path(sys.argv[2]))
