"""One program per user and data folder: a second start raises the first one's window.

Whoever holds the lock in the data folder is the first and listens on a local socket that only
its user may open. A second start writes one line to it and ends. The line may name a profile,
which the first then opens as if it had been chosen in its menu; nothing of a line is ever run.

The system drops the lock when a process ends, however it ends, so a socket that is left
behind is known to be stale by whoever has the lock. Every profile has a lock of its own
besides: this one is for convenience, that one for safety.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

    from lstwallet.store.lock import WriterLock

LONGEST: Final = 16_384
"""Bytes of a line: a path and a token of the desktop's."""
LONGEST_PATH: Final = 4_096
LONGEST_TOKEN: Final = 512
CONNECT_MS: Final = 1_000
ANSWER_MS: Final = 3_000
LISTEN_MS: Final = 2_000
"""A connection that has not said its line by then is dropped."""
MOST_WAITING: Final = 8
AGAIN_MS: Final = 150
PATIENCE_S: Final = 10.0
"""How long a second start waits for a first one that is just ending."""
DONE: Final = b"done\n"
_TOKEN: Final = "XDG_ACTIVATION_TOKEN"
"""Wayland: the desktop's leave to come to the front, given to whoever was started."""


class Request(NamedTuple):
    """What a second start asks of the first."""

    profile: Path | None
    """Absolute; ``None``: the window only."""
    token: str = ""


def socket_name(home: Path) -> str:
    """The socket of this user and data folder: a file, or a pipe's name on Windows."""
    digest = hashlib.sha256(os.path.realpath(home).encode("utf-8", "surrogateescape"))
    if sys.platform == "win32":
        return f"lstwallet-{os.environ.get('USERNAME', '')}-{digest.hexdigest()[:16]}"
    name = f"lstwallet-{os.getuid()}-{digest.hexdigest()[:16]}"
    return str(_folder_of_sockets() / name)


def _folder_of_sockets() -> Path:
    """The session's own folder, or the one for temporary files; paths of sockets are short."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and len(runtime) < 60 and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime)
    temporary = Path(tempfile.gettempdir())
    return temporary if len(str(temporary)) < 60 else Path("/tmp")  # noqa: S108


def written(request: Request) -> bytes:
    """The line for a request."""
    asked = {"profile": str(request.profile or ""), "token": request.token}
    return json.dumps(asked).encode() + b"\n"


def read(line: bytes) -> Request | None:
    """The request of a line, or ``None`` for what is none."""
    try:
        asked = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or asked.keys() != {"profile", "token"}:
        return None
    profile, token = asked["profile"], asked["token"]
    if not isinstance(profile, str) or not isinstance(token, str):
        return None
    if len(token) > LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        return None
    if not profile:
        return Request(None, token)
    if len(profile) > LONGEST_PATH or "\0" in profile or not os.path.isabs(profile):
        return None
    return Request(Path(profile), token)


def hand_over(home: Path, profile: Path | None) -> bool:
    """Ask the program that is open already, if one is, to show itself; whether it does."""
    name = socket_name(home)
    if not _may_be_there(name):
        return False
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    try:
        if not socket.waitForConnected(CONNECT_MS):
            return False
        path = Path(os.path.abspath(profile)) if profile is not None else None
        socket.write(written(Request(path, os.environ.get(_TOKEN, ""))))
        if not socket.waitForBytesWritten(CONNECT_MS):
            return False
        while not socket.canReadLine():
            if not socket.waitForReadyRead(ANSWER_MS):
                return False
        return socket.readLine(LONGEST).data() == DONE
    finally:
        socket.abort()


def _may_be_there(name: str) -> bool:
    """Whether there is a socket of ours: nobody else's is spoken to."""
    if sys.platform == "win32":
        return True
    try:
        found = os.lstat(name)
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


class Instance(QObject):
    """This run's claim to be the first."""

    claimed = Signal()
    """We are the first, or have waited long enough for another to answer."""
    yielded = Signal()
    """Another one is the first, and has come to the front."""
    asked = Signal(object)
    """A ``Request`` of a second start."""

    def __init__(self, home: Path, profile: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._profile = profile
        self._lock: WriterLock | None = None
        self._server: QLocalServer | None = None
        self._until = 0.0
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._try)

    def claim(self) -> None:
        """Be the first, or yield: then exactly one of ``claimed`` and ``yielded`` comes."""
        self._until = time.monotonic() + PATIENCE_S
        self._try()

    def _try(self) -> None:
        if self._take_lock() or time.monotonic() > self._until:
            self._again.stop()
            self.claimed.emit()
        elif hand_over(self._home, self._profile):
            self._again.stop()
            self.yielded.emit()
        else:  # it is just beginning, or just ending
            self._again.start()

    def _take_lock(self) -> bool:
        from lstwallet.store.errors import StoreUnavailable, Trouble
        from lstwallet.store.lock import WriterLock

        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = WriterLock(self._home / "window")
        except StoreUnavailable as error:
            return error.trouble is not Trouble.LOCKED  # a folder without locks: on without one
        except OSError:
            return True
        self._listen()
        return True

    def _listen(self) -> None:
        from PySide6.QtNetwork import QLocalServer

        name = socket_name(self._home)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(MOST_WAITING)
        server.newConnection.connect(self._came)
        if not server.listen(name):
            QLocalServer.removeServer(name)  # stale: we have the lock
            server.listen(name)
        self._server = server

    def _came(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            _Connection(socket, self)

    def close(self) -> None:
        """Nobody is heard any more; a second call does nothing."""
        self._again.stop()
        server, self._server = self._server, None
        if server is not None:
            server.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()


class _Connection(QObject):
    """One second start that speaks to us."""

    def __init__(self, socket: QLocalSocket, instance: Instance) -> None:
        super().__init__(socket)
        self._socket = socket
        self._instance = instance
        socket.setReadBufferSize(LONGEST)
        socket.readyRead.connect(self._heard)
        socket.disconnected.connect(socket.deleteLater)
        QTimer.singleShot(LISTEN_MS, self, socket.abort)
        self._heard()

    def _heard(self) -> None:
        socket = self._socket
        if not socket.canReadLine():
            if socket.bytesAvailable() >= LONGEST:
                socket.abort()
            return
        socket.readyRead.disconnect(self._heard)
        request = read(socket.readLine(LONGEST).data())
        if request is None:
            socket.abort()
            return
        socket.write(DONE)
        socket.flush()
        if request.token:
            os.environ[_TOKEN] = request.token
        self._instance.asked.emit(request)
