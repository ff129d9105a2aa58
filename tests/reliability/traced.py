"""A forked child under strace: what it writes and syncs, or with errors and kills injected.

The child waits until strace is attached, so that what is traced is its work alone.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

WRITES: Final = "pwrite64,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate"
"""What changes files, or makes a change last."""

_PR_SET_PTRACER: Final = 0x59616D61
_ANY: Final = -1
_PATIENCE: Final = 60.0


def available() -> str | None:
    """Why there can be no trace here, or ``None``."""
    if shutil.which("strace") is None:
        return "there is no strace here"
    probe = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True)
    return None if probe.returncode == 0 else "strace may not trace here"


def run(work: Callable[[], None], options: Sequence[str], log: Path) -> int:
    """Fork, attach strace, let the child do ``work``: its wait status.

    The child's exit code is 0, or 3 after an exception, which it prints.
    """
    ready, go = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(go)
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)
        code = 3
        try:
            os.read(ready, 1)
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(code)
    os.close(ready)
    strace = subprocess.Popen(
        ["strace", "-q", "-f", "-p", str(child), "-o", str(log), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_until_traced(child, strace)
        os.write(go, b"!")
        _, status = os.waitpid(child, 0)
    finally:
        os.close(go)
        strace.wait(_PATIENCE)
        assert strace.stderr is not None
        strace.stderr.close()
    return status


def _wait_until_traced(child: int, strace: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        assert strace.poll() is None, strace.stderr and strace.stderr.read()
        assert time.monotonic() < deadline, "strace never attached"
        time.sleep(0.002)
