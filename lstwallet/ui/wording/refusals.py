"""Refusals as sentences: why not, and what to do about it. A new refusal gets one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from lstwallet.ui.wording import network
from lstwallet.ui.wording.numbers import (
    DUST,
    NO_BREAK,
    amount,
    decimals,
    health,
    moment,
    multiple,
    token_name,
    translate,
)
from lstwallet.units.amount import format_exact

if TYPE_CHECKING:
    from lstwallet.engine.refusals import Refusal


def refusal(why: Refusal, *, private: bool = False) -> str:
    """The sentence for a refusal, with its numbers: beside the field that caused it.

    ``private``: but none of what is owned.
    """
    if private and _is_a(why, "NotEnoughBalance"):
        return translate("wording", "More than you have.")
    if private and _is_a(why, "NotEnoughCollateral"):
        return translate("wording", "More than your collateral allows.")
    for kind in type(why).__mro__:
        maker = _REFUSALS.get(kind.__name__)
        if maker is not None:
            return maker(why)
    return translate("wording", "This cannot be done now.")


def advice(why: Refusal, *, private: bool = False) -> str:
    """What to do about a refusal: the short line above the disabled button."""
    if private and _is_a(why, "NotEnoughBalance", "NotEnoughCollateral"):
        return translate("wording", "Enter a smaller amount to go on")
    for kind in type(why).__mro__:
        maker = _ADVICE.get(kind.__name__)
        if maker is not None:
            return maker(why)
    return translate("wording", "Change the amount to go on")


def _is_a(why: Refusal, *names: str) -> bool:
    return any(kind.__name__ in names for kind in type(why).__mro__)


def _nothing_to_do(why: Any) -> str:
    sentences = {
        "claim": translate("wording", "There is nothing to claim yet."),
        "collateral": translate("wording", "Nothing is supplied that could serve as collateral."),
        "withdraw": translate("wording", "Nothing of this token is supplied."),
        "repay": translate("wording", "Nothing of this token is owed."),
        "emode": translate("wording", "This e-mode is in force already."),
        "oracle": translate("wording", "This oracle is in force already."),
        "claim_rewards": translate("wording", "No rewards can be claimed yet."),
        "complete": translate("wording", "No withdrawal has left its escrow yet."),
        "slash": translate("wording", "Nothing is allocated to this service."),
    }
    return sentences.get(why.what, translate("wording", "Enter more than zero."))


def _not_enough_balance(why: Any) -> str:
    if why.available <= 0:
        return translate("wording", "You have no {token}.").format(token=token_name(why.token))
    missing = amount(why.wanted - why.available, why.token)
    return translate("wording", "{missing} more than you have.").format(missing=missing)


def _below_minimum(why: Any) -> str:
    if why.rule == "solo_validator":
        text = translate(
            "wording",
            "A validator of your own takes {minimum}: Ethereum activates none with less. "
            "A pool takes any amount.",
        )
    else:
        text = translate("wording", "The smallest amount is {minimum}.")
    return text.format(minimum=small(why.minimum, why.token))


def _above_maximum(why: Any) -> str:
    if why.rule == "stake_limit":
        text = translate(
            "wording", "Lido takes {maximum} more now: its staking limit refills within a day."
        )
        return text.format(maximum=amount(why.maximum, why.token))
    text = translate("wording", "At most {maximum} at once.")
    return text.format(maximum=amount(why.maximum, why.token))


def _not_a_multiple(why: Any) -> str:
    text = translate("wording", "Only multiples of {step}: each validator takes exactly that.")
    return text.format(step=small(why.step, why.token))


def _bad_range(why: Any) -> str:
    if why.problem == "order":
        return translate("wording", "The lower price must be below the upper one.")
    if why.problem == "reach":
        return translate("wording", "No price lies so far out.")
    return translate("wording", "The pool allows no bound just there.")


def _not_enough_liquidity(why: Any) -> str:
    if why.where in ("aave", "vault") or "lend" in why.where:
        text = translate("wording", "The market has only {available} left: the rest is lent out.")
    elif why.where == "rocketpool":
        text = translate(
            "wording", "Burning can pay only {available} now. The pool buys rETH at its own price."
        )
    else:
        text = translate("wording", "The pool holds only {available}.")
    return text.format(available=amount(max(0, why.available), why.token))


def _cap_reached(why: Any) -> str:
    room = amount(max(0, why.room), why.token)
    if why.kind == "deposit_pool":
        text = translate("wording", "The deposit pool is nearly full: it takes {room} now.")
    elif why.kind == "borrow":
        text = translate("wording", "The market's borrow limit is reached. Room left: {room}.")
    else:
        text = translate("wording", "The market's supply limit is reached. Room left: {room}.")
    return text.format(room=room)


def _slippage(why: Any) -> str:
    text = translate(
        "wording", "The price moved: {received} instead of at least {minimum}. Nothing was done."
    )
    return text.format(
        received=amount(why.received, why.token), minimum=amount(why.minimum, why.token)
    )


def _stopped(why: Any) -> str:
    sentences = {
        "lido:staking": translate("wording", "Lido has paused staking: it takes no ether now."),
        "lido:requests": translate(
            "wording", "Lido has paused its queue: it takes no new requests. Claims go on."
        ),
    }
    pool = translate(
        "wording",
        "This pool has been stopped: it only pays out both tokens in its ratio.",
    )
    return sentences.get(why.what, pool)


def _health_too_low(why: Any) -> str:
    text = translate(
        "wording",
        "Your health factor would fall from {before} to {after}. Below 1.00 you are liquidated.",
    )
    return text.format(before=health(why.before), after=health(why.after))


def _not_enough_collateral(why: Any) -> str:
    if why.available <= 0:
        return translate("wording", "Your collateral does not allow another loan.")
    text = translate("wording", "Your collateral allows {available} more, not {wanted}.")
    return text.format(
        available=amount(why.available, why.token), wanted=amount(why.wanted, why.token)
    )


def _multiple_out_of_reach(why: Any) -> str:
    if why.wanted < why.reached:
        text = translate("wording", "The loop can be brought down to {reached} only: {limit}.")
        reached = multiple(why.reached, up=True)
    else:
        text = translate("wording", "The highest multiple is {reached}: {limit}.")
        reached = multiple(why.reached)
    return text.format(reached=reached, limit=limit_of_a_loop(why.limit))


def limit_of_a_loop(limit: str) -> str:
    """What keeps a loop from going on, as the end of a sentence."""
    known = {
        "ltv": translate("wording", "the collateral allows no larger loan"),
        "liquidity": translate("wording", "the market has no more to give now"),
        "borrow_cap": translate("wording", "the market's borrow limit is reached"),
        "supply_cap": translate("wording", "the market's supply limit is reached"),
        "slippage": translate("wording", "the next exchange would lose more than you allow"),
        "rounds": translate("wording", "more would take more than 40 rounds"),
    }
    return known.get(limit, limit)


def _not_ready_yet(why: Any) -> str:
    if why.earliest == why.latest:
        return translate("wording", "Not ready before {when}.").format(when=moment(why.earliest))
    text = translate("wording", "Not ready yet: between {first} and {last}.")
    return text.format(first=moment(why.earliest), last=moment(why.latest))


def _protocol(why: Any) -> str:
    known = {
        "BorrowingNotEnabled": translate("wording", "This market does not lend this token."),
        "NotBorrowableInEMode": translate("wording", "Your e-mode does not lend this token."),
        "InvalidDebtInEmode": translate(
            "wording", "You owe a token that this e-mode does not lend. Repay it first."
        ),
        "InvalidCollateralInEmode": translate(
            "wording", "You use collateral that this e-mode does not take. Switch it off first."
        ),
        "InconsistentEModeCategory": translate("wording", "There is no such e-mode."),
        "UserInIsolationModeOrLtvZero": translate(
            "wording", "Nothing can be borrowed against this token."
        ),
        "LtvValidationFailed": translate(
            "wording", "Collateral that lends no borrowing power has to leave first."
        ),
        "OneOracleOnly": translate("wording", "This token has one oracle only."),
        "AssetNotListed": translate("wording", "The market does not take this token."),
    }
    if why.reason in known:
        return known[why.reason]
    text = translate("wording", "The protocol refuses this: {reason}.")
    return text.format(reason=why.reason)


def _bad_address(why: Any) -> str:
    return address_problem(why.problem)


def address_problem(problem: str) -> str:
    """The sentence for one of ``engine.address.Problem``'s values."""
    sentences = {
        "empty": translate("wording", "Enter an address."),
        "other_network": translate(
            "wording",
            "That is another network's address. Nothing here can be sent to a real network.",
        ),
        "mixed_case": translate(
            "wording", "Small and capital letters are mixed: an address has one kind only."
        ),
        "character": translate("wording", "A character in it is in no address: b, i, o or a sign."),
        "length": translate("wording", "An address has 42 characters: this has more or fewer."),
        "checksum": translate("wording", "A slip: one character or more is wrong. Copy it again."),
        "not_an_address": translate("wording", "That is not an address. They begin with sim1."),
    }
    return sentences[problem]


