"""Makes the .deb: the bundle in /usr/lib/lstwallet, and what a Debian desktop expects beside it.

The tree is laid out in a folder, then `dpkg-deb` packs it. What the program needs from the system
is read from its own libraries, never guessed: an unknown library stops the build.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import textwrap
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import bundle
import machine
from machine import Problem, say

HERE = Path(__file__).resolve().parent
MAINTAINER = "lstwallet contributors <lstwallet@users.noreply.example>"
APP_ID = "org.lstwallet.lstwallet"
PROGRAM = "usr/lib/lstwallet"
DOCS = "usr/share/doc/lstwallet"

SYSTEM_LIBRARIES = {
    "ld-linux-aarch64.so.1": "libc6",
    "ld-linux-x86-64.so.2": "libc6",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libc.so.6": "libc6",
    "libcrypt.so.1": "libcrypt1",
    "libdl.so.2": "libc6",
    "libm.so.6": "libc6",
    "libpthread.so.0": "libc6",
    "libresolv.so.2": "libc6",
    "librt.so.1": "libc6",
    "libutil.so.1": "libc6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
}
"""What PyInstaller leaves to the system: it belongs to the kernel, the display or its driver."""

DATA = ("fontconfig-config", "fonts-inter", "libx11-data", "xkb-data")
"""What is read at run time: where fonts lie, one to draw with (Qt brings none), what keys mean."""

DESCRIPTION = """\
flight simulator for liquid staking
 Stake, wrap, lend, borrow, add to a pool, let a month pass, and unstake
 again, in a window like a real wallet's, against protocols that are exact to
 the last wei, with play money and a clock you control. There is no network,
 no real key and no real risk.
 .
 Python and Qt are inside, so nothing else of them is installed or changed."""


# --- what the program needs ----------------------------------------------------------------------


def is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def parse_needed(dump: str) -> list[str]:
    """The libraries that `objdump -p` lists under NEEDED."""
    return re.findall(r"^\s+NEEDED\s+(\S+)$", dump, re.MULTILINE)


def parse_glibc(dump: str) -> tuple[int, int]:
    """The newest glibc whose symbols `objdump -p` lists; (0, 0) if none."""
    found = re.findall(r"\bGLIBC_(\d+)\.(\d+)", dump)
    return max(((int(major), int(minor)) for major, minor in found), default=(0, 0))


def depends(needed: Iterable[str], glibc: tuple[int, int]) -> str:
    """The Depends field; raises `Problem` for a library that neither bundle nor table knows."""
    unknown = sorted(set(needed) - set(SYSTEM_LIBRARIES))
    if unknown:
        raise Problem(
            f"The bundle links to {', '.join(unknown)}, which is neither in it nor known to come "
            "from the system; install its package here, so that the bundle takes it along."
        )
    packages = {*DATA, *(SYSTEM_LIBRARIES[name] for name in needed)} - {"libc6"}
    return ", ".join([f"libc6 (>= {glibc[0]}.{glibc[1]})", *sorted(packages)])


def needs(folder: Path) -> str:
    """What the program in `folder` needs from Debian, as a Depends field."""
    programs = [path for path in sorted(folder.rglob("*")) if is_elf(path)]
    dumps = [objdump(path) for path in programs]
    here = {path.name for path in folder.rglob("*")}
    needed = {name for dump in dumps for name in parse_needed(dump)} - here
    return depends(needed, max(map(parse_glibc, dumps)))


def objdump(path: Path) -> str:
    code, output = machine.captured(["objdump", "-p", str(path)])
    if code != 0:
        raise Problem(f"objdump (package binutils) cannot read {path}: {output.strip()}")
    return output


# --- texts ---------------------------------------------------------------------------------------


def control(version: str, architecture: str, installed_kib: int, depends_on: str) -> str:
    fields = [
        ("Package", "lstwallet"),
        ("Version", version),
        ("Architecture", architecture),
        ("Maintainer", MAINTAINER),
        ("Installed-Size", str(installed_kib)),
        ("Depends", depends_on),
        ("Recommends", "fonts-noto-cjk"),
        ("Section", "misc"),
        ("Priority", "optional"),
        ("Description", DESCRIPTION),
    ]
    return "".join(f"{name}: {value}\n" for name, value in fields)


def changelog(version: str, notes: str, epoch: int) -> str:
    """Debian's form of the newest part of CHANGELOG.md, given as `notes`."""
    newest = re.split(r"^## ", notes, flags=re.MULTILINE)[1]
    points = re.findall(r"^- (.+(?:\n  .+)*)", newest, re.MULTILINE)
    shape = {"width": 78, "initial_indent": "  * ", "subsequent_indent": "    "}
    lines = "".join(textwrap.fill(" ".join(point.split()), **shape) + "\n" for point in points)
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch))
    return f"lstwallet ({version}) unstable; urgency=medium\n\n{lines}\n -- {MAINTAINER}  {when}\n"


def copyright_text(template: str, licence: str) -> str:
    """`template` with the MIT text of LICENSE as a Debian field: indented, dots for empty lines."""
    text = licence.partition("\n\n")[2].partition("\n\n")[2].rstrip()
    field = "\n".join(f" {line}" if line else " ." for line in text.splitlines())
    return template.replace("@MIT@", field)


def filled(name: str, version: str, epoch: int) -> str:
    """A file of packaging/linux with version and date in place."""
    text = (HERE / "linux" / name).read_text(encoding="utf-8")
    date = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    return text.replace("@VERSION@", version).replace("@DATE@", date)


# --- the tree ------------------------------------------------------------------------------------


