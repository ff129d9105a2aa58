"""“Unlock with this computer”: a secret kept by the operating system's keyring.

A keyring may show a prompt that nobody sees, and then its call never returns. So each call runs
in a helper process (``keyring_child``) that is killed after five seconds; whatever happens is
data. The keyring holds a slot's secret, never the data key itself, and never the only way to it.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.vault.errors import KeyringState
from lstwallet.vault.slots import KEY_BYTES

SERVICE: Final = "lstwallet"
PATIENCE: Final = 5.0
"""Seconds until a call is given up."""
_LEFT_OUT: Final = ("PYTHON_KEYRING_BACKEND", "KEYCHAIN_PATH", "PYTHONSTARTUP", "PYTHONPATH")
"""Variables that could make the helper load, or ask, something else."""


class Answer(NamedTuple):
    """What the keyring did. ``secret`` is there after a ``get`` that was ``OK``."""

    state: KeyringState
    secret: bytes = b""

    def __repr__(self) -> str:
        return f"Answer({self.state})"


class Keyring:
    """The system's keyring; ``patience`` in seconds for each call.

    ``command`` is the helper's command line, by default our own.
    """

    def __init__(self, patience: float = PATIENCE, command: Sequence[str] = ()) -> None:
        self._patience = patience
        self._command = tuple(command) or _helper()

    def get(self, name: str) -> Answer:
        """The secret of this name."""
        answer = self._call("get", name)
        if answer.state is KeyringState.OK and len(answer.secret) != KEY_BYTES:
            return Answer(KeyringState.EMPTY)  # somebody wrote something else there
        return answer

    def put(self, name: str, secret: bytes) -> KeyringState:
        """Keep a secret, and read it back: a keyring that only says yes is none."""
        state = self._call("set", name, secret).state
        if state is not KeyringState.OK:
            return state
        kept = self.get(name)
        if kept.state is KeyringState.OK and kept.secret != secret:
            return KeyringState.FAILED
        return kept.state

    def forget(self, name: str) -> KeyringState:
        """Take a secret out; ``EMPTY`` when it was not there."""
        return self._call("delete", name).state

    def _call(self, do: str, name: str, secret: bytes = b"") -> Answer:
        call = {"do": do, "service": SERVICE, "user": name, "secret": _text(secret)}
        try:
            child = subprocess.Popen(  # noqa: S603 (our own program, no shell)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={key: value for key, value in os.environ.items() if key not in _LEFT_OUT},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            return Answer(KeyringState.FAILED)
        try:
            out, _ = child.communicate(json.dumps(call).encode("ascii"), self._patience)
        except subprocess.TimeoutExpired:
            return Answer(KeyringState.HANGING)
        except OSError:
            return Answer(KeyringState.FAILED)
        finally:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                assert pipe is not None
                pipe.close()
        return _read(out)


def _helper() -> tuple[str, ...]:
    """How the helper is started: the bundle by its hidden word, Python by the helper's file.

    ``-E`` and ``-P``: neither the environment nor a folder can put another module in its way.
    """
    from lstwallet.vault import keyring_child

    if getattr(sys, "frozen", False):
        return (sys.executable, keyring_child.WORD)
    return (sys.executable, "-E", "-P", str(Path(keyring_child.__file__)))


def _read(out: bytes) -> Answer:
    try:
        found = json.loads(out)
        state = KeyringState(found["state"])
        return Answer(state, base64.b64decode(found.get("secret", ""), validate=True))
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        return Answer(KeyringState.FAILED)


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")
