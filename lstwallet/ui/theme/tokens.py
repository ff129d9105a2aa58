"""Design tokens: colours by role, type, spacing and radii. No other module holds a hex literal.

A role without suffix is a text colour; ``x_mark`` is for dots, bars and arcs (at least
3:1 on its background), never text; ``x_soft`` is the background that ``x`` stands on.
``s1`` … ``s8`` are series colours for assets and layers only.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

ThemeName = Literal["light", "dark"]
ThemeMode = Literal["light", "dark", "system"]


class TypeStyle(NamedTuple):
    """A step of the type scale: pixels at 100 %, and weight."""

    size: int
    weight: int


class Asset(NamedTuple):
    """How an asset is recognised: its series colour and the letters on its disc."""

    role: str
    letters: str
    icon: str = ""
    """Instead of letters: not a token, but a place where tokens are."""


LIGHT: Final[dict[str, str]] = {
    "window": "#F4F3F0", "rail": "#ECEAE5", "surface": "#FFFFFF", "sunken": "#F7F6F3",
    "hover": "#F0EEEA", "pressed": "#E6E3DD", "selected": "#E8EEFC", "choice_on": "#F6F8FE",
    "rail_selected": "#FFFFFF", "segment_on": "#FFFFFF", "scrim": "#14161A",
    "line": "#E5E2DC", "line_strong": "#CFCBC3", "line_control": "#8E8A81", "focus": "#2857D0",
    "text": "#191A1C", "text2": "#4F5156", "text3": "#66686D", "disabled": "#9D9C99",
    "on_accent": "#FFFFFF", "on_sim": "#FFFFFF",
    "accent": "#2857D0", "accent_hover": "#2049B8", "accent_pressed": "#193C9C",
    "accent_text": "#2453C8", "accent_soft": "#E8EEFC",
    "good": "#0A7145", "good_mark": "#14935C", "good_soft": "#E2F3EA",
    "warn": "#855200", "warn_mark": "#C98000", "warn_soft": "#FBF0D9",
    "bad": "#B0241B", "bad_mark": "#D23B30", "bad_soft": "#FBE7E5",
    "info": "#2453C8", "info_mark": "#2857D0", "info_soft": "#E8EEFC",
    "sim": "#7B3A96", "sim_mark": "#8E4BAA", "sim_soft": "#F3E8F8",
    "grid": "#ECEAE5", "axis": "#66686D", "cross": "#4F5156", "shadow": "#000000",
    "s1": "#2857D0", "s2": "#B35A16", "s3": "#1A9081", "s4": "#8A3891",
    "s5": "#149CDE", "s6": "#9F962C", "s7": "#8A1620", "s8": "#434E5A",
}  # fmt: skip
DARK: Final[dict[str, str]] = {
    "window": "#121416", "rail": "#0C0E10", "surface": "#1A1D20", "sunken": "#141719",
    "hover": "#22262A", "pressed": "#2A2F34", "selected": "#1E2A47", "choice_on": "#1A2130",
    "rail_selected": "#1F2327", "segment_on": "#30353B", "scrim": "#000000",
    "line": "#2A2E33", "line_strong": "#3D434A", "line_control": "#737A83", "focus": "#86A8FF",
    "text": "#ECEDEE", "text2": "#B4B8BD", "text3": "#92979E", "disabled": "#5F656C",
    "on_accent": "#FFFFFF", "on_sim": "#121416",
    "accent": "#3A63DA", "accent_hover": "#426BE2", "accent_pressed": "#3058C8",
    "accent_text": "#8BABFF", "accent_soft": "#1E2A47",
    "good": "#55C990", "good_mark": "#34B079", "good_soft": "#17322A",
    "warn": "#EDB648", "warn_mark": "#E0A020", "warn_soft": "#362B15",
    "bad": "#FF8A80", "bad_mark": "#F0625A", "bad_soft": "#3D2021",
    "info": "#8BABFF", "info_mark": "#5C86F5", "info_soft": "#1E2A47",
    "sim": "#CF9FE3", "sim_mark": "#B47BD0", "sim_soft": "#33203D",
    "grid": "#24282C", "axis": "#92979E", "cross": "#B4B8BD", "shadow": "#000000",
    "s1": "#6C93F7", "s2": "#EA8628", "s3": "#5FC4A8", "s4": "#B47BAF",
    "s5": "#88DAFD", "s6": "#DBD64C", "s7": "#B9443A", "s8": "#6A717D",
}  # fmt: skip
ROLES: Final[dict[ThemeName, dict[str, str]]] = {"light": LIGHT, "dark": DARK}


class Depth(NamedTuple):
    """Alphas (of 255) and shares that differ between light and dark."""

    area: int
    """Fill under one line."""
    between: int
    """Discount fill between two lines."""
    scrim: int
    """Dimming behind a sheet or a lesson."""
    shadow: int
    """One of about 18 stacked rounded rectangles."""
    disc: float
    """Share of the asset's colour in its disc's background."""
    zone: float
    """Share of the state colour in a gauge's zone."""


