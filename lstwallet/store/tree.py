"""The branches in the profile file: which there are, which is current, and what changes them.

Nothing of a history is ever deleted: a branch that is not wanted is hidden. Each function
that writes does so within its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lstwallet.store import codec, schema
from lstwallet.store.driver import Database
from lstwallet.store.errors import Damage, StoreBroken
from lstwallet.store.line import BranchRow, lines_hold
from lstwallet.store.migrations import BRANCHES, MAIN
from lstwallet.store.records import Head, SampleDay
from lstwallet.store.replay import snapshot_hash

CURRENT: Final = "branch"
"""The note in ``meta`` that names the branch one stands on."""

_SELECT: Final = (
    "SELECT b.id, b.parent, b.forked_at_seq, t.title, t.hidden, t.began, t.hash,"
    " coalesce(h.time, 0), coalesce(h.seq, 0)"
    " FROM branch b LEFT JOIN timeline t ON t.branch = b.id LEFT JOIN head h ON h.branch = b.id"
    " ORDER BY b.id"
)
_KINDS: Final = (int, int | None, int, str, int, int, bytes, int, int)


def read(path: Path, database: Database) -> dict[int, BranchRow]:
    """All branches by number, parents before their children. Raises ``StoreBroken``."""
    with schema.sqlite_errors(path):
        if "timeline" not in database.table_names():  # an earlier program made the file
            row = database.conn.execute("SELECT time, seq FROM head").fetchone() or (0, 0)
            return {MAIN: BranchRow(MAIN, None, 0, "", False, 0, codec.NO_HISTORY, *row)}
        found = database.conn.execute(_SELECT).fetchall()
    for row in found:
        if not all(map(isinstance, row, _KINDS)) or not 0 < row[0] < BRANCHES:
            raise StoreBroken(path, Damage.DAMAGED, f"branch {row[0]} is not whole")
    rows = {row[0]: BranchRow(*row)._replace(hidden=bool(row[4])) for row in found}
    if not lines_hold(rows):
        raise StoreBroken(path, Damage.DAMAGED, "its branches are not a tree")
    return rows


def current(path: Path, database: Database, rows: Mapping[int, BranchRow]) -> int:
    """The branch one stands on. Raises ``StoreBroken``."""
    with schema.sqlite_errors(path):
        query = "SELECT value FROM meta WHERE key = ?"
        row = database.conn.execute(query, (CURRENT,)).fetchone()
    named = str(MAIN) if row is None else row[0]
    if named not in map(str, rows):
        raise StoreBroken(path, Damage.DAMAGED, f"there is no branch {named}")
    return int(named)


def fork(
    database: Database,
    parent: int,
    head: Head,
    title: str,
    day: SampleDay | None,
    snapshot: bytes | None,
    *,
    hidden: bool,
) -> int:
    """A new branch that leaves ``parent`` after event ``head.seq``: its number.

    ``day``: the hours of the day it leaves on, as far as they are shared.
    """
    run = database.conn.execute
    number: int = run("SELECT max(id) + 1 FROM branch").fetchone()[0]
    run(
        "INSERT INTO branch (id, parent, forked_at_seq, name) VALUES (?, ?, ?, ?)",
        (number, parent, head.seq, f"branch-{number}"),
    )
    run(
        "INSERT INTO timeline (branch, title, hidden, began, hash) VALUES (?, ?, ?, ?, ?)",
        (number, title, int(hidden), head.time, head.hash),
    )
    run("INSERT INTO head (branch, time, seq, hash) VALUES (?, ?, ?, ?)", (number, *head))
    if day is not None:
        run(
            "INSERT INTO samples (branch, day, names, hours) VALUES (?, ?, ?, ?)",
            (number, day.day, ",".join(day.names), codec.dumps(day.hours)),
        )
    if snapshot is not None:
        digest = snapshot_hash(snapshot, head.hash)
        run(
            "INSERT INTO snapshots (branch, seq, blob, hash) VALUES (?, ?, ?, ?)",
            (number, head.seq, snapshot, digest),
        )
    return number


def stand_on(database: Database, branch: int) -> None:
    """It is the current branch from now on."""
    query = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
    database.conn.execute(query, (CURRENT, str(branch)))


def retitle(database: Database, branch: int, title: str) -> None:
    """It is called ``title`` from now on."""
    database.conn.execute("UPDATE timeline SET title = ? WHERE branch = ?", (title, branch))


def set_hidden(database: Database, branch: int, hidden: bool) -> None:
    """It is shown no more, or again."""
    query = "UPDATE timeline SET hidden = ? WHERE branch = ?"
    database.conn.execute(query, (int(hidden), branch))
