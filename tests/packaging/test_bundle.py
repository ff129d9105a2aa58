"""The bundle: what goes into it, what stays out, and the icons of three platforms."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImageReader

import lstwallet
from lstwallet.ui.coach import school
from lstwallet.ui.pages import ROOMS
from tests.packaging.scripts import ROOT, SCRIPTS, script

build = script("build")
bundle = script("bundle")
icons = script("icons")


def test_what_is_imported_by_name_only_is_there() -> None:
    for name in bundle.found_at_run_time():
        assert find_spec(name) is not None, name


def test_the_version_is_the_programs() -> None:
    assert bundle.version(ROOT) == lstwallet.__version__


def test_modules_that_are_imported_by_name_go_along() -> None:
    listed = bundle.modules(ROOT)
    existing = [room.module for room in ROOMS if (ROOT / as_path(room.module)).exists()]
    assert len(existing) >= 9
    assert {*existing, school._HELPER, "lstwallet.ui.charts", "lstwallet.__main__"} <= {*listed}
    assert len(listed) == len(set(listed))
    assert not [name for name in listed if name.endswith("__init__")]


def as_path(module: str) -> str:
    return module.replace(".", "/") + ".py"


def test_every_resource_but_the_readmes_pictures_goes_along(tmp_path: Path) -> None:
    there = {place for _, place in bundle.data_files(ROOT, tmp_path)}
    assert {"resources/catalogue", "resources/lessons/en", "resources/icons"} <= there
    assert "resources/pictures" not in there


def test_the_icon_fonts_lie_where_the_window_looks(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    for name in ("phosphor-1.ttf", "phosphor-charmap-1.json", "remixicon-2.ttf", "codicon-1.ttf"):
        (tmp_path / "fonts" / name).write_text("", encoding="utf-8")
    placed = bundle.data_files(ROOT, tmp_path)
    names = {Path(path).name for path, place in placed if place == "qtawesome/fonts"}
    assert names == {"phosphor-1.ttf", "phosphor-charmap-1.json", "remixicon-2.ttf"}
    assert (str(tmp_path / "__init__.py"), "qtawesome") in placed


QT = "PySide6/Qt"
MODULE = ("numpy/x.so", "/venv/numpy/x.so", "EXTENSION")
XCB = (f"{QT}/plugins/platforms/libqxcb.so", "/venv/libqxcb.so", "BINARY")
GTK = (f"{QT}/plugins/platformthemes/libqgtk3.so", "/venv/libqgtk3.so", "BINARY")
BLAS = ("numpy.libs/libblas-1.so", "/venv/libblas-1.so", "BINARY")
CORE = (f"{QT}/lib/libQt6Core.so.6", "/venv/libQt6Core.so.6", "BINARY")
CAIRO = ("libcairo.so.2", "/lib/libcairo.so.2", "BINARY")
PYTHON = ("libpython3.11.so.1.0", "/lib/libpython3.11.so.1.0", "BINARY")
LINKS = {
    MODULE[1]: ["libblas-1.so", "libc.so.6"],
    XCB[1]: ["libQt6Core.so.6"],
    GTK[1]: ["libQt6Core.so.6", "libcairo.so.2"],
    PYTHON[1]: [],
}


def test_what_only_an_unwanted_plugin_needs_stays_out() -> None:
    asked = [MODULE, XCB, GTK, BLAS, CORE, CAIRO, PYTHON]
    kept = bundle.reachable(asked, LINKS.__getitem__)
    assert kept == [MODULE, XCB, BLAS, CORE, PYTHON]


def test_a_link_stays_with_what_it_points_to() -> None:
    good = ("libQt6Core.so.6", f"{QT}/lib/libQt6Core.so.6", "SYMLINK")
    beside = (f"{QT}/lib/libQt6Core.so", "libQt6Core.so.6", "SYMLINK")
    bad = ("libcairo.so", "libcairo.so.2", "SYMLINK")
    assert bundle.data([good, beside, bad], [CORE]) == [good, beside]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6\\Qt\\plugins\\tls\\qopensslbackend.dll", False),
        ("PySide6/Qt/translations/qtbase_zh_CN.qm", True),
        ("PySide6/Qt/translations/qt_de.qm", False),
        ("resources/catalogue/lido.toml", True),
    ],
)
def test_what_the_window_never_loads_stays_out(place: str, wanted: bool) -> None:
    assert bundle.is_wanted(place) is wanted


def test_pydoc_stays_since_pyqtgraph_imports_it() -> None:
    assert "pydoc" not in bundle.NEVER_IMPORTED


def test_licences_of_what_is_inside_go_along() -> None:
    needed = bundle.needed_packages("lstwallet")
    names = {package.name.lower().replace("_", "-") for package in needed}
    assert {"numpy", "pyqtgraph", "pyside6-essentials", "shiboken6", "click"} <= names
    assert not names & {"pytest", "hatchling", "pyinstaller", "lstwallet"}
    places = {place.rpartition("/")[2] for _, place in bundle.licence_files()}
    assert {"numpy", "click", "platformdirs"} <= places


# --- icons ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pngs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("icons")
    icons.render(ROOT / "resources" / "icons" / "lstwallet.svg", folder)
    return folder


def test_every_size_is_drawn(pngs: Path) -> None:
    for size in icons.SIZES:
        reader = QImageReader(str(pngs / f"{size}.png"))
        picture = reader.read()
        assert (picture.width(), picture.height()) == (size, size)
        assert picture.pixelColor(size // 2, size * 3 // 8).name() == "#ffffff"
        assert picture.pixelColor(0, 0).alpha() < 40


def test_windows_icon_holds_every_size(pngs: Path) -> None:
    made = bundle.program_icons(pngs)
    buffer = QBuffer()
    buffer.setData(QByteArray(Path(made["win32"]).read_bytes()))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"ico"))
    sizes = []
    for number in range(reader.imageCount()):
        reader.jumpToImage(number)
        sizes.append(reader.read().width())
    assert tuple(sizes) == bundle.ICO_SIZES


def test_apple_icon_is_blocks_of_png(pngs: Path) -> None:
    content = Path(bundle.program_icons(pngs)["darwin"]).read_bytes()
    assert content[:4] == b"icns"
    assert int.from_bytes(content[4:8], "big") == len(content)
    place, kinds = 8, []
    while place < len(content):
        length = int.from_bytes(content[place + 4 : place + 8], "big")
        assert content[place + 8 : place + 12] == b"\x89PNG"
        kinds.append(content[place : place + 4])
        place += length
    assert kinds == list(bundle.ICNS_KINDS.values())


# --- the build -----------------------------------------------------------------------------------


def test_time_is_the_last_commits_or_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert build.source_date() == 1_700_000_000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setattr(build.machine, "captured", lambda command: (0, "1710000000\n"))
    assert build.source_date() == 1_710_000_000
    monkeypatch.setattr(build.machine, "captured", lambda command: (128, "not a repository"))
    assert build.source_date() == build.bootstrap.newest_source() // 10**9


def test_a_failed_step_shows_what_it_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build.machine, "captured", lambda command, **extra: (1, "no such hook\n"))
    with pytest.raises(build.Problem, match="stopped at: Making the wheel"):
        build.run("Making the wheel", ["python"], 0)
    assert "no such hook" in capsys.readouterr().out


def test_two_folders_are_equal_by_names_links_and_contents(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("same", encoding="utf-8")
        (tmp_path / name / "link").symlink_to("file")
    assert build.digest(tmp_path / "a") == build.digest(tmp_path / "b")
    (tmp_path / "b" / "link").unlink()
    (tmp_path / "b" / "link").symlink_to("elsewhere")
    assert build.digest(tmp_path / "a") != build.digest(tmp_path / "b")


def test_the_recipes_call_the_same_build_and_say_that_nobody_ran_them() -> None:
    for name in ("windows.ps1", "macos.sh"):
        text = (SCRIPTS / name).read_text(encoding="utf-8")
        assert "UNTESTED" in text.splitlines()[0] + text.splitlines()[1]
        assert re.search(r"build\.py bundle", text)
    done = subprocess.run(["sh", "-n", str(SCRIPTS / "macos.sh")], check=False)
    assert done.returncode == 0


@pytest.mark.nightly
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_the_deb_is_met_by_a_clean_debian_as_by_a_stranger() -> None:
    command = [sys.executable, str(SCRIPTS / "build.py"), "try"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "steps, pictures in" in done.stdout
    assert "Left anywhere else: nothing" in done.stdout
    first = re.findall(r"sha256 (\w+)", done.stdout)
    again = subprocess.run([*command[:2], "all"], cwd=ROOT, capture_output=True, text=True)
    assert re.findall(r"sha256 (\w+)", again.stdout) == first
