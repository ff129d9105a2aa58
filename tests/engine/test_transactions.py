"""What is signed: the fee first, approvals held to the unit, the outcome as seen, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.engine import kernel, network, quotes, signing, transactions
from lstwallet.engine.kernel import Batch, Transaction
from lstwallet.engine.lending import Borrow, Repay, Supply, WithdrawSupply
from lstwallet.engine.network import (
    UNLIMITED,
    AllowanceUsed,
    Approve,
    Approved,
    DeployNetwork,
    FeePaid,
    Network,
    Rules,
)
from lstwallet.engine.pools import AddLiquidity, RemoveLiquidity, Swap
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.refusals import (
    BelowMinimum,
    FeeAboveLimit,
    FeeNotPayable,
    Moved,
    NotApproved,
    NotEnoughAfterFee,
    NothingToDo,
    Refusal,
)
from lstwallet.engine.staking import RequestUnstake, Stake, Unwrap, Wrap, steth_of
from lstwallet.engine.wallet import Fund, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU, Draft
from lstwallet.store import codec
from lstwallet.units.amount import ALL
from tests.small_world import small_world

ETH = 10**18
GWEI = 10**9
RULES = Rules((("Stake", 69_000), ("Approve", 44_000), ("Swap.steth_eth", 129_000)), 100_000)
MARKET = Network(RULES, 2 * GWEI, GWEI // 2)
FEE = 2 * GWEI + GWEI // 2


@pytest.fixture
def draft() -> Draft:
    """Ten ETH, some of everything else, and gas at 2 gwei and a half."""
    made = Draft(small_world()._replace(network=MARKET))
    for command in (
        Fund(YOU, "ETH", 40 * ETH),
        Fund(YOU, "USDC", 50_000 * 10**6),
        Stake(YOU, 20 * ETH),
        Wrap(YOU, 5 * ETH),
        WrapEth(YOU, 5 * ETH),
        Stake(YOU, 5 * ETH),
    ):
        kernel.handle(made, command)
    return made


def sign(*calls: object, most: int = FEE, agreed: transactions.Agreed = ()) -> Transaction:
    return Transaction(YOU, calls, most, agreed)


def test_the_fee_comes_first_and_is_burnt_and_tipped(draft: Draft) -> None:
    before, supply = draft.balance(YOU, "ETH"), draft.balance("supply:ETH", "ETH")
    fee, staked = kernel.handle(draft, sign(Stake(YOU, ETH)))
    assert type(fee) is FeePaid
    assert fee[:5] == (draft.time, YOU, 90_000, 2 * GWEI, GWEI // 2)
    assert staked.amount == ETH
    assert draft.balance(YOU, "ETH") == before - ETH - 90_000 * FEE
    assert draft.balance("supply:ETH", "ETH") == supply + 90_000 * 2 * GWEI
    assert draft.balance(network.PROPOSERS, "ETH") == 90_000 * (GWEI // 2)
    assert kernel.audit(draft) == []


def test_all_of_the_ether_is_what_the_fee_leaves(draft: Draft) -> None:
    before = draft.balance(YOU, "ETH")
    _, staked = kernel.handle(draft, sign(Stake(YOU, ALL)))
    assert staked.amount == before - 90_000 * FEE
    assert draft.balance(YOU, "ETH") == 0


def test_the_whole_balance_typed_out_leaves_no_room_for_the_fee(draft: Draft) -> None:
    before = draft.freeze()
    held = draft.balance(YOU, "ETH")
    with pytest.raises(NotEnoughAfterFee) as caught:
        kernel.handle(draft, sign(Stake(YOU, held)))
    assert caught.value == NotEnoughAfterFee("ETH", held, held - 90_000 * FEE, 90_000 * FEE)
    assert draft.freeze() == before


def test_no_fee_no_transaction(draft: Draft) -> None:
    kernel.handle(draft, Stake(YOU, draft.balance(YOU, "ETH") - 1_000))
    before = draft.freeze()
    with pytest.raises(FeeNotPayable) as caught:
        kernel.handle(draft, sign(UnwrapEth(YOU, ETH)))
    assert caught.value == FeeNotPayable(121_000 * FEE, 1_000)
    assert draft.freeze() == before


def test_a_fee_that_rose_is_refused(draft: Draft) -> None:
    command = sign(Stake(YOU, ETH))
    kernel.handle(draft, SetPrices(*draft.prices, base_fee=3 * GWEI))
    with pytest.raises(FeeAboveLimit) as caught:
        kernel.handle(draft, command)
    assert caught.value == FeeAboveLimit(3 * GWEI + GWEI // 2, FEE)
    kernel.handle(draft, SetPrices(*draft.prices, base_fee=GWEI))
    paid = kernel.handle(draft, command)[0]
    assert paid.base_fee == GWEI


def test_a_price_without_a_fee_leaves_it_as_it_was(draft: Draft) -> None:
    kernel.handle(draft, SetPrices(*draft.prices))
    assert draft.network == MARKET


def test_calls_share_what_a_transaction_costs_in_itself(draft: Draft) -> None:
    both = network.cost_of(draft, (Stake(YOU, 1), Stake(YOU, 2)))
    assert both.gas == 21_000 + 2 * 69_000
    assert network.cost_of(draft, (Swap(YOU, "steth_eth", "ETH", 1, 0, "stETH"),)).gas == 150_000
    assert network.cost_of(draft, (Swap(YOU, "route", "ETH", 1, 0, "USDC"),)).gas == 121_000


def test_all_or_nothing_the_fee_too(draft: Draft) -> None:
    before = draft.freeze()
    with pytest.raises(Refusal):
        kernel.handle(draft, sign(Stake(YOU, ETH), Borrow(YOU, "USDC", 10**15)))
    assert draft.freeze() == before


@pytest.mark.parametrize(
    "calls", [(), (Stake("crowd:one", ETH),), (SetPrices(1, 1),), (Batch((Stake(YOU, 1),)),)]
)
def test_only_calls_of_ones_own_can_be_signed(draft: Draft, calls: tuple[object, ...]) -> None:
    with pytest.raises(NothingToDo):
        kernel.handle(draft, sign(*calls))


# --- approvals -----------------------------------------------------------------------------

PULLED = [
    (Wrap(YOU, 2 * ETH), "stETH", "wsteth"),
    (RequestUnstake(YOU, 2 * ETH, "stETH"), "stETH", "queue"),
    (RequestUnstake(YOU, 2 * ETH, "wstETH"), "wstETH", "queue"),
    (Supply(YOU, "wstETH", 2 * ETH), "wstETH", "aave"),
    (Supply(YOU, "WETH", ALL), "WETH", "aave"),
    (Swap(YOU, "steth_eth", "stETH", ETH, 0, "ETH"), "stETH", "pool:steth_eth"),
    (Swap(YOU, "route", "wstETH", ETH, 0, "USDC"), "wstETH", "router"),
    (AddLiquidity(YOU, "steth_eth", (ETH, ETH), 0), "stETH", "pool:steth_eth"),
    (AddLiquidity(YOU, "usdc_eth", (3_000 * 10**6, 0), 0), "USDC", "pool:usdc_eth"),
]


@pytest.mark.parametrize(("call", "token", "spender"), PULLED, ids=lambda value: str(value)[:24])
def test_what_a_contract_pulls_needs_its_approval(
    draft: Draft, call: object, token: str, spender: str
) -> None:
    before = draft.freeze()
    with pytest.raises(NotApproved) as caught:
        kernel.handle(draft, sign(call))
    refused = caught.value
    assert (refused.token, refused.spender, refused.allowed) == (token, spender_of(spender), 0)
    assert draft.freeze() == before
    # one unit too few is too few, the exact amount is used up
    short = Approve(YOU, token, refused.spender, refused.wanted - 1)
    with pytest.raises(NotApproved):
        kernel.handle(draft, sign(short, call))
    events = kernel.handle(draft, sign(short._replace(units=refused.wanted), call))
    used = events[-1]
    assert isinstance(used, AllowanceUsed)
    assert (used.used, used.left) == (refused.wanted, 0)
    assert draft.allowances == {}
    assert kernel.audit(draft) == []


def spender_of(name: str) -> str:
    from lstwallet.engine.staking_facts import QUEUE, WSTETH

    return {"wsteth": WSTETH, "queue": QUEUE}.get(name, name)


@pytest.mark.parametrize(
    "call",
    [
        Stake(YOU, ETH),
        WrapEth(YOU, ETH),
        UnwrapEth(YOU, ALL),
        Unwrap(YOU, ETH),
        Swap(YOU, "steth_eth", "ETH", ETH, 0, "stETH"),
        Swap(YOU, "route", "ETH", ETH, 0, "USDC"),
        Supply(YOU, "ETH", ETH),
    ],
    ids=lambda value: str(value)[:30],
)
def test_ether_and_ones_own_need_no_approval(draft: Draft, call: object) -> None:
    assert signing.approvals_for(draft.freeze(), YOU, (call,)) == ()
    kernel.handle(draft, sign(call))


def test_taking_back_needs_no_approval(draft: Draft) -> None:
    for command in (
        Supply(YOU, "wstETH", 3 * ETH),
        Borrow(YOU, "WETH", ETH // 2),
        AddLiquidity(YOU, "steth_eth", (ETH, ETH), 0),
    ):
        kernel.handle(draft, command)
    calls = (
        WithdrawSupply(YOU, "wstETH", ETH),
        RemoveLiquidity(YOU, "steth_eth", ALL, "balanced", (0, 0)),
    )
    assert signing.approvals_for(draft.freeze(), YOU, calls) == ()
    kernel.handle(draft, sign(*calls))
    wanted = signing.approvals_for(draft.freeze(), YOU, (Repay(YOU, "WETH", ALL, False),))
    assert [(each.token, each.spender) for each in wanted] == [("WETH", "aave")]


def test_an_unlimited_approval_does_not_shrink(draft: Draft) -> None:
    approve = Approve(YOU, "wstETH", "aave", UNLIMITED)
    kernel.handle(draft, sign(approve, Supply(YOU, "wstETH", ETH)))
    key = (YOU, "wstETH", "aave")
    assert draft.allowances[key].units == UNLIMITED
    assert draft.allowances[key].used == draft.time
    kernel.handle(draft, sign(Supply(YOU, "wstETH", ETH)))
    assert draft.allowances[key].units == UNLIMITED


def test_what_is_left_of_an_approval_serves_the_next_time(draft: Draft) -> None:
    kernel.handle(draft, sign(Approve(YOU, "wstETH", "aave", 3 * ETH)))
    kernel.handle(draft, sign(Supply(YOU, "wstETH", 2 * ETH)))
    assert network.allowance(draft, YOU, "wstETH", "aave") == ETH
    assert signing.approvals_for(draft.freeze(), YOU, (Supply(YOU, "wstETH", ETH),)) == ()
    with pytest.raises(NotApproved) as caught:
        kernel.handle(draft, sign(Supply(YOU, "wstETH", ETH + 1)))
    assert caught.value == NotApproved("wstETH", "aave", ETH + 1, ETH)


def test_revoking(draft: Draft) -> None:
    kernel.handle(draft, Approve(YOU, "wstETH", "aave", UNLIMITED))
    kernel.handle(draft, Approve(YOU, "stETH", "wsteth", ETH))
    events = kernel.handle(
        draft, sign(Approve(YOU, "wstETH", "aave", 0), Approve(YOU, "stETH", "wsteth", 0))
    )
    assert [type(event) for event in events] == [FeePaid, Approved, Approved]
    assert draft.allowances == {}
    with pytest.raises(NothingToDo):
        kernel.handle(draft, Approve(YOU, "wstETH", "aave", 0))


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (Approve(YOU, "ETH", "aave", 1), NothingToDo),
        (Approve(YOU, "DOGE", "aave", 1), NothingToDo),
        (Approve(YOU, "USDC", YOU, 1), NothingToDo),
        (Approve(YOU, "USDC", "", 1), NothingToDo),
        (Approve(YOU, "USDC", "aave", -1), BelowMinimum),
        (DeployNetwork(MARKET), NothingToDo),
    ],
)
def test_what_cannot_be_approved(
    draft: Draft, command: object, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        kernel.handle(draft, command)


def test_the_approvals_of_several_calls_are_added_up(draft: Draft) -> None:
    calls = (Wrap(YOU, 2 * ETH), Supply(YOU, "wstETH", ETH), Supply(YOU, "wstETH", 3 * ETH))
    signed = signing.sign(draft.freeze(), YOU, calls)
    approvals = signed.calls[:2]
    assert [each[1:3] for each in approvals] == [
        ("stETH", spender_of("wsteth")), ("wstETH", "aave"),
    ]  # fmt: skip
    assert approvals[1].units == 4 * ETH
    kernel.handle(draft, signed)
    assert draft.allowances == {}


def test_what_one_approves_oneself_counts_from_there_on(draft: Draft) -> None:
    """What was pulled before needs an approval in front; what comes after is one's own affair."""
    own = Approve(YOU, "wstETH", "aave", 3 * ETH)
    little = (own._replace(units=1), Supply(YOU, "wstETH", 2 * ETH))
    signed = signing.sign(draft.freeze(), YOU, little)
    assert signed.calls == little
    with pytest.raises(NotApproved):
        quotes.preview(draft.freeze(), signed)
    calls = (Supply(YOU, "wstETH", ETH), own, Supply(YOU, "wstETH", 2 * ETH))
    signed = signing.sign(draft.freeze(), YOU, calls)
    assert signed.calls == (own._replace(units=ETH), *calls)
    kernel.handle(draft, signed)
    assert network.allowance(draft, YOU, "wstETH", "aave") == ETH


