"""Price files: read exactly, refused with the line that is wrong."""

from __future__ import annotations

import pytest

from lstwallet.market.price_table import PriceTableError, read_price_table
from lstwallet.units.clock import DAY, parse_iso
from lstwallet.units.paths import resources

GOOD = "date,eth_usd\n2022-05-01,2828\n2022-05-02,2857.12345678\n2022-05-03,2783\n"


def test_a_close_stands_at_the_end_of_its_day() -> None:
    table = read_price_table(GOOD)
    assert table.begin == parse_iso("2022-05-02")
    assert table.end == table.begin + 2 * DAY
    assert table.eth == (2828 * 10**8, 285712345678, 2783 * 10**8)
    assert table.steth == ()


def test_the_shipped_replay_is_whole() -> None:
    table = read_price_table((resources() / "replays" / "steth_2022.csv").read_text("utf-8"))
    assert len(table.eth) == len(table.steth) == 92
    assert table.end == parse_iso("2022-08-01")
    assert min(table.steth) == 9367 * 10**14


def test_a_mark_at_the_front_blank_lines_and_spaces_are_harmless() -> None:
    assert read_price_table("\ufeff" + GOOD.replace(",2828", " , 2828 ") + "\n\n") == (
        read_price_table(GOOD)
    )


def test_digits_beyond_the_eighth_are_dropped() -> None:
    table = read_price_table(GOOD.replace("2828", "2827.9999999999995"))
    assert table.eth[0] == 282_799_999_999


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is empty"),
        ("day,price\n2022-05-01,1\n", "line 1: the header must read"),
        ("date,eth_usd,eth_usd\n", "line 1: the header must read"),
        (GOOD.replace("2828", "abc"), "line 2: “abc” in eth_usd is not a number above zero"),
        (GOOD.replace("2828", "-5"), "line 2: “-5” in eth_usd"),
        (GOOD.replace("2828", "0"), "line 2: “0” in eth_usd"),
        (GOOD.replace("2828", "1e9"), "line 2: “1e9” in eth_usd"),
        (GOOD.replace("2828", '"2,828"'), "line 2: “2,828” in eth_usd"),
        (GOOD.replace("2828", "9" * 30), "line 2: the number in eth_usd is too long"),
        (GOOD.replace("2828", ""), "line 2: “” in eth_usd"),
        (GOOD.replace("2828", "1,2"), "line 2: 3 cells where the header has 2"),
        (GOOD.replace("2022-05-02", "2022-13-02"), "line 3: “2022-13-02” is not a date"),
        (GOOD.replace("2022-05-03", "2022-05-02"), "line 4: 2022-05-02 comes after 2022-05-02"),
        (GOOD.replace("2022-05-03", "2022-04-30"), "line 4: 2022-04-30 comes after"),
        (GOOD.replace("2022-05-03", "2022-05-06"), "line 4: the days between 2022-05-02 and"),
        ("date,eth_usd\n2022-05-01,2828\n", "it has 1 rows; at least 2 are needed"),
    ],
)
def test_an_error_is_a_sentence_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(PriceTableError) as caught:
        read_price_table(text)
    assert sentence in str(caught.value)


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(PriceTableError, match="longer than"):
        read_price_table(GOOD + "x" * 2_000_001)
