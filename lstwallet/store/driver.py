"""SQLCipher behind sqlite-utils. Whatever in the store needs SQLite takes it from here.

sqlite-utils looks for a module ``pysqlite3`` before it takes Python's own, so sqlcipher3 is
registered under that name before sqlite-utils is imported. Its exceptions are not those of
``sqlite3``: catch ``Error`` of this module.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Final

import sqlcipher3
import sqlcipher3.dbapi2


def _register(name: str, module: ModuleType) -> None:
    assert sys.modules.setdefault(name, module) is module, f"{name} is another driver"


_register("pysqlite3", sqlcipher3)
_register("pysqlite3.dbapi2", sqlcipher3.dbapi2)

from sqlite_utils import Database, Migrations  # noqa: E402
from sqlite_utils import utils as _utils  # noqa: E402

assert _utils.sqlite3 is sqlcipher3, "sqlite-utils was imported before the driver"  # type: ignore[attr-defined, unused-ignore]

Error: Final[type[Exception]] = sqlcipher3.dbapi2.Error
"""Whatever SQLite answers but a result."""
VERSION: Final[tuple[int, ...]] = sqlcipher3.dbapi2.sqlite_version_info
Connection = Any
"""sqlcipher3 has no types of its own."""


def connect(address: str, *, wait_seconds: float) -> Connection:
    """A connection to the file of a ``file:`` address, with no setting but a silent log."""
    connection = sqlcipher3.dbapi2.connect(address, uri=True, timeout=wait_seconds)
    connection.execute("PRAGMA cipher_log_level=NONE")  # touches no file; stderr is not ours
    return connection


__all__ = ["VERSION", "Connection", "Database", "Error", "Migrations", "connect"]
