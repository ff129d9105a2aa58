from __future__ import annotations

from pathlib import Path

import pytest

from lstwallet.app import profiles
from lstwallet.app.profiles import BadName, NameProblem, check_name, default, found, path_of


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(profiles.HOME_VARIABLE, str(tmp_path / "home"))


@pytest.mark.parametrize("name", ["Main", "  Main ", "Löwe 2", "a", "a.b", "x" * 60, "我的钱包"])
def test_good_names(name: str) -> None:
    assert check_name(name) == name.strip()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", NameProblem.EMPTY),
        ("   ", NameProblem.EMPTY),
        ("x" * 61, NameProblem.TOO_LONG),
        ("../Main", NameProblem.FORBIDDEN),
        ("a/b", NameProblem.FORBIDDEN),
        ("a\\b", NameProblem.FORBIDDEN),
        ("a\nb", NameProblem.FORBIDDEN),
        ("a\x00b", NameProblem.FORBIDDEN),
        (".hidden", NameProblem.FORBIDDEN),
        ("ends.", NameProblem.FORBIDDEN),
        ("CON", NameProblem.FORBIDDEN),
        ("lpt1", NameProblem.FORBIDDEN),
        ("what?", NameProblem.FORBIDDEN),
        ("\u202emain", NameProblem.FORBIDDEN),
    ],
)
def test_bad_names_are_refused_with_the_reason(name: str, problem: NameProblem) -> None:
    with pytest.raises(BadName) as caught:
        check_name(name)
    assert caught.value.problem is problem


def test_profiles_are_found_by_name_and_other_files_are_not() -> None:
    assert found() == []
    profiles.folder().mkdir(parents=True)
    for name in ("beta", "Alpha"):
        path_of(name).touch()
    (profiles.folder() / "notes.txt").touch()
    (profiles.folder() / "Alpha.lstwallet.lock").touch()
    assert [each.name for each in found()] == ["Alpha", "beta"]


def test_a_name_that_is_taken_is_refused_in_any_case() -> None:
    profiles.folder().mkdir(parents=True)
    path_of("Main").touch()
    assert path_of("Main") == profiles.folder() / "Main.lstwallet"
    with pytest.raises(BadName) as caught:
        path_of("MAIN", new=True)
    assert caught.value.problem is NameProblem.TAKEN


def test_the_profile_that_was_open_last_is_the_default_while_it_is_there(tmp_path: Path) -> None:
    last = tmp_path / "elsewhere.lstwallet"
    assert default(str(last)) == profiles.folder() / "Main.lstwallet"
    last.touch()
    assert default(str(last)) == last


@pytest.mark.parametrize("last", ["/" + "x" * 5_000, "/a\0b"])
def test_a_last_profile_that_makes_no_path_is_none(last: str) -> None:
    assert default(last) == profiles.folder() / "Main.lstwallet"


def test_a_last_profile_that_may_not_be_looked_at_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    assert default(str(tmp_path / "x")) == profiles.folder() / "Main.lstwallet"
