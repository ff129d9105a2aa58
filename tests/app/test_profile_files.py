"""The files of a profile move as one: all of them or none, whenever the program is ended."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstwallet.app import profile_files
from lstwallet.app.profile_files import JOURNAL, SIDES, beside
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.store.lock import WriterLock
from tests.cut_off import Killed


def make(path: Path, tag: str, sides: tuple[str, ...] = SIDES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{tag} database")
    for suffix in sides:
        beside(path, suffix).write_text(f"{tag} {suffix}")
    return path


def found(path: Path) -> dict[str, str]:
    """What stands under a profile's name, by suffix."""
    files = ((suffix, beside(path, suffix)) for suffix in ("", *SIDES, JOURNAL))
    return {suffix: file.read_text() for suffix, file in files if file.exists()}


def whole(tag: str, sides: tuple[str, ...] = SIDES) -> dict[str, str]:
    return {"": f"{tag} database", **{suffix: f"{tag} {suffix}" for suffix in sides}}


def ended_at_every_move(
    ending: Callable[[int], None], act: Callable[[Path], object], folder: Path
) -> Iterator[tuple[Path, bool]]:
    """Do it anew, ended one move later each time, until a run passes; (folder, whether it did)."""
    for moves in range(200):
        here = folder / str(moves)
        try:
            make(here / "profiles" / "Main.lstwallet", "old")
            make(here / "staged" / "Main.lstwallet", "new")
            ending(moves)
            act(here)
            passed = True
        except Killed:
            passed = False
        ending(10**9)
        profile_files.tidy(here / "profiles")
        yield here, passed
        if passed:
            assert moves > 5
            return
    raise AssertionError("it never came to an end")


def test_a_set_gets_its_name(tmp_path: Path) -> None:
    staged = make(tmp_path / "staged" / "Main.lstwallet", "new")
    target = tmp_path / "profiles" / "Fresh.lstwallet"
    profile_files.place(staged, target)
    assert found(target) == whole("new")
    assert found(staged) == {}


def test_one_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    staged = make(tmp_path / "staged" / "Main.lstwallet", "new")
    target = make(tmp_path / "profiles" / "Main.lstwallet", "old")
    with pytest.raises(StoreUnavailable) as told:
        profile_files.place(staged, target)
    assert told.value.trouble is Trouble.EXISTS
    assert found(target) == whole("old")
    assert found(staged) == whole("new")


def test_a_journal_that_lies_about_is_not_a_new_profiles(tmp_path: Path) -> None:
    staged = make(tmp_path / "staged" / "Main.lstwallet", "new")
    target = tmp_path / "profiles" / "Main.lstwallet"
    target.parent.mkdir()
    beside(target, JOURNAL).write_text("of a profile that is gone")
    beside(target, ".keys").write_text("of a profile that is gone")
    profile_files.place(staged, target)
    assert found(target) == whole("new")
    assert beside(target, ".keys.1").read_text() == "of a profile that is gone"


def test_a_set_is_replaced_and_its_journal_goes(tmp_path: Path) -> None:
    staged = make(tmp_path / "staged" / "Main.lstwallet", "new", sides=(".keys", ".head"))
    target = make(tmp_path / "profiles" / "Main.lstwallet", "old")
    beside(target, JOURNAL).write_text("of the old one")
    profile_files.replace(staged, target)
    assert found(target) == whole("new", (".keys", ".head"))


@pytest.mark.parametrize("act", ["place", "replace", "discard", "rename", "put back"])
def test_one_that_is_open_is_not_touched(act: str, tmp_path: Path) -> None:
    staged = make(tmp_path / "staged" / "Main.lstwallet", "new")
    target = make(tmp_path / "profiles" / "Main.lstwallet", "old")
    lock = WriterLock(target)
    ways: dict[str, Callable[[], object]] = {
        "place": lambda: profile_files.place(staged, target),
        "replace": lambda: profile_files.replace(staged, target),
        "discard": lambda: profile_files.discard(target, tmp_path / "bin"),
        "rename": lambda: profile_files.rename(target, target.with_name("B.lstwallet")),
        "put back": lambda: profile_files.rename(staged, target),
    }
    with pytest.raises(StoreUnavailable) as told:
        ways[act]()
    assert told.value.trouble in (Trouble.LOCKED, Trouble.EXISTS)
    assert found(target) == whole("old")
    assert found(staged) == whole("new")
    lock.release()


def test_ended_while_it_is_placed_it_is_whole_or_not_there(
    tmp_path: Path, ending: Callable[[int], None]
) -> None:
    def act(here: Path) -> None:
        staged = here / "staged" / "Main.lstwallet"
        profile_files.place(staged, here / "profiles" / "Fresh.lstwallet")

    for here, passed in ended_at_every_move(ending, act, tmp_path):
        target = here / "profiles" / "Fresh.lstwallet"
        assert not target.exists() or found(target) == whole("new")
        assert target.exists() or not passed


