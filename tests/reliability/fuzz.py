"""Files that nobody would write, made from files that somebody did: what the fuzzer feeds.

Run as ``python -m tests.reliability.fuzz CORPUS RUNS SEED`` it is driven by atheris, which keeps
whatever reaches new code in the folder ``CORPUS``; without atheris it goes on by chance alone.
The first byte of an input says of which kind it is. A file is let in or refused; anything else
ends the run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from lstwallet.app import journals
from lstwallet.app.door.kinds import KINDS, SECONDS
from lstwallet.app.lessons.predicates import Mark, Refused
from lstwallet.app.lessons.progress import Progress, ProgressFile
from lstwallet.app.session import Session
from lstwallet.app.settings import Settings, load
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import backup
from lstwallet.store.book import Contact, Note, PutContact, PutNote
from lstwallet.store.errors import StoreBroken, StoreUnavailable
from lstwallet.units.bech32 import encode
from lstwallet.units.paths import resources
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.vault import slots
from tests.small_world import small_world

NAMES: Final = tuple(sorted(name for name, kind in KINDS.items() if not kind.streamed))
"""Kinds that pass the door whole."""
LARGEST: Final = 60_000
ALICE: Final = encode("sim", bytes(range(20)))

NASTY: Final = tuple(
    text.encode()
    for text in (
        "", "NaN", "Infinity", "-0", "1e1000000", "9" * 100, "0x" + "f" * 90, "1_0", "٣", "true",
        "null", "[]", "{}", "[" * 20, "{a=" * 20, "-1", "0", "0.1", "1" + "0" * 40,
        '"', "'", '"""', "'''", "\\", "\\u202e", "\\ud800",
        "#", "=", ",", ".", "a." * 20, "\n", "\r", "\t", " " * 50, "=cmd()", "@x", "2022-06-01",
        "1979-05-27T07:32:00Z", "inf", "-nan", "\u202e", "../../x", "<b>", "ETH", "stEHT", "value",
    )
)  # fmt: skip
NO_TEXT: Final = (b"\0", b"\xff", b"\xed\xa0\x80", b"\x1b[2J", b"\xe2\x82")
OWN: Final = ("progress", "settings", "label", "slots")
"""Files of the program's own, and parts of a backup, which are read without a child."""


def corpus() -> dict[str, list[bytes]]:
    """Valid files of every kind."""
    holdings = {"ETH": "12.5", "stETH": "3", "wstETH": "0.1", "USDC": "4000"}
    portfolio = {"format": "lstwallet portfolio", "version": 1, "name": "Mine",
                 "holdings": holdings}  # fmt: skip
    prices = (resources() / "replays" / "steth_2022.csv").read_bytes()
    found: dict[str, list[bytes]] = {
        "lesson": [path.read_bytes() for path in sorted((resources() / "lessons").rglob("*.toml"))],
        "prices": [prices, b"".join(prices.splitlines(keepends=True)[:9])],
        "portfolio": [
            json.dumps(portfolio).encode(), json.dumps(portfolio, indent=2).encode(),
            b'"token","amount"\r\n"ETH","5"\r\nUSDC,10.25\r\n',
        ],
    }  # fmt: skip
    for name in NAMES:
        if name.startswith("catalogue."):
            stem = name.removeprefix("catalogue.")
            found[name] = [(resources() / "catalogue" / f"{stem}.toml").read_bytes()]
    progress = {"any-amount": Progress(2, Mark(5, 9, 10**27), (Refused("Stake", "No"),), True, 1,
                                       {"why-32": 1}, ("the-fee",), False)._asdict()}  # fmt: skip
    found["progress"] = [json.dumps(progress, indent=1).encode()]
    found["settings"] = [json.dumps(Settings(last_profile="/a/b")._asdict(), indent=1).encode()]
    found["label"] = [backup_file()]
    found["slots"] = [slot_file()]
    assert set(found) == {*NAMES, *OWN}
    return found


def journal_file(folder: Path) -> bytes:
    """An exported journal: a few commands, a day, a branch, a contact and a note."""
    folder.mkdir()
    session = Session.create(folder / "a", small_world(), MarketConfig(), name="Main")
    try:
        session.execute(Fund(YOU, "ETH", 10**19))
        staked = session.execute(Stake(YOU, 10**18))
        session.advance(session.world.time + 86_400)
        session.edit(PutNote(staked.seq, Note("a note", "label")))
        session.edit(PutContact(ALICE, Contact(ALICE, "A")))
        session.fork(staked.seq, "Another")
        session.execute(Stake(YOU, 10**18))
        journals.export_to(session, folder / "a.jsonl")
    finally:
        session.close()
    return (folder / "a.jsonl").read_bytes()


