"""Lido vector files through engine commands: the ledger ends where the contracts did.

Left out are cases in which more is lost than the pool could have among its validators at
the beginning: here losses fall on validators, in pieces of 32 ETH.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstwallet.engine import kernel, staking
from lstwallet.engine.kernel import Batch
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking import (
    Claim,
    RequestUnstake,
    Stake,
    SubmitReport,
    Unwrap,
    Wrap,
)
from lstwallet.engine.staking_facts import (
    DEFAULT_OPERATORS,
    OPERATORS,
    QUEUE,
    TREASURY,
    WSTETH,
    Rules,
    StakingBlueprint,
)
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import mint, move
from lstwallet.protocols import lido, withdrawal_queue
from lstwallet.protocols.lido import Fees
from lstwallet.units.checked import Revert
from tests.engine.staking_world import CHAIN, ETH, assert_sound, world_of
from tests.golden.replay import load, numbers

CASES = [
    numbers(case) for case in load(Path(__file__).parent / "vectors" / "lido_steth.json")["cases"]
]
ACCOUNT = {"treasury": TREASURY, "module": OPERATORS}
PLENTY = 10**33


def named(user: str) -> str:
    """The account of this world that plays a user of the file."""
    return ACCOUNT.get(user, user)


def losses(case: dict[str, Any]) -> int:
    """Wei that the reports of a case lose in all."""
    reports = [op["args"] for op in case["ops"] if op["op"] == "oracle_report"]
    return sum(max(-report["cl_rewards"], 0) for report in reports)


def in_validators(case: dict[str, Any]) -> int:
    """Wei to begin with among the validators, so that the losses can fall there."""
    return -(-losses(case) // (32 * ETH)) * 32 * ETH


PLAYABLE = {
    str(case["id"]): case
    for case in CASES
    if in_validators(case) <= case["initial_total_pooled_ether"]
}


def world_of_case(case: dict[str, Any]) -> Draft:
    """The case's pool, and users with all the ETH they want."""
    fees = case["fees"]
    ether = case["initial_total_pooled_ether"]
    blueprint = StakingBlueprint(
        Rules(
            Fees(fees["total_fee_1e20"], fees["module_fee_1e20"], fees["precision_points"]),
            750_000, 7_680, 1_440, 0, 0, 0,
        ),
        ether, case["initial_shares"], ether - in_validators(case), 0, DEFAULT_OPERATORS,
        str(case["initial_holder"]), (), 0,
    )  # fmt: skip
    users = case["ops"][0]["state"]["users"]
    purses = [mint("ETH", PLENTY, named(user)) for user in users]
    return Draft(world_of(blueprint, CHAIN, *purses, at=case["initial_timestamp"]))


def command_of(op: dict[str, Any]) -> Any:
    """What a person of this world would ask for."""
    user, args = named(op.get("user", "")), op["args"]
    match op["op"]:
        case "submit":
            return Stake(user, args["value"])
        case "wrap":
            return Wrap(user, args["steth"])
        case "unwrap":
            return Unwrap(user, args["wsteth"])
        case "requestWithdrawals":
            return Batch(tuple(RequestUnstake(user, amount) for amount in args["amounts"]))
        case "requestWithdrawalsWstETH":
            return Batch(
                tuple(RequestUnstake(user, amount, "wstETH") for amount in args["amounts"])
            )
        case "claim":
            return Claim(user, args["request_id"])
        case "oracle_report":
            return SubmitReport(
                args["cl_rewards"],
                args["el_rewards"],
                args["eth_budget"] if args["finalize"] else 0,
                args["max_request_timestamp"],
                op["timestamp"] - 1,
            )
    raise AssertionError(f"no command for {op['op']}")


def transfer(draft: Draft, op: dict[str, Any]) -> None:
    """This wallet does not send stETH: such steps are entries only."""
    pool, user, args = draft.staking.pool, named(op["user"]), op["args"]
    held = draft.balance(user, "stETH")
    if op["op"] == "transfer":
        shares = lido.shares_to_move(pool, held, args["amount"])
    else:
        lido.ether_moved(pool, held, args["shares"])
        shares = args["shares"]
    draft.post(move("stETH", shares, user, named(args["to"])))


def play(draft: Draft, op: dict[str, Any]) -> None:
    """One operation, refused where the contract reverted."""
    draft.time = op["timestamp"]
    if op["op"] == "warp":
        return
    if op["op"].startswith("transfer"):
        try:
            transfer(draft, op)
        except Revert:
            assert "revert" in op
        return
    if op.get("revert", "").startswith("RequestAmountTooLarge"):
        return  # this wallet splits such an amount
    before = draft.freeze()
    try:
        kernel.handle(draft, command_of(op))
    except Refusal:
        assert draft.freeze() == before
        # Contracts wrap an amount below one share into nothing; here that is refused.
        assert "revert" in op or op.get("return") == 0
    else:
        assert "revert" not in op


def told(draft: Draft, users: list[str]) -> dict[str, Any]:
    """The state in the words of the file."""
    pool, queue = draft.staking.pool, draft.staking.queue
    return {
        "total_pooled_ether": pool.ether,
        "total_shares": pool.shares,
        "users": {
            user: {
                "shares": draft.balance(named(user), "stETH"),
                "steth": staking.steth_of(draft, named(user)),
                "wsteth": draft.balance(named(user), "wstETH"),
            }
            for user in users
        },
        "wsteth_contract_shares": draft.balance(WSTETH, "stETH"),
        "wsteth_supply": draft.staking.wrapper.supply,
        "queue": {
            "shares": draft.balance(QUEUE, "stETH"),
            "steth": staking.steth_of(draft, QUEUE),
            "last_request_id": queue.last_id,
            "last_finalized_id": queue.last_finalized_id,
            "locked_ether": draft.balance(QUEUE, "ETH"),
            "last_checkpoint": len(draft.staking.checkpoints),
            "unfinalized_steth": withdrawal_queue.unfinalized_steth(queue),
        },
    }


@pytest.mark.parametrize("name", PLAYABLE)
def test_balances_are_the_contracts_after_every_operation(name: str) -> None:
    case = PLAYABLE[name]
    draft = world_of_case(case)
    paid: dict[str, int] = {}
    for op in case["ops"]:
        play(draft, op)
        state = op["state"]
        computed = told(draft, list(state["users"]))
        assert computed == {key: state[key] for key in computed}
        for record in state["queue_requests_changed"]:
            ticket = draft.tickets.get(record["id"])
            assert (ticket is None) == record["claimed"]
            assert (ticket.ether if ticket else 0) == record["claimable_eth"]
        if "return" in op and op["op"] == "claim":
            paid[op["user"]] = paid.get(op["user"], 0) + op["return"]
    assert_sound(draft)
    staked: dict[str, int] = {}
    for op in case["ops"]:
        if op["op"] == "submit" and "return" in op:
            staked[op["user"]] = staked.get(op["user"], 0) + op["args"]["value"]
    for user in case["ops"][0]["state"]["users"]:
        expected = PLENTY - staked.get(user, 0) + paid.get(user, 0)
        assert draft.balance(named(user), "ETH") == expected


def test_enough_cases_are_played() -> None:
    assert len(PLAYABLE) >= 10
    finalising = [
        case
        for case in PLAYABLE.values()
        if any(op["op"] == "oracle_report" and op["return"]["batches"] for op in case["ops"])
    ]
    assert len(finalising) >= 5
    assert any(losses(case) for case in PLAYABLE.values())
