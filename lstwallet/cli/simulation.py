"""``lstwallet simulate``: a world without a window."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import MAXYEAR
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.app import door, safe
from lstwallet.app.door.portfolio import read_portfolio
from lstwallet.app.holdings import tried
from lstwallet.cli.sentences import Stop
from lstwallet.engine import kernel
from lstwallet.engine.kernel import Command, Event
from lstwallet.engine.lending_view import account_of
from lstwallet.engine.pools_facts import STABLE, TOKENS, Swapped
from lstwallet.engine.pools_view import lp_supply, pool_price, pool_reserves, pools_of
from lstwallet.engine.refusals import BelowMinimum, Refusal
from lstwallet.engine.rocketpool import burnable, reth_rate
from lstwallet.engine.staking import steth_for_shares, steth_rate
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.ledger.entries import SUPPLY
from lstwallet.market.accounts import ARBITRAGE, REDEEMER
from lstwallet.market.driver import SEEDED, Driver, MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.protocols import lending
from lstwallet.readmodel.portfolio import holdings
from lstwallet.store import codec, journal
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.units.amount import format_exact
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY, iso, parse_iso

CROWD: Final = "crowd:"
ARBITRAGEURS: Final = (ARBITRAGE, REDEEMER)
ARBITRAGE_SWAPPED: Final = "ArbitrageSwapped"
"""How swaps of the arbitrageurs are counted, apart from other people's."""
USD: Final = 8
WAD: Final = 18
RAY: Final = 27
LAST_MOMENT: Final = parse_iso(f"{MAXYEAR}-12-31T23:59:59")
"""No date can be written after it."""


class Result(NamedTuple):
    """What became of a world."""

    world: World
    days: int
    counts: dict[str, int]
    """Events by kind."""


def simulate(
    days: int,
    seed: int,
    prices: Path | None,
    *,
    flows: bool,
    out: Path | None,
    portfolio: Path | None = None,
) -> Result:
    """Run a new world for ``days``, with an empty wallet or one that holds what the file
    ``portfolio`` says; with ``out`` into a new profile.

    The result does not depend on ``out``. Raises ``Stop``, ``FileRefused``, ``CatalogueError``
    or ``StoreError``.
    """
    if out is not None and not out.name:
        raise Stop(f"“{out}” names no file: say what the new profile is to be called.")
    market = MarketConfig(SEEDED if prices is None else door.read(prices, "prices")["text"], flows)
    try:
        world = genesis(seed, market=market)
    except Revert as error:
        if prices is None:
            raise
        problem = "at its first price nobody would lend what the world begins with"
        raise Stop(f"The price file cannot be used: {problem} ({error.reason}).") from error
    first = _first(world, portfolio)
    until = world.time + days * DAY
    if until > LAST_MOMENT:
        raise Stop(f"After {days} days the run would be beyond the year {MAXYEAR}.")
    if out is not None:
        return _into_profile(out, world, market, first, days, until)
    born, world = journal.birth(world)
    draft = Draft(world)
    counts = Counter([_kind(born)])
    for command in first:
        counts.update(map(_kind, kernel.handle(draft, command)))
    for step in Driver(market, seed).steps(draft, until):
        counts.update(map(_kind, step.events))
    return Result(draft.freeze(), days, dict(sorted(counts.items())))


def _first(world: World, portfolio: Path | None) -> tuple[Command, ...]:
    """What fills the wallet; tried on a copy, so that it is refused before a file is made."""
    if portfolio is None:
        return ()
    wanted = read_portfolio(portfolio)
    try:
        return (tried(world, wanted).batch,)
    except BelowMinimum as refusal:
        least = _amount(world, refusal.token, refusal.minimum)
        problem = f"a protocol takes no less than {least} {refusal.token}"
        raise Stop(f"{portfolio} cannot be used: {problem}.") from refusal
    except Refusal as refusal:
        problem = f"it cannot be had here ({type(refusal).__name__})"
        raise Stop(f"{portfolio} cannot be used: {problem}.") from refusal


def _into_profile(
    out: Path, world: World, market: MarketConfig, first: Sequence[Command], days: int, until: int
) -> Result:
    try:
        session = safe.begin_profile(out, world, market, name=out.stem)
    except StoreUnavailable as error:
        if error.trouble is not Trouble.MISSING:
            raise
        raise Stop(f"No file can be made at {out}: {error.detail}.") from error
    try:
        for command in first:
            assert session.execute(command).refusal is None
        session.advance(until)
        after = session.world
    finally:
        session.close()
    store = Store.open(out, key=safe.unlock(out), read_only=True)
    try:
        counts = Counter(map(_kind, _events(store)))
    finally:
        store.close()
    return Result(after, days, dict(sorted(counts.items())))


def _events(store: Store) -> Iterable[Event]:
    for row in store.rows():
        yield from map(codec.decode_event, row.events.split("\n"))


def _kind(event: Event) -> str:
    if type(event) is Swapped and event.account in ARBITRAGEURS:
        return ARBITRAGE_SWAPPED
    return type(event).__name__


# --- what is printed ---------------------------------------------------------------------------


