"""The theme in force: colours, fonts and sizes, and how a whole application changes them.

Nothing subscribes to the theme. Qt itself sends ``StyleChange`` to every widget when the
application's palette and style sheet are replaced; painted widgets read ``current()``
while they paint, and widgets with sizes of their own derive from ``Themed``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QPixmapCache
from PySide6.QtWidgets import QApplication

from lstwallet.ui.theme import fonts, tokens
from lstwallet.ui.theme.tokens import ThemeMode, ThemeName
from lstwallet.units.memory import collector_resting

QT_PICTURES_KIB: Final = 1024
"""What Qt may keep of the pictures of its own controls. It knows them by their palette, and
each file dialog brings new ones: they are never found again, and would fill 10 MiB."""


class Theme:
    """One table of colours at one text scale. Cheap to ask: everything is cached."""

    def __init__(self, name: ThemeName, scale: float = 1.0, generation: int = 0) -> None:
        self.name: Final = name
        self.scale: Final = scale
        self.generation: Final = generation
        self.depth: Final = tokens.DEPTH[name]
        self._roles: Final = tokens.ROLES[name]
        self._colors: dict[tuple[str, int | None], QColor] = {}
        self._mixed: dict[tuple[str, str, float], QColor] = {}
        self._fonts: dict[tuple[str, int | None], QFont] = {}

    @property
    def dark(self) -> bool:
        """Whether the dark table is in force."""
        return self.name == "dark"

    def hex(self, role: str) -> str:
        """``#RRGGBB`` of a role. Raises ``KeyError`` for an unknown one."""
        return self._roles[role]

    def color(self, role: str, alpha: int | None = None) -> QColor:
        """The colour of a role; ``alpha`` of 255. Do not change the answer: it is shared."""
        key = (role, alpha)
        found = self._colors.get(key)
        if found is None:
            found = QColor(self._roles[role])
            if alpha is not None:
                found.setAlpha(alpha)
            self._colors[key] = found
        return found

    def mix(self, over: str, under: str, share: float) -> QColor:
        """``share`` of one role's colour over another's, opaque."""
        key = (over, under, share)
        found = self._mixed.get(key)
        if found is None:
            found = blend(self.color(over), self.color(under), share)
            self._mixed[key] = found
        return found

    def px(self, size: float) -> int:
        """A size in pixels at the user's text scale."""
        return round(size * self.scale)

    def font(self, style: str, weight: int | None = None) -> QFont:
        """The font of a type style. Do not change the answer: it is shared."""
        key = (style, weight)
        found = self._fonts.get(key)
        if found is None:
            step = tokens.TYPE[style]
            found = fonts.make(step.size * self.scale, weight or step.weight)
            self._fonts[key] = found
        return found

    def line(self, style: str) -> int:
        """Height of one line of a type style, whatever font falls back."""
        return math.ceil(self.font(style).pixelSize() * tokens.LINE_HEIGHT)


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """``share`` of one colour over another, opaque."""
    return QColor(
        round(over.red() * share + under.red() * (1 - share)),
        round(over.green() * share + under.green() * (1 - share)),
        round(over.blue() * share + under.blue() * (1 - share)),
    )


class _Cached(Protocol):
    """What ``functools.lru_cache`` makes."""

    @property
    def cache_clear(self) -> Callable[[], None]: ...


_C = TypeVar("_C", bound=_Cached)


class _State:
    theme: Theme = Theme("light")
    mode: ThemeMode = "light"
    watching_system: bool = False
    calm: bool = False
    forgets: Final[list[Callable[[], None]]] = []
    """Called when another theme comes into force."""


def of_the_theme(cached: _C) -> _C:
    """Decorates a cached function whose answers depend on the theme: they go with it."""
    _State.forgets.append(cached.cache_clear)
    return cached


def current() -> Theme:
    """The theme in force."""
    return _State.theme


def mode() -> ThemeMode:
    """What the user chose: light, dark or system."""
    return _State.mode


def calm() -> bool:
    """Whether motion is switched off."""
    return _State.calm


def set_calm(on: bool) -> None:
    """Switch all motion off (or on again)."""
    _State.calm = on


def resolve(app: QApplication, wanted: ThemeMode) -> ThemeName:
    """The table for a mode; ``system`` follows the desktop and is light when it does not say."""
    if wanted != "system":
        return wanted
    return "dark" if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def apply(app: QApplication, wanted: ThemeMode = "light", scale: float = 1.0) -> Theme:
    """Put a theme in force for the whole application and return it.

    Every living widget is restyled. Costs a repolish of all of them, so call it before the
    first window is built, and afterwards only when the user asks.
    """
    from lstwallet.ui.theme import style

    first = _State.theme.generation == 0
    _State.mode = wanted
    _State.theme = Theme(resolve(app, wanted), scale, _State.theme.generation + 1)
    for forget in _State.forgets:
        forget()
    if first:
        QPixmapCache.setCacheLimit(QT_PICTURES_KIB)
    # To ask Qt for its style would make PySide build that class: 10 ms before the first frame.
    told = os.environ.get("QT_STYLE_OVERRIDE", "").lower() == "fusion"
    if first and not told and app.style().name() != "fusion":
        app.setStyle("Fusion")
    # Qt walks over a list of widgets made beforehand: one that was in a cycle and is collected
    # inside some ``restyle`` would be gone when Qt reaches it, and the process with it.
    with collector_resting():
        app.setFont(_State.theme.font("body"))
        app.setPalette(style.palette(_State.theme))
        app.setStyleSheet(style.sheet(_State.theme))
        if not first:
            _restyle_again(app)
    if wanted == "system" and not _State.watching_system:
        _State.watching_system = True
        app.styleHints().colorSchemeChanged.connect(lambda _: _follow_system(app))
    return _State.theme


def _restyle_again(app: QApplication) -> None:
    """A font set while the sheet is being replaced is undone by it: set all of them now."""
    for widget in app.allWidgets():
        if isinstance(widget, Themed) and widget._styled_for != -1:
            widget.restyle()


def _follow_system(app: QApplication) -> None:
    if _State.mode == "system" and resolve(app, "system") != _State.theme.name:
        apply(app, "system", _State.theme.scale)


class Themed:
    """Mixin before a Qt class: ``restyle()`` runs again whenever the theme changes.

    ``restyle`` sets what Qt keeps (fonts, fixed sizes, icons); what is painted needs
    nothing. The class calls ``restyle()`` itself at the end of its ``__init__``.
    """

    _styled_for: int = -1

    def restyle(self) -> None:
        """Set fonts, sizes and icons from ``current()``."""

    def changeEvent(self, event: QEvent) -> None:
        # Its type last: a page that is built brings thousands, and PySide makes an enum of each.
        generation = _State.theme.generation
        if self._styled_for not in (-1, generation) and event.type() == QEvent.Type.StyleChange:
            self._styled_for = generation
            self.restyle()
        super().changeEvent(event)  # type: ignore[misc]

    def begin_style(self) -> None:
        """Run ``restyle`` for the first time and keep it up to date from now on."""
        self._styled_for = _State.theme.generation
        self.restyle()
