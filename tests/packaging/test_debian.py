"""The .deb: its fields, texts and tree, without building a bundle."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

import lstwallet
from lstwallet.cli.commands import lstwallet as commands
from tests.packaging.scripts import ROOT, SCRIPTS, script

debian = script("debian")
machine = script("machine")
EPOCH = 1_790_000_000
"""21 September 2026, 14:13:20 UTC."""

DUMP = """\
lib/libqxcb.so:     file format elf64-x86-64

Dynamic Section:
  NEEDED               libEGL.so.1
  NEEDED               libc.so.6
  SONAME               libqxcb.so

Version References:
  required from libc.so.6:
    0x06969194 0x00 05 GLIBC_2.14
    0x06969186 0x00 03 GLIBC_2.4
    0x069691b6 0x00 02 GLIBC_2.36
  required from libstdc++.so.6:
    0x08922974 0x00 04 GLIBCXX_3.4.29
"""


def test_a_dump_tells_libraries_and_the_newest_glibc() -> None:
    assert debian.parse_needed(DUMP) == ["libEGL.so.1", "libc.so.6"]
    assert debian.parse_glibc(DUMP) == (2, 36)
    assert debian.parse_glibc("") == (0, 0)


def test_what_is_not_in_the_bundle_is_asked_of_the_system() -> None:
    found = debian.depends(["libEGL.so.1", "libGL.so.1", "libc.so.6", "libm.so.6"], (2, 36))
    assert found == (
        "libc6 (>= 2.36), fontconfig-config, fonts-inter, libegl1, libgl1, libx11-data, xkb-data"
    )


def test_a_library_nobody_knows_stops_the_build() -> None:
    with pytest.raises(machine.Problem, match=r"links to libxcb-icccm\.so\.4, which"):
        debian.depends(["libc.so.6", "libxcb-icccm.so.4"], (2, 36))


def test_the_control_file_has_what_policy_asks() -> None:
    text = debian.control("0.1.0", "amd64", 190_000, "libc6")
    fields = dict(re.findall(r"^([A-Z][A-Za-z-]+): (.*)$", text, re.MULTILINE))
    asked = {"Package", "Version", "Architecture", "Maintainer", "Description"}
    assert asked <= fields.keys()
    assert re.fullmatch(r".+ <\S+@\S+>", fields["Maintainer"])
    assert len(fields["Description"]) < 80
    assert max(map(len, text.splitlines())) <= 120
    assert text.endswith("\n")
    assert "\n\n" not in text


def test_the_changelog_is_the_newest_part_in_debians_form() -> None:
    notes = (
        "# Changelog\n\nIntro.\n\n## Unreleased\n\n### Added\n\n- One thing\n  over two lines.\n"
        "- Another.\n\n## 0.0.9\n\n- Old.\n"
    )
    assert debian.changelog("0.1.0", notes, EPOCH) == (
        "lstwallet (0.1.0) unstable; urgency=medium\n\n"
        "  * One thing over two lines.\n  * Another.\n\n"
        f" -- {debian.MAINTAINER}  Mon, 21 Sep 2026 14:13:20 +0000\n"
    )


def test_our_own_changelog_has_a_newest_part() -> None:
    text = debian.changelog("1", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), EPOCH)
    assert text.count("  * ") >= 5
    assert max(map(len, text.splitlines()[:-1])) <= 80


def test_the_copyright_file_carries_the_licence() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    text = debian.copyright_text(debian.filled("copyright", "", 0), licence)
    assert "@" not in text
    assert " Permission is hereby granted, free of charge" in text
    assert "\n .\n The above copyright notice" in text
    for paragraph in text.strip().split("\n\n"):
        assert re.match(r"[A-Z][A-Za-z-]*: ", paragraph), paragraph


def options(group: click.Group) -> set[str]:
    """Every long option of the command line."""
    found = {"--help", "--version"}
    for command in (group, *group.commands.values()):
        for parameter in command.params:
            found.update(name for name in parameter.opts if name.startswith("--"))
    return found


def test_the_man_page_knows_every_command_and_option() -> None:
    page = debian.filled("lstwallet.1", lstwallet.__version__, EPOCH)
    text = page.replace("\\-", "-")
    assert f'"lstwallet {lstwallet.__version__}"' in text
    for name in commands.commands:
        assert f"\n.B {name}\n" in text, name
    for option in options(commands):
        assert option in text, option


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_the_man_page_is_set_without_a_warning() -> None:
    page = str(SCRIPTS / "linux" / "lstwallet.1")
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
        capture_output=True,
        text=True,
        env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_desktop_entry_starts_the_program() -> None:
    parser = ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(SCRIPTS / "linux" / "lstwallet.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    assert entry["Exec"] == entry["Icon"] == "lstwallet"
    assert {"Name", "Comment", "Comment[zh_CN]", "Keywords"} <= set(entry)


def test_the_metadata_names_entry_version_and_licence() -> None:
    text = debian.filled(f"{debian.APP_ID}.metainfo.xml", lstwallet.__version__, EPOCH)
    root = ElementTree.fromstring(text)
    assert root.findtext("id") == debian.APP_ID
    assert root.findtext("launchable") == "lstwallet.desktop"
    assert root.findtext("project_license") == "MIT"
    release = root.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": lstwallet.__version__, "date": "2026-09-21"}


def test_owners_are_packages_with_the_library_in_a_system_folder() -> None:
    listing = (
        "libxcb-image0:amd64: /usr/lib/x86_64-linux-gnu/libxcb-image.so.0\n"
        "libx: /usr/lib/x86_64-linux-gnu/libx.so.1\n"
        "chromium: /usr/lib/chromium/deep/libxcb-image.so.0\n"
        "dpkg-query: no path found matching pattern */libQt6Core.so.6\n"
        "zlib1g:amd64: /lib/x86_64-linux-gnu/libz.so.1\n"
    )
    names = ["libxcb-image.so.0", "libz.so.1", "libQt6Core.so.6"]
    assert debian.parse_owners(listing, names) == ["libxcb-image0", "zlib1g"]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Laid out from a made-up bundle; nothing is stripped and no package asked."""
    folder = tmp_path / "bundle"
    (folder / "_internal" / "licences" / "numpy").mkdir(parents=True)
    (folder / "_internal" / "licences" / "numpy" / "LICENSE.txt").write_text("BSD")
    (folder / "_internal" / "libz.so.1").write_bytes(b"\x7fELF")
    (folder / "lstwallet").write_text("program")
    icons = tmp_path / "icons"
    icons.mkdir()
    (icons / "48.png").write_bytes(b"png")
    monkeypatch.setattr(debian.machine, "captured", lambda command, **extra: (0, ""))
    made = tmp_path / "tree"
    debian.lay_out(made, folder, icons, ROOT, EPOCH)
    debian.settle(made, EPOCH)
    return made


