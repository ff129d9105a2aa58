"""What a check before signing found, in words: one sentence each, and on demand the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.ui.wording import ranges, restakes, vaults
from lstwallet.ui.wording.network import contract, fee, fiat_fee, may_take
from lstwallet.ui.wording.numbers import (
    NO_BREAK,
    amount,
    count,
    fiat,
    health,
    moment,
    percent,
    plural,
    token_name,
    translate,
    waits,
)

if TYPE_CHECKING:
    from lstwallet.readmodel.preflight import Finding


def severity(name: str) -> tuple[str, str, str]:
    """Word, tone and icon of a severity."""
    return {
        "safe": (translate("wording", "Checked"), "good", "check-circle"),
        "note": (translate("wording", "Good to know"), "info", "info"),
        "warning": (translate("wording", "Warning"), "warn", "warning"),
        "danger": (translate("wording", "Danger"), "bad", "warning-octagon"),
        "forbidden": (translate("wording", "Refused"), "bad", "prohibit"),
    }[name]


def finding(found: Finding, *, private: bool = False) -> str:
    """The sentence for a finding, with its numbers; ``private``: but none of what is owned."""
    return _SENTENCES[found.rule](found.severity, {**found.facts, "private": private})


def finding_rule(found: Finding) -> str:
    """What the rule compares with what, for those who ask; empty where the sentence says it."""
    text = _rules().get(found.rule, "")
    if found.lifted:
        lifted = translate("wording", "{rule} Expert mode lets this pass.")
        return lifted.format(rule=text)
    return text


def _size(share: float) -> str:
    text = percent(abs(share))
    small = text.strip("0.%") == "" and share
    return f"<{NO_BREAK}0.01%" if small else text


def _listed(words: Sequence[str]) -> str:
    """``WETH and wstETH``."""
    if len(words) < 2:
        return "".join(words)
    text = translate("wording", "{first} and {last}")
    return text.format(first=", ".join(words[:-1]), last=words[-1])


# --- the transaction -------------------------------------------------------------------------


def _fee_high(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The price of gas is as usual in the last week.")
    text = translate("wording", "Gas costs {times} times as much as usual in the last week.")
    return text.format(times=f"{facts['times']:.1f}")


def _fee_share(grave: str, facts: Any) -> str:
    text = translate("wording", "The network fee is {share} of what moves: {fee}.")
    return text.format(share=_size(facts["share"]), fee=fiat_fee(facts["fee"]))


def _gas_left(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "Enough ether stays for the next fees.")
    if facts["private"]:
        text = translate("wording", "Too little stays for the next fees; this one costs {fee}.")
        return text.format(fee=fee(facts["fee"]))
    text = translate("wording", "Only {left} stays for the next fees; this one costs {fee}.")
    return text.format(left=amount(facts["left"], "ETH"), fee=fee(facts["fee"]))


def _approval(grave: str, facts: Any) -> str:
    if grave == "safe":
        text = translate("wording", "{contract} may take no {token} any more.")
        return text.format(contract=contract(facts["spender"]), token=token_name(facts["token"]))
    said = may_take(facts["spender"], facts["token"], facts["units"])
    return translate("wording", "{said}.").format(said=said)


def _approval_exceeds(grave: str, facts: Any) -> str:
    if facts["private"]:
        return translate("wording", "That is more than you have.")
    text = translate("wording", "That is more than the {held} you have.")
    return text.format(held=amount(facts["held"], facts["token"]))


def _first_time(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "You have sent to this address before.")
    return translate(
        "wording",
        "You have never sent to this address. Compare every character with where you have it "
        "from: nobody can take a transfer back.",
    )


# --- trading ---------------------------------------------------------------------------------


def _impact(grave: str, facts: Any) -> str:
    text = {
        "safe": translate("wording", "The trade hardly moves the price: {share}."),
        "note": translate("wording", "The trade moves the price by {share}."),
        "warning": translate("wording", "The trade moves the price by {share}."),
        "danger": translate(
            "wording", "This trade alone moves the price by {share}. A smaller one costs less."
        ),
        "forbidden": translate(
            "wording", "The price impact is {share}. From 15% on a trade is refused."
        ),
    }[grave]
    if facts.get("several") and grave not in ("safe", "forbidden"):
        text = translate("wording", "All exchanges together move the price by {share}.")
    return text.format(share=_size(facts["share"]))


def _slippage(grave: str, facts: Any) -> str:
    if grave == "forbidden":
        text = translate(
            "wording", "A slippage limit of {share} is refused: others would take the difference."
        )
    elif grave == "safe":
        text = translate("wording", "Nothing is done if you would get more than {share} less.")
    elif facts["high"]:
        text = translate("wording", "You accept up to {share} less than quoted.")
    else:
        text = translate(
            "wording", "You accept only {share} less than quoted: the smallest move stops it."
        )
    return text.format(share=percent(facts["share"]))


def _off_oracle(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The price is close to the one outside.")
    if facts["share"] > 0:
        text = translate("wording", "You get {share} more than at the price outside.")
    else:
        text = translate("wording", "You get {share} less than at the price outside.")
    return text.format(share=_size(facts["share"]))


def _below_queue(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The market pays as much as the withdrawal queue would.")
    text = translate(
        "wording",
        "The market pays {share} less than the rate: {lost}. The queue pays in full in {wait}.",
    )
    return text.format(
        share=_size(facts["share"]), lost=amount(facts["lost"], "ETH"),
        wait=waits(facts["low"], facts["high"]),
    )  # fmt: skip


def _dearer(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "Staking would give no more than this.")
    text = translate("wording", "Staking would give {more} more for the same ether.")
    return text.format(more=amount(facts["more"], facts["token"]))


# --- staking -----------------------------------------------------------------------------------


def _market_cheaper(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The market does not sell it below this rate.")
    text = translate(
        "wording", "The market sells {token} {share} below this rate: buying gets you {more} more."
    )
    token = facts.get("token", "stETH")
    return text.format(
        token=token, share=_size(facts["share"]), more=amount(facts["more"], token)
    )


def _stake_limit(grave: str, facts: Any) -> str:
    if grave == "safe":
        text = translate("wording", "Lido's staking limit is {share} used.")
    else:
        text = translate(
            "wording", "Lido's staking limit would be {share} used; {left} could still be staked."
        )
    return text.format(share=percent(facts["share"], 1), left=amount(facts["left"], "ETH"))


def _leaving(grave: str, facts: Any) -> str:
    wait = waits(facts["low"], facts["high"])
    if percent(facts["share"]) == percent(0.0):
        text = translate("wording", "Leaving takes {wait}, or sell at once on the market.")
    else:
        text = translate("wording", "Leaving takes {wait}, or costs {share} at once.")
    return text.format(wait=wait, share=_size(facts["share"]))


def _deposit_fee(grave: str, facts: Any) -> str:
    text = translate("wording", "A deposit costs {share} once: about a day's rewards.")
    return text.format(share=_size(facts["share"]))


def _burnable(grave: str, facts: Any) -> str:
    if grave == "warning":
        text = translate(
            "wording", "Only {amount} can be burned for now, by all together: you may have to sell."
        )
    else:
        text = translate("wording", "No queue: all together can burn for {amount} now, or sell.")
    return text.format(amount=amount(facts["amount"], "ETH"))


def _bonds_first(grave: str, facts: Any) -> str:
    text = translate("wording", "Losses take the nodes' own bonds first: {share} of their stake.")
    return text.format(share=percent(facts["share"], 1))


def _below_burning(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The market pays as much as burning would.")
    if facts["pays"]:
        text = translate(
            "wording", "The market pays {share} less than burning, which is at once too: {lost}."
        )
    else:
        text = translate(
            "wording", "The market pays {share} less than the rate: {lost}. Burning cannot pay now."
        )
    return text.format(share=_size(facts["share"]), lost=amount(facts["lost"], "ETH"))


def _operators(grave: str, facts: Any) -> str:
    text = translate("wording", "{count} operators run it; the largest has {share}.")
    return text.format(count=count(facts["count"]), share=percent(facts["share"], 0))


def _concentration(grave: str, facts: Any) -> str:
    if grave == "safe":
        text = translate("wording", "{share} of what you own would stand on Lido.")
    else:
        text = translate("wording", "{share} of what you own would stand on one protocol, Lido.")
    return text.format(share=percent(facts["share"], 0))


def _slashed_alone(grave: str, facts: Any) -> str:
    text = translate(
        "wording", "A slashing hits you alone: {amount} at once, more if many are slashed."
    )
    return text.format(amount=amount(facts["amount"], "ETH"))


def _starts(grave: str, facts: Any) -> str:
    return translate("wording", "It begins to earn on {when}.").format(when=moment(facts["at"]))


def _not_liquid(grave: str, facts: Any) -> str:
    text = translate("wording", "Not liquid: nothing to sell, leaving takes {wait}.")
    return text.format(wait=waits(facts["low"], facts["high"]))


def _queue_wait(grave: str, facts: Any) -> str:
    text = translate("wording", "Ready in {wait}, about {when}.")
    middle = facts["now"] + (facts["low"] + facts["high"]) // 2
    return text.format(wait=waits(facts["low"], facts["high"]), when=moment(middle))


def _split(grave: str, facts: Any) -> str:
    parts = facts["parts"]
    text = translate("wording", "It becomes %n ticket(s): {sizes} ETH.", "", len(parts))
    shown = [amount(part, "ETH", unit=False) for part in parts[:3]] + ["…"] * (len(parts) > 3)
    return plural(text, len(parts)).format(sizes=" + ".join(shown))


def _market_pays_more(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The market would not pay more.")
    text = translate("wording", "The market would pay {more} more, at once.")
    return text.format(more=amount(facts["more"], "ETH"))


def _claim_less(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "It pays all that was asked for.")
    text = translate("wording", "{amount} less than was asked for: a loss came while it waited.")
    return text.format(amount=amount(facts["amount"], "ETH"))


# --- lending -----------------------------------------------------------------------------------


def _health(grave: str, facts: Any) -> str:
    if facts["after"] is None:
        return translate("wording", "No debt: nothing can be liquidated.")
    if grave == "safe":
        text = translate("wording", "Health factor {health}, liquidation below 1.00.")
    else:
        text = translate(
            "wording", "Your health factor will be {health}. Below 1.00 you are liquidated."
        )
    return text.format(health=health(facts["after"]))


def _liquidation_price(grave: str, facts: Any) -> str:
    units = facts["price"]
    shown = amount(units, "ETH") if facts["quote"] == "ETH" else fiat(units)  # as Lend shows it
    if facts["rises"]:
        text = translate("wording", "You are liquidated if {token} rises {share}, to {price}.")
    else:
        text = translate("wording", "You are liquidated if {token} falls {share}, to {price}.")
    return text.format(token=token_name(facts["of"]), share=percent(facts["share"], 1), price=shown)


def _ltv_near(grave: str, facts: Any) -> str:
    if grave == "safe":
        text = translate("wording", "Loan to value {ltv}, liquidated above {line}.")
    else:
        text = translate("wording", "Loan to value {ltv} is close to {line}, where you are sold.")
    return text.format(ltv=percent(facts["ltv"], 1), line=percent(facts["line"], 1))


def _cap(grave: str, facts: Any) -> str:
    supply = facts["kind"] == "supply"
    if grave == "safe":
        text = translate("wording", "The market's supply cap is {share} full.") if supply else (
            translate("wording", "The market's borrow cap is {share} full.")
        )
    elif supply:
        text = translate(
            "wording", "The market's supply cap would be {share} full. Then nobody can add."
        )
    else:
        text = translate(
            "wording", "The market's borrow cap would be {share} full. Then nobody can borrow."
        )
    return text.format(share=percent(facts["share"], 1))


def _stands(grave: str, facts: Any) -> str:
    if facts["backs"]:
        return translate("wording", "It stands as collateral; you can switch that off.")
    return translate("wording", "It does not stand as collateral.")


def _lent_out(grave: str, facts: Any) -> str:
    if grave == "safe":
        text = translate("wording", "{share} of the market is lent out; the rest can be had.")
    else:
        text = translate(
            "wording", "{share} of the market is lent out: you may have to wait to get it back."
        )
    return text.format(share=percent(facts["share"], 1))


def _carry(grave: str, facts: Any) -> str:
    if grave == "safe":
        text = translate("wording", "At today's rates the position earns {rate} a year.")
    else:
        text = translate("wording", "At today's rates the position costs {rate} a year.")
    return text.format(rate=percent(abs(facts["rate"])))


def _may_be_taken(grave: str, facts: Any) -> str:
    text = translate("wording", "You can borrow against {token}; a liquidation may take it.")
    return text.format(token=facts["token"])


def _not_taken(grave: str, facts: Any) -> str:
    text = translate("wording", "No liquidation can take {token}; it goes on earning interest.")
    return text.format(token=facts["token"])


def _emode_limits(grave: str, facts: Any) -> str:
    text = translate("wording", "Inside you can borrow {tokens} only.")
    return text.format(tokens=_listed(facts["borrowable"]))


# --- pools -------------------------------------------------------------------------------------


def _pool_penalty(grave: str, facts: Any) -> str:
    share = facts["share"]
    if grave == "safe":
        if share >= 0.00005:
            text = translate("wording", "The pool pays you {share} for the scarce side.")
            return text.format(share=_size(share))
        return translate("wording", "No bonus, no penalty.")
    if grave == "forbidden":
        text = translate("wording", "This would lose {share} at once. From 15% on it is refused.")
    elif grave == "note":
        text = translate("wording", "Off the pool's ratio: that costs {share}. Balanced is free.")
    else:
        text = translate(
            "wording", "Off the pool's ratio: of {put} you keep {got}. That costs {share}."
        )
    return text.format(share=_size(share), put=fiat(facts["put"]), got=fiat(facts["got"]))


def _pool_leans(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The pool is balanced.")
    text = translate("wording", "The pool leans to {token}, {share} of it: you take your part.")
    return text.format(token=facts["of"], share=percent(facts["share"], 0))


def _pool_off_oracle(grave: str, facts: Any) -> str:
    if grave == "safe":
        return translate("wording", "The pool's price is close to the one outside.")
    text = translate("wording", "The pool's price is {share} off the one outside.")
    return text.format(share=_size(facts["share"]))


_SENTENCES: Final[dict[str, Callable[[str, Any], str]]] = {
    "fee_high": _fee_high,
    "fee_share": _fee_share,
    "gas_left": _gas_left,
    "approval": _approval,
    "approval_unlimited": _approval,
    "approval_revoked": _approval,
    "approval_exceeds": _approval_exceeds,
    "first_time": _first_time,
    "own_account": (
        lambda grave, facts: translate("wording", "It goes to an account of your own.")
    ),
    "checksum": (
        lambda grave, facts: translate(
            "wording", "The address is whole: its checksum fits, and it is of this simulation."
        )
    ),
    "whole_shares": (
        lambda grave, facts: translate(
            "wording", "stETH moves whole shares: a wei or two less may arrive."
        )
    ),
    "pool_part_goes": (
        lambda grave, facts: translate("wording", "Your part of the pool goes with it.")
    ),
    "impact": _impact,
    "slippage": _slippage,
    "off_oracle": _off_oracle,
    "below_queue": _below_queue,
    "dearer_than_staking": _dearer,
    "own_rate": (
        lambda grave, facts: translate("wording", "The contract's own rate: no slippage, no fee.")
    ),
    "market_cheaper": _market_cheaper,
    "stake_limit": _stake_limit,
    "leaving": _leaving,
    "operators": _operators,
    "deposit_fee": _deposit_fee,
    "burnable": _burnable,
    "bonds_first": _bonds_first,
    "below_burning": _below_burning,
    "burns_at_rate": (
        lambda grave, facts: translate("wording", "The protocol's own rate: no slippage, no fee.")
    ),
    "concentration": _concentration,
    "slashed_alone": _slashed_alone,
    "starts": _starts,
    "not_liquid": _not_liquid,
    "no_way_back": (
        lambda grave, facts: translate("wording", "This cannot be taken back.")
    ),
    "earns_till_out": (
        lambda grave, facts: translate("wording", "It earns until it is out of the exit queue.")
    ),
    "slash_may_lower": (
        lambda grave, facts: translate("wording", "A slash while it waits can lower what is paid.")
    ),
    "queue_wait": _queue_wait,
    "no_rewards_queued": (
        lambda grave, facts: translate("wording", "It earns no rewards while it waits.")
    ),
    "split": _split,
    "market_pays_more": _market_pays_more,
    "set_aside": (
        lambda grave, facts: translate("wording", "Set aside for you: nobody else can claim it.")
    ),
    "claim_less": _claim_less,
    "cap": _cap,
    "stands": _stands,
    "lent_out": _lent_out,
    "health": _health,
    "liquidation_price": _liquidation_price,
    "ltv_near": _ltv_near,
    "variable_rate": (
        lambda grave, facts: translate(
            "wording", "The rate is variable: it moves with utilisation."
        )
    ),
    "carry": _carry,
    "no_dust": (
        lambda grave, facts: translate("wording", "No debt of this token is left, not even dust.")
    ),
    "may_be_taken": _may_be_taken,
    "not_taken": _not_taken,
    "emode_left": (
        lambda grave, facts: translate("wording", "Every market lends to you again.")
    ),
    "emode_limits": _emode_limits,
    "pool_penalty": _pool_penalty,
    "pool_leans": _pool_leans,
    "pool_off_oracle": _pool_off_oracle,
    "fills": (
        lambda grave, facts: translate(
            "wording", "If stETH falls below its rate, the pool fills with stETH: so will you."
        )
    ),
    "divergence": (
        lambda grave, facts: translate(
            "wording", "If the price moves far, holding would have been worth more."
        )
    ),
    "out_any_time": (
        lambda grave, facts: translate(
            "wording", "You can take it out at any time, with no waiting."
        )
    ),
    **vaults.SENTENCES,
    **ranges.SENTENCES,
    **restakes.SENTENCES,
}


def _rules() -> dict[str, str]:
    """The lines that are drawn, for those who ask."""
    return {
        "fee_high": translate(
            "wording", "Base fee and tip against the median of 168 hours. Warned from double."
        ),
        "fee_share": translate("wording", "Warned from 5% of the largest amount that moves."),
        "gas_left": translate("wording", "Warned when less is left than three such fees cost."),
        "approval_unlimited": translate(
            "wording", "An approval stands until it is revoked. The exact amount is enough."
        ),
        "impact": translate(
            "wording",
            "What you get without the fee, against the pool's price before. From 1% noted, from "
            "3% warned, from 5% danger, from 10% to be confirmed by typing, from 15% refused.",
        ),
        "slippage": translate(
            "wording",
            "The least that the transaction accepts, against the quote. Above 10% and below 0.1% "
            "warned, above 30% refused.",
        ),
        "off_oracle": translate(
            "wording",
            "Fee and impact counted, stETH at what the protocol redeems it for. From 1% noted, "
            "from 4% below warned.",
        ),
        "below_queue": translate(
            "wording", "Fee and impact counted. From 4% or a price impact of 3% warned."
        ),
        "operators": translate(
            "wording", "One operator with a third of the validators would be warned of."
        ),
        "concentration": translate(
            "wording", "Tokens, loans and pool shares counted at market value. From 75% noted."
        ),
        "health": translate(
            "wording",
            "Collateral times its threshold over debt. Below 1.50 to be accepted, below 1.10 "
            "danger, below 1.00 refused.",
        ),
        "liquidation_price": translate(
            "wording", "All else as it is. Within 20% warned, within 10% danger."
        ),
        "ltv_near": translate("wording", "Danger from 95% of the line at which one is sold."),
        "cap": translate("wording", "From 98% warned, at 100% the market refuses."),
        "lent_out": translate("wording", "From 95% warned."),
        "carry": translate(
            "wording", "Interest and the token's own staking yield, less what the debt costs."
        ),
        "pool_penalty": translate(
            "wording",
            "What the shares are worth against what is put in, at outside prices. From 1% warned, "
            "from 5% to be accepted, from 15% refused.",
        ),
        "pool_leans": translate("wording", "Warned when one side holds 60% of the value."),
        "pool_off_oracle": translate("wording", "From 4% warned."),
        **vaults.rules(),
        **restakes.rules(),
    }


__all__ = ["finding", "finding_rule", "severity"]
