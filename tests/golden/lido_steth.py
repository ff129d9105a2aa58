"""Adapter: sequences of Lido's stETH, wstETH, withdrawal queue and oracle report.

Holders' shares lie in the ledger, as they do in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.ledger.entries import Entry, burn, mint, move, post
from lstwallet.protocols import lido, withdrawal_queue
from lstwallet.protocols.lido import Fees, Pool, Wrapper
from lstwallet.protocols.withdrawal_queue import Checkpoint, Request
from lstwallet.units.checked import Revert
from tests.golden.replay import Checked, as_revert, checked, numbers

QUEUE: Final = "queue"
WSTETH: Final = "wsteth contract"


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every operation of every case."""
    for case in document["cases"]:
        stage = Stage(numbers({key: case[key] for key in case if key != "ops"}))
        for op in case["ops"]:
            yield stage.play(str(case["id"]), numbers(op))


class Stage:
    """One case: the protocol's states, and a ledger of shares and wstETH."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.pool = Pool(case["initial_total_pooled_ether"], case["initial_shares"])
        fees = case["fees"]
        self.fees = Fees(fees["total_fee_1e20"], fees["module_fee_1e20"], fees["precision_points"])
        self.wrapper = Wrapper(0, 0)
        self.queue = withdrawal_queue.EMPTY
        self.checkpoints: tuple[Checkpoint, ...] = ()
        self.requests: dict[int, Request] = {}
        self.claimed: set[int] = set()
        self.balances: dict[tuple[str, str], int] = {}
        self.probes = case["probe_amounts"]
        self.now = case["initial_timestamp"]
        self.seen: dict[int, dict[str, Any]] = {}
        self.post(mint("stETH", case["initial_shares"], str(case["initial_holder"])))

    def play(self, case: str, op: dict[str, Any]) -> Checked:
        """Run one operation and compare result, or revert, and the state after it."""
        self.now = op["timestamp"]
        expected: dict[str, Any] = {"state": op["state"]}
        computed: dict[str, Any] = {}
        kept = dict(vars(self), balances=dict(self.balances), requests=dict(self.requests))
        try:
            result = OPERATIONS[op["op"]](self, op.get("user", ""), op["args"])
        except Revert as refused:
            vars(self).update(kept)  # a contract's revert undoes what the call did before it
            computed["result"] = as_revert(refused)
        else:
            computed["result"] = result
        if "revert" in op:
            expected["result"] = {"revert": op["revert"]}
        elif "return" in op:
            expected["result"] = op["return"]
        elif isinstance(computed["result"], dict):
            expected["result"] = None  # succeeded without a value; a revert here differs
        computed["state"] = self.state(op["state"])
        return checked(case, op["op"], expected, computed)

    # --- operations ------------------------------------------------------------------

    def post(self, entry: Entry) -> None:
        post(self.balances, entry)

    def held(self, user: str, token: str = "stETH") -> int:
        return self.balances.get((user, token), 0)

    def submit(self, user: str, args: dict[str, Any]) -> int:
        self.pool, minted = lido.submit(self.pool, args["value"])
        self.post(mint("stETH", minted, user))
        return minted

    def transfer(self, user: str, args: dict[str, Any]) -> None:
        shares = lido.shares_to_move(self.pool, self.held(user), args["amount"])
        self.post(move("stETH", shares, user, args["to"]))

    def transfer_shares(self, user: str, args: dict[str, Any]) -> int:
        ether = lido.ether_moved(self.pool, self.held(user), args["shares"])
        self.post(move("stETH", args["shares"], user, args["to"]))
        return ether

    def wrap(self, user: str, args: dict[str, Any]) -> int:
        self.wrapper, minted = lido.wrap(self.pool, self.wrapper, self.held(user), args["steth"])
        self.post(move("stETH", minted, user, WSTETH) + mint("wstETH", minted, user))
        return minted

    def unwrap(self, user: str, args: dict[str, Any]) -> int:
        wsteth = args["wsteth"]
        self.wrapper, amount, moved = lido.unwrap(
            self.pool, self.wrapper, self.held(user, "wstETH"), wsteth
        )
        self.post(burn("wstETH", wsteth, user) + move("stETH", moved, WSTETH, user))
        return amount

    def request(self, user: str, args: dict[str, Any]) -> list[int]:
        ids = []
        for amount in args["amounts"]:
            withdrawal_queue.check_amount(amount)
            shares = lido.shares_to_move(self.pool, self.held(user), amount)
            self.post(move("stETH", shares, user, QUEUE))
            ids.append(self.enqueue(user, amount))
        return ids

    def request_wsteth(self, user: str, args: dict[str, Any]) -> list[int]:
        ids = []
        for wsteth in args["amounts"]:
            if wsteth > self.held(user, "wstETH"):
                raise Revert(lido.WSTETH_TRANSFER_EXCEEDED)
            self.post(move("wstETH", wsteth, user, QUEUE))
            amount = self.unwrap(QUEUE, {"wsteth": wsteth})
            withdrawal_queue.check_amount(amount)
            ids.append(self.enqueue(user, amount))
        return ids

    def enqueue(self, user: str, amount: int) -> int:
        shares = lido.shares_for(self.pool, amount)
        self.queue, request = withdrawal_queue.enqueue(self.queue, amount, shares, user, self.now)
        self.requests[self.queue.last_id] = request
        return self.queue.last_id

    def report(self, user: str, args: dict[str, Any]) -> dict[str, Any]:
        consensus, execution = args["cl_rewards"], args["el_rewards"]
        rate = lido.simulated_share_rate(self.pool, self.fees, consensus, execution)
        batches: tuple[int, ...] = ()
        ether = shares = 0
        if args["finalize"]:
            batches = withdrawal_queue.finalization_batches(
                self.queue, self.requests, rate, args["max_request_timestamp"], args["eth_budget"]
            )
        if batches:
            ether, shares = withdrawal_queue.prefinalize(self.queue, self.requests, batches, rate)
        done = lido.rebase(self.pool, self.fees, consensus, execution, ether, shares)
        self.pool = done.pool
        if batches:
            last = batches[-1]
            self.queue, checkpoint = withdrawal_queue.finalize(
                self.queue, self.requests[last], last, ether, rate
            )
            self.checkpoints = (*self.checkpoints, checkpoint)
            self.post(burn("stETH", shares, QUEUE))
        # The report speaks of the slot before the block that carries it.
        self.queue = withdrawal_queue.on_report(self.queue, self.now - 1)
        self.post(mint("stETH", done.module_shares, "module"))
        self.post(mint("stETH", done.treasury_shares, "treasury"))
        return {
            "simulated_share_rate_1e27": rate,
            "batches": batches,
            "ether_to_finalize": ether,
            "shares_to_burn": shares,
            "post_total_pooled_ether": done.pool.ether,
            "fee_shares": done.fee_shares,
            "module_shares": done.module_shares,
            "treasury_shares": done.treasury_shares,
        }

    def claim(self, user: str, args: dict[str, Any]) -> int:
        request_id = args["request_id"]
        request = None if request_id in self.claimed else self.requests.get(request_id)
        self.queue, ether = withdrawal_queue.claim(
            self.queue, self.checkpoints, request_id, request, user
        )
        self.claimed = self.claimed | {request_id}
        return ether

    def warp(self, user: str, args: dict[str, Any]) -> None:
        """Time passes: nothing that a share is worth changes."""

    # --- the state as the file tells it ---------------------------------------------

    def state(self, told: dict[str, Any]) -> dict[str, Any]:
        pool, queue = self.pool, self.queue
        return {
            "total_pooled_ether": pool.ether,
            "total_shares": pool.shares,
            "users": {user: self.holdings(user) for user in told["users"]},
            "wsteth_contract_shares": self.held(WSTETH),
            "wsteth_supply": self.wrapper.supply,
            "stETH_per_wstETH": lido.steth_per_wsteth(pool),
            "getSharesByPooledEth": [lido.shares_for(pool, x) for x in self.probes],
            "getPooledEthByShares": [lido.ether_for(pool, x) for x in self.probes],
            "getPooledEthBySharesRoundUp": [lido.ether_for_ceil(pool, x) for x in self.probes],
            "queue": {
                "shares": self.held(QUEUE),
                "steth": lido.ether_for(pool, self.held(QUEUE)),
                "last_request_id": queue.last_id,
                "last_finalized_id": queue.last_finalized_id,
                "locked_ether": queue.locked_ether,
                "last_checkpoint": len(self.checkpoints),
                "unfinalized_steth": withdrawal_queue.unfinalized_steth(queue),
            },
            "queue_requests_changed": self.changed_requests(),
        }

    def holdings(self, user: str) -> dict[str, int]:
        shares = self.held(user)
        return {
            "shares": shares,
            "steth": lido.ether_for(self.pool, shares),
            "wsteth": self.held(user, "wstETH"),
        }

    def changed_requests(self) -> list[dict[str, Any]]:
        """Requests whose record differs from when the file last told it, by id."""
        changed = []
        for request_id, request in self.requests.items():
            claimed = request_id in self.claimed
            record = {
                "id": request_id,
                "amount_steth": request.steth,
                "shares": request.shares,
                "owner": request.owner,
                "timestamp": request.timestamp,
                "finalized": request_id <= self.queue.last_finalized_id,
                "claimed": claimed,
                "claimable_eth": 0
                if claimed
                else withdrawal_queue.claimable(self.queue, self.checkpoints, request_id, request),
            }
            if self.seen.get(request_id) != record:
                changed.append(record)
        self.seen = self.seen | {record["id"]: record for record in changed}
        return changed


OPERATIONS: Final[dict[str, Callable[[Stage, str, dict[str, Any]], Any]]] = {
    "submit": Stage.submit,
    "transfer": Stage.transfer,
    "transferShares": Stage.transfer_shares,
    "wrap": Stage.wrap,
    "unwrap": Stage.unwrap,
    "requestWithdrawals": Stage.request,
    "requestWithdrawalsWstETH": Stage.request_wsteth,
    "oracle_report": Stage.report,
    "claim": Stage.claim,
    "warp": Stage.warp,
}
