"""Whether a copy of a profile holds what the open profile holds: before it is called a backup."""

from __future__ import annotations

from collections.abc import Callable

from lstwallet.engine import kernel
from lstwallet.store import codec
from lstwallet.store.errors import StoreError
from lstwallet.store.journal import Store
from lstwallet.store.reading import Reading


def prove(copy: Store, live: Store, *, gate: Callable[[], None] | None = None) -> list[str]:
    """What is wrong with the copy, in words; nothing when it is sound and the same.

    Every page is authenticated (where it is encrypted) and looked over, the hash chain of every
    branch is worked out again to the head that the open profile has, the world is loaded from the
    copy and audited, and what a person wrote is compared. Events are not applied one by one:
    ``verify`` does that.
    """
    try:
        problems = copy.check_pages()
        if copy.branches() != live.branches() or copy.line != live.line:
            return [*problems, "its branches are not the profile's"]
        for branch in live.branches():
            problems += _branch(copy.along(branch).own(), live.along(branch).own(), gate)
        loaded, here = copy.load(), live.load()
        problems += kernel.audit(loaded.world)
        if codec.world_hash(loaded.world) != codec.world_hash(here.world):
            problems.append("its world is not the profile's")
        if copy.book() != live.book():
            problems.append("its notes and names are not the profile's")
    except StoreError as error:
        return [error.detail]
    return problems


def _branch(copy: Reading, live: Reading, gate: Callable[[], None] | None) -> list[str]:
    number = copy.line.branch
    chain = copy.line.stretches[-1].hash
    for row in copy.rows():
        if gate is not None:
            gate()
        try:
            for line in row.events.split("\n"):
                chain = codec.link(chain, line)
        except UnicodeEncodeError:  # every line that was ever written is ASCII
            return [f"branch {number}: its chain does not hold at event {row.first_seq}"]
        if chain != row.hash:
            return [f"branch {number}: its chain does not hold at event {row.first_seq}"]
    if chain != copy.head().hash or copy.head() != live.head():
        return [f"branch {number}: it does not end where the profile does"]
    return []


__all__ = ["prove"]
