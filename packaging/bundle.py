"""What goes into the bundle: modules, data files, icons. Read by lstwallet.spec and build.py."""

from __future__ import annotations

import os
import posixpath
import re
import struct
from collections.abc import Callable, Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

NEVER_IMPORTED = [
    "IPython",
    "PyQt5",
    "PyQt6",
    "_pytest",
    "hypothesis",
    "matplotlib",
    "mypy",
    "numpy.f2py",
    "pip",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pytest",
    "qtpy",
    "scipy",
    "setuptools",
    "tkinter",
]
"""What a library would import if it were there; `pydoc` is not among them, pyqtgraph needs it."""

UNWANTED = re.compile(
    r"PySide6/Qt/plugins/(?:"
    r"platforms/lib(?:qeglfs|qlinuxfb|qminimalegl|qvkkhrdisplay|qvnc)"
    r"|egldeviceintegrations/|networkinformation/|tls/|generic/"
    r"|platformthemes/libqgtk3"  # would bring the GTK of the machine that builds
    r"|imageformats/lib(?:qgif|qicns|qtga|qtiff|qwbmp|qwebp|qpdf)"
    r"|virtualkeyboard|platforminputcontexts/libqtvirtualkeyboard)"
    r"|PySide6/Qt/lib/libQt6(?:EglFS|VirtualKeyboard|Quick|Qml|Pdf)"
    r"|PySide6/Qt/translations/(?!qtbase_)"
)

FONTS = ("phosphor", "remixicon")
"""The icon fonts of qtawesome that the window draws from."""

LICENCES = "licences"
"""The folder in the bundle with the licences of what is in it."""

ICO_SIZES = (16, 32, 48, 256)
ICNS_KINDS = {16: b"icp4", 32: b"icp5", 128: b"ic07", 256: b"ic08", 512: b"ic09"}
"""Apple's four letters for a PNG of each size."""


