"""Numbers, moments and refusals in words."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import refusals
from lstwallet.engine.refusals import (
    AboveMaximum,
    BelowMinimum,
    CapReached,
    FeeAboveLimit,
    FeeNotPayable,
    HealthTooLow,
    Moved,
    MultipleOutOfReach,
    NotApproved,
    NotEnoughAfterFee,
    NotEnoughBalance,
    NotEnoughCollateral,
    NotEnoughLiquidity,
    NothingToDo,
    NotReadyYet,
    ProtocolRefused,
    Refusal,
    SlippageExceeded,
)
from lstwallet.store.errors import Damage, NewerVersion, StoreBroken, StoreUnavailable, Trouble
from lstwallet.ui import wording
from lstwallet.ui.bridge import Preferences
from lstwallet.ui.wording import refusals as sentences
from lstwallet.units.amount import AmountProblem, parse_units
from lstwallet.units.clock import DAY, HOUR, MINUTE

ETH = 10**18
PATH = Path("/profiles/mine.lstwallet")


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("units", "symbol", "text"),
    [
        (5 * ETH, "stETH", "5.0000 stETH"),
        (5 * ETH - 2, "stETH", "5.0000 stETH"),
        (12 * ETH - 24, "stETH", "12.0000 stETH"),
        (5 * ETH - 10**13, "stETH", "4.9999 stETH"),
        (1_234_567_800_000, "USDC", "1 234 567.80 USDC"),
        (11 * ETH, "LP:steth_eth", "11.00 LP"),
        (11 * 10**12, "LP:usdc_eth", "11.00 LP"),
        (1, "ETH", "< 0.0001 ETH"),
        (0, "ETH", "0.0000 ETH"),
    ],
)
def test_amounts(units: int, symbol: str, text: str) -> None:
    assert plain(wording.amount(units, symbol)) == text


def test_changes_carry_their_sign() -> None:
    assert plain(wording.change(-5 * ETH, "ETH")) == "−5.0000 ETH"
    assert plain(wording.change(5 * ETH, "ETH")) == "+5.0000 ETH"
    assert plain(wording.change(0, "ETH")) == "0.0000 ETH"


@given(st.integers(min_value=1, max_value=10**26))
def test_exact_amounts_parse_back(units: int) -> None:
    assert parse_units(wording.exact(units, "ETH").removesuffix(" ETH"), 18) == units


@given(st.integers(min_value=10**15, max_value=10**30))
def test_what_is_shown_is_never_more_than_there_is_but_for_dust(units: int) -> None:
    shown = parse_units(wording.amount(units, "ETH", unit=False), 18, allow_zero=True)
    assert shown <= units + wording.DUST


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (1_320_000_000_000, "$13 200.00"),
        (-500_000_000, "−$5.00"),
        (0, "$0.00"),
        (-1, "$0.00"),
    ],
)
def test_fiat(usd: int, text: str) -> None:
    assert plain(wording.fiat(usd)) == text


def test_large_fiat() -> None:
    assert wording.fiat_large(41_260 * 10**12) == "$412.6m"
    assert wording.fiat_large(12 * 10**16) == "$1.2bn"
    assert wording.fiat_large(41_268 * 10**12) == "$412.7m"
    assert wording.fiat_large(99_999 * 10**12) == "$1.0bn"
    assert plain(wording.fiat_large(212_500 * 10**8)) == "$212 500"


@pytest.mark.parametrize(
    ("text", "zero"),
    [("0.00%", True), ("$0.00", True), ("0.0000 ETH", True), ("−0.01%", False), ("10.00%", False),
     ("–", False), ("∞", False)],
)  # fmt: skip
def test_a_shown_zero_is_known(text: str, zero: bool) -> None:
    assert wording.reads_zero(text) is zero


@pytest.mark.parametrize(
    ("low", "high", "whole"),
    [(5 * DAY + HOUR, 8 * DAY + HOUR, (5 * DAY, 9 * DAY)), (90 * 60, 3 * HOUR, (HOUR, 3 * HOUR)),
     (61, 119, (MINUTE, 2 * MINUTE))],
)  # fmt: skip
def test_a_wait_and_its_dates_are_rounded_alike(
    low: int, high: int, whole: tuple[int, int]
) -> None:
    assert wording.whole_waits(low, high) == whole


@pytest.mark.parametrize(
    ("cents", "text"),
    [(31_658_400, "$316.6k"), (99_994_999, "$999.9k"), (99_995_000, "$1.0m"),
     (99_999, "$999.99"), (-21_410_000, "−$214.1k")],
)  # fmt: skip
def test_short_totals_are_rounded_to_nearest(cents: int, text: str) -> None:
    assert wording.fiat_short(cents * 10**6) == text


@pytest.mark.parametrize("wei", [998_390 * 10**12, 998_350 * 10**12, 998_449_999 * 10**9])
def test_a_price_is_rounded_to_nearest_and_agrees_with_its_discount(wei: int) -> None:
    assert plain(wording.price(wei, "ETH")) == "0.9984 ETH"
    assert 0.0015 < 1 - wei / ETH < 0.0017


def test_a_price_in_dollars_is_rounded_to_nearest() -> None:
    assert plain(wording.fiat_price(180_623_500_000)) == "$1 806.24"


@pytest.mark.parametrize(
    ("share", "signed", "text"),
    [(0.0302, False, "3.02%"), (-0.0062, True, "−0.62%"), (0.0261, True, "+2.61%"),
     (-0.000001, True, "0.00%"), (None, False, "–")],
)  # fmt: skip
def test_percent(share: float | None, signed: bool, text: str) -> None:
    assert wording.percent(share, signed=signed) == text


@pytest.mark.parametrize(
    ("factor", "text", "tone"),
    [
        (None, "∞", "good"),
        (998 * 10**15, "0.99", "bad"),
        (1_099 * 10**15, "1.09", "bad"),
        (1_100 * 10**15, "1.10", "warn"),
        (2_999 * 10**15, "2.99", "warn"),
        (3_000 * 10**15, "3.00", "good"),
    ],
)
def test_health_is_floored(factor: int | None, text: str, tone: str) -> None:
    assert (wording.health(factor), wording.health_tone(factor)) == (text, tone)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(40, "40 s"), (61, "1 min"), (3 * HOUR, "3 h"), (3 * HOUR + 5 * MINUTE, "3 h 5 min"),
     (9 * DAY + 20 * HOUR, "9 d 20 h"), (-5, "0 s")],
)  # fmt: skip
def test_durations(seconds: int, text: str) -> None:
    assert plain(wording.duration(seconds)) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(3 * DAY, 5 * DAY - 1, "3 to 5 d"), (5 * DAY, 5 * DAY, "5 d"),
     (2 * HOUR, 7 * HOUR, "2 to 7 h"), (0, 30 * MINUTE, "0 to 30 min"), (0, 0, "0 min")],
)  # fmt: skip
def test_waits_are_ranges_rounded_outwards(low: int, high: int, text: str) -> None:
    assert plain(wording.waits(low, high)) == text


def test_moments_are_utc() -> None:
    assert wording.moment(1_760_432_400) == "Tue 14 Oct 2025, 09:00"
    assert wording.short_day(1_760_432_400) == "14 Oct"
    assert plain(wording.countdown(100 + DAY + 7 * HOUR, 100)) == "in 1 d 7 h"
    assert wording.countdown(5, 5) == "now"


SAMPLES: list[Refusal] = [
    NothingToDo("claim"),
    NothingToDo("stake"),
    NotEnoughBalance("ETH", 25 * ETH, 18_442 * 10**15),
    NotEnoughBalance("stETH", 1, 0),
    BelowMinimum("stETH", 1, 100, "queue"),
    AboveMaximum("ETH", 2 * ETH, ETH, "fund"),
    refusals.NotAMultiple("ETH", 33 * ETH, 32 * ETH),
    NotEnoughLiquidity("pool:steth_eth", "ETH", 2 * ETH, ETH),
    NotEnoughLiquidity("aave", "WETH", 2 * ETH, ETH),
    CapReached("wstETH", "supply", ETH, 0),
    CapReached("WETH", "borrow", ETH, ETH),
    SlippageExceeded("USDC", 10**6, 2 * 10**6),
    HealthTooLow(15 * 10**17, 998 * 10**15),
    NotEnoughCollateral("USDC", 2 * 10**6, 10**6),
    NotEnoughCollateral("USDC", 2 * 10**6, 0),
    MultipleOutOfReach(20 * 10**18, 135 * 10**17, "rounds"),
    MultipleOutOfReach(10**18, 135 * 10**17, "slippage"),
    NotReadyYet("ticket", 10, 10),
    NotReadyYet("ticket", 10, 10 + DAY),
    ProtocolRefused("lido", "STAKE_LIMIT"),
    NotEnoughAfterFee("ETH", 2 * ETH, ETH, 10**14),
    FeeNotPayable(10**14, 0),
    FeeNotPayable(10**14, 10**13),
    FeeAboveLimit(3 * 10**9, 2 * 10**9),
    NotApproved("wstETH", "aave", 2 * ETH, ETH),
    NotApproved("wstETH", "aave", 2 * ETH, 0),
    Moved((("stETH", 2 * ETH, ETH),)),
    Moved((("stETH", 2 * ETH, 2 * ETH - 1),)),
    Moved(()),
]


@pytest.mark.parametrize("why", SAMPLES, ids=lambda why: f"{type(why).__name__}")
def test_every_refusal_is_a_sentence_with_its_numbers(why: Refusal) -> None:
    said = wording.refusal(why)
    assert said.endswith(".")
    assert "{" not in said
    assert said != "This cannot be done now."
    assert wording.advice(why)
    assert not wording.advice(why).endswith(".")


def test_no_refusal_is_without_words() -> None:
    def leaves(kind: type) -> list[type]:
        below = kind.__subclasses__()
        return [kind] if not below else [leaf for each in below for leaf in leaves(each)]

    known = set(sentences._REFUSALS)
    silent = [
        kind.__name__
        for kind in leaves(Refusal)
        if not known & {base.__name__ for base in kind.__mro__}
    ]
    assert not silent


def test_refusals_name_what_is_missing() -> None:
    why = NotEnoughBalance("ETH", 25 * ETH, 18_442 * 10**15)
    assert plain(wording.refusal(why)) == "6.5580 ETH more than you have."
    assert plain(wording.advice(why)) == "Enter at most 18.4420 ETH to go on"
    assert wording.advice(NotEnoughBalance("stETH", ETH, ETH - 1)) == "Press Max to use all of it"
    more = NotEnoughBalance("stETH", ETH, ETH - 10**6 - 1)
    assert wording.advice(more).startswith("Enter at most")
    none = NotEnoughBalance("stETH", 1, 0)
    assert plain(wording.advice(none)) == "Get some stETH first"
    health = wording.refusal(HealthTooLow(15 * 10**17, 998 * 10**15))
    assert "from 1.50 to 0.99" in health


@pytest.mark.parametrize("problem", [each for each in AmountProblem if each != "empty"])
def test_every_bad_text_has_a_sentence(problem: AmountProblem) -> None:
    assert wording.bad_amount(problem, 6).endswith(".")


def test_an_empty_field_is_no_error() -> None:
    assert wording.bad_amount(AmountProblem.EMPTY, 18) == ""


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_of_the_store_is_a_sentence(trouble: Trouble) -> None:
    problem = StoreUnavailable(PATH, trouble)
    assert wording.error(problem).endswith(".")
    assert wording.is_environment(problem)


@pytest.mark.parametrize("damage", list(Damage))
def test_every_damage_is_a_sentence(damage: Damage) -> None:
    assert wording.error(StoreBroken(PATH, damage)).endswith(".")


def test_other_errors() -> None:
    assert "Update" in wording.error(NewerVersion(PATH, 9, 1))
    assert "No space left" in wording.error(OSError(errno.ENOSPC, "No space left on device"))
    assert not wording.is_environment(ValueError("bug"))


def test_what_one_owns_can_be_hidden() -> None:
    shown = Preferences("exact", 50, 200)
    hidden = shown._replace(privacy="hidden")
    share = shown._replace(privacy="percent")
    assert wording.owned_fiat(hidden, 100) == "••••"
    assert wording.owned_fiat(share, 50) == "25.00%"
    assert plain(wording.owned_amount(hidden, ETH, "ETH")) == "•••• ETH"
    assert plain(wording.owned_amount(shown, ETH, "ETH")) == "1.0000 ETH"


def test_fees_in_words() -> None:
    assert plain(wording.gwei(550_000_000)) == "0.55 gwei"
    assert plain(wording.fee(61_000_000_000_000)) == "0.000061 ETH"
    assert plain(wording.fee(61_000_000_000_001)) == "0.000062 ETH"  # never more than shown
    assert plain(wording.fee_and_worth(61 * 10**12, 19 * 10**6)) == "0.000061 ETH · $0.19"
    assert plain(wording.fee_and_worth(61 * 10**9, 10**4)) == "0.000001 ETH · under $0.01"
    assert wording.fee_and_worth(0, 0) == "free"


def test_who_is_approved_in_words() -> None:
    said = wording.may_take("aave", "wstETH", 10 * ETH)
    assert plain(said) == "Aave pool may take 10.0000 wstETH, exactly this amount"
    said = wording.may_take("router", "stETH", 2**256 - 1)
    assert said == "Swap router may take all stETH you ever have, without limit"
    assert wording.allowed(2**256 - 1, "USDC") == "Unlimited"
    assert wording.contract("sim1something") == "sim1something"


def test_multiples_are_floored_but_for_dust() -> None:
    assert wording.multiple(32 * 10**17) == "3.20×"
    assert wording.multiple(3_209_990_000_000_000_000) == "3.20×"
    assert wording.multiple(3_199_999_999_999_999_999) == "3.20×"
    assert wording.multiple(3_199_000_000_000_000_000) == "3.19×"
    assert wording.multiple(3_201_000_000_000_000_000, up=True) == "3.21×"
    assert wording.multiple(3_200_000_000_000_000_001, up=True) == "3.20×"
