"""Native or liquid: the shadow's rewards by hand, as fractions, and what becomes of a part."""

from __future__ import annotations

from fractions import Fraction

from lstwallet.engine import kernel
from lstwallet.engine.lending_facts import Borrow, Supply
from lstwallet.engine.pools_facts import RETH_ETH, STETH_ETH, AddLiquidity, Swap
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.shadows import Shadow
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap, estimate_wait
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.validators import Earnings, RecordDuties
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import Draft, World
from lstwallet.readmodel import shadow as reading
from lstwallet.readmodel.shadow import LIQUID, Kept, compared, kept
from lstwallet.units.amount import ALL
from lstwallet.units.clock import EPOCH
from lstwallet.units.fixed import WAD
from tests.engine.staking_world import NOW, run, world_of
from tests.small_world import small_world

ETH = 10**18
GWEI = 10**9
ALONE = LIQUID[0]._replace(price=lambda world: WAD)
"""For a world without pools."""
BASE = 337
"""Gwei an epoch for each ETH at 36,000,000 ETH: 64 · 10⁹ / ⌊√(36 · 10¹⁵)⌋ = 337.3, floored."""


def staked(*eth: int) -> Draft:
    draft = Draft(world_of())
    for each in eth:
        kernel.handle(draft, Stake("you", each * ETH))
    return draft


def active(draft: Draft) -> int:
    """Run until all shadows have begun; when the last one did."""
    assert draft.shadows is not None
    last = max(each.active_at for each in draft.shadows.cast)
    run(draft, last)
    return last


def test_before_it_is_active_nothing_is_earned_and_the_rest_is_said() -> None:
    found = compared(staked(40), "you", ALONE)
    assert found is not None
    assert (found.wei, found.native) == (40 * ETH, 40 * ETH)
    assert (found.idle, found.waiting, found.earning) == (8 * ETH, 32 * ETH, 0)
    assert found.active_from > NOW
    assert 40 * ETH - 2 <= found.liquid <= 40 * ETH
    assert (found.stakes, found.since, found.beyond) == (1, NOW, 0)


def test_a_hundred_epochs_of_one_validator_by_hand() -> None:
    """All attest: 32 ETH · 337 Gwei · 100 epochs, whatever the pool did meanwhile."""
    draft = staked(40)
    run(draft, active(draft) + 100 * EPOCH)
    found = compared(draft, "you", ALONE)
    assert found is not None
    assert (found.duties, found.execution) == (32 * BASE * 100 * GWEI, 0)
    assert found.native == 40 * ETH + found.duties
    assert (found.earning, found.waiting, found.active_from) == (32 * ETH, 0, 0)


def test_recorded_rates_count_from_when_they_were_recorded() -> None:
    """100 epochs at 100 %, then 50 at 98 % with 5 Gwei of fees for each ETH an epoch.

        98 %: 64 · 0.98² − 40 · 0.02 · 1 = 60.6656 of 64 parts
    """
    draft = staked(64)
    starts = active(draft)
    run(draft, starts + 100 * EPOCH)
    kernel.handle(draft, RecordDuties(9_800, 5 * GWEI))
    run(draft, starts + 150 * EPOCH)
    found = compared(draft, "you", ALONE)
    assert found is not None
    parts = 64 * Fraction(98, 100) ** 2 - 40 * Fraction(2, 100)
    gwei = 64 * BASE * (100 + 50 * parts / 64)
    assert found.duties == int(gwei) * GWEI
    assert found.execution == 64 * 50 * 5 * GWEI


def test_each_stake_stands_alone() -> None:
    """Twice 20 ETH are no validator, though together they would be."""
    draft = staked(20, 20)
    run(draft, NOW + 1_000 * EPOCH)
    found = compared(draft, "you", ALONE)
    assert found is not None
    assert (found.idle, found.native) == (40 * ETH, 40 * ETH)
    assert found.ahead == found.liquid - 40 * ETH > 0


