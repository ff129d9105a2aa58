"""The road of rETH: minted beside Lido and solo, its pool, and burnt beside the market."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton

from lstwallet.ui.robot.camera import Camera


def mint(camera: Camera) -> None:
    """The third way to stake: form, review, receipt."""
    hands = camera.hands
    hands.go("stake")
    hands.click("stake.choice.rocketpool")
    hands.fill("stake.amount", "0.001")
    camera.shot("reth-below-minimum-refused", "The smallest amount is 0.01")
    hands.fill("stake.amount", "4")
    camera.shot(
        "reth-form-4-eth", "Stake with Rocket Pool", "Deposit fee, once", "Protocol takes now",
        small=True,
    )  # fmt: skip
    hands.click("stake.review")
    camera.shot("reth-review-4-eth", "Step 2 of 3", "A deposit costs 0.05% once", small=True)
    hands.click("stake.confirm")
    camera.shot("reth-receipt", "rETH received", "Next rate update", small=True)
    hands.click("stake.again")


def pool(camera: Camera) -> None:
    """Its pool counts it by the protocol's rate."""
    hands = camera.hands
    hands.go("pools")
    if hands.maybe("pools.list", QAbstractButton) is not None:  # a pool was left open
        hands.click("pools.list")
    camera.shot("pools-three-pools", "stETH / ETH", "rETH / ETH", "USDC / ETH", small=True)
    hands.click("pools.open.reth_eth")
    camera.shot("pool-reth", "Price against the protocol's rate", "What the pool holds", small=True)
    hands.click("pools.list")


def burn(camera: Camera) -> None:
    """Burning pays at once, beside the market; the queue belongs to stETH."""
    hands = camera.hands
    hands.go("unstake")
    hands.choose("unstake.token", "rETH")
    hands.fill("unstake.amount", "1")
    camera.shot(
        "reth-burn-or-sell", "No queue: burning pays at once", "Available now",
        "Sell on the market", small=True,
    )  # fmt: skip
    hands.click("unstake.review")
    camera.shot("reth-burn-review", "Review burn", "Left for others to burn", small=True)
    hands.click("unstake.confirm")
    camera.shot("reth-burn-receipt", "ETH received", small=True)
    hands.click("unstake.again")
    hands.choose("unstake.token", "stETH")
    hands.go("home")
    camera.shot("home-with-reth", "Rocket Pool, value grows", small=True)


__all__ = ["burn", "mint", "pool"]
