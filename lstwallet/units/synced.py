"""What was written lasts: a file's content and a folder's names, beyond a power cut."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "darwin":
    import fcntl

    def sync_file(handle: int) -> None:
        """Content and length of an open file. Raises ``OSError``."""
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)  # its fsync stops at the drive's own memory

    sync_data = sync_file

else:

    def sync_file(handle: int) -> None:
        """Content and length of an open file. Raises ``OSError``."""
        os.fsync(handle)

    def sync_data(handle: int) -> None:
        """Its content alone, where a system can: for a file that keeps its length."""
        if hasattr(os, "fdatasync"):
            os.fdatasync(handle)
        else:
            os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """The names in a folder. Raises ``OSError``."""
    if os.name == "nt":  # it has no such call, and needs none
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        sync_file(handle)
    finally:
        os.close(handle)
