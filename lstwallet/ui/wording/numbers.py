"""Numbers and moments in the user's words.

A point is the decimal mark in every language and groups are parted by a narrow no-break
space, so that what is shown parses back. Minus is U+2212; changes carry their sign;
unknown is "–", infinite "∞". What one owns or receives is never rounded up; prices, rates
and short totals are rounded to nearest, so that a price and its discount agree.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from lstwallet.units.amount import (
    NARROW_SPACE,
    AmountProblem,
    format_exact,
    format_nearest,
    format_places,
)
from lstwallet.units.clock import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Preferences

MINUS: Final = "\u2212"
UNKNOWN: Final = "–"
INFINITE: Final = "∞"
NO_BREAK: Final = "\u00a0"
HIDDEN: Final = "••••"
USD_DECIMALS: Final = 8
DUST: Final = 10**6
"""Wei: what rounding may take over many moves of shares, and far less than is ever shown."""
HEALTH_DECIMALS: Final = 18

translate = QCoreApplication.translate


# --- tokens ------------------------------------------------------------------------------


def decimals(symbol: str) -> int:
    """Decimals of a token's base unit: 6 for USDC and what stands for it, else 18.

    The pair's LP shares have 12: the root of wei times USDC units.
    """
    if symbol == "LP:usdc_eth":
        return 12
    return 6 if symbol in ("USDC", "aUSDC", "dUSDC") else 18


def places(symbol: str) -> int:
    """Decimals shown: two for LP shares and dollars, four for all other tokens."""
    return 2 if symbol in ("USDC", "SOL") or symbol.startswith("LP") else 4


def token_name(symbol: str) -> str:
    """What a person calls the token: ``LP`` for pool shares, the symbol for all others."""
    return "LP" if symbol.startswith("LP:") else symbol


def shown(units: int, token_decimals: int, digits: int) -> str:
    """``digits`` decimals, rounded towards zero.

    What is only dust short of a round number reads as that number: shares of stETH round
    down by a wei or two at each move, and 5 staked must not read 4.9999.
    """
    dust = DUST if token_decimals == 18 else 0
    return format_places(units + (dust if units > 0 else -dust if units < 0 else 0),
                         token_decimals, digits)  # fmt: skip


def amount(units: int, symbol: str, *, unit: bool = True) -> str:
    """``5.0000 stETH``: four decimals (two for some), rounded towards zero (see ``shown``).

    What is not zero but would read so becomes ``< 0.0001``.
    """
    digits = places(symbol)
    text = shown(units, decimals(symbol), digits)
    if units and not text.strip("0."):
        text = f"<{NO_BREAK}0.{'0' * (digits - 1)}1"
    return f"{text}{NO_BREAK}{token_name(symbol)}" if unit else text


def price(units: int, symbol: str, *, unit: bool = True) -> str:
    """``0.9984 ETH``: what one of something costs or stands for, rounded to nearest."""
    text = format_nearest(units, decimals(symbol), places(symbol))
    return f"{text}{NO_BREAK}{token_name(symbol)}" if unit else text


def change(units: int, symbol: str, *, unit: bool = True) -> str:
    """``+5.0000 stETH`` or ``−5.0000 ETH``: an amount with its sign."""
    sign = "+" if units > 0 else MINUS if units < 0 else ""
    return sign + amount(abs(units), symbol, unit=unit)


def exact(units: int, symbol: str) -> str:
    """Every digit: for hover and copy."""
    return f"{format_exact(units, decimals(symbol))} {token_name(symbol)}"


def multiple(wad: int, *, up: bool = False) -> str:
    """``3.20×``: the multiple of a loop (18 decimals), rounded down, or up where it is a least.

    A millionth is what the base units of a dollar token leave: 1.9999999 reads 2.00.
    """
    step, dust = 10**16, 10**12
    hundredths = (wad - dust + step - 1 if up else wad + dust) // step
    return f"{hundredths // 100}.{hundredths % 100:02d}×"


# --- money and shares --------------------------------------------------------------------


def fiat(usd: int) -> str:
    """``$13,200.00`` of USD with 8 decimals; groups are narrow spaces."""
    text = format_places(abs(usd), USD_DECIMALS, 2)
    return f"{MINUS if usd < 0 and text.strip('0.') else ''}${text}"


def fiat_change(usd: int) -> str:
    """``+$7 401.10``."""
    return ("+" if usd > 0 else "") + fiat(usd)


def fiat_price(usd: int) -> str:
    """``$1 806.23``: a price, rounded to nearest."""
    return f"${format_nearest(usd, USD_DECIMALS, 2)}"


def fiat_large(usd: int) -> str:
    """``$412.6m``, ``$1.2bn``, to the nearest tenth; below a million whole dollars, and no
    more than there are."""
    sign = MINUS if usd < 0 else ""
    short = _short(abs(usd), ((9, "bn"), (6, "m")))
    return f"{sign}${short or format_places(abs(usd), USD_DECIMALS, 0)}"


def fiat_short(usd: int) -> str:
    """``$214.1k``, to the nearest tenth; below a thousand as ``fiat``."""
    short = _short(abs(usd), ((9, "bn"), (6, "m"), (3, "k")))
    return f"{MINUS if usd < 0 else ''}${short}" if short else fiat(usd)


def _short(size: int, marks: tuple[tuple[int, str], ...]) -> str:
    """``214.1k``; empty below the least mark. What would read 1 000.0k is 1.0m."""
    for zeros, mark in marks:
        scale = USD_DECIMALS + zeros
        larger = mark != marks[-1][1]
        if size >= 10**scale - (10 ** (scale - 4) // 2 if larger else 0):
            return f"{format_nearest(size, scale, 1)}{mark}"
    return ""


def percent(share: float | None, digits: int = 2, *, signed: bool = False) -> str:
    """A share of 1 as ``3.02%``; ``None`` is unknown."""
    if share is None:
        return UNKNOWN
    text = f"{abs(share) * 100:.{digits}f}"
    zero = not text.strip("0.")
    sign = "" if zero else MINUS if share < 0 else "+" if signed else ""
    return f"{sign}{text}%"


def reads_zero(text: str) -> bool:
    """Whether a shown number is a zero, ``0.00%``: it is plain then, neither good nor bad."""
    return "0" in text and not any(digit in text for digit in "123456789")


def health(factor: int | None) -> str:
    """A health factor (18 decimals), floored to two; no debt (``None`` or huge) is ∞."""
    if factor is None or factor >= 10**9 * 10**HEALTH_DECIMALS:
        return INFINITE
    return format_places(factor, HEALTH_DECIMALS, 2)


def health_tone(factor: int | None) -> str:
    """``good`` from 3, ``warn`` from 1.1, ``bad`` below; without debt ``good``."""
    one = 10**HEALTH_DECIMALS
    if factor is None or factor >= 3 * one:
        return "good"
    return "warn" if factor * 10 >= 11 * one else "bad"


def health_word(factor: int | None) -> str:
    """The word beside the colour: Safe, Watch or Danger."""
    words = {
        "good": translate("wording", "Safe"),
        "warn": translate("wording", "Watch"),
        "bad": translate("wording", "Danger"),
    }
    return words[health_tone(factor)]


def owned_fiat(preferences: Preferences, usd: int) -> str:
    """A value the user owns, as the eye button wants it shown."""
    if preferences.privacy == "hidden":
        return HIDDEN
    if preferences.privacy == "percent":
        return percent(usd / preferences.net_worth if preferences.net_worth else None)
    return fiat(usd)


def fiat_axis(value: float) -> str:
    """``$212k``: as many digits as tell two ticks apart."""
    size = abs(value)
    sign = MINUS if value < 0 else ""
    for floor, mark in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if size >= floor:
            return f"{sign}${size / floor:.2f}".rstrip("0").rstrip(".") + mark
    return f"{sign}${size:.2f}".rstrip("0").rstrip(".") if size else "$0"


def owned_amount(
    preferences: Preferences, units: int, symbol: str, *, unit: bool = True
) -> str:
    """A balance the user owns, as the eye button wants it shown."""
    if preferences.privacy == "exact":
        return amount(units, symbol, unit=unit)
    return f"{HIDDEN}{NO_BREAK}{token_name(symbol)}" if unit else HIDDEN


def count(number: int) -> str:
    """A whole number with its groups parted."""
    return f"{number:,}".replace(",", NARROW_SPACE)


# --- moments and waits -------------------------------------------------------------------


def _weekday(moment: datetime) -> str:
    return (
        translate("wording", "Mon"), translate("wording", "Tue"), translate("wording", "Wed"),
        translate("wording", "Thu"), translate("wording", "Fri"), translate("wording", "Sat"),
        translate("wording", "Sun"),
    )[moment.weekday()]  # fmt: skip


def month_name(moment: datetime) -> str:
    """``Oct``."""
    return (
        translate("wording", "Jan"), translate("wording", "Feb"), translate("wording", "Mar"),
        translate("wording", "Apr"), translate("wording", "May"), translate("wording", "Jun"),
        translate("wording", "Jul"), translate("wording", "Aug"), translate("wording", "Sep"),
        translate("wording", "Oct"), translate("wording", "Nov"), translate("wording", "Dec"),
    )[moment.month - 1]  # fmt: skip


def day(at: int, *, year: bool = True) -> str:
    """``Tue 14 Oct 2025`` (UTC)."""
    moment = datetime.fromtimestamp(at, UTC)
    pattern = (
        translate("wording", "{weekday} {day} {month} {year}")
        if year
        else translate("wording", "{weekday} {day} {month}")
    )
    return pattern.format(
        weekday=_weekday(moment), day=moment.day, month=month_name(moment), year=moment.year
    )


def short_day(at: int) -> str:
    """``14 Oct``: on axes and time lines."""
    moment = datetime.fromtimestamp(at, UTC)
    return translate("wording", "{day} {month}").format(day=moment.day, month=month_name(moment))


def clock_time(at: int, *, seconds: bool = False) -> str:
    """``09:00`` (UTC)."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(at: int) -> str:
    """``Tue 14 Oct 2025, 09:00`` (UTC)."""
    return translate("wording", "{day}, {time}").format(day=day(at), time=clock_time(at))


