"""Files of an earlier moment in the place of today's, and a profile that is not one's own."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstwallet.app import safe
from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store.errors import Damage, StoreBroken, StoreError, StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.mark import mark_path
from lstwallet.store.verify import verify
from lstwallet.vault.errors import KeysError, KeysOld
from tests import cheap_keys
from tests.reliability import deeds, traced
from tests.reliability.disk_model import OPTIONS, Disk, calls
from tests.reliability.rigs import figures_of, needs_fork, needs_strace
from tests.small_world import small_world

PASSWORD = safe.Password("correct horse battery staple")
FILES = ("", ".head", ".keys", ".keys.copy")


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A closed profile under a password, a little old."""
    cheap = safe.Tools(cheap_keys.POLICY, cheap_keys.FakeKeyring())
    monkeypatch.setattr(safe, "tools", cheap)
    path = tmp_path / "Main.lstwallet"
    session = safe.begin_profile(
        path, small_world(), MarketConfig(flows=False), name="Main", secrets=(PASSWORD,)
    )
    for _ in range(3):
        session.execute(Fund(YOU, "ETH", deeds.ETH))
    session.close()
    return path


@pytest.fixture
def kept(profile: Path, tmp_path: Path) -> Callable[[str], None]:
    """Puts back a file as it was when the fixture was made; meanwhile the profile went on."""
    old = tmp_path / "old"
    old.mkdir()
    for suffix in FILES:
        shutil.copy2(profile.with_name(profile.name + suffix), old / (profile.name + suffix))
    session = safe.open_profile(profile, PASSWORD)
    for _ in range(3):
        session.execute(Fund(YOU, "ETH", deeds.ETH))
    session.close()

    def put_back(suffix: str) -> None:
        shutil.copy2(old / (profile.name + suffix), profile.with_name(profile.name + suffix))

    return put_back


def why_not(profile: Path, password: safe.Password = PASSWORD) -> StoreError | KeysError:
    with pytest.raises((StoreError, KeysError)) as caught:
        safe.open_profile(profile, password)
    return caught.value


def test_an_old_file_is_found(profile: Path, kept: Callable[[str], None]) -> None:
    kept("")
    error = why_not(profile)
    assert isinstance(error, StoreBroken)
    assert error.damage is Damage.ROLLED_BACK
    assert not safe.verify_profile(profile, PASSWORD).sound


def test_an_old_head_is_found(profile: Path, kept: Callable[[str], None]) -> None:
    kept(".head")
    error = why_not(profile)
    assert isinstance(error, StoreBroken)
    assert error.damage is Damage.MISMARKED


def test_old_keys_are_found(profile: Path, kept: Callable[[str], None]) -> None:
    """A password that was changed because somebody knew it opens the profile no more."""
    new = safe.Password("another horse battery staple")
    safe.change_password(profile, PASSWORD, new)
    safe.open_profile(profile, new).close()
    kept(".keys")
    kept(".keys.copy")
    assert isinstance(why_not(profile), KeysOld)


def test_a_missing_head_is_found(profile: Path) -> None:
    mark_path(profile).unlink()
    error = why_not(profile)
    assert isinstance(error, StoreBroken)
    assert error.damage is Damage.UNMARKED


def journals(folder: Path, log: Path, begun: dict[str, bytes]) -> Iterator[bytes]:
    """Every rollback journal of a trace, as it was when its transaction was committed."""
    disk = Disk(folder, begun)
    for call in calls(log):
        if call.name == "unlink" and call.texts[-1].endswith(b"-journal"):
            yield disk.content("Main.lstwallet-journal")
        disk.do(call)


