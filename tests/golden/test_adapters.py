"""Adapters where no public case goes: who pays first, who liquidates himself, what is not asked."""

from __future__ import annotations

import pytest

from lstwallet.protocols import lending
from lstwallet.units.checked import MAX_UINT256, Revert
from tests.golden import aave_v3, aave_v3_math
from tests.golden.uniswap_v2 import CANNOT_PAY, Book

CURVE = {
    "optimal_usage_bps": 9_000,
    "base_rate_bps": 100,
    "slope1_bps": 400,
    "slope2_bps": 6_000,
}


def test_the_router_pays_before_the_pair_has_a_say() -> None:
    book = Book(False, [10**6, 10**6], ["alice", "bob"])
    with pytest.raises(Revert, match=CANNOT_PAY):
        book.op_router_addLiquidity("alice", [MAX_UINT256, MAX_UINT256], [0, 0])
    book.op_router_addLiquidity("alice", [10**5, 10**5], [0, 0])
    with pytest.raises(Revert, match=CANNOT_PAY):  # the pair would say OVERFLOW
        book.op_router_swapExactTokensForTokens("bob", 0, 2**112, 0)
    with pytest.raises(Revert, match="UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT"):
        book.op_router_swapExactTokensForTokens("bob", 0, 2**112, 10**6)
    with pytest.raises(Revert, match="UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT"):
        book.op_router_swapExactTokensForTokens("bob", 0, 1, 0)
    assert book.wallet["bob"] == [10**6, 10**6]


def test_without_debt_the_rate_strategy_does_not_look_at_what_is_there() -> None:
    case = {
        "fn": "calculateInterestRates",
        **CURVE,
        "virtual_underlying_balance": 5,
        "liquidity_added": 0,
        "liquidity_taken": 6,
        "reserve_factor_bps": 0,
        "deficit_unbacked": 0,
        "total_debt": 0,
    }
    assert aave_v3_math.compute(case)["variable_borrow_rate"] == 100 * lending.BPS_TO_RAY
    with pytest.raises(Revert, match="Panic"):
        aave_v3_math.compute({**case, "total_debt": 1})


def scene(rules: lending.Rules) -> aave_v3.Scene:
    """One reserve of dollars, with which alice leads herself into danger."""
    reserve = {
        "symbol": "USDC", "decimals": 6, "ltv_bps": 7_500, "liquidation_threshold_bps": 7_800,
        "liquidation_bonus_bps": 10_500, "liquidation_protocol_fee_bps": 1_000,
        "reserve_factor_bps": 1_000, "supply_cap_tokens_0_is_none": 0,
        "borrow_cap_tokens_0_is_none": 0, "borrowing_enabled": True, "price_1e8": 10**8, **CURVE,
    }  # fmt: skip
    stage = aave_v3.Scene(
        {
            "reserves": [reserve],
            "emodes": [],
            "initial_timestamp": 1,
            "initial_wallet": [10**12],
        },
        rules,
    )
    aave_v3.supply(stage, "alice", {"reserve": 0, "amount": 10**10, "on_behalf_of": "alice"})
    aave_v3.borrow(stage, "alice", {"reserve": 0, "amount": 75 * 10**8})
    stage.now = 1 + 3 * 31_536_000
    return stage


HERSELF = {
    "borrower": "alice", "collateral": 0, "debt": 0, "debt_to_cover": 10**9, "receive_aToken": True,
}  # fmt: skip


def test_who_liquidates_herself_keeps_her_supply_but_for_the_fee() -> None:
    stage = scene(lending.V3_0_2)
    # Debt compounds above what supply earns: help it with a higher debt.
    alice = stage.users["alice"]
    stage.users["alice"] = alice._replace(borrowed=(8 * 10**9,))
    done = aave_v3.liquidate(stage, "alice", HERSELF)
    after, treasury = stage.users["alice"], stage.users[aave_v3.TREASURY]
    assert done.fee_scaled > 0
    assert after.supplied[0] == 10**10 - done.fee_scaled
    assert treasury.supplied[0] == done.fee_scaled
    assert after.collateral == (True,)
    assert after.borrowed[0] < 8 * 10**9


def test_in_the_newer_rules_nobody_does() -> None:
    with pytest.raises(Revert, match="SelfLiquidation"):
        aave_v3.liquidate(scene(lending.V3_6), "alice", HERSELF)


def test_a_liquidator_may_pay_with_what_she_gets() -> None:
    """Collateral and debt are one token: it is paid out before the debt is taken in."""
    stage = scene(lending.V3_0_2)
    stage.users["alice"] = stage.users["alice"]._replace(borrowed=(8 * 10**9,))
    stage.user("bob")
    stage.balances["bob", "0"] = 0
    done = aave_v3.liquidate(stage, "bob", {**HERSELF, "receive_aToken": False})
    assert stage.balances["bob", "0"] == done.collateral - done.debt > 0
