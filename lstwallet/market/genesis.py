"""From the catalogue to a new world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lstwallet.engine import genesis as engine
from lstwallet.engine import lending
from lstwallet.engine.genesis import Blueprint, Purse
from lstwallet.engine.guards import FoundGuards
from lstwallet.engine.lending_facts import Feed, LendingBlueprint, Loan
from lstwallet.engine.pools_facts import PoolsBlueprint
from lstwallet.engine.prices import Prices
from lstwallet.engine.staking_facts import DEFAULT_OPERATORS, Holding, Rules, StakingBlueprint
from lstwallet.engine.validators_facts import BeaconBlueprint
from lstwallet.engine.world import World
from lstwallet.market import catalogue as catalogues
from lstwallet.market import concentrated, restaking, rocketpool, vaults
from lstwallet.market.accounts import HOLDERS, PROVIDER
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.crowd import Crowd
from lstwallet.market.driver import MarketConfig, price_table
from lstwallet.market.network import network_of
from lstwallet.protocols.consensus import EPOCHS_PER_YEAR
from lstwallet.protocols.lending import EMode, RateCurve, ReserveConfig
from lstwallet.protocols.lido import Fees
from lstwallet.units.amount import Token
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import WAD, div_ceil, div_floor, mul_div_ceil, mul_div_floor

TOKENS: Final[Mapping[str, Token]] = {
    symbol: Token(symbol, decimals)
    for symbol, decimals in (
        ("ETH", 18), ("WETH", 18), ("USDC", 6), ("stETH", 18), ("wstETH", 18),
        ("aWETH", 18), ("awstETH", 18), ("aUSDC", 6),
        ("dWETH", 18), ("dwstETH", 18), ("dUSDC", 6),
        ("LP:steth_eth", 18), ("LP:usdc_eth", 12), ("rETH", 18), ("LP:reth_eth", 18),
        ("vWETH", 18), ("vwstETH", 18),
    )
}  # fmt: skip
"""Every token of the ledger. The LP token of the pair is the root of wei times USDC units."""
RESERVES: Final = (("WETH", 18, "eth"), ("wstETH", 18, "wsteth"), ("USDC", 6, "usdc"))
"""Symbol, decimals and price feed of every reserve, in the market's order."""
STETH: Final = "stETH"
STAKED: Final = (STETH, "wstETH")
"""Tokens that the staking pool gives out itself."""
CORRELATED: Final = (0, 1)
"""Places of WETH and wstETH: the efficiency mode of correlated assets."""
BPS: Final = 4
RAY: Final = 27
WHOLE: Final = 10_000
CAP_ABOVE: Final = (4, 3)
"""A supply cap that is too low for a seed's crowd stands a third above what that supplies."""
TINY_CROWD: Final = {
    "stakers": 4, "loopers": 4, "borrowers": 8, "lenders": 2, "traders": 3, "providers": 2,
}  # fmt: skip

BUSY_EXIT: Final = {
    "lido.state.waiting": 12_000, "pools.steth_eth.eth": 90_000, "pools.steth_eth.steth": 110_000,
}  # fmt: skip
"""Whole tokens: enough ahead in the queue that validators have to leave, and a pool that others
have sold stETH into. Model parameters: a busy week, far from a crisis."""


def genesis(
    seed: int,
    start: SimTime | None = None,
    catalogue: Catalogue | None = None,
    market: MarketConfig | None = None,
) -> World:
    """A new world: the same for the same seed, start, catalogue and market.

    ``start`` is by default the catalogue's, or with recorded prices the moment of the first
    one. Raises ``CatalogueError`` or ``PriceTableError``.
    """
    return engine.found(blueprint(seed, start, catalogue, market))


def tiny(catalogue: Catalogue | None = None) -> Catalogue:
    """The catalogue with a small crowd and an empty queue: for tests and lessons."""
    counts = {f"crowd.accounts.{kind}": count for kind, count in TINY_CROWD.items()}
    return _changed(catalogue or catalogues.load(), {**counts, "lido.state.waiting": 0})


def busy_exit(catalogue: Catalogue | None = None) -> Catalogue:
    """``tiny``, on a day when many want out: a line in the queue and stETH below its rate."""
    return _changed(tiny(catalogue), {path: n * WAD for path, n in BUSY_EXIT.items()})


