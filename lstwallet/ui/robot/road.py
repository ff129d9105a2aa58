"""The main road, step by step: what a person does, and what they then see.

Each chapter gets the camera; ``camera.shot(name, *facts)`` sees the facts on the screen
before it takes a picture whose name carries them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lstwallet.ui.robot import (
    road_approvals,
    road_backups,
    road_exits,
    road_keys,
    road_lessons,
    road_loops,
    road_manners,
    road_native,
    road_preflight,
    road_ranges,
    road_restake,
    road_reth,
    road_time,
    road_vault,
    road_wallet,
)
from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.hands import NotThere

Chapter = Callable[[Camera], None]


def first_start(camera: Camera) -> None:
    """The welcome page; then an empty wallet with play money."""
    hands = camera.hands
    camera.shot("first-start", "Practise liquid staking with play money", "SIMULATION", small=True)
    hands.click("welcome.empty")
    camera.shot("first-start-no-password", "Or without a password", small=True)
    hands.click("protect.none")
    hands.until(lambda: camera.bridge.world is not None, "the new profile")
    hands.go("home")
    camera.shot("home-100-eth-and-50000-usdc", "100.0000 ETH", "Mon 2 May 2022", small=True)


def play_money(camera: Camera) -> None:
    """A little more to practise with."""
    hands = camera.hands
    hands.go("settings")
    hands.fill("fund.amount", "20")
    hands.agree("fund")
    camera.shot("settings-funded-20-eth", "20.0000 ETH received", "120.0000", small=True)


def stake_alone(camera: Camera) -> None:
    """5 ETH cannot stake alone: the sentence stands beside the field."""
    hands = camera.hands
    hands.go("stake")
    hands.click("stake.choice.solo")
    hands.fill("stake.amount", "5")
    camera.shot("stake-solo-5-eth-refused", "32 ETH", "Solo validator")
    hands.fill("stake.amount", "1,5")
    camera.shot("stake-comma-refused", "comma")


def stake_with_the_pool(camera: Camera) -> None:
    """Form, review, receipt."""
    hands = camera.hands
    hands.click("stake.choice.lido")
    hands.fill("stake.amount", "5")
    camera.shot("stake-form-5-eth", "114.99", "Network fee", "Review stake", small=True)
    hands.click("stake.review")
    camera.shot("stake-review-5-eth", "Step 2 of 3", "5.0000 ETH", small=True)
    hands.click("stake.confirm")
    camera.shot("stake-receipt-5.0-steth", "5.0000 stETH received", small=True)
    hands.click("stake.again")
    hands.fill("stake.amount", "40")
    hands.agree("stake")
    hands.sees("40.0000 stETH received")


def wrap(camera: Camera) -> None:
    """stETH into wstETH: another token, the same shares."""
    hands = camera.hands
    hands.click("stake.mode.wrap")
    hands.fill("wrap.amount", "20")
    camera.shot("wrap-20-steth", "wstETH", "Review")
    hands.agree("wrap")
    camera.shot("wrap-receipt", "wstETH received")


def lend(camera: Camera) -> None:
    """wstETH as collateral, USDC borrowed against it, the warning below 1.5."""
    hands = camera.hands
    hands.go("lend")
    camera.shot("lend-empty", "Markets", small=True)
    hands.click("lend.supply")
    hands.choose("lend.token", "wstETH")
    hands.fill("lend.amount", "10")
    camera.shot("lend-supply-10-wsteth", "Review")
    hands.agree("lend")
    hands.click("lend.again")
    hands.click("lend.borrow")
    hands.choose("lend.token", "USDC")
    hands.fill("lend.amount", "500000")
    camera.shot("lend-borrow-too-much-refused", "500")
    hands.fill("lend.amount", "20000")
    hands.click("lend.review")
    camera.shot("lend-borrow-risk-to-accept", "I accept the risk", small=True)
    hands.click("lend.accept")
    hands.click("lend.confirm")
    camera.shot("lend-borrowed-20000-usdc", "20 000.00", small=True)
    hands.click("lend.again")


def pool(camera: Camera) -> None:
    """One-sided into the stETH/ETH pool."""
    hands = camera.hands
    hands.go("pools")
    camera.shot("pools-two-pools", "stETH / ETH", "USDC / ETH", small=True)
    hands.click("pools.open.steth_eth")
    hands.fill("pools.amount0", "4")
    camera.shot("pools-add-4-eth", "LP", small=True)
    hands.click("pools.review")
    camera.shot("pools-review", "Step 2 of 3")
    hands.click("pools.confirm")
    camera.shot("pools-receipt", "LP received")
    hands.click("pools.again")


def swap(camera: Camera) -> None:
    """USDC into ETH; a price that nobody should take is stopped."""
    hands = camera.hands
    hands.go("swap")
    hands.choose("swap.from", "USDC")
    hands.choose("swap.to", "ETH")
    hands.fill("swap.amount", "10000")
    camera.shot("swap-10000-usdc", "Price impact", small=True)
    hands.click("swap.review")
    camera.shot("swap-review", "10 000.00 USDC")
    hands.click("swap.confirm")
    camera.shot("swap-receipt", "ETH received")
    hands.click("swap.again")


def a_day_passes(camera: Camera) -> None:
    """The first report, the first reward."""
    hands = camera.hands
    hands.go("home")
    hands.step("day")
    camera.shot("home-after-a-day", "Tue 3 May 2022")


def a_week_passes(camera: Camera) -> None:
    """The second week of May 2022: ETH falls by a fifth, and the loan's health with it."""
    hands = camera.hands
    hands.go("home")
    hands.step("week")
    camera.shot("home-after-the-fall-of-may", "Tue 10 May 2022", small=True)
    hands.go("lend")
    camera.shot("lend-health-fell", "Watch", small=True)
    hands.click("lend.repay")
    hands.choose("lend.token", "USDC")
    hands.fill("lend.amount", "8000")
    hands.agree("lend")
    camera.shot("lend-repaid-8000-usdc", "8 000.00")
    hands.click("lend.again")