def as_json(result: Result) -> str:
    """The six fixed keys; amounts are decimal texts in whole tokens."""
    world = result.world
    return json.dumps(
        {
            "world_hash": codec.world_hash(world),
            "seed": world.seed,
            "days": result.days,
            "events": result.counts,
            "balances": balances(world),
            "positions": positions(world),
        },
        indent=2,
    )


def balances(world: World) -> dict[str, dict[str, str]]:
    """Wallet and protocol accounts → token → amount; stETH as amounts, not shares."""
    found: dict[str, dict[str, str]] = {YOU: {}}
    for (account, token), units in sorted(world.balances.items()):
        if not account.startswith((CROWD, SUPPLY)):
            found.setdefault(account, {})[token] = _amount(world, token, units)
    return found


def _amount(world: World, token: str, units: int) -> str:
    if token == "stETH":
        units = steth_for_shares(world, units)
    known = world.tokens.get(token)
    return format_exact(units, known.decimals if known is not None else WAD)


def positions(world: World) -> dict[str, Any]:
    """What you hold, and the totals of every protocol."""
    beacon, staking = world.beacon, world.staking
    open_tickets = [ticket for ticket in world.tickets.values() if not ticket.finalised]
    return {
        YOU: _yours(world),
        "lido": {
            "ether": format_exact(staking.pool.ether, WAD),
            "shares": format_exact(staking.pool.shares, WAD),
            "ether_per_share": format_exact(steth_rate(world), RAY),
            "wsteth": format_exact(staking.wrapper.supply, WAD),
            "waiting": format_exact(sum(ticket.request.steth for ticket in open_tickets), WAD),
            "tickets_waiting": len(open_tickets),
        },
        "beacon": {"active": format_exact(beacon.active, 9)},
        "lending": {
            config.symbol: _reserve(world, place)
            for place, config in enumerate(world.lending.parameters.configs)
        },
        "rocketpool": _rocketpool(world),
        "pools": {pool: _pool(world, pool) for pool in pools_of(world)},
    }


def _rocketpool(world: World) -> dict[str, Any]:
    rocket = world.rocketpool
    if rocket is None:
        return {}
    return {
        "ether": format_exact(rocket.pool.reported.ether, WAD),
        "supply": format_exact(rocket.pool.supply, WAD),
        "ether_per_reth": format_exact(reth_rate(world), WAD),
        "collateral": format_exact(rocket.pool.collateral, WAD),
        "deposit_pool": format_exact(rocket.pool.deposits, WAD),
        "burnable": format_exact(burnable(world), WAD),
        "minipools": rocket.minipools.number,
        "minipools_waiting": rocket.waiting,
    }


def _yours(world: World) -> dict[str, Any]:
    rows = holdings(world, YOU)
    found: dict[str, Any] = {
        row.key: {
            "amount": format_exact(row.units, _decimals(world, row.token)),
            "usd": format_exact(row.usd, USD),
        }
        for row in rows
    }
    found["net_worth_usd"] = format_exact(sum(row.usd for row in rows), USD)
    if YOU in world.positions:
        health = account_of(world, YOU).health_factor
        found["health_factor"] = (
            None if health == lending.NO_DEBT else format_exact(health, WAD)
        )
    return found


def _decimals(world: World, token: str) -> int:
    known = world.tokens.get(token)
    return known.decimals if known is not None else WAD


def _reserve(world: World, place: int) -> dict[str, str]:
    config, reserve = world.lending.parameters.configs[place], world.lending.reserves[place]
    rules = lending.RULES[world.lending.parameters.rules]
    now, decimals = world.time, _decimals(world, config.symbol)
    supplied = lending.supply_balance(reserve, reserve.supply_scaled, now, rules)
    borrowed = lending.debt_balance(reserve, reserve.debt_scaled, now, rules)
    return {
        "supplied": format_exact(supplied, decimals),
        "borrowed": format_exact(borrowed, decimals),
        "available": format_exact(reserve.liquidity, decimals),
        "supply_rate": format_exact(reserve.liquidity_rate, RAY),
        "borrow_rate": format_exact(reserve.borrow_rate, RAY),
    }


def _pool(world: World, pool: str) -> dict[str, str]:
    first, second = TOKENS[pool]
    held = pool_reserves(world, pool)
    price = format_exact(pool_price(world, pool), WAD if pool in STABLE else USD)
    return {
        first: format_exact(held[0], _decimals(world, first)),
        second: format_exact(held[1], _decimals(world, second)),
        "price": price,
        "lp": format_exact(lp_supply(world, pool), _decimals(world, f"LP:{pool}")),
    }


def as_text(result: Result) -> str:
    """The same for a person."""
    world = result.world
    lines = [
        f"{result.days} days with seed {world.seed}, up to {iso(world.time)}",
        f"world hash {codec.world_hash(world)}",
        "",
        "Events",
        *(f"  {kind:24} {count:>10,}" for kind, count in result.counts.items()),
    ]
    for title, table in (("Balances", balances(world)), ("Positions", positions(world))):
        lines += ["", title, *_indented(table, "  ")]
    return "\n".join(lines)


def _indented(table: dict[str, Any], indent: str) -> list[str]:
    lines = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}", *_indented(value, indent + "  ")]
        else:
            lines.append(f"{indent}{key:24} {'–' if value is None else value}")
    return lines