def test_what_leaves_takes_the_oldest_stake_and_its_part_of_the_shadow() -> None:
    """64 then 32 ETH; of 96, 48 leave: a quarter of the first stake and all of the second stay.

    The first has two validators; a quarter of their rewards is 16 ETH · 337 Gwei an epoch.
    """
    draft = staked(64, 32)
    run(draft, active(draft) + 10 * EPOCH)
    assert draft.shadows is not None
    first, second = draft.shadows.cast
    held = first.units // 4 + second.units
    stays = kept(draft.shadows.cast, held)
    assert [each.units for each in stays] == [first.units // 4, second.units]
    sums = Earnings(0, 0, 0)
    whole = first._replace(begun=sums)
    now = sums._replace(execution=337 * GWEI)
    part = Kept(whole, first.units // 4)
    off = Fraction(first.units // 4, first.units)
    assert reading.native_rewards(part, now) == (0, int(64 * 337 * GWEI * off))


def test_asking_for_everything_back_ends_the_comparison() -> None:
    draft = staked(5)
    kernel.handle(draft, RequestUnstake("you", ALL))
    assert compared(draft, "you", ALONE) is None
    assert compared(Draft(world_of()), "you", ALONE) is None


def test_losses_of_the_chain_are_the_shadows_too() -> None:
    """Half attest: 64 · 0.25 − 40 · 0.5 = −4 of 64 parts: 32 ETH lose 337/16 Gwei an epoch each."""
    draft = staked(32)
    starts = active(draft)
    kernel.handle(draft, RecordDuties(5_000, 0))
    run(draft, starts + 16 * EPOCH)
    found = compared(draft, "you", ALONE)
    assert found is not None
    assert found.duties == -32 * BASE * GWEI
    assert found.native == 32 * ETH - 32 * BASE * GWEI


def test_a_part_that_is_kept_is_rounded_down() -> None:
    shadow = Shadow("you", "stETH", 0, 10, 3, 0, 0)
    assert Kept(shadow, 1).part(10) == 3
    assert kept((shadow,), 0) == ()
    assert kept((shadow,), 9) == (Kept(shadow, 3),)


# --- wherever it is ------------------------------------------------------------------------------


def rich(world: World) -> Draft:
    draft = Draft(world)
    kernel.handle(draft, Fund("you", "ETH", 100 * ETH))
    kernel.handle(draft, Stake("you", 60 * ETH))
    return draft


def test_wrapped_supplied_and_pooled_stake_is_still_held() -> None:
    draft = rich(small_world())
    shares = draft.balance("you", "stETH")
    assert reading.steth_held(draft, "you") == shares
    kernel.handle(draft, Wrap("you", 30 * ETH))
    assert abs(reading.steth_held(draft, "you") - shares) <= 1
    kernel.handle(draft, Supply("you", "wstETH", 10 * ETH))
    assert abs(reading.steth_held(draft, "you") - shares) <= 3
    kernel.handle(draft, AddLiquidity("you", STETH_ETH, (10 * ETH, 10 * ETH), 0))
    held = reading.steth_held(draft, "you")
    assert abs(held - shares) < shares // 1_000, "the pool's own balance is near one to one"
    found = compared(draft, "you")
    assert found is not None
    assert abs(found.wei - 60 * ETH) < 60 * ETH // 1_000


def test_what_was_bought_has_no_shadow_and_is_left_out() -> None:
    draft = rich(small_world())
    kernel.handle(draft, Swap("you", STETH_ETH, "ETH", 5 * ETH, 0, "stETH"))
    found = compared(draft, "you")
    assert found is not None
    assert abs(found.wei - 60 * ETH) <= 1
    assert abs(found.beyond - 5 * ETH) < ETH // 10


def test_what_is_owed_is_not_held() -> None:
    draft = rich(small_world())
    kernel.handle(draft, Wrap("you", 50 * ETH))
    kernel.handle(draft, Supply("you", "wstETH", 40 * ETH))
    before = reading.steth_held(draft, "you")
    kernel.handle(draft, Borrow("you", "wstETH", 1 * ETH))
    assert abs(reading.steth_held(draft, "you") - before) <= 2, "owed, and in the wallet"


# --- ahead ---------------------------------------------------------------------------------------


def test_ahead_says_what_the_form_and_the_queue_say() -> None:
    world = small_world()
    ahead = reading.prospect(world, 40 * ETH)
    assert ahead.idle == 8 * ETH
    assert ahead.liquid_wait == estimate_wait(world, 40 * ETH)
    assert ahead.loss_alone == 32 * ETH // 4_096
    assert ahead.loss_shared == -(-ahead.loss_alone * 40 * ETH // world.staking.pool.ether)
    assert 0 < ahead.market < 41 * ETH


def test_a_year_ahead_counts_whole_validators_only() -> None:
    """At 2 % the pool brings 0.8 on 40 ETH; natively 32 ETH at the chain's rate."""
    world = world_of()
    year = reading.in_a_year(world, 40 * ETH, WAD // 50)
    assert year.liquid == 40 * ETH // 50
    epochs = 82_181  # in 365.25 days
    assert abs(year.native - 32 * BASE * epochs * GWEI) < 32 * BASE * 100 * GWEI
    assert reading.in_a_year(world, 5 * ETH, WAD // 50).native == 0


def test_one_row_for_each_token_that_was_staked_for() -> None:
    draft = rich(small_world())
    (row,) = reading.all_compared(draft, "you")
    assert row.token == "stETH"
    assert reading.all_compared(small_world(), "you") == ()
    kernel.handle(draft, MintReth("you", 33 * ETH))
    steth, reth = reading.all_compared(draft, "you")
    assert (steth, reth.token) == (row, "rETH")
    assert (reth.wei, reth.idle, reth.waiting) == (33 * ETH, ETH, 32 * ETH)
    fee = 33 * ETH - reth.liquid
    assert 0 <= fee < 33 * ETH // 100, "the deposit fee is behind from the start"


def test_reth_in_its_pool_is_still_held_and_bonds_lose_first() -> None:
    draft = rich(small_world())
    kernel.handle(draft, MintReth("you", 20 * ETH))
    held = reading.reth_held(draft, "you")
    kernel.handle(draft, AddLiquidity("you", RETH_ETH, (5 * ETH, 5 * ETH), 0))
    assert abs(reading.reth_held(draft, "you") - held) < held // 20
    ahead = reading.prospect(draft, 20 * ETH, reading.liquid_of("rETH"))
    assert ahead.loss_shared == 0 < ahead.loss_alone
    assert ahead.liquid_wait in (None, Wait(0, 0))
