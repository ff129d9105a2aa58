"""Ethereum's fee market: the base fee of EIP-1559, the gas limit's bound, the blob gas price.

    base fee   = before ± before · |gas used − target| / target / 8    (each rounded down)
    blob price = e^(excess blob gas / 5,007,716)                       (each term rounded down)

The story: a block aims at half its gas limit. A fuller one raises the next block's base
fee by up to an eighth and by at least one wei, an emptier one lowers it by up to an
eighth, rounded down. The base fee is burnt; what is paid on top is the proposer's.

Source: ethereum/execution-specs ``prague/fork.py`` (``calculate_base_fee_per_gas``,
``check_gas_limit``) and ``prague/vm/gas.py`` (``calculate_blob_gas_price``,
``taylor_exponential``). Fees are wei per gas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lstwallet.units.checked import require
from lstwallet.units.fixed import div_floor, mul_div_floor

GWEI: Final = 10**9
"""Wei."""
ELASTICITY: Final = 2
"""A block may use this many times its target (``ELASTICITY_MULTIPLIER``)."""
CHANGE_DENOMINATOR: Final = 8
"""A full block raises the base fee by this part of it (``BASE_FEE_MAX_CHANGE_DENOMINATOR``)."""
LIMIT_QUOTIENT: Final = 1_024
"""A gas limit moves by less than this part (``GAS_LIMIT_ADJUSTMENT_FACTOR``)."""
LOWEST_LIMIT: Final = 5_000
"""Gas (``GAS_LIMIT_MINIMUM``)."""
LOWEST_BLOB_PRICE: Final = 1
"""Wei per blob gas (``MIN_BLOB_GASPRICE``)."""
BLOB_FRACTION: Final = 5_007_716
"""Excess blob gas that multiplies the price by e (``BLOB_BASE_FEE_UPDATE_FRACTION``, Prague)."""
TRANSACTION_GAS: Final = 21_000
"""What every transaction costs before it does anything (``TX_BASE_COST``)."""
INVALID: Final = "InvalidBlock"


def is_limit_allowed(limit: int, parent_limit: int) -> bool:
    """Whether a block may have this gas limit after a parent with that one."""
    step = div_floor(parent_limit, LIMIT_QUOTIENT)
    return abs(limit - parent_limit) < step and limit >= LOWEST_LIMIT


def next_base_fee(limit: int, parent_limit: int, parent_used: int, parent_fee: int) -> int:
    """The base fee of the block after its parent, in wei per gas.

    Raises ``Revert`` when the gas limit may not follow the parent's.
    """
    require(is_limit_allowed(limit, parent_limit), INVALID)
    target = div_floor(parent_limit, ELASTICITY)
    off_target = mul_div_floor(parent_fee, abs(parent_used - target), target)
    step = div_floor(off_target, CHANGE_DENOMINATOR)
    if parent_used > target:
        return parent_fee + max(step, 1)
    return parent_fee - step


def base_fees(limit: int, first: int, used: Iterable[int]) -> Iterator[int]:
    """The base fee after each of these blocks, all with one gas limit."""
    fee = first
    for gas in used:
        fee = next_base_fee(limit, limit, gas, fee)
        yield fee


def fake_exponential(factor: int, numerator: int, denominator: int) -> int:
    """``factor × e^(numerator / denominator)`` by Taylor's series, every term rounded down.

    Raises ``Revert`` for a denominator of zero.
    """
    term, terms, place = factor * denominator, 0, 1
    while term > 0:
        terms += term
        term = mul_div_floor(term, numerator, denominator * place)
        place += 1
    return div_floor(terms, denominator)


def blob_price(excess: int) -> int:
    """What a unit of blob gas costs, in wei, with this much gas over the target so far."""
    return fake_exponential(LOWEST_BLOB_PRICE, excess, BLOB_FRACTION)


def fee(gas: int, base_fee: int, tip: int) -> tuple[int, int]:
    """(burnt, paid to the proposer) in wei for ``gas`` units."""
    return gas * base_fee, gas * tip


__all__ = [
    "GWEI", "TRANSACTION_GAS", "base_fees", "blob_price", "fake_exponential", "fee",
    "is_limit_allowed", "next_base_fee",
]  # fmt: skip
