"""The tables, as numbered steps. A step that was released is never changed.

Amounts are TEXT: SQLite refuses integers of 2⁶³ and more, and 10 ETH in wei is one.
"""

from __future__ import annotations

from typing import Final

from lstwallet.store.driver import Database, Migrations

FORMAT: Final = 3
"""``user_version``: raised whenever a program that knows the number before cannot read a file."""
MAIN: Final = 1
"""The branch that every profile has."""

PLACES: Final = 2**40
"""More events than a branch can have: a row of the journal stands at ``branch * PLACES +
first_seq``."""
BRANCHES: Final = 2**22
"""More branches than a profile can have: their places are numbers that SQLite can hold."""

migrations: Final = Migrations("lstwallet")

_FIRST: Final = (
    # The journal is a tree: a branch leaves its parent after an event.
    """CREATE TABLE branch (
        id INTEGER PRIMARY KEY,
        parent INTEGER REFERENCES branch (id),
        forked_at_seq INTEGER NOT NULL,
        name TEXT NOT NULL UNIQUE
    ) STRICT""",
    # A row is one user command or (a part of) one simulated day; `events` is JSON Lines.
    # The hash chain runs over events, so it does not depend on where rows are cut.
    """CREATE TABLE journal (
        branch INTEGER NOT NULL REFERENCES branch (id),
        first_seq INTEGER NOT NULL,
        last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
        began INTEGER NOT NULL,
        ended INTEGER NOT NULL CHECK (ended >= began),
        command TEXT,
        events TEXT NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        PRIMARY KEY (branch, first_seq)
    ) STRICT""",
    # What the user's own accounts were posted; everyone else's follow from the events.
    """CREATE TABLE entries (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        account TEXT NOT NULL,
        token TEXT NOT NULL,
        units TEXT NOT NULL,
        kind TEXT NOT NULL,
        PRIMARY KEY (branch, seq, place)
    ) STRICT""",
    # Events that concern the user, whether or not they moved a token: the list of Activity.
    """CREATE TABLE activity (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        gain TEXT NOT NULL,
        PRIMARY KEY (branch, seq)
    ) STRICT""",
    # Hourly numbers for charts: one row a simulated day, a JSON array of [at, value, …].
    """CREATE TABLE samples (
        branch INTEGER NOT NULL REFERENCES branch (id),
        day INTEGER NOT NULL,
        names TEXT NOT NULL,
        hours TEXT NOT NULL,
        PRIMARY KEY (branch, day)
    ) STRICT""",
    # A cache: every row can be thrown away.
    """CREATE TABLE snapshots (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        blob BLOB NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (branch, seq)
    ) STRICT""",
    # The simulated time reached, and the end of the chain: written in every transaction.
    """CREATE TABLE head (
        branch INTEGER PRIMARY KEY REFERENCES branch (id),
        time INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)


_BOOK: Final = (
    # What a person writes beside the history; outside the hash chain, changed at any time.
    "CREATE TABLE contacts ("
    " address TEXT PRIMARY KEY, name TEXT NOT NULL, note TEXT NOT NULL) STRICT",
    """CREATE TABLE notes (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        text TEXT NOT NULL,
        label TEXT NOT NULL,
        PRIMARY KEY (branch, seq),
        FOREIGN KEY (branch, seq) REFERENCES activity (branch, seq)
    ) STRICT""",
    "CREATE TABLE names (account TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT",
    """CREATE TABLE favourites (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        PRIMARY KEY (kind, key)
    ) STRICT""",
)

_OPERATION: Final = (
    # Moved by every transaction; the head mark beside the file says the same.
    """CREATE TABLE operation (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        count INTEGER NOT NULL CHECK (count >= 0),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        before BLOB NOT NULL CHECK (length(before) = 32)
    ) STRICT""",
    "INSERT INTO operation VALUES (1, 0, zeroblob(32), zeroblob(32))",
)

_TIMELINES: Final = (
    # What a branch is called, whether it is shown, the simulated moment at which it left its
    # parent, and the chain after the last event that they share.
    """CREATE TABLE timeline (
        branch INTEGER PRIMARY KEY REFERENCES branch (id),
        title TEXT NOT NULL,
        hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
        began INTEGER NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    f"INSERT INTO timeline VALUES ({MAIN}, '', 0, 0, zeroblob(32))",  # noqa: S608
    # From a moment to its event.
    "CREATE INDEX journal_by_moment ON journal (branch, began, first_seq)",
)

_NARROW: Final = (
    # What lies in the order of its key needs no second tree of keys: a command's commit writes
    # two pages fewer, each once into the rollback journal and once into the file.
    """CREATE TABLE entries_by_key (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        at INTEGER NOT NULL,
        account TEXT NOT NULL,
        token TEXT NOT NULL,
        units TEXT NOT NULL,
        kind TEXT NOT NULL,
        PRIMARY KEY (branch, seq, place)
    ) STRICT, WITHOUT ROWID""",
    "INSERT INTO entries_by_key SELECT * FROM entries ORDER BY branch, seq, place",
    "DROP TABLE entries",
    "ALTER TABLE entries_by_key RENAME TO entries",
    """CREATE TABLE activity_by_key (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        gain TEXT NOT NULL,
        PRIMARY KEY (branch, seq)
    ) STRICT, WITHOUT ROWID""",
    "INSERT INTO activity_by_key SELECT * FROM activity ORDER BY branch, seq",
    # Notes point at what they are about: they step aside until it is there again.
    "CREATE TEMP TABLE notes_aside AS SELECT * FROM notes",
    "DELETE FROM notes",
    "DROP TABLE activity",
    "ALTER TABLE activity_by_key RENAME TO activity",
    "INSERT INTO notes SELECT * FROM notes_aside",
    "DROP TABLE temp.notes_aside",
)

_ENTRY: Final = (
    "'[' || place || ',' || json_quote(account) || ',' || json_quote(token) || ',' || units || ']'"
)
"""A posting that has a row of its own, as it is written now."""

_FEWER_PAGES: Final = (
    # Branch and first event in one number, which is the tree's own key: neither they nor the
    # moments, which rise with it along a branch, need a second tree. A command's commit writes
    # two pages fewer.
    f"""CREATE TABLE journal_by_place (
        place INTEGER PRIMARY KEY CHECK (place = branch * {PLACES} + first_seq),
        branch INTEGER NOT NULL REFERENCES branch (id),
        first_seq INTEGER NOT NULL CHECK (first_seq BETWEEN 1 AND {PLACES - 1}),
        last_seq INTEGER NOT NULL CHECK (last_seq >= first_seq),
        began INTEGER NOT NULL,
        ended INTEGER NOT NULL CHECK (ended >= began),
        command TEXT,
        events TEXT NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    f"INSERT INTO journal_by_place SELECT branch * {PLACES} + first_seq, * FROM journal"  # noqa: S608
    " ORDER BY branch, first_seq",
    "DROP TABLE journal",
    "ALTER TABLE journal_by_place RENAME TO journal",
    # The newest operation stands with the head of the branch that it was done on: one page fewer.
    """CREATE TABLE head_of_branch (
        branch INTEGER PRIMARY KEY REFERENCES branch (id),
        time INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        number INTEGER NOT NULL DEFAULT 0 CHECK (number >= 0),
        operation BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(operation) = 32),
        before BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(before) = 32)
    ) STRICT""",
    "INSERT INTO head_of_branch (branch, time, seq, hash) SELECT * FROM head ORDER BY branch",
    "UPDATE head_of_branch SET (number, operation, before) ="
    " (SELECT count, hash, before FROM operation) WHERE branch = (SELECT min(branch) FROM head)",
    "DROP TABLE head",
    "DROP TABLE operation",
    "ALTER TABLE head_of_branch RENAME TO head",
    # Postings stand with the event that made them: [[place, account, token, units], …].
    """CREATE TABLE activity_with_entries (
        branch INTEGER NOT NULL REFERENCES branch (id),
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        gain TEXT NOT NULL,
        entries TEXT NOT NULL,
        PRIMARY KEY (branch, seq)
    ) STRICT, WITHOUT ROWID""",
    "INSERT INTO activity_with_entries SELECT branch, seq, at, kind, gain, '[' || coalesce(("  # noqa: S608
    f"SELECT group_concat({_ENTRY} ORDER BY place) FROM entries e"
    " WHERE e.branch = a.branch AND e.seq = a.seq), '') || ']' FROM activity a"
    " ORDER BY branch, seq",
    "CREATE TEMP TABLE notes_aside AS SELECT * FROM notes",
    "DELETE FROM notes",
    "DROP TABLE entries",
    "DROP TABLE activity",
    "ALTER TABLE activity_with_entries RENAME TO activity",
    "INSERT INTO notes SELECT * FROM notes_aside",
    "DROP TABLE temp.notes_aside",
)


@migrations()
def m001_first(db: Database) -> None:
    """The tables of the first release."""
    for statement in _FIRST:
        db.execute(statement)
    db.table("branch").insert(
        {"id": MAIN, "parent": None, "forked_at_seq": 0, "name": "main"}, pk="id"
    )


@migrations()
def m002_book(db: Database) -> None:
    """Contacts, notes, names, favourites. An earlier program does not look at them: the format
    is the one before."""
    for statement in _BOOK:
        db.execute(statement)


@migrations()
def m003_operation(db: Database) -> None:
    """The count of operations. An earlier program would not raise it: the format is another."""
    for statement in _OPERATION:
        db.execute(statement)


@migrations()
def m004_timelines(db: Database) -> None:
    """The tree of branches: titles, what is hidden, and where each left its parent."""
    for statement in _TIMELINES:
        db.execute(statement)


@migrations()
def m005_narrow(db: Database) -> None:
    """Postings and the list of Activity by their keys alone. An earlier program reads and writes
    them all the same: the format is the one before."""
    for statement in _NARROW:
        db.execute(statement)


@migrations()
def m006_fewer_pages(db: Database) -> None:
    """The journal by its rows' places, without an index; the newest operation with the heads;
    postings with the events that made them. An earlier program could not write them: the format
    is another."""
    for statement in _FEWER_PAGES:
        db.execute(statement)


_PLACES_OF_EARLIER: Final = (
    "CREATE TEMP TABLE IF NOT EXISTS places (place INTEGER PRIMARY KEY,"
    " branch INTEGER NOT NULL, first_seq INTEGER NOT NULL) STRICT",
    f"INSERT OR IGNORE INTO places SELECT branch * {PLACES} + first_seq, branch, first_seq"  # noqa: S608
    " FROM main.journal",
)


def look_up(db: Database) -> None:
    """The journal and the user's postings as they are read, in this connection: ``by_place`` and
    ``postings``. A file of an earlier format is only read (``schema.hold_earlier``): its places
    are kept in memory meanwhile."""
    run, columns = db.conn.execute, "last_seq, began, ended, command, events, hash"
    if "entries" in db.table_names():
        with db.atomic():
            for statement in _PLACES_OF_EARLIER:
                run(statement)
        journal = (
            f"place, first_seq, {columns}"
            " FROM temp.places CROSS JOIN main.journal USING (branch, first_seq)"
        )
        entry = f"'[' || {_ENTRY} || ']' AS entries"
        postings = f"branch, seq, place, at, kind, {entry} FROM main.entries"
    else:
        journal = f"place, first_seq, {columns} FROM main.journal"
        postings = "branch, seq, 0 AS place, at, kind, entries FROM main.activity"
    run(f"CREATE TEMP VIEW IF NOT EXISTS by_place AS SELECT {journal}")
    run(f"CREATE TEMP VIEW IF NOT EXISTS postings AS SELECT {postings}")
