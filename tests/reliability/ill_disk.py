"""``python -m tests.reliability.ill_disk STRIDE [FIRST [CALL]]``: the N-th write or sync fails.

strace makes the call fail with ENOSPC or EIO, once or from then on. A worker does deeds, recovers
where the session was halted, and goes on; whatever it meets must be an error of the store, by
name. Afterwards the file holds all that was acknowledged, once, and takes writing again. N grows
from FIRST by STRIDE until a run meets no failure. CALL: only this one fails.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from lstwallet.app.session import Session
from lstwallet.store.errors import StoreError, StoreUnavailable
from lstwallet.store.mark import mark_path
from tests.reliability import deeds, traced

DEEDS: Final = 14
FAILURES: Final = 4
"""After so many in a row the worker gives up: the disk stays ill."""
CALLS: Final = ("pwrite64", "write", "fsync", "fdatasync", "unlink", "openat")


class Case(NamedTuple):
    """What fails."""

    call: str
    error: str
    sticky: bool

    def option(self, number: int) -> str:
        """For strace."""
        when = f"{number}+" if self.sticky else str(number)
        return f"inject={self.call}:error={self.error}:when={when}"


CASES: Final = [
    Case(call, error, sticky)
    for call in CALLS
    for error in ("ENOSPC", "EIO")
    for sticky in (False, True)
    if error == "EIO" or call not in ("unlink", "openat")
]


def strive(profile: Path, acknowledged: int, errors: int) -> None:
    """Deed after deed, whatever fails; acknowledgements and errors are written down.

    Both are open handles, and ``writev`` is what no case makes fail.
    """
    session: Session | None = None
    done = failures = 0
    while done < DEEDS and failures < FAILURES:
        try:
            if session is None:
                session = Session.open(profile, key=deeds.KEY)
            elif session.halted is not None:
                session.recover()
            else:
                deeds.do_next(session)
                done, failures = done + 1, 0
            os.writev(acknowledged, [b"%d\n" % deeds.number_of(session)])
        except StoreError as error:
            failures += 1
            name = error.trouble if isinstance(error, StoreUnavailable) else error.detail
            os.writev(errors, [f"{name}\n".encode()])


def tried(case: Case, number: int, template: Path, place: Path, found: Counter[str]) -> bool:
    """One run; whether anything was made to fail."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    profile, log, told = place / "Main.lstwallet", place / "log", place / "told"
    shutil.copy(template, profile)
    shutil.copy(mark_path(template), mark_path(profile))
    options = ("-e", f"trace={case.call}", "-e", case.option(number))
    label = f"{case} at {number}"
    with log.open("ab") as acks, told.open("ab") as errors:
        status = traced.run(
            lambda: strive(profile, acks.fileno(), errors.fileno()), options, place / "trace"
        )
    assert status == 0, f"{label}: the worker met what the store did not name"
    if "(INJECTED)" not in (place / "trace").read_text():
        return False
    acknowledged = deeds.acknowledged(log)
    session = Session.open(profile, key=deeds.KEY)
    count = deeds.number_of(session)
    assert session._store is not None
    assert acknowledged <= count <= acknowledged + 1 or not acknowledged, f"{label}: lost"
    assert deeds.state_of(session._store) == REFERENCE[0].at(count), f"{label}: another state"
    for _ in range(2):
        deeds.do_next(session)
    session.close()
    names = told.read_text().split("\n")[:-1]
    found["told" if names else "harmless"] += 1
    for name in sorted(set(names)):
        found[f"as {name}"] += 1
    if not case.sticky and names:
        assert count >= deeds.DEEDS, f"{label}: it did not go on"
        found["went on"] += 1
    return True


REFERENCE: Final[list[deeds.Undisturbed]] = []


def main(stride: int, first: int = 1, only: str = "") -> None:
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = folder / "template.lstwallet"
        deeds.begin(template)
        REFERENCE.append(deeds.Undisturbed(folder / "reference.lstwallet"))
        for case in (each for each in CASES if only in ("", each.call)):
            number = first
            while tried(case, number, template, folder / "place", found):
                number += stride
            how = "from" if case.sticky else "at"
            print(f"  {case.call} {case.error} {how} {first}..{number}", flush=True)
    runs = found["told"] + found["harmless"]
    print(f"{runs} failures, every {stride}.: 0 lost, 0 doubled; {dict(sorted(found.items()))}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:])
