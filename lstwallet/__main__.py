"""``lstwallet`` and ``python -m lstwallet``."""

from __future__ import annotations

import sys


def main() -> None:
    """Open the window, or do what the command line says. Ends the process."""
    if sys.argv[1:] == ["--keyring-call"]:  # the bundle starts itself as the keyring's helper
        from lstwallet.vault import keyring_child

        sys.exit(keyring_child.main())
    if len(sys.argv) == 1:  # the window: nothing is imported that it does not need
        from lstwallet.cli.window import open_window

        sys.exit(open_window(None))
    if sys.argv[1].startswith("--helper="):
        sys.exit(_help(sys.argv[1], sys.argv[2:]))
    from lstwallet.cli.commands import run

    sys.exit(run())


def _help(word: str, arguments: list[str]) -> int:
    """Be the helper process of this hidden word; a misuse for one that nobody knows."""
    from importlib import import_module

    from lstwallet.units.helpers import HELPERS

    if word not in HELPERS:
        return 2
    code: int = import_module(HELPERS[word]).main(arguments)
    return code


if __name__ == "__main__":
    main()
