"""Helper processes: this very copy of the program, told nothing that is the user's own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lstwallet.units import helpers
from lstwallet.units.helpers import HELPERS

ROOT = Path(__file__).resolve().parents[2]
WORD = "--helper=door"


def test_every_helper_has_a_way_in() -> None:
    for module in HELPERS.values():
        assert callable(importlib.import_module(module).main)


def test_the_same_copy_of_the_program_is_run() -> None:
    assert helpers.command(WORD, "prices")[-3:] == ["lstwallet", WORD, "prices"]
    assert helpers.environment()["PYTHONPATH"] == str(ROOT)


def test_a_bundle_runs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert helpers.command(WORD, "prices") == [sys.executable, WORD, "prices"]
    assert "PYTHONPATH" not in helpers.environment()


def test_a_helper_is_told_nothing_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTWALLET_HOME", "/secret")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/bus")
    monkeypatch.setenv("PYTHONSTARTUP", "/evil.py")
    told = helpers.environment()
    assert not {"LSTWALLET_HOME", "DBUS_SESSION_BUS_ADDRESS", "PYTHONSTARTUP", "HOME"} & told.keys()
    assert told["OPENBLAS_NUM_THREADS"] == "1"
    assert helpers.environment("DBUS_SESSION_BUS_ADDRESS")["DBUS_SESSION_BUS_ADDRESS"]


@pytest.mark.parametrize("arguments", [["--helper=nobody"], [WORD], [WORD, "nothing"]])
def test_an_unknown_helper_is_a_misuse(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lstwallet", *arguments],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True,
        timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
