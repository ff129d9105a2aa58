"""Decide, then apply: worlds that stay, drafts that copy late, batches that are all or nothing."""

from __future__ import annotations

import pytest

from lstwallet.engine import agenda, kernel, quotes
from lstwallet.engine.kernel import Batch, Born
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.prices import Prices, SetPrices
from lstwallet.engine.refusals import (
    AboveMaximum,
    BelowMinimum,
    NotEnoughBalance,
    NothingToDo,
    Refusal,
)
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import FUNDABLE, Fund, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU, Draft
from lstwallet.ledger.entries import LedgerBroken
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY
from tests.small_world import small_world

ETH = 10**18


@pytest.fixture
def draft() -> Draft:
    made = Draft(small_world())
    kernel.handle(made, Fund(YOU, "ETH", 10 * ETH))
    return made


def test_a_world_does_not_move_while_its_draft_does() -> None:
    world = small_world()
    before = (dict(world.balances), world.events, world.prices)
    draft = Draft(world)
    kernel.handle(draft, Fund(YOU, "ETH", ETH))
    frozen = draft.freeze()
    kernel.handle(draft, WrapEth(YOU, ETH))
    assert (dict(world.balances), world.events, world.prices) == before
    assert frozen.balance(YOU, "ETH") == ETH
    assert draft.balance(YOU, "ETH") == 0
    assert draft.balance(YOU, "WETH") == ETH
    assert (frozen.events, draft.events) == (world.events + 1, world.events + 2)


def test_a_fork_and_what_it_came_from_do_not_see_each_other(draft: Draft) -> None:
    fork = Draft(draft)
    kernel.handle(fork, WrapEth(YOU, ALL))
    kernel.handle(draft, Fund(YOU, "ETH", ETH))
    assert fork.balance(YOU, "WETH") == 10 * ETH
    assert draft.balance(YOU, "WETH") == 0
    assert draft.balance(YOU, "ETH") == 11 * ETH


def test_a_batch_sees_its_own_steps(draft: Draft) -> None:
    commands = (Stake(YOU, 6 * ETH), Wrap(YOU, ALL), Supply(YOU, "wstETH", ALL))
    events = kernel.handle(draft, Batch(commands))
    assert [type(event).__name__ for event in events] == ["Staked", "Wrapped", "Supplied"]
    assert draft.balance(YOU, "wstETH") == 0
    assert draft.balance(YOU, "awstETH") > 0
    assert kernel.audit(draft) == []


def test_a_batch_is_all_or_nothing(draft: Draft) -> None:
    before = draft.freeze()
    impossible = Borrow(YOU, "USDC", 10**15)
    with pytest.raises(Refusal):
        kernel.handle(draft, Batch((Stake(YOU, 6 * ETH), Wrap(YOU, ALL), impossible)))
    assert draft.freeze() == before
    with pytest.raises(NothingToDo):
        kernel.handle(draft, Batch(()))


def test_a_preview_is_the_execution(draft: Draft) -> None:
    world = draft.freeze()
    for command in (
        Stake(YOU, 5 * ETH),
        WrapEth(YOU, ALL),
        Batch((WrapEth(YOU, 1), Stake(YOU, 2))),
    ):
        quote = quotes.preview(world, command)
        done = Draft(world)
        assert tuple(kernel.handle(done, command)) == quote.events
        assert done.freeze() == quote.after
    with pytest.raises(NotEnoughBalance):
        quotes.preview(world, Stake(YOU, 11 * ETH))


def test_history_replays_from_the_first_event(draft: Draft) -> None:
    born = Born(draft.time, small_world())
    events = [born, *kernel.handle(draft, Stake(YOU, ETH)), *kernel.handle(draft, WrapEth(YOU, 5))]
    again = Draft(small_world(11))
    kernel.replay(again, [born])
    kernel.handle(again, Fund(YOU, "ETH", 10 * ETH))
    kernel.replay(again, events[1:])
    for name in ("balances", "staking", "lending", "pools", "beacon", "prices"):
        assert getattr(again, name) == getattr(draft, name)


def test_an_unsound_entry_stops_everything(draft: Draft) -> None:
    with pytest.raises(LedgerBroken):
        draft.post(((YOU, "ETH", -100 * ETH), ("lido", "ETH", 100 * ETH)))


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (Fund(YOU, "ETH", 0), BelowMinimum),
        (Fund(YOU, "ETH", -5), BelowMinimum),
        (Fund(YOU, "ETH", FUNDABLE["ETH"] + 1), AboveMaximum),
        (Fund(YOU, "stETH", ETH), NothingToDo),
        (WrapEth(YOU, 0), NothingToDo),
        (WrapEth(YOU, 10 * ETH + 1), NotEnoughBalance),
        (UnwrapEth(YOU, ALL), NothingToDo),
        (UnwrapEth(YOU, 1), NotEnoughBalance),
        (SetPrices(0, 10**8), NothingToDo),
    ],
)
def test_refusals_change_nothing(draft: Draft, command: object, refusal: type[Refusal]) -> None:
    before = draft.freeze()
    with pytest.raises(refusal) as caught:
        kernel.handle(draft, command)
    assert caught.value.field
    assert draft.freeze() == before


def test_eth_and_weth_go_round_without_loss(draft: Draft) -> None:
    kernel.handle(draft, WrapEth(YOU, 3 * ETH))
    kernel.handle(draft, UnwrapEth(YOU, ALL))
    assert draft.balance(YOU, "ETH") == 10 * ETH
    assert kernel.audit(draft) == []


def test_prices_are_recorded_facts(draft: Draft) -> None:
    (event,) = kernel.handle(draft, SetPrices(2_000 * 10**8, 10**8))
    assert event.at == draft.time
    assert draft.prices == Prices(2_000 * 10**8, 10**8)


def test_the_next_item_of_the_agenda_lies_ahead() -> None:
    world = small_world()
    first = agenda.next_due(world)
    assert first is not None
    assert world.time < first.at < world.time + 2 * DAY
