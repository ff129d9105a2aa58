"""Ways out in words, the same in every room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstwallet.ui.wording.numbers import amount, duration, owned_amount, percent, translate, waits

if TYPE_CHECKING:
    from lstwallet.readmodel.ways_out import Way, WaysOut
    from lstwallet.ui.bridge import Preferences

_WAD = 10**18


def way(each: Way, preferences: Preferences) -> tuple[str, str, str]:
    """Of one way: its name, when it pays, and how much (with a word where it cannot)."""
    names = {
        "queue": translate("wording", "Withdrawal queue"),
        "burn": translate("wording", "Burn at the protocol"),
        "market": translate("wording", "Sell on the market"),
        "exit": translate("wording", "Exit queue of the chain"),
    }
    when = translate("wording", "at once")
    if each.wait.high:
        low, high = each.wait
        wait = duration(low) if low == high else waits(low, high)
        when = translate("wording", "in {wait}").format(wait=wait)
    if each.kind == "burn" and not each.open:
        when = translate("wording", "only {amount} can be paid now").format(
            amount=amount(each.available, "ETH")
        )
    elif not each.open:
        when = translate("wording", "not yet: it must serve 256 epochs first")
    return names[each.kind], when, owned_amount(preferences, each.wei, "ETH")


def held(out: WaysOut, preferences: Preferences) -> str:
    """``4.0983 wstETH as collateral``."""
    texts = {
        "wallet": translate("wording", "{amount} in the wallet"),
        "lending": translate("wording", "{amount} as collateral"),
        "pool": translate("wording", "{amount} in a pool"),
        "restaked": translate("wording", "{amount} restaked"),
        "escrow": translate("wording", "{amount} in escrow"),
        "native": translate("wording", "{amount} in your own validators"),
    }
    return texts[out.place].format(amount=owned_amount(preferences, out.units, out.token))


def first(out: WaysOut) -> str:
    """What has to pass before any of the ways; empty where nothing has to."""
    if not out.escrow:
        return ""
    text = translate("wording", "Out of escrow in {time}; the ways begin there.")
    if out.slashable:
        text = translate("wording", "Out of escrow in {time}, slashable until then; the ways "
                                    "begin there.")  # fmt: skip
    return text.format(time=duration(out.escrow))


def even(out: WaysOut) -> str:
    """The break-even in % a year and in days; empty where there is nothing to weigh."""
    found = out.even
    if found is None:
        return _price(out.staked_for)
    if found.gain <= 0:
        return translate("wording", "The market pays as much at once: waiting gains nothing.")
    text = translate(
        "wording", "Waiting pays {gain} more after about {time}: break-even {rate} a year. {price}"
    )
    return text.format(
        gain=percent(found.gain / _WAD), time=duration(found.seconds),
        rate=percent(found.yearly / _WAD, 1), price=_price(out.staked_for),
    )  # fmt: skip


def _price(seconds: int) -> str:
    if not seconds:
        return ""
    text = translate("wording", "Selling costs what staking earns in {time}.")
    return text.format(time=duration(seconds))


def ways_line(out: WaysOut) -> str:
    """All of it in a line: ``Out: queue 5 to 10 d, market 0.44% less, break-even 20.2% a year``."""
    found = {each.kind: each for each in out.ways}
    market = found.get("market")
    less = percent(1 - market.wei / out.worth) if market is not None and out.worth else ""
    if "burn" in found:
        if market is None:
            return translate("wording", "Out: burn at the protocol")
        text = translate("wording", "Out: burn at the rate, or market {less} less at once")
        if not found["burn"].open:
            text = translate("wording", "Out: market {less} less; burning cannot pay it all now")
        return text.format(less=less)
    if "exit" in found:
        text = translate("wording", "Out: exit queue, {wait}")
        return text.format(wait=waits(*found["exit"].wait))
    wait = waits(*found["queue"].wait)
    if market is None or out.even is None:
        return translate("wording", "Out: queue {wait}").format(wait=wait)
    if out.even.gain <= 0:
        text = translate("wording", "Out: market at once, at the rate or better; queue {wait}")
        return text.format(wait=wait)
    text = translate(
        "wording", "Out: queue {wait}, or market {less} less; break-even {rate} a year"
    )
    return text.format(wait=wait, less=less, rate=percent(out.even.yearly / _WAD, 1))