def lay_out(tree: Path, folder: Path, icons: Path, root: Path, epoch: int) -> None:
    """Puts everything but the control files into `tree`; `folder` is the bundle."""
    version = bundle.version(root)
    shutil.copytree(folder, tree / PROGRAM, symlinks=True)
    shutil.move(str(tree / PROGRAM / "_internal" / bundle.LICENCES), str(tree / DOCS / "python"))
    strip(tree / PROGRAM / "_internal")
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/lstwallet").symlink_to("../lib/lstwallet/lstwallet")
    write(tree / "usr/share/applications/lstwallet.desktop", filled("lstwallet.desktop", "", 0))
    metainfo = f"{APP_ID}.metainfo.xml"
    write(tree / "usr/share/metainfo" / metainfo, filled(metainfo, version, epoch))
    write(tree / "usr/share/lintian/overrides/lstwallet", filled("lintian-overrides", "", 0))
    zipped(tree / "usr/share/man/man1/lstwallet.1.gz", filled("lstwallet.1", version, epoch))
    notes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    zipped(tree / DOCS / "changelog.gz", changelog(version, notes, epoch))
    licence = (root / "LICENSE").read_text(encoding="utf-8")
    write(tree / DOCS / "copyright", copyright_text(filled("copyright", "", 0), licence))
    hicolor = tree / "usr/share/icons/hicolor"
    copied(root / "resources/icons/lstwallet.svg", hicolor / "scalable/apps/lstwallet.svg")
    for picture in sorted(icons.glob("*.png")):
        size = picture.stem
        copied(picture, hicolor / f"{size}x{size}" / "apps" / "lstwallet.png")
    library_licences(tree)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def zipped(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def copied(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def strip(internal: Path) -> None:
    """Takes the debugging symbols out of Python itself; a wheel's libraries stay as they came."""
    ours = [*internal.glob("libpython3*"), *internal.glob("python3*/lib-dynload/*.so")]
    code, output = machine.captured(["strip", "--strip-unneeded", *map(str, sorted(ours))])
    if code != 0:
        raise Problem(f"strip (package binutils) failed: {output.strip()}")


def library_licences(tree: Path) -> None:
    """The copyright file of each Debian package whose library is in the bundle."""
    libraries = sorted(path.name for path in (tree / PROGRAM / "_internal").glob("lib*.so*"))
    _, output = machine.captured(["dpkg-query", "-S", *(f"*/{name}" for name in libraries)])
    for package in parse_owners(output, libraries):
        text = Path("/usr/share/doc") / package / "copyright"
        if text.is_file():
            copied(text, tree / DOCS / "libraries" / package)


def parse_owners(listing: str, libraries: Sequence[str]) -> list[str]:
    """Packages that own one of `libraries` in a system folder, from what `dpkg-query -S` prints."""
    found = set()
    for line in listing.splitlines():
        owner, _, path = line.partition(": ")
        in_system = re.match(r"^(?:/usr)?/lib/[^/]+/([^/]+)$", path)
        if in_system and in_system.group(1) in libraries:
            found.add(owner.partition(":")[0])
    return sorted(found)


def settle(tree: Path, epoch: int) -> None:
    """Modes as Debian wants them and one time for all, whatever the umask here."""
    starts = tree / PROGRAM / "lstwallet"
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == starts else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def checksums(tree: Path) -> str:
    """md5sums as dpkg keeps them: digest and path of every file."""
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    return "".join(
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  "
        f"{path.relative_to(tree).as_posix()}\n"
        for path in files
    )


def installed_kib(tree: Path) -> int:
    """As dpkg-gencontrol counts: files in whole kibibytes, one for each folder and link."""
    total = 0
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            total += -(-path.stat().st_size // 1024)
        else:
            total += 1
    return total


def make(folder: Path, icons: Path, root: Path, work: Path, out: Path, epoch: int) -> Path:
    """The .deb in `out`, from the bundle in `folder`."""
    if shutil.which("dpkg-deb") is None:
        raise Problem("dpkg-deb is missing: a .deb is made on Debian or one of its children.")
    tree = work / "deb"
    if tree.exists():
        shutil.rmtree(tree)
    lay_out(tree, folder, icons, root, epoch)
    architecture = machine.captured(["dpkg", "--print-architecture"])[1].strip()
    version = bundle.version(root)
    about = control(version, architecture, installed_kib(tree), needs(tree / PROGRAM))
    sums = checksums(tree)
    write(tree / "DEBIAN" / "control", about)
    write(tree / "DEBIAN" / "md5sums", sums)
    settle(tree, epoch)
    check(tree)
    made = out / f"lstwallet_{version}_{architecture}.deb"
    say(f"Packing {made.name}")
    packing = ["-Zxz", "-z3", "--threads-max=1"]  # one thread: the same bytes on every machine
    command = ["dpkg-deb", "--root-owner-group", *packing, "--build", str(tree), str(made)]
    code, output = machine.captured(command, SOURCE_DATE_EPOCH=str(epoch))
    if code != 0:
        raise Problem(f"dpkg-deb failed: {output.strip()}")
    return made


def check(tree: Path) -> None:
    """Holds desktop entry and metadata against their validators, where these are installed."""
    metainfo = tree / f"usr/share/metainfo/{APP_ID}.metainfo.xml"
    for command in (
        ["desktop-file-validate", str(tree / "usr/share/applications/lstwallet.desktop")],
        ["appstreamcli", "validate", "--no-net", str(metainfo)],
    ):
        if shutil.which(command[0]) is None:
            say(f"{command[0]} is not installed, so its file was not checked")
            continue
        code, output = machine.captured(command)
        if code != 0:
            raise Problem(f"{command[0]} does not accept its file: {output.strip()}")
        say(f"{command[0]}: accepted")