def _changed(catalogue: Catalogue, changes: Mapping[str, int]) -> Catalogue:
    """The catalogue with other numbers at some paths, in their own units."""
    numbers = dict(catalogue.numbers)
    for path, units in changes.items():
        numbers[path] = numbers[path]._replace(units=units)
    return Catalogue(numbers)


def blueprint(
    seed: int,
    start: SimTime | None = None,
    catalogue: Catalogue | None = None,
    market: MarketConfig | None = None,
) -> Blueprint:
    """All numbers that a world is founded from. Raises as ``genesis`` does."""
    numbers = catalogue or catalogues.load()
    table = price_table(market) if market is not None else None
    first = numbers.scaled("world.start.eth_usd", 8) if table is None else table.eth[0]
    usdc = numbers.scaled("world.start.usdc_usd", 8)
    if start is None:
        start = numbers.start() if table is None else table.begin
    crowd = Crowd(seed, numbers, first / usdc)
    traded = _pools(numbers, first, usdc)
    lent = _lending(numbers, crowd, first)
    owned = crowd.purses + tuple(Purse(*need) for need in lending.needed(lent))
    return Blueprint(
        time=start,
        seed=seed,
        tokens=TOKENS,
        prices=Prices(first, usdc),
        beacon=_beacon(numbers),
        staking=_staking(numbers, crowd, owned, traded.steth_shares),
        pools=traded,
        lending=lent,
        purses=tuple(purse for purse in owned if purse.token not in STAKED),
        spent=crowd.spent,
        waits=crowd.waits,
        rocketpool=rocketpool.blueprint(numbers),
        network=network_of(numbers, seed, start),
        guards=found_guards(numbers),
        vaults=vaults.founding(numbers),
        concentrated=concentrated.founding(numbers),
        restaking=restaking.founding(numbers),
    )


def _beacon(numbers: Catalogue) -> BeaconBlueprint:
    state, rewards = "ethereum.state", "ethereum.rewards"
    return BeaconBlueprint(
        active=numbers.scaled(f"{state}.staked", 9),
        entry_queue=numbers.scaled(f"{state}.entry_queue", 9),
        exit_queue=numbers.scaled(f"{state}.exit_queue", 9),
        sweep_epochs=numbers.scaled(f"{state}.sweep_epochs", 0),
        participation=numbers.scaled(f"{rewards}.participation", BPS),
        execution=div_floor(numbers.scaled(f"{rewards}.mev_and_tips", 18), EPOCHS_PER_YEAR),
    )


def _staking(
    numbers: Catalogue, crowd: Crowd, owned: tuple[Purse, ...], elsewhere: int
) -> StakingBlueprint:
    """The pool; everybody's stETH and wstETH at the first rate, the rest with ``HOLDERS``."""
    ether = numbers.scaled("lido.state.pooled", 18)
    rate = numbers.scaled("lido.state.ether_per_share", 18)
    shares = mul_div_floor(ether, WAD, rate)
    held = [*owned, *(Purse(who, "stETH", steth) for who, steth in crowd.waits)]
    return StakingBlueprint(
        rules=_rules(numbers),
        ether=ether,
        shares=shares,
        buffer=numbers.scaled("lido.state.buffer", 18),
        waiting=0,
        operators=DEFAULT_OPERATORS,
        holder=HOLDERS,
        holdings=tuple(
            Holding(who, token, mul_div_ceil(units, shares, ether) if token == STETH else units)
            for who, token, units in held
            if token in STAKED
        ),
        elsewhere=elsewhere,
    )


def found_guards(numbers: Catalogue) -> FoundGuards:
    """Lido's staking limit as the command that founds it."""
    limits = "lido.limits"
    return FoundGuards(
        numbers.scaled(f"{limits}.stake_limit", 18), numbers.scaled(f"{limits}.stake_refill", 0)
    )


def _rules(numbers: Catalogue) -> Rules:
    limits, fees = "lido.limits", "lido.fees"
    return Rules(
        fees=Fees(numbers.scaled(f"{fees}.total", 20), numbers.scaled(f"{fees}.operators", 20)),
        max_rebase=numbers.scaled(f"{limits}.max_positive_rebase", 9),
        request_margin=numbers.scaled(f"{limits}.request_margin", 0),
        report_delay=numbers.scaled(f"{limits}.report_delay", 0),
        exits_per_day=numbers.scaled(f"{limits}.exits_per_day", 0),
        deposits_per_day=numbers.scaled(f"{limits}.deposits_per_day", 0),
        reserve=numbers.scaled(f"{limits}.buffer_reserve", 18),
    )


