"""Every committed vector file replays without a difference; the frame sees differences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.__main__ import main
from tests.golden.replay import (
    FAMILIES,
    UnknownFormat,
    adapter_for,
    checked,
    load,
    numbers,
    run,
    same_revert,
)

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_every_operation_is_exact(path: Path) -> None:
    report = run(path)
    assert report.operations > 0
    assert report.differences == []
    assert report.differ == 0
    assert report.left_out == 0


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_renamed_file_finds_the_same_adapter(path: Path) -> None:
    document = load(path)
    assert adapter_for(Path("renamed.json"), document) is adapter_for(path, document)


def test_every_family_has_a_file() -> None:
    assert {family.adapter for family in FAMILIES} <= {path.stem for path in VECTORS}


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_changed_value_is_a_difference(path: Path, tmp_path: Path) -> None:
    """No adapter passes whatever the file says."""
    document = load(path)
    document["cases"] = document["cases"][:2]  # the first may record a revert only
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(_shifted(document)), encoding="utf-8")
    assert run(changed).differ > 0


def _shifted(document: dict[str, object]) -> dict[str, object]:
    """The document with one added to every recorded answer."""

    def shift(value: object) -> object:
        if isinstance(value, list):
            return [shift(item) for item in value]
        if isinstance(value, dict):
            return {key: shift(item) for key, item in value.items()}
        if isinstance(value, str) and value.isdecimal():
            return str(int(value) + 1)
        return value

    inputs = (
        "args", "params", "user", "op", "fn", "timestamp", "block", "id",
        "block_gas_limit", "parent_gas_limit", "parent_gas_used", "parent_base_fee_per_gas",
    )  # fmt: skip
    for case in document["cases"]:  # type: ignore[attr-defined]
        records = case.get("ops", [case])
        for record in records:
            for key in list(record):
                if key not in inputs:
                    record[key] = shift(record[key])
    return document


def test_numbers_reads_decimal_strings_only() -> None:
    assert numbers({"a": ["1", "-2", "0xdead", True, None]}) == {"a": [1, -2, "0xdead", True, None]}


@pytest.mark.parametrize(
    ("expected", "computed", "same"),
    [
        ("Panic(0x11: arithmetic under/overflow)", "Panic(0x11: overflow)", True),
        ("Panic(0x11: arithmetic under/overflow)", "Panic(0x12: division)", False),
        ("Panic(0x11: arithmetic under/overflow)", "Panic", True),
        ("InvalidAmount()", "InvalidAmount", True),
        ("InvalidAmount(0x12)", "InvalidAmount(0x34)", True),
        ("InvalidAmount()", "InvalidBurnAmount", False),
        ("UniswapV2: K", "UniswapV2: LOCKED", False),
    ],
)
def test_reverts_are_compared_before_the_bracket(expected: str, computed: str, same: bool) -> None:
    assert same_revert(expected, computed) is same


def test_differences_are_told() -> None:
    found = checked("3", "swap", {"return": "5", "state": {"r": ["1", "2"]}}, {"return": 5})
    assert not found.exact
    assert "state" in found.detail
    found = checked("3", "swap", {"revert": "K"}, {"return": 5})
    assert not found.exact
    assert checked("3", "swap", {"return": "5"}, {"return": 5, "state": 7}).exact


def test_unknown_files_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = tmp_path / "unknown.json"
    unknown.write_text('{"protocol": "Nobody", "contract": "Nothing", "cases": []}')
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert main([str(unknown), str(broken), str(tmp_path / "missing.json")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3
    assert "unknown format: protocol 'Nobody'" in told[0]
    with pytest.raises(UnknownFormat):
        load(broken)


@pytest.mark.parametrize("name", ["curve_stableswap_ng", "uniswap_v2", "uniswap_v3_pool"])
def test_a_user_of_another_name_is_known(name: str, tmp_path: Path) -> None:
    path = next(path for path in VECTORS if path.stem == name)
    renamed = tmp_path / path.name
    renamed.write_text(path.read_text(encoding="utf-8").replace('"bob"', '"dave"'), "utf-8")
    assert run(renamed).differ == 0


def test_null_and_a_key_left_out_are_the_same(tmp_path: Path) -> None:
    path = next(path for path in VECTORS if path.stem == "erc4626_oz")
    document = json.loads(path.read_text(encoding="utf-8"))
    for case in document["cases"]:
        for op in case["ops"]:
            for key in ("user", "return", "revert"):
                op.setdefault(key, None)
    told = tmp_path / path.name
    told.write_text(json.dumps(document), encoding="utf-8")
    assert run(told).differ == 0
    assert checked("3", "swap", {"return": None}, {}).exact
    assert not checked("3", "swap", {"return": None}, {"return": 5}).exact
