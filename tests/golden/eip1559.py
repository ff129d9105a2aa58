"""Adapter: the execution layer's base fee, block by block, and the blob gas price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.protocols import fee_market
from tests.golden.replay import Checked, checked, numbers, tried

Case = dict[str, Any]
SEQUENCE: Final = "base_fee_sequence"


def _base_fee(case: Case) -> int:
    return fee_market.next_base_fee(
        case["block_gas_limit"],
        case["parent_gas_limit"],
        case["parent_gas_used"],
        case["parent_base_fee_per_gas"],
    )


def _sequence(case: Case) -> list[int]:
    return list(
        fee_market.base_fees(case["gas_limit"], case["initial_base_fee"], case["gas_used"])
    )


FUNCTIONS: Final[dict[str, Callable[[Case], Any]]] = {
    "calculate_base_fee_per_gas": _base_fee,
    "calculate_blob_gas_price": lambda case: fee_market.blob_price(case["excess_blob_gas"]),
    SEQUENCE: _sequence,
}


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every case; a sequence is one operation, compared fee by fee."""
    for place, raw in enumerate(document["cases"]):
        case, fn = numbers(raw), raw["fn"]
        answer = "base_fee_after_each" if fn == SEQUENCE else "return"
        expected = {"revert": raw["revert"]} if "revert" in raw else raw[answer]
        computed = tried(lambda case=case, fn=fn: FUNCTIONS[fn](case))  # type: ignore[misc]
        yield checked(str(place), fn, expected, computed)
