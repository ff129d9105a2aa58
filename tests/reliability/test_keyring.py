"""Whatever the system's keyring does, the password opens the profile, at the product's own cost.

A real Secret Service (GNOME's, on a bus and in a home of its own), and the states that a person
meets: absent, locked, declined, silent. Nothing is ever made anew: the slot files stay as they
are, to the byte. The times are printed.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstwallet.app import safe
from lstwallet.app.safe import Password, ThisComputer
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.vault import key_file
from lstwallet.vault.errors import KeyringState, KeyringTrouble
from tests.reliability import secret_service
from tests.small_world import small_world

pytestmark = [
    pytest.mark.skipif(
        bool(secret_service.MISSING), reason=f"not installed: {secret_service.MISSING}"
    ),
]
RIGHT = Password("green tractor")
HERE = ThisComputer("this desk")
LIMIT = 5.0
"""Seconds within which the password opens the profile."""
LEEWAY = 2.0
"""For a busy machine to start and to kill a process."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a display and without a bus."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in secret_service.environment(folder).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session bus on which nobody is yet, and that starts nobody."""
    with secret_service.bus(home) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Profiles and the home that belongs to them, made once: the cost of a password is real."""
    folder = tmp_path_factory.mktemp("made")
    home, path = folder / "home", folder / "profiles" / "Main.lstwallet"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patched, secret_service.bus(home) as address:
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            patched.delenv(name, raising=False)
        for name, value in secret_service.environment(home).items():
            patched.setenv(name, value)
        patched.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with secret_service.gnome_keyring():
            session = safe.begin_profile(
                path, small_world(), MarketConfig(), name="Main", secrets=(RIGHT, HERE)
            )
            session.execute(Fund(YOU, "ETH", 10**18))
            session.close()
    return folder


@pytest.fixture
def profile(made: Path, tmp_path: Path, home: Path) -> Iterator[Path]:
    """A profile with a password and a slot for this computer, made with a real keyring."""
    path = tmp_path / "profiles" / "Main.lstwallet"
    shutil.copytree(made / "profiles", path.parent)
    shutil.copytree(made / "home" / "data", home / "data", dirs_exist_ok=True)
    before = files(path)
    yield path
    assert files(path) == before, "a key was made anew"


def files(path: Path) -> list[bytes]:
    return [each.read_bytes() for each in key_file.paths(path)]


def opened_with(path: Path, secret: safe.Secret) -> float:
    """Seconds that it takes to open the profile and close it again."""
    began = time.monotonic()
    session = safe.open_profile(path, secret)
    seconds = time.monotonic() - began
    assert session.world.balances[(YOU, "ETH")] == 10**18
    session.close()
    return seconds


def refused(path: Path, state: KeyringState) -> float:
    """Seconds until the keyring is given up."""
    began = time.monotonic()
    with pytest.raises(KeyringTrouble) as caught:
        safe.open_profile(path, HERE)
    seconds = time.monotonic() - began
    assert caught.value.state is state
    assert seconds < LIMIT + LEEWAY
    return seconds


def meet(path: Path, state: KeyringState, what: str) -> None:
    """The keyring does not open the profile, the password does, and nothing has changed."""
    given_up = refused(path, state)
    if state is not KeyringState.HANGING:  # that would take its five seconds once more
        with pytest.raises(KeyringTrouble):  # nor is a slot made when it cannot keep one
            safe.add_slot(path, RIGHT, HERE)
    seconds = opened_with(path, RIGHT)
    print(f"{what}: {state} after {given_up:.2f} s; the password opens it in {seconds:.2f} s")
    assert seconds < LIMIT


def test_a_real_keyring_opens_the_profile(profile: Path, bus: None) -> None:
    with secret_service.gnome_keyring():
        by_keyring, by_password = opened_with(profile, HERE), opened_with(profile, RIGHT)
        print(f"unlocked: this computer {by_keyring:.2f} s, the password {by_password:.2f} s")
        assert max(by_keyring, by_password) < LIMIT
        assert safe.this_computer() is KeyringState.OK


def test_without_a_bus(profile: Path) -> None:
    meet(profile, KeyringState.ABSENT, "no bus")


def test_on_a_bus_without_a_keyring(profile: Path, bus: None) -> None:
    meet(profile, KeyringState.ABSENT, "a bus without a keyring")


def test_locked_without_a_display(profile: Path, bus: None) -> None:
    with secret_service.gnome_keyring(b""):
        meet(profile, KeyringState.LOCKED, "locked, no display to ask on")


def test_a_keyring_that_knows_nothing_of_it(
    profile: Path, bus: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another computer's, or one that was reset."""
    shutil.rmtree(home / "data")
    with secret_service.gnome_keyring():
        given_up = refused(profile, KeyringState.EMPTY)
        seconds = opened_with(profile, RIGHT)
        print(f"empty: after {given_up:.2f} s; the password opens it in {seconds:.2f} s")
        assert seconds < LIMIT


@pytest.mark.parametrize("manner", ["refusing", pytest.param("dismissing", marks=pytest.mark.slow)])
def test_it_says_no(
    profile: Path, bus: None, monkeypatch: pytest.MonkeyPatch, manner: str
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")  # somebody could have seen the prompt
    with secret_service.impostor(manner):
        meet(profile, KeyringState.DENIED, f"denied, {manner}")


@pytest.mark.slow
def test_it_never_answers(profile: Path, bus: None) -> None:
    with secret_service.impostor("hanging"):
        meet(profile, KeyringState.HANGING, "hanging")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_a_prompt_that_nobody_sees(
    profile: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GNOME's keyring is locked and asks for its password on a display."""
    with _display() as display:
        monkeypatch.setenv("DISPLAY", display)
        with secret_service.bus(home, activates=True) as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            with secret_service.gnome_keyring(b""):
                meet(profile, KeyringState.HANGING, "locked, nobody answers its prompt")


@contextlib.contextmanager
def _display() -> Iterator[str]:
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with secret_service.ended(process):
        assert process.stdout is not None
        yield f":{process.stdout.readline().decode().strip()}"