def test_approvals_are_counted_behind_the_fee_they_cost(draft: Draft) -> None:
    """All of the ether goes through two contracts: the approvals' gas is missing in the end."""
    calls = (Stake(YOU, ALL), Wrap(YOU, ALL), Supply(YOU, "wstETH", ALL))
    signed = signing.sign(draft.freeze(), YOU, calls)
    assert len(signed.calls) == 5
    kernel.handle(draft, signed)
    assert draft.allowances == {}
    assert draft.balance(YOU, "ETH") == 0


# --- the outcome as seen ---------------------------------------------------------------------


def test_the_outcome_that_was_seen_is_held_to_the_unit(draft: Draft) -> None:
    world = draft.freeze()
    bare = sign(Stake(YOU, 2 * ETH))
    quote = quotes.preview(world, bare)
    agreed = signing.agree(bare, quote)
    seen = dict(agreed.agreed)
    assert seen["ETH"] == -2 * ETH  # without the fee
    assert 2 * ETH - 3 <= seen["stETH"] <= 2 * ETH
    off = agreed._replace(agreed=(("ETH", -2 * ETH), ("stETH", seen["stETH"] + 1)))
    with pytest.raises(Moved) as caught:
        kernel.handle(draft, off)
    assert caught.value.changes == (("stETH", seen["stETH"] + 1, seen["stETH"]),)
    assert draft.freeze() == world
    assert tuple(kernel.handle(draft, agreed)) == quote.events