def _lending(numbers: Catalogue, crowd: Crowd, eth_usd: int) -> LendingBlueprint:
    emode = "aave_v3.emode.eth_correlated"
    loans = crowd.deposits + crowd.loans
    return LendingBlueprint(
        configs=tuple(
            _roomy(_reserve(numbers, symbol, decimals, eth_usd), loans)
            for symbol, decimals, _ in RESERVES
        ),
        emodes=(
            EMode(
                number=1,
                ltv=numbers.scaled(f"{emode}.ltv", BPS),
                liquidation_threshold=numbers.scaled(f"{emode}.liquidation_threshold", BPS),
                liquidation_bonus=WHOLE + numbers.scaled(f"{emode}.liquidation_bonus", BPS),
                collateral=CORRELATED,
                borrowable=CORRELATED,
                ltv_zero=(),
            ),
        ),
        rules="aave-v3.6",
        feeds=tuple(Feed(source, 0) for _, _, source in RESERVES),
        loans=loans,
    )


def _roomy(reserve: ReserveConfig, loans: Sequence[Loan]) -> ReserveConfig:
    """The cap is above what the crowd supplies: a few seeds' borrowers pledge more than usual."""
    token = "ETH" if reserve.symbol == "WETH" else reserve.symbol
    supplied = sum(loan.supplied for loan in loans if loan.collateral == token)
    tokens = div_ceil(supplied, reserve.unit)
    if tokens <= reserve.supply_cap:
        return reserve
    return reserve._replace(supply_cap=mul_div_ceil(tokens, *CAP_ABOVE))


def _reserve(numbers: Catalogue, symbol: str, decimals: int, eth_usd: int) -> ReserveConfig:
    """A reserve; caps in dollars move with the first price of ETH, as what is supplied does."""
    path = f"aave_v3.reserve.{symbol}"
    usual = numbers.scaled("world.start.eth_usd", 8)
    first = eth_usd if symbol == "USDC" else usual
    return ReserveConfig(
        symbol=symbol,
        unit=int(10**decimals),
        ltv=numbers.scaled(f"{path}.ltv", BPS),
        liquidation_threshold=numbers.scaled(f"{path}.liquidation_threshold", BPS),
        liquidation_bonus=WHOLE + numbers.scaled(f"{path}.liquidation_bonus", BPS),
        protocol_fee=numbers.scaled(f"{path}.protocol_fee", BPS),
        reserve_factor=numbers.scaled(f"{path}.reserve_factor", BPS),
        supply_cap=mul_div_ceil(numbers.scaled(f"{path}.supply_cap", 0), first, usual),
        borrow_cap=mul_div_ceil(numbers.scaled(f"{path}.borrow_cap", 0), first, usual),
        borrowing_enabled=True,
        curve=RateCurve(
            optimal=numbers.scaled(f"{path}.optimal", RAY),
            base=numbers.scaled(f"{path}.base", RAY),
            slope1=numbers.scaled(f"{path}.slope1", RAY),
            slope2=numbers.scaled(f"{path}.slope2", RAY),
        ),
    )


def _pools(numbers: Catalogue, eth_usd: int, usdc_usd: int) -> PoolsBlueprint:
    """Both pools; the pair's ETH is worth its USDC at the first price, and is as much as the
    catalogue's USDC pays for at the catalogue's price."""
    steth = numbers.scaled("pools.steth_eth.steth", 18)
    rate = numbers.scaled("lido.state.ether_per_share", 18)
    usual = numbers.scaled("world.start.eth_usd", 8)
    usdc = mul_div_floor(numbers.scaled("pools.usdc_eth.usdc", 6), eth_usd, usual)
    shares = mul_div_floor(steth, WAD, rate)
    return PoolsBlueprint(
        provider=PROVIDER,
        eth=numbers.scaled("pools.steth_eth.eth", 18),
        steth_shares=shares,
        steth=mul_div_floor(shares, rate, WAD),
        amplification=numbers.scaled("pools.steth_eth.amplification", 0),
        fee=numbers.scaled("pools.steth_eth.fee", 10),
        offpeg=0,
        usdc=usdc,
        weth=mul_div_floor(usdc * 10**12, usdc_usd, eth_usd),
    )
