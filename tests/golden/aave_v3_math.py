"""Adapter: the mathematics under Aave v3.6, function by function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.protocols import lending
from lstwallet.protocols.lending import BPS_TO_RAY, V3_6, RateCurve
from lstwallet.protocols.lending.rates import available_after
from lstwallet.units import word
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import RAY
from lstwallet.units.interest import grow_linear
from tests.golden.replay import Checked, as_revert, checked, numbers

Case = dict[str, Any]


def interest_rates(case: Case) -> dict[str, int]:
    """Both rates for the liquidity before a movement, and the movement."""
    names = ("optimal_usage_bps", "base_rate_bps", "slope1_bps", "slope2_bps")
    liquidity = 0
    if case["total_debt"]:  # without debt the strategy does not look at what is there
        liquidity = available_after(
            case["virtual_underlying_balance"], case["liquidity_added"], case["liquidity_taken"]
        )
    rates = lending.interest_rates(
        RateCurve(*(case[name] * BPS_TO_RAY for name in names)),
        case["reserve_factor_bps"],
        case["total_debt"],
        liquidity,
        case["deficit_unbacked"],
    )
    return {"liquidity_rate": rates.liquidity, "variable_borrow_rate": rates.borrow}


AMOUNT_AND_INDEX: Final[dict[str, Callable[[int, int], int]]] = {
    "getATokenMintScaledAmount": V3_6.mint_supply,
    "getATokenBurnScaledAmount": V3_6.burn_supply,
    "getATokenTransferScaledAmount": V3_6.burn_supply,
    "getATokenBalance": V3_6.supply_balance,
    "getVTokenMintScaledAmount": V3_6.mint_debt,
    "getVTokenBurnScaledAmount": V3_6.burn_debt,
    "getVTokenBalance": V3_6.debt_balance,
}
TWO: Final[dict[str, Callable[[int, int], int]]] = {
    "wadMul": word.wad_mul,
    "wadDiv": word.wad_div,
    "rayMul": word.ray_mul,
    "rayMulFloor": word.ray_mul_floor,
    "rayMulCeil": word.ray_mul_ceil,
    "rayDiv": word.ray_div,
    "rayDivFloor": word.ray_div_floor,
    "rayDivCeil": word.ray_div_ceil,
    "percentMul": word.percent_mul,
    "percentMulFloor": word.percent_mul_floor,
    "percentMulCeil": word.percent_mul_ceil,
    "percentDiv": word.percent_div,
    "percentDivCeil": word.percent_div_ceil,
}
INTEREST: Final[dict[str, Callable[[int, int, int], int]]] = {
    "calculateLinearInterest": grow_linear,
    "calculateCompoundedInterest": V3_6.compound,
}


def compute(case: Case) -> Any:
    """The value of one case; raises ``Revert``, or ``KeyError`` for an unknown function."""
    fn = case["fn"]
    if fn in TWO:
        return TWO[fn](case["a"], case["b"])
    if fn in AMOUNT_AND_INDEX:
        return AMOUNT_AND_INDEX[fn](case["amount"], case["index"])
    if fn in INTEREST:
        return INTEREST[fn](RAY, case["rate"], case["elapsed"])
    if fn == "mulDivCeil":
        return word.mul_div_ceil(case["a"], case["b"], case["c"])
    if fn == "calculateInterestRates":
        return interest_rates(case)
    return {"rayToWad": word.ray_to_wad, "wadToRay": word.wad_to_ray}[fn](case["a"])


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every case."""
    for index, raw in enumerate(document["cases"]):
        case = numbers(raw)
        try:
            answer = {"return": compute(case)}
        except Revert as refused:
            answer = as_revert(refused)
        revert = case.get("revert")
        expected = {"return": case["return"]} if revert is None else {"revert": revert}
        yield checked(str(index), case["fn"], expected, answer)
