"""The room's own words: parts, services and waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from lstwallet.readmodel import restaking as reading
from lstwallet.readmodel.restaking import EscrowRow, OperatorRow, SlashRow
from lstwallet.ui import wording
from lstwallet.ui.pages.action import Fact
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    pass

translate = QCoreApplication.translate
FACTOR_DIGITS: Final = 6
Why = tuple[str, str, list[tuple[str, ...]], str]
"""Title, formula, terms, and a note on rounding and source."""


def part(wad: int, digits: int = 0) -> str:
    """``40%`` of 18 decimals."""
    return wording.percent(wad / WAD, digits)


def rate(wad: int) -> str:
    """``+0.50%``: what is added a year."""
    return wording.percent(wad / WAD, 2, signed=True)


def factor(wad: int) -> str:
    """``1.020408``: a scaling factor or a magnitude, cut off."""
    return f"{wad // 10 ** (18 - FACTOR_DIGITS) / 10**FACTOR_DIGITS:.{FACTOR_DIGITS}f}"


def services(row: OperatorRow) -> str:
    """``Data layer 50% · Price oracle 30%``; a line breaks between two of them only."""
    text = translate("restake", "{service} {part}")
    named = [text.format(service=each.service, part=part(each.allocated)) for each in row.layers]
    parts = [words.replace(" ", wording.NO_BREAK) for words in named]
    return " · ".join(parts) or translate("restake", "none")


def services_short(row: OperatorRow) -> str:
    """``3 services``: where there is no room for their names."""
    count = len(row.layers)
    return wording.plural(translate("restake", "%n service(s)", "", count), count)


def slashed(row: OperatorRow) -> str:
    """How often, and what is left."""
    count = len(row.slashes)
    if not count:
        return translate("restake", "Never slashed")
    text = wording.plural(translate("restake", "Slashed %n time(s)", "", count), count)
    return translate("restake", "{times}, {part} left").format(
        times=text, part=part(row.magnitude, 1)
    )


def operator_facts(row: OperatorRow | None) -> tuple[Fact, ...]:
    """What delegating to it means, for reviews."""
    if row is None:
        return (Fact(translate("restake", "Operator"), translate("restake", "none yet"), "2"),)
    return (
        Fact(translate("restake", "Operator"), row.name),
        Fact(translate("restake", "Adds a year"), rate(row.rate), "good"),
        Fact(translate("restake", "Own fee"), part(row.split)),
        Fact(translate("restake", "At risk"), part(row.at_risk), "warn"),
    )


def ready(row: EscrowRow, now: int) -> str:
    """``in 13 d 4 h``, ``now``."""
    if row.state == reading.READY:
        return translate("restake", "now")
    return wording.countdown(row.ends, now)


def when(row: SlashRow) -> str:
    """The day, or that it was before."""
    if row.former:
        return translate("restake", "before this world began")
    return wording.day_and_time(row.slash.at)


def why_stake(terms: reading.Terms, token: str) -> Why:
    """Title, formula, terms, and a note on rounding and source."""
    return (
        translate("restake", "{token} restaked").format(token=token),
        translate("restake", "deposit shares × scaling factor × max magnitude × rate"),
        [
            (translate("restake", "Deposit shares"),
             wording.amount(terms.shares, token, unit=False)),
            (translate("restake", "Your scaling factor"), factor(terms.factor)),
            (translate("restake", "Operator's max magnitude"), factor(terms.magnitude)),
            (translate("restake", "Shares after slashing"),
             wording.amount(terms.withdrawable, token, unit=False)),
            (translate("restake", "One share is"), wording.price(terms.rate, token)),
            (translate("restake", "Worth now"), wording.amount(terms.units, token)),
        ],
        translate(
            "restake",
            "Each product is rounded down. A slash lowers the magnitude for everybody; your factor "
            "makes up for slashes from before you joined. EigenLayer, SlashingLib.",
        ),
    )  # fmt: skip


def why_rate(row: OperatorRow) -> Why:
    """The same for what an operator adds a year."""
    terms: list[tuple[str, ...]] = [
        (translate("restake", "{service}, {part} of the stake").format(
            service=layer.service, part=part(layer.allocated)), rate(layer.rate))
        for layer in row.layers
    ]  # fmt: skip
    terms.append((translate("restake", "Own fee of {operator}").format(operator=row.name),
                  wording.MINUS + part(row.split)))  # fmt: skip
    terms.append((translate("restake", "You get"), rate(row.rate)))
    terms.append((translate("restake", "At risk, all services together"), part(row.at_risk)))
    return (
        translate("restake", "What {operator} adds").format(operator=row.name),
        translate("restake", "Σ pay of a service × part allocated to it × (1 − own fee)"),
        terms,
        translate(
            "restake",
            "On top of what staking earns. Paid in WETH, posted weekly, claimable a week later. "
            "What services pay is a model parameter (unverified).",
        ),
    )


def why_escrow(row: EscrowRow) -> Why:
    """The same for a withdrawal."""
    terms: list[tuple[Any, ...]] = [
        (translate("restake", "Asked"), wording.moment(row.asked)),
        (translate("restake", "Slashable until"), wording.moment(row.ends)),
        (translate("restake", "Operator"), row.operator or translate("restake", "none")),
        (translate("restake", "Slashed meanwhile"), wording.amount(row.lost, row.token)),
        (translate("restake", "Pays now"), wording.amount(row.units, row.token)),
    ]
    return (
        translate("restake", "Withdrawal #{id}").format(id=row.id),
        translate("restake", "scaled shares × max magnitude, at the latest at the escrow's end"),
        terms,
        translate(
            "restake",
            "100 800 blocks, 14 days. Slashes of that time count, later ones do not. EigenLayer, "
            "DelegationManager.",
        ),
    )
