"""Several processes at one profile that has no keys yet: one makes them, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lstwallet.app import safe
from lstwallet.app.safe import State
from lstwallet.app.session import Session
from lstwallet.market.driver import MarketConfig
from lstwallet.store.codec import world_hash
from tests.small_world import small_world

PROCESSES = 5
ROUNDS = 4

RACER = """
import sys
from pathlib import Path
from lstwallet.app import safe
from lstwallet.market.driver import MarketConfig
from lstwallet.store.errors import StoreUnavailable, Trouble
from tests.small_world import small_world

world = small_world() if sys.argv[1] == "begin" else None
print("ready", flush=True)
for line in sys.stdin:
    path = Path(line.strip())
    try:
        if world is None:
            session = safe.open_profile(path)
        else:
            session = safe.begin_profile(path, world, MarketConfig(), name="Race")
    except StoreUnavailable as error:
        assert error.trouble in (Trouble.LOCKED, Trouble.EXISTS), error
        print("refused", flush=True)
    else:
        session.close()
        print("won", flush=True)
"""


def say(racer: subprocess.Popen[str], text: str) -> None:
    assert racer.stdin is not None
    racer.stdin.write(text + "\n")
    racer.stdin.flush()


def hear(racer: subprocess.Popen[str]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().strip()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["open", "begin"])
def test_one_of_several_makes_the_keys(tmp_path: Path, what: str) -> None:
    """They open a profile of an earlier program at once, or begin one of the same name."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, what],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    try:
        assert [hear(racer) for racer in racers] == ["ready"] * PROCESSES
        for number in range(ROUNDS):
            path = tmp_path / f"{number}" / "Race.lstwallet"
            if what == "open":
                session = Session.create(path, small_world(), MarketConfig(), name="Race")
                session.close()
            for racer in racers:
                say(racer, str(path))
            told = [hear(racer) for racer in racers]
            assert "won" in told
            if what == "begin":
                assert told.count("won") == 1
            assert safe.how(path).state is State.OPEN
            session = safe.open_profile(path)
            assert session.world.started == small_world().started
            assert len(world_hash(session.world)) == 64
            session.close()
            assert safe.verify_profile(path).sound
            left = {each.name.removeprefix(path.name) for each in path.parent.iterdir()}
            if what == "begin":  # a slower one may have put a faster one's keys aside
                left = {each for each in left if not each[-1:].isdigit()}
            assert left == {"", ".keys", ".keys.copy", ".head", ".lock"}, left
            print(f"{what}: {told}")
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()
            for pipe in (racer.stdin, racer.stdout):
                assert pipe is not None
                pipe.close()