DEPTH: Final[dict[ThemeName, Depth]] = {
    "light": Depth(area=28, between=40, scrim=136, shadow=2, disc=0.16, zone=0.32),
    "dark": Depth(area=40, between=52, scrim=168, shadow=6, disc=0.28, zone=0.36),
}

TYPE: Final[dict[str, TypeStyle]] = {
    "hero": TypeStyle(36, 600),
    "gauge": TypeStyle(34, 600),
    "display": TypeStyle(28, 600),
    "field": TypeStyle(28, 500),
    "figure": TypeStyle(24, 600),
    "title": TypeStyle(20, 600),
    "heading": TypeStyle(15, 600),
    "body": TypeStyle(13, 400),
    "medium": TypeStyle(13, 500),
    "strong": TypeStyle(13, 600),
    "small": TypeStyle(12, 400),
    "small_medium": TypeStyle(12, 500),
    "caption": TypeStyle(11, 500),
    "caption_strong": TypeStyle(11, 600),
}
DISPLAY_FROM: Final = 20
"""From this size on the display cut is used, with letters at 99 %."""
LINE_HEIGHT: Final = 1.21
"""One line in em, in every language: fallback fonts would make labels a fifth taller."""
UNIT_SHARE: Final = 0.62
"""Size of a unit or a fraction beside its number."""
SCALES: Final = (0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""Text scales on offer."""

CARD_PADDING: Final = 16
CARD_GAP: Final = 14
PAGE_MARGIN: Final = 20
CONTENT_MAX: Final = 1600
GUTTER: Final = 16
BESIDE: Final = 6
"""Right of scrolled content, its bar in it; and between that and the action panel."""
NARROW: Final = 1180
"""Below this window width the rail is icons and side columns move."""
RADIUS: Final[dict[str, int]] = {
    "chip": 6, "segment": 6, "control": 8, "group": 8, "field": 10, "inset": 10, "main": 10,
    "card": 12, "sheet": 16,
}  # fmt: skip

SWAP_MS: Final = 160
MOVE_MS: Final = 200
"""Panel swap and toast; a lesson's card moving. All ease-out, all off when asked."""
TOAST_MS: Final = 6_000

ASSETS: Final[dict[str, Asset]] = {
    "ETH": Asset("s8", "Ξ"),
    "WETH": Asset("s8", "W"),
    "stETH": Asset("s5", "st"),
    "wstETH": Asset("s1", "ws"),
    "rETH": Asset("s2", "r"),
    "SOL": Asset("s3", "S"),
    "jitoSOL": Asset("s3", "ji"),
    "mSOL": Asset("s3", "m"),
    "vWETH": Asset("s1", "vW"),
    "vwstETH": Asset("s5", "vw"),
    "LP": Asset("s4", "LP"),
    "weETH": Asset("s6", "we"),
    "USDC": Asset("s3", "$"),
    "exit": Asset("s7", "", "hourglass-medium"),
    "loan": Asset("s2", "", "bank"),
    "validator": Asset("s6", "32"),
}


def asset(symbol: str) -> Asset:
    """The look of a token; one not listed gets its first two letters on ``s8``."""
    return ASSETS.get(symbol) or Asset("s4" if "LP" in symbol else "s8", symbol[:2])
