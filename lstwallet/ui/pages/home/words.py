"""The first room's sentences, and where each of its rows leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QCoreApplication

from lstwallet.readmodel import home, yields
from lstwallet.readmodel.attention import (
    Attention,
    BelowRate,
    EscrowOver,
    ExitDue,
    LowHealth,
    ReadyToClaim,
)
from lstwallet.readmodel.shadow import Compared, share_of
from lstwallet.ui import wording
from lstwallet.ui.models.cells import ChipCell
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.readmodel.coming import Coming
    from lstwallet.readmodel.home import Position
    from lstwallet.readmodel.lending import Trigger
    from lstwallet.readmodel.timeline import Exit
    from lstwallet.ui.bridge import Preferences

translate = QCoreApplication.translate


class Notice(NamedTuple):
    """One thing to look at: its words, its button, and where that leads."""

    key: str
    icon: str
    tone: str
    title: str
    sub: str
    action: str
    room: str
    arguments: dict[str, Any] | None = None
    primary: bool = False


# --- needs attention -------------------------------------------------------------------------


def notice(what: Attention, now: int, preferences: Preferences) -> Notice:
    """What to say about it."""
    match what:
        case LowHealth():
            return _low_health(what)
        case ReadyToClaim():
            return _ready(what, preferences)
        case EscrowOver():
            return _escrow_over(what, preferences)
        case ExitDue():
            return _due(what, now, preferences)
        case BelowRate():
            return _below_rate(what)


def _low_health(what: LowHealth) -> Notice:
    tone = wording.health_tone(what.health)
    title = translate("home", "Health factor {health}").format(health=wording.health(what.health))
    return Notice(
        "health", "heartbeat", "bad" if tone == "bad" else "warn", title,
        _trigger(what.trigger, what.health), translate("home", "Reduce debt"), "lend",
        {"action": "repay"}, tone == "bad",
    )  # fmt: skip


def _trigger(trigger: Trigger | None, health: int) -> str:
    if health < WAD:
        return translate("home", "Below 1.00: it can be liquidated now")
    if trigger is None:
        return translate("home", "Below 1.00 it is liquidated")
    text = (
        translate("home", "Liquidates if {token} rises {change}")
        if trigger.rises
        else translate("home", "Liquidates if {token} falls {change}")
    )
    step = 10**15
    floored = trigger.change // step * step / WAD
    return text.format(token=trigger.token, change=wording.percent(floored, 1))


def _ready(what: ReadyToClaim, preferences: Preferences) -> Notice:
    title = translate("home", "{amount} ready to claim").format(
        amount=wording.owned_amount(preferences, what.wei, "ETH")
    )
    if len(what.tickets) == 1:
        sub = translate("home", "Lido ticket #{number}, asked for {waited} ago").format(
            number=what.tickets[0], waited=wording.duration(what.waited)
        )
    else:
        number = len(what.tickets)
        sub = wording.plural(translate("home", "%n Lido ticket(s)", "", number), number)
    return Notice(
        "claim", "ticket", "good", title, sub, translate("home", "Claim"), "unstake",
        {"claim": ALL}, True,
    )  # fmt: skip


def _escrow_over(what: EscrowOver, preferences: Preferences) -> Notice:
    title = translate("home", "{amount} restaked is free").format(
        amount=wording.owned_amount(preferences, what.wei, "ETH")
    )
    number = len(what.escrows)
    sub = wording.plural(translate("home", "%n withdrawal(s) have left escrow", "", number), number)
    return Notice(
        "escrow", "repeat", "good", title, sub, translate("home", "Take it"), "restake",
        {"complete": ALL}, True,
    )  # fmt: skip


def _due(what: ExitDue, now: int, preferences: Preferences) -> Notice:
    amount = wording.owned_amount(preferences, what.wei, "ETH")
    when = wording.countdown(what.high, now)
    if what.kind == "ticket":
        title = translate("home", "{amount} leaves the queue soon").format(amount=amount)
        sub = translate("home", "Lido ticket #{number}, {when}")
        when = wording.ready_in(what.low, what.high, now)
        room, arguments = "unstake", None
    elif what.kind == "escrow":
        title = translate("home", "{amount} leaves escrow soon").format(amount=amount)
        sub = translate("home", "Restaking withdrawal #{number}, {when}")
        room, arguments = "restake", None
    else:
        title = translate("home", "{amount} from your validators soon").format(amount=amount)
        sub = translate("home", "Paid back to your wallet {when}")
        room, arguments = "stake", {"choice": "solo"}
    return Notice(
        "due", "hourglass-medium", "info", title, sub.format(number=what.id, when=when),
        translate("home", "Show"), room, arguments,
    )  # fmt: skip


def _below_rate(what: BelowRate) -> Notice:
    title = translate("home", "stETH trades {share} below its rate").format(
        share=wording.percent(what.discount / WAD)
    )
    sub = translate("home", "Waiting {wait} pays {gain} more").format(
        wait=wording.waits(*what.wait), gain=wording.percent(what.waiting.gain / WAD)
    )
    return Notice(
        "below_rate", "trend-down", "info", title, sub, translate("home", "Compare"), "unstake"
    )


def first_step(rate: float, empty: bool) -> Notice:
    """Nothing earns yet: what to do first."""
    if empty:
        return Notice(
            "first", "wallet", "info", translate("home", "Your wallet is empty"),
            translate("home", "Get play money to begin with: it costs nothing here"),
            translate("home", "Get play money"), "settings", None, True,
        )  # fmt: skip
    return Notice(
        "first", "stack", "info", translate("home", "Your ETH is not earning yet"),
        translate("home", "Staking it pays about {rate} a year").format(
            rate=wording.percent(rate)
        ),
        translate("home", "Stake ETH"), "stake", None, True,
    )  # fmt: skip


def all_well(item: Coming | None, now: int) -> str:
    """Nothing needs attention; what comes next."""
    if item is None:
        return translate("home", "Nothing needs your attention.")
    texts = {
        "report": translate("home", "Nothing needs your attention. Next: rewards {when}."),
        "ticket": translate(
            "home", "Nothing needs your attention. Next: a ticket may be ready {when}."
        ),
        "active": translate(
            "home", "Nothing needs your attention. Next: your validators start {when}."
        ),
        "sweep": translate(
            "home", "Nothing needs your attention. Next: your validators are paid {when}."
        ),
        "exit": translate(
            "home", "Nothing needs your attention. Next: your validators stop {when}."
        ),
        "paid": translate(
            "home", "Nothing needs your attention. Next: your stake is paid back {when}."
        ),
        "escrow": translate(
            "home", "Nothing needs your attention. Next: restaked tokens are free {when}."
        ),
    }
    return texts[item.kind].format(when=wording.countdown(item.at, now))


# --- net worth -------------------------------------------------------------------------------


def past(range_key: str, since: int, whole: bool) -> str:
    """What a change is over; ``whole``: the profile is as old as the range."""
    if not whole or range_key == "ALL":
        return translate("home", "since {day}").format(day=wording.short_day(since))
    return {
        "1D": translate("home", "past day"),
        "1W": translate("home", "past week"),
        "1M": translate("home", "past month"),
        "1Y": translate("home", "past year"),
    }[range_key]


# --- positions -------------------------------------------------------------------------------


def title(position: Position) -> str:
    """The upper words of a row, and of the ring's legend."""
    if position.kind == home.LENT:
        owned, owed = " + ".join(position.owned), " + ".join(position.owed)
        if not owed:
            return translate("home", "{tokens} lent").format(tokens=owned)
        return translate("home", "{owned} / {owed} loan").format(owned=owned, owed=owed)
    if position.kind == "pool":
        token = next(each for each in position.owned if each != "ETH")
        pair = f"{token} / ETH"
        return translate("home", "{pair} pool").format(pair=pair)
    if position.kind == "range":
        return translate("home", "wstETH / ETH ranges")
    if position.kind == "ticket":
        return translate("home", "In the exit queue")
    if position.kind == "native":
        return translate("home", "Own validators")
    if position.key == "restaked:WETH":
        return translate("home", "Restaking rewards")
    if position.kind == "restaked":
        return translate("home", "{token} restaked").format(token=position.balance.token)
    if position.kind == "escrow":
        return translate("home", "{token} in escrow").format(token=position.balance.token)
    return position.balance.token


