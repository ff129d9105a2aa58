"""Languages: what ships is offered, what does not is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstwallet.app import languages


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("lessons/zh", "lessons/en", "help/en", "help/fr"):
        (tmp_path / part).mkdir(parents=True)
    monkeypatch.setattr(languages, "resources", lambda: tmp_path)
    return tmp_path


def test_english_is_there() -> None:
    assert languages.available()[0] == ("en", "English")


def test_a_language_needs_lessons_and_help(folder: Path) -> None:
    assert [each.code for each in languages.available()] == ["en"]
    (folder / "help" / "zh").mkdir()
    assert languages.available() == (("en", "English"), ("zh", "简体中文"))


def test_a_language_that_is_not_there_becomes_english(folder: Path) -> None:
    assert languages.chosen("zh") == "en"
    (folder / "help" / "zh").mkdir()
    assert languages.chosen("zh") == "zh"
    assert languages.chosen("") == "en"