def test_everything_lies_where_a_debian_desktop_looks(tree: Path) -> None:
    files = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if not path.is_dir()}
    assert files == {
        "usr/bin/lstwallet",
        "usr/lib/lstwallet/lstwallet",
        "usr/lib/lstwallet/_internal/libz.so.1",
        "usr/share/applications/lstwallet.desktop",
        "usr/share/doc/lstwallet/changelog.gz",
        "usr/share/doc/lstwallet/copyright",
        "usr/share/doc/lstwallet/python/numpy/LICENSE.txt",
        "usr/share/icons/hicolor/48x48/apps/lstwallet.png",
        "usr/share/icons/hicolor/scalable/apps/lstwallet.svg",
        "usr/share/lintian/overrides/lstwallet",
        "usr/share/man/man1/lstwallet.1.gz",
        f"usr/share/metainfo/{debian.APP_ID}.metainfo.xml",
    }
    assert (tree / "usr/bin/lstwallet").resolve() == tree / "usr/lib/lstwallet/lstwallet"
    page = gzip.decompress((tree / "usr/share/man/man1/lstwallet.1.gz").read_bytes())
    assert b"@VERSION@" not in page


def test_modes_and_times_do_not_depend_on_the_machine(tree: Path) -> None:
    assert (tree / "usr/lib/lstwallet/lstwallet").stat().st_mode & 0o777 == 0o755
    assert (tree / "usr/lib/lstwallet/_internal/libz.so.1").stat().st_mode & 0o777 == 0o644
    assert {path.lstat().st_mtime for path in tree.rglob("*")} == {EPOCH}


def test_checksums_name_every_file_once(tree: Path) -> None:
    lines = debian.checksums(tree).splitlines()
    files = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(lines) == len(files)
    digest = hashlib.md5(b"png", usedforsecurity=False).hexdigest()
    assert f"{digest}  usr/share/icons/hicolor/48x48/apps/lstwallet.png" in lines


@pytest.mark.parametrize("name", ["desktop-file-validate", "appstreamcli"])
def test_the_validators_accept(
    name: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    monkeypatch.undo()
    debian.check(tree)
    assert f"{name}: accepted" in capsys.readouterr().out


def test_a_refused_file_stops_the_build(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.shutil, "which", lambda name: name)
    monkeypatch.setattr(debian.machine, "captured", lambda command, **extra: (1, "E: no id"))
    with pytest.raises(machine.Problem, match="does not accept its file: E: no id"):
        debian.check(tree)
