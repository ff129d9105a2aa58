"""Calls to the keyring: each in a process that is killed in time, every ending is data."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lstwallet.vault import keyring_child, os_keyring
from lstwallet.vault.errors import KeyringState
from lstwallet.vault.os_keyring import Keyring

SECRET = bytes(range(32))
NAMED_BY_OTHERS = "import os; open(os.environ['MARK'], 'w').close()"


def answering(*texts: str) -> Keyring:
    """A helper that prints these lines, whatever it is asked."""
    script = f"import sys; sys.stdin.read(); print({chr(10).join(texts)!r})"
    return Keyring(command=(sys.executable, "-c", script))


# --- what a helper may answer ------------------------------------------------------------------


def test_a_secret_comes_back() -> None:
    kept = base64.b64encode(SECRET).decode()
    answer = answering(json.dumps({"state": "ok", "secret": kept})).get("a")
    assert answer == (KeyringState.OK, SECRET)
    assert repr(SECRET) not in repr(answer)


@pytest.mark.parametrize("state", list(KeyringState))
def test_every_state_comes_through(state: KeyringState) -> None:
    found = answering(json.dumps({"state": state.value})).get("a").state
    assert found is (KeyringState.EMPTY if state is KeyringState.OK else state)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"state":"who knows"}', '{"state":"ok","secret":5}', "\u20ac",
     '{"state":"ok","secret":"!"}', "x" * 100_000],
)  # fmt: skip
def test_an_answer_that_makes_no_sense(text: str) -> None:
    assert answering(text).get("a").state is KeyringState.FAILED


@pytest.mark.parametrize("length", [0, 31, 33, 1000])
def test_a_secret_of_another_length_is_not_ours(length: int) -> None:
    kept = base64.b64encode(bytes(length)).decode()
    keyring = answering(json.dumps({"state": "ok", "secret": kept}))
    assert keyring.get("a").state is KeyringState.EMPTY


def test_a_keyring_that_only_says_yes_is_none() -> None:
    assert answering('{"state":"ok"}').put("a", SECRET) is KeyringState.EMPTY
    other = base64.b64encode(bytes(32)).decode()
    lying = answering(json.dumps({"state": "ok", "secret": other}))
    assert lying.put("a", SECRET) is KeyringState.FAILED


def test_a_helper_that_never_answers_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    script = (
        f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(30)"
    )
    keyring = Keyring(patience=1.0, command=(sys.executable, "-c", script))
    began = time.monotonic()
    assert keyring.get("a").state is KeyringState.HANGING
    assert time.monotonic() - began < 4
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_a_helper_that_dies_or_cannot_be_started() -> None:
    dying = Keyring(command=(sys.executable, "-c", "import os; os.abort()"))
    assert dying.put("a", SECRET) is KeyringState.FAILED
    assert Keyring(command=("/nowhere/at/all",)).get("a").state is KeyringState.FAILED


def test_five_seconds_are_the_limit() -> None:
    assert os_keyring.PATIENCE == 5.0


# --- what the helper is given ------------------------------------------------------------------


def test_secrets_stand_in_neither_arguments_nor_environment(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = (
        "import json, os, sys; call = sys.stdin.read();"
        f"open({str(seen)!r}, 'w').write(json.dumps([sys.argv, dict(os.environ), call]));"
        "print('{\"state\":\"ok\"}')"
    )
    Keyring(command=(sys.executable, "-c", script))._call("set", "name", SECRET)
    arguments, environment, call = json.loads(seen.read_text())
    text = base64.b64encode(SECRET).decode()
    assert text not in json.dumps([arguments, environment])
    assert json.loads(call) == {
        "do": "set", "service": "lstwallet", "user": "name", "secret": text
    }  # fmt: skip


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="asks the real keychain there")
def test_nothing_that_others_name_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable, a configuration file, a working folder and a path, each with code of its own."""
    mark = tmp_path / "loaded"
    for folder in (tmp_path / "here", tmp_path / "path"):
        folder.mkdir()
        for module in ("keyring", "secretstorage", "json", "evil", "sitecustomize"):
            (folder / f"{module}.py").write_text(NAMED_BY_OTHERS)
    config = tmp_path / "config" / "python_keyring"
    config.mkdir(parents=True)
    (config / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=evil.Keyring\nkeyring-path={tmp_path / 'path'}\n"
    )
    for name, value in {
        "MARK": str(mark),
        "PYTHON_KEYRING_BACKEND": "evil.Keyring",
        "PYTHONPATH": str(tmp_path / "path"),
        "PYTHONHOME": str(tmp_path / "path"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "config"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'no-bus'}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path / "here")
    assert Keyring().get("a").state is KeyringState.ABSENT
    assert not mark.exists()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is no session bus")
