"""Files made to do harm: each is refused within 2 s of processor time and 256 MB, and plainly.

Each is made here and thrown away; none is kept in the tree.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from lstwallet.app.door import FileRefused, Problem, child, stream
from lstwallet.app.door.door import Cost
from lstwallet.app.door.kinds import KINDS, MEMORY, SECONDS
from lstwallet.units.paths import resources

LESSON: Final = (resources() / "lessons" / "en" / "01-any-amount.toml").read_bytes()
POOLS: Final = (resources() / "catalogue" / "pools.toml").read_bytes()
HEAD: Final = b'{"format": "lstwallet portfolio", "version": 1, "holdings": '
DAYS: Final = b"date,eth_usd\n2022-06-01,1800\n2022-06-02,1800\n"


class Bomb(NamedTuple):
    """A file, and why it has to be refused; empty: any refusal will do."""

    kind: str
    name: str
    data: bytes
    problem: str = ""
    line: int = -1
    """Where the refusal must point to; -1: anywhere."""


def full(kind: str, piece: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """As many pieces as such a file may hold."""
    room = KINDS[kind].most_bytes - len(before) - len(after)
    return before + piece * (room // len(piece)) + after


def toml_bombs(kind: str, good: bytes) -> Iterator[Bomb]:
    def bomb(name: str, data: bytes, problem: str = "", line: int = -1) -> Bomb:
        return Bomb(kind, name, data, problem, line)

    deep, line, number = "too_deep", "long_line", "long_number"
    yield bomb("a key of 20,000 parts", b".".join([b"a"] * 20_000) + b" = 1", line, 1)
    yield bomb("a key of 9,000 parts", b"\n" + b".".join([b"a"] * 9_000) + b" = 1", deep, 2)
    yield bomb("… with spaces between", b" . ".join([b"a"] * 4_000) + b" = 1", deep, 1)
    yield bomb("… and in quotes", b".".join([b'"a"', b"'b'"] * 2_000) + b" = 1", deep, 1)
    yield bomb("a table of 9,000 parts", b"[" + b".".join([b"a"] * 9_000) + b"]", deep, 1)
    yield bomb("tables in the same tables", full(kind, b"[a.b.c.d.e.f.g.h]\n"), "not_toml", 2)
    yield bomb("keys in the same tables", b"".join(
        b"a.b.c.d.e.f.g.k%d=1\n" % n for n in range(10_000)))  # fmt: skip
    yield bomb("lists in lists", b"a = " + b"[" * 15_000, deep, 1)
    yield bomb("… over many lines", b"a = " + b"[\n" * 100_000, deep, 17)
    yield bomb("tables in tables", b"a = " + b"{a=" * 5_000, deep, 1)
    yield bomb("an integer of 5,000 digits", b"a = " + b"9" * 5_000, number, 1)
    yield bomb("… in hexadecimal", b"a = 0x" + b"f" * 19_000, number, 1)
    yield bomb("… with underscores", b"a = 1" + b"_1" * 9_000, number, 1)
    yield bomb("… behind a sign", b"a = -" + b"9" * 5_000, number, 1)
    yield bomb("an exponent", b"a = 1e1000000")
    yield bomb("a name of 15,000 letters", b"a" * 15_000 + b" = 1", "long_key", 1)
    yield bomb("… in quotes", b'"' + b"a" * 15_000 + b'" = 1', "long_key")
    yield bomb("a huge list", full(kind, b"1,\n", b"a = [", b"1]"))
    yield bomb("a list of lists", full(kind, b"[],\n", b"a = [", b"1]"))
    yield bomb("many tables", full(kind, b"[[a]]\n"))
    yield bomb("many keys", b"".join(b"k%d=1\n" % n for n in range(20_000)))
    yield bomb("the same key", b"a = 1\na = 2\n", "not_toml", 2)
    yield bomb("many escapes", full(kind, b"\\u0041\\n\\\n", b'a = """', b'"""'))
    yield bomb("quotes in a long text", full(kind, b'""\n', b'a = """', b'"""'))
    yield bomb("a long text that never ends", full(kind, b'x"\n', b'a = """'), "not_toml")
    yield bomb("a text that never ends", b'a = "b\nc = 1\n', "not_toml", 1)
    yield bomb("spaces", full(kind, b" " * 19_999 + b"\n", b"x\n"), "not_toml")
    yield bomb("… before a dot", full(kind, b"a" + b" " * 19_000 + b".b\n"), "not_toml", 1)
    yield bomb("remarks", full(kind, b"#\n"))
    yield bomb("remarks of one line", b"#" + b"x" * 100_000, line, 1)
    yield bomb("infinity", b"a = inf\n", "not_finite")
    yield bomb("not a number", b"a = -nan\n", "not_finite")
    yield bomb("a date", b"a = 2022-06-01\n", "bad_value")
    yield bomb("no date", b"a = 2022-02-30\n", "not_toml")
    yield bomb("a NUL", good + b"\0", "control")
    yield bomb("a mark in the middle", good + b"\xef\xbb\xbf", "control")
    yield bomb("no UTF-8", good + b"\n\xff", "not_text")
    yield bomb("UTF-16", good.decode().encode("utf-16"), "not_text", 1)
    yield bomb("a cut letter", good + b"\n# \xe2\x82", "not_text")
    yield bomb("half a pair", good + b"\n# \xed\xa0\x80", "not_text")
    yield bomb("an unknown key", b'nmae = "x"\n' + good)
    yield bomb("escape sequences", good + b"\n# \x1b[2J", "control")


