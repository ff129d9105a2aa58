"""``python -m tests.golden.mutants MODULE --sample 150 --seed 7``: do the tests notice a change?

Each mutant changes one operator, comparison, constant, rounding name or check of a protocol
module. It lives in a child process only: the child imports the changed source in place of the
module, runs the module's unit tests and then its vector files, and stops at the first failure.
The tree is never written to. Printed are the sample, how many died, and the lines that lived.

MODULE is a name below ``lstwallet/protocols`` (``stableswap``, ``lending/rates``; a package
stands for all its modules) or a path from the root of the tree. Needs ``fork``.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.abc
import importlib.util
import io
import os
import random
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import hypothesis
import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PROTOCOLS: Final = ROOT / "lstwallet" / "protocols"
ENOUGH: Final = 0.9
"""The share of a sample that has to die."""
PATIENCE: Final = 3
"""A mutant that computes this many times as long as the sound module does not end: it is dead."""
LEAST_SECONDS: Final = 5
LONGEST: Final = 600
"""Seconds for the sound module."""
MOST_MEMORY: Final = 2 * 2**30
ANSWERED: Final = "answer: "
OURS: Final = ("lstwallet", "tests")
EXAMPLES: Final = 25
"""How many examples of each property a mutant has to survive."""
NO_PLUGINS: Final = ("cacheprovider", "xdist", "pytest-qt", "benchmark", "faulthandler")


class Mutant(NamedTuple):
    """One changed place: ``source[start:end]`` becomes ``text``."""

    path: Path
    line: int
    start: int
    end: int
    text: str

    def source(self) -> str:
        """The whole changed module."""
        sound = self.path.read_text("utf-8")
        return sound[: self.start] + self.text + sound[self.end :]

    def __str__(self) -> str:
        sound = self.path.read_text("utf-8")
        before = " ".join(sound[self.start : self.end].split())
        after = " ".join(self.text.split())
        return f"{self.path.relative_to(ROOT)}:{self.line}: {before}  →  {after}"


# --- what may be changed -----------------------------------------------------------------

COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
ROUNDINGS: Final = (("_floor", "_ceil"), ("_ceil", "_floor"), ("_half_up", "_floor"))
OTHER_NAMES: Final = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "ray_mul": "ray_mul_floor",
    "ray_div": "ray_div_floor",
    "percent_div": "percent_div_ceil",
}
CHECKS: Final = ("require", "check")
"""How calls begin that only refuse; without one, nothing is refused."""


def other_name(name: str, known: set[str]) -> str | None:
    """The name that rounds the other way, if the module could have meant it."""
    if name in OTHER_NAMES:
        other = OTHER_NAMES[name]
        return other if name in ("min", "max", "any", "all") or other in known else None
    for ending, another in ROUNDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending) + another
    return None


def changes(node: ast.AST, known: set[str]) -> Iterator[tuple[ast.AST, str]]:
    """The parts of a node that may be changed, each with its new text."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in COMPARISONS[type(node.ops[0])]:
            yield node, ast.unparse(ast.Compare(node.left, [kind()], node.comparators))
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        # Brackets: the text stands where the operator bound more or less tightly.
        other = ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
        yield node, f"({ast.unparse(other)})"
    elif isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        other_op = OPERATORS[type(node.op)]()
        yield node, ast.unparse(ast.AugAssign(node.target, other_op, node.value))
    elif isinstance(node, ast.BoolOp):
        kind = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, f"({ast.unparse(ast.BoolOp(kind, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield node, str(node.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield node, str(not node.value)
    elif isinstance(node, ast.IfExp | ast.If | ast.While):
        if not isinstance(node.test, ast.Compare):  # that is changed itself
            yield node.test, f"(not ({ast.unparse(node.test)}))"
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if other_text := other_name(name, known):
            whole = ast.unparse(node)
            yield node, whole[: len(whole) - len(name)] + other_text
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = ast.unparse(node.value.func).rpartition(".")[2].lstrip("_")
        if called.startswith(CHECKS):
            yield node, "pass"


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, without types and texts of documentation."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Import | ast.ImportFrom):
                yield from parts(child)


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of one module, in the order of its lines."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    known = {item.asname or item.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)
             for item in n.names}  # fmt: skip
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    lines = source.splitlines()

    def place(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    found = {}
    for node in parts(tree):
        for part, text in changes(node, known):
            assert isinstance(part, ast.expr | ast.stmt)
            assert part.end_lineno is not None
            assert part.end_col_offset is not None
            start = place(part.lineno, part.col_offset)
            end = place(part.end_lineno, part.end_col_offset)
            found[start, end, text] = Mutant(path, part.lineno, start, end, text)
    return [found[key] for key in sorted(found)]


# --- one child, one mutant ---------------------------------------------------------------


class Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from another text; everything else as ever."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name, self.path, self.text = name, path, text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        inside = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, self.path, loader=self, submodule_search_locations=inside
        )

    def get_filename(self, fullname: str) -> str:
        return str(self.path)

    def get_data(self, path: str | bytes) -> bytes:
        return self.text.encode()

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        return compile(self.text, str(self.path), "exec", dont_inherit=True)


def dotted(path: Path) -> str:
    """The import name of a module of the tree."""
    parts_of = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts_of[:-1] if parts_of[-1] == "__init__" else parts_of)


class Suite(NamedTuple):
    """What a module has to pass."""

    tests: tuple[Path, ...]
    vectors: tuple[Path, ...]


