"""Numbers, moments and refusals in the user's words.

A point is the decimal mark in every language and groups are parted by a narrow no-break
space, so that what is shown parses back. Minus is U+2212; changes carry their sign;
unknown is "–", infinite "∞". What one owns or receives is never rounded up; prices, rates
and short totals are rounded to nearest, so that a price and its discount agree.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

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
    from lstwallet.engine.refusals import Refusal
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


def owned_amount(preferences: Preferences, units: int, symbol: str) -> str:
    """A balance the user owns, as the eye button wants it shown."""
    if preferences.privacy == "exact":
        return amount(units, symbol)
    return f"{HIDDEN}{NO_BREAK}{token_name(symbol)}"


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


def _month(moment: datetime) -> str:
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
        weekday=_weekday(moment), day=moment.day, month=_month(moment), year=moment.year
    )


def short_day(at: int) -> str:
    """``14 Oct``: on axes and time lines."""
    moment = datetime.fromtimestamp(at, UTC)
    return translate("wording", "{day} {month}").format(day=moment.day, month=_month(moment))


def clock_time(at: int, *, seconds: bool = False) -> str:
    """``09:00`` (UTC)."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(at: int) -> str:
    """``Tue 14 Oct 2025, 09:00`` (UTC)."""
    return translate("wording", "{day}, {time}").format(day=day(at), time=clock_time(at))


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


# --- refusals ----------------------------------------------------------------------------


def refusal(why: Refusal) -> str:
    """The sentence for a refusal, with its numbers: beside the field that caused it."""
    for kind in type(why).__mro__:
        maker = _REFUSALS.get(kind.__name__)
        if maker is not None:
            return maker(why)
    return translate("wording", "This cannot be done now.")


def advice(why: Refusal) -> str:
    """What to do about a refusal: the short line above the disabled button."""
    for kind in type(why).__mro__:
        maker = _ADVICE.get(kind.__name__)
        if maker is not None:
            return maker(why)
    return translate("wording", "Change the amount to go on")


def _nothing_to_do(why: Any) -> str:
    sentences = {
        "claim": translate("wording", "There is nothing to claim yet."),
        "collateral": translate("wording", "Nothing is supplied that could serve as collateral."),
        "withdraw": translate("wording", "Nothing of this token is supplied."),
        "repay": translate("wording", "Nothing of this token is owed."),
        "emode": translate("wording", "This e-mode is in force already."),
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
    text = translate("wording", "At most {maximum} at once.")
    return text.format(maximum=amount(why.maximum, why.token))


def _not_a_multiple(why: Any) -> str:
    text = translate("wording", "Only multiples of {step}: each validator takes exactly that.")
    return text.format(step=small(why.step, why.token))


def _not_enough_liquidity(why: Any) -> str:
    if "aave" in why.where or "lend" in why.where:
        text = translate("wording", "The market has only {available} left: the rest is lent out.")
    else:
        text = translate("wording", "The pool holds only {available}.")
    return text.format(available=amount(max(0, why.available), why.token))


def _cap_reached(why: Any) -> str:
    room = amount(max(0, why.room), why.token)
    if why.kind == "borrow":
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
        "AssetNotListed": translate("wording", "The market does not take this token."),
    }
    if why.reason in known:
        return known[why.reason]
    text = translate("wording", "The protocol refuses this: {reason}.")
    return text.format(reason=why.reason)


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


_REFUSALS: Final[dict[str, Callable[[Any], str]]] = {
    "NothingToDo": _nothing_to_do,
    "NotEnoughBalance": _not_enough_balance,
    "BelowMinimum": _below_minimum,
    "AboveMaximum": _above_maximum,
    "NotAMultiple": _not_a_multiple,
    "NotEnoughLiquidity": _not_enough_liquidity,
    "CapReached": _cap_reached,
    "SlippageExceeded": _slippage,
    "HealthTooLow": _health_too_low,
    "NotEnoughCollateral": _not_enough_collateral,
    "NotReadyYet": _not_ready_yet,
    "ProtocolRefused": _protocol,
}
_ADVICE: Final[dict[str, Callable[[Any], str]]] = {
    "NothingToDo": lambda why: translate("wording", "Correct the amount to go on"),
    "NotEnoughBalance": lambda why: _advise_at_most(why.available, why.token),
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
    "HealthTooLow": lambda why: translate("wording", "Choose a smaller amount to go on"),
    "NotReadyYet": lambda why: translate("wording", "Let time pass first"),
    "SlippageExceeded": lambda why: translate("wording", "Look at the new price to go on"),
}


