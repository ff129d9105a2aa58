"""A plain profile becomes an encrypted one: the old file or the new one, whenever it is ended.

1. a copy beside it (``VACUUM INTO``), held against it, while nothing has been changed;
2. every table exported into a new file under the key, compared row by row, brought up to date,
   its pages authenticated and its world loaded: the hash must be the same;
3. the head mark under the key, then the new file in the place of the old one;
4. the plain copy is removed: it is what encryption is to prevent. What a disk keeps of blocks
   that were given back is beyond a program.

Ended before the end of 3, the plain file is as it was and all of it is done again; a mark of
the new file beside the old one is known for what it is. Ended later, the next opening removes
the copy. The keys must lie beside the profile before (``app.safe``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from lstwallet.store import codec, mark, operations, schema
from lstwallet.store.driver import Database
from lstwallet.store.errors import Damage, StoreBroken, from_os
from lstwallet.store.journal import Store
from lstwallet.store.lock import WriterLock
from lstwallet.store.mark import Operation, next_operation
from lstwallet.store.migrations import FORMAT, MAIN
from lstwallet.units.synced import sync_folder

_WHAT: Final = ("encrypt",)


def encrypt(path: Path, key: bytes, *, accept_rollback: bool = False) -> None:
    """Put an encrypted profile in the place of a plain one that nobody has open.

    ``accept_rollback`` as in ``Store.open``. Raises ``StoreUnavailable`` or ``StoreBroken``; the
    plain file is then as it was.
    """
    schema.refuse_unless_file(path, read_only=False)
    path = Path(os.path.realpath(path))
    lock = WriterLock(path)
    copy, made = schema.plain_copy(path), path.with_name(path.name + ".new")
    try:
        schema.discard(copy)
        schema.discard(made)
        before = _copied(path, copy, key, accept_rollback=accept_rollback)
        after = exported(path, None, made, key, before, _WHAT)
        mark.replace(path, mark.Seal(key), after)
        put_in_place(made, path)
        schema.discard(copy)
    except BaseException:
        schema.discard(made)
        schema.discard(copy)
        raise
    finally:
        lock.release()


def _copied(path: Path, copy: Path, key: bytes, *, accept_rollback: bool) -> str:
    """A plain copy beside the plain profile; the hash of the world in both."""
    database = schema.open_database(path)
    try:
        with schema.sqlite_errors(path):
            here = operations.newest(path, database)
        told = _told(path, key, here)
        if told is not None and not accept_rollback:
            raise told
        before = world_hash(path, database, None)
        schema.create_file(copy)
        with schema.sqlite_errors(copy):
            database.conn.execute("VACUUM INTO ?", (str(copy),))
    finally:
        database.close()
    database = schema.open_database(copy, read_only=True)
    try:
        if world_hash(copy, database, None) != before:
            raise StoreBroken(copy, Damage.DAMAGED, "the copy differs from the profile")
    finally:
        database.close()
    return before


def _told(path: Path, key: bytes, here: Operation) -> StoreBroken | None:
    """What is wrong with the plain file beside its mark, which may be that of an earlier try."""
    found = mark.judge(mark.read(path, None), here)
    if found is None:
        return None
    sealed = mark.read(path, key)
    if sealed.newest == next_operation(here, _WHAT)[:2]:
        return None
    if sealed.newest is not None:
        found = mark.judge(sealed, here) or found
    return StoreBroken(path, *found)


def world_hash(path: Path, database: Database, key: bytes | None) -> str:
    """Of the world at the head of the current branch; the database is open as before."""
    return codec.world_hash(Store(path, database, None, key).load().world)


def exported(
    path: Path, old: bytes | None, made: Path, key: bytes, before: str, what: tuple[object, ...]
) -> Operation:
    """``made``: the profile at ``path``, which ``old`` opens, under ``key``.

    Whole, held against it, and its world's hash is ``before``. Returns its newest operation,
    which is to have done ``what``.
    """
    schema.create_file(made)
    database = schema.connect(made, key=key)
    try:
        with schema.sqlite_errors(made):
            version = _export(path, old, made, database)
            with database.atomic():
                database.conn.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
                database.conn.execute(f"PRAGMA user_version={version}")
        schema.migrate(made, database)
        with schema.sqlite_errors(made), database.atomic():
            last = operations.newest(made, database)
            after = operations.move(made, database, MAIN, last, what)
        with schema.sqlite_errors(made):
            broken = database.conn.execute("PRAGMA cipher_integrity_check").fetchall()
        if broken or world_hash(made, database, key) != before:
            raise StoreBroken(made, Damage.DAMAGED, "the new file differs from the profile")
    finally:
        database.close()
    return after


def _export(path: Path, old: bytes | None, made: Path, database: Database) -> int:
    """Every table, index and row of the file at ``path``; its format."""
    run = database.conn.execute
    key = "" if old is None else f"x'{old.hex()}'"
    run("ATTACH DATABASE ? AS old KEY ?", (f"{path.absolute().as_uri()}?mode=ro", key))
    run("SELECT sqlcipher_export('main', 'old')")
    tables = run("SELECT name FROM old.sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        count = "SELECT (SELECT count(*) FROM old.{0}) - (SELECT count(*) FROM main.{0})"
        missing = "SELECT count(*) FROM (SELECT * FROM old.{0} EXCEPT SELECT * FROM main.{0})"
        for query in (count, missing):
            if run(query.format(f'"{table}"')).fetchone() != (0,):
                raise StoreBroken(made, Damage.DAMAGED, f"table {table} was not exported whole")
    version: int = run("PRAGMA old.user_version").fetchone()[0]
    run("DETACH DATABASE old")
    assert 1 <= version <= FORMAT, "a checked profile has a format"
    return version


def put_in_place(made: Path, path: Path) -> None:
    """In the place of what is there, lastingly. Raises ``StoreUnavailable``."""
    try:
        os.replace(made, path)
        sync_folder(path.parent)
    except OSError as error:
        raise from_os(path, error) from error
