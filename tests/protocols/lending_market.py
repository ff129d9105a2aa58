"""A small lending market for tests: WETH, USDC and wstETH, one e-mode."""

from __future__ import annotations

from typing import Final

from lstwallet.protocols.lending import (
    BPS_TO_RAY,
    V3_6,
    EMode,
    Market,
    Position,
    RateCurve,
    ReserveConfig,
    Rules,
    borrow,
    empty_position,
    open_market,
    supply,
)

START: Final = 1_700_000_000
WETH: Final = 0
USDC: Final = 1
WSTETH: Final = 2
ETHER: Final = 10**18
DOLLAR: Final = 10**6
USD: Final = 10**8
"""One dollar in the base currency."""


def curve(optimal: int, base: int, slope1: int, slope2: int) -> RateCurve:
    """A rate curve from basis points."""
    return RateCurve(*(bps * BPS_TO_RAY for bps in (optimal, base, slope1, slope2)))


WETH_CONFIG: Final = ReserveConfig(
    "WETH", ETHER, 8_000, 8_300, 10_500, 1_000, 1_500, 0, 0, True, curve(9_000, 0, 300, 8_000)
)
USDC_CONFIG: Final = ReserveConfig(
    "USDC", DOLLAR, 7_500, 7_800, 10_450, 2_000, 1_000, 0, 0, True, curve(9_000, 0, 600, 4_000)
)
WSTETH_CONFIG: Final = ReserveConfig(
    "wstETH", ETHER, 7_800, 8_100, 10_600, 0, 3_500, 0, 0, False, curve(8_000, 50, 100, 4_000)
)
ETH_MODE: Final = EMode(1, 9_300, 9_500, 10_100, (WETH, WSTETH), (WETH,), ())


def market(
    *,
    weth: ReserveConfig = WETH_CONFIG,
    usdc: ReserveConfig = USDC_CONFIG,
    emodes: tuple[EMode, ...] = (ETH_MODE,),
    eth_usd: int = 2_000 * USD,
    rules: Rules = V3_6,
) -> Market:
    """An empty market at ``START``; wstETH is worth 1.2 ETH."""
    configs = (weth, usdc, WSTETH_CONFIG)
    prices = (eth_usd, USD, eth_usd * 12 // 10)
    return open_market(configs, emodes, rules.name, prices, START)


def priced(of: Market, eth_usd: int) -> Market:
    """The market at another price of ETH."""
    return Market(of.parameters, of.reserves, (eth_usd, USD, eth_usd * 12 // 10))


def stocked(**changes: object) -> Market:
    """A market in which others supplied 1,000 WETH, 2,000,000 USDC and 500 wstETH."""
    stock = market(**changes)  # type: ignore[arg-type]
    lender = empty_position(3)
    for place, amount in ((WETH, 1_000 * ETHER), (USDC, 2_000_000 * DOLLAR), (WSTETH, 500 * ETHER)):
        stock, lender, _ = supply(stock, place, lender, amount, START)
    return stock


def leveraged(supplied: int, borrowed: int, **changes: object) -> tuple[Market, Position]:
    """A stocked market, and a position with wei supplied and units of USDC borrowed."""
    stock, position, _ = supply(stocked(**changes), WETH, empty_position(3), supplied, START)
    moved = borrow(stock, USDC, position, borrowed, START)
    return moved.market, moved.position
