"""What the wallet says before one signs: a warning, a danger to be accepted, a word to be typed,
and what it does not do at all."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton

from lstwallet.engine.guards import REQUESTS, is_stopped
from lstwallet.engine.world import World
from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.road_time import back_to_main

ETH = 10**18


def preflight(camera: Camera) -> None:
    """Four reviews of one wallet with much play money; none of them is signed.

    On a branch of its own, so that the portfolio of the road stays what it is.
    """
    hands = camera.hands
    hands.click("time.branch")
    hands.fill("branches.name", "Big trades")
    hands.click("branches.name.keep")
    hands.sees("You are on a new branch")
    if (cross := hands.maybe("Close", QAbstractButton)) is not None:
        hands.press(cross)  # what tells of the branch would stand over the first pictures
    hands.go("settings")
    hands.fill("fund.amount", "100000")
    hands.agree("fund")
    hands.click("fund.again")
    _swap(camera, 0.04)
    camera.shot("preflight-warning", "Warning", "The trade moves the price by", small=True)
    hands.click("swap.checked")
    camera.shot("preflight-what-was-checked", "Nothing is done if you would get more than")
    hands.click("swap.back")
    _swap(camera, 0.12)
    camera.shot("preflight-danger-to-be-typed", "Danger", "Type “confirm” to go on", small=True)
    hands.click("swap.back")
    _swap(camera, 0.22)
    camera.shot("preflight-refused", "From 15% on a trade is refused", "Refused: see above",
                small=True)  # fmt: skip
    hands.click("swap.back")
    hands.fill("swap.amount", "")
    _queue_and_drill(camera)


def _swap(camera: Camera, share: float) -> None:
    """A review of ether for dollars, as much as this part of what the pool holds."""
    hands, world = camera.hands, camera.bridge.world
    assert isinstance(world, World)
    if hands.window.room != "swap":  # type: ignore[attr-defined]
        hands.go("swap")
    hands.choose("swap.from", "ETH")
    hands.choose("swap.to", "USDC")
    held = world.pools.usdc_eth.pair.reserve_1 / ETH
    hands.fill("swap.amount", f"{held * share:.0f}")
    hands.click("swap.review")
    hands.sees("Step 2 of 3")


def _queue_and_drill(camera: Camera) -> None:
    """The queue's own risks; and what is left when Lido stops taking requests."""
    hands = camera.hands
    hands.go("unstake")
    hands.fill("unstake.amount", "1")
    hands.click("unstake.choice.queue")
    hands.click("unstake.review")
    camera.shot("preflight-the-queue-s-risks", "A slash while it waits", "earns no rewards",
                small=True)  # fmt: skip
    hands.click("unstake.back")
    hands.go("settings")
    hands.click("settings.expert")
    camera.shot("settings-expert-mode-asks-first", "Turn it on", small=True)
    hands.click("settings.expert.decline")
    _drill(camera)
    hands.go("unstake")
    camera.shot("drill-the-queue-is-paused", "Lido has paused its queue", small=True)
    hands.fill("unstake.amount", "")
    back_to_main(camera)


def _drill(camera: Camera) -> None:
    """Press the switch, and wait until the world says so."""

    def done() -> bool:
        world = camera.bridge.world
        return world is not None and is_stopped(world, REQUESTS)

    camera.hands.click(f"drill.{REQUESTS}")
    camera.hands.until(done, "the queue to stop")


__all__ = ["preflight"]
