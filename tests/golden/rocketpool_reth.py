"""Adapter: sequences of Rocket Pool's rETH, its deposit pool and the oracle's balances.

Holders' rETH and ETH lie in the ledger, as they do in the engine. The file's minipool queue
is empty, so all that the deposit pool holds is excess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.ledger.entries import Entry, burn, mint, move, post
from lstwallet.protocols import rocketpool
from lstwallet.protocols.rocketpool import Pool, Reported, Settings
from lstwallet.units.checked import Revert, require
from tests.golden.replay import Checked, answer_in, as_revert, checked, numbers, tried

TOKEN: Final = "reth contract"
VAULT: Final = "deposit pool"
USERS: Final = ("alice", "bob", "carol")


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every operation of every case."""
    for case in document["cases"]:
        stage = Stage(numbers({key: case[key] for key in case if key != "ops"}))
        for op in case["ops"]:
            yield stage.play(str(case["id"]), numbers(op))


class Stage:
    """One case: the protocol's state, and a ledger of ETH and rETH."""

    def __init__(self, case: dict[str, Any]) -> None:
        said = case["settings"]
        self.settings = Settings(
            said["minimum_deposit"],
            said["maximum_deposit_pool_size"],
            said["deposit_fee_1e18"],
            said["target_reth_collateral_rate_1e18"],
        )
        self.pool = Pool(Reported(0, 0), 0, 0, 0)
        self.balances: dict[tuple[str, str], int] = {}
        self.probes = case["probe_amounts"]
        self.purse = case["initial_eth_each_user"]
        self.known: set[str] = set()
        for user in USERS:
            self.meet(user)

    def meet(self, user: str) -> None:
        """Everybody begins with the same purse."""
        if user and user not in self.known:
            self.known.add(user)
            self.post(mint("ETH", self.purse, user))

    def play(self, case: str, op: dict[str, Any]) -> Checked:
        """Run one operation and compare result, or revert, and the state after it."""
        expected = {"result": answer_in(op), "state": op["state"]}
        computed: dict[str, Any] = {}
        user = op.get("user", "")
        for name in (user, *op["state"]["eth"]):
            self.meet(name)
        kept = dict(vars(self), balances=dict(self.balances))
        try:
            computed["result"] = OPERATIONS[op["op"]](self, user, op["args"])
        except Revert as refused:
            vars(self).update(kept)  # a contract's revert undoes what the call did before it
            computed["result"] = as_revert(refused)
        computed["state"] = self.state(op["state"])
        return checked(case, op["op"], expected, computed)

    # --- operations ------------------------------------------------------------------

    def post(self, entry: Entry) -> None:
        post(self.balances, entry)

    def held(self, user: str, token: str = "rETH") -> int:
        return self.balances.get((user, token), 0)

    def moved(self, payer: str, pool: Pool) -> None:
        """ETH goes where the protocol says it is afterwards; ``payer`` pays or is paid."""
        for account, units in ((TOKEN, pool.collateral), (VAULT, pool.deposits)):
            more = units - self.held(account, "ETH")
            if more > 0:
                self.post(move("ETH", more, payer, account))
            elif more < 0:
                self.post(move("ETH", -more, account, payer))
        self.pool = pool

    def deposit(self, user: str, args: dict[str, Any]) -> int:
        pool, minted = rocketpool.deposit(self.pool, self.settings, args["eth"])
        self.post(mint("rETH", minted, user))
        self.moved(user, pool)
        return minted

    def burn(self, user: str, args: dict[str, Any]) -> int:
        pool, ether = rocketpool.burn(self.pool, self.held(user), args["reth"])
        self.post(burn("rETH", args["reth"], user))
        self.moved(user, pool)
        return ether

    def transfer(self, user: str, args: dict[str, Any]) -> None:
        require(args["reth"] <= self.held(user), rocketpool.TRANSFER_EXCEEDED)
        if args["reth"]:
            self.post(move("rETH", args["reth"], user, args["to"]))

    def send(self, user: str, args: dict[str, Any]) -> None:
        self.moved(user, rocketpool.add_collateral(self.pool, args["eth"]))

    def report(self, user: str, args: dict[str, Any]) -> None:
        """Both numbers are written as they are: what checks them is not in the file."""
        self.pool = self.pool._replace(reported=Reported(args["total_eth"], args["reth_supply"]))

    def deposit_excess(self, user: str, args: dict[str, Any]) -> None:
        target = self.settings.target_collateral
        self.moved("nobody", rocketpool.deposit_excess_collateral(self.pool, target))

    # --- the state as the file tells it ---------------------------------------------

    def state(self, told: dict[str, Any]) -> dict[str, Any]:
        pool, reported = self.pool, self.pool.reported
        return {
            "network_total_eth": reported.ether,
            "network_reth_supply": reported.supply,
            "reth_total_supply": pool.supply,
            "reth": {user: self.held(user) for user in told["reth"]},
            "eth": {user: self.held(user, "ETH") for user in told["eth"]},
            "reth_contract_eth": self.held(TOKEN, "ETH"),
            "deposit_pool_balance": self.held(VAULT, "ETH"),
            "deposit_pool_excess": rocketpool.excess(pool, 0),
            "total_collateral": rocketpool.available(pool, 0),
            "collateral_rate": rocketpool.collateral_rate(pool),
            "exchange_rate": rocketpool.exchange_rate(reported),
            "getEthValue": [rocketpool.eth_value(reported, x) for x in self.probes],
            "getRethValue": [
                tried(lambda x=x: rocketpool.reth_value(reported, x)) for x in self.probes
            ],
        }


OPERATIONS: Final[dict[str, Callable[[Stage, str, dict[str, Any]], Any]]] = {
    "deposit": Stage.deposit,
    "burn": Stage.burn,
    "transfer": Stage.transfer,
    "send_eth_to_reth": Stage.send,
    "set_network_balances": Stage.report,
    "depositExcessCollateral": Stage.deposit_excess,
}