def favourite(position: Position) -> tuple[str, str] | None:
    """Kind and key in the book: a token or a pool; the rest is no one thing."""
    if position.kind == "wallet":
        return "token", position.balance.token
    if position.kind == "pool":
        return "pool", position.key.partition(":")[2]
    return None


def sub(position: Position) -> str:
    """The quiet line below."""
    if position.kind == home.LENT:
        return translate("home", "Lending market")
    if position.kind == "pool":
        stable = translate("home", "Stable pool")
        return translate("home", "Pair") if "USDC" in position.owned else stable
    if position.kind == "range":
        return translate("home", "Concentrated liquidity")
    if position.kind == "ticket":
        return translate("home", "Lido, earns nothing meanwhile")
    if position.kind == "native":
        return translate("home", "Ethereum, 32 ETH each")
    if position.key == "restaked:WETH":
        return translate("home", "Weekly, claimable a week later")
    if position.kind == "restaked":
        return translate("home", "Secures services, can be slashed")
    if position.kind == "escrow":
        return translate("home", "Leaves restaking, slashable until then")
    return {
        "ETH": translate("home", "In the wallet"),
        "WETH": translate("home", "Wrapped ether"),
        "USDC": translate("home", "Dollar token"),
        "stETH": translate("home", "Lido, balance grows"),
        "wstETH": translate("home", "Lido, value grows"),
        "rETH": translate("home", "Rocket Pool, value grows"),
        "vWETH": translate("home", "WETH vault, value grows"),
        "vwstETH": translate("home", "wstETH vault, value grows"),
    }[position.balance.token]


