"""A backup file: whole or not there, and every byte of it accounted for."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.store import backup
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble

PARTS = {backup.KEYS: b"slots", backup.HEAD: b"mark", backup.DATABASE: b"pages" * 1_000}


def made(folder: Path, **changes: object) -> Path:
    target = folder / f"Main 2026-11-28 1405{backup.SUFFIX}"
    about = {"profile": "p1", "why": "asked", "is_open": False, **changes}
    backup.write(target, 1_795_874_700, PARTS, **about)  # type: ignore[arg-type]
    return target


def test_it_says_what_it_is_and_gives_back_what_was_put_in(tmp_path: Path) -> None:
    target = made(tmp_path)
    label = backup.check(target)
    assert label == backup.look(target).label
    assert label[:1] + label[2:5] == (1_795_874_700, "p1", "asked", False)
    out = {name: [tmp_path / name, tmp_path / f"{name} again"] for name in PARTS}
    backup.unpack(target, out)
    assert {name: path.read_bytes() for name, (path, _) in out.items()} == PARTS
    assert (tmp_path / "keys again").read_bytes() == PARTS[backup.KEYS]
    assert target.stat().st_mode & 0o777 == 0o600


def test_its_label_is_made_of_nothing_else(tmp_path: Path) -> None:
    """What stands in the clear: a moment, a version, sizes and digests."""
    raw = json.loads(made(tmp_path).read_bytes().split(b"\n")[1])
    assert sorted(raw) == ["made", "open", "parts", "profile", "program", "version", "why"]
    assert [part[0] for part in raw["parts"]] == ["keys", "head", "database"]


def test_one_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    before = made(tmp_path).read_bytes()
    with pytest.raises(StoreUnavailable) as told:
        made(tmp_path)
    assert told.value.trouble is Trouble.EXISTS
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tmp_path_factory.mktemp("sound")).read_bytes()


@settings(max_examples=300)
@given(st.data())
def test_no_flipped_bit_goes_unnoticed(sound: bytes, data: st.DataObject) -> None:
    """Found, or nothing that matters was hit: the same parts and the same label."""
    import tempfile

    bit = data.draw(st.integers(0, len(sound) * 8 - 1))
    changed = bytearray(sound)
    changed[bit // 8] ^= 1 << bit % 8
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.lstbackup")
        path.write_bytes(changed)
        label_ends = sound.index(b"\n", len(backup.MAGIC))
        try:
            label = backup.check(path)
        except (StoreBroken, StoreUnavailable):
            return
        assert len(backup.MAGIC) <= bit // 8 < label_ends  # a letter of what it says of itself
        assert label.parts == backup._read_label(path, sound.split(b"\n")[1]).parts


@pytest.mark.parametrize("keep", [0, 5, 17, 100, -1])
def test_one_that_is_cut_short_is_refused(keep: int, sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.lstbackup"
    path.write_bytes(sound[:keep])
    with pytest.raises(StoreBroken):
        backup.look(path)


@pytest.mark.parametrize(
    ("change", "damage"),
    [
        (lambda raw: raw.update(version=2), Damage.NEWER),
        (lambda raw: raw.update(version="1"), Damage.DAMAGED),
        (lambda raw: raw.update(made="now"), Damage.DAMAGED),
        (lambda raw: raw.update(made=-1), Damage.DAMAGED),
        (lambda raw: raw.update(open=1), Damage.DAMAGED),
        (lambda raw: raw.pop("profile"), Damage.DAMAGED),
        (lambda raw: raw.update(parts=[]), Damage.DAMAGED),
        (lambda raw: raw.update(parts=[["keys", 5, "00"]]), Damage.DAMAGED),
        (lambda raw: raw["parts"].reverse(), Damage.DAMAGED),
        (lambda raw: raw["parts"].append(["zip", 1, "00"]), Damage.DAMAGED),
        (lambda raw: raw["parts"][0].__setitem__(1, -5), Damage.DAMAGED),
        (lambda raw: raw["parts"][0].__setitem__(1, 1 << 40), Damage.DAMAGED),
    ],
)
def test_a_label_that_is_not_ours_is_refused(
    change: Callable[[dict[str, object]], object], damage: Damage, sound: bytes, tmp_path: Path
) -> None:
    magic, line, rest = sound.split(b"\n", 2)
    raw = json.loads(line)
    change(raw)
    path = tmp_path / "x.lstbackup"
    path.write_bytes(magic + b"\n" + json.dumps(raw).encode() + b"\n" + rest)
    with pytest.raises(StoreBroken) as told:
        backup.look(path)
    assert told.value.damage is damage


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "x.lstbackup"
    path.write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(StoreBroken) as told:
        backup.look(path)
    assert told.value.damage is Damage.NOT_A_BACKUP


def test_a_full_disk_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable) as told:
        made(tmp_path)
    assert told.value.trouble is Trouble.DISK_FULL
    assert list(tmp_path.iterdir()) == []


def test_what_an_ended_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / f"Main 2026-11-28 1405{backup.SUFFIX}{backup.UNFINISHED}"
    left.write_bytes(b"half of")
    made(tmp_path)
    assert not left.exists()
