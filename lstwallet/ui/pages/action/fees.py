"""What signing costs and allows, as every review and receipt shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.network import AllowanceUsed, Approve, Approved, FeePaid
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.ui import wording
from lstwallet.ui.pages.action.records import Check, Fact, Receipt, Review

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.network import Cost
    from lstwallet.engine.signing import Prepared
    from lstwallet.engine.world import World

_tr: Final = QCoreApplication.translate


def fee_line(world: World, cost: Cost) -> str:
    """``0.000061 ETH · $0.19``."""
    return wording.fee_and_worth(cost.wei, value_of(quotes(world), "ETH", cost.wei))


def approval_line(prepared: Prepared) -> str:
    """The overview's short answer: who will be approved, for which token."""
    approvals, uses = prepared.approvals, prepared.uses
    if approvals:
        tokens = ", ".join(dict.fromkeys(each.token for each in approvals))
        spenders = {each.spender for each in approvals}
        if len(spenders) > 1:  # a loop's: the review names each
            text = _tr("fees", "{token} for {count} contracts")
            return text.format(token=tokens, count=wording.count(len(spenders)))
        text = _tr("fees", "{token} for the {contract}")
        return text.format(token=tokens, contract=wording.contract(approvals[0].spender))
    return _tr("fees", "given before") if uses else _tr("fees", "not needed")


def with_network(review: Review, world: World, prepared: Prepared, *, unlimited: bool) -> Review:
    """The review with the fee, who is approved, and the choice of an approval without limit."""
    if world.network is None:
        return review
    return review._replace(
        facts=(*review.facts, *_fee_facts(world, prepared)),
        checks=(*review.checks, *_approvals(prepared)),
        unlimited=_choice(prepared),
        is_unlimited=unlimited,
    )


def _fee_facts(world: World, prepared: Prepared) -> tuple[Fact, ...]:
    cost = prepared.cost
    if not cost.gas:
        return (Fact(_tr("fees", "Network fee"), fee_line(world, cost)),)
    most = wording.fee(cost.gas * prepared.transaction.max_fee)
    return (
        Fact(_tr("fees", "Network fee"), fee_line(world, cost)),
        Fact(_tr("fees", "Gas"), gas_line(cost)),
        Fact(_tr("fees", "Base fee + tip"), price_line(cost)),
        Fact(_tr("fees", "Never more than"), most),
    )


def gas_line(cost: Cost) -> str:
    """``111 000 × 0.70 gwei``."""
    text = _tr("fees", "{gas} × {price}")
    return text.format(gas=wording.count(cost.gas), price=wording.gwei(cost.price))


def price_line(cost: Cost) -> str:
    """``0.65 gwei + 0.05 gwei``."""
    text = _tr("fees", "{base} + {tip}")
    return text.format(base=wording.gwei(cost.base_fee), tip=wording.gwei(cost.tip))


def _approvals(prepared: Prepared) -> tuple[Check, ...]:
    """Where nobody is approved anew, why not."""
    own = all(type(call) is Approve for call in prepared.transaction.calls)
    if prepared.approvals or own:  # pre-flight tells of them
        return ()
    if prepared.uses:
        text = _tr("fees", "{contract} takes it from an approval you gave before")
        return tuple(
            Check(text.format(contract=wording.contract(each.spender)), "info")
            for each in prepared.uses
        )
    return (Check(_tr("fees", "No approval needed: no contract may move your tokens")),)


def _choice(prepared: Prepared) -> str:
    if not prepared.approvals:
        return ""
    return _tr("fees", "Approve without limit instead")


def with_paid(receipt: Receipt, outcome: Outcome, before: World) -> Receipt:
    """The receipt with the fee that was paid, and with what a contract may still take."""
    facts = list(receipt.facts)
    for event in outcome.events:
        if isinstance(event, FeePaid):
            wei = event.gas * (event.base_fee + event.tip)
            worth = value_of(quotes(before), "ETH", wei)
            facts.append(Fact(_tr("fees", "Network fee"), wording.fee_and_worth(wei, worth)))
    given = {(event.token, event.spender) for event in outcome.events if type(event) is Approved}
    last = {
        (event.token, event.spender): event
        for event in outcome.events
        if isinstance(event, AllowanceUsed)
    }  # a loop uses an approval many times: what is left in the end counts
    facts += [_left(event) for key, event in last.items() if key in given]
    return receipt._replace(facts=tuple(facts))


def _left(event: AllowanceUsed) -> Fact:
    """What is left of an approval that was given just now."""
    if not event.left:
        return Fact(wording.contract(event.spender), _tr("fees", "approval used up"), "good")
    text = _tr("fees", "may take {amount}").format(amount=wording.allowed(event.left, event.token))
    return Fact(wording.contract(event.spender), text, "bad")


__all__ = ["approval_line", "fee_line", "gas_line", "with_network", "with_paid"]