def test_a_market_that_moved_is_refused_as_moved(draft: Draft) -> None:
    bare = sign(Swap(YOU, "steth_eth", "ETH", ETH, 0, "stETH"))
    agreed = signing.agree(bare, quotes.preview(draft.freeze(), bare))
    kernel.handle(draft, Swap(YOU, "steth_eth", "ETH", ETH, 0, "stETH"))
    with pytest.raises(Moved) as caught:
        kernel.handle(draft, agreed)
    ((token, was, now),) = caught.value.changes
    assert token == "stETH"
    assert now < was


def test_interest_alone_does_not_move_what_was_agreed(draft: Draft) -> None:
    bare = signing.sign(draft.freeze(), YOU, (Supply(YOU, "wstETH", ETH),))
    agreed = signing.agree(bare, quotes.preview(draft.freeze(), bare))
    assert agreed.agreed == (("wstETH", -ETH),)
    draft.time += 7_200
    kernel.handle(draft, agreed)


def test_without_a_network_a_transaction_is_free_and_needs_no_approval() -> None:
    draft = Draft(small_world()._replace(network=None))
    kernel.handle(draft, Fund(YOU, "ETH", ETH))
    events = kernel.handle(draft, Transaction(YOU, (Stake(YOU, ALL), Wrap(YOU, ALL)), 0))
    assert [type(event).__name__ for event in events] == ["Staked", "Wrapped"]
    assert signing.sign(draft.freeze(), YOU, (Unwrap(YOU, ALL),)).max_fee == 0
    (event,) = kernel.handle(draft, DeployNetwork(MARKET))
    assert draft.network == event.network == MARKET


