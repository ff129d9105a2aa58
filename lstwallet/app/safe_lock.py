"""Of several processes one changes a profile's slot files at a time.

A change is read, made and written; two at once would each write what it had read, and one of
the two would be lost: a password that was told to be set would not open. The writer's lock of
the profile does not do: slots are also changed while its window has it open. A password takes
about a second and the keyring up to five, so the next one waits.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lstwallet.store.lock import waited_for
from lstwallet.vault import key_file

PATIENCE_S: Final = 30.0


@contextlib.contextmanager
def slots_held(profile: Path) -> Iterator[None]:
    """Hold them. Not to be nested. Raises ``StoreUnavailable``."""
    with waited_for(key_file.paths(profile)[0], PATIENCE_S):
        yield