def unstake(camera: Camera) -> None:
    """Queue or market; a ticket; the wait; the claim."""
    hands = camera.hands
    hands.go("unstake")
    hands.fill("unstake.amount", "6")
    camera.shot("unstake-queue-or-market", "Withdrawal queue", "Sell on the market", small=True)
    hands.click("unstake.choice.queue")
    hands.click("unstake.review")
    camera.shot("unstake-review", "Step 2 of 3")
    hands.click("unstake.confirm")
    camera.shot("unstake-ticket", "in the queue")
    hands.click("unstake.again")
    hands.go("home")
    camera.shot("home-with-a-ticket", "Unstaking", small=True)
    hands.step("week")
    hands.step("week")
    hands.go("unstake")
    camera.shot("unstake-ready", "Ready", small=True)
    hands.click("unstake.claim")
    hands.click("claim.confirm")
    camera.shot("claim-receipt-6.0-eth", "6.0000 ETH claimed")
    hands.click("claim.again")


def the_june_fall(camera: Camera) -> None:
    """Three weeks of June 2022: the pool's discount opens, and the loan is tested."""
    hands = camera.hands
    for _week in range(3):
        hands.step("week")
    hands.go("home")
    camera.shot("home-june-2022", "Tue 14 Jun 2022", small=True)
    hands.go("lend")
    camera.shot("lend-liquidated-in-june-2022", "your position was liquidated", small=True)
    hands.go("pools")
    camera.shot("pools-discount-of-june-2022", "Your position against holding", small=True)


def history(camera: Camera) -> None:
    """Everything that happened, and how it looks in other sizes of text."""
    hands = camera.hands
    hands.go("activity")
    camera.shot("activity", "Rewards", small=True)
    hands.fill("activity.search", "claim")
    camera.shot("activity-search-claim", "Claimed")
    hands.fill("activity.search", "")
    hands.go("settings")
    hands.click("settings.verify")
    camera.shot("settings-verified", "Nothing is wrong")


def lesson(camera: Camera) -> None:
    """The first lesson, in a profile of its own, to the last question; then back home."""
    hands = camera.hands
    hands.go("learn")
    camera.shot("learn", "Any amount, not 32", small=True)
    hands.click("learn.open.any-amount")
    hands.sees("Try it alone first")
    camera.shot("lesson-step-1-try-it-alone", "Step 1 of 3", "Waiting for", small=True)
    hands.click("stake.choice.solo")
    hands.fill("stake.amount", "5")
    camera.shot("lesson-step-1-refused-so-done", "32 ETH")
    hands.click("coach.go_on")
    hands.click("stake.choice.lido")
    hands.fill("stake.amount", "5")
    camera.shot("lesson-step-2-stake-with-lido", "Step 2 of 3", small=True)
    hands.agree("stake")
    hands.sees("shares")
    camera.shot("lesson-step-2-done", "5.0000 stETH received")
    hands.click("coach.go_on")
    camera.shot("lesson-step-3-let-a-day-pass", "Step 3 of 3")
    hands.step("day")
    camera.shot("lesson-first-reward", "first reward", small=True)
    hands.click("coach.go_on")
    camera.shot("quiz-question-1", "Why was a solo stake of 5 ETH refused?", small=True)
    hands.click("quiz.why-32.0")
    camera.shot("quiz-wrong-explained", "It held 18.442 ETH")


CHAPTERS: Final[tuple[Chapter, ...]] = (
    first_start,
    play_money,
    stake_alone,
    stake_with_the_pool,
    wrap,
    lend,
    a_day_passes,
    pool,
    swap,
    a_week_passes,
    unstake,
    road_exits.ways_and_calendar,
    the_june_fall,
    road_exits.notices,
    road_native.native_or_liquid,
    history,
    road_manners.palette,
    road_manners.table_twin,
    road_manners.help_sheet,
    road_manners.undo,
    road_loops.loop,
    road_loops.oracle,
    road_loops.bring_down,
    road_time.slider,
    road_time.branches,
    road_time.what_if,
    road_time.comparison,
    road_reth.mint,
    road_reth.pool,
    road_reth.burn,
    road_restake.restake,
    road_restake.slash_and_leave,
    road_restake.over,
    road_ranges.ranges,
    road_vault.put_in,
    road_vault.a_share_grows,
    road_vault.take_out,
    road_vault.drills,
    road_wallet.accounts,
    road_wallet.send,
    road_wallet.receive,
    road_wallet.labels,
    road_approvals.fees_and_approvals,
    road_preflight.preflight,
    road_backups.profiles_and_backups,
    road_keys.portfolio,
    road_keys.protected,
    road_keys.locked,
    road_keys.settings,
    lesson,
    road_lessons.two_kinds,
    road_lessons.queue_or_market,
)
"""The road in order. Lessons have a profile of their own and come last."""


def found_again(camera: Camera, world_hash: str) -> None:
    """Closed and opened again: everything is as it was left. Raises ``NotThere`` if not."""
    from lstwallet.store.codec import world_hash as hash_of

    camera.hands.until(lambda: camera.bridge.world is not None, "the profile to open again")
    world = camera.bridge.world
    assert world is not None
    if hash_of(world) != world_hash:
        raise NotThere("the world that was left")
    camera.hands.go("home")
    camera.shot("home-found-again", "Net worth")
