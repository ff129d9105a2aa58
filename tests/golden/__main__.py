"""``python -m tests.golden FILE…``: replay vector files; exit code 1 on any difference."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.golden.replay import Report, UnknownFormat, run

DETAIL_WIDTH = 600


def main(arguments: list[str]) -> int:
    """Print one line per file and the first differences below it."""
    if not arguments:
        print("usage: python -m tests.golden FILE…", file=sys.stderr)
        return 2
    failed = False
    for argument in arguments:
        try:
            report = run(Path(argument))
        except UnknownFormat as problem:
            print(problem, file=sys.stderr)
            failed = True
            continue
        print(report, flush=True)
        _tell_differences(report)
        failed = failed or report.differ > 0 or report.operations == 0
    return 1 if failed else 0


def _tell_differences(report: Report) -> None:
    for found in report.differences:
        detail = found.detail
        if len(detail) > DETAIL_WIDTH and "Traceback" not in detail:
            detail = f"{detail[:DETAIL_WIDTH]}…"
        print(f"  case {found.case}, {found.op}: {detail}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
