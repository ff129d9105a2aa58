"""Several processes at one profile's slot files: no change is lost, no opening undoes one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lstwallet.app import safe
from lstwallet.app.safe import HeldKey, Password, RecoveryCode
from lstwallet.app.session import Session
from lstwallet.market.driver import MarketConfig
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.store.lock import WriterLock, lock_path, waited_for
from lstwallet.vault import key_file
from lstwallet.vault.errors import WrongSecret
from tests.cheap_keys import POLICY, FakeKeyring
from tests.small_world import small_world

PROCESSES = 20
RIGHT = Password("a right password 7")
NEW = Password("another password 8")

CHANGER = """
import sys
from pathlib import Path
from lstwallet.app import safe
from tests.cheap_keys import POLICY, FakeKeyring

safe.tools = safe.Tools(POLICY, FakeKeyring())
key = safe.HeldKey(bytes.fromhex(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(3):
    code = safe.new_recovery_code(Path(sys.argv[1]), key)
print(code.text, flush=True)
"""


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, FakeKeyring()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "Race.lstwallet"
    safe.begin_profile(made, small_world(), MarketConfig(), name="Race", secrets=(RIGHT,)).close()
    return made


def opens(path: Path, secret: safe.By) -> bool:
    try:
        safe.unlock(path, secret)
    except WrongSecret:
        return False
    return True


def beside(path: Path) -> set[str]:
    return {each.name.removeprefix(path.name) for each in path.parent.iterdir()}


@pytest.mark.slow
def test_of_twenty_processes_none_loses_its_change(path: Path) -> None:
    before = key_file.read(path).sealed[0].keys.revision
    key = safe.unlock(path, RIGHT).hex()
    changers = [
        subprocess.Popen(
            [sys.executable, "-c", CHANGER, str(path), key],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    try:
        for changer in changers:
            assert changer.stdout is not None
            assert changer.stdout.readline() == "ready\n"
        for changer in changers:
            assert changer.stdin is not None
            changer.stdin.write("\n")
            changer.stdin.flush()
        codes = [changer.communicate(timeout=120)[0].strip() for changer in changers]
    finally:
        for changer in changers:
            changer.kill()
            changer.wait()
    found = key_file.read(path)
    assert not found.ill
    assert found.sealed[0].keys.revision == before + 3 * PROCESSES
    assert len(found.sealed) == 1, "both files say the same"
    assert sum(opens(path, RecoveryCode(code)) for code in codes) == 1, "the last one's"
    assert opens(path, RIGHT)
    assert beside(path) == {"", ".keys", ".keys.copy", ".head", ".lock"}


def test_what_was_changed_while_a_profile_was_being_opened_stands(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session = Session.open

    def slowly(*arguments: Any, **options: Any) -> Session:
        """Another process sets another password between our looking and our mending."""
        session = open_session(*arguments, **options)
        safe.change_password(path, RIGHT, NEW)
        return session

    monkeypatch.setattr(Session, "open", slowly)
    safe.open_profile(path, RIGHT).close()
    monkeypatch.undo()
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, FakeKeyring()))
    assert opens(path, NEW)
    assert not opens(path, RIGHT)
    safe.open_profile(path, NEW).close()


def test_a_profile_opens_where_the_slot_files_cannot_be_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstwallet.app.safe_lock.PATIENCE_S", 0.05)
    lock = WriterLock(key_file.paths(path)[0])
    try:
        safe.open_profile(path, RIGHT).close()
        key = HeldKey(safe.unlock(path, RIGHT))
        with pytest.raises(StoreUnavailable) as refused:
            safe.change_password(path, key, NEW)
    finally:
        lock.release()
    assert refused.value.trouble is Trouble.LOCKED
    assert opens(path, RIGHT)
    safe.change_password(path, key, NEW)
    assert opens(path, NEW)


def test_half_written_files_have_a_name_of_their_own_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    replace = os.replace

    def noted(source: Any, target: Any) -> None:
        names.append(Path(source).name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", noted)
    safe.change_password(path, RIGHT, NEW)
    pid = os.getpid()
    assert names == [f"{path.name}.keys.{pid}.tmp", f"{path.name}.keys.copy.{pid}.tmp"]


def test_a_lock_that_is_waited_for_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with waited_for(path, 1.0):
        assert lock_path(path).exists()
        with pytest.raises(StoreUnavailable), waited_for(path, 0.05):
            pass
    assert not lock_path(path).exists()
    with waited_for(path, 0.0):
        pass
    with pytest.raises(StoreUnavailable) as refused, waited_for(tmp_path / "no" / "a", 1.0):
        pass
    assert refused.value.trouble is not Trouble.LOCKED
