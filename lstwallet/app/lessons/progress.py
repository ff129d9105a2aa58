"""How far a person is: kept between sessions, in one small file beside the lessons' profiles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.app.lessons.predicates import Mark, Refused
from lstwallet.app.settings import move_aside
from lstwallet.units.strict.documents import read_json
from lstwallet.units.strict.fields import Fields
from lstwallet.units.strict.files import read_regular
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.strict.texts import text_of
from lstwallet.units.synced import sync_file

LARGEST_FILE: Final = 1_000_000
MOST_STEPS: Final = 1_000
"""More than any lesson has, of steps, hints or options."""


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


def _from_json(name: str, raw: Any) -> Progress:
    """Raises ``FileRefused``."""
    fields = Fields(raw, name)
    answers = fields.table("answers")
    return Progress(
        step=fields.whole("step", 0, MOST_STEPS),
        mark=_mark(fields),
        refused=tuple(_refused(fields, item) for item in fields.items("refused")),
        told=fields.flag("told"),
        hints=fields.whole("hints", 0, MOST_STEPS),
        answers={key: answers.whole(key, 0, MOST_STEPS) for key in answers.raw},
        missed=tuple(fields.texts("missed")),
        finished=fields.flag("finished"),
    )


def _mark(fields: Fields) -> Mark | None:
    if "mark" in fields and fields.raw["mark"] is None:
        return None
    numbers = fields.items("mark", least=3, most=3)
    if not all(type(number) is int for number in numbers):
        fields.refuse("mark", "three whole numbers are expected")
    return Mark(*numbers)


def _refused(fields: Fields, item: Any) -> Refused:
    fits = isinstance(item, list) and len(item) == 2 and all(type(each) is str for each in item)
    if not fits:
        fields.refuse("refused", "two names are expected")
    return Refused(*item)


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
            data = read_regular(self._path, LARGEST_FILE, follow=True)
            raw = Fields(read_json(text_of(data))).raw
            self._all = {key: _from_json(key, value) for key, value in raw.items()}
        except FileRefused as refused:
            if refused.problem is Problem.UNREADABLE:
                raise OSError(0, refused.detail, str(self._path)) from refused
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
            sync_file(file.fileno())
        os.replace(fresh, self._path)
        self._all = entries
