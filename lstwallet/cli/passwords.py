"""Where a command gets a password from: the terminal, a file or stdin, never its arguments.

What stands in the arguments can be read by every other process, and in the shell's history.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from lstwallet.app import safe
from lstwallet.cli.sentences import Stop

STDIN: Final = Path("-")
_LONGEST: Final = 8_192
"""Bytes; a password has at most a thousand characters."""


def secret_for(profile: Path, password_file: Path | None) -> safe.Secret:
    """What opens the profile: ``Nothing`` where that is enough, or the password.

    Raises ``Stop`` where there is nobody to ask, and ``StoreUnavailable``.
    """
    if password_file is not None:
        return safe.Password(_first_line(password_file))
    if safe.how(profile).state is not safe.State.LOCKED:
        return safe.NOTHING
    if not sys.stdin.isatty():
        raise Stop(
            f"{profile} has a password, and there is no terminal to ask for it: "
            "give it in a file with --password-file."
        )
    return safe.Password(str(click.prompt("Password", hide_input=True, err=True)))


def _first_line(path: Path) -> str:
    try:
        if path == STDIN:
            raw = sys.stdin.buffer.readline(_LONGEST)
        else:
            with path.open("rb") as file:
                raw = file.readline(_LONGEST)
        return raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Stop(f"{path} is not a text file.") from None
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}.") from error
