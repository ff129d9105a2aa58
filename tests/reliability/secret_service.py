"""A session bus for one test, and who answers on it for the keyring: GNOME's, or an impostor.

Run as a program it is the impostor: ``secret_service.py hanging|refusing|dismissing`` takes the
name of the Secret Service and never answers, refuses everything, or has a locked collection
whose prompt somebody closes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

NAME = "org.freedesktop.secrets"
PATIENCE = 15.0
NEEDED = ("dbus-daemon", "gnome-keyring-daemon", "dbus-send")
MISSING = [each for each in NEEDED if shutil.which(each) is None]
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


def environment(folder: Path) -> dict[str, str]:
    """A home of its own: the person's keyring is not touched."""
    found = {"HOME": str(folder)}
    for name in ("DATA", "CACHE", "CONFIG"):
        found[f"XDG_{name}_HOME"] = str(folder / name.lower())
    found["XDG_RUNTIME_DIR"] = str(folder / "run")
    for each in found.values():
        Path(each).mkdir(mode=0o700, exist_ok=True)
    return found


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive the block."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@contextlib.contextmanager
def bus(folder: Path, *, activates: bool = False) -> Iterator[str]:
    """A session bus that starts no service, or those of the system; its address."""
    config = folder / "bus.conf"
    services = "<standard_session_servicedirs/>" if activates else ""
    config.write_text(_CONFIG.format(folder=folder, services=services))
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
    quiet = subprocess.DEVNULL
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet)) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().decode().strip()


def wait_for(name: str) -> None:
    """Until somebody on the bus of the environment has the name."""
    command = [
        "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
        "org.freedesktop.DBus.NameHasOwner", f"string:{name}",
    ]  # fmt: skip
    end = time.monotonic() + PATIENCE
    while b"true" not in subprocess.run(command, capture_output=True, check=False).stdout:
        assert time.monotonic() < end, f"nobody took the name {name}"
        time.sleep(0.05)


@contextlib.contextmanager
def gnome_keyring(password: bytes = b"ci-password") -> Iterator[None]:
    """GNOME's keyring on the bus of the environment, unlocked; locked with an empty password."""
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    if password:
        command.append("--unlock")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    with ended(process):
        assert process.stdin is not None
        process.stdin.write(password)
        process.stdin.close()
        wait_for(NAME)
        yield


@contextlib.contextmanager
def impostor(manner: str) -> Iterator[None]:
    """Somebody else under the keyring's name."""
    with ended(subprocess.Popen([sys.executable, __file__, manner])):
        wait_for(NAME)
        yield


def _serve(manner: str) -> None:
    from jeepney import MessageType, message_bus, new_error, new_method_return, new_signal
    from jeepney.io.blocking import open_dbus_connection
    from jeepney.low_level import HeaderFields
    from jeepney.wrappers import DBusAddress

    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    prompt = "/org/freedesktop/secrets/prompt/p1"
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call or manner == "hanging":
            continue
        member = message.header.fields[HeaderFields.member]
        if manner == "refusing":
            error = "org.freedesktop.DBus.Error.AccessDenied"
            connection.send(new_error(message, error, "s", ("not for you",)))
        elif member == "Get":
            value = ("b", True) if message.body[1] == "Locked" else ("s", "Login")
            connection.send(new_method_return(message, "v", (value,)))
        elif member == "Unlock":
            connection.send(new_method_return(message, "aoo", ([], prompt)))
        elif member == "Prompt":
            connection.send(new_method_return(message))
            emitter = DBusAddress(prompt, interface="org.freedesktop.Secret.Prompt")
            said = (True, ("ao", []))
            connection.send(new_signal(emitter, "Completed", "bv", said))


if __name__ == "__main__":
    os.environ.pop("DISPLAY", None)
    _serve(sys.argv[1])