def small(units: int, symbol: str) -> str:
    """An exact amount without trailing zeros, tiny ones in base units: ``100 wei``."""
    if 0 < units < 10**6 and decimals(symbol) == 18:
        return f"{units}{NO_BREAK}wei"
    return f"{format_exact(units, decimals(symbol))}{NO_BREAK}{token_name(symbol)}"


def _advise_at_most(units: int, token: str) -> str:
    if units <= 0:
        return translate("wording", "Get some {token} first").format(token=token_name(token))
    text = translate("wording", "Enter at most {amount} to go on")
    return text.format(amount=amount(units, token))


def _advise_all(why: Any) -> str:
    """Of dust too much, "at most" would name what was typed."""
    if why.available > 0 and 0 < why.wanted - why.available <= DUST:
        return translate("wording", "Press Max to use all of it")
    return _advise_at_most(why.available, why.token)


_REFUSALS: Final[dict[str, Callable[[Any], str]]] = {
    "NothingToDo": _nothing_to_do,
    "NotEnoughBalance": _not_enough_balance,
    "BelowMinimum": _below_minimum,
    "AboveMaximum": _above_maximum,
    "NotAMultiple": _not_a_multiple,
    "BadRange": _bad_range,
    "NotEnoughLiquidity": _not_enough_liquidity,
    "CapReached": _cap_reached,
    "SlippageExceeded": _slippage,
    "Stopped": _stopped,
    "HealthTooLow": _health_too_low,
    "NotEnoughCollateral": _not_enough_collateral,
    "MultipleOutOfReach": _multiple_out_of_reach,
    "BadAddress": _bad_address,
    "SameAccount": lambda why: translate("wording", "That is the account it comes from."),
    "NotSendable": lambda why: translate("wording", "{token} stays with its account.").format(
        token=token_name(why.token)
    ),
    "TooManyAccounts": lambda why: translate(
        "wording", "There are {most} accounts already."
    ).format(most=why.most),
    "NotReadyYet": _not_ready_yet,
    "NotEnoughAfterFee": network.not_enough_after_fee,
    "FeeNotPayable": network.fee_not_payable,
    "FeeAboveLimit": network.fee_above_limit,
    "NotApproved": network.not_approved,
    "Moved": network.moved,
    "FullySlashed": lambda why: translate(
        "wording", "{operator} was slashed to nothing and takes no stake any more."
    ).format(operator=why.operator),
    "AlreadyDelegated": lambda why: translate(
        "wording", "You are delegated to {operator}: leave first."
    ).format(operator=why.operator),
    "NotDelegated": lambda why: translate("wording", "You have no operator to leave."),
    "ProtocolRefused": _protocol,
}
_ADVICE: Final[dict[str, Callable[[Any], str]]] = {
    "NothingToDo": lambda why: translate("wording", "Correct the amount to go on"),
    "NotEnoughBalance": _advise_all,
    "AboveMaximum": lambda why: _advise_at_most(why.maximum, why.token),
    "NotEnoughLiquidity": lambda why: _advise_at_most(why.available, why.token),
    "CapReached": lambda why: _advise_at_most(why.room, why.token),
    "NotEnoughCollateral": lambda why: _advise_at_most(why.available, why.token),
    "BelowMinimum": lambda why: translate("wording", "Enter at least {amount} to go on").format(
        amount=small(why.minimum, why.token)
    ),
    "NotAMultiple": lambda why: translate("wording", "Enter a multiple of {amount}").format(
        amount=small(why.step, why.token)
    ),
    "BadAddress": lambda why: translate("wording", "Correct the address to go on"),
    "SameAccount": lambda why: translate("wording", "Choose another account to go on"),
    "NotSendable": lambda why: translate("wording", "Choose another token to go on"),
    "HealthTooLow": lambda why: translate("wording", "Choose a smaller amount to go on"),
    "MultipleOutOfReach": lambda why: (
        translate("wording", "Choose a larger multiple to go on")
        if why.wanted < why.reached
        else translate("wording", "Choose a smaller multiple to go on")
    ),
    "NotReadyYet": lambda why: translate("wording", "Let time pass first"),
    "FeeNotPayable": lambda why: translate("wording", "Get some ETH for the network fee first"),
    "FeeAboveLimit": lambda why: translate("wording", "Look at the new fee to go on"),
    "NotApproved": lambda why: translate("wording", "Approve the contract first"),
    "Moved": lambda why: translate("wording", "Look at the new numbers to go on"),
    "Stopped": lambda why: translate("wording", "Take another way, or wait"),
    "FullySlashed": lambda why: translate("wording", "Choose another operator"),
    "AlreadyDelegated": lambda why: translate("wording", "Leave your operator first"),
    "NotDelegated": lambda why: translate("wording", "Choose an operator first"),
    "SlippageExceeded": lambda why: translate("wording", "Look at the new price to go on"),
}
