"""Fonts: Inter with tabular figures, a display cut for large sizes, a CJK font behind both."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QFont

from lstwallet.ui.theme.tokens import DISPLAY_FROM

_SYSTEM: Final = ("Segoe UI", ".AppleSystemUIFont", "Cantarell", "DejaVu Sans")
_CJK: Final = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC")
TEXT_STACK: Final = ["Inter", *_SYSTEM, *_CJK]
DISPLAY_STACK: Final = ["Inter Display", "Inter", *_SYSTEM, *_CJK]
_TABULAR: Final = QFont.Tag("tnum")


def make(pixels: float, weight: int) -> QFont:
    """A font of the stack. Figures are tabular, so that numbers do not dance."""
    size = max(8, round(pixels))
    large = size >= DISPLAY_FROM
    font = QFont()
    font.setFamilies(DISPLAY_STACK if large else TEXT_STACK)
    font.setPixelSize(size)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(_TABULAR, 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if large:
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 99)
    return font


def resized(font: QFont, pixels: float, weight: int | None = None) -> QFont:
    """A copy of a font at another size."""
    copy = QFont(font)
    copy.setPixelSize(max(8, round(pixels)))
    if weight is not None:
        copy.setWeight(QFont.Weight(weight))
    return copy
