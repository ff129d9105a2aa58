"""One writer, also where the lock file goes with a profile that is deleted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lstwallet.store import lock
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.store.lock import WriterLock, lock_path


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open is not deleted there")
def test_a_lock_that_was_deleted_before_it_was_taken_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another would make a new file, and hold that: two writers."""
    profile = tmp_path / "Main.lstwallet"
    real, calls = lock._take, 0

    def late(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:  # whoever deletes the profile is done now
            lock_path(profile).unlink()
        real(handle)

    monkeypatch.setattr(lock, "_take", late)
    first = WriterLock(profile)
    with pytest.raises(StoreUnavailable) as told:
        WriterLock(profile)
    assert told.value.trouble is Trouble.LOCKED
    first.release()
    WriterLock(profile).release()
