"""Rules for ranges: whether it earns, and what moving prices do to it."""

from __future__ import annotations

from collections.abc import Iterator

from lstwallet.engine.concentrated_facts import TOKENS, RangeFunded
from lstwallet.readmodel import concentrated
from lstwallet.readmodel.preflight.records import Case, Finding, note, safe, warning


def of_fund(case: Case) -> Iterator[Finding]:
    """Out of range it earns nothing; in range it sells what rises and buys what falls."""
    event = next((each for each in case.events if isinstance(each, RangeFunded)), None)
    if event is None:
        return
    view = concentrated.row(case.end, event.range_id, event.range)
    if view.state == concentrated.INSIDE:
        yield safe("range_idle", token="")
    else:
        yield warning("range_idle", token=TOKENS[0 if view.state == concentrated.BELOW else 1])
    yield note("range_diverges", lower=view.lower, upper=view.upper)


__all__ = ["of_fund"]