def version(root: Path) -> str:
    """The version that `lstwallet/__init__.py` names."""
    text = (root / "lstwallet" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    assert found, "lstwallet/__init__.py names no version"
    return found.group(1)


def modules(root: Path) -> list[str]:
    """Every module of the program: rooms, lessons and the lane import theirs by name."""
    names = []
    for path in sorted((root / "lstwallet").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def found_at_run_time() -> list[str]:
    """Modules of other packages that are imported by name only: the driver of the profile file,
    and the ways to a keyring, each of which is tried on the platform it is for."""
    return [
        "sqlcipher3.dbapi2",
        "sqlcipher3._sqlite3",
        "argon2",
        "_argon2_cffi_bindings",
        "_cffi_backend",
        "keyring.backends.SecretService",
        "keyring.backends.Windows",
        "keyring.backends.kwallet",
        "keyring.backends.libsecret",
        "keyring.backends.macOS",
    ]


def data_files(root: Path, qtawesome: Path) -> list[tuple[str, str]]:
    """(file, folder in the bundle): the resources, and qtawesome as a folder that is never run.

    Its `__init__.py` lies there as a file only, so that `find_spec` finds the fonts beside it.
    """
    shipped = sorted(path for path in (root / "resources").rglob("*") if path.is_file())
    found = [
        (str(path), str(path.parent.relative_to(root)))
        for path in shipped
        if "pictures" not in path.parts  # the README's
    ]
    found.append((str(qtawesome / "__init__.py"), "qtawesome"))
    for stem in FONTS:
        for path in sorted((qtawesome / "fonts").glob(f"{stem}-*")):
            found.append((str(path), "qtawesome/fonts"))
    return found


# --- licences ------------------------------------------------------------------------------------


def needed_packages(name: str) -> list[Distribution]:
    """What `name` needs at run time, directly and by way of others, in alphabetical order."""
    found: dict[str, Distribution] = {}
    waiting = required(distribution(name))
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        try:
            found[each] = distribution(each)
        except PackageNotFoundError:  # for another platform
            continue
        waiting += required(found[each])
    return [found[each] for each in sorted(found)]


def required(package: Distribution) -> list[str]:
    """The names that a package asks for when none of its extras is wanted."""
    lines = [line for line in package.requires or () if "extra ==" not in line]
    return [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower() for line in lines]


def licence_files() -> list[tuple[str, str]]:
    """(file, folder in the bundle): the licence of Python and of every package in the bundle."""
    found = []
    text = Path(os.__file__).with_name("LICENSE.txt")
    if text.is_file():  # Debian keeps Python's elsewhere
        found.append((str(text), f"{LICENCES}/python"))
    for package in needed_packages("lstwallet"):
        for file in package.files or ():
            path = Path(str(package.locate_file(file)))
            if ".dist-info" in str(file) and re.match(r"(?i)licen[cs]e|copying|notice", path.name):
                found.append((str(path), f"{LICENCES}/{package.name.lower()}"))
    return found


# --- what is left out ----------------------------------------------------------------------------


def is_wanted(name: str) -> bool:
    """Whether a collected file is of use; `name` is its place in the bundle."""
    return not UNWANTED.match(PurePosixPath(name.replace("\\", "/")).as_posix())


Entry = tuple[str, str, str]
"""What PyInstaller collects: its place in the bundle, the file, and of what kind it is."""


def reachable(entries: Iterable[Entry], needs: Callable[[str], Iterable[str]]) -> list[Entry]:
    """The entries that are wanted, and of the shared libraries those that one of them needs.

    `needs` names all libraries that a file links to, also by way of others. PyInstaller collects
    too what an unwanted plugin would have needed; how much depends on the machine that builds.
    """
    wanted = [entry for entry in entries if is_wanted(entry[0])]
    roots = [entry for entry in wanted if not is_library(entry)]
    needed = {name for entry in roots for name in needs(entry[1])}
    return [entry for entry in wanted if not is_library(entry) or file_name(entry) in needed]


def data(entries: Iterable[Entry], binaries: Iterable[Entry]) -> list[Entry]:
    """The entries that are wanted; a link only when what it points to is in the bundle."""
    wanted = [entry for entry in entries if is_wanted(entry[0])]
    places = {entry[0] for entry in (*wanted, *binaries)}
    return [entry for entry in wanted if entry[2] != "SYMLINK" or target(entry) in places]


def target(link: Entry) -> str:
    """The place that a link points to; the link itself holds the way from its own folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(link[0]), link[1]))


def file_name(entry: Entry) -> str:
    return PurePosixPath(entry[0]).name


def is_library(entry: Entry) -> bool:
    """A shared library that others link to: neither a module of Python nor a plugin of Qt."""
    name = file_name(entry)
    if entry[2] not in ("BINARY", "SYMLINK") or name.startswith("libpython"):
        return False
    return name.startswith("lib") and ".so" in name and "/plugins/" not in entry[0]


# --- icons ---------------------------------------------------------------------------------------


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon from PNGs by size: a directory of 16-byte entries, then the PNGs."""
    sizes = sorted(pictures)
    offset = 6 + 16 * len(sizes)
    head = struct.pack("<HHH", 0, 1, len(sizes))
    for size in sizes:
        length = len(pictures[size])
        side = size % 256  # 256 is written as 0
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, length, offset)
        offset += length
    return head + b"".join(pictures[size] for size in sizes)


def icns(pictures: dict[int, bytes]) -> bytes:
    """An Apple icon from PNGs by size: blocks of four letters, length and PNG."""
    blocks = b"".join(
        ICNS_KINDS[size] + struct.pack(">I", 8 + len(pictures[size])) + pictures[size]
        for size in sorted(pictures)
    )
    return b"icns" + struct.pack(">I", 8 + len(blocks)) + blocks


def program_icons(folder: Path) -> dict[str, str]:
    """Writes the icon files of Windows and macOS from `folder`'s PNGs; their paths by platform."""
    made = {}
    for platform, name, pack, sizes in (
        ("win32", "lstwallet.ico", ico, ICO_SIZES),
        ("darwin", "lstwallet.icns", icns, tuple(ICNS_KINDS)),
    ):
        path = folder / name
        path.write_bytes(pack({size: (folder / f"{size}.png").read_bytes() for size in sizes}))
        made[platform] = str(path)
    return made
