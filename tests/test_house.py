"""Rules of the house that no checker knows: where a rounding, a float, a colour may stand."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lstwallet"

TOP_LEVEL = {
    "lstwallet",
    "resources",
    "tests",
    "packaging",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
}
BELOW_MARKET = ("units", "protocols", "ledger", "engine")
LONGEST = 650
"""Lines of a module; a longer one is two stories."""

FLOAT_OR_CHANCE = {"decimal", "fractions", "random", "secrets", "time", "uuid"}
"""Modules of the standard library that bring floats, clocks or dice."""
FLOAT_NAMES = {"float", "Decimal", "round", "complex"}
FLOAT_MATHS = {"sqrt", "exp", "log", "log2", "pow", "floor", "ceil", "sin", "cos", "inf", "nan"}
CLOCK_READS = {"now", "utcnow", "today", "perf_counter", "monotonic"}
"""Calls that read the machine's clock."""

HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")

# Written in halves, so that this file passes its own test.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:" + "ho" + r"me/\w|" + "ro" + r"ot/\w|" + "wo" + r"rk/|" + "op" + r"t/py|"
    "Us" + r"ers/\w)|[A-Z]:\\" + "Us" + r"ers"
)
REGISTRY_HOSTS = re.compile(
    r"py" + r"pi\.org|python" + r"hosted\.org|--(?:extra-)?" + r"index-url|--find-" + "links"
)


def modules(*layers: str) -> list[Path]:
    """All modules of the named layers, or of the whole package."""
    folders = [PACKAGE / layer for layer in layers] if layers else [PACKAGE]
    found = sorted(path for folder in folders for path in folder.rglob("*.py"))
    assert found
    return found


def tracked() -> list[Path]:
    """All files in the repository that are still there."""
    git = shutil.which("git")
    if git is None:  # a folder that was unpacked, not cloned
        pytest.skip("git is not installed")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    names = listed.stdout.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def divisions(module: ast.Module) -> Iterator[ast.AST]:
    """Every `//` and `/`: each rounds, and does not say in whose favour. `divmod` loses nothing."""
    for node in ast.walk(module):
        if isinstance(getattr(node, "op", None), ast.FloorDiv | ast.Div):
            yield node


def inexact(module: ast.Module) -> Iterator[ast.AST]:
    """Floats, clocks and dice, by literal, by name or by import."""
    for node in ast.walk(module):
        if _is_inexact(node):
            yield node


def _is_inexact(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=float() | complex()):
            return True
        case ast.Name(id=name, ctx=ast.Load()):
            return name in FLOAT_NAMES
        case ast.Import(names=names):
            return any(name.name.split(".")[0] in FLOAT_OR_CHANCE for name in names)
        case ast.ImportFrom(module="math", names=names):
            return any(name.name in FLOAT_MATHS for name in names)
        case ast.ImportFrom(module=str(module)):
            return module.split(".")[0] in FLOAT_OR_CHANCE
        case ast.Attribute(value=ast.Name(id="math"), attr=name):
            return name in FLOAT_MATHS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in CLOCK_READS
    return False


def _body(node: ast.AST) -> list[ast.stmt]:
    """A node's statements; a lambda's body is an expression and has none."""
    body = getattr(node, "body", [])
    return body if isinstance(body, list) else []


def plain_texts(module: ast.Module) -> Iterator[ast.Constant]:
    """String literals that are not docstrings."""
    prose = {
        id(statement.value)
        for node in ast.walk(module)
        for statement in _body(node)
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def test_every_division_names_its_rounding() -> None:
    bare = [
        place(path, node)
        for path in modules("protocols", "ledger", "engine")
        for node in divisions(tree(path))
    ]
    assert not bare, "use a named function of units/fixed.py: " + ", ".join(bare)


def test_no_true_division_in_units() -> None:
    true_divisions = [
        place(path, node)
        for path in modules("units")
        if path.name != "paths.py"  # joins folders
        for node in divisions(tree(path))
        if isinstance(getattr(node, "op", None), ast.Div)
    ]
    assert not true_divisions, "a true division makes a float: " + ", ".join(true_divisions)


def test_no_float_clock_or_chance_below_the_market() -> None:
    found = [
        place(path, node) for path in modules(*BELOW_MARKET) for node in inexact(tree(path))
    ]
    assert not found, ", ".join(found)


def test_the_rules_see_what_they_forbid() -> None:
    def count(text: str) -> tuple[int, int]:
        module = ast.parse(text)
        return len(list(divisions(module))), len(list(inexact(module)))

    assert count("a = b // c\na //= 2\ne = a / b") == (3, 0)
    assert count("a = 1.5\nb = float(a)\nimport random\nfrom time import time") == (0, 4)
    assert count("from datetime import datetime\na = datetime.now()") == (0, 1)
    assert count("import math\na = math.sqrt(4)\nb = math.isqrt(4)\nc = 10**18 % 7") == (0, 1)
    assert [text.value for text in plain_texts(ast.parse('"""#FFFFFF"""\na = "#000000"'))] == [
        "#000000"
    ]


def test_colours_and_style_sheets_stand_in_the_theme() -> None:
    theme = PACKAGE / "ui" / "theme"
    strays = []
    for path in modules("ui"):
        if theme in path.parents:
            continue
        module = tree(path)
        strays += [
            place(path, node)
            for node in ast.walk(module)
            if isinstance(node, ast.Attribute) and node.attr == "setStyleSheet"
        ]
        strays += [
            place(path, text) for text in plain_texts(module) if HEX_COLOUR.fullmatch(text.value)
        ]
    assert not strays, "colours come from theme/tokens.py: " + ", ".join(strays)


def test_top_level_is_fixed() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    strangers = {name for name in found if not name.startswith(".")} - TOP_LEVEL
    assert not strangers, f"nothing else stands at the top: {sorted(strangers)}"


def test_no_path_of_a_machine_and_no_registry_in_the_tree() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATHS.search(line) or REGISTRY_HOSTS.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found, ", ".join(found)


def test_every_module_says_what_it_holds() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in modules() if not ast.get_docstring(tree(path))
    ]
    assert not silent, f"a docstring is missing: {', '.join(silent)}"


def test_modules_are_short() -> None:
    paths = [*modules(), *sorted((ROOT / "packaging").glob("*.py"))]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in paths
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long, f"more than {LONGEST} lines: {long}"