def avatar(position: Position) -> str:
    """Whose disc stands before a row."""
    if position.kind in ("pool", "range"):
        return "LP"
    if position.kind == "native":
        return "validator"
    if position.kind == "ticket":
        return "exit"
    if position.kind == home.LENT:
        return "loan"
    return position.owned[0] if position.owned else position.balance.token


_LIKED: Final = {
    "wallet:ETH": "s8", "wallet:WETH": "s8", "wallet:stETH": "s5", "wallet:wstETH": "s1",
    "wallet:USDC": "s3", home.LENT: "s2", "pool:steth_eth": "s4", "pool:usdc_eth": "s6",
    "ticket": "s7", "native": "s6", "wallet:rETH": "s2", "pool:reth_eth": "s4",
    "wallet:vWETH": "s1", "wallet:vwstETH": "s5",
    "range": "s4",
    "restaked:stETH": "s6", "restaked:wstETH": "s6", "restaked:rETH": "s6", "restaked:WETH": "s6",
    "escrow:stETH": "s7", "escrow:wstETH": "s7", "escrow:rETH": "s7",
}  # fmt: skip
_ROLES: Final = ("s8", "s5", "s1", "s3", "s2", "s4", "s6", "s7")


def roles(positions: Sequence[Position]) -> dict[str, str]:
    """A series colour for each part of the ring, eight at most: its asset's own, or one that
    is free where that is taken."""
    given: dict[str, str] = {}
    for position in sorted(positions, key=lambda each: list(_LIKED).index(each.key)):
        liked = _LIKED[position.key]
        free = [role for role in _ROLES if role not in given.values()]
        given[position.key] = liked if liked in free else free[-1]
    return given


