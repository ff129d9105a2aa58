"""``lstwallet`` and ``python -m lstwallet``."""

from __future__ import annotations

import sys


def main() -> None:
    """Open the window, or do what the command line says. Ends the process."""
    if len(sys.argv) == 1:  # the window: nothing is imported that it does not need
        from lstwallet.cli.window import open_window

        sys.exit(open_window(None))
    from lstwallet.cli.commands import run

    sys.exit(run())


if __name__ == "__main__":
    main()
