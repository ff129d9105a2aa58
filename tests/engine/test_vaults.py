"""Vaults: what is put in, taken out, given and lost; fees; and worlds made before them."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.engine import kernel, quotes, refusals
from lstwallet.engine import vaults as engine
from lstwallet.engine.lending import Borrow, Supply, owed_units, supplied_units
from lstwallet.engine.lending_facts import Supplied, SupplyWithdrawn
from lstwallet.engine.network import Approve
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.signing import prepare
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.vaults import (
    DeployVaults,
    DepositVault,
    DonateVault,
    LoseVault,
    MintVault,
    RedeemVault,
    VaultDeposited,
    VaultDonated,
    VaultLost,
    VaultsDeployed,
    VaultTerms,
    VaultWithdrawn,
    WithdrawVault,
)
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market import vaults as market
from lstwallet.market.accounts import HOLDERS
from lstwallet.market.catalogue import load
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.store import codec
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18


def done(world: World, *commands: Any) -> tuple[World, list[Any]]:
    """The world after commands, and their events; it is audited."""
    draft, events = Draft(world), []
    for command in commands:
        events.extend(kernel.handle(draft, command))
    after = draft.freeze()
    assert kernel.audit(after) == []
    return after, events


WORLD, _ = done(
    small_world(),
    Fund(YOU, "ETH", 50_000 * ETH),
    Stake(YOU, 20 * ETH),
    Wrap(YOU, ALL),
    WrapEth(YOU, 100 * ETH),
)


def refused(command: Any, world: World = WORLD) -> Refusal:
    with pytest.raises(Refusal) as caught:
        kernel.decide(world, command)
    with pytest.raises(type(caught.value)):
        quotes.preview(world, command)
    return caught.value


def later(world: World, days: int = 30) -> World:
    """The world after a while without others; audited."""
    draft = Draft(world)
    Driver(MarketConfig(flows=False), 7, tiny()).advance(draft, world.time + days * DAY)
    after = draft.freeze()
    assert kernel.audit(after) == []
    return after


def books(world: World, token: str = "WETH") -> engine.Books:
    return engine.books_of(world, engine.vault_of(world, token))


def price(world: World, token: str = "WETH") -> Fraction:
    """What a share is worth, nothing rounded."""
    assets, supply, offset = books(world, token).shares
    return Fraction(assets + 1, supply + 10**offset)


# --- putting in ------------------------------------------------------------------------------


def test_eth_goes_through_the_vault_into_the_market() -> None:
    after, (put, supplied) = done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))
    assert isinstance(put, VaultDeposited)
    assert isinstance(supplied, Supplied)
    assert (put.amount, put.shares, put.token) == (10 * ETH, 10 * ETH, "ETH")
    assert (supplied.account, supplied.token, supplied.amount) == ("vault:WETH", "WETH", 10 * ETH)
    assert after.balance(YOU, "vWETH") == 10 * ETH
    assert after.balance(YOU, "ETH") == WORLD.balance(YOU, "ETH") - 10 * ETH
    assert after.balance("vault:WETH", "WETH") == 0
    assert books(after).balance == 11 * ETH
    assert books(after).shares.supply == 11 * ETH


def test_weth_and_wsteth_need_an_approval_and_eth_does_not() -> None:
    for token in ("WETH", "wstETH"):
        signed = prepare(WORLD, YOU, DepositVault(YOU, token, 5 * ETH))
        (approval,) = signed.approvals
        assert approval == Approve(YOU, token, f"vault:{token}", approval.units)
        assert 5 * ETH - 2 <= approval.units <= 5 * ETH
    assert prepare(WORLD, YOU, DepositVault(YOU, "ETH", 5 * ETH)).approvals == ()


@pytest.mark.parametrize(
    "command",
    [
        DepositVault(YOU, "WETH", 7 * ETH),
        MintVault(YOU, "wstETH", 3 * ETH),
        DonateVault(YOU, "ETH", ETH),
    ],
)
def test_what_is_signed_is_what_happens(command: Any) -> None:
    signed = prepare(WORLD, YOU, command)
    after, events = done(WORLD, signed.transaction)
    assert events == list(signed.whole.events)
    assert after == signed.whole.after
    assert signed.cost.wei > 0


def test_a_share_that_has_grown_costs_more_and_no_rounding_is_lost() -> None:
    world = later(done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))[0])
    before = books(world).shares
    shares = floor(ETH / price(world))
    cost = -floor(-shares * price(world))
    _, (put, _) = done(world, DepositVault(YOU, "ETH", ETH))
    assert (put.shares, put.amount) == (shares, cost)
    assert 0 <= ETH - cost <= 2
    assert price(world) > 1
    assert put.vault.supply == before.supply + shares


def test_shares_can_be_named_instead() -> None:
    world = later(done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))[0])
    _, (put, _) = done(world, MintVault(YOU, "WETH", 2 * ETH))
    assert put.shares == 2 * ETH
    assert put.amount == -floor(-2 * ETH * price(world))


def test_deposits_that_are_refused() -> None:
    assert refused(DepositVault(YOU, "ETH", 0)) == refusals.NothingToDo("ETH")
    assert refused(MintVault(YOU, "ETH", 0)) == refusals.NothingToDo("ETH")
    assert refused(MintVault(YOU, "ETH", -1)) == refusals.NothingToDo("ETH")
    have = WORLD.balance(YOU, "WETH")
    assert refused(DepositVault(YOU, "WETH", have + 1)) == refusals.NotEnoughBalance(
        "WETH", have + 1, have
    )
    assert refused(MintVault(YOU, "WETH", have + 1)) == refusals.NotEnoughBalance(
        "WETH", have + 1, have
    )
    assert refused(MintVault(YOU, "WETH", 2**256)).__class__ is refusals.NotEnoughBalance
    assert refused(DepositVault(YOU, "USDC", 10)) == refusals.ProtocolRefused(
        "vault", "AssetNotListed"
    )
    grown = done(WORLD, DonateVault(YOU, "ETH", 9 * ETH))[0]  # a share is worth ten units now
    assert refused(DepositVault(YOU, "ETH", 9), grown) == refusals.BelowMinimum(
        "ETH", 9, 10, engine.ONE_SHARE
    )
    assert done(grown, DepositVault(YOU, "ETH", 12))[1][0].amount == 10


def test_the_cap_of_the_market_is_the_vaults() -> None:
    lending = WORLD.lending
    configs = tuple(
        config._replace(supply_cap=1) if config.symbol == "WETH" else config
        for config in lending.parameters.configs
    )
    full = WORLD._replace(
        lending=lending._replace(parameters=lending.parameters._replace(configs=configs))
    )
    reason = refusals.CapReached("ETH", "supply", ETH, 0)
    for command in (
        DepositVault(YOU, "ETH", ETH), MintVault(YOU, "ETH", ETH), DonateVault(YOU, "ETH", ETH),
    ):  # fmt: skip
        assert refused(command, full) == reason
    configs = tuple(config._replace(supply_cap=0) for config in configs)
    free = lending._replace(parameters=lending.parameters._replace(configs=configs))
    assert done(WORLD._replace(lending=free), DepositVault(YOU, "ETH", 40_000 * ETH))


# --- what it earns ---------------------------------------------------------------------------


def test_the_yield_is_what_the_market_pays_a_supplier_less_the_fee() -> None:
    """Beside it somebody supplies as much by themselves: what both earn differs by the fee."""
    start, _ = done(WORLD, DepositVault(YOU, "ETH", 10 * ETH), Supply(YOU, "ETH", 11 * ETH))
    world = later(start)
    earned = books(world).balance - 11 * ETH
    assert earned > 0
    assert books(world).balance == supplied_units(world, YOU, "WETH")
    assert books(world).fees == floor(earned * Fraction(1, 10))
    worth = engine.assets_for(world, "WETH", 10 * ETH)
    assert worth == floor(10 * ETH * price(world))
    assert worth - 10 * ETH == pytest.approx(earned * 0.9 * 10 / 11, rel=1e-9)


def test_the_fee_is_charged_at_the_next_movement_and_stays_charged() -> None:
    world = later(done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))[0])
    due = books(world).fees
    after, (put, _) = done(world, DepositVault(YOU, "ETH", ETH))
    assert put.vault.fees.charged == due == books(after).fees
    assert put.vault.fees.balance == books(after).balance


# --- taking out ------------------------------------------------------------------------------


def test_all_gives_back_every_share_and_pays_its_worth() -> None:
    world = later(done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))[0])
    worth = floor(10 * ETH * price(world))
    for command in (WithdrawVault(YOU, "ETH", ALL), RedeemVault(YOU, "ETH", ALL)):
        after, (left, out) = done(world, command)
        assert isinstance(left, SupplyWithdrawn)
        assert isinstance(out, VaultWithdrawn)
        assert (out.shares, out.amount) == (10 * ETH, worth)
        assert after.balance(YOU, "vWETH") == 0
        assert after.balance(YOU, "ETH") == world.balance(YOU, "ETH") + worth
        assert after.balance("vault:WETH", "WETH") == 0


def test_an_amount_takes_as_many_shares_as_it_is_worth_rounded_up() -> None:
    world = later(done(WORLD, DepositVault(YOU, "wstETH", 10 * ETH))[0])
    _, (_, out) = done(world, WithdrawVault(YOU, "wstETH", 3 * ETH))
    assert (out.amount, out.shares) == (3 * ETH, -floor(-3 * ETH / price(world, "wstETH")))
    _, (_, out) = done(world, RedeemVault(YOU, "wstETH", 3 * ETH))
    assert (out.shares, out.amount) == (3 * ETH, floor(3 * ETH * price(world, "wstETH")))
    most = floor(world.balance(YOU, "vwstETH") * price(world, "wstETH"))
    assert done(world, WithdrawVault(YOU, "wstETH", most))
    assert refused(WithdrawVault(YOU, "wstETH", most + 1), world) == refusals.NotEnoughBalance(
        "wstETH", most + 1, most
    )


def test_withdrawals_that_are_refused() -> None:
    world, _ = done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))
    assert refused(WithdrawVault(YOU, "ETH", 0), world) == refusals.NothingToDo("ETH")
    assert refused(WithdrawVault(YOU, "ETH", -1), world) == refusals.NothingToDo("ETH")
    assert refused(RedeemVault(YOU, "ETH", 0), world) == refusals.NothingToDo("vWETH")
    assert refused(WithdrawVault(YOU, "ETH", ALL)) == refusals.NothingToDo("vWETH")
    assert refused(RedeemVault(YOU, "ETH", 10 * ETH + 1), world) == refusals.NotEnoughBalance(
        "vWETH", 10 * ETH + 1, 10 * ETH
    )
    poor, _ = done(world, LoseVault(YOU, "WETH", WAD * 9 // 10))
    dust = refused(RedeemVault(YOU, "ETH", 1), poor)
    assert dust == refusals.BelowMinimum("vWETH", 1, 10, "one unit of the asset")


def test_when_all_is_lent_out_one_waits() -> None:
    world, _ = done(WORLD, DepositVault(YOU, "ETH", 20_000 * ETH))
    place = books(world).place
    reserves = list(world.lending.reserves)
    less = reserves[place].liquidity - 5 * ETH
    reserves[place] = reserves[place]._replace(liquidity=5 * ETH)
    short = world._replace(lending=world.lending._replace(reserves=tuple(reserves)))
    assert less > 0
    for command, wanted in (
        (WithdrawVault(YOU, "ETH", ALL), 20_000 * ETH),
        (WithdrawVault(YOU, "ETH", 6 * ETH), 6 * ETH),
        (RedeemVault(YOU, "ETH", 6 * ETH), 6 * ETH),
    ):  # fmt: skip
        why = refused(command, short)
        assert why == refusals.NotEnoughLiquidity("vault", "ETH", why.wanted, 5 * ETH)
        assert why.wanted == pytest.approx(wanted, rel=1e-9)
    assert kernel.decide(short, WithdrawVault(YOU, "ETH", 5 * ETH))[1].amount == 5 * ETH


# --- gifts and losses ------------------------------------------------------------------------


def test_a_gift_belongs_to_all_shares_and_counts_as_yield() -> None:
    world, _ = done(WORLD, DepositVault(YOU, "ETH", 9 * ETH))
    after, (given, supplied) = done(world, DonateVault(YOU, "WETH", ETH))
    assert isinstance(given, VaultDonated)
    assert (given.amount, supplied.account) == (ETH, "vault:WETH")
    assert after.balance(YOU, "WETH") == world.balance(YOU, "WETH") - ETH
    assert after.balance(YOU, "vWETH") == 9 * ETH
    assert books(after).fees == ETH // 10
    assert price(after) - price(world) == Fraction(9 * ETH // 10, 10 * ETH + 1)


def test_a_loss_is_a_recorded_fact_that_every_share_bears() -> None:
    world = later(done(WORLD, DepositVault(YOU, "ETH", 9 * ETH))[0])
    before = books(world).shares
    after, (lost,) = done(world, LoseVault(YOU, "WETH", WAD // 4))
    assert isinstance(lost, VaultLost)
    assert lost.amount == (before.assets - 2) // 4
    assert lost.account == YOU
    assert after.balance("exploiter", "aWETH") > 0
    now = books(after).shares
    # What was not charged yet is no yield any more: the balance lies below the last one.
    assert lost.left == now.assets == books(after).balance
    assert now.supply == before.supply
    assert price(after) < price(world)
    assert done(after, WithdrawVault(YOU, "ETH", ALL))


def test_losses_that_are_refused() -> None:
    world, _ = done(WORLD, DepositVault(YOU, "ETH", 9 * ETH))
    for part in (0, -1, WAD + 1):
        assert refused(LoseVault(YOU, "WETH", part), world) == refusals.NothingToDo("vault")
    after, _ = done(world, LoseVault(YOU, "WETH", WAD))
    assert books(after).shares.assets <= 2
    assert refused(LoseVault(YOU, "WETH", WAD), after) == refusals.NothingToDo("vault")
    assert refused(LoseVault(YOU, "DAI", WAD)) == refusals.ProtocolRefused(
        "vault", "AssetNotListed"
    )


def test_after_the_loss_of_everything_the_fees_can_still_be_paid() -> None:
    world = later(done(WORLD, DepositVault(YOU, "ETH", 9 * ETH))[0])
    charged, _ = done(world, DepositVault(YOU, "ETH", ETH))
    assert books(charged).fees > 0
    after, _ = done(charged, LoseVault(YOU, "WETH", WAD))
    assert books(after).fees == books(charged).fees
    assert refused(RedeemVault(YOU, "ETH", 1), after).__class__ is refusals.BelowMinimum


# --- properties ------------------------------------------------------------------------------


steps = st.lists(
    st.one_of(
        st.builds(DepositVault, st.just(YOU), st.sampled_from(("ETH", "WETH")),
                  st.integers(1, 90 * ETH)),
        st.builds(MintVault, st.just(YOU), st.just("ETH"), st.integers(1, 90 * ETH)),
        st.builds(WithdrawVault, st.just(YOU), st.just("ETH"),
                  st.one_of(st.integers(1, 90 * ETH), st.just(ALL))),
        st.builds(RedeemVault, st.just(YOU), st.just("WETH"), st.integers(1, 90 * ETH)),
        st.builds(DonateVault, st.just(YOU), st.just("ETH"), st.integers(1, 2 * ETH)),
        st.integers(1, 40 * DAY),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(steps)
def test_a_share_never_falls_and_nothing_is_made_of_nothing(story: list[Any]) -> None:
    """Time is let pass without the market: interest alone."""
    world = WORLD
    for step in story:
        before, supply = price(world), books(world).shares.supply
        if isinstance(step, int):
            world = world._replace(time=world.time + step)
        else:
            try:
                world, events = done(world, step)
            except Refusal:
                continue
            moved = next((e for e in events if type(e) in (VaultDeposited, VaultWithdrawn)), None)
            if isinstance(moved, VaultDeposited):
                assert moved.shares * before <= moved.amount
            elif moved is not None:
                assert moved.amount <= moved.shares * before
        # The market rounds two units at most against the vault: for those who stay.
        staying = min(supply, books(world).shares.supply)
        assert price(world) >= before - Fraction(3, max(1, staying))


# --- founding --------------------------------------------------------------------------------


def test_a_new_world_has_both_vaults_with_what_is_locked() -> None:
    world = small_world()
    assert [vault.asset for vault in world.vaults] == ["WETH", "wstETH"]
    for vault in world.vaults:
        mine = world.balance(f"vault:{vault.asset}", f"v{vault.asset}")
        assert mine == vault.supply
        assert ETH - 2 <= books(world, vault.asset).shares.assets <= ETH
    assert {"vWETH", "vwstETH"} <= world.tokens.keys()


def test_a_world_made_before_them_gets_them() -> None:
    old = old_world()
    assert old.vaults == ()
    assert refused(DepositVault(YOU, "ETH", ETH), old) == refusals.ProtocolRefused(
        "vault", "AssetNotListed"
    )
    (command,) = market.deployment(old, load())
    after, events = done(old, command)
    (deployed,) = [event for event in events if isinstance(event, VaultsDeployed)]
    assert after.vaults == deployed.vaults
    assert {"vWETH", "vwstETH"} <= after.tokens.keys()
    assert market.deployment(after, load()) == ()
    assert refused(command, after) == refusals.NothingToDo("deploy")


def test_foundings_that_are_refused() -> None:
    old = old_world()

    def why(*terms: VaultTerms) -> Refusal:
        return refused(DeployVaults(terms, HOLDERS), old)

    assert why() == refusals.NothingToDo("deploy")
    unlisted = refusals.ProtocolRefused("vault", "AssetNotListed")
    assert why(VaultTerms("USDC", 0, 0, ETH)) == unlisted
    assert why(VaultTerms("WETH", WAD + 1, 0, ETH)) == refusals.ProtocolRefused(
        "vault", "FEE_TOO_HIGH"
    )
    assert why(VaultTerms("WETH", WAD, 0, 0)) == refusals.BelowMinimum(
        "WETH", 0, 1, engine.ONE_SHARE
    )


def test_an_old_world_is_written_as_before() -> None:
    assert "vault" not in codec.encode_world(old_world())
    again = codec.decode_world(codec.encode_world(WORLD))
    assert again == WORLD


def test_every_event_and_command_is_read_back() -> None:
    commands = [
        DepositVault(YOU, "ETH", 10 * ETH), MintVault(YOU, "ETH", ETH),
        DonateVault(YOU, "ETH", ETH), WithdrawVault(YOU, "ETH", ETH), RedeemVault(YOU, "ETH", ALL),
        LoseVault(YOU, "WETH", WAD // 2),
    ]  # fmt: skip
    _, events = done(WORLD, *commands)
    for event in events:
        assert codec.decode_event(codec.encode_event(event)) == event
    for command in commands:
        assert codec.decode_command(codec.encode_command(command)) == command
    draft = Draft(WORLD)
    kernel.replay(draft, events)
    assert draft.freeze().vaults == done(WORLD, *commands)[0].vaults


def test_the_vaults_supply_is_collateral_of_nobody() -> None:
    """It may be used as collateral in the market, but a vault never borrows."""
    world, _ = done(WORLD, DepositVault(YOU, "ETH", 10 * ETH))
    assert owed_units(world, "vault:WETH", "WETH") == 0
    assert refused(Borrow(YOU, "USDC", 10**9), world)
