"""Pictures that cannot lie: a picture is taken only after its facts were seen on the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtWidgets import QApplication

from lstwallet.ui.robot.hands import Hands
from lstwallet.ui.theme import set_calm

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge

LARGE: Final = (1440, 900)
SMALL: Final = (1024, 700)
THEMES: Final = ("light", "dark")
SETTLE_MS: Final = 260
"""Charts redraw a few times a second at most: let them."""


class Shot(NamedTuple):
    """One step of the road and what its pictures prove."""

    number: int
    name: str
    facts: tuple[str, ...]
    at: str
    """The simulated moment."""
    pictures: tuple[str, ...]


class Camera:
    """Takes numbered pictures of the window in its themes and keeps the list of them."""

    def __init__(
        self, hands: Hands, bridge: Bridge, folder: Path, themes: tuple[str, ...] = THEMES
    ) -> None:
        self.hands = hands
        self.bridge = bridge
        self.folder = folder
        self.themes = themes
        self.shots: list[Shot] = []

    def shot(
        self,
        name: str,
        *facts: str,
        small: bool = False,
        reveal: Callable[[], object] | None = None,
    ) -> None:
        """See the facts on the screen, then take the pictures. Raises ``NotThere``.

        ``small`` adds pictures at 1024×700. ``reveal`` brings what it is about into view, anew
        for each picture: in a smaller window less of a room is seen.
        """
        self.hands.pause(SETTLE_MS)
        for fact in facts:
            self.hands.sees(fact)
        number = len(self.shots) + 1
        pictures = []
        for theme in self._themes():
            for size in (LARGE, SMALL) if small else (LARGE,):
                self.hands.window.resize(*size)
                pictures.append(self._picture(f"{number:02}-{name}", theme, size, reveal))
            self.hands.window.resize(*LARGE)
        self.shots.append(Shot(number, name, facts, self._moment(), tuple(sorted(pictures))))
        print(f"{number:02} {name}", flush=True)

    def _themes(self) -> tuple[str, ...]:
        """The themes, the present one first: turning a whole window takes its time."""
        now = self.bridge.settings.theme
        return self.themes[::-1] if now == self.themes[-1] else self.themes

    def _picture(
        self, name: str, theme: str, size: tuple[int, int], reveal: Callable[[], object] | None
    ) -> str:
        self.bridge.change(theme=theme)
        set_calm(True)  # a picture of something on its way would be of nowhere
        self.hands.pause(SETTLE_MS)
        if reveal is not None:
            reveal()
        file = f"{name}-{theme}{'' if size == LARGE else f'-{size[0]}'}.png"
        QApplication.processEvents()
        self.hands.window.grab().save(str(self.folder / file))
        return file

    def _moment(self) -> str:
        from lstwallet.units.clock import iso

        world = self.bridge.world
        return iso(world.time) if world is not None else ""

    def summary(self, seed: int) -> dict[str, object]:
        """What was shown: equal for the same seed on every machine."""
        from lstwallet.store.codec import world_hash

        world = self.bridge.world
        assert world is not None
        return {
            "seed": seed,
            "steps": [shot._asdict() for shot in self.shots],
            "events": world.events,
            "world_hash": world_hash(world),
        }

    def write_summary(self, seed: int) -> None:
        """``summary.json`` beside the pictures."""
        text = json.dumps(self.summary(seed), indent=1, ensure_ascii=False)
        (self.folder / "summary.json").write_text(text + "\n", encoding="utf-8")
