"""The demo's look at native or liquid: the stake beside its shadow, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lstwallet.ui.robot.camera import Camera


def native_or_liquid(camera: Camera) -> None:
    """What the pool brought, beside the same ETH staked natively at the same moments."""
    hands = camera.hands
    hands.go("stake")
    hands.click("stake.mode.stake")
    camera.shot("native-or-liquid", "Native or liquid?", "than the same ETH", small=True)
    hands.click("stake.native.stETH.why")
    camera.shot("native-why", "The same ETH, staked natively")
    hands.click("Close")  # or it would stand in every picture after this one
    hands.go("home")


__all__ = ["native_or_liquid"]
