from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.app.settings import Settings, SettingsProblem, load, save


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    chosen = Settings(theme="dark", text_scale=125, reduced_motion=True, last_profile="/a/b")
    save(path, chosen)
    assert load(path) == (chosen, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert load(tmp_path / "settings.json") == (Settings(), None)


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '"dark"', "nonsense", "[" * 100_000, "\x00\x01", '{"theme": "da']
)
def test_a_broken_file_is_kept_aside_and_said_to_be_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    settings, problem = load(path)
    assert settings == Settings()
    assert problem is not None
    assert problem.kept is not None
    assert problem.kept.read_text() == text
    assert not path.exists()


def test_a_second_broken_file_does_not_overwrite_the_first(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for text in ("first", "second"):
        path.write_text(text)
        load(path)
    kept = sorted(each.read_text() for each in tmp_path.iterdir())
    assert kept == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", 3),
        ("text_scale", 99),
        ("text_scale", 151),
        ("text_scale", "125"),
        ("text_scale", True),
        ("reduced_motion", 1),
        ("privacy", None),
        ("slippage_bps", 0),
        ("slippage_bps", 3001),
        ("slippage_bps", 1e999),
        ("last_profile", 5),
        ("last_profile", "x" * 30_000),
        ("last_profile", "a\x00b"),
        ("last_profile", "\ud800"),
        ("shown_accounts", "\x1b[2J"),
        ("window_geometry", "é"),
        ("window_geometry", "\udc80"),
    ],
)
def test_one_bad_value_falls_back_alone(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"last_room": "lend", "later": [1], name: value}))
    settings, problem = load(path)
    assert problem is None
    assert settings == Settings(last_room="lend")


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(text, encoding="utf-8", errors="replace")
    settings, _ = load(path)
    assert isinstance(settings, Settings)


def test_what_is_no_ordinary_file_is_left_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    os.mkfifo(path)  # whoever opens it waits for ever
    settings, problem = load(path)
    assert settings == Settings()
    assert problem is not None
    assert (problem.detail, problem.kept) == ("it is no ordinary file", None)


def test_a_link_of_the_users_own_is_followed(tmp_path: Path) -> None:
    save(tmp_path / "elsewhere.json", Settings(theme="dark"))
    (tmp_path / "settings.json").symlink_to(tmp_path / "elsewhere.json")
    assert load(tmp_path / "settings.json")[0].theme == "dark"


def test_a_folder_that_cannot_be_written_is_a_problem_with_a_reason(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(SettingsProblem) as caught:
        save(blocked / "settings.json", Settings())
    assert caught.value.detail


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    save(path, Settings(theme="light"))

    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(SettingsProblem, match="No space left"):
        save(path, Settings(theme="dark"))
    assert load(path)[0].theme == "light"
