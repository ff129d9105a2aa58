"""Rows of one's history: folding, grouping, filtering and exports, by hand-made lines."""

from __future__ import annotations

import csv
import io
import json
import re

from hypothesis import example, given
from hypothesis import strategies as st

from lstwallet.readmodel.activity import (
    Amount,
    Fold,
    Line,
    by_day,
    matching,
    to_csv,
    to_json,
)
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.strict.tables import RISKY, bare_cell, rows_of

ETH = 10**18


def reward(seq: int, at: int, units: int = 5) -> Line:
    return Line(seq, at, "OracleReported", "rewards", (Amount("stETH", units),))


def stake(seq: int, at: int) -> Line:
    return Line(seq, at, "Staked", "staking", (Amount("ETH", -ETH), Amount("stETH", ETH)))


def test_rewards_in_a_row_are_folded_and_summed() -> None:
    rewards = [reward(5, 3 * DAY + HOUR), reward(4, 2 * DAY + HOUR), reward(3, DAY + HOUR)]
    rows = [*rewards, stake(2, 9)]
    days = by_day(rows)
    assert [day.at for day in days] == [3 * DAY, 0]
    fold = days[0].rows[0]
    assert isinstance(fold, Fold)
    assert (fold.days, fold.moves) == (3, (Amount("stETH", 15),))


def test_one_reward_alone_stays_a_line() -> None:
    days = by_day([reward(3, DAY), stake(2, 0)])
    assert [type(row) for day in days for row in day.rows] == [Line, Line]


def test_a_deed_between_rewards_parts_the_folds() -> None:
    rows = [reward(9, 40), reward(8, 30), stake(7, 25), reward(6, 20), reward(5, 10)]
    kinds = [type(row) for row in by_day(rows)[0].rows]
    assert kinds == [Fold, Line, Fold]


@given(st.lists(st.booleans(), max_size=40))
def test_grouping_loses_nothing_and_keeps_the_order(pattern: list[bool]) -> None:
    count = len(pattern)
    rows = [
        (reward if kind else stake)(count - i, (count - i) * 7 * HOUR)
        for i, kind in enumerate(pattern)
    ]
    flat: list[Line] = []
    for day in by_day(rows):
        for row in day.rows:
            flat.extend(row.lines if isinstance(row, Fold) else [row])
    assert flat == rows


def test_filters_are_joined() -> None:
    rows = [reward(2, 5), stake(1, 0)]
    assert matching(rows, group="staking") == [rows[1]]
    assert matching(rows, token="stETH") == rows
    assert matching(rows, group="rewards", token="ETH") == []
    assert matching(rows, text="ORACLE") == [rows[0]]


def test_csv_is_oldest_first_with_directions_instead_of_signs() -> None:
    table = list(csv.reader(io.StringIO(to_csv([reward(2, DAY, 15), stake(1, 0)]))))
    assert table[1] == ["1", "1970-01-01T00:00:00Z", "Staked", "out", "ETH", str(ETH), "1"] + [
        ""
    ] * 4
    assert table[3][3:7] == ["in", "stETH", "15", "0.000000000000000015"]


def test_csv_prefixes_details() -> None:
    line = Line(1, 0, "Swapped", "pools", (), "=cmd")
    assert "'=cmd" in to_csv([line])


def test_notes_and_labels_are_exported_and_cannot_be_run() -> None:
    remarks = {1: ("=HYPERLINK(1)", "@sum"), 2: ("", "")}
    table = list(csv.reader(io.StringIO(to_csv([stake(1, 0)], lambda seq: remarks[seq]))))
    assert table[0][-2:] == ["label", "note"]
    assert table[1][-2:] == ["'=HYPERLINK(1)", "'@sum"]
    entry = json.loads(to_json([stake(1, 0)], lambda seq: remarks[seq]))["entries"][0]
    assert (entry["label"], entry["note"]) == ("=HYPERLINK(1)", "@sum")


WRITTEN = st.text(
    st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\r\n\t=+-@'\","), max_size=30
)


@given(WRITTEN, WRITTEN)
@example("=1+1", "two\r=HYPERLINK(1)")
@example("'=1", 'a"b,c\r\nd')
def test_csv_reads_back_and_nothing_in_it_begins_as_a_formula(label: str, note: str) -> None:
    text = to_csv([stake(1, 0), reward(2, DAY, 15)], lambda _seq: (label, note))
    assert "\r" not in text  # it is not quoted, and what follows would begin a row
    bare = re.sub(r'"(?:[^"]|"")*"', "", text)
    assert not [cell for cell in re.split(r"[,\n]", bare) if cell[:1] in RISKY and cell]
    rows = [[bare_cell(cell) for cell in row.cells] for row in rows_of(text, most_rows=9)]
    assert [row[0] for row in rows] == ["entry", "1", "1", "2"]
    said = [each.replace("\r\n", "\n").replace("\r", "\n") for each in (label, note)]
    assert [cell.lstrip("'") for cell in rows[1][-2:]] == [each.lstrip("'") for each in said]


def test_json_keeps_every_digit_as_text() -> None:
    big = 123456789012345678901234567890
    line = Line(1, 0, "Funded", "wallet", (Amount("USDC", big),))
    entry = json.loads(to_json([line]))["entries"][0]
    assert entry["moves"] == [
        {"token": "USDC", "base_units": str(big), "amount": "123456789012345678901234.56789"}
    ]
