"""Rules for sending: to whom, and what arrives.

A wrong chain, a broken checksum and one's own account are refused by ``engine/accounts``.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstwallet.engine.accounts import Sent
from lstwallet.readmodel.preflight.records import Case, Finding, note, safe, warning


def of_send(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Send / receive: "wrong chain, first time"."""
    event = next((each for each in case.events if isinstance(each, Sent)), None)
    if event is None:
        return
    own = event.receiver in case.start.accounts
    if own:
        yield safe("own_account")
    elif event.receiver in case.terms.known:
        yield safe("first_time")
    else:
        yield warning("first_time")
    yield safe("checksum")
    if event.token == "stETH":
        yield note("whole_shares", missing=event.units - event.arrived)
    if event.token.startswith("LP:"):
        yield note("pool_part_goes")


__all__ = ["of_send"]
