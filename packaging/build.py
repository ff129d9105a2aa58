#!/usr/bin/env python3
"""Makes what can be installed: `build.py [all|wheel|bundle|deb|try]`.

From a fresh clone, with the standard library only: it sets up `.venv` as bootstrap.py does, with
the tools that packaging/requirements-bundle.lock pins, and leaves in `dist/`

- the wheel, for a Python that is there already;
- the bundle, one folder with Python, Qt and the program, made by PyInstaller on the platform that
  it is for;
- on Debian and its children a .deb of the bundle.

`try` builds all of it and then tells the story of the .deb in a clean Debian: installed, started,
the demo played, removed. The same commit built twice on one machine gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import bootstrap
import machine
from machine import Problem, say

ROOT = bootstrap.ROOT
DIST = ROOT / "dist"
WORK = ROOT / "build"
SPEC = ROOT / "packaging" / "lstwallet.spec"

KINDS = {
    "all": "the wheel, the bundle and, where dpkg-deb is installed, the .deb",
    "wheel": "for a Python that is there already",
    "bundle": "one folder that needs no Python: dist/lstwallet",
    "deb": "the bundle as a Debian package",
    "try": "all, then install, start and remove the .deb in a clean Debian (as root)",
}


def source_date() -> int:
    """The time that everything built is stamped with, in seconds: that of the last commit."""
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if said.isdecimal():
        return int(said)
    code, answer = machine.captured(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"])
    if code == 0 and answer.strip().isdecimal():
        return int(answer)
    return bootstrap.newest_source() // 10**9  # a folder that was unpacked, not cloned


def python(*arguments: str) -> list[str]:
    return [str(bootstrap.venv_program("python")), *arguments]


def run(what: str, command: list[str], epoch: int) -> None:
    """Runs a step of the build; its output is shown only when it fails."""
    say(what)
    stable = {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    code, output = machine.captured(command, **stable, QT_QPA_PLATFORM="offscreen")
    if code != 0:
        say(output.rstrip())
        raise Problem(f"The build stopped at: {what}")


def build_wheel(epoch: int) -> Path:
    command = python("-m", "hatchling", "build", "-t", "wheel", "-d", str(DIST))
    os.chdir(ROOT)
    run("Making the wheel", command, epoch)
    return max(DIST.glob("lstwallet-*.whl"), key=lambda path: path.stat().st_mtime_ns)


def build_bundle(epoch: int) -> Path:
    svg, icons = ROOT / "resources" / "icons" / "lstwallet.svg", WORK / "icons"
    render = python(str(ROOT / "packaging" / "icons.py"), str(svg), str(icons))
    run("Drawing the icons", render, epoch)
    places = ["--distpath", str(DIST), "--workpath", str(WORK / "pyinstaller")]
    options = ["--noconfirm", "--clean", "--log-level", "WARN", *places]
    command = python("-m", "PyInstaller", *options, str(SPEC))
    run("Making the bundle, about a minute", command, epoch)
    folder = DIST / "lstwallet"
    program = folder / ("lstwallet.exe" if os.name == "nt" else "lstwallet")
    run("Starting the bundle once", [str(program), "--version"], epoch)
    return folder


def build_deb(folder: Path, epoch: int) -> Path:
    import debian  # what it imports is there once `.venv` is

    return debian.make(folder, WORK / "icons", ROOT, WORK, DIST, epoch)


def build(kind: str) -> list[Path]:
    """What `kind` asks for, in the order in which one is made of the other."""
    epoch = source_date()
    DIST.mkdir(exist_ok=True)
    made = []
    if kind in ("all", "try", "wheel"):
        made.append(build_wheel(epoch))
    if kind == "wheel":
        return made
    folder = build_bundle(epoch)
    made.append(folder)
    if kind in ("deb", "try") or (kind == "all" and shutil.which("dpkg-deb")):
        made.append(build_deb(folder, epoch))
    return made


def digest(path: Path) -> str:
    """SHA-256 of a file, or of a folder's names, links and contents."""
    if path.is_file():
        return bootstrap.digest(path)
    total = hashlib.sha256()
    for each in sorted(path.rglob("*")):
        total.update(each.relative_to(path).as_posix().encode())
        if each.is_symlink():
            total.update(os.readlink(each).encode())
        elif each.is_file():
            total.update(each.read_bytes())
    return total.hexdigest()


def size(path: Path) -> int:
    """Megabytes."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files if not each.is_symlink()) // 2**20


def perform(kind: str, root: str) -> int:
    bootstrap.set_up("try" if kind == "try" else "bundle")
    made = build(kind)
    for path in made:
        say(f"{path.relative_to(ROOT)}  {size(path)} MB  sha256 {digest(path)[:16]}")
    if kind != "try":
        return 0
    import clean_root

    return clean_root.story(made[-1], Path(root) if root else None)


def parser() -> argparse.ArgumentParser:
    lines = [f"  {kind:6} {text}" for kind, text in KINDS.items()]
    made = argparse.ArgumentParser(
        prog="build.py",
        description="Makes what can be installed, in dist/.",
        epilog="kinds:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("kind", nargs="?", default="all", choices=list(KINDS), metavar="KIND")
    made.add_argument("--root", default="", help="where `try` puts the clean Debian (and keeps it)")
    return made


def main(words: Sequence[str]) -> int:
    chosen = parser().parse_args(list(words))
    return bootstrap.guarded(__file__, words, lambda: perform(chosen.kind, chosen.root))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
