"""How the staking rooms write rates, averages, waits and states."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.staking_wait import Wait
from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.staking import Apr, LidoOffer, SoloOffer, ValidatorRow
from lstwallet.ui import wording
from lstwallet.units.amount import format_nearest
from lstwallet.units.fixed import WAD, div_floor

translate = QCoreApplication.translate
_WORTH_NAMING = WAD // 10_000


def share(wad: int, digits: int = 2) -> str:
    """A share or a yearly rate with 18 decimals as ``3.02%``."""
    return wording.percent(wad / WAD, digits)


def counted(text: str, number: int) -> str:
    """``%n operator(s)`` with its number."""
    return wording.plural(text, number)


def apr_caption(apr: Apr) -> str:
    """Under a rate: ``APR, 7-day average``."""
    if apr.days == 0:
        return translate("stake", "APR, expected")
    return counted(translate("stake", "APR, %n-day average", "", apr.days), apr.days)


def apr_key(apr: Apr) -> str:
    """Before a rate: ``APR, 7-day average, not guaranteed``."""
    if apr.days == 0:
        return translate("stake", "APR, expected, not guaranteed")
    text = translate("stake", "APR, %n-day average, not guaranteed", "", apr.days)
    return counted(text, apr.days)


def wait(range_: Wait) -> str:
    """A range of seconds: ``3 to 5 d``."""
    return wording.waits(range_.low, range_.high)


def about(seconds: int) -> str:
    """One duration that is not exact: ``5 d 2 h``."""
    return wording.duration(seconds)


def lending_line(apy: int) -> str:
    """What lending adds."""
    if apy < _WORTH_NAMING:
        return translate("stake", "Borrow against it; liquidation risk")
    text = translate("stake", "As wstETH: {apy} more, adds liquidation risk")
    return text.format(apy=share(apy))


def rate(one: str, units: int, other: str) -> str:
    """``1 ETH = 1.0000 stETH``."""
    return f"1{wording.NO_BREAK}{one} = {wording.price(units, other)}"


def rate_of_share(ray: int) -> str:
    """ETH for one share with six decimals: a day moves the fifth one."""
    return f"{format_nearest(ray, 27, 6)}{wording.NO_BREAK}ETH"


def spread(offer: LidoOffer) -> str:
    """How the pool's validators are spread over operators."""
    text = translate("stake", "{count}, the largest runs {share}")
    return text.format(count=wording.count(offer.operators), share=share(offer.largest, 0))


def whole(wei: int) -> str:
    """An amount of ether in whole ones, rounded down: a limit."""
    return f"{wording.count(div_floor(wei, WAD))}{wording.NO_BREAK}ETH"


def no_limit() -> str:
    """A world without a staking limit."""
    return translate("stake", "any amount")


def leave_by(range_: Wait) -> str:
    """How to leave the pool."""
    return translate("stake", "queue {wait}, or market").format(wait=wait(range_))


def brief(wei: int) -> str:
    """``5 ETH`` on a button; four decimals when it would get long."""
    text = wording.small(wei, "ETH")
    return text if len(text) <= 12 else wording.amount(wei, "ETH")


def validators(count: int) -> str:
    """``2 validators``."""
    return counted(translate("stake", "%n validator(s)", "", count), count)


def solo_line(apr: Apr, solo: SoloOffer) -> str:
    """What staking natively would be, in one line."""
    text = translate("stake", "{apr}, exit {wait}, your own slashing risk")
    return text.format(apr=share(apr.rate), wait=wait(solo.exit))


def lido_line(apr: Apr, offer: LidoOffer) -> str:
    """What staking with the pool would be, in one line."""
    text = translate("stake", "{apr}, any amount, exit {wait} or at once")
    return text.format(apr=share(apr.rate), wait=wait(offer.wait))


def state(row: ValidatorRow) -> tuple[str, str, str]:
    """Word, tone and icon of validators' state."""
    states = {
        reading.PENDING: (translate("stake", "Pending"), "info", "hourglass-simple"),
        reading.ACTIVE: (translate("stake", "Active"), "good", "check-circle"),
        reading.EXITING: (translate("stake", "Exiting"), "warn", "hourglass-medium"),
        reading.COOLING: (translate("stake", "Exited"), "plain", "hourglass-simple"),
        reading.WITHDRAWABLE: (translate("stake", "Withdrawable"), "good", "check-circle"),
    }
    return states[row.state]


def upcoming(row: ValidatorRow, now: int) -> str:
    """What happens next to validators, and how soon."""
    sentences = {
        reading.PENDING: translate("stake", "starts {when}"),
        reading.ACTIVE: translate("stake", "pays {when}"),
        reading.EXITING: translate("stake", "out {when}"),
        reading.COOLING: translate("stake", "withdrawable {when}"),
        reading.WITHDRAWABLE: translate("stake", "paid back {when}"),
    }
    return sentences[row.state].format(when=wording.countdown(row.next_at, now))