def test_its_own_events_are_those_of_the_calls(draft: Draft) -> None:
    signed = signing.sign(draft.freeze(), YOU, (Wrap(YOU, ETH),))
    events = kernel.handle(draft, signed)
    assert [type(event).__name__ for event in events] == [
        "FeePaid", "Approved", "Wrapped", "AllowanceUsed",
    ]  # fmt: skip
    assert [type(event).__name__ for event in signing.own_events(events)] == ["Wrapped"]
    revoked = kernel.handle(draft, sign(Approve(YOU, "USDC", "aave", 5)))
    assert signing.own_events(revoked) == tuple(revoked)


# --- the record ------------------------------------------------------------------------------


def test_a_transaction_survives_the_journal(draft: Draft) -> None:
    signed = signing.sign(draft.freeze(), YOU, (Wrap(YOU, ETH), Supply(YOU, "WETH", ALL)))
    signed = signing.agree(signed, quotes.preview(draft.freeze(), signed))
    assert codec.decode_command(codec.encode_command(signed)) == signed
    world = draft.freeze()
    events = kernel.handle(draft, signed)
    again = Draft(world)
    kernel.replay(again, [codec.decode_event(codec.encode_event(each)) for each in events])
    assert again.freeze() == draft.freeze()
    kept = codec.decode_world(codec.encode_world(draft.freeze()))
    assert kept == draft.freeze()