@needs_strace
def test_a_stale_journal_beside_the_file_is_found(tmp_path: Path) -> None:
    """SQLite plays it back: the mark, the pages' seals or the audit say so."""
    folder = tmp_path / "profile"
    folder.mkdir()
    profile, log = folder / "Main.lstwallet", tmp_path / "trace"
    deeds.begin(profile)
    begun = {each.name: each.read_bytes() for each in folder.iterdir()}
    acknowledged = tmp_path / "acknowledged"
    assert traced.run(lambda: deeds.work(profile, acknowledged, 14), OPTIONS, log) == 0
    found = list(journals(folder, log, begun))
    assert len(found) >= 14
    whole = {each.name: each.read_bytes() for each in folder.iterdir()}
    dice = random.Random(1)
    for stale in dice.sample(found[:-1], 6):
        for name, content in whole.items():
            (folder / name).write_bytes(content)
        (folder / "Main.lstwallet-journal").write_bytes(stale)
        try:
            problems = verify(profile, key=deeds.KEY).problems
        except StoreError:
            continue
        assert problems


@needs_fork
@pytest.mark.skipif(sys.platform == "win32", reason="user ids are POSIX")
@pytest.mark.parametrize(
    ("modes", "reads"),
    [
        ({"folder": 0o555, "": 0o444, ".head": 0o444}, True),
        ({"folder": 0o755, "": 0o644, ".head": 0o644}, True),
        ({"folder": 0o555, "": 0o444, ".head": 0o400}, False),
        ({"folder": 0o700, "": 0o600, ".head": 0o600}, False),
        ({"folder": 0o755, "": 0o600, ".head": 0o644}, False),
    ],
)
def test_a_profile_of_somebody_else_is_told_and_read_where_it_may_be(
    tmp_path: Path, modes: dict[str, int], reads: bool
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    folder = tmp_path / "theirs"
    folder.mkdir()
    profile = folder / "Main.lstwallet"
    deeds.begin(profile)
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    for suffix, mode in modes.items():
        (folder if suffix == "folder" else folder / (profile.name + suffix)).chmod(mode)
    parents = [each for each in folder.parents if not each.stat().st_mode & 0o001]
    for each in parents:
        each.chmod(each.stat().st_mode | 0o011)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        os._exit(seen_from_outside(profile, reads))
    assert os.waitpid(child, 0)[1] == 0
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before
    folder.chmod(0o700)


def seen_from_outside(profile: Path, reads: bool) -> int:
    """In the child: 0 when all is as it should be."""
    told = (Trouble.READ_ONLY, Trouble.UNREADABLE, Trouble.MISSING)
    try:
        Session.open(profile, key=deeds.KEY)
        return 1
    except StoreUnavailable as error:
        if error.trouble not in told:
            return 2
    try:
        session = Session.open(profile, key=deeds.KEY, read_only=True)
    except StoreUnavailable as error:
        return 3 if reads or error.trouble not in told else 0
    session.close()
    return 0 if reads else 4


def test_flipped_bits_are_found_or_harmless() -> None:
    assert "40 flips, seed 1: 0 missed" in figures_of("flips", 40, 1, seconds=120)


@pytest.mark.slow
def test_hundreds_of_flipped_bits() -> None:
    assert "300 flips, seed 2: 0 missed" in figures_of("flips", 300, 2, seconds=600)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
def test_ten_thousand_flipped_bits(seed: int) -> None:
    assert "0 missed" in figures_of("flips", 2_000, 100 + seed, seconds=3_600)


def test_the_store_itself_opens_after_all_that(tmp_path: Path) -> None:
    """The deeds that the rigs live on, undisturbed."""
    profile = tmp_path / "Main.lstwallet"
    deeds.begin(profile)
    reference = deeds.Undisturbed(tmp_path / "reference.lstwallet")
    session = Session.open(profile, key=deeds.KEY)
    for _ in range(4 * deeds.DEEDS):
        deeds.do_next(session)
    assert len(session.branches()) > 1
    assert session.verify().sound
    store: Store = session._ready()
    assert deeds.state_of(store) == reference.at(deeds.number_of(session))
    session.close()
