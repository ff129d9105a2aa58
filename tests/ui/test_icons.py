"""Every icon that the window asks for by name is in the fonts; found without running it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import lstwallet.ui
from lstwallet.ui.theme import icons

FOLDER = Path(lstwallet.ui.__file__).parent
FONT_CALLS = {"icon", "pixmap", "path", "set_icon", "Icon"}
"""Their first argument is an icon's name, whatever it is called there."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def trees() -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.rglob("*.py"))
    ]


def parameters(function: Function) -> list[str]:
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] == ["self"] else names


def fields(made: ast.ClassDef) -> list[str]:
    """What a class is called with: ``__init__``'s parameters, or a record's fields."""
    for each in made.body:
        if isinstance(each, Function) and each.name == "__init__":
            return parameters(each)
    return [
        each.target.id
        for each in made.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]


def places(modules: list[tuple[Path, ast.Module]]) -> dict[str, set[int]]:
    """Name of a function or class → where ``icon`` stands among its arguments (−1: nowhere)."""
    found: dict[str, set[int]] = defaultdict(set)
    for _, module in modules:
        for node in ast.walk(module):
            if isinstance(node, Function):
                names = parameters(node)
            elif isinstance(node, ast.ClassDef):
                names = fields(node)
            else:
                continue
            found[node.name].add(names.index("icon") if "icon" in names else -1)
    for name in FONT_CALLS:
        found[name] = {0}
    return found


def words(node: ast.expr | None) -> Iterator[ast.Constant]:
    """The string constants that an expression can come to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from words(node.body)
        yield from words(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from words(each)


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def of_call(node: ast.Call, known: dict[str, set[int]]) -> Iterator[ast.Constant]:
    spots = known.get(called(node), set())
    if len(spots) == 1 and -1 not in spots:  # several functions of one name: no telling which
        spot = next(iter(spots))
        if spot < len(node.args):
            yield from words(node.args[spot])
    for keyword in node.keywords:
        if keyword.arg == "icon":
            yield from words(keyword.value)


def of_table(node: ast.Assign | ast.AnnAssign) -> Iterator[ast.Constant]:
    """``ICONS = {"kind": "name"}``: the values."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [each.id.lower() for each in targets if isinstance(each, ast.Name)]
    if not any("icon" in name for name in names):
        return
    if isinstance(node.value, ast.Dict):
        for value in node.value.values:
            yield from words(value)
    else:
        yield from words(node.value)


def asked_for(modules: list[tuple[Path, ast.Module]]) -> Iterator[tuple[str, str]]:
    """Each icon's name and where it stands."""
    known = places(modules)
    for path, module in modules:
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                found = list(of_call(node, known))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                found = list(of_table(node))
            elif isinstance(node, Function) and "icon" in node.name.split("_"):
                returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
                found = [word for each in returns for word in words(each.value)]
            else:
                continue
            for word in found:
                yield str(word.value), f"{path.relative_to(FOLDER)}:{word.lineno}"


def test_every_icon_asked_for_is_in_the_fonts(qapp: QApplication) -> None:
    asked = {(name, at) for name, at in asked_for(trees()) if name}
    assert len({name for name, _ in asked}) >= 50, "the search finds too little to mean anything"
    missing = sorted(f"{at}: {name}" for name, at in asked if not icons.exists(name))
    assert not missing, missing


@pytest.mark.parametrize(
    "line",
    [
        "Button('Save', icon='file-no-such')",
        "self.tool.set_icon('file-no-such' if open else 'file')",
        "icons.icon('file-no-such', 'text2')",
        "_ICONS = {'csv': 'file-no-such'}",
        "def kind_icon():\n    return 'file-no-such'",
    ],
)
def test_the_search_sees_a_wrong_name(line: str) -> None:
    module = (FOLDER / "made_up.py", ast.parse(line))
    assert "file-no-such" in {name for name, _ in asked_for([module])}
