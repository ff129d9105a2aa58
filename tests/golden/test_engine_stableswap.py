"""Stableswap vector files through engine commands: the ledger ends where the contract did.

A share of stETH is worth exactly one wei here, so that its amounts are the file's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstwallet.engine import kernel, pools
from lstwallet.engine.pools import (
    LP,
    STETH_ETH,
    AddLiquidity,
    ClaimPoolFees,
    Pools,
    RampAmplification,
    RemoveExact,
    RemoveLiquidity,
    StablePool,
    Swap,
    UsdcPool,
)
from lstwallet.engine.refusals import NothingToDo, Refusal
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import mint
from lstwallet.protocols import constant_product, lido, stableswap
from lstwallet.units.newton import A_PRECISION
from tests.engine.pool_world import world_with
from tests.golden.replay import load, numbers

CASES = {
    case["id"]: case
    for case in load(Path(__file__).parent / "vectors" / "curve_stableswap_ng.json")["cases"]
}
TOKENS = ("ETH", "stETH")
PLENTY = 10**33
ONE_TO_ONE = lido.Pool(10**36, 10**36)


def commands_of(op: str, user: str, args: dict[str, Any]) -> list[Any]:
    """What a person of this world would ask for."""
    match op:
        case "exchange":
            i, j = args["i"], args["j"]
            return [Swap(user, STETH_ETH, TOKENS[i], args["dx"], args["min_dy"], TOKENS[j])]
        case "add_liquidity":
            first, second = args["amounts"]
            return [AddLiquidity(user, STETH_ETH, (first, second), args["min_mint"])]
        case "remove_liquidity":
            least = (args["min_amounts"][0], args["min_amounts"][1])
            out = RemoveLiquidity(user, STETH_ETH, args["burn"], "balanced", least)
            return [out, ClaimPoolFees()] if args["claim_admin_fees"] else [out]
        case "remove_liquidity_one_coin":
            least = (args["min_received"], 0) if args["i"] == 0 else (0, args["min_received"])
            mode: Any = TOKENS[args["i"]]
            return [RemoveLiquidity(user, STETH_ETH, args["burn"], mode, least)]
        case "remove_liquidity_imbalance":
            first, second = args["amounts"]
            return [RemoveExact(user, (first, second), args["max_burn"])]
        case "withdraw_admin_fees":
            return [ClaimPoolFees()]
        case "ramp_A":
            return [RampAmplification(args["future_A"], args["duration"])]
    assert op == "warp", op
    return []


def start(params: dict[str, Any]) -> Draft:
    """An empty pool on the case's terms, and three people with plenty."""
    amp = params["A"] * A_PRECISION
    empty = StablePool(
        0, 0, (0, 0), 0, stableswap.steady(amp),
        params["fee"], params["offpeg_fee_multiplier"], (0, 0),
    )  # fmt: skip
    area = Pools(empty, UsdcPool(constant_product.EMPTY, (0, 0)))
    entries = [mint(token, PLENTY, user) for token in TOKENS for user in ("alice", "bob", "carol")]
    return Draft(world_with(area, ONE_TO_ONE, *entries))


def attempt(draft: Draft, command: Any) -> Any:
    """What came out of a command: the number that the contract returns."""
    (event,) = kernel.handle(draft, command)
    match command:
        case Swap():
            return event.received
        case AddLiquidity():
            return event.minted
        case RemoveExact():
            return event.burned
        case RemoveLiquidity(mode="balanced"):
            return list(event.amounts)
        case RemoveLiquidity():
            return event.amounts[TOKENS.index(command.mode)]
    return None


@pytest.mark.parametrize("case_id", ["9", "12", "27"])
def test_a_whole_case_through_commands(case_id: str) -> None:
    case = CASES[case_id]
    draft = start(numbers(case["params"]))
    checked = 0
    for op in case["ops"]:
        draft.time = int(op["timestamp"])
        returned: list[Any] = []
        try:
            for command in commands_of(op["op"], op.get("user", ""), numbers(op["args"])):
                returned.append(attempt(draft, command))
        except NothingToDo:
            assert "revert" in op or op["op"] in ("withdraw_admin_fees", "remove_liquidity"), op
        except Refusal:
            assert "revert" in op, op
        else:
            assert "revert" not in op, op
        if op.get("return") is not None:
            assert returned[0] == numbers(op["return"]), op
        state = numbers(op["state"])
        assert list(pools.pool_reserves(draft, STETH_ETH)) == state["balances"]
        assert list(draft.pools.steth_eth.admin) == state["admin_balances"]
        assert draft.balance("pool:steth_eth", "ETH") == state["token_balances_of_pool"][0]
        assert draft.balance("pool:steth_eth", "stETH") == state["token_balances_of_pool"][1]
        assert pools.lp_supply(draft, STETH_ETH) == state["total_supply"]
        for user, lp in state["lp"].items():
            assert draft.balance(user, LP[STETH_ETH]) == lp
        if isinstance(state["virtual_price"], int):
            assert pools.virtual_price(draft) == state["virtual_price"]
        assert pools.audit(draft.freeze()) == []
        checked += 1
    assert checked == len(case["ops"])