def test_ended_while_it_is_replaced_it_is_the_old_or_the_new_one(
    tmp_path: Path, ending: Callable[[int], None]
) -> None:
    seen = set()

    def act(here: Path) -> None:
        staged = here / "staged" / "Main.lstwallet"
        beside(staged, ".keys.copy").unlink()
        beside(here / "profiles" / "Main.lstwallet", JOURNAL).write_text("of the old one")
        profile_files.replace(staged, here / "profiles" / "Main.lstwallet")

    new = whole("new", (".keys", ".head"))
    for here, passed in ended_at_every_move(ending, act, tmp_path):
        now = found(here / "profiles" / "Main.lstwallet")
        if now[""].startswith("old"):
            assert not passed
            assert now in (whole("old"), {**whole("old"), JOURNAL: "of the old one"})
            seen.add("old")
        else:
            assert now == new
            seen.add("new" if passed else "new, finished at the next start")
        left = {each.name for each in (here / "profiles").iterdir() if each.is_dir()}
        assert not left
    assert seen == {"old", "new", "new, finished at the next start"}


def test_ended_again_and_again_a_replacement_that_counts_is_finished_at_last(
    tmp_path: Path, ending: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = make(tmp_path / "staged" / "Main.lstwallet", "new")
    target = make(tmp_path / "profiles" / "Main.lstwallet", "old")
    beside(target, JOURNAL).write_text("of the old one")
    with monkeypatch.context() as at_the_moment:
        at_the_moment.setattr(profile_files, "_roll", lambda _path: None)
        profile_files.replace(staged, target)
    assert found(target)[""] == "old database"
    tries = 0
    while found(target) != whole("new"):
        ending(tries)
        tries += 1
        with contextlib.suppress(Killed):
            profile_files.tidy(target.parent)
        ending(10**9)
    assert tries > 5


@pytest.mark.parametrize("back", [False, True], ids=["thrown away", "and put back"])
def test_ended_while_it_is_thrown_away_nothing_is_lost(
    back: bool, tmp_path: Path, ending: Callable[[int], None]
) -> None:
    def act(here: Path) -> None:
        kept = profile_files.discard(here / "profiles" / "Main.lstwallet", here / "bin")
        if back:
            profile_files.place(kept, here / "profiles" / "Main.lstwallet")

    for here, passed in ended_at_every_move(ending, act, tmp_path):
        target, kept = here / "profiles" / "Main.lstwallet", here / "bin" / "Main.lstwallet"
        assert whole("old") in (found(target), found(kept))
        assert not target.exists() or found(target) == whole("old")
        if passed:
            assert target.exists() is back


def test_before_its_name_goes_every_new_folder_on_the_way_to_the_bin_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder whose own name did not last is lost with all that is in it."""
    main = make(tmp_path / "profiles" / "Main.lstwallet", "old")
    synced: set[Path] = set()
    there: list[bool] = []
    real = profile_files.sync_folder

    def sync(folder: Path) -> None:
        real(folder)
        synced.add(folder)
        there.append(main.exists())

    monkeypatch.setattr(profile_files, "sync_folder", sync)
    target = tmp_path / "deleted" / "Main 1"
    profile_files.discard(main, target)
    assert there[:4] == [True, True, True, False]
    assert {target, target.parent, tmp_path} <= synced


def test_ended_while_it_is_renamed_it_has_the_old_or_the_new_name(
    tmp_path: Path, ending: Callable[[int], None]
) -> None:
    def act(here: Path) -> None:
        main = here / "profiles" / "Main.lstwallet"
        profile_files.rename(main, main.with_name("Other.lstwallet"))

    for here, passed in ended_at_every_move(ending, act, tmp_path):
        names = [each for each in ("Main", "Other")
                 if (here / "profiles" / f"{each}.lstwallet").exists()]  # fmt: skip
        assert len(names) == 1
        assert found(here / "profiles" / f"{names[0]}.lstwallet") == whole("old")
        assert not passed or names == ["Other"]


def test_other_capitals_are_another_name(tmp_path: Path) -> None:
    main = make(tmp_path / "main.lstwallet", "old")
    profile_files.rename(main, tmp_path / "Main.lstwallet")
    assert found(tmp_path / "Main.lstwallet") == whole("old")
    assert sorted(each.name for each in tmp_path.iterdir() if "main" in each.name) == []


def test_without_links_it_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_arguments: object) -> None:
        raise PermissionError(1, "no links here")

    target = make(tmp_path / "profiles" / "Main.lstwallet", "old")
    monkeypatch.setattr(os, "link", none)
    kept = profile_files.discard(target, tmp_path / "bin")
    assert found(kept) == whole("old")
    profile_files.place(kept, target)
    assert found(target) == whole("old")
