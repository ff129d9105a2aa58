"""How far a person is: kept between sessions, in one small file beside the lessons' profiles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.app.lessons.predicates import Mark, Refused
from lstwallet.app.settings import move_aside


class Progress(NamedTuple):
    """Where one lesson stands."""

    step: int = 0
    """Steps done; equal to the number of steps when only the quiz is left."""
    mark: Mark | None = None
    """When the present step began; none before the lesson was opened."""
    refused: Sequence[Refused] = ()
    """Refusals seen since the present step began."""
    told: bool = False
    """The present step is done and its explanation is being read."""
    hints: int = 0
    """Hints shown for the present step."""
    answers: Mapping[str, int] = {}
    """Question id → the option chosen last."""
    missed: Sequence[str] = ()
    """Questions that were once answered wrongly and wait for review."""
    finished: bool = False
    """All steps done and all questions answered rightly."""


def _to_json(progress: Progress) -> dict[str, Any]:
    return progress._asdict()


def _from_json(raw: Mapping[str, Any]) -> Progress:
    """Raises one of ``_NONSENSE``."""
    progress = Progress(
        step=int(raw["step"]),
        mark=Mark(*(int(part) for part in raw["mark"])) if raw["mark"] else None,
        refused=tuple(Refused(*item) for item in raw["refused"]),
        told=bool(raw["told"]),
        hints=int(raw["hints"]),
        answers={str(key): int(value) for key, value in raw["answers"].items()},
        missed=tuple(raw["missed"]),
        finished=bool(raw["finished"]),
    )
    if progress.step < 0 or progress.hints < 0:
        raise ValueError("nobody can have done fewer steps than none")
    return progress


_NONSENSE: Final = (
    ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip
"""What a damaged file may lead to: the last two are ``Infinity``, and lists in lists in lists."""


class ProgressFile:
    """The file of all lessons' progress. A damaged file is set aside, never half read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all: dict[str, Progress] = {}
        self.set_aside: Path | None = None
        """Where a file that could not be read was moved to."""
        if path.exists():
            self._read()

    def _read(self) -> None:
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            self._all = {key: _from_json(value) for key, value in raw.items()}
        except _NONSENSE:
            self.set_aside = move_aside(self._path)
            self._all = {}

    def of(self, lesson: str) -> Progress:
        """How far ``lesson`` is; a fresh start when it was never opened."""
        return self._all.get(lesson, Progress())

    def keep(self, lesson: str, progress: Progress) -> None:
        """Write the file anew and only then believe it."""
        entries = {**self._all, lesson: progress}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        text = json.dumps({key: _to_json(value) for key, value in entries.items()}, indent=1)
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)
        self._all = entries
