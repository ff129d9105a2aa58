"""The tokens' promises: contrast, distinct series, one table for both themes; and re-theming."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QIcon, QImage, QPainter, QPixmap, QPixmapCache
from PySide6.QtWidgets import QApplication

from lstwallet.ui import theme
from lstwallet.ui.models import cells
from lstwallet.ui.theme import icons, manager, paint, style, tokens
from lstwallet.ui.theme.tokens import ThemeName

TEXTS = ("text", "text2", "text3", "accent_text", "good", "warn", "bad", "sim", "info")
PLACES = ("surface", "window", "rail", "sunken", "selected", "choice_on", "hover")
STATES = ("good", "warn", "bad", "info", "sim")
SERIES = tuple(f"s{i}" for i in range(1, 9))
THEMES: tuple[ThemeName, ...] = ("light", "dark")
LOOK_ICONS = [
    "house", "house-fill", "stack", "hourglass-medium", "bank", "drop-half", "swap",
    "list-bullets", "graduation-cap", "gear-six", "check-circle", "warning", "warning-octagon",
    "info", "warning-circle-fill", "minus-circle", "pause-circle", "hourglass-simple",
    "ticket", "heartbeat", "trend-down", "scales", "lightning", "package", "git-branch",
    "clock-counter-clockwise", "flask-fill", "lightbulb", "arrow-counter-clockwise", "eye",
    "eye-slash", "table",
]  # fmt: skip
# Machado, Oliveira and Fernandes 2009, severity 1.
SIGHT = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.fixture(autouse=True)
def _light_again(qapp: QApplication) -> Iterator[None]:
    """Turned back only where a test turned it: that takes every living widget's time."""
    before = theme.current()
    yield
    if theme.current() is not before:
        theme.apply(qapp, "light")


