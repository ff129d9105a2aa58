"""The helper process that speaks to the system's keyring: one call, then it ends.

It is started by ``os_keyring`` and killed when it takes too long. A line of JSON comes in on
stdin, ``{"do": "get", "service": …, "user": …, "secret": …}``, a line goes out on stdout,
``{"state": …, "secret": …}``; secrets stand in neither arguments nor environment.

The backend is a class named here, for each platform one that comes with the system. The
``keyring`` package's own choice is never asked: it would load what
``PYTHON_KEYRING_BACKEND``, ``keyringrc.cfg`` or an installed plug-in names.

This file is also run by its path, alone, so that neither the working folder nor the rest of the
program is looked at: it imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

WORD = "--keyring-call"
"""The first word of the command line by which the bundled program becomes this helper."""
LONGEST_CALL = 4_096
_AUTH_FAILED, _INTERACTION_NOT_ALLOWED = -25293, -25308
"""macOS: the keychain refused; it is locked and may not ask."""


class _Locked(Exception):
    """The keyring is locked and stayed so."""


class _Denied(Exception):
    """The person at the prompt, or the system, said no."""


class _Absent(Exception):
    """There is no keyring."""


def _secret_service() -> Any:
    """Linux and its kin: GNOME Keyring, KWallet, KeePassXC … by the Secret Service."""
    import secretstorage
    from keyring.backends.SecretService import Keyring

    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS", "").startswith("unix:"):
        raise _Absent  # no session bus, or one that would be asked over a network
    try:
        connection = secretstorage.dbus_init()
    except OSError as error:
        raise _Absent from error
    try:
        if not secretstorage.check_service_availability(connection):
            raise _Absent
    finally:
        connection.close()

    class Told(Keyring):
        """Says whether it stayed locked or somebody declined the prompt."""

        def get_preferred_collection(self) -> Any:
            bus = secretstorage.dbus_init()
            collection = secretstorage.get_default_collection(bus)
            if collection.is_locked():
                dismissed = collection.unlock()
                if collection.is_locked():
                    raise _Denied if dismissed and _can_ask() else _Locked
            return collection

    told: Any = Told  # keyring has no types of its own
    return told()


def _can_ask() -> bool:
    """Whether there is a display that a prompt could have been seen on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _backend() -> Any:
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Keychain

        Keychain.keychain = None  # KEYCHAIN_PATH names none for us
        return Keychain()
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return WinVaultKeyring()
    return _secret_service()


def _do(call: dict[str, Any]) -> dict[str, str]:
    backend = _backend()
    service, user = call["service"], call["user"]
    if call["do"] == "set":
        backend.set_password(service, user, call["secret"])
        return {"state": "ok"}
    secret = backend.get_password(service, user)
    if secret is None:
        return {"state": "empty"}
    if call["do"] == "delete":
        backend.delete_password(service, user)
        return {"state": "ok"}
    return {"state": "ok", "secret": secret}


def _state_of(error: BaseException) -> str:
    """What an error of a backend means; by name, since each platform has its own classes.

    The word of the innermost one counts: ``keyring`` calls a refusal “locked”.
    """
    state = "failed"
    seen: BaseException | None = error
    while seen is not None:
        state = _word_for(seen) or state
        seen = seen.__cause__ or seen.__context__
    return state


def _word_for(error: BaseException) -> str:
    if isinstance(error, _Absent | ImportError):
        return "absent"
    if isinstance(error, _Denied):
        return "denied"
    if isinstance(error, _Locked):
        return "locked"
    name = type(error).__name__
    answer = str(getattr(error, "name", ""))  # of a D-Bus error
    status = error.args[0] if error.args else None
    if name in ("KeychainDenied", "PromptDismissedException") or "AccessDenied" in answer:
        return "denied"
    if status == _AUTH_FAILED:
        return "denied"
    if status == _INTERACTION_NOT_ALLOWED or answer.endswith("IsLocked"):
        return "locked"
    if name in ("SecretServiceNotAvailableException", "NoKeyringError", "InitError"):
        return "absent"
    if answer.endswith((".ServiceUnknown", ".NameHasNoOwner")) or ".Spawn." in answer:
        return "absent"
    return "locked" if name in ("KeyringLocked", "LockedException") else ""


def main() -> int:
    """Answer the call on stdin. Nothing of an error but its meaning leaves this process."""
    os.environ.pop("PYTHON_KEYRING_BACKEND", None)
    try:
        call = json.loads(sys.stdin.buffer.read(LONGEST_CALL))
        answer = _do(call)
    except BaseException as error:
        answer = {"state": _state_of(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n")
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
