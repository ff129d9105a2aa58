"""Two files, each whole or not there: whichever is sound serves, and mends the other."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstwallet.vault import key_file, slots
from lstwallet.vault.errors import KeysDamaged, KeysMissing, KeysNewer
from lstwallet.vault.slots import Keys, Kind, Sealed
from tests.cut_off import Killed, dying
from tests.vault.test_slots import KEY, keys_of, resealed


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "Main.lstwallet"


def sealed_of(revision: int = 1) -> Sealed:
    return slots.seal(keys_of(Kind.OPEN, revision=revision), KEY)


def next_of(sealed: Sealed) -> Sealed:
    return slots.seal(sealed.keys._replace(revision=sealed.keys.revision + 1), KEY)


def test_both_are_written_and_are_for_their_owner_only(profile: Path) -> None:
    sealed = sealed_of()
    key_file.write(profile, sealed)
    names = {each.name for each in profile.parent.iterdir()}
    assert names == {"Main.lstwallet.keys", "Main.lstwallet.keys.copy"}
    for path in key_file.paths(profile):
        assert path.read_bytes() == sealed.text
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_file.read(profile) == ((sealed,), ())


@given(which=st.sampled_from((0, 1)), at=st.integers(0, 10**6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_flipped_bit_in_either_leaves_the_other(profile: Path, which: int, at: int) -> None:
    sealed = sealed_of()
    key_file.write(profile, sealed)
    path = key_file.paths(profile)[which]
    text = bytearray(sealed.text)
    text[at // 8 % len(text)] ^= 1 << at % 8
    path.write_bytes(text)
    found = key_file.read(profile)
    assert found.sealed == (sealed,)
    assert len(found.ill) == 1
    assert path.name in found.ill[0]
    key_file.mend(profile, sealed)
    assert path.read_bytes() == sealed.text
    assert key_file.read(profile).ill == ()


@pytest.mark.parametrize("which", [0, 1])
def test_a_lost_one_is_made_again(profile: Path, which: int) -> None:
    sealed = sealed_of()
    key_file.write(profile, sealed)
    lost = key_file.paths(profile)[which]
    lost.unlink()
    assert key_file.read(profile).sealed == (sealed,)
    key_file.mend(profile, sealed)
    assert lost.read_bytes() == sealed.text


def test_the_newer_one_is_tried_first(profile: Path) -> None:
    old = sealed_of(4)
    new = next_of(old)
    for first, second in ((old, new), (new, old)):
        for path, sealed in zip(key_file.paths(profile), (first, second), strict=True):
            path.write_bytes(sealed.text)
        assert key_file.read(profile).sealed == (new, old)


def test_none_is_sound(profile: Path) -> None:
    with pytest.raises(KeysMissing):
        key_file.read(profile)
    for path in key_file.paths(profile):
        path.write_bytes(b"")
    with pytest.raises(KeysDamaged):
        key_file.read(profile)
    key_file.paths(profile)[0].unlink()
    with pytest.raises(KeysDamaged):
        key_file.read(profile)


def test_a_later_version_in_either_is_said(profile: Path) -> None:
    key_file.write(profile, sealed_of())
    later = resealed(lambda body: body.update(version=2), keys_of(Kind.OPEN))
    key_file.paths(profile)[1].write_bytes(later)
    with pytest.raises(KeysNewer) as caught:
        key_file.read(profile)
    assert (caught.value.found, caught.value.known) == (2, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_what_is_no_file_neither_hangs_nor_is_read(profile: Path) -> None:
    sealed = sealed_of()
    key_file.write(profile, sealed)
    first, second = key_file.paths(profile)
    first.unlink()
    os.mkfifo(first)
    assert key_file.read(profile).sealed == (sealed,)
    second.unlink()
    second.symlink_to("/dev/zero")
    with pytest.raises(KeysDamaged):
        key_file.read(profile)


def test_a_left_over_temporary_file_is_in_nobodys_way(profile: Path) -> None:
    for path in key_file.paths(profile):
        path.with_name(path.name + ".tmp").write_bytes(b"half a fi")
    sealed = sealed_of()
    key_file.write(profile, sealed)
    assert key_file.read(profile) == ((sealed,), ())


@pytest.mark.parametrize("name", ["open", "fsync", "replace"])
def test_cut_off_at_every_step_the_old_or_the_new_serves(
    profile: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A kill just before, or just after, the N-th call of each kind, until a run passes."""
    real = getattr(os, name)
    for after in (False, True):
        for fatal in range(1, 20):
            old = sealed_of()
            key_file.write(profile, old)
            new = next_of(old)
            monkeypatch.setattr(os, name, dying(real, fatal, after=after))
            try:
                key_file.write(profile, new)
            except Killed:
                ended = False
            else:
                ended = True
            finally:
                monkeypatch.setattr(os, name, real)
            found = key_file.read(profile).sealed
            assert found[0] in (old, new)
            if ended:
                assert found == (new,)
                break
            key_file.mend(profile, found[0])
            assert key_file.read(profile) == ((found[0],), ())
        else:
            pytest.fail("it never came to an end")