@settings(max_examples=60, deadline=None)
@given(
    wei=st.integers(min_value=100, max_value=19 * ETH),
    base_fee=st.integers(min_value=0, max_value=500 * GWEI),
    unlimited=st.booleans(),
)
def test_signed_at_the_present_fee_it_goes_through(
    wei: int, base_fee: int, unlimited: bool
) -> None:
    """Whatever is signed from a preview is carried out with exactly that outcome."""
    draft = Draft(small_world()._replace(network=MARKET._replace(base_fee=base_fee)))
    kernel.handle(draft, Fund(YOU, "ETH", 40 * ETH))
    kernel.handle(draft, Stake(YOU, 20 * ETH))
    calls = (Wrap(YOU, wei), Supply(YOU, "wstETH", ALL))
    bare = signing.sign(draft.freeze(), YOU, calls, unlimited=unlimited)
    quote = quotes.preview(draft.freeze(), bare)
    before = steth_of(draft, YOU)
    events = kernel.handle(draft, signing.agree(bare, quote))
    assert tuple(events) == quote.events
    assert before - steth_of(draft, YOU) <= wei + 1
    left = {allowed.units for allowed in draft.allowances.values()}
    assert left == ({UNLIMITED} if unlimited else set())
    assert kernel.audit(draft) == []


def test_play_money_is_free_and_comes_to_an_account_without_any_ether(draft: Draft) -> None:
    someone = "you:9"
    assert draft.balance(someone, "ETH") == 0
    fund = Fund(someone, "ETH", 7 * ETH)
    prepared = signing.prepare(draft.freeze(), someone, fund)
    assert prepared.cost.wei == 0
    kernel.handle(draft, prepared.transaction)
    assert draft.balance(someone, "ETH") == 7 * ETH


def test_what_is_free_stands_at_any_price_of_gas(draft: Draft) -> None:
    kernel.handle(draft, SetPrices(3_000 * 10**8, 10**8, 500 * GWEI))
    kernel.handle(draft, sign(Fund(YOU, "ETH", ETH)))
    with pytest.raises(FeeAboveLimit):
        kernel.handle(draft, sign(Fund(YOU, "ETH", ETH), Stake(YOU, ETH)))
