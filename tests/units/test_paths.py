"""The data files are found in a checkout, in an installed wheel and in a bundle."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lstwallet.units import paths


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package without data files beside or inside it; the folder of the package."""
    package = tmp_path / "site" / "lstwallet"
    (package / "units").mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "units" / "paths.py"))
    monkeypatch.delattr(sys, "_MEIPASS", raising=False)
    return package


def test_a_checkout_has_them_beside_the_package() -> None:
    assert (paths.resources() / "icons" / "lstwallet.svg").is_file()


def test_a_wheel_has_them_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = installed(tmp_path, monkeypatch)
    (package / "_resources").mkdir()
    assert paths.resources() == package / "_resources"


def test_a_bundle_has_them_where_it_was_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch)
    (tmp_path / "bundle" / "resources").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    assert paths.resources() == tmp_path / "bundle" / "resources"


def test_a_lost_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch)
    with pytest.raises(FileNotFoundError, match="install it again"):
        paths.resources()