def json_bombs() -> Iterator[Bomb]:
    kind = "portfolio"

    def bomb(name: str, data: bytes, problem: str = "", line: int = -1) -> Bomb:
        return Bomb(kind, name, data, problem, line)

    eth = b'{"ETH": %s}}'
    yield bomb("60,000 lists in lists", HEAD + b"[" * 60_000, "long_line", 1)
    yield bomb("10,000 lists in lists", HEAD + b"[" * 10_000, "too_deep", 1)
    yield bomb("… over many lines", HEAD + b"[\n" * 30_000, "too_deep", 16)
    yield bomb("tables in tables", HEAD + b'{"a":\n' * 10_000, "too_deep")
    yield bomb("brackets in a text", HEAD + b'"' + b"[" * 10_000, "not_json")
    yield bomb("the same key twice", HEAD + b'{"ETH": "1", "ETH": "2"}}', "double_key")
    yield bomb("not a number", HEAD + eth % b"NaN", "not_finite")
    yield bomb("infinity", HEAD + eth % b"-Infinity", "not_finite")
    yield bomb("an exponent", HEAD + eth % b"1e1000000", "bad_number")
    yield bomb("… in quotes", HEAD + eth % b'"1e1000000"', "bad_number")
    yield bomb("5,000 digits", HEAD + eth % (b"9" * 5_000), "long_number")
    yield bomb("… in quotes", HEAD + eth % (b'"' + b"9" * 5_000 + b'"'), "bad_number")
    yield bomb("more than there is", HEAD + eth % b'"1000000000"', "bad_number")
    yield bomb("less than nothing", HEAD + eth % b"-5", "bad_number")
    yield bomb("other people's digits", HEAD + eth % '"٣"'.encode(), "bad_number")
    yield bomb("true", HEAD + eth % b"true", "wrong_kind")
    yield bomb("nothing", HEAD + eth % b"null", "wrong_kind")
    yield bomb("a long key", HEAD + b'{"' + b"k" * 10_000 + b'": 1}}', "long_key")
    yield bomb("a token nobody knows", HEAD + b'{"stEHT": "1"}}', "unknown_key")
    yield bomb("another format", b'{"format": "x", "version": 1, "holdings": {}}', "other_format")
    yield bomb("a later version", HEAD.replace(b"1", b"2") + eth % b"1", "newer")
    yield bomb("no holdings", HEAD + b"{}}", "missing_key")
    yield bomb("something behind", HEAD + eth % b'"1"' + b"{}", "not_json", 1)
    named = HEAD.replace(b'"holdings"', b'"name": "%s", "holdings"')
    one = eth % b'"1"'
    yield bomb("a name that turns round", named % "\u202eHTE".encode() + one, "control")
    yield bomb("half a pair", named % rb"\ud800" + one, "control")
    yield bomb("a huge list", full(kind, b"1,\n", HEAD + b"[", b"1]}"), "wrong_kind")
    yield bomb("many tables", full(kind, b"{},\n", HEAD + b"[", b"{}]}"), "wrong_kind")


