"""The file that a session stands on: opened anew after an error, or halted; and its notes."""

from __future__ import annotations

import time
from typing import Final

from lstwallet.app import profiles
from lstwallet.app.outcome import Halted
from lstwallet.market.driver import MarketConfig
from lstwallet.store import codec, schema
from lstwallet.store.errors import (
    BadText,
    Damage,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
)
from lstwallet.store.journal import Store

_NAME: Final = "name"
_MARKET: Final = "market"


class OpenFile:
    """Which file it is, with which key, and how far it was acknowledged."""

    def __init__(self, store: Store, *, key: bytes | None, read_only: bool) -> None:
        self.path = store.path
        self.read_only = read_only
        self.halted: Halted | None = None
        """Set after an I/O error: nothing is written until ``recover`` has succeeded."""
        self._store: Store | None = store
        """Closed after an error, and opened again when it is needed."""
        self._key = key
        self._accepts = False
        """Whether a person accepted that it may be an older state."""
        self._identity = store.identity
        self._operation = store.operation
        """The newest one that was acknowledged."""
        self._failure: StoreError | None = None
        """What closed the file."""

    @property
    def key(self) -> bytes | None:
        """What the file is encrypted with, while it is open."""
        return self._key

    @property
    def closed(self) -> bool:
        """Whether the file is not open now: it was let go of, or an error closed it."""
        return self._store is None

    def _require_writing(self) -> None:
        """Raises ``StoreError`` where nothing may be written."""
        if self.read_only:
            raise StoreUnavailable(self.path, Trouble.READ_ONLY, "opened for reading only")
        if self.halted is not None:
            raise self.halted.error.with_traceback(None)

    def _let_go(self, error: StoreError | None = None) -> None:
        """Close the file, because of an error perhaps, and remember how far it was acknowledged."""
        self._failure = error
        store, self._store = self._store, None
        if store is not None:
            self._operation = max(self._operation, store.operation)
            store.close()

    def _halt(self, error: StoreError) -> None:
        self.halted = Halted(error, time.time())

    def _opened(self) -> Store:
        """The file that this session stands on, opened anew. Raises ``StoreError``."""
        if schema.identity(self.path) != self._identity:
            raise StoreUnavailable(self.path, Trouble.MOVED)
        read_only = self.read_only or self.halted is not None
        store = Store.open(
            self.path, key=self._key, read_only=read_only, accept_rollback=self._accepts
        )
        try:
            if store.identity != self._identity:
                raise StoreUnavailable(self.path, Trouble.MOVED)
            if store.operation.number < self._operation.number:
                detail = "it has lost what was acknowledged"
                raise StoreBroken(self.path, Damage.ROLLED_BACK, detail)
        except BaseException:
            store.close()
            raise
        return store


def name_of(store: Store) -> str:
    """A profile among the others is called as its file is: it may have been renamed, or restored
    under another name. A lesson's own keeps the name that it was made with."""
    stem = store.path.name.removesuffix(profiles.SUFFIX)
    return stem if store.path.parent == profiles.folder() else store.meta(_NAME) or stem


def notes_of(name: str, market: MarketConfig) -> dict[str, str]:
    """What a new profile's file keeps of them."""
    return {_NAME: name, _MARKET: codec.dumps(market)}


def market_of(store: Store) -> MarketConfig:
    """The market that moves this profile's world. Raises ``StoreBroken``."""
    text = store.meta(_MARKET)
    if text is None:
        raise StoreBroken(store.path, Damage.DAMAGED, "its market is not named")
    try:
        config: MarketConfig = codec.reader_of(MarketConfig)(codec.loads(text))
    except BadText as error:
        raise StoreBroken(store.path, Damage.UNDECODABLE, f"its market: {error}") from error
    return config
