"""Help texts: every room has one, every dotted word is explained, a wrong file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstwallet.app import help as texts
from lstwallet.units.paths import resources

ROOMS = sorted(path.stem for path in (resources() / "help" / "en").glob("*.toml"))
STRESSED = {"i", "sim"}
"""Words that are stressed and not explained."""


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "terms"])
def test_a_room_is_explained_in_short_plain_text(room: str) -> None:
    seen = texts.load(room)
    assert 1 <= len(seen.about) <= 3
    assert seen.terms
    assert seen.marked() - STRESSED <= set(seen.words)
    for text in (*seen.about, *(meaning for _, meaning in seen.terms)):
        assert len(text) <= 200, text
        assert text.endswith((".", "!", "?")), text


def test_every_word_of_the_glossary_is_used() -> None:
    used = {word for room in ROOMS if room != "terms" for word in texts.load(room).marked()}
    assert set(texts.load("home").words) - used <= {"LP shares", "network fee"}


def test_a_room_without_a_text_has_the_glossary_only() -> None:
    seen = texts.load("nowhere")
    assert seen.about == ()
    assert seen.words


@pytest.mark.parametrize("room", ["../home", "", "Home.toml"])
def test_what_is_no_room_is_refused(room: str) -> None:
    with pytest.raises(texts.BadHelp):
        texts.load(room)


@pytest.mark.parametrize(
    "text", ["about = 1", 'about = [1]', 'terms = [["one"]]', "other = 1", "about = ["]
)
def test_a_wrong_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    folder = tmp_path / "help" / "en"
    folder.mkdir(parents=True)
    (folder / "terms.toml").write_text("")
    (folder / "home.toml").write_text(text)
    monkeypatch.setattr(texts, "resources", lambda: tmp_path)
    with pytest.raises(texts.BadHelp, match=r"home\.toml"):
        texts.load("home")