def passes(suite: Suite) -> str:
    """Where the tests stop: the first failure, or nothing when all pass."""
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, max_examples=EXAMPLES, database=None, deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    # Without the project's settings, which ask for the plugins left out.
    plain = ["-c", os.devnull, "--rootdir", str(ROOT), "-W", "ignore"]
    plain += [word for name in NO_PLUGINS for word in ("-p", f"no:{name}")]
    marks = ["-m", "not slow and not nightly"]
    if suite.tests and pytest.main(["-x", "-q", *plain, *marks, *map(str, suite.tests)]) != 0:
        return "tests"
    from tests.golden import replay  # only now: the child imports the mutant first

    for path in suite.vectors:
        document = replay.load(path)
        found = replay.adapter_for(path, document).replay(document)
        if not all(operation.exact for operation in found):
            return path.stem
    return ""


def in_child(work: Callable[[], str], seconds: int) -> str:
    """What ``work`` answers in a child; to break or to compute too long is an answer as well.

    The seconds are the child's own, so that a busy machine changes nothing.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        answer = "import"
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            sys.stdout = sys.stderr = io.StringIO()
            answer = work()
        os.write(writing, f"{ANSWERED}{answer}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told.removeprefix(ANSWERED) if told.startswith(ANSWERED) else "time"


def trial(suite: Suite, mutant: Mutant | None, seconds: int) -> str:
    """What kills the mutant (``None`` is the sound module), or nothing."""

    def work() -> str:
        if mutant is not None:
            text, name = mutant.source(), dotted(mutant.path)
            for known in [each for each in sys.modules if each.startswith(OURS)]:
                del sys.modules[known]  # whoever called this may know the sound module
            sys.meta_path.insert(0, Changed(name, mutant.path, text))
            importlib.import_module(name)
        return passes(suite)

    return in_child(work, seconds)


# --- which tests -------------------------------------------------------------------------


def sources_of(name: str) -> list[Path]:
    """The modules that a name on the command line means."""
    for base in (PROTOCOLS, ROOT):
        whole = base / name
        if whole.is_dir():
            return sorted(whole.glob("*.py"))
        module = whole if whole.suffix == ".py" else whole.with_name(f"{whole.name}.py")
        if module.is_file():
            return [module]
    raise SystemExit(f"no module {name!r} below {PROTOCOLS.relative_to(ROOT)}")


def mentions(text: str, names: set[str]) -> bool:
    """Whether a module's text imports one of the dotted names, or from it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found = {node.module, *(f"{node.module}.{item.name}" for item in node.names)}
        elif isinstance(node, ast.Import):
            found = {item.name for item in node.names}
        else:
            continue
        if any(each == name or each.startswith(f"{name}.") for each in found for name in names):
            return True
    return False


def suite_of(paths: list[Path]) -> Suite:
    """Unit tests and vector files of the adapters that import the modules or their package."""
    names = {dotted(path) for path in paths}
    names |= {dotted(path.parent) for path in paths if path.parent.parent == PROTOCOLS}
    folders = {path.relative_to(ROOT / "lstwallet").parts[0] for path in paths}
    tests = [
        path
        for folder in sorted(folders)
        for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
        if mentions(path.read_text("utf-8"), names)
    ]
    adapters = [
        path
        for path in sorted((ROOT / "tests" / "golden").glob("[!_]*.py"))
        if not path.name.startswith("test_") and mentions(path.read_text("utf-8"), names)
    ]
    folder = ROOT / "tests" / "golden" / "vectors"
    vectors = [folder / f"{path.stem}.json" for path in adapters]
    return Suite(tuple(tests), tuple(path for path in vectors if path.exists()))


# --- the command -------------------------------------------------------------------------


class Result(NamedTuple):
    """What a sample came to."""

    tried: int
    killers: dict[str, int]
    """How many died of what."""
    survivors: list[Mutant]

    @property
    def share(self) -> float:
        return 1 - len(self.survivors) / self.tried


def run(
    paths: list[Path], sample: int, seed: int, *, told: Callable[[str], None] = print
) -> Result:
    """Try a random sample of the mutants of some modules. Raises if the sound module fails."""
    suite = suite_of(paths)
    told("tests: " + ", ".join(str(p.relative_to(ROOT)) for p in (*suite.tests, *suite.vectors)))
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    if failed := trial(suite, None, LONGEST):
        raise SystemExit(f"the sound module does not pass its own tests: {failed}")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    every = [mutant for path in paths for mutant in mutants_of(path)]
    chosen = random.Random(seed).sample(every, min(sample, len(every)))
    chosen.sort(key=lambda mutant: (mutant.path, mutant.start))
    told(f"{len(chosen)} of {len(every)} mutants, seed {seed}; the sound module: {whole:.1f} s")
    seconds = max(LEAST_SECONDS, round(PATIENCE * whole))
    killers: dict[str, int] = {}
    survivors = []
    for mutant in chosen:
        killer = trial(suite, mutant, seconds)
        told(f"{'killed by ' + killer if killer else 'SURVIVED':<28} {mutant}")
        if killer:
            killers[killer] = killers.get(killer, 0) + 1
        else:
            survivors.append(mutant)
    return Result(len(chosen), killers, survivors)


def main(arguments: Sequence[str]) -> int:
    """Print the sample and what lived; exit code 1 when too many did."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden.mutants")
    parser.add_argument("module", help="below lstwallet/protocols, or a path from the root")
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)
    result = run(sources_of(asked.module), asked.sample, asked.seed, told=_tell)
    _tell(f"\n{asked.module}: {result.tried} mutants, {result.share:.1%} died {result.killers}")
    for mutant in result.survivors:
        _tell(f"  survived {mutant}")
    return 0 if result.share >= ENOUGH else 1


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
