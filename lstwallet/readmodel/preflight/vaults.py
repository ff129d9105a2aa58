"""Rules for vaults: the fee, where the money goes, and what may keep it there."""

from __future__ import annotations

from collections.abc import Iterator

from lstwallet.engine.lending_view import reserve_token
from lstwallet.engine.vaults_facts import VaultDeposited, VaultWithdrawn
from lstwallet.readmodel import lending, vaults
from lstwallet.readmodel.lending import NEAR_CAP, SUPPLY
from lstwallet.readmodel.preflight.borrowing import SCARCE
from lstwallet.readmodel.preflight.records import Case, Finding, note, safe, warning
from lstwallet.units.fixed import WAD


def of_put_in(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Supply / withdraw: "funds are lent out; caps at 98 % warn"; the fee."""
    event = next((each for each in case.events if isinstance(each, VaultDeposited)), None)
    if event is None:
        return
    offer = vaults.offer(case.end, case.call.token)
    yield note("vault_fee", share=offer.fee / WAD)
    yield _lent_out(case)
    used = lending.cap_used(case.end, case.call.token, SUPPLY)
    if used is not None:
        fired = warning if used >= NEAR_CAP else safe
        yield fired("cap", kind=SUPPLY, share=used / WAD)
    yield safe("vault_rounding", token=reserve_token(event.token))


def of_take_out(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Supply / withdraw: "funds are lent out" (refused where they all are)."""
    if any(isinstance(each, VaultWithdrawn) for each in case.events):
        yield _lent_out(case, leaving=True)


def of_gift(case: Case) -> Iterator[Finding]:
    """Nothing comes back for it."""
    yield warning("vault_gift")


def _lent_out(case: Case, *, leaving: bool = False) -> Finding:
    token = reserve_token(case.call.token)
    rows = lending.markets(case.end, case.account)
    used = next(row.utilisation for row in rows if row.token == token) / WAD
    return (warning if used >= SCARCE and not leaving else safe)("lent_out", share=used)


__all__ = ["of_gift", "of_put_in", "of_take_out"]
