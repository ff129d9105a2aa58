"""Keys in words: what the system's keyring said, and why a key cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lstwallet.ui.wording.numbers import translate


def keyring_state(state: str) -> str:
    """A sentence for what the system's keyring is, or did; ``asked``: no answer yet."""
    sentences = {
        "asked": translate("keys", "Looking for this computer's keyring…"),
        "ok": translate(
            "keys",
            "This computer's keyring keeps a key too, for as long as you are logged in. "
            "The password works all the same.",
        ),
        "absent": translate(
            "keys",
            "This computer offers no keyring that could keep a key. The password opens the "
            "profile.",
        ),
        "locked": translate(
            "keys", "This computer's keyring is locked. The password opens the profile."
        ),
        "denied": translate(
            "keys", "This computer's keyring said no. The password opens the profile."
        ),
        "hanging": translate(
            "keys", "This computer's keyring does not answer. The password opens the profile."
        ),
        "empty": translate(
            "keys",
            "This computer's keyring does not hold the key of this profile any more. The "
            "password opens it.",
        ),
    }
    failed = translate(
        "keys", "This computer's keyring reports an error. The password opens the profile."
    )
    return sentences.get(state, failed)


def mistyped(group: int) -> str:
    """Where in a recovery code the typing error is; 0: its length is wrong."""
    if not group:
        return translate("keys", "A recovery code has seven groups of five characters.")
    return translate("keys", "There is a typing error in group {number}.").format(number=group)


def password_problem(problem: str) -> str:
    """Why a text cannot be a new password: ``too_short`` or ``too_long``."""
    if problem == "too_long":
        return translate("keys", "A password has at most a thousand characters.")
    return translate("keys", "A password has at least eight characters.")


KEY_ERRORS: Final[dict[str, Callable[[Any], str]]] = {
    "KeysMissing": lambda _problem: translate(
        "keys",
        "The key file beside the profile is gone, and so is its copy. Without it the profile "
        "cannot be read.",
    ),
    "KeysDamaged": lambda _problem: translate(
        "keys", "The key file beside the profile is damaged, and so is its copy."
    ),
    "KeysNewer": lambda _problem: translate(
        "keys", "A newer version of lstwallet wrote the key file. Update to open the profile."
    ),
    "KeysRefused": lambda _problem: translate(
        "keys", "The key file asks for more work than this program does for a password."
    ),
    "NoMemory": lambda problem: translate(
        "keys",
        "The password needs {number} MiB of memory for a moment, and there is less free. Close "
        "another program and try again.",
    ).format(number=problem.mebibytes),
    "KeysOld": lambda _problem: translate(
        "keys",
        "The key file is older than the one that this profile was opened with last: an earlier "
        "password may open it again.",
    ),
    "WrongSecret": lambda _problem: translate("keys", "Wrong password. Nothing was changed."),
    "NoSuchSlot": lambda _problem: translate("keys", "The profile has no such key."),
    "LastSlot": lambda _problem: translate(
        "keys", "This is the last way into the profile besides the keyring: it stays."
    ),
    "BadPassword": lambda problem: password_problem(str(problem.problem)),
    "Mistyped": lambda problem: mistyped(problem.group),
    "KeyringTrouble": lambda problem: keyring_state(str(problem.state)),
}
"""By the names of the exceptions: to import them would import cryptography."""
