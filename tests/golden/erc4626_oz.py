"""Adapter: sequences of OpenZeppelin's ERC-4626 vault with an offset of decimals.

Holders' shares and assets lie in the ledger, as they do in the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.ledger.entries import Entry, burn, mint, move, post
from lstwallet.protocols import vault_shares
from lstwallet.protocols.vault_shares import Moved, Vault
from lstwallet.units.checked import Revert
from tests.golden.replay import Checked, answer_in, as_revert, checked, numbers, tried

VAULT: Final = "vault"


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every operation of every case."""
    for case in document["cases"]:
        stage = Stage(numbers({key: case[key] for key in case if key != "ops"}))
        for op in case["ops"]:
            yield stage.play(str(case["id"]), numbers(op))


class Stage:
    """One case: the vault, and a ledger of the asset and of its shares."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.vault = Vault(0, 0, case["decimals_offset"])
        self.balances: dict[tuple[str, str], int] = {}
        self.probes = case["probe_amounts"]
        self.purse = case["initial_wallet"]
        self.known: set[str] = set()

    def meet(self, user: str) -> None:
        """Everybody begins with the same purse."""
        if user and user not in self.known:
            self.known.add(user)
            self.post(mint("asset", self.purse, user))

    def play(self, case: str, op: dict[str, Any]) -> Checked:
        """Run one operation and compare result, or revert, and the state after it."""
        expected = {"result": answer_in(op), "state": op["state"]}
        computed: dict[str, Any] = {}
        user = op.get("user", "")
        self.meet(user)
        try:
            computed["result"] = OPERATIONS[op["op"]](self, user, op["args"])
        except Revert as refused:
            computed["result"] = as_revert(refused)
        computed["state"] = self.state(op["state"])
        return checked(case, op["op"], expected, computed)

    # --- operations ------------------------------------------------------------------

    def post(self, entry: Entry) -> None:
        post(self.balances, entry)

    def held(self, account: str, token: str = "share") -> int:
        return self.balances.get((account, token), 0)

    def put_in(self, user: str, moved: Moved) -> None:
        if moved.assets:
            self.post(move("asset", moved.assets, user, VAULT))
        if moved.shares:
            self.post(mint("share", moved.shares, user))
        self.vault = moved.vault

    def take_out(self, user: str, moved: Moved) -> None:
        if moved.assets:
            self.post(move("asset", moved.assets, VAULT, user))
        if moved.shares:
            self.post(burn("share", moved.shares, user))
        self.vault = moved.vault

    def deposit(self, user: str, args: dict[str, Any]) -> int:
        moved = vault_shares.deposit(self.vault, self.held(user, "asset"), args["assets"])
        self.put_in(user, moved)
        return moved.shares

    def mint(self, user: str, args: dict[str, Any]) -> int:
        moved = vault_shares.mint(self.vault, self.held(user, "asset"), args["shares"])
        self.put_in(user, moved)
        return moved.assets

    def withdraw(self, user: str, args: dict[str, Any]) -> int:
        moved = vault_shares.withdraw(self.vault, self.held(user), args["assets"])
        self.take_out(user, moved)
        return moved.shares

    def redeem(self, user: str, args: dict[str, Any]) -> int:
        moved = vault_shares.redeem(self.vault, self.held(user), args["shares"])
        self.take_out(user, moved)
        return moved.assets

    def donate(self, user: str, args: dict[str, Any]) -> None:
        self.vault = vault_shares.donate(self.vault, args["assets"])
        if args["assets"]:
            self.post(mint("asset", args["assets"], VAULT))

    def lose(self, user: str, args: dict[str, Any]) -> None:
        self.vault = vault_shares.lose(self.vault, args["assets"])
        if args["assets"]:
            self.post(burn("asset", args["assets"], VAULT))

    # --- the state as the file tells it ---------------------------------------------

    def state(self, told: dict[str, Any]) -> dict[str, Any]:
        vault = self.vault
        shares = {user: self.held(user) for user in told["shares"]}
        return {
            "total_assets": self.held(VAULT, "asset"),
            "total_supply": vault.supply,
            "shares": shares,
            "max_withdraw": {
                user: tried(lambda user=user: vault_shares.max_withdraw(vault, self.held(user)))
                for user in told["max_withdraw"]
            },
            **{
                name: [tried(lambda x=x, view=view: view(vault, x)) for x in self.probes]
                for name, view in VIEWS.items()
            },
        }


OPERATIONS: Final[dict[str, Callable[[Stage, str, dict[str, Any]], Any]]] = {
    "deposit": Stage.deposit,
    "mint": Stage.mint,
    "withdraw": Stage.withdraw,
    "redeem": Stage.redeem,
    "donate": Stage.donate,
    "loss": Stage.lose,
}
VIEWS: Final[dict[str, Callable[[Vault, int], int]]] = {
    "convertToShares": vault_shares.convert_to_shares,
    "convertToAssets": vault_shares.convert_to_assets,
    "previewDeposit": vault_shares.preview_deposit,
    "previewMint": vault_shares.preview_mint,
    "previewWithdraw": vault_shares.preview_withdraw,
    "previewRedeem": vault_shares.preview_redeem,
}
