"""How many transactions a profile has had: a count and a hash that every one of them moves.

They stand in the file and, once committed, in its head mark (``mark``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lstwallet.store.driver import Database
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.mark import Operation, next_operation

_SELECT: Final = "SELECT count, hash, before FROM operation"
_MOVE: Final = "UPDATE operation SET count = ?, hash = ?, before = ? WHERE count = ? AND hash = ?"


def newest(path: Path, database: Database) -> Operation:
    """The newest one; that of a new file where an earlier program made it.

    Within the caller's ``schema.sqlite_errors``. Raises ``StoreBroken``.
    """
    if "operation" not in database.table_names():
        return Operation()
    row = database.conn.execute(_SELECT).fetchone()
    if row is None or not all(map(isinstance, row, (int, bytes, bytes))):
        raise StoreBroken(path, Damage.DAMAGED, "its count of operations is not whole")
    return Operation(*row)


def move(
    path: Path, database: Database, last: Operation, what: tuple[object, ...]
) -> Operation:
    """Count what the caller's transaction does; by whoever came in between it is refused.

    Raises ``StoreUnavailable`` (``LOCKED``).
    """
    done = next_operation(last, what)
    if database.conn.execute(_MOVE, (*done, last.number, last.hash)).rowcount != 1:
        raise StoreUnavailable(path, Trouble.LOCKED, "another process wrote to it")
    return done
