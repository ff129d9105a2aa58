"""The clean Debian's judge: what a removal may leave, and the picture of the display."""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtGui import QImage

from tests.packaging.scripts import script

clean_root = script("clean_root")


def test_only_user_data_other_packages_and_the_books_may_stay() -> None:
    icon = "usr/share/icons/hicolor/48x48/apps/lstwallet.png"
    own = {"usr", "usr/share", "usr/lib/lstwallet/lstwallet", icon}
    installed = own | {"srv", "srv/guest", "etc/fonts/made-by-another"}
    after = (installed - {"usr/lib/lstwallet/lstwallet"}) | {
        "srv/guest/.local/share/lstwallet/settings.json",
        "usr/lib/libGL.so.1",
        "var/log/dpkg.log",
        "var/lib/dpkg/info/libgl1.list",
        "var/logs",
    }
    others = {"usr", "usr/share", "usr/lib/libGL.so.1"}
    mine, nobodys = clean_root.left_over(installed, own, after, others)
    assert mine == ["srv/guest/.local/share/lstwallet/settings.json"]
    assert nobodys == [icon, "var/logs"]


def test_owned_follows_dpkgs_lists_and_the_merged_folders(tmp_path: Path) -> None:
    info = tmp_path / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (info / "libz.list").write_text("/.\n/lib\n/lib/libz.so.1\n/usr/share/doc/libz\n")
    found = clean_root.owned(tmp_path)
    assert {"lib/libz.so.1", "usr/lib/libz.so.1", "usr/share/doc/libz"} <= found


def test_a_command_keeps_its_process_and_its_words(tmp_path: Path) -> None:
    command = clean_root.inside(tmp_path / "a b", ["echo", "it's"], user=True)
    assert command[:4] == ["unshare", "--mount", "sh", "-c"]
    assert command[4].endswith("""'a b' echo 'it'"'"'s'""") or "a b'" in command[4]
    assert "&& exec chroot --userspec guest:guest" in command[4]


def test_the_displays_dump_becomes_a_picture(tmp_path: Path) -> None:
    width, height, line = 2, 2, 12
    words = [0] * 25
    words[0], words[4], words[5], words[12], words[19] = 104, width, height, line, 1
    red, green, blue, white = b"\0\0\xff\0", b"\0\xff\0\0", b"\xff\0\0\0", b"\xff\xff\xff\0"
    pixels = red + green + b"pad!" + blue + white + b"pad!"
    dump = struct.pack(">25I", *words) + b"name" + b"\0" * 12 + pixels
    (tmp_path / "x.png").write_bytes(clean_root.picture(dump))
    image = QImage(str(tmp_path / "x.png"))
    colours = [image.pixelColor(x, y).name() for y in range(2) for x in range(2)]
    assert colours == ["#ff0000", "#00ff00", "#0000ff", "#ffffff"]
