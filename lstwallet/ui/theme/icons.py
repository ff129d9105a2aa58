"""Icons: Phosphor, drawn from the font file that qtawesome ships, without importing it.

Importing the package loads eight fonts and costs a tenth of a second before the first
frame; one font and its character map are found with ``find_spec`` and read directly.
Names are Phosphor's (``house``, ``house-fill``); ``ri.lock-line`` comes from Remix Icon,
because Phosphor's lock reads as a shopping bag.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QPainter,
    QPainterPath,
    QPixmap,
    QRawFont,
)

from lstwallet.ui.theme import manager

LOCK: Final = "ri.lock-line"
_SETS: Final = {"ph": "phosphor", "ri": "remixicon"}
_EM: Final = 256.0
_SHARE: Final = 0.875
"""Share of the box that the em square takes."""


class _Face:
    """One icon font: outlines by name, at ``_EM`` pixels."""

    def __init__(self, stem: str) -> None:
        spec = importlib.util.find_spec("qtawesome")
        if spec is None or spec.origin is None:
            raise FileNotFoundError("the icon font that qtawesome ships")
        folder = Path(spec.origin).parent / "fonts"
        charmap = next(folder.glob(f"{stem}-charmap-*.json"))
        font = next(folder.glob(f"{stem}-[0-9]*.ttf"))
        self._codes: dict[str, str] = json.loads(charmap.read_text(encoding="utf-8"))
        self._raw = QRawFont(str(font), _EM, QFont.HintingPreference.PreferNoHinting)
        self._paths: dict[str, QPainterPath] = {}

    def path(self, name: str) -> QPainterPath:
        """The outline, centred on its advance and on ascent and descent. ``KeyError`` if none."""
        found = self._paths.get(name)
        if found is None:
            glyph = self._raw.glyphIndexesForString(chr(int(self._codes[name], 16)))[0]
            found = self._raw.pathForGlyph(glyph)
            advance = self._raw.advancesForGlyphIndexes([glyph])[0].x()
            found.translate(-advance / 2, (self._raw.ascent() - self._raw.descent()) / 2)
            self._paths[name] = found
        return found

    def names(self) -> set[str]:
        return set(self._codes)


@cache
def _face(prefix: str) -> _Face:
    return _Face(_SETS[prefix])


def path(name: str) -> QPainterPath:
    """The outline of an icon in an em of 256, centred on the origin."""
    prefix, dot, rest = name.partition(".")
    return _face(prefix).path(rest) if dot else _face("ph").path(name)


def exists(name: str) -> bool:
    """Whether the icon fonts have a glyph of this name."""
    prefix, dot, rest = name.partition(".")
    return (rest if dot else name) in _face(prefix if dot else "ph").names()


def draw(painter: QPainter, box: QRectF, name: str, color: QColor) -> None:
    """Paint an icon into a square box."""
    pixmap_ = _pixmap(name, color.rgba(), round(box.height()), painter.device().devicePixelRatio())
    painter.drawPixmap(QPointF(round(box.x()), round(box.y())), pixmap_)


def pixmap(name: str, color: QColor | str = "text2", size: int = 16, dpr: float = 0) -> QPixmap:
    """A cached pixmap of an icon; ``color`` is a role or a colour, ``dpr`` the screen's."""
    paint = manager.current().color(color) if isinstance(color, str) else color
    return _pixmap(name, paint.rgba(), size, dpr or _screen_dpr())


def _screen_dpr() -> float:
    screen = QGuiApplication.primaryScreen()
    return screen.devicePixelRatio() if screen else 1.0


@cache
def _pixmap(name: str, rgba: int, size: int, dpr: float) -> QPixmap:
    image = QPixmap(QSize(round(size * dpr), round(size * dpr)))
    image.setDevicePixelRatio(dpr)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(size / 2, size / 2)
        scale = size * _SHARE / _EM
        painter.scale(scale, scale)
        painter.fillPath(path(name), QColor.fromRgba(rgba))
    return image


def icon(name: str, role: str = "text2", size: int = 16) -> QIcon:
    """A ``QIcon`` in the theme in force, for menus and other things made when they are shown.

    It is made of pixmaps: an icon engine written in Python dies when Qt copies it.
    """
    theme = manager.current()
    made = QIcon()
    for dpr in {1.0, _screen_dpr()}:
        made.addPixmap(_pixmap(name, theme.color(role).rgba(), size, dpr))
        grey = _pixmap(name, theme.color("disabled").rgba(), size, dpr)
        made.addPixmap(grey, QIcon.Mode.Disabled)
    return made
