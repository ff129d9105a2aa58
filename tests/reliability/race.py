"""``python -m tests.reliability.race ROUNDS``: twenty processes race for a profile: one winner."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from lstwallet.app.session import Session
from lstwallet.store.errors import StoreUnavailable, Trouble
from tests.reliability import deeds

RACERS: Final = 20


def racer(profile: Path, start: int, said: int, end: int) -> None:
    """Open it when the start is given, say what came of it, and hold on until the end."""
    os.read(start, 1)
    try:
        session = Session.open(profile, key=deeds.KEY)
    except StoreUnavailable as error:
        os.write(said, b"l" if error.trouble is Trouble.LOCKED else b"?")
        return
    deeds.do_next(session)
    os.write(said, b"w")
    os.read(end, 1)


def round_of(profile: Path) -> Counter[str]:
    """How many won, were told that it is locked, or failed in another way."""
    start, starter = os.pipe()
    heard, said = os.pipe()
    end, ender = os.pipe()
    children = []
    for _ in range(RACERS):
        child = os.fork()
        if child == 0:
            code = 3
            try:
                os.close(starter)
                os.close(ender)
                racer(profile, start, said, end)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    os.close(start)
    os.close(said)
    os.close(end)
    os.write(starter, b"!" * RACERS)
    answers = b""
    while len(answers) < RACERS:
        more = os.read(heard, RACERS)
        assert more, f"only {answers!r} answered"
        answers += more
    for handle in (starter, heard, ender):  # the winner reads the end
        os.close(handle)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    return Counter(answers.decode())


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "Main.lstwallet"
        deeds.begin(profile)
        reference = deeds.Undisturbed(Path(name) / "reference.lstwallet")
        for number in range(rounds):
            found = round_of(profile)
            assert found == {"w": 1, "l": RACERS - 1}, f"round {number}: {dict(found)}"
        session = Session.open(profile, key=deeds.KEY)
        count = deeds.number_of(session)
        assert session._store is not None
        assert count == rounds + 1, "each winner did one deed, nobody else any"
        assert deeds.state_of(session._store) == reference.at(count)
        session.close()
    print(f"{rounds} rounds of {RACERS} processes: one winner each time, {count} operations")


if __name__ == "__main__":
    main(int(sys.argv[1]))
