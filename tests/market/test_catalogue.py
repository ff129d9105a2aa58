"""The catalogue is complete and exact, and says plainly what is wrong with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lstwallet.market.catalogue import SCHEMA, CatalogueError, load
from lstwallet.units.paths import resources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped catalogue that may be spoilt."""
    return Path(shutil.copytree(resources() / "catalogue", tmp_path / "catalogue"))


def spoil(folder: Path, file: str, old: str, new: str) -> CatalogueError:
    """Replace the first ``old`` of a file and give the error that loading then raises."""
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    return caught.value


def test_every_number_of_the_schema_is_there_with_a_source() -> None:
    catalogue = load()
    wanted = {
        f"{f}.{t}.{k}" for f, tables in SCHEMA.items() for t, keys in tables.items() for k in keys
    }
    assert set(catalogue.numbers) == wanted
    assert all(number.source for number in catalogue.numbers.values())
    undated = [
        path
        for path, number in catalogue.numbers.items()
        if not number.as_of and number.source not in ("unverified", "model parameter")
    ]
    assert undated == []


def test_a_model_parameter_says_what_it_stands_for() -> None:
    silent = [
        path
        for path, number in load().numbers.items()
        if number.source == "model parameter" and not number.note
    ]
    assert silent == []


def test_numbers_come_from_their_digits() -> None:
    catalogue = load()
    assert catalogue.scaled("aave_v3.reserve.WETH.ltv", 4) == 8050
    assert catalogue.scaled("lido.limits.max_positive_rebase", 9) == 750_000
    assert catalogue.scaled("prices.basis.mean", 4) == -122_000
    assert catalogue.scaled("pools.usdc_eth.usdc", 6) == 60_000_000 * 10**6
    assert catalogue.real("prices.eth.volatility") == 0.688


def test_digits_are_never_lost_in_silence() -> None:
    with pytest.raises(CatalogueError, match=r"aave_v3.toml, table \[reserve.WETH\], key slope1"):
        load().scaled("aave_v3.reserve.WETH.slope1", 3)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("lido.toml", "pooled = { value = 9000000", "pooled_ = { value = 9000000",
         "catalogue file lido.toml, table [state], key pooled_: this key is not known"),
        ("lido.toml", "value = 9000000", "value = nan", "not a number"),
        ("lido.toml", "value = 9000000", "value = inf", "not a number"),
        ("lido.toml", "value = 9000000", "value = -1", "-1 is negative"),
        ("lido.toml", "value = 9000000", 'value = "9"', "value must be a number"),
        ("lido.toml", "value = 9000000", "value = true", "value must be a number"),
        ("lido.toml", "value = 9000000", "value = 1e-16", "write the number out"),
        ("lido.toml", "value = 9000000", "value = 0.1234567890123456789", "more decimals"),
        ("lido.toml", 'unit = "ETH"', 'unit = "doge"', "the unit “doge” is not known"),
        ("lido.toml", 'unit = "ETH"', 'unit = "s"', "the unit must be “ETH”, not “s”"),
        ("lido.toml", 'source = "model parameter", as_of', 'source = "", as_of', "source is empty"),
        ("lido.toml", ', as_of = ""', "", "as_of is missing"),
        ("lido.toml", "[fees]", "[fee]", "table [fee]: this table is not known"),
        ("lido.toml", "[state]", "[state", "it is not valid TOML"),
        ("lido.toml", "value = 0.1,", "value = 1.5,", "1.5 is larger than 1"),
        ("world.toml", 'value = "2026-01-05"', 'value = "5 January"', "is not a date"),
        ("world.toml", 'value = "2026-01-05"', "value = 5", "must be a date in quotes"),
        ("pools.toml", "{ value = 50, ", "{ valeu = 50, ", "key amplification: value is missing"),
        ("pools.toml", "[usdc_eth]", "[usdc_eth.x]", "not known"),
    ],
)  # fmt: skip
def test_an_error_is_a_sentence_with_its_place(
    folder: Path, file: str, old: str, new: str, sentence: str
) -> None:
    error = spoil(folder, file, old, new)
    assert sentence in str(error)
    assert error.file == file


def test_a_missing_key_and_a_missing_file_are_named(folder: Path) -> None:
    text = (folder / "pools.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("amplification")]
    (folder / "pools.toml").write_text("\n".join(lines), "utf-8")
    with pytest.raises(CatalogueError, match="key amplification: the key is missing"):
        load(folder)
    (folder / "pools.toml").unlink()
    with pytest.raises(CatalogueError, match=r"pools.toml: it cannot be read"):
        load(folder)


def test_bytes_that_are_not_text_are_refused(folder: Path) -> None:
    (folder / "pools.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match="not UTF-8"):
        load(folder)


def test_deep_nesting_is_refused_quickly(folder: Path) -> None:
    (folder / "pools.toml").write_text("a = " + "[" * 50_000, "utf-8")
    with pytest.raises(CatalogueError, match="nests deeper"):
        load(folder)