def way(position: Position) -> tuple[str, dict[str, Any] | None]:
    """The room that a click on a row leads to."""
    key = position.key
    if position.kind == "pool":
        return "pools", {"pool": key.partition(":")[2]}
    if position.kind in ("restaked", "escrow"):
        return "restake", None
    return {
        "wallet:ETH": ("stake", {"mode": "stake"}),
        "wallet:WETH": ("stake", {"mode": "unwrap", "token": "WETH"}),
        "wallet:stETH": ("stake", {"mode": "wrap", "token": "wstETH"}),
        "wallet:wstETH": ("stake", {"mode": "unwrap", "token": "wstETH"}),
        "wallet:USDC": ("swap", {"from": "USDC", "to": "ETH"}),
        "wallet:rETH": ("unstake", {"token": "rETH"}),
        "wallet:vWETH": ("lend", {"vault": "WETH"}),
        "wallet:vwstETH": ("lend", {"vault": "wstETH"}),
        home.LENT: ("lend", None),
        "range": ("pools", {"pool": "wsteth_eth"}),
        "ticket": ("unstake", None),
        "native": ("stake", {"choice": "solo"}),
    }[key]


def chip(position: Position) -> ChipCell:
    """What a position does, in a word with an icon."""
    if position.state == home.LOAN:
        tone = wording.health_tone(position.health)
        icons = {"good": "check-circle", "warn": "warning", "bad": "warning-octagon"}
        text = translate("home", "{word} {health}").format(
            word=wording.health_word(position.health), health=wording.health(position.health)
        )
        return ChipCell(text, tone, icons[tone], translate("home", "Health factor"))
    if position.state == home.LEANING:
        text = translate("home", "{share} {token}").format(
            share=wording.percent(position.lean, 0), token=position.leans_to
        )
        tip = translate("home", "The pool has more of this token than of the other")
        return ChipCell(text, "info", "scales", tip)
    return {
        home.IDLE: ChipCell(translate("home", "Not earning")),
        home.EARNING: ChipCell(translate("home", "Earning"), "good", "check-circle"),
        home.QUEUED: ChipCell(translate("home", "Waiting"), "info", "hourglass-simple"),
        home.READY: ChipCell(translate("home", "Ready"), "good", "ticket"),
        home.ENTERING: ChipCell(translate("home", "Activating"), "info", "hourglass-simple"),
        home.LEAVING: ChipCell(translate("home", "Leaving"), "info", "hourglass-simple"),
    }[position.state]


# --- yield -----------------------------------------------------------------------------------


def layer(name: str) -> str:
    """A layer's name."""
    return {
        yields.CONSENSUS: translate("home", "Consensus"),
        yields.EXECUTION: translate("home", "MEV and tips"),
        yields.RESTAKING: translate("home", "Restaking"),
        yields.LENDING: translate("home", "Lending"),
        yields.FEES: translate("home", "Pool fees"),
        yields.BORROWING: translate("home", "Borrow cost"),
    }[name]


# --- on its way out --------------------------------------------------------------------------


def exit_sub(row: Exit) -> str:
    """Where it waits."""
    if row.kind == "ticket":
        return translate("home", "Lido queue #{number}").format(number=row.id)
    if row.kind == "escrow":
        return translate("home", "Restaking escrow #{number}").format(number=row.id)
    return translate("home", "Own validators #{number}").format(number=row.id)


def exit_when(row: Exit, now: int) -> tuple[str, str]:
    """How long still, and about when."""
    if row.ready:
        return translate("home", "Ready"), translate("home", "Claim now")
    if row.kind != "ticket":  # the chain has fixed it
        return wording.countdown(row.likely, now), wording.day(row.likely, year=False)
    about = translate("home", "about {day}")
    middle = wording.day((row.sure + row.likely) // 2, year=False)
    return wording.ready_in(row.sure, row.likely, now), about.format(day=middle)


def beside_shadows(found: Sequence[Compared], preferences: Preferences) -> list[str]:
    """A sentence for each stake: how far it is ahead of the same ETH staked natively."""
    return [
        wording.ahead_of_native(each.token, each.ahead, share_of(each.ahead, each.wei), preferences)
        for each in found
    ]