def csv_bombs() -> Iterator[Bomb]:
    def bomb(name: str, data: bytes, problem: str = "", line: int = -1) -> Bomb:
        return Bomb("prices", name, data, problem, line)

    yield bomb("a million columns", b"," * 1_000_000, "long_line", 1)
    yield bomb("19,000 columns", DAYS + b"," * 19_000, "content", 4)
    yield bomb("… in quotes", DAYS + b'"",' * 6_000, "content", 4)
    yield bomb("a quote that never closes", full("prices", b"1\n", DAYS + b'"'), "content")
    yield bomb("only quotes", full("prices", b'"' * 1_000 + b"\n"), "content")
    yield bomb("something behind a quote", DAYS + b'"2022-06-03"x,1800\n', "content", 4)
    yield bomb("a million lines", full("prices", b"\n"), "content")
    yield bomb("a million rows", full("prices", b"1,1\n", DAYS), "content")
    yield bomb("the same day", DAYS + b"2022-06-02,1800\n", "content", 4)
    yield bomb("a day of another calendar", DAYS + b"12022-06-03,1800\n", "content", 4)
    yield bomb("an exponent", DAYS + b"2022-06-03,1e1000000\n", "content", 4)
    yield bomb("more digits than a number has", DAYS + b"2022-06-03," + b"9" * 4_500, "content", 4)
    yield bomb("not a number", DAYS + b"2022-06-03,nan\n", "content", 4)
    yield bomb("less than nothing", DAYS + b"2022-06-03,-1\n", "content", 4)
    yield bomb("other people's digits", DAYS + "2022-06-03,١٨٠٠\n".encode(), "content", 4)
    yield bomb("a NUL", DAYS + b"\0", "control", 4)
    yield bomb("no UTF-8", DAYS + b"\xff", "not_text", 4)
    yield bomb("a long line", DAYS + b"2022-06-03,1800" + b" " * 50_000, "long_line", 4)
    yield Bomb("portfolio", "a million tokens", b"token,amount\n" + b"ETH,1\n" * 9_000, "", -1)
    yield Bomb("portfolio", "a formula", b"token,amount\nETH,=1+1\n", "bad_number", 2)


HEADER: Final = b'''{"format":"lstwallet journal","version":1,"program":"0.1.0","name":"Main",\
"market":{"prices":"seeded","flows":true},"branches":[{"branch":1,"title":"","parent":null,\
"after":0,"began":null,"hidden":false}],"current":1}\n'''

def journal_bombs() -> Iterator[Bomb]:
    def bomb(name: str, data: bytes, problem: str = "", line: int = 2) -> Bomb:
        return Bomb("journal", name, data, problem, line)

    yield bomb("lists in lists", HEADER + b"[" * 3_900_000, "too_deep")
    yield bomb("lists in lists that end", HEADER + b"[" * 1_900_000 + b"]" * 1_900_000, "too_deep")
    yield bomb("tables in tables", HEADER + b'{"a":' * 700_000, "too_deep")
    yield bomb("only ends", HEADER + b"]" * 3_900_000, "not_json")
    yield bomb("a line without end", HEADER + b'{"a":"' + b"x" * 20_000_000, "long_line")
    yield bomb("a text without end", HEADER + b'{"a":"' + b'\\"' * 1_900_000, "not_json")
    yield bomb("a huge list", HEADER + b"[" + b"1," * 1_900_000 + b"1]\n")
    yield bomb("a huge list of points", HEADER + b"[" + b"0.," * 1_000_000 + b"1]\n", "not_json")
    yield bomb("many small tables", HEADER + b"[" + b"{}," * 1_300_000 + b"{}]\n")
    yield bomb("many small lists", HEADER + b"[" + b"[]," * 1_300_000 + b"[]]\n")
    many = b",".join(b'"%d":0' % number for number in range(400_000))
    yield bomb("many keys", HEADER + b"{" + many + b"}\n")
    yield bomb("millions of digits", HEADER + b'{"a":' + b"9" * 3_900_000, "long_number")
    yield bomb("millions of empty lines", HEADER + b"\n" * 20_000_000 + b"x", "too_many", -1)
    yield bomb("millions of short lines", HEADER + b"0\n" * 10_000_000)
    yield bomb("the same key", HEADER + b'{"seq":1,"seq":2}\n', "double_key")
    yield bomb("not a number", HEADER + b'{"seq":NaN}\n', "not_finite")
    yield bomb("no header", b'{"seq":1}\n', "other_format", 1)
    yield bomb("no text", HEADER + b"\xff\n", "not_text")