@pytest.mark.parametrize("links", [True, False])
def test_keys_are_made_once(
    profile: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def none(*_: object) -> None:
            raise PermissionError(errno.EPERM, "this file system has no links")

        monkeypatch.setattr(os, "link", none)
    first, second = sealed_of(), sealed_of()
    key_file.create(profile, first)
    assert key_file.read(profile) == ((first,), ())
    with pytest.raises(FileExistsError):
        key_file.create(profile, second)
    assert key_file.read(profile) == ((first,), ())
    assert len(list(profile.parent.iterdir())) == 2


# --- a data key that is being replaced ---------------------------------------------------------


HEADER = bytes(range(16))


def waiting(sealed: Sealed) -> Sealed:
    keys: Keys = sealed.keys._replace(revision=sealed.keys.revision + 1, awaits=HEADER.hex())
    return slots.seal(keys, bytes(32))


def test_a_staged_file_takes_over_when_its_database_is_there(profile: Path) -> None:
    old = sealed_of()
    key_file.write(profile, old)
    assert key_file.awaited(profile) is None
    new = waiting(old)
    key_file.stage(profile, new)
    assert key_file.awaited(profile) == HEADER
    assert key_file.read(profile).sealed == (old,)
    key_file.take_over(profile)
    assert key_file.read(profile) == ((new,), ())
    assert not key_file.staged(profile).exists()


def test_a_staged_file_whose_database_never_came_is_dropped(profile: Path) -> None:
    old = sealed_of()
    key_file.write(profile, old)
    key_file.stage(profile, waiting(old))
    key_file.drop(profile)
    assert key_file.awaited(profile) is None
    assert key_file.read(profile).sealed == (old,)


def test_a_staged_file_that_cannot_be_read_is_kept(profile: Path) -> None:
    key_file.staged(profile).write_bytes(b"x")
    assert key_file.awaited(profile) is None
    assert [each.name for each in profile.parent.iterdir()] == ["Main.lstwallet.keys.new.1"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_they_lie_beside_the_file_that_a_link_leads_to(profile: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link"
    link.parent.mkdir()
    link.symlink_to(profile)
    key_file.write(link, sealed_of())
    assert key_file.exists(profile)
    assert [each.name for each in link.parent.iterdir()] == ["link"]


def test_slot_files_without_a_database_are_kept_aside(profile: Path) -> None:
    first, second = sealed_of(), sealed_of()
    for sealed in (first, second):
        key_file.write(profile, sealed)
        key_file.set_aside(profile)
    assert not key_file.exists(profile)
    kept = {each.name: each.read_bytes() for each in profile.parent.iterdir()}
    assert kept == {
        f"Main.lstwallet.keys{copy}.{number}": sealed.text
        for copy in ("", ".copy")
        for number, sealed in ((1, first), (2, second))
    }


def test_deleting_leaves_nothing(profile: Path) -> None:
    old = sealed_of()
    key_file.write(profile, old)
    key_file.stage(profile, waiting(old))
    key_file.delete(profile)
    assert list(profile.parent.iterdir()) == []
    key_file.delete(profile)