def backup_file() -> bytes:
    """A backup, whole; its parts are no profile's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.lstbackup"
        parts: dict[str, Path | bytes] = {backup.KEYS: b"keys", backup.DATABASE: b"database"}
        backup.write(path, 1_764_338_700, parts, profile="a" * 32, why="asked", is_open=True)
        return path.read_bytes()


def slot_file() -> bytes:
    """A slot file with a slot that needs no password."""
    key, profile = slots.new_data_key(), slots.new_profile_id()
    beside = slots.Beside(bytes(slots.kdf.SALT_BYTES), slots.new_secret())
    slot = slots.wrap(profile, slots.Kind.OPEN, beside, b"", key)
    return slots.seal(slots.Keys(profile, 1, (slot,)), key).text


# --- mutations -----------------------------------------------------------------------------------


def mutate(data: bytes, dice: random.Random, largest: int = LARGEST) -> bytes:
    """The file with one to four changes of the sort that people, programs and attackers make."""
    for _ in range(dice.randint(1, 4)):
        data = dice.choice(CHANGES)(data, dice)[:largest]
    return data


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) or [b""]


def _drop_line(data: bytes, dice: random.Random) -> bytes:
    lines = _lines(data)
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def _double_line(data: bytes, dice: random.Random) -> bytes:
    lines = _lines(data)
    at = dice.randrange(len(lines))
    return b"".join([*lines[:at], lines[at] * dice.choice((2, 2, 40)), *lines[at + 1 :]])


def _move_line(data: bytes, dice: random.Random) -> bytes:
    lines = _lines(data)
    lines.insert(dice.randrange(len(lines)), lines.pop(dice.randrange(len(lines))))
    return b"".join(lines)


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _nasty_in(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(NASTY) + data[at:]


def _word(data: bytes, dice: random.Random) -> tuple[int, int]:
    """Where a word begins and ends: a number, a name, what stands in quotes."""
    at = dice.randrange(len(data) + 1)
    first = last = at
    while first > 0 and data[first - 1 : first] not in _ENDS:
        first -= 1
    while last < len(data) and data[last : last + 1] not in _ENDS:
        last += 1
    return first, last


_ENDS: Final = frozenset(bytes([each]) for each in b" \n\r\t,=\"'[]{}:.")


def _nasty_word(data: bytes, dice: random.Random) -> bytes:
    first, last = _word(data, dice)
    return data[:first] + dice.choice(NASTY) + data[last:]


def _other_word(data: bytes, dice: random.Random) -> bytes:
    first, last = _word(data, dice)
    there, end = _word(data, dice)
    return data[:first] + data[there:end] + data[last:]


def _longer_word(data: bytes, dice: random.Random) -> bytes:
    first, last = _word(data, dice)
    return data[:first] + data[first:last] * dice.choice((2, 30, 300)) + data[last:]


def _another_byte(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    fresh = dice.choice(NO_TEXT) if dice.random() < 0.1 else bytes([dice.randrange(32, 127)])
    return data[:at] + fresh + data[at + 1 :]


CHANGES: Final[Sequence[Callable[[bytes, random.Random], bytes]]] = (
    _drop_line, _double_line, _move_line, _cut, _nasty_in, _nasty_word, _nasty_word, _other_word,
    _other_word, _longer_word, _another_byte,
)  # fmt: skip


# --- the run -------------------------------------------------------------------------------------


def kind_in(data: bytes) -> str:
    """Which kind the first byte names."""
    names = (*NAMES, *OWN)
    return names[data[0] % len(names)]


def _with(reader: Callable[..., Any], argument: str, data: bytes) -> Any:
    return reader(data, argument) if argument else reader(data)


class Feeder:
    """Reads what it is fed as the child would, and counts."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is for what must be read from a file. Atheris ends the process without a
        word to Python, so nothing here could take it away."""
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.readers: dict[str, Callable[[bytes], Any]] = {
            name: (partial(_with, KINDS[name].load(), KINDS[name].argument)) for name in NAMES
        }
        self.readers |= {
            "settings": self._settings, "progress": self._progress,
            "label": self._label, "slots": self._slots,
        }  # fmt: skip
        self.seen: Counter[str] = Counter()
        self.slowest = 0.0

    def __call__(self, data: bytes) -> None:
        """Read it. Raises whatever is no refusal."""
        if not data:
            return
        name, began = kind_in(data), time.process_time()
        try:
            json.dumps(self.readers[name](data[1:]), allow_nan=False)
            self.seen["let in"] += 1
        except FileRefused as refused:
            self._check(refused)
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        assert took < SECONDS, f"{took:.1f} s for a file of kind {name}"

    def _check(self, refused: FileRefused) -> None:
        assert refused.problem is not Problem.FAILED
        assert FileRefused.of(refused.data()).data() == refused.data()
        self.seen[refused.problem.value] += 1

    def _settings(self, data: bytes) -> Any:
        path = self.folder / "settings.json"
        path.write_bytes(data)
        settings, problem = load(path)
        self._forget()
        if problem is not None:
            raise FileRefused(Problem.CONTENT, detail=problem.detail)
        return settings._asdict()

    def _progress(self, data: bytes) -> Any:
        path = self.folder / "progress.json"
        path.write_bytes(data)
        kept = ProgressFile(path)
        self._forget()
        if kept.set_aside is not None:
            raise FileRefused(Problem.CONTENT)
        return kept.of("any-amount")._asdict()

    def _label(self, data: bytes) -> Any:
        path = self.folder / "a.lstbackup"
        path.write_bytes(data)
        try:
            return backup.check(path)
        except (StoreBroken, StoreUnavailable) as error:
            raise FileRefused(Problem.CONTENT) from error
        finally:
            self._forget()

    def _slots(self, data: bytes) -> Any:
        """Also with its checksum put right, which the changes seldom hit upon."""
        body = data.partition(b"\n")[0]
        right = body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n"
        try:
            return [len(slots.parse(text).text) for text in (right, data)]
        except (slots.BadKeys, slots.LaterKeys) as error:
            raise FileRefused(Problem.CONTENT) from error

    def _forget(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()

    def told(self) -> str:
        """What happened, in a line."""
        kinds = ", ".join(f"{count} {problem}" for problem, count in self.seen.most_common())
        return f"{self.seen.total()} files, the slowest {self.slowest:.3f} s: {kinds}"


def main(folder: Path, runs: int, seed: int) -> None:
    """Feed ``runs`` files, by atheris where it is."""
    for name, files in corpus().items():
        for number, data in enumerate(files):
            path = folder / f"seed-{name}-{number}"
            path.write_bytes(bytes([(*NAMES, *OWN).index(name)]) + data)
    if importlib.util.find_spec("atheris") is None:
        _by_chance(folder, runs, seed)
    else:
        _by_atheris(folder, runs, seed)


def _by_chance(folder: Path, runs: int, seed: int) -> None:
    feed, dice = Feeder(_beside(folder)), random.Random(seed)
    files = [path.read_bytes() for path in sorted(folder.iterdir())]
    for number in range(runs):
        whole = dice.choice(files)
        data = whole[:1] + mutate(whole[1:], dice)
        if number % 100 == 0:
            (folder / f"fed-{number}").write_bytes(data)
        feed(data)
    print(feed.told(), flush=True)


def _by_atheris(folder: Path, runs: int, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["lstwallet.units.strict", "lstwallet.app"]):
        for module in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[module]  # read again, with marks where the code branches
        feed = importlib.import_module("tests.reliability.fuzz").Feeder(_beside(folder))
    count = 0

    def one(data: bytes) -> None:
        nonlocal count
        feed(data)
        count += bool(data)
        if data and count == runs:
            print(feed.told(), flush=True)

    def other(data: bytes, most: int, chance: int) -> bytes:
        dice = random.Random(chance)
        if dice.random() < 0.1:
            return bytes(atheris.Mutate(data, most))
        return (data[:1] + mutate(data[1:], dice))[:most]

    limits = [
        f"-runs={runs + 50}", f"-seed={seed}", f"-max_len={LARGEST}", "-timeout=20",
        "-rss_limit_mb=1024", f"-artifact_prefix={folder.parent}/", "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *limits, str(folder)], one, custom_mutator=other)
    atheris.Fuzz()


def _beside(folder: Path) -> Path:
    """Beside the corpus, where atheris puts what it found too."""
    return folder.with_name(f"{folder.name}-read")


def _is_ours(name: str) -> bool:
    return name.startswith(("lstwallet", "tests.reliability.fuzz"))


def counted(output: str) -> tuple[int, str]:
    """(files, the line that tells) of a run's output."""
    lines = [line for line in output.splitlines() if " files, the slowest " in line]
    return (int(lines[-1].split()[0]), lines[-1]) if lines else (0, "")


if __name__ == "__main__":
    arguments: list[Any] = sys.argv[1:]
    main(Path(arguments[0]), int(arguments[1]), int(arguments[2]))
