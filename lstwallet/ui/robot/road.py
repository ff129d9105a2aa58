"""The main road, step by step: what a person does, and what they then see.

Each chapter gets the camera; ``camera.shot(name, *facts)`` sees the facts on the screen
before it takes a picture whose name carries them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.hands import NotThere

Chapter = Callable[[Camera], None]


def first_start(camera: Camera) -> None:
    """The welcome page; then an empty wallet with play money."""
    hands = camera.hands
    camera.shot("first-start", "Practise liquid staking with play money", "SIMULATION", small=True)
    hands.click("welcome.empty")
    hands.until(lambda: camera.bridge.world is not None, "the new profile")
    hands.go("home")
    camera.shot("home-100-eth-and-50000-usdc", "100.0000 ETH", "Sun 1 May 2022", small=True)


def play_money(camera: Camera) -> None:
    """A little more to practise with."""
    hands = camera.hands
    hands.go("settings")
    hands.fill("fund.amount", "20")
    hands.click("fund.review")
    hands.click("fund.confirm")
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
    camera.shot("stake-form-5-eth", "115.0000", "Review stake", small=True)
    hands.click("stake.review")
    camera.shot("stake-review-5-eth", "Step 2 of 3", "5.0000 ETH", small=True)
    hands.click("stake.confirm")
    camera.shot("stake-receipt-5.0-steth", "5.0000 stETH received", small=True)
    hands.click("stake.again")
    hands.fill("stake.amount", "40")
    hands.click("stake.review")
    hands.click("stake.confirm")
    hands.sees("40.0000 stETH received")


def wrap(camera: Camera) -> None:
    """stETH into wstETH: another token, the same shares."""
    hands = camera.hands
    hands.click("stake.mode.wrap")
    hands.fill("wrap.amount", "20")
    camera.shot("wrap-20-steth", "wstETH", "Review")
    hands.click("wrap.review")
    hands.click("wrap.confirm")
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
    hands.click("lend.review")
    hands.click("lend.confirm")
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


CHAPTERS: Final[tuple[Chapter, ...]] = (
    first_start,
    play_money,
    stake_alone,
    stake_with_the_pool,
    wrap,
    lend,
)


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
