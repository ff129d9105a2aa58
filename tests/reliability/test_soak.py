"""A day of clicks leaves nothing behind: no object, no handle, next to no memory."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.reliability.window_child import ROOT, program
from tests.ui.harness import make_profile

if not sys.platform.startswith("linux"):
    pytest.skip("memory and handles are read from /proc", allow_module_level=True)

from tests.reliability.soak_child import Census, census

CHILD = "tests.reliability.soak_child"
GROWTH = 20 * 2**20
"""Bytes that memory may grow by after the warm-up."""
BLOCKS = 4_000
"""Pieces of Python's memory that may be taken for good after the warm-up, by caches say; and
one for every second dialog, which is less than any leak has."""
OPENED = {"QDialog", "QMenu", "QFileDialog", "QMessageBox", "QInputDialog", "QProgressDialog"}
"""What is opened, and must end when it is closed. 400 that do not cost 294 MiB."""


def soaked(folder: Path, dialogs: int) -> None:
    """Soak a program of its own; print what was left behind, and want nothing."""
    profile = make_profile(folder / "mine.lstwallet", days=2)
    with program(CHILD, profile, dialogs, home=folder / "home") as child:
        found = json.loads(child.heard("{"))
        assert child.ended() == 0
    before, after = Census(*found["before"]), Census(*found["after"])
    more = Counter(after.objects)
    more.subtract(before.objects)
    left = {name: count for name, count in more.items() if count > 0}
    print(
        f"\n{found['dialogs']} dialogs opened and closed: {sum(before.objects.values())} objects, "
        f"{sum(more.values()):+} ({left or 'none left'}), memory {before.rss / 2**20:.0f} MiB, "
        f"{(after.rss - before.rss) / 2**20:+.1f} MiB, {after.handles - before.handles:+} handles, "
        f"{after.blocks - before.blocks:+} blocks of Python's"
    )
    assert found["dialogs"] >= dialogs
    assert not left
    assert after.rss - before.rss < GROWTH
    assert after.blocks - before.blocks < BLOCKS + dialogs / 2
    assert after.handles <= before.handles
    assert after.threads <= before.threads


@pytest.mark.slow
def test_some_hundred_dialogs_leave_nothing_behind(tmp_path: Path) -> None:
    soaked(tmp_path, 200)


@pytest.mark.nightly
def test_ten_thousand_dialogs_leave_nothing_behind(tmp_path: Path) -> None:
    soaked(tmp_path, 10_000)


def test_what_is_left_behind_is_counted(qtbot: QtBot, tmp_path: Path) -> None:
    """A census that finds nothing shows nothing."""
    window = QWidget()
    qtbot.addWidget(window)
    before = census()
    file = os.open(tmp_path / "open", os.O_CREAT | os.O_RDWR)
    for _ in range(5):
        dialog = QDialog(window)
        dialog.open()
        dialog.reject()
    del dialog
    after = census()
    os.close(file)
    assert after.objects["QDialog"] - before.objects.get("QDialog", 0) == 5
    assert after.handles == before.handles + 1


@pytest.mark.slow
def test_a_dialog_leaves_no_object_of_pythons_behind(tmp_path: Path) -> None:
    """Strings, bound methods and cells too, which no list of objects names."""
    profile = make_profile(tmp_path / "mine.lstwallet", days=2)
    with program(CHILD, profile, "few", home=tmp_path / "home") as child:
        found = json.loads(child.heard("{"))
        assert child.ended() == 0
    print(f"\n{found['left']:+.2f} blocks for each round of four, leaking {found['leaking']:+.2f}")
    assert found["left"] < 1
    assert found["leaking"] > 2, "one small object for each dialog is noticed"


def _made(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each dialog or menu that is made, and the function it is made in."""
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef):
            for node in ast.walk(scope):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Name) and called.id in OPENED:
                    yield node, scope


def _ends_when_closed(scope: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "WA_DeleteOnClose"
        for node in ast.walk(scope)
    )


@pytest.mark.slow
def test_everything_that_is_opened_ends_when_it_is_closed() -> None:
    found = []
    for path in sorted((ROOT / "lstwallet").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        where = path.relative_to(ROOT)
        found += [
            f"{where}:{call.lineno}: {call.func.id}"  # type: ignore[attr-defined]
            for call, scope in _made(tree)
            if not _ends_when_closed(scope)
        ]
        found += [
            f"{where}:{node.lineno}: class {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and OPENED & {base.id for base in node.bases if isinstance(base, ast.Name)}
            and not any(
                _ends_when_closed(each)
                for each in node.body
                if isinstance(each, ast.FunctionDef) and each.name == "__init__"
            )
        ]
    assert not found, "set WA_DeleteOnClose: " + ", ".join(found)


def test_no_dialog_waits_in_an_event_loop_of_its_own() -> None:
    """``exec`` of a dialog or menu holds whoever called it, and the lane's answers with it."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "lstwallet" / "ui").rglob("*.py"))
        if "robot" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("exec", "exec_")
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "app")
    ]
    assert not found, found
