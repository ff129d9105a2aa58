"""Strict reading: what was written comes back, and nothing else comes in."""

from __future__ import annotations

import csv
import io
import string
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units.amount import format_exact
from lstwallet.units.strict.documents import (
    DEEPEST,
    Digits,
    json_line,
    read_json,
    read_toml,
)
from lstwallet.units.strict.fields import Fields, nearest
from lstwallet.units.strict.files import open_regular, read_most
from lstwallet.units.strict.refused import MOST_DETAIL, FileRefused, Problem
from lstwallet.units.strict.tables import bare_cell, rows_of, safe_cell
from lstwallet.units.strict.texts import HIDDEN, plain_line, text_of

WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff"),
    max_size=40,
)
KEYS = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**70), 10**70) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def refused(call, *arguments, **more) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        call(*arguments, **more)
    return caught.value


# --- files ---------------------------------------------------------------------------------------


def test_no_more_is_read_than_allowed_even_if_the_file_has_grown() -> None:
    assert read_most(io.BytesIO(b"x" * 10), 10) == b"x" * 10
    assert refused(read_most, io.BytesIO(b"x" * 11), 10).problem is Problem.TOO_LARGE


def test_a_file_that_is_too_large_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 11)
    assert refused(open_regular, path, 10).problem is Problem.TOO_LARGE
    with open_regular(path, 11) as file:
        assert file.read() == b"x" * 11


# --- text ----------------------------------------------------------------------------------------


@given(st.lists(WORDS), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_text_comes_back_whatever_its_line_ends(
    lines: list[str], end: str, marked: bool
) -> None:
    data = end.join(lines).encode("utf-8-sig" if marked else "utf-8")
    assert text_of(data) == "\n".join(lines)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    with suppress(FileRefused):
        assert "\r" not in text_of(data)


@given(st.text(max_size=60))
def test_a_name_is_one_line_that_shows_all_it_holds(text: str) -> None:
    name = plain_line(text)
    assert name.isprintable()
    assert not HIDDEN.search(name)
    assert plain_line(name) == name


def test_what_turns_round_is_taken_out_of_a_name() -> None:
    assert plain_line("a\u202eb\u2066c\u200bd\ufeff\te\nf") == "abcd e f"
    assert plain_line("Łódź 🏦 東京") == "Łódź 🏦 東京"


# --- JSON ----------------------------------------------------------------------------------------


@given(VALUES)
def test_json_comes_back(value: object) -> None:
    assert read_json(json_line(value)) == value


@given(st.text(alphabet='{}[]",:0123456789.eE+-NaInftrulse \\\n', max_size=60))
def test_any_text_is_json_or_refused(text: str) -> None:
    with suppress(FileRefused):
        read_json(text)


def test_brackets_are_counted_but_not_those_in_texts() -> None:
    nested = "[" * DEEPEST + "]" * DEEPEST
    assert read_json(nested) is not None
    assert refused(read_json, f"[{nested}]").problem is Problem.TOO_DEEP
    assert read_json('["' + "[" * 100 + r"\"[[" + '"]') is not None


def test_numbers_stay_the_digits_that_were_written() -> None:
    found = read_json("[1e1000000, 0.10, -1]")
    assert found == ["1e1000000", "0.10", -1]
    assert [type(each) for each in found] == [Digits, Digits, int]
    assert refused(read_json, "9" * 81).problem is Problem.LONG_NUMBER
    for word in ("NaN", "Infinity", "-Infinity"):
        assert refused(read_json, f"[{word}]").detail == word


def test_a_key_stands_once() -> None:
    told = refused(read_json, '{"a": 1, "b": {"c": 1, "c": 2}}', line=7)
    assert (told.problem, told.detail, told.line) == (Problem.DOUBLE_KEY, "c", 7)


# --- TOML ----------------------------------------------------------------------------------------

_TOML_KEYS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
_FLAT = st.dictionaries(_TOML_KEYS, st.booleans() | st.integers(-(10**15), 10**15) | WORDS)


def toml(table: dict[str, object]) -> str:
    return "".join(f"{key} = {json_line(value)}\n" for key, value in table.items())


@given(_FLAT, st.dictionaries(_TOML_KEYS.map(str.upper), _FLAT, max_size=4))
def test_toml_comes_back(
    top: dict[str, object], tables: dict[str, dict[str, object]]
) -> None:
    text = toml(top) + "".join(f"[{name}]\n{toml(table)}" for name, table in tables.items())
    assert read_toml(text.replace("\x7f", "")) == {**top, **tables}


@given(st.text(alphabet="[]{}=.,\"'#\n\\ab01-:eE+_ TZ", max_size=60))
def test_any_text_is_toml_or_refused(text: str) -> None:
    with suppress(FileRefused):
        read_toml(text)


def test_dots_and_brackets_in_texts_and_remarks_do_not_count() -> None:
    dots = "a." * 100
    found = read_toml(f'a = "{dots}[[[" # {dots}{"[" * 50}\nb = \'\'\'\n{dots}\n{"{" * 40}\'\'\'\n')
    assert set(found) == {"a", "b"}
    assert refused(read_toml, f"{dots}a = 1").problem is Problem.TOO_DEEP


# --- CSV -----------------------------------------------------------------------------------------

_ROWS = st.integers(1, 5).flatmap(
    lambda wide: st.lists(
        st.lists(WORDS, min_size=wide, max_size=wide).filter(lambda r: any(c.strip() for c in r)),
        min_size=1, max_size=6,
    )
)  # fmt: skip


@given(_ROWS)
def test_csv_comes_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(safe_cell, row) for row in rows)
    found = rows_of(out.getvalue(), most_rows=9)
    assert [[bare_cell(cell) for cell in row.cells] for row in found] == rows


