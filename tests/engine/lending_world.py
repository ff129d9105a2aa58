"""A world with a lending market and little else: ETH at 2,000, wstETH at 1.2 stETH."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from lstwallet.engine.lending import (
    LIQUIDATORS,
    Feed,
    LendingBlueprint,
    Loan,
    found,
    needed,
)
from lstwallet.engine.prices import USD, Prices
from lstwallet.engine.wallet import eth_into_weth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.ledger.entries import mint
from lstwallet.protocols import lido
from lstwallet.protocols.lending import EMode, ReserveConfig
from lstwallet.units.amount import Token
from tests.protocols.lending_market import (
    DOLLAR,
    ETH_MODE,
    ETHER,
    START,
    USDC_CONFIG,
    WETH_CONFIG,
    WSTETH_CONFIG,
)

LENDER: Final = "crowd:lenders"
FEEDS: Final = (Feed("eth", 0), Feed("fixed", USD), Feed("wsteth", 0))
STOCK: Final = (
    Loan(LENDER, "WETH", 1_000 * ETHER, "USDC", 0, 0),
    Loan(LENDER, "USDC", 2_000_000 * DOLLAR, "USDC", 0, 0),
    Loan(LENDER, "wstETH", 500 * ETHER, "USDC", 0, 0),
)


class StandIn(NamedTuple):
    """Of staking, lending needs the rate only."""

    pool: lido.Pool


def give(draft: Draft, account: str, token: str, units: int) -> None:
    """Tokens out of nothing; WETH with the ETH behind it."""
    if token == "WETH":
        draft.post(mint("ETH", units, account))
        draft.post(eth_into_weth(units, account, account))
    elif units:
        draft.post(mint(token, units, account))


def blueprint(
    *loans: Loan,
    weth: ReserveConfig = WETH_CONFIG,
    usdc: ReserveConfig = USDC_CONFIG,
    emodes: tuple[EMode, ...] = (ETH_MODE,),
) -> LendingBlueprint:
    """The usual market with more loans."""
    configs = (weth, usdc, WSTETH_CONFIG)
    return LendingBlueprint(configs, emodes, "aave-v3.6", FEEDS, (*STOCK, *loans))


def bare_world(feeds: tuple[Feed, ...] = FEEDS) -> Draft:
    """A world with nothing in it."""
    symbols = {"ETH": 18, "WETH": 18, "USDC": 6, "stETH": 18, "wstETH": 18}
    tokens = {symbol: Token(symbol, decimals) for symbol, decimals in symbols.items()}
    nothing: Any = None
    staking: Any = StandIn(lido.Pool(1_200 * ETHER, 1_000 * ETHER))
    world = World(
        time=START,
        events=0,
        seed=1,
        started=START,
        tokens=tokens,
        prices=Prices(2_000 * USD, USD),
        staking=staking,
        beacon=nothing,
        lending=nothing,
        pools=nothing,
        balances={},
        tickets={},
        validators={},
        positions={},
    )
    return Draft(world)


def lending_world(*loans: Loan, **changes: Any) -> Draft:
    """The usual market; you have 100 ETH and 20,000 USDC, liquidators a full purse."""
    draft, plan = bare_world(), blueprint(*loans, **changes)
    for account, token, units in needed(plan):
        give(draft, account, token, units)
    lending, positions, entry = found(plan, START, 2_000 * USD, USD, 12 * ETHER // 10)
    draft.lending = lending
    draft.writable("positions").update(positions)
    draft.post(entry)
    give(draft, YOU, "ETH", 100 * ETHER)
    give(draft, YOU, "USDC", 20_000 * DOLLAR)
    give(draft, LIQUIDATORS, "USDC", 50_000_000 * DOLLAR)
    give(draft, LIQUIDATORS, "WETH", 10_000 * ETHER)
    return draft
