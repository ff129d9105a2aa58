"""A small world for tests of staking: a chain, a pool on it, and funded accounts."""

from __future__ import annotations

from typing import Any

from lstwallet.engine import agenda, kernel, shadows, staking, validators
from lstwallet.engine.prices import Prices
from lstwallet.engine.staking_facts import (
    DEFAULT_OPERATORS,
    Rules,
    StakingBlueprint,
)
from lstwallet.engine.validators_facts import BeaconBlueprint
from lstwallet.engine.world import Draft, World
from lstwallet.ledger.entries import Entry, mint, post
from lstwallet.protocols.lido import Fees
from lstwallet.units.amount import Token

ETH = 10**18
GWEI_ETH = 10**9
NOON = 1_767_268_800
"""2026-01-01T12:00:00Z."""
NOW = NOON - 6 * 3_600
TOKENS = {name: Token(name, 18) for name in ("ETH", "WETH", "stETH", "wstETH")}
RULES = Rules(
    fees=Fees(10**19, 5 * 10**18),
    max_rebase=750_000,
    request_margin=7_680,
    report_delay=1_440,
    exits_per_day=1_800,
    deposits_per_day=1_800,
    reserve=0,
)
POOL = StakingBlueprint(
    rules=RULES,
    ether=9_000_000 * ETH,
    shares=7_500_000 * ETH,
    buffer=100 * ETH,
    waiting=0,
    operators=DEFAULT_OPERATORS,
    holder="crowd:holders",
    holdings=(),
    elsewhere=0,
)
CHAIN = BeaconBlueprint(
    active=36_000_000 * GWEI_ETH,
    entry_queue=0,
    exit_queue=0,
    sweep_epochs=567,
    participation=10_000,
    execution=0,
)
YOUR_ETH = 10_000 * ETH


def world_of(
    pool: StakingBlueprint = POOL, chain: BeaconBlueprint = CHAIN, *more: Entry, at: int = NOW
) -> World:
    """A world at ``at``; ``you`` have 10,000 ETH. Lending and pools are not part of it."""
    beacon, beacon_entry = validators.found(chain, at)
    founded = staking.found(pool, beacon, at)
    balances: dict[tuple[str, str], int] = {}
    for entry in (beacon_entry, founded.entry, mint("ETH", YOUR_ETH, "you"), *more):
        post(balances, entry)
    absent: Any = None
    return World(
        at, 0, 7, at, TOKENS, Prices(3_000 * 10**8, 10**8), founded.staking, beacon,
        absent, absent, balances, {ticket.id: ticket for ticket in founded.tickets}, {}, {},
    )  # fmt: skip


def run(draft: Draft, until: int) -> list[Any]:
    """Everything that falls due up to and including ``until``."""
    events: list[Any] = []
    while True:
        item = next_due(draft)
        if item is None or item.at > until:
            break
        draft.time = max(draft.time, item.at)
        events.extend(kernel.handle(draft, item.command))
    draft.time = until
    assert_sound(draft)
    return events


def next_due(draft: Draft) -> agenda.Due | None:
    """The next item of the areas that this world has."""
    areas = (staking, validators, shadows)
    items = [agenda.Due(*found) for area in areas if (found := area.due(draft))]
    return min(items, key=lambda item: item.at, default=None)


def assert_sound(draft: Draft) -> None:
    """No invariant of the areas is broken."""
    wrong = [*staking.audit(draft), *validators.audit(draft), *shadows.audit(draft)]
    assert not wrong, wrong


def only(events: Any, kind: type) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if type(event) is kind]
