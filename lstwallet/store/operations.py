"""How many transactions a profile has had: a count and a hash that every one of them moves.

They stand in the file, with the head of the branch that it was done on, and, once committed, in
the file's head mark (``mark``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lstwallet.store.driver import Database
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.store.mark import Operation, next_operation

_SELECT: Final = "SELECT max(number), operation, before FROM head"
_SELECT_EARLIER: Final = "SELECT count, hash, before FROM operation"
"""In a file of an earlier format."""
_MOVE: Final = (
    "UPDATE head SET number = ?, operation = ?, before = ? WHERE branch = ?"
    " AND (SELECT max(number), operation FROM head) = (?, ?)"
)


def newest(path: Path, database: Database) -> Operation:
    """The newest one; that of a new file where an earlier program made it.

    Within the caller's ``schema.sqlite_errors``. Raises ``StoreBroken``.
    """
    columns = {row[1] for row in database.conn.execute("PRAGMA table_info(head)")}
    if "operation" in columns:
        row = database.conn.execute(_SELECT).fetchone()
        if row[0] is None:  # it has no head, which whoever loads it is told
            return Operation()
    elif "operation" in database.table_names():
        row = database.conn.execute(_SELECT_EARLIER).fetchone()
    else:
        return Operation()
    if row is None or not all(map(isinstance, row, (int, bytes, bytes))):
        raise StoreBroken(path, Damage.DAMAGED, "its count of operations is not whole")
    return Operation(*row)


def move(
    path: Path, database: Database, branch: int, last: Operation, what: tuple[object, ...]
) -> Operation:
    """Count what the caller's transaction does on a branch; by whoever came in between it is
    refused.

    Raises ``StoreUnavailable`` (``LOCKED``).
    """
    done = next_operation(last, what)
    where = (*done, branch, last.number, last.hash)
    if database.conn.execute(_MOVE, where).rowcount != 1:
        raise StoreUnavailable(path, Trouble.LOCKED, "another process wrote to it")
    return done