def day_and_time(at: int) -> str:
    """``Tue 14 Oct, 09:00`` (UTC)."""
    text = translate("wording", "{day}, {time}")
    return text.format(day=day(at, year=False), time=clock_time(at))


def duration(seconds: int) -> str:
    """The two largest parts, rounded down: ``9 d 20 h``, ``3 h 5 min``, ``40 s``."""
    left = max(0, seconds)
    days, hours = left // DAY, left % DAY // HOUR
    minutes, rest = left % HOUR // MINUTE, left % MINUTE
    if days:
        return _parts((days, _d()), (hours, _h()))
    if hours:
        return _parts((hours, _h()), (minutes, _min()))
    if minutes:
        return _parts((minutes, _min()))
    return _parts((rest, translate("wording", "s")))


def _d() -> str:
    return translate("wording", "d")


def _h() -> str:
    return translate("wording", "h")


def _min() -> str:
    return translate("wording", "min")


def _parts(first: tuple[int, str], second: tuple[int, str] | None = None) -> str:
    shown = [first] + ([second] if second is not None and second[0] else [])
    return NO_BREAK.join(f"{number}{NO_BREAK}{unit}" for number, unit in shown)


def wait_unit(high: int) -> int:
    """Seconds of the unit that a wait of at most ``high`` is told in."""
    return DAY if high >= 2 * DAY else HOUR if high >= 2 * HOUR else MINUTE


