"""Adapter: sequences of one EigenLayer strategy, its stakers and operators, and one service.

Holders' tokens and what a strategy holds lie in the ledger, as they do in the engine.
Operators are delegated to themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.ledger.entries import Entry, mint, move, post
from lstwallet.protocols import restaking
from lstwallet.protocols.restaking import NOTHING, Delays, Deposit, Operator, Strategy, Withdrawal
from lstwallet.units.checked import Revert, require
from tests.golden.replay import Checked, answer_in, as_revert, checked, numbers

TOKEN: Final = "token"
STRATEGY: Final = "strategy"
BURNED: Final = "burn address"
CANNOT_PAY: Final = "ERC20: transfer amount exceeds balance"
"""The token's own words (OpenZeppelin 4.9); it pays before the strategy is asked."""
SERVICE: Final = 0
"""The file's only operator set."""


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every operation of every case."""
    for case in document["cases"]:
        told = numbers({key: case[key] for key in case if key != "ops"})
        names = sorted({name for op in case["ops"] for name in op["state"]["stakers"]})
        stage = Stage(told, names)
        for op in case["ops"]:
            yield stage.play(str(case["id"]), numbers(op))


class Stage:
    """One case: the strategy, the stakers' deposits and withdrawals, the operators."""

    def __init__(self, case: dict[str, Any], names: list[str]) -> None:
        self.delays = Delays(
            case["min_withdrawal_delay_blocks"],
            case["deallocation_delay_blocks"],
            case["allocation_delay_blocks"],
        )
        self.now = case["initial_block"]
        self.probes = case["probe_amounts"]
        self.strategy = Strategy(0, 0)
        self.operators: dict[str, Operator] = {
            name: restaking.new_operator(1) for name in case["operators"]
        }
        self.delegated: dict[str, str] = {name: name for name in self.operators}
        self.deposits: dict[str, Deposit] = {}
        self.queued: dict[tuple[str, int], Withdrawal] = {}
        self.nonces: dict[str, int] = {}
        self.slashes = 0
        self.to_burn: dict[int, int] = {}
        self.balances: dict[tuple[str, str], int] = {}
        for name in names:
            self.post(mint(TOKEN, case["initial_wallet"], name))

    def play(self, case: str, op: dict[str, Any]) -> Checked:
        """Run one operation and compare result, or revert, and the state after it."""
        self.now = op["block"]
        expected = {"result": answer_in(op), "state": op["state"]}
        computed: dict[str, Any] = {}
        kept = {
            name: dict(value) if isinstance(value, dict) else value
            for name, value in vars(self).items()
        }
        try:
            computed["result"] = OPERATIONS[op["op"]](self, op.get("user", ""), op["args"])
        except Revert as refused:
            vars(self).update(kept)  # a contract's revert undoes what the call did before it
            computed["result"] = as_revert(refused)
        computed["state"] = self.state(op["state"])
        return checked(case, op["op"], expected, computed)

    # --- operations ------------------------------------------------------------------

    def post(self, entry: Entry) -> None:
        post(self.balances, entry)

    def held(self, user: str) -> int:
        return self.balances.get((user, TOKEN), 0)

    def operator_of(self, user: str) -> Operator | None:
        return self.operators.get(self.delegated.get(user, ""))

    def put(self, user: str, deposit: Deposit, operator: Operator | None) -> None:
        self.deposits[user] = deposit
        if operator is not None:
            self.operators[self.delegated[user]] = operator

    def deposit(self, user: str, args: dict[str, Any]) -> int:
        require(args["amount"] <= self.held(user), CANNOT_PAY)
        held = self.deposits.get(user, NOTHING)
        done = restaking.deposit(self.strategy, held, self.operator_of(user), args["amount"])
        self.post(move(TOKEN, args["amount"], user, STRATEGY))
        self.strategy = done.strategy
        self.put(user, done.deposit, done.operator)
        return done.shares

    def delegate(self, user: str, args: dict[str, Any]) -> None:
        chosen = args["operator"]
        restaking.check_delegation(self.delegated.get(user, ""), chosen in self.operators)
        held = self.deposits.get(user, NOTHING)
        deposit, operator = restaking.delegate(held, self.operators[chosen])
        self.delegated[user] = chosen
        self.put(user, deposit, operator)

    def undelegate(self, user: str, args: dict[str, Any]) -> None:
        restaking.check_undelegation(user, self.delegated.get(user, ""))
        shares = self.deposits.get(user, NOTHING).shares
        if shares:
            self.queue_withdrawal(user, {"deposit_shares": shares})
        del self.delegated[user]

    def queue_withdrawal(self, user: str, args: dict[str, Any]) -> None:
        held, operator = self.deposits.get(user, NOTHING), self.operator_of(user)
        done = restaking.queue_withdrawal(
            held, operator, args["deposit_shares"], self.now, self.delays
        )
        self.put(user, done.deposit, done.operator)
        nonce = self.nonces.get(user, 0)
        self.nonces[user] = nonce + 1
        self.queued[user, nonce] = Withdrawal(
            user, self.delegated.get(user, ""), self.now, done.scaled_shares
        )

    def complete_withdrawal(self, user: str, args: dict[str, Any]) -> int:
        withdrawal = self.queued.get((user, args["nonce"]))
        waiting = restaking.check_completion(withdrawal, user, self.now, self.delays)
        shares = self.escrowed(waiting)
        del self.queued[user, args["nonce"]]
        if not args["as_tokens"]:
            held, operator = self.deposits.get(user, NOTHING), self.operator_of(user)
            self.put(user, *restaking.complete_as_shares(held, operator, shares))
            return 0
        self.strategy, paid = restaking.complete_as_tokens(self.strategy, shares)
        self.pay(user, paid)
        return paid

    def allocate(self, user: str, args: dict[str, Any]) -> None:
        self.operators[user] = restaking.allocate(
            self.operators[user], SERVICE, args["new_magnitude"], self.now, self.delays
        )

    def slash(self, user: str, args: dict[str, Any]) -> dict[str, int]:
        name = args["operator"]
        done = restaking.slash(
            self.operators[name], SERVICE, args["wad_to_slash"], self.now, self.delays
        )
        self.slashes += 1
        if done is None:
            return {"slash_id": self.slashes, "shares_to_burn": 0}
        self.operators[name] = done.operator
        self.to_burn[self.slashes] = done.to_burn
        return {"slash_id": self.slashes, "shares_to_burn": done.to_burn}

    def clear_burn(self, user: str, args: dict[str, Any]) -> list[int]:
        """Nothing to say where the slash took nothing, or was cleared before."""
        shares = self.to_burn.pop(args["slash_id"], None)
        if shares is None:
            return []
        self.strategy, burned = restaking.complete_as_tokens(self.strategy, shares)
        self.pay(BURNED, burned)
        return [burned]

    def give(self, user: str, args: dict[str, Any]) -> None:
        self.strategy = restaking.earn(self.strategy, args["amount"])
        self.post(mint(TOKEN, args["amount"], STRATEGY))

    def roll(self, user: str, args: dict[str, Any]) -> None:
        """Blocks pass: each operation tells its own."""

    def pay(self, account: str, amount: int) -> None:
        if amount:
            self.post(move(TOKEN, amount, STRATEGY, account))

    # --- the state as the file tells it ---------------------------------------------

    def escrowed(self, withdrawal: Withdrawal) -> int:
        operator = self.operators.get(withdrawal.operator)
        return restaking.escrowed(withdrawal, operator, self.now, self.delays)

    def state(self, told: dict[str, Any]) -> dict[str, Any]:
        strategy = self.strategy
        return {
            "strategy": {
                "total_shares": strategy.shares,
                "token_balance": self.held(STRATEGY),
                "sharesToUnderlying": [restaking.tokens_for(strategy, x) for x in self.probes],
                "underlyingToShares": [restaking.shares_for(strategy, x) for x in self.probes],
            },
            "stakers": {user: self.staker(user) for user in told["stakers"]},
            "operators": {name: self.operator(name) for name in told["operators"]},
        }

    def staker(self, user: str) -> dict[str, Any]:
        held = self.deposits.get(user, NOTHING)
        return {
            "delegated_to": self.delegated.get(user),
            "deposit_shares": held.shares,
            "withdrawable_shares": restaking.withdrawable(held, self.operator_of(user)),
            "deposit_scaling_factor": held.factor,
            "wallet": self.held(user),
            "queued": [
                {
                    "nonce": nonce,
                    "start_block": each.start_block,
                    "scaled_shares": each.scaled_shares,
                    "delegated_to": each.operator or None,
                    "withdrawable_now": self.escrowed(each),
                }
                for (owner, nonce), each in self.queued.items()
                if owner == user
            ],
        }

    def operator(self, name: str) -> dict[str, Any]:
        operator = restaking.settled(self.operators[name], self.now)
        allocation = operator.allocations[SERVICE]
        return {
            "operator_shares": operator.shares,
            "max_magnitude": restaking.max_magnitude(operator),
            "encumbered_magnitude": operator.encumbered,
            "allocation": {
                "current": allocation.current,
                "pending_diff": allocation.pending,
                "effect_block": allocation.effect_block,
            },
            "slashable_shares_in_queue": restaking.slashable_in_queue(
                operator, self.now, self.delays
            ),
        }


OPERATIONS: Final[dict[str, Callable[[Stage, str, dict[str, Any]], Any]]] = {
    "deposit": Stage.deposit,
    "delegate": Stage.delegate,
    "undelegate": Stage.undelegate,
    "queue_withdrawal": Stage.queue_withdrawal,
    "complete_withdrawal": Stage.complete_withdrawal,
    "allocate": Stage.allocate,
    "slash": Stage.slash,
    "clear_burn": Stage.clear_burn,
    "yield": Stage.give,
    "roll": Stage.roll,
}
