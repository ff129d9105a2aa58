"""Routes: any two tokens, wrapped and unwrapped on the way, all or nothing."""

from __future__ import annotations

from itertools import permutations

import pytest

from lstwallet.engine import kernel, refusals, staking
from lstwallet.engine.kernel import Batch
from lstwallet.engine.pools import ROUTE, Swap
from lstwallet.engine.staking import Wrap
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.units.amount import ALL
from tests.small_world import small_world

ETH = 10**18
TOKENS = ("ETH", "WETH", "stETH", "wstETH", "USDC")


def funded() -> World:
    """A small world in which the user has something of everything."""
    draft = Draft(small_world())
    kernel.handle(draft, Fund(YOU, "ETH", 200 * ETH))
    kernel.handle(draft, Fund(YOU, "USDC", 90_000 * 10**6))
    kernel.handle(draft, WrapEth(YOU, 40 * ETH))
    kernel.handle(draft, staking.Stake(YOU, 80 * ETH))
    kernel.handle(draft, Wrap(YOU, 30 * ETH))
    return draft.freeze()


WORLD = funded()


def holds(world: World, token: str) -> int:
    return staking.steth_of(world, YOU) if token == "stETH" else world.balance(YOU, token)


@pytest.mark.parametrize(("token_in", "token_out"), list(permutations(TOKENS, 2)))
def test_every_pair_moves_those_two_tokens_and_no_other(token_in: str, token_out: str) -> None:
    amount = 1_000 * 10**6 if token_in == "USDC" else 2 * ETH
    draft = Draft(WORLD)
    kernel.handle(draft, Swap(YOU, ROUTE, token_in, amount, 1, token_out))
    after = draft.freeze()
    assert abs(holds(WORLD, token_in) - holds(after, token_in) - amount) <= 2
    assert holds(after, token_out) > holds(WORLD, token_out)
    for other in set(TOKENS) - {token_in, token_out}:
        assert abs(holds(after, other) - holds(WORLD, other)) <= 2, other
    assert kernel.audit(after) == []


@pytest.mark.parametrize("token_in", TOKENS)
def test_all_of_a_token_leaves_nothing_of_it(token_in: str) -> None:
    token_out = "ETH" if token_in != "ETH" else "wstETH"
    draft = Draft(WORLD)
    kernel.handle(draft, Swap(YOU, ROUTE, token_in, ALL, 1, token_out))
    assert draft.balance(YOU, token_in) == 0


def test_the_minimum_is_of_what_arrives_in_the_end() -> None:
    draft = Draft(WORLD)
    events = kernel.handle(draft, Swap(YOU, ROUTE, "WETH", 2 * ETH, 1, "wstETH"))
    received = events[-1].wsteth
    assert received == draft.balance(YOU, "wstETH") - WORLD.balance(YOU, "wstETH")
    again = Draft(WORLD)
    with pytest.raises(refusals.SlippageExceeded) as caught:
        kernel.handle(again, Swap(YOU, ROUTE, "WETH", 2 * ETH, received + 1, "wstETH"))
    assert caught.value == refusals.SlippageExceeded("wstETH", received, received + 1)
    assert again.freeze() == WORLD


def test_a_route_equals_its_steps_one_by_one() -> None:
    whole, steps = Draft(WORLD), Draft(WORLD)
    kernel.handle(whole, Swap(YOU, ROUTE, "wstETH", 5 * ETH, 1, "USDC"))
    (unwrapped,) = kernel.handle(steps, staking.Unwrap(YOU, 5 * ETH))
    kernel.handle(steps, Batch((Swap(YOU, ROUTE, "stETH", unwrapped.steth, 1, "USDC"),)))
    assert abs(whole.balance(YOU, "USDC") - steps.balance(YOU, "USDC")) <= 1


@pytest.mark.parametrize(
    "command",
    [
        Swap(YOU, ROUTE, "ETH", ETH, 0, "ETH"),
        Swap(YOU, ROUTE, "ETH", ETH, 0, "aWETH"),
        Swap(YOU, ROUTE, "wstETH", 0, 0, "ETH"),
    ],
)
def test_what_a_route_refuses(command: Swap) -> None:
    draft = Draft(WORLD)
    with pytest.raises(refusals.NothingToDo):
        kernel.handle(draft, command)
    assert draft.freeze() == WORLD
