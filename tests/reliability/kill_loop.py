"""``python -m tests.reliability.kill_loop KILLS SEED``: kill -9 at random moments of the deeds.

A process that has everything loaded forks a worker, kills it, and holds the encrypted file
against an undisturbed history: all that was acknowledged is there, once, and at most the one
deed more that was at work.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from lstwallet.store.journal import Store
from lstwallet.store.verify import verify
from tests.reliability import deeds


def forked(profile: Path, log: Path) -> int:
    """A worker's process id."""
    log.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            deeds.work(profile, log)
        except BaseException as error:
            print(f"the worker ended by itself: {error!r}", file=sys.stderr, flush=True)
        os._exit(3)
    return child


def killed(child: int, delay: float) -> None:
    """Whenever that is: while it opens the file, too."""
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the worker ended by itself"


def main(kills: int, seed: int) -> None:
    dice = random.Random(seed)
    at_work = lost = doubled = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile, log = folder / "Main.lstwallet", folder / "acknowledged"
        deeds.begin(profile)
        reference = deeds.Undisturbed(folder / "reference.lstwallet")
        before = 1
        for number in range(kills):
            killed(forked(profile, log), dice.uniform(0.0, 0.25))
            told = max(deeds.acknowledged(log), before)
            store = Store.open(profile, key=deeds.KEY)  # rolls back what was half done
            count, state = store.operation.number, deeds.state_of(store)
            store.close()
            lost += count < told
            doubled += count > told + 1 or state != reference.at(count)
            label = f"kill {number} of seed {seed}"
            assert not lost, f"{label}: {told} was acknowledged, {count} is there"
            assert not doubled, f"{label}: the state after {count} is another"
            at_work += count > told
            before = count
        report = verify(profile, key=deeds.KEY)
        assert report.sound, report.problems
    print(
        f"{kills} kills, seed {seed}: {lost} lost, {doubled} doubled; {before} operations, "
        f"{at_work} committed and not yet acknowledged; {report.branches} branches, audited sound"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
