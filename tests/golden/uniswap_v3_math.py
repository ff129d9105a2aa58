"""Adapter: the mathematics under Uniswap V3, function by function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.protocols import concentrated
from lstwallet.protocols.concentrated import prices
from lstwallet.units import wide
from tests.golden.replay import Checked, checked, numbers, tried

Case = dict[str, Any]


def between(case: Case, floor: Callable[..., int], ceil: Callable[..., int]) -> int:
    """The amount between two prices, rounded as the case says."""
    amount = ceil if case["round_up"] else floor
    return amount(case["sqrt_a"], case["sqrt_b"], case["liquidity"])


def signed(case: Case, amount: Callable[[int, int, int], int]) -> int:
    return amount(case["sqrt_a"], case["sqrt_b"], case["liquidity"])


def moved(case: Case, price_after: Callable[[int, int, int, bool], int], amount: str) -> int:
    return price_after(case["sqrt_p"], case["liquidity"], case[amount], case["zero_for_one"])


def swap_step(case: Case) -> dict[str, int]:
    done = concentrated.step(
        case["sqrt_p"], case["sqrt_target"], case["liquidity"],
        case["amount_remaining"], case["fee_pips"],
    )  # fmt: skip
    return {
        "sqrt_next": done.price,
        "amount_in": done.amount_in,
        "amount_out": done.amount_out,
        "fee_amount": done.fee,
    }


FUNCTIONS: Final[dict[str, Callable[[Case], Any]]] = {
    "getSqrtRatioAtTick": lambda case: concentrated.price_at(case["tick"]),
    "getTickAtSqrtRatio": lambda case: concentrated.tick_at(case["sqrt_price_x96"]),
    "getAmount0Delta": lambda case: between(case, prices.amount_0_floor, prices.amount_0_ceil),
    "getAmount1Delta": lambda case: between(case, prices.amount_1_floor, prices.amount_1_ceil),
    "getAmount0Delta_signed": lambda case: signed(case, prices.signed_amount_0),
    "getAmount1Delta_signed": lambda case: signed(case, prices.signed_amount_1),
    "getNextSqrtPriceFromInput": lambda case: moved(case, prices.price_after_input, "amount_in"),
    "getNextSqrtPriceFromOutput": lambda case: moved(case, prices.price_after_output, "amount_out"),
    "computeSwapStep": swap_step,
    "mulDiv": lambda case: wide.mul_div_floor(case["a"], case["b"], case["denominator"]),
    "mulDivRoundingUp": lambda case: wide.mul_div_ceil(case["a"], case["b"], case["denominator"]),
}


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every case."""
    for index, raw in enumerate(document["cases"]):
        case = numbers(raw)
        answer = tried(lambda case=case: FUNCTIONS[case["fn"]](case))  # type: ignore[misc]
        revert = case.get("revert")
        expected = case["return"] if revert is None else {"revert": revert}
        yield checked(str(index), case["fn"], {"return": expected}, {"return": answer})