def linear(color: str) -> np.ndarray:
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    a, b = (float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def oklab(light: np.ndarray) -> np.ndarray:
    to_lms = np.array([
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ])  # fmt: skip
    to_lab = np.array([
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ])  # fmt: skip
    return to_lab @ np.cbrt(to_lms @ np.clip(light, 0, 1))


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_reads_on_every_place(name: ThemeName, text: str, place: str) -> None:
    table = tokens.ROLES[name]
    assert contrast(table[text], table[place]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_states_read_on_their_soft_background(name: ThemeName, state: str) -> None:
    table = tokens.ROLES[name]
    for text in (state, "text"):
        assert contrast(table[text], table[f"{state}_soft"]) >= 4.5
    assert contrast(table[f"{state}_mark"], table["surface"]) >= 3


@pytest.mark.parametrize("name", THEMES)
def test_buttons_edges_and_axes(name: ThemeName) -> None:
    table = tokens.ROLES[name]
    for accent in ("accent", "accent_hover", "accent_pressed"):
        assert contrast(table["on_accent"], table[accent]) >= 4.5
    assert contrast(table["on_sim"], table["sim_mark"]) >= 4.5
    assert contrast(table["accent_text"], table["accent_soft"]) >= 4.5
    assert contrast(table["text3"], table["hover"]) >= 4.5  # the disabled primary button
    assert contrast(table["axis"], table["surface"]) >= 4.5
    assert contrast(table["line_control"], table["surface"]) >= 3
    for place in ("surface", "window", "rail"):
        assert contrast(table["focus"], table[place]) >= 3


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("series", SERIES)
def test_series_stand_out(name: ThemeName, series: str) -> None:
    table = tokens.ROLES[name]
    assert contrast(table[series], table["surface"]) >= 3


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_series_differ_in_every_sight(name: ThemeName, sight: str) -> None:
    table = tokens.ROLES[name]
    seen = {s: oklab(np.array(SIGHT[sight]) @ linear(table[s])) for s in SERIES}
    nearest = min(
        float(np.linalg.norm(seen[a] - seen[b])) * 100 for a, b in itertools.combinations(SERIES, 2)
    )
    assert round(nearest, 1) >= 8.5


def test_both_themes_name_the_same_roles() -> None:
    assert set(tokens.LIGHT) == set(tokens.DARK)
    assert {look.role for look in tokens.ASSETS.values()} <= set(SERIES)


@pytest.mark.parametrize("name", THEMES)
def test_the_sheet_has_no_gaps(name: ThemeName) -> None:
    sheet = style.sheet(theme.Theme(name))
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_every_role_that_painting_uses_exists() -> None:
    looks = itertools.chain.from_iterable(
        state for kind in paint.BUTTON_KINDS.values() for state in kind.values()
    )
    used = {*looks, *paint.TEXT_ROLES.values(), *itertools.chain(*paint.TONES.values())} - {""}
    assert used <= set(tokens.LIGHT)


def test_figures_are_tabular(qapp: QApplication) -> None:
    look = theme.apply(qapp, "light")
    for step in ("body", "strong", "heading", "caption"):
        metrics = QFontMetricsF(look.font(step))
        assert metrics.horizontalAdvance("1111") == pytest.approx(metrics.horizontalAdvance("0000"))
    for step in ("hero", "figure", "gauge"):
        font = look.font(step)
        assert paint.figure_width("$1,111.11", font) == paint.figure_width("$8,070.40", font)


@pytest.mark.parametrize(
    "name",
    [*LOOK_ICONS, icons.LOCK],
)
def test_every_icon_of_the_look_is_there(qapp: QApplication, name: str) -> None:
    assert icons.exists(name)
    image = icons.pixmap(name, "text", 32, 1).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 0 for x in range(32) for y in range(32))
    assert 20 < inked < 32 * 32


def test_icons_are_cached_and_follow_the_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    first = icons.pixmap("house", "text", 16, 1)
    assert icons.pixmap("house", "text", 16, 1) is first
    light = icons.icon("house", "text").pixmap(16, 16).toImage()
    theme.apply(qapp, "dark")
    assert icons.icon("house", "text").pixmap(16, 16).toImage() != light


def test_what_was_laid_out_for_a_theme_goes_with_it(qapp: QApplication) -> None:
    """Or who turns it often enough keeps thousands of texts that are never drawn again."""
    theme.apply(qapp, "light")
    wide = cells.width(cells.Text("0.5 ETH"))
    image = QImage(200, 40, QImage.Format.Format_ARGB32)
    with QPainter(image) as painter:
        paint.draw_text(painter, QRectF(0, 0, 200, 40), "0.5 ETH")
    kept = [paint._laid_out.cache_info, cells.width.cache_info]
    assert all(each().currsize for each in kept), "drawn again it costs half"
    theme.apply(qapp, "light", 1.5)
    assert [each().currsize for each in kept] == [0, 0]
    assert cells.width(cells.Text("0.5 ETH")) > wide, "and the new answer is the new theme's"


def test_qt_keeps_few_pictures_of_its_controls(qapp: QApplication) -> None:
    """It never finds those of a dialog again that has ended."""
    theme.apply(qapp, "light")
    for number in range(40):
        picture = QPixmap(256, 256)
        picture.fill(Qt.GlobalColor.red)
        QPixmapCache.insert(f"picture {number}", picture)
    found = [number for number in range(40) if QPixmapCache.find(f"picture {number}") is not None]
    assert 0 < len(found) <= 4, "256 KiB each"


def test_icons_survive_being_copied(qapp: QApplication) -> None:
    for _ in range(500):
        copy = QIcon(icons.icon("house"))
        copy.addPixmap(icons.pixmap("bank", "text", 32, 1))
        assert not copy.pixmap(16, 16).isNull()


def test_an_unknown_icon_is_a_bug(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        icons.pixmap("no-such-icon")


def test_system_follows_the_desktop(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [Qt.ColorScheme.Light]
    hints = SimpleNamespace(colorScheme=lambda: told[0])
    desk: Any = SimpleNamespace(styleHints=lambda: hints)
    assert manager.resolve(desk, "system") == "light"
    told[0] = Qt.ColorScheme.Unknown  # it does not say
    assert manager.resolve(desk, "system") == "light"
    told[0] = Qt.ColorScheme.Dark
    assert manager.resolve(desk, "system") == "dark"
    assert manager.resolve(desk, "light") == "light", "what was chosen counts more"
    theme.apply(qapp, "system")
    assert theme.mode() == "system"
    monkeypatch.setattr(manager, "resolve", lambda _app, _mode: "dark")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current().dark, "it changes while the program runs"
    monkeypatch.setattr(manager, "resolve", lambda _app, _mode: "light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not theme.current().dark


def test_scale_reaches_fonts_and_sizes(qapp: QApplication) -> None:
    look = theme.apply(qapp, "light", 1.5)
    assert look.font("body").pixelSize() == 20
    assert look.px(32) == 48
    assert qapp.font().pixelSize() == 20


def test_a_line_of_text_keeps_its_baseline_with_a_fallback_font(qapp: QApplication) -> None:
    """Chinese beside Latin must not push the Latin letters down and cut them."""
    theme.apply(qapp, "light")

    def lowest_ink(text: str) -> int:
        image = QImage(200, 16, QImage.Format.Format_ARGB32)
        image.fill(0)
        with QPainter(image) as painter:
            paint.draw_text(painter, QRectF(0, 0, 200, 16), text, "body")
        rows = [y for y in range(16) if any(image.pixelColor(x, y).alpha() for x in range(20))]
        return max(rows)

    assert lowest_ink("gg") == lowest_ink("gg 等待收益")
