"""Rules for minting and burning rETH."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lstwallet.engine.pools_facts import RETH_ETH, Swap, Swapped
from lstwallet.engine.quotes import preview
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.rocketpool import RethBurned, RethMinted
from lstwallet.readmodel import rocketpool as reading
from lstwallet.readmodel.preflight.records import Case, Finding, note, safe, warning
from lstwallet.units.fixed import WAD

WORTH_A_WORD: Final = 0.0001
"""A difference below one basis point is not told."""
SCARCE: Final = 0.05
"""Below this collateral rate (half of the target) leaving is a matter of luck: our own choice."""


def of_mint(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Stake: "a note if the market sells the LST below mint rate"; exit options."""
    event = next((each for each in case.events if isinstance(each, RethMinted)), None)
    offer = reading.offer(case.end)
    if event is None or offer is None:
        return
    edge = reading.market_edge(case.before, case.account, event.amount, event.reth)
    if edge is None:
        yield safe("market_cheaper")
    else:
        yield note("market_cheaper", share=edge.discount / WAD, more=edge.more, token="rETH")
    yield note("deposit_fee", share=offer.deposit_fee / WAD)
    kind = warning if offer.collateral / WAD < SCARCE else note
    yield kind("burnable", amount=offer.burnable)
    yield safe("bonds_first", share=offer.bond / WAD)


def of_burn(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Unstake: the protocol's door and the market side by side."""
    event = next((each for each in case.events if isinstance(each, RethBurned)), None)
    if event is None:
        return
    sale = Swap(case.account, RETH_ETH, "rETH", event.reth, 0, "ETH")
    try:
        events = preview(case.start, sale).events
    except Refusal:  # more than the pool could answer: no better way then
        events = ()
    got = next((each.received for each in events if isinstance(each, Swapped)), 0)
    more = got / event.ether - 1
    better = note if more > WORTH_A_WORD else safe
    yield better("market_pays_more", more=max(0, got - event.ether), share=more)
    yield safe("burns_at_rate")


__all__ = ["of_burn", "of_mint"]