def whole_waits(low: int, high: int) -> tuple[int, int]:
    """A range of seconds in whole units: the low end rounded down and the high end up."""
    unit = wait_unit(high)
    return low // unit * unit, -(-high // unit) * unit


def waits(low: int, high: int) -> str:
    """A range of seconds: ``3 to 5 d``, ``2 to 7 h``; one duration when the ends meet."""
    unit = wait_unit(high)
    mark = {DAY: _d(), HOUR: _h(), MINUTE: _min()}[unit]
    first, last = (end // unit for end in whole_waits(low, high))
    if first >= last:
        return f"{last}{NO_BREAK}{mark}"
    words = translate("wording", "{low} to {high} {unit}")
    return words.format(low=first, high=last, unit=mark).replace(" ", NO_BREAK)


def countdown(at: int, now: int) -> str:
    """``in 1 d 7 h``, or ``now``."""
    if at <= now:
        return translate("wording", "now")
    return translate("wording", "in {duration}").format(duration=duration(at - now))


# --- what is wrong with a text -----------------------------------------------------------


def bad_amount(problem: AmountProblem, token_decimals: int) -> str:
    """The sentence under a field whose text is not an amount; empty for an empty field."""
    sentences: dict[AmountProblem, str] = {
        AmountProblem.EMPTY: "",
        AmountProblem.NOT_A_NUMBER: translate("wording", "This is not a number. Use digits only."),
        AmountProblem.COMMA: translate(
            "wording", "Use a point for decimals and no commas, for example 1234.56."
        ),
        AmountProblem.NEGATIVE: translate("wording", "The amount cannot be below zero."),
        AmountProblem.ZERO: translate("wording", "Enter more than zero."),
        AmountProblem.TOO_MANY_DECIMALS: translate(
            "wording", "At most %n decimal(s) here.", "", token_decimals
        ),
        AmountProblem.TOO_LONG: translate("wording", "This number is too long."),
        AmountProblem.EXPONENT: translate(
            "wording", "Write the number out in full, without an exponent."
        ),
    }
    return plural(sentences[problem], token_decimals)


def plural(text: str, number: int) -> str:
    """English plurals where no translation is loaded: ``%n ticket(s)`` → ``3 tickets``."""
    text = text.replace("%n", count(number))
    return text.replace("(s)", "" if number == 1 else "s")