# --- errors of the environment -----------------------------------------------------------


def error(problem: BaseException) -> str:
    """One plain sentence for an error of the environment; our own bugs get a general one."""
    for kind in type(problem).__mro__:
        maker = _ERRORS.get(kind.__name__)
        if maker is not None:
            return maker(problem)
    if isinstance(problem, OSError) and problem.strerror:
        return translate("wording", "The computer says: {why}.").format(why=problem.strerror)
    return translate("wording", "Something went wrong inside the program.")


def is_environment(problem: BaseException) -> bool:
    """Whether it is the user's environment (told and retried) rather than a bug of ours."""
    names = {kind.__name__ for kind in type(problem).__mro__}
    return isinstance(problem, OSError) or bool(names & _ERRORS.keys())


def _unavailable(problem: Any) -> str:
    sentences = {
        "missing": translate("wording", "The profile file is not there."),
        "exists": translate("wording", "There is a file of that name already."),
        "unreadable": translate("wording", "The profile file may not be read or written."),
        "read_only": translate("wording", "The profile is read-only: nothing can be saved."),
        "locked": translate(
            "wording", "The profile is open in another window or program. Close it there first."
        ),
        "disk_full": translate("wording", "The disk is full. Free some space and try again."),
        "moved": translate("wording", "The profile file was moved or replaced while it was open."),
        "io": translate("wording", "The disk reports an error."),
    }
    return sentences.get(str(problem.trouble), str(problem.detail))


def _broken(problem: Any) -> str:
    sentences = {
        "not_sqlite": translate("wording", "This file is not a profile of lstwallet."),
        "not_a_profile": translate("wording", "This file is not a profile of lstwallet."),
        "damaged": translate("wording", "The profile file is damaged. Restore a copy of it."),
        "chain": translate(
            "wording", "The profile's history has been altered: its chain of hashes is broken."
        ),
        "undecodable": translate("wording", "The profile holds entries that cannot be read."),
        "newer": translate(
            "wording", "A newer version of lstwallet wrote this profile. Update to open it."
        ),
    }
    return sentences.get(str(problem.damage), str(problem.detail))


_ERRORS: Final[dict[str, Callable[[Any], str]]] = {
    "StoreUnavailable": _unavailable,
    "StoreBroken": _broken,
    "Opening": lambda _problem: translate("wording", "Another profile is being opened."),
    "SettingsProblem": lambda problem: str(problem.detail),
    "CatalogueError": str,
    "PriceTableError": str,
}


# --- what the user should hear of -------------------------------------------------------


def notice(kind: str, units: int, token: str) -> tuple[str, str, str]:
    """Title, text and tone for a notice of ``readmodel.notices``."""
    if kind == "ready":
        title = translate("wording", "{amount} ready to claim").format(amount=amount(units, token))
        return title, translate("wording", "The queue has paid your request"), "good"
    if kind == "low":
        title = translate("wording", "Health factor {health}").format(health=health(units))
        return title, translate("wording", "Repay or add collateral soon"), "bad"
    title = translate("wording", "Your position was liquidated")
    text = translate("wording", "{amount} of your collateral was sold").format(
        amount=amount(units, token)
    )
    return title, text, "bad"


# --- what is due -------------------------------------------------------------------------


def coming(kind: str) -> str:
    """What will happen, for ``readmodel.coming``; ``{wait}`` stands for how soon."""
    sentences = {
        "report": translate("wording", "Rewards paid in {wait}"),
        "ticket": translate("wording", "A ticket may be ready in {wait}"),
        "active": translate("wording", "Your validator starts in {wait}"),
        "sweep": translate("wording", "Your validator pays in {wait}"),
        "exit": translate("wording", "Your validator leaves in {wait}"),
        "paid": translate("wording", "Your validator's ether is back in {wait}"),
    }
    return sentences[kind]