BOMBS: Final = [
    *toml_bombs("lesson", LESSON),
    *toml_bombs("catalogue.pools", POOLS),
    *json_bombs(),
    *csv_bombs(),
]
"""Without those for journals, which are large: ``every_bomb`` makes them one by one."""


def every_bomb() -> Iterator[Bomb]:
    yield from BOMBS
    yield from journal_bombs()


SOME: Final = {
    "a fifth": lambda: iter(BOMBS[::5]), "all but journals": lambda: iter(BOMBS),
    "journals": journal_bombs,
}  # fmt: skip


def names() -> list[str]:
    return [f"{bomb.kind} {bomb.name}" for bomb in BOMBS]


def check(bomb: Bomb, refused: FileRefused, cost: Cost) -> None:
    assert len(bomb.data) <= KINDS[bomb.kind].most_bytes, "the size alone would refuse it"
    assert refused.problem is not Problem.FAILED
    large = bomb.kind == "journal" and refused.problem is Problem.TOO_MUCH_MEMORY
    if bomb.problem:
        assert refused.problem.value == bomb.problem, bomb.name
    if bomb.line >= 0 and not large:
        assert refused.line == bomb.line, bomb.name
    # seen through by looking, not by running out of what a child may use
    assert large or refused.problem not in (Problem.TOO_LONG, Problem.TOO_MUCH_MEMORY), bomb.name
    assert 0 <= cost.seconds <= SECONDS, bomb.name
    assert 0 < cost.bytes <= MEMORY, bomb.name


def defuse(bombs: Iterator[Bomb]) -> None:
    """In a child with the door's own limits: read every bomb, print what each took."""
    readers = {name: kind.load() for name, kind in KINDS.items()}
    child._limit(KINDS["prices"]._replace(seconds=240))
    for bomb in bombs:
        child._begin_anew()
        kind, began = KINDS[bomb.kind], time.process_time()
        refused = None
        try:
            for _ in child._items(kind, readers[bomb.kind], io.BytesIO(bomb.data)):
                pass
        except FileRefused as error:
            refused = error.data()
        except MemoryError:
            refused = FileRefused(Problem.TOO_MUCH_MEMORY).data()
        print(json.dumps([refused, time.process_time() - began, child._peak()]))


@pytest.mark.parametrize(
    "which",
    ["a fifth", *(pytest.param(each, marks=pytest.mark.slow) for each in list(SOME)[1:])],
)
def test_every_bomb_is_refused_in_time_and_room(which: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.test_door_bombs", which],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    costs = []
    for bomb, line in zip_longest(SOME[which](), lines):
        assert line, f"{bomb.kind} {bomb.name}: {done.returncode} {done.stderr}"
        refused, seconds, peak = json.loads(line)
        assert refused is not None, f"let in: {bomb.kind} {bomb.name}"
        costs.append((seconds, f"{bomb.kind} {bomb.name}"))
        check(bomb, FileRefused.of(refused), Cost(seconds, peak))
    print(f"{len(costs)} bombs, all within {peak / 2**20:.0f} MB; the longest took")
    for seconds, name in sorted(costs)[-5:]:
        print(f"    {seconds:.3f} s  {name}")


def through_the_door(bomb: Bomb, path: Path) -> Cost:
    path.write_bytes(bomb.data)
    with stream(path, bomb.kind) as answer:
        with pytest.raises(FileRefused) as caught:
            list(answer)
        check(bomb, caught.value, answer.cost)
        return answer.cost


@pytest.mark.parametrize("bomb", BOMBS[::12], ids=names()[::12])
def test_some_through_the_door_itself(bomb: Bomb, tmp_path: Path) -> None:
    print(through_the_door(bomb, tmp_path / "bomb"))


def test_a_long_line_through_the_door_itself(tmp_path: Path) -> None:
    bomb = next(each for each in journal_bombs() if each.name == "many small tables")
    print(through_the_door(bomb, tmp_path / "bomb"))


@pytest.mark.slow
def test_all_through_the_door_itself(tmp_path: Path) -> None:
    costs = [through_the_door(bomb, tmp_path / "bomb") for bomb in every_bomb()]
    print(f"{len(costs)} bombs; at most {max(costs)}, {max(cost.bytes for cost in costs)} bytes")


if __name__ == "__main__":
    defuse(SOME[sys.argv[1]]())