@given(st.text(alphabet="\"',=\n\rab1 ", max_size=60))
def test_any_text_is_csv_or_refused(text: str) -> None:
    with suppress(FileRefused):
        list(rows_of(text, most_rows=100))


@pytest.mark.parametrize("text", ['a,"b\nc,d\n', 'a,"b"c\n', '"'])
def test_a_quote_closes_at_the_end_of_its_cell(text: str) -> None:
    assert refused(list, rows_of(text, most_rows=9)).problem is Problem.NOT_CSV


@given(st.text(max_size=12))
def test_no_cell_begins_with_what_a_spreadsheet_runs(text: str) -> None:
    cell = safe_cell(text)
    assert cell[:1] not in tuple("=+-@\t\r")
    assert bare_cell(cell) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@"])
def test_what_a_spreadsheet_would_run_is_prefixed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


# --- fields --------------------------------------------------------------------------------------


def test_a_refusal_names_the_place() -> None:
    fields = Fields({"steps": [{"title": "a"}, {"title": 3}]})
    first, second = fields.tables("steps")
    assert first.text("title") == "a"
    told = refused(second.text, "title")
    assert (told.field, told.problem) == ("steps 2, title", Problem.WRONG_KIND)


def test_a_key_that_nobody_asked_for() -> None:
    fields = Fields({"name": "a", "nmae": "b"})
    assert fields.text("name") == "a"
    told = refused(fields.done)
    assert (told.problem, told.field, told.near) == (Problem.UNKNOWN_KEY, "nmae", "name")


def test_a_missing_key_that_is_there_misspelt() -> None:
    told = refused(Fields({"nmae": "b"}).text, "name")
    assert (told.problem, told.field, told.near) == (Problem.UNKNOWN_KEY, "nmae", "name")
    assert refused(Fields({"other": "b"}).text, "name").problem is Problem.MISSING_KEY


@pytest.mark.parametrize("value", [True, 1, None, [], {}, Digits("1.5")])
def test_only_a_text_is_a_text(value: object) -> None:
    assert refused(Fields({"a": value}).text, "a").wanted == "text"


@pytest.mark.parametrize("value", [True, "1", None, Digits("1.0")])
def test_only_a_whole_number_is_one(value: object) -> None:
    assert refused(Fields({"a": value}).whole, "a", 0, 9).wanted == "whole"


@given(st.integers(1, 10**30))
def test_amounts_are_exact(units: int) -> None:
    text = format_exact(units, 18)
    for value in (text, Digits(text)):
        assert Fields({"a": value}).amount("a", 18, 10**30) == units


@pytest.mark.parametrize(
    "text", ["\u202eHTE", "a\x00", "a\x1b[2J", "\ud800", "a\u200bb", "  ", "x" * 10_001]
)
def test_texts_that_will_not_do(text: str) -> None:
    refused(Fields({"a": text}).text, "a")


def test_nearest() -> None:
    known = ("stETH", "wstETH", "ETH", "USDC", "holdings")
    assert nearest("stEHT", known) == "stETH"
    assert nearest("holdngs", known) == "holdings"
    assert nearest("DAI", known) == ""
    assert nearest("x" * 10_000, known) == ""


@given(st.text(max_size=400))
def test_what_is_quoted_is_short_and_plain(text: str) -> None:
    told = FileRefused(Problem.CONTENT, field=text, detail=text, file=text[:200])
    assert len(told.detail) <= MOST_DETAIL
    assert (told.detail + told.field + told.file).isprintable()
