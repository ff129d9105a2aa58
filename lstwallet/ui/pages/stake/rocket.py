"""Staking with Rocket Pool: facts below the form, review and receipt, and why its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.readmodel.rocketpool import RocketOffer, minted_for, offer
from lstwallet.readmodel.staking import Apr
from lstwallet.ui import wording
from lstwallet.ui.pages.action import Change, Fact, Move, NextStep, Receipt, Review
from lstwallet.ui.pages.stake import words
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.rows import KeyValue
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.rocketpool import RethMinted
    from lstwallet.engine.world import World

translate = QCoreApplication.translate
ROCKET_TOPICS: Final = ("reth_apr", "commission", "burn")
"""What ``rocket_reason`` explains."""


class Facts(QWidget):
    """The rows below the amounts."""

    def __init__(
        self, explain: Callable[[QWidget, str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)

        def why(row: KeyValue, topic: str) -> None:
            explain(row.why or row, topic)

        self.apr = KeyValue(self.tr("APR"), why=lambda: why(self.apr, "reth_apr"))
        self.fee = KeyValue(
            self.tr("Reward fee, on rewards only"), why=lambda: why(self.fee, "commission")
        )
        self.deposit_fee = KeyValue(self.tr("Deposit fee, once"))
        self.back = KeyValue(self.tr("Rate back, by burning"))
        self.room = KeyValue(self.tr("Protocol takes now"))
        self.leave = KeyValue(self.tr("Leave by"), why=lambda: why(self.leave, "burn"))
        rows = (self.apr, self.fee, self.deposit_fee, self.back, self.room, self.leave)
        self.setLayout(column(*rows, spacing=6))

    def show_offer(self, offer: RocketOffer, apr: Apr) -> None:
        """The protocol now."""
        self.apr.set_key(words.apr_key(apr))
        self.apr.set_value(words.share(apr.rate))
        self.fee.set_value(words.share(offer.commission, 0))
        self.deposit_fee.set_value(words.share(offer.deposit_fee))
        self.back.set_value(words.rate("rETH", offer.rate, "ETH"))
        self.room.set_value(
            self.tr("up to {room}").format(room=wording.amount(offer.room, "ETH"))
        )
        self.leave.set_value(self.tr("burning, or market"))


def review(event: RethMinted, after: World, ether: Change) -> Review:
    """Before anything is done."""
    prices, now = quotes(after), offer(after)
    assert now is not None
    return Review(
        title=translate("stake", "Review stake"),
        confirm=translate("stake", "Stake {amount}").format(amount=words.brief(event.amount)),
        pending=translate("stake", "Staking"),
        moves=(
            Move("ETH", translate("stake", "You send"), wording.change(-event.amount, "ETH"),
                 wording.fiat(value_of(prices, "ETH", event.amount))),
            Move("rETH", translate("stake", "You receive"), wording.change(event.reth, "rETH"),
                 translate("stake", "{value} at market").format(
                     value=wording.fiat(value_of(prices, "rETH", event.reth))), "good"),
        ),
        changes=(ether,),
        facts=(
            Fact(translate("stake", "Rate"), words.rate("ETH", minted_for(after, WAD), "rETH")),
            Fact(translate("stake", "Deposit fee, once"), words.share(now.deposit_fee)),
            Fact(translate("stake", "Fee on rewards"), words.share(now.commission, 0)),
            Fact(translate("stake", "Contract"),
                 translate("stake", "Rocket Pool deposit pool · simulated")),
        ),
    )  # fmt: skip


def receipt(event: RethMinted, after: World, changes: tuple[Change, ...]) -> Receipt:
    """What was done, and what comes next."""
    assert after.rocketpool is not None
    due = wording.countdown(after.rocketpool.next_update, after.time)
    return Receipt(
        translate("stake", "{amount} received").format(amount=wording.amount(event.reth, "rETH")),
        translate("stake", "Stake more"),
        changes,
        (Fact(translate("stake", "Next rate update"), due),),
        (
            NextStep(
                translate("stake", "Add to a pool"),
                translate("stake", "Trading fees on top, you share the price gap"),
                "drop-half", "pools", {"pool": "reth_eth"},
            ),
            NextStep(
                translate("stake", "See both ways out"),
                translate("stake", "Burning beside the market"),
                "sign-out", "unstake", {"token": "rETH"},
            ),
        ),
    )  # fmt: skip


def rocket_reason(
    topic: str, now: RocketOffer, apr: Apr, native: Apr
) -> tuple[str, str, list[tuple[str, ...]], str]:
    """Title, formula, terms, and a note on rounding and source."""
    if topic == "commission":
        return (
            translate("stake", "Reward fee"),
            translate("stake", "rewards on borrowed ETH × (nodes' share + voters' share)"),
            [(translate("stake", "Borrowed of each validator"),
              words.share(WAD - now.bond, 1)),
             (translate("stake", "Nodes and voters"), words.share(now.commission, 0)),
             (translate("stake", "On your stake"), translate("stake", "none"))],
            translate("stake", "Rounded down, for holders. Rocket Pool, RPIP-46."),
        )  # fmt: skip
    if topic == "burn":
        return (
            translate("stake", "What burning can pay"),
            translate("stake", "ETH in the rETH contract + deposit pool − what minipools wait for"),
            [(translate("stake", "Available now"), wording.amount(now.burnable, "ETH")),
             (translate("stake", "Collateral"), translate("stake", "{share} of {target}").format(
                 share=words.share(now.collateral), target=words.share(now.target, 0))),
             (translate("stake", "Minipools that wait"), wording.count(now.waiting))],
            translate("stake", "There is no queue. Rocket Pool, RocketTokenRETH contract."),
        )  # fmt: skip
    if apr.days == 0:
        return (
            translate("stake", "Expected yearly rate"),
            translate("stake", "rate of the chain × share that attests × share of holders"),
            [(translate("stake", "Rate of the chain"), words.share(native.rate)),
             (translate("stake", "Fee"), words.share(now.commission, 0)),
             (translate("stake", "Result"), words.share(apr.rate))],
            translate("stake", "Collateral earns nothing. Without interest on interest."),
        )  # fmt: skip
    return (
        translate("stake", "Average yearly rate"),
        translate("stake", "(rate now / rate then − 1) × 365 / days"),
        [(translate("stake", "Rate now"), wording.price(now.rate, "ETH")),
         (translate("stake", "Updates of"),
          words.counted(translate("stake", "%n day(s)", "", apr.days), apr.days)),
         (translate("stake", "Result"), words.share(apr.rate))],
        translate("stake", "After the fee, without interest on interest. From the daily updates."),
    )  # fmt: skip


__all__ = ["ROCKET_TOPICS", "Facts", "receipt", "review", "rocket_reason"]
