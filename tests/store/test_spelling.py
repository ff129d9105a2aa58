"""Events and commands spelled out for other programs, and read back to the same bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.app import beginnings
from lstwallet.engine import kernel
from lstwallet.store import codec, spelling
from lstwallet.store.errors import BadText


def numbers_in(value: Any) -> list[Any]:
    """Every number that stands somewhere in a JSON value."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [each for part in parts for each in numbers_in(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_every_kind_there_is_can_be_spelled() -> None:
    for kind in (*kernel.EVENTS.values(), *kernel.COMMANDS.values()):
        spelling._way(kind)  # raises for a type without a way


def test_a_demo_portfolio_is_spelled_and_read_back_to_the_same_bytes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    session = beginnings.create("demo", path=tmp_path / "demo.lstwallet")
    kinds = set()
    assert session._store is not None
    for row in session._store.rows():
        for line in row.events.split("\n"):
            spelled = spelling.spell_event(codec.loads(line))
            kinds.add(spelled["kind"])
            assert numbers_in(spelled) == []
            again = spelling.unspell_event(json.loads(json.dumps(spelled)))
            assert codec.dumps(again) == line
        if row.command is not None:
            spelled = spelling.spell_command(codec.loads(row.command))
            assert codec.dumps(spelling.unspell_command(spelled)) == row.command
    session.close()
    assert {"Born", "Funded", "Staked", "Supplied", "Swapped"} <= kinds


def sent() -> dict[str, Any]:
    """A spelled event with every field of its kind."""
    kind = kernel.EVENTS["Sent"]
    names = kind._fields  # type: ignore[attr-defined]
    hints = codec.hints_of(kind)
    values = {int: "7", str: "you", bool: False}
    return {"kind": "Sent", **{name: values.get(hints[name], []) for name in names}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda value: value.update(kind="Sold"), "unknown kind"),
        (lambda value: value.update(at=7), "whole number in quotes"),
        (lambda value: value.update(at="007"), "whole number in quotes"),
        (lambda value: value.update(at="1e9"), "whole number in quotes"),
        (lambda value: value.update(at="-0"), "whole number in quotes"),
        (lambda value: value.update(at="٣"), "whole number in quotes"),
        (lambda value: value.update(at="9" * 101), "whole number in quotes"),
        (lambda value: value.update(extra="1"), "do not fit"),
        (lambda value: value.pop("at"), "do not fit"),
        (lambda value: value.update(entry="none"), "list expected"),
    ],
)
def test_what_is_not_so_is_refused(change, words: str) -> None:  # type: ignore[no-untyped-def]
    value = sent()
    spelling.unspell_event(value)
    change(value)
    with pytest.raises(BadText, match=words):
        spelling.unspell_event(value)


def test_the_field_that_is_wrong_is_named() -> None:
    value = sent() | {"at": True}
    with pytest.raises(BadText, match=r"Sent\.at: "):
        spelling.unspell_event(value)


def test_the_order_of_fields_is_held() -> None:
    value = sent()
    first = value.pop("at")
    with pytest.raises(BadText, match="has no place here"):
        spelling.unspell_event(value | {"at": first})


@given(st.integers(-(10**99), 10**99), st.sampled_from(["all", None]))
def test_amounts_of_any_size_and_the_word_all(units: int, word: str | None) -> None:
    line = ["Stake", "you", units if word is None else word]
    spelled = spelling.spell_command(line)
    assert spelled["amount"] == (str(units) if word is None else "all")
    assert spelling.unspell_command(spelled) == line
