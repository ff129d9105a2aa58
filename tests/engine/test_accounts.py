"""Several accounts, and sending between them and to anybody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import accounts, address, kernel
from lstwallet.engine.accounts import MOST_ACCOUNTS, OpenAccount, Send, Sent
from lstwallet.engine.refusals import (
    BadAddress,
    NotEnoughBalance,
    NothingToDo,
    NotSendable,
    SameAccount,
    TooManyAccounts,
)
from lstwallet.engine.staking import Stake, steth_of
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World, is_yours
from lstwallet.units.amount import ALL
from lstwallet.units.bech32 import encode
from tests.small_world import small_world

ETH = 10**18
SECOND = "you:2"
STRANGER = encode("sim", bytes(range(20)))


def after(world: World, *commands: Any) -> World:
    draft = Draft(world)
    for command in commands:
        kernel.handle(draft, command)
    return draft.freeze()


def two() -> World:
    return after(small_world(), Fund(YOU, "ETH", 100 * ETH), OpenAccount())


def at(world: World, account: str) -> str:
    return address.of_account(world, account)


def sent(world: World, command: Send) -> Sent:
    (event,) = kernel.decide(world, command)
    assert isinstance(event, Sent)
    return event


def test_a_world_begins_with_one_account_and_opens_more() -> None:
    assert small_world().accounts == (YOU,)
    world = after(small_world(), *[OpenAccount()] * (MOST_ACCOUNTS - 1))
    assert world.accounts[:3] == (YOU, "you:2", "you:3")
    assert len({at(world, account) for account in world.accounts}) == MOST_ACCOUNTS
    assert kernel.audit(world) == []
    with pytest.raises(TooManyAccounts) as refused:
        kernel.decide(world, OpenAccount())
    assert refused.value.most == MOST_ACCOUNTS


def test_only_ones_own_accounts_are_ones_own() -> None:
    assert is_yours(YOU)
    assert is_yours(SECOND)
    for other in ("youth", "crowd:you", STRANGER, "supply:you"):
        assert not is_yours(other)


def test_ether_goes_to_an_account_of_ones_own() -> None:
    world = two()
    then = after(world, Send(YOU, "ETH", 30 * ETH, at(world, SECOND)))
    assert then.balance(SECOND, "ETH") == 30 * ETH
    assert then.balance(YOU, "ETH") == world.balance(YOU, "ETH") - 30 * ETH
    back = after(then, Send(SECOND, "ETH", ALL, at(world, YOU).upper()))
    assert back.balance(YOU, "ETH") == world.balance(YOU, "ETH")


def test_ether_goes_to_anybodys_address_and_is_kept_under_it() -> None:
    world = two()
    then = after(world, Send(YOU, "ETH", 1, f" {STRANGER} "))
    assert then.balance(STRANGER, "ETH") == 1


def test_an_address_that_is_none_is_refused_beside_its_field() -> None:
    for text, problem in (
        ("", "empty"),
        ("0x00000000219ab540356cBB839Cbe05303d7705Fa", "other_network"),
        (STRANGER[:-1] + ("q" if STRANGER[-1] != "q" else "p"), "checksum"),
    ):
        with pytest.raises(BadAddress) as refused:
            kernel.decide(two(), Send(YOU, "ETH", 1, text))
        assert (refused.value.problem, refused.value.field) == (problem, "to")


def test_what_cannot_be_sent_is_refused() -> None:
    world = two()
    with pytest.raises(SameAccount) as same:
        kernel.decide(world, Send(YOU, "ETH", 1, at(world, YOU)))
    assert same.value.field == "to"
    with pytest.raises(NotEnoughBalance):
        kernel.decide(world, Send(YOU, "ETH", 10**30, STRANGER))
    for amount in (0, -1):
        with pytest.raises(NothingToDo):
            kernel.decide(world, Send(YOU, "ETH", amount, STRANGER))
        with pytest.raises(NothingToDo):
            kernel.decide(world, Send(YOU, "stETH", amount, STRANGER))
    with pytest.raises(NothingToDo):
        kernel.decide(world, Send(YOU, "USDC", ALL, STRANGER))
    for bound in ("aWETH", "dUSDC"):
        with pytest.raises(NotSendable):
            kernel.decide(world, Send(YOU, bound, 1, STRANGER))


@given(st.integers(1, 20 * ETH))
def test_of_steth_a_wei_or_two_less_may_arrive_and_never_more(wei: int) -> None:
    world = after(two(), Stake(YOU, 20 * ETH))
    available = steth_of(world, YOU)
    command = Send(YOU, "stETH", min(wei, available), at(world, SECOND))
    try:
        event = sent(world, command)
    except NothingToDo:
        assert wei < 2  # less than a share
        return
    assert 0 <= event.units - event.arrived <= 2
    then = after(world, command)
    assert then.balance(YOU, "stETH") + then.balance(SECOND, "stETH") == world.balance(
        YOU, "stETH"
    )
    assert steth_of(then, SECOND) == event.arrived
    assert kernel.audit(then) == []


def test_all_of_steth_leaves_no_share_behind() -> None:
    world = after(two(), Stake(YOU, 7 * ETH + 1))
    then = after(world, Send(YOU, "stETH", ALL, STRANGER))
    assert then.balance(YOU, "stETH") == 0
    assert then.balance(STRANGER, "stETH") == world.balance(YOU, "stETH")


def test_accounts_out_of_order_are_found() -> None:
    assert accounts.audit(two()) == ()
    assert accounts.audit(two()._replace(accounts=(YOU, "you:3")))
