"""Why a file is not let in: one exception that carries data, never a sentence.

``ui/wording/door.py`` and ``cli/sentences.py`` make the sentences.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

MOST_DETAIL: Final = 200
"""Characters of a file's own words that a refusal quotes at most."""


class Problem(StrEnum):
    """What is wrong."""

    # the file
    MISSING = "missing"
    UNREADABLE = "unreadable"
    LINK = "link"
    """Its name is a link to another file."""
    NOT_A_FILE = "not_a_file"
    """A folder, a device, a pipe."""
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    """``wanted``: the most bytes."""
    # the text
    NOT_TEXT = "not_text"
    """It is not UTF-8."""
    CONTROL = "control"
    """A control character that no text needs."""
    LONG_LINE = "long_line"
    """``wanted``: the most characters."""
    # the shape
    TOO_DEEP = "too_deep"
    """``wanted``: the most levels."""
    LONG_KEY = "long_key"
    LONG_NUMBER = "long_number"
    NOT_FINITE = "not_finite"
    DOUBLE_KEY = "double_key"
    TOO_MANY = "too_many"
    """``wanted``: the most entries, columns or rows."""
    NOT_JSON = "not_json"
    NOT_TOML = "not_toml"
    NOT_CSV = "not_csv"
    # what it says
    UNKNOWN_KEY = "unknown_key"
    """``near``: the known one that it resembles, if any."""
    MISSING_KEY = "missing_key"
    WRONG_KIND = "wrong_kind"
    """``wanted``: what is expected, one of ``fields.KINDS``."""
    BAD_NUMBER = "bad_number"
    BAD_VALUE = "bad_value"
    """``near``: a value that would do, if one is close."""
    NEWER = "newer"
    """A later version of the format than this program knows."""
    OTHER_FORMAT = "other_format"
    """It is some other kind of file."""
    CONTENT = "content"
    """``detail`` is the reader's own plain words."""
    # the reading
    TOO_LONG = "too_long"
    """It took more time than reading such a file may."""
    TOO_MUCH_MEMORY = "too_much_memory"
    STOPPED = "stopped"
    """Whoever asked does not want it any more."""
    FAILED = "failed"
    """The reader itself failed: ours to mend; ``detail`` for the log."""


class FileRefused(ValueError):
    """A file from outside is not let in."""

    def __init__(
        self,
        problem: Problem,
        *,
        line: int = 0,
        field: str = "",
        detail: str = "",
        near: str = "",
        wanted: str = "",
        file: str = "",
    ) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.line = line
        """From 1; 0 when it concerns the whole file."""
        self.field = brief(field)
        """Where, as ``steps 2, title``."""
        self.detail = brief(detail)
        """What stands there, or more of the reason."""
        self.near = near
        """What was meant, perhaps."""
        self.wanted = wanted
        """What would do."""
        self.file = printable(file)
        """The file's path, once it is known."""

    def __str__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in self.data().items() if value]
        return ", ".join(parts)

    def data(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "problem": self.problem.value,
            "line": self.line,
            "field": self.field,
            "detail": self.detail,
            "near": self.near,
            "wanted": self.wanted,
            "file": self.file,
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> FileRefused:
        """The refusal that ``data()`` wrote down. Raises ``ValueError`` for anything else."""
        texts = {name: data.get(name, "") for name in ("field", "detail", "near", "wanted", "file")}
        line = data.get("line", 0)
        if type(line) is not int or any(type(text) is not str for text in texts.values()):
            raise ValueError("no refusal")
        return cls(Problem(data.get("problem", "")), line=line, **texts)

    def told_of(self, file: str) -> FileRefused:
        """The same, and the name of the file that it is about."""
        self.file = self.file or printable(file)
        return self


def printable(text: str) -> str:
    """The text with nothing in it that a terminal or a label would obey."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def brief(text: str) -> str:
    """The text as one short line that may be quoted anywhere."""
    plain = printable(" ".join(text[: 4 * MOST_DETAIL].split()))
    return plain if len(plain) <= MOST_DETAIL else f"{plain[: MOST_DETAIL - 1]}…"