@pytest.mark.parametrize("bus", [None, "", "tcp:host=localhost,port=1", "unix:path=/nowhere"])
def test_without_a_bus_of_this_computer_there_is_no_keyring(
    monkeypatch: pytest.MonkeyPatch, bus: str | None
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    if bus is not None:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    assert Keyring().put("a", SECRET) is KeyringState.ABSENT


def test_the_bundle_becomes_the_helper_by_its_hidden_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert os_keyring._helper() == (sys.executable, "--keyring-call")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    if sys.platform in ("win32", "darwin"):
        return
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "lstwallet", "--keyring-call"],
        input=b'{"do":"get","service":"lstwallet","user":"a"}',
        capture_output=True,
        timeout=30,
    )
    assert json.loads(done.stdout) == {"state": "absent"}
    assert b"PySide6" not in done.stderr
    assert b"lstwallet.cli" not in done.stderr


# --- inside the helper -------------------------------------------------------------------------


class Backend:
    """A keyring of another platform, with its errors."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.held: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, user: str, secret: str) -> None:
        if self.error:
            raise self.error
        self.held[service, user] = secret

    def get_password(self, service: str, user: str) -> str | None:
        if self.error:
            raise self.error
        return self.held.get((service, user))

    def delete_password(self, service: str, user: str) -> None:
        del self.held[service, user]


def call(
    monkeypatch: pytest.MonkeyPatch, backend: Backend, do: str, secret: str = ""
) -> dict[str, Any]:
    """One run of the helper with that backend."""
    asked = {"do": do, "service": "lstwallet", "user": "a", "secret": secret}
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(asked).encode()))
    stdout = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(keyring_child, "_backend", lambda: backend)
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stdout", stdout)
    assert keyring_child.main() == 0
    answer: dict[str, Any] = json.loads(stdout.buffer.getvalue())  # type: ignore[attr-defined]
    return answer


def test_a_call_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Backend()
    assert call(monkeypatch, backend, "get") == {"state": "empty"}
    assert call(monkeypatch, backend, "delete") == {"state": "empty"}
    assert call(monkeypatch, backend, "set", "c2VjcmV0") == {"state": "ok"}
    assert call(monkeypatch, backend, "get") == {"state": "ok", "secret": "c2VjcmV0"}
    assert call(monkeypatch, backend, "delete") == {"state": "ok"}
    assert backend.held == {}


def _named(kind: str, /, *arguments: object, **fields: object) -> Exception:
    error: Exception = type(kind, (Exception,), {})(*arguments)
    for field, value in fields.items():
        setattr(error, field, value)
    return error


def _caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (_named("NoKeyringError"), "absent"),
        (_named("InitError", "Failed to create the collection"), "absent"),
        (_named("SecretServiceNotAvailableException"), "absent"),
        (ModuleNotFoundError("secretstorage"), "absent"),
        (_named("DBusErrorResponse", name="org.freedesktop.DBus.Error.ServiceUnknown"), "absent"),
        (_named("DBusErrorResponse", name="org.freedesktop.DBus.Error.Spawn.Failed"), "absent"),
        (_named("DBusErrorResponse", name="org.freedesktop.DBus.Error.AccessDenied"), "denied"),
        (_named("DBusErrorResponse", name="org.freedesktop.Secret.Error.IsLocked"), "locked"),
        (_named("KeyringLocked"), "locked"),
        (_named("LockedException"), "locked"),
        (_named("PromptDismissedException"), "denied"),
        (_caused(_named("KeyringLocked"), _named("KeychainDenied", -128)), "denied"),
        (_caused(_named("KeyringError"), _named("SecAuthFailure", -25293)), "denied"),
        (_caused(_named("KeyringError"), _named("Error", -25308)), "locked"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_what_a_platforms_error_means(
    monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    assert call(monkeypatch, Backend(error), "get") == {"state": state}


def test_no_word_of_an_error_leaves_the_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = call(monkeypatch, Backend(ValueError("c2VjcmV0")), "set", "c2VjcmV0")
    assert answer == {"state": "failed"}
